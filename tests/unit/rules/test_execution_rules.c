/* Rules on how the year's budget is carried out: K26, K27, K32, K36, K37. Sums in fen; WAN = 万元.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define REDUCE 3
#define OPEN 1
#define CLOSED 3
#define WARN 1
#define SUSPEND 2
#define RESUME 4
#define YELLOW 2
#define RED 3

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";

static struct mk_ref pay(struct world *w, int32_t date, const char *voucher, const char *subject,
                         int64_t fen, const struct mk_ref *reverses) {
    struct mk_line l = {voucher, subject, "Q1", fen, 0, NULL};

    return mk_pay(&w->m, "12370100000000001U", date / 10000, date, &l, 1, reverses);
}

/* A department's two projects with 100 万元 each of 2019. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    (void)mk_approve_budget(&w->m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            400 * WAN, 3);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    (void)mk_allot(&w->m, INITIAL, P2, DEPT1, "Q2", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(w, 20190128);
    cr_assert_eq(w_h01s(w), 0);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

Test(execution, k26_far_behind_at_a_quarters_end) {
    struct world w;
    struct seen s;

    begin(&w);
    /* March: 5 % is 20 points behind 25 %, not more than 20; 4.99 % is. */
    (void)pay(&w, 20190329, "V1", P1, 5 * WAN, NULL);
    (void)pay(&w, 20190329, "V2", P2, 5 * WAN - 10000, NULL);
    w_tick(&w, 20190331);
    cr_expect_eq(w_find(&w, "K26", NULL, NULL, NULL).n, 0, "the month isn't over");
    w_tick(&w, 20190401);
    s = w_find(&w, "K26", P2, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1 && s.first_seen == 20190401);
    cr_expect_str_eq(
        s.message_zh,
        "〔K26〕设备更新（37010019R000000000002），2019年度：截至2019-03-31执行进度4.99%，"
        "严重滞后20.01个百分点");
    cr_expect_eq(w_find(&w, "K26", P1, NULL, NULL).n, 0, "20 points exactly");
    cr_expect_eq(w_find(&w, "K25", P1, "", "").status, OPEN);
    /* A payment of March that comes late. */
    (void)pay(&w, 20190330, "V3", P2, 10000, NULL);
    w_tick(&w, 20190402);
    cr_expect_eq(w_find(&w, "K26", P2, "", "").status, CLOSED);
    end(&w);
}

Test(execution, k26_three_months_running) {
    struct world w;
    struct seen s;

    begin(&w);
    /* 13 points behind in March, 11.33 in April; P2 is 9.33 behind then. */
    (void)pay(&w, 20190329, "V1", P1, 12 * WAN, NULL);
    (void)pay(&w, 20190329, "V2", P2, 12 * WAN, NULL);
    w_tick(&w, 20190329);
    (void)pay(&w, 20190415, "V3", P1, 10 * WAN, NULL);
    (void)pay(&w, 20190415, "V4", P2, 12 * WAN, NULL);
    w_days(&w, 20190415, 20190531);
    cr_expect_eq(w_find(&w, "K26", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190601);
    cr_expect(w_find(&w, "K26", P1, "", "").status == OPEN &&
              w_find(&w, "K26", P1, NULL, NULL).n == 1);
    cr_expect_eq(w_find(&w, "K26", P2, NULL, NULL).n, 0, "March and May, not April");
    s = w_find(&w, "K25", P2, "", "");
    cr_expect(s.status == OPEN && s.episode == 2);
    /* Finance warns: that answers what was found until then, not what June shows. */
    (void)mk_control(&w.m, WARN, P1, NULL, 2019, 20190605, 0);
    w_tick(&w, 20190605);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, CLOSED);
    w_days(&w, 20190606, 20190630);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").episode, 1);
    w_tick(&w, 20190701);
    s = w_find(&w, "K26", P1, "", "");
    cr_expect(s.status == OPEN && s.episode == 2);
    (void)mk_control(&w.m, SUSPEND, P1, NULL, 2019, 20190702, 0);
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, CLOSED);
    w_days(&w, 20190730, 20190801);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, CLOSED, "suspended");
    (void)mk_control(&w.m, RESUME, P1, NULL, 2019, 20190802, 0);
    w_tick(&w, 20190802);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, OPEN);
    end(&w);
}

/* What March shows stays until a later month end is back: P1 is 21 points behind in March, 20.33 in
 * April and 12.67 in May, P2 19 in April. */
Test(execution, k26_caught_up_at_a_later_month_end) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)pay(&w, 20190329, "V1", P1, 4 * WAN, NULL);
    (void)pay(&w, 20190329, "V2", P2, 4 * WAN, NULL);
    w_tick(&w, 20190401);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, OPEN);
    cr_expect_eq(w_find(&w, "K26", P2, "", "").status, OPEN);
    (void)pay(&w, 20190415, "V3", P1, 9 * WAN, NULL);
    (void)pay(&w, 20190415, "V4", P2, 10 * WAN + WAN / 3, NULL);
    w_days(&w, 20190415, 20190430);
    cr_expect_eq(w_find(&w, "K26", P2, "", "").status, OPEN, "April isn't over");
    w_tick(&w, 20190501);
    s = w_find(&w, "K26", P1, "", "");
    cr_expect(s.status == OPEN && s.episode == 1, "no quarter's end, but not back either");
    cr_expect(strstr(s.message_zh, "截至2019-04-30执行进度13.00%，严重滞后20.33") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(w_find(&w, "K26", P2, "", "").status, CLOSED, "19 points");
    cr_expect_eq(w_find(&w, "K25", P2, "", "").status, OPEN);
    (void)pay(&w, 20190515, "V5", P1, 16 * WAN, NULL);
    (void)pay(&w, 20190515, "V6", P2, 20 * WAN, NULL);
    w_days(&w, 20190531, 20190601);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, OPEN,
                 "12.67 points, but the third month that K25 holds");
    cr_expect_eq(w_find(&w, "K26", P2, "", "").status, CLOSED);
    cr_expect_eq(w_find(&w, "K25", P2, "", "").status, CLOSED, "34.33 of 41.67 %%");
    (void)pay(&w, 20190615, "V7", P1, 11 * WAN, NULL);
    w_days(&w, 20190628, 20190701);
    cr_expect_eq(w_find(&w, "K26", P1, "", "").status, CLOSED, "10 points at the end of June");
    /* 34.33 of 58.33 %: far behind at a month's end that ends no quarter, the second month. */
    w_days(&w, 20190730, 20190801);
    s = w_find(&w, "K26", P2, "", "");
    cr_expect(s.status == CLOSED && s.episode == 1);
    end(&w);
}

Test(execution, k26_waits_for_all_payments) {
    struct world w;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190401);
    cr_expect_eq(w_find(&w, "K26", NULL, NULL, NULL).n, 0, "nobody's payments are here yet");
    (void)pay(&w, 20190329, "V1", P1, 30 * WAN, NULL);
    w_tick(&w, 20190402);
    cr_expect_eq(w_find(&w, "K26", NULL, NULL, NULL).n, 0, "March isn't closed");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190403);
    cr_expect_eq(w_find(&w, "K26", P2, "", "").status, OPEN);
    cr_expect_eq(w_find(&w, "K26", P1, NULL, NULL).n, 0);
    end(&w);
}

/* A line of the department or of one of its projects, by kind. */
static void line(struct world *w, int kind, int skind, const char *subject, const char *quota,
                 int32_t on, int64_t wan, const char *final, const char *basis) {
    (void)mk_json(&w->m, "finance", "B04", skind, subject, 2019, on,
                  "{'kind':'%s','quota_no':'%s','dept':'%s','bk':'BUDGET_KIND_GENERAL','func':"
                  "'2050201','fund_year':2019,'fen':'%lld',%s'issued_on':%d,'basis_doc':'%s'}",
                  kind == INITIAL ? "ALLOTMENT_KIND_INITIAL"
                  : kind == 4     ? "ALLOTMENT_KIND_SHIFT_IN"
                                  : "ALLOTMENT_KIND_SHIFT_OUT",
                  quota, DEPT1, (long long)(wan * WAN), final, on, basis);
}

#define FINAL "'final_level':true,"
#define POOL "'final_level':false,"

Test(execution, k27_at_the_first_allotment) {
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    line(&w, INITIAL, K(PROJECT), P1, "Q1", 20190128, 89, FINAL, "济财预1");
    line(&w, INITIAL, K(DEPT), DEPT1, "Q2", 20190128, 11, POOL, "济财预1");
    line(&w, INITIAL, K(DEPT), DEPT1, "Q3", 20190128, 500, FINAL, "济财预1"); /* salaries */
    w_tick(&w, 20190128);
    s = w_find(&w, "K27", DEPT1, "", "first");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1 && s.n_inputs == 1);
    cr_expect_str_eq(s.message_zh, "〔K27〕市教育局（11370100004188813W），2019年度："
                                   "预算到项目率89.00%，11.00万元未落实到项目");
    /* One 万元 finds its project: 90 %. */
    line(&w, 5, K(DEPT), DEPT1, "Q4", 20190301, 1, POOL, "济财预2");
    line(&w, 4, K(PROJECT), P2, "Q5", 20190301, 1, FINAL, "济财预2");
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K27", DEPT1, NULL, "first").status, CLOSED);
    /* What comes later doesn't count for the first. */
    line(&w, INITIAL, K(DEPT), DEPT1, "Q6", 20190401, 50, POOL, "济财预3");
    w_days(&w, 20190401, 20190701);
    cr_expect_eq(w_find(&w, "K27", DEPT1, NULL, NULL).status, CLOSED, "06-30 is a Sunday");
    w_tick(&w, 20190702);
    s = w_find(&w, "K27", DEPT1, "", "0630");
    cr_expect(s.status == OPEN && s.sev == RED && s.first_seen == 20190702);
    cr_expect(strstr(s.message_zh, "预算到项目率60.00%，60.00万元") != NULL, "%s", s.message_zh);
    line(&w, 5, K(DEPT), DEPT1, "Q7", 20190703, 60, POOL, "济财预4");
    line(&w, 4, K(PROJECT), P2, "Q8", 20190703, 60, FINAL, "济财预4");
    w_tick(&w, 20190703);
    cr_expect_eq(w_find(&w, "K27", DEPT1, NULL, "0630").status, CLOSED);
    end(&w);
}

Test(execution, k27_within_and_unknown) {
    struct world w;

    w_open(&w, ":memory:");
    line(&w, INITIAL, K(PROJECT), P1, "Q1", 20190128, 90, FINAL, "济财预1");
    line(&w, INITIAL, K(DEPT), DEPT1, "Q2", 20190128, 10, POOL, "济财预1");
    w_tick(&w, 20190128);
    cr_expect_eq(w_h01s_of(&w, "K27"), 0, "90 %% exactly");
    line(&w, INITIAL, K(PROJECT), P2, "Q3", 20190201, 1, "", "济财预1");
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190702);
    cr_expect_eq(w_h01s_of(&w, "K27"), 0, "the last day isn't closed");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190703);
    cr_expect_eq(w_h01s_of(&w, "K27"), 0, "a line doesn't say whether it is final");
    end(&w);
}

Test(execution, k32_a_spike_in_december) {
    struct world w;
    struct mk_ref last;
    struct seen s;

    begin(&w);
    /* P1: 30 of 100 in December, not more than 30 %. P2: 300 fen above. */
    (void)pay(&w, 20191129, "V1", P1, 70 * WAN, NULL);
    (void)pay(&w, 20191129, "V2", P2, 70 * WAN, NULL);
    w_tick(&w, 20191129);
    (void)pay(&w, 20191230, "V3", P1, 30 * WAN, NULL);
    last = pay(&w, 20191230, "V4", P2, 30 * WAN + 300, NULL);
    w_days(&w, 20191230, 20200109);
    cr_expect_eq(w_find(&w, "K32", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20200110);
    cr_expect_eq(w_find(&w, "K32", NULL, NULL, NULL).n, 0, "less than 100 万元 in December");
    (void)pay(&w, 20191115, "V5", P1, 243 * WAN, NULL);
    (void)pay(&w, 20191220, "V6", P1, 74 * WAN, NULL);
    (void)pay(&w, 20191115, "V7", P2, 163 * WAN, NULL);
    (void)pay(&w, 20191220, "V8", P2, 70 * WAN, NULL);
    w_tick(&w, 20200111);
    s = w_find(&w, "K32", P2, "", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    cr_expect(strstr(s.message_zh, "12月支出占全年30.03%") != NULL, "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K32", P1, NULL, NULL).n, 0, "104 of 417: 24.94 %%");
    (void)pay(&w, 20191230, "V4", P2, 30 * WAN + 300, &last);
    w_tick(&w, 20200112);
    cr_expect_eq(w_find(&w, "K32", P2, NULL, NULL).status, CLOSED, "70 of 303");
    end(&w);
}

/* What was spent in December can't be undone: an explanation closes it where congress or audit
 * accept it. */
Test(execution, k32_explained) {
    struct world w;
    struct mk_ref dispute;
    struct mk_ref explain;
    struct seen s;

    begin(&w);
    (void)pay(&w, 20191129, "V1", P1, 10 * WAN, NULL);
    (void)pay(&w, 20191230, "V2", P1, 100 * WAN, NULL);
    (void)pay(&w, 20191129, "V3", P2, 10 * WAN, NULL);
    (void)pay(&w, 20191230, "V4", P2, 100 * WAN, NULL);
    w_days(&w, 20191230, 20200110);
    s = w_find(&w, "K32", P1, "", "");
    cr_assert_eq(s.status, OPEN);
    w_reply(&w, "finance", s.id, 3, &dispute);
    (void)w_approve(&w, "audit", &dispute);
    w_reply(&w, "finance", s.id, 2, &explain);
    w_tick(&w, 20200111);
    cr_expect_eq(w_find(&w, "K32", P1, "", "").status, 2, "replied; finance's word alone");
    (void)w_approve(&w, "organization", &explain);
    w_tick(&w, 20200112);
    cr_expect_eq(w_find(&w, "K32", P1, "", "").status, 2);
    (void)w_approve(&w, "congress", &explain);
    w_tick(&w, 20200113);
    cr_expect_eq(w_find(&w, "K32", P1, "", "").status, CLOSED);
    cr_expect_eq(w_find(&w, "K32", P2, "", "").status, OPEN, "another finding");
    end(&w);
}

Test(execution, k32_from_the_agenda_and_lump_sums) {
    struct world w;

    begin(&w);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P2, 2019, 20190201,
                  "{'name':'设备更新','lump_sum':true}");
    (void)pay(&w, 20191129, "V0", "37010019R000000000003", 200 * WAN, NULL);
    w_tick(&w, 20191129);
    (void)pay(&w, 20191230, "V1", P1, 100 * WAN, NULL);
    (void)pay(&w, 20191230, "V2", P2, 100 * WAN, NULL);
    (void)pay(&w, 20191230, "V3", "37010019R000000000003", 100 * WAN - 1, NULL);
    w_days(&w, 20191230, 20200109);
    cr_expect_eq(w_find(&w, "K32", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20200110);
    cr_expect_eq(w_find(&w, "K32", P1, NULL, NULL).first_seen, 20200110);
    cr_expect_eq(w_find(&w, "K32", NULL, NULL, NULL).n, 1,
                 "a lump sum; and 99.99… 万元 of December");
    /* Dated to the year, a payment may be of any month. */
    w.m.pay_precision = 3;
    (void)pay(&w, 20191231, "V4", P1, 100 * WAN, NULL);
    w_tick(&w, 20200111);
    cr_expect_eq(w_find(&w, "K32", P1, NULL, NULL).status, OPEN, "unknown closes nothing");
    end(&w);
}

/* A monitoring report that says nothing but its period. */
static struct mk_ref report(struct world *w, const char *subject, int32_t period_end, int32_t on) {
    return mk_json(&w->m, "finance", "X03", K(PROJECT), subject, 2019, on,
                   "{'level':'MONITOR_LEVEL_DEPT','period_end':%d}", period_end);
}

Test(execution, k36_reports_that_are_owed) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P1, 2019, 20190201,
                  "{'name':'校舍改造','is_major':true}");
    w_days(&w, 20190414, 20190415);
    cr_expect_eq(w_find(&w, "K36", NULL, NULL, NULL).n, 0, "the 15th day");
    w_tick(&w, 20190416);
    s = w_find(&w, "K36", P1, "20190331", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1 && s.first_seen == 20190416);
    cr_expect_str_eq(s.message_zh, "〔K36〕校舍改造（37010019R000000000001），2019年度："
                                   "未报送2019-03-31绩效监控");
    (void)report(&w, P1, 20190331, 20190417);
    (void)report(&w, P1, 20190630, 20190710);
    w_tick(&w, 20190417);
    cr_expect_eq(w_find(&w, "K36", P1, "20190331", NULL).status, CLOSED);
    w_days(&w, 20190830, 20190901);
    cr_expect_eq(w_find(&w, "K36", NULL, NULL, NULL).n, 1, "the half year's is here");
    (void)report(&w, P1, 20190731, 20190902); /* 08-31 is a Saturday */
    w_days(&w, 20190902, 20190903);
    s = w_find(&w, "K36", P2, "20190731", "");
    cr_expect(s.status == OPEN && s.first_seen == 20190903, "by all, major or not");
    cr_expect_eq(w_find(&w, "K36", P1, "20190731", NULL).n, 0);
    /* 2019-12-31 and 15 days; a Wednesday. */
    (void)report(&w, P1, 20190930, 20191008);
    w_tick(&w, 20191030);
    w_days(&w, 20200115, 20200116);
    cr_expect_eq(w_find(&w, "K36", P1, "20191231", NULL).first_seen, 20200116);
    cr_expect_eq(w_find(&w, "K36", NULL, NULL, NULL).n, 3, "no others");
    end(&w);
}

Test(execution, k36_waits_for_the_close) {
    struct world w;

    begin(&w);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190903);
    cr_expect_eq(w_h01s_of(&w, "K36"), 0);
    (void)report(&w, P1, 20190731, 20190830);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190904);
    cr_expect_eq(w_find(&w, "K36", P1, NULL, NULL).n, 0, "it came with the late close");
    cr_expect_eq(w_find(&w, "K36", P2, "20190731", NULL).status, OPEN);
    /* Not of what was allotted only later. */
    (void)mk_allot(&w.m, INITIAL, "37010019R000000000003", DEPT1, "Q5", "2050201", 2019, 20190801,
                   WAN, NULL);
    w_tick(&w, 20190905);
    cr_expect_eq(w_find(&w, "K36", NULL, NULL, NULL).n, 1);
    end(&w);
}

/* Two indicators of weight 45 each, and CI-3, which doesn't count. */
static void goal(struct world *w, const char *subject) {
    (void)mk_json(
        &w->m, "finance", "E04", K(PROJECT), subject, 2019, 20190120,
        "{'version':1,'indicators':[{'id':'N1','l1':'INDICATOR_GROUP_OUTPUT','l2':"
        "'INDICATOR_ASPECT_QUANTITY','nature':'INDICATOR_NATURE_GE','target':'100','weight_cp':"
        "4500},{'id':'N2','l1':'INDICATOR_GROUP_BENEFIT','l2':'INDICATOR_ASPECT_SOCIAL','nature':"
        "'INDICATOR_NATURE_LE','target':'10','weight_cp':4500},{'id':'CI-3','l1':"
        "'INDICATOR_GROUP_COMMON','l2':'INDICATOR_ASPECT_CI','nature':'INDICATOR_NATURE_GE',"
        "'target':'100','weight_cp':1000}]}");
}

static struct mk_ref reached(struct world *w, const char *subject, int32_t period_end,
                             const char *n1, const char *n2, const struct mk_ref *replaces) {
    static const char body[] =
        "{'period_end':%d,'indicators':[{'id':'N1','actual':'%s'},{'id':'N2',"
        "'actual':'%s'},{'id':'CI-3','actual':'100'}]}";

    if (!replaces)
        return mk_json(&w->m, "finance", "X03", K(PROJECT), subject, 2019, period_end, body,
                       period_end, n1, n2);
    return mk_json_correcting(&w->m, 2, replaces, "finance", "X03", K(PROJECT), subject, 2019,
                              period_end, body, period_end, n1, n2);
}

Test(execution, k37_much_paid_little_reached) {
    struct world w;
    struct mk_ref r;
    struct seen s;

    begin(&w);
    goal(&w, P1);
    goal(&w, P2);
    (void)pay(&w, 20190628, "V1", P1, 80 * WAN, NULL);
    (void)pay(&w, 20190628, "V2", P2, 80 * WAN - 10000, NULL);
    w_tick(&w, 20190701);
    (void)reached(&w, P1, 20190630, "50", "20", NULL);
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K37", NULL, NULL, NULL).n, 0, "before September it may be early");
    r = reached(&w, P1, 20190930, "50", "20", NULL); /* (50 + 50) / 2 */
    (void)reached(&w, P2, 20190930, "50", "20", NULL);
    w_tick(&w, 20191001);
    s = w_find(&w, "K37", P1, "20190930", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    cr_expect_str_eq(s.message_zh, "〔K37〕校舍改造（37010019R000000000001），2019年度："
                                   "资金进度80.00%与目标完成50.00%背离");
    cr_expect_eq(w_find(&w, "K37", P2, NULL, NULL).n, 0, "79.99 %% paid");
    /* What P2 paid in September comes late. */
    (void)pay(&w, 20190930, "V3", P2, 10000, NULL);
    (void)reached(&w, P1, 20190930, "50.02", "20", &r);
    w_tick(&w, 20191002);
    cr_expect_eq(w_find(&w, "K37", P1, NULL, NULL).status, CLOSED, "50.01 %%");
    cr_expect_eq(w_find(&w, "K37", P2, "20190930", NULL).status, OPEN);
    end(&w);
}

Test(execution, k37_little_paid_much_reached) {
    struct world w;
    struct mk_ref r;

    begin(&w);
    (void)pay(&w, 20190328, "V1", P1, 30 * WAN, NULL);
    (void)pay(&w, 20190328, "V2", P2, 30 * WAN + 10000, NULL);
    mk_silent(&w.m, "finance", "main", true);
    (void)reached(&w, P1, 20190331, "90", "10", NULL);
    (void)reached(&w, P2, 20190331, "100", "10", NULL);
    w_tick(&w, 20190401);
    cr_expect_eq(w_find(&w, "K37", NULL, NULL, NULL).n, 0, "no goal yet");
    goal(&w, P1);
    goal(&w, P2);
    w_tick(&w, 20190402);
    cr_expect_eq(w_find(&w, "K37", NULL, NULL, NULL).n, 0, "March isn't closed");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190403);
    cr_expect_eq(w_find(&w, "K37", P1, "20190331", NULL).status, OPEN, "95 %% with 30 %% paid");
    cr_expect_eq(w_find(&w, "K37", P2, NULL, NULL).n, 0, "30.01 %% paid");
    r = reached(&w, P1, 20190415, "100", "10", NULL);
    w_tick(&w, 20190416);
    cr_expect_eq(w_find(&w, "K37", P1, NULL, NULL).n, 1, "a period within a month: unknown");
    (void)reached(&w, P1, 20190430, "89.9", "10", &r);
    w_tick(&w, 20190501);
    cr_expect_eq(w_find(&w, "K37", P1, NULL, NULL).n, 1, "94.95 %%");
    /* More is allotted and 30 % is less: P2's report is looked at again. */
    (void)mk_allot(&w.m, INITIAL, P2, DEPT1, "Q7", "2050201", 2019, 20190330, WAN, NULL);
    w_tick(&w, 20190502);
    cr_expect_eq(w_find(&w, "K37", P2, "20190331", NULL).status, OPEN);
    end(&w);
}
