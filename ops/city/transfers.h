/* Transfers to districts, and those that congress approved one by one (K02): transfers.c knows
 * them. */
#ifndef CITY_TRANSFERS_H
#define CITY_TRANSFERS_H

#include "city.h"

struct approved_transfer {
    char key[32], name[64];
    const char *func;
    bool special;
    int64_t fen;
};
/* False after the last. */
bool city_approved_transfer(size_t nth, struct approved_transfer *ret);

/* Of all transfers: what was sent by that day, and what that region received. */
int64_t city_transfers_sent(int32_t day);
int64_t city_transfers_received(const char *rgn, int32_t day);

#endif
