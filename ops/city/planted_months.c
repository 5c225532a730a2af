/* Planted: month reports that differ from the vouchers (K06), execution behind schedule (K25). */
#include "city.h"

#include <pentad/base/date.h>

static int32_t report_day(int32_t month) {
    return city_nth_workday(month == 12 ? CITY_FY + 1 : CITY_FY, month == 12 ? 1 : month + 1, 5);
}

static void misreport(struct city *c, int64_t yuan, int32_t month, int64_t diff, int32_t fixed,
                      const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_truth *t;

    PT_ASSERT(c->n_misreports < 32);
    c->misreports[c->n_misreports++] =
        (struct city_misreport){city_index(c, p), month, diff, fixed, near_why != NULL};
    if (near_why != NULL)
        t = city_near(c, "K06", p, report_day(month), near_why);
    else
        t = city_fires(c, "K06", p, 'Y', report_day(month), fixed);
    t->period = CITY_FY * 100 + month;
}

static void plant_k06(struct city *c) {
    struct city_project *p;

    misreport(c, 1600000, 4, 1, 20190515, NULL);
    misreport(c, 2300000, 7, -315000, 20190820, NULL);
    misreport(c, 5100000, 10, 10000 * CITY_YUAN, 0, NULL);
    misreport(c, 700000, 12, -CITY_YUAN, 0, NULL);
    misreport(c, 3800000, 5, 250000, 20190624, NULL);
    misreport(c, 1200000, 6, 8800, report_day(6), "错报当日即更正");

    p = city_plant(c, 2900000, 9700);
    city_special(c, p, 20190910, 20190911, 9 * CITY_WAN)->reverse_day = 20190924;
    city_near(c, "K06", p, report_day(9), "当月支付已冲销，月报为净额")->period = CITY_FY * 100 + 9;
}

static struct city_project *paced(struct city *c, int64_t yuan, const int32_t bp[12]) {
    struct city_project *p = city_plant(c, yuan, 0);

    city_schedule(p, bp);
    return p;
}

int32_t city_month_over(int32_t month) {
    return month == 12 ? (CITY_FY + 1) * 10000 + 101 : CITY_FY * 10000 + (month + 1) * 100 + 1;
}

struct city_truth *city_behind(struct city *c, const struct city_project *p, int32_t month,
                               int32_t closed) {
    return city_fires(c, "K25", p, 'Y', city_month_over(month), closed);
}

static void not_behind(struct city *c, const struct city_project *p, int32_t month,
                       const char *why) {
    (void)city_near(c, "K25", p, city_month_over(month), why);
}

static void plant_k25(struct city *c) {
    static const int32_t autumn[12] = {800,  1600, 2400, 3100, 3900, 4700,
                                       5500, 6100, 6800, 7000, 7500, 9050};
    static const int32_t winter[12] = {800,  1600, 2400, 3200, 4000, 4800,
                                       5600, 6400, 7200, 7700, 8000, 8800};
    static const int32_t hair[12] = {800,  1600, 2450, 3200, 4000, 4800,
                                     5600, 6400, 7200, 8000, 8700, 8999};
    static const int32_t mended[12] = {800,  1500, 1700, 2000, 2600, 3500,
                                       4500, 5600, 6700, 7800, 8900, 9700};
    static const int32_t twice[12] = {800,  1600, 2200, 2300, 3300, 4500,
                                      5300, 5800, 6450, 7300, 8400, 9700};
    struct city_project *p = paced(c, 9000000, autumn);
    struct city_truth *t;

    /* November too, which is no second finding; December is within the line again. */
    (void)city_behind(c, p, 10, city_month_over(12));
    p = paced(c, 3400000, winter);
    (void)city_behind(c, p, 11, 0);
    p = paced(c, 6100000, hair);
    (void)city_behind(c, p, 12, 0);
    p = paced(c, 5300000, twice);
    t = city_behind(c, p, 4, city_month_over(11));
    t->paused = city_month_over(5);
    t->resumed = city_month_over(9);
    /* A plan curve that arrives on 05-20 shows that April was as planned. */
    p = paced(c, 7500000, mended);
    p->derive_curve = true;
    p->recurve_day = 20190520;
    (void)city_behind(c, p, 4, p->recurve_day);
}

static void near_k25(struct city *c) {
    static const int32_t june[12] = {800,  1600, 2400, 3000, 3500, 4000,
                                     5200, 6200, 7200, 8100, 9000, 9700};
    static const int32_t september[12] = {800,  1600, 2400, 3200, 4000, 4700,
                                          5300, 5900, 6500, 7700, 8800, 9700};
    static const int32_t lump[12] = {30, 60, 90, 120, 150, 180, 210, 240, 9680, 9720, 9760, 9800};
    static const int32_t february[12] = {0,    100,  2000, 2900, 3800, 4700,
                                         5600, 6500, 7400, 8200, 9000, 9700};
    static const int32_t back[12] = {100,  200,  400,  600,  900,  1200,
                                     2000, 3200, 5000, 7000, 8600, 9700};
    struct city_project *p = paced(c, 2000000, june);

    not_behind(c, p, 6, "偏差恰为10个百分点");
    p = paced(c, 4400000, september);
    not_behind(c, p, 9, "偏差恰为10个百分点");
    p = paced(c, 2600000, lump);
    p->lump = p->derive_curve = true;
    not_behind(c, p, 6, "一次性支付，计划月在九月");
    p = paced(c, 1300000, february);
    not_behind(c, p, 2, "三月以前不考核进度");
    p = paced(c, 3700000, back);
    p->derive_curve = true;
    not_behind(c, p, 6, "计划进度本就靠后，按计划执行");
}

void city_plant_months(struct city *c) {
    plant_k06(c);
    plant_k25(c);
    near_k25(c);
}
