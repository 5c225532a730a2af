/* Which duties aren't done as the base city does them: planted_duties.c and planted_public.c know
 * it, the writers show it. A day of 0 means never. */
#ifndef CITY_DUTIES_H
#define CITY_DUTIES_H

#include "evals.h"

/* The k-th task of the nth meeting: its number, its day due, and when it was done. */
struct city_task {
    char no[24];
    int32_t due, done;
};
struct city_task city_task(int32_t meeting, int32_t k);                /* write_meetings.c */
void city_task_fault(int32_t meeting, int32_t k, struct city_task *t); /* changes `done` */

/* What follows the decision to call in the nth that was assessed on `day`. */
struct city_interview {
    int32_t noticed, answered;
};
bool city_is_called_in(int32_t n);
struct city_interview city_interview(int32_t n, int32_t day);

/* The working day of the next month on which a month's report on a region, and those of the
 * projects, come; 0 = never. */
int32_t city_region_report_nth(const char *rgn, int32_t month);
int32_t city_month_report_nth(int32_t month);

/* How a department's budget performance stands in its appraisal (planted_appraisals.c). */
struct city_appraised {
    int32_t sent, cites;           /* days; cites: of the snapshot, 0 = none */
    int32_t weight;                /* in hundredths; 0 = it isn't counted */
    int32_t ledger_off, score_off; /* added to the ledger's score as taken over, and as counted */
    bool listed;                   /* though it weighs nothing */
    bool weighted;                 /* what is counted is the score times the weight */
    int32_t mended;                /* the day of a REPLACE with neither; 0 = never */
};
struct city_appraised city_appraised(int32_t dept);
/* Of the nth appraisal (departments, then districts). */
void city_appraisal_no(int32_t n, bool mended, char out[24]);

/* On which day finance evaluates the nth district, else a department, instead of on `day`; 0 =
 * never. */
int32_t city_key_day(int32_t district, int32_t dept, int32_t day);
/* Changes what follows such an evaluation. */
void city_key_fault(struct key_evaluation *k, int32_t district, int32_t dept);

#endif
