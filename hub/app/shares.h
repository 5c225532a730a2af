/* Places that run out (batches in hand, queries, long polls), shared so that no party can take
 * those of all the others: at most a quarter each.
 * Any thread. */
#ifndef PENTAD_APP_SHARES_H
#define PENTAD_APP_SHARES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <pentad/record/party.h>

struct pt_shares {
    _Atomic uint32_t open; /* in all */
    _Atomic uint32_t of[PT_PARTY_END];
};

/* False where all `max` places are taken, or a quarter of them (at least one) by this party. */
bool pt_share_take(struct pt_shares *s, enum pt_party party, uint32_t max);
void pt_share_give(struct pt_shares *s, enum pt_party party);
uint32_t pt_shares_open(struct pt_shares *s);

#endif
