/* A rule's operand and the figure of the same name are one number: FG3 in K25, K26 and K37, FG5 in
 * K42, FG4 in K27; with money carried over, and with the rule set taking it out again. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/figures.h>
#include <pentad/sql/sql.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define OPEN 1
#define CLOSED 3

TestSuite(same_figures);

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";
static const char UNIT1[] = "12370100000000001U";

/* P1 has 100 万元 of 2019 and 60 carried over from 2018. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    (void)mk_json(&w->m, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
                  "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'60000000',"
                  "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
                  UNIT1);
    w_tick(w, 20190128);
}

static void pay(struct world *w, int32_t on, const char *voucher, int64_t fen) {
    struct mk_line l = {voucher, P1, "Q1", fen, 0, NULL};

    (void)mk_pay(&w->m, UNIT1, 2019, on, &l, 1, NULL);
}

/* From now on FG3's denominator is without what was carried over. */
static void take_carry_out(struct world *w, int32_t on) {
    struct mk_ref p = mk_json(&w->m, "office", "H07", K(NONE), NULL, 0, 20190101,
                              "{'params':[{'name':'fg3.without_carry','value':'1'}]}");

    (void)w_approve(w, "congress", &p);
    (void)w_approve(w, "audit", &p);
    w_tick(w, on);
}

/* A figure of the rule's newest condition of that key that fires. */
static int64_t operand(struct world *w, const char *rule, const char *key, const char *label) {
    struct pt_err err = {0};
    int64_t v;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &v, &found, &err,
                               "SELECT CAST(substr(x, instr(x, char(10) || ?3 || char(9))"
                               "  + length(?3) + 2) AS INTEGER) FROM (SELECT char(10) || figures"
                               "  AS x FROM condition WHERE rule = ?1 AND key = ?2 AND state = 1"
                               "  ORDER BY period DESC, object LIMIT 1)",
                               "sss", rule, key, label),
                 0, "%s", err.msg);
    cr_assert(found, "%s of %s doesn't fire", rule, key);
    return v;
}

static int64_t figure(struct world *w, const char *id, int kind, const char *key, int32_t at) {
    const struct pt_figure_ask ask = {kind, key, 2019, id, at, PT_KNOWN_NOW};
    struct pt_err err = {0};
    struct pt_figure f;

    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w->f), &ask, &f, &err), 0, "%s", err.msg);
    cr_assert(!f.na, "%s of %s has no value", id, key);
    return f.value;
}

Test(same_figures, k25_k26_fg3) {
    struct world w;

    begin(&w);
    pay(&w, 20190329, "V1", 5 * WAN);
    w_tick(&w, 20190401);
    cr_expect_eq(figure(&w, "FG3", K(PROJECT), P1, 20190331), 313);
    cr_expect_eq(operand(&w, "K25", P1, "p"), 313);
    cr_expect_eq(operand(&w, "K25", P1, "Bg"), figure(&w, "FG2", K(PROJECT), P1, 20190331));
    cr_expect_eq(operand(&w, "K26", P1, "p"), 313);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").n_inputs, 4,
                 "profile, allotment, payment and what was carried over");
    take_carry_out(&w, 20190402);
    cr_expect_eq(figure(&w, "FG3", K(PROJECT), P1, 20190331), 500);
    cr_expect_eq(operand(&w, "K25", P1, "p"), 500);
    cr_expect_eq(w_find(&w, "K26", P1, NULL, NULL).status, CLOSED, "20 points exactly");
    w_check(&w);
    w_close(&w);
}

/* A lump sum without a plan is measured after November, or after the month that the rules set. */
Test(same_figures, k25_lump_sums) {
    const struct pt_figure_ask ask = {K(PROJECT), P1, 2019, "FG6", 20190331, PT_KNOWN_NOW};
    struct world w;
    struct pt_err err = {0};
    struct pt_figure f;
    struct mk_ref p;

    begin(&w);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P1, 2019, 20190129,
                  "{'name':'校舍改造','resp_org':'%s','lump_sum':true}", DEPT1);
    pay(&w, 20190329, "V1", 5 * WAN);
    w_days(&w, 20190331, 20190401);
    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w.f), &ask, &f, &err), 0, "%s", err.msg);
    cr_expect(f.na);
    cr_expect_eq(w_find(&w, "K25", P1, NULL, NULL).n, 0);
    p = mk_json(&w.m, "office", "H07", K(NONE), NULL, 0, 20190101,
                "{'params':[{'name':'k25.lump_month','value':'2'}]}");
    (void)w_approve(&w, "congress", &p);
    (void)w_approve(&w, "audit", &p);
    w_tick(&w, 20190402);
    cr_assert_eq(pt_ledger_figure(pt_fold_ledger(w.f), &ask, &f, &err), 0, "%s", err.msg);
    cr_expect(!f.na && f.value == 313 - 2500, "%lld", (long long)f.value);
    cr_expect_eq(w_find(&w, "K25", P1, "", "").status, 1);
    w_check(&w);
    w_close(&w);
}

/* What was carried over comes late, and is all there is in another's case. */
Test(same_figures, k25_carried_over_alone) {
    static const char P2[] = "37010019R000000000002";
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_project(&w.m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w.m, P2, "设备更新", DEPT1, NULL);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(&w, 20190128);
    pay(&w, 20190329, "V1", 20 * WAN);
    w_tick(&w, 20190401);
    cr_expect_eq(w_find(&w, "K25", NULL, NULL, NULL).n, 0, "5 points behind");
    for (int i = 0; i < 2; i++)
        (void)mk_json(&w.m, "finance", "B05", K(PROJECT), i ? P2 : P1, 2018, 20181231,
                      "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'60000000',"
                      "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
                      UNIT1);
    w_tick(&w, 20190402);
    cr_expect_eq(operand(&w, "K25", P1, "p"), figure(&w, "FG3", K(PROJECT), P1, 20190331));
    cr_expect_eq(operand(&w, "K25", P2, "p"), figure(&w, "FG3", K(PROJECT), P2, 20190331));
    w_check(&w);
    w_close(&w);
}

Test(same_figures, k37_fg3) {
    struct world w;

    begin(&w);
    (void)mk_json(&w.m, "finance", "E04", K(PROJECT), P1, 2019, 20190120,
                  "{'version':1,'indicators':[{'id':'N1','l1':'INDICATOR_GROUP_OUTPUT','nature':"
                  "'INDICATOR_NATURE_GE','target':'100','weight_cp':9000}]}");
    pay(&w, 20190628, "V1", 130 * WAN);
    w_tick(&w, 20190701);
    (void)mk_json(&w.m, "finance", "X03", K(PROJECT), P1, 2019, 20190930,
                  "{'period_end':20190930,'indicators':[{'id':'N1','actual':'50'}]}");
    w_tick(&w, 20191001);
    cr_expect_eq(figure(&w, "FG3", K(PROJECT), P1, 20190930), 8125);
    cr_expect_eq(operand(&w, "K37", P1, "p"), 8125);
    take_carry_out(&w, 20191002);
    cr_expect_eq(operand(&w, "K37", P1, "p"), figure(&w, "FG3", K(PROJECT), P1, 20190930));
    w_check(&w);
    w_close(&w);
}

Test(same_figures, k42_fg5) {
    struct world w;

    begin(&w);
    pay(&w, 20191220, "V1", 80 * WAN);
    w_tick(&w, 20191231);
    (void)mk_json(&w.m, "finance", "V01", K(PROJECT), P1, 2019, 20200310,
                  "{'kind':'EVALUATION_KIND_SELF','by':'EVALUATION_BY_UNIT','exec_rate_bp':100}");
    w_tick(&w, 20200310);
    cr_expect_eq(figure(&w, "FG5", K(PROJECT), P1, 20191231), 5000);
    cr_expect_eq(operand(&w, "K42", P1, "fg5"), 5000);
    cr_expect_eq(operand(&w, "K42", P1, "P"), figure(&w, "FG2.P", K(PROJECT), P1, 20191231));
    take_carry_out(&w, 20200311);
    cr_expect_eq(figure(&w, "FG5", K(PROJECT), P1, 20191231), 8000);
    cr_expect_eq(operand(&w, "K42", P1, "fg5"), 8000);
    w_check(&w);
    w_close(&w);
}

/* As long as nothing is shifted after the day, which K27 counts and FG4 as of that day doesn't. */
Test(same_figures, k27_fg4) {
    struct world w;

    begin(&w);
    (void)mk_json(&w.m, "finance", "B04", K(DEPT), DEPT1, 2019, 20190128,
                  "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'Q2','dept':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,'fen':'50000000',"
                  "'final_level':false,'issued_on':20190128}",
                  DEPT1);
    w_tick(&w, 20190702);
    cr_expect_eq(figure(&w, "FG4", K(DEPT), DEPT1, 20190630), 6667);
    cr_expect_eq(operand(&w, "K27", DEPT1, "p"), 6667);
    w_check(&w);
    w_close(&w);
}
