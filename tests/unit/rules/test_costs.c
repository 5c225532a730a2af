/* A tick's work follows what changed and never the ledger's size: the same day's records are folded
 * behind a small and behind a large ledger, and each statement has to take about as many steps of
 * SQLite's machine. What is of the changed record's own subject, line or department is alike in
 * both. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/base/date.h>
#include <pentad/sql/sql.h>

#include "world.h"

#define WAN INT64_C(1000000)

TestSuite(costs, .timeout = 280);

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";
static const char UNIT1[] = "12370100000000001U";
static const char RGN[] = "370100";

enum { SMALL = 40, LARGE = 400, SUBJECTS_A_DEPT = 8, STATEMENTS_MAX = 2048 };

/* One subject with a bit of everything, of a department with few of them. */
static void subject(struct world *w, const char *key, const char *dept, const char *unit,
                    const char *func, int i, int32_t on) {
    struct mk_ref ref;
    struct mk_line line;
    char no[24];
    char trf[32];

    (void)snprintf(no, sizeof no, "X%d", i);
    (void)snprintf(trf, sizeof trf, "TRF-370100-2019-%05d", i);
    (void)mk_json(&w->m, "finance", "P02", K(PROJECT), key, 2019, 20190105,
                  "{'name':'项目%d','resp_org':'%s','func':'%s','is_major':true,"
                  "'is_new':true,'total_fen':'%d'}",
                  i, dept, func, 1000 + i);
    ref = mk_json(&w->m, "finance", "E04", K(PROJECT), key, 2019, on,
                  "{'version':1,'budget_fen':'1000000','indicators':[{'id':'N1','l1':"
                  "'INDICATOR_GROUP_OUTPUT','nature':'INDICATOR_NATURE_GE','target':'100',"
                  "'weight_cp':9000}]}");
    (void)mk_json(&w->m, "finance", "E05", K(PROJECT), key, 2019, on,
                  "{'goal':%s,'result':'REVIEW_RESULT_PASS'}", mk_ref_json(&w->m, &ref));
    (void)mk_json(&w->m, "finance", "E02", K(PROJECT), key, 2019, on,
                  "{'requested_fen':'1000000','cut_fen':'0','approved_need':["
                  "{'fiscal_year':2019,'fen':'1000000'}]}");
    (void)mk_json(&w->m, "finance", "E03", K(PROJECT), key, 2019, on,
                  "{'action':'LIBRARY_ACTION_IN'}");
    (void)mk_json(&w->m, "finance", "B04", K(PROJECT), key, 2019, on,
                  "{'kind':'ALLOTMENT_KIND_INITIAL','quota_no':'%s','dept':'%s','unit':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'%s','fund_year':2019,'fen':'1000000',"
                  "'final_level':true,'issued_on':%d}",
                  no, dept, unit, func, on);
    (void)mk_json(&w->m, "finance", "B04", K(TRANSFER), trf, 2019, on,
                  "{'kind':'ALLOTMENT_KIND_TRANSFER','quota_no':'T%s','dept':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2300248','fund_year':2019,'fen':'1000000',"
                  "'final_level':true,'to_rgn':'370102','issued_on':%d}",
                  no, dept, on);
    (void)mk_json(&w->m, "finance", "B04", K(TRANSFER), trf, 2019, on,
                  "{'kind':'ALLOTMENT_KIND_INBOUND','quota_no':'I%s','dept':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2300248','fund_year':2019,'fen':'1000000',"
                  "'final_level':true,'to_rgn':'370102','issued_on':%d,'basis_doc':'T%s'}",
                  no, dept, on, no);
    line = (struct mk_line){no, key, no, 1, 0, NULL};
    (void)mk_pay(&w->m, unit, 2019, on, &line, 1, NULL);
    (void)mk_json(&w->m, "finance", "X06", K(PROJECT), key, 2019, on,
                  "{'kind':'BIZ_KIND_CONTRACT','ref_no':'%s','unit':'%s','fen':'1000000',"
                  "'signed_on':%d}",
                  no, unit, on);
    (void)mk_json(&w->m, "finance", "S03", K(PROJECT), key, 2019, on,
                  "{'figures':[{'name':'FG2.P','fen':'1'}],'what':[%s],'published_on':%d}",
                  mk_ref_json(&w->m, &ref), on);
    (void)mk_eval(&w->m, 1, key, 2018, on, 9000, NULL, NULL);
    ref = mk_control(&w->m, 1, key, NULL, 2019, on, 0);
    (void)mk_json(&w->m, "finance", "V03", K(PROJECT), key, 2019, on,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_PLAN','due':20191231}",
                  mk_ref_json(&w->m, &ref));
    ref = mk_finding(&w->m, key, 2018, on, no, 1, 1, 20191231, WAN, 0, NULL);
    (void)mk_verify(&w->m, key, 2018, on, &ref, 1);
    (void)mk_json(&w->m, "finance", "B05", K(PROJECT), key, 2018, on,
                  "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'1',"
                  "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
                  unit);
    (void)mk_month(&w->m, key, 201812, 0, NULL);
    (void)mk_json(&w->m, "finance", "X03", K(PROJECT), key, 2018, on,
                  "{'level':'MONITOR_LEVEL_DEPT','period_end':20181231}");
    (void)mk_json(&w->m, "congress", "N01", K(PROJECT), key, 2018, on, "{'reply_due':20191231}");
}

/* The ledger before the day that is measured: `n` subjects, and P1 of DEPT1. */
static void ledger(struct world *w, int n) {
    char key[32];
    char dept[32];
    char unit[32];
    char lines[8192];
    size_t used = 0;

    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, RGN);
    (void)mk_org(&w->m, K(UNIT), UNIT1, "学校", DEPT1, RGN);
    subject(w, P1, DEPT1, UNIT1, "2060201", 0, 20190120);
    for (int i = 1; i <= n; i++) {
        (void)snprintf(key, sizeof key, "37010019R%012d", 1000 + i);
        (void)snprintf(dept, sizeof dept, "1137010000418%04dX", i / SUBJECTS_A_DEPT);
        (void)snprintf(unit, sizeof unit, "1237010000%07dU", i / SUBJECTS_A_DEPT + 2);
        if (i % SUBJECTS_A_DEPT == 0) {
            (void)mk_org(&w->m, K(DEPT), dept, "某局", NULL, RGN);
            (void)mk_org(&w->m, K(UNIT), unit, "某站", dept, RGN);
            used += (size_t)snprintf(lines + used, sizeof lines - used,
                                     "%s{'bk':'BUDGET_KIND_GENERAL','func':'205','dept':'%s',"
                                     "'fen':'1000000'}",
                                     used > 0 ? "," : "", dept);
        }
        subject(w, key, dept, unit, "2050201", i, 20190120);
    }
    (void)mk_json(&w->m, "congress", "B03", K(REGION), RGN, 2018, 20180117,
                  "{'kind':'APPROVAL_KIND_BUDGET','approved_on':20180117,'lines':[%s],"
                  "'total_fen':'0'}",
                  lines);
    (void)mk_approve_budget(&w->m, 1, RGN, "1", 2019, 20190117, "205", NULL, NULL, 4000 * WAN, 2);
    w_tick(w, 20190120);
    w_tick(w, 20190121);
}

/* ---- what a day costs ---- */

struct cost {
    char *sql;
    int64_t steps;
};

struct costs {
    struct cost v[STATEMENTS_MAX];
    size_t n;
};

static int by_sql(const void *a, const void *b) {
    return strcmp(((const struct cost *)a)->sql, ((const struct cost *)b)->sql);
}

static int on_profile(unsigned what, void *ctx, void *stmt, void *ns) {
    struct costs *c = ctx;
    const char *sql = sqlite3_sql(stmt);
    int64_t steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    size_t i = 0;

    (void)what;
    (void)ns;
    while (i < c->n && strcmp(c->v[i].sql, sql) != 0)
        i++;
    if (i == c->n) {
        cr_assert_lt(i, STATEMENTS_MAX);
        c->v[c->n++] = (struct cost){strdup(sql), 0};
    }
    c->v[i].steps += steps;
    return 0;
}

/* Everything there is to run on that day, the findings that come of it too. */
static void measure(struct world *w, int32_t day, struct costs *c) {
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(w->f))->db;

    c->n = 0;
    for (sqlite3_stmt *st = sqlite3_next_stmt(db, NULL); st; st = sqlite3_next_stmt(db, st))
        (void)sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 1); /* of the days before */
    sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, on_profile, c);
    w_tick(w, day);
    sqlite3_trace_v2(db, 0, NULL, NULL);
    qsort(c->v, c->n, sizeof c->v[0], by_sql);
}

static void costs_done(struct costs *c) {
    for (size_t i = 0; i < c->n; i++)
        free(c->v[i].sql);
    c->n = 0;
}

static int64_t steps_of(const struct costs *c, const char *sql) {
    const struct cost key = {(char *)(uintptr_t)sql, 0};
    const struct cost *found = bsearch(&key, c->v, c->n, sizeof c->v[0], by_sql);

    return found ? found->steps : 0;
}

/* Statements that may cost more behind a larger ledger, and why. */
static const struct {
    const char *when; /* the day's records; NULL: any */
    const char *starts;
    const char *why;
} allowed[] = {
    {NULL, "/* K03 standing */", "sums what the region's departments were allotted"},
    {"B03", "INSERT INTO approved_line",
     "sums the year's approvals, of which there are few, again"},
    {"B03 FINAL_ACCOUNTS", "INSERT INTO approved_line", "as above"},
    {"B03 FINAL_ACCOUNTS", "/* K62", "all major subjects of the region owe an evaluation now"},
    {"B03 FINAL_ACCOUNTS", "SELECT n.kind, n.key", "their conditions"},
    {"B03 FINAL_ACCOUNTS", "WITH h AS", "their terms in working days"},
};

static bool is_allowed(const char *when, const char *sql) {
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if ((!allowed[i].when || strcmp(allowed[i].when, when) == 0) &&
            strncmp(sql, allowed[i].starts, strlen(allowed[i].starts)) == 0)
            return true;
    return false;
}

static void compare(const char *when, const struct costs *small, const struct costs *large) {
    for (size_t i = 0; i < large->n; i++) {
        int64_t few = steps_of(small, large->v[i].sql);

        if (!is_allowed(when, large->v[i].sql))
            cr_expect(large->v[i].steps <= few + few / 2 + 300,
                      "%s: %lld steps behind %d subjects, %lld behind %d: %.90s", when,
                      (long long)few, SMALL, (long long)large->v[i].steps, LARGE, large->v[i].sql);
    }
}

/* ---- the kinds of day ---- */

static void pays(struct world *w) {
    struct mk_line line = {"V1", P1, "X0", 1, 0, NULL};

    (void)mk_pay(&w->m, UNIT1, 2019, w->m.day, &line, 1, NULL);
}

static void allots(struct world *w) {
    (void)mk_json(&w->m, "finance", "B04", K(PROJECT), P1, 2019, w->m.day,
                  "{'kind':'ALLOTMENT_KIND_ADD','quota_no':'Q1','dept':'%s','unit':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2060201','fund_year':2019,'fen':'1000000',"
                  "'final_level':true,'issued_on':%d}",
                  DEPT1, UNIT1, w->m.day);
}

static void allots_first(struct world *w) {
    (void)mk_allot(&w->m, 1, P1, DEPT1, "Q2", "2060201", 2019, w->m.day, WAN, NULL);
}

static void transfers(struct world *w) {
    (void)mk_json(&w->m, "finance", "B04", K(TRANSFER), "TRF-370100-2019-00000", 2019, w->m.day,
                  "{'kind':'ALLOTMENT_KIND_TRANSFER','quota_no':'T1','dept':'%s',"
                  "'bk':'BUDGET_KIND_GENERAL','func':'2300248','fund_year':2019,'fen':'1000000',"
                  "'final_level':true,'to_rgn':'370103','issued_on':%d}",
                  DEPT1, w->m.day);
}

static void approves(struct world *w) {
    (void)mk_approve_budget(&w->m, 2, RGN, "2", 2019, w->m.day, "2060201", DEPT1, NULL, WAN, 2);
}

static void evaluates(struct world *w) {
    (void)mk_eval(&w->m, 1, P1, 2018, w->m.day, 8000, NULL, NULL);
}

static void profiles(struct world *w) {
    (void)mk_json(&w->m, "finance", "P02", K(PROJECT), P1, 2019, w->m.day,
                  "{'name':'校舍','resp_org':'%s','func':'2060201','is_major':true}", DEPT1);
}

static void reorganizes(struct world *w) {
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育体育局", NULL, RGN);
}

static void rectifies(struct world *w) {
    struct mk_ref ref = mk_control(&w->m, 1, P1, NULL, 2019, w->m.day, 0);

    (void)mk_json(&w->m, "finance", "V03", K(PROJECT), P1, 2019, w->m.day,
                  "{'source':%s,'phase':'RECTIFICATION_PHASE_VERIFY','result':"
                  "'RECTIFICATION_RESULT_NOT_DONE'}",
                  mk_ref_json(&w->m, &ref));
}

static void publishes(struct world *w) {
    struct mk_ref ref = mk_eval(&w->m, 2, P1, 2018, w->m.day, 8000, NULL, NULL);

    (void)mk_json(&w->m, "finance", "S03", K(PROJECT), P1, 2019, w->m.day,
                  "{'figures':[{'name':'FG2.P','fen':'1'}],'what':[%s],'published_on':%d}",
                  mk_ref_json(&w->m, &ref), w->m.day);
}

static void suspends(struct world *w) {
    (void)mk_control(&w->m, 3, P1, NULL, 2019, w->m.day, 0);
    (void)mk_control(&w->m, 5, P1, NULL, 2019, w->m.day, 1);
}

static void sets_goals(struct world *w) {
    struct mk_ref ref = mk_json(&w->m, "finance", "E04", K(PROJECT), P1, 2019, w->m.day,
                                "{'version':2,'budget_fen':'1000000'}");

    (void)mk_json(&w->m, "finance", "E05", K(PROJECT), P1, 2019, w->m.day,
                  "{'goal':%s,'result':'REVIEW_RESULT_PASS'}", mk_ref_json(&w->m, &ref));
}

static void audits(struct world *w) {
    struct mk_ref ref = mk_finding(&w->m, P1, 2018, w->m.day, "SJ1", 1, 2, 20191231, WAN, 0, NULL);

    (void)mk_verify(&w->m, P1, 2018, w->m.day, &ref, 1);
    (void)mk_audit_paid(&w->m, P1, 2018, w->m.day, 1, NULL);
}

static void reports(struct world *w) {
    (void)mk_month(&w->m, P1, 201901, 1, NULL);
    (void)mk_json(&w->m, "finance", "X03", K(PROJECT), P1, 2018, w->m.day,
                  "{'level':'MONITOR_LEVEL_DEPT','period_end':20181231}");
    (void)mk_json(&w->m, "finance", "X06", K(PROJECT), P1, 2019, w->m.day,
                  "{'kind':'BIZ_KIND_CONTRACT','ref_no':'HT1','unit':'%s','fen':'1',"
                  "'signed_on':%d}",
                  UNIT1, w->m.day);
}

static void submits(struct world *w) {
    (void)mk_json(&w->m, "finance", "B01", K(REGION), RGN, 2020, w->m.day,
                  "{'kind':'SUBMISSION_KIND_ADJUST','session':'1','session_on':20190601}");
    (void)mk_json(&w->m, "congress", "N01", K(PROJECT), P1, 2018, w->m.day,
                  "{'reply_due':20191231}");
}

static void appraises(struct world *w) {
    (void)mk_json(&w->m, "organization", "O01", K(DEPT), DEPT1, 2018, w->m.day,
                  "{'components':[{'name':'预算绩效','weight_cp':1000,'score_cp':9000}]}");
}

static void carries_over(struct world *w) {
    (void)mk_json(&w->m, "finance", "B05", K(PROJECT), P1, 2018, w->m.day,
                  "{'unit':'%s','bk':'BUDGET_KIND_GENERAL','fund_year':2018,'fen':'5',"
                  "'carry_class':'CARRY_CLASS_CARRY','as_of':20181231}",
                  UNIT1);
}

static void approves_accounts(struct world *w) {
    (void)mk_approve_budget(&w->m, 3, RGN, "3", 2017, w->m.day, "2060201", DEPT1, NULL, WAN, 2);
}

static void nothing(struct world *w) {
    (void)w;
}

static const struct {
    const char *name;
    void (*day)(struct world *w);
} days[] = {
    {"nothing", nothing},
    {"X01", pays},
    {"B04 ADD", allots},
    {"B04 INITIAL", allots_first},
    {"B04 TRANSFER", transfers},
    {"B03", approves},
    {"B03 FINAL_ACCOUNTS", approves_accounts},
    {"V01", evaluates},
    {"P02", profiles},
    {"P01", reorganizes},
    {"V03", rectifies},
    {"S03", publishes},
    {"X04", suspends},
    {"E04", sets_goals},
    {"A03", audits},
    {"X02 X03 X06", reports},
    {"B01 N01", submits},
    {"O01", appraises},
    {"B05", carries_over},
};

/* Nothing of what was there before is due on that day. */
static bool quiet(struct world *w, int32_t day) {
    struct pt_err err = {0};
    int64_t n;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT (SELECT count(*) FROM agenda WHERE due <= ?1)"
                               " + (SELECT count(*) FROM finding WHERE status = 1 AND"
                               " escalated = 0 AND due BETWEEN 1 AND ?1)",
                               "i", (int64_t)day),
                 0, "%s", err.msg);
    return n == 0;
}

/* The first day of three on which nothing is due; the days before it are ticked. */
static int32_t next_quiet(struct world *small, struct world *large, int32_t day) {
    int32_t ahead = pt_date_add(day, 1);

    while (!quiet(small, ahead) || !quiet(large, ahead)) {
        w_tick(small, day);
        w_tick(large, day);
        day = ahead;
        ahead = pt_date_add(day, 1);
    }
    w_tick(small, day);
    w_tick(large, day);
    return ahead;
}

Test(costs, a_day_costs_what_changed) {
    static struct costs few;
    static struct costs many;
    struct world small;
    struct world large;
    int32_t day = 20190122;

    ledger(&small, SMALL);
    ledger(&large, LARGE);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++, day = pt_date_add(day, 1)) {
        day = next_quiet(&small, &large, day);
        small.m.day = day;
        large.m.day = day;
        days[i].day(&small);
        days[i].day(&large);
        measure(&small, day, &few);
        measure(&large, day, &many);
        compare(days[i].name, &few, &many);
        costs_done(&few);
        costs_done(&many);
    }
    w_close(&small);
    w_close(&large);
}
