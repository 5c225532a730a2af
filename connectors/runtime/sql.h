/* SQLite with less ceremony: statements are kept prepared, parameters are bound by a format string,
 * errors are mapped in one place. Format: 'i' int64_t, 's' const char * (NULL = NULL), 'b' const
 * void *, size_t; what is bound must stay until the statement is done. Private to the room. */
#ifndef PENTAD_RUNTIME_SQL_H
#define PENTAD_RUNTIME_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include <pentad/base/err.h>

#define SQL_SLOTS 64 /* statements kept; further ones are prepared each time */

struct sql_slot {
    const char *text; /* a literal: its address is the key */
    sqlite3_stmt *st;
    bool used;
};

struct sql {
    sqlite3 *db;
    struct sql_slot slots[SQL_SLOTS];
    size_t n;
};

/* Finalizes what is kept and closes the database. */
void pt_runtime_sql_close(struct sql *s);
/* Runs to completion; 0 or PT_E_STORE with the sentence. */
int pt_runtime_sql_run(struct sql *s, struct pt_err *err, const char *text, const char *format,
                       ...);
/* Prepares and binds; the caller steps, then calls pt_runtime_sql_done (NULL is fine). */
int pt_runtime_sql_query(struct sql *s, sqlite3_stmt **ret, struct pt_err *err, const char *text,
                         const char *format, ...);
void pt_runtime_sql_done(struct sql *s, sqlite3_stmt *st);
/* 0 where `step` is SQLITE_ROW, PT_E_NOT_FOUND where it is SQLITE_DONE, else PT_E_STORE. */
int pt_runtime_sql_row(struct sql *s, int step, struct pt_err *err, const char *what);
int pt_runtime_sql_error(struct sql *s, struct pt_err *err, const char *what);

#endif
