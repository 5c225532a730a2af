/* What belongs to one clue: its transfer, receipts and outcomes, which name it by its sender and
 * id. */
#include "answer.h"

int pt_put_clue(struct pt_ledger *l, int64_t rec, int type, json_t *j, struct pt_err *err) {
    static const char sql[] =
        "WITH c AS MATERIALIZED (SELECT clue_id, sender FROM f_clue_transfer WHERE rec = ?1"
        "  UNION SELECT clue_id, sender FROM f_clue_receipt WHERE rec = ?1"
        "  UNION SELECT clue_id, sender FROM f_clue_outcome WHERE rec = ?1),"
        " i AS (SELECT f.rec FROM c CROSS JOIN f_clue_transfer f USING (clue_id, sender)"
        "  UNION SELECT f.rec FROM c CROSS JOIN f_clue_receipt f USING (clue_id, sender)"
        "  UNION SELECT f.rec FROM c CROSS JOIN f_clue_outcome f USING (clue_id, sender))"
        " SELECT rec FROM i ORDER BY rec";
    json_t *all;
    sqlite3_stmt *st = NULL;
    int rc;

    if (type != PT_TYPE_CLUE_TRANSFER && type != PT_TYPE_CLUE_RECEIPT &&
        type != PT_TYPE_CLUE_OUTCOME)
        return 0;
    all = json_array();
    rc = pt_sql_query(&l->sql, &st, err, sql, "i", rec);
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        json_t *r = pt_json_record(l, pt_sql_i64(st, 0), UINT64_MAX, err);

        if (r)
            (void)json_array_append_new(all, r);
    }
    pt_sql_done(&l->sql, st);
    (void)json_object_set_new(j, "clue", all);
    return rc;
}
