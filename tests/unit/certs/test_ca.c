/* The authority, its certificates and lists, judged by the openssl program too; TLS with them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>

#include "support.h"

#define ORIGIN "pentad.test/hub"
#define DAY INT64_C(86400000)

static int64_t now;
static const char *authority; /* that issues */

static void setup(void) {
    struct pt_ca_create what = {.origin = ORIGIN, .days = 3650};
    struct pt_err err;

    make_dir();
    authority = "pki";
    now = pt_clock_now_ms(&pt_clock_system);
    what.now_ms = now;
    cr_assert_eq(pt_ca_create(in_dir("pki"), &what, &err), 0, "%s", err.msg);
}

TestSuite(ca, .init = setup, .fini = rm_dir);

static struct pt_identity identity(const char *uri) {
    struct pt_identity id;

    cr_assert_eq(pt_identity_parse(uri, &id), 0, "%s", uri);
    return id;
}

/* Key, request and certificate as <name>.key, .csr and .crt; the issuing code. */
static int issue(const char *name, const char *uri, const char *san, int days, int64_t at) {
    struct pt_ca_issue what = {.identity = identity(uri), .days = days, .now_ms = at};
    const char *sans[1] = {san};
    struct pt_key *k = NULL;
    struct pt_buf csr, crt;
    char file[64];
    struct pt_err err = {0, ""};
    int rc;

    pt_buf_init(&csr, 65536);
    pt_buf_init(&crt, 65536);
    cr_assert_eq(pt_key_generate(PT_KEY_P256, &k, &err), 0);
    snprintf(file, sizeof(file), "%s.key", name);
    cr_assert_eq(pt_key_save(k, in_dir(file), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_csr_create(k, &what.identity, NULL, 0, &csr, &err), 0, "%s", err.msg);
    snprintf(file, sizeof(file), "%s.csr", name);
    write_file(in_dir(file), pt_buf_span(&csr));
    if (san != NULL) {
        what.sans = sans;
        what.n_sans = 1;
    }
    rc = pt_ca_issue(in_dir(authority), pt_buf_span(&csr), &what, &crt, &err);
    if (rc == 0) {
        snprintf(file, sizeof(file), "%s.crt", name);
        write_file(in_dir(file), pt_buf_span(&crt));
    }
    pt_key_free(k);
    pt_buf_done(&csr);
    pt_buf_done(&crt);
    return rc;
}

static int openssl_verify(const char *crt, const char *purpose) {
    return run_program("openssl", "verify", "-x509_strict", "-crl_check", "-purpose", purpose,
                       "-CAfile", in_dir("pki/ca.crt"), "-CRLfile", in_dir("pki/crl.pem"),
                       in_dir(crt), NULL);
}

Test(ca, openssl_agrees) {
    cr_assert_eq(issue("fin", "pentad:finance/role/connector", NULL, 30, now), 0);
    cr_assert_eq(issue("hub", "pentad:hub/role/server", "IP:127.0.0.1", 30, now), 0);
    cr_assert_eq(run_program("openssl", "req", "-in", in_dir("fin.csr"), "-noout", "-verify", NULL),
                 0);
    cr_assert_eq(run_program("openssl", "verify", "-x509_strict", "-CAfile", in_dir("pki/ca.crt"),
                             in_dir("pki/ca.crt"), NULL),
                 0);
    cr_assert_eq(openssl_verify("fin.crt", "sslclient"), 0);
    cr_assert_neq(openssl_verify("fin.crt", "sslserver"), 0, "a connector is no server");
    cr_assert_eq(openssl_verify("hub.crt", "sslserver"), 0);
    cr_assert_eq(run_program("openssl", "verify", "-verify_ip", "127.0.0.1", "-CAfile",
                             in_dir("pki/ca.crt"), in_dir("hub.crt"), NULL),
                 0);
    cr_assert_eq(run_program("openssl", "crl", "-in", in_dir("pki/crl.pem"), "-CAfile",
                             in_dir("pki/ca.crt"), "-noout", NULL),
                 0);
}

Test(ca, revoked_is_revoked) {
    size_t n = 0;
    struct pt_err err;

    cr_assert_eq(issue("fin", "pentad:finance/role/connector", NULL, 30, now), 0);
    cr_assert_eq(issue("fin2", "pentad:finance/role/connector", NULL, 30, now), 0);
    cr_assert_eq(issue("aud", "pentad:audit/role/connector", NULL, 30, now), 0);
    cr_assert_eq(pt_ca_revoke(in_dir("pki"), "pentad:finance/role/connector", "keyCompromise", now,
                              &n, &err),
                 0, "%s", err.msg);
    cr_assert_eq(n, 2);
    cr_assert_neq(openssl_verify("fin.crt", "sslclient"), 0);
    cr_assert_neq(openssl_verify("fin2.crt", "sslclient"), 0);
    cr_assert_eq(openssl_verify("aud.crt", "sslclient"), 0);
    cr_assert_eq(pt_ca_revoke(in_dir("pki"), "nobody", "superseded", now, &n, &err),
                 PT_E_NOT_FOUND);
    cr_assert_eq(pt_ca_revoke(in_dir("pki"), "nobody", "dislike", now, &n, &err), PT_E_USAGE);
}

Test(ca, the_register_tells_all) {
    struct pt_ca_cert *certs = NULL;
    size_t n = 0;
    size_t revoked;
    struct pt_err err;

    cr_assert_eq(issue("a", "pentad:audit/stream/main", NULL, 30, now), 0);
    cr_assert_eq(issue("b", "pentad:finance/stream/treasury", NULL, 30, now), 0);
    cr_assert_eq(pt_ca_list(in_dir("pki"), &certs, &n, &err), 0);
    cr_assert_eq(n, 2);
    cr_assert_str_eq(certs[1].identity, "pentad:finance/stream/treasury");
    cr_assert_eq(certs[1].issued_ms, now);
    cr_assert_eq(certs[1].expires_ms, now + 30 * DAY);
    cr_assert_eq(
        pt_ca_revoke(in_dir("pki"), certs[1].serial, "superseded", now + 1, &revoked, &err), 0);
    cr_assert_eq(revoked, 1);
    free(certs);
    cr_assert_eq(pt_ca_list(in_dir("pki"), &certs, &n, &err), 0);
    cr_assert_eq(certs[0].revoked_ms, 0);
    cr_assert_eq(certs[1].revoked_ms, now + 1);
    cr_assert_str_eq(certs[1].reason, "superseded");
    free(certs);
}

Test(ca, refuses_what_was_not_asked) {
    struct pt_ca_issue what = {
        .identity = identity("pentad:audit/role/connector"), .days = 30, .now_ms = now};
    const char *sans[1] = {"DNS:x,URI:pentad:audit/role/connector"};
    struct pt_buf csr, crt;
    struct pt_err err;

    cr_assert_eq(issue("fin", "pentad:finance/role/connector", NULL, 30, now), 0);
    read_file(in_dir("fin.csr"), &csr);
    pt_buf_init(&crt, 65536);
    cr_assert_eq(pt_ca_issue(in_dir("pki"), pt_buf_span(&csr), &what, &crt, &err), PT_E_IDENTITY);
    cr_assert_eq(crt.len, 0);
    what.identity = identity("pentad:finance/role/connector");
    what.sans = sans;
    what.n_sans = 1;
    cr_assert_eq(pt_ca_issue(in_dir("pki"), pt_buf_span(&csr), &what, &crt, &err), PT_E_USAGE);
    cr_assert_eq(issue("hub", "pentad:hub/role/server", sans[0], 30, now), PT_E_USAGE);
    what.n_sans = 0;
    csr.p[csr.len / 2] ^= 1;
    cr_assert_neq(pt_ca_issue(in_dir("pki"), pt_buf_span(&csr), &what, &crt, &err), 0);
    pt_buf_done(&csr);
    pt_buf_done(&crt);
}

Test(ca, an_authority_is_made_once) {
    struct pt_ca_create what = {.origin = ORIGIN, .days = 30, .now_ms = now};
    struct pt_err err;

    cr_assert_eq(pt_ca_create(in_dir("pki"), &what, &err), PT_E_EXISTS);
}

Test(ca, name_constraints_hold) {
    static const char *const permitted[] = {"DNS:city.example", "IP:127.0.0.0/255.0.0.0"};
    struct pt_ca_create what = {
        .origin = ORIGIN, .days = 30, .now_ms = now, .permitted = permitted, .n_permitted = 2};
    struct pt_err err;

    rm_dir();
    make_dir();
    cr_assert_eq(pt_ca_create(in_dir("pki"), &what, &err), 0, "%s", err.msg);
    cr_assert_eq(issue("good", "pentad:hub/role/server", "DNS:hub.city.example", 30, now), 0);
    cr_assert_eq(issue("bad", "pentad:hub/role/server", "DNS:bank.example", 30, now), 0);
    cr_assert_eq(openssl_verify("good.crt", "sslserver"), 0);
    cr_assert_neq(openssl_verify("bad.crt", "sslserver"), 0);
}

Test(ca, identities) {
    static const char *const bad[] = {"",
                                      "pentad:",
                                      "pentad:finance",
                                      "pentad:finance/stream",
                                      "pentad:finance/stream/",
                                      "pentad:finance/stream/a/b",
                                      "pentad:Finance/stream/a",
                                      "pentad:finance/group/a",
                                      "http:finance/stream/a",
                                      "pentad:finance/stream/a ",
                                      "pentad:abcdefghijklmnopqrstuvwxyzabcdefg/stream/a"};
    struct pt_identity id;
    char out[128];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(pt_identity_parse(bad[i], &id), PT_E_IDENTITY, "%s", bad[i]);
        cr_assert_eq(id.kind, PT_IDENTITY_NONE);
    }
    id = identity("pentad:finance/stream/r370102");
    cr_assert_eq(id.kind, PT_IDENTITY_STREAM);
    cr_assert_str_eq(id.name, "r370102");
    cr_assert_eq(pt_identity_format(&id, out, sizeof(out)), 0);
    cr_assert_str_eq(out, "pentad:finance/stream/r370102");
}

/* ---- handshakes ---- */

static struct pt_tls_files files(const char *name, char out[4][256]) {
    struct pt_tls_files f = {out[0], out[1], out[2], out[3]};
    char file[64];

    snprintf(file, sizeof(file), "%s.crt", name);
    snprintf(out[0], 256, "%s", in_dir(file));
    snprintf(file, sizeof(file), "%s.key", name);
    snprintf(out[1], 256, "%s", in_dir(file));
    snprintf(out[2], 256, "%s", in_dir("pki/ca.crt"));
    snprintf(out[3], 256, "%s", in_dir("pki/crl.pem"));
    return f;
}

struct shake {
    bool client_ok, server_ok;
    struct pt_identity peer; /* as the server sees it */
    char alpn[16];
    char why[128];
};

static void connect_bios(SSL *a, SSL *b) {
    BIO *x = NULL;
    BIO *y = NULL;

    cr_assert_eq(BIO_new_bio_pair(&x, 65536, &y, 65536), 1);
    SSL_set_bio(a, x, x);
    SSL_set_bio(b, y, y);
}

static void shake(SSL_CTX *server, SSL_CTX *client, struct shake *ret) {
    static const unsigned char protos[] = "\x08http/1.1\x02h2";
    SSL *s = SSL_new(server);
    SSL *c = SSL_new(client);
    const unsigned char *p;
    unsigned n;
    char byte;

    memset(ret, 0, sizeof(*ret));
    connect_bios(s, c);
    SSL_set_accept_state(s);
    SSL_set_connect_state(c);
    SSL_set_alpn_protos(c, protos, sizeof(protos) - 1);
    for (int i = 0; i < 20; i++) {
        SSL_do_handshake(c);
        SSL_do_handshake(s);
        SSL_read(c, &byte, 1);
    }
    ret->client_ok = SSL_is_init_finished(c);
    ret->server_ok = SSL_is_init_finished(s);
    snprintf(ret->why, sizeof(ret->why), "%s / %s",
             X509_verify_cert_error_string(SSL_get_verify_result(s)),
             X509_verify_cert_error_string(SSL_get_verify_result(c)));
    if (ret->server_ok) {
        struct pt_err err;

        cr_assert_eq(pt_identity_of_cert(SSL_get0_peer_certificate(s), &ret->peer, &err), 0, "%s",
                     err.msg);
        SSL_get0_alpn_selected(s, &p, &n);
        snprintf(ret->alpn, sizeof(ret->alpn), "%.*s", (int)n, (const char *)p);
    }
    SSL_free(s);
    SSL_free(c);
    ERR_clear_error();
}

static SSL_CTX *server_ctx(const char *name) {
    char out[4][256];
    struct pt_tls_files f = files(name, out);
    SSL_CTX *ctx = NULL;
    struct pt_err err;

    cr_assert_eq(pt_tls_server_ctx(&f, "h2,http/1.1", &ctx, &err), 0, "%s", err.msg);
    return ctx;
}

static SSL_CTX *client_ctx(const char *name) {
    char out[4][256];
    struct pt_tls_files f = files(name != NULL ? name : "none", out);
    SSL_CTX *ctx = NULL;
    struct pt_err err;

    if (name == NULL) {
        f.cert = f.key = NULL;
    }
    cr_assert_eq(pt_tls_client_ctx(&f, &ctx, &err), 0, "%s", err.msg);
    return ctx;
}

static void try_pair(const char *server, const char *client, struct shake *ret) {
    SSL_CTX *s = server_ctx(server);
    SSL_CTX *c = client_ctx(client);

    shake(s, c, ret);
    SSL_CTX_free(s);
    SSL_CTX_free(c);
}

Test(ca, tls_knows_who_is_who) {
    struct shake r;
    size_t n;
    struct pt_err err;

    cr_assert_eq(issue("hub", "pentad:hub/role/server", "IP:127.0.0.1", 30, now), 0);
    cr_assert_eq(issue("fin", "pentad:finance/stream/treasury", NULL, 30, now), 0);
    cr_assert_eq(issue("old", "pentad:audit/role/connector", NULL, 1, now - 10 * DAY), 0);
    cr_assert_eq(issue("fake", "pentad:finance/role/server", "IP:127.0.0.1", 30, now), 0);
    try_pair("hub", "fin", &r);
    cr_assert(r.client_ok && r.server_ok, "%s", r.why);
    cr_assert_str_eq(r.peer.party, "finance");
    cr_assert_str_eq(r.peer.name, "treasury");
    cr_assert_str_eq(r.peer.origin, ORIGIN);
    cr_assert_str_eq(r.alpn, "h2", "the server's order counts");
    try_pair("hub", NULL, &r);
    cr_assert_not(r.server_ok, "no certificate");
    try_pair("hub", "old", &r);
    cr_assert_not(r.server_ok, "expired");
    try_pair("fake", "fin", &r);
    cr_assert_not(r.client_ok, "finance's server is not the hub");
    cr_assert_eq(pt_ca_revoke(in_dir("pki"), "pentad:finance/stream/treasury", "keyCompromise", now,
                              &n, &err),
                 0);
    try_pair("hub", "fin", &r);
    cr_assert_not(r.server_ok, "revoked");
    cr_assert_not_null(strstr(r.why, "revoked"), "%s", r.why);
}

static void join_files(const char *a, const char *b, const char *to) {
    struct pt_buf x, y;

    read_file(in_dir(a), &x);
    read_file(in_dir(b), &y);
    pt_buf_append_span(&x, pt_buf_span(&y));
    write_file(in_dir(to), pt_buf_span(&x));
    pt_buf_done(&x);
    pt_buf_done(&y);
}

/* A hub that trusts two authorities: finance of another hub is a stranger here all the same. */
Test(ca, tls_takes_certificates_of_its_own_hub_alone) {
    struct pt_ca_create what = {.origin = "pentad.elsewhere/hub", .days = 3650, .now_ms = now};
    struct pt_err err;
    char out[4][256];

    cr_assert_eq(pt_ca_create(in_dir("pki2"), &what, &err), 0, "%s", err.msg);
    cr_assert_eq(issue("hub", "pentad:hub/role/server", "IP:127.0.0.1", 30, now), 0);
    cr_assert_eq(issue("fin", "pentad:finance/stream/treasury", NULL, 30, now), 0);
    authority = "pki2";
    cr_assert_eq(issue("fin2", "pentad:finance/stream/treasury", NULL, 30, now), 0);
    join_files("pki/ca.crt", "pki2/ca.crt", "both.crt");
    join_files("pki/crl.pem", "pki2/crl.pem", "both.pem");
    struct pt_tls_files f = files("hub", out);
    f.ca = in_dir("both.crt");
    f.crl = in_dir("both.pem");
    for (int i = 0; i < 4; i++) {
        bool own = i % 2 == 0, asked = i >= 2;
        struct shake r;
        SSL_CTX *s = NULL, *c = client_ctx(own ? "fin" : "fin2");

        cr_assert_eq(pt_tls_server_ctx(&f, "h2", &s, &err), 0, "%s", err.msg);
        if (asked) {
            cr_assert_eq(pt_tls_require_origin(s, ORIGIN, &err), 0, "%s", err.msg);
        }
        shake(s, c, &r);
        cr_assert_eq(r.server_ok, own || !asked, "%s", r.why);
        cr_assert_eq(pt_tls_require_origin(s, what.origin, &err), PT_E_CONFIG);
        SSL_CTX_free(s);
        SSL_CTX_free(c);
    }
}

Test(ca, tls_says_which_file_is_wrong) {
    char out[4][256];
    struct pt_tls_files f;
    SSL_CTX *ctx = NULL;
    struct pt_err err;

    cr_assert_eq(issue("hub", "pentad:hub/role/server", NULL, 30, now), 0);
    cr_assert_eq(issue("fin", "pentad:finance/role/connector", NULL, 30, now), 0);
    f = files("hub", out);
    f.key = in_dir("fin.key");
    cr_assert_neq(pt_tls_server_ctx(&f, "h2", &ctx, &err), 0);
    cr_assert_not_null(strstr(err.msg, "fin.key"), "%s", err.msg);
    f = files("hub", out);
    f.crl = in_dir("hub.crt");
    cr_assert_neq(pt_tls_server_ctx(&f, "h2", &ctx, &err), 0);
    cr_assert_not_null(strstr(err.msg, "hub.crt"), "%s", err.msg);
    cr_assert_null(ctx);
}
