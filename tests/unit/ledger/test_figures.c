/* Hand-computed tables: what an accountant would write down for a small department. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/ledger/query.h>
#include <pentad/record/catalogue.h>
#include <pentad/sql/sql.h>

#include "mklog.h"

#define WAN INT64_C(1000000)
#define NOW PT_KNOWN_NOW
#define NA INT64_MIN

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";
static const char UNIT1[] = "12370100000000001U";
static const char RGN[] = "370100";

static struct mklog m;
static struct pt_ledger *l;
static size_t folded;

static void fold(void) {
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    for (; folded < m.n; folded++) {
        cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_apply(l, &m.e[folded], &a, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
}

static void tick(int32_t day) {
    mk_tick(&m, day);
    fold();
}

static void begin(void) {
    struct pt_err err = {0};

    folded = 0;
    mk_init(&m);
    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
}

static void end(void) {
    pt_ledger_close(l);
    mk_done(&m);
}

static int64_t fig(int kind, const char *key, const char *id, int32_t valid_at, uint64_t known_at) {
    struct pt_figure f;
    struct pt_err err = {0};

    cr_assert_eq(pt_ledger_figure(
                     l, &(struct pt_figure_ask){kind, key, 2019, id, valid_at, known_at}, &f, &err),
                 0, "%s", err.msg);
    return f.na ? NA : f.value;
}

static void pay(int32_t day, const char *voucher, const char *subject, int64_t fen,
                const struct mk_ref *reverses, struct mk_ref *out) {
    struct mk_line line = {voucher, subject, "Q", fen, 0, NULL};
    struct mk_ref r = mk_pay(&m, UNIT1, 2019, day, &line, 1, reverses);

    if (out)
        *out = r;
}

/* The table:
 *           approved  批复      追加  追减  收回   paid by 03-31  06-30   12-31
 *   P1      120       100       20    0     5      30             55      108
 *   P2      —         50        0     10    0      0              8       40
 *   DEPT    200       150       +10         5      30             63      148
 */
static void small_department(void) {
    begin();
    (void)mk_org(&m, K(DEPT), DEPT1, "市教育局", NULL, RGN);
    (void)mk_org(&m, K(UNIT), UNIT1, "市第一中学", DEPT1, RGN);
    (void)mk_project(&m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_project(&m, P2, "设备更新", UNIT1, NULL);
    (void)mk_approve_budget(&m, 1, RGN, "济人发1", 2019, 20190117, "2050201", DEPT1, NULL, 80 * WAN,
                            3);
    (void)mk_approve_budget(&m, 1, RGN, "济人发2", 2019, 20190117, "2050205", DEPT1, P1, 120 * WAN,
                            3);
    (void)mk_allot(&m, 1, P1, DEPT1, "Q1", "2050205", 2019, 20190128, 100 * WAN, NULL);
    (void)mk_allot(&m, 1, P2, DEPT1, "Q2", "2050201", 2019, 20190128, 50 * WAN, NULL);
    tick(20190128);
    pay(20190315, "V1", P1, 30 * WAN, NULL, NULL);
    tick(20190331);
    (void)mk_allot(&m, 2, P1, DEPT1, "Q3", "2050205", 2019, 20190415, 20 * WAN, NULL);
    (void)mk_allot(&m, 3, P2, DEPT1, "Q4", "2050201", 2019, 20190520, 10 * WAN, NULL);
    pay(20190610, "V2", P1, 26 * WAN, NULL, NULL);
    pay(20190611, "V3", P1, -WAN, NULL, NULL); /* refund */
    pay(20190612, "V4", P2, 8 * WAN, NULL, NULL);
    tick(20190630);
    (void)mk_control(&m, 5, P1, UNIT1, 2019, 20191101, 5 * WAN);
    pay(20191201, "V5", P1, 53 * WAN, NULL, NULL);
    pay(20191202, "V6", P2, 32 * WAN, NULL, NULL);
    tick(20191231);
}

Test(figures, money_of_a_project) {
    static const struct {
        const char *id;
        int32_t at;
        int64_t p1;
        int64_t p2;
        int64_t dept;
    } t[] = {
        {"FG1", 20191231, 120 * WAN, NA, 200 * WAN},
        {"FG2.B0", 20191231, 100 * WAN, 50 * WAN, 150 * WAN},
        {"FG2.dB", 20190331, 0, 0, 0},
        {"FG2.dB", 20191231, 20 * WAN, -10 * WAN, 10 * WAN},
        {"FG2", 20190331, 100 * WAN, 50 * WAN, 150 * WAN},
        {"FG2.Bg", 20191231, 120 * WAN, 40 * WAN, 160 * WAN},
        {"FG2.REC", 20191231, 5 * WAN, 0, 5 * WAN},
        {"FG2.B", 20191231, 115 * WAN, 40 * WAN, 155 * WAN},
        {"FG2.P", 20190331, 30 * WAN, 0, 30 * WAN},
        {"FG2.P", 20190610, 56 * WAN, 0, 56 * WAN},
        {"FG2.P", 20190630, 55 * WAN, 8 * WAN, 63 * WAN},
        {"FG2.P", 20191231, 108 * WAN, 40 * WAN, 148 * WAN},
        {"FG2.Bal", 20191231, 7 * WAN, 0, 7 * WAN},
        /* 30/100; 0/50; 30/150 */
        {"FG3", 20190331, 3000, 0, 2000},
        /* 108/120; 40/40; 148/160: recovery doesn't flatter */
        {"FG3", 20191231, 9000, 10000, 9250},
        {"FG5", 20191231, 9000, 10000, 9250},
        /* March 31: (30 + 75)/100; (0 + 37.5)/50; (30 + 112.5)/150 */
        {"FG5", 20190331, 10500, 7500, 9500},
        {"FG6.TP", 20190331, 2500, 2500, 2500},
        {"FG6", 20190331, 500, -2500, -500},
        {"FG6.light", 20190331, 1, 3, 1},
        /* day 46 of 365: 1260.27 bp */
        {"FG6.TP", 20190215, 1260, 1260, 1260},
        {"FG4", 20191231, 10000, 10000, 10000},
        {"FG11", 20191231, NA, NA, NA},
        {"FG10", 20191231, NA, NA, NA},
    };

    small_department();
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        cr_expect_eq(fig(K(PROJECT), P1, t[i].id, t[i].at, NOW), t[i].p1, "P1 %s %d: %lld", t[i].id,
                     t[i].at, (long long)fig(K(PROJECT), P1, t[i].id, t[i].at, NOW));
        cr_expect_eq(fig(K(PROJECT), P2, t[i].id, t[i].at, NOW), t[i].p2, "P2 %s %d: %lld", t[i].id,
                     t[i].at, (long long)fig(K(PROJECT), P2, t[i].id, t[i].at, NOW));
        cr_expect_eq(fig(K(DEPT), DEPT1, t[i].id, t[i].at, NOW), t[i].dept, "DEPT %s %d: %lld",
                     t[i].id, t[i].at, (long long)fig(K(DEPT), DEPT1, t[i].id, t[i].at, NOW));
        if (strcmp(t[i].id, "FG1") != 0)
            cr_expect_eq(fig(K(REGION), RGN, t[i].id, t[i].at, NOW), t[i].dept, "REGION %s %d",
                         t[i].id, t[i].at);
    }
    cr_expect_eq(fig(K(REGION), RGN, "FG1", 20191231, NOW), 200 * WAN);
    cr_expect_eq(fig(K(PROJECT), "nobody", "FG3", 20191231, NOW), NA);
    end();
}

/* A rule set comes into force with the approvals of three parties. */
static void approved(struct mk_ref rule_set) {
    static const char *const parties[] = {"congress", "finance", "audit"};

    for (size_t i = 0; i < 3; i++)
        (void)mk_json(&m, parties[i], "Approval", K(NONE), NULL, 0, 0,
                      "{'target':%s,'verdict':'VERDICT_APPROVE'}", mk_ref_json(&m, &rule_set));
}

/* However many orders have their approvals at a tick, that tick brings all of them into force. */
Test(figures, three_hundred_approvals_in_one_tick) {
    struct pt_err err = {0};
    int64_t n;
    bool found;

    small_department();
    for (int i = 0; i < 300; i++)
        approved(mk_json(&m, "office", "H07", K(NONE), NULL, 0, 20190101 + i % 28,
                         "{'params':[{'name':'fg3.without_carry','value':'%d'}]}", i % 2));
    tick(20200112);
    cr_assert_eq(pt_sql_number(pt_ledger_sql(l), &n, &found, &err,
                               "SELECT count(*) FROM live WHERE r_type = ?", "i",
                               (int64_t)PT_TYPE_RULE_SET),
                 0, "%s", err.msg);
    cr_expect_eq(n, 300);
    cr_assert_eq(
        pt_sql_number(pt_ledger_sql(l), &n, &found, &err, "SELECT count(*) FROM awaiting", ""), 0,
        "%s", err.msg);
    cr_expect_eq(n, 0, "none waits for another tick");
    end();
}

/* What is carried over adds to the whole year's budget, and to what rates are measured by unless
 * the rule set leaves it out. Only CARRY of the year before. */
Test(figures, carried_over) {
    struct mk_ref c;
    uint64_t before;
    struct pt_err err = {0};

    small_department();
    c = mk_json(&m, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
                "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'30000000',"
                "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
                UNIT1);
    (void)mk_json(&m, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
                  "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2017,'fen':'70000000',"
                  "'carry_class':'CARRY_CLASS_SURPLUS','as_of':20181231}",
                  UNIT1);
    cr_assert_eq(pt_ledger_known_at(l, 20191231, &before, &err), 0);
    tick(20200110);
    cr_expect_eq(fig(K(PROJECT), P1, "FG2.C", 20191231, before), 0);
    cr_expect_eq(fig(K(PROJECT), P1, "FG2.C", 20191231, NOW), 30 * WAN);
    cr_expect_eq(fig(K(PROJECT), P1, "FG2", 20191231, NOW), 150 * WAN);
    cr_expect_eq(fig(K(PROJECT), P1, "FG2.B", 20191231, NOW), 145 * WAN);
    cr_expect_eq(fig(K(PROJECT), P1, "FG2.Bal", 20191231, NOW), 37 * WAN);
    cr_expect_eq(fig(K(DEPT), DEPT1, "FG2", 20191231, NOW), 190 * WAN);
    cr_expect_eq(fig(K(REGION), RGN, "FG2.C", 20191231, NOW), 30 * WAN);
    cr_expect_eq(fig(K(PROJECT), P1, "FG3", 20191231, NOW), 7200, "108 / 150");
    cr_expect_eq(fig(K(PROJECT), P1, "FG6", 20190331, NOW), -192, "30 / 130 less a quarter");
    (void)mk_json_correcting(
        &m, 2, &c, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
        "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'24000000',"
        "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
        UNIT1);
    tick(20200111);
    cr_expect_eq(fig(K(PROJECT), P1, "FG3", 20191231, NOW), 7500, "108 / 144");
    approved(mk_json(&m, "office", "H07", K(NONE), NULL, 0, 20190101,
                     "{'params':[{'name':'fg3.without_carry','value':'1'}]}"));
    tick(20200112);
    cr_expect_eq(fig(K(PROJECT), P1, "FG3", 20191231, NOW), 9000, "108 / 120");
    cr_expect_eq(fig(K(PROJECT), P1, "FG2", 20191231, NOW), 144 * WAN);
    end();
}

/* The same question with the sums of the last tick and without them. */
Test(figures, sums_equal_the_full_query) {
    uint64_t at;
    struct pt_err err = {0};
    int64_t fast;

    small_department();
    fast = fig(K(DEPT), DEPT1, "FG2.P", 20191231, NOW);
    cr_assert_eq(pt_ledger_known_at(l, 20191231, &at, &err), 0);
    pay(20191203, "V7", P1, 3 * WAN, NULL, NULL);
    mk_flush(&m);
    fold(); /* later than the last tick: its sums lack this payment, so NOW takes the full query */
    cr_expect_eq(fig(K(DEPT), DEPT1, "FG2.P", 20191231, at), fast);
    cr_expect_eq(fig(K(DEPT), DEPT1, "FG2.P", 20191231, NOW), fast + 3 * WAN);
    tick(20200101);
    cr_expect_eq(fig(K(DEPT), DEPT1, "FG2.P", 20191231, NOW), fast + 3 * WAN);
    cr_expect_eq(fig(K(DEPT), DEPT1, "FG2.P", 20191231, at), fast, "as it was known then");
    end();
}

Test(figures, plan_curve) {
    static const int32_t curve[12] = {0,    0,    3000, 3000, 3000, 6000,
                                      6000, 6000, 9000, 9000, 9000, 10000};

    begin();
    (void)mk_project(&m, P1, "校舍改造", DEPT1, curve);
    (void)mk_allot(&m, 1, P1, DEPT1, "Q1", "2050205", 2019, 20190128, 100 * WAN, NULL);
    pay(20190315, "V1", P1, 30 * WAN, NULL, NULL);
    tick(20190401);
    cr_expect_eq(fig(K(PROJECT), P1, "FG6.PP", 20190331, NOW), 3000);
    cr_expect_eq(fig(K(PROJECT), P1, "FG6", 20190331, NOW), 0);
    cr_expect_eq(fig(K(PROJECT), P1, "FG6.PP", 20190615, NOW), 4500, "half-way through June");
    cr_expect_eq(fig(K(PROJECT), P1, "FG5", 20190331, NOW), 10000, "30 + 70 planned");
    end();
}

Test(figures, scores) {
    struct mk_ref self;
    struct mk_ref spot;

    begin();
    self = mk_eval(&m, 1, P1, 2019, 20200301, 9200, NULL, NULL);
    tick(20200301);
    cr_expect_eq(fig(K(PROJECT), P1, "FG11", 20200301, NOW), 9200);
    cr_expect_eq(fig(K(PROJECT), P1, "FG10", 20200301, NOW), 1);
    cr_expect_eq(fig(K(PROJECT), P1, "FG12", 20200301, NOW), NA);
    spot = mk_eval(&m, 2, P1, 2019, 20200501, 7999, NULL, &self);
    tick(20200501);
    cr_expect_eq(fig(K(PROJECT), P1, "FG11", 20200501, NOW), 7999, "a spot check outranks");
    cr_expect_eq(fig(K(PROJECT), P1, "FG10", 20200501, NOW), 3);
    cr_expect_eq(fig(K(PROJECT), P1, "FG12", 20200501, NOW), 1201);
    cr_expect_eq(fig(K(PROJECT), P1, "FG11", 20200430, NOW), 9200, "the day before it was valid");
    (void)mk_eval(&m, 4, P1, 2019, 20200515, 8000, NULL, NULL);
    (void)mk_eval(&m, 2, P1, 2019, 20200501, 8100, &spot, &self);
    tick(20200601);
    cr_expect_eq(fig(K(PROJECT), P1, "FG11", 20200601, NOW), 8000, "finance's key evaluation");
    cr_expect_eq(fig(K(PROJECT), P1, "FG10", 20200601, NOW), 2);
    cr_expect_eq(fig(K(PROJECT), P1, "FG12", 20200601, NOW), 1100, "the spot check was replaced");
    end();
}

Test(figures, three_way) {
    struct mk_ref a;

    begin();
    (void)mk_allot(&m, 1, P1, DEPT1, "Q1", "2050205", 2019, 20190128, 100 * WAN, NULL);
    pay(20190315, "V1", P1, 30 * WAN, NULL, NULL);
    tick(20191231);
    cr_expect_eq(fig(K(PROJECT), P1, "FG23", 20200401, NOW), NA);
    a = mk_audit_paid(&m, P1, 2019, 20200401, 31 * WAN, NULL);
    (void)mk_approve_budget(&m, 3, RGN, "济人发9", 2019, 20200601, "2050205", DEPT1, P1, 29 * WAN,
                            1);
    tick(20200601);
    cr_expect_eq(fig(K(PROJECT), P1, "FG23", 20200601, NOW), -WAN);
    cr_expect_eq(fig(K(PROJECT), P1, "FG23.dcongress", 20200601, NOW), WAN);
    cr_expect_eq(fig(K(PROJECT), P1, "FG1", 20200601, NOW), NA, "final accounts are no approval");
    cr_expect_eq(fig(K(PROJECT), P1, "FG1.fa", 20200601, NOW), 29 * WAN);
    (void)mk_audit_paid(&m, P1, 2019, 20200410, 30 * WAN, &a);
    tick(20200602);
    cr_expect_eq(fig(K(PROJECT), P1, "FG23", 20200601, NOW), 0);
    end();
}

/* A line that names a project only is its department's too; a payment of the year counts at its
 * end. */
Test(figures, department_lines_and_coarse_dates) {
    small_department();
    (void)mk_approve_budget(&m, 1, RGN, "济人发3", 2019, 20190117, NULL, NULL, P2, 7 * WAN, 1);
    m.pay_precision = 3;
    pay(20190101, "V7", P2, 2 * WAN, NULL, NULL);
    tick(20200101);
    cr_expect_eq(fig(K(PROJECT), P2, "FG1", 20191231, NOW), 7 * WAN);
    cr_expect_eq(fig(K(DEPT), DEPT1, "FG1", 20191231, NOW), 207 * WAN);
    cr_expect_eq(fig(K(REGION), RGN, "FG1", 20191231, NOW), 207 * WAN);
    cr_expect_eq(fig(K(PROJECT), P2, "FG2.P", 20191230, NOW), 40 * WAN);
    cr_expect_eq(fig(K(PROJECT), P2, "FG2.P", 20191231, NOW), 42 * WAN);
    end();
}

static void region_scored(int by, int32_t on, int32_t cp) {
    Pentad__V1__Record r = mk_record(K(REGION), RGN, 2019, on);
    Pentad__V1__Evaluation e = PENTAD__V1__EVALUATION__INIT;

    e.has_kind = e.has_by = e.has_total_cp = 1;
    e.kind = PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_REGION;
    e.by = (Pentad__V1__EvaluationBy)by;
    e.total_cp = cp;
    r.body_case = PENTAD__V1__RECORD__BODY_EVALUATION;
    r.evaluation = &e;
    (void)mk_add(&m, "finance", &r);
}

Test(figures, a_region_is_scored_by_finance) {
    begin();
    region_scored(PENTAD__V1__EVALUATION_BY__EVALUATION_BY_DEPT, 20200301, 9500);
    tick(20200301);
    cr_expect_eq(fig(K(REGION), RGN, "FG11", 20200301, NOW), NA);
    region_scored(PENTAD__V1__EVALUATION_BY__EVALUATION_BY_FIN, 20200302, 8200);
    region_scored(PENTAD__V1__EVALUATION_BY__EVALUATION_BY_DEPT, 20200303, 9500);
    tick(20200303);
    cr_expect_eq(fig(K(REGION), RGN, "FG11", 20200303, NOW), 8200);
    end();
}

static void reviewed(int32_t on, int result) {
    Pentad__V1__Record r = mk_record(K(PROJECT), P1, 2019, on);
    Pentad__V1__GoalReview g = PENTAD__V1__GOAL_REVIEW__INIT;

    g.has_result = 1;
    g.result = (Pentad__V1__ReviewResult)result;
    r.body_case = PENTAD__V1__RECORD__BODY_GOAL_REVIEW;
    r.goal_review = &g;
    (void)mk_add(&m, "finance", &r);
}

static void state_is(int32_t day, const char *code, const char *since) {
    struct pt_err err = {0};
    json_t *j;
    json_t *state;

    cr_assert_eq(pt_ledger_row_json(l, K(PROJECT), P1, 2019, day, NOW, PT_PARTY_HUB, &j, &err), 0,
                 "%s", err.msg);
    state = json_object_get(j, "state");
    cr_expect_str_eq(json_string_value(json_object_get(state, "code")), code, "%d", day);
    cr_expect_str_eq(json_string_value(json_object_get(state, "since")), since, "%d", day);
    json_decref(j);
}

/* A failed goal, a new one, passed; allotted, running from the next day on; the item ends in June.
 */
Test(figures, states) {
    Pentad__V1__Record r;
    Pentad__V1__SubjectProfile p = PENTAD__V1__SUBJECT_PROFILE__INIT;
    Pentad__V1__PerfGoal g = PENTAD__V1__PERF_GOAL__INIT;

    begin();
    r = mk_record(K(PROJECT), P1, 2019, 20190102);
    p.has_end = 1;
    p.end = 20190630;
    r.body_case = PENTAD__V1__RECORD__BODY_SUBJECT_PROFILE;
    r.subject_profile = &p;
    (void)mk_add(&m, "finance", &r);
    reviewed(20190105, 3);
    r = mk_record(K(PROJECT), P1, 2019, 20190110);
    r.body_case = PENTAD__V1__RECORD__BODY_PERF_GOAL;
    r.perf_goal = &g;
    (void)mk_add(&m, "finance", &r);
    reviewed(20190115, 1);
    (void)mk_approve_budget(&m, 1, RGN, "济人发1", 2019, 20190117, "205", DEPT1, NULL, WAN, 1);
    (void)mk_allot(&m, 1, P1, DEPT1, "Q1", "2050205", 2019, 20190128, WAN, NULL);
    pay(20190315, "V1", P1, WAN / 2, NULL, NULL);
    (void)mk_eval(&m, 1, P1, 2019, 20200301, 9000, NULL, NULL);
    tick(20200301);
    state_is(20190104, "ST0", "2019-01-02");
    state_is(20190109, "STX", "2019-01-05");
    state_is(20190110, "ST0", "2019-01-10");
    state_is(20190116, "ST2", "2019-01-15");
    state_is(20190127, "ST5", "2019-01-17");
    state_is(20190128, "ST6", "2019-01-28");
    state_is(20190401, "ST7", "2019-01-29");
    state_is(20190629, "ST7", "2019-01-29");
    state_is(20191231, "ST11", "2019-06-30");
    state_is(20200301, "ST12", "2020-03-01");
    end();
}

static int collect(void *ctx, const char *party, const char *stream, uint64_t seq,
                   uint64_t log_index) {
    char *out = ctx;
    size_t n = strlen(out);

    (void)stream;
    (void)log_index;
    (void)snprintf(out + n, 512 - n, "%s%llu ", party, (unsigned long long)seq);
    return 0;
}

Test(figures, inputs) {
    char list[512] = "";
    struct pt_err err = {0};

    small_department();
    cr_assert_eq(
        pt_ledger_inputs(l, &(struct pt_figure_ask){K(PROJECT), P1, 2019, "FG3", 20190331, NOW},
                         collect, list, &err),
        0, "%s", err.msg);
    cr_expect_str_eq(list, "finance5 finance7 ", "%s", list); /* B04 INITIAL, X01 of March */
    end();
}

Test(figures, formats) {
    char s[64];
    struct pt_figure f = {.unit = PT_UNIT_BP, .value = 9512};

    pt_figure_format(s, sizeof s, &f, true);
    cr_expect_str_eq(s, "95.12%");
    f.na = true;
    pt_figure_format(s, sizeof s, &f, true);
    cr_expect_str_eq(s, "—");
    f = (struct pt_figure){.unit = PT_UNIT_FEN, .value = 123456789};
    pt_figure_format(s, sizeof s, &f, true);
    cr_expect_str_eq(s, "123.46万元");
}
