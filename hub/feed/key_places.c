#include "key_places.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/proof/entry.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>

#define SCAN_CHUNK 4096

/* ---- life ---- */

int pt_evidence_cache_new(const struct pt_sigverify *sv, struct pt_evidence_cache **ret) {
    *ret = calloc(1, sizeof(**ret));
    if (*ret == NULL) {
        return PT_E_NOMEM;
    }
    (*ret)->sv = *sv;
    (void)pthread_mutex_init(&(*ret)->lock, NULL);
    return 0;
}

static void forget(struct pt_evidence_cache *c) {
    pt_keyhistory_free(c->keys);
    c->keys = NULL;
    c->scanned = 0;
    c->n = 0;
}

void pt_evidence_cache_free(struct pt_evidence_cache *c) {
    if (c != NULL) {
        forget(c);
        (void)pthread_mutex_destroy(&c->lock);
        free(c->at);
        free(c);
    }
}

static int add(struct pt_evidence_cache *c, uint64_t index, uint64_t seq) {
    if (c->n == c->cap) {
        size_t cap = c->cap == 0 ? 16 : 2 * c->cap;
        struct key_place *grown = realloc(c->at, cap * sizeof(*grown));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        c->at = grown;
        c->cap = cap;
    }
    c->at[c->n++] = (struct key_place){index, seq};
    return 0;
}

/* ---- replaying ---- */

struct scan {
    struct pt_evidence_cache *cache;
    uint64_t marked[SCAN_CHUNK];
    size_t n_marked;
    size_t n_seen;
    struct pt_err *err;
};

static int genesis_entry(void *ctx, const struct pt_store_entry *e) {
    struct scan *s = ctx;
    struct pt_evidence_cache *c = s->cache;
    struct pt_entry g;
    int rc = pt_entry_open(e->log_entry, &g, s->err);

    if (rc == 0 && !g.is_genesis) {
        rc = pt_err_set(s->err, PT_E_CORRUPT, "log entry 0 is no genesis");
    }
    rc = rc != 0 ? rc : pt_genesis_verify(g.msg->envelope, &c->sv, s->err);
    if (rc == 0 && pt_keyhistory_new(&c->keys) != 0) {
        rc = pt_err_set(s->err, PT_E_NOMEM, "no memory for the key history");
    }
    rc = rc != 0 ? rc : pt_keyhistory_genesis(c->keys, g.genesis, s->err);
    pt_entry_done(&g);
    return rc;
}

static bool may_move(struct pt_span rec) {
    unsigned type = rec.len > 0 ? pt_record_peek(rec) : 0;

    return type == PT_TYPE_KEY_CHANGE || type == PT_TYPE_POLICY_CHANGE || type == PT_TYPE_APPROVAL;
}

static int take_record(struct pt_evidence_cache *c, struct pt_key_event *at, struct pt_span rec,
                       uint64_t seq) {
    uint64_t before = pt_keyhistory_moves(c->keys);
    int rc;

    pt_leaf_hash(&at->record_hash, rec.p, rec.len);
    rc = pt_keyhistory_record(c->keys, at, rec, &c->sv);
    return rc == 0 && pt_keyhistory_moves(c->keys) != before ? add(c, at->log_index, seq) : rc;
}

static int scan_records(void *ctx, const struct pt_store_entry *e) {
    struct scan *s = ctx;
    struct pt_key_event at = {.log_index = e->index, .party = e->party, .stream = e->stream};
    struct pt_kept_record rec;
    struct pt_entry entry;
    bool open = false;
    uint64_t seq = e->first_seq;
    size_t pos = 0;
    int rc;

    while ((rc = pt_kept_record_next(e->records, &pos, &rec)) == 1) {
        rc = 0;
        if (!rec.erased && may_move(rec.bytes)) {
            if (!open) {
                rc = pt_entry_open(e->log_entry, &entry, s->err);
                open = rc == 0;
            }
            if (rc == 0) {
                at.signing_key = entry.signing_key;
                rc = take_record(s->cache, &at, rec.bytes, seq);
            }
        }
        if (rc != 0) {
            break;
        }
        seq++;
    }
    if (open) {
        pt_entry_done(&entry);
    }
    return rc == 0 ? 0
                   : pt_err_set(s->err, rc, "log entry %llu: what it says of keys can't be read",
                                (unsigned long long)e->index);
}

static int scan_mark(void *ctx, const struct pt_store_entry *e) {
    struct scan *s = ctx;

    s->n_seen++;
    if ((e->marks & PT_STORE_MARK_EXCHANGE) != 0 && e->index > 0) {
        s->marked[s->n_marked++] = e->index;
    }
    return 0;
}

static int scan_chunk(struct scan *s, struct pt_store_reader *r, uint64_t n) {
    uint64_t from = s->cache->scanned;
    int rc;

    s->n_marked = s->n_seen = 0;
    rc = pt_store_entries(r, from, n, false, scan_mark, s, s->err);
    if (rc == 0 && s->n_seen != n) {
        rc = pt_err_set(s->err, PT_E_CORRUPT, "the log has a gap after entry %llu",
                        (unsigned long long)(from + s->n_seen));
    }
    for (size_t i = 0; rc == 0 && i < s->n_marked; i++) {
        rc = pt_store_entries(r, s->marked[i], 1, true, scan_records, s, s->err);
    }
    return rc;
}

int pt_key_places_fill(struct pt_evidence_cache *c, struct pt_store_reader *r, uint64_t size,
                       struct pt_err *err) {
    struct scan *s = c->scanned < size ? calloc(1, sizeof(*s)) : NULL;
    int rc = 0;

    if (c->scanned >= size) {
        return 0;
    }
    if (s == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for the key history");
    }
    s->cache = c;
    s->err = err;
    if (c->keys == NULL) {
        rc = pt_store_entries(r, 0, 1, false, genesis_entry, s, err);
    }
    while (rc == 0 && c->scanned < size) {
        uint64_t n = size - c->scanned < SCAN_CHUNK ? size - c->scanned : SCAN_CHUNK;

        rc = scan_chunk(s, r, n);
        c->scanned += n;
    }
    if (rc != 0) {
        forget(c);
    }
    free(s);
    return rc;
}
