/* TLS 1.3 contexts, both sides with certificates, CRLs honoured; and the one URI name that says
 * who a certificate is. Knows no HTTP. A context is made, used by a loop, replaced by a new one
 * on reload. docs/formats.md 2. */
#ifndef PENTAD_CERTS_TLS_H
#define PENTAD_CERTS_TLS_H

#include <openssl/ssl.h>

#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

struct pt_tls_files {
    const char *cert; /* PEM, own certificate (chain) */
    const char *key;  /* PEM, its private key */
    const char *ca;   /* PEM, the authority that both sides trust */
    const char *crl;  /* PEM; NULL: no revocation checks (only people's tools may) */
};

/* Server: demands a client certificate. alpn: comma list in order of preference, "h2,http/1.1". */
int pt_tls_server_ctx(const struct pt_tls_files *files, const char *alpn, SSL_CTX **ret,
                      struct pt_err *err);
/* Takes only clients whose certificate was made for the hub of that origin: an authority may serve
 * several hubs, and finance of the one is not finance of the other. Once for a context. */
int pt_tls_require_origin(SSL_CTX *ctx, const char *origin, struct pt_err *err);
/* Client: the server's certificate must be pentad:hub/role/server, not revoked; the host name is
 * checked where the caller sets one on the connection. cert and key may be NULL where none is
 * shown. */
int pt_tls_client_ctx(const struct pt_tls_files *files, SSL_CTX **ret, struct pt_err *err);
/* The same settings on a context that somebody else made (libcurl's CURLOPT_SSL_CTX_FUNCTION), from
 * such a client's context: replaces its trusted authorities, reads no file. */
int pt_tls_setup_like(SSL_CTX *ctx, SSL_CTX *like, struct pt_err *err);
/* Would the other side take what this context shows? Its certificate is of that party, holds under
 * the context's own authority now and isn't on its list. Before files that were replaced come into
 * force. PT_E_CONFIG. */
int pt_tls_check_own(SSL_CTX *ctx, const char *party, struct pt_err *err);

enum pt_identity_kind { PT_IDENTITY_NONE, PT_IDENTITY_STREAM, PT_IDENTITY_ROLE };

struct pt_identity {
    enum pt_identity_kind kind;
    char party[33];
    char name[33];       /* the stream or the role */
    char origin[256];    /* of the hub that the certificate is for; empty where it doesn't say */
    struct pt_hash cert; /* SHA-256 of the certificate's DER */
};

/* The certificate extension that names the hub's origin (a UTF8String). Its arcs stay below 2^31:
 * Go's crypto/x509 reads no certificate with a larger one (docs/decisions/0024). */
#define PT_OID_ORIGIN "2.25.34684180"

/* "pentad:<party>/stream/<stream>" or "pentad:<party>/role/<role>"; PT_E_IDENTITY otherwise. */
int pt_identity_parse(const char *uri, struct pt_identity *ret);
int pt_identity_format(const struct pt_identity *id, char *out, size_t cap);
/* From a certificate with exactly one URI name. */
int pt_identity_of_cert(X509 *cert, struct pt_identity *ret, struct pt_err *err);
/* Takes the oldest OpenSSL error off this thread's queue into err with PT_E_CRYPTO, empties it. */
int pt_openssl_err(struct pt_err *err, const char *what);

#endif
