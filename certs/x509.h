/* Private to the room: making certificates, requests and revocation lists. */
#ifndef PENTAD_CERTS_X509_H
#define PENTAD_CERTS_X509_H

#include <stdint.h>

#include <openssl/x509.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/tls.h>

#define PT_SERIAL_BYTES 16
#define PT_CN_MAX 64 /* X.520's upper bound */

/* Adds an extension from OpenSSL's configuration syntax; issuer and subject may be the same. */
int pt_x509_add_ext(X509 *cert, X509 *issuer, int nid, const char *value, struct pt_err *err);
/* The alternative names: the identity's URI, then DNS:… and IP:… as given. A new extension. */
int pt_x509_names(const struct pt_identity *id, const char *const *sans, size_t n_sans,
                  X509_EXTENSION **ret, struct pt_err *err);
/* A random positive serial number of 16 bytes; also as hex. */
int pt_x509_set_serial(X509 *cert, char ret_hex[2 * PT_SERIAL_BYTES + 1], struct pt_err *err);
int pt_x509_set_validity(X509 *cert, int64_t from_ms, int64_t to_ms, struct pt_err *err);
/* What people see as an identity's name: "party name", cut at 64; the URI is what counts. */
void pt_x509_cn_of(const struct pt_identity *id, char out[PT_CN_MAX + 1]);
/* A name of one component, CN. */
int pt_x509_set_cn(X509_NAME *name, const char *cn, struct pt_err *err);
/* The origin that a certificate names, or an empty string. */
void pt_x509_origin(const X509 *cert, char out[256]);
int pt_x509_add_origin(X509 *cert, const char *origin, struct pt_err *err);
int pt_x509_pem(X509 *cert, struct pt_buf *out, struct pt_err *err);
int pt_x509_load(const char *path, X509 **ret, struct pt_err *err);
/* SHA-256 of the DER. */
int pt_x509_fingerprint(const X509 *cert, struct pt_hash *ret, struct pt_err *err);

#endif
