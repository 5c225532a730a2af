/* A day's snapshot: pages made anew where they are dirty, the digests over all, the LedgerSnapshot
 * that the hub authors and everybody else holds the logged one against. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/merkle.h>

#include "snapkeep.h"

enum { BIT_REST = 1, FIRST = PT_PARTY_CONGRESS, LAST = PT_PARTY_OFFICE };
enum { CLASSES = LAST - FIRST + 1 };

/* ---- pages ---- */

struct dirty {
    struct pt_snap_made made; /* with its subject, owned */
    unsigned part, bits;
    uint8_t chain[PT_SNAP_CHAIN];
};

/* Pages to be made anew that aren't in memory. */
struct anew {
    struct dirty *page;
    size_t n, cap;
};

static void drop_pages(struct anew *a) {
    for (size_t i = 0; i < a->n; i++)
        free((char *)(uintptr_t)a->page[i].made.subject);
    free(a->page);
}

static int no_memory(struct pt_err *err) {
    return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a snapshot");
}

/* Of a row part, place, subject, fy, chain, dirty. */
static int take_page(struct anew *a, sqlite3_stmt *st, struct pt_err *err) {
    struct pt_span chain = pt_sql_blob(st, 4);
    struct dirty *p;

    if (a->n == a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 256;

        p = realloc(a->page, cap * sizeof *p);
        if (!p)
            return no_memory(err);
        a->page = p;
        a->cap = cap;
    }
    p = &a->page[a->n];
    *p = (struct dirty){.made = {.subject = strdup(pt_sql_text(st, 2)),
                                 .place = pt_sql_i64(st, 1),
                                 .fy = pt_sql_i32(st, 3)},
                        .part = (unsigned)pt_sql_i32(st, 0),
                        .bits = (unsigned)pt_sql_i32(st, 5)};
    PT_ASSERT(chain.len == sizeof p->chain && p->part < PT_SNAP_PARTS);
    memcpy(p->chain, chain.p, sizeof p->chain);
    if (!p->made.subject)
        return no_memory(err);
    a->n++;
    return 0;
}

static int make(struct pt_ledger *l, struct dirty *d, struct pt_err *err) {
    const struct pt_snap_page p = {d->made.subject, d->made.fy, d->part, d->chain};
    struct pt_snap_row rows[PT_SNAP_ROWS_MAX];
    unsigned n = 0;
    int rc = pt_snap_settle(l, &p, d->bits, l->tick.log_size, rows, &n, err);

    if (rc != 0)
        return rc;
    d->made.rows = n;
    pt_snap_head(&p, rows, n, &d->made.head);
    return pt_sql_apply(&l->sql, pt_snap_st(l, PT_SN_MADE), err, "ibiisi", (int64_t)n,
                        pt_span(d->made.head.b, sizeof d->made.head.b), (int64_t)d->part,
                        d->made.place, p.subject, (int64_t)p.fy);
}

/* Of the part's pages here and of those that were made in memory. */
static int renew_tree(struct pt_ledger *l, unsigned part, const struct anew *a,
                      struct pt_err *err) {
    const struct pt_snap *s = l->snap;
    struct pt_snap_made *made = calloc(a->n + s->n_made + 1, sizeof *made);
    size_t n = 0;
    int rc;

    if (!made)
        return no_memory(err);
    for (size_t i = 0; i < a->n; i++)
        if (a->page[i].part == part)
            made[n++] = a->page[i].made;
    for (size_t i = 0; part == PT_SNAP_PAID && i < s->n_made; i++) {
        const struct pt_snap_kept *p = s->made[i];

        made[n++] = (struct pt_snap_made){p->subject, p->place, p->fy, p->rows, p->head};
    }
    rc = pt_snap_tree(l, part, made, n, err);
    free(made);
    return rc;
}

/* One of payments that is in memory is made there. */
static int take_dirty(struct pt_ledger *l, struct anew *a, sqlite3_stmt *st, struct pt_err *err) {
    int32_t fy = pt_sql_i32(st, 3);
    struct pt_snap_kept *p = NULL;

    if (pt_sql_i32(st, 0) == PT_SNAP_PAID && fy >= PT_SNAP_YEAR_MIN)
        p = pt_snap_kept(l->snap, pt_sql_text(st, 2), fy, PT_SNAP_PAID);
    if (!p)
        return take_page(a, st, err);
    pt_snap_set_stale(l->snap, p);
    return 0;
}

static int make_all(struct pt_ledger *l, struct pt_err *err) {
    struct anew a = {0};
    sqlite3_stmt *st = pt_snap_st(l, PT_SN_DIRTY);
    int rc = pt_sql_bind(&l->sql, st, err, "");

    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = take_dirty(l, &a, st, err);
    pt_sql_reset(st);
    rc = rc == 0 ? pt_snap_make(l, err) : rc;
    for (size_t i = 0; i < a.n && rc == 0; i++)
        rc = make(l, &a.page[i], err);
    for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++)
        rc = renew_tree(l, part, &a, err);
    drop_pages(&a);
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
        "  WHERE v.r_valid <= ?1 ORDER BY v.r_valid DESC, v.r_issued DESC,"
        "  v.r_stream DESC, v.r_seq DESC LIMIT 1)",
        "i", (int64_t)l->tick.day);

    if (pt_sql_row(&l->sql, st, &rc, err)) {
        struct pt_span hash = pt_sql_blob(st, 3);

        if (pt_hash_from_bytes(&m->hash, hash.p, hash.len) != 0)
            rc = pt_err_set(err, PT_E_CORRUPT, "ledger: the rule set's hash can't be read");
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

/* Over the trees of the parts that the class sees. */
static void digest_of(enum pt_party reader, const struct pt_snap_sum roots[PT_SNAP_PARTS],
                      struct pt_snap_sum *ret) {
    struct pt_merkle_frontier f = {0};

    *ret = (struct pt_snap_sum){.pages = 0};
    for (unsigned part = 0; part < PT_SNAP_PARTS; part++)
        if (pt_snap_sees(reader, part)) {
            pt_merkle_append(&f, &roots[part].head);
            ret->pages += roots[part].pages;
            ret->rows += roots[part].rows;
        }
    pt_merkle_root(&f, &ret->head);
}

static int put_classes(struct pt_ledger *l, struct message *m, struct pt_err *err) {
    struct pt_snap_sum roots[PT_SNAP_PARTS];
    int rc = 0;

    for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++)
        rc = pt_snap_root(l, part, &roots[part], err);
    for (int i = 0; i < CLASSES && rc == 0; i++) {
        enum pt_party reader = (enum pt_party)(FIRST + i);
        Pentad__V1__ClassDigest *c = &m->classes[i];
        struct pt_snap_sum s;

        pentad__v1__class_digest__init(c);
        digest_of(reader, roots, &s);
        m->heads[i] = s.head;
        c->reader_class = (char *)(uintptr_t)pt_party_name(reader);
        c->has_digest = c->has_rows = c->has_pages = 1;
        c->digest = (ProtobufCBinaryData){sizeof m->heads[i].b, m->heads[i].b};
        c->rows = s.rows;
        c->pages = s.pages;
        m->class_list[i] = c;
    }
    if (rc != 0)
        return rc;
    m->s.n_digests = CLASSES;
    m->s.digests = m->class_list;
    return 0;
}

static int write_day(struct pt_ledger *l, struct pt_err *err) {
    struct message m = {.s = PENTAD__V1__LEDGER_SNAPSHOT__INIT};
    uint8_t sm3[PT_SM3_LEN];
    uint8_t *packed;
    size_t n;
    int rc = find_rules(l, &m, err);

    m.s.has_log_size = m.s.has_tick_day = m.s.has_tick_seq = 1;
    m.s.log_size = l->tick.log_size;
    m.s.tick_day = l->tick.day;
    m.s.tick_seq = l->tick.seq;
    m.s.has_format = 1;
    m.s.format = PT_SNAP_FORMAT;
    if (!l->parts) {
        PT_ASSERT(l->edge.size == l->tick.log_size);
        rc = rc == 0 ? pt_sm3_root(l, sm3, err) : rc;
        m.s.has_log_root_sm3 = 1;
        m.s.log_root_sm3 = (ProtobufCBinaryData){sizeof sm3, sm3};
    }
    rc = rc == 0 ? put_classes(l, &m, err) : rc;
    pentad__v1__named_count__init(&m.records);
    m.records.name = (char *)(uintptr_t) "records";
    m.records.has_count = 1;
    m.records.count = l->tick.rec;
    m.counts[0] = &m.records;
    m.s.n_counts = 1;
    m.s.counts = m.counts;
    if (rc != 0)
        return rc;
    n = pentad__v1__ledger_snapshot__get_packed_size(&m.s);
    packed = malloc(n);
    if (!packed)
        return no_memory(err);
    (void)pentad__v1__ledger_snapshot__pack(&m.s, packed);
    rc = pt_sql_run(&l->sql, err, "INSERT INTO snap_day(day, tick, body) VALUES(?,?,?)", "iib",
                    (int64_t)l->tick.day, (int64_t)l->tick.no, pt_span(packed, n));
    free(packed);
    return rc;
}

int pt_snap_tick(struct pt_ledger *l, int32_t last_day, struct pt_err *err) {
    bool first = l->tick.day != last_day;
    int rc = pt_snap_move(l, err);

    rc = rc == 0 ? pt_snap_flush(l, err) : rc;
    rc = rc == 0 ? pt_snap_touch(l, err) : rc;
    rc = rc == 0 && first ? make_all(l, err) : rc;
    rc = rc == 0 && first ? write_day(l, err) : rc;
    return rc == 0 && pt_snap_is_full(l) ? pt_snap_write(l, err) : rc;
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

/* Which classes differ, as bits of snap_day.unlike. BIT_REST: no class does, and the message does
 * elsewhere. */
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

/* Word for word; one from before there was an SM3 head is compared without it. */
static bool same_message(Pentad__V1__LedgerSnapshot *ours, const Pentad__V1__LedgerSnapshot *theirs,
                         struct pt_span packed) {
    uint8_t *again;
    size_t n;
    bool same;

    ours->has_log_root_sm3 = ours->has_log_root_sm3 && theirs->has_log_root_sm3;
    n = pentad__v1__ledger_snapshot__get_packed_size(ours);
    again = malloc(n ? n : 1);
    if (!again)
        return false;
    (void)pentad__v1__ledger_snapshot__pack(ours, again);
    same = pt_span_eq(pt_span(again, n), packed);
    free(again);
    return same;
}

/* The first one of a tick counts; one of no day that began here says nothing about this ledger, and
 * one of another format is neither like it nor unlike. */
int pt_snap_logged(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__LedgerSnapshot *theirs = f->r->ledger_snapshot;
    Pentad__V1__LedgerSnapshot *ours;
    sqlite3_stmt *st = NULL;
    uint8_t *packed;
    uint32_t unlike = 0;
    uint32_t format;
    bool found;
    size_t n;
    int rc;

    if (f->r->body_case != PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT)
        return 0;
    format = pt_evidence_format(theirs);
    n = pentad__v1__ledger_snapshot__get_packed_size(theirs);
    packed = malloc(n ? n : 1);
    if (!packed)
        return no_memory(err);
    (void)pentad__v1__ledger_snapshot__pack(theirs, packed);
    rc = pt_sql_query(&l->sql, &st, err, "SELECT body FROM snap_day WHERE day=? AND rec IS NULL",
                      "i", (int64_t)theirs->tick_day);
    found = pt_sql_row(&l->sql, st, &rc, err);
    if (found && format == PT_SNAP_FORMAT) {
        struct pt_span body = pt_sql_blob(st, 0);

        ours = pentad__v1__ledger_snapshot__unpack(NULL, body.len, body.p);
        if (!ours) {
            rc = pt_err_set(err, PT_E_CORRUPT, "ledger: the snapshot of %d can't be read",
                            theirs->tick_day);
        } else {
            unlike = compare(ours, theirs, same_message(ours, theirs, pt_span(packed, n)));
            pentad__v1__ledger_snapshot__free_unpacked(ours, NULL);
        }
    }
    pt_sql_done(&l->sql, st);
    free(packed);
    return rc == 0 && found
               ? pt_sql_run(&l->sql, err,
                            "UPDATE snap_day SET rec=?, unlike=?, format=? WHERE day=?", "iiii",
                            f->rec, (int64_t)unlike, (int64_t)format, (int64_t)theirs->tick_day)
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

int pt_snapshot_count(struct pt_ledger *l, struct pt_snapshot_count *ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(
        &l->sql, &st, err,
        "SELECT count(*) FILTER (WHERE format = ?1),"
        " count(*) FILTER (WHERE rec IS NULL AND day < (SELECT max(day) FROM snap_day)),"
        " count(*) FILTER (WHERE format <> ?1),"
        " count(*) FILTER (WHERE format <> ?1 AND day > (SELECT min(day) FROM snap_day"
        "  WHERE format = ?1)), coalesce(max(format) FILTER (WHERE format <> ?1), 0) FROM snap_day",
        "i", (int64_t)PT_SNAP_FORMAT);

    memset(ret, 0, sizeof *ret);
    ret->own_format = PT_SNAP_FORMAT;
    if (pt_sql_row(&l->sql, st, &rc, err)) {
        ret->compared = pt_sql_u64(st, 0);
        ret->missing = pt_sql_u64(st, 1);
        ret->other = pt_sql_u64(st, 2);
        ret->other_later = pt_sql_u64(st, 3);
        ret->other_format = (uint32_t)pt_sql_u64(st, 4);
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
