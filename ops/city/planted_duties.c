/* Planted: warnings (K33) and opinions of congress (K60) without an answer, tasks not done (K64),
 * interviews not held (K65), corrections after the year's close (K68), institution documents that
 * are late (K69). */
#include "duties.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#define RED_WORKDAYS 10 /* overdue */
#define DAY_CLOSE 20200331

/* Open from the day after `due` on, red once ten working days more are over. */
static struct city_truth *overdue(struct city *c, const char *rule, const struct city_project *p,
                                  int32_t due, int32_t closed, const char *near_why) {
    int32_t opened = pt_date_add(due, 1);
    int32_t red = pt_date_add(city_add_workdays(due, RED_WORKDAYS), 1);
    struct city_truth *t;

    if (near_why != NULL)
        return city_as(city_near(c, rule, p, opened, near_why), "yellow");
    if (closed != 0 && closed <= red)
        return city_as(city_fires(c, rule, p, 'Y', opened, closed), "yellow");
    t = city_fires(c, rule, p, 'R', opened, closed);
    t->first_severity = 'Y';
    t->changed = red;
    return city_as(t, "red");
}

static struct city_truth *warned(struct city *c, int64_t yuan, int32_t day, int32_t answered,
                                 const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_control *x = city_control(c, p, "预警", day, CITY_NO_FEN);
    struct city_truth *t;

    x->reply_due = city_add_workdays(day, 10);
    x->reason = "支出进度偏慢，请加快执行";
    x->answered_otherwise = true;
    x->answered_day = answered;
    t = overdue(c, "K33", p, x->reply_due, answered, near_why);
    (void)snprintf(t->object, sizeof(t->object), "finance/GK2019-%04d", c->n_controls);
    return t;
}

/* By the office, to which no warning of finance's led. */
static void warned_by_office(struct city *c, int64_t yuan, int32_t day, int32_t answered,
                             const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_warning *w = &c->warnings[c->n_warnings];
    struct city_truth *t;

    PT_ASSERT(c->n_warnings < CITY_MAX_WARNINGS);
    *w = (struct city_warning){city_index(c, p), day, city_add_workdays(day, 10), answered};
    t = city_as(overdue(c, "K33", p, w->due, answered, near_why), "notice");
    (void)snprintf(t->object, sizeof(t->object), "office/济绩联办通〔%d〕%d号", day / 10000,
                   CITY_FIRST_WARNING + c->n_warnings++);
}

static struct city_truth *asked(struct city *c, int64_t yuan, int32_t day, int32_t answered,
                                const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_opinion *o = &c->opinions[c->n_opinions++];
    struct city_truth *t;

    PT_ASSERT(c->n_opinions <= CITY_MAX_OPINIONS);
    o->project = city_index(c, p);
    o->day = day;
    o->due = city_add_workdays(day, 22);
    o->answered = answered;
    (void)snprintf(o->no, sizeof(o->no), "YJ2019-%03d", 900 + c->n_opinions);
    t = overdue(c, "K60", p, o->due, answered, near_why);
    (void)snprintf(t->object, sizeof(t->object), "congress/%s", o->no);
    return t;
}

static const struct task_fault {
    int32_t meeting, k;
    int32_t days; /* after its day due; -1 = never done */
} task_faults[] = {{0, 0, 12}, {2, 1, -1}, {4, 0, 25}, {3, 1, 0}};

void city_task_fault(int32_t meeting, int32_t k, struct city_task *t) {
    for (size_t i = 0; i < sizeof(task_faults) / sizeof(task_faults[0]); i++) {
        const struct task_fault *f = &task_faults[i];

        if (f->meeting != meeting || f->k != k)
            continue;
        t->done = f->days < 0 ? 0 : pt_date_add(t->due, f->days);
        if (t->done && !city_is_workday(t->done))
            t->done = city_next_workday(t->done);
    }
}

static void plant_k64(struct city *c) {
    for (size_t i = 0; i < sizeof(task_faults) / sizeof(task_faults[0]); i++) {
        const struct task_fault *f = &task_faults[i];
        struct city_task task = city_task(f->meeting, f->k);
        int32_t opened = pt_date_add(task.due, 1);
        struct city_truth *t = f->days == 0
                                   ? city_near(c, "K64", c->projects, opened, "期限当日办结")
                                   : city_fires(c, "K64", c->projects, 'Y', opened, task.done);

        (void)snprintf(city_of_nobody(t)->object, sizeof(t->object), "%s", task.no);
    }
}

/* One department and one district are called in as it should be; see city_interview. */
struct interview_fault {
    int32_t n;
    const char *condition;     /* what doesn't come in time */
    int32_t noticed, answered; /* working days after the assessment; 0 = never */
};
static const struct interview_fault interview_faults[] = {
    {61, "notice", 0, 0},        {64, "notice", 26, 32},
    {52, "notice", 30, 36},      {67, "rectification", 4, 40},
    {53, "rectification", 5, 0}, {CITY_DEPTS + 6, "rectification", 4, 33},
};
/* The rectification comes on the last day, of one of them the notice the day before. */
static const int32_t all_at_last = 54;
static const int32_t rectified_at_last = CITY_DEPTS + 3;

static const struct interview_fault *interview_fault(int32_t n) {
    for (size_t i = 0; i < sizeof(interview_faults) / sizeof(interview_faults[0]); i++)
        if (interview_faults[i].n == n)
            return &interview_faults[i];
    return NULL;
}

bool city_is_called_in(int32_t n) {
    return n == 57 || n == CITY_DEPTS + 9 || interview_fault(n) != NULL || n == all_at_last ||
           n == rectified_at_last;
}

struct city_interview city_interview(int32_t n, int32_t day) {
    struct city_interview x = {city_add_workdays(day, 4), city_add_workdays(day, 11)};
    const struct interview_fault *f = interview_fault(n);

    if (f != NULL) {
        x.noticed = f->noticed ? city_add_workdays(day, f->noticed) : 0;
        x.answered = f->answered ? city_add_workdays(day, f->answered) : 0;
    }
    if (n == all_at_last || n == rectified_at_last)
        x.answered = pt_date_add(city_after_days(day, 30), -1);
    if (n == all_at_last)
        for (x.noticed = pt_date_add(x.answered, -1); !city_is_workday(x.noticed);)
            x.noticed = pt_date_add(x.noticed, -1);
    return x;
}

static void k65(struct city *c, int32_t n, const char *condition, const char *near_why) {
    const struct city_code *regions;
    struct city_truth *t;
    bool interview;
    int32_t day;
    int32_t opened;

    (void)city_regions(&regions);
    (void)city_assessment(n, &day, &interview);
    opened = city_after_days(day, 30);
    t = near_why ? city_near(c, "K65", c->projects, opened, near_why)
                 : city_fires(c, "K65", c->projects, 'Y', opened, city_interview(n, day).answered);
    t->condition = condition;
    t->kind = n < CITY_DEPTS ? "DEPT" : "REGION";
    t->year = CITY_FY - 1;
    (void)snprintf(t->key, sizeof(t->key), "%s",
                   n < CITY_DEPTS ? c->orgs[n].uscc : regions[n - CITY_DEPTS].code);
}

static void plant_k65(struct city *c) {
    for (size_t i = 0; i < sizeof(interview_faults) / sizeof(interview_faults[0]); i++)
        k65(c, interview_faults[i].n, interview_faults[i].condition, NULL);
    k65(c, all_at_last, "notice", "期限前一日约谈，最后一日提出整改方案");
    k65(c, rectified_at_last, "rectification", "期限最后一日提出整改方案");
}

/* By the end of August: three stages get their documents later. */
static void plant_k69(struct city *c) {
    static const struct {
        const char *stage;
        int32_t day;
    } list[] = {{"MONITORING", 20190916},
                {"EVALUATION", 20191028},
                {"RESULT_USE", 20191128},
                {"GOAL", 20190826}};

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        struct city_truth *t = list[i].day < 20190901
                                   ? city_near(c, "K69", c->projects, 20190901, "期限当月已印发")
                                   : city_fires(c, "K69", c->projects, 'I', 20190901, list[i].day);

        (void)snprintf(city_of_nobody(t)->object, sizeof(t->object), "%s", list[i].stage);
    }
}

static void corrected(struct city *c, const struct city_project *p, int32_t day, int32_t year,
                      const char *party, const char *no) {
    struct city_truth *t = day > DAY_CLOSE
                               ? city_fires(c, "K68", p, 'I', day, 0)
                               : city_near(c, "K68", p, day, "年度尚未结账，也未被引用");

    t->year = year;
    (void)snprintf(t->object, sizeof(t->object), "%s/%s-2", party, no);
}

void city_truth_of_corrections(struct city *c) {
    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        char no[24];

        if (p->self_replaced_day)
            corrected(c, p, p->self_replaced_day, CITY_FY, "finance", p->self_no);
        (void)snprintf(no, sizeof(no), "RD2020-%05d", i + 1);
        if (p->audit_fixed_day)
            corrected(c, p, p->audit_fixed_day, CITY_FY, "audit", no);
        (void)snprintf(no, sizeof(no), "XM-%06d", i + 1);
        if (p->recurve_day)
            corrected(c, p, p->recurve_day, CITY_FY, "finance", no);
    }
    for (int32_t i = 0; i < c->n_findings; i++) {
        const struct city_finding *f = &c->findings[i];

        if (f->corrected_day)
            corrected(c, &c->projects[f->project], f->corrected_day, f->year, "audit", f->no);
    }
}

/* A self-evaluation, audit's figure and a finding, each corrected after the close of the year; none
 * of them was wrong enough for another rule. */
static void correct_late(struct city *c) {
    struct city_project *p = city_plant(c, 2900000, 9700);

    p->self_cp = 9200;
    p->self_day = 20200311;
    p->self_replaced_cp = 9100;
    p->self_replaced_day = 20200401;
    p = city_plant(c, 4600000, 9700);
    p->audit_day = 20200417;
    p->audit_diff = 3000 * CITY_YUAN;
    p->audit_fixed_day = 20200518;
    p = city_plant(c, 3300000, 9700);
    city_finding(c, p, CITY_FY, 20200506, 20200710, "程序", "低")->corrected_day = 20200528;
}

/* The last day on which an answer keeps it from being red. */
static int32_t before_red(int32_t day, int32_t workdays) {
    return city_add_workdays(city_add_workdays(day, workdays), RED_WORKDAYS);
}

static void plant_k33(struct city *c) {
    struct city_truth *t;

    (void)warned(c, 2400000, 20190508, 0, NULL);
    (void)warned(c, 3100000, 20190611, 20190703, NULL);
    (void)warned(c, 1800000, 20190716, 20190830, NULL);
    (void)warned(c, 4200000, 20190813, 20191015, NULL);
    (void)warned(c, 2200000, 20190618, 20190704, NULL);
    t = warned(c, 3600000, 20190904, before_red(20190904, 10), NULL);
    (void)city_not_red(c, t, "red", "升为红色前的最后一个工作日反馈");
    (void)warned(c, 2700000, 20190910, city_add_workdays(20190910, 10), "答复期限当日反馈整改方案");
    warned_by_office(c, 2900000, 20190521, 0, NULL);
    warned_by_office(c, 3800000, 20190625, 20190715, NULL);
    warned_by_office(c, 2500000, 20190806, 20190926, NULL);
    warned_by_office(c, 1700000, 20190917, city_add_workdays(20190917, 10),
                     "答复期限当日反馈整改方案");
}

static void plant_k60(struct city *c) {
    struct city_truth *t;

    (void)asked(c, 3600000, 20190415, 0, NULL);
    (void)asked(c, 2900000, 20190611, 20190723, NULL);
    (void)asked(c, 5200000, 20190806, 20191022, NULL);
    (void)asked(c, 2300000, 20190514, 20190812, NULL);
    (void)asked(c, 4100000, 20190709, 20190815, NULL);
    t = asked(c, 3300000, 20190520, before_red(20190520, 22), NULL);
    (void)city_not_red(c, t, "red", "升为红色前的最后一个工作日回复");
    (void)asked(c, 1700000, 20190903, city_add_workdays(20190903, 22), "期限当日回复");
}

void city_plant_duties(struct city *c) {
    correct_late(c);
    plant_k33(c);
    plant_k60(c);
    plant_k64(c);
    plant_k65(c);
    plant_k69(c);
}
