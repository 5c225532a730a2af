/* What a batch is verified against: hub, keys, codes, at one moment. Immutable and counted: any
 * thread may use a snapshot while the exchange goes on. */
#ifndef PENTAD_INTAKE_RULES_H
#define PENTAD_INTAKE_RULES_H

#include <stdint.h>

#include <pentad/proof/hash.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/sigverify.h>
#include <pentad/record/codes.h>

struct pt_intake_rules;

struct pt_intake_rules *pt_intake_rules_ref(struct pt_intake_rules *r);
void pt_intake_rules_unref(struct pt_intake_rules *r); /* NULL is fine */
/* Grows with every snapshot of an exchange that differs from the one before. */
uint64_t pt_intake_rules_generation(const struct pt_intake_rules *r);
const struct pt_hash *pt_intake_rules_hub(const struct pt_intake_rules *r);
const struct pt_keyhistory *pt_intake_rules_keys(const struct pt_intake_rules *r);
const struct pt_codes *pt_intake_rules_codes(const struct pt_intake_rules *r);

#endif
