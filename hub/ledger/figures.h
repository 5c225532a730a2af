/* Between the table of figures (figtable.c), their functions (figmoney.c, figscore.c), their terms
 * (figterm.h) and what they are summed from (figsql.c). Not for others. */
#ifndef PENTAD_LEDGER_FIGURES_INTERNAL_H
#define PENTAD_LEDGER_FIGURES_INTERNAL_H

#include <pentad/ledger/figures.h>

#include "internal.h"

/* Of SQL: does record r count as known at ?3; the newest of several, whatever order they came in.
 */
#define LIVE(r) " " r ".live_from < ?3 AND (" r ".live_to IS NULL OR " r ".live_to >= ?3) "
#define ORDER_OF(r)                                                                                \
    " " r ".valid_from DESC, " r ".issued_at DESC, (SELECT n.party || '/' || n.name FROM stream n" \
    " WHERE n.sid = " r ".sid) DESC, " r ".seq DESC"
#define NEWEST(r) " ORDER BY" ORDER_OF(r) " LIMIT 1"

/* Of what has taken effect by ?2 the newest; of what is known of later days alone, the first. */
#define NEWEST_BY_DAY(r)                                                                           \
    " ORDER BY " r ".valid_from > ?2, CASE WHEN " r ".valid_from > ?2 THEN " r                     \
    ".valid_from END," ORDER_OF(r) " LIMIT 1"

/* Whose subject is on the day ?2: its newest allotment by then says; before there is one, its
 * profile; and if there is none, the first allotment to come. */
#define DEPT_OF(r)                                                                                 \
    "(SELECT g.dept FROM f_allotment g JOIN record q ON q.rec = g.rec WHERE q.subject = " r        \
    " AND q.type = @TYPE_ALLOTMENT AND g.dept <> '' AND q.valid_from <= ?2 AND" LIVE("q")          \
        NEWEST("q") ")"
#define DEPT_TO_COME(r)                                                                            \
    "(SELECT g.dept FROM f_allotment g JOIN record q ON q.rec = g.rec WHERE q.subject = " r        \
    " AND q.type = @TYPE_ALLOTMENT AND g.dept <> '' AND" LIVE("q") NEWEST_BY_DAY("q") ")"
#define PARENT_OF(u)                                                                               \
    "(SELECT o.parent FROM f_org_profile o JOIN record q ON q.rec = o.rec WHERE q.subject = " u    \
    " AND q.type = @TYPE_ORG_PROFILE AND q.kind = @SUBJECT_KIND_UNIT AND o.parent <> '' AND" LIVE( \
        "q") NEWEST_BY_DAY("q") ")"
#define PROFILE_BY_DAY(r)                                                                          \
    " FROM f_subject_profile p JOIN record q ON q.rec = p.rec WHERE q.subject = " r                \
    " AND q.type = @TYPE_SUBJECT_PROFILE AND" LIVE("q") NEWEST_BY_DAY("q")
/* Items of the policy ?4 on the day ?2: their profile of that day says so. */
#define ITEMS_OF_POLICY                                                                            \
    "SELECT n.subject FROM (SELECT DISTINCT r.subject FROM f_subject_profile f JOIN record r"      \
    " ON r.rec = f.rec WHERE f.policy_key = ?4 AND f.policy_key <> '' AND" LIVE(                   \
        "r") ") n WHERE (SELECT p.policy_key" PROFILE_BY_DAY("n.subject") ") = ?4"
#define PARENT_OF_ORG PARENT_OF("p.resp_org")
#define ITEM_OWNER(r)                                                                              \
    "coalesce(" DEPT_OF(r) ", (SELECT coalesce(" PARENT_OF_ORG                                     \
                           ", p.resp_org)" PROFILE_BY_DAY(r) "), " DEPT_TO_COME(r) ")"
#define PROFILE_NEWEST                                                                             \
    " FROM f_subject_profile p JOIN record q ON q.rec = p.rec WHERE q.subject = ?4"                \
    " AND q.type = @TYPE_SUBJECT_PROFILE AND" LIVE("q") NEWEST("q")
#define PARENT_OF_UNIT PARENT_OF("?4")
/* The department of ?4, a subject of kind ?5. */
#define OWNER_OF                                                                                   \
    "CASE ?5 WHEN @SUBJECT_KIND_DEPT THEN ?4 WHEN @SUBJECT_KIND_UNIT THEN " PARENT_OF_UNIT         \
    " ELSE " ITEM_OWNER("?4") " END"

/* Has a body received money for the subject? */
#define RECEIVED(subject_)                                                                         \
    "EXISTS (SELECT 1 FROM " PT_RECEIVED_SQL(LIVE("q")) "AND q.subject = " subject_ ")"

/* What a figure is computed from; also the nodes of its trace. */
enum pt_source {
    PT_SRC_APPROVED = 1U << 0,  /* B03 BUDGET, ADJUST */
    PT_SRC_FINAL = 1U << 1,     /* B03 FINAL_ACCOUNTS */
    PT_SRC_QUOTA = 1U << 2,     /* B04 */
    PT_SRC_RECOVERED = 1U << 3, /* X04 RECOVER */
    PT_SRC_PAID = 1U << 4,      /* X01 */
    PT_SRC_PLAN = 1U << 5,      /* P02 */
    PT_SRC_SCORE = 1U << 6,     /* V01, the one that counts */
    PT_SRC_SELF = 1U << 7,      /* V01 SELF */
    PT_SRC_SPOT = 1U << 8,      /* V01 SPOT */
    PT_SRC_AUDIT = 1U << 9,     /* A02 PAID */
    PT_SRC_CARRIED = 1U << 10   /* B05 CARRY of the year before */
};

/* Whose figure, of which year, as of when. */
struct pt_asof {
    struct pt_ledger *l;
    int kind;
    const char *key;
    int32_t fy;
    int32_t valid_at;
    uint64_t known_at; /* a log size, never PT_KNOWN_NOW */
};

struct pt_quota_sums {
    int64_t n;  /* lines */
    int64_t b0; /* INITIAL, absorbed ADVANCE */
    int64_t delta;
    int64_t project; /* INITIAL of project expenditure */
    int64_t broken;  /* of it, on named projects and units */
    int64_t carried; /* from the year before */
    int64_t n_carried;
};

struct pt_plan_row {
    bool found;
    bool lump_sum;
    bool has_curve;
    int32_t curve_bp[12];
};

/* Fills temp.scope with the subjects whose money counts for this one, temp.scope_line with the B04s
 * that count for a body apart from their items. apart: 0 no B04 of the subject stands apart (this
 * one is no body), 1 what was handed on does, 2 all do. */
int pt_asof_scope(const struct pt_asof *a, struct pt_err *err);
int pt_asof_paid(const struct pt_asof *a, int32_t until, int64_t *ret_fen, struct pt_err *err);
int pt_asof_quota(const struct pt_asof *a, struct pt_quota_sums *ret, struct pt_err *err);
int pt_asof_recovered(const struct pt_asof *a, int64_t *ret_fen, struct pt_err *err);
/* final_accounts: FINAL_ACCOUNTS lines instead of BUDGET and ADJUST. */
int pt_asof_approved(const struct pt_asof *a, bool final_accounts, int64_t *ret_fen,
                     bool *ret_found, struct pt_err *err);
/* Of them the lines that name the department themselves, or stand in the region's approvals. */
int pt_asof_approved_lines(const struct pt_asof *a, bool final_accounts, int64_t *ret_fen,
                           bool *ret_found, struct pt_err *err);
int pt_asof_plan(const struct pt_asof *a, struct pt_plan_row *ret, struct pt_err *err);
/* One of PT_SRC_SCORE, SELF, SPOT, AUDIT: points or fen. */
int pt_asof_one(const struct pt_asof *a, unsigned source, int64_t *ret_value, bool *ret_found,
                struct pt_err *err);

/* A parameter of the rule set in force, or what it is where none says otherwise. */
int pt_asof_param(const struct pt_asof *a, const char *name, const char *fallback, int64_t *ret,
                  struct pt_err *err);
int pt_asof_lights(const struct pt_asof *a, struct pt_lights *ret, struct pt_err *err);

/* Fills temp.inputs with the records behind these sources. */
int pt_asof_inputs(const struct pt_asof *a, unsigned sources, struct pt_err *err);

/* Is line l of approval r one of this subject's, department's or region's? A department's are its
 * own and those that name only a subject of its (temp.scope); a policy's those that name an item of
 * its. */
#define PT_APPROVED_FOR(key)                                                                       \
    " (l.subject = " key " OR l.dept = " key " OR r.subject = " key                                \
    " OR (coalesce(l.dept, '') = '' AND l.subject IN (SELECT s.subject FROM scope s)"              \
    " AND EXISTS (SELECT 1 FROM subj k WHERE k.key = " key " AND k.kind = @SUBJECT_KIND_DEPT))"    \
    " OR (l.subject IN (SELECT s.subject FROM scope s)"                                            \
    " AND EXISTS (SELECT 1 FROM subj k WHERE k.key = " key " AND k.kind = @SUBJECT_KIND_POLICY)))"

/* How terms make a figure. */
enum pt_how {
    PT_SUM,        /* of all; of what is missing nothing */
    PT_LESS,       /* the first less the others; of what is missing nothing */
    PT_DIFFERENCE, /* the first less the second, both must be there */
    PT_MOST,       /* the greatest single one of the first */
    PT_RATIO,      /* the first / the second in basis points; both must be there */
    PT_TIMES       /* the same in hundredths */
};
enum { PT_TERMS_MAX = 3 };
struct pt_term;
/* part: what follows the figure's number, ".B0" or "". */
typedef int (*pt_figure_fn)(const struct pt_asof *a, const char *part, struct pt_figure *f,
                            struct pt_err *err);
struct pt_figure_def {
    struct pt_figure_info info;
    unsigned sources;
    enum pt_how how;
    pt_figure_fn code; /* or NULL: by terms */
    const struct pt_term
        *terms[PT_TERMS_MAX]; /* what `how` doesn't use is behind it all the same */
};
void pt_figure_set(struct pt_figure *f, int64_t v);
void pt_figure_set_bp(struct pt_figure *f, int32_t bp); /* PT_BP_NA leaves it NA */
/* figmoney.c, figscore.c */
int pt_fg1(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg2(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg3(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg4(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg5(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg6(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg11(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg12(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg23(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);
int pt_fg24(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err);

const struct pt_figure_def *pt_figure_def_find(const char *id);
/* known_at made a log size within the ledger, everything else as given. */
struct pt_asof pt_asof_ask(struct pt_ledger *l, const struct pt_figure_ask *ask);
struct pt_asof pt_asof_make(struct pt_ledger *l, int kind, const char *key, int32_t fy,
                            int32_t valid_at, uint64_t known_at);
int pt_asof_figure(const struct pt_asof *a, const char *figure, struct pt_figure *ret,
                   struct pt_err *err);

#endif
