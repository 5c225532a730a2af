/* The states that a subject goes through in a year, and what is said where a guard was missing. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <pentad/ledger/query.h>

#include "mklog.h"

#define NOW PT_KNOWN_NOW

static const char P1[] = "37010019R000000000001";
static const char D1[] = "11370100004188813W";
static const char R1[] = "370100";

static struct mklog m;
static struct pt_ledger *l;
static size_t folded;

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

static void tick(int32_t day) {
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    mk_tick(&m, day);
    for (; folded < m.n; folded++) {
        cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_apply(l, &m.e[folded], &a, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
}

#define F(code, fy, on, ...) mk_json(&m, "finance", code, K(PROJECT), P1, fy, on, __VA_ARGS__)

/* "ST0 2019-01-02, ST1 …" of a list of the state: steps, or what is irregular. */
static const char *list(json_t *state, const char *which) {
    static char text[2048];
    size_t n = 0;
    size_t i;
    json_t *x;

    text[0] = '\0';
    json_array_foreach(json_object_get(state, which), i, x) {
        const char *what =
            json_string_value(json_object_get(x, strcmp(which, "steps") == 0 ? "state" : "what"));

        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s", i ? ", " : "", what,
                              json_string_value(json_object_get(x, "day")) + 2);
    }
    return text;
}

static void row_is(int line, int kind, const char *key, int32_t fy, int32_t valid_at,
                   uint64_t known_at, const char *code, const char *steps, const char *irregular) {
    struct pt_err err = {0};
    json_t *state;
    json_t *j;
    const char *is;

    cr_assert_eq(pt_ledger_row_json(l, kind, key, fy, valid_at, known_at, PT_PARTY_HUB, &j, &err),
                 0, "%s", err.msg);
    state = json_object_get(j, "state");
    is = json_string_value(json_object_get(state, "code"));
    cr_expect_str_eq(is ? is : "none", code, "line %d: %s", line, is);
    is = list(state, "steps");
    cr_expect(!steps || strcmp(is, steps) == 0, "line %d: %s", line, is);
    is = list(state, "irregular");
    cr_expect_str_eq(is, irregular, "line %d: irregular: %s", line, is);
    json_decref(j);
}
#define P1_IS(fy, ...) row_is(__LINE__, K(PROJECT), P1, fy, __VA_ARGS__)

#define CONGRESS(party, code, ...) mk_json(&m, party, code, K(REGION), R1, 2019, m.day, __VA_ARGS__)
#define OF_P1 "'lines':[{'subject':'37010019R000000000001','bk':'BUDGET_KIND_GENERAL','fen':'100'}]"

/* A new major project as it ought to go, until its result is used and it is rolled on. */
static struct mk_ref by_the_book(void) {
    struct mk_ref goal;
    struct mk_ref draft;
    struct mk_ref self;

    (void)F("P02", 2019, 20180901,
            "{'name':'校舍改造','resp_org':'%s','impl_org':['12370100000000001U'],"
            "'is_new':true,'is_major':true}",
            D1);
    (void)F("E01", 2019, 20180910,
            "{'conclusion':'EX_ANTE_CONCLUSION_SUPPORT','rating':'RATING_GOOD'}");
    (void)F("E02", 2019, 20180920, "{'approved_need':[{'fiscal_year':2019,'fen':'100'}]}");
    goal = F("E04", 2019, 20180925, "{'version':1}");
    (void)F("E05", 2019, 20180930, "{'result':'REVIEW_RESULT_PASS'}");
    (void)F("E03", 2019, 20181010, "{'action':'LIBRARY_ACTION_IN'}");
    m.day = 20181220;
    draft = CONGRESS("finance", "B01", "{'kind':'SUBMISSION_KIND_DRAFT'," OF_P1 "}");
    m.day = 20181225;
    (void)CONGRESS("congress", "B02", "{'submission':%s,'complete':true}", mk_ref_json(&m, &draft));
    m.day = 20190117;
    (void)CONGRESS("congress", "B03", "{'kind':'APPROVAL_KIND_BUDGET'," OF_P1 "}");
    (void)F("B04", 2019, 20190128,
            "{'kind':'ALLOTMENT_KIND_INITIAL','bk':'BUDGET_KIND_GENERAL',"
            "'dept':'11370100004188813W','fen':'100','goal_ref':%s}",
            mk_ref_json(&m, &goal));
    (void)F("X04", 2019, 20190610, "{'action':'FUND_ACTION_WARN'}");
    (void)F("V03", 2019, 20190701,
            "{'phase':'RECTIFICATION_PHASE_VERIFY','result':'RECTIFICATION_RESULT_DONE'}");
    (void)F("B05", 2019, 20200105, "{'fund_year':2019,'fen':'100','as_of':20191231}");
    self = F("V01", 2019, 20200310,
             "{'kind':'EVALUATION_KIND_SELF','by':'EVALUATION_BY_UNIT','total_cp':8500}");
    (void)F("V01", 2019, 20200520,
            "{'kind':'EVALUATION_KIND_SPOT','by':'EVALUATION_BY_FIN','total_cp':8300}");
    (void)F("V02", 2019, 20200810, "{'eval':%s,'action':'USE_ACTION_PRIORITY','next_fy':2021}",
            mk_ref_json(&m, &self));
    return self;
}

#define BOOK_2019                                                                                  \
    "ST0 18-09-01, ST1 18-09-10, ST2 18-09-30, ST3 18-10-10, ST4 18-12-20, ST5 19-01-17,"          \
    " ST6 19-01-28, ST7 19-01-29, ST8 19-06-10, ST7 19-07-01, ST11 19-12-31, ST12 20-03-10,"       \
    " ST13 20-05-20"

Test(states, by_the_book) {
    struct mk_ref self;

    begin();
    self = by_the_book();
    tick(20200810);
    (void)F("E03", 2021, 20200901, "{'action':'LIBRARY_ACTION_ROLL'}");
    tick(20200901);
    P1_IS(2019, 20180831, NOW, "none", "", "");
    P1_IS(2019, 20181231, NOW, "ST4",
          "ST0 18-09-01, ST1 18-09-10, ST2 18-09-30, ST3 18-10-10, ST4 18-12-20", "");
    P1_IS(2019, 20190128, NOW, "ST6", NULL, "");
    P1_IS(2019, 20190630, NOW, "ST8", NULL, "");
    P1_IS(2019, 20200601, NOW, "ST13", BOOK_2019, "");
    P1_IS(2019, 20200901, NOW, "ST14", BOOK_2019 ", ST14 20-08-10", "");
    /* The year that the result binds begins with it, and with its being rolled on. */
    P1_IS(2021, 20200815, NOW, "ST14", "ST0 18-09-01, ST1 18-09-10, ST3 18-10-10, ST14 20-08-10",
          "");
    P1_IS(2021, 20200901, NOW, "ST3",
          "ST0 18-09-01, ST1 18-09-10, ST3 18-10-10, ST14 20-08-10, ST3 20-09-01", "");
    /* An exit rests on something, or is irregular. */
    (void)F("E03", 2022, 20210901, "{'action':'LIBRARY_ACTION_OUT','basis':%s}",
            mk_ref_json(&m, &self));
    tick(20210901);
    P1_IS(2022, 20210901, NOW, "ST15", NULL, "");
    P1_IS(2021, 20210901, NOW, "ST3", NULL, "");
    end();
}

/* Is it listed that a balance was left which no B05 carries on? */
static bool uncarried(int32_t valid_at, uint64_t known_at) {
    struct pt_err err = {0};
    json_t *j;
    json_t *state;
    bool yes;

    cr_assert_eq(
        pt_ledger_row_json(l, K(PROJECT), P1, 2019, valid_at, known_at, PT_PARTY_HUB, &j, &err), 0,
        "%s", err.msg);
    state = json_object_get(j, "state");
    cr_expect_str_eq(json_string_value(json_object_get(state, "code")), "ST11");
    yes = strstr(list(state, "irregular"), "ST11: a balance that no B05 carries on 19-12-31");
    json_decref(j);
    return yes;
}

/* What is left when a year ends is carried on, or irregular; of an item that ended before, too. */
Test(states, a_balance_at_the_end_of_the_year) {
    static const struct mk_line part = {"V1", P1, "Q1", 40, 0, NULL};
    static const struct mk_line rest = {"V2", P1, "Q1", 60, 0, NULL};
    struct mk_ref carried;
    uint64_t before;

    begin();
    (void)F("P02", 2019, 20190101, "{'resp_org':'%s','impl_org':['%s'],'end':20190930}", D1, D1);
    (void)F("B04", 2019, 20190128,
            "{'kind':'ALLOTMENT_KIND_INITIAL','bk':'BUDGET_KIND_GENERAL',"
            "'dept':'11370100004188813W','fen':'100'}");
    (void)mk_pay(&m, D1, 2019, 20190310, &part, 1, NULL);
    tick(20191231);
    before = pt_ledger_cursor(l);
    cr_expect(!uncarried(20191230, NOW), "the item has ended, the year has not");
    cr_expect(uncarried(20191231, NOW));
    carried = F("B05", 2019, 20200105, "{'fund_year':2019,'fen':'60','as_of':20191231}");
    tick(20200105);
    cr_expect(!uncarried(20191231, NOW), "it speaks of that day");
    cr_expect(!uncarried(20200110, NOW));
    cr_expect(uncarried(20200105, before));
    (void)mk_json_correcting(&m, 4, &carried, "finance", "B05", K(PROJECT), P1, 2019, 20200110,
                             "{'fund_year':2019}");
    tick(20200110);
    cr_expect(uncarried(20200110, NOW), "withdrawn");
    (void)mk_pay(&m, D1, 2019, 20191220, &rest, 1, NULL);
    tick(20200111);
    cr_expect(!uncarried(20200111, NOW), "nothing is left");
    end();
}

static const char *expected(int32_t valid_at) {
    static char text[16];
    struct pt_err err = {0};
    const char *is;
    json_t *j;

    cr_assert_eq(pt_ledger_row_json(l, K(PROJECT), P1, 2019, valid_at, NOW, PT_PARTY_HUB, &j, &err),
                 0, "%s", err.msg);
    is = json_string_value(json_object_get(json_object_get(j, "state"), "expected"));
    (void)snprintf(text, sizeof text, "%s", is ? is : "nothing");
    json_decref(j);
    return text;
}

/* What is stopped is taken back before the year is over. */
Test(states, after_a_stop_the_money_is_expected_back) {
    struct mk_ref back;

    begin();
    (void)F("P02", 2019, 20180901, "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    (void)F("X04", 2019, 20190301, "{'action':'FUND_ACTION_STOP'}");
    back = F("X04", 2019, 20190415, "{'action':'FUND_ACTION_RECOVER','fen':'100'}");
    tick(20200101);
    cr_expect_str_eq(expected(20190228), "nothing");
    cr_expect_str_eq(expected(20190414), "X04 RECOVER");
    cr_expect_str_eq(expected(20190415), "nothing");
    P1_IS(2019, 20191231, NOW, "ST11", NULL, "ST8: X04 before any B04 19-03-01");
    (void)mk_json_correcting(&m, PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW, &back, "finance",
                             "X04", K(PROJECT), P1, 2019, 20190415,
                             "{'action':'FUND_ACTION_RECOVER','fen':'100'}");
    tick(20200102);
    cr_expect_str_eq(expected(20190415), "X04 RECOVER");
    P1_IS(2019, 20191231, NOW, "ST11", NULL,
          "ST8: X04 before any B04 19-03-01, ST10: no X04 RECOVER after STOP 19-12-31");
    cr_expect_str_eq(expected(20191231), "nothing", "the year is over");
    end();
}

/* Each record moves the row all the same. */
Test(states, what_came_without_its_guard_is_listed) {
    static const struct mk_line line = {"V1", P1, "Q1", 10, 0, NULL};

    begin();
    (void)F("P02", 2019, 20190101, "{'is_new':true,'is_infra':true}");
    (void)F("E03", 2019, 20190102, "{'action':'LIBRARY_ACTION_IN'}");
    (void)mk_pay(&m, D1, 2019, 20190110, &line, 1, NULL);
    (void)F("B04", 2019, 20190128,
            "{'kind':'ALLOTMENT_KIND_INITIAL','bk':'BUDGET_KIND_GENERAL',"
            "'dept':'11370100004188813W','fen':'100'}");
    (void)F("X04", 2019, 20190301, "{'action':'FUND_ACTION_STOP'}");
    (void)mk_pay(&m, D1, 2019, 20190315, &line, 1, NULL);
    (void)F("X04", 2019, 20190401, "{'action':'FUND_ACTION_RESUME'}");
    (void)F("V02", 2019, 20190501, "{'next_fy':2021}");
    (void)F("V01", 2020, 20210402, "{'kind':'EVALUATION_KIND_SELF'}");
    tick(20210402);
    P1_IS(2019, 20190331, NOW, "ST10",
          "ST0 19-01-01, ST3 19-01-02, ST7 19-01-10, ST6 19-01-28, ST7 19-01-29, ST10 19-03-01",
          "ST0: P02 without its responsible or implementing organization 19-01-01,"
          " ST3: E03 IN without the ex-ante evaluation that it needs (E01) 19-01-02,"
          " ST3: E03 IN without a passed goal (E05) 19-01-02, ST7: X01 before any B04 19-01-10,"
          " ST6: B04 INITIAL without a B03 of congress 19-01-28,"
          " ST6: B04 INITIAL without a passed goal (E05) 19-01-28,"
          " ST6: B04 INITIAL that cites no goal (E04) 19-01-28, ST10: X01 after STOP 19-03-15");
    P1_IS(2019, 20190430, NOW, "ST10", NULL,
          "ST0: P02 without its responsible or implementing organization 19-01-01,"
          " ST3: E03 IN without the ex-ante evaluation that it needs (E01) 19-01-02,"
          " ST3: E03 IN without a passed goal (E05) 19-01-02, ST7: X01 before any B04 19-01-10,"
          " ST6: B04 INITIAL without a B03 of congress 19-01-28,"
          " ST6: B04 INITIAL without a passed goal (E05) 19-01-28,"
          " ST6: B04 INITIAL that cites no goal (E04) 19-01-28, ST10: X01 after STOP 19-03-15,"
          " ST10: X04 RESUME after STOP 19-04-01");
    P1_IS(2020, 20210402, NOW, "ST12", "ST0 19-01-01, ST3 19-01-02, ST12 21-04-02",
          "ST0: P02 without its responsible or implementing organization 19-01-01,"
          " ST12: V01 SELF before the year's end 21-04-02, ST12: V01 SELF after its term 21-04-02");
    end();
}

/* 2024-03-31 is a Sunday: the self-evaluation is due on Monday, as K41 has it. */
Test(states, a_term_that_ends_on_a_sunday) {
    begin();
    (void)F("P02", 2023, 20230101, "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    m.day = 20240401;
    (void)F("V01", 2023, 20240401, "{'kind':'EVALUATION_KIND_SELF'}");
    tick(20240401);
    P1_IS(2023, 20240401, NOW, "ST12", NULL, "ST12: V01 SELF before the year's end 24-04-01");
    end();
    begin();
    (void)F("P02", 2023, 20230101, "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    m.day = 20240402;
    (void)F("V01", 2023, 20240402, "{'kind':'EVALUATION_KIND_SELF'}");
    tick(20240402);
    P1_IS(2023, 20240402, NOW, "ST12", NULL,
          "ST12: V01 SELF before the year's end 24-04-02, ST12: V01 SELF after its term 24-04-02");
    end();
}

/* Turned down; a line of the department's does not bring it back, one of its own does, irregularly.
 */
Test(states, turned_down) {
    begin();
    (void)F("P02", 2019, 20180901, "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    (void)F("E01", 2019, 20180910, "{'conclusion':'EX_ANTE_CONCLUSION_REJECT'}");
    m.day = 20190117;
    (void)mk_approve_budget(&m, 1, R1, "1", 2019, 20190117, "205", D1, NULL, 100, 1);
    tick(20190117);
    P1_IS(2019, 20190131, NOW, "STX", "ST0 18-09-01, STX 18-09-10", "");
    (void)F("E03", 2019, 20190201, "{'action':'LIBRARY_ACTION_IN'}");
    tick(20190201);
    P1_IS(2019, 20190201, NOW, "ST3", NULL,
          "ST3: E03 IN after a failed ex-ante evaluation (E01) 19-02-01,"
          " ST3: E03 IN without a passed goal (E05) 19-02-01");
    (void)F("E01", 2019, 20190210, "{'conclusion':'EX_ANTE_CONCLUSION_SUPPORT'}");
    (void)F("E03", 2019, 20190301, "{'action':'LIBRARY_ACTION_OUT'}");
    tick(20190301);
    P1_IS(2019, 20190301, NOW, "ST15", NULL,
          "ST3: E03 IN after a failed ex-ante evaluation (E01) 19-02-01,"
          " ST3: E03 IN without a passed goal (E05) 19-02-01,"
          " ST15: E03 OUT without its basis (V01, E02, expiry) 19-03-01");
    end();
}

/* Before and after a record that came late, one that was withdrawn, one that was replaced. */
Test(states, as_known_before_and_after) {
    struct mk_ref stop;
    uint64_t known[3];

    begin();
    (void)F("P02", 2019, 20180901, "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    (void)F("B04", 2019, 20190128,
            "{'kind':'ALLOTMENT_KIND_INITIAL','bk':'BUDGET_KIND_GENERAL',"
            "'dept':'11370100004188813W','fen':'100'}");
    stop = F("X04", 2019, 20190301, "{'action':'FUND_ACTION_STOP'}");
    tick(20190301);
    known[0] = pt_ledger_cursor(l);
    (void)mk_json_correcting(&m, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, &stop, "finance",
                             "X04", K(PROJECT), P1, 2019, 20190301,
                             "{'action':'FUND_ACTION_SUSPEND'}");
    tick(20190310);
    known[1] = pt_ledger_cursor(l);
    (void)F("X04", 2019, 20190305, "{'action':'FUND_ACTION_RESUME'}"); /* five days late */
    tick(20190315);
    known[2] = pt_ledger_cursor(l);
#define IRREGULAR                                                                                  \
    "ST6: B04 INITIAL without a B03 of congress 19-01-28,"                                         \
    " ST6: B04 INITIAL without a passed goal (E05) 19-01-28,"                                      \
    " ST6: B04 INITIAL that cites no goal (E04) 19-01-28"
    P1_IS(2019, 20190306, known[0], "ST10", NULL, IRREGULAR);
    P1_IS(2019, 20190306, known[1], "ST9", NULL, IRREGULAR);
    P1_IS(2019, 20190306, known[2], "ST7", NULL, IRREGULAR);
    P1_IS(2019, 20190304, NOW, "ST9", NULL, IRREGULAR);
    end();
}

/* A department: its goal, its first item's money, its own and finance's evaluation, the link. A
 * region: its monthly report, finance's evaluation, the link. A policy has no payments of its own.
 */
Test(states, bodies_and_policies) {
    static const char policy[] = "POL-370100-2019-00001";
    static const char carried_out[] = "POL-370100-2019-00002"; /* by P1 */

    begin();
    (void)mk_org(&m, K(DEPT), D1, "市教育局", NULL, R1);
    (void)mk_json(&m, "finance", "E05", K(DEPT), D1, 2019, 20190105,
                  "{'result':'REVIEW_RESULT_PASS'}");
    (void)mk_allot(&m, 1, P1, D1, "Q1", "2050205", 2019, 20190128, 100, NULL);
    (void)mk_json(&m, "finance", "V01", K(DEPT), D1, 2019, 20200310,
                  "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_DEPT','total_cp':9000}");
    (void)mk_json(&m, "finance", "V01", K(DEPT), D1, 2019, 20200610,
                  "{'kind':'EVALUATION_KIND_DEPT','by':'EVALUATION_BY_FIN','total_cp':8500}");
    (void)mk_json(&m, "finance", "V02", K(DEPT), D1, 2019, 20200710,
                  "{'next_fy':2021,'scope':'USE_SCOPE_DEPT_LINK'}");
    (void)mk_json(&m, "finance", "X05", K(REGION), R1, 2019, 20190131, "{'month':201901}");
    (void)mk_json(&m, "finance", "V01", K(REGION), R1, 2019, 20200910,
                  "{'kind':'EVALUATION_KIND_REGION','by':'EVALUATION_BY_FIN','total_cp':8500}");
    (void)mk_json(&m, "finance", "P02", K(POLICY), policy, 2019, 20190102,
                  "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    (void)mk_json(
        &m, "finance", "B04", K(POLICY), policy, 2019, 20190128,
        "{'kind':'ALLOTMENT_KIND_INITIAL','bk':'BUDGET_KIND_GENERAL','dept':'%s','fen':'100'}", D1);
    (void)mk_json(&m, "finance", "P02", K(POLICY), carried_out, 2019, 20190102,
                  "{'resp_org':'%s','impl_org':['12370100000000001U']}", D1);
    (void)mk_json(&m, "finance", "P02", K(PROJECT), P1, 2019, 20190102,
                  "{'resp_org':'%s','policy':{'kind':'SUBJECT_KIND_POLICY','key':'%s'}}", D1,
                  carried_out);
    tick(20200910);
    row_is(__LINE__, K(DEPT), D1, 2019, 20200910, NOW, "ST14",
           "ST0 19-01-01, ST2 19-01-05, ST6 19-01-28, ST7 19-01-29, ST11 19-12-31, ST12 20-03-10,"
           " ST13 20-06-10, ST14 20-07-10",
           "ST6: B04 INITIAL without a B03 of congress 19-01-28");
    row_is(__LINE__, K(REGION), R1, 2019, 20200910, NOW, "ST13",
           "ST7 19-01-31, ST11 19-12-31, ST13 20-09-10", "");
    row_is(__LINE__, K(POLICY), policy, 2019, 20190201, NOW, "ST7",
           "ST0 19-01-02, ST6 19-01-28, ST7 19-01-29", IRREGULAR);
    row_is(__LINE__, K(POLICY), carried_out, 2019, 20200201, NOW, "ST11",
           "ST0 19-01-02, ST6 19-01-28, ST7 19-01-29, ST11 19-12-31",
           "ST6: B04 INITIAL without a B03 of congress 19-01-28,"
           " ST6: B04 INITIAL without a passed goal (E05) 19-01-28");
    end();
}
