/* Planted: allotted above what congress approved (K01), paid above what was allotted (K04). */
#include "city.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t city_own_lines(const struct city *c, int32_t dept, const struct city_project *but) {
    int32_t n = 0;

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        int no = (p->func[5] - '0') * 10 + p->func[6] - '0';

        n += p != but && p->dept == dept && strncmp(p->func, city_depts[dept].kuan, 5) == 0 &&
             no >= CITY_OWN_FIRST && no <= CITY_OWN_LAST;
    }
    return n;
}

void city_on_own_line(const struct city *c, struct city_project *p, int64_t ap_delta) {
    int32_t no = CITY_OWN_FIRST + city_own_lines(c, p->dept, p);

    if (no > CITY_OWN_LAST) {
        (void)fprintf(stderr, "pentad-city: %s has more lines of its own than items\n",
                      city_depts[p->dept].name);
        exit(1);
    }
    p->ap_delta = ap_delta;
    (void)snprintf(p->func, sizeof(p->func), "%.5s%02d", city_depts[p->dept].kuan, no);
}

/* Approved in one line of the department's with all else under the same 款 (5 digits) or 类 (3)
 * that has no line of its own. */
static void on_class_line(struct city *c, struct city_project *p, int32_t dept, int digits,
                          int64_t ap_delta) {
    p->dept = p->unit = dept;
    city_on_own_line(c, p, ap_delta);
    (void)snprintf(p->voted, sizeof(p->voted), "%.*s", digits, p->func);
}

void city_on_line(struct city_truth *t, const struct city *c, const struct city_project *p) {
    (void)snprintf(t->object, sizeof(t->object), "%d/%s", p->bk, p->voted[0] ? p->voted : p->func);
    if (p->line == LINE_DEPT) {
        t->kind = "DEPT";
        (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[p->dept].uscc);
    } else if (p->line == LINE_FUNC) {
        t->kind = "REGION";
        (void)snprintf(t->key, sizeof(t->key), CITY_RGN);
    }
}

static void k01(struct city *c, const struct city_project *p, int32_t opened, int32_t closed) {
    city_on_line(city_fires(c, "K01", p, 'R', opened, closed), c, p);
}

static void k01_near(struct city *c, const struct city_project *p, int32_t opened,
                     const char *why) {
    city_on_line(city_near(c, "K01", p, opened, why), c, p);
}

static void plant_k01(struct city *c) {
    struct city_project *p = city_plant(c, 8000000, 9800);

    city_on_subject_line(p, -20 * CITY_WAN);
    k01(c, p, DAY_ALLOTTED, 0);

    p = city_plant(c, 12000000, 9800);
    city_on_subject_line(p, -35 * CITY_WAN);
    city_adjust(c, p, 20190528, 20190530, 35 * CITY_WAN);
    k01(c, p, DAY_ALLOTTED, 20190530);

    p = city_plant(c, 5000000, 9500);
    city_on_own_line(c, p, -12 * CITY_WAN);
    (void)city_quota(p, QUOTA_REDUCE, 20190618, 12 * CITY_WAN);
    k01(c, p, DAY_ALLOTTED, 20190618);

    p = city_plant(c, 120000000, 9800);
    p->dept = p->unit = CITY_FINANCE_DEPT;
    p->line = LINE_FUNC;
    p->ap_delta = -6000 * CITY_WAN; /* so much that the city's total is above the approved one */
    (void)snprintf(p->func, sizeof(p->func), "2320301");
    (void)snprintf(p->name, sizeof(p->name), "地方政府一般债券付息");
    k01(c, p, DAY_ALLOTTED, 0);

    p = city_plant(c, 8000000, 9800);
    city_on_own_line(c, p, 0);
    city_quota(p, QUOTA_INITIAL, 20190416, 30 * CITY_WAN)->payable = 29 * CITY_WAN;
    city_adjust(c, p, 20190828, 20190830, 30 * CITY_WAN);
    k01(c, p, 20190416, 20190830);
}

/* Congress approved by 款 or 类, the allotments are coded to the 项. */
static void plant_k01_classes(struct city *c) {
    struct city_project *p = city_plant(c, 5200000, 9800);

    on_class_line(c, p, 50, 5, -16 * CITY_WAN);
    city_adjust(c, p, 20190626, 20190628, 16 * CITY_WAN);
    k01(c, p, DAY_ALLOTTED, 20190628);

    p = city_plant(c, 2400000, 9800);
    on_class_line(c, p, 51, 3, 10 * CITY_WAN);
    p = city_plant(c, 3100000, 9800);
    on_class_line(c, p, 51, 3, -19 * CITY_WAN);
    k01(c, p, DAY_ALLOTTED, 0);

    p = city_plant(c, 1800000, 9800);
    on_class_line(c, p, 52, 5, -30 * CITY_WAN);
    p = city_plant(c, 2200000, 9800);
    on_class_line(c, p, 52, 5, 30 * CITY_WAN);
    k01_near(c, p, DAY_ALLOTTED, "款级批准覆盖其下各项，合计恰等于批准数");
}

static void near_k01(struct city *c) {
    struct city_project *p = city_plant(c, 2005000, 9800);

    city_on_own_line(c, p, -5000 * CITY_YUAN);
    k01_near(c, p, DAY_ALLOTTED, "超出恰为半个万元，等于容差");

    p = city_plant(c, 3000000, 9800);
    city_on_subject_line(p, -50);
    k01_near(c, p, DAY_ALLOTTED, "超出恰为半元，等于容差");

    p = city_plant(c, 4000000, 9800);
    city_on_subject_line(p, 0);
    city_quota(p, QUOTA_ADD, 20190515, 20 * CITY_WAN)->payable = 19 * CITY_WAN;
    k01_near(c, p, 20190515, "批复等于批准数，追加不计入年初批复");
}

static void k04_object(struct city_truth *t, const struct city_project *p) {
    (void)snprintf(t->object, sizeof(t->object), "%d/%d", CITY_FY, p->bk);
}

/* Everything regular is paid by the end of `month`, to 97 %. */
static struct city_project *early(struct city *c, int64_t yuan, int32_t month) {
    struct city_project *p = city_plant(c, yuan, 0);
    int32_t bp[12];

    for (int32_t m = 1; m <= 12; m++)
        bp[m - 1] = m >= month ? 9700 : 9700 * m / month;
    city_schedule(p, bp);
    p->derive_curve = true;
    return p;
}

static void plant_k04(struct city *c) {
    struct city_project *p = early(c, 6000000, 10);

    (void)city_special(c, p, 20191113, 20191114, 30 * CITY_WAN);
    k04_object(city_fires(c, "K04", p, 'R', 20191114, 0), p);

    p = early(c, 4000000, 8);
    (void)city_special(c, p, 20190911, 20190912, 20 * CITY_WAN);
    city_quota(p, QUOTA_ADD, 20190920, 24 * CITY_WAN)->payable = 15 * CITY_WAN;
    k04_object(city_fires(c, "K04", p, 'R', 20190912, 20190920), p);

    p = early(c, 2500000, 9);
    city_special(c, p, 20191015, 20191016, 15 * CITY_WAN)->reverse_day = 20191022;
    k04_object(city_fires(c, "K04", p, 'R', 20191016, 20191022), p);

    p = early(c, 10000000, 10);
    p->dept = p->unit = 32;
    p->bk = 2;
    (void)snprintf(p->func, sizeof(p->func), "2120899");
    p->recovered = 50 * CITY_WAN;
    p->recover_day = 20191120;
    (void)city_control(c, p, "收回", p->recover_day, p->recovered);
    city_control(c, p, "调整用于", 20191125, p->recovered)->to_project = CITY_DEPTS;
    (void)city_quota(p, QUOTA_ADD, 20191210, 40 * CITY_WAN);
    k04_object(city_fires(c, "K04", p, 'R', 20191120, 20191210), p);
}

static void near_k04(struct city *c) {
    struct city_project *p = early(c, 3000000, 10);

    (void)city_special(c, p, 20191113, 20191114, p->quotas[0].fen - p->cum[12]);
    k04_object(city_near(c, "K04", p, 20191114, "累计支付恰等于可用指标"), p);

    p = early(c, 3500000, 9);
    (void)city_special(c, p, 20191016, 20191017, 18 * CITY_WAN);
    (void)city_quota(p, QUOTA_ADD, 20191017, 21 * CITY_WAN);
    k04_object(city_near(c, "K04", p, 20191017, "追加与支付同日入账"), p);

    p = early(c, 1500000, 10);
    city_special(c, p, 20191112, 20191113, 6 * CITY_WAN)->reverse_day = 20191113;
    k04_object(city_near(c, "K04", p, 20191113, "超付与冲销同日入账"), p);
}

void city_plant_budget(struct city *c) {
    plant_k01(c);
    near_k01(c);
    plant_k01_classes(c);
    plant_k04(c);
    near_k04(c);
}
