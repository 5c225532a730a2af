#include <pentad/base/clock.h>

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include <pentad/base/err.h>

static int64_t read_clock(clockid_t id, int64_t per_second) {
    struct timespec ts = {0};

    (void)clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * per_second + ts.tv_nsec / (INT64_C(1000000000) / per_second);
}

static int64_t system_now_ms(void *ctx) {
    (void)ctx;
    return read_clock(CLOCK_REALTIME, 1000);
}

const struct pt_clock pt_clock_system = {.now_ms = system_now_ms, .ctx = NULL};

int64_t pt_clock_now_ms(const struct pt_clock *clock) {
    return clock->now_ms(clock->ctx);
}

int64_t pt_monotonic_us(void) {
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

int64_t pt_thread_cpu_us(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID, 1000000);
}

static int system_fill(void *ctx, void *out, size_t len) {
    uint8_t *p = out;

    (void)ctx;
    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return PT_E_IO;
        }
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

const struct pt_entropy pt_entropy_system = {.fill = system_fill, .ctx = NULL};

/* splitmix64 spreads the seed over the state; xoshiro256** draws from it. */
void pt_rng_seed(struct pt_rng *r, uint64_t seed) {
    for (size_t i = 0; i < 4; i++) {
        uint64_t z;

        seed += UINT64_C(0x9E3779B97F4A7C15);
        z = seed;
        z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
        r->s[i] = z ^ z >> 31;
    }
}

static uint64_t rotl(uint64_t x, unsigned k) {
    return x << k | x >> (64 - k);
}

uint64_t pt_rng_next(struct pt_rng *r) {
    uint64_t out = rotl(r->s[1] * 5, 7) * 9;
    uint64_t t = r->s[1] << 17;

    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotl(r->s[3], 45);
    return out;
}

uint64_t pt_rng_below(struct pt_rng *r, uint64_t n) {
    uint64_t skip;
    uint64_t v;

    PT_ASSERT(n > 0);
    /* The first 2^64 mod n draws are thrown away, or low values would come more often. */
    skip = (0U - n) % n;
    do {
        v = pt_rng_next(r);
    } while (v < skip);
    return v % n;
}
