/* One evaluation (V01) as it is written, whoever made it.
 *
 * Knows the columns of evaluations.csv; must not know how scores are planned. One thread. */
#ifndef CITY_EVALS_H
#define CITY_EVALS_H

#include "table.h"

#define EVALUATION_MAX_ITEMS 12

struct item {
    const char *id;
    int32_t weight, score;
    int32_t actual; /* hundredths of a percent; -1 = not given */
};

struct evaluation {
    int32_t year, day, feedback; /* feedback 0 = none yet */
    const char *no, *original, *reason;
    const char *subject_kind, *subject, *kind, *by, *frame, *goal, *reviewed, *agency;
    int64_t init, full, paid;
    int32_t rate_off; /* what it says of the rate is this much higher, bp */
    struct item items[EVALUATION_MAX_ITEMS];
    int32_t n_items, total;
};

void evaluation_put(struct evaluation *e, const char *id, int32_t weight, int32_t score,
                    int32_t actual);
/* CI-3: ten points by what was paid of the full budget. */
void evaluation_put_money(struct evaluation *e);
/* Splits `total` over items of these weights, in their proportion. */
void evaluation_split(struct evaluation *e, const char *const ids[], const int32_t weights[],
                      int32_t n, int32_t total);
void evaluation_write(struct table *t, const struct evaluation *e);

/* The projects' own indicators in a self-evaluation of `total`: what each reached, in hundredths
 * of a percent of its target. */
#define SELF_INDICATORS 5
extern const char *const self_indicators[SELF_INDICATORS];
void self_actuals(const struct city_project *p, int32_t total, int32_t out[SELF_INDICATORS]);

/* What it means for the next budget of a department or district. */
enum key_link { LINK_NONE, LINK_SAME, LINK_RAISED, LINK_CUT };

/* Finance's own, of the year before (write_key_evals.c). */
struct key_evaluation {
    char no[24], goal[24];
    const char *kind, *subject_kind, *subject, *agency;
    int32_t day, feedback;
    int32_t fed_back_later; /* a correction then brings the feedback; 0 = none */
    int32_t planned, shown; /* its rectification, its page; 0 = never */
    int64_t full;
    int32_t total;
    bool own; /* of finance's own money: it pays no agency to evaluate that (K46) */
    enum key_link linked;
    int32_t linked_day;
};
#define KEY_EVALUATIONS 96
int32_t city_key_evaluations(const struct city *c, struct key_evaluation out[KEY_EVALUATIONS]);
/* The department's own, of the year before that, where its past_cp says so. */
struct key_evaluation city_older_evaluation(const struct city *c, int32_t i);
void city_write_key_evals(struct table *t, const struct city *c);

#endif
