/* Sums of a fiscal year by budget, month and department: one pass over its payments, one over its
 * allotments, whatever the number of figures that follow from them. Same meaning as FG1, FG2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>

#include "internal.h"

/* From the few rows of a type to their records: SQLite, which has no numbers of either here, would
 * take all records first. ?1 fiscal year, ?2 valid_at, ?3 known_at, ?4 known_at before, ?5 the
 * region. */
#define KNOWN_NOW PT_BRIEF_LIVE("r", "?3")
#define KNOWN_THEN PT_BRIEF_LIVE("r", "?4")
#define TAKEN_UP PT_BRIEF_LIVE("i", "?3")
#define RECEIVED_NOW PT_RECEIVED_SQL(PT_BRIEF_LIVE("q", "?3"))
#define HANDED_ON PT_HANDED_ON_SQL("a")

#define ITS_DEPTS                                                                                  \
    "(SELECT r.subject FROM f_org_profile o JOIN record r ON r.rec = o.rec WHERE o.rgn = ?5"       \
    " AND r.kind = @SUBJECT_KIND_DEPT AND " KNOWN_NOW ")"
/* Behind a subject: is it one of the region's departments'? */
#define OF_REGION " IN (SELECT d.subject FROM dept_subject d WHERE d.dept IN " ITS_DEPTS ")"

/* Of x(subject, dept, bk, month, now, was, n), each row: department ('' for the region's together),
 * budget, month, sum now, sum as of the brief before, records. Where x says no department it is the
 * item's of the day. */
#define BY_DEPARTMENT                                                                              \
    " SELECT '', bk, month, sum(now), sum(was), sum(n) FROM x WHERE ?5 = '' OR CASE WHEN dept"     \
    " IS NOT NULL THEN dept IN " ITS_DEPTS " ELSE ?5 = subject OR subject" OF_REGION " END"        \
    " GROUP BY 2, 3"                                                                               \
    " UNION ALL SELECT dept, 0, 0, sum(now), sum(was), sum(n) FROM (SELECT d.dept, x.now, x.was,"  \
    "  x.n FROM x JOIN dept_subject d ON d.subject = x.subject WHERE x.dept IS NULL"               \
    "  UNION ALL SELECT dept, now, was, n FROM x WHERE dept <> '') GROUP BY 1"

static const char paid_sql[] =
    "WITH line AS (SELECT l.subject, l.bk, p.pay_date / 100 AS month,"
    "  r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END AS fen,"
    "  " KNOWN_NOW " AS now, " KNOWN_THEN " AS was"
    "  FROM f_payment_batch p CROSS JOIN record r ON r.rec = p.rec"
    "  CROSS JOIN f_payment_batch_lines l ON l.rec = r.rec WHERE r.type = @TYPE_PAYMENT_BATCH"
    "  AND r.fy = ?1 AND p.pay_date <= ?2 AND r.live_from < ?3),"
    " x AS MATERIALIZED (SELECT subject, NULL AS dept, bk, month, sum(now * fen) AS now,"
    "  sum(was * fen) AS was, 0 AS n FROM line GROUP BY 1, 2, 3, 4)" BY_DEPARTMENT;

/* Of the region: that have a line of one of its subjects. */
static const char payments_sql[] =
    "SELECT count(*) FROM f_payment_batch p CROSS JOIN record r ON r.rec = p.rec"
    " WHERE r.type = @TYPE_PAYMENT_BATCH AND r.fy = ?1 AND p.pay_date <= ?2 AND r.live_from < ?3"
    " AND EXISTS (SELECT 1 FROM f_payment_batch_lines l WHERE l.rec = r.rec"
    "  AND (?5 IN ('', l.subject) OR l.subject" OF_REGION "))";

/* An ADVANCE counts once an INITIAL has taken it up. What goes from one budget to another is the
 * body's that it names itself, and so is all of an item that was received. */
static const char full_sql[] =
    "WITH received AS MATERIALIZED (SELECT q.subject FROM " RECEIVED_NOW "),"
    " line AS (SELECT r.subject, CASE WHEN " HANDED_ON
    "   OR r.subject IN (SELECT subject FROM received) THEN coalesce(a.dept, '') END AS dept,"
    "  a.bk, r.valid_from / 100 AS month,"
    "  r.sign * s.sign * a.fen AS fen, " KNOWN_NOW " AS now, " KNOWN_THEN " AS was"
    "  FROM f_allotment a CROSS JOIN record r ON r.rec = a.rec"
    "  JOIN (SELECT column1 AS kind, column2 AS sign FROM (VALUES (@ALLOTMENT_KIND_INITIAL, 1),"
    "   (@ALLOTMENT_KIND_ADD, 1), (@ALLOTMENT_KIND_REDUCE, -1), (@ALLOTMENT_KIND_SHIFT_IN, 1),"
    "   (@ALLOTMENT_KIND_SHIFT_OUT, -1), (@ALLOTMENT_KIND_TRANSFER, -1),"
    "   (@ALLOTMENT_KIND_INBOUND, 1), (@ALLOTMENT_KIND_ADVANCE, 1))) s ON s.kind = a.kind"
    "  WHERE r.type = @TYPE_ALLOTMENT AND r.fy = ?1 AND r.valid_from <= ?2 AND r.live_from < ?3"
    "  AND (a.kind <> @ALLOTMENT_KIND_ADVANCE OR EXISTS (SELECT 1 FROM ref f JOIN record i"
    "   ON i.rec = f.rec AND " TAKEN_UP " WHERE f.t_sid = r.sid AND f.t_seq = r.seq"
    "   AND f.field = 'absorbs'))),"
    " x AS MATERIALIZED (SELECT subject, dept, bk, month, sum(now * fen) AS now,"
    "  sum(was * fen) AS was, count(*) AS n FROM line GROUP BY 1, 2, 3, 4)" BY_DEPARTMENT;

/* What congress approved, by budget: every line, each yuan approved once (a batch's total is their
 * sum). */
static const char approved_sql[] =
    "WITH line AS (SELECT l.bk,"
    "   r.sign * CASE WHEN a.kind = @APPROVAL_KIND_ADJUST AND l.op = @APPROVAL_OP_REDUCE THEN "
    "-l.fen ELSE l.fen END AS fen,"
    "   " PT_BRIEF_LIVE("r", "?2") " AS now, " PT_BRIEF_LIVE(
        "r", "?3") " AS was"
                   "  FROM f_congress_approval a CROSS JOIN record r ON r.rec = a.rec"
                   "  CROSS JOIN f_congress_approval_lines l ON l.rec = r.rec"
                   "  WHERE r.type = @TYPE_CONGRESS_APPROVAL AND r.fy = ?1 AND a.kind IN "
                   "(@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST) "
                   "AND r.live_from < ?2"
                   "  AND r.valid_from <= ?4 AND ?5 IN ('', r.subject))"
                   " SELECT bk, sum(now * fen), sum(was * fen) FROM line GROUP BY bk";

static int month_index(const struct pt_brief *b, int64_t yyyymm) {
    int64_t year = yyyymm / 100;

    return year < b->period.fy ? 0 : year > b->period.fy ? 12 : (int)(yyyymm % 100);
}

static int compare_dept(const void *a, const void *b) {
    return strcmp(((const struct pt_brief_dept *)a)->key, ((const struct pt_brief_dept *)b)->key);
}

static struct pt_brief_dept *find_dept(struct pt_brief *b, const char *key) {
    struct pt_brief_dept want = {0};

    (void)snprintf(want.key, sizeof want.key, "%s", key);
    return b->n_depts > 0 ? bsearch(&want, b->depts, b->n_depts, sizeof *b->depts, compare_dept)
                          : NULL;
}

/* Rows come in the order of departments, so the list of them grows sorted. */
static int dept_of(struct pt_brief *b, const char *key, size_t *cap, struct pt_brief_dept **ret,
                   struct pt_err *err) {
    struct pt_brief_dept *d;

    *ret = find_dept(b, key);
    if (*ret)
        return 0;
    if (b->n_depts == PT_BRIEF_DEPTS_MAX)
        return pt_err_set(err, PT_E_TOO_LARGE, "a brief ranks at most %d departments",
                          (int)PT_BRIEF_DEPTS_MAX);
    if (b->n_depts == *cap) {
        size_t more = *cap ? *cap * 2 : 128;
        struct pt_brief_dept *grown = realloc(b->depts, more * sizeof *grown);

        if (!grown)
            return pt_err_set(err, PT_E_NOMEM, "brief: no memory for departments");
        b->depts = grown;
        *cap = more;
    }
    d = &b->depts[b->n_depts++];
    memset(d, 0, sizeof *d);
    (void)snprintf(d->key, sizeof d->key, "%s", key);
    if (b->n_depts > 0) {
        qsort(b->depts, b->n_depts, sizeof *b->depts, compare_dept);
    }
    *ret = find_dept(b, key);
    return 0;
}

/* Of all together. */
static int add_total(struct pt_brief *b, struct sqlite3_stmt *st, bool paid, struct pt_err *err) {
    int64_t bk = pt_sql_i64(st, 1);
    int m = month_index(b, pt_sql_i64(st, 2));
    int rc = 0;

    if (bk < 0 || bk >= PT_BRIEF_BKS)
        bk = 0;
    for (int k = 0; k < PT_BRIEF_KNOWN && rc == 0; k++) {
        struct pt_brief_sums *s = &b->sums[k];

        rc = pt_money_add(paid ? &s->paid[bk][m] : &s->full[bk][m], pt_sql_i64(st, 3 + k));
    }
    b->allotments += pt_sql_i64(st, 5);
    return rc == 0 ? 0 : pt_err_set(err, rc, "brief: a sum is larger than 64 bits");
}

static int add_dept(struct pt_brief *b, struct sqlite3_stmt *st, bool paid, size_t *cap,
                    struct pt_err *err) {
    struct pt_brief_dept *d = NULL;
    int rc = dept_of(b, pt_sql_text(st, 0), cap, &d, err);

    if (rc != 0 || !d)
        return rc;
    d->allotments += pt_sql_i64(st, 5);
    *(paid ? &d->paid : &d->full) = pt_sql_i64(st, 3);
    return 0;
}

static int gather(struct pt_brief *b, bool paid, size_t *cap, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, paid ? paid_sql : full_sql, "iiiis",
                          (int64_t)b->period.fy, (int64_t)b->period.to, (int64_t)b->now.known_at,
                          (int64_t)b->since.known_at, b->region);

    while (pt_sql_row(b->sql, st, &rc, err))
        rc = *pt_sql_text(st, 0) ? add_dept(b, st, paid, cap, err) : add_total(b, st, paid, err);
    pt_sql_done(b->sql, st);
    return rc;
}

static int gather_approved(struct pt_brief *b, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, approved_sql, "iiiis", (int64_t)b->period.fy,
                          (int64_t)b->now.known_at, (int64_t)b->since.known_at,
                          (int64_t)b->period.to, b->region);

    while (pt_sql_row(b->sql, st, &rc, err)) {
        int64_t bk = pt_sql_i64(st, 0);

        if (bk > 0 && bk < PT_BRIEF_BKS)
            for (int k = 0; k < PT_BRIEF_KNOWN; k++)
                b->sums[k].approved[bk] = pt_sql_i64(st, 1 + k);
    }
    pt_sql_done(b->sql, st);
    return rc;
}

static int count_payments(struct pt_brief *b, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, payments_sql, "iiiis", (int64_t)b->period.fy,
                          (int64_t)b->period.to, (int64_t)b->now.known_at,
                          (int64_t)b->since.known_at, b->region);

    if (pt_sql_row(b->sql, st, &rc, err))
        b->payments = pt_sql_i64(st, 0);
    pt_sql_done(b->sql, st);
    return rc;
}

int pt_brief_money(struct pt_brief *b, struct pt_err *err) {
    size_t cap = 0;
    int rc = pt_ledger_departments(b->l, b->period.to, b->now.known_at, err);

    rc = rc == 0 ? gather(b, false, &cap, err) : rc;
    rc = rc == 0 ? gather(b, true, &cap, err) : rc;
    rc = rc == 0 ? count_payments(b, err) : rc;
    return rc == 0 ? gather_approved(b, err) : rc;
}

static int64_t cumulated(const int64_t sums[PT_BRIEF_BKS][PT_BRIEF_MONTHS], int bk, int month) {
    int64_t total = 0;

    for (int k = 0; k < PT_BRIEF_BKS; k++)
        for (int m = 0; m <= month && m < PT_BRIEF_MONTHS; m++)
            if (bk == 0 || k == bk)
                total += sums[k][m];
    return total;
}

int64_t pt_brief_paid(const struct pt_brief_sums *s, int bk, int month) {
    return cumulated(s->paid, bk, month);
}

int64_t pt_brief_full(const struct pt_brief_sums *s, int bk, int month) {
    return cumulated(s->full, bk, month);
}
