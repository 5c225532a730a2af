/* Ports to the physical clock and to randomness, so that tests can hand in their own.
 * Only intake, witnesses and connectors' schedules read a clock; the ledger never does. */
#ifndef PENTAD_BASE_CLOCK_H
#define PENTAD_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct pt_clock {
    int64_t (*now_ms)(void *ctx); /* Unix milliseconds */
    void *ctx;
};
extern const struct pt_clock pt_clock_system;
int64_t pt_clock_now_ms(const struct pt_clock *clock);
int64_t pt_monotonic_us(void);  /* for measuring only */
int64_t pt_thread_cpu_us(void); /* processor time of the calling thread; for measuring only */

struct pt_entropy {
    int (*fill)(void *ctx, void *out, size_t len); /* 0 or PT_E_IO */
    void *ctx;
};
extern const struct pt_entropy pt_entropy_system; /* getrandom(2) */

/* A seeded generator for tests, benchmarks and the sample city; never for keys or nonces. */
struct pt_rng {
    uint64_t s[4];
};
void pt_rng_seed(struct pt_rng *r, uint64_t seed);
uint64_t pt_rng_next(struct pt_rng *r);
uint64_t pt_rng_below(struct pt_rng *r, uint64_t n); /* uniform in [0, n), n > 0 */

#endif
