#include "sqlx.h"

#include <string.h>

int pt_sqlx_err(sqlite3 *db, struct pt_err *err, const char *what) {
    int rc = sqlite3_errcode(db);
    int code = PT_E_STORE;

    if (rc == SQLITE_NOMEM)
        code = PT_E_NOMEM;
    else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
        code = PT_E_CORRUPT;
    else if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        code = PT_E_BUSY;
    return pt_err_set(err, code, "ledger: %.120s: %s", what, sqlite3_errmsg(db));
}

int pt_sqlx_exec(sqlite3 *db, const char *sql, struct pt_err *err) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return pt_sqlx_err(db, err, sql);
    return 0;
}

int pt_sqlx_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_stmt, struct pt_err *err) {
    *ret_stmt = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt, NULL) != SQLITE_OK)
        return pt_sqlx_err(db, err, sql);
    return 0;
}

int pt_sqlx_run(sqlite3_stmt *st, struct pt_err *err) {
    int rc = sqlite3_step(st);
    int out = 0;

    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        out = pt_sqlx_err(sqlite3_db_handle(st), err, sqlite3_sql(st));
    sqlite3_reset(st);
    return out;
}

int pt_sqlx_int64(sqlite3 *db, const char *sql, int64_t *ret_value, bool *ret_found,
                  struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sqlx_prepare(db, sql, &st, err);

    *ret_value = 0;
    *ret_found = false;
    if (rc == 0) {
        int s = sqlite3_step(st);
        if (s == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL) {
            *ret_value = sqlite3_column_int64(st, 0);
            *ret_found = true;
        } else if (s != SQLITE_ROW && s != SQLITE_DONE) {
            rc = pt_sqlx_err(db, err, sql);
        }
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_sqlx_bind_text(sqlite3_stmt *st, int i, const char *s) {
    return s ? sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC) : sqlite3_bind_null(st, i);
}

const char *pt_sqlx_text(sqlite3_stmt *st, int col) {
    const char *s = (const char *)sqlite3_column_text(st, col);
    return s ? s : "";
}
