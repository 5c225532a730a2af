/* Which figures a snapshot's pages prove, and which pages those are: of the subject's own year, and
 * where a figure sums over items, of each item, with the pages that say which items those are.
 *
 *   body ──members──► who was ever said to be its (and its units', a region's departments') ──┐
 *   each of them ──whose──► the records that say whose it is ──► the items of the day ◄───────┘
 *   each item of the day ──facts, payments of the year──► the figure */
#include <string.h>

#include "complete_internal.h"
#include "figures.h"

enum { FACTS = 1U << PT_SNAP_FACTS, PAID = 1U << PT_SNAP_PAID };
enum { ANY_DAY = 99991231 };

/* OWN: said of the subject itself, whatever its kind. SUMS: of a department, unit, region or policy
 * the sum over its items. LINES: lines of approvals, of a department and a policy over its items
 * too. ITEM: not provable of those; NEVER: of nobody. DAY: moves with the day or with parameters,
 * though no record came: proven for the snapshot's own day alone. WHOSE: by the page that is of no
 * year. */
/* Why not. */
static const char steps[] =
    "it rests on steps that others took (E01, E05, V02 and more), and no row "
    "of a snapshot says that none of these is left out";
static const char answers[] =
    "it rests on findings, warnings or opinions and on what answers them (V03, A04), and no row of "
    "a snapshot says that none of these is left out";
static const char days[] = "it rests on each payment by its day and line, of every year, and the "
                           "rows of payments are sums of a year";
static const char earlier[] = "summed over items it rests on the rows of earlier years too";

enum { OWN = 1, SUMS = 2, LINES = 4, ITEM = 8, DAY = 16, WHOSE = 32, NEVER = 64 };
static const struct {
    const char *figure;
    unsigned parts;
    unsigned how;
    const char *why_not; /* static; what a figure isn't proven by */
} figures[] = {
    {"FG1", FACTS, LINES, NULL},
    {"FG1.fa", FACTS, LINES, NULL},
    {"FG2", FACTS, SUMS, NULL},
    {"FG2.B0", FACTS, SUMS, NULL},
    {"FG2.dB", FACTS, SUMS, NULL},
    {"FG2.C", FACTS, SUMS, NULL},
    {"FG2.REC", FACTS, SUMS, NULL},
    {"FG2.Bg", FACTS, SUMS, NULL},
    {"FG2.B", FACTS, SUMS, NULL},
    {"FG2.P", PAID, SUMS, NULL},
    {"FG2.Bal", FACTS | PAID, SUMS, NULL},
    {"FG3", FACTS | PAID, SUMS, NULL},
    {"FG4", FACTS, SUMS, NULL},
    {"FG4.open", FACTS, SUMS, NULL},
    {"FG5", FACTS | PAID, SUMS | DAY | WHOSE, NULL},
    {"FG6", FACTS | PAID, SUMS | DAY | WHOSE, NULL},
    {"FG6.TP", 0, OWN | DAY, NULL},
    {"FG6.PP", 0, OWN | DAY | WHOSE, NULL},
    {"FG6.light", FACTS | PAID, SUMS | DAY | WHOSE, NULL},
    {"FG7", FACTS, OWN, NULL},
    {"FG7.low", FACTS, OWN | DAY, NULL},
    {"FG8", FACTS, OWN, NULL},
    {"FG8.diff", FACTS, OWN, NULL},
    {"FG9", FACTS, SUMS, NULL},
    {"FG9.cum", FACTS, ITEM, earlier},
    {"FG10", FACTS, OWN, NULL},
    {"FG11", FACTS, OWN, NULL},
    {"FG12", FACTS, OWN, NULL},
    {"FG13", 0, NEVER, days},
    {"FG14", 0, NEVER, days},
    {"FG15", 0, SUMS | DAY | WHOSE, NULL},
    {"FG16", FACTS, SUMS, NULL},
    {"FG16.RA", FACTS, SUMS, NULL},
    {"FG16.revived", 0, NEVER, days},
    {"FG17.tax", FACTS, OWN, NULL},
    {"FG17.self", FACTS, OWN, NULL},
    {"FG17.livelihood", FACTS, OWN, NULL},
    {"FG17.debt_general", FACTS, OWN, NULL},
    {"FG17.debt_special", FACTS, OWN, NULL},
    {"FG17.cover", FACTS, OWN, NULL},
    {"FG17.nontax", FACTS, OWN, NULL},
    {"FG17.carry", FACTS, OWN, NULL},
    {"FG17.guarantee", FACTS, OWN, NULL},
    {"FG18.audit", 0, NEVER, answers},
    {"FG18.audit_fen", 0, NEVER, answers},
    {"FG18.warning", 0, NEVER, answers},
    {"FG18.congress", 0, NEVER, answers},
    {"FG19", 0, NEVER, steps},
    {"FG20", 0, NEVER, steps},
    {"FG20.general", 0, NEVER, steps},
    {"FG20.funds", 0, NEVER, steps},
    {"FG20.capital", 0, NEVER, steps},
    {"FG20.social", 0, NEVER, steps},
    {"FG21", 0, NEVER, steps},
    {"FG22", 0, NEVER, steps},
    {"FG22.E01", 0, NEVER, steps},
    {"FG22.E04", 0, NEVER, steps},
    {"FG22.X03", 0, NEVER, steps},
    {"FG22.V01", 0, NEVER, steps},
    {"FG22.V02", 0, NEVER, steps},
    {"FG23", FACTS | PAID, SUMS, NULL},
    {"FG23.P", PAID, SUMS, NULL},
    {"FG23.audit", FACTS, OWN, NULL},
    {"FG23.congress", FACTS, LINES, NULL},
    {"FG23.dcongress", FACTS | PAID, SUMS, NULL},
    {"FG24", PAID, SUMS, NULL},
    {"FG24.Dec", PAID, SUMS, NULL},
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

void pt_complete_needs(const char *figure, int kind, struct pt_complete_needs *ret) {
    *ret = (struct pt_complete_needs){.provable = false};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        unsigned how = figures[i].how;

        if (strcmp(figures[i].figure, figure) != 0)
            continue;
        ret->provable = !(how & NEVER) && (!(how & ITEM) || !is_group(kind));
        ret->why_not = figures[i].why_not;
        ret->parts = figures[i].parts;
        ret->members = (how & SUMS ? is_group(kind) : how & LINES ? has_lines(kind) : false);
        ret->whose = (how & WHOSE) != 0;
        ret->day = (how & DAY) != 0;
    }
}

const char *pt_complete_why_not(const char *figure, int kind) {
    struct pt_complete_needs needs;

    pt_complete_needs(figure, kind, &needs);
    return needs.provable ? NULL : needs.why_not ? needs.why_not : "there is no such figure";
}

bool pt_complete_can(const char *figure, int kind) {
    struct pt_complete_needs needs;

    pt_complete_needs(figure, kind, &needs);
    return needs.provable;
}

/* ---- the pages ---- */

/* complete_org: the body or policy asked for and the bodies that are its; their members are those
 * of the figure, a policy among them a member like any. */
static const char tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS complete_org(org TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS complete_of(subject TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS complete_page(part INTEGER, subject TEXT, fy INTEGER,"
    "  PRIMARY KEY(part, subject, fy)) WITHOUT ROWID;"
    "DELETE FROM complete_org; DELETE FROM complete_of; DELETE FROM complete_page";
static const char orgs_sql[] =
    "INSERT INTO complete_org WITH RECURSIVE o(org) AS (SELECT ?1 UNION SELECT m.subject FROM o"
    "  CROSS JOIN snap_member m ON m.org = o.org AND m.role IN (1, 2)) SELECT org FROM o";
_Static_assert(PT_SNAP_REGION == 1 && PT_SNAP_PARENT == 2, "in the SQL");
static const char members_sql[] =
    "INSERT OR IGNORE INTO complete_of SELECT m.subject FROM complete_org o"
    " CROSS JOIN snap_member m ON m.org = o.org";
static const char own_sql[] = "INSERT OR IGNORE INTO complete_of VALUES(?)";
static const char of_members_sql[] =
    "INSERT OR IGNORE INTO complete_page SELECT 0, subject, 0 FROM complete_of"
    " UNION ALL SELECT 0, org, 1 FROM complete_org";
static const char of_none_sql[] = "INSERT OR IGNORE INTO complete_page VALUES(0, ?, 0)";
static const char of_year_sql[] =
    "INSERT OR IGNORE INTO complete_page SELECT ?1, subject, ?2 FROM scope";
_Static_assert(PT_SNAP_FACTS == 0 && PT_SNAP_WHOSE == 0 && PT_SNAP_MEMBERS == 1, "in the SQL");

/* Of those whose money counts on the day, and of those whose does once all that is known has taken
 * effect. */
static int list_years(const struct pt_asof *a, unsigned parts, struct pt_err *err) {
    struct pt_asof ever = *a;
    const struct pt_asof *of[] = {a, &ever};
    int rc = 0;

    ever.valid_at = ANY_DAY;
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        rc = pt_asof_scope(of[i], err);
        for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++)
            if (parts >> part & 1)
                rc = pt_sql_run(&a->l->sql, err, of_year_sql, "ii", (int64_t)part, (int64_t)a->fy);
    }
    return rc;
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
    rc = rc == 0 ? pt_sql_run(&l->sql, err, of_none_sql, "s", PT_SNAP_RULES) : rc;
    if (needs->members)
        rc = rc == 0 ? pt_sql_run(&l->sql, err, of_members_sql, "") : rc;
    else if (needs->whose)
        rc = rc == 0 ? pt_sql_run(&l->sql, err, of_none_sql, "s", ask->key) : rc;
    return rc == 0 && needs->parts ? list_years(&a, needs->parts, err) : rc;
}
