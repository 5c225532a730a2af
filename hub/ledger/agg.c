/* What changed since the last tick, and the sums that follow from it.
 *
 *   temp.changed(rec, type, was, now)     records that are new or whose standing changed; was, now:
 *                                         live at the last tick, live now
 *   temp.d_pay                            what moved in agg_pay and agg_line: their keys together
 *   temp.d_quota                          the keys of agg_quota whose sums moved
 *   temp.d_subject                        of d_pay, a row a subject and fiscal year; said: said_of
 *
 *   temp.d_member                         subjects of which it may have changed whose they are
 * Work follows the number of changed records, never the ledger's size. */
#include <pentad/ledger/ledger.h>

#include "paysums.h"

static const char temp_tables[] =
    "CREATE TEMP TABLE changed(rec INTEGER PRIMARY KEY, type INTEGER, was INTEGER, now INTEGER);"
    "CREATE INDEX temp.changed_type ON changed(type);"
    "CREATE TEMP TABLE d_pay(subject TEXT, quota_no TEXT, fund_year INTEGER, bk INTEGER,"
    "  ckey TEXT, fy INTEGER, month INTEGER, func TEXT, fen INTEGER, coarse INTEGER,"
    "  first_day INTEGER, last_day INTEGER, undone INTEGER);"
    "CREATE TEMP TABLE d_subject(subject TEXT, fy INTEGER, month INTEGER, coarse INTEGER,"
    "  first_day INTEGER, undone INTEGER, said INTEGER, PRIMARY KEY(subject, fy)) WITHOUT ROWID;"
    "CREATE TEMP TABLE d_quota(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT);"
    /* Made here and not when first used: every statement is prepared again behind a new table. */
    "CREATE TEMP TABLE d_advance(dept TEXT PRIMARY KEY);"
    "CREATE TEMP TABLE d_member(subject TEXT PRIMARY KEY);";

int pt_agg_prepare(struct pt_ledger *l, struct pt_err *err) {
    return pt_sql_exec(&l->sql, temp_tables, err);
}

/* What apply.c can't tell of a record alone. */
static const char said_sql[] =
    "INSERT INTO said_of SELECT r.subject, 1 << c.type % 64 FROM changed c"
    " CROSS JOIN record r ON r.rec = c.rec AND r.subject IS NOT NULL"
    " WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT)"
    " AND CASE c.type WHEN @TYPE_ALLOTMENT THEN"
    "   (SELECT quota_sign(f.kind) < 0 FROM f_allotment f WHERE f.rec = c.rec)"
    "  ELSE (SELECT f.is_major FROM f_subject_profile f WHERE f.rec = c.rec) END"
    " ON CONFLICT DO UPDATE SET types = types | excluded.types;";
static const char evaluated_sql[] =
    "INSERT OR IGNORE INTO evaluated_year SELECT r.fy FROM changed c"
    " CROSS JOIN f_evaluation f ON f.rec = c.rec AND f.kind = @EVALUATION_KIND_SELF"
    " CROSS JOIN record r ON r.rec = c.rec AND r.fy IS NOT NULL WHERE c.type = @TYPE_EVALUATION;";

/* From temp.d_pay. Where a PAY is undone, agg_line's last day is looked up again. */
static const char pay_sql[] =
    "UPDATE agg_line SET last = coalesce((SELECT max(day) FROM (SELECT p.pay_date AS day"
    "   FROM paid_line l JOIN f_payment_batch p ON p.rec = l.rec"
    "   JOIN live r ON r.rec = l.rec WHERE l.subject = agg_line.subject"
    "   AND coalesce(l.quota_no, '') = agg_line.quota_no AND p.pay_date / 100 = agg_line.month"
    "   AND l.op <> @PAYMENT_OP_REFUND GROUP BY p.pay_date HAVING sum(r.r_sign * l.fen) > 0)), 0)"
    " WHERE (subject, quota_no, month) IN (SELECT subject, quota_no, month FROM d_pay"
    "   WHERE undone);"
    "INSERT OR IGNORE INTO agg_year SELECT fy, (SELECT max(no) FROM tick) FROM d_pay"
    " WHERE coarse = 0 AND fy IS NOT NULL;";

/* Sums of the subjects whose allotments changed, again whole. */
static const char quota_sql[] =
    "INSERT INTO d_quota"
    " SELECT DISTINCT r.subject, coalesce(f.fund_year, r.fy), f.bk, coalesce(f.control_key, '')"
    " FROM changed c JOIN record r ON r.rec = c.rec JOIN f_allotment f ON f.rec = c.rec"
    " WHERE c.type = @TYPE_ALLOTMENT AND c.now <> c.was;"
    "DELETE FROM agg_quota WHERE subject IN (SELECT subject FROM d_quota);"
    /* An ADVANCE counts once an INITIAL has taken it up. */
    "INSERT INTO agg_quota"
    " SELECT r.r_subject, coalesce(v.fund_year, r.r_fy), v.bk, coalesce(v.control_key, ''), v.kind,"
    "   sum(v.fen * r.r_sign), min(o.tick)"
    " FROM (SELECT DISTINCT subject FROM d_quota) d"
    " CROSS JOIN live r ON r.r_subject = d.subject AND r.r_type = @TYPE_ALLOTMENT"
    " CROSS JOIN f_allotment v ON v.rec = r.rec CROSS JOIN record o ON o.rec = r.r_root"
    " WHERE v.kind <> @ALLOTMENT_KIND_ADVANCE OR EXISTS (SELECT 1 FROM ref f JOIN live i ON i.rec "
    "= f.rec"
    "   WHERE f.t_sid = r.r_sid AND f.t_seq = r.r_seq AND f.field = 'absorbs')"
    " GROUP BY 1, 2, 3, 4, 5;";

/* What moved is added; of the ADVANCEs, which count once an INITIAL has taken them up, the
 * departments touched are summed again whole. */
static const char dept_sql[] =
    "INSERT INTO agg_dept SELECT f.dept, r.fy, f.bk, 0,"
    "  sum((c.now - c.was) * r.sign * f.fen * quota_sign(f.kind)),"
    "  sum((c.now - c.was) * half_unit(f.src_unit))"
    " FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_allotment f ON f.rec = c.rec"
    " WHERE c.type = @TYPE_ALLOTMENT AND c.now <> c.was AND f.kind NOT IN"
    "  (@ALLOTMENT_KIND_INBOUND, @ALLOTMENT_KIND_TRANSFER, @ALLOTMENT_KIND_ADVANCE)"
    " GROUP BY 1, 2, 3"
    " ON CONFLICT DO UPDATE SET fen = add_fen(fen, excluded.fen), tol = tol + excluded.tol;"
    "DELETE FROM d_advance;"
    "INSERT OR IGNORE INTO d_advance SELECT f.dept FROM changed c"
    " CROSS JOIN f_allotment f ON f.rec = c.rec"
    " WHERE c.type = @TYPE_ALLOTMENT AND f.kind = @ALLOTMENT_KIND_ADVANCE AND f.dept <> '';"
    "INSERT OR IGNORE INTO d_advance SELECT f.dept FROM changed c"
    " CROSS JOIN ref a ON a.rec = c.rec AND a.field = 'absorbs'"
    " CROSS JOIN record t ON t.sid = a.t_sid AND t.seq = a.t_seq"
    " CROSS JOIN f_allotment f ON f.rec = t.rec WHERE c.type = @TYPE_ALLOTMENT AND f.dept <> '';"
    "DELETE FROM agg_dept WHERE advance = 1 AND dept IN (SELECT dept FROM d_advance);"
    "INSERT INTO agg_dept SELECT f.dept, r.r_fy, f.bk, 1, sum(f.fen * r.r_sign),"
    "  sum(half_unit(f.src_unit)) FROM d_advance d CROSS JOIN f_allotment f ON f.dept = d.dept"
    " CROSS JOIN live r ON r.rec = f.rec WHERE f.kind = @ALLOTMENT_KIND_ADVANCE AND EXISTS"
    "  (SELECT 1 FROM ref a JOIN live i ON i.rec = a.rec WHERE a.t_sid = r.r_sid"
    "   AND a.t_seq = r.r_seq AND a.field = 'absorbs') GROUP BY 1, 2, 3;";

/* Few records a year: the years touched are summed again whole. */
#define CHANGED_YEARS                                                                              \
    "(SELECT r.fy FROM changed c JOIN record r ON r.rec = c.rec"                                   \
    " WHERE c.type = @TYPE_CONGRESS_APPROVAL)"
#define APPROVED_SUMS(table, kinds)                                                                \
    "DELETE FROM " table " WHERE fy IN " CHANGED_YEARS ";"                                         \
    "INSERT INTO " table " SELECT level, key, fy, bk, func, sum(fen), sum(tol) FROM approved_line" \
    " WHERE fy IN " CHANGED_YEARS " AND kind IN (" kinds ") GROUP BY 1, 2, 3, 4, 5;"               \
    "INSERT INTO " table " SELECT 'R', r.subject, p.fy, p.bk, '', sum(p.fen), sum(p.tol)"          \
    " FROM approved_line p JOIN record r ON r.rec = p.rec"                                         \
    " WHERE p.fy IN " CHANGED_YEARS " AND p.kind IN (" kinds ") GROUP BY 1, 2, 3, 4;"

static const char approved_sql[] =
    "DELETE FROM approved_line WHERE fy IN " CHANGED_YEARS ";"
    "INSERT INTO approved_line"
    " SELECT CASE WHEN l.control_key <> '' THEN 'C' WHEN l.subject <> '' THEN 'S'"
    "   WHEN l.dept <> '' THEN 'D' ELSE 'F' END AS level,"
    "  CASE WHEN l.control_key <> '' THEN l.control_key WHEN l.subject <> '' THEN l.subject"
    "   WHEN l.dept <> '' THEN l.dept ELSE l.r_subject END, l.r_fy, l.bk,"
    "  CASE WHEN l.control_key <> '' THEN '' ELSE coalesce(l.func, '') END, l.rec,"
    "  a.kind, a.approved_on,"
    "  sum(CASE WHEN a.kind = @APPROVAL_KIND_ADJUST AND l.op = @APPROVAL_OP_REDUCE THEN -l.fen "
    "ELSE l.fen END * l.r_sign),"
    "  sum(half_unit(l.src_unit))"
    " FROM v_congress_approval_lines l JOIN f_congress_approval a ON a.rec = l.rec"
    " WHERE l.r_fy IN " CHANGED_YEARS " GROUP BY 1, 2, 3, 4, 5, 6;";
static const char budget_sums[] =
    APPROVED_SUMS("agg_approved", "@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST");
static const char final_sums[] = APPROVED_SUMS("agg_final", "@APPROVAL_KIND_FINAL_ACCOUNTS");

/* The newest allotment says whose subject it is; before there is one, its profile does. */
static const char member_sql[] =
    "INSERT OR IGNORE INTO d_member SELECT r.subject FROM changed c JOIN record r ON r.rec = c.rec"
    " WHERE c.type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT) AND r.subject IS "
    "NOT NULL;"
    "INSERT OR IGNORE INTO d_member SELECT r.subject FROM changed c JOIN record u ON u.rec = c.rec"
    " JOIN f_subject_profile p ON p.resp_org = u.subject JOIN record r ON r.rec = p.rec"
    " WHERE c.type = @TYPE_ORG_PROFILE;"
    "DELETE FROM member WHERE subject IN (SELECT subject FROM d_member);"
    "INSERT OR IGNORE INTO member SELECT @SUBJECT_KIND_DEPT, dept, subject FROM (SELECT d.subject,"
    "  coalesce((SELECT v.dept FROM v_allotment v WHERE v.r_subject = d.subject AND v.r_type = "
    "@TYPE_ALLOTMENT"
    "      AND v.dept <> '' ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq "
    "DESC LIMIT 1),"
    "    (SELECT coalesce((SELECT o.parent FROM v_org_profile o WHERE o.r_subject = v.resp_org"
    "        AND o.r_type = @TYPE_ORG_PROFILE AND o.r_kind = @SUBJECT_KIND_UNIT AND o.parent <> ''"
    "        ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1), "
    "v.resp_org)"
    "      FROM v_subject_profile v WHERE v.r_subject = d.subject AND v.r_type = "
    "@TYPE_SUBJECT_PROFILE"
    "      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1),"
    "    (SELECT CASE o.r_kind WHEN @SUBJECT_KIND_UNIT THEN o.parent WHEN @SUBJECT_KIND_DEPT THEN "
    "o.r_subject END"
    "      FROM v_org_profile o WHERE o.r_subject = d.subject AND o.r_type = @TYPE_ORG_PROFILE"
    "      ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1)) AS "
    "dept"
    "  FROM d_member d) WHERE dept <> '';"
    "INSERT OR IGNORE INTO member SELECT @SUBJECT_KIND_UNIT, f.unit, d.subject FROM d_member d"
    " CROSS JOIN live r ON r.r_subject = d.subject AND r.r_type = @TYPE_ALLOTMENT"
    " CROSS JOIN f_allotment f ON f.rec = r.rec WHERE f.unit <> '';"
    "INSERT OR IGNORE INTO member SELECT @SUBJECT_KIND_POLICY, policy, subject FROM"
    " (SELECT d.subject, (SELECT v.policy_key FROM v_subject_profile v"
    "    WHERE v.r_subject = d.subject AND v.r_type = @TYPE_SUBJECT_PROFILE ORDER BY v.r_valid "
    "DESC,"
    "    v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS policy FROM d_member d)"
    " WHERE policy <> '';";

static const char alias_sql[] =
    "INSERT OR IGNORE INTO alias SELECT j.value, c.rec FROM changed c"
    " CROSS JOIN f_subject_profile f ON f.rec = c.rec CROSS JOIN json_each(f.aliases) j"
    " WHERE c.type = @TYPE_SUBJECT_PROFILE;";

/* One statement a step; each runs where a record of its types changed. */
static int when_changed(struct pt_ledger *l, const char *ask, const char *sql, struct pt_err *err) {
    int64_t n;
    bool found;
    int rc = pt_sql_number(&l->sql, &n, &found, err, ask, "");

    return rc == 0 && found ? pt_sql_script(&l->sql, sql, err) : rc;
}

/* StreamCloses and H01s concern no rule. ?1 the last record of the last tick, ?2 its log size. */
static int list_changed(struct pt_ledger *l, int64_t last_rec, int64_t before, struct pt_err *err) {
    int rc = pt_sql_script(&l->sql,
                           "DELETE FROM changed; DELETE FROM d_pay; DELETE FROM d_subject; DELETE "
                           "FROM d_quota; DELETE FROM d_member",
                           err);

    rc = rc == 0 ? pt_sql_run(
                       &l->sql, err,
                       "INSERT INTO changed SELECT rec, type, 0,"
                       "  live_from IS NOT NULL AND live_to IS NULL FROM record"
                       " WHERE rec > ?1 AND type NOT IN (0, @TYPE_DISCREPANCY, @TYPE_STREAM_CLOSE)",
                       "i", last_rec)
                 : rc;
    rc = rc == 0 ? pt_sql_run(&l->sql, err,
                              "INSERT OR REPLACE INTO changed SELECT r.rec, r.type,"
                              "  r.rec <= ?1 AND r.live_from IS NOT NULL AND r.live_from < ?2"
                              "    AND (r.live_to IS NULL OR r.live_to >= ?2),"
                              "  r.live_from IS NOT NULL AND r.live_to IS NULL"
                              " FROM recheck k JOIN record r ON r.rec = k.rec",
                              "ii", last_rec, before)
                 : rc;
    return rc == 0 ? pt_sql_run(&l->sql, err, "DELETE FROM recheck", "") : rc;
}

int pt_agg_tick(struct pt_ledger *l, int64_t last_rec, struct pt_err *err) {
    static const char any_payment[] =
        "SELECT 1 FROM changed WHERE type = @TYPE_PAYMENT_BATCH LIMIT 1";
    static const char any_quota[] = "SELECT 1 FROM changed WHERE type = @TYPE_ALLOTMENT LIMIT 1";
    static const char any_approval[] =
        "SELECT 1 FROM changed WHERE type = @TYPE_CONGRESS_APPROVAL LIMIT 1";
    static const char any_member[] = "SELECT 1 FROM changed WHERE type IN (@TYPE_ORG_PROFILE, "
                                     "@TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT) LIMIT 1";
    static const char any_said[] =
        "SELECT 1 FROM changed WHERE type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT) LIMIT 1";
    static const char any_evaluation[] =
        "SELECT 1 FROM changed WHERE type = @TYPE_EVALUATION LIMIT 1";
    static const char any_profile[] =
        "SELECT 1 FROM changed WHERE type = @TYPE_SUBJECT_PROFILE LIMIT 1";
    int64_t before;
    bool found;
    int rc = pt_sql_number(&l->sql, &before, &found, err, "SELECT log_size FROM tick WHERE no = ?",
                           "i", (int64_t)l->tick.no - 1);

    rc = rc == 0 ? list_changed(l, last_rec, before, err) : rc;
    rc = rc == 0 ? when_changed(l, any_said, said_sql, err) : rc;
    rc = rc == 0 ? when_changed(l, any_evaluation, evaluated_sql, err) : rc;
    rc = rc == 0 ? pt_paysums_tick(l, last_rec, err) : rc;
    rc = rc == 0 ? when_changed(l, any_payment, pay_sql, err) : rc;
    rc = rc == 0 ? when_changed(l, any_quota, quota_sql, err) : rc;
    rc = rc == 0 ? when_changed(l, any_quota, dept_sql, err) : rc;
    rc = rc == 0 ? when_changed(l, any_approval, approved_sql, err) : rc;
    rc = rc == 0 ? when_changed(l, any_approval, budget_sums, err) : rc;
    rc = rc == 0 ? when_changed(l, any_approval, final_sums, err) : rc;
    rc = rc == 0 ? when_changed(l, any_profile, alias_sql, err) : rc;
    return rc == 0 ? when_changed(l, any_member, member_sql, err) : rc;
}
