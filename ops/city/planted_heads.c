/* Planted: major projects for which nobody answers (K63). Every other major item has somebody who
 * does, for life, from its start on. */
#include "city.h"

#include <stdio.h>

/* To the end of the year, so that nothing is looked at beyond it. */
static struct city_project *major(struct city *c, int64_t yuan) {
    struct city_project *p = city_plant(c, yuan, 9700);

    city_on_subject_line(p, 0);
    p->end = 20191231;
    p->total = p->quotas[0].fen;
    return p;
}

/* Named late, before anything was paid: yellow until the day after. */
static void named_late(struct city *c) {
    struct city_project *p = major(c, 5300000);

    p->head_from = 20190118;
    (void)city_fires(c, "K63", p, 'Y', 20190104, 20190119);
}

/* Nobody in June, when one voucher is paid. */
static void paid_meanwhile(struct city *c) {
    struct city_project *p = major(c, 3400000);
    struct city_truth *t;
    int32_t bp[12];

    for (int m = 1; m <= 12; m++)
        bp[m - 1] = 9700 * (m == 6 ? 5 : m) / 12;
    city_schedule(p, bp);
    p->head_left = 20190531;
    p->head_next = 20190701;
    (void)city_special(c, p, 20190612, 20190613, p->quotas[0].fen / 100);
    t = city_fires(c, "K63", p, 'R', 20190602, 0);
    t->first_severity = 'Y';
    t->changed = 20190613;
}

static void not_for_life(struct city *c) {
    struct city_project *p = major(c, 4400000);

    p->head_for_now = true;
    p->head_mended_day = 20190315;
    (void)city_fires(c, "K63", p, 'R', 20190104, p->head_mended_day);
    p = major(c, 6100000);
    p->head_for_now = true;
    (void)city_fires(c, "K63", p, 'R', 20190104, 20200102);
}

void city_plant_heads(struct city *c) {
    struct city_project *p;

    named_late(c);
    paid_meanwhile(c);
    not_for_life(c);

    p = major(c, 2900000);
    p->head_left = 20190630;
    p->head_next = 20190701;
    (void)city_near(c, "K63", p, 20190702, "前任离任次日继任即到任");
    p = major(c, 3800000);
    p->head_from = 20190103;
    (void)city_near(c, "K63", p, 20190104, "事项入库当日即有责任人");
}
