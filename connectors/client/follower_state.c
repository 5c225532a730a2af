/* A follower's state as bytes: "PTF2", the genesis entry, the tree's right edge, the streams, the
 * key events, the held checkpoint, the expected ones, each stream's erased records since its last
 * close, what stands since one that didn't add up and what proves each key event (all left out by
 * older programs), and a SHA-256 over all of it, so that what a disk spoiled is never taken for a
 * view of the log. Big endian; private to this machine. */
#include <stdlib.h>
#include <string.h>

#include "follower_internal.h"

static const char magic[4] = {'P', 'T', 'F', '2'};

static void put_u64(struct pt_buf *out, uint64_t v) {
    (void)pt_buf_put_u64be(out, v);
}

static void put_bytes(struct pt_buf *out, struct pt_span s) {
    put_u64(out, s.len);
    (void)pt_buf_append_span(out, s);
}

/* Only the nodes that are there: those of the size's bits. */
static void put_tree(struct pt_buf *out, const struct pt_merkle_frontier *t) {
    put_u64(out, t->size);
    for (unsigned l = 0; l < 64; l++) {
        if (t->size >> l & 1) {
            (void)pt_buf_append(out, t->node[l].b, PT_HASH_LEN);
        }
    }
}

static void put_streams(const struct follower_state *st, struct pt_buf *out) {
    put_u64(out, st->n_streams);
    for (size_t i = 0; i < st->n_streams; i++) {
        const struct pt_follower_stream *s = &st->streams[i].head;
        put_bytes(out, pt_span_str(s->party));
        put_bytes(out, pt_span_str(s->stream));
        put_u64(out, s->next_seq);
        (void)pt_buf_append(out, s->last_statement.b, PT_HASH_LEN);
        put_tree(out, &st->streams[i].due);
    }
}

static void put_events(const struct follower_state *st, struct pt_buf *out) {
    put_u64(out, st->n_events);
    for (size_t i = 0; i < st->n_events; i++) {
        const struct key_event *e = &st->events[i];
        put_u64(out, e->log_index);
        put_bytes(out, pt_span_str(e->party));
        put_bytes(out, pt_span_str(e->stream));
        (void)pt_buf_append(out, e->signing_key.b, PT_HASH_LEN);
        put_bytes(out, pt_span(e->record, e->len));
    }
}

int pt_follower_save(const struct pt_follower *f, struct pt_buf *out) {
    size_t start = out->len;
    (void)pt_buf_append(out, magic, sizeof magic);
    put_u64(out, (uint64_t)f->reader);
    put_bytes(out, pt_buf_span(&f->genesis_entry));
    put_tree(out, &f->st.tree);
    put_u64(out, (uint64_t)f->st.last_received_ms);
    put_u64(out, (uint64_t)f->st.tick_ms);
    put_u64(out, (uint64_t)f->st.tick_day);
    put_streams(&f->st, out);
    put_events(&f->st, out);
    put_u64(out, f->st.held_size);
    put_bytes(out, pt_buf_span(&f->st.held));
    put_u64(out, f->n_expected - f->n_met);
    for (size_t i = f->n_met; i < f->n_expected; i++) {
        put_u64(out, f->expected[i].size);
        (void)pt_buf_append(out, f->expected[i].root.b, PT_HASH_LEN);
    }
    for (size_t i = 0; i < f->st.n_streams; i++) {
        put_u64(out, f->st.streams[i].erased);
    }
    for (size_t i = 0; i < f->st.n_streams; i++) {
        put_u64(out, f->st.streams[i].due_from);
        put_u64(out, f->st.streams[i].unmet ? 1 : 0);
        if (f->st.streams[i].unmet) {
            put_u64(out, f->st.streams[i].whole_from);
            put_tree(out, &f->st.streams[i].whole);
        }
    }
    for (size_t i = 0; i < f->st.n_events; i++) {
        put_bytes(out, pt_span(f->st.events[i].proof, f->st.events[i].proof_len));
    }
    if (out->failed == 0) {
        struct pt_hash sum;
        pt_sha256(&sum, out->p + start, out->len - start);
        (void)pt_buf_append(out, sum.b, PT_HASH_LEN);
    }
    return out->failed;
}

/* A reader that, once it has run past the end, only gives zeros. */
struct reader {
    struct pt_span in;
    bool bad;
};

static void get(struct reader *r, void *out, size_t n) {
    if (r->bad || r->in.len < n) {
        r->bad = true;
        memset(out, 0, n);
        return;
    }
    memcpy(out, r->in.p, n);
    r->in.p += n;
    r->in.len -= n;
}

static uint64_t get_u64(struct reader *r) {
    uint8_t b[8];
    get(r, b, sizeof b);
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) {
        v = v << 8 | b[i];
    }
    return v;
}

static struct pt_span get_bytes(struct reader *r) {
    uint64_t n = get_u64(r);
    if (r->bad || n > r->in.len) {
        r->bad = true;
        return pt_span(NULL, 0);
    }
    struct pt_span s = pt_span(r->in.p, (size_t)n);
    r->in.p += n;
    r->in.len -= (size_t)n;
    return s;
}

static void get_name(struct reader *r, char out[PT_NAME_MAX + 1]) {
    struct pt_span s = get_bytes(r);
    memset(out, 0, PT_NAME_MAX + 1);
    if (s.len > PT_NAME_MAX) {
        r->bad = true;
    } else if (s.len) {
        memcpy(out, s.p, s.len);
    }
}

static void get_tree(struct reader *r, struct pt_merkle_frontier *t) {
    memset(t, 0, sizeof *t);
    t->size = get_u64(r);
    for (unsigned l = 0; l < 64 && !r->bad; l++) {
        if (t->size >> l & 1) {
            get(r, t->node[l].b, PT_HASH_LEN);
        }
    }
}

static int load_streams(struct pt_follower *f, struct reader *r) {
    uint64_t n = get_u64(r);
    if (r->bad || n > PT_FOLLOWER_STREAMS_MAX) {
        return PT_E_CORRUPT;
    }
    f->st.streams = calloc(n ? n : 1, sizeof *f->st.streams);
    if (!f->st.streams) {
        return PT_E_NOMEM;
    }
    for (uint64_t i = 0; i < n; i++) {
        struct followed_stream *s = &f->st.streams[f->st.n_streams++];
        get_name(r, s->head.party);
        get_name(r, s->head.stream);
        s->head.next_seq = get_u64(r);
        get(r, s->head.last_statement.b, PT_HASH_LEN);
        get_tree(r, &s->due);
    }
    return r->bad ? PT_E_CORRUPT : 0;
}

static int load_event(struct pt_follower *f, struct reader *r, struct pt_err *err) {
    struct key_event *grown = realloc(f->st.events, (f->st.n_events + 1) * sizeof *grown);
    if (!grown) {
        return PT_E_NOMEM;
    }
    f->st.events = grown;
    struct key_event *e = &grown[f->st.n_events];
    memset(e, 0, sizeof *e);
    e->log_index = get_u64(r);
    get_name(r, e->party);
    get_name(r, e->stream);
    get(r, e->signing_key.b, PT_HASH_LEN);
    struct pt_span bytes = get_bytes(r);
    if (r->bad) {
        return PT_E_CORRUPT;
    }
    e->record = malloc(bytes.len + 1);
    if (!e->record) {
        return PT_E_NOMEM;
    }
    if (bytes.len) {
        memcpy(e->record, bytes.p, bytes.len);
    }
    e->len = bytes.len;
    f->st.n_events++;
    return pt_follower_apply_event(f, f->st.keys, e, err);
}

static int load_proof(struct key_event *e, struct reader *r) {
    struct pt_span bytes = get_bytes(r);
    if (bytes.len > 0) {
        e->proof = malloc(bytes.len);
        if (!e->proof) {
            return PT_E_NOMEM;
        }
        memcpy(e->proof, bytes.p, bytes.len);
        e->proof_len = bytes.len;
    }
    return 0;
}

static int load_genesis(struct pt_follower *f, struct pt_span entry, struct pt_err *err) {
    struct pt_keyhistory *keys;
    int rc = pt_follower_take_genesis(f, entry, &keys, err);
    if (rc == 0) {
        pt_keyhistory_free(f->st.keys);
        f->st.keys = keys;
    }
    return rc;
}

static int load_all(struct pt_follower *f, struct reader *r, struct pt_err *err) {
    if (get_u64(r) != (uint64_t)f->reader) {
        return PT_E_CORRUPT;
    }
    struct pt_span genesis = get_bytes(r);
    get_tree(r, &f->st.tree);
    f->st.last_received_ms = (int64_t)get_u64(r);
    f->st.tick_ms = (int64_t)get_u64(r);
    f->st.tick_day = (int32_t)get_u64(r);
    if (r->bad) {
        return PT_E_CORRUPT;
    }
    int rc = f->st.tree.size > 0 ? load_genesis(f, genesis, err) : 0;
    if (rc == 0) {
        rc = load_streams(f, r);
    }
    uint64_t n = rc == 0 ? get_u64(r) : 0;
    for (uint64_t i = 0; rc == 0 && i < n; i++) {
        rc = load_event(f, r, err);
    }
    if (rc != 0) {
        return rc;
    }
    f->st.held_size = get_u64(r);
    rc = pt_buf_append_span(&f->st.held, get_bytes(r));
    n = get_u64(r);
    for (uint64_t i = 0; rc == 0 && i < n; i++) {
        uint64_t size = get_u64(r);
        struct pt_hash root;
        get(r, root.b, PT_HASH_LEN);
        rc = r->bad ? PT_E_CORRUPT : pt_follower_expect(f, size, &root, pt_span(NULL, 0), err);
    }
    for (size_t i = 0; rc == 0 && r->in.len > 0 && i < f->st.n_streams; i++) {
        f->st.streams[i].erased = get_u64(r);
    }
    for (size_t i = 0; rc == 0 && r->in.len > 0 && i < f->st.n_streams; i++) {
        f->st.streams[i].due_from = get_u64(r);
        f->st.streams[i].unmet = get_u64(r) != 0;
        if (f->st.streams[i].unmet) {
            f->st.streams[i].whole_from = get_u64(r);
            get_tree(r, &f->st.streams[i].whole);
        }
    }
    for (size_t i = 0; rc == 0 && r->in.len > 0 && i < f->st.n_events; i++) {
        rc = load_proof(&f->st.events[i], r);
    }
    return rc == 0 && (r->bad || r->in.len != 0) ? PT_E_CORRUPT : rc;
}

int pt_follower_load(struct pt_follower *f, struct pt_span saved, struct pt_err *err) {
    PT_ASSERT(f->st.tree.size == 0 && f->st.n_streams == 0);
    struct pt_hash sum;
    char m[sizeof magic];
    int rc = PT_E_CORRUPT;
    if (saved.len > sizeof m + PT_HASH_LEN) {
        struct reader r = {.in = pt_span(saved.p, saved.len - PT_HASH_LEN)};
        pt_sha256(&sum, r.in.p, r.in.len);
        get(&r, m, sizeof m);
        if (memcmp(sum.b, r.in.p + r.in.len, PT_HASH_LEN) == 0 && memcmp(m, magic, sizeof m) == 0) {
            rc = load_all(f, &r, err);
            pt_follower_mark(f, &f->st);
        }
    }
    if (rc == PT_E_CORRUPT || rc == PT_E_NOMEM) {
        pt_err_set(err, rc, "the saved view of the log: %s", pt_err_text(rc, false));
    }
    return rc;
}
