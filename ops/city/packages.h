/* What a result meant for the next budget, and packages for congress beside the yearly ones:
 * planted_results_used.c knows it, the writers show it. */
#ifndef CITY_PACKAGES_H
#define CITY_PACKAGES_H

#include "evals.h"

#define DAY_LINKED 20191018
#define DAY_NEXT_ALLOTTED 20200629
#define DAY_NEXT_DRAFT 20200109

struct city_package {
    int32_t day, session_on, fy;
    const char *rgn, *kind, *session;
    const char *missing; /* as congress found on the next working day; NULL = nothing */
    const char *goal;    /* that it shows; NULL = none */
};
const struct city_package *city_packages(size_t *ret_n);

/* Drafts of districts, what precedes them, and what doesn't (planted_expected.c). */
const struct city_package *city_district_packages(size_t *ret_n);

/* Changes the result of finance's evaluation of the nth district, else of a department. */
void city_key_result(struct key_evaluation *k, int32_t district, int32_t dept);

#endif
