/* What became of a subject in a year: every record that speaks of it, and of a department whether
 * its items are all there is. */
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/told.h>

#include "answer.h"
#include "figterm.h"

/* The same for both: whose, when, as known when. */
static json_t *head(struct pt_ledger *l, const struct pt_asof *a) {
    json_t *j = pt_answer_head(l);

    (void)json_object_set_new(j, "valid_at", pt_json_day(a->valid_at));
    (void)json_object_set_new(j, "known_at", json_integer((json_int_t)a->known_at));
    (void)json_object_set_new(j, "subject", pt_json_subject(l, a->kind, a->key, a->known_at));
    (void)json_object_set_new(j, "fiscal_year", json_integer(a->fy));
    return j;
}

/* ---- history ---- */

static json_t *record_json(struct pt_ledger *l, int64_t rec, int type, uint64_t known_at,
                           struct pt_err *err) {
    json_t *j = pt_json_record(l, rec, known_at, err);

    /* Whoever is given what a restricted one says is written down: it is asked for by itself. */
    if (j && !pt_type_restricted((enum pt_record_type)type))
        (void)json_object_set_new(j, "body", pt_json_body(l, type, rec, PT_BODY_LIST_STORY));
    return j;
}

/* The page while it is filled. */
struct telling {
    struct pt_ledger *l;
    uint64_t known_at;
    const struct pt_list_reader *reader;
    json_int_t skip, limit, more;
    json_t *records;
};

/* Where type and author don't say whether the reader may read it, it is made to look. */
static int tell(struct telling *t, sqlite3_stmt *st, struct pt_err *err) {
    int64_t rec = pt_sql_i64(st, 0);
    int type = pt_sql_i32(st, 1);
    enum pt_visibility v = PT_VISIBLE_FULL;
    json_t *j = NULL;

    if (t->reader &&
        !pt_visible_by_type((enum pt_record_type)type, pt_party_from_name(pt_sql_text(st, 2)),
                            t->reader->party, &v)) {
        j = record_json(t->l, rec, type, t->known_at, err);
        if (!j)
            return PT_E_STORE;
        v = t->reader->may_read(j, t->reader->party) ? PT_VISIBLE_FULL : PT_VISIBLE_NONE;
    }
    if (v != PT_VISIBLE_FULL || t->skip > 0 ||
        (json_int_t)json_array_size(t->records) >= t->limit) {
        json_decref(j);
        if (v == PT_VISIBLE_FULL && t->skip > 0)
            t->skip--;
        else if (v == PT_VISIBLE_FULL)
            t->more++;
        return 0;
    }
    j = j ? j : record_json(t->l, rec, type, t->known_at, err);
    if (!j)
        return PT_E_STORE;
    (void)json_array_append_new(t->records, j);
    return 0;
}

/* What was paid net in each month, up to the valid date, of those whose money it is then: null
 * where there is none. The payments themselves are FG2.P's inputs. */
static int put_payments(const struct pt_asof *a, json_t *j, struct pt_err *err) {
    json_t *months = json_array();
    int64_t before = 0;
    int64_t all = 0;
    int32_t day = a->fy * 10000 + 101;
    int rc = pt_asof_paid(a, a->valid_at, &all, err);

    while (rc == 0 && day <= a->valid_at && day / 10000 <= a->fy + 1) {
        int32_t end = pt_date_month_end(day) < a->valid_at ? pt_date_month_end(day) : a->valid_at;
        int64_t fen = 0;
        char month[11];

        rc = pt_asof_paid(a, end, &fen, err);
        if (rc == 0 && fen != before) {
            pt_date_format(month, day);
            month[strlen("2019-01")] = '\0';
            (void)json_array_append_new(
                months, json_pack("{s:s,s:o}", "month", month, "paid", pt_json_i64(fen - before)));
            before = fen;
        }
        day = pt_date_add(pt_date_month_end(day), 1);
    }
    (void)json_object_set_new(j, "payments",
                              json_array_size(months) > 0
                                  ? json_pack("{s:s,s:o,s:O}", "figure", "FG2.P", "paid",
                                              pt_json_i64(all), "months", months)
                                  : json_null());
    json_decref(months);
    return rc;
}

/* Every discrepancy of the year, or of none, about the subject, as it stood then: what the reader
 * may read. */
static int put_findings(const struct pt_asof *a, enum pt_party reader, json_t *j,
                        struct pt_err *err) {
    const struct pt_discrepancy_filter f = {.reader = reader,
                                            .kind = a->kind,
                                            .key = a->key,
                                            .fiscal_year = a->fy,
                                            .known_at = a->known_at,
                                            .limit = PT_LIST_MAX};
    json_t *of_year = json_array();
    int64_t total = 0;
    int rc = pt_json_findings(a->l, &f, of_year, &total, err);

    (void)json_object_set_new(
        j, "discrepancies_omitted",
        json_integer((json_int_t)total - (json_int_t)json_array_size(of_year)));
    (void)json_object_set_new(j, "discrepancies", of_year);
    return rc;
}

int pt_ledger_history_json(struct pt_ledger *l, const struct pt_figure_ask *ask,
                           struct pt_list_page page, const struct pt_list_reader *reader,
                           struct json_t **ret_json, struct pt_err *err) {
    /* Its own of the year or of none, and the approvals whose lines name it; findings have a list
     * of their own. By business date, as people tell it. */
    static const char sql[] =
        "WITH i AS (SELECT rec FROM inputs UNION SELECT rec FROM record WHERE subject = ?1"
        "  AND coalesce(fy, 0) IN (0, ?2) AND type > 0"
        "  AND type NOT IN (@TYPE_DISCREPANCY, @TYPE_DISCREPANCY_REPLY))"
        " SELECT r.rec, r.type, s.party FROM i CROSS JOIN record r ON r.rec = i.rec"
        " CROSS JOIN stream s ON s.sid = r.sid"
        " WHERE r.log_index < ?3 ORDER BY r.effective, r.issued_at, r.rec";
    struct pt_asof a = pt_asof_ask(l, ask);
    struct telling t = {.l = l,
                        .known_at = a.known_at,
                        .reader = reader,
                        .skip = page.offset,
                        .limit = page.limit ? page.limit : PT_LIST_DEFAULT,
                        .records = json_array()};
    sqlite3_stmt *st = NULL;
    json_t *j;
    int rc = pt_asof_inputs(&a, PT_SRC_APPROVED, err);

    *ret_json = NULL;
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err, sql, "sii", a.key, (int64_t)a.fy,
                                (int64_t)a.known_at)
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = tell(&t, st, err);
    pt_sql_done(&l->sql, st);
    if (rc != 0) {
        json_decref(t.records);
        return rc;
    }
    j = head(l, &a);
    (void)json_object_set_new(j, "state", pt_json_state(&a, NULL));
    (void)json_object_set_new(j, "records", t.records);
    (void)json_object_set_new(j, "omitted", json_integer(t.more));
    rc = put_payments(&a, j, err);
    rc = rc == 0 ? put_findings(&a, reader ? reader->party : PT_PARTY_HUB, j, err) : rc;
    if (rc != 0)
        json_decref(j);
    else
        *ret_json = j;
    return rc;
}

/* ---- universe ---- */

enum { OF_APPROVED, OF_BUDGET, OF_CARRIED, OF_PAID, MONEY };
static const char *const money[MONEY] = {"FG1", "FG2.Bg", "FG2.C", "FG2.P"};
static const char *const money_name[MONEY] = {"approved", "budget", "carried", "paid"};

static json_t *amount(int64_t v, bool na) {
    return na ? json_null() : pt_json_i64(v);
}

static int put_money(const struct pt_asof *a, json_t *j, int64_t own[MONEY], struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < MONEY && rc == 0; i++) {
        struct pt_figure f;

        rc = pt_asof_figure(a, money[i], &f, err);
        if (rc != 0)
            break;
        (void)json_object_set_new(j, money_name[i], amount(f.value, f.na));
        own[i] = f.na ? 0 : f.value;
    }
    return rc;
}

/* Each item that is the department's, or whose money is in its budget: here, budget there. */
static const char items_sql[] =
    "SELECT i.subject, k.kind, max(i.here), sum(i.fen), count(i.fen) FROM ("
    " SELECT subject, 1 AS here, NULL AS fen FROM scope"
    " UNION ALL SELECT subject, 0, fen FROM " BUDGET_ROWS ") i JOIN subj k ON k.key = i.subject"
    " WHERE i.subject <> ?4 GROUP BY 1, 2 ORDER BY 1, 2";

static json_t *items_of(const struct pt_asof *dept, int *ret_rc, struct pt_err *err) {
    struct pt_ledger *l = dept->l;
    sqlite3_stmt *st = NULL;
    json_t *items = json_array();
    int rc = pt_asof_scope(dept, err);

    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err, items_sql, "iiis", (int64_t)dept->fy,
                                (int64_t)dept->valid_at, (int64_t)dept->known_at, dept->key)
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err))
        (void)json_array_append_new(
            items, json_pack("{s:s,s:i,s:b,s:I,s:b}", "key", pt_sql_text(st, 0), "kind",
                             pt_sql_i32(st, 1), "here", pt_sql_i32(st, 2), "budget",
                             (json_int_t)pt_sql_i64(st, 3), "allotted", pt_sql_i64(st, 4) > 0));
    pt_sql_done(&l->sql, st);
    *ret_rc = rc;
    return items;
}

/* One of them. Its budget is what of it counts for the department; what isn't here has no more of
 * it there. */
static int put_item(const struct pt_asof *dept, const json_t *item, json_t *array,
                    int64_t sum[MONEY], struct pt_err *err) {
    const char *key = json_string_value(json_object_get(item, "key"));
    int kind = (int)json_integer_value(json_object_get(item, "kind"));
    /* What counts for a unit or a policy stands here itself. */
    struct pt_asof a = pt_asof_make(dept->l, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE, key,
                                    dept->fy, dept->valid_at, dept->known_at);
    int64_t own[MONEY] = {0};
    json_t *j = pt_json_subject(dept->l, kind, key, dept->known_at);
    int rc = 0;

    if (json_is_true(json_object_get(item, "here")))
        rc = put_money(&a, j, own, err);
    else
        for (size_t i = 0; i < MONEY; i++)
            (void)json_object_set_new(j, money_name[i], json_null());
    own[OF_BUDGET] = json_integer_value(json_object_get(item, "budget"));
    (void)json_object_set_new(
        j, money_name[OF_BUDGET],
        amount(own[OF_BUDGET], !json_is_true(json_object_get(item, "allotted"))));
    for (size_t i = 0; i < MONEY; i++)
        sum[i] += own[i];
    if (rc == 0 && (own[OF_APPROVED] != 0 || own[OF_BUDGET] != 0 || own[OF_PAID] != 0))
        (void)json_array_append(array, j);
    json_decref(j);
    return rc;
}

/* Each that has money in the year. */
static int put_items(const struct pt_asof *dept, json_t *array, int64_t sum[MONEY],
                     struct pt_err *err) {
    int rc;
    json_t *items = items_of(dept, &rc, err);
    size_t i;
    json_t *item;

    json_array_foreach(items, i, item) {
        rc = rc == 0 ? put_item(dept, item, array, sum, err) : rc;
    }
    json_decref(items);
    return rc;
}

int pt_ledger_universe_json(struct pt_ledger *l, const struct pt_figure_ask *ask,
                            struct json_t **ret_json, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);
    int64_t sum[MONEY] = {0};
    int64_t own[MONEY] = {0};
    json_t *items = json_array();
    json_t *whole = json_object();
    json_t *sums = json_object();
    json_t *rest = json_object();
    json_t *j = head(l, &a);
    bool complete;
    int rc = ask->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT
                 ? put_items(&a, items, sum, err)
                 : pt_err_set(err, PT_E_USAGE, PT_TOLD_NOT_DEPT);

    *ret_json = NULL;
    rc = rc == 0 ? put_money(&a, whole, own, err) : rc;
    for (size_t i = 0; i < MONEY; i++)
        (void)json_object_set_new(sums, money_name[i], pt_json_i64(sum[i]));
    (void)json_object_set_new(rest, "budget", pt_json_i64(own[OF_BUDGET] - sum[OF_BUDGET]));
    (void)json_object_set_new(rest, "paid", pt_json_i64(own[OF_PAID] - sum[OF_PAID]));
    complete = own[OF_BUDGET] == sum[OF_BUDGET] && own[OF_PAID] == sum[OF_PAID];
    (void)json_object_set_new(j, "department", whole);
    (void)json_object_set_new(j, "items", items);
    (void)json_object_set_new(j, "sum", sums);
    (void)json_object_set_new(j, "outside", rest);
    (void)json_object_set_new(j, "unallotted",
                              pt_json_i64(own[OF_APPROVED] - (own[OF_BUDGET] - own[OF_CARRIED])));
    (void)json_object_set_new(j, "complete", json_boolean(complete));
    if (rc != 0)
        json_decref(j);
    else
        *ret_json = j;
    return rc;
}
