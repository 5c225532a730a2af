#include "sql.h"

#include <stdarg.h>
#include <stdint.h>

int sql_error(sqlite3 *db, struct pt_err *err, const char *what) {
    return pt_err_set(err, PT_E_STORE, "the connector's state file: %s (while: %.120s)",
                      sqlite3_errmsg(db), what);
}

static int bind_all(sqlite3_stmt *st, const char *format, va_list ap) {
    int at = 1;
    for (const char *f = format; *f; f++, at++) {
        int rc = SQLITE_MISUSE;
        if (*f == 'i') {
            rc = sqlite3_bind_int64(st, at, va_arg(ap, int64_t));
        } else if (*f == 's') {
            rc = sqlite3_bind_text(st, at, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
        } else if (*f == 'b') {
            const void *p = va_arg(ap, const void *);
            size_t len = va_arg(ap, size_t);
            rc = sqlite3_bind_blob64(st, at, len ? p : "", len, SQLITE_TRANSIENT);
        }
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}

static int prepare(sqlite3 *db, sqlite3_stmt **ret, const char *sql, const char *format,
                   va_list ap) {
    *ret = NULL;
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK) {
        rc = bind_all(st, format, ap);
    }
    if (rc != SQLITE_OK) {
        sqlite3_finalize(st);
        return rc;
    }
    *ret = st;
    return SQLITE_OK;
}

int sql_run(sqlite3 *db, struct pt_err *err, const char *sql, const char *format, ...) {
    sqlite3_stmt *st = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = prepare(db, &st, sql, format, ap);
    va_end(ap);
    if (rc == SQLITE_OK) {
        do {
            rc = sqlite3_step(st);
        } while (rc == SQLITE_ROW);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    int out = rc == SQLITE_OK ? 0 : sql_error(db, err, sql);
    sqlite3_finalize(st);
    return out;
}

int sql_query(sqlite3 *db, sqlite3_stmt **ret, struct pt_err *err, const char *sql,
              const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    int rc = prepare(db, ret, sql, format, ap);
    va_end(ap);
    return rc == SQLITE_OK ? 0 : sql_error(db, err, sql);
}
