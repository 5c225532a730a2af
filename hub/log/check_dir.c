#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "static_dir.h"

struct dir_check {
    struct checker c;
    const char *dir;
    uint64_t size; /* as the checkpoint claims */
    struct pt_hash hashes[8][PT_TILE_WIDTH];
    struct pt_buf file;
};

/* A tile is complete when its last hash within the tree's size is known. */
static void compare_tile(struct dir_check *k, unsigned level, uint64_t index, unsigned width) {
    struct pt_tile t = {.level = level, .index = index, .width = width};
    char where[PT_TILE_PATH_MAX];
    struct pt_err why = {0};
    pt_tile_path(where, &t);
    pt_buf_reset(&k->file);
    int rc = pt_static_tile_read(k->dir, &t, &k->file, &why);
    k->c.ret->tiles++;
    if (rc != 0) {
        pt_checker_fault(&k->c, rc, where, "%s", why.msg);
    } else if (!pt_span_eq(pt_buf_span(&k->file),
                           pt_span(k->hashes[level], (size_t)width * PT_HASH_LEN))) {
        pt_checker_fault(&k->c, PT_E_CORRUPT, where, "it doesn't hold the hashes of the entries");
    }
}

static int on_node(void *ctx, unsigned level, uint64_t index, const struct pt_hash *h) {
    struct dir_check *k = ctx;
    unsigned l = level / 8;
    if (level % 8 != 0 || l >= 8) {
        return 0;
    }
    k->hashes[l][index % PT_TILE_WIDTH] = *h;
    unsigned width = pt_tile_width(l, index / PT_TILE_WIDTH, k->size);
    if (index % PT_TILE_WIDTH + 1 == width) {
        compare_tile(k, l, index / PT_TILE_WIDTH, width);
    }
    return 0;
}

static int check_bundle(struct dir_check *k, uint64_t index, struct pt_buf *bundle,
                        struct pt_err *err) {
    struct pt_tile t = {.entries = true, .index = index, .width = pt_tile_width(0, index, k->size)};
    char where[PT_TILE_PATH_MAX];
    struct pt_err why = {0};
    struct pt_span entry;
    size_t pos = 0;
    uint64_t at = index * PT_TILE_WIDTH, end = at + t.width;
    pt_tile_path(where, &t);
    pt_buf_reset(bundle);
    int rc = pt_static_tile_read(k->dir, &t, bundle, &why);
    if (rc != 0) {
        pt_checker_fault(&k->c, rc, where, "%s", why.msg);
        return 0;
    }
    while ((rc = pt_bundle_next(pt_buf_span(bundle), &pos, &entry)) == 1 && at < end) {
        rc = pt_checker_entry(&k->c, at++, entry, NULL);
        if (rc != 0) {
            return pt_err_set(err, rc, "out of memory");
        }
    }
    if (rc != 0 || at != end) {
        pt_checker_fault(&k->c, PT_E_CORRUPT, where, "it doesn't hold exactly %u entries", t.width);
    }
    return 0;
}

int pt_log_check_dir(const char *dir, const struct pt_log_check_opts *o,
                     struct pt_log_check_result *ret, struct pt_err *err) {
    struct pt_buf note, bundle;
    struct pt_note parsed;
    struct pt_checkpoint claim = {0};
    struct dir_check *k = calloc(1, sizeof *k);
    if (k == NULL || pt_checker_init(&k->c, o, ret) != 0) {
        free(k);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    k->dir = dir;
    k->c.on_node = on_node;
    k->c.node_ctx = k;
    pt_buf_init(&k->file, PT_TILE_BYTES + 1);
    pt_buf_init(&note, PT_NOTE_MAX);
    pt_buf_init(&bundle, STATIC_BUNDLE_MAX);
    int rc = pt_static_checkpoint_read(dir, &note, err);
    if (rc == 0) {
        rc = pt_note_parse(&parsed, pt_buf_span(&note), err);
        if (rc == 0) {
            rc = pt_checkpoint_parse(&claim, parsed.text, err);
        }
        pt_note_done(&parsed);
    }
    k->size = claim.size;
    for (uint64_t i = 0; rc == 0 && i * PT_TILE_WIDTH < k->size; i++) {
        rc = check_bundle(k, i, &bundle, err);
        if (o->progress != NULL) {
            o->progress(o->ctx, k->c.next_index, k->size);
        }
    }
    if (rc == 0) {
        pt_merkle_root(&k->c.tree, &ret->root);
        pt_checker_checkpoint(&k->c, pt_buf_span(&note), "checkpoint");
    }
    pt_buf_done(&bundle);
    pt_buf_done(&note);
    pt_buf_done(&k->file);
    pt_checker_done(&k->c);
    free(k);
    return rc;
}
