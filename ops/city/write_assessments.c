/* Finance: how districts and departments did the work of performance management in the year
 * before (W01). */
#include "duties.h"

#include <stdio.h>

#define ITEMS 4

const char *city_assessment(int32_t n, int32_t *ret_day, bool *ret_interview) {
    static char no[16];

    *ret_interview = city_is_called_in(n);
    *ret_day = city_is_assessed_last(n) ? city_last_workday(CITY_FY, 9)
                                        : city_nth_workday(CITY_FY, 9, 12 + n % 8);
    (void)snprintf(no, sizeof(no), "KP2018-%04d", n + 1);
    return no;
}

static void assessment(struct table *t, const struct city *c, int32_t n, const char *kind,
                       const char *subject) {
    static const char *const names[ITEMS] = {"基础管理", "目标与监控", "评价与应用", "改革推进"};
    static const int32_t weights[ITEMS] = {2000, 3000, 3000, 2000};
    int32_t scores[ITEMS];
    int32_t total = 0;
    bool interview;
    struct pt_rng r;
    int32_t day;
    const char *no = city_assessment(n, &day, &interview);

    city_rng(c, &r, "assessment", n);
    for (int32_t k = 0; k < ITEMS; k++) {
        int64_t bp = interview ? city_between(&r, 5200, 5900) : city_between(&r, 7600, 9800);

        scores[k] = (int32_t)(weights[k] * bp / 10000);
        total += scores[k];
    }
    for (int32_t k = 0; k < ITEMS; k++) {
        table_row(t, day, no, 0);
        table_str(t, kind);
        table_str(t, subject);
        table_int(t, CITY_FY - 1);
        table_str(t, names[k]);
        table_cent(t, weights[k]);
        table_cent(t, scores[k]);
        table_cent(t, total);
        table_str(t, total >= 9000   ? "优秀"
                     : total >= 8000 ? "良好"
                     : total >= 6000 ? "一般"
                                     : "较差");
        table_cent(t, scores[3] * 5);
        table_str(t, interview ? "约谈" : total >= 9200 ? "通报表扬" : "无");
    }
}

int city_write_assessments(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "work_assessments.csv", "W01",
                                "录入日期,考核编号,事项类别,项目代码,年度,考核项目,权重,得分,总分,"
                                "等次,改革推进得分,处理决定",
                                false);
    const struct city_code *regions;
    size_t n = city_regions(&regions);

    for (int32_t d = 0; d < CITY_DEPTS; d++)
        if (!city_is_unassessed(d))
            assessment(t, c, d, "部门", c->orgs[d].uscc);
    for (size_t i = 0; i < n; i++)
        assessment(t, c, CITY_DEPTS + (int32_t)i, "区县", regions[i].code);
    return table_close(t, err);
}
