/* The outbox to the hub: cut, sign, store, send those same bytes until there is an answer.
 *
 *            cut+store              receipt verified
 *   pending ───────────► SIGNED ───────────────────────► RECEIPTED
 *                         │  ▲                     429, 5xx, 409 ahead, time-out: same bytes again
 *              refusal    │  │ cut again for the same numbers, superseding
 *              verified   ▼  │ (refused records withheld in place, their row to dead letters)
 *                        REFUSED
 */
#include <stdlib.h>
#include <string.h>

#include <pentad/client/batch.h>
#include <pentad/proof/batch.h>

#include "connector_private.h"

#define SUBMIT_TYPE "application/x-protobuf"

/* ---- cutting ---- */

struct gathering {
    struct pt_hash *hashes;
    uint32_t n;
    size_t bytes;
};

static int gather(void *ctx, const struct pt_outbox_record *r) {
    struct gathering *g = ctx;
    if (g->n > 0 && g->bytes + r->bytes.len > BATCH_BYTES_TARGET) {
        return 1;
    }
    memcpy(g->hashes[g->n++].b, r->hash, PT_HASH_LEN);
    g->bytes += r->bytes.len + 8;
    return g->n == PT_BATCH_RECORDS_MAX;
}

/* Signs a batch of the records from first_seq on, at most `limit`, and stores it. */
static int cut(struct pt_connector *c, uint64_t first_seq, uint32_t limit,
               const struct pt_hash *previous, const struct pt_hash *supersedes,
               struct pt_err *err) {
    struct gathering g = {.hashes = calloc(limit, sizeof(struct pt_hash))};
    struct pt_buf envelope;
    pt_buf_init(&envelope, 65535);
    struct pt_batch_row row = {.first_seq = first_seq, .state = PT_BATCH_SIGNED};
    struct pt_hash statement;
    int rc = g.hashes ? pt_outbox_each(c->state, first_seq, limit, gather, &g, err)
                      : pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0) {
        PT_ASSERT(g.n > 0 && (!supersedes || g.n == limit));
        struct pt_batch_cut cut = {.hub = c->trust.hub,
                                   .party = c->config->party,
                                   .stream = c->config->stream,
                                   .first_seq = first_seq,
                                   .record_hashes = g.hashes,
                                   .record_count = g.n,
                                   .previous = *previous,
                                   .supersedes = supersedes,
                                   .seen_size = pt_follower_size(c->follower),
                                   .signed_at_ms = pt_clock_now_ms(c->opt.clock)};
        pt_follower_root(c->follower, &cut.seen_root);
        rc = pt_batch_sign(&cut, c->key, &envelope, &statement, err);
    }
    if (rc == 0) {
        row.count = g.n;
        memcpy(row.statement_hash, statement.b, sizeof row.statement_hash);
        rc = pt_state_begin(c->state, err);
        if (rc == 0) {
            rc = pt_batches_add(c->state, &row, pt_buf_span(&envelope), err);
            rc = rc ? rc : pt_state_commit(c->state, err);
            pt_state_rollback(c->state);
        }
    }
    pt_buf_done(&envelope);
    free(g.hashes);
    return rc;
}

/* What the stream's next statement continues. */
static void continues(struct pt_connector *c, uint64_t *ret_seq, struct pt_hash *ret_previous) {
    struct pt_batch_row last;
    if (pt_batches_last(c->state, &last) == 0) {
        *ret_seq = last.first_seq + last.count;
        memcpy(ret_previous->b, last.statement_hash, sizeof ret_previous->b);
    } else {
        *ret_seq = 1;
        *ret_previous = c->trust.hub;
    }
}

/* PT_E_NOT_FOUND: nothing is pending. */
static int cut_next(struct pt_connector *c, struct pt_err *err) {
    struct pt_batch_row refused;
    struct pt_buf refusal;
    pt_buf_init(&refusal, PT_CLIENT_ANSWER_MAX);
    struct pt_hash previous, supersedes;
    uint64_t seq = 0;
    continues(c, &seq, &previous);
    int rc = pt_batches_refused(c->state, &refused, &refusal);
    pt_buf_done(&refusal);
    if (rc == 0) {
        memcpy(supersedes.b, refused.statement_hash, sizeof supersedes.b);
        return cut(c, refused.first_seq, refused.count, &previous, &supersedes, err);
    }
    if (seq >= c->next_seq) {
        return PT_E_NOT_FOUND;
    }
    uint64_t pending = c->next_seq - seq;
    return cut(c, seq, pending < PT_BATCH_RECORDS_MAX ? (uint32_t)pending : PT_BATCH_RECORDS_MAX,
               &previous, NULL, err);
}

/* ---- answers ---- */

static int take_receipt(struct pt_connector *c, const struct pt_batch_row *b,
                        const struct pt_answer *a, struct pt_span reply, struct pt_err *err) {
    int rc = pt_follower_expect(c->follower, a->checkpoint_size, &a->checkpoint_root, err);
    if (rc == 0) {
        rc = pt_state_begin(c->state, err);
    }
    if (rc == 0) {
        rc = pt_batches_receipted(c->state, b->statement_hash, a->log_index, reply, err);
        rc = rc ? rc : pt_state_commit(c->state, err);
        pt_state_rollback(c->state);
    }
    if (rc == 0) {
        connector_event(c, "receipted", "records %llu to %llu at log index %llu",
                        (unsigned long long)b->first_seq,
                        (unsigned long long)(b->first_seq + b->count - 1),
                        (unsigned long long)a->log_index);
    }
    return rc;
}

struct refused_record {
    char type[16];
    char origin[700];
};

static int copy_refused(void *ctx, const struct pt_outbox_record *r) {
    struct refused_record *out = ctx;
    (void)snprintf(out->type, sizeof out->type, "%s", r->type);
    (void)snprintf(out->origin, sizeof out->origin, "%s", r->origin ? r->origin : "");
    return 1;
}

static int withhold(struct pt_connector *c, const Pentad__V1__Fault *f, struct pt_err *err) {
    struct refused_record r = {{0}, {0}};
    int rc = pt_outbox_each(c->state, f->seq, 1, copy_refused, &r, err);
    if (rc != 0 || strcmp(r.type, "Withheld") == 0) {
        return rc; /* a second fault of the same record */
    }
    char *colon = strrchr(r.origin, ':');
    uint64_t line = colon ? strtoull(colon + 1, NULL, 10) : 0;
    const char *code = f->code ? f->code : "refused";
    rc = author_withheld(c, f->seq, r.type, code, f->field ? f->field : "", r.origin, err);
    if (colon) {
        *colon = '\0';
    }
    if (rc == 0) {
        const struct pt_dead_letter d = {.source = "hub",
                                         .file = r.origin,
                                         .row = line,
                                         .column = f->field ? f->field : "",
                                         .value = "",
                                         .code = code,
                                         .reason = f->message ? f->message : "refused by the hub",
                                         .reason_zh = pt_err_text(pt_err_from_name(code), true)};
        rc = pt_dead_letter_add(c->state, &d, err);
    }
    return rc;
}

/* The faults that name a record withhold it; a fault of the whole batch needs a person, but for a
 * key that was retired while the batch was under way and has been changed since. */
static int take_refusal(struct pt_connector *c, const struct pt_batch_row *b,
                        const struct pt_answer *a, struct pt_span reply, struct pt_err *err) {
    const Pentad__V1__Refusal *ref = a->refusal;
    int rc = pt_state_begin(c->state, err);
    if (rc != 0) {
        return rc;
    }
    uint64_t withheld_from = UINT64_MAX;
    const Pentad__V1__Fault *whole = NULL;
    rc = pt_batches_refuse(c->state, b->statement_hash, reply, err);
    for (size_t i = 0; rc == 0 && i < ref->n_faults; i++) {
        const Pentad__V1__Fault *f = ref->faults[i];
        if (!f->has_seq) {
            whole = f;
            continue;
        }
        if (f->seq < b->first_seq || f->seq >= b->first_seq + b->count) {
            rc = pt_err_set(err, PT_E_FORMAT, "the refusal names a record outside its batch");
            break;
        }
        withheld_from = f->seq < withheld_from ? f->seq : withheld_from;
        rc = withhold(c, f, err);
        connector_event(c, "refused", "record %llu: %s (%s)", (unsigned long long)f->seq,
                        f->message ? f->message : "", f->code ? f->code : "");
    }
    if (rc == 0 && withheld_from != UINT64_MAX) {
        rc = author_mend_closes(c, withheld_from, err);
    }
    rc = rc ? rc : pt_state_commit(c->state, err);
    pt_state_rollback(c->state);
    if (rc == 0 && whole && withheld_from == UINT64_MAX) {
        int code = pt_err_from_name(whole->code ? whole->code : "");
        struct pt_hash now;
        pt_key_fingerprint(c->key, &now);
        const struct pt_keyhistory_key *k = pt_keyhistory_find(pt_follower_keys(c->follower), &now);
        bool live = k && pt_keyhistory_key_live(k, pt_follower_size(c->follower));
        if ((code == PT_E_RETIRED_KEY && live) || code == PT_E_BEHIND_REFUSAL) {
            return 0; /* cut again */
        }
        return pt_err_set(err, code ? code : PT_E_REFUSED, "the hub refused the batch at %llu: %s",
                          (unsigned long long)b->first_seq, whole->message ? whole->message : "");
    }
    return rc;
}

/* ---- sending ---- */

static int add_record(void *ctx, const struct pt_outbox_record *r) {
    return pt_batch_record_append(ctx, r->bytes);
}

static int submit(struct pt_connector *c, const struct pt_batch_row *b, struct pt_span envelope,
                  struct pt_err *err) {
    struct pt_buf body, reply;
    pt_buf_init(&body, PT_BATCH_BYTES_MAX + 65536);
    pt_buf_init(&reply, PT_CLIENT_ANSWER_MAX);
    struct pt_hash statement;
    struct pt_answer answer;
    memcpy(statement.b, b->statement_hash, sizeof statement.b);
    (void)pt_batch_envelope_append(&body, envelope);
    int rc = pt_outbox_each(c->state, b->first_seq, b->count, add_record, &body, err);
    if (rc == 0 && pt_batch_held_append(&body, pt_follower_checkpoint(c->follower)) != 0) {
        rc = pt_err_set(err, body.failed, "the batch is too large to send");
    }
    if (rc == 0) {
        rc = pt_http_post(c->http_send, "/v1/batches", SUBMIT_TYPE, pt_buf_span(&body), &reply,
                          NULL, err);
    }
    if (rc == 0) {
        rc = pt_answer_open(pt_buf_span(&reply), &statement, &c->trust,
                            pt_follower_keys(c->follower), &answer, err);
        if (rc == 0) {
            rc = answer.refused ? take_refusal(c, b, &answer, pt_buf_span(&reply), err)
                                : take_receipt(c, b, &answer, pt_buf_span(&reply), err);
            pt_answer_done(&answer);
        }
    }
    pt_buf_done(&reply);
    pt_buf_done(&body);
    return rc;
}

int send_all(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    while (rc == 0 && !c->stop) {
        struct pt_batch_row row;
        struct pt_buf envelope;
        pt_buf_init(&envelope, 65535);
        rc = pt_batches_open(c->state, &row, &envelope);
        if (rc == PT_E_NOT_FOUND) {
            rc = cut_next(c, err);
            if (rc == PT_E_NOT_FOUND) {
                pt_buf_done(&envelope);
                return 0;
            }
        } else if (rc == 0) {
            rc = submit(c, &row, pt_buf_span(&envelope), err);
        }
        pt_buf_done(&envelope);
    }
    return rc;
}
