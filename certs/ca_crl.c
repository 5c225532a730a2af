#include "ca_crl.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <pentad/base/file.h>

#include "ca_index.h"
#include "ossl.h"

enum { CRL_DAYS_MAX = 3650, CRL_DAYS = 365 };

/* RFC 5280 5.3.1; what people may give as a reason. */
static const struct {
    const char *name;
    int code;
} reasons[] = {{"unspecified", CRL_REASON_UNSPECIFIED},
               {"keyCompromise", CRL_REASON_KEY_COMPROMISE},
               {"affiliationChanged", CRL_REASON_AFFILIATION_CHANGED},
               {"superseded", CRL_REASON_SUPERSEDED},
               {"cessationOfOperation", CRL_REASON_CESSATION_OF_OPERATION}};
enum { REASONS = sizeof(reasons) / sizeof(reasons[0]) };

static int reason_code(const char *name) {
    for (int i = 0; i < REASONS; i++) {
        if (strcmp(reasons[i].name, name) == 0) {
            return reasons[i].code;
        }
    }
    return -1;
}

/* ---- the list's number ---- */

static int next_number(const char *dir, uint64_t *ret, struct pt_err *err) {
    char path[PATH_MAX];
    char text[32];
    struct pt_buf buf;
    int rc = pt_ca_path(path, sizeof(path), dir, "crlnumber", err);
    int n;

    *ret = 1;
    if (rc != 0) {
        return rc;
    }
    pt_buf_init(&buf, 32);
    if (pt_file_exists(path)) {
        const char *s;
        char *end = NULL;

        rc = pt_file_read(path, &buf, err);
        s = rc == 0 ? pt_buf_cstr(&buf) : NULL;
        if (s != NULL) {
            errno = 0;
            *ret = strtoull(s, &end, 10) + 1;
        }
        if (rc == 0 && (s == NULL || errno != 0 || end == s || *end != '\n')) {
            rc = pt_err_set(err, PT_E_CORRUPT, "%s: not a number", path);
        }
    }
    pt_buf_done(&buf);
    if (rc != 0) {
        return rc;
    }
    n = snprintf(text, sizeof(text), "%" PRIu64 "\n", *ret);
    return pt_file_write(path, text, (size_t)n, 0644, err);
}

/* ---- the list ---- */

static int set_time(X509_CRL *crl, int64_t ms, int (*set)(X509_CRL *, const ASN1_TIME *)) {
    ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)(ms / 1000));
    int ok = t != NULL && set(crl, t) == 1;

    ASN1_TIME_free(t);
    return ok;
}

static int add_revoked(X509_CRL *crl, const struct pt_ca_cert *c) {
    X509_REVOKED *r = X509_REVOKED_new();
    ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)(c->revoked_ms / 1000));
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    ASN1_INTEGER *serial = NULL;
    BIGNUM *n = NULL;
    int code = reason_code(c->reason);
    int ok;

    ok = r != NULL && t != NULL && reason != NULL && BN_hex2bn(&n, c->serial) > 0 &&
         (serial = BN_to_ASN1_INTEGER(n, NULL)) != NULL &&
         X509_REVOKED_set_serialNumber(r, serial) == 1 &&
         X509_REVOKED_set_revocationDate(r, t) == 1;
    /* RFC 5280: "unspecified" is said by saying nothing. */
    if (ok && code > CRL_REASON_UNSPECIFIED) {
        ok = ASN1_ENUMERATED_set(reason, code) == 1 &&
             X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, reason, 0, 0) == 1;
    }
    if (ok) {
        ok = X509_CRL_add0_revoked(crl, r) == 1;
        r = ok ? NULL : r;
    }
    X509_REVOKED_free(r);
    ASN1_TIME_free(t);
    ASN1_ENUMERATED_free(reason);
    ASN1_INTEGER_free(serial);
    BN_free(n);
    return ok;
}

static int add_crl_extensions(X509_CRL *crl, X509 *issuer, uint64_t number) {
    ASN1_INTEGER *n = ASN1_INTEGER_new();
    X509V3_CTX ctx;
    X509_EXTENSION *aki;
    int ok;

    X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
    aki = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
    ok = n != NULL && aki != NULL && ASN1_INTEGER_set_uint64(n, number) == 1 &&
         X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1 &&
         X509_CRL_add_ext(crl, aki, -1) == 1;
    X509_EXTENSION_free(aki);
    ASN1_INTEGER_free(n);
    return ok;
}

static int make_crl(const struct pt_authority *a, const struct pt_ca_index *x, uint64_t number,
                    int days, int64_t now_ms, struct pt_buf *out, struct pt_err *err) {
    X509_CRL *crl = X509_CRL_new();
    BIO *bio = BIO_new(BIO_s_mem());
    int ok = crl != NULL && bio != NULL && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
             X509_CRL_set_issuer_name(crl, X509_get_subject_name(a->cert)) == 1 &&
             set_time(crl, now_ms - 300000, X509_CRL_set1_lastUpdate) &&
             set_time(crl, now_ms + days * INT64_C(86400000), X509_CRL_set1_nextUpdate) &&
             add_crl_extensions(crl, a->cert, number);

    for (size_t i = 0; ok && i < x->n; i++) {
        ok = x->certs[i].revoked_ms == 0 || add_revoked(crl, &x->certs[i]);
    }
    ok = ok && X509_CRL_sort(crl) == 1 &&
         X509_CRL_sign(crl, pt_key_evp(a->key), EVP_sha256()) > 0 &&
         PEM_write_bio_X509_CRL(bio, crl) == 1 && pt_bio_drain(bio, out) == 0;
    X509_CRL_free(crl);
    BIO_free(bio);
    return ok ? 0 : pt_openssl_err(err, "revocation list");
}

int pt_ca_write_crl(const char *dir, int days, int64_t now_ms, struct pt_err *err) {
    struct pt_authority a = {NULL, NULL};
    struct pt_ca_index x = {0, 0, NULL};
    char path[PATH_MAX];
    struct pt_buf pem;
    uint64_t number;
    int rc = pt_ca_path(path, sizeof(path), dir, "crl.pem", err);

    pt_buf_init(&pem, 64 * 1024 * 1024);
    if (rc == 0 && (days < 1 || days > CRL_DAYS_MAX)) {
        rc =
            pt_err_set(err, PT_E_USAGE, "a revocation list is good for 1 to %d days", CRL_DAYS_MAX);
    }
    if (rc == 0) {
        rc = pt_ca_open(dir, &a, err);
    }
    if (rc == 0) {
        rc = pt_ca_index_load(dir, &x, err);
    }
    if (rc == 0) {
        rc = next_number(dir, &number, err);
    }
    if (rc == 0) {
        rc = make_crl(&a, &x, number, days, now_ms, &pem, err);
    }
    if (rc == 0) {
        rc = pt_file_write(path, pem.p, pem.len, 0644, err);
    }
    pt_buf_done(&pem);
    pt_ca_index_done(&x);
    pt_ca_close(&a);
    return rc;
}

int pt_ca_crl(const char *dir, int days, int64_t now_ms, struct pt_err *err) {
    int lock;
    int rc = pt_ca_lock(dir, &lock, err);

    if (rc == 0) {
        rc = pt_ca_write_crl(dir, days, now_ms, err);
    }
    pt_ca_unlock(lock);
    return rc;
}

/* ---- revoking ---- */

static int mark_revoked(struct pt_ca_index *x, const char *which, const char *reason,
                        int64_t now_ms, size_t *ret_n, struct pt_err *err) {
    bool seen = false;

    for (size_t i = 0; i < x->n; i++) {
        struct pt_ca_cert *c = &x->certs[i];

        if (strcmp(c->serial, which) != 0 && strcmp(c->identity, which) != 0) {
            continue;
        }
        seen = true;
        if (c->revoked_ms == 0) {
            c->revoked_ms = now_ms;
            snprintf(c->reason, sizeof(c->reason), "%s", reason);
            (*ret_n)++;
        }
    }
    if (!seen) {
        return pt_err_set(err, PT_E_NOT_FOUND,
                          "no certificate has the serial number or identity %s; `pentad ca list` "
                          "shows them",
                          which);
    }
    return 0;
}

int pt_ca_revoke(const char *dir, const char *serial_or_identity, const char *reason,
                 int64_t now_ms, size_t *ret_n, struct pt_err *err) {
    struct pt_ca_index x = {0, 0, NULL};
    int lock = -1;
    int rc = 0;

    *ret_n = 0;
    if (reason_code(reason) < 0) {
        rc = pt_err_set(err, PT_E_USAGE,
                        "%s is no reason: unspecified, keyCompromise, affiliationChanged, "
                        "superseded, cessationOfOperation",
                        reason);
    }
    if (rc == 0) {
        rc = pt_ca_lock(dir, &lock, err);
    }
    if (rc == 0) {
        rc = pt_ca_index_load(dir, &x, err);
    }
    if (rc == 0) {
        rc = mark_revoked(&x, serial_or_identity, reason, now_ms, ret_n, err);
    }
    if (rc == 0) {
        rc = pt_ca_index_save(dir, &x, err);
    }
    if (rc == 0) {
        rc = pt_ca_write_crl(dir, CRL_DAYS, now_ms, err);
    }
    pt_ca_unlock(lock);
    pt_ca_index_done(&x);
    return rc;
}
