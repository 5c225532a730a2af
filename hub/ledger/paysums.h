/* Of paysums.c; write handles. Not for others. */
#ifndef PENTAD_LEDGER_PAYSUMS_H
#define PENTAD_LEDGER_PAYSUMS_H

#include "internal.h"

int pt_paysums_open(struct pt_ledger *l, struct pt_err *err);
void pt_paysums_close(struct pt_ledger *l);
void pt_paysums_drop(struct pt_ledger *l); /* forgets what was noted: nothing is lost */
/* A payment batch came. */
int pt_paysums_note(struct pt_ledger *l, int64_t rec, const Pentad__V1__Record *r,
                    struct pt_err *err);
/* From temp.changed: what its batches move. */
int pt_paysums_tick(struct pt_ledger *l, int64_t last_rec, struct pt_err *err);

#endif
