/* Planted: quotas that lie idle (K28), money spent in December (K32), monitoring that isn't
 * reported (K36). */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

/* Paid on these days only, so that it is known to the day how long the quota idles. */
static struct city_project *on_days(struct city *c, int64_t yuan, const int32_t days[],
                                    const int32_t percent[], int32_t n) {
    struct city_project *p = city_plant(c, yuan, 0);

    p->derive_curve = true;
    for (int32_t i = 0; i < n; i++)
        (void)city_special(c, p, days[i], city_next_workday(days[i]),
                           p->quotas[0].fen / 100 * percent[i]);
    return p;
}

static void idle(struct city *c, const struct city_project *p, char severity, int32_t since,
                 int32_t closed) {
    struct city_truth *t = city_fires(c, "K28", p, severity, pt_date_add(since, 90), closed);

    t->project = city_index(c, p);
    t->quota = 0;
    if (severity == 'R') {
        t->first_severity = 'Y';
        t->changed = pt_date_add(since, 180);
    }
}

static void plant_k28(struct city *c) {
    static const int32_t summer[] = {20190220, 20190320, 20190820, 20191015};
    static const int32_t summer_bp[] = {20, 20, 30, 28};
    static const int32_t long_gap[] = {20190226, 20190412, 20191022, 20191126};
    static const int32_t long_bp[] = {15, 15, 40, 28};
    static const int32_t first[] = {20190514, 20190716, 20190917, 20191119};
    static const int32_t first_bp[] = {25, 25, 25, 24};
    static const int32_t inside[] = {20190219, 20190517, 20190813, 20191108};
    static const int32_t inside_bp[] = {24, 25, 25, 24};
    static const int32_t carried_bp[] = {24, 25, 25, 20};
    static const int32_t little[] = {20190219, 20190419};
    static const int32_t little_bp[] = {50, 47};
    struct city_project *p = on_days(c, 4200000, summer, summer_bp, 4);

    idle(c, p, 'Y', 20190320, city_next_workday(20190820));
    p = on_days(c, 3600000, long_gap, long_bp, 4);
    idle(c, p, 'R', 20190412, city_next_workday(20191022));
    p = on_days(c, 2800000, first, first_bp, 4);
    idle(c, p, 'Y', DAY_ALLOTTED, city_next_workday(20190514));

    p = on_days(c, 3900000, inside, inside_bp, 4);
    city_by_quota(c, "K28", p, 0, 20190520, "每次支付间隔不足90日");
    p = on_days(c, 3300000, little, little_bp, 2);
    city_by_quota(c, "K28", p, 0, 20190718, "余额不足10万元");
    p = on_days(c, 3700000, inside, carried_bp, 4);
    p->carried = true;
    city_by_quota(c, "K28", p, 0, 20200206, "结转下年满90日，但2020年尚无任何支付数据，无从判断");
}

static struct city_project *to_december(struct city *c, int64_t yuan, int32_t november,
                                        int32_t final) {
    struct city_project *p = city_plant(c, yuan, 0);
    int32_t bp[12];

    for (int32_t m = 1; m <= 12; m++)
        bp[m - 1] = m == 12 ? final : november * m / 11;
    city_schedule(p, bp);
    p->derive_curve = true;
    return p;
}

static void plant_k32(struct city *c) {
    struct city_project *p;

    (void)city_fires(c, "K32", to_december(c, 5000000, 5600, 9700), 'Y', 20200110, 0);
    (void)city_fires(c, "K32", to_december(c, 9200000, 6400, 9800), 'Y', 20200110, 0);
    (void)city_fires(c, "K32", to_december(c, 3600000, 6700, 9600), 'Y', 20200110, 0);
    (void)city_near(c, "K32", to_december(c, 6000000, 6720, 9600), 20200110, "恰为30%");
    (void)city_near(c, "K32", to_december(c, 2400000, 5600, 9700), 20200110,
                    "十二月支出不足100万元");
    (void)city_near(c, "K32", to_december(c, 3000000, 6367, 9700), 20200110, "十二月支出99.99万元");
    p = to_december(c, 4800000, 5000, 9700);
    p->lump = true;
    (void)city_near(c, "K32", p, 20200110, "一次性支付项目");
}

/* A major project whose report to `end` comes on `day`, or never. */
static void unreported(struct city *c, int64_t yuan, int32_t end, int32_t day,
                       const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    int32_t opened = pt_date_add(end, 16);
    struct city_truth *t;

    p->is_major = true;
    p->major_basis = 1;
    p->late_period = end;
    p->late_day = day;
    t = near_why ? city_near(c, "K36", p, opened, near_why)
                 : city_fires(c, "K36", p, 'Y', opened, day);
    t->condition = "quarter";
    t->period = end;
}

/* Anybody's report to the end of July, due on the last day of August, a Saturday: the Monday after.
 */
static void unreported_july(struct city *c, int64_t yuan, int32_t day, const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_truth *t;

    p->late_period = 20190731;
    p->late_day = day;
    t = near_why ? city_near(c, "K36", p, 20190903, near_why)
                 : city_fires(c, "K36", p, 'Y', 20190903, day);
    t->condition = "july";
    t->period = 20190731;
}

void city_plant_execution(struct city *c) {
    plant_k28(c);
    plant_k32(c);
    unreported(c, 3100000, 20190331, 20190423, NULL);
    unreported(c, 4700000, 20190630, 0, NULL);
    unreported(c, 2500000, 20190930, 20191029, NULL);
    unreported(c, 1900000, 20190630, 20190715, "第15日报送");
    unreported_july(c, 2300000, 0, NULL);
    unreported_july(c, 3400000, 20190904, NULL);
    unreported_july(c, 1600000, 20190925, NULL);
    unreported_july(c, 2700000, 20190902, "8月31日为周六，其后首个工作日报送");
}
