/* Who read a record, as the hub's H05 say. */
#include <pentad/base/date.h>

#include "answer.h"

/* ?1 the record. The reader's page of that list is cut by ?2 and ?3. */
#define READ_BY                                                                                    \
    " FROM record t CROSS JOIN stream w ON w.sid = t.sid CROSS JOIN f_access_log_accesses a"       \
    " ON a.target_seq = t.seq AND a.target_party = w.party AND a.target_stream = w.name"           \
    " AND a.target_hash = t.hash"

static const char each_sql[] =
    "SELECT s.party, s.name, h.seq, h.log_index, a.reader, a.identity, a.purpose, a.at_ms" READ_BY
    " CROSS JOIN record h ON h.rec = a.rec CROSS JOIN stream s ON s.sid = h.sid"
    " WHERE t.rec = ?1 ORDER BY a.rec, a.idx LIMIT ?2 OFFSET ?3";

static json_t *one_json(sqlite3_stmt *st) {
    const struct pt_record_info *info = pt_record_info(PT_TYPE_ACCESS_LOG);
    json_t *j = json_object();
    char at[25];

    pt_time_format(at, pt_sql_i64(st, 7));
    (void)json_object_set_new(j, "id", pt_json_record_id(st, 0, 1, 2));
    (void)json_object_set_new(j, "type", json_string(info->code));
    (void)json_object_set_new(j, "log_index", json_integer(pt_sql_i64(st, 3)));
    (void)json_object_set_new(j, "reader", json_string(pt_sql_text(st, 4)));
    (void)json_object_set_new(j, "identity", pt_json_text(pt_sql_text(st, 5)));
    (void)json_object_set_new(j, "purpose", pt_json_text(pt_sql_text(st, 6)));
    (void)json_object_set_new(j, "at", json_string(at));
    return j;
}

void pt_put_readers(struct pt_ledger *l, int64_t rec, struct pt_list_page page, json_t *j) {
    int64_t limit = page.limit == 0 ? PT_LIST_DEFAULT : page.limit;
    json_t *list = json_array();
    sqlite3_stmt *st = NULL;
    int64_t all = 0;
    bool found;
    int rc = pt_sql_number(&l->sql, &all, &found, NULL,
                           "SELECT count(*)" READ_BY " WHERE t.rec = ?1", "i", rec);

    if (rc == 0)
        rc = pt_sql_query(&l->sql, &st, NULL, each_sql, "iii", rec, limit, (int64_t)page.offset);
    while (rc == 0 && pt_sql_row(&l->sql, st, &rc, NULL))
        (void)json_array_append_new(list, one_json(st));
    pt_sql_done(&l->sql, st);
    all -= page.offset + limit;
    (void)json_object_set_new(j, "read_by", list);
    (void)json_object_set_new(json_object_get(j, "omitted"), "read_by",
                              json_integer(all > 0 ? (json_int_t)all : 0));
}
