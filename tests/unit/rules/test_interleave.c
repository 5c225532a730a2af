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

/* Every condition as one text, in order. */
static void conditions(struct world *w, char *out, size_t cap) {
    static const char sql[] =
        "SELECT coalesce(group_concat(x, char(10)), '') FROM (SELECT rule || ' ' || key || ' ' || "
        "fy"
        " || ' ' || period || ' ' || object || ' ' || state || ' ' || sev || ' ' || figures AS x"
        " FROM condition ORDER BY x)";
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

/* Both orders, and that the rule says something in them at all. */
static void both_orders(const struct interleaving *c, const char *rule) {
    static char one[1 << 16];
    static char other[1 << 16];

    run(c, 0, one, sizeof one);
    run(c, 1, other, sizeof other);
    cr_expect_str_eq(one, other);
    cr_expect(!rule || strstr(one, rule) != NULL, "%s", one);
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
