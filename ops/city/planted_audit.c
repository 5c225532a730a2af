/* Planted: audit's figure against the vouchers (K07), findings not rectified in time (K58); and
 * the many findings that are. */
#include "city.h"

#include <stdio.h>

#include <pentad/base/date.h>

static struct city_project *audited(struct city *c, int64_t yuan, int32_t day, int64_t diff) {
    struct city_project *p = city_plant(c, yuan, 9800);

    p->audit_day = day;
    p->audit_diff = diff;
    return p;
}

static void plant_k07(struct city *c) {
    struct city_project *p = audited(c, 2000000, 20200318, CITY_WAN + 1);
    struct city_truth *t;

    (void)city_as(city_fires(c, "K07", p, 'Y', 20200318, 0), "yellow");
    p = audited(c, 50000000, 20200325, -150 * CITY_WAN);
    (void)city_as(city_fires(c, "K07", p, 'R', 20200325, 0), "red");
    p = audited(c, 3600000, 20200305, -35000 * CITY_YUAN);
    p->audit_fixed_day = 20200320;
    (void)city_as(city_fires(c, "K07", p, 'Y', 20200305, 20200320), "yellow");
    p = audited(c, 42000000, 20200312, 260 * CITY_WAN);
    p->audit_fixed_day = 20200331;
    (void)city_as(city_fires(c, "K07", p, 'R', 20200312, 20200331), "red");
    p = audited(c, 48000000, 20200422, 100 * CITY_WAN);
    t = city_as(city_fires(c, "K07", p, 'Y', 20200422, 0), "yellow");
    (void)city_not_red(c, t, "red", "相差恰为100万元，不到红色");
    p = audited(c, 60000000, 20200423, 100 * CITY_WAN + 1);
    (void)city_as(city_fires(c, "K07", p, 'R', 20200423, 0), "red");
    p = audited(c, 125000000, 20200424, 0);
    p->audit_diff = p->cum[12] / 100;
    t = city_as(city_fires(c, "K07", p, 'Y', 20200424, 0), "yellow");
    (void)city_not_red(c, t, "red", "相差超过100万元，但恰为支出的1%");

    p = audited(c, 2200000, 20200323, CITY_WAN);
    (void)city_as(city_near(c, "K07", p, 20200323, "相差恰为1万元"), "yellow");
    p = audited(c, 30000000, 20200326, 0);
    p->audit_diff = -p->cum[12] / 1000;
    (void)city_as(city_near(c, "K07", p, 20200326, "相差恰为千分之一"), "yellow");
    p = audited(c, 5000000, 20200402, -(CITY_WAN - 1));
    (void)city_as(city_near(c, "K07", p, 20200402, "相差9,999.99元"), "yellow");
}

static struct city_truth *k58(struct city *c, const struct city_project *p,
                              const struct city_finding *f, const char *near_why) {
    int32_t opened = pt_date_add(f->due, 1);
    int32_t red = city_after_days(f->due, 30);
    int32_t last = f->done_day ? f->done_day : 20200701;
    struct city_truth *t;

    if (near_why != NULL)
        t = city_near(c, "K58", p, opened, near_why);
    else
        t = city_fires(c, "K58", p, last > red ? 'R' : 'Y', opened, f->done_day);
    t->condition = near_why == NULL && last > red ? "red" : "yellow";
    if (near_why == NULL && last > red) {
        t->first_severity = 'Y';
        t->changed = red;
    }
    (void)snprintf(t->object, sizeof(t->object), "%s", f->no);
    t->year = f->year;
    return t;
}

static struct city_finding *old_finding(struct city *c, const struct city_project *p, int32_t day,
                                        int32_t due, int32_t ongoing, int32_t done) {
    struct city_finding *f = city_finding(c, p, 2018, day, due, "程序", "中");

    f->ongoing_day = ongoing;
    f->done_day = done;
    f->focus = "预算执行";
    return f;
}

static void plant_k58(struct city *c) {
    struct city_project *p = city_plant(c, 2800000, 9700);

    (void)k58(c, p, old_finding(c, p, 20190625, 20190829, 0, 0), NULL);
    p = city_plant(c, 3900000, 9700);
    (void)k58(c, p, old_finding(c, p, 20190626, 20190916, 20190912, 20190926), NULL);
    p = city_plant(c, 1700000, 9700);
    (void)k58(c, p, old_finding(c, p, 20190701, 20191030, 20191029, 20191220), NULL);
    p = city_plant(c, 4500000, 9700);
    (void)k58(c, p, old_finding(c, p, 20191125, 20200612, 0, 0), NULL);
    p = city_plant(c, 3400000, 9700);
    (void)k58(c, p, old_finding(c, p, 20190703, 20190930, 20190927, 20191111), NULL);
    p = city_plant(c, 2300000, 9700);
    (void)city_not_red(c, k58(c, p, old_finding(c, p, 20190704, 20190926, 0, 20191028), NULL),
                       "red", "逾期第30日逢周末，顺延首个工作日核查已整改");

    p = city_plant(c, 2100000, 9700);
    (void)k58(c, p, old_finding(c, p, 20190627, 20190918, 0, 20190918), "整改期限当日核查已整改");
    p = city_plant(c, 2600000, 9700);
    (void)k58(c, p, old_finding(c, p, 20190628, 20190924, 0, 20190925), "逾期首日即核查已整改");
    p = city_plant(c, 1500000, 9700);
    (void)k58(c, p, old_finding(c, p, 20190702, 20190919, 20190905, 20190917),
              "先持续整改，期限前完成");
}

void city_plant_audit(struct city *c) {
    plant_k07(c);
    plant_k58(c);
}

/* Findings on clean projects: none high, none about untrue results, all verified in time. */
void city_plan_findings(struct city *c) {
    static const char *const categories[] = {"闲置", "超标准", "程序", "政策未落实", "其他"};
    static const char *const focuses[] = {"支出绩效", "政策效果", "责任落实", "部门自评",
                                          "预算执行"};
    int32_t n = 24 + (int32_t)(120 * c->scale_ppm / 1000000);

    for (int32_t i = 0; i < n && c->n_findings < CITY_MAX_FINDINGS; i++) {
        struct city_finding *f;
        struct pt_rng r;
        const struct city_project *p;
        int32_t day;
        int32_t due;
        bool old;

        city_rng(c, &r, "finding", i);
        p = &c->projects[city_between(&r, CITY_DEPTS, c->n_projects - 1)];
        if (p->planted || p->policy)
            continue;
        old = city_chance(&r, 60);
        day = city_nth_workday(old ? 2019 : 2020, old ? (int32_t)city_between(&r, 7, 9) : 5,
                               (int32_t)city_between(&r, 3, 15));
        due = city_add_workdays(day, old ? (int32_t)city_between(&r, 38, 50) : 45);
        f = city_finding(c, p, old ? 2018 : 2019, day, due, categories[pt_rng_below(&r, 5)],
                         city_chance(&r, 60) ? "低" : "中");
        f->focus = focuses[pt_rng_below(&r, 5)];
        if (old && city_chance(&r, 40))
            f->ongoing_day = city_add_workdays(day, 20);
        if (old)
            f->done_day = city_add_workdays(day, (int32_t)city_between(&r, 26, 37));
    }
}
