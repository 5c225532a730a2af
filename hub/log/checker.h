/* The running state of a full verification: entries come in log order, with or without their
 * records, from a store, a static tree or a hub's feed. They are taken group by group:
 *
 *      add … add ─► prepare: open, hash (all threads) ─► take: chains, keys, tree (in order)
 *                ─► verify: signatures (all threads) ─► report (in order)
 */
#ifndef PENTAD_LOG_CHECKER_H
#define PENTAD_LOG_CHECKER_H

#include <pentad/log/check.h>
#include <pentad/log/log.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/record/party.h>
#include <pentad/v1/feed.pb-c.h>

#include "workers.h"

#define CHECK_STREAMS_MAX 65536
#define CHECK_GROUP_MAX 512                   /* entries of a group */
#define CHECK_GROUP_BYTES (16u * 1024 * 1024) /* a group ends behind so many bytes */
#define CHECK_GROUP_CAP (CHECK_GROUP_BYTES + 2u * PT_BATCH_BYTES_MAX)
#define CHECK_TILE_LEVELS 8

struct check_stream {
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t next_seq;
    struct pt_hash last;
};

/* A record that changes keys or the policy, kept for whoever resumes. */
struct check_key_event {
    struct pt_key_event at;
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint8_t *record; /* owned */
    size_t len;
};

/* What the records of a batch came to. */
struct record_facts {
    bool only_key_changes;
    bool marked;
    int code; /* why they can't be told apart; 0 */
    uint64_t n, bytes, withheld, erased;
    struct pt_hash root;
    struct pt_hash gone; /* over places and orders of the erased */
};

struct check_item {
    uint64_t index;
    size_t entry_at, entry_len, records_at, records_len; /* in the group's bytes */
    bool has_row, has_records;
    struct pt_store_entry row;           /* its spans are not used */
    const Pentad__V1__FeedEntry *served; /* the records as a hub gave them; else NULL */
    /* prepared */
    struct pt_hash leaf;
    struct pt_entry e; /* where open_code is 0 */
    int open_code;
    struct record_facts facts;
    /* taken */
    const struct pt_keyhistory_key *key; /* its signature is to be verified by; else NULL */
    int verify_code;
    char why[256]; /* of either code */
    char where[160];
};

/* A record whose bytes are gone, and the order that is said to have destroyed them. */
struct check_claim {
    uint64_t index, seq;
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    struct pt_hash hash, order;
};

/* An erasure order of the office, and what became of it. */
struct check_order {
    struct pt_hash hash, record;
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
    char of_party[PT_NAME_MAX + 1];
    char of_stream[PT_NAME_MAX + 1];
    uint64_t of_seq;
    bool approved[PT_APPROVERS];
    bool complete;
    uint64_t in_force_at; /* log index of the tick that brought it into force; 0: it isn't */
    uint64_t settled_at;  /* and of the next tick; 0: none yet */
};

/* A body's word, for or against, on what it says is a change of keys or of the policy. */
struct check_approval {
    size_t n; /* its number among them all */
    struct pt_hash of;
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
    unsigned by; /* which of the four */
    bool approves;
};

enum check_input { CHECK_OF_STORE = 1, CHECK_OF_TREE, CHECK_OF_HUB };

struct checker {
    enum check_input input;
    const struct pt_log_check_opts *o;
    struct pt_log_check_result *ret;
    struct workers *workers;
    struct check_item *items; /* CHECK_GROUP_MAX */
    size_t n_items;
    struct pt_buf bytes;

    struct pt_merkle_frontier tree;
    struct pt_hash hashes[CHECK_TILE_LEVELS][PT_TILE_WIDTH]; /* of each level's unfinished tile */
    uint64_t next_index;
    int64_t last_received_ms;
    int64_t tick_ms; /* of the newest Tick */
    int32_t tick_day;
    struct pt_keyhistory *keys;
    bool with_records; /* they are at hand */
    bool keys_certain; /* by the records or by a key history: no key can be missing */
    Pentad__V1__EvidenceBundle *key_history; /* owned: a static tree's; NULL: none */
    size_t next_change;                      /* the first of it that was not applied */
    struct pt_hash changes;                  /* over what of it was applied */
    bool has_genesis;
    struct pt_buf genesis_bytes;
    struct pt_entry genesis;
    struct pt_vkey vkey;
    struct check_stream *streams;
    size_t n_streams, cap_streams;
    struct check_key_event *events;
    size_t n_events, cap_events;
    struct check_claim *claims;
    size_t n_claims, cap_claims;
    struct check_order *orders;
    size_t n_orders, cap_orders;
    struct pt_hash *shown; /* record hashes of the KeyChanges and PolicyChanges that were shown */
    size_t n_shown, cap_shown;
    struct check_approval *approvals;
    size_t n_approvals, cap_approvals;
    int64_t saved_ms;
    struct pt_buf state;      /* what is saved */
    struct pt_policy *policy; /* the log's so far, as many as there were when they were made */
    size_t n_policies;
    /* The tree has grown to that size; NULL: nobody asks. PT_E_NOMEM. */
    int (*grown)(void *ctx, uint64_t size);
    /* A tile is complete: compare it. Level and index of the tile. */
    void (*tile)(void *ctx, unsigned level, uint64_t index, unsigned width);
    void *tile_ctx; /* of grown too */
    uint64_t size;  /* the tree's, where partial tiles are compared too; else 0 */
};

int pt_checker_init(struct checker *c, const struct pt_log_check_opts *o,
                    struct pt_log_check_result *ret, struct pt_err *err);
void pt_checker_done(struct checker *c);

/* Where a fault is; all but `where` may be left out. */
struct fault_at {
    const char *check;
    const char *where;
    const struct check_item *item;
    uint64_t seq; /* 0: the item's first */
    char expected[160], found[160];
};
void pt_checker_fault(struct checker *c, const struct fault_at *at, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Copies an entry into the group; runs the group when it is full. row: the store's columns and
 * records; NULL: none. served: a hub's records, which live until the group has run; NULL: none. */
int pt_checker_add(struct checker *c, uint64_t index, struct pt_span log_entry,
                   const struct pt_store_entry *row, const Pentad__V1__FeedEntry *served,
                   struct pt_err *err);
/* All that was added and hasn't run. PT_E_NOMEM, or what `save` said. */
int pt_checker_run(struct checker *c, struct pt_err *err);
/* Names the entries from the next one up to `until`, however many, as one fault. */
void pt_checker_missing(struct checker *c, uint64_t until);
/* The head as computed against a signed note. */
void pt_checker_checkpoint(struct checker *c, struct pt_span note, const char *where);
/* checker_cosigned.c: a checkpoint of the tree as it is now, and its cosignatures by the policy in
 * force. PT_E_NOMEM. */
int pt_checker_cosigned(struct checker *c, struct pt_span note, bool needs_quorum,
                        const char *where);
/* Saves at the end. */
int pt_checker_save(struct checker *c, struct pt_err *err);

/* ---- checker_work.c: what threads do -------------------------------------------------------- */

/* The record at *i of an item: 1 with its hash and bytes (none where it was withheld or erased), 0,
 * or why not. *i begins at 0. */
struct check_record {
    struct pt_span bytes;
    struct pt_hash hash;
    bool erased;
    struct pt_hash order; /* where erased */
};
int pt_checker_record_next(const struct checker *c, const struct check_item *k, size_t *i,
                           struct check_record *ret);
void pt_checker_seen(struct pt_hash *seen, const struct pt_hash *leaf,
                     const struct record_facts *f);
void pt_checker_prepare(void *checker, size_t i);
void pt_checker_verify(void *checker, size_t i);

/* ---- checker_approved.c ---- */

/* A KeyChange or PolicyChange is at hand, by its record hash; an Approval of a body. PT_E_NOMEM. */
int pt_checker_shown(struct checker *c, const struct pt_hash *change);
int pt_checker_approval(struct checker *c, const char *party, const Pentad__V1__Approval *a);
/* Is each change shown that enough bodies approved? With `name` those that aren't are faults. */
bool pt_checker_changes_shown(struct checker *c, bool name);

/* ---- checker_erased.c ---- */

/* Room for one more in an array of `size` bytes an item. PT_E_NOMEM. */
int pt_checker_grow(void **array, size_t n, size_t *cap, size_t size);

/* Takes note of the erased records of an item. PT_E_NOMEM. */
int pt_checker_claims(struct checker *c, const struct check_item *k);
/* An Erasure or Approval at its place; then a tick, which brings what is complete into force. */
int pt_checker_order(struct checker *c, const struct pt_key_event *at, uint64_t seq,
                     struct pt_span record);
void pt_checker_orders_tick(struct checker *c, uint64_t log_index);
/* Has each erased record its order? At the end those that haven't are faults, and what the others
 * excuse is said. */
bool pt_checker_claims_met(const struct checker *c);
void pt_checker_claims_end(struct checker *c);
void pt_checker_claims_done(struct checker *c);

/* ---- checker_state.c ------------------------------------------------------------------------ */

/* A KeyChange, PolicyChange or Approval: applied, and kept where it is about those. PT_E_NOMEM. */
int pt_checker_event(struct checker *c, const struct pt_key_event *at, struct pt_span record);
/* Of a static tree: what its key history says of entry `k` is applied. PT_E_NOMEM, else a fault. */
int pt_checker_changes(struct checker *c, const struct check_item *k);
struct check_stream *pt_checker_stream(struct checker *c, const char *party, const char *stream);
/* Appends the state as bytes. */
int pt_checker_state_put(const struct checker *c, struct pt_buf *out);
/* Into a new checker. PT_E_FORMAT. */
int pt_checker_state_take(struct checker *c, struct pt_span saved, struct pt_err *err);
/* The genesis: its signatures, keys, the log's key. PT_E_NOMEM, else a fault where it is wrong. */
int pt_checker_genesis(struct checker *c, struct pt_span bytes, const struct fault_at *at);

#endif
