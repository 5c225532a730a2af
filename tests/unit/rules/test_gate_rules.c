/* K14 to K21: what has to be there before an item enters the library or the budget. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define REDUCE 3
#define OPEN 1
#define CLOSED 3
#define INFO 1
#define YELLOW 2
#define RED 3

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";

/* A department and two projects; P1 is new and major. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_json(&w->m, "finance", "P02", K(PROJECT), P1, 0, 20190101,
                  "{'name':'校舍改造','resp_org':'%s','is_new':true,'is_major':true}", DEPT1);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    w_tick(w, 20190101);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

static struct mk_ref exante(struct world *w, const char *subject, int32_t on, int32_t total_cp,
                            const char *rating, const char *conclusion) {
    return mk_json(&w->m, "finance", "E01", K(PROJECT), subject, 0, on,
                   "{'kind':'EX_ANTE_KIND_DEPT','eval_date':%d,'total_cp':%d,"
                   "'rating':'RATING_%s','conclusion':'EX_ANTE_CONCLUSION_%s'}",
                   on, total_cp, rating, conclusion);
}

static struct mk_ref library(struct world *w, const char *subject, int32_t on, const char *action) {
    return mk_json(&w->m, "finance", "E03", K(PROJECT), subject, 2019, on,
                   "{'action':'LIBRARY_ACTION_%s'}", action);
}

static struct mk_ref allot(struct world *w, int kind, const char *subject, const char *quota,
                           int32_t on, int64_t fen) {
    return mk_allot(&w->m, kind, subject, DEPT1, quota, "2050201", 2019, on, fen, NULL);
}

Test(gate_rules, k14_no_ex_ante_evaluation) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)library(&w, P1, 20190102, "IN");
    (void)library(&w, P2, 20190102, "IN"); /* nothing new or major about it */
    w_tick(&w, 20190102);
    s = w_find(&w, "K14", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    cr_expect_str_eq(s.message_zh, "〔K14〕校舍改造（37010019R000000000001），2019年度："
                                   "未经事前绩效评估即入库");
    cr_expect_eq(w_find(&w, "K14", P2, NULL, NULL).n, 0);
    /* An evaluation the day after leaves a note. */
    (void)exante(&w, P1, 20190103, 8500, "GOOD", "SUPPORT");
    w_tick(&w, 20190103);
    s = w_find(&w, "K14", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == INFO, "status %d, severity %d", s.status, s.sev);
    (void)library(&w, P1, 20190104, "OUT");
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K14", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(gate_rules, k14_in_time_unknown_and_money_taken_back) {
    static const char P3[] = "37010019R000000000003";
    struct world w;

    begin(&w);
    (void)exante(&w, P1, 20190102, 8500, "GOOD", "SUPPORT");
    (void)allot(&w, INITIAL, P1, "Q1", 20190102, 100 * WAN);
    (void)allot(&w, INITIAL, P3, "Q3", 20190102, 100 * WAN); /* no profile */
    w_tick(&w, 20190102);
    cr_expect_eq(w_find(&w, "K14", NULL, NULL, NULL).n, 0, "under the same tick; and unknown");
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P3, 0, 20190103,
                  "{'name':'桥','is_new':true,'is_infra':true}");
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K14", P3, "", "").sev, RED);
    cr_expect(strstr(w_find(&w, "K14", P3, "", "").message_zh, "即安排预算") != NULL);
    (void)allot(&w, REDUCE, P3, "Q4", 20190104, 100 * WAN - 1);
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K14", P3, "", "").status, OPEN, "a fen is left");
    (void)allot(&w, REDUCE, P3, "Q5", 20190105, 1);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K14", P3, "", "").status, CLOSED);
    end(&w);
}

Test(gate_rules, k15_failed_and_yet_funded) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)exante(&w, P1, 20190102, 5900, "POOR", "REVISE");
    (void)exante(&w, P2, 20190102, 6000, "FAIR", "REVISE");
    w_tick(&w, 20190102);
    (void)allot(&w, INITIAL, P1, "Q1", 20190103, 100 * WAN);
    (void)allot(&w, INITIAL, P2, "Q2", 20190103, 100 * WAN);
    w_tick(&w, 20190103);
    s = w_find(&w, "K15", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    cr_expect(strstr(s.message_zh, "事前评估为差仍安排100.00万元") != NULL, "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K15", P2, NULL, NULL).n, 0);
    /* A later evaluation, better or worse, comes too late for either. */
    (void)exante(&w, P1, 20190104, 9000, "EXCELLENT", "SUPPORT");
    (void)exante(&w, P2, 20190104, 5000, "POOR", "REJECT");
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K15", P1, NULL, NULL).status, OPEN);
    cr_expect_eq(w_find(&w, "K15", P2, NULL, NULL).n, 0);
    (void)allot(&w, REDUCE, P1, "Q3", 20190105, 100 * WAN);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K15", P1, NULL, NULL).status, CLOSED);
    /* Rejected is failed, whatever the rating; out of the library again. */
    (void)library(&w, P2, 20190106, "IN");
    w_tick(&w, 20190106);
    s = w_find(&w, "K15", P2, "", "");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "事前评估为差仍入库，安排100.00万元"), "%s",
              s.message_zh);
    (void)allot(&w, REDUCE, P2, "Q4", 20190107, 100 * WAN);
    w_tick(&w, 20190107);
    cr_expect_eq(w_find(&w, "K15", P2, NULL, NULL).status, CLOSED);
    end(&w);
}

/* What every complete goal has. */
#define CI "{'id':'CI-1','l1':'INDICATOR_GROUP_COMMON'},{'id':'CI-2','l1':'INDICATOR_GROUP_COMMON'}"
#define OTHERS                                                                                     \
    "{'id':'CI-3','l1':'INDICATOR_GROUP_COMMON'},{'id':'B','l1':'INDICATOR_GROUP_BENEFIT'},"       \
    "{'id':'C','l1':'INDICATOR_GROUP_SATISFACTION','na_reason':'内部项目'}"

static struct mk_ref goal(struct world *w, const char *subject, int32_t on, int version,
                          const char *frame, int64_t fen, const char *indicators) {
    return mk_json(&w->m, "finance", "E04", K(PROJECT), subject, 2019, on,
                   "{'version':%d,'frame':'GOAL_FRAME_%s','horizon':'GOAL_HORIZON_ANNUAL',"
                   "'budget_fen':'%lld','indicators':[%s]}",
                   version, frame, (long long)fen, indicators);
}

static struct mk_ref review(struct world *w, const char *subject, int32_t on,
                            const struct mk_ref *of, const char *result) {
    return mk_json(&w->m, "finance", "E05", K(PROJECT), subject, 2019, on,
                   "{'goal':%s,'result':'REVIEW_RESULT_%s'}", mk_ref_json(&w->m, of), result);
}

static const char complete[] = CI ",{'id':'A','l1':'INDICATOR_GROUP_OUTPUT'}," OTHERS;

Test(gate_rules, k16_goal_not_passed) {
    struct world w;
    struct mk_ref g1;
    struct mk_ref g2;
    struct seen s;

    begin(&w);
    g1 = goal(&w, P1, 20190102, 1, "PROJECT", 100 * WAN, complete);
    g2 = goal(&w, P2, 20190102, 1, "PROJECT", 100 * WAN, complete);
    (void)allot(&w, INITIAL, P1, "Q1", 20190102, 100 * WAN);
    w_tick(&w, 20190102);
    cr_expect_eq(w_find(&w, "K16", NULL, NULL, NULL).n, 0, "no review has come: unknown");
    /* The first review of the year, of another item; P2 passes under its gate's tick. */
    (void)review(&w, P2, 20190103, &g2, "PASS");
    (void)library(&w, P2, 20190103, "IN");
    (void)review(&w, P1, 20190103, &g1, "RETURN");
    w_tick(&w, 20190103);
    s = w_find(&w, "K16", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    cr_expect(strstr(s.message_zh, "绩效目标未审核通过即下达") != NULL, "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K16", P2, NULL, NULL).n, 0);
    (void)review(&w, P1, 20190104, &g1, "PASS");
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K16", P1, NULL, NULL).status, CLOSED);
    /* A version that wasn't passed when the money went out; one that came afterwards. */
    (void)goal(&w, P2, 20190105, 2, "PROJECT", 100 * WAN, complete);
    w_tick(&w, 20190105);
    (void)allot(&w, INITIAL, P2, "Q2", 20190106, 100 * WAN);
    w_tick(&w, 20190106);
    cr_expect_eq(w_find(&w, "K16", P2, "", "").status, OPEN);
    g2 = goal(&w, P2, 20190107, 3, "PROJECT", 100 * WAN, complete);
    (void)goal(&w, P1, 20190107, 2, "PROJECT", 100 * WAN, complete);
    (void)review(&w, P2, 20190107, &g2, "PASS");
    w_tick(&w, 20190107);
    cr_expect_eq(w_find(&w, "K16", P2, NULL, NULL).status, CLOSED);
    cr_expect_eq(w_find(&w, "K16", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(gate_rules, k17_indicators_missing) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)goal(&w, P1, 20190102, 1, "PROJECT", 100 * WAN,
               CI ",{'id':'B','l1':'INDICATOR_GROUP_MANAGEMENT'}");
    (void)goal(&w, P2, 20190102, 1, "PROJECT", 100 * WAN, complete);
    (void)mk_json(&w.m, "finance", "E04", K(DEPT), DEPT1, 2019, 20190102,
                  "{'version':1,'frame':'GOAL_FRAME_DEPT6','indicators':[%s,{'id':'CI-3','l1':'"
                  "INDICATOR_GROUP_COMMON'},"
                  "{'id':'1','l1':'INDICATOR_GROUP_OPERATING_COST'},{'id':'2','l1':'INDICATOR_"
                  "GROUP_MANAGEMENT'},{'id':'3','l1':'INDICATOR_GROUP_DUTY'},{'id':'4','l1':'"
                  "INDICATOR_GROUP_SOCIAL_EFFECT'},"
                  "{'id':'5','l1':'INDICATOR_GROUP_SUSTAINABILITY'}]}",
                  CI);
    w_tick(&w, 20190102);
    s = w_find(&w, "K17", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    cr_expect(strstr(s.message_zh, "缺少CI-3、产出、效益、满意度指标") != NULL, "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K17", P2, NULL, NULL).n, 0, "na_reason stands for the group");
    s = w_find(&w, "K17", DEPT1, "", "");
    cr_expect(strstr(s.message_zh, "缺少服务对象满意度指标") != NULL, "%s", s.message_zh);
    (void)goal(&w, P1, 20190103, 2, "PROJECT", 100 * WAN, complete);
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K17", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* A version above 1 with another target of indicator A. */
static struct mk_ref change(struct world *w, const char *subject, int32_t on, int version,
                            const char *target, const char *approver, const char *doc) {
    return mk_json(&w->m, "finance", "E04", K(PROJECT), subject, 2019, on,
                   "{'version':%d,'frame':'GOAL_FRAME_PROJECT','budget_fen':'1','change_reason':'x'"
                   ",'approver':'GOAL_APPROVER_%s','approval_doc':'%s','indicators':[%s,{'id':'A',"
                   "'l1':'INDICATOR_GROUP_OUTPUT','l3':'改造面积','target':'%s'},%s]}",
                   version, approver, doc, CI, target, OTHERS);
}

static struct mk_ref submit(struct world *w, const char *kind, int32_t on,
                            const struct mk_ref *of) {
    return mk_json(&w->m, "finance", "B01", K(REGION), "370100", 2019, on,
                   "{'kind':'SUBMISSION_KIND_%s','goals':[%s]}", kind, mk_ref_json(&w->m, of));
}

Test(gate_rules, k18_changed_after_approval) {
    struct world w;
    struct mk_ref v3;
    struct seen s;

    begin(&w);
    (void)change(&w, P1, 20190102, 1, "500", "FIN", "");
    (void)change(&w, P2, 20190102, 1, "500", "FIN", "");
    w_tick(&w, 20190102);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            200 * WAN, 3);
    (void)change(&w, P1, 20190117, 2, "400", "FIN", "济财1");
    w_tick(&w, 20190117);
    cr_expect_eq(w_find(&w, "K18", NULL, NULL, NULL).n, 0, "under the approval's own tick");
    (void)change(&w, P1, 20190118, 3, "300", "FIN", "济财2");
    (void)change(&w, P2, 20190118, 2, "300", "FIN", "济财2"); /* not major */
    w_tick(&w, 20190118);
    s = w_find(&w, "K18", P1, "", "v3");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    cr_expect(strstr(s.message_zh, "批复后擅自调整目标：改造面积400→300") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(w_find(&w, "K18", P2, NULL, NULL).n, 0);
    (void)change(&w, P1, 20190119, 4, "400", "GOV", "济政1");
    (void)change(&w, P2, 20190119, 3, "500", "FIN", ""); /* without a document */
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K18", P1, "", "v3").status, CLOSED);
    cr_expect_eq(w_find(&w, "K18", P2, "", "v3").status, OPEN);
    v3 = change(&w, P1, 20190120, 5, "300", "FIN", "济财3");
    w_tick(&w, 20190120);
    cr_expect_eq(w_find(&w, "K18", P1, "", "v5").status, OPEN);
    (void)submit(&w, "MAJOR_MATTER", 20190121, &v3);
    w_tick(&w, 20190121);
    cr_expect_eq(w_find(&w, "K18", P1, "", "v5").status, CLOSED, "congress was told");
    (void)change(&w, P1, 20190122, 6, "200", "FIN", "济财4");
    w_tick(&w, 20190122);
    cr_expect_eq(w_find(&w, "K18", P1, "", "v6").status, OPEN);
    (void)mk_json(&w.m, "congress", "N01", K(PROJECT), P1, 0, 20190123,
                  "{'origin':'OPINION_ORIGIN_INQUIRY','text':'知悉'}");
    w_tick(&w, 20190123);
    cr_expect_eq(w_find(&w, "K18", P1, "", "v6").status, CLOSED);
    end(&w);
}

Test(gate_rules, k18_unknown_without_a_profile) {
    static const char P3[] = "37010019R000000000003";
    struct world w;

    begin(&w);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            200 * WAN, 3);
    w_tick(&w, 20190117);
    (void)change(&w, P3, 20190118, 2, "300", "FIN", "济财2");
    w_tick(&w, 20190118);
    cr_expect_eq(w_find(&w, "K18", NULL, NULL, NULL).n, 0);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P3, 0, 20190119,
                  "{'name':'桥','is_major':true}");
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K18", P3, "", "v2").status, OPEN);
    end(&w);
}

static struct mk_ref allot_citing(struct world *w, const char *subject, const char *quota,
                                  int32_t on, int64_t fen, const struct mk_ref *of,
                                  const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "B04", K(PROJECT), subject, 2019, on,
                              "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'%s','dept':'%s',"
                              "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,"
                              "'fen':'%lld','final_level':true,'issued_on':%d,'goal_ref':%s}",
                              quota, DEPT1, (long long)fen, on, mk_ref_json(&w->m, of));
}

Test(gate_rules, k19_goal_not_issued_with_the_budget) {
    struct world w;
    struct mk_ref g1;
    struct mk_ref g2;
    struct mk_ref q;
    struct seen s;

    begin(&w);
    g1 = goal(&w, P1, 20190102, 1, "PROJECT", 100 * WAN, complete);
    (void)review(&w, P1, 20190102, &g1, "PASS");
    (void)allot(&w, INITIAL, P1, "Q1", 20190103, 50 * WAN);
    (void)allot(&w, INITIAL, P2, "Q2", 20190103, 50 * WAN); /* nothing passed: unknown */
    q = allot_citing(&w, P1, "Q3", 20190103, 50 * WAN, &g1, NULL);
    w_tick(&w, 20190103);
    s = w_find(&w, "K19", P1, "", "Q1");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    cr_expect(strstr(s.message_zh, "绩效目标未与预算同步批复") != NULL);
    cr_expect_eq(w_find(&w, "K19", P2, NULL, NULL).n, 0);
    /* A later version binds later allotments only. */
    g2 = goal(&w, P1, 20190104, 2, "PROJECT", 100 * WAN, complete);
    (void)review(&w, P1, 20190104, &g2, "PASS");
    w_tick(&w, 20190104);
    q = allot_citing(&w, P1, "Q4", 20190105, 50 * WAN, &g1, NULL);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K19", P1, "", "Q4").status, OPEN, "cites v1, v2 had passed");
    cr_expect_eq(w_find(&w, "K19", P1, "", "Q3").status, 0);
    (void)allot_citing(&w, P1, "Q4", 20190106, 50 * WAN, &g2, &q);
    w_tick(&w, 20190106);
    cr_expect_eq(w_find(&w, "K19", P1, "", "Q4").status, CLOSED);
    end(&w);
}

Test(gate_rules, k20_goal_money) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)goal(&w, P1, 20190102, 1, "PROJECT", 105 * WAN, complete);
    w_tick(&w, 20190102);
    cr_expect_eq(w_find(&w, "K20", NULL, NULL, NULL).n, 0, "nothing allotted yet: unknown");
    (void)allot(&w, INITIAL, P1, "Q1", 20190103, 60 * WAN);
    (void)allot(&w, INITIAL, P1, "Q2", 20190103, 40 * WAN);
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K20", NULL, NULL, NULL).n, 0, "exactly 5 %%");
    (void)goal(&w, P1, 20190104, 2, "PROJECT", 105 * WAN + 1, complete);
    w_tick(&w, 20190104);
    s = w_find(&w, "K20", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    cr_expect(strstr(s.message_zh, "目标对应资金105.00万元与批复100.00万元不匹配") != NULL, "%s",
              s.message_zh);
    (void)goal(&w, P1, 20190105, 3, "PROJECT", 95 * WAN, complete);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K20", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(gate_rules, k21_another_goal_than_congress_saw) {
    struct world w;
    struct mk_ref g1;
    struct mk_ref g2;
    struct mk_ref h1;
    struct mk_ref told;
    struct seen s;

    begin(&w);
    g1 = goal(&w, P1, 20190102, 1, "PROJECT", 100 * WAN, complete);
    h1 = goal(&w, P2, 20190102, 1, "PROJECT", 100 * WAN, complete);
    (void)submit(&w, "DRAFT", 20190102, &g1);
    (void)submit(&w, "DRAFT", 20190102, &h1);
    w_tick(&w, 20190102);
    g2 = goal(&w, P1, 20190103, 2, "PROJECT", 100 * WAN, complete);
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K21", NULL, NULL, NULL).n, 0, "not allotted yet: unknown");
    (void)allot_citing(&w, P1, "Q1", 20190104, 50 * WAN, &g2, NULL);
    (void)allot_citing(&w, P2, "Q2", 20190104, 50 * WAN, &h1, NULL);
    w_tick(&w, 20190104);
    s = w_find(&w, "K21", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    cr_expect(strstr(s.message_zh, "报人大目标（v1）与批复目标（v2）不一致") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(w_find(&w, "K21", P2, NULL, NULL).n, 0, "the same record");
    told = submit(&w, "MAJOR_MATTER", 20190105, &g2);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K21", P1, NULL, NULL).status, OPEN, "not received yet");
    (void)mk_json(&w.m, "congress", "B02", K(REGION), "370100", 0, 20190106,
                  "{'submission':%s,'received_on':20190106,'complete':true}",
                  mk_ref_json(&w.m, &told));
    w_tick(&w, 20190106);
    cr_expect_eq(w_find(&w, "K21", P1, NULL, NULL).status, CLOSED);
    end(&w);
}
