/* Planted: debt above its limit (K38), a livelihood standard above its ceiling (K39), PPP duty
 * above a tenth of the year's general expenditure (K40). */
#include "duties.h"
#include "regions.h"

#include <stdio.h>
#include <string.h>

const char *const region_standards[REGION_STANDARDS] = {"城市居民最低生活保障", "居民基础养老金",
                                                        "居民医保补助"};

static const struct region_fault faults[] = {
    {"370104", "GENERAL", 201904, 1, NULL},
    {"370112", "SPECIAL", 201908, 3500 * CITY_WAN, NULL},
    {"370126", "SPECIAL", 202002, 120 * CITY_WAN, NULL},
    {"370115", "GENERAL", 201910, 40 * CITY_WAN, NULL},
    {"370103", "GENERAL", 202003, 800 * CITY_WAN, NULL},
    {"370116", "SPECIAL", 201905, 1, NULL},
    {"370114", "GENERAL", 201906, 0, "余额恰等于限额"},
    {"370105", "SPECIAL", 201909, 0, "余额恰等于限额"},
    {"370105", "城市居民最低生活保障", 201905, 100, NULL},
    {"370115", "居民医保补助", 201909, 3000, NULL},
    {"370116", "居民基础养老金", 202003, 800, NULL},
    {"370102", "居民基础养老金", 201907, 0, "标准恰等于上级标准"},
    {"370103", "duty", 201912, 600 * CITY_WAN, NULL},
    {"370113", "duty", 201912, 2500 * CITY_WAN, NULL},
    {"370124", "duty", 201912, 90 * CITY_WAN, NULL},
    {"370104", "duty", 201912, 0, "支出责任不超过一般公共预算支出的10%"},
};

const struct region_fault *region_fault(const char *rgn, int32_t month, const char *object) {
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (faults[i].month == month && strcmp(faults[i].rgn, rgn) == 0 &&
            strcmp(faults[i].object, object) == 0)
            return &faults[i];
    return NULL;
}

static int32_t report_day(const char *rgn, int32_t month) {
    int32_t next = month % 100 == 12 ? month + 89 : month + 1;

    return city_nth_workday(next / 100, next % 100, city_region_report_nth(rgn, month));
}

/* The next month's report shows it mended; a year's duty stays what it was. */
void city_plant_regions(struct city *c) {
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const struct region_fault *f = &faults[i];
        bool duty = strcmp(f->object, "duty") == 0;
        bool debt = f->object[0] == 'G' || f->object[0] == 'S';
        const char *rule = duty ? "K40" : debt ? "K38" : "K39";
        int32_t day = report_day(f->rgn, f->month);
        int32_t mended = duty ? 0 : report_day(f->rgn, f->month + 1);
        struct city_truth *t = f->near_why ? city_near(c, rule, &c->projects[0], day, f->near_why)
                                           : city_fires(c, rule, &c->projects[0],
                                                        duty || debt ? 'R' : 'Y', day, mended);

        t->condition = duty                  ? "duty of all"
                       : f->object[0] == 'G' ? "general"
                       : debt                ? "special"
                                             : NULL;
        t->kind = "REGION";
        t->year = f->month / 100;
        t->period = duty ? 0 : f->month;
        (void)snprintf(t->key, sizeof(t->key), "%s", f->rgn);
        (void)snprintf(t->object, sizeof(t->object), "%s", f->object);
    }
}
