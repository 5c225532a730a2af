/* Finance: self-evaluations, spot checks and department evaluations (V01). Organization: its
 * appraisals (O01), whose performance component is the department's score. */
#include "duties.h"

#include <stdio.h>
#include <string.h>

static const char *rating_of(int32_t cp) {
    return cp >= 9000 ? "优" : cp >= 8000 ? "良" : cp >= 6000 ? "中" : "差";
}

/* num / den in 1/unit, half up. */
static int32_t share(int64_t num, int64_t den, int64_t unit) {
    return den > 0 ? (int32_t)((num * unit * 2 + den) / (den * 2)) : 0;
}

void evaluation_write(struct table *t, const struct evaluation *e) {
    for (int32_t i = 0; i < e->n_items; i++) {
        const struct item *x = &e->items[i];

        table_row(t, e->day, e->no, i == 0 ? e->paid : 0);
        table_str(t, e->original ? "更正" : "");
        table_str(t, e->original);
        table_str(t, e->reason);
        table_str(t, e->subject_kind);
        table_str(t, e->subject);
        table_int(t, e->year);
        table_str(t, e->kind);
        table_str(t, e->by);
        table_str(t, e->frame);
        table_str(t, e->goal);
        table_fen(t, e->init);
        table_fen(t, e->full);
        table_fen(t, e->paid);
        table_cent(t, share(e->paid, e->full, 10000) + e->rate_off);
        table_str(t, x->id);
        table_str(t, strcmp(e->frame, "DPOB") == 0 ? x->id : "");
        table_cent(t, x->weight);
        table_str(t, x->actual >= 0 ? "100" : "");
        if (x->actual >= 0)
            table_cent(t, x->actual);
        else
            table_empty(t, 1);
        table_cent(t, x->score);
        table_str(t, x->score < x->weight * 8 / 10 ? "未完全达到目标" : "");
        table_cent(t, e->total);
        table_str(t, rating_of(e->total));
        table_str(t, e->reviewed);
        table_str(t, e->agency);
        table_date(t, e->feedback);
        table_digest(t, e->no);
    }
}

void evaluation_put(struct evaluation *e, const char *id, int32_t weight, int32_t score,
                    int32_t actual) {
    PT_ASSERT(e->n_items < EVALUATION_MAX_ITEMS && score >= 0 && score <= weight);
    e->items[e->n_items++] = (struct item){id, weight, score, actual};
}

void evaluation_put_money(struct evaluation *e) {
    int32_t rate = share(e->paid, e->full, 10000);
    int32_t cp = share(e->paid, e->full, 1000);

    evaluation_put(e, "CI-3", 1000, cp > 1000 ? 1000 : cp, rate);
}

const char *const self_indicators[SELF_INDICATORS] = {"Z1", "Z2", "Z3", "Z4", "Z5"};
static const int32_t self_weights[SELF_INDICATORS] = {2500, 2500, 2000, 1000, 1000};

void evaluation_split(struct evaluation *e, const char *const ids[], const int32_t weights[],
                      int32_t n, int32_t total) {
    int32_t left = total;

    for (int32_t i = 0; i < n; i++) {
        int32_t rest = 0;
        int32_t cp;

        for (int32_t k = i; k < n; k++)
            rest += weights[k];
        cp = i == n - 1 ? left : (int32_t)((int64_t)left * weights[i] / rest);
        evaluation_put(e, ids[i], weights[i], cp, -1);
        left -= cp;
    }
}

/* The indicators' scores fit `total`; weights are such that each actual is exact to 0.01 %. */
static void self_items(struct evaluation *e, int32_t total, int32_t excess) {
    e->total = total;
    evaluation_put_money(e);
    PT_ASSERT(total >= e->items[0].score && total - e->items[0].score <= 9000);
    evaluation_split(e, self_indicators, self_weights, SELF_INDICATORS, total - e->items[0].score);
    for (int32_t i = 1; i < e->n_items; i++)
        e->items[i].actual =
            (e->items[i].score - (i == 1 ? excess : 0)) * 10000 / e->items[i].weight;
}

static void spot_items(struct evaluation *e, int32_t total) {
    static const char *const ids[4] = {"决策", "过程", "产出", "效益"};
    static const int32_t weights[4] = {2000, 2000, 3000, 3000};

    e->total = total;
    evaluation_split(e, ids, weights, 4, total);
}

static struct evaluation of_project(const struct city_project *p) {
    return (struct evaluation){.year = CITY_FY,
                               .subject_kind = "项目",
                               .subject = p->code,
                               .goal = p->goal_no,
                               .init = city_initial(p),
                               .full = city_full(p, 20191231),
                               .paid = p->paid[12]};
}

void self_actuals(const struct city_project *p, int32_t total, int32_t out[SELF_INDICATORS]) {
    struct evaluation e = of_project(p);

    self_items(&e, total, p->self_excess);
    for (int32_t i = 0; i < SELF_INDICATORS; i++)
        out[i] = e.items[i + 1].actual;
}

static void write_project(struct table *t, const struct city_project *p) {
    struct evaluation e = of_project(p);
    char again[24];

    e.day = p->self_day;
    e.no = p->self_no;
    e.kind = "自评";
    e.by = p->unit == p->dept ? "部门" : "单位";
    e.frame = "SELF100";
    e.paid += p->self_paid_delta;
    e.rate_off = p->self_rate_off;
    e.agency = p->self_agency ? city_agency(p->self_agency - 1) : NULL;
    self_items(&e, p->self_cp, p->self_excess);
    evaluation_write(t, &e);
    if (p->self_replaced_day) {
        struct evaluation r = of_project(p);

        (void)snprintf(again, sizeof(again), "%s-2", p->self_no);
        r.day = p->self_replaced_day;
        r.no = again;
        r.original = p->self_no;
        r.reason = "根据抽查意见更正";
        r.kind = e.kind;
        r.by = e.by;
        r.frame = e.frame;
        self_items(&r, p->self_replaced_cp, 0);
        evaluation_write(t, &r);
    }
    if (p->spot_cp) {
        struct evaluation s = of_project(p);

        s.day = p->spot_day;
        s.no = p->spot_no;
        s.kind = "抽查复核";
        s.by = "财政";
        s.frame = "DPOB";
        s.reviewed = p->self_no;
        spot_items(&s, p->spot_cp);
        evaluation_write(t, &s);
    }
    if (p->fin_key_day) {
        struct evaluation k = of_project(p);

        k.day = k.feedback = p->fin_key_day;
        k.no = p->fin_key_no;
        k.kind = "财政重点";
        k.by = "财政";
        k.frame = "DPOB";
        spot_items(&k, 8800);
        evaluation_write(t, &k);
    }
    if (p->expiry_eval_day) {
        struct evaluation x = of_project(p);

        x.day = x.feedback = p->expiry_eval_day;
        x.no = p->expiry_no;
        x.kind = "到期评估";
        x.by = "财政";
        x.frame = "DPOB";
        spot_items(&x, 8600);
        evaluation_write(t, &x);
    }
}

static struct evaluation of_dept(const struct city *c, int32_t d, char no[24], char goal[24]) {
    static const char *const ids[6] = {"B1", "B2", "B3", "B4", "B5", "B6"};
    struct evaluation e = {.year = CITY_FY,
                           .day = DAY_DEPT_EVAL,
                           .feedback = DAY_DEPT_EVAL,
                           .no = no,
                           .subject_kind = "部门",
                           .subject = c->orgs[d].uscc,
                           .kind = "部门整体",
                           .by = "部门",
                           .frame = "DEPT6",
                           .goal = goal};
    struct pt_rng r;

    city_rng(c, &r, "dept evaluation", d);
    (void)snprintf(no, 24, "PJ2019-B%04d", d + 1);
    (void)snprintf(goal, 24, "MB2019-B%04d", d + 1);
    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if (p->dept != d || p->policy)
            continue;
        e.init += city_initial(p);
        e.full += city_full(p, 20191231);
        e.paid += p->paid[12];
    }
    evaluation_put_money(&e);
    for (int i = 0; i < 6; i++) {
        int32_t actual = (int32_t)city_between(&r, 410, 495) * 20;

        evaluation_put(&e, ids[i], 1500, actual / 20 * 3, actual);
    }
    for (int32_t i = 0; i < e.n_items; i++)
        e.total += e.items[i].score;
    return e;
}

int city_write_evaluations(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_finance, "evaluations.csv", "V01",
                  "录入日期,评价编号,更正方式,原评价编号,更正原因,事项类别,项目代码,"
                  "年度,评价类型,评价主体,评价框架,目标编号,年初预算,全年预算,全年支出,"
                  "执行率,指标编号,评价环节,权重,目标值,实际值,得分,扣分原因,总分,等级,"
                  "复核评价编号,机构代码,反馈日期,报告摘要",
                  false);

    for (int32_t i = 0; i < c->n_projects; i++)
        if (!c->projects[i].policy)
            write_project(t, &c->projects[i]);
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        char no[24];
        char goal[24];
        struct evaluation e = of_dept(c, d, no, goal);

        evaluation_write(t, &e);
    }
    city_write_key_evals(t, c);
    return table_close(t, err);
}

/* ---- appraisals */

struct component {
    const char *name;
    int32_t weight, score, total; /* total: score times weight */
    int32_t cites, ledger;        /* a snapshot's day, 0 = none; the score taken over from it */
};

struct appraisal {
    int32_t sent;
    char no[24], original[24]; /* original: empty where it corrects none */
    const char *kind, *target;
};

static struct component component(const char *name, int32_t weight, int32_t score) {
    return (struct component){
        .name = name, .weight = weight, .score = score, .total = weight * score};
}

static void appraisal_write(struct table *t, const struct appraisal *a,
                            const struct component *list, size_t n_list) {
    int64_t sum = 0;
    int32_t total;

    for (size_t i = 0; i < n_list; i++)
        sum += list[i].total;
    total = (int32_t)((sum + 5000) / 10000);
    for (size_t i = 0; i < n_list; i++) {
        bool corrects = a->original[0] != '\0';

        table_row(t, a->sent, a->no, 0);
        table_str(t, corrects ? "更正" : NULL);
        table_str(t, corrects ? a->original : NULL);
        table_str(t, corrects ? "台账得分录入有误" : NULL);
        table_str(t, a->kind);
        table_str(t, a->target);
        table_int(t, CITY_FY);
        table_cent(t, total);
        table_str(t, total >= 9000 ? "优秀" : total >= 8000 ? "良好" : "一般");
        table_str(t, list[i].name);
        table_cent(t, list[i].weight);
        table_cent(t, list[i].score);
        table_date(t, list[i].cites);
        if (list[i].cites)
            table_cent(t, list[i].ledger);
        else
            table_empty(t, 1);
    }
}

static struct component performance(const struct city_appraised *p, int32_t score, bool mended) {
    int32_t weighted = p->weighted ? (score * p->weight + 5000) / 10000 : score;
    struct component k = component("预算绩效", p->weight, weighted + (mended ? 0 : p->score_off));

    if (p->weighted)
        k.total = p->weight * score;
    k.cites = p->cites;
    k.ledger = score + (mended ? 0 : p->ledger_off);
    return k;
}

static void of_department(struct table *t, const struct city *c, int32_t d, bool mended) {
    const struct city_appraised p = city_appraised(d);
    struct appraisal a = {
        .sent = mended ? p.mended : p.sent, .kind = "部门", .target = c->orgs[d].uscc};
    char no[24];
    char goal[24];
    struct evaluation e = of_dept(c, d, no, goal);
    struct pt_rng r;

    city_rng(c, &r, "appraisal", d);
    struct component list[] = {
        performance(&p, e.total, mended),
        component("业务工作", 7000 - p.weight, (int32_t)city_between(&r, 8400, 9800)),
        component("党的建设", 2000, (int32_t)city_between(&r, 8600, 9800)),
        component("社会评价", 1000, (int32_t)city_between(&r, 8000, 9700)),
    };
    city_appraisal_no(d, mended, a.no);
    if (mended)
        city_appraisal_no(d, false, a.original);
    appraisal_write(t, &a, p.weight > 0 || p.listed ? list : list + 1,
                    p.weight > 0 || p.listed ? 4 : 3);
}

int city_write_appraisals(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_organization, "appraisals.csv", "O01",
                                "发布日期,考核编号,更正方式,原考核编号,更正原因,对象类别,考核对象,"
                                "年度,总分,等次,考核项目,权重,得分,台账日期,台账得分",
                                false);
    const struct city_code *regions;
    size_t n_regions = city_regions(&regions);

    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        of_department(t, c, d, false);
        if (city_appraised(d).mended)
            of_department(t, c, d, true);
    }
    for (size_t i = 0; i < n_regions; i++) {
        struct appraisal a = {.sent = DAY_APPRAISAL, .kind = "区县", .target = regions[i].code};
        struct pt_rng r;

        city_rng(c, &r, "appraisal of a district", (int64_t)i);
        struct component list[] = {
            component("高质量发展", 6000, (int32_t)city_between(&r, 8200, 9600)),
            component("党的建设", 2500, (int32_t)city_between(&r, 8600, 9800)),
            component("社会评价", 1500, (int32_t)city_between(&r, 8000, 9700)),
        };
        city_appraisal_no(CITY_DEPTS + (int32_t)i, false, a.no);
        appraisal_write(t, &a, list, 3);
    }
    return table_close(t, err);
}
