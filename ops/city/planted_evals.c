/* Planted: self-evaluation against spot check (K43) and the criticism that this asks for (K44),
 * rating against audit finding (K53). */
#include "city.h"

#include <stdio.h>

static struct city_project *evaluated(struct city *c, int64_t yuan, int32_t self_cp,
                                      int32_t self_day, int32_t spot_cp, int32_t spot_day) {
    struct city_project *p = city_plant(c, yuan, 9800);

    p->self_cp = self_cp;
    p->self_day = self_day;
    p->spot_cp = spot_cp;
    p->spot_day = spot_day;
    return p;
}

static struct city_truth *k43(struct city *c, const struct city_project *p, const char *condition,
                              int32_t closed) {
    char severity = condition[0] == 'y' ? 'Y' : 'R';

    return city_as(city_fires(c, "K43", p, severity, p->spot_day, closed), condition);
}

/* Red, and criticized within 30 days of the spot check, later, or never (K44). */
static void uncriticized(struct city *c, struct city_project *p, const char *condition,
                         int32_t criticized, const char *near_why) {
    int32_t opened = city_after_days(p->spot_day, 30);
    struct city_truth *t;

    p->criticized_day = criticized;
    (void)k43(c, p, condition, 0);
    t = near_why ? city_near(c, "K44", p, opened, near_why)
                 : city_fires(c, "K44", p, 'Y', opened, criticized);
    t->condition = "K43";
    (void)snprintf(t->object, sizeof(t->object), "K43");
}

static void plant_k44(struct city *c) {
    uncriticized(c, evaluated(c, 4200000, 9000, 20200310, 6900, 20200506), "points", 0, NULL);
    uncriticized(c, evaluated(c, 3100000, 8600, 20200312, 6600, 20200507), "points", 20200622,
                 NULL);
    uncriticized(c, evaluated(c, 2600000, 9050, 20200318, 7960, 20200511), "bands", 0, NULL);
    uncriticized(c, evaluated(c, 1900000, 9000, 20200306, 7999, 20200509), "bands", 20200608,
                 "第30日已通报");
}

static void plant_k43(struct city *c) {
    struct city_project *p = evaluated(c, 3000000, 9500, 20200305, 8450, 20200512);

    k43(c, p, "yellow", 0);
    p = evaluated(c, 5600000, 9200, 20200311, 7100, 20200514);
    p->criticized_day = 20200605;
    k43(c, p, "points", 0);
    p = evaluated(c, 2400000, 9100, 20200312, 7950, 20200513);
    p->criticized_day = 20200525;
    p->rectified_day = 20200610;
    k43(c, p, "bands", 20200610);
    p = evaluated(c, 1800000, 9000, 20200304, 8000, 20200318);
    p->self_replaced_cp = 8800;
    p->self_replaced_day = 20200327;
    k43(c, p, "yellow", 20200327);
    p = evaluated(c, 1100000, 7000, 20200320, 8100, 20200520);
    k43(c, p, "yellow", 0);

    p = evaluated(c, 2700000, 8999, 20200319, 8000, 20200521);
    (void)city_as(city_near(c, "K43", p, 20200521, "相差9.99分"), "yellow");
    p = evaluated(c, 2000000, 9000, 20200310, 8001, 20200522);
    (void)city_as(city_near(c, "K43", p, 20200522, "跨一个等级但只差9.99分"), "yellow");
    p = evaluated(c, 3900000, 8999, 20200316, 7000, 20200526);
    (void)city_not_red(c, k43(c, p, "yellow", 0), "points", "相差19.99分、跨一个等级，不到红色");
    p = evaluated(c, 2200000, 9700, 20200317, 8000, 20200527);
    (void)city_not_red(c, k43(c, p, "yellow", 0), "bands", "相差17分，但只跨一个等级，不到红色");
}

static void k53(struct city *c, const struct city_project *p, const struct city_finding *f,
                int32_t opened, int32_t closed, const char *near_why) {
    struct city_truth *t = near_why ? city_near(c, "K53", p, opened, near_why)
                                    : city_fires(c, "K53", p, 'R', opened, closed);

    (void)snprintf(t->object, sizeof(t->object), "%s", f->no);
    t->year = f->year;
}

static void plant_k53(struct city *c) {
    struct city_project *p = evaluated(c, 4800000, 9350, 20200306, 0, 0);
    struct city_finding *f = city_finding(c, p, 2019, 20200513, 20200715, "绩效不实", "高");

    k53(c, p, f, 20200513, 0, NULL);
    p = evaluated(c, 2300000, 8200, 20200309, 7500, 20200603);
    f = city_finding(c, p, 2019, 20200514, 20200717, "自评失真", "中");
    k53(c, p, f, 20200514, 20200603, NULL);
    p = evaluated(c, 3500000, 9100, 20200313, 0, 0);
    f = city_finding(c, p, 2019, 20200317, 20200722, "挪用", "低");
    f->corrected_day = 20200330;
    k53(c, p, f, 20200317, 20200330, NULL);
    p = evaluated(c, 6200000, 9050, 20200320, 0, 0);
    f = city_finding(c, p, 2019, 20200302, 20200716, "程序", "高");
    k53(c, p, f, 20200320, 0, NULL);
}

static void near_k53(struct city *c) {
    struct city_project *p = evaluated(c, 1400000, 9300, 20200304, 0, 0);
    struct city_finding *f = city_finding(c, p, 2019, 20200518, 20200721, "程序", "中");

    k53(c, p, f, 20200518, 0, "中等程度的程序问题");
    p = evaluated(c, 2500000, 7999, 20200305, 0, 0);
    f = city_finding(c, p, 2019, 20200519, 20200722, "绩效不实", "高");
    k53(c, p, f, 20200519, 0, "自评79.99分，等级为中");
    p = evaluated(c, 2900000, 9400, 20200306, 0, 0);
    f = city_finding(c, p, 2018, 20190917, 20191216, "虚列", "高");
    f->done_day = 20191211;
    k53(c, p, f, 20200306, 0, "审计发现属于2018年度");
    p = evaluated(c, 3300000, 8300, 20200310, 7700, 20200508);
    f = city_finding(c, p, 2019, 20200520, 20200723, "虚列", "高");
    k53(c, p, f, 20200520, 0, "抽查已降为中，台账以抽查为准");
}

void city_plant_evals(struct city *c) {
    plant_k43(c);
    plant_k44(c);
    plant_k53(c);
    near_k53(c);
}
