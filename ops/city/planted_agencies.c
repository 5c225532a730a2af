/* Planted: evaluation agencies with a conflict of interest (K46): they evaluate for the body that
 * pays them, or for finance what they had evaluated for the department. */
#include "city.h"

#include <stdio.h>

static struct city_truth *k46(struct city *c, const struct city_project *p, int32_t agency,
                              int32_t year, int32_t opened, const char *near_why) {
    struct city_truth *t = near_why ? city_near(c, "K46", p, opened, near_why)
                                    : city_fires(c, "K46", p, 'R', opened, p->self_replaced_day);

    t->year = year;
    (void)snprintf(t->object, sizeof(t->object), "%s", city_agency(agency));
    return t;
}

static void by_itself(struct city *c, int64_t yuan, int32_t agency, int32_t day, int32_t replaced,
                      bool paid) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->self_cp = 9200;
    p->self_day = day;
    p->self_agency = agency + 1;
    p->self_paid = paid;
    p->self_replaced_day = replaced;
    p->self_replaced_cp = replaced ? 9000 : 0;
    (void)city_as(k46(c, p, agency, CITY_FY, day, paid ? NULL : "受财政委托，与被评价单位没有合同"),
                  "self");
}

/* By finance, of the year before: the ex-ante evaluation was made by agency `before`. */
static struct city_truth *by_finance(struct city *c, int64_t yuan, int32_t day, int32_t agency,
                                     int32_t before, bool paid) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->is_new = false;
    p->start = 20180101;
    p->key_agency = agency + 1;
    p->key_day = day;
    p->key_paid = paid;
    p->exante_agency = before + 1;
    return city_as(k46(c, p, agency, CITY_FY - 1, day,
                       paid || before == agency ? NULL : "事前评估由另一机构承担，费用由财政支付"),
                   paid ? "payer" : "exante");
}

void city_plant_agencies(struct city *c) {
    by_itself(c, 2800000, 2, 20200310, 0, true);
    by_itself(c, 3700000, 4, 20200316, 20200325, true);
    by_itself(c, 1900000, 3, 20200319, 0, true);
    by_itself(c, 2200000, 1, 20200312, 0, false);
    (void)by_finance(c, 5400000, 20190917, 3, 3, false);
    (void)by_finance(c, 3800000, 20190911, 1, 1, false);
    (void)by_finance(c, 2600000, 20190912, 4, 4, false);
    (void)by_finance(c, 4500000, 20190918, 5, 0, true);
    (void)by_finance(c, 3300000, 20190910, 2, 3, true);
    (void)by_finance(c, 4900000, 20190916, 0, 2, true);
    (void)by_finance(c, 6100000, 20190919, 0, 1, false);
    (void)city_as(by_finance(c, 2900000, 20190920, 5, 4, false), "payer");
}
