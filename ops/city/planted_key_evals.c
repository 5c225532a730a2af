/* Planted: evaluations that finance didn't feed back, had no plan for or didn't publish (K70), and
 * those that it never held or held late (K71). */
#include "duties.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#define TERM_OVER 20191001 /* of the evaluations of the year before */

enum duty { FEEDBACK, PLAN, PUBLIC };
static const char *const duties[] = {"feedback", "plan", "public"};

/* Which of its duties is done only so long after the evaluation, or never. */
static const struct fault {
    int32_t district, dept; /* -1 = none */
    enum duty duty;
    int32_t workdays; /* 0 = never; -1 = on the last day of the term */
} faults[] = {
    {-1, 4, FEEDBACK, 0}, {-1, 28, FEEDBACK, 31}, {7, -1, FEEDBACK, 44}, {-1, 36, FEEDBACK, -1},
    {-1, 8, PLAN, 34},    {-1, 40, PLAN, 0},      {8, -1, PLAN, 27},     {-1, 44, PLAN, -1},
    {-1, 12, PUBLIC, 0},  {-1, 32, PUBLIC, 24},   {9, -1, PUBLIC, 38},   {0, -1, PUBLIC, -1},
};

/* Held on that day; 0 = never. */
static const struct held {
    int32_t district, dept, day;
} held[] = {{1, -1, 20191014},  {2, -1, 20191022},  {10, -1, 0}, {11, -1, 20190930},
            {-1, 48, 20191016}, {-1, 52, 20191031}, {-1, 56, 0}, {-1, 60, 20190930}};

int32_t city_key_day(int32_t district, int32_t dept, int32_t day) {
    for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
        if (held[i].district == district && held[i].dept == dept)
            return held[i].day;
    return day;
}

static int32_t term_of(enum duty duty, int32_t day) {
    return duty == PUBLIC ? city_add_workdays(day, 20) : pt_date_add(city_after_days(day, 30), -1);
}

void city_key_fault(struct key_evaluation *k, int32_t district, int32_t dept) {
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const struct fault *f = &faults[i];
        int32_t day = f->workdays < 0   ? term_of(f->duty, k->day)
                      : f->workdays > 0 ? city_add_workdays(k->day, f->workdays)
                                        : 0;

        if (f->district != district || f->dept != dept)
            continue;
        if (f->duty == FEEDBACK) {
            k->feedback = 0;
            k->fed_back_later = day;
        } else if (f->duty == PLAN) {
            k->planned = day;
        } else {
            k->shown = day;
        }
    }
}

static struct city_truth *of(const struct city *c, struct city_truth *t, int32_t district,
                             int32_t dept) {
    const struct city_code *regions;

    (void)city_regions(&regions);
    t->kind = district >= 0 ? "REGION" : "DEPT";
    t->year = CITY_FY - 1;
    (void)snprintf(t->key, sizeof(t->key), "%s",
                   district >= 0 ? regions[district].code : c->orgs[dept].uscc);
    return t;
}

static const struct key_evaluation *find(const struct city *c, const struct key_evaluation *list,
                                         int32_t n, const struct fault *f) {
    struct city_truth wanted = {0};

    (void)of(c, &wanted, f->district, f->dept);
    for (int32_t i = 0; i < n; i++)
        if (strcmp(list[i].subject, wanted.key) == 0)
            return &list[i];
    PT_ASSERT(false);
    return NULL;
}

static void plant_k70(struct city *c) {
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n = city_key_evaluations(c, list);

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const struct fault *f = &faults[i];
        const struct key_evaluation *k = find(c, list, n, f);
        int32_t done = f->duty == FEEDBACK ? k->fed_back_later
                       : f->duty == PLAN   ? k->planned
                                           : k->shown;
        int32_t opened = pt_date_add(term_of(f->duty, k->day), 1);
        struct city_truth *t = f->workdays < 0
                                   ? city_near(c, "K70", c->projects, opened, "期限最后一日完成")
                                   : city_fires(c, "K70", c->projects, 'Y', opened, done);

        (void)of(c, city_as(t, duties[f->duty]), f->district, f->dept);
        (void)snprintf(t->object, sizeof(t->object), "%s", duties[f->duty]);
        if (f->duty != FEEDBACK || done == 0)
            continue;
        t = of(c, city_fires(c, "K68", c->projects, 'I', done, 0), f->district, f->dept);
        (void)snprintf(t->object, sizeof(t->object), "finance/%s-2", k->no);
    }
}

static void plant_k71(struct city *c) {
    for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
        const struct held *h = &held[i];
        struct city_truth *t = h->day != 0 && h->day < TERM_OVER
                                   ? city_near(c, "K71", c->projects, TERM_OVER, "期限最后一日评价")
                                   : city_fires(c, "K71", c->projects, 'I', TERM_OVER, h->day);

        (void)of(c, city_as(t, h->district >= 0 ? "region" : "dept"), h->district, h->dept);
        (void)snprintf(t->object, sizeof(t->object), "V01");
    }
}

void city_plant_key_evals(struct city *c) {
    plant_k70(c);
    plant_k71(c);
}
