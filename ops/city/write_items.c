/* Finance: profiles of what is no project (P02). */
#include "items.h"
#include "table.h"
#include "transfers.h"

#include <stdio.h>
#include <string.h>

const char *city_item_body(const struct city *c, const struct city_item *x) {
    const struct city_code *regions;
    int32_t n = (int32_t)city_regions(&regions);

    if (x->rgn == NULL)
        return c->orgs[CITY_FINANCE_DEPT].uscc;
    for (int32_t i = 0; i < n; i++)
        if (strcmp(regions[i].code, x->rgn) == 0)
            return c->orgs[c->n_units + 2 * i].uscc;
    PT_ASSERT(false);
    return NULL;
}

static void item(struct table *t, const struct city *c, const struct city_item *x, int32_t n) {
    const char *body = city_item_body(c, x);
    char no[20];

    (void)snprintf(no, sizeof(no), "SX-%05d", n);
    table_row(t, x->day, no, x->total);
    table_str(t, x->kind);
    table_str(t, x->key);
    table_int(t, x->start > x->day ? x->start / 10000 : CITY_FY);
    table_str(t, x->name);
    table_int(t, 1);
    table_str(t, x->func);
    table_str(t, body);
    table_str(t, body);
    table_date(t, x->start);
    table_date(t, x->end);
    table_bool(t, false);
    table_bool(t, x->major);
    table_str(t, x->major ? "市委市政府决策" : NULL);
    table_bool(t, x->special);
    table_wan(t, x->total);
    table_wan(t, x->invested);
    table_wan(t, x->balance);
    if (x->duty_year == 0) {
        table_empty(t, 3);
        return;
    }
    table_int(t, x->duty_year);
    table_wan(t, x->duty);
    table_wan(t, x->expenditure);
}

/* Transfers that congress approved by themselves. */
static int32_t transfers(struct table *t, const struct city *c, int32_t n) {
    struct approved_transfer a;

    for (size_t i = 0; city_approved_transfer(i, &a); i++) {
        const struct city_item x = {.day = DAY_PROJECTS,
                                    .kind = "转移支付",
                                    .key = a.key,
                                    .name = a.name,
                                    .func = a.func,
                                    .start = 20190101,
                                    .end = 20191231,
                                    .special = a.special,
                                    .total = a.fen,
                                    .invested = CITY_NO_FEN,
                                    .balance = CITY_NO_FEN};

        item(t, c, &x, ++n);
    }
    return n;
}

int city_write_items(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_finance, "items.csv", "P02",
                  "录入日期,档案号,事项类别,项目代码,年度,项目名称,预算类型,功能科目,主管部门代码,"
                  "实施单位代码,开始日期,结束日期,是否新增,是否重大,重大依据,是否专项资金,总投资("
                  "万元),已投出(万元),"
                  "余额(万元),责任年度,支出责任(万元),一般公共预算支出(万元)",
                  false);
    const struct city_item *list;
    size_t n_list;
    int32_t n = 0;

    list = city_items(&n_list);
    for (size_t i = 0; i < n_list; i++)
        item(t, c, &list[i], ++n);
    (void)transfers(t, c, n);
    return table_close(t, err);
}
