/* What must be found, and what must not be (truth.csv, near.csv, truth_events.csv). */
#include "table.h"

#include <stdio.h>
#include <string.h>

static struct city_truth *add(struct city *c, const char *rule, const struct city_project *p,
                              char severity, int32_t opened, int32_t closed) {
    struct city_truth *t;

    PT_ASSERT(c->n_truth < CITY_MAX_TRUTH && (closed == 0 || closed > opened));
    t = &c->truth[c->n_truth++];
    *t = (struct city_truth){.rule = rule,
                             .kind = "PROJECT",
                             .quota = -1,
                             .year = CITY_FY,
                             .severity = severity,
                             .first_severity = severity,
                             .opened = opened,
                             .closed = closed};
    (void)snprintf(t->key, sizeof(t->key), "%s", p->code);
    return t;
}

struct city_truth *city_fires(struct city *c, const char *rule, const struct city_project *p,
                              char severity, int32_t opened, int32_t closed) {
    return add(c, rule, p, severity, opened, closed);
}

struct city_truth *city_near(struct city *c, const char *rule, const struct city_project *p,
                             int32_t opened, const char *why) {
    struct city_truth *t = add(c, rule, p, 0, opened, 0);

    t->why = why;
    return t;
}

struct city_truth *city_as(struct city_truth *t, const char *condition) {
    t->condition = condition;
    return t;
}

struct city_truth *city_of_nobody(struct city_truth *t) {
    t->kind = "NONE";
    t->key[0] = '\0';
    t->year = 0;
    return t;
}

struct city_truth *city_not_red(struct city *c, const struct city_truth *fired,
                                const char *condition, const char *why) {
    struct city_truth *t;

    PT_ASSERT(c->n_truth < CITY_MAX_TRUTH && fired->why == NULL && fired->severity == 'Y');
    t = &c->truth[c->n_truth++];
    *t = *fired;
    t->severity = 'R';
    t->closed = 0;
    t->condition = condition;
    t->why = why;
    return t;
}

void city_by_quota(struct city *c, const char *rule, const struct city_project *p, int32_t q,
                   int32_t opened, const char *near_why) {
    struct city_truth *t =
        near_why ? city_near(c, rule, p, opened, near_why) : city_fires(c, rule, p, 'Y', opened, 0);

    t->project = city_index(c, p);
    t->quota = q;
}

void city_truth_of_quotas(struct city *c) {
    for (int32_t i = 0; i < c->n_truth; i++) {
        struct city_truth *t = &c->truth[i];

        if (t->quota >= 0)
            (void)snprintf(t->object, sizeof(t->object), "%s%s", t->before_no ? t->before_no : "",
                           c->projects[t->project].quotas[t->quota].no);
    }
}

void city_truth_of_payments(struct city *c) {
    for (int32_t i = 0; i < c->n_specials; i++) {
        const struct city_special *s = &c->specials[i];
        const struct city_special *first = s->voucher_of ? &c->specials[s->voucher_of - 1] : s;
        const struct city_project *p = &c->projects[s->project];
        const struct city_project *q = &c->projects[first->project];
        struct city_truth *t;

        if (s->rule == NULL)
            continue;
        p = strcmp(q->code, p->code) < 0 ? q : p;
        if (s->near_why != NULL)
            t = city_near(c, s->rule, p, s->send, s->near_why);
        else
            t = city_fires(c, s->rule, p, s->severity, s->send, s->reverse_day);
        t->condition = s->voucher_of ? "voucher" : NULL;
        (void)snprintf(t->object, sizeof(t->object), "%s%s",
                       s->voucher_of ? "voucher:" CITY_RGN ":" : "", s->voucher);
    }
}

static void key_cells(struct table *f, const struct city_truth *t) {
    table_plain_row(f);
    table_str(f, t->rule);
    table_str(f, t->kind);
    table_str(f, t->key);
    table_int(f, t->year);
    if (t->period)
        table_int(f, t->period);
    else
        table_empty(f, 1);
    table_str(f, t->object);
}

static void severity_cell(struct table *f, char severity) {
    char s[2] = {severity, '\0'};

    table_str(f, s);
}

static void event(struct table *f, const struct city_truth *t, const char *what, int32_t day,
                  char severity) {
    key_cells(f, t);
    table_str(f, what);
    table_date(f, day);
    severity_cell(f, severity);
}

static int write_events(struct city *c, struct pt_err *err) {
    struct table *f = table_new(c, &style_truth, "truth_events.csv", NULL,
                                "rule,kind,key,year,period,object,event,day,severity", false);

    for (int32_t i = 0; i < c->n_truth; i++) {
        const struct city_truth *t = &c->truth[i];

        if (t->why != NULL)
            continue;
        event(f, t, "open", t->opened, t->first_severity);
        if (t->warned)
            event(f, t, "severity", t->warned, 'Y');
        if (t->changed)
            event(f, t, "severity", t->changed, t->severity);
        if (t->paused) {
            event(f, t, "close", t->paused, t->first_severity);
            event(f, t, "open", t->resumed, t->first_severity);
        }
        if (t->closed)
            event(f, t, "close", t->closed, t->severity);
    }
    return table_close(f, err);
}

/* Which condition of its rule each row of the other two is. */
static int write_conditions(struct city *c, struct pt_err *err) {
    struct table *f = table_new(c, &style_truth, "truth_conditions.csv", NULL,
                                "rule,kind,key,year,period,object,condition,near", false);

    for (int32_t i = 0; i < c->n_truth; i++) {
        key_cells(f, &c->truth[i]);
        table_str(f, c->truth[i].condition);
        table_bool(f, c->truth[i].why != NULL);
    }
    return table_close(f, err);
}

int city_write_truth(struct city *c, struct pt_err *err) {
    struct table *fires =
        table_new(c, &style_truth, "truth.csv", NULL,
                  "rule,kind,key,year,period,object,severity,opened,closed", false);
    struct table *near =
        table_new(c, &style_truth, "near.csv", NULL,
                  "rule,kind,key,year,period,object,severity,opened,closed,why", false);
    int code;

    for (int32_t i = 0; i < c->n_truth; i++) {
        const struct city_truth *t = &c->truth[i];
        struct table *f = t->why ? near : fires;

        key_cells(f, t);
        severity_cell(f, t->severity);
        table_date(f, t->resumed ? t->resumed : t->opened);
        table_date(f, t->closed);
        if (t->why)
            table_str(f, t->why);
    }
    code = table_close(fires, err);
    if (code == 0)
        code = table_close(near, err);
    else
        (void)table_close(near, NULL);
    if (code == 0)
        code = write_conditions(c, err);
    return code ? code : write_events(c, err);
}
