#include "x509.h"

#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>

#include "ossl.h"

enum { CERT_FILE_MAX = 65536 };

int pt_x509_add_ext(X509 *cert, X509 *issuer, int nid, const char *value, struct pt_err *err) {
    X509V3_CTX ctx;
    X509_EXTENSION *e;
    int ok;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ok = e != NULL && X509_add_ext(cert, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok ? 0 : pt_openssl_err(err, value);
}

/* These strings go through OpenSSL's little configuration language: nothing of its syntax gets in.
 */
static bool san_ok(const char *s) {
    static const char dns[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*";
    static const char ip[] = "0123456789abcdefABCDEF.:/";

    if (strncmp(s, "DNS:", 4) == 0) {
        return s[4] != '\0' && strlen(s) < 260 && s[4 + strspn(s + 4, dns)] == '\0';
    }
    if (strncmp(s, "IP:", 3) == 0) {
        return s[3] != '\0' && strlen(s) < 100 && s[3 + strspn(s + 3, ip)] == '\0';
    }
    return false;
}

int pt_x509_names(const struct pt_identity *id, const char *const *sans, size_t n_sans,
                  X509_EXTENSION **ret, struct pt_err *err) {
    struct pt_buf value;
    char uri[128];
    const char *text;

    *ret = NULL;
    if (pt_identity_format(id, uri, sizeof(uri)) != 0) {
        return pt_err_set(err, PT_E_IDENTITY, "the identity is too long");
    }
    pt_buf_init(&value, 8192);
    pt_buf_printf(&value, "URI:%s", uri);
    for (size_t i = 0; i < n_sans; i++) {
        if (!san_ok(sans[i])) {
            pt_buf_done(&value);
            return pt_err_set(err, PT_E_USAGE, "%s is not DNS:<name> or IP:<address>", sans[i]);
        }
        pt_buf_printf(&value, ",%s", sans[i]);
    }
    text = pt_buf_cstr(&value);
    *ret = text != NULL ? X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text) : NULL;
    pt_buf_done(&value);
    return *ret != NULL ? 0 : pt_openssl_err(err, "alternative names");
}

int pt_x509_set_serial(X509 *cert, char ret_hex[2 * PT_SERIAL_BYTES + 1], struct pt_err *err) {
    uint8_t b[PT_SERIAL_BYTES];
    BIGNUM *n;
    int ok;

    if (RAND_bytes(b, sizeof(b)) != 1) {
        return pt_openssl_err(err, "serial number");
    }
    b[0] = (uint8_t)((b[0] & 0x7F) | 0x40); /* positive, and always of full length */
    n = BN_bin2bn(b, sizeof(b), NULL);
    ok = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert)) != NULL;
    BN_free(n);
    pt_hex(ret_hex, b, sizeof(b));
    return ok ? 0 : pt_openssl_err(err, "serial number");
}

int pt_x509_set_validity(X509 *cert, int64_t from_ms, int64_t to_ms, struct pt_err *err) {
    if (ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(from_ms / 1000)) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(to_ms / 1000)) == NULL) {
        return pt_openssl_err(err, "validity");
    }
    return 0;
}

void pt_x509_cn_of(const struct pt_identity *id, char out[PT_CN_MAX + 1]) {
    snprintf(out, PT_CN_MAX + 1, "%s %s", id->party, id->name);
}

int pt_x509_set_cn(X509_NAME *name, const char *cn, struct pt_err *err) {
    if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1,
                                   0) != 1) {
        return pt_openssl_err(err, cn);
    }
    return 0;
}

int pt_x509_add_origin(X509 *cert, const char *origin, struct pt_err *err) {
    ASN1_OBJECT *oid = OBJ_txt2obj(PT_OID_ORIGIN, 1);
    ASN1_UTF8STRING *s = ASN1_UTF8STRING_new();
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *e = NULL;
    unsigned char *der = NULL;
    int n = 0;
    int ok;

    ok = oid != NULL && s != NULL && value != NULL && ASN1_STRING_set(s, origin, -1) == 1 &&
         (n = i2d_ASN1_UTF8STRING(s, &der)) > 0 && ASN1_OCTET_STRING_set(value, der, n) == 1 &&
         (e = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value)) != NULL &&
         X509_add_ext(cert, e, -1) == 1;
    OPENSSL_free(der);
    X509_EXTENSION_free(e);
    ASN1_OCTET_STRING_free(value);
    ASN1_UTF8STRING_free(s);
    ASN1_OBJECT_free(oid);
    return ok ? 0 : pt_openssl_err(err, "origin");
}

/* Our own extension is never critical: other programs may use these certificates too. */
void pt_x509_origin(const X509 *cert, char out[256]) {
    ASN1_OBJECT *oid = OBJ_txt2obj(PT_OID_ORIGIN, 1);
    int at = oid != NULL ? X509_get_ext_by_OBJ(cert, oid, -1) : -1;
    const ASN1_OCTET_STRING *value =
        at >= 0 ? X509_EXTENSION_get_data(X509_get_ext(cert, at)) : NULL;

    out[0] = '\0';
    ASN1_OBJECT_free(oid);
    if (value != NULL) {
        const unsigned char *p = ASN1_STRING_get0_data(value);
        ASN1_UTF8STRING *s = d2i_ASN1_UTF8STRING(NULL, &p, ASN1_STRING_length(value));
        int n = s != NULL ? ASN1_STRING_length(s) : 0;

        if (n > 0 && n < 256 && memchr(ASN1_STRING_get0_data(s), 0, (size_t)n) == NULL) {
            memcpy(out, ASN1_STRING_get0_data(s), (size_t)n);
            out[n] = '\0';
        }
        ASN1_UTF8STRING_free(s);
    }
}

int pt_x509_pem(X509 *cert, struct pt_buf *out, struct pt_err *err) {
    BIO *bio = BIO_new(BIO_s_mem());
    int rc = bio != NULL && PEM_write_bio_X509(bio, cert) == 1 ? pt_bio_drain(bio, out)
                                                               : pt_openssl_err(err, "certificate");

    BIO_free(bio);
    return rc;
}

int pt_x509_load(const char *path, X509 **ret, struct pt_err *err) {
    struct pt_buf buf;
    BIO *bio = NULL;
    int rc;

    *ret = NULL;
    pt_buf_init(&buf, CERT_FILE_MAX);
    rc = pt_file_read(path, &buf, err);
    if (rc == 0 && buf.len > 0) {
        bio = BIO_new_mem_buf(buf.p, (int)buf.len);
        *ret = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, (char[]){""}) : NULL;
    }
    if (rc == 0 && *ret == NULL) {
        pt_openssl_err(err, path);
        rc = pt_err_set(err, PT_E_FORMAT, "%s: not a PEM certificate", path);
    }
    BIO_free(bio);
    pt_buf_done(&buf);
    return rc;
}

int pt_x509_fingerprint(const X509 *cert, struct pt_hash *ret, struct pt_err *err) {
    unsigned n = 0;

    if (X509_digest(cert, EVP_sha256(), ret->b, &n) != 1 || n != PT_HASH_LEN) {
        return pt_openssl_err(err, "certificate");
    }
    return 0;
}
