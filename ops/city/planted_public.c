/* Planted: figures published wrong (K10), goals that weren't published in time (K62), evaluations
 * that finance didn't feed back, had no plan for or didn't publish (K70). */
#include "duties.h"

#include <stdio.h>

#include <pentad/base/date.h>

#define GOAL_TERM 20190218 /* 20 days after the allotment end on a Sunday */

static struct city_project *major(struct city *c, int64_t yuan) {
    struct city_project *p = city_plant(c, yuan, 9800);

    city_on_subject_line(p, 0);
    return p;
}

/* The page on its self-evaluation says this much more was paid. */
static struct city_truth *misprinted(struct city *c, int64_t yuan, int64_t delta, char severity,
                                     const char *near_why) {
    struct city_project *p = major(c, yuan);
    int32_t day = city_add_workdays(DAY_FINAL, 1);
    struct city_truth *t = near_why ? city_near(c, "K10", p, day, near_why)
                                    : city_fires(c, "K10", p, severity, day, 0);

    p->published_delta = delta;
    t->period = day;
    t->condition = severity == 'R' ? "red" : "yellow";
    (void)snprintf(t->object, sizeof(t->object), "FG2.P");
    return t;
}

static void published(struct city *c, int64_t yuan, int32_t day, const char *near_why) {
    struct city_project *p = major(c, yuan);
    int32_t opened = pt_date_add(GOAL_TERM, 1);
    struct city_truth *t = near_why ? city_near(c, "K62", p, opened, near_why)
                                    : city_fires(c, "K62", p, 'R', opened, day);

    p->goal_unpublished = day == 0;
    p->goal_published_day = day;
    (void)snprintf(t->object, sizeof(t->object), "E04");
}

#define NOT_FED_BACK 4 /* pilot departments */
#define PLANNED_LATE 8
#define NOT_SHOWN 12
#define SHOWN_AT_LAST 0 /* a district */

void city_key_fault(struct key_evaluation *k, int32_t district, int32_t dept) {
    if (dept == NOT_FED_BACK)
        k->feedback = 0;
    else if (dept == PLANNED_LATE)
        k->planned = city_add_workdays(k->day, 34);
    else if (dept == NOT_SHOWN)
        k->shown = 0;
    else if (district == SHOWN_AT_LAST)
        k->shown = city_add_workdays(k->day, 20);
}

static int32_t after_days(int32_t day, int32_t n) {
    int32_t last = pt_date_add(day, n);

    return city_is_workday(last) ? last : city_next_workday(last);
}

static void k70(struct city *c, const struct key_evaluation *k) {
    int32_t public_due = city_add_workdays(k->day, 20);
    int32_t due = after_days(k->day, 30);
    struct city_truth *t;

    if (k->feedback == 0)
        t = city_fires(c, "K70", c->projects, 'Y', pt_date_add(due, 1), 0);
    else if (k->planned > due)
        t = city_fires(c, "K70", c->projects, 'Y', pt_date_add(due, 1), k->planned);
    else if (k->shown == 0)
        t = city_fires(c, "K70", c->projects, 'Y', pt_date_add(public_due, 1), 0);
    else if (k->shown == public_due)
        t = city_near(c, "K70", c->projects, pt_date_add(public_due, 1), "第20个工作日公开");
    else
        return;
    t->kind = k->no[7] == 'Q' ? "REGION" : "DEPT";
    t->year = CITY_FY - 1;
    (void)snprintf(t->key, sizeof(t->key), "%s", k->subject);
    (void)snprintf(t->object, sizeof(t->object), "%s",
                   k->feedback == 0   ? "feedback"
                   : k->planned > due ? "plan"
                                      : "public");
}

void city_plant_public(struct city *c) {
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n;

    /* 98 % was paid. */
    (void)misprinted(c, 4200000, 20 * CITY_WAN, 'R', NULL);
    (void)misprinted(c, 5000000, 49000 * CITY_YUAN + 1, 'R', NULL);
    (void)misprinted(c, 7000000, -70000 * CITY_YUAN, 'R', NULL);
    (void)city_not_red(c, misprinted(c, 8000000, 78400 * CITY_YUAN, 'Y', NULL), "red",
                       "相差恰为台账数的1%");
    (void)misprinted(c, 6500000, 5001, 'Y', NULL);
    (void)misprinted(c, 3800000, -3 * CITY_WAN, 'Y', NULL);
    (void)misprinted(c, 2600000, 5000, 0, "公开数相差恰为半个末位，属舍入");
    published(c, 3300000, 0, NULL);
    published(c, 5100000, 20190226, NULL);
    published(c, 2800000, 20190415, NULL);
    published(c, 4400000, GOAL_TERM, "期限最后一日公开");
    n = city_key_evaluations(c, list);
    for (int32_t i = 0; i < n; i++)
        k70(c, &list[i]);
}
