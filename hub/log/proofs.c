#include "internal.h"

#include <string.h>

/* ---- nodes ------------------------------------------------------------------------------- */

static size_t cache_slot(unsigned level, uint64_t index) {
    return (size_t)((index + level * 31U) % TILE_CACHE);
}

/* A full tile's bytes into out, from the cache or the store (which fills the cache). */
static int full_tile(struct node_source *src, unsigned level, uint64_t index,
                     uint8_t out[PT_TILE_BYTES]) {
    struct pt_log *l = src->log;
    struct cached_tile *c = &l->cache[cache_slot(level, index)];
    struct pt_buf buf;
    pthread_mutex_lock(&l->cache_lock);
    bool hit = c->used && c->level == level && c->index == index;
    if (hit) {
        memcpy(out, c->bytes, PT_TILE_BYTES);
    }
    pthread_mutex_unlock(&l->cache_lock);
    if (hit) {
        return 0;
    }
    int code = src->reader == NULL ? pt_store_read_begin(l->store, &src->reader, src->err) : 0;
    if (code != 0) {
        return code;
    }
    pt_buf_init(&buf, PT_TILE_BYTES);
    code = pt_store_tile(src->reader, level, index, &buf, src->err);
    if (code == 0 && buf.len != PT_TILE_BYTES) {
        code = pt_err_set(src->err, PT_E_CORRUPT, "tile %u/%llu has %zu bytes", level,
                          (unsigned long long)index, buf.len);
    }
    if (code == 0) {
        memcpy(out, buf.p, PT_TILE_BYTES);
        pthread_mutex_lock(&l->cache_lock);
        c->used = true;
        c->level = level;
        c->index = index;
        memcpy(c->bytes, buf.p, PT_TILE_BYTES);
        pthread_mutex_unlock(&l->cache_lock);
    }
    pt_buf_done(&buf);
    return code;
}

static int read_node(void *ctx, unsigned level, uint64_t index, struct pt_hash *ret) {
    struct node_source *src = ctx;
    uint8_t bytes[PT_TILE_BYTES];
    pthread_rwlock_rdlock(&src->log->edge_lock);
    bool found = pt_edge_get(&src->log->edge, level, index, ret);
    pthread_rwlock_unlock(&src->log->edge_lock);
    if (found) {
        return 0;
    }
    struct pt_tile t = {
        .level = level / 8, .index = index >> (8 - level % 8), .width = PT_TILE_WIDTH};
    int code = full_tile(src, t.level, t.index, bytes);
    if (code != 0) {
        return code == PT_E_NOT_FOUND
                   ? pt_err_set(src->err, PT_E_CORRUPT, "tile %u/%llu is missing", t.level,
                                (unsigned long long)t.index)
                   : code;
    }
    return pt_tile_node(pt_span(bytes, sizeof bytes), &t, level, index, ret);
}

struct pt_merkle_reader pt_log_node_reader(struct node_source *src) {
    struct pt_merkle_reader r = {read_node, src};
    return r;
}

void pt_log_nodes_end(struct node_source *src) {
    pt_store_read_end(src->reader);
    src->reader = NULL;
}

/* ---- heads and proofs -------------------------------------------------------------------- */

static int check_size(struct pt_log *l, uint64_t size, struct pt_err *err) {
    uint64_t now = pt_log_size(l);
    if (size == 0 || size > now) {
        return pt_err_set(err, PT_E_RANGE, "the log has %llu entries, %llu were asked for",
                          (unsigned long long)now, (unsigned long long)size);
    }
    return 0;
}

int pt_log_root_at(struct pt_log *l, uint64_t size, struct pt_hash *ret, struct pt_err *err) {
    struct node_source src = {l, NULL, err};
    int code = check_size(l, size, err);
    if (code != 0) {
        return code;
    }
    pthread_rwlock_rdlock(&l->edge_lock);
    const struct known_root *k = &l->roots[size % ROOT_RING];
    bool known = k->size == size;
    if (known) {
        *ret = k->root;
    }
    pthread_rwlock_unlock(&l->edge_lock);
    if (known) {
        return 0;
    }
    struct pt_merkle_reader r = pt_log_node_reader(&src);
    code = pt_merkle_read_root(&r, size, ret);
    pt_log_nodes_end(&src);
    return code;
}

int pt_log_consistency(struct pt_log *l, uint64_t old_size, uint64_t size,
                       struct pt_merkle_path *ret, struct pt_err *err) {
    struct node_source src = {l, NULL, err};
    int code = check_size(l, size, err);
    if (code == 0 && old_size > size) {
        code = pt_err_set(err, PT_E_RANGE, "from %llu to %llu is backward",
                          (unsigned long long)old_size, (unsigned long long)size);
    }
    if (code == 0) {
        struct pt_merkle_reader r = pt_log_node_reader(&src);
        code = pt_merkle_consistency(&r, old_size, size, ret);
        pt_log_nodes_end(&src);
    }
    return code;
}

int pt_log_checkpoint_at(struct pt_log *l, uint64_t size, struct pt_buf *out, struct pt_err *err) {
    struct signed_note n;
    struct pt_hash root;
    int code = pt_log_stopped(l, err);
    if (code != 0) {
        return code;
    }
    pt_log_newest(l, &n);
    if (n.size != size) {
        code = pt_log_root_at(l, size, &root, err);
        if (code == 0) {
            code = pt_log_sign(l, size, &root, &n, err);
        }
    }
    return code == 0 ? pt_buf_append(out, n.bytes, n.len) : code;
}

/* ---- receipts ---------------------------------------------------------------------------- */

static int write_receipt(const struct pt_merkle_path *path, const struct signed_note *note,
                         uint64_t index, struct pt_span log_entry, struct pt_buf *out,
                         struct pt_err *err) {
    Pentad__V1__Receipt m = PENTAD__V1__RECEIPT__INIT;
    ProtobufCBinaryData proof[PT_MERKLE_PATH_MAX];
    Pentad__V1__LogEntry *e = pentad__v1__log_entry__unpack(NULL, log_entry.len, log_entry.p);
    if (e == NULL) {
        return pt_err_set(err, PT_E_CORRUPT, "log entry %llu can't be read",
                          (unsigned long long)index);
    }
    for (unsigned i = 0; i < path->n; i++) {
        proof[i].len = PT_HASH_LEN;
        memcpy(&proof[i].data, &(const uint8_t *){path->h[i].b}, sizeof proof[i].data);
    }
    m.has_log_index = m.has_received_at_ms = m.has_log_entry = m.has_checkpoint = 1;
    m.log_index = index;
    m.received_at_ms = e->received_at_ms;
    m.log_entry.len = log_entry.len;
    memcpy(&m.log_entry.data, &log_entry.p, sizeof m.log_entry.data);
    m.n_inclusion_proof = path->n;
    m.inclusion_proof = proof;
    m.checkpoint.len = note->len;
    memcpy(&m.checkpoint.data, &(const uint8_t *){note->bytes}, sizeof m.checkpoint.data);
    int code = pt_strict_pack(out, &m.base);
    pentad__v1__log_entry__free_unpacked(e, NULL);
    return code;
}

static int copy_entry(void *ctx, const struct pt_store_entry *e) {
    return pt_buf_append_span(ctx, e->log_entry);
}

int pt_log_receipt(struct pt_log *l, uint64_t index, struct pt_span log_entry, struct pt_buf *out,
                   struct pt_err *err) {
    struct node_source src = {l, NULL, err};
    struct pt_merkle_path path;
    struct signed_note note;
    struct pt_buf own;
    int code = pt_log_stopped(l, err);
    if (code != 0) {
        return code;
    }
    pt_buf_init(&own, PT_ENTRY_MAX);
    pt_log_newest(l, &note);
    if (index >= note.size) {
        code = pt_err_set(err, PT_E_RANGE, "no log entry %llu", (unsigned long long)index);
    }
    if (code == 0) {
        struct pt_merkle_reader r = pt_log_node_reader(&src);
        code = pt_merkle_inclusion(&r, index, note.size, &path);
    }
    if (code == 0 && log_entry.len == 0) {
        code = src.reader == NULL ? pt_store_read_begin(l->store, &src.reader, err) : 0;
        if (code == 0) {
            code = pt_store_entries(src.reader, index, 1, false, copy_entry, &own, err);
        }
        log_entry = pt_buf_span(&own);
    }
    if (code == 0) {
        code = write_receipt(&path, &note, index, log_entry, out, err);
    }
    pt_log_nodes_end(&src);
    pt_buf_done(&own);
    return code;
}
