/* What the follower's files share. */
#ifndef PENTAD_CLIENT_FOLLOWER_INTERNAL_H
#define PENTAD_CLIENT_FOLLOWER_INTERNAL_H

#include <pentad/client/follower.h>

/* What a record did to the history of keys and policies, kept so that the history can be built
 * again. */
struct key_event {
    uint64_t log_index;
    char party[PT_NAME_MAX + 1], stream[PT_NAME_MAX + 1];
    struct pt_hash signing_key;
    uint64_t seq;    /* of the record, while its page is followed */
    uint8_t *record; /* owned */
    size_t len;
    uint8_t *proof; /* owned: its entry, logged under the page's checkpoint, and its path there;
                       NULL where an older program took it */
    size_t proof_len;
};

/* A checkpoint that a receipt showed, beyond what was followed then. */
struct expectation {
    uint64_t size;
    struct pt_hash root;
};

struct followed_stream {
    struct pt_follower_stream head;
    /* What arrived for the reader since the last StreamClose, that one included. */
    struct pt_merkle_frontier due;
    uint64_t due_from; /* its number; 0: none yet, all from 1 on */
    uint64_t erased;   /* of the records since then, whose types nobody knows any more */
    /* After a StreamClose that didn't add up: all since the last one that did, and its number. */
    bool unmet;
    struct pt_merkle_frontier whole;
    uint64_t whole_from;
};

/* Everything that a page may change: copied, tried, and swapped in when the page has verified. */
struct follower_state {
    struct pt_merkle_frontier tree;
    int64_t last_received_ms;
    int64_t tick_ms; /* of the newest Tick, and its day; 0: none yet */
    int32_t tick_day;
    struct followed_stream *streams; /* owned */
    size_t n_streams;
    struct key_event *events; /* owned; the records inside are shared until swapped */
    size_t n_events;
    struct pt_keyhistory *keys; /* owned */
    struct pt_buf held;         /* the largest checkpoint shown */
    uint64_t held_size;
};

/* The tree as it was at a size that was passed. */
#define PT_FOLLOWER_MARKS 4096
struct mark {
    uint64_t size; /* 0: none */
    struct pt_hash root;
    int64_t received_ms; /* of its last entry */
};

struct pt_follower {
    const struct pt_trust *trust;
    enum pt_party reader;
    struct follower_state st;
    struct pt_buf genesis_entry;  /* LogEntry 0 */
    struct pt_entry genesis;      /* opened from it */
    struct expectation *expected; /* owned; by size, ascending */
    size_t n_expected;
    size_t n_met; /* of these, the first so many are behind the tree */
    enum pt_settled settled;
    struct mark *marks; /* owned, by size modulo; those beyond the tree are of a page that failed */
};

/* The tree at the end of a page that continues the follower, under the page's own checkpoint (else
 * PT_E_PROOF), to prove the page's entries by. The page is borrowed for its life. */
struct pt_paged_tree;
int pt_paged_tree_new(const struct pt_follower *f, const Pentad__V1__FeedPage *page,
                      struct pt_paged_tree **ret, struct pt_err *err);
void pt_paged_tree_free(struct pt_paged_tree *t); /* NULL is fine */
/* Appends a C2SP tlog-proof of an entry of the page. */
int pt_paged_tree_prove(const struct pt_paged_tree *t, uint64_t index, struct pt_buf *ret_proof,
                        struct pt_err *err);
/* Keeps in `ev` what proves it: record i of that entry of the page, whose batch has those hashes.
 */
int pt_follower_prove_event(const struct pt_paged_tree *t, const Pentad__V1__FeedEntry *fe,
                            uint64_t first_seq, const struct pt_hash *hashes, size_t i,
                            struct key_event *ev, struct pt_err *err);

/* Takes note of a tree as it has just become. */
void pt_follower_mark(struct pt_follower *f, const struct follower_state *st);

/* Opens entry 0 into f; *ret_keys is the history that begins with it. */
int pt_follower_take_genesis(struct pt_follower *f, struct pt_span log_entry,
                             struct pt_keyhistory **ret_keys, struct pt_err *err);
void pt_follower_forget_genesis(struct pt_follower *f);
int pt_follower_apply_event(const struct pt_follower *f, struct pt_keyhistory *keys,
                            const struct key_event *e, struct pt_err *err);
void pt_follower_events_free(struct key_event *events, size_t from, size_t n);
struct followed_stream *pt_follower_find_stream(const struct follower_state *st, const char *party,
                                                const char *stream);

#endif
