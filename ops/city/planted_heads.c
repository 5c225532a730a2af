/* Planted: major projects for which nobody answers (K63). Every other major item has somebody who
 * does, for life, from its start on. */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

/* To the end of the year, so that nothing is looked at beyond it. */
static struct city_project *major(struct city *c, int64_t yuan) {
    struct city_project *p = city_plant(c, yuan, 9700);

    city_on_subject_line(p, 0);
    p->end = 20191231;
    p->total = p->quotas[0].fen;
    return p;
}

/* Named late, before anything was paid: yellow until the day after. */
static void named_late(struct city *c, int64_t yuan, int32_t from) {
    struct city_project *p = major(c, yuan);

    p->head_from = from;
    (void)city_as(city_fires(c, "K63", p, 'Y', 20190104, pt_date_add(from, 1)), "nobody");
}

/* Nobody in June, when one voucher is paid, or none. */
static void nobody_in_june(struct city *c, int64_t yuan, int32_t paid) {
    struct city_project *p = major(c, yuan);
    struct city_truth *t;
    int32_t bp[12];

    for (int m = 1; m <= 12; m++)
        bp[m - 1] = 9700 * (m == 6 ? 5 : m) / 12;
    city_schedule(p, bp);
    p->head_left = 20190531;
    p->head_next = 20190701;
    if (paid == 0) {
        t = city_as(city_fires(c, "K63", p, 'Y', 20190602, 20190702), "nobody");
        (void)city_not_red(c, t, "paid", "责任人缺失期间没有支付");
        return;
    }
    (void)city_special(c, p, paid, city_next_workday(paid), p->quotas[0].fen / 100);
    t = city_as(city_fires(c, "K63", p, 'R', 20190602, 0), "paid");
    t->first_severity = 'Y';
    t->changed = city_next_workday(paid);
}

/* Until a correction comes on `mended`, or for good. */
static void not_for_life(struct city *c, int64_t yuan, int32_t mended) {
    struct city_project *p = major(c, yuan);
    int32_t closed = mended ? mended : 20200102;

    p->head_for_now = true;
    p->head_mended_day = mended;
    if (mended == DAY_PROJECTS)
        (void)city_as(city_near(c, "K63", p, 20190104, "入库当日即更正为终身责任"), "lifetime");
    else
        (void)city_as(city_fires(c, "K63", p, 'R', 20190104, closed), "lifetime");
}

void city_plant_heads(struct city *c) {
    struct city_project *p;

    named_late(c, 5300000, 20190118);
    named_late(c, 2700000, 20190109);
    nobody_in_june(c, 4100000, 0);
    nobody_in_june(c, 3400000, 20190612);
    nobody_in_june(c, 2600000, 20190603);
    nobody_in_june(c, 4900000, 20190627);
    not_for_life(c, 4400000, 20190315);
    not_for_life(c, 6100000, 0);
    not_for_life(c, 3200000, 20190520);
    not_for_life(c, 2200000, DAY_PROJECTS);

    p = major(c, 2900000);
    p->head_left = 20190630;
    p->head_next = 20190701;
    (void)city_as(city_near(c, "K63", p, 20190702, "前任离任次日继任即到任"), "nobody");
    p = major(c, 3800000);
    p->head_from = 20190103;
    (void)city_as(city_near(c, "K63", p, 20190104, "事项入库当日即有责任人"), "nobody");
}
