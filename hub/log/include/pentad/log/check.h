/* Full verification of a log: every record, leaf, tile, chain and signature is computed anew from
 * the bytes at rest, or from what a hub serves. What `pentad log check` runs.
 * Knows the formats; trusts the genesis hash that its caller brings, and nothing that is stored.
 * Any thread; the store may be in use by a hub meanwhile. docs/formats.md 1, 2 and 3. */
#ifndef PENTAD_LOG_CHECK_H
#define PENTAD_LOG_CHECK_H

#include <pentad/base/err.h>
#include <pentad/log/export.h>
#include <pentad/log/store.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/sigverify.h>

#define PT_LOG_CHECK_FAULTS_MAX 1000 /* further ones are counted, not reported */
#define PT_LOG_CHECK_JOBS_MAX 64
#define PT_LOG_CHECK_STATE_MAX (64u * 1024 * 1024) /* bytes of a saved state */
#define PT_LOG_PAGE_MAX (32u * 1024 * 1024)        /* bytes of a page of the feed */

/* What was found otherwise than it was signed. Everything is borrowed. */
struct pt_log_fault {
    int code; /* PT_E_… */
    /* genesis, entry, time, hub, sequence, chain, records, row, tick, key, change, erasure,
     * signature, tile, checkpoint, cosigned, refusal, store, resume: stable names */
    const char *check;
    const char *where; /* "log entry 17 (finance/main#1-512)", "log.db page 9 (index …)" */
    const char *what;  /* a sentence */
    bool has_index;
    uint64_t log_index;
    const char *party, *stream;   /* "" where it isn't a stream's */
    uint64_t seq;                 /* of the record, or the batch's first; 0: none */
    const char *expected, *found; /* "" where the sentence says it all */
};

/* What erased records excuse: what was said of the log while it held them. One for each stretch of
 * erased records and the order in force that destroyed them. */
struct pt_log_excuse {
    uint64_t from;       /* log index of the record's entry */
    uint64_t until;      /* of the tick that brought its order into force */
    uint64_t settled_at; /* of the tick after that, when all is said; 0: none yet */
};

struct pt_log_check_opts {
    const struct pt_hash *hub;  /* the caller's genesis hash; NULL: the log's own is only shown */
    struct pt_sigverify verify; /* called from several threads where jobs > 1 */
    unsigned jobs;              /* threads that hash and verify; 0 and 1: the caller's alone */
    /* What an earlier check saved; empty: from the first entry. What it had verified isn't read
     * again; that this log continues it is. PT_E_FORMAT for bytes that no check saved. */
    struct pt_span resume;
    /* Now and then, and at the end, while no fault was found: a state to resume from. Non-zero
     * ends the check with that code. May be NULL. */
    int (*save)(void *ctx, struct pt_span state, struct pt_err *err);
    void (*fault)(void *ctx, const struct pt_log_fault *f);
    /* At the end, in order of `from`; may be NULL. An erased record without an order excuses
     * nothing: it is a fault. */
    void (*excuse)(void *ctx, const struct pt_log_excuse *x);
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL */
    void *ctx;
};

struct pt_log_check_result {
    uint64_t entries, records, record_bytes, refusals, tiles, faults;
    uint64_t withheld; /* records of which a hub gave the hash alone */
    uint64_t erased;   /* records whose bytes an order destroyed */
    uint64_t unjudged; /* entries under keys that a tree without a key history doesn't tell */
    uint64_t resumed;  /* entries that an earlier check had verified */
    struct pt_hash hub;
    struct pt_hash root;    /* over all entries, as computed */
    struct pt_hash seen;    /* what was read of a store, as pt_log_seen has it */
    uint64_t signed_size;   /* of the largest signed checkpoint */
    uint64_t cosigned_size; /* of the largest that was looked at with a quorum; 0: none */
};

/* Entries gapless; each LogEntry strict; statement signed by a key live at its log position;
 * sequence and `previous` continue the stream; every record's hash under records_root; received_at
 * never goes back; tiles and head equal the computed; the checkpoint's signature; each cosigned
 * checkpoint's quorum, by the policy that was in force at its size; refusals signed and in order;
 * then the store's own structures. Returns 0 whenever the log could be looked at: ret->faults says
 * whether it is sound. */
int pt_log_check(struct pt_store *s, const struct pt_log_check_opts *o,
                 struct pt_log_check_result *ret, struct pt_err *err);

/* Chains what an entry of a store is read as onto what was read before, *seen zero at first: its
 * bytes, its records, which of them are erased by which order. Who reads a checked log again and
 * comes to result.seen has read the same. PT_E_CORRUPT: its records can't be told apart. */
int pt_log_seen(struct pt_hash *seen, struct pt_span log_entry, struct pt_span records);

/* The same for a static tile tree (checkpoint, tile/…, key-history). It holds no records but those
 * about keys, each proven to be of the tree's own entries; that none was left out can't be shown.
 * In a tree without that file entries under later keys than the genesis' are checked but for their
 * signature (unjudged). Where opts->hub is NULL the tree's own genesis is taken. */
int pt_log_check_dir(const char *dir, const struct pt_log_check_opts *o,
                     struct pt_log_check_result *ret, struct pt_err *err);

/* The same for a hub that serves: its /checkpoint, tiles and entry bundles, and its feed, page by
 * page, with the records that this reader may have and the hashes of the others. `feed` appends the
 * FeedPage that begins at log size `after` (at most PT_LOG_PAGE_MAX bytes). */
struct pt_log_served {
    struct pt_log_source tree;
    int (*feed)(void *ctx, uint64_t after, struct pt_buf *out, struct pt_err *err);
};
int pt_log_check_served(const struct pt_log_served *hub, const struct pt_log_check_opts *o,
                        struct pt_log_check_result *ret, struct pt_err *err);

#endif
