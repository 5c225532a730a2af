/* Planted: a department's budget that isn't broken down to projects (K27), when it is allotted and
 * on the last day of June. What isn't is part of its personnel's money, held back at first. */
#include "city.h"

#include <stdio.h>

#define LATE_DAY 20190702 /* 06-30 is a Sunday */

struct breakdown {
    int32_t dept;
    int32_t percent;       /* of the personnel's money, held back */
    int32_t most, rest;    /* most of it is shifted to final lines then, then the rest; 0 = never */
    bool first_near, near; /* near misses of `first` and `0630` */
};

/* To final lines, from which it is then paid. */
static void shift(struct city_project *p, int32_t day, int64_t fen) {
    struct city_quota *out = city_quota(p, QUOTA_SHIFT_OUT, day, fen);
    struct city_quota *in = city_quota(p, QUOTA_SHIFT_IN, day, fen);

    out->unnamed = true;
    in->payable = fen / 1000 * 996;
    (void)snprintf(out->basis, sizeof(out->basis), "济财预调〔2019〕%d号", day % 10000);
    (void)snprintf(in->basis, sizeof(in->basis), "%s", out->basis);
}

static struct city_truth *of_dept(const struct city *c, struct city_truth *t, int32_t dept,
                                  const char *object) {
    t->kind = "DEPT";
    (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[dept].uscc);
    (void)snprintf(t->object, sizeof(t->object), "%s", object);
    return t;
}

/* Personnel has at least four times what the department has else, so that a quarter of it is more
 * than a tenth of all. */
static void outweigh(const struct city *c, struct city_project *p) {
    int64_t others = 0;

    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].dept == p->dept && &c->projects[i] != p)
            others += city_initial(&c->projects[i]);
    if (p->quotas[0].fen < others * 4)
        p->quotas[0].fen = others * 4;
    p->total = p->quotas[0].fen;
}

/* Of what is held back so little is never shifted that it rounds to nothing; that is paid month by
 * month, so that the line doesn't idle. */
static void hold_back(struct city *c, const struct breakdown *x) {
    struct city_project *p = &c->projects[x->dept];
    struct city_quota *q;
    int64_t held;
    int64_t kept;
    int64_t most;

    outweigh(c, p);
    held = p->quotas[0].fen / 1000000 * x->percent * 10000;
    kept = held / 20000 / 1100 * 1100;
    most = held / 1000 * 900;
    p->quotas[0].fen -= held;
    p->ap_delta += held;
    city_linear(p, 9990);
    q = city_quota(p, QUOTA_INITIAL, DAY_ALLOTTED, held);
    q->unnamed = true;
    q->payable = x->most ? kept : held / 1000 * 996;
    (void)snprintf(q->basis, sizeof(q->basis), "%s", p->quotas[0].basis);
    if (x->most)
        shift(p, x->most, most);
    if (x->rest)
        shift(p, x->rest, held - most - kept);
    if (x->first_near)
        (void)of_dept(c, city_near(c, "K27", p, DAY_ALLOTTED, "首次批复到项目率不低于90%"), x->dept,
                      "first");
    else
        (void)of_dept(c, city_fires(c, "K27", p, 'Y', DAY_ALLOTTED, x->most), x->dept, "first");
    if (x->near)
        (void)of_dept(
            c, city_near(c, "K27", p, LATE_DAY, "末日逢周日顺延一天，到期前已全部落实到项目"),
            x->dept, "0630");
    else
        (void)of_dept(c, city_fires(c, "K27", p, 'R', LATE_DAY, x->rest), x->dept, "0630");
}

void city_plant_breakdown(struct city *c) {
    static const struct breakdown list[] = {
        {80, 30, 0, 0, false, false},
        {81, 24, 20190415, 20190820, false, false},
        {82, 26, 20190318, 20190624, false, true},
        {83, 7, 0, 0, true, false},
        {84, 6, 20190417, 20190701, true, true},
    };

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        hold_back(c, &list[i]);
}
