/* Planted: payment vouchers entered twice (K24), for one project or for two. */
#include "city.h"

/* A payment by itself, a hundredth of what was allotted. */
static struct city_special *paid(struct city *c, const struct city_project *p, int32_t pay) {
    return city_special(c, p, pay, city_next_workday(pay), p->quotas[0].fen / 100);
}

/* The same voucher once more; the finding stands at the smaller code of both. */
static struct city_special *again(struct city *c, const struct city_special *first,
                                  const struct city_project *p, int32_t pay) {
    struct city_special *s = paid(c, p, pay);

    s->voucher_of = (int32_t)(first - c->specials) + 1;
    return s;
}

void city_plant_vouchers(struct city *c) {
    struct city_project *p = city_plant(c, 3700000, 9500);
    struct city_special *s = again(c, paid(c, p, 20190412), p, 20190416);

    s->rule = "K24";
    s->severity = 'Y';

    p = city_plant(c, 2900000, 9500);
    s = again(c, paid(c, p, 20190610), p, 20190610);
    s->rule = "K24";
    s->severity = 'Y';
    s->reverse_day = 20190618;

    p = city_plant(c, 5100000, 9500);
    s = paid(c, p, 20190911);
    s = again(c, s, city_plant(c, 4700000, 9500), 20190923);
    s->rule = "K24";
    s->severity = 'Y';

    p = city_plant(c, 3100000, 9500);
    s = paid(c, p, 20190708);
    s->reverse_day = 20190710;
    s = again(c, s, p, 20190712);
    s->rule = "K24";
    s->near_why = "原凭证已冲销，凭证号重新使用";
}
