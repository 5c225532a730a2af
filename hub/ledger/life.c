/* The life of one discrepancy, and what of them the office should put under supervision. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/told.h>

#include "answer.h"

enum { ID_LEN = PT_DISCREPANCY_ID_LEN, ID_HEX = 2 * ID_LEN };

/* All ids that begin with these digits lie between the digits followed by 0s and by fs. */
static int id_range(const char *text, uint8_t lo[ID_LEN], uint8_t hi[ID_LEN], struct pt_err *err) {
    size_t len = strlen(text);
    char digits[2][ID_HEX];

    if (len >= PT_DISCREPANCY_PREFIX_MIN && len <= ID_HEX &&
        strspn(text, "0123456789abcdefABCDEF") == len) {
        memset(digits[0], '0', ID_HEX);
        memset(digits[1], 'f', ID_HEX);
        for (size_t i = 0; i < len; i++) /* letters to lower case; digits have that bit */
            digits[0][i] = digits[1][i] = (char)(text[i] | 0x20);
        if (pt_unhex(digits[0], ID_HEX, lo, ID_LEN) == 0 &&
            pt_unhex(digits[1], ID_HEX, hi, ID_LEN) == 0)
            return 0;
    }
    return pt_err_set(err, PT_E_USAGE, PT_TOLD_NO_DISCREPANCY_ID, text, PT_DISCREPANCY_PREFIX_MIN);
}

int pt_discrepancy_find(struct pt_ledger *l, const char *text, enum pt_party reader,
                        uint8_t id[PT_DISCREPANCY_ID_LEN], struct pt_err *err) {
    uint8_t lo[ID_LEN];
    uint8_t hi[ID_LEN];
    sqlite3_stmt *st = NULL;
    size_t n = 0;
    int rc = id_range(text, lo, hi, err);

    if (rc != 0)
        return rc;
    rc = pt_sql_query(&l->sql, &st, err,
                      "SELECT d.id FROM f_discrepancy d WHERE d.id BETWEEN ?1 AND ?2"
                      " AND length(d.id) = 16"
                      " AND d.rec = (SELECT max(e.rec) FROM f_discrepancy e WHERE e.id = d.id)"
                      " AND " PT_FINDING_VISIBLE("d", "?3") " LIMIT 2",
                      "bbi", pt_span(lo, ID_LEN), pt_span(hi, ID_LEN), (int64_t)reader);
    for (; pt_sql_row(&l->sql, st, &rc, err); n++)
        memcpy(id, pt_sql_blob(st, 0).p, ID_LEN);
    pt_sql_done(&l->sql, st);
    if (rc == 0 && n == 0)
        rc = pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_DISCREPANCY, text);
    if (rc == 0 && n > 1)
        rc = pt_err_set(err, PT_E_USAGE, PT_TOLD_SEVERAL_DISCREPANCIES, text);
    return rc;
}

/* The records of a statement's first column, each with its body. */
static int put_records(struct pt_ledger *l, sqlite3_stmt *st, int rc, int list_max, json_t *array,
                       struct pt_err *err) {
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        int64_t rec = pt_sql_i64(st, 0);
        json_t *j = pt_json_record(l, rec, UINT64_MAX, err);

        if (!j)
            continue;
        if (list_max > 0)
            (void)json_object_set_new(j, "body", pt_json_body(l, pt_sql_i32(st, 1), rec, list_max));
        (void)json_array_append_new(array, j);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

static int put_inputs(struct pt_ledger *l, struct pt_span id, json_t *array, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT r.rec, r.type FROM f_discrepancy_inputs i JOIN stream s"
                          " ON s.party = i.party AND s.name = i.stream JOIN record r"
                          " ON r.sid = s.sid AND r.seq = i.seq AND r.hash = i.hash"
                          " WHERE i.rec = (SELECT max(d.rec) FROM f_discrepancy d WHERE d.id = ?)"
                          " ORDER BY i.idx",
                          "b", id);

    return put_records(l, st, rc, 0, array, err);
}

static int put_history(struct pt_ledger *l, struct pt_span id, json_t *array, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT r.rec, r.type FROM f_discrepancy d JOIN record r ON r.rec = d.rec"
                          " WHERE d.id = ? ORDER BY d.rec",
                          "b", id);

    return put_records(l, st, rc, PT_BODY_LIST_SHORT, array, err);
}

/* Approvals that stand, of whatever verdict. */
static int put_approvals(struct pt_ledger *l, int64_t reply, json_t *array, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT v.rec, @TYPE_APPROVAL FROM resolved f JOIN v_approval v"
                          " ON v.rec = f.rec WHERE f.target = ? AND f.field = 'target'"
                          " ORDER BY v.rec",
                          "i", reply);

    return put_records(l, st, rc, PT_BODY_LIST_SHORT, array, err);
}

static int put_replies(struct pt_ledger *l, struct pt_span id, json_t *array, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT rec FROM f_discrepancy_reply WHERE id = ? ORDER BY rec", "b", id);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        int64_t rec = pt_sql_i64(st, 0);
        json_t *j = pt_json_record(l, rec, UINT64_MAX, err);
        json_t *approvals = json_array();

        rc = j ? put_approvals(l, rec, approvals, err) : PT_E_STORE;
        (void)json_object_set_new(
            j, "body", pt_json_body(l, PT_TYPE_DISCREPANCY_REPLY, rec, PT_BODY_LIST_SHORT));
        (void)json_object_set_new(j, "approvals", approvals);
        (void)json_array_append_new(array, j);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

/* The office's J02s that stand and whose origin is an H01 of that episode. */
static int put_tasks(struct pt_ledger *l, struct pt_span id, int64_t episode, json_t *array,
                     struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT DISTINCT v.rec, @TYPE_TASK FROM f_discrepancy d JOIN resolved f"
                          " ON f.target = d.rec AND f.field = 'origin' JOIN v_task v"
                          " ON v.rec = f.rec WHERE d.id = ?1 AND d.episode = ?2 ORDER BY v.rec",
                          "bi", id, episode);

    return put_records(l, st, rc, PT_BODY_LIST_SHORT, array, err);
}

/* Rules run at ticks alone: what closed it came between the tick before and that one. What corrects
 * or names a record that it cited, what is about its subject, a payment of it; a restricted record
 * isn't told by its place. */
static int put_cleared_by(struct pt_ledger *l, struct pt_span id, json_t *array,
                          struct pt_err *err) {
    static const char sql[] =
        "WITH c AS MATERIALIZED (SELECT d.key, t.log_size AS upto, coalesce((SELECT p.log_size"
        "  FROM tick p WHERE p.no = t.no - 1), 0) AS since FROM f_discrepancy d JOIN tick t"
        "  ON t.seq = d.tick_seq WHERE d.status = @DISCREPANCY_STATUS_CLOSED"
        "  AND d.rec = (SELECT max(e.rec) FROM f_discrepancy e WHERE e.id = ?1)),"
        " i AS MATERIALIZED (SELECT DISTINCT r.rec, r.root, r.sid, r.seq FROM f_discrepancy d"
        "  CROSS JOIN f_discrepancy_inputs n ON n.rec = d.rec CROSS JOIN stream s"
        "  ON s.party = n.party AND s.name = n.stream CROSS JOIN record r ON r.sid = s.sid"
        "  AND r.seq = n.seq WHERE d.id = ?1),"
        " found AS (SELECT r.rec FROM c CROSS JOIN record r ON r.subject = c.key AND r.type > 0"
        "  UNION SELECT r.rec FROM i CROSS JOIN record r ON r.root = i.root"
        "  UNION SELECT f.rec FROM i CROSS JOIN ref f ON f.t_sid = i.sid AND f.t_seq = i.seq"
        "  UNION SELECT p.rec FROM c CROSS JOIN paid_by p ON p.subject = c.key"
        "  UNION SELECT b.rec FROM c CROSS JOIN f_allotment b ON b.dept = c.key"
        "  UNION SELECT n.rec FROM c CROSS JOIN f_congress_approval_lines n ON n.dept = c.key"
        "  UNION SELECT m.rec FROM c CROSS JOIN f_congress_approval_lines m ON m.subject = c.key)"
        " SELECT r.rec, r.type FROM c CROSS JOIN found f CROSS JOIN record r ON r.rec = f.rec"
        " WHERE r.log_index >= c.since AND r.log_index < c.upto"
        " AND r.type NOT IN (@TYPE_DISCREPANCY, @TYPE_DISCREPANCY_REPLY, @TYPE_APPROVAL)"
        " ORDER BY r.rec";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "b", id);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        json_t *r;

        if (pt_type_restricted((enum pt_record_type)pt_sql_i32(st, 1)))
            continue;
        r = pt_json_record(l, pt_sql_i64(st, 0), UINT64_MAX, err);
        if (!r)
            rc = PT_E_STORE;
        else
            (void)json_array_append_new(array, r);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

/* The newest state of one, as the list has it. */
static int newest(struct pt_ledger *l, const uint8_t id[ID_LEN], enum pt_party reader, json_t **ret,
                  struct pt_err *err) {
    const struct pt_discrepancy_filter f = {.reader = reader, .id = id, .limit = 1};
    json_t *one = json_array();
    int64_t total = 0;
    int rc = pt_json_findings(l, &f, one, &total, err);

    *ret = rc == 0 ? json_incref(json_array_get(one, 0)) : NULL;
    json_decref(one);
    return rc;
}

/* The working days from the last tick's day to the one its reply is due, below 0 the ones since; no
 * such member where nothing is waited for. */
static int put_left(struct pt_ledger *l, const json_t *d, json_t *into, struct pt_err *err) {
    static const char sql[] =
        "SELECT CASE WHEN ?1 < t.day THEN -wd_diff(t.day, ?1) ELSE wd_diff(?1, t.day) END"
        " FROM tick t ORDER BY t.no DESC LIMIT 1";
    const char *status = json_string_value(json_object_get(d, "status"));
    const char *text = json_string_value(json_object_get(d, "due"));
    sqlite3_stmt *st = NULL;
    int32_t due;
    int rc;

    if (!status || strcmp(status, "OPEN") != 0 || !text || pt_date_parse(text, &due) != 0)
        return 0;
    rc = pt_sql_query(&l->sql, &st, err, sql, "i", (int64_t)due);
    if (pt_sql_row(&l->sql, st, &rc, err))
        (void)json_object_set_new(into, "workdays_left", json_integer(pt_sql_i32(st, 0)));
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_ledger_discrepancy_json(struct pt_ledger *l, const char *id_text, enum pt_party reader,
                               struct json_t **ret_json, struct pt_err *err) {
    uint8_t id[ID_LEN] = {0};
    const struct pt_span of = pt_span(id, ID_LEN);
    json_t *lists[5] = {json_array(), json_array(), json_array(), json_array(), json_array()};
    json_t *d = NULL;
    json_t *j;
    int rc = pt_discrepancy_find(l, id_text, reader, id, err);

    *ret_json = NULL;
    rc = rc == 0 ? newest(l, id, reader, &d, err) : rc;
    rc = rc == 0 ? put_inputs(l, of, lists[0], err) : rc;
    rc = rc == 0 ? put_history(l, of, lists[1], err) : rc;
    rc = rc == 0 ? put_replies(l, of, lists[2], err) : rc;
    rc = rc == 0
             ? put_tasks(l, of, json_integer_value(json_object_get(d, "episode")), lists[3], err)
             : rc;
    rc = rc == 0 ? put_cleared_by(l, of, lists[4], err) : rc;
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "discrepancy", d);
    (void)json_object_set_new(j, "inputs", lists[0]);
    (void)json_object_set_new(j, "history", lists[1]);
    (void)json_object_set_new(j, "replies", lists[2]);
    (void)json_object_set_new(j, "tasks", lists[3]);
    (void)json_object_set_new(j, "cleared_by", lists[4]);
    rc = rc == 0 ? put_left(l, d, j, err) : rc;
    if (rc != 0)
        json_decref(j);
    else
        *ret_json = j;
    return rc;
}

/* ---- escalated, and nobody supervises it ---- */

/* The H01 that escalated it, that day, and the term of a reply from then on. */
static int put_escalation(struct pt_ledger *l, struct pt_span id, int64_t episode, json_t *into,
                          struct pt_err *err) {
    static const char sql[] =
        "WITH t AS (SELECT d.rec, d.tick_day AS day, d.severity FROM f_discrepancy d"
        "  WHERE d.id = ?1 AND d.episode = ?2 AND d.escalated ORDER BY d.rec LIMIT 1)"
        " SELECT t.rec, t.day,"
        "  wd_add(t.day, " PT_REPLY_TERM_SQL("t.severity", "t.day") ") FROM t";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "bi", id, episode);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        int64_t rec = pt_sql_i64(st, 0);
        json_t *origin = pt_json_record(l, rec, UINT64_MAX, err);

        (void)json_object_set_new(origin, "body",
                                  pt_json_body(l, PT_TYPE_DISCREPANCY, rec, PT_BODY_LIST_SHORT));
        (void)json_object_set_new(into, "origin", origin);
        (void)json_object_set_new(into, "escalated_on", pt_json_day(pt_sql_i32(st, 1)));
        (void)json_object_set_new(into, "due", pt_json_day(pt_sql_i32(st, 2)));
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

static int put_proposal(struct pt_ledger *l, json_t *finding, json_t *array, struct pt_err *err) {
    int64_t episode = json_integer_value(json_object_get(finding, "episode"));
    const char *hex = json_string_value(json_object_get(finding, "id"));
    json_t *tasks = json_array();
    uint8_t id[ID_LEN];
    int rc = hex ? pt_unhex(hex, strlen(hex), id, ID_LEN) : PT_E_CORRUPT;

    rc = rc == 0 ? put_tasks(l, pt_span(id, ID_LEN), episode, tasks, err) : rc;
    if (rc == 0 && json_array_size(tasks) == 0) {
        json_t *j = json_object();

        (void)json_object_set(j, "discrepancy", finding);
        rc = put_escalation(l, pt_span(id, ID_LEN), episode, j, err);
        (void)json_array_append_new(array, j);
    }
    json_decref(tasks);
    return rc;
}

int pt_ledger_escalations_json(struct pt_ledger *l, enum pt_party reader, struct json_t **ret_json,
                               struct pt_err *err) {
    const struct pt_discrepancy_filter f = {
        .reader = reader, .status = "active", .escalated = true, .limit = INT32_MAX};
    json_t *findings = json_array();
    json_t *proposals = json_array();
    json_t *j;
    json_t *finding;
    int64_t total = 0;
    size_t i;
    int rc = pt_json_findings(l, &f, findings, &total, err);

    *ret_json = NULL;
    json_array_foreach(findings, i, finding) {
        rc = rc == 0 ? put_proposal(l, finding, proposals, err) : rc;
    }
    json_decref(findings);
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "escalated", json_integer(total));
    (void)json_object_set_new(j, "proposals", proposals);
    if (rc != 0)
        json_decref(j);
    else
        *ret_json = j;
    return rc;
}
