#include <pentad/ledger/query.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/told.h>
#include <pentad/record/ref.h>

#include "answer.h"

json_t *pt_json_i64(int64_t v) {
    char s[24];

    (void)snprintf(s, sizeof s, "%lld", (long long)v);
    return json_string(s);
}

json_t *pt_json_text(const char *s) {
    return s && s[0] ? json_string(s) : json_null();
}

json_t *pt_json_day(int32_t ymd) {
    char s[11];

    if (!pt_date_valid(ymd))
        return json_null();
    pt_date_format(s, ymd);
    return json_string(s);
}

json_t *pt_json_record_id(sqlite3_stmt *st, int party, int name, int seq) {
    char s[PT_REF_TEXT_MAX];

    pt_ref_format(s, pt_sql_text(st, party), pt_sql_text(st, name), pt_sql_u64(st, seq));
    return json_string(s);
}

json_t *pt_answer_head(struct pt_ledger *l) {
    struct pt_ledger_tick t = {0};
    json_t *j = json_object();

    (void)pt_ledger_last_tick(l, &t, NULL);
    (void)json_object_set_new(j, "log_size", json_integer((json_int_t)pt_ledger_cursor(l)));
    (void)json_object_set_new(j, "tick_day", pt_json_day(t.day));
    return j;
}

json_t *pt_json_subject(struct pt_ledger *l, int kind, const char *key, uint64_t known_at) {
    char name[640];
    json_t *j = json_object();

    pt_subject_name_at(l, kind, key, known_at, name, sizeof name);
    (void)json_object_set_new(j, "kind",
                              json_string(pt_subject_kind_name((Pentad__V1__SubjectKind)kind)));
    (void)json_object_set_new(j, "key", json_string(key));
    (void)json_object_set_new(j, "name", json_string(name));
    return j;
}

json_t *pt_json_figure(const struct pt_figure *f) {
    char zh[96];
    char en[96];
    json_t *j = json_object();

    pt_figure_format(zh, sizeof zh, f, true);
    pt_figure_format(en, sizeof en, f, false);
    (void)json_object_set_new(j, "figure", json_string(f->id));
    (void)json_object_set_new(j, "formula", json_string(f->formula));
    (void)json_object_set_new(j, "value", f->na ? json_null() : pt_json_i64(f->value));
    (void)json_object_set_new(j, "na", json_boolean(f->na));
    (void)json_object_set_new(j, "forecast", json_boolean(f->forecast));
    (void)json_object_set_new(j, "unit", json_string(pt_unit_name(f->unit)));
    (void)json_object_set_new(j, "text", json_string(zh));
    (void)json_object_set_new(j, "text_en", json_string(en));
    return j;
}

/* Does any record speak of it: as its subject, as what was paid or approved, as whose money it is?
 * An empty answer about somebody whom nobody knows would look like one about somebody who did
 * nothing. */
static int subject_known(struct pt_ledger *l, int kind, const char *key, struct pt_err *err) {
    static const char sql[] =
        "SELECT EXISTS(SELECT 1 FROM subj WHERE key = ?2 AND kind = ?1)"
        " OR EXISTS(SELECT 1 FROM member WHERE kind = ?1 AND org = ?2)"
        " OR EXISTS(SELECT 1 FROM agg_approved WHERE key = ?2"
        "   AND level = CASE ?1 WHEN @SUBJECT_KIND_DEPT THEN 'D' WHEN @SUBJECT_KIND_UNIT THEN '' "
        "WHEN @SUBJECT_KIND_REGION THEN '' ELSE 'S' END)"
        " OR (?1 NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)"
        "   AND EXISTS(SELECT 1 FROM paid_item WHERE subject = ?2))";
    int64_t known;
    bool found;
    int rc = pt_sql_number(&l->sql, &known, &found, err, sql, "is", (int64_t)kind, key);

    if (rc != 0)
        return rc;
    return known ? 0
                 : pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NONE_OF_KIND,
                              pt_subject_kind_name((Pentad__V1__SubjectKind)kind), key);
}

int pt_ledger_subject_parse(struct pt_ledger *l, const char *text, int *ret_kind, char *ret_key,
                            size_t key_cap, struct pt_err *err) {
    Pentad__V1__SubjectKind kind;
    const char *key;
    sqlite3_stmt *st = NULL;
    char kinds[160] = "";
    int n = 0;
    int rc;

    *ret_kind = 0;
    if (strchr(text, ':') && pt_subject_parse(text, &kind, &key, NULL) == 0) {
        *ret_kind = (int)kind;
        (void)snprintf(ret_key, key_cap, "%s", key);
        return subject_known(l, *ret_kind, ret_key, err);
    }
    rc = pt_sql_query(&l->sql, &st, err, "SELECT kind FROM subj WHERE key = ? ORDER BY kind", "s",
                      text);
    for (; pt_sql_row(&l->sql, st, &rc, err); n++) {
        size_t at = strlen(kinds);
        *ret_kind = pt_sql_i32(st, 0);
        (void)snprintf(kinds + at, sizeof kinds - at, " %s",
                       pt_subject_kind_name((Pentad__V1__SubjectKind)*ret_kind));
    }
    pt_sql_done(&l->sql, st);
    (void)snprintf(ret_key, key_cap, "%s", text);
    if (rc != 0)
        return rc;
    if (n == 0)
        return pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_SUBJECT, text);
    return n == 1 ? 0
                  : pt_err_set(err, PT_E_USAGE, "%.80s is of several kinds, say KIND:key:%s", text,
                               kinds);
}

/* ---- findings ---- */

static const char *const status_name[] = {"UNSPECIFIED", "OPEN", "REPLIED", "CLOSED", "WAIVED"};
static const char *const severity_name[] = {"", "I", "Y", "R"};

static json_t *finding_figures(struct pt_ledger *l, int64_t rec) {
    json_t *a = json_array();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL,
                          "SELECT label, value, text, unit FROM f_discrepancy_figures"
                          " WHERE rec = ? ORDER BY idx",
                          "i", (int64_t)rec);
    while (pt_sql_row(&l->sql, st, &rc, NULL)) {
        json_t *f = json_object();

        (void)json_object_set_new(f, "label", json_string(pt_sql_text(st, 0)));
        (void)json_object_set_new(
            f, "value", pt_sql_is_null(st, 1) ? json_null() : pt_json_i64(pt_sql_i64(st, 1)));
        (void)json_object_set_new(f, "text", pt_json_text(pt_sql_text(st, 2)));
        (void)json_object_set_new(f, "unit", json_string(pt_sql_text(st, 3)));
        (void)json_array_append_new(a, f);
    }
    pt_sql_done(&l->sql, st);
    return a;
}

static json_t *finding_inputs(struct pt_ledger *l, int64_t rec) {
    json_t *a = json_array();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL,
                          "SELECT party, stream, seq FROM f_discrepancy_inputs WHERE rec = ?"
                          " ORDER BY idx",
                          "i", (int64_t)rec);
    while (pt_sql_row(&l->sql, st, &rc, NULL))
        (void)json_array_append_new(a, pt_json_record_id(st, 0, 1, 2));
    pt_sql_done(&l->sql, st);
    return a;
}

static json_t *json_list(const char *text) {
    json_t *a = json_loads(text[0] ? text : "[]", 0, NULL);
    return a ? a : json_array();
}

static json_t *finding_json(struct pt_ledger *l, sqlite3_stmt *st) {
    char hex[33];
    struct pt_span id = pt_sql_blob(st, 1);
    int sev = pt_sql_i32(st, 3) & 3;
    bool escalated = pt_sql_i32(st, 13) != 0;
    int level = escalated && sev < 3 ? sev + 1 : sev;
    int status = pt_sql_i32(st, 12);
    json_t *j = pt_json_subject(l, pt_sql_i32(st, 5), pt_sql_text(st, 6), PT_KNOWN_NOW);

    pt_hex(hex, id.p, id.len == 16 ? 16 : 0);
    (void)json_object_set_new(j, "id", json_string(hex));
    (void)json_object_set_new(j, "rule", json_string(pt_sql_text(st, 2)));
    (void)json_object_set_new(j, "severity", json_string(severity_name[sev]));
    (void)json_object_set_new(j, "level", json_string(severity_name[level]));
    (void)json_object_set_new(j, "episode", json_integer(pt_sql_i64(st, 4)));
    (void)json_object_set_new(j, "fiscal_year", json_integer(pt_sql_i64(st, 7)));
    (void)json_object_set_new(j, "period", json_string(pt_sql_text(st, 8)));
    (void)json_object_set_new(j, "object", json_string(pt_sql_text(st, 9)));
    (void)json_object_set_new(j, "first_seen", pt_json_day(pt_sql_i32(st, 10)));
    (void)json_object_set_new(j, "due", pt_json_day(pt_sql_i32(st, 11)));
    (void)json_object_set_new(j, "status",
                              json_string(status_name[status >= 0 && status <= 4 ? status : 0]));
    (void)json_object_set_new(j, "escalated", json_boolean(escalated));
    (void)json_object_set_new(j, "last_seen", pt_json_day(pt_sql_i32(st, 14)));
    (void)json_object_set_new(j, "responders", json_list(pt_sql_text(st, 15)));
    (void)json_object_set_new(j, "message_zh", json_string(pt_sql_text(st, 16)));
    (void)json_object_set_new(j, "message_en", json_string(pt_sql_text(st, 17)));
    (void)json_object_set_new(j, "tick_day", pt_json_day(pt_sql_i32(st, 18)));
    (void)json_object_set_new(j, "record", pt_json_record_id(st, 19, 20, 21));
    (void)json_object_set_new(j, "log_index", json_integer(pt_sql_i64(st, 22)));
    (void)json_object_set_new(j, "figures", finding_figures(l, pt_sql_i64(st, 0)));
    (void)json_object_set_new(j, "inputs", finding_inputs(l, pt_sql_i64(st, 0)));
    return j;
}

/* ?1 the tick up to which findings were known, ?2 rule, ?3 severity, ?4 responder, ?5 lowest and ?6
 * highest status, ?7 kind, ?8 key, ?11 escalated alone, ?12 id, ?13 the reader, ?14 fiscal year:
 * with those of none. `of`: what they are found by. What a tick finds is logged behind it and names
 * it: it belongs to what that tick knew. */
#define FINDINGS(of)                                                                               \
    " FROM f_discrepancy d JOIN record r ON r.rec = d.rec JOIN stream s ON s.sid = r.sid"          \
    " WHERE " of " AND d.rec = (SELECT max(e.rec) FROM f_discrepancy e WHERE e.id = d.id"          \
    "   AND e.tick_seq <= ?1)"                                                                     \
    " AND (?2 IS NULL OR d.rule = ?2) AND (?3 = 0 OR d.severity = ?3)"                             \
    " AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(d.responders) j WHERE j.value = ?4))"     \
    " AND d.status BETWEEN ?5 AND ?6 AND (?7 = 0 OR d.kind = ?7)"                                  \
    " AND (?11 = 0 OR d.escalated) AND (?14 = 0 OR coalesce(d.fiscal_year, 0) IN (0, ?14))"        \
    " AND " PT_FINDING_VISIBLE("d", "?13")
#define COUNT_SQL(of) "SELECT count(*)" FINDINGS(of)
#define IN_ORDER                                                                                   \
    " ORDER BY d.status > @DISCREPANCY_STATUS_REPLIED, d.severity DESC, d.first_seen, d.rule,"     \
    " d.key, d.period, d.object LIMIT ?9 OFFSET ?10"
#define LISTED                                                                                     \
    "SELECT d.rec, d.id, d.rule, d.severity, d.episode, d.kind, d.key, d.fiscal_year, d.period,"   \
    " d.object, d.first_seen, d.due, d.status, d.escalated, d.last_seen, d.responders,"            \
    " d.message_zh, d.message_en, d.tick_day, s.party, s.name, r.seq, r.log_index"
#define LIST_SQL(of) LISTED FINDINGS(of) IN_ORDER

/* One statement for each way to find them: a subject's and a single one stand in an index, which
 * SQLite doesn't take where the value may be NULL. */
static const struct {
    const char *count, *list;
} findings_sql[] = {{COUNT_SQL("1"), LIST_SQL("1")},
                    {COUNT_SQL("d.key = ?8"), LIST_SQL("d.key = ?8")},
                    {COUNT_SQL("d.id = ?12"), LIST_SQL("d.id = ?12")}};
enum { OF_ALL, OF_SUBJECT, OF_ONE };

/* The last tick up to a log size: its number in hub/main, 0 where there was none, and its day. */
static int tick_known(struct pt_ledger *l, uint64_t known_at, int64_t *ret_seq, int32_t *ret_day,
                      struct pt_err *err) {
    bool now = known_at == 0 || known_at >= pt_ledger_cursor(l);
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT seq, day FROM tick WHERE log_size <= ? ORDER BY no DESC LIMIT 1",
                          "i", now ? INT64_MAX : (int64_t)known_at);

    *ret_seq = 0;
    *ret_day = 0;
    if (pt_sql_row(&l->sql, st, &rc, err)) {
        *ret_seq = pt_sql_i64(st, 0);
        *ret_day = pt_sql_i32(st, 1);
    }
    pt_sql_done(&l->sql, st);
    if (now)
        *ret_seq = INT64_MAX;
    return rc;
}

static int status_range(const char *s, int *lo, int *hi, struct pt_err *err) {
    *lo = 1;
    *hi = 4;
    if (!s || !s[0])
        return 0;
    if (strcmp(s, "active") == 0) {
        *hi = 2;
        return 0;
    }
    for (int i = 1; i <= 4; i++)
        if (strcmp(s, status_name[i]) == 0) {
            *lo = *hi = i;
            return 0;
        }
    return pt_err_set(err, PT_E_USAGE, PT_TOLD_NO_STATUS, s);
}

/* Both statements of the list: what it counts is what it shows. */
static int query_filter(struct pt_ledger *l, bool list, const struct pt_discrepancy_filter *f,
                        sqlite3_stmt **ret, struct pt_err *err) {
    bool of_subject = f->key && f->key[0];
    int of = f->id ? OF_ONE : of_subject ? OF_SUBJECT : OF_ALL;
    int64_t tick;
    int32_t day;
    int lo;
    int hi;
    int rc = tick_known(l, f->known_at, &tick, &day, err);

    *ret = NULL;
    rc = rc == 0 ? status_range(f->status, &lo, &hi, err) : rc;
    if (rc != 0)
        return rc;
    return pt_sql_query(&l->sql, ret, err, list ? findings_sql[of].list : findings_sql[of].count,
                        "isisiiisiiibii", tick, f->rule && f->rule[0] ? f->rule : NULL,
                        (int64_t)f->severity, f->responder && f->responder[0] ? f->responder : NULL,
                        (int64_t)lo, (int64_t)hi, (int64_t)f->kind, of_subject ? f->key : NULL,
                        (int64_t)(f->limit > 0 ? f->limit : 1000), (int64_t)f->offset,
                        (int64_t)f->escalated, pt_span(f->id, f->id ? 16 : 0), (int64_t)f->reader,
                        (int64_t)f->fiscal_year);
}

int pt_json_findings(struct pt_ledger *l, const struct pt_discrepancy_filter *f, json_t *array,
                     int64_t *ret_total, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = query_filter(l, false, f, &st, err);

    *ret_total = 0;
    if (pt_sql_row(&l->sql, st, &rc, err))
        *ret_total = pt_sql_i64(st, 0);
    pt_sql_done(&l->sql, st);
    st = NULL;
    rc = rc == 0 ? query_filter(l, true, f, &st, err) : rc;
    while (pt_sql_row(&l->sql, st, &rc, err))
        (void)json_array_append_new(array, finding_json(l, st));
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_ledger_discrepancies_json(struct pt_ledger *l, const struct pt_discrepancy_filter *f,
                                 struct json_t **ret_json, struct pt_err *err) {
    json_t *j;
    json_t *a = json_array();
    uint64_t known_at = pt_ledger_cursor(l);
    int64_t total = 0;
    int64_t tick;
    int32_t day;
    int rc;

    *ret_json = NULL;
    if (f->known_at != 0 && f->known_at < known_at)
        known_at = f->known_at;
    rc = tick_known(l, known_at, &tick, &day, err);
    rc = rc == 0 ? pt_json_findings(l, f, a, &total, err) : rc;
    if (rc != 0) {
        json_decref(a);
        return rc;
    }
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "known_at", json_integer((json_int_t)known_at));
    (void)json_object_set_new(j, "known_tick_day", pt_json_day(day));
    (void)json_object_set_new(j, "total", json_integer(total));
    (void)json_object_set_new(j, "discrepancies", a);
    *ret_json = j;
    return 0;
}

/* ---- streams ---- */

int pt_ledger_streams_json(struct pt_ledger *l, struct json_t **ret_json, struct pt_err *err) {
    static const char sql[] =
        "SELECT s.party, s.name, max(r.seq) + 1, max(r.log_index), (SELECT max(c.day)"
        " FROM f_stream_close c JOIN record x ON x.rec = c.rec WHERE x.sid = s.sid)"
        " FROM stream s JOIN record r ON r.sid = s.sid GROUP BY s.sid ORDER BY s.party, s.name";
    sqlite3_stmt *st = NULL;
    json_t *a;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "");

    *ret_json = NULL;
    if (rc != 0)
        return rc;
    a = json_array();
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        json_t *j = json_object();

        (void)json_object_set_new(j, "party", json_string(pt_sql_text(st, 0)));
        (void)json_object_set_new(j, "stream", json_string(pt_sql_text(st, 1)));
        (void)json_object_set_new(j, "next_seq", pt_json_i64(pt_sql_i64(st, 2)));
        (void)json_object_set_new(j, "log_index", pt_json_i64(pt_sql_i64(st, 3)));
        if (pt_sql_i32(st, 4) > 0)
            (void)json_object_set_new(j, "last_closed_day", json_integer(pt_sql_i32(st, 4)));
        (void)json_array_append_new(a, j);
    }
    pt_sql_done(&l->sql, st);
    if (rc != 0) {
        json_decref(a);
        return rc;
    }
    *ret_json = a;
    return 0;
}
