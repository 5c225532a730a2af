#include <pentad/certs/key.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <pentad/base/file.h>
#include <pentad/certs/tls.h>
#include <pentad/token/token.h>

#include "ed25519_point.h"
#include "ossl.h"

enum { PEM_FILE_MAX = 16384 };

/* Both kinds begin alike: what is known of the public half. */
struct pt_pubkey {
    enum pt_key_alg alg;
    EVP_PKEY *pkey;
    size_t spki_len;
    uint8_t spki[PT_SPKI_MAX];
    struct pt_hash fingerprint;
};

struct pt_key {
    struct pt_pubkey pub;   /* pub.pkey holds the private half too, unless: */
    struct pt_token *token; /* it stands there */
};

static const struct {
    enum pt_key_alg alg;
    const char *name;
} algs[] = {{PT_KEY_ED25519, "ed25519"}, {PT_KEY_P256, "p256"}, {PT_KEY_SM2, "sm2"}};
enum { ALGS = sizeof(algs) / sizeof(algs[0]) };

int pt_key_alg_parse(const char *s, enum pt_key_alg *ret) {
    *ret = PT_KEY_ED25519;
    for (int i = 0; i < ALGS; i++) {
        if (strcmp(s, algs[i].name) == 0) {
            *ret = algs[i].alg;
            return 0;
        }
    }
    return PT_E_FORMAT;
}

const char *pt_key_alg_name(enum pt_key_alg alg) {
    for (int i = 0; i < ALGS; i++) {
        if (alg == algs[i].alg) {
            return algs[i].name;
        }
    }
    return NULL;
}

/* ---- the public half ---- */

static int alg_of(EVP_PKEY *pkey, enum pt_key_alg *ret, struct pt_err *err) {
    char group[64] = "";

    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519) {
        *ret = PT_KEY_ED25519;
        return 0;
    }
    if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1 &&
        strcmp(group, "prime256v1") == 0) {
        *ret = PT_KEY_P256;
        return 0;
    }
    if (EVP_PKEY_is_a(pkey, "SM2") == 1) {
        *ret = PT_KEY_SM2;
        return 0;
    }
    return pt_err_set(err, PT_E_UNSUPPORTED, "the key is neither Ed25519, P-256 nor SM2");
}

/* Takes pkey in any case. */
static int fill_pub_take(struct pt_pubkey *k, EVP_PKEY *pkey, struct pt_err *err) {
    uint8_t *p = k->spki;
    int n;
    int rc;

    k->pkey = pkey;
    rc = alg_of(pkey, &k->alg, err);
    if (rc != 0) {
        return rc;
    }
    n = i2d_PUBKEY(pkey, NULL);
    if (n <= 0 || n > PT_SPKI_MAX || i2d_PUBKEY(pkey, &p) != n) {
        return pt_openssl_err(err, "public key");
    }
    k->spki_len = (size_t)n;
    pt_sha256(&k->fingerprint, k->spki, k->spki_len);
    return 0;
}

int pt_pubkey_from_spki(struct pt_span spki, struct pt_pubkey **ret, struct pt_err *err) {
    const uint8_t *p = spki.p;
    struct pt_pubkey *k;
    EVP_PKEY *pkey;
    int rc;

    *ret = NULL;
    if (spki.len == 0 || spki.len > PT_SPKI_MAX) {
        return pt_err_set(err, PT_E_FORMAT, "not a public key: %zu bytes", spki.len);
    }
    pkey = d2i_PUBKEY(NULL, &p, (long)spki.len);
    if (pkey == NULL) {
        pt_openssl_err(err, "public key");
        return pt_err_set(err, PT_E_FORMAT, "not a usable public key");
    }
    k = calloc(1, sizeof(*k));
    if (k == NULL) {
        EVP_PKEY_free(pkey);
        return pt_err_set(err, PT_E_NOMEM, "no memory for a key");
    }
    rc = fill_pub_take(k, pkey, err);
    if (rc == 0 && !pt_span_eq(pt_span(k->spki, k->spki_len), spki)) {
        rc = pt_err_set(err, PT_E_FORMAT, "the public key is not in its one DER form");
    }
    if (rc == 0 && k->alg == PT_KEY_ED25519 && !pt_ed25519_point_good(k->spki + 12)) {
        rc =
            pt_err_set(err, PT_E_FORMAT, "the Ed25519 key is not a canonical point of prime order");
    }
    /* Both curves' names are of one length. */
    if (rc == 0 && k->alg != PT_KEY_ED25519 && (k->spki_len != 91 || k->spki[26] != 0x04)) {
        rc = pt_err_set(err, PT_E_FORMAT, "the %s key is not an uncompressed point",
                        k->alg == PT_KEY_P256 ? "P-256" : "SM2");
    }
    if (rc != 0) {
        pt_pubkey_free(k);
        return rc;
    }
    *ret = k;
    return 0;
}

void pt_pubkey_free(struct pt_pubkey *k) {
    if (k != NULL) {
        EVP_PKEY_free(k->pkey);
        free(k);
    }
}

struct pt_span pt_pubkey_spki(const struct pt_pubkey *k) {
    return pt_span(k->spki, k->spki_len);
}

EVP_PKEY *pt_pubkey_evp(const struct pt_pubkey *k) {
    return k->pkey;
}

/* ---- what each algorithm needs to begin ---- */

static const char *digest_of(enum pt_key_alg alg) {
    return alg == PT_KEY_P256 ? "SHA256" : alg == PT_KEY_SM2 ? "SM3" : NULL;
}

/* OpenSSL hashes no signer's id for SM2 unless one is set, which is only possible after the
 * beginning; the standard's usual one is what others take where nothing else was agreed. */
static bool set_signer(enum pt_key_alg alg, EVP_PKEY_CTX *ctx) {
    static const char id[] = "1234567812345678";

    return alg != PT_KEY_SM2 || EVP_PKEY_CTX_set1_id(ctx, id, sizeof(id) - 1) == 1;
}

/* ---- verifying ---- */

/* One signature has one encoding: other libraries differ in how much of BER they take. */
static bool ecdsa_sig_strict(struct pt_span sig) {
    const uint8_t *p = sig.p;
    ECDSA_SIG *s;
    uint8_t *der = NULL;
    int n;
    bool same;

    if (sig.len < 8 || sig.len > 72) {
        return false;
    }
    s = d2i_ECDSA_SIG(NULL, &p, (long)sig.len);
    if (s == NULL) {
        return false;
    }
    n = i2d_ECDSA_SIG(s, &der);
    same = n > 0 && pt_span_eq(pt_span(der, (size_t)n), sig);
    OPENSSL_free(der);
    ECDSA_SIG_free(s);
    return same;
}

int pt_pubkey_verify(const struct pt_pubkey *k, struct pt_span msg, struct pt_span sig) {
    EVP_PKEY_CTX *pctx = NULL; /* ctx has it */
    EVP_MD_CTX *ctx;
    int ok;

    if (k->alg == PT_KEY_ED25519 ? sig.len != 64 : !ecdsa_sig_strict(sig)) {
        (void)pt_openssl_err(NULL, "");
        return PT_E_SIGNATURE;
    }
    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return PT_E_CRYPTO;
    }
    if (EVP_DigestVerifyInit_ex(ctx, &pctx, digest_of(k->alg), NULL, NULL, k->pkey, NULL) != 1 ||
        !set_signer(k->alg, pctx)) {
        EVP_MD_CTX_free(ctx);
        return pt_openssl_err(NULL, "");
    }
    ok = EVP_DigestVerify(ctx, sig.p, sig.len, msg.p, msg.len);
    EVP_MD_CTX_free(ctx);
    if (ok != 1) {
        (void)pt_openssl_err(NULL, "");
        return PT_E_SIGNATURE;
    }
    return 0;
}

/* ---- the private half ---- */

static int key_take(EVP_PKEY *pkey, struct pt_key **ret, struct pt_err *err) {
    struct pt_key *k = calloc(1, sizeof(*k));
    int rc;

    *ret = NULL;
    if (k == NULL) {
        EVP_PKEY_free(pkey);
        return pt_err_set(err, PT_E_NOMEM, "no memory for a key");
    }
    rc = fill_pub_take(&k->pub, pkey, err);
    if (rc != 0) {
        pt_key_free(k);
        return rc;
    }
    *ret = k;
    return 0;
}

int pt_key_generate(enum pt_key_alg alg, struct pt_key **ret, struct pt_err *err) {
    EVP_PKEY *pkey;

    *ret = NULL;
    if (alg == PT_KEY_ED25519) {
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    } else if (alg == PT_KEY_P256) {
        pkey = EVP_EC_gen("P-256");
    } else {
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    }
    if (pkey == NULL) {
        return pt_openssl_err(err, "generating a key");
    }
    return key_take(pkey, ret, err);
}

int pt_key_save(const struct pt_key *k, const char *path, struct pt_err *err) {
    PT_ASSERT(k->token == NULL);
    BIO *bio = BIO_new(BIO_s_secmem());
    char *pem = NULL;
    long n;
    int rc;

    if (bio == NULL ||
        PEM_write_bio_PKCS8PrivateKey(bio, k->pub.pkey, NULL, NULL, 0, NULL, NULL) != 1) {
        BIO_free(bio);
        return pt_openssl_err(err, "writing a key");
    }
    n = BIO_get_mem_data(bio, &pem);
    rc = pt_file_create(path, pem, n > 0 ? (size_t)n : 0, 0600, err);
    if (n > 0) {
        OPENSSL_cleanse(pem, (size_t)n);
    }
    BIO_free(bio);
    return rc;
}

static int from_pem(struct pt_span pem, struct pt_key **ret, struct pt_err *err) {
    BIO *bio;
    EVP_PKEY *pkey;

    *ret = NULL;
    if (pem.len == 0 || pem.len > PEM_FILE_MAX) {
        return pt_err_set(err, PT_E_FORMAT, "not a PEM private key");
    }
    bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    /* An empty password instead of a question on the terminal: these keys stand unencrypted. */
    pkey = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (char[]){""}) : NULL;
    BIO_free(bio);
    if (pkey == NULL) {
        pt_openssl_err(err, "private key");
        return pt_err_set(err, PT_E_FORMAT, "not an unencrypted PEM private key");
    }
    return key_take(pkey, ret, err);
}

/* It may have held a private key. */
static void pem_done(struct pt_buf *pem) {
    if (pem->p != NULL) {
        OPENSSL_cleanse(pem->p, pem->cap);
    }
    pt_buf_done(pem);
}

/* The token's public half may not be that of its private one, and a key may be barred from signing:
 * better said now than when there is a batch to sign. Nothing else is signed that begins so. */
static int try_token(const struct pt_key *k, struct pt_err *err) {
    const struct pt_span words = pt_span_str("pentad/token/v1\n");
    uint8_t sig[PT_SIG_MAX];
    size_t n;
    int rc = pt_key_sign(k, words, sig, &n, err);

    if (rc == 0 && pt_pubkey_verify(&k->pub, words, pt_span(sig, n)) != 0) {
        rc = pt_err_set(err, PT_E_SIGNATURE,
                        "what the token signs doesn't verify under its public key: is the public "
                        "object another key's?");
    }
    return rc;
}

static int load_token(const char *uri, struct pt_key **ret, struct pt_err *err) {
    struct pt_token *token = NULL;
    int rc = pt_token_open(uri, &token, err);

    *ret = NULL;
    if (rc == 0) {
        struct pt_span spki = pt_token_spki(token);
        const uint8_t *p = spki.p;
        EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)spki.len);

        rc = pkey != NULL ? key_take(pkey, ret, err) : pt_openssl_err(err, "the token's key");
    }
    if (rc != 0 || *ret == NULL) {
        pt_token_close(token);
        return pt_err_wrap(err, "a key on a token");
    }
    (*ret)->token = token;
    rc = try_token(*ret, err);
    if (rc != 0) {
        pt_key_free(*ret);
        *ret = NULL;
    }
    return rc;
}

int pt_key_load(const char *path, struct pt_key **ret, struct pt_err *err) {
    struct pt_buf pem;
    int rc;

    *ret = NULL;
    if (pt_token_is_uri(path)) {
        return load_token(path, ret, err);
    }
    pt_buf_init(&pem, PEM_FILE_MAX);
    rc = pt_file_read(path, &pem, err);
    if (rc == 0) {
        rc = from_pem(pt_buf_span(&pem), ret, err);
        if (rc != 0) {
            pt_err_wrap(err, "%s", path);
        }
    }
    pem_done(&pem);
    return rc;
}

void pt_key_free(struct pt_key *k) {
    if (k != NULL) {
        EVP_PKEY_free(k->pub.pkey);
        pt_token_close(k->token);
        free(k);
    }
}

/* The DER inside; what it holds is for pt_pubkey_from_spki to judge. */
static int pub_from_pem(struct pt_span pem, struct pt_pubkey **ret, struct pt_err *err) {
    BIO *bio = pem.len > 0 ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
    char *name = NULL, *header = NULL;
    uint8_t *der = NULL;
    long n = 0;
    int rc;

    if (bio == NULL || PEM_read_bio(bio, &name, &header, &der, &n) != 1) {
        pt_openssl_err(err, "public key");
        rc = pt_err_set(err, PT_E_FORMAT, "not PEM");
    } else if (strcmp(name, PEM_STRING_PUBLIC) != 0) {
        rc = pt_err_set(err, PT_E_FORMAT, "a PEM %s, not a public key", name);
    } else {
        rc = pt_pubkey_from_spki(pt_span(der, (size_t)n), ret, err);
    }
    if (der != NULL) {
        OPENSSL_cleanse(der, (size_t)n); /* it may have been a private one */
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(bio);
    return rc;
}

int pt_pubkey_load(const char *path, struct pt_pubkey **ret, struct pt_err *err) {
    struct pt_buf pem;
    int rc;

    *ret = NULL;
    pt_buf_init(&pem, PEM_FILE_MAX);
    rc = pt_file_read(path, &pem, err);
    if (rc == 0) {
        rc = pub_from_pem(pt_buf_span(&pem), ret, err);
        if (rc != 0) {
            pt_err_wrap(err, "%s", path);
        }
    }
    pem_done(&pem);
    return rc;
}

enum pt_key_alg pt_pubkey_algorithm(const struct pt_pubkey *k) {
    return k->alg;
}

enum pt_key_alg pt_key_algorithm(const struct pt_key *k) {
    return k->pub.alg;
}

struct pt_span pt_key_spki(const struct pt_key *k) {
    return pt_span(k->pub.spki, k->pub.spki_len);
}

void pt_key_fingerprint(const struct pt_key *k, struct pt_hash *ret) {
    *ret = k->pub.fingerprint;
}

int pt_key_ed25519_pub(const struct pt_key *k, uint8_t out[32]) {
    if (k->pub.alg != PT_KEY_ED25519) {
        return PT_E_UNSUPPORTED;
    }
    memcpy(out, k->pub.spki + 12, 32);
    return 0;
}

int pt_key_sign(const struct pt_key *k, struct pt_span msg, uint8_t sig[PT_SIG_MAX],
                size_t *ret_len, struct pt_err *err) {
    EVP_MD_CTX *ctx;
    EVP_PKEY_CTX *pctx = NULL; /* ctx has it */
    int ok;

    if (k->token != NULL) {
        return pt_token_sign(k->token, msg, sig, ret_len, err);
    }
    ctx = EVP_MD_CTX_new();
    *ret_len = PT_SIG_MAX;
    ok = ctx != NULL &&
         EVP_DigestSignInit_ex(ctx, &pctx, digest_of(k->pub.alg), NULL, NULL, k->pub.pkey, NULL) ==
             1 &&
         set_signer(k->pub.alg, pctx) && EVP_DigestSign(ctx, sig, ret_len, msg.p, msg.len) == 1;
    EVP_MD_CTX_free(ctx);
    if (!ok) {
        *ret_len = 0;
        return pt_openssl_err(err, "signing");
    }
    return 0;
}

struct evp_pkey_st *pt_key_evp(const struct pt_key *k) {
    return k->pub.pkey;
}
