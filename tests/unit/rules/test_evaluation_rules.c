/* K41, K44, K45, K46: evaluations that are owed, criticized, expired, or made by the wrong agency.
 */
#include <string.h>

#include <criterion/criterion.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define REDUCE 3
#define SELF 1
#define SPOT 2
#define OPEN 1
#define CLOSED 3

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";

static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    (void)mk_allot(&w->m, INITIAL, P2, DEPT1, "Q2", "2050201", 2019, 20190128, 50 * WAN, NULL);
    w_tick(w, 20190128);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

Test(evaluation, k41_self_evaluation_missing) {
    struct world w;
    struct seen s;

    begin(&w);
    w_tick(&w, 20200331);
    cr_expect_eq(w_find(&w, "K41", NULL, NULL, NULL).n, 0, "due today");
    (void)mk_eval(&w.m, SELF, P2, 2019, 20200331, 9000, NULL, NULL);
    w_tick(&w, 20200401);
    s = w_find(&w, "K41", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20200401 && s.n_inputs == 1);
    cr_expect_str_eq(s.message_zh, "〔K41〕校舍改造（37010019R000000000001），2019年度："
                                   "未按要求开展自评，2020-03-31前应报送");
    cr_expect_eq(w_find(&w, "K41", P2, NULL, NULL).n, 0, "the last day");
    w_tick(&w, 20200430);
    cr_expect_eq(w_find(&w, "K41", P1, NULL, NULL).sev, 2);
    w_tick(&w, 20200501);
    cr_expect_eq(w_find(&w, "K41", P1, NULL, NULL).sev, 3);
    (void)mk_eval(&w.m, SPOT, P1, 2019, 20200502, 9000, NULL, NULL);
    w_tick(&w, 20200502);
    cr_expect_neq(w_find(&w, "K41", P1, NULL, NULL).status, CLOSED, "another's isn't its own");
    (void)mk_eval(&w.m, SELF, P1, 2019, 20200503, 9000, NULL, NULL);
    w_tick(&w, 20200503);
    cr_expect_eq(w_find(&w, "K41", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* A department's own money; what is no item's; what was taken back. */
Test(evaluation, k41_who_owes_one) {
    static const char UNIT[] = "12370100000000001U";
    static const char body[] = "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'%s','dept':'%s',"
                               "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,"
                               "'fen':'5000000','issued_on':20190128}";
    struct world w;
    struct mk_ref q;

    begin(&w);
    (void)mk_json(&w.m, "finance", "B04", K(DEPT), DEPT1, 2019, 20190128, body, "Q3", DEPT1);
    (void)mk_json(&w.m, "finance", "B04", K(UNIT), UNIT, 2019, 20190128, body, "Q4", DEPT1);
    q = mk_json(&w.m, "finance", "B04", K(PROJECT), "37010019R000000000009", 2019, 20190128, body,
                "Q5", DEPT1);
    (void)mk_json_correcting(&w.m, 4, &q, "finance", "B04", K(PROJECT), "37010019R000000000009",
                             2019, 20190128, body, "Q5", DEPT1);
    w_tick(&w, 20200402);
    cr_expect_eq(w_find(&w, "K41", NULL, NULL, NULL).n, 3, "two projects and the department");
    (void)mk_json(&w.m, "finance", "V01", K(DEPT), DEPT1, 2019, 20200403,
                  "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_FIN','total_cp':9000}");
    w_tick(&w, 20200403);
    cr_expect_eq(w_find(&w, "K41", DEPT1, NULL, NULL).status, OPEN, "finance's isn't its own");
    (void)mk_json(&w.m, "finance", "V01", K(DEPT), DEPT1, 2019, 20200404,
                  "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_DEPT','total_cp':9000}");
    w_tick(&w, 20200404);
    cr_expect_eq(w_find(&w, "K41", DEPT1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(evaluation, k41_waits_for_the_day_to_be_closed) {
    struct world w;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20200402);
    cr_expect_eq(w_find(&w, "K41", NULL, NULL, NULL).n, 0, "March 31 isn't closed: unknown");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20200403);
    cr_expect_eq(w_find(&w, "K41", NULL, NULL, NULL).n, 2);
    end(&w);
}

/* On a subject and year, or by its basis alone. */
static void criticize(struct world *w, const char *subject, const struct mk_ref *basis) {
    if (subject)
        (void)mk_json(&w->m, "office", "J04", K(PROJECT), subject, 2019, 0,
                      "{'kind':'NOTICE_KIND_CRITICIZE'}");
    else
        (void)mk_json(&w->m, "office", "J04", K(NONE), NULL, 0, 0,
                      "{'kind':'NOTICE_KIND_CRITICIZE','basis':[%s]}", mk_ref_json(&w->m, basis));
}

Test(evaluation, k44_no_criticism_of_a_missing_self_evaluation) {
    struct world w;
    struct seen s;

    begin(&w);
    w_tick(&w, 20200501); /* red; the 30th day is 05-31, a Sunday */
    w_days(&w, 20200529, 20200601);
    cr_expect_eq(w_find(&w, "K44", NULL, NULL, NULL).n, 0, "the last working day");
    w_tick(&w, 20200602);
    s = w_find(&w, "K44", P1, "", "K41");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20200602 && s.n_inputs == 1);
    cr_expect_not_null(strstr(s.message_zh, "逾期未开展自评，符合通报情形，2020-06-01前未通报"));
    cr_expect_eq(w_find(&w, "K44", P2, "", "K41").status, OPEN);
    criticize(&w, P1, NULL);
    w_tick(&w, 20200603);
    cr_expect_eq(w_find(&w, "K44", P1, NULL, NULL).status, CLOSED);
    (void)mk_eval(&w.m, SELF, P2, 2019, 20200604, 9000, NULL, NULL);
    w_tick(&w, 20200604);
    cr_expect_eq(w_find(&w, "K44", P2, NULL, NULL).status, CLOSED, "nothing to criticize now");
    end(&w);
}

Test(evaluation, k44_no_criticism_of_a_gap_or_of_a_poor_spot_check) {
    struct world w;
    struct mk_ref self;
    struct mk_ref spot;

    begin(&w);
    self = mk_eval(&w.m, SELF, P1, 2019, 20200301, 7900, NULL, NULL);
    (void)mk_eval(&w.m, SELF, P2, 2019, 20200301, 8999, NULL, NULL);
    w_tick(&w, 20200301);
    criticize(&w, P1, NULL);
    w_tick(&w, 20200401);
    spot = mk_eval(&w.m, SPOT, P1, 2019, 20200415, 5999, NULL, &self); /* 19.01: yellow, but 差 */
    (void)mk_eval(&w.m, SPOT, P2, 2019, 20200415, 7000, NULL, NULL);   /* 19.99, one band */
    w_tick(&w, 20200415);
    w_tick(&w, 20200515); /* the 30th day */
    cr_expect_eq(w_find(&w, "K44", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20200516);
    cr_expect_eq(w_find(&w, "K44", P1, "", "SPOT").status, OPEN, "criticized before it, not of it");
    cr_expect_eq(w_find(&w, "K44", NULL, NULL, NULL).n, 1);
    criticize(&w, NULL, &spot);
    spot = mk_eval(&w.m, SPOT, P2, 2019, 20200517, 6999, NULL, NULL);
    w_tick(&w, 20200517); /* 20.00 points: red from this day; the 30th is 06-16 */
    cr_expect_eq(w_find(&w, "K44", P1, NULL, NULL).status, CLOSED);
    w_tick(&w, 20200616);
    cr_expect_eq(w_find(&w, "K44", P2, NULL, NULL).n, 0);
    mk_silent(&w.m, "office", "main", true);
    w_tick(&w, 20200617);
    cr_expect_eq(w_find(&w, "K44", P2, "", "K43").status, OPEN, "16th closed by both");
    (void)mk_eval(&w.m, SPOT, P2, 2019, 20200618, 8000, NULL, NULL);
    w_tick(&w, 20200618);
    cr_expect_eq(w_find(&w, "K44", P2, NULL, NULL).status, CLOSED, "9.99 points");
    end(&w);
}

Test(evaluation, k44_waits_for_the_office) {
    struct world w;

    begin(&w);
    (void)mk_eval(&w.m, SPOT, P1, 2019, 20190601, 5000, NULL, NULL);
    criticize(&w, P2, NULL);
    w_tick(&w, 20190601);
    mk_silent(&w.m, "office", "main", true);
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K44", P1, NULL, NULL).n, 0, "the office's last day isn't closed");
    mk_silent(&w.m, "office", "main", false);
    w_tick(&w, 20190703);
    cr_expect_eq(w_find(&w, "K44", P1, "", "SPOT").status, OPEN);
    end(&w);
}

static struct mk_ref special(struct world *w, int32_t on, int32_t expiry) {
    return mk_json(&w->m, "finance", "P02", K(PROJECT), P1, 2019, on,
                   "{'name':'技改专项','resp_org':'%s','is_special_fund':true,'expiry':%d}", DEPT1,
                   expiry);
}

Test(evaluation, k45_an_expired_fund_without_evaluation) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)special(&w, 20190128, 20190630);
    w_tick(&w, 20190701);
    w_tick(&w, 20190930); /* the 90th day, 09-28, is a Saturday */
    cr_expect_eq(w_find(&w, "K45", NULL, NULL, NULL).n, 0, "until 09-30");
    w_tick(&w, 20191001);
    s = w_find(&w, "K45", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20191001 && s.n_inputs == 3);
    cr_expect_not_null(strstr(s.message_zh, "2019年度：专项资金2019-06-30到期未评估，"
                                            "其后仍安排0.00万元"));
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q9", "2050201", 2020, 20191220, 7 * WAN, NULL);
    w_tick(&w, 20191220);
    s = w_find(&w, "K45", P1, "", "");
    cr_expect(s.sev == 3 && s.n == 1 && strstr(s.message_zh, "其后仍安排7.00万元"));
    (void)mk_eval(&w.m, 5, P1, 2018, 20191221, 8000, NULL, NULL);
    w_tick(&w, 20191221);
    cr_expect_neq(w_find(&w, "K45", P1, NULL, NULL).status, CLOSED, "of an earlier term");
    (void)mk_eval(&w.m, 5, P1, 2019, 20191222, 8000, NULL, NULL);
    w_tick(&w, 20191222);
    cr_expect_eq(w_find(&w, "K45", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(evaluation, k45_evaluated_in_time_prolonged_or_not_yet_known) {
    struct world w;

    begin(&w);
    (void)special(&w, 20190128, 20190630);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P2, 2019, 20190128,
                  "{'name':'设备更新','is_special_fund':true,'expiry':20190630}");
    (void)mk_eval(&w.m, 5, P2, 2019, 20190928, 8000, NULL, NULL);
    w_tick(&w, 20190929);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20191001);
    cr_expect_eq(w_find(&w, "K45", NULL, NULL, NULL).n, 0, "09-30 isn't closed: unknown");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20191002);
    cr_expect_eq(w_find(&w, "K45", P1, NULL, NULL).status, OPEN);
    cr_expect_eq(w_find(&w, "K45", NULL, NULL, NULL).n, 1, "P2 was evaluated");
    (void)special(&w, 20191003, 20200630);
    w_tick(&w, 20191003);
    cr_expect_eq(w_find(&w, "K45", P1, NULL, NULL).status, CLOSED, "it runs for another year");
    end(&w);
}

static const char AGENCY[] = "91370100MA3C000000";

static struct mk_ref by_agency(struct world *w, const char *kind, const char *by, int32_t on,
                               const char *agency, const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "V01", K(PROJECT), P1, 2019, on,
                              "{'kind':'EVALUATION_KIND_%s','by':'EVALUATION_BY_%s',"
                              "'total_cp':8500,'agency':'%s'}",
                              kind, by, agency);
}

static void contract(struct world *w, const char *what, const char *client, const char *payer) {
    (void)mk_json(&w->m, "finance", "S01", K(NONE), NULL, 0, 0,
                  "{'agency':'%s','name':'某咨询公司','engagements':[{%s,'client':'%s',"
                  "'payer':'%s'}]}",
                  AGENCY, what, client, payer);
}

Test(evaluation, k46_an_agency_that_evaluates_its_client) {
    static const char FINANCE[] = "11370100004189000B";
    struct world w;
    struct mk_ref v;
    struct seen s;

    begin(&w);
    v = by_agency(&w, "SELF", "UNIT", 20200301, AGENCY, NULL);
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K46", NULL, NULL, NULL).n, 0, "no contract known: unknown");
    contract(&w, "'eval_kind':'EVALUATION_KIND_SPOT'", FINANCE, FINANCE);
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K46", NULL, NULL, NULL).n, 0, "another's contract");
    contract(&w, "'eval_kind':'EVALUATION_KIND_SELF'", DEPT1, DEPT1);
    w_tick(&w, 20200303);
    s = w_find(&w, "K46", P1, "", AGENCY);
    cr_expect(s.status == OPEN && s.sev == 3 && s.n_inputs == 3);
    cr_expect_not_null(strstr(s.message_zh, "2019年度：第三方91370100MA3C000000存在利益冲突："
                                            "受被评价单位委托又代其自评"));
    (void)by_agency(&w, "SELF", "UNIT", 20200301, "91370100MA3C111111", &v);
    w_tick(&w, 20200304);
    cr_expect_eq(w_find(&w, "K46", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(evaluation, k46_an_agency_that_judged_before_or_is_paid_by_the_judged) {
    static const char subject[] = "'eval_kind':'EVALUATION_KIND_FIN_KEY','subject':{'kind':"
                                  "'SUBJECT_KIND_PROJECT','key':'37010019R000000000001'}";
    static const char UNIT[] = "12370100000000001U";
    static const char FINANCE[] = "11370100004189000B";
    struct world w;
    struct mk_ref e;

    begin(&w);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P1, 2019, 20190301,
                  "{'name':'校舍改造','resp_org':'%s','impl_org':['%s']}", DEPT1, UNIT);
    (void)by_agency(&w, "FIN_KEY", "FIN", 20200301, AGENCY, NULL);
    contract(&w, subject, FINANCE, FINANCE);
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K46", NULL, NULL, NULL).n, 0, "finance pays");
    e = mk_json(&w.m, "finance", "E01", K(PROJECT), P1, 2018, 20180601,
                "{'kind':'EX_ANTE_KIND_DEPT','agency':'%s'}", AGENCY);
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K46", P1, "", AGENCY).status, OPEN, "it made the ex-ante one");
    (void)mk_json_correcting(&w.m, 2, &e, "finance", "E01", K(PROJECT), P1, 2018, 20180601,
                             "{'kind':'EX_ANTE_KIND_FIN_INDEP','agency':'%s'}", AGENCY);
    w_tick(&w, 20200303);
    cr_expect_eq(w_find(&w, "K46", P1, NULL, NULL).status, CLOSED, "finance's own was fine");
    contract(&w, subject, FINANCE, UNIT);
    w_tick(&w, 20200304);
    cr_expect_eq(w_find(&w, "K46", P1, "", AGENCY).episode, 2, "the unit that carries it out pays");
    end(&w);
}
