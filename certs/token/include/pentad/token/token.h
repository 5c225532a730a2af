/* A signing key on a PKCS#11 token: the private half never leaves it. Which one, a URI says
 * (RFC 7512):
 *
 *   pkcs11:token=audit;object=signing?pin-source=file:/etc/pentad/audit.pin
 *
 * Knows modules, tokens, sessions and what a token calls its mechanisms (P-256: CKM_ECDSA over
 * SHA-256, Ed25519: CKM_EDDSA); must not know what is signed. Modules are the machine's (p11-kit's
 * configuration), or the URI's module-path. An open key is used from any thread, one at a time.
 * docs/decisions/0028. */
#ifndef PENTAD_TOKEN_TOKEN_H
#define PENTAD_TOKEN_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

#define PT_TOKEN_SPKI_MAX 91 /* bytes of the longest SubjectPublicKeyInfo */
#define PT_TOKEN_SIG_MAX 72  /* bytes of the longest signature */

/* Does it begin as such a URI does? What doesn't is a file's name. */
bool pt_token_is_uri(const char *s);

struct pt_token;

/* Opens the module, finds the token and the key, logs in with the PIN that pin-source names.
 * PT_E_CONFIG: the URI, its PIN file or its module, a PIN that the token refuses; PT_E_NOT_FOUND:
 * no such token or key; PT_E_UNSUPPORTED: neither P-256 nor Ed25519; PT_E_IO: the token fails. */
int pt_token_open(const char *uri, struct pt_token **ret, struct pt_err *err);
void pt_token_close(struct pt_token *t); /* NULL is fine */

struct pt_span pt_token_spki(const struct pt_token *t); /* borrowed, DER */
/* Ed25519: 64 raw bytes; P-256: DER. A session that the token has ended meanwhile is opened again,
 * once. PT_E_IO, or as pt_token_open. */
int pt_token_sign(struct pt_token *t, struct pt_span msg, uint8_t sig[PT_TOKEN_SIG_MAX],
                  size_t *ret_len, struct pt_err *err);

#endif
