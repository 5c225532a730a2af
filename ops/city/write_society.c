/* Finance: evaluation agencies and their engagements (S01), experts (S02), what citizens said
 * (S04), and the institution documents (S05). */
#include "evals.h"

#include <stdio.h>
#include <string.h>

#define EXPERTS 24
#define VOICES 30

const char *city_agency(int32_t n) {
    static char codes[CITY_AGENCIES][19];

    PT_ASSERT(n >= 0 && n < CITY_AGENCIES);
    if (codes[n][0] == '\0')
        city_uscc(codes[n], "91", "370102", INT64_C(770000) + n * 31);
    return codes[n];
}

static const char *const agency_names[CITY_AGENCIES] = {
    "泉城绩效评价有限公司", "齐鲁财税咨询有限公司", "明湖会计师事务所",
    "历山工程咨询有限公司", "趵突管理咨询有限公司", "华山资产评估有限公司"};

struct engagement {
    const char *subject_kind, *subject, *kind, *client, *payer;
    int32_t contract;
};

static void engagement(struct table *t, int32_t a, const struct engagement *x) {
    char no[24];

    (void)snprintf(no, sizeof(no), "JG2019-%02d", a + 1);
    table_row(t, 20190805, no, (a * 3 + 8) * CITY_WAN);
    table_str(t, city_agency(a));
    table_str(t, agency_names[a]);
    table_cent(t, 8600 + a * 110);
    table_bool(t, false);
    table_str(t, x->subject_kind);
    table_str(t, x->subject);
    table_str(t, x->kind);
    table_str(t, x->client);
    table_str(t, x->payer);
    table_fen(t, (a * 3 + 8) * CITY_WAN);
    (void)snprintf(no, sizeof(no), "HT2019-%03d", x->contract);
    table_str(t, no);
}

/* Whether the evaluated body pays finance's agency itself. */
static bool key_paid(const struct city *c, const struct key_evaluation *k, const char **ret_body) {
    for (int32_t i = 0; i < c->n_projects; i++)
        if (c->projects[i].key_paid && strcmp(c->projects[i].code, k->subject) == 0) {
            *ret_body = c->orgs[c->projects[i].dept].uscc;
            return true;
        }
    return false;
}

/* Engaged and paid by finance, never by whom they evaluate unless that is planted. */
static int write_third_parties(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "third_parties.csv", "S01",
                                "录入日期,机构档案号,机构代码,机构名称,质量得分,黑名单,事项类别,"
                                "项目代码,评价类型,委托方代码,付费方代码,费用,合同编号",
                                false);
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n = city_key_evaluations(c, list);
    const char *finance = c->orgs[CITY_FINANCE_DEPT].uscc;

    for (int32_t a = 0; a < CITY_AGENCIES; a++) {
        for (int32_t i = 0; i < n; i++) {
            struct engagement x = {
                list[i].subject_kind, list[i].subject, list[i].kind, finance, finance, i + 1};

            if (list[i].agency == NULL || strcmp(list[i].agency, city_agency(a)) != 0)
                continue;
            (void)key_paid(c, &list[i], &x.payer);
            engagement(t, a, &x);
        }
        for (int32_t i = 0; i < c->n_projects; i++) {
            const struct city_project *p = &c->projects[i];
            const char *dept = c->orgs[p->dept].uscc;

            if (p->self_agency == a + 1 && p->self_paid)
                engagement(
                    t, a,
                    &(struct engagement){"项目", p->code, "自评", dept, dept, KEY_EVALUATIONS + i});
        }
    }
    return table_close(t, err);
}

static void digest_cell(struct table *t, struct pt_rng *r) {
    char hex[65];

    for (int i = 0; i < 4; i++)
        (void)snprintf(hex + 16 * i, 17, "%016llx", (unsigned long long)pt_rng_next(r));
    table_str(t, hex);
}

static int write_experts(struct city *c, struct pt_err *err) {
    static const char *const fields[] = {"财政", "审计", "工程", "教育", "医疗", "农业"};
    static const char *const specialities[] = {"预算绩效评价", "工程造价", "公共政策", "会计"};
    struct table *t =
        table_new(c, &style_finance, "experts.csv", "S02",
                  "录入日期,专家编号,专家令牌,领域,行业,专业,所在单位,回避单位代码", false);
    struct pt_rng r;

    city_rng(c, &r, "experts", 0);
    for (int32_t i = 0; i < EXPERTS; i++) {
        char no[24];

        (void)snprintf(no, sizeof(no), "ZJ2019-%03d", i + 1);
        table_row(t, 20190805, no, 0);
        digest_cell(t, &r);
        table_str(t, fields[i % 6]);
        table_str(t, fields[(i + 2) % 6]);
        table_str(t, specialities[i % 4]);
        table_str(t, i % 2 == 0 ? "山东财经大学" : "济南大学");
        table_str(t, i % 3 == 0 ? c->orgs[3 + i].uscc : "");
    }
    return table_close(t, err);
}

static int write_feedback(struct city *c, struct pt_err *err) {
    static const char *const channels[] = {"12345热线", "门户网站", "信访", "座谈会"};
    struct table *t = table_new(c, &style_finance, "feedback.csv", "S04",
                                "录入日期,意见编号,事项类别,项目代码,年度,渠道,收到日期,意见内容,"
                                "答复内容,答复日期",
                                false);

    for (int32_t i = 0; i < VOICES; i++) {
        struct pt_rng r;
        const struct city_project *p;
        int32_t day;
        char text[256];
        char no[24];

        city_rng(c, &r, "voice", i);
        p = &c->projects[city_between(&r, CITY_DEPTS, c->n_projects - 1)];
        day = city_nth_workday(2019, 2 + i % 11, (int32_t)city_between(&r, 2, 12));
        (void)snprintf(no, sizeof(no), "MY2019-%03d", i + 1);
        (void)snprintf(text, sizeof(text), "建议公开%s的资金使用效果。", p->name);
        table_row(t, city_add_workdays(day, 8), no, 0);
        table_str(t, p->policy ? "政策" : "项目");
        table_str(t, p->code);
        table_int(t, CITY_FY);
        table_str(t, channels[i % 4]);
        table_date(t, day);
        table_str(t, text);
        table_str(t, "已转主管部门办理，结果将随决算一并公开。");
        table_date(t, city_add_workdays(day, 7));
    }
    return table_close(t, err);
}

struct institution {
    const char *stage, *title;
    int32_t day;
};

static void institution(struct table *t, const struct city *c, const struct institution *x,
                        int32_t n, int32_t issuer) {
    struct pt_rng r;
    char title[192];
    char no[40];

    city_rng(c, &r, "institution", n);
    (void)snprintf(no, sizeof(no), "济财绩〔2019〕%d号", n);
    (void)snprintf(title, sizeof(title), "%s%s",
                   issuer == CITY_FINANCE_DEPT ? "济南市" : c->orgs[issuer].name, x->title);
    table_row(t, x->day, no, 0);
    table_str(t, x->stage);
    table_str(t, title);
    table_str(t, c->orgs[issuer].uscc);
    table_date(t, x->day);
    table_empty(t, 1);
    digest_cell(t, &r);
}

static int write_institutions(struct city *c, struct pt_err *err) {
    static const struct institution list[] = {
        {"综合", "全面推进预算绩效管理工作规程", 20190729},
        {"转移支付", "市对下转移支付资金预算绩效管理办法", 20190729},
        {"部门单位", "市级部门单位预算绩效管理办法", 20190729},
        {"事前评估", "事前绩效评估管理办法", 20190826},
        {"目标", "预算绩效目标管理办法", 20190826},
        {"监控", "预算绩效运行监控管理办法", 20190916},
        {"评价", "预算绩效评价管理办法", 20191028},
        {"应用", "预算绩效评价结果应用办法", 20191128},
    };
    static const struct institution own = {"部门单位", "预算绩效管理实施细则", 20191216};
    struct table *t =
        table_new(c, &style_finance, "institutions.csv", "S05",
                  "录入日期,文号,环节,标题,制定单位代码,施行日期,废止日期,文件摘要", false);
    int32_t n = 0;

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        institution(t, c, &list[i], ++n, CITY_FINANCE_DEPT);
    for (int32_t d = 0; d < CITY_DEPTS; d++)
        if (city_is_pilot(d))
            institution(t, c, &own, ++n, d);
    return table_close(t, err);
}

int city_write_society(struct city *c, struct pt_err *err) {
    int code = write_third_parties(c, err);

    if (code == 0)
        code = write_experts(c, err);
    if (code == 0)
        code = write_feedback(c, err);
    return code ? code : write_institutions(c, err);
}
