/* Figures made anew from nothing but the records that their evidence brings. For city_truth. */
#ifndef PENTAD_TEST_CITY_COMPLETE_H
#define PENTAD_TEST_CITY_COMPLETE_H

#include "../ledger/mklog.h"

/* Of every `every`-th subject and year with a page in the newest snapshot: its pages and figures
 * are the same from its records alone. Prints what is wrong; returns how much, at least 1 where
 * nothing was looked at. */
int complete_check(struct pt_ledger *l, const struct mklog *m, unsigned every);

#endif
