/* Planted: what ought to be one thing's and isn't (K24): names, budget kinds, bodies and aliases of
 * items, quota numbers, names and codes of bodies, terms in office, what is shifted under one
 * document, corrections of one record, numbers of approvals. Vouchers are in planted_vouchers.c. */
#include "city.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#define SHIFT_WORKDAYS 5 /* within which what is shifted out arrives */

static struct city_truth *k24(struct city_truth *t, const char *condition, const char *object) {
    t->year = 0;
    t->condition = condition;
    (void)snprintf(t->object, sizeof(t->object), "%s", object);
    return t;
}

static struct city_truth *found(struct city *c, const struct city_project *p, int32_t opened,
                                int32_t closed, const char *near_why) {
    return near_why ? city_near(c, "K24", p, opened, near_why)
                    : city_fires(c, "K24", p, 'Y', opened, closed);
}

static const struct city_project *smaller(const struct city_project *p,
                                          const struct city_project *q) {
    return strcmp(p->code, q->code) < 0 ? p : q;
}

/* Both continue and share one alias, or the other's differs in its last character. */
static void alias(struct city *c, int64_t yuan, const char *near_why) {
    struct city_project *list[2];
    char object[40];

    for (int32_t i = 0; i < 2; i++) {
        list[i] = city_plant(c, yuan + i * 600000, 9700);
        list[i]->is_new = false;
        list[i]->start = 20170101;
        memcpy(list[i]->code + 6, "17", 2);
        (void)snprintf(list[i]->alias, sizeof(list[i]->alias), "JN2016-9%04d%s",
                       city_index(c, list[0]), near_why && i ? "A" : "");
    }
    (void)snprintf(object, sizeof(object), "alias:%s", list[0]->alias);
    (void)k24(found(c, smaller(list[0], list[1]), DAY_PROJECTS, 0, near_why), "alias", object);
}

/* Congress approves it in another budget than the profile says until `mended`; 0 = for good. */
static void budget_kind(struct city *c, int64_t yuan, int32_t mended, const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);

    city_on_subject_line(p, 0);
    p->profile_bk = 2;
    p->recurve_day = mended;
    (void)k24(found(c, p, DAY_APPROVED, mended, near_why), "bk", "bk");
}

static void renamed(struct city *c, int64_t yuan, int32_t day) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->renamed_day = day;
    (void)k24(found(c, p, day, 0, NULL), "name", "name");
}

/* Audit holds `org` responsible for what is the other department's. */
static void responsible(struct city *c, int64_t yuan, int32_t day, int32_t dept, int32_t org) {
    struct city_project *p = city_plant_of(c, yuan, city_depts[dept].name);

    city_finding(c, p, CITY_FY, day, 20200714, "程序", "低")->org = org;
    (void)k24(found(c, p, day, 0, NULL), "org", "org");
}

static void plant_profiles(struct city *c) {
    struct city_project *p;

    alias(c, 1700000, NULL);
    alias(c, 2100000, NULL);
    alias(c, 1450000, NULL);
    alias(c, 1900000, "曾用代码仅末位不同");
    budget_kind(c, 4900000, 20190325, NULL);
    budget_kind(c, 3300000, 20190412, NULL);
    budget_kind(c, 2600000, 0, NULL);
    budget_kind(c, 3900000, 20190118, "人大批准前已更正预算类型");
    renamed(c, 3200000, 20190314);
    renamed(c, 1800000, 20190517);
    renamed(c, 2500000, 20190924);
    p = city_plant(c, 2900000, 9700);
    p->recurve_day = 20190411;
    p->recurve_renames = true;
    (void)k24(found(c, p, p->recurve_day, 0, "更名以更正登记"), "name", "name");
    responsible(c, 2600000, 20200512, city_dept_of("市体育局"), city_dept_of("市统计局"));
    responsible(c, 3100000, 20200514, city_dept_of("市图书馆"), city_dept_of("市总工会"));
    responsible(c, 1950000, 20200520, city_dept_of("市水文中心"), city_dept_of("市福利院"));
    p = city_plant(c, 2400000, 9700);
    city_finding(c, p, CITY_FY, 20200513, 20200715, "程序", "低")->org = p->unit;
    (void)k24(found(c, p, 20200513, 0, "审计指向项目的实施单位"), "org", "org");
}

/* Two additions, of two items or of one, under one number. */
static void quota_twice(struct city *c, int64_t yuan, bool of_one, const int32_t days[2],
                        const char *near_why) {
    struct city_project *list[2] = {city_plant(c, yuan, 9700), NULL};
    struct city_truth *t;

    list[1] = of_one ? list[0] : city_plant(c, yuan + 400000, 9700);
    for (int32_t i = 0; i < 2; i++) {
        struct city_quota *q;

        if (i == 1 && of_one) /* a line between them in the file, where each is a record */
            (void)city_quota(list[0], QUOTA_REDUCE, days[1], 2 * CITY_WAN);
        q = city_quota(list[i], QUOTA_ADD, days[i], (6 + i) * CITY_WAN);
        q->payable = q->fen / 100 * 97;
        if (i == 1)
            q->number_of = city_index(c, list[0]) + 1;
    }
    t = found(c, smaller(list[0], list[1]), days[1], 0, near_why);
    t->condition = "quota";
    t->project = city_index(c, list[0]);
    t->quota = 1;
    t->before_no = "quota:" CITY_RGN ":";
}

static void plant_quotas(struct city *c) {
    quota_twice(c, 1600000, false, (const int32_t[]){20190516, 20190613}, NULL);
    quota_twice(c, 2200000, false, (const int32_t[]){20190711, 20190711}, NULL);
    quota_twice(c, 1300000, false, (const int32_t[]){20190821, 20190910}, NULL);
    quota_twice(c, 2700000, true, (const int32_t[]){20190620, 20190716},
                "同一事项的追加沿用原指标文号");
}

static const struct city_body *body(struct city *c, const char *rgn, const char *name,
                                    const char *bunit, int32_t day, int32_t since) {
    struct city_body *b = &c->bodies[c->n_bodies];
    struct pt_rng r;

    PT_ASSERT(c->n_bodies < CITY_MAX_BODIES && city_is_workday(day));
    city_rng(c, &r, "body", c->n_bodies);
    *b = (struct city_body){.rgn = rgn, .name = name, .bunit = bunit, .day = day, .since = since};
    city_uscc(b->uscc, "12", rgn,
              city_between(&r, 0, 9999) + 10000 * (INT64_C(9000) + c->n_bodies++));
    return b;
}

static void bodies_truth(struct city *c, const struct city_body *b, bool by_name, int32_t opened,
                         int32_t closed, const char *near_why) {
    const struct city_body *first = b - 1;
    struct city_truth *t = found(c, c->projects, opened, closed, near_why);
    char object[64];

    (void)snprintf(object, sizeof(object), "%s:" CITY_RGN ":%s", by_name ? "orgname" : "bunit",
                   by_name ? b->name : b->bunit);
    t->kind = "UNIT";
    (void)snprintf(t->key, sizeof(t->key), "%s",
                   strcmp(first->uscc, b->uscc) < 0 ? first->uscc : b->uscc);
    (void)k24(t, by_name ? "orgname" : "bunit", object);
}

#define SINCE 20100101

/* The second one comes on `day`. */
static void named_alike(struct city *c, const char *name, const char *bunit[2], const char *rgn,
                        int32_t day, const char *near_why) {
    (void)body(c, CITY_RGN, name, bunit[0], DAY_ORGS, SINCE);
    bodies_truth(c, body(c, rgn, name, bunit[1], day, day), true, day, 0, near_why);
}

static void coded_alike(struct city *c, const char *const names[2], const char *bunit,
                        const char *rgn, int32_t day, int32_t mended, const char *near_why) {
    struct city_body *b;

    (void)body(c, CITY_RGN, names[0], bunit, DAY_ORGS, SINCE);
    (void)body(c, rgn, names[1], bunit, day, SINCE);
    b = &c->bodies[c->n_bodies - 1];
    b->mended_day = mended;
    b->mended_bunit = "901099";
    bodies_truth(c, b, false, day, mended, near_why);
}

static void plant_bodies(struct city *c) {
    struct city_body *b;

    named_alike(c, "市第一实验幼儿园", (const char *[]){"901001", "901002"}, CITY_RGN, 20190311,
                NULL);
    named_alike(c, "市职工服务中心", (const char *[]){"901003", "901004"}, CITY_RGN, DAY_ORGS,
                NULL);
    named_alike(c, "市社会福利中心", (const char *[]){"901005", "901006"}, CITY_RGN, 20190402,
                NULL);
    b = &c->bodies[c->n_bodies - 2];
    b->mended_day = 20190415; /* its end is entered late */
    b->mended_until = 20190401;
    c->truth[c->n_truth - 1].closed = b->mended_day;
    named_alike(c, "第二人民医院", (const char *[]){"901007", "901008"}, "370102", DAY_ORGS,
                "名称相同，但属不同区划");
    (void)body(c, CITY_RGN, "市防汛物资站", "901009", DAY_ORGS, SINCE);
    c->bodies[c->n_bodies - 1].until = 20190331;
    bodies_truth(c, body(c, CITY_RGN, "市防汛物资站", "901010", 20190401, 20190401), true, 20190401,
                 0, "原单位停用次日，同名单位启用");

    coded_alike(c, (const char *[]){"市种子管理站", "市植物保护站"}, "902001", CITY_RGN, DAY_ORGS,
                0, NULL);
    coded_alike(c, (const char *[]){"市特种设备检验所", "市纤维检验所"}, "902002", CITY_RGN,
                20190313, 20190410, NULL);
    coded_alike(c, (const char *[]){"市地震台网中心", "市气象服务中心"}, "902003", CITY_RGN,
                20190619, 0, NULL);
    coded_alike(c, (const char *[]){"市动物卫生站", "区动物卫生站"}, "902004", "370103", DAY_ORGS,
                0, "编码相同，但属不同区划");
}

/* The next head of a department since `from`, entered on `day`; that the first one left, on
 * `left_day`. */
static void headed(struct city *c, const struct city_tenure *tenure, int32_t opened, int32_t closed,
                   const char *near_why) {
    struct city_truth *t = found(c, c->projects, opened, closed, near_why);

    PT_ASSERT(c->n_tenures < CITY_MAX_TENURES);
    c->tenures[c->n_tenures++] = *tenure;
    t->kind = "DEPT";
    (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[tenure->dept].uscc);
    (void)k24(t, "term", "term:2");
}

static void plant_tenures(struct city *c) {
    headed(c, &(struct city_tenure){40, 20190701, 20190703, 0, 0}, 20190703, 0, NULL);
    headed(c, &(struct city_tenure){41, 20190401, 20190403, 20190331, 20190415}, 20190403, 20190415,
           NULL);
    headed(c, &(struct city_tenure){45, 20190628, 20190701, 20190630, 20190628}, 20190701, 0, NULL);
    headed(c, &(struct city_tenure){46, 20190601, 20190603, 20190531, 20190531}, 20190603, 0,
           "前任离任次日继任到任");
    headed(c, &(struct city_tenure){47, 20190829, 20190830, 20190829, 20190829}, 20190830, 0,
           "离任当日交接");
}

struct shifted {
    int64_t yuan;
    int32_t out_day;
    int32_t out, in, rest; /* wan; 0 = nothing */
    int32_t in_day, rest_day;
    const char *near_why;
};

static void shifted(struct city *c, const struct shifted *x) {
    struct city_project *p = city_plant(c, x->yuan, 9000);
    struct city_project *q = city_plant(c, x->yuan + 500000, 9700);
    struct city_quota *list[3] = {city_quota(p, QUOTA_SHIFT_OUT, x->out_day, x->out * CITY_WAN)};
    int32_t last = x->rest ? x->rest_day : x->in ? x->in_day : x->out_day;
    int32_t over = x->in ? x->in_day : x->out_day;
    struct city_truth *t;

    if (x->in)
        list[1] = city_quota(q, QUOTA_SHIFT_IN, x->in_day, x->in * CITY_WAN);
    if (x->rest)
        list[2] = city_quota(q, QUOTA_SHIFT_IN, x->rest_day, x->rest * CITY_WAN);
    for (int32_t i = 0; i < 3; i++) {
        if (list[i] == NULL)
            continue;
        list[i]->payable = i ? list[i]->fen / 100 * 97 : 0;
        (void)snprintf(list[i]->basis, sizeof(list[i]->basis), "济财调〔2019〕9%03d号",
                       city_index(c, p));
    }
    p->derive_curve = q->derive_curve = true;
    over = pt_date_add(city_add_workdays(x->near_why ? last : over, SHIFT_WORKDAYS), 1);
    t = found(c, x->in && strcmp(q->code, p->code) < 0 ? q : p, over,
              x->rest && !x->near_why ? last : 0, x->near_why);
    t->condition = "shift";
    (void)snprintf(t->object, sizeof(t->object), "shift:" CITY_RGN ":%s", list[0]->basis);
}

static void plant_shifts(struct city *c) {
    static const struct shifted list[] = {
        {.yuan = 5600000, .out_day = 20190516, .out = 30, .in_day = 20190516, .in = 25},
        {.yuan = 4100000,
         .out_day = 20190610,
         .out = 20,
         .in_day = 20190612,
         .in = 18,
         .rest_day = 20190708,
         .rest = 2},
        {.yuan = 2800000, .out_day = 20190917, .out = 12},
        {.yuan = 3400000,
         .out_day = 20190822,
         .out = 15,
         .in_day = 20190822,
         .in = 9,
         .rest_day = 20190829,
         .rest = 6,
         .near_why = "第五个工作日补齐调入"},
    };

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        shifted(c, &list[i]);
}

/* Corrected twice: both name the first one, or the second names the first correction. */
static void corrected_twice(struct city *c, int64_t yuan, int32_t first, int32_t again,
                            const char *near_why) {
    struct city_project *p = city_plant(c, yuan, 9700);
    struct city_truth *t = found(c, p, again, 0, near_why);

    p->recurve_day = first;
    p->recurve_again_day = again;
    p->recurve_chained = near_why != NULL;
    t->condition = "chain";
    (void)snprintf(t->object, sizeof(t->object), "chain:finance/XM-%06d-4", city_index(c, p) + 1);
}

/* The budget adjustment that was voted on that day (K01 and K03 are mended with it) was sent with
 * another day; `again` puts that right under its own number, `number` under another one. */
static void decided_again(struct city *c, int32_t voted, int32_t mistaken, int32_t again,
                          int32_t number, const char *near_why) {
    struct city_adjust *a = NULL;
    struct city_truth *t;
    char no[40];

    for (int32_t i = 0; i < c->n_adjusts; i++)
        if (c->adjusts[i].voted == voted) {
            PT_ASSERT(a == NULL);
            a = &c->adjusts[i];
        }
    PT_ASSERT(a != NULL && a->day < (again ? again : number));
    a->mistaken = mistaken;
    a->again_day = again;
    a->number_day = number;
    city_adjust_no(c, a, no);
    t = found(c, c->projects, again ? again : number, again ? number : 0, near_why);
    t->kind = "REGION";
    t->condition = "approval";
    (void)snprintf(t->key, sizeof(t->key), CITY_RGN);
    (void)snprintf(t->object, sizeof(t->object), "approval:%s", no);
}

static void plant_decisions(struct city *c) {
    decided_again(c, 20190528, 20190527, 20190604, 0, NULL);
    decided_again(c, 20190626, 20190625, 20190702, 20190704, NULL);
    decided_again(c, 20190828, 20190827, 20190904, 0, NULL);
    decided_again(c, 20191028, 20191025, 0, 20191104, "更正另编了批准文号");
}

void city_plant_identity(struct city *c) {
    plant_profiles(c);
    plant_quotas(c);
    plant_bodies(c);
    plant_tenures(c);
    plant_shifts(c);
    plant_decisions(c);
    corrected_twice(c, 2300000, 20190118, 20190124, NULL);
    corrected_twice(c, 1700000, 20190219, 20190305, NULL);
    corrected_twice(c, 3600000, 20190118, 20190617, NULL);
    corrected_twice(c, 2700000, 20190118, 20190221, "第二次更正所更正的是第一次更正");
}
