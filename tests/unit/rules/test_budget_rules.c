/* The rules over what congress approved, what was allotted, reviewed, contracted, transferred and
 * published: each fires, doesn't quite fire, clears, and is unknown where an input is missing. Sums
 * in fen; WAN = 万元. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/sql/sql.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define ADD 2
#define REDUCE 3
#define OPEN 1
#define CLOSED 3
#define YELLOW 2
#define RED 3
#define RECOVER 5

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";
static const char RGN[] = "370100";

/* A department and two projects. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, RGN);
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    w_tick(w, 20190102);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

/* The one finding of the rule: whose, of which year, of what, how severe. */
static void expect_fires(struct world *w, const char *rule, int kind, const char *key, int32_t fy,
                         const char *period, const char *object, int sev) {
    struct pt_err err = {0};
    struct seen s = w_find(w, rule, key, period, object);
    int64_t n;
    bool found;

    cr_expect_eq(s.status, OPEN, "%s of %s is %d", rule, key, s.status);
    cr_expect_eq(s.sev, sev, "%s of %s: severity %d", rule, key, s.sev);
    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT count(*) FROM condition WHERE rule = ?1 AND state = 1"
                               " AND kind = ?2 AND key = ?3 AND fy = ?4 AND period = ?5"
                               " AND object = ?6",
                               "sisiss", rule, (int64_t)kind, key, (int64_t)fy, period, object),
                 0, "%s", err.msg);
    cr_expect_eq(n, 1, "%s of %s, %d, \"%s\", \"%s\" isn't what fires", rule, key, fy, period,
                 object);
}

static struct mk_ref allot(struct world *w, int kind, const char *subject, const char *quota_no,
                           int32_t on, int64_t fen) {
    return mk_allot(&w->m, kind, subject, DEPT1, quota_no, "2050201", on / 10000, on, fen, NULL);
}

static void pay(struct world *w, const char *subject, int32_t on, int64_t fen) {
    struct mk_line l = {"V1", subject, "Q1", fen, 0, NULL};

    (void)mk_pay(&w->m, "12370100000000001U", on / 10000, on, &l, 1, NULL);
}

/* E02 of `fy` that approves `now` for it and `later` for the year after. */
static void review(struct world *w, const char *subject, int32_t fy, int32_t on, int64_t now,
                   int64_t later) {
    (void)mk_json(&w->m, "finance", "E02", K(PROJECT), subject, fy, on,
                  "{'requested_fen':'%lld','cut_fen':'0','approved_need':["
                  "{'fiscal_year':%d,'fen':'%lld'},{'fiscal_year':%d,'fen':'%lld'}]}",
                  (long long)(now + later), fy, (long long)now, fy + 1, (long long)later);
}

static void contract(struct world *w, const char *subject, const char *ref_no, int32_t on,
                     int64_t fen) {
    (void)mk_json(&w->m, "finance", "X06", K(PROJECT), subject, on / 10000, on,
                  "{'kind':'BIZ_KIND_CONTRACT','ref_no':'%s','unit':'12370100000000001U',"
                  "'fen':'%lld','signed_on':%d}",
                  ref_no, (long long)fen, on);
}

Test(budget_rules, k11_above_the_reviewed_need) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    w_tick(&w, 20190120);
    cr_expect_eq(w_unknown(&w, "K11"), 1, "no review yet");
    review(&w, P1, 2019, 20190121, 100 * WAN, 50 * WAN);
    (void)allot(&w, ADD, P1, "Q2", 20190121, 50 * WAN);
    w_tick(&w, 20190121);
    cr_expect_eq(w_find(&w, "K11", NULL, NULL, NULL).n, 0, "exactly the need, and an addition");
    cr_expect_eq(w_unknown(&w, "K11"), 0);
    (void)allot(&w, INITIAL, P1, "Q3", 20190122, 1);
    w_tick(&w, 20190122);
    expect_fires(&w, "K11", K(PROJECT), P1, 2019, "", "", RED);
    (void)allot(&w, INITIAL, P1, "Q4", 20190123, 10 * WAN - 1);
    w_tick(&w, 20190123);
    s = w_find(&w, "K11", P1, "", "");
    cr_expect_str_eq(s.message_zh, "〔K11〕校舍改造（37010019R000000000001），2019年度："
                                   "安排110.00万元超审定年度需求100.00万元，超10.00万元");
    cr_expect_eq(s.n_inputs, 4, "three allotments and the review, got %d", s.n_inputs);
    review(&w, P1, 2019, 20190124, 110 * WAN, 40 * WAN);
    w_tick(&w, 20190124);
    cr_expect_eq(w_find(&w, "K11", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* A review made for a year that lists other years only approved nothing for it; half a 万元 is what
 * an allotment in 万元 may have been rounded by. */
Test(budget_rules, k11_years_and_rounding) {
    struct world w;

    begin(&w);
    review(&w, P1, 2019, 20190110, 100 * WAN, 50 * WAN);
    (void)mk_json(&w.m, "finance", "B04", K(PROJECT), P1, 2020, 20200120,
                  "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'Q1','dept':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2020,"
                  "'fen':'%lld','final_level':true,'issued_on':20200120,"
                  "'src_unit':'SOURCE_UNIT_WAN'}",
                  DEPT1, (long long)(50 * WAN + WAN / 2));
    w_tick(&w, 20200120);
    cr_expect_eq(w_find(&w, "K11", NULL, NULL, NULL).n, 0, "half a 万元 is rounding");
    review(&w, P1, 2021, 20200121, 10 * WAN, 10 * WAN);
    w_tick(&w, 20200121);
    cr_expect_eq(w_find(&w, "K11", NULL, NULL, NULL).n, 0, "a review of other years");
    (void)mk_json(&w.m, "finance", "E02", K(PROJECT), P1, 2020, 20200122,
                  "{'requested_fen':'0','cut_fen':'0',"
                  "'approved_need':[{'fiscal_year':2021,'fen':'0'}]}");
    w_tick(&w, 20200122);
    expect_fires(&w, "K11", K(PROJECT), P1, 2020, "", "", RED);
    (void)allot(&w, REDUCE, P1, "Q2", 20200123, 50 * WAN);
    w_tick(&w, 20200123);
    cr_expect_eq(w_find(&w, "K11", P1, NULL, NULL).status, CLOSED, "0.50 left, the rounding");
    end(&w);
}

static void estimate(struct world *w, const char *subject, int32_t on, int64_t fen) {
    (void)mk_json(&w->m, "finance", "P02", K(PROJECT), subject, 2019, on,
                  "{'name':'校舍改造','resp_org':'%s','estimate_fen':'%lld'}", DEPT1,
                  (long long)fen);
}

Test(budget_rules, k12_above_the_estimate) {
    static const char P3[] = "37010019R000000000003";
    struct world w;
    struct seen s;

    begin(&w);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 60 * WAN);
    (void)allot(&w, INITIAL, P3, "Q2", 20190120, 60 * WAN);
    w_tick(&w, 20190120);
    cr_expect_eq(w_unknown(&w, "K12"), 1, "nobody knows P3; P1 has no estimate to exceed");
    estimate(&w, P1, 20190121, 100 * WAN);
    (void)allot(&w, INITIAL, P1, "Q3", 20200120, 40 * WAN);
    contract(&w, P1, "HT1", 20190301, 100 * WAN);
    w_tick(&w, 20200120);
    cr_expect_eq(w_find(&w, "K12", NULL, NULL, NULL).n, 0, "exactly the estimate, both sums");
    (void)allot(&w, ADD, P1, "Q4", 20200121, 3 * WAN);
    w_tick(&w, 20200121);
    expect_fires(&w, "K12", K(PROJECT), P1, 2020, "", "", RED);
    s = w_find(&w, "K12", P1, "", "");
    cr_expect(strstr(s.message_zh, "2020年度：累计安排超核定概算3.00万元") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 5, "the profile, three allotments, a contract: got %d", s.n_inputs);
    estimate(&w, P1, 20200201, 103 * WAN);
    w_tick(&w, 20200201);
    cr_expect_eq(w_find(&w, "K12", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(budget_rules, k12_contracts_above_the_estimate) {
    struct world w;

    begin(&w);
    estimate(&w, P1, 20190110, 100 * WAN);
    contract(&w, P1, "HT1", 20190301, 60 * WAN);
    w_tick(&w, 20190301);
    contract(&w, P1, "HT2", 20190302, 40 * WAN + 1);
    w_tick(&w, 20190302);
    expect_fires(&w, "K12", K(PROJECT), P1, 0, "", "", RED);
    cr_expect(strstr(w_find(&w, "K12", P1, "", "").message_zh, "合同额超核定概算0.00万元") != NULL);
    (void)allot(&w, INITIAL, P1, "Q1", 20190303, WAN);
    w_tick(&w, 20190303);
    expect_fires(&w, "K12", K(PROJECT), P1, 2019, "", "", RED);
    cr_expect_eq(w_find(&w, "K12", P1, NULL, NULL).n, 2, "under the year of its allotments now");
    end(&w);
}

Test(budget_rules, k13_contract_above_the_budget) {
    struct world w;
    struct seen s;

    begin(&w);
    contract(&w, P1, "HT0", 20190110, 10 * WAN);
    w_tick(&w, 20190110);
    cr_expect_eq(w_unknown(&w, "K13"), 1, "no allotment yet");
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    pay(&w, P1, 20190228, 20 * WAN);
    review(&w, P1, 2019, 20190301, 100 * WAN, 30 * WAN);
    contract(&w, P1, "HT1", 20190301, 110 * WAN);
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K13", NULL, NULL, NULL).n, 0, "80 left and 30 next year");
    cr_expect_eq(w_unknown(&w, "K13"), 0);
    contract(&w, P1, "HT2", 20190302, 110 * WAN + 1);
    w_tick(&w, 20190302);
    expect_fires(&w, "K13", K(PROJECT), P1, 2019, "", "HT2", YELLOW);
    s = w_find(&w, "K13", P1, "", "HT2");
    cr_expect(strstr(s.message_zh, "合同额110.00万元超可用预算110.00万元") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 3, "contract, allotment, review: got %d", s.n_inputs);
    pay(&w, P1, 20190303, 50 * WAN);
    w_tick(&w, 20190303);
    cr_expect_eq(w_find(&w, "K13", P1, NULL, NULL).n, 1,
                 "what is paid on a contract binds nothing");
    (void)allot(&w, ADD, P1, "Q2", 20190304, 1);
    w_tick(&w, 20190304);
    cr_expect_eq(w_find(&w, "K13", P1, NULL, "HT2").status, CLOSED);
    end(&w);
}

Test(budget_rules, k13_carried_over_and_recovered) {
    struct world w;

    begin(&w);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 50 * WAN);
    (void)mk_json(&w.m, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
                  "{'unit':'12370100000000001U','bk':'BUDGET_KIND_GENERAL','fund_year':2018,"
                  "'fen':'%lld','carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
                  (long long)(30 * WAN));
    contract(&w, P1, "HT1", 20190301, 80 * WAN);
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K13", NULL, NULL, NULL).n, 0, "50 of the year, 30 carried over");
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190401, 10 * WAN);
    w_tick(&w, 20190401);
    expect_fires(&w, "K13", K(PROJECT), P1, 2019, "", "HT1", YELLOW);
    /* Paid before it was signed, known later: that too was no longer to be spent. */
    pay(&w, P1, 20190228, 5 * WAN);
    w_tick(&w, 20190402);
    cr_expect(strstr(w_find(&w, "K13", P1, "", "HT1").message_zh, "超可用预算65.00万元") != NULL);
    end(&w);
}

/* B04 TRANSFER of the city, INBOUND of a district; `basis` NULL: none. */
static struct mk_ref transfer(struct world *w, const char *kind, const char *quota_no,
                              const char *basis, const char *rgn, int32_t on, int64_t fen) {
    return mk_json(&w->m, "finance", "B04", K(TRANSFER), "TRF-370100-2019-00001", 2019, on,
                   "{'kind':'ALLOTMENT_KIND_%s','quota_no':'%s','dept':'%s',"
                   "'bk':'BUDGET_KIND_GENERAL','func':'2300248','fund_year':2019,'fen':'%lld',"
                   "'final_level':true,'to_rgn':'%s','issued_on':%d,'basis_doc':'%s',"
                   "'src_unit':'SOURCE_UNIT_YUAN'}",
                   kind, quota_no, DEPT1, (long long)fen, rgn, on, basis ? basis : "");
}

Test(budget_rules, k09_transfer_not_received) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)transfer(&w, "TRANSFER", "济财预1", NULL, "370102", 20190308, 100 * WAN);
    w_days(&w, 20190308, 20190408); /* the 30th day, 04-07, is a Sunday */
    cr_expect_eq(w_find(&w, "K09", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K09"), 1);
    w_tick(&w, 20190409);
    expect_fires(&w, "K09", K(REGION), "370102", 2019, "", "济财预1", YELLOW);
    s = w_find(&w, "K09", "370102", "", "济财预1");
    cr_expect(strstr(s.message_zh, "市下达100.00万元，区县接收0.00万元") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 1);
    (void)transfer(&w, "INBOUND", "历下财1", "济财预1", "", 20190410, 100 * WAN + 100);
    w_tick(&w, 20190410);
    cr_expect_eq(w_find(&w, "K09", "370102", NULL, NULL).status, CLOSED,
                 "half a yuan for each of two lines");
    end(&w);
}

#define T1 "TRF-370100-2019-00001"
#define DISTRICT "11370102004188813W"
#define TRANSFER PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_TRANSFER
#define INBOUND PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_INBOUND

static void moved(struct world *w, int kind, const char *dept, const char *quota_no, int32_t on,
                  int64_t fen) {
    (void)mk_allot(&w->m, kind, T1, dept, quota_no, "2300248", 2019, on, fen, NULL);
}

/* What the district has got it may spend, and no more. */
static void k04_hundred_received(struct world *w) {
    moved(w, TRANSFER, DEPT1, "济财预1", 20190308, 100 * WAN);
    moved(w, INBOUND, DISTRICT, "历下财1", 20190309, 100 * WAN);
    pay(w, T1, 20190310, 60 * WAN);
    w_tick(w, 20190310);
    cr_expect_eq(w_find(w, "K04", NULL, NULL, NULL).n, 0, "60 of 100 received");
    pay(w, T1, 20190311, 41 * WAN);
    w_tick(w, 20190311);
    expect_fires(w, "K04", K(PROJECT), T1, 2019, "", "2019/1", RED);
    cr_expect(strstr(w_find(w, "K04", T1, "", "2019/1").message_zh,
                     "累计支付101.00万元超可用指标1.00万元") != NULL);
    end(w);
}

/* What the city sends on may have been approved and never allotted here: its TRANSFER takes nothing
 * away then. */
Test(budget_rules, k04_sent_on_without_an_allotment) {
    struct world w;

    begin(&w);
    k04_hundred_received(&w);
}

Test(budget_rules, k04_sent_on_of_what_was_allotted) {
    struct world w;

    begin(&w);
    (void)mk_allot(&w.m, INITIAL, T1, DEPT1, "Z1", "2300248", 2019, 20190120, 100 * WAN, NULL);
    k04_hundred_received(&w);
}

Test(budget_rules, k04_sent_on_of_what_was_received) {
    struct world w;

    begin(&w);
    moved(&w, INBOUND, DEPT1, "鲁财预1", 20190120, 100 * WAN);
    k04_hundred_received(&w);
}

Test(budget_rules, k09_another_amount_received) {
    struct world w;
    struct mk_ref wrong;

    begin(&w);
    (void)transfer(&w, "TRANSFER", "济财预1", NULL, "370102", 20190308, 100 * WAN);
    (void)transfer(&w, "TRANSFER", "济财预2", NULL, "370103", 20190308, 50 * WAN);
    (void)transfer(&w, "INBOUND", "济财预2", NULL, "370103", 20190309, 50 * WAN);
    wrong = transfer(&w, "INBOUND", "历下财1", "济财预1", "370102", 20190309, 100 * WAN + 101);
    w_tick(&w, 20190310);
    expect_fires(&w, "K09", K(REGION), "370102", 2019, "", "济财预1", YELLOW);
    cr_expect_eq(w_find(&w, "K09", NULL, NULL, NULL).n, 1);
    (void)mk_json_correcting(&w.m, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, &wrong, "finance",
                             "B04", K(TRANSFER), "TRF-370100-2019-00001", 2019, 20190311,
                             "{'kind':'ALLOTMENT_KIND_INBOUND','quota_no':'济财预1','dept':'%s',"
                             "'bk':'BUDGET_KIND_GENERAL','func':'2300248','fund_year':2019,"
                             "'fen':'%lld','final_level':true,'issued_on':20190311}",
                             DEPT1, (long long)(100 * WAN));
    w_tick(&w, 20190311);
    cr_expect_eq(w_find(&w, "K09", "370102", NULL, NULL).status, CLOSED);
    w_days(&w, 20190407, 20190409);
    cr_expect_eq(w_find(&w, "K09", NULL, NULL, NULL).n, 1, "both came in time");
    end(&w);
}

/* S03: one figure, its value as `'fen':'…'`, `'bp':…` or `'cp':…`. */
static void publish(struct world *w, int kind, const char *key, int32_t on, const char *figure,
                    const char *value) {
    (void)mk_json(&w->m, "finance", "S03", kind, key, 2019, on,
                  "{'figures':[{'name':'%s',%s},{'name':'预算数','fen':'1'}],"
                  "'url':'http://jncz.jinan.gov.cn/1','published_on':%d}",
                  figure, value, on);
}

Test(budget_rules, k10_published_otherwise) {
    struct world w;
    struct seen s;

    begin(&w);
    publish(&w, K(PROJECT), P1, 20181231, "FG2.P", "'fen':'0'");
    publish(&w, K(PROJECT), P2, 20190102, "FG3", "'bp':5000");
    w_tick(&w, 20190103);
    cr_expect_eq(w_unknown(&w, "K10"), 2, "no tick by then; no budget, no progress");
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    pay(&w, P1, 20190301, 10 * WAN);
    w_tick(&w, 20190301);
    publish(&w, K(PROJECT), P1, 20190301, "FG2.P", "'fen':'10005000'");
    publish(&w, K(PROJECT), P1, 20190301, "FG3", "'bp':1000");
    publish(&w, K(PROJECT), P1, 20190301, "FG2.Bg", "'bp':1000"); /* not in its unit */
    pay(&w, P1, 20190301, 50 * WAN); /* known a day later than the publication */
    w_tick(&w, 20190302);
    cr_expect_eq(w_find(&w, "K10", NULL, NULL, NULL).n, 0, "half of a hundredth of 万元");
    publish(&w, K(PROJECT), P1, 20190303, "FG2.P", "'fen':'60005001'");
    w_tick(&w, 20190303);
    expect_fires(&w, "K10", K(PROJECT), P1, 2019, "20190303", "FG2.P", YELLOW);
    publish(&w, K(PROJECT), P1, 20190304, "FG3", "'bp':6001");
    publish(&w, K(DEPT), DEPT1, 20190304, "FG2.P", "'fen':'60600001'");
    w_tick(&w, 20190304);
    expect_fires(&w, "K10", K(PROJECT), P1, 2019, "20190304", "FG3", YELLOW);
    expect_fires(&w, "K10", K(DEPT), DEPT1, 2019, "20190304", "FG2.P", RED);
    s = w_find(&w, "K10", P1, "20190304", "FG3");
    cr_expect(strstr(s.message_zh, "FG3公开数60.01%与台账60.00%不符") != NULL, "%s", s.message_zh);
    s = w_find(&w, "K10", DEPT1, "20190304", "FG2.P");
    cr_expect(strstr(s.message_zh, "FG2.P公开数60.60万元与台账60.00万元不符") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 1);
    publish(&w, K(PROJECT), P1, 20190305, "FG3", "'bp':6000");
    w_tick(&w, 20190305);
    cr_expect_eq(w_find(&w, "K10", P1, "20190304", "FG3").status, CLOSED, "a newer S03");
    end(&w);
}

static struct mk_ref approve(struct world *w, int kind, int32_t on, const char *func,
                             const char *dept, const char *subject, int64_t fen) {
    return mk_approve_budget(&w->m, kind, RGN, func, on / 10000, on, func, dept, subject, fen, 2);
}

/* B04 ADVANCE, and the INITIAL that takes it up. */
static struct mk_ref advance(struct world *w, const char *quota_no, int32_t on, int64_t fen,
                             const struct mk_ref *absorbs) {
    return mk_json(&w->m, "finance", "B04", K(PROJECT), P1, on / 10000, on,
                   "{'kind':'ALLOTMENT_KIND_%s','quota_no':'%s','dept':'%s',"
                   "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':%d,'fen':'%lld',"
                   "'final_level':true,'issued_on':%d%s%s}",
                   absorbs ? "INITIAL" : "ADVANCE", quota_no, DEPT1, on / 10000, (long long)fen, on,
                   absorbs ? ",'absorbs':" : "", absorbs ? mk_ref_json(&w->m, absorbs) : "");
}

Test(budget_rules, k03_the_total_rose) {
    struct world w;
    struct seen s;
    struct mk_ref early;

    begin(&w);
    (void)allot(&w, INITIAL, P1, "Q1", 20190110, 80 * WAN);
    early = advance(&w, "Q2", 20190110, 20 * WAN, NULL);
    w_tick(&w, 20190110);
    cr_expect_eq(w_unknown(&w, "K03"), 1, "congress hasn't approved anything yet");
    (void)approve(&w, 1, 20190117, "205", NULL, NULL, 60 * WAN);
    (void)approve(&w, 1, 20190117, "206", NULL, NULL, 40 * WAN);
    (void)transfer(&w, "INBOUND", "鲁财预1", NULL, RGN, 20190118, 500 * WAN);
    (void)transfer(&w, "TRANSFER", "济财预1", NULL, "370102", 20190118, 500 * WAN);
    w_tick(&w, 20190118);
    cr_expect_eq(w_unknown(&w, "K03"), 0);
    (void)advance(&w, "Q3", 20190120, 100, &early); /* 100.0001 in all; two lines in yuan */
    w_tick(&w, 20190120);
    cr_expect_eq(w_find(&w, "K03", NULL, NULL, NULL).n, 0, "half a yuan for each approved line");
    (void)allot(&w, ADD, P2, "Q4", 20190201, 1);
    w_tick(&w, 20190201);
    expect_fires(&w, "K03", K(REGION), RGN, 2019, "", "1", RED);
    (void)allot(&w, ADD, P2, "Q5", 20190202, 5 * WAN);
    w_tick(&w, 20190202);
    s = w_find(&w, "K03", RGN, "", "1");
    cr_expect(strstr(s.message_zh, "支出总额较批准预算增加5.00万元，无预算调整批准") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 7, "two approvals, five allotments: got %d", s.n_inputs);
    (void)approve(&w, 2, 20190601, "205", NULL, NULL, 6 * WAN);
    w_tick(&w, 20190602);
    cr_expect_eq(w_find(&w, "K03", RGN, NULL, NULL).status, CLOSED);
    end(&w);
}

/* Whose money it is follows from where the department is. */
Test(budget_rules, k03_a_department_moves) {
    struct world w;

    begin(&w);
    (void)approve(&w, 1, 20190117, "205", NULL, NULL, 60 * WAN);
    (void)mk_approve_budget(&w.m, 1, "370102", "历下人发1", 2019, 20190117, "205", NULL, NULL,
                            70 * WAN, 2);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 61 * WAN);
    w_tick(&w, 20190120);
    expect_fires(&w, "K03", K(REGION), RGN, 2019, "", "1", RED);
    (void)mk_org(&w.m, K(DEPT), DEPT1, "区教育局", NULL, "370102");
    w_tick(&w, 20190121);
    cr_expect_eq(w_find(&w, "K03", RGN, NULL, NULL).status, CLOSED);
    (void)allot(&w, ADD, P1, "Q2", 20190122, 10 * WAN);
    w_tick(&w, 20190122);
    expect_fires(&w, "K03", K(REGION), "370102", 2019, "", "1", RED);
    end(&w);
}

/* B04 INITIAL or ADD that names its unit, of any subject. */
static void allot_unit(struct world *w, const char *kind, int subject_kind, const char *subject,
                       const char *quota_no, const char *func, int32_t on, int64_t fen) {
    (void)mk_json(&w->m, "finance", "B04", subject_kind, subject, on / 10000, on,
                  "{'kind':'ALLOTMENT_KIND_%s','quota_no':'%s','dept':'%s',"
                  "'unit':'12370100000000001U','bk':'BUDGET_KIND_GENERAL','func':'%s',"
                  "'fund_year':%d,'fen':'%lld','final_level':true,'issued_on':%d}",
                  kind, quota_no, DEPT1, func, on / 10000, (long long)fen, on);
}

/* Approved on 01-17: to the department by 02-06, to the unit by 02-21. */
Test(budget_rules, k02_not_allotted_in_time) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)approve(&w, 1, 20190117, "2050201", DEPT1, NULL, 100 * WAN);
    (void)approve(&w, 1, 20190117, "2050202", DEPT1, NULL, 10 * WAN);
    (void)approve(&w, 1, 20190117, "227", NULL, NULL, 50 * WAN); /* the reserve */
    allot_unit(&w, "INITIAL", K(PROJECT), P1, "Q1", "2050201", 20190120, 70 * WAN);
    allot_unit(&w, "INITIAL", K(PROJECT), P2, "Q2", "2050202", 20190120, 10 * WAN - 50);
    w_days(&w, 20190120, 20190206);
    cr_expect_eq(w_find(&w, "K02", NULL, NULL, NULL).n, 0, "the last day of the term");
    cr_expect_eq(w_unknown(&w, "K02"), 1);
    w_tick(&w, 20190207);
    expect_fires(&w, "K02", K(DEPT), DEPT1, 2019, "", "1/2050201", YELLOW);
    cr_expect_eq(w_find(&w, "K02", NULL, NULL, NULL).n, 1, "half a yuan is rounding");
    s = w_find(&w, "K02", DEPT1, "", "1/2050201");
    cr_expect(strstr(s.message_zh, "批准后21日仍有30.00万元未下达") != NULL, "%s", s.message_zh);
    cr_expect_eq(s.n_inputs, 1);
    w_days(&w, 20190208, 20190220);
    cr_expect_eq(w_h01s_of(&w, "K02"), 1, "a day count alone is no difference");
    w_days(&w, 20190221, 20190308);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).sev, YELLOW);
    w_tick(&w, 20190309);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).sev, RED, "30 days after the term");
    (void)allot(&w, INITIAL, P1, "Q3", 20190310, 30 * WAN);
    w_tick(&w, 20190310);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).status, OPEN, "but to no unit");
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).sev, YELLOW);
    allot_unit(&w, "INITIAL", K(PROJECT), P1, "Q4", "2050201", 20190311, 30 * WAN);
    (void)allot(&w, REDUCE, P1, "Q5", 20190311, 30 * WAN);
    w_tick(&w, 20190311);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(budget_rules, k02_to_units_and_by_adjustment) {
    struct world w;

    begin(&w);
    (void)approve(&w, 1, 20190117, "2050201", DEPT1, P1, 100 * WAN);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    w_days(&w, 20190120, 20190221);
    cr_expect_eq(w_find(&w, "K02", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190222);
    expect_fires(&w, "K02", K(PROJECT), P1, 2019, "", "1/2050201", YELLOW);
    allot_unit(&w, "INITIAL", K(PROJECT), P1, "Q2", "2050201", 20190223, 100 * WAN);
    w_tick(&w, 20190223);
    cr_expect_eq(w_find(&w, "K02", P1, NULL, NULL).status, CLOSED);
    /* The adjustment has its own term: from 06-03, the 20th day is Sunday 06-23. */
    (void)approve(&w, 2, 20190603, "2050201", DEPT1, P1, 150 * WAN);
    w_days(&w, 20190603, 20190624);
    cr_expect_eq(w_find(&w, "K02", P1, NULL, NULL).status, CLOSED);
    w_tick(&w, 20190625);
    cr_expect_eq(w_find(&w, "K02", P1, NULL, NULL).episode, 2, "250 approved, 200 allotted");
    allot_unit(&w, "ADD", K(PROJECT), P1, "Q3", "2050201", 20190626, 150 * WAN);
    w_tick(&w, 20190626);
    cr_expect_eq(w_find(&w, "K02", P1, NULL, NULL).status, CLOSED);
    w_days(&w, 20190627, 20190710);
    end(&w);
}

static void shift(struct world *w, const char *kind, const char *subject, const char *quota_no,
                  const char *unit, int32_t on, int64_t fen) {
    (void)mk_json(&w->m, "finance", "B04", K(PROJECT), subject, on / 10000, on,
                  "{'kind':'ALLOTMENT_KIND_SHIFT_%s','quota_no':'%s','dept':'%s'%s,"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':%d,'fen':'%lld',"
                  "'final_level':%s,'issued_on':%d,'basis_doc':'济财1'}",
                  kind, quota_no, DEPT1, unit, on / 10000, (long long)fen,
                  unit[0] ? "true" : "false", on);
}

/* Money that was held back is broken down: out of a line without a unit, into lines of units. */
Test(budget_rules, k02_what_was_broken_down_is_the_units) {
    static const char UNIT[] = ",'unit':'12370100000000001U'";
    struct world w;

    begin(&w);
    (void)approve(&w, 1, 20190117, "2050201", DEPT1, NULL, 100 * WAN);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    w_days(&w, 20190220, 20190222);
    expect_fires(&w, "K02", K(DEPT), DEPT1, 2019, "", "1/2050201", YELLOW);
    shift(&w, "OUT", P1, "Q2", "", 20190223, 100 * WAN);
    shift(&w, "IN", P1, "Q3", UNIT, 20190223, 60 * WAN);
    shift(&w, "IN", P2, "Q4", "", 20190223, 40 * WAN); /* held back again */
    w_tick(&w, 20190223);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).status, OPEN);
    cr_expect(strstr(w_find(&w, "K02", DEPT1, NULL, NULL).message_zh, "仍有40.00万元") != NULL);
    shift(&w, "OUT", P2, "Q5", "", 20190224, 40 * WAN);
    shift(&w, "IN", P2, "Q6", UNIT, 20190224, 40 * WAN);
    w_tick(&w, 20190224);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).status, CLOSED);
    /* From unit to unit is no breaking down. */
    shift(&w, "OUT", P1, "Q7", UNIT, 20190225, 60 * WAN);
    shift(&w, "IN", P1, "Q8", UNIT, 20190225, 60 * WAN);
    w_tick(&w, 20190225);
    cr_expect_eq(w_find(&w, "K02", DEPT1, NULL, NULL).status, CLOSED);
    end(&w);
}

static void k02_transfer(bool special, int32_t last, int32_t fires) {
    static const char T[] = "TRF-370100-2019-00001";
    struct world w;

    begin(&w);
    (void)mk_json(&w.m, "finance", "P02", K(TRANSFER), T, 2019, 20190102,
                  "{'name':'补助','resp_org':'%s','is_special_fund':%s}", DEPT1,
                  special ? "true" : "false");
    (void)approve(&w, 1, 20190117, "2300248", NULL, T, 100 * WAN);
    (void)transfer(&w, "TRANSFER", "济财预1", NULL, "370102", 20190120, 40 * WAN);
    w_days(&w, 20190120, last);
    cr_expect_eq(w_find(&w, "K02", NULL, NULL, NULL).n, 0);
    w_tick(&w, fires);
    expect_fires(&w, "K02", K(TRANSFER), T, 2019, "", "1/2300248", YELLOW);
    (void)transfer(&w, "TRANSFER", "济财预2", NULL, "370103", 20190320, 60 * WAN);
    w_tick(&w, 20190320);
    cr_expect_eq(w_find(&w, "K02", T, NULL, NULL).status, CLOSED, "no unit is asked for");
    end(&w);
}

/* 30 days: 02-16, a Saturday, so 02-18. 60 days: 03-18. */
Test(budget_rules, k02_general_transfer) {
    k02_transfer(false, 20190218, 20190219);
}

Test(budget_rules, k02_special_transfer) {
    k02_transfer(true, 20190318, 20190319);
}

/* One FINAL_ACCOUNTS of 2019, in 万元: P1's own line, and what else the department spent. */
static struct mk_ref final_accounts(struct world *w, const struct mk_ref *replaces, int64_t p1,
                                    int64_t dept) {
    return mk_json_correcting(
        &w->m, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, replaces, "congress", "B03", K(REGION),
        RGN, 2019, 20200715,
        "{'kind':'APPROVAL_KIND_FINAL_ACCOUNTS','approved_on':20200715,'lines':["
        "{'bk':'BUDGET_KIND_GENERAL','func':'2050201','subject':'%s','dept':'%s','fen':'%lld',"
        "'src_unit':'SOURCE_UNIT_WAN'},"
        "{'bk':'BUDGET_KIND_GENERAL','func':'205','dept':'%s','fen':'%lld',"
        "'src_unit':'SOURCE_UNIT_WAN'}],'total_fen':'%lld'}",
        P1, DEPT1, (long long)p1, DEPT1, (long long)dept, (long long)(p1 + dept));
}

Test(budget_rules, k08_final_accounts) {
    struct world w;
    struct seen s;
    struct mk_ref r;

    begin(&w);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    (void)allot(&w, INITIAL, P2, "Q2", 20190120, 100 * WAN);
    w_tick(&w, 20190120);
    r = final_accounts(&w, NULL, 90 * WAN, 80 * WAN);
    w_tick(&w, 20191201);
    cr_expect_eq(w_unknown(&w, "K08"), 2, "the year isn't over");
    w_tick(&w, 20200101);
    cr_expect_eq(w_unknown(&w, "K08"), 2, "no payment is here");
    pay(&w, P1, 20191231, 90 * WAN + WAN / 2);
    pay(&w, P2, 20191231, 80 * WAN - WAN / 2 - 1);
    w_tick(&w, 20200102);
    expect_fires(&w, "K08", K(DEPT), DEPT1, 2019, "", "1/205", RED);
    cr_expect_eq(w_find(&w, "K08", NULL, NULL, NULL).n, 1, "P1 is half a 万元 off");
    s = w_find(&w, "K08", DEPT1, "", "1/205");
    cr_expect(strstr(s.message_zh, "决算批准数80.00万元与台账支出79.50万元差0.50万元") != NULL,
              "%s", s.message_zh);
    cr_expect_eq(s.n_inputs, 1);
    (void)final_accounts(&w, &r, 91 * WAN + 1, 79 * WAN);
    w_tick(&w, 20200716);
    cr_expect_eq(w_find(&w, "K08", DEPT1, NULL, NULL).status, CLOSED);
    expect_fires(&w, "K08", K(PROJECT), P1, 2019, "", "1/2050201", RED);
    cr_expect_eq(w_find(&w, "K08", P1, NULL, NULL).n_inputs, 2, "the accounts and the payment");
    pay(&w, P1, 20191231, 1);
    w_tick(&w, 20200717);
    cr_expect_eq(w_find(&w, "K08", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* By function in a region, and of its whole: what the department of the year's allotment is in. */
Test(budget_rules, k08_of_a_region) {
    struct world w;

    begin(&w);
    (void)allot(&w, INITIAL, P1, "Q1", 20190120, 100 * WAN);
    pay(&w, P1, 20190601, 90 * WAN); /* 2050201 */
    (void)approve(&w, 3, 20190715, "20502", NULL, NULL, 90 * WAN + 51);
    (void)approve(&w, 3, 20190715, "", NULL, NULL, 50);
    w_tick(&w, 20200101);
    expect_fires(&w, "K08", K(REGION), RGN, 2019, "", "1/20502", RED);
    cr_expect_eq(w_find(&w, "K08", NULL, NULL, NULL).n, 1, "nothing is left for the whole");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "区教育局", NULL, "370102");
    w_tick(&w, 20200102);
    cr_expect(strstr(w_find(&w, "K08", RGN, "", "1/20502").message_zh, "差90.00万元") != NULL);
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, RGN);
    pay(&w, P1, 20190602, 1);
    w_tick(&w, 20200103);
    cr_expect_eq(w_find(&w, "K08", RGN, NULL, NULL).status, CLOSED);
    end(&w);
}
