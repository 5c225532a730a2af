/* The bodies as witnesses of a log: what their keys are called, whose cosignatures make the quorum,
 * and the policy that says so. Pure, any thread. docs/formats.md 3. */
#ifndef PENTAD_PROOF_WITNESS_H
#define PENTAD_PROOF_WITNESS_H

#include <pentad/v1/envelope.pb-c.h>
#include <pentad/v1/hub.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/proof/note.h>

#define PT_WITNESSES_MAX 32
#define PT_WITNESS_BODIES 4 /* congress, discipline, organization, audit: those outside finance */
#define PT_WITNESS_QUORUM 3 /* of these; any two quorums share at least two of them */

/* Does that party cosign? The five bodies do; the office and the hub, which finance runs, don't. */
bool pt_witness_party(const char *party);
/* The name of a party's cosigning key: `<origin>/<party>`. PT_E_FORMAT where it is too long. */
int pt_witness_name(char out[PT_NOTE_NAME_MAX + 1], const char *origin, const char *party);
/* How many of the four bodies outside finance the genesis has as witnesses. */
unsigned pt_witness_bodies(const Pentad__V1__Genesis *g);
/* The genesis's policy, as if a PolicyChange had said it: of its witnesses the four bodies outside
 * finance count, or all where none of them is one. Freed by the caller; NULL: no memory. */
Pentad__V1__PolicyChange *pt_witness_genesis(const Pentad__V1__Genesis *g);
/* Appends a policy as a C2SP tlog-policy file: the log, the witnesses, the quorum of those that
 * count. */
int pt_witness_policy_text(const char *origin, const char *log_vkey,
                           const Pentad__V1__PolicyChange *c, struct pt_buf *out);
/* Appends the C2SP tlog-policy of a genesis: its log, all its witnesses, and the quorum over the
 * four bodies outside finance (over all witnesses where none of them is one). */
int pt_witness_policy(const Pentad__V1__Genesis *g, struct pt_buf *out);

#endif
