/* A check of what is published: a static tree, or a hub that serves one with its feed. */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>

#include "static_dir.h"

struct tree_check {
    struct checker c;
    struct pt_log_served from; /* feed is NULL for a static tree */
    const char *dir;           /* of a static tree */
    struct pt_buf file, bundle, page;
};

/* ---- tiles and bundles ----------------------------------------------------------------------- */

/* Where the entries come by the feed, the bundle must say the same: their hashes are known. */
static void compare_bundle(struct tree_check *k, uint64_t index, unsigned width) {
    struct pt_tile t = {.entries = true, .index = index, .width = width};
    char where[PT_TILE_PATH_MAX];
    struct pt_err why = {0};
    struct pt_span entry;
    size_t pos = 0;
    unsigned n = 0;
    bool same = true;
    pt_tile_path(where, &t);
    const struct fault_at at = {.check = "tile", .where = where};
    pt_buf_reset(&k->bundle);
    int rc = k->from.tree.tile(k->from.tree.ctx, &t, &k->bundle, &why);
    if (rc != 0) {
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
        return;
    }
    while ((rc = pt_bundle_next(pt_buf_span(&k->bundle), &pos, &entry)) == 1 && n < width) {
        struct pt_hash leaf;
        pt_leaf_hash(&leaf, entry.p, entry.len);
        same = same && pt_hash_eq(&leaf, &k->c.hashes[0][n++]);
    }
    if (rc != 0 || n != width || !same) {
        pt_checker_fault(&k->c, &at, PT_E_CORRUPT, "it doesn't hold the entries of the feed");
    }
}

static void compare_tile(void *ctx, unsigned level, uint64_t index, unsigned width) {
    struct tree_check *k = ctx;
    struct pt_tile t = {.level = level, .index = index, .width = width};
    char where[PT_TILE_PATH_MAX];
    struct pt_err why = {0};
    pt_tile_path(where, &t);
    const struct fault_at at = {.check = "tile", .where = where};
    pt_buf_reset(&k->file);
    int rc = k->from.tree.tile(k->from.tree.ctx, &t, &k->file, &why);
    k->c.ret->tiles++;
    if (rc != 0) {
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
    } else if (!pt_span_eq(pt_buf_span(&k->file),
                           pt_span(k->c.hashes[level], (size_t)width * PT_HASH_LEN))) {
        pt_checker_fault(&k->c, &at, PT_E_CORRUPT, "it doesn't hold the hashes of the entries");
    }
    if (level == 0 && k->from.feed != NULL) {
        compare_bundle(k, index, width);
    }
}

/* ---- a static tree --------------------------------------------------------------------------- */

/* A resumed check passes over what it has of the bundle. */
static int check_bundle(struct tree_check *k, uint64_t index, struct pt_err *err) {
    struct pt_tile t = {
        .entries = true, .index = index, .width = pt_tile_width(0, index, k->c.size)};
    char where[PT_TILE_PATH_MAX];
    struct pt_err why = {0};
    struct pt_span entry;
    size_t pos = 0;
    uint64_t at = index * PT_TILE_WIDTH, end = at + t.width, from = k->c.next_index;
    pt_tile_path(where, &t);
    const struct fault_at fault = {.check = "tile", .where = where};
    pt_buf_reset(&k->bundle);
    int rc = k->from.tree.tile(k->from.tree.ctx, &t, &k->bundle, &why);
    if (rc != 0) {
        pt_checker_fault(&k->c, &fault, rc, "%s", why.msg);
        return 0;
    }
    while ((rc = pt_bundle_next(pt_buf_span(&k->bundle), &pos, &entry)) == 1 && at < end) {
        int code = at < from ? 0 : pt_checker_add(&k->c, at, entry, NULL, NULL, err);
        if (code != 0) {
            return code;
        }
        at++;
    }
    if (rc != 0 || at != end) {
        pt_checker_fault(&k->c, &fault, PT_E_CORRUPT, "it doesn't hold exactly %u entries",
                         t.width);
    }
    return pt_checker_run(&k->c, err);
}

/* ---- a hub's feed ---------------------------------------------------------------------------- */

static int take_page(struct tree_check *k, const Pentad__V1__FeedPage *page, struct pt_err *err) {
    char where[64];
    uint64_t after = k->c.next_index;
    int rc = 0;
    (void)snprintf(where, sizeof where, "feed page after %llu", (unsigned long long)after);
    const struct fault_at at = {.check = "entry", .where = where};
    size_t n = 0;
    for (; rc == 0 && n < page->n_entries && after + n < k->c.size; n++) {
        const Pentad__V1__FeedEntry *e = page->entries[n];
        const uint64_t index = after + n;
        if (e->log_index != index) {
            pt_checker_fault(&k->c, &at, PT_E_GAP, "entry %llu comes where %llu should",
                             (unsigned long long)e->log_index, (unsigned long long)index);
            break;
        }
        rc = pt_checker_add(&k->c, e->log_index, pt_span(e->log_entry.data, e->log_entry.len), NULL,
                            e, err);
    }
    rc = rc == 0 ? pt_checker_run(&k->c, err) : rc;
    if (rc == 0 && n == page->n_entries) {
        pt_merkle_root(&k->c.tree, &k->c.ret->root);
        (void)snprintf(where, sizeof where, "checkpoint of the feed at %llu",
                       (unsigned long long)k->c.tree.size);
        pt_checker_checkpoint(&k->c, pt_span(page->checkpoint.data, page->checkpoint.len), where);
    }
    return rc;
}

/* What a hub sends is a page or nothing: without one the check can't go on. */
static int check_page(struct tree_check *k, struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    uint64_t after = k->c.next_index;
    pt_buf_reset(&k->page);
    int rc = k->from.feed(k->from.tree.ctx, after, &k->page, err);
    rc = rc == 0
             ? pt_strict_unpack(&pentad__v1__feed_page__descriptor, pt_buf_span(&k->page), &m, err)
             : rc;
    if (rc == 0) {
        rc = take_page(k, (const Pentad__V1__FeedPage *)m, err);
        protobuf_c_message_free_unpacked(m, NULL);
    }
    if (rc == 0 && k->c.next_index == after) {
        rc = pt_err_set(err, PT_E_FORMAT, "the hub's feed doesn't go on after %llu entries",
                        (unsigned long long)after);
    }
    return rc;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int check_entries(struct tree_check *k, struct pt_err *err) {
    int rc = 0;
    while (rc == 0 && k->c.next_index < k->c.size) {
        uint64_t bundle = k->c.next_index / PT_TILE_WIDTH;
        uint64_t end = (bundle + 1) * PT_TILE_WIDTH;
        if (k->from.feed != NULL) {
            rc = check_page(k, err);
        } else {
            rc = check_bundle(k, bundle, err);
            if (rc == 0 && k->c.next_index < end && k->c.next_index < k->c.size) {
                k->c.next_index = end; /* named already */
            }
            if (k->c.ret->faults >= PT_LOG_CHECK_FAULTS_MAX) {
                break; /* the checkpoint isn't verified yet: it may say any size */
            }
        }
        if (k->c.o->progress != NULL) {
            k->c.o->progress(k->c.o->ctx, k->c.next_index, k->c.size);
        }
    }
    return rc;
}

/* The claim that the entries are held against; its signature comes after them, with the key that
 * the genesis names. One that can't be read is a fault, and there is nothing to hold them against.
 */
static bool read_claim(struct tree_check *k, struct pt_span note) {
    static const struct fault_at at = {.check = "checkpoint", .where = "checkpoint"};
    struct pt_checkpoint claim = {0};
    struct pt_err why = {0};
    struct pt_note parsed;
    int rc = pt_note_parse(&parsed, note, &why);
    if (rc == 0) {
        rc = pt_checkpoint_parse(&claim, parsed.text, &why);
    }
    pt_note_done(&parsed);
    if (rc != 0) {
        pt_checker_fault(&k->c, &at, rc, "%s; no entry was looked at", why.msg);
    }
    k->c.size = claim.size;
    return rc == 0;
}

static int check_tree(struct tree_check *k, struct pt_err *err) {
    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    int rc = k->from.tree.checkpoint(k->from.tree.ctx, &note, err);
    if (rc == 0 && read_claim(k, pt_buf_span(&note))) {
        rc = check_entries(k, err);
        if (rc == 0) {
            pt_merkle_root(&k->c.tree, &k->c.ret->root);
            pt_checker_checkpoint(&k->c, pt_buf_span(&note), "checkpoint");
            rc = pt_checker_cosigned(&k->c, pt_buf_span(&note), false, "checkpoint");
            pt_checker_claims_end(&k->c);
            (void)pt_checker_changes_shown(&k->c, true);
            rc = rc == 0 ? pt_checker_save(&k->c, err) : pt_err_set(err, rc, "out of memory");
        }
    }
    pt_buf_done(&note);
    return rc;
}

/* A tree that other software wrote has none; then its later keys can't be judged. */
static int read_keys(struct tree_check *k, struct pt_err *err) {
    const struct fault_at at = {.check = "key", .where = PT_KEY_HISTORY_FILE};
    char path[STATIC_PATH_MAX];
    struct pt_err why = {0};
    struct pt_buf file;
    int rc = pt_path_join(path, sizeof path, k->dir, PT_KEY_HISTORY_FILE);
    if (rc != 0 || !pt_file_exists(path)) {
        return rc;
    }
    pt_buf_init(&file, PT_KEY_HISTORY_MAX);
    rc = pt_file_read(path, &file, err);
    if (rc == 0) {
        rc = pt_evidence_keys_open(pt_buf_span(&file), &k->c.key_history, &why);
        k->c.keys_certain = rc == 0;
        if (rc != 0 && rc != PT_E_NOMEM) {
            pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
            rc = 0;
        }
    }
    pt_buf_done(&file);
    return rc;
}

static int check(const struct pt_log_served *from, const char *dir,
                 const struct pt_log_check_opts *o, struct pt_log_check_result *ret,
                 struct pt_err *err) {
    struct tree_check *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    k->from = *from;
    k->dir = dir;
    k->c.input = from->feed != NULL ? CHECK_OF_HUB : CHECK_OF_TREE;
    k->c.with_records = k->c.keys_certain = from->feed != NULL;
    k->c.tile = compare_tile;
    k->c.tile_ctx = k;
    pt_buf_init(&k->file, PT_TILE_BYTES + 1);
    pt_buf_init(&k->bundle, STATIC_BUNDLE_MAX);
    pt_buf_init(&k->page, PT_LOG_PAGE_MAX);
    int rc = pt_checker_init(&k->c, o, ret, err);
    rc = rc == 0 && dir != NULL ? read_keys(k, err) : rc;
    rc = rc == 0 ? pt_checker_state_take(&k->c, o->resume, err) : rc;
    rc = rc == 0 ? check_tree(k, err) : rc;
    pt_buf_done(&k->page);
    pt_buf_done(&k->bundle);
    pt_buf_done(&k->file);
    pt_checker_done(&k->c);
    free(k);
    return rc;
}

static int dir_checkpoint(void *ctx, struct pt_buf *out, struct pt_err *err) {
    return pt_static_checkpoint_read(ctx, out, err);
}

static int dir_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err) {
    return pt_static_tile_read(ctx, t, out, err);
}

int pt_log_check_dir(const char *dir, const struct pt_log_check_opts *o,
                     struct pt_log_check_result *ret, struct pt_err *err) {
    char path[STATIC_PATH_MAX];
    if (strlen(dir) >= sizeof path) {
        return pt_err_set(err, PT_E_USAGE, "the folder's path is too long");
    }
    (void)snprintf(path, sizeof path, "%s", dir);
    const struct pt_log_served from = {.tree = {dir_checkpoint, dir_tile, path}};
    return check(&from, path, o, ret, err);
}

int pt_log_check_served(const struct pt_log_served *hub, const struct pt_log_check_opts *o,
                        struct pt_log_check_result *ret, struct pt_err *err) {
    return check(hub, NULL, o, ret, err);
}
