/* What changed since the last tick, and the sums that follow from it.
 *
 *   temp.changed(rec, type, was, now)     records that are new or whose standing changed; was, now:
 *                                         live at the last tick, live now
 *   temp.d_pay, temp.d_quota              the keys of agg_pay and agg_quota whose sums moved
 *
 * Work follows the number of changed records, never the ledger's size. */
#include <stdio.h>
#include <string.h>

#include <pentad/ledger/ledger.h>

#include "inside.h"

static const char temp_tables[] =
    "CREATE TEMP TABLE changed(rec INTEGER PRIMARY KEY, type INTEGER, was INTEGER, now INTEGER);"
    "CREATE INDEX temp.changed_type ON changed(type);"
    "CREATE TEMP TABLE d_pay(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT,"
    "  fy INTEGER, month INTEGER, fen INTEGER, coarse INTEGER);"
    "CREATE TEMP TABLE d_quota(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT);";

int pt_agg_prepare(struct pt_ledger *l, struct pt_err *err)
{
    return pt_sqlx_exec(l->db, temp_tables, err);
}

static const char sums[] =
    "INSERT INTO d_pay"
    " SELECT l.subject, coalesce(l.fund_year, r.fy), l.bk, coalesce(l.control_key, ''), r.fy,"
    "   p.pay_date / 100,"
    "   sum((c.now - c.was) * r.sign * CASE WHEN l.op = 2 THEN -l.fen ELSE l.fen END),"
    "   max(coalesce(p.date_precision, 1) > 1)"
    " FROM changed c JOIN record r ON r.rec = c.rec JOIN f_payment_batch p ON p.rec = c.rec"
    " JOIN f_payment_batch_lines l ON l.rec = c.rec"
    " WHERE c.type = 131 AND c.now <> c.was GROUP BY 1, 2, 3, 4, 5, 6;"
    "INSERT INTO agg_pay SELECT * FROM d_pay WHERE true"
    " ON CONFLICT DO UPDATE SET fen = fen + excluded.fen, coarse = max(coarse, excluded.coarse);"
    "INSERT INTO d_quota"
    " SELECT DISTINCT r.subject, coalesce(f.fund_year, r.fy), f.bk, coalesce(f.control_key, '')"
    " FROM changed c JOIN record r ON r.rec = c.rec JOIN f_allotment f ON f.rec = c.rec"
    " WHERE c.type = 124 AND c.now <> c.was;"
    "DELETE FROM agg_quota WHERE subject IN (SELECT subject FROM d_quota);"
    /* An ADVANCE counts once an INITIAL has taken it up. */
    "INSERT INTO agg_quota"
    " SELECT v.r_subject, coalesce(v.fund_year, v.r_fy), v.bk, coalesce(v.control_key, ''), v.kind,"
    "   sum(v.fen * v.r_sign), min(o.tick)"
    " FROM (SELECT DISTINCT subject FROM d_quota) d"
    " JOIN v_allotment v ON v.r_subject = d.subject AND v.r_type = 124"
    " JOIN record o ON o.rec = v.r_root"
    " WHERE v.kind <> 8 OR EXISTS (SELECT 1 FROM ref f JOIN live i ON i.rec = f.rec"
    "   WHERE f.t_sid = v.r_sid AND f.t_seq = v.r_seq AND f.field = 'absorbs')"
    " GROUP BY 1, 2, 3, 4, 5;";

int pt_agg_tick(struct pt_ledger *l, int64_t last_rec, struct pt_err *err)
{
    char sql[1600];
    int64_t before = 0;
    bool found;
    int rc;

    (void)snprintf(sql, sizeof sql, "SELECT log_size FROM tick WHERE no = %llu",
                   (unsigned long long)l->tick.no - 1);
    rc = pt_sqlx_int64(l->db, sql, &before, &found, err);
    if (rc != 0)
        return rc;
    /* StreamClose (232) and H01 (211) concern no rule. */
    (void)snprintf(
        sql, sizeof sql,
        "DELETE FROM changed; DELETE FROM d_pay; DELETE FROM d_quota;"
        "INSERT INTO changed SELECT rec, type, 0, live_from IS NOT NULL AND live_to IS NULL"
        " FROM record WHERE rec > %lld AND type NOT IN (0, 211, 232);"
        "INSERT OR REPLACE INTO changed SELECT r.rec, r.type,"
        "  r.rec <= %lld AND r.live_from IS NOT NULL AND r.live_from < %lld"
        "    AND (r.live_to IS NULL OR r.live_to >= %lld),"
        "  r.live_from IS NOT NULL AND r.live_to IS NULL"
        " FROM recheck k JOIN record r ON r.rec = k.rec; DELETE FROM recheck;",
        (long long)last_rec, (long long)last_rec, (long long)before, (long long)before);
    rc = pt_sqlx_exec(l->db, sql, err);
    return rc == 0 ? pt_sqlx_exec(l->db, sums, err) : rc;
}
