#include "city_complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/complete.h>
#include <pentad/record/ref.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/hub.pb-c.h>

#include "feeder.h"

enum { RECORDS_MAX = 20000 };

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
    PT_ASSERT(n < RECORDS_MAX);
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

/* What a page is called in the trees that the whole log made. */
static bool same_page(struct pt_ledger *l, const struct pt_figure_ask *a, unsigned part,
                      const struct pt_evidence_refolded *made) {
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    bool same = !made->has_page[part];
    int rc = pt_sql_query(pt_ledger_sql(l), &st, &err,
                          "SELECT head FROM snap_page WHERE part=? AND subject=? AND fy=?"
                          " AND rows > 0",
                          "isi", (int64_t)part, a->key, (int64_t)a->fiscal_year);

    if (pt_sql_row(pt_ledger_sql(l), st, &rc, &err))
        same = made->has_page[part] &&
               pt_span_eq(pt_sql_blob(st, 0), pt_span(made->page[part].b, PT_HASH_LEN));
    pt_sql_done(pt_ledger_sql(l), st);
    return same;
}

static int compare(struct pt_ledger *l, struct bundle *k, const struct pt_figure_ask *a,
                   const Pentad__V1__LedgerSnapshot *s) {
    struct pt_evidence_refolded made;
    struct pt_err err = {0};
    struct pt_figure f;
    unsigned needs = pt_complete_parts(a->figure, a->kind);
    int wrong = 0;

    if (pt_complete_ledger.refold(NULL, &k->r, s, &made, &err) != 0 ||
        pt_ledger_figure(l, a, &f, &err) != 0)
        fd_die(k->subject, &err);
    for (unsigned part = 0; part < PT_EVIDENCE_PARTS; part++)
        if ((needs >> part & 1) && !same_page(l, a, part, &made)) {
            (void)printf("WRONG %s %d: another page of part %u from its %zu records\n", k->subject,
                         a->fiscal_year, part, k->r.n_records);
            wrong++;
        }
    if (f.na != made.na || f.value != made.value || !made.rules) {
        (void)printf("WRONG %s %d %s: %lld from its records, %lld from the log\n", k->subject,
                     a->fiscal_year, a->figure, (long long)made.value, (long long)f.value);
        wrong++;
    }
    return wrong;
}

static int check_one(struct pt_ledger *l, struct bundle *k, const struct pt_figure_ask *a,
                     const struct pt_complete_at *at, const Pentad__V1__LedgerSnapshot *s) {
    struct pt_err err = {0};

    k->r.n_records = 0;
    (void)snprintf(k->subject, sizeof k->subject, "%s:%s",
                   pt_subject_kind_name((Pentad__V1__SubjectKind)a->kind), a->key);
    pentad__v1__evidence_figure__init(&k->figure);
    k->figure.subject = k->subject;
    k->figure.fiscal_year = a->fiscal_year;
    k->figure.figure = (char *)(uintptr_t)a->figure;
    k->figure.valid_at = a->valid_at;
    k->figure.known_at = a->known_at;
    if (pt_complete_records(l, a, at, take, k, &err) != 0)
        fd_die(k->subject, &err);
    return compare(l, k, a, s);
}

/* One figure of each; every figure has its turn. */
static int check_each(struct pt_ledger *l, struct bundle *k, const struct pt_complete_at *at,
                      const Pentad__V1__LedgerSnapshot *s, unsigned every, size_t *ret_n) {
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    size_t n = 0;
    size_t figure = 0;
    int wrong = 0;
    int rc = pt_sql_query(pt_ledger_sql(l), &st, &err,
                          "SELECT DISTINCT p.subject, p.fy, (SELECT min(kind) FROM subj"
                          " WHERE key = p.subject) FROM snap_page p WHERE rows > 0 ORDER BY 1, 2",
                          "");

    while (pt_sql_row(pt_ledger_sql(l), st, &rc, &err)) {
        struct pt_figure_ask a = {.kind = pt_sql_i32(st, 2),
                                  .key = pt_sql_text(st, 0),
                                  .fiscal_year = pt_sql_i32(st, 1),
                                  .valid_at = at->day,
                                  .known_at = at->log_size};

        if (n++ % every != 0)
            continue;
        do {
            figure = pt_figure_table[figure + 1].id ? figure + 1 : 0;
            a.figure = pt_figure_table[figure].id;
        } while (pt_complete_parts(a.figure, a.kind) == 0);
        wrong += check_one(l, k, &a, at, s);
        *ret_n += 1;
    }
    pt_sql_done(pt_ledger_sql(l), st);
    return wrong;
}

int complete_check(struct pt_ledger *l, const struct mklog *m, unsigned every) {
    struct bundle *k = calloc(1, sizeof *k);
    struct pt_complete_at at = {.rec = 0};
    Pentad__V1__LedgerSnapshot *s = NULL;
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    size_t n = 0;
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
        wrong = check_each(l, k, &at, s, every, &n);
        pentad__v1__ledger_snapshot__free_unpacked(s, NULL);
    }
    (void)printf("%zu figures made anew from their own records, %d wrong\n", n, wrong);
    free(k);
    return wrong + (n == 0);
}
