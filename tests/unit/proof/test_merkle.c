#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/merkle.h>

#include "fake.h"

enum { N = 300 };

static struct pt_hash leaves[N];
static struct pt_hash roots[N + 1];

/* RFC 9162 2.1.1, as its definition reads. */
static void slow_root(const struct pt_hash *l, size_t n, struct pt_hash *ret) {
    struct pt_hash a, b;
    size_t k = 1;

    if (n == 0) {
        pt_empty_hash(ret);
        return;
    }
    if (n == 1) {
        *ret = l[0];
        return;
    }
    while (2 * k < n) {
        k *= 2;
    }
    slow_root(l, k, &a);
    slow_root(l + k, n - k, &b);
    pt_node_hash(ret, &a, &b);
}

static void setup(void) {
    struct pt_merkle_frontier f = {.size = 0};

    for (unsigned i = 0; i < N; i++) {
        pt_leaf_hash(&leaves[i], &i, sizeof(i));
    }
    pt_merkle_root(&f, &roots[0]);
    for (unsigned i = 0; i < N; i++) {
        pt_merkle_append(&f, &leaves[i]);
        pt_merkle_root(&f, &roots[i + 1]);
    }
}

TestSuite(merkle, .init = setup);

Test(merkle, known_hashes) {
    char hex[65];
    struct pt_hash h;

    pt_empty_hash(&h);
    pt_hash_hex(hex, &h);
    cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    pt_leaf_hash(&h, "", 0);
    pt_hash_hex(hex, &h);
    cr_assert_str_eq(hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

Test(merkle, frontier_equals_the_definition) {
    for (size_t n = 0; n <= N; n++) {
        struct pt_hash h;

        slow_root(leaves, n, &h);
        cr_assert(pt_hash_eq(&h, &roots[n]), "size %zu", n);
        pt_merkle_root_of(leaves, n, &h);
        cr_assert(pt_hash_eq(&h, &roots[n]), "size %zu", n);
    }
}

static void mutate(struct pt_rng *rng, struct pt_hash *h) {
    h->b[pt_rng_below(rng, 32)] ^= (uint8_t)(1u << pt_rng_below(rng, 8));
}

/* Every index of a size: the proof holds, and no near miss of it does. */
static void inclusion_of_size(struct pt_rng *rng, uint64_t size) {
    struct pt_merkle_tree t;
    struct pt_merkle_reader r;
    struct pt_hash h;

    cr_assert_eq(pt_merkle_tree_init(&t, leaves, size), 0);
    r = pt_merkle_tree_reader(&t);
    cr_assert_eq(pt_merkle_read_root(&r, size, &h), 0);
    cr_assert(pt_hash_eq(&h, &roots[size]));
    for (uint64_t i = 0; i < size; i++) {
        struct pt_merkle_path p;
        struct pt_hash leaf = leaves[i];
        struct pt_hash root = roots[size];

        cr_assert_eq(pt_merkle_inclusion(&r, i, size, &p), 0);
        cr_assert_eq(p.n, pt_merkle_path_len(i, size));
        cr_assert_eq(pt_merkle_verify_inclusion(&leaf, i, size, p.h, p.n, &root), 0, "%lu of %lu",
                     i, size);
        p.h[p.n] = leaf;
        cr_assert_neq(pt_merkle_verify_inclusion(&leaf, i, size, p.h, p.n + 1, &root), 0);
        if (p.n > 0) {
            unsigned at = (unsigned)pt_rng_below(rng, p.n);

            cr_assert_neq(pt_merkle_verify_inclusion(&leaf, i, size, p.h, p.n - 1, &root), 0);
            cr_assert_neq(pt_merkle_verify_inclusion(&leaf, i ^ 1, size, p.h, p.n, &root), 0);
            mutate(rng, &p.h[at]);
            cr_assert_neq(pt_merkle_verify_inclusion(&leaf, i, size, p.h, p.n, &root), 0);
            cr_assert_eq(pt_merkle_inclusion(&r, i, size, &p), 0);
        }
        mutate(rng, &leaf);
        cr_assert_neq(pt_merkle_verify_inclusion(&leaf, i, size, p.h, p.n, &root), 0);
        mutate(rng, &root);
        cr_assert_neq(pt_merkle_verify_inclusion(&leaves[i], i, size, p.h, p.n, &root), 0);
    }
    cr_assert_eq(pt_merkle_inclusion(&r, size, size, &(struct pt_merkle_path){0}), PT_E_RANGE);
    pt_merkle_tree_done(&t);
}

Test(merkle, every_inclusion_up_to_300) {
    struct pt_rng rng;

    pt_rng_seed(&rng, fake_seed("every_inclusion_up_to_300"));
    for (uint64_t size = 1; size <= N; size++) {
        inclusion_of_size(&rng, size);
    }
}

static void consistency_to_size(struct pt_rng *rng, uint64_t size) {
    struct pt_merkle_tree t;
    struct pt_merkle_reader r;

    cr_assert_eq(pt_merkle_tree_init(&t, leaves, size), 0);
    r = pt_merkle_tree_reader(&t);
    for (uint64_t old = 1; old <= size; old++) {
        struct pt_hash a = roots[old];
        struct pt_hash b = roots[size];
        struct pt_merkle_path p;

        cr_assert_eq(pt_merkle_consistency(&r, old, size, &p), 0);
        cr_assert_eq(pt_merkle_verify_consistency(old, &a, size, &b, p.h, p.n), 0, "%lu to %lu",
                     old, size);
        p.h[p.n] = a;
        cr_assert_neq(pt_merkle_verify_consistency(old, &a, size, &b, p.h, p.n + 1), 0);
        if (p.n > 0) {
            cr_assert_neq(pt_merkle_verify_consistency(old, &a, size, &b, p.h, p.n - 1), 0);
            mutate(rng, &p.h[pt_rng_below(rng, p.n)]);
            cr_assert_neq(pt_merkle_verify_consistency(old, &a, size, &b, p.h, p.n), 0,
                          "%lu to %lu, mutated", old, size);
            cr_assert_eq(pt_merkle_consistency(&r, old, size, &p), 0);
        }
        mutate(rng, &a);
        cr_assert_neq(pt_merkle_verify_consistency(old, &a, size, &b, p.h, p.n), 0);
        mutate(rng, &b);
        cr_assert_neq(pt_merkle_verify_consistency(old, &roots[old], size, &b, p.h, p.n), 0);
    }
    pt_merkle_tree_done(&t);
}

Test(merkle, every_consistency_up_to_300) {
    struct pt_rng rng;

    pt_rng_seed(&rng, fake_seed("every_consistency_up_to_300"));
    for (uint64_t size = 1; size <= N; size++) {
        consistency_to_size(&rng, size);
    }
}

Test(merkle, nothing_follows_from_an_empty_tree) {
    struct pt_merkle_path p;
    struct pt_merkle_tree t;
    struct pt_merkle_reader r;

    cr_assert_eq(pt_merkle_tree_init(&t, leaves, 5), 0);
    r = pt_merkle_tree_reader(&t);
    cr_assert_eq(pt_merkle_consistency(&r, 0, 5, &p), 0);
    cr_assert_eq(p.n, 0);
    cr_assert_eq(pt_merkle_consistency(&r, 6, 5, &p), PT_E_RANGE);
    cr_assert_eq(pt_merkle_verify_consistency(0, &roots[0], 0, &roots[0], NULL, 0), 0);
    cr_assert_neq(pt_merkle_verify_consistency(0, &roots[0], 5, &roots[5], NULL, 0), 0);
    cr_assert_neq(pt_merkle_verify_consistency(5, &roots[5], 3, &roots[3], NULL, 0), 0);
    pt_merkle_tree_done(&t);
}

/* Proofs at sizes that no test can build: positions alone decide the path's length. */
Test(merkle, lengths_at_the_far_end) {
    cr_assert_eq(pt_merkle_path_len(0, UINT64_MAX), 64);
    cr_assert_eq(pt_merkle_path_len(UINT64_MAX - 1, UINT64_MAX), 63);
    cr_assert_eq(pt_merkle_path_len(0, 1), 0);
    cr_assert_eq(pt_merkle_path_len(1, 1), 0);
    cr_assert_eq(pt_merkle_path_len(0, UINT64_C(1) << 63), 63);
}

static int stop_at(void *ctx, unsigned level, uint64_t index, const struct pt_hash *h) {
    (void)index;
    (void)h;
    return level == *(unsigned *)ctx ? PT_E_STORE : 0;
}

Test(merkle, a_failed_append_leaves_the_frontier) {
    struct pt_merkle_frontier f = {.size = 0};
    unsigned level = 2;
    struct pt_hash h;

    for (int i = 0; i < 7; i++) {
        pt_merkle_append(&f, &leaves[i]);
    }
    cr_assert_eq(pt_merkle_append_cb(&f, &leaves[7], stop_at, &level), PT_E_STORE);
    pt_merkle_root(&f, &h);
    cr_assert(pt_hash_eq(&h, &roots[7]));
    cr_assert_eq(pt_merkle_append_cb(&f, &leaves[7], NULL, NULL), 0);
    pt_merkle_root(&f, &h);
    cr_assert(pt_hash_eq(&h, &roots[8]));
}

/* Sixteen pages of a leaf could be shown as the heads of sixteen nodes, and a page of theirs as one
 * that stands alone where another one would: so each kind of node says which it is. */
Test(merkle, a_full_leaf_of_a_snapshot_is_no_inner_node) {
    struct pt_hash heads[PT_EVIDENCE_BRANCHES];
    struct pt_hash root, leaf, inner, alone;

    for (size_t i = 0; i < PT_EVIDENCE_BRANCHES; i++) {
        pt_sha256(&heads[i], &i, sizeof(i));
    }
    pt_merkle_root_of(heads, PT_EVIDENCE_BRANCHES, &root);
    pt_evidence_leaf_node(PT_EVIDENCE_BRANCHES, &root, &leaf);
    pt_evidence_inner_node(heads, &inner);
    cr_expect(!pt_hash_eq(&leaf, &inner));
    cr_expect(!pt_hash_eq(&leaf, &root) && !pt_hash_eq(&inner, &root));
    pt_evidence_leaf_node(1, &heads[3], &alone);
    cr_expect(!pt_hash_eq(&alone, &heads[3]), "a node of one page is no entry");
    pt_evidence_leaf_node(0, NULL, &alone);
    pt_empty_hash(&root);
    cr_expect(pt_hash_eq(&alone, &root), "without pages it is the empty tree");
}
