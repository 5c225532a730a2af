#include "internal.h"

#include <string.h>

/* ---- the public surface ------------------------------------------------------------------- */

bool pt_log_publish(struct pt_log *l, int64_t now_ms) {
    bool moved = false;
    pthread_mutex_lock(&l->publish_lock);
    /* A clock that went back must not stop publishing. */
    bool due = l->published_ms == INT64_MIN || now_ms < l->published_ms ||
               now_ms - l->published_ms >= l->publish_interval_ms;
    if (due && l->published.size < pt_log_size(l)) {
        pt_log_newest(l, &l->published);
        l->published_ms = now_ms;
        moved = true;
    }
    pthread_mutex_unlock(&l->publish_lock);
    return moved;
}

int pt_log_published(struct pt_log *l, struct pt_buf *out, uint64_t *ret_size) {
    pthread_mutex_lock(&l->publish_lock);
    if (ret_size != NULL) {
        *ret_size = l->published.size;
    }
    int code = pt_buf_append(out, l->published.bytes, l->published.len);
    pthread_mutex_unlock(&l->publish_lock);
    return code;
}

struct bundling {
    struct pt_buf *out;
    uint64_t next;
};

static int bundle_entry(void *ctx, const struct pt_store_entry *e) {
    struct bundling *b = ctx;
    if (e->index != b->next) {
        return PT_E_CORRUPT;
    }
    b->next++;
    return pt_bundle_append(b->out, e->log_entry);
}

static int entry_bundle(struct pt_log *l, const struct pt_tile *t, struct pt_buf *out,
                        struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    uint64_t from = t->index * PT_TILE_WIDTH;
    struct bundling b = {out, from};
    int code = pt_store_read_begin(l->store, &r, err);
    if (code == 0) {
        code = pt_store_entries(r, from, t->width, false, bundle_entry, &b, err);
    }
    pt_store_read_end(r);
    if (code == 0 && b.next != from + t->width) {
        code =
            pt_err_set(err, PT_E_CORRUPT, "log entry %llu is missing", (unsigned long long)b.next);
    }
    return code;
}

int pt_log_tile(struct pt_log *l, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err) {
    struct node_source src = {l, NULL, err};
    pthread_mutex_lock(&l->publish_lock);
    uint64_t size = l->published.size;
    pthread_mutex_unlock(&l->publish_lock);
    if (t->width == 0 || t->width > pt_tile_width(t->level, t->index, size)) {
        return pt_err_set(err, PT_E_NOT_FOUND, "no such tile in a log of %llu published entries",
                          (unsigned long long)size);
    }
    if (t->entries) {
        return entry_bundle(l, t, out, err);
    }
    struct pt_merkle_reader r = pt_log_node_reader(&src);
    int code = pt_tile_build(&r, t, out);
    pt_log_nodes_end(&src);
    return code;
}

/* ---- being held to what was signed --------------------------------------------------------- */

/* Is this note's claim under our own valid signature? */
static bool is_ours(struct pt_log *l, struct pt_span note, struct pt_checkpoint *ret) {
    return pt_checkpoint_open(ret, note, &l->vkey, &l->verify, NULL) == 0 &&
           strcmp(ret->origin, l->vkey.name) == 0;
}

/* The text of a note without looking at its signatures. */
static int claim_of(struct pt_span note, struct pt_checkpoint *ret) {
    struct pt_note n;
    int code = pt_note_parse(&n, note, NULL);
    if (code == 0) {
        code = pt_checkpoint_parse(ret, n.text, NULL);
    }
    pt_note_done(&n);
    return code;
}

int pt_log_judge_held(struct pt_log *l, struct pt_span note, struct pt_err *err) {
    struct pt_checkpoint c;
    struct pt_hash root;
    struct pt_err why = {0};
    if (note.len == 0 || note.len > PT_NOTE_MAX || claim_of(note, &c) != 0 ||
        strcmp(c.origin, l->vkey.name) != 0) {
        return 0;
    }
    uint64_t size = pt_log_size(l);
    if (c.size >= 1 && c.size <= size) {
        int code = pt_log_root_at(l, c.size, &root, err);
        if (code != 0 || pt_hash_eq(&root, &c.root)) {
            return code;
        }
    } else if (c.size == 0) {
        return 0;
    }
    if (!is_ours(l, note, &c)) {
        return 0;
    }
    if (c.size > size) {
        pt_err_set(&why, PT_E_FORK,
                   "somebody holds a checkpoint of %llu entries under this log's own signature, "
                   "but the log has only %llu: it was rolled back; bring the newer log.db back",
                   (unsigned long long)c.size, (unsigned long long)size);
    } else {
        pt_err_set(&why, PT_E_FORK,
                   "somebody holds a checkpoint of %llu entries under this log's own signature, "
                   "and this log's head at that size is another: two histories were signed",
                   (unsigned long long)c.size);
    }
    pt_log_stop(l, &why);
    return pt_err_set(err, why.code, "%s", why.msg);
}
