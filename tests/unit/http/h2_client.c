#include "h2_client.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/err.h>

enum { OUT_MAX = 1 << 20, RECORD = 16384, PATIENCE_MS = 10000 };

static int on_header(nghttp2_session *s, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *ctx) {
    struct h2c_call *call = nghttp2_session_get_stream_user_data(s, frame->hd.stream_id);

    (void)flags;
    (void)ctx;
    if (call != NULL && name_len == 7 && memcmp(name, ":status", 7) == 0 && value_len == 3) {
        call->status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + value[2] - '0';
    }
    return 0;
}

static int on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *p, size_t len,
                   void *ctx) {
    struct h2c_call *call = nghttp2_session_get_stream_user_data(s, id);

    (void)flags;
    (void)ctx;
    return call == NULL || pt_buf_append(&call->answer, p, len) == 0 ? 0
                                                                     : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int on_close(nghttp2_session *s, int32_t id, uint32_t error, void *ctx) {
    struct h2c_call *call = nghttp2_session_get_stream_user_data(s, id);
    struct h2c *c = ctx;

    if (call != NULL && !call->closed) {
        call->closed = true;
        call->error = error;
        c->open--;
    }
    return 0;
}

static ssize_t read_body(nghttp2_session *s, int32_t id, uint8_t *to, size_t cap, uint32_t *flags,
                         nghttp2_data_source *source, void *ctx) {
    struct h2c_call *call = source->ptr;
    size_t n = call->body_len - call->sent < cap ? call->body_len - call->sent : cap;

    (void)ctx;
    if (n > 0) {
        memcpy(to, (const uint8_t *)call->body + call->sent, n);
    }
    call->sent += n;
    if (call->sent == call->body_len) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (call->abandon) {
            (void)nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
        }
    }
    return (ssize_t)n;
}

bool h2c_open(struct hx *hx, struct h2c *c, const struct pt_test_cert *cert) {
    nghttp2_session_callbacks *cbs = NULL;

    memset(c, 0, sizeof *c);
    pt_buf_init(&c->out, 2 * OUT_MAX);
    if (!hx_raw_open(hx, &c->raw, HX_H2, cert)) {
        return false;
    }
    PT_ASSERT(nghttp2_session_callbacks_new(&cbs) == 0);
    nghttp2_session_callbacks_set_on_header_callback(cbs, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cbs, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(cbs, on_close);
    PT_ASSERT(nghttp2_session_client_new(&c->session, cbs, c) == 0);
    nghttp2_session_callbacks_del(cbs);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
    PT_ASSERT(nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, settings, 1) == 0);
    PT_ASSERT(nghttp2_session_set_local_window_size(c->session, NGHTTP2_FLAG_NONE, 0, 16 << 20) ==
              0);
    SSL_set_mode(c->raw.ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    PT_ASSERT(fcntl(c->raw.fd, F_SETFL, O_NONBLOCK) == 0);
    return true;
}

static nghttp2_nv nv(const char *name, const char *value) {
    nghttp2_nv v = {(uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name),
                    strlen(value), NGHTTP2_NV_FLAG_NONE};
    return v;
}

static void submit(struct h2c *c, struct h2c_call *call) {
    nghttp2_nv nva[8] = {nv(":method", call->body != NULL ? "POST" : "GET"), nv(":scheme", "https"),
                         nv(":path", call->path), nv(":authority", "hub")};
    size_t n = 4;
    nghttp2_data_provider data = {.source = {.ptr = call}, .read_callback = read_body};

    call->client = c;
    call->status = 0;
    call->closed = false;
    call->sent = 0;
    pt_buf_init(&call->answer, 64 << 20);
    for (int i = 0; i < 3 && call->cookies[i] != NULL; i++) {
        nva[n++] = nv("cookie", call->cookies[i]);
    }
    int32_t id = nghttp2_submit_request(c->session, NULL, nva, n, call->body ? &data : NULL, call);
    PT_ASSERT(id > 0);
    c->open++;
    if (call->abandon && call->body == NULL) {
        (void)nghttp2_submit_rst_stream(c->session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    }
}

static bool fill(struct h2c *c) {
    while (c->out.len < OUT_MAX) {
        const uint8_t *p = NULL;
        ssize_t n = nghttp2_session_mem_send(c->session, &p);
        if (n < 0) {
            return false;
        }
        if (n == 0) {
            break;
        }
        PT_ASSERT(pt_buf_append(&c->out, p, (size_t)n) == 0);
    }
    return true;
}

/* 1: moved, 0: would block, -1: over */
static int step_write(struct h2c *c) {
    if (c->out_at == c->out.len) {
        pt_buf_reset(&c->out);
        c->out_at = 0;
        if (!fill(c)) {
            return -1;
        }
    }
    size_t len = c->out.len - c->out_at;
    if (len == 0) {
        return 0;
    }
    int n = SSL_write(c->raw.ssl, c->out.p + c->out_at, (int)(len < RECORD ? len : RECORD));
    if (n > 0) {
        c->out_at += (size_t)n;
        return 1;
    }
    int e = SSL_get_error(c->raw.ssl, n);
    return e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ ? 0 : -1;
}

static int step_read(struct h2c *c) {
    uint8_t piece[RECORD];

    int n = SSL_read(c->raw.ssl, piece, sizeof piece);
    if (n > 0) {
        return nghttp2_session_mem_recv(c->session, piece, (size_t)n) == n ? 1 : -1;
    }
    int e = SSL_get_error(c->raw.ssl, n);
    return e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ ? 0 : -1;
}

bool h2c_run(struct h2c *c, struct h2c_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        submit(c, &calls[i]);
    }
    while (c->open > 0) {
        int r = step_read(c);
        int w = step_write(c);
        if (r < 0 || w < 0) {
            return false;
        }
        if (r > 0 || w > 0) {
            continue;
        }
        struct pollfd p = {c->raw.fd, (short)(POLLIN | (c->out_at < c->out.len ? POLLOUT : 0)), 0};
        if (poll(&p, 1, PATIENCE_MS) <= 0) {
            return false;
        }
    }
    return true;
}

void h2c_calls_done(struct h2c_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        pt_buf_done(&calls[i].answer);
    }
}

void h2c_close(struct h2c *c) {
    nghttp2_session_del(c->session);
    hx_raw_close(&c->raw);
    pt_buf_done(&c->out);
}
