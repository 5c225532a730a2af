/* The client's own requests against the hub's own listener, over real TLS. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/client/http.h>

#include "../http/harness.h"

struct setting {
    struct hx hx;
    char cert[64], key[64], ca[64], url[64];
    struct pt_http_client *c;
    struct pt_buf out;
    struct pt_err err;
    long status;
};

static void put_file(char path[64], const char *text) {
    snprintf(path, 64, "/tmp/pentad-client-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int connect_as(struct setting *s, const char *cert, const char *key, const char *ca,
                      int timeout_ms) {
    const struct pt_http_client_config cfg = {
        .url = s->url, .tls = {.cert = cert, .key = key, .ca = ca}, .timeout_ms = timeout_ms};
    pt_http_client_free(s->c);
    s->c = NULL;
    return pt_http_client_new(&cfg, &s->c, &s->err);
}

static void begin(struct setting *s) {
    struct pt_http_config cfg;
    memset(s, 0, sizeof *s);
    hx_config(&cfg);
    hx_start(&s->hx, &cfg);
    put_file(s->cert, s->hx.treasury.cert_pem);
    put_file(s->key, s->hx.treasury.key_pem);
    put_file(s->ca, s->hx.ca_pem);
    snprintf(s->url, sizeof s->url, "https://127.0.0.1:%u", (unsigned)s->hx.port);
    pt_buf_init(&s->out, 16 << 20);
    cr_assert_eq(connect_as(s, s->cert, s->key, s->ca, 0), 0, "%s", s->err.msg);
}

static void end(struct setting *s) {
    pt_http_client_free(s->c);
    pt_buf_done(&s->out);
    unlink(s->cert);
    unlink(s->key);
    unlink(s->ca);
    hx_end(&s->hx);
}

static int get(struct setting *s, const char *path) {
    pt_buf_reset(&s->out);
    memset(&s->err, 0, sizeof s->err);
    return pt_http_client_get(s->c, path, "text/plain", 0, &s->out, &s->status, &s->err);
}

Test(http_client, asks_and_sends) {
    struct setting s;
    begin(&s);
    cr_assert_eq(get(&s, "/hello"), 0, "%s", s.err.msg);
    cr_assert_eq(s.status, 200);
    cr_assert_eq(get(&s, "/big?n=5000000"), 0, "%s", s.err.msg);
    cr_assert_eq(s.out.len, 5000000);
    char *body = malloc(7000000);
    memset(body, 'x', 7000000);
    pt_buf_reset(&s.out);
    cr_assert_eq(pt_http_client_post(s.c, "/echo", "application/octet-stream",
                                     pt_span(body, 7000000), &s.out, &s.status, &s.err),
                 0, "%s", s.err.msg);
    cr_assert_eq(s.out.len, 7000000);
    free(body);
    /* A POST leaves nothing behind that the next GET would carry. */
    cr_assert_eq(get(&s, "/hello"), 0, "%s", s.err.msg);
    end(&s);
}

Test(http_client, errors_have_their_code_and_leave_no_bytes) {
    struct setting s;
    begin(&s);
    cr_assert_eq(get(&s, "/nowhere"), PT_E_NOT_FOUND, "%s", s.err.msg);
    cr_assert_eq(s.status, 404);
    cr_assert_eq(s.out.len, 0);
    cr_assert(strstr(s.err.msg, "no such path"), "the hub's own sentence: %s", s.err.msg);
    /* An answer larger than its buffer. */
    struct pt_buf small;
    pt_buf_init(&small, 1000);
    cr_assert_eq(pt_http_client_get(s.c, "/big?n=5000", "text/plain", 0, &small, NULL, &s.err),
                 PT_E_TOO_LARGE);
    cr_assert_eq(small.len, 0);
    pt_buf_done(&small);
    /* No answer in time; and then all is well again. */
    cr_assert_eq(connect_as(&s, s.cert, s.key, s.ca, 300), 0);
    cr_assert_eq(get(&s, "/wait"), PT_E_TIMEOUT, "%s", s.err.msg);
    cr_assert_eq(s.status, 0);
    cr_assert_eq(get(&s, "/hello"), 0, "%s", s.err.msg);
    end(&s);
}

Test(http_client, stops_when_told) {
    struct setting s;
    volatile bool stop = true;
    begin(&s);
    pt_http_client_watch(s.c, &stop);
    cr_assert_eq(get(&s, "/wait"), PT_E_STOPPING, "%s", s.err.msg);
    stop = false;
    cr_assert_eq(get(&s, "/hello"), 0, "%s", s.err.msg);
    end(&s);
}

Test(http_client, talks_to_the_hub_alone) {
    struct setting s;
    struct pt_test_pki other;
    char ca[64];
    begin(&s);
    /* An authority that didn't issue the hub's certificate. */
    cr_assert(pt_test_pki_init(&other, "Somebody else"));
    char *pem = pt_test_pki_ca_pem(&other);
    put_file(ca, pem);
    cr_assert_eq(connect_as(&s, s.cert, s.key, ca, 0), 0);
    cr_assert_eq(get(&s, "/hello"), PT_E_NET);
    cr_assert(strstr(s.err.msg, "certificate"), "%s", s.err.msg);
    /* A certificate without its file: a matter of configuration, said by its name. */
    cr_assert_eq(connect_as(&s, "/nonexistent.crt", s.key, s.ca, 0), 0);
    cr_assert_lt(get(&s, "/hello"), 0);
    cr_assert(strstr(s.err.msg, "nonexistent.crt"), "%s", s.err.msg);
    cr_assert(!pt_err_retryable(s.err.code) || s.err.code == PT_E_IO);
    /* Nobody there. */
    snprintf(s.url, sizeof s.url, "https://127.0.0.1:1");
    cr_assert_eq(connect_as(&s, s.cert, s.key, s.ca, 0), 0);
    cr_assert_eq(get(&s, "/hello"), PT_E_NET, "%s", s.err.msg);
    free(pem);
    unlink(ca);
    pt_test_pki_done(&other);
    end(&s);
}

Test(http_client, another_party_is_not_the_hub) {
    struct setting s;
    struct pt_http_config cfg;
    struct pt_test_cert impostor;
    begin(&s);
    end(&s);
    /* The same listener, showing a party's certificate. */
    memset(&s, 0, sizeof s);
    hx_config(&cfg);
    hx_start(&s.hx, &cfg);
    cr_assert(pt_test_pki_issue(&s.hx.pki, "impostor", "IP:127.0.0.1,URI:" HX_AUDIT, 2, &impostor));
    cr_assert_eq(SSL_CTX_use_certificate(s.hx.tls, impostor.cert), 1);
    cr_assert_eq(SSL_CTX_use_PrivateKey(s.hx.tls, impostor.key), 1);
    put_file(s.cert, s.hx.treasury.cert_pem);
    put_file(s.key, s.hx.treasury.key_pem);
    put_file(s.ca, s.hx.ca_pem);
    snprintf(s.url, sizeof s.url, "https://127.0.0.1:%u", (unsigned)s.hx.port);
    pt_buf_init(&s.out, 1 << 20);
    cr_assert_eq(connect_as(&s, s.cert, s.key, s.ca, 0), 0);
    cr_assert_eq(get(&s, "/hello"), PT_E_NET, "%s", s.err.msg);
    pt_test_cert_done(&impostor);
    end(&s);
}
