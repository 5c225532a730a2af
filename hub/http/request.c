#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define CHARGE_STEP ((size_t)64 * 1024) /* a body of unknown length is charged in such steps */

static void charge(struct pt_http_request *req, size_t bytes) {
    pt_http_quota_add(&req->server->quota, req->peer, bytes);
    PT_HTTP_COUNT(req->server, inflight, bytes);
    req->charged += bytes;
}

static const char *text_at(const struct pt_http_request *req, uint32_t at) {
    return (const char *)req->text + at;
}

struct pt_http_request *pt_http_request_new(struct pt_http_conn *conn, void *stream,
                                            const struct pt_http_head *head) {
    size_t text_len = 0;
    uint8_t *text = pt_buf_steal(head->text, &text_len);
    struct pt_http_request *req =
        calloc(1, sizeof *req + head->field_count * sizeof head->fields[0]);

    if (req == NULL || text == NULL) {
        free(req);
        free(text);
        return NULL;
    }
    atomic_init(&req->refs, 1);
    atomic_init(&req->cancelled, false);
    req->server = conn->server;
    req->conn = conn;
    req->stream = stream;
    req->peer = pt_http_peer_ref(conn->peer);
    req->peer_id = conn->peer_id;
    req->text = text;
    req->method = text_at(req, head->method);
    req->path = text_at(req, head->target);
    char *mark = strchr((char *)text + head->target, '?');
    req->query = "";
    if (mark != NULL) {
        *mark = '\0';
        req->query = mark + 1;
    }
    req->field_count = head->field_count;
    memcpy(req->fields, head->fields, head->field_count * sizeof head->fields[0]);
    pt_buf_init(&req->body, 0);
    charge(req, text_len);
    req->server->live_requests++;
    PT_HTTP_COUNT(req->server, requests, 1);
    PT_HTTP_COUNT(req->server, requests_open, 1);
    return req;
}

static void request_free(struct pt_http_request *req) {
    struct pt_http_server *s = req->server;

    PT_ASSERT(req->conn == NULL);
    PT_HTTP_UNCOUNT(s, inflight, req->charged);
    PT_HTTP_UNCOUNT(s, requests_open, 1);
    pt_http_quota_sub(&s->quota, req->peer, req->charged);
    pt_http_peer_unref(&s->quota, req->peer);
    pt_buf_done(&req->body);
    free(req->text);
    free(req);
    s->live_requests--;
    pt_http_server_gone(s);
}

static void reap(void *ctx) {
    request_free(ctx);
}

struct pt_http_request *pt_http_request_ref(struct pt_http_request *req) {
    unsigned before = atomic_fetch_add_explicit(&req->refs, 1, memory_order_relaxed);

    PT_ASSERT(before > 0);
    return req;
}

static bool last_ref(struct pt_http_request *req) {
    unsigned before = atomic_fetch_sub_explicit(&req->refs, 1, memory_order_acq_rel);

    PT_ASSERT(before > 0);
    return before == 1;
}

void pt_http_request_unref(struct pt_http_request *req) {
    if (req == NULL || !last_ref(req)) {
        return;
    }
    req->reap.fn = reap;
    req->reap.ctx = req;
    int rc = pt_http_post_task(req->server, &req->reap);
    PT_ASSERT(rc == 0); /* the server waits for its requests */
}

void pt_http_request_release(struct pt_http_request *req) {
    if (last_ref(req)) {
        request_free(req);
    }
}

/* ---- what the request says ---- */

const char *pt_http_request_method(const struct pt_http_request *req) {
    return req->method;
}

const char *pt_http_request_path(const struct pt_http_request *req) {
    return req->path;
}

const char *pt_http_request_query(const struct pt_http_request *req) {
    return req->query;
}

const char *pt_http_request_header(const struct pt_http_request *req, const char *name) {
    for (size_t i = 0; i < req->field_count; i++) {
        if (strcmp(text_at(req, req->fields[i].name), name) == 0) {
            return text_at(req, req->fields[i].value);
        }
    }
    return NULL;
}

const struct pt_http_peer_id *pt_http_request_peer(const struct pt_http_request *req) {
    return &req->peer_id;
}

struct pt_span pt_http_request_body(const struct pt_http_request *req) {
    return pt_buf_span(&req->body);
}

void *pt_http_request_user(const struct pt_http_request *req) {
    return req->user;
}

bool pt_http_request_cancelled(const struct pt_http_request *req) {
    return atomic_load_explicit(&req->cancelled, memory_order_acquire);
}

void pt_http_request_watch(struct pt_http_request *req, pt_http_watch_cb cb, void *ctx) {
    req->watch = cb;
    req->watch_ctx = ctx;
}

/* ---- its way through the transport ---- */

static void set_refusal(struct pt_http_refusal *r, int status, int code, const char *detail) {
    r->status = status;
    r->code = code;
    r->detail = detail;
}

static void set_busy(struct pt_http_refusal *r, const char *detail) {
    set_refusal(r, 429, PT_E_BUSY, detail);
    r->retry_after = true;
}

static void check_body(struct pt_http_request *req, const struct pt_http_head *head,
                       size_t body_max, struct pt_http_refusal *ret) {
    if (!head->has_body) {
        return;
    }
    if (body_max == 0 || (head->has_length && head->length > body_max)) {
        set_refusal(ret, 413, PT_E_TOO_LARGE, "the body is larger than this path takes");
        return;
    }
    size_t reserve = head->has_length ? (size_t)head->length : CHARGE_STEP;
    if (!pt_http_quota_fits(&req->server->quota, req->peer, &req->server->config, reserve)) {
        set_busy(ret, "too many bytes are in flight, send again later");
        return;
    }
    charge(req, reserve);
    req->body_reserved = reserve;
    pt_buf_init(&req->body, body_max);
    if (head->has_length && pt_buf_reserve(&req->body, (size_t)head->length) != 0) {
        set_refusal(ret, 503, PT_E_NOMEM, NULL);
    }
}

void pt_http_request_decide(struct pt_http_request *req, const struct pt_http_head *head,
                            struct pt_http_route *route, struct pt_http_refusal *ret) {
    const struct pt_http_server *s = req->server;

    memset(ret, 0, sizeof *ret);
    memset(route, 0, sizeof *route);
    if (req->conn->over_limit) {
        set_busy(ret, "this identity has too many connections open");
        return;
    }
    if (req->conn->bad_identity) {
        set_refusal(ret, 403, PT_E_IDENTITY, "the certificate must carry exactly one URI name");
        return;
    }
    s->handlers.route(s->handlers.ctx, req, route);
    req->user = route->user;
    if (route->refusal.code != 0) {
        set_refusal(ret, pt_err_http_status(route->refusal.code), route->refusal.code,
                    route->refusal.msg);
        ret->allow = route->allow[0] != '\0' ? route->allow : NULL;
        return;
    }
    if (route->identity_required && req->peer_id.identity[0] == '\0') {
        set_refusal(ret, 403, PT_E_IDENTITY, "this path needs a client certificate");
        return;
    }
    check_body(req, head, route->body_max, ret);
}

void pt_http_request_append(struct pt_http_request *req, const uint8_t *p, size_t len,
                            struct pt_http_refusal *ret) {
    memset(ret, 0, sizeof *ret);
    if (len > req->body.max - req->body.len) {
        set_refusal(ret, 413, PT_E_TOO_LARGE, "the body is larger than this path takes");
        return;
    }
    size_t after = req->body.len + len;
    if (after > req->body_reserved) {
        size_t more = (after - req->body_reserved + CHARGE_STEP - 1) / CHARGE_STEP * CHARGE_STEP;
        if (!pt_http_quota_fits(&req->server->quota, req->peer, &req->server->config, more)) {
            set_busy(ret, "too many bytes are in flight, send again later");
            return;
        }
        charge(req, more);
        req->body_reserved += more;
    }
    if (pt_buf_append(&req->body, p, len) != 0) {
        set_refusal(ret, 503, PT_E_NOMEM, NULL);
    }
}

static void tell(struct pt_http_request *req, enum pt_http_event event) {
    if (req->watch != NULL) {
        req->watch(req->watch_ctx, req, event);
    }
}

void pt_http_request_ending(struct pt_http_request *req) {
    if (req->handed && !req->answered && req->conn != NULL) {
        pt_http_request_ref(req);
        tell(req, PT_HTTP_ENDING);
        pt_http_request_release(req);
    }
}

void pt_http_request_hand(struct pt_http_request *req) {
    const struct pt_http_server *s = req->server;

    PT_ASSERT(!req->handed && !req->answered);
    req->handed = true;
    /* The handler may answer at once and the stream end: the request outlives the call. */
    pt_http_request_ref(req);
    s->handlers.handle(s->handlers.ctx, req);
    if (!req->answered && req->conn != NULL && req->conn->draining) {
        tell(req, PT_HTTP_ENDING); /* it came while the connection was already ending */
    }
    pt_http_request_release(req);
}

void pt_http_request_detach(struct pt_http_request *req) {
    req->conn = NULL;
    req->stream = NULL;
    if (!req->answered) {
        atomic_store_explicit(&req->cancelled, true, memory_order_release);
        PT_HTTP_COUNT(req->server, cancelled, 1);
        if (req->handed) {
            tell(req, PT_HTTP_GONE);
        }
    }
    req->watch = NULL;
    pt_http_request_release(req);
}

/* ---- answers ---- */

static bool is_name(const char *s) {
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";

    return *s != '\0' && s[strspn(s, allowed)] == '\0';
}

static bool is_value(const char *s) {
    for (; *s != '\0'; s++) {
        uint8_t c = (uint8_t)*s;
        if (c != '\t' && (c < ' ' || c == 0x7f)) {
            return false;
        }
    }
    return true;
}

static bool own_field(const char *name) {
    static const char *const own[] = {"content-length",    "date",       "connection",
                                      "transfer-encoding", "keep-alive", "upgrade"};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(name, own[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool answer_fault(int status, const struct pt_http_header *headers, size_t count) {
    if (status < 200 || status > 599 || count > PT_HTTP_ANSWER_HEADERS_CAP) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_name(headers[i].name) || !is_value(headers[i].value) ||
            own_field(headers[i].name)) {
            return true;
        }
    }
    return false;
}

/* Takes `body`. */
static int answer(struct pt_http_request *req, int status, const struct pt_http_header *headers,
                  size_t header_count, uint8_t *body, size_t body_len) {
    struct pt_http_answer a = {status, headers, header_count, body, body_len};

    PT_ASSERT(!req->answered);
    req->answered = true;
    req->watch = NULL;
    if (req->conn == NULL) {
        free(body);
        return PT_E_NET;
    }
    if (answer_fault(status, headers, header_count)) {
        free(body);
        a = (struct pt_http_answer){.status = 500};
    }
    charge(req, a.body_len);
    PT_HTTP_COUNT(req->server, responses, 1);
    struct pt_http_conn *conn = req->conn;
    int rc = conn->proto->answer(conn->state, req->stream, &a);
    pt_http_conn_touch(conn);
    return rc;
}

int pt_http_respond(struct pt_http_request *req, int status, const struct pt_http_header *headers,
                    size_t header_count, struct pt_span body) {
    uint8_t *copy = NULL;

    if (body.len > 0) {
        copy = malloc(body.len);
        if (copy == NULL) {
            (void)answer(req, 503, NULL, 0, NULL, 0);
            return PT_E_NOMEM;
        }
        memcpy(copy, body.p, body.len);
    }
    return answer(req, status, headers, header_count, copy, body.len);
}

int pt_http_respond_take(struct pt_http_request *req, int status,
                         const struct pt_http_header *headers, size_t header_count,
                         struct pt_buf *body) {
    size_t len = 0;
    uint8_t *p = pt_buf_steal(body, &len);

    return answer(req, status, headers, header_count, p, len);
}

size_t pt_http_refusal_headers(const struct pt_http_refusal *refusal, uint32_t retry_after_s,
                               char retry[16], struct pt_http_header h[4]) {
    size_t n = 0;

    h[n++] = (struct pt_http_header){"content-type", "application/problem+json"};
    if (refusal->allow != NULL) {
        h[n++] = (struct pt_http_header){"allow", refusal->allow};
    }
    if (refusal->retry_after) {
        snprintf(retry, 16, "%u", retry_after_s);
        h[n++] = (struct pt_http_header){"retry-after", retry};
    }
    return n;
}

void pt_http_request_refuse(struct pt_http_request *req, const struct pt_http_refusal *refusal) {
    struct pt_http_header h[4];
    char retry[16];
    struct pt_buf body;
    size_t n = pt_http_refusal_headers(refusal, req->server->config.retry_after_s, retry, h);

    if (refusal->status == 413 || refusal->status == 429 || refusal->status == 431) {
        PT_HTTP_COUNT(req->server, rejected, 1);
    } else if (refusal->status == 408) {
        PT_HTTP_COUNT(req->server, timeouts, 1);
    } else if (refusal->status == 400) {
        PT_HTTP_COUNT(req->server, bad, 1);
    }
    pt_buf_init(&body, 4096);
    pt_http_problem_write(&body, refusal->status, refusal->code, refusal->detail);
    (void)pt_http_respond_take(req, refusal->status, h, n, &body);
}
