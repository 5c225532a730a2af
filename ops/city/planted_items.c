/* Planted: funds whose money lies idle, duties of single projects with private capital (K40), and
 * districts' drafts without the goals of what is major (K61). */
#include "items.h"

#include <stdio.h>

#define IDLE 20200201 /* the day after the first month's end at which it was idle for a year */
#define NOT_SAID .invested = CITY_NO_FEN, .balance = CITY_NO_FEN

#define FUND(d, code, title, in, left)                                                             \
    {                                                                                              \
        .day = (d), .kind = "基金", .key = (code), .name = (title), .func = "2150805",             \
        .start = 20180601, .end = 20281231, .total = 20000 * CITY_WAN, .invested = (in)*CITY_WAN,  \
        .balance = (left)*CITY_WAN                                                                 \
    }

#define PPP(d, code, title, owed, all)                                                             \
    {                                                                                              \
        .day = (d), .kind = "PPP项目", .key = (code), .name = (title), .func = "2120303",          \
        .start = 20170901, .end = 20370831, .total = 90000 * CITY_WAN, .duty_year = CITY_FY,       \
        .duty = (owed), .expenditure = (all)*CITY_WAN, NOT_SAID                                    \
    }

/* A district's own, of the next year. */
#define POLICY(region, code, title, goal_no)                                                       \
    {                                                                                              \
        .day = 20191210, .kind = "政策", .key = (code), .name = (title), .func = "2080701",        \
        .rgn = (region), .start = 20200101, .end = 20201231, .major = true,                        \
        .total = 600 * CITY_WAN, .goal = (goal_no), NOT_SAID                                       \
    }

#define ORDINARY 700000 /* 万元 of general expenditure */

static const struct city_item items[] = {
    FUND(DAY_PROJECTS, "FND-" CITY_RGN "-2018-00001", "新旧动能转换产业引导基金", 6000, 9000),
    FUND(DAY_PROJECTS, "FND-" CITY_RGN "-2018-00002", "科技成果转化引导基金", 3000, 4200),
    FUND(20190805, "FND-" CITY_RGN "-2018-00002", "科技成果转化引导基金", 3000, 4100),
    FUND(20200311, "FND-" CITY_RGN "-2018-00002", "科技成果转化引导基金", 5200, 1900),
    FUND(20190320, "FND-" CITY_RGN "-2018-00003", "文化旅游融合发展基金", 1500, 2600),
    FUND(20200518, "FND-" CITY_RGN "-2018-00003", "文化旅游融合发展基金", 1500, 0),
    FUND(20190131, "FND-" CITY_RGN "-2018-00004", "绿色低碳发展基金", 2000, 3300),
    FUND(20200212, "FND-" CITY_RGN "-2018-00004", "绿色低碳发展基金", 3100, 2200),
    PPP(DAY_PROJECTS, "PPP-" CITY_RGN "-2017-00001", "东部城区综合管廊特许经营", 71000 * CITY_WAN,
        ORDINARY),
    PPP(DAY_PROJECTS, "PPP-" CITY_RGN "-2017-00002", "地下停车设施合作建设",
        70000 * CITY_WAN + 10000, ORDINARY),
    PPP(20190417, "PPP-" CITY_RGN "-2017-00003", "生活垃圾焚烧发电合作运营", 88000 * CITY_WAN,
        ORDINARY),
    PPP(20190820, "PPP-" CITY_RGN "-2017-00003", "生活垃圾焚烧发电合作运营", 38000 * CITY_WAN,
        ORDINARY),
    PPP(DAY_PROJECTS, "PPP-" CITY_RGN "-2017-00004", "污水处理厂委托经营", 70000 * CITY_WAN,
        ORDINARY),
    POLICY("370105", "POL-370105-2020-00001", "天桥区老工业片区下岗职工转岗培训补贴", NULL),
    POLICY("370116", "POL-370116-2020-00001", "莱芜区钢铁企业富余人员安置奖补", NULL),
    POLICY("370126", "POL-370126-2020-00001", "商河县返乡农民工创业贷款贴息", "MB2020-Q370126"),
};

const struct city_item *city_items(size_t *ret_n) {
    *ret_n = sizeof(items) / sizeof(items[0]);
    return items;
}

static void k40(struct city *c, const char *kind, const char *key, int32_t opened, int32_t closed,
                const char *near_why) {
    bool fund = kind[0] == 'F';
    struct city_truth *t =
        near_why ? city_near(c, "K40", c->projects, opened, near_why)
                 : city_fires(c, "K40", c->projects, fund ? 'Y' : 'R', opened, closed);

    t->kind = kind;
    t->condition = fund ? "idle" : "duty of one";
    (void)snprintf(t->key, sizeof(t->key), "%s", key);
    (void)snprintf(t->object, sizeof(t->object), "%s", fund ? "idle" : "duty");
}

void city_plant_items(struct city *c) {
    k40(c, "FUND", "FND-" CITY_RGN "-2018-00001", IDLE, 0, NULL);
    k40(c, "FUND", "FND-" CITY_RGN "-2018-00002", IDLE, 20200311, NULL);
    k40(c, "FUND", "FND-" CITY_RGN "-2018-00003", 20200401, 20200518, NULL);
    k40(c, "FUND", "FND-" CITY_RGN "-2018-00004", IDLE, 0, "一月末恰闲置365日，次月末以前已投出");
    k40(c, "PPP", "PPP-" CITY_RGN "-2017-00001", DAY_PROJECTS, 0, NULL);
    k40(c, "PPP", "PPP-" CITY_RGN "-2017-00002", DAY_PROJECTS, 0, NULL);
    k40(c, "PPP", "PPP-" CITY_RGN "-2017-00003", 20190417, 20190820, NULL);
    k40(c, "PPP", "PPP-" CITY_RGN "-2017-00004", DAY_PROJECTS, 0,
        "支出责任恰为一般公共预算支出的10%");
}
