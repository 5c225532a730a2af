/* RFC 9162 sections 2.1.3.2 and 2.1.4.2. A path's shape depends on the sizes alone, so the number
 * of hashes is computed first and a path of any other length is refused before hashing. */
#include <pentad/proof/merkle.h>

/* Bits of an inclusion path: `inner` siblings inside the complete subtree that the leaf shares
 * with the right edge's border, then `border` left siblings above it. */
static unsigned inner_len(uint64_t index, uint64_t size) {
    uint64_t diff = index ^ (size - 1);

    return diff == 0 ? 0 : 64u - (unsigned)__builtin_clzll(diff);
}

unsigned pt_merkle_path_len(uint64_t index, uint64_t size) {
    unsigned inner;

    if (index >= size) {
        return 0;
    }
    inner = inner_len(index, size);
    return inner + (inner < 64 ? (unsigned)__builtin_popcountll(index >> inner) : 0);
}

/* Climbs `inner` levels: left or right by the index's bits. */
static void climb_inner(struct pt_hash *h, uint64_t index, const struct pt_hash *path,
                        unsigned inner) {
    for (unsigned l = 0; l < inner; l++) {
        if (((index >> l) & 1) != 0) {
            pt_node_hash(h, &path[l], h);
        } else {
            pt_node_hash(h, h, &path[l]);
        }
    }
}

static void climb_border(struct pt_hash *h, const struct pt_hash *path, size_t n) {
    for (size_t i = 0; i < n; i++) {
        pt_node_hash(h, &path[i], h);
    }
}

int pt_merkle_verify_inclusion(const struct pt_hash *leaf, uint64_t index, uint64_t size,
                               const struct pt_hash *path, size_t path_len,
                               const struct pt_hash *root) {
    struct pt_hash h = *leaf;
    unsigned inner;

    if (index >= size || path_len != pt_merkle_path_len(index, size)) {
        return PT_E_PROOF;
    }
    inner = inner_len(index, size);
    climb_inner(&h, index, path, inner);
    if (path_len > inner) {
        climb_border(&h, path + inner, path_len - inner);
    }
    return pt_hash_eq(&h, root) ? 0 : PT_E_PROOF;
}

/* 0 < old_size < new_size: the path is the inclusion path, in the new tree, of the old tree's last
 * complete subtree, preceded by that subtree's head unless it is the whole old tree. */
static int verify_growth(uint64_t old_size, const struct pt_hash *old_root, uint64_t new_size,
                         const struct pt_hash *new_root, const struct pt_hash *path,
                         size_t path_len) {
    unsigned shift = (unsigned)__builtin_ctzll(old_size);
    uint64_t index = (old_size - 1) >> shift;
    unsigned inner = inner_len(old_size - 1, new_size) - shift;
    unsigned border = (unsigned)__builtin_popcountll(inner + shift < 64 ? index >> inner : 0);
    bool whole = old_size == UINT64_C(1) << shift;
    struct pt_hash old_h = *old_root;
    struct pt_hash new_h;

    if (path_len != (whole ? 0u : 1u) + (size_t)inner + border) {
        return PT_E_PROOF;
    }
    if (!whole) {
        old_h = path[0];
        path++;
    }
    new_h = old_h;
    climb_inner(&new_h, index, path, inner);
    for (unsigned l = 0; l < inner; l++) { /* the old tree has only the left ones of these */
        if (((index >> l) & 1) != 0) {
            pt_node_hash(&old_h, &path[l], &old_h);
        }
    }
    climb_border(&new_h, path + inner, border);
    climb_border(&old_h, path + inner, border);
    if (!pt_hash_eq(&old_h, old_root) || !pt_hash_eq(&new_h, new_root)) {
        return PT_E_PROOF;
    }
    return 0;
}

int pt_merkle_verify_consistency(uint64_t old_size, const struct pt_hash *old_root,
                                 uint64_t new_size, const struct pt_hash *new_root,
                                 const struct pt_hash *path, size_t path_len) {
    struct pt_hash empty;

    if (old_size > new_size) {
        return PT_E_PROOF;
    }
    if (old_size == new_size) {
        pt_empty_hash(&empty);
        if (path_len != 0 || !pt_hash_eq(old_root, new_root) ||
            (old_size == 0 && !pt_hash_eq(old_root, &empty))) {
            return PT_E_PROOF;
        }
        return 0;
    }
    if (old_size == 0) {
        return PT_E_PROOF;
    }
    return verify_growth(old_size, old_root, new_size, new_root, path, path_len);
}
