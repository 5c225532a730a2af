/* A follower's state as bytes: "PTF1", the genesis entry, the tree's right edge, the streams, the
 * key events, the last checkpoint, the expected ones. Big endian; private to this room and this
 * machine. */
#include <stdlib.h>
#include <string.h>

#include "follower_private.h"

static const char magic[4] = {'P', 'T', 'F', '1'};

static void put_u64(struct pt_buf *out, uint64_t v) {
    (void)pt_buf_put_u64be(out, v);
}

static void put_bytes(struct pt_buf *out, struct pt_span s) {
    put_u64(out, s.len);
    (void)pt_buf_append_span(out, s);
}

int pt_follower_save(const struct pt_follower *f, struct pt_buf *out) {
    (void)pt_buf_append(out, magic, sizeof magic);
    put_bytes(out, pt_buf_span(&f->genesis_entry));
    put_u64(out, f->st.tree.size);
    (void)pt_buf_append(out, f->st.tree.node, sizeof f->st.tree.node);
    put_u64(out, f->st.n_streams);
    for (size_t i = 0; i < f->st.n_streams; i++) {
        const struct pt_follower_stream *s = &f->st.streams[i];
        put_bytes(out, pt_span_str(s->party));
        put_bytes(out, pt_span_str(s->stream));
        put_u64(out, s->next_seq);
        (void)pt_buf_append(out, s->last_statement.b, PT_HASH_LEN);
    }
    put_u64(out, f->st.n_events);
    for (size_t i = 0; i < f->st.n_events; i++) {
        const struct key_event *e = &f->st.events[i];
        put_u64(out, e->log_index);
        put_bytes(out, pt_span_str(e->party));
        put_bytes(out, pt_span_str(e->stream));
        (void)pt_buf_append(out, e->signing_key.b, PT_HASH_LEN);
        put_bytes(out, pt_span(e->record, e->len));
    }
    put_bytes(out, pt_buf_span(&f->checkpoint));
    put_u64(out, f->n_expected);
    for (size_t i = 0; i < f->n_expected; i++) {
        put_u64(out, f->expected[i].size);
        (void)pt_buf_append(out, f->expected[i].root.b, PT_HASH_LEN);
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
        struct pt_follower_stream *s = &f->st.streams[f->st.n_streams++];
        get_name(r, s->party);
        get_name(r, s->stream);
        s->next_seq = get_u64(r);
        get(r, s->last_statement.b, PT_HASH_LEN);
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
    return follower_apply_event(f->keys, e, err);
}

int pt_follower_load(struct pt_follower *f, struct pt_span saved, struct pt_err *err) {
    PT_ASSERT(f->st.tree.size == 0 && f->st.n_streams == 0);
    struct reader r = {.in = saved};
    char m[sizeof magic];
    get(&r, m, sizeof m);
    struct pt_span genesis = get_bytes(&r);
    struct pt_merkle_frontier tree;
    memset(&tree, 0, sizeof tree);
    tree.size = get_u64(&r);
    get(&r, tree.node, sizeof tree.node);
    int rc = r.bad || memcmp(m, magic, sizeof m) != 0 ? PT_E_CORRUPT : 0;
    if (rc == 0 && tree.size > 0) {
        rc = follower_take_genesis(f, genesis, err);
        if (rc != 0) {
            return rc;
        }
    }
    f->st.tree = tree;
    if (rc == 0) {
        rc = load_streams(f, &r);
    }
    uint64_t n = rc == 0 ? get_u64(&r) : 0;
    for (uint64_t i = 0; rc == 0 && i < n; i++) {
        rc = load_event(f, &r, err);
    }
    if (rc == 0) {
        struct pt_span cp = get_bytes(&r);
        rc = r.bad ? PT_E_CORRUPT : pt_buf_append_span(&f->checkpoint, cp);
    }
    n = rc == 0 ? get_u64(&r) : 0;
    for (uint64_t i = 0; rc == 0 && i < n; i++) {
        uint64_t size = get_u64(&r);
        struct pt_hash root;
        get(&r, root.b, PT_HASH_LEN);
        rc = r.bad ? PT_E_CORRUPT : pt_follower_expect(f, size, &root, err);
    }
    return rc == 0 ? 0 : pt_err_set(err, rc, "the connector's saved view of the log can't be read");
}
