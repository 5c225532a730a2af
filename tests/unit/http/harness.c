#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

enum { PATIENCE_MS = 60000, PAUSE_US = 2000 };

/* ---- the application ---- */

static void route(void *ctx, const struct pt_http_request *req, struct pt_http_route *ret) {
    static const struct {
        const char *path;
        const char *method;
        size_t body_max;
        bool identity;
    } table[] = {
        {"/hello", "GET", 0, false},       {"/identity", "GET", 0, true},
        {"/big", "GET", 0, false},         {"/echo", "POST", 8 << 20, false},
        {"/small", "POST", 1000, false},   {"/worker", "POST", 8 << 20, false},
        {"/sum", "POST", 8 << 20, false},  {"/wait", "GET", 0, false},
        {"/hold", "POST", 8 << 20, false}, {"/count", "POST", 8 << 20, false},
        {"/query", "GET", 0, false},       {"/cookie", "GET", 0, false},
        {"/break", "GET", 0, false},
    };
    const char *method = pt_http_request_method(req);

    ret->user = ctx;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(pt_http_request_path(req), table[i].path) != 0) {
            continue;
        }
        bool head = strcmp(method, "HEAD") == 0 && strcmp(table[i].method, "GET") == 0;
        if (strcmp(method, table[i].method) != 0 && !head) {
            snprintf(ret->allow, sizeof ret->allow, "%s", table[i].method);
            pt_err_set(&ret->refusal, PT_E_METHOD, "%s is not for %s", table[i].path, method);
        }
        ret->body_max = table[i].body_max;
        ret->identity_required = table[i].identity;
        return;
    }
    pt_err_set(&ret->refusal, PT_E_NOT_FOUND, "no such path: \"%s\"", pt_http_request_path(req));
}

static const struct pt_http_header text[] = {{"content-type", "text/plain"}};

static void big(struct pt_http_request *req) {
    char n[16];
    struct pt_buf body;

    pt_buf_init(&body, 16 << 20);
    if (pt_http_request_query_get(req, "n", n, sizeof n) == 1) {
        size_t len = (size_t)strtoul(n, NULL, 10);
        PT_ASSERT(pt_buf_reserve(&body, len) == 0);
        for (size_t i = 0; i < len; i++) {
            body.p[i] = (uint8_t)(i * 31 >> 3);
        }
        body.len = len;
    }
    (void)pt_http_respond_take(req, 200, text, 1, &body);
}

static void watch_wait(void *ctx, struct pt_http_request *req, enum pt_http_event event) {
    struct hx *hx = ctx;

    if (event == PT_HTTP_ENDING) {
        atomic_fetch_add(&hx->ending, 1);
        (void)pt_http_respond(req, 200, text, 1, pt_span_str("ended"));
    } else {
        PT_ASSERT(pt_http_request_cancelled(req));
        PT_ASSERT(pt_http_respond(req, 200, text, 1, pt_span_str("late")) == PT_E_NET);
        atomic_fetch_add(&hx->gone, 1);
    }
    pt_http_request_unref(req);
}

static void watch_hold(void *ctx, struct pt_http_request *req, enum pt_http_event event) {
    struct hx *hx = ctx;

    if (event == PT_HTTP_GONE) {
        atomic_fetch_add(&hx->gone, 1);
        pt_http_request_unref(req);
    } else {
        atomic_fetch_add(&hx->ending, 1);
    }
}

uint32_t hx_sum(const void *p, size_t len) {
    const uint8_t *b = p;
    uint32_t h = 2166136261U;

    for (size_t i = 0; i < len; i++) {
        h = (h ^ b[i]) * 16777619U;
    }
    return h;
}

static void work(uv_work_t *w) {
    struct pt_http_request *req = w->data;
    struct pt_span in = pt_http_request_body(req);
    struct pt_buf body;

    pt_buf_init(&body, 8 << 20);
    if (strcmp(pt_http_request_path(req), "/sum") == 0) {
        PT_ASSERT(pt_buf_printf(&body, "%08x", hx_sum(in.p, in.len)) == 0);
    } else {
        PT_ASSERT(pt_buf_append_span(&body, in) == 0);
    }
    PT_ASSERT(pt_http_respond_from_any_thread(req, 200, text, 1, &body) == 0);
    pt_http_request_unref(req);
}

static void work_done(uv_work_t *w, int status) {
    (void)status;
    free(w);
}

static void to_worker(struct hx *hx, struct pt_http_request *req) {
    uv_work_t *w = calloc(1, sizeof *w);

    PT_ASSERT(w != NULL);
    w->data = pt_http_request_ref(req);
    PT_ASSERT(uv_queue_work(&hx->loop, w, work, work_done) == 0);
}

static void small_texts(struct pt_http_request *req, const char *path) {
    char value[64];
    char out[128];

    if (strcmp(path, "/query") == 0) {
        int rc = pt_http_request_query_get(req, "x", value, sizeof value);
        snprintf(out, sizeof out, "%d %s", rc, value);
    } else if (strcmp(path, "/cookie") == 0) {
        const char *cookie = pt_http_request_header(req, "cookie");
        snprintf(out, sizeof out, "%s", cookie != NULL ? cookie : "none");
    } else {
        /* A value with a line break in it must never reach the wire. */
        const char *echo = pt_http_request_header(req, "x-echo");
        bool broken = pt_http_request_query(req)[0] != '\0';
        snprintf(value, sizeof value, "%s%s", echo != NULL ? echo : "", broken ? "\r\nx: y" : "");
        const struct pt_http_header h[] = {{"x-echo", value}};
        (void)pt_http_respond(req, 200, h, 1, pt_span_str(value));
        return;
    }
    (void)pt_http_respond(req, 200, text, 1, pt_span_str(out));
}

static void handle(void *ctx, struct pt_http_request *req) {
    struct hx *hx = ctx;
    const char *path = pt_http_request_path(req);

    PT_ASSERT(pt_http_request_user(req) == hx);
    atomic_fetch_add(&hx->handled, 1);
    if (strcmp(path, "/hello") == 0) {
        (void)pt_http_respond(req, 200, text, 1, pt_span_str("hello"));
    } else if (strcmp(path, "/identity") == 0) {
        const char *who = pt_http_request_peer(req)->identity;
        (void)pt_http_respond(req, 200, text, 1, pt_span_str(who));
    } else if (strcmp(path, "/big") == 0) {
        big(req);
    } else if (strcmp(path, "/count") == 0) {
        char n[24];
        snprintf(n, sizeof n, "%zu", pt_http_request_body(req).len);
        (void)pt_http_respond(req, 200, text, 1, pt_span_str(n));
    } else if (strcmp(path, "/worker") == 0 || strcmp(path, "/sum") == 0) {
        to_worker(hx, req);
    } else if (strcmp(path, "/wait") == 0 || strcmp(path, "/hold") == 0) {
        bool wait = strcmp(path, "/wait") == 0;
        pt_http_request_watch(pt_http_request_ref(req), wait ? watch_wait : watch_hold, hx);
    } else if (strcmp(path, "/echo") == 0 || strcmp(path, "/small") == 0) {
        (void)pt_http_respond(req, 200, text, 1, pt_http_request_body(req));
    } else {
        small_texts(req, path);
    }
}

/* ---- its life ---- */

void hx_config(struct pt_http_config *c) {
    pt_http_config_default(c);
    c->client_cert_required = false;
    c->linger_ms = 500;
    c->reset_delay_ms = 100;
}

static void run(void *arg) {
    struct hx *hx = arg;

    (void)uv_run(&hx->loop, UV_RUN_DEFAULT);
}

void hx_start(struct hx *hx, const struct pt_http_config *config) {
    struct pt_http_config c = *config;
    struct pt_http_handlers handlers = {route, handle, hx};
    struct pt_err err = {0};

    memset(hx, 0, sizeof *hx);
    (void)signal(SIGPIPE, SIG_IGN); /* as every program with sockets must */
    PT_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    PT_ASSERT(pt_test_pki_init(&hx->pki, "Test authority"));
    PT_ASSERT(pt_test_pki_issue(&hx->pki, "hub", "IP:127.0.0.1,URI:pentad:hub/role/server", 2,
                                &hx->server_cert));
    PT_ASSERT(pt_test_pki_issue(&hx->pki, "treasury", "URI:" HX_TREASURY, 2, &hx->treasury));
    PT_ASSERT(pt_test_pki_issue(&hx->pki, "audit", "URI:" HX_AUDIT, 2, &hx->audit));
    PT_ASSERT(pt_test_pki_issue(&hx->pki, "nameless", NULL, 2, &hx->nameless));
    PT_ASSERT(pt_test_pki_issue(&hx->pki, "both", "URI:" HX_AUDIT ",URI:" HX_TREASURY, 2,
                                &hx->two_names));
    hx->ca_pem = pt_test_pki_ca_pem(&hx->pki);
    hx->tls = pt_test_server_ctx(&hx->pki, &hx->server_cert);
    PT_ASSERT(hx->ca_pem != NULL && hx->tls != NULL);
    c.tls = hx->tls;
    PT_ASSERT(uv_loop_init(&hx->loop) == 0);
    if (pt_http_server_new(&hx->loop, &c, &handlers, &hx->server, &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        PT_ASSERT(hx->server != NULL);
    }
    hx->port = pt_http_server_port(hx->server);
    PT_ASSERT(uv_thread_create(&hx->thread, run, hx) == 0);
}

static void on_stopped(void *ctx) {
    struct hx *hx = ctx;

    atomic_fetch_add(&hx->stopped, 1);
}

static void stop(void *ctx) {
    struct hx *hx = ctx;

    pt_http_server_stop(hx->server, on_stopped, hx);
}

struct posted {
    struct pt_http_task task;
    void (*fn)(void *ctx);
    void *ctx;
};

static void run_posted(void *ctx) {
    struct posted p = *(struct posted *)ctx;

    free(ctx);
    p.fn(p.ctx);
}

void hx_post(struct hx *hx, void (*fn)(void *ctx), void *ctx) {
    struct posted *p = calloc(1, sizeof *p);

    PT_ASSERT(p != NULL);
    *p = (struct posted){.task = {.fn = run_posted, .ctx = p}, .fn = fn, .ctx = ctx};
    PT_ASSERT(pt_http_post_task(hx->server, &p->task) == 0);
}

void hx_stop_begin(struct hx *hx) {
    if (!hx->stopping) {
        hx->stopping = true;
        hx_post(hx, stop, hx);
    }
}

void hx_end(struct hx *hx) {
    struct pt_http_stats stats;

    hx_stop_begin(hx);
    PT_ASSERT(uv_thread_join(&hx->thread) == 0);
    PT_ASSERT(atomic_load(&hx->stopped) == 1);
    pt_http_server_stats(hx->server, &stats);
    PT_ASSERT(stats.connections_open == 0 && stats.requests_open == 0 && stats.inflight_bytes == 0);
    pt_http_server_free(hx->server);
    PT_ASSERT(uv_loop_close(&hx->loop) == 0);
    SSL_CTX_free(hx->tls);
    free(hx->ca_pem);
    pt_test_cert_done(&hx->server_cert);
    pt_test_cert_done(&hx->treasury);
    pt_test_cert_done(&hx->audit);
    pt_test_cert_done(&hx->nameless);
    pt_test_cert_done(&hx->two_names);
    pt_test_pki_done(&hx->pki);
#ifdef __SANITIZE_ADDRESS__
    PT_ASSERT(__lsan_do_recoverable_leak_check() == 0);
#endif
}

bool hx_wait(atomic_uint *counter, unsigned want) {
    int64_t until = pt_monotonic_us() + PATIENCE_MS * 1000;

    while (atomic_load(counter) < want && pt_monotonic_us() < until) {
        usleep(PAUSE_US);
    }
    return atomic_load(counter) >= want;
}

bool hx_wait_stats(struct hx *hx, bool (*cond)(const struct pt_http_stats *stats)) {
    int64_t until = pt_monotonic_us() + PATIENCE_MS * 1000;
    struct pt_http_stats stats;

    do {
        pt_http_server_stats(hx->server, &stats);
        if (cond(&stats)) {
            return true;
        }
        usleep(PAUSE_US);
    } while (pt_monotonic_us() < until);
    return false;
}

/* ---- libcurl ---- */

static size_t collect(char *p, size_t size, size_t n, void *ctx) {
    (void)size;
    return pt_buf_append(ctx, p, n) == 0 ? n : 0;
}

static struct curl_blob blob(char *pem) {
    struct curl_blob b = {pem, strlen(pem), CURL_BLOB_COPY};
    return b;
}

static void set_body(const struct hx_ask *ask, CURL *curl) {
    if (ask->body == NULL) {
        return;
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body_len);
}

void hx_prepare(struct hx *hx, const struct hx_ask *ask, CURL *curl, struct curl_slist **headers,
                struct hx_reply *reply) {
    char url[256];
    struct curl_blob ca = blob(hx->ca_pem);

    memset(reply, 0, sizeof *reply);
    pt_buf_init(&reply->body, 64 << 20);
    pt_buf_init(&reply->headers, 1 << 20);
    *headers = NULL;
    curl_easy_reset(curl);
    snprintf(url, sizeof url, "https://127.0.0.1:%u%s", hx->port, ask->path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &ca);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                     ask->version == HX_H2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply->body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply->headers);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reply->error);
    if (ask->cert != NULL) {
        struct curl_blob cert = blob(ask->cert->cert_pem);
        struct curl_blob key = blob(ask->cert->key_pem);
        curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &cert);
        curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key);
    }
    set_body(ask, curl);
    if (ask->method != NULL) {
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
        curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(ask->method, "HEAD") == 0 ? 1L : 0L);
    }
    if (ask->header != NULL) {
        *headers = curl_slist_append(*headers, ask->header);
    }
    if (ask->chunked) {
        *headers = curl_slist_append(*headers, "Transfer-Encoding: chunked");
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
}

void hx_ask(struct hx *hx, const struct hx_ask *ask, struct hx_reply *reply) {
    CURL *curl = ask->reuse != NULL ? ask->reuse : curl_easy_init();
    struct curl_slist *headers = NULL;

    PT_ASSERT(curl != NULL);
    hx_prepare(hx, ask, curl, &headers, reply);
    reply->code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &reply->version);
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &reply->connects);
    curl_slist_free_all(headers);
    (void)pt_buf_cstr(&reply->body);
    (void)pt_buf_cstr(&reply->headers);
    if (ask->reuse == NULL) {
        curl_easy_cleanup(curl);
    }
}

void hx_reply_done(struct hx_reply *reply) {
    pt_buf_done(&reply->body);
    pt_buf_done(&reply->headers);
}

/* ---- raw ---- */

int hx_connect(struct hx *hx) {
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(hx->port)};
    struct timeval patience = {PATIENCE_MS / 1000, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    PT_ASSERT(fd >= 0);
    PT_ASSERT(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    PT_ASSERT(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0);
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool hx_raw_open(struct hx *hx, struct hx_raw *raw, enum hx_version version,
                 const struct pt_test_cert *cert) {
    static const unsigned char h1[] = "\x08http/1.1";
    static const unsigned char h2[] = "\x02h2";

    memset(raw, 0, sizeof *raw);
    raw->fd = hx_connect(hx);
    raw->ctx = pt_test_client_ctx(&hx->pki, cert);
    PT_ASSERT(raw->ctx != NULL);
    if (raw->fd < 0) {
        return false;
    }
    raw->ssl = SSL_new(raw->ctx);
    PT_ASSERT(raw->ssl != NULL && SSL_set_fd(raw->ssl, raw->fd) == 1);
    PT_ASSERT(SSL_set_alpn_protos(raw->ssl, version == HX_H2 ? h2 : h1,
                                  version == HX_H2 ? sizeof h2 - 1 : sizeof h1 - 1) == 0);
    return SSL_connect(raw->ssl) == 1;
}

bool hx_raw_send(struct hx_raw *raw, const void *p, size_t len) {
    return len == 0 || SSL_write(raw->ssl, p, (int)len) == (int)len;
}

bool hx_raw_puts(struct hx_raw *raw, const char *s) {
    return hx_raw_send(raw, s, strlen(s));
}

bool hx_raw_read(struct hx_raw *raw, struct pt_buf *out, const char *want) {
    char piece[16384];

    for (;;) {
        if (want != NULL && out->len > 0 && memmem(out->p, out->len, want, strlen(want)) != NULL) {
            return true;
        }
        int n = SSL_read(raw->ssl, piece, sizeof piece);
        if (n <= 0) {
            (void)pt_buf_cstr(out);
            return want == NULL && SSL_get_error(raw->ssl, n) != SSL_ERROR_WANT_READ;
        }
        PT_ASSERT(pt_buf_append(out, piece, (size_t)n) == 0);
    }
}

void hx_raw_close(struct hx_raw *raw) {
    SSL_free(raw->ssl);
    SSL_CTX_free(raw->ctx);
    if (raw->fd >= 0) {
        close(raw->fd);
    }
    memset(raw, 0, sizeof *raw);
    raw->fd = -1;
}
