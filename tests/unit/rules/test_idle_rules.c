/* Rules on money that lies idle and on what follows a warning: K28 to K31, K33, K34. */
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
#define RECOVER 5
#define REALLOCATE 6
#define INFO 1
#define YELLOW 2
#define RED 3

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char P3[] = "37010019R000000000003";
static const char DEPT1[] = "11370100004188813W";

static struct mk_ref pay(struct world *w, int32_t date, const char *subject, const char *quota,
                         int64_t fen, const struct mk_ref *reverses) {
    struct mk_line l = {quota, subject, quota, fen, 0, NULL};

    return mk_pay(&w->m, "12370100000000001U", date / 10000, date, &l, 1, reverses);
}

/* Two lines of P1 and one of P2, issued 2019-03-01; somebody else's payment has come with its day.
 */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190301, 50 * WAN, NULL);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q2", "2050201", 2019, 20190301, 40 * WAN, NULL);
    (void)mk_allot(&w->m, INITIAL, P2, DEPT1, "Q3", "2050201", 2019, 20190301, 30 * WAN, NULL);
    (void)mk_allot(&w->m, INITIAL, P3, DEPT1, "Q4", "2050201", 2019, 20190301, 30 * WAN, NULL);
    (void)pay(w, 20190301, P3, "Q4", 30 * WAN, NULL);
    w_tick(w, 20190301);
    cr_assert_eq(w_h01s(w), 0);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

static struct seen k28(struct world *w, const char *quota) {
    return w_find(w, "K28", NULL, NULL, quota);
}

Test(idle, k28_a_line_lies_idle) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)pay(&w, 20190410, P1, "Q2", WAN, NULL); /* looked at again 90 days later */
    (void)pay(&w, 20190410, P2, "Q3", 20 * WAN + 1, NULL);
    w_days(&w, 20190410, 20190529);
    cr_expect_eq(k28(&w, NULL).n, 0, "89 days");
    w_tick(&w, 20190530);
    s = k28(&w, "Q1");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.first_seen == 20190530);
    cr_expect_str_eq(s.message_zh,
                     "〔K28〕校舍改造（37010019R000000000001），2019年度：50.00万元闲置90天");
    cr_expect_eq(k28(&w, NULL).n, 1);
    w_days(&w, 20190708, 20190709);
    cr_expect_eq(k28(&w, "Q2").first_seen, 20190709);
    cr_expect_eq(k28(&w, "Q3").n, 0, "less than 10 万元");
    /* A payment wakes it; from that day on the days run again. */
    (void)pay(&w, 20190710, P1, "Q2", WAN, NULL);
    w_tick(&w, 20190710);
    cr_expect_eq(k28(&w, "Q2").status, CLOSED);
    cr_expect_eq(k28(&w, "Q1").status, OPEN);
    w_days(&w, 20190827, 20190828);
    s = k28(&w, "Q1");
    cr_expect(s.sev == RED && s.episode == 1, "180 days");
    w_tick(&w, 20191007);
    cr_expect_eq(k28(&w, "Q2").status, CLOSED);
    w_tick(&w, 20191008);
    cr_expect(k28(&w, "Q2").status == OPEN && k28(&w, "Q2").episode == 2);
    w_days(&w, 20191230, 20200101);
    cr_expect(k28(&w, "Q1").status == OPEN && k28(&w, "Q2").status == OPEN, "no B05 yet");
    w_days(&w, 20201231, 20210101);
    cr_expect(k28(&w, "Q1").status == CLOSED && k28(&w, "Q2").status == CLOSED,
              "the next year is over too");
    end(&w);
}

Test(idle, k28_what_is_undone_counts_no_more) {
    struct world w;
    struct mk_ref p;

    begin(&w);
    (void)pay(&w, 20190405, P2, "Q3", WAN, NULL);
    (void)pay(&w, 20190401, P1, "Q1", WAN, NULL);
    p = pay(&w, 20190601, P1, "Q1", WAN, NULL);
    w_days(&w, 20190601, 20190702);
    cr_expect_eq(k28(&w, "Q1").n, 0);
    (void)pay(&w, 20190601, P1, "Q1", WAN, &p); /* reversed: the last one is of April */
    w_tick(&w, 20190703);
    cr_expect(k28(&w, "Q1").status == OPEN && strstr(k28(&w, "Q1").message_zh, "闲置93天"), "%s",
              k28(&w, "Q1").message_zh);
    /* A refund brings money back to a line that was spent. */
    (void)pay(&w, 20190703, P2, "Q3", 25 * WAN, NULL);
    w_days(&w, 20190704, 20191001);
    cr_expect_eq(k28(&w, "Q3").n, 0, "4 万元");
    (void)pay(&w, 20191001, P2, "Q3", -6 * WAN, NULL);
    w_tick(&w, 20191002);
    cr_expect_eq(k28(&w, "Q3").status, OPEN, "10 万元, 91 days");
    end(&w);
}

Test(idle, k28_money_taken_from_the_lines) {
    struct world w;

    begin(&w);
    w_days(&w, 20190529, 20190530);
    cr_expect_eq(k28(&w, NULL).n, 3);
    /* 41 come off the larger line: 9 of 50 are left there, and all of the other 40. */
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190531, 41 * WAN);
    w_tick(&w, 20190531);
    cr_expect(k28(&w, "Q1").status == CLOSED && k28(&w, "Q2").status == OPEN);
    /* Now the other one is the larger: its 40 go, and 1 of the 35. */
    (void)pay(&w, 20190601, P1, "Q1", 15 * WAN, NULL);
    w_tick(&w, 20190601);
    cr_expect_eq(k28(&w, "Q2").status, CLOSED);
    cr_expect_eq(k28(&w, "Q1").status, CLOSED, "34 are left, paid today");
    (void)mk_allot(&w.m, REDUCE, P2, DEPT1, "Q9", "2050201", 2019, 20190601, 20 * WAN + 1, NULL);
    w_tick(&w, 20190602);
    cr_expect_eq(k28(&w, "Q3").status, CLOSED, "a reduction under its own number");
    end(&w);
}

Test(idle, k28_suspended_or_unknown) {
    struct world w;

    begin(&w);
    (void)mk_control(&w.m, SUSPEND, P1, NULL, 2019, 20190501, 0);
    w_tick(&w, 20190501);
    mk_silent(&w.m, "finance", "main", true);
    w_days(&w, 20190528, 20190531);
    cr_expect_eq(k28(&w, NULL).n, 0, "suspended; 05-29 isn't closed");
    mk_silent(&w.m, "finance", "main", false);
    (void)mk_control(&w.m, RESUME, P1, NULL, 2019, 20190601, 0);
    w_tick(&w, 20190601);
    cr_expect_eq(k28(&w, NULL).n, 3);
    /* Paid under a number that isn't one of its lines: which of them lies idle isn't known. */
    (void)pay(&w, 20190602, P2, "Q99", WAN, NULL);
    w_tick(&w, 20190602);
    cr_expect_eq(k28(&w, "Q3").status, OPEN, "unknown closes nothing");
    end(&w);
}

Test(idle, k28_nobodys_payments_are_here) {
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190301, 50 * WAN, NULL);
    w_tick(&w, 20190301);
    w_tick(&w, 20190602);
    cr_expect_eq(w_h01s_of(&w, "K28"), 0);
    (void)pay(&w, 20190603, P2, "Q2", WAN, NULL);
    w_tick(&w, 20190603);
    cr_expect_eq(k28(&w, "Q1").status, OPEN);
    end(&w);
}

static void carried(struct world *w, const char *subject, int32_t fy, int32_t fund_year,
                    const char *bk, int64_t fen) {
    (void)mk_json(&w->m, "finance", "B05", K(PROJECT), subject, fy, fy * 10000 + 1231,
                  "{'bk':'%s','fund_year':%d,'fen':'%lld','carry_class':'CARRY_CLASS_CARRY',"
                  "'as_of':%d}",
                  bk, fund_year, (long long)fen, fy * 10000 + 1231);
}

/* 50, 40 and 30 万元 of 2019. Of P1's 90 it carries 60 over, 30 stay behind as surplus. */
Test(idle, k28_carried_over) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)pay(&w, 20191120, P2, "Q3", WAN, NULL);
    w_days(&w, 20191230, 20200101);
    cr_expect_eq(w_unknown(&w, "K28"), 2, "until a B05 says what became of them");
    carried(&w, P1, 2019, 2019, "BUDGET_KIND_GENERAL", 60 * WAN);
    carried(&w, P2, 2019, 2019, "BUDGET_KIND_GENERAL", 29 * WAN);
    w_tick(&w, 20200113);
    cr_expect_eq(w_unknown(&w, "K28"), 2, "nobody's payment of 2020 is here");
    cr_expect(k28(&w, "Q1").status == OPEN && k28(&w, "Q2").status == OPEN);
    (void)pay(&w, 20200114, P2, "Q9", WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P2, DEPT1, "Q9", "2050201", 2020, 20200114, WAN, NULL);
    w_tick(&w, 20200114);
    /* The 30 come off the larger line. */
    s = k28(&w, "Q1");
    cr_expect(s.status == OPEN && s.sev == RED && s.episode == 1, "since it was allotted");
    cr_expect(strstr(s.message_zh, "2019年度：20.00万元闲置319天") != NULL, "%s", s.message_zh);
    cr_expect(k28(&w, "Q2").status == OPEN && strstr(k28(&w, "Q2").message_zh, "40.00万元"));
    w_days(&w, 20200217, 20200217);
    cr_expect_eq(k28(&w, "Q3").n, 0, "the 89th day");
    w_tick(&w, 20200218);
    s = k28(&w, "Q3");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.first_seen == 20200218);
    cr_expect(strstr(s.message_zh, "29.00万元闲置90天") != NULL, "%s", s.message_zh);
    /* Paid in the new year, and taken back then. */
    (void)pay(&w, 20200219, P1, "Q1", WAN, NULL);
    w_tick(&w, 20200219);
    cr_expect_eq(k28(&w, "Q1").status, CLOSED);
    cr_expect_eq(k28(&w, "Q2").status, OPEN);
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2020, 20200220, 20 * WAN);
    w_tick(&w, 20200220);
    cr_expect_eq(k28(&w, "Q3").status, CLOSED, "9 of 29 are left");
    w_days(&w, 20201231, 20210101);
    cr_expect(k28(&w, "Q2").status == CLOSED, "what is older is surplus (K29)");
    end(&w);
}

/* Carried over 29 万元, and 20 of the new year: what the new year recovers comes off once. */
Test(idle, k28_recovered_in_the_next_year) {
    struct world w;
    struct seen s;

    begin(&w);
    w_tick(&w, 20191231);
    carried(&w, P2, 2019, 2019, "BUDGET_KIND_GENERAL", 29 * WAN);
    (void)mk_allot(&w.m, INITIAL, P2, DEPT1, "Q9", "2050201", 2020, 20200114, 20 * WAN, NULL);
    (void)pay(&w, 20200114, P3, "Q4", WAN, NULL);
    w_days(&w, 20200414, 20200415);
    cr_expect(strstr(k28(&w, "Q3").message_zh, "29.00万元") && k28(&w, "Q9").status == OPEN);
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2020, 20200416, 25 * WAN);
    w_tick(&w, 20200416);
    cr_expect_eq(k28(&w, "Q3").status, CLOSED, "4 of 29 are left");
    cr_expect(k28(&w, "Q9").status == OPEN && strstr(k28(&w, "Q9").message_zh, "20.00万元"), "%s",
              k28(&w, "Q9").message_zh);
    /* Of the next 8 the old money has 4 left; 4 come off the new. */
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2020, 20200417, 8 * WAN);
    w_tick(&w, 20200417);
    s = k28(&w, "Q9");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "16.00万元"), "%s", s.message_zh);
    cr_expect_eq(s.n_inputs, 4, "its line, what was recovered twice, the B05 that took it first");
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2020, 20200418, 7 * WAN);
    w_tick(&w, 20200418);
    cr_expect_eq(k28(&w, "Q9").status, CLOSED, "9 of 20 are left");
    end(&w);
}

Test(idle, k28_surplus_is_not_carried_over) {
    struct world w;

    begin(&w);
    w_days(&w, 20191231, 20200101);
    cr_expect_eq(k28(&w, "Q1").status, OPEN);
    (void)mk_json(&w.m, "finance", "B05", K(PROJECT), P1, 2019, 20191231,
                  "{'bk':'BUDGET_KIND_GENERAL','fund_year':2019,'fen':'%lld',"
                  "'carry_class':'CARRY_CLASS_SURPLUS','as_of':20191231}",
                  (long long)(90 * WAN));
    (void)pay(&w, 20200114, P2, "Q3", WAN, NULL);
    w_days(&w, 20200114, 20200115);
    cr_expect_eq(k28(&w, "Q1").status, CLOSED);
    end(&w);
}

Test(idle, k29_two_years_are_over) {
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    w_tick(&w, 20190102);
    carried(&w, P1, 2018, 2017, "BUDGET_KIND_GENERAL", 5 * WAN);
    carried(&w, P1, 2018, 2017, "BUDGET_KIND_FUNDS", 3 * WAN);
    carried(&w, P1, 2018, 2018, "BUDGET_KIND_GENERAL", 9 * WAN);
    carried(&w, P2, 2018, 2017, "BUDGET_KIND_GENERAL", 2 * WAN);
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2018, 20181230, 9 * WAN); /* before B05 counted */
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2019, 20190131, 2 * WAN);
    w_days(&w, 20190130, 20190131);
    cr_expect_eq(w_h01s_of(&w, "K29"), 0, "until the end of January");
    w_tick(&w, 20190201);
    s = w_find(&w, "K29", P1, "", "1");
    cr_expect(s.status == OPEN && s.sev == RED && s.first_seen == 20190201);
    cr_expect_str_eq(s.message_zh,
                     "〔K29〕37010019R000000000001（37010019R000000000001），2017年度："
                     "结转满两年5.00万元未收回");
    cr_expect_eq(w_find(&w, "K29", NULL, NULL, NULL).n, 2, "P2's was recovered; 2018's has a year");
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190205, 5 * WAN);
    w_tick(&w, 20190205);
    cr_expect_eq(w_find(&w, "K29", P1, NULL, "1").status, CLOSED);
    cr_expect_eq(w_find(&w, "K29", P1, NULL, "2").status, OPEN);
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190206, 3 * WAN);
    w_tick(&w, 20190206);
    cr_expect_eq(w_find(&w, "K29", P1, NULL, "2").status, CLOSED);
    end(&w);
}

Test(idle, k29_waits_for_januarys_close) {
    struct world w;

    w_open(&w, ":memory:");
    carried(&w, P1, 2018, 2017, "BUDGET_KIND_GENERAL", 5 * WAN);
    w_tick(&w, 20190102);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190201);
    cr_expect_eq(w_h01s_of(&w, "K29"), 0);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190202);
    cr_expect_eq(w_find(&w, "K29", P1, NULL, "1").status, OPEN);
    end(&w);
}

static struct mk_ref forecast(struct world *w, const char *subject, int64_t fen) {
    return mk_json(&w->m, "finance", "X03", K(PROJECT), subject, 2019, 20191101,
                   "{'level':'MONITOR_LEVEL_DEPT','period_end':20191031,"
                   "'forecast_unspent_fen':'%lld'}",
                   (long long)fen);
}

Test(idle, k30_forecast_unspent) {
    struct world w;
    struct seen s;

    begin(&w);
    (void)forecast(&w, P1, 10 * WAN);
    (void)forecast(&w, P2, 10 * WAN);
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20191031, 20 * WAN); /* known by then */
    w_tick(&w, 20191101);
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20191115, 8 * WAN - 1);
    (void)mk_control(&w.m, RECOVER, P2, NULL, 2019, 20191115, 8 * WAN);
    w_days(&w, 20191129, 20191202);
    cr_expect_eq(w_find(&w, "K30", NULL, NULL, NULL).n, 0, "11-30 is a Saturday");
    w_tick(&w, 20191203);
    s = w_find(&w, "K30", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.first_seen == 20191203 && s.n == 1);
    cr_expect(strstr(s.message_zh, "预计年底无法支出2.00万元尚未清理") != NULL, "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K30", P2, NULL, NULL).n, 0, "80 %% exactly");
    w_days(&w, 20191219, 20191220);
    cr_expect_eq(w_find(&w, "K30", P1, NULL, NULL).sev, YELLOW);
    w_tick(&w, 20191221);
    cr_expect_eq(w_find(&w, "K30", P1, NULL, NULL).sev, RED);
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20191222, 1);
    w_tick(&w, 20191222);
    cr_expect_eq(w_find(&w, "K30", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(idle, k30_paid_after_all) {
    struct world w;
    struct mk_ref p;

    begin(&w);
    (void)forecast(&w, P2, 10 * WAN);
    w_tick(&w, 20191101);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20191203);
    cr_expect_eq(w_find(&w, "K30", NULL, NULL, NULL).n, 0, "the last day isn't closed");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20191204);
    cr_expect_eq(w_find(&w, "K30", P2, NULL, NULL).status, OPEN);
    p = pay(&w, 20191205, P2, "Q3", 28 * WAN, NULL); /* 2 of 30 are left */
    w_tick(&w, 20191205);
    cr_expect_eq(w_find(&w, "K30", P2, NULL, NULL).status, CLOSED);
    (void)pay(&w, 20191205, P2, "Q3", 28 * WAN, &p);
    w_tick(&w, 20191206);
    cr_expect_eq(w_find(&w, "K30", P2, NULL, NULL).episode, 2);
    end(&w);
}

/* Forecast at the end of September, October's report is missing. */
Test(idle, k30_unknown_without_octobers_report) {
    struct world w;

    begin(&w);
    (void)mk_json(&w.m, "finance", "X03", K(PROJECT), P1, 2019, 20191010,
                  "{'level':'MONITOR_LEVEL_DEPT','period_end':20190930,"
                  "'forecast_unspent_fen':'%lld'}",
                  (long long)(10 * WAN));
    w_tick(&w, 20191101);
    w_days(&w, 20191201, 20191202);
    cr_expect_eq(w_unknown(&w, "K30"), 0, "not yet late");
    w_tick(&w, 20191203);
    cr_expect_eq(w_unknown(&w, "K30"), 1, "P1's; nothing makes P2's expected");
    cr_expect_eq(w_h01s_of(&w, "K30"), 0);
    (void)forecast(&w, P1, 10 * WAN);
    w_tick(&w, 20191204);
    cr_expect_eq(w_unknown(&w, "K30"), 0);
    cr_expect_eq(w_find(&w, "K30", P1, "", "").status, OPEN);
    end(&w);
}

/* A calendar that makes the last day of November a working day, once December's first is waited
 * for, and one that takes the next two working days away. */
Test(idle, k30_follows_the_calendar) {
    struct world w;
    struct mk_ref h;

    begin(&w);
    (void)forecast(&w, P2, 10 * WAN);
    w_tick(&w, 20191101);
    h = mk_json(&w.m, "office", "H08", K(NONE), NULL, 0, 20191105,
                "{'year':2019,'workdays':[20191130]}");
    (void)w_approve(&w, "congress", &h);
    (void)w_approve(&w, "audit", &h);
    w_tick(&w, 20191106);
    w_check(&w);
    w_days(&w, 20191129, 20191130);
    cr_expect_eq(w_find(&w, "K30", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20191201);
    cr_expect_eq(w_find(&w, "K30", P2, "", "").first_seen, 20191201);
    end(&w);
}

static void reallocate(struct world *w, int32_t on, int64_t fen, const struct mk_ref *of) {
    (void)mk_json(&w->m, "finance", "X04", K(PROJECT), P1, on / 10000, on,
                  "{'action':'FUND_ACTION_REALLOCATE','fen':'%lld','to_subject':{'kind':"
                  "'SUBJECT_KIND_PROJECT','key':'%s'},'reason':'调整用于'%s%s%s}",
                  (long long)fen, P2, of ? ",'basis':[" : "", of ? mk_ref_json(&w->m, of) : "",
                  of ? "]" : "");
}

Test(idle, k31_recovered_and_not_reallocated) {
    struct world w;
    struct mk_ref second;
    struct seen s;

    w_open(&w, ":memory:");
    w_tick(&w, 20190301);
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190401, 5 * WAN);
    second = mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190415, 3 * WAN);
    w_tick(&w, 20190415);
    reallocate(&w, 20190420, 2 * WAN, NULL); /* of the first */
    w_days(&w, 20190530, 20190531);
    cr_expect_eq(w_h01s_of(&w, "K31"), 0, "the 60th day");
    w_tick(&w, 20190601);
    s = w_find(&w, "K31", P1, "", "finance/main#1");
    cr_expect(s.status == OPEN && s.sev == INFO && s.first_seen == 20190601 && s.n == 1);
    cr_expect(strstr(s.message_zh, "收回3.00万元尚未调整安排") != NULL, "%s", s.message_zh);
    /* 06-14 is a Friday; the second one's days are over. */
    w_days(&w, 20190614, 20190615);
    cr_expect_eq(w_find(&w, "K31", P1, "", "finance/main#2").first_seen, 20190615);
    reallocate(&w, 20190620, 3 * WAN, &second);
    w_tick(&w, 20190620);
    cr_expect(w_find(&w, "K31", P1, "", "finance/main#2").status == CLOSED &&
              w_find(&w, "K31", P1, "", "finance/main#1").status == OPEN);
    reallocate(&w, 20200110, 3 * WAN, NULL);
    w_tick(&w, 20200110);
    cr_expect_eq(w_find(&w, "K31", P1, "", "finance/main#1").status, CLOSED,
                 "another year's is one");
    end(&w);
}

Test(idle, k31_waits_for_the_close) {
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190401, 5 * WAN);
    w_tick(&w, 20190401);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190603);
    cr_expect_eq(w_h01s_of(&w, "K31"), 0);
    reallocate(&w, 20190531, 5 * WAN, NULL);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190604);
    cr_expect_eq(w_h01s_of(&w, "K31"), 0, "it came with the late close");
    end(&w);
}

static struct mk_ref rectify(struct world *w, const char *party, const struct mk_ref *source,
                             const char *phase, const char *result, int32_t on) {
    return mk_json(&w->m, party, "V03", K(PROJECT), P1, 2019, on,
                   "{'source':%s,'phase':'RECTIFICATION_PHASE_%s'%s%s%s}",
                   mk_ref_json(&w->m, source), phase,
                   *result ? ",'result':'RECTIFICATION_RESULT_" : "", result, *result ? "'" : "");
}

Test(idle, k33_no_reply_to_a_warning) {
    struct world w;
    struct mk_ref fund;
    struct mk_ref notice;
    struct seen s;

    w_open(&w, ":memory:");
    w_tick(&w, 20190601);
    fund = mk_control(&w.m, WARN, P1, NULL, 2019, 20190603, 0);
    w.m.doc_no = "YJ-1";
    notice = mk_json(&w.m, "office", "J04", K(PROJECT), P2, 2019, 20190603,
                     "{'kind':'NOTICE_KIND_WARNING','reply_due':20190610}");
    (void)mk_json(&w.m, "office", "J04", K(PROJECT), P3, 2019, 20190603,
                  "{'kind':'NOTICE_KIND_COMMEND','reply_due':20190610}");
    w_days(&w, 20190603, 20190610);
    cr_expect_eq(w_h01s_of(&w, "K33"), 0, "due today");
    w_tick(&w, 20190611);
    s = w_find(&w, "K33", P2, "", "office/YJ-1");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.first_seen == 20190611 && s.n == 1);
    cr_expect(strstr(s.message_zh, "逾期1个工作日未反馈整改") != NULL, "%s", s.message_zh);
    w_days(&w, 20190616, 20190617);
    cr_expect_eq(w_find(&w, "K33", P1, NULL, NULL).n, 0, "the tenth working day");
    w_tick(&w, 20190618);
    cr_expect_eq(w_find(&w, "K33", P1, "", "finance/main#1").status, OPEN);
    w_days(&w, 20190623, 20190624);
    cr_expect_eq(w_find(&w, "K33", P2, NULL, NULL).sev, YELLOW, "ten working days late");
    w_tick(&w, 20190625);
    cr_expect_eq(w_find(&w, "K33", P2, NULL, NULL).sev, RED);
    (void)rectify(&w, "finance", &notice, "VERIFY", "NOT_DONE", 20190626);
    (void)rectify(&w, "finance", &fund, "PLAN", "", 20190626);
    w_tick(&w, 20190626);
    cr_expect_eq(w_find(&w, "K33", P1, NULL, NULL).status, CLOSED);
    cr_expect_neq(w_find(&w, "K33", P2, NULL, NULL).status, CLOSED, "a check is no reply");
    (void)rectify(&w, "finance", &notice, "REPORT", "PARTIAL", 20190627);
    w_tick(&w, 20190627);
    cr_expect_eq(w_find(&w, "K33", P2, NULL, NULL).status, CLOSED);
    end(&w);
}

/* Two warnings of one number on one subject are one finding, of the one that is open longest. */
Test(idle, k33_of_one_number) {
    struct world w;
    struct mk_ref first;

    w_open(&w, ":memory:");
    w_tick(&w, 20190601);
    w.m.doc_no = "YJ-1";
    (void)mk_json(&w.m, "office", "J04", K(PROJECT), P1, 2019, 20190603,
                  "{'kind':'NOTICE_KIND_WARNING','reply_due':20190612}");
    w.m.doc_no = "YJ-1";
    first = mk_json(&w.m, "office", "J04", K(PROJECT), P1, 2019, 20190603,
                    "{'kind':'NOTICE_KIND_WARNING','reply_due':20190610}");
    w_days(&w, 20190603, 20190613);
    cr_expect_eq(w_find(&w, "K33", P1, "", "office/YJ-1").n, 1);
    cr_expect_eq(w_find(&w, "K33", P1, "", "office/YJ-1").first_seen, 20190611);
    (void)rectify(&w, "finance", &first, "REPORT", "PARTIAL", 20190614);
    w_tick(&w, 20190614);
    cr_expect_eq(w_find(&w, "K33", P1, NULL, NULL).status, OPEN, "the other one is still open");
    end(&w);
}

Test(idle, k33_waits_for_the_close) {
    struct world w;
    struct mk_ref fund;

    w_open(&w, ":memory:");
    fund = mk_control(&w.m, WARN, P1, NULL, 2019, 20190603, 0);
    w_tick(&w, 20190603);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190618);
    cr_expect_eq(w_h01s_of(&w, "K33"), 0);
    (void)rectify(&w, "finance", &fund, "PLAN", "", 20190617);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190619);
    cr_expect_eq(w_h01s_of(&w, "K33"), 0);
    end(&w);
}

Test(idle, k34_failed_twice) {
    struct world w;
    struct mk_ref fund;
    struct mk_ref other;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_project(&w.m, P1, "校舍改造", DEPT1, NULL);
    fund = mk_control(&w.m, WARN, P1, NULL, 2019, 20190603, 0);
    other = mk_control(&w.m, WARN, P1, NULL, 2019, 20190603, 0);
    (void)rectify(&w, "finance", &fund, "PLAN", "", 20190603);
    (void)rectify(&w, "finance", &other, "PLAN", "", 20190603);
    w_tick(&w, 20190603);
    (void)rectify(&w, "audit", &fund, "VERIFY", "NOT_DONE", 20190701);
    (void)rectify(&w, "audit", &other, "VERIFY", "NOT_DONE", 20190702);
    w_days(&w, 20190702, 20190716);
    cr_expect_eq(w_h01s_of(&w, "K34"), 0, "one of each");
    (void)rectify(&w, "office", &fund, "VERIFY", "NOT_DONE", 20190717);
    w_days(&w, 20190717, 20190731);
    cr_expect_eq(w_h01s_of(&w, "K34"), 0, "the tenth working day");
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190801);
    mk_silent(&w.m, "finance", "main", false);
    s = w_find(&w, "K34", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == RED && s.n == 1 && s.first_seen == 20190801);
    cr_expect_str_eq(s.message_zh, "〔K34〕校舍改造（37010019R000000000001），2019年度："
                                   "整改两次核查不到位，未暂缓拨款");
    (void)mk_control(&w.m, SUSPEND, P1, NULL, 2019, 20190802, 0);
    w_tick(&w, 20190802);
    cr_expect_eq(w_find(&w, "K34", P1, NULL, NULL).status, CLOSED);
    (void)mk_control(&w.m, RESUME, P1, NULL, 2020, 20200102, 0);
    w_tick(&w, 20200102);
    cr_expect_eq(w_find(&w, "K34", P1, NULL, NULL).status, CLOSED, "it was suspended for that");
    end(&w);
}

Test(idle, k34_done_or_held_before) {
    struct world w;
    struct mk_ref fund;

    w_open(&w, ":memory:");
    fund = mk_control(&w.m, WARN, P1, NULL, 2019, 20190603, 0);
    (void)rectify(&w, "finance", &fund, "PLAN", "", 20190603);
    (void)mk_control(&w.m, SUSPEND, P1, NULL, 2019, 20190604, 0);
    (void)rectify(&w, "audit", &fund, "VERIFY", "NOT_DONE", 20190701);
    (void)rectify(&w, "audit", &fund, "VERIFY", "NOT_DONE", 20190702);
    w_tick(&w, 20190702);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190717);
    cr_expect_eq(w_h01s_of(&w, "K34"), 0, "held, and not closed either");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190718);
    cr_expect_eq(w_h01s_of(&w, "K34"), 0, "held since before");
    (void)mk_control(&w.m, RESUME, P1, NULL, 2020, 20190719, 0);
    w_tick(&w, 20190719);
    cr_expect_eq(w_find(&w, "K34", P1, NULL, NULL).status, OPEN);
    (void)rectify(&w, "audit", &fund, "VERIFY", "DONE", 20190720);
    (void)rectify(&w, "audit", &fund, "VERIFY", "NOT_DONE", 20190720);
    w_tick(&w, 20190720);
    cr_expect_eq(w_find(&w, "K34", P1, NULL, NULL).status, CLOSED, "one since it was done");
    end(&w);
}
