#include "sql.h"

#include <stdarg.h>
#include <stdint.h>

int pt_runtime_sql_error(struct sql *s, struct pt_err *err, const char *what) {
    return pt_err_set(err, PT_E_STORE, "the connector's state file: %s (while: %.120s)",
                      sqlite3_errmsg(s->db), what);
}

int pt_runtime_sql_row(struct sql *s, int step, struct pt_err *err, const char *what) {
    return step == SQLITE_ROW    ? 0
           : step == SQLITE_DONE ? PT_E_NOT_FOUND
                                 : pt_runtime_sql_error(s, err, what);
}

static int bind_all(sqlite3_stmt *st, const char *format, va_list ap) {
    int at = 1;
    for (const char *f = format; *f; f++, at++) {
        int rc = SQLITE_MISUSE;
        if (*f == 'i') {
            rc = sqlite3_bind_int64(st, at, va_arg(ap, int64_t));
        } else if (*f == 's') {
            rc = sqlite3_bind_text(st, at, va_arg(ap, const char *), -1, SQLITE_STATIC);
        } else if (*f == 'b') {
            const void *p = va_arg(ap, const void *);
            size_t len = va_arg(ap, size_t);
            rc = sqlite3_bind_blob64(st, at, len ? p : "", len, SQLITE_STATIC);
        }
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}

/* The kept statement of that text, unless it is in use: then one of its own. */
static int take(struct sql *s, const char *text, sqlite3_stmt **ret) {
    struct sql_slot *slot = NULL;
    for (size_t i = 0; i < s->n && !slot; i++) {
        slot = s->slots[i].text == text ? &s->slots[i] : NULL;
    }
    if (slot && !slot->used) {
        slot->used = true;
        *ret = slot->st;
        return SQLITE_OK;
    }
    int rc = sqlite3_prepare_v2(s->db, text, -1, ret, NULL);
    if (rc == SQLITE_OK && !slot && s->n < SQL_SLOTS) {
        s->slots[s->n++] = (struct sql_slot){.text = text, .st = *ret, .used = true};
    }
    return rc;
}

void pt_runtime_sql_done(struct sql *s, sqlite3_stmt *st) {
    if (!st) {
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (s->slots[i].st == st) {
            (void)sqlite3_reset(st);
            (void)sqlite3_clear_bindings(st);
            s->slots[i].used = false;
            return;
        }
    }
    (void)sqlite3_finalize(st);
}

void pt_runtime_sql_close(struct sql *s) {
    for (size_t i = 0; i < s->n; i++) {
        (void)sqlite3_finalize(s->slots[i].st);
    }
    s->n = 0;
    (void)sqlite3_close_v2(s->db);
    s->db = NULL;
}

static int query(struct sql *s, sqlite3_stmt **ret, const char *text, const char *format,
                 va_list ap) {
    *ret = NULL;
    sqlite3_stmt *st = NULL;
    int rc = take(s, text, &st);
    if (rc == SQLITE_OK) {
        rc = bind_all(st, format, ap);
    }
    if (rc != SQLITE_OK) {
        pt_runtime_sql_done(s, st);
        return rc;
    }
    *ret = st;
    return SQLITE_OK;
}

int pt_runtime_sql_run(struct sql *s, struct pt_err *err, const char *text, const char *format,
                       ...) {
    sqlite3_stmt *st = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = query(s, &st, text, format, ap);
    va_end(ap);
    if (rc == SQLITE_OK) {
        do {
            rc = sqlite3_step(st);
        } while (rc == SQLITE_ROW);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    int out = rc == SQLITE_OK ? 0 : pt_runtime_sql_error(s, err, text);
    pt_runtime_sql_done(s, st);
    return out;
}

int pt_runtime_sql_query(struct sql *s, sqlite3_stmt **ret, struct pt_err *err, const char *text,
                         const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    int rc = query(s, ret, text, format, ap);
    va_end(ap);
    return rc == SQLITE_OK ? 0 : pt_runtime_sql_error(s, err, text);
}
