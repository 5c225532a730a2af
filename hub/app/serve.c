#include "serve.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/base/logsink.h>
#include <pentad/base/thread.h>
#include <pentad/certs/expiry.h>
#include <pentad/certs/tls.h>

#include "access.h"
#include "erase.h"
#include "feeder.h"
#include "folder.h"
#include "routes.h"
#include "witness.h"
#include "writer.h"

#define DAY_MS INT64_C(86400000)

int64_t pt_serve_now_ms(struct pt_hub *h) {
    return (int64_t)uv_now(&h->loop);
}

/* ---- long polls --------------------------------------------------------------------------- */

static void on_poll_timer(uv_timer_t *t) {
    struct pt_hub *h = t->data;

    (void)pt_feed_waiters_due(h->waiters, pt_serve_now_ms(h));
    pt_serve_poll_timer(h);
}

void pt_serve_poll_timer(struct pt_hub *h) {
    int64_t now = pt_serve_now_ms(h);
    int64_t next;

    if (uv_is_closing((uv_handle_t *)&h->poll_timer)) {
        return;
    }
    next = pt_feed_waiters_due(h->waiters, INT64_MIN); /* nobody is due then: only asks */
    if (next == INT64_MAX) {
        (void)uv_timer_stop(&h->poll_timer);
    } else {
        (void)uv_timer_start(&h->poll_timer, on_poll_timer, next > now ? (uint64_t)(next - now) : 0,
                             0);
    }
}

static void grown(void *ctx) {
    struct pt_hub *h = ctx;

    atomic_store(&h->grown_posted, false);
    pt_feed_waiters_grown(h->waiters, pt_log_size(h->log));
}

void pt_hub_grown(struct pt_hub *h) {
    if (!atomic_exchange(&h->grown_posted, true)) {
        if (pt_http_post_task(h->http, &h->grown_task) != 0) {
            atomic_store(&h->grown_posted, false);
        }
    }
}

/* ---- how long the certificate lasts ------------------------------------------------------- */

static void tell_expiry(const char *path, int64_t ends_ms, int64_t now_ms, const char *what_to_do) {
    struct pt_expiry e = pt_expiry_at(ends_ms, now_ms);
    char when[PT_EXPIRY_TEXT_MAX];

    if (e.level != PT_EXPIRY_FINE) {
        pt_expiry_text(&e, false, when);
        pt_log(PT_LOG_WARN, "certificate", "%s %s (%s): %s, then SIGHUP", path, when,
               pt_expiry_name(e.level), what_to_do);
    }
}

/* Once a day, and whenever files were read anew. */
static void watch_certificate(struct pt_hub *h) {
    int64_t now = pt_hub_now_ms(h);

    if (h->certificate_told_ms != 0 && now < h->certificate_told_ms + DAY_MS) {
        return;
    }
    h->certificate_told_ms = now;
    tell_expiry(h->config.tls_cert, atomic_load(&h->certificate_ends_ms), now, "have it renewed");
    tell_expiry(h->config.tls_crl, atomic_load(&h->crl_ends_ms), now, "write a fresh one");
}

/* What is in force from now on. The context was made from the same files. */
static void take_expiry(struct pt_hub *h, const SSL_CTX *tls, const char *crl) {
    int64_t ends = INT64_MAX;

    (void)pt_expiry_of_crl(crl, &ends, NULL);
    atomic_store(&h->certificate_ends_ms, pt_expiry_of_ctx(tls));
    atomic_store(&h->crl_ends_ms, ends);
    h->certificate_told_ms = 0;
}

static void on_publish(uv_timer_t *t) {
    struct pt_hub *h = t->data;

    watch_certificate(h);
    (void)pt_log_publish(h->log, pt_hub_now_ms(h));
}

/* ---- listener ----------------------------------------------------------------------------- */

static int tls_ctx(const struct pt_hub *h, const struct pt_app_config *c, SSL_CTX **ret,
                   struct pt_err *err) {
    const struct pt_tls_files files = {c->tls_cert, c->tls_key, c->tls_ca, c->tls_crl};
    int rc = pt_tls_server_ctx(&files, "h2,http/1.1", ret, err);

    if (rc == 0) {
        rc = pt_tls_require_origin(*ret, pt_log_genesis(h->log)->origin, err);
        if (rc != 0) {
            SSL_CTX_free(*ret);
            *ret = NULL;
        }
    }
    return rc;
}

static void take_limits(struct pt_hub *h, const struct pt_app_limits *l) {
    atomic_store(&h->max_batches, l->batches);
    atomic_store(&h->max_queries, l->queries);
    atomic_store(&h->max_polls, l->polls);
}

static void http_limits(struct pt_http_config *c, const struct pt_app_limits *l) {
    c->connections_max = l->connections;
    c->connections_per_identity_max = l->connections_per_identity;
    c->inflight_max = (size_t)l->inflight_mib << 20;
    c->inflight_per_identity_max = (size_t)l->inflight_per_identity_mib << 20;
}

static int listen_on(struct pt_hub *h, struct pt_err *err) {
    const struct pt_http_handlers handlers = {pt_routes_on_head, pt_routes_on_request, h};
    struct pt_http_config c;
    SSL_CTX *tls = NULL;
    int rc = tls_ctx(h, &h->config, &tls, err);

    if (rc != 0) {
        return rc;
    }
    pt_http_config_default(&c);
    c.host = h->config.address;
    c.port = h->config.port;
    c.tls = tls;
    c.client_cert_required = true;
    http_limits(&c, &h->config.limits);
    rc = pt_http_server_new(&h->loop, &c, &handlers, &h->http, err);
    take_expiry(h, tls, h->config.tls_crl);
    SSL_CTX_free(tls);
    return rc;
}

/* DATA/port, so that whoever started a hub with port 0 finds it. */
static int write_port(struct pt_hub *h, struct pt_err *err) {
    char path[PT_APP_PATH_MAX];
    char text[16];
    int n = snprintf(text, sizeof(text), "%u\n", (unsigned)pt_http_server_port(h->http));
    int rc = pt_path_join(path, sizeof(path), h->config.data, "port");

    return rc != 0 ? pt_err_set(err, PT_E_CONFIG, "data is too long a path")
                   : pt_file_write(path, text, (size_t)n, 0644, err);
}

/* ---- signals ------------------------------------------------------------------------------ */

/* Certificates, CRL and the limits that can change while it runs; what is wrong with them leaves
 * the old ones in force. */
static void reload(struct pt_hub *h) {
    struct pt_app_config fresh;
    struct pt_http_config http;
    char later[200];
    struct pt_err err = {0};
    SSL_CTX *tls = NULL;
    int rc = pt_app_config_load(h->config_path, &fresh, &err);

    if (rc == 0) {
        rc = tls_ctx(h, &fresh, &tls, &err);
    }
    if (rc == 0) {
        rc = pt_tls_check_own(tls, "hub", &err);
    }
    if (rc == 0) {
        pt_http_config_default(&http);
        http_limits(&http, &fresh.limits);
        rc = pt_http_server_set_limits(h->http, &http, &err);
    }
    if (rc == 0) {
        rc = pt_http_server_set_tls(h->http, tls, &err);
    }
    if (rc == 0) {
        take_expiry(h, tls, fresh.tls_crl);
    }
    SSL_CTX_free(tls);
    if (rc != 0) {
        pt_log(PT_LOG_ERROR, "reload_failed", "what was in force stays: %s", err.msg);
        return;
    }
    take_limits(h, &fresh.limits);
    pt_log(PT_LOG_INFO, "reloaded", "certificates, revocation list and limits");
    if (pt_app_config_differs(&h->config, &fresh, later, sizeof(later))) {
        pt_log(PT_LOG_WARN, "restart_needed", "changed in %s, and not in force before a restart:%s",
               h->config_path, later);
    }
}

static void handle_closed(uv_handle_t *handle) {
    struct pt_hub *h = handle->data;

    h->open_handles--;
}

static void close_handles(struct pt_hub *h) {
    uv_handle_t *handles[] = {(uv_handle_t *)&h->poll_timer, (uv_handle_t *)&h->publish_timer,
                              (uv_handle_t *)&h->signals[0], (uv_handle_t *)&h->signals[1],
                              (uv_handle_t *)&h->signals[2]};

    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        if (handles[i]->data != NULL && !uv_is_closing(handles[i])) {
            uv_close(handles[i], handle_closed);
        }
    }
}

static void stopped(void *ctx) {
    close_handles(ctx);
}

/* Long polls end, uploads in flight are finished and answered, the rest is cut after five seconds:
 * the listener sees to that. The threads are joined when the loop has ended. */
static void stop(struct pt_hub *h, const char *why) {
    if (h->stopping) {
        return;
    }
    h->stopping = true;
    pt_log(PT_LOG_INFO, "stopping", "%s: answering what is in flight", why);
    pt_http_server_stop(h->http, stopped, h);
}

static void on_signal(uv_signal_t *s, int signum) {
    struct pt_hub *h = s->data;

    if (signum == SIGHUP) {
        reload(h);
    } else {
        stop(h, signum == SIGTERM ? "SIGTERM" : "SIGINT");
    }
}

static int start_handles(struct pt_hub *h, struct pt_err *err) {
    static const int signums[3] = {SIGTERM, SIGINT, SIGHUP};
    int rc = uv_timer_init(&h->loop, &h->poll_timer);

    h->poll_timer.data = h;
    rc = rc != 0 ? rc : uv_timer_init(&h->loop, &h->publish_timer);
    h->publish_timer.data = h;
    h->open_handles = 2;
    if (rc == 0) {
        rc = uv_timer_start(&h->publish_timer, on_publish, 0, h->config.publish_ms);
    }
    for (size_t i = 0; i < 3 && rc == 0; i++) {
        rc = uv_signal_init(&h->loop, &h->signals[i]);
        if (rc == 0) {
            h->signals[i].data = h;
            h->open_handles++;
            rc = uv_signal_start(&h->signals[i], on_signal, signums[i]);
        }
    }
    return rc == 0 ? 0 : pt_err_set(err, PT_E_NET, "timers and signals: %s", uv_strerror(rc));
}

/* ---- threads ------------------------------------------------------------------------------- */

static int make_parts(struct pt_hub *h, struct pt_err *err) {
    bool erased;
    int rc;

    h->grown_task.fn = grown;
    h->grown_task.ctx = h;
    h->ledgers = calloc(h->config.workers, sizeof(struct pt_ledger *));
    if (h->ledgers == NULL || pt_feed_waiters_new(&h->waiters) != 0 ||
        pt_evidence_cache_new(&h->verify, &h->evidence) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory at the start");
    }
    rc = pt_access_new(h, &h->access, err);
    if (rc == 0) {
        rc = pt_witness_new(h, &h->witness, err);
    }
    if (rc == 0) {
        rc = pt_eraser_new(h, &h->eraser, err);
    }
    if (rc == 0) {
        rc = pt_eraser_run(h->eraser, &erased, err);
        rc = rc == PT_E_BUSY ? 0 : rc; /* somebody reads the log: the writer tries again */
    }
    if (rc == 0) {
        rc = pt_writer_new(h, &h->writer, err);
    }
    if (rc == 0) {
        rc = pt_folder_new(h, &h->folder, err);
    }
    if (rc == 0) {
        rc = pt_pool_new(h->config.workers, &h->pool, err);
    }
    return rc;
}

static void free_parts(struct pt_hub *h) {
    pt_pool_free(h->pool);
    pt_folder_free(h->folder);
    pt_writer_free(h->writer);
    pt_eraser_free(h->eraser);
    pt_evidence_cache_free(h->evidence);
    pt_witness_free(h->witness);
    pt_access_free(h->access);
    pt_feed_waiters_free(h->waiters);
    for (unsigned i = 0; h->ledgers != NULL && i < h->config.workers; i++) {
        pt_ledger_close(h->ledgers[i]);
    }
    free(h->ledgers);
}

static int start_threads(struct pt_hub *h, bool *ret_writer, bool *ret_folder, struct pt_err *err) {
    int rc = pt_writer_start(h->writer, err);

    *ret_writer = rc == 0;
    *ret_folder = false;
    if (rc == 0) {
        rc = pt_folder_start(h->folder, err);
        *ret_folder = rc == 0;
    }
    return rc;
}

/* Runs the loop until the listener and every handle are closed. */
static void run_loop(struct pt_hub *h) {
    pt_thread_self("pentad-hub", PT_THREAD_PROMPT);
    (void)uv_run(&h->loop, UV_RUN_DEFAULT);
    PT_ASSERT(h->open_handles == 0);
}

static int serve(struct pt_hub *h, struct pt_err *err) {
    bool writer = false;
    bool folder = false;
    int rc = start_handles(h, err);

    if (rc == 0) {
        rc = listen_on(h, err);
    }
    if (rc == 0) {
        rc = start_threads(h, &writer, &folder, err);
    }
    if (rc == 0) {
        rc = pt_feeder_start(h, &h->feeder, err);
    }
    if (rc == 0) {
        rc = write_port(h, err);
    }
    if (rc == 0) {
        pt_log(PT_LOG_INFO, "listening", "https://%s:%u, %" PRIu64 " log entries",
               h->config.address, (unsigned)pt_http_server_port(h->http), pt_log_size(h->log));
        run_loop(h);
    } else {
        if (h->http != NULL) {
            stop(h, "the start failed");
        } else {
            close_handles(h);
        }
        run_loop(h);
    }
    pt_feeder_stop(h->feeder);
    pt_pool_stop(h->pool); /* first: what it examines it hands to the writer */
    if (folder) {
        pt_folder_stop(h->folder);
    }
    if (writer) {
        pt_writer_stop(h->writer);
    }
    return rc;
}

int pt_hub_serve(struct pt_hub *h, struct pt_err *err) {
    int rc = make_parts(h, err);

    take_limits(h, &h->config.limits);
    if (rc == 0 && uv_loop_init(&h->loop) != 0) {
        rc = pt_err_set(err, PT_E_NOMEM, "the event loop can't be made");
        pt_pool_stop(h->pool);
    } else if (rc == 0) {
        rc = serve(h, err);
        pt_http_server_free(h->http);
        (void)uv_loop_close(&h->loop);
    }
    free_parts(h);
    return rc;
}
