/* Transfers to districts that congress approved one by one (K02): transfers.c knows them. */
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

#endif
