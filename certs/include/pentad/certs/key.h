/* Bare keys that sign and verify: Ed25519 (default), ECDSA P-256 with SHA-256, SM2 with SM3 under
 * the signer's id 1234567812345678. Knows bytes, never what they mean. A loaded key is immutable:
 * sign and verify from any thread. docs/formats.md 2. */
#ifndef PENTAD_CERTS_KEY_H
#define PENTAD_CERTS_KEY_H

#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

enum pt_key_alg { /* values as KeyAlgorithm in envelope.proto */
                  PT_KEY_ED25519 = 1,
                  PT_KEY_P256 = 2,
                  PT_KEY_SM2 = 3,
};
/* "ed25519", "p256", "sm2"; 0 and NULL for what isn't one. */
int pt_key_alg_parse(const char *s, enum pt_key_alg *ret);
const char *pt_key_alg_name(enum pt_key_alg alg);

#define PT_SIG_MAX 80 /* the longest signature of any algorithm, bytes */
#define PT_SPKI_MAX 256

struct pt_key;    /* private */
struct pt_pubkey; /* public */

int pt_key_generate(enum pt_key_alg alg, struct pt_key **ret, struct pt_err *err);
/* PEM PKCS#8, mode 0600; an existing file is an error, keys are never overwritten. */
int pt_key_save(const struct pt_key *k, const char *path, struct pt_err *err);
/* A PEM file, or the pkcs11: URI of a key on a token (pentad/token/token.h), which signs and does
 * nothing else. PT_E_FORMAT, PT_E_IO, or as pt_token_open. */
int pt_key_load(const char *path, struct pt_key **ret, struct pt_err *err);
void pt_key_free(struct pt_key *k);
enum pt_key_alg pt_key_algorithm(const struct pt_key *k);
struct pt_span pt_key_spki(const struct pt_key *k); /* borrowed, SubjectPublicKeyInfo DER */
void pt_key_fingerprint(const struct pt_key *k, struct pt_hash *ret);
/* Ed25519 only (PT_E_UNSUPPORTED else). */
int pt_key_ed25519_pub(const struct pt_key *k, uint8_t out[32]);
/* sig holds PT_SIG_MAX bytes. Ed25519: 64 raw bytes; P-256 and SM2: DER. */
int pt_key_sign(const struct pt_key *k, struct pt_span msg, uint8_t sig[PT_SIG_MAX],
                size_t *ret_len, struct pt_err *err);
/* The OpenSSL key inside, borrowed; for this room's own X.509 code. */
struct evp_pkey_st *pt_key_evp(const struct pt_key *k);

/* PT_E_FORMAT: not exactly one canonical SubjectPublicKeyInfo of a known algorithm; a small-order,
 * mixed-order or non-canonical Ed25519 point; a P-256 or SM2 point off its curve or not
 * uncompressed. */
int pt_pubkey_from_spki(struct pt_span spki, struct pt_pubkey **ret, struct pt_err *err);
/* PEM: the public key alone (BEGIN PUBLIC KEY). As pt_pubkey_from_spki. */
int pt_pubkey_load(const char *path, struct pt_pubkey **ret, struct pt_err *err);
void pt_pubkey_free(struct pt_pubkey *k);
enum pt_key_alg pt_pubkey_algorithm(const struct pt_pubkey *k);
struct pt_span pt_pubkey_spki(const struct pt_pubkey *k);
struct evp_pkey_st *pt_pubkey_evp(const struct pt_pubkey *k); /* as pt_key_evp */
/* 0, PT_E_SIGNATURE, or PT_E_CRYPTO. P-256 and SM2 signatures must be minimal DER. */
int pt_pubkey_verify(const struct pt_pubkey *k, struct pt_span msg, struct pt_span sig);

#endif
