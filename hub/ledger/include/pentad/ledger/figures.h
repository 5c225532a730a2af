/* Figures FG1 FG2 FG3 FG5 FG6 FG10 FG11 FG12 FG23 and FG4 of a subject and fiscal year, exact
 * integers, for any (valid date, known-at log size). Formulas are in hub/ledger/figures.c, each
 * under its FG id.
 *
 *   id        unit    what
 *   FG1       fen     AP, approved by congress at the finest matching level; FG1.fa final accounts
 *   FG2       fen     Bg, the whole year's budget; FG2.B0 FG2.dB FG2.C FG2.REC FG2.Bg FG2.B FG2.P
 *                     FG2.Bal
 *   FG3       bp      CI-1 execution progress P / Bg
 *   FG4       bp      CI-2 budget-to-project rate; FG4.open fen not broken down
 *   FG5       bp      CI-3 expenditure rate; `forecast` before the year's end
 *   FG6       bp      Dev = FG3 - PP; FG6.TP, FG6.PP bp; FG6.light 1 green 2 yellow 3 red
 *   FG10      rating  band of FG11: 1 优 2 良 3 中 4 差
 *   FG11      cp      the ledger's score
 *   FG12      cp      SELF - SPOT
 *   FG23      fen     P - A02 PAID; FG23.P FG23.audit FG23.congress, FG23.dcongress: P less the
 *                     final accounts
 *
 * DEPT = its own and its units' subjects; REGION = its departments. NA is a value of its own.
 * Threads: the handle's thread. */
#ifndef PENTAD_LEDGER_FIGURES_H
#define PENTAD_LEDGER_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>

enum pt_unit { PT_UNIT_FEN, PT_UNIT_BP, PT_UNIT_CP, PT_UNIT_RATING, PT_UNIT_COUNT };

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

/* The records a figure is computed from, in log order: (party, stream, seq) for evidence. The
 * callback's strings are borrowed for the call; another value than 0 from it ends the walk and is
 * returned. */
typedef int (*pt_ledger_input_cb)(void *ctx, const char *party, const char *stream, uint64_t seq,
                                  uint64_t log_index);
int pt_ledger_inputs(struct pt_ledger *l, const struct pt_figure_ask *ask, pt_ledger_input_cb cb,
                     void *ctx, struct pt_err *err);

/* FG6's lights: Dev below yellow_bp is yellow, below red_bp red, else green. They are parameters of
 * the rule set (H07); these defaults where none says otherwise. */
#define PT_LIGHT_YELLOW "fg6.yellow_bp"
#define PT_LIGHT_RED "fg6.red_bp"
#define PT_LIGHT_YELLOW_DEFAULT "-1000"
#define PT_LIGHT_RED_DEFAULT "-2000"
struct pt_lights {
    int64_t yellow_bp, red_bp;
};
/* Those in force on valid_at, as known at known_at. */
int pt_ledger_lights(struct pt_ledger *l, int32_t valid_at, uint64_t known_at,
                     struct pt_lights *ret_lights, struct pt_err *err);

/* "12,345.67 万元", "95.12 %", "92.50", "优"; "—" for NA. */
void pt_figure_format(char *out, size_t cap, const struct pt_figure *f, bool chinese);

#endif
