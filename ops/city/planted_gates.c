/* Planted: what had to come before the money (K14 K15 K16), goals (K17 to K21), projects that look
 * are too small (K23), and linkages (K49). */
#include "city.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

/* Begun this year, or going on since 2017. */
static struct city_project *of_age(struct city *c, int64_t yuan, bool is_new) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->is_new = is_new;
    p->start = is_new ? 20190101 : 20170101;
    p->alias[0] = '\0';
    memcpy(p->code + 6, is_new ? "19" : "17", 2);
    return p;
}

static struct city_truth *last(struct city *c) {
    return &c->truth[c->n_truth - 1];
}

static void plant_k14(struct city *c) {
    static const int64_t yuan[] = {3400000, 5900000, 8800000, 2600000, 4700000, 3900000};
    struct city_project *p;

    for (size_t i = 0; i < 6; i++) {
        p = of_age(c, yuan[i], true);
        if (i % 2)
            p->is_infra = true;
        else
            city_on_subject_line(p, 0);
        p->no_exante = true;
        (void)city_as(city_fires(c, "K14", p, 'R', DAY_LIBRARY, 0), i % 2 ? "infra" : "major");
        city_by_quota(c, "K49", p, 0, DAY_ALLOTTED, NULL);
        last(c)->condition = "exante";
    }
    p = of_age(c, 4100000, false);
    city_on_subject_line(p, 0);
    (void)city_as(city_near(c, "K14", p, DAY_LIBRARY, "重大但不是新增，不要求事前评估"), "major");
    p = of_age(c, 2900000, false);
    p->is_infra = true;
    (void)city_as(city_near(c, "K14", p, DAY_LIBRARY, "基建但不是新增，不要求事前评估"), "infra");
}

static void plant_k15(struct city *c) {
    static const struct {
        int64_t yuan;
        int32_t cp;
        const char *conclusion;
    } list[] = {{2700000, 5480, "部分支持"}, {3900000, 6820, "不予支持"},
                {1600000, 5910, "部分支持"}, {3100000, 5999, "完善后支持"},
                {2500000, 8150, "不予支持"}, {4400000, 7400, "不予支持"}};
    struct city_project *p;

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        p = of_age(c, list[i].yuan, true);
        p->exante_cp = list[i].cp;
        p->exante_conclusion = list[i].conclusion;
        (void)city_as(city_fires(c, "K15", p, 'R', DAY_LIBRARY, 0),
                      p->exante_cp < 6000 ? "poor" : "rejected");
    }
    p = of_age(c, 2200000, true);
    p->exante_cp = 6000;
    p->exante_conclusion = "完善后支持";
    (void)city_as(city_near(c, "K15", p, DAY_LIBRARY, "评估恰为60分，等级为中"), "poor");
    p = of_age(c, 3300000, true);
    p->exante_cp = 6500;
    p->exante_conclusion = "部分支持";
    (void)city_as(city_near(c, "K15", p, DAY_LIBRARY, "部分支持，不是不予支持"), "rejected");
}

static void plant_k16(struct city *c) {
    static const int32_t passed[] = {20190116, 20190118, 20190122};
    struct city_project *p;

    for (size_t i = 0; i < 3; i++) {
        p = of_age(c, 1800000 + (int64_t)i * 700000, true);
        p->returned_day = DAY_REVIEWS;
        p->passed_day = passed[i];
        (void)city_fires(c, "K16", p, 'R', DAY_LIBRARY, passed[i]);
    }
    p = of_age(c, 2400000, true);
    p->returned_day = 20190109;
    (void)city_near(c, "K16", p, DAY_LIBRARY, "先退回修改，入库前审核通过");
}

static void plant_k17(struct city *c) {
    static const char *const without[] = {"CI-1", "CI-2", "满意度", "CI-2", "满意度", "满意度"};
    struct city_truth *t;

    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        struct city_project *p = city_plant(c, 1500000 + (int64_t)i * 900000, 9700);

        p->goal_without = without[i];
        (void)city_as(city_fires(c, "K17", p, 'Y', DAY_GOALS, 0),
                      without[i][0] == 'C' ? "common" : "group");
    }
    (void)city_as(city_near(c, "K17", c->projects, DAY_GOALS, "共性指标权重为零，但都已列"),
                  "common");
    t = city_near(c, "K17", c->projects, DAY_GOALS, "部门整体目标按六个方面设置，无产出效益之分");
    t->condition = "group";
    t->kind = "DEPT";
    (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[CITY_FINANCE_DEPT].uscc);
}

static struct city_project *changed_goal(struct city *c, int64_t yuan, int32_t day,
                                         const char *by) {
    struct city_project *p = city_plant(c, yuan, 9700);

    city_on_subject_line(p, 0);
    p->regoal_day = day;
    p->regoal_by = by;
    return p;
}

/* Congress learns of the new version with the accounts of the year. */
static void plant_k18(struct city *c) {
    static const int32_t days[] = {20190612, 20190716, 20190918};
    struct city_project *p;
    struct city_truth *t;

    for (size_t i = 0; i < 3; i++) {
        p = changed_goal(c, 4200000 + (int64_t)i * 1100000, days[i], "财政");
        t = city_fires(c, "K18", p, 'R', days[i], DAY_ACCOUNTS);
        (void)snprintf(t->object, sizeof(t->object), "v2");
    }
    p = changed_goal(c, 6700000, 20190820, "人大");
    t = city_near(c, "K18", p, 20190820, "重大项目的目标变更经人大批准");
    (void)snprintf(t->object, sizeof(t->object), "v2");
}

/* Between the draft and the allotment: congress saw another goal than the one that came with the
 * money. */
static void plant_k21(struct city *c) {
    for (int32_t i = 0; i < 3; i++)
        (void)city_fires(c, "K21", changed_goal(c, 3800000 + i * 600000, 20190116 + i, "政府"), 'R',
                         DAY_ALLOTTED, 0);
    (void)city_near(c, "K21", changed_goal(c, 2900000, 20190109, "政府"), DAY_ALLOTTED,
                    "目标在报送草案之前已更新");
}

static void plant_k19(struct city *c) {
    struct city_project *p;

    for (int32_t i = 0; i < 3; i++) {
        p = city_plant(c, 2100000 + i * 1300000, 9700);
        p->no_goal_ref = true;
        city_by_quota(c, "K19", p, 0, DAY_ALLOTTED, NULL);
    }
    p = city_plant(c, 3700000, 9700);
    city_quota(p, QUOTA_ADD, 20190716, 15 * CITY_WAN)->payable = 14 * CITY_WAN;
    city_by_quota(c, "K19", p, 1, 20190716, "追加不随目标下达");
}

static void plant_k20(struct city *c) {
    static const int64_t wan[] = {18, -32, 16};
    struct city_project *p;

    for (size_t i = 0; i < 3; i++) {
        p = city_plant(c, 3000000, 9700);
        p->goal_delta = wan[i] * CITY_WAN;
        (void)city_fires(c, "K20", p, 'Y', DAY_ALLOTTED, 0);
    }
    p = city_plant(c, 3000000, 9700);
    p->goal_delta = 15 * CITY_WAN;
    (void)city_near(c, "K20", p, DAY_ALLOTTED, "目标对应资金恰高出批复5%");
    p = city_plant(c, 3000000, 9700);
    p->goal_delta = -15 * CITY_WAN;
    (void)city_near(c, "K20", p, DAY_ALLOTTED, "目标对应资金恰低于批复5%");
}

/* So many of a department's for one purpose; the last of `last_yuan`. */
static void small_ones(struct city *c, int32_t n, int64_t last_yuan, const char *near_why) {
    struct city_project *first = city_plant(c, 450000, 9700);
    struct city_truth *t;

    city_on_own_line(c, first, 0);
    first->end = 20191231;
    first->total = first->quotas[0].fen;
    for (int32_t i = 1; i < n; i++) {
        struct city_project *p = city_plant(c, i < n - 1 ? 300000 + i * 40000 : last_yuan, 9700);

        p->dept = p->unit = first->dept;
        p->end = 20191231;
        p->total = p->quotas[0].fen;
        (void)snprintf(p->func, sizeof(p->func), "%s", first->func);
    }
    t = near_why ? city_near(c, "K23", first, 20191015, near_why)
                 : city_fires(c, "K23", first, 'I', 20191015, 0);
    t->kind = "DEPT";
    (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[first->dept].uscc);
    (void)snprintf(t->object, sizeof(t->object), "%s", first->func);
}

static void plant_k23(struct city *c) {
    small_ones(c, 5, 490000, NULL);
    small_ones(c, 5, 499900, NULL);
    small_ones(c, 6, 260000, NULL);
    small_ones(c, 5, 500000, "第五个项目恰为50万元");
    small_ones(c, 4, 310000, "同类小额项目只有四个");
}

static void plant_k49(struct city *c) {
    struct city_project *p = of_age(c, 2600000, false);

    p->no_result_link = true;
    city_by_quota(c, "K49", p, 0, DAY_ALLOTTED, NULL);
    last(c)->condition = "result";
    p = of_age(c, 4700000, false);
    p->no_result_link = true;
    city_by_quota(c, "K49", p, 0, DAY_ALLOTTED, NULL);
    last(c)->condition = "result";
    p = of_age(c, 3100000, true);
    city_by_quota(c, "K49", p, 0, DAY_ALLOTTED, "新增项目没有上年结果可挂钩");
    last(c)->condition = "result";
    p = of_age(c, 2800000, true);
    p->no_exante = true;
    city_by_quota(c, "K49", p, 0, DAY_ALLOTTED, "新增但既非重大也非基建，不要求事前评估");
    last(c)->condition = "exante";
    for (int32_t i = 0; i < 3; i++) {
        p = of_age(c, 1900000 + i * 800000, i == 1);
        p->no_goal_link = true;
        city_by_quota(c, "K49", p, 0, DAY_ALLOTTED, NULL);
        last(c)->condition = "goal";
    }
    p = of_age(c, 2300000, true);
    city_quota(p, QUOTA_ADD, 20190814, 12 * CITY_WAN)->payable = 11 * CITY_WAN;
    city_by_quota(c, "K49", p, 1, 20190814, "追加不要求挂钩");
    last(c)->condition = "goal";
}

void city_plant_gates(struct city *c) {
    plant_k14(c);
    plant_k15(c);
    plant_k16(c);
    plant_k17(c);
    plant_k18(c);
    plant_k21(c);
    plant_k19(c);
    plant_k20(c);
    city_plant_alike(c);
    plant_k23(c);
    plant_k49(c);
}
