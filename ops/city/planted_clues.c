/* Clues, what discipline does with each, and how many were not transferred; among them planted:
 * not receipted in time (K55), no outcome in time (K56), not transferred (K57). */
#include "city.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FINAL_DAYS 90 /* from the first feedback's term to that of the last */
#define RED_WORKDAYS 2

/* As in struct city_clue. */
struct course {
    const char *sender;
    int32_t sent;
    bool urgent;
    int32_t received;
    const char *accept;
    int32_t feedback_due, interim, final;
};

static const char audit[] = "audit";
static const char finance[] = "finance";

/* Receipted and answered in time. */
static const struct course clean[] = {
    {finance, 20190312, false, 20190314, "受理", 20190614, 20190605, 20190903},
    {finance, 20190418, false, 20190419, "不属管辖", 20190719, 0, 0},
    {finance, 20190522, true, 20190523, "受理", 20190823, 20190716, 20190820},
    {finance, 20191016, false, 20191017, "受理", 20200117, 20200110, 20200415},
    {audit, 20190716, false, 20190718, "受理", 20191018, 20191010, 20200114},
    {audit, 20190806, false, 20190808, "受理", 20191108, 0, 20191106},
    {audit, 20190917, true, 20190918, "受理", 20191218, 20191212, 20200316},
    {audit, 20191112, false, 20191114, "补充材料", 20200214, 0, 0},
    {audit, 20200415, false, 20200417, "受理", 20200717, 0, 0},
    {audit, 20200518, false, 20200519, "受理", 20200819, 0, 0},
};

/* The first is receipted on the last day before red, so that it is near that too. */
static const struct course unacknowledged[] = {
    {audit, 20191021, false, 20191028, "受理", 20200123, 20200116, 20200421},
    {finance, 20190610, false, 20190624, "受理", 20190924, 20190918, 20191220},
    {audit, 20191203, true, 20191206, "受理", 20200306, 20200303, 20200602},
    {audit, 20200602, false, 0, NULL, 0, 0, 0},
};

static const struct course unanswered[] = {
    {audit, 20190702, false, 20190704, "受理", 20191008, 20191016, 20191230},
    {finance, 20190506, false, 20190508, "受理", 20190808, 20190805, 0},
    {audit, 20190722, false, 20190724, "受理", 20191024, 0, 20200218},
};

static const struct {
    const char *rule, *why;
    int32_t opened;
    struct course clue;
} near[] = {
    {"K55",
     "恰在签收期限当日签收",
     20191107,
     {audit, 20191104, false, 20191107, "受理", 20200207, 20200205, 20200506}},
    {"K55",
     "紧急线索次日签收",
     20190709,
     {finance, 20190708, true, 20190709, "受理", 20191009, 20190927, 20191225}},
    {"K56",
     "阶段性反馈恰在期限当日",
     20191122,
     {audit, 20190820, false, 20190822, "受理", 20191122, 20191122, 20200219}},
    {"K56",
     "办结期限末日逢休息日，顺延至次日反馈",
     20191202,
     {finance, 20190530, false, 20190603, "受理", 20190902, 20190828, 20191202}},
};

/* A last day off moves to the next working day. */
static int32_t calendar_days(int32_t day, int32_t n) {
    int32_t end = pt_date_add(day, n);

    return city_is_workday(end) ? end : city_next_workday(end);
}

/* What the sender found before and passes on. */
static void find_source(const struct city *c, struct city_clue *x, int32_t nth) {
    x->finding = x->control = -1;
    if (x->sender == audit) {
        x->finding = (int32_t)(city_finding_before(c, x->sent, nth) - c->findings);
        return;
    }
    for (int32_t k = 0; k < c->n_controls && x->control < 0; k++) {
        int32_t i = (nth * 5 + k) % c->n_controls;

        if (c->controls[i].day < x->sent)
            x->control = i;
    }
    PT_ASSERT(x->control >= 0);
}

static const struct city_clue *add(struct city *c, const struct course *course) {
    struct city_clue *x;

    PT_ASSERT(c->n_clues < CITY_MAX_CLUES && city_is_workday(course->sent));
    x = &c->clues[c->n_clues];
    *x = (struct city_clue){.sender = course->sender,
                            .sent = course->sent,
                            .urgent = course->urgent,
                            .received = course->received,
                            .accept = course->accept,
                            .feedback_due = course->feedback_due,
                            .interim = course->interim,
                            .final = course->final};
    x->ack_due = city_add_workdays(x->sent, x->urgent ? 1 : 3);
    city_hex(c, "clue", c->n_clues, 16, x->id);
    (void)snprintf(x->no, sizeof(x->no), "%s移〔%d〕%d号", x->sender == audit ? "济审" : "济财监",
                   x->sent / 10000, c->n_clues + 1);
    find_source(c, x, c->n_clues);
    c->n_clues++;
    return x;
}

/* Such a truth is about the exchange, not about an item. */
static struct city_truth *on_clue(struct city_truth *t, const struct city_clue *x) {
    (void)city_of_nobody(t);
    (void)snprintf(t->object, sizeof(t->object), "%s/%s", x->sender, x->id);
    return t;
}

static void on_month(struct city_truth *t, int32_t month) {
    city_of_nobody(t)->period = month;
}

static void turns(struct city_truth *t, char first, int32_t changed) {
    t->first_severity = first;
    t->changed = changed;
}

static void plant_k55(struct city *c, const struct city_clue *x) {
    int32_t red = pt_date_add(city_add_workdays(x->ack_due, RED_WORKDAYS), 1);
    bool late = x->received == 0 || x->received > red;
    struct city_truth *t = city_fires(c, "K55", c->projects, late ? 'R' : 'Y',
                                      pt_date_add(x->ack_due, 1), x->received);

    (void)on_clue(t, x);
    if (late)
        turns(t, 'Y', red);
}

/* Information while there is no feedback at all, yellow without the last one. */
static void plant_k56(struct city *c, const struct city_clue *x) {
    int32_t first = pt_date_add(x->feedback_due, 1);
    int32_t last = pt_date_add(calendar_days(x->feedback_due, FINAL_DAYS), 1);
    struct city_truth *t;

    if (x->interim == 0)
        turns(t = city_fires(c, "K56", c->projects, 'Y', first, x->final), 'I', last);
    else if (x->interim > x->feedback_due)
        t = city_fires(c, "K56", c->projects, 'I', first, x->interim);
    else
        t = city_fires(c, "K56", c->projects, 'Y', last, x->final);
    (void)on_clue(t, x);
}

/* Counted once a month's 30 days are over; what was transferred late is counted again. */
static const struct {
    struct city_count first;
    struct city_count again;
} not_transferred[] = {
    {{201906, 0, 2}, {201906, 20190925, 0}},
    {{201909, 0, 1}, {201909, 20191220, 0}},
    {{202002, 0, 3}, {202002, 20200520, 1}},
};

enum { FIRST_MONTH = 24228, MONTHS = 16 }; /* months since the year 0: 2019-01 to 2020-04 */

static int32_t day_of_count(int32_t month) {
    int32_t m = month / 100 * 12 + month % 100 - 1 + 2;

    return city_nth_workday(m / 12, m % 12 + 1, 8);
}

bool city_count(int32_t n, struct city_count *ret) {
    if (n >= MONTHS + (int32_t)COUNT(not_transferred))
        return false;
    if (n >= MONTHS) {
        *ret = not_transferred[n - MONTHS].again;
        return true;
    }
    ret->month = (FIRST_MONTH + n) / 12 * 100 + (FIRST_MONTH + n) % 12 + 1;
    ret->sent = day_of_count(ret->month);
    ret->count = 0;
    for (size_t i = 0; i < COUNT(not_transferred); i++)
        if (not_transferred[i].first.month == ret->month)
            ret->count = not_transferred[i].first.count;
    return true;
}

static void plant_k57(struct city *c) {
    for (size_t i = 0; i < COUNT(not_transferred); i++) {
        const struct city_count *again = &not_transferred[i].again;

        on_month(city_fires(c, "K57", c->projects, 'R', day_of_count(again->month),
                            again->count == 0 ? again->sent : 0),
                 again->month);
    }
    on_month(city_near(c, "K57", c->projects, day_of_count(201907), "应移送的均已在30日内移送"),
             201907);
}

void city_plan_clues(struct city *c) {
    struct city_truth *t;

    for (size_t i = 0; i < COUNT(clean); i++)
        (void)add(c, &clean[i]);
    for (size_t i = 0; i < COUNT(unacknowledged); i++)
        plant_k55(c, add(c, &unacknowledged[i]));
    t = city_near(c, "K55", c->projects, 20191028, "升为红色之前最后一日签收");
    on_clue(t, &c->clues[COUNT(clean)])->severity = 'R';
    for (size_t i = 0; i < COUNT(unanswered); i++)
        plant_k56(c, add(c, &unanswered[i]));
    for (size_t i = 0; i < COUNT(near); i++)
        (void)on_clue(city_near(c, near[i].rule, c->projects, near[i].opened, near[i].why),
                      add(c, &near[i].clue));
    plant_k57(c);
}
