/* Seals: bytes that only the holders of some keys can read. CMS AuthEnvelopedData with AES-256-GCM,
 * the content key wrapped for each bare P-256 key by ECDH with a SHA-256 derivation, recipients
 * named by the SHA-256 of their SubjectPublicKeyInfo. Anything else that CMS allows (CBC, SHA-1,
 * other curves) is refused when opened. Knows bytes, never what they mean; keys are immutable: any
 * thread. docs/formats.md 4, RFC 5083, 5084, 5753. */
#ifndef PENTAD_CERTS_SEAL_H
#define PENTAD_CERTS_SEAL_H

#include <pentad/certs/key.h>
#include <pentad/proof/hash.h>

#define PT_SEAL_RECIPIENTS_MAX 16

/* Appends the DER. PT_E_UNSUPPORTED: a key is not P-256; PT_E_CRYPTO, PT_E_NOMEM. `to` is borrowed;
 * n is 1 to PT_SEAL_RECIPIENTS_MAX. */
int pt_seal(const struct pt_pubkey *const *to, size_t n, struct pt_span plain,
            struct pt_buf *ret_cms, struct pt_err *err);

/* What anybody can tell of a seal, who holds none of its keys. */
struct pt_seal_look {
    size_t plain_len; /* bytes that are inside */
    size_t n;         /* recipients, in the seal's order */
    struct pt_hash to[PT_SEAL_RECIPIENTS_MAX];
};
/* PT_E_FORMAT: not in the form that pt_seal makes; then *ret is zero. */
int pt_seal_look(struct pt_span cms, struct pt_seal_look *ret, struct pt_err *err);

/* Appends what was sealed; nothing is appended on an error. PT_E_FORMAT: not one such message, in
 * DER, without anything behind it; PT_E_UNKNOWN_KEY: not for this key; PT_E_SEAL: it names this key
 * and is not as it was made. */
int pt_seal_open(const struct pt_key *key, struct pt_span cms, struct pt_buf *ret_plain,
                 struct pt_err *err);

#endif
