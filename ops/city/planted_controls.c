/* Planted: money that won't be spent and isn't taken back (K30), that was taken back and isn't put
 * to use (K31), rectification that failed twice without a suspension (K34). */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

#define YELLOW_DAY 20191203 /* 11-30 is a Saturday */
#define RED_DAY 20191221

static struct city_project *unspent(struct city *c, int64_t yuan, int32_t final_bp, int64_t fen) {
    struct city_project *p = city_plant(c, yuan, final_bp);

    p->forecast = fen;
    return p;
}

static void take_back(struct city *c, struct city_project *p, int32_t day, int64_t fen) {
    p->recovered = fen;
    p->recover_day = day;
    city_control(c, p, "收回", day, fen)->reason = "预计年底无法支出，收回统筹";
}

static void plant_k30(struct city *c) {
    static const int32_t by_november[12] = {800,  1600, 2500, 3300, 4200, 5000,
                                            5800, 6700, 7500, 8350, 9200, 9200};
    struct city_project *p = unspent(c, 3000000, 9100, 25 * CITY_WAN);
    struct city_truth *t = city_fires(c, "K30", p, 'R', YELLOW_DAY, 0);

    t->first_severity = 'Y';
    t->changed = RED_DAY;

    p = unspent(c, 4600000, 9200, 30 * CITY_WAN);
    take_back(c, p, 20191210, 30 * CITY_WAN);
    city_reallocate(c, p, 20191218, 30 * CITY_WAN);
    (void)city_fires(c, "K30", p, 'Y', YELLOW_DAY, 20191210);

    /* Paid after all, but for less than a fifth of the forecast. */
    p = unspent(c, 3000000, 0, 22 * CITY_WAN);
    city_schedule(p, by_november);
    (void)city_special(c, p, 20191217, 20191218, 21 * CITY_WAN);
    (void)city_fires(c, "K30", p, 'Y', YELLOW_DAY, 20191218);

    p = unspent(c, 3200000, 9200, 20 * CITY_WAN);
    take_back(c, p, 20191120, 16 * CITY_WAN);
    city_reallocate(c, p, 20191125, 16 * CITY_WAN);
    (void)city_near(c, "K30", p, YELLOW_DAY, "已收回恰为预计数的80%");

    p = unspent(c, 3500000, 9200, 18 * CITY_WAN);
    take_back(c, p, 20191202, 18 * CITY_WAN);
    city_reallocate(c, p, 20191216, 18 * CITY_WAN);
    (void)city_near(c, "K30", p, YELLOW_DAY, "末日逢周六顺延，当日收回");

    p = unspent(c, 2800000, 9200, 20 * CITY_WAN);
    p->forecast_at = 20190930;
    (void)city_near(c, "K30", p, YELLOW_DAY, "九月底的监控有预计数，十月底的监控未报，无从判断");
}

/* A twentieth is taken back on `day`; half of it is put to use on `half`, the rest on `rest`. */
static void idle_recovery(struct city *c, int64_t yuan, int32_t day, int32_t half, int32_t rest,
                          const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9300);
    int64_t fen = p->quotas[0].fen / 20;
    int32_t opened = city_after_days(day, 60);
    struct city_truth *t;

    take_back(c, p, day, fen);
    t = near_why ? city_near(c, "K31", p, opened, near_why)
                 : city_fires(c, "K31", p, 'I', opened, rest);
    (void)snprintf(t->object, sizeof(t->object), "%s", c->controls[c->n_controls - 1].no);
    if (half)
        city_reallocate(c, p, half, fen / 2);
    if (rest)
        city_reallocate(c, p, rest, half ? fen - fen / 2 : fen);
}

static void plant_k31(struct city *c) {
    idle_recovery(c, 2400000, 20190612, 0, 0, NULL);
    idle_recovery(c, 3800000, 20190506, 0, 20190722, NULL);
    idle_recovery(c, 5200000, 20190918, 20191015, 20191210, NULL);
    idle_recovery(c, 2900000, 20190711, 0, 20190909, "第60日调整安排");
}

/* Suspended from `held` to before `resumed`, or found done on `mended`. */
struct failure {
    int64_t yuan;
    int32_t warned, failed[2], held, resumed, mended;
    const char *near_why;
};

static void fail_twice(struct city *c, const struct failure *x) {
    struct city_project *p = city_plant(c, x->yuan, 9600);
    int32_t opened = pt_date_add(city_add_workdays(x->failed[1], 10), 1);
    struct city_control *w = city_control(c, p, "预警", x->warned, CITY_NO_FEN);

    w->reply_due = city_add_workdays(x->warned, 10);
    w->reason = "资金使用不规范，限期整改";
    w->failed_days[0] = x->failed[0];
    w->failed_days[1] = x->failed[1];
    w->mended_day = x->mended;
    if (x->held) {
        p->hold_from = x->held;
        p->hold_to = x->resumed;
        city_control(c, p, "暂缓拨款", x->held, CITY_NO_FEN)->reason = "两次核查整改不到位";
        city_control(c, p, "恢复", x->resumed, CITY_NO_FEN)->reason = "整改到位，恢复拨款";
    }
    if (x->near_why)
        (void)city_near(c, "K34", p, opened, x->near_why);
    else
        (void)city_fires(c, "K34", p, 'R', opened, x->held ? x->held : x->mended);
}

static void plant_k34(struct city *c) {
    static const struct failure failures[] = {
        {2300000, 20190513, {20190610, 20190625}, 20190719, 20190808, 0, NULL},
        {4100000, 20190604, {20190702, 20190718}, 0, 0, 20190820, NULL},
        {1800000, 20190902, {20191010, 20191106}, 0, 0, 0, NULL},
        {3500000, 20190610, {20190708, 20190722}, 20190805, 20190822, 0, "第10个工作日已暂缓拨款"},
    };

    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        fail_twice(c, &failures[i]);
}

void city_plant_controls(struct city *c) {
    plant_k30(c);
    plant_k31(c);
    plant_k34(c);
}
