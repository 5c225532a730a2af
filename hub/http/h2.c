/* HTTP/2 on a connection: nghttp2 does the framing, streams become requests.
 *
 *   HEAD ──► BODY ──► WAIT ──► SEND ──► gone
 *     └────────┴──(refused)────►┘
 *
 * nghttp2 forbids sending or closing inside its callbacks: they only submit, the connection's turn
 * sends. nghttp2_session_del doesn't report open streams closed: h2_close does it by hand. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <nghttp2/nghttp2.h>

#define STREAM_WINDOW ((int32_t)1024 * 1024)
#define CONN_WINDOW ((int32_t)16 * 1024 * 1024)
/* A head that goes on this far beyond its limit is reset instead of answered. */
#define HEAD_EXCESS 4
#define METHOD_MAX 16
#define FIELD_OVERHEAD 32 /* RFC 9113 6.5.2 */

enum stream_state { ST_HEAD, ST_BODY, ST_WAIT, ST_SEND };

struct h2_head {
    struct pt_buf text;
    uint32_t method; /* offset + 1, 0 = not yet */
    uint32_t target;
    size_t bytes;
    size_t count;
    bool too_large;
    bool has_length;
    uint64_t length;
    struct pt_h1_field fields[PT_H1_HEADERS_CAP];
};

struct h2_stream {
    struct h2 *h2;
    struct h2_stream *prev, *next;
    int32_t id;
    enum stream_state state;
    bool ended; /* the peer has sent all of it */
    bool head_only;
    bool sent;         /* the answer was handed to nghttp2 whole */
    uint64_t since_ms; /* BODY: its start; SEND: last progress; sent but not ended: when */
    struct h2_head *head;
    struct pt_http_request *req;
    uint8_t *body;
    size_t body_len;
    size_t body_at;
};

struct h2 {
    struct pt_http_conn *conn;
    nghttp2_session *session;
    struct h2_stream *streams;
    size_t stream_count;
    uint64_t head_ms;   /* a head began then and hasn't ended; 0: none */
    uint64_t resets;    /* tokens in thousandths: a reset by the peer takes 1,000 … */
    uint64_t refill_ms; /* … and time gives back reset_per_s of them a millisecond */
    bool draining;
    const uint8_t *rest; /* nghttp2's bytes that didn't fit, valid until its next send */
    size_t rest_len;
};

static uint64_t now_ms(const struct h2 *h) {
    return uv_now(h->conn->server->loop);
}

/* ---- streams ---- */

static struct h2_stream *stream_new(struct h2 *h, int32_t id) {
    const struct pt_http_config *config = &h->conn->server->config;
    struct h2_stream *st = calloc(1, sizeof *st);

    if (st == NULL || (st->head = calloc(1, sizeof *st->head)) == NULL) {
        free(st);
        return NULL;
    }
    pt_buf_init(&st->head->text, 2 * config->head_max);
    st->h2 = h;
    st->id = id;
    st->next = h->streams;
    if (h->streams != NULL) {
        h->streams->prev = st;
    }
    h->streams = st;
    h->stream_count++;
    return st;
}

static void head_free(struct h2_stream *st) {
    if (st->head != NULL) {
        pt_buf_done(&st->head->text);
        free(st->head);
        st->head = NULL;
    }
}

static void stream_drop(struct h2_stream *st) {
    head_free(st);
    free(st->body);
    if (st->req != NULL) {
        pt_http_request_detach(st->req);
    }
    free(st);
}

static void stream_free(struct h2 *h, struct h2_stream *st) {
    if (st->prev != NULL) {
        st->prev->next = st->next;
    } else {
        h->streams = st->next;
    }
    if (st->next != NULL) {
        st->next->prev = st->prev;
    }
    h->stream_count--;
    stream_drop(st);
}

static void reset_stream(struct h2_stream *st, uint32_t error) {
    st->since_ms = now_ms(st->h2); /* asks once, and again if it still waits then */
    (void)nghttp2_submit_rst_stream(st->h2->session, NGHTTP2_FLAG_NONE, st->id, error);
    pt_http_conn_touch(st->h2->conn);
}

/* ---- answers ---- */

static void answer_sent(struct h2_stream *st) {
    st->sent = true;
    st->since_ms = now_ms(st->h2);
}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t cap,
                         uint32_t *flags, nghttp2_data_source *source, void *ctx) {
    struct h2_stream *st = source->ptr;
    size_t n = st->body_len - st->body_at < cap ? st->body_len - st->body_at : cap;

    (void)session;
    (void)id;
    (void)ctx;
    memcpy(to, st->body + st->body_at, n);
    st->body_at += n;
    st->since_ms = now_ms(st->h2);
    if (st->body_at == st->body_len) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        answer_sent(st);
    }
    return (ssize_t)n;
}

/* nghttp2 copies names and values, and never writes to them. */
static nghttp2_nv nv(const char *name, const char *value) {
    nghttp2_nv v;

    memset(&v, 0, sizeof v);
    memcpy(&v.name, &name, sizeof name);
    memcpy(&v.value, &value, sizeof value);
    v.namelen = strlen(name);
    v.valuelen = strlen(value);
    return v;
}

/* Takes the body. */
static int start_answer(struct h2_stream *st, struct pt_http_answer *a) {
    struct h2 *h = st->h2;
    nghttp2_nv nva[PT_HTTP_ANSWER_HEADERS_CAP + 3];
    nghttp2_data_provider data = {.source = {.ptr = st}, .read_callback = read_body};
    char status[8];
    char length[24];
    size_t n = 0;

    PT_ASSERT(st->state != ST_SEND);
    st->state = ST_SEND;
    st->since_ms = now_ms(h);
    snprintf(status, sizeof status, "%d", a->status);
    snprintf(length, sizeof length, "%zu", a->body_len);
    nva[n++] = nv(":status", status);
    nva[n++] = nv("date", pt_http_server_date(h->conn->server));
    bool bodiless = a->status == 204 || a->status == 304;
    if (!bodiless) {
        nva[n++] = nv("content-length", length);
    }
    for (size_t i = 0; i < a->header_count; i++) {
        nva[n++] = nv(a->headers[i].name, a->headers[i].value);
    }
    bool with_body = a->body_len > 0 && !st->head_only && !bodiless;
    if (with_body) {
        st->body = a->body;
        st->body_len = a->body_len;
    } else {
        free(a->body);
        answer_sent(st);
    }
    if (nghttp2_submit_response(h->session, st->id, nva, n, with_body ? &data : NULL) != 0) {
        reset_stream(st, NGHTTP2_INTERNAL_ERROR);
        return PT_E_NOMEM;
    }
    return 0;
}

static int h2_answer(void *state, void *stream, struct pt_http_answer *a) {
    (void)state;
    return start_answer(stream, a);
}

/* An answer to what never became a request. */
static void answer_raw(struct h2_stream *st, int status, int code, const char *detail) {
    struct pt_http_refusal refusal = {status, code, detail, NULL, false};
    struct pt_http_header headers[4];
    char retry[16];
    struct pt_buf body;
    struct pt_http_answer a = {.status = status, .headers = headers};

    pt_buf_init(&body, 4096);
    pt_http_problem_write(&body, status, code, detail);
    a.header_count = pt_http_refusal_headers(&refusal, 0, retry, headers);
    a.body = pt_buf_steal(&body, &a.body_len);
    (void)start_answer(st, &a);
}

static void refuse(struct h2_stream *st, const struct pt_http_refusal *refusal) {
    pt_http_request_refuse(st->req, refusal);
}

/* ---- heads ---- */

static uint32_t put_text(struct h2_head *head, const uint8_t *p, size_t len) {
    uint32_t at = (uint32_t)head->text.len;

    pt_buf_append(&head->text, p, len);
    pt_buf_append(&head->text, "", 1);
    return at;
}

static bool name_is(const uint8_t *name, size_t len, const char *what) {
    return len == strlen(what) && memcmp(name, what, len) == 0;
}

static void add_field(struct h2_head *head, const struct pt_http_config *config,
                      const uint8_t *name, size_t name_len, const uint8_t *value,
                      size_t value_len) {
    if (head->count == config->header_count_max) {
        head->too_large = true;
        return;
    }
    struct pt_h1_field *f = &head->fields[head->count++];
    f->name = put_text(head, name, name_len);
    f->value = put_text(head, value, value_len);
}

static void content_length(struct h2_head *head, const uint8_t *value, size_t len) {
    head->has_length = true; /* nghttp2 has checked digits, repetition, and will check the sum */
    head->length = 0;
    for (size_t i = 0; i < len && i < 18; i++) {
        head->length = head->length * 10 + (uint64_t)(value[i] - '0');
    }
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *ctx) {
    struct h2 *h = ctx;
    const struct pt_http_config *config = &h->conn->server->config;
    struct h2_stream *st = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

    (void)flags;
    if (st == NULL || st->state != ST_HEAD) {
        return 0; /* trailers: nobody reads them */
    }
    struct h2_head *head = st->head;
    head->bytes += name_len + value_len + FIELD_OVERHEAD;
    if (head->bytes > HEAD_EXCESS * config->head_max) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    head->too_large = head->too_large || head->bytes > config->head_max;
    if (head->too_large) {
        return 0;
    }
    if (name_is(name, name_len, ":method")) {
        head->method = put_text(head, value, value_len) + 1;
    } else if (name_is(name, name_len, ":path")) {
        head->target = put_text(head, value, value_len) + 1;
    } else if (name_is(name, name_len, ":authority")) {
        add_field(head, config, (const uint8_t *)"host", 4, value, value_len);
    } else if (name_len > 0 && name[0] != ':') {
        add_field(head, config, name, name_len, value, value_len);
        if (name_is(name, name_len, "content-length")) {
            content_length(head, value, value_len);
        }
    }
    return 0;
}

/* HTTP/2 clients may cut the cookie field into several (RFC 9113 8.2.3): one again. */
static void join_cookies(struct h2_head *head) {
    size_t first = SIZE_MAX;
    size_t n = 0;
    size_t count = 0;

    for (size_t i = 0; i < head->count; i++) {
        if (strcmp((char *)head->text.p + head->fields[i].name, "cookie") == 0) {
            first = count++ == 0 ? i : first;
        }
    }
    if (count < 2) {
        return;
    }
    uint32_t joined = (uint32_t)head->text.len;
    for (size_t i = 0; i < head->count; i++) {
        struct pt_h1_field f = head->fields[i];
        if (strcmp((char *)head->text.p + f.name, "cookie") != 0) {
            head->fields[n++] = f;
            continue;
        }
        size_t len = strlen((char *)head->text.p + f.value);
        pt_buf_puts(&head->text, i == first ? "" : "; ");
        if (pt_buf_reserve(&head->text, len) == 0) { /* the source lies in the same buffer */
            pt_buf_append(&head->text, head->text.p + f.value, len);
        }
        if (i == first) {
            head->fields[n++] = (struct pt_h1_field){f.name, joined};
        }
    }
    pt_buf_append(&head->text, "", 1);
    head->count = n;
}

static bool method_ok(const char *method) {
    size_t len = strlen(method);

    return len > 0 && len <= METHOD_MAX && strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

/* 0 or the status to refuse with, and why. */
static int head_fault(struct h2_stream *st, const char **ret_why) {
    struct h2_head *head = st->head;
    const struct pt_http_config *config = &st->h2->conn->server->config;

    *ret_why = "the request head is too large";
    if (head->too_large) {
        return 431;
    }
    *ret_why = NULL;
    if (head->text.failed != 0) {
        return 503;
    }
    *ret_why = "the request has no usable :method or :path";
    if (head->method == 0 || head->target == 0 ||
        !method_ok((const char *)head->text.p + head->method - 1)) {
        return 400;
    }
    const char *target = (const char *)head->text.p + head->target - 1;
    size_t len = strlen(target);
    *ret_why = "the request target is too long";
    if (len > config->target_max) {
        return 414;
    }
    *ret_why = pt_http_target_fault(target, len);
    return *ret_why != NULL ? 400 : 0;
}

static bool expects_continue(const struct pt_http_request *req) {
    const char *expect = pt_http_request_header(req, "expect");

    return expect != NULL && strcasecmp(expect, "100-continue") == 0;
}

static void refuse_head(struct h2_stream *st, int status, const char *why) {
    struct pt_http_server *s = st->h2->conn->server;

    if (status == 431 || status == 414) {
        PT_HTTP_COUNT(s, rejected, 1);
    } else if (status == 400) {
        PT_HTTP_COUNT(s, bad, 1);
    }
    answer_raw(st, status,
               status == 503   ? PT_E_NOMEM
               : status == 400 ? PT_E_FORMAT
                               : PT_E_TOO_LARGE,
               why);
}

static void make_request(struct h2_stream *st) {
    struct h2 *h = st->h2;
    struct pt_http_route route;
    struct pt_http_refusal refusal;
    struct h2_head *src = st->head;
    struct pt_http_head head = {
        .text = &src->text,
        .method = src->method - 1,
        .target = src->target - 1,
        .fields = src->fields,
        .field_count = src->count,
        .has_length = src->has_length,
        .length = src->length,
        .has_body = !st->ended && (!src->has_length || src->length > 0),
    };

    st->req = pt_http_request_new(h->conn, st, &head);
    if (st->req == NULL) {
        refuse_head(st, 503, NULL);
        return;
    }
    st->head_only = strcmp(pt_http_request_method(st->req), "HEAD") == 0;
    pt_http_request_decide(st->req, &head, &route, &refusal);
    if (refusal.status != 0) {
        refuse(st, &refusal);
    } else if (head.has_body && expects_continue(st->req)) {
        nghttp2_nv interim = nv(":status", "100");
        (void)nghttp2_submit_headers(h->session, NGHTTP2_FLAG_NONE, st->id, NULL, &interim, 1,
                                     NULL);
    }
}

static void on_end(struct h2_stream *st) {
    st->ended = true;
    if (st->state == ST_BODY) {
        st->state = ST_WAIT;
        pt_http_request_hand(st->req);
    }
}

static void on_head(struct h2 *h, struct h2_stream *st, bool ended) {
    const char *why = NULL;

    h->head_ms = 0;
    st->state = ST_BODY;
    st->ended = ended;
    st->since_ms = now_ms(h);
    join_cookies(st->head);
    int status = head_fault(st, &why);
    if (status != 0) {
        refuse_head(st, status, why);
    } else {
        make_request(st);
    }
    head_free(st);
    if (h->conn->over_limit) {
        pt_http_conn_drain(h->conn, true);
    }
    if (ended) {
        on_end(st);
    }
}

/* ---- nghttp2's callbacks: only note and submit ---- */

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *ctx) {
    struct h2 *h = ctx;

    h->head_ms = now_ms(h);
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        return 0;
    }
    struct h2_stream *st = stream_new(h, frame->hd.stream_id);
    if (st == NULL) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    (void)nghttp2_session_set_stream_user_data(session, st->id, st);
    return 0;
}

/* nghttp2 has such a limit too, but goes on opening streams until its GOAWAY is sent. */
static void count_reset(struct h2 *h) {
    const struct pt_http_config *config = &h->conn->server->config;
    uint64_t now = now_ms(h);
    uint64_t full = (uint64_t)config->reset_burst * 1000;

    h->resets += (now - h->refill_ms) * config->reset_per_s;
    h->resets = h->resets < full ? h->resets : full;
    h->refill_ms = now;
    if (h->resets < 1000) {
        (void)nghttp2_session_terminate_session(h->session, NGHTTP2_ENHANCE_YOUR_CALM);
        return;
    }
    h->resets -= 1000;
}

static int on_frame_recv(nghttp2_session *session, const nghttp2_frame *frame, void *ctx) {
    struct h2 *h = ctx;
    bool ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;

    if (frame->hd.type == NGHTTP2_HEADERS) {
        h->head_ms = 0;
    } else if (frame->hd.type == NGHTTP2_RST_STREAM) {
        count_reset(h);
        return 0;
    } else if (frame->hd.type != NGHTTP2_DATA) {
        return 0;
    }
    struct h2_stream *st = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (st == NULL) {
        return 0;
    }
    if (frame->hd.type == NGHTTP2_HEADERS && st->state == ST_HEAD) {
        on_head(h, st, ended);
    } else if (ended) {
        on_end(st);
    }
    return 0;
}

static int on_invalid_frame(nghttp2_session *session, const nghttp2_frame *frame, int error,
                            void *ctx) {
    struct h2 *h = ctx;

    (void)session;
    (void)error;
    PT_HTTP_COUNT(h->conn->server, bad, 1);
    if (frame->hd.type == NGHTTP2_HEADERS) {
        h->head_ms = 0;
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *p,
                   size_t len, void *ctx) {
    struct h2_stream *st = nghttp2_session_get_stream_user_data(session, id);
    struct pt_http_refusal refusal;

    (void)flags;
    (void)ctx;
    if (st == NULL || st->state != ST_BODY) {
        /* Refused: other streams keep their room, this one gets no more. */
        (void)nghttp2_session_consume_connection(session, len);
        return 0;
    }
    pt_http_request_append(st->req, p, len, &refusal);
    if (refusal.status != 0) {
        (void)nghttp2_session_consume_connection(session, len);
        refuse(st, &refusal);
        return 0;
    }
    (void)nghttp2_session_consume(session, id, len);
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *ctx) {
    struct h2_stream *st = nghttp2_session_get_stream_user_data(session, id);
    struct h2 *h = ctx;

    (void)error;
    if (st != NULL) {
        if (st->state == ST_HEAD) {
            h->head_ms = 0;
        }
        stream_free(h, st);
    }
    return 0;
}

static int on_frame_send(nghttp2_session *session, const nghttp2_frame *frame, void *ctx) {
    struct h2 *h = ctx;

    (void)session;
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR) {
        PT_HTTP_COUNT(h->conn->server, rejected, 1);
    }
    return 0;
}

/* ---- the connection's side ---- */

static int make_session(struct h2 *h) {
    const struct pt_http_config *config = &h->conn->server->config;
    nghttp2_session_callbacks *cbs = NULL;
    nghttp2_option *opt = NULL;
    int rc = PT_E_NOMEM;

    if (nghttp2_session_callbacks_new(&cbs) != 0 || nghttp2_option_new(&opt) != 0) {
        goto out;
    }
    nghttp2_session_callbacks_set_on_begin_headers_callback(cbs, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(cbs, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cbs, on_frame_recv);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(cbs, on_invalid_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cbs, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(cbs, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(cbs, on_frame_send);
    nghttp2_option_set_no_auto_window_update(opt, 1);
    nghttp2_option_set_no_closed_streams(opt, 1);
    nghttp2_option_set_max_continuations(opt, config->continuation_max);
    nghttp2_option_set_stream_reset_rate_limit(opt, (uint64_t)config->reset_burst + 1,
                                               (uint64_t)config->reset_per_s + 1);
    nghttp2_option_set_max_deflate_dynamic_table_size(opt, 4096);
    if (nghttp2_session_server_new2(&h->session, cbs, h, opt) == 0) {
        rc = 0;
    }
out:
    nghttp2_option_del(opt);
    nghttp2_session_callbacks_del(cbs);
    return rc;
}

static int h2_open(struct pt_http_conn *c, void **ret_state) {
    const struct pt_http_config *config = &c->server->config;
    nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, config->streams_max},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, (uint32_t)STREAM_WINDOW},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)config->head_max},
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
    };
    struct h2 *h = calloc(1, sizeof *h);

    if (h == NULL) {
        return PT_E_NOMEM;
    }
    h->conn = c;
    h->resets = (uint64_t)config->reset_burst * 1000;
    h->refill_ms = now_ms(h);
    int rc = make_session(h);
    if (rc != 0) {
        free(h);
        return rc;
    }
    if (nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, settings,
                                sizeof settings / sizeof settings[0]) != 0 ||
        nghttp2_session_set_local_window_size(h->session, NGHTTP2_FLAG_NONE, 0, CONN_WINDOW) != 0) {
        nghttp2_session_del(h->session);
        free(h);
        return PT_E_NOMEM;
    }
    *ret_state = h;
    return 0;
}

static void h2_close(void *state) {
    struct h2 *h = state;

    for (struct h2_stream *st = h->streams; st != NULL;) {
        struct h2_stream *next = st->next;
        stream_drop(st);
        st = next;
    }
    nghttp2_session_del(h->session);
    free(h);
}

static void h2_input(void *state, const uint8_t *p, size_t len) {
    struct h2 *h = state;

    ssize_t n = nghttp2_session_mem_recv(h->session, p, len);
    if (n < 0) {
        PT_HTTP_COUNT(h->conn->server, bad, 1);
        pt_http_conn_doom(h->conn);
    }
}

static size_t h2_output(void *state, uint8_t *p, size_t cap) {
    struct h2 *h = state;
    size_t n = 0;

    while (n < cap) {
        if (h->rest_len == 0) {
            ssize_t got = nghttp2_session_mem_send(h->session, &h->rest);
            if (got < 0) {
                pt_http_conn_doom(h->conn);
            }
            if (got <= 0) {
                break;
            }
            h->rest_len = (size_t)got;
        }
        size_t part = h->rest_len < cap - n ? h->rest_len : cap - n;
        memcpy(p + n, h->rest, part);
        h->rest += part;
        h->rest_len -= part;
        n += part;
    }
    return n;
}

static bool h2_paused(const void *state) {
    (void)state;
    return false;
}

static bool h2_busy(const void *state) {
    const struct h2 *h = state;

    return h->stream_count > 0 || h->head_ms != 0;
}

static bool h2_finished(const void *state) {
    const struct h2 *h = state;

    if (h->rest_len > 0 || nghttp2_session_want_write(h->session)) {
        return false;
    }
    return !nghttp2_session_want_read(h->session) || (h->draining && h->stream_count == 0);
}

static void h2_drain(void *state, bool hard) {
    struct h2 *h = state;

    (void)hard;
    if (h->draining) {
        return;
    }
    h->draining = true;
    (void)nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE,
                                nghttp2_session_get_last_proc_stream_id(h->session),
                                NGHTTP2_NO_ERROR, NULL, 0);
    /* A watcher may answer, which ends no stream here: streams end in the connection's turn. */
    for (struct h2_stream *st = h->streams; st != NULL; st = st->next) {
        if (st->state == ST_WAIT) {
            pt_http_request_ending(st->req);
        }
    }
}

static void check_stream(struct h2_stream *st, uint64_t now) {
    const struct pt_http_config *config = &st->h2->conn->server->config;
    uint64_t age = now - st->since_ms;

    if (st->state == ST_BODY) {
        uint64_t extra = st->req->body.len / 65536 * config->body_ms_per_64k;
        if (age > config->body_ms + extra) {
            struct pt_http_refusal refusal = {408, PT_E_TIMEOUT, "the body took too long", NULL,
                                              false};
            refuse(st, &refusal);
        }
    } else if (st->state == ST_SEND && !st->sent && age > config->write_ms) {
        PT_HTTP_COUNT(st->h2->conn->server, timeouts, 1);
        reset_stream(st, NGHTTP2_CANCEL);
    } else if (st->state == ST_SEND && st->sent && !st->ended && age > config->reset_delay_ms) {
        /* Answered before the peer had sent everything. Some clients lose an answer that comes
         * together with its reset, so the reset came later than the answer. */
        reset_stream(st, NGHTTP2_NO_ERROR);
    }
}

static void h2_check(void *state, uint64_t now) {
    struct h2 *h = state;

    if (h->head_ms != 0 && now - h->head_ms > h->conn->server->config.head_ms) {
        PT_HTTP_COUNT(h->conn->server, timeouts, 1);
        h->head_ms = 0;
        (void)nghttp2_session_terminate_session(h->session, NGHTTP2_ENHANCE_YOUR_CALM);
        pt_http_conn_touch(h->conn);
        return;
    }
    for (struct h2_stream *st = h->streams; st != NULL; st = st->next) {
        check_stream(st, now);
    }
}

const struct pt_http_proto pt_http_proto_h2 = {
    .open = h2_open,
    .close = h2_close,
    .input = h2_input,
    .output = h2_output,
    .paused = h2_paused,
    .busy = h2_busy,
    .finished = h2_finished,
    .drain = h2_drain,
    .check = h2_check,
    .answer = h2_answer,
};
