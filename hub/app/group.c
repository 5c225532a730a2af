#include "group.h"

#include <stdio.h>
#include <string.h>

#include <pentad/certs/dsse.h>
#include <pentad/proof/dsse.h>

#include "own.h"

#define ENVELOPE_MAX ((size_t)70 * 1024)
#define REFUSAL_MAX ((size_t)1024 * 1024)
#define STALE_TRIES 4

void pt_group_begin(struct pt_group *g, struct pt_hub *h, struct pt_own *own, int64_t now_ms) {
    g->hub = h;
    g->own = own;
    g->now_ms = now_ms;
    g->base = pt_log_size(h->log);
    g->bytes = 0;
    g->n_entries = 0;
    g->n_refusals = 0;
    g->n_own = 0;
    g->records = 0;
    g->record_bytes = 0;
    g->news = false;
    PT_ASSERT(pt_exchange_size(h->x) == g->base);
}

/* Room is kept for an Incident beside the batch that causes it. */
bool pt_group_full(const struct pt_group *g) {
    return g->n_entries + 2 > PT_GROUP_ENTRIES || g->n_refusals + 1 > PT_GROUP_ENTRIES ||
           g->n_own + 1 > PT_GROUP_OWN || g->bytes >= PT_GROUP_BYTES;
}

bool pt_group_empty(const struct pt_group *g) {
    return g->n_entries == 0 && g->n_refusals == 0;
}

/* ---- look-ups: this group first, then the store ---------------------------------------- */

static int logged(void *ctx, const struct pt_hash *statement, uint64_t *ret_index) {
    struct pt_group *g = ctx;
    struct pt_store_reader *r = NULL;
    int rc;

    for (size_t i = 0; i < g->n_entries; i++) {
        if (pt_hash_eq(&g->entries[i].statement, statement)) {
            *ret_index = g->base + i;
            return 0;
        }
    }
    rc = pt_store_read_begin(g->hub->store, &r, NULL);
    if (rc == 0) {
        rc = pt_store_find_statement(r, statement, ret_index, NULL);
    }
    pt_store_read_end(r);
    return rc;
}

static int envelope_of_refusal(void *ctx, const struct pt_store_refusal *r) {
    return ctx == NULL ? 0 : pt_buf_append_span(ctx, r->envelope);
}

static int refused(void *ctx, const struct pt_hash *statement, struct pt_buf *ret_envelope) {
    struct pt_group *g = ctx;
    struct pt_store_reader *r = NULL;
    int rc;

    for (size_t i = 0; i < g->n_refusals; i++) {
        if (pt_hash_eq(&g->refusals[i].statement, statement)) {
            return envelope_of_refusal(ret_envelope, &g->refusals[i]);
        }
    }
    rc = pt_store_read_begin(g->hub->store, &r, NULL);
    if (rc == 0) {
        rc = pt_store_refusal(r, statement, envelope_of_refusal, ret_envelope, NULL);
    }
    pt_store_read_end(r);
    return rc;
}

static int envelope_of_entry(void *ctx, const struct pt_store_entry *e) {
    Pentad__V1__LogEntry *le =
        pentad__v1__log_entry__unpack(NULL, e->log_entry.len, e->log_entry.p);
    int rc = PT_E_CORRUPT;

    if (le != NULL && le->envelope != NULL) {
        rc = ctx == NULL ? 0 : pt_strict_pack(ctx, &le->envelope->base);
    }
    if (le != NULL) {
        pentad__v1__log_entry__free_unpacked(le, NULL);
    }
    return rc;
}

static int holder(void *ctx, const char *party, const char *stream, uint64_t seq,
                  uint64_t *ret_index, struct pt_buf *ret_envelope) {
    struct pt_group *g = ctx;
    struct pt_store_reader *r = NULL;
    int rc;

    for (size_t i = 0; i < g->n_entries; i++) {
        const struct pt_store_entry *e = &g->entries[i];

        if (seq >= e->first_seq && seq - e->first_seq < e->record_count &&
            strcmp(e->party, party) == 0 && strcmp(e->stream, stream) == 0) {
            *ret_index = g->base + i;
            return envelope_of_entry(ret_envelope, e);
        }
    }
    rc = pt_store_read_begin(g->hub->store, &r, NULL);
    if (rc == 0) {
        rc = pt_store_find_seq(r, party, stream, seq, ret_index, NULL);
    }
    if (rc == 0) {
        rc = pt_store_entries(r, *ret_index, 1, false, envelope_of_entry, ret_envelope, NULL);
    }
    pt_store_read_end(r);
    return rc;
}

static int root_at(void *ctx, uint64_t size, struct pt_hash *ret) {
    struct pt_group *g = ctx;

    return size > g->base ? PT_E_RANGE : pt_log_root_at(g->hub->log, size, ret, NULL);
}

/* ---- taking in ------------------------------------------------------------------------- */

static int take_accepted(struct pt_group *g, const struct pt_intake_facts *f, bool own,
                         struct pt_err *err) {
    struct pt_exchange *x = g->hub->x;
    const struct pt_statement *st = pt_intake_facts_statement(f);
    struct pt_store_entry *e = &g->entries[g->n_entries];
    struct pt_buf *bytes = &g->entry_bytes[g->n_entries];
    int64_t received = pt_intake_received_at(x, g->now_ms);
    uint64_t index = g->base + g->n_entries;
    int rc;

    PT_ASSERT(g->n_entries < PT_GROUP_ENTRIES);
    pt_buf_init(bytes, PT_ENTRY_MAX);
    memset(e, 0, sizeof(*e));
    e->statement = st->hash;
    (void)snprintf(e->party, sizeof(e->party), "%s", st->msg->party);
    (void)snprintf(e->stream, sizeof(e->stream), "%s", st->msg->stream);
    e->first_seq = st->first_seq;
    e->record_count = (uint32_t)st->record_count;
    e->marks = pt_intake_facts_marks(f);
    e->records = pt_intake_facts_records(f);
    rc = pt_intake_entry_write(f, received, bytes, err);
    e->log_entry = pt_buf_span(bytes);
    if (rc == 0) {
        rc = pt_intake_accept(x, f, index, received, err);
    }
    if (rc != 0) {
        pt_buf_done(bytes);
        return rc;
    }
    g->n_entries++;
    g->bytes += e->records.len + e->log_entry.len;
    if (!own) {
        g->news = true;
        g->records += st->record_count;
        g->record_bytes += e->records.len;
    }
    return 0;
}

static int take_refused(struct pt_group *g, struct pt_submit *s,
                        const struct pt_intake_decision *d) {
    const struct pt_statement *st = pt_intake_facts_statement(s->facts);
    struct pt_store_refusal *row = &g->refusals[g->n_refusals];
    struct pt_buf *envelope = &g->refusal_envelopes[g->n_refusals];
    struct pt_buf *bytes = &g->refusal_bytes[g->n_refusals];
    struct pt_buf payload;
    struct pt_hash root;
    int rc;

    pt_buf_init(envelope, ENVELOPE_MAX);
    pt_buf_init(bytes, REFUSAL_MAX);
    pt_buf_init(&payload, REFUSAL_MAX);
    memset(row, 0, sizeof(*row));
    rc = pt_log_root_at(g->hub->log, g->base, &root, &s->err);
    if (rc == 0) {
        rc = pt_intake_refuse(g->hub->x, s->facts, d, g->now_ms, g->base, &root, &payload, &s->err);
    }
    if (rc == 0) {
        rc = pt_dsse_sign(g->hub->signing_key, PT_DSSE_REFUSAL, pt_buf_span(&payload), bytes,
                          &s->err);
    }
    if (rc == 0) {
        rc = pt_buf_append_span(envelope, pt_intake_facts_envelope(s->facts));
    }
    pt_buf_done(&payload);
    if (rc != 0) {
        pt_buf_done(envelope);
        pt_buf_done(bytes);
        return rc;
    }
    row->statement = st->hash;
    (void)snprintf(row->party, sizeof(row->party), "%s", st->msg->party);
    (void)snprintf(row->stream, sizeof(row->stream), "%s", st->msg->stream);
    row->first_seq = st->first_seq;
    row->record_count = (uint32_t)st->record_count;
    row->claims = d->claims;
    row->envelope = pt_buf_span(envelope);
    row->refusal = pt_buf_span(bytes);
    g->n_refusals++;
    s->answer = PT_ANSWER_REFUSAL;
    pt_buf_reset(&s->refusal);
    pt_metrics_refused(&g->hub->metrics, d->code);
    return pt_buf_append(&s->refusal, bytes->p, bytes->len);
}

/* ---- conflicts ------------------------------------------------------------------------- */

/* The stream is frozen by a record of it, in the same group: no freeze exists without its record,
 * and the 409 is only sent once that record is durable. */
static int take_conflict(struct pt_group *g, struct pt_submit *s,
                         const struct pt_intake_decision *d) {
    const struct pt_exchange_tick *tick = pt_exchange_last_tick(g->hub->x);
    struct pt_intake_incident incident;
    Pentad__V1__Record *rec = &incident.record;
    int rc;

    s->answer = PT_ANSWER_PROBLEM;
    s->err = d->err;
    s->err.code = d->code;
    /* Where the hub's own stream is frozen nothing can be recorded, hence nothing is frozen: the
     * others in the group must not suffer for it. */
    if (!pt_own_may_write(g->hub)) {
        return 0;
    }
    memset(&incident, 0, sizeof(incident));
    rc = pt_intake_incident_make(&incident, s->facts, pt_buf_span(&d->other), g->now_ms, &s->err);
    if (rc == 0 && !pt_hub_live(g->hub) && tick->day > 0) {
        rec->has_effective = 1;
        rec->effective = tick->day;
    }
    if (rc == 0) {
        rc = pt_own_write(g->own, g, &rec, 1, &s->err);
        pt_intake_incident_done(&incident);
    }
    if (rc == 0) {
        s->err = d->err;
        s->err.code = d->code;
    }
    return rc;
}

/* ---- deciding -------------------------------------------------------------------------- */

/* Facts found before keys or codes changed are found again. */
static int decide(struct pt_group *g, struct pt_submit *s, struct pt_intake_decision *d) {
    const struct pt_intake_ports ports = {logged, refused, holder, root_at, g};

    for (int i = 0; i < STALE_TRIES; i++) {
        struct pt_intake_snapshot *snapshot;
        int rc = pt_intake_decide(g->hub->x, s->facts, s->party, &ports, d);

        if (rc != PT_INTAKE_STALE) {
            return rc;
        }
        snapshot = pt_exchange_snapshot(g->hub->x);
        pt_intake_facts_free(s->facts);
        s->facts = NULL;
        rc = snapshot == NULL ? PT_E_NOMEM
                              : pt_intake_examine(snapshot, s->form, pt_http_request_body(s->req),
                                                  g->now_ms, &s->facts);
        pt_intake_snapshot_unref(snapshot);
        if (rc != 0) {
            return rc;
        }
    }
    return PT_E_INTERNAL;
}

static int carry_out(struct pt_group *g, struct pt_submit *s, const struct pt_intake_decision *d) {
    int rc;

    switch (d->verdict) {
    case PT_INTAKE_ACCEPT:
        s->answer = PT_ANSWER_RECEIPT;
        s->index = g->base + g->n_entries;
        rc = take_accepted(g, s->facts, false, &s->err);
        if (rc == 0) {
            s->log_entry = g->entries[g->n_entries - 1].log_entry;
        }
        return rc;
    case PT_INTAKE_RECEIPT_AGAIN:
        (void)atomic_fetch_add(&g->hub->metrics.again, 1);
        s->answer = PT_ANSWER_RECEIPT_AGAIN;
        s->index = d->index;
        return 0;
    case PT_INTAKE_REFUSAL_AGAIN:
        (void)atomic_fetch_add(&g->hub->metrics.again, 1);
        s->answer = PT_ANSWER_REFUSAL_AGAIN;
        s->statement = d->statement;
        return 0;
    case PT_INTAKE_REFUSE:
        return take_refused(g, s, d);
    case PT_INTAKE_CONFLICT:
        return take_conflict(g, s, d);
    case PT_INTAKE_REJECT:
    default:
        s->answer = PT_ANSWER_PROBLEM;
        s->err = d->err;
        s->err.code = d->code;
        return 0;
    }
}

int pt_group_add(struct pt_group *g, struct pt_submit *s) {
    struct pt_intake_decision d;
    int rc;

    PT_ASSERT(!pt_group_full(g));
    pt_intake_decision_init(&d);
    rc = decide(g, s, &d);
    if (rc != 0) { /* nothing was changed: this batch alone gets the error */
        s->answer = PT_ANSWER_PROBLEM;
        s->err.code = rc;
        rc = 0;
    } else {
        rc = carry_out(g, s, &d);
    }
    pt_intake_decision_done(&d);
    return rc;
}

static int own_refused(const struct pt_intake_decision *d, struct pt_err *err) {
    const char *field = d->n_faults > 0 ? d->faults[0].field : NULL;
    const char *message = d->n_faults > 0 ? d->faults[0].message : NULL;

    return pt_err_set(err, PT_E_INTERNAL,
                      "the hub's own batch wasn't accepted: %s: %s %.60s %.100s",
                      pt_err_name(d->code), d->err.msg, field != NULL ? field : "",
                      message != NULL ? message : "");
}

int pt_group_add_own(struct pt_group *g, struct pt_buf *batch_take, struct pt_err *err) {
    const struct pt_intake_ports ports = {logged, refused, holder, root_at, g};
    struct pt_group_own *o = &g->owns[g->n_own];
    struct pt_intake_snapshot *snapshot = pt_exchange_snapshot(g->hub->x);
    struct pt_intake_decision d;
    int rc;

    PT_ASSERT(g->n_own < PT_GROUP_OWN && g->n_entries < PT_GROUP_ENTRIES);
    o->batch = *batch_take;
    pt_buf_init(batch_take, 1);
    o->facts = NULL;
    g->n_own++;
    if (snapshot == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for the snapshot of keys and codes");
    }
    pt_intake_decision_init(&d);
    rc = pt_intake_examine(snapshot, PT_INTAKE_PROTOBUF, pt_buf_span(&o->batch), g->now_ms,
                           &o->facts);
    pt_intake_snapshot_unref(snapshot);
    if (rc == 0) {
        rc = pt_intake_decide(g->hub->x, o->facts, "hub", &ports, &d);
    }
    if (rc != 0) {
        rc = pt_err_set(err, rc < 0 ? rc : PT_E_INTERNAL,
                        "the hub's own batch couldn't be examined");
    } else if (d.verdict != PT_INTAKE_ACCEPT) {
        rc = own_refused(&d, err);
    } else {
        rc = take_accepted(g, o->facts, true, err);
    }
    pt_intake_decision_done(&d);
    return rc;
}

int pt_group_commit(struct pt_group *g, struct pt_err *err) {
    int rc;

    if (pt_group_empty(g)) {
        return 0;
    }
    rc = pt_log_append(g->hub->log, g->entries, g->n_entries, g->refusals, g->n_refusals, err);
    PT_ASSERT(rc != 0 || pt_log_size(g->hub->log) == pt_exchange_size(g->hub->x));
    return rc;
}

void pt_group_end(struct pt_group *g) {
    for (size_t i = 0; i < g->n_entries; i++) {
        pt_buf_done(&g->entry_bytes[i]);
    }
    for (size_t i = 0; i < g->n_refusals; i++) {
        pt_buf_done(&g->refusal_envelopes[i]);
        pt_buf_done(&g->refusal_bytes[i]);
    }
    for (size_t i = 0; i < g->n_own; i++) {
        pt_intake_facts_free(g->owns[i].facts);
        pt_buf_done(&g->owns[i].batch);
    }
    g->n_entries = 0;
    g->n_refusals = 0;
    g->n_own = 0;
}
