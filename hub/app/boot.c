#include "hub.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/base/logsink.h>
#include <pentad/certs/genesis.h>
#include <pentad/certs/logkey.h>
#include <pentad/certs/tls.h>
#include <pentad/intake/intake.h>
#include <pentad/store/sqlite.h>

#include "held.h"

#define LOAD_CHUNK 1024
#define PROGRESS_US (5 * 1000000)

int64_t pt_hub_now_ms(const struct pt_hub *h) {
    return pt_clock_now_ms(h->clock);
}

bool pt_hub_live(const struct pt_hub *h) {
    return pt_keyhistory_policy_at(pt_exchange_keys(h->x), UINT64_MAX)->said->clock ==
           PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE;
}

/* ---- the snapshot --------------------------------------------------------------------- */

struct pt_intake_snapshot *pt_hub_snapshot(struct pt_hub *h) {
    struct pt_intake_snapshot *r;

    (void)pthread_mutex_lock(&h->snapshot_lock);
    r = pt_intake_snapshot_ref(h->snapshot);
    (void)pthread_mutex_unlock(&h->snapshot_lock);
    return r;
}

void pt_hub_set_snapshot(struct pt_hub *h, struct pt_intake_snapshot *take) {
    struct pt_intake_snapshot *old = take;

    if (take == NULL) {
        return; /* out of memory: the older one is found stale and looked at again */
    }
    (void)pthread_mutex_lock(&h->snapshot_lock);
    if (take != h->snapshot) {
        old = h->snapshot;
        h->snapshot = take;
    }
    (void)pthread_mutex_unlock(&h->snapshot_lock);
    pt_intake_snapshot_unref(old);
}

/* ---- the exchange from the log ----------------------------------------------------------- */

/* Entries without their records: those are only read where the log says they matter. */
struct chunk {
    struct pt_buf bytes;
    size_t n;
    struct {
        uint64_t index;
        size_t at, len;
        uint32_t marks;
    } entries[LOAD_CHUNK];
};

static int chunk_take(void *ctx, const struct pt_store_entry *e) {
    struct chunk *c = ctx;

    c->entries[c->n].index = e->index;
    c->entries[c->n].at = c->bytes.len;
    c->entries[c->n].len = e->log_entry.len;
    c->entries[c->n].marks = e->marks;
    c->n++;
    return pt_buf_append_span(&c->bytes, e->log_entry);
}

static int records_take(void *ctx, const struct pt_store_entry *e) {
    return pt_buf_append_span(ctx, e->records);
}

static int apply_one(struct pt_exchange *x, struct pt_store_reader *r, const struct chunk *c,
                     size_t i, struct pt_buf *records, struct pt_err *err) {
    struct pt_entry e;
    int rc = pt_entry_open(pt_span(c->bytes.p + c->entries[i].at, c->entries[i].len), &e, err);

    if (rc != 0) {
        return rc;
    }
    pt_buf_reset(records);
    if (c->entries[i].marks != 0) {
        rc = pt_store_entries(r, c->entries[i].index, 1, true, records_take, records, err);
    }
    if (rc == 0) {
        rc = pt_exchange_apply(x, c->entries[i].index, &e, pt_buf_span(records), err);
    }
    pt_entry_done(&e);
    return rc;
}

static int load_entries(struct pt_exchange *x, struct pt_store_reader *r, uint64_t size,
                        struct pt_err *err) {
    struct chunk *c = calloc(1, sizeof(*c));
    struct pt_buf records;
    int64_t said_us = pt_monotonic_us();
    int rc = 0;

    if (c == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory to read the log");
    }
    pt_buf_init(&records, PT_BATCH_BYTES_MAX);
    pt_buf_init(&c->bytes, (size_t)LOAD_CHUNK * PT_ENTRY_MAX);
    for (uint64_t at = 0; rc == 0 && at < size; at += c->n) {
        pt_buf_reset(&c->bytes);
        c->n = 0;
        rc = pt_store_entries(r, at, LOAD_CHUNK, false, chunk_take, c, err);
        for (size_t i = 0; rc == 0 && i < c->n; i++) {
            rc = apply_one(x, r, c, i, &records, err);
        }
        if (rc == 0 && c->n == 0) {
            rc = pt_err_set(err, PT_E_CORRUPT, "log entry %llu is missing", (unsigned long long)at);
        }
        if (pt_monotonic_us() - said_us > PROGRESS_US) {
            said_us = pt_monotonic_us();
            pt_log(PT_LOG_INFO, "load_progress", "%llu of %llu log entries read",
                   (unsigned long long)at, (unsigned long long)size);
        }
    }
    pt_buf_done(&c->bytes);
    pt_buf_done(&records);
    free(c);
    return rc;
}

struct refusals {
    struct pt_exchange *x;
    struct pt_err *err;
};

static int refusal_take(void *ctx, const struct pt_store_refusal *r) {
    struct refusals *t = ctx;
    Pentad__V1__Envelope *env = pentad__v1__envelope__unpack(NULL, r->envelope.len, r->envelope.p);
    struct pt_statement st;
    int rc;

    if (env == NULL) {
        return pt_err_set(t->err, PT_E_CORRUPT, "refusal %llu can't be read",
                          (unsigned long long)r->n);
    }
    rc = pt_statement_open(env, &st, t->err);
    if (rc == 0) {
        rc = pt_exchange_refused(t->x, &st, r->claims, t->err);
        pt_statement_done(&st);
    }
    pentad__v1__envelope__free_unpacked(env, NULL);
    return rc;
}

int pt_hub_exchange_load(struct pt_hub *h, struct pt_exchange **ret, struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    struct pt_store_state st;
    struct pt_exchange *x = NULL;
    struct refusals refusals;
    int rc = pt_exchange_new(&h->verify, &x);

    *ret = NULL;
    memset(&st, 0, sizeof(st));
    pt_buf_init(&st.checkpoint, PT_LOG_CHECKPOINT_MAX);
    if (rc != 0) {
        return pt_err_set(err, rc, "no memory for the exchange");
    }
    rc = pt_store_read_begin(h->store, &r, err);
    if (rc == 0) {
        rc = pt_store_state(r, &st, err);
    }
    if (rc == 0) {
        rc = load_entries(x, r, st.size, err);
    }
    if (rc == 0) {
        refusals.x = x;
        refusals.err = err;
        rc = pt_store_refusals(r, 1, st.n_refusals, refusal_take, &refusals, err);
    }
    pt_store_read_end(r);
    pt_buf_done(&st.checkpoint);
    if (rc != 0) {
        pt_exchange_free(x);
        return pt_err_wrap(err, "reading the log");
    }
    *ret = x;
    return 0;
}

/* ---- opening ---------------------------------------------------------------------------- */

static int sign_checkpoint(void *ctx, const struct pt_checkpoint *c, struct pt_buf *out,
                           struct pt_err *err) {
    return pt_logkey_sign_checkpoint(ctx, c, out, err);
}

static void opening(void *ctx, uint64_t done, uint64_t total) {
    int64_t *said_us = ctx;

    if (pt_monotonic_us() - *said_us > PROGRESS_US) {
        *said_us = pt_monotonic_us();
        pt_log(PT_LOG_INFO, "proof_progress", "%llu of %llu log entries proven",
               (unsigned long long)done, (unsigned long long)total);
    }
}

static int open_keys(struct pt_hub *h, struct pt_err *err) {
    int rc = pt_keycache_new(&h->keycache);

    if (rc != 0) {
        return pt_err_set(err, rc, "no memory for keys");
    }
    h->verify = pt_keycache_sigverify(h->keycache);
    rc = pt_key_load(h->config.log_key, &h->log_key, err);
    if (rc == 0) {
        rc = pt_key_load(h->config.signing_key, &h->signing_key, err);
    }
    return rc;
}

/* A store without a log yet becomes one with the sealed genesis; one that has a log must have that
 * genesis. */
static int found_log(struct pt_hub *h, const struct pt_log_config *cfg, struct pt_err *err) {
    struct pt_buf genesis;
    struct pt_entry e;
    int64_t said_us = pt_monotonic_us();
    int rc;

    pt_buf_init(&genesis, PT_ENTRY_MAX);
    rc = pt_file_read(h->config.genesis, &genesis, err);
    if (rc == 0) {
        rc = pt_genesis_open(pt_buf_span(&genesis), &e, err);
        if (rc != 0) {
            (void)pt_err_wrap(err,
                              "%.100s (log entry 0, as pentad ca genesis seal --entry writes it)",
                              h->config.genesis);
        }
    }
    if (rc != 0) {
        pt_buf_done(&genesis);
        return rc;
    }
    rc = pt_log_create(cfg, pt_buf_span(&genesis), err);
    if (rc == 0) {
        pt_log(PT_LOG_INFO, "log_created", "a new log stands in %s", h->config.data);
    } else if (rc == PT_E_EXISTS) {
        rc = 0;
    }
    if (rc == 0) {
        rc = pt_log_open(cfg, opening, &said_us, &h->log, err);
    }
    if (rc == 0 && !pt_hash_eq(pt_log_hub(h->log), &e.leaf)) {
        rc = pt_err_set(err, PT_E_CONFIG, "%.120s isn't the genesis of the log in %.80s",
                        h->config.genesis, h->config.data);
    }
    pt_entry_done(&e);
    pt_buf_done(&genesis);
    return rc;
}

static int check_signing_key(const struct pt_hub *h, struct pt_err *err) {
    struct pt_hash fp;

    pt_key_fingerprint(h->signing_key, &fp);
    if (pt_keyhistory_may_sign(pt_exchange_keys(h->x), &fp, "hub", PT_HUB_STREAM,
                               pt_exchange_size(h->x), false, err) != 0) {
        return pt_err_set(err, PT_E_CONFIG,
                          "keys.signing (%.100s) is no live signing key of the hub: the genesis and"
                          " the log's key changes say which is",
                          h->config.signing_key);
    }
    return 0;
}

static int open_log(struct pt_hub *h, struct pt_err *err) {
    struct pt_log_config cfg = {.signer = {sign_checkpoint, h->log_key},
                                .verify = h->verify,
                                .publish_interval_ms = h->config.publish_ms};
    const struct pt_sqlite_opts opts = {.readers = h->config.workers + 6};
    int rc = pt_mkdirs(h->config.data, 0700, err);

    if (rc == 0) {
        rc = pt_store_sqlite_open(h->config.data, &opts, &h->store, err);
    }
    cfg.store = h->store;
    if (rc == 0) {
        rc = found_log(h, &cfg, err);
    }
    if (rc == 0) {
        rc = pt_held_check_kept(h, err);
    }
    if (rc == 0) {
        rc = pt_hub_exchange_load(h, &h->x, err);
    }
    if (rc == 0) {
        rc = check_signing_key(h, err);
    }
    if (rc != 0) {
        return rc;
    }
    pt_hub_set_snapshot(h, pt_exchange_snapshot(h->x));
    h->first_day = pt_log_genesis(h->log)->first_day;
    return h->snapshot == NULL
               ? pt_err_set(err, PT_E_NOMEM, "no memory for the snapshot of keys and codes")
               : 0;
}

int pt_hub_boot(struct pt_hub *h, struct pt_err *err) {
    int rc;

    (void)pthread_mutex_init(&h->x_lock, NULL);
    (void)pthread_mutex_init(&h->snapshot_lock, NULL);
    rc = open_keys(h, err);
    if (rc == 0) {
        rc = open_log(h, err);
    }
    return rc;
}

void pt_hub_unboot(struct pt_hub *h) {
    pt_intake_snapshot_unref(h->snapshot);
    pt_exchange_free(h->x);
    pt_log_free(h->log);
    pt_store_sqlite_close(h->store);
    pt_key_free(h->signing_key);
    pt_key_free(h->log_key);
    pt_keycache_free(h->keycache);
    (void)pthread_mutex_destroy(&h->snapshot_lock);
    (void)pthread_mutex_destroy(&h->x_lock);
}

/* ---- --check ------------------------------------------------------------------------------ */

int pt_hub_check_files(const struct pt_app_config *c, struct pt_err *err) {
    const struct pt_tls_files files = {c->tls_cert, c->tls_key, c->tls_ca, c->tls_crl};
    struct pt_key *log_key = NULL;
    struct pt_key *signing_key = NULL;
    struct pt_buf genesis;
    struct pt_entry e;
    SSL_CTX *tls = NULL;
    int rc = pt_tls_server_ctx(&files, "h2,http/1.1", &tls, err);

    pt_buf_init(&genesis, PT_ENTRY_MAX);
    if (rc == 0) {
        rc = pt_key_load(c->log_key, &log_key, err);
    }
    if (rc == 0) {
        rc = pt_key_load(c->signing_key, &signing_key, err);
    }
    if (rc == 0) {
        rc = pt_file_read(c->genesis, &genesis, err);
    }
    if (rc == 0) {
        rc = pt_genesis_open(pt_buf_span(&genesis), &e, err);
        if (rc == 0) {
            pt_entry_done(&e);
        }
    }
    pt_buf_done(&genesis);
    pt_key_free(signing_key);
    pt_key_free(log_key);
    SSL_CTX_free(tls);
    return rc;
}
