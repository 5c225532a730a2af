/* What SQL can call: the completion of an indicator, working days. */
#include <criterion/criterion.h>

#include <sqlite3.h>

#include <pentad/ledger/ledger.h>
#include <pentad/sql/sql.h>

#define GE 1
#define LE 2
#define EQ 3
#define RANGE 4
#define QUAL 5
#define BY_DATE 6
#define NA (-1)

static struct pt_ledger *fresh(void) {
    struct pt_ledger *l = NULL;
    struct pt_err err = {0};

    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    return l;
}

/* NA for NULL. */
static int64_t ask(struct pt_ledger *l, const char *sql) {
    sqlite3_stmt *st = NULL;
    sqlite3 *db = pt_ledger_sql(l)->db;
    int64_t v;

    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(st), SQLITE_ROW);
    v = sqlite3_column_type(st, 0) == SQLITE_NULL ? NA : sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return v;
}

Test(funcs, completion_of_an_indicator) {
    static const struct {
        int nature;
        const char *target, *target2, *actual;
        int graded;
        int bp;
    } cases[] = {
        {GE, "200", NULL, "150", NA, 7500},
        {GE, "200", NULL, "300", NA, 10000},
        {GE, "3", NULL, "2", NA, 6667},
        {GE, "20000", NULL, "1", NA, 1}, /* half up */
        {GE, "20001", NULL, "1", NA, 0},
        {GE, "95.5", NULL, "95.499999", NA, 10000},
        {GE, "0", NULL, "0", NA, 10000},
        {GE, "0", NULL, "-1", NA, 0},
        {GE, "10", NULL, "-1", NA, 0},
        {GE, "-10", NULL, "-12.5", NA, 7500},
        {GE, "9000000000000", NULL, "4500000000000", NA, 5000},
        {LE, "30", NULL, "30", NA, 10000},
        {LE, "30", NULL, "40", NA, 7500},
        {LE, "0", NULL, "0", NA, 10000},
        {LE, "0", NULL, "0.000001", NA, 0},
        {EQ, "40", NULL, "50", NA, 7500},
        {EQ, "40", NULL, "30", NA, 7500},
        {EQ, "40", NULL, "90", NA, 0},
        {EQ, "0", NULL, "0.0", NA, 10000},
        {EQ, "0", NULL, "1", NA, 0},
        {RANGE, "10", "20", "20", NA, 10000},
        {RANGE, "10", "20", "5", NA, 5000},
        {RANGE, "10", "20", "25", NA, 8000},
        {RANGE, "-5", "0", "-3", NA, 10000},
        {RANGE, "10", NULL, "12", NA, NA},
        {QUAL, "显著提升", NULL, "部分达成", 7000, 7000},
        {QUAL, "显著提升", NULL, "达成", NA, 10000},
        {QUAL, "显著提升", NULL, "较好", NA, NA},
        {QUAL, "显著提升", NULL, "较好", 12000, 10000},
        {BY_DATE, "20191101", NULL, "20191101", NA, 10000},
        {BY_DATE, "20190411", NULL, "20190421", NA, 9000}, /* 10 of 100 days */
        {BY_DATE, "20190411", NULL, "20191231", NA, 0},
        {BY_DATE, "20190411", NULL, "2019-04-21", NA, NA},
        {GE, "95%", NULL, "95", NA, NA},
        {GE, "95", NULL, "", NA, NA},
        {GE, "95", NULL, NULL, NA, NA},
        {GE, "95", NULL, "1.2.3", NA, NA},
        {GE, "95", NULL, "1.0000001", NA, NA},
        {GE, "95", NULL, "99999999999999999999", NA, NA},
        {0, "95", NULL, "95", NA, NA},
        {7, "95", NULL, "95", NA, NA},
    };
    struct pt_ledger *l = fresh();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *sql = sqlite3_mprintf(
            "SELECT completion_bp(%d, %Q, %Q, %Q, nullif(%d, -1), 20190101)", cases[i].nature,
            cases[i].target, cases[i].target2, cases[i].actual, cases[i].graded);

        cr_expect_eq(ask(l, sql), cases[i].bp, "%s: %lld, not %d", sql, (long long)ask(l, sql),
                     cases[i].bp);
        sqlite3_free(sql);
    }
    pt_ledger_close(l);
}

Test(funcs, working_days) {
    struct pt_ledger *l = fresh();

    cr_expect_eq(ask(l, "SELECT wd_add(20190614, 1)"), 20190617);
    cr_expect_eq(ask(l, "SELECT wd_diff(20190617, 20190614)"), 1);
    cr_expect_eq(ask(l, "SELECT wd_diff(20190616, 20190614)"), 0);
    cr_expect_eq(ask(l, "SELECT wd_diff(wd_add(20190603, 10), 20190603)"), 10);
    cr_expect_eq(ask(l, "SELECT wd_diff(20190603, 20190617)"), 0);
    cr_expect_eq(ask(l, "SELECT wd_diff(20190603, 20190631)"), NA);
    cr_expect_eq(ask(l, "SELECT cd_add(20190601, 1)"), 20190603);
    /* The last date there is isn't passed. */
    cr_expect_eq(ask(l, "SELECT wd_add(21991230, 30)"), 21991231);
    cr_expect_eq(ask(l, "SELECT cd_add(21991230, 30)"), NA);
    pt_ledger_close(l);
}

/* A result binds the budget that is drafted next: until the end of October that of the coming year,
 * later that of the year behind it. Of the year y a self-evaluation of March y+1 binds y+2, a key
 * evaluation of finance within y binds y+1. */
Test(funcs, which_budget_a_result_binds) {
    struct pt_ledger *l = fresh();

    cr_expect_eq(ask(l, "SELECT next_fy(20190920, 1031)"), 2020, "within the year");
    cr_expect_eq(ask(l, "SELECT next_fy(20191031, 1031)"), 2020, "on the last day of drafting");
    cr_expect_eq(ask(l, "SELECT next_fy(20191101, 1031)"), 2021, "the day after");
    cr_expect_eq(ask(l, "SELECT next_fy(20200331, 1031)"), 2021, "of 2019, in the March after");
    cr_expect_eq(ask(l, "SELECT next_fy(20191015, 930)"), 2021, "where drafting ends earlier");
    cr_expect_eq(ask(l, "SELECT next_fy(20190229, 1031)"), NA, "no such day");
    cr_expect_eq(ask(l, "SELECT next_fy(NULL, 1031)"), NA);
    pt_ledger_close(l);
}

/* Half of the unit that the source writes, a line: 0.5 万元, 0.5 元, nothing where it says fen. */
Test(funcs, what_rounding_explains) {
    struct pt_ledger *l = fresh();

    cr_expect_eq(ask(l, "SELECT half_unit(3)"), 500000, "万元");
    cr_expect_eq(ask(l, "SELECT half_unit(2)"), 50, "元");
    cr_expect_eq(ask(l, "SELECT half_unit(1)"), 0, "分");
    cr_expect_eq(ask(l, "SELECT half_unit(NULL)"), 0, "nothing said");
    pt_ledger_close(l);
}
