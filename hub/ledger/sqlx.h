/* Thin helpers over SQLite for this room: one place that maps its errors. */
#ifndef PENTAD_LEDGER_SQLX_H
#define PENTAD_LEDGER_SQLX_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

/* PT_E_STORE (or PT_E_CORRUPT, PT_E_NOMEM, PT_E_BUSY) with SQLite's own words. */
int pt_sqlx_err(sqlite3 *db, struct pt_err *err, const char *what);
int pt_sqlx_exec(sqlite3 *db, const char *sql, struct pt_err *err);
int pt_sqlx_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_stmt, struct pt_err *err);
/* Steps a statement that gives no row, and resets it. */
int pt_sqlx_run(sqlite3_stmt *st, struct pt_err *err);
/* One row's first column; *ret_found false where there is no row or it is NULL. */
int pt_sqlx_int64(sqlite3 *db, const char *sql, int64_t *ret_value, bool *ret_found,
                  struct pt_err *err);
int pt_sqlx_bind_text(sqlite3_stmt *st, int i, const char *s);
const char *pt_sqlx_text(sqlite3_stmt *st, int col); /* "" for NULL; borrowed until the next step */

#endif
