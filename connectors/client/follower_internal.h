/* What the follower's files share. */
#ifndef PENTAD_CLIENT_FOLLOWER_INTERNAL_H
#define PENTAD_CLIENT_FOLLOWER_INTERNAL_H

#include <pentad/client/follower.h>

/* What a record did to the key history, kept so that the history can be built again. */
struct key_event {
    uint64_t log_index;
    char party[PT_NAME_MAX + 1], stream[PT_NAME_MAX + 1];
    struct pt_hash signing_key;
    uint8_t *record; /* owned */
    size_t len;
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
};

/* Opens entry 0 into f; *ret_keys is the history that begins with it. */
int pt_follower_take_genesis(struct pt_follower *f, struct pt_span log_entry,
                             struct pt_keyhistory **ret_keys, struct pt_err *err);
void pt_follower_forget_genesis(struct pt_follower *f);
int pt_follower_apply_event(struct pt_keyhistory *keys, const struct key_event *e,
                            struct pt_err *err);
void pt_follower_events_free(struct key_event *events, size_t from, size_t n);
struct followed_stream *pt_follower_find_stream(const struct follower_state *st, const char *party,
                                                const char *stream);

#endif
