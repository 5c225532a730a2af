/* HTTP/1.1 on a connection: one request at a time, the next ones wait unparsed.
 *
 *   READ ──(body complete)──► WAIT ──(answer)──► SEND ──(all produced)──► READ or CLOSE
 *     └──────────(refused, broken)──────────────►┘ (then always CLOSE)
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

enum h1_state { H1_READ, H1_WAIT, H1_SEND, H1_CLOSE };

struct h1 {
    struct pt_http_conn *conn;
    enum h1_state state;
    bool close_after;
    bool head_only;      /* HEAD: the answer's body isn't sent */
    bool in_body;        /* READ: the head is done */
    uint64_t served;     /* requests answered */
    uint64_t started_ms; /* READ: first byte of the head, or its end; 0 between requests */
    struct pt_h1_parser parser;
    struct pt_buf backlog; /* plaintext behind the request in progress */
    struct pt_http_request *req;
    struct pt_buf out; /* interim and final heads */
    size_t out_at;
    uint8_t *body;
    size_t body_len;
    size_t body_at;
};

static uint64_t now_ms(const struct h1 *h) {
    return uv_now(h->conn->server->loop);
}

static int h1_open(struct pt_http_conn *c, void **ret_state) {
    const struct pt_http_config *config = &c->server->config;
    struct pt_h1_limits limits = {config->head_max, config->target_max, config->header_count_max};
    struct h1 *h = calloc(1, sizeof *h);

    if (h == NULL) {
        return PT_E_NOMEM;
    }
    h->conn = c;
    pt_h1_parser_init(&h->parser, &limits);
    pt_buf_init(&h->backlog, config->pipeline_max + PT_HTTP_TLS_RECORD);
    pt_buf_init(&h->out, (size_t)64 * 1024);
    *ret_state = h;
    return 0;
}

static void drop_request(struct h1 *h) {
    struct pt_http_request *req = h->req;

    h->req = NULL;
    if (req != NULL) {
        pt_http_request_detach(req);
    }
}

static void h1_close(void *state) {
    struct h1 *h = state;

    drop_request(h);
    pt_h1_parser_done(&h->parser);
    pt_buf_done(&h->backlog);
    pt_buf_done(&h->out);
    free(h->body);
    free(h);
}

/* ---- answers ---- */

static bool bodiless(int status) {
    return status == 204 || status == 304;
}

static int write_head(struct h1 *h, const struct pt_http_answer *a) {
    struct pt_buf *out = &h->out;

    pt_buf_printf(out, "HTTP/1.1 %d \r\ndate: %s\r\n", a->status,
                  pt_http_server_date(h->conn->server));
    for (size_t i = 0; i < a->header_count; i++) {
        pt_buf_printf(out, "%s: %s\r\n", a->headers[i].name, a->headers[i].value);
    }
    if (!bodiless(a->status)) {
        pt_buf_printf(out, "content-length: %zu\r\n", a->body_len);
    }
    if (h->close_after) {
        pt_buf_puts(out, "connection: close\r\n");
    }
    pt_buf_puts(out, "\r\n");
    return out->failed;
}

/* Takes the body. After it the connection closes unless the request was read to its end. */
static int start_answer(struct h1 *h, struct pt_http_answer *a) {
    PT_ASSERT(h->state == H1_READ || h->state == H1_WAIT);
    h->close_after = h->close_after || h->state == H1_READ;
    h->state = H1_SEND;
    h->started_ms = 0;
    if (write_head(h, a) != 0) {
        free(a->body);
        pt_http_conn_doom(h->conn);
        return PT_E_NOMEM;
    }
    if (h->head_only || bodiless(a->status)) {
        free(a->body);
        return 0;
    }
    h->body = a->body;
    h->body_len = a->body_len;
    h->body_at = 0;
    return 0;
}

static int h1_answer(void *state, void *stream, struct pt_http_answer *a) {
    (void)stream;
    return start_answer(state, a);
}

/* An answer to what never became a request. */
static void answer_raw(struct h1 *h, int status, int code, const char *detail) {
    struct pt_http_refusal refusal = {status, code, detail, NULL, false};
    struct pt_http_header headers[4];
    char retry[16];
    struct pt_buf body;
    struct pt_http_answer a = {.status = status, .headers = headers};

    drop_request(h);
    pt_buf_init(&body, 4096);
    pt_http_problem_write(&body, status, code, detail);
    a.header_count = pt_http_refusal_headers(&refusal, 0, retry, headers);
    a.body = pt_buf_steal(&body, &a.body_len);
    h->head_only = false;
    (void)start_answer(h, &a);
}

static void answer_parse_error(struct h1 *h) {
    int status = h->parser.status;
    struct pt_http_server *s = h->conn->server;
    int code = status == 431 || status == 414   ? PT_E_TOO_LARGE
               : status == 501 || status == 505 ? PT_E_UNSUPPORTED
               : status == 503                  ? PT_E_NOMEM
                                                : PT_E_FORMAT;

    if (code == PT_E_TOO_LARGE) {
        PT_HTTP_COUNT(s, rejected, 1);
    } else {
        PT_HTTP_COUNT(s, bad, 1);
    }
    answer_raw(h, status, code, h->parser.why);
}

/* ---- reading ---- */

static void on_head(struct h1 *h) {
    struct pt_h1_parser *p = &h->parser;
    struct pt_http_route route;
    struct pt_http_refusal refusal;
    struct pt_http_head head = {
        .text = &p->text,
        .method = p->method,
        .target = p->target,
        .fields = p->fields,
        .field_count = p->field_count,
        .has_length = p->has_length,
        .length = p->length,
        .has_body = p->chunked || p->length > 0,
    };

    h->in_body = true;
    h->started_ms = now_ms(h);
    h->close_after = h->close_after || p->close || h->conn->over_limit;
    h->req = pt_http_request_new(h->conn, h, &head);
    if (h->req == NULL) {
        answer_raw(h, 503, PT_E_NOMEM, NULL);
        return;
    }
    h->head_only = strcmp(pt_http_request_method(h->req), "HEAD") == 0;
    pt_http_request_decide(h->req, &head, &route, &refusal);
    if (refusal.status != 0) {
        if (!head.has_body) {
            h->state = H1_WAIT; /* nothing left to read: the connection can go on */
        }
        pt_http_request_refuse(h->req, &refusal);
    } else if (p->expect_continue && head.has_body) {
        pt_buf_puts(&h->out, "HTTP/1.1 100 Continue\r\n\r\n");
    }
}

static void on_body(struct h1 *h, struct pt_span bytes) {
    struct pt_http_refusal refusal;

    pt_http_request_append(h->req, bytes.p, bytes.len, &refusal);
    if (refusal.status != 0) {
        pt_http_request_refuse(h->req, &refusal);
    }
}

static void on_done(struct h1 *h) {
    h->state = H1_WAIT;
    h->started_ms = 0;
    pt_http_request_hand(h->req);
}

/* Parses until the input is used up or a request has to be answered first; returns bytes used. */
static size_t parse(struct h1 *h, const uint8_t *p, size_t len) {
    size_t at = 0;
    bool more = true;

    while (h->state == H1_READ && more) {
        struct pt_span body;
        size_t n = 0;
        if (h->started_ms == 0 && at < len) {
            h->started_ms = now_ms(h);
        }
        enum pt_h1_event event = pt_h1_parse(&h->parser, p + at, len - at, &n, &body);
        at += n;
        switch (event) {
        case PT_H1_MORE:
            more = false;
            break;
        case PT_H1_HEAD:
            on_head(h);
            break;
        case PT_H1_BODY:
            on_body(h, body);
            break;
        case PT_H1_DONE:
            on_done(h);
            break;
        case PT_H1_ERROR:
            answer_parse_error(h);
            break;
        }
    }
    return at;
}

static void h1_input(void *state, const uint8_t *p, size_t len) {
    struct h1 *h = state;

    size_t used = parse(h, p, len);
    if (used == len || h->state == H1_CLOSE || (h->state == H1_SEND && h->close_after)) {
        return; /* what follows a last answer is dropped */
    }
    if (pt_buf_append(&h->backlog, p + used, len - used) != 0) {
        pt_http_conn_doom(h->conn); /* no memory: paused() keeps it below its maximum */
    }
}

static bool h1_paused(const void *state) {
    const struct h1 *h = state;

    return h->backlog.len >= h->conn->server->config.pipeline_max;
}

/* ---- sending ---- */

static void next_request(struct h1 *h) {
    free(h->body);
    h->body = NULL;
    h->body_len = 0;
    h->body_at = 0;
    h->in_body = false;
    h->head_only = false;
    h->served++;
    drop_request(h);
    if (h->close_after) {
        h->state = H1_CLOSE;
        pt_buf_reset(&h->backlog);
        return;
    }
    h->state = H1_READ;
    pt_h1_parser_reset(&h->parser);
    if (h->backlog.len > 0) {
        size_t used = parse(h, h->backlog.p, h->backlog.len);
        pt_buf_consume(&h->backlog, used);
    }
}

static size_t copy_out(const uint8_t *from, size_t len, size_t *at, uint8_t *to, size_t cap) {
    size_t n = len - *at < cap ? len - *at : cap;

    if (n > 0) {
        memcpy(to, from + *at, n);
        *at += n;
    }
    return n;
}

static size_t h1_output(void *state, uint8_t *p, size_t cap) {
    struct h1 *h = state;
    size_t n = 0;

    for (;;) {
        n += copy_out(h->out.p, h->out.len, &h->out_at, p + n, cap - n);
        if (h->out_at == h->out.len) {
            pt_buf_reset(&h->out);
            h->out_at = 0;
        }
        if (h->out.len > 0 || h->state != H1_SEND) {
            return n;
        }
        n += copy_out(h->body, h->body_len, &h->body_at, p + n, cap - n);
        if (h->body_at < h->body_len) {
            return n;
        }
        next_request(h);
    }
}

static bool h1_busy(const void *state) {
    const struct h1 *h = state;

    return h->state == H1_WAIT || h->state == H1_SEND || h->started_ms != 0;
}

static bool h1_finished(const void *state) {
    const struct h1 *h = state;

    return h->state == H1_CLOSE && h->out.len == 0;
}

static void h1_drain(void *state, bool hard) {
    struct h1 *h = state;

    h->close_after = true;
    if (!h1_busy(h) && (hard || h->served > 0)) {
        h->state = H1_CLOSE;
    } else if (h->state == H1_WAIT) {
        pt_http_request_ending(h->req);
    }
}

static void h1_check(void *state, uint64_t now) {
    struct h1 *h = state;
    const struct pt_http_config *config = &h->conn->server->config;

    if (h->state != H1_READ || h->started_ms == 0) {
        return;
    }
    uint64_t allowed = config->head_ms;
    if (h->in_body) {
        allowed = config->body_ms + h->req->body.len / 65536 * config->body_ms_per_64k;
    }
    if (now - h->started_ms > allowed) {
        PT_HTTP_COUNT(h->conn->server, timeouts, 1);
        answer_raw(h, 408, PT_E_TIMEOUT,
                   h->in_body ? "the body took too long" : "the request head took too long");
        pt_http_conn_touch(h->conn);
    }
}

const struct pt_http_proto pt_http_proto_h1 = {
    .open = h1_open,
    .close = h1_close,
    .input = h1_input,
    .output = h1_output,
    .paused = h1_paused,
    .busy = h1_busy,
    .finished = h1_finished,
    .drain = h1_drain,
    .check = h1_check,
    .answer = h1_answer,
};
