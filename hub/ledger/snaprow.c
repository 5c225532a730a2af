/* The rows of snapshots: which figures stand in one, what they are made of, their bytes.
 *
 * A row is what records say of one subject and year whatever the day: a figure with its scope cut
 * down to the subject itself and no valid date to hold back what is known. What is a quotient or a
 * sum of rows, or depends on the day (FG6, FG13 …), follows from them and is none. Whose a subject
 * is depends on the day too: what says so are records, and two rows are digests, over the records
 * that say it of a subject and over the members that ever were said to be a body's. */
#include <stdio.h>
#include <string.h>

#include <pentad/proof/merkle.h>
#include <pentad/record/visible.h>

#include "figures.h"
#include "snap.h"

enum { ANY_DAY = 99991231 };

const struct pt_snap_type pt_snap_types[] = {
    {PT_TYPE_CONGRESS_APPROVAL, PT_SNAP_B03, PT_SNAP_FACTS},
    {PT_TYPE_ALLOTMENT, PT_SNAP_B04, PT_SNAP_FACTS},
    {PT_TYPE_CARRY_OVER, PT_SNAP_B05, PT_SNAP_FACTS},
    {PT_TYPE_BUDGET_REVIEW, PT_SNAP_E02, PT_SNAP_FACTS},
    {PT_TYPE_PERF_GOAL, PT_SNAP_E04, PT_SNAP_FACTS},
    {PT_TYPE_MONITOR_REPORT, PT_SNAP_X03, PT_SNAP_FACTS},
    {PT_TYPE_FUND_CONTROL, PT_SNAP_X04, PT_SNAP_FACTS},
    {PT_TYPE_REGION_FISCAL, PT_SNAP_X05, PT_SNAP_FACTS},
    {PT_TYPE_EVALUATION, PT_SNAP_V01, PT_SNAP_FACTS},
    {PT_TYPE_AUDIT_FIGURE, PT_SNAP_A02, PT_SNAP_FACTS},
    {PT_TYPE_PAYMENT_BATCH, PT_SNAP_X01, PT_SNAP_PAID},
    {PT_TYPE_ORG_PROFILE, PT_SNAP_P, PT_SNAP_FACTS},
    {PT_TYPE_SUBJECT_PROFILE, PT_SNAP_P, PT_SNAP_FACTS},
    {PT_TYPE_RULE_SET, PT_SNAP_H07, PT_SNAP_FACTS},
    {PT_TYPE_EX_ANTE_EVAL, PT_SNAP_STEP, PT_SNAP_FACTS},
    {PT_TYPE_GOAL_REVIEW, PT_SNAP_STEP, PT_SNAP_FACTS},
    {PT_TYPE_RESULT_USE, PT_SNAP_STEP, PT_SNAP_FACTS},
    {PT_TYPE_AUDIT_FINDING, PT_SNAP_STEP, PT_SNAP_FACTS},
    {PT_TYPE_NOTICE, PT_SNAP_STEP, PT_SNAP_FACTS},
    {PT_TYPE_CONGRESS_OPINION, PT_SNAP_STEP, PT_SNAP_FACTS},
    {PT_TYPE_RECTIFICATION, PT_SNAP_ANSWER, PT_SNAP_FACTS},
    {PT_TYPE_AUDIT_VERIFY, PT_SNAP_ANSWER, PT_SNAP_FACTS},
};
const size_t pt_snap_n_types = sizeof pt_snap_types / sizeof pt_snap_types[0];

#define BUDGET (PT_SNAP_B04 | PT_SNAP_B05)
#define GOAL (PT_SNAP_E04 | PT_SNAP_V01)

#define FIGURE(figure_, formula_, of_, needs_)                                                     \
    { .figure = (figure_), .formula = (formula_), .of = (of_), .needs = (needs_) }
#define DIGEST(formula_, of_, said_, year_)                                                        \
    { .formula = (formula_), .of = (of_), .said = (said_), .year = (year_) }

/* In the order in which they stand in a page. */
static const struct {
    const char *figure;
    const char *formula;
    unsigned of;               /* record types */
    enum pt_record_type needs; /* a record of that type, else there is none */
    /* Of a digest, where there is no figure: what it is over, and the year of the pages that it
     * stands on, PT_SNAP_YEAR_MIN for all real ones. */
    enum pt_snap_stmt said;
    enum pt_snap_year year;
} rows[] = {
    FIGURE("FG1", "FG1/1", PT_SNAP_B03, PT_TYPE_NONE),
    FIGURE("FG1.fa", "FG1.fa/1", PT_SNAP_B03, PT_TYPE_NONE),
    FIGURE("FG2.B0", "FG2.B0/1", BUDGET, PT_TYPE_NONE),
    FIGURE("FG2.dB", "FG2.dB/1", BUDGET, PT_TYPE_NONE),
    FIGURE("FG2.C", "FG2.C/1", BUDGET, PT_TYPE_NONE),
    FIGURE("FG2.REC", "FG2.REC/1", BUDGET | PT_SNAP_X04, PT_TYPE_NONE),
    FIGURE("FG2.P", "FG2.P/1", PT_SNAP_X01, PT_TYPE_NONE),
    FIGURE("FG4", "FG4/1", BUDGET, PT_TYPE_NONE),
    FIGURE("FG4.open", "FG4.open/1", BUDGET, PT_TYPE_NONE),
    FIGURE("FG7", "FG7/1", GOAL | PT_SNAP_X03, PT_TYPE_PERF_GOAL),
    FIGURE("FG8", "FG8/1", GOAL, PT_TYPE_EVALUATION),
    FIGURE("FG8.diff", "FG8.diff/1", GOAL, PT_TYPE_EVALUATION),
    FIGURE("FG9", "FG9/1", BUDGET | PT_SNAP_E02, PT_TYPE_BUDGET_REVIEW),
    FIGURE("FG9.cum", "FG9.cum/1", BUDGET | PT_SNAP_E02 | PT_SNAP_BEFORE, PT_TYPE_BUDGET_REVIEW),
    FIGURE("FG11", "FG11/1", PT_SNAP_V01, PT_TYPE_EVALUATION),
    FIGURE("FG12", "FG12/1", PT_SNAP_V01, PT_TYPE_EVALUATION),
    FIGURE("FG16.RA", "FG16.RA/1", PT_SNAP_X04, PT_TYPE_FUND_CONTROL),
    FIGURE("FG17.tax", "FG17.tax/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.self", "FG17.self/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.livelihood", "FG17.livelihood/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.debt_general", "FG17.debt_general/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.debt_special", "FG17.debt_special/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.cover", "FG17.cover/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.nontax", "FG17.nontax/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.carry", "FG17.carry/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG17.guarantee", "FG17.guarantee/1", PT_SNAP_X05, PT_TYPE_REGION_FISCAL),
    FIGURE("FG23.audit", "FG23.audit/1", PT_SNAP_A02, PT_TYPE_AUDIT_FIGURE),
    FIGURE("FG24.Dec", "FG24.Dec/1", PT_SNAP_X01, PT_TYPE_NONE),
    DIGEST("whose/1", PT_SNAP_P, PT_SN_WHOSE, PT_SNAP_WHOSE),
    DIGEST("members/1", PT_SNAP_JOINED, PT_SN_MEMBERS, PT_SNAP_MEMBERS),
    DIGEST("funds/1", PT_SNAP_B05 | PT_SNAP_X04, PT_SN_FUNDS, PT_SNAP_WHOSE),
    DIGEST("year/1", GOAL | PT_SNAP_X03 | PT_SNAP_X05 | PT_SNAP_A02, PT_SN_YEAR, PT_SNAP_YEAR_MIN),
    FIGURE("FG1", "FG1.dept/1", PT_SNAP_B03, PT_TYPE_NONE),
    FIGURE("FG1.fa", "FG1.fa.dept/1", PT_SNAP_B03, PT_TYPE_NONE),
    FIGURE("FG1", "FG1.region/1", PT_SNAP_B03, PT_TYPE_CONGRESS_APPROVAL),
    FIGURE("FG1.fa", "FG1.fa.region/1", PT_SNAP_B03, PT_TYPE_CONGRESS_APPROVAL),
    DIGEST("rules/1", PT_SNAP_H07, PT_SN_RULES, PT_SNAP_WHOSE),
    DIGEST("reviews/1", PT_SNAP_E02, PT_SN_REVIEWS, PT_SNAP_WHOSE),
    DIGEST("steps/1", PT_SNAP_STEP, PT_SN_STEPS, PT_SNAP_STEPS),
    DIGEST("answers/1", PT_SNAP_ANSWER, PT_SN_ANSWERS, PT_SNAP_ANSWERS),
    DIGEST("binding/1", PT_SNAP_BINDS, PT_SN_BINDING, PT_SNAP_BINDING),
    DIGEST("years/1", PT_SNAP_BEGUN, PT_SN_YEARS, PT_SNAP_WHOSE),
    DIGEST("lines/1", PT_SNAP_B03, PT_SN_LINES, PT_SNAP_YEAR_MIN),
    DIGEST("documents/1", PT_SNAP_SHIFTED, PT_SN_DOCUMENT, PT_SNAP_DOCUMENT),
};
enum { ROWS = sizeof rows / sizeof rows[0] };
enum {
    ROW_MEMBERS = PT_SNAP_ROW_DECEMBER + 2,
    ROW_LINES = ROW_MEMBERS + 3, /* sums of lines that name a department, or a region's: 4 */
    ROW_YEARS = ROW_LINES + 9    /* the one digest of payments */
};
_Static_assert((int)ROWS <= (int)PT_SNAP_ROWS_MAX && (int)ROW_YEARS + 3 == (int)ROWS, "rows");

/* Is that row one of the year's page of facts? */
static bool is_row_of(unsigned no, int32_t fy) {
    int32_t year = fy < PT_SNAP_YEAR_MIN ? fy : PT_SNAP_YEAR_MIN;

    if (rows[no].figure)
        return year == PT_SNAP_YEAR_MIN && rows[no].of != PT_SNAP_X01;
    return no != ROW_YEARS && (int32_t)rows[no].year == year;
}

const char *pt_snap_formula(unsigned no) {
    PT_ASSERT(no < ROWS);
    return rows[no].formula;
}

const struct pt_snap_type *pt_snap_type(int type) {
    for (size_t i = 0; i < pt_snap_n_types; i++)
        if ((int)pt_snap_types[i].type == type)
            return &pt_snap_types[i];
    return NULL;
}

bool pt_snap_sees(enum pt_party reader, unsigned part) {
    for (size_t i = 0; i < pt_snap_n_types; i++) {
        const struct pt_record_info *info = pt_record_info(pt_snap_types[i].type);

        if (pt_snap_types[i].part != part)
            continue;
        for (enum pt_party author = PT_PARTY_CONGRESS; author < PT_PARTY_END; author++) {
            enum pt_visibility v;

            if (pt_party_in(info->authors, author) &&
                (!pt_visible_by_type(info->type, author, reader, &v) || v != PT_VISIBLE_FULL))
                return false;
        }
    }
    return true;
}

unsigned pt_snap_parts(enum pt_party reader) {
    unsigned parts = 0;

    for (unsigned part = 0; part < PT_SNAP_PARTS; part++)
        parts |= pt_snap_sees(reader, part) ? 1U << part : 0;
    return parts;
}

/* ---- what is touched ---- */

/* A record counts in its own year; in later ones where a figure runs up to a year; a carry-over in
 * the next one, a review in every year that it names, a region's report in its month's. Money and
 * scores may rest on what a record refers to, and on what refers to it. */
static const char touch_sql[] =
    "DELETE FROM snap_touched;"
    "INSERT OR IGNORE INTO snap_touched"
    " WITH c(rec, type, subject, fy, sid, seq) AS MATERIALIZED (SELECT c.rec, c.type, r.subject,"
    "   r.fy, r.sid, r.seq FROM snap_type k CROSS JOIN changed c ON c.type = k.type"
    "   CROSS JOIN record r ON r.rec = c.rec WHERE k.bit < 65536),"
    " d(rec, type, subject) AS MATERIALIZED (SELECT c.rec, c.type, r.subject FROM snap_type k"
    "   CROSS JOIN changed c ON c.type = k.type CROSS JOIN record r ON r.rec = c.rec"
    "   WHERE k.bit >= 65536 OR k.type IN (@TYPE_PERF_GOAL, @TYPE_ALLOTMENT)),"
    " t(type, subject, fy) AS MATERIALIZED (SELECT type, subject, fy FROM c"
    "  UNION SELECT r.type, r.subject, r.fy FROM c CROSS JOIN ref f ON f.rec = c.rec"
    "   CROSS JOIN record r ON r.sid = f.t_sid AND r.seq = f.t_seq"
    "  UNION SELECT r.type, r.subject, r.fy FROM c CROSS JOIN ref f"
    "   ON f.t_sid = c.sid AND f.t_seq = c.seq CROSS JOIN record r ON r.rec = f.rec"
    "  UNION SELECT c.type, r.subject, r.fy FROM c CROSS JOIN f_allotment o ON o.rec = c.rec"
    "   AND o.kind = @ALLOTMENT_KIND_SHIFT_OUT CROSS JOIN f_allotment f"
    "   ON f.basis_doc = o.basis_doc AND f.dept = o.dept AND f.kind = @ALLOTMENT_KIND_SHIFT_IN"
    "   CROSS JOIN record r ON r.rec = f.rec WHERE c.type = @TYPE_ALLOTMENT"
    "  UNION SELECT c.type, l.subject, c.fy FROM c CROSS JOIN f_congress_approval_lines l"
    "   ON l.rec = c.rec WHERE c.type = @TYPE_CONGRESS_APPROVAL AND l.subject <> ''"
    "  UNION SELECT c.type, l.dept, c.fy FROM c CROSS JOIN f_congress_approval_lines l"
    "   ON l.rec = c.rec WHERE c.type = @TYPE_CONGRESS_APPROVAL AND l.dept <> ''"
    "  UNION SELECT c.type, c.subject, c.fy + 1 FROM c WHERE c.type = @TYPE_CARRY_OVER"
    "  UNION SELECT c.type, c.subject, f.month / 100 FROM c CROSS JOIN f_region_fiscal f"
    "   ON f.rec = c.rec WHERE c.type = @TYPE_REGION_FISCAL)"
    " SELECT t.subject, t.fy, k.bit FROM t CROSS JOIN snap_type k ON k.type = t.type"
    "  WHERE t.subject IS NOT NULL AND t.fy IS NOT NULL"
    " UNION SELECT c.subject, 0, k.bit FROM c CROSS JOIN snap_type k ON k.type = c.type"
    "  WHERE c.subject IS NOT NULL"
    "  AND c.type IN (@TYPE_CARRY_OVER, @TYPE_FUND_CONTROL, @TYPE_BUDGET_REVIEW)"
    " UNION SELECT d.subject, 2, 65536 FROM d WHERE d.subject IS NOT NULL"
    "  AND d.type NOT IN (@TYPE_RECTIFICATION, @TYPE_AUDIT_VERIFY, @TYPE_ALLOTMENT)"
    " UNION SELECT s.party || '/' || s.name || '#' || g.t_seq, 3, 131072 FROM d CROSS JOIN ref g"
    "  ON g.rec = d.rec CROSS JOIN stream s ON s.sid = g.t_sid WHERE" PT_SNAP_ANSWERS_BY(
        "g",
        "d") " UNION SELECT CAST(u.next_fy AS TEXT), 4, 262144 FROM d CROSS JOIN f_result_use u"
             "  ON u.rec = d.rec WHERE d.type = @TYPE_RESULT_USE"
             " UNION SELECT" PT_SNAP_DOCUMENT_OF(
                 "f") ", 5, 1048576 FROM d CROSS JOIN f_allotment f ON f.rec = d.rec"
                      "  AND f.kind = @ALLOTMENT_KIND_SHIFT_OUT WHERE d.type = @TYPE_ALLOTMENT"
                      "  AND f.dept IS NOT NULL AND f.basis_doc IS NOT NULL"
                      " UNION SELECT '" PT_SNAP_RULES
                      "', 0, 32768 FROM c WHERE c.type = @TYPE_RULE_SET"
                      " UNION SELECT c.subject, 0, 8192 FROM c WHERE c.subject IS NOT NULL"
                      "  AND c.type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT)"
                      " UNION SELECT t.subject, p.fy, CASE t.type WHEN @TYPE_BUDGET_REVIEW THEN "
                      "k.bit ELSE "
                      "2048 END"
                      "  FROM t CROSS JOIN snap_type k ON k.type = t.type"
                      "  CROSS JOIN snap_page p ON p.part = 0 AND p.place = place_of(t.subject)"
                      "   AND p.subject = t.subject WHERE (t.type = @TYPE_BUDGET_REVIEW"
                      "   OR (t.type = @TYPE_ALLOTMENT AND p.fy > t.fy));"
                      "INSERT INTO snap_page(part, place, subject, fy, dirty)"
                      " SELECT p.part, p.place, p.subject, p.fy, sum(t.bit) FROM snap_touched t"
                      " CROSS JOIN snap_page p ON p.part = 0 AND p.place = place_of(t.subject)"
                      "  AND p.subject = t.subject AND p.fy = t.fy GROUP BY 1, 2, 3, 4"
                      " ON CONFLICT DO UPDATE SET dirty = dirty | excluded.dirty;";
_Static_assert(PT_SNAP_BEFORE == 2048 && PT_SNAP_P == 8192 && PT_SNAP_H07 == 32768 &&
                   PT_SNAP_STEP == 65536 && PT_SNAP_ANSWER == 131072 && PT_SNAP_BINDS == 262144 &&
                   PT_SNAP_SHIFTED == 1048576,
               "in the SQL");
_Static_assert((int)PT_SNAP_WHOSE == 0 && (int)PT_SNAP_STEPS == 2 && (int)PT_SNAP_ANSWERS == 3 &&
                   (int)PT_SNAP_BINDING == 4 && (int)PT_SNAP_DOCUMENT == 5 && PT_SNAP_FACTS == 0,
               "in the SQL");

/* What is paid moves its pages itself: pt_snap_move. */
int pt_snap_touch(struct pt_ledger *l, struct pt_err *err) {
    int64_t any;
    bool found;
    int rc = pt_sql_number(&l->sql, &any, &found, err,
                           "SELECT 1 FROM snap_type k CROSS JOIN changed c ON c.type = k.type"
                           " LIMIT 1",
                           "");

    return rc == 0 && found ? pt_sql_script(&l->sql, touch_sql, err) : rc;
}

/* ---- rows ---- */

static int figure(struct pt_ledger *l, const struct pt_snap_page *p, unsigned no, uint64_t known_at,
                  struct pt_figure *ret, struct pt_err *err) {
    struct pt_asof a = {
        l, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE, p->subject, p->fy, ANY_DAY, known_at};
    bool final_accounts = (no - ROW_LINES) % 2 == 1;
    bool found;
    int rc;

    if (no < ROW_LINES)
        return pt_asof_figure(&a, rows[no].figure, ret, err);
    a.kind = no - ROW_LINES < 2 ? (int)PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT
                                : (int)PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION;
    rc = pt_asof_approved_lines(&a, final_accounts, &ret->value, &found, err);
    ret->na = !found;
    return rc;
}

static int has(struct pt_ledger *l, const char *subject, enum pt_record_type type, bool *ret,
               struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(l, PT_SN_HAS);
    int rc = pt_sql_bind(&l->sql, st, err, "si", subject, (int64_t)type);

    *ret = pt_sql_row(&l->sql, st, &rc, err);
    pt_sql_reset(st);
    return rc;
}

/* The digest over what the bound statement's rows say, in their order; no row is no value. */
static int digest_rows(struct pt_ledger *l, unsigned no, sqlite3_stmt *st, struct pt_snap_row *ret,
                       bool *ret_found, struct pt_err *err) {
    char head[40];
    struct pt_sha256 s;
    int rc = 0;

    *ret_found = false;
    *ret = (struct pt_snap_row){.no = no, .hashed = true};
    (void)snprintf(head, sizeof head, "pentad/%s\n", rows[no].formula);
    pt_sha256_init(&s);
    pt_sha256_update(&s, head, strlen(head));
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        struct pt_span said = pt_sql_blob(st, 0);

        *ret_found = true;
        pt_sha256_update(&s, said.p, said.len);
    }
    pt_sha256_final(&s, &ret->hash);
    return rc;
}

int pt_snap_years(struct pt_ledger *l, sqlite3_stmt *st, struct pt_snap_row *ret, bool *ret_found,
                  struct pt_err *err) {
    return digest_rows(l, ROW_YEARS, st, ret, ret_found, err);
}

static int digest_of(struct pt_ledger *l, const struct pt_snap_page *p, unsigned no,
                     sqlite3_stmt *st, uint64_t known_at, struct pt_snap_row *ret, bool *ret_found,
                     struct pt_err *err) {
    int rc = pt_sql_bind(&l->sql, st, err, "sii", p->subject, (int64_t)known_at, (int64_t)p->fy);

    rc = rc == 0 ? digest_rows(l, no, st, ret, ret_found, err) : rc;
    pt_sql_reset(st);
    return rc;
}

/* From the records, or with `members` as they are kept. */
static int make_row(struct pt_ledger *l, const struct pt_snap_page *p, unsigned no,
                    sqlite3_stmt *members, uint64_t known_at, struct pt_snap_row *ret,
                    bool *ret_found, struct pt_err *err) {
    struct pt_figure f = {.na = true};
    int rc;

    *ret = (struct pt_snap_row){.no = no};
    if (!rows[no].figure)
        return digest_of(l, p, no, no == ROW_MEMBERS ? members : pt_snap_st(l, rows[no].said),
                         known_at, ret, ret_found, err);
    rc = figure(l, p, no, known_at, &f, err);
    ret->value = f.value;
    *ret_found = !f.na;
    return rc;
}

static int put_row(struct pt_ledger *l, const struct pt_snap_page *p, const struct pt_snap_row *row,
                   struct pt_err *err) {
    sqlite3_stmt *put = pt_snap_st(l, PT_SN_ROW_PUT);

    return row->hashed ? pt_sql_apply(&l->sql, put, err, "siib", p->subject, (int64_t)p->fy,
                                      (int64_t)row->no, pt_span(row->hash.b, PT_HASH_LEN))
                       : pt_sql_apply(&l->sql, put, err, "siii", p->subject, (int64_t)p->fy,
                                      (int64_t)row->no, row->value);
}

static bool same_value(const struct pt_snap_row *a, const struct pt_snap_row *b) {
    return a->hashed ? memcmp(a->hash.b, b->hash.b, sizeof a->hash.b) == 0 : a->value == b->value;
}

/* Among the page's rows, which are in order; into the file where it says something else. */
static int keep_row(struct pt_ledger *l, const struct pt_snap_page *p,
                    const struct pt_snap_row *row, bool found, struct pt_snap_row *all, unsigned *n,
                    struct pt_err *err) {
    unsigned at = 0;
    bool there;

    while (at < *n && all[at].no < row->no)
        at++;
    there = at < *n && all[at].no == row->no;
    if (!found && there) {
        *n -= 1;
        memmove(all + at, all + at + 1, (*n - at) * sizeof *all);
        return pt_sql_apply(&l->sql, pt_snap_st(l, PT_SN_ROW_DROP), err, "sii", p->subject,
                            (int64_t)p->fy, (int64_t)row->no);
    }
    if (!found || (there && same_value(&all[at], row)))
        return 0;
    if (!there) {
        PT_ASSERT(*n < PT_SNAP_ROWS_MAX);
        memmove(all + at + 1, all + at, (*n - at) * sizeof *all);
        *n += 1;
    }
    all[at] = *row;
    return put_row(l, p, row, err);
}

int pt_snap_settle(struct pt_ledger *l, const struct pt_snap_page *p, unsigned dirty,
                   uint64_t known_at, struct pt_snap_row *all, unsigned *ret_n,
                   struct pt_err *err) {
    enum pt_record_type asked = PT_TYPE_NONE;
    bool there = true;
    int rc = pt_snap_rows(l, p, all, ret_n, err);

    for (unsigned no = 0; no < ROWS && rc == 0 && p->part == PT_SNAP_FACTS; no++) {
        struct pt_snap_row row = {.no = no};
        enum pt_record_type needs = rows[no].needs;
        bool found = false;

        if (!is_row_of(no, p->fy) || !(rows[no].of & dirty))
            continue;
        if (needs != PT_TYPE_NONE && needs != asked) {
            rc = has(l, p->subject, needs, &there, err);
            asked = needs;
        }
        if (rc == 0 && (needs == PT_TYPE_NONE || there))
            rc = make_row(l, p, no, pt_snap_st(l, PT_SN_MEMBERS), known_at, &row, &found, err);
        rc = rc == 0 ? keep_row(l, p, &row, found, all, ret_n, err) : rc;
    }
    return rc;
}

static int paid_rows(struct pt_ledger *l, const struct pt_snap_page *p, sqlite3_stmt *st,
                     struct pt_snap_row *out, unsigned *ret_n, struct pt_err *err) {
    int rc =
        pt_sql_bind(&l->sql, st, err, "sii", p->subject, (int64_t)p->fy, (int64_t)p->fy * 100 + 12);

    if (pt_sql_row(&l->sql, st, &rc, err)) {
        out[0] = (struct pt_snap_row){.no = PT_SNAP_ROW_PAID, .value = pt_sql_i64(st, 0)};
        out[1] = (struct pt_snap_row){.no = PT_SNAP_ROW_DECEMBER, .value = pt_sql_i64(st, 1)};
        *ret_n = 2;
    }
    pt_sql_reset(st);
    return rc;
}

/* The one row of a subject's page of payments of no year. */
static int years_row(struct pt_ledger *l, const struct pt_snap_page *p, sqlite3_stmt *st,
                     struct pt_snap_row *out, unsigned *ret_n, struct pt_err *err) {
    bool found = false;
    int rc;

    rc = digest_of(l, p, ROW_YEARS, st, 1, out, &found, err);
    *ret_n = rc == 0 && found;
    return rc;
}

int pt_snap_row_take(sqlite3_stmt *st, int col, unsigned no, struct pt_snap_row *ret,
                     struct pt_err *err) {
    struct pt_span hash;

    *ret = (struct pt_snap_row){.no = no, .hashed = no < ROWS && !rows[no].figure};
    if (!ret->hashed) {
        ret->value = pt_sql_i64(st, col);
        return 0;
    }
    hash = pt_sql_blob(st, col);
    return pt_hash_from_bytes(&ret->hash, hash.p, hash.len) == 0
               ? 0
               : pt_err_set(err, PT_E_CORRUPT, "ledger: a digest in a snapshot can't be read");
}

int pt_snap_rows(struct pt_ledger *l, const struct pt_snap_page *p, struct pt_snap_row *out,
                 unsigned *ret_n, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(l, PT_SN_ROWS);
    int rc;

    *ret_n = 0;
    if (p->part == PT_SNAP_PAID)
        return p->fy == PT_SNAP_WHOSE ? years_row(l, p, pt_snap_st(l, PT_SN_YEARS), out, ret_n, err)
                                      : paid_rows(l, p, pt_snap_st(l, PT_SN_PAID), out, ret_n, err);
    rc = pt_sql_bind(&l->sql, st, err, "si", p->subject, (int64_t)p->fy);
    while (*ret_n < PT_SNAP_ROWS_MAX && pt_sql_row(&l->sql, st, &rc, err)) {
        rc = pt_snap_row_take(st, 1, (unsigned)pt_sql_i32(st, 0), &out[*ret_n], err);
        *ret_n += 1;
    }
    pt_sql_reset(st);
    return rc;
}

static const char paid_anew[] =
    "SELECT coalesce(sum(v), 0), coalesce(sum(v) FILTER (WHERE m = ?3), 0) FROM (SELECT"
    "  b.pay_date / 100 AS m,"
    "  r.r_sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END AS v"
    "  FROM paid_line l JOIN f_payment_batch b ON b.rec = l.rec"
    "  JOIN live r ON r.rec = l.rec WHERE l.subject = ?1 AND r.r_fy = ?2)";

static const char years_anew[] =
    "SELECT DISTINCT r.fy || char(10) FROM paid_line l CROSS JOIN record r"
    " ON r.rec = l.rec WHERE l.subject = ?1 AND ?2 AND ?3 IS NOT NULL AND r.fy > 5 ORDER BY r.fy";
_Static_assert((int)PT_SNAP_YEAR_MIN == 6, "in the SQL");

/* Who ever named it, from what they said. */
#define NAMES(role, table, column)                                                                 \
    "SELECT " role " AS role, r.subject FROM " table " f CROSS JOIN record r ON r.rec = f.rec"     \
    " WHERE f." column " = ?1 AND r.log_index < ?2 AND r.subject <> ''"
static const char members_anew
    [] = "SELECT role || char(10) || subject || char(10) FROM (" NAMES("1", "f_org_profile", "rgn") " UNION " NAMES(
        "2", "f_org_profile",
        "parent") " UNION " NAMES("3", "f_allotment",
                                  "dept") " UNION " NAMES("4", "f_allotment",
                                                          "unit") " UNION " NAMES("5",
                                                                                  "f_subject_"
                                                                                  "profile",
                                                                                  "resp_org") " UNI"
                                                                                              "ON"
                                                                                              " " NAMES(
                                                                                                  "6",
                                                                                                  "f_subject_profile",
                                                                                                  "policy_key") ") ORDER BY role, subject";
_Static_assert(PT_SNAP_REGION == 1 && PT_SNAP_POLICY == 6, "in the SQL");

int pt_snap_rows_anew(struct pt_ledger *l, const struct pt_snap_page *p, uint64_t known_at,
                      struct pt_snap_row *out, unsigned *ret_n, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = 0;

    *ret_n = 0;
    if (p->part == PT_SNAP_PAID) {
        bool years = p->fy == PT_SNAP_WHOSE;

        rc = pt_sql_prepare(&l->sql, years ? years_anew : paid_anew, &st, err);
        if (rc == 0)
            rc =
                years ? years_row(l, p, st, out, ret_n, err) : paid_rows(l, p, st, out, ret_n, err);
        pt_sql_finalize(st);
        return rc;
    }
    rc = p->fy == PT_SNAP_MEMBERS ? pt_sql_prepare(&l->sql, members_anew, &st, err) : 0;
    for (unsigned no = 0; no < ROWS && rc == 0; no++) {
        bool found = false;

        if (is_row_of(no, p->fy))
            rc = make_row(l, p, no, st, known_at, &out[*ret_n], &found, err);
        *ret_n += rc == 0 && found;
    }
    pt_sql_finalize(st);
    return rc;
}

/* ---- bytes ---- */

static void salt_of(const struct pt_snap_page *p, struct pt_hash *ret) {
    static const char head[] = "pentad/salt/v2\n";
    struct pt_sha256 s;

    pt_sha256_init(&s);
    pt_sha256_update(&s, head, sizeof head - 1);
    pt_sha256_update(&s, p->chain, PT_SNAP_CHAIN);
    pt_sha256_final(&s, ret);
}

/* In decimal, without a NUL; its length. */
enum { DECIMAL_MAX = 20 };
static size_t decimal(char *out, int64_t value) {
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[DECIMAL_MAX];
    size_t n = 0;
    size_t at = 0;

    do
        digits[n++] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        out[at++] = '-';
    while (n > 0)
        out[at++] = digits[--n];
    return at;
}

void pt_snap_value_text(char out[PT_SNAP_VALUE_CAP], const struct pt_snap_row *row) {
    if (row->hashed)
        pt_hash_hex(out, &row->hash);
    else
        out[decimal(out, row->value)] = '\0';
}

static void add_text(struct pt_sha256 *s, const char *text) {
    pt_sha256_update(s, text, strlen(text));
}

/* "SUBJECT\nYEAR\nFORMULA\nVALUE\n" */
static void leaf_of(const struct pt_snap_page *p, const struct pt_snap_row *row,
                    const struct pt_hash *salt, struct pt_hash *ret) {
    static const char head[] = "pentad/row/v1\n";
    char year[DECIMAL_MAX];
    char value[PT_SNAP_VALUE_CAP];
    struct pt_sha256 s;

    pt_snap_value_text(value, row);
    pt_sha256_init(&s);
    pt_sha256_update(&s, head, sizeof head - 1);
    pt_sha256_update(&s, salt->b, sizeof salt->b);
    add_text(&s, p->subject);
    add_text(&s, "\n");
    pt_sha256_update(&s, year, decimal(year, p->fy));
    add_text(&s, "\n");
    add_text(&s, rows[row->no].formula);
    add_text(&s, "\n");
    add_text(&s, value);
    add_text(&s, "\n");
    pt_sha256_final(&s, ret);
}

void pt_snap_head(const struct pt_snap_page *p, const struct pt_snap_row *row, unsigned n,
                  struct pt_hash *ret) {
    static const char head[] = "pentad/page/v1\n";
    const uint8_t count[4] = {0, 0, (uint8_t)(n >> 8), (uint8_t)n};
    struct pt_hash leaf[PT_SNAP_ROWS_MAX];
    struct pt_hash salt, root;
    struct pt_sha256 s;

    PT_ASSERT(n <= PT_SNAP_ROWS_MAX);
    salt_of(p, &salt);
    for (unsigned i = 0; i < n; i++)
        leaf_of(p, &row[i], &salt, &leaf[i]);
    pt_merkle_root_of(leaf, n, &root);
    pt_sha256_init(&s);
    pt_sha256_update(&s, head, sizeof head - 1);
    pt_sha256_update(&s, count, sizeof count);
    pt_sha256_update(&s, root.b, sizeof root.b);
    pt_sha256_final(&s, ret);
}
