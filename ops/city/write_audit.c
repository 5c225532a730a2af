/* Audit: figures (A02), findings (A03), verifications (A04). */
#include "table.h"

#include <stdio.h>
#include <string.h>

static void figure(struct table *t, const struct city_project *p, const char *no,
                   const char *original, int32_t day, const char *item, int64_t fen) {
    char doc[40];

    (void)snprintf(doc, sizeof(doc), "济审报〔%d〕%d号", day / 10000, day / 100 % 100 * 3 + 1);
    table_row(t, day, no, fen);
    table_str(t, original ? "更正" : "");
    table_str(t, original);
    table_str(t, original ? "复核后更正" : "");
    table_str(t, "项目");
    table_str(t, p->code);
    table_int(t, CITY_FY);
    table_str(t, item);
    table_fen(t, fen);
    table_str(t, "逐笔核对国库支付凭证");
    table_str(t, doc);
}

static int write_figures(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_audit, "figures.csv", "A02",
                                "发送日期,认定编号,更正方式,原认定编号,更正原因,事项类别,项目代码,"
                                "年度,认定事项,金额,认定方法,报告文号",
                                false);

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        char again[32];
        char no[24];

        if (p->audit_day == 0)
            continue;
        (void)snprintf(no, sizeof(no), "RD2020-%05d", i + 1);
        figure(t, p, no, NULL, p->audit_day, "支出", p->paid[12] + p->audit_diff);
        if (p->audit_fixed_day) {
            (void)snprintf(again, sizeof(again), "%s-2", no);
            figure(t, p, again, no, p->audit_fixed_day, "支出", p->paid[12]);
        }
        if (i % 4 == 0) {
            (void)snprintf(no, sizeof(no), "RD2020-Y%05d", i + 1);
            figure(t, p, no, NULL, p->audit_day, "预算", city_full(p, 20191231));
        }
    }
    return table_close(t, err);
}

static void finding(struct table *t, const struct city *c, const struct city_finding *f,
                    bool again) {
    const struct city_project *p = &c->projects[f->project];
    char fact[256];
    char doc[40];
    char no[32];

    (void)snprintf(no, sizeof(no), "%s%s", f->no, again ? "-2" : "");
    (void)snprintf(doc, sizeof(doc), "济审报〔%d〕%d号", f->day / 10000, f->day / 100 % 100 * 3);
    (void)snprintf(fact, sizeof(fact), "%s在%d年度执行中存在%s问题。", p->name, f->year,
                   again ? "程序" : f->category);
    table_row(t, again ? f->corrected_day : f->day, no, f->fen);
    table_str(t, again ? "更正" : "");
    table_str(t, again ? f->no : "");
    table_str(t, again ? "经复核，性质认定为程序问题" : "");
    table_str(t, doc);
    table_str(t, f->focus);
    table_str(t, again ? "程序" : f->category);
    table_str(t, "项目");
    table_str(t, p->code);
    table_int(t, f->year);
    table_str(t, c->orgs[f->org].uscc);
    table_fen(t, f->fen);
    table_str(t, again ? "低" : f->severity);
    table_str(t, fact);
    table_str(t, "《中华人民共和国预算法》");
    table_date(t, f->due);
}

static int write_findings(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_audit, "findings.csv", "A03",
                  "发送日期,发现编号,更正方式,原发现编号,更正原因,报告文号,审计重点,"
                  "问题类别,事项类别,项目代码,年度,责任单位代码,金额,严重程度,问题事实,"
                  "法规依据,整改期限",
                  false);

    for (int32_t i = 0; i < c->n_findings; i++) {
        finding(t, c, &c->findings[i], false);
        if (c->findings[i].corrected_day)
            finding(t, c, &c->findings[i], true);
    }
    return table_close(t, err);
}

static void verification(struct table *t, const struct city *c, const struct city_finding *f,
                         int32_t day, bool done) {
    const struct city_project *p = &c->projects[f->project];
    char no[32];

    (void)snprintf(no, sizeof(no), "HC-%s-%d", f->no, done ? 2 : 1);
    table_row(t, day, no, done ? f->fen : 0);
    table_str(t, f->no);
    table_date(t, day);
    table_str(t, done ? "已整改" : "持续整改");
    table_fen(t, done ? f->fen : 0);
    table_str(t, done ? "整改报告及佐证材料" : "");
    table_str(t, "项目");
    table_str(t, p->code);
    table_int(t, f->year);
}

static int write_verifications(struct city *c, struct pt_err *err) {
    struct table *t = table_new(
        c, &style_audit, "verifications.csv", "A04",
        "发送日期,核查编号,发现编号,核查日期,状态,整改金额,证据,事项类别,项目代码,年度", false);

    for (int32_t i = 0; i < c->n_findings; i++) {
        const struct city_finding *f = &c->findings[i];

        if (f->ongoing_day)
            verification(t, c, f, f->ongoing_day, false);
        if (f->done_day)
            verification(t, c, f, f->done_day, true);
    }
    return table_close(t, err);
}

int city_write_audit(struct city *c, struct pt_err *err) {
    int code = write_figures(c, err);

    if (code == 0)
        code = write_findings(c, err);
    return code ? code : write_verifications(c, err);
}
