/* What finance and audit pass on to discipline (D01), how it answers (D02, D03), and how often
 * audit's own system advised to pass on what wasn't (SealedCount). */
#include "table.h"

#include <stdio.h>
#include <string.h>

static const char clue_columns[] =
    "移送日期,移送文号,线索编号,移送时间,签收期限,紧急程度,来源主体,来源单据号,事项类别,项目代码,"
    "责任单位代码,人员标识,人员姓名,问题,法规依据,处理建议";

/* The nine o'clock of a day, as the sender's own system writes it. */
static void moment(struct table *t, int32_t day, bool slashes) {
    char s[32];

    if (slashes)
        (void)snprintf(s, sizeof(s), "%d/%d/%d 09:30", day / 10000, day / 100 % 100, day % 100);
    else
        (void)snprintf(s, sizeof(s), "%08d 09:30", day);
    table_str(t, s);
}

static void clue(struct table *t, const struct city *c, const struct city_clue *x, int32_t nth) {
    static const char *const problems[] = {"涉嫌虚列支出套取财政资金", "涉嫌违规转包并收受好处",
                                           "涉嫌截留挪用专项资金", "涉嫌伪造验收材料"};
    bool audit = x->finding >= 0;
    const struct city_finding *f = audit ? &c->findings[x->finding] : NULL;
    const struct city_control *k = audit ? NULL : &c->controls[x->control];
    const struct city_project *p = &c->projects[f != NULL ? f->project : k->project];
    char problem[256];
    char token[65];
    char name[32];
    struct pt_rng r;

    city_rng(c, &r, "suspect", nth);
    city_responsible(&r, name, sizeof(name));
    city_hex(c, "suspect", nth, 32, token);
    (void)snprintf(problem, sizeof(problem), "%s在%s中%s（第%d号）。", name, p->name,
                   problems[nth % 4], nth + 1);
    table_row(t, x->sent, x->no, 0);
    table_str(t, x->id);
    moment(t, x->sent, audit);
    table_date(t, x->ack_due);
    table_str(t, x->urgent ? "紧急" : "一般");
    table_str(t, x->sender);
    table_str(t, f != NULL ? f->no : k->no);
    table_str(t, p->policy ? "政策" : "项目");
    table_str(t, p->code);
    table_str(t, c->orgs[p->unit].uscc);
    table_str(t, token);
    table_str(t, name);
    table_str(t, problem);
    table_str(t, "《中华人民共和国预算法》第九十三条");
    table_str(t, "建议初步核实");
}

static int write_clues(struct city *c, const struct table_style *style, struct pt_err *err) {
    struct table *t = table_new(c, style, "clues.csv", "D01", clue_columns, false);

    for (int32_t i = 0; i < c->n_clues; i++)
        if (strcmp(c->clues[i].sender, style->party) == 0)
            clue(t, c, &c->clues[i], i);
    return table_close(t, err);
}

static void answer(struct table *t, const struct city_clue *x, int32_t day, const char *word,
                   int32_t nth, int32_t part) {
    char no[40];

    (void)snprintf(no, sizeof(no), "济纪%s〔%d〕%d-%d号", word, day / 10000, nth + 1, part);
    table_row(t, day, no, 0);
    table_str(t, x->id);
    table_str(t, x->sender);
}

static int write_receipts(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_discipline, "receipts.csv", "D02",
                  "签收日期,签收文号,线索编号,移送主体,签收时间,受理情况,反馈期限", false);

    for (int32_t i = 0; i < c->n_clues; i++) {
        const struct city_clue *x = &c->clues[i];
        char at[32];

        if (x->received == 0)
            continue;
        (void)snprintf(at, sizeof(at), "%d-%02d-%02d 15:00", x->received / 10000,
                       x->received / 100 % 100, x->received % 100);
        answer(t, x, x->received, "签", i, 1);
        table_str(t, at);
        table_str(t, x->accept);
        table_date(t, x->feedback_due);
    }
    return table_close(t, err);
}

static int write_outcomes(struct city *c, struct pt_err *err) {
    static const char *const disposals[] = {"谈话函询", "初步核实", "予以了结", "立案"};
    struct table *t =
        table_new(c, &style_discipline, "outcomes.csv", "D03",
                  "反馈日期,反馈文号,线索编号,移送主体,阶段,处置方式,处理人数,办理情况", false);

    for (int32_t i = 0; i < c->n_clues; i++) {
        const struct city_clue *x = &c->clues[i];
        char summary[160];

        if (x->interim) {
            (void)snprintf(summary, sizeof(summary), "已成立核查组，正在核实第%d号线索。", i + 1);
            answer(t, x, x->interim, "反", i, 1);
            table_str(t, "阶段性");
            table_str(t, "初步核实");
            table_int(t, 0);
            table_str(t, summary);
        }
        if (x->final) {
            (void)snprintf(summary, sizeof(summary), "第%d号线索核查完毕，按规定作出处置。", i + 1);
            answer(t, x, x->final, "反", i, 2);
            table_str(t, "办结");
            table_str(t, disposals[i % 4]);
            table_int(t, i % 3);
            table_str(t, summary);
        }
    }
    return table_close(t, err);
}

static int write_counts(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_audit, "sealed_counts.csv", "SealedCount",
                                "发送日期,计数编号,规则,月份,件数", false);
    struct city_count x;

    for (int32_t i = 0; city_count(i, &x); i++) {
        char no[24];

        (void)snprintf(no, sizeof(no), "JS-%d-%d", x.month, x.sent);
        table_row(t, x.sent, no, 0);
        table_str(t, "K57");
        table_int(t, x.month);
        table_int(t, x.count);
    }
    return table_close(t, err);
}

int city_write_clues(struct city *c, struct pt_err *err) {
    int code = write_clues(c, &style_finance, err);

    if (code == 0)
        code = write_clues(c, &style_audit, err);
    if (code == 0)
        code = write_receipts(c, err);
    if (code == 0)
        code = write_outcomes(c, err);
    return code ? code : write_counts(c, err);
}
