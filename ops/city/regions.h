/* What is wrong in a region's month report: planted_regions.c knows it, write_regions.c shows it.
 */
#ifndef CITY_REGIONS_H
#define CITY_REGIONS_H

#include "table.h"

#define REGION_STANDARDS 3
extern const char *const region_standards[REGION_STANDARDS];

struct region_fault {
    const char *rgn, *object; /* GENERAL, SPECIAL, a standard's name, or duty */
    int32_t month;
    int64_t excess; /* above the limit, the ceiling or the tenth, fen */
    const char *near_why;
};

/* NULL = nothing is wrong. */
const struct region_fault *region_fault(const char *rgn, int32_t month, const char *object);

#endif
