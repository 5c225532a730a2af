#include <pentad/feed/feed.h>

#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/visible.h>

#include "visible.h"
#include "wire.h"

#define SCRATCH_MAX (96u * 1024 * 1024) /* a decoded record of 4 MiB with room */
#define FULL 1                          /* ends the walk: the page is */

/* Tags of the messages in feed.proto, all of them length-delimited but for log_index and sizes. */
enum {
    PAGE_ENTRIES = 0x0a,
    PAGE_OPENED = 0x12,
    PAGE_CHECKPOINT = 0x1a,
    PAGE_LOG_SIZE = 0x20,
    PAGE_CONSISTENCY = 0x2a,
    PAGE_SETTLED_SIZE = 0x30,
    ENTRY_LOG_INDEX = 0x08,
    ENTRY_LOG_ENTRY = 0x12,
    ENTRY_RECORDS = 0x1a,
    RECORD_RECORD = 0x0a,
    RECORD_WITHHELD = 0x12,
    RECORD_ERASED = 0x1a,
    RECORD_ERASED_BY = 0x22,
    OPENED_LOG_INDEX = 0x08,
    OPENED_SEQ = 0x10,
    OPENED_RECORD = 0x1a,
};

struct paging {
    enum pt_party reader;
    uint64_t after, size;
    uint32_t limit;
    struct pt_buf *out;
    struct pt_buf entry; /* the FeedEntry being written */
    struct pt_arena scratch;
    size_t n_entries;
    size_t start;
    const struct pt_feed_given *given; /* NULL: nobody asks */
    struct pt_err *err;
};

/* FeedRecord with one field. */
static void put_record(struct pt_buf *b, uint8_t tag, struct pt_span bytes) {
    pt_buf_putc(b, ENTRY_RECORDS);
    pt_feed_wire_varint(b, 1 + pt_feed_wire_varint_len(bytes.len) + bytes.len);
    pt_feed_wire_bytes(b, tag, bytes);
}

/* Nobody has it any more. */
static void put_erased(struct pt_buf *b, const struct pt_kept_record *r) {
    pt_buf_putc(b, ENTRY_RECORDS);
    pt_feed_wire_varint(b, (uint64_t)2 * (2 + PT_HASH_LEN));
    pt_feed_wire_bytes(b, RECORD_ERASED, pt_span(r->hash.b, PT_HASH_LEN));
    pt_feed_wire_bytes(b, RECORD_ERASED_BY, pt_span(r->order.b, PT_HASH_LEN));
}

/* ---- visibility ---------------------------------------------------------------------------- */

int pt_feed_may_read(struct pt_span bytes, enum pt_party author, enum pt_party reader,
                     bool disclosed, struct pt_arena *scratch, bool *ret) {
    Pentad__V1__Record *rec = NULL;
    enum pt_visibility v;
    int rc = 0;
    if (!pt_visible_by_type((enum pt_record_type)pt_record_peek(bytes), author, reader, &v)) {
        pt_arena_reset(scratch);
        rc = pt_record_decode(bytes, scratch, &rec, NULL);
        v = rc == 0 ? pt_visible_disclosed(rec, author, reader, disclosed) : PT_VISIBLE_NONE;
    }
    *ret = v == PT_VISIBLE_FULL;
    return rc;
}

int pt_feed_covered(const struct pt_feed_disclosed *d, const char *party, const char *stream,
                    uint64_t seq, bool *ret, struct pt_err *err) {
    *ret = false;
    return d != NULL ? d->covers(d->ctx, party, stream, seq, ret, err) : 0;
}

/* ---- pages --------------------------------------------------------------------------------- */

static int write_records(struct paging *p, const struct pt_store_entry *e) {
    enum pt_party author = pt_party_from_name(e->party);
    struct pt_kept_record kept;
    size_t pos = 0;
    int rc;
    while ((rc = pt_kept_record_next(e->records, &pos, &kept)) == 1) {
        struct pt_span rec = kept.bytes;
        bool full = false;
        if (kept.erased) {
            put_erased(&p->entry, &kept);
            continue;
        }
        rc = pt_feed_may_read(rec, author, p->reader, false, &p->scratch, &full);
        if (rc != 0) {
            return rc;
        }
        if (full) {
            put_record(&p->entry, RECORD_RECORD, rec);
        } else {
            struct pt_hash h;
            pt_leaf_hash(&h, rec.p, rec.len);
            put_record(&p->entry, RECORD_WITHHELD, pt_span(h.b, PT_HASH_LEN));
        }
    }
    return rc;
}

/* The entry stands on the page: who wants to know hears of its restricted records that do. */
static int tell_given(struct paging *p, const struct pt_store_entry *e) {
    enum pt_party author = pt_party_from_name(e->party);
    uint64_t seq = e->first_seq;
    struct pt_kept_record kept;
    size_t pos = 0;
    int rc = 0;
    if (p->given == NULL) {
        return 0;
    }
    for (; (rc = pt_kept_record_next(e->records, &pos, &kept)) == 1; seq++) {
        struct pt_span rec = kept.bytes;
        bool full = false;
        if (kept.erased || !pt_type_restricted((enum pt_record_type)pt_record_peek(rec))) {
            continue;
        }
        rc = pt_feed_may_read(rec, author, p->reader, false, &p->scratch, &full);
        if (rc == 0 && full) {
            rc = p->given->record(p->given->ctx, e, seq, rec);
        }
        if (rc != 0) {
            return pt_err_set(p->err, rc, "what entry %llu gives away can't be noted",
                              (unsigned long long)e->index);
        }
    }
    return rc;
}

static int on_entry(void *ctx, const struct pt_store_entry *e) {
    struct paging *p = ctx;
    uint64_t due = p->after + p->n_entries;
    if (e->index != due) {
        return pt_err_set(p->err, PT_E_CORRUPT, "log entry %llu is missing",
                          (unsigned long long)due);
    }
    if (e->index >= p->size || p->n_entries == PT_FEED_ENTRIES_MAX) {
        return FULL;
    }
    pt_buf_reset(&p->entry);
    pt_feed_wire_number(&p->entry, ENTRY_LOG_INDEX, e->index);
    pt_feed_wire_bytes(&p->entry, ENTRY_LOG_ENTRY, e->log_entry);
    int rc = write_records(p, e);
    if (rc == 0) {
        rc = p->entry.failed;
    }
    if (rc != 0) {
        return pt_err_set(p->err, rc, "log entry %llu can't be fed: %s",
                          (unsigned long long)e->index, pt_err_text(rc, false));
    }
    if (p->n_entries > 0 && p->out->len - p->start + p->entry.len > p->limit) {
        return FULL;
    }
    pt_feed_wire_bytes(p->out, PAGE_ENTRIES, pt_buf_span(&p->entry));
    p->n_entries++;
    rc = tell_given(p, e);
    if (rc != 0) {
        return rc;
    }
    return p->out->len - p->start >= p->limit ? FULL : 0;
}

/* Checkpoint of exactly the page's end, and the way there from what the reader has. */
static int write_end(struct pt_log *log, const struct paging *p, uint64_t end, struct pt_err *err) {
    struct pt_merkle_path path = {0};
    struct pt_buf note;
    pt_buf_init(&note, PT_LOG_CHECKPOINT_MAX);
    int rc = pt_log_checkpoint_at(log, end, &note, err);
    if (rc == 0 && p->after > 0) {
        rc = pt_log_consistency(log, p->after, end, &path, err);
    }
    if (rc == 0) {
        pt_feed_wire_bytes(p->out, PAGE_CHECKPOINT, pt_buf_span(&note));
        pt_feed_wire_number(p->out, PAGE_LOG_SIZE, p->size);
        for (unsigned i = 0; i < path.n; i++) {
            pt_feed_wire_bytes(p->out, PAGE_CONSISTENCY, pt_span(path.h[i].b, PT_HASH_LEN));
        }
        rc = p->out->failed == 0 ? 0 : pt_err_set(err, p->out->failed, "the page doesn't fit");
    }
    pt_buf_done(&note);
    return rc;
}

/* ---- what a tick made public --------------------------------------------------------------- */

struct opening {
    struct paging *p;
    struct pt_log *log;
    const struct pt_feed_disclosed *d;
    size_t start;
};

static int on_opened(void *ctx, const char *party, const char *stream, uint64_t seq,
                     uint64_t log_index) {
    struct opening *o = ctx;
    struct paging *p = o->p;
    struct pt_buf rec;
    int rc;
    pt_buf_init(&rec, PT_RECORD_BYTES_MAX);
    rc = pt_feed_record_public(o->log, o->d, party, stream, seq, &rec, NULL, p->err);
    if (rc == 0) {
        pt_buf_reset(&p->entry);
        pt_feed_wire_number(&p->entry, OPENED_LOG_INDEX, log_index);
        pt_feed_wire_number(&p->entry, OPENED_SEQ, seq);
        pt_feed_wire_bytes(&p->entry, OPENED_RECORD, pt_buf_span(&rec));
        rc = p->entry.failed;
    }
    if (rc == 0 && p->out->len - o->start + p->entry.len > p->limit) {
        rc = FULL;
    }
    if (rc == 0) {
        pt_feed_wire_bytes(p->out, PAGE_OPENED, pt_buf_span(&p->entry));
    }
    pt_buf_done(&rec);
    /* Of its type, not of its kind; or destroyed meanwhile. */
    return rc == PT_E_FORBIDDEN || rc == PT_E_NOT_FOUND || rc == PT_E_ERASED ? 0 : rc;
}

static int write_opened(struct paging *p, struct pt_log *log, const struct pt_feed_disclosed *d) {
    struct opening o = {.p = p, .log = log, .d = d, .start = p->out->len};
    int rc =
        d != NULL ? d->since(d->ctx, p->after, p->after + p->n_entries, on_opened, &o, p->err) : 0;
    return rc == FULL ? 0 : rc;
}

/* The size first: whatever the snapshot is, it holds that much. The public's ends where the ledger
 * stands, but never before what it has. */
static uint64_t page_size(struct pt_log *log, const struct pt_feed_disclosed *d, uint64_t after) {
    uint64_t size = pt_log_size(log);
    if (d == NULL || d->size >= size || after > size) {
        return size;
    }
    return d->size > after ? d->size : after;
}

static int make_page(struct pt_log *log, enum pt_party reader, const struct pt_feed_disclosed *d,
                     uint64_t after, uint32_t limit, const struct pt_feed_given *given,
                     struct pt_buf *out, uint64_t *ret_next, struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    struct paging p = {.reader = reader, .after = after, .out = out, .given = given, .err = err};
    p.size = page_size(log, d, after);
    p.limit = limit == 0 ? PT_FEED_LIMIT_DEFAULT : limit;
    p.limit = p.limit < PT_FEED_LIMIT_MAX ? p.limit : PT_FEED_LIMIT_MAX;
    p.start = out->len;
    if (after > p.size) {
        return pt_err_set(err, PT_E_RANGE, "the log has %llu entries, you ask from %llu",
                          (unsigned long long)p.size, (unsigned long long)after);
    }
    pt_buf_init(&p.entry, PT_FEED_PAGE_MAX);
    pt_arena_init(&p.scratch, SCRATCH_MAX);
    int rc = 0;
    if (after < p.size) {
        rc = pt_store_read_begin(pt_log_store(log), &r, err);
        if (rc == 0) {
            rc = pt_store_entries(r, after, p.size - after, true, on_entry, &p, err);
        }
        pt_store_read_end(r);
        rc = rc == FULL ? 0 : rc;
    }
    if (rc == 0 && after < p.size && p.n_entries == 0) {
        rc = pt_err_set(err, PT_E_CORRUPT, "log entry %llu is missing", (unsigned long long)after);
    }
    rc = rc ? rc : write_opened(&p, log, d);
    if (rc == 0) {
        rc = write_end(log, &p, after + p.n_entries, err);
    }
    if (rc == 0 && ret_next != NULL) {
        *ret_next = after + p.n_entries;
    }
    pt_arena_done(&p.scratch);
    pt_buf_done(&p.entry);
    return rc;
}

int pt_feed_page(struct pt_log *log, enum pt_party reader, uint64_t after, uint32_t limit,
                 struct pt_buf *out, uint64_t *ret_next, struct pt_err *err) {
    return make_page(log, reader, NULL, after, limit, NULL, out, ret_next, err);
}

int pt_feed_page_given(struct pt_log *log, enum pt_party reader, uint64_t after, uint32_t limit,
                       const struct pt_feed_given *given, struct pt_buf *out, uint64_t *ret_next,
                       struct pt_err *err) {
    return make_page(log, reader, NULL, after, limit, given, out, ret_next, err);
}

int pt_feed_page_public(struct pt_log *log, const struct pt_feed_disclosed *d, uint64_t after,
                        uint32_t limit, struct pt_buf *out, uint64_t *ret_next,
                        struct pt_err *err) {
    return make_page(log, PT_PARTY_PUBLIC, d, after, limit, NULL, out, ret_next, err);
}

int pt_feed_page_settled(struct pt_buf *page, uint64_t size) {
    pt_buf_putc(page, PAGE_SETTLED_SIZE); /* the last tag: strict encoding wants them in order */
    pt_feed_wire_varint(page, size);
    return page->failed;
}

/* ---- single records ------------------------------------------------------------------------ */

struct fetching {
    enum pt_party reader;
    bool disclosed;
    uint64_t seq;
    struct pt_buf *out;
    struct pt_err *err;
};

static int say_erased(const struct fetching *f, const struct pt_store_entry *e,
                      const struct pt_kept_record *r) {
    char hash[2 * PT_HASH_LEN + 1];
    char order[2 * PT_HASH_LEN + 1];
    pt_hash_hex(hash, &r->hash);
    pt_hash_hex(order, &r->order);
    return pt_err_set(f->err, PT_E_ERASED,
                      "%s/%s#%llu (hash %s) was destroyed by the order with hash %s", e->party,
                      e->stream, (unsigned long long)f->seq, hash, order);
}

static int fetch_from(void *ctx, const struct pt_store_entry *e) {
    const struct fetching *f = ctx;
    struct pt_arena scratch;
    struct pt_kept_record kept = {.erased = false};
    struct pt_span rec;
    size_t pos = 0;
    bool full = false;
    int rc = 1;
    for (uint64_t seq = e->first_seq; rc == 1 && seq <= f->seq; seq++) {
        rc = pt_kept_record_next(e->records, &pos, &kept);
    }
    if (rc != 1) {
        return pt_err_set(f->err, PT_E_CORRUPT, "log entry %llu: its records are damaged",
                          (unsigned long long)e->index);
    }
    if (kept.erased) {
        return say_erased(f, e, &kept);
    }
    rec = kept.bytes;
    pt_arena_init(&scratch, SCRATCH_MAX);
    rc = pt_feed_may_read(rec, pt_party_from_name(e->party), f->reader, f->disclosed, &scratch,
                          &full);
    pt_arena_done(&scratch);
    if (rc == 0 && !full) {
        rc = pt_err_set(f->err, PT_E_FORBIDDEN, "%s/%s#%llu is not for %s to read", e->party,
                        e->stream, (unsigned long long)f->seq, pt_party_name(f->reader));
    }
    return rc == 0 ? pt_buf_append_span(f->out, rec) : rc;
}

static int fetch(struct pt_log *log, struct fetching f, const char *party, const char *stream,
                 uint64_t *ret_index, struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    uint64_t index = 0;
    int rc = pt_store_read_begin(pt_log_store(log), &r, err);
    if (rc == 0) {
        rc = pt_store_find_seq(r, party, stream, f.seq, &index, err);
    }
    if (rc == 0) {
        rc = pt_store_entries(r, index, 1, true, fetch_from, &f, err);
    }
    pt_store_read_end(r);
    if (rc == 0 && ret_index != NULL) {
        *ret_index = index;
    }
    return rc;
}

int pt_feed_record(struct pt_log *log, enum pt_party reader, const char *party, const char *stream,
                   uint64_t seq, struct pt_buf *out, uint64_t *ret_index, struct pt_err *err) {
    const struct fetching f = {reader, false, seq, out, err};
    return fetch(log, f, party, stream, ret_index, err);
}

int pt_feed_record_public(struct pt_log *log, const struct pt_feed_disclosed *d, const char *party,
                          const char *stream, uint64_t seq, struct pt_buf *out, uint64_t *ret_index,
                          struct pt_err *err) {
    struct fetching f = {PT_PARTY_PUBLIC, false, seq, out, err};
    int rc = pt_feed_covered(d, party, stream, seq, &f.disclosed, err);
    return rc ? rc : fetch(log, f, party, stream, ret_index, err);
}
