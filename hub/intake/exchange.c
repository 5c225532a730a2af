#include "exchange_internal.h"

#include <stdlib.h>
#include <string.h>

int pt_exchange_new(const struct pt_sigverify *sv, struct pt_exchange **ret) {
    *ret = NULL;
    struct pt_exchange *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return PT_E_NOMEM;
    }
    x->sv = *sv;
    pt_arena_init(&x->scratch, SCRATCH_MAX);
    int code = pt_keyhistory_new(&x->keys);
    if (code != 0) {
        free(x);
        return code;
    }
    *ret = x;
    return 0;
}

void pt_exchange_free(struct pt_exchange *x) {
    if (x == NULL) {
        return;
    }
    pt_streams_done(x);
    pt_targets_done(x);
    pt_intake_snapshot_unref(x->snapshot);
    pt_keyhistory_free(x->keys);
    pt_codes_free(x->codes);
    pt_entry_done(&x->genesis);
    pt_arena_done(&x->scratch);
    free(x);
}

/* ---- reducing ------------------------------------------------------------------------------ */

static int take_genesis(struct pt_exchange *x, const struct pt_entry *e, struct pt_err *err) {
    struct pt_buf bytes;
    struct stream_slot *s;
    pt_buf_init(&bytes, 65535);
    int code = pt_strict_pack(&bytes, &e->msg->base);
    if (code == 0) {
        code = pt_entry_open(pt_buf_span(&bytes), &x->genesis, err);
    }
    pt_buf_done(&bytes);
    if (code != 0) {
        return code;
    }
    const Pentad__V1__Genesis *g = x->genesis.genesis;
    x->hub = e->leaf;
    code = pt_keyhistory_genesis(x->keys, g, err);
    if (code == 0) {
        code = pt_codes_new(g->code_family != NULL ? g->code_family : "cn", &x->codes, err);
    }
    for (size_t i = 0; code == 0 && i < g->n_parties; i++) {
        for (size_t j = 0; code == 0 && j < g->parties[i]->n_streams; j++) {
            code = pt_stream_enrol(x, g->parties[i]->party, g->parties[i]->streams[j], &s, err);
            if (code == 0) {
                s->s.enrolled = true;
            }
        }
    }
    if (code == 0) {
        x->last_received_ms = e->received_at_ms;
        x->size = 1;
    }
    return code;
}

int pt_exchange_take(struct pt_exchange *x, uint64_t log_index, const struct pt_statement *st,
                     const struct pt_hash *signing_key, int64_t received_at_ms,
                     struct pt_span records, uint32_t marks, struct pt_err *err) {
    struct stream_slot *s;
    struct standing at = {.log_index = log_index,
                          .party = st->msg->party,
                          .stream = st->msg->stream,
                          .signing_key = signing_key,
                          .seq = st->first_seq};
    int code = pt_stream_enrol(x, at.party, at.stream, &s, err);
    if (code != 0) {
        return code;
    }
    if (st->first_seq != s->s.next_seq || !pt_hash_eq(&st->previous, &s->s.last_statement) ||
        !pt_hash_eq(&st->hub, &x->hub)) {
        return pt_err_set(err, PT_E_CORRUPT, "log entry %llu does not continue %s/%s",
                          (unsigned long long)log_index, at.party, at.stream);
    }
    pt_stream_advance(s, st, log_index);
    s->s.enrolled = true;
    if (marks != 0) {
        code = pt_exchange_apply_records(x, &at, records, err);
    }
    if (code == 0) {
        x->size = log_index + 1;
        if (received_at_ms > x->last_received_ms) {
            x->last_received_ms = received_at_ms;
        }
    }
    return code;
}

int pt_exchange_apply(struct pt_exchange *x, uint64_t log_index, const struct pt_entry *e,
                      struct pt_span records, struct pt_err *err) {
    if (log_index != x->size || e->is_genesis != (log_index == 0)) {
        return pt_err_set(err, PT_E_CORRUPT, "log entry %llu does not follow %llu entries",
                          (unsigned long long)log_index, (unsigned long long)x->size);
    }
    if (e->is_genesis) {
        return take_genesis(x, e, err);
    }
    return pt_exchange_take(x, log_index, &e->statement, &e->signing_key, e->received_at_ms,
                            records, records.len > 0 ? 1 : 0, err);
}

int pt_exchange_refused(struct pt_exchange *x, const struct pt_statement *s, bool claims,
                        struct pt_err *err) {
    struct stream_slot *slot = pt_stream_find(x, s->msg->party, s->msg->stream);
    if (slot == NULL && !claims) {
        return 0; /* it opens no stream either: the store remembers it */
    }
    int code = slot != NULL ? 0 : pt_stream_enrol(x, s->msg->party, s->msg->stream, &slot, err);
    return code == 0 ? pt_stream_refused_add(slot, s, claims, err) : code;
}

/* ---- asking -------------------------------------------------------------------------------- */

uint64_t pt_exchange_size(const struct pt_exchange *x) {
    return x->size;
}

const struct pt_hash *pt_exchange_hub(const struct pt_exchange *x) {
    return &x->hub;
}

int64_t pt_exchange_last_received_ms(const struct pt_exchange *x) {
    return x->last_received_ms;
}

const struct pt_exchange_stream *pt_exchange_stream(const struct pt_exchange *x, const char *party,
                                                    const char *stream) {
    const struct stream_slot *s = pt_stream_find(x, party, stream);
    return s != NULL ? &s->s : NULL;
}

size_t pt_exchange_stream_count(const struct pt_exchange *x) {
    return x->n_streams;
}

const struct pt_exchange_stream *pt_exchange_stream_at(const struct pt_exchange *x, size_t i) {
    PT_ASSERT(i < x->n_streams);
    return &x->streams[i]->s;
}

const struct pt_keyhistory *pt_exchange_keys(const struct pt_exchange *x) {
    return x->keys;
}

const struct pt_exchange_tick *pt_exchange_last_tick(const struct pt_exchange *x) {
    return &x->tick;
}

size_t pt_exchange_erasure_count(const struct pt_exchange *x) {
    return x->n_erasures;
}

const struct pt_exchange_erasure *pt_exchange_erasure_at(const struct pt_exchange *x, size_t i) {
    PT_ASSERT(i < x->n_erasures);
    return &x->erasures[i];
}

bool pt_exchange_day_closed(const struct pt_exchange *x, int32_t day) {
    for (size_t i = 0; i < x->n_streams; i++) {
        const struct pt_exchange_stream *s = &x->streams[i]->s;
        bool waits =
            s->enrolled && strcmp(s->party, "hub") != 0 && strcmp(s->stream, PT_KEYS_STREAM) != 0;
        if (waits && !s->frozen && !s->closed && s->last_closed_day < day) {
            return false;
        }
    }
    return true;
}
