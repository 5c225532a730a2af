/* The life of a finding: due, escalation, replies, waivers, restarts, parameters. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>
#include <pentad/sql/sql.h>

#include "../../../hub/rules/parse.h"
#include "world.h"

#define WAN INT64_C(1000000)
#define OPEN 1
#define REPLIED 2
#define CLOSED 3
#define WAIVED 4
#define EXPLAIN 2
#define WAIVE 5

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";

/* One project, allotted 100 万元, overpaid by 1 万元 on 03-01 (a Friday): K04, red, due in 5 WD. */
static struct seen overpaid(struct world *w, const char *path) {
    struct mk_line l = {"V1", P1, "Q1", 101 * WAN, 0, NULL};

    w_open(w, path);
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_allot(&w->m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(w, 20190128);
    (void)mk_pay(&w->m, "u", 2019, 20190301, &l, 1, NULL);
    w_tick(w, 20190301);
    return w_find(w, "K04", P1, NULL, NULL);
}

static struct mk_ref rule_set(struct world *w, int32_t effective, const char *name, int64_t value) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__RuleSet s = PENTAD__V1__RULE_SET__INIT;
    Pentad__V1__RuleParam p = PENTAD__V1__RULE_PARAM__INIT;
    Pentad__V1__RuleParam *pp = &p;

    p.name = (char *)(uintptr_t)name;
    p.has_value = 1;
    p.value = value;
    s.n_params = 1;
    s.params = &pp;
    r.has_effective = 1;
    r.effective = effective;
    r.body_case = PENTAD__V1__RECORD__BODY_RULE_SET;
    r.rule_set = &s;
    return mk_add(&w->m, "office", &r);
}

Test(findings, due_and_escalation) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    int n;

    cr_expect(s.status == OPEN && s.sev == 3 && s.due == 20190308, "due %d", s.due);
    w_days(&w, 20190302, 20190308);
    n = w_h01s_of(&w, "K04");
    cr_expect(!w_find(&w, "K04", P1, NULL, NULL).escalated);
    w_tick(&w, 20190309);
    s = w_find(&w, "K04", P1, NULL, NULL);
    cr_expect(s.escalated && s.status == OPEN && s.episode == 1);
    cr_expect_eq(w_h01s_of(&w, "K04"), n + 1);
    w_days(&w, 20190310, 20190320);
    cr_expect_eq(w_h01s_of(&w, "K04"), n + 1, "escalated once");
    w_check(&w);
    w_close(&w);
}

Test(findings, workdays_come_from_the_calendar_in_force) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Workdays h = PENTAD__V1__WORKDAYS__INIT;
    int32_t off[] = {20190304, 20190305};
    int32_t on[] = {20190303};
    struct world w;
    struct mk_ref ref;
    struct mk_line l = {"V1", P1, "Q1", 2 * WAN, 0, NULL};

    w_open(&w, ":memory:");
    h.has_year = 1;
    h.year = 2019;
    h.n_holidays = 2;
    h.holidays = off;
    h.n_workdays = 1;
    h.workdays = on;
    r.has_effective = 1;
    r.effective = 20190101;
    r.body_case = PENTAD__V1__RECORD__BODY_WORKDAYS;
    r.workdays = &h;
    ref = mk_add(&w.m, "office", &r);
    w_tick(&w, 20190102);
    (void)w_approve(&w, "congress", &ref);
    (void)w_approve(&w, "finance", &ref);
    w_tick(&w, 20190103);
    (void)mk_allot(&w.m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190128, WAN, NULL);
    w_tick(&w, 20190128);
    (void)w_approve(&w, "audit", &ref);
    (void)mk_pay(&w.m, "u", 2019, 20190301, &l, 1, NULL);
    w_tick(&w, 20190301);
    /* 03 (worked), 06, 07, 08, 11: finance's approval counts for nothing, audit's completes it. */
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).due, 20190311, "due %d",
                 w_find(&w, "K04", P1, NULL, NULL).due);
    w_check(&w);
    w_close(&w);
}

/* The office's calendar of 2019 with one more day off, in force once two have approved it. */
static void day_off(struct world *w, int32_t off, int32_t tick_day) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Workdays h = PENTAD__V1__WORKDAYS__INIT;
    struct mk_ref ref;

    h.has_year = 1;
    h.year = 2019;
    h.n_holidays = 1;
    h.holidays = &off;
    r.has_effective = 1;
    r.effective = 20190101;
    r.body_case = PENTAD__V1__RECORD__BODY_WORKDAYS;
    r.workdays = &h;
    ref = mk_add(&w->m, "office", &r);
    (void)w_approve(w, "congress", &ref);
    (void)w_approve(w, "audit", &ref);
    w_tick(w, tick_day);
}

/* A holiday declared while a term runs moves its end, each time; nothing is escalated by the old
 * day, and what is escalated stays so. */
Test(findings, a_later_calendar_moves_the_term) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    int n = w_h01s_of(&w, "K04");

    cr_expect_eq(s.due, 20190308);
    w_tick(&w, 20190304);
    cr_expect_eq(w_h01s_of(&w, "K04"), n);
    day_off(&w, 20190307, 20190305);
    s = w_find(&w, "K04", P1, NULL, NULL);
    cr_expect(s.due == 20190311 && s.status == OPEN && s.episode == 1, "due %d", s.due);
    cr_expect_eq(w_h01s_of(&w, "K04"), n + 1);
    w_days(&w, 20190306, 20190309);
    cr_expect(!w_find(&w, "K04", P1, NULL, NULL).escalated, "not by the day it had");
    cr_expect_eq(w_h01s_of(&w, "K04"), n + 1);
    day_off(&w, 20190306, 20190310); /* the seventh is worked after all: as long as before */
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).due, 20190311);
    cr_expect_eq(w_h01s_of(&w, "K04"), n + 1);
    w_tick(&w, 20190311);
    w_tick(&w, 20190312);
    cr_expect(w_find(&w, "K04", P1, NULL, NULL).escalated);
    day_off(&w, 20190312, 20190313);
    s = w_find(&w, "K04", P1, NULL, NULL);
    cr_expect(s.escalated && s.due == 20190311, "what is past is past");
    w_check(&w);
    w_close(&w);
}

Test(findings, replies_and_waivers) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    struct mk_ref waiver;

    w_reply(&w, "audit", s.id, EXPLAIN, NULL); /* not asked */
    w_tick(&w, 20190302);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, OPEN);
    w_reply(&w, "finance", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190304);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, REPLIED);
    w_days(&w, 20190305, 20190315);
    cr_expect(!w_find(&w, "K04", P1, NULL, NULL).escalated, "answered in time");
    /* The office sits in the finance bureau: its waiver waits for congress or audit. */
    w_reply(&w, "office", s.id, WAIVE, &waiver);
    w_tick(&w, 20190316);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, REPLIED);
    (void)w_approve(&w, "organization", &waiver);
    w_tick(&w, 20190317);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, REPLIED);
    (void)w_approve(&w, "audit", &waiver);
    w_tick(&w, 20190318);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, WAIVED);
    /* Cleared, then again: a new episode that nobody has waived. */
    (void)mk_allot(&w.m, 2, P1, DEPT1, "Q2", "2050201", 2019, 20190319, WAN, NULL);
    w_tick(&w, 20190319);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, CLOSED);
    (void)mk_allot(&w.m, 3, P1, DEPT1, "Q3", "2050201", 2019, 20190320, WAN, NULL);
    w_tick(&w, 20190320);
    s = w_find(&w, "K04", P1, NULL, NULL);
    cr_expect(s.status == OPEN && s.episode == 2);
    w_check(&w);
    w_close(&w);
}

Test(findings, parameters_take_effect_when_two_outside_finance_agree) {
    struct world w;
    struct mk_ref p;

    w_open(&w, ":memory:");
    (void)mk_eval(&w.m, 1, P1, 2019, 20200301, 9500, NULL, NULL);
    (void)mk_eval(&w.m, 2, P1, 2019, 20200302, 9000, NULL, NULL);
    w_tick(&w, 20200302);
    cr_expect_eq(w_h01s_of(&w, "K43"), 0, "5 points apart");
    p = rule_set(&w, 20200310, "k43.yellow_cp", 500);
    w_tick(&w, 20200303);
    (void)w_approve(&w, "congress", &p);
    (void)w_approve(&w, "finance", &p);
    w_tick(&w, 20200304);
    (void)w_approve(&w, "discipline", &p);
    w_tick(&w, 20200305);
    cr_expect_eq(w_h01s_of(&w, "K43"), 0, "in force only from 03-10");
    w_tick(&w, 20200310);
    cr_expect_eq(w_find(&w, "K43", P1, NULL, NULL).status, OPEN);
    p = rule_set(&w, 20200401, "k43.yellow_cp", 501);
    (void)w_approve(&w, "audit", &p);
    (void)w_approve(&w, "organization", &p);
    w_tick(&w, 20200401);
    cr_expect_eq(w_find(&w, "K43", P1, NULL, NULL).status, CLOSED);
    w_check(&w);
    w_close(&w);
}

/* A text that an H07 gives says nothing; what the one before it said stays in force. */
Test(findings, a_text_changes_no_parameter) {
    struct world w;
    struct mk_ref p[2];

    w_open(&w, ":memory:");
    (void)mk_eval(&w.m, 1, P1, 2019, 20200301, 9500, NULL, NULL);
    (void)mk_eval(&w.m, 2, P1, 2019, 20200302, 9000, NULL, NULL);
    p[0] = rule_set(&w, 20200303, "k43.yellow_cp", 500);
    p[1] = mk_json(&w.m, "office", "H07", K(NONE), NULL, 0, 20200304,
                   "{'params':[{'name':'k43.yellow_cp','text':'many'}]}");
    for (int i = 0; i < 2; i++) {
        (void)w_approve(&w, "congress", &p[i]);
        (void)w_approve(&w, "audit", &p[i]);
    }
    w_days(&w, 20200303, 20200305);
    cr_expect_eq(w_find(&w, "K43", P1, NULL, NULL).status, OPEN);
    w_check(&w);
    w_close(&w);
}

Test(findings, a_rule_whose_parameter_is_no_number_or_in_one_language_is_refused) {
    static const char text[] = "-- id: K99\n-- param: k99.word text many 多少 | how many\n";
    static const char none[] = "-- id: K99\n-- param: k99.days int many 多少 | how many\n";
    static const char one[] = "-- id: K99\n-- param: k99.days int 5 how many\n";
    struct pt_rule r;
    struct pt_err err = {0};

    cr_expect_eq(pt_rule_parse(text, &r, &err), PT_E_FORMAT);
    cr_expect(strstr(err.msg, "parameter k99.word: text many is no whole number") != NULL, "%s",
              err.msg);
    pt_rule_done(&r);
    cr_expect_eq(pt_rule_parse(none, &r, &err), PT_E_FORMAT);
    pt_rule_done(&r);
    cr_expect_eq(pt_rule_parse(one, &r, &err), PT_E_FORMAT);
    cr_expect(strstr(err.msg, "parameter k99.days: write what it is in Chinese") != NULL, "%s",
              err.msg);
    pt_rule_done(&r);
}

Test(findings, bands_and_lights_are_parameters) {
    struct world w;
    struct mk_ref p[2];
    struct mk_line l = {"V1", P1, "Q1", 40 * WAN, 0, NULL};
    struct pt_figure_ask ask = {K(PROJECT), P1, 2019, "FG6.light", 20190630, PT_KNOWN_NOW};
    struct pt_figure f;
    struct pt_err err = {0};

    w_open(&w, ":memory:");
    (void)mk_allot(&w.m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190101, 100 * WAN, NULL);
    (void)mk_pay(&w.m, "u", 2019, 20190301, &l, 1, NULL); /* 40 % of 50 % at the end of June */
    (void)mk_eval(&w.m, 1, P1, 2019, 20190610, 8000, NULL, NULL);
    (void)mk_eval(&w.m, 2, P1, 2019, 20190610, 7500, NULL, NULL); /* 5 points, one band */
    w_tick(&w, 20190701);
    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w.f), &ask, &f, &err), 0, "%s", err.msg);
    cr_expect(!f.na && f.value == 1, "10 points behind is green");
    cr_expect_eq(w_find(&w, "K43", NULL, NULL, NULL).n, 0);
    ask.known_at = pt_ledger_cursor(pt_fold_ledger(w.f));
    p[0] = rule_set(&w, 20190601, "fg6.yellow_bp", -500);
    p[1] = rule_set(&w, 20190601, "k43.red_bands", 1);
    for (int i = 0; i < 2; i++) {
        (void)w_approve(&w, "congress", &p[i]);
        (void)w_approve(&w, "audit", &p[i]);
    }
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K43", P1, "", "").sev, 3);
    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w.f), &ask, &f, &err), 0, "%s", err.msg);
    cr_expect_eq(f.value, 1, "nobody knew of it then");
    ask.known_at = PT_KNOWN_NOW;
    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w.f), &ask, &f, &err), 0, "%s", err.msg);
    cr_expect_eq(f.value, 2);
    ask.valid_at = 20190531; /* before it is in force: 40 % of 41.67 % */
    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w.f), &ask, &f, &err), 0, "%s", err.msg);
    cr_expect_eq(f.value, 1);
    w_check(&w);
    w_close(&w);
}

/* Stop and start at every entry: what is authored in the end is the same, once. */
Test(findings, a_restart_anywhere_emits_nothing_twice) {
    char path[64];
    struct world w;
    uint8_t a[32];
    uint8_t b[32];
    struct pt_err err = {0};
    struct pt_fold_state s;
    struct pt_fold *f;
    size_t total;

    (void)snprintf(path, sizeof path, "/tmp/pt_rules_test_%d.db", (int)getpid());
    (void)overpaid(&w, ":memory:");
    w_days(&w, 20190302, 20190312);
    cr_assert_eq(pt_ledger_digest(pt_fold_ledger(w.f), a, &err), 0);
    total = w.m.n;
    for (size_t cut = 0; cut <= total; cut++) {
        (void)unlink(path);
        cr_assert_eq(pt_fold_open(path, &f, NULL, &err), 0, "%s", err.msg);
        if (cut > 0)
            cr_assert_eq(pt_fold_apply(f, w.m.e, cut, &err), 0, "%s", err.msg);
        pt_fold_close(f);
        cr_assert_eq(pt_fold_open(path, &f, NULL, &err), 0, "%s", err.msg);
        if (cut < total)
            cr_assert_eq(pt_fold_apply(f, w.m.e + cut, total - cut, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_fold_state(f, &s, &err), 0);
        cr_expect(s.pending == 0 && s.mismatches == 0, "cut at %zu: %llu pending, %llu unlike", cut,
                  (unsigned long long)s.pending, (unsigned long long)s.mismatches);
        cr_assert_eq(pt_ledger_digest(pt_fold_ledger(f), b, &err), 0);
        cr_expect(memcmp(a, b, 32) == 0, "cut at %zu", cut);
        pt_fold_close(f);
    }
    (void)unlink(path);
    w_close(&w);
}

/* A hub that wrote something else than the rules say is found out, and set right at the next tick.
 */
Test(findings, a_false_finding_is_noticed) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Discrepancy d = PENTAD__V1__DISCREPANCY__INIT;
    struct pt_fold_state st;
    struct pt_err err = {0};

    d.has_id = 1;
    d.id.data = s.id;
    d.id.len = 16;
    d.rule = (char *)(uintptr_t) "K04";
    d.has_status = d.has_episode = 1;
    d.status = PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_CLOSED;
    d.episode = 1;
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = &d;
    (void)mk_add(&w.m, "hub", &r);
    mk_flush(&w.m);
    w_fold(&w);
    cr_assert_eq(pt_fold_state(w.f, &st, &err), 0);
    cr_expect_eq(st.mismatches, 1);
    mk_tick(&w.m, 20190302);
    w_fold(&w);
    cr_assert_eq(pt_fold_state(w.f, &st, &err), 0);
    cr_expect_eq(st.pending, 1, "it still fires: opened again");
    w_close(&w);
}

/* Rows that the rules' statements step through without an index. */
static int64_t scanned(struct world *w) {
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(w->f))->db;
    int64_t n = 0;

    for (sqlite3_stmt *st = sqlite3_next_stmt(db, NULL); st; st = sqlite3_next_stmt(db, st))
        n += sqlite3_stmt_status(st, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    return n;
}

/* Work at a tick follows what changed or fell due, never the ledger's size. */
Test(findings, an_idle_tick_reads_no_ledger) {
    struct world w;
    int64_t before;
    int64_t after;

    (void)overpaid(&w, ":memory:");
    for (int i = 0; i < 3000; i++) {
        char key[32];
        char quota[32];
        struct mk_line l = {quota, key, quota, WAN, 0, NULL};

        (void)snprintf(key, sizeof key, "37010019R%012d", 1000 + i);
        (void)snprintf(quota, sizeof quota, "X%d", i);
        (void)mk_allot(&w.m, 1, key, DEPT1, quota, "2050201", 2019, 20190301, 10 * WAN, NULL);
        (void)mk_pay(&w.m, "u", 2019, 20190302, &l, 1, NULL);
        (void)mk_finding(&w.m, key, 2019, 20190302, quota, 6, 1, 20191231, 1, 0, NULL);
        (void)mk_eval(&w.m, 1, key, 2019, 20190302, 7000, NULL, NULL);
    }
    w_tick(&w, 20190302);
    before = scanned(&w);
    w_tick(&w, 20190303);
    after = scanned(&w);
    cr_expect(before > 0 && after < 500, "an idle tick stepped through %lld rows",
              (long long)after);
    w_close(&w);
}

/* What a tick finds is logged behind it. A day means its last tick with all that it found: the same
 * findings as the brief of that moment counts. */
Test(findings, a_day_knows_what_its_tick_found) {
    static const int32_t days[] = {20190228, 20190301, 20190302};
    static const size_t active[] = {0, 1, 1};
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    struct pt_ledger *l = pt_fold_ledger(w.f);
    struct pt_err err = {0};

    cr_assert_eq(s.status, OPEN);
    w_days(&w, 20190302, 20190302);
    for (size_t i = 0; i < 3; i++) {
        struct pt_discrepancy_filter f = {
            .reader = PT_PARTY_HUB, .rule = "K04", .status = "active"};
        json_t *j = NULL;

        if (pt_ledger_known_at(l, days[i], &f.known_at, &err) != 0)
            cr_assert_fail("%s", err.msg);
        cr_assert_eq(pt_ledger_discrepancies_json(l, &f, &j, &err), 0, "%s", err.msg);
        cr_expect_eq(json_array_size(json_object_get(j, "discrepancies")), active[i], "%d",
                     days[i]);
        cr_expect_eq((uint64_t)json_integer_value(json_object_get(j, "known_at")), f.known_at);
        json_decref(j);
    }
    w_close(&w);
}

/* Records of every type can be written as JSON in these tests: here a V03 that answers a finding.
 */
Test(findings, records_as_json_are_records) {
    struct world w;
    struct mk_ref finding;

    w_open(&w, ":memory:");
    (void)mk_project(&w.m, P1, "校舍改造", DEPT1, NULL);
    w_tick(&w, 20190601);
    finding = mk_finding(&w.m, P1, 2018, 20190601, "审1", 2, 2, 20190610, 5 * WAN, 0, NULL);
    w_days(&w, 20190602, 20190611);
    cr_expect_eq(w_find(&w, "K58", P1, NULL, "审1").status, OPEN);
    (void)mk_json(&w.m, "audit", "V03", K(PROJECT), P1, 2018, 20190612,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_VERIFY','due':20190610,"
                  "'result':'RECTIFICATION_RESULT_DONE'}",
                  mk_ref_json(&w.m, &finding));
    w_tick(&w, 20190612);
    cr_expect_eq(w_find(&w, "K58", P1, NULL, "审1").status, CLOSED);
    w_check(&w);
    w_close(&w);
}

static json_t *life_of(struct world *w, const char *id) {
    struct pt_err err = {0};
    json_t *j = NULL;

    cr_assert_eq(pt_ledger_discrepancy_json(pt_fold_ledger(w->f), id, PT_PARTY_HUB, &j, &err), 0,
                 "%s", err.msg);
    return j;
}

static size_t proposals(struct world *w, json_t **ret) {
    struct pt_err err = {0};

    cr_assert_eq(pt_ledger_escalations_json(pt_fold_ledger(w->f), PT_PARTY_HUB, ret, &err), 0, "%s",
                 err.msg);
    return json_array_size(json_object_get(*ret, "proposals"));
}

static const char *text_at(const json_t *list, size_t i, const char *name) {
    const char *s = json_string_value(json_object_get(json_array_get(list, i), name));

    return s ? s : "";
}

Test(findings, one_is_told_whole) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    struct mk_ref waiver;
    struct pt_err err = {0};
    char hex[33];
    char few[7];
    json_t *j = NULL;
    json_t *list;

    pt_hex(hex, s.id, 16);
    (void)snprintf(few, sizeof few, "%.6s", hex);
    w_reply(&w, "finance", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190304);
    w_reply(&w, "office", s.id, WAIVE, &waiver);
    (void)w_approve(&w, "audit", &waiver);
    w_tick(&w, 20190305);
    j = life_of(&w, few);
    cr_expect_str_eq(json_string_value(json_object_get(json_object_get(j, "discrepancy"), "id")),
                     hex);
    cr_expect_eq(json_array_size(json_object_get(j, "inputs")), (size_t)s.n_inputs);
    cr_expect_eq(json_array_size(json_object_get(j, "history")), 3, "OPEN, REPLIED, WAIVED");
    list = json_object_get(j, "replies");
    cr_expect_eq(json_array_size(list), 2);
    cr_expect_str_eq(text_at(list, 0, "author"), "finance");
    list = json_object_get(json_array_get(list, 1), "approvals");
    cr_expect_eq(json_array_size(list), 1);
    cr_expect_str_eq(text_at(list, 0, "author"), "audit");
    json_decref(j);
    few[5] = '\0';
    cr_expect_eq(pt_ledger_discrepancy_json(pt_fold_ledger(w.f), few, PT_PARTY_HUB, &j, &err),
                 PT_E_USAGE);
    cr_expect_eq(pt_ledger_discrepancy_json(pt_fold_ledger(w.f), "xyz1234", PT_PARTY_HUB, &j, &err),
                 PT_E_USAGE);
    hex[0] = hex[0] == 'f' ? '0' : 'f';
    cr_expect_eq(pt_ledger_discrepancy_json(pt_fold_ledger(w.f), hex, PT_PARTY_HUB, &j, &err),
                 PT_E_NOT_FOUND);
    w_close(&w);
}

Test(findings, what_closed_one_is_named) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    struct mk_ref more;
    char hex[33], id[64];
    json_t *j;
    const json_t *by;

    pt_hex(hex, s.id, 16);
    j = life_of(&w, hex);
    cr_expect_eq(json_array_size(json_object_get(j, "cleared_by")), 0, "it isn't closed");
    json_decref(j);
    (void)mk_project(&w.m, "37010019T000000009999", "别的项目", DEPT1, NULL);
    w_tick(&w, 20190304);
    more = mk_allot(&w.m, 2, P1, DEPT1, "Q1", "2050201", 2019, 20190305, 5 * WAN, NULL);
    (void)mk_project(&w.m, "37010019T000000008888", "又一项目", DEPT1, NULL);
    w_tick(&w, 20190305);
    cr_assert_eq(w_find(&w, "K04", P1, NULL, NULL).status, CLOSED);
    w_tick(&w, 20190306);
    j = life_of(&w, hex);
    by = json_object_get(j, "cleared_by");
    (void)snprintf(id, sizeof id, "finance/main#%" PRIu64, more.ref.seq);
    cr_assert_eq(json_array_size(by), 1, "%zu", json_array_size(by));
    cr_expect_str_eq(text_at(by, 0, "id"), id);
    json_decref(j);
    w_close(&w);
}

Test(findings, a_subjects_history_has_its_payments_and_discrepancies) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    struct mk_line l = {"V2", P1, "Q1", 3 * WAN, 0, NULL};
    const struct pt_figure_ask ask = {.kind = K(PROJECT),
                                      .key = P1,
                                      .fiscal_year = 2019,
                                      .valid_at = 20190410,
                                      .known_at = PT_KNOWN_NOW};
    const struct pt_list_page page = {.limit = 100};
    struct pt_err err = {0};
    char hex[33];
    json_t *j = NULL;
    const json_t *paid;

    (void)mk_pay(&w.m, "u", 2019, 20190402, &l, 1, NULL);
    w_tick(&w, 20190402);
    cr_assert_eq(pt_ledger_history_json(pt_fold_ledger(w.f), &ask, page, NULL, &j, &err), 0, "%s",
                 err.msg);
    paid = json_object_get(json_object_get(j, "payments"), "months");
    cr_assert_eq(json_array_size(paid), 2);
    cr_expect_str_eq(text_at(paid, 0, "month"), "2019-03");
    cr_expect_str_eq(text_at(paid, 0, "paid"), "101000000");
    cr_expect_str_eq(text_at(paid, 1, "month"), "2019-04");
    cr_expect_str_eq(text_at(paid, 1, "paid"), "3000000");
    pt_hex(hex, s.id, 16);
    cr_expect_geq(json_array_size(json_object_get(j, "discrepancies")), 1);
    cr_expect_str_eq(text_at(json_object_get(j, "discrepancies"), 0, "id"), hex);
    json_decref(j);
    w_close(&w);
}

/* The J02 whose origin is what a proposal names. */
static void give_task(struct world *w, json_t *proposal) {
    const json_t *origin = json_object_get(proposal, "origin");
    const char *hash = json_string_value(json_object_get(origin, "hash"));
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Task t = PENTAD__V1__TASK__INIT;
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    uint8_t bytes[32];
    struct pt_ref at;

    cr_assert_eq(pt_ref_parse(json_string_value(json_object_get(origin, "id")), &at, NULL), 0);
    cr_assert_eq(pt_unhex(hash, strlen(hash), bytes, sizeof bytes), 0);
    ref.party = at.party;
    ref.stream = at.stream;
    ref.has_seq = ref.has_hash = 1;
    ref.seq = at.seq;
    ref.hash = (ProtobufCBinaryData){.len = sizeof bytes, .data = bytes};
    t.task_no = (char *)(uintptr_t) "DB-1";
    t.origin = &ref;
    t.lead = (char *)(uintptr_t) "finance";
    t.has_due = 1;
    t.due = 20190318;
    t.requirement = (char *)(uintptr_t) "x";
    r.has_effective = 1;
    r.effective = 20190311;
    r.body_case = PENTAD__V1__RECORD__BODY_TASK;
    r.task = &t;
    (void)mk_add(&w->m, "office", &r);
}

Test(findings, escalation_proposes_a_task_until_there_is_one) {
    struct world w;
    struct seen s = overpaid(&w, ":memory:");
    char hex[33];
    json_t *j = NULL;
    json_t *list;

    cr_expect_eq(s.due, 20190308);
    w_days(&w, 20190302, 20190308);
    cr_expect_eq(proposals(&w, &j), 0, "in time");
    json_decref(j);
    pt_hex(hex, s.id, 16);
    j = life_of(&w, hex);
    cr_expect_eq(json_integer_value(json_object_get(j, "workdays_left")), 0, "the day it is due");
    json_decref(j);
    w_tick(&w, 20190309); /* a Saturday */
    cr_assert_eq(proposals(&w, &j), 2, "a disclosure that is missing (K62) too");
    list = json_object_get(j, "proposals");
    cr_expect_str_eq(text_at(list, 0, "escalated_on"), "2019-03-09");
    cr_expect_str_eq(text_at(list, 0, "due"), "2019-03-15", "5 working days on");
    w_tick(&w, 20190311);
    give_task(&w, json_array_get(list, 0));
    json_decref(j);
    w_tick(&w, 20190312);
    j = life_of(&w, hex);
    cr_expect_eq(json_integer_value(json_object_get(j, "workdays_left")), -2, "two late");
    json_decref(j);
    cr_expect_eq(proposals(&w, &j), 1, "it is supervised, the other isn't");
    cr_expect_eq(json_integer_value(json_object_get(j, "escalated")), 2);
    json_decref(j);
    pt_hex(hex, s.id, 16);
    j = life_of(&w, hex);
    cr_expect_eq(json_array_size(json_object_get(j, "tasks")), 1);
    json_decref(j);
    w_close(&w);
}

/* ---- erased records ---- */

static struct pt_span *payment_in(struct world *w) {
    for (size_t k = 0; k < w->m.n; k++) {
        for (size_t i = 0; i < w->m.e[k].n; i++) {
            struct pt_span b = w->m.e[k].records[i];
            Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, b.len, b.p);
            bool is = r && r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;

            if (r)
                pentad__v1__record__free_unpacked(r, NULL);
            if (is)
                return (struct pt_span *)(uintptr_t)&w->m.e[k].records[i];
        }
    }
    return NULL;
}

struct closing {
    const uint8_t *id;
    bool closed;
};
static int look_for(void *ctx, const uint8_t id[16], struct pt_span bytes) {
    struct closing *c = ctx;
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, bytes.len, bytes.p);

    cr_assert_not_null(d);
    c->closed = c->closed || (memcmp(id, c->id, 16) == 0 && (int)d->status == CLOSED);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    return 0;
}

/* A ledger that is made anew without the payment can't find K04 again: that is counted, and at the
 * next tick nothing bears the discrepancy out any more. */
Test(findings, one_whose_payment_was_erased_is_closed) {
    struct pt_err err = {0};
    struct world w;
    struct pt_fold_state st;
    struct seen s = overpaid(&w, ":memory:");
    struct pt_span *payment = payment_in(&w);
    struct closing c = {.id = s.id};
    struct pt_span was;
    uint64_t holes = 0;

    cr_assert_eq(s.status, OPEN);
    cr_assert_not_null(payment);
    was = *payment;
    *payment = pt_span(NULL, 0);
    pt_fold_close(w.f);
    cr_assert_eq(pt_fold_open(":memory:", &w.f, NULL, &err), 0, "%s", err.msg);
    w.folded = 0;
    w_fold(&w);
    cr_assert_eq(pt_fold_holes(w.f, &holes, &err), 0);
    cr_assert_eq(holes, 1);
    cr_assert_eq(pt_fold_state(w.f, &st, &err), 0);
    cr_assert_gt(st.mismatches, 0);
    mk_tick(&w.m, 20190304);
    w_fold(&w);
    cr_assert_eq(pt_fold_pending(w.f, look_for, &c, &err), 0, "%s", err.msg);
    cr_assert(c.closed);
    *payment = was;
    w_close(&w);
}
