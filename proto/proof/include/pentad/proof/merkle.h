/* RFC 9162 Merkle trees over leaf hashes: heads, inclusion and consistency proofs, their checks.
 * Knows hashes only; nodes come from an array, or through a reader over tiles or a store.
 * Must not know what a leaf means. No I/O of its own; any thread. docs/formats.md 3.
 *
 * A node (level, index) is the head of the complete subtree over the leaves
 * [index << level, (index + 1) << level); level 0 are the leaf hashes. */
#ifndef PENTAD_PROOF_MERKLE_H
#define PENTAD_PROOF_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

#define PT_MERKLE_PATH_MAX 66 /* the longest proof at any 64-bit size */

struct pt_merkle_path {
    unsigned n;
    struct pt_hash h[PT_MERKLE_PATH_MAX]; /* leaf side first */
};

/* ---- growing a tree -------------------------------------------------------------------- */

/* The right edge: one node for each bit set in `size`. Copyable by assignment, so that a group
 * commit can work on a copy and keep it only when the store has it. Zero-initialised is empty. */
struct pt_merkle_frontier {
    uint64_t size;
    struct pt_hash node[64]; /* node[l] is valid where bit l of size is set */
};

/* Called for every complete node that an append closes, lowest level first (the leaf itself is
 * level 0); a store keeps those it wants. A non-zero return stops the append with that code. */
typedef int (*pt_merkle_node_cb)(void *ctx, unsigned level, uint64_t index,
                                 const struct pt_hash *h);

void pt_merkle_append(struct pt_merkle_frontier *f, const struct pt_hash *leaf);
/* The same, reporting nodes; on a non-zero return *f is unchanged. cb may be NULL. */
int pt_merkle_append_cb(struct pt_merkle_frontier *f, const struct pt_hash *leaf,
                        pt_merkle_node_cb cb, void *ctx);
void pt_merkle_root(const struct pt_merkle_frontier *f, struct pt_hash *ret);

/* The head over n leaf hashes, n may be 0. */
void pt_merkle_root_of(const struct pt_hash *leaves, size_t n, struct pt_hash *ret);

/* ---- reading nodes --------------------------------------------------------------------- */

/* Where nodes come from. Returns 0 or a negative code; only complete nodes are ever asked for. */
struct pt_merkle_reader {
    int (*node)(void *ctx, unsigned level, uint64_t index, struct pt_hash *ret);
    void *ctx;
};

/* A whole tree in memory (2n hashes), for many paths of one batch. */
struct pt_merkle_tree {
    uint64_t size;
    unsigned levels;
    struct pt_hash *nodes; /* owned; level 0 first */
    uint64_t level_at[65]; /* where each level begins in nodes */
};
/* PT_E_NOMEM; leaves are copied. n >= 1. */
int pt_merkle_tree_init(struct pt_merkle_tree *t, const struct pt_hash *leaves, size_t n);
void pt_merkle_tree_done(struct pt_merkle_tree *t);
struct pt_merkle_reader pt_merkle_tree_reader(const struct pt_merkle_tree *t); /* t is borrowed */

/* ---- building proofs ------------------------------------------------------------------- */

/* Each returns the reader's code if it fails; PT_E_RANGE where index >= size, old > size. */
int pt_merkle_read_root(const struct pt_merkle_reader *r, uint64_t size, struct pt_hash *ret);
int pt_merkle_inclusion(const struct pt_merkle_reader *r, uint64_t index, uint64_t size,
                        struct pt_merkle_path *ret);
/* Empty where old is 0 or equals size. */
int pt_merkle_consistency(const struct pt_merkle_reader *r, uint64_t old_size, uint64_t size,
                          struct pt_merkle_path *ret);

/* ---- checking proofs ------------------------------------------------------------------- */

/* The exact length of an inclusion path, 0 where index >= size. */
unsigned pt_merkle_path_len(uint64_t index, uint64_t size);
/* PT_E_PROOF unless the path has exactly the right length and leads to `root`. */
int pt_merkle_verify_inclusion(const struct pt_hash *leaf, uint64_t index, uint64_t size,
                               const struct pt_hash *path, size_t path_len,
                               const struct pt_hash *root);
/* PT_E_PROOF unless `new_root` at new_size extends `old_root` at old_size. From size 0 nothing can
 * be shown: 0 -> 0 needs the empty head twice and no hashes; 0 -> n is PT_E_PROOF. */
int pt_merkle_verify_consistency(uint64_t old_size, const struct pt_hash *old_root,
                                 uint64_t new_size, const struct pt_hash *new_root,
                                 const struct pt_hash *path, size_t path_len);

#endif
