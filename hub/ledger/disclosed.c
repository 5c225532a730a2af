/* What disclosures (S03) in force cover: the records that they name and the correction history of
 * each, from the first tick on that has seen both. pt_disclosure_covers says whose may cover what.
 * docs/decisions/0020. */
#include <pentad/record/party.h>
#include <pentad/record/visible.h>

#include "answer.h"

/* Records x of some chain with the disclosures d that name one of the chain, each with the tick
 * under which the two come together. */
#define COVERED                                                                                    \
    "SELECT a.party, x.type, s.party, s.name, x.seq, x.log_index,"                                 \
    " max(x.tick, d.r_tick) AS since, x.rec"                                                       \
    " FROM ref f CROSS JOIN live d ON d.rec = f.rec AND d.r_type = @TYPE_DISCLOSURE"               \
    " CROSS JOIN stream a ON a.sid = d.r_sid CROSS JOIN record t ON t.sid = f.t_sid"               \
    " AND t.seq = f.t_seq AND t.hash = f.hash CROSS JOIN record x ON x.root = t.root"              \
    " CROSS JOIN stream s ON s.sid = x.sid WHERE f.field = 'what'"

static bool covers(sqlite3_stmt *st) {
    return pt_disclosure_covers(pt_party_from_name(pt_sql_text(st, 0)),
                                (enum pt_record_type)pt_sql_i32(st, 1),
                                pt_party_from_name(pt_sql_text(st, 2)));
}

int pt_ledger_disclosed(struct pt_ledger *l, const char *party, const char *stream, uint64_t seq,
                        bool *ret, struct pt_err *err) {
    static const char sql[] =
        "SELECT a.party, x.type, s.party FROM stream s CROSS JOIN record x ON x.sid = s.sid"
        " AND x.seq = ?3 CROSS JOIN record t ON t.root = x.root CROSS JOIN ref f"
        " ON f.t_sid = t.sid AND f.t_seq = t.seq AND f.hash = t.hash AND f.field = 'what'"
        " CROSS JOIN live d ON d.rec = f.rec AND d.r_type = @TYPE_DISCLOSURE CROSS JOIN stream a"
        " ON a.sid = d.r_sid WHERE s.party = ?1 AND s.name = ?2"
        " AND max(x.tick, d.r_tick) <= (SELECT max(no) FROM tick)";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "ssi", party, stream, (int64_t)seq);

    *ret = false;
    while (!*ret && pt_sql_row(&l->sql, st, &rc, err))
        *ret = covers(st);
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_ledger_disclosed_since(struct pt_ledger *l, uint64_t from, uint64_t to,
                              pt_ledger_disclosed_cb *cb, void *ctx, struct pt_err *err) {
    static const char sql[] =
        "WITH c AS MATERIALIZED (" COVERED ") SELECT * FROM c WHERE c.since IN (SELECT k.no"
        " FROM tick k WHERE k.log_size > ?1 AND k.log_size <= ?2) ORDER BY c.since, c.rec";
    sqlite3_stmt *st = NULL;
    int64_t last_tick = -1;
    int64_t last = -1;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "ii", (int64_t)from, (int64_t)to);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        if ((last_tick == pt_sql_i64(st, 6) && last == pt_sql_i64(st, 7)) || !covers(st))
            continue;
        last_tick = pt_sql_i64(st, 6);
        last = pt_sql_i64(st, 7);
        rc = cb(ctx, pt_sql_text(st, 2), pt_sql_text(st, 3), pt_sql_u64(st, 4), pt_sql_u64(st, 5));
        if (rc != 0)
            break;
    }
    pt_sql_done(&l->sql, st);
    return rc;
}
