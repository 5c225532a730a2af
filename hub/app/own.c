#include "own.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/base/date.h>
#include <pentad/intake/author.h>
#include <pentad/proof/batch.h>
#include <pentad/record/decode.h>

#define OWN_BATCH_MAX PT_BATCH_BYTES_MAX
#define ARENA_MAX ((size_t)64 * 1024 * 1024)

static void count(struct pt_own *o, const Pentad__V1__Record *rec, struct pt_span bytes) {
    struct pt_hash hash;

    pt_leaf_hash(&hash, bytes.p, bytes.len);
    if (rec->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE) {
        pt_close_init(&o->close, PT_PARTY_HUB);
    }
    pt_close_add(&o->close, rec, &hash);
}

/* ---- loading --------------------------------------------------------------------------- */

struct load {
    struct pt_own *own;
    uint64_t from; /* seq */
    uint64_t next; /* the next batch's first seq */
};

static int load_entry(void *ctx, const struct pt_store_entry *e) {
    struct load *l = ctx;
    struct pt_arena arena;
    struct pt_span bytes;
    size_t pos = 0;
    uint64_t seq = e->first_seq;
    int rc;

    l->next = e->first_seq + e->record_count;
    pt_arena_init(&arena, ARENA_MAX);
    while ((rc = pt_batch_record_next(e->records, &pos, &bytes)) == 1) {
        Pentad__V1__Record *rec = NULL;

        if (seq++ < l->from) {
            continue;
        }
        pt_arena_reset(&arena);
        rc = pt_record_decode(bytes, &arena, &rec, NULL);
        if (rc != 0) {
            break;
        }
        count(l->own, rec, bytes);
    }
    pt_arena_done(&arena);
    return rc;
}

int pt_own_load(struct pt_own *o, struct pt_hub *h, struct pt_err *err) {
    const struct pt_exchange_stream *st = pt_exchange_stream(h->x, "hub", PT_HUB_STREAM);
    struct pt_store_reader *r = NULL;
    struct load l = {o, 1, 1};
    int rc;

    o->hub = h;
    pt_close_init(&o->close, PT_PARTY_HUB);
    if (st == NULL || st->next_seq <= 1) {
        return 0;
    }
    if (st->last_close_seq > 0) {
        l.from = st->last_close_seq;
    }
    rc = pt_store_read_begin(h->store, &r, err);
    for (uint64_t seq = l.from, index = 0; rc == 0 && seq < st->next_seq; seq = l.next) {
        rc = pt_store_find_seq(r, "hub", PT_HUB_STREAM, seq, &index, err);
        if (rc == 0) {
            rc = pt_store_entries(r, index, 1, true, load_entry, &l, err);
        }
        if (rc == 0 && l.next <= seq) {
            rc = pt_err_set(err, PT_E_CORRUPT, "log entry %llu is missing",
                            (unsigned long long)index);
        }
    }
    pt_store_read_end(r);
    return rc;
}

bool pt_own_may_write(const struct pt_hub *h) {
    const struct pt_exchange_stream *st = pt_exchange_stream(h->x, "hub", PT_HUB_STREAM);
    const struct pt_keyhistory_key *key;
    struct pt_hash fp;

    pt_key_fingerprint(h->signing_key, &fp);
    key = pt_keyhistory_find(pt_exchange_keys(h->x), &fp);
    return (st == NULL || !(st->frozen || st->closed)) && key != NULL &&
           pt_keyhistory_key_live(key, pt_exchange_size(h->x));
}

/* ---- writing --------------------------------------------------------------------------- */

static int pack(struct pt_own *o, Pentad__V1__Record *const *recs, size_t n, uint64_t first_seq,
                struct pt_buf *bytes, struct pt_span *spans, struct pt_err *err) {
    size_t *ends = calloc(n, sizeof(*ends));
    int rc = ends == NULL ? PT_E_NOMEM : 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        recs[i]->has_issued_at_ms = 1;
        rc = pt_author_record(recs[i], first_seq + i, &pt_entropy_system, bytes, err);
        ends[i] = bytes->len;
    }
    for (size_t i = 0, at = 0; rc == 0 && i < n; at = ends[i++]) {
        spans[i] = pt_span(bytes->p + at, ends[i] - at);
        count(o, recs[i], spans[i]);
    }
    free(ends);
    return rc;
}

int pt_own_write(struct pt_own *o, struct pt_group *g, Pentad__V1__Record *const *recs, size_t n,
                 struct pt_err *err) {
    struct pt_hub *h = o->hub;
    const struct pt_exchange_stream *st = pt_exchange_stream(h->x, "hub", PT_HUB_STREAM);
    struct pt_hash seen_root;
    struct pt_author_head head = {.hub = pt_exchange_hub(h->x),
                                  .party = "hub",
                                  .stream = PT_HUB_STREAM,
                                  .first_seq = st != NULL ? st->next_seq : 1,
                                  .previous =
                                      st != NULL ? &st->last_statement : pt_exchange_hub(h->x),
                                  .seen_size = g->base,
                                  .seen_root = &seen_root,
                                  .signed_at_ms = g->now_ms};
    struct pt_span *spans = calloc(n, sizeof(*spans));
    struct pt_buf bytes;
    struct pt_buf batch;
    int rc = spans == NULL ? PT_E_NOMEM : 0;

    pt_buf_init(&bytes, OWN_BATCH_MAX);
    pt_buf_init(&batch, OWN_BATCH_MAX);
    for (size_t i = 0; i < n; i++) {
        recs[i]->issued_at_ms = g->now_ms;
    }
    if (rc == 0) {
        rc = pt_log_root_at(h->log, g->base, &seen_root, err);
    }
    if (rc == 0) {
        rc = pack(o, recs, n, head.first_seq, &bytes, spans, err);
    }
    if (rc == 0) {
        rc = pt_author_batch(&head, spans, n, h->signing_key, pt_span(NULL, 0), &batch, NULL, err);
    }
    if (rc == 0) {
        rc = pt_group_add_own(g, &batch, err);
    }
    if (rc == 0) {
        (void)atomic_fetch_add(&h->metrics.own_batches, 1);
    }
    pt_buf_done(&batch);
    pt_buf_done(&bytes);
    free(spans);
    return rc;
}

/* On the replay clock the day of issue is no day of the records': what the hub says is of its
 * tick's day, whenever it was written. */
static void of_day(Pentad__V1__Record *rec, int32_t day) {
    rec->has_effective = day > 0;
    rec->effective = day;
}

int pt_own_tick(struct pt_own *o, struct pt_group *g, const struct pt_sched_out *what,
                bool is_workday, struct pt_err *err) {
    struct pt_close_message said;
    Pentad__V1__Tick tick = PENTAD__V1__TICK__INIT;
    Pentad__V1__Record tick_rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record close_rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *recs[2];
    size_t n = 0;

    PT_ASSERT(what->act == PT_SCHED_TICK);
    if (what->close) {
        pt_close_write(&o->close, what->close_day, false, &said);
        if (what->close_hourly) {
            said.close.has_hour = 1;
            said.close.hour = what->close_hour;
        }
        close_rec.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
        close_rec.stream_close = &said.close;
        of_day(&close_rec, what->close_day);
        recs[n++] = &close_rec;
    }
    tick.has_day = 1;
    tick.day = what->day;
    tick.has_is_workday = 1;
    tick.is_workday = is_workday;
    tick.has_at_ms = 1;
    tick.at_ms = what->at_ms;
    tick_rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    tick_rec.tick = &tick;
    of_day(&tick_rec, what->day);
    recs[n++] = &tick_rec;
    return pt_own_write(o, g, recs, n, err);
}

static int finding_record(struct pt_span packed, struct pt_arena *arena, Pentad__V1__Record *rec,
                          struct pt_err *err) {
    ProtobufCMessage *msg = NULL;
    int rc = pt_msg_decode_strict(&pentad__v1__discrepancy__descriptor, packed, arena, &msg, err);

    pentad__v1__record__init(rec);
    if (rc == 0) {
        rec->body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
        rec->discrepancy = (Pentad__V1__Discrepancy *)msg;
        of_day(rec, rec->discrepancy->tick_day);
    }
    return rc;
}

/* Its document number is its day, by which an appraisal's source cites it. */
static int snapshot_record(const struct pt_findings *f, char doc_no[11], struct pt_arena *arena,
                           Pentad__V1__Record *rec, struct pt_err *err) {
    ProtobufCMessage *msg = NULL;
    int rc = pt_msg_decode_strict(&pentad__v1__ledger_snapshot__descriptor,
                                  pt_buf_span(&f->snapshot), arena, &msg, err);

    pentad__v1__record__init(rec);
    if (rc == 0) {
        rec->body_case = PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT;
        rec->ledger_snapshot = (Pentad__V1__LedgerSnapshot *)msg;
        pt_date_format(doc_no, f->snapshot_day);
        rec->doc_no = doc_no;
        of_day(rec, f->snapshot_day);
    }
    return rc;
}

int pt_own_findings(struct pt_own *o, struct pt_group *g, const struct pt_findings *f,
                    struct pt_err *err) {
    size_t n = f->n + (f->snapshot_day != 0);
    Pentad__V1__Record *recs = calloc(n, sizeof(*recs));
    Pentad__V1__Record **list = calloc(n, sizeof(Pentad__V1__Record *));
    char doc_no[11];
    struct pt_arena arena;
    int rc = recs == NULL || list == NULL ? PT_E_NOMEM : 0;

    PT_ASSERT(n > 0 && f->n <= PT_FINDINGS_MAX);
    pt_arena_init(&arena, ARENA_MAX);
    for (size_t i = 0, at = 0; rc == 0 && i < f->n; at = f->end[i++]) {
        list[i] = &recs[i];
        rc = finding_record(pt_span(f->bytes.p + at, f->end[i] - at), &arena, &recs[i], err);
    }
    if (rc == 0 && f->snapshot_day != 0) {
        list[f->n] = &recs[f->n];
        rc = snapshot_record(f, doc_no, &arena, &recs[f->n], err);
    }
    if (rc == 0) {
        rc = pt_own_write(o, g, list, n, err);
    }
    pt_arena_done(&arena);
    free(list);
    free(recs);
    return rc;
}
