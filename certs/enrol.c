#include <pentad/certs/enrol.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <pentad/base/codec.h>
#include <pentad/certs/ca.h>

#define INVITATION_HEAD "pentad invitation v1"
#define REQUEST_HEAD "pentad enrolment request v1"
#define APPROVAL_HEAD "pentad enrolment approval v1"

/* ---- lines ---- */

/* Takes the next line, which must begin with `key` and a space; ret NULL: it must be `key`. */
static bool take(struct pt_span *rest, const char *key, struct pt_span *ret) {
    const uint8_t *end = rest->len > 0 ? memchr(rest->p, '\n', rest->len) : NULL;
    size_t len = end != NULL ? (size_t)(end - rest->p) : 0;
    size_t klen = strlen(key);

    if (end == NULL || len < klen || memcmp(rest->p, key, klen) != 0 ||
        (ret == NULL ? len != klen : len <= klen + 1 || rest->p[klen] != ' ')) {
        return false;
    }
    if (ret != NULL) {
        *ret = pt_span(rest->p + klen + 1, len - klen - 1);
    }
    *rest = pt_span(end + 1, rest->len - len - 1);
    return true;
}

/* Printable ASCII into a string. */
static bool take_text(struct pt_span *rest, const char *key, char *ret, size_t cap) {
    struct pt_span v;

    if (!take(rest, key, &v) || v.len >= cap) {
        return false;
    }
    for (size_t i = 0; i < v.len; i++) {
        if (v.p[i] < 0x21 || v.p[i] > 0x7e) {
            return false;
        }
        ret[i] = (char)v.p[i];
    }
    ret[v.len] = '\0';
    return true;
}

static bool take_hex(struct pt_span *rest, const char *key, uint8_t *ret, size_t len) {
    struct pt_span v;

    if (!take(rest, key, &v)) {
        return false;
    }
    for (size_t i = 0; i < v.len; i++) { /* one spelling alone */
        if (strchr("0123456789abcdef", v.p[i]) == NULL || v.p[i] == '\0') {
            return false;
        }
    }
    return pt_unhex((const char *)v.p, v.len, ret, len) == 0;
}

static bool take_identity(struct pt_span *rest, struct pt_identity *ret) {
    char uri[128];

    return take_text(rest, "identity", uri, sizeof(uri)) && pt_identity_parse(uri, ret) == 0;
}

static bool take_ms(struct pt_span *rest, const char *key, int64_t *ret) {
    char text[16];
    int64_t v = 0;

    if (!take_text(rest, key, text, sizeof(text))) {
        return false;
    }
    for (const char *s = text; *s != '\0'; s++) {
        if (*s < '0' || *s > '9') {
            return false;
        }
        v = v * 10 + (*s - '0');
    }
    *ret = v;
    return true;
}

static void put_hex(struct pt_buf *out, const char *key, const void *p, size_t len) {
    char hex[2 * PT_HASH_LEN + 1];

    PT_ASSERT(len <= PT_HASH_LEN);
    pt_hex(hex, p, len);
    pt_buf_printf(out, "%s %s\n", key, hex);
    OPENSSL_cleanse(hex, sizeof(hex));
}

static int not_one(struct pt_err *err, const char *what) {
    return pt_err_set(err, PT_E_FORMAT, "this is not %s, or not all of it", what);
}

/* ---- the invitation ---- */

int pt_invitation_format(const struct pt_invitation *inv, struct pt_buf *ret, struct pt_err *err) {
    char uri[128];
    int rc = pt_identity_format(&inv->identity, uri, sizeof(uri));

    PT_ASSERT(rc == 0); /* identities of parsed names fit */
    pt_buf_printf(ret, INVITATION_HEAD "\nidentity %s\norigin %s\nexpires %" PRId64 "\n", uri,
                  inv->origin, inv->expires_ms);
    put_hex(ret, "token", inv->token, sizeof(inv->token));
    return ret->failed != 0 ? pt_err_set(err, ret->failed, "out of memory") : 0;
}

int pt_invitation_parse(struct pt_span text, struct pt_invitation *ret, struct pt_err *err) {
    bool good;

    memset(ret, 0, sizeof(*ret));
    good = text.len <= PT_ENROL_FILE_MAX && take(&text, INVITATION_HEAD, NULL) &&
           take_identity(&text, &ret->identity) &&
           take_text(&text, "origin", ret->origin, sizeof(ret->origin)) &&
           take_ms(&text, "expires", &ret->expires_ms) &&
           take_hex(&text, "token", ret->token, sizeof(ret->token)) && text.len == 0;
    if (!good) {
        OPENSSL_cleanse(ret, sizeof(*ret));
        return not_one(err, "an invitation");
    }
    return 0;
}

void pt_invitation_secret(const uint8_t token[PT_ENROL_TOKEN_LEN], struct pt_hash *ret) {
    static const char label[] = "pentad/invitation/v1\n";
    uint8_t in[sizeof(label) - 1 + PT_ENROL_TOKEN_LEN];

    memcpy(in, label, sizeof(label) - 1);
    memcpy(in + sizeof(label) - 1, token, PT_ENROL_TOKEN_LEN);
    pt_sha256(ret, in, sizeof(in));
    OPENSSL_cleanse(in, sizeof(in));
}

void pt_invitation_id(const struct pt_hash *secret, char ret[PT_ENROL_ID_LEN + 1]) {
    struct pt_hash h;

    pt_sha256(&h, secret->b, sizeof(secret->b));
    pt_hex(ret, h.b, PT_ENROL_ID_LEN / 2);
}

/* ---- the request ---- */

static bool make_mac(const struct pt_hash *secret, struct pt_span over, struct pt_hash *ret) {
    unsigned len = 0;

    return HMAC(EVP_sha256(), secret->b, PT_HASH_LEN, over.p, over.len, ret->b, &len) != NULL &&
           len == PT_HASH_LEN;
}

static void put_key(struct pt_buf *out, const struct pt_enrol_key *k) {
    pt_buf_printf(out, "key %s ", k->use);
    pt_base64_append(out, k->spki, k->len);
    pt_buf_putc(out, '\n');
}

int pt_enrol_request_format(const struct pt_invitation *inv, const struct pt_enrol_key *keys,
                            size_t n_keys, struct pt_span csr_pem, struct pt_buf *ret,
                            struct pt_err *err) {
    struct pt_hash secret, mac;
    char uri[128], id[PT_ENROL_ID_LEN + 1];
    int rc = pt_identity_format(&inv->identity, uri, sizeof(uri));

    PT_ASSERT(rc == 0 && n_keys <= PT_ENROL_KEYS_MAX);
    pt_invitation_secret(inv->token, &secret);
    pt_invitation_id(&secret, id);
    pt_buf_printf(ret, REQUEST_HEAD "\ninvitation %s\nidentity %s\norigin %s\n", id, uri,
                  inv->origin);
    for (size_t i = 0; i < n_keys; i++) {
        put_key(ret, &keys[i]);
    }
    pt_buf_puts(ret, "csr ");
    pt_base64_append(ret, csr_pem.p, csr_pem.len);
    pt_buf_putc(ret, '\n');
    if (ret->failed == 0 && !make_mac(&secret, pt_buf_span(ret), &mac)) {
        rc = pt_openssl_err(err, "HMAC");
    }
    OPENSSL_cleanse(&secret, sizeof(secret));
    if (rc == 0) {
        put_hex(ret, "mac", mac.b, sizeof(mac.b));
    }
    return rc != 0 || ret->failed == 0 ? rc : pt_err_set(err, ret->failed, "out of memory");
}

/* "signing <base64>" */
static bool parse_key(struct pt_span line, struct pt_enrol_key *ret) {
    static const char *const uses[] = {"signing", "sealing", "cosigning"};
    struct pt_pubkey *pub = NULL;
    struct pt_buf der;
    bool good = false;

    memset(ret, 0, sizeof(*ret));
    pt_buf_init(&der, PT_SPKI_MAX);
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]) && !good; i++) {
        size_t n = strlen(uses[i]);

        good = line.len > n + 1 && memcmp(line.p, uses[i], n) == 0 && line.p[n] == ' ';
        if (good) {
            memcpy(ret->use, uses[i], n + 1);
            line = pt_span(line.p + n + 1, line.len - n - 1);
        }
    }
    good = good && pt_unbase64_append(&der, (const char *)line.p, line.len) == 0 &&
           pt_pubkey_from_spki(pt_buf_span(&der), &pub, NULL) == 0;
    if (good) {
        ret->alg = pt_pubkey_algorithm(pub);
        ret->len = der.len;
        memcpy(ret->spki, der.p, der.len);
        pt_sha256(&ret->fingerprint, der.p, der.len);
    }
    pt_pubkey_free(pub);
    pt_buf_done(&der);
    return good;
}

static bool parse_body(struct pt_span text, struct pt_enrol_request *r) {
    struct pt_span rest = text;
    struct pt_span v;

    if (text.len > PT_ENROL_FILE_MAX || !take(&rest, REQUEST_HEAD, NULL) ||
        !take_text(&rest, "invitation", r->invitation, sizeof(r->invitation)) ||
        !take_identity(&rest, &r->identity) ||
        !take_text(&rest, "origin", r->origin, sizeof(r->origin))) {
        return false;
    }
    while (take(&rest, "key", &v)) {
        if (r->n_keys == PT_ENROL_KEYS_MAX || !parse_key(v, &r->keys[r->n_keys])) {
            return false;
        }
        r->n_keys++;
    }
    if (!take(&rest, "csr", &v) || pt_unbase64_append(&r->csr, (const char *)v.p, v.len) != 0) {
        return false;
    }
    r->signed_part = pt_span(text.p, text.len - rest.len);
    return take_hex(&rest, "mac", r->mac.b, sizeof(r->mac.b)) && rest.len == 0;
}

/* Uses never mix: each key is there once, and TLS has one of its own. */
static bool keys_differ(const struct pt_enrol_request *r) {
    for (size_t i = 0; i < r->n_keys; i++) {
        if (pt_hash_eq(&r->keys[i].fingerprint, &r->tls_key)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (pt_hash_eq(&r->keys[i].fingerprint, &r->keys[k].fingerprint)) {
                return false;
            }
        }
    }
    return true;
}

int pt_enrol_request_parse(struct pt_span text, struct pt_enrol_request *ret, struct pt_err *err) {
    struct pt_identity asked;
    int rc;

    memset(ret, 0, sizeof(*ret));
    pt_buf_init(&ret->csr, PT_ENROL_FILE_MAX);
    if (!parse_body(text, ret)) {
        return not_one(err, "an enrolment request");
    }
    rc = pt_csr_info(pt_buf_span(&ret->csr), &asked, &ret->tls_key, err);
    if (rc != 0) {
        return rc;
    }
    if (asked.kind != ret->identity.kind || strcmp(asked.party, ret->identity.party) != 0 ||
        strcmp(asked.name, ret->identity.name) != 0) {
        return pt_err_set(err, PT_E_IDENTITY,
                          "the certificate request in it is for somebody else than it says");
    }
    if (!keys_differ(ret)) {
        return pt_err_set(err, PT_E_FORBIDDEN, "one key is there for two uses");
    }
    pt_sha256(&ret->digest, text.p, text.len);
    return 0;
}

void pt_enrol_request_done(struct pt_enrol_request *r) {
    pt_buf_done(&r->csr);
}

bool pt_enrol_request_is_bound(const struct pt_enrol_request *r, const struct pt_hash *secret) {
    char id[PT_ENROL_ID_LEN + 1];
    struct pt_hash mac;

    pt_invitation_id(secret, id);
    return strcmp(id, r->invitation) == 0 && make_mac(secret, r->signed_part, &mac) &&
           CRYPTO_memcmp(mac.b, r->mac.b, PT_HASH_LEN) == 0;
}

/* ---- approvals ---- */

int pt_approval_sign(const struct pt_hash *digest, const struct pt_key *k, struct pt_buf *ret,
                     struct pt_err *err) {
    struct pt_hash mine;
    uint8_t sig[PT_SIG_MAX];
    size_t len = 0;
    int rc;

    pt_key_fingerprint(k, &mine);
    pt_buf_puts(ret, APPROVAL_HEAD "\n");
    put_hex(ret, "request", digest->b, PT_HASH_LEN);
    put_hex(ret, "key", mine.b, PT_HASH_LEN);
    rc = ret->failed != 0 ? pt_err_set(err, ret->failed, "out of memory")
                          : pt_key_sign(k, pt_buf_span(ret), sig, &len, err);
    if (rc == 0) {
        pt_buf_puts(ret, "signature ");
        pt_base64_append(ret, sig, len);
        rc = pt_buf_putc(ret, '\n');
    }
    return rc;
}

/* ret_signed is borrowed from the text; *ret_sig has been initialised. */
static bool parse_approval(struct pt_span text, struct pt_hash *digest, struct pt_hash *key,
                           struct pt_span *ret_signed, struct pt_buf *ret_sig) {
    struct pt_span rest = text;
    struct pt_span v;

    if (text.len > PT_ENROL_FILE_MAX || !take(&rest, APPROVAL_HEAD, NULL) ||
        !take_hex(&rest, "request", digest->b, PT_HASH_LEN) ||
        !take_hex(&rest, "key", key->b, PT_HASH_LEN)) {
        return false;
    }
    *ret_signed = pt_span(text.p, text.len - rest.len);
    return take(&rest, "signature", &v) && rest.len == 0 &&
           pt_unbase64_append(ret_sig, (const char *)v.p, v.len) == 0;
}

int pt_approval_signer(struct pt_span text, const struct pt_hash *digest, struct pt_hash *ret_key,
                       struct pt_err *err) {
    struct pt_hash about;
    struct pt_span part;
    struct pt_buf sig;
    bool good;

    pt_buf_init(&sig, PT_SIG_MAX);
    good = parse_approval(text, &about, ret_key, &part, &sig);
    pt_buf_done(&sig);
    return !good ? not_one(err, "an approval")
           : pt_hash_eq(&about, digest)
               ? 0
               : pt_err_set(err, PT_E_FORBIDDEN, "it approves another request than this one");
}

int pt_approval_check(struct pt_span text, const struct pt_pubkey *k, struct pt_err *err) {
    struct pt_hash about, key;
    struct pt_span part;
    struct pt_buf sig;
    int rc;

    pt_buf_init(&sig, PT_SIG_MAX);
    rc = parse_approval(text, &about, &key, &part, &sig)
             ? pt_pubkey_verify(k, part, pt_buf_span(&sig))
             : PT_E_FORMAT;
    pt_buf_done(&sig);
    return rc == 0 ? 0 : pt_err_set(err, rc, "the signature of an approval doesn't hold");
}
