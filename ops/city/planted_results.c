/* Planted: self-evaluations late (K41) or not recomputing (K42), criticism that wasn't issued
 * (K44), rectification that audit doesn't confirm (K59), work that wasn't assessed (K71). */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

#define RED_DAY 20200501

static struct city_project *self(struct city *c, int64_t yuan, int32_t cp, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->self_cp = cp;
    p->self_day = day;
    return p;
}

/* Sent late; red in May. */
static struct city_truth *late(struct city *c, const struct city_project *p) {
    bool red = p->self_day > RED_DAY;
    struct city_truth *t = city_fires(c, "K41", p, red ? 'R' : 'Y', 20200401, p->self_day);

    if (red) {
        t->first_severity = 'Y';
        t->changed = RED_DAY;
    }
    return city_as(t, red ? "red" : "yellow");
}

static void plant_k41(struct city *c) {
    const struct city_project *p;

    (void)late(c, self(c, 2300000, 9100, 20200410));
    (void)late(c, self(c, 4100000, 8800, 20200420));
    (void)late(c, self(c, 1700000, 8600, 20200512));
    (void)city_not_red(c, late(c, self(c, 2800000, 8700, 20200430)), "red",
                       "升为红色前的最后一日报送");
    p = self(c, 3500000, 9000, 20200331);
    (void)city_as(city_near(c, "K41", p, 20200401, "期限当日报送"), "yellow");
}

/* Found poor in a spot check; criticized on that day, or never. */
static void poor(struct city *c, int64_t yuan, int32_t spot_day, int32_t criticized,
                 const char *near_why) {
    struct city_project *p = self(c, yuan, 6500, 20200313);
    int32_t opened = pt_date_add(spot_day, 31);
    struct city_truth *t;

    p->spot_cp = 5850;
    p->spot_day = spot_day;
    p->criticized_day = criticized;
    t = near_why ? city_near(c, "K44", p, opened, near_why)
                 : city_fires(c, "K44", p, 'Y', opened, criticized);
    t->condition = "SPOT";
    (void)snprintf(t->object, sizeof(t->object), "SPOT");
}

/* Not there by May, for which criticism is due by June 1: on `criticized`, or never (K44). */
static void never_said(struct city *c, int64_t yuan, int32_t self_day, int32_t criticized,
                       const char *near_why) {
    struct city_project *p = self(c, yuan, 8600, self_day);
    struct city_truth *t;

    p->criticized_day = criticized;
    (void)late(c, p);
    t = near_why ? city_near(c, "K44", p, 20200602, near_why)
                 : city_fires(c, "K44", p, 'Y', 20200602, criticized ? criticized : self_day);
    t->condition = "K41";
    (void)snprintf(t->object, sizeof(t->object), "K41");
}

static void plant_k44(struct city *c) {
    never_said(c, 2100000, 20200612, 0, NULL);
    never_said(c, 3300000, 20200622, 20200610, NULL);
    never_said(c, 4600000, 20200623, 0, NULL);
    never_said(c, 1800000, 20200618, 20200601, "第30日逢休息日，顺延首个工作日已通报");
    never_said(c, 2500000, 20200601, 0, "期限最后一日已补报自评");
    poor(c, 2200000, 20200511, 0, NULL);
    poor(c, 3400000, 20200512, 20200618, NULL);
    poor(c, 1500000, 20200513, 0, NULL);
    poor(c, 4300000, 20200508, 20200608, "第30日逢周末，顺延首个工作日已通报");
}

static void plant_k42(struct city *c) {
    struct city_project *p = self(c, 2600000, 9200, 20200306);

    p->self_excess = 240;
    (void)city_as(city_fires(c, "K42", p, 'Y', 20200306, 0), "score");
    p = self(c, 5300000, 8900, 20200312);
    p->self_excess = 105;
    (void)city_as(city_fires(c, "K42", p, 'Y', 20200312, 0), "score");
    p = self(c, 1800000, 9400, 20200317);
    p->self_excess = 600;
    p->self_replaced_cp = 8800;
    p->self_replaced_day = 20200326;
    (void)city_as(city_fires(c, "K42", p, 'Y', 20200317, 20200326), "score");
    p = self(c, 3700000, 9300, 20200319);
    p->self_excess = 100;
    (void)city_as(city_near(c, "K42", p, 20200319, "自评恰高出1分"), "score");
}

/* The money that it says was paid, and the rate, aren't the ledger's. */
static void plant_k42_money(struct city *c) {
    static const int64_t paid[] = {1, -30 * CITY_YUAN, 5 * CITY_WAN};
    static const int32_t rate[] = {2, -2, 150};
    struct city_project *p;

    for (int32_t i = 0; i < 3; i++) {
        p = self(c, 2400000 + i * 1300000, 9100, 20200302 + i);
        p->self_paid_delta = paid[i];
        (void)city_as(city_fires(c, "K42", p, 'Y', p->self_day, 0), "paid");
        p = self(c, 1900000 + i * 1700000, 9000, 20200309 + i);
        p->self_rate_off = rate[i];
        (void)city_as(city_fires(c, "K42", p, 'Y', p->self_day, 0), "rate");
    }
    p = self(c, 3300000, 9200, 20200318);
    p->self_rate_off = 1;
    (void)city_as(city_near(c, "K42", p, p->self_day, "支出率恰相差0.01个百分点"), "rate");
}

static void overstated(struct city *c, int64_t yuan, int32_t day, const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_finding *f =
        city_finding(c, p, CITY_FY - 1, day, city_add_workdays(day, 45), "程序", "中");
    struct city_truth *t;

    f->focus = "责任落实";
    f->done_day = city_add_workdays(day, 38);
    f->claimed_day = near_why ? f->done_day : city_add_workdays(day, 18);
    f->ongoing_day = city_add_workdays(day, 25);
    t = near_why ? city_near(c, "K59", p, f->claimed_day, near_why)
                 : city_fires(c, "K59", p, 'R', f->ongoing_day, f->done_day);
    t->year = CITY_FY - 1;
    (void)snprintf(t->object, sizeof(t->object), "%s", f->no);
}

bool city_is_unassessed(int32_t dept) {
    return dept >= 70 && dept < 73;
}

bool city_is_assessed_last(int32_t dept) {
    return dept == 73;
}

static void plant_k71(struct city *c) {
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        struct city_truth *t;

        if (city_is_assessed_last(d))
            t = city_near(c, "K71", &c->projects[0], 20191001, "期限最后一日考核");
        else if (city_is_unassessed(d))
            t = city_fires(c, "K71", &c->projects[0], 'I', 20191001, 0);
        else
            continue;
        t->condition = "assessment";
        t->kind = "DEPT";
        t->year = CITY_FY - 1;
        (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[d].uscc);
        (void)snprintf(t->object, sizeof(t->object), "W01");
    }
}

void city_plant_results(struct city *c) {
    plant_k41(c);
    plant_k42(c);
    plant_k42_money(c);
    plant_k44(c);
    overstated(c, 2700000, 20190711, NULL);
    overstated(c, 3200000, 20190716, NULL);
    overstated(c, 1600000, 20190722, NULL);
    overstated(c, 2000000, 20190725, "持续整改在整改报告之前，报告当日核查已整改");
    plant_k71(c);
}
