/* Planted: self-evaluations late (K41) or not recomputing (K42), criticism that wasn't issued
 * (K44), rectification that audit doesn't confirm (K59), work that wasn't assessed (K71). */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

static struct city_project *self(struct city *c, int64_t yuan, int32_t cp, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->self_cp = cp;
    p->self_day = day;
    return p;
}

static void plant_k41(struct city *c) {
    struct city_truth *t;

    (void)city_fires(c, "K41", self(c, 2300000, 9100, 20200410), 'Y', 20200401, 20200410);
    (void)city_fires(c, "K41", self(c, 4100000, 8800, 20200420), 'Y', 20200401, 20200420);
    t = city_fires(c, "K41", self(c, 1700000, 8600, 20200512), 'R', 20200401, 20200512);
    t->first_severity = 'Y';
    t->changed = 20200501;
    (void)city_near(c, "K41", self(c, 3500000, 9000, 20200331), 20200401, "期限当日报送");
}

static void plant_k42(struct city *c) {
    struct city_project *p = self(c, 2600000, 9200, 20200306);

    p->self_excess = 240;
    (void)city_fires(c, "K42", p, 'Y', 20200306, 0);
    p = self(c, 5300000, 8900, 20200312);
    p->self_excess = 105;
    (void)city_fires(c, "K42", p, 'Y', 20200312, 0);
    p = self(c, 1800000, 9400, 20200317);
    p->self_excess = 600;
    p->self_replaced_cp = 8800;
    p->self_replaced_day = 20200326;
    (void)city_fires(c, "K42", p, 'Y', 20200317, 20200326);
    p = self(c, 3700000, 9300, 20200319);
    p->self_excess = 95;
    (void)city_near(c, "K42", p, 20200319, "自评只高出0.95分");
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
    (void)snprintf(t->object, sizeof(t->object), "SPOT");
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
        t->kind = "DEPT";
        t->year = CITY_FY - 1;
        (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[d].uscc);
        (void)snprintf(t->object, sizeof(t->object), "W01");
    }
}

void city_plant_results(struct city *c) {
    plant_k41(c);
    plant_k42(c);
    poor(c, 2200000, 20200511, 0, NULL);
    poor(c, 3400000, 20200512, 20200618, NULL);
    poor(c, 1500000, 20200513, 0, NULL);
    poor(c, 4300000, 20200508, 20200608, "第30日逢周末，顺延首个工作日已通报");
    overstated(c, 2700000, 20190711, NULL);
    overstated(c, 3200000, 20190716, NULL);
    overstated(c, 1600000, 20190722, NULL);
    overstated(c, 2000000, 20190725, "持续整改在整改报告之前，报告当日核查已整改");
    plant_k71(c);
}
