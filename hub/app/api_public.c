/* The transparency surface and what watches the hub: no business data in any of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/proof/tile.h>
#include <pentad/store/sqlite.h>

#include "folder.h"
#include "reply.h"
#include "routes.h"
#include "witness.h"
#include "writer.h"

#define METRICS_MAX ((size_t)256 * 1024)
#define STUCK_US (30 * (int64_t)1000000)

static void reply_text(struct pt_call *c, int status, struct pt_buf *body, const char *type) {
    const struct pt_http_header field = {"content-type", type};

    (void)pt_http_respond_from_any_thread(c->req, status, &field, 1, body);
    pt_buf_done(body);
}

void pt_api_checkpoint(struct pt_call *c) {
    struct pt_buf body;
    uint64_t size;

    pt_buf_init(&body, PT_COSIGNED_MAX);
    (void)pt_log_published(c->hub->log, &body, &size);
    pt_witness_adorn(c->hub->witness, size, &body);
    reply_text(c, 200, &body, "text/plain; charset=utf-8");
}

void pt_api_tile(struct pt_call *c) {
    const char *path = pt_http_request_path(c->req) + 1; /* tile/… */
    struct pt_tile tile;
    struct pt_buf body;
    struct pt_err err = {0};
    int rc = pt_tile_path_parse(&tile, path, strlen(path));

    pt_buf_init(&body, (size_t)PT_TILE_WIDTH * (PT_ENTRY_MAX + 2));
    if (rc == 0) {
        rc = pt_log_tile(c->hub->log, &tile, &body, &err);
    } else {
        rc = pt_err_set(&err, PT_E_NOT_FOUND, "no tile has that path");
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        const struct pt_http_header fields[] = {
            {"content-type", "application/octet-stream"},
            {"cache-control",
             tile.width == PT_TILE_WIDTH ? "max-age=31536000, immutable" : "max-age=60"}};

        (void)pt_http_respond_from_any_thread(c->req, 200, fields, 2, &body);
    }
    pt_buf_done(&body);
}

/* ---- health ------------------------------------------------------------------------------ */

static void reply_health(struct pt_call *c, bool well, const char *text) {
    struct pt_buf body;

    pt_buf_init(&body, 1024);
    pt_buf_printf(&body, "%s\n", text);
    reply_text(c, well ? 200 : 503, &body, "text/plain; charset=utf-8");
}

/* Alive while the writer gets on with what it has. */
void pt_api_livez(struct pt_call *c) {
    struct pt_writer_view w;

    pt_writer_view(c->hub->writer, &w);
    if (w.busy_since_us != 0 && pt_monotonic_us() - w.busy_since_us > STUCK_US) {
        reply_health(c, false, "the writer has been on one group for over 30 seconds");
        return;
    }
    reply_health(c, true, "ok");
}

/* Ready while a batch that comes now would be accepted and folded. */
void pt_api_readyz(struct pt_call *c) {
    struct pt_writer_view w;
    struct pt_folder_view f;
    struct pt_err err = {0};
    char text[256];

    pt_writer_view(c->hub->writer, &w);
    pt_folder_view(c->hub->folder, &f);
    if (c->hub->stopping) {
        reply_health(c, false, "stopping");
    } else if (pt_log_stopped(c->hub->log, &err) != 0) {
        reply_health(c, false, err.msg);
    } else if (w.trouble.code != 0) {
        reply_health(c, false, w.trouble.msg);
    } else if (f.trouble.code != 0) {
        reply_health(c, false, f.trouble.msg);
    } else if (!f.caught_up) {
        reply_health(c, false, "the ledger is being folded; batches are accepted meanwhile");
    } else {
        /* What it can't know, it doesn't say: that nobody holds more of this log than its files. */
        (void)snprintf(text, sizeof(text),
                       "ready: %" PRIu64 " log entries, extending every checkpoint in its own files"
                       " and every one that somebody showed it since its start",
                       pt_log_size(c->hub->log));
        reply_health(c, true, text);
    }
}

/* ---- metrics ------------------------------------------------------------------------------ */

static void put_log(struct pt_hub *h, struct pt_buf *out) {
    struct pt_writer_view w;
    struct pt_folder_view f;
    uint64_t size = pt_log_size(h->log);

    pt_writer_view(h->writer, &w);
    pt_folder_view(h->folder, &f);
    pt_metrics_put(out, "log_entries", "gauge", "entries in the log", size);
    pt_metrics_put(out, "cosigned_entries", "gauge",
                   "entries under the largest checkpoint with a quorum of cosignatures",
                   pt_witness_quorum_size(h->witness));
    pt_metrics_put(out, "log_wal_bytes", "gauge", "bytes in the store's write-ahead log",
                   pt_store_sqlite_wal_bytes(h->store));
    pt_metrics_put(out, "fold_entries", "gauge", "log entries folded into the ledger", f.folded);
    pt_metrics_put(out, "fold_lag_entries", "gauge", "log entries not folded yet",
                   size > f.folded ? size - f.folded : 0);
    pt_metrics_put(out, "findings_pending", "gauge", "findings not yet in the log", f.pending);
    pt_metrics_put(out, "findings_mismatched", "gauge",
                   "logged findings that the rules would not have written so", f.mismatches);
    pt_metrics_put(out, "snapshots_unlike", "gauge",
                   "logged ledger snapshots that say something else than this ledger",
                   f.snapshots_unlike);
    pt_metrics_put(out, "tick_day", "gauge", "day of the last tick in the log, yyyymmdd",
                   (uint64_t)w.tick_day);
    pt_metrics_put(out, "fold_tick_day", "gauge", "day of the last tick folded, yyyymmdd",
                   (uint64_t)f.tick_day);
    pt_metrics_put(out, "writer_queue", "gauge", "batches that wait for the writer", w.queued);
    pt_metrics_put(out, "writer_in_trouble", "gauge", "1 while groups can't be made durable",
                   w.trouble.code != 0);
}

static void put_http(struct pt_hub *h, struct pt_buf *out) {
    struct pt_http_stats s;

    pt_http_server_stats(h->http, &s);
    pt_metrics_put(out, "connections", "gauge", "open connections", s.connections_open);
    pt_metrics_put(out, "connections_total", "counter", "connections accepted",
                   s.connections_accepted);
    pt_metrics_put(out, "handshakes_failed_total", "counter", "TLS handshakes that failed",
                   s.handshakes_failed);
    pt_metrics_put(out, "requests_total", "counter", "requests", s.requests);
    pt_metrics_put(out, "requests_open", "gauge", "requests under way", s.requests_open);
    pt_metrics_put(out, "requests_bad_total", "counter", "requests with broken framing",
                   s.bad_requests);
    pt_metrics_put(out, "requests_limited_total", "counter", "requests turned away by a limit",
                   s.rejected_by_limit);
    pt_metrics_put(out, "timeouts_total", "counter", "handshakes, heads, bodies, answers too slow",
                   s.timeouts);
    pt_metrics_put(out, "received_bytes_total", "counter", "bytes from the network", s.bytes_in);
    pt_metrics_put(out, "sent_bytes_total", "counter", "bytes to the network", s.bytes_out);
    pt_metrics_put(out, "inflight_bytes", "gauge", "bytes of requests and answers in memory",
                   s.inflight_bytes);
}

/* Nothing where that isn't known. */
static void put_expiry(struct pt_buf *out, const char *name, const char *help, int64_t ends_ms) {
    if (ends_ms > 0 && ends_ms != INT64_MAX) {
        pt_metrics_put(out, name, "gauge", help, (uint64_t)(ends_ms / 1000));
    }
}

void pt_api_metrics(struct pt_call *c) {
    struct pt_hub *h = c->hub;
    struct pt_buf body;

    pt_buf_init(&body, METRICS_MAX);
    put_log(h, &body);
    pt_metrics_write(&h->metrics, &body);
    pt_metrics_put(&body, "batches_open", "gauge", "batches submitted, not yet answered",
                   pt_shares_open(&h->batches));
    pt_metrics_put(&body, "examine_queue", "gauge", "batches that wait to be examined",
                   pt_pool_batches(h->pool));
    pt_metrics_put(&body, "query_queue", "gauge", "queries that wait", pt_pool_queries(h->pool));
    pt_metrics_put(&body, "polls", "gauge", "feed readers that wait",
                   pt_feed_waiters_count(h->waiters));
    put_http(h, &body);
    put_expiry(&body, "certificate_expires_seconds",
               "when the hub's own certificate ends, Unix time",
               atomic_load(&h->certificate_ends_ms));
    put_expiry(&body, "crl_expires_seconds", "when its revocation list runs out, Unix time",
               atomic_load(&h->crl_ends_ms));
    pt_metrics_put(&body, "resident_bytes", "gauge", "resident memory", pt_metrics_rss_bytes());
    reply_text(c, 200, &body, "text/plain; version=0.0.4; charset=utf-8");
}

void pt_api_openapi(struct pt_call *c) {
    struct pt_buf body;

    pt_buf_init(&body, strlen(pt_openapi[0]));
    (void)pt_buf_puts(&body, pt_openapi[0]);
    pt_reply_bytes(c->req, "application/json", &body);
}
