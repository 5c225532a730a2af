#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>

#include <pentad/base/clock.h>

void pt_http_config_default(struct pt_http_config *c) {
    *c = (struct pt_http_config){
        .host = "127.0.0.1",
        .backlog = 512,
        .head_max = (size_t)16 * 1024,
        .header_count_max = 100,
        .target_max = (size_t)8 * 1024,
        .pipeline_max = (size_t)64 * 1024,
        .streams_max = 100,
        .reset_burst = 200,
        .reset_per_s = 33,
        .continuation_max = 8,
        .output_high_water = (size_t)128 * 1024,
        .connections_max = 1024,
        .connections_per_identity_max = 64,
        .handshakes_per_address_max = 128,
        .inflight_per_identity_max = (size_t)16 * 1024 * 1024,
        .inflight_max = (size_t)96 * 1024 * 1024,
        .retry_after_s = 1,
        .handshake_ms = 5000,
        .head_ms = 10000,
        .body_ms = 20000,
        .body_ms_per_64k = 1000,
        .idle_ms = 60000,
        .write_ms = 30000,
        .reset_delay_ms = 1000,
        .linger_ms = 2000,
        .stop_grace_ms = 5000,
    };
}

static int check_config(const struct pt_http_config *c, struct pt_err *err) {
    if (c->tls == NULL) {
        return pt_err_set(err, PT_E_CONFIG, "the listener needs a TLS context");
    }
    if (c->head_max < 256 || c->header_count_max == 0 || c->header_count_max > PT_H1_HEADERS_CAP ||
        c->target_max == 0 || c->pipeline_max == 0 || c->output_high_water < PT_HTTP_TLS_RECORD) {
        return pt_err_set(err, PT_E_CONFIG,
                          "the listener's limits must be: head_max at least 256, header_count_max 1"
                          " to %d, target_max and pipeline_max above 0, output_high_water at least"
                          " %d",
                          PT_H1_HEADERS_CAP, PT_HTTP_TLS_RECORD);
    }
    if (c->streams_max == 0 || c->connections_max == 0 || c->connections_per_identity_max == 0 ||
        c->handshakes_per_address_max == 0 || c->handshake_ms == 0 || c->head_ms == 0 ||
        c->body_ms == 0 || c->idle_ms == 0 || c->write_ms == 0) {
        return pt_err_set(err, PT_E_CONFIG,
                          "the listener's connection, stream and time limits must be above 0");
    }
    return 0;
}

static int net_error(struct pt_err *err, int uv, const char *what) {
    return pt_err_set(err, uv == UV_ENOMEM ? PT_E_NOMEM : PT_E_NET, "%s: %s", what,
                      uv_strerror(uv));
}

/* ---- handles ---- */

static void handle_closed(uv_handle_t *handle) {
    struct pt_http_server *s = handle->data;

    PT_ASSERT(s->open_handles > 0);
    if (--s->open_handles > 0) {
        return;
    }
    s->phase = PT_HTTP_STOPPED;
    if (s->stopped != NULL) {
        pt_http_stopped_cb stopped = s->stopped;
        s->stopped = NULL;
        stopped(s->stopped_ctx);
    }
}

static void close_handle(void *handle) {
    uv_handle_t *h = handle;

    if (!uv_is_closing(h)) {
        uv_close(h, handle_closed);
    }
}

static void drain_posts(struct pt_http_server *s) {
    uv_mutex_lock(&s->post_lock);
    struct pt_http_task *task = s->post_head;
    s->post_head = NULL;
    s->post_tail = NULL;
    uv_mutex_unlock(&s->post_lock);
    while (task != NULL) {
        struct pt_http_task *next = task->next;
        task->fn(task->ctx);
        task = next;
    }
}

static void on_async(uv_async_t *async) {
    drain_posts(async->data);
}

/* Before the loop sleeps: every touched connection sends what it has and changes its phase. What
 * is touched again meanwhile gets its turn after the others have had the loop. */
static void on_prepare(uv_prepare_t *prepare) {
    struct pt_http_server *s = prepare->data;
    struct pt_http_conn *c = s->dirty;

    s->dirty = NULL;
    while (c != NULL) {
        struct pt_http_conn *next = c->dirty_next;
        c->dirty = false;
        pt_http_conn_turn(c);
        c = next;
    }
    if (s->dirty != NULL && s->phase < PT_HTTP_CLOSING_HANDLES) {
        (void)uv_async_send(&s->async);
    }
}

static void on_sweep(uv_timer_t *timer) {
    struct pt_http_server *s = timer->data;
    uint64_t now = uv_now(s->loop);
    bool kill = s->phase == PT_HTTP_STOPPING && now >= s->stop_at_ms;

    for (struct pt_http_conn *c = s->conns; c != NULL; c = c->next) {
        if (kill) {
            pt_http_conn_doom(c);
        } else {
            pt_http_conn_check(c, now);
        }
    }
}

static void on_connection(uv_stream_t *listener, int status) {
    struct pt_http_server *s = listener->data;

    if (status == 0 && s->phase == PT_HTTP_RUNNING) {
        (void)pt_http_conn_accept(s, listener);
    }
}

static uint64_t sweep_interval(const struct pt_http_config *c) {
    const uint32_t times[] = {c->handshake_ms, c->head_ms,  c->body_ms,
                              c->idle_ms,      c->write_ms, c->stop_grace_ms};
    uint32_t least = 1000;

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        least = times[i] < least ? times[i] : least;
    }
    return least / 4 < 5 ? 5 : least / 4;
}

static int listen_on(struct pt_http_server *s, struct pt_err *err) {
    struct sockaddr_storage addr;
    int addr_len = sizeof addr;
    char what[96];

    memset(&addr, 0, sizeof addr);
    snprintf(what, sizeof what, "can't listen on %s port %u", s->config.host, s->config.port);
    if (uv_ip4_addr(s->config.host, s->config.port, (struct sockaddr_in *)&addr) != 0 &&
        uv_ip6_addr(s->config.host, s->config.port, (struct sockaddr_in6 *)&addr) != 0) {
        return pt_err_set(err, PT_E_CONFIG, "%s: not a numeric IP address", what);
    }
    int rc = uv_tcp_bind(&s->listener, (const struct sockaddr *)&addr, 0);
    if (rc == 0) {
        rc = uv_listen((uv_stream_t *)&s->listener, s->config.backlog, on_connection);
    }
    if (rc == 0) {
        rc = uv_tcp_getsockname(&s->listener, (struct sockaddr *)&addr, &addr_len);
    }
    if (rc != 0) {
        return net_error(err, rc, what);
    }
    s->port = addr.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&addr)->sin6_port)
                                         : ntohs(((struct sockaddr_in *)&addr)->sin_port);
    return 0;
}

/* Each handle counts once it is initialised: from then on only uv_close ends it. */
static int open_handles(struct pt_http_server *s, struct pt_err *err) {
    int rc = uv_tcp_init(s->loop, &s->listener);

    if (rc == 0) {
        s->listener.data = s;
        s->open_handles++;
        rc = uv_prepare_init(s->loop, &s->prepare);
    }
    if (rc == 0) {
        s->prepare.data = s;
        s->open_handles++;
        rc = uv_timer_init(s->loop, &s->sweep);
    }
    if (rc == 0) {
        s->sweep.data = s;
        s->open_handles++;
        rc = uv_async_init(s->loop, &s->async, on_async);
    }
    if (rc != 0) {
        return net_error(err, rc, "can't set up the listener");
    }
    s->async.data = s;
    s->open_handles++;
    uint64_t every = sweep_interval(&s->config);
    (void)uv_prepare_start(&s->prepare, on_prepare);
    (void)uv_timer_start(&s->sweep, on_sweep, every, every);
    return 0;
}

static void close_handles(struct pt_http_server *s) {
    s->phase = PT_HTTP_CLOSING_HANDLES;
    uv_mutex_lock(&s->post_lock);
    s->post_closed = true;
    uv_mutex_unlock(&s->post_lock);
    drain_posts(s);
    close_handle(&s->listener);
    close_handle(&s->prepare);
    close_handle(&s->sweep);
    close_handle(&s->async);
}

/* ---- life ---- */

int pt_http_server_set_tls(struct pt_http_server *s, SSL_CTX *tls, struct pt_err *err) {
    if (tls == NULL || SSL_CTX_up_ref(tls) != 1) {
        ERR_clear_error();
        return pt_err_set(err, PT_E_CONFIG, "the listener needs a TLS context");
    }
    pt_http_tls_prepare_context(tls);
    bool renew = s->tls != NULL;
    SSL_CTX_free(s->tls);
    s->tls = tls;
    for (struct pt_http_conn *c = s->conns; renew && c != NULL; c = c->next) {
        pt_http_conn_drain(c, false);
    }
    return 0;
}

int pt_http_server_set_limits(struct pt_http_server *s, const struct pt_http_config *limits,
                              struct pt_err *err) {
    struct pt_http_config c = s->config;

    c.connections_max = limits->connections_max;
    c.connections_per_identity_max = limits->connections_per_identity_max;
    c.inflight_max = limits->inflight_max;
    c.inflight_per_identity_max = limits->inflight_per_identity_max;
    int rc = check_config(&c, err);
    if (rc == 0) {
        s->config = c;
    }
    return rc;
}

static int server_setup(struct pt_http_server *s, struct pt_err *err) {
    s->bio_method = pt_http_tls_method();
    if (s->bio_method == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    return pt_http_server_set_tls(s, s->config.tls, err);
}

static void free_memory(struct pt_http_server *s) {
    SSL_CTX_free(s->tls);
    BIO_meth_free(s->bio_method);
    uv_mutex_destroy(&s->post_lock);
    free(s);
}

/* Handles of a server that never came to be: they close on the caller's loop, then it is freed. */
static void abandon_closed(uv_handle_t *handle) {
    struct pt_http_server *s = handle->data;

    if (--s->open_handles == 0) {
        free_memory(s);
    }
}

static void abandon(struct pt_http_server *s) {
    uv_handle_t *const handles[] = {(uv_handle_t *)&s->listener, (uv_handle_t *)&s->prepare,
                                    (uv_handle_t *)&s->sweep, (uv_handle_t *)&s->async};
    unsigned open = s->open_handles;

    for (unsigned i = 0; i < open; i++) {
        uv_close(handles[i], abandon_closed);
    }
    if (open == 0) {
        free_memory(s);
    }
}

int pt_http_server_new(uv_loop_t *loop, const struct pt_http_config *config,
                       const struct pt_http_handlers *handlers, struct pt_http_server **ret_server,
                       struct pt_err *err) {
    *ret_server = NULL;
    PT_ASSERT(handlers->route != NULL && handlers->handle != NULL);
    int rc = check_config(config, err);
    if (rc != 0) {
        return rc;
    }
    struct pt_http_server *s = calloc(1, sizeof *s);
    if (s == NULL || uv_mutex_init(&s->post_lock) != 0) {
        free(s);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    s->loop = loop;
    s->config = *config;
    s->handlers = *handlers;
    snprintf(s->host, sizeof s->host, "%s", config->host);
    s->config.host = s->host;
    rc = server_setup(s, err);
    if (rc == 0) {
        rc = open_handles(s, err);
    }
    if (rc == 0) {
        rc = listen_on(s, err);
    }
    if (rc != 0) {
        abandon(s);
        return rc;
    }
    *ret_server = s;
    return 0;
}

uint16_t pt_http_server_port(const struct pt_http_server *s) {
    return s->port;
}

void pt_http_server_gone(struct pt_http_server *s) {
    if (s->phase == PT_HTTP_STOPPING && s->conn_count == 0 && s->live_requests == 0) {
        close_handles(s);
    }
}

void pt_http_server_stop(struct pt_http_server *s, pt_http_stopped_cb done, void *ctx) {
    PT_ASSERT(s->phase == PT_HTTP_RUNNING);
    s->phase = PT_HTTP_STOPPING;
    s->stopped = done;
    s->stopped_ctx = ctx;
    s->stop_at_ms = uv_now(s->loop) + s->config.stop_grace_ms;
    close_handle(&s->listener);
    for (struct pt_http_conn *c = s->conns; c != NULL; c = c->next) {
        pt_http_conn_drain(c, true);
    }
    pt_http_server_gone(s);
}

void pt_http_server_free(struct pt_http_server *s) {
    if (s == NULL) {
        return;
    }
    PT_ASSERT(s->phase == PT_HTTP_STOPPED);
    free_memory(s);
}

const char *pt_http_server_date(struct pt_http_server *s) {
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t now_s = pt_clock_now_ms(&pt_clock_system) / 1000;
    time_t t = (time_t)now_s;
    struct tm tm;

    if (now_s != s->date_s && gmtime_r(&t, &tm) != NULL) {
        s->date_s = now_s;
        snprintf(s->date, sizeof s->date, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
                 tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                 tm.tm_sec);
    }
    return s->date;
}

#define LOAD(what) atomic_load_explicit(&s->stats.what, memory_order_relaxed)

void pt_http_server_stats(const struct pt_http_server *s, struct pt_http_stats *ret) {
    *ret = (struct pt_http_stats){
        .connections_accepted = LOAD(accepted),
        .connections_open = LOAD(open),
        .handshakes_done = LOAD(handshakes),
        .handshakes_failed = LOAD(handshakes_failed),
        .requests = LOAD(requests),
        .requests_open = LOAD(requests_open),
        .responses = LOAD(responses),
        .cancelled = LOAD(cancelled),
        .bytes_in = LOAD(bytes_in),
        .bytes_out = LOAD(bytes_out),
        .inflight_bytes = LOAD(inflight),
        .bad_requests = LOAD(bad),
        .timeouts = LOAD(timeouts),
        .rejected_by_limit = LOAD(rejected),
    };
}
