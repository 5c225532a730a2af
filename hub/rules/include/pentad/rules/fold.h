/* The driver that everyone who makes a ledger uses: the hub's fold thread, and `pentad ledger
 * replay`, by which a party makes its own. Ledger and rules in one handle.
 * Knows: ledger, rules. Must not know: the network, the log's store, a clock.
 * Threads: one thread owns a fold. Specification: docs/formats.md 5. */
#ifndef PENTAD_RULES_FOLD_H
#define PENTAD_RULES_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>

struct pt_fold;

struct pt_fold_state {
    uint64_t cursor; /* entries folded */
    struct pt_ledger_tick tick;
    uint64_t pending;    /* findings of the last tick that the log doesn't hold yet */
    uint64_t mismatches; /* logged H01s that these rules would not have written so, since entry 0 */
    int32_t snapshot_due;      /* the day of an H03 that the log doesn't hold yet; 0: none */
    uint64_t snapshots_unlike; /* logged H03s that say something else than this ledger */
};

/* Opens (or creates) ledger.db at `path` (":memory:" too). *ret_rebuilt as pt_ledger_open. */
int pt_fold_open(const char *path, struct pt_fold **ret_fold, bool *ret_rebuilt,
                 struct pt_err *err);
void pt_fold_close(struct pt_fold *f); /* NULL is fine */
/* How many of the records that were folded had no bytes: erased ones, in a whole log. Not those
 * that no hub may log: their bytes are there and count for nothing. */
int pt_fold_holes(struct pt_fold *f, uint64_t *ret, struct pt_err *err);

/* A transaction of several calls of pt_fold_add, for a replay that nobody reads meanwhile: the
 * fewer commits, the faster; some ten thousand records are a good size. After an error of add or
 * commit nothing since begin is kept, and the transaction is over. */
int pt_fold_begin(struct pt_fold *f, struct pt_err *err);
int pt_fold_add(struct pt_fold *f, const struct pt_fold_entry *entries, size_t n,
                struct pt_err *err);
int pt_fold_commit(struct pt_fold *f, struct pt_err *err);

/* Folds n entries from the cursor on in ONE transaction, ticks included. On error nothing of them
 * is kept. A few thousand records a call is a good size. */
int pt_fold_apply(struct pt_fold *f, const struct pt_fold_entry *entries, size_t n,
                  struct pt_err *err);
int pt_fold_state(struct pt_fold *f, struct pt_fold_state *ret_state, struct pt_err *err);

/* What the hub has to author now, in a fixed order: each a packed pentad.v1.Discrepancy (tick_day
 * and tick_seq filled in) with the Record's subject, fiscal year and effective day taken from it.
 * Only true when the fold is caught up with the log; author all of them before the next Tick. */
typedef int (*pt_fold_pending_cb)(void *ctx, const uint8_t id[16], struct pt_span discrepancy);
int pt_fold_pending(struct pt_fold *f, pt_fold_pending_cb cb, void *ctx, struct pt_err *err);

/* The LedgerSnapshot that the hub has to author with them, packed; nothing where none is due. */
int pt_fold_snapshot(struct pt_fold *f, struct pt_buf *out, int32_t *ret_day, struct pt_err *err);

/* The fold's own read-write ledger, for queries on the same thread; borrowed. */
struct pt_ledger *pt_fold_ledger(struct pt_fold *f);

/* Proves the incremental path: evaluates every rule over everything as of the last tick and counts
 * the conditions that differ from the stored ones, or have the id of another (0: none), the first
 * of them by rule, key, year, period and object in `err`'s text. Changes nothing. */
int pt_fold_check(struct pt_fold *f, uint64_t *ret_differences, struct pt_err *err);

#endif
