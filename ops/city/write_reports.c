/* Finance: month reports (X02) and fund controls (X04). */
#include "duties.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

static const struct city_misreport *misreport_of(const struct city *c, int32_t i, int32_t month) {
    for (int32_t k = 0; k < c->n_misreports; k++)
        if (c->misreports[k].project == i && c->misreports[k].month == month)
            return &c->misreports[k];
    return NULL;
}

static bool frozen(const struct city *c, int32_t i, int32_t day) {
    bool held = false;

    for (int32_t k = 0; k < c->n_controls; k++) {
        const struct city_control *x = &c->controls[k];

        if (x->project != i || x->day > day)
            continue;
        if (strcmp(x->action, "暂缓拨款") == 0 || strcmp(x->action, "停止拨款") == 0)
            held = true;
        else if (strcmp(x->action, "恢复") == 0)
            held = false;
    }
    return held;
}

static void report(struct table *t, const struct city *c, int32_t i, int32_t month, int32_t day,
                   int64_t diff, bool again) {
    const struct city_project *p = &c->projects[i];
    int32_t end = pt_date_month_end(CITY_FY * 10000 + month * 100 + 1);
    int64_t full = city_full(p, end);
    char original[24];
    char no[24];

    (void)snprintf(original, sizeof(original), "YB%d-%06d", CITY_FY * 100 + month, i + 1);
    (void)snprintf(no, sizeof(no), "%s%s", original, again ? "-2" : "");
    table_row(t, day, no, p->paid[month] + diff);
    table_str(t, again ? "更正" : "");
    table_str(t, again ? original : "");
    table_str(t, p->code);
    table_int(t, CITY_FY * 100 + month);
    table_fen(t, full);
    table_fen(t, p->paid[month] + diff);
    table_empty(t, 1);
    table_fen(t, frozen(c, i, end) && full > p->paid[month] ? full - p->paid[month] : 0);
}

/* What goes on in the next year has no budget yet, and nothing paid. */
static void report_next_year(struct table *t, const struct city *c, int32_t month) {
    int32_t nth = city_month_report_nth((CITY_FY + 1) * 100 + month);
    int32_t day;

    if (nth == 0)
        return;
    day = city_nth_workday(CITY_FY + 1, month + 1, nth);
    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        char no[24];

        if (p->policy || p->end / 10000 <= CITY_FY)
            continue;
        (void)snprintf(no, sizeof(no), "YB%d-%06d", (CITY_FY + 1) * 100 + month, i + 1);
        table_row(t, day, no, 0);
        table_empty(t, 2);
        table_str(t, p->code);
        table_int(t, (CITY_FY + 1) * 100 + month);
        table_fen(t, 0);
        table_fen(t, 0);
        table_empty(t, 1);
        table_fen(t, 0);
    }
}

static int write_months(struct city *c, struct pt_err *err) {
    struct table *t = table_new(
        c, &style_finance, "month_reports.csv", "X02",
        "报送日期,月报号,更正方式,原月报号,项目代码,月份,全年预算数,累计支出,累计收入,冻结数",
        false);

    for (int32_t month = 1; month <= 12; month++) {
        int32_t day =
            city_nth_workday(month == 12 ? CITY_FY + 1 : CITY_FY, month == 12 ? 1 : month + 1, 5);

        for (int32_t i = 0; i < c->n_projects; i++) {
            const struct city_project *p = &c->projects[i];
            const struct city_misreport *wrong = misreport_of(c, i, month);

            if (p->policy || p->quotas[0].day / 100 % 100 > month)
                continue;
            report(t, c, i, month, day, wrong ? wrong->diff : 0, false);
            if (wrong != NULL && wrong->fixed_day)
                report(t, c, i, month, wrong->fixed_day, 0, true);
        }
    }
    for (int32_t month = 1; month <= 5; month++)
        report_next_year(t, c, month);
    return table_close(t, err);
}

static int write_controls(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "controls.csv", "X04",
                                "录入日期,管控文号,管控类型,项目代码,单位代码,年度,生效日期,金额,"
                                "调整用于项目,原因,答复期限",
                                false);

    for (int32_t k = 0; k < c->n_controls; k++) {
        const struct city_control *x = &c->controls[k];
        const struct city_project *p = &c->projects[x->project];

        table_row(t, x->day, x->no, x->fen == CITY_NO_FEN ? 0 : x->fen);
        table_str(t, x->action);
        table_str(t, p->code);
        table_str(t, c->orgs[p->unit].uscc);
        table_int(t, x->year ? x->year : CITY_FY);
        table_date(t, x->effective);
        table_fen(t, x->fen);
        table_str(t, x->to_project >= 0 ? c->projects[x->to_project].code : "");
        table_str(t, x->reason);
        table_date(t, x->reply_due);
    }
    return table_close(t, err);
}

int city_write_reports(struct city *c, struct pt_err *err) {
    int code = write_months(c, err);

    return code ? code : write_controls(c, err);
}
