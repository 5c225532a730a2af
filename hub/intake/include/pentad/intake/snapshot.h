/* What a batch is verified against: hub, keys, codes, at one moment. Immutable and counted: any
 * thread may use a snapshot while the exchange goes on. */
#ifndef PENTAD_INTAKE_SNAPSHOT_H
#define PENTAD_INTAKE_SNAPSHOT_H

struct pt_intake_snapshot;

struct pt_intake_snapshot *pt_intake_snapshot_ref(struct pt_intake_snapshot *r);
void pt_intake_snapshot_unref(struct pt_intake_snapshot *r); /* NULL is fine */

#endif
