/* The trees over a part's pages: only the paths to pages that changed are made anew. */
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/evidence.h>
#include <pentad/proof/merkle.h>

#include "snap.h"

enum { BRANCHES = PT_EVIDENCE_BRANCHES };

struct page {
    int64_t place;
    uint64_t rows;
    struct pt_hash entry;
};

struct tree {
    struct pt_ledger *l;
    unsigned part;
    bool unkept;        /* nodes are made and not written */
    struct page *pages; /* of the node that is made anew from its pages */
    size_t n, cap;
};

/* By how many bits a place is longer than a prefix of that depth. */
static unsigned below(unsigned depth) {
    return 4 * (PT_SNAP_DIGITS - depth);
}

static void nothing(struct pt_snap_sum *s) {
    *s = (struct pt_snap_sum){.pages = 0};
    pt_empty_hash(&s->head);
}

static int put(const struct tree *t, unsigned depth, int64_t prefix, const struct pt_snap_sum *s,
               struct pt_err *err) {
    if (t->unkept)
        return 0;
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

static int find_branches(const struct tree *t, unsigned depth, int64_t prefix,
                         struct pt_snap_sum ret[BRANCHES], struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(t->l, PT_SN_NODES);
    int rc = pt_sql_bind(&t->l->sql, st, err, "iiii", (int64_t)t->part, (int64_t)depth + 1,
                         prefix * BRANCHES, prefix * BRANCHES + BRANCHES - 1);

    for (unsigned i = 0; i < BRANCHES; i++)
        nothing(&ret[i]);
    while (pt_sql_row(&t->l->sql, st, &rc, err))
        rc = take_sum(st, &ret[pt_sql_i64(st, 0) % BRANCHES], err);
    pt_sql_reset(st);
    return rc;
}

static void join(const struct pt_snap_sum branches[BRANCHES], struct pt_snap_sum *ret) {
    struct pt_hash heads[BRANCHES];

    nothing(ret);
    for (unsigned i = 0; i < BRANCHES; i++) {
        heads[i] = branches[i].head;
        ret->pages += branches[i].pages;
        ret->rows += branches[i].rows;
    }
    pt_evidence_inner_node(heads, &ret->head);
}

static void leaf(const struct page *pages, size_t n, struct pt_snap_sum *ret) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash head;

    nothing(ret);
    for (size_t i = 0; i < n; i++) {
        pt_merkle_append(&f, &pages[i].entry);
        ret->rows += pages[i].rows;
    }
    ret->pages = n;
    pt_merkle_root(&f, &head);
    pt_evidence_leaf_node(n, &head, &ret->head);
}

/* The node over these pages, and all below it, of which there are none yet. */
static int build(const struct tree *t, unsigned depth, int64_t prefix, const struct page *pages,
                 size_t n, struct pt_snap_sum *ret, struct pt_err *err) {
    struct pt_snap_sum branches[BRANCHES];
    size_t at = 0;
    int rc = 0;

    if (n <= PT_SNAP_LEAF || depth == PT_SNAP_DIGITS) {
        leaf(pages, n, ret);
        return put(t, depth, prefix, ret, err);
    }
    for (unsigned i = 0; i < BRANCHES && rc == 0; i++) {
        int64_t branch = prefix * BRANCHES + i;
        size_t end = at;

        nothing(&branches[i]);
        while (end < n && pages[end].place >> below(depth + 1) == branch)
            end++;
        if (end > at)
            rc = build(t, depth + 1, branch, pages + at, end - at, &branches[i], err);
        at = end;
    }
    if (rc != 0)
        return rc;
    join(branches, ret);
    return put(t, depth, prefix, ret, err);
}

static int collect(struct tree *t, unsigned depth, int64_t prefix, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(t->l, PT_SN_PAGES);
    int64_t first = prefix << below(depth);
    struct pt_hash head;
    int rc = pt_sql_bind(&t->l->sql, st, err, "iii", (int64_t)t->part, first,
                         first + (INT64_C(1) << below(depth)) - 1);

    t->n = 0;
    while (pt_sql_row(&t->l->sql, st, &rc, err)) {
        if (t->n == t->cap) {
            size_t cap = t->cap ? 2 * t->cap : 64;
            struct page *more = realloc(t->pages, cap * sizeof *more);

            if (!more) {
                rc = pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
                break;
            }
            t->pages = more;
            t->cap = cap;
        }
        rc = take_head(&head, pt_sql_blob(st, 2), err);
        t->pages[t->n].place = pt_sql_i64(st, 0);
        t->pages[t->n].rows = pt_sql_u64(st, 1);
        pt_evidence_page_entry(pt_sql_text(st, 3), pt_sql_i32(st, 4), &head,
                               &t->pages[t->n++].entry);
    }
    pt_sql_reset(st);
    return rc;
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

/* The node again, of whose pages those at these places (one at least) were made anew. At most
 * PT_SNAP_DIGITS deep. */
static int renew(struct tree *t, unsigned depth, int64_t prefix, const int64_t *places, size_t n,
                 struct pt_snap_sum *ret, struct pt_err *err) {
    struct pt_snap_sum branches[BRANCHES];
    bool inner;
    int rc = find(t, depth, prefix, ret, err);

    inner = ret->pages > PT_SNAP_LEAF && depth < PT_SNAP_DIGITS;
    if (rc == 0 && inner)
        rc = find_branches(t, depth, prefix, branches, err);
    for (size_t at = 0, end; rc == 0 && inner && at < n; at = end) {
        int64_t branch = places[at] >> below(depth + 1);

        for (end = at + 1; end < n && places[end] >> below(depth + 1) == branch;)
            end++;
        rc = renew(t, depth + 1, branch, places + at, end - at, &branches[branch % BRANCHES], err);
    }
    if (rc == 0 && inner) {
        join(branches, ret);
        if (ret->pages > PT_SNAP_LEAF)
            return put(t, depth, prefix, ret, err);
        rc = drop_below(t, depth, prefix, err);
    }
    rc = rc == 0 ? collect(t, depth, prefix, err) : rc;
    return rc == 0 ? build(t, depth, prefix, t->pages, t->n, ret, err) : rc;
}

int pt_snap_tree(struct pt_ledger *l, unsigned part, const int64_t *places, size_t n,
                 struct pt_err *err) {
    struct tree t = {.l = l, .part = part};
    struct pt_snap_sum root;
    int rc = n > 0 ? renew(&t, 0, 0, places, n, &root, err) : 0;

    free(t.pages);
    return rc;
}

int pt_snap_root(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret, struct pt_err *err) {
    const struct tree t = {.l = l, .part = part};

    return find(&t, 0, 0, ret, err);
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
    struct tree t = {.l = l, .part = part, .unkept = true};
    int rc = collect(&t, 0, 0, err);

    rc = rc == 0 ? build(&t, 0, 0, t.pages, t.n, ret, err) : rc;
    free(t.pages);
    return rc;
}
