/* Finance: monitoring reports (X03): of all projects to the end of July, of the major ones each
 * quarter, and before the year's end what won't be spent. */
#include "evals.h"

#include <stdio.h>

#include <pentad/base/date.h>

struct period {
    int32_t end;
    int32_t nth, spread; /* reported from the nth working day of the next month on */
    bool all;
};

static const struct period periods[] = {
    {20190331, 5, 3, false}, {20190630, 5, 3, false}, {20190731, 8, 12, true},
    {20190930, 5, 3, false}, {20191031, 5, 3, false}, {20191231, 5, 3, false},
};

/* 0 = it never comes. */
static int32_t report_day(const struct period *x, const struct city_project *p, int32_t i) {
    int32_t month = pt_date_month(x->end);
    int32_t nth = x->nth + i % x->spread;

    if (p->late_period == x->end)
        return p->late_day;
    return month == 12 ? city_nth_workday(CITY_FY + 1, 1, nth)
                       : city_nth_workday(CITY_FY, month + 1, nth);
}

/* Progress follows the money; what is really reached is known at the year's end only. */
static void completions(const struct city *c, const struct city_project *p, const struct period *x,
                        bool mended, int32_t out[SELF_INDICATORS]) {
    bool odd = p->odd_period == x->end && !mended;
    int64_t full = city_full(p, x->end);
    int64_t paid = p->paid[pt_date_month(x->end)];
    struct pt_rng r;

    if (x->end == 20191231) {
        self_actuals(p, p->self_cp, out);
        if (odd)
            out[1] -= out[1] * (10000 - p->odd_bp) / 10000;
        return;
    }
    city_rng(c, &r, "monitoring", city_index(c, p) * INT64_C(100) + x->end % 10000 / 100);
    for (int32_t k = 0; k < SELF_INDICATORS; k++) {
        int64_t bp = full > 0 ? paid * 10000 / full : 0;

        bp += city_between(&r, -150, 150);
        if (x->end > 20190630 && bp < 5200)
            bp = 5200;
        out[k] = odd ? p->odd_bp : (int32_t)(bp < 0 ? 0 : bp > 10000 ? 10000 : bp);
    }
}

static int64_t forecast(const struct city_project *p, const struct period *x) {
    if (x->end != (p->forecast_at ? p->forecast_at : 20191031))
        return 0;
    return p->forecast > 0 ? p->forecast : p->recover_day > x->end ? p->recovered : 0;
}

static void report(struct table *t, const struct city *c, const struct city_project *p,
                   const struct period *x, bool mended) {
    int32_t i = city_index(c, p);
    int64_t paid = p->paid[pt_date_month(x->end)];
    int64_t unspent = forecast(p, x);
    int32_t bp[SELF_INDICATORS];
    int32_t day = mended ? p->odd_mended_day : report_day(x, p, i);
    char no[24];

    if (day == 0)
        return;
    completions(c, p, x, mended, bp);
    (void)snprintf(no, sizeof(no), "JK%d-%06d%s", x->end / 100, i + 1, mended ? "-2" : "");
    for (int32_t k = 0; k < SELF_INDICATORS; k++) {
        table_row(t, day, no, k == 0 ? paid : 0);
        table_str(t, "项目");
        table_str(t, p->code);
        table_int(t, CITY_FY);
        table_str(t, p->unit == p->dept ? "部门" : "单位");
        table_date(t, x->end);
        table_fen(t, paid);
        table_fen(t, unspent);
        table_str(t, unspent > 0 ? "项目结余" : "");
        table_str(t, unspent > 0 ? "部分资金预计年底无法支出" : "");
        table_str(t, unspent > 0 ? "建议收回统筹，调整用于重点项目" : "");
        table_str(t, unspent > 0 ? "整改" : "正常");
        table_str(t, self_indicators[k]);
        if (x->end == 20191231 || p->odd_period == x->end)
            table_cent(t, bp[k]);
        else
            table_empty(t, 1);
        table_cent(t, bp[k]);
        table_str(t, bp[k] < 5500 && x->end > 20190630 ? "有风险" : "能完成");
    }
}

int city_write_monitoring(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_finance, "monitoring.csv", "X03",
                  "报送日期,监控编号,事项类别,项目代码,年度,监控层级,监控截止日,累计支出,"
                  "预计年底无法支出,偏差原因,存在问题,改进措施,监控结论,指标编号,实际值,完成率,"
                  "年底预计",
                  false);

    for (size_t k = 0; k < sizeof(periods) / sizeof(periods[0]); k++)
        for (int32_t i = 0; i < c->n_projects; i++) {
            const struct city_project *p = &c->projects[i];

            if (p->policy || !(periods[k].all || p->is_major || forecast(p, &periods[k]) > 0))
                continue;
            if (p->forecast_at && p->forecast_at < periods[k].end && periods[k].end == 20191031)
                continue;
            report(t, c, p, &periods[k], false);
            if (p->odd_period == periods[k].end && p->odd_mended_day)
                report(t, c, p, &periods[k], true);
        }
    return table_close(t, err);
}
