/* Each rule: fires, doesn't quite fire, clears. Sums in fen; WAN = 万元. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/rules/rules.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define ADD 2
#define REDUCE 3
#define OPEN 1
#define REPLIED 2
#define CLOSED 3
#define WAIVED 4
#define SUSPEND 2
#define STOP 3
#define RESUME 4
#define RECOVER 5

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";

static void pay1(struct world *w, int32_t date, const char *voucher, const char *subject,
                 int64_t fen, struct mk_ref *reverses, struct mk_ref *out) {
    struct mk_line l = {voucher, subject, "Q1", fen, 0, NULL};
    struct mk_ref r = mk_pay(&w->m, "12370100000000001U", 2019, date, &l, 1, reverses);

    if (out)
        *out = r;
}

/* A department, two projects, an approval of 100 万元 each, allotted 100 万元 each. */
static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&w->m, P2, "设备更新", DEPT1, NULL);
    w_tick(w, 20190120);
    (void)mk_approve_budget(&w->m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            200 * WAN, 3);
    w_tick(w, 20190121);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    (void)mk_allot(&w->m, INITIAL, P2, DEPT1, "Q2", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(w, 20190128);
    cr_assert_eq(w_h01s(w), 0);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

Test(rules, k01_above_the_approval) {
    struct world w;
    struct seen s;

    begin(&w);
    /* Exactly the tolerance: 200 万元 approved in 万元, one line: 0.5 万元. */
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q3", "2050201", 2019, 20190301, WAN / 2, NULL);
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K01", NULL, NULL, NULL).n, 0, "the tolerance itself is no excess");
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q4", "2050201", 2019, 20190302, 1, NULL);
    w_tick(&w, 20190302);
    s = w_find(&w, "K01", DEPT1, "", "1/2050201");
    cr_expect_eq(s.status, OPEN);
    cr_expect_eq(s.sev, 3);
    cr_expect_str_eq(s.message_zh, "〔K01〕市教育局（11370100004188813W），2019年度："
                                   "批复200.50万元超人大批准200.00万元，超0.50万元");
    cr_expect_eq(s.n_inputs, 5, "4 allotments and the approval, got %d", s.n_inputs);
    /* ADD isn't initial allotment; REDUCE on the line mends it. */
    (void)mk_allot(&w.m, ADD, P2, DEPT1, "Q5", "2050201", 2019, 20190303, 50 * WAN, NULL);
    w_tick(&w, 20190303);
    cr_expect_eq(w_h01s_of(&w, "K01"), 1, "an addition changes nothing for K01");
    (void)mk_allot(&w.m, REDUCE, P2, DEPT1, "Q6", "2050201", 2019, 20190304, WAN, NULL);
    w_tick(&w, 20190304);
    cr_expect_eq(w_find(&w, "K01", DEPT1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(rules, k01_finest_line_and_missing_approval) {
    struct world w;

    begin(&w);
    /* A project line of its own: 10 万元 under another function. */
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发2", 2019, 20190117, "2050205", DEPT1, P1,
                            10 * WAN, 2);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q7", "2050205", 2019, 20190201, 10 * WAN + 51, NULL);
    /* A function nobody approved. */
    (void)mk_allot(&w.m, INITIAL, P2, DEPT1, "Q8", "2069999", 2019, 20190201, 5 * WAN, NULL);
    w_tick(&w, 20190201);
    cr_expect_eq(w_find(&w, "K01", P1, "", "1/2050205").status, OPEN);
    cr_expect_eq(w_find(&w, "K01", DEPT1, "", "1/2069999").status, OPEN);
    cr_expect_eq(w_find(&w, "K01", NULL, NULL, NULL).n, 2);
    /* Congress adjusts. */
    (void)mk_approve_budget(&w.m, 2, "370100", "济人发3", 2019, 20190601, "2050205", DEPT1, P1, WAN,
                            2);
    w_tick(&w, 20190601);
    cr_expect_eq(w_find(&w, "K01", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* Congress approved by class and by department as a whole; allotments are coded to the item. */
Test(rules, k01_a_coarser_approval_covers_the_finer) {
    static const char DEPT2[] = "11370100004188900A";
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_org(&w.m, K(DEPT), DEPT2, "市科技局", NULL, "370100");
    /* 205 (类) 100 万元, of which nothing is said; 20502 (款) 30 万元 beside it; all of DEPT2's 50.
     */
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "205", DEPT1, NULL,
                            100 * WAN, 1);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发2", 2019, 20190117, "20502", DEPT1, NULL,
                            30 * WAN, 1);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发3", 2019, 20190117, NULL, DEPT2, NULL,
                            50 * WAN, 1);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q1", "2050101", 2019, 20190128, 60 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q2", "2050302", 2019, 20190128, 40 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q3", "2050201", 2019, 20190128, 10 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q4", "2050202", 2019, 20190128, 20 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P2, DEPT2, "Q5", "2060101", 2019, 20190128, 20 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P2, DEPT2, "Q6", "2110301", 2019, 20190128, 30 * WAN, NULL);
    w_tick(&w, 20190128);
    cr_expect_eq(w_h01s_of(&w, "K01"), 0, "100 of 100, 30 of 30, 50 of 50");
    /* One fen more under the class: 60 + 40 + 0.000001 of 100; the 款 and its 30 stand apart. */
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q7", "2050999", 2019, 20190201, 1, NULL);
    w_tick(&w, 20190201);
    s = w_find(&w, "K01", DEPT1, "", "1/205");
    cr_expect_eq(s.status, OPEN);
    cr_expect(strstr(s.message_zh, "批复100.00万元超人大批准100.00万元") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(s.n_inputs, 4, "Q1, Q2, Q7 and the class's approval, got %d", s.n_inputs);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q8", "2050203", 2019, 20190202, WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P2, DEPT2, "Q9", "2013202", 2019, 20190202, WAN, NULL);
    w_tick(&w, 20190202);
    cr_expect_eq(w_find(&w, "K01", DEPT1, "", "1/20502").status, OPEN, "31 of 30 at the 款");
    cr_expect_eq(w_find(&w, "K01", DEPT2, "", "1/").status, OPEN,
                 "51 of 50, whatever the function");
    cr_expect_eq(w_find(&w, "K01", NULL, NULL, NULL).n, 3);
    /* An item of its own takes what it covers out of the 款: 10 + 20 of 30 there, 1 of 1 here. */
    (void)mk_approve_budget(&w.m, 2, "370100", "济人发4", 2019, 20190301, "2050203", DEPT1, NULL,
                            WAN, 1);
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K01", DEPT1, "", "1/20502").status, CLOSED);
    cr_expect_eq(w_find(&w, "K01", DEPT1, "", "1/205").status, OPEN);
    /* The tolerance counts lines on both sides: a class approved in 万元 explains half of one. */
    (void)mk_approve_budget(&w.m, 2, "370100", "济人发5", 2019, 20190302, "205", DEPT1, NULL, 0, 3);
    w_tick(&w, 20190302);
    cr_expect_eq(w_find(&w, "K01", DEPT1, "", "1/205").status, CLOSED);
    end(&w);
}

/* The same function in two regions: each department's money counts against its own congress. */
Test(rules, k01_each_region_by_itself) {
    static const char DEPT2[] = "11370102004188900A";
    static const char DEPT3[] = "11370103004188900A";
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_org(&w.m, K(DEPT), DEPT2, "历下区教体局", NULL, "370102");
    (void)mk_org(&w.m, K(DEPT), DEPT3, "市中区教体局", NULL, "370103");
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "205", NULL, NULL,
                            100 * WAN, 1);
    (void)mk_approve_budget(&w.m, 1, "370102", "历人发1", 2019, 20190117, "2050201", NULL, NULL,
                            20 * WAN, 1);
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, P2, DEPT2, "Q2", "2050201", 2019, 20190128, 20 * WAN, NULL);
    (void)mk_allot(&w.m, INITIAL, "37010319R000000000003", DEPT3, "Q3", "2050201", 2019, 20190128,
                   5 * WAN, NULL);
    w_tick(&w, 20190128);
    cr_expect_eq(w_h01s_of(&w, "K01"), 0, "the third region's approval hasn't come: unknown");
    (void)mk_allot(&w.m, INITIAL, P2, DEPT2, "Q4", "2050201", 2019, 20190201, WAN, NULL);
    w_tick(&w, 20190201);
    cr_expect_eq(w_find(&w, "K01", "370102", "", "1/2050201").status, OPEN, "21 of 20");
    cr_expect_eq(w_h01s_of(&w, "K01"), 1);
    (void)mk_approve_budget(&w.m, 1, "370103", "市中人发1", 2019, 20190117, "2050205", NULL, NULL,
                            9 * WAN, 1);
    w_tick(&w, 20190202);
    cr_expect_eq(w_find(&w, "K01", DEPT3, "", "1/2050201").status, OPEN, "5 of nothing");
    end(&w);
}

Test(rules, k01_unknown_before_any_approval) {
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(&w, 20190128);
    cr_expect_eq(w_h01s_of(&w, "K01"), 0, "no approval yet: unknown, no finding");
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            90 * WAN, 3);
    w_tick(&w, 20190130);
    cr_expect_eq(w_find(&w, "K01", DEPT1, NULL, NULL).status, OPEN);
    end(&w);
}

Test(rules, k04_paid_above_the_quota) {
    struct world w;
    struct mk_ref over;
    struct seen s;

    begin(&w);
    pay1(&w, 20190301, "V1", P1, 100 * WAN, NULL, NULL);
    w_tick(&w, 20190301);
    cr_expect_eq(w_h01s_of(&w, "K04"), 0, "paid to the last fen");
    pay1(&w, 20190302, "V2", P1, 1, NULL, &over);
    w_tick(&w, 20190302);
    s = w_find(&w, "K04", P1, "", "2019/1");
    cr_expect_eq(s.status, OPEN);
    cr_expect_eq(s.sev, 3);
    pay1(&w, 20190303, "V2", P1, 1, &over, NULL);
    w_tick(&w, 20190303);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, CLOSED, "reversed");
    /* Again: a second episode; a refund doesn't do it, an addition does. */
    pay1(&w, 20190304, "V3", P1, 3 * WAN, NULL, NULL);
    w_tick(&w, 20190304);
    s = w_find(&w, "K04", P1, NULL, NULL);
    cr_expect(s.status == OPEN && s.episode == 2 && s.n == 1);
    pay1(&w, 20190305, "V4", P1, -WAN, NULL, NULL);
    w_tick(&w, 20190305);
    s = w_find(&w, "K04", P1, NULL, NULL);
    cr_expect(s.status == OPEN && strstr(s.message_zh, "超可用指标2.00万元"), "%s", s.message_zh);
    (void)mk_allot(&w.m, ADD, P1, DEPT1, "Q9", "2050201", 2019, 20190306, 2 * WAN, NULL);
    w_tick(&w, 20190306);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).status, CLOSED);
    /* Recovering what is spent makes it fire again. */
    (void)mk_control(&w.m, RECOVER, P1, NULL, 2019, 20190307, WAN);
    w_tick(&w, 20190307);
    cr_expect_eq(w_find(&w, "K04", P1, NULL, NULL).episode, 3);
    end(&w);
}

Test(rules, k04_compares_at_the_control_key) {
    struct world w;
    struct mk_line l[2] = {{"V1", P1, NULL, 60 * WAN, 0, "001-9-1"},
                           {"V2", P2, NULL, 70 * WAN, 0, "001-9-1"}};
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_allot(&w.m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190101, 100 * WAN, "001-9-1");
    (void)mk_allot(&w.m, INITIAL, P2, DEPT1, "Q2", "2050201", 2019, 20190101, 20 * WAN, "001-9-1");
    w_tick(&w, 20190101);
    (void)mk_pay(&w.m, "u", 2019, 20190201, &l[0], 1, NULL);
    w_tick(&w, 20190201);
    cr_expect_eq(w_h01s_of(&w, "K04"), 0);
    (void)mk_pay(&w.m, "u", 2019, 20190202, &l[1], 1, NULL);
    w_tick(&w, 20190202);
    s = w_find(&w, "K04", DEPT1, "", "2019/1/001-9-1");
    cr_expect(s.status == OPEN && s.n == 1,
              "130 of 120 at the key; P2's own excess isn't compared");
    cr_expect_eq(w_h01s_of(&w, "K04"), 1);
    end(&w);
}

Test(rules, k05_paid_before_the_allotment) {
    struct world w;
    struct mk_line no = {"V9", "37010019R000000000003", "Q9", 2 * WAN, 0, NULL};
    struct mk_line carry = {"V8", P1, "Q1", WAN, 2, NULL};
    struct mk_line plain = {"V7", P1, "Q1", WAN, 0, NULL};
    struct mk_line same = {"V6", P1, "Q1", WAN, 0, NULL};
    struct mk_ref p;

    begin(&w); /* approval logged 01-21, allotment 01-28 */
    p = mk_pay(&w.m, "u", 2019, 20190129, &no, 1, NULL);
    (void)mk_pay(&w.m, "u", 2019, 20190110, &carry, 1, NULL);
    (void)mk_pay(&w.m, "u", 2019, 20190110, &plain, 1, NULL);
    (void)mk_pay(&w.m, "u", 2019, 20190128, &same, 1, NULL);
    w_tick(&w, 20190129);
    cr_expect_eq(w_find(&w, "K05", NULL, "", "V9").sev, 3, "no allotment at all");
    cr_expect_eq(w_find(&w, "K05", P1, "", "V8").sev, 1, "art. 54 before the approval");
    cr_expect_eq(w_find(&w, "K05", P1, "", "V7").sev, 3);
    cr_expect_eq(w_find(&w, "K05", P1, NULL, NULL).n, 2,
                 "paid on the day it was logged: no finding");
    (void)mk_pay(&w.m, "u", 2019, 20190129, &no, 1, &p);
    w_tick(&w, 20190130);
    cr_expect_eq(w_find(&w, "K05", NULL, "", "V9").status, CLOSED);
    end(&w);
}

Test(rules, k05_basis_after_the_approval_is_red) {
    struct world w;
    struct mk_line late = {"V8", P1, "Q1", WAN, 2, NULL};

    begin(&w);
    (void)mk_pay(&w.m, "u", 2019, 20190124, &late, 1, NULL);
    w_tick(&w, 20190129);
    cr_expect_eq(w_find(&w, "K05", P1, "", "V8").sev, 3);
    end(&w);
}

Test(rules, k06_month_report) {
    struct world w;
    struct mk_ref wrong;
    struct seen s;

    begin(&w);
    pay1(&w, 20190405, "V1", P1, 3 * WAN, NULL, NULL);
    w_tick(&w, 20190405);
    w_tick(&w, 20190430);
    cr_expect_eq(w_find(&w, "K06", NULL, NULL, NULL).n, 0, "no report yet: unknown");
    wrong = mk_month(&w.m, P1, 201904, 3 * WAN + 1, NULL);
    (void)mk_month(&w.m, P2, 201904, 0, NULL);
    w_tick(&w, 20190508);
    s = w_find(&w, "K06", P1, "201904", "");
    cr_expect(s.status == OPEN && s.sev == 2 && s.n == 1);
    cr_expect(strstr(s.message_zh, "相差0.01元") != NULL, "%s", s.message_zh);
    (void)mk_month(&w.m, P1, 201904, 3 * WAN, &wrong);
    w_tick(&w, 20190515);
    cr_expect_eq(w_find(&w, "K06", P1, "201904", NULL).status, CLOSED);
    /* A payment of April that comes late breaks it again. */
    pay1(&w, 20190428, "V2", P1, WAN, NULL, NULL);
    w_tick(&w, 20190520);
    cr_expect_eq(w_find(&w, "K06", P1, "201904", NULL).episode, 2);
    end(&w);
}

/* Dated to the year, a payment may be of any month: May's report can't be judged, December's can.
 */
Test(rules, k06_payments_dated_to_the_year) {
    struct world w;

    begin(&w);
    (void)mk_month(&w.m, P1, 201905, 3 * WAN, NULL);
    w.m.pay_precision = 2;
    pay1(&w, 20190507, "V1", P1, 3 * WAN, NULL, NULL); /* of May: counts at 05-31 */
    w_tick(&w, 20190605);
    cr_expect_eq(w_h01s_of(&w, "K06"), 0, "a month is known to the day of its report");
    w.m.pay_precision = 3;
    pay1(&w, 20190101, "V2", P1, WAN, NULL, NULL);
    (void)mk_month(&w.m, P1, 201906, 4 * WAN, NULL);
    w_tick(&w, 20190705);
    cr_expect_eq(w_find(&w, "K06", NULL, NULL, NULL).n, 0, "June: 3 or 4, nobody knows");
    (void)mk_month(&w.m, P1, 201912, 4 * WAN + 1, NULL);
    w_tick(&w, 20200105);
    cr_expect_eq(w_find(&w, "K06", P1, "201912", "").status, OPEN, "the year's end is known");
    end(&w);
}

Test(rules, k07_finance_and_audit) {
    struct world w;
    struct mk_ref a;
    struct seen s;

    begin(&w);
    pay1(&w, 20190301, "V1", P1, 90 * WAN, NULL, NULL);
    pay1(&w, 20190301, "V2", P2, 90 * WAN, NULL, NULL);
    w_tick(&w, 20190301);
    (void)mk_audit_paid(&w.m, P2, 2019, 20200301, 91 * WAN, NULL);
    a = mk_audit_paid(&w.m, P1, 2019, 20200301, 91 * WAN + 1, NULL);
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K07", P2, NULL, NULL).status, 0, "one 万元 exactly is within");
    s = w_find(&w, "K07", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2);
    a = mk_audit_paid(&w.m, P1, 2019, 20200305, 191 * WAN, &a);
    w_tick(&w, 20200305);
    s = w_find(&w, "K07", P1, NULL, NULL);
    cr_expect(s.status == OPEN && s.sev == 3 && s.episode == 1, "severity rises in its episode");
    (void)mk_audit_paid(&w.m, P1, 2019, 20200306, 90 * WAN, &a);
    w_tick(&w, 20200306);
    cr_expect_eq(w_find(&w, "K07", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

/* A region's payments are its departments': 90 + 90 of 180 found by audit, then 1,000,001 fen less.
 */
Test(rules, k07_of_a_region) {
    struct world w;
    Pentad__V1__Record r;
    Pentad__V1__AuditFigure f = PENTAD__V1__AUDIT_FIGURE__INIT;

    begin(&w);
    f.has_item = f.has_fen = 1;
    f.item = PENTAD__V1__AUDIT_ITEM__AUDIT_ITEM_PAID;
    f.fen = 180 * WAN;
    pay1(&w, 20190301, "V1", P1, 90 * WAN, NULL, NULL);
    pay1(&w, 20190301, "V2", P2, 90 * WAN, NULL, NULL);
    w_tick(&w, 20190301);
    r = mk_record(K(REGION), "370100", 2019, 20200301);
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_FIGURE;
    r.audit_figure = &f;
    (void)mk_add(&w.m, "audit", &r);
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K07", NULL, NULL, NULL).n, 0);
    pay1(&w, 20190302, "V3", P2, -(WAN + 1), NULL, NULL);
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K07", "370100", "", "").status, OPEN);
    end(&w);
}

/* A department's are those of the items that are its: P2 is handed on to another one. */
Test(rules, k07_of_a_department_whose_item_goes) {
    static const char DEPT2[] = "11370100004188900A";
    static const char found[] = "{'item':'AUDIT_ITEM_PAID','fen':'%lld'}";
    struct world w;

    begin(&w);
    (void)mk_org(&w.m, K(DEPT), DEPT2, "市科技局", NULL, "370100");
    pay1(&w, 20190301, "V1", P1, 90 * WAN, NULL, NULL);
    pay1(&w, 20190301, "V2", P2, 90 * WAN, NULL, NULL);
    w_tick(&w, 20190301);
    (void)mk_json(&w.m, "audit", "A02", K(DEPT), DEPT1, 2019, 20200301, found,
                  (long long)180 * WAN);
    (void)mk_json(&w.m, "audit", "A02", K(DEPT), DEPT2, 2019, 20200301, found, (long long)90 * WAN);
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K07", DEPT1, NULL, NULL).n, 0);
    cr_expect_eq(w_find(&w, "K07", DEPT2, "", "").status, OPEN, "nothing paid, 90 found");
    (void)mk_json(&w.m, "finance", "B04", K(PROJECT), P2, 2019, 20200302,
                  "{'kind':'ALLOTMENT_KIND_ADD','quota_no':'Q2','dept':'%s','bk':"
                  "'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,'fen':'100',"
                  "'issued_on':20200302}",
                  DEPT2);
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K07", DEPT1, "", "").status, OPEN, "90 paid, 180 found");
    cr_expect_eq(w_find(&w, "K07", DEPT2, "", "").status, CLOSED);
    end(&w);
}

/* A policy's payments are its items': P1's from the beginning, P2's from the profile on that says
 * so. */
Test(rules, k07_of_a_policy) {
    static const char policy[] = "POL-370100-2019-00001";
    static const char carries_out[] =
        "{'name':'改造','resp_org':'%s','policy':{'kind':'SUBJECT_KIND_POLICY','key':'%s'}}";
    struct world w;
    struct mk_ref p2;

    begin(&w);
    (void)mk_json(&w.m, "finance", "P02", K(PROJECT), P1, 2019, 20190301, carries_out, DEPT1,
                  policy);
    pay1(&w, 20190301, "V1", P1, 90 * WAN, NULL, NULL);
    pay1(&w, 20190301, "V2", P2, 90 * WAN, NULL, NULL);
    w_tick(&w, 20190301);
    (void)mk_json(&w.m, "audit", "A02", K(POLICY), policy, 2019, 20200301,
                  "{'item':'AUDIT_ITEM_PAID','fen':'%lld'}", (long long)(90 * WAN));
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K07", NULL, NULL, NULL).n, 0);
    p2 =
        mk_json(&w.m, "finance", "P02", K(PROJECT), P2, 2019, 20190301, carries_out, DEPT1, policy);
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K07", policy, "", "").status, OPEN, "180 paid, 90 found");
    (void)mk_json_correcting(&w.m, 4, &p2, "finance", "P02", K(PROJECT), P2, 2019, 20190301, "{}");
    w_tick(&w, 20200303);
    cr_expect_eq(w_find(&w, "K07", policy, "", "").status, CLOSED);
    pay1(&w, 20190302, "V3", P1, -(WAN + 1), NULL, NULL);
    w_tick(&w, 20200304);
    cr_expect_eq(w_find(&w, "K07", policy, "", "").episode, 2, "one of its items paid less");
    end(&w);
}

Test(rules, k25_behind_schedule) {
    static const int32_t curve[12] = {0,    0,    1000, 1000, 3000, 4000,
                                      5000, 6000, 7000, 8000, 9000, 10000};
    struct world w;
    struct mk_ref profile;
    Pentad__V1__Record r;
    Pentad__V1__SubjectProfile p = PENTAD__V1__SUBJECT_PROFILE__INIT;
    struct seen s;

    begin(&w);
    /* P1: 15 % at the end of March is 10 points behind 25 %: not more than 10. P2: 14.99 %. */
    pay1(&w, 20190329, "V1", P1, 15 * WAN, NULL, NULL);
    pay1(&w, 20190329, "V2", P2, 15 * WAN - 10000, NULL, NULL);
    w_days(&w, 20190329, 20190331);
    cr_expect_eq(w_h01s_of(&w, "K25"), 0);
    w_tick(&w, 20190401);
    s = w_find(&w, "K25", P2, "", "");
    cr_expect(s.status == OPEN && s.n == 1 && s.sev == 2);
    cr_expect(strstr(s.message_zh, "截至2019-03-31执行进度14.99%，低于序时进度10.01个百分点") !=
                  NULL,
              "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K25", P1, NULL, NULL).status, 0);
    /* A plan curve in force before the month end mends March. */
    p.name = (char *)(uintptr_t) "设备更新";
    p.n_plan_curve_bp = 12;
    p.plan_curve_bp = (int32_t *)(uintptr_t)curve;
    r = mk_record(K(PROJECT), P2, 2019, 20181230);
    r.body_case = PENTAD__V1__RECORD__BODY_SUBJECT_PROFILE;
    r.subject_profile = &p;
    profile = mk_add(&w.m, "finance", &r);
    (void)profile;
    w_tick(&w, 20190410);
    s = w_find(&w, "K25", P2, "", "");
    cr_expect_eq(s.status, OPEN, "the profile of 2019-01-01 is newer than one effective in 2018");
    r.effective = 20190301;
    (void)mk_add(&w.m, "finance", &r);
    w_tick(&w, 20190411);
    cr_expect_eq(w_find(&w, "K25", P2, "", "").status, CLOSED);
    end(&w);
}

Test(rules, k25_month_by_month_from_the_agenda) {
    struct world w;
    struct seen s;

    begin(&w);
    w_tick(&w, 20190410);
    cr_expect_eq(w_find(&w, "K25", NULL, NULL, NULL).n, 0, "nobody's payments are here yet");
    pay1(&w, 20190411, "V1", P2, WAN, NULL, NULL);
    w_days(&w, 20190411, 20190701);
    /* Nothing of P1's is paid: behind since March, which is known late. */
    s = w_find(&w, "K25", P1, "", "");
    cr_expect(s.n == 1 && s.status == OPEN && s.episode == 1 && s.first_seen == 20190411);
    cr_expect(strstr(s.message_zh, "截至2019-06-30执行进度0.00%，低于序时进度50.00") != NULL, "%s",
              s.message_zh);
    end(&w);
}

/* 100 万元 of 2019: 13 points behind in March, 13.33 in April, 2 in May, 17 in June. */
Test(rules, k25_caught_up_and_behind_again) {
    struct world w;
    struct seen s;

    begin(&w);
    pay1(&w, 20190329, "V1", P1, 12 * WAN, NULL, NULL);
    w_days(&w, 20190329, 20190410);
    s = w_find(&w, "K25", P1, "", "");
    cr_expect(s.status == OPEN && s.first_seen == 20190401);
    /* April's money comes on its day, and closes nothing before the month is over. */
    pay1(&w, 20190411, "V2", P1, 8 * WAN, NULL, NULL);
    w_days(&w, 20190411, 20190430);
    cr_expect(strstr(w_find(&w, "K25", P1, "", "").message_zh, "截至2019-03-31执行进度12.00%"));
    w_tick(&w, 20190501);
    s = w_find(&w, "K25", P1, "", "");
    cr_expect(s.status == OPEN && s.n == 1 && s.episode == 1, "the same one");
    cr_expect(strstr(s.message_zh, "截至2019-04-30执行进度20.00%") != NULL, "%s", s.message_zh);
    pay1(&w, 20190510, "V3", P1, 19 * WAN, NULL, NULL);
    w_days(&w, 20190510, 20190531);
    cr_expect_eq(w_find(&w, "K25", P1, "", "").status, OPEN, "May isn't over");
    w_tick(&w, 20190601);
    cr_expect_eq(w_find(&w, "K25", P1, "", "").status, CLOSED, "39 of 41.67 %%");
    w_days(&w, 20190628, 20190701);
    s = w_find(&w, "K25", P1, "", "");
    cr_expect(s.status == OPEN && s.n == 1 && s.episode == 2 && s.first_seen == 20190701,
              "39 of 50 %%: the next episode");
    /* A voucher of May that comes late changes June's sum as well. */
    pay1(&w, 20190531, "V4", P1, WAN, NULL, NULL);
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K25", P1, "", "").status, CLOSED, "10 points exactly");
    /* Of a year that is over December's end stays the newest. */
    w_days(&w, 20191231, 20200101);
    cr_expect_eq(w_find(&w, "K25", P1, "", "").episode, 3);
    w_days(&w, 20200301, 20200302);
    cr_expect(strstr(w_find(&w, "K25", P1, "", "").message_zh, "截至2019-12-31执行进度40.00%"));
    pay1(&w, 20191230, "V5", P1, 50 * WAN, NULL, NULL);
    w_tick(&w, 20200303);
    cr_expect_eq(w_find(&w, "K25", P1, "", "").status, CLOSED);
    end(&w);
}

Test(rules, k35_paid_while_suspended) {
    struct world w;
    struct mk_ref in;

    begin(&w);
    (void)mk_control(&w.m, SUSPEND, P1, NULL, 2019, 20190605, 0);
    w_tick(&w, 20190610);
    pay1(&w, 20190609, "V1", P1, WAN, NULL, NULL); /* the day before it was logged */
    w_tick(&w, 20190611);
    cr_expect_eq(w_find(&w, "K35", NULL, NULL, NULL).n, 0);
    pay1(&w, 20190610, "V2", P1, WAN, NULL, &in);
    pay1(&w, 20190610, "V3", P2, WAN, NULL, NULL);
    w_tick(&w, 20190612);
    cr_expect_eq(w_find(&w, "K35", P1, "", "V2").status, OPEN);
    (void)mk_control(&w.m, RESUME, P1, NULL, 2019, 20190620, 0);
    w_tick(&w, 20190620);
    pay1(&w, 20190620, "V4", P1, WAN, NULL, NULL);
    pay1(&w, 20190610, "V2", P1, WAN, &in, NULL);
    w_tick(&w, 20190621);
    cr_expect_eq(w_find(&w, "K35", P1, "", "V2").status, CLOSED);
    cr_expect_eq(w_find(&w, "K35", NULL, NULL, NULL).n, 1);
    end(&w);
}

Test(rules, k35_ends_with_its_own_unit) {
    static const char U1[] = "12370100000000001U"; /* who pays in these tests */
    struct world w;

    begin(&w);
    (void)mk_control(&w.m, SUSPEND, P1, U1, 2019, 20190610, 0);
    w_tick(&w, 20190610);
    (void)mk_control(&w.m, RESUME, P1, "12370100000000002U", 2019, 20190620, 0);
    w_tick(&w, 20190620);
    pay1(&w, 20190621, "V1", P1, WAN, NULL, NULL);
    w_tick(&w, 20190621);
    cr_expect_eq(w_find(&w, "K35", P1, "", "V1").status, OPEN, "another unit was resumed");
    (void)mk_control(&w.m, RESUME, P1, U1, 2019, 20190701, 0);
    w_tick(&w, 20190701);
    pay1(&w, 20190701, "V2", P1, WAN, NULL, NULL);
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K35", P1, "", "V2").n, 0);
    end(&w);
}

/* Suspended from 06-10 to 08-05. A payment of June or August may have been outside; July's wasn't.
 */
Test(rules, k35_payments_dated_to_a_month) {
    struct world w;

    begin(&w);
    (void)mk_control(&w.m, SUSPEND, P1, NULL, 2019, 20190610, 0);
    w_tick(&w, 20190610);
    w.m.pay_precision = 2;
    pay1(&w, 20190615, "V6", P1, WAN, NULL, NULL);
    pay1(&w, 20190701, "V7", P1, WAN, NULL, NULL);
    w_tick(&w, 20190802);
    (void)mk_control(&w.m, RESUME, P1, NULL, 2019, 20190805, 0);
    w_tick(&w, 20190805);
    pay1(&w, 20190803, "V8", P1, WAN, NULL, NULL);
    pay1(&w, 20190901, "V9", P1, WAN, NULL, NULL);
    w_tick(&w, 20190905);
    cr_expect_eq(w_find(&w, "K35", P1, "", "V7").status, OPEN);
    cr_expect_eq(w_find(&w, "K35", NULL, NULL, NULL).n, 1);
    end(&w);
}

Test(rules, k43_self_and_spot) {
    struct world w;
    struct mk_ref self;
    struct mk_ref spot;
    struct seen s;
    Pentad__V1__Record r;
    Pentad__V1__Notice n = PENTAD__V1__NOTICE__INIT;
    Pentad__V1__Rectification v = PENTAD__V1__RECTIFICATION__INIT;
    Pentad__V1__RecordRef *basis[1];

    begin(&w);
    self = mk_eval(&w.m, 1, P1, 2019, 20200301, 9500, NULL, NULL);
    spot = mk_eval(&w.m, 2, P1, 2019, 20200501, 8501, NULL, &self);
    w_tick(&w, 20200501);
    cr_expect_eq(w_find(&w, "K43", NULL, NULL, NULL).n, 0, "9.99 points, one band");
    spot = mk_eval(&w.m, 2, P1, 2019, 20200502, 8500, &spot, &self);
    w_tick(&w, 20200502);
    s = w_find(&w, "K43", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2);
    cr_expect(strstr(s.message_zh, "自评95.00分、抽评85.00分，相差10.00分") != NULL, "%s",
              s.message_zh);
    spot = mk_eval(&w.m, 2, P1, 2019, 20200503, 7950, &spot, &self);
    w_tick(&w, 20200503);
    cr_expect_eq(w_find(&w, "K43", P1, NULL, NULL).sev, 3, "two bands apart");
    r = mk_record(K(PROJECT), P1, 2019, 20200510);
    basis[0] = &spot.ref;
    n.has_kind = 1;
    n.kind = PENTAD__V1__NOTICE_KIND__NOTICE_KIND_CRITICIZE;
    n.n_basis = 1;
    n.basis = basis;
    r.body_case = PENTAD__V1__RECORD__BODY_NOTICE;
    r.notice = &n;
    (void)mk_add(&w.m, "office", &r);
    w_tick(&w, 20200510);
    cr_expect_eq(w_find(&w, "K43", P1, NULL, NULL).status, OPEN, "criticized, not yet rectified");
    r = mk_record(K(PROJECT), P1, 2019, 20200520);
    v.source = &spot.ref;
    v.has_phase = v.has_result = 1;
    v.phase = PENTAD__V1__RECTIFICATION_PHASE__RECTIFICATION_PHASE_REPORT;
    v.result = PENTAD__V1__RECTIFICATION_RESULT__RECTIFICATION_RESULT_DONE;
    r.body_case = PENTAD__V1__RECORD__BODY_RECTIFICATION;
    r.rectification = &v;
    (void)mk_add(&w.m, "finance", &r);
    w_tick(&w, 20200520);
    cr_expect_eq(w_find(&w, "K43", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(rules, k53_rated_well) {
    struct world w;
    struct mk_ref f;

    begin(&w);
    (void)mk_finding(&w.m, P1, 2019, 20200301, "A1", 2, 3, 20200601, 5 * WAN, 0, NULL); /* HIGH */
    (void)mk_finding(&w.m, P1, 2019, 20200301, "A2", 6, 1, 20200601, WAN, 0, NULL);
    f = mk_finding(&w.m, P1, 2019, 20200301, "A3", 3, 1, 20200601, 2 * WAN, 0, NULL); /* 挪用 */
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K53", NULL, NULL, NULL).n, 0, "no rating yet");
    cr_expect_eq(w_unknown(&w, "K53"), 2, "a self-evaluation is owed; A2 doesn't matter");
    (void)mk_finding(&w.m, P1, 2018, 20200301, "A4", 2, 3, 20200601, WAN, 0, NULL);
    w_tick(&w, 20200302);
    cr_expect_eq(w_unknown(&w, "K53"), 2, "nothing of 2018 was allotted here");
    (void)mk_eval(&w.m, 1, P1, 2019, 20200302, 8000, NULL, NULL);
    w_tick(&w, 20200302);
    cr_expect_eq(w_find(&w, "K53", P1, "", "A1").status, OPEN);
    cr_expect_eq(w_find(&w, "K53", P1, NULL, NULL).n, 2,
                 "A2 is neither HIGH nor of those categories");
    cr_expect(strstr(w_find(&w, "K53", P1, "", "A3").message_zh, "评价良，审计查出挪用2.00万元") !=
              NULL);
    (void)mk_finding(&w.m, P1, 2019, 20200301, "A3", 3, 1, 20200601, 2 * WAN, 4, &f); /* WITHDRAW */
    w_tick(&w, 20200303);
    cr_expect_eq(w_find(&w, "K53", P1, "", "A3").status, CLOSED);
    (void)mk_eval(&w.m, 2, P1, 2019, 20200510, 7999, NULL, NULL);
    w_tick(&w, 20200510);
    cr_expect_eq(w_find(&w, "K53", P1, "", "A1").status, CLOSED);
    end(&w);
}

Test(rules, k58_overdue) {
    struct world w;
    struct mk_ref f;
    struct seen s;
    int before;

    begin(&w);
    f = mk_finding(&w.m, P1, 2018, 20190501, "A1", 6, 1, 20190531, WAN, 0, NULL);
    w_days(&w, 20190501, 20190531);
    cr_expect_eq(w_find(&w, "K58", NULL, NULL, NULL).n, 0, "due today");
    w_tick(&w, 20190601);
    s = w_find(&w, "K58", P1, "", "A1");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20190601);
    before = w_h01s_of(&w, "K58");
    w_days(&w, 20190602, 20190605);
    cr_expect_eq(w_h01s_of(&w, "K58"), before, "a day count alone is no difference");
    w_days(&w, 20190606, 20190630);
    cr_expect_eq(w_find(&w, "K58", P1, NULL, NULL).sev, 2);
    w_tick(&w, 20190701);
    cr_expect_eq(w_find(&w, "K58", P1, NULL, NULL).sev, 2,
                 "the 30th day, 06-30, is a Sunday: it counts as 07-01");
    w_tick(&w, 20190702);
    cr_expect_eq(w_find(&w, "K58", P1, NULL, NULL).sev, 3, "the 30 calendar days are over");
    (void)mk_verify(&w.m, P1, 2018, 20190703, &f, 2);
    w_tick(&w, 20190703);
    cr_expect_neq(w_find(&w, "K58", P1, NULL, NULL).status, CLOSED, "ongoing isn't done");
    (void)mk_verify(&w.m, P1, 2018, 20190704, &f, 1);
    w_tick(&w, 20190704);
    cr_expect_eq(w_find(&w, "K58", P1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(rules, every_rule_file_says_what_it_must) {
    size_t n;
    const struct pt_rule_info *r;

    r = pt_rules_list(&n);
    cr_assert(n >= 10);
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(r[i].id[0], 'K');
        cr_expect(r[i].name_zh[0] && r[i].name_en[0] && r[i].parties[0] && r[i].reads[0], "%s",
                  r[i].id);
        cr_expect(r[i].when[0] && r[i].basis[0] && r[i].message_zh[0] && r[i].message_en[0], "%s",
                  r[i].id);
        cr_expect(r[i].clears_zh[0] && r[i].clears_en[0] && r[i].responders[0], "%s", r[i].id);
        cr_expect(r[i].remarks_zh[0] && r[i].remarks_en[0] && r[i].keys[0], "%s", r[i].id);
        cr_expect(strstr(r[i].remarks_zh, "。") != NULL && !strstr(r[i].remarks_en, "。"), "%s",
                  r[i].id);
    }
}
