/* Snapshots of the ledger (H03): at the first tick of each day a digest for every reader class over
 * the rows which that class can derive, taken by everyone who folds the log.
 * Knows: figures, who may read what. Must not know: the network, a clock, keys.
 * Threads: the handle's thread. Specification: docs/formats.md 5. */
#ifndef PENTAD_LEDGER_SNAPSHOT_H
#define PENTAD_LEDGER_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>
#include <pentad/proof/hash.h>
#include <pentad/record/party.h>

struct json_t;

/* What the hub has to author: the newest day's LedgerSnapshot, packed, where the log doesn't hold
 * it yet. *ret_day 0 (and nothing in out): nothing is due. */
int pt_snapshot_due(struct pt_ledger *l, int32_t *ret_day, struct pt_buf *out, struct pt_err *err);

/* How many logged H03s say something else than what this ledger took. `reader`: of that class's
 * digest alone; PT_PARTY_NONE: of anything, which only a ledger made of all records can say. */
int pt_snapshot_unlike(struct pt_ledger *l, enum pt_party reader, uint64_t *ret_n,
                       struct pt_err *err);

/* Of how many days the log holds a snapshot, and what of. One of another format was made by other
 * software, of other rows: it is neither like this ledger's nor unlike. */
struct pt_snapshot_count {
    uint64_t compared;     /* held against this ledger's */
    uint64_t missing;      /* none, of days before the newest */
    uint64_t other;        /* of another format, the highest of which is other_format */
    uint64_t other_later;  /* of these, behind one that was compared */
    uint32_t other_format; /* 0: none is */
    uint32_t own_format;
};
int pt_snapshot_count(struct pt_ledger *l, struct pt_snapshot_count *ret, struct pt_err *err);

/* What this ledger says of one digest of a logged H03, which several classes may have. */
struct pt_snapshot_verdict {
    int32_t day;
    const char *party, *stream; /* of the H03; borrowed for the call */
    uint64_t seq;
    struct pt_span hash; /* its record hash, 32 bytes; borrowed */
    enum pt_party classes[PT_PARTY_END];
    size_t n_classes;
    struct pt_hash digest; /* as found here */
    bool equal;            /* the H03 says the same to all of these classes */
    uint32_t format;       /* of the H03; where it isn't own_format, that is all that is said: */
    uint32_t own_format;   /* … no class, no digest */
};
/* Of each day after `day` that the log holds a snapshot of, in order: every digest that a ledger
 * made of what `reader` may read can tell, each once; one of another format once. Another value
 * than 0 from cb ends it and is returned. */
typedef int pt_snapshot_verdict_cb(void *ctx, const struct pt_snapshot_verdict *v);
int pt_snapshot_verdicts(struct pt_ledger *l, int32_t day, enum pt_party reader,
                         pt_snapshot_verdict_cb *cb, void *ctx, struct pt_err *err);

/* {"log_size", "snapshots": [{"day", "log_size", "tick_seq", "logged": "hub/main#7" or null,
 * "equal": bool, or null where it isn't logged or is of another format, "format": of this ledger's,
 * "format_logged": or null where it isn't logged, "classes": [{"reader", "digest", "rows", "pages",
 * "logged": its digest as logged or null}…]}…]}, newest first. day 0: all, at most 1000;
 * `reader`: that class alone, equality too; PT_PARTY_NONE: all six. PT_E_NOT_FOUND: none of that
 * day. */
int pt_snapshots_json(struct pt_ledger *l, int32_t day, enum pt_party reader,
                      struct json_t **ret_json, struct pt_err *err);

/* Each of those days that the log holds a snapshot of, however many, oldest first; a value other
 * than 0 from cb ends it and is returned. `day` is borrowed for the call. */
typedef int pt_snapshot_day_cb(void *ctx, const struct json_t *day, struct pt_err *err);
int pt_snapshot_each(struct pt_ledger *l, enum pt_party reader, pt_snapshot_day_cb *cb, void *ctx,
                     struct pt_err *err);

/* The rows as this ledger keeps them, of the pages that the reader's class sees, in order of part,
 * place, key and year: {"log_size", "day", "tick_day", "tick_seq", "pages": [{"part": "facts" or
 * "payments", "place": 15 hexadecimal digits, "subject", "fiscal_year", "rows": [{"formula",
 * "value"}…]}…], "after": what to ask with next, null: that was all}. `after` NULL: from the first;
 * at most `limit` pages. Of the newest snapshot alone; PT_E_NOT_FOUND: `day` is another, or there
 * is none. Rows of payments are sums as of the answer's tick, which may be a later one of that day:
 * compare answers of one tick. */
#define PT_SNAPSHOT_PAGES_MAX 1000
#define PT_SNAPSHOT_AFTER_MAX 512 /* bytes of "after", its end too */
int pt_snapshot_rows_json(struct pt_ledger *l, int32_t day, enum pt_party reader, const char *after,
                          int limit, struct json_t **ret_json, struct pt_err *err);

/* Makes every row anew from the records, and the trees from their pages, and counts the pages and
 * trees that differ from those kept; the first that does is described. Pages
 * that wait for the next snapshot are passed over. */
struct pt_snapshot_check {
    uint64_t pages, rows, wrong;
    char first[256]; /* "" where none is wrong */
};
int pt_snapshot_check(struct pt_ledger *l, struct pt_snapshot_check *ret, struct pt_err *err);

#endif
