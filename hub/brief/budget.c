/* BR2: how the four budgets are carried out, by budget, by month, by department. */
#include <stdio.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/v1/common.pb-c.h>

#include "internal.h"

#define REGION PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION

static const struct {
    int bk;
    bool four; /* shown even when empty */
    const char *zh;
    const char *en;
} budgets[] = {
    {1, true, "一般公共预算", "General public budget"},
    {2, true, "政府性基金预算", "Government funds"},
    {3, true, "国有资本经营预算", "State-capital operating budget"},
    {4, true, "社会保险基金预算", "Social-insurance funds"},
    {8, false, "财政专户", "Special accounts"},
    {9, false, "单位资金", "Units' own funds"},
};

/* Time-proportional progress: whole months of the year. */
static int32_t time_progress(int month) {
    return pt_ratio_bp(month, 12);
}

struct pt_brief_num pt_brief_ratio(int64_t num, int64_t den, int source, const char *figure) {
    int32_t bp = pt_ratio_bp(num, den);

    return (struct pt_brief_num){
        .na = bp == PT_BP_NA, .v = bp, .unit = "bp", .source = source, .figure = figure};
}

struct pt_brief_num pt_brief_ahead(const struct pt_brief_num *progress, int month) {
    struct pt_brief_num d = *progress;

    d.unit = "pp";
    d.figure = "FG6";
    d.plus = true;
    d.v -= time_progress(month);
    return d;
}

struct pt_brief_num pt_brief_outturn(int64_t paid, int64_t full, int32_t valid_at, int source) {
    __extension__ typedef __int128 wide;
    int month = pt_date_month(valid_at);
    wide rest = (wide)full * (10000 - time_progress(month)) / 10000;
    struct pt_brief_num n = pt_brief_ratio(paid + (int64_t)rest, full, source, "FG5");

    n.forecast = !n.na && month < 12;
    return n;
}

int pt_brief_city_source(struct pt_brief *b, const char *figure, int32_t valid_at) {
    if (b->region[0])
        return pt_brief_source_figure(b, REGION, b->region, b->region_name, b->period.fy, figure,
                                      valid_at, b->now.known_at);
    return pt_brief_source_count(b, "all", "全部国库支付和预算指标", "all payments and allotments",
                                 b->payments + b->allotments, NULL);
}

/* The parts of one budget: the city's figure, of these records only. */
static int budget_source(struct pt_brief *b, int bk, const char *zh, const char *en) {
    char id[32];
    char what_zh[128];
    char what_en[128];
    char trace[128];

    (void)snprintf(id, sizeof id, "bk%d", bk);
    (void)snprintf(what_zh, sizeof what_zh, "%s：人大批准、预算指标、国库支付各行之和", zh);
    (void)snprintf(what_en, sizeof what_en, "%s: sums of approval, allotment and payment lines",
                   en);
    (void)snprintf(trace, sizeof trace, "REGION:%.72s/%d/FG2.P", b->region, (int)b->period.fy);
    return pt_brief_source_count(b, id, what_zh, what_en, b->payments + b->allotments,
                                 b->region[0] ? trace : NULL);
}

static void budget_cells(struct pt_brief *b, json_t *cells, int bk, int source) {
    const struct pt_brief_sums *s = &b->sums[PT_BRIEF_NOW];
    int month = pt_date_month(b->period.to);
    int64_t approved = bk ? s->approved[bk] : 0;
    struct pt_brief_num n;

    for (int k = 1; bk == 0 && k <= 4; k++)
        approved += s->approved[k];
    n = pt_brief_fen(approved, source, "sum");
    n.na = approved == 0;
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_fen(pt_brief_full(s, bk, 12), source, bk ? "sum" : "FG2.Bg");
    n.na = pt_brief_full(s, bk, 12) == 0;
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_fen(pt_brief_paid(s, bk, 12), source, bk ? "sum" : "FG2.P");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_ratio(pt_brief_paid(s, bk, 12), pt_brief_full(s, bk, 12), source,
                       bk ? "sum" : "FG3");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_ahead(&n, month);
    pt_brief_add(b, cells, pt_brief_number(b, &n));
}

static void table_budgets(struct pt_brief *b, json_t *section) {
    json_t *t = pt_brief_table(b, section, "T2", "四本预算执行情况表", "The four budgets", true);
    const struct pt_brief_sums *s = &b->sums[PT_BRIEF_NOW];

    pt_brief_column(b, t, "bk", "预算种类", "Budget", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "FG1", "人大批准", "Approved", "right");
    pt_brief_column(b, t, "FG2.Bg", "全年预算", "Full-year budget", "right");
    pt_brief_column(b, t, "FG2.P", "累计支出", "Paid", "right");
    pt_brief_column(b, t, "FG3", "进度(%)", "Progress (%)", "right");
    pt_brief_column(b, t, "FG6", "序时差(百分点)", "Ahead of time (pp)", "right");
    for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
        int bk = budgets[i].bk;
        char key[8];
        json_t *cells;

        if (!budgets[i].four && pt_brief_full(s, bk, 12) == 0 && pt_brief_paid(s, bk, 12) == 0)
            continue;
        (void)snprintf(key, sizeof key, "%d", bk);
        cells = pt_brief_row_new(b, t, key, NULL);
        pt_brief_add(b, cells, pt_brief_put_text(b, budgets[i].zh, budgets[i].en));
        budget_cells(b, cells, bk, budget_source(b, bk, budgets[i].zh, budgets[i].en));
    }
    {
        json_t *cells = pt_brief_row_new(b, t, "all", "total");
        int source = pt_brief_city_source(b, "FG2.P", b->period.to);

        pt_brief_add(b, cells, pt_brief_put_text(b, "合计", "Total"));
        budget_cells(b, cells, 0, source);
    }
}

static const char *const month_en[] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static json_t *month_text(struct pt_brief *b, int month) {
    char zh[16];

    (void)snprintf(zh, sizeof zh, "%d月", month);
    return pt_brief_put_text(b, zh, month_en[month]);
}

static void chart_progress(struct pt_brief *b, json_t *section) {
    json_t *c = pt_brief_chart(b, section, "C1", "line", "执行进度与序时进度",
                               "Execution against time progress");
    json_t *actual = pt_brief_series(b, c, "执行进度", "Execution");
    json_t *time = pt_brief_series(b, c, "序时进度", "Time");
    const struct pt_brief_sums *s = &b->sums[PT_BRIEF_NOW];

    for (int m = 1; m <= 12; m++) {
        int32_t end = pt_date_month_end(b->period.fy * 10000 + m * 100 + 1);
        struct pt_brief_num tp = {.v = time_progress(m), .unit = "bp", .source = -1};

        pt_brief_add(b, json_object_get(c, "labels"), month_text(b, m));
        pt_brief_add(b, time, pt_brief_number(b, &tp));
        if (end <= b->period.to) {
            struct pt_brief_num p = pt_brief_ratio(pt_brief_paid(s, 0, m), pt_brief_full(s, 0, m),
                                                   pt_brief_city_source(b, "FG3", end), "FG3");
            pt_brief_add(b, actual, pt_brief_number(b, &p));
        } else {
            pt_brief_add(b, actual, json_null());
        }
    }
}

static void month_row(struct pt_brief *b, json_t *t, int m) {
    const struct pt_brief_sums *s = &b->sums[PT_BRIEF_NOW];
    int32_t end = pt_date_month_end(b->period.fy * 10000 + m * 100 + 1);
    int source = pt_brief_city_source(b, "FG2.P", end);
    struct pt_brief_num tp = {
        .v = time_progress(m), .unit = "bp", .source = source, .figure = "FG6.TP"};
    struct pt_brief_num n;
    char key[12];
    json_t *cells;

    (void)snprintf(key, sizeof key, "%04d-%02d", (int)b->period.fy, m);
    cells = pt_brief_row_new(b, t, key, NULL);
    pt_brief_add(b, cells, month_text(b, m));
    n = pt_brief_fen(pt_brief_paid(s, 0, m) - (m > 1 ? pt_brief_paid(s, 0, m - 1) : 0), source,
                     "FG2.P");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    n = pt_brief_fen(pt_brief_paid(s, 0, m), source, "FG2.P");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    (void)pt_brief_city_source(b, "FG2.Bg", end);
    n = pt_brief_fen(pt_brief_full(s, 0, m), source, "FG2.Bg");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    (void)pt_brief_city_source(b, "FG3", end);
    n = pt_brief_ratio(pt_brief_paid(s, 0, m), pt_brief_full(s, 0, m), source, "FG3");
    pt_brief_add(b, cells, pt_brief_number(b, &n));
    (void)pt_brief_city_source(b, "FG6.TP", end);
    pt_brief_add(b, cells, pt_brief_number(b, &tp));
    (void)pt_brief_city_source(b, "FG6", end);
    n = pt_brief_ahead(&n, m);
    pt_brief_add(b, cells, pt_brief_number(b, &n));
}

static void table_months(struct pt_brief *b, json_t *section) {
    json_t *t = pt_brief_table(b, section, "C1", "分月执行情况", "By month", true);

    pt_brief_column(b, t, "month", "月份", "Month", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "paid", "当月支出", "Paid in month", "right");
    pt_brief_column(b, t, "FG2.P", "累计支出", "Paid to date", "right");
    pt_brief_column(b, t, "FG2.Bg", "全年预算", "Full-year budget", "right");
    pt_brief_column(b, t, "FG3", "进度(%)", "Progress (%)", "right");
    pt_brief_column(b, t, "FG6.TP", "序时(%)", "Time (%)", "right");
    pt_brief_column(b, t, "FG6", "序时差(百分点)", "Ahead (pp)", "right");
    for (int m = 1; m <= pt_date_month(b->period.to); m++)
        month_row(b, t, m);
}

int pt_brief_budget(struct pt_brief *b, struct pt_err *err) {
    json_t *s = pt_brief_section(b, "BR2", false, "预算执行与共性绩效指标",
                                 "Budget execution and the common indicators");

    table_budgets(b, s);
    chart_progress(b, s);
    table_months(b, s);
    return pt_brief_departments(b, s, err);
}
