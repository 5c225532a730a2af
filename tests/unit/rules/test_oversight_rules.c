/* What the organization department appraises, what audit checks and congress is told: each rule
 * fires, doesn't quite fire, clears. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/sql/sql.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define OPEN 1
#define CLOSED 3
#define YELLOW 2
#define RED 3

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";

static void begin(struct world *w, int32_t day) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    w_tick(w, day);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

static void message(const struct seen *s, const char *zh, const char *en) {
    cr_expect_str_eq(s->message_zh, zh);
    cr_expect_str_eq(s->message_en, en);
}

/* The department's score of 2019, by its own evaluation. */
static struct mk_ref dept_eval(struct world *w, int32_t on, int32_t total_cp,
                               const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "V01", K(DEPT), DEPT1, 2019, on,
                              "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_DEPT',"
                              "'frame':'EVALUATION_FRAME_DEPT6','total_cp':%d}",
                              total_cp);
}

static struct mk_ref appraise(struct world *w, int32_t on, const char *performance,
                              const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "organization", "O01", K(DEPT), DEPT1, 2019, on,
                              "{'total_cp':9000,'components':["
                              "{'name':'业务工作','weight_cp':8000,'score_cp':9100}%s]}",
                              performance);
}

/* With a performance component of weight 20 % that used `cp` and scored `score`. */
static struct mk_ref appraise_with(struct world *w, int32_t on, const struct mk_ref *snap, int cp,
                                   int score, const struct mk_ref *replaces) {
    char part[1024];

    (void)snprintf(part, sizeof part,
                   ",{'name':'预算绩效','weight_cp':2000,'score_cp':%d,'ledger_ref':{"
                   "'snapshot':%s,'subject_key':'%s','fiscal_year':2019,'score_cp':%d}}",
                   score, mk_ref_json(&w->m, snap), DEPT1, cp);
    return appraise(w, on, part, replaces);
}

Test(oversight, k51_the_score_that_the_ledger_had) {
    struct world w;
    struct mk_ref eval;
    struct mk_ref snap;
    struct mk_ref o01;
    struct seen s;

    begin(&w, 20200401);
    eval = dept_eval(&w, 20200402, 8850, NULL);
    w_tick(&w, 20200402);
    snap = w.snapshot;
    (void)dept_eval(&w, 20200403, 8000, &eval); /* known only after the snapshot */
    w_tick(&w, 20200403);
    o01 = appraise_with(&w, 20200410, &snap, 8850, 1770, NULL);
    w_tick(&w, 20200410);
    cr_expect_eq(w_find(&w, "K51", NULL, NULL, NULL).n, 0, "8850 was the score, times 20 %% 1770");
    o01 = appraise_with(&w, 20200411, &snap, 8000, 8000, &o01);
    w_tick(&w, 20200411);
    s = w_find(&w, "K51", DEPT1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    message(&s, "〔K51〕市教育局（11370100004188813W），2019年度：考核采用80.00分，台账为88.50分",
            "[K51] 市教育局 11370100004188813W FY2019: appraised with 80.00, the ledger has 88.50");
    cr_expect_eq(s.n_inputs, 4, "the appraisal, the snapshot, both evaluations: %d", s.n_inputs);
    o01 = appraise_with(&w, 20200412, &snap, 8850, 8850, &o01);
    w_tick(&w, 20200412);
    cr_expect_eq(w_find(&w, "K51", DEPT1, NULL, NULL).status, CLOSED);
    o01 = appraise_with(&w, 20200413, &snap, 8850, 1772, &o01);
    w_tick(&w, 20200413);
    s = w_find(&w, "K51", DEPT1, NULL, NULL);
    cr_expect(s.status == OPEN && strstr(s.message_zh, "考核采用17.72分"), "%s", s.message_zh);
    (void)appraise_with(&w, 20200414, &snap, 8850, 1771, &o01);
    w_tick(&w, 20200414);
    cr_expect_eq(w_find(&w, "K51", DEPT1, NULL, NULL).status, CLOSED, "within 0.01");
    end(&w);
}

Test(oversight, k51_a_snapshot_that_was_superseded) {
    struct world w;
    struct mk_ref old;
    struct mk_ref o01;
    struct seen s;

    begin(&w, 20200301);
    (void)dept_eval(&w, 20200302, 8850, NULL);
    w_tick(&w, 20200302);
    old = w.snapshot;
    w_tick(&w, 20200310); /* its snapshot follows on that of 03-02 */
    w_tick(&w, 20200311);
    o01 = appraise_with(&w, 20200409, &old, 8850, 8850, NULL);
    w_tick(&w, 20200409);
    cr_expect_eq(w_find(&w, "K51", NULL, NULL, NULL).n, 0, "30 days after 03-10");
    (void)mk_json_correcting(&w.m, 4, &o01, "organization", "O01", K(DEPT), DEPT1, 2019, 20200409,
                             "{'total_cp':9000}");
    (void)appraise_with(&w, 20200410, &old, 8850, 8850, NULL);
    w_tick(&w, 20200410);
    s = w_find(&w, "K51", DEPT1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED);
    message(&s,
            "〔K51〕市教育局（11370100004188813W），2019年度：考核采用88.50分，台账为88.50分"
            "（所引台账快照已被取代31日）",
            "[K51] 市教育局 11370100004188813W FY2019: appraised with 88.50, the ledger has 88.50 "
            "(the snapshot cited was superseded 31 days before)");
    end(&w);
}

/* Which tick saw a record counts, not where it lies between two. */
Test(oversight, k51_an_appraisal_beside_the_snapshot) {
    struct world w;
    struct mk_ref snap;

    begin(&w, 20200401);
    (void)dept_eval(&w, 20200402, 8850, NULL);
    w_tick(&w, 20200402);
    snap = w.snapshot;
    (void)dept_eval(&w, 20200402, 8000, NULL); /* behind the snapshot's tick */
    (void)appraise_with(&w, 20200402, &snap, 8850, 8850, NULL);
    w_tick(&w, 20200403);
    cr_expect_eq(w_find(&w, "K51", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K51"), 0);
    end(&w);
}

Test(oversight, k51_a_snapshot_that_nobody_has) {
    static const char no_such[] = "{'party':'hub','stream':'main','seq':'9999',"
                                  "'hash':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='}";
    struct world w;
    struct mk_ref o01;
    struct mk_ref snap;
    char part[512];
    struct seen s;

    w_open(&w, ":memory:");
    w.no_snapshots = true;
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    w_tick(&w, 20200401);
    (void)dept_eval(&w, 20200402, 8850, NULL);
    (void)snprintf(part, sizeof part,
                   ",{'name':'预算绩效','weight_cp':2000,'score_cp':8850,'ledger_ref':{"
                   "'snapshot':%s,'score_cp':8850}}",
                   no_such);
    o01 = appraise(&w, 20200402, part, NULL);
    w_tick(&w, 20200402);
    cr_expect_eq(w_find(&w, "K51", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K51"), 1, "the hub has made none yet");
    w.no_snapshots = false;
    w_tick(&w, 20200403);
    snap = w.snapshot;
    (void)mk_json_correcting(&w.m, 4, &o01, "organization", "O01", K(DEPT), DEPT1, 2019, 20200403,
                             "{'total_cp':9000}");
    o01 = appraise(&w, 20200403, part, NULL);
    w_tick(&w, 20200404);
    s = w_find(&w, "K51", DEPT1, "", "");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "考核采用88.50分，台账为—分（所引台账快照不"
                                                       "存在）"),
              "%s", s.message_zh);
    o01 = appraise_with(&w, 20200405, &snap, 8850, 8850, &o01);
    w_tick(&w, 20200405);
    cr_expect_eq(w_find(&w, "K51", DEPT1, NULL, NULL).status, CLOSED);
    (void)appraise(&w, 20200406, ",{'name':'预算绩效','weight_cp':2000,'score_cp':8850}", &o01);
    w_tick(&w, 20200406);
    cr_expect_eq(w_find(&w, "K51", DEPT1, NULL, NULL).episode, 2, "it cites none");
    cr_expect_eq(w_find(&w, "K52", NULL, NULL, NULL).n, 0, "yet performance counts");
    end(&w);
}

Test(oversight, k52_performance_is_in_the_appraisal) {
    static const char weightless[] = ",{'name':'预算绩效','weight_cp':0,'score_cp':8850,"
                                     "'ledger_ref':{'score_cp':8850}}";
    static const char counted[] = ",{'name':'预算绩效','weight_cp':1,'score_cp':8850,"
                                  "'ledger_ref':{'score_cp':8850}}";
    struct world w;
    struct mk_ref o01;
    struct seen s;

    begin(&w, 20200401);
    o01 = appraise(&w, 20200402, "", NULL);
    w_tick(&w, 20200402);
    cr_expect_eq(w_unknown(&w, "K52"), 1, "no evaluation is here");
    (void)dept_eval(&w, 20200403, 8850, NULL);
    w_tick(&w, 20200403);
    cr_expect_eq(w_unknown(&w, "K52"), 0);
    cr_expect_eq(w_find(&w, "K52", NULL, NULL, NULL).n, 0, "it came after the appraisal");
    o01 = appraise(&w, 20200404, weightless, &o01);
    w_tick(&w, 20200404);
    s = w_find(&w, "K52", DEPT1, "", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n_inputs == 2);
    message(&s,
            "〔K52〕市教育局（11370100004188813W），2019年度：考核未纳入预算绩效结果（台账88.50分，"
            "2个考核项目中无预算绩效或权重为零）",
            "[K52] 市教育局 11370100004188813W FY2019: performance is not in the appraisal: the "
            "ledger has 88.50, none of 2 components counts it");
    (void)appraise(&w, 20200405, counted, &o01);
    w_tick(&w, 20200405);
    cr_expect_eq(w_find(&w, "K52", DEPT1, NULL, NULL).status, CLOSED, "the least weight is one");
    end(&w);
}

/* A V03 on `source`: whose, which phase (PLAN, REPORT, VERIFY), with which result. */
static struct mk_ref rectify(struct world *w, const char *party, int32_t on,
                             const struct mk_ref *source, const char *phase, const char *result,
                             const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, party, "V03", K(PROJECT), P1, 2019, on,
                              "{'source':%s,'phase':'RECTIFICATION_PHASE_%s','due':20191231,"
                              "'result':'RECTIFICATION_RESULT_%s'}",
                              mk_ref_json(&w->m, source), phase, result);
}

Test(oversight, k59_reported_done_and_checked) {
    struct world w;
    struct mk_ref finding;
    struct mk_ref report;
    struct seen s;

    begin(&w, 20191001);
    finding = mk_finding(&w.m, P1, 2019, 20191002, "审7", 2, 2, 20201231, 5 * WAN, 0, NULL);
    (void)mk_verify(&w.m, P1, 2019, 20191002, &finding, 3);
    w_tick(&w, 20191002);
    report = rectify(&w, "finance", 20191003, &finding, "REPORT", "DONE", NULL);
    w_tick(&w, 20191003);
    cr_expect_eq(w_find(&w, "K59", NULL, NULL, NULL).n, 0, "audit looked before the report");
    cr_expect_eq(w_unknown(&w, "K59"), 1);
    (void)mk_verify(&w.m, P1, 2019, 20191004, &finding, 2);
    w_tick(&w, 20191004);
    s = w_find(&w, "K59", P1, "", "审7");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1);
    message(
        &s,
        "〔K59〕校舍改造（37010019R000000000001），2019年度：审计问题审7报告已整改，"
        "审计核查为持续整改",
        "[K59] 校舍改造 37010019R000000000001 FY2019: finding 审7 is reported done, audit found "
        "it under way");
    cr_expect_eq(s.n_inputs, 4, "the finding, the report, two checks: %d", s.n_inputs);
    /* A second report has yet to be checked: what was found stays open. */
    (void)rectify(&w, "finance", 20191005, &finding, "REPORT", "DONE", NULL);
    w_tick(&w, 20191005);
    cr_expect_eq(w_find(&w, "K59", P1, NULL, NULL).status, OPEN);
    (void)mk_verify(&w.m, P1, 2019, 20191006, &finding, 1);
    w_tick(&w, 20191006);
    cr_expect_eq(w_find(&w, "K59", P1, NULL, NULL).status, CLOSED);
    cr_expect_eq(w_unknown(&w, "K59"), 0);
    (void)report;
    end(&w);
}

Test(oversight, k59_a_report_that_says_less) {
    struct world w;
    struct mk_ref finding;
    struct mk_ref report;
    struct seen s;

    begin(&w, 20191001);
    finding = mk_finding(&w.m, P1, 2019, 20191002, "审7", 2, 2, 20201231, 5 * WAN, 0, NULL);
    w_tick(&w, 20191002);
    report = rectify(&w, "finance", 20191003, &finding, "REPORT", "PARTIAL", NULL);
    w_tick(&w, 20191003);
    (void)rectify(&w, "audit", 20191004, &finding, "VERIFY", "NOT_DONE", NULL);
    w_tick(&w, 20191004);
    cr_expect_eq(w_find(&w, "K59", NULL, NULL, NULL).n, 0, "nobody said done");
    report = rectify(&w, "finance", 20191005, &finding, "REPORT", "DONE", &report);
    w_tick(&w, 20191005);
    s = w_find(&w, "K59", P1, "", "审7");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "审计核查为未整改"), "%s", s.message_zh);
    (void)rectify(&w, "finance", 20191006, &finding, "REPORT", "PARTIAL", &report);
    w_tick(&w, 20191006);
    cr_expect_eq(w_find(&w, "K59", P1, NULL, NULL).status, CLOSED, "it no longer claims so");
    end(&w);
}

static struct mk_ref opinion(struct world *w, int kind, const char *key, int32_t on, int32_t due) {
    char term[32] = "";

    if (due)
        (void)snprintf(term, sizeof term, ",'reply_due':%d", due);
    return mk_json(&w->m, "congress", "N01", kind, key, key ? 2019 : 0, on,
                   "{'origin':'OPINION_ORIGIN_REVIEW','text':'加快执行','addressee':'finance'%s}",
                   term);
}

Test(oversight, k60_congress_has_its_answer) {
    struct world w;
    struct mk_ref n01;
    struct seen s;
    int before;

    begin(&w, 20190603);
    w.m.doc_no = "RD-7";
    n01 = opinion(&w, K(PROJECT), P1, 20190603, 20190612);
    (void)opinion(&w, K(PROJECT), P1, 20190603, 0);
    w_days(&w, 20190603, 20190612);
    cr_expect_eq(w_find(&w, "K60", NULL, NULL, NULL).n, 0, "due today; the other asks for none");
    w_tick(&w, 20190613);
    s = w_find(&w, "K60", P1, "", "congress/RD-7");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1 && s.n_inputs == 1);
    message(&s,
            "〔K60〕校舍改造（37010019R000000000001），2019年度：人大意见应于2019-06-12前回复，"
            "逾期1天未回复",
            "[K60] 校舍改造 37010019R000000000001 FY2019: the reply to congress's opinion was due "
            "on 2019-06-12 and is 1 days overdue");
    before = w_h01s(&w);
    w_days(&w, 20190614, 20190626);
    cr_expect_eq(w_find(&w, "K60", P1, NULL, NULL).sev, YELLOW, "the tenth working day");
    cr_expect_eq(w_h01s(&w), before);
    (void)rectify(&w, "congress", 20190627, &n01, "VERIFY", "NOT_DONE", NULL);
    w_tick(&w, 20190627);
    cr_expect_eq(w_find(&w, "K60", P1, NULL, NULL).sev, RED);
    (void)rectify(&w, "finance", 20190628, &n01, "PLAN", "PARTIAL", NULL);
    w_tick(&w, 20190628);
    cr_expect_eq(w_find(&w, "K60", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* Without a subject, and answered by the office's J03 on the last day. */
Test(oversight, k60_unknown_until_who_may_answer_has_closed) {
    struct world w;
    struct mk_ref n01;
    struct seen s;

    begin(&w, 20190603);
    n01 = opinion(&w, 0, NULL, 20190603, 20190612);
    (void)opinion(&w, 0, NULL, 20190603, 20190612);
    w_tick(&w, 20190603);
    mk_silent(&w.m, "finance", "main", true);
    (void)mk_json(&w.m, "office", "J03", K(NONE), NULL, 0, 20190612,
                  "{'task':%s,'progress_bp':0,'status':'TASK_STATUS_DOING','text':'办理中'}",
                  mk_ref_json(&w.m, &n01));
    w_days(&w, 20190612, 20190613);
    cr_expect_eq(w_find(&w, "K60", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K60"), 1, "finance has yet to close the day");
    mk_close_day(&w.m, "finance", "main", 20190612, false);
    w_tick(&w, 20190613);
    s = w_find(&w, "K60", "", "", NULL);
    cr_expect(s.n == 1 && s.status == OPEN);
    cr_expect_eq(w_find(&w, "K60", "", "", "congress/main#2").status, OPEN);
    end(&w);
}

static struct mk_ref outcome(struct world *w, const char *kind, int32_t on, const char *actual,
                             const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "V01", K(PROJECT), P1, 2019, on,
                              "{'kind':'EVALUATION_KIND_%s','frame':'EVALUATION_FRAME_INDICATORS',"
                              "'items':[{'id':'Q1','actual':'%s'},{'id':'Q2','actual':'7'}]}",
                              kind, actual);
}

static void monitored(struct world *w, const char *level, int32_t period_end, const char *actual) {
    (void)mk_json(&w->m, "finance", "X03", K(PROJECT), P1, 2019, period_end,
                  "{'level':'MONITOR_LEVEL_%s','period_end':%d,'indicators':["
                  "{'id':'Q1','actual':'%s'}]}",
                  level, period_end, actual);
}

static struct mk_ref audited(struct world *w, int32_t on, const char *value,
                             const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "audit", "A02", K(PROJECT), P1, 2019, on,
                              "{'item':'AUDIT_ITEM_INDICATOR','indicator':'Q1','value':'%s'}",
                              value);
}

Test(oversight, k54_one_indicator_several_sources) {
    struct world w;
    struct mk_ref a02;
    struct mk_ref self;
    struct seen s;

    begin(&w, 20190801);
    monitored(&w, "DEPT", 20190731, "12"); /* of July */
    w_tick(&w, 20190801);
    a02 = audited(&w, 20200301, "95", NULL);
    w_tick(&w, 20200301);
    cr_expect_eq(w_unknown(&w, "K54"), 1, "audit alone says how much");
    self = outcome(&w, "SELF", 20200302, "100.000", NULL);
    monitored(&w, "UNIT", 20191231, "一百"); /* no number */
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K54", NULL, NULL, NULL).n, 0, "5 %% itself is no difference");
    cr_expect_eq(w_unknown(&w, "K54"), 0);
    a02 = audited(&w, 20200303, "94.999999", &a02);
    w_tick(&w, 20200303);
    s = w_find(&w, "K54", P1, "", "Q1");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    message(&s,
            "〔K54〕校舍改造（37010019R000000000001），2019年度：指标“Q1”完成值不一致："
            "自评100.000、审计94.999999",
            "[K54] 校舍改造 37010019R000000000001 FY2019: indicator Q1, sources differ: "
            "self-evaluation 100.000, audit 94.999999");
    monitored(&w, "DEPT", 20191231, "94.9");
    w_tick(&w, 20200304);
    s = w_find(&w, "K54", P1, "", "Q1");
    cr_expect(strstr(s.message_zh, "自评100.000、部门监控94.9、审计94.999999"), "%s", s.message_zh);
    cr_expect_eq(s.n_inputs, 4, "two reports of 12-31, the self-evaluation, audit: %d", s.n_inputs);
    (void)outcome(&w, "SELF", 20200305, "95", &self);
    w_tick(&w, 20200305);
    cr_expect_eq(w_find(&w, "K54", P1, NULL, NULL).status, CLOSED);
    (void)outcome(&w, "SPOT", 20200306, "-95", NULL);
    w_tick(&w, 20200306);
    s = w_find(&w, "K54", P1, "", "Q1");
    cr_expect(s.status == OPEN && s.episode == 2 && s.n == 1, "Q2 is 7 in both");
    (void)a02;
    end(&w);
}

/* A subject of the department, major or not, of 2019 to 2021. */
static struct mk_ref subject(struct world *w, const char *key, const char *is_major, int32_t start,
                             const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "P02", K(PROJECT), key, 2019, start,
                              "{'name':'校舍改造','resp_org':'%s','is_major':%s,'start':%d,"
                              "'end':20211231}",
                              DEPT1, is_major, start);
}

static struct mk_ref submit(struct world *w, int correction, const struct mk_ref *corrects,
                            int32_t on, const char *kind, const char *rest) {
    return mk_json_correcting(&w->m, correction, corrects, "finance", "B01", K(REGION), "370100",
                              2019, on, "{'kind':'SUBMISSION_KIND_%s','session':'会'%s}", kind,
                              rest);
}

static void receipt(struct world *w, int32_t on, const struct mk_ref *of, const char *rest) {
    (void)mk_json(&w->m, "congress", "B02", K(REGION), "370100", 2019, on,
                  "{'submission':%s,'received_on':%d,'complete':%s}", mk_ref_json(&w->m, of), on,
                  rest);
}

Test(oversight, k61_thirty_days_before_the_session) {
    struct world w;
    struct mk_ref b01;
    struct seen s;

    begin(&w, 20181225);
    b01 = submit(&w, 0, NULL, 20181226, "DRAFT_INIT", ",'session_on':20190125");
    w_tick(&w, 20181226);
    cr_expect_eq(w_unknown(&w, "K61"), 1, "thirty days before; congress hasn't said yet");
    receipt(&w, 20181227, &b01, "true");
    w_tick(&w, 20181227);
    cr_expect_eq(w_unknown(&w, "K61"), 0);
    cr_expect_eq(w_find(&w, "K61", NULL, NULL, NULL).n, 0);
    b01 = submit(&w, 2, &b01, 20181226, "DRAFT_INIT", ",'session_on':20190124");
    w_tick(&w, 20181228);
    s = w_find(&w, "K61", "370100", "", "DRAFT_INIT");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1 && s.n_inputs == 2);
    message(&s, "〔K61〕370100（370100），2019年度：报送材料缺会前30日的提前期",
            "[K61] 370100 370100 FY2019: the package for congress lacks the 30 days before the "
            "session");
    (void)submit(&w, 2, &b01, 20181226, "DRAFT_INIT", ",'session_on':20190130");
    w_tick(&w, 20181229);
    cr_expect_eq(w_find(&w, "K61", "370100", NULL, NULL).status, CLOSED, "the session was put off");
    end(&w);
}

Test(oversight, k61_goals_and_evaluations_of_major_subjects) {
    static const char P2[] = "37010019R000000000002";
    struct world w;
    struct mk_ref goal;
    struct mk_ref draft;
    struct mk_ref final;
    struct mk_ref eval;
    struct seen s;
    char rest[512];

    begin(&w, 20190101);
    (void)subject(&w, P2, "true", 20190101, NULL);
    goal = mk_json(&w.m, "finance", "E04", K(PROJECT), P2, 2019, 20190102, "{'version':1}");
    (void)mk_allot(&w.m, 1, P2, DEPT1, "Q1", "2050201", 2019, 20190102, WAN, NULL);
    w_tick(&w, 20190102);
    draft = submit(&w, 0, NULL, 20190103, "DRAFT", "");
    receipt(&w, 20190103, &draft, "true");
    w_tick(&w, 20190103);
    s = w_find(&w, "K61", "370100", "", "DRAFT");
    cr_expect(s.status == OPEN && s.sev == RED);
    message(&s, "〔K61〕370100（370100），2019年度：报送材料缺1个重大事项的绩效目标",
            "[K61] 370100 370100 FY2019: the package for congress lacks the goals of 1 major "
            "subjects");
    (void)snprintf(rest, sizeof rest, ",'goals':[%s]", mk_ref_json(&w.m, &goal));
    (void)submit(&w, 5, &draft, 20190104, "DRAFT", rest);
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K61", "370100", NULL, NULL).status, CLOSED);
    (void)subject(&w, "37010019R000000000003", "true", 20190105, NULL);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K61", "370100", NULL, NULL).status, CLOSED, "it is younger");
    /* The accounts, without the evaluation of the one that had money. */
    eval = mk_eval(&w.m, 1, P2, 2019, 20200301, 9000, NULL, NULL);
    final = submit(&w, 0, NULL, 20200601, "FINAL_ACCOUNTS", "");
    receipt(&w, 20200601, &final, "false,'missing':['附表','说明']");
    w_tick(&w, 20200601);
    s = w_find(&w, "K61", "370100", "", "FINAL_ACCOUNTS");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "缺1个重大事项的绩效评价、附表、说明"), "%s",
              s.message_zh);
    (void)snprintf(rest, sizeof rest, ",'evals':[%s]", mk_ref_json(&w.m, &eval));
    (void)submit(&w, 5, &final, 20200602, "FINAL_ACCOUNTS", rest);
    w_tick(&w, 20200602);
    cr_expect_eq(w_find(&w, "K61", NULL, NULL, "FINAL_ACCOUNTS").status, CLOSED);
    end(&w);
}

/* A subject that becomes major, or no longer is, after the draft was sent. */
Test(oversight, k61_major_as_the_newest_profile_says) {
    static const char P2[] = "37010019R000000000002";
    struct world w;
    struct mk_ref p02;

    begin(&w, 20190101);
    p02 = subject(&w, P2, "false", 20190101, NULL);
    (void)submit(&w, 0, NULL, 20190103, "DRAFT", "");
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K61", NULL, NULL, NULL).n, 0);
    p02 = subject(&w, P2, "true", 20190101, &p02);
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K61", "370100", "", "DRAFT").status, OPEN);
    (void)subject(&w, P2, "true", 20200101, &p02);
    w_tick(&w, 20190105);
    cr_expect_eq(w_unknown(&w, "K61"), 1, "it begins after the year; no receipt yet");
    end(&w);
}

static struct mk_ref disclose(struct world *w, const char *party, int32_t on,
                              const struct mk_ref *what) {
    return mk_json(&w->m, party, "S03", K(NONE), NULL, 0, on,
                   "{'what':[%s],'url':'http://example','published_on':%d}",
                   mk_ref_json(&w->m, what), on);
}

Test(oversight, k62_what_congress_approved) {
    struct world w;
    struct mk_ref budget;
    struct mk_ref s03;
    struct seen s;

    begin(&w, 20190117);
    budget = mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190121, "2050201", DEPT1, NULL,
                               10 * WAN, 3);
    w_days(&w, 20190121, 20190210);
    mk_silent(&w.m, "congress", "main", true);
    w_tick(&w, 20190211);
    cr_expect_eq(w_unknown(&w, "K62"), 0, "02-10 is a Sunday: until 02-11");
    w_tick(&w, 20190212);
    cr_expect_eq(w_find(&w, "K62", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K62"), 1, "congress has yet to close 02-11");
    mk_close_day(&w.m, "congress", "main", 20190211, false);
    w_tick(&w, 20190213);
    s = w_find(&w, "K62", "370100", "", "B03");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1 && s.n_inputs == 1);
    message(&s, "〔K62〕370100（370100），2019年度：2019-01-21起超23日未公开人大批准的预决算",
            "[K62] 370100 370100 FY2019: not made public 23 days after 2019-01-21: what congress "
            "approved");
    s03 = disclose(&w, "congress", 20190214, &budget);
    w_tick(&w, 20190214);
    cr_expect_eq(w_find(&w, "K62", "370100", NULL, NULL).status, CLOSED);
    (void)mk_json_correcting(&w.m, 4, &s03, "congress", "S03", K(NONE), NULL, 0, 20190215,
                             "{'published_on':20190214}");
    w_tick(&w, 20190215);
    cr_expect_eq(w_find(&w, "K62", "370100", NULL, NULL).episode, 2, "taken back");
    end(&w);
}

static struct mk_ref allot_unit(struct world *w, const char *key, const char *unit,
                                const char *quota_no, int32_t on) {
    return mk_json(&w->m, "finance", "B04", K(PROJECT), key, 2019, on,
                   "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'%s','dept':'%s','unit':'%s',"
                   "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,'fen':'100',"
                   "'final_level':true,'issued_on':%d}",
                   quota_no, DEPT1, unit, on);
}

Test(oversight, k62_departments_units_and_goals) {
    static const char UNIT1[] = "12370100000000001U";
    static const char P2[] = "37010019R000000000002";
    struct world w;
    struct mk_ref b04;
    struct mk_ref goal;
    struct seen s;

    begin(&w, 20190117);
    (void)subject(&w, P2, "true", 20190117, NULL);
    (void)allot_unit(&w, P1, DEPT1, "Q1", 20190128);
    b04 = allot_unit(&w, P2, UNIT1, "Q2", 20190128);
    w_days(&w, 20190128, 20190218);
    cr_expect_eq(w_find(&w, "K62", NULL, NULL, NULL).n, 0, "02-17 is a Sunday: until 02-18");
    w_tick(&w, 20190219);
    s = w_find(&w, "K62", DEPT1, "", "B04");
    cr_expect(s.status == OPEN && s.n_inputs == 2);
    message(&s,
            "〔K62〕市教育局（11370100004188813W），2019年度：2019-01-28起超22日未公开批复的预算",
            "[K62] 市教育局 11370100004188813W FY2019: not made public 22 days after 2019-01-28: "
            "the budget as allotted");
    cr_expect_eq(w_find(&w, "K62", UNIT1, "", "B04").status, OPEN);
    cr_expect_eq(w_find(&w, "K62", NULL, NULL, NULL).n, 2);
    cr_expect_eq(w_unknown(&w, "K62"), 1, "no goal of the major subject is here");
    (void)disclose(&w, "finance", 20190220, &b04);
    w_tick(&w, 20190220);
    cr_expect_eq(w_find(&w, "K62", DEPT1, NULL, NULL).status, CLOSED, "one of its allotments");
    cr_expect_eq(w_find(&w, "K62", UNIT1, NULL, NULL).status, CLOSED);
    goal = mk_json(&w.m, "finance", "E04", K(PROJECT), P2, 2019, 20190221, "{'version':1}");
    w_tick(&w, 20190221);
    cr_expect_eq(w_find(&w, "K62", P2, "", "E04").status, OPEN);
    (void)disclose(&w, "finance", 20190222, &goal);
    w_tick(&w, 20190222);
    cr_expect_eq(w_find(&w, "K62", P2, "", "E04").status, CLOSED);
    end(&w);
}

Test(oversight, k62_evaluations_with_the_accounts) {
    static const char P2[] = "37010019R000000000002";
    struct world w;
    struct mk_ref self;
    struct mk_ref final;

    begin(&w, 20190117);
    (void)subject(&w, P2, "true", 20190117, NULL);
    (void)disclose(&w, "finance", 20190128,
                   &(struct mk_ref){allot_unit(&w, P2, DEPT1, "Q1", 20190128).ref});
    w_tick(&w, 20190128);
    self = mk_eval(&w.m, 1, P2, 2019, 20200301, 9000, NULL, NULL);
    (void)mk_eval(&w.m, 4, P2, 2019, 20200401, 9000, NULL, NULL);
    w_tick(&w, 20200501);
    final = mk_approve_budget(&w.m, 3, "370100", "济人发2", 2019, 20200602, "2050201", DEPT1, NULL,
                              10 * WAN, 3);
    (void)disclose(&w, "congress", 20200602, &final);
    w_days(&w, 20200602, 20200622);
    cr_expect_eq(w_find(&w, "K62", NULL, NULL, NULL).n, 0, "the twentieth day");
    w_tick(&w, 20200623);
    cr_expect_eq(w_find(&w, "K62", P2, "", "SELF").status, OPEN);
    cr_expect_eq(w_find(&w, "K62", P2, "", "KEY").status, OPEN);
    (void)disclose(&w, "finance", 20200624, &self);
    w_tick(&w, 20200624);
    cr_expect_eq(w_find(&w, "K62", P2, "", "SELF").status, CLOSED);
    cr_expect_eq(w_find(&w, "K62", P2, "", "KEY").status, OPEN);
    end(&w);
}

/* The head of P1 from one day to another (0: until now). */
static struct mk_ref head(struct world *w, const char *party, int correction,
                          const struct mk_ref *corrects, int32_t from, int32_t to,
                          const char *lifetime) {
    char until[40] = "";

    if (to)
        (void)snprintf(until, sizeof until, ",'held_to':%d", to);
    return mk_json_correcting(&w->m, correction, corrects, party, "P03", K(PROJECT), P1, 2019, from,
                              "{'role':'PERSON_ROLE_PROJECT_HEAD','post':'局长','held_from':%d,"
                              "'lifetime':%s%s}",
                              from, lifetime, until);
}

static struct mk_ref paid(struct world *w, int32_t date, const char *voucher,
                          const struct mk_ref *reverses) {
    struct mk_line l = {voucher, P1, "Q1", 3 * WAN, 0, NULL};

    return mk_pay(&w->m, "u", 2019, date, &l, 1, reverses);
}

Test(oversight, k63_somebody_answers_for_a_major_subject) {
    struct world w;
    struct mk_ref first;
    struct mk_ref cut;
    struct seen s;

    begin(&w, 20190301);
    (void)subject(&w, P1, "true", 20190302, NULL);
    first = head(&w, "finance", 0, NULL, 20190302, 0, "true");
    w_days(&w, 20190302, 20190310);
    cr_expect_eq(w_find(&w, "K63", NULL, NULL, NULL).n, 0);
    /* Organization says that the head left on 03-12, before he has. */
    cut = head(&w, "organization", 5, &first, 20190302, 20190312, "true");
    w_days(&w, 20190311, 20190312);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190313);
    cr_expect_eq(w_unknown(&w, "K63"), 0, "03-12 is his");
    w_tick(&w, 20190314);
    cr_expect_eq(w_find(&w, "K63", NULL, NULL, NULL).n, 0);
    cr_expect_eq(w_unknown(&w, "K63"), 1, "finance has yet to close 03-13");
    mk_close_day(&w.m, "finance", "main", 20190313, false);
    w_tick(&w, 20190314);
    s = w_find(&w, "K63", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1 && s.n_inputs == 3);
    message(&s,
            "〔K63〕校舍改造（37010019R000000000001），2019年度：重大项目责任人缺失"
            "（2019-03-13-—）",
            "[K63] 校舍改造 37010019R000000000001 FY2019: major subject: no accountable person "
            "(2019-03-13-—)");
    (void)head(&w, "finance", 0, NULL, 20190315, 0, "true");
    mk_silent(&w.m, "finance", "main", false);
    w_days(&w, 20190315, 20190316);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "nothing was paid meanwhile");
    (void)cut;
    end(&w);
}

/* What corrects a supplement moves the end of the term that it ends, and is no term of its own. */
Test(oversight, k63_an_end_that_was_corrected) {
    struct world w;
    struct mk_ref first;
    struct mk_ref cut;
    struct seen s;

    begin(&w, 20190301);
    (void)subject(&w, P1, "true", 20190302, NULL);
    first = head(&w, "finance", 0, NULL, 20190302, 0, "true");
    cut = head(&w, "organization", 5, &first, 20190302, 20190305, "true");
    w_days(&w, 20190302, 20190307);
    s = w_find(&w, "K63", P1, "", "");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "责任人缺失（2019-03-06-—）"));
    cut = head(&w, "organization", 2, &cut, 20190302, 20190312, "true");
    w_days(&w, 20190308, 20190313);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "he left on 03-12 only");
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0, "one head, one term");
    w_tick(&w, 20190314);
    s = w_find(&w, "K63", P1, "", "");
    cr_expect(s.status == OPEN && s.episode == 2 && s.n_inputs == 3);
    cr_expect(strstr(s.message_zh, "责任人缺失（2019-03-13-—）"), "%s", s.message_zh);
    (void)head(&w, "organization", 4, &cut, 20190302, 20190312, "true");
    w_tick(&w, 20190315);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "he never left");
    end(&w);
}

Test(oversight, k63_paid_while_nobody_answered) {
    struct world w;
    struct mk_ref pay;
    struct mk_ref next;
    struct seen s;

    begin(&w, 20190301);
    (void)subject(&w, P1, "true", 20190302, NULL);
    w_tick(&w, 20190302);
    cr_expect_eq(w_find(&w, "K63", NULL, NULL, NULL).n, 0, "its first day isn't over");
    w_tick(&w, 20190303);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).sev, YELLOW);
    pay = paid(&w, 20190304, "V1", NULL);
    w_tick(&w, 20190304);
    s = w_find(&w, "K63", P1, "", "");
    cr_expect(s.sev == RED && strstr(s.message_zh, "责任人缺失期间仍有支付"), "%s", s.message_zh);
    next = head(&w, "finance", 0, NULL, 20190305, 0, "true");
    (void)paid(&w, 20190305, "V2", NULL);
    w_days(&w, 20190305, 20190306);
    s = w_find(&w, "K63", P1, NULL, NULL);
    cr_expect(s.status != CLOSED && strstr(s.message_zh, "（2019-03-02-2019-03-04）"), "%s",
              s.message_zh);
    (void)paid(&w, 20190307, "V1", &pay);
    w_tick(&w, 20190307);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "the payment was reversed");
    (void)paid(&w, 20190303, "V3", NULL);
    w_tick(&w, 20190308);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).episode, 2, "a late payment of the gap");
    (void)head(&w, "finance", 2, &next, 20190302, 0, "true");
    w_tick(&w, 20190309);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "he held it from the first day");
    end(&w);
}

Test(oversight, k63_for_life_and_to_the_end) {
    struct world w;
    struct mk_ref p03;
    struct mk_ref p02;
    struct seen s;

    begin(&w, 20190301);
    p02 = subject(&w, P1, "true", 20190302, NULL);
    p03 = head(&w, "finance", 0, NULL, 20190302, 20211231, "false");
    w_days(&w, 20190302, 20190303);
    s = w_find(&w, "K63", P1, "", "");
    cr_expect(s.sev == RED && strstr(s.message_zh, "责任人未列终身责任（2019-03-02-—）"), "%s",
              s.message_zh);
    p03 = head(&w, "finance", 2, &p03, 20190302, 20211231, "true");
    w_tick(&w, 20190304);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED);
    w_tick(&w, 20211231);
    w_tick(&w, 20220105);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "it ended with him");
    (void)head(&w, "finance", 2, &p03, 20190302, 20211230, "true");
    w_tick(&w, 20220106);
    cr_expect_eq(w_find(&w, "K63", P1, NULL, NULL).status, CLOSED, "what ended has no head now");
    (void)subject(&w, P1, "false", 20190302, &p02);
    w_tick(&w, 20220107);
    end(&w);
}
