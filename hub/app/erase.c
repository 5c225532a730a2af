#include "erase.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/logsink.h>
#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>

struct pt_eraser {
    struct pt_hub *hub;
    size_t at;      /* orders of the exchange before it are carried out */
    bool begun;     /* it ran once since the start */
    bool scrub;     /* the write-ahead log may hold what was destroyed */
    uint64_t *done; /* log entries of what is erased */
    size_t n, cap;
};

int pt_eraser_new(struct pt_hub *h, struct pt_eraser **ret, struct pt_err *err) {
    *ret = calloc(1, sizeof(**ret));
    if (*ret == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory for erasures");
    }
    (*ret)->hub = h;
    return 0;
}

void pt_eraser_free(struct pt_eraser *e) {
    if (e != NULL) {
        free(e->done);
        free(e);
    }
}

bool pt_eraser_due(const struct pt_eraser *e) {
    return e->scrub || e->at < pt_exchange_erasure_count(e->hub->x);
}

uint64_t pt_eraser_below(const struct pt_eraser *e, uint64_t size) {
    uint64_t n = 0;

    for (size_t i = 0; i < e->n; i++) {
        n += e->done[i] < size;
    }
    return n;
}

/* ---- one order ---- */

/* Where the record stands, and whether it is what the order says. */
struct target {
    const struct pt_exchange_erasure *order;
    struct pt_store_erasure at;
    bool fits;
};

static int look(void *ctx, const struct pt_store_entry *e) {
    struct target *t = ctx;
    struct pt_kept_record r = {.erased = false};
    struct pt_hash hash;
    size_t pos = 0;
    int rc = 1;

    t->at.index = e->index;
    t->at.place = t->order->seq - e->first_seq;
    for (uint64_t i = 0; rc == 1 && i <= t->at.place; i++) {
        rc = pt_kept_record_next(e->records, &pos, &r);
    }
    if (rc != 1) {
        return PT_E_CORRUPT;
    }
    pt_kept_record_hash(&r, &hash);
    t->fits = pt_hash_eq(&hash, &t->order->record) &&
              (r.erased || pt_record_peek(r.bytes) == t->order->type);
    return 0;
}

static int find(struct pt_hub *h, struct target *t, struct pt_err *err) {
    const struct pt_exchange_erasure *o = t->order;
    struct pt_store_reader *r = NULL;
    uint64_t index = 0;
    int rc = pt_store_read_begin(h->store, &r, err);

    if (rc == 0) {
        rc = pt_store_find_seq(r, o->party, o->stream, o->seq, &index, err);
        rc = rc == 0 ? pt_store_entries(r, index, 1, true, look, t, err) : rc;
    }
    pt_store_read_end(r);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

static int note(struct pt_eraser *e, uint64_t index) {
    if (e->n == e->cap) {
        size_t cap = e->cap == 0 ? 16 : 2 * e->cap;
        uint64_t *grown = realloc(e->done, cap * sizeof(*grown));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        e->done = grown;
        e->cap = cap;
    }
    e->done[e->n++] = index;
    return 0;
}

static int carry_out(struct pt_eraser *e, const struct pt_exchange_erasure *o, bool *ret_done,
                     struct pt_err *err) {
    struct target t = {.order = o, .at = {.record = o->record, .order = o->order}};
    bool did = false;
    int rc = find(e->hub, &t, err);

    if (rc == 0 && !t.fits) {
        pt_log(PT_LOG_WARN, "erasure_void",
               "%s/%s#%" PRIu64 ": the order %s/%s#%" PRIu64
               " names no record with that hash and type",
               o->party, o->stream, o->seq, o->order_at.party, o->order_at.stream, o->order_at.seq);
        return 0;
    }
    rc = rc == 0 ? pt_store_erase(e->hub->store, &t.at, &did, err) : rc;
    /* A second order over the same record finds it erased: the first one's hash stands. */
    rc = rc == 0 ? note(e, t.at.index) : rc;
    if (rc == 0 && did) {
        *ret_done = e->scrub = true;
        pt_log(PT_LOG_INFO, "erased", "%s/%s#%" PRIu64 " by %s/%s#%" PRIu64, o->party, o->stream,
               o->seq, o->order_at.party, o->order_at.stream, o->order_at.seq);
    }
    return rc;
}

/* Is it a second order over a record that an earlier one names? */
static bool again(const struct pt_exchange *x, size_t i) {
    const struct pt_exchange_erasure *o = pt_exchange_erasure_at(x, i);

    for (size_t k = 0; k < i; k++) {
        const struct pt_exchange_erasure *p = pt_exchange_erasure_at(x, k);

        if (p->seq == o->seq && pt_hash_eq(&p->record, &o->record) && p->type == o->type &&
            strcmp(p->party, o->party) == 0 && strcmp(p->stream, o->stream) == 0) {
            return true;
        }
    }
    return false;
}

int pt_eraser_run(struct pt_eraser *e, bool *ret_done, struct pt_err *err) {
    const struct pt_exchange *x = e->hub->x;
    int rc = 0;

    *ret_done = false;
    /* A run that was killed may have left it behind. */
    e->scrub = e->scrub || (!e->begun && pt_exchange_erasure_count(x) > 0);
    e->begun = true;
    while (rc == 0 && e->at < pt_exchange_erasure_count(x)) {
        rc = again(x, e->at) ? 0 : carry_out(e, pt_exchange_erasure_at(x, e->at), ret_done, err);
        e->at += rc == 0;
    }
    if (rc == 0 && e->scrub) {
        rc = pt_store_scrub(e->hub->store, err);
        e->scrub = rc != 0;
    }
    return rc;
}

/* ---- which order it was ---- */

struct kept {
    uint64_t seq;
    bool erased;
    struct pt_hash record, order;
};

static int take_kept(void *ctx, const struct pt_store_entry *e) {
    struct kept *k = ctx;
    struct pt_kept_record r = {.erased = false};
    size_t pos = 0;
    int rc = 1;

    for (uint64_t i = 0; rc == 1 && i <= k->seq - e->first_seq; i++) {
        rc = pt_kept_record_next(e->records, &pos, &r);
    }
    k->erased = r.erased;
    k->record = r.hash;
    k->order = r.order;
    return rc == 1 ? 0 : PT_E_CORRUPT;
}

static int find_kept(struct pt_hub *h, const struct pt_ref *at, struct kept *k,
                     struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    uint64_t index = 0;
    int rc = pt_store_read_begin(h->store, &r, err);

    if (rc == 0) {
        rc = pt_store_find_seq(r, at->party, at->stream, at->seq, &index, err);
        rc = rc == 0 ? pt_store_entries(r, index, 1, true, take_kept, k, err) : rc;
    }
    pt_store_read_end(r);
    return rc;
}

/* An order in force over the place; with k, the one that is named there. */
static bool find_order(struct pt_hub *h, const struct pt_ref *at, const struct kept *k,
                       struct pt_exchange_erasure *ret) {
    bool found = false;

    (void)pthread_mutex_lock(&h->x_lock);
    for (size_t i = 0; !found && i < pt_exchange_erasure_count(h->x); i++) {
        const struct pt_exchange_erasure *o = pt_exchange_erasure_at(h->x, i);

        found =
            o->seq == at->seq && strcmp(o->party, at->party) == 0 &&
            strcmp(o->stream, at->stream) == 0 &&
            (k == NULL || (pt_hash_eq(&o->record, &k->record) && pt_hash_eq(&o->order, &k->order)));
        if (found) {
            *ret = *o;
        }
    }
    (void)pthread_mutex_unlock(&h->x_lock);
    return found;
}

int pt_erasure_of(struct pt_hub *h, const struct pt_ref *at, struct pt_exchange_erasure *ret,
                  struct pt_err *err) {
    struct kept k = {.seq = at->seq};
    int rc;

    if (!find_order(h, at, NULL, ret)) {
        return PT_E_NOT_FOUND; /* most records: nothing is read for them */
    }
    rc = find_kept(h, at, &k, err);
    return rc != 0 ? rc : k.erased && find_order(h, at, &k, ret) ? 0 : PT_E_NOT_FOUND;
}
