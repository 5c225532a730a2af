/* Finance: performance goals with their indicators (E04), of projects, policies and departments;
 * and their reviews (E05). */
#include "evals.h"
#include "items.h"

#include <stdio.h>
#include <string.h>

struct indicator {
    const char *id, *l1, *l2, *name, *nature, *target, *unit;
    int32_t weight;
};

static const struct indicator project_indicators[] = {
    {"CI-1", "共性", "CI", "预算执行进度", "≥", "100", "%", 0},
    {"CI-2", "共性", "CI", "预算到项目率", "=", "100", "%", 0},
    {"CI-3", "共性", "CI", "预算支出率", "≥", "100", "%", 1000},
    {"Z1", "产出", "数量", "计划任务完成率", "≥", "100", "%", 2500},
    {"Z2", "产出", "质量", "验收合格率", "≥", "100", "%", 2500},
    {"Z3", "效益", "社会", "受益对象覆盖率", "≥", "100", "%", 2000},
    {"Z4", "效益", "可持续", "长效机制落实率", "≥", "100", "%", 1000},
    {"Z5", "满意度", "满意度", "服务对象满意度", "≥", "100", "%", 1000},
};

static const struct indicator dept_indicators[] = {
    {"CI-1", "共性", "CI", "预算执行进度", "≥", "100", "%", 0},
    {"CI-2", "共性", "CI", "预算到项目率", "=", "100", "%", 0},
    {"CI-3", "共性", "CI", "预算支出率", "≥", "100", "%", 1000},
    {"B1", "运行成本", "成本", "人均公用经费控制率", "≤", "100", "%", 1500},
    {"B2", "管理效率", "时效", "重点工作按时办结率", "≥", "100", "%", 1500},
    {"B3", "履职效能", "数量", "年度任务完成率", "≥", "100", "%", 1500},
    {"B4", "社会效应", "社会", "社会评价达标率", "≥", "100", "%", 1500},
    {"B5", "可持续发展能力", "可持续", "改革任务完成率", "≥", "100", "%", 1500},
    {"B6", "服务对象满意度", "满意度", "服务对象满意度", "≥", "100", "%", 1500},
};

static const struct indicator region_indicators[] = {
    {"CI-1", "共性", "CI", "预算执行进度", "≥", "100", "%", 0},
    {"CI-2", "共性", "CI", "预算到项目率", "=", "100", "%", 0},
    {"CI-3", "共性", "CI", "预算支出率", "≥", "100", "%", 1000},
    {"Q1", "产出", "质量", "收入质量达标率", "≥", "100", "%", 3000},
    {"Q2", "效益", "社会", "支出结构优化率", "≥", "100", "%", 3000},
    {"Q3", "满意度", "满意度", "公共服务满意度", "≥", "100", "%", 3000},
};

struct goal {
    char no[24];
    int32_t day, year;
    const char *approver; /* of a second version; NULL: the first */
    const char *originator, *kind, *key, *frame, *text;
    const char *without; /* an indicator that is left out, or 满意度: the group */
    int64_t fen;
    bool whole;
};

static void write_goal(struct table *t, const struct goal *g, const struct indicator *list,
                       size_t n) {
    int64_t fen = g->fen; /* counted once */

    for (size_t i = 0; i < n; i++) {
        bool regrouped = g->without != NULL && strcmp(g->without, list[i].l1) == 0;

        if (g->without != NULL && strcmp(g->without, list[i].id) == 0)
            continue;
        table_row(t, g->day, g->no, fen);
        fen = 0;
        table_str(t, g->originator);
        table_str(t, g->kind);
        table_str(t, g->key);
        table_int(t, g->year);
        table_int(t, g->approver ? 2 : 1);
        table_str(t, g->frame);
        table_str(t, g->text);
        table_str(t, g->whole ? "总体" : "年度");
        table_fen(t, g->fen);
        table_str(t, list[i].id);
        table_str(t, regrouped ? "效益" : list[i].l1);
        table_str(t, regrouped ? "社会" : list[i].l2);
        table_str(t, list[i].name);
        table_str(t, list[i].nature);
        table_str(t, list[i].target);
        table_str(t, list[i].unit);
        table_cent(t, list[i].weight);
        table_str(t, i % 3 == 2 ? "历史" : i % 3 == 1 ? "行业" : "计划");
        table_empty(t, 1);
        table_str(t, g->approver ? "任务内容细化" : "");
        table_str(t, g->approver ? "济绩改〔2019〕6号" : "");
        table_str(t, g->approver);
    }
}

static void project_goal(struct table *t, const struct city *c, const struct city_project *p,
                         bool again) {
    char text[256];
    struct goal g = {.year = CITY_FY,
                     .day = again ? p->regoal_day : DAY_GOALS,
                     .approver = again ? p->regoal_by : NULL,
                     .originator = c->orgs[p->unit].uscc,
                     .kind = p->policy ? "政策" : "项目",
                     .key = p->code,
                     .frame = p->policy ? "政策" : "项目",
                     .text = text,
                     .without = p->goal_without,
                     .fen = p->policy ? p->total : city_initial(p) + p->goal_delta};

    (void)snprintf(text, sizeof(text), "完成%s年度任务，按期达到既定产出和效益。", p->name);
    (void)snprintf(g.no, sizeof(g.no), "%s", again ? p->regoal_no : p->goal_no);
    write_goal(t, &g, project_indicators,
               sizeof(project_indicators) / sizeof(project_indicators[0]));
}

static void dept_goal(struct table *t, const struct city *c, int32_t d) {
    char text[256];
    struct goal g = {.year = CITY_FY,
                     .day = DAY_GOALS,
                     .originator = c->orgs[d].uscc,
                     .kind = "部门",
                     .key = c->orgs[d].uscc,
                     .frame = "部门整体",
                     .text = text};

    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].dept == d && !c->projects[i].policy)
            g.fen += city_initial(&c->projects[i]);
    (void)snprintf(text, sizeof(text), "%s围绕职能全面完成年度工作，提升履职效能。",
                   c->orgs[d].name);
    (void)snprintf(g.no, sizeof(g.no), "MB2019-B%04d", d + 1);
    write_goal(t, &g, dept_indicators, sizeof(dept_indicators) / sizeof(dept_indicators[0]));
}

/* What finance evaluated itself was set out the year before; the goal is recorded now. */
static void past_goal(struct table *t, const struct city *c, int32_t year,
                      const struct key_evaluation *k) {
    struct goal g = {.year = year,
                     .day = DAY_GOALS,
                     .originator = c->orgs[CITY_FINANCE_DEPT].uscc,
                     .kind = k->subject_kind,
                     .key = k->subject,
                     .text = "补录以前年度绩效目标，作为评价的依据。",
                     .fen = k->full};

    (void)snprintf(g.no, sizeof(g.no), "%s", k->goal);
    if (strcmp(k->subject_kind, "区县") == 0) {
        g.frame = "区县";
        write_goal(t, &g, region_indicators,
                   sizeof(region_indicators) / sizeof(region_indicators[0]));
    } else if (strcmp(k->subject_kind, "部门") == 0) {
        g.originator = k->subject;
        g.frame = "部门整体";
        write_goal(t, &g, dept_indicators, sizeof(dept_indicators) / sizeof(dept_indicators[0]));
    } else {
        g.frame = "项目";
        write_goal(t, &g, project_indicators,
                   sizeof(project_indicators) / sizeof(project_indicators[0]));
    }
}

static void item_goal(struct table *t, const struct city *c, const struct city_item *x) {
    struct goal g = {.year = x->start / 10000,
                     .day = city_add_workdays(x->day, 5),
                     .originator = city_item_body(c, x),
                     .kind = x->kind,
                     .key = x->key,
                     .frame = "政策",
                     .text = "按期兑现政策，达到既定产出和效益。",
                     .fen = x->total};

    (void)snprintf(g.no, sizeof(g.no), "%s", x->goal);
    write_goal(t, &g, project_indicators,
               sizeof(project_indicators) / sizeof(project_indicators[0]));
}

/* One review: it passes on `day`, unless it is returned then. */
struct reviewed {
    const char *goal, *kind, *key;
    int32_t year, day;
    bool returned;
};

static void review(struct table *t, int32_t n, const struct reviewed *x) {
    char no[20];

    (void)snprintf(no, sizeof(no), "SH2019-%05d", n);
    table_row(t, x->day, no, 0);
    table_str(t, x->goal);
    table_str(t, x->kind);
    table_str(t, x->key);
    table_int(t, x->year);
    table_str(t, "通过");
    table_str(t, x->returned || n % 9 == 0 ? "完善" : "通过");
    table_str(t, "通过");
    table_str(t, x->returned ? "中" : n % 9 == 0 ? "良" : "优");
    table_str(t, x->returned ? "退回修改" : "通过");
}

/* Of both versions, and of one that was returned first. Returns how many reviews there are now. */
static int32_t project_reviews(struct table *t, const struct city_project *p, int32_t n) {
    struct reviewed x = {
        .goal = p->regoal_no, .kind = p->policy ? "政策" : "项目", .key = p->code, .year = CITY_FY};

    if (p->regoal_day) {
        x.day = city_add_workdays(p->regoal_day, 2);
        review(t, ++n, &x);
    }
    x.goal = p->goal_no;
    if (p->returned_day) {
        x.day = p->returned_day;
        x.returned = true;
        review(t, ++n, &x);
    }
    x.day = p->passed_day ? p->passed_day : DAY_REVIEWS;
    x.returned = false;
    review(t, ++n, &x);
    return n;
}

int city_write_goals(struct city *c, struct pt_err *err) {
    struct table *goals = table_new(
        c, &style_finance, "goals.csv", "E04",
        "录入日期,目标编号,填报单位代码,事项类别,项目代码,年度,版本,框架,目标内容,期限,对应资金,"
        "指标编号,一级指标,二级指标,指标名称,指标性质,目标值,计量单位,权重,标准来源,不适用原因,"
        "变更原因,批准文号,批准机关",
        false);
    struct table *reviews = table_new(
        c, &style_finance, "goal_reviews.csv", "E05",
        "录入日期,审核编号,目标编号,事项类别,项目代码,年度,规范性,完整性,匹配度,等级,结论", false);
    struct key_evaluation past[KEY_EVALUATIONS];
    int32_t n_past = city_key_evaluations(c, past);
    size_t n_items;
    const struct city_item *items = city_items(&n_items);
    int32_t n = 0;
    int code;

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        project_goal(goals, c, p, false);
        if (p->regoal_day)
            project_goal(goals, c, p, true);
        n = project_reviews(reviews, p, n);
    }
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        char no[20];

        dept_goal(goals, c, d);
        (void)snprintf(no, sizeof(no), "MB2019-B%04d", d + 1);
        review(reviews, ++n,
               &(struct reviewed){no, "部门", c->orgs[d].uscc, CITY_FY, DAY_REVIEWS, false});
    }
    for (size_t i = 0; i < n_items; i++)
        if (items[i].goal != NULL)
            item_goal(goals, c, &items[i]);
    for (int32_t i = 0; i < n_past; i++) {
        past_goal(goals, c, CITY_FY - 1, &past[i]);
        review(reviews, ++n,
               &(struct reviewed){past[i].goal, past[i].subject_kind, past[i].subject, CITY_FY - 1,
                                  DAY_REVIEWS, false});
    }
    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].past_cp) {
            struct key_evaluation k = city_older_evaluation(c, i);

            past_goal(goals, c, CITY_FY - 2, &k);
            review(reviews, ++n,
                   &(struct reviewed){k.goal, k.subject_kind, k.subject, CITY_FY - 2, DAY_REVIEWS,
                                      false});
        }
    code = table_close(goals, err);
    if (code != 0)
        (void)table_close(reviews, NULL);
    return code ? code : table_close(reviews, err);
}
