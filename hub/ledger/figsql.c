/* What figures are summed from, for any (valid date, known-at). A record counts if it was live at
 * that log size (live_from < K, live_to NULL or >= K) and its fact is valid by that date. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

#include "figterm.h"

/* ?1 fiscal year, ?2 valid date, ?3 known-at, ?4 key; every statement may use each. */
enum {
    Q_SCOPE_OWN,
    Q_SCOPE_UNIT,
    Q_SCOPE_DEPT,
    Q_SCOPE_REGION,
    Q_SCOPE_POLICY,
    Q_SCOPE_APART,
    Q_LINES_UNIT,
    Q_LINES_DEPT,
    Q_LINES_REGION,
    Q_PAID,
    Q_PAID_FAST,
    Q_PAID_DAYS,
    Q_QUOTA,
    Q_RECOVERED,
    Q_APPROVED_ITEM,
    Q_APPROVED_DEPT,
    Q_APPROVED_REGION,
    Q_APPROVED_POLICY,
    Q_APPROVED_DEPT_LINES,
    Q_FINAL_DEPT_LINES,
    Q_FINAL_ITEM,
    Q_FINAL_DEPT,
    Q_FINAL_REGION,
    Q_FINAL_POLICY,
    Q_PLAN,
    Q_SCORE,
    Q_SELF,
    Q_SPOT,
    Q_AUDIT,
    Q_PARAM,
    Q_CARRIED,
    Q_COUNT
};
_Static_assert((int)Q_COUNT <= (int)PT_FIG_STMTS, "room for the figures' statements");

/* Of departments d: all that ever named one is asked whose it is on the day. A unit is its
 * department's; its items are so by their allotments, or as the unit is responsible for them. */
#define SUBJECTS_OF_DEPTS(d)                                                                       \
    ", named(dept, subject) AS MATERIALIZED (SELECT " d ".dept, r.subject FROM " d                 \
    "  CROSS JOIN f_allotment f ON f.dept = " d ".dept JOIN record r ON r.rec = f.rec"             \
    "  WHERE" LIVE(                                                                                \
        "r") "UNION SELECT " d ".dept, r.subject FROM " d                                          \
             "  CROSS JOIN f_subject_profile p ON p.resp_org IN (SELECT " d                        \
             ".dept UNION SELECT q.subject"                                                        \
             "   FROM f_org_profile o JOIN record q ON q.rec = o.rec WHERE o.parent = " d ".dept"  \
             "   AND" LIVE("q") ") JOIN record r ON r.rec = p.rec WHERE" LIVE(                     \
                 "r") ")"                                                                          \
                      " SELECT n.subject FROM named n WHERE " OWNER_OF_NAMED " = n.dept"           \
                      " UNION SELECT r.subject FROM " d                                            \
                      " CROSS JOIN f_org_profile u ON u.parent = " d ".dept"                       \
                      "  JOIN record r ON r.rec = u.rec WHERE" LIVE(                               \
                          "r") "AND " PARENT_OF_R " = " d ".dept"                                  \
                               " UNION SELECT dept FROM " d
#define OWNER_OF_NAMED ITEM_OWNER("n.subject")
#define PARENT_OF_R PARENT_OF("r.subject")

#define DEPTS_OF_REGION                                                                            \
    "SELECT DISTINCT q.subject FROM f_org_profile o JOIN record q ON q.rec = o.rec"                \
    " WHERE o.rgn = ?4 AND q.kind = @SUBJECT_KIND_DEPT AND" LIVE("q")

/* B04s apart from their items: those that `named` finds as naming the body. */
#define RECEIVED_R RECEIVED("r.subject")
#define HANDED_ON_OR_RECEIVED "(" HANDED_ON_F " OR " RECEIVED_R ")"
#define LINES_OF(named)                                                                            \
    "INSERT OR IGNORE INTO scope_line SELECT r.rec FROM " named " AND " HANDED_ON_OR_RECEIVED      \
    " AND" NOT_OPEN_ADVANCE "AND" KNOWN_R

/* Lines of approvals, signed; ADJUST carries its own sign. */
#define LINES                                                                                      \
    "SELECT sum(CASE WHEN a.kind = @APPROVAL_KIND_ADJUST AND l.op = @APPROVAL_OP_REDUCE THEN "     \
    "-l.fen ELSE l.fen END * r.sign), count(*)"                                                    \
    " FROM f_congress_approval_lines l JOIN f_congress_approval a ON a.rec = l.rec"                \
    " JOIN record r ON r.rec = l.rec WHERE" LIVE("r") "AND r.fy = ?1 AND r.valid_from <= ?2"

/* Of a department: its own lines, and those that name only a subject of its. */
#define OF_DEPT                                                                                    \
    " AND (l.dept = ?4 OR (coalesce(l.dept, '') = ''"                                              \
    " AND l.subject IN (SELECT s.subject FROM scope s)))"

#define OF_POLICY " AND l.subject IN (SELECT s.subject FROM scope s)"

/* own: what a body keeps for its own running, where it is final. */
#define QUOTAS                                                                                     \
    ALLOTTED("f.kind, f.fen * r.sign AS fen, f.final_level, f.dept, f.basis_doc,"                  \
             " r.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION) AS own",   \
             THE_YEAR)

#define EVAL(what, cond)                                                                           \
    "SELECT " what ", r.rec FROM record r JOIN f_evaluation f ON f.rec = r.rec"                    \
    " WHERE r.subject = ?4 AND r.type = @TYPE_EVALUATION AND r.fy = ?1 AND r.valid_from <= ?2"     \
    " AND f.total_cp IS NOT NULL AND" LIVE("r") cond

#define RANK                                                                                       \
    "CASE f.kind WHEN @EVALUATION_KIND_FIN_KEY THEN 5 WHEN @EVALUATION_KIND_EXPIRY THEN 5 WHEN "   \
    "@EVALUATION_KIND_SPOT THEN 4 WHEN @EVALUATION_KIND_DEPT_KEY THEN 3 WHEN "                     \
    "@EVALUATION_KIND_SELF THEN 1"                                                                 \
    " WHEN @EVALUATION_KIND_DEPT THEN CASE f.\"by\" WHEN @EVALUATION_BY_FIN THEN 5 WHEN "          \
    "@EVALUATION_BY_DEPT THEN 3 END"                                                               \
    " WHEN @EVALUATION_KIND_REGION THEN CASE f.\"by\" WHEN @EVALUATION_BY_FIN THEN 5 END END"

static const char *const sql[Q_COUNT] = {
    [Q_SCOPE_OWN] = "INSERT OR IGNORE INTO scope(subject) SELECT ?4",
    [Q_SCOPE_UNIT] =
        "INSERT OR IGNORE INTO scope(subject) SELECT ?4 UNION SELECT r.subject FROM f_allotment f"
        " JOIN record r ON r.rec = f.rec WHERE f.unit = ?4 AND r.valid_from <= ?2 AND" LIVE("r"),
    [Q_SCOPE_DEPT] =
        "INSERT OR IGNORE INTO scope(subject) WITH d(dept) AS (SELECT ?4)" SUBJECTS_OF_DEPTS("d"),
    [Q_SCOPE_REGION] = "INSERT OR IGNORE INTO scope(subject) WITH d(dept) AS (" DEPTS_OF_REGION
                       ")" SUBJECTS_OF_DEPTS("d") " UNION SELECT ?4",
    [Q_SCOPE_POLICY] = "INSERT OR IGNORE INTO scope(subject) SELECT ?4 UNION " ITEMS_OF_POLICY,
    [Q_SCOPE_APART] = "UPDATE scope SET apart = 1 + " RECEIVED("scope.subject"),
    /* A unit's items are all that name it. */
    [Q_LINES_UNIT] = LINES_OF("scope s CROSS JOIN record r ON r.subject = s.subject"
                              " AND r.type = @TYPE_ALLOTMENT"
                              " JOIN f_allotment f ON f.rec = r.rec WHERE f.unit = ?4"),
    [Q_LINES_DEPT] = LINES_OF("f_allotment f JOIN record r ON r.rec = f.rec WHERE f.dept = ?4"),
    [Q_LINES_REGION] = LINES_OF("f_allotment f JOIN record r ON r.rec = f.rec"
                                " WHERE f.dept IN (" DEPTS_OF_REGION ")"),
    [Q_PAID] = "SELECT coalesce(sum(r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE "
               "l.fen END), 0),"
               " count(*) FROM scope s CROSS JOIN paid_line l ON l.subject = s.subject"
               " JOIN f_payment_batch p ON p.rec = l.rec JOIN record r ON r.rec = l.rec"
               " WHERE r.fy = ?1 AND p.pay_date <= ?2 AND" LIVE("r"),
    [Q_PAID_FAST] = "SELECT coalesce(sum(p.fen), 0), count(*) FROM scope s"
                    " CROSS JOIN agg_pay p ON p.subject = s.subject"
                    " WHERE p.fy = ?1 AND p.month <= ?2 / 100",
    [Q_PAID_DAYS] = "SELECT coalesce(sum(d.fen), 0), count(*) FROM scope s"
                    " CROSS JOIN paid_days d ON d.subject = s.subject WHERE d.day <= ?2",
    [Q_QUOTA] =
        "SELECT coalesce(sum(CASE WHEN x.kind IN (@ALLOTMENT_KIND_INITIAL, "
        "@ALLOTMENT_KIND_ADVANCE) THEN x.fen END), 0),"
        " coalesce(sum(CASE WHEN x.kind NOT IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADVANCE) "
        "THEN x.fen * quota_sign(x.kind) END), 0),"
        " coalesce(sum(CASE WHEN x.kind = @ALLOTMENT_KIND_INITIAL AND (NOT coalesce(x.final_level, "
        "0) OR NOT x.own) THEN x.fen END), 0),"
        " coalesce(sum(CASE WHEN x.kind = @ALLOTMENT_KIND_INITIAL AND x.final_level AND NOT x.own"
        "   THEN x.fen WHEN x.kind = @ALLOTMENT_KIND_SHIFT_IN AND x.final_level AND EXISTS ("
        "     SELECT 1 FROM f_allotment o JOIN record q ON q.rec = o.rec WHERE o.dept = x.dept"
        "     AND o.basis_doc = x.basis_doc AND o.kind = @ALLOTMENT_KIND_SHIFT_OUT AND NOT "
        "coalesce(o.final_level, 0) AND" LIVE("q") ") THEN x.fen END), 0),"
                                                   " count(*) FROM (" QUOTAS ") x",
    [Q_CARRIED] = "SELECT coalesce(sum(f.fen * r.sign), 0), count(*)" CARRIED,
    [Q_RECOVERED] =
        "SELECT coalesce(sum(f.fen * r.sign), 0), count(*) FROM scope s"
        " CROSS JOIN record r ON r.subject = s.subject AND r.type = @TYPE_FUND_CONTROL"
        " JOIN f_fund_control f ON f.rec = r.rec"
        " WHERE f.action = @FUND_ACTION_RECOVER AND r.fy = ?1 AND r.valid_from <= ?2 AND" LIVE("r"),
    [Q_APPROVED_ITEM] =
        LINES " AND a.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST) AND l.subject = ?4",
    [Q_APPROVED_DEPT] =
        LINES " AND a.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST)" OF_DEPT,
    [Q_APPROVED_REGION] =
        LINES " AND a.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST) AND r.subject = ?4",
    [Q_APPROVED_POLICY] =
        LINES " AND a.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST)" OF_POLICY,
    [Q_APPROVED_DEPT_LINES] =
        LINES " AND a.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST) AND l.dept = ?4",
    [Q_FINAL_DEPT_LINES] = LINES " AND a.kind = @APPROVAL_KIND_FINAL_ACCOUNTS AND l.dept = ?4",
    [Q_FINAL_ITEM] = LINES " AND a.kind = @APPROVAL_KIND_FINAL_ACCOUNTS AND l.subject = ?4",
    [Q_FINAL_DEPT] = LINES " AND a.kind = @APPROVAL_KIND_FINAL_ACCOUNTS" OF_DEPT,
    [Q_FINAL_REGION] = LINES " AND a.kind = @APPROVAL_KIND_FINAL_ACCOUNTS AND r.subject = ?4",
    [Q_FINAL_POLICY] = LINES " AND a.kind = @APPROVAL_KIND_FINAL_ACCOUNTS" OF_POLICY,
    [Q_PLAN] = "SELECT f.lump_sum, f.plan_curve_bp, r.rec FROM record r JOIN f_subject_profile f"
               " ON f.rec = r.rec WHERE r.subject = ?4 AND r.type = @TYPE_SUBJECT_PROFILE AND "
               "r.valid_from <= ?2"
               " AND" LIVE("r") NEWEST("r"),
    [Q_SCORE] = EVAL("f.total_cp",
                     "AND " RANK " IS NOT NULL ORDER BY " RANK " DESC," ORDER_OF("r") " LIMIT 1"),
    [Q_SELF] = EVAL("f.total_cp", "AND f.kind = @EVALUATION_KIND_SELF" NEWEST("r")),
    [Q_SPOT] = EVAL("f.total_cp", "AND f.kind = @EVALUATION_KIND_SPOT" NEWEST("r")),
    [Q_AUDIT] =
        "SELECT f.fen, r.rec FROM record r JOIN f_audit_figure f ON f.rec = r.rec"
        " WHERE r.subject = ?4 AND r.type = @TYPE_AUDIT_FIGURE AND r.fy = ?1 AND r.valid_from <= ?2"
        " AND f.item = @AUDIT_ITEM_PAID AND f.fen IS NOT NULL AND" LIVE("r") NEWEST("r"),
    [Q_PARAM] = "SELECT f.value FROM f_rule_set_params f JOIN record r ON r.rec = f.rec"
                " WHERE f.name = ?4 AND f.value IS NOT NULL AND r.valid_from <= ?2"
                " AND" LIVE("r") NEWEST("r"),
};

static int ready(const struct pt_asof *a, int q, int32_t until, sqlite3_stmt **ret,
                 struct pt_err *err) {
    sqlite3_stmt **st = &a->l->fig[q];
    int rc = *st ? 0 : pt_sql_prepare(&a->l->sql, sql[q], st, err);

    *ret = *st;
    return rc == 0 ? pt_sql_bind(&a->l->sql, *st, err, "iiis", (int64_t)a->fy, (int64_t)until,
                                 (int64_t)a->known_at, a->key)
                   : rc;
}

/* Up to n columns of the one row. */
static int one_row(const struct pt_asof *a, int q, int32_t until, int64_t *out, int n,
                   bool *ret_found, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = ready(a, q, until, &st, err);
    bool row = pt_sql_row(&a->l->sql, st, &rc, err);

    *ret_found = row && !pt_sql_is_null(st, 0);
    for (int i = 0; i < n; i++)
        out[i] = row ? pt_sql_i64(st, i) : 0;
    pt_sql_reset(st);
    return rc;
}

static bool is_org(int kind) {
    return kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT;
}

static const char scope_tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS scope(subject TEXT PRIMARY KEY,"
    "  apart INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS scope_line(rec INTEGER PRIMARY KEY);"
    "DELETE FROM scope; DELETE FROM scope_line";

static int scope_of(const struct pt_asof *a, int q, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = ready(a, q, a->valid_at, &st, err);

    return rc == 0 ? pt_sql_execute(&a->l->sql, st, err) : rc;
}

int pt_asof_scope(const struct pt_asof *a, struct pt_err *err) {
    char what[160];
    int q = Q_SCOPE_OWN;
    int lines = 0; /* of a body */
    int rc;

    (void)snprintf(what, sizeof what, "%d:%.90s@%d,%llu", a->kind, a->key, (int)a->valid_at,
                   (unsigned long long)a->known_at);
    if (strcmp(what, a->l->scope) == 0)
        return 0;
    a->l->scope[0] = '\0';
    if (is_org(a->kind)) {
        q = Q_SCOPE_DEPT;
        lines = Q_LINES_DEPT;
    } else if (a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT) {
        q = Q_SCOPE_UNIT;
        lines = Q_LINES_UNIT;
    } else if (a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION) {
        q = Q_SCOPE_REGION;
        lines = Q_LINES_REGION;
    } else if (a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY) {
        q = Q_SCOPE_POLICY;
    }
    rc = pt_sql_script(&a->l->sql, scope_tables, err);
    rc = rc == 0 ? scope_of(a, q, err) : rc;
    if (lines) {
        rc = rc == 0 ? scope_of(a, Q_SCOPE_APART, err) : rc;
        rc = rc == 0 ? scope_of(a, lines, err) : rc;
    }
    if (rc == 0 && strlen(a->key) < 90)
        memcpy(a->l->scope, what, sizeof what);
    return rc;
}

#define LIVE_R LIVE("r")
static const char departments_sql[] =
    "INSERT OR IGNORE INTO dept_subject WITH named(subject) AS (SELECT r.subject FROM f_allotment f"
    "   CROSS JOIN record r ON r.rec = f.rec WHERE" LIVE_R
    "  UNION SELECT r.subject FROM f_subject_profile p CROSS JOIN record r ON r.rec = p.rec"
    "   WHERE" LIVE_R "),"
    " orgs(subject, kind) AS (SELECT DISTINCT r.subject, r.kind FROM f_org_profile o"
    "   CROSS JOIN record r ON r.rec = o.rec WHERE" LIVE_R "),"
    " owned(dept, subject) AS MATERIALIZED (SELECT " OWNER_OF_NAMED ", n.subject FROM named n"
    "  UNION SELECT " PARENT_OF_R ", r.subject FROM orgs r)"
    " SELECT dept, subject FROM owned WHERE dept <> ''"
    " UNION SELECT dept, dept FROM owned WHERE dept <> ''"
    " UNION SELECT subject, subject FROM orgs WHERE kind = @SUBJECT_KIND_DEPT";

int pt_ledger_departments(struct pt_ledger *l, int32_t valid_at, uint64_t known_at,
                          struct pt_err *err) {
    int rc = pt_sql_script(&l->sql,
                           "CREATE TEMP TABLE IF NOT EXISTS dept_subject(dept TEXT, subject TEXT,"
                           " PRIMARY KEY(subject, dept)) WITHOUT ROWID; DELETE FROM dept_subject",
                           err);

    return rc ? rc
              : pt_sql_run(&l->sql, err, departments_sql, "iii", (int64_t)0, (int64_t)valid_at,
                           (int64_t)known_at);
}

/* The sums of the last tick are what the question asks for: no payment came since, the date is a
 * month's last day. Proven equal to the full query by a test. */
static bool fast_enough(const struct pt_asof *a, int32_t until) {
    struct pt_ledger_tick t;
    int64_t n;
    bool found;

    if (!pt_date_valid(until) || pt_date_month_end(until) != until ||
        pt_ledger_last_tick(a->l, &t, NULL) != 0 || t.no == 0 || a->known_at < t.log_size)
        return false;
    if (a->known_at == t.log_size)
        return true;
    return pt_sql_number(&a->l->sql, &n, &found, NULL,
                         "SELECT 1 FROM f_payment_batch WHERE rec > ? LIMIT 1", "i",
                         (int64_t)t.rec) == 0 &&
           !found;
}

/* Every subject's payments by day, in one pass over the batches: many sums from many subjects then
 * cost little. One year and known-at at a time. */
static const char days_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS paid_days(subject TEXT, day INTEGER, fen INTEGER,"
    "  PRIMARY KEY(subject, day)) WITHOUT ROWID; DELETE FROM paid_days";
static const char days_fill[] =
    "INSERT INTO paid_days SELECT l.subject, p.pay_date,"
    "  sum(r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END)"
    " FROM f_payment_batch p CROSS JOIN record r ON r.rec = p.rec"
    " CROSS JOIN f_payment_batch_lines l ON l.rec = p.rec"
    " WHERE r.fy = ?1 AND l.subject IS NOT NULL AND p.pay_date IS NOT NULL AND" LIVE(
        "r") " GROUP BY 1, 2";

static int fill_days(const struct pt_asof *a, const char *what, struct pt_err *err) {
    int rc;

    a->l->days[0] = '\0';
    rc = pt_sql_script(&a->l->sql, days_sql, err);
    rc = rc == 0
             ? pt_sql_run(&a->l->sql, err, days_fill, "ini", (int64_t)a->fy, (int64_t)a->known_at)
             : rc;
    if (rc == 0)
        (void)snprintf(a->l->days, sizeof a->l->days, "%s", what);
    return rc;
}

int pt_asof_paid(const struct pt_asof *a, int32_t until, int64_t *ret_fen, struct pt_err *err) {
    char what[64];
    bool found;
    bool many = a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION || is_org(a->kind);
    int q = Q_PAID;
    int rc = pt_asof_scope(a, err);

    (void)snprintf(what, sizeof what, "%d@%llu", a->fy, (unsigned long long)a->known_at);
    if (fast_enough(a, until))
        q = Q_PAID_FAST;
    else if (many || strcmp(what, a->l->days) == 0)
        q = Q_PAID_DAYS;
    if (rc == 0 && q == Q_PAID_DAYS && strcmp(what, a->l->days) != 0)
        rc = fill_days(a, what, err);
    return rc == 0 ? one_row(a, q, until, ret_fen, 1, &found, err) : rc;
}

int pt_asof_quota(const struct pt_asof *a, struct pt_quota_sums *ret, struct pt_err *err) {
    int64_t v[7];
    bool found;
    int rc = pt_asof_scope(a, err);

    memset(ret, 0, sizeof *ret);
    rc = rc == 0 ? one_row(a, Q_QUOTA, a->valid_at, v, 5, &found, err) : rc;
    rc = rc == 0 ? one_row(a, Q_CARRIED, a->valid_at, v + 5, 2, &found, err) : rc;
    if (rc != 0)
        return rc;
    ret->b0 = v[0];
    ret->delta = v[1];
    ret->project = v[2];
    ret->broken = v[3];
    ret->n = v[4];
    ret->carried = v[5];
    ret->n_carried = v[6];
    return 0;
}

int pt_asof_recovered(const struct pt_asof *a, int64_t *ret_fen, struct pt_err *err) {
    bool found;
    int rc = pt_asof_scope(a, err);

    return rc == 0 ? one_row(a, Q_RECOVERED, a->valid_at, ret_fen, 1, &found, err) : rc;
}

int pt_asof_approved(const struct pt_asof *a, bool final_accounts, int64_t *ret_fen,
                     bool *ret_found, struct pt_err *err) {
    int q = final_accounts ? Q_FINAL_ITEM : Q_APPROVED_ITEM;
    int rc = pt_asof_scope(a, err);

    if (is_org(a->kind))
        q = final_accounts ? Q_FINAL_DEPT : Q_APPROVED_DEPT;
    else if (a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION)
        q = final_accounts ? Q_FINAL_REGION : Q_APPROVED_REGION;
    else if (a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY)
        q = final_accounts ? Q_FINAL_POLICY : Q_APPROVED_POLICY;
    return rc == 0 ? one_row(a, q, a->valid_at, ret_fen, 1, ret_found, err) : rc;
}

int pt_asof_approved_lines(const struct pt_asof *a, bool final_accounts, int64_t *ret_fen,
                           bool *ret_found, struct pt_err *err) {
    int q = final_accounts ? Q_FINAL_REGION : Q_APPROVED_REGION;

    if (is_org(a->kind))
        q = final_accounts ? Q_FINAL_DEPT_LINES : Q_APPROVED_DEPT_LINES;
    return one_row(a, q, a->valid_at, ret_fen, 1, ret_found, err);
}

int pt_asof_plan(const struct pt_asof *a, struct pt_plan_row *ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = ready(a, Q_PLAN, a->valid_at, &st, err);

    memset(ret, 0, sizeof *ret);
    if (pt_sql_row(&a->l->sql, st, &rc, err)) {
        const char *p = pt_sql_text_or_null(st, 1);

        ret->found = true;
        ret->lump_sum = pt_sql_i32(st, 0) != 0;
        for (int i = 0; p && i < 12; i++) {
            ret->curve_bp[i] = (int32_t)strtol(p + 1, NULL, 10);
            p = strchr(p + 1, i < 11 ? ',' : ']');
            ret->has_curve = p && i == 11;
        }
    }
    pt_sql_reset(st);
    return rc;
}

static int one_query(unsigned source) {
    return source == PT_SRC_SCORE  ? Q_SCORE
           : source == PT_SRC_SELF ? Q_SELF
           : source == PT_SRC_SPOT ? Q_SPOT
                                   : Q_AUDIT;
}

int pt_asof_one(const struct pt_asof *a, unsigned source, int64_t *ret_value, bool *ret_found,
                struct pt_err *err) {
    return one_row(a, one_query(source), a->valid_at, ret_value, 1, ret_found, err);
}

int pt_asof_param(const struct pt_asof *a, const char *name, const char *fallback, int64_t *ret,
                  struct pt_err *err) {
    struct pt_asof of = *a;
    bool found = false;
    int rc;

    of.key = name;
    rc = one_row(&of, Q_PARAM, a->valid_at, ret, 1, &found, err);
    if (!found)
        *ret = strtoll(fallback, NULL, 10);
    return rc;
}

int pt_asof_lights(const struct pt_asof *a, struct pt_lights *ret, struct pt_err *err) {
    int rc = pt_asof_param(a, PT_LIGHT_YELLOW, PT_LIGHT_YELLOW_DEFAULT, &ret->yellow_bp, err);

    return rc == 0 ? pt_asof_param(a, PT_LIGHT_RED, PT_LIGHT_RED_DEFAULT, &ret->red_bp, err) : rc;
}

int pt_ledger_lights(struct pt_ledger *l, int32_t valid_at, uint64_t known_at,
                     struct pt_lights *ret_lights, struct pt_err *err) {
    const struct pt_asof a = pt_asof_make(l, 0, "", 0, valid_at, known_at);

    return pt_asof_lights(&a, ret_lights, err);
}

/* ---- the records behind ---- */

static const struct {
    unsigned source;
    const char *sql;
} input_sql[] = {
    {PT_SRC_PAID, "INSERT OR IGNORE INTO inputs(rec) SELECT DISTINCT l.rec FROM scope s"
                  " CROSS JOIN paid_line l ON l.subject = s.subject"
                  " JOIN f_payment_batch p ON p.rec = l.rec JOIN record r ON r.rec = l.rec"
                  " WHERE r.fy = ?1 AND p.pay_date <= ?2 AND" LIVE("r")},
    {PT_SRC_QUOTA, "INSERT OR IGNORE INTO inputs(rec) " ALLOTTED("r.rec", THE_YEAR)},
    {PT_SRC_CARRIED, "INSERT OR IGNORE INTO inputs(rec) SELECT r.rec" CARRIED},
    {PT_SRC_RECOVERED,
     "INSERT OR IGNORE INTO inputs(rec) SELECT r.rec FROM scope s"
     " CROSS JOIN record r ON r.subject = s.subject AND r.type = @TYPE_FUND_CONTROL"
     " JOIN f_fund_control f ON f.rec = r.rec AND f.action = @FUND_ACTION_RECOVER"
     " WHERE r.fy = ?1 AND r.valid_from <= ?2 AND" LIVE("r")},
    {PT_SRC_APPROVED,
     "INSERT OR IGNORE INTO inputs(rec) SELECT DISTINCT l.rec FROM f_congress_approval_lines l"
     " JOIN f_congress_approval a ON a.rec = l.rec AND a.kind IN (@APPROVAL_KIND_BUDGET, "
     "@APPROVAL_KIND_ADJUST) JOIN record r ON r.rec = "
     "l.rec"
     " WHERE" PT_APPROVED_FOR("?4") " AND r.fy = ?1"
                                    " AND r.valid_from <= ?2 AND" LIVE("r")},
    {PT_SRC_FINAL,
     "INSERT OR IGNORE INTO inputs(rec) SELECT DISTINCT l.rec FROM f_congress_approval_lines l"
     " JOIN f_congress_approval a ON a.rec = l.rec AND a.kind = @APPROVAL_KIND_FINAL_ACCOUNTS JOIN "
     "record r ON r.rec = l.rec"
     " WHERE" PT_APPROVED_FOR("?4") " AND r.fy = ?1"
                                    " AND r.valid_from <= ?2 AND" LIVE("r")},
};

/* The single row behind a plan or a score. */
static int input_one(const struct pt_asof *a, int q, int rec_col, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int64_t rec = 0;
    int rc = ready(a, q, a->valid_at, &st, err);

    if (pt_sql_row(&a->l->sql, st, &rc, err))
        rec = pt_sql_i64(st, rec_col);
    pt_sql_reset(st);
    return rc == 0 && rec != 0 ? pt_sql_run(&a->l->sql, err,
                                            "INSERT OR IGNORE INTO inputs(rec) VALUES(?)", "i", rec)
                               : rc;
}

static int input_many(const struct pt_asof *a, const char *text, struct pt_err *err) {
    return pt_sql_run(&a->l->sql, err, text, "iiis", (int64_t)a->fy, (int64_t)a->valid_at,
                      (int64_t)a->known_at, a->key);
}

int pt_asof_inputs(const struct pt_asof *a, unsigned sources, struct pt_err *err) {
    static const unsigned ones[] = {PT_SRC_SCORE, PT_SRC_SELF, PT_SRC_SPOT, PT_SRC_AUDIT};
    int rc =
        pt_sql_script(&a->l->sql,
                      "CREATE TEMP TABLE IF NOT EXISTS inputs(rec INTEGER PRIMARY KEY, v INTEGER);"
                      "DELETE FROM inputs",
                      err);

    rc = rc == 0 ? pt_asof_scope(a, err) : rc;
    for (size_t i = 0; i < sizeof input_sql / sizeof input_sql[0] && rc == 0; i++)
        if (sources & input_sql[i].source)
            rc = input_many(a, input_sql[i].sql, err);
    if (rc == 0 && (sources & PT_SRC_PLAN))
        rc = input_one(a, Q_PLAN, 2, err);
    for (size_t i = 0; i < 4 && rc == 0; i++)
        if (sources & ones[i])
            rc = input_one(a, one_query(ones[i]), 1, err);
    return rc;
}
