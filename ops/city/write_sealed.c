/* What else is sealed: audit's plans (A01) and its conclusions on persons (A05), whom discipline
 * held to account (D04), how appraisals were used on cadres (O02). Plans and decisions are opened
 * later by a row that repeats them and names the sealed one. */
#include "table.h"

#include <stdio.h>

static const char *const focuses[] = {"支出绩效", "预算执行", "政策效果", "责任落实", "部门自评"};

/* Each row a focus and what it is looked for in. */
static void plan_rows(struct table *t, const struct city *c, int32_t i, int32_t day,
                      const char *opens, const char *no) {
    static const int32_t open_on[] = {20190402, 20190912, 20200610, 20200910};
    char title[96];

    (void)snprintf(title, sizeof(title), "第%d批财政资金绩效审计项目计划", i + 1);
    for (int32_t k = 0; k < 2; k++) {
        table_row(t, day, no, 0);
        table_str(t, opens);
        table_date(t, open_on[i]);
        table_str(t, title);
        table_str(t, focuses[(i + 2 * k) % 5]);
        table_str(t, k == 0 ? "部门" : "项目");
        table_str(t, k == 0 ? c->orgs[11 + 17 * i].uscc : c->projects[CITY_DEPTS + 5 * i].code);
        table_date(t, 20180101);
        table_date(t, 20181231);
    }
}

static int write_plans(struct city *c, struct pt_err *err) {
    static const int32_t sent[] = {20190108, 20190604, 20200109, 20200521};
    static const int32_t opened[] = {20190402, 20190912, 20200610, 0};
    struct table *t =
        table_new(c, &style_audit, "plans.csv", "A01",
                  "发送日期,计划文号,公开的计划文号,公开日期,计划名称,审计重点,对象类别,"
                  "对象,期间起,期间止",
                  false);

    for (int32_t i = 0; i < 4; i++) {
        char no[40];
        char again[48];

        (void)snprintf(no, sizeof(no), "济审计划〔%d〕%d号", sent[i] / 10000, i + 1);
        (void)snprintf(again, sizeof(again), "%s-公开", no);
        plan_rows(t, c, i, sent[i], NULL, no);
        if (opened[i])
            plan_rows(t, c, i, opened[i], no, again);
    }
    return table_close(t, err);
}

static int write_conclusions(struct city *c, struct pt_err *err) {
    static const int32_t sent[] = {20191024, 20191217, 20200319, 20200605};
    struct table *t = table_new(
        c, &style_audit, "econ_resp.csv", "A05",
        "发送日期,结论文号,人员标识,职务,任期起,任期止,绩效得分,绩效评价,发现编号", false);

    for (int32_t i = 0; i < 4; i++) {
        char comment[96];
        char token[65];
        char no[40];

        (void)snprintf(no, sizeof(no), "济审经责〔%d〕%d号", sent[i] / 10000, i + 1);
        (void)snprintf(comment, sizeof(comment), "任期内第%d号经责结论：绩效管理责任基本落实。",
                       i + 1);
        city_hex(c, "audited", i, 32, token);
        for (int32_t k = 0; k < 2; k++) {
            table_row(t, sent[i], no, 0);
            table_str(t, token);
            table_str(t, "局长");
            table_date(t, 20160101);
            table_date(t, 20181231);
            table_cent(t, 7650 + 410 * i);
            table_str(t, comment);
            table_str(t, city_finding_before(c, sent[i], 2 * i + k)->no);
        }
    }
    return table_close(t, err);
}

static void decision(struct table *t, const struct city *c, int32_t i, int32_t day,
                     const char *opens, const char *no) {
    static const int32_t decided[] = {20190925, 20191128, 20200312, 20200528};
    static const int32_t publish_on[] = {20191018, 20191226, 20200416, 20200828};
    static const char *const measures[] = {"诫勉", "通报", "政务处分", "组织处理"};
    const struct city_finding *f = city_finding_before(c, 20190925, i);
    char token[65];

    city_hex(c, "held to account", i, 32, token);
    table_row(t, day, no, 0);
    table_str(t, opens);
    table_date(t, publish_on[i]);
    table_str(t, token);
    table_str(t, "项目");
    table_str(t, c->projects[f->project].code);
    table_str(t, "audit");
    table_str(t, f->no);
    table_str(t, measures[i]);
    table_date(t, decided[i]);
    table_bool(t, i == 2);
}

static int write_decisions(struct city *c, struct pt_err *err) {
    static const int32_t sent[] = {20190927, 20191202, 20200316, 20200601};
    static const int32_t opened[] = {20191018, 20191226, 20200416, 0};
    struct table *t =
        table_new(c, &style_discipline, "accountability.csv", "D04",
                  "送达日期,问责文号,公开的问责文号,公布日期,人员标识,事项类别,项目代码,"
                  "依据主体,依据单据号,处理方式,决定日期,终身追责",
                  false);

    for (int32_t i = 0; i < 4; i++) {
        char no[40];
        char again[48];

        (void)snprintf(no, sizeof(no), "济纪责〔%d〕%d号", sent[i] / 10000, i + 1);
        (void)snprintf(again, sizeof(again), "%s-公开", no);
        decision(t, c, i, sent[i], NULL, no);
        if (opened[i])
            decision(t, c, i, opened[i], no, again);
    }
    return table_close(t, err);
}

static int write_uses(struct city *c, struct pt_err *err) {
    static const char *const purposes[] = {"选拔任用", "公务员考核", "奖惩"};
    struct table *t = table_new(c, &style_organization, "cadre_use.csv", "O02",
                                "送达日期,回执编号,年度,单位代码,评价编号,使用用途", false);

    for (int32_t i = 0; i < 6; i++) {
        int32_t d = 8 + 16 * i;
        char eval[24];
        char no[24];

        (void)snprintf(eval, sizeof(eval), "PJ2019-B%04d", d + 1);
        (void)snprintf(no, sizeof(no), "GBSY-%04d", i + 1);
        for (int32_t k = 0; k < 1 + i % 2; k++) {
            table_row(t, city_add_workdays(20200506, 4 * i), no, 0);
            table_int(t, CITY_FY);
            table_str(t, c->orgs[d].uscc);
            table_str(t, k == 0 ? eval : "");
            table_str(t, purposes[(i + k) % 3]);
        }
    }
    return table_close(t, err);
}

int city_write_sealed(struct city *c, struct pt_err *err) {
    int code = write_plans(c, err);

    if (code == 0)
        code = write_conclusions(c, err);
    if (code == 0)
        code = write_decisions(c, err);
    return code ? code : write_uses(c, err);
}
