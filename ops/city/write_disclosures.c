/* Finance: what was made public (S03), each within its term: approvals of congress, what each
 * department and unit was allotted, goals and self-evaluations of what is major, the results of
 * evaluations. */
#include "evals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shown {
    int32_t day, year;
    const char *subject_kind, *subject;
    const char *figure; /* NULL = none */
    int64_t fen;
};

struct pages {
    struct table *t;
    int32_t n; /* documents so far */
    struct pt_rng rng;
    char digest[65];
};

/* Begins a disclosure: a page, published on the day it is sent. */
static void open_page(struct pages *d) {
    d->n++;
    for (int i = 0; i < 4; i++)
        (void)snprintf(d->digest + 16 * i, 17, "%016llx", (unsigned long long)pt_rng_next(&d->rng));
}

static void show(struct pages *d, const struct shown *x, const char *party, const char *what) {
    char url[64];
    char no[24];

    (void)snprintf(no, sizeof(no), "GK-%05d", d->n);
    (void)snprintf(url, sizeof(url), "http://www.jinan.example/ysgk/%05d.html", d->n);
    table_row(d->t, x->day, no, 0);
    table_str(d->t, x->subject_kind);
    table_str(d->t, x->subject);
    table_int(d->t, x->year);
    table_str(d->t, party);
    table_str(d->t, what);
    table_str(d->t, x->figure);
    if (x->figure != NULL)
        table_fen(d->t, x->fen);
    else
        table_empty(d->t, 1);
    table_str(d->t, url);
    table_date(d->t, x->day);
    table_str(d->t, d->digest);
}

/* One page of one record. */
static void show_one(struct pages *d, const struct shown *x, const char *party, const char *what) {
    open_page(d);
    show(d, x, party, what);
}

/* Approvals are shown eight working days after they were sent, the accounts three. */
static void show_approvals(struct pages *d, const struct city *c) {
    struct shown x = {.year = CITY_FY, .subject_kind = "区县", .subject = CITY_RGN};

    for (int32_t i = 0; i < c->n_approvals; i++) {
        const struct city_approval *a = &c->approvals[i];

        x.day = city_approval_shown_on(a->day);
        show_one(d, &x, "congress", a->no);
    }
}

/* The first allotments that a department (or, `by_unit`, one of its units) got on one day. */
static void show_allotted(struct pages *d, const struct city *c, int32_t org, bool by_unit,
                          int32_t day) {
    const struct shown x = {.day = city_shown_on(c, org, day),
                            .year = CITY_FY,
                            .subject_kind = by_unit ? "单位" : "部门",
                            .subject = c->orgs[org].uscc};
    bool open = false;

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if ((by_unit ? p->unit : p->dept) != org || x.day == 0)
            continue;
        if (city_shown_on(c, p->unit, day) != x.day) /* its unit's own are not on this page */
            continue;
        for (int32_t k = 0; k < p->n_quotas; k++) {
            if (p->quotas[k].kind != QUOTA_INITIAL || p->quotas[k].day != day)
                continue;
            if (!open)
                open_page(d);
            open = true;
            show(d, &x, "finance", p->quotas[k].no);
        }
    }
}

static int by_day(const void *a, const void *b) {
    return *(const int32_t *)a - *(const int32_t *)b;
}

static void show_allotments(struct pages *d, const struct city *c) {
    int32_t *days = city_alloc((size_t)c->n_projects * CITY_MAX_QUOTAS, sizeof(*days));
    int32_t n = 0;

    for (int32_t i = 0; i < c->n_projects; i++)
        for (int32_t k = 0; k < c->projects[i].n_quotas; k++)
            if (c->projects[i].quotas[k].kind == QUOTA_INITIAL)
                days[n++] = c->projects[i].quotas[k].day;
    qsort(days, (size_t)n, sizeof(*days), by_day);
    for (int32_t i = 0; i < n; i++) {
        if (i > 0 && days[i] == days[i - 1])
            continue;
        for (int32_t o = 0; o < c->n_units; o++)
            show_allotted(d, c, o, o >= CITY_DEPTS, days[i]);
    }
    free(days);
}

static void show_majors(struct pages *d, const struct city *c) {
    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        struct shown x = {.day = city_add_workdays(DAY_APPROVED, 6),
                          .year = CITY_FY,
                          .subject_kind = p->policy ? "政策" : "项目",
                          .subject = p->code};

        if (!p->is_major)
            continue;
        if (p->goal_published_day != 0)
            x.day = p->goal_published_day;
        if (!p->goal_unpublished)
            show_one(d, &x, "finance", p->goal_no);
        if (p->policy)
            continue;
        if (p->fin_key_published) {
            x.day = p->fin_key_published;
            show_one(d, &x, "finance", p->fin_key_no);
        }
        if (p->self_unpublished)
            continue;
        x.day = p->self_published_day ? p->self_published_day : city_add_workdays(DAY_FINAL, 1);
        x.figure = "FG2.P";
        x.fen = p->paid[12] + p->published_delta;
        show_one(d, &x, "finance", p->self_no);
    }
}

static void show_depts(struct pages *d, const struct city *c) {
    for (int32_t i = 0; i < CITY_DEPTS; i++) {
        struct shown x = {.day = city_add_workdays(DAY_APPROVED, 6),
                          .year = CITY_FY,
                          .subject_kind = "部门",
                          .subject = c->orgs[i].uscc};
        char no[24];

        (void)snprintf(no, sizeof(no), "MB2019-B%04d", i + 1);
        show_one(d, &x, "finance", no);
        x.day = city_add_workdays(DAY_DEPT_EVAL, 14);
        (void)snprintf(no, sizeof(no), "PJ2019-B%04d", i + 1);
        show_one(d, &x, "finance", no);
    }
}

static void show_key_evaluations(struct pages *d, const struct city *c) {
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n = city_key_evaluations(c, list);

    for (int32_t i = 0; i < n; i++)
        if (list[i].shown != 0)
            show_one(d,
                     &(struct shown){.day = list[i].shown,
                                     .year = CITY_FY - 1,
                                     .subject_kind = list[i].subject_kind,
                                     .subject = list[i].subject},
                     "finance", list[i].no);
}

int city_write_disclosures(struct city *c, struct pt_err *err) {
    struct pages d = {0};

    d.t = table_new(c, &style_finance, "disclosures.csv", "S03",
                    "公开日期,公开编号,事项类别,项目代码,年度,公开主体,公开单据号,数据项,金额,网址,"
                    "发布日期,网页摘要",
                    false);
    city_rng(c, &d.rng, "pages", 0);
    show_approvals(&d, c);
    show_allotments(&d, c);
    show_majors(&d, c);
    show_depts(&d, c);
    show_key_evaluations(&d, c);
    return table_close(d.t, err);
}
