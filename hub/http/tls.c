#include "tls.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

static int bio_read(BIO *bio, char *p, size_t cap, size_t *ret_len) {
    struct pt_http_tls *t = BIO_get_data(bio);
    size_t n = t->in.len < cap ? t->in.len : cap;

    BIO_clear_retry_flags(bio);
    *ret_len = n;
    if (n == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(p, t->in.p, n);
    t->in.p += n;
    t->in.len -= n;
    return 1;
}

static int bio_write(BIO *bio, const char *p, size_t len, size_t *ret_len) {
    struct pt_http_tls *t = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    *ret_len = 0;
    if (pt_buf_append(&t->out, p, len) != 0) {
        return 0;
    }
    *ret_len = len;
    return 1;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr) {
    (void)bio;
    (void)num;
    (void)ptr;
    return cmd == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *pt_http_tls_method(void) {
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pentad http");

    if (m == NULL) {
        return NULL;
    }
    if (BIO_meth_set_read_ex(m, bio_read) != 1 || BIO_meth_set_write_ex(m, bio_write) != 1 ||
        BIO_meth_set_ctrl(m, bio_ctrl) != 1) {
        BIO_meth_free(m);
        return NULL;
    }
    return m;
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                       const unsigned char *in, unsigned in_len, void *ctx) {
    static const unsigned char ours[] = "\x02h2\x08http/1.1";
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)ctx;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

void pt_http_tls_prepare_context(SSL_CTX *ctx) {
    SSL_CTX_set_alpn_select_cb(ctx, select_alpn, NULL);
}

int pt_http_tls_init(struct pt_http_tls *t, SSL_CTX *ctx, const BIO_METHOD *method,
                     bool client_cert_required, size_t held_max, size_t out_max) {
    BIO *bio = NULL;
    int rc = PT_E_NOMEM;

    memset(t, 0, sizeof *t);
    pt_buf_init(&t->held, held_max);
    pt_buf_init(&t->out, out_max);
    bio = BIO_new(method);
    t->ssl = SSL_new(ctx);
    if (bio == NULL || t->ssl == NULL) {
        goto out;
    }
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(t->ssl, bio, bio); /* takes it, once for both ways */
    bio = NULL;

    rc = PT_E_CRYPTO;
    int verify = SSL_VERIFY_PEER | (client_cert_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
    SSL_set_verify(t->ssl, verify, NULL); /* keeps the context's own callback, if any */
    SSL_set_options(t->ssl, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    if (SSL_set_min_proto_version(t->ssl, TLS1_3_VERSION) != 1 ||
        SSL_set_num_tickets(t->ssl, 0) != 1 || SSL_set_max_early_data(t->ssl, 0) != 1 ||
        SSL_set_recv_max_early_data(t->ssl, 0) != 1) {
        goto out;
    }
    SSL_set_accept_state(t->ssl);
    rc = 0;
out:
    BIO_free(bio);
    if (rc != 0) {
        pt_http_tls_done(t);
    }
    ERR_clear_error();
    return rc;
}

void pt_http_tls_done(struct pt_http_tls *t) {
    SSL_free(t->ssl);
    t->ssl = NULL;
    pt_buf_done(&t->held);
    pt_buf_done(&t->out);
    t->in = pt_span(NULL, 0);
}

int pt_http_tls_feed(struct pt_http_tls *t, const uint8_t *p, size_t len) {
    if (t->in.len == 0) {
        t->in = pt_span(p, len);
        return 0;
    }
    int rc = pt_buf_append(&t->held, p, len);
    if (rc == 0) {
        t->in = pt_buf_span(&t->held);
    }
    return rc;
}

int pt_http_tls_settle(struct pt_http_tls *t) {
    if (t->in.len == 0) {
        pt_buf_reset(&t->held);
        return 0;
    }
    if (t->held.len > 0) {
        pt_buf_consume(&t->held, t->held.len - t->in.len);
    } else if (pt_buf_append(&t->held, t->in.p, t->in.len) != 0) {
        return t->held.failed;
    }
    t->in = pt_buf_span(&t->held);
    return 0;
}

static enum pt_http_tls_result result(struct pt_http_tls *t, int rc) {
    int e = SSL_get_error(t->ssl, rc);

    ERR_clear_error();
    switch (e) {
    case SSL_ERROR_NONE:
        return PT_HTTP_TLS_OK;
    case SSL_ERROR_WANT_READ:
        return PT_HTTP_TLS_WANT;
    case SSL_ERROR_ZERO_RETURN:
        return PT_HTTP_TLS_END;
    default:
        return PT_HTTP_TLS_FAIL;
    }
}

enum pt_http_tls_result pt_http_tls_handshake(struct pt_http_tls *t) {
    ERR_clear_error();
    int rc = SSL_do_handshake(t->ssl);
    return rc == 1 ? PT_HTTP_TLS_OK : result(t, rc);
}

enum pt_http_tls_result pt_http_tls_read(struct pt_http_tls *t, uint8_t *p, size_t cap,
                                         size_t *ret_len) {
    *ret_len = 0;
    ERR_clear_error();
    int rc = SSL_read_ex(t->ssl, p, cap, ret_len);
    return rc == 1 ? PT_HTTP_TLS_OK : result(t, rc);
}

int pt_http_tls_write(struct pt_http_tls *t, const uint8_t *p, size_t len) {
    size_t written = 0;

    ERR_clear_error();
    if (SSL_write_ex(t->ssl, p, len, &written) != 1 || written != len) {
        ERR_clear_error();
        return PT_E_NET;
    }
    return 0;
}

void pt_http_tls_shutdown(struct pt_http_tls *t) {
    ERR_clear_error();
    (void)SSL_shutdown(t->ssl);
    ERR_clear_error();
}

static bool usable_name(const unsigned char *p, size_t len, size_t cap) {
    if (len == 0 || len >= cap) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (p[i] <= ' ' || p[i] >= 0x7f) {
            return false;
        }
    }
    return true;
}

/* The one URI name, or false if there is none, another, or one that could be read two ways. */
static bool uri_name(const X509 *cert, char *out, size_t cap) {
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    unsigned found = 0;
    bool usable = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI) {
            continue;
        }
        const ASN1_STRING *uri = name->d.uniformResourceIdentifier;
        const unsigned char *p = ASN1_STRING_get0_data(uri);
        size_t len = (size_t)ASN1_STRING_length(uri);
        found++;
        usable = usable_name(p, len, cap);
        if (usable) {
            memcpy(out, p, len);
            out[len] = '\0';
        }
    }
    GENERAL_NAMES_free(names);
    if (found == 1 && usable) {
        return true;
    }
    out[0] = '\0';
    return false;
}

bool pt_http_tls_peer(const struct pt_http_tls *t, struct pt_http_peer_id *ret_peer) {
    X509 *cert = SSL_get1_peer_certificate(t->ssl);
    unsigned len = 0;
    bool ok = true;

    ret_peer->identity[0] = '\0';
    memset(ret_peer->fingerprint, 0, sizeof ret_peer->fingerprint);
    if (cert != NULL) {
        ok = X509_digest(cert, EVP_sha256(), ret_peer->fingerprint, &len) == 1 &&
             len == sizeof ret_peer->fingerprint &&
             uri_name(cert, ret_peer->identity, sizeof ret_peer->identity);
    }
    X509_free(cert);
    ERR_clear_error();
    return ok;
}

bool pt_http_tls_is_h2(const struct pt_http_tls *t) {
    const unsigned char *name = NULL;
    unsigned len = 0;

    SSL_get0_alpn_selected(t->ssl, &name, &len);
    return len == 2 && memcmp(name, "h2", 2) == 0;
}
