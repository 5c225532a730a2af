/* K38 to K40: what a region's monthly report and the profiles of funds and PPPs say. */
#include <string.h>

#include <criterion/criterion.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define OPEN 1
#define CLOSED 3

static const char LIXIA[] = "370102";
static const char FUND[] = "FND-370100-2018-00001";
static const char PPP[] = "PPP-370100-2018-00001";

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

static struct mk_ref debts(struct world *w, int month, long long special, long long general) {
    return mk_json(&w->m, "finance", "X05", K(REGION), LIXIA, month / 100, 0,
                   "{'month':%d,'debt':[{'bond_type':'BOND_TYPE_SPECIAL','limit_fen':'90000000',"
                   "'balance_fen':'%lld'},{'bond_type':'BOND_TYPE_GENERAL','limit_fen':'50000000',"
                   "'balance_fen':'%lld'}]}",
                   month, special, general);
}

Test(region, k38_debt_above_its_limit) {
    struct world w;
    struct mk_ref may;
    struct seen s;

    w_open(&w, ":memory:");
    (void)debts(&w, 201903, 90000000, 50000000);
    w_tick(&w, 20190408);
    cr_expect_eq(w_h01s_of(&w, "K38"), 0, "at the limit is within it");
    (void)debts(&w, 201904, 92000000, 50000001);
    w_tick(&w, 20190508);
    s = w_find(&w, "K38", LIXIA, "201904", "SPECIAL");
    cr_expect(s.status == OPEN && s.sev == 3 && s.first_seen == 20190508);
    cr_expect_not_null(strstr(s.message_zh, "专项债务余额92.00万元，超限额2.00万元"));
    cr_expect_not_null(strstr(s.message_en, "special debt 92.00 is 2.00 above"));
    cr_expect_eq(w_find(&w, "K38", LIXIA, "201904", "GENERAL").status, OPEN, "by one fen");
    may = debts(&w, 201905, 91000000, 50000000);
    w_tick(&w, 20190610);
    cr_expect_eq(w_find(&w, "K38", LIXIA, "201904", "GENERAL").status, CLOSED, "May is within");
    cr_expect_eq(w_find(&w, "K38", LIXIA, "201904", "SPECIAL").status, OPEN);
    cr_expect_eq(w_find(&w, "K38", LIXIA, "201905", "SPECIAL").status, OPEN);
    (void)mk_json_correcting(&w.m, 2, &may, "finance", "X05", K(REGION), LIXIA, 2019, 0,
                             "{'month':201905,'debt':[{'bond_type':'BOND_TYPE_SPECIAL',"
                             "'limit_fen':'95000000','balance_fen':'91000000'}]}");
    w_tick(&w, 20190612);
    cr_expect_eq(w_find(&w, "K38", LIXIA, "201905", "SPECIAL").status, CLOSED);
    s = w_find(&w, "K38", LIXIA, "201904", "SPECIAL");
    cr_expect(s.status == CLOSED && s.n == 3);
    s = w_find(&w, "K38", LIXIA, "201904", "GENERAL");
    cr_expect(s.status == OPEN && s.episode == 2, "the report that cleared it says nothing of it");
    end(&w);
}

static struct mk_ref standard(struct world *w, int month, long long local, const char *doc) {
    return mk_json(&w->m, "finance", "X05", K(REGION), LIXIA, month / 100, 0,
                   "{'month':%d,'livelihood_std':[{'item':'城市低保','local_fen':'%lld',"
                   "'upper_fen':'68000'%s},{'item':'农村低保','local_fen':'50000',"
                   "'upper_fen':'68000'}]}",
                   month, local, doc);
}

Test(region, k39_standard_above_the_ceiling) {
    struct world w;
    struct mk_ref april;
    struct seen s;

    w_open(&w, ":memory:");
    (void)standard(&w, 201902, 68000, "");
    (void)standard(&w, 201903, 70000, ",'approval_doc':'济政发1号'");
    w_tick(&w, 20190408);
    cr_expect_eq(w_h01s_of(&w, "K39"), 0, "the ceiling itself; an approval");
    april = standard(&w, 201904, 68001, "");
    (void)standard(&w, 201905, 70000, "");
    w_tick(&w, 20190608);
    s = w_find(&w, "K39", LIXIA, "201905", "城市低保");
    cr_expect(s.status == OPEN && s.sev == 2 && s.n == 2);
    cr_expect_not_null(strstr(s.message_zh, "城市低保标准700.00元高于上级680.00元，无批准文件"));
    (void)mk_json_correcting(&w.m, 2, &april, "finance", "X05", K(REGION), LIXIA, 2019, 0,
                             "{'month':201904,'livelihood_std':[{'item':'城市低保','local_fen':"
                             "'68000','upper_fen':'68000'}]}");
    w_tick(&w, 20190609);
    cr_expect_eq(w_find(&w, "K39", LIXIA, "201904", "城市低保").status, CLOSED);
    cr_expect_eq(w_find(&w, "K39", LIXIA, "201905", "城市低保").status, OPEN);
    (void)standard(&w, 201906, 70000, ",'approval_doc':'济政发2号'");
    w_tick(&w, 20190708);
    cr_expect_eq(w_find(&w, "K39", LIXIA, "201905", "城市低保").status, CLOSED);
    end(&w);
}

static void fund(struct world *w, int32_t on, long long invested, long long balance) {
    (void)mk_json(&w->m, "finance", "P02", K(FUND), FUND, 2019, on,
                  "{'name':'产业引导基金','invested_fen':'%lld','balance_fen':'%lld'}", invested,
                  balance);
}

Test(region, k40_a_fund_that_lies_idle) {
    struct world w;
    struct seen s;

    w_open(&w, ":memory:");
    fund(&w, 20180330, 5 * WAN, 9 * WAN);
    fund(&w, 20180430, 6 * WAN, 8 * WAN); /* 04-30 of the next year is the 365th day */
    fund(&w, 20180901, 6 * WAN, 7 * WAN); /* costs, no investment */
    w_days(&w, 20190429, 20190530);
    cr_expect_eq(w_h01s_of(&w, "K40"), 0, "365 days at the end of April; May isn't over");
    w_days(&w, 20190531, 20190601);
    s = w_find(&w, "K40", FUND, "", "idle");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20190601 && s.n_inputs == 3);
    cr_expect_str_eq(s.message_zh, "〔K40〕产业引导基金（FND-370100-2018-00001），2019年度："
                                   "基金闲置7.00万元，自2018-04-30起未投出");
    fund(&w, 20190610, 7 * WAN, 6 * WAN);
    w_tick(&w, 20190610);
    cr_expect_eq(w_find(&w, "K40", FUND, NULL, NULL).status, CLOSED, "invested");
    fund(&w, 20190611, 7 * WAN, 0);
    w_tick(&w, 20200701);
    cr_expect_eq(w_find(&w, "K40", FUND, NULL, NULL).status, CLOSED, "nothing left to lie idle");
    end(&w);
}

Test(region, k40_waits_for_the_month_and_for_what_the_profile_says) {
    struct world w;

    w_open(&w, ":memory:");
    fund(&w, 20180405, 5 * WAN, 9 * WAN);
    (void)mk_json(&w.m, "finance", "P02", K(FUND), "FND-370100-2018-00002", 2019, 20180101,
                  "{'name':'科技基金','balance_fen':'5'}");
    w_tick(&w, 20190331);
    mk_silent(&w.m, "finance", "main", true);
    w_tick(&w, 20190501);
    cr_expect_eq(w_h01s_of(&w, "K40"), 0,
                 "April isn't closed; what the other invested isn't known");
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190502);
    cr_expect_eq(w_find(&w, "K40", FUND, "", "idle").status, OPEN);
    cr_expect_eq(w_h01s_of(&w, "K40"), 1);
    end(&w);
}

static struct mk_ref ppp(struct world *w, long long duty, const char *gpb,
                         const struct mk_ref *replaces) {
    return mk_json_correcting(&w->m, 2, replaces, "finance", "P02", K(PPP), PPP, 2019, 20190101,
                              "{'name':'污水处理','duty_by_year':[{'fiscal_year':2019,'fen':"
                              "'%lld'},{'fiscal_year':2020,'fen':'10000000'}],"
                              "'gpb_exp_by_year':[%s]}",
                              duty, gpb);
}

Test(region, k40_ppp_duty_above_a_tenth) {
    static const char both[] = "{'fiscal_year':2019,'fen':'100000000'},"
                               "{'fiscal_year':2020,'fen':'90000000'}";
    struct world w;
    struct mk_ref p;
    struct seen s;

    w_open(&w, ":memory:");
    p = ppp(&w, 10000000, "{'fiscal_year':2019,'fen':'100000000'}", NULL);
    w_tick(&w, 20190105);
    cr_expect_eq(w_h01s_of(&w, "K40"), 0, "a tenth in 2019; of 2020 the expenditure isn't known");
    p = ppp(&w, 10000000, both, &p);
    w_tick(&w, 20190106);
    s = w_find(&w, "K40", PPP, "", "duty");
    cr_expect(s.status == OPEN && s.sev == 3 && s.n == 1);
    cr_expect_not_null(strstr(s.message_zh, "2020年度：PPP支出责任10.00万元，"
                                            "占一般公共预算支出11.11%"));
    (void)ppp(&w, 10000000, "{'fiscal_year':2020,'fen':'100000000'}", &p);
    w_tick(&w, 20190107);
    cr_expect_eq(w_find(&w, "K40", PPP, NULL, NULL).status, CLOSED);
    end(&w);
}

static void region(struct world *w, int month, long long duty, const struct mk_ref *replaces,
                   struct mk_ref *out) {
    struct mk_ref r = mk_json_correcting(
        &w->m, 2, replaces, "finance", "X05", K(REGION), LIXIA, month / 100, 0,
        "{'month':%d,'gpb_exp_fen':'100000000','ppp_duty_fen':'%lld'}", month, duty);

    if (out)
        *out = r;
}

Test(region, k40_a_regions_duty_of_the_year) {
    struct world w;
    struct mk_ref december;

    w_open(&w, ":memory:");
    region(&w, 201901, 90000000, NULL, NULL);
    w_tick(&w, 20190208);
    cr_expect_eq(w_h01s_of(&w, "K40"), 0, "the year's expenditure isn't known in January");
    region(&w, 201912, 10000000, NULL, &december);
    w_tick(&w, 20200108);
    cr_expect_eq(w_h01s_of(&w, "K40"), 0, "a tenth");
    region(&w, 201912, 10000001, &december, &december);
    w_tick(&w, 20200109);
    cr_expect_eq(w_find(&w, "K40", LIXIA, "", "duty").status, OPEN);
    region(&w, 201912, 9000000, &december, NULL);
    w_tick(&w, 20200110);
    cr_expect_eq(w_find(&w, "K40", LIXIA, "", "duty").status, CLOSED);
    end(&w);
}
