/* What the files of a figure's completeness share: provable.c, complete.c, refold.c. Not for
 * others. */
#ifndef PENTAD_LEDGER_COMPLETE_INTERNAL_H
#define PENTAD_LEDGER_COMPLETE_INTERNAL_H

#include <pentad/ledger/complete.h>

#include "snap.h"

struct pt_complete_needs {
    unsigned parts; /* of the year, as bits */
    bool members;   /* it sums over items */
    bool refers;    /* to records of other subjects: proven for the snapshot's own day alone */
    bool payments;  /* of all years, each of them */
    bool steps;     /* what was done about its subjects, */
    bool goals;     /* … how their goals were reviewed, */
    bool findings;  /* … how their findings, warnings and opinions were answered */
    bool binding;   /* results that bind the year's budget */
    bool documents; /* what is shifted out by the documents by which its items were shifted in */
};
/* PT_E_NOT_FOUND: there is no such figure, and no page proves it. */
int pt_complete_needs(const char *figure, int kind, struct pt_complete_needs *ret,
                      struct pt_err *err);

/* Lists the pages that the figure rests on, as far as this ledger knows its members, in
 * temp.complete_page(part, subject, fy), its members in temp.complete_of(subject), those of them
 * whose records count in temp.complete_item(subject). */
int pt_complete_list(struct pt_ledger *l, const struct pt_figure_ask *ask,
                     const struct pt_complete_needs *needs, struct pt_err *err);

#endif
