/* Which pages of a snapshot prove a figure: of the subject's own year, of no year, and where a
 * figure sums over items, of each item, with the pages that say which items those are.
 *
 *   body ──members──► who was ever said to be its (and its units', a region's departments') ──┐
 *   each of them ──whose──► the records that say whose it is ──► the items of the day ◄───────┘
 *   each item of the day ──facts, payments, steps and what answers them──► the figure */
#include <stdio.h>
#include <string.h>

#include <pentad/base/told.h>

#include "complete_internal.h"
#include "figures.h"

enum { FACTS = 1U << PT_SNAP_FACTS, PAID = 1U << PT_SNAP_PAID };
enum { ANY_DAY = 99991231 };

/* OWN: said of the subject itself, whatever its kind. SUMS: of a department, unit, region or policy
 * the sum over its items. LINES: lines of approvals, of a department and a policy over its items
 * too. REFERS: it looks at records of other subjects that its own refer to. The rest are pages of
 * no year, of each subject in it: PAYMENTS of all years; STEPS what was done about it; GOALS and
 * FINDINGS what answers its goals, or its findings, warnings and opinions; BINDING the results that
 * bind the year; DOCUMENTS what is shifted out, of whatever subject, by those that shift in. */
enum {
    OWN = 1,
    SUMS = 2,
    LINES = 4,
    REFERS = 8,
    PAYMENTS = 16,
    STEPS = 32,
    GOALS = 64,
    FINDINGS = 128,
    BINDING = 256,
    DOCUMENTS = 512
};
enum {
    BY_PAYMENTS = SUMS | PAYMENTS,
    BY_STEPS = SUMS | STEPS,
    BY_ANSWERS = BY_STEPS | FINDINGS,
    BY_LINKS = BY_STEPS | GOALS | BINDING
};
static const struct {
    const char *figure;
    unsigned parts;
    unsigned how;
} figures[] = {
    {"FG1", FACTS, LINES},
    {"FG1.fa", FACTS, LINES},
    {"FG2", FACTS, SUMS},
    {"FG2.B0", FACTS, SUMS},
    {"FG2.dB", FACTS, SUMS},
    {"FG2.C", FACTS, SUMS},
    {"FG2.REC", FACTS, SUMS},
    {"FG2.Bg", FACTS, SUMS},
    {"FG2.B", FACTS, SUMS},
    {"FG2.P", PAID, SUMS},
    {"FG2.Bal", FACTS | PAID, SUMS},
    {"FG3", FACTS | PAID, SUMS},
    {"FG4", FACTS, SUMS | DOCUMENTS},
    {"FG4.open", FACTS, SUMS | DOCUMENTS},
    {"FG5", FACTS | PAID, SUMS},
    {"FG6", FACTS | PAID, SUMS},
    {"FG6.TP", 0, OWN},
    {"FG6.PP", 0, OWN},
    {"FG6.light", FACTS | PAID, SUMS},
    {"FG7", FACTS, OWN},
    {"FG7.low", FACTS, OWN},
    {"FG8", FACTS, OWN | REFERS},
    {"FG8.diff", FACTS, OWN | REFERS},
    {"FG9", FACTS, SUMS},
    {"FG9.cum", FACTS, SUMS},
    {"FG10", FACTS, OWN},
    {"FG11", FACTS, OWN},
    {"FG12", FACTS, OWN},
    {"FG13", 0, BY_PAYMENTS},
    {"FG14", 0, BY_PAYMENTS},
    {"FG15", 0, SUMS},
    {"FG16", FACTS, SUMS},
    {"FG16.RA", FACTS, SUMS},
    {"FG16.revived", 0, BY_PAYMENTS},
    {"FG17.tax", FACTS, OWN},
    {"FG17.self", FACTS, OWN},
    {"FG17.livelihood", FACTS, OWN},
    {"FG17.debt_general", FACTS, OWN},
    {"FG17.debt_special", FACTS, OWN},
    {"FG17.cover", FACTS, OWN},
    {"FG17.nontax", FACTS, OWN},
    {"FG17.carry", FACTS, OWN},
    {"FG17.guarantee", FACTS, OWN},
    {"FG18.audit", 0, BY_ANSWERS},
    {"FG18.audit_fen", 0, BY_ANSWERS},
    {"FG18.warning", 0, BY_ANSWERS},
    {"FG18.congress", 0, BY_ANSWERS},
    {"FG19", 0, BY_LINKS},
    {"FG20", FACTS, BY_STEPS},
    {"FG20.general", FACTS, BY_STEPS},
    {"FG20.funds", FACTS, BY_STEPS},
    {"FG20.capital", FACTS, BY_STEPS},
    {"FG20.social", FACTS, BY_STEPS},
    {"FG21", FACTS, BY_STEPS},
    {"FG22", FACTS, BY_STEPS},
    {"FG22.E01", FACTS, BY_STEPS},
    {"FG22.E04", FACTS, BY_STEPS},
    {"FG22.X03", FACTS, BY_STEPS},
    {"FG22.V01", FACTS, BY_STEPS},
    {"FG22.V02", FACTS, BY_STEPS},
    {"FG23", FACTS | PAID, SUMS},
    {"FG23.P", PAID, SUMS},
    {"FG23.audit", FACTS, OWN},
    {"FG23.congress", FACTS, LINES},
    {"FG23.dcongress", FACTS | PAID, SUMS},
    {"FG24", PAID, SUMS},
    {"FG24.Dec", PAID, SUMS},
};

static bool is_group(int kind) {
    return kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY;
}

/* A unit's approvals are those that name it, a region's those of its congress. */
static bool has_lines(int kind) {
    return kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY;
}

int pt_complete_needs(const char *figure, int kind, struct pt_complete_needs *ret,
                      struct pt_err *err) {
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        unsigned how = figures[i].how;

        if (strcmp(figures[i].figure, figure) != 0)
            continue;
        *ret = (struct pt_complete_needs){
            .parts = figures[i].parts,
            .members = how & SUMS    ? is_group(kind)
                       : how & LINES ? has_lines(kind)
                                     : false,
            .refers = (how & REFERS) != 0,
            .payments = (how & PAYMENTS) != 0,
            .steps = (how & STEPS) != 0,
            .goals = (how & GOALS) != 0,
            .findings = (how & FINDINGS) != 0,
            .binding = (how & BINDING) != 0,
            .documents = (how & DOCUMENTS) != 0,
        };
        return 0;
    }
    return pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_FIGURE, figure);
}

/* ---- the pages ---- */

/* complete_org: the body or policy asked for and the bodies that are its; their members are those
 * of the figure, a policy among them a member like any. complete_item: those whose records count.
 */
static const char tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS complete_org(org TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS complete_of(subject TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS complete_item(subject TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS complete_page(part INTEGER, subject TEXT, fy INTEGER,"
    "  PRIMARY KEY(part, subject, fy)) WITHOUT ROWID;"
    "DELETE FROM complete_org; DELETE FROM complete_of; DELETE FROM complete_item;"
    "DELETE FROM complete_page";
static const char orgs_sql[] =
    "INSERT INTO complete_org WITH RECURSIVE o(org) AS (SELECT ?1 UNION SELECT m.subject FROM o"
    "  CROSS JOIN snap_member m ON m.org = o.org AND m.role IN (1, 2)) SELECT org FROM o";
_Static_assert(PT_SNAP_REGION == 1 && PT_SNAP_PARENT == 2, "in the SQL");
static const char members_sql[] =
    "INSERT OR IGNORE INTO complete_of SELECT m.subject FROM complete_org o"
    " CROSS JOIN snap_member m ON m.org = o.org";
static const char own_sql[] = "INSERT OR IGNORE INTO complete_of VALUES(?)";
#define PAGE "INSERT OR IGNORE INTO complete_page "
static const char of_members_sql[] = PAGE "SELECT 0, subject, 0 FROM complete_of"
                                          " UNION ALL SELECT 0, org, 1 FROM complete_org";
static const char one_sql[] = PAGE "VALUES(0, ?, ?)";
static const char items_sql[] =
    "INSERT OR IGNORE INTO complete_item SELECT subject FROM scope UNION SELECT r.subject"
    " FROM scope_line n CROSS JOIN record r ON r.rec = n.rec";
static const char of_year_sql[] = PAGE "SELECT ?1, subject, ?2 FROM complete_item";
/* The years, and each of them. */
static const char payments_sql[] =
    PAGE "SELECT 1, subject, 0 FROM complete_item"
         " UNION ALL SELECT 1, p.subject, p.fy FROM complete_item i CROSS JOIN snap_page p"
         "  ON p.part = 1 AND p.place = place_of(i.subject) AND p.subject = i.subject AND p.fy > 5";
/* To each of them, and to what it corrects or is corrected by, whoever that is about: an answer
 * names the one that it was given to, and counts for all. */
#define ANSWERS_TO(whom, types)                                                                    \
    PAGE "SELECT 0, s.party || '/' || s.name || '#' || o.seq, 3 FROM " whom " i"                   \
         " CROSS JOIN record r ON r.subject = i.subject AND r.type IN (" types ")"                 \
         " CROSS JOIN record o ON o.root = r.root CROSS JOIN stream s ON s.sid = o.sid"            \
         " WHERE r.log_index < ?1 AND o.log_index < ?1"
static const char goals_sql[] = ANSWERS_TO("complete_item", "@TYPE_PERF_GOAL");
static const char findings_sql[] =
    ANSWERS_TO("complete_item",
               "@TYPE_AUDIT_FINDING, @TYPE_FUND_CONTROL, @TYPE_NOTICE, @TYPE_CONGRESS_OPINION");
/* Whether an ADVANCE is money an INITIAL of any subject says; a body may have one of an item that
 * is another's by now. */
#define ADVANCE                                                                                    \
    " AND EXISTS (SELECT 1 FROM f_allotment f WHERE f.rec = r.rec"                                 \
    "  AND f.kind = @ALLOTMENT_KIND_ADVANCE)"
static const char advances_sql[] = ANSWERS_TO("complete_item", "@TYPE_ALLOTMENT") ADVANCE;
static const char members_advances_sql[] = ANSWERS_TO("complete_of", "@TYPE_ALLOTMENT") ADVANCE;
/* Whence a SHIFT_IN came it says by its document alone. */
static const char documents_sql[] = PAGE "SELECT 0," PT_SNAP_DOCUMENT_OF(
    "f") ", 5 FROM complete_item i CROSS JOIN record r ON r.subject = i.subject"
         "  AND r.type = @TYPE_ALLOTMENT CROSS JOIN f_allotment f ON f.rec = r.rec"
         "  AND f.kind = @ALLOTMENT_KIND_SHIFT_IN WHERE r.log_index < ?1"
         "  AND f.dept IS NOT NULL AND f.basis_doc IS NOT NULL";
/* A step that was corrected goes on with what corrects it, whoever that is about. */
static const char steps_sql[] =
    PAGE "SELECT 0, o.subject, 2 FROM complete_item i CROSS JOIN record r ON r.subject = i.subject"
         " AND r.type IN (@TYPE_EX_ANTE_EVAL, @TYPE_PERF_GOAL, @TYPE_GOAL_REVIEW, @TYPE_RESULT_USE,"
         "  @TYPE_AUDIT_FINDING, @TYPE_NOTICE, @TYPE_CONGRESS_OPINION)"
         " CROSS JOIN record o ON o.root = r.root AND o.subject <> ''"
         " WHERE r.log_index < ?1 AND o.log_index < ?1";
_Static_assert(PT_SNAP_FACTS == 0 && PT_SNAP_PAID == 1, "in the SQL");
_Static_assert((int)PT_SNAP_WHOSE == 0 && (int)PT_SNAP_MEMBERS == 1 && (int)PT_SNAP_ANSWERS == 3 &&
                   (int)PT_SNAP_DOCUMENT == 5 && (int)PT_SNAP_YEAR_MIN == 6,
               "in the SQL");

/* Those whose money counts on the day, at the year's end (FG5), and once all that is known has
 * taken effect. */
static int list_items(const struct pt_asof *a, struct pt_err *err) {
    struct pt_asof ever = *a;
    struct pt_asof end = *a;
    const struct pt_asof *of[] = {a, &ever, &end};
    int rc = 0;

    ever.valid_at = ANY_DAY;
    if (a->fy * 10000 + 1231 < end.valid_at)
        end.valid_at = a->fy * 10000 + 1231;
    for (size_t i = 0; i < sizeof of / sizeof of[0] && rc == 0; i++) {
        rc = pt_asof_scope(of[i], err);
        rc = rc == 0 ? pt_sql_run(&a->l->sql, err, items_sql, "") : rc;
    }
    return rc;
}

static int list_one(struct pt_ledger *l, const char *subject, int32_t fy, struct pt_err *err) {
    return pt_sql_run(&l->sql, err, one_sql, "si", subject, (int64_t)fy);
}

static int list_of_items(const struct pt_asof *a, const struct pt_complete_needs *needs,
                         struct pt_err *err) {
    struct pt_sql *sql = &a->l->sql;
    char year[12];
    int rc =
        pt_sql_run(sql, err, of_year_sql, "ii", (int64_t)PT_SNAP_FACTS, (int64_t)PT_SNAP_WHOSE);

    for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++)
        if (needs->parts >> part & 1)
            rc = pt_sql_run(sql, err, of_year_sql, "ii", (int64_t)part, (int64_t)a->fy);
    rc = rc == 0 ? pt_sql_run(sql, err, advances_sql, "i", (int64_t)a->known_at) : rc;
    if (rc == 0 && needs->members)
        rc = pt_sql_run(sql, err, members_advances_sql, "i", (int64_t)a->known_at);
    if (rc == 0 && needs->payments)
        rc = pt_sql_run(sql, err, payments_sql, "");
    if (rc == 0 && needs->steps)
        rc =
            pt_sql_run(sql, err, of_year_sql, "ii", (int64_t)PT_SNAP_FACTS, (int64_t)PT_SNAP_STEPS);
    if (rc == 0 && needs->steps)
        rc = pt_sql_run(sql, err, steps_sql, "i", (int64_t)a->known_at);
    if (rc == 0 && needs->goals)
        rc = pt_sql_run(sql, err, goals_sql, "i", (int64_t)a->known_at);
    if (rc == 0 && needs->findings)
        rc = pt_sql_run(sql, err, findings_sql, "i", (int64_t)a->known_at);
    if (rc == 0 && needs->documents)
        rc = pt_sql_run(sql, err, documents_sql, "i", (int64_t)a->known_at);
    (void)snprintf(year, sizeof year, "%d", a->fy);
    return rc == 0 && needs->binding ? list_one(a->l, year, PT_SNAP_BINDING, err) : rc;
}

int pt_complete_list(struct pt_ledger *l, const struct pt_figure_ask *ask,
                     const struct pt_complete_needs *needs, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);
    int rc = pt_sql_exec(&l->sql, tables, err);

    if (!needs->members)
        a.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE;
    if (needs->members) {
        rc = rc == 0 ? pt_sql_run(&l->sql, err, orgs_sql, "s", ask->key) : rc;
        rc = rc == 0 ? pt_sql_run(&l->sql, err, members_sql, "") : rc;
    }
    rc = rc == 0 ? pt_sql_run(&l->sql, err, own_sql, "s", ask->key) : rc;
    rc = rc == 0 ? list_one(l, PT_SNAP_RULES, PT_SNAP_WHOSE, err) : rc;
    if (needs->members)
        rc = rc == 0 ? pt_sql_run(&l->sql, err, of_members_sql, "") : rc;
    rc = rc == 0 ? list_items(&a, err) : rc;
    return rc == 0 ? list_of_items(&a, needs, err) : rc;
}
