/* One writer appends groups while readers page the feed, ask for heads, proofs and tiles, and a
 * full check runs beside them. Everything that is answered must hold. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/feed/feed.h>
#include <pentad/log/check.h>
#include <pentad/store/sqlite.h>

#include "pt_test_hub.h"

#define READERS 4
#define GROUPS 150

static struct test_hub hub;
static _Atomic bool done;
static _Atomic int failures;

static void expect(bool ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "race_store: %s\n", what);
        atomic_fetch_add(&failures, 1);
    }
}

static void read_once(uint64_t *after, struct pt_rng *rng) {
    struct pt_buf out;
    struct pt_hash old, head;
    struct pt_merkle_path path;
    struct pt_err err = {0};
    uint64_t next = 0, size = pt_log_size(hub.log);
    pt_buf_init(&out, PT_FEED_PAGE_MAX);
    expect(pt_feed_page(hub.log, PT_PARTY_AUDIT, *after, 20000, &out, &next, &err) == 0, err.msg);
    *after = next < size ? next : 0;
    pt_buf_reset(&out);
    uint64_t some = 1 + pt_rng_below(rng, size);
    expect(pt_log_root_at(hub.log, some, &old, &err) == 0 &&
               pt_log_root_at(hub.log, size, &head, &err) == 0 &&
               pt_log_consistency(hub.log, some, size, &path, &err) == 0,
           err.msg);
    expect(pt_merkle_verify_consistency(some, &old, size, &head, path.h, path.n) == 0,
           "a head that the log doesn't extend");
    expect(pt_log_receipt(hub.log, some - 1, pt_span(NULL, 0), &out, &err) == 0, err.msg);
    pt_buf_done(&out);
}

static void *reader_main(void *arg) {
    struct pt_rng rng;
    uint64_t after = 0;
    pt_rng_seed(&rng, (uint64_t)(uintptr_t)arg);
    while (!atomic_load(&done)) {
        read_once(&after, &rng);
    }
    return NULL;
}

static void on_fault(void *ctx, const struct pt_log_fault *f) {
    (void)ctx;
    fprintf(stderr, "race_store: %s: %s\n", f->where, f->what);
    atomic_fetch_add(&failures, 1);
}

static void *checker_main(void *arg) {
    struct pt_sqlite_opts opts = {.read_only = true, .examine = true, .readers = 2};
    (void)arg;
    while (!atomic_load(&done)) {
        struct pt_log_check_opts o = {.verify = hub.sv, .jobs = 2, .fault = on_fault};
        struct pt_log_check_result r;
        struct pt_store *s = NULL;
        struct pt_err err = {0};
        expect(pt_store_sqlite_open(hub.dir, &opts, &s, &err) == 0 &&
                   pt_log_check(s, &o, &r, &err) == 0,
               err.msg);
        pt_store_sqlite_close(s);
    }
    return NULL;
}

int main(void) {
    pthread_t readers[READERS], checker;
    struct th_stream s;
    struct pt_sqlite_opts opts = {.wal_bytes = 1 << 20};
    struct pt_err err = {0};
    th_init(&hub);
    /* A small bound, so that checkpoints catch the writer often. */
    th_close(&hub);
    expect(pt_store_sqlite_open(hub.dir, &opts, &hub.store, &err) == 0, err.msg);
    struct pt_log_config cfg = th_log_config(&hub);
    expect(pt_log_open(&cfg, NULL, NULL, &hub.log, &err) == 0 &&
               th_exchange_load(hub.store, &hub.sv, &hub.x, &err) == 0,
           err.msg);
    if (atomic_load(&failures) > 0) {
        return 1;
    }
    th_stream_init(&s, &hub, "finance", "main");
    for (size_t i = 0; i < READERS; i++) {
        pthread_create(&readers[i], NULL, reader_main, (void *)(uintptr_t)(i + 1));
    }
    pthread_create(&checker, NULL, checker_main, NULL);
    for (int i = 0; i < GROUPS; i++) {
        th_send_payments(&s, 1 + (size_t)(i % 7) * 20);
        pt_log_publish(hub.log, i);
    }
    atomic_store(&done, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(readers[i], NULL);
    }
    pthread_join(checker, NULL);
    th_done(&hub);
    return atomic_load(&failures) == 0 ? 0 : 1;
}
