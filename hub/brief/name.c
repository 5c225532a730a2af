/* Names of subjects and records. */
#include "internal.h"

#include <stdio.h>

#include <pentad/v1/common.pb-c.h>

/* Regions have names in a code table. */
static int region_name(struct pt_brief *b, const char *key, char *out, size_t cap) {
    static const char sql[] =
        "SELECT e.name FROM f_code_table_entries e JOIN record r ON r.rec = e.rec"
        " JOIN f_code_table c ON c.rec = e.rec WHERE e.code = ?1 AND c.kind = @CODE_KIND_REGION "
        "AND e.name <> ''"
        " AND " PT_BRIEF_LIVE("r", "?2") PT_BRIEF_ORDER("r") " LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, NULL, sql, "si", key, (int64_t)b->now.known_at);

    if (pt_sql_row(b->sql, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(b->sql, st);
    return rc;
}

/* The name that the newest profile known at the brief's moment gives; the key where none does. */
int pt_brief_name(struct pt_brief *b, int kind, const char *key, char *out, size_t cap) {
    static const char sql[] =
        "SELECT coalesce(o.name, p.name) FROM record r"
        " LEFT JOIN f_org_profile o ON o.rec = r.rec LEFT JOIN f_subject_profile p ON p.rec = r.rec"
        " WHERE r.subject = ?1 AND r.type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE) AND (?2 = "
        "0 OR r.kind = ?2)"
        " AND " PT_BRIEF_LIVE("r", "?3") PT_BRIEF_ORDER("r") " LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(b->sql, &st, NULL, sql, "sii", key, (int64_t)kind, (int64_t)b->now.known_at);

    (void)snprintf(out, cap, "%s", key);
    if (pt_sql_row(b->sql, st, &rc, NULL) && *pt_sql_text(st, 0))
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    else if (kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION)
        rc = rc == 0 ? region_name(b, key, out, cap) : rc;
    pt_sql_done(b->sql, st);
    return rc;
}

int pt_brief_ref(struct pt_brief *b, int64_t rec, char *out, size_t cap) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, NULL,
                          "SELECT s.party || '/' || s.name || '#' || r.seq FROM record r"
                          " JOIN stream s ON s.sid = r.sid WHERE r.rec = ?1",
                          "i", rec);

    out[0] = '\0';
    if (pt_sql_row(b->sql, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(b->sql, st);
    return rc;
}
