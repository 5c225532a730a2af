/* A figure made anew from an evidence bundle: a ledger in memory of its records alone. What stands
 * between them in the log isn't there and counts as nothing. */
#include <stdlib.h>
#include <string.h>

#include "complete_internal.h"

enum { ANY_DAY = 99991231 };
_Static_assert((int)PT_EVIDENCE_PARTS == (int)PT_SNAP_PARTS &&
                   (int)PT_EVIDENCE_PAYMENTS == (int)PT_SNAP_PAID,
               "parts");

struct refold {
    struct pt_ledger *l;
    const struct pt_evidence_result *r;
    const Pentad__V1__LedgerSnapshot *s;
    const struct pt_evidence_record **order; /* by place in the log */
    size_t n;
};

static int by_place(const void *a, const void *b) {
    const struct pt_evidence_record *x = *(const struct pt_evidence_record *const *)a;
    const struct pt_evidence_record *y = *(const struct pt_evidence_record *const *)b;

    if (x->log_index != y->log_index)
        return x->log_index < y->log_index ? -1 : 1;
    return x->seq == y->seq ? 0 : x->seq < y->seq ? -1 : 1;
}

/* Those that hold and that the tick saw. */
static int put_in_order(struct refold *f, struct pt_err *err) {
    f->order = calloc(f->r->n_records + 1, sizeof *f->order);
    if (!f->order)
        return pt_err_set(err, PT_E_NOMEM, "no memory for the bundle's records");
    for (size_t i = 0; i < f->r->n_records; i++)
        if (f->r->records[i].ok && f->r->records[i].log_index < f->s->log_size)
            f->order[f->n++] = &f->r->records[i];
    qsort(f->order, f->n, sizeof *f->order, by_place);
    return 0;
}

/* The log entry that a record of the bundle stands in. */
static struct pt_span entry_of(const struct refold *f, const struct pt_evidence_record *rec) {
    const Pentad__V1__EvidenceBundle *b = f->r->bundle;
    const Pentad__V1__EvidenceBatch *batch = b->batches[b->records[rec - f->r->records]->batch];

    return pt_span(batch->log_entry.data, batch->log_entry.len);
}

/* What the entry's statement says of its records' numbers. It was verified before. */
static int numbers_of(struct pt_span bytes, uint64_t *ret_first, size_t *ret_n,
                      struct pt_err *err) {
    Pentad__V1__LogEntry *e = pentad__v1__log_entry__unpack(NULL, bytes.len, bytes.p);
    const ProtobufCBinaryData *said = e && e->envelope ? &e->envelope->payload : NULL;
    Pentad__V1__BatchStatement *b =
        said ? pentad__v1__batch_statement__unpack(NULL, said->len, said->data) : NULL;
    bool fits = b && b->has_first_seq && b->record_count <= PT_BATCH_RECORDS_MAX;

    *ret_first = fits ? b->first_seq : 0;
    *ret_n = fits ? b->record_count : 0;
    if (b)
        pentad__v1__batch_statement__free_unpacked(b, NULL);
    if (e)
        pentad__v1__log_entry__free_unpacked(e, NULL);
    return fits ? 0 : pt_err_set(err, PT_E_FORMAT, "a record of the bundle is of no batch");
}

/* The entry with those of its records that are there: order[from, to). */
static int apply(struct refold *f, size_t from, size_t to, struct pt_err *err) {
    struct pt_ledger_applied applied;
    struct pt_fold_entry e = {.log_index = f->order[from]->log_index};
    struct pt_span *records;
    uint64_t first;
    int rc;

    e.log_entry = entry_of(f, f->order[from]);
    rc = numbers_of(e.log_entry, &first, &e.n, err);
    if (rc != 0)
        return rc;
    records = calloc(e.n + 1, sizeof *records);
    if (!records)
        return pt_err_set(err, PT_E_NOMEM, "no memory for a batch");
    for (size_t i = from; i < to; i++)
        if (f->order[i]->seq - first < e.n)
            records[f->order[i]->seq - first] = f->order[i]->bytes;
    e.records = records;
    f->l->parts = true;
    f->l->cursor = e.log_index;
    rc = pt_ledger_apply(f->l, &e, &applied, err);
    free(records);
    return rc;
}

static int apply_all(struct refold *f, struct pt_err *err) {
    const Pentad__V1__EvidenceBundle *b = f->r->bundle;
    const struct pt_fold_entry genesis = {.log_entry =
                                              pt_span(b->genesis_entry.data, b->genesis_entry.len)};
    struct pt_ledger_applied applied;
    int rc = pt_ledger_begin(f->l, err);

    rc = rc == 0 ? pt_ledger_apply(f->l, &genesis, &applied, err) : rc;
    for (size_t i = 0, end; i < f->n && rc == 0; i = end) {
        for (end = i + 1; end < f->n && f->order[end]->log_index == f->order[i]->log_index;)
            end++;
        rc = apply(f, i, end, err);
    }
    rc = rc == 0 ? pt_ledger_commit(f->l, err) : rc;
    if (rc == 0 && (f->l->tick.log_size != f->s->log_size || f->l->tick.day != f->s->tick_day ||
                    f->l->tick.seq != f->s->tick_seq))
        rc = pt_err_set(err, PT_E_NOT_FOUND, "the tick of its snapshot isn't in the bundle");
    return rc;
}

/* All pages that the figure rests on, as these records give them. */
static int read_pages(struct pt_ledger *l, const struct pt_figure_ask *ask,
                      const struct pt_complete_needs *needs, struct pt_evidence_refolded *ret,
                      struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int64_t members = 0;
    bool found;
    int rc = pt_complete_list(l, ask, needs, err);

    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT c.part, c.subject, c.fy, p.head FROM complete_page c"
                                " LEFT JOIN snap_page p ON p.part = c.part"
                                "  AND p.place = place_of(c.subject) AND p.subject = c.subject"
                                "  AND p.fy = c.fy AND p.rows > 0 ORDER BY 1, 3, 2",
                                "")
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        struct pt_span bytes = pt_sql_blob(st, 3);
        struct pt_hash head;
        bool there = pt_hash_from_bytes(&head, bytes.p, bytes.len) == 0;

        if (pt_evidence_refolded_add(ret, (unsigned)pt_sql_i32(st, 0), pt_sql_text(st, 1),
                                     pt_sql_i32(st, 2), there ? &head : NULL) != 0)
            rc = pt_err_set(err, PT_E_NOMEM, "no memory for a figure's pages");
    }
    pt_sql_done(&l->sql, st);
    if (rc == 0 && needs->members)
        rc = pt_sql_number(&l->sql, &members, &found, err,
                           "SELECT count(*) FROM complete_item WHERE subject <> ?", "s", ask->key);
    ret->members = (size_t)members;
    return rc;
}

static int read_figure(struct refold *f, const struct pt_figure_ask *ask,
                       const struct pt_complete_needs *needs, struct pt_evidence_refolded *ret,
                       struct pt_err *err) {
    struct pt_figure_ask ever = *ask;
    struct pt_figure then;
    struct pt_figure later = {.na = true};
    int rc = pt_ledger_figure(f->l, ask, &then, err);

    if (rc != 0)
        return rc;
    ret->na = then.na;
    ret->value = then.value;
    ret->unit = pt_unit_name(then.unit);
    ret->formula = then.formula;
    if (!needs->refers)
        return 0;
    /* The rows, which are of what is known whatever its day, say that nothing it refers to is left
     * out: where they are what the figure is. */
    ever.valid_at = ANY_DAY;
    rc = pt_ledger_figure(f->l, &ever, &later, err);
    ret->by_day =
        ask->valid_at != f->s->tick_day || then.na != later.na || then.value != later.value;
    return rc;
}

static bool same_ref(const Pentad__V1__RecordRef *a, const Pentad__V1__RecordRef *b) {
    if (!a || !b)
        return !a && !b;
    return a->hash.len == PT_HASH_LEN && b->hash.len == PT_HASH_LEN &&
           memcmp(a->hash.data, b->hash.data, PT_HASH_LEN) == 0;
}

/* The ledger's own snapshot names the rule set that it found in force. */
static int read_rules(struct refold *f, bool *ret, struct pt_err *err) {
    Pentad__V1__LedgerSnapshot *own = NULL;
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&f->l->sql, &st, err, "SELECT body FROM snap_day WHERE day=?", "i",
                          (int64_t)f->s->tick_day);

    *ret = false;
    if (pt_sql_row(&f->l->sql, st, &rc, err)) {
        struct pt_span body = pt_sql_blob(st, 0);

        own = pentad__v1__ledger_snapshot__unpack(NULL, body.len, body.p);
    }
    pt_sql_done(&f->l->sql, st);
    if (own) {
        *ret = same_ref(own->rule_set, f->s->rule_set);
        pentad__v1__ledger_snapshot__free_unpacked(own, NULL);
    }
    return rc;
}

static int read_all(struct refold *f, struct pt_evidence_refolded *ret, struct pt_err *err) {
    const Pentad__V1__EvidenceFigure *figure = f->r->bundle->figure;
    const char *colon = strchr(figure->subject, ':');
    struct pt_figure_ask ask = {.key = colon ? colon + 1 : "",
                                .fiscal_year = figure->fiscal_year,
                                .figure = figure->figure,
                                .valid_at = figure->valid_at,
                                .known_at = f->s->log_size};
    struct pt_complete_needs needs;
    int rc = read_rules(f, &ret->rules, err);

    ask.kind = (int)pt_subject_kind_from_name(
        figure->subject, colon ? (size_t)(colon - figure->subject) : strlen(figure->subject));
    rc = rc == 0 ? pt_complete_needs(ask.figure, ask.kind, &needs, err) : rc;
    rc = rc == 0 ? read_pages(f->l, &ask, &needs, ret, err) : rc;
    return rc == 0 ? read_figure(f, &ask, &needs, ret, err) : rc;
}

static int refold(void *ctx, const struct pt_evidence_result *r,
                  const Pentad__V1__LedgerSnapshot *snapshot, struct pt_evidence_refolded *ret,
                  struct pt_err *err) {
    struct refold f = {.r = r, .s = snapshot};
    int rc = pt_ledger_open(":memory:", PT_LEDGER_WRITE, &f.l, NULL, err);

    (void)ctx;
    memset(ret, 0, sizeof *ret);
    rc = rc == 0 ? put_in_order(&f, err) : rc;
    rc = rc == 0 ? apply_all(&f, err) : rc;
    rc = rc == 0 ? read_all(&f, ret, err) : rc;
    pt_ledger_close(f.l);
    free(f.order);
    return rc;
}

const struct pt_evidence_ledger pt_complete_ledger = {.refold = refold};
