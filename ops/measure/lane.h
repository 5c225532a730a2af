/* One stream's share of a load: its signed batches, made beforehand, and the connection over which
 * they go in order, several at a time, until each has its receipt. What a connector does with
 * pipelining, without its outbox.
 *
 *   cut ─► sent ─► receipt          429, 5xx, 409 ahead, a lost connection: everything that has no
 *     ▲      │                      answer yet goes again from the first of them, same bytes
 *     └──────┘
 *
 * Knows batches and receipts; one thread a lane. docs/formats.md 1. */
#ifndef PENTAD_MEASURE_LANE_H
#define PENTAD_MEASURE_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/certs/key.h>
#include <pentad/client/batch.h>

#include "wire.h"

#define LANE_BATCHES_MAX 1000000
#define LANE_WINDOW_MAX 64

struct lane_batch {
    struct pt_span body; /* inside the lane's bytes once cut */
    struct pt_hash statement;
    uint64_t first_seq;
    int64_t sent_us, done_us; /* first sent; receipt here */
    struct pt_buf reply;      /* SubmitReply */
    bool done;
};

struct lane_slot {
    struct wire_call call;
    struct lane *lane;
    size_t batch;
    bool busy;
};

struct lane_shared {
    const char *party;
    const char *trust_dir;
    const struct pt_key *key;
    struct pt_trust trust;
    uint16_t (*port)(void *ctx); /* 0: not known now */
    void *ctx;
    int64_t rest_us; /* at least, between a stream's batches */
    bool persist;    /* a lost connection is made anew, for as long as the driver waits */
    /* A receipt came; non-zero ends the lane with that code. May be NULL. */
    int (*receipt)(void *ctx, const struct lane *lane, const struct lane_batch *b);
};

struct lane {
    const struct lane_shared *shared;
    unsigned number;
    char stream[33];
    SSL_CTX *tls;
    struct wire wire;
    int64_t reopen_us, post_us; /* not before then */
    struct pt_buf bytes;
    struct lane_batch *batches;
    size_t n, done, next;
    size_t rewind; /* after the answers that are outstanding: send again from here; SIZE_MAX: no */
    unsigned window;
    unsigned in_flight;
    struct lane_slot slots[LANE_WINDOW_MAX];
    uint64_t again, reconnects;
    int failed;
    struct pt_err err;
};

/* Signs n batches of `per_batch` records, the stream's first ones. tls_dir holds tls.crt, tls.key,
 * ca.crt, crl.pem. */
int lane_init(struct lane *l, const struct lane_shared *shared, unsigned number, const char *stream,
              const char *tls_dir, size_t n, size_t per_batch, unsigned window, struct pt_err *err);
void lane_free(struct lane *l);
/* Connects if need be. Without `persist` a failure is returned. */
int lane_open(struct lane *l, struct pt_err *err);
/* Sends and reads what it can without waiting. */
void lane_turn(struct lane *l);
bool lane_over(const struct lane *l); /* all receipted, or failed */
/* As the client library does it: entry, proof, checkpoint under the policy. */
int lane_check_receipt(const struct lane *l, const struct lane_batch *b, struct pt_answer *ret,
                       struct pt_err *err);

#endif
