/* Finance: what was left at a year's end (B05): of 2017's money after two years, of 2019's after
 * its first. */
#include "table.h"

#include <stdio.h>

static void balance(struct table *t, const struct city *c, const struct city_project *p,
                    int32_t day, int32_t year, int32_t fund_year, int64_t fen, bool carried) {
    char no[24];

    (void)snprintf(no, sizeof(no), "JY%d-%05d", year, city_index(c, p) + 1);
    table_row(t, day, no, fen);
    table_str(t, "项目");
    table_str(t, p->code);
    table_str(t, c->orgs[p->unit].uscc);
    table_int(t, p->bk);
    table_int(t, year);
    table_int(t, fund_year);
    table_fen(t, fen);
    table_str(t, carried ? "结转" : "结余");
    table_date(t, year * 10000 + 1231);
}

int city_write_balances(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_finance, "carryover.csv", "B05",
                  "录入日期,结余编号,事项类别,项目代码,单位代码,预算类型,年度,资金年度,"
                  "金额,性质,截止日期",
                  false);

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        int64_t left;

        if (p->policy)
            continue;
        if (p->old_surplus > 0)
            balance(t, c, p, DAY_OLD_BALANCES, CITY_FY - 1, CITY_FY - 2, p->old_surplus, false);
        left = city_full(p, 20191231) - p->recovered - p->paid[12];
        if (left > 0)
            balance(t, c, p, DAY_BALANCES, CITY_FY, CITY_FY, left, p->carried);
    }
    return table_close(t, err);
}
