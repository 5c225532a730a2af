#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- making and freeing ----------------------------------------------------------------- */

static struct pt_log *log_new(const struct pt_log_config *cfg) {
    struct pt_log *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return NULL;
    }
    l->store = cfg->store;
    l->signer = cfg->signer;
    l->verify = cfg->verify;
    l->publish_interval_ms = cfg->publish_interval_ms > 0 ? cfg->publish_interval_ms : 1000;
    l->published_ms = INT64_MIN;
    pthread_rwlock_init(&l->edge_lock, NULL);
    pthread_mutex_init(&l->cache_lock, NULL);
    pthread_mutex_init(&l->publish_lock, NULL);
    pthread_mutex_init(&l->stop_lock, NULL);
    l->cache = calloc(TILE_CACHE, sizeof *l->cache);
    if (l->cache == NULL || pt_edge_init(&l->edge) != 0) {
        pt_log_free(l);
        return NULL;
    }
    return l;
}

void pt_log_free(struct pt_log *l) {
    if (l == NULL) {
        return;
    }
    pt_entry_done(&l->genesis);
    pt_edge_done(&l->edge);
    free(l->cache);
    pthread_mutex_destroy(&l->stop_lock);
    pthread_mutex_destroy(&l->publish_lock);
    pthread_mutex_destroy(&l->cache_lock);
    pthread_rwlock_destroy(&l->edge_lock);
    free(l);
}

const struct pt_hash *pt_log_hub(const struct pt_log *l) {
    return &l->hub;
}

const Pentad__V1__Genesis *pt_log_genesis(const struct pt_log *l) {
    return l->genesis.genesis;
}

struct pt_store *pt_log_store(const struct pt_log *l) {
    return l->store;
}

uint64_t pt_log_size(const struct pt_log *l) {
    return atomic_load(&l->size);
}

/* ---- signing ----------------------------------------------------------------------------- */

int pt_log_stopped(struct pt_log *l, struct pt_err *err) {
    pthread_mutex_lock(&l->stop_lock);
    struct pt_err why = l->stop;
    pthread_mutex_unlock(&l->stop_lock);
    return why.code == 0 ? 0 : pt_err_set(err, why.code, "%s", why.msg);
}

void pt_log_stop(struct pt_log *l, const struct pt_err *why) {
    pthread_mutex_lock(&l->stop_lock);
    if (l->stop.code == 0) {
        l->stop = *why;
    }
    pthread_mutex_unlock(&l->stop_lock);
}

int pt_log_sign(struct pt_log *l, uint64_t size, const struct pt_hash *root,
                struct signed_note *ret, struct pt_err *err) {
    struct pt_checkpoint c = {.size = size, .root = *root};
    struct pt_buf out;
    int code = pt_log_stopped(l, err);
    if (code != 0) {
        return code;
    }
    memcpy(c.origin, l->vkey.name, sizeof c.origin);
    pt_buf_init(&out, sizeof ret->bytes);
    code = l->signer.sign(l->signer.ctx, &c, &out, err);
    if (code == 0) {
        ret->size = size;
        ret->len = out.len;
        memcpy(ret->bytes, out.p, out.len);
    }
    pt_buf_done(&out);
    return code;
}

void pt_log_newest(struct pt_log *l, struct signed_note *ret) {
    pthread_rwlock_rdlock(&l->edge_lock);
    ret->size = l->newest.size;
    ret->len = l->newest.len;
    memcpy(ret->bytes, l->newest.bytes, l->newest.len);
    pthread_rwlock_unlock(&l->edge_lock);
}

/* ---- growing ----------------------------------------------------------------------------- */

/* Tiles that an append closes: a group of 4,096 entries closes 16, and one each above. */
struct growth {
    struct pt_log *log;
    struct pt_store_tile tiles[PT_STORE_GROUP_MAX / PT_TILE_WIDTH + EDGE_LEVELS];
    size_t n_tiles;
};

static int on_node(void *ctx, unsigned level, uint64_t index, const struct pt_hash *h) {
    struct growth *g = ctx;
    pt_edge_put(&g->log->edge, level, index, h);
    if (level % 8 == 0 && index % PT_TILE_WIDTH == PT_TILE_WIDTH - 1 && level / 8 < EDGE_LEVELS) {
        PT_ASSERT(g->n_tiles < sizeof g->tiles / sizeof g->tiles[0]);
        struct pt_store_tile *t = &g->tiles[g->n_tiles++];
        t->level = level / 8;
        t->index = index / PT_TILE_WIDTH;
        t->hashes = pt_edge_tile_hashes(&g->log->edge, t->level, t->index);
    }
    return 0;
}

static void remember_root(struct pt_log *l, uint64_t size, const struct pt_hash *root) {
    struct known_root *k = &l->roots[size % ROOT_RING];
    k->size = size;
    k->root = *root;
}

static void grow(struct pt_log *l, struct pt_store_entry *entries, size_t n, struct growth *g) {
    pthread_rwlock_wrlock(&l->edge_lock);
    for (size_t i = 0; i < n; i++) {
        struct pt_hash leaf;
        PT_ASSERT(entries[i].log_entry.len > 0 && entries[i].log_entry.len <= PT_ENTRY_MAX);
        entries[i].index = l->tree.size;
        pt_leaf_hash(&leaf, entries[i].log_entry.p, entries[i].log_entry.len);
        pt_merkle_append_cb(&l->tree, &leaf, on_node, g);
    }
    pthread_rwlock_unlock(&l->edge_lock);
}

int pt_log_append(struct pt_log *l, struct pt_store_entry *entries, size_t n_entries,
                  struct pt_store_refusal *refusals, size_t n_refusals, struct pt_err *err) {
    struct growth g = {.log = l};
    struct pt_merkle_frontier before = l->tree;
    struct pt_store_group group = {
        .entries = entries, .n_entries = n_entries, .refusals = refusals, .n_refusals = n_refusals};
    struct signed_note note = {0};
    struct pt_hash root;
    PT_ASSERT(n_entries <= PT_STORE_GROUP_MAX && n_refusals <= PT_STORE_GROUP_MAX);
    int code = pt_log_stopped(l, err);
    if (code != 0 || n_entries + n_refusals == 0) {
        return code;
    }
    if (n_entries > 0) {
        grow(l, entries, n_entries, &g);
        pt_merkle_root(&l->tree, &root);
        code = pt_log_sign(l, l->tree.size, &root, &note, err);
        group.checkpoint = pt_span(note.bytes, note.len);
        group.tiles = g.tiles;
        group.n_tiles = g.n_tiles;
    }
    if (code == 0) {
        code = pt_store_append(l->store, &group, err);
    }
    if (code != 0) {
        /* Nodes beyond the old size stay in memory until they are written over; nobody asks for
         * them. */
        l->tree = before;
        return code;
    }
    if (n_entries > 0) {
        pthread_rwlock_wrlock(&l->edge_lock);
        l->newest = note;
        remember_root(l, l->tree.size, &root);
        atomic_store(&l->size, l->tree.size);
        pthread_rwlock_unlock(&l->edge_lock);
    }
    return 0;
}

/* ---- beginning --------------------------------------------------------------------------- */

/* Opens and verifies the genesis; fills in hub and key. */
static int take_genesis(struct pt_log *l, struct pt_span entry, struct pt_err *err) {
    int code = pt_entry_open(entry, &l->genesis, err);
    if (code != 0) {
        return code;
    }
    if (!l->genesis.is_genesis) {
        return pt_err_set(err, PT_E_CORRUPT, "log entry 0 is not a genesis");
    }
    code = pt_genesis_verify(l->genesis.msg->envelope, &l->verify, err);
    if (code != 0) {
        return code;
    }
    l->hub = l->genesis.leaf;
    return pt_vkey_parse(&l->vkey, l->genesis.genesis->log_vkey,
                         strlen(l->genesis.genesis->log_vkey), err);
}

/* A signer with another key would make checkpoints that nobody accepts. */
static int try_signer(struct pt_log *l, uint64_t size, const struct pt_hash *root,
                      struct signed_note *ret, struct pt_err *err) {
    struct pt_checkpoint c;
    int code = pt_log_sign(l, size, root, ret, err);
    if (code == 0) {
        code = pt_checkpoint_open(&c, pt_span(ret->bytes, ret->len), &l->vkey, &l->verify, err);
        if (code != 0) {
            pt_err_set(err, PT_E_CONFIG,
                       "the checkpoint key is not the one that the genesis names (%s)",
                       l->genesis.genesis->log_vkey);
            code = PT_E_CONFIG;
        }
    }
    return code;
}

int pt_log_create(const struct pt_log_config *cfg, struct pt_span genesis_entry,
                  struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    struct pt_store_state state = {0};
    struct pt_store_entry e = {.marks = PT_STORE_MARK_EXCHANGE, .log_entry = genesis_entry};
    struct signed_note note;
    struct pt_hash root;
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    struct pt_log *l = log_new(cfg);
    int code = l == NULL ? pt_err_set(err, PT_E_NOMEM, "out of memory") : 0;
    if (code == 0) {
        code = pt_store_read_begin(cfg->store, &r, err);
    }
    if (code == 0) {
        code = pt_store_state(r, &state, err);
        pt_store_read_end(r);
    }
    if (code == 0 && state.size > 0) {
        code = pt_err_set(err, PT_E_EXISTS, "a log of %llu entries stands here already",
                          (unsigned long long)state.size);
    }
    if (code == 0) {
        code = take_genesis(l, genesis_entry, err);
    }
    if (code == 0) {
        pt_leaf_hash(&root, genesis_entry.p, genesis_entry.len);
        code = try_signer(l, 1, &root, &note, err);
    }
    if (code == 0) {
        code = pt_log_append(l, &e, 1, NULL, 0, err);
    }
    pt_buf_done(&state.checkpoint);
    pt_log_free(l);
    return code;
}

struct opening {
    struct growth growth;
    struct pt_store_reader *reader;
    struct pt_buf tile;
    uint64_t total;
    pt_log_progress_cb progress;
    void *ctx;
    struct pt_err *err;
};

static int compare_tile(struct opening *o, const struct pt_store_tile *t) {
    pt_buf_reset(&o->tile);
    int code = pt_store_tile(o->reader, t->level, t->index, &o->tile, o->err);
    if (code == 0 && !pt_span_eq(pt_buf_span(&o->tile), t->hashes)) {
        code = PT_E_CORRUPT;
    }
    if (code == PT_E_CORRUPT || code == PT_E_NOT_FOUND) {
        return pt_err_set(o->err, PT_E_CORRUPT,
                          "tile %u/%llu is not what the entries give; run `pentad log check`",
                          t->level, (unsigned long long)t->index);
    }
    return code;
}

static int open_entry(void *ctx, const struct pt_store_entry *e) {
    struct opening *o = ctx;
    struct pt_log *l = o->growth.log;
    struct pt_hash leaf;
    int code = 0;
    if (e->index != l->tree.size) {
        return pt_err_set(o->err, PT_E_CORRUPT, "log entry %llu is missing",
                          (unsigned long long)l->tree.size);
    }
    if (e->index == 0) {
        code = take_genesis(l, e->log_entry, o->err);
    }
    pt_leaf_hash(&leaf, e->log_entry.p, e->log_entry.len);
    o->growth.n_tiles = 0;
    if (code == 0) {
        code = pt_merkle_append_cb(&l->tree, &leaf, on_node, &o->growth);
    }
    for (size_t i = 0; code == 0 && i < o->growth.n_tiles; i++) {
        code = compare_tile(o, &o->growth.tiles[i]);
    }
    if (o->progress != NULL && l->tree.size % 4096 == 0) {
        o->progress(o->ctx, l->tree.size, o->total);
    }
    return code;
}

/* The tree as computed against what was signed last. */
static int compare_signed(struct pt_log *l, const struct pt_store_state *state,
                          struct pt_hash *ret_root, struct pt_err *err) {
    struct pt_checkpoint c;
    if (l->tree.size == 0) {
        return pt_err_set(err, PT_E_NOT_FOUND, "the log is empty: it has no genesis yet");
    }
    int code = pt_checkpoint_open(&c, pt_buf_span(&state->checkpoint), &l->vkey, &l->verify, err);
    if (code != 0) {
        pt_err_wrap(err, "the largest checkpoint that was signed here");
        return code;
    }
    pt_merkle_root(&l->tree, ret_root);
    if (c.size > l->tree.size) {
        return pt_err_set(err, PT_E_FORK,
                          "a checkpoint of %llu entries was signed, the log has %llu: it was cut; "
                          "bring the whole log.db back, don't sign another history",
                          (unsigned long long)c.size, (unsigned long long)l->tree.size);
    }
    if (c.size != l->tree.size || state->size != l->tree.size) {
        return pt_err_set(err, PT_E_CORRUPT,
                          "the log has %llu entries, its state says %llu, signed are %llu",
                          (unsigned long long)l->tree.size, (unsigned long long)state->size,
                          (unsigned long long)c.size);
    }
    if (!pt_hash_eq(&c.root, ret_root)) {
        return pt_err_set(err, PT_E_FORK,
                          "the entries don't give the head that was signed at %llu entries: they "
                          "were changed; run `pentad log check`",
                          (unsigned long long)c.size);
    }
    return 0;
}

/* Reads all entries and proves the tree; then the log is ready but for its signer. */
static int self_proof(struct pt_log *l, pt_log_progress_cb progress, void *ctx,
                      struct pt_err *err) {
    struct opening o = {.growth = {.log = l}, .progress = progress, .ctx = ctx, .err = err};
    struct pt_store_state state = {0};
    struct pt_hash root;
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    pt_buf_init(&o.tile, PT_TILE_BYTES);
    int code = pt_store_read_begin(l->store, &o.reader, err);
    if (code == 0) {
        code = pt_store_state(o.reader, &state, err);
        o.total = state.size;
    }
    if (code == 0) {
        code = pt_store_entries(o.reader, 0, UINT64_MAX, false, open_entry, &o, err);
    }
    if (code == 0) {
        code = compare_signed(l, &state, &root, err);
    }
    if (code == 0) {
        code = try_signer(l, l->tree.size, &root, &l->newest, err);
    }
    if (code == 0) {
        remember_root(l, l->tree.size, &root);
        atomic_store(&l->size, l->tree.size);
    }
    pt_store_read_end(o.reader);
    pt_buf_done(&o.tile);
    pt_buf_done(&state.checkpoint);
    return code;
}

int pt_log_open(const struct pt_log_config *cfg, pt_log_progress_cb progress, void *ctx,
                struct pt_log **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_log *l = log_new(cfg);
    if (l == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int code = self_proof(l, progress, ctx, err);
    if (code != 0) {
        pt_log_free(l);
        return code;
    }
    l->published = l->newest;
    *ret = l;
    return 0;
}
