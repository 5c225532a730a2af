#include <pentad/feed/evidence.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/log/export.h>
#include <pentad/log/log.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/tlogproof.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/v1/hub.pb-c.h>

#include "key_places.h"
#include "visible.h"
#include "wire.h"

#define SCRATCH_MAX (96u * 1024 * 1024)
#define PROOF_MAX ((size_t)PT_COSIGNED_MAX + 16 * 1024)

/* Tags of evidence.proto. */
enum {
    BUNDLE_VERSION = 0x08,
    BUNDLE_ORIGIN = 0x12,
    BUNDLE_HUB = 0x1a,
    BUNDLE_GENESIS_ENTRY = 0x22,
    BUNDLE_GENESIS_PROOF = 0x2a,
    BUNDLE_KEY_HISTORY = 0x32,
    BUNDLE_BATCHES = 0x3a,
    BUNDLE_RECORDS = 0x42,
    BUNDLE_FIGURE = 0x4a,
    BUNDLE_INPUTS = 0x50,
    BUNDLE_ABOUT = 0x62,
    KEY_ENTRY = 0x0a,
    KEY_RECORDS = 0x12,
    BATCH_LOG_INDEX = 0x08,
    BATCH_LOG_ENTRY = 0x12,
    BATCH_TLOG_PROOF = 0x1a,
    RECORD_SEQ = 0x08,
    RECORD_BYTES = 0x12,
    RECORD_BATCH = 0x18,
    RECORD_PATH = 0x22,
    RECORD_ERASED = 0x2a,
    RECORD_WITHHELD = 0x32,
};

/* ---- making a bundle ----------------------------------------------------------------------- */

enum { OF_INPUT = 1, OF_SNAPSHOT = 2, OF_ATTESTATION = 4 };

struct place {
    struct pt_ref ref;
    uint64_t index;
    unsigned of; /* the figure's */
    bool taken;  /* into the bundle */
    uint32_t at; /* as which of its records */
};

struct making {
    enum pt_party reader;
    const struct pt_feed_disclosed *disclosed;
    const struct pt_evidence_want *want;
    bool leave_out; /* what the reader may not read, rather than refuse */
    bool naming;    /* and name it: its place, hash and path */
    bool bare;      /* a key history for whoever has the entries */
    struct pt_evidence_cache *cache;
    size_t key; /* the first of its places that is still to be put in */
    struct pt_store_reader *r;
    struct pt_log_source source;
    struct pt_tile_reader *tiles;
    struct pt_merkle_reader nodes;
    struct pt_buf note;
    uint64_t size; /* of the checkpoint */
    struct pt_arena scratch;
    struct pt_buf entry;   /* one EvidenceBatch, or one EvidenceKeyEntry */
    struct pt_buf record;  /* one EvidenceRecord */
    struct pt_buf batches; /* field 7, repeated */
    struct pt_buf records; /* field 8, repeated */
    struct place *places;
    size_t n_places;
    size_t at; /* the first place of the batch under way */
    uint32_t n_batches;
    size_t n_records;
    size_t withheld;
    struct pt_err *err;
};

static int fetch_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out) {
    struct making *m = ctx;

    return m->source.tile(m->source.ctx, t, out, m->err);
}

/* The smallest checkpoint with a quorum of cosignatures that covers `need` entries; the largest
 * signed one where there is none yet. */
static int open_checkpoint(struct making *m, struct pt_store *store, uint64_t need,
                           struct pt_err *err) {
    struct pt_checkpoint c;
    struct pt_note n;
    struct pt_vkey vkey;
    uint64_t size;
    int found = pt_store_cosigned_from(store, need, &size, &m->note, err);
    /* After it: a snapshot of the log that reaches as far as that checkpoint. */
    int rc = found != 0 && found != PT_E_NOT_FOUND
                 ? found
                 : pt_log_store_source(store, &m->source, &vkey, err);

    if (rc == 0 && found == PT_E_NOT_FOUND) {
        rc = m->source.checkpoint(m->source.ctx, &m->note, err);
    }
    if (rc != 0) {
        return rc;
    }
    rc = pt_note_parse(&n, pt_buf_span(&m->note), err);
    if (rc == 0) {
        rc = pt_checkpoint_parse(&c, n.text, err);
    }
    pt_note_done(&n);
    if (rc == 0) {
        m->size = c.size;
        rc = pt_tile_reader_new(&m->tiles, c.size, fetch_tile, m);
    }
    if (rc == 0) {
        m->nodes = pt_tile_reader_nodes(m->tiles);
    }
    return rc;
}

static int put_proof(struct making *m, uint64_t index, uint8_t tag, struct pt_buf *out) {
    struct pt_merkle_path path;
    struct pt_buf text;
    int rc = pt_merkle_inclusion(&m->nodes, index, m->size, &path);

    pt_buf_init(&text, PROOF_MAX);
    if (rc == 0) {
        rc = pt_tlogproof_format(&text, index, &path, pt_buf_span(&m->note));
    }
    if (rc == 0) {
        pt_feed_wire_bytes(out, tag, pt_buf_span(&text));
    }
    pt_buf_done(&text);
    return rc == 0 ? 0
                   : pt_err_set(m->err, rc, "log entry %llu can't be proven",
                                (unsigned long long)index);
}

/* EvidenceBatch, without its own tag. */
static int put_batch(struct making *m, const struct pt_store_entry *e, struct pt_buf *out) {
    pt_feed_wire_number(out, BATCH_LOG_INDEX, e->index);
    if (m->bare) {
        return 0;
    }
    pt_feed_wire_bytes(out, BATCH_LOG_ENTRY, e->log_entry);
    return put_proof(m, e->index, BATCH_TLOG_PROOF, out);
}

static int put_path(const struct pt_merkle_tree *tree, uint32_t i, uint64_t n, struct pt_buf *out) {
    const struct pt_merkle_reader nodes = pt_merkle_tree_reader(tree);
    struct pt_merkle_path path;
    int rc = pt_merkle_inclusion(&nodes, i, n, &path);

    for (unsigned k = 0; rc == 0 && k < path.n; k++) {
        pt_feed_wire_bytes(out, RECORD_PATH, pt_span(path.h[k].b, PT_HASH_LEN));
    }
    return rc;
}

/* EvidenceRecord, without its own tag; has_batch: not in a key history. */
static int put_record(struct making *m, const struct pt_store_entry *e,
                      const struct pt_merkle_tree *tree, uint32_t i,
                      const struct pt_kept_record *rec, bool has_batch, struct pt_buf *out) {
    int rc;

    pt_feed_wire_number(out, RECORD_SEQ, e->first_seq + i);
    if (!rec->erased) {
        pt_feed_wire_bytes(out, RECORD_BYTES, rec->bytes);
    }
    if (has_batch) {
        pt_feed_wire_number(out, RECORD_BATCH, m->n_batches);
    }
    rc = put_path(tree, i, e->record_count, out);
    if (rec->erased) {
        pt_feed_wire_bytes(out, RECORD_ERASED, pt_span(rec->hash.b, PT_HASH_LEN));
    }
    return rc;
}

/* One that the reader may not read, as an EvidenceRecord: its hash, which the feed tells everybody,
 * with the path that proves that such a record is there. */
static int put_withheld(struct making *m, const struct pt_store_entry *e,
                        const struct pt_merkle_tree *tree, uint32_t i,
                        const struct pt_kept_record *rec, struct pt_buf *out) {
    struct pt_hash hash;
    int rc;

    pt_kept_record_hash(rec, &hash);
    pt_feed_wire_number(out, RECORD_SEQ, e->first_seq + i);
    pt_feed_wire_number(out, RECORD_BATCH, m->n_batches);
    rc = put_path(tree, i, e->record_count, out);
    pt_feed_wire_bytes(out, RECORD_WITHHELD, pt_span(hash.b, PT_HASH_LEN));
    return rc;
}

/* The batch tree over an entry's records. */
static int batch_tree(const struct pt_store_entry *e, struct pt_merkle_tree *ret,
                      struct pt_err *err) {
    struct pt_hash *leaves = calloc(e->record_count, sizeof(*leaves));
    struct pt_kept_record rec;
    size_t pos = 0;
    uint32_t n = 0;
    int rc = leaves == NULL ? PT_E_NOMEM : 1;

    while (rc == 1 && (rc = pt_kept_record_next(e->records, &pos, &rec)) == 1) {
        if (n == e->record_count) {
            rc = PT_E_CORRUPT;
            break;
        }
        pt_kept_record_hash(&rec, &leaves[n++]);
    }
    if (rc == 0) {
        rc = n == e->record_count ? pt_merkle_tree_init(ret, leaves, n) : PT_E_CORRUPT;
    }
    free(leaves);
    return rc == 0 ? 0
                   : pt_err_set(err, rc, "log entry %llu: its records can't be proven",
                                (unsigned long long)e->index);
}

/* ---- key history --------------------------------------------------------------------------- */

/* The places in that entry, from m->key on. */
static int key_entry(void *ctx, const struct pt_store_entry *e) {
    struct making *m = ctx;
    const struct pt_evidence_cache *c = m->cache;
    struct pt_merkle_tree tree;
    struct pt_kept_record rec;
    size_t pos = 0;
    int rc = batch_tree(e, &tree, m->err);

    if (rc != 0) {
        return rc;
    }
    pt_buf_reset(&m->entry);
    pt_buf_reset(&m->record);
    rc = put_batch(m, e, &m->record);
    pt_feed_wire_bytes(&m->entry, KEY_ENTRY, pt_buf_span(&m->record));
    for (uint32_t i = 0; rc == 0 && i < e->record_count; i++) {
        rc = pt_kept_record_next(e->records, &pos, &rec) == 1 ? 0 : PT_E_CORRUPT;
        if (rc == 0 && m->key < c->n && c->at[m->key].index == e->index &&
            c->at[m->key].seq == e->first_seq + i) {
            m->key++;
            pt_buf_reset(&m->record);
            rc = put_record(m, e, &tree, i, &rec, false, &m->record);
            pt_feed_wire_bytes(&m->entry, KEY_RECORDS, pt_buf_span(&m->record));
        }
    }
    pt_merkle_tree_done(&tree);
    pt_feed_wire_bytes(&m->batches, BUNDLE_KEY_HISTORY, pt_buf_span(&m->entry));
    return rc;
}

static int put_key_history(struct making *m, struct pt_buf *out) {
    const struct pt_evidence_cache *c = m->cache;
    int rc = pt_key_places_fill(m->cache, m->r, m->size, m->err);

    while (rc == 0 && m->key < c->n && c->at[m->key].index < m->size) {
        size_t before = m->key;

        rc = pt_store_entries(m->r, c->at[before].index, 1, true, key_entry, m, m->err);
        if (rc == 0 && m->key == before) {
            rc = pt_err_set(m->err, PT_E_CORRUPT, "log entry %llu is missing",
                            (unsigned long long)c->at[before].index);
        }
    }
    pt_buf_append_span(out, pt_buf_span(&m->batches));
    pt_buf_reset(&m->batches);
    return rc;
}

/* ---- records --------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b) {
    const struct place *x = a;
    const struct place *y = b;

    if (x->index != y->index) {
        return x->index < y->index ? -1 : 1;
    }
    return x->ref.seq == y->ref.seq ? 0 : x->ref.seq < y->ref.seq ? -1 : 1;
}

static unsigned of_figure(const struct pt_evidence_want *want, size_t i) {
    if (want->figure == NULL) {
        return 0;
    }
    if (i + want->n_said >= want->n) {
        return i + want->n_said == want->n ? OF_SNAPSHOT : OF_ATTESTATION;
    }
    return i < want->n_inputs ? OF_INPUT : 0;
}

/* Where each record stands, in log order, each once. */
static int find_places(struct making *m, const struct pt_evidence_want *want) {
    size_t n = 0;

    m->places = calloc(want->n + 1, sizeof(*m->places));
    if (m->places == NULL || want->n > PT_EVIDENCE_RECORDS_MAX) {
        return pt_err_set(m->err, m->places == NULL ? PT_E_NOMEM : PT_E_TOO_LARGE,
                          "a bundle holds at most %d records", PT_EVIDENCE_RECORDS_MAX);
    }
    for (size_t i = 0; i < want->n; i++) {
        const struct pt_ref *ref = &want->records[i];
        int rc =
            pt_store_find_seq(m->r, ref->party, ref->stream, ref->seq, &m->places[i].index, m->err);

        if (rc != 0) {
            return pt_err_set(m->err, rc, "%s/%s#%llu isn't in the log", ref->party, ref->stream,
                              (unsigned long long)ref->seq);
        }
        m->places[i].ref = *ref;
        m->places[i].of = of_figure(want, i);
    }
    qsort(m->places, want->n, sizeof(*m->places), compare_places);
    for (size_t i = 0; i < want->n; i++) {
        if (n == 0 || compare_places(&m->places[i], &m->places[n - 1]) != 0) {
            m->places[n++] = m->places[i];
        } else {
            m->places[n - 1].of |= m->places[i].of;
        }
    }
    m->n_places = n;
    return 0;
}

/* What the reader gets of it: all, else its hash alone, or nothing. */
static int put_wanted(struct making *m, const struct pt_store_entry *e,
                      const struct pt_merkle_tree *tree, uint32_t i,
                      const struct pt_kept_record *rec, bool full, size_t *ret_taken) {
    struct place *p = &m->places[m->at];
    int rc = 0;

    m->withheld += !full;
    if (!full && !m->naming) {
        return 0;
    }
    if (full && !rec->erased && m->want->given != NULL) {
        rc = m->want->given(m->want->given_ctx, &p->ref, e->index, rec->bytes, m->err);
    }
    if (rc == 0) {
        pt_buf_reset(&m->record);
        rc = full ? put_record(m, e, tree, i, rec, true, &m->record)
                  : put_withheld(m, e, tree, i, rec, &m->record);
        pt_feed_wire_bytes(&m->records, BUNDLE_RECORDS, pt_buf_span(&m->record));
        p->taken = true;
        p->at = (uint32_t)(m->n_records + (*ret_taken)++);
    }
    return rc;
}

/* The records of one batch that are wanted: places from m->at on with this index. */
static int take_records(struct making *m, const struct pt_store_entry *e,
                        const struct pt_merkle_tree *tree, size_t *ret_taken) {
    enum pt_party author = pt_party_from_name(e->party);
    struct pt_kept_record rec = {.erased = false};
    size_t pos = 0;
    uint32_t i = 0;
    int rc = 0;

    for (; rc == 0 && m->at < m->n_places && m->places[m->at].index == e->index; m->at++) {
        const struct pt_ref *ref = &m->places[m->at].ref;
        bool covered = false;
        bool full = false;

        for (rc = 1; rc == 1 && i <= ref->seq - e->first_seq; i++) {
            rc = pt_kept_record_next(e->records, &pos, &rec);
        }
        rc = rc == 1 ? pt_feed_covered(m->disclosed, ref->party, ref->stream, ref->seq, &covered,
                                       m->err)
                     : PT_E_CORRUPT;
        full = rec.erased; /* its hash is everybody's */
        if (rc == 0 && !full) {
            rc = pt_feed_may_read(rec.bytes, author, m->reader, covered, &m->scratch, &full);
        }
        if (rc == 0 && !full && !m->leave_out) {
            return pt_err_set(m->err, PT_E_FORBIDDEN, "%s/%s#%llu is not for %s to read",
                              ref->party, ref->stream, (unsigned long long)ref->seq,
                              pt_party_name(m->reader));
        }
        rc = rc == 0 ? put_wanted(m, e, tree, i - 1, &rec, full, ret_taken) : rc;
    }
    return rc;
}

static int wanted_entry(void *ctx, const struct pt_store_entry *e) {
    struct making *m = ctx;
    struct pt_merkle_tree tree;
    size_t taken = 0;
    int rc = batch_tree(e, &tree, m->err);

    if (rc != 0) {
        return rc;
    }
    rc = take_records(m, e, &tree, &taken);
    if (rc == 0 && taken > 0) {
        pt_buf_reset(&m->entry);
        rc = put_batch(m, e, &m->entry);
        pt_feed_wire_bytes(&m->batches, BUNDLE_BATCHES, pt_buf_span(&m->entry));
        m->n_batches++;
        m->n_records += taken;
    }
    pt_merkle_tree_done(&tree);
    return rc;
}

static int put_records(struct making *m, struct pt_buf *out) {
    int rc = 0;

    while (rc == 0 && m->at < m->n_places) {
        const struct place *next = &m->places[m->at];

        rc = pt_store_entries(m->r, next->index, 1, true, wanted_entry, m, m->err);
        if (rc == 0 && &m->places[m->at] == next) {
            rc = pt_err_set(m->err, PT_E_CORRUPT, "log entry %llu is missing",
                            (unsigned long long)next->index);
        }
        if (rc == 0 && (m->batches.failed != 0 || m->records.failed != 0)) {
            rc = pt_err_set(m->err, PT_E_TOO_LARGE,
                            "the bundle would be larger than %zu bytes; ask for less",
                            m->records.max);
        }
    }
    pt_buf_append_span(out, pt_buf_span(&m->batches));
    pt_buf_append_span(out, pt_buf_span(&m->records));
    return rc;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int genesis_entry(void *ctx, const struct pt_store_entry *e) {
    return pt_buf_append_span(ctx, e->log_entry);
}

static int put_genesis(struct making *m, struct pt_buf *out) {
    struct pt_buf bytes;
    struct pt_entry e;
    int rc;

    memset(&e, 0, sizeof(e));
    pt_buf_init(&bytes, PT_ENTRY_MAX);
    rc = pt_store_entries(m->r, 0, 1, false, genesis_entry, &bytes, m->err);
    if (rc == 0) {
        rc = pt_entry_open(pt_buf_span(&bytes), &e, m->err);
    }
    if (rc == 0 && !e.is_genesis) {
        rc = pt_err_set(m->err, PT_E_CORRUPT, "log entry 0 is no genesis");
    }
    if (rc == 0) {
        pt_feed_wire_number(out, BUNDLE_VERSION, 1);
        pt_feed_wire_bytes(out, BUNDLE_ORIGIN, pt_span_str(e.genesis->origin));
        pt_feed_wire_bytes(out, BUNDLE_HUB, pt_span(e.leaf.b, PT_HASH_LEN));
        pt_feed_wire_bytes(out, BUNDLE_GENESIS_ENTRY, pt_buf_span(&bytes));
        rc = put_proof(m, 0, BUNDLE_GENESIS_PROOF, out);
    }
    pt_entry_done(&e);
    pt_buf_done(&bytes);
    return rc;
}

/* Names the snapshot and its attestations, which stand among the records; without the snapshot
 * nothing of what rests on it. */
static void name_said(const struct making *m, Pentad__V1__EvidenceFigure *f) {
    for (size_t i = 0; i < m->n_places; i++) {
        const struct place *p = &m->places[i];

        if (p->taken && (p->of & OF_SNAPSHOT) != 0) {
            f->has_snapshot = 1;
            f->snapshot = p->at;
        } else if (p->taken && (p->of & OF_ATTESTATION) != 0) {
            f->attestations[f->n_attestations++] = p->at;
        }
    }
}

static int put_figure(struct making *m, const Pentad__V1__EvidenceFigure *figure,
                      struct pt_buf *out) {
    Pentad__V1__EvidenceFigure f;
    int rc;

    if (figure == NULL) {
        return 0;
    }
    f = *figure;
    f.attestations = calloc(m->n_places + 1, sizeof(*f.attestations));
    if (f.attestations == NULL) {
        return pt_err_set(m->err, PT_E_NOMEM, "no memory for the bundle");
    }
    name_said(m, &f);
    pt_buf_reset(&m->entry);
    rc = pt_msg_encode(&f.base, &m->entry, m->err);
    pt_feed_wire_bytes(out, BUNDLE_FIGURE, pt_buf_span(&m->entry));
    for (size_t i = 0; rc == 0 && i < m->n_places; i++) {
        if (m->places[i].taken && (m->places[i].of & OF_INPUT) != 0) {
            pt_feed_wire_number(out, BUNDLE_INPUTS, m->places[i].at);
        }
    }
    free(f.attestations);
    return rc;
}

static int put_about(struct making *m, const Pentad__V1__EvidenceAbout *about, struct pt_buf *out) {
    Pentad__V1__EvidenceAbout a;
    int rc;

    if (about == NULL) {
        return 0;
    }
    a = *about;
    a.withheld = a.has_withheld ? m->withheld : 0;
    pt_buf_reset(&m->entry);
    rc = pt_msg_encode(&a.base, &m->entry, m->err);
    pt_feed_wire_bytes(out, BUNDLE_ABOUT, pt_buf_span(&m->entry));
    return rc;
}

static int make(struct making *m, struct pt_store *store, const struct pt_evidence_want *want,
                struct pt_buf *out) {
    int rc = pt_store_read_begin(store, &m->r, m->err);

    if (rc == 0) {
        rc = find_places(m, want);
    }
    pt_store_read_end(m->r);
    m->r = NULL;
    if (rc == 0) {
        uint64_t need = m->n_places > 0 ? m->places[m->n_places - 1].index + 1 : 1;

        rc = open_checkpoint(m, store, need, m->err);
    }
    if (rc == 0) {
        rc = pt_store_read_begin(store, &m->r, m->err);
    }
    if (rc == 0) {
        rc = put_genesis(m, out);
    }
    if (rc == 0) {
        rc = put_key_history(m, out);
    }
    if (rc == 0) {
        rc = put_records(m, out);
    }
    if (rc == 0) {
        rc = put_figure(m, want->figure, out);
    }
    if (rc == 0) {
        rc = put_about(m, want->about, out);
    }
    if (rc == 0 && out->failed != 0) {
        rc = pt_err_set(m->err, out->failed, "the bundle would be larger than %zu bytes", out->max);
    }
    return rc;
}

int pt_feed_evidence(struct pt_store *store, struct pt_evidence_cache *cache, enum pt_party reader,
                     const struct pt_evidence_want *want, struct pt_buf *out, size_t *ret_withheld,
                     struct pt_err *err) {
    struct pt_err none = {0};
    struct making m = {.reader = reader,
                       .disclosed = want->disclosed,
                       .cache = cache,
                       .want = want,
                       .leave_out = want->figure != NULL || want->about != NULL,
                       .naming = want->about != NULL && want->about->has_withheld,
                       .err = err != NULL ? err : &none};
    int rc;

    pt_buf_init(&m.note, PT_COSIGNED_MAX);
    pt_buf_init(&m.entry, out->max);
    pt_buf_init(&m.record, out->max);
    pt_buf_init(&m.batches, out->max);
    pt_buf_init(&m.records, out->max);
    pt_arena_init(&m.scratch, SCRATCH_MAX);
    (void)pthread_mutex_lock(&cache->lock);
    rc = make(&m, store, want, out);
    (void)pthread_mutex_unlock(&cache->lock);
    if (ret_withheld != NULL) {
        *ret_withheld = m.withheld;
    }
    pt_store_read_end(m.r);
    pt_tile_reader_free(m.tiles);
    pt_log_store_source_free(&m.source);
    free(m.places);
    pt_arena_done(&m.scratch);
    pt_buf_done(&m.records);
    pt_buf_done(&m.batches);
    pt_buf_done(&m.record);
    pt_buf_done(&m.entry);
    pt_buf_done(&m.note);
    return rc;
}

/* ---- a key history on its own ------------------------------------------------------------------
 */

static int log_size(struct pt_store_reader *r, uint64_t *ret, struct pt_err *err) {
    struct pt_store_state s = {0};
    int rc;

    pt_buf_init(&s.checkpoint, PT_LOG_CHECKPOINT_MAX);
    rc = pt_store_state(r, &s, err);
    *ret = s.size;
    pt_buf_done(&s.checkpoint);
    return rc;
}

int pt_feed_key_history(struct pt_store *store, struct pt_evidence_cache *cache, struct pt_buf *out,
                        struct pt_err *err) {
    struct making m = {.bare = true, .cache = cache, .err = err};
    int rc;

    pt_buf_init(&m.entry, out->max);
    pt_buf_init(&m.record, out->max);
    pt_buf_init(&m.batches, out->max);
    (void)pthread_mutex_lock(&cache->lock);
    rc = pt_store_read_begin(store, &m.r, err);
    rc = rc == 0 ? log_size(m.r, &m.size, err) : rc;
    if (rc == 0) {
        pt_feed_wire_number(out, BUNDLE_VERSION, 1);
        rc = put_key_history(&m, out);
    }
    if (rc == 0 && out->failed != 0) {
        rc = pt_err_set(err, out->failed, "the key history would be larger than %zu bytes",
                        out->max);
    }
    pt_store_read_end(m.r);
    (void)pthread_mutex_unlock(&cache->lock);
    pt_buf_done(&m.batches);
    pt_buf_done(&m.record);
    pt_buf_done(&m.entry);
    return rc;
}
