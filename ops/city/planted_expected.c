/* Planted: reports that are expected and don't come, or come late: of months, on regions and on
 * projects, what precedes a budget's draft, what congress decides on it (K66). What precedes a
 * draft and comes less than 30 days before the session is also late by itself (K61). */
#include "duties.h"
#include "packages.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

/* Working days overdue: shown, yellow, red once so many are over. */
#define INFO_WORKDAYS 1
#define YELLOW_WORKDAYS 5
#define RED_WORKDAYS 10
#define OUTLINE_DAYS 30
#define DECISION_DAYS 10
#define REPORT_NTH 5
#define DAY_LAST 20200630 /* which the truth stands at */

/* On which working day of the month after they come; 0 = never. */
static const struct {
    const char *rgn;
    int32_t month, nth;
} late_reports[] = {{"370105", 201911, 9},
                    {"370117", 201912, 12},
                    {"370126", 201910, 0},
                    {"370112", 202005, 9},
                    {"370115", 201902, 6}};

static const struct {
    int32_t month, nth;
} late_month_reports[] = {{202001, 17}, {202002, 8}, {202003, 6}, {202004, 0}};

int32_t city_region_report_nth(const char *rgn, int32_t month) {
    for (size_t i = 0; i < sizeof(late_reports) / sizeof(late_reports[0]); i++)
        if (late_reports[i].month == month && strcmp(late_reports[i].rgn, rgn) == 0)
            return late_reports[i].nth;
    return REPORT_NTH;
}

int32_t city_month_report_nth(int32_t month) {
    for (size_t i = 0; i < sizeof(late_month_reports) / sizeof(late_month_reports[0]); i++)
        if (late_month_reports[i].month == month)
            return late_month_reports[i].nth;
    return REPORT_NTH;
}

/* The day on which it is seen that so many working days after the day due are over. */
static int32_t once_over(int32_t due, int32_t workdays) {
    return pt_date_add(city_add_workdays(due, workdays), 1);
}

/* It comes on `come`; 0 = never. Of nobody, until the caller says of whom. */
static struct city_truth *expected(struct city *c, const char *object, int32_t period, int32_t due,
                                   int32_t come, const char *why) {
    int32_t opened = once_over(due, INFO_WORKDAYS);
    int32_t yellow = once_over(due, YELLOW_WORKDAYS);
    int32_t red = once_over(due, RED_WORKDAYS);
    int32_t until = come ? come : pt_date_add(DAY_LAST, 1);
    struct city_truth *t;

    if (why) {
        t = city_near(c, "K66", c->projects, opened, why);
    } else {
        t = city_fires(c, "K66", c->projects,
                       until > red      ? 'R'
                       : until > yellow ? 'Y'
                                        : 'I',
                       opened, come);
        t->first_severity = 'I';
        if (until > red) {
            t->warned = yellow;
            t->changed = red;
        } else if (until > yellow) {
            t->changed = yellow;
        }
    }
    city_of_nobody(t)->period = period;
    (void)snprintf(t->object, sizeof(t->object), "%s", object);
    return t;
}

static void of_region(struct city_truth *t, const char *rgn, int32_t year) {
    t->kind = "REGION";
    t->year = year;
    (void)snprintf(t->key, sizeof(t->key), "%s", rgn);
}

static struct city_truth *report(struct city *c, const char *object, int32_t month, int32_t nth) {
    int32_t year = month % 100 == 12 ? month / 100 + 1 : month / 100;
    int32_t next = month % 100 % 12 + 1;

    return expected(c, object, month, city_nth_workday(year, next, REPORT_NTH),
                    nth ? city_nth_workday(year, next, nth) : 0,
                    nth == REPORT_NTH + INFO_WORKDAYS ? "逾期一个工作日" : NULL);
}

#define SESSION "区人民代表大会2020年第二次会议"
#define NEXT_FY (CITY_FY + 1)

/* Each draft, then what should have preceded it by 30 days. No decision on any comes. */
static const struct city_package packages[] = {
    {20200302, 20200410, NEXT_FY, "370113", "预算草案", SESSION, NULL, NULL},
    {20200303, 20200413, NEXT_FY, "370115", "预算草案", SESSION, NULL, NULL},
    {20200319, 20200413, NEXT_FY, "370115", "草案初步方案", SESSION, NULL, NULL},
    {20200420, 20200608, NEXT_FY, "370116", "预算草案", SESSION, NULL, NULL},
    {20200520, 20200608, NEXT_FY, "370116", "草案初步方案", SESSION, NULL, NULL},
    {20200511, 20200619, NEXT_FY, "370117", "预算草案", SESSION, NULL, NULL},
    {20200521, 20200619, NEXT_FY, "370117", "草案初步方案", SESSION, NULL, NULL},
};
#define PACKAGES (sizeof(packages) / sizeof(packages[0]))

const struct city_package *city_district_packages(size_t *ret_n) {
    *ret_n = PACKAGES;
    return packages;
}

static void plant_drafts(struct city *c) {
    for (size_t i = 0; i < PACKAGES; i++) {
        const struct city_package *x = &packages[i];
        bool preceded = i + 1 < PACKAGES && strcmp(packages[i + 1].rgn, x->rgn) == 0;
        int32_t come = preceded ? packages[i + 1].day : 0;
        int32_t outline_due = pt_date_add(x->session_on, -OUTLINE_DAYS);
        int32_t decision_due = pt_date_add(x->session_on, DECISION_DAYS);
        struct city_truth *t;

        if (!city_is_workday(decision_due))
            decision_due = city_next_workday(decision_due);
        t = expected(c, "finance/B01/DRAFT_INIT", NEXT_FY, outline_due, come,
                     come == city_add_workdays(outline_due, INFO_WORKDAYS) ? "逾期一个工作日"
                                                                           : NULL);
        of_region(t, x->rgn, NEXT_FY);
        (void)expected(c, "congress/B03", x->session_on, decision_due, 0,
                       once_over(decision_due, INFO_WORKDAYS) > DAY_LAST ? "逾期一个工作日" : NULL);
        if (preceded) {
            t = city_as(city_fires(c, "K61", c->projects, 'R', come, 0), "late");
            of_region(t, x->rgn, NEXT_FY);
            (void)snprintf(t->object, sizeof(t->object), "DRAFT_INIT");
            i++;
        }
    }
}

void city_plant_expected(struct city *c) {
    for (size_t i = 0; i < sizeof(late_reports) / sizeof(late_reports[0]); i++)
        of_region(report(c, "finance/X05", late_reports[i].month, late_reports[i].nth),
                  late_reports[i].rgn, late_reports[i].month / 100);
    for (size_t i = 0; i < sizeof(late_month_reports) / sizeof(late_month_reports[0]); i++)
        (void)report(c, "finance/X02", late_month_reports[i].month, late_month_reports[i].nth);
    plant_drafts(c);
}
