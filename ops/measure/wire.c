#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include <pentad/certs/tls.h>

enum {
    OUT_MAX = 128 * 1024,
    RECORD = 16384,
    TURN_READS = 16,
    STREAM_WINDOW = 1 << 20, /* so that large answers needn't wait for us */
    WINDOW = 16 << 20,
    FIELDS_MAX = 4,
};

/* ---- nghttp2 --------------------------------------------------------------------------- */

static int on_header(nghttp2_session *s, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *ctx) {
    struct wire_call *call = nghttp2_session_get_stream_user_data(s, frame->hd.stream_id);

    (void)flags;
    (void)ctx;
    if (call != NULL && name_len == 7 && memcmp(name, ":status", 7) == 0 && value_len == 3) {
        call->status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + value[2] - '0';
    }
    return 0;
}

static int on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *p, size_t len,
                   void *ctx) {
    struct wire_call *call = nghttp2_session_get_stream_user_data(s, id);

    (void)flags;
    (void)ctx;
    return call == NULL || pt_buf_append(&call->answer, p, len) == 0 ? 0
                                                                     : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static void sent_whole(struct wire *w, struct wire_call *call) {
    if (call->sending) {
        call->sending = false;
        w->sending--;
    }
}

static int on_close(nghttp2_session *s, int32_t id, uint32_t error, void *ctx) {
    struct wire_call *call = nghttp2_session_get_stream_user_data(s, id);
    struct wire *w = ctx;

    if (call == NULL) {
        return 0;
    }
    sent_whole(w, call);
    call->id = 0;
    call->error = error;
    if (error != 0 && call->status < 400) {
        call->status = 0;
    }
    w->answered(w->ctx, call);
    return 0;
}

static ssize_t read_body(nghttp2_session *s, int32_t id, uint8_t *to, size_t cap, uint32_t *flags,
                         nghttp2_data_source *source, void *ctx) {
    struct wire_call *call = source->ptr;
    struct wire *w = ctx;
    size_t left = call->body.len - call->sent;
    size_t n = left < cap ? left : cap;

    (void)s;
    (void)id;
    if (n > 0) {
        memcpy(to, call->body.p + call->sent, n);
    }
    call->sent += n;
    if (call->sent == call->body.len) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        sent_whole(w, call);
    }
    return (ssize_t)n;
}

static int start_session(struct wire *w) {
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW}};
    nghttp2_session_callbacks *cbs = NULL;
    int rc;

    if (nghttp2_session_callbacks_new(&cbs) != 0) {
        return PT_E_NOMEM;
    }
    nghttp2_session_callbacks_set_on_header_callback(cbs, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cbs, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(cbs, on_close);
    rc = nghttp2_session_client_new(&w->session, cbs, w);
    nghttp2_session_callbacks_del(cbs);
    if (rc == 0) {
        rc = nghttp2_submit_settings(w->session, NGHTTP2_FLAG_NONE, settings, 2);
    }
    if (rc == 0) {
        rc = nghttp2_session_set_local_window_size(w->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
    }
    return rc == 0 ? 0 : PT_E_NOMEM;
}

/* ---- opening --------------------------------------------------------------------------- */

static int connect_to(uint16_t port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)close(fd);
        fd = -1;
    }
    if (fd >= 0) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    }
    return fd;
}

static int handshake(struct wire *w, SSL_CTX *tls, struct pt_err *err) {
    static const unsigned char alpn[] = {2, 'h', '2'};
    const struct timeval patience = {.tv_sec = 10};

    (void)setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    w->ssl = SSL_new(tls);
    if (w->ssl == NULL || SSL_set_alpn_protos(w->ssl, alpn, sizeof(alpn)) != 0 ||
        SSL_set_fd(w->ssl, w->fd) != 1) {
        return pt_openssl_err(err, "a TLS connection couldn't be made");
    }
    SSL_set_mode(w->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_connect(w->ssl) != 1) {
        (void)pt_openssl_err(err, "the hub's TLS handshake failed");
        return PT_E_NET;
    }
    return 0;
}

int wire_open(struct wire *w, SSL_CTX *tls, uint16_t port, wire_answered_cb answered, void *ctx,
              struct pt_err *err) {
    int rc;

    memset(w, 0, sizeof(*w));
    pt_buf_init(&w->out, (size_t)2 * OUT_MAX);
    ERR_clear_error();
    w->answered = answered;
    w->ctx = ctx;
    w->fd = connect_to(port);
    if (w->fd < 0) {
        w->fd = 0;
        return pt_err_set(err, PT_E_NET, "no hub listens on 127.0.0.1:%u: %s", port,
                          strerrordesc_np(errno));
    }
    rc = handshake(w, tls, err);
    if (rc == 0 && fcntl(w->fd, F_SETFL, O_NONBLOCK) != 0) {
        rc = pt_err_set(err, PT_E_NET, "a socket can't be made non-blocking: %s",
                        strerrordesc_np(errno));
    }
    if (rc == 0) {
        rc = start_session(w);
    }
    if (rc != 0) {
        wire_close(w);
    }
    return rc;
}

void wire_close(struct wire *w) {
    if (w->fd > 0) {
        nghttp2_session_del(w->session);
        SSL_free(w->ssl);
        (void)close(w->fd);
        pt_buf_done(&w->out);
    }
    memset(w, 0, sizeof(*w));
}

bool wire_is_open(const struct wire *w) {
    return w->fd > 0;
}

/* ---- requests -------------------------------------------------------------------------- */

static nghttp2_nv nv(const char *name, const char *value) {
    nghttp2_nv v = {.namelen = strlen(name), .valuelen = strlen(value)};

    memcpy(&v.name, &name, sizeof(name));
    memcpy(&v.value, &value, sizeof(value));
    return v;
}

bool wire_may_post(const struct wire *w) {
    return w->sending == 0 && w->out.len - w->out_at < OUT_MAX;
}

int wire_ask(struct wire *w, const char *method, const char *path, const struct wire_field *fields,
             size_t n, struct wire_call *call) {
    nghttp2_nv nva[4 + FIELDS_MAX] = {nv(":method", method), nv(":scheme", "https"),
                                      nv(":authority", "localhost"), nv(":path", path)};
    const nghttp2_data_provider data = {.source = {.ptr = call}, .read_callback = read_body};
    bool post = strcmp(method, "POST") == 0;

    PT_ASSERT(n <= FIELDS_MAX);
    for (size_t i = 0; i < n; i++) {
        nva[4 + i] = nv(fields[i].name, fields[i].value);
    }
    call->sent = 0;
    call->status = 0;
    call->error = 0;
    call->sending = post;
    pt_buf_reset(&call->answer);
    call->id = nghttp2_submit_request(w->session, NULL, nva, 4 + n, post ? &data : NULL, call);
    if (call->id < 0) {
        return PT_E_NET;
    }
    w->sending += post ? 1 : 0;
    return 0;
}

int wire_abandon(struct wire *w, struct wire_call *call) {
    return nghttp2_submit_rst_stream(w->session, NGHTTP2_FLAG_NONE, call->id, NGHTTP2_CANCEL) == 0
               ? 0
               : PT_E_NET;
}

/* ---- moving bytes ---------------------------------------------------------------------- */

static int fill(struct wire *w) {
    if (w->out_at == w->out.len) {
        pt_buf_reset(&w->out);
        w->out_at = 0;
    }
    while (w->out.len < OUT_MAX) {
        const uint8_t *p = NULL;
        ssize_t n = nghttp2_session_mem_send(w->session, &p);

        if (n < 0 || (n > 0 && pt_buf_append(&w->out, p, (size_t)n) != 0)) {
            return PT_E_NET;
        }
        if (n == 0) {
            break;
        }
    }
    return 0;
}

/* 1: nothing more can be written now. */
static int write_some(struct wire *w) {
    int rc = w->out_at == w->out.len ? fill(w) : 0;

    while (rc == 0 && w->out_at < w->out.len) {
        size_t len = w->out.len - w->out_at;
        int n = SSL_write(w->ssl, w->out.p + w->out_at, (int)(len < RECORD ? len : RECORD));

        if (n > 0) {
            w->out_at += (size_t)n;
            rc = w->out_at == w->out.len ? fill(w) : 0;
            continue;
        }
        n = SSL_get_error(w->ssl, n);
        return n == SSL_ERROR_WANT_WRITE || n == SSL_ERROR_WANT_READ ? 1 : PT_E_NET;
    }
    return rc;
}

static int read_some(struct wire *w) {
    uint8_t piece[RECORD];

    for (int i = 0; i < TURN_READS; i++) {
        int n = SSL_read(w->ssl, piece, sizeof(piece));

        if (n > 0) {
            if (nghttp2_session_mem_recv(w->session, piece, (size_t)n) != n) {
                return PT_E_NET;
            }
            continue;
        }
        n = SSL_get_error(w->ssl, n);
        w->read_blocked_on_write = n == SSL_ERROR_WANT_WRITE;
        return n == SSL_ERROR_WANT_WRITE || n == SSL_ERROR_WANT_READ ? 0 : PT_E_NET;
    }
    return 0;
}

int wire_turn(struct wire *w) {
    int rc = read_some(w);

    if (rc == 0) {
        rc = write_some(w);
    }
    if (rc >= 0 && nghttp2_session_want_read(w->session) == 0 &&
        nghttp2_session_want_write(w->session) == 0) {
        rc = PT_E_NET;
    }
    return rc < 0 ? rc : 0;
}

short wire_events(const struct wire *w) {
    bool out = w->out_at < w->out.len || w->read_blocked_on_write ||
               nghttp2_session_want_write(w->session) != 0;

    return (short)(POLLIN | (out ? POLLOUT : 0));
}
