/* Who exists: departments, their units, the districts' organs; and their profiles (P01). */
#include "table.h"

#include <stdio.h>
#include <string.h>

static void plan_dept(struct city *c, int32_t i) {
    struct city_org *o = &c->orgs[i];
    struct pt_rng r;

    city_rng(c, &r, "dept", i);
    *o = (struct city_org){.level = LEVEL_DEPT, .parent = -1};
    (void)snprintf(o->name, sizeof(o->name), "%s", city_depts[i].name);
    (void)snprintf(o->short_name, sizeof(o->short_name), "%s", city_depts[i].name);
    (void)snprintf(o->bunit, sizeof(o->bunit), "%03d", 101 + i);
    (void)snprintf(o->rgn, sizeof(o->rgn), CITY_RGN);
    city_uscc(o->uscc, "11", CITY_RGN, city_between(&r, 0, 9999) + 10000 * (300 + i));
    o->asset_fen = city_between(&r, 200, 90000) * CITY_WAN;
    o->staff = (int32_t)city_between(&r, 1, 6);
}

static void plan_unit(struct city *c, int32_t i, int32_t dept, int32_t nth) {
    struct city_org *o = &c->orgs[i];
    struct pt_rng r;

    city_rng(c, &r, "unit", i);
    *o = (struct city_org){.level = LEVEL_UNIT, .parent = dept};
    city_unit_name(o->name, sizeof(o->name), city_depts[dept].name, nth);
    (void)snprintf(o->short_name, sizeof(o->short_name), "%.60s", o->name);
    (void)snprintf(o->bunit, sizeof(o->bunit), "%03d%03d", 101 + dept, nth + 1);
    (void)snprintf(o->rgn, sizeof(o->rgn), CITY_RGN);
    city_uscc(o->uscc, "12", CITY_RGN, city_between(&r, 0, 9999) + 10000 * (INT64_C(4000) + i));
    o->asset_fen = city_between(&r, 20, 20000) * CITY_WAN;
    o->staff = (int32_t)city_between(&r, 0, 3);
}

static void plan_district(struct city *c, int32_t i, const struct city_code *region, bool fin) {
    struct city_org *o = &c->orgs[i];
    struct pt_rng r;

    city_rng(c, &r, "district", i);
    *o = (struct city_org){.level = fin ? LEVEL_DISTRICT_FIN : LEVEL_DISTRICT_GOV, .parent = -1};
    (void)snprintf(o->name, sizeof(o->name), "%s%s", region->name, fin ? "财政局" : "人民政府");
    (void)snprintf(o->short_name, sizeof(o->short_name), "%s%s", region->name, fin ? "财政" : "");
    (void)snprintf(o->bunit, sizeof(o->bunit), "%s", fin ? "002" : "001");
    (void)snprintf(o->rgn, sizeof(o->rgn), "%s", region->code);
    city_uscc(o->uscc, "11", region->code, city_between(&r, 0, 9999) + 10000 * (fin ? 812 : 811));
    o->asset_fen = city_between(&r, 100000, 900000) * CITY_WAN;
    o->staff = (int32_t)city_between(&r, 4, 12);
}

void city_plan_orgs(struct city *c) {
    const struct city_code *regions;
    size_t n_regions = city_regions(&regions);
    int64_t subordinate = INT64_C(496) * c->scale_ppm / 1000000;
    int32_t counts[CITY_DEPTS] = {0};
    struct pt_rng r;
    int32_t n = CITY_DEPTS;

    if (subordinate < 30)
        subordinate = 30;
    c->orgs = city_alloc((size_t)(CITY_DEPTS + subordinate) + 2 * n_regions, sizeof(*c->orgs));
    for (int32_t i = 0; i < CITY_DEPTS; i++)
        plan_dept(c, i);
    city_rng(c, &r, "units", 0);
    for (int64_t i = 0; i < subordinate; i++)
        counts[pt_rng_below(&r, CITY_DEPTS)]++;
    for (int32_t d = 0; d < CITY_DEPTS; d++)
        for (int32_t k = 0; k < counts[d]; k++, n++)
            plan_unit(c, n, d, k);
    c->n_units = n;
    for (size_t i = 0; i < n_regions; i++) {
        plan_district(c, n++, &regions[i], false);
        plan_district(c, n++, &regions[i], true);
    }
    c->n_orgs = n;
}

bool city_is_pilot(int32_t dept) {
    return dept % 4 == 0;
}

static void body(struct table *t, const struct city *c, int32_t i, bool mended) {
    const struct city_body *b = &c->bodies[i];
    char no[16];

    (void)snprintf(no, sizeof(no), "DA-9%04d%s", i + 1, mended ? "-2" : "");
    table_row(t, mended ? b->mended_day : b->day, no, 0);
    table_str(t, b->uscc);
    table_str(t, b->name);
    table_str(t, b->name);
    table_str(t, "单位");
    table_str(t, b->rgn);
    table_str(t, c->orgs[i].uscc);
    table_str(t, mended && b->mended_bunit ? b->mended_bunit : b->bunit);
    table_empty(t, 1);
    table_wan(t, 100 * CITY_WAN);
    table_int(t, 1);
    table_date(t, b->since);
    table_date(t, mended ? b->mended_until : b->until);
}

int city_write_orgs(struct city *c, struct pt_err *err) {
    static const char *const levels[] = {"部门", "单位", "区县政府", "区县财政"};
    struct table *t = table_new(c, &style_finance, "orgs.csv", "P01",
                                "录入日期,档案号,统一社会信用代码,单位名称,简称,级别,行政区划,"
                                "上级代码,预算单位编码,试点年度,资产总额(万元),绩效人员数,启用日期,"
                                "停用日期",
                                false);

    for (int32_t i = 0; i < c->n_orgs; i++) {
        const struct city_org *o = &c->orgs[i];
        char no[16];

        (void)snprintf(no, sizeof(no), "DA-%05d", i + 1);
        table_row(t, DAY_ORGS, no, 0);
        table_str(t, o->uscc);
        table_str(t, o->name);
        table_str(t, o->short_name);
        table_str(t, levels[o->level]);
        table_str(t, o->rgn);
        table_str(t, o->parent >= 0 ? c->orgs[o->parent].uscc : "");
        table_str(t, o->bunit);
        if (o->level == LEVEL_DEPT && city_is_pilot(i))
            table_int(t, CITY_FY - 1);
        else
            table_empty(t, 1);
        table_wan(t, o->asset_fen);
        table_int(t, o->staff);
        table_date(t, 20100101);
        table_empty(t, 1);
    }
    for (int32_t i = 0; i < c->n_bodies; i++) {
        body(t, c, i, false);
        if (c->bodies[i].mended_day)
            body(t, c, i, true);
    }
    return table_close(t, err);
}
