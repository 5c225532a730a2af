/* Figures FG1 to FG24 of a subject and fiscal year, exact integers, for any (valid date, known-at
 * log size). Their table, with every id, formula and name, is hub/ledger/figtable.c.
 *
 *   id         unit    what
 *   FG1        fen     AP, approved by congress at the finest matching level; FG1.fa final accounts
 *   FG2        fen     Bg, the whole year's budget; FG2.B0 FG2.dB FG2.C FG2.REC FG2.Bg FG2.B FG2.P
 *                      FG2.Bal
 *   FG3        bp      CI-1 execution progress P / Bg
 *   FG4        bp      CI-2 budget-to-project rate; FG4.open fen not broken down
 *   FG5        bp      CI-3 expenditure rate; `forecast` before the year's end
 *   FG6        bp      Dev = FG3 - PP; FG6.TP, FG6.PP bp; FG6.light 1 green 2 yellow 3 red
 *   FG7        bp      G, how far the goal's indicators are achieved; FG7.low count, set too low
 *   FG8        cp      the self-evaluation recomputed; FG8.diff what it claimed beyond that
 *   FG9        fen     approved need less Bg; FG9.cum up to the year
 *   FG10       rating  band of FG11: 1 优 2 良 3 中 4 差
 *   FG11       cp      the ledger's score
 *   FG12       cp      SELF - SPOT
 *   FG13       days    the longest that a line with a balance has lain still
 *   FG14       fen     sunk: balances of lines still for 90 days, and FG15
 *   FG15       fen     left of fund years that ended two years ago or more
 *   FG16       bp      reallocated / recovered; FG16.RA, FG16.revived fen
 *   FG17.*     bp      a region's: tax self livelihood debt_general debt_special nontax carry
 *                      guarantee; cover in times
 *   FG18.*     bp      rectified in time: audit warning congress; audit_fen by sums
 *   FG19       bp      items whose budget carries its links
 *   FG20       bp      money with a reviewed goal; FG20.general .funds .capital .social
 *   FG21       bp      units that did each step demanded of them
 *   FG22       bp      steps done of those demanded; FG22.E01 .E04 .X03 .V01 .V02
 *   FG23       fen     P - A02 PAID; FG23.P FG23.audit FG23.congress, FG23.dcongress: P less the
 *                      final accounts
 *   FG24       bp      December's share of what was paid; FG24.Dec fen
 *
 * DEPT = its own and its units' subjects; REGION = its departments; of goals, scores and a region's
 * finances those of the subject itself. NA is a value of its own. Threads: the handle's thread. */
#ifndef PENTAD_LEDGER_FIGURES_H
#define PENTAD_LEDGER_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>
#include <pentad/record/party.h>

enum pt_unit {
    PT_UNIT_FEN,
    PT_UNIT_BP,
    PT_UNIT_CP,
    PT_UNIT_RATING,
    PT_UNIT_COUNT,
    PT_UNIT_DAYS,
    PT_UNIT_TIMES /* in hundredths: 150 is 1.50 times */
};

/* "fen", "bp" …, as answers and bundles name it; "" for what is none. */
const char *pt_unit_name(enum pt_unit unit);

struct pt_figure {
    bool na;       /* no value: a denominator of 0, or nothing to compute from */
    bool forecast; /* 预计: FG5 before the year's end */
    int64_t value; /* 0 where na */
    enum pt_unit unit;
    const char *id;      /* "FG3"; static */
    const char *formula; /* formula id, e.g. "FG3/1": P / Bg; static */
    int32_t valid_at;
    uint64_t known_at;
};

struct pt_figure_info {
    const char *id;
    const char *formula; /* id with version */
    const char *text;    /* the formula, readable */
    const char *name_zh;
    const char *name_en;
    enum pt_unit unit;
};
/* Every figure id there is, in order; a NULL id ends the table. */
extern const struct pt_figure_info pt_figure_table[];

#define PT_KNOWN_NOW UINT64_MAX /* known_at: everything folded so far */

/* Which figure, of whom, as of when. Strings are borrowed. */
struct pt_figure_ask {
    int kind;        /* enum SubjectKind */
    const char *key; /* the subject's */
    int32_t fiscal_year;
    const char *figure; /* an id of the table */
    int32_t valid_at;   /* yyyymmdd */
    uint64_t known_at;  /* a log size or PT_KNOWN_NOW */
};

/* PT_E_NOT_FOUND: no such figure id. A subject that nobody has named gives NA. */
int pt_ledger_figure(struct pt_ledger *l, const struct pt_figure_ask *ask,
                     struct pt_figure *ret_figure, struct pt_err *err);

/* Fills dept_subject(dept, subject), a temporary table of this connection until the next call:
 * whose each subject was on the day, as it was known then; each department is its own. A
 * department's figures are sums over these. */
int pt_ledger_departments(struct pt_ledger *l, int32_t valid_at, uint64_t known_at,
                          struct pt_err *err);

/* The records a figure is computed from, in log order: (party, stream, seq) for evidence. The
 * callback's strings are borrowed for the call; another value than 0 from it ends the walk and is
 * returned. */
typedef int (*pt_ledger_input_cb)(void *ctx, const char *party, const char *stream, uint64_t seq,
                                  uint64_t log_index);
int pt_ledger_inputs(struct pt_ledger *l, const struct pt_figure_ask *ask, pt_ledger_input_cb cb,
                     void *ctx, struct pt_err *err);

/* The same for all figures of a subject and year (ask->figure is ignored) and whatever else speaks
 * of them: every record of the subject that is of the year or of none, corrected ones too, and the
 * discrepancies, of those about clues (K55 to K57) only what `reader` may know of. */
int pt_ledger_subject_records(struct pt_ledger *l, const struct pt_figure_ask *ask,
                              enum pt_party reader, pt_ledger_input_cb cb, void *ctx,
                              struct pt_err *err);

/* FG6's lights: Dev below yellow_bp is yellow, below red_bp red, else green. They are parameters of
 * the rule set (H07); these defaults where none says otherwise. */
#define PT_LIGHT_YELLOW "fg6.yellow_bp"
#define PT_LIGHT_RED "fg6.red_bp"
#define PT_LIGHT_YELLOW_DEFAULT "-1000"
#define PT_LIGHT_RED_DEFAULT "-2000"

/* FG3, FG5 and FG6 measure what was paid by Bg; 1 leaves what was carried over out of it. */
#define PT_FG3_WITHOUT_CARRY "fg3.without_carry"
#define PT_FG3_WITHOUT_CARRY_DEFAULT "0"

/* FG7.low counts indicators whose actual is above so many millionths of the target. */
#define PT_FG7_LOW_PPM "fg7.low_ppm"
#define PT_FG7_LOW_PPM_DEFAULT "1300000"
/* FG14 and FG16 call a line idle that has not paid for so many days. */
#define PT_FG14_IDLE_DAYS "fg14.idle_days"
#define PT_FG14_IDLE_DAYS_DEFAULT "90"

/* A brief is final once so many working days after its period are over. */
#define PT_BRIEF_WORKDAYS "brief.workdays"
#define PT_BRIEF_WORKDAYS_DEFAULT "5"

/* How long a finding may wait for its reply, in working days. */
#define PT_REPLY_YELLOW "reply.yellow_workdays"
#define PT_REPLY_RED "reply.red_workdays"
#define PT_REPLY_YELLOW_DEFAULT "10"
#define PT_REPLY_RED_DEFAULT "5"
/* That term, of a severity, as in force on a day: the number of working days, as SQL. */
#define PT_REPLY_TERM_SQL(severity, day)                                                           \
    "CASE " severity " WHEN @SEVERITY_RED THEN " PT_PARAM_ON_SQL(                                  \
        PT_REPLY_RED, PT_REPLY_RED_DEFAULT,                                                        \
        day) " ELSE " PT_PARAM_ON_SQL(PT_REPLY_YELLOW, PT_REPLY_YELLOW_DEFAULT, day) " END"
#define PT_PARAM_ON_SQL(name, fallback, day)                                                       \
    "coalesce((SELECT p.value FROM v_rule_set_params p WHERE p.name = '" name                      \
    "' AND p.r_valid <= " day                                                                      \
    " ORDER BY p.r_valid DESC, p.r_issued DESC, p.rec DESC LIMIT 1), " fallback ")"

/* Money that goes from one body's budget into another's stands apart from its item: in a body's
 * figures it counts for the body that the B04 names, whosever the item is on the day. Once a body
 * has received it the item stands in two budgets, and so does every B04 of it.
 * PT_HANDED_ON_SQL: is allotment `f` such money? PT_RECEIVED_SQL: the rows, q their record, of what
 * was received by ?2; `live` says of q whether it counts as known. */
#define PT_HANDED_ON_SQL(f) f ".kind IN (@ALLOTMENT_KIND_TRANSFER, @ALLOTMENT_KIND_INBOUND)"
#define PT_RECEIVED_SQL(live)                                                                      \
    "record q JOIN f_allotment i ON i.rec = q.rec AND i.kind = @ALLOTMENT_KIND_INBOUND"            \
    " WHERE q.type = @TYPE_ALLOTMENT AND q.valid_from <= ?2 AND " live

struct pt_lights {
    int64_t yellow_bp, red_bp;
};
/* Those in force on valid_at, as known at known_at. */
int pt_ledger_lights(struct pt_ledger *l, int32_t valid_at, uint64_t known_at,
                     struct pt_lights *ret_lights, struct pt_err *err);

/* "12,345.67 万元", "95.12 %", "92.50", "优"; "—" for NA. */
void pt_figure_format(char *out, size_t cap, const struct pt_figure *f, bool chinese);

#endif
