/* What is no project: funds, projects with private capital, transfers and the policies of
 * districts, as their profiles (P02) say: planted_items.c knows them, write_items.c shows them. */
#ifndef CITY_ITEMS_H
#define CITY_ITEMS_H

#include "city.h"

/* One profile; an item's later ones follow it. Amounts of CITY_NO_FEN aren't said. */
struct city_item {
    int32_t day;
    const char *kind, *key, *name, *func;
    const char *rgn; /* whose; NULL = the city */
    int32_t start, end;
    bool major, special;
    int64_t total;
    int64_t invested, balance; /* of a fund */
    int32_t duty_year;         /* of private capital; 0 = none */
    int64_t duty, expenditure; /* what is to be paid that year, and all general expenditure */
    const char *goal;          /* of the year in which it begins; NULL = none */
};
const struct city_item *city_items(size_t *ret_n);
/* Who answers for it: the finance bureau, or the government of the district. */
const char *city_item_body(const struct city *c, const struct city_item *x); /* write_items.c */

#endif
