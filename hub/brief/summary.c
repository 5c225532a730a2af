/* BR1: three to six sentences, worst first, and the core figures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/v1/common.pb-c.h>

#include "internal.h"

enum { SENTENCES = 6 };

/* ---- figures ---- */

struct core {
    const char *key;
    const char *zh;
    const char *en;
    struct pt_brief_num now;
    struct pt_brief_num before;
    struct pt_brief_num published; /* before, as known then */
    bool ledger;                   /* published can differ */
};

static bool same_year(const struct pt_brief *b) {
    return b->before.fy == b->period.fy;
}

static struct pt_brief_num none(const char *unit) {
    return (struct pt_brief_num){.na = true, .unit = unit, .source = -1};
}

static struct pt_brief_num money_at(struct pt_brief *b, int known, int bk, bool paid, bool before) {
    const struct pt_brief_period *p = before ? &b->before : &b->period;
    const struct pt_brief_sums *s = &b->sums[known];
    int m = pt_date_month(p->to);
    const char *figure = paid ? "FG2.P" : "FG2.Bg";
    int source = pt_brief_city_source(b, figure, p->to);

    if (before && !same_year(b))
        return none("fen");
    return pt_brief_fen(paid ? pt_brief_paid(s, bk, m) : pt_brief_full(s, bk, m), source,
                        bk ? "sum" : figure);
}

static struct pt_brief_num progress_at(struct pt_brief *b, int known, bool before) {
    const struct pt_brief_period *p = before ? &b->before : &b->period;
    const struct pt_brief_sums *s = &b->sums[known];
    int m = pt_date_month(p->to);

    if (before && !same_year(b))
        return none("bp");
    return pt_brief_ratio(pt_brief_paid(s, 0, m), pt_brief_full(s, 0, m),
                          pt_brief_city_source(b, "FG3", p->to), "FG3");
}

static struct pt_brief_num ahead_at(struct pt_brief *b, int known, bool before) {
    struct pt_brief_num n = progress_at(b, known, before);

    n = pt_brief_ahead(&n, pt_date_month(before ? b->before.to : b->period.to));
    (void)pt_brief_city_source(b, "FG6", before ? b->before.to : b->period.to);
    return n;
}

static struct pt_brief_num outturn_at(struct pt_brief *b, bool before) {
    const struct pt_brief_period *p = before ? &b->before : &b->period;
    const struct pt_brief_sums *s = &b->sums[PT_BRIEF_NOW];
    int m = pt_date_month(p->to);

    if (before && !same_year(b))
        return none("bp");
    return pt_brief_outturn(pt_brief_paid(s, 0, m), pt_brief_full(s, 0, m), p->to,
                            pt_brief_city_source(b, "FG5", p->to));
}

static int region_figure(struct pt_brief *b, const char *id, const char *unit, bool before,
                         struct pt_brief_num *ret, struct pt_err *err) {
    const struct pt_brief_period *p = before ? &b->before : &b->period;
    struct pt_figure f;
    int rc;

    *ret = none(unit);
    if (!b->region[0] || (before && !same_year(b)))
        return 0;
    const struct pt_figure_ask ask = {PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION,
                                      b->region,
                                      p->fy,
                                      id,
                                      p->to,
                                      b->now.known_at};
    rc = pt_ledger_figure(b->l, &ask, &f, err);
    if (rc == 0)
        *ret = pt_brief_from_figure(&f, pt_brief_city_source(b, id, p->to));
    return rc;
}

static struct pt_brief_num warnings_open(struct pt_brief *b, int sev, bool before) {
    if (before && b->since.known_at == 0)
        return none("count");
    return before ? pt_brief_count_num(b->count_before.open[sev], -1)
                  : pt_brief_count_num(b->count.open[sev],
                                       pt_brief_warning_source(b, "open", "期末在办的比对差异",
                                                               "discrepancies open at the end"));
}

static int64_t sum3(const int64_t v[4]) {
    return v[1] + v[2] + v[3];
}

static struct pt_brief_num overdue(struct pt_brief *b, bool before) {
    if (before && b->since.known_at == 0)
        return none("count");
    return before ? pt_brief_count_num(sum3(b->count_before.overdue), -1)
                  : pt_brief_count_num(sum3(b->count.overdue),
                                       pt_brief_warning_source(b, "overdue", "逾期未整改的比对差异",
                                                               "overdue discrepancies"));
}

/* Recovered and used again, X04, to the end of the period. */
static int controlled(struct pt_brief *b, int action, bool before, struct pt_brief_num *ret,
                      struct pt_err *err) {
    static const char sql[] = "SELECT coalesce(sum(r.sign * f.fen), 0), count(*) FROM record r"
                              " JOIN f_fund_control f ON f.rec = r.rec WHERE r.type = "
                              "@TYPE_FUND_CONTROL AND r.fy = ?1 AND f.action = ?2"
                              " AND r.valid_from <= ?3 AND " PT_BRIEF_LIVE("r", "?4");
    const struct pt_brief_period *p = before ? &b->before : &b->period;
    struct sqlite3_stmt *st = NULL;
    char id[48];
    int rc = pt_sql_query(b->sql, &st, err, sql, "iiii", (int64_t)p->fy, (int64_t)action,
                          (int64_t)p->to, (int64_t)b->now.known_at);

    *ret = none("fen");
    (void)snprintf(id, sizeof id, "control%d/%d", action, (int)p->to);
    if (pt_sql_row(b->sql, st, &rc, err) && (!before || same_year(b)))
        *ret = pt_brief_fen(
            pt_sql_i64(st, 0),
            pt_brief_source_count(
                b, id, action == 5 ? "收回沉淀资金的管控记录" : "再安排资金的管控记录",
                action == 5 ? "controls that recovered funds" : "controls that reallocated funds",
                pt_sql_i64(st, 1), NULL),
            "sum");
    pt_sql_done(b->sql, st);
    return rc;
}

static json_t *unit_text(struct pt_brief *b, const char *unit) {
    char zh[48];
    char en[48];

    if (strcmp(unit, "fen") == 0) {
        (void)snprintf(zh, sizeof zh, "万%s", b->money_zh);
        (void)snprintf(en, sizeof en, "10,000 %s", b->money_en);
        return pt_brief_put_text(b, zh, en);
    }
    if (strcmp(unit, "bp") == 0)
        return pt_brief_put_text(b, "%", "%");
    return strcmp(unit, "pp") == 0 ? pt_brief_put_text(b, "百分点", "pp")
                                   : pt_brief_put_text(b, "项", "count");
}

static void add_core(struct pt_brief *b, json_t *t, const struct core *c) {
    json_t *cells = pt_brief_row_new(b, t, c->key, NULL);
    struct pt_brief_num change = pt_brief_change(&c->now, &c->before);

    pt_brief_add(b, cells, pt_brief_put_text(b, c->zh, c->en));
    pt_brief_add(b, cells, unit_text(b, c->now.unit));
    pt_brief_add(b, cells, pt_brief_number(b, &c->now));
    pt_brief_add(b, cells, pt_brief_number(b, &c->before));
    pt_brief_add(b, cells, pt_brief_number(b, &change));
    pt_brief_put(b, b->figures, c->key, pt_brief_number(b, &c->now));
    if (c->ledger && !c->before.na && !c->published.na && c->before.v != c->published.v) {
        json_t *row =
            json_pack("{s:o, s:o, s:o}", "name", pt_brief_put_text(b, c->zh, c->en), "old",
                      pt_brief_number(b, &c->published), "new", pt_brief_number(b, &c->before));
        pt_brief_add(b, b->restated, row);
    }
}

static int core_figures(struct pt_brief *b, struct core c[13], struct pt_err *err) {
    static const struct {
        const char *key, *zh, *en;
    } name[13] = {{"P.1", "一般公共预算支出", "General public budget, paid"},
                  {"P", "四本预算支出合计", "Four budgets, paid"},
                  {"Bg", "全年预算合计", "Full-year budget"},
                  {"CI-1", "预算执行进度", "CI-1 execution progress"},
                  {"Dev", "与序时进度之差", "Ahead of time progress"},
                  {"CI-2", "预算到项目率", "CI-2 budget to projects"},
                  {"CI-2.open", "尚未细化到项目", "Not yet broken down"},
                  {"CI-3", "预算支出率", "CI-3 expenditure rate"},
                  {"red", "红色预警（期末在办）", "Red warnings open"},
                  {"yellow", "黄色预警（期末在办）", "Yellow warnings open"},
                  {"overdue", "逾期未整改", "Overdue"},
                  {"recovered", "收回沉淀资金", "Idle funds recovered"},
                  {"reallocated", "收回后再安排", "Recovered and reallocated"}};
    static const char *const fig[2] = {"FG4", "FG4.open"};
    static const char *const unit[2] = {"bp", "fen"};
    int rc = 0;

    for (int i = 0; i < 13; i++) {
        memset(&c[i], 0, sizeof c[i]);
        c[i].key = name[i].key;
        c[i].zh = name[i].zh;
        c[i].en = name[i].en;
        c[i].ledger = i < 5;
    }
    for (int k = 0; k < 2; k++) {
        bool before = k == 1;
#define SIDE(i) (before ? &c[i].before : &c[i].now)
        *SIDE(0) = money_at(b, PT_BRIEF_NOW, 1, true, before);
        *SIDE(1) = money_at(b, PT_BRIEF_NOW, 0, true, before);
        *SIDE(2) = money_at(b, PT_BRIEF_NOW, 0, false, before);
        *SIDE(3) = progress_at(b, PT_BRIEF_NOW, before);
        *SIDE(4) = ahead_at(b, PT_BRIEF_NOW, before);
        for (int f = 0; f < 2 && rc == 0; f++)
            rc = region_figure(b, fig[f], unit[f], before, SIDE(5 + f), err);
        *SIDE(7) = outturn_at(b, before);
        *SIDE(8) = warnings_open(b, 3, before);
        *SIDE(9) = warnings_open(b, 2, before);
        *SIDE(10) = overdue(b, before);
        for (int a = 0; a < 2 && rc == 0; a++)
            rc = controlled(b, 5 + a, before, SIDE(11 + a), err);
#undef SIDE
    }
    if (b->since.known_at > 0) {
        c[0].published = money_at(b, PT_BRIEF_SINCE, 1, true, true);
        c[1].published = money_at(b, PT_BRIEF_SINCE, 0, true, true);
        c[2].published = money_at(b, PT_BRIEF_SINCE, 0, false, true);
        c[3].published = progress_at(b, PT_BRIEF_SINCE, true);
        c[4].published = ahead_at(b, PT_BRIEF_SINCE, true);
    } else {
        for (int i = 0; i < 5; i++)
            c[i].ledger = false;
    }
    return rc;
}

/* ---- sentences ---- */

struct sentence {
    int weight; /* worst first; equal ones in the order they were thought of */
    const char *lead_zh, *lead_en;
    const char *zh, *en;
    json_t *vars;
};

struct said {
    struct sentence s[12];
    size_t n;
};

static json_t *say(struct said *said, int weight, const char *lead_zh, const char *lead_en,
                   const char *zh, const char *en) {
    struct sentence *s = &said->s[said->n++];

    PT_ASSERT(said->n <= sizeof said->s / sizeof said->s[0]);
    *s = (struct sentence){weight, lead_zh, lead_en, zh, en, json_object()};
    return s->vars;
}

static void count_var(struct pt_brief *b, json_t *v, const char *name, int64_t n, int source) {
    struct pt_brief_num x = pt_brief_count_num(n, source);

    pt_brief_var(b, v, name, &x);
}

static void say_warnings(struct pt_brief *b, struct said *said) {
    const struct pt_brief_count *c = &b->count;
    bool first = b->since.known_at == 0;
    bool none_at_all = sum3(c->fresh) + sum3(c->closed) + sum3(c->open) == 0;
    int weight = c->open[3] > 0 || sum3(c->overdue) > 0 ? 3 : c->fresh[2] > 0 ? 2 : 1;
    int fresh = pt_brief_warning_source(b, "fresh", "本期新增的比对差异",
                                        "discrepancies new in this period");
    int closed = pt_brief_warning_source(b, "closed", "本期销号的比对差异",
                                         "discrepancies closed in this period");
    struct pt_brief_num fen = pt_brief_fen(b->overdue_fen, -1, "sum");
    json_t *v;

    if (none_at_all) {
        (void)say(said, 1, "预警整改。", "Warnings. ", "本期无新增预警，期末无在办预警。",
                  "No warning is new, none is open.");
        return;
    }
    v = say(
        said, weight, "预警整改。", "Warnings. ",
        first ? "本期新增红色预警{r}项、黄色预警{y}项，已销号{k}项，逾期未整改{q}项，涉及资金{x}；"
                "期末在办红色预警{ro}项、黄色预警{yo}项。"
              : "本期新增红色预警{r}项（上期{r0}项）、黄色预警{y}项（上期{y0}项），已销号{k}项，"
                "逾期未整改{q}项，涉及资金{x}；期末在办红色预警{ro}项、黄色预警{yo}项。",
        first ? "{r} red and {y} yellow warnings are new, {k} were closed, {q} are overdue and "
                "involve {x}; {ro} red and {yo} yellow ones are open."
              : "{r} red warnings (last period {r0}) and {y} yellow ones ({y0}) are new, {k} were "
                "closed, {q} are overdue and involve {x}; {ro} red and {yo} yellow ones are open.");
    count_var(b, v, "r", c->fresh[3], fresh);
    count_var(b, v, "y", c->fresh[2], fresh);
    count_var(b, v, "r0", b->count_before.fresh[3], -1);
    count_var(b, v, "y0", b->count_before.fresh[2], -1);
    count_var(b, v, "k", sum3(c->closed), closed);
    fen.source =
        pt_brief_warning_source(b, "overdue", "逾期未整改的比对差异", "overdue discrepancies");
    count_var(b, v, "q", sum3(c->overdue), fen.source);
    pt_brief_var(b, v, "x", &fen);
    fen.source =
        pt_brief_warning_source(b, "open", "期末在办的比对差异", "discrepancies open at the end");
    count_var(b, v, "ro", c->open[3], fen.source);
    count_var(b, v, "yo", c->open[2], fen.source);
}

static void say_execution(struct pt_brief *b, struct said *said) {
    const struct pt_brief_sums *s = &b->sums[PT_BRIEF_NOW];
    int m = pt_date_month(b->period.to);
    int source = pt_brief_city_source(b, "FG3", b->period.to);
    struct pt_brief_num paid = pt_brief_fen(pt_brief_paid(s, 1, m), source, "sum");
    struct pt_brief_num rate =
        pt_brief_ratio(pt_brief_paid(s, 1, m), pt_brief_full(s, 1, m), source, "sum");
    struct pt_brief_num dev = pt_brief_ahead(&rate, m);
    char month_zh[32];
    char month_en[32];
    bool behind = dev.v < 0;
    json_t *v;

    if (rate.na)
        return;
    (void)snprintf(month_zh, sizeof month_zh, "%d月底", m);
    pt_date_format(month_en, b->period.to);
    v = say(said,
            dev.v < b->lights.red_bp      ? 3
            : dev.v < b->lights.yellow_bp ? 2
                                          : 1,
            "预算执行。", "Execution. ",
            behind ? "截至{m}，全市一般公共预算支出{x}，完成全年预算的{p}，慢于序时进度{d}。"
                   : "截至{m}，全市一般公共预算支出{x}，完成全年预算的{p}，快于序时进度{d}。",
            behind ? "By {m} the general public budget had paid {x}, {p} of the year's budget, {d} "
                     "behind time."
                   : "By {m} the general public budget had paid {x}, {p} of the year's budget, {d} "
                     "ahead of time.");
    dev.plus = false;
    dev.v = behind ? -dev.v : dev.v;
    pt_brief_var_text(b, v, "m", month_zh, month_en);
    pt_brief_var(b, v, "x", &paid);
    pt_brief_var(b, v, "p", &rate);
    pt_brief_var(b, v, "d", &dev);
}

static void say_slow(struct pt_brief *b, struct said *said) {
    const struct pt_brief_dept *slowest = NULL;
    int32_t tp = pt_ratio_bp(pt_date_month(b->period.to), 12);
    int64_t n = 0;
    struct pt_brief_num rate = {.unit = "bp", .figure = "FG3"};
    char points[24];
    json_t *v;

    for (size_t i = 0; i < b->n_depts; i++)
        if (b->depts[i].rank > 0 && b->depts[i].ci1 - tp < b->lights.red_bp) {
            slowest = &b->depts[i];
            n++;
        }
    if (!slowest)
        return;
    v = say(said, 2, "部门进度。", "Departments. ",
            "{name}等{n}个部门执行进度低于序时进度{d}个百分点以上，最低为{p}。",
            "More than {d} percentage points behind time: {n} of the departments; the slowest, "
            "{name}, stands at {p}.");
    rate.v = slowest->ci1;
    rate.source = pt_brief_source_figure(b, 4, slowest->key, slowest->name, b->period.fy, "FG3",
                                         b->period.to, b->now.known_at);
    pt_brief_var_text(b, v, "name", slowest->name, slowest->name);
    count_var(b, v, "n", n, -1);
    pt_brief_points(points, sizeof points, -b->lights.red_bp);
    pt_brief_var_text(b, v, "d", points, points);
    pt_brief_var(b, v, "p", &rate);
}

static void say_breakdown(struct pt_brief *b, struct said *said, const struct pt_brief_num *open) {
    const struct pt_brief_dept *lowest = NULL;
    int64_t n = 0;
    json_t *v;

    for (size_t i = 0; i < b->n_depts; i++) {
        const struct pt_brief_dept *d = &b->depts[i];

        if (d->ci2.na || d->ci2.value >= 10000)
            continue;
        n++;
        if (!lowest || d->ci2.value < lowest->ci2.value)
            lowest = d;
    }
    if (!lowest || open->na)
        return;
    v = say(said, 2, "预算细化。", "Budget detail. ",
            "{name}等{n}个部门预算到项目率未达100%，{x}尚未细化落实到项目。",
            "Budget not broken down to projects as a whole: {n} of the departments, {name} the "
            "furthest; {x} is open.");
    pt_brief_var_text(b, v, "name", lowest->name, lowest->name);
    count_var(b, v, "n", n, -1);
    pt_brief_var(b, v, "x", open);
}

static void say_held(struct pt_brief *b, struct said *said) {
    json_t *v;

    if (b->held == 0)
        return;
    v = say(said, 2, "拨款管控。", "Funds held back. ", "期末对{n}个事项暂缓或停止拨款。",
            "Funds are suspended or stopped for {n} subject(s).");
    count_var(b, v, "n", b->held,
              pt_brief_source_count(b, "held", "期末有效的暂缓、停止拨款记录",
                                    "controls that suspend or stop funds", b->held, NULL));
}

/* The widest gap between self-evaluation and spot check that arrived in this period. */
static int say_gap(struct pt_brief *b, struct said *said, struct pt_err *err) {
    static const char sql[] =
        "SELECT subject, kind, fy, self, spot, count(*) OVER () FROM ("
        " SELECT r.subject, r.kind, r.fy, p.total_cp AS spot, (SELECT v.total_cp FROM record x"
        "   JOIN f_evaluation v ON v.rec = x.rec WHERE x.subject = r.subject AND x.type = "
        "@TYPE_EVALUATION"
        "   AND x.fy = r.fy AND v.kind = @EVALUATION_KIND_SELF AND v.total_cp IS NOT NULL "
        "AND " PT_BRIEF_LIVE("x", "?1") PT_BRIEF_ORDER(
            "x") " LIMIT 1) AS self"
                 " FROM record r JOIN f_evaluation p ON p.rec = r.rec WHERE r.type = "
                 "@TYPE_EVALUATION AND "
                 "p.kind = @EVALUATION_KIND_SPOT"
                 "  AND p.total_cp IS NOT NULL AND r.log_index >= ?2 AND " PT_BRIEF_LIVE(
                     "r", "?1") ") WHERE abs(self - spot) >= 1000 ORDER BY abs(self - spot) DESC, "
                                "subject LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, sql, "ii", (int64_t)b->now.known_at,
                          (int64_t)b->since.known_at);

    if (pt_sql_row(b->sql, st, &rc, err)) {
        int64_t self = pt_sql_i64(st, 3);
        int64_t spot = pt_sql_i64(st, 4);
        char name[640];
        int source;
        struct pt_brief_num n = {.unit = "cp", .figure = "FG12"};
        json_t *v =
            say(said, 2, "评价质量。", "Evaluations. ",
                "{name}自评{a}、抽评{b}，相差{c}，按规定予以通报；相差10分以上的共{n}个。",
                "{name} gave itself {a}, the spot check {b}, {c} apart, to be criticized in "
                "a circular; {n} are 10 points or more apart.");

        (void)pt_brief_name(b, pt_sql_i32(st, 1), pt_sql_text(st, 0), name, sizeof name);
        source = pt_brief_source_figure(b, pt_sql_i32(st, 1), pt_sql_text(st, 0), name,
                                        pt_sql_i32(st, 2), "FG12", b->period.to, b->now.known_at);
        pt_brief_var_text(b, v, "name", name, name);
        n.source = source;
        n.v = self;
        pt_brief_var(b, v, "a", &n);
        n.v = spot;
        pt_brief_var(b, v, "b", &n);
        n.v = self > spot ? self - spot : spot - self;
        pt_brief_var(b, v, "c", &n);
        count_var(b, v, "n", pt_sql_i64(st, 5), -1);
    }
    pt_sql_done(b->sql, st);
    return rc;
}

static void say_recovered(struct pt_brief *b, struct said *said, const struct pt_brief_num *rec,
                          const struct pt_brief_num *again) {
    json_t *v;

    if (rec->na || rec->v == 0)
        return;
    v = say(said, 0, "资金盘活。", "Idle funds. ", "本年累计收回沉淀资金{x}，已调整安排{y}。",
            "This year {x} of idle funds were recovered and {y} used again.");
    pt_brief_var(b, v, "x", rec);
    pt_brief_var(b, v, "y", again);
}

/* Findings and what audit verified of them, all that is known. */
static int say_audit(struct pt_brief *b, struct said *said, struct pt_err *err) {
    static const char sql[] =
        "WITH done AS (SELECT t.root, max(a.fen_fixed) AS fen FROM ref f"
        "  JOIN record v ON v.rec = f.rec AND v.type = @TYPE_AUDIT_VERIFY AND " PT_BRIEF_LIVE(
            "v", "?1") "  JOIN f_audit_verify a ON a.rec = v.rec AND a.status = @VERIFY_STATUS_DONE"
                       "  JOIN record t ON t.sid = f.t_sid AND t.seq = f.t_seq AND t.hash = f.hash "
                       "AND t.type = @TYPE_AUDIT_FINDING"
                       "  WHERE f.field = 'finding' GROUP BY t.root)"
                       " SELECT count(*), count(d.root), coalesce(sum(d.fen), 0) FROM record r"
                       " LEFT JOIN done d ON d.root = r.root WHERE r.type = @TYPE_AUDIT_FINDING "
                       "AND " PT_BRIEF_LIVE("r", "?1");
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, sql, "i", (int64_t)b->now.known_at);

    if (pt_sql_row(b->sql, st, &rc, err) && pt_sql_i64(st, 0) > 0) {
        int64_t found = pt_sql_i64(st, 0);
        int64_t done = pt_sql_i64(st, 1);
        int source = pt_brief_source_count(b, "audit", "审计发现及整改核查记录",
                                           "audit findings and their verifications", found, NULL);
        struct pt_brief_num rate = pt_brief_ratio(done, found, source, "count");
        struct pt_brief_num fen = pt_brief_fen(pt_sql_i64(st, 2), source, "sum");
        json_t *v = say(said, done < found ? 1 : 0, "审计整改。", "Audit. ",
                        "审计查出问题累计{n}个，已整改{m}个，整改率{p}，整改金额{x}。",
                        "Audit has found {n} problems, {m} are put right ({p}), {x} in money.");

        count_var(b, v, "n", found, source);
        count_var(b, v, "m", done, source);
        pt_brief_var(b, v, "p", &rate);
        pt_brief_var(b, v, "x", &fen);
    }
    pt_sql_done(b->sql, st);
    return rc;
}

static void put_sentences(struct pt_brief *b, json_t *section, struct said *said) {
    size_t put = 0;

    for (int weight = 3; weight >= 0; weight--)
        for (size_t i = 0; i < said->n; i++) {
            struct sentence *s = &said->s[i];

            if (s->weight != weight)
                continue;
            if (put++ < SENTENCES)
                pt_brief_para_lead(b, section, s->lead_zh, s->lead_en, s->zh, s->en, s->vars);
            else
                json_decref(s->vars);
        }
}

static void table_core(struct pt_brief *b, json_t *section, const struct core *c, size_t n) {
    json_t *t = pt_brief_table(b, section, "T1", "核心指标一览", "Core figures", false);

    pt_brief_column(b, t, "figure", "指标", "Figure", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "unit", "单位", "Unit", "center");
    pt_brief_column(b, t, "now", "本期", "This period", "right");
    pt_brief_column(b, t, "before", "上期", "Last period", "right");
    pt_brief_column(b, t, "change", "增减", "Change", "right");
    for (size_t i = 0; i < n; i++)
        add_core(b, t, &c[i]);
    pt_brief_put(b, t, "note",
                 pt_brief_put_text(b, "率的增减为百分点。", "Rates change by percentage points."));
}

int pt_brief_summary(struct pt_brief *b, struct pt_err *err) {
    json_t *s = pt_brief_section(b, "BR1", false, "本期要情", "The period in brief");
    struct said said = {.n = 0};
    struct core c[13];
    int rc = core_figures(b, c, err);

    say_warnings(b, &said);
    say_execution(b, &said);
    say_slow(b, &said);
    say_breakdown(b, &said, &c[6].now);
    say_held(b, &said);
    rc = rc == 0 ? say_gap(b, &said, err) : rc;
    rc = rc == 0 ? say_audit(b, &said, err) : rc;
    say_recovered(b, &said, &c[11].now, &c[12].now);
    put_sentences(b, s, &said);
    table_core(b, s, c, 13);
    return rc;
}
