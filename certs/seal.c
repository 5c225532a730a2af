#include <pentad/certs/seal.h>

#include <string.h>

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/x509v3.h>

#include <pentad/certs/tls.h>

#include "ossl.h"

/* ---- recipients ---- */

/* CMS takes its recipients as certificates. This one carries a bare key and names it by its whole
 * fingerprint; nobody else ever sees it. OpenSSL wants it signed by anything at all. */
static X509 *carrier(const struct pt_pubkey *k, EVP_PKEY *anything) {
    struct pt_span spki = pt_pubkey_spki(k);
    struct pt_hash id;
    X509 *x = X509_new();
    ASN1_OCTET_STRING *ski = ASN1_OCTET_STRING_new();
    X509_NAME *name = x != NULL ? X509_get_subject_name(x) : NULL;
    bool good;

    pt_sha256(&id, spki.p, spki.len);
    good = x != NULL && ski != NULL && ASN1_OCTET_STRING_set(ski, id.b, sizeof(id.b)) == 1 &&
           X509_set_version(x, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"recipient", -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(x, name) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(x), 0) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(x), 60) != NULL &&
           X509_set_pubkey(x, pt_pubkey_evp(k)) == 1 &&
           X509_add1_ext_i2d(x, NID_subject_key_identifier, ski, 0, 0) == 1 &&
           X509_sign(x, anything, EVP_sha256()) > 0;
    ASN1_OCTET_STRING_free(ski);
    if (!good) {
        X509_free(x);
        return NULL;
    }
    return x;
}

/* OpenSSL derives with SHA-1 unless told otherwise. */
static bool add_recipient(CMS_ContentInfo *cms, const struct pt_pubkey *k, EVP_PKEY *anything) {
    X509 *x = carrier(k, anything);
    CMS_RecipientInfo *ri =
        x != NULL ? CMS_add1_recipient_cert(cms, x, CMS_USE_KEYID | CMS_KEY_PARAM) : NULL;
    EVP_PKEY_CTX *ctx = ri != NULL ? CMS_RecipientInfo_get0_pkey_ctx(ri) : NULL;

    X509_free(x);
    return ctx != NULL && EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) > 0;
}

static int put_der(CMS_ContentInfo *cms, struct pt_buf *out, struct pt_err *err) {
    uint8_t *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    int rc = n > 0 ? pt_buf_append(out, der, (size_t)n) : pt_openssl_err(err, "seal");

    OPENSSL_free(der);
    return rc == 0 || n <= 0 ? rc : pt_err_set(err, rc, "the seal is too large");
}

int pt_seal(const struct pt_pubkey *const *to, size_t n, struct pt_span plain,
            struct pt_buf *ret_cms, struct pt_err *err) {
    EVP_PKEY *anything = EVP_EC_gen("P-256");
    BIO *in = BIO_new_mem_buf(plain.p, (int)plain.len);
    CMS_ContentInfo *cms = NULL;
    bool good = anything != NULL && in != NULL;
    int rc = 0;

    PT_ASSERT(n > 0 && n <= PT_SEAL_RECIPIENTS_MAX && plain.len <= INT32_MAX);
    if (good) {
        cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_PARTIAL | CMS_BINARY);
        good = cms != NULL;
    }
    for (size_t i = 0; i < n && good && rc == 0; i++) {
        if (EVP_PKEY_get_base_id(pt_pubkey_evp(to[i])) != EVP_PKEY_EC) {
            rc = pt_err_set(err, PT_E_UNSUPPORTED, "records can be sealed to P-256 keys only");
        } else {
            good = add_recipient(cms, to[i], anything);
        }
    }
    if (rc == 0 && good) {
        good = CMS_final(cms, in, NULL, CMS_BINARY) == 1;
    }
    if (rc == 0) {
        rc = good ? put_der(cms, ret_cms, err) : pt_openssl_err(err, "seal");
    }
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    EVP_PKEY_free(anything);
    return rc;
}

/* ---- opening ---- */

enum { TAG_BYTES = 16 };

/* Enters the element at *p, which must carry that tag; its end is *ret_end. */
static bool enter(const uint8_t **p, const uint8_t *end, int want_tag, int want_class,
                  const uint8_t **ret_end) {
    long len = 0;
    int tag = 0;
    int class = 0;

    if (*p >= end || (ASN1_get_object(p, &len, &tag, &class, end - *p) & 0x81) != 0 ||
        tag != want_tag || class != want_class) {
        return false;
    }
    *ret_end = *p + len;
    return true;
}

static bool skip(const uint8_t **p, const uint8_t *end, int tag, int class) {
    const uint8_t *behind;

    if (!enter(p, end, tag, class, &behind)) {
        return false;
    }
    *p = behind;
    return true;
}

static bool is_oid(const uint8_t **p, const uint8_t *end, int nid) {
    const uint8_t *behind = *p;
    ASN1_OBJECT *o = d2i_ASN1_OBJECT(NULL, &behind, end - *p);
    bool same = o != NULL && OBJ_obj2nid(o) == nid;

    ASN1_OBJECT_free(o);
    *p = behind;
    return same;
}

static bool is_number(const uint8_t **p, const uint8_t *end, uint8_t want) {
    const uint8_t *behind;
    bool same =
        enter(p, end, V_ASN1_INTEGER, V_ASN1_UNIVERSAL, &behind) && behind - *p == 1 && **p == want;

    *p = same ? behind : *p;
    return same;
}

/* RecipientInfos: each a KeyAgreeRecipientInfo of version 3. The rest of it OpenSSL tells. */
static bool recipient_versions(const uint8_t **p, const uint8_t *end) {
    const uint8_t *set;

    if (!enter(p, end, V_ASN1_SET, V_ASN1_UNIVERSAL, &set)) {
        return false;
    }
    while (*p < set) {
        const uint8_t *info;

        if (!enter(p, set, 1, V_ASN1_CONTEXT_SPECIFIC, &info) || !is_number(p, info, 3)) {
            return false;
        }
        *p = info;
    }
    return true;
}

/* EncryptedContentInfo: AES-256-GCM with its whole tag, the ciphertext in one piece, which is as
 * long as what was sealed. */
static bool content_good(const uint8_t **p, const uint8_t *end, size_t *ret_len) {
    const uint8_t *alg;
    const uint8_t *behind;

    if (!enter(p, end, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &end) ||
        !is_oid(p, end, NID_pkcs7_data) ||
        !enter(p, end, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &alg) ||
        !is_oid(p, alg, NID_aes_256_gcm) ||
        !enter(p, alg, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &behind) || behind != alg ||
        !skip(p, alg, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL) || !is_number(p, alg, TAG_BYTES) ||
        *p != alg || !enter(p, end, 0, V_ASN1_CONTEXT_SPECIFIC, &behind) || behind != end) {
        return false;
    }
    *ret_len = (size_t)(end - *p);
    return true;
}

/* What OpenSSL doesn't tell of an AuthEnvelopedData, or takes as it comes: the versions, what
 * encrypts the content, the length of its tag. */
static bool is_aes_256_gcm(struct pt_span cms, size_t *ret_len) {
    const uint8_t *p = cms.p;
    const uint8_t *end = cms.p + cms.len;

    return enter(&p, end, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &end) &&
           is_oid(&p, end, NID_id_smime_ct_authEnvelopedData) &&
           enter(&p, end, 0, V_ASN1_CONTEXT_SPECIFIC, &end) &&
           enter(&p, end, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &end) && is_number(&p, end, 0) &&
           recipient_versions(&p, end) && content_good(&p, end, ret_len);
}

/* The sender's half of the agreement: one point in its one encoding. */
static bool point_good(CMS_RecipientInfo *ri) {
    X509_ALGOR *alg = NULL;
    ASN1_BIT_STRING *point = NULL;

    return CMS_RecipientInfo_kari_get0_orig_id(ri, &alg, &point, NULL, NULL, NULL) == 1 &&
           point != NULL && point->length == 65 && point->data[0] == 0x04 &&
           (point->flags & 0x07) == 0; /* no bit of it unused */
}

/* Each is named by a whole fingerprint. */
static bool add_names(CMS_RecipientInfo *ri, struct pt_seal_look *look) {
    STACK_OF(CMS_RecipientEncryptedKey) *keys = CMS_RecipientInfo_kari_get0_reks(ri);

    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++) {
        ASN1_OCTET_STRING *key = NULL;

        if (look->n == PT_SEAL_RECIPIENTS_MAX ||
            CMS_RecipientEncryptedKey_get0_id(sk_CMS_RecipientEncryptedKey_value(keys, i), &key,
                                              NULL, NULL, NULL, NULL) != 1 ||
            key == NULL || ASN1_STRING_length(key) != PT_HASH_LEN) {
            return false;
        }
        memcpy(look->to[look->n++].b, ASN1_STRING_get0_data(key), PT_HASH_LEN);
    }
    return true;
}

/* Every recipient by key agreement with the derivation that we make. */
static bool recipients_good(CMS_ContentInfo *cms, struct pt_seal_look *look) {
    STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);

    for (int i = 0; i < sk_CMS_RecipientInfo_num(all); i++) {
        CMS_RecipientInfo *ri = sk_CMS_RecipientInfo_value(all, i);
        X509_ALGOR *alg = NULL;
        ASN1_OCTET_STRING *ukm = NULL;

        if (CMS_RecipientInfo_type(ri) != CMS_RECIPINFO_AGREE ||
            CMS_RecipientInfo_kari_get0_alg(ri, &alg, &ukm) != 1 ||
            OBJ_obj2nid(alg->algorithm) != NID_dhSinglePass_stdDH_sha256kdf_scheme ||
            !point_good(ri) || !add_names(ri, look)) {
            return false;
        }
    }
    return look->n > 0;
}

/* NULL: not in our form. */
static CMS_ContentInfo *parse(struct pt_span der, struct pt_seal_look *look) {
    const uint8_t *p = der.p;
    CMS_ContentInfo *cms =
        der.len <= INT32_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)der.len) : NULL;
    uint8_t *again = NULL;
    int n = cms != NULL ? i2d_CMS_ContentInfo(cms, &again) : 0;
    bool good;

    memset(look, 0, sizeof(*look));
    good = n > 0 && pt_span_eq(pt_span(again, (size_t)n), der) &&
           is_aes_256_gcm(der, &look->plain_len) && recipients_good(cms, look);
    OPENSSL_free(again);
    if (!good) {
        CMS_ContentInfo_free(cms);
        (void)pt_openssl_err(NULL, "");
        return NULL;
    }
    return cms;
}

static int not_a_seal(struct pt_err *err) {
    return pt_err_set(err, PT_E_FORMAT, "not a seal: CMS AuthEnvelopedData with AES-256-GCM");
}

int pt_seal_look(struct pt_span cms, struct pt_seal_look *ret, struct pt_err *err) {
    CMS_ContentInfo *info = parse(cms, ret);

    if (info == NULL) {
        memset(ret, 0, sizeof(*ret));
        return not_a_seal(err);
    }
    CMS_ContentInfo_free(info);
    return 0;
}

static bool is_for(const struct pt_seal_look *look, const struct pt_key *key) {
    struct pt_hash id;

    pt_key_fingerprint(key, &id);
    for (size_t i = 0; i < look->n; i++) {
        if (pt_hash_eq(&look->to[i], &id)) {
            return true;
        }
    }
    return false;
}

int pt_seal_open(const struct pt_key *key, struct pt_span cms, struct pt_buf *ret_plain,
                 struct pt_err *err) {
    struct pt_seal_look look;
    CMS_ContentInfo *info = parse(cms, &look);
    BIO *out = BIO_new(BIO_s_mem());
    int rc = 0;

    if (info == NULL) {
        rc = not_a_seal(err);
    } else if (out == NULL) {
        rc = pt_err_set(err, PT_E_NOMEM, "no memory for what was sealed");
    } else if (!is_for(&look, key)) {
        rc = pt_err_set(err, PT_E_UNKNOWN_KEY, "the seal is for other keys than this one");
    } else if (CMS_decrypt(info, pt_key_evp(key), NULL, NULL, out, CMS_BINARY) != 1) {
        (void)pt_openssl_err(NULL, "");
        rc = pt_err_set(err, PT_E_SEAL,
                        "the seal names this key and doesn't open with it: it was changed, or "
                        "never made for it");
    } else {
        rc = pt_bio_drain(out, ret_plain);
    }
    CMS_ContentInfo_free(info);
    BIO_free(out);
    return rc;
}
