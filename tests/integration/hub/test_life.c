/* The hub's life: crashes, restarts, its clock, its start and its refusal to start. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/proof/batch.h>
#include <pentad/v1/feed.pb-c.h>

#include "pt_test_world.h"

TestSuite(life, .timeout = TW_TEST_S);

#define BATCH_MAX (16u * 1024 * 1024)

/* Every receipt given before a crash stands in the log after it, at its place. */
Test(life, receipts_survive_crashes) {
    struct tw_one t;

    tw_one_init(&t, NULL, "finance");
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 4; i++) {
            tw_cut_payments(&t.s, 20, &t.b);
            cr_assert_eq(tw_send(&t.s, &t.c, pt_buf_span(&t.b)), (uint64_t)(round * 4 + i + 1));
        }
        cr_assert_eq(tw_stop(&t.w, SIGKILL), 128 + SIGKILL);
        tw_start(&t.w);
        cr_assert_eq(tw_metric(&t.c, "pentad_log_entries"), (round + 1) * 4 + 1);
    }
    cr_assert(tw_wait_for(&t.c, "/readyz", "ready"));
    cr_assert_eq(tw_metric(&t.c, "pentad_fold_lag_entries"), 0);
    tw_one_done(&t);
}

/* ---- the replay clock ----------------------------------------------------------------------- */

struct ticks {
    size_t n;
    int32_t day[16];
    int closes;
};

/* All of hub/main, as a reader gets it. */
static void read_ticks(struct tw_client *c, struct ticks *t) {
    Pentad__V1__FeedPage *p;

    memset(t, 0, sizeof *t);
    cr_assert_eq(tw_get(c, "/v1/feed?after=0&limit=4000000", NULL), 200);
    p = pentad__v1__feed_page__unpack(NULL, c->body.len, c->body.p);
    for (size_t i = 0; i < p->n_entries; i++) {
        for (size_t k = 0; k < p->entries[i]->n_records; k++) {
            const Pentad__V1__FeedRecord *fr = p->entries[i]->records[k];
            Pentad__V1__Record *r =
                pentad__v1__record__unpack(NULL, fr->record.len, fr->record.data);

            if (r != NULL && r->body_case == PENTAD__V1__RECORD__BODY_TICK) {
                cr_assert_lt(t->n, 16);
                cr_assert_eq(r->tick->is_workday, pt_date_weekday(r->tick->day) <= 5);
                cr_assert_eq(k + 1, p->entries[i]->n_records, "the Tick stands last in its batch");
                t->day[t->n++] = r->tick->day;
            }
            if (r != NULL && r->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE &&
                p->entries[i]->n_records == 2) {
                t->closes++;
            }
            if (r != NULL) {
                pentad__v1__record__free_unpacked(r, NULL);
            }
        }
    }
    pentad__v1__feed_page__free_unpacked(p, NULL);
}

static void close_day(struct tw_stream *s, struct tw_client *c, size_t n, int32_t day, bool last) {
    struct pt_buf b;

    pt_buf_init(&b, BATCH_MAX);
    for (size_t i = 0; i < n; i++) {
        tw_cut_close(&s[i], day, last, &b);
        tw_send(&s[i], c, pt_buf_span(&b));
    }
    pt_buf_done(&b);
}

static void wait_for_day(struct tw_client *c, int32_t day) {
    cr_assert(tw_wait_metric(c, "pentad_fold_tick_day", day, true), "no tick of %d", day);
}

/* A day is ticked once every stream has closed it, once, whatever restarts come between. */
Test(life, the_replay_clock_ticks_closed_days) {
    struct tw w;
    struct tw_client c;
    struct tw_stream s[TW_PARTIES - 1];
    struct ticks t;

    tw_init(&w, NULL);
    tw_start(&w);
    tw_client_init(&c, &w, "audit", "main");
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_stream_init(&s[i], &w, tw_party_names[i], "main");
    }
    close_day(s, &c, TW_PARTIES - 2, 20190101, false);
    cr_assert(tw_wait_for(&c, "/readyz", "ready"));
    read_ticks(&c, &t);
    cr_assert_eq(t.n, 0, "ticked a day that one stream hasn't closed");
    close_day(&s[TW_PARTIES - 2], &c, 1, 20190101, false);
    wait_for_day(&c, 20190101);
    close_day(s, &c, TW_PARTIES - 1, 20190102, false);
    wait_for_day(&c, 20190102);
    cr_assert_eq(tw_stop(&w, SIGKILL), 128 + SIGKILL);
    tw_start(&w);
    close_day(s, &c, TW_PARTIES - 2, 20190103, false);
    cr_assert_eq(tw_stop(&w, SIGTERM), 0);
    tw_start(&w);
    close_day(&s[TW_PARTIES - 2], &c, 1, 20190103, false);
    wait_for_day(&c, 20190103);
    close_day(s, &c, TW_PARTIES - 1, 20190104, true); /* everybody leaves */
    wait_for_day(&c, 20190104);
    cr_assert_eq(tw_stop(&w, SIGKILL), 128 + SIGKILL);
    tw_start(&w);
    cr_assert(tw_wait_for(&c, "/readyz", "ready"));
    read_ticks(&c, &t);
    cr_assert_eq(t.n, 4);
    cr_assert_eq(t.closes, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(t.day[i], 20190101 + (int32_t)i);
    }
    tw_client_done(&c);
    tw_done(&w);
}

/* A reader who stops where the feed says that all is said must have the day's snapshot: it is
 * logged behind the tick. */
Test(life, what_is_settled_has_the_days_snapshot) {
    struct tw w;
    struct tw_client c;
    struct tw_stream s[TW_PARTIES - 1];
    Pentad__V1__FeedPage *p = NULL;
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;
    const Pentad__V1__FeedRecord *last;
    Pentad__V1__Record *r;

    tw_init(&w, NULL);
    tw_start(&w);
    tw_client_init(&c, &w, "audit", "main");
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_stream_init(&s[i], &w, tw_party_names[i], "main");
    }
    close_day(s, &c, TW_PARTIES - 1, 20190101, true);
    do {
        if (p != NULL) {
            pentad__v1__feed_page__free_unpacked(p, NULL);
        }
        cr_assert_lt(pt_monotonic_us(), until, "never settled");
        cr_assert_eq(tw_get(&c, "/v1/feed?after=0&limit=4000000", NULL), 200);
        p = pentad__v1__feed_page__unpack(NULL, c.body.len, c.body.p);
        /* the genesis, six closes, the tick */
    } while (p->n_entries < 8 || p->settled_size < p->n_entries);
    last = p->entries[p->n_entries - 1]->records[0];
    r = pentad__v1__record__unpack(NULL, last->record.len, last->record.data);
    cr_assert_eq(r->body_case, PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT);
    cr_assert_str_eq(r->doc_no, "2019-01-01");
    pentad__v1__record__free_unpacked(r, NULL);
    pentad__v1__feed_page__free_unpacked(p, NULL);
    tw_client_done(&c);
    tw_done(&w);
}

/* ---- findings ------------------------------------------------------------------------------- */

static int count_findings(struct tw_client *c, uint64_t *ret_max_tick_seq) {
    Pentad__V1__FeedPage *p;
    int n = 0;

    cr_assert_eq(tw_get(c, "/v1/feed?after=0&limit=4000000", NULL), 200);
    p = pentad__v1__feed_page__unpack(NULL, c->body.len, c->body.p);
    for (size_t i = 0; i < p->n_entries; i++) {
        for (size_t k = 0; k < p->entries[i]->n_records; k++) {
            const Pentad__V1__FeedRecord *fr = p->entries[i]->records[k];
            Pentad__V1__Record *r =
                pentad__v1__record__unpack(NULL, fr->record.len, fr->record.data);

            if (r != NULL && r->body_case == PENTAD__V1__RECORD__BODY_DISCREPANCY) {
                n++;
                *ret_max_tick_seq = r->discrepancy->tick_seq;
            }
            if (r != NULL) {
                pentad__v1__record__free_unpacked(r, NULL);
            }
        }
    }
    pentad__v1__feed_page__free_unpacked(p, NULL);
    return n;
}

/* Payments that nobody approved: the tick finds it, the hub records what it found, once; after a
 * crash and after a new fold from nothing too. */
Test(life, findings_are_recorded_once) {
    const struct tw_opts opts = {.first_day = 20190630};
    struct tw w;
    struct tw_client c;
    struct tw_stream s[TW_PARTIES - 1];
    struct pt_buf b;
    uint64_t tick_seq = 0;
    char path[512];
    int n;

    tw_init(&w, &opts);
    tw_start(&w);
    tw_client_init(&c, &w, "finance", "main");
    pt_buf_init(&b, BATCH_MAX);
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_stream_init(&s[i], &w, tw_party_names[i], "main");
    }
    tw_cut_payments(&s[3], 40, &b); /* finance */
    tw_send(&s[3], &c, pt_buf_span(&b));
    close_day(s, &c, TW_PARTIES - 1, 20190630, false);
    wait_for_day(&c, 20190630);
    close_day(s, &c, TW_PARTIES - 1, 20190701, false);
    wait_for_day(&c, 20190701); /* the next tick follows the findings of this one */
    cr_assert(tw_wait_metric(&c, "pentad_findings_pending", 0, false));
    cr_assert_eq(tw_metric(&c, "pentad_findings_mismatched"), 0);
    n = count_findings(&c, &tick_seq);
    cr_assert_gt(n, 0, "nothing was found");
    cr_assert(tw_wait_for(&c, "/v1/discrepancies", "\"discrepancies\":[{"), "%s",
              pt_buf_cstr(&c.body));
    cr_assert_eq(tw_get(&c, "/v1/records/finance/main/3/trace", NULL), 200);
    cr_assert_eq(tw_get(&c, "/v1/subjects", NULL), 200);
    tw_get(&c, "/v1/briefs/2019-06.json", NULL);
    if (c.status != 200)
        tw_print_log(&w);
    cr_assert_eq(c.status, 200, "status %ld, curl %d: %s", c.status, c.error, pt_buf_cstr(&c.body));

    cr_assert_eq(tw_get(&c, "/v1/briefs/2019-06.html", NULL), 200);
    cr_assert_not_null(strstr(pt_buf_cstr(&c.body), "<html"));
    cr_assert_eq(tw_get(&c, "/v1/briefs/2019-13.json", NULL), 400);
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(tw_stop(&w, SIGKILL), 128 + SIGKILL);
        if (round == 1) {
            tw_path(&w, "data/ledger.db", path, sizeof path);
            unlink(path);
            tw_path(&w, "data/ledger.db-wal", path, sizeof path);
            unlink(path);
            tw_path(&w, "data/ledger.db-shm", path, sizeof path);
            unlink(path);
        }
        tw_start(&w);
        cr_assert(tw_wait_for(&c, "/readyz", "ready"));
        wait_for_day(&c, 20190701);
        cr_assert(tw_wait_metric(&c, "pentad_findings_pending", 0, false));
        cr_assert_eq(tw_metric(&c, "pentad_findings_mismatched"), 0);
        cr_assert_eq(count_findings(&c, &tick_seq), n);
    }
    pt_buf_done(&b);
    tw_client_done(&c);
    tw_done(&w);
}

/* ---- the live clock -------------------------------------------------------------------------- */

static int32_t today(void) {
    return pt_date_from_ms(pt_clock_now_ms(&pt_clock_system));
}

/* The turn of the day brings a tick of its own: run across midnight, there may be one more. */
Test(life, the_live_clock_follows_news) {
    const struct tw_opts opts = {.live = true, .settle_ms = 50, .quiet_ms = 1000000};
    struct tw_one t;
    struct ticks seen;
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;
    int32_t day;

    tw_one_init(&t, &opts, "finance");
    day = today();
    wait_for_day(&t.c, day);
    tw_cut_payments(&t.s, 2, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    do {
        read_ticks(&t.c, &seen);
        cr_assert_lt(pt_monotonic_us(), until, "news brought no tick");
    } while (seen.n < 2);
    /* no news, no further tick */
    cr_assert(tw_wait_for(&t.c, "/readyz", "ready"));
    read_ticks(&t.c, &seen);
    cr_assert(seen.n == 2 || day != today());
    tw_one_done(&t);
}

/* ---- the start ------------------------------------------------------------------------------- */

static int run(const char *program, char *const argv[]) {
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        freopen("/dev/null", "w", stdout);
        freopen("/dev/null", "w", stderr);
        execv(program, argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run_config(struct tw *w, const char *more) {
    char path[512];
    char *argv[] = {w->hub_program, (char *)"--config", path, (char *)(uintptr_t)more, NULL};

    tw_path(w, "hub.yaml", path, sizeof path);
    return run(w->hub_program, argv);
}

/* The log.db of before, without what came after. */
static void put_back(struct tw *w, const struct pt_buf *old) {
    static const char *const gone[] = {"data/log.db-wal", "data/log.db-shm", "data/ledger.db",
                                       "data/ledger.db-wal", "data/ledger.db-shm"};
    char path[512];

    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        tw_path(w, gone[i], path, sizeof path);
        (void)unlink(path);
    }
    tw_path(w, "data/log.db", path, sizeof path);
    cr_assert_eq(pt_file_write(path, old->p, old->len, 0600, NULL), 0);
}

static void read_log_db(struct tw *w, struct pt_buf *out) {
    char path[512];

    tw_path(w, "data/log.db", path, sizeof path);
    pt_buf_init(out, 64u << 20);
    cr_assert_eq(pt_file_read(path, out, NULL), 0);
}

/* The checkpoint of the receipt that the client got last. */
static void receipt_checkpoint(struct tw_client *c, struct pt_buf *out) {
    Pentad__V1__SubmitReply *r = pentad__v1__submit_reply__unpack(NULL, c->body.len, c->body.p);

    cr_assert(r != NULL && r->receipt != NULL);
    pt_buf_init(out, BATCH_MAX);
    pt_buf_append(out, r->receipt->checkpoint.data, r->receipt->checkpoint.len);
    pentad__v1__submit_reply__free_unpacked(r, NULL);
}

/* Whoever holds a receipt of the entries that are gone stops it; starting again changes nothing. */
Test(life, a_hub_that_was_rolled_back_signs_no_more_after_a_restart_either) {
    struct tw w;
    struct tw_client c;
    struct tw_stream s;
    struct pt_buf b, held, old, whole;
    char code[64], path[512];

    tw_init(&w, NULL);
    tw_start(&w);
    tw_client_init(&c, &w, "finance", "main");
    tw_stream_init(&s, &w, "finance", "main");
    pt_buf_init(&b, BATCH_MAX);
    tw_cut_payments(&s, 1, &b);
    tw_send(&s, &c, pt_buf_span(&b));
    cr_assert_eq(tw_stop(&w, SIGTERM), 0);
    read_log_db(&w, &old);
    tw_start(&w);
    tw_cut_payments(&s, 1, &b);
    tw_send(&s, &c, pt_buf_span(&b));
    receipt_checkpoint(&c, &held);
    cr_assert_eq(tw_stop(&w, SIGTERM), 0);
    read_log_db(&w, &whole);

    put_back(&w, &old);
    tw_start(&w);
    tw_cut_payments(&s, 1, &b);
    pt_batch_held_append(&b, pt_buf_span(&held));
    cr_assert_eq(tw_post(&c, "/v1/batches", pt_buf_span(&b), "application/x-protobuf"), 409);
    cr_assert_str_eq(tw_code(&c, code), "fork");
    cr_assert_eq(tw_get(&c, "/readyz", NULL), 503);
    cr_assert_eq(tw_stop(&w, SIGTERM), 0);
    tw_path(&w, "data/fork.note", path, sizeof path);
    cr_assert(pt_file_exists(path));
    cr_assert_eq(run_config(&w, NULL), 1, "it would sign another history");

    put_back(&w, &whole);
    tw_start(&w);
    cr_assert_eq(tw_send(&s, &c, pt_buf_span(&b)), 3, "the newer log.db is back");
    pt_buf_done(&whole);
    pt_buf_done(&old);
    pt_buf_done(&held);
    pt_buf_done(&b);
    tw_client_done(&c);
    tw_done(&w);
}

Test(life, says_no_to_what_it_cant_use) {
    struct tw w;
    char path[512];
    char *help[] = {(char *)"pentad-hub", (char *)"--help", NULL};
    char *none[] = {(char *)"pentad-hub", NULL};
    char *wrong[] = {(char *)"pentad-hub", (char *)"--config", (char *)"/nowhere.yaml", NULL};

    tw_init(&w, NULL);
    cr_assert_eq(run(w.hub_program, help), 0);
    cr_assert_eq(run(w.hub_program, none), 2);
    cr_assert_eq(run(w.hub_program, wrong), 2);
    cr_assert_eq(run_config(&w, "--check"), 0);
    tw_path(&w, "data", path, sizeof path);
    cr_assert_not(pt_file_exists(path), "--check wrote something");
    tw_start(&w);
    cr_assert_eq(run_config(&w, NULL), 1, "two hubs on one log");
    cr_assert_eq(tw_stop(&w, SIGINT), 0);
    /* the log's key must be the genesis's */
    tw_path(&w, "log.key", path, sizeof path);
    unlink(path);
    cr_assert_eq(pt_key_save(tw_key(&w, "audit"), path, NULL), 0);
    cr_assert_neq(run_config(&w, NULL), 0);
    unlink(path);
    cr_assert_eq(pt_key_save(w.log_key, path, NULL), 0);
    /* the hub's signing key must be live */
    tw_path(&w, "signing.key", path, sizeof path);
    unlink(path);
    cr_assert_eq(pt_key_save(tw_key(&w, "audit"), path, NULL), 0);
    cr_assert_eq(run_config(&w, NULL), 2);
    tw_done(&w);
}
