/* Sums of payments at a tick, whatever became of a batch since it came, and of the process. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include <pentad/ledger/ledger.h>
#include <pentad/sql/sql.h>

#include "mklog.h"

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char UNIT1[] = "12370100000000001U";

/* How the entries come in. */
enum { MOST_ENTRIES = 32 };
enum way { STRAIGHT, ANOTHER_TAKEN_BACK_FIRST, REOPENED_AFTER_EACH, WAYS };

static void must(int rc, const struct pt_err *err) {
    cr_assert_eq(rc, 0, "%s", err->msg);
}

/* Is it a tick? */
static bool apply(struct pt_ledger *l, const struct pt_fold_entry *e) {
    struct pt_ledger_applied a;
    struct pt_err err = {0};

    must(pt_ledger_begin(l, &err), &err);
    must(pt_ledger_apply(l, e, &a, &err), &err);
    return a.has_tick;
}

/* ticks: which entries are ticks, of both logs; known once one was folded. */
static struct pt_ledger *fold(const struct mklog *m, const struct mklog *another, const char *path,
                              enum way way, bool *ticks) {
    struct pt_ledger *l = NULL;
    struct pt_err err = {0};

    (void)unlink(path);
    cr_assert(m->n <= MOST_ENTRIES);
    must(pt_ledger_open(path, PT_LEDGER_WRITE, &l, NULL, &err), &err);
    for (size_t i = 0; i < m->n; i++) {
        if (way == REOPENED_AFTER_EACH) {
            pt_ledger_close(l);
            must(pt_ledger_open(path, PT_LEDGER_WRITE, &l, NULL, &err), &err);
        }
        if (way == ANOTHER_TAKEN_BACK_FIRST && !ticks[i]) {
            (void)apply(l, &another->e[i]);
            pt_ledger_rollback(l);
        }
        ticks[i] = apply(l, &m->e[i]);
        must(pt_ledger_commit(l, &err), &err);
    }
    return l;
}

static int64_t number(struct pt_ledger *l, const char *sql) {
    struct pt_err err = {0};
    sqlite3_stmt *st = NULL;
    int64_t v;

    must(pt_sql_prepare(pt_ledger_sql(l), sql, &st, &err), &err);
    cr_assert_eq(sqlite3_step(st), SQLITE_ROW, "%s", sql);
    v = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return v;
}

/* One that is taken back on its own day, one on the next; a refund; two of one quota line; one that
 * waits for the batch that it corrects. */
static void make_log(struct mklog *m, int64_t unit) {
    const struct mk_line lines[] = {{"V1", P1, "Q1", 100 * unit, 0, NULL},
                                    {"V2", P2, "Q2", 20 * unit, 0, NULL},
                                    {"V3", P1, "Q1", 3000 * unit, 0, NULL},
                                    {"V4", P1, "Q1", -7 * unit, 0, NULL}};
    struct mk_ref same_day;
    struct mk_ref next_day;

    mk_init(m);
    same_day = mk_pay(m, UNIT1, 2019, 20190301, lines, 2, NULL);
    mk_flush(m);
    next_day = mk_pay(m, UNIT1, 2019, 20190301, lines + 2, 1, NULL);
    mk_flush(m);
    (void)mk_pay(m, UNIT1, 2019, 20190301, lines, 2, &same_day);
    mk_flush(m);
    (void)mk_pay(m, UNIT1, 2019, 20190228, lines, 4, NULL);
    mk_tick(m, 20190301);
    (void)mk_pay(m, UNIT1, 2019, 20190302, lines + 3, 1, NULL);
    mk_flush(m);
    (void)mk_pay(m, UNIT1, 2019, 20190301, lines + 2, 1, &next_day);
    mk_tick(m, 20190302);
}

Test(paysums, count_each_line_once_whatever_happens_before_the_tick) {
    uint8_t first[32];
    uint8_t d[32];
    struct pt_err err = {0};
    struct mklog another;
    struct mklog m;
    char path[64];
    bool ticks[MOST_ENTRIES];

    (void)snprintf(path, sizeof path, "/tmp/pt_paysums_test_%d.db", (int)getpid());
    make_log(&m, 1);
    make_log(&another, 5);
    for (enum way way = STRAIGHT; way < WAYS; way++) {
        struct pt_ledger *l = fold(&m, &another, path, way, ticks);

        cr_expect_eq(number(l, "SELECT sum(fen) FROM agg_pay WHERE subject LIKE '%1'"),
                     100 + 3000 - 7 - 7, "way %d", (int)way);
        cr_expect_eq(number(l, "SELECT sum(fen) FROM agg_pay WHERE subject LIKE '%2'"), 20);
        cr_expect_eq(number(l, "SELECT sum(fen) FROM agg_line WHERE quota_no = 'Q1'"),
                     100 + 3000 - 7 - 7, "way %d", (int)way);
        /* What was paid on 1 March was taken back whole. */
        cr_expect_eq(number(l, "SELECT max(last) FROM agg_line"), 20190228, "way %d", (int)way);
        /* Of the last tick: what moved. */
        cr_expect_eq(number(l, "SELECT count(*) FROM d_pay"), 1, "way %d", (int)way);
        cr_expect_eq(number(l, "SELECT fen FROM d_pay"), -7 - 3000, "way %d", (int)way);
        cr_expect_eq(number(l, "SELECT undone FROM d_subject"), 1, "way %d", (int)way);
        must(pt_ledger_digest(l, way == STRAIGHT ? first : d, &err), &err);
        cr_expect(way == STRAIGHT || memcmp(first, d, sizeof d) == 0, "way %d", (int)way);
        pt_ledger_close(l);
    }
    (void)unlink(path);
    mk_done(&another);
    mk_done(&m);
}

/* However many lines, quota numbers and months: a row a year, of the earliest day of any. */
Test(paysums, gather_a_subject_by_fiscal_year) {
    const struct mk_line lines[] = {
        {"V1", P1, "Q1", 1, 0, NULL}, {"V2", P2, "Q2", 2, 0, NULL}, {"V3", P1, "Q3", 4, 0, NULL}};
    struct mklog m;
    struct pt_ledger *l;
    bool ticks[MOST_ENTRIES];

    mk_init(&m);
    (void)mk_pay(&m, UNIT1, 2020, 20200105, lines, 3, NULL);
    (void)mk_pay(&m, UNIT1, 2019, 20191230, lines, 3, NULL);
    m.pay_precision = 2;
    (void)mk_pay(&m, UNIT1, 2019, 20191105, lines, 1, NULL);
    mk_tick(&m, 20200105);
    l = fold(&m, NULL, ":memory:", STRAIGHT, ticks);
    cr_expect_eq(number(l, "SELECT count(*) FROM d_subject"), 4);
    cr_expect_eq(number(l, "SELECT count(DISTINCT subject || fy) FROM d_subject"), 4);
    cr_expect_eq(number(l, "SELECT month * 10 + coarse FROM d_subject WHERE subject LIKE '%1'"
                           " AND fy = 2019"),
                 2019111);
    cr_expect_eq(number(l, "SELECT first_day FROM d_subject WHERE subject LIKE '%1' AND fy = 2019"),
                 20191130);
    cr_expect_eq(number(l, "SELECT first_day FROM d_subject WHERE subject LIKE '%2' AND fy = 2019"),
                 20191230);
    cr_expect_eq(number(l, "SELECT month FROM d_subject WHERE subject LIKE '%1' AND fy = 2020"),
                 202001);
    pt_ledger_close(l);
    mk_done(&m);
}
