/* What witnesses say of this log: cosignatures of its checkpoints, checked against the witnesses
 * that the log's policy names for that size, kept with the checkpoint that they are for, published
 * with it. Any thread that doesn't hold x_lock. docs/formats.md 3. */
#ifndef PENTAD_APP_WITNESS_H
#define PENTAD_APP_WITNESS_H

#include "hub.h"

struct pt_witness;

int pt_witness_new(struct pt_hub *h, struct pt_witness **ret, struct pt_err *err);
void pt_witness_free(struct pt_witness *w); /* NULL is fine */

struct pt_witness_view {
    uint64_t size;         /* of the checkpoint that the cosignatures were for */
    unsigned cosignatures; /* that it has now */
    bool quorum;
};
/* A checkpoint of this log (size and root are looked at, whoever signed) with cosignatures of
 * witnesses of the policy in force at its size; those that are known already count for nothing new.
 * PT_E_RANGE, PT_E_PROOF: it isn't of this log; PT_E_SIGNATURE: no witness, or it doesn't verify;
 * PT_E_FORK: under this log's own signature, and not to be extended. */
int pt_witness_add(struct pt_witness *w, struct pt_span note, struct pt_witness_view *ret,
                   struct pt_err *err);
/* Replaces a published checkpoint by the same one with the cosignatures that it has by now. */
void pt_witness_adorn(struct pt_witness *w, uint64_t size, struct pt_buf *note);
/* The size of the largest checkpoint with a quorum; 0: none yet. */
uint64_t pt_witness_quorum_size(struct pt_witness *w);

#endif
