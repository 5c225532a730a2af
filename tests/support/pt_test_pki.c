#include "pt_test_pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum { DAY = 24 * 60 * 60 };

static bool say(bool ok, const char *what) {
    if (!ok) {
        (void)fprintf(stderr, "test authority: %s failed\n", what);
        ERR_print_errors_fp(stderr);
    }
    return ok;
}

static bool add_ext(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = ext != NULL && X509_add_ext(cert, ext, -1) == 1;
    X509_EXTENSION_free(ext);
    return ok;
}

static X509 *blank(EVP_PKEY *key, const char *common_name, long serial, int days) {
    X509 *cert = X509_new();

    if (cert == NULL) {
        return NULL;
    }
    (void)X509_set_version(cert, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -(long)DAY * (days < 0 ? 1 - days : 1));
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), (long)DAY * days);
    (void)X509_set_pubkey(cert, key);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                                     (const unsigned char *)common_name, -1, -1, 0);
    return cert;
}

bool pt_test_pki_init(struct pt_test_pki *pki, const char *name) {
    memset(pki, 0, sizeof(*pki));
    pki->serial = 1;
    pki->ca_key = EVP_EC_gen("P-256");
    if (pki->ca_key != NULL) {
        pki->ca = blank(pki->ca_key, name, pki->serial++, 30);
    }
    bool ok = pki->ca != NULL &&
              X509_set_issuer_name(pki->ca, X509_get_subject_name(pki->ca)) == 1 &&
              add_ext(pki->ca, pki->ca, NID_basic_constraints, "critical,CA:TRUE") &&
              add_ext(pki->ca, pki->ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
              add_ext(pki->ca, pki->ca, NID_subject_key_identifier, "hash") &&
              X509_sign(pki->ca, pki->ca_key, EVP_sha256()) > 0;
    return say(ok, "making the authority");
}

void pt_test_pki_done(struct pt_test_pki *pki) {
    X509_free(pki->ca);
    EVP_PKEY_free(pki->ca_key);
    memset(pki, 0, sizeof(*pki));
}

static char *bio_text(BIO *bio) {
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);
    char *text = n > 0 ? malloc((size_t)n + 1) : NULL;

    if (text != NULL) {
        memcpy(text, p, (size_t)n);
        text[n] = '\0';
    }
    BIO_free(bio);
    return text;
}

static char *cert_text(X509 *cert) {
    BIO *bio = BIO_new(BIO_s_mem());

    (void)PEM_write_bio_X509(bio, cert);
    return bio_text(bio);
}

static char *key_text(EVP_PKEY *key) {
    BIO *bio = BIO_new(BIO_s_mem());

    (void)PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    return bio_text(bio);
}

char *pt_test_pki_ca_pem(const struct pt_test_pki *pki) {
    return cert_text(pki->ca);
}

bool pt_test_pki_issue(struct pt_test_pki *pki, const char *common_name, const char *san, int days,
                       struct pt_test_cert *ret_cert) {
    memset(ret_cert, 0, sizeof(*ret_cert));
    ret_cert->key = EVP_EC_gen("P-256");
    if (ret_cert->key != NULL) {
        ret_cert->cert = blank(ret_cert->key, common_name, pki->serial++, days);
    }
    X509 *cert = ret_cert->cert;
    bool ok = cert != NULL && X509_set_issuer_name(cert, X509_get_subject_name(pki->ca)) == 1 &&
              add_ext(cert, pki->ca, NID_basic_constraints, "critical,CA:FALSE") &&
              add_ext(cert, pki->ca, NID_key_usage, "critical,digitalSignature") &&
              add_ext(cert, pki->ca, NID_ext_key_usage, "serverAuth,clientAuth") &&
              add_ext(cert, pki->ca, NID_subject_key_identifier, "hash") &&
              add_ext(cert, pki->ca, NID_authority_key_identifier, "keyid:always") &&
              (san == NULL || add_ext(cert, pki->ca, NID_subject_alt_name, san)) &&
              X509_sign(cert, pki->ca_key, EVP_sha256()) > 0;
    if (ok) {
        ret_cert->cert_pem = cert_text(cert);
        ret_cert->key_pem = key_text(ret_cert->key);
        ok = ret_cert->cert_pem != NULL && ret_cert->key_pem != NULL;
    }
    return say(ok, "issuing a certificate");
}

void pt_test_cert_done(struct pt_test_cert *cert) {
    X509_free(cert->cert);
    EVP_PKEY_free(cert->key);
    free(cert->cert_pem);
    free(cert->key_pem);
    memset(cert, 0, sizeof(*cert));
}

static SSL_CTX *make_ctx(const SSL_METHOD *method, const struct pt_test_pki *pki,
                         const struct pt_test_cert *cert) {
    SSL_CTX *ctx = SSL_CTX_new(method);
    bool ok = ctx != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), pki->ca) == 1;

    if (ok && cert != NULL) {
        ok = SSL_CTX_use_certificate(ctx, cert->cert) == 1 &&
             SSL_CTX_use_PrivateKey(ctx, cert->key) == 1;
    }
    if (!say(ok, "making a TLS context")) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

SSL_CTX *pt_test_server_ctx(const struct pt_test_pki *pki, const struct pt_test_cert *cert) {
    return make_ctx(TLS_server_method(), pki, cert);
}

SSL_CTX *pt_test_client_ctx(const struct pt_test_pki *pki, const struct pt_test_cert *cert) {
    return make_ctx(TLS_client_method(), pki, cert);
}
