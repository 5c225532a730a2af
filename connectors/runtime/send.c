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

#include <pentad/proof/batch.h>

#include "connector_internal.h"

/* ---- cutting ---- */

struct gathering {
    struct pt_hash *hashes;
    uint32_t n;
    size_t bytes, most;
};

static int gather(void *ctx, const struct pt_outbox_record *r) {
    struct gathering *g = ctx;
    if (g->n > 0 && g->bytes + r->bytes.len > g->most) {
        return 1;
    }
    memcpy(g->hashes[g->n++].b, r->hash, PT_HASH_LEN);
    g->bytes += r->bytes.len + 8;
    return g->n == PT_BATCH_RECORDS_MAX;
}

/* Where a new statement stands. */
struct place {
    uint64_t first_seq;
    uint32_t limit; /* records, at most; a superseding statement has exactly so many */
    struct pt_hash previous;
    struct pt_hash superseded;
    bool supersedes;
    bool mend;    /* its closes were too early: say them anew */
    bool blocked; /* nothing is cut yet: it waits, for a person or for its time */
};

static int sign(struct pt_connector *c, const struct place *at, const struct gathering *g,
                struct pt_err *err) {
    struct pt_buf envelope;
    struct pt_hash statement;
    struct pt_batch_row row = {.first_seq = at->first_seq, .count = g->n, .state = PT_BATCH_SIGNED};
    struct pt_batch_cut cut = {.hub = c->trust.hub,
                               .party = c->config->party,
                               .stream = c->config->stream,
                               .first_seq = at->first_seq,
                               .record_hashes = g->hashes,
                               .record_count = g->n,
                               .previous = at->previous,
                               .supersedes = at->supersedes ? &at->superseded : NULL,
                               .seen_size = pt_follower_size(c->follower),
                               .signed_at_ms = pt_clock_now_ms(c->opt.clock)};
    pt_buf_init(&envelope, 65535);
    pt_follower_root(c->follower, &cut.seen_root);
    int rc = pt_batch_sign(&cut, c->key, &envelope, &statement, err);
    if (rc == 0) {
        memcpy(row.statement_hash, statement.b, sizeof row.statement_hash);
        rc = pt_batches_add(c->state, &row, pt_buf_span(&envelope), err);
    }
    pt_buf_done(&envelope);
    return rc;
}

/* In a transaction. */
static int cut_at(struct pt_connector *c, const struct place *at, struct pt_err *err) {
    struct gathering g = {.hashes = calloc(at->limit, sizeof(struct pt_hash)),
                          .most = at->supersedes ? PT_BATCH_BYTES_MAX - 65536 : BATCH_BYTES_TARGET};
    int rc = g.hashes ? 0 : pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0 && at->mend) {
        rc = pt_connector_author_mend_closes(c, at->first_seq, err);
    }
    if (rc == 0) {
        rc = pt_outbox_each(c->state, at->first_seq, at->limit, gather, &g, err);
    }
    if (rc == 0 && g.n == 0) {
        rc = pt_err_set(err, PT_E_CORRUPT, "outbox record %llu is missing",
                        (unsigned long long)at->first_seq);
    } else if (rc == 0 && at->supersedes && g.n != at->limit) {
        rc = pt_err_set(err, PT_E_TOO_LARGE,
                        "the refused batch at %llu does not fit a batch any more",
                        (unsigned long long)at->first_seq);
    }
    if (rc == 0) {
        rc = sign(c, at, &g, err);
    }
    free(g.hashes);
    return rc;
}

/* What the stream's next statement continues. PT_E_NOT_FOUND, below: nothing is pending. */
static int continues(struct pt_connector *c, struct place *at, struct pt_err *err) {
    struct pt_batch_row last;
    memset(at, 0, sizeof *at);
    int rc = pt_batches_last(c->state, &last, err);
    if (rc == 0) {
        at->first_seq = last.first_seq + last.count;
        memcpy(at->previous.b, last.statement_hash, sizeof at->previous.b);
    } else if (rc == PT_E_NOT_FOUND) {
        at->first_seq = 1;
        at->previous = c->trust.hub;
        rc = 0;
    }
    return rc;
}

/* Nothing is signed with a key that the log, as far as it is verified, doesn't have as live: such a
 * batch would only be refused, and stand in the way of what is signed with the right one. On the
 * stream of the recovery key the hub sees to it that a batch is of KeyChange records alone. */
static int key_allows(const struct pt_connector *c, struct pt_err *err) {
    const struct pt_keyhistory *keys = pt_follower_keys(c->follower);
    const struct pt_keyhistory_key *k;
    struct pt_hash mine;
    struct pt_err why = {0};
    char hex[2 * PT_HASH_LEN + 1];
    pt_key_fingerprint(c->key, &mine);
    pt_hash_hex(hex, &mine);
    int rc = pt_keyhistory_may_sign(keys, &mine, c->config->party, c->config->stream,
                                    pt_follower_size(c->follower), true, &why);
    switch (rc) {
    case 0:
        return 0;
    case PT_E_UNKNOWN_KEY:
        return pt_err_set(
            err, rc,
            "nothing is signed: keys.signing (%.16s) isn't enrolled for %s yet: until "
            "pentad key list shows it, name there the key that is live",
            hex, c->config->party);
    case PT_E_RETIRED_KEY:
        k = pt_keyhistory_find(keys, &mine);
        return pt_err_set(err, rc,
                          "nothing is signed: keys.signing (%.16s) was retired by log entry "
                          "%llu: name there a key that is live (pentad key list shows them) and "
                          "start again",
                          hex, (unsigned long long)(k ? k->retired_at : 0));
    default:
        return pt_err_set(err, rc, "nothing is signed: keys.signing (%.16s): %s", hex, why.msg);
    }
}

static int place_next(struct pt_connector *c, struct place *at, struct pt_err *err) {
    struct pt_batch_row refused;
    int rc = continues(c, at, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_batches_refused(c->state, &refused, NULL, err);
    if (rc == 0) {
        at->first_seq = refused.first_seq;
        at->limit = refused.count;
        at->supersedes = true;
        memcpy(at->superseded.b, refused.statement_hash, sizeof at->superseded.b);
        rc = pt_connector_refusal_allows(c, &refused, err);
        rc = rc ? rc : key_allows(c, err);
        at->blocked = rc != 0;
        at->mend = pt_err_from_name(refused.refused_code) == PT_E_CLOCK;
        return rc;
    }
    if (rc == PT_E_NOT_FOUND && at->first_seq < c->next_seq) {
        uint64_t pending = c->next_seq - at->first_seq;
        at->limit = pending < PT_BATCH_RECORDS_MAX ? (uint32_t)pending : PT_BATCH_RECORDS_MAX;
        rc = key_allows(c, err);
        at->blocked = rc != 0;
    }
    return rc;
}

int pt_connector_send_cut(struct pt_connector *c, struct pt_err *err) {
    struct pt_batch_row open;
    struct place at = {0};
    int rc = pt_batches_open(c->state, &open, NULL, err);
    if (rc != PT_E_NOT_FOUND) {
        return rc;
    }
    rc = place_next(c, &at, err);
    if (rc == PT_E_NOT_FOUND || at.blocked) {
        return 0; /* pt_connector_send_all says why */
    }
    return rc ? rc : cut_at(c, &at, err);
}

static int cut_stored(struct pt_connector *c, struct pt_err *err) {
    struct place at;
    int rc = place_next(c, &at, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_connector_begin(c, err);
    return rc ? rc : pt_connector_end(c, cut_at(c, &at, err), err);
}

/* ---- answers ---- */

static int take_receipt(struct pt_connector *c, const struct pt_batch_row *b,
                        const struct pt_answer *a, struct pt_span reply, struct pt_err *err) {
    if (b->followed_index >= 0 && (uint64_t)b->followed_index != a->log_index) {
        return pt_err_set(err, PT_E_FORK,
                          "the receipt says log index %llu, the feed showed the batch at %lld",
                          (unsigned long long)a->log_index, (long long)b->followed_index);
    }
    int rc = pt_follower_expect(c->follower, a->checkpoint_size, &a->checkpoint_root, a->checkpoint,
                                err);
    if (rc == 0) {
        rc = pt_connector_begin(c, err);
    }
    if (rc == 0) {
        rc = pt_batches_receipted(c->state, b->statement_hash, a->log_index, reply, err);
        if (rc == 0) {
            rc = pt_batches_receipted_at(c->state, b->statement_hash, pt_clock_now_ms(c->opt.clock),
                                         err);
        }
        rc = rc ? rc : pt_held_logged(c->state, b->first_seq, b->count, err);
        if (rc == 0) {
            rc = pt_connector_save_view(c, err);
        }
        rc = pt_connector_end(c, rc, err);
    }
    if (rc == 0) {
        c->halted = false;
        pt_connector_event(c, "receipted", "records %llu to %llu at log index %llu",
                           (unsigned long long)b->first_seq,
                           (unsigned long long)(b->first_seq + b->count - 1),
                           (unsigned long long)a->log_index);
    }
    return rc;
}

static int take_answer(struct pt_connector *c, const struct pt_batch_row *b, struct pt_span reply,
                       struct pt_err *err) {
    struct pt_hash statement;
    struct pt_answer answer;
    memcpy(statement.b, b->statement_hash, sizeof statement.b);
    int rc =
        pt_answer_open(reply, &statement, &c->trust, pt_follower_keys(c->follower), &answer, err);
    if (rc != 0) {
        pt_connector_keep_evidence(c, rc, answer.ignored ? ABOUT_UNSIGNED : ABOUT_ANSWERS, err->msg,
                                   reply);
        if (!answer.ignored) {
            pt_connector_alarm(c, pt_err_name(rc), err->msg);
        }
        /* What nobody of the hub has signed is no answer; a receipt that doesn't hold is one. */
        c->later = answer.ignored;
        return rc;
    }
    if (answer.refused && b->followed_index >= 0) {
        rc = pt_err_set(err, PT_E_FORK,
                        "the hub refuses the batch at %llu, which its log holds as entry %lld",
                        (unsigned long long)b->first_seq, (long long)b->followed_index);
    }
    rc = rc               ? rc
         : answer.refused ? pt_connector_refusal_take(c, b, &answer, reply, err)
                          : take_receipt(c, b, &answer, reply, err);
    if (rc == PT_E_FORK) {
        pt_connector_keep_evidence(c, rc, ABOUT_ANSWERS, err->msg, reply);
        pt_connector_alarm(c, pt_err_name(rc), err->msg);
    }
    pt_answer_done(&answer);
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
    (void)pt_batch_envelope_append(&body, envelope);
    int rc = pt_outbox_each(c->state, b->first_seq, b->count, add_record, &body, err);
    if (rc == 0 && pt_batch_held_append(&body, pt_follower_checkpoint(c->follower)) != 0) {
        rc = pt_err_set(err, body.failed, "the batch is too large to send");
    }
    if (rc == 0) {
        rc = c->hub.submit(c->hub.ctx, pt_buf_span(&body), &reply, err);
        c->later = rc != 0 && (pt_err_retryable(rc) || rc == PT_E_INTERNAL);
        if (rc == 0) {
            rc = take_answer(c, b, pt_buf_span(&reply), err);
        }
    }
    pt_buf_done(&reply);
    pt_buf_done(&body);
    return rc;
}

void pt_connector_send_rival(struct pt_connector *c) {
    struct pt_batch_row row;
    struct pt_buf envelope;
    struct pt_err err = {0};
    pt_buf_init(&envelope, 65535);
    int rc = pt_batches_open(c->state, &row, &envelope, &err);
    if (rc == 0) {
        rc = submit(c, &row, pt_buf_span(&envelope), &err);
    }
    if (rc != 0 && rc != PT_E_NOT_FOUND) {
        pt_connector_event(c, "rival",
                           "the hub is shown what was signed here for records from %llu on: %s",
                           (unsigned long long)row.first_seq, err.msg);
    }
    pt_buf_done(&envelope);
}

int pt_connector_send_all(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf envelope;
    pt_buf_init(&envelope, 65535);
    int rc = 0;
    c->later = false;
    while (rc == 0 && !c->stop) {
        struct pt_batch_row row;
        pt_buf_reset(&envelope);
        rc = pt_batches_open(c->state, &row, &envelope, err);
        if (rc == 0) {
            rc = submit(c, &row, pt_buf_span(&envelope), err);
        } else if (rc == PT_E_NOT_FOUND) {
            rc = cut_stored(c, err);
            if (rc == PT_E_NOT_FOUND) {
                c->all_sent = true;
                rc = 0;
                break;
            }
        }
    }
    pt_buf_done(&envelope);
    return rc;
}
