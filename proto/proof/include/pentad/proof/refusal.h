/* The hub's signed Refusal, opened strictly: the only thing that permits an author to cut another
 * statement for the same sequence numbers, so connectors and the check of a log ask the same.
 * Pure, any thread. docs/formats.md 1. */
#ifndef PENTAD_PROOF_REFUSAL_H
#define PENTAD_PROOF_REFUSAL_H

#include <pentad/proof/keyhistory.h>

/* Signed by a key that the hub signed with at the log size which the refusal states, of this hub,
 * about this statement. PT_E_FORMAT another payload type, PT_E_SIGNATURE not the hub's,
 * PT_E_NOT_STRICT, PT_E_PROOF about something else, PT_E_RETIRED_KEY. Free *ret with
 * pentad__v1__refusal__free_unpacked(). */
int pt_refusal_open(const Pentad__V1__Envelope *env, const struct pt_hash *hub,
                    const struct pt_hash *statement, const struct pt_keyhistory *keys,
                    const struct pt_sigverify *sv, Pentad__V1__Refusal **ret, struct pt_err *err);

#endif
