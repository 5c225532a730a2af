/* Finance's own evaluations of the year before (V01 of 2018): of every district, of the pilot
 * departments, of a few projects. */
#include "duties.h"
#include "packages.h"

#include <stdio.h>

#define KEY_PROJECTS 6
#define YEAR_BEFORE (CITY_FY - 1)
#define DAY_OLDER 20190520

/* Fed back on the day; planned and shown a while later. */
static void put_day(struct key_evaluation *k, int32_t day) {
    k->day = day;
    k->feedback = day;
    k->planned = city_add_workdays(day, 10);
    k->shown = city_add_workdays(day, 12);
}

static struct key_evaluation drawn(const struct city *c, int32_t n) {
    struct key_evaluation k = {0};
    struct pt_rng r;

    city_rng(c, &r, "key evaluation", n);
    put_day(&k, city_nth_workday(CITY_FY, 9, (int32_t)city_between(&r, 2, 13)));
    k.full = city_between(&r, 800, 90000) * CITY_WAN;
    k.total = (int32_t)city_between(&r, 8050, 9350);
    return k;
}

/* Of the nth district, else of a department. False if there is none. */
static bool draw(const struct city *c, int32_t district, int32_t dept, struct key_evaluation *ret) {
    int32_t day;

    *ret = drawn(c, district >= 0 ? district : 100 + dept);
    day = city_key_day(district, dept, ret->day);
    if (day != 0 && day != ret->day)
        put_day(ret, day);
    return day != 0;
}

static void name_key(struct key_evaluation *k, const char *tail) {
    (void)snprintf(k->no, sizeof(k->no), "PJ%d-%s", YEAR_BEFORE, tail);
    (void)snprintf(k->goal, sizeof(k->goal), "MB%d-%s", YEAR_BEFORE, tail);
}

static struct key_evaluation of_project(const struct city *c, int32_t i, int32_t n) {
    struct key_evaluation k = drawn(c, n);
    char tail[16];

    PT_ASSERT(n < KEY_EVALUATIONS);
    k.kind = "财政重点";
    k.subject_kind = "项目";
    k.subject = c->projects[i].code;
    k.own = c->projects[i].dept == CITY_FINANCE_DEPT;
    (void)snprintf(tail, sizeof(tail), "K%05d", i + 1);
    name_key(&k, tail);
    return k;
}

int32_t city_key_evaluations(const struct city *c, struct key_evaluation out[KEY_EVALUATIONS]) {
    const struct city_code *regions;
    size_t n_regions = city_regions(&regions);
    int32_t n = 0;
    int32_t projects = 0;
    char tail[16];

    for (size_t i = 0; i < n_regions; i++) {
        if (!draw(c, (int32_t)i, -1, &out[n]))
            continue;
        out[n].kind = "区县综合";
        out[n].subject_kind = "区县";
        out[n].subject = regions[i].code;
        (void)snprintf(tail, sizeof(tail), "Q%s", regions[i].code);
        name_key(&out[n], tail);
        city_key_fault(&out[n], (int32_t)i, -1);
        city_key_result(&out[n++], (int32_t)i, -1);
    }
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        if (!city_is_pilot(d))
            continue;
        PT_ASSERT(n < KEY_EVALUATIONS - KEY_PROJECTS);
        if (!draw(c, -1, d, &out[n]))
            continue;
        out[n].kind = "部门整体";
        out[n].subject_kind = "部门";
        out[n].subject = c->orgs[d].uscc;
        (void)snprintf(tail, sizeof(tail), "B%04d", d + 1);
        name_key(&out[n], tail);
        city_key_fault(&out[n], -1, d);
        city_key_result(&out[n++], -1, d);
    }
    for (int32_t i = CITY_DEPTS; i < c->n_projects && projects < KEY_PROJECTS; i++) {
        const struct city_project *p = &c->projects[i];

        if (p->policy || p->is_new || (p->planted && p->key_cp == 0))
            continue;
        if (p->dept == CITY_FINANCE_DEPT) /* it would pay for its own evaluation (K46) */
            continue;
        out[n] = of_project(c, i, n);
        if (p->key_cp == 0)
            projects++;
        else
            out[n].total = p->key_cp;
        n++;
    }
    for (int32_t i = 0; i < n; i++)
        out[i].agency = i % 3 == 0 && !out[i].own ? city_agency(i / 3 % CITY_AGENCIES) : NULL;
    for (int32_t i = CITY_DEPTS; i < c->n_projects; i++)
        if (c->projects[i].key_agency) {
            out[n] = of_project(c, i, n);
            out[n].agency = city_agency(c->projects[i].key_agency - 1);
            put_day(&out[n], c->projects[i].key_day);
            n++;
        }
    return n;
}

static void score_items(struct evaluation *e, const struct key_evaluation *k) {
    static const char *const quality[] = {"Q1", "Q2", "Q3"};
    static const char *const dept[] = {"B1", "B2", "B3", "B4", "B5", "B6"};
    static const char *const steps[] = {"决策", "过程", "产出", "效益"};
    static const int32_t thirds[] = {3000, 3000, 3000};
    static const int32_t sixths[] = {1500, 1500, 1500, 1500, 1500, 1500};
    static const int32_t dpob[] = {2000, 2000, 3000, 3000};

    e->total = k->total;
    if (e->frame[0] == 'D' && e->frame[1] == 'P') {
        evaluation_split(e, steps, dpob, 4, k->total);
        return;
    }
    evaluation_put_money(e);
    if (e->frame[0] == 'R')
        evaluation_split(e, quality, thirds, 3, k->total - e->items[0].score);
    else
        evaluation_split(e, dept, sixths, 6, k->total - e->items[0].score);
}

struct key_evaluation city_older_evaluation(const struct city *c, int32_t i) {
    const struct city_project *p = &c->projects[i];
    struct key_evaluation k = {.kind = "部门重点",
                               .subject_kind = "项目",
                               .subject = p->code,
                               .day = DAY_OLDER,
                               .full = p->quotas[0].fen,
                               .total = p->past_cp};

    (void)snprintf(k.no, sizeof(k.no), "PJ%d-Z%05d", YEAR_BEFORE - 1, i + 1);
    (void)snprintf(k.goal, sizeof(k.goal), "MB%d-Z%05d", YEAR_BEFORE - 1, i + 1);
    return k;
}

static void write_key_eval(struct table *t, int32_t year, const char *by,
                           const struct key_evaluation *k) {
    bool region = k->no[7] == 'Q';
    struct evaluation e = {.year = year,
                           .day = k->day,
                           .feedback = k->feedback,
                           .no = k->no,
                           .subject_kind = k->subject_kind,
                           .subject = k->subject,
                           .kind = k->kind,
                           .by = by,
                           .frame = region            ? "REGION"
                                    : k->no[7] == 'B' ? "DEPT6"
                                                      : "DPOB",
                           .goal = k->goal,
                           .agency = k->agency,
                           .init = k->full,
                           .full = k->full,
                           .paid = k->full / 100 * 97};

    score_items(&e, k);
    evaluation_write(t, &e);
    if (k->fed_back_later) {
        char again[32];

        (void)snprintf(again, sizeof(again), "%s-2", k->no);
        e.day = e.feedback = k->fed_back_later;
        e.no = again;
        e.original = k->no;
        e.reason = "补记反馈日期";
        evaluation_write(t, &e);
    }
}

void city_write_key_evals(struct table *t, const struct city *c) {
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n = city_key_evaluations(c, list);

    for (int32_t i = CITY_DEPTS; i < c->n_projects; i++)
        if (c->projects[i].past_cp) {
            struct key_evaluation k = city_older_evaluation(c, i);

            write_key_eval(t, YEAR_BEFORE - 1, "部门", &k);
        }
    for (int32_t i = 0; i < n; i++)
        write_key_eval(t, YEAR_BEFORE, "财政", &list[i]);
}
