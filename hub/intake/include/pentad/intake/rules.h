/* What a batch is verified against: hub, keys, codes, at one moment. Immutable and counted: any
 * thread may use a snapshot while the exchange goes on. */
#ifndef PENTAD_INTAKE_RULES_H
#define PENTAD_INTAKE_RULES_H

struct pt_intake_rules;

struct pt_intake_rules *pt_intake_rules_ref(struct pt_intake_rules *r);
void pt_intake_rules_unref(struct pt_intake_rules *r); /* NULL is fine */

#endif
