/* Statements, their parameters, their rows. */
#include <pentad/sql/sql.h>

#include <stdarg.h>
#include <string.h>

#include <sqlite3.h>

#include "internal.h"

/* ---- preparing and keeping ---- */

static int prepare(struct pt_sql *s, const char *text, unsigned flags, sqlite3_stmt **ret,
                   struct pt_err *err) {
    struct pt_buf hold;
    const char *filled;
    int rc;

    *ret = NULL;
    pt_buf_init(&hold, PT_SQL_TEXT_MAX);
    rc = pt_sql_fill(s, text, &hold, &filled, err);
    if (rc == 0) {
        int step = sqlite3_prepare_v3(s->db, filled, -1, flags, ret, NULL);
        rc = step == SQLITE_OK ? 0 : pt_sql_err(s, step, err, text);
    }
    pt_buf_done(&hold);
    return rc;
}

int pt_sql_prepare(struct pt_sql *s, const char *text, sqlite3_stmt **ret, struct pt_err *err) {
    return prepare(s, text, SQLITE_PREPARE_PERSISTENT, ret, err);
}

/* The kept statement of that text, unless it is in use: then one of its own. */
static int take(struct pt_sql *s, const char *text, sqlite3_stmt **ret, struct pt_err *err) {
    struct pt_sql_kept *kept = NULL;
    bool keep;
    int rc;

    for (size_t i = 0; i < s->n_kept && !kept; i++)
        kept = s->kept[i].text == text ? &s->kept[i] : NULL;
    if (kept && !kept->used) {
        /* A text made at run time may stand where another one stood: that is for pt_sql_once. */
        PT_ASSERT(kept->changed || strcmp(sqlite3_sql(kept->st), text) == 0);
        kept->used = true;
        *ret = kept->st;
        return 0;
    }
    keep = !kept && s->n_kept < PT_SQL_KEPT_MAX;
    rc = prepare(s, text, keep ? SQLITE_PREPARE_PERSISTENT : 0, ret, err);
    if (rc == 0 && keep)
        s->kept[s->n_kept++] = (struct pt_sql_kept){
            .text = text, .st = *ret, .used = true, .changed = s->names && strchr(text, '@')};
    return rc;
}

void pt_sql_done(struct pt_sql *s, sqlite3_stmt *st) {
    if (!st)
        return;
    for (size_t i = 0; i < s->n_kept; i++)
        if (s->kept[i].st == st) {
            (void)sqlite3_reset(st);
            (void)sqlite3_clear_bindings(st);
            s->kept[i].used = false;
            return;
        }
    (void)sqlite3_finalize(st);
}

void pt_sql_reset(sqlite3_stmt *st) {
    (void)sqlite3_reset(st);
}

void pt_sql_finalize(sqlite3_stmt *st) {
    (void)sqlite3_finalize(st);
}

/* ---- binding ---- */

/* An empty span may have no memory, which would bind NULL. */
static int bind_blob(sqlite3_stmt *st, int at, struct pt_span v) {
    return sqlite3_bind_blob64(st, at, v.len > 0 ? (const void *)v.p : "", v.len, SQLITE_STATIC);
}

static int bind_optional(sqlite3_stmt *st, int at, int has, int64_t v) {
    return has ? sqlite3_bind_int64(st, at, v) : sqlite3_bind_null(st, at);
}

static int bind_all(struct pt_sql *s, sqlite3_stmt *st, struct pt_err *err, const char *format,
                    va_list ap) {
    int n = sqlite3_bind_parameter_count(st);
    int rc = SQLITE_OK;

    PT_ASSERT(strlen(format) >= (size_t)n);
    for (int at = 1; at <= n && rc == SQLITE_OK; at++) {
        switch (format[at - 1]) {
        case 'i':
            rc = sqlite3_bind_int64(st, at, va_arg(ap, int64_t));
            break;
        case 'o': {
            int has = va_arg(ap, int);
            rc = bind_optional(st, at, has, va_arg(ap, int64_t));
            break;
        }
        case 's':
            rc = sqlite3_bind_text(st, at, va_arg(ap, const char *), -1, SQLITE_STATIC);
            break;
        case 'b':
            rc = bind_blob(st, at, va_arg(ap, struct pt_span));
            break;
        default:
            PT_ASSERT(format[at - 1] == 'n');
            rc = sqlite3_bind_null(st, at);
            break;
        }
    }
    return rc == SQLITE_OK ? 0 : pt_sql_err(s, rc, err, sqlite3_sql(st));
}

int pt_sql_bind(struct pt_sql *s, sqlite3_stmt *st, struct pt_err *err, const char *format, ...) {
    va_list ap;
    int rc;

    va_start(ap, format);
    rc = bind_all(s, st, err, format, ap);
    va_end(ap);
    return rc;
}

/* ---- running ---- */

/* One statement of a script, `len` bytes from `text` on. */
static int run_part(struct pt_sql *s, const char *text, size_t len, struct pt_err *err) {
    struct pt_sql_kept *kept = NULL;
    sqlite3_stmt *st = NULL;
    struct pt_buf copy;
    int rc;

    for (size_t i = 0; i < s->n_kept && !kept; i++)
        kept = s->kept[i].text == text ? &s->kept[i] : NULL;
    if (kept)
        return pt_sql_execute(s, kept->st, err);
    pt_buf_init(&copy, PT_SQL_TEXT_MAX);
    rc = pt_buf_append(&copy, text, len);
    if (rc != 0)
        (void)pt_err_set(err, rc, "%s: no room for a statement of %zu bytes", s->name, len);
    rc = rc == 0 ? prepare(s, pt_buf_cstr(&copy), SQLITE_PREPARE_PERSISTENT, &st, err) : rc;
    pt_buf_done(&copy);
    rc = rc == 0 ? pt_sql_execute(s, st, err) : rc;
    if (rc == 0 && s->n_kept < PT_SQL_KEPT_MAX)
        s->kept[s->n_kept++] = (struct pt_sql_kept){.text = text, .st = st, .changed = true};
    else
        (void)sqlite3_finalize(st);
    return rc;
}

int pt_sql_script(struct pt_sql *s, const char *text, struct pt_err *err) {
    int rc = 0;

    for (const char *p = text; rc == 0 && *p;) {
        size_t len = strcspn(p, ";");

        rc = run_part(s, p, len, err);
        p += p[len] ? len + 1 : len;
    }
    return rc;
}

int pt_sql_execute(struct pt_sql *s, sqlite3_stmt *st, struct pt_err *err) {
    int step = sqlite3_step(st);
    int rc;

    while (step == SQLITE_ROW)
        step = sqlite3_step(st);
    rc = step == SQLITE_DONE ? 0 : pt_sql_err(s, step, err, sqlite3_sql(st));
    (void)sqlite3_reset(st);
    return rc;
}

int pt_sql_apply(struct pt_sql *s, sqlite3_stmt *st, struct pt_err *err, const char *format, ...) {
    va_list ap;
    int rc;

    va_start(ap, format);
    rc = bind_all(s, st, err, format, ap);
    va_end(ap);
    return rc == 0 ? pt_sql_execute(s, st, err) : rc;
}

/* Binds what was prepared; nothing is left where that fails. */
static int bound(struct pt_sql *s, sqlite3_stmt **st, int prepared, struct pt_err *err,
                 const char *format, va_list ap) {
    int rc = prepared == 0 ? bind_all(s, *st, err, format, ap) : prepared;

    if (rc != 0) {
        pt_sql_done(s, *st);
        *st = NULL;
    }
    return rc;
}

int pt_sql_query(struct pt_sql *s, sqlite3_stmt **ret, struct pt_err *err, const char *text,
                 const char *format, ...) {
    va_list ap;
    int rc = take(s, text, ret, err);

    va_start(ap, format);
    rc = bound(s, ret, rc, err, format, ap);
    va_end(ap);
    return rc;
}

int pt_sql_once(struct pt_sql *s, sqlite3_stmt **ret, struct pt_err *err, const char *text,
                const char *format, ...) {
    va_list ap;
    int rc = prepare(s, text, 0, ret, err);

    va_start(ap, format);
    rc = bound(s, ret, rc, err, format, ap);
    va_end(ap);
    return rc;
}

int pt_sql_run(struct pt_sql *s, struct pt_err *err, const char *text, const char *format, ...) {
    sqlite3_stmt *st = NULL;
    va_list ap;
    int rc = take(s, text, &st, err);

    va_start(ap, format);
    rc = bound(s, &st, rc, err, format, ap);
    va_end(ap);
    rc = rc == 0 ? pt_sql_execute(s, st, err) : rc;
    pt_sql_done(s, st);
    return rc;
}

int pt_sql_number(struct pt_sql *s, int64_t *ret, bool *ret_found, struct pt_err *err,
                  const char *text, const char *format, ...) {
    sqlite3_stmt *st = NULL;
    va_list ap;
    int rc = take(s, text, &st, err);

    *ret = 0;
    *ret_found = false;
    va_start(ap, format);
    rc = bound(s, &st, rc, err, format, ap);
    va_end(ap);
    if (pt_sql_row(s, st, &rc, err) && !pt_sql_is_null(st, 0)) {
        *ret = pt_sql_i64(st, 0);
        *ret_found = true;
    }
    pt_sql_done(s, st);
    return rc;
}

/* ---- rows ---- */

bool pt_sql_row(struct pt_sql *s, sqlite3_stmt *st, int *rc, struct pt_err *err) {
    int step;

    if (*rc != 0)
        return false;
    step = sqlite3_step(st);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        *rc = pt_sql_err(s, step, err, sqlite3_sql(st));
    return step == SQLITE_ROW;
}

int pt_sql_one(struct pt_sql *s, sqlite3_stmt *st, struct pt_err *err) {
    int rc = 0;

    return pt_sql_row(s, st, &rc, err) ? 0 : rc != 0 ? rc : PT_E_NOT_FOUND;
}

bool pt_sql_is_null(sqlite3_stmt *st, int column) {
    return sqlite3_column_type(st, column) == SQLITE_NULL;
}

int64_t pt_sql_i64(sqlite3_stmt *st, int column) {
    return sqlite3_column_int64(st, column);
}

int32_t pt_sql_i32(sqlite3_stmt *st, int column) {
    return sqlite3_column_int(st, column);
}

uint64_t pt_sql_u64(sqlite3_stmt *st, int column) {
    return (uint64_t)sqlite3_column_int64(st, column);
}

const char *pt_sql_text_or_null(sqlite3_stmt *st, int column) {
    return (const char *)sqlite3_column_text(st, column);
}

const char *pt_sql_text(sqlite3_stmt *st, int column) {
    const char *s = pt_sql_text_or_null(st, column);

    return s ? s : "";
}

struct pt_span pt_sql_blob(sqlite3_stmt *st, int column) {
    const void *p = sqlite3_column_blob(st, column);

    return pt_span(p, (size_t)sqlite3_column_bytes(st, column));
}
