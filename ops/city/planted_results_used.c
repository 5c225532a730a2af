/* Planted: what poor or fair results meant for the next budget (K47 K48 K50), and packages for
 * congress that are late or incomplete (K61). */
#include "packages.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

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

/* Linked to the next year's budget on DAY_LINKED, where nothing is said here. */
static const struct {
    int32_t district, dept; /* -1 = none */
    int32_t cp;             /* 0 = by chance */
    enum key_link link;
    int32_t day; /* 0 = DAY_LINKED */
    const char *condition, *near_why;
} linked[] = {
    {-1, 16, 5500, LINK_RAISED, 0, "raised", NULL},
    {-1, 20, 5920, LINK_RAISED, 0, "raised", NULL},
    {5, -1, 5780, LINK_RAISED, 0, "raised", NULL},
    {-1, 24, 5600, LINK_CUT, 0, "raised", "评价为差，挂钩结果为减少安排"},
    {-1, 84, 6000, LINK_RAISED, 0, "raised", "评价恰为60分，等级为中，增加安排"},
    {-1, 64, 0, LINK_NONE, 0, "dept", NULL},
    {-1, 68, 0, LINK_SAME, 20200212, "dept", NULL},
    {-1, 72, 0, LINK_NONE, 0, "dept", NULL},
    {-1, 76, 0, LINK_SAME, DAY_NEXT_DRAFT, "dept", "报送草案当日挂钩"},
    {3, -1, 0, LINK_NONE, 0, "region", NULL},
    {4, -1, 0, LINK_SAME, 20200302, "region", NULL},
    {6, -1, 0, LINK_NONE, 0, "region", NULL},
    {9, -1, 0, LINK_SAME, DAY_NEXT_DRAFT, "region", "报送草案当日挂钩"},
};

void city_key_result(struct key_evaluation *k, int32_t district, int32_t dept) {
    k->linked = LINK_SAME;
    k->linked_day = k->day < DAY_LINKED ? DAY_LINKED : city_add_workdays(k->day, 5);
    for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
        if (linked[i].district != district || linked[i].dept != dept)
            continue;
        if (linked[i].cp)
            k->total = linked[i].cp;
        k->linked = linked[i].link;
        if (linked[i].day)
            k->linked_day = linked[i].day;
    }
}

static void plant_k50(struct city *c) {
    const struct city_code *regions;

    (void)city_regions(&regions);
    for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
        bool district = linked[i].dept < 0;
        bool raised = linked[i].condition[1] == 'a';
        int32_t opened = raised ? DAY_LINKED : pt_date_add(DAY_NEXT_DRAFT, 1);
        struct city_truth *t = linked[i].near_why
                                   ? city_near(c, "K50", c->projects, opened, linked[i].near_why)
                                   : city_fires(c, "K50", c->projects, 'Y', opened, linked[i].day);

        t->condition = linked[i].condition;
        t->kind = district ? "REGION" : "DEPT";
        t->year = CITY_FY - 1;
        (void)snprintf(t->key, sizeof(t->key), "%s",
                       district ? regions[linked[i].district].code : c->orgs[linked[i].dept].uscc);
    }
}

#define DISTRICT_SESSION "区人民代表大会2020年第一次会议"
#define COMMITTEE "市人大常委会会议"
#define DISTRICT_COMMITTEE "区人大常委会会议"

/* Where two are of one body, year and kind, the second one is the supplement. */
static const struct city_package packages[] = {
    {20191218, 20200110, CITY_FY + 1, "370112", "草案初步方案", DISTRICT_SESSION, NULL, NULL},
    {20191216, 20200115, CITY_FY + 1, "370114", "草案初步方案", DISTRICT_SESSION, NULL, NULL},
    {20190812, 0, CITY_FY, CITY_RGN, "执行情况报告", COMMITTEE, "重点绩效评价结果", NULL},
    {20190826, 0, CITY_FY, CITY_RGN, "执行情况报告", COMMITTEE, NULL, NULL},
    {20191015, 0, CITY_FY, CITY_RGN, "重大事项报告", COMMITTEE, "绩效目标;事前评估报告", NULL},
    {20191219, 20200117, CITY_FY + 1, "370102", "草案初步方案", DISTRICT_SESSION, NULL, NULL},
    {20191230, 20200113, CITY_FY + 1, "370124", "草案初步方案", DISTRICT_SESSION, NULL, NULL},
    {20190910, 0, CITY_FY, "370113", "重大事项报告", DISTRICT_COMMITTEE, "项目绩效目标", NULL},
    {20190916, 0, CITY_FY, "370115", "执行情况报告", DISTRICT_COMMITTEE, "绩效监控情况", NULL},
    {20190917, 0, CITY_FY, "370115", "执行情况报告", DISTRICT_COMMITTEE, NULL, NULL},
    {DAY_NEXT_DRAFT, 0, CITY_FY + 1, CITY_RGN, "预算草案", "市人民代表大会2020年第一次会议", NULL,
     NULL},
    {20200106, 0, CITY_FY + 1, "370105", "预算草案", DISTRICT_SESSION, NULL, NULL},
    {20200107, 0, CITY_FY + 1, "370116", "预算草案", DISTRICT_SESSION, NULL, NULL},
    {20200108, 0, CITY_FY + 1, "370126", "预算草案", DISTRICT_SESSION, NULL, "MB2020-Q370126"},
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

    struct city_truth *t;
    static const char late[] = "late";
    static const char incomplete[] = "incomplete";
    const struct city_package *x = packages;

    k61(city_as(city_fires(c, "K61", any, 'R', x[0].day, 0), late), &x[0], "DRAFT_INIT");
    k61(city_as(city_fires(c, "K61", any, 'R', x[5].day, 0), late), &x[5], "DRAFT_INIT");
    k61(city_as(city_fires(c, "K61", any, 'R', x[6].day, 0), late), &x[6], "DRAFT_INIT");
    k61(city_as(city_near(c, "K61", any, x[1].day, "会前恰30日报送"), late), &x[1], "DRAFT_INIT");
    k61(city_as(city_fires(c, "K61", any, 'R', city_next_workday(x[2].day), x[3].day), incomplete),
        &x[2], "EXEC_REPORT");
    k61(city_as(city_fires(c, "K61", any, 'R', city_next_workday(x[4].day), 0), incomplete), &x[4],
        "MAJOR_MATTER");
    k61(city_as(city_fires(c, "K61", any, 'R', city_next_workday(x[7].day), 0), incomplete), &x[7],
        "MAJOR_MATTER");
    k61(city_as(city_near(c, "K61", any, x[9].day, "人大签收为不全的当日即已补报"), incomplete),
        &x[8], "EXEC_REPORT");
    k61(city_as(city_fires(c, "K61", any, 'R', x[10].day, 0), "goals"), &x[10], "DRAFT");
    k61(city_as(city_fires(c, "K61", any, 'R', x[11].day, 0), "goals"), &x[11], "DRAFT");
    k61(city_as(city_fires(c, "K61", any, 'R', x[12].day, 0), "goals"), &x[12], "DRAFT");
    k61(city_as(city_near(c, "K61", any, x[13].day, "草案附有重大政策的绩效目标"), "goals"), &x[13],
        "DRAFT");
    t = city_fires(c, "K61", any, 'R', DAY_ACCOUNTS, DAY_ACCOUNTS_MENDED);
    k61(city_as(t, "evaluations"), &x[2], "FINAL_ACCOUNTS");
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
