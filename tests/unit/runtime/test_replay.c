/* Day by day on the replay clock: rows wait for their day, references for their record, everything
 * closes, nothing is lost and nothing goes out twice. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/sql/sql.h>

#include "pt_test_records.h"
#include "rig.h"

static const char bills[] = "day,no,unit,voucher,fen\n"
                            "20190101,N1," RIG_UNIT ",V1,100\n"
                            "20190101,N2," RIG_UNIT ",V2,-20\n"
                            "20190103,N3," RIG_UNIT ",V3,300\n";

static void until(struct rig *r, int32_t day) {
    r->config.until_day = day;
}

static bool same(const struct rig_record *o, const char *type, const char *what) {
    return strcmp(o->type, type) == 0 && strcmp(o->doc_no[0] ? o->doc_no : o->note, what) == 0;
}

Test(replay, rows_go_out_on_their_day) {
    struct rig r;
    struct rig_record log[32];
    rig_init(&r, "finance", false);
    rig_write(&r, "bills.csv", bills);
    rig_source(&r, RIG_BILLS, "bills.csv");
    until(&r, 20190104);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    size_t n = rig_log(&r, "finance", log, 32);
    static const char *const want[][2] = {{"X01", "N1"},
                                          {"X01", "N2"},
                                          {"StreamClose", "20190101"},
                                          {"StreamClose", "20190102"},
                                          {"X01", "N3"},
                                          {"StreamClose", "20190103"},
                                          {"StreamClose", "20190104 final"}};
    cr_assert_eq(n, sizeof want / sizeof *want, "%zu records", n);
    for (size_t i = 0; i < n; i++) {
        cr_assert(same(&log[i], want[i][0], want[i][1]), "%zu: %s %s %s", i, log[i].type,
                  log[i].doc_no, log[i].note);
        cr_assert_eq(log[i].seq, i + 1);
    }
    rig_check_closes(&r, "finance");
    struct pt_state_counts k = rig_counts(&r);
    cr_assert_eq(k.pending_records, 0);
    cr_assert_eq(k.closed_day, 20190104);
    cr_assert_eq(k.tick_day, 20190104);
    /* Once more: everything is there already. */
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log(&r, "finance", log, 32), n);
    rig_done(&r);
}

Test(replay, a_day_is_one_batch_and_two_commits_of_the_outbox) {
    struct rig r;
    rig_init(&r, "finance", false);
    rig_write(&r, "bills.csv", bills);
    rig_source(&r, RIG_BILLS, "bills.csv");
    until(&r, 20190110);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.submits, 10);
    rig_done(&r);
}

Test(replay, nothing_of_the_next_day_before_its_tick) {
    struct rig r;
    rig_init(&r, "finance", false);
    rig_write(&r, "bills.csv", bills);
    rig_source(&r, RIG_BILLS, "bills.csv");
    until(&r, 20190104);
    r.no_ticks = true;
    r.idle_max = 5;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.submits, 1);
    cr_assert_eq(rig_counts(&r).closed_day, 20190101);
    r.no_ticks = false;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).closed_day, 20190104);
    rig_done(&r);
}

/* Asserts that the report, as text and as JSON, says both; by a connector that has read nothing. */
static void check_report(struct rig *r, const char *in_text, const char *in_json) {
    struct pt_buf text, json;
    pt_buf_init(&text, 1 << 20);
    pt_buf_init(&json, 1 << 20);
    cr_assert_eq(rig_open(r), 0, "%s", r->err.msg);
    cr_assert_eq(pt_connector_report(r->c, false, &text), 0);
    cr_assert_eq(pt_connector_report(r->c, true, &json), 0);
    cr_assert(strstr(pt_buf_cstr(&text), in_text), "%s", pt_buf_cstr(&text));
    cr_assert(strstr(pt_buf_cstr(&json), in_json), "%s", pt_buf_cstr(&json));
    rig_close(r);
    pt_buf_done(&text);
    pt_buf_done(&json);
}

/* A rectification refers to a document that congress writes two days later. */
Test(replay, a_deferred_reference_is_resolved_later) {
    struct rig r;
    struct rig_record log[32];
    rig_init(&r, "finance", false);
    rig_write(&r, "rects.csv",
              "day,no,party,ref,what\n20190101,R1,congress,人办〔2019〕1号,整改\n"
              "20190101,R2,finance,R1,再整改\n20190101,R3,congress,nothing,永远不来\n");
    rig_source(&r, RIG_RECTS, "rects.csv");
    until(&r, 20190102);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).deferred, 3);
    cr_assert_eq(rig_log(&r, "finance", log, 32), 2, "only closes");
    rig_done(&r);

    rig_init(&r, "finance", false);
    rig_write(&r, "rects.csv",
              "day,no,party,ref,what\n20190101,R1,congress,人办〔2019〕1号,整改\n"
              "20190101,R2,finance,R1,再整改\n20190101,R3,congress,nothing,永远不来\n");
    rig_source(&r, RIG_RECTS, "rects.csv");
    until(&r, 20190401);
    r.no_ticks = true;
    r.idle_max = 5;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    check_report(&r, "of them were made later: 0 records", "\"made_later\": 0");
    r.no_ticks = false;
    rig_opinion(&r, "人办〔2019〕1号");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "R1"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "R2"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "R3"), 0);
    struct pt_state_counts k = rig_counts(&r);
    cr_assert_eq(k.deferred, 0);
    check_report(&r, "of them were made later: 2 records", "\"made_later\": 2");
    check_report(&r, "V03                 2 records", "\"V03\": 2");
    cr_assert_eq(k.dead_letters, 1, "what never came is a dead letter");
    cr_assert_eq(r.n_delivered, 1, "the opinion was delivered");
    rig_done(&r);
}

Test(replay, grouped_rows_and_dead_letters) {
    struct rig r;
    struct rig_record log[64];
    rig_init(&r, "finance", false);
    rig_write(&r, "payments.csv",
              "day,no,unit,voucher,fen\n"
              "20190101,B1,11370100004188813W,V1,100\n"
              "20190101,B1,11370100004188813W,V2,x\n"
              "20190101,B1,11370100004188813W,V3,300\n"
              "20190102,B2,11370100004188813W,V4,400\n"
              "20190102,B3,11370100004188813X,V5,500\n");
    rig_source(&r, RIG_PAYMENTS, "payments.csv");
    until(&r, 20190103);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "B1"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "B2"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "B3"), 0, "its check digit is wrong");
    cr_assert_eq(rig_log(&r, "finance", log, 64), 5);
    cr_assert_eq(rig_counts(&r).dead_letters, 2);
    rig_done(&r);
}

Test(replay, a_lost_answer_leaves_one_copy) {
    for (int at = 0; at < 4; at++) {
        struct rig r;
        rig_init(&r, "finance", false);
        rig_write(&r, "bills.csv", bills);
        rig_source(&r, RIG_BILLS, "bills.csv");
        until(&r, 20190104);
        r.skip_submits = at;
        r.lose_answers = 2;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
        cr_assert_eq(rig_log_count(&r, "finance", "N3"), 1);
        cr_assert_eq(rig_counts(&r).pending_records, 0);
        cr_assert(rig_had_event(&r, "waiting"));
        rig_done(&r);
    }
}

Test(replay, a_busy_hub_and_a_silent_feed_are_waited_out) {
    struct rig r;
    rig_init(&r, "finance", false);
    rig_write(&r, "bills.csv", bills);
    rig_source(&r, RIG_BILLS, "bills.csv");
    until(&r, 20190103);
    r.busy = 2;
    r.feed_down = 2;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).closed_day, 20190103);
    rig_done(&r);
}

Test(replay, a_full_disk_at_the_sink_loses_nothing) {
    struct rig r;
    struct th_stream office;
    rig_init(&r, "finance", false);
    until(&r, 20190103);
    th_stream_init(&office, &r.hub, "audit", "main");
    struct tr_reply explained;
    tr_reply_init(&explained, "说明");
    th_send_record(&office, &explained.record, NULL);
    r.sink_fails = 2;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.n_flushed, 1);
    cr_assert_str_eq(r.delivered[0].type, "H02");
    cr_assert_eq(rig_counts(&r).tick_day, 20190103, "no tick was skipped over");
    rig_done(&r);
}

Test(replay, the_held_checkpoint_is_the_largest_signed_one) {
    struct rig r;
    rig_init(&r, "finance", false);
    until(&r, 20190102);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    struct pt_batch_view view;
    struct pt_checkpoint cp;
    struct pt_err err = {0};
    cr_assert_eq(pt_batch_open(pt_buf_span(&r.last_batch), &view, &err), 0);
    cr_assert_eq(pt_checkpoint_open(&cp, view.held, &r.hub.vkey, &r.hub.sv, &err), 0, "%s",
                 err.msg);
    cr_assert_geq(cp.size, 3);
    rig_done(&r);
}

/* ---- attestation ---- */

/* A ledger that has a snapshot of the first day as soon as it has its tick. */
static struct {
    uint64_t folded;
    bool has_tick;
    bool differs;  /* from the hub's */
    bool other;    /* the hub's is of another format */
    bool writable; /* asked for the row that differs, another program could write the outbox */
} own;

static uint64_t own_size(void *self) {
    (void)self;
    return own.folded;
}

static int own_fold(void *self, const Pentad__V1__FeedPage *page, struct pt_err *err) {
    const struct rig *r = self;
    const struct pt_exchange_tick *tick = pt_exchange_last_tick(r->hub.x);
    (void)err;
    own.folded += page->n_entries;
    own.has_tick = tick->day != 0 && own.folded > tick->log_index;
    return 0;
}

static int own_verdicts(void *self, int32_t day, pt_replay_verdict_cb *cb, void *ctx,
                        struct pt_err *err) {
    const struct pt_replay_verdict v = {.day = 20190101,
                                        .party = "hub",
                                        .stream = "main",
                                        .seq = 1,
                                        .classes = {"audit"},
                                        .n_classes = 1,
                                        .equal = !own.differs && !own.other,
                                        .format = own.other ? 1 : 2,
                                        .own_format = 2};
    (void)self, (void)err;
    return own.has_tick && day < v.day ? cb(ctx, &v) : 0;
}

static void own_close(void *self) {
    (void)self;
}

static int no_verdicts(void *self, int32_t day, pt_replay_verdict_cb *cb, void *ctx,
                       struct pt_err *err) {
    (void)self, (void)day, (void)cb, (void)ctx;
    return own.has_tick ? pt_err_set(err, PT_E_STORE, "its own ledger can't be read") : 0;
}

/* A person hands something in while the hub is asked. */
static int own_differs(void *self, pt_replay_ask_cb *ask, void *ctx, struct pt_replay_row *ret,
                       struct pt_err *err) {
    struct rig *r = self;
    struct pt_sql other = {0};
    (void)ask, (void)ctx, (void)ret;
    own.writable = pt_sql_open(&other, rig_path(r, "state/connector.db"),
                               &(struct pt_sql_options){.mode = PT_SQL_WRITE}, NULL) == 0 &&
                   pt_sql_exec(&other, "BEGIN IMMEDIATE; ROLLBACK", NULL) == 0;
    pt_sql_close(&other);
    return pt_err_set(err, PT_E_TIMEOUT, "no answer");
}

/* What is folded may be of a later moment than what the connector has verified: the tick that a
 * snapshot is of, and its day with it, is there for the fold alone. */
Test(replay, nothing_is_attested_before_it_is_verified) {
    static const struct pt_replay_ops ops = {
        .size = own_size, .fold = own_fold, .verdicts = own_verdicts, .close = own_close};
    struct rig r;
    struct pt_replay replay = {.ops = &ops, .self = &r};
    rig_init(&r, "audit", false);
    r.replay = &replay;
    r.ticks_late = r.once = true;
    r.config.until_day = 20190101;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert(own.has_tick);
    struct pt_state *s = rig_state(&r);
    int64_t day = 0;
    cr_assert_eq(pt_state_get_int(s, "attested_day", 0, &day, NULL), 0);
    cr_assert_eq(day, 20190101);
    pt_state_free(s);
    rig_done(&r);
}

/* A day whose snapshot isn't what the own ledger gives. */
static void run_differing(struct rig *r, struct pt_replay *replay) {
    memset(&own, 0, sizeof own);
    rig_init(r, "audit", false);
    own.differs = true;
    r->replay = replay;
    r->once = true;
    r->config.until_day = 20190101;
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
}

/* Asking the hub for the row may take its time: nobody waits for that who wants to hand in a
 * record. */
Test(replay, the_outbox_can_be_written_while_a_row_is_asked_for) {
    static const struct pt_replay_ops ops = {.size = own_size,
                                             .fold = own_fold,
                                             .verdicts = own_verdicts,
                                             .differs = own_differs,
                                             .close = own_close};
    struct rig r;
    struct pt_replay replay = {.ops = &ops, .self = &r};
    run_differing(&r, &replay);
    cr_assert(own.writable);
    cr_assert(rig_has_alarm(&r, "snapshot_differs"));
    rig_done(&r);
}

static int64_t attestations(struct rig *r) {
    struct pt_sql db = {0};
    int64_t n = -1;
    bool found;
    cr_assert_eq(pt_sql_open(&db, rig_path(r, "state/connector.db"),
                             &(struct pt_sql_options){.mode = PT_SQL_WRITE}, NULL),
                 0);
    cr_assert_eq(pt_sql_number(&db, &n, &found, NULL,
                               "SELECT count(*) FROM outbox WHERE type = 'Attestation'", ""),
                 0);
    pt_sql_close(&db);
    return n;
}

static int digest_differs(void *self, pt_replay_ask_cb *ask, void *ctx, struct pt_replay_row *ret,
                          struct pt_err *err) {
    (void)self, (void)ask, (void)ctx, (void)err;
    *ret = (struct pt_replay_row){
        .found = true, .facts = true, .day = 20190101, .fiscal_year = 2, .subject = "37010019R1"};
    (void)snprintf(ret->formula, sizeof ret->formula, "steps/1");
    return 0;
}

/* An Attestation names a row by its fiscal year and its two numbers. Of a row of no year, whose
 * values are digests, it says that the snapshots differ, and people are told which row it is. */
Test(replay, a_row_of_no_year_is_attested_unnamed) {
    static const struct pt_replay_ops ops = {.size = own_size,
                                             .fold = own_fold,
                                             .verdicts = own_verdicts,
                                             .differs = digest_differs,
                                             .close = own_close};
    struct rig r;
    struct pt_replay replay = {.ops = &ops, .self = &r};
    run_differing(&r, &replay);
    cr_expect_eq(attestations(&r), 1);
    cr_expect(rig_has_alarm(&r, "snapshot_differs"));
    rig_done(&r);
}

/* Of what other software made nothing is said to the others, no alarm is raised, and the connector
 * goes on. */
Test(replay, a_snapshot_of_another_format_is_not_attested) {
    static const struct pt_replay_ops ops = {
        .size = own_size, .fold = own_fold, .verdicts = own_verdicts, .close = own_close};
    for (int other = 0; other < 2; other++) {
        struct rig r;
        struct pt_replay replay = {.ops = &ops, .self = &r};
        memset(&own, 0, sizeof own);
        own.other = other;
        rig_init(&r, "audit", false);
        r.replay = &replay;
        r.once = true;
        r.config.until_day = 20190101;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        struct pt_state *s = rig_state(&r);
        int64_t day = 0;
        cr_assert_eq(pt_state_get_int(s, "attested_day", 0, &day, NULL), 0);
        cr_expect_eq(day, 20190101);
        cr_expect_eq(attestations(&r), !other);
        cr_expect_eq(rig_had_event(&r, "not_attested"), other);
        cr_expect_not(rig_has_alarm(&r, "snapshot_differs"));
        pt_state_free(s);
        rig_done(&r);
    }
}

/* What this body's own ledger can't give ends attesting, with an alarm, and nothing else. */
Test(replay, an_unreadable_ledger_ends_nothing_else) {
    static const struct pt_replay_ops ops = {
        .size = own_size, .fold = own_fold, .verdicts = no_verdicts, .close = own_close};
    struct rig r;
    struct pt_replay replay = {.ops = &ops, .self = &r};
    rig_init(&r, "audit", false);
    r.replay = &replay;
    r.once = true;
    r.config.until_day = 20190103;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert(rig_has_alarm(&r, "replay_failed"));
    cr_assert_eq(pt_exchange_last_tick(r.hub.x)->day, 20190103);
    rig_done(&r);
}
