/* Orders of the office that wait for approvals, and what they have so far: hub parameters, working
 * days, code tables, lifts of freezes, erasures. */
#include <stdio.h>
#include <string.h>

#include <pentad/record/party.h>

#include "answer.h"

/* The newest verdict of each body on the record ?1. */
static const char verdicts_sql[] =
    "SELECT max(a.rec), v.verdict, s.party FROM record t CROSS JOIN ref f ON f.t_sid = t.sid"
    " AND f.t_seq = t.seq AND f.field = 'target' AND f.hash = t.hash"
    " CROSS JOIN record a ON a.rec = f.rec AND a.type = @TYPE_APPROVAL"
    "   AND a.live_from IS NOT NULL AND a.live_to IS NULL"
    " JOIN f_approval v ON v.rec = a.rec JOIN stream s ON s.sid = a.sid"
    " WHERE t.rec = ?1 GROUP BY s.party ORDER BY 1";

static int put_verdicts(struct pt_ledger *l, int64_t rec, json_t *order, struct pt_err *err) {
    json_t *list = json_array();
    sqlite3_stmt *st = NULL;
    int given = 0;
    int rc = pt_sql_query(&l->sql, &st, err, verdicts_sql, "i", rec);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        int64_t by = pt_sql_i64(st, 0);
        bool yes = pt_sql_i32(st, 1) == PENTAD__V1__VERDICT__VERDICT_APPROVE;
        bool has_say = pt_approver(pt_sql_text(st, 2)) >= 0;
        json_t *j = pt_json_record(l, by, UINT64_MAX, err);

        if (!j)
            continue;
        (void)json_object_set_new(j, "body",
                                  pt_json_body(l, PT_TYPE_APPROVAL, by, PT_BODY_LIST_SHORT));
        (void)json_object_set_new(j, "counts", json_boolean(has_say));
        (void)json_array_append_new(list, j);
        given += yes && has_say;
    }
    pt_sql_done(&l->sql, st);
    (void)json_object_set_new(order, "needed", json_integer(PT_ORDER_APPROVALS));
    (void)json_object_set_new(order, "given", json_integer(given));
    (void)json_object_set_new(order, "approvals", list);
    return rc;
}

/* The records that it names: a lift's incident. */
static int put_named(struct pt_ledger *l, int64_t rec, json_t *order, struct pt_err *err) {
    json_t *list = json_array();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT f.field, s.party, s.name, f.t_seq FROM ref f JOIN stream s"
                          " ON s.sid = f.t_sid WHERE f.rec = ? ORDER BY 1, 2, 3, 4",
                          "i", rec);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        json_t *j = json_object();

        (void)json_object_set_new(j, "field", json_string(pt_sql_text(st, 0)));
        (void)json_object_set_new(j, "id", pt_json_record_id(st, 1, 2, 3));
        (void)json_array_append_new(list, j);
    }
    pt_sql_done(&l->sql, st);
    (void)json_object_set_new(order, "names", list);
    return rc;
}

static int put_order(struct pt_ledger *l, int64_t rec, int type, json_t *into, struct pt_err *err) {
    json_t *j = pt_json_record(l, rec, UINT64_MAX, err);
    int rc;

    if (!j)
        return PT_E_STORE;
    (void)json_object_set_new(j, "body", pt_json_body(l, type, rec, PT_BODY_LIST_SHORT));
    rc = put_named(l, rec, j, err);
    rc = rc == 0 ? put_verdicts(l, rec, j, err) : rc;
    (void)json_array_append_new(into, j);
    return rc;
}

int pt_ledger_orders_json(struct pt_ledger *l, struct json_t **ret_json, struct pt_err *err) {
    json_t *list = json_array();
    sqlite3_stmt *st = NULL;
    int64_t omitted = 0;
    json_t *j;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT w.rec, t.type FROM awaiting w CROSS JOIN record t"
                          " ON t.rec = w.rec AND t.live_to IS NULL ORDER BY w.rec DESC",
                          "");

    *ret_json = NULL;
    while (rc == 0 && pt_sql_row(&l->sql, st, &rc, err)) {
        if (json_array_size(list) < PT_ORDERS_MAX)
            rc = put_order(l, pt_sql_i64(st, 0), pt_sql_i32(st, 1), list, err);
        else
            omitted++;
    }
    pt_sql_done(&l->sql, st);
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "orders", list);
    (void)json_object_set_new(j, "omitted", json_integer(omitted));
    if (rc != 0)
        json_decref(j);
    else
        *ret_json = j;
    return rc;
}
