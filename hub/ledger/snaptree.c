/* The trees over a part's pages: only the paths to pages that changed are made anew. */
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/evidence.h>
#include <pentad/proof/merkle.h>

#include "snapkeep.h"

enum { BRANCHES = PT_EVIDENCE_BRANCHES };

struct page {
    char *subject;
    int64_t place;
    int32_t fy;
    unsigned rows;
    struct pt_hash entry;
};

struct pt_snap_node {
    struct pt_snap_sum sum;
    enum { CLOSED, LEAF, INNER } is; /* CLOSED: what is below wasn't read */
    bool changed;                    /* since it was written; so are all above it then */
    struct page *pages;              /* of a LEAF, in order */
    size_t n, cap;
    struct pt_snap_node *branches; /* of an INNER node: BRANCHES */
};

struct tree {
    struct pt_ledger *l;
    unsigned part;
    size_t *in_memory; /* pages */
};

/* By how many bits a place is longer than a prefix of that depth. */
static unsigned below(unsigned depth) {
    return 4 * (PT_SNAP_DIGITS - depth);
}

static bool is_large(uint64_t pages, unsigned depth) {
    return pages > PT_SNAP_LEAF && depth < PT_SNAP_DIGITS;
}

static void nothing(struct pt_snap_sum *s) {
    *s = (struct pt_snap_sum){.pages = 0};
    pt_empty_hash(&s->head);
}

static int no_memory(struct pt_err *err) {
    return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
}

/* ---- nodes in memory ---- */

static void close_node(const struct tree *t, struct pt_snap_node *node) {
    for (size_t i = 0; i < node->n; i++)
        free(node->pages[i].subject);
    *t->in_memory -= node->n;
    free(node->pages);
    for (unsigned i = 0; node->branches && i < BRANCHES; i++)
        close_node(t, &node->branches[i]);
    free(node->branches);
    node->pages = NULL;
    node->branches = NULL;
    node->n = node->cap = 0;
    node->is = CLOSED;
}

void pt_snap_tree_drop(struct pt_snap *s) {
    const struct tree t = {.in_memory = &s->in_trees};

    for (unsigned part = 0; part < PT_SNAP_PARTS; part++)
        if (s->tree[part]) {
            close_node(&t, s->tree[part]);
            free(s->tree[part]);
            s->tree[part] = NULL;
        }
}

static int branch_out(struct pt_snap_node *node, struct pt_err *err) {
    node->branches = calloc(BRANCHES, sizeof(*node->branches));
    if (!node->branches)
        return no_memory(err);
    for (unsigned i = 0; i < BRANCHES; i++)
        nothing(&node->branches[i].sum);
    return 0;
}

static int room(struct pt_snap_node *node, size_t n, struct pt_err *err) {
    size_t cap = node->cap;
    struct page *pages;

    while (cap < n)
        cap = cap ? 2 * cap : PT_SNAP_LEAF / 2;
    if (cap == node->cap)
        return 0;
    pages = realloc(node->pages, cap * sizeof(*pages));
    if (!pages)
        return no_memory(err);
    node->pages = pages;
    node->cap = cap;
    return 0;
}

/* There is room for it. */
static int insert(const struct tree *t, struct pt_snap_node *leaf, size_t at,
                  const struct pt_snap_made *m, struct pt_err *err) {
    struct page p = {.place = m->place, .fy = m->fy, .rows = m->rows};

    p.subject = strdup(m->subject);
    if (!p.subject)
        return no_memory(err);
    pt_evidence_page_entry(m->subject, m->fy, &m->head, &p.entry);
    memmove(leaf->pages + at + 1, leaf->pages + at, (leaf->n - at) * sizeof p);
    leaf->pages[at] = p;
    leaf->n++;
    *t->in_memory += 1;
    return 0;
}

static void take_out(const struct tree *t, struct pt_snap_node *leaf, size_t at) {
    free(leaf->pages[at].subject);
    leaf->n--;
    memmove(leaf->pages + at, leaf->pages + at + 1, (leaf->n - at) * sizeof *leaf->pages);
    *t->in_memory -= 1;
}

/* ---- the file ---- */

static int put(const struct tree *t, unsigned depth, int64_t prefix, const struct pt_snap_sum *s,
               struct pt_err *err) {
    if (s->pages == 0)
        return pt_sql_apply(&t->l->sql, pt_snap_st(t->l, PT_SN_NODE_DROP), err, "iiii",
                            (int64_t)t->part, (int64_t)depth, prefix, prefix);
    return pt_sql_apply(&t->l->sql, pt_snap_st(t->l, PT_SN_NODE_PUT), err, "iiiiib",
                        (int64_t)t->part, (int64_t)depth, prefix, (int64_t)s->pages,
                        (int64_t)s->rows, pt_span(s->head.b, sizeof s->head.b));
}

static int take_head(struct pt_hash *ret, struct pt_span head, struct pt_err *err) {
    return pt_hash_from_bytes(ret, head.p, head.len) == 0
               ? 0
               : pt_err_set(err, PT_E_CORRUPT, "ledger: a head in a snapshot's tree can't be read");
}

/* Of a row prefix, pages, rows, head. */
static int take_sum(sqlite3_stmt *st, struct pt_snap_sum *ret, struct pt_err *err) {
    ret->pages = pt_sql_u64(st, 1);
    ret->rows = pt_sql_u64(st, 2);
    return take_head(&ret->head, pt_sql_blob(st, 3), err);
}

static int find(const struct tree *t, unsigned depth, int64_t prefix, struct pt_snap_sum *ret,
                struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(t->l, PT_SN_NODE);
    int rc = pt_sql_bind(&t->l->sql, st, err, "iii", (int64_t)t->part, (int64_t)depth, prefix);

    nothing(ret);
    if (pt_sql_row(&t->l->sql, st, &rc, err))
        rc = take_sum(st, ret, err);
    pt_sql_reset(st);
    return rc;
}

static int read_branches(const struct tree *t, unsigned depth, int64_t prefix,
                         struct pt_snap_node *node, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(t->l, PT_SN_NODES);
    int rc = branch_out(node, err);

    rc = rc == 0 ? pt_sql_bind(&t->l->sql, st, err, "iiii", (int64_t)t->part, (int64_t)depth + 1,
                               prefix * BRANCHES, prefix * BRANCHES + BRANCHES - 1)
                 : rc;
    while (pt_sql_row(&t->l->sql, st, &rc, err))
        rc = take_sum(st, &node->branches[pt_sql_i64(st, 0) % BRANCHES].sum, err);
    pt_sql_reset(st);
    return rc;
}

static int read_pages(const struct tree *t, unsigned depth, int64_t prefix,
                      struct pt_snap_node *node, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(t->l, PT_SN_PAGES);
    int64_t first = prefix << below(depth);
    int rc = pt_sql_bind(&t->l->sql, st, err, "iii", (int64_t)t->part, first,
                         first + (INT64_C(1) << below(depth)) - 1);

    while (pt_sql_row(&t->l->sql, st, &rc, err)) {
        struct pt_snap_made m = {pt_sql_text(st, 3),
                                 pt_sql_i64(st, 0),
                                 pt_sql_i32(st, 4),
                                 (unsigned)pt_sql_i32(st, 1),
                                 {{0}}};

        rc = take_head(&m.head, pt_sql_blob(st, 2), err);
        rc = rc == 0 ? room(node, node->n + 1, err) : rc;
        rc = rc == 0 ? insert(t, node, node->n, &m, err) : rc;
    }
    pt_sql_reset(st);
    return rc;
}

static int open_node(const struct tree *t, unsigned depth, int64_t prefix,
                     struct pt_snap_node *node, struct pt_err *err) {
    if (node->is != CLOSED)
        return 0;
    node->is = is_large(node->sum.pages, depth) ? INNER : LEAF;
    return node->is == INNER ? read_branches(t, depth, prefix, node, err)
                             : read_pages(t, depth, prefix, node, err);
}

static int drop_below(const struct tree *t, unsigned depth, int64_t prefix, struct pt_err *err) {
    int rc = 0;

    for (unsigned d = depth + 1; d <= PT_SNAP_DIGITS && rc == 0; d++) {
        int64_t first = prefix << (4 * (d - depth));

        rc = pt_sql_apply(&t->l->sql, pt_snap_st(t->l, PT_SN_NODE_DROP), err, "iiii",
                          (int64_t)t->part, (int64_t)d, first,
                          first + (INT64_C(1) << (4 * (d - depth))) - 1);
    }
    return rc;
}

static int write_node(const struct tree *t, unsigned depth, int64_t prefix,
                      struct pt_snap_node *node, struct pt_err *err) {
    int rc = put(t, depth, prefix, &node->sum, err);

    node->changed = false;
    for (unsigned i = 0; node->branches && i < BRANCHES && rc == 0; i++)
        if (node->branches[i].changed)
            rc = write_node(t, depth + 1, prefix * BRANCHES + i, &node->branches[i], err);
    return rc;
}

int pt_snap_tree_write(struct pt_ledger *l, struct pt_err *err) {
    int rc = 0;

    for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++) {
        const struct tree t = {.l = l, .part = part};
        struct pt_snap_node *root = l->snap->tree[part];

        if (root && root->changed)
            rc = write_node(&t, 0, 0, root, err);
    }
    return rc;
}

/* ---- sums ---- */

static void join(struct pt_snap_node *node) {
    struct pt_hash heads[BRANCHES];

    nothing(&node->sum);
    for (unsigned i = 0; i < BRANCHES; i++) {
        heads[i] = node->branches[i].sum.head;
        node->sum.pages += node->branches[i].sum.pages;
        node->sum.rows += node->branches[i].sum.rows;
    }
    pt_evidence_inner_node(heads, &node->sum.head);
}

static void sum_leaf(struct pt_snap_node *leaf) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash head;

    nothing(&leaf->sum);
    for (size_t i = 0; i < leaf->n; i++) {
        pt_merkle_append(&f, &leaf->pages[i].entry);
        leaf->sum.rows += leaf->pages[i].rows;
    }
    leaf->sum.pages = leaf->n;
    pt_merkle_root(&f, &head);
    pt_evidence_leaf_node(leaf->n, &head, &leaf->sum.head);
}

/* A LEAF's sum; one with too many pages gets branches, of which the file has none yet. */
static int settle(struct pt_snap_node *node, unsigned depth, struct pt_err *err) {
    size_t at = 0;
    int rc;

    if (!is_large(node->n, depth)) {
        sum_leaf(node);
        return 0;
    }
    rc = branch_out(node, err);
    for (unsigned i = 0; i < BRANCHES && rc == 0; i++) {
        struct pt_snap_node *b = &node->branches[i];
        size_t end = at;

        while (end < node->n && (node->pages[end].place >> below(depth + 1)) % BRANCHES == i)
            end++;
        b->is = LEAF;
        rc = room(b, end - at, err);
        at = end;
    }
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < node->n; i++) {
        struct pt_snap_node *b =
            &node->branches[(node->pages[i].place >> below(depth + 1)) % BRANCHES];

        b->pages[b->n++] = node->pages[i];
        b->changed = true;
    }
    free(node->pages);
    node->pages = NULL;
    node->n = node->cap = 0;
    node->is = INNER;
    for (unsigned i = 0; i < BRANCHES && rc == 0; i++)
        rc = settle(&node->branches[i], depth + 1, err);
    join(node);
    return rc;
}

/* An INNER node with few pages becomes a LEAF again; so are its branches, by their number. */
static int fold_up(const struct tree *t, unsigned depth, int64_t prefix, struct pt_snap_node *node,
                   struct pt_err *err) {
    int rc = drop_below(t, depth, prefix, err);

    rc = rc == 0 ? room(node, (size_t)node->sum.pages, err) : rc;
    for (unsigned i = 0; i < BRANCHES && rc == 0; i++) {
        struct pt_snap_node *b = &node->branches[i];

        rc = open_node(t, depth + 1, prefix * BRANCHES + i, b, err);
        rc = rc == 0 ? room(node, node->n + b->n, err) : rc;
        if (rc != 0)
            break;
        if (b->n > 0)
            memcpy(node->pages + node->n, b->pages, b->n * sizeof *b->pages);
        node->n += b->n;
        b->n = 0;
    }
    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < BRANCHES; i++)
        close_node(t, &node->branches[i]);
    free(node->branches);
    node->branches = NULL;
    node->is = LEAF;
    sum_leaf(node);
    return 0;
}

/* ---- made anew ---- */

static int compare(const char *subject, int64_t place, int32_t fy, const struct pt_snap_made *m) {
    int by_subject;

    if (place != m->place)
        return place < m->place ? -1 : 1;
    by_subject = strcmp(subject, m->subject);
    return by_subject != 0 ? by_subject : (fy > m->fy) - (fy < m->fy);
}

static int in_order(const void *x, const void *y) {
    const struct pt_snap_made *a = x;

    return compare(a->subject, a->place, a->fy, y);
}

/* As many of the leaf's old pages are moved for a new one as there can be in it at most. */
static int merge(const struct tree *t, struct pt_snap_node *leaf, const struct pt_snap_made *made,
                 size_t n, struct pt_err *err) {
    size_t at = 0;
    int rc = room(leaf, leaf->n + n, err);

    for (size_t i = 0; i < n && rc == 0; i++) {
        const struct pt_snap_made *m = &made[i];
        struct page *p = leaf->pages;
        bool there;

        while (at < leaf->n && compare(p[at].subject, p[at].place, p[at].fy, m) < 0)
            at++;
        there = at < leaf->n && compare(p[at].subject, p[at].place, p[at].fy, m) == 0;
        if (there && m->rows > 0) {
            p[at].rows = m->rows;
            pt_evidence_page_entry(m->subject, m->fy, &m->head, &p[at].entry);
        } else if (there) {
            take_out(t, leaf, at);
        } else if (m->rows > 0) {
            rc = insert(t, leaf, at, m, err);
        }
    }
    return rc;
}

/* The node again, of whose pages these (one at least) were made anew. At most PT_SNAP_DIGITS
 * deep. */
static int renew(const struct tree *t, unsigned depth, int64_t prefix, struct pt_snap_node *node,
                 const struct pt_snap_made *made, size_t n, struct pt_err *err) {
    int rc = open_node(t, depth, prefix, node, err);

    node->changed = true;
    if (rc == 0 && node->is == LEAF) {
        rc = merge(t, node, made, n, err);
        return rc == 0 ? settle(node, depth, err) : rc;
    }
    for (size_t at = 0, end; rc == 0 && at < n; at = end) {
        int64_t branch = made[at].place >> below(depth + 1);

        for (end = at + 1; end < n && made[end].place >> below(depth + 1) == branch;)
            end++;
        rc = renew(t, depth + 1, branch, &node->branches[branch % BRANCHES], made + at, end - at,
                   err);
    }
    if (rc != 0)
        return rc;
    join(node);
    return is_large(node->sum.pages, depth) ? 0 : fold_up(t, depth, prefix, node, err);
}

int pt_snap_tree(struct pt_ledger *l, unsigned part, struct pt_snap_made *made, size_t n,
                 struct pt_err *err) {
    struct pt_snap *s = l->snap;
    const struct tree t = {l, part, &s->in_trees};
    int rc = 0;

    if (n == 0)
        return 0;
    qsort(made, n, sizeof *made, in_order);
    if (!s->tree[part]) {
        s->tree[part] = calloc(1, sizeof *s->tree[part]);
        if (!s->tree[part])
            return no_memory(err);
        rc = find(&t, 0, 0, &s->tree[part]->sum, err);
    }
    return rc == 0 ? renew(&t, 0, 0, s->tree[part], made, n, err) : rc;
}

int pt_snap_root_stored(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret,
                        struct pt_err *err) {
    const struct tree t = {.l = l, .part = part};

    return find(&t, 0, 0, ret, err);
}

int pt_snap_root(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret, struct pt_err *err) {
    const struct pt_snap_node *root = l->snap->tree[part];

    if (!root)
        return pt_snap_root_stored(l, part, ret, err);
    *ret = root->sum;
    return 0;
}

int pt_snap_head_of(struct pt_ledger *l, unsigned part, struct pt_hash *ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT head FROM snap_node WHERE part=? AND depth=0 AND prefix=0", "i",
                          (int64_t)part);

    pt_empty_hash(ret);
    if (pt_sql_row(&l->sql, st, &rc, err))
        rc = take_head(ret, pt_sql_blob(st, 0), err);
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_snap_root_anew(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret,
                      struct pt_err *err) {
    struct pt_snap_node root = {.is = LEAF};
    size_t n = 0;
    const struct tree t = {l, part, &n};
    int rc = read_pages(&t, 0, 0, &root, err);

    rc = rc == 0 ? settle(&root, 0, err) : rc;
    *ret = root.sum;
    close_node(&t, &root);
    return rc;
}
