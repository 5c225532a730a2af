/* Finance: project profiles (P02) and ex-ante evaluations (E01). */
#include "table.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

static void flag_cells(struct table *t, const struct city_project *p) {
    static const char *const bases[] = {"", "市委市政府决策", "资金规模", "社会关注"};
    static const char *const themes[] = {"", "新旧动能转换", "乡村振兴", "脱贫攻坚", "其他"};

    table_date(t, p->start);
    table_date(t, p->end);
    table_date(t, p->expiry           ? p->expiry
                  : !p->is_special    ? 0
                  : p->end > 20191231 ? p->end
                                      : 20201231);
    table_bool(t, p->is_new);
    table_bool(t, p->is_major);
    table_str(t, bases[p->major_basis]);
    table_bool(t, p->is_infra);
    table_bool(t, p->is_special);
    table_str(t, themes[p->theme]);
    table_bool(t, p->end > 20191231);
}

enum version { FIRST, CORRECTED, RENAMED, CORRECTED_AGAIN };

static void profile(struct table *t, struct city *c, int32_t i, enum version version) {
    static const char *const suffixes[] = {"", "-2", "-3", "-4"};
    static const char *const tags[] = {"基层建设", "民生保障", "信息化", "产业发展", "公共服务"};
    const struct city_project *p = &c->projects[i];
    const int32_t days[] = {DAY_PROJECTS, p->recurve_day, p->renamed_day, p->recurve_again_day};
    bool again = version == CORRECTED || version == CORRECTED_AGAIN;
    bool other = version == RENAMED || (again && p->recurve_renames);
    char no[24];
    char original[24];
    char name[160];
    char tag[128];

    (void)snprintf(original, sizeof(original), "XM-%06d%s", i + 1,
                   version == CORRECTED_AGAIN && p->recurve_chained ? "-2" : "");
    (void)snprintf(no, sizeof(no), "XM-%06d%s", i + 1, suffixes[version]);
    (void)snprintf(name, sizeof(name), "%s%s", p->name, other ? "（续建）" : "");
    table_row(t, days[version], no, p->total);
    table_str(t, again ? "更正" : "");
    table_str(t, again ? original : "");
    table_str(t, again ? p->profile_bk ? "预算类型填报有误" : "补报分月用款计划" : "");
    table_str(t, p->policy ? "政策" : "项目");
    table_str(t, p->code);
    table_str(t, name);
    table_str(t, p->alias);
    table_int(t, p->profile_bk && !again ? p->profile_bk : p->bk);
    table_str(t, p->func);
    table_str(t, c->orgs[p->dept].uscc);
    table_str(t, c->orgs[p->unit].uscc);
    flag_cells(t, p);
    table_wan(t, p->total);
    table_bool(t, p->lump);
    for (int32_t m = 1; m <= 12; m++)
        if (p->has_curve && (p->recurve_day == 0 || again))
            table_cent(t, p->curve[m]);
        else
            table_empty(t, 1);
    table_bool(t, p->letter == 'T');
    (void)snprintf(tag, sizeof(tag), "%s;%s", tags[i % 5], c->orgs[p->dept].name);
    table_str(t, p->tags ? p->tags : p->letter == 'T' ? tag : "");
    table_wan(t, p->estimate > 0 ? p->estimate : TABLE_NONE);
    table_str(t, p->carries_out ? c->projects[p->carries_out - 1].code : "");
}

static int write_profiles(struct city *c, struct pt_err *err) {
    struct table *t = table_new(
        c, &style_finance, "projects.csv", "P02",
        "录入日期,档案号,更正方式,原档案号,更正原因,事项类别,项目代码,项目名称,曾用代码,"
        "预算类型,功能科目,主管部门代码,实施单位代码,开始日期,结束日期,到期日,是否新增,是否重大,"
        "重大依据,是否基建,是否专项资金,战略主题,纳入中期规划,总投资(万元),一次性支付,计划1月,"
        "计划2月,计划3月,计划4月,计划5月,计划6月,计划7月,计划8月,计划9月,计划10月,计划11月,"
        "计划12月,终端收款,用途标签,核定概算(万元),所属政策",
        false);

    for (int32_t i = 0; i < c->n_projects; i++) {
        profile(t, c, i, FIRST);
        if (c->projects[i].recurve_day)
            profile(t, c, i, CORRECTED);
        if (c->projects[i].renamed_day)
            profile(t, c, i, RENAMED);
        if (c->projects[i].recurve_again_day)
            profile(t, c, i, CORRECTED_AGAIN);
    }
    return table_close(t, err);
}

static const char *rating_of(int32_t cp) {
    return cp >= 9000 ? "优" : cp >= 8000 ? "良" : cp >= 6000 ? "中" : "差";
}

static void exante(struct table *t, struct city *c, int32_t i) {
    static const int32_t weights[5] = {2000, 2000, 2500, 2000, 1500};
    const struct city_project *p = &c->projects[i];
    int64_t sum = 0;
    int32_t scores[5];
    int64_t total = 0;
    int32_t cp;
    struct pt_rng r;

    city_rng(c, &r, "exante", i);
    table_row(t, DAY_EXANTE, p->exante_no, p->total);
    table_str(t, p->policy ? "政策" : "项目");
    table_str(t, p->code);
    table_int(t, CITY_FY);
    table_str(t, p->policy ? "政策" : p->is_infra ? "基建投资" : "部门");
    table_str(t, c->orgs[p->is_infra ? 20 : p->dept].uscc);
    table_str(t, p->exante_agency ? city_agency(p->exante_agency - 1) : "");
    table_date(t, pt_date_add(20181008, (int32_t)city_between(&r, 0, 60)));
    for (int k = 0; k < 5; k++) {
        scores[k] = p->exante_cp ? p->exante_cp : (int32_t)city_between(&r, 7600, 9800);
        sum += (int64_t)scores[k] * weights[k];
        table_cent(t, scores[k]);
    }
    for (int k = 0; k < 5; k++)
        table_cent(t, weights[k]);
    cp = (int32_t)((sum + 5000) / 10000);
    table_cent(t, cp);
    table_str(t, rating_of(cp));
    table_str(t, p->exante_conclusion ? p->exante_conclusion
                 : cp >= 9000         ? "予以支持"
                                      : "完善后支持");
    for (int k = 0; k < 3; k++) {
        int64_t fen = p->end > 20191231 ? p->total / 3 / 10000 * 10000 : k == 0 ? p->total : 0;

        if (p->end > 20191231 && k == 2)
            fen = p->total - total;
        total += fen;
        if (fen > 0)
            table_wan(t, fen);
        else
            table_empty(t, 1);
    }
    table_wan(t, total);
}

static int write_exante(struct city *c, struct pt_err *err) {
    struct table *t = table_new(
        c, &style_finance, "exante.csv", "E01",
        "录入日期,评估编号,事项类别,项目代码,年度,评估类型,评估单位代码,机构代码,评估日期,"
        "必要性得分,经济性得分,目标合理性得分,可行性得分,合规性得分,必要性权重,经济性权重,"
        "目标合理性权重,可行性权重,合规性权重,总分,等级,结论,2019年需求(万元),2020年需求(万元),"
        "2021年需求(万元),申请合计(万元)",
        false);

    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].exante_no[0] != '\0')
            exante(t, c, i);
    return table_close(t, err);
}

int city_write_projects(struct city *c, struct pt_err *err) {
    int code = write_profiles(c, err);

    return code ? code : write_exante(c, err);
}
