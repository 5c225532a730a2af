/* Finance: what other business systems know (X06): contracts, purchases, assets. */
#include "table.h"

#include <stdio.h>

struct fact {
    const char *kind, *subject_kind, *subject, *unit, *ref_no;
    int32_t signed_on;
    int64_t fen;
};

static void fact(struct table *t, struct pt_rng *r, int32_t n, const struct fact *x) {
    const struct city_code *regions;
    size_t n_regions = city_regions(&regions);
    int64_t serial = city_between(r, 0, 3999);
    char company[19];
    char no[24];

    (void)snprintf(no, sizeof(no), "YW2019-%05d", n);
    city_uscc(company, "91", regions[(size_t)serial % n_regions].code, serial * 23 + 11);
    table_row(t, city_next_workday(x->signed_on), no, x->fen);
    table_str(t, x->kind);
    table_str(t, x->subject_kind);
    table_str(t, x->subject);
    table_str(t, x->unit);
    table_int(t, CITY_FY);
    table_str(t, x->ref_no);
    table_str(t, company);
    table_fen(t, x->fen);
    table_date(t, x->signed_on);
}

/* A contract fits what is left of the year's budget on the day it is signed and, where the project
 * goes on, the need of the later years. */
static void contract(struct table *t, const struct city *c, int32_t i, int32_t *n) {
    const struct city_project *p = &c->projects[i];
    struct fact x = {
        .kind = "合同", .subject_kind = "项目", .subject = p->code, .unit = c->orgs[p->unit].uscc};
    struct pt_rng r;
    char ref[24];

    if (p->policy || p->letter != 'T' || p->line == LINE_FUNC)
        return;
    city_rng(c, &r, "contract", i);
    (void)snprintf(ref, sizeof(ref), "HT2019-%05d", i + 1);
    x.ref_no = ref;
    if (p->contract_day) {
        x.signed_on = p->contract_day;
        x.fen = p->contract_fen;
    } else if (p->planted || !city_chance(&r, 40)) {
        return;
    } else {
        x.signed_on = city_nth_workday(CITY_FY, 2, (int32_t)city_between(&r, 6, 14));
        x.fen = p->quotas[0].fen / 100 * city_between(&r, 20, 60);
        if (p->end > 20191231)
            x.fen = p->total / 100 * city_between(&r, 20, 55);
    }
    fact(t, &r, ++*n, &x);
}

static void purchase(struct table *t, const struct city *c, int32_t i, int32_t *n) {
    const struct city_project *p = &c->projects[i];
    struct fact x = {.kind = "政府采购",
                     .subject_kind = "项目",
                     .subject = p->code,
                     .unit = c->orgs[p->unit].uscc};
    struct pt_rng r;
    char ref[24];

    city_rng(c, &r, "purchase", i);
    if (p->policy || p->planted || p->letter != 'T' || !city_chance(&r, 30))
        return;
    (void)snprintf(ref, sizeof(ref), "ZC2019-%05d", i + 1);
    x.ref_no = ref;
    x.signed_on = city_nth_workday(CITY_FY, (int32_t)city_between(&r, 3, 9),
                                   (int32_t)city_between(&r, 3, 15));
    x.fen = p->quotas[0].fen / 100 * city_between(&r, 10, 50);
    fact(t, &r, ++*n, &x);
}

static void asset(struct table *t, const struct city *c, int32_t unit, int32_t *n) {
    const struct city_org *o = &c->orgs[unit];
    struct fact x = {.kind = "资产", .subject_kind = "单位", .subject = o->uscc, .unit = o->uscc};
    struct pt_rng r;
    char ref[24];

    city_rng(c, &r, "asset", unit);
    if (!city_chance(&r, 30))
        return;
    (void)snprintf(ref, sizeof(ref), "ZC-%s-01", o->bunit);
    x.ref_no = ref;
    x.signed_on = city_nth_workday(CITY_FY, (int32_t)city_between(&r, 4, 11),
                                   (int32_t)city_between(&r, 2, 15));
    x.fen = city_between(&r, 2, 80) * CITY_WAN;
    fact(t, &r, ++*n, &x);
}

int city_write_business(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "business.csv", "X06",
                                "录入日期,业务编号,业务类型,事项类别,项目代码,单位代码,年度,"
                                "合同或单据号,对方代码,金额,签订日期",
                                false);
    int32_t n = 0;

    for (int32_t i = 0; i < c->n_projects; i++) {
        contract(t, c, i, &n);
        purchase(t, c, i, &n);
    }
    for (int32_t i = CITY_DEPTS; i < c->n_units; i++)
        asset(t, c, i, &n);
    return table_close(t, err);
}
