/* Names of subjects and of the bodies behind them. */
#include <stdio.h>
#include <string.h>

#include "answer.h"

static const char name_sql[] =
    "SELECT coalesce(p.name, o.name) FROM record r"
    " LEFT JOIN f_subject_profile p ON p.rec = r.rec LEFT JOIN f_org_profile o ON o.rec = r.rec"
    " WHERE r.subject = ?4 AND r.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)"
    " AND coalesce(p.name, o.name) <> '' AND" LIVE("r") NEWEST("r");

/* A code table may name what no profile does: regions, functions of another jurisdiction. */
static const char code_sql[] = "SELECT e.name FROM f_code_table_entries e"
                               " JOIN record r ON r.rec = e.rec WHERE e.code = ?4"
                               " AND e.name <> '' AND" LIVE("r") NEWEST("r");

static bool one_text(struct pt_ledger *l, const char *sql, uint64_t known_at, const char *key,
                     char *out, size_t cap) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL, sql, "nnis",
                          (int64_t)(known_at > INT64_MAX ? INT64_MAX : known_at), key);
    bool found = pt_sql_row(&l->sql, st, &rc, NULL);

    if (found)
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(&l->sql, st);
    return found;
}

void pt_subject_name_at(struct pt_ledger *l, int kind, const char *key, uint64_t known_at,
                        char *out, size_t cap) {
    if (one_text(l, name_sql, known_at, key, out, cap))
        return;
    if (kind == (int)PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION &&
        one_text(l, code_sql, known_at, key, out, cap))
        return;
    (void)snprintf(out, cap, "%s", key);
}

int pt_ledger_subject_name(struct pt_ledger *l, int kind, const char *key, char *out, size_t cap) {
    pt_subject_name_at(l, kind, key, PT_KNOWN_NOW, out, cap);
    return 0;
}
