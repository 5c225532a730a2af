/* A hub whose pages can be bent before they are read, with the hub's own signature put back where
 * the lie is the hub's. Any failure of the setting aborts. */
#ifndef PENTAD_TEST_LIAR_H
#define PENTAD_TEST_LIAR_H

#include <pentad/client/batch.h>
#include <pentad/client/follower.h>
#include <pentad/feed/feed.h>

#include "pt_test_hub.h"

struct liar {
    struct test_hub hub;
    struct pt_trust trust;
    Pentad__V1__FeedPage *page; /* taken apart; owned */
    struct pt_buf bytes;        /* a page as sent */
    struct pt_err err;
    uint64_t log_size;
    size_t n_seen; /* records handed out */
    char close_fault[256];
};

void liar_init(struct liar *l);
void liar_done(struct liar *l);
struct pt_follower *liar_follower(struct liar *l, enum pt_party reader);

/* The true page from `after` on, as bytes and taken apart. */
void liar_page(struct liar *l, enum pt_party reader, uint64_t after);
/* Packs the page again. resign: with a checkpoint of the hub's over what the page now says. */
void liar_pack(struct liar *l, bool resign);
/* Signs a checkpoint of that size and root into the page. */
void liar_checkpoint(struct liar *l, uint64_t size, const struct pt_hash *root);
/* Hands the bytes to the follower; counts, keeps a close's fault. */
int liar_feed(struct liar *l, struct pt_follower *f);

/* The LogEntry and records of the last entry of the page become those of a batch (as submitted),
 * logged as signed by `key`, received at that time. */
void liar_replace_last(struct liar *l, struct pt_span batch, const struct pt_key *key,
                       int64_t received_at_ms);

#endif
