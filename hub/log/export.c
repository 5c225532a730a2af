#include <pentad/log/export.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/proof/evidence.h>

#include "static_dir.h"

/* ---- writing ------------------------------------------------------------------------------- */

struct exporting {
    const struct pt_log_source *src;
    const char *dir;
    struct pt_buf buf;
    struct pt_err *err;
};

static int write_tile(void *ctx, const struct pt_tile *t) {
    struct exporting *x = ctx;
    char path[STATIC_PATH_MAX], parent[STATIC_PATH_MAX];
    int rc = pt_static_tile_path(x->dir, t, path, x->err);
    if (rc != 0 || (t->width == PT_TILE_WIDTH && pt_file_exists(path))) {
        return rc;
    }
    memcpy(parent, path, sizeof parent);
    *strrchr(parent, '/') = '\0';
    rc = pt_mkdirs(parent, 0755, x->err);
    pt_buf_reset(&x->buf);
    if (rc == 0) {
        rc = x->src->tile(x->src->ctx, t, &x->buf, x->err);
    }
    return rc == 0 ? pt_file_write(path, x->buf.p, x->buf.len, 0644, x->err) : rc;
}

static int fetch_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out) {
    const struct exporting *x = ctx;
    return pt_static_tile_read(x->dir, t, out, x->err);
}

/* The tiles on disk must lead to the checkpoint's head, and the entries to the tiles. */
static int verify_entries(const struct exporting *x, uint64_t size) {
    struct pt_buf bundle, tile;
    int rc = 0;
    pt_buf_init(&bundle, STATIC_BUNDLE_MAX);
    pt_buf_init(&tile, PT_TILE_BYTES);
    for (uint64_t i = 0; rc == 0 && i * PT_TILE_WIDTH < size; i++) {
        struct pt_tile t = {.index = i, .width = pt_tile_width(0, i, size)};
        struct pt_span entry;
        size_t pos = 0, n = 0;
        pt_buf_reset(&bundle);
        pt_buf_reset(&tile);
        rc = pt_static_tile_read(x->dir, &t, &tile, x->err);
        t.entries = true;
        if (rc == 0) {
            rc = pt_static_tile_read(x->dir, &t, &bundle, x->err);
        }
        while (rc == 0 && pt_bundle_next(pt_buf_span(&bundle), &pos, &entry) == 1) {
            struct pt_hash leaf;
            pt_leaf_hash(&leaf, entry.p, entry.len);
            bool ok = (n + 1) * PT_HASH_LEN <= tile.len &&
                      memcmp(tile.p + n * PT_HASH_LEN, leaf.b, PT_HASH_LEN) == 0;
            n++;
            rc = ok ? 0 : PT_E_CORRUPT;
        }
        if (rc == PT_E_CORRUPT || (rc == 0 && n != t.width)) {
            uint64_t first = i * PT_TILE_WIDTH, last = first + t.width - 1;
            rc = pt_err_set(x->err, PT_E_CORRUPT, "entries %llu-%llu are not those of the tree",
                            (unsigned long long)first, (unsigned long long)last);
        }
    }
    pt_buf_done(&tile);
    pt_buf_done(&bundle);
    return rc;
}

static int verify_head(struct exporting *x, const struct pt_checkpoint *c) {
    struct pt_tile_reader *tiles = NULL;
    struct pt_hash root;
    int rc = pt_tile_reader_new(&tiles, c->size, fetch_tile, x);
    if (rc != 0) {
        return pt_err_set(x->err, rc, "out of memory");
    }
    struct pt_merkle_reader r = pt_tile_reader_nodes(tiles);
    rc = pt_merkle_read_root(&r, c->size, &root);
    pt_tile_reader_free(tiles);
    if (rc == 0 && !pt_hash_eq(&root, &c->root)) {
        rc = pt_err_set(x->err, PT_E_FORK,
                        "the tiles don't lead to the checkpoint's head at %llu "
                        "entries",
                        (unsigned long long)c->size);
    }
    return rc == 0 ? verify_entries(x, c->size) : rc;
}

/* What the tree doesn't reach yet is left out: the tree and its key history are of one size. */
static int cut_keys(Pentad__V1__EvidenceBundle *b, uint64_t size, struct pt_buf *out) {
    size_t all = b->n_key_history;
    while (b->n_key_history > 0 && b->key_history[b->n_key_history - 1]->entry->log_index >= size) {
        b->n_key_history--;
    }
    int rc = pt_strict_pack(out, &b->base);
    b->n_key_history = all;
    return rc;
}

static int write_keys(const struct exporting *x, const struct pt_log_keys *keys, uint64_t size) {
    Pentad__V1__EvidenceBundle *b = NULL;
    char path[STATIC_PATH_MAX];
    struct pt_buf all, cut;
    pt_buf_init(&all, PT_KEY_HISTORY_MAX);
    pt_buf_init(&cut, PT_KEY_HISTORY_MAX);
    int rc = keys->read(keys->ctx, &all, x->err);
    rc = rc == 0 ? pt_evidence_keys_open(pt_buf_span(&all), &b, x->err) : rc;
    if (rc == 0 && b != NULL) {
        rc = cut_keys(b, size, &cut);
    }
    rc = rc == 0 ? pt_path_join(path, sizeof path, x->dir, PT_KEY_HISTORY_FILE) : rc;
    rc = rc == 0 ? pt_file_write(path, cut.p, cut.len, 0644, x->err) : rc;
    if (b != NULL) {
        pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    }
    pt_buf_done(&cut);
    pt_buf_done(&all);
    return rc;
}

int pt_log_export(const struct pt_log_source *src, const struct pt_log_keys *keys,
                  const struct pt_vkey *vkey, const struct pt_sigverify *sv, const char *dir,
                  uint64_t *ret_size, struct pt_err *err) {
    struct exporting x = {.src = src, .dir = dir, .err = err};
    struct pt_checkpoint c;
    struct pt_buf note;
    char path[STATIC_PATH_MAX];
    pt_buf_init(&x.buf, STATIC_BUNDLE_MAX);
    pt_buf_init(&note, PT_NOTE_MAX);
    int rc = src->checkpoint(src->ctx, &note, err);
    if (rc == 0) {
        rc = pt_checkpoint_open(&c, pt_buf_span(&note), vkey, sv, err);
    }
    if (rc == 0) {
        rc = pt_mkdirs(dir, 0755, err);
    }
    if (rc == 0) {
        rc = pt_tile_each(c.size, true, write_tile, &x);
    }
    if (rc == 0) {
        rc = verify_head(&x, &c);
    }
    if (rc == 0) {
        rc = write_keys(&x, keys, c.size);
    }
    if (rc == 0) {
        rc = pt_path_join(path, sizeof path, dir, "checkpoint");
    }
    if (rc == 0) {
        rc = pt_file_write(path, note.p, note.len, 0644, err);
    }
    if (rc == 0 && ret_size != NULL) {
        *ret_size = c.size;
    }
    pt_buf_done(&note);
    pt_buf_done(&x.buf);
    return rc;
}

/* ---- a store as a source ------------------------------------------------------------------- */

struct store_source {
    struct pt_store *store;
    struct pt_store_reader *reader; /* one snapshot for the whole export */
    struct pt_buf tile;
    struct pt_err *err;
};

static int copy_entry(void *ctx, const struct pt_store_entry *e) {
    return pt_buf_append_span(ctx, e->log_entry);
}

struct leaf {
    struct pt_hash hash;
    bool found;
};

static int leaf_of_entry(void *ctx, const struct pt_store_entry *e) {
    struct leaf *l = ctx;
    pt_leaf_hash(&l->hash, e->log_entry.p, e->log_entry.len);
    l->found = true;
    return 0;
}

static int read_leaf(struct store_source *s, uint64_t index, struct pt_hash *ret) {
    struct leaf l = {0};
    int rc = pt_store_entries(s->reader, index, 1, false, leaf_of_entry, &l, s->err);
    if (rc == 0 && !l.found) {
        rc = pt_err_set(s->err, PT_E_CORRUPT, "log entry %llu is missing",
                        (unsigned long long)index);
    }
    *ret = l.hash;
    return rc;
}

/* From the full tile that holds it; else from its children; a leaf from its entry. The recursion
 * goes down at most 63 levels, in practice at most 8 before a full tile is met. */
static int read_node(void *ctx, unsigned level, uint64_t index, struct pt_hash *ret) {
    struct store_source *s = ctx;
    struct pt_tile t = {
        .level = level / 8, .index = index >> (8 - level % 8), .width = PT_TILE_WIDTH};
    struct pt_hash left, right;
    pt_buf_reset(&s->tile);
    int rc = pt_store_tile(s->reader, t.level, t.index, &s->tile, NULL);
    if (rc == 0) {
        return pt_tile_node(pt_buf_span(&s->tile), &t, level, index, ret);
    }
    if (rc != PT_E_NOT_FOUND) {
        return pt_err_set(s->err, rc, "tile %u/%llu can't be read", t.level,
                          (unsigned long long)t.index);
    }
    if (level == 0) {
        return read_leaf(s, index, ret);
    }
    rc = read_node(ctx, level - 1, 2 * index, &left);
    if (rc == 0) {
        rc = read_node(ctx, level - 1, 2 * index + 1, &right);
    }
    if (rc == 0) {
        pt_node_hash(ret, &left, &right);
    }
    return rc;
}

static int bundle_entry(void *ctx, const struct pt_store_entry *e) {
    return pt_bundle_append(ctx, e->log_entry);
}

static int source_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err) {
    struct store_source *s = ctx;
    struct pt_merkle_reader r = {read_node, s};
    s->err = err;
    if (t->entries) {
        return pt_store_entries(s->reader, t->index * PT_TILE_WIDTH, t->width, false, bundle_entry,
                                out, err);
    }
    return pt_tile_build(&r, t, out);
}

static int source_checkpoint(void *ctx, struct pt_buf *out, struct pt_err *err) {
    struct store_source *s = ctx;
    struct pt_store_state state = {0};
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    int rc = pt_store_state(s->reader, &state, err);
    if (rc == 0) {
        rc = pt_buf_append_span(out, pt_buf_span(&state.checkpoint));
    }
    pt_buf_done(&state.checkpoint);
    return rc;
}

static int genesis_vkey(struct store_source *s, struct pt_vkey *ret, struct pt_err *err) {
    struct pt_entry e = {0};
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_ENTRY_MAX);
    int rc = pt_store_entries(s->reader, 0, 1, false, copy_entry, &bytes, err);
    if (rc == 0 && bytes.len == 0) {
        rc = pt_err_set(err, PT_E_NOT_FOUND, "the log is empty");
    }
    if (rc == 0) {
        rc = pt_entry_open(pt_buf_span(&bytes), &e, err);
    }
    if (rc == 0) {
        rc = e.is_genesis
                 ? pt_vkey_parse(ret, e.genesis->log_vkey, strlen(e.genesis->log_vkey), err)
                 : pt_err_set(err, PT_E_CORRUPT, "log entry 0 is not a genesis");
    }
    pt_entry_done(&e);
    pt_buf_done(&bytes);
    return rc;
}

int pt_log_store_source(struct pt_store *store, struct pt_log_source *ret, struct pt_vkey *ret_vkey,
                        struct pt_err *err) {
    struct store_source *s = calloc(1, sizeof *s);
    memset(ret, 0, sizeof *ret);
    if (s == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    s->store = store;
    pt_buf_init(&s->tile, PT_TILE_BYTES);
    ret->ctx = s;
    ret->checkpoint = source_checkpoint;
    ret->tile = source_tile;
    int rc = pt_store_read_begin(store, &s->reader, err);
    if (rc == 0) {
        rc = genesis_vkey(s, ret_vkey, err);
    }
    if (rc != 0) {
        pt_log_store_source_free(ret);
    }
    return rc;
}

void pt_log_store_source_free(struct pt_log_source *src) {
    struct store_source *s = src->ctx;
    if (s != NULL) {
        pt_store_read_end(s->reader);
        pt_buf_done(&s->tile);
        free(s);
        src->ctx = NULL;
    }
}
