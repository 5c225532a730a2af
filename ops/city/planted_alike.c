/* Planted: projects of two departments that look like the same work done twice (K22): by their
 * names, by what their tags say, or because both pay one payee for one purpose. */
#include "city.h"

#include <stdio.h>
#include <string.h>

#define DAY_LOOKED 20191015 /* payments are compared from then on */

int32_t city_dept_of(const char *name) {
    int32_t d = 0;

    while (strcmp(city_depts[d].name, name) != 0) {
        d++;
        PT_ASSERT(d < CITY_DEPTS);
    }
    return d;
}

struct city_project *city_plant_of(struct city *c, int64_t yuan, const char *dept) {
    struct city_project *p = city_plant(c, yuan, 9700);

    p->dept = p->unit = city_dept_of(dept);
    (void)snprintf(p->func, sizeof(p->func), "%s02", city_depts[p->dept].kuan);
    return p;
}

static struct city_project *alike(struct city *c, int64_t yuan, const char *dept, const char *name,
                                  const char *tags) {
    struct city_project *p = city_plant_of(c, yuan, dept);

    p->tags = tags;
    if (name != NULL)
        (void)snprintf(p->name, sizeof(p->name), "%s", name);
    return p;
}

static struct city_truth *k22(struct city *c, const struct city_project *p,
                              const struct city_project *q, const char *condition,
                              const char *near_why) {
    bool first = strcmp(p->code, q->code) < 0;
    const struct city_project *a = first ? p : q;
    const struct city_project *b = first ? q : p;
    struct city_truth *t = near_why ? city_near(c, "K22", a, DAY_PROJECTS, near_why)
                                    : city_fires(c, "K22", a, 'Y', DAY_PROJECTS, 0);

    t->condition = condition;
    (void)snprintf(t->object, sizeof(t->object), "%s", b->code);
    return t;
}

/* Runs of three characters: of the first two pairs all are common; of the third 16 of 20, of the
 * near miss 18 of 23. */
static void by_name(struct city *c) {
    static const char share[] = "政务数据共享交换平台建设";
    static const char water[] = "水利工程视频监控系统升级改造";
    static const char study[] = "参政议政课题调研能力提升计划";
    struct city_project *p = alike(c, 2800000, "市大数据局", share, NULL);

    (void)k22(c, p, alike(c, 1900000, "市行政审批服务局", share, NULL), "name", NULL);
    p = alike(c, 3600000, "市城乡水务局", water, NULL);
    (void)k22(c, p, alike(c, 2500000, "市水文中心", water, NULL), "name", NULL);
    p = alike(c, 2100000, "市图书馆", "全市公共文化场馆数字资源统一检索平台集成开发", NULL);
    (void)k22(c, p,
              alike(c, 1800000, "市美术馆", "全市公共文化场馆数字资源统一检索平台运行保障", NULL),
              "name", NULL);

    p = alike(c, 1600000, "民建市委", study, NULL);
    (void)k22(c, p, alike(c, 1200000, "民建市委", study, NULL), "name", "名称相同，但属同一部门");
    p = alike(c, 2700000, "市疾病预防控制中心",
              "全市医疗卫生机构实验室检测能力标准化提升与设备购置", NULL);
    (void)k22(
        c, p,
        alike(c, 2200000, "市急救中心", "全市医疗卫生机构实验室检测能力标准化提升及人才培训", NULL),
        "name", "名称相似度不足80%");
}

static void by_tags(struct city *c) {
    struct city_project *p = alike(c, 1700000, "民革市委", NULL, "社会服务;定点帮扶;志愿宣讲");

    (void)k22(c, p, alike(c, 1300000, "民盟市委", NULL, "社会服务;定点帮扶;志愿宣讲"), "tags",
              NULL);
    p = alike(c, 1500000, "农工党市委", NULL, "健康义诊;乡村支教;医疗帮扶;急救培训");
    (void)k22(c, p, alike(c, 1400000, "致公党市委", NULL, "健康义诊;乡村支教;医疗帮扶;海外联谊"),
              "tags", NULL);
    p = alike(c, 2400000, "市妇女联合会", NULL, "家庭教育;维权服务;婚姻调解");
    (void)k22(c, p, alike(c, 1650000, "共青团市委", NULL, "家庭教育;维权服务;婚姻调解;青年创业"),
              "tags", NULL);

    p = alike(c, 1100000, "民进市委", NULL, "会史编研;骨干培训;书画交流");
    (void)k22(c, p, alike(c, 1450000, "九三学社市委", NULL, "院士宣讲;骨干培训;书画交流"), "tags",
              "三个标签相同两个，重合度50%");
    p = alike(c, 1250000, "市工商业联合会", NULL, "商会服务;民企维权;法律咨询;招商推介;融资对接");
    (void)k22(c, p,
              alike(c, 1350000, "民建市委", NULL,
                    "商会服务;民企维权;法律咨询;招商推介;经济讲堂;企业参访"),
              "tags", "七个标签相同四个，重合度57%");
}

/* Each pays so much on one contract on that day. */
static void by_payee(struct city *c, int32_t contract, const char *const depts[2],
                     const int64_t fen[2], int32_t pay, const char *near_why) {
    struct city_project *list[2];

    for (int32_t i = 0; i < 2; i++) {
        struct city_special *s;

        list[i] = city_plant_of(c, 5200000 + contract * 70000 + i * 300000, depts[i]);
        city_linear(list[i], 9000);
        s = city_special(c, list[i], pay, city_next_workday(pay), fen[i]);
        s->shared = contract;
    }
    k22(c, list[0], list[1], "payee", near_why)->opened = DAY_LOOKED;
}

#define LEAST (10 * CITY_WAN)

static void by_payees(struct city *c) {
    static const char *const schools[] = {"市职业学院", "市工程职业技术学院"};
    static const char *const societies[] = {"市文学艺术界联合会", "市总工会"};
    static const char *const welfare[] = {"市福利院", "市救助管理站"};
    static const char *const roads[] = {"市公路事业发展中心", "市港航事业发展中心"};
    static const char *const parties[] = {"民进市委", "致公党市委"};

    by_payee(c, 1, schools, (const int64_t[]){18 * CITY_WAN, 23 * CITY_WAN}, 20190514, NULL);
    by_payee(c, 2, welfare, (const int64_t[]){LEAST, LEAST}, 20190619, NULL);
    by_payee(c, 3, roads, (const int64_t[]){15 * CITY_WAN, LEAST}, 20191014, NULL);
    by_payee(c, 4, parties, (const int64_t[]){25 * CITY_WAN, LEAST - 1}, 20190718,
             "其中一方支付99,999.99元");
    by_payee(c, 5, societies, (const int64_t[]){30 * CITY_WAN, 12 * CITY_WAN}, 20191015,
             "支付在比对之后入账");
}

void city_plant_alike(struct city *c) {
    by_name(c);
    by_tags(c);
    by_payees(c);
}
