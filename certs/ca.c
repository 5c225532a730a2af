#include <pentad/certs/ca.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <pentad/base/file.h>

#include "ca_crl.h"
#include "ca_index.h"
#include "csr.h"
#include "ossl.h"
#include "x509.h"

static const int64_t day_ms = INT64_C(86400000);
static const int64_t skew_ms = INT64_C(300000); /* clocks that are a little behind may use it too */
enum { DAYS_MAX = 36500, CRL_DAYS = 365 };

/* ---- creating an authority ---- */

static int add_constraints(X509 *cert, const struct pt_ca_create *w, struct pt_err *err) {
    struct pt_buf value;
    const char *text;
    int rc = 0;

    if (w->n_permitted == 0) {
        return 0;
    }
    pt_buf_init(&value, 8192);
    for (size_t i = 0; i < w->n_permitted; i++) {
        if (strpbrk(w->permitted[i], ",; @") != NULL) {
            rc = pt_err_set(err, PT_E_USAGE, "%s is not DNS:<name> or IP:<address>/<mask>",
                            w->permitted[i]);
            break;
        }
        pt_buf_printf(&value, "%spermitted;%s", i > 0 ? "," : "", w->permitted[i]);
    }
    text = pt_buf_cstr(&value);
    if (rc == 0) {
        rc = text != NULL ? pt_x509_add_ext(cert, cert, NID_name_constraints, text, err)
                          : pt_err_set(err, PT_E_TOO_LARGE, "too many permitted names");
    }
    pt_buf_done(&value);
    return rc;
}

static int root_extensions(X509 *cert, const struct pt_ca_create *w, struct pt_err *err) {
    static const struct {
        int nid;
        const char *value;
    } exts[] = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                {NID_key_usage, "critical,keyCertSign,cRLSign"},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"}};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(exts) / sizeof(exts[0]); i++) {
        rc = pt_x509_add_ext(cert, cert, exts[i].nid, exts[i].value, err);
    }
    if (rc == 0) {
        rc = add_constraints(cert, w, err);
    }
    return rc == 0 ? pt_x509_add_origin(cert, w->origin, err) : rc;
}

static int make_root(const struct pt_key *k, const struct pt_ca_create *w, struct pt_buf *pem,
                     struct pt_err *err) {
    X509 *cert = X509_new();
    char serial[2 * PT_SERIAL_BYTES + 1];
    int rc;

    if (cert == NULL || X509_set_version(cert, X509_VERSION_3) != 1 ||
        X509_set_pubkey(cert, pt_key_evp(k)) != 1) {
        rc = pt_openssl_err(err, "authority");
        goto out;
    }
    rc = pt_x509_set_serial(cert, serial, err);
    if (rc == 0) {
        rc = pt_x509_set_validity(cert, w->now_ms - skew_ms, w->now_ms + w->days * day_ms, err);
    }
    if (rc == 0) {
        rc = pt_x509_set_cn(X509_get_subject_name(cert), "Pentad authority", err);
    }
    if (rc == 0) {
        rc = pt_x509_set_cn(X509_get_issuer_name(cert), "Pentad authority", err);
    }
    if (rc == 0) {
        rc = root_extensions(cert, w, err);
    }
    if (rc == 0 && X509_sign(cert, pt_key_evp(k), EVP_sha256()) <= 0) {
        rc = pt_openssl_err(err, "authority");
    }
    if (rc == 0) {
        rc = pt_x509_pem(cert, pem, err);
    }
out:
    X509_free(cert);
    return rc;
}

/* The index first, the certificate last: a directory with ca.crt is a whole authority. */
static int write_root(const char *dir, const struct pt_key *k, struct pt_span pem,
                      struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_ca_path(path, sizeof(path), dir, "ca.key", err);

    if (rc == 0) {
        rc = pt_key_save(k, path, err);
    }
    if (rc == 0) {
        rc = pt_ca_path(path, sizeof(path), dir, "index.txt", err);
    }
    if (rc == 0) {
        rc = pt_file_create(path, "", 0, 0644, err);
    }
    if (rc == 0) {
        rc = pt_ca_path(path, sizeof(path), dir, "ca.crt", err);
    }
    return rc == 0 ? pt_file_create(path, pem.p, pem.len, 0644, err) : rc;
}

int pt_ca_create(const char *dir, const struct pt_ca_create *what, struct pt_err *err) {
    struct pt_key *k = NULL;
    struct pt_buf pem;
    int lock = -1;
    int rc;

    pt_buf_init(&pem, 16384);
    if (what->days < 1 || what->days > DAYS_MAX || what->origin == NULL ||
        what->origin[0] == '\0' || strlen(what->origin) > 255) {
        return pt_err_set(err, PT_E_USAGE, "an authority needs an origin and 1 to %d days",
                          DAYS_MAX);
    }
    rc = pt_mkdirs(dir, 0755, err);
    if (rc == 0) {
        rc = pt_ca_lock(dir, &lock, err);
    }
    if (rc == 0) {
        rc = pt_key_generate(PT_KEY_P256, &k, err);
    }
    if (rc == 0) {
        rc = make_root(k, what, &pem, err);
    }
    if (rc == 0) {
        rc = write_root(dir, k, pt_buf_span(&pem), err);
    }
    if (rc == 0) {
        rc = pt_ca_write_crl(dir, CRL_DAYS, what->now_ms, err);
    }
    pt_ca_unlock(lock);
    pt_buf_done(&pem);
    pt_key_free(k);
    return rc;
}

/* ---- issuing ---- */

int pt_ca_open(const char *dir, struct pt_authority *ret, struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_ca_path(path, sizeof(path), dir, "ca.crt", err);

    memset(ret, 0, sizeof(*ret));
    if (rc == 0) {
        rc = pt_x509_load(path, &ret->cert, err);
    }
    if (rc == 0) {
        rc = pt_ca_path(path, sizeof(path), dir, "ca.key", err);
    }
    if (rc == 0) {
        rc = pt_key_load(path, &ret->key, err);
    }
    if (rc == 0 && X509_check_private_key(ret->cert, pt_key_evp(ret->key)) != 1) {
        ERR_clear_error();
        rc = pt_err_set(err, PT_E_CONFIG, "%s: isn't the private key of ca.crt beside it", path);
    }
    if (rc != 0) {
        pt_ca_close(ret);
    }
    return rc;
}

void pt_ca_close(struct pt_authority *a) {
    X509_free(a->cert);
    pt_key_free(a->key);
    memset(a, 0, sizeof(*a));
}

static bool is_server(const struct pt_identity *id) {
    return id->kind == PT_IDENTITY_ROLE && strcmp(id->name, "server") == 0;
}

static int leaf_extensions(X509 *cert, const struct pt_authority *a, const struct pt_ca_issue *w,
                           struct pt_err *err) {
    const struct {
        int nid;
        const char *value;
    } exts[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, is_server(&w->identity) ? "serverAuth,clientAuth" : "clientAuth"},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid:always"}};
    X509_EXTENSION *names = NULL;
    char origin[256];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(exts) / sizeof(exts[0]); i++) {
        rc = pt_x509_add_ext(cert, a->cert, exts[i].nid, exts[i].value, err);
    }
    if (rc == 0) {
        rc = pt_x509_names(&w->identity, w->sans, w->n_sans, &names, err);
    }
    if (rc == 0 && X509_add_ext(cert, names, -1) != 1) {
        rc = pt_openssl_err(err, "alternative names");
    }
    X509_EXTENSION_free(names);
    pt_x509_origin(a->cert, origin);
    if (rc == 0 && origin[0] != '\0') {
        rc = pt_x509_add_origin(cert, origin, err);
    }
    return rc;
}

static int fill_leaf(X509 *cert, const struct pt_authority *a, X509_REQ *req,
                     const struct pt_ca_issue *w, struct pt_ca_cert *entry, struct pt_err *err) {
    char cn[PT_CN_MAX + 1];
    int rc;

    if (X509_set_version(cert, X509_VERSION_3) != 1 ||
        X509_set_pubkey(cert, X509_REQ_get0_pubkey(req)) != 1 ||
        X509_set_issuer_name(cert, X509_get_subject_name(a->cert)) != 1) {
        return pt_openssl_err(err, "certificate");
    }
    entry->issued_ms = w->now_ms;
    entry->expires_ms = w->now_ms + w->days * day_ms;
    pt_x509_cn_of(&w->identity, cn);
    rc = pt_x509_set_serial(cert, entry->serial, err);
    if (rc == 0) {
        rc = pt_x509_set_validity(cert, w->now_ms - skew_ms, entry->expires_ms, err);
    }
    if (rc == 0) {
        rc = pt_x509_set_cn(X509_get_subject_name(cert), cn, err);
    }
    if (rc == 0) {
        rc = leaf_extensions(cert, a, w, err);
    }
    if (rc == 0 && X509_sign(cert, pt_key_evp(a->key), EVP_sha256()) <= 0) {
        rc = pt_openssl_err(err, "certificate");
    }
    return rc;
}

static int make_leaf(const struct pt_authority *a, X509_REQ *req, const struct pt_ca_issue *w,
                     struct pt_ca_cert *entry, struct pt_buf *pem, struct pt_err *err) {
    X509 *cert = X509_new();
    struct pt_hash fp;
    int rc;

    if (cert == NULL) {
        return pt_openssl_err(err, "certificate");
    }
    memset(entry, 0, sizeof(*entry));
    rc = pt_identity_format(&w->identity, entry->identity, sizeof(entry->identity));
    PT_ASSERT(rc == 0); /* identities of parsed names fit */
    rc = fill_leaf(cert, a, req, w, entry, err);
    if (rc == 0) {
        rc = pt_x509_fingerprint(cert, &fp, err);
    }
    if (rc == 0) {
        pt_hash_hex(entry->fingerprint, &fp);
        rc = pt_x509_pem(cert, pem, err);
    }
    X509_free(cert);
    return rc;
}

static int check_wish(const struct pt_ca_issue *w, const struct pt_identity *asked,
                      struct pt_err *err) {
    if (w->identity.kind != asked->kind || strcmp(w->identity.party, asked->party) != 0 ||
        strcmp(w->identity.name, asked->name) != 0) {
        char uri[128] = "";

        (void)pt_identity_format(asked, uri, sizeof(uri));
        return pt_err_set(err, PT_E_IDENTITY, "the request is for %s, which wasn't asked for", uri);
    }
    if (w->n_sans > 0 && !is_server(&w->identity)) {
        return pt_err_set(err, PT_E_USAGE,
                          "host names and addresses are for servers (pentad:hub/role/server)");
    }
    if (w->days < 1 || w->days > DAYS_MAX || w->n_sans > PT_CA_SANS_MAX) {
        return pt_err_set(err, PT_E_USAGE, "1 to %d days, at most %d names", DAYS_MAX,
                          PT_CA_SANS_MAX);
    }
    return 0;
}

int pt_ca_issue_locked(const char *dir, struct pt_span csr_pem, const struct pt_ca_issue *what,
                       struct pt_buf *ret_pem, struct pt_err *err) {
    struct pt_authority a = {NULL, NULL};
    struct pt_ca_index x = {0, 0, NULL};
    struct pt_identity asked;
    struct pt_ca_cert entry;
    X509_REQ *req = NULL;
    int rc = pt_csr_open(csr_pem, &req, &asked, err);

    if (rc == 0) {
        rc = check_wish(what, &asked, err);
    }
    if (rc == 0) {
        rc = pt_ca_open(dir, &a, err);
    }
    if (rc == 0) {
        rc = pt_ca_index_load(dir, &x, err);
    }
    if (rc == 0) {
        rc = make_leaf(&a, req, what, &entry, ret_pem, err);
    }
    if (rc == 0) {
        rc = pt_ca_index_add(&x, &entry, err);
    }
    if (rc == 0) {
        rc = pt_ca_index_save(dir, &x, err);
    }
    if (rc != 0) {
        pt_buf_reset(ret_pem); /* nothing leaves that the register doesn't have */
    }
    pt_ca_index_done(&x);
    pt_ca_close(&a);
    X509_REQ_free(req);
    return rc;
}

int pt_ca_issue(const char *dir, struct pt_span csr_pem, const struct pt_ca_issue *what,
                struct pt_buf *ret_pem, struct pt_err *err) {
    unsigned approvals = 0;
    int lock = -1;
    int rc = pt_ca_lock(dir, &lock, err);

    if (rc == 0) {
        rc = pt_ca_approvals_needed(dir, &approvals, err);
    }
    if (rc == 0 && approvals > 0) {
        rc = pt_err_set(err, PT_E_FORBIDDEN,
                        "a certificate of this authority needs an invitation and the approval of "
                        "%u people (docs/enrolment.md)",
                        approvals);
    }
    if (rc == 0) {
        rc = pt_ca_issue_locked(dir, csr_pem, what, ret_pem, err);
    }
    pt_ca_unlock(lock);
    return rc;
}

/* ---- the register ---- */

int pt_ca_list(const char *dir, struct pt_ca_cert **ret, size_t *ret_n, struct pt_err *err) {
    struct pt_ca_index x;
    int rc = pt_ca_index_load(dir, &x, err);

    *ret = NULL;
    *ret_n = 0;
    if (rc == 0) {
        *ret = x.certs;
        *ret_n = x.n;
    }
    return rc;
}

int pt_ca_fingerprint(const char *dir, struct pt_hash *ret, struct pt_err *err) {
    char path[PATH_MAX];
    X509 *cert = NULL;
    int rc = pt_ca_path(path, sizeof(path), dir, "ca.crt", err);

    if (rc == 0) {
        rc = pt_x509_load(path, &cert, err);
    }
    if (rc == 0) {
        rc = pt_x509_fingerprint(cert, ret, err);
    }
    X509_free(cert);
    return rc;
}
