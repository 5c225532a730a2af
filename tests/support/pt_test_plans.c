#include "pt_test_plans.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CURSORS = 1024, ROOTS = 32, ROOTS_LEAST = 8 };

/* The root pages of the tables that grow with the log, and of their indexes. */
struct roots {
    int page[ROOTS];
    size_t n;
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
        abort();
    }
    return st;
}

static void find_roots(sqlite3 *db, struct roots *out) {
    sqlite3_stmt *st = prepare(db, "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN"
                                   " ('record', 'f_payment_batch_lines', 'ref', 'entry')"
                                   " AND rootpage > 0");

    out->n = 0;
    while (sqlite3_step(st) == SQLITE_ROW && out->n < ROOTS)
        out->page[out->n++] = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    if (out->n < ROOTS_LEAST) {
        fprintf(stderr, "this is no ledger: %zu tables and indexes\n", out->n);
        abort();
    }
}

static bool is_root(const struct roots *r, int page) {
    for (size_t i = 0; i < r->n; i++)
        if (r->page[i] == page)
            return true;
    return false;
}

/* Which of the program's cursors stand on such a table: -1, or where that cursor is rewound. */
int pt_test_full_scan(sqlite3 *db, const char *sql) {
    char *ask = sqlite3_mprintf("EXPLAIN %s", sql);
    sqlite3_stmt *st = prepare(db, ask);
    struct roots roots;
    bool large[CURSORS] = {false};
    int at = -1;

    find_roots(db, &roots);
    /* Cursors may be opened after the place where they are used stands: first all that open. */
    while (sqlite3_step(st) == SQLITE_ROW)
        if (strcmp((const char *)sqlite3_column_text(st, 1), "OpenRead") == 0 &&
            sqlite3_column_int(st, 4) == 0 && sqlite3_column_int(st, 2) < CURSORS)
            large[sqlite3_column_int(st, 2)] = is_root(&roots, sqlite3_column_int(st, 3));
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
