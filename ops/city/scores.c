/* Scores of the year's evaluations, document numbers, and which projects audit looks at. */
#include "city.h"

#include <stdio.h>

static int32_t self_day(struct pt_rng *r) {
    /* 25 working days from 2020-02-24; the departments' own follow on 03-30. */
    return city_add_workdays(20200223, (int32_t)city_between(r, 1, 24));
}

static void score(struct city_project *p, struct pt_rng *r) {
    if (p->self_cp == 0) {
        p->self_cp = (int32_t)(city_chance(r, 80) ? city_between(r, 8500, 9690)
                                                  : city_between(r, 7000, 8499));
        p->self_day = self_day(r);
    }
    if (p->planted || p->spot_cp != 0 || !city_chance(r, 14))
        return;
    p->spot_cp = p->self_cp - (int32_t)city_between(r, -200, 750);
    p->spot_day =
        city_nth_workday(2020, city_chance(r, 60) ? 5 : 6, (int32_t)city_between(r, 2, 8));
}

static void audit(struct city_project *p, struct pt_rng *r) {
    if (p->planted || !city_chance(r, 18))
        return;
    p->audit_day =
        city_nth_workday(2020, (int32_t)city_between(r, 3, 6), (int32_t)city_between(r, 3, 14));
    /* Most agree to the cent; the rest within the 10,000 yuan that nobody asks about. */
    if (city_chance(r, 25))
        p->audit_diff = city_between(r, -6000, 6000) * CITY_YUAN;
}

void city_plan_scores(struct city *c) {
    int32_t quota = 0;

    for (int32_t i = 0; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];
        struct pt_rng r;

        city_rng(c, &r, "scores", i);
        (void)snprintf(p->goal_no, sizeof(p->goal_no), "MB2019-%05d", i + 1);
        (void)snprintf(p->self_no, sizeof(p->self_no), "PJ2019-Z%05d", i + 1);
        (void)snprintf(p->spot_no, sizeof(p->spot_no), "PJ2019-C%05d", i + 1);
        for (int32_t k = 0; k < p->n_quotas; k++)
            (void)snprintf(p->quotas[k].no, sizeof(p->quotas[k].no), "ZB2019-%06d", ++quota);
        if (p->policy)
            continue;
        score(p, &r);
        audit(p, &r);
    }
    for (int32_t k = 0; k < c->n_controls; k++)
        (void)snprintf(c->controls[k].no, sizeof(c->controls[k].no), "GK2019-%04d", k + 1);
}
