/* What happened to one subject in one year, as far as it moves its state.
 *
 *   type  a             b                     c
 *   P01   0             0                     1: a body is an organization itself
 *   P02   its end       needs an ex-ante      names who is responsible and who carries it out
 *                       evaluation
 *   E01   conclusion    rating
 *   E02   1: reviews the year's need
 *   E03   action        1: of this year       names its basis, or the item has expired
 *   E05   result
 *   B01   1: a line names the item itself (2: its department)
 *   B03   1: a line names the item itself (2: its department)
 *                       1: a draft that is complete was submitted before
 *   B04   kind          1: cites its goal
 *   X04   action
 *   J04   kind
 *   V01   kind          by
 *   V02   1: of this year; 2: binds this year's budget
 *   V03   phase         result */
#include "state.h"

/* Records of the subject itself. */
#define OWN_TYPES                                                                                  \
    "@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE, @TYPE_EX_ANTE_EVAL, @TYPE_BUDGET_REVIEW,"           \
    " @TYPE_LIBRARY_EVENT, @TYPE_PERF_GOAL, @TYPE_GOAL_REVIEW, @TYPE_ALLOTMENT,"                   \
    " @TYPE_FUND_CONTROL, @TYPE_EVALUATION, @TYPE_RESULT_USE, @TYPE_RECTIFICATION, @TYPE_NOTICE,"  \
    " @TYPE_REGION_FISCAL"
/* Which of them belong to the year. Notices and rectifications need no fiscal year. */
#define OF_YEAR                                                                                    \
    " CASE WHEN r.type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE, @TYPE_EX_ANTE_EVAL) THEN 1"   \
    "  WHEN r.type = @TYPE_LIBRARY_EVENT THEN coalesce(r.fy, r.valid_from / 10000) <= ?1"          \
    "  WHEN r.type = @TYPE_BUDGET_REVIEW THEN r.fy = ?1 OR EXISTS (SELECT 1"                       \
    "   FROM f_budget_review_approved_need n WHERE n.rec = r.rec AND n.fiscal_year = ?1)"          \
    "  WHEN r.type = @TYPE_RESULT_USE THEN r.fy = ?1 OR (SELECT f.next_fy FROM f_result_use f"     \
    "   WHERE f.rec = r.rec) = ?1"                                                                 \
    "  WHEN r.type IN (@TYPE_RECTIFICATION, @TYPE_NOTICE)"                                         \
    "   THEN coalesce(nullif(r.fy, 0), r.valid_from / 10000) = ?1 ELSE r.fy = ?1 END"
static const char a_sql[] =
    " CASE r.type"
    " WHEN @TYPE_SUBJECT_PROFILE THEN"
    "  (SELECT f.\"end\" FROM f_subject_profile f WHERE f.rec = r.rec)"
    " WHEN @TYPE_EX_ANTE_EVAL THEN (SELECT f.conclusion FROM f_ex_ante_eval f WHERE f.rec = r.rec)"
    " WHEN @TYPE_BUDGET_REVIEW THEN 1"
    " WHEN @TYPE_LIBRARY_EVENT THEN (SELECT f.action FROM f_library_event f WHERE f.rec = r.rec)"
    " WHEN @TYPE_GOAL_REVIEW THEN (SELECT f.result FROM f_goal_review f WHERE f.rec = r.rec)"
    " WHEN @TYPE_ALLOTMENT THEN (SELECT f.kind FROM f_allotment f WHERE f.rec = r.rec)"
    " WHEN @TYPE_FUND_CONTROL THEN (SELECT f.action FROM f_fund_control f WHERE f.rec = r.rec)"
    " WHEN @TYPE_EVALUATION THEN (SELECT f.kind FROM f_evaluation f WHERE f.rec = r.rec)"
    " WHEN @TYPE_RESULT_USE THEN CASE WHEN r.fy = ?1 THEN 1 ELSE 2 END"
    " WHEN @TYPE_RECTIFICATION THEN (SELECT f.phase FROM f_rectification f WHERE f.rec = r.rec)"
    " WHEN @TYPE_NOTICE THEN (SELECT f.kind FROM f_notice f WHERE f.rec = r.rec) END";
static const char b_sql[] =
    ", CASE r.type"
    " WHEN @TYPE_SUBJECT_PROFILE THEN coalesce((SELECT f.is_new AND (f.is_major OR f.is_infra"
    "  OR r.kind = @SUBJECT_KIND_POLICY) FROM f_subject_profile f WHERE f.rec = r.rec), 0)"
    " WHEN @TYPE_EX_ANTE_EVAL THEN (SELECT f.rating FROM f_ex_ante_eval f WHERE f.rec = r.rec)"
    " WHEN @TYPE_LIBRARY_EVENT THEN coalesce(r.fy, r.valid_from / 10000) = ?1"
    " WHEN @TYPE_ALLOTMENT THEN"
    "  EXISTS (SELECT 1 FROM ref x WHERE x.rec = r.rec AND x.field = 'goal_ref')"
    " WHEN @TYPE_EVALUATION THEN (SELECT f.\"by\" FROM f_evaluation f WHERE f.rec = r.rec)"
    " WHEN @TYPE_RECTIFICATION THEN (SELECT f.result FROM f_rectification f WHERE f.rec = r.rec) "
    "END";
static const char c_sql[] =
    ", CASE r.type WHEN @TYPE_ORG_PROFILE THEN 1"
    " WHEN @TYPE_SUBJECT_PROFILE THEN (SELECT coalesce(f.resp_org, '') <> ''"
    "  AND coalesce(f.impl_org, '[]') <> '[]' FROM f_subject_profile f WHERE f.rec = r.rec)"
    " WHEN @TYPE_LIBRARY_EVENT THEN"
    "  EXISTS (SELECT 1 FROM ref x WHERE x.rec = r.rec AND x.field = 'basis')"
    "  OR coalesce((SELECT p.expiry <= r.valid_from" PROFILE_NEWEST "), 0) END";
static const char own_sql[] =
    ", r.issued_at, r.party, r.name, r.seq FROM (SELECT r.*, s.party, s.name FROM record r"
    "  JOIN stream s ON s.sid = r.sid WHERE r.subject = ?4 AND r.type IN (" OWN_TYPES ")"
    "  AND r.valid_from <= ?2 AND" LIVE("r") "AND" OF_YEAR ") r";

/* Payments, once a day: batches are of units, their lines of items. */
static const char paid_sql[] =
    " UNION ALL SELECT p.pay_date, @TYPE_PAYMENT_BATCH, 0, 0, 0, min(q.issued_at), '', '', 0"
    "  FROM paid_line l JOIN f_payment_batch p ON p.rec = l.rec"
    "  JOIN record q ON q.rec = l.rec WHERE l.subject = ?4 AND q.fy = ?1 AND p.pay_date <= ?2"
    "  AND q.sign > 0 AND" LIVE("q") " GROUP BY p.pay_date";
/* A body's or policy's first allotment: it is of an item of its. */
static const char body_sql[] =
    " UNION ALL SELECT * FROM (SELECT r.valid_from, @TYPE_ALLOTMENT, f.kind, 1, 0, r.issued_at,"
    "  s.party, s.name, r.seq FROM f_allotment f JOIN record r ON r.rec = f.rec"
    "  JOIN stream s ON s.sid = r.sid WHERE f.kind = @ALLOTMENT_KIND_INITIAL AND r.fy = ?1"
    "  AND ((?5 = @SUBJECT_KIND_DEPT AND f.dept = ?4) OR (?5 = @SUBJECT_KIND_UNIT AND f.unit = ?4)"
    "   OR (?5 = @SUBJECT_KIND_POLICY AND r.subject <> ?4 AND r.subject IN (" ITEMS_OF_POLICY ")))"
    "  AND r.valid_from <= ?2 AND" LIVE("r") "ORDER BY 1, 6, 7, 8, 9 LIMIT 1)";

/* A line of congress's: of the item, of its department as a whole, of its region as a whole. */
#define LINE_OF(table)                                                                             \
    "(SELECT CASE WHEN ?5 = @SUBJECT_KIND_REGION THEN q.subject = ?4"                              \
    "  WHEN max(l.subject = ?4) THEN 1 WHEN max(coalesce(l.subject, '') = ''"                      \
    "   AND coalesce(l.dept, '') IN ('', (SELECT dept FROM own))) THEN 2 END"                      \
    "  FROM f_" table "_lines l WHERE l.rec = q.rec)"
#define OF_SUBMISSION LINE_OF("congress_submission")
#define OF_APPROVAL LINE_OF("congress_approval")
#define LIVE_Q LIVE("q")
#define LIVE_R LIVE("r")
#define LIVE_W LIVE("w")
#define NEWEST_W NEWEST("w")
/* Of the drafts of q's region, one whose newest receipt doesn't say that something is missing. */
#define COMPLETE_DRAFT                                                                             \
    "EXISTS (SELECT 1 FROM record r JOIN f_congress_submission d ON d.rec = r.rec"                 \
    "  AND d.kind = @SUBMISSION_KIND_DRAFT WHERE r.type = @TYPE_CONGRESS_SUBMISSION"               \
    "  AND r.subject = q.subject AND r.fy = ?1 AND r.valid_from <= q.valid_from AND" LIVE_R        \
    "  AND coalesce((SELECT v.complete FROM ref x JOIN record w ON w.rec = x.rec"                  \
    "   JOIN f_congress_receipt v ON v.rec = w.rec WHERE x.t_sid = r.sid AND x.t_seq = r.seq"      \
    "   AND x.field = 'submission' AND" LIVE_W NEWEST_W "), 1))"
static const char congress_sql[] =
    " UNION ALL SELECT * FROM (SELECT q.valid_from, q.type, " OF_SUBMISSION " AS of, 0, 0,"
    "   q.issued_at, s.party, s.name, q.seq FROM record q JOIN stream s ON s.sid = q.sid"
    "   JOIN f_congress_submission f ON f.rec = q.rec AND f.kind = @SUBMISSION_KIND_DRAFT"
    "   WHERE q.type = @TYPE_CONGRESS_SUBMISSION AND q.fy = ?1 AND q.valid_from <= ?2"
    "   AND" LIVE_Q ") WHERE of > 0"
    " UNION ALL SELECT * FROM (SELECT q.valid_from, q.type, " OF_APPROVAL " AS of,"
    "   f.kind = @APPROVAL_KIND_ADJUST OR " COMPLETE_DRAFT ", 0, q.issued_at, s.party, s.name,"
    "   q.seq FROM record q JOIN stream s ON s.sid = q.sid"
    "   JOIN f_congress_approval f ON f.rec = q.rec"
    "   AND f.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST)"
    "   WHERE q.type = @TYPE_CONGRESS_APPROVAL AND q.fy = ?1 AND q.valid_from <= ?2"
    "   AND" LIVE_Q ") WHERE of > 0 ORDER BY 1, 6, 7, 8, 9, 2";
/* Whose the subject is, as known then. */
static const char whose_sql[] = "WITH own(dept) AS (SELECT " OWNER_OF ")"
                                " SELECT r.valid_from, r.type,";

/* A B05 speaks of the day that it names, whenever it is drawn up. */
static const char carried_sql[] =
    "SELECT 1 FROM record r JOIN f_carry_over f ON f.rec = r.rec WHERE r.subject = ?4"
    " AND r.type = @TYPE_CARRY_OVER AND r.fy = ?1 AND r.sign > 0"
    " AND coalesce(f.as_of, r.valid_from) <= ?2 AND" LIVE("r") "LIMIT 1";

int pt_asof_uncarried(const struct pt_asof *a, bool *ret_yes, struct pt_err *err) {
    struct pt_asof at_end = *a;
    struct pt_figure balance;
    int64_t one;
    bool carried = false;
    int rc;

    *ret_yes = false;
    if (a->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY)
        return 0; /* its items' balances are carried on, each by itself */
    at_end.valid_at = a->fy * 10000 + 1231;
    if (a->valid_at < at_end.valid_at)
        return 0;
    rc = pt_asof_figure(&at_end, "FG2.Bal", &balance, err);
    if (rc == 0 && !balance.na && balance.value > 0) {
        rc = pt_sql_number(&a->l->sql, &one, &carried, err, carried_sql, "iiis", (int64_t)a->fy,
                           (int64_t)at_end.valid_at, (int64_t)a->known_at, a->key);
        *ret_yes = rc == 0 && !carried;
    }
    return rc;
}

int pt_asof_events(const struct pt_asof *a, pt_event_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    struct pt_buf sql;
    int rc;

    pt_buf_init(&sql, 65536);
    pt_buf_printf(&sql, "%s%s%s%s%s%s%s%s", whose_sql, a_sql, b_sql, c_sql, own_sql, paid_sql,
                  body_sql, congress_sql);
    rc = sql.failed
             ? pt_err_set(err, PT_E_NOMEM, "out of memory")
             : pt_sql_once(&a->l->sql, &st, err, pt_buf_cstr(&sql), "iiisi", (int64_t)a->fy,
                           (int64_t)a->valid_at, (int64_t)a->known_at, a->key, (int64_t)a->kind);
    while (pt_sql_row(&a->l->sql, st, &rc, err)) {
        const struct pt_event e = {.day = pt_sql_i32(st, 0),
                                   .type = pt_sql_i32(st, 1),
                                   .a = pt_sql_i32(st, 2),
                                   .b = pt_sql_i32(st, 3),
                                   .c = pt_sql_i32(st, 4)};

        cb(ctx, &e);
    }
    pt_sql_done(&a->l->sql, st);
    pt_buf_done(&sql);
    return rc;
}
