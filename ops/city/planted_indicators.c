/* Planted: money and goal that diverge (K37), outcomes of an indicator that differ (K54). */
#include "city.h"

#include <stdio.h>

/* The report to `end`, sent on `day`, says that all is reached to `bp`. */
static struct city_project *reported(struct city *c, int64_t yuan, int32_t end, int32_t day,
                                     int32_t bp) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->late_period = p->odd_period = end;
    p->late_day = day;
    p->odd_bp = bp;
    return p;
}

static void k37(struct city *c, struct city_project *p, int32_t mended, const char *near_why) {
    struct city_truth *t = near_why ? city_near(c, "K37", p, p->late_day, near_why)
                                    : city_fires(c, "K37", p, 'Y', p->late_day, mended);

    p->odd_mended_day = mended;
    t->period = p->odd_period;
    t->condition = p->odd_bp < 7500 ? "fast" : "slow";
}

/* `september` of the money is paid by the end of that month. */
static struct city_project *fast(struct city *c, int64_t yuan, int32_t september, int32_t bp) {
    int32_t paid[12] = {1000, 2000, 3000,      4000, 5000, 6000,
                        7000, 7600, september, 8700, 9200, 9700};
    struct city_project *p = reported(c, yuan, 20190930, 20191010, bp);

    p->is_major = true;
    p->major_basis = 1;
    city_schedule(p, paid);
    return p;
}

/* As planned, only `july` of the money is paid by the end of July. */
static struct city_project *slow(struct city *c, int64_t yuan, int32_t july, int32_t bp) {
    int32_t paid[12] = {200, 500, 800, 1200, 1600, 2000, july, 4200, 5600, 7000, 8400, 9700};
    struct city_project *p = reported(c, yuan, 20190731, 20190815, bp);

    p->derive_curve = true;
    city_schedule(p, paid);
    return p;
}

/* As planned, most of the money is paid by the end of July. */
static struct city_project *early(struct city *c, int64_t yuan, int32_t bp) {
    static const int32_t paid[12] = {1200, 2400, 3600, 4800, 6000, 7200,
                                     8200, 8500, 8800, 9100, 9400, 9700};
    struct city_project *p = reported(c, yuan, 20190731, 20190815, bp);

    p->derive_curve = true;
    city_schedule(p, paid);
    return p;
}

static void plant_k37(struct city *c) {
    k37(c, fast(c, 5600000, 8200, 4900), 0, NULL);
    k37(c, fast(c, 3300000, 8200, 5000), 20191028, NULL);
    k37(c, fast(c, 4700000, 8000, 4600), 0, NULL);
    k37(c, slow(c, 2800000, 2500, 9600), 0, NULL);
    k37(c, slow(c, 4400000, 3000, 9500), 0, NULL);
    k37(c, slow(c, 3200000, 2200, 9800), 0, NULL);
    k37(c, fast(c, 2600000, 8200, 5001), 0, "目标完成50.01%");
    k37(c, fast(c, 4100000, 7999, 4900), 0, "资金进度79.99%");
    k37(c, early(c, 2400000, 4900), 0, "资金快而目标慢，但截止日在9月30日以前");
    k37(c, slow(c, 3900000, 3001, 9600), 0, "资金进度30.01%");
    k37(c, slow(c, 2100000, 2500, 9499), 0, "目标完成94.99%");
}

/* The year's last report gives `bp` of what the self-evaluation says of the indicator. */
static void k54(struct city *c, int64_t yuan, int32_t bp, int32_t mended, const char *near_why) {
    struct city_project *p = reported(c, yuan, 20191231, 20200110, bp);
    struct city_truth *t;

    p->is_major = true;
    p->major_basis = 1;
    p->self_cp = 9100;
    p->self_day = 20200311;
    p->odd_mended_day = mended;
    t = near_why ? city_near(c, "K54", p, p->self_day, near_why)
                 : city_fires(c, "K54", p, 'Y', p->self_day, mended);
    (void)snprintf(t->object, sizeof(t->object), "Z2");
}

void city_plant_indicators(struct city *c) {
    plant_k37(c);
    k54(c, 3400000, 9300, 0, NULL);
    k54(c, 2100000, 10800, 0, NULL);
    k54(c, 4900000, 9000, 20200420, NULL);
    k54(c, 2500000, 9500, 0, "相差恰为5%");
}
