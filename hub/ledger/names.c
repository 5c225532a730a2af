/* Names of subjects and of the bodies behind them. */
#include <stdio.h>
#include <string.h>

#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include "internal.h"

static const char name_sql[] =
    "SELECT name FROM (SELECT v.name, v.r_valid, v.r_issued, v.rec FROM v_subject_profile v"
    "   WHERE v.r_subject = ?1 AND v.r_type = @TYPE_SUBJECT_PROFILE"
    "  UNION ALL SELECT v.name, v.r_valid, v.r_issued, v.rec FROM v_org_profile v"
    "   WHERE v.r_subject = ?1 AND v.r_type = @TYPE_ORG_PROFILE)"
    " WHERE name <> '' ORDER BY r_valid DESC, r_issued DESC, rec DESC LIMIT 1";

/* A code table may name what no profile does: regions, functions of another jurisdiction. */
static const char code_sql[] = "SELECT name FROM v_code_table_entries WHERE code = ?1 AND name <> "
                               "'' ORDER BY rec DESC LIMIT 1";

static bool one_text(struct pt_ledger *l, const char *sql, const char *key, char *out, size_t cap) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL, sql, "s", key);
    bool found = pt_sql_row(&l->sql, st, &rc, NULL);

    if (found)
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(&l->sql, st);
    return found;
}

int pt_ledger_subject_name(struct pt_ledger *l, int kind, const char *key, char *out, size_t cap) {
    if (one_text(l, name_sql, key, out, cap))
        return 0;
    if (kind == (int)PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION &&
        one_text(l, code_sql, key, out, cap))
        return 0;
    (void)snprintf(out, cap, "%s", key);
    return 0;
}
