/* What is attested of logged snapshots: a digest, the classes that have it, whether the log says
 * so. */
#include <string.h>

#include "snap.h"

/* Is it the class of one that sees no more than the reader? */
static bool derives(enum pt_party reader, enum pt_party of) {
    return of != PT_PARTY_NONE && (pt_snap_parts(of) & ~pt_snap_parts(reader)) == 0;
}

/* The verdicts of one day: classes of one digest and one standing go together. */
struct verdicts {
    struct pt_snapshot_verdict v[PT_PARTY_END];
    size_t n;
};

static void add_class(struct verdicts *all, enum pt_party of, const struct pt_hash *digest,
                      bool equal) {
    size_t i = 0;

    while (i < all->n && !(pt_hash_eq(&all->v[i].digest, digest) && all->v[i].equal == equal))
        i++;
    if (i == all->n && all->n < PT_PARTY_END) {
        memset(&all->v[i], 0, sizeof all->v[i]);
        all->v[i].digest = *digest;
        all->v[i].equal = equal;
        all->n++;
    }
    if (i < all->n && all->v[i].n_classes < PT_PARTY_END)
        all->v[i].classes[all->v[i].n_classes++] = of;
}

static int take_classes(struct pt_span body, int64_t unlike, enum pt_party reader,
                        struct verdicts *ret, struct pt_err *err) {
    Pentad__V1__LedgerSnapshot *s = pentad__v1__ledger_snapshot__unpack(NULL, body.len, body.p);
    struct pt_hash digest;

    ret->n = 0;
    if (!s)
        return pt_err_set(err, PT_E_CORRUPT, "ledger: a snapshot can't be read");
    for (size_t i = 0; i < s->n_digests; i++) {
        const Pentad__V1__ClassDigest *c = s->digests[i];
        enum pt_party of = pt_party_from_name(c->reader_class);

        if (derives(reader, of) && pt_hash_from_bytes(&digest, c->digest.data, c->digest.len) == 0)
            add_class(ret, of, &digest, (unlike & (int64_t)PT_PARTY_BIT(of)) == 0);
    }
    pentad__v1__ledger_snapshot__free_unpacked(s, NULL);
    return 0;
}

int pt_snapshot_verdicts(struct pt_ledger *l, int32_t day, enum pt_party reader,
                         pt_snapshot_verdict_cb *cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT d.day, d.body, d.unlike, s.party, s.name, r.seq, r.hash, d.format"
                          " FROM snap_day d JOIN record r ON r.rec = d.rec"
                          " JOIN stream s ON s.sid = r.sid WHERE d.day > ? ORDER BY d.day",
                          "i", (int64_t)day);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        struct verdicts all = {.n = 1};
        uint32_t format = (uint32_t)pt_sql_i64(st, 7);

        if (format == PT_SNAP_FORMAT)
            rc = take_classes(pt_sql_blob(st, 1), pt_sql_i64(st, 2), reader, &all, err);
        for (size_t i = 0; i < all.n && rc == 0; i++) {
            all.v[i].day = pt_sql_i32(st, 0);
            all.v[i].party = pt_sql_text(st, 3);
            all.v[i].stream = pt_sql_text(st, 4);
            all.v[i].seq = pt_sql_u64(st, 5);
            all.v[i].hash = pt_sql_blob(st, 6);
            all.v[i].format = format;
            all.v[i].own_format = PT_SNAP_FORMAT;
            rc = cb(ctx, &all.v[i]);
        }
    }
    pt_sql_done(&l->sql, st);
    return rc;
}
