/* K47 to K50: what the results of evaluations do to the budget that they bind. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define REDUCE 3
#define SELF 1
#define FIN_KEY 4
#define OPEN 1
#define CLOSED 3

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";

static void allot(struct world *w, int kind, const char *subject, const char *no, int fy,
                  int32_t on, int64_t fen) {
    (void)mk_allot(&w->m, kind, subject, DEPT1, no, "2050201", fy, on, fen, NULL);
}

/* Two projects with 100 万元 each in 2019. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    allot(w, INITIAL, P1, "Q1", 2019, 20190128, 100 * WAN);
    allot(w, INITIAL, P2, "Q2", 2019, 20190128, 100 * WAN);
    w_tick(w, 20190128);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

static void library(struct world *w, const char *action, int fy) {
    (void)mk_json(&w->m, "finance", "E03", K(PROJECT), P1, fy, 0, "{'action':'LIBRARY_ACTION_%s'}",
                  action);
}

Test(result_use, k47_rated_poor_yet_funded) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)mk_eval(&w.m, SELF, P1, 2018, 20190330, 9500, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, P1, 2018, 20190801, 5900, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, P2, 2018, 20190801, 6000, NULL, NULL);
    w_tick(&w, 20191031); /* the last day for 2020 */
    allot(&w, INITIAL, P1, "Q3", 2020, 20200115, 80 * WAN);
    allot(&w, INITIAL, P2, "Q4", 2020, 20200115, 100 * WAN);
    w_tick(&w, 20200115);
    cr_expect_eq(w_find(&w, "K47", NULL, NULL, NULL).n, 0, "80 of 100; 中 isn't 差");
    allot(&w, INITIAL, P1, "Q5", 2020, 20200116, 1);
    w_tick(&w, 20200116);
    s = w_find(&w, "K47", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 3 && s.n_inputs == 5);
    cr_expect_str_eq(s.message_zh, "〔K47〕校舍改造（37010019R000000000001），2020年度：评价为差"
                                   "（59.00分），2020年度仍安排80.00万元，上年度100.00万元");
    allot(&w, REDUCE, P1, "Q6", 2020, 20200117, WAN);
    w_tick(&w, 20200117);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, CLOSED, "reduced");
    allot(&w, INITIAL, P1, "Q7", 2020, 20200118, 50 * WAN);
    w_tick(&w, 20200118);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).episode, 2);
    library(&w, "OUT", 2020);
    w_tick(&w, 20200119);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, CLOSED, "out of the library");
    library(&w, "IN", 2020);
    w_tick(&w, 20200120);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).episode, 3);
    (void)mk_eval(&w.m, 5, P1, 2018, 20200121, 8000, NULL, NULL);
    w_tick(&w, 20200121);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, CLOSED, "rated anew");
    end(&w);
}

/* The second 差 running: nothing may be left of the budget that it binds. */
Test(result_use, k47_poor_two_years_running) {
    struct world w;
    struct mk_ref v;
    struct seen s;

    begin(&w);
    v = mk_eval(&w.m, FIN_KEY, P1, 2017, 20190110, 5900, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, P2, 2017, 20190110, 6000, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, P1, 2018, 20190801, 5500, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, P2, 2018, 20190801, 5500, NULL, NULL);
    w_tick(&w, 20190801);
    allot(&w, INITIAL, P1, "Q3", 2020, 20200115, 50 * WAN);
    allot(&w, INITIAL, P2, "Q4", 2020, 20200115, 50 * WAN);
    w_tick(&w, 20200115);
    s = w_find(&w, "K47", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 3 && s.n == 1);
    cr_expect(strstr(s.message_zh, "连续2年评价为差应取消（55.00分），2020年度仍安排50.00万元，"
                                   "上年度100.00万元") != NULL,
              "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K47", P2, NULL, NULL).n, 0, "中 the year before: a cut is enough");
    allot(&w, REDUCE, P1, "Q5", 2020, 20200116, 50 * WAN - 1);
    w_tick(&w, 20200116);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, OPEN, "a fen is left");
    allot(&w, REDUCE, P1, "Q6", 2020, 20200117, 1);
    w_tick(&w, 20200117);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, CLOSED);
    allot(&w, INITIAL, P1, "Q7", 2020, 20200118, WAN);
    w_tick(&w, 20200118);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).episode, 2);
    /* The earlier year is rated anew. */
    (void)mk_eval(&w.m, FIN_KEY, P1, 2017, 20190110, 6000, &v, NULL);
    w_tick(&w, 20200119);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, CLOSED, "1 of 100 is cut enough");
    end(&w);
}

/* An evaluation of November binds the year after the next; nothing of the year before is unknown.
 */
Test(result_use, k47_which_budget_an_evaluation_binds) {
    struct world w;

    begin(&w);
    (void)mk_eval(&w.m, FIN_KEY, P1, 2018, 20191101, 5000, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, "37010019R000000000003", 2018, 20191101, 5000, NULL, NULL);
    w_tick(&w, 20191101);
    allot(&w, INITIAL, P1, "Q3", 2020, 20200115, 100 * WAN);
    w_tick(&w, 20200115);
    cr_expect_eq(w_find(&w, "K47", NULL, NULL, NULL).n, 0, "2020 was drafted already");
    allot(&w, INITIAL, P1, "Q4", 2021, 20210115, 100 * WAN);
    allot(&w, INITIAL, "37010019R000000000003", "Q5", 2021, 20210115, 100 * WAN);
    w_tick(&w, 20210115);
    cr_expect_eq(w_find(&w, "K47", P1, NULL, NULL).status, OPEN);
    cr_expect_eq(w_find(&w, "K47", NULL, NULL, NULL).n, 1, "the other had nothing in 2020");
    end(&w);
}

static void rectify(struct world *w, const struct mk_ref *source, const char *result) {
    (void)mk_json(&w->m, "finance", "V03", K(PROJECT), P1, 2018, 0,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_REPORT',"
                  "'result':'RECTIFICATION_RESULT_%s'}",
                  mk_ref_json(&w->m, source), result);
}

Test(result_use, k48_raised_before_rectification) {
    struct world w;
    struct mk_ref v;
    struct seen s;

    begin(&w);
    v = mk_eval(&w.m, FIN_KEY, P1, 2018, 20190801, 7999, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, P2, 2018, 20190801, 8000, NULL, NULL);
    (void)mk_eval(&w.m, FIN_KEY, "37010019R000000000003", 2018, 20190801, 7000, NULL, NULL);
    w_tick(&w, 20190801);
    allot(&w, INITIAL, P1, "Q3", 2020, 20200115, 100 * WAN);
    allot(&w, INITIAL, P2, "Q4", 2020, 20200115, 200 * WAN);
    allot(&w, INITIAL, "37010019R000000000003", "Q5", 2020, 20200115, 100 * WAN);
    w_tick(&w, 20200115);
    cr_expect_eq(w_find(&w, "K48", NULL, NULL, NULL).n, 0, "not more; 良; nothing before: unknown");
    allot(&w, INITIAL, P1, "Q6", 2020, 20200116, 20 * WAN);
    w_tick(&w, 20200116);
    s = w_find(&w, "K48", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2 && s.n_inputs == 4);
    cr_expect_not_null(strstr(s.message_zh, "评价为中（79.99分）且未完成整改，2020年度预算由"
                                            "100.00万元增至120.00万元，增加20.00万元"));
    rectify(&w, &v, "PARTIAL");
    w_tick(&w, 20200117);
    cr_expect_eq(w_find(&w, "K48", P1, NULL, NULL).status, OPEN);
    rectify(&w, &v, "DONE");
    w_tick(&w, 20200118);
    cr_expect_eq(w_find(&w, "K48", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

static struct mk_ref initial(struct world *w, const char *subject, const char *no,
                             const char *links, const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "B04", K(PROJECT), subject, 2020,
                              20200110,
                              "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'%s','dept':'%s',"
                              "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2020,"
                              "'fen':'5000000','issued_on':20200110%s}",
                              no, DEPT1, links);
}

static void profile(struct world *w, const char *subject, const char *more, int start) {
    (void)mk_json(&w->m, "finance", "P02", K(PROJECT), subject, 2020, 20200101,
                  "{'name':'项目','resp_org':'%s','start':%d%s}", DEPT1, start, more);
}

static struct mk_ref goal(struct world *w, const char *subject) {
    return mk_json(&w->m, "finance", "E04", K(PROJECT), subject, 2020, 20200105, "{'version':1}");
}

static struct mk_ref review(struct world *w, const char *subject, const struct mk_ref *g,
                            const char *result) {
    return mk_json(&w->m, "finance", "E05", K(PROJECT), subject, 2020, 20200106,
                   "{'goal':%s,'result':'REVIEW_RESULT_%s'}", mk_ref_json(&w->m, g), result);
}

Test(result_use, k49_a_new_project) {
    struct world w;
    struct mk_ref g;
    struct mk_ref e;
    struct mk_ref q;
    struct seen s;
    char links[1024];

    begin(&w);
    profile(&w, P1, ",'is_new':true,'is_major':true", 20200101);
    profile(&w, P2, ",'is_new':true", 20200101);
    g = goal(&w, P1);
    w_tick(&w, 20200106);
    q = initial(&w, P1, "N1", "", NULL);
    w_tick(&w, 20200110);
    s = w_find(&w, "K49", P1, "", "N1");
    cr_expect(s.status == OPEN && s.sev == 2);
    cr_expect_str_eq(s.message_zh, "〔K49〕项目（37010019R000000000001），2020年度："
                                   "“三个挂钩”缺事前绩效评估");
    (void)review(&w, P1, &g, "RETURN");
    e = mk_json(&w.m, "finance", "E01", K(PROJECT), P1, 2020, 20191201, "{'total_cp':8200}");
    w_tick(&w, 20200111);
    cr_expect_not_null(
        strstr(w_find(&w, "K49", P1, "", "N1").message_zh, "缺事前绩效评估、绩效目标"));
    (void)snprintf(links, sizeof links, ",'links':{'exante':%s,'goal':%s}", mk_ref_json(&w.m, &e),
                   mk_ref_json(&w.m, &g));
    q = initial(&w, P1, "N1", links, &q);
    w_tick(&w, 20200112);
    s = w_find(&w, "K49", P1, "", "N1");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "”缺绩效目标"), "the goal wasn't passed");
    (void)review(&w, P1, &g, "PASS");
    g = goal(&w, P2);
    g = review(&w, P2, &g, "PASS");
    (void)snprintf(links, sizeof links, ",'links':{'goal':%s}", mk_ref_json(&w.m, &g));
    (void)initial(&w, P2, "N2", links, NULL);
    w_tick(&w, 20200113);
    cr_expect_eq(w_find(&w, "K49", P1, "", "N1").status, CLOSED);
    cr_expect_eq(w_find(&w, "K49", P2, "", "N2").status, 0, "new, but neither major nor a policy");
    end(&w);
}

static struct mk_ref use(struct world *w, int kind, const char *subject, const struct mk_ref *eval,
                         const char *scope, int next_fy, const char *direction) {
    return mk_json(&w->m, "finance", "V02", kind, subject, 2018, 0,
                   "{'eval':%s,'action':'USE_ACTION_IMPROVE','next_fy':%d,'base_fen':'100',"
                   "'change_fen':'10','direction':'CHANGE_DIRECTION_%s','scope':'USE_SCOPE_%s'}",
                   mk_ref_json(&w->m, eval), next_fy, direction, scope);
}

Test(result_use, k49_a_project_that_goes_on) {
    struct world w;
    struct mk_ref g;
    struct mk_ref v;
    struct mk_ref u;
    struct mk_ref q;
    char links[1024];

    begin(&w);
    profile(&w, P1, "", 20180101);
    profile(&w, P2, "", 20190101);
    g = goal(&w, P1);
    (void)snprintf(links, sizeof links, ",'links':{'goal':%s}", mk_ref_json(&w.m, &g));
    q = initial(&w, P1, "N1", links, NULL);
    w_tick(&w, 20200110);
    cr_expect_eq(w_find(&w, "K49", NULL, NULL, NULL).n, 0, "no review, no use of results: unknown");
    (void)review(&w, P1, &g, "PASS");
    w_tick(&w, 20200111);
    cr_expect_eq(w_find(&w, "K49", P1, "", "N1").status, 0, "no results used for 2020: unknown");
    g = goal(&w, P2);
    (void)review(&w, P2, &g, "PASS");
    (void)snprintf(links, sizeof links, ",'links':{'goal':%s}", mk_ref_json(&w.m, &g));
    (void)initial(&w, P2, "N2", links, NULL);
    v = mk_eval(&w.m, FIN_KEY, P2, 2018, 20190801, 8500, NULL, NULL);
    (void)use(&w, K(PROJECT), P2, &v, "SUBJECT", 2020, "INCREASE");
    w_tick(&w, 20200112);
    cr_expect_not_null(strstr(w_find(&w, "K49", P1, "", "N1").message_zh, "”缺上年绩效结果"));
    cr_expect_eq(w_find(&w, "K49", P2, "", "N2").status, 0, "began the year before: no result yet");
    v = mk_eval(&w.m, FIN_KEY, P1, 2018, 20190801, 8500, NULL, NULL);
    u = use(&w, K(PROJECT), P1, &v, "SUBJECT", 2020, "INCREASE");
    w_tick(&w, 20200113);
    cr_expect_eq(w_find(&w, "K49", P1, "", "N1").status, OPEN, "used, but not linked");
    g = goal(&w, P1);
    (void)review(&w, P1, &g, "PASS");
    (void)snprintf(links, sizeof links, ",'links':{'goal':%s,'last_result':%s}",
                   mk_ref_json(&w.m, &g), mk_ref_json(&w.m, &u));
    (void)initial(&w, P1, "N1", links, &q);
    w_tick(&w, 20200114);
    cr_expect_eq(w_find(&w, "K49", P1, "", "N1").status, CLOSED);
    end(&w);
}

static struct mk_ref overall(struct world *w, int kind, const char *key, int fy, int32_t on,
                             int total) {
    return mk_json(&w->m, "finance", "V01", kind, key, fy, on,
                   "{'kind':'EVALUATION_KIND_%s','by':'EVALUATION_BY_FIN','total_cp':%d}",
                   kind == K(DEPT) ? "DEPT" : "REGION", total);
}

static void draft(struct world *w, int fy) {
    (void)mk_json(&w->m, "finance", "B01", K(REGION), "370100", fy, 0,
                  "{'kind':'SUBMISSION_KIND_DRAFT','session':'三次会议'}");
}

Test(result_use, k50_an_overall_result_that_nothing_follows) {
    static const char LIXIA[] = "370102";
    struct world w;
    struct mk_ref dept;
    struct mk_ref region;
    struct seen s;

    begin(&w);
    dept = overall(&w, K(DEPT), DEPT1, 2018, 20190901, 8200);
    region = overall(&w, K(REGION), LIXIA, 2018, 20190901, 8200);
    (void)overall(&w, K(DEPT), "11370100004188900A", 2018, 20190901, 8200);
    w_tick(&w, 20190901);
    draft(&w, 2019);
    w_tick(&w, 20191201);
    w_tick(&w, 20191202);
    cr_expect_eq(w_find(&w, "K50", NULL, NULL, NULL).n, 0, "they bind 2020");
    (void)use(&w, K(REGION), LIXIA, &region, "TRANSFER_LINK", 2020, "INCREASE");
    (void)use(&w, K(DEPT), DEPT1, &dept, "SUBJECT", 2020, "INCREASE");
    draft(&w, 2020);
    w_tick(&w, 20200110);
    cr_expect_eq(w_find(&w, "K50", NULL, NULL, NULL).n, 0, "the day of the draft");
    w_tick(&w, 20200111);
    s = w_find(&w, "K50", DEPT1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20200111 && s.n_inputs == 2);
    cr_expect_str_eq(s.message_zh, "〔K50〕市教育局（11370100004188813W），2018年度："
                                   "整体绩效结果未与部门预算挂钩（82.00分，2020年度）");
    cr_expect_eq(w_find(&w, "K50", NULL, NULL, NULL).n, 1,
                 "the region is linked; where the other department belongs isn't known");
    (void)use(&w, K(DEPT), DEPT1, &dept, "DEPT_LINK", 2020, "DECREASE");
    w_tick(&w, 20200112);
    cr_expect_eq(w_find(&w, "K50", DEPT1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(result_use, k50_poor_and_given_more_or_the_day_not_closed) {
    static const char LIXIA[] = "370102";
    struct world w;
    struct mk_ref v;

    begin(&w);
    v = overall(&w, K(REGION), LIXIA, 2018, 20190901, 5999);
    (void)use(&w, K(REGION), LIXIA, &v, "TRANSFER_LINK", 2020, "DECREASE");
    (void)overall(&w, K(DEPT), DEPT1, 2018, 20190901, 9000);
    w_tick(&w, 20190901);
    cr_expect_eq(w_find(&w, "K50", NULL, NULL, NULL).n, 0);
    v = use(&w, K(REGION), LIXIA, &v, "TRANSFER_LINK", 2020, "INCREASE");
    w_tick(&w, 20190902);
    cr_expect_not_null(
        strstr(w_find(&w, "K50", LIXIA, "", "").message_zh, "评价为差仍增加安排（59.99分"));
    (void)mk_json_correcting(&w.m, 4, &v, "finance", "V02", K(REGION), LIXIA, 2018, 0, "{}");
    w_tick(&w, 20190903);
    cr_expect_eq(w_find(&w, "K50", LIXIA, NULL, NULL).status, CLOSED, "withdrawn");
    draft(&w, 2020);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20200110);
    w_tick(&w, 20200111);
    cr_expect_eq(w_find(&w, "K50", DEPT1, NULL, NULL).n, 0, "a V02 of that day may still come");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20200112);
    cr_expect_eq(w_find(&w, "K50", DEPT1, NULL, NULL).status, OPEN);
    end(&w);
}
