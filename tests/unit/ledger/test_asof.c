/* What a figure was on a day, whatever came later and in whichever order streams came. */
#include <criterion/criterion.h>

#include <string.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>

#include "mklog.h"

#define NA INT64_MIN

static const char P1[] = "37010019R000000000001";
static const char D1[] = "11370100004188813W";

static struct mklog m;

/* The log's entries in that order, a transaction each. */
static struct pt_ledger *fold(const size_t *order, size_t n) {
    struct pt_ledger *l;
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < n; i++) {
        struct pt_fold_entry e = m.e[order ? order[i] : i];

        e.log_index = i;
        cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_apply(l, &e, &a, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
    return l;
}

static int64_t fig(struct pt_ledger *l, const char *id, int32_t valid_at, uint64_t known_at) {
    struct pt_figure f;
    struct pt_err err = {0};

    cr_assert_eq(
        pt_ledger_figure(l, &(struct pt_figure_ask){K(PROJECT), P1, 2019, id, valid_at, known_at},
                         &f, &err),
        0, "%s", err.msg);
    return f.na ? NA : f.value;
}

static struct mk_ref self(const char *stream, int32_t total_cp) {
    Pentad__V1__Record r = mk_record(K(PROJECT), P1, 2019, 20200310);
    Pentad__V1__Evaluation e = PENTAD__V1__EVALUATION__INIT;

    e.has_kind = e.has_total_cp = 1;
    e.kind = PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_SELF;
    e.total_cp = total_cp;
    r.body_case = PENTAD__V1__RECORD__BODY_EVALUATION;
    r.evaluation = &e;
    r.issued_at_ms = INT64_C(1583800000000); /* the same moment */
    return mk_add_on(&m, "finance", stream, &r);
}

/* Two records of one day and one moment in two streams: by the streams' names, not by arrival. */
Test(asof, equal_standing_is_told_by_the_stream) {
    static const size_t other[] = {0, 2, 1, 3};
    struct pt_ledger *a;
    struct pt_ledger *b;

    mk_init(&m);
    (void)self("main", 9000);
    mk_flush(&m);
    (void)self("second", 8000);
    mk_flush(&m);
    mk_tick(&m, 20200310);
    cr_assert_eq(m.n, 4);
    a = fold(NULL, 4);
    b = fold(other, 4);
    cr_expect_eq(fig(a, "FG11", 20200331, PT_KNOWN_NOW), 8000);
    cr_expect_eq(fig(b, "FG11", 20200331, PT_KNOWN_NOW), 8000);
    cr_expect_eq(fig(b, "FG11", 20200331, 2), 8000, "one of them was there");
    cr_expect_eq(fig(a, "FG11", 20200331, 2), 9000);
    pt_ledger_close(a);
    pt_ledger_close(b);
    mk_done(&m);
}

/* A check names a finding's correction that comes only later: until then it closed nothing, and
 * asked again afterwards it hadn't. */
Test(asof, what_had_not_come_was_named_in_vain) {
    static const size_t order[] = {0, 1, 2, 4, 5, 3, 6};
    struct pt_ledger *l;
    struct mk_ref a;
    struct mk_ref b;

    mk_init(&m);
    a = mk_finding(&m, P1, 2019, 20190301, "1", 6, 1, 20190430, 100, 0, NULL);
    mk_tick(&m, 20190301); /* entries 1 and 2 */
    b = mk_finding(&m, P1, 2019, 20190301, "1", 6, 1, 20190430, 120,
                   PENTAD__V1__CORRECTION__CORRECTION_REPLACE, &a);
    mk_flush(&m);        /* 3 */
    m.stream = "checks"; /* another one than the finding's, so that it may come before it */
    (void)mk_json(&m, "audit", "A04", K(PROJECT), P1, 2019, 20190415,
                  "{'finding':%s,'checked_on':20190415,'status':'VERIFY_STATUS_DONE'}",
                  mk_ref_json(&m, &b));
    mk_tick(&m, 20190430); /* 4 and 5 */
    mk_tick(&m, 20190501); /* 6 */
    cr_assert_eq(m.n, 7);
    l = fold(order, 5);
    cr_expect_eq(fig(l, "FG18.audit", 20190430, PT_KNOWN_NOW), 0);
    pt_ledger_close(l);
    l = fold(order, 7);
    cr_expect_eq(fig(l, "FG18.audit", 20190430, PT_KNOWN_NOW), 10000);
    cr_expect_eq(fig(l, "FG18.audit", 20190430, 5), 0, "as it was known then");
    pt_ledger_close(l);
    mk_done(&m);
}

/* An allotment whose links lead to what comes later. */
Test(asof, links_to_what_had_not_come) {
    static const size_t order[] = {0, 2, 3, 1, 4};
    struct pt_ledger *l;
    struct mk_ref goal;

    mk_init(&m);
    m.stream = "goals";
    goal = mk_json(&m, "finance", "E05", K(PROJECT), P1, 2019, 20190110,
                   "{'result':'REVIEW_RESULT_PASS'}");
    mk_flush(&m); /* 1 */
    (void)mk_json(&m, "finance", "B04", K(PROJECT), P1, 2019, 20190128,
                  "{'kind':'ALLOTMENT_KIND_INITIAL','bk':'BUDGET_KIND_GENERAL','dept':'%s',"
                  "'fen':'100','links':{'goal':%s}}",
                  D1, mk_ref_json(&m, &goal));
    mk_tick(&m, 20190128); /* 2 and 3 */
    mk_tick(&m, 20190129); /* 4 */
    cr_assert_eq(m.n, 5);
    l = fold(order, 3);
    cr_expect_eq(fig(l, "FG19", 20190131, PT_KNOWN_NOW), 0);
    pt_ledger_close(l);
    l = fold(order, 5);
    cr_expect_eq(fig(l, "FG19", 20190131, PT_KNOWN_NOW), 10000);
    cr_expect_eq(fig(l, "FG19", 20190131, 3), 0, "as it was known then");
    pt_ledger_close(l);
    mk_done(&m);
}

/* ---- whose a subject is, on the day that is asked for ---- */

static const char D2[] = "11370100004188814U";
static const char U1[] = "12370100000000001U";
static const char P2[] = "37010019R000000000002";
static const char P3[] = "37010019R000000000003";

static int64_t paid_of(struct pt_ledger *l, const char *dept, int32_t valid_at, uint64_t known_at) {
    struct pt_figure f;
    struct pt_err err = {0};

    cr_assert_eq(
        pt_ledger_figure(
            l, &(struct pt_figure_ask){K(DEPT), dept, 2019, "FG2.P", valid_at, known_at}, &f, &err),
        0, "%s", err.msg);
    return f.na ? NA : f.value;
}

static void pay_twice(const char *subject) {
    const struct mk_line spring = {"V1", subject, "Q1", 40, 0, NULL};
    const struct mk_line summer = {"V2", subject, "Q1", 10, 0, NULL};

    (void)mk_pay(&m, U1, 2019, 20190310, &spring, 1, NULL);
    (void)mk_pay(&m, U1, 2019, 20190720, &summer, 1, NULL);
}

/* On 1 July it moves from the first department to the second, which is known from `before` on. */
static void moved(struct pt_ledger *l, uint64_t before) {
    cr_expect_eq(paid_of(l, D1, 20190630, PT_KNOWN_NOW), 40);
    cr_expect_eq(paid_of(l, D2, 20190630, PT_KNOWN_NOW), 0);
    cr_expect_eq(paid_of(l, D1, 20190731, PT_KNOWN_NOW), 0);
    cr_expect_eq(paid_of(l, D2, 20190731, PT_KNOWN_NOW), 50);
    cr_expect_eq(paid_of(l, D1, 20190630, before), 40);
    cr_expect_eq(paid_of(l, D2, 20190630, before), 0);
    cr_expect_eq(paid_of(l, D1, 20190731, before), 50);
    cr_expect_eq(paid_of(l, D2, 20190731, before), 0);
    pt_ledger_close(l);
    mk_done(&m);
}

static void two_departments(void) {
    mk_init(&m);
    m.day = 20190101;
    (void)mk_org(&m, K(DEPT), D1, "市教育局", NULL, "370100");
    (void)mk_org(&m, K(DEPT), D2, "市民政局", NULL, "370100");
}

Test(asof, an_item_is_allotted_by_another_department) {
    uint64_t before;

    two_departments();
    (void)mk_allot(&m, 1, P1, D1, "Q1", "2050201", 2019, 20190128, 100, NULL);
    pay_twice(P1);
    mk_tick(&m, 20190709);
    before = m.n;
    (void)mk_allot(&m, 2, P1, D2, "Q2", "2050201", 2019, 20190701, 20, NULL);
    mk_tick(&m, 20190810);
    moved(fold(NULL, m.n), before);
}

/* Its profile names who is responsible; an allotment that has not taken effect says nothing yet. */
Test(asof, an_item_gets_another_responsible_body) {
    uint64_t before;

    two_departments();
    (void)mk_project(&m, P2, "校舍改造", D1, NULL);
    pay_twice(P2);
    mk_tick(&m, 20190709);
    before = m.n;
    m.day = 20190701;
    (void)mk_project(&m, P2, "校舍改造", D2, NULL);
    (void)mk_allot(&m, 1, P2, D2, "Q2", "2050201", 2019, 20190715, 20, NULL);
    mk_tick(&m, 20190810);
    moved(fold(NULL, m.n), before);
}

Test(asof, a_unit_moves_with_its_items) {
    uint64_t before;

    two_departments();
    (void)mk_org(&m, K(UNIT), U1, "第一中学", D1, "370100");
    (void)mk_project(&m, P3, "校舍改造", U1, NULL);
    pay_twice(P3);
    mk_tick(&m, 20190709);
    before = m.n;
    m.day = 20190701;
    (void)mk_org(&m, K(UNIT), U1, "第一中学", D2, "370100");
    mk_tick(&m, 20190810);
    moved(fold(NULL, m.n), before);
}
