/* Quota lines: what is left of each, and since when it has lain still. FG13, FG14 and FG16 read
 * them.
 *
 * A line is a quota number of a subject's B04s of one fund year. Its balance is what was allotted
 * under it less what was paid under it; what is taken from the subject's money of that year under
 * no line of its own (RECOVER, and REDUCE, SHIFT_OUT or TRANSFER with their own numbers) comes off
 * its lines, the largest balance first. It lies still since its last PAY that stands, or since it
 * was issued. */
#include <stdio.h>
#include <string.h>

#include "figterm.h"

static const char tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS quota_line(subject TEXT, quota_no TEXT, rec INTEGER,"
    "  bal INTEGER, issued INTEGER, since INTEGER, paid_rec INTEGER,"
    "  PRIMARY KEY(subject, quota_no)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS line_pay(subject TEXT, quota_no TEXT, day INTEGER,"
    "  fen INTEGER, paid INTEGER, rec INTEGER, PRIMARY KEY(subject, quota_no, day)) WITHOUT ROWID;"
    "DELETE FROM quota_line; DELETE FROM line_pay";

/* paid: PAY alone, so that a day whose payments were all undone is none. */
static const char pay_sql[] =
    "INSERT INTO line_pay SELECT l.subject, coalesce(l.quota_no, ''), p.pay_date,"
    "  sum(r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END),"
    "  coalesce(sum(CASE WHEN l.op <> @PAYMENT_OP_REFUND THEN r.sign * l.fen END), 0), max(l.rec)"
    " FROM scope s CROSS JOIN paid_line l ON l.subject = s.subject"
    " JOIN f_payment_batch p ON p.rec = l.rec JOIN record r ON r.rec = l.rec"
    " WHERE p.pay_date <= ?2 AND" LIVE("r") " GROUP BY 1, 2, 3";

#define QUOTAS                                                                                     \
    ALLOTTED("r.subject, coalesce(f.quota_no, '') AS quota_no, r.rec,"                             \
             " f.fen * r.sign * quota_sign(f.kind) AS fen, CASE WHEN r.sign * quota_sign(f.kind)"  \
             " > 0 THEN coalesce(f.issued_on, r.valid_from) END AS issued",                        \
             "coalesce(f.fund_year, r.fy) = ?1")
#define CONTROLS OF_SCOPE("FUND_CONTROL")
#define OF_LINE " FROM line_pay p WHERE p.subject = l.subject AND p.quota_no = l.quota_no"

static const char line_sql[] =
    "INSERT INTO quota_line WITH allotted AS MATERIALIZED ("
    "  SELECT subject, quota_no, max(rec) AS rec, sum(fen) AS fen, max(issued) AS issued"
    "  FROM (" QUOTAS ") GROUP BY 1, 2),"
    " taken AS MATERIALIZED (SELECT r.subject, sum(f.fen * r.sign) AS fen" CONTROLS
    "  JOIN f_fund_control f ON f.rec = r.rec WHERE f.action = @FUND_ACTION_RECOVER"
    "   AND r.fy = ?1 AND" KNOWN_R " GROUP BY 1),"
    " open AS MATERIALIZED (SELECT l.subject, l.quota_no, l.rec, l.issued,"
    "   max(0, l.fen - coalesce((SELECT sum(p.fen)" OF_LINE "), 0)) AS fen,"
    "   max(l.issued, coalesce((SELECT max(p.day)" OF_LINE " AND p.paid > 0), 0)) AS since,"
    "   coalesce((SELECT t.fen FROM taken t WHERE t.subject = l.subject), 0)"
    "   + coalesce((SELECT sum(-o.fen) FROM allotted o WHERE o.subject = l.subject"
    "      AND o.fen < 0), 0) AS taken FROM allotted l WHERE l.issued IS NOT NULL)"
    " SELECT l.subject, l.quota_no, l.rec, l.fen - min(l.fen, max(0, l.taken"
    "   - coalesce(sum(l.fen) OVER (PARTITION BY l.subject ORDER BY l.fen DESC, l.quota_no"
    "      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))), l.issued, l.since,"
    "   (SELECT p.rec" OF_LINE " AND p.day = l.since) FROM open l";

int pt_asof_lines(const struct pt_asof *a, struct pt_err *err) {
    char what[sizeof a->l->lines];
    int rc = 0;

    (void)snprintf(what, sizeof what, "%d@%d %s", a->fy, a->valid_at, a->l->scope);
    if (strcmp(what, a->l->lines) == 0 && a->l->scope[0] != '\0')
        return 0;
    a->l->lines[0] = '\0';
    rc = pt_sql_script(&a->l->sql, tables, err);
    rc = rc == 0 ? pt_sql_run(&a->l->sql, err, pay_sql, "iii", (int64_t)a->fy, (int64_t)a->valid_at,
                              (int64_t)a->known_at)
                 : rc;
    rc = rc == 0 ? pt_sql_run(&a->l->sql, err, line_sql, "iii", (int64_t)a->fy,
                              (int64_t)a->valid_at, (int64_t)a->known_at)
                 : rc;
    if (rc == 0)
        memcpy(a->l->lines, what, sizeof what);
    return rc;
}
