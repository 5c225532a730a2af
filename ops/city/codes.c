/* Codes: unified social credit codes with both check digits, regions, economic classification. */
#include "city.h"

#include <stdio.h>
#include <string.h>

static const char uscc_digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* GB 11714: eight characters and a check character. */
static char organization_check(const char body[8]) {
    static const int weight[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;

    for (int i = 0; i < 8; i++)
        sum += weight[i] * (body[i] <= '9' ? body[i] - '0' : body[i] - 'A' + 10);
    sum = 11 - sum % 11;
    return (char)(sum == 10 ? 'X' : sum == 11 ? '0' : '0' + sum);
}

/* GB 32100: registration authority and kind (2), region (6), organization code (9), check (1). */
void city_uscc(char out[19], const char *kind2, const char *rgn, int64_t serial) {
    static const int weight[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    char body[9];
    int sum = 0;

    /* Companies of the years after 2015 carry MA and six digits, bodies eight digits. */
    if (kind2[0] == '9')
        (void)snprintf(body, sizeof(body), "MA3%05d", (int)(serial % 100000));
    else
        (void)snprintf(body, sizeof(body), "%08d", (int)(serial % 100000000));
    (void)snprintf(out, 19, "%.2s%.6s%s%c", kind2, rgn, body, organization_check(body));
    for (int i = 0; i < 17; i++) {
        const char *at = strchr(uscc_digits, out[i]);

        PT_ASSERT(at != NULL);
        sum += weight[i] * (int)(at - uscc_digits);
    }
    out[17] = uscc_digits[(31 - sum % 31) % 31];
    out[18] = '\0';
}

static const struct city_code regions[] = {
    {"370102", "历下区"}, {"370103", "市中区"}, {"370104", "槐荫区"}, {"370105", "天桥区"},
    {"370112", "历城区"}, {"370113", "长清区"}, {"370114", "章丘区"}, {"370115", "济阳区"},
    {"370116", "莱芜区"}, {"370117", "钢城区"}, {"370124", "平阴县"}, {"370126", "商河县"},
};

size_t city_regions(const struct city_code **ret) {
    *ret = regions;
    return sizeof(regions) / sizeof(regions[0]);
}

static const struct city_code econ_g[] = {
    {"50101", "工资奖金津补贴"}, {"50201", "办公经费"},           {"50205", "委托业务费"},
    {"50209", "维修(护)费"},     {"50299", "其他商品和服务支出"}, {"50302", "基础设施建设"},
    {"50306", "设备购置"},       {"50502", "商品和服务支出"},     {"51101", "国内债务付息"},
};

static const struct city_code econ_d[] = {
    {"30101", "基本工资"},
    {"30102", "津贴补贴"},
    {"30103", "奖金"},
    {"30107", "绩效工资"},
    {"30201", "办公费"},
    {"30202", "印刷费"},
    {"30207", "邮电费"},
    {"30209", "物业管理费"},
    {"30211", "差旅费"},
    {"30213", "维修(护)费"},
    {"30214", "租赁费"},
    {"30216", "培训费"},
    {"30218", "专用材料费"},
    {"30226", "劳务费"},
    {"30227", "委托业务费"},
    {"30299", "其他商品和服务支出"},
    {"30305", "生活补助"},
    {"30701", "国内债务付息"},
    {"31001", "房屋建筑物购建"},
    {"31002", "办公设备购置"},
    {"31003", "专用设备购置"},
    {"31005", "基础设施建设"},
    {"31007", "信息网络及软件购置更新"},
};

size_t city_econ_g(const struct city_code **ret) {
    *ret = econ_g;
    return sizeof(econ_g) / sizeof(econ_g[0]);
}

size_t city_econ_d(const struct city_code **ret) {
    *ret = econ_d;
    return sizeof(econ_d) / sizeof(econ_d[0]);
}

const char *city_bk_name(int32_t bk) {
    static const char *const names[] = {"一般公共预算", "政府性基金预算", "国有资本经营预算",
                                        "社会保险基金预算"};

    PT_ASSERT(bk >= 1 && bk <= 4);
    return names[bk - 1];
}
