#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* What one turn may send before the other connections have theirs. */
#define TURN_MAX ((size_t)1024 * 1024)
/* What is read of one connection before the others have their turn. */
#define TURN_SHARE ((size_t)128 * 1024)
/* Records that one flush may add above the high water: one read's worth of TLS's own answers. */
#define OUT_SLACK ((size_t)512 * 1024)
#define KEEP_BUFFER ((size_t)32 * 1024)

static void set_phase(struct pt_http_conn *c, enum pt_http_phase phase) {
    PT_ASSERT(phase > c->phase);
    c->phase = phase;
    c->since_ms = uv_now(c->server->loop);
}

void pt_http_conn_touch(struct pt_http_conn *c) {
    if (c->dirty || c->phase == PT_HTTP_CLOSED) {
        return;
    }
    c->dirty = true;
    c->dirty_next = c->server->dirty;
    c->server->dirty = c;
}

void pt_http_conn_doom(struct pt_http_conn *c) {
    c->doomed = true;
    pt_http_conn_touch(c);
}

/* ---- sending ---- */

static size_t unsent(const struct pt_http_conn *c) {
    return c->tls.out.len +
           (c->writing ? uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp) : 0);
}

static void on_written(uv_write_t *write, int status) {
    struct pt_http_conn *c = write->data;

    c->writing = false;
    pt_buf_reset(&c->sending);
    if (status != 0) {
        c->doomed = true;
    }
    pt_http_conn_touch(c);
}

/* Tries at once; what the kernel doesn't take becomes the one write in flight. */
static void flush(struct pt_http_conn *c) {
    struct pt_buf *out = &c->tls.out;

    if (c->writing || out->len == 0) {
        return;
    }
    uv_buf_t buf = uv_buf_init((char *)out->p, (unsigned)out->len);
    int n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    if (n < 0 && n != UV_EAGAIN) {
        c->doomed = true;
        return;
    }
    size_t sent = n > 0 ? (size_t)n : 0;
    PT_HTTP_COUNT(c->server, bytes_out, out->len);
    if (sent == out->len) {
        pt_buf_reset(out);
        return;
    }
    struct pt_buf empty = c->sending;
    c->sending = *out;
    *out = empty;
    pt_buf_reset(out);
    buf = uv_buf_init((char *)c->sending.p + sent, (unsigned)(c->sending.len - sent));
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) != 0) {
        c->doomed = true;
        return;
    }
    c->writing = true;
    c->unsent = c->sending.len - sent;
    c->progress_ms = uv_now(c->server->loop);
}

/* Moves plaintext from the protocol into records until there is no more, the peer is slow, or the
 * turn is over. The loop goes on after a flush that the kernel took whole. */
static void produce(struct pt_http_conn *c) {
    struct pt_http_server *s = c->server;
    size_t turn = 0;
    size_t n = 1;

    while (n > 0 && !c->doomed && unsent(c) < s->config.output_high_water) {
        if (turn > TURN_MAX) {
            pt_http_conn_touch(c);
            break;
        }
        n = c->proto->output(c->state, s->plain_out, sizeof s->plain_out);
        if (n > 0 && pt_http_tls_write(&c->tls, s->plain_out, n) != 0) {
            c->doomed = true;
        }
        turn += n;
        if (n == 0 || unsent(c) >= s->config.output_high_water / 2) {
            flush(c);
        }
    }
    flush(c);
}

/* ---- closing ---- */

static void on_closed(uv_handle_t *handle) {
    struct pt_http_conn *c = handle->data;
    struct pt_http_server *s = c->server;

    PT_ASSERT(!c->dirty);
    pt_buf_done(&c->sending);
    free(c);
    s->conn_count--;
    PT_HTTP_UNCOUNT(s, open, 1);
    pt_http_server_gone(s);
}

static void close_now(struct pt_http_conn *c) {
    struct pt_http_server *s = c->server;

    if (c->phase == PT_HTTP_CLOSED) {
        return;
    }
    if (c->phase == PT_HTTP_HANDSHAKE && c->tls.ssl != NULL) {
        PT_HTTP_COUNT(s, handshakes_failed, 1);
    }
    set_phase(c, PT_HTTP_CLOSED);
    if (c->state != NULL) {
        c->proto->close(c->state);
        c->state = NULL;
    }
    if (c->peer != NULL) {
        c->peer->connections--;
        pt_http_peer_unref(&s->quota, c->peer);
    }
    pt_http_tls_done(&c->tls);
    if (c->prev != NULL) {
        c->prev->next = c->next;
    } else {
        s->conns = c->next;
    }
    if (c->next != NULL) {
        c->next->prev = c->prev;
    }
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status) {
    struct pt_http_conn *c = shutdown->data;

    if (status != 0) {
        pt_http_conn_doom(c);
    }
}

/* Says goodbye in TLS; the turn sends it, then FIN, then waits for the peer to have read it. */
static void begin_close(struct pt_http_conn *c, bool say_goodbye) {
    set_phase(c, PT_HTTP_CLOSING);
    if (say_goodbye) {
        pt_http_tls_shutdown(&c->tls);
    }
    if (c->state != NULL) {
        c->proto->close(c->state);
        c->state = NULL;
    }
    c->unsent = unsent(c);
    c->progress_ms = uv_now(c->server->loop);
    pt_http_conn_touch(c);
}

static void turn_closing(struct pt_http_conn *c) {
    flush(c);
    if (c->doomed || c->writing || c->tls.out.len > 0) {
        return;
    }
    c->shutdown.data = c;
    if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) != 0) {
        c->doomed = true;
        return;
    }
    set_phase(c, PT_HTTP_LINGER);
}

/* ---- receiving ---- */

static int finish_handshake(struct pt_http_conn *c) {
    struct pt_http_server *s = c->server;
    char key[sizeof c->peer->key];

    PT_HTTP_COUNT(s, handshakes, 1);
    c->bad_identity = !pt_http_tls_peer(&c->tls, &c->peer_id);
    if (c->peer_id.identity[0] != '\0') {
        snprintf(key, sizeof key, "%s", c->peer_id.identity);
    } else {
        snprintf(key, sizeof key, "ip:%s", c->peer_id.address);
    }
    c->peer = pt_http_quota_peer(&s->quota, key);
    if (c->peer == NULL) {
        return PT_E_NOMEM;
    }
    c->over_limit = c->peer->connections >= s->config.connections_per_identity_max;
    c->peer->connections++;
    c->proto = pt_http_tls_is_h2(&c->tls) ? &pt_http_proto_h2 : &pt_http_proto_h1;
    int rc = c->proto->open(c, &c->state);
    if (rc != 0) {
        return rc;
    }
    c->idle_ms = uv_now(s->loop);
    set_phase(c, PT_HTTP_OPEN);
    if (c->draining) {
        c->proto->drain(c->state, false);
    }
    return 0;
}

static void handshake(struct pt_http_conn *c) {
    switch (pt_http_tls_handshake(&c->tls)) {
    case PT_HTTP_TLS_OK:
        if (finish_handshake(c) != 0) {
            c->doomed = true;
        }
        break;
    case PT_HTTP_TLS_WANT:
        break;
    default:
        /* A TLS 1.3 client learns why only from the alert, after its own Finished: send it and
         * linger instead of resetting the connection under it. */
        PT_HTTP_COUNT(c->server, handshakes_failed, 1);
        begin_close(c, false);
        break;
    }
}

static bool can_take_input(const struct pt_http_conn *c) {
    return unsent(c) < c->server->config.output_high_water && !c->proto->paused(c->state);
}

static void read_plain(struct pt_http_conn *c) {
    struct pt_http_server *s = c->server;
    size_t n = 0;

    while (!c->doomed && c->phase == PT_HTTP_OPEN && can_take_input(c)) {
        switch (pt_http_tls_read(&c->tls, s->plain_in, sizeof s->plain_in, &n)) {
        case PT_HTTP_TLS_OK:
            c->proto->input(c->state, s->plain_in, n);
            break;
        case PT_HTTP_TLS_WANT:
            return;
        default:
            c->doomed = true; /* close_notify or a broken record: nobody waits for answers */
            break;
        }
    }
}

/* Whatever bytes TLS holds, as far as this phase takes them. */
static void take_input(struct pt_http_conn *c) {
    if (c->phase == PT_HTTP_HANDSHAKE) {
        handshake(c);
    }
    if (c->phase == PT_HTTP_OPEN) {
        read_plain(c);
    }
    if (c->phase >= PT_HTTP_CLOSING) {
        c->tls.in = pt_span(NULL, 0);
    }
    if (pt_http_tls_settle(&c->tls) != 0) {
        c->doomed = true;
    }
    /* At once, because libuv would go on reading within the same callback. */
    if (c->reading && c->phase == PT_HTTP_OPEN && !can_take_input(c)) {
        c->reading = false;
        (void)uv_read_stop((uv_stream_t *)&c->tcp);
    }
    pt_http_conn_touch(c);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    struct pt_http_conn *c = handle->data;

    (void)suggested;
    /* One buffer for all: what isn't used within the read callback is copied there. */
    *buf = uv_buf_init((char *)c->server->read_buffer, (unsigned)sizeof c->server->read_buffer);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct pt_http_conn *c = stream->data;

    if (n == 0 || c->phase == PT_HTTP_CLOSED) {
        return;
    }
    if (n < 0) {
        pt_http_conn_doom(c);
        return;
    }
    PT_HTTP_COUNT(c->server, bytes_in, n);
    if (c->phase >= PT_HTTP_CLOSING || c->doomed) {
        return; /* what comes after the last answer is dropped, so that the answer can be read */
    }
    if (pt_http_tls_feed(&c->tls, (const uint8_t *)buf->base, (size_t)n) != 0) {
        pt_http_conn_doom(c);
        return;
    }
    c->turn_in += (size_t)n;
    take_input(c);
    /* libuv reads a busy connection up to 32 times in a row: the others would wait for it. */
    if (c->reading && c->turn_in >= TURN_SHARE) {
        c->reading = false;
        (void)uv_read_stop((uv_stream_t *)&c->tcp);
    }
}

/* Starts or stops reading. A request in progress alone never stops it: the end of the connection
 * must be seen. True if bytes held back can be taken now. */
static bool adjust_reading(struct pt_http_conn *c) {
    bool want = c->phase != PT_HTTP_OPEN || can_take_input(c);

    if (want == c->reading) {
        return false;
    }
    c->reading = want;
    if (!want) {
        (void)uv_read_stop((uv_stream_t *)&c->tcp);
        return false;
    }
    if (uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0) {
        c->doomed = true;
        return false;
    }
    return c->tls.in.len > 0 || c->phase == PT_HTTP_OPEN;
}

void pt_http_conn_turn(struct pt_http_conn *c) {
    c->turn_in = 0;
    if (!c->doomed && c->phase == PT_HTTP_OPEN) {
        produce(c);
        if (!c->doomed && !c->proto->busy(c->state) && c->idle_ms == 0) {
            c->idle_ms = uv_now(c->server->loop);
        }
        if (!c->doomed && c->proto->finished(c->state)) {
            begin_close(c, true);
        }
    } else if (!c->doomed && c->phase == PT_HTTP_HANDSHAKE) {
        flush(c);
    }
    if (!c->doomed && c->phase == PT_HTTP_CLOSING) {
        turn_closing(c);
    }
    if (!c->doomed && adjust_reading(c)) {
        take_input(c);
    }
    if (c->doomed && !c->dirty) { /* else its next turn, which is already due, closes it */
        close_now(c);
    }
}

/* ---- deadlines ---- */

static void timed_out(struct pt_http_conn *c) {
    PT_HTTP_COUNT(c->server, timeouts, 1);
    pt_http_conn_doom(c);
}

static bool stalled(struct pt_http_conn *c, uint64_t now) {
    size_t left = unsent(c);

    if (left == 0 || left < c->unsent) {
        c->progress_ms = now;
    }
    c->unsent = left;
    return left > 0 && now - c->progress_ms > c->server->config.write_ms;
}

static void check_open(struct pt_http_conn *c, uint64_t now) {
    const struct pt_http_config *config = &c->server->config;

    if (c->tls.out.len == 0 && c->tls.out.cap > KEEP_BUFFER) {
        pt_buf_done(&c->tls.out);
    }
    if (!c->writing && c->sending.cap > KEEP_BUFFER) {
        pt_buf_done(&c->sending);
    }
    c->proto->check(c->state, now);
    if (c->proto->busy(c->state)) {
        c->idle_ms = 0;
        return;
    }
    if (c->idle_ms == 0) {
        c->idle_ms = now;
    } else if (now - c->idle_ms > config->idle_ms) {
        pt_http_conn_drain(c, true);
    }
}

void pt_http_conn_check(struct pt_http_conn *c, uint64_t now) {
    const struct pt_http_config *config = &c->server->config;

    switch (c->phase) {
    case PT_HTTP_HANDSHAKE:
        if (now - c->since_ms > config->handshake_ms) {
            timed_out(c);
        }
        break;
    case PT_HTTP_OPEN:
    case PT_HTTP_CLOSING:
        if (stalled(c, now)) {
            timed_out(c);
        } else if (c->phase == PT_HTTP_OPEN) {
            check_open(c, now);
        }
        break;
    case PT_HTTP_LINGER:
        if (now - c->since_ms > config->linger_ms) {
            pt_http_conn_doom(c);
        }
        break;
    case PT_HTTP_CLOSED:
        break;
    }
}

void pt_http_conn_drain(struct pt_http_conn *c, bool hard) {
    c->draining = true;
    if (c->phase == PT_HTTP_HANDSHAKE && c->server->phase != PT_HTTP_RUNNING) {
        pt_http_conn_doom(c);
    } else if (c->phase == PT_HTTP_OPEN) {
        c->proto->drain(c->state, hard);
        pt_http_conn_touch(c);
    }
}

/* ---- beginning ---- */

static void read_address(struct pt_http_conn *c) {
    struct sockaddr_storage addr;
    int len = sizeof addr;
    char *out = c->peer_id.address;
    size_t cap = sizeof c->peer_id.address;

    if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&addr, &len) != 0) {
        return;
    }
    if (addr.ss_family == AF_INET6) {
        (void)uv_ip6_name((const struct sockaddr_in6 *)&addr, out, cap);
    } else if (addr.ss_family == AF_INET) {
        (void)uv_ip4_name((const struct sockaddr_in *)&addr, out, cap);
    }
}

/* Linked and counted from the moment its handle exists: only close_now ends it. */
static void enlist(struct pt_http_conn *c) {
    struct pt_http_server *s = c->server;

    c->next = s->conns;
    if (s->conns != NULL) {
        s->conns->prev = c;
    }
    s->conns = c;
    s->conn_count++;
    PT_HTTP_COUNT(s, accepted, 1);
    PT_HTTP_COUNT(s, open, 1);
}

/* Whoever has no certificate could otherwise hold every connection there may be, for as long as a
 * handshake may take. */
static bool too_many_handshakes(const struct pt_http_conn *c) {
    const struct pt_http_server *s = c->server;
    uint32_t n = 0;

    for (const struct pt_http_conn *at = s->conns; at != NULL; at = at->next) {
        n += at->phase == PT_HTTP_HANDSHAKE && !at->doomed &&
             strcmp(at->peer_id.address, c->peer_id.address) == 0;
    }
    return n > s->config.handshakes_per_address_max;
}

int pt_http_conn_accept(struct pt_http_server *s, uv_stream_t *listener) {
    struct pt_http_conn *c = calloc(1, sizeof *c);
    size_t out_max = s->config.output_high_water + OUT_SLACK;

    if (c == NULL) {
        return PT_E_NOMEM;
    }
    c->server = s;
    c->since_ms = uv_now(s->loop);
    pt_buf_init(&c->sending, out_max);
    if (uv_tcp_init(s->loop, &c->tcp) != 0) {
        free(c);
        return PT_E_NET;
    }
    c->tcp.data = c;
    enlist(c);
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0) {
        pt_http_conn_doom(c);
        return PT_E_NET;
    }
    if (s->conn_count > s->config.connections_max) {
        PT_HTTP_COUNT(s, rejected, 1);
        pt_http_conn_doom(c);
        return PT_E_BUSY;
    }
    (void)uv_tcp_nodelay(&c->tcp, 1);
    read_address(c);
    if (too_many_handshakes(c)) {
        PT_HTTP_COUNT(s, rejected, 1);
        pt_http_conn_doom(c);
        return PT_E_BUSY;
    }
    int rc = pt_http_tls_init(&c->tls, s->tls, s->bio_method, s->config.client_cert_required,
                              2 * PT_HTTP_READ_BUFFER, out_max);
    if (rc != 0) {
        pt_http_conn_doom(c);
        return rc;
    }
    pt_http_conn_touch(c); /* its first turn starts reading */
    return 0;
}
