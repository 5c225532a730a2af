/* The log's tree once more with SM3 for SHA-256, over the same LogEntry bytes: its head stands in
 * each H03. Only the right edge is kept, beside the cursor. docs/formats.md 5, decisions/0029. */
#include <string.h>

#include "internal.h"

static int hash(struct pt_ledger *l, uint8_t prefix, struct pt_span a, struct pt_span b,
                uint8_t out[PT_SM3_LEN], struct pt_err *err) {
    if (EVP_DigestInit_ex(l->md, l->sm3, NULL) != 1 || EVP_DigestUpdate(l->md, &prefix, 1) != 1 ||
        EVP_DigestUpdate(l->md, a.p, a.len) != 1 || EVP_DigestUpdate(l->md, b.p, b.len) != 1 ||
        EVP_DigestFinal_ex(l->md, out, NULL) != 1)
        return pt_err_set(err, PT_E_CRYPTO, "ledger: SM3 failed");
    return 0;
}

static struct pt_span node(const struct pt_ledger *l, unsigned level) {
    return pt_span(l->edge.node[level], PT_SM3_LEN);
}

int pt_sm3_append(struct pt_ledger *l, struct pt_span log_entry, struct pt_err *err) {
    uint8_t h[PT_SM3_LEN];
    unsigned level = 0;
    int rc = hash(l, 0, log_entry, pt_span(NULL, 0), h, err);

    for (; rc == 0 && (l->edge.size >> level & 1) != 0; level++)
        rc = hash(l, 1, node(l, level), pt_span(h, sizeof h), h, err);
    if (rc != 0)
        return rc;
    memcpy(l->edge.node[level], h, sizeof h);
    l->edge.size++;
    return 0;
}

int pt_sm3_root(struct pt_ledger *l, uint8_t ret[PT_SM3_LEN], struct pt_err *err) {
    bool first = true;
    int rc = 0;

    PT_ASSERT(l->edge.size > 0);
    for (unsigned level = 0; level < PT_SM3_LEVELS && rc == 0; level++) {
        if ((l->edge.size >> level & 1) == 0)
            continue;
        if (first)
            memcpy(ret, l->edge.node[level], PT_SM3_LEN);
        else
            rc = hash(l, 1, node(l, level), pt_span(ret, PT_SM3_LEN), ret, err);
        first = false;
    }
    return rc;
}

/* ---- beside the cursor ---- */

/* The nodes that there are, lowest level first. */
int pt_sm3_store(struct pt_ledger *l, struct pt_err *err) {
    uint8_t bytes[PT_SM3_LEVELS * PT_SM3_LEN];
    size_t n = 0;

    if (l->parts)
        return 0;
    PT_ASSERT(l->edge.size == l->cursor);
    for (unsigned level = 0; level < PT_SM3_LEVELS; level++)
        if ((l->edge.size >> level & 1) != 0) {
            memcpy(bytes + n, l->edge.node[level], PT_SM3_LEN);
            n += PT_SM3_LEN;
        }
    return pt_sql_run(&l->sql, err, "INSERT OR REPLACE INTO log_edge VALUES('sm3',?)", "b",
                      pt_span(bytes, n));
}

/* 0: as many nodes as `size` has. */
static int spread(struct pt_ledger *l, struct pt_span bytes, struct pt_err *err) {
    size_t at = 0;

    for (unsigned level = 0; level < PT_SM3_LEVELS; level++)
        if ((l->edge.size >> level & 1) != 0) {
            if (bytes.len - at < PT_SM3_LEN)
                break;
            memcpy(l->edge.node[level], bytes.p + at, PT_SM3_LEN);
            at += PT_SM3_LEN;
        }
    return at == bytes.len && at == PT_SM3_LEN * (size_t)__builtin_popcountll(l->edge.size)
               ? 0
               : pt_err_set(err, PT_E_CORRUPT, "ledger: the edge of the tree can't be read");
}

int pt_sm3_load(struct pt_ledger *l, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, "SELECT v FROM log_edge WHERE k='sm3'", "");
    bool found = pt_sql_row(&l->sql, st, &rc, err);

    l->edge = (struct pt_sm3_edge){.size = l->cursor};
    if (rc == 0)
        rc = spread(l, found ? pt_sql_blob(st, 0) : pt_span(NULL, 0), err);
    pt_sql_done(&l->sql, st);
    return rc;
}
