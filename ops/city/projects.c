/* What is done with the money: personnel, operating and special-target projects, policies, how
 * each is paid through the year, and what changes on the way. The planted ones come from
 * planted_*.c; everything here is clean. */
#include "city.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

static struct city_project *new_project(struct city *c, int32_t dept, char letter, int64_t fen) {
    struct city_project *p;
    struct pt_rng r;
    int32_t units[64];
    int32_t n_units = 0;

    PT_ASSERT(c->n_projects < c->cap_projects && fen % 10000 == 0);
    p = &c->projects[c->n_projects++];
    city_rng(c, &r, "project", c->n_projects);
    *p = (struct city_project){.dept = dept, .unit = dept, .bk = 1, .letter = letter};
    units[n_units++] = dept;
    for (int32_t i = CITY_DEPTS; i < c->n_units && n_units < 64; i++)
        if (c->orgs[i].parent == dept)
            units[n_units++] = i;
    if (letter != 'R')
        p->unit = units[pt_rng_below(&r, (uint64_t)n_units)];
    p->is_new = letter == 'T' && city_chance(&r, 35);
    (void)snprintf(p->code, sizeof(p->code), CITY_RGN "%02d%c%012d",
                   p->is_new ? 19 : (int)city_between(&r, 16, 17), letter,
                   c->n_projects * 7 + 1000);
    if (!p->is_new)
        (void)snprintf(p->alias, sizeof(p->alias), "JN%d-%05d", 2016, c->n_projects);
    (void)snprintf(p->func, sizeof(p->func), "%s%s", city_depts[dept].kuan,
                   letter == 'R'         ? "01"
                   : letter == 'Y'       ? "50"
                   : city_chance(&r, 70) ? "02"
                                         : "99");
    p->start = p->is_new ? 20190101
                         : 20000101 + 10000 * (p->code[6] - '0') * 10 + 10000 * (p->code[7] - '0');
    p->end = p->is_new && city_chance(&r, 40) ? 20211231 : 20191231;
    p->is_special = letter == 'T' && city_chance(&r, 20);
    p->is_infra = letter == 'T' && city_chance(&r, 12);
    p->theme = letter == 'T' ? (int32_t)city_between(&r, 0, 4) : 0;
    p->total = fen * (p->end > 20191231 ? 3 : 1);
    (void)city_quota(p, QUOTA_INITIAL, DAY_ALLOTTED, fen);
    (void)snprintf(p->quotas[0].basis, sizeof(p->quotas[0].basis), "济财预〔2019〕1号");
    return p;
}

void city_on_subject_line(struct city_project *p, int64_t ap_delta) {
    p->line = LINE_SUBJECT;
    p->is_major = true;
    p->major_basis = 1;
    p->ap_delta = ap_delta;
    (void)snprintf(p->func, sizeof(p->func), "%s", city_depts[p->dept].item);
}

static void make_key(struct city *c, struct city_project *p) {
    city_on_subject_line(p, 0);
    p->major_basis = 1 + city_index(c, p) % 3;
}

struct city_project *city_plant(struct city *c, int64_t yuan, int32_t paid_bp) {
    struct city_project *p;
    struct pt_rng r;
    int32_t dept;

    city_rng(c, &r, "plant", c->n_projects);
    do /* not the bodies that exchange records here */
        dept = (int32_t)pt_rng_below(&r, CITY_DEPTS);
    while (dept <= 2 || dept == 17 || dept == CITY_FINANCE_DEPT || dept == 42);
    p = new_project(c, dept, 'T', yuan * CITY_YUAN);
    p->planted = true;
    p->is_infra = false;
    p->no_audit_note = true;
    city_linear(p, paid_bp);
    return p;
}

/* Linear with a little unrest, ending at `final_bp` of the first quota. */
static void restless(struct city *c, struct city_project *p, int32_t final_bp, int32_t unrest) {
    struct pt_rng r;
    int32_t bp[12];

    city_rng(c, &r, "schedule", city_index(c, p));
    for (int m = 1; m <= 12; m++) {
        bp[m - 1] = final_bp * m / 12;
        if (m < 12)
            bp[m - 1] += (int32_t)city_between(&r, -unrest, 2 * unrest);
        if (m > 1 && bp[m - 1] < bp[m - 2])
            bp[m - 1] = bp[m - 2];
        if (bp[m - 1] > final_bp)
            bp[m - 1] = final_bp;
    }
    city_schedule(p, bp);
}

/* Paid by its own plan: seasonal work, instalments, or nearly all at once; a little every month, so
 * that no quota lies idle. */
static void planned(struct city *c, struct city_project *p) {
    struct pt_rng r;
    int32_t bp[12];
    int32_t final_bp;
    int32_t month;

    city_rng(c, &r, "planned", city_index(c, p));
    final_bp = (int32_t)city_between(&r, 9600, 9980);
    month = (int32_t)city_between(&r, 5, 10);
    p->derive_curve = true;
    p->lump = city_chance(&r, 30);
    for (int m = 1; m <= 12; m++) {
        if (p->lump)
            bp[m - 1] = m < month ? 30 * m : final_bp - 40 * (12 - m);
        else if (m < month)
            bp[m - 1] = 1500 * m / month;
        else
            bp[m - 1] = 1500 + (final_bp - 1500) * (m - month + 1) / (13 - month);
    }
    city_schedule(p, bp);
}

static int32_t change_day(struct pt_rng *r) {
    int32_t day =
        20190010 + (int32_t)city_between(r, 5, 10) * 100 + (int32_t)city_between(r, 0, 13);

    return city_is_workday(day) ? day : city_next_workday(day);
}

/* Additions and shifts of at most 5 %, in whole hundreds of yuan. */
static void add_money(struct city *c, struct city_project *p) {
    struct city_quota *q;
    struct pt_rng r;
    int64_t fen;
    int32_t day;

    city_rng(c, &r, "change", city_index(c, p));
    day = change_day(&r);
    fen = p->quotas[0].fen / 10000 * city_between(&r, 200, 500);
    fen -= fen % 10000;
    if (fen == 0)
        return;
    q = city_quota(p, QUOTA_ADD, day, fen);
    q->payable = fen / 100 * 97;
    restless(c, p, 9900, 60);
    (void)snprintf(q->basis, sizeof(q->basis), "济政批〔2019〕%d号", 20 + day / 100 % 100);
}

static void shift(struct city *c, struct city_project *from, struct city_project *to) {
    struct pt_rng r;
    int64_t fen = from->quotas[0].fen < to->quotas[0].fen ? from->quotas[0].fen : to->quotas[0].fen;
    struct city_quota *out;
    struct city_quota *in;
    int32_t day;

    city_rng(c, &r, "shift", city_index(c, from));
    day = change_day(&r);
    fen = fen / 10000 * 400;
    fen -= fen % 10000;
    if (fen == 0)
        return;
    out = city_quota(from, QUOTA_SHIFT_OUT, day, fen);
    in = city_quota(to, QUOTA_SHIFT_IN, day, fen);
    in->payable = fen / 100 * 97;
    restless(c, from, (int32_t)(9900 - fen * 10000 / from->quotas[0].fen), 60);
    restless(c, to, 9900, 60);
    (void)snprintf(out->basis, sizeof(out->basis), "济财调〔2019〕%d号", city_index(c, from) + 1);
    (void)snprintf(in->basis, sizeof(in->basis), "%s", out->basis);
}

static struct city_project *make_target(struct city *c, int32_t i) {
    struct city_project *p;
    struct pt_rng r;
    int32_t dept;
    int64_t wan;

    city_rng(c, &r, "target", i);
    dept = (int32_t)pt_rng_below(&r, CITY_DEPTS);
    wan = city_chance(&r, 12) ? city_between(&r, 800, 4000) : city_between(&r, 55, 600);
    p = new_project(c, dept, 'T', wan * CITY_WAN);
    if (city_chance(&r, 15))
        make_key(c, p);
    if (city_chance(&r, 20))
        planned(c, p);
    else
        restless(c, p, (int32_t)city_between(&r, 9580, 9985), 110);
    return p;
}

/* Of the other three budgets, so that every report has four rows. */
static void make_other_budgets(struct city *c) {
    static const struct {
        int32_t dept, bk;
        const char *func;
    } kinds[] = {{32, 2, "2120801"}, {32, 2, "2120803"}, {30, 2, "2120801"}, {33, 2, "2120803"},
                 {35, 2, "2120804"}, {34, 2, "2120803"}, {29, 4, "2090101"}, {49, 4, "2090201"},
                 {78, 4, "2090101"}, {43, 3, "2230201"}, {43, 3, "2230105"}, {23, 3, "2230201"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct pt_rng r;
        struct city_project *p;

        city_rng(c, &r, "budget", (int64_t)i);
        p = new_project(c, kinds[i].dept, 'T', city_between(&r, 900, 6000) * CITY_WAN);
        p->bk = kinds[i].bk;
        (void)snprintf(p->func, sizeof(p->func), "%s", kinds[i].func);
        restless(c, p, (int32_t)city_between(&r, 9600, 9980), 110);
    }
}

static void make_policies(struct city *c) {
    static const char *const names[] = {"人才引进补贴政策", "中小企业融资担保奖补政策",
                                        "老年人意外伤害保险补贴政策", "新能源公交运营补贴政策",
                                        "城乡居民医保补助政策"};
    static const int32_t depts[] = {29, 54, 26, 34, 49};

    for (int32_t i = 0; i < 5; i++) {
        struct city_project *p = new_project(c, depts[i], 'T', CITY_WAN);

        p->policy = true;
        p->n_quotas = 0;
        p->is_new = i < 3;
        p->is_major = true;
        p->major_basis = 1;
        p->is_infra = p->is_special = false;
        p->total = (200 + 100 * i) * CITY_WAN;
        p->end = 20211231;
        p->alias[0] = '\0';
        (void)snprintf(p->code, sizeof(p->code), "POL-" CITY_RGN "-2019-%05d", i + 1);
        (void)snprintf(p->name, sizeof(p->name), "%s", names[i]);
    }
}

/* Each policy is carried out by what its department does for a specific target, but for what is
 * planted. */
static void carry_out_policies(struct city *c) {
    for (int32_t i = 0; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];

        for (int32_t k = 0; k < c->n_projects && !p->planted && !p->policy && p->letter == 'T'; k++)
            if (c->projects[k].policy && c->projects[k].dept == p->dept)
                p->carries_out = k + 1;
    }
}

/* Personnel money outweighs a department's own-plan projects, so that the department as a whole
 * keeps pace with the calendar. */
static void weigh_personnel(struct city *c) {
    int64_t odd[CITY_DEPTS] = {0};

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if (p->n_quotas > 0 && (p->derive_curve || p->planted))
            odd[p->dept] += p->quotas[0].fen;
    }
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        struct city_project *p = &c->projects[d];
        struct pt_rng r;

        PT_ASSERT(p->letter == 'R' && p->dept == d);
        city_rng(c, &r, "weigh", d);
        p->quotas[0].fen = city_between(&r, 400, 5200) * CITY_WAN;
        if (p->quotas[0].fen < odd[d] * 14)
            p->quotas[0].fen = odd[d] * 14 + CITY_WAN;
        p->quotas[0].fen -= p->quotas[0].fen % 10000;
        p->total = p->quotas[0].fen;
        restless(c, p, 9990, 20);
    }
}

/* Some stay as they are; the rest see an addition, a shift with a neighbour, a warning. */
static void change_clean(struct city *c) {
    struct city_project *waiting[CITY_DEPTS] = {NULL};

    for (int32_t i = CITY_DEPTS; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];
        struct pt_rng r;

        if (p->planted || p->policy || p->derive_curve || p->bk != 1 || p->line == LINE_FUNC)
            continue;
        city_rng(c, &r, "fate", i);
        if (city_chance(&r, 9))
            add_money(c, p);
        else if (city_chance(&r, 12) && waiting[p->dept] == NULL)
            waiting[p->dept] = p;
        else if (waiting[p->dept] != NULL && city_chance(&r, 60)) {
            shift(c, waiting[p->dept], p);
            waiting[p->dept] = NULL;
        } else if (city_chance(&r, 18) && c->n_controls < CITY_MAX_CONTROLS / 2) {
            int32_t day = change_day(&r);
            struct city_control *x = city_control(c, p, "预警", day, CITY_NO_FEN);

            x->reply_due = city_add_workdays(day, 10);
            x->reason = "支出进度偏慢，请加快执行";
        }
    }
}

/* Money that won't be used is taken back in November and set aside for a key project, whose own
 * quota stays as it is until the next year. */
static void recover_some(struct city *c) {
    const struct city_project *to = NULL;
    int32_t n = 0;

    for (int32_t i = CITY_DEPTS; i < c->n_projects && n < 6; i++) {
        struct city_project *p = &c->projects[i];
        int64_t fen;

        if (p->planted || p->policy || p->n_quotas != 1 || p->derive_curve || p->bk != 1)
            continue;
        if (to == NULL) {
            to = p->line == LINE_SUBJECT ? p : NULL;
            continue;
        }
        fen = (p->quotas[0].fen - p->cum[12]) / 2;
        fen -= fen % 10000;
        if (fen < 5000 * CITY_YUAN)
            continue;
        p->recovered = fen;
        p->recover_day = 20191120;
        (void)city_control(c, p, "收回", p->recover_day, fen);
        city_control(c, p, "调整用于", 20191125, fen)->to_project = city_index(c, to);
        n++;
    }
}

/* What was left of 2017's money at the end of 2018 is taken back within January and set aside. */
static void recover_old(struct city *c) {
    const struct city_project *to = NULL;
    int32_t n = 0;

    for (int32_t i = CITY_DEPTS; i < c->n_projects && n < 12; i++) {
        struct city_project *p = &c->projects[i];
        struct city_control *x;
        struct pt_rng r;

        if (p->planted || p->policy || p->is_new || p->bk != 1 || p->letter != 'T')
            continue;
        if (to == NULL) {
            to = p->line == LINE_SUBJECT ? p : NULL;
            continue;
        }
        city_rng(c, &r, "old surplus", i);
        p->old_surplus = p->quotas[0].fen / 1000 * city_between(&r, 5, 30);
        x = city_control(c, p, "收回", 20190122, p->old_surplus);
        x->year = CITY_FY - 2;
        x->reason = "结转满两年的资金收回统筹";
        x = city_control(c, p, "调整用于", 20190226, p->old_surplus);
        x->year = CITY_FY - 2;
        x->to_project = city_index(c, to);
        n++;
    }
}

/* Whether another project within the same 款 has this name but for the department. */
static bool taken(const struct city *c, const struct city_project *p, const int32_t *names,
                  int32_t name) {
    for (const struct city_project *q = c->projects; q < p; q++)
        if (names[q - c->projects] == name && strncmp(q->func, p->func, 5) == 0)
            return true;
    return false;
}

/* Once it is settled whose each project is: no two look like the same work done twice. */
static void name_projects(struct city *c) {
    int32_t *names = city_alloc((size_t)c->n_projects, sizeof(*names));
    /* Enough for the departments that share a 款, however many projects there are. */
    uint64_t pool = CITY_PROJECT_NAMES * (1 + (uint64_t)c->n_projects / 2000);

    for (int32_t i = 0; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];
        struct pt_rng r;

        names[i] = -1;
        if (p->name[0] != '\0')
            continue;
        city_rng(c, &r, "name", i);
        if (p->letter == 'T')
            do
                names[i] = (int32_t)pt_rng_below(&r, pool);
            while (taken(c, p, names, names[i]));
        city_project_name(p->name, sizeof(p->name), p->letter == 'T' ? names[i] : 0,
                          c->orgs[p->dept].name, p->letter);
    }
    free(names);
}

static void count_lines(struct city *c) {
    int64_t all = c->scale_ppm; /* 1,000,000 at scale 1 */
    int64_t targets = 0;

    for (int32_t i = CITY_DEPTS; i < c->n_projects; i++)
        targets += !c->projects[i].policy;
    PT_ASSERT(targets > 0);
    for (int32_t i = 0; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];
        struct pt_rng r;
        int64_t lines;

        city_rng(c, &r, "lines", i);
        if (p->letter == 'R')
            lines = all * 25 / 100 / CITY_DEPTS;
        else
            lines = all * 75 / 100 / targets;
        lines = lines * city_between(&r, 60, 140) / 100;
        p->lines = p->policy ? 0 : (int32_t)(lines < 12 ? 12 : lines);
        c->orgs[p->unit].lines += p->lines;
    }
}

void city_plan_projects(struct city *c) {
    int64_t n = INT64_C(1400) * c->scale_ppm / 1000000;
    struct city_project *debt;

    if (n < 590)
        n = 590;
    c->cap_projects = (int32_t)n + 256;
    c->projects = city_alloc((size_t)c->cap_projects, sizeof(*c->projects));
    for (int32_t d = 0; d < CITY_DEPTS; d++)
        (void)new_project(c, d, 'R', CITY_WAN);
    city_plant_budget(c);
    city_plant_terms(c);
    city_plant_money(c);
    city_plant_gates(c);
    city_plant_dates(c);
    city_plant_identity(c);
    city_plant_vouchers(c);
    city_plant_months(c);
    city_plant_lag(c);
    city_plant_controls(c);
    city_plant_indicators(c);
    city_plant_evals(c);
    city_plant_audit(c);
    city_plant_execution(c);
    city_plant_results(c);
    city_plant_expiry(c);
    city_plant_agencies(c);
    city_plant_regions(c);
    city_plant_items(c);
    city_plant_transfers(c);
    city_plant_heads(c);
    city_plant_duties(c);
    city_plant_expected(c);
    city_plant_appraisals(c);
    city_plant_public(c);
    city_plant_results_used(c);
    city_plant_key_evals(c);
    make_other_budgets(c);
    debt = new_project(c, CITY_FINANCE_DEPT, 'T', 8000 * CITY_WAN);
    debt->line = LINE_FUNC;
    (void)snprintf(debt->func, sizeof(debt->func), "2320303");
    (void)snprintf(debt->name, sizeof(debt->name), "地方政府向国际组织借款付息");
    restless(c, debt, 9900, 50);
    for (int32_t d = 0; n >= 600 && d < CITY_DEPTS; d++)
        restless(c, new_project(c, d, 'Y', (60 + d % 37 * 11) * CITY_WAN), 9900, 100);
    for (int32_t i = 0; c->n_projects < n; i++)
        (void)make_target(c, i);
    make_policies(c);
    carry_out_policies(c);
    weigh_personnel(c);
    city_plant_breakdown(c);
    change_clean(c);
    recover_some(c);
    recover_old(c);
    city_plant_shown(c);
    name_projects(c);
    count_lines(c);
}
