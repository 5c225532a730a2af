/* Rows in memory that SQL reads as the table in_memory(c0, c1, …):
 *
 *   INSERT OR FAIL INTO t SELECT c0, c1 FROM in_memory
 *
 * One run takes any number of rows, and SQLite takes each column where it lies: nothing is bound.
 * OR FAIL: a statement of more than one row that may fail otherwise has each page that it touches
 * copied first, to undo the rows before the one that failed; who calls pt_ledger_apply gives up
 * its transaction then. Of write handles. Not for others. */
#ifndef PENTAD_LEDGER_ROWS_H
#define PENTAD_LEDGER_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include <pentad/base/err.h>
#include <pentad/sql/sql.h>

enum { PT_ROWS_COLS = 100 };

struct pt_rows {
    size_t n;
    /* Gives a column by sqlite3_result_…, not at all: NULL. */
    void (*column)(const void *ctx, size_t row, int col, sqlite3_context *ret);
    const void *ctx;
};

/* What in_memory holds, of one connection; embedded, zeroed at first. */
struct pt_in_memory {
    const struct pt_rows *rows; /* while a statement runs */
    struct pt_sql *sql;
    sqlite3_vtab_cursor cursor;
    size_t at;
    bool open;
};

/* Makes the table known to the connection; both stay where they are until that is closed. */
int pt_rows_register(struct pt_in_memory *m, struct pt_sql *sql, struct pt_err *err);
/* Prepares the insert of c0 to c<n_cols-1> into the columns of a table, in their order. The
 * statement is the caller's to finalize. */
int pt_rows_prepare(struct pt_in_memory *m, const char *table, size_t n_cols, sqlite3_stmt **ret,
                    struct pt_err *err);
/* Runs a statement, or a literal that is kept, over those rows, which may be none. */
int pt_rows_execute(struct pt_in_memory *m, sqlite3_stmt *st, const struct pt_rows *rows,
                    struct pt_err *err);
int pt_rows_run(struct pt_in_memory *m, const char *text, const struct pt_rows *rows,
                struct pt_err *err);

#endif
