/* Planted: what was approved and allotted and wasn't published in time (K62); the goals of what is
 * major are in planted_public.c. */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

#define TERM 20190218 /* 20 days after the allotment end on a Sunday */
#define LATE_APPROVAL 20190628
#define LATE_APPROVAL_VOTED 20190626
#define LATE_APPROVAL_SHOWN 20190805

static const int32_t shown_on[] = {0, 20190311, 20190520, TERM};
#define PICKED (sizeof(shown_on) / sizeof(shown_on[0]))

/* When the first allotments of `day` to a department or unit are published; 0 = never. A
 * department's day is that of its units too. */
int32_t city_shown_on(const struct city *c, int32_t org, int32_t day) {
    for (int32_t i = 0; i < c->n_shown; i++)
        if (c->shown[i].org == org)
            return c->shown[i].day;
    if (c->orgs[org].parent >= 0)
        for (int32_t i = 0; i < c->n_shown; i++)
            if (c->shown[i].org == c->orgs[org].parent)
                return c->shown[i].day;
    return city_add_workdays(day, 8);
}

int32_t city_approval_shown_on(int32_t day) {
    if (day == LATE_APPROVAL)
        return LATE_APPROVAL_SHOWN;
    return city_add_workdays(day, day == DAY_FINAL ? 1 : 8);
}

/* Everything that it was allotted at first came with the year's allotments. */
static bool allotted_at_once(const struct city *c, int32_t org) {
    bool any = false;

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if (p->policy || (p->dept != org && p->unit != org))
            continue;
        for (int32_t k = 0; k < p->n_quotas; k++) {
            if (p->quotas[k].kind != QUOTA_INITIAL)
                continue;
            if (p->quotas[k].day != DAY_ALLOTTED)
                return false;
            any = true;
        }
    }
    return any;
}

static int32_t units_of(const struct city *c, int32_t dept) {
    int32_t n = 0;

    for (int32_t u = CITY_DEPTS; u < c->n_units; u++)
        n += c->orgs[u].parent == dept && allotted_at_once(c, u);
    return n;
}

static void k62(struct city *c, int32_t org, size_t nth) {
    int32_t opened = pt_date_add(TERM, 1);
    struct city_truth *t = shown_on[nth] == TERM
                               ? city_near(c, "K62", c->projects, opened, "期限最后一日公开")
                               : city_fires(c, "K62", c->projects, 'R', opened, shown_on[nth]);

    t->condition = org < CITY_DEPTS ? "B04 DEPT" : "B04 UNIT";
    t->kind = org < CITY_DEPTS ? "DEPT" : "UNIT";
    (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[org].uscc);
    (void)snprintf(t->object, sizeof(t->object), "B04");
}

static void show_on(struct city *c, int32_t org, size_t nth) {
    PT_ASSERT(c->n_shown < CITY_MAX_SHOWN);
    c->shown[c->n_shown++] = (struct city_shown){org, shown_on[nth]};
    k62(c, org, nth);
}

static bool is_picked(const struct city *c, int32_t org) {
    for (int32_t i = 0; i < c->n_shown; i++)
        if (c->shown[i].org == org)
            return true;
    return false;
}

/* Departments with as few units as there are. */
static void pick_departments(struct city *c) {
    size_t n = 0;

    for (int32_t units = 0; n < PICKED; units++)
        for (int32_t d = 3; d < CITY_DEPTS && n < PICKED; d++) {
            if (d == CITY_FINANCE_DEPT || units_of(c, d) != units || !allotted_at_once(c, d))
                continue;
            show_on(c, d, n);
            for (int32_t u = CITY_DEPTS; u < c->n_units; u++)
                if (c->orgs[u].parent == d && allotted_at_once(c, u))
                    k62(c, u, n);
            n++;
        }
}

static void pick_units(struct city *c) {
    size_t n = 0;

    for (int32_t u = CITY_DEPTS; u < c->n_units && n < PICKED; u++)
        if (!is_picked(c, c->orgs[u].parent) && allotted_at_once(c, u))
            show_on(c, u, n++);
    PT_ASSERT(n == PICKED);
}

/* Of the year's approvals one comes late; they are one finding. */
static void late_approval(struct city *c) {
    int32_t opened = city_after_days(LATE_APPROVAL_VOTED, 20);
    struct city_truth *t = city_fires(c, "K62", c->projects, 'R', opened, LATE_APPROVAL_SHOWN);

    t->condition = "B03";
    t->kind = "REGION";
    (void)snprintf(t->key, sizeof(t->key), CITY_RGN);
    (void)snprintf(t->object, sizeof(t->object), "B03");
}

void city_plant_shown(struct city *c) {
    pick_departments(c);
    pick_units(c);
    late_approval(c);
}
