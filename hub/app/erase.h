/* Carries erasures out: what an order in force names is destroyed in log.db, then the ledger is
 * folded anew without it. Done again at every start as far as it wasn't done: a crash on the way
 * loses nothing. Boot, then the writer thread. docs/formats.md 6, docs/decisions/0027. */
#ifndef PENTAD_APP_ERASE_H
#define PENTAD_APP_ERASE_H

#include "hub.h"

struct pt_eraser;
int pt_eraser_new(struct pt_hub *h, struct pt_eraser **ret, struct pt_err *err);
void pt_eraser_free(struct pt_eraser *e); /* NULL is fine */

/* Everything that is in force and not done yet. *ret_done: something was destroyed by this call.
 * PT_E_BUSY: a reader is in the way of the last step; call again. */
int pt_eraser_run(struct pt_eraser *e, bool *ret_done, struct pt_err *err);
/* Is there something to do? */
bool pt_eraser_due(const struct pt_eraser *e);
/* How many erased records stand below that log size: what a whole fold has as holes. */
uint64_t pt_eraser_below(const struct pt_eraser *e, uint64_t size);

/* Any thread: the order that destroyed what stood at that place, as log.db names it there: others
 * over the same place had no effect. PT_E_NOT_FOUND: nothing was destroyed there. */
int pt_erasure_of(struct pt_hub *h, const struct pt_ref *at, struct pt_exchange_erasure *ret,
                  struct pt_err *err);

#endif
