#include <pentad/certs/tls.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <pentad/base/file.h>

#include "ossl.h"
#include "x509.h"

enum { PEM_FILE_MAX = 16 * 1024 * 1024, ALPN_MAX = 128, CHAIN_MAX = 3, FILE_CERTS_MAX = 64 };

/* ---- files ---- */

/* The file as a memory BIO over `buf`, which the caller frees after the BIO. */
static int open_pem(const char *path, struct pt_buf *buf, BIO **ret, struct pt_err *err) {
    int rc;

    *ret = NULL;
    pt_buf_init(buf, PEM_FILE_MAX);
    rc = pt_file_read(path, buf, err);
    if (rc != 0) {
        return rc;
    }
    *ret = BIO_new_mem_buf(buf->len > 0 ? (const void *)buf->p : "", (int)buf->len);
    return *ret != NULL ? 0 : pt_openssl_err(err, path);
}

/* Adds every certificate of the file; the server also tells clients whose certificates it takes. */
static int add_authorities(SSL_CTX *ctx, X509_STORE *store, const char *path, bool announce,
                           struct pt_err *err) {
    struct pt_buf buf;
    BIO *bio;
    X509 *cert;
    int n = 0;
    int rc = open_pem(path, &buf, &bio, err);

    while (rc == 0 && n <= FILE_CERTS_MAX &&
           (cert = PEM_read_bio_X509(bio, NULL, NULL, (char[]){""})) != NULL) {
        if (X509_STORE_add_cert(store, cert) != 1 ||
            (announce && SSL_CTX_add_client_CA(ctx, cert) != 1)) {
            rc = pt_openssl_err(err, path);
        }
        X509_free(cert);
        n++;
    }
    ERR_clear_error();
    if (rc == 0 && (n == 0 || n > FILE_CERTS_MAX)) {
        rc = pt_err_set(err, PT_E_CONFIG, "%s: holds %s", path,
                        n == 0 ? "no certificate of an authority" : "too many certificates");
    }
    BIO_free(bio);
    pt_buf_done(&buf);
    return rc;
}

static int add_crls(X509_STORE *store, const char *path, struct pt_err *err) {
    struct pt_buf buf;
    BIO *bio;
    X509_CRL *crl;
    int n = 0;
    int rc = open_pem(path, &buf, &bio, err);

    while (rc == 0 && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, (char[]){""})) != NULL) {
        if (X509_STORE_add_crl(store, crl) != 1) {
            rc = pt_openssl_err(err, path);
        }
        X509_CRL_free(crl);
        n++;
    }
    ERR_clear_error();
    if (rc == 0 && n == 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "%s: holds no revocation list (`pentad ca crl` makes it)",
                        path);
    }
    BIO_free(bio);
    pt_buf_done(&buf);
    return rc;
}

static int load_own(SSL_CTX *ctx, const struct pt_tls_files *f, struct pt_err *err) {
    struct pt_err why;

    if (SSL_CTX_use_certificate_chain_file(ctx, f->cert) != 1) {
        pt_openssl_err(&why, "certificate");
        return pt_err_set(err, PT_E_CONFIG, "%s: can't be used as a certificate (%s)", f->cert,
                          why.msg);
    }
    if (SSL_CTX_use_PrivateKey_file(ctx, f->key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ctx) != 1) {
        pt_openssl_err(&why, "private key");
        return pt_err_set(err, PT_E_CONFIG, "%s: isn't the private key of %s (%s)", f->key, f->cert,
                          why.msg);
    }
    return 0;
}

static int load_trust(SSL_CTX *ctx, const struct pt_tls_files *f, bool announce,
                      struct pt_err *err) {
    X509_STORE *store = X509_STORE_new();
    unsigned long flags = X509_V_FLAG_X509_STRICT;
    int rc;

    if (store == NULL) {
        return pt_openssl_err(err, "TLS");
    }
    rc = add_authorities(ctx, store, f->ca, announce, err);
    if (rc == 0 && f->crl != NULL) {
        rc = add_crls(store, f->crl, err);
        flags |= X509_V_FLAG_CRL_CHECK;
    }
    if (rc == 0 && X509_STORE_set_flags(store, flags) != 1) {
        rc = pt_openssl_err(err, "TLS");
    }
    if (rc == 0) {
        SSL_CTX_set_cert_store(ctx, store); /* takes it */
    } else {
        X509_STORE_free(store);
    }
    return rc;
}

/* What both sides have: TLS 1.3 alone, no sessions to resume, no early data. */
static int set_limits(SSL_CTX *ctx, struct pt_err *err) {
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_num_tickets(ctx, 0) != 1 || SSL_CTX_set_max_early_data(ctx, 0) != 1) {
        return pt_openssl_err(err, "TLS");
    }
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify_depth(ctx, CHAIN_MAX);
    return 0;
}

static int set_common(SSL_CTX *ctx, const struct pt_tls_files *f, bool announce,
                      struct pt_err *err) {
    int rc = set_limits(ctx, err);

    if (rc == 0) {
        rc = load_trust(ctx, f, announce, err);
    }
    if (rc == 0 && f->cert != NULL) {
        rc = load_own(ctx, f, err);
    }
    return rc;
}

/* ---- ALPN ---- */

/* The protocols in wire form, owned by the context through its ex data. */
struct alpn {
    unsigned len;
    unsigned char wire[ALPN_MAX];
};

static void alpn_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp) {
    (void)parent;
    (void)ad;
    (void)idx;
    (void)argl;
    (void)argp;
    free(ptr);
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                       const unsigned char *in, unsigned in_len, void *arg) {
    const struct alpn *a = arg;
    unsigned char *chosen = NULL;

    (void)ssl;
    if (SSL_select_next_proto(&chosen, out_len, a->wire, a->len, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static pthread_once_t alpn_once = PTHREAD_ONCE_INIT;
static int alpn_index = -1;

static void alpn_register(void) {
    alpn_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, alpn_free);
}

static int set_alpn(SSL_CTX *ctx, const char *list, struct pt_err *err) {
    struct alpn *a = calloc(1, sizeof(*a));

    if (a == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for TLS");
    }
    while (*list != '\0') {
        size_t n = strcspn(list, ",");

        if (n == 0 || n > 32 || a->len + 1 + n > ALPN_MAX) {
            free(a);
            return pt_err_set(err, PT_E_CONFIG, "not a list of protocols: %s", list);
        }
        a->wire[a->len] = (unsigned char)n;
        memcpy(a->wire + a->len + 1, list, n);
        a->len += (unsigned)(1 + n);
        list += n + (list[n] == ',');
    }
    pthread_once(&alpn_once, alpn_register);
    if (alpn_index < 0 || SSL_CTX_set_ex_data(ctx, alpn_index, a) != 1) {
        free(a);
        return pt_openssl_err(err, "TLS");
    }
    SSL_CTX_set_alpn_select_cb(ctx, select_alpn, a);
    return 0;
}

/* ---- contexts ---- */

int pt_tls_server_ctx(const struct pt_tls_files *f, const char *alpn, SSL_CTX **ret,
                      struct pt_err *err) {
    SSL_CTX *ctx;
    int rc;

    *ret = NULL;
    if (f->cert == NULL || f->key == NULL || f->ca == NULL) {
        return pt_err_set(err, PT_E_CONFIG, "a server needs its certificate, key and authority");
    }
    ctx = SSL_CTX_new(TLS_server_method());
    if (ctx == NULL) {
        return pt_openssl_err(err, "TLS");
    }
    rc = set_common(ctx, f, true, err);
    if (rc == 0 && alpn != NULL) {
        rc = set_alpn(ctx, alpn, err);
    }
    if (rc != 0) {
        SSL_CTX_free(ctx);
        return rc;
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    *ret = ctx;
    return 0;
}

/* ---- whose hub a certificate is for ---- */

static pthread_once_t origin_once = PTHREAD_ONCE_INIT;
static int origin_index = -1;

static void origin_register(void) {
    origin_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, alpn_free); /* it frees, no more */
}

static int require_origin(int ok, X509_STORE_CTX *store) {
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    const char *want = ssl != NULL ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), origin_index) : NULL;
    char origin[256];

    if (ok != 1 || X509_STORE_CTX_get_error_depth(store) != 0) {
        return ok;
    }
    pt_x509_origin(X509_STORE_CTX_get_current_cert(store), origin);
    if (want == NULL || strcmp(origin, want) != 0) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }
    return 1;
}

int pt_tls_require_origin(SSL_CTX *ctx, const char *origin, struct pt_err *err) {
    X509 *cert = SSL_CTX_get0_certificate(ctx);
    char mine[256] = "";
    char *own;

    if (cert != NULL) {
        pt_x509_origin(cert, mine);
    }
    if (strcmp(mine, origin) != 0) {
        return pt_err_set(err, PT_E_CONFIG,
                          "the server's certificate is for the hub %.80s, this one is %.80s",
                          mine[0] != '\0' ? mine : "of no origin", origin);
    }
    own = strdup(origin);
    pthread_once(&origin_once, origin_register);
    if (own == NULL || origin_index < 0 || SSL_CTX_set_ex_data(ctx, origin_index, own) != 1) {
        free(own);
        return pt_openssl_err(err, "TLS");
    }
    SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), require_origin);
    return 0;
}

/* Any party's certificate is good under our authority: the one who answers must be the hub. */
static int require_hub(int ok, X509_STORE_CTX *store) {
    struct pt_identity id;

    if (ok != 1 || X509_STORE_CTX_get_error_depth(store) != 0) {
        return ok;
    }
    if (pt_identity_of_cert(X509_STORE_CTX_get_current_cert(store), &id, NULL) != 0 ||
        id.kind != PT_IDENTITY_ROLE || strcmp(id.party, "hub") != 0 ||
        strcmp(id.name, "server") != 0) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }
    return 1;
}

static int setup_client(SSL_CTX *ctx, const struct pt_tls_files *files, struct pt_err *err) {
    int rc;

    if (files->ca == NULL || (files->cert == NULL) != (files->key == NULL)) {
        return pt_err_set(err, PT_E_CONFIG,
                          "a client needs the authority, and a certificate only with its key");
    }
    rc = set_common(ctx, files, false, err);
    if (rc == 0) {
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, require_hub);
    }
    return rc;
}

int pt_tls_client_ctx(const struct pt_tls_files *files, SSL_CTX **ret, struct pt_err *err) {
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    int rc;

    *ret = NULL;
    if (ctx == NULL) {
        return pt_openssl_err(err, "TLS");
    }
    rc = setup_client(ctx, files, err);
    if (rc != 0) {
        SSL_CTX_free(ctx);
        return rc;
    }
    *ret = ctx;
    return 0;
}

int pt_tls_setup_like(SSL_CTX *ctx, SSL_CTX *like, struct pt_err *err) {
    X509 *cert = SSL_CTX_get0_certificate(like);
    STACK_OF(X509) *chain = NULL;
    int rc = set_limits(ctx, err);

    if (rc != 0) {
        return rc;
    }
    SSL_CTX_set1_cert_store(ctx, SSL_CTX_get_cert_store(like));
    if (cert != NULL &&
        (SSL_CTX_get0_chain_certs(like, &chain) != 1 ||
         SSL_CTX_use_cert_and_key(ctx, cert, SSL_CTX_get0_privatekey(like), chain, 1) != 1)) {
        return pt_openssl_err(err, "TLS");
    }
    SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(like), SSL_CTX_get_verify_callback(like));
    return 0;
}

int pt_tls_check_own(SSL_CTX *ctx, const char *party, struct pt_err *err) {
    X509 *cert = SSL_CTX_get0_certificate(ctx);
    STACK_OF(X509) *chain = NULL;
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    struct pt_identity id;
    int rc = cert != NULL ? pt_identity_of_cert(cert, &id, err)
                          : pt_err_set(err, PT_E_CONFIG, "there is no certificate to show");

    if (rc == 0 && strcmp(id.party, party) != 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "the certificate is of %s, not of %s", id.party, party);
    }
    if (rc == 0 && (store == NULL || SSL_CTX_get0_chain_certs(ctx, &chain) != 1 ||
                    X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(ctx), cert, chain) != 1)) {
        rc = pt_openssl_err(err, "certificate");
    }
    if (rc == 0 && X509_verify_cert(store) != 1) {
        rc = pt_err_set(err, PT_E_CONFIG, "the certificate doesn't hold under its authority: %s",
                        X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
    }
    X509_STORE_CTX_free(store);
    ERR_clear_error();
    return rc;
}
