/* Finance: what continuing projects reached in 2017, as far as it is known (V01), and what it means
 * for the budget of 2019 (V02). */
#include "packages.h"

#include <stdio.h>

static void past_evaluation(struct table *t, const struct city *c, int32_t i) {
    static const char *const items[][2] = {
        {"Z1", "计划任务完成率"}, {"Z3", "受益对象覆盖率"}, {"Z5", "服务对象满意度"}};
    const struct city_project *p = &c->projects[i];
    struct pt_rng r;

    city_rng(c, &r, "past", i);
    for (int k = 0; k < 3; k++) {
        table_row(t, DAY_PAST, p->past_no, 0);
        table_str(t, "项目");
        table_str(t, p->code);
        table_int(t, CITY_FY - 2);
        table_str(t, "自评");
        table_str(t, p->unit == p->dept ? "部门" : "单位");
        table_str(t, "INDICATORS");
        table_date(t, 20180330);
        table_str(t, items[k][0]);
        table_str(t, items[k][1]);
        table_int(t, 100);
        table_cent(t, city_between(&r, 8800, 10000));
    }
}

static int write_past(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "past_evaluations.csv", "V01",
                                "录入日期,评价编号,事项类别,项目代码,年度,评价类型,评价主体,"
                                "评价框架,评价日期,指标编号,指标名称,目标值,实际值",
                                false);

    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].past_no[0] != '\0')
            past_evaluation(t, c, i);
    return table_close(t, err);
}

/* A third was raised by a twentieth, some were cut by a tenth, the rest got what they had. */
static void use(struct table *t, const struct city *c, int32_t i) {
    const struct city_project *p = &c->projects[i];
    int64_t now = city_initial(p);
    int64_t before;
    struct pt_rng r;

    city_rng(c, &r, "use", i);
    before = city_chance(&r, 33) ? now / 105 * 100 : city_chance(&r, 15) ? now / 90 * 100 : now;
    table_row(t, DAY_USES, p->use_no, before);
    table_str(t, "项目");
    table_str(t, p->code);
    table_int(t, CITY_FY - 2);
    table_str(t, p->past_no);
    table_str(t, now > before ? "优先保障" : now < before ? "削减" : "督促改进");
    table_int(t, CITY_FY);
    table_fen(t, before);
    table_str(t, now > before ? "增加" : now < before ? "减少" : "不变");
    table_fen(t, now > before ? now - before : before - now);
    table_str(t, "本事项");
}

/* What finance found of a department or district as a whole, linked to its next budget. */
static void link(struct table *t, const struct key_evaluation *k, int32_t n) {
    static const char *const actions[] = {"", "督促改进", "优先保障", "削减"};
    static const char *const directions[] = {"", "不变", "增加", "减少"};
    char no[24];

    (void)snprintf(no, sizeof(no), "YY2020-%03d", n);
    table_row(t, k->linked_day, no, k->full);
    table_str(t, k->subject_kind);
    table_str(t, k->subject);
    table_int(t, CITY_FY - 1);
    table_str(t, k->no);
    table_str(t, actions[k->linked]);
    table_int(t, CITY_FY + 1);
    table_fen(t, k->full);
    table_str(t, directions[k->linked]);
    table_fen(t, k->linked == LINK_SAME ? 0 : k->full / 20);
    table_str(t, k->no[7] == 'Q' ? "转移支付" : "部门预算");
}

static int write_uses(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "result_uses.csv", "V02",
                                "录入日期,应用编号,事项类别,项目代码,年度,评价编号,应用方式,"
                                "应用年度,预算基数,变动方向,变动额,应用范围",
                                false);
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n;

    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].use_no[0] != '\0')
            use(t, c, i);
    n = city_key_evaluations(c, list);
    for (int32_t i = 0; i < n; i++)
        if (list[i].linked != LINK_NONE)
            link(t, &list[i], i + 1);
    return table_close(t, err);
}

int city_write_results(struct city *c, struct pt_err *err) {
    int code = write_past(c, err);

    return code ? code : write_uses(c, err);
}
