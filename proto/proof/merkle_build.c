#include <pentad/proof/merkle.h>

#include <stdlib.h>
#include <string.h>

static bool bit(uint64_t v, unsigned l) {
    return ((v >> l) & 1) != 0;
}

/* Largest power of two strictly below n, as its exponent; n >= 2. */
static unsigned split_level(uint64_t n) {
    return 63u - (unsigned)__builtin_clzll(n - 1);
}

/* ---- growing ---- */

int pt_merkle_append_cb(struct pt_merkle_frontier *f, const struct pt_hash *leaf,
                        pt_merkle_node_cb cb, void *ctx) {
    struct pt_hash h = *leaf;
    uint64_t index = f->size;
    unsigned level = 0;
    int rc;

    PT_ASSERT(f->size < UINT64_MAX);
    for (;;) {
        rc = cb != NULL ? cb(ctx, level, index, &h) : 0;
        if (rc != 0) {
            return rc;
        }
        if (!bit(f->size, level)) {
            break;
        }
        pt_node_hash(&h, &f->node[level], &h);
        index >>= 1;
        level++;
    }
    f->node[level] = h;
    f->size++;
    return 0;
}

void pt_merkle_append(struct pt_merkle_frontier *f, const struct pt_hash *leaf) {
    (void)pt_merkle_append_cb(f, leaf, NULL, NULL);
}

void pt_merkle_root(const struct pt_merkle_frontier *f, struct pt_hash *ret) {
    bool any = false;

    pt_empty_hash(ret);
    for (unsigned l = 0; l < 64; l++) {
        if (!bit(f->size, l)) {
            continue;
        }
        if (any) {
            pt_node_hash(ret, &f->node[l], ret);
        } else {
            *ret = f->node[l];
        }
        any = true;
    }
}

void pt_merkle_root_of(const struct pt_hash *leaves, size_t n, struct pt_hash *ret) {
    struct pt_merkle_frontier f;

    f.size = 0;
    for (size_t i = 0; i < n; i++) {
        pt_merkle_append(&f, &leaves[i]);
    }
    pt_merkle_root(&f, ret);
}

/* ---- a whole tree in memory ---- */

int pt_merkle_tree_init(struct pt_merkle_tree *t, const struct pt_hash *leaves, size_t n) {
    uint64_t total = 0;
    unsigned levels = 0;

    PT_ASSERT(n >= 1);
    memset(t, 0, sizeof(*t));
    for (uint64_t w = n; w > 0; w >>= 1) {
        t->level_at[levels++] = total;
        total += w;
    }
    t->nodes = malloc((size_t)total * sizeof(*t->nodes));
    if (t->nodes == NULL) {
        return PT_E_NOMEM;
    }
    t->size = n;
    t->levels = levels;
    memcpy(t->nodes, leaves, n * sizeof(*leaves));
    for (unsigned l = 1; l < levels; l++) {
        const struct pt_hash *below = t->nodes + t->level_at[l - 1];
        struct pt_hash *here = t->nodes + t->level_at[l];

        for (uint64_t i = 0; i < (uint64_t)n >> l; i++) {
            pt_node_hash(&here[i], &below[2 * i], &below[2 * i + 1]);
        }
    }
    return 0;
}

void pt_merkle_tree_done(struct pt_merkle_tree *t) {
    if (t != NULL) {
        free(t->nodes);
        memset(t, 0, sizeof(*t));
    }
}

static int tree_node(void *ctx, unsigned level, uint64_t index, struct pt_hash *ret) {
    const struct pt_merkle_tree *t = ctx;

    if (level >= t->levels || index >= t->size >> level) {
        return PT_E_RANGE;
    }
    *ret = t->nodes[t->level_at[level] + index];
    return 0;
}

struct pt_merkle_reader pt_merkle_tree_reader(const struct pt_merkle_tree *t) {
    union {
        const struct pt_merkle_tree *in;
        void *out;
    } u = {.in = t}; /* the reader only reads: tree_node takes it back as const */
    struct pt_merkle_reader r = {tree_node, u.out};

    return r;
}

/* ---- proofs through a reader ---- */

/* The head over leaves [begin, end), where begin is a multiple of the range's largest complete
 * subtree: the complete subtrees that cover it, folded from the right. */
static int range_head(const struct pt_merkle_reader *r, uint64_t begin, uint64_t end,
                      struct pt_hash *ret) {
    struct pt_hash nodes[64];
    unsigned n = 0;
    int rc;

    PT_ASSERT(begin < end);
    while (begin < end) {
        unsigned level = 63u - (unsigned)__builtin_clzll(end - begin);

        PT_ASSERT((begin & ((UINT64_C(1) << level) - 1)) == 0);
        rc = r->node(r->ctx, level, begin >> level, &nodes[n]);
        if (rc != 0) {
            return rc;
        }
        n++;
        begin += UINT64_C(1) << level;
    }
    *ret = nodes[--n];
    while (n > 0) {
        pt_node_hash(ret, &nodes[--n], ret);
    }
    return 0;
}

int pt_merkle_read_root(const struct pt_merkle_reader *r, uint64_t size, struct pt_hash *ret) {
    if (size == 0) {
        pt_empty_hash(ret);
        return 0;
    }
    return range_head(r, 0, size, ret);
}

static void reverse(struct pt_merkle_path *p) {
    for (unsigned i = 0; i < p->n / 2; i++) {
        struct pt_hash t = p->h[i];

        p->h[i] = p->h[p->n - 1 - i];
        p->h[p->n - 1 - i] = t;
    }
}

int pt_merkle_inclusion(const struct pt_merkle_reader *r, uint64_t index, uint64_t size,
                        struct pt_merkle_path *ret) {
    uint64_t begin = 0;
    uint64_t end = size;
    int rc;

    ret->n = 0;
    if (index >= size) {
        return PT_E_RANGE;
    }
    while (end - begin > 1) { /* from the root down: the sibling of each half that holds it */
        uint64_t mid = begin + (UINT64_C(1) << split_level(end - begin));

        PT_ASSERT(ret->n < PT_MERKLE_PATH_MAX);
        if (index < mid) {
            rc = range_head(r, mid, end, &ret->h[ret->n++]);
            end = mid;
        } else {
            rc = range_head(r, begin, mid, &ret->h[ret->n++]);
            begin = mid;
        }
        if (rc != 0) {
            ret->n = 0;
            return rc;
        }
    }
    reverse(ret);
    return 0;
}

int pt_merkle_consistency(const struct pt_merkle_reader *r, uint64_t old_size, uint64_t size,
                          struct pt_merkle_path *ret) {
    uint64_t begin = 0;
    uint64_t end = size;
    int rc = 0;

    ret->n = 0;
    if (old_size > size) {
        return PT_E_RANGE;
    }
    if (old_size == 0 || old_size == size) {
        return 0;
    }
    while (end > old_size) { /* SUBPROOF of RFC 9162 2.1.4.1, unrolled from the root down */
        uint64_t mid = begin + (UINT64_C(1) << split_level(end - begin));

        PT_ASSERT(ret->n < PT_MERKLE_PATH_MAX);
        if (old_size <= mid) {
            rc = range_head(r, mid, end, &ret->h[ret->n++]);
            end = mid;
        } else {
            rc = range_head(r, begin, mid, &ret->h[ret->n++]);
            begin = mid;
        }
        if (rc != 0) {
            break;
        }
    }
    /* What is left is the old tree itself where it is a left edge (the verifier knows its head),
     * else a subtree that the verifier has to be given. */
    if (rc == 0 && begin != 0) {
        PT_ASSERT(ret->n < PT_MERKLE_PATH_MAX);
        rc = range_head(r, begin, end, &ret->h[ret->n++]);
    }
    if (rc != 0) {
        ret->n = 0;
        return rc;
    }
    reverse(ret);
    return 0;
}
