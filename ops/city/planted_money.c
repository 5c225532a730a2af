/* Planted: money against its approvals, its reviewed need, its estimate and its contracts (K03
 * K08 K11 K12 K13), and balances that were not taken back (K29). */
#include "city.h"

#include <stdio.h>

static void k03(struct city_truth *t, int32_t bk) {
    t->kind = "REGION";
    (void)snprintf(t->key, sizeof(t->key), CITY_RGN);
    (void)snprintf(t->object, sizeof(t->object), "%d", bk);
}

/* Of the first budget, what K01 finds is already more than was approved; of the second, what K04
 * is mended with. */
static void plant_k03(struct city *c) {
    struct city_project *p = city_plant(c, 7000000, 9800);
    struct city_project *q;

    k03(city_fires(c, "K03", p, 'R', DAY_ALLOTTED, 0), 1);
    k03(city_fires(c, "K03", p, 'R', 20191210, 0), 2);

    p->dept = p->unit = 43;
    p->bk = 3;
    (void)snprintf(p->func, sizeof(p->func), "2230201");
    city_quota(p, QUOTA_ADD, 20190917, 60 * CITY_WAN)->payable = 58 * CITY_WAN;
    city_adjust(c, p, 20191028, 20191030, 60 * CITY_WAN);
    k03(city_fires(c, "K03", p, 'R', 20190917, 20191030), 3);

    p = city_plant(c, 8000000, 9300);
    q = city_plant(c, 8000000, 9800);
    p->dept = p->unit = q->dept = q->unit = 49;
    p->bk = q->bk = 4;
    (void)snprintf(p->func, sizeof(p->func), "2090101");
    (void)snprintf(q->func, sizeof(q->func), "2090101");
    (void)city_quota(p, QUOTA_SHIFT_OUT, 20190618, 40 * CITY_WAN);
    city_quota(q, QUOTA_SHIFT_IN, 20190618, 40 * CITY_WAN)->payable = 39 * CITY_WAN;
    k03(city_near(c, "K03", p, 20190618, "调剂一出一入，总额不变"), 4);
    q = city_plant(c, 3000000, 9800);
    q->dept = q->unit = 49;
    q->bk = 4;
    (void)snprintf(q->func, sizeof(q->func), "2090201");
    city_quota(q, QUOTA_ADD, 20190925, CITY_WAN / 2)->payable = CITY_WAN / 4;
    k03(city_near(c, "K03", p, 20190925, "追加5000元，在一行批准数的舍入之内"), 4);
}

static void plant_k08(struct city *c) {
    struct city_project *p = city_plant(c, 4600000, 9800);

    city_on_own_line(c, p, 0);
    p->accounts_delta = 3 * CITY_WAN;
    city_on_line(city_fires(c, "K08", p, 'R', DAY_FINAL, 0), c, p);
    p = city_plant(c, 5800000, 9800);
    city_on_own_line(c, p, 0);
    p->accounts_delta = -12 * CITY_WAN;
    city_on_line(city_fires(c, "K08", p, 'R', DAY_FINAL, 0), c, p);
    p = city_plant(c, 6600000, 9800);
    city_on_subject_line(p, 0);
    p->accounts_delta = CITY_YUAN;
    city_on_line(city_fires(c, "K08", p, 'R', DAY_FINAL, 0), c, p);
    p = city_plant(c, 2900000, 9800);
    city_on_subject_line(p, 0);
    p->accounts_delta = -CITY_YUAN / 2;
    city_on_line(city_near(c, "K08", p, DAY_FINAL, "决算相差恰为半元，等于容差"), c, p);
    p = city_plant(c, 2500000, 9820); /* of which whole 万元 and a half are paid */
    city_on_own_line(c, p, 0);
    city_on_line(city_near(c, "K08", p, DAY_FINAL, "决算相差恰为半个万元，等于容差"), c, p);
}

static void plant_k11(struct city *c) {
    struct city_project *p = city_plant(c, 3600000, 9800);

    p->need_delta = -10 * CITY_WAN;
    (void)city_fires(c, "K11", p, 'R', DAY_ALLOTTED, 0);
    p = city_plant(c, 1400000, 9800);
    p->need_delta = -CITY_WAN;
    (void)city_fires(c, "K11", p, 'R', DAY_ALLOTTED, 0);
    p = city_plant(c, 7700000, 9800);
    p->need_delta = -45 * CITY_WAN;
    p->need_fixed_day = 20190320;
    (void)city_fires(c, "K11", p, 'R', DAY_ALLOTTED, p->need_fixed_day);
    p = city_plant(c, 5000000, 9800);
    city_quota(p, QUOTA_ADD, 20190611, 20 * CITY_WAN)->payable = 19 * CITY_WAN;
    (void)city_near(c, "K11", p, 20190611, "年初安排等于审定数，追加不计");
}

/* Half a yuan more than `p` was planned with is allotted: what rounding may hide. */
static void half_yuan_more(struct city_project *p) {
    p->quotas[0].fen += CITY_YUAN / 2;
    p->need_delta = -CITY_YUAN / 2;
}

static struct city_project *estimated(struct city *c, int64_t yuan, int64_t estimate) {
    struct city_project *p = city_plant(c, yuan, 9800);

    p->is_infra = true;
    p->end = 20191231;
    p->total = p->quotas[0].fen;
    p->estimate = estimate;
    return p;
}

/* Three years' work, contracted for `fen` on a day before `day`. */
static struct city_project *contracted(struct city *c, int64_t estimate, int32_t day, int64_t fen) {
    struct city_project *p = estimated(c, 4000000, estimate);

    p->end = 20211231;
    p->total = 1200 * CITY_WAN;
    p->contract_day = day;
    p->contract_fen = fen;
    return p;
}

static void plant_k12(struct city *c) {
    struct city_project *p = estimated(c, 5000000, 480 * CITY_WAN);

    (void)city_as(city_fires(c, "K12", p, 'R', DAY_ALLOTTED, 0), "allotted");
    p = estimated(c, 6000000, 610 * CITY_WAN);
    city_quota(p, QUOTA_ADD, 20190618, 24 * CITY_WAN)->payable = 23 * CITY_WAN;
    (void)city_as(city_fires(c, "K12", p, 'R', 20190618, 0), "allotted");
    p = estimated(c, 2500000, 250 * CITY_WAN - 100 * CITY_YUAN);
    (void)city_as(city_fires(c, "K12", p, 'R', DAY_ALLOTTED, 0), "allotted");
    p = estimated(c, 3000000, 300 * CITY_WAN);
    (void)city_as(city_near(c, "K12", p, DAY_ALLOTTED, "安排恰等于核定概算"), "allotted");
    p = estimated(c, 2700000, 270 * CITY_WAN);
    half_yuan_more(p);
    (void)city_near(c, "K11", p, DAY_ALLOTTED, "安排超出审定数恰为半元，等于容差");
    (void)city_as(city_near(c, "K12", p, DAY_ALLOTTED, "安排超出核定概算恰为半元，等于容差"),
                  "allotted");

    p = contracted(c, 700 * CITY_WAN, 20190314, 720 * CITY_WAN);
    (void)city_as(city_fires(c, "K12", p, 'R', 20190315, 0), "contracts");
    p = contracted(c, 650 * CITY_WAN, 20190418, 650 * CITY_WAN + 1);
    (void)city_as(city_fires(c, "K12", p, 'R', 20190419, 0), "contracts");
    p = contracted(c, 500 * CITY_WAN, 20190611, 680 * CITY_WAN);
    (void)city_as(city_fires(c, "K12", p, 'R', 20190612, 0), "contracts");
    p = contracted(c, 600 * CITY_WAN, 20190514, 600 * CITY_WAN);
    (void)city_as(city_near(c, "K12", p, 20190515, "合同额恰等于核定概算"), "contracts");
}

static void k13(const struct city *c, struct city_truth *t, struct city_project *p, int32_t day,
                int64_t fen) {
    p->contract_day = day;
    p->contract_fen = fen;
    (void)snprintf(t->object, sizeof(t->object), "HT2019-%05d", city_index(c, p) + 1);
}

/* A project of one year has nothing but that year's budget. */
static struct city_project *one_year(struct city *c, int64_t yuan) {
    struct city_project *p = city_plant(c, yuan, 9800);

    p->end = 20191231;
    p->total = p->quotas[0].fen;
    return p;
}

static void plant_k13(struct city *c) {
    struct city_project *p = one_year(c, 4000000);

    city_quota(p, QUOTA_ADD, 20190320, 120 * CITY_WAN)->payable = 116 * CITY_WAN;
    k13(c, city_fires(c, "K13", p, 'Y', 20190221, 20190320), p, 20190220, 450 * CITY_WAN);
    p = one_year(c, 4400000);
    k13(c, city_fires(c, "K13", p, 'Y', 20190911, 0), p, 20190910, 330 * CITY_WAN);
    p = city_plant(c, 3000000, 9800);
    p->end = 20211231;
    p->total = 900 * CITY_WAN;
    k13(c, city_fires(c, "K13", p, 'Y', 20190225, 0), p, 20190222, 900 * CITY_WAN);
    p = one_year(c, 2300000);
    k13(c, city_near(c, "K13", p, 20190130, "合同额恰等于当年预算"), p, 20190129, p->quotas[0].fen);
    p = one_year(c, 2600000);
    k13(c, city_near(c, "K13", p, 20190130, "合同额超出当年预算恰为半元，等于容差"), p, 20190129,
        p->quotas[0].fen + CITY_YUAN / 2);
    p = city_plant(c, 2000000, 9800);
    p->end = 20211231;
    p->total = 600 * CITY_WAN; /* of which 180 a year are reviewed as the later years' need */
    k13(c, city_near(c, "K13", p, 20190130, "合同额恰等于当年预算加以后年度审定需求"), p, 20190129,
        560 * CITY_WAN);
}

/* What was left of 2017's money, taken back on `day` (0 = not). */
static struct city_project *sunk(struct city *c, int64_t yuan, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_control *x;

    p->is_new = false;
    p->start = 20170101;
    p->old_surplus = p->quotas[0].fen / 50;
    if (day == 0)
        return p;
    x = city_control(c, p, "收回", day, p->old_surplus);
    x->year = CITY_FY - 2;
    x->reason = "结转满两年的资金收回统筹";
    city_reallocate(c, p, city_add_workdays(day, 20), p->old_surplus);
    c->controls[c->n_controls - 1].year = CITY_FY - 2;
    return p;
}

static void k29(struct city_truth *t) {
    t->year = CITY_FY - 2;
    (void)snprintf(t->object, sizeof(t->object), "1");
}

static void plant_k29(struct city *c) {
    k29(city_fires(c, "K29", sunk(c, 2600000, 0), 'R', 20190201, 0));
    k29(city_fires(c, "K29", sunk(c, 5300000, 20190312), 'R', 20190201, 20190312));
    k29(city_fires(c, "K29", sunk(c, 1900000, 20190416), 'R', 20190201, 20190416));
    k29(city_near(c, "K29", sunk(c, 3300000, 20190131), 20190131, "期限当日收回"));
}

void city_plant_money(struct city *c) {
    plant_k03(c);
    plant_k08(c);
    plant_k11(c);
    plant_k12(c);
    plant_k13(c);
    plant_k29(c);
}
