/* SQLite with less ceremony: bind by a format string, map errors in one place.
 * Format: 'i' int64_t, 's' const char * (NULL = NULL), 'b' const void *, size_t.
 * Private to the room. */
#ifndef PT_RUNTIME_SQL_H
#define PT_RUNTIME_SQL_H

#include <sqlite3.h>

#include <pentad/base/err.h>

/* Runs to completion; 0 or PT_E_STORE with the sentence. */
int sql_run(sqlite3 *db, struct pt_err *err, const char *sql, const char *format, ...);
/* Prepares and binds; the caller steps and finalizes. */
int sql_query(sqlite3 *db, sqlite3_stmt **ret, struct pt_err *err, const char *sql,
              const char *format, ...);
int sql_error(sqlite3 *db, struct pt_err *err, const char *what);

#endif
