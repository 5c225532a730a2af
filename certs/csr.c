/* Certificate signing requests: made at the party, read at the authority. */
#include "csr.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "ossl.h"
#include "x509.h"

enum { CSR_MAX = 65536 };

const struct evp_md_st *pt_key_md(const EVP_PKEY *k) {
    return EVP_PKEY_get_base_id(k) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
}

static int add_names(X509_REQ *req, X509_EXTENSION *names) {
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    int ok = list != NULL && sk_X509_EXTENSION_push(list, names) > 0 &&
             X509_REQ_add_extensions(req, list) == 1;

    sk_X509_EXTENSION_free(list);
    return ok ? 0 : PT_E_CRYPTO;
}

int pt_csr_create(const struct pt_key *k, const struct pt_identity *identity,
                  const char *const *sans, size_t n_sans, struct pt_buf *ret_pem,
                  struct pt_err *err) {
    X509_REQ *req = X509_REQ_new();
    X509_EXTENSION *names = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    char cn[PT_CN_MAX + 1];
    int rc;

    if (req == NULL || bio == NULL) {
        rc = pt_openssl_err(err, "certificate request");
        goto out;
    }
    pt_x509_cn_of(identity, cn);
    rc = pt_x509_names(identity, sans, n_sans, &names, err);
    if (rc == 0) {
        rc = pt_x509_set_cn(X509_REQ_get_subject_name(req), cn, err);
    }
    if (rc != 0) {
        goto out;
    }
    if (X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(req, pt_key_evp(k)) != 1 || add_names(req, names) != 0 ||
        X509_REQ_sign(req, pt_key_evp(k), pt_key_md(pt_key_evp(k))) <= 0 ||
        PEM_write_bio_X509_REQ(bio, req) != 1) {
        rc = pt_openssl_err(err, "certificate request");
        goto out;
    }
    rc = pt_bio_drain(bio, ret_pem);
out:
    X509_EXTENSION_free(names);
    X509_REQ_free(req);
    BIO_free(bio);
    return rc;
}

/* The request's one URI name. */
static bool single_uri(X509_REQ *req, char out[128]) {
    STACK_OF(X509_EXTENSION) *exts = X509_REQ_get_extensions(req);
    GENERAL_NAMES *names =
        exts != NULL ? X509V3_get_d2i(exts, NID_subject_alt_name, NULL, NULL) : NULL;
    unsigned found = 0;

    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
        int n = g->type == GEN_URI ? ASN1_STRING_length(g->d.uniformResourceIdentifier) : 0;

        if (g->type != GEN_URI) {
            continue;
        }
        found++;
        if (n <= 0 || n >= 128) {
            found = 2;
            break;
        }
        memcpy(out, ASN1_STRING_get0_data(g->d.uniformResourceIdentifier), (size_t)n);
        out[n] = '\0';
    }
    GENERAL_NAMES_free(names);
    sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
    return found == 1;
}

static int check_req(X509_REQ *req, struct pt_identity *ret_identity, struct pt_err *err) {
    EVP_PKEY *key = X509_REQ_get0_pubkey(req);
    struct pt_pubkey *pub = NULL;
    uint8_t *der = NULL;
    char uri[128];
    int n;
    int rc;

    if (key == NULL || X509_REQ_verify(req, key) != 1) {
        pt_openssl_err(err, "certificate request");
        return pt_err_set(err, PT_E_SIGNATURE, "the request isn't signed by its own key");
    }
    if (!single_uri(req, uri) || pt_identity_parse(uri, ret_identity) != 0) {
        return pt_err_set(err, PT_E_IDENTITY,
                          "the request hasn't exactly one name of the form "
                          "pentad:<party>/stream/<stream> or pentad:<party>/role/<role>");
    }
    n = i2d_PUBKEY(key, &der);
    rc = n > 0 ? pt_pubkey_from_spki(pt_span(der, (size_t)n), &pub, err)
               : pt_openssl_err(err, "certificate request");
    pt_pubkey_free(pub);
    OPENSSL_free(der);
    return rc;
}

int pt_csr_open(struct pt_span pem, X509_REQ **ret, struct pt_identity *ret_identity,
                struct pt_err *err) {
    BIO *bio;
    int rc;

    *ret = NULL;
    if (pem.len == 0 || pem.len > CSR_MAX) {
        return pt_err_set(err, PT_E_FORMAT, "not a PEM certificate request");
    }
    bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    *ret = bio != NULL ? PEM_read_bio_X509_REQ(bio, NULL, NULL, (char[]){""}) : NULL;
    BIO_free(bio);
    if (*ret == NULL) {
        ERR_clear_error();
        return pt_err_set(err, PT_E_FORMAT, "not a PEM certificate request");
    }
    rc = check_req(*ret, ret_identity, err);
    if (rc != 0) {
        X509_REQ_free(*ret);
        *ret = NULL;
    }
    return rc;
}

int pt_csr_info(struct pt_span pem, struct pt_identity *ret_identity, struct pt_hash *ret_spki,
                struct pt_err *err) {
    X509_REQ *req;
    uint8_t *der = NULL;
    int n;
    int rc = pt_csr_open(pem, &req, ret_identity, err);

    if (rc != 0) {
        return rc;
    }
    n = i2d_PUBKEY(X509_REQ_get0_pubkey(req), &der);
    if (n > 0) {
        pt_sha256(ret_spki, der, (size_t)n);
    } else {
        rc = pt_openssl_err(err, "certificate request");
    }
    OPENSSL_free(der);
    X509_REQ_free(req);
    return rc;
}
