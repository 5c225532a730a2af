/* Finance: the fiscal operation of the city and its districts, month by month (X05). */
#include "duties.h"
#include "regions.h"

#include <stdio.h>

#include <pentad/base/date.h>

#define FIRST_MONTH 201901
#define LAST_MONTH 202005
#define STANDARDS REGION_STANDARDS

static int32_t month_after(int32_t month) {
    return month % 100 == 12 ? month + 89 : month + 1;
}

/* A share of `fen` in bp, to whole yuan. */
static int64_t part(int64_t fen, int64_t bp) {
    return fen / 10000 * bp / 100 * 100;
}

struct region {
    const char *code, *originator;
    int32_t index;
    int64_t yearly; /* general expenditure of a year */
};

static void debt_cells(struct table *t, const struct region *x, int32_t month, const char *type,
                       int64_t limit, int64_t balance) {
    const struct region_fault *f = region_fault(x->code, month, type);

    table_fen(t, limit);
    table_fen(t, f ? limit + f->excess : balance);
}

static void money_cells(struct table *t, const struct region *x, int32_t month, struct pt_rng *r) {
    int64_t exp = part(x->yearly, INT64_C(10000) * (month % 100) / 12 + city_between(r, -60, 60));
    int64_t rev = part(exp, 6800 + 150 * (x->index % 9));
    int64_t tax = part(rev, 7200 + 60 * (x->index % 8));
    const struct region_fault *duty = region_fault(x->code, month, "duty");

    table_fen(t, rev);
    table_fen(t, tax);
    table_fen(t, rev - tax);
    table_fen(t, exp);
    table_fen(t, rev);
    table_fen(t, exp);
    table_fen(t, part(exp, 5200));
    table_fen(t, part(exp, 5000));
    table_fen(t, part(exp, 120));
    table_fen(t, part(exp, 110));
    table_fen(t, part(exp, 2100));
    table_fen(t, part(exp, 2000));
    table_fen(t, part(exp, 7750 + city_between(r, -80, 80)));
    table_fen(t, part(exp, 4900 + city_between(r, -80, 80)));
    debt_cells(t, x, month, "GENERAL", part(x->yearly, 5600),
               part(x->yearly, 5000 + month % 100 * 20));
    debt_cells(t, x, month, "SPECIAL", part(x->yearly, 6400),
               part(x->yearly, 5700 + month % 100 * 25));
    table_fen(t, part(x->yearly, 900 + city_between(r, 0, 300)));
    table_fen(t, part(x->yearly, 820));
    table_cent(t, 185);
    table_fen(t, part(x->yearly, 1));
    table_fen(t, part(exp, 400));
    table_fen(t, duty ? part(exp, 1000) + duty->excess : part(exp, 300)); /* of PPP */
    table_fen(t, 0);
}

/* At or below the city's standard; one district grants more, with its approval. */
static void standard_cells(struct table *t, const struct region *x, int32_t month) {
    static const int64_t upper_yuan[STANDARDS] = {626, 142, 520};

    for (int32_t k = 0; k < STANDARDS; k++) {
        int64_t upper = (upper_yuan[k] + (month / 100 > CITY_FY ? 20 : 0)) * CITY_YUAN;
        const struct region_fault *f = region_fault(x->code, month, region_standards[k]);
        bool more = x->index == 4 && k == 1;

        table_fen(t, f      ? upper + f->excess
                     : more ? upper + 8 * CITY_YUAN
                            : upper - (x->index + k) % 3 * 10 * CITY_YUAN);
        table_fen(t, upper);
        table_str(t, more ? "济政字〔2018〕71号" : "");
    }
}

static void report(struct table *t, const struct city *c, const struct region *x, int32_t month) {
    int32_t next = month_after(month);
    int32_t nth = city_region_report_nth(x->code, month);
    struct pt_rng r;
    char no[24];

    if (nth == 0)
        return;
    city_rng(c, &r, "region", x->index * INT64_C(10000) + month - FIRST_MONTH);
    (void)snprintf(no, sizeof(no), "YX%d-%s", month, x->code);
    table_row(t, city_nth_workday(next / 100, next % 100, nth), no, 0);
    table_str(t, x->originator);
    table_str(t, x->code);
    table_int(t, month / 100);
    table_int(t, month);
    table_date(t, pt_date_month_end(month * 100 + 1));
    money_cells(t, x, month, &r);
    standard_cells(t, x, month);
}

int city_write_regions(struct city *c, struct pt_err *err) {
    struct table *t = table_new(
        c, &style_finance, "regions.csv", "X05",
        "报送日期,运行月报号,填报单位代码,行政区划,年度,月份,截止日,一般公共预算收入,税收收入,"
        "非税收入,一般公共预算支出,一般收入,一般支出,基金收入,基金支出,国资收入,国资支出,社保收入,"
        "社保支出,民生支出,三保支出,一般债务限额,一般债务余额,专项债务限额,专项债务余额,库款余额,"
        "月均支付,存款收益率,资金成本,结转合计,PPP支出责任,基金闲置,低保标准,低保上级标准,"
        "低保批准文号,养老金标准,养老金上级标准,养老金批准文号,医保标准,医保上级标准,医保批准文号",
        false);
    const struct city_code *regions;
    size_t n = city_regions(&regions);
    struct region x = {.code = CITY_RGN,
                       .originator = c->orgs[CITY_FINANCE_DEPT].uscc,
                       .yearly = 11000000 * INT64_C(10000) * CITY_YUAN};

    for (int32_t month = FIRST_MONTH; month <= LAST_MONTH; month = month_after(month)) {
        report(t, c, &x, month);
        for (size_t i = 0; i < n; i++) {
            struct region d = {.code = regions[i].code,
                               .originator = c->orgs[c->n_units + 2 * (int32_t)i + 1].uscc,
                               .index = (int32_t)i + 1,
                               .yearly =
                                   (280000 + 61000 * ((int64_t)i * 5 % 12)) * 10000 * CITY_YUAN};

            report(t, c, &d, month);
        }
    }
    return table_close(t, err);
}
