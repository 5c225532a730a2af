/* Planted: special funds that expired and weren't evaluated within 90 days (K45). */
#include "city.h"

/* A continuing fund of that expiry, evaluated on `day` (0 = not). One that expired before the year
 * has new money in it. */
static void expired(struct city *c, int64_t yuan, int32_t expiry, int32_t day,
                    const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    int32_t opened = city_after_days(expiry, 90);
    char severity = expiry / 10000 < CITY_FY ? 'R' : 'Y';
    struct city_truth *t;

    p->is_new = false;
    p->start = 20160101;
    p->is_special = true;
    p->expiry = expiry;
    p->expiry_eval_day = day;
    t = near_why ? city_near(c, "K45", p, opened, near_why)
                 : city_fires(c, "K45", p, severity, opened, day);
    t->condition = severity == 'R' ? "red" : "yellow";
    t->year = expiry / 10000;
}

void city_plant_expiry(struct city *c) {
    expired(c, 2600000, 20190630, 0, NULL);
    expired(c, 4200000, 20181231, 20190612, NULL);
    expired(c, 3100000, 20190531, 20190918, NULL);
    expired(c, 1900000, 20181130, 0, NULL);
    expired(c, 2900000, 20190430, 20190820, NULL);
    expired(c, 4700000, 20181231, 20190415, NULL);
    expired(c, 2200000, 20181031, 20190129, "第90日已评估");
    expired(c, 3600000, 20190630, 20190929, "第90日逢休息日，顺延首个工作日已评估");
}
