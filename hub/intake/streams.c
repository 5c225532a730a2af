#include "exchange_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/hash.h>

/* ---- finding ------------------------------------------------------------------------------ */

static size_t name_slot(const char *party, const char *stream) {
    return (size_t)(pt_hash_text(pt_hash_text(PT_HASH_BEGIN, party), stream) % STREAM_SLOTS);
}

/* The slot of the name table that holds the stream, or the empty one where it belongs. */
static size_t table_place(const struct pt_exchange *x, const char *party, const char *stream) {
    size_t at = name_slot(party, stream);
    for (; x->by_name[at] != 0; at = (at + 1) % STREAM_SLOTS) {
        const struct pt_exchange_stream *s = &x->streams[x->by_name[at] - 1]->s;
        if (strcmp(s->party, party) == 0 && strcmp(s->stream, stream) == 0) {
            break;
        }
    }
    return at;
}

struct stream_slot *pt_stream_find(const struct pt_exchange *x, const char *party,
                                   const char *stream) {
    size_t at = table_place(x, party, stream);
    return x->by_name[at] != 0 ? x->streams[x->by_name[at] - 1] : NULL;
}

bool pt_stream_room(const struct pt_exchange *x, const char *party) {
    size_t n = 0;
    if (x->n_streams == PT_EXCHANGE_STREAMS_MAX) {
        return false;
    }
    for (size_t i = 0; i < x->n_streams; i++) {
        n += strcmp(x->streams[i]->s.party, party) == 0;
    }
    return n < PT_EXCHANGE_PARTY_STREAMS_MAX;
}

int pt_stream_enrol(struct pt_exchange *x, const char *party, const char *stream,
                    struct stream_slot **ret, struct pt_err *err) {
    size_t at = table_place(x, party, stream);
    if (x->by_name[at] != 0) {
        *ret = x->streams[x->by_name[at] - 1];
        return 0;
    }
    if (!pt_stream_room(x, party)) {
        return pt_err_set(err, PT_E_BUSY, "%s has %d streams already; use one of them", party,
                          PT_EXCHANGE_PARTY_STREAMS_MAX);
    }
    struct stream_slot *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory for a stream");
    }
    PT_ASSERT(pt_name_valid(party) && pt_name_valid(stream));
    (void)snprintf(s->s.party, sizeof s->s.party, "%s", party);
    (void)snprintf(s->s.stream, sizeof s->s.stream, "%s", stream);
    s->s.next_seq = 1;
    s->s.last_statement = x->hub;
    x->streams[x->n_streams++] = s;
    x->by_name[at] = (uint16_t)x->n_streams;
    *ret = s;
    return 0;
}

void pt_streams_done(struct pt_exchange *x) {
    for (size_t i = 0; i < x->n_streams; i++) {
        free(x->streams[i]->s.refused);
        free(x->streams[i]);
    }
    x->n_streams = 0;
}

/* ---- moving ------------------------------------------------------------------------------- */

static void drop_passed(struct stream_slot *s) {
    size_t kept = 0;
    for (size_t i = 0; i < s->s.n_refused; i++) {
        if (s->s.refused[i].end_seq > s->s.next_seq) {
            s->s.refused[kept++] = s->s.refused[i];
        }
    }
    s->s.n_refused = kept;
}

void pt_stream_advance(struct stream_slot *s, const struct pt_statement *st, uint64_t log_index) {
    PT_ASSERT(st->first_seq == s->s.next_seq);
    s->s.next_seq += st->record_count;
    s->s.last_statement = st->hash;
    s->s.last_index = log_index;
    drop_passed(s);
}

/* Refusals that claim nothing stay in the store; only the newest of them are kept here, so that a
 * retired key's thief can't use up the stream's room. */
static void drop_unclaiming(struct stream_slot *s) {
    size_t n = 0, oldest = 0;
    for (size_t i = s->s.n_refused; i > 0; i--) {
        if (!s->s.refused[i - 1].claims) {
            n++;
            oldest = i - 1;
        }
    }
    if (n >= UNCLAIMING_MAX) {
        memmove(&s->s.refused[oldest], &s->s.refused[oldest + 1],
                (s->s.n_refused - oldest - 1) * sizeof *s->s.refused);
        s->s.n_refused--;
    }
}

int pt_stream_refused_add(struct stream_slot *s, const struct pt_statement *st, bool claims,
                          struct pt_err *err) {
    if (st->first_seq + st->record_count <= s->s.next_seq) {
        return 0; /* passed already */
    }
    if (!claims) {
        drop_unclaiming(s);
    }
    if (s->s.n_refused == PT_EXCHANGE_OPEN_REFUSALS_MAX) {
        return pt_err_set(err, PT_E_BUSY, "%s/%s has %d refused batches that nothing replaces yet",
                          s->s.party, s->s.stream, PT_EXCHANGE_OPEN_REFUSALS_MAX);
    }
    if (s->s.n_refused == s->cap_refused) {
        size_t cap = s->cap_refused == 0 ? 8 : 2 * s->cap_refused;
        struct pt_exchange_refused *grown = realloc(s->s.refused, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory for a refusal");
        }
        s->s.refused = grown;
        s->cap_refused = cap;
    }
    struct pt_exchange_refused *r = &s->s.refused[s->s.n_refused++];
    memset(r, 0, sizeof *r);
    r->statement = st->hash;
    r->has_supersedes = st->has_supersedes;
    r->supersedes = st->supersedes;
    r->first_seq = st->first_seq;
    r->end_seq = st->first_seq + st->record_count;
    r->record_count = (uint32_t)st->record_count;
    r->claims = claims;
    return 0;
}

bool pt_statements_conflict(const struct pt_statement *a, const struct pt_statement *b) {
    bool overlap = a->first_seq < b->first_seq + b->record_count &&
                   b->first_seq < a->first_seq + a->record_count;
    bool same_place = strcmp(a->msg->party, b->msg->party) == 0 &&
                      strcmp(a->msg->stream, b->msg->stream) == 0 && pt_hash_eq(&a->hub, &b->hub);
    bool siblings = a->has_supersedes == b->has_supersedes &&
                    (!a->has_supersedes || pt_hash_eq(&a->supersedes, &b->supersedes));
    return overlap && same_place && siblings && !pt_hash_eq(&a->hash, &b->hash);
}
