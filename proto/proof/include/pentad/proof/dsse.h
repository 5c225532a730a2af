/* DSSE v1: the bytes that are signed. No keys here; see pentad/certs/dsse.h for signing.
 * Pure, any thread. docs/formats.md 2. */
#ifndef PENTAD_PROOF_DSSE_H
#define PENTAD_PROOF_DSSE_H

#include <pentad/base/buf.h>

#define PT_DSSE_BATCH_STATEMENT "application/vnd.pentad.batch-statement.v1+protobuf"
#define PT_DSSE_REFUSAL "application/vnd.pentad.refusal.v1+protobuf"
#define PT_DSSE_GENESIS "application/vnd.pentad.genesis.v1+protobuf"

/* Appends the pre-authentication encoding "DSSEv1 <len> <type> <len> <payload>". */
int pt_dsse_pae(struct pt_buf *out, const char *payload_type, struct pt_span payload);

#endif
