/* Departments ranked by CI-1, with CI-2 and CI-3: T3, chart C2, the full list in the annex. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/v1/common.pb-c.h>

#include "inside.h"

#define DEPT PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT

enum { ENDS = 10 };

static int by_progress(const void *x, const void *y) {
    const struct br_dept *a = x;
    const struct br_dept *b = y;

    if ((a->ci1 == PT_BP_NA) != (b->ci1 == PT_BP_NA))
        return a->ci1 == PT_BP_NA ? 1 : -1;
    if (a->ci1 != b->ci1)
        return a->ci1 < b->ci1 ? 1 : -1;
    return strcmp(a->key, b->key);
}

/* Equal rates share a rank; the next one counts all before it. */
static void rank(struct br_brief *b) {
    if (b->n_depts > 0) {
        qsort(b->depts, b->n_depts, sizeof *b->depts, by_progress);
    }
    for (size_t i = 0; i < b->n_depts; i++) {
        struct br_dept *d = &b->depts[i];

        if (d->ci1 == PT_BP_NA)
            d->rank = 0;
        else if (i > 0 && d->ci1 == b->depts[i - 1].ci1)
            d->rank = b->depts[i - 1].rank;
        else
            d->rank = (int)i + 1;
    }
}

int br_rank_departments(struct br_brief *b, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < b->n_depts && rc == 0; i++) {
        struct br_dept *d = &b->depts[i];

        rc = br_name(b, DEPT, d->key, d->name, sizeof d->name);
        d->ci1 = pt_ratio_bp(d->paid, d->full);
        rc = rc == 0 ? pt_ledger_figure(b->l, DEPT, d->key, b->period.fy, "FG4", b->period.to,
                                        b->now.known_at, &d->ci2, err)
                     : rc;
    }
    if (rc == 0)
        rank(b);
    return rc;
}

static int dept_source(struct br_brief *b, const struct br_dept *d, const char *figure) {
    return br_source_figure(b, DEPT, d->key, d->name, b->period.fy, figure, b->period.to,
                            b->now.known_at);
}

static void put_row(struct br_brief *b, json_t *t, const struct br_dept *d, bool money) {
    struct br_num n;
    struct br_num rate = {.na = d->ci1 == PT_BP_NA, .v = d->ci1, .unit = "bp", .figure = "FG3"};
    json_t *cells = br_row_new(b, t, d->key, NULL);

    if (d->rank > 0)
        br_add(b, cells, br_textf(b, "%d", d->rank));
    else
        br_add(b, cells, br_textf(b, "—"));
    br_add(b, cells, br_textf(b, "%s", d->name));
    if (money) {
        n = br_fen(d->full, dept_source(b, d, "FG2.Bg"), "FG2.Bg");
        n.na = d->full == 0;
        br_add(b, cells, br_number(b, &n));
        n = br_fen(d->paid, dept_source(b, d, "FG2.P"), "FG2.P");
        br_add(b, cells, br_number(b, &n));
    }
    rate.source = dept_source(b, d, "FG3");
    br_add(b, cells, br_number(b, &rate));
    n = br_ahead(&rate, pt_date_month(b->period.to));
    n.source = dept_source(b, d, "FG6");
    br_add(b, cells, br_number(b, &n));
    n = br_from_figure(&d->ci2, dept_source(b, d, "FG4"));
    br_add(b, cells, br_number(b, &n));
    n = br_outturn(d->paid, d->full, b->period.to, dept_source(b, d, "FG5"));
    br_add(b, cells, br_number(b, &n));
}

static void columns(struct br_brief *b, json_t *t, bool money) {
    bool forecast = pt_date_month(b->period.to) < 12;

    br_column(b, t, "rank", "名次", "Rank", "center");
    br_keep(b, t);
    br_column(b, t, "dept", "部门", "Department", "left");
    br_grow(b, t);
    if (money) {
        br_column(b, t, "FG2.Bg", "全年预算", "Full-year budget", "right");
        br_column(b, t, "FG2.P", "累计支出", "Paid", "right");
    }
    br_column(b, t, "FG3", "执行进度(%)", "CI-1 progress (%)", "right");
    br_column(b, t, "FG6", "序时差(百分点)", "Ahead (pp)", "right");
    br_column(b, t, "FG4", "到项目率(%)", "CI-2 to projects (%)", "right");
    br_column(b, t, "FG5", forecast ? "支出率(%,预计)" : "支出率(%)",
              forecast ? "CI-3 outturn (%, forecast)" : "CI-3 outturn (%)", "right");
}

static void chart_departments(struct br_brief *b, json_t *section) {
    json_t *c = br_chart(b, section, "C2", "bars", "各部门执行进度（按名次）",
                         "Departments' execution, by rank");
    json_t *values = br_series(b, c, "执行进度", "Execution");
    struct br_num tp = {
        .v = pt_ratio_bp(pt_date_month(b->period.to), 12), .unit = "bp", .source = -1};
    json_t *reference = json_object();

    for (size_t i = 0; i < b->n_depts && b->depts[i].rank > 0; i++) {
        const struct br_dept *d = &b->depts[i];
        struct br_num n = {
            .v = d->ci1, .unit = "bp", .source = dept_source(b, d, "FG3"), .figure = "FG3"};

        br_add(b, json_object_get(c, "labels"), br_textf(b, "%s", d->name));
        br_add(b, values, br_number(b, &n));
    }
    br_put(b, reference, "name", br_text(b, "序时进度", "Time progress"));
    br_put(b, reference, "value", br_number(b, &tp));
    br_put(b, c, "reference", reference);
}

int br_departments(struct br_brief *b, json_t *section, struct pt_err *err) {
    json_t *t = br_table(b, section, "T3", "市直部门三项共性指标排名",
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
            json_t *cells = br_row_new(b, t, "gap", "gap");
            char zh[64];
            char en[64];

            (void)snprintf(zh, sizeof zh, "（其间%d个部门见附件1）", (int)(ranked - 2 * ENDS));
            (void)snprintf(en, sizeof en, "(%d departments between: annex 1)",
                           (int)(ranked - 2 * ENDS));
            br_add(b, cells, br_text(b, zh, en));
            i = ranked - ENDS;
        }
        if (ends && i >= ranked)
            break;
        put_row(b, t, &b->depts[i], false);
    }
    chart_departments(b, section);
    return 0;
}

int br_annex(struct br_brief *b, struct pt_err *err) {
    json_t *s = br_section(b, "A1", true, "市直部门共性绩效指标排名（全部）",
                           "All departments by the common indicators");
    json_t *t = br_table(b, s, "A1", "市直部门共性绩效指标排名", "Departments, all", true);

    (void)err;
    columns(b, t, true);
    for (size_t i = 0; i < b->n_depts; i++)
        put_row(b, t, &b->depts[i], true);
    return 0;
}
