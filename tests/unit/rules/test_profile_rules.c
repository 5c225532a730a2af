/* K22 to K24: what the profiles of items say of one another. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/sql/sql.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define OPEN 1
#define REPLIED 2
#define CLOSED 3
#define EXPLAIN 2
#define INFO 1
#define YELLOW 2

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char P3[] = "37010019R000000000003";
static const char DEPT1[] = "11370100004188813W";
static const char DEPT2[] = "11370100004188900A";
static const char PAYEE[] = "91350100M000100Y43";

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

struct item {
    const char *key;
    const char *name;
    const char *dept;
    const char *func;
    const char *tags; /* purpose_tags or aliases as a JSON member, with a comma before */
    int64_t total_fen;
};

static struct mk_ref profile(struct world *w, const struct item *i, int32_t on,
                             const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "P02", K(PROJECT), i->key, 2019, on,
                              "{'name':'%s','bk':['BUDGET_KIND_GENERAL'],'func':'%s',"
                              "'resp_org':'%s','total_fen':'%lld'%s}",
                              i->name, i->func, i->dept, (long long)i->total_fen,
                              i->tags ? i->tags : "");
}

static void use(struct world *w, const char *subject, const char *action, int32_t on) {
    (void)mk_json(&w->m, "finance", "V02", K(PROJECT), subject, 2018, on,
                  "{'action':'USE_ACTION_%s','next_fy':2020,'base_fen':'0','change_fen':'0'}",
                  action);
}

static void pay(struct world *w, const char *subject, int32_t on, const char *voucher,
                const char *purpose, int64_t fen) {
    (void)mk_json(&w->m, "finance", "X01", K(UNIT), "12370100000000001U", 2019, on,
                  "{'pay_date':%d,'date_precision':'DATE_PRECISION_DAY','lines':[{"
                  "'voucher_no':'%s','subject':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2019,"
                  "'fen':'%lld','op':'PAYMENT_OP_PAY','payee_uscc':'%s','purpose':'%s'}]}",
                  on, voucher, subject, (long long)fen, PAYEE, purpose);
}

Test(profile_rules, k22_names_and_tags) {
    struct item a = {P1, "市区中小学校舍安全改造工程", DEPT1, "2050201", NULL, WAN};
    struct item b = {P2, "市区中小学校舍安全改造项目", DEPT2, "2050204", NULL, WAN};
    struct item c = {P3, "道路照明", DEPT1, "2050201", ",'purpose_tags':['甲','乙','丙']", WAN};
    struct world w;
    struct mk_ref of_b;
    struct mk_ref of_c;
    struct seen s;

    w_open(&w, ":memory:");
    (void)profile(&w, &a, 20190102, NULL);
    w_tick(&w, 20190102);
    of_b = profile(&w, &b, 20190103, NULL);
    of_c = profile(&w, &c, 20190103, NULL);
    w_tick(&w, 20190103);
    s = w_find(&w, "K22", P1, "", P2);
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n == 1);
    cr_expect(strstr(s.message_zh,
                     "与市区中小学校舍安全改造项目（37010019R000000000002）疑似交叉重复"
                     "（名称相近）") != NULL,
              "%s", s.message_zh);
    /* 7 of 9 runs: 77.78 %, below the line. */
    b.name = "区中小学校舍安全改造项目";
    of_b = profile(&w, &b, 20190104, &of_b);
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K22", P1, NULL, NULL).status, CLOSED);
    c.tags = ",'purpose_tags':['甲']";
    b.tags = c.tags;
    of_b = profile(&w, &b, 20190105, &of_b);
    of_c = profile(&w, &c, 20190105, &of_c);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K22", P2, NULL, NULL).n, 0, "one tag alone");
    c.tags = ",'purpose_tags':['甲','乙','丙']";
    (void)profile(&w, &c, 20190105, &of_c);
    b.tags = ",'purpose_tags':['甲','乙','丁']"; /* two of four */
    of_b = profile(&w, &b, 20190105, &of_b);
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K22", P2, NULL, NULL).n, 0, "half of the tags");
    b.tags = ",'purpose_tags':['甲','乙','丙','丁','戊']"; /* three of five */
    of_b = profile(&w, &b, 20190106, &of_b);
    w_tick(&w, 20190106);
    s = w_find(&w, "K22", P2, "", P3);
    cr_expect(s.status == OPEN && strstr(s.message_zh, "用途相同"), "%s", s.message_zh);
    use(&w, P3, "IMPROVE", 20190107);
    w_tick(&w, 20190107);
    cr_expect_eq(w_find(&w, "K22", P2, NULL, NULL).status, OPEN);
    use(&w, P3, "MERGE", 20190108);
    w_tick(&w, 20190108);
    cr_expect_eq(w_find(&w, "K22", P2, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(profile_rules, k22_other_class_or_the_same_body) {
    struct item a = {P1, "校舍安全改造工程", DEPT1, "2050201", ",'purpose_tags':['甲']", WAN};
    struct item b = {P2, "校舍安全改造工程", DEPT2, "2050301", ",'purpose_tags':['甲']", WAN};
    struct item c = {P3, "校舍安全改造工程", DEPT1, "2050201", ",'purpose_tags':['甲']", WAN};
    struct world w;

    w_open(&w, ":memory:");
    (void)profile(&w, &a, 20190102, NULL);
    (void)profile(&w, &b, 20190102, NULL);
    (void)profile(&w, &c, 20190102, NULL);
    w_tick(&w, 20190102);
    cr_expect_eq(w_find(&w, "K22", NULL, NULL, NULL).n, 0);
    end(&w);
}

Test(profile_rules, k22_one_payee_from_mid_october) {
    struct item a = {P1, "校舍", DEPT1, "2050201", NULL, WAN};
    struct item b = {P2, "道路", DEPT2, "2050201", NULL, WAN};
    struct item c = {P3, "桥梁", DEPT2, "2050201", NULL, WAN};
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    (void)profile(&w, &a, 20190102, NULL);
    (void)profile(&w, &b, 20190102, NULL);
    (void)profile(&w, &c, 20190102, NULL);
    pay(&w, P1, 20190301, "V1", "采购软件", 10 * WAN);
    pay(&w, P2, 20190301, "V2", "采购软件", 10 * WAN - 1);
    pay(&w, P2, 20190401, "V3", "采购软件", 1);
    pay(&w, P3, 20190401, "V4", "采购软件", 10 * WAN - 1);
    w_tick(&w, 20190401);
    w_tick(&w, 20191014);
    cr_expect_eq(w_find(&w, "K22", NULL, NULL, NULL).n, 0, "looked at from 10-15 on");
    w_tick(&w, 20191015);
    s = w_find(&w, "K22", P1, "", P2);
    cr_expect(s.status == OPEN && s.n == 1 && strstr(s.message_zh, "同一收款人、同一用途"), "%s",
              s.message_zh);
    /* One that is logged afterwards isn't compared any more. */
    pay(&w, P3, 20191001, "V5", "采购软件", WAN);
    w_tick(&w, 20191016);
    cr_expect_eq(w_find(&w, "K22", P1, "", P3).status, 0);
    use(&w, P1, "MERGE", 20191017);
    w_tick(&w, 20191017);
    cr_expect_eq(w_find(&w, "K22", P1, "", P2).status, CLOSED);
    end(&w);
}

Test(profile_rules, k23_small_items_of_one_kind) {
    char keys[6][24];
    struct item i = {NULL, "小额项目", DEPT1, "2050201", NULL, 50 * WAN - 1};
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    for (int k = 0; k < 6; k++) {
        (void)snprintf(keys[k], sizeof keys[k], "37010019T%012d", k);
        i.key = keys[k];
        i.func = k == 4 ? "2050202" : "2050201"; /* one of another 项 */
        i.total_fen = k == 5 ? 50 * WAN : 50 * WAN - 1;
        (void)profile(&w, &i, 20190102, NULL);
    }
    w_tick(&w, 20190102);
    w_days(&w, 20191014, 20191015);
    cr_expect_eq(w_find(&w, "K23", NULL, NULL, NULL).n, 0, "four below the line, one on it");
    i = (struct item){P1, "小额项目", DEPT1, "2050201", NULL, WAN};
    (void)profile(&w, &i, 20191016, NULL);
    w_tick(&w, 20191016);
    s = w_find(&w, "K23", DEPT1, "", "2050201");
    cr_expect(s.status == OPEN && s.sev == INFO && s.n == 1 && s.n_inputs == 5);
    cr_expect(strstr(s.message_zh, "市教育局同类小额项目5个，疑似碎片化") != NULL, "%s",
              s.message_zh);
    use(&w, P1, "MERGE", 20191017);
    w_tick(&w, 20191017);
    cr_expect_eq(w_find(&w, "K23", DEPT1, NULL, NULL).status, CLOSED);
    end(&w);
}

Test(profile_rules, k23_on_its_day) {
    char keys[5][24];
    struct item i = {NULL, "小额项目", DEPT1, "2050201", NULL, WAN};
    struct world w;

    w_open(&w, ":memory:");
    for (int k = 0; k < 5; k++) {
        (void)snprintf(keys[k], sizeof keys[k], "37010019T%012d", k);
        i.key = keys[k];
        (void)profile(&w, &i, 20190102, NULL);
    }
    w_tick(&w, 20190102);
    w_tick(&w, 20191014);
    cr_expect_eq(w_find(&w, "K23", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20191015);
    cr_expect_eq(w_find(&w, "K23", DEPT1, "", "2050201").first_seen, 20191015);
    end(&w);
}

Test(profile_rules, k23_on_the_day_that_the_rules_set) {
    char keys[5][24];
    struct item i = {NULL, "小额项目", DEPT1, "2050201", NULL, WAN};
    struct world w;
    struct mk_ref p;

    w_open(&w, ":memory:");
    for (int k = 0; k < 5; k++) {
        (void)snprintf(keys[k], sizeof keys[k], "37010019T%012d", k);
        i.key = keys[k];
        (void)profile(&w, &i, 20190102, NULL);
    }
    p = mk_json(&w.m, "office", "H07", K(NONE), NULL, 0, 20190102,
                "{'params':[{'name':'k23.from_mmdd','value':'901'}]}");
    (void)w_approve(&w, "congress", &p);
    (void)w_approve(&w, "audit", &p);
    w_days(&w, 20190102, 20190103);
    w_tick(&w, 20190831);
    cr_expect_eq(w_find(&w, "K23", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190901);
    cr_expect_eq(w_find(&w, "K23", DEPT1, "", "2050201").first_seen, 20190901);
    end(&w);
}

Test(profile_rules, k24_names_and_budget_kinds) {
    struct item a = {P1, "校舍改造", DEPT1, "2050201", NULL, WAN};
    struct item b = {P2, "设备更新", DEPT1, "2050201", NULL, WAN};
    struct world w;
    struct mk_ref of_a;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, P1, WAN,
                            1);
    w_tick(&w, 20190117);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0, "no profile yet: unknown");
    of_a = profile(&w, &a, 20190118, NULL);
    (void)profile(&w, &b, 20190118, NULL);
    w_tick(&w, 20190118);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    a.name = "校舍改造工程";
    (void)profile(&w, &a, 20190119, &of_a); /* a correction is no conflict */
    b.name = "设备更新项目";
    of_a = profile(&w, &b, 20190119, NULL);
    w_tick(&w, 20190119);
    s = w_find(&w, "K24", P2, "", "name");
    cr_expect(s.status == OPEN && s.sev == YELLOW);
    cr_expect_str_eq(s.message_zh, "〔K24〕设备更新项目（37010019R000000000002）："
                                   "主体信息不一致：名称设备更新/设备更新项目");
    cr_expect_eq(w_find(&w, "K24", P1, NULL, NULL).n, 0);
    b.name = "设备更新";
    of_a = profile(&w, &b, 20190120, &of_a);
    (void)mk_json(&w.m, "congress", "B03", K(REGION), "370100", 2019, 20190120,
                  "{'kind':'APPROVAL_KIND_BUDGET','approved_on':20190117,'lines':[{'bk':"
                  "'BUDGET_KIND_FUNDS','func':'2120801','subject':'%s','fen':'1'}]}",
                  P2);
    w_tick(&w, 20190120);
    cr_expect_eq(w_find(&w, "K24", P2, "", "name").status, CLOSED);
    s = w_find(&w, "K24", P2, "", "bk");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "预算种类1/2"), "%s", s.message_zh);
    (void)mk_json_correcting(&w.m, 2, &of_a, "finance", "P02", K(PROJECT), P2, 2019, 20190121,
                             "{'name':'设备更新','bk':['BUDGET_KIND_GENERAL','BUDGET_KIND_FUNDS'],"
                             "'resp_org':'%s'}",
                             DEPT1);
    w_tick(&w, 20190121);
    cr_expect_eq(w_find(&w, "K24", P2, "", "bk").status, CLOSED);
    end(&w);
}

Test(profile_rules, k24_bodies) {
    static const char UNIT1[] = "12370100000000001U";
    struct item a = {P1, "校舍改造", DEPT1, "2050201", NULL, WAN};
    struct item b = {P2, "设备更新", UNIT1, "2050201", NULL, WAN};
    struct world w;
    struct mk_ref of_a;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_org(&w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_org(&w.m, K(UNIT), UNIT1, "一中", DEPT1, "370100");
    of_a = profile(&w, &a, 20190118, NULL);
    (void)profile(&w, &b, 20190118, NULL);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT2, P1, WAN,
                            1);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发2", 2019, 20190117, "2050201", DEPT1, P2, WAN,
                            1); /* the department above the responsible unit */
    (void)mk_json(&w.m, "audit", "A03", K(PROJECT), P1, 2018, 20190118,
                  "{'finding_no':'A1','org':'%s','due':20191231}", UNIT1);
    w_tick(&w, 20190118);
    s = w_find(&w, "K24", P1, "", "org");
    cr_expect(s.status == OPEN && s.n == 1);
    cr_expect(strstr(s.message_zh, "责任单位11370100004188813W/11370100004188900A") != NULL, "%s",
              s.message_zh);
    cr_expect_eq(w_find(&w, "K24", P2, NULL, NULL).n, 0);
    a.dept = DEPT2;
    (void)profile(&w, &a, 20190119, &of_a);
    w_tick(&w, 20190119);
    s = w_find(&w, "K24", P1, "", "org");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "责任单位11370100004188900A/1237"),
              "now audit's is foreign: %s", s.message_zh);
    end(&w);
}

static struct mk_ref unit(struct world *w, const char *uscc, const char *parent,
                          const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "P01", K(UNIT), uscc, 2019, w->m.day,
                              "{'uscc':'%s','name':'%s','level':'ORG_LEVEL_UNIT','rgn':'370100',"
                              "'parent':'%s'}",
                              uscc, uscc, parent);
}

/* A body's parent is corrected: that of an implementing body, then that of a named one. */
Test(profile_rules, k24_bodies_get_another_parent) {
    static const char IMPL[] = "12370100000000001U";
    static const char NAMED[] = "12370100000000002U";
    struct item a = {P1, "校舍改造", DEPT1, "2050201", ",'impl_org':['12370100000000001U']", WAN};
    struct item b = {P2, "设备更新", DEPT1, "2050201", NULL, WAN};
    struct world w;
    struct mk_ref impl;
    struct mk_ref named;

    w_open(&w, ":memory:");
    w.m.day = 20190118;
    impl = unit(&w, IMPL, DEPT2, NULL);
    named = unit(&w, NAMED, DEPT1, NULL);
    (void)profile(&w, &a, 20190118, NULL);
    (void)profile(&w, &b, 20190118, NULL);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT2, P1, WAN,
                            1);
    (void)mk_json(&w.m, "audit", "A03", K(PROJECT), P2, 2018, 20190118,
                  "{'finding_no':'A1','org':'%s','due':20191231}", NAMED);
    w_tick(&w, 20190118);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    impl = unit(&w, IMPL, DEPT1, &impl);
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K24", P1, "", "org").status, OPEN);
    cr_expect_eq(w_find(&w, "K24", P2, "", "org").n, 0);
    (void)unit(&w, NAMED, DEPT2, &named);
    (void)unit(&w, IMPL, DEPT2, &impl);
    w_tick(&w, 20190120);
    cr_expect_eq(w_find(&w, "K24", P1, "", "org").status, CLOSED);
    cr_expect_eq(w_find(&w, "K24", P2, "", "org").status, OPEN);
    end(&w);
}

Test(profile_rules, k24_aliases) {
    struct item a = {P1, "校舍改造", DEPT1, "2050201", ",'aliases':['旧1','旧2']", WAN};
    struct item b = {P2, "设备更新", DEPT1, "2050201", ",'aliases':['旧2','旧3']", WAN};
    struct item c = {P3, "道路", DEPT1, "2120801", ",'aliases':['旧4']", WAN};
    struct world w;
    struct mk_ref of_b;
    struct mk_ref of_c;

    w_open(&w, ":memory:");
    (void)profile(&w, &a, 20190118, NULL);
    of_c = profile(&w, &c, 20190118, NULL);
    w_tick(&w, 20190118);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    of_b = profile(&w, &b, 20190119, NULL);
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K24", P1, "", "alias:旧2").status, OPEN);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 1);
    b.tags = ",'aliases':['旧3']";
    (void)profile(&w, &b, 20190120, &of_b);
    c.tags = ",'aliases':['37010019R000000000002']"; /* the second item's own key */
    (void)profile(&w, &c, 20190120, &of_c);
    w_tick(&w, 20190120);
    cr_expect_eq(w_find(&w, "K24", P1, "", "alias:旧2").status, CLOSED);
    cr_expect_eq(w_find(&w, "K24", P2, "", "alias:37010019R000000000002").status, OPEN);
    end(&w);
}

/* One of two payments that bear one voucher number has to be struck out. */
Test(profile_rules, k24_a_voucher_paid_twice) {
    static const char UNIT1[] = "12370100000000001U";
    static const char ELSEWHERE[] = "12370200000000001U";
    struct mk_line line = {"PZ1", P1, "Q1", WAN, 0, NULL};
    struct mk_line other = {"PZ2", P1, "Q1", WAN, 0, NULL};
    struct mk_line back = {"PZ2", P1, "Q1", -WAN, 0, NULL};
    struct world w;
    struct mk_ref twice;
    struct seen s;

    w_open(&w, ":memory:");
    (void)mk_pay(&w.m, UNIT1, 2019, 20190301, &line, 1, NULL);
    (void)mk_pay(&w.m, UNIT1, 2019, 20190301, &other, 1, NULL);
    w_tick(&w, 20190302);
    (void)mk_pay(&w.m, UNIT1, 2019, 20190304, &back, 1, NULL); /* what is refunded is named */
    (void)mk_pay(&w.m, UNIT1, 2020, 20190304, &line, 1, NULL); /* another year's number */
    (void)mk_pay(&w.m, ELSEWHERE, 2019, 20190304, &line, 1, NULL);
    w_tick(&w, 20190305);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    line.subject = P2; /* booked to another item */
    twice = mk_pay(&w.m, UNIT1, 2019, 20190311, &line, 1, NULL);
    w_tick(&w, 20190312);
    s = w_find(&w, "K24", P1, "", "voucher:370100:PZ1");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n_inputs == 2);
    cr_expect(strstr(s.message_zh, "支付凭证号PZ1重复，finance/main#") != NULL &&
                  strstr(s.message_zh, " 20190301 10000.00/finance/main#") != NULL &&
                  strstr(s.message_zh, " 20190311 10000.00") != NULL,
              "%s", s.message_zh);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 1);
    (void)mk_pay(&w.m, UNIT1, 2019, 20190311, &line, 1, &twice);
    w_tick(&w, 20190313);
    cr_expect_eq(w_find(&w, "K24", P1, "", "voucher:370100:PZ1").status, CLOSED);
    line.subject = P1; /* entered anew once the first one is struck out: no second payment */
    (void)mk_pay(&w.m, UNIT1, 2019, 20190314, &other, 1, NULL);
    w_tick(&w, 20190315);
    cr_expect_eq(w_find(&w, "K24", P1, "", "voucher:370100:PZ2").status, OPEN);
    end(&w);
}

static void pay_charged(struct world *w, int32_t on, const char *voucher,
                        const char *const payee_and_charge[][2], int n) {
    char lines[1024] = "";
    int len = 0;

    for (int i = 0; i < n; i++)
        len += snprintf(lines + len, sizeof lines - (size_t)len,
                        "%s{'voucher_no':'%s','subject':'%s','bk':'BUDGET_KIND_GENERAL',"
                        "'fund_year':2019,'fen':'%lld','op':'PAYMENT_OP_PAY','payee_uscc':'%s',"
                        "%s}",
                        i > 0 ? "," : "", voucher, P1, (long long)WAN, payee_and_charge[i][0],
                        payee_and_charge[i][1]);
    (void)mk_json(&w->m, "finance", "X01", K(UNIT), "12370100000000001U", 2019, on,
                  "{'pay_date':%d,'date_precision':'DATE_PRECISION_DAY','lines':[%s]}", on, lines);
}

/* One payment may be charged to several lines; another payee's isn't the same, nor what is charged
 * alike. */
Test(profile_rules, k24_a_voucher_of_several_lines) {
    static const char *const split[][2] = {{PAYEE, "'quota_no':'Q1','econ_d':'30201'"},
                                           {PAYEE, "'quota_no':'Q2','econ_d':'30201'"},
                                           {PAYEE, "'quota_no':'Q1','econ_d':'30202'"}};
    static const char *const two[][2] = {{PAYEE, "'quota_no':'Q1'"}, {DEPT1, "'quota_no':'Q1'"}};
    static const char *const alike[][2] = {{PAYEE, "'quota_no':'Q1'"}, {PAYEE, "'quota_no':'Q1'"}};
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    pay_charged(&w, 20190301, "PZ1", split, 3);
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    pay_charged(&w, 20190302, "PZ2", two, 2);
    pay_charged(&w, 20190302, "PZ3", alike, 2);
    w_tick(&w, 20190302);
    cr_expect_eq(w_find(&w, "K24", P1, "", "voucher:370100:PZ2").status, OPEN);
    cr_expect_eq(w_find(&w, "K24", P1, "", "voucher:370100:PZ3").status, OPEN);
    cr_expect_eq(w_find(&w, "K24", P1, "", "voucher:370100:PZ1").status, 0);
    pay_charged(&w, 20190303, "PZ1", split, 1);
    w_tick(&w, 20190303);
    s = w_find(&w, "K24", P1, "", "voucher:370100:PZ1");
    cr_expect(s.status == OPEN && strstr(s.message_zh, " 20190301 30000.00/finance/main#") &&
                  strstr(s.message_zh, " 20190303 10000.00"),
              "%s", s.message_zh);
    end(&w);
}

Test(profile_rules, k24_a_quota_number_used_twice) {
    struct world w;

    w_open(&w, ":memory:");
    (void)mk_allot(&w.m, 1, P1, DEPT1, "Z1", "2050201", 2019, 20190128, WAN, NULL);
    (void)mk_allot(&w.m, 2, P1, DEPT1, "Z1", "2050201", 2019, 20190301, WAN, NULL); /* ADD to it */
    (void)mk_allot(&w.m, 1, P2, DEPT1, "Z2", "2050201", 2019, 20190128, WAN, NULL);
    w_tick(&w, 20190301);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    (void)mk_allot(&w.m, 1, P3, DEPT1, "Z2", "2120801", 2019, 20190302, WAN, NULL);
    (void)mk_allot(&w.m, 1, P1, DEPT1, "Z1", "2050201", 2019, 20190302, WAN, NULL);
    w_tick(&w, 20190302);
    cr_expect_eq(w_find(&w, "K24", P2, "", "quota:370100:Z2").status, OPEN);
    cr_expect_eq(w_find(&w, "K24", P1, "", "quota:370100:Z1").status, OPEN, "two INITIALs");
    end(&w);
}

static struct mk_ref body(struct world *w, const char *uscc, const char *name, const char *bunit,
                          const char *more) {
    return mk_json(
        &w->m, "finance", "P01", K(UNIT), uscc, 2019, w->m.day,
        "{'uscc':'%s','name':'%s','level':'ORG_LEVEL_UNIT','rgn':'370100','bunit':'%s'%s}", uscc,
        name, bunit, more);
}

static struct mk_ref holds(struct world *w, const char *role, int32_t from, int32_t to) {
    return mk_json(&w->m, "finance", "P03", K(PROJECT), P1, 2019, 20190102,
                   "{'role':'PERSON_ROLE_%s','post':'处长','held_from':%d,'held_to':%d}", role,
                   from, to);
}

/* Three bear one name: the first and the third at different times, the second with either. */
Test(profile_rules, k24_names_a_pair_that_collides) {
    static const char U1[] = "12370100000000001U";
    static const char U2[] = "12370100000000002U";
    static const char U3[] = "12370100000000003U";
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    w.m.day = 20190102;
    (void)body(&w, U1, "市第一中学", "101001", ",'active_to':20190630");
    (void)body(&w, U2, "市第一中学", "101002", "");
    (void)body(&w, U3, "市第一中学", "101003", ",'active_from':20190701");
    w_tick(&w, 20190102);
    s = w_find(&w, "K24", U1, "", "orgname:370100:市第一中学");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "0001U/12370100000000002U"), "%s",
              s.message_zh);
    (void)holds(&w, "PROJECT_HEAD", 20190101, 20190630);
    (void)holds(&w, "PROJECT_HEAD", 20190601, 20191231);
    (void)holds(&w, "PROJECT_HEAD", 20190701, 20191231);
    w_tick(&w, 20190103);
    s = w_find(&w, "K24", P1, "", NULL);
    cr_expect(s.status == OPEN && strstr(s.message_zh, " 20190101-20190630/finance/main#") &&
                  strstr(s.message_zh, " 20190601-20191231"),
              "%s", s.message_zh);
    end(&w);
}

Test(profile_rules, k24_bodies_that_share_a_name_or_code) {
    static const char U1[] = "12370100000000001U";
    static const char U2[] = "12370100000000002U";
    static const char U3[] = "12370100000000003U";
    struct world w;

    w_open(&w, ":memory:");
    w.m.day = 20190102;
    (void)body(&w, U1, "市第一中学", "101001", ",'active_to':20190630");
    (void)body(&w, U2, "市第二中学", "101002", "");
    (void)body(&w, U3, "市第一中学", "101003", ",'active_from':20190701"); /* takes its place */
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    w.m.day = 20190104;
    (void)body(&w, U3, "市第三中学", "101002", "");
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K24", U2, "", "bunit:370100:101002").status, OPEN);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 2, "and U3 has two names in a year");
    w.m.day = 20190105;
    (void)body(&w, U2, "市第二中学", "101009", "");
    w_tick(&w, 20190105);
    cr_expect_eq(w_find(&w, "K24", U2, "", "bunit:370100:101002").status, CLOSED);
    end(&w);
}

Test(profile_rules, k24_terms_that_overlap) {
    struct world w;

    w_open(&w, ":memory:");
    (void)holds(&w, "PROJECT_HEAD", 20190101, 20190630);
    (void)holds(&w, "PROJECT_HEAD", 20190630, 20191231); /* hands over on that day */
    (void)holds(&w, "ORG_HEAD", 20190101, 20191231);
    w_tick(&w, 20190103);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    (void)holds(&w, "PROJECT_HEAD", 20190629, 20190701);
    w_tick(&w, 20190104);
    cr_expect_eq(w_find(&w, "K24", NULL, "", NULL).n, 1);
    cr_expect(strstr(w_find(&w, "K24", P1, "", NULL).message_zh, "责任人任期重叠") != NULL);
    end(&w);
}

static void shift(struct world *w, bool out, const char *subject, const char *doc, int64_t fen) {
    (void)mk_json(&w->m, "finance", "B04", K(PROJECT), subject, 2019, w->m.day,
                  "{'kind':'ALLOTMENT_KIND_SHIFT_%s','quota_no':'%s%s','dept':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,'fen':'%lld',"
                  "'final_level':true,'issued_on':%d,'basis_doc':'%s'}",
                  out ? "OUT" : "IN", doc, subject, DEPT1, (long long)fen, w->m.day, doc);
}

Test(profile_rules, k24_what_is_shifted_goes_somewhere) {
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    w.m.day = 20190301;
    shift(&w, true, P1, "济财1", WAN);
    shift(&w, true, P1, "济财2", 2 * WAN);
    shift(&w, false, P2, "济财2", 2 * WAN);
    w_days(&w, 20190301, 20190308);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0, "five working days to arrive in");
    cr_expect_eq(w_unknown(&w, "K24"), 1);
    w_tick(&w, 20190309);
    s = w_find(&w, "K24", P1, "", "shift:370100:济财1");
    cr_expect(s.status == OPEN && strstr(s.message_zh, "10000.00/0.00"), "%s", s.message_zh);
    w.m.day = 20190310;
    shift(&w, false, P3, "济财1", WAN);
    w_tick(&w, 20190310);
    cr_expect_eq(w_find(&w, "K24", P1, "", "shift:370100:济财1").status, CLOSED);
    end(&w);
}

/* Whom the newest discrepancy about the key asks. */
static void asks(struct world *w, const char *key, const char *object, const char *party) {
    struct pt_err err = {0};
    int64_t n;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT d.responders = json_array(?3) FROM f_discrepancy d"
                               " WHERE d.rule = 'K24' AND d.key = ?1 AND d.object = ?2"
                               " ORDER BY d.rec DESC LIMIT 1",
                               "sss", key, object, party),
                 0, "%s", err.msg);
    cr_expect(found && n == 1, "%s of %s is for %s to answer", object, key, party);
}

static struct mk_ref decide(struct world *w, const char *doc_no, int64_t fen,
                            const struct mk_ref *replaces) {
    w->m.doc_no = doc_no;
    return mk_json_correcting(&w->m, 2, replaces, "congress", "B03", K(REGION), "370100", 2019,
                              20190117,
                              "{'kind':'APPROVAL_KIND_BUDGET','approved_on':20190117,'lines':[{"
                              "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fen':'%lld',"
                              "'src_unit':'SOURCE_UNIT_FEN'}],'total_fen':'%lld'}",
                              (long long)fen, (long long)fen);
}

/* A second correction is its author's to explain. */
Test(profile_rules, k24_two_corrections_of_one_approval) {
    struct world w;
    struct mk_ref first;

    w_open(&w, ":memory:");
    first = decide(&w, "济人发1", WAN, NULL);
    (void)decide(&w, "济人发2", 2 * WAN, &first);
    w_tick(&w, 20190118);
    (void)decide(&w, "济人发3", 3 * WAN, &first);
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 1);
    cr_expect_eq(w_find(&w, "K24", "370100", "", "chain:congress/济人发3").status, OPEN);
    asks(&w, "370100", "chain:congress/济人发3", "congress");
    end(&w);
}

Test(profile_rules, k24_two_corrections_of_one_record) {
    struct item a = {P1, "校舍改造", DEPT1, "2050201", NULL, WAN};
    struct world w;
    struct mk_ref first;
    struct seen s;

    w_open(&w, ":memory:");
    first = profile(&w, &a, 20190118, NULL);
    (void)profile(&w, &a, 20190119, &first);
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    w.m.doc_no = "DA-1-3";
    (void)profile(&w, &a, 20190120, &first);
    w.m.doc_no = NULL;
    (void)profile(&w, &a, 20190121, &first);
    w_tick(&w, 20190121);
    s = w_find(&w, "K24", P1, "", "chain:finance/DA-1-3");
    cr_expect(s.status == OPEN && s.n_inputs == 2);
    cr_expect(strstr(s.message_zh, "同一记录两次更正，finance/DA-1-3/finance/main#") != NULL, "%s",
              s.message_zh);
    asks(&w, P1, "chain:finance/DA-1-3", "finance");
    cr_expect_eq(w_find(&w, "K24", P1, "", NULL).n, 2, "and one without a number, by its place");
    end(&w);
}

/* A decision of congress that takes another's place has a number of its own. */
Test(profile_rules, k24_an_approval_replaced_under_its_own_number) {
    struct world w;
    struct mk_ref first;
    struct mk_ref second;
    struct seen s;

    w_open(&w, ":memory:");
    first = decide(&w, "济人发1", WAN, NULL);
    second = decide(&w, "济人发2", 2 * WAN, NULL);
    w_tick(&w, 20190118);
    (void)decide(&w, "济人发3", WAN, &second);
    w_tick(&w, 20190119);
    cr_expect_eq(w_find(&w, "K24", NULL, NULL, NULL).n, 0);
    second = decide(&w, "济人发1", 3 * WAN, &first);
    w_tick(&w, 20190120);
    s = w_find(&w, "K24", "370100", "", "approval:济人发1");
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.n_inputs == 2);
    cr_expect(strstr(s.message_zh, "更正未另编文号，济人发1：congress/main#") != NULL, "%s",
              s.message_zh);
    asks(&w, "370100", "approval:济人发1", "congress");
    w_reply(&w, "finance", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190121);
    cr_expect_eq(w_find(&w, "K24", "370100", "", NULL).status, OPEN, "finance isn't asked");
    w_reply(&w, "congress", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190122);
    cr_expect_eq(w_find(&w, "K24", "370100", "", NULL).status, REPLIED);
    (void)decide(&w, "济人发4", 3 * WAN, &second);
    w_tick(&w, 20190123);
    cr_expect_eq(w_find(&w, "K24", "370100", "", "approval:济人发1").status, CLOSED);
    end(&w);
}
