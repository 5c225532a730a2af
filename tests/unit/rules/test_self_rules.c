/* K42: a self-evaluation against what the ledger recomputes. */
#include <string.h>

#include <criterion/criterion.h>

#include "world.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define OPEN 1
#define CLOSED 3

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";

struct claim {
    int total, paid_wan, rate;
};

static struct mk_ref goal(struct world *w) {
    return mk_json(&w->m, "finance", "E04", K(PROJECT), P1, 2019, 20190101,
                   "{'version':1,'indicators':["
                   "{'id':'CI-3','nature':'INDICATOR_NATURE_GE','target':'100'},"
                   "{'id':'Q1','nature':'INDICATOR_NATURE_GE','target':'30'},"
                   "{'id':'E1','nature':'INDICATOR_NATURE_LE','target':'10'},"
                   "{'id':'S1','nature':'INDICATOR_NATURE_QUAL','target':'好'}]}");
}

/* 27 of 30, 8 of at most 10, and 8 points of 10 by words: with 90 of 100 万元 paid, 92.00. */
static struct mk_ref self(struct world *w, int32_t on, const struct mk_ref *g, struct claim c,
                          const struct mk_ref *replaces) {
    return mk_json_correcting(
        &w->m, 2, replaces, "finance", "V01", K(PROJECT), P1, 2019, on,
        "{'kind':'EVALUATION_KIND_SELF','by':'EVALUATION_BY_UNIT','frame':"
        "'EVALUATION_FRAME_SELF100','goal':%s,'budget_full_fen':'100000000','paid_fen':'%d000000',"
        "'exec_rate_bp':%d,'total_cp':%d,'items':[{'id':'CI-3','weight_cp':1000,'score_cp':900},"
        "{'id':'Q1','weight_cp':5000,'actual':'27','score_cp':5000},"
        "{'id':'E1','weight_cp':3000,'actual':'8','score_cp':3000},"
        "{'id':'S1','weight_cp':1000,'actual':'较好','score_cp':800}]}",
        mk_ref_json(&w->m, g), c.paid_wan, c.rate, c.total);
}

static void pay(struct world *w, int32_t on, const char *voucher, int64_t fen) {
    struct mk_line l = {voucher, P1, "Q1", fen, 0, NULL};

    (void)mk_pay(&w->m, "12370100000000001U", 2019, on, &l, 1, NULL);
}

static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_allot(&w->m, INITIAL, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    pay(w, 20191220, "V1", 90 * WAN);
    w_tick(w, 20191220);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

Test(self, k42_score_money_and_rate) {
    struct world w;
    struct mk_ref g;
    struct mk_ref v;
    struct seen s;

    begin(&w);
    g = goal(&w);
    v = self(&w, 20200310, &g, (struct claim){9300, 90, 9001}, NULL);
    w_tick(&w, 20200310);
    cr_expect_eq(w_find(&w, "K42", NULL, NULL, NULL).n, 0, "one point and one basis point");
    v = self(&w, 20200310, &g, (struct claim){9301, 90, 9000}, &v);
    w_tick(&w, 20200311);
    s = w_find(&w, "K42", P1, "", "");
    cr_expect(s.status == OPEN && s.sev == 2 && s.first_seen == 20200311 && s.n_inputs == 4);
    cr_expect_str_eq(s.message_zh,
                     "〔K42〕校舍改造（37010019R000000000001），2019年度：自评93.01分，"
                     "台账复算92.00分；执行数90.00万元，台账90.00万元；"
                     "支出率90.00%，台账90.00%");
    v = self(&w, 20200310, &g, (struct claim){9200, 90, 9000}, &v);
    w_tick(&w, 20200312);
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).status, CLOSED);
    v = self(&w, 20200310, &g, (struct claim){9210, 91, 9000}, &v);
    w_tick(&w, 20200313);
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).episode, 2, "paid isn't what was paid");
    v = self(&w, 20200310, &g, (struct claim){9200, 90, 9002}, &v);
    w_tick(&w, 20200314);
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).status, OPEN, "the rate is two off");
    (void)self(&w, 20200310, &g, (struct claim){9200, 90, 9000}, &v);
    w_tick(&w, 20200315);
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).status, CLOSED);
    /* A payment of that year that comes late, then what the year before left over. */
    pay(&w, 20191230, "V2", WAN);
    w_tick(&w, 20200316);
    cr_expect_not_null(strstr(w_find(&w, "K42", P1, NULL, NULL).message_zh, "台账91.00万元"));
    pay(&w, 20191231, "V3", -WAN);
    (void)mk_json(&w.m, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
                  "{'bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'50000000',"
                  "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}");
    w_tick(&w, 20200317);
    cr_expect_not_null(strstr(w_find(&w, "K42", P1, NULL, NULL).message_zh, "台账60.00%"));
    end(&w);
}

Test(self, k42_what_has_not_come) {
    struct world w;
    struct mk_ref g;
    struct mk_ref v;

    begin(&w);
    g = goal(&w);
    v = self(&w, 20191221, &g, (struct claim){9900, 90, 9000}, NULL);
    w_tick(&w, 20191221);
    cr_expect_eq(w_find(&w, "K42", NULL, NULL, NULL).n, 0, "the year isn't over");
    w_tick(&w, 20191231);
    cr_expect_eq(w_find(&w, "K42", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20200101);
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).status, OPEN);
    memset(g.ref.hash.data, 1, g.ref.hash.len); /* a goal that isn't here */
    (void)self(&w, 20191221, &g, (struct claim){5000, 90, 9000}, &v);
    w_tick(&w, 20200102);
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).status, OPEN, "unknown closes nothing");
    cr_expect_eq(w_find(&w, "K42", P1, NULL, NULL).episode, 1);
    end(&w);
}

/* Targets and actuals alone claim neither a score nor money. */
Test(self, k42_nothing_claimed) {
    struct world w;

    begin(&w);
    (void)mk_json(&w.m, "finance", "V01", K(PROJECT), P1, 2019, 20200301,
                  "{'kind':'EVALUATION_KIND_SELF','by':'EVALUATION_BY_UNIT','frame':"
                  "'EVALUATION_FRAME_INDICATORS','items':[{'id':'Q1','actual':'1'}]}");
    w_tick(&w, 20200301);
    cr_expect_eq(w_find(&w, "K42", NULL, NULL, NULL).n, 0);
    end(&w);
}
