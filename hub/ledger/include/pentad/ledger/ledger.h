/* The ledger: a pure function of the log, kept as fact tables in ledger.db.
 * Knows: records (by their descriptors), corrections, approvals, time as ticks say it.
 * Must not know: the network, intake, the log's store, a clock, what a rule means.
 *
 * Threads: one thread owns the read-write handle. Any other thread or process opens its own
 * read-only handle and sees committed transactions only. A handle is never shared.
 * Specification: docs/formats.md 2 and 5, docs/writing-rules.md (the tables). */
#ifndef PENTAD_LEDGER_LEDGER_H
#define PENTAD_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

struct pt_sql;
struct pt_ledger;

/* One log entry with its records' bytes, in order. Everything borrowed for the call. An empty span
 * stands for a record whose bytes aren't there (withheld from this reader, or destroyed): it keeps
 * its number and folds to nothing. */
struct pt_fold_entry {
    uint64_t log_index;
    struct pt_span log_entry;
    const struct pt_span *records;
    size_t n;
};

enum pt_ledger_mode {
    PT_LEDGER_WRITE, /* creates; empties a file of another version or of an unclean boot */
    PT_LEDGER_READ   /* PT_E_NOT_FOUND where there is none (or none of this version) yet */
};

/* The last tick that was folded. `no` counts from 1; 0: none yet. */
struct pt_ledger_tick {
    uint64_t no;
    int32_t day;       /* yyyymmdd */
    uint64_t log_size; /* known_at: the tick's own entry included */
    uint64_t seq;      /* of the Tick in the hub's stream */
    uint64_t rec;      /* its record number in the ledger */
};

/* What one entry brought, for the layer above (rules). */
struct pt_ledger_applied {
    uint64_t first_rec; /* record numbers of this entry: [first_rec, first_rec + n) */
    size_t n;
    bool has_tick;              /* the entry's last record is a Tick: rules run now */
    bool has_finding;           /* holds H01 */
    bool has_reply;             /* holds H02 */
    struct pt_ledger_tick tick; /* where has_tick */
};

/* `path` may be ":memory:" (write only). *ret_rebuilt, if not NULL, says that an existing file was
 * emptied and everything must be folded again from entry 0. */
int pt_ledger_open(const char *path, enum pt_ledger_mode mode, struct pt_ledger **ret_ledger,
                   bool *ret_rebuilt, struct pt_err *err);
void pt_ledger_close(struct pt_ledger *l); /* NULL is fine; an open transaction is rolled back */

/* How many log entries are folded = the log size every answer of this handle is true at. */
uint64_t pt_ledger_cursor(struct pt_ledger *l);
/* The log's head (RFC 9162) over its first `size` entries, as folded: what a checkpoint of that
 * size says. PT_E_RANGE: more than were folded. */
int pt_ledger_log_head(struct pt_ledger *l, uint64_t size, struct pt_hash *ret, struct pt_err *err);
/* The last tick folded (no = 0: none). */
int pt_ledger_last_tick(struct pt_ledger *l, struct pt_ledger_tick *ret_tick, struct pt_err *err);
/* The first one that isn't among the log's first `known_at` entries (no = 0: none is folded). */
int pt_ledger_next_tick(struct pt_ledger *l, uint64_t known_at, struct pt_ledger_tick *ret_tick,
                        struct pt_err *err);
/* The log size of `day`'s last tick; where the day has none, of the last tick before it;
 * PT_E_NOT_FOUND before the first. */
int pt_ledger_known_at(struct pt_ledger *l, int32_t day, uint64_t *ret_log_size,
                       struct pt_err *err);

/* Folding (write handle): begin, apply entries in log order from the cursor on, commit. The cursor
 * moves in the same transaction as the rows. After an error the transaction must be rolled back;
 * the ledger then stands where it stood before begin. PT_E_GAP: not the next entry;
 * PT_E_CORRUPT: bytes that intake can't have accepted. */
int pt_ledger_begin(struct pt_ledger *l, struct pt_err *err);
int pt_ledger_apply(struct pt_ledger *l, const struct pt_fold_entry *e,
                    struct pt_ledger_applied *ret_applied, struct pt_err *err);
int pt_ledger_commit(struct pt_ledger *l, struct pt_err *err);
void pt_ledger_rollback(struct pt_ledger *l);
/* Everything away; cursor 0. Outside a transaction. */
int pt_ledger_reset(struct pt_ledger *l, struct pt_err *err);
/* The same of the file at `path`, which no writer has open, and of its write-ahead log. Readers may
 * have it open; PT_E_BUSY: one is in the way, try again. */
int pt_ledger_clear(const char *path, struct pt_err *err);

/* A read handle's answers between these two come from one state of the ledger. */
int pt_ledger_read_begin(struct pt_ledger *l, struct pt_err *err);
void pt_ledger_read_end(struct pt_ledger *l);
/* Read handle, once: what changed since the last tick, which a rule's SQL names (temp.changed and
 * the like), as nothing. */
int pt_ledger_read_unchanged(struct pt_ledger *l, struct pt_err *err);

/* SHA-256 over every table's rows in a canonical order: the same for the same log prefix, whatever
 * the transaction boundaries, the machine or the restarts in between. */
int pt_ledger_digest(struct pt_ledger *l, uint8_t ret_digest[32], struct pt_err *err);

/* SHA-256 over the file's tables, indexes, views and triggers as they are defined, in order of
 * name: the digest is of what tables hold, but a view of another text, or a trigger, would show
 * other rows. The same for every ledger that one version of the program made. */
int pt_ledger_schema_digest(struct pt_ledger *l, uint8_t ret_digest[32], struct pt_err *err);
/* Of a file that somebody else may have written: does each index say what its table says?
 * PT_E_CORRUPT, with the first thing that doesn't. Reads the whole file. From then on this handle
 * runs no function that the file names in its views and tables. */
int pt_ledger_examine(struct pt_ledger *l, struct pt_err *err);

/* The connection, for hub/rules and hub/brief, which bring SQL of their own: @NAMEs in it are those
 * of pt_record_number. Borrowed, same thread rules. */
struct pt_sql *pt_ledger_sql(struct pt_ledger *l);

#endif
