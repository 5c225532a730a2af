#include "city_complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/complete.h>
#include <pentad/record/ref.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/hub.pb-c.h>

#include "feeder.h"

enum { RECORDS_MAX = 65536, FIGURES_MAX = 128, WITHOUT_MIN = 24, SHIFTED_MIN = 4, WITHOUT_MAX = 2 };

/* A bundle as its verification leaves it behind. */
struct bundle {
    const struct mklog *m;
    struct pt_evidence_result r;
    Pentad__V1__EvidenceBundle b;
    Pentad__V1__EvidenceFigure figure;
    struct pt_evidence_record records[RECORDS_MAX];
    Pentad__V1__EvidenceBatch batches[RECORDS_MAX];
    Pentad__V1__EvidenceBatch *list[RECORDS_MAX];
    Pentad__V1__EvidenceRecord of[RECORDS_MAX], *of_list[RECORDS_MAX];
    char subject[256];
};

static uint64_t first_seq(const struct mklog *m, uint64_t log_index) {
    const struct pt_span e = m->e[log_index - m->first].log_entry;
    Pentad__V1__LogEntry *le = pentad__v1__log_entry__unpack(NULL, e.len, e.p);
    const ProtobufCBinaryData *said = &le->envelope->payload;
    Pentad__V1__BatchStatement *b =
        pentad__v1__batch_statement__unpack(NULL, said->len, said->data);
    uint64_t first = b->first_seq;

    pentad__v1__batch_statement__free_unpacked(b, NULL);
    pentad__v1__log_entry__free_unpacked(le, NULL);
    return first;
}

static int take(void *ctx, const char *party, const char *stream, uint64_t seq,
                uint64_t log_index) {
    struct bundle *k = ctx;
    const struct pt_fold_entry *e = &k->m->e[log_index - k->m->first];
    size_t n = k->r.n_records++;

    (void)party, (void)stream;
    if (n == RECORDS_MAX) {
        k->r.n_records--;
        return PT_E_TOO_LARGE;
    }
    k->records[n] =
        (struct pt_evidence_record){.seq = seq,
                                    .log_index = log_index,
                                    .bytes = e->records[seq - first_seq(k->m, log_index)],
                                    .ok = true};
    pentad__v1__evidence_batch__init(&k->batches[n]);
    k->batches[n].log_index = log_index;
    k->batches[n].has_log_entry = 1;
    k->batches[n].log_entry =
        (ProtobufCBinaryData){e->log_entry.len, (uint8_t *)(uintptr_t)e->log_entry.p};
    k->list[n] = &k->batches[n];
    pentad__v1__evidence_record__init(&k->of[n]);
    k->of[n].batch = (uint32_t)n;
    k->of_list[n] = &k->of[n];
    k->b.n_batches = k->b.n_records = k->r.n_records;
    return 0;
}

/* Have the trees that the whole log made the same page, or none either? */
static bool same_page(struct pt_ledger *l, const struct pt_evidence_page *made) {
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    bool same = !made->there;
    int rc = pt_sql_query(pt_ledger_sql(l), &st, &err,
                          "SELECT head FROM snap_page WHERE part=? AND subject=? AND fy=?"
                          " AND rows > 0",
                          "isi", (int64_t)made->part, made->subject, (int64_t)made->fiscal_year);

    if (pt_sql_row(pt_ledger_sql(l), st, &rc, &err))
        same = made->there && pt_span_eq(pt_sql_blob(st, 0), pt_span(made->head.b, PT_HASH_LEN));
    pt_sql_done(pt_ledger_sql(l), st);
    return same;
}

/* How often a figure was asked for and proven, of items [0] and of what sums over them [1]. */
struct tally {
    size_t asked[2], proven[2];
};

/* How often records were left out of a figure's, and how often pages or the tick told. */
struct omissions {
    struct pt_rng rng;
    size_t tried, told;
};

/* Which records go: one, or all of one type, of one type and fiscal year. */
struct omission {
    enum { ONE, TYPE, YEAR } what;
    size_t nth;
    int type;
    int32_t fy;
};

static bool goes(const struct omission *o, const struct pt_evidence_record *rec, size_t nth) {
    Pentad__V1__Record *r;
    bool is;

    if (o->what == ONE)
        return nth == o->nth;
    r = pentad__v1__record__unpack(NULL, rec->bytes.len, rec->bytes.p);
    is = (int)r->body_case == o->type && (o->what == TYPE || r->fiscal_year == o->fy);
    pentad__v1__record__free_unpacked(r, NULL);
    return is;
}

static struct omission draw(struct bundle *k, struct omissions *all) {
    struct omission o = {.nth = (size_t)pt_rng_below(&all->rng, k->r.n_records)};
    const struct pt_span bytes = k->records[o.nth].bytes;
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, bytes.len, bytes.p);

    o.type = (int)r->body_case;
    o.fy = r->fiscal_year;
    o.what = (unsigned)pt_rng_below(&all->rng, 3);
    pentad__v1__record__free_unpacked(r, NULL);
    return o;
}

/* Without those records no figure is another one and every page still the log's. */
static int compare_without(struct pt_ledger *l, struct bundle *k, const struct pt_figure_ask *a,
                           const Pentad__V1__LedgerSnapshot *s, const struct pt_figure *f,
                           struct omissions *all) {
    struct pt_evidence_refolded made = {.n_pages = 0};
    struct omission o = draw(k, all);
    struct pt_err err = {0};
    bool told;
    bool wrong;

    for (size_t i = 0; i < k->r.n_records; i++)
        k->records[i].ok = !goes(&o, &k->records[i], i);
    told = pt_complete_ledger.refold(NULL, &k->r, s, &made, &err) != 0 || !made.rules;
    for (size_t i = 0; i < made.n_pages && !told; i++)
        told = !same_page(l, &made.pages[i]);
    for (size_t i = 0; i < k->r.n_records; i++)
        k->records[i].ok = true;
    all->tried++;
    all->told += told;
    wrong = !told && (f->na != made.na || f->value != made.value);
    if (wrong)
        (void)printf("WRONG %s %d %s: nothing tells that records of type %d are left out\n",
                     k->subject, a->fiscal_year, a->figure, o.type);
    pt_evidence_refolded_done(&made);
    return wrong;
}

static int compare(struct pt_ledger *l, struct bundle *k, const struct pt_figure_ask *a,
                   const Pentad__V1__LedgerSnapshot *s, struct omissions *all, bool *ret_proven) {
    struct pt_evidence_refolded made = {.n_pages = 0};
    struct pt_err err = {0};
    struct pt_figure f = {.na = true};
    int wrong = 0;

    if (pt_complete_ledger.refold(NULL, &k->r, s, &made, &err) != 0 ||
        pt_ledger_figure(l, a, &f, &err) != 0)
        fd_die(k->subject, &err);
    for (size_t i = 0; i < made.n_pages; i++)
        if (!same_page(l, &made.pages[i])) {
            (void)printf("WRONG %s %d %s: another page %u %s %d from its %zu records\n", k->subject,
                         a->fiscal_year, a->figure, made.pages[i].part, made.pages[i].subject,
                         made.pages[i].fiscal_year, k->r.n_records);
            wrong++;
        }
    if (f.na != made.na || f.value != made.value || !made.rules) {
        (void)printf("WRONG %s %d %s: %lld from its records, %lld from the log\n", k->subject,
                     a->fiscal_year, a->figure, (long long)made.value, (long long)f.value);
        wrong++;
    }
    *ret_proven = wrong == 0 && !made.by_day;
    pt_evidence_refolded_done(&made);
    return wrong + compare_without(l, k, a, s, &f, all);
}

/* The bundle of one figure; false: there would be too much in it. */
static bool gather(struct pt_ledger *l, struct bundle *k, const struct pt_figure_ask *a,
                   const struct pt_complete_at *at) {
    struct pt_err err = {0};
    int rc;

    k->r.n_records = 0;
    (void)snprintf(k->subject, sizeof k->subject, "%s:%s",
                   pt_subject_kind_name((Pentad__V1__SubjectKind)a->kind), a->key);
    pentad__v1__evidence_figure__init(&k->figure);
    k->figure.subject = k->subject;
    k->figure.fiscal_year = a->fiscal_year;
    k->figure.figure = (char *)(uintptr_t)a->figure;
    k->figure.valid_at = a->valid_at;
    k->figure.known_at = a->known_at;
    rc = pt_complete_paths(l, a, PT_PARTY_AUDIT, &k->figure, &err);
    rc = rc == 0 ? pt_complete_records(l, a, at, take, k, &err) : rc;
    pt_complete_drop(&k->figure);
    if (rc != 0 && rc != PT_E_TOO_LARGE)
        fd_die(k->subject, &err);
    return rc == 0;
}

static int check_one(struct pt_ledger *l, struct bundle *k, const struct pt_figure_ask *a,
                     const struct pt_complete_at *at, const Pentad__V1__LedgerSnapshot *s,
                     struct omissions *all, bool *ret_proven) {
    *ret_proven = false;
    return gather(l, k, a, at) ? compare(l, k, a, s, all, ret_proven) : 0;
}

static bool is_group(int kind) {
    return kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION ||
           kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY;
}

/* One figure of each sum and of some items; every figure has its turn. */
static int check_each(struct pt_ledger *l, struct bundle *k, const struct pt_complete_at *at,
                      const Pentad__V1__LedgerSnapshot *s, unsigned every, struct tally *tally,
                      struct omissions *all) {
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    size_t n[2] = {0};
    size_t figure[2] = {0};
    int wrong = 0;
    int rc = pt_sql_query(pt_ledger_sql(l), &st, &err,
                          "SELECT DISTINCT p.subject, p.fy, (SELECT min(kind) FROM subj"
                          " WHERE key = p.subject) FROM snap_page p WHERE rows > 0 AND p.fy > 5"
                          " ORDER BY 1, 2",
                          "");

    while (pt_sql_row(pt_ledger_sql(l), st, &rc, &err)) {
        struct pt_figure_ask a = {.kind = pt_sql_i32(st, 2),
                                  .key = pt_sql_text(st, 0),
                                  .fiscal_year = pt_sql_i32(st, 1),
                                  .valid_at = at->day,
                                  .known_at = at->log_size};
        int of = is_group(a.kind);
        bool proven;

        if (n[of]++ % (of ? 1 : every) != 0)
            continue;
        figure[of] = pt_figure_table[figure[of] + 1].id ? figure[of] + 1 : 0;
        a.figure = pt_figure_table[figure[of]].id;
        if (pt_rng_below(&all->rng, 2) == 0)
            a.valid_at =
                pt_date_add(a.fiscal_year * 10000 + 101, (int)pt_rng_below(&all->rng, 365));
        wrong += check_one(l, k, &a, at, s, all, &proven);
        tally[figure[of]].asked[of]++;
        tally[figure[of]].proven[of] += proven;
    }
    pt_sql_done(pt_ledger_sql(l), st);
    return wrong;
}

/* Do the pages tell that that record of the bundle is left out? */
static bool told_without(struct pt_ledger *l, struct bundle *k, const Pentad__V1__LedgerSnapshot *s,
                         uint64_t log_index, uint64_t seq) {
    struct pt_evidence_refolded made = {.n_pages = 0};
    struct pt_err err = {0};
    size_t without = 0;
    bool told;

    for (size_t i = 0; i < k->r.n_records; i++) {
        k->records[i].ok = k->records[i].log_index != log_index || k->records[i].seq != seq;
        without += !k->records[i].ok;
    }
    told = pt_complete_ledger.refold(NULL, &k->r, s, &made, &err) != 0;
    for (size_t i = 0; i < made.n_pages; i++)
        told = told || !same_page(l, &made.pages[i]);
    for (size_t i = 0; i < k->r.n_records; i++)
        k->records[i].ok = true;
    pt_evidence_refolded_done(&made);
    return without == 1 && told;
}

static const char handed_on_sql[] =
    "WITH b AS (SELECT r.log_index, r.seq, r.fy, f.dept FROM f_allotment f JOIN record r"
    "  ON r.rec = f.rec WHERE f.kind IN (@ALLOTMENT_KIND_TRANSFER, @ALLOTMENT_KIND_INBOUND))"
    " SELECT @SUBJECT_KIND_DEPT, dept, fy, log_index, seq FROM b"
    " UNION SELECT @SUBJECT_KIND_REGION, o.rgn, b.fy, b.log_index, b.seq FROM b JOIN record p"
    "  ON p.subject = b.dept JOIN f_org_profile o ON o.rec = p.rec ORDER BY 1, 2, 3, 4, 5";

static const char shifted_sql[] =
    "SELECT DISTINCT k.kind, r.subject, r.fy, q.log_index, q.seq FROM f_allotment f JOIN record r"
    "  ON r.rec = f.rec JOIN subj k ON k.key = r.subject JOIN f_allotment o"
    "  ON o.basis_doc = f.basis_doc AND o.dept = f.dept AND o.kind = @ALLOTMENT_KIND_SHIFT_OUT"
    " JOIN record q ON q.rec = o.rec WHERE f.kind = @ALLOTMENT_KIND_SHIFT_IN"
    " ORDER BY 1, 2, 3, 4, 5";

/* A figure of each subject that such a statement gives is proven complete, and without one of the
 * records beside it it isn't. */
struct left_out {
    const char *sql, *figure, *what;
    bool before; /* of another valid date than the snapshot's day */
    size_t min;
};

static int check_left_out(struct pt_ledger *l, struct bundle *k, const struct pt_complete_at *at,
                          const Pentad__V1__LedgerSnapshot *s, const struct left_out *o,
                          struct omissions *all) {
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    char body[64] = "";
    size_t n = 0;
    size_t of_body = 0;
    int wrong = 0;
    bool proven = false;
    int rc = pt_sql_query(pt_ledger_sql(l), &st, &err, o->sql, "");

    while (pt_sql_row(pt_ledger_sql(l), st, &rc, &err)) {
        const struct pt_figure_ask a = {.kind = pt_sql_i32(st, 0),
                                        .key = pt_sql_text(st, 1),
                                        .fiscal_year = pt_sql_i32(st, 2),
                                        .figure = o->figure,
                                        .valid_at =
                                            o->before ? pt_sql_i32(st, 2) * 10000 + 331 : at->day,
                                        .known_at = at->log_size};

        if (strcmp(body, a.key) != 0) {
            (void)snprintf(body, sizeof body, "%s", a.key);
            wrong += check_one(l, k, &a, at, s, all, &proven);
            of_body = 0;
        }
        if (!proven || of_body++ == WITHOUT_MAX) /* there may be too much for a file */
            continue;
        n++;
        if (told_without(l, k, s, pt_sql_u64(st, 3), pt_sql_u64(st, 4)))
            continue;
        (void)printf("WRONG %s %s: nothing tells that %s is left out\n", k->subject, o->figure,
                     o->what);
        wrong++;
    }
    pt_sql_done(pt_ledger_sql(l), st);
    (void)printf("%zu times %s left out of %s, %d wrong\n", n, o->what, o->figure, wrong);
    return wrong + (n < o->min);
}

static int check_all_left_out(struct pt_ledger *l, struct bundle *k,
                              const struct pt_complete_at *at, const Pentad__V1__LedgerSnapshot *s,
                              struct omissions *all) {
    static const struct left_out each[] = {
        {handed_on_sql, "FG2", "a B04 that names the body", false, WITHOUT_MIN},
        {shifted_sql, "FG4", "a SHIFT_OUT of a document", false, SHIFTED_MIN},
        {shifted_sql, "FG4.open", "a SHIFT_OUT of a document", true, SHIFTED_MIN},
    };
    int wrong = 0;

    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        wrong += check_left_out(l, k, at, s, &each[i], all);
    return wrong;
}

static int say(const struct tally *tally, const struct omissions *all, int wrong) {
    size_t n = 0;
    size_t proven = 0;
    int unlike = 0;

    for (size_t i = 0; pt_figure_table[i].id; i++)
        for (int of = 0; of < 2; of++) {
            const struct tally *t = &tally[i];

            n += t->asked[of];
            proven += t->proven[of];
            if (t->proven[of] > 0)
                continue;
            (void)printf("WRONG %s of %s: %zu of %zu proven complete\n", pt_figure_table[i].id,
                         of ? "sums" : "items", t->proven[of], t->asked[of]);
            unlike++;
        }
    (void)printf("%zu figures made anew from their own records, %zu proven complete, %d wrong\n", n,
                 proven, wrong);
    (void)printf("%zu made anew with records left out: %zu told by pages, the others the same\n",
                 all->tried, all->told);
    return unlike;
}

int complete_check(struct pt_ledger *l, const struct mklog *m, unsigned every) {
    struct bundle *k = calloc(1, sizeof *k);
    struct pt_complete_at at = {.rec = 0};
    Pentad__V1__LedgerSnapshot *s = NULL;
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    struct tally tally[FIGURES_MAX] = {{{0}, {0}}};
    struct omissions all = {.tried = 0};
    int wrong = 1;
    int rc = pt_sql_query(pt_ledger_sql(l), &st, &err,
                          "SELECT body FROM snap_day ORDER BY day DESC LIMIT 1", "");

    PT_ASSERT(k);
    k->m = m;
    k->r.bundle = &k->b;
    k->r.records = k->records;
    pentad__v1__evidence_bundle__init(&k->b);
    k->b.batches = k->list;
    k->b.records = k->of_list;
    k->b.figure = &k->figure;
    k->b.genesis_entry =
        (ProtobufCBinaryData){m->e[0].log_entry.len, (uint8_t *)(uintptr_t)m->e[0].log_entry.p};
    if (pt_sql_row(pt_ledger_sql(l), st, &rc, &err))
        s = pentad__v1__ledger_snapshot__unpack(NULL, pt_sql_blob(st, 0).len, pt_sql_blob(st, 0).p);
    pt_sql_done(pt_ledger_sql(l), st);
    if (s) {
        at = (struct pt_complete_at){.log_size = s->log_size, .day = s->tick_day, .rec = 1};
        pt_rng_seed(&all.rng, s->log_size);
        wrong = check_each(l, k, &at, s, every, tally, &all);
        wrong += check_all_left_out(l, k, &at, s, &all);
        pentad__v1__ledger_snapshot__free_unpacked(s, NULL);
    }
    wrong += say(tally, &all, wrong);
    free(k);
    return wrong;
}
