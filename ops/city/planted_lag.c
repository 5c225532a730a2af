/* Planted: execution severely behind schedule (K26): by 20 points at a quarter's end, or by 10 for
 * three months; each such project is behind (K25) for longer. Both end with the first month that is
 * back within the lines. */
#include "city.h"

#include <stddef.h>

struct lag {
    int64_t yuan;
    int32_t bp[12];
    int32_t behind,
        back; /* the first month of K25, and the first within 10 points again; 0 = none */
    int32_t opened, closed;
    int32_t warned; /* by finance, which answers it; 0 = never */
    const char *near_why;
};

static const struct lag lags[] = {
    {6200000,
     {800, 1600, 2400, 3200, 4000, 4800, 5300, 5350, 5400, 7400, 8600, 9700},
     8,
     10,
     20191001,
     20191101,
     0,
     NULL},
    {2700000,
     {800, 1600, 2400, 2700, 2900, 3800, 4600, 6000, 6800, 7700, 8700, 9700},
     5,
     8,
     20190801,
     20190901,
     0,
     NULL},
    {4300000,
     {800, 1600, 2400, 3200, 4000, 4800, 5600, 6400, 7200, 7700, 7800, 7900},
     11,
     0,
     20200101,
     0,
     0,
     NULL},
    {3700000,
     {800, 1600, 2400, 2900, 2920, 2950, 5000, 6400, 7200, 8100, 8900, 9700},
     5,
     7,
     20190701,
     20190712,
     20190712,
     NULL},
    {5500000,
     {800, 1600, 2400, 3200, 4000, 4800, 5350, 5400, 5500, 7400, 8600, 9700},
     8,
     10,
     20191001,
     0,
     0,
     "季末偏差恰为20个百分点，连续落后不足三个月"},
    /* Less severe in July, which is its third month behind: one finding until August is back. */
    {4900000,
     {800, 1600, 2400, 2800, 2900, 2950, 4100, 5800, 6700, 7700, 8700, 9700},
     5,
     8,
     20190701,
     20190901,
     0,
     NULL},
    /* As far behind as no quarter's end may be, but July is none. */
    {5700000,
     {800, 1600, 2400, 3200, 3600, 3800, 3820, 6000, 6900, 7800, 8700, 9700},
     6,
     8,
     20190801,
     0,
     0,
     "七月末落后超过20个百分点，但不是季末，连续落后不足三个月"},
};

void city_plant_lag(struct city *c) {
    for (size_t i = 0; i < sizeof(lags) / sizeof(lags[0]); i++) {
        const struct lag *x = &lags[i];
        struct city_project *p = city_plant(c, x->yuan, 0);

        city_schedule(p, x->bp);
        city_behind(c, p, x->behind, x->back ? city_month_over(x->back) : 0);
        if (x->warned) {
            struct city_control *w = city_control(c, p, "预警", x->warned, CITY_NO_FEN);

            w->reply_due = city_add_workdays(x->warned, 10);
            w->reason = "支出进度严重滞后，限期整改";
        }
        if (x->near_why)
            (void)city_near(c, "K26", p, x->opened, x->near_why);
        else
            (void)city_fires(c, "K26", p, 'R', x->opened, x->closed);
    }
}
