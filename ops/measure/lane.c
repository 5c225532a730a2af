#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/certs/tls.h>
#include <pentad/proof/batch.h>

#include "rows.h"

#define REOPEN_US 20000
#define LANE_BYTES_MAX ((size_t)16 << 30)
#define PATH_MAX_LEN 1024

/* ---- cutting --------------------------------------------------------------------------- */

struct cutting {
    struct lane *lane;
    size_t per_batch;
    struct pt_buf rows, envelope;
    size_t *ends;
    struct pt_hash *hashes;
    struct pt_hash previous;
};

static int cut_one(struct cutting *k, size_t i, size_t *ret_end, struct pt_err *err) {
    struct lane *l = k->lane;
    struct lane_batch *b = &l->batches[i];
    struct pt_batch_cut cut = {.hub = l->shared->trust.hub,
                               .party = l->shared->party,
                               .stream = l->stream,
                               .first_seq = 1 + i * k->per_batch,
                               .record_hashes = k->hashes,
                               .record_count = (uint32_t)k->per_batch,
                               .previous = k->previous,
                               .seen_size = 1,
                               .seen_root = l->shared->trust.hub,
                               .signed_at_ms = pt_clock_now_ms(&pt_clock_system)};
    size_t at = 0;
    int rc;

    pt_buf_reset(&k->rows);
    pt_buf_reset(&k->envelope);
    rc = rows_append(l->number, cut.first_seq, k->per_batch, &k->rows, k->ends);
    for (size_t r = 0; rc == 0 && r < k->per_batch; at = k->ends[r++]) {
        pt_leaf_hash(&k->hashes[r], k->rows.p + at, k->ends[r] - at);
    }
    if (rc == 0) {
        rc = pt_batch_sign(&cut, l->shared->key, &k->envelope, &b->statement, err);
    }
    if (rc != 0) {
        return rc;
    }
    (void)pt_batch_envelope_append(&l->bytes, pt_buf_span(&k->envelope));
    at = 0;
    for (size_t r = 0; r < k->per_batch; at = k->ends[r++]) {
        (void)pt_batch_record_append(&l->bytes, pt_span(k->rows.p + at, k->ends[r] - at));
    }
    k->previous = b->statement;
    b->first_seq = cut.first_seq;
    pt_buf_init(&b->reply, WIRE_ANSWER_MAX);
    *ret_end = l->bytes.len;
    return pt_batch_held_append(&l->bytes, pt_span(NULL, 0));
}

static int cut_all(struct lane *l, size_t per_batch, struct pt_err *err) {
    struct cutting k = {.lane = l, .per_batch = per_batch, .previous = l->shared->trust.hub};
    size_t *batch_ends = calloc(l->n, sizeof(*batch_ends));
    int rc = 0;

    k.ends = calloc(per_batch, sizeof(*k.ends));
    k.hashes = calloc(per_batch, sizeof(*k.hashes));
    pt_buf_init(&k.rows, (size_t)ROW_MAX * per_batch);
    pt_buf_init(&k.envelope, 65536);
    if (k.ends == NULL || k.hashes == NULL || batch_ends == NULL) {
        rc = pt_err_set(err, PT_E_NOMEM, "no memory to cut batches");
    }
    for (size_t i = 0; rc == 0 && i < l->n; i++) {
        rc = cut_one(&k, i, &batch_ends[i], err);
    }
    for (size_t i = 0, at = 0; rc == 0 && i < l->n; at = batch_ends[i++]) {
        l->batches[i].body = pt_span(l->bytes.p + at, batch_ends[i] - at);
    }
    pt_buf_done(&k.envelope);
    pt_buf_done(&k.rows);
    free(k.hashes);
    free(k.ends);
    free(batch_ends);
    return rc;
}

/* ---- life ------------------------------------------------------------------------------ */

static int load_tls(struct lane *l, const char *dir, struct pt_err *err) {
    static const char *const names[4] = {"tls.crt", "tls.key", "ca.crt", "crl.pem"};
    char paths[4][PATH_MAX_LEN];
    struct pt_tls_files files = {paths[0], paths[1], paths[2], paths[3]};

    for (int i = 0; i < 4; i++) {
        if (pt_path_join(paths[i], sizeof(paths[i]), dir, names[i]) != 0) {
            return pt_err_set(err, PT_E_USAGE, "the path %.100s is too long", dir);
        }
    }
    return pt_tls_client_ctx(&files, &l->tls, err);
}

int lane_init(struct lane *l, const struct lane_shared *shared, unsigned number, const char *stream,
              const char *tls_dir, size_t n, size_t per_batch, unsigned window,
              struct pt_err *err) {
    int rc;

    memset(l, 0, sizeof(*l));
    PT_ASSERT(n > 0 && n <= LANE_BATCHES_MAX && window > 0 && window <= LANE_WINDOW_MAX);
    l->shared = shared;
    l->number = number;
    l->n = n;
    l->window = window;
    l->rewind = SIZE_MAX;
    (void)snprintf(l->stream, sizeof(l->stream), "%s", stream);
    pt_buf_init(&l->bytes, LANE_BYTES_MAX);
    for (size_t i = 0; i < window; i++) {
        l->slots[i].lane = l;
        pt_buf_init(&l->slots[i].call.answer, WIRE_ANSWER_MAX);
    }
    l->batches = calloc(n, sizeof(*l->batches));
    rc = l->batches == NULL ? pt_err_set(err, PT_E_NOMEM, "no memory for %zu batches", n)
                            : load_tls(l, tls_dir, err);
    if (rc == 0) {
        rc = cut_all(l, per_batch, err);
    }
    return rc;
}

void lane_free(struct lane *l) {
    wire_close(&l->wire);
    SSL_CTX_free(l->tls);
    for (size_t i = 0; l->batches != NULL && i < l->n; i++) {
        pt_buf_done(&l->batches[i].reply);
    }
    for (size_t i = 0; i < l->window; i++) {
        pt_buf_done(&l->slots[i].call.answer);
    }
    free(l->batches);
    pt_buf_done(&l->bytes);
    memset(l, 0, sizeof(*l));
}

bool lane_over(const struct lane *l) {
    return l->failed != 0 || l->done == l->n;
}

int lane_check_receipt(const struct lane *l, const struct lane_batch *b, struct pt_answer *ret,
                       struct pt_err *err) {
    int rc =
        pt_answer_open(pt_buf_span(&b->reply), &b->statement, &l->shared->trust, NULL, ret, err);

    return rc;
}

/* ---- answers --------------------------------------------------------------------------- */

static void fail(struct lane *l, int code, const char *what, int status, const struct pt_buf *b) {
    l->failed = pt_err_set(&l->err, code, "stream %s: %s (HTTP %d) %.*s", l->stream, what, status,
                           b != NULL && b->len < 160 ? (int)b->len : 160,
                           b != NULL && b->p != NULL ? (const char *)b->p : "");
}

static bool again_later(int status, const struct pt_buf *answer) {
    return status == 0 || status == 429 || status >= 500 ||
           (status == 409 && memmem(answer->p, answer->len, "ahead", 5) != NULL);
}

static void receipted(struct lane *l, struct lane_batch *b, struct pt_buf *answer) {
    if (b->done) {
        return; /* it was sent twice: the receipt again */
    }
    b->done = true;
    b->done_us = pt_monotonic_us();
    (void)pt_buf_append(&b->reply, answer->p, answer->len);
    l->done++;
    if (l->shared->receipt != NULL) {
        int rc = l->shared->receipt(l->shared->ctx, l, b);

        if (rc != 0) {
            fail(l, rc, "its receipt can't be kept", 200, NULL);
        }
    }
}

static void answered(void *ctx, struct wire_call *call) {
    struct lane *l = ctx;
    struct lane_slot *slot = (struct lane_slot *)call;

    slot->busy = false;
    l->in_flight--;
    if (call->status == 200) {
        receipted(l, &l->batches[slot->batch], &call->answer);
    } else if (again_later(call->status, &call->answer)) {
        l->again++;
        if (slot->batch < l->rewind) {
            l->rewind = slot->batch;
        }
    } else {
        fail(l, PT_E_REFUSED, "a batch was not accepted", call->status, &call->answer);
    }
}

/* ---- sending --------------------------------------------------------------------------- */

static void lost(struct lane *l) {
    size_t first = l->next;

    for (size_t i = 0; i < l->window; i++) {
        if (l->slots[i].busy) {
            l->slots[i].busy = false;
            first = l->slots[i].batch < first ? l->slots[i].batch : first;
        }
    }
    wire_close(&l->wire);
    l->in_flight = 0;
    l->next = l->rewind < first ? l->rewind : first;
    l->rewind = SIZE_MAX;
    l->reconnects++;
    l->reopen_us = pt_monotonic_us() + REOPEN_US;
    if (!l->shared->persist) {
        fail(l, PT_E_NET, "the connection broke", 0, NULL);
    }
}

int lane_open(struct lane *l, struct pt_err *err) {
    uint16_t port = l->shared->port(l->shared->ctx);

    if (port == 0) {
        return pt_err_set(err, PT_E_NET, "the hub's port is not known yet");
    }
    return wire_open(&l->wire, l->tls, port, answered, l, err);
}

static struct lane_slot *free_slot(struct lane *l) {
    for (size_t i = 0; i < l->window; i++) {
        if (!l->slots[i].busy) {
            return &l->slots[i];
        }
    }
    return NULL;
}

static int post_next(struct lane *l) {
    static const struct wire_field type = {"content-type", "application/protobuf"};
    struct lane_slot *slot = free_slot(l);
    struct lane_batch *b = &l->batches[l->next];

    PT_ASSERT(slot != NULL);
    slot->busy = true;
    slot->batch = l->next++;
    slot->call.body = b->body;
    l->post_us = pt_monotonic_us() + l->shared->rest_us;
    if (b->sent_us == 0) {
        b->sent_us = pt_monotonic_us();
    }
    l->in_flight++;
    return wire_ask(&l->wire, "POST", "/v1/batches", &type, 1, &slot->call);
}

static void settle_rewind(struct lane *l) {
    if (l->rewind != SIZE_MAX && l->in_flight == 0) {
        l->next = l->rewind;
        l->rewind = SIZE_MAX;
    }
    while (l->rewind == SIZE_MAX && l->next < l->n && l->batches[l->next].done) {
        l->next++;
    }
}

void lane_turn(struct lane *l) {
    struct pt_err err;
    int rc;

    if (!wire_is_open(&l->wire)) {
        if (pt_monotonic_us() < l->reopen_us) {
            return;
        }
        if (lane_open(l, &err) != 0) {
            l->reopen_us = pt_monotonic_us() + REOPEN_US;
            return;
        }
    }
    rc = wire_turn(&l->wire);
    settle_rewind(l);
    while (rc == 0 && l->rewind == SIZE_MAX && l->next < l->n && l->in_flight < l->window &&
           wire_may_post(&l->wire) && pt_monotonic_us() >= l->post_us) {
        rc = post_next(l);
        if (rc == 0) {
            rc = wire_turn(&l->wire);
        }
        settle_rewind(l);
    }
    if (rc != 0) {
        lost(l);
    }
}
