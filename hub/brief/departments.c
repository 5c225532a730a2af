/* Departments ranked by CI-1, with CI-2 and CI-3: T3, chart C2, the full list in the annex. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/v1/common.pb-c.h>

#include "internal.h"

#define DEPT PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT

enum { ENDS = 10 };

static int by_progress(const void *x, const void *y) {
    const struct pt_brief_dept *a = x;
    const struct pt_brief_dept *b = y;

    if ((a->ci1 == PT_BP_NA) != (b->ci1 == PT_BP_NA))
        return a->ci1 == PT_BP_NA ? 1 : -1;
    if (a->ci1 != b->ci1)
        return a->ci1 < b->ci1 ? 1 : -1;
    return strcmp(a->key, b->key);
}

/* Equal rates share a rank; the next one counts all before it. */
static void rank(struct pt_brief *b) {
    if (b->n_depts > 0) {
        qsort(b->depts, b->n_depts, sizeof *b->depts, by_progress);
    }
    for (size_t i = 0; i < b->n_depts; i++) {
        struct pt_brief_dept *d = &b->depts[i];

        if (d->ci1 == PT_BP_NA)
            d->rank = 0;
        else if (i > 0 && d->ci1 == b->depts[i - 1].ci1)
            d->rank = b->depts[i - 1].rank;
        else
            d->rank = (int)i + 1;
    }
}

int pt_brief_rank_departments(struct pt_brief *b, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < b->n_depts && rc == 0; i++) {
        struct pt_brief_dept *d = &b->depts[i];

        rc = pt_brief_name(b, DEPT, d->key, d->name, sizeof d->name);
        d->ci1 = pt_ratio_bp(d->paid, d->full);
        const struct pt_figure_ask ask = {DEPT,  d->key,       b->period.fy,
                                          "FG4", b->period.to, b->now.known_at};
        rc = rc == 0 ? pt_ledger_figure(b->l, &ask, &d->ci2, err) : rc;
    }
    if (rc == 0)
        rank(b);
    return rc;
}

static int dept_source(struct pt_brief *b, const struct pt_brief_dept *d, const char *figure) {
    return pt_brief_source_figure(b, DEPT, d->key, d->name, b->period.fy, figure, b->period.to,
                                  b->now.known_at);
}

static void put_row(struct pt_brief *b, json_t *t, const struct pt_brief_dept *d, bool money) {
    struct pt_brief_num n;
    struct pt_brief_num rate = {
        .na = d->ci1 == PT_BP_NA, .v = d->ci1, .unit = "bp", .figure = "FG3"};
    json_t *cells = pt_brief_row_new(b, t, d->key, NULL);

    if (d->rank > 0)
        pt_brief_add(b, cells, pt_brief_textf(b, "%d", d->rank));
    else
        pt_brief_add(b, cells, pt_brief_textf(b, "—"));
    pt_brief_add(b, cells, pt_brief_textf(b, "%s", d->name));
    if (money) {
        n = pt_brief_fen(d->full, dept_source(b, d, "FG2.Bg"), "FG2.Bg");
        n.na = d->allotments == 0;
        pt_brief_add(b, cells, pt_brief_number(b, &n));
        n = pt_brief_fen(d->paid, dept_source(b, d, "FG2.P"), "FG2.P");
        pt_brief_add(b, cells, pt_brief_number(b, &n));
    }
    rate.source = dept_source(b, d, "FG3");
    pt_brief_add(b, cells, pt_brief_number(b, &rate));
    n = pt_brief_ahead(&rate, pt_date_month(b->period.to));
    n.source = dept_source(b, d, "FG6");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_from_figure(&d->ci2, dept_source(b, d, "FG4"));
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_outturn(d->paid, d->full, b->period.to, dept_source(b, d, "FG5"));
    pt_brief_add(b, cells, pt_brief_number(b, &n));
}

static void columns(struct pt_brief *b, json_t *t, bool money) {
    bool forecast = pt_date_month(b->period.to) < 12;

    pt_brief_column(b, t, "rank", "名次", "Rank", "center");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "dept", "部门", "Department", "left");
    pt_brief_grow(b, t);
    if (money) {
        pt_brief_column(b, t, "FG2.Bg", "全年预算", "Full-year budget", "right");
        pt_brief_column(b, t, "FG2.P", "累计支出", "Paid", "right");
    }
    pt_brief_column(b, t, "FG3", "执行进度(%)", "CI-1 progress (%)", "right");
    pt_brief_column(b, t, "FG6", "序时差(百分点)", "Ahead (pp)", "right");
    pt_brief_column(b, t, "FG4", "到项目率(%)", "CI-2 to projects (%)", "right");
    pt_brief_column(b, t, "FG5", forecast ? "支出率(%,预计)" : "支出率(%)",
                    forecast ? "CI-3 outturn (%, forecast)" : "CI-3 outturn (%)", "right");
}

static void chart_departments(struct pt_brief *b, json_t *section) {
    json_t *c = pt_brief_chart(b, section, "C2", "bars", "各部门执行进度（按名次）",
                               "Departments' execution, by rank");
    json_t *values = pt_brief_series(b, c, "执行进度", "Execution");
    struct pt_brief_num tp = {
        .v = pt_ratio_bp(pt_date_month(b->period.to), 12), .unit = "bp", .source = -1};
    json_t *reference = json_object();

    for (size_t i = 0; i < b->n_depts && b->depts[i].rank > 0; i++) {
        const struct pt_brief_dept *d = &b->depts[i];
        struct pt_brief_num n = {
            .v = d->ci1, .unit = "bp", .source = dept_source(b, d, "FG3"), .figure = "FG3"};

        pt_brief_add(b, json_object_get(c, "labels"), pt_brief_textf(b, "%s", d->name));
        pt_brief_add(b, values, pt_brief_number(b, &n));
    }
    pt_brief_put(b, reference, "name", pt_brief_put_text(b, "序时进度", "Time progress"));
    pt_brief_put(b, reference, "value", pt_brief_number(b, &tp));
    pt_brief_put(b, c, "reference", reference);
    pt_brief_put(b, c, "lights",
                 json_pack("{s:I, s:I}", "yellow_bp", (json_int_t)b->lights.yellow_bp, "red_bp",
                           (json_int_t)b->lights.red_bp));
}

int pt_brief_departments(struct pt_brief *b, json_t *section, struct pt_err *err) {
    json_t *t = pt_brief_table(b, section, "T3", "市直部门三项共性指标排名",
                               "Departments by the three common indicators", false);
    size_t ranked = 0;
    bool ends;

    (void)err;
    columns(b, t, false);
    while (ranked < b->n_depts && b->depts[ranked].rank > 0)
        ranked++;
    ends = ranked > ENDS * 2 + 5;
    for (size_t i = 0; i < b->n_depts; i++) {
        if (ends && i == ENDS) {
            json_t *cells = pt_brief_row_new(b, t, "gap", "gap");
            char zh[64];
            char en[64];

            (void)snprintf(zh, sizeof zh, "（其间%d个部门见附表1）", (int)(ranked - 2 * ENDS));
            (void)snprintf(en, sizeof en, "(%d departments between: annex table 1)",
                           (int)(ranked - 2 * ENDS));
            pt_brief_add(b, cells, pt_brief_put_text(b, zh, en));
            i = ranked - ENDS;
        }
        if (ends && i >= ranked)
            break;
        put_row(b, t, &b->depts[i], false);
    }
    chart_departments(b, section);
    return 0;
}

int pt_brief_annex(struct pt_brief *b, struct pt_err *err) {
    json_t *s = pt_brief_section(b, "A1", true, "市直部门共性绩效指标排名（全部）",
                                 "All departments by the common indicators");
    json_t *t = pt_brief_table(b, s, "A1", "市直部门共性绩效指标排名", "Departments, all", true);

    (void)err;
    columns(b, t, true);
    for (size_t i = 0; i < b->n_depts; i++)
        put_row(b, t, &b->depts[i], true);
    return 0;
}
