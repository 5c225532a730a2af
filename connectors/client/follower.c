#include <pentad/client/follower.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/record/decode.h>

#include "follower_internal.h"

int pt_follower_new(const struct pt_trust *trust, enum pt_party reader, struct pt_follower **ret,
                    struct pt_err *err) {
    *ret = NULL;
    struct pt_follower *f = calloc(1, sizeof *f);
    if (f) {
        f->marks = calloc(PT_FOLLOWER_MARKS, sizeof *f->marks);
    }
    if (!f || !f->marks || pt_keyhistory_new(&f->st.keys) != 0) {
        free(f ? f->marks : NULL);
        free(f);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    f->trust = trust;
    f->reader = reader;
    pt_buf_init(&f->genesis_entry, 65535);
    pt_buf_init(&f->st.held, PT_NOTE_MAX);
    *ret = f;
    return 0;
}

void pt_follower_events_free(struct key_event *events, size_t from, size_t n) {
    for (size_t i = from; i < n; i++) {
        free(events[i].record);
        free(events[i].proof);
    }
}

void pt_follower_free(struct pt_follower *f) {
    if (f) {
        pt_keyhistory_free(f->st.keys);
        pt_follower_events_free(f->st.events, 0, f->st.n_events);
        free(f->st.events);
        free(f->st.streams);
        pt_buf_done(&f->st.held);
        pt_entry_done(&f->genesis);
        pt_buf_done(&f->genesis_entry);
        free(f->expected);
        free(f->marks);
        free(f);
    }
}

enum pt_settled pt_follower_settled(const struct pt_follower *f) {
    return f->settled;
}

uint64_t pt_follower_size(const struct pt_follower *f) {
    return f->st.tree.size;
}

void pt_follower_root(const struct pt_follower *f, struct pt_hash *ret) {
    pt_merkle_root(&f->st.tree, ret);
}

void pt_follower_mark(struct pt_follower *f, const struct follower_state *st) {
    struct mark *m = &f->marks[st->tree.size % PT_FOLLOWER_MARKS];
    m->size = st->tree.size;
    m->received_ms = st->last_received_ms;
    pt_merkle_root(&st->tree, &m->root);
}

int pt_follower_root_at(const struct pt_follower *f, uint64_t size, struct pt_hash *ret_root,
                        int64_t *ret_received_ms) {
    const struct mark *m = &f->marks[size % PT_FOLLOWER_MARKS];
    if (size == 0 || size > f->st.tree.size || m->size != size) {
        return PT_E_NOT_FOUND;
    }
    *ret_root = m->root;
    *ret_received_ms = m->received_ms;
    return 0;
}

int64_t pt_follower_received_ms(const struct pt_follower *f) {
    return f->st.last_received_ms;
}

int64_t pt_follower_tick_ms(const struct pt_follower *f) {
    return f->st.tick_ms ? f->st.tick_ms : f->genesis.msg ? f->genesis.received_at_ms : 0;
}

bool pt_follower_live(const struct pt_follower *f) {
    /* While the first page is delivered, its genesis is all there is. */
    Pentad__V1__ClockMode clock = pt_keyhistory_policies(f->st.keys) > 0
                                      ? pt_keyhistory_policy_at(f->st.keys, UINT64_MAX)->said->clock
                                  : f->genesis.msg ? f->genesis.genesis->clock
                                                   : PENTAD__V1__CLOCK_MODE__CLOCK_MODE_UNSPECIFIED;
    return clock == PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE;
}

const Pentad__V1__Genesis *pt_follower_genesis(const struct pt_follower *f) {
    return f->genesis.msg ? f->genesis.genesis : NULL;
}

struct pt_span pt_follower_genesis_entry(const struct pt_follower *f) {
    return pt_buf_span(&f->genesis_entry);
}

const struct pt_keyhistory *pt_follower_keys(const struct pt_follower *f) {
    return f->st.keys;
}

struct pt_span pt_follower_checkpoint(const struct pt_follower *f) {
    return pt_buf_span(&f->st.held);
}

struct followed_stream *pt_follower_find_stream(const struct follower_state *st, const char *party,
                                                const char *stream) {
    for (size_t i = 0; i < st->n_streams; i++) {
        struct pt_follower_stream *s = &st->streams[i].head;
        if (strcmp(s->party, party) == 0 && strcmp(s->stream, stream) == 0) {
            return &st->streams[i];
        }
    }
    return NULL;
}

int pt_follower_stream(const struct pt_follower *f, const char *party, const char *stream,
                       struct pt_follower_stream *ret) {
    const struct followed_stream *s = pt_follower_find_stream(&f->st, party, stream);
    if (!s) {
        memset(ret, 0, sizeof *ret);
        return PT_E_NOT_FOUND;
    }
    *ret = s->head;
    return 0;
}

/* ---- genesis and keys ---- */

static int open_genesis(struct pt_follower *f, struct pt_span log_entry, struct pt_keyhistory *keys,
                        struct pt_err *err) {
    int rc = pt_entry_open(log_entry, &f->genesis, err);
    if (rc == 0 && !f->genesis.is_genesis) {
        rc = pt_err_set(err, PT_E_WRONG_HUB, "log entry 0 is no genesis");
    }
    if (rc == 0) {
        rc = pt_genesis_verify(f->genesis.msg->envelope, &f->trust->sv, err);
    }
    if (rc == 0) {
        rc = pt_keyhistory_genesis(keys, f->genesis.genesis, err);
    }
    if (rc == 0) {
        rc = pt_buf_append_span(&f->genesis_entry, log_entry);
    }
    return rc;
}

int pt_follower_take_genesis(struct pt_follower *f, struct pt_span log_entry,
                             struct pt_keyhistory **ret_keys, struct pt_err *err) {
    struct pt_hash leaf;
    *ret_keys = NULL;
    pt_leaf_hash(&leaf, log_entry.p, log_entry.len);
    if (!pt_hash_eq(&leaf, &f->trust->hub)) {
        return pt_err_set(err, PT_E_WRONG_HUB,
                          "this is another hub: its log does not begin with the genesis that the "
                          "trust file names");
    }
    struct pt_keyhistory *keys = NULL;
    if (pt_keyhistory_new(&keys) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int rc = open_genesis(f, log_entry, keys, err);
    if (rc != 0) {
        pt_keyhistory_free(keys);
        pt_follower_forget_genesis(f);
        return rc;
    }
    *ret_keys = keys;
    return 0;
}

void pt_follower_forget_genesis(struct pt_follower *f) {
    pt_entry_done(&f->genesis);
    memset(&f->genesis, 0, sizeof f->genesis);
    pt_buf_reset(&f->genesis_entry);
}

int pt_follower_apply_event(const struct pt_follower *f, struct pt_keyhistory *keys,
                            const struct key_event *e, struct pt_err *err) {
    struct pt_key_event at = {.log_index = e->log_index,
                              .party = e->party,
                              .stream = e->stream,
                              .signing_key = e->signing_key};
    pt_leaf_hash(&at.record_hash, e->record, e->len);
    int rc = pt_keyhistory_record(keys, &at, pt_span(e->record, e->len), &f->trust->sv);
    return rc ? pt_err_set(err, rc, "a record about keys: %s", pt_err_text(rc, false)) : 0;
}

/* ---- checkpoints that came another way ---- */

static int hold(struct pt_follower *f, uint64_t size, struct pt_span note, struct pt_err *err) {
    if (note.len == 0 || size <= f->st.held_size) {
        return 0;
    }
    pt_buf_reset(&f->st.held);
    f->st.held_size = 0;
    if (pt_buf_append_span(&f->st.held, note) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    f->st.held_size = size;
    return 0;
}

int pt_follower_expect(struct pt_follower *f, uint64_t size, const struct pt_hash *root,
                       struct pt_span note, struct pt_err *err) {
    if (size == f->st.tree.size) {
        struct pt_hash own;
        pt_follower_root(f, &own);
        if (!pt_hash_eq(&own, root)) {
            return pt_err_set(err, PT_E_FORK,
                              "the hub signed two trees of size %llu: keep both checkpoints",
                              (unsigned long long)size);
        }
    }
    if (size <= f->st.tree.size || f->n_expected == PT_FOLLOWER_EXPECT_MAX) {
        return 0;
    }
    if (!f->expected) {
        f->expected = calloc(PT_FOLLOWER_EXPECT_MAX, sizeof *f->expected);
        if (!f->expected) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
    }
    size_t at = f->n_expected;
    while (at > 0 && f->expected[at - 1].size > size) {
        at--;
    }
    if (at > 0 && f->expected[at - 1].size == size) {
        return pt_hash_eq(&f->expected[at - 1].root, root)
                   ? 0
                   : pt_err_set(err, PT_E_FORK,
                                "the hub signed two trees of size %llu: keep both receipts",
                                (unsigned long long)size);
    }
    memmove(f->expected + at + 1, f->expected + at, (f->n_expected - at) * sizeof *f->expected);
    f->expected[at] = (struct expectation){.size = size, .root = *root};
    f->n_expected++;
    return hold(f, size, note, err);
}
