/* DSSE over the Envelope message: signing, and checking its one signature.
 * Any thread. docs/formats.md 2. */
#ifndef PENTAD_CERTS_DSSE_H
#define PENTAD_CERTS_DSSE_H

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/key.h>

/* Appends a protobuf Envelope around `payload` with one signature by `k`. */
int pt_dsse_sign(const struct pt_key *k, const char *payload_type, struct pt_span payload,
                 struct pt_buf *ret_envelope, struct pt_err *err);
/* Opens an Envelope's bytes: strict, of that payload type, exactly one signature, valid under
 * `k`. Appends the payload. */
int pt_dsse_open(const struct pt_pubkey *k, const char *payload_type, struct pt_span envelope,
                 struct pt_buf *ret_payload, struct pt_err *err);

#endif
