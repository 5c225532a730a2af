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
    int32_t exante = 0;

    for (int32_t i = 0; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];
        struct pt_rng r;

        city_rng(c, &r, "scores", i);
        (void)snprintf(p->goal_no, sizeof(p->goal_no), "MB2019-%05d", i + 1);
        (void)snprintf(p->regoal_no, sizeof(p->regoal_no), "MB2019-%05d-2", i + 1);
        (void)snprintf(p->self_no, sizeof(p->self_no), "PJ2019-Z%05d", i + 1);
        (void)snprintf(p->spot_no, sizeof(p->spot_no), "PJ2019-C%05d", i + 1);
        (void)snprintf(p->fin_key_no, sizeof(p->fin_key_no), "PJ2019-G%05d", i + 1);
        (void)snprintf(p->expiry_no, sizeof(p->expiry_no), "PJ2019-D%05d", i + 1);
        /* What is new was evaluated before, and every policy. */
        if ((p->policy || p->is_new || p->exante_agency) && !p->no_exante)
            (void)snprintf(p->exante_no, sizeof(p->exante_no), "PG2018-%04d", ++exante);
        for (int32_t k = 0; k < p->n_quotas; k++) {
            struct city_quota *q = &p->quotas[k];

            if (q->number_of)
                (void)snprintf(q->no, sizeof(q->no), "%s",
                               c->projects[q->number_of - 1].quotas[1].no);
            else
                (void)snprintf(q->no, sizeof(q->no), "ZB2019-%06d", ++quota);
        }
        if (p->policy)
            continue;
        if (p->is_infra && p->estimate == 0)
            p->estimate = p->total / 100 * 115 / 10000 * 10000;
        if (!p->is_new) {
            (void)snprintf(p->past_no, sizeof(p->past_no), "PJ2017-Z%05d", i + 1);
            (void)snprintf(p->use_no, sizeof(p->use_no), "YY2019-%05d", i + 1);
        }
        score(p, &r);
        audit(p, &r);
    }
}
