/* Workers: order within a lane, fairness between lanes, nothing lost at the stop. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <pentad/base/clock.h>

#include "pool.h"

TestSuite(pool);

#define TASKS 2000

struct job {
    struct pt_pool_task task;
    unsigned lane;
    int number;
};

static _Atomic int done_count;
static _Atomic int sum;
static int last_done[4] = {-1, -1, -1, -1};
static _Atomic int out_of_order;

static void spin(struct pt_pool_task *t, unsigned worker) {
    struct job *j = (struct job *)t;

    (void)worker;
    for (int i = 0; i < (j->number % 7) * 300; i++) {
        sum += i;
    }
}

static void done(struct pt_pool_task *t) {
    struct job *j = (struct job *)t;

    out_of_order += j->number != last_done[j->lane] + 1;
    last_done[j->lane] = j->number;
    done_count++;
}

Test(pool, lanes_keep_their_order) {
    struct job *jobs = calloc(TASKS, sizeof *jobs);
    struct pt_pool *p = NULL;

    cr_assert_eq(pt_pool_new(4, &p, NULL), 0);
    for (int i = 0; i < TASKS; i++) {
        jobs[i].task.run = spin;
        jobs[i].task.done = done;
        jobs[i].task.bytes = 100;
        jobs[i].lane = (unsigned)i % 4;
        jobs[i].number = i / 4;
        cr_assert_eq(pt_pool_submit_batch(p, jobs[i].lane, &jobs[i].task), 0);
    }
    pt_pool_stop(p);
    cr_assert_eq(done_count, TASKS);
    cr_assert_eq(out_of_order, 0);
    cr_assert_eq(pt_pool_submit_batch(p, 0, &jobs[0].task), PT_E_STOPPING);
    cr_assert_eq(pt_pool_submit_query(p, 0, &jobs[0].task), PT_E_STOPPING);
    pt_pool_free(p);
    free(jobs);
}

/* Waits up to a minute until `counter` has come to `want`. */
static bool reaches(const _Atomic int *counter, int want) {
    int64_t until = pt_monotonic_us() + 60 * 1000000LL;

    while (*counter < want && pt_monotonic_us() < until) {
        usleep(100);
    }
    return *counter >= want;
}

static _Atomic bool gate;
static _Atomic int order;
static int small_at;

static void wait_for_gate(struct pt_pool_task *t, unsigned worker) {
    (void)t;
    (void)worker;
    while (!gate) {
        usleep(100);
    }
}

static void nothing(struct pt_pool_task *t) {
    (void)t;
    order++;
}

static void small_done(struct pt_pool_task *t) {
    (void)t;
    small_at = order++;
}

static void run_nothing(struct pt_pool_task *t, unsigned worker) {
    (void)t;
    (void)worker;
}

/* One sender's long backlog doesn't hold up another's single batch. */
Test(pool, a_backlog_starves_nobody) {
    static struct pt_pool_task first, big[50], small;
    struct pt_pool *p = NULL;

    cr_assert_eq(pt_pool_new(1, &p, NULL), 0);
    first = (struct pt_pool_task){.run = wait_for_gate, .done = nothing, .bytes = 1};
    cr_assert_eq(pt_pool_submit_batch(p, 0, &first), 0);
    for (int i = 0; i < 50; i++) {
        big[i] = (struct pt_pool_task){.run = run_nothing, .done = nothing, .bytes = 160000};
        cr_assert_eq(pt_pool_submit_batch(p, 0, &big[i]), 0);
    }
    small = (struct pt_pool_task){.run = run_nothing, .done = small_done, .bytes = 300};
    cr_assert_eq(pt_pool_submit_batch(p, 1, &small), 0);
    gate = true;
    pt_pool_stop(p);
    cr_assert_leq(small_at, 3, "the single batch was number %d", small_at);
    pt_pool_free(p);
}

static _Atomic bool held;
static _Atomic int holding;
static _Atomic int passed;

static void hold(struct pt_pool_task *t, unsigned worker) {
    (void)t;
    (void)worker;
    holding++;
    while (!held) {
        usleep(100);
    }
}

static void has_passed(struct pt_pool_task *t) {
    (void)t;
    passed++;
}

/* While every worker is busy with a large batch, another sender's small one is examined. */
Test(pool, a_small_batch_waits_for_no_large_one) {
    static struct pt_pool_task large[2], small;
    struct pt_pool *p = NULL;

    cr_assert_eq(pt_pool_new(2, &p, NULL), 0);
    for (unsigned i = 0; i < 2; i++) {
        large[i] = (struct pt_pool_task){.run = hold, .done = nothing, .bytes = 160000};
        cr_assert_eq(pt_pool_submit_batch(p, i, &large[i]), 0);
    }
    cr_assert(reaches(&holding, 2));
    small = (struct pt_pool_task){.run = run_nothing, .done = has_passed, .bytes = 300};
    cr_assert_eq(pt_pool_submit_batch(p, 2, &small), 0);
    cr_expect(reaches(&passed, 1));
    held = true;
    pt_pool_stop(p);
    pt_pool_free(p);
}

/* ---- queries --------------------------------------------------------------------------------- */

static _Atomic bool open_gate;
static _Atomic int asking;
static _Atomic int asked;
static _Atomic int other_at;
static _Atomic int batch_done;

static void long_query(struct pt_pool_task *t, unsigned worker) {
    (void)t;
    (void)worker;
    asking++;
    while (!open_gate) {
        usleep(100);
    }
    asked++;
}

static void other_query(struct pt_pool_task *t, unsigned worker) {
    (void)t;
    (void)worker;
    other_at = asked++;
}

static void batch_is_done(struct pt_pool_task *t) {
    (void)t;
    batch_done++;
}

/* One party's fifty questions are one wait of another's. */
Test(pool, queries_take_turns) {
    static struct pt_pool_task mine[50], other;
    struct pt_pool *p = NULL;

    cr_assert_eq(pt_pool_new(1, &p, NULL), 0);
    for (int i = 0; i < 50; i++) {
        mine[i] = (struct pt_pool_task){.run = long_query};
        cr_assert_eq(pt_pool_submit_query(p, 1, &mine[i]), 0);
    }
    other = (struct pt_pool_task){.run = other_query};
    cr_assert_eq(pt_pool_submit_query(p, 5, &other), 0);
    open_gate = true;
    pt_pool_stop(p);
    cr_assert_eq(asked, 51);
    cr_assert_leq(other_at, 2, "the other's question was number %d", other_at);
    pt_pool_free(p);
}

/* Long questions never hold all workers: a batch that comes meanwhile is examined. */
Test(pool, a_batch_does_not_wait_for_long_queries) {
    static struct pt_pool_task mine[8], batch;
    struct pt_pool *p = NULL;

    cr_assert_eq(pt_pool_new(4, &p, NULL), 0);
    for (unsigned i = 0; i < 8; i++) {
        mine[i] = (struct pt_pool_task){.run = long_query};
        cr_assert_eq(pt_pool_submit_query(p, i, &mine[i]), 0);
    }
    cr_assert(reaches(&asking, 2)); /* of four workers, no more */
    batch = (struct pt_pool_task){.run = run_nothing, .done = batch_is_done, .bytes = 1};
    cr_assert_eq(pt_pool_submit_batch(p, 0, &batch), 0);
    cr_assert(reaches(&batch_done, 1));
    open_gate = true;
    pt_pool_stop(p);
    cr_assert_eq(asked, 8);
    pt_pool_free(p);
}
