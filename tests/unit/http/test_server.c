/* The listener as its clients see it: real TLS on loopback, libcurl, both versions of HTTP. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#include "harness.h"

#define MIB ((size_t)1 << 20)

static const enum hx_version versions[] = {HX_H1, HX_H2};
#define EACH_VERSION(v) for (int v_ = 0, v = versions[0]; v_ < 2; v_++, v = versions[v_ & 1])

static void begin(struct hx *hx) {
    struct pt_http_config config;

    hx_config(&config);
    hx_start(hx, &config);
}

static uint8_t *bytes(size_t len) {
    uint8_t *p = malloc(len);
    struct pt_rng rng;

    PT_ASSERT(p != NULL);
    pt_rng_seed(&rng, len);
    for (size_t i = 0; i < len; i++) {
        p[i] = (uint8_t)pt_rng_next(&rng);
    }
    return p;
}

Test(http_server, answers_in_both_versions) {
    struct hx hx;
    struct hx_reply r;

    begin(&hx);
    EACH_VERSION(v) {
        hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v}, &r);
        cr_expect_eq(r.code, CURLE_OK, "%s", r.error);
        cr_expect_eq(r.status, 200);
        cr_expect_eq(r.version, v == HX_H2 ? CURL_HTTP_VERSION_2_0 : CURL_HTTP_VERSION_1_1);
        cr_expect_str_eq((char *)r.body.p, "hello");
        cr_expect_not_null(strstr((char *)r.headers.p, "content-type: text/plain"));
        cr_expect_not_null(strstr((char *)r.headers.p, "date: "));
        hx_reply_done(&r);
        hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v, .method = "HEAD"}, &r);
        cr_expect_eq(r.code, CURLE_OK, "%s", r.error);
        cr_expect_eq(r.body.len, 0);
        cr_expect_not_null(strstr((char *)r.headers.p, "content-length: 5"));
        hx_reply_done(&r);
    }
    hx_end(&hx);
}

Test(http_server, bodies_come_through_whole) {
    static const size_t sizes[] = {0, 1, 160 * 1024, 3 * MIB + 7};
    struct hx hx;
    struct hx_reply r;

    begin(&hx);
    EACH_VERSION(v) {
        for (size_t i = 0; i < 3 * sizeof sizes / sizeof sizes[0]; i++) {
            size_t len = sizes[i % 4];
            uint8_t *body = bytes(len + 1);
            struct hx_ask ask = {.path = i / 4 == 1 ? "/worker" : "/echo",
                                 .version = v,
                                 .body = body,
                                 .body_len = len,
                                 .chunked = i / 4 == 2 && v == HX_H1};
            hx_ask(&hx, &ask, &r);
            cr_expect_eq(r.code, CURLE_OK, "%s", r.error);
            cr_expect_eq(r.status, 200);
            cr_expect(pt_span_eq(pt_buf_span(&r.body), pt_span(body, len)), "%zu bytes", len);
            hx_reply_done(&r);
            free(body);
        }
        hx_ask(&hx, &(struct hx_ask){.path = "/big?n=16777216", .version = v}, &r);
        cr_expect_eq(r.code, CURLE_OK, "%s", r.error);
        cr_expect_eq(r.body.len, 16 * MIB);
        for (size_t i = 0; i < r.body.len; i += 4097) {
            cr_assert_eq(r.body.p[i], (uint8_t)(i * 31 >> 3));
        }
        hx_reply_done(&r);
    }
    hx_end(&hx);
}

Test(http_server, refuses_early_with_problem_documents) {
    static const struct {
        const char *path;
        const char *method;
        size_t body;
        long status;
        const char *code;
    } cases[] = {
        {"/nowhere", NULL, 0, 404, "\"code\":\"not_found\""},
        {"/hello", "DELETE", 0, 405, "\"code\":\"method_not_allowed\""},
        {"/hello", "GET", 10, 413, "\"code\":\"too_large\""},
        {"/small", NULL, 1001, 413, "\"code\":\"too_large\""},
        {"/small", NULL, 1000, 200, ""},
        {"/echo", NULL, 9 * MIB, 413, "\"code\":\"too_large\""},
        {"/identity", NULL, 0, 403, "\"code\":\"unknown_identity\""},
        {"/a/../b", NULL, 0, 400, "\"code\":\"bad_format\""},
    };
    uint8_t *body = bytes(9 * MIB);
    struct hx hx;
    struct hx_reply r;

    begin(&hx);
    EACH_VERSION(v) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct hx_ask ask = {.path = cases[i].path,
                                 .version = v,
                                 .method = cases[i].method,
                                 .body = cases[i].body > 0 ? body : NULL,
                                 .body_len = cases[i].body};
            hx_ask(&hx, &ask, &r);
            cr_expect_eq(r.code, CURLE_OK, "%s: %s", ask.path, r.error);
            cr_expect_eq(r.status, cases[i].status, "%s gave %ld", ask.path, r.status);
            cr_expect_not_null(strstr((char *)r.body.p, cases[i].code), "%s", (char *)r.body.p);
            bool allow = strstr((char *)r.headers.p, "allow: GET") != NULL;
            cr_expect_eq(allow, cases[i].status == 405);
            hx_reply_done(&r);
        }
        struct hx_ask ask = {
            .path = "/small", .version = v, .body = body, .body_len = 2000, .chunked = v == HX_H1};
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 413);
        hx_reply_done(&r);
    }
    cr_expect_eq(atomic_load(&hx.handled), 2, "only what was accepted reaches the handler");
    hx_end(&hx);
    free(body);
}

Test(http_server, tells_who_the_peer_is) {
    struct hx hx;
    struct hx_reply r;

    begin(&hx);
    EACH_VERSION(v) {
        struct hx_ask ask = {.path = "/identity", .version = v, .cert = &hx.treasury};
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 200, "%s", r.error);
        cr_expect_str_eq((char *)r.body.p, HX_TREASURY);
        hx_reply_done(&r);
        const struct pt_test_cert *const bad[] = {&hx.nameless, &hx.two_names};
        for (size_t i = 0; i < 2; i++) {
            ask = (struct hx_ask){.path = "/hello", .version = v, .cert = bad[i]};
            hx_ask(&hx, &ask, &r);
            cr_expect_eq(r.status, 403, "a certificate without exactly one name");
            hx_reply_done(&r);
        }
    }
    hx_end(&hx);
}

static bool six_failed(const struct pt_http_stats *s) {
    return s->handshakes_failed == 6;
}

Test(http_server, verifies_client_certificates) {
    struct pt_http_config config;
    struct pt_test_pki other;
    struct pt_test_cert foreign;
    struct pt_test_cert expired;
    struct hx hx;
    struct hx_reply r;
    struct pt_http_stats stats;

    hx_config(&config);
    config.client_cert_required = true;
    hx_start(&hx, &config);
    cr_assert(pt_test_pki_init(&other, "Another authority"));
    cr_assert(pt_test_pki_issue(&other, "treasury", "URI:" HX_TREASURY, 2, &foreign));
    cr_assert(pt_test_pki_issue(&hx.pki, "treasury", "URI:" HX_TREASURY, -1, &expired));
    const struct pt_test_cert *const bad[] = {NULL, &foreign, &expired};
    EACH_VERSION(v) {
        for (size_t i = 0; i < 3; i++) {
            hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v, .cert = bad[i]}, &r);
            cr_expect_neq(r.code, CURLE_OK);
            cr_expect_eq(r.status, 0);
            /* The alert arrives: the client can say why. */
            cr_expect_not_null(strstr(r.error, "alert"), "%s", r.error);
            hx_reply_done(&r);
        }
        hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v, .cert = &hx.treasury}, &r);
        cr_expect_eq(r.status, 200, "%s", r.error);
        hx_reply_done(&r);
    }
    cr_expect(hx_wait_stats(&hx, six_failed));
    pt_http_server_stats(hx.server, &stats);
    cr_expect_eq(stats.handshakes_done, 2);
    hx_end(&hx);
    pt_test_cert_done(&foreign);
    pt_test_cert_done(&expired);
    pt_test_pki_done(&other);
}

Test(http_server, speaks_tls_13_only_without_tickets) {
    struct hx hx;
    struct hx_raw raw;
    struct pt_buf out;

    begin(&hx);
    cr_assert(hx_raw_open(&hx, &raw, HX_H1, NULL));
    pt_buf_init(&out, 65536);
    cr_expect(hx_raw_puts(&raw, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
    cr_expect(hx_raw_read(&raw, &out, "hello"));
    cr_expect_eq(SSL_version(raw.ssl), TLS1_3_VERSION);
    cr_expect_not(SSL_SESSION_is_resumable(SSL_get0_session(raw.ssl)));
    hx_raw_close(&raw);
    SSL_CTX *old = pt_test_client_ctx(&hx.pki, NULL);
    cr_assert_eq(SSL_CTX_set_max_proto_version(old, TLS1_2_VERSION), 1);
    SSL *ssl = SSL_new(old);
    int fd = hx_connect(&hx);
    SSL_set_fd(ssl, fd);
    cr_expect_neq(SSL_connect(ssl), 1);
    SSL_free(ssl);
    SSL_CTX_free(old);
    close(fd);
    pt_buf_done(&out);
    hx_end(&hx);
}

Test(http_server, keeps_connections) {
    struct hx hx;
    struct hx_reply r;

    begin(&hx);
    EACH_VERSION(v) {
        CURL *curl = curl_easy_init();
        for (int i = 0; i < 5; i++) {
            struct hx_ask ask = {.path = i % 2 == 0 ? "/echo" : "/nowhere",
                                 .version = v,
                                 .body = i % 2 == 0 ? "x" : NULL,
                                 .body_len = 1,
                                 .reuse = curl};
            hx_ask(&hx, &ask, &r);
            cr_expect_eq(r.status, i % 2 == 0 ? 200 : 404, "%s", r.error);
            cr_expect_eq(r.connects, i == 0 ? 1 : 0);
            hx_reply_done(&r);
        }
        curl_easy_cleanup(curl);
    }
    hx_end(&hx);
}

Test(http_server, pipelined_requests_are_answered_in_order) {
    struct hx hx;
    struct hx_raw raw;
    struct pt_buf out;

    begin(&hx);
    pt_buf_init(&out, 1 << 20);
    cr_assert(hx_raw_open(&hx, &raw, HX_H1, NULL));
    cr_expect(hx_raw_puts(&raw, "POST /worker HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
                                "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\ntwo"
                                "POST /worker HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nthree"
                                "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                                "GET /never HTTP/1.1\r\nHost: h\r\n\r\n"));
    cr_expect(hx_raw_read(&raw, &out, NULL), "the connection ends after close");
    const char *s = pt_buf_cstr(&out);
    const char *one = strstr(s, "\r\n\r\none");
    const char *two = strstr(s, "\r\n\r\ntwo");
    const char *three = strstr(s, "\r\n\r\nthree");
    const char *four = strstr(s, "\r\n\r\nhello");
    cr_expect(one != NULL && one < two && two < three && three < four, "%s", s);
    cr_expect_null(strstr(s, "404"));
    hx_raw_close(&raw);
    pt_buf_done(&out);
    hx_end(&hx);
}

/* More pipelined bytes than may wait: reading pauses and goes on, nothing is lost. */
Test(http_server, a_long_pipeline_is_back_pressed) {
    struct pt_http_config config;
    struct hx hx;
    struct hx_raw raw;
    struct pt_buf out;
    uint8_t *body = bytes(40000);
    int answers = 0;

    hx_config(&config);
    config.pipeline_max = 10000;
    hx_start(&hx, &config);
    pt_buf_init(&out, 4 << 20);
    cr_assert(hx_raw_open(&hx, &raw, HX_H1, NULL));
    for (int i = 0; i < 20; i++) {
        cr_expect(hx_raw_puts(&raw, "POST /worker HTTP/1.1\r\nHost: h\r\nContent-Length: 40000\r\n"
                                    "\r\n"));
        cr_expect(hx_raw_send(&raw, body, 40000));
    }
    cr_expect(hx_raw_puts(&raw, "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    cr_expect(hx_raw_read(&raw, &out, NULL));
    for (size_t at = 0; at + 40000 <= out.len;) {
        const uint8_t *hit = memmem(out.p + at, out.len - at, body, 40000);
        if (hit == NULL) {
            break;
        }
        answers++;
        at = (size_t)(hit - out.p) + 40000;
    }
    cr_expect_eq(answers, 20);
    hx_raw_close(&raw);
    pt_buf_done(&out);
    hx_end(&hx);
    free(body);
}

Test(http_server, streams_run_side_by_side) {
    enum { STREAMS = 60 };
    struct hx hx;
    CURLM *multi = curl_multi_init();
    CURL *curls[STREAMS];
    struct curl_slist *headers[STREAMS];
    struct hx_reply replies[STREAMS];
    struct hx_reply first;
    uint8_t *body = bytes(200000);
    struct pt_http_stats stats;
    int running = 1;

    begin(&hx);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
    for (int i = 0; i < STREAMS; i++) {
        struct hx_ask ask = {
            .path = "/sum", .version = HX_H2, .body = body, .body_len = 200000 - (size_t)i};
        curls[i] = curl_easy_init();
        hx_prepare(&hx, &ask, curls[i], &headers[i], &replies[i]);
        curl_easy_setopt(curls[i], CURLOPT_PIPEWAIT, 1L);
        curl_multi_add_handle(multi, curls[i]);
    }
    while (running > 0) {
        cr_assert_eq(curl_multi_perform(multi, &running), CURLM_OK);
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    /* The answers are short on purpose: libcurl 7.88 loses sight of long ones that arrive side by
     * side (race_http asks for those with a client of its own). */
    for (int i = 0; i < STREAMS; i++) {
        char want[16];
        snprintf(want, sizeof want, "%08x", hx_sum(body, 200000 - (size_t)i));
        cr_expect_str_eq(pt_buf_cstr(&replies[i].body), want, "stream %d: %s", i, replies[i].error);
        curl_multi_remove_handle(multi, curls[i]);
        curl_easy_cleanup(curls[i]);
        curl_slist_free_all(headers[i]);
        hx_reply_done(&replies[i]);
    }
    curl_multi_cleanup(multi);
    pt_http_server_stats(hx.server, &stats);
    cr_expect_eq(stats.connections_accepted, 1);
    hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = HX_H2}, &first);
    cr_expect_eq(first.status, 200);
    hx_reply_done(&first);
    hx_end(&hx);
    free(body);
}

/* Asks, and goes away without an answer once the handler has the request. */
static void ask_and_leave(struct hx *hx, const struct hx_ask *ask) {
    unsigned before = atomic_load(&hx->handled);
    int64_t until = pt_monotonic_us() + 60000000;
    CURLM *multi = curl_multi_init();
    CURL *curl = curl_easy_init();
    struct curl_slist *headers;
    struct hx_reply reply;
    int running = 1;

    hx_prepare(hx, ask, curl, &headers, &reply);
    cr_assert_eq(curl_multi_add_handle(multi, curl), CURLM_OK);
    while (atomic_load(&hx->handled) == before) {
        cr_assert_eq(curl_multi_perform(multi, &running), CURLM_OK);
        cr_assert(running == 1 && pt_monotonic_us() < until, "%s", reply.error);
        (void)curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    curl_multi_remove_handle(multi, curl);
    curl_easy_cleanup(curl);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    hx_reply_done(&reply);
}

Test(http_server, a_disconnect_cancels) {
    struct hx hx;
    unsigned gone = 0;

    begin(&hx);
    EACH_VERSION(v) {
        ask_and_leave(&hx, &(struct hx_ask){.path = "/wait", .version = v});
        cr_expect(hx_wait(&hx.gone, ++gone), "cancelled %u times", gone);
        ask_and_leave(
            &hx, &(struct hx_ask){.path = "/hold", .version = v, .body = "held", .body_len = 4});
        cr_expect(hx_wait(&hx.gone, ++gone), "cancelled %u times", gone);
    }
    hx_end(&hx);
}

struct background {
    struct hx *hx;
    struct hx_ask ask;
    struct hx_reply reply;
    pthread_t thread;
};

static void *in_background(void *arg) {
    struct background *b = arg;

    hx_ask(b->hx, &b->ask, &b->reply);
    return NULL;
}

static void start_background(struct background *b, struct hx *hx, struct hx_ask ask) {
    b->hx = hx;
    b->ask = ask;
    PT_ASSERT(pthread_create(&b->thread, NULL, in_background, b) == 0);
}

Test(http_server, a_stop_ends_long_polls_and_finishes_uploads) {
    EACH_VERSION(v) {
        struct pt_http_config config;
        struct hx hx;
        struct hx_raw raw;
        struct hx_raw idle;
        struct pt_buf out;
        struct background poll;

        hx_config(&config);
        config.linger_ms = config.stop_grace_ms = 20000;
        hx_start(&hx, &config);
        pt_buf_init(&out, 65536);
        start_background(&poll, &hx, (struct hx_ask){.path = "/wait", .version = v});
        cr_assert(hx_raw_open(&hx, &idle, HX_H1, NULL));
        cr_assert(hx_raw_open(&hx, &raw, HX_H1, NULL));
        cr_expect(hx_raw_puts(&raw, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n"
                                    "Expect: 100-continue\r\n\r\n"));
        cr_expect(hx_raw_read(&raw, &out, "HTTP/1.1 100 Continue\r\n\r\n"));
        cr_expect(hx_wait(&hx.handled, 1));
        hx_stop_begin(&hx);
        pthread_join(poll.thread, NULL);
        cr_expect_eq(poll.reply.status, 200, "%s", poll.reply.error);
        cr_expect_str_eq((char *)poll.reply.body.p, "ended");
        hx_reply_done(&poll.reply);
        cr_expect_eq(hx_connect(&hx), -1, "nobody listens any more");
        cr_expect(hx_raw_puts(&raw, "uploaded"));
        pt_buf_reset(&out);
        cr_expect(hx_raw_read(&raw, &out, NULL));
        cr_expect_not_null(strstr((char *)out.p, "connection: close"));
        cr_expect_not_null(strstr((char *)out.p, "uploaded"));
        pt_buf_reset(&out);
        cr_expect(hx_raw_read(&idle, &out, NULL), "idle connections end");
        cr_expect_eq(atomic_load(&hx.stopped), 0, "peers have time to read");
        hx_raw_close(&raw);
        hx_raw_close(&idle);
        pt_buf_done(&out);
        hx_end(&hx);
    }
}

Test(http_server, a_stop_cuts_what_does_not_end) {
    struct pt_http_config config;
    struct hx hx;
    struct background hold;

    hx_config(&config);
    config.stop_grace_ms = 200;
    hx_start(&hx, &config);
    start_background(
        &hold, &hx, (struct hx_ask){.path = "/hold", .version = HX_H2, .body = "x", .body_len = 1});
    cr_expect(hx_wait(&hx.handled, 1));
    hx_stop_begin(&hx);
    cr_expect(hx_wait(&hx.stopped, 1));
    cr_expect_eq(atomic_load(&hx.ending), 1, "asked first");
    cr_expect_eq(atomic_load(&hx.gone), 1, "then cut");
    pthread_join(hold.thread, NULL);
    cr_expect_neq(hold.reply.code, CURLE_OK);
    hx_reply_done(&hold.reply);
    hx_end(&hx);
}

struct renewal {
    struct hx *hx;
    SSL_CTX *tls;
    atomic_uint done;
};

static void renew(void *ctx) {
    struct renewal *r = ctx;

    PT_ASSERT(pt_http_server_set_tls(r->hx->server, r->tls, NULL) == 0);
    atomic_store(&r->done, 1);
}

/* A reload that no longer trusts an authority: its certificates are refused and connections that
 * were made with them end, long polls with an answer. */
Test(http_server, a_reload_renews_connections) {
    struct hx hx;
    struct pt_test_pki other;
    struct background poll;
    struct hx_reply r;

    begin(&hx);
    cr_assert(pt_test_pki_init(&other, "Another authority"));
    EACH_VERSION(v) {
        CURL *curl = curl_easy_init();
        struct hx_ask ask = {
            .path = "/identity", .version = v, .cert = &hx.treasury, .reuse = curl};
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 200, "%s", r.error);
        hx_reply_done(&r);
        unsigned handled = atomic_load(&hx.handled);
        start_background(&poll, &hx, (struct hx_ask){.path = "/wait", .version = v});
        cr_expect(hx_wait(&hx.handled, handled + 1));

        struct renewal renewal = {.hx = &hx, .tls = pt_test_server_ctx(&other, &hx.server_cert)};
        hx_post(&hx, renew, &renewal);
        pthread_join(poll.thread, NULL);
        cr_expect_str_eq((char *)poll.reply.body.p, "ended");
        hx_reply_done(&poll.reply);
        hx_ask(&hx, &ask, &r);
        cr_expect_neq(r.code, CURLE_OK, "the old authority is trusted no more");
        hx_reply_done(&r);
        curl_easy_cleanup(curl);

        struct renewal back = {.hx = &hx, .tls = hx.tls};
        hx_post(&hx, renew, &back);
        cr_expect(hx_wait(&back.done, 1));
        ask.reuse = NULL;
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 200, "%s", r.error);
        hx_reply_done(&r);
        SSL_CTX_free(renewal.tls);
    }
    hx_end(&hx);
    pt_test_pki_done(&other);
}

Test(http_server, says_what_is_wrong_with_its_configuration) {
    struct pt_http_config config;
    struct pt_http_handlers handlers = {(pt_http_route_cb)1, (pt_http_handler_cb)1, NULL};
    struct pt_http_server *server = NULL;
    struct pt_err err = {0};
    struct hx hx;
    uv_loop_t loop;

    begin(&hx);
    cr_assert_eq(uv_loop_init(&loop), 0);
    hx_config(&config);
    cr_expect_eq(pt_http_server_new(&loop, &config, &handlers, &server, &err), PT_E_CONFIG);
    config.tls = hx.tls;
    config.host = "localhost";
    cr_expect_eq(pt_http_server_new(&loop, &config, &handlers, &server, &err), PT_E_CONFIG);
    cr_expect_not_null(strstr(err.msg, "localhost"), "%s", err.msg);
    config.host = "127.0.0.1";
    config.port = hx.port;
    cr_expect_eq(pt_http_server_new(&loop, &config, &handlers, &server, &err), PT_E_NET);
    cr_expect_null(server);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect_eq(uv_loop_close(&loop), 0);
    hx_end(&hx);
}
