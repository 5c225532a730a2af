#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>
#include <pentad/base/logsink.h>

Test(clock, the_generator_repeats_from_its_seed_and_is_even) {
    struct pt_rng a;
    struct pt_rng b;
    unsigned count[7] = {0};

    pt_rng_seed(&a, 42);
    pt_rng_seed(&b, 42);
    for (int i = 0; i < 70000; i++) {
        uint64_t v = pt_rng_below(&a, 7);

        cr_assert_eq(v, pt_rng_below(&b, 7));
        count[v]++;
    }
    for (int i = 0; i < 7; i++) {
        cr_assert(count[i] > 9500 && count[i] < 10500, "%d came %u times", i, count[i]);
    }
    cr_assert_eq(pt_rng_below(&a, 1), 0);
}

Test(clock, system_ports) {
    uint8_t a[64] = {0};
    uint8_t b[64] = {0};
    int64_t t0 = pt_monotonic_us();

    cr_assert_eq(pt_entropy_system.fill(pt_entropy_system.ctx, a, sizeof(a)), 0);
    cr_assert_eq(pt_entropy_system.fill(pt_entropy_system.ctx, b, sizeof(b)), 0);
    cr_assert_neq(memcmp(a, b, sizeof(a)), 0);
    cr_assert_gt(pt_clock_now_ms(&pt_clock_system), INT64_C(1500000000000));
    cr_assert_geq(pt_monotonic_us(), t0);
}

Test(log, one_message_is_one_line) {
    char line[8192] = {0};
    char text[5000];
    int fds[2];
    ssize_t n;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    cr_assert_eq(pipe(fds), 0);
    pt_log_init(PT_LOG_INFO, fds[1]);
    pt_log(PT_LOG_DEBUG, "quiet", "not written");
    pt_log(PT_LOG_WARN, "batch_refused", "two\nlines \x1b[31m %s", "拒收");
    n = read(fds[0], line, sizeof(line) - 1);
    cr_assert_gt(n, 0);
    line[n] = '\0';
    cr_assert_str_eq(line + 24, " warn event=batch_refused two lines  [31m 拒收\n");
    pt_log(PT_LOG_ERROR, "long", "%s", text);
    n = read(fds[0], line, sizeof(line) - 1);
    cr_assert(n > 4000 && n <= 4096);
    cr_assert_eq(line[n - 1], '\n');
    close(fds[0]);
    close(fds[1]);
}
