#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

int pt_brief_query(struct pt_brief *b, sqlite3_stmt **ret, struct pt_err *err, const char *sql,
                   const char *fmt, ...) {
    va_list ap;

    if (sqlite3_prepare_v2(b->db, sql, -1, ret, NULL) != SQLITE_OK)
        return pt_err_set(err, PT_E_STORE, "brief: %s", sqlite3_errmsg(b->db));
    va_start(ap, fmt);
    for (int i = 0; fmt[i]; i++) {
        if (fmt[i] == 'i')
            sqlite3_bind_int64(*ret, i + 1, va_arg(ap, int64_t));
        else
            sqlite3_bind_text(*ret, i + 1, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
    }
    va_end(ap);
    return 0;
}

bool pt_brief_row(struct pt_brief *b, sqlite3_stmt *st, int *rc, struct pt_err *err) {
    int s;

    if (*rc != 0)
        return false;
    s = sqlite3_step(st);
    if (s == SQLITE_ROW)
        return true;
    if (s != SQLITE_DONE)
        *rc = pt_err_set(err, PT_E_STORE, "brief: %s", sqlite3_errmsg(b->db));
    return false;
}

const char *pt_brief_col(sqlite3_stmt *st, int i) {
    const unsigned char *s = sqlite3_column_text(st, i);

    return s ? (const char *)s : "";
}

/* Regions have names in a code table. */
static int region_name(struct pt_brief *b, const char *key, char *out, size_t cap) {
    static const char sql[] =
        "SELECT e.name FROM f_code_table_entries e JOIN record r ON r.rec = e.rec"
        " JOIN f_code_table c ON c.rec = e.rec WHERE e.code = ?1 AND c.kind = 1 AND e.name <> ''"
        " AND " PT_BRIEF_LIVE("r", "?2") " ORDER BY r.rec DESC LIMIT 1";
    sqlite3_stmt *st = NULL;
    int rc = pt_brief_query(b, &st, NULL, sql, "si", key, (int64_t)b->now.known_at);

    if (pt_brief_row(b, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_brief_col(st, 0));
    sqlite3_finalize(st);
    return rc;
}

/* The name that the newest profile known at the brief's moment gives; the key where none does. */
int pt_brief_name(struct pt_brief *b, int kind, const char *key, char *out, size_t cap) {
    static const char sql[] =
        "SELECT coalesce(o.name, p.name) FROM record r"
        " LEFT JOIN f_org_profile o ON o.rec = r.rec LEFT JOIN f_subject_profile p ON p.rec = r.rec"
        " WHERE r.subject = ?1 AND r.type IN (101, 102) AND (?2 = 0 OR r.kind = ?2)"
        " AND " PT_BRIEF_LIVE("r", "?3") " ORDER BY r.valid_from DESC, r.issued_at DESC, r.rec DESC"
                                         " LIMIT 1";
    sqlite3_stmt *st = NULL;
    int rc = pt_brief_query(b, &st, NULL, sql, "sii", key, (int64_t)kind, (int64_t)b->now.known_at);

    (void)snprintf(out, cap, "%s", key);
    if (pt_brief_row(b, st, &rc, NULL) && *pt_brief_col(st, 0))
        (void)snprintf(out, cap, "%s", pt_brief_col(st, 0));
    else if (kind == 6)
        rc = rc == 0 ? region_name(b, key, out, cap) : rc;
    sqlite3_finalize(st);
    return rc;
}

int pt_brief_ref(struct pt_brief *b, int64_t rec, char *out, size_t cap) {
    sqlite3_stmt *st = NULL;
    int rc = pt_brief_query(b, &st, NULL,
                            "SELECT s.party || '/' || s.name || '#' || r.seq FROM record r"
                            " JOIN stream s ON s.sid = r.sid WHERE r.rec = ?1",
                            "i", rec);

    out[0] = '\0';
    if (pt_brief_row(b, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_brief_col(st, 0));
    sqlite3_finalize(st);
    return rc;
}
