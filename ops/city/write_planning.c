/* Finance: the years' needs as reviewed (E02), and what entered the project library (E03). */
#include "table.h"

#include <stdio.h>

/* The need of 2019 is what was allotted; of what the later years ask for, a tenth is cut. */
void city_needs(const struct city_project *p, int64_t fen[3]) {
    bool later = p->end > 20191231;

    fen[0] = p->policy ? p->total / 3 / 10000 * 10000 : city_initial(p) + p->need_delta;
    fen[1] = fen[2] = later ? p->total / 10 * 3 / 10000 * 10000 : 0;
}

static void review(struct table *t, struct city *c, int32_t i, bool again) {
    const struct city_project *p = &c->projects[i];
    int64_t fen[3];
    int64_t approved;
    int64_t requested;
    struct pt_rng r;
    char no[20];

    city_rng(c, &r, "review", i);
    city_needs(p, fen);
    if (again)
        fen[0] -= p->need_delta;
    approved = fen[0] + fen[1] + fen[2];
    requested =
        p->exante_no[0] ? p->total : approved / CITY_WAN * city_between(&r, 102, 125) * 10000;
    if (requested < approved)
        requested = approved;
    (void)snprintf(no, sizeof(no), "SD2019-%05d%s", i + 1, again ? "-2" : "");
    table_row(t, again ? p->need_fixed_day : DAY_NEEDS, no, approved);
    table_str(t, p->policy ? "政策" : "项目");
    table_str(t, p->code);
    table_int(t, CITY_FY);
    table_str(t, p->exante_no);
    table_wan(t, requested);
    table_wan(t, requested - approved);
    for (int k = 0; k < 3; k++)
        table_wan(t, fen[k] > 0 ? fen[k] : TABLE_NONE);
    table_str(t, city_person(&r));
    table_str(t, requested > approved ? "核减部分测算依据不足的支出。" : "同意按申报数安排。");
}

static int write_reviews(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_finance, "reviews.csv", "E02",
                  "录入日期,审定编号,事项类别,项目代码,年度,评估编号,申报数(万元),审减数(万元),"
                  "2019年审定(万元),2020年审定(万元),2021年审定(万元),审核人,审核意见",
                  false);

    for (int32_t i = 0; i < c->n_projects; i++) {
        review(t, c, i, false);
        if (c->projects[i].need_fixed_day)
            review(t, c, i, true);
    }
    return table_close(t, err);
}

static int write_library(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "library.csv", "E03",
                                "录入日期,入库单号,事件,事项类别,项目代码,年度,评估编号,目标编号,"
                                "依据单据号",
                                false);

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        char no[20];

        (void)snprintf(no, sizeof(no), "RK2019-%05d", i + 1);
        table_row(t, DAY_LIBRARY, no, 0);
        table_str(t, p->is_new ? "入库" : "滚动");
        table_str(t, p->policy ? "政策" : "项目");
        table_str(t, p->code);
        table_int(t, CITY_FY);
        table_str(t, p->exante_no);
        table_str(t, p->goal_no);
        table_empty(t, 1);
    }
    return table_close(t, err);
}

int city_write_planning(struct city *c, struct pt_err *err) {
    int code = write_reviews(c, err);

    return code ? code : write_library(c, err);
}
