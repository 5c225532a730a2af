/* Which pages a record names, and for each page a chain over all that name it, in the log's order:
 * who has other records than these, one less or one more, has another chain. A record counts once
 * however often it names a page, and whatever its standing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/ref.h>

#include "funcs.h"
#include "snap.h"
#include "snapkeep.h"

#define LIVE_OF                                                                                    \
    "SELECT hash FROM record WHERE subject = ?1 AND live_from < ?2"                                \
    " AND (live_to IS NULL OR live_to >= ?2) "

enum { DOCUMENT_HEAD = 24 }; /* a length, what parts it, an end */

static const char *const statements[PT_SN_COUNT] = {
    [PT_SN_NAME] =
        "INSERT INTO snap_page(place,subject,fy,part,chain,dirty) VALUES(?6,?1,?2,?3,?4,?5)"
        " ON CONFLICT DO UPDATE SET chain=?4, dirty=dirty|?5",
    [PT_SN_CHAIN] = "SELECT chain, dirty FROM snap_page"
                    " WHERE part=? AND place=? AND subject=? AND fy=?",
    [PT_SN_PUT] = "INSERT INTO snap_page(part,place,subject,fy,chain,dirty,rows,head)"
                  " VALUES(?1,?2,?3,?4,?5,0,?6,?7) ON CONFLICT DO UPDATE SET"
                  " chain=?5, dirty=0, rows=?6, head=?7",
    [PT_SN_HAS] = "SELECT 1 FROM record WHERE subject=? AND type=? LIMIT 1",
    [PT_SN_ROW_PUT] = "INSERT OR REPLACE INTO snap_row VALUES(?,?,?,?)",
    [PT_SN_ROW_DROP] = "DELETE FROM snap_row WHERE subject=? AND fy=? AND no=?",
    [PT_SN_ROWS] = "SELECT no, value FROM snap_row WHERE subject=? AND fy=? ORDER BY no",
    [PT_SN_PAID] = "SELECT coalesce(sum(fen), 0), coalesce(sum(fen) FILTER (WHERE month = ?3), 0),"
                   " total(abs(fen)) FROM agg_pay WHERE subject = ?1 AND fy = ?2",
    [PT_SN_DIRTY] = "SELECT part, place, subject, fy, chain, dirty FROM snap_page"
                    " INDEXED BY snap_dirty WHERE dirty <> 0 ORDER BY part, place, subject, fy",
    [PT_SN_MADE] = "UPDATE snap_page SET dirty=0, rows=?, head=?"
                   " WHERE part=? AND place=? AND subject=? AND fy=?",
    [PT_SN_PAGES] = "SELECT place, rows, head, subject, fy FROM snap_page"
                    " WHERE part=? AND place BETWEEN ? AND ? AND rows > 0"
                    " ORDER BY place, subject, fy",
    [PT_SN_MOVED] = "SELECT subject, fy, month, fen, undone FROM d_pay",
    [PT_SN_NODE] = "SELECT prefix, pages, rows, head FROM snap_node"
                   " WHERE part=? AND depth=? AND prefix=?",
    [PT_SN_NODES] = "SELECT prefix, pages, rows, head FROM snap_node"
                    " WHERE part=? AND depth=? AND prefix BETWEEN ? AND ?",
    [PT_SN_NODE_PUT] = "INSERT OR REPLACE INTO snap_node VALUES(?,?,?,?,?,?)",
    [PT_SN_NODE_DROP] = "DELETE FROM snap_node WHERE part=? AND depth=? AND prefix BETWEEN ? AND ?",
    [PT_SN_JOIN] = "INSERT OR IGNORE INTO snap_member VALUES(?,?,?)",
    [PT_SN_MEMBERS] = "SELECT role || char(10) || subject || char(10) FROM snap_member"
                      " WHERE org = ?1 AND ?2 AND ?3 IS NOT NULL ORDER BY role, subject",
    [PT_SN_WHOSE] =
        LIVE_OF "AND ?3 IS NOT NULL AND type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE,"
                " @TYPE_ALLOTMENT) ORDER BY hash",
    [PT_SN_FUNDS] = LIVE_OF "AND ?3 IS NOT NULL AND type IN (@TYPE_CARRY_OVER, @TYPE_FUND_CONTROL)"
                            " ORDER BY hash",
    [PT_SN_RULES] =
        "SELECT r.hash FROM f_rule_set f CROSS JOIN record r ON r.rec = f.rec"
        " WHERE ?1 = '" PT_SNAP_RULES "' AND r.live_from < ?2"
        " AND (r.live_to IS NULL OR r.live_to >= ?2) AND ?3 IS NOT NULL ORDER BY r.hash",
    [PT_SN_YEAR] =
        LIVE_OF "AND type IN (@TYPE_PERF_GOAL, @TYPE_MONITOR_REPORT, @TYPE_EVALUATION,"
                "   @TYPE_AUDIT_FIGURE, @TYPE_REGION_FISCAL) AND (fy = ?3"
                "  OR type = @TYPE_REGION_FISCAL AND ?3 ="
                "   (SELECT f.month / 100 FROM f_region_fiscal f WHERE f.rec = record.rec))"
                " ORDER BY hash",
    [PT_SN_LINES] =
        "SELECT r.hash FROM (SELECT rec FROM f_congress_approval_lines WHERE subject = ?1"
        " UNION SELECT rec FROM f_congress_approval_lines WHERE dept = ?1"
        " UNION SELECT rec FROM record WHERE subject = ?1 AND type = @TYPE_CONGRESS_APPROVAL) l"
        " CROSS JOIN record r ON r.rec = l.rec WHERE r.fy = ?3 AND r.live_from < ?2"
        " AND (r.live_to IS NULL OR r.live_to >= ?2) ORDER BY r.hash",
    [PT_SN_REVIEWS] = LIVE_OF "AND ?3 IS NOT NULL AND type = @TYPE_BUDGET_REVIEW ORDER BY hash",
    [PT_SN_STEPS] = LIVE_OF "AND ?3 IS NOT NULL AND type IN (@TYPE_EX_ANTE_EVAL, @TYPE_PERF_GOAL,"
                            " @TYPE_GOAL_REVIEW, @TYPE_RESULT_USE, @TYPE_AUDIT_FINDING,"
                            " @TYPE_NOTICE, @TYPE_CONGRESS_OPINION) ORDER BY hash",
    [PT_SN_ANSWERS] = "SELECT r.hash FROM stream s CROSS JOIN ref g ON g.t_sid = s.sid"
                      "  AND g.t_seq = CAST(substr(?1, instr(?1, '#') + 1) AS INTEGER)"
                      " CROSS JOIN record r ON r.rec = g.rec WHERE" PT_SNAP_STREAM_OF(
                          "?1") "AND r.live_from < ?2 AND (r.live_to IS NULL OR r.live_to >= ?2) "
                                "AND ?3 IS NOT NULL"
                                "  AND" PT_SNAP_ANSWERS_BY("g", "r") "ORDER BY r.hash",
    [PT_SN_BINDING] = "SELECT r.hash FROM f_result_use f CROSS JOIN record r ON r.rec = f.rec"
                      " WHERE f.next_fy = CAST(?1 AS INTEGER) AND r.live_from < ?2"
                      " AND (r.live_to IS NULL OR r.live_to >= ?2) AND ?3 IS NOT NULL"
                      " ORDER BY r.hash",
    [PT_SN_YEARS] = "SELECT fy || char(10) FROM snap_page WHERE part = 1 AND place = place_of(?1)"
                    " AND subject = ?1 AND fy > 5 AND ?2 AND ?3 IS NOT NULL ORDER BY fy",
    [PT_SN_DOCUMENT] =
        "SELECT r.hash FROM f_allotment f CROSS JOIN record r ON r.rec = f.rec"
        " WHERE f.basis_doc =" PT_SNAP_DOCUMENT_NO "AND f.dept =" PT_SNAP_DOCUMENT_DEPT
        "AND f.kind = @ALLOTMENT_KIND_SHIFT_OUT AND r.live_from < ?2"
        " AND (r.live_to IS NULL OR r.live_to >= ?2) AND ?3 IS NOT NULL"
        " ORDER BY r.hash",
};
_Static_assert(PT_SNAP_PAID == 1 && (int)PT_SNAP_YEAR_MIN == 6, "in the SQL");

int64_t pt_snap_place(const char *subject) {
    struct pt_hash h;
    uint64_t place = 0;

    pt_sha256(&h, subject, strlen(subject));
    for (size_t i = 0; i < 8; i++)
        place = place << 8 | h.b[i];
    return (int64_t)(place >> (64 - 4 * PT_SNAP_DIGITS));
}

static void fn_place(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const char *subject = (const char *)sqlite3_value_text(v[0]);

    (void)n;
    sqlite3_result_int64(ctx, pt_snap_place(subject ? subject : ""));
}

int pt_funcs_snap(struct pt_ledger *l, struct pt_err *err) {
    static const struct pt_func f[] = {{"place_of", fn_place, 1, SQLITE_DETERMINISTIC}};

    return pt_funcs_add(l, f, sizeof f / sizeof f[0], err);
}

/* What pt_snap_touch works with. The types are those of facts: what is paid finds its pages by
 * d_pay. */
static int make_tables(struct pt_ledger *l, struct pt_err *err) {
    int rc = pt_sql_exec(&l->sql,
                         "CREATE TEMP TABLE snap_type(type INTEGER PRIMARY KEY, bit INTEGER);"
                         "CREATE TEMP TABLE snap_touched(subject TEXT, fy INTEGER, bit INTEGER,"
                         "  PRIMARY KEY(subject, fy, bit)) WITHOUT ROWID",
                         err);

    for (size_t i = 0; i < pt_snap_n_types && rc == 0; i++)
        if (pt_snap_types[i].part == PT_SNAP_FACTS)
            rc = pt_sql_run(&l->sql, err, "INSERT INTO snap_type VALUES(?,?)", "ii",
                            (int64_t)pt_snap_types[i].type, (int64_t)pt_snap_types[i].bit);
    return rc;
}

int pt_snap_open(struct pt_ledger *l, struct pt_err *err) {
    int rc;

    l->snap = calloc(1, sizeof *l->snap);
    if (!l->snap)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for snapshots");
    rc = make_tables(l, err);
    for (size_t i = 0; i < PT_SN_COUNT && rc == 0; i++)
        rc = pt_sql_prepare(&l->sql, statements[i], &l->snap->st[i], err);
    return rc;
}

sqlite3_stmt *pt_snap_st(struct pt_ledger *l, enum pt_snap_stmt which) {
    PT_ASSERT(l->snap);
    return l->snap->st[which];
}

void pt_snap_close(struct pt_ledger *l) {
    if (!l->snap)
        return;
    pt_snap_drop(l);
    for (size_t i = 0; i < PT_SN_COUNT; i++)
        pt_sql_finalize(l->snap->st[i]);
    free(l->snap);
    l->snap = NULL;
}

/* The nonce keeps the chain from those who know the record's hash alone. */
static void add_link(struct pt_snap *s, struct pt_snap_kept *p, const struct pt_folding *f) {
    struct pt_sha256 sha;

    p->rec = f->rec;
    pt_snap_set_stale(s, p);
    pt_sha256_init(&sha);
    pt_sha256_update(&sha, "pentad/named/v2\n", 16);
    pt_sha256_update(&sha, p->chain.b, sizeof p->chain.b);
    pt_sha256_update(&sha, f->r->nonce.data, f->r->nonce.len);
    pt_sha256_update(&sha, f->hash, sizeof f->hash);
    pt_sha256_final(&sha, &p->chain);
}

/* The page gets the record, once. */
static int name_page(struct pt_ledger *l, const struct pt_folding *f, unsigned part,
                     const char *subject, int32_t fy, unsigned bits, struct pt_err *err) {
    struct pt_snap_kept *p;
    int rc;

    if (!subject || subject[0] == '\0')
        return 0;
    rc = pt_snap_find(l, subject, fy, part, &p, err);
    if (rc != 0)
        return rc;
    p->bits |= bits;
    if (p->rec == f->rec)
        return 0;
    add_link(l->snap, p, f);
    return 0;
}

static int name(struct pt_ledger *l, const struct pt_folding *f, const struct pt_snap_type *t,
                const char *subject, int32_t fy, struct pt_err *err) {
    return fy >= PT_SNAP_YEAR_MIN ? name_page(l, f, t->part, subject, fy, 0, err) : 0;
}

/* ---- payments ---- */

/* The first of a year names the page of the subject's years too. */
static int name_paid(struct pt_ledger *l, const struct pt_folding *f, const char *subject,
                     struct pt_err *err) {
    int32_t fy = f->r->fiscal_year;
    struct pt_snap_kept *p;
    bool begins;
    int rc;

    if (!subject || subject[0] == '\0' || fy < PT_SNAP_YEAR_MIN)
        return 0;
    rc = pt_snap_find(l, subject, fy, PT_SNAP_PAID, &p, err);
    if (rc != 0 || p->rec == f->rec)
        return rc;
    begins = !pt_snap_is_named(p);
    add_link(l->snap, p, f);
    return begins ? name_page(l, f, PT_SNAP_PAID, subject, PT_SNAP_WHOSE, PT_SNAP_BEGUN, err) : 0;
}

/* ---- whose a subject is ---- */

/* Members are never taken out again: whether one still is one its own records say. */
static int join(struct pt_ledger *l, const struct pt_folding *f, enum pt_snap_role role,
                const char *org, struct pt_err *err) {
    const char *subject = f->r->subject ? f->r->subject->key : NULL;
    int rc;

    if (!org || org[0] == '\0' || !subject || subject[0] == '\0')
        return 0;
    rc = pt_sql_apply(&l->sql, l->snap->st[PT_SN_JOIN], err, "sis", org, (int64_t)role, subject);
    return rc == 0 ? name_page(l, f, PT_SNAP_FACTS, org, PT_SNAP_MEMBERS,
                               sqlite3_changes(l->sql.db) > 0 ? PT_SNAP_JOINED : 0, err)
                   : rc;
}

static int name_whose(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__Record *r = f->r;
    const Pentad__V1__Subject *policy;
    int rc = 0;

    switch ((int)r->body_case) {
    case PT_TYPE_ORG_PROFILE:
        rc = join(l, f, PT_SNAP_REGION, r->org_profile->rgn, err);
        rc = rc == 0 ? join(l, f, PT_SNAP_PARENT, r->org_profile->parent, err) : rc;
        break;
    case PT_TYPE_SUBJECT_PROFILE:
        policy = r->subject_profile->policy;
        rc = join(l, f, PT_SNAP_RESP, r->subject_profile->resp_org, err);
        rc = rc == 0 ? join(l, f, PT_SNAP_POLICY, policy ? policy->key : NULL, err) : rc;
        break;
    case PT_TYPE_ALLOTMENT:
        rc = join(l, f, PT_SNAP_DEPT, r->allotment->dept, err);
        rc = rc == 0 ? join(l, f, PT_SNAP_UNIT, r->allotment->unit, err) : rc;
        break;
    case PT_TYPE_RULE_SET:
        return name_page(l, f, PT_SNAP_FACTS, PT_SNAP_RULES, PT_SNAP_WHOSE, 0, err);
    case PT_TYPE_CARRY_OVER:
    case PT_TYPE_FUND_CONTROL:
    case PT_TYPE_BUDGET_REVIEW:
        break;
    default:
        return 0;
    }
    return rc == 0 && r->subject
               ? name_page(l, f, PT_SNAP_FACTS, r->subject->key, PT_SNAP_WHOSE, 0, err)
               : rc;
}

/* ---- steps, and what answers them ---- */

static int name_answered(struct pt_ledger *l, const struct pt_folding *f,
                         const Pentad__V1__RecordRef *to, struct pt_err *err) {
    char text[PT_REF_TEXT_MAX];

    if (!to || !to->party || !to->stream)
        return 0;
    pt_ref_format(text, to->party, to->stream, to->seq);
    return name_page(l, f, PT_SNAP_FACTS, text, PT_SNAP_ANSWERS, PT_SNAP_ANSWER, err);
}

/* Whatever either is, none included: no other pair has that text. */
static int name_document(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__Allotment *a = f->r->allotment;
    const char *dept = a->dept ? a->dept : "";
    const char *doc = a->basis_doc ? a->basis_doc : "";
    size_t cap = strlen(dept) + strlen(doc) + DOCUMENT_HEAD;
    char *text;
    int rc;

    if (a->kind != PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_SHIFT_OUT)
        return 0;
    text = malloc(cap);
    if (!text)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a page's name");
    (void)snprintf(text, cap, "%zu/%s/%s", strlen(dept), dept, doc);
    rc = name_page(l, f, PT_SNAP_FACTS, text, PT_SNAP_DOCUMENT, PT_SNAP_SHIFTED, err);
    free(text);
    return rc;
}

static int name_bound(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    char year[12];

    (void)snprintf(year, sizeof year, "%d", f->r->result_use->next_fy);
    return name_page(l, f, PT_SNAP_FACTS, year, PT_SNAP_BINDING, PT_SNAP_BINDS, err);
}

/* A subject's steps are named whatever their year: some have none. */
static int name_steps(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__Record *r = f->r;
    int rc = 0;

    switch ((int)r->body_case) {
    case PT_TYPE_RECTIFICATION:
        return name_answered(l, f, r->rectification->source, err);
    case PT_TYPE_AUDIT_VERIFY:
        return name_answered(l, f, r->audit_verify->finding, err);
    case PT_TYPE_ALLOTMENT:
        rc = name_answered(l, f, r->allotment->absorbs, err);
        return rc == 0 ? name_document(l, f, err) : rc;
    case PT_TYPE_GOAL_REVIEW:
        rc = name_answered(l, f, r->goal_review->goal, err);
        break;
    case PT_TYPE_RESULT_USE:
        rc = name_bound(l, f, err);
        break;
    case PT_TYPE_EX_ANTE_EVAL:
    case PT_TYPE_PERF_GOAL:
    case PT_TYPE_AUDIT_FINDING:
    case PT_TYPE_NOTICE:
    case PT_TYPE_CONGRESS_OPINION:
        break;
    default:
        return 0;
    }
    return rc == 0 && r->subject
               ? name_page(l, f, PT_SNAP_FACTS, r->subject->key, PT_SNAP_STEPS, PT_SNAP_STEP, err)
               : rc;
}

/* ---- figures ---- */

/* What a record of facts counts for beside its own subject and year. */
static int name_more(struct pt_ledger *l, const struct pt_folding *f, const struct pt_snap_type *t,
                     struct pt_err *err) {
    const Pentad__V1__Record *r = f->r;
    const char *own = r->subject ? r->subject->key : NULL;
    int rc = 0;

    if (t->type == PT_TYPE_CONGRESS_APPROVAL)
        for (size_t i = 0; i < r->congress_approval->n_lines && rc == 0; i++) {
            rc = name(l, f, t, r->congress_approval->lines[i]->subject, r->fiscal_year, err);
            rc = rc == 0 ? name(l, f, t, r->congress_approval->lines[i]->dept, r->fiscal_year, err)
                         : rc;
        }
    else if (t->type == PT_TYPE_BUDGET_REVIEW)
        for (size_t i = 0; i < r->budget_review->n_approved_need && rc == 0; i++)
            rc = name(l, f, t, own, r->budget_review->approved_need[i]->fiscal_year, err);
    else if (t->type == PT_TYPE_REGION_FISCAL)
        rc = name(l, f, t, own, r->region_fiscal->month / 100, err);
    else if (t->type == PT_TYPE_CARRY_OVER && r->fiscal_year < 9999)
        rc = name(l, f, t, own, r->fiscal_year + 1, err);
    return rc;
}

/* Are there pages of the record's own year that it names? */
static bool is_of_year(const struct pt_snap_type *t, const Pentad__V1__Record *r) {
    return r->has_fiscal_year && t->bit != PT_SNAP_P && t->bit != PT_SNAP_H07 &&
           t->bit != PT_SNAP_STEP && t->bit != PT_SNAP_ANSWER;
}

int pt_snap_record(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const struct pt_snap_type *t = pt_snap_type((int)f->r->body_case);
    const char *own = f->r->subject ? f->r->subject->key : NULL;
    int rc = 0;

    if (!t)
        return 0;
    if (l->snap->n_unwritten > PT_SNAP_NAMED_MAX) /* never within a record: it counts once */
        rc = pt_snap_write(l, err);
    rc = rc == 0 ? name_whose(l, f, err) : rc;
    rc = rc == 0 ? name_steps(l, f, err) : rc;
    if (rc != 0 || !is_of_year(t, f->r))
        return rc;
    if (t->type == PT_TYPE_PAYMENT_BATCH) {
        for (size_t i = 0; i < f->r->payment_batch->n_lines && rc == 0; i++)
            rc = name_paid(l, f, f->r->payment_batch->lines[i]->subject, err);
        return rc;
    }
    rc = rc == 0 ? name_more(l, f, t, err) : rc;
    return rc == 0 ? name(l, f, t, own, f->r->fiscal_year, err) : rc;
}
