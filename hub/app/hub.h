/* The hub as one value: what its threads share, and who may touch what.
 *
 *   loop thread     listener, requests, long polls, signals
 *   workers         examine batches; build feed pages; answer queries (read-only ledger handles)
 *   writer thread   the exchange, the log's appends, the hub's own records
 *   fold thread     ledger.db
 *   feeder thread   witnesses from outside, where there are any
 *
 * A request travels loop ─► worker ─► writer ─► loop and is owned by one of them at a time. */
#ifndef PENTAD_APP_HUB_H
#define PENTAD_APP_HUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include <pentad/base/clock.h>
#include <pentad/certs/key.h>
#include <pentad/certs/keycache.h>
#include <pentad/feed/evidence.h>
#include <pentad/feed/feed.h>
#include <pentad/http/server.h>
#include <pentad/intake/exchange.h>
#include <pentad/ledger/ledger.h>
#include <pentad/log/log.h>

#include "config.h"
#include "metrics.h"
#include "pool.h"
#include "shares.h"

#define PT_HUB_STREAM "main" /* the hub's own stream */

struct pt_writer;
struct pt_folder;
struct pt_witness;
struct pt_feeder;
struct pt_access;
struct pt_eraser;

struct pt_hub {
    struct pt_app_config config;
    const char *config_path;
    const struct pt_clock *clock;
    struct pt_metrics metrics;

    /* keys: immutable after the start */
    struct pt_keycache *keycache;
    struct pt_sigverify verify;
    struct pt_key *log_key;
    struct pt_key *signing_key;

    struct pt_store *store;
    struct pt_log *log;
    _Atomic bool fork_kept; /* what proves that this log doesn't extend what was signed */
    int32_t first_day;

    /* The writer holds x_lock from a group's first decision until the group is durable; others hold
     * it to read. */
    pthread_mutex_t x_lock;
    struct pt_exchange *x;
    /* What workers verify against; the pointer is under snapshot_lock, the value immutable. */
    pthread_mutex_t snapshot_lock;
    struct pt_intake_snapshot *snapshot;

    struct pt_pool *pool;
    struct pt_writer *writer;
    struct pt_eraser *eraser; /* writer thread */
    struct pt_folder *folder;
    struct pt_ledger **ledgers; /* one a worker, opened when first needed */
    struct pt_evidence_cache *evidence;
    struct pt_witness *witness;
    struct pt_access *access; /* who read what, until it is logged */
    struct pt_feeder *feeder; /* NULL: no witnesses from outside */
    struct pt_shares batches; /* submitted, not yet answered */
    struct pt_shares queries;
    struct pt_shares polls;
    _Atomic int64_t certificate_ends_ms, crl_ends_ms;     /* of what is in force */
    _Atomic uint32_t max_batches, max_queries, max_polls; /* limits, as last loaded */

    /* loop thread */
    uv_loop_t loop;
    struct pt_http_server *http;
    struct pt_feed_waiters *waiters;
    uv_timer_t poll_timer;
    uv_timer_t publish_timer;
    uv_signal_t signals[3];
    unsigned open_handles;
    bool stopping;
    int64_t certificate_told_ms;    /* when people were last told that it ends */
    struct pt_http_task grown_task; /* the log has grown: wake long polls */
    _Atomic bool grown_posted;
};

/* boot.c: opens everything below the threads. */
int pt_hub_boot(struct pt_hub *h, struct pt_err *err);
void pt_hub_unboot(struct pt_hub *h);
/* What a start would open, opened and closed again; nothing is written. */
int pt_hub_check_files(const struct pt_app_config *c, struct pt_err *err);
/* The exchange anew from the store (start; after a failed append). */
int pt_hub_exchange_load(struct pt_hub *h, struct pt_exchange **ret, struct pt_err *err);
/* The snapshot to examine with: counted, the caller unrefs. */
struct pt_intake_snapshot *pt_hub_snapshot(struct pt_hub *h);
void pt_hub_set_snapshot(struct pt_hub *h, struct pt_intake_snapshot *take);
int64_t pt_hub_now_ms(const struct pt_hub *h);
/* The clock of the policy in force. With x_lock. */
bool pt_hub_live(const struct pt_hub *h);

/* serve.c: listener, signals, stop. Returns when the hub has stopped. */
int pt_hub_serve(struct pt_hub *h, struct pt_err *err);
/* Any thread: the log has grown. */
void pt_hub_grown(struct pt_hub *h);

#endif
