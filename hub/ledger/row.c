/* Answers about subjects: the list of them, one's row. */
#include <stdio.h>

#include <pentad/record/ref.h>

#include "answer.h"

/* ---- subjects ---- */

/* Years that its records name, as known at a log size; so the rest of the line. */
static json_t *subject_years(struct pt_ledger *l, const char *key, uint64_t known_at) {
    json_t *a = json_array();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL,
                          "SELECT DISTINCT fy FROM record WHERE subject = ? AND fy IS NOT NULL"
                          " AND log_index < ? AND type <> @TYPE_PAYMENT_BATCH ORDER BY fy",
                          "si", key, (int64_t)known_at);
    while (pt_sql_row(&l->sql, st, &rc, NULL))
        (void)json_array_append_new(a, json_integer(pt_sql_i64(st, 0)));
    pt_sql_done(&l->sql, st);
    return a;
}

static json_t *dept_of(struct pt_ledger *l, int kind, const char *key, int32_t valid_at,
                       uint64_t known_at) {
    static const char sql[] = "SELECT " OWNER_OF;
    json_t *j = json_null();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL, sql, "niisi", (int64_t)valid_at, (int64_t)known_at,
                          key, (int64_t)kind);

    if (pt_sql_row(&l->sql, st, &rc, NULL) && !pt_sql_is_null(st, 0))
        j = json_string(pt_sql_text(st, 0));
    pt_sql_done(&l->sql, st);
    return j;
}

static int64_t open_findings(struct pt_ledger *l, int kind, const char *key, uint64_t known_at,
                             enum pt_party reader) {
    struct pt_discrepancy_filter f = {.reader = reader,
                                      .kind = kind,
                                      .key = key,
                                      .status = "active",
                                      .known_at = known_at,
                                      .limit = 1};
    json_t *a = json_array();
    int64_t n = 0;

    (void)pt_json_findings(l, &f, a, &n, NULL);
    json_decref(a);
    return n;
}

static json_t *subject_line(struct pt_ledger *l, int kind, const char *key, int32_t valid_at,
                            uint64_t known_at, enum pt_party reader) {
    json_t *j = pt_json_subject(l, kind, key, known_at);

    (void)json_object_set_new(j, "dept", dept_of(l, kind, key, valid_at, known_at));
    (void)json_object_set_new(j, "years", subject_years(l, key, known_at));
    (void)json_object_set_new(j, "open",
                              json_integer(open_findings(l, kind, key, known_at, reader)));
    return j;
}

int pt_ledger_subjects_json(struct pt_ledger *l, int kind, const char *after, int limit,
                            enum pt_party reader, struct json_t **ret_json, struct pt_err *err) {
    Pentad__V1__SubjectKind after_kind = 0;
    const char *after_key = "";
    struct pt_ledger_tick today = {0};
    sqlite3_stmt *st = NULL;
    char next[256] = "";
    json_t *a;
    json_t *j;
    int n = 0;
    int rc = after && after[0] ? pt_subject_parse(after, &after_kind, &after_key, err) : 0;

    *ret_json = NULL;
    limit = limit < 1 ? 100 : limit > 1000 ? 1000 : limit;
    rc = rc == 0 ? pt_ledger_last_tick(l, &today, err) : rc;
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT key, kind FROM subj WHERE (key, kind) > (?1, ?2)"
                                " AND (?3 = 0 OR kind = ?3) ORDER BY key, kind LIMIT ?4",
                                "siii", after_key, (int64_t)after_kind, (int64_t)kind,
                                (int64_t)limit + 1)
                 : rc;
    if (rc != 0)
        return rc;
    a = json_array();
    for (; pt_sql_row(&l->sql, st, &rc, err); n++) {
        if (n == limit)
            break;
        (void)json_array_append_new(a, subject_line(l, pt_sql_i32(st, 1), pt_sql_text(st, 0),
                                                    today.day, pt_ledger_cursor(l), reader));
        (void)snprintf(next, sizeof next, "%s:%s",
                       pt_subject_kind_name((Pentad__V1__SubjectKind)pt_sql_i32(st, 1)),
                       pt_sql_text(st, 0));
    }
    pt_sql_done(&l->sql, st);
    if (rc != 0) {
        json_decref(a);
        return rc;
    }
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "subjects", a);
    (void)json_object_set_new(j, "next", n == limit ? json_string(next) : json_null());
    *ret_json = j;
    return 0;
}

/* ---- one row ---- */

static json_t *record_counts(const struct pt_asof *a) {
    json_t *j = json_object();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&a->l->sql, &st, NULL,
                          "SELECT type, count(*) FROM record WHERE subject = ?1 AND log_index < ?2"
                          " AND type > 0 GROUP BY type ORDER BY type",
                          "si", a->key, (int64_t)a->known_at);
    while (pt_sql_row(&a->l->sql, st, &rc, NULL)) {
        const struct pt_record_info *i = pt_record_info((enum pt_record_type)pt_sql_i32(st, 0));
        (void)json_object_set_new(j, i ? i->code : "?", json_integer(pt_sql_i64(st, 1)));
    }
    pt_sql_done(&a->l->sql, st);
    return j;
}

/* The profile that holds: its body as the ledger has it. */
static json_t *profile(const struct pt_asof *a) {
    sqlite3_stmt *st = NULL;
    json_t *j = json_null();
    int rc = pt_sql_query(&a->l->sql, &st, NULL,
                          "SELECT rec, type FROM record WHERE subject = ?1 AND type IN "
                          "(@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE)"
                          " AND valid_from <= ?2 AND live_from < ?3"
                          " AND (live_to IS NULL OR live_to >= ?3)" NEWEST("record"),
                          "sii", a->key, (int64_t)a->valid_at, (int64_t)a->known_at);
    if (pt_sql_row(&a->l->sql, st, &rc, NULL))
        j = pt_json_body(a->l, pt_sql_i32(st, 1), pt_sql_i64(st, 0), PT_BODY_LIST_SHORT);
    pt_sql_done(&a->l->sql, st);
    return j;
}

static int32_t latest_year(struct pt_ledger *l, const char *key) {
    sqlite3_stmt *st = NULL;
    int32_t fy = 0;
    int rc = pt_sql_query(&l->sql, &st, NULL,
                          "SELECT max(fy) FROM record WHERE subject = ? AND type IN "
                          "(@TYPE_ALLOTMENT, @TYPE_EXEC_SNAPSHOT, @TYPE_EVALUATION)",
                          "s", key);
    if (pt_sql_row(&l->sql, st, &rc, NULL))
        fy = pt_sql_i32(st, 0);
    pt_sql_done(&l->sql, st);
    return fy;
}

static int row_figures(const struct pt_asof *a, json_t *into, struct pt_err *err) {
    int rc = 0;

    for (const struct pt_figure_info *i = pt_figure_table; i->id && rc == 0; i++) {
        struct pt_figure f;

        rc = pt_asof_figure(a, i->id, &f, err);
        if (rc == 0)
            (void)json_object_set_new(into, i->id, pt_json_figure(&f));
    }
    return rc;
}

int pt_ledger_row_json(struct pt_ledger *l, int kind, const char *key, int32_t fiscal_year,
                       int32_t valid_at, uint64_t known_at, enum pt_party reader,
                       struct json_t **ret_json, struct pt_err *err) {
    struct pt_asof a = pt_asof_make(l, kind, key, fiscal_year ? fiscal_year : latest_year(l, key),
                                    valid_at, known_at);
    struct pt_discrepancy_filter f = {
        .reader = reader, .kind = kind, .key = key, .status = "active", .known_at = a.known_at};
    json_t *figures = json_object();
    json_t *findings = json_array();
    json_t *j;
    int64_t total;
    int rc;

    *ret_json = NULL;
    rc = row_figures(&a, figures, err);
    rc = rc == 0 ? pt_json_findings(l, &f, findings, &total, err) : rc;
    if (rc != 0) {
        json_decref(figures);
        json_decref(findings);
        return rc;
    }
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "valid_at", pt_json_day(valid_at));
    (void)json_object_set_new(j, "known_at", json_integer((json_int_t)a.known_at));
    (void)json_object_set_new(j, "subject",
                              subject_line(l, kind, key, valid_at, a.known_at, reader));
    (void)json_object_set_new(j, "fiscal_year", json_integer(a.fy));
    (void)json_object_set_new(j, "profile", profile(&a));
    (void)json_object_set_new(j, "state", pt_json_state(&a, NULL));
    (void)json_object_set_new(j, "figures", figures);
    (void)json_object_set_new(j, "discrepancies", findings);
    (void)json_object_set_new(j, "records", record_counts(&a));
    *ret_json = j;
    return 0;
}
