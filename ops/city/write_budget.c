/* Congress: approvals (B03), each yuan once at the finest level. Finance: allotments (B04). */
#include "packages.h"
#include "transfers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TRANSFERS 16

struct line {
    int32_t bk, dept, project; /* -1 = not bound to one */
    char transfer[32];         /* empty = it is none */
    char func[8];
    int64_t fen;
};

/* Seen by congress one by one. */
static bool is_key(const struct line *x) {
    return x->project >= 0 || x->transfer[0] != '\0';
}

struct lines {
    struct line *list;
    size_t n;
};

static void add_line(struct lines *ls, const struct city_project *p, int32_t index, int64_t fen) {
    struct line x = {.bk = p->bk,
                     .dept = p->line == LINE_FUNC ? -1 : p->dept,
                     .project = p->line == LINE_SUBJECT ? index : -1,
                     .fen = fen};

    (void)snprintf(x.func, sizeof(x.func), "%s", p->voted[0] ? p->voted : p->func);
    for (size_t i = 0; i < ls->n; i++) {
        struct line *y = &ls->list[i];

        if (x.bk == y->bk && x.dept == y->dept && x.project == y->project &&
            strcmp(x.func, y->func) == 0) {
            y->fen += fen;
            return;
        }
    }
    ls->list[ls->n++] = x;
}

static int by_line(const void *a, const void *b) {
    const struct line *x = a;
    const struct line *y = b;

    if (x->bk != y->bk)
        return x->bk - y->bk;
    if (x->dept != y->dept)
        return x->dept - y->dept;
    if (strcmp(x->func, y->func) != 0)
        return strcmp(x->func, y->func);
    return x->project != y->project ? x->project - y->project : strcmp(x->transfer, y->transfer);
}

struct doc {
    char no[40];
    const char *kind;
    const char *original; /* number of what it replaces; NULL = nothing */
    int32_t day, voted;
    bool key; /* project lines, in yuan; else in whole 万元 */
};

static int64_t rounded(const struct doc *d, int64_t fen) {
    if (d->key)
        return fen;
    return (fen + CITY_WAN / 2) / CITY_WAN * CITY_WAN;
}

static void amount_cell(struct table *t, const struct doc *d, int64_t fen) {
    if (d->key)
        table_fen(t, fen);
    else
        table_int(t, fen / CITY_WAN);
}

static void write_doc(struct table *t, const struct city *c, const struct doc *d,
                      const struct lines *ls, int32_t bk) {
    int64_t total = 0;

    for (size_t i = 0; i < ls->n; i++)
        if (ls->list[i].bk == bk && is_key(&ls->list[i]) == d->key)
            total += rounded(d, ls->list[i].fen);
    for (size_t i = 0; i < ls->n; i++) {
        const struct line *x = &ls->list[i];

        if (x->bk != bk || is_key(x) != d->key)
            continue;
        table_row(t, d->day, d->no, rounded(d, x->fen));
        table_str(t, d->original ? "更正" : NULL);
        table_str(t, d->original);
        table_str(t, d->original ? "批准日期填错" : NULL);
        table_str(t, d->kind);
        table_date(t, d->voted);
        table_int(t, CITY_FY);
        table_str(t, CITY_RGN);
        table_str(t, city_bk_name(x->bk));
        table_str(t, x->func);
        table_str(t, x->dept >= 0 ? c->orgs[x->dept].uscc : "");
        table_str(t, x->project >= 0 ? c->projects[x->project].code : x->transfer);
        amount_cell(t, d, rounded(d, x->fen));
        amount_cell(t, d, total);
    }
}

/* Keeps the number of a document that has lines: what is disclosed names it. */
static void note_approval(struct city *c, const struct doc *d, const struct lines *ls, int32_t bk) {
    bool any = false;

    for (size_t i = 0; i < ls->n; i++)
        any = any || (ls->list[i].bk == bk && is_key(&ls->list[i]) == d->key);
    if (!any)
        return;
    PT_ASSERT(c->n_approvals < CITY_MAX_APPROVALS);
    c->approvals[c->n_approvals].day = d->day;
    (void)snprintf(c->approvals[c->n_approvals++].no, sizeof(d->no), "%s", d->no);
}

/* `series` keeps the numbers of a year's documents apart. */
static void doc_number(char no[40], int32_t day, int32_t bk, bool key, int32_t series) {
    (void)snprintf(no, 40, "济人发〔%d〕%d号", day / 10000, bk + (key ? 10 : 0) + series * 20);
}

/* One document a budget kind and file. */
static void write_docs(struct table *t, struct city *c, const struct lines *ls, const char *kind,
                       int32_t voted, int32_t day, bool key, int32_t series) {
    for (int32_t bk = 1; bk <= 4; bk++) {
        struct doc d = {.kind = kind, .day = day, .voted = voted, .key = key};

        doc_number(d.no, day, bk, key, series);
        write_doc(t, c, &d, ls, bk);
        note_approval(c, &d, ls, bk);
    }
}

void city_adjust_no(const struct city *c, const struct city_adjust *a, char no[40]) {
    const struct city_project *p = &c->projects[a->project];

    doc_number(no, a->day, p->bk, p->line == LINE_SUBJECT, (int32_t)(a - c->adjusts) + 1);
}

/* With the right day of the vote: under its own number again, or under one that nothing has. */
static void correct_adjust(struct table *t, const struct city *c, const struct city_adjust *a,
                           const struct lines *ls, bool key) {
    int32_t bk = c->projects[a->project].bk;
    char original[40];
    struct doc d = {.kind = "预算调整", .original = original, .voted = a->voted, .key = key};

    city_adjust_no(c, a, original);
    (void)snprintf(d.no, sizeof(d.no), "%s", original);
    d.day = a->again_day;
    if (d.day != 0)
        write_doc(t, c, &d, ls, bk);
    doc_number(d.no, a->day, bk + 5, key, (int32_t)(a - c->adjusts) + 1);
    d.day = a->number_day;
    if (d.day != 0)
        write_doc(t, c, &d, ls, bk);
}

static void write_adjusts(struct table *t, struct city *c, bool key) {
    struct line one;
    struct lines ls = {&one, 0};

    for (int32_t i = 0; i < c->n_adjusts; i++) {
        const struct city_adjust *a = &c->adjusts[i];
        const struct city_project *p = &c->projects[a->project];

        if ((p->line == LINE_SUBJECT) != key)
            continue;
        ls.n = 0;
        add_line(&ls, p, a->project, a->fen);
        write_docs(t, c, &ls, "预算调整", a->mistaken ? a->mistaken : a->voted, a->day, key, i + 1);
        correct_adjust(t, c, a, &ls, key);
    }
}

static int write_file(struct city *c, const struct lines *budget, const struct lines *final,
                      bool key, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_congress, key ? "key_projects.csv" : "approvals.csv", "B03",
                  "报送日期,批准文号,更正方式,原批准文号,更正原因,批准类型,批准日期,年度,"
                  "行政区划,预算类型,功能科目,部门代码,项目代码,批准数,合计",
                  false);

    write_docs(t, c, budget, "预算", DAY_VOTED, DAY_APPROVED, key, 0);
    write_adjusts(t, c, key);
    write_docs(t, c, final, "决算", DAY_FINAL_VOTED, DAY_FINAL, key, 0);
    return table_close(t, err);
}

static void add_transfers(struct lines *ls) {
    struct approved_transfer a;

    for (size_t i = 0; city_approved_transfer(i, &a); i++) {
        struct line *x = &ls->list[ls->n++];

        PT_ASSERT(i < MAX_TRANSFERS);
        *x = (struct line){.bk = 1, .dept = -1, .project = -1, .fen = a.fen};
        (void)snprintf(x->func, sizeof(x->func), "%s", a.func);
        (void)snprintf(x->transfer, sizeof(x->transfer), "%s", a.key);
    }
}

int city_write_approvals(struct city *c, struct pt_err *err) {
    struct lines budget = {city_alloc((size_t)c->n_projects + MAX_TRANSFERS, sizeof(struct line)),
                           0};
    struct lines final = {city_alloc((size_t)c->n_projects, sizeof(struct line)), 0};
    int code;

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if (p->policy)
            continue;
        if (p->quotas[0].fen + p->ap_delta > 0) /* else approved in the year */
            add_line(&budget, p, i, p->quotas[0].fen + p->ap_delta);
        add_line(&final, p, i, p->paid[12] + p->accounts_delta);
    }
    add_transfers(&budget);
    qsort(budget.list, budget.n, sizeof(struct line), by_line);
    qsort(final.list, final.n, sizeof(struct line), by_line);
    code = write_file(c, &budget, &final, false, err);
    if (code == 0)
        code = write_file(c, &budget, &final, true, err);
    free(budget.list);
    free(final.list);
    return code;
}

/* The three linkages of what is budgeted: ex-ante evaluation, goal, last result. */
static void links(struct table *t, const struct city_project *p, const struct city_quota *q) {
    bool initial = q->kind == QUOTA_INITIAL;

    table_str(t, initial ? p->exante_no : "");
    table_str(t, initial && !p->no_goal_link ? city_goal_on(p, q->day) : "");
    table_str(t, initial && !p->no_result_link ? p->use_no : "");
}

/* `named`: the number of the correction that names the unit; NULL = it is none. */
static void allotment(struct table *t, const struct city *c, const struct city_project *p,
                      const struct city_quota *q, int32_t year, const char *named) {
    static const char *const kinds[] = {"批复", "追加", "追减", "调剂入", "调剂出"};

    table_row(t, named ? p->unit_named : q->day, named ? named : q->no, q->fen);
    table_str(t, named ? "更正" : NULL);
    table_str(t, named ? q->no : NULL);
    table_str(t, named ? "落实使用单位" : NULL);
    table_str(t, kinds[q->kind]);
    table_str(t, c->orgs[p->dept].uscc);
    table_str(t, p->unit_named && !named ? NULL : c->orgs[p->unit].uscc);
    table_str(t, "项目");
    table_str(t, p->code);
    table_int(t, p->bk);
    table_str(t, p->func);
    table_str(t, p->letter == 'R'       ? "50101"
                 : p->line == LINE_FUNC ? "51101"
                 : p->is_infra          ? "50302"
                                        : "50299");
    table_str(t, p->letter == 'R'       ? "30101"
                 : p->line == LINE_FUNC ? "30701"
                 : p->is_infra          ? "31005"
                                        : "30299");
    table_int(t, year);
    table_fen(t, q->fen);
    table_bool(t, !q->unnamed);
    table_date(t, q->day);
    table_str(t, q->kind == QUOTA_INITIAL && !p->no_goal_ref ? city_goal_on(p, q->day) : "");
    table_str(t, q->basis[0] ? q->basis : "济财预〔2019〕18号");
    links(t, p, q);
}

int city_write_allotments(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "allotments.csv", "B04",
                                "录入日期,指标文号,更正方式,原指标文号,更正原因,指标类型,部门代码,"
                                "单位代码,事项类别,项目代码,预算类型,功能科目,政府经济科目,"
                                "部门经济科目,资金年度,金额,落实到项目,下达日期,目标编号,依据文号,"
                                "挂钩评估编号,挂钩目标编号,挂钩结果编号",
                                false);

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        struct city_quota next = {
            .kind = QUOTA_INITIAL, .day = DAY_NEXT_ALLOTTED, .fen = p->next_fen};
        char named[24];

        for (int32_t k = 0; k < p->n_quotas; k++)
            allotment(t, c, p, &p->quotas[k], CITY_FY, NULL);
        if (p->unit_named > 0) {
            (void)snprintf(named, sizeof(named), "%s-2", p->quotas[0].no);
            allotment(t, c, p, &p->quotas[0], CITY_FY, named);
        }
        (void)snprintf(next.no, sizeof(next.no), "ZB2020-%06d", i + 1);
        if (p->next_fen > 0)
            allotment(t, c, p, &next, CITY_FY + 1, NULL);
    }
    return table_close(t, err);
}
