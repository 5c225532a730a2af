/* What SQLite makes of the rules' statements: none that runs at a tick steps through all records,
 * payment lines or references, or builds an index of them, however few days that would be on. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/sql/sql.h>

#include "world.h"

enum { CURSORS = 1024, ROOTS = 32 };

/* The root pages of the tables that grow with the log, and of their indexes. */
struct roots {
    int page[ROOTS];
    size_t n;
};

static void find_roots(sqlite3 *db, struct roots *out) {
    sqlite3_stmt *st = NULL;

    out->n = 0;
    cr_assert_eq(sqlite3_prepare_v2(db,
                                    "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN"
                                    " ('record', 'f_payment_batch_lines', 'ref', 'entry')"
                                    " AND rootpage > 0",
                                    -1, &st, NULL),
                 SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW && out->n < ROOTS)
        out->page[out->n++] = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    cr_assert_geq(out->n, 8);
}

static bool is_root(const struct roots *r, int page) {
    for (size_t i = 0; i < r->n; i++)
        if (r->page[i] == page)
            return true;
    return false;
}

/* Which of the program's cursors stand on such a table: -1, or where that cursor is rewound. */
static int full_scan(sqlite3 *db, const char *sql, const struct roots *roots) {
    char *ask = sqlite3_mprintf("EXPLAIN %s", sql);
    sqlite3_stmt *st = NULL;
    bool large[CURSORS] = {false};
    int at = -1;

    cr_assert_eq(sqlite3_prepare_v2(db, ask, -1, &st, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    /* Cursors may be opened after the place where they are used stands: first all that open. */
    while (sqlite3_step(st) == SQLITE_ROW)
        if (strcmp((const char *)sqlite3_column_text(st, 1), "OpenRead") == 0 &&
            sqlite3_column_int(st, 4) == 0 && sqlite3_column_int(st, 2) < CURSORS)
            large[sqlite3_column_int(st, 2)] = is_root(roots, sqlite3_column_int(st, 3));
    (void)sqlite3_reset(st);
    while (at < 0 && sqlite3_step(st) == SQLITE_ROW) {
        const char *op = (const char *)sqlite3_column_text(st, 1);
        int cursor = sqlite3_column_int(st, 2);

        if ((strcmp(op, "Rewind") == 0 || strcmp(op, "Last") == 0) && cursor < CURSORS &&
            large[cursor])
            at = sqlite3_column_int(st, 0);
    }
    sqlite3_finalize(st);
    sqlite3_free(ask);
    return at;
}

Test(plans, no_rule_reads_all_records_at_a_tick) {
    struct world w;
    struct roots roots;
    sqlite3 *db;
    int seen = 0;

    w_open(&w, ":memory:");
    db = pt_ledger_sql(pt_fold_ledger(w.f))->db;
    find_roots(db, &roots);
    cr_assert_geq(full_scan(db, "SELECT count(*) FROM record WHERE doc_no = 'x'", &roots), 0,
                  "a full scan isn't seen");
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(db, st));) {
        const char *sql = sqlite3_sql(st);
        char rule[8], part[16];

        if (sscanf(sql, "/* %7s %15s */", rule, part) != 2 || strcmp(part, "all") == 0)
            continue;
        seen++;
        cr_expect_lt(full_scan(db, sql, &roots), 0, "%s [%s] reads a whole table", rule, part);
    }
    cr_expect_gt(seen, 200, "%d statements", seen);
    w_close(&w);
}
