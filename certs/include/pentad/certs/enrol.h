/* Enrolment of a connector, as files that people hand on: the authority's invitation, the request
 * that the party makes of it, the approvals of two people. Text, one value a line, strict.
 *
 *   authority ──invitation──► party ──request──► two people
 *   two people ──approvals──► authority ──certificate──► party
 *
 * The token of the invitation never comes back: the request carries an HMAC under its hash, which
 * is all that the authority keeps. Any thread. docs/enrolment.md. */
#ifndef PENTAD_CERTS_ENROL_H
#define PENTAD_CERTS_ENROL_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/key.h>
#include <pentad/certs/tls.h>

#define PT_ENROL_TOKEN_LEN 32
#define PT_ENROL_ID_LEN 16 /* hex digits that name an invitation; no secret */
#define PT_ENROL_KEYS_MAX 4
#define PT_ENROL_FILE_MAX 32768 /* bytes of any of the three files */

struct pt_invitation {
    struct pt_identity identity; /* whom the certificate will be for */
    char origin[256];            /* of the hub */
    int64_t expires_ms;
    uint8_t token[PT_ENROL_TOKEN_LEN]; /* secret, for one request */
};
int pt_invitation_format(const struct pt_invitation *inv, struct pt_buf *ret, struct pt_err *err);
int pt_invitation_parse(struct pt_span text, struct pt_invitation *ret, struct pt_err *err);
/* What the authority keeps of a token, and the name that comes of that. */
void pt_invitation_secret(const uint8_t token[PT_ENROL_TOKEN_LEN], struct pt_hash *ret);
void pt_invitation_id(const struct pt_hash *secret, char ret[PT_ENROL_ID_LEN + 1]);

struct pt_enrol_key {
    char use[16]; /* "signing", "sealing", "cosigning" */
    enum pt_key_alg alg;
    struct pt_hash fingerprint;
    size_t len;
    uint8_t spki[PT_SPKI_MAX];
};

struct pt_enrol_request {
    char invitation[PT_ENROL_ID_LEN + 1];
    struct pt_identity identity;
    char origin[256];
    struct pt_enrol_key keys[PT_ENROL_KEYS_MAX];
    size_t n_keys;
    struct pt_hash tls_key; /* fingerprint */
    struct pt_buf csr;      /* PEM */
    struct pt_hash digest;  /* of the whole file: what people read out to one another */
    struct pt_hash mac;
    struct pt_span signed_part; /* borrowed from the text */
};
/* keys: use, alg, len and spki are read. csr_pem must be for the invitation's identity. */
int pt_enrol_request_format(const struct pt_invitation *inv, const struct pt_enrol_key *keys,
                            size_t n_keys, struct pt_span csr_pem, struct pt_buf *ret,
                            struct pt_err *err);
/* PT_E_FORMAT; PT_E_IDENTITY where the certificate request is for somebody else; PT_E_FORBIDDEN
 * where one key is there for two uses. The text must outlive *ret; free with _done, also after an
 * error. */
int pt_enrol_request_parse(struct pt_span text, struct pt_enrol_request *ret, struct pt_err *err);
void pt_enrol_request_done(struct pt_enrol_request *r);
/* Was it made by who has the token of that secret? */
bool pt_enrol_request_is_bound(const struct pt_enrol_request *r, const struct pt_hash *secret);

/* One person's signature over a request's digest. */
int pt_approval_sign(const struct pt_hash *digest, const struct pt_key *k, struct pt_buf *ret,
                     struct pt_err *err);
/* Whose key it names; PT_E_FORMAT, or PT_E_FORBIDDEN where it approves another request. */
int pt_approval_signer(struct pt_span text, const struct pt_hash *digest, struct pt_hash *ret_key,
                       struct pt_err *err);
/* Does it hold under that key? PT_E_SIGNATURE. */
int pt_approval_check(struct pt_span text, const struct pt_pubkey *k, struct pt_err *err);

#endif
