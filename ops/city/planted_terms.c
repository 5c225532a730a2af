/* Planted: what congress approved and wasn't allotted in time (K02), to departments and to units;
 * what is sent to districts is in transfers.c. */
#include "city.h"

#define TERM_OVER                                                                                  \
    20190212 /* 20 days after the vote end within the Spring Festival, on its last day */
#define TERM_RED 20190314  /* and 30 days later */
#define UNIT_TERM 20190221 /* 15 days more than 20 */
#define UNIT_TERM_OVER 20190222
#define UNIT_TERM_RED 20190326 /* and 30 days later, which end on a Saturday */

/* Paid evenly after the day on which it was allotted. */
static void allot_on(struct city_project *p, int32_t day) {
    int32_t from = day / 100 % 100;
    int32_t bp[12];

    for (int32_t m = 1; m <= 12; m++)
        bp[m - 1] = m <= from ? 0 : 9600 * (m - from) / (12 - from);
    city_schedule(p, bp);
    p->quotas[0].day = day;
    p->derive_curve = true;
}

/* Open since the term was over. */
static struct city_truth *k02(struct city *c, const struct city_project *p, const char *condition,
                              int32_t opened, int32_t red, int32_t closed) {
    bool is_red = closed == 0 || closed > red;
    struct city_truth *t = city_fires(c, "K02", p, is_red ? 'R' : 'Y', opened, closed);

    if (is_red) {
        t->first_severity = 'Y';
        t->changed = red;
    }
    city_on_line(t, c, p);
    return city_as(t, condition);
}

/* To a department, on `day`. */
static struct city_truth *allotted(struct city *c, int64_t yuan, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 0);

    city_on_own_line(c, p, 0);
    allot_on(p, day);
    return k02(c, p, day > TERM_RED ? "red" : "dept", TERM_OVER, TERM_RED, day);
}

static void to_departments(struct city *c) {
    struct city_project *p;

    (void)allotted(c, 6000000, 20190305);
    (void)allotted(c, 4300000, 20190418);
    (void)allotted(c, 2600000, 20190507);
    (void)city_not_red(c, allotted(c, 3700000, 20190313), "red", "升为红色前的最后一日下达");

    p = city_plant(c, 5000000, 0);
    city_on_subject_line(p, 0);
    allot_on(p, 20190416);
    (void)k02(c, p, "red", TERM_OVER, TERM_RED, 20190416);

    p = city_plant(c, 9600000, 9800);
    city_on_own_line(c, p, 40 * CITY_WAN);
    city_quota(p, QUOTA_INITIAL, 20190226, 40 * CITY_WAN)->payable = 39 * CITY_WAN;
    (void)k02(c, p, "dept", TERM_OVER, TERM_RED, 20190226);

    p = city_plant(c, 3500000, 0);
    city_on_own_line(c, p, 0);
    allot_on(p, 20190211);
    city_on_line(
        city_as(city_near(c, "K02", p, 20190207, "春节后首个工作日下达，恰为期限最后一日"), "dept"),
        c, p);

    p = city_plant(c, 1995000, 9800);
    city_on_own_line(c, p, 5000 * CITY_YUAN);
    city_on_line(city_as(city_near(c, "K02", p, TERM_OVER, "未下达恰为半个万元，等于容差"), "dept"),
                 c, p);
}

/* The department's in time, naming the unit only by a correction on `day` (-1 = never), from when
 * it is paid. */
static void to_unit(struct city *c, int64_t yuan, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 0);
    int32_t from = day < 0 ? 1 : day / 100 % 100;
    int32_t bp[12];

    city_on_own_line(c, p, 0);
    for (int32_t m = 1; m <= 12; m++)
        bp[m - 1] = m <= from ? 0 : 9300 * (m - from) / (12 - from);
    city_schedule(p, bp);
    p->derive_curve = true;
    p->unit_named = day;
    if (day > 0) /* so that the money doesn't idle */
        (void)city_special(c, p, city_next_workday(day), city_add_workdays(day, 2),
                           p->quotas[0].fen / 50);
    if (day == UNIT_TERM)
        city_on_line(
            city_as(city_near(c, "K02", p, UNIT_TERM_OVER, "期限最后一日批复到单位"), "unit"), c,
            p);
    else
        (void)k02(c, p, "unit", UNIT_TERM_OVER, UNIT_TERM_RED, day < 0 ? 0 : day);
}

void city_plant_terms(struct city *c) {
    to_departments(c);
    to_unit(c, 2900000, -1);
    to_unit(c, 3800000, 20190312);
    to_unit(c, 2400000, 20190408);
    to_unit(c, 4500000, UNIT_TERM);
}
