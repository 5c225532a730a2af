/* Strews late records and corrections of every kind into a log that is being made. */
#ifndef CITY_TEST_DISTURB_H
#define CITY_TEST_DISTURB_H

#include <pentad/base/clock.h>

#include "../ledger/mklog.h"

/* Queues a few records for the day: a record of before once more with other amounts (late, of its
 * own past day), replaced, withdrawn, or reversed where it is a payment; now and then a second
 * correction of the same record. Returns how many. */
size_t disturb(struct mklog *m, struct pt_rng *rng, int32_t day);

#endif
