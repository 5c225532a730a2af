/* A commit group: batches decided one after the other against the exchange, then made durable in
 * one transaction, then answered. Writer thread, x_lock held from begin to commit or drop. */
#ifndef PENTAD_APP_GROUP_H
#define PENTAD_APP_GROUP_H

#include <pentad/intake/author.h>

#include "submit.h"

#define PT_GROUP_ENTRIES 512
#define PT_GROUP_OWN 32 /* batches of the hub's own in one group */
#define PT_GROUP_BYTES ((size_t)8 * 1024 * 1024)

struct pt_group_own {
    struct pt_buf batch;
    struct pt_intake_facts *facts;
};

struct pt_group {
    struct pt_hub *hub;
    struct pt_own *own;
    int64_t now_ms;
    uint64_t base; /* log size before the group */
    size_t bytes;
    struct pt_store_entry entries[PT_GROUP_ENTRIES];
    struct pt_buf entry_bytes[PT_GROUP_ENTRIES];
    size_t n_entries;
    struct pt_store_refusal refusals[PT_GROUP_ENTRIES];
    struct pt_buf refusal_envelopes[PT_GROUP_ENTRIES]; /* the refused */
    struct pt_buf refusal_bytes[PT_GROUP_ENTRIES];     /* the signed Refusal */
    size_t n_refusals;
    struct pt_group_own owns[PT_GROUP_OWN];
    size_t n_own;
    uint64_t records, record_bytes; /* of parties, accepted */
    bool news;                      /* a party's batch among the entries */
};

void pt_group_begin(struct pt_group *g, struct pt_hub *h, struct pt_own *own, int64_t now_ms);
bool pt_group_full(const struct pt_group *g);
bool pt_group_empty(const struct pt_group *g);
/* Decides one batch and sets its answer. Another value than 0: the exchange can't be trusted any
 * more, the group must be dropped and the exchange loaded anew. */
int pt_group_add(struct pt_group *g, struct pt_submit *s);
/* Takes a batch of the hub's own in; the group must not be full. */
int pt_group_add_own(struct pt_group *g, struct pt_buf *batch_take, struct pt_err *err);
int pt_group_commit(struct pt_group *g, struct pt_err *err);
/* Frees what the group holds. */
void pt_group_end(struct pt_group *g);

#endif
