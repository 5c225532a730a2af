/* Killed at any moment: every receipt given is in the log afterwards, and the log is sound. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pentad/log/check.h>
#include <pentad/store/sqlite.h>

#include "pt_test_hub.h"

static uint64_t faults;
static void on_fault(void *ctx, const struct pt_log_fault *f) {
    (void)ctx;
    fprintf(stderr, "%s: %s\n", f->where, f->what);
    faults++;
}

/* Appends until it is killed; each receipted size goes through the pipe. */
static void child(struct test_hub *hub, int out) {
    struct th_stream s;
    th_open(hub);
    th_stream_init(&s, hub, "finance", "main");
    for (;;) {
        th_send_payments(&s, 1 + s.next_seq % 50);
        uint64_t next = s.next_seq;
        if (write(out, &next, sizeof next) != sizeof next) {
            _exit(1);
        }
    }
}

Test(crash, every_receipt_survives_a_kill, .timeout = 200) {
    struct test_hub hub;
    struct pt_rng rng;
    const char *text = getenv("PENTAD_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1, receipted = 1;
    pt_rng_seed(&rng, seed);
    th_init(&hub);
    th_close(&hub);
    for (int round = 0; round < 12; round++) {
        int fds[2];
        uint64_t next;
        cr_assert_eq(pipe(fds), 0);
        pid_t pid = fork();
        cr_assert_geq(pid, 0);
        if (pid == 0) {
            close(fds[0]);
            child(&hub, fds[1]);
        }
        close(fds[1]);
        /* The first receipt shows that it is under way. */
        cr_assert_eq(read(fds[0], &next, sizeof next), (ssize_t)sizeof next);
        receipted = next;
        const struct timespec nap = {0, (long)pt_rng_below(&rng, 60000000)};
        nanosleep(&nap, NULL);
        kill(pid, SIGKILL);
        while (read(fds[0], &next, sizeof next) == (ssize_t)sizeof next) {
            receipted = next;
        }
        close(fds[0]);
        waitpid(pid, NULL, 0);
        th_open(&hub);
        cr_assert_geq(pt_exchange_stream(hub.x, "finance", "main")->next_seq, receipted,
                      "seed %llu, round %d", (unsigned long long)seed, round);
        struct pt_log_check_opts o = {.verify = hub.sv, .fault = on_fault};
        struct pt_log_check_result r;
        struct pt_err err = {0};
        cr_assert_eq(pt_log_check(hub.store, &o, &r, &err), 0, "%s", err.msg);
        cr_assert_eq(r.faults, 0);
        cr_assert_eq(faults, 0);
        th_close(&hub);
    }
    th_open(&hub);
    th_done(&hub);
}
