/* What the files of a figure's completeness share: provable.c, complete.c, refold.c. Not for
 * others. */
#ifndef PENTAD_LEDGER_COMPLETE_INTERNAL_H
#define PENTAD_LEDGER_COMPLETE_INTERNAL_H

#include <pentad/ledger/complete.h>

#include "snap.h"

struct pt_complete_needs {
    bool provable;
    const char *why_not; /* where it isn't; static */
    unsigned parts;      /* of the year, as bits */
    bool members;        /* it sums over items */
    bool whose;          /* it rests on what the page of no year says, of each item's too */
    bool day;            /* it moves with the day: of the snapshot's own day alone */
};
void pt_complete_needs(const char *figure, int kind, struct pt_complete_needs *ret);
/* NULL: pages prove it. */
const char *pt_complete_why_not(const char *figure, int kind);

/* Lists the pages that the figure rests on, as far as this ledger knows its members, in
 * temp.complete_page(part, subject, fy), the subjects in temp.complete_of(subject). */
int pt_complete_list(struct pt_ledger *l, const struct pt_figure_ask *ask,
                     const struct pt_complete_needs *needs, struct pt_err *err);

#endif
