/* Planted: what poor or fair results meant for the next budget (K47 K48 K50), and packages for
 * congress that are late or incomplete (K61). */
#include "packages.h"

#include <stdio.h>
#include <string.h>

/* Evaluated by finance with `cp`, and allotted so much of this year's money for the next; no result
 * of this year is linked to that (K49). Of the year before that, its department evaluated it with
 * `past_cp`; 0 = not at all. */
static void funded_after(struct city *c, const char *rule, int64_t yuan, int32_t past_cp,
                         int32_t cp, int32_t percent, const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_truth *t =
        near_why ? city_near(c, rule, p, DAY_NEXT_ALLOTTED, near_why)
                 : city_fires(c, rule, p, rule[2] == '7' ? 'R' : 'Y', DAY_NEXT_ALLOTTED, 0);

    p->is_new = false;
    p->start = 20170101;
    p->end = 20211231;
    p->alias[0] = '\0';
    memcpy(p->code + 6, "17", 2);
    (void)snprintf(t->key, sizeof(t->key), "%s", p->code);
    t->year = CITY_FY + 1;
    p->key_cp = cp;
    p->past_cp = past_cp;
    p->next_fen = p->quotas[0].fen / 100 * percent;
    if (percent == 0)
        return;
    p->total = p->next_fen * 4; /* its reviewed need covers the next year */
    t = city_fires(c, "K49", p, 'Y', DAY_NEXT_ALLOTTED, 0);
    t->condition = "result";
    t->year = CITY_FY + 1;
    (void)snprintf(t->object, sizeof(t->object), "ZB2020-%06d", city_index(c, p) + 1);
}

static void funded(struct city *c, const char *rule, int64_t yuan, int32_t cp, int32_t percent,
                   const char *near_why) {
    funded_after(c, rule, yuan, 0, cp, percent, near_why);
}

static const struct {
    int32_t district, dept; /* -1 = none */
    int32_t cp;
    bool raised;
} linked[] = {
    {-1, 16, 5500, true}, {-1, 20, 5920, true}, {5, -1, 5780, true}, {-1, 24, 5600, false}};

void city_key_result(struct key_evaluation *k, int32_t district, int32_t dept) {
    for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
        if (linked[i].district != district || linked[i].dept != dept)
            continue;
        k->total = linked[i].cp;
        k->linked = linked[i].raised ? LINK_RAISED : LINK_CUT;
    }
}

static void plant_k50(struct city *c) {
    const struct city_code *regions;

    (void)city_regions(&regions);
    for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
        bool district = linked[i].dept < 0;
        struct city_truth *t =
            linked[i].raised
                ? city_fires(c, "K50", c->projects, 'Y', DAY_LINKED, 0)
                : city_near(c, "K50", c->projects, DAY_LINKED, "评价为差，挂钩结果为减少安排");

        t->kind = district ? "REGION" : "DEPT";
        t->year = CITY_FY - 1;
        (void)snprintf(t->key, sizeof(t->key), "%s",
                       district ? regions[linked[i].district].code : c->orgs[linked[i].dept].uscc);
    }
}

#define DISTRICT_SESSION "区人民代表大会2020年第一次会议"
#define COMMITTEE "市人大常委会会议"

static const struct city_package packages[] = {
    {20191218, 20200110, CITY_FY + 1, "370112", "草案初步方案", DISTRICT_SESSION, NULL},
    {20191216, 20200115, CITY_FY + 1, "370114", "草案初步方案", DISTRICT_SESSION, NULL},
    {20190812, 0, CITY_FY, "370100", "执行情况报告", COMMITTEE, "重点绩效评价结果"},
    {20190826, 0, CITY_FY, "370100", "执行情况报告", COMMITTEE, NULL},
    {20191015, 0, CITY_FY, "370100", "重大事项报告", COMMITTEE, "绩效目标;事前评估报告"},
};

const struct city_package *city_packages(size_t *ret_n) {
    *ret_n = sizeof(packages) / sizeof(packages[0]);
    return packages;
}

static void k61(struct city_truth *t, const struct city_package *x, const char *kind) {
    t->kind = "REGION";
    t->year = x->fy;
    (void)snprintf(t->key, sizeof(t->key), "%s", x->rgn);
    (void)snprintf(t->object, sizeof(t->object), "%s", kind);
}

/* Received, and found incomplete, on the next working day. */
static void plant_k61(struct city *c) {
    const struct city_project *any = c->projects;

    k61(city_fires(c, "K61", any, 'R', packages[0].day, 0), &packages[0], "DRAFT_INIT");
    k61(city_near(c, "K61", any, packages[1].day, "会前恰30日报送"), &packages[1], "DRAFT_INIT");
    k61(city_fires(c, "K61", any, 'R', city_next_workday(packages[2].day), packages[3].day),
        &packages[2], "EXEC_REPORT");
    k61(city_fires(c, "K61", any, 'R', city_next_workday(packages[4].day), 0), &packages[4],
        "MAJOR_MATTER");
}

void city_plant_results_used(struct city *c) {
    funded(c, "K47", 2600000, 5400, 100, NULL);
    funded(c, "K47", 3900000, 5990, 81, NULL);
    funded(c, "K47", 1700000, 4800, 120, NULL);
    funded(c, "K47", 3000000, 5700, 80, "恰为上年度的80%");
    funded_after(c, "K47", 2700000, 5100, 5500, 80, NULL);
    funded_after(c, "K47", 3300000, 5990, 5990, 40, NULL);
    funded_after(c, "K47", 1800000, 4600, 5200, 10, NULL);
    funded_after(c, "K47", 2900000, 6000, 5600, 80, "前一年为中，不是连续两年为差");
    funded_after(c, "K47", 2100000, 5300, 5400, 0, "连续两年为差，次年不再安排");
    funded(c, "K48", 2200000, 7100, 105, NULL);
    funded(c, "K48", 4100000, 6000, 101, NULL);
    funded(c, "K48", 1900000, 7990, 130, NULL);
    funded(c, "K48", 3500000, 6800, 100, "与上年度相同");
    plant_k50(c);
    plant_k61(c);
}
