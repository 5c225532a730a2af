/* The live clock's ticks wait for nobody: what a party has yet to close is no absence. */
#include <criterion/criterion.h>

#include <string.h>

#include <pentad/sql/sql.h>
#include <pentad/v1/envelope.pb-c.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define OPEN 1
#define CLOSED 3

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";

static void pay(struct world *w, int32_t date, const char *voucher, int64_t fen) {
    struct mk_line l = {voucher, P1, "Q1", fen, 0, NULL};

    (void)mk_pay(&w->m, "u", 2019, date, &l, 1, NULL);
}

/* 100 万元 allotted, one paid by the end of March. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_approve_budget(&w->m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            100 * WAN, 3);
    (void)mk_allot(&w->m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(w, 20190128);
    pay(w, 20190329, "V1", WAN);
    w_days(w, 20190329, 20190330);
    cr_assert_eq(w_h01s_of(w, "K25"), 0);
}

/* How many conditions of the rule are unknown because they wait for `day`. */
static int waiting(struct world *w, const char *rule, int32_t day) {
    struct pt_err err = {0};
    int64_t n;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT count(*) FROM condition WHERE rule = ?1 AND state = 2"
                               " AND waits = ?2",
                               "si", rule, (int64_t)day),
                 0, "%s", err.msg);
    return (int)n;
}

static int k25(struct world *w) {
    return w_find(w, "K25", P1, "", "").status;
}

/* Which month end the finding speaks of. */
static bool k25_at(struct world *w, const char *day) {
    return strstr(w_find(w, "K25", P1, "", "").message_zh, day) != NULL;
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

Test(silent, k25_waits_for_the_close_of_the_month_end) {
    struct world w;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose hourly = PENTAD__V1__STREAM_CLOSE__INIT;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20190331, 20190402);
    cr_expect_eq(w_h01s_of(&w, "K25"), 0);
    cr_expect_eq(waiting(&w, "K25", 20190331), 1);
    w_check(&w);
    mk_close_day(&w.m, "finance", "main", 20190330, false);
    w_tick(&w, 20190402);
    cr_expect_eq(w_h01s_of(&w, "K25"), 0, "another day's close");
    hourly.has_day = hourly.has_hour = 1;
    hourly.day = 20190331;
    hourly.hour = 23;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &hourly;
    (void)mk_add(&w.m, "finance", &r);
    w_tick(&w, 20190402);
    cr_expect_eq(w_h01s_of(&w, "K25"), 0, "an hour's close ends no day");
    mk_close_day(&w.m, "finance", "main", 20190331, false);
    w_tick(&w, 20190402);
    cr_expect_eq(k25(&w), OPEN);
    cr_expect_eq(waiting(&w, "K25", 20190331), 0);
    end(&w);
}

/* What came with the late close counts: nothing was ever found. */
Test(silent, what_was_still_to_come_is_no_finding) {
    struct world w;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20190331, 20190401);
    pay(&w, 20190331, "V2", 40 * WAN);
    mk_close_day(&w.m, "finance", "main", 20190331, false);
    w_tick(&w, 20190401);
    cr_expect_eq(w_h01s_of(&w, "K25"), 0);
    cr_expect_eq(waiting(&w, "K25", 20190331), 0);
    end(&w);
}

Test(silent, every_stream_of_the_party_counts_until_it_leaves) {
    struct world w;
    Pentad__V1__Record r;
    Pentad__V1__ExecSnapshot s = PENTAD__V1__EXEC_SNAPSHOT__INIT;

    begin(&w);
    r = mk_record(K(PROJECT), P1, 2019, 20190301);
    s.has_month = s.has_cum_paid_fen = 1;
    s.month = 201903;
    s.cum_paid_fen = 2 * WAN;
    r.body_case = PENTAD__V1__RECORD__BODY_EXEC_SNAPSHOT;
    r.exec_snapshot = &s;
    (void)mk_add_on(&w.m, "finance", "reports", &r);
    mk_silent(&w.m, "finance", "reports", true);
    mk_silent(&w.m, "finance", "keys", true); /* writes, never closes */
    (void)mk_add_on(&w.m, "finance", "keys", &r);
    w_days(&w, 20190331, 20190401);
    cr_expect_eq(w_h01s_of(&w, "K25"), 0, "its main stream has closed, its reports haven't");
    cr_expect_eq(waiting(&w, "K25", 20190331), 1);
    cr_expect_eq(waiting(&w, "K06", 20190331), 1);
    mk_close_day(&w.m, "finance", "reports", 20190330, true);
    w_tick(&w, 20190402);
    cr_expect_eq(k25(&w), OPEN);
    cr_expect_eq(w_find(&w, "K06", P1, "201903", "").status, OPEN);
    end(&w);
}

/* A stream that begins later takes back no verdict. */
Test(silent, a_new_stream_counts_from_its_day_on) {
    struct world w;
    Pentad__V1__Record r;
    Pentad__V1__SubjectProfile p = PENTAD__V1__SUBJECT_PROFILE__INIT;

    begin(&w);
    w_days(&w, 20190331, 20190405);
    cr_assert_eq(k25(&w), OPEN);
    p.name = (char *)(uintptr_t) "校舍改造";
    r = mk_record(K(PROJECT), P1, 2019, 20190301);
    r.body_case = PENTAD__V1__RECORD__BODY_SUBJECT_PROFILE;
    r.subject_profile = &p;
    (void)mk_add_on(&w.m, "finance", "second", &r);
    mk_silent(&w.m, "finance", "second", true);
    w_tick(&w, 20190406);
    cr_expect_eq(waiting(&w, "K25", 20190331), 0);
    w_check(&w);
    w_days(&w, 20190430, 20190501);
    cr_expect_eq(waiting(&w, "K25", 20190430), 1);
    cr_expect(k25(&w) == OPEN && k25_at(&w, "截至2019-03-31"), "unknown closes nothing");
    end(&w);
}

/* Two statements of finance/main for one sequence. */
static struct mk_ref incident(struct world *w, uint64_t first_seq) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Incident i = PENTAD__V1__INCIDENT__INIT;
    Pentad__V1__Envelope e[2] = {PENTAD__V1__ENVELOPE__INIT, PENTAD__V1__ENVELOPE__INIT};
    uint8_t bytes[2][128];

    for (int k = 0; k < 2; k++) {
        Pentad__V1__BatchStatement b = PENTAD__V1__BATCH_STATEMENT__INIT;

        b.party = (char *)(uintptr_t) "finance";
        b.stream = (char *)(uintptr_t) "main";
        b.has_first_seq = b.has_record_count = 1;
        b.first_seq = first_seq;
        b.record_count = 2 + (uint32_t)k;
        e[k].has_payload = 1;
        e[k].payload.data = bytes[k];
        e[k].payload.len = pentad__v1__batch_statement__pack(&b, bytes[k]);
    }
    i.has_kind = 1;
    i.kind = PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION;
    i.envelope_a = &e[0];
    i.envelope_b = &e[1];
    r.body_case = PENTAD__V1__RECORD__BODY_INCIDENT;
    r.incident = &i;
    return mk_add(&w->m, "hub", &r);
}

static void lift(struct world *w, struct mk_ref *of) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Lift l = PENTAD__V1__LIFT__INIT;
    struct mk_ref ref;

    l.incident = &of->ref;
    l.party = (char *)(uintptr_t) "finance";
    l.stream = (char *)(uintptr_t) "main";
    r.body_case = PENTAD__V1__RECORD__BODY_LIFT;
    r.lift = &l;
    ref = mk_add(&w->m, "office", &r);
    (void)w_approve(w, "congress", &ref);
    (void)w_approve(w, "audit", &ref);
}

Test(silent, nobody_waits_for_a_frozen_stream) {
    struct world w;
    struct mk_ref i;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20190331, 20190402);
    cr_assert_eq(waiting(&w, "K25", 20190331), 1);
    i = incident(&w, 5);
    w_tick(&w, 20190403);
    cr_expect_eq(k25(&w), OPEN);
    w_check(&w);
    lift(&w, &i);
    w_tick(&w, 20190404);
    cr_expect_eq(k25(&w), OPEN, "what was judged stays");
    w_check(&w);
    w_days(&w, 20190430, 20190501);
    cr_expect_eq(waiting(&w, "K25", 20190430), 1, "thawed, it counts again");
    (void)incident(&w, 5);
    w_tick(&w, 20190501);
    cr_expect_eq(waiting(&w, "K25", 20190430), 1, "the same pair freezes no second time");
    (void)incident(&w, 6);
    w_tick(&w, 20190502);
    cr_expect(k25(&w) == OPEN && k25_at(&w, "截至2019-04-30"));
    pay(&w, 20190502, "V3", WAN); /* a batch: it isn't frozen, whatever the Incident says */
    w_days(&w, 20190531, 20190601);
    cr_expect_eq(waiting(&w, "K25", 20190531), 1);
    end(&w);
}

Test(silent, k58_waits_for_audit_and_again_before_red) {
    struct world w;
    struct mk_ref f;

    begin(&w);
    f = mk_finding(&w.m, P1, 2018, 20190401, "A1", 6, 1, 20190430, WAN, 0, NULL);
    (void)mk_finding(&w.m, P1, 2018, 20190401, "A2", 6, 1, 20190430, WAN, 0, NULL);
    w_tick(&w, 20190401);
    mk_silent(&w.m, "audit", "main", true);
    w_days(&w, 20190430, 20190501);
    cr_expect_eq(w_find(&w, "K58", NULL, NULL, NULL).n, 0);
    cr_expect_eq(waiting(&w, "K58", 20190430), 2);
    (void)mk_verify(&w.m, P1, 2018, 20190430, &f, 1);
    w_tick(&w, 20190501);
    cr_expect_eq(waiting(&w, "K58", 20190430), 1, "done is done, whatever else is to come");
    w_check(&w);
    mk_close_day(&w.m, "audit", "main", 20190430, false);
    w_tick(&w, 20190502);
    cr_expect_eq(w_find(&w, "K58", P1, "", "A2").sev, 2);
    cr_expect_eq(w_find(&w, "K58", P1, "", "A1").n, 0);
    w_days(&w, 20190530, 20190531);
    cr_expect_eq(waiting(&w, "K58", 20190530), 1);
    cr_expect_eq(w_find(&w, "K58", P1, "", "A2").sev, 2, "neither closed nor raised meanwhile");
    cr_expect_eq(w_find(&w, "K58", P1, "", "A2").status, OPEN);
    w_check(&w);
    mk_close_day(&w.m, "audit", "main", 20190530, false);
    w_tick(&w, 20190601);
    cr_expect_eq(w_find(&w, "K58", P1, "", "A2").sev, 3);
    end(&w);
}

Test(silent, k07_waits_for_the_end_of_a_year_that_is_over) {
    struct world w;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    (void)mk_audit_paid(&w.m, P1, 2019, 20190601, 50 * WAN, NULL);
    w_tick(&w, 20190601);
    cr_expect_eq(w_find(&w, "K07", P1, "", "").status, OPEN, "of a year that runs: at once");
    (void)mk_audit_paid(&w.m, P1, 2019, 20200105, 60 * WAN, NULL);
    w_tick(&w, 20200105);
    cr_expect_eq(waiting(&w, "K07", 20191231), 1);
    pay(&w, 20191230, "V9", 59 * WAN);
    mk_close_day(&w.m, "finance", "main", 20191231, false);
    w_tick(&w, 20200106);
    cr_expect_eq(w_find(&w, "K07", P1, "", "").status, CLOSED);
    end(&w);
}
