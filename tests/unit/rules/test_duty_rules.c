/* K64, K65, K67 to K71: duties towards the others: tasks, interviews, an unbroken chain,
 * corrections that come late, institution documents, results to be used. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/sql/sql.h>
#include <pentad/v1/envelope.pb-c.h>

#include "world.h"

#define OPEN 1
#define REPLIED 2
#define CLOSED 3
#define INFO 1
#define YELLOW 2
#define RED 3
#define EXPLAIN 2
#define REPLACE 2
#define WITHDRAW 4

static const char DEPT1[] = "11370100004188813W";
static const char P1[] = "37010019R000000000001";

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

/* ---- K64 ---- */

static struct mk_ref task(struct world *w, const char *no, const char *lead, int32_t due) {
    return mk_json(&w->m, "office", "J02", K(NONE), NULL, 0, 20190110,
                   "{'task_no':'%s','lead':'%s','due':%d,'requirement':'落实'}", no, lead, due);
}

static void feedback(struct world *w, const char *party, const struct mk_ref *task,
                     const char *status) {
    (void)mk_json(&w->m, party, "J03", K(NONE), NULL, 0, 20190110,
                  "{'task':%s,'progress_bp':10000,'status':'TASK_STATUS_%s'}",
                  mk_ref_json(&w->m, task), status);
}

Test(duty_rules, k64_task_overdue) {
    struct world w;
    struct mk_ref t[3];
    struct seen s;

    w_open_quiet(&w, DEPT1);
    t[0] = task(&w, "D1", "audit", 20190131);
    t[1] = task(&w, "D2", DEPT1, 20190131);
    t[2] = task(&w, "D3", "finance", 20190131);
    w_tick(&w, 20190110);
    feedback(&w, "finance", &t[0], "DONE"); /* not finance's task */
    feedback(&w, "audit", &t[0], "DOING");
    feedback(&w, "finance", &t[1], "DONE");
    feedback(&w, "office", &t[2], "DONE");
    w_days(&w, 20190130, 20190131);
    cr_expect_eq(w_h01s_of(&w, "K64"), 0, "due today");
    w_tick(&w, 20190201);
    s = w_find(&w, "K64", "", "", "D1");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == YELLOW && s.first_seen == 20190201);
    cr_expect_str_eq(s.message_zh, "〔K64〕督办事项D1逾期1天（牵头：audit）");
    cr_expect_eq(s.n_inputs, 3);
    cr_expect_eq(w_find(&w, "K64", NULL, NULL, NULL).n, 1);
    w_reply(&w, "finance", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190202);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").status, OPEN, "audit has to answer");
    w_reply(&w, "audit", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190203);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").status, REPLIED);
    feedback(&w, "audit", &t[0], "DONE");
    w_tick(&w, 20190204);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").status, CLOSED);
    end(&w);
}

Test(duty_rules, k64_awaits_the_lead_alone) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    (void)task(&w, "D1", "audit", 20190131);
    (void)task(&w, "D2", DEPT1, 20190131);
    feedback(&w, "audit", &(struct mk_ref){PENTAD__V1__RECORD_REF__INIT}, "DOING");
    w_days(&w, 20190129, 20190130);
    mk_silent(&w.m, "audit", "main", true);
    w_days(&w, 20190131, 20190201);
    cr_expect_eq(w_find(&w, "K64", "", "", "D2").status, OPEN, "a body answers through finance");
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").n, 0);
    cr_expect_eq(w_unknown(&w, "K64"), 1);
    w_check(&w);
    mk_close_day(&w.m, "audit", "main", 20190131, false);
    w_tick(&w, 20190201);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").status, OPEN);
    cr_expect_eq(w_unknown(&w, "K64"), 0);
    end(&w);
}

Test(duty_rules, k64_a_later_day) {
    struct world w;
    struct mk_ref t;

    w_open_quiet(&w, DEPT1);
    t = task(&w, "D1", "finance", 20190131);
    w_days(&w, 20190131, 20190201);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").status, OPEN);
    (void)mk_json_correcting(
        &w.m, REPLACE, &t, "office", "J02", K(NONE), NULL, 0, 20190110,
        "{'task_no':'D1','lead':'finance','due':20190210,'requirement':'落实'}");
    w_tick(&w, 20190202);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").status, CLOSED);
    w_days(&w, 20190210, 20190211);
    cr_expect_eq(w_find(&w, "K64", "", "", "D1").episode, 2);
    end(&w);
}

/* ---- K65 ---- */

static struct mk_ref assess(struct world *w, const char *subject, const char *decision) {
    return mk_json(&w->m, "finance", "W01", K(DEPT), subject, 2018, 20190301,
                   "{'total_cp':5000,'grade':'差','decision':'WORK_DECISION_%s'}", decision);
}

static struct mk_ref notice(struct world *w, const struct mk_ref *basis, const char *kind) {
    return mk_json(&w->m, "office", "J04", K(NONE), NULL, 0, 20190310,
                   "{'kind':'NOTICE_KIND_%s','addressees':['%s'],'basis':[%s],"
                   "'requirement':'整改'}",
                   kind, DEPT1, mk_ref_json(&w->m, basis));
}

static void rectify(struct world *w, const struct mk_ref *source, const char *phase) {
    (void)mk_json(&w->m, "finance", "V03", K(NONE), NULL, 0, 20190320,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_%s','due':20190630}",
                  mk_ref_json(&w->m, source), phase);
}

Test(duty_rules, k65_interview_not_held) {
    static const char DEPT2[] = "11370100004188900A";
    struct world w;
    struct mk_ref a[2];
    struct mk_ref n;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    a[0] = assess(&w, DEPT1, "INTERVIEW");
    a[1] = assess(&w, DEPT2, "INTERVIEW");
    (void)assess(&w, "11370100004188999B", "COMMEND");
    w_tick(&w, 20190301);
    n = notice(&w, &a[1], "INTERVIEW");
    rectify(&w, &n, "PLAN");
    (void)notice(&w, &a[0], "WARNING");
    /* 30 days after 03-01: 03-31, a Sunday: 04-01. */
    w_days(&w, 20190330, 20190401);
    cr_expect_eq(w_find(&w, "K65", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190402);
    s = w_find(&w, "K65", DEPT1, "", "");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == YELLOW);
    cr_expect_str_eq(s.message_zh, "〔K65〕市教育局（11370100004188813W），2018年度："
                                   "考核决定约谈，逾期1天未约谈");
    cr_expect_eq(w_find(&w, "K65", NULL, NULL, NULL).n, 1);
    n = notice(&w, &a[0], "INTERVIEW");
    w_tick(&w, 20190403);
    s = w_find(&w, "K65", DEPT1, "", "");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "未整改") != NULL && s.n_inputs == 2);
    rectify(&w, &n, "PLAN");
    w_tick(&w, 20190404);
    cr_expect_eq(w_find(&w, "K65", DEPT1, "", "").status, CLOSED);
    end(&w);
}

Test(duty_rules, k65_waits_and_a_decision_is_withdrawn) {
    struct world w;
    struct mk_ref a;

    w_open_quiet(&w, DEPT1);
    a = assess(&w, DEPT1, "INTERVIEW");
    w_days(&w, 20190330, 20190331);
    mk_silent(&w.m, "office", "main", true);
    w_days(&w, 20190401, 20190402);
    cr_expect_eq(w_find(&w, "K65", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K65"), 1);
    mk_silent(&w.m, "office", "main", false);
    w_tick(&w, 20190403);
    cr_expect_eq(w_find(&w, "K65", DEPT1, "", "").status, OPEN);
    (void)mk_json_correcting(&w.m, REPLACE, &a, "finance", "W01", K(DEPT), DEPT1, 2018, 20190301,
                             "{'total_cp':7000,'grade':'中','decision':'WORK_DECISION_NONE'}");
    w_tick(&w, 20190404);
    cr_expect_eq(w_find(&w, "K65", DEPT1, "", "").status, CLOSED);
    end(&w);
}

/* ---- K67 ---- */

static struct mk_ref incident(struct world *w, const char *kind, const char *stream) {
    return mk_json(&w->m, "hub", "Incident", K(NONE), NULL, 0, 0,
                   "{'kind':'INCIDENT_KIND_%s','party':'finance','stream':'%s'}", kind, stream);
}

Test(duty_rules, k67_broken_chain) {
    struct world w;
    struct mk_ref i;
    struct mk_ref lift;
    struct seen s;
    char object[64];

    w_open_quiet(&w, DEPT1);
    i = incident(&w, "EQUIVOCATION", "main");
    (void)incident(&w, "OTHER", "main");
    w_tick(&w, 20190110);
    (void)snprintf(object, sizeof object, "finance/main hub/main#%d", (int)i.ref.seq);
    s = w_find(&w, "K67", "", "", object);
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == RED && s.n_inputs == 1);
    cr_expect_str_eq(s.message_zh, "〔K67〕finance数据链断裂于main：同一序号有两份签名报文");
    lift = mk_json(&w.m, "office", "Lift", K(NONE), NULL, 0, 0,
                   "{'incident':%s,'party':'finance','stream':'main'}", mk_ref_json(&w.m, &i));
    w_tick(&w, 20190111);
    cr_expect_eq(w_find(&w, "K67", "", "", object).status, OPEN, "nobody has approved it");
    (void)w_approve(&w, "congress", &lift);
    (void)w_approve(&w, "audit", &lift);
    w_tick(&w, 20190112);
    cr_expect_eq(w_find(&w, "K67", "", "", object).status, CLOSED);
    (void)incident(&w, "CLOSE_MISMATCH", "reports");
    w_tick(&w, 20190113);
    s = w_find(&w, "K67", NULL, NULL, NULL);
    cr_expect(s.n == 2 && s.status == OPEN);
    cr_expect_str_eq(s.message_en, "[K67] broken record chain of finance in reports, a close that "
                                   "what was received does not meet");
    end(&w);
}

/* ---- K68 ---- */

static struct mk_ref brief(struct world *w, const char *period, int32_t valid_at) {
    return mk_json(&w->m, "office", "H04", K(NONE), NULL, 0, valid_at,
                   "{'period':'%s','issue_no':1,'total_no':1,'valid_at':%d,'known_at':'%d'}",
                   period, valid_at, (int)w->m.n);
}

static struct mk_ref found(struct world *w, int32_t fy, const char *no, struct mk_ref *corrects) {
    return mk_finding(&w->m, P1, fy, 20190301, no, 6, 1, 20291231, 1, corrects ? REPLACE : 0,
                      corrects);
}

static const char *object_of(struct mk_ref r) {
    static char text[64];

    (void)snprintf(text, sizeof text, "%s/%s#%d", r.ref.party, r.ref.stream, (int)r.ref.seq);
    return text;
}

Test(duty_rules, k68_used_in_a_brief) {
    struct world w;
    struct mk_ref r[4];
    struct mk_ref last_year;
    struct mk_ref c;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    for (int i = 0; i < 4; i++)
        r[i] = found(&w, i == 3 ? 2018 : 2019, "A", NULL);
    (void)found(&w, 2019, "A", &r[2]); /* before the brief */
    w_tick(&w, 20190331);
    (void)brief(&w, "2019-02", 20190228); /* ends before the records' day */
    (void)brief(&w, "2019-03", 20190331);
    w_tick(&w, 20190401);
    last_year = found(&w, 2018, "B", &r[3]); /* in no brief of 2019; 2018 closed on 03-31 */
    c = found(&w, 2019, "B", &r[0]);
    w_tick(&w, 20190402);
    s = w_find(&w, "K68", P1, "", object_of(c));
    cr_expect(s.n == 2 && s.status == OPEN && s.sev == INFO && s.due == 0);
    cr_expect(strstr(s.message_zh, "2019年度：A03审计发现迟到更正，影响简报2019-03") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 3);
    cr_expect_eq(w_find(&w, "K68", P1, "", object_of(last_year)).status, OPEN);
    w_check(&w);
    w_reply(&w, "finance", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190403);
    cr_expect_eq(w_find(&w, "K68", P1, "", object_of(c)).status, OPEN, "its author answers");
    (void)brief(&w, "2019-04", 20190430);
    w_tick(&w, 20190501);
    cr_expect_eq(w_find(&w, "K68", P1, "", object_of(c)).status, CLOSED);
    end(&w);
}

Test(duty_rules, k68_after_the_close_of_the_year) {
    struct world w;
    struct mk_ref r[2];
    struct mk_ref c;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    r[0] = found(&w, 2019, "A", NULL);
    r[1] = found(&w, 2019, "A", NULL);
    w_tick(&w, 20190301);
    (void)found(&w, 2019, "B", &r[0]);
    w_tick(&w, 20200331);
    cr_expect_eq(w_find(&w, "K68", NULL, NULL, NULL).n, 0);
    c = found(&w, 2019, "B", &r[1]);
    w_tick(&w, 20200401);
    s = w_find(&w, "K68", P1, "", object_of(c));
    cr_expect(s.n == 1 && s.status == OPEN);
    cr_expect(strstr(s.message_en, "late correction of A03 (audit finding), which affects a year "
                                   "that is closed") != NULL,
              "%s", s.message_en);
    w.m.doc_no = "SJ-2";
    (void)mk_json_correcting(&w.m, REPLACE, &c, "audit", "A03", K(PROJECT), P1, 2019, 20190301,
                             "{'finding_no':'C'}");
    w_tick(&w, 20200402);
    cr_expect_eq(w_find(&w, "K68", P1, "", "audit/SJ-2").status, OPEN);
    end(&w);
}

Test(duty_rules, k68_sent_to_congress_or_appraised) {
    struct world w;
    struct mk_ref v[3];
    struct mk_ref c;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    for (int i = 0; i < 3; i++)
        v[i] = mk_eval(&w.m, 1, i == 2 ? DEPT1 : P1, 2019, 20190301, 9000, NULL, NULL);
    w_tick(&w, 20190301);
    (void)mk_json(&w.m, "finance", "B01", K(REGION), "370100", 2020, 0,
                  "{'kind':'SUBMISSION_KIND_EXEC_REPORT','evals':[%s]}", mk_ref_json(&w.m, &v[0]));
    (void)mk_json(&w.m, "organization", "O01", K(DEPT), DEPT1, 2019, 0,
                  "{'components':[{'name':'绩效','ledger_ref':{'subject_key':'%s',"
                  "'fiscal_year':2019,'score_cp':9000}}]}",
                  DEPT1);
    w_tick(&w, 20190302);
    (void)mk_eval(&w.m, 1, P1, 2019, 20190303, 8000, &v[1], NULL);
    w_tick(&w, 20190303);
    cr_expect_eq(w_find(&w, "K68", NULL, NULL, NULL).n, 0, "nobody used that one");
    c = mk_eval(&w.m, 1, P1, 2019, 20190303, 8000, &v[0], NULL);
    w_tick(&w, 20190304);
    s = w_find(&w, "K68", P1, "", object_of(c));
    cr_expect(s.status == OPEN && strstr(s.message_zh, "影响报送人大材料") != NULL, "%s",
              s.message_zh);
    c = mk_eval(&w.m, 1, DEPT1, 2019, 20190303, 8000, &v[2], NULL);
    w_tick(&w, 20190305);
    s = w_find(&w, "K68", DEPT1, "", object_of(c));
    cr_expect(s.status == OPEN && strstr(s.message_zh, "影响综合绩效考核结果") != NULL, "%s",
              s.message_zh);
    end(&w);
}

/* ---- K69 ---- */

static void document(struct world *w, const char *stage, int32_t valid_to) {
    (void)mk_json(&w->m, "finance", "S05", K(NONE), NULL, 0, 0,
                  "{'stage':'INSTITUTION_STAGE_%s','title':'办法','valid_from':20190723,"
                  "'valid_to':%d}",
                  stage, valid_to);
}

Test(duty_rules, k69_institution_documents) {
    static const char *const there[] = {"GOAL",       "MONITORING", "EVALUATION",
                                        "RESULT_USE", "TRANSFER",   "ORG"};
    struct world w;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        document(&w, there[i], i == 0 ? 20200815 : 20991231);
    w_days(&w, 20200717, 20200731);
    cr_expect_eq(w_find(&w, "K69", NULL, NULL, NULL).n, 0, "as of the month's end");
    w_tick(&w, 20200801);
    s = w_find(&w, "K69", "", "", "EX_ANTE");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == INFO);
    cr_expect_str_eq(s.message_zh, "〔K69〕缺少事前评估制度文件，应于2020-07-18前建立");
    document(&w, "EX_ANTE", 20991231);
    w_days(&w, 20200802, 20200815);
    cr_expect_eq(w_find(&w, "K69", "", "", "EX_ANTE").status, CLOSED);
    cr_expect_eq(w_find(&w, "K69", "", "", "GOAL").n, 0);
    w_tick(&w, 20200816);
    cr_expect_eq(w_find(&w, "K69", "", "", "GOAL").status, OPEN, "it has ended");
    w_tick(&w, 20220731);
    cr_expect_eq(w_find(&w, "K69", NULL, NULL, NULL).n, 2);
    w_tick(&w, 20220801);
    cr_expect_eq(w_find(&w, "K69", "", "", "GENERAL").status, OPEN);
    end(&w);
}

Test(duty_rules, k69_waits_for_finance) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    w_tick(&w, 20200730);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20200731, 20200801);
    cr_expect_eq(w_find(&w, "K69", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K69"), 7);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20200802);
    cr_expect_eq(w_find(&w, "K69", NULL, NULL, NULL).n, 7);
    end(&w);
}

/* ---- K70 ---- */

#define EVALUATION "{'kind':'EVALUATION_KIND_%s','by':'EVALUATION_BY_%s','total_cp':9500}"

static struct mk_ref evaluated(struct world *w, int32_t fy, const char *kind, const char *by) {
    return mk_json(&w->m, "finance", "V01", K(PROJECT), P1, fy, 20190304, EVALUATION, kind, by);
}

static void disclose(struct world *w, const struct mk_ref *what) {
    (void)mk_json(&w->m, "finance", "S03", K(PROJECT), P1, 2018, 0, "{'what':[%s]}",
                  mk_ref_json(&w->m, what));
}

Test(duty_rules, k70_fed_back_rectified_disclosed) {
    struct world w;
    struct mk_ref v[2];
    struct seen s;

    w_open_quiet(&w, DEPT1);
    v[0] = evaluated(&w, 2018, "FIN_KEY", "FIN");
    v[1] = evaluated(&w, 2017, "FIN_KEY", "FIN");
    (void)evaluated(&w, 2016, "DEPT_KEY", "DEPT");
    (void)evaluated(&w, 2016, "DEPT", "DEPT");
    w_tick(&w, 20190304);
    disclose(&w, &v[1]);
    /* Twenty working days: 04-01. */
    w_days(&w, 20190331, 20190401);
    cr_expect_eq(w_find(&w, "K70", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190402);
    s = w_find(&w, "K70", P1, "", "public");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == YELLOW && s.n_inputs == 1);
    cr_expect(strstr(s.message_zh, "2018年度：评价结果未公开，逾期1天") != NULL, "%s",
              s.message_zh);
    disclose(&w, &v[0]);
    rectify(&w, &v[1], "REPORT");
    w_tick(&w, 20190403);
    cr_expect_eq(w_find(&w, "K70", P1, "", "public").status, CLOSED);
    cr_expect_eq(w_find(&w, "K70", NULL, NULL, NULL).n, 1, "the thirtieth day");
    w_tick(&w, 20190404);
    cr_expect_eq(w_find(&w, "K70", NULL, NULL, NULL).n, 4, "two not fed back, one unplanned");
    cr_expect(strstr(w_find(&w, "K70", P1, "", "plan").message_zh, "2018年度：评价结果未提出") !=
              NULL);
    w_check(&w);
    rectify(&w, &v[0], "PLAN");
    for (int i = 0; i < 2; i++)
        (void)mk_json_correcting(&w.m, REPLACE, &v[i], "finance", "V01", K(PROJECT), P1, 2018 - i,
                                 20190304,
                                 "{'kind':'EVALUATION_KIND_FIN_KEY','by':'EVALUATION_BY_FIN',"
                                 "'total_cp':9500,'feedback_at':20190404}");
    w_tick(&w, 20190405);
    cr_expect_eq(w_find(&w, "K70", P1, "", "plan").status, CLOSED);
    cr_expect_eq(w_find(&w, "K70", P1, "", "feedback").status, CLOSED);
    cr_expect_eq(w_find(&w, "K70", NULL, NULL, NULL).n, 4);
    end(&w);
}

Test(duty_rules, k70_waits_for_finance) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    (void)evaluated(&w, 2018, "FIN_KEY", "FIN");
    w_days(&w, 20190304, 20190331);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20190401, 20190402);
    cr_expect_eq(w_find(&w, "K70", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K70"), 1);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190403);
    cr_expect_eq(w_find(&w, "K70", P1, "", "public").status, OPEN);
    end(&w);
}

/* ---- K71 ---- */

static void body(struct world *w, const char *key, const char *level, const char *rgn,
                 int32_t pilot_from, int32_t active_to) {
    (void)mk_json(&w->m, "finance", "P01", K(DEPT), key, 2019, 20190101,
                  "{'name':'局','level':'ORG_LEVEL_%s','rgn':'%s','pilot_from':%d,"
                  "'active_from':20100101,'active_to':%d}",
                  level, rgn, pilot_from, active_to);
}

static void assessed(struct world *w, int kind, const char *key, int32_t fy) {
    (void)mk_json(&w->m, "finance", "W01", kind, key, fy, (fy + 1) * 10000 + 102,
                  "{'total_cp':9000,'decision':'WORK_DECISION_NONE'}");
}

static void evaluated_by_finance(struct world *w, int kind, const char *key, int32_t fy) {
    (void)mk_json(&w->m, "finance", "V01", kind, key, fy, (fy + 1) * 10000 + 102, EVALUATION,
                  kind == K(REGION) ? "REGION" : "DEPT", "FIN");
}

Test(duty_rules, k71_not_held) {
    static const char *const depts[] = {"D1", "D2", "D3"};
    struct world w;
    struct seen s;

    w_open_quiet(&w, DEPT1); /* with DEPT1, no pilot */
    body(&w, "D1", "DEPT", "370100", 2019, 20991231);
    body(&w, "D2", "DEPT", "370100", 2020, 20991231); /* a pilot only later */
    body(&w, "D3", "DEPT", "370100", 2018, 20191130); /* no more */
    body(&w, "F1", "DISTRICT_FIN", "370102", 0, 20991231);
    body(&w, "G1", "DISTRICT_GOV", "370102", 0, 20991231);
    for (int i = 0; i < 3; i++)
        assessed(&w, K(DEPT), depts[i], 2018);
    assessed(&w, K(DEPT), DEPT1, 2018);
    assessed(&w, K(REGION), "370102", 2018);
    evaluated_by_finance(&w, K(DEPT), "D3", 2018);
    evaluated_by_finance(&w, K(REGION), "370102", 2018);
    w_tick(&w, 20190103);
    for (int i = 0; i < 2; i++)
        assessed(&w, K(DEPT), depts[i], 2019);
    (void)mk_json(&w.m, "finance", "V01", K(DEPT), "D1", 2019, 20200601, EVALUATION, "DEPT",
                  "DEPT");
    w_tick(&w, 20200601);
    w_days(&w, 20200929, 20200930);
    cr_expect_eq(w_find(&w, "K71", NULL, NULL, NULL).n, 0, "the last day");
    w_tick(&w, 20201001);
    s = w_find(&w, "K71", "370102", "", "V01");
    cr_expect(s.n == 2 && s.status == OPEN && s.sev == INFO && s.due == 0 && s.n_inputs == 0);
    cr_expect(strstr(s.message_zh,
                     "，2019年度：未开展财政运行综合绩效评价，应于2020-09-30前完成") != NULL,
              "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K71", "370102", "", "W01").status, OPEN);
    cr_expect_eq(w_find(&w, "K71", DEPT1, "", "W01").status, OPEN);
    cr_expect_eq(w_find(&w, "K71", "D1", "", "V01").status, OPEN, "its own evaluation won't do");
    cr_expect_eq(w_find(&w, "K71", NULL, NULL, NULL).n, 4);
    w_check(&w);
    assessed(&w, K(REGION), "370102", 2019);
    (void)mk_json(&w.m, "finance", "V01", K(DEPT), "D1", 2019, 20200601, EVALUATION, "DEPT", "FIN");
    w_tick(&w, 20201002);
    cr_expect_eq(w_find(&w, "K71", "370102", "", "W01").status, CLOSED);
    cr_expect_eq(w_find(&w, "K71", "370102", "", "V01").status, OPEN);
    cr_expect_eq(w_find(&w, "K71", "D1", "", "V01").status, CLOSED);
    w_tick(&w, 20211001);
    cr_expect_eq(w_find(&w, "K71", "D2", "", "V01").status, OPEN, "of 2020");
    cr_expect_eq(w_find(&w, "K71", "D3", "", "W01").n, 0);
    end(&w);
}

Test(duty_rules, k71_asks_for_the_year_before_the_first_tick) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    w_days(&w, 20190929, 20190930);
    cr_expect_eq(w_find(&w, "K71", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20191001);
    cr_expect_eq(w_find(&w, "K71", DEPT1, "", "W01").status, OPEN);
    w_check(&w);
    assessed(&w, K(DEPT), DEPT1, 2018);
    w_tick(&w, 20191002);
    cr_expect_eq(w_find(&w, "K71", DEPT1, "", "W01").status, CLOSED);
    end(&w);
}

Test(duty_rules, k71_waits_for_finance) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    assessed(&w, K(DEPT), DEPT1, 2018);
    w_days(&w, 20200928, 20200929);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20200930, 20201001);
    cr_expect_eq(w_find(&w, "K71", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K71"), 1);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20201002);
    cr_expect_eq(w_find(&w, "K71", DEPT1, "", "W01").status, OPEN);
    end(&w);
}
