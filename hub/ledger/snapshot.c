/* A day's snapshot: pages made anew where they are dirty, the digests over all, the LedgerSnapshot
 * that the hub authors and everybody else holds the logged one against. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/merkle.h>

#include "snap.h"

enum {
    SETS = 1U << PT_SNAP_PARTS,
    BIT_REST = 1,
    FIRST = PT_PARTY_CONGRESS,
    LAST = PT_PARTY_OFFICE
};
enum { CLASSES = LAST - FIRST + 1 };

/* Over the pages of some parts: a bucket's, or over all buckets. */
struct sum {
    struct pt_merkle_frontier tree;
    uint64_t pages;
    uint64_t rows;
};

/* A page that was made anew, to be written once the walk over its bucket is over. */
struct made {
    char *subject;
    int32_t fy;
    unsigned part;
    unsigned rows;
    struct pt_hash head;
};

struct walk {
    struct pt_ledger *l;
    uint64_t known_at;
    unsigned bucket;
    struct sum sums[SETS];
    struct made *made;
    size_t n, cap;
};

static unsigned parts_of(enum pt_party reader) {
    unsigned set = 0;

    for (unsigned part = 0; part < PT_SNAP_PARTS; part++)
        set |= pt_snap_sees(reader, part) ? 1U << part : 0;
    return set;
}

/* ---- pages ---- */

static int remember(struct walk *w, const struct pt_snap_page *p, unsigned rows,
                    const struct pt_hash *head, struct pt_err *err) {
    if (w->n == w->cap) {
        size_t cap = w->cap ? 2 * w->cap : 64;
        struct made *more = realloc(w->made, cap * sizeof *more);

        if (!more)
            return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
        w->made = more;
        w->cap = cap;
    }
    w->made[w->n] = (struct made){strdup(p->subject), p->fy, p->part, rows, *head};
    if (!w->made[w->n].subject)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
    w->n++;
    return 0;
}

static int make(struct walk *w, const struct pt_snap_page *p, unsigned dirty, unsigned *ret_rows,
                struct pt_hash *ret_head, struct pt_err *err) {
    struct pt_snap_row rows[PT_SNAP_ROWS_MAX];
    int rc = pt_snap_settle(w->l, p, dirty, w->known_at, err);

    rc = rc == 0 ? pt_snap_rows(w->l, p, rows, ret_rows, err) : rc;
    if (rc != 0)
        return rc;
    pt_snap_head(p, rows, *ret_rows, ret_head);
    return remember(w, p, *ret_rows, ret_head, err);
}

static int take_page(struct walk *w, sqlite3_stmt *st, struct pt_err *err) {
    struct pt_span nonces = pt_sql_blob(st, 3);
    struct pt_span kept = pt_sql_blob(st, 6);
    struct pt_snap_page p = {pt_sql_text(st, 0), pt_sql_i32(st, 1), (unsigned)pt_sql_i32(st, 2),
                             nonces.p};
    unsigned dirty = (unsigned)pt_sql_i32(st, 4);
    unsigned rows = (unsigned)pt_sql_i32(st, 5);
    struct pt_hash head = {{0}};
    int rc = 0;

    PT_ASSERT(nonces.len == PT_SNAP_NONCE && p.part < PT_SNAP_PARTS);
    if (dirty != 0)
        rc = make(w, &p, dirty, &rows, &head, err);
    else
        rc = pt_hash_from_bytes(&head, kept.p, kept.len);
    for (unsigned set = 0; set < SETS && rc == 0 && rows > 0; set++)
        if (set & (1U << p.part)) {
            pt_merkle_append(&w->sums[set].tree, &head);
            w->sums[set].rows += rows;
        }
    return rc;
}

static int write_bucket(struct walk *w, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < w->n; i++) {
        struct made *m = &w->made[i];

        if (rc == 0)
            rc = pt_sql_apply(&w->l->sql, pt_snap_st(w->l, PT_SN_MADE), err, "ibisii",
                              (int64_t)m->rows, pt_span(m->head.b, sizeof m->head.b),
                              (int64_t)w->bucket, m->subject, (int64_t)m->fy, (int64_t)m->part);
        free(m->subject);
    }
    w->n = 0;
    for (unsigned set = 1; set < SETS && rc == 0; set++) {
        const struct sum *s = &w->sums[set];
        struct pt_hash head;

        pt_merkle_root(&s->tree, &head);
        rc = pt_sql_apply(&w->l->sql, pt_snap_st(w->l, PT_SN_BUCKET_PUT), err, "iiiib",
                          (int64_t)set, (int64_t)w->bucket, (int64_t)s->tree.size, (int64_t)s->rows,
                          pt_span(head.b, sizeof head.b));
    }
    return rc;
}

static int walk_bucket(struct walk *w, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(w->l, PT_SN_PAGES);
    int rc = pt_sql_bind(&w->l->sql, st, err, "i", (int64_t)w->bucket);

    memset(w->sums, 0, sizeof w->sums);
    while (pt_sql_row(&w->l->sql, st, &rc, err))
        rc = take_page(w, st, err);
    pt_sql_reset(st);
    if (rc == 0)
        return write_bucket(w, err);
    while (w->n > 0)
        free(w->made[--w->n].subject);
    return rc;
}

/* The buckets in which a page is dirty. */
static int walk_dirty(struct walk *w, struct pt_err *err) {
    bool dirty[PT_SNAP_BUCKETS] = {false};
    sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&w->l->sql, &st, err,
                     "SELECT bucket FROM snap_page INDEXED BY snap_dirty WHERE dirty <> 0", "");

    while (pt_sql_row(&w->l->sql, st, &rc, err))
        dirty[pt_sql_i32(st, 0) % PT_SNAP_BUCKETS] = true;
    pt_sql_done(&w->l->sql, st);
    for (w->bucket = 0; w->bucket < PT_SNAP_BUCKETS && rc == 0; w->bucket++)
        if (dirty[w->bucket])
            rc = walk_bucket(w, err);
    free(w->made);
    return rc;
}

/* Over all buckets; one without pages is an empty tree. */
static int sum_buckets(struct walk *w, unsigned set, struct pt_err *err) {
    struct pt_hash heads[PT_SNAP_BUCKETS];
    struct sum *s = &w->sums[set];
    sqlite3_stmt *st = pt_snap_st(w->l, PT_SN_BUCKETS);
    int rc = pt_sql_bind(&w->l->sql, st, err, "i", (int64_t)set);

    memset(s, 0, sizeof *s);
    for (unsigned b = 0; b < PT_SNAP_BUCKETS; b++)
        pt_empty_hash(&heads[b]);
    while (pt_sql_row(&w->l->sql, st, &rc, err)) {
        struct pt_span head = pt_sql_blob(st, 3);

        s->pages += pt_sql_u64(st, 1);
        s->rows += pt_sql_u64(st, 2);
        rc = pt_hash_from_bytes(&heads[pt_sql_i32(st, 0) % PT_SNAP_BUCKETS], head.p, head.len);
    }
    pt_sql_reset(st);
    for (unsigned b = 0; b < PT_SNAP_BUCKETS; b++)
        pt_merkle_append(&s->tree, &heads[b]);
    return rc;
}

/* ---- the message ---- */

struct message {
    Pentad__V1__LedgerSnapshot s;
    Pentad__V1__ClassDigest classes[CLASSES], *class_list[CLASSES];
    Pentad__V1__NamedCount records, *counts[1];
    struct pt_hash heads[CLASSES];
    Pentad__V1__RecordRef rules;
    char party[40], stream[40];
    struct pt_hash hash;
};

/* The rule set in force, if any. */
static int find_rules(struct pt_ledger *l, struct message *m, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(
        &l->sql, &st, err,
        "SELECT s.party, s.name, r.seq, r.hash FROM record r JOIN stream s ON s.sid = r.sid"
        " WHERE r.rec = (SELECT v.rec FROM f_rule_set f CROSS JOIN live v ON v.rec = f.rec"
        "  WHERE v.r_valid <= ?1 ORDER BY v.r_valid DESC, v.r_issued DESC, v.rec DESC LIMIT 1)",
        "i", (int64_t)l->tick.day);

    if (pt_sql_row(&l->sql, st, &rc, err) &&
        pt_hash_from_bytes(&m->hash, pt_sql_blob(st, 3).p, pt_sql_blob(st, 3).len) == 0) {
        (void)snprintf(m->party, sizeof m->party, "%s", pt_sql_text(st, 0));
        (void)snprintf(m->stream, sizeof m->stream, "%s", pt_sql_text(st, 1));
        pentad__v1__record_ref__init(&m->rules);
        m->rules.party = m->party;
        m->rules.stream = m->stream;
        m->rules.has_seq = m->rules.has_hash = 1;
        m->rules.seq = pt_sql_u64(st, 2);
        m->rules.hash = (ProtobufCBinaryData){sizeof m->hash.b, m->hash.b};
        m->s.rule_set = &m->rules;
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

static void put_classes(struct message *m, const struct walk *w) {
    for (int i = 0; i < CLASSES; i++) {
        enum pt_party reader = (enum pt_party)(FIRST + i);
        const struct sum *s = &w->sums[parts_of(reader)];
        Pentad__V1__ClassDigest *c = &m->classes[i];

        pentad__v1__class_digest__init(c);
        pt_merkle_root(&s->tree, &m->heads[i]);
        c->reader_class = (char *)(uintptr_t)pt_party_name(reader);
        c->has_digest = c->has_rows = c->has_pages = 1;
        c->digest = (ProtobufCBinaryData){sizeof m->heads[i].b, m->heads[i].b};
        c->rows = s->rows;
        c->pages = s->pages;
        m->class_list[i] = c;
    }
    m->s.n_digests = CLASSES;
    m->s.digests = m->class_list;
}

static int write_day(struct pt_ledger *l, const struct walk *w, struct pt_err *err) {
    struct message m = {.s = PENTAD__V1__LEDGER_SNAPSHOT__INIT};
    uint8_t *packed;
    size_t n;
    int rc = find_rules(l, &m, err);

    m.s.has_log_size = m.s.has_tick_day = m.s.has_tick_seq = 1;
    m.s.log_size = l->tick.log_size;
    m.s.tick_day = l->tick.day;
    m.s.tick_seq = l->tick.seq;
    put_classes(&m, w);
    pentad__v1__named_count__init(&m.records);
    m.records.name = (char *)(uintptr_t) "records";
    m.records.has_count = 1;
    m.records.count = l->tick.rec;
    m.counts[0] = &m.records;
    m.s.n_counts = 1;
    m.s.counts = m.counts;
    n = pentad__v1__ledger_snapshot__get_packed_size(&m.s);
    packed = malloc(n);
    if (rc != 0 || !packed) {
        free(packed);
        return rc != 0 ? rc : pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
    }
    (void)pentad__v1__ledger_snapshot__pack(&m.s, packed);
    rc = pt_sql_run(&l->sql, err, "INSERT INTO snap_day(day, tick, body) VALUES(?,?,?)", "iib",
                    (int64_t)l->tick.day, (int64_t)l->tick.no, pt_span(packed, n));
    free(packed);
    return rc;
}

int pt_snap_tick(struct pt_ledger *l, int32_t last_day, struct pt_err *err) {
    struct walk w = {.l = l, .known_at = l->tick.log_size};
    int rc = pt_snap_flush(l, err);

    rc = rc == 0 ? pt_snap_touch(l, err) : rc;
    if (rc != 0 || l->tick.day == last_day)
        return rc;
    rc = walk_dirty(&w, err);
    for (unsigned set = 0; set < SETS && rc == 0; set++)
        rc = sum_buckets(&w, set, err);
    return rc == 0 ? write_day(l, &w, err) : rc;
}

/* ---- what the log holds ---- */

static const Pentad__V1__ClassDigest *class_of(const Pentad__V1__LedgerSnapshot *s,
                                               const char *reader) {
    for (size_t i = 0; i < s->n_digests; i++)
        if (s->digests[i]->reader_class && strcmp(s->digests[i]->reader_class, reader) == 0)
            return s->digests[i];
    return NULL;
}

static bool same_class(const Pentad__V1__ClassDigest *a, const Pentad__V1__ClassDigest *b) {
    return a && b && a->rows == b->rows && a->pages == b->pages && a->digest.len == b->digest.len &&
           memcmp(a->digest.data, b->digest.data, a->digest.len) == 0;
}

/* As bits of snap_day.unlike. */
static uint32_t compare(const Pentad__V1__LedgerSnapshot *ours,
                        const Pentad__V1__LedgerSnapshot *theirs, bool equal) {
    uint32_t bits = 0;

    for (int p = FIRST; p <= LAST; p++) {
        const char *name = pt_party_name((enum pt_party)p);

        if (!same_class(class_of(ours, name), class_of(theirs, name)))
            bits |= PT_PARTY_BIT(p);
    }
    return bits == 0 && !equal ? BIT_REST : bits;
}

/* The first one of a tick counts; one of no day that began here says nothing about this ledger. */
int pt_snap_logged(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__LedgerSnapshot *theirs = f->r->ledger_snapshot;
    Pentad__V1__LedgerSnapshot *ours;
    sqlite3_stmt *st = NULL;
    uint8_t *packed;
    uint32_t unlike = BIT_REST;
    bool found;
    size_t n;
    int rc;

    if (f->r->body_case != PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT)
        return 0;
    n = pentad__v1__ledger_snapshot__get_packed_size(theirs);
    packed = malloc(n ? n : 1);
    if (!packed)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
    (void)pentad__v1__ledger_snapshot__pack(theirs, packed);
    rc = pt_sql_query(&l->sql, &st, err, "SELECT body FROM snap_day WHERE day=? AND rec IS NULL",
                      "i", (int64_t)theirs->tick_day);
    found = pt_sql_row(&l->sql, st, &rc, err);
    if (found) {
        struct pt_span body = pt_sql_blob(st, 0);

        ours = pentad__v1__ledger_snapshot__unpack(NULL, body.len, body.p);
        if (ours) {
            unlike = compare(ours, theirs, pt_span_eq(body, pt_span(packed, n)));
            pentad__v1__ledger_snapshot__free_unpacked(ours, NULL);
        }
    }
    pt_sql_done(&l->sql, st);
    free(packed);
    return rc == 0 && found
               ? pt_sql_run(&l->sql, err, "UPDATE snap_day SET rec=?, unlike=? WHERE day=?", "iii",
                            f->rec, (int64_t)unlike, (int64_t)theirs->tick_day)
               : rc;
}

int pt_snapshot_due(struct pt_ledger *l, int32_t *ret_day, struct pt_buf *out, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT day, body FROM snap_day WHERE rec IS NULL"
                          " AND day = (SELECT max(day) FROM snap_day)",
                          "");

    *ret_day = 0;
    if (pt_sql_row(&l->sql, st, &rc, err)) {
        *ret_day = pt_sql_i32(st, 0);
        if (out && pt_buf_append_span(out, pt_sql_blob(st, 1)) != 0)
            rc = pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_snapshot_unlike(struct pt_ledger *l, enum pt_party reader, uint64_t *ret_n,
                       struct pt_err *err) {
    int64_t n;
    bool found;
    int64_t bits = reader == PT_PARTY_NONE ? -1 : (int64_t)PT_PARTY_BIT(reader);
    int rc =
        pt_sql_number(&l->sql, &n, &found, err,
                      "SELECT count(*) FROM snap_day WHERE unlike <> 0 AND unlike & ?1", "i", bits);

    *ret_n = (uint64_t)n;
    return rc;
}
