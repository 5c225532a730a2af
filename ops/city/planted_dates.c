/* Planted: paid before the allotment was known (K05), paid while payment was suspended (K35). */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

/* Approved the day before and allotted on `day`, late in the year; paid evenly from the next month
 * on. */
static struct city_project *late(struct city *c, int64_t yuan, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 0);
    int32_t from = pt_date_month(day);
    int32_t bp[12];

    for (int32_t m = 1; m <= 12; m++)
        bp[m - 1] = m <= from ? 0 : 9600 * (m - from) / (12 - from);
    city_schedule(p, bp);
    p->quotas[0].day = day;
    p->derive_curve = true;
    city_on_subject_line(p, -p->quotas[0].fen);
    city_adjust(c, p, pt_date_add(day, -1), day, p->quotas[0].fen);
    return p;
}

static struct city_special *k05(struct city *c, const struct city_project *p, int32_t pay,
                                int32_t send, char severity) {
    struct city_special *s = city_special(c, p, pay, send, p->quotas[0].fen / 100);

    s->rule = "K05";
    s->severity = severity;
    return s;
}

static void near_k05(struct city *c, const struct city_project *p, int32_t pay, int32_t basis,
                     const char *why) {
    struct city_special *s = k05(c, p, pay, city_next_workday(pay), 'R');

    s->basis = basis;
    s->near_why = why;
}

static void plant_k05(struct city *c) {
    struct city_special *s;

    (void)k05(c, late(c, 2600000, 20190312), 20190311, 20190312, 'R');
    (void)k05(c, late(c, 1800000, 20190521), 20190520, 20190521, 'R');
    s = k05(c, late(c, 3200000, 20190423), 20190422, 20190423, 'R');
    s->reverse_day = 20190426;
    s = k05(c, late(c, 900000, 20190312), 20190311, 20190312, 'R');
    s->reverse_day = 20190320;

    s = k05(c, city_plant(c, 4200000, 9600), 20190110, 20190129, 'I');
    s->basis = 2;
    s = k05(c, city_plant(c, 1500000, 9600), 20190115, 20190129, 'I');
    s->basis = 1;
    s = k05(c, city_plant(c, 2100000, 9600), 20190118, 20190129, 'I');
    s->basis = 3;
    s->reverse_day = 20190131;
    s = k05(c, city_plant(c, 3300000, 9600), 20190124, 20190129, 'R');
    s->basis = 2;

    near_k05(c, late(c, 2400000, 20190312), 20190312, 0, "支付日与指标入账同日");
    near_k05(c, city_plant(c, 2700000, 9600), DAY_ALLOTTED, 0, "支付日与年初批复入账同日");
    near_k05(c, city_plant(c, 1900000, 9600), 20190220, 1, "注明结转，但指标早已下达");
}

/* Suspended from `from` to before `to` (0: stopped for good), no regular payment in between. */
static struct city_project *suspended(struct city *c, int64_t yuan, int32_t from, int32_t to) {
    struct city_project *p = city_plant(c, yuan, 9600);

    p->hold_from = from;
    p->hold_to = to ? to : 20200101;
    city_control(c, p, to ? "暂缓拨款" : "停止拨款", from, CITY_NO_FEN)->reason =
        "整改不到位，按规定暂停拨款";
    if (to)
        city_control(c, p, "恢复", to, CITY_NO_FEN)->reason = "整改到位，恢复拨款";
    return p;
}

static struct city_special *k35(struct city *c, const struct city_project *p, int32_t pay,
                                const char *near_why) {
    struct city_special *s =
        city_special(c, p, pay, city_next_workday(pay), p->quotas[0].fen / 100);

    s->rule = "K35";
    s->severity = 'R';
    s->near_why = near_why;
    return s;
}

static void plant_k35(struct city *c) {
    static const int32_t stopped[12] = {800,  1600, 2400, 3200, 4000, 4800,
                                        5600, 6400, 7200, 7200, 7200, 7200};
    struct city_project *p;

    (void)k35(c, suspended(c, 5200000, 20190610, 20190715), 20190618, NULL);
    p = suspended(c, 2800000, 20190812, 20190828);
    k35(c, p, 20190820, NULL)->reverse_day = 20190827;

    p = suspended(c, 4000000, 20190910, 0);
    city_schedule(p, stopped);
    p->derive_curve = true;
    (void)city_quota(p, QUOTA_REDUCE, 20190912, p->quotas[0].fen / 100 * 24);
    (void)k35(c, p, 20190917, NULL);

    (void)k35(c, suspended(c, 3600000, 20191015, 20191029), 20191015, NULL);

    (void)k35(c, suspended(c, 2200000, 20190515, 20190529), 20190514, "支付日在暂缓入账前一日");
    (void)k35(c, suspended(c, 3100000, 20191111, 20191125), 20191125, "支付日即恢复入账日");
    p = suspended(c, 1700000, 20190522, 20190530);
    (void)k35(c, p, 20190521, "支付日在生效日之后、入账日之前，以入账日为准");
    c->controls[c->n_controls - 2].effective = 20190520;
}

void city_plant_dates(struct city *c) {
    plant_k05(c);
    plant_k35(c);
}
