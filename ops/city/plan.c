/* Small tools of the plan: chance, memory, quotas, schedules. */
#include "city.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

void city_rng(const struct city *c, struct pt_rng *r, const char *purpose, int64_t index) {
    uint64_t h = UINT64_C(14695981039346656037) ^ c->seed;

    for (const char *s = purpose; *s; s++)
        h = (h ^ (uint8_t)*s) * UINT64_C(1099511628211);
    pt_rng_seed(r, h ^ ((uint64_t)index * UINT64_C(0x9E3779B97F4A7C15)));
}

int64_t city_between(struct pt_rng *r, int64_t low, int64_t high) {
    PT_ASSERT(low <= high);
    return low + (int64_t)pt_rng_below(r, (uint64_t)(high - low) + 1);
}

bool city_chance(struct pt_rng *r, int32_t percent) {
    return (int32_t)pt_rng_below(r, 100) < percent;
}

void city_hex(const struct city *c, const char *purpose, int64_t index, int32_t bytes, char *out) {
    struct pt_rng r;

    city_rng(c, &r, purpose, index);
    for (int32_t i = 0; i < bytes; i += 8)
        (void)snprintf(out + 2 * i, 17, "%016llx", (unsigned long long)pt_rng_next(&r));
}

void *city_alloc(size_t n, size_t size) {
    void *p = calloc(n ? n : 1, size);

    if (p == NULL) {
        (void)fputs("pentad-city: out of memory; use a smaller --scale\n", stderr);
        exit(1);
    }
    return p;
}

int32_t city_index(const struct city *c, const struct city_project *p) {
    PT_ASSERT(p >= c->projects && p < c->projects + c->n_projects);
    return (int32_t)(p - c->projects);
}

void city_schedule(struct city_project *p, const int32_t bp[12]) {
    p->cum[0] = 0;
    for (int m = 1; m <= 12; m++) {
        PT_ASSERT(m == 1 || bp[m - 1] >= bp[m - 2]);
        p->cum[m] = p->quotas[0].fen / 10000 * bp[m - 1];
    }
}

void city_linear(struct city_project *p, int32_t final_bp) {
    int32_t bp[12];

    for (int m = 1; m <= 12; m++)
        bp[m - 1] = final_bp * m / 12;
    city_schedule(p, bp);
}

struct city_quota *city_quota(struct city_project *p, enum city_quota_kind kind, int32_t day,
                              int64_t fen) {
    struct city_quota *q;

    PT_ASSERT(p->n_quotas < CITY_MAX_QUOTAS && fen > 0 && city_is_workday(day));
    q = &p->quotas[p->n_quotas++];
    *q = (struct city_quota){.kind = kind, .day = day, .fen = fen};
    return q;
}

struct city_special *city_special(struct city *c, const struct city_project *p, int32_t pay,
                                  int32_t send, int64_t fen) {
    struct city_special *s;

    PT_ASSERT(c->n_specials < CITY_MAX_SPECIALS && fen > 0);
    PT_ASSERT(city_is_workday(pay) && city_is_workday(send) && pay <= send);
    s = &c->specials[c->n_specials++];
    *s = (struct city_special){.project = city_index(c, p), .pay = pay, .send = send, .fen = fen};
    return s;
}

struct city_control *city_control(struct city *c, const struct city_project *p, const char *action,
                                  int32_t day, int64_t fen) {
    struct city_control *x;

    PT_ASSERT(c->n_controls < CITY_MAX_CONTROLS && city_is_workday(day));
    x = &c->controls[c->n_controls];
    *x = (struct city_control){.day = day,
                               .effective = day,
                               .project = city_index(c, p),
                               .to_project = -1,
                               .action = action,
                               .fen = fen,
                               .reason = "按资金管理规定办理"};
    (void)snprintf(x->no, sizeof(x->no), "GK2019-%04d", ++c->n_controls);
    return x;
}

void city_reallocate(struct city *c, const struct city_project *p, int32_t day, int64_t fen) {
    struct city_control *x = city_control(c, p, "调整用于", day, fen);

    for (int32_t i = 0; i < c->n_projects && x->to_project < 0; i++)
        if (c->projects[i].line == LINE_SUBJECT)
            x->to_project = i;
}

int32_t city_after_days(int32_t day, int32_t n) {
    int32_t last = pt_date_add(day, n);

    return pt_date_add(city_is_workday(last) ? last : city_next_workday(last), 1);
}

void city_adjust(struct city *c, const struct city_project *p, int32_t voted, int32_t day,
                 int64_t fen) {
    PT_ASSERT(c->n_adjusts < CITY_MAX_ADJUSTS);
    c->adjusts[c->n_adjusts++] =
        (struct city_adjust){.project = city_index(c, p), .day = day, .voted = voted, .fen = fen};
}

struct city_finding *city_finding(struct city *c, const struct city_project *p, int32_t year,
                                  int32_t day, int32_t due, const char *category,
                                  const char *severity) {
    struct city_finding *f;

    PT_ASSERT(c->n_findings < CITY_MAX_FINDINGS && city_is_workday(day) && city_is_workday(due));
    f = &c->findings[c->n_findings];
    *f = (struct city_finding){.project = city_index(c, p),
                               .year = year,
                               .day = day,
                               .due = due,
                               .category = category,
                               .severity = severity,
                               .focus = "支出绩效",
                               .org = p->dept};
    (void)snprintf(f->no, sizeof(f->no), "SJ%d-%04d", day / 10000, ++c->n_findings);
    f->fen = p->quotas[0].fen / 50;
    return f;
}

const struct city_finding *city_finding_before(const struct city *c, int32_t day, int32_t nth) {
    int32_t n = 0;

    for (int32_t i = 0; i < c->n_findings; i++)
        n += c->findings[i].day < day;
    PT_ASSERT(n > 0);
    nth %= n;
    for (int32_t i = 0;; i++)
        if (c->findings[i].day < day && nth-- == 0)
            return &c->findings[i];
}

const char *city_goal_on(const struct city_project *p, int32_t day) {
    return p->regoal_day && p->regoal_day < day ? p->regoal_no : p->goal_no;
}

int64_t city_initial(const struct city_project *p) {
    int64_t sum = 0;

    for (int i = 0; i < p->n_quotas; i++)
        if (p->quotas[i].kind == QUOTA_INITIAL)
            sum += p->quotas[i].fen;
    return sum;
}

int64_t city_full(const struct city_project *p, int32_t day) {
    int64_t sum = 0;

    for (int i = 0; i < p->n_quotas; i++) {
        const struct city_quota *q = &p->quotas[i];

        if (q->day > day)
            continue;
        if (q->kind == QUOTA_REDUCE || q->kind == QUOTA_SHIFT_OUT)
            sum -= q->fen;
        else
            sum += q->fen;
    }
    return sum;
}
