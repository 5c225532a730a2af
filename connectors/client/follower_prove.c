/* The proof that an entry stands in the log that a page was signed over, also where the page was
 * not taken: what is handed on against the hub, and where keys changed. docs/formats.md 3, 6. */
#include <inttypes.h>
#include <stdlib.h>

#include <pentad/proof/evidence.h>
#include <pentad/proof/tlogproof.h>

#include "follower_internal.h"

#define LEVELS 64

/* The tree at the page's end: what was followed before it, and each node that became complete while
 * the page's entries came. */
struct pt_paged_tree {
    struct pt_merkle_frontier before, tree;
    struct pt_hash *node[LEVELS]; /* owned; the first is number before.size >> level */
    struct pt_span note;          /* into the page */
    uint64_t size;
};

static uint64_t n_nodes(const struct pt_paged_tree *t, unsigned level) {
    return (t->size >> level) - (t->before.size >> level);
}

static int keep_node(void *ctx, unsigned level, uint64_t index, const struct pt_hash *h) {
    struct pt_paged_tree *t = ctx;
    t->node[level][index - (t->before.size >> level)] = *h;
    return 0;
}

/* A node that was complete before is on the right edge as it was, or no path asks for it. */
static int read_node(void *ctx, unsigned level, uint64_t index, struct pt_hash *ret) {
    const struct pt_paged_tree *t = ctx;
    uint64_t first = t->before.size >> level;
    if (index >= first && index - first < n_nodes(t, level)) {
        *ret = t->node[level][index - first];
        return 0;
    }
    if (index + 1 != first || !(first & 1)) {
        return PT_E_RANGE;
    }
    *ret = t->before.node[level];
    return 0;
}

void pt_paged_tree_free(struct pt_paged_tree *t) {
    if (t) {
        for (unsigned l = 0; l < LEVELS; l++) {
            free(t->node[l]);
        }
        free(t);
    }
}

static int append_page(struct pt_paged_tree *t, const Pentad__V1__FeedPage *page) {
    for (unsigned l = 0; l < LEVELS && n_nodes(t, l) > 0; l++) {
        t->node[l] = calloc(n_nodes(t, l), sizeof *t->node[l]);
        if (!t->node[l]) {
            return PT_E_NOMEM;
        }
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < page->n_entries; i++) {
        struct pt_hash leaf;
        pt_leaf_hash(&leaf, page->entries[i]->log_entry.data, page->entries[i]->log_entry.len);
        rc = pt_merkle_append_cb(&t->tree, &leaf, keep_node, t);
    }
    return rc;
}

int pt_paged_tree_new(const struct pt_follower *f, const Pentad__V1__FeedPage *page,
                      struct pt_paged_tree **ret, struct pt_err *err) {
    struct pt_paged_tree *t = calloc(1, sizeof *t);
    struct pt_policy_verdict verdict;
    struct pt_checkpoint cp;
    struct pt_hash root;
    *ret = NULL;
    if (!t) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    t->before = t->tree = f->st.tree;
    t->size = t->before.size + page->n_entries;
    t->note = pt_span(page->checkpoint.data, page->checkpoint.len);
    int rc = append_page(t, page);
    rc = rc ? pt_err_set(err, rc, "out of memory")
            : pt_policy_open_signed(f->trust->policy, t->note, &f->trust->sv, &cp, &verdict, err);
    if (rc == 0) {
        pt_merkle_root(&t->tree, &root);
        if (cp.size != t->size || !pt_hash_eq(&cp.root, &root)) {
            rc = pt_err_set(err, PT_E_PROOF, "the page's checkpoint is not of its end");
        }
    }
    if (rc != 0) {
        pt_paged_tree_free(t);
        return rc;
    }
    *ret = t;
    return 0;
}

int pt_paged_tree_prove(const struct pt_paged_tree *t, uint64_t index, struct pt_buf *ret_proof,
                        struct pt_err *err) {
    const struct pt_merkle_reader r = {read_node, (void *)(uintptr_t)t};
    struct pt_merkle_path path;
    int rc = pt_merkle_inclusion(&r, index, t->size, &path);
    rc = rc ? rc : pt_tlogproof_format(ret_proof, index, &path, t->note);
    return rc ? pt_err_set(err, rc, "log entry %" PRIu64 " can't be proven", index) : 0;
}

int pt_follower_prove(const struct pt_follower *f, struct pt_span bytes, uint64_t log_index,
                      struct pt_buf *ret_entry, struct pt_buf *ret_proof, struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    struct pt_paged_tree *tree = NULL;
    int rc = pt_strict_unpack(&pentad__v1__feed_page__descriptor, bytes, &m, err);
    if (rc != 0) {
        return rc;
    }
    const Pentad__V1__FeedPage *page = (Pentad__V1__FeedPage *)m;
    uint64_t at = log_index - f->st.tree.size;
    if (log_index < f->st.tree.size || at >= page->n_entries) {
        rc = pt_err_set(err, PT_E_NOT_FOUND, "log entry %" PRIu64 " is not on the page", log_index);
    }
    if (rc == 0) {
        const ProtobufCBinaryData *e = &page->entries[at]->log_entry;
        rc = pt_buf_append(ret_entry, e->data, e->len);
    }
    rc = rc ? rc : pt_paged_tree_new(f, page, &tree, err);
    rc = rc ? rc : pt_paged_tree_prove(tree, log_index, ret_proof, err);
    pt_paged_tree_free(tree);
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}

/* ---- where keys changed ---- */

static int record_path(const struct pt_hash *hashes, size_t n, size_t i,
                       struct pt_merkle_path *ret) {
    struct pt_merkle_tree tree;
    int rc = pt_merkle_tree_init(&tree, hashes, n);
    if (rc == 0) {
        const struct pt_merkle_reader r = pt_merkle_tree_reader(&tree);
        rc = pt_merkle_inclusion(&r, i, n, ret);
        pt_merkle_tree_done(&tree);
    }
    return rc;
}

/* As a piece of an EvidenceBundle: pieces behind one another are a key history. */
static int pack_event(struct key_event *ev, const Pentad__V1__FeedEntry *fe, uint64_t seq,
                      const struct pt_merkle_path *path, struct pt_span proof) {
    Pentad__V1__EvidenceBundle bundle = PENTAD__V1__EVIDENCE_BUNDLE__INIT;
    Pentad__V1__EvidenceKeyEntry k = PENTAD__V1__EVIDENCE_KEY_ENTRY__INIT, *entries[1] = {&k};
    Pentad__V1__EvidenceBatch b = PENTAD__V1__EVIDENCE_BATCH__INIT;
    Pentad__V1__EvidenceRecord rec = PENTAD__V1__EVIDENCE_RECORD__INIT, *list[1] = {&rec};
    ProtobufCBinaryData steps[PT_MERKLE_PATH_MAX];
    for (size_t i = 0; i < path->n; i++) {
        steps[i] = (ProtobufCBinaryData){PT_HASH_LEN, (uint8_t *)(uintptr_t)path->h[i].b};
    }
    b.has_log_index = b.has_log_entry = b.has_tlog_proof = 1;
    b.log_index = ev->log_index;
    b.log_entry = fe->log_entry;
    b.tlog_proof = (ProtobufCBinaryData){proof.len, (uint8_t *)(uintptr_t)proof.p};
    rec.has_seq = rec.has_record = 1;
    rec.seq = seq;
    rec.record = (ProtobufCBinaryData){ev->len, ev->record};
    rec.n_path = path->n;
    rec.path = steps;
    k.entry = &b;
    k.n_records = 1;
    k.records = list;
    bundle.n_key_history = 1;
    bundle.key_history = entries;
    ev->proof_len = protobuf_c_message_get_packed_size(&bundle.base);
    ev->proof = malloc(ev->proof_len);
    if (!ev->proof) {
        ev->proof_len = 0;
        return PT_E_NOMEM;
    }
    (void)protobuf_c_message_pack(&bundle.base, ev->proof);
    return 0;
}

int pt_follower_prove_event(const struct pt_paged_tree *t, const Pentad__V1__FeedEntry *fe,
                            uint64_t first_seq, const struct pt_hash *hashes, size_t i,
                            struct key_event *ev, struct pt_err *err) {
    struct pt_merkle_path path;
    struct pt_buf proof;
    pt_buf_init(&proof, PT_FOLLOWER_PAGE_MAX);
    int rc = pt_paged_tree_prove(t, ev->log_index, &proof, err);
    if (rc == 0) {
        rc = record_path(hashes, fe->n_records, i, &path);
        rc = rc ? rc : pack_event(ev, fe, first_seq + i, &path, pt_buf_span(&proof));
        rc = rc ? pt_err_set(err, rc, "%s", pt_err_text(rc, false)) : 0;
    }
    pt_buf_done(&proof);
    return rc;
}

int pt_follower_key_history(const struct pt_follower *f, struct pt_buf *out) {
    Pentad__V1__EvidenceBundle head = PENTAD__V1__EVIDENCE_BUNDLE__INIT;
    head.has_version = 1;
    head.version = 1;
    (void)pt_strict_pack(out, &head.base);
    for (size_t i = 0; i < f->st.n_events; i++) {
        (void)pt_buf_append(out, f->st.events[i].proof, f->st.events[i].proof_len);
    }
    return out->failed;
}
