/* Between two ticks the parties' streams may lie among each other in any order, and every order has
 * to come to the same conditions: what a rule calls "after" is a later tick, or a later place in
 * one stream. Each case writes one day's records of several streams, which are then logged one
 * stream after the other, in both orders. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/sql/sql.h>

#include "world.h"

#define WARN 1
#define SUSPEND 2
#define RESUME 4

TestSuite(interleave);

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";
static const char RGN[] = "370100";

struct stream {
    const char *party;
    const char *name;
};

struct interleaving {
    void (*before)(struct world *w); /* ends with a tick, or NULL */
    void (*day)(struct world *w);
    struct stream streams[2];
    int32_t on;
    int32_t asked; /* the day on which the conditions are compared */
};

/* Every condition and whose subject is whose as one text, in order. */
static void conditions(struct world *w, char *out, size_t cap) {
    static const char sql[] =
        "SELECT coalesce(group_concat(x, char(10)), '') FROM (SELECT rule || ' ' || key || ' ' || "
        "fy"
        " || ' ' || period || ' ' || object || ' ' || state || ' ' || sev || ' ' || figures AS x"
        " FROM condition UNION ALL SELECT 'member ' || kind || ' ' || org || ' ' || subject"
        " FROM member ORDER BY x)";
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(w->f))->db;
    sqlite3_stmt *st = NULL;

    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(st), SQLITE_ROW);
    cr_assert_lt((size_t)snprintf(out, cap, "%s", (const char *)sqlite3_column_text(st, 0)), cap);
    sqlite3_finalize(st);
}

static void run(const struct interleaving *c, int first, char *out, size_t cap) {
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, RGN);
    (void)mk_project(&w.m, P1, "校舍改造", DEPT1, NULL);
    w_tick(&w, 20190102);
    if (c->before)
        c->before(&w);
    w.m.day = c->on;
    c->day(&w);
    for (int i = 0; i < 2; i++)
        mk_flush_stream(&w.m, c->streams[i ^ first].party, c->streams[i ^ first].name);
    w_tick(&w, c->on);
    w_tick(&w, c->asked);
    conditions(&w, out, cap);
    w_check(&w);
    w_close(&w);
}

/* Both orders; how many conditions of the rule there are in them. */
static int count_in_both(const struct interleaving *c, const char *rule) {
    static char one[1 << 16];
    static char other[1 << 16];
    char line[32];
    int n = 0;

    run(c, 0, one, sizeof one);
    run(c, 1, other, sizeof other);
    cr_expect_str_eq(one, other, "\n%s\nor\n%s", one, other);
    (void)snprintf(line, sizeof line, "%s ", rule ? rule : "K");
    for (const char *at = one; (at = strstr(at, line)) != NULL; at++)
        n += at == one || at[-1] == '\n';
    return n;
}

/* Both orders, and that the rule says something in them at all. */
static void both_orders(const struct interleaving *c, const char *rule) {
    int n = count_in_both(c, rule);

    cr_expect(!rule || n > 0, "%s says nothing", rule);
}

static struct mk_ref add_on(struct world *w, const char *party, const char *stream, int kind,
                            const char *key, const char *action) {
    Pentad__V1__Record r = mk_record(kind, key, 2019, w->m.day);
    Pentad__V1__FundControl f = PENTAD__V1__FUND_CONTROL__INIT;

    f.has_action = 1;
    f.action = strcmp(action, "SUSPEND") == 0 ? PENTAD__V1__FUND_ACTION__FUND_ACTION_SUSPEND
                                              : PENTAD__V1__FUND_ACTION__FUND_ACTION_RESUME;
    r.body_case = PENTAD__V1__RECORD__BODY_FUND_CONTROL;
    r.fund_control = &f;
    return mk_add_on(&w->m, party, stream, &r);
}

static void verify(struct world *w, const char *party, const struct mk_ref *source,
                   const char *result, int32_t on) {
    (void)mk_json(&w->m, party, "V03", K(PROJECT), P1, 2019, on,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_VERIFY','result':"
                  "'RECTIFICATION_RESULT_%s'}",
                  mk_ref_json(&w->m, source), result);
}

/* ---- K34: two verified, by two bodies ---- */

static struct mk_ref warning;

static void warned(struct world *w) {
    warning = mk_control(&w->m, WARN, P1, NULL, 2019, 20190603, 0);
    verify(w, "audit", &warning, "NOT_DONE", 20190604);
    w_tick(w, 20190604);
}

static void verified_by_two(struct world *w) {
    verify(w, "audit", &warning, "NOT_DONE", 20190610);
    verify(w, "office", &warning, "DONE", 20190610);
}

static void verified_twice(struct world *w) {
    verify(w, "audit", &warning, "NOT_DONE", 20190605);
    verify(w, "office", &warning, "NOT_DONE", 20190610);
}

static void verified_and_held(struct world *w) {
    verify(w, "audit", &warning, "NOT_DONE", 20190610);
    (void)mk_control(&w->m, SUSPEND, P1, NULL, 2019, 20190610, 0);
}

Test(interleave, k34_rectified_and_not) {
    const struct interleaving done = {
        warned, verified_by_two, {{"audit", "main"}, {"office", "main"}}, 20190610, 20190701};
    const struct interleaving twice = {
        warned, verified_twice, {{"audit", "main"}, {"office", "main"}}, 20190610, 20190701};
    const struct interleaving held = {
        warned, verified_and_held, {{"audit", "main"}, {"finance", "main"}}, 20190610, 20190701};

    both_orders(&done, NULL);
    both_orders(&twice, "K34");
    both_orders(&held, NULL);
}

/* ---- the views suspension and gate: two streams of finance ---- */

static void held_and_resumed(struct world *w) {
    (void)add_on(w, "finance", "a", K(PROJECT), P1, "SUSPEND");
    (void)add_on(w, "finance", "b", K(PROJECT), P1, "RESUME");
    (void)mk_pay(&w->m, "12370100000000001U", 2019, w->m.day,
                 &(struct mk_line){"V1", P1, "Q1", 5, 0, NULL}, 1, NULL);
}

static void in_and_out(struct world *w) {
    for (int i = 0; i < 2; i++) {
        Pentad__V1__Record r = mk_record(K(PROJECT), P1, 2019, w->m.day);
        Pentad__V1__LibraryEvent e = PENTAD__V1__LIBRARY_EVENT__INIT;

        e.has_action = 1;
        e.action = i ? PENTAD__V1__LIBRARY_ACTION__LIBRARY_ACTION_OUT
                     : PENTAD__V1__LIBRARY_ACTION__LIBRARY_ACTION_IN;
        r.body_case = PENTAD__V1__RECORD__BODY_LIBRARY_EVENT;
        r.library_event = &e;
        (void)mk_add_on(&w->m, "finance", i ? "b" : "a", &r);
    }
}

Test(interleave, suspension_and_gate) {
    const struct interleaving held = {
        NULL, held_and_resumed, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190701};
    const struct interleaving gate = {
        NULL, in_and_out, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190701};

    both_orders(&held, "K35");
    both_orders(&gate, "K16");
}

/* ---- K51: an appraisal and a snapshot; K52: an appraisal and an evaluation ---- */

static void appraised(struct world *w) {
    (void)mk_json(&w->m, "hub", "H03", K(NONE), NULL, 0, 0, "{'tick_day':20190102,'tick_seq':'1'}");
    (void)mk_json(&w->m, "organization", "O01", K(DEPT), DEPT1, 2019, 0,
                  "{'components':[{'name':'预算绩效','weight_cp':1000,'score_cp':9000}]}");
}

static void appraised_and_evaluated(struct world *w) {
    (void)mk_eval(&w->m, 6, DEPT1, 2019, w->m.day, 9000, NULL, NULL);
    (void)mk_json(&w->m, "organization", "O01", K(DEPT), DEPT1, 2019, 0,
                  "{'components':[{'name':'党建','weight_cp':1000,'score_cp':9000}]}");
}

static void scored(struct world *w) {
    (void)mk_json(&w->m, "finance", "V01", K(DEPT), DEPT1, 2019, 20190104,
                  "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_FIN','total_cp':9000}");
    w_tick(w, 20190104);
}

static void appraised_and_scored_again(struct world *w) {
    (void)mk_json(&w->m, "finance", "V01", K(DEPT), DEPT1, 2019, w->m.day,
                  "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_FIN','total_cp':8000}");
    (void)mk_json(&w->m, "organization", "O01", K(DEPT), DEPT1, 2019, 0,
                  "{'components':[{'name':'党建','weight_cp':1000,'score_cp':9000}]}");
}

Test(interleave, appraisals) {
    const struct interleaving snapshot = {
        NULL, appraised, {{"hub", "main"}, {"organization", "main"}}, 20190610, 20190701};
    const struct interleaving first = {NULL,
                                       appraised_and_evaluated,
                                       {{"finance", "main"}, {"organization", "main"}},
                                       20190610,
                                       20190701};
    const struct interleaving again = {scored,
                                       appraised_and_scored_again,
                                       {{"finance", "main"}, {"organization", "main"}},
                                       20190610,
                                       20190701};

    both_orders(&snapshot, "K51");
    both_orders(&first, NULL);
    both_orders(&again, "K52");
}

/* ---- K61: what congress calls incomplete, and what is sent after ---- */

static struct mk_ref sent;

static void submitted(struct world *w) {
    sent = mk_json(&w->m, "finance", "B01", K(REGION), RGN, 2019, 0,
                   "{'kind':'SUBMISSION_KIND_ADJUST','session':'1','session_on':20190801}");
    w_tick(w, 20190603);
}

static void incomplete(struct world *w) {
    (void)mk_json(&w->m, "congress", "B02", K(NONE), NULL, 0, 0,
                  "{'submission':%s,'complete':false,'missing':['附表']}",
                  mk_ref_json(&w->m, &sent));
}

static void incomplete_and_sent_again(struct world *w) {
    incomplete(w);
    (void)mk_json(&w->m, "finance", "B01", K(REGION), RGN, 2019, 0,
                  "{'kind':'SUBMISSION_KIND_ADJUST','session':'1','session_on':20190801}");
}

static void sent_and_incomplete(struct world *w) {
    sent = mk_json(&w->m, "finance", "B01", K(REGION), RGN, 2019, 0,
                   "{'kind':'SUBMISSION_KIND_ADJUST','session':'1','session_on':20190801}");
    incomplete(w);
}

Test(interleave, k61_incomplete) {
    const struct interleaving again = {submitted,
                                       incomplete_and_sent_again,
                                       {{"congress", "main"}, {"finance", "main"}},
                                       20190610,
                                       20190701};
    const struct interleaving at_once = {
        NULL, sent_and_incomplete, {{"congress", "main"}, {"finance", "main"}}, 20190610, 20190701};

    both_orders(&again, NULL);
    both_orders(&at_once, "K61");
}

/* ---- one number on two records of two streams: two conditions, and one of them keeps the number
 */

/* The next record is of this stream, with that document number. */
static void next_on(struct world *w, const char *stream, const char *doc_no) {
    w->m.stream = stream;
    w->m.doc_no = doc_no;
}

static struct mk_ref add_found(struct world *w, const char *stream, int fen) {
    next_on(w, stream, NULL);
    return mk_json(&w->m, "audit", "A03", K(PROJECT), P1, 2019, w->m.day,
                   "{'finding_no':'7','due':20190612,'severity':'FINDING_SEVERITY_HIGH',"
                   "'category':'FINDING_CATEGORY_DIVERTED','fen':'%d'}",
                   fen);
}

static void found_twice(struct world *w) {
    (void)add_found(w, "a", 500);
    (void)add_found(w, "b", 600);
}

static void rated(struct world *w) {
    (void)mk_eval(&w->m, 4, P1, 2019, 20190104, 9500, NULL, NULL);
    w_tick(w, 20190104);
}

static struct mk_ref found[2];

static void found_and_reported(struct world *w) {
    for (int i = 0; i < 2; i++) {
        found[i] = add_found(w, i ? "b" : "a", 500 + i);
        (void)mk_json(&w->m, "finance", "V03", K(PROJECT), P1, 2019, 20190603,
                      "{'source':%s,'phase':'RECTIFICATION_PHASE_REPORT','result':"
                      "'RECTIFICATION_RESULT_DONE'}",
                      mk_ref_json(&w->m, &found[i]));
    }
    w_tick(w, 20190603);
}

static void checked_both(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", NULL);
        (void)mk_json(&w->m, "audit", "A04", K(PROJECT), P1, 2019, 20190610,
                      "{'finding':%s,'status':'VERIFY_STATUS_NOT_DONE'}",
                      mk_ref_json(&w->m, &found[i]));
    }
}

static void recovered_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", "SH-7");
        (void)mk_json(&w->m, "finance", "X04", K(PROJECT), P1, 2019, 20190603,
                      "{'action':'FUND_ACTION_RECOVER','fen':'%d00'}", 5 + i);
    }
    (void)mk_json(&w->m, "finance", "X04", K(PROJECT), P1, 2019, 20190604,
                  "{'action':'FUND_ACTION_REALLOCATE','fen':'400'}");
}

static void reviewed(struct world *w) {
    (void)mk_json(&w->m, "finance", "E05", K(PROJECT), P1, 2019, 20190104,
                  "{'result':'REVIEW_RESULT_PASS'}");
    w_tick(w, 20190104);
}

static void allotted_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", NULL);
        (void)mk_json(&w->m, "finance", "B04", K(PROJECT), P1, 2019, 20190603,
                      "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'Q7','dept':'%s','bk':"
                      "'BUDGET_KIND_GENERAL','func':'2050201','fen':'%d00'}",
                      DEPT1, 5 + i);
    }
}

static void asked_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", "RD-7");
        (void)mk_json(&w->m, "congress", "N01", K(NONE), NULL, 0, 20190603,
                      "{'origin':'OPINION_ORIGIN_REVIEW','text':'%d','reply_due':20190612}", i);
    }
}

static void tasked_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", NULL);
        (void)mk_json(&w->m, "office", "J02", K(NONE), NULL, 0, 20190603,
                      "{'task_no':'D7','lead':'audit','due':20190612,'requirement':'%d'}", i);
    }
}

static void found_before(struct world *w) {
    found[0] = add_found(w, "a", 500);
    found[1] = add_found(w, "b", 600);
    w_tick(w, 20190603);
}

static void corrected_late(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", "GZ-7");
        (void)mk_json_correcting(&w->m, 2, &found[i], "audit", "A03", K(PROJECT), P1, 2019, 0,
                                 "{'finding_no':'7','due':20190612,'severity':"
                                 "'FINDING_SEVERITY_HIGH','fen':'700'}");
    }
}

Test(interleave, one_number_on_two_records) {
    static const struct {
        const char *rule;
        struct interleaving c;
    } cases[] = {
        {"K31", {NULL, recovered_twice, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190901}},
        {"K49",
         {reviewed, allotted_twice, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190701}},
        {"K53", {rated, found_twice, {{"audit", "a"}, {"audit", "b"}}, 20190610, 20190701}},
        {"K58", {NULL, found_twice, {{"audit", "a"}, {"audit", "b"}}, 20190610, 20190701}},
        {"K59",
         {found_and_reported, checked_both, {{"audit", "a"}, {"audit", "b"}}, 20190610, 20190701}},
        {"K60", {NULL, asked_twice, {{"congress", "a"}, {"congress", "b"}}, 20190610, 20190701}},
        {"K64", {NULL, tasked_twice, {{"office", "a"}, {"office", "b"}}, 20190610, 20190701}},
        {"K68",
         {found_before, corrected_late, {{"audit", "a"}, {"audit", "b"}}, 20200610, 20200701}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int n = count_in_both(&cases[i].c, cases[i].rule);

        cr_expect_eq(n, 2, "%s: %d", cases[i].rule, n);
    }
}

/* ---- K55, K56: who sent a clue, by the first record; K66: since when ---- */

#define CLUE "EBAQEBAQEBAQEBAQEBAQEA=="

static void sent_by_two(struct world *w) {
    static const char *const senders[] = {"audit", "finance"};

    for (int i = 0; i < 2; i++)
        (void)mk_json(&w->m, senders[i], "D01", K(NONE), NULL, 0, 0,
                      "{'clue_id':'" CLUE "','sender':'%s','sent_at_ms':'1560124800000','ack_due':"
                      "%d,'inquiry_level':'INQUIRY_LEVEL_ORDINARY'}",
                      senders[i], 20190613 + i);
}

static void sent_and_received(struct world *w) {
    sent_by_two(w);
    (void)mk_json(&w->m, "discipline", "D02", K(NONE), NULL, 0, 0,
                  "{'clue_id':'" CLUE "','sender':'audit','accept':'CLUE_ACCEPTANCE_ACCEPTED',"
                  "'feedback_due':20190620}");
}

static void received_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", NULL);
        (void)mk_json(&w->m, "discipline", "D02", K(NONE), NULL, 0, 0,
                      "{'clue_id':'" CLUE "','sender':'audit','accept':'CLUE_ACCEPTANCE_ACCEPTED',"
                      "'feedback_due':2019062%d}",
                      i);
    }
}

Test(interleave, clues) {
    const struct interleaving sent = {
        NULL, sent_by_two, {{"audit", "main"}, {"finance", "main"}}, 20190610, 20190701};
    const struct interleaving sender = {
        NULL, sent_and_received, {{"audit", "main"}, {"finance", "main"}}, 20190610, 20190701};
    const struct interleaving received = {
        NULL, received_twice, {{"discipline", "a"}, {"discipline", "b"}}, 20190610, 20190701};

    both_orders(&sent, "K55");
    both_orders(&sender, "K56");
    both_orders(&received, "K56");
}

static void months(struct world *w) {
    for (int i = 0; i < 2; i++) {
        next_on(w, i ? "b" : "a", NULL);
        (void)mk_json(&w->m, "finance", "X02", K(PROJECT), P1, 2019, 0,
                      "{'month':%d,'cum_paid_fen':'0'}", 201902 + 2 * i);
    }
}

Test(interleave, k66_since_when) {
    const struct interleaving first = {
        NULL, months, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190731};

    both_orders(&first, "K66");
    cr_expect_eq(count_in_both(&first, "K66  0 201903"), 1, "after February, the earlier one");
}

/* ---- two that take effect on one day and were issued at one moment ---- */

static void tie_on(struct world *w, const char *stream) {
    w->m.stream = stream;
    w->m.issued_at_ms = INT64_C(1560124800000);
}

static void allotted_to_two(struct world *w) {
    for (int i = 0; i < 2; i++) {
        tie_on(w, i ? "b" : "a");
        (void)mk_json(
            &w->m, "finance", "B04", K(PROJECT), P1, 2019, 20190603,
            "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'Q%d','dept':'1137010000418881%s',"
            "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fen':'500'}",
            i, i ? "3W" : "4U");
    }
}

static void profiled_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        tie_on(w, i ? "b" : "a");
        (void)mk_json(&w->m, "finance", "P02", K(PROJECT), P1, 0, 20190603,
                      "{'name':'校舍改造','resp_org':'%s'}", i ? DEPT1 : "11370100004188814U");
    }
}

static void spot_checked(struct world *w) {
    (void)mk_eval(&w->m, 2, P1, 2019, 20190104, 9000, NULL, NULL);
    w_tick(w, 20190104);
}

static void evaluated_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        tie_on(w, i ? "b" : "a");
        (void)mk_json(&w->m, "finance", "V01", K(PROJECT), P1, 2019, 20190603,
                      "{'kind':'EVALUATION_KIND_SELF','by':'EVALUATION_BY_UNIT','total_cp':%d}",
                      i ? 6000 : 7500);
    }
}

static void assessed_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        tie_on(w, i ? "b" : "a");
        (void)mk_json(&w->m, "finance", "W01", K(DEPT), DEPT1, 2019, 20190603,
                      "{'decision':'WORK_DECISION_%s'}", i ? "INTERVIEW" : "COMMEND");
    }
}

static void counted_twice(struct world *w) {
    for (int i = 0; i < 2; i++) {
        tie_on(w, i ? "b" : "a");
        (void)mk_json(&w->m, "audit", "SealedCount", K(NONE), NULL, 0, 0,
                      "{'rule':'K57','period':'2019-05','count':%d}", 2 * i);
    }
}

Test(interleave, ties) {
    static const struct {
        const char *rule;
        struct interleaving c;
    } cases[] = {
        {"member",
         {NULL, allotted_to_two, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190701}},
        {"member",
         {NULL, profiled_twice, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190701}},
        {"K43",
         {spot_checked, evaluated_twice, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190701}},
        {"K65", {NULL, assessed_twice, {{"finance", "a"}, {"finance", "b"}}, 20190610, 20190731}},
        {"K57", {NULL, counted_twice, {{"audit", "a"}, {"audit", "b"}}, 20190610, 20190701}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        both_orders(&cases[i].c, cases[i].rule);
}

/* ---- K59: what is reported and checked under one tick; K68: a correction and a brief ---- */

static void found_one(struct world *w) {
    found[0] = add_found(w, "a", 500);
    w_tick(w, 20190603);
}

static void report(struct world *w) {
    (void)mk_json(&w->m, "finance", "V03", K(PROJECT), P1, 2019, 20190610,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_REPORT','result':"
                  "'RECTIFICATION_RESULT_DONE'}",
                  mk_ref_json(&w->m, &found[0]));
}

static void check(struct world *w, const char *stream, const char *status) {
    tie_on(w, stream);
    (void)mk_json(&w->m, "audit", "A04", K(PROJECT), P1, 2019, 20190610,
                  "{'finding':%s,'status':'VERIFY_STATUS_%s'}", mk_ref_json(&w->m, &found[0]),
                  status);
}

static void reported_and_checked(struct world *w) {
    report(w);
    check(w, NULL, "NOT_DONE");
}

static void found_and_reported_one(struct world *w) {
    found_one(w);
    report(w);
    w_tick(w, 20190604);
}

static void checked_twice(struct world *w) {
    check(w, "a", "DONE");
    check(w, "b", "NOT_DONE");
}

static int known_at;

static void found_and_known(struct world *w) {
    found_one(w);
    known_at = (int)w->m.n;
}

static void corrected(struct world *w) {
    (void)mk_json_correcting(&w->m, 2, &found[0], "audit", "A03", K(PROJECT), P1, 2019, 0,
                             "{'finding_no':'8','due':20291231,'fen':'700'}");
}

static void brief_on(struct world *w, const char *stream, const char *period) {
    w->m.stream = stream;
    (void)mk_json(&w->m, "office", "H04", K(NONE), NULL, 0, 20190630,
                  "{'period':'%s','issue_no':1,'total_no':1,'valid_at':20190630,'known_at':'%d'}",
                  period, known_at);
}

static void corrected_and_issued(struct world *w) {
    w->m.stream = "a";
    corrected(w);
    brief_on(w, NULL, "2019-06");
}

static void issued_twice(struct world *w) {
    brief_on(w, "a", "2019-05");
    brief_on(w, "b", "2019-06");
    w->m.stream = "a";
    corrected(w);
}

Test(interleave, k59_reported_and_checked) {
    const struct interleaving at_once = {found_one,
                                         reported_and_checked,
                                         {{"audit", "main"}, {"finance", "main"}},
                                         20190610,
                                         20190701};
    const struct interleaving twice = {found_and_reported_one,
                                       checked_twice,
                                       {{"audit", "a"}, {"audit", "b"}},
                                       20190610,
                                       20190701};

    both_orders(&at_once, "K59");
    both_orders(&twice, "K59");
}

Test(interleave, k68_corrected_and_issued) {
    const struct interleaving at_once = {found_and_known,
                                         corrected_and_issued,
                                         {{"audit", "a"}, {"office", "main"}},
                                         20190610,
                                         20190701};
    const struct interleaving twice = {
        found_and_known, issued_twice, {{"office", "a"}, {"office", "b"}}, 20190610, 20190701};

    both_orders(&at_once, "K68");
    both_orders(&twice, "K68");
}
