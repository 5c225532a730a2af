/* The port behind which the log is kept: what was accepted, durably, and nothing derived but the
 * tiles. Implementations: hub/store/sqlite.
 * Knows rows of bytes; must not know what a record means, nor any key.
 *
 * Threads: append() belongs to the one writer thread. read_begin() may be called by any thread; the
 * reader it gives is one snapshot (log size, entries, tiles, refusals agree) and is used by one
 * thread until read_end(). Keep readers short: an open one keeps the write-ahead log from being
 * reused. docs/architecture.md, docs/formats.md 1. */
#ifndef PENTAD_LOG_STORE_H
#define PENTAD_LOG_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/hash.h>

#define PT_STORE_GROUP_MAX 4096 /* entries, and refusals, in one group */

/* The entry holds a record about the exchange itself (keys, approvals, ticks, closes, incidents,
 * lifts, code tables): what a start reads records of. */
#define PT_STORE_MARK_EXCHANGE 1u

/* One log entry. Spans are borrowed. */
struct pt_store_entry {
    uint64_t index;
    struct pt_hash statement; /* its statement's hash; zero for genesis */
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t first_seq;    /* 0 for genesis */
    uint32_t record_count; /* 0 for genesis */
    uint32_t marks;        /* PT_STORE_MARK_… */
    struct pt_span log_entry;
    /* The batch's records as submitted, i.e. field 2 of the strict Batch message, repeated:
     * 0x12, length, bytes; but for those that were erased. pt_kept_record_next walks it. Empty
     * where not asked for. */
    struct pt_span records;
};

/* A refusal that was given, with what it refused. Spans are borrowed. */
struct pt_store_refusal {
    uint64_t n; /* 1, 2, … in the order given; append fills it in */
    struct pt_hash statement;
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t first_seq;
    uint32_t record_count;
    bool claims;             /* its key was live: it claims its sequence numbers */
    struct pt_span envelope; /* Envelope bytes of the refused statement */
    struct pt_span refusal;  /* Envelope bytes of the signed Refusal */
};

/* A full hash tile (PT_TILE_BYTES). */
struct pt_store_tile {
    unsigned level;
    uint64_t index;
    struct pt_span hashes;
};

/* All of it or none of it, in one durable transaction. */
struct pt_store_group {
    const struct pt_store_entry *entries; /* indexes follow the log's end without a gap */
    size_t n_entries;
    const struct pt_store_refusal *refusals;
    size_t n_refusals;
    const struct pt_store_tile *tiles;
    size_t n_tiles;
    struct pt_span checkpoint; /* signed note over the log after this group; empty: unchanged */
};

/* A record whose bytes are to go. */
struct pt_store_erasure {
    uint64_t index; /* its log entry */
    uint64_t place; /* in the batch, from 0 */
    struct pt_hash record, order;
};

struct pt_store_state {
    uint64_t size; /* log entries */
    uint64_t n_refusals;
    struct pt_buf checkpoint; /* the largest note ever signed; caller inits and frees */
};

/* A non-zero return ends the walk with that code. Spans live until the callback returns. */
typedef int (*pt_store_entry_cb)(void *ctx, const struct pt_store_entry *e);
typedef int (*pt_store_refusal_cb)(void *ctx, const struct pt_store_refusal *r);
/* A fault that the store itself found: where ("page 17 (records)"), what (a sentence). */
typedef void (*pt_store_fault_cb)(void *ctx, int code, const char *where, const char *what);

struct pt_store;
struct pt_store_reader;

struct pt_store_ops {
    int (*append)(struct pt_store *s, const struct pt_store_group *g, struct pt_err *err);
    int (*read_begin)(struct pt_store *s, struct pt_store_reader **ret, struct pt_err *err);
    void (*read_end)(struct pt_store_reader *r);
    int (*state)(struct pt_store_reader *r, struct pt_store_state *ret, struct pt_err *err);
    int (*entries)(struct pt_store_reader *r, uint64_t from, uint64_t n, bool with_records,
                   pt_store_entry_cb cb, void *ctx, struct pt_err *err);
    int (*find_statement)(struct pt_store_reader *r, const struct pt_hash *statement,
                          uint64_t *ret_index, struct pt_err *err);
    int (*find_seq)(struct pt_store_reader *r, const char *party, const char *stream, uint64_t seq,
                    uint64_t *ret_index, struct pt_err *err);
    int (*refusal)(struct pt_store_reader *r, const struct pt_hash *statement,
                   pt_store_refusal_cb cb, void *ctx, struct pt_err *err);
    int (*refusals)(struct pt_store_reader *r, uint64_t from_n, uint64_t n, pt_store_refusal_cb cb,
                    void *ctx, struct pt_err *err);
    int (*tile)(struct pt_store_reader *r, unsigned level, uint64_t index, struct pt_buf *out,
                struct pt_err *err);
    int (*erase)(struct pt_store *s, const struct pt_store_erasure *e, bool *ret_done,
                 struct pt_err *err);
    int (*scrub)(struct pt_store *s, struct pt_err *err);
    int (*self_check)(struct pt_store *s, pt_store_fault_cb fault, void *ctx, struct pt_err *err);
    int (*cosigned_put)(struct pt_store *s, uint64_t size, struct pt_span note, bool quorum,
                        struct pt_err *err);
    int (*cosigned_get)(struct pt_store *s, uint64_t size, struct pt_buf *out, struct pt_err *err);
    int (*cosigned_from)(struct pt_store *s, uint64_t size, uint64_t *ret_size, struct pt_buf *out,
                         struct pt_err *err);
    int (*cosigned_newest)(struct pt_store *s, uint64_t *ret_size, struct pt_buf *out,
                           struct pt_err *err);
};

/* Implementations put these first in what they make. */
struct pt_store {
    const struct pt_store_ops *ops;
};
struct pt_store_reader_head {
    struct pt_store *store;
};

/* Writer thread. PT_E_STORE (disk full, I/O), PT_E_CORRUPT; then nothing of the group is there. */
int pt_store_append(struct pt_store *s, const struct pt_store_group *g, struct pt_err *err);
/* Writer thread. In the record's place stand its hash and the order's from then on, durably; its
 * pages are overwritten. *ret_done: false where that was so already. PT_E_NOT_FOUND, PT_E_RANGE:
 * there is no such record; PT_E_PROOF: it has another hash. Afterwards, once for all that were
 * erased, scrub: no copy stays in the write-ahead log; PT_E_BUSY: a reader is in the way, try
 * again. */
int pt_store_erase(struct pt_store *s, const struct pt_store_erasure *e, bool *ret_done,
                   struct pt_err *err);
int pt_store_scrub(struct pt_store *s, struct pt_err *err);
/* PT_E_BUSY when no reader came free in time. */
int pt_store_read_begin(struct pt_store *s, struct pt_store_reader **ret, struct pt_err *err);
void pt_store_read_end(struct pt_store_reader *r); /* NULL is fine */
int pt_store_state(struct pt_store_reader *r, struct pt_store_state *ret, struct pt_err *err);
/* Entries [from, from + n) in order, as far as there are; memory of one entry at a time. */
int pt_store_entries(struct pt_store_reader *r, uint64_t from, uint64_t n, bool with_records,
                     pt_store_entry_cb cb, void *ctx, struct pt_err *err);
/* PT_E_NOT_FOUND. */
int pt_store_find_statement(struct pt_store_reader *r, const struct pt_hash *statement,
                            uint64_t *ret_index, struct pt_err *err);
/* The entry whose batch holds that sequence number; PT_E_NOT_FOUND. */
int pt_store_find_seq(struct pt_store_reader *r, const char *party, const char *stream,
                      uint64_t seq, uint64_t *ret_index, struct pt_err *err);
/* Calls cb once; PT_E_NOT_FOUND. */
int pt_store_refusal(struct pt_store_reader *r, const struct pt_hash *statement,
                     pt_store_refusal_cb cb, void *ctx, struct pt_err *err);
/* Refusals from_n, from_n + 1, …, at most n. */
int pt_store_refusals(struct pt_store_reader *r, uint64_t from_n, uint64_t n,
                      pt_store_refusal_cb cb, void *ctx, struct pt_err *err);
/* Appends a full tile's bytes; PT_E_NOT_FOUND for one that isn't full yet. */
int pt_store_tile(struct pt_store_reader *r, unsigned level, uint64_t index, struct pt_buf *out,
                  struct pt_err *err);
/* Every byte of the store's own structures: pages, indexes, counters. Reports each fault; the
 * return value is about being able to look (PT_E_STORE), not about what was found. */
int pt_store_self_check(struct pt_store *s, pt_store_fault_cb fault, void *ctx, struct pt_err *err);

/* ---- checkpoints with the cosignatures of witnesses; any thread, beside the log itself ---- */

#define PT_COSIGNED_MAX 16384 /* bytes of such a note */

/* Keeps the note for that size durably, in the place of one that was kept for it; `quorum` says
 * that its cosignatures are enough. One without a quorum goes when a later one has it. */
int pt_store_cosigned_put(struct pt_store *s, uint64_t size, struct pt_span note, bool quorum,
                          struct pt_err *err);
/* Appends the note of just that size, with a quorum or not; PT_E_NOT_FOUND. */
int pt_store_cosigned_get(struct pt_store *s, uint64_t size, struct pt_buf *out,
                          struct pt_err *err);
/* Appends the smallest one with a quorum that covers `size` entries; PT_E_NOT_FOUND. */
int pt_store_cosigned_from(struct pt_store *s, uint64_t size, uint64_t *ret_size,
                           struct pt_buf *out, struct pt_err *err);
/* Appends the largest one with a quorum; PT_E_NOT_FOUND. */
int pt_store_cosigned_newest(struct pt_store *s, uint64_t *ret_size, struct pt_buf *out,
                             struct pt_err *err);

#endif
