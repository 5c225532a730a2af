/* A log's checkpoint key: an Ed25519 key with a name, signing notes (C2SP type 01).
 * Any thread. docs/formats.md 3. */
#ifndef PENTAD_CERTS_LOGKEY_H
#define PENTAD_CERTS_LOGKEY_H

#include <pentad/certs/key.h>
#include <pentad/proof/checkpoint.h>

/* k must be Ed25519 (PT_E_UNSUPPORTED else). */
int pt_logkey_vkey(const struct pt_key *k, const char *name, uint8_t type, struct pt_vkey *ret);
/* Appends the whole signed note: text, empty line, one line of type 01. */
int pt_logkey_sign_checkpoint(const struct pt_key *k, const struct pt_checkpoint *c,
                              struct pt_buf *out, struct pt_err *err);
/* Appends one line of type 04 for a note whose text is given. */
int pt_logkey_cosign(const struct pt_key *k, const char *name, uint64_t time_s, struct pt_span text,
                     struct pt_buf *out, struct pt_err *err);

#endif
