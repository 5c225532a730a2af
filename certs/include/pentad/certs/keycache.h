/* Signature checks over SubjectPublicKeyInfo bytes, with the parsed keys kept: what supplies
 * proto/proof's port. Thread-safe. */
#ifndef PENTAD_CERTS_KEYCACHE_H
#define PENTAD_CERTS_KEYCACHE_H

#include <pentad/proof/sigverify.h>

#define PT_KEYCACHE_MAX 8192 /* keys; further ones are checked without being kept */

struct pt_keycache;
int pt_keycache_new(struct pt_keycache **ret);
void pt_keycache_free(struct pt_keycache *c);
int pt_keycache_verify(struct pt_keycache *c, struct pt_span spki, struct pt_span msg,
                       struct pt_span sig);
struct pt_sigverify pt_keycache_sigverify(struct pt_keycache *c); /* c is borrowed */

#endif
