/* What each reader may have of the log: pages of entries with every record as bytes or as a hash,
 * under a checkpoint of exactly the page's end.
 * Knows the catalogue's visibility and the log; must not know HTTP or HTML. docs/formats.md 6. */
#ifndef PENTAD_FEED_FEED_H
#define PENTAD_FEED_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/log/log.h>
#include <pentad/record/party.h>

#define PT_FEED_LIMIT_DEFAULT (1024u * 1024)
#define PT_FEED_LIMIT_MAX (4u * 1024 * 1024)
#define PT_FEED_PAGE_MAX (PT_FEED_LIMIT_MAX + 12u * 1024 * 1024) /* a page's hard maximum */
#define PT_FEED_ENTRIES_MAX 4096                                 /* of one page */

/* What disclosures (S03) in force cover, as somebody knows it who keeps a ledger: the port through
 * which the public's view is made. `size`: the log size at which that is true; a page goes no
 * further. Nonzero answers end the work. docs/decisions/0020. */
typedef int pt_feed_opened_cb(void *ctx, const char *party, const char *stream, uint64_t seq,
                              uint64_t log_index);
struct pt_feed_disclosed {
    int (*covers)(void *ctx, const char *party, const char *stream, uint64_t seq, bool *ret,
                  struct pt_err *err);
    /* The records that are covered since a tick in the log entries [from, to), in that order. */
    int (*since)(void *ctx, uint64_t from, uint64_t to, pt_feed_opened_cb *cb, void *cb_ctx,
                 struct pt_err *err);
    void *ctx;
    uint64_t size;
};

/* Whether a disclosure covers a record; false where nobody is there to ask. */
int pt_feed_covered(const struct pt_feed_disclosed *d, const char *party, const char *stream,
                    uint64_t seq, bool *ret, struct pt_err *err);

/* Any thread (heavy: a worker). Appends FeedPage bytes: entries from log index `after`, at least
 * one if there is one, no further than `limit` bytes (0: the default) otherwise; a page without
 * entries is answered where after equals the log's size. after = how many entries the reader has.
 * *ret_next (may be NULL) is the size that the page's checkpoint is of. PT_E_RANGE: after is beyond
 * the log. */
int pt_feed_page(struct pt_log *log, enum pt_party reader, uint64_t after, uint32_t limit,
                 struct pt_buf *out, uint64_t *ret_next, struct pt_err *err);

/* Told of each record of a restricted type (pt_type_restricted) whose bytes a page holds: its entry
 * and bytes are borrowed. Nonzero answers end the work. */
struct pt_store_entry;
struct pt_feed_given {
    int (*record)(void *ctx, const struct pt_store_entry *e, uint64_t seq, struct pt_span bytes);
    void *ctx;
};
/* pt_feed_page, and `given` (may be NULL) hears what it gives away. */
int pt_feed_page_given(struct pt_log *log, enum pt_party reader, uint64_t after, uint32_t limit,
                       const struct pt_feed_given *given, struct pt_buf *out, uint64_t *ret_next,
                       struct pt_err *err);

/* The page that the public may have: entries with disclosures as bytes and everything else as
 * hashes, then, for each tick among them, the records that it made public (`opened`): the bytes of
 * an entry that is older, for the hash that stood in it. What doesn't fit `limit` is left out there
 * and had by pt_feed_record_public: the disclosures name it. */
int pt_feed_page_public(struct pt_log *log, const struct pt_feed_disclosed *d, uint64_t after,
                        uint32_t limit, struct pt_buf *out, uint64_t *ret_next, struct pt_err *err);

/* Adds to a whole page: the rules have run over `size` entries and nothing that follows from them
 * is still to be logged; 0: not yet. Ask for it before the page is made, so that it never tells of
 * entries which the page doesn't know of. */
int pt_feed_page_settled(struct pt_buf *page, uint64_t size);

/* One record's bytes for a reader: PT_E_NOT_FOUND, PT_E_FORBIDDEN where only its hash is his. */
int pt_feed_record(struct pt_log *log, enum pt_party reader, const char *party, const char *stream,
                   uint64_t seq, struct pt_buf *out, uint64_t *ret_index, struct pt_err *err);

/* The same for the public. */
int pt_feed_record_public(struct pt_log *log, const struct pt_feed_disclosed *d, const char *party,
                          const char *stream, uint64_t seq, struct pt_buf *out, uint64_t *ret_index,
                          struct pt_err *err);

/* ---- long polls: readers that wait for the log to grow ----------------------------------
 * The list belongs to one loop thread; it holds no timers: the owner calls due() when it says. */

struct pt_feed_waiters;
struct pt_feed_waiter;
/* Fires exactly once, on the owner's thread, from grown() or due(); not after cancel(). It
 * may add and cancel other waiters. */
typedef void (*pt_feed_wake_cb)(void *ctx, bool grown);

#define PT_FEED_WAITERS_MAX 4096
#define PT_FEED_WAIT_MAX_S 300

int pt_feed_waiters_new(struct pt_feed_waiters **ret);
/* NULL is fine; else nobody may wait any more. */
void pt_feed_waiters_free(struct pt_feed_waiters *w);
/* Wakes when the log is larger than `after`, or at deadline_ms (the owner's clock). PT_E_BUSY when
 * the list is full. Call only where the log isn't larger already. */
int pt_feed_waiters_add(struct pt_feed_waiters *w, uint64_t after, int64_t deadline_ms,
                        pt_feed_wake_cb cb, void *ctx, struct pt_feed_waiter **ret);
void pt_feed_waiter_cancel(struct pt_feed_waiters *w, struct pt_feed_waiter *waiter);
void pt_feed_waiters_grown(struct pt_feed_waiters *w, uint64_t log_size);
/* Wakes who is due at now_ms; returns when to call next (INT64_MAX: nobody waits). */
int64_t pt_feed_waiters_due(struct pt_feed_waiters *w, int64_t now_ms);
size_t pt_feed_waiters_count(const struct pt_feed_waiters *w);

#endif
