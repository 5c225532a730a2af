/* Planted: figures published wrong (K10), goals and evaluations of what is major that weren't
 * published in time (K62). */
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
    t->condition = "E04";
    (void)snprintf(t->object, sizeof(t->object), "E04");
}

/* The self-evaluation, or finance's own. */
static void result_published(struct city *c, int64_t yuan, bool own, int32_t day,
                             const char *near_why) {
    struct city_project *p = major(c, yuan);
    int32_t opened = city_after_days(DAY_FINAL_VOTED, 20);
    struct city_truth *t = near_why ? city_near(c, "K62", p, opened, near_why)
                                    : city_fires(c, "K62", p, 'R', opened, day);

    if (own) {
        p->fin_key_day = 20200611;
        p->fin_key_published = day;
    } else {
        p->self_unpublished = day == 0;
        p->self_published_day = day;
    }
    t->condition = own ? "KEY" : "SELF";
    (void)snprintf(t->object, sizeof(t->object), "%s", t->condition);
}

void city_plant_public(struct city *c) {
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
    for (int32_t own = 0; own < 2; own++) {
        result_published(c, 3600000 + own * 700000, own, 0, NULL);
        result_published(c, 2900000 + own * 800000, own, 20200622, NULL);
        result_published(c, 5200000 + own * 900000, own, 20200624, NULL);
        result_published(c, 2500000 + own * 600000, own, 20200617, "期限最后一日公开");
    }
}
