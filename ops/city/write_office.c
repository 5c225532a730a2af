/* The joint-meeting office: parameters (H07), working days (H08), code tables (H09); and the
 * parties' consents to them (Approval). */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS_NO "济绩联办〔2019〕1号"
#define FRAMEWORK_NO "济绩联办〔2019〕21号"
#define DAY_FRAMEWORK 20190701
#define DAY_FRAMEWORK_CONSENT 20190703

/* The reply terms; and by when the institution documents of each step have to be there. */
static int write_parameters(struct city *c, struct pt_err *err) {
    static const struct {
        const char *no, *name;
        int32_t day;
        int64_t value;
    } list[] = {
        {PARAMETERS_NO, "reply.yellow_workdays", DAY_OFFICE, 10},
        {PARAMETERS_NO, "reply.red_workdays", DAY_OFFICE, 5},
        {FRAMEWORK_NO, "k69.framework_by", DAY_FRAMEWORK, 20190831},
    };
    struct table *t = table_new(c, &style_office, "parameters.csv", "H07",
                                "发布日期,文号,生效日期,参数名,整数值,文本值", false);

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        table_row(t, list[i].day, list[i].no, 0);
        table_date(t, list[i].day);
        table_str(t, list[i].name);
        table_int(t, list[i].value);
        table_empty(t, 1);
    }
    return table_close(t, err);
}

struct calendar_doc {
    const char *no, *original;
    int32_t day, consent_day, year, edition;
};

static const struct calendar_doc calendars[] = {
    {"济绩联办〔2019〕2号", NULL, DAY_OFFICE, DAY_CONSENT, 2019, 0},
    {"济绩联办〔2019〕9号", "济绩联办〔2019〕2号", 20190325, 20190326, 2019, 1},
    {"济绩联办〔2019〕31号", NULL, 20191125, 20191126, 2020, 0},
    {"济绩联办〔2020〕1号", "济绩联办〔2019〕31号", 20200127, 20200203, 2020, 1},
};

static int write_workdays(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_office, "workdays.csv", "H08",
                                "发布日期,文号,更正方式,原文号,年度,日期,性质,说明", false);

    for (size_t i = 0; i < sizeof(calendars) / sizeof(calendars[0]); i++) {
        const struct calendar_doc *d = &calendars[i];
        const struct city_day_off *list;
        size_t n = city_days_off(d->year, d->edition, &list);

        for (size_t k = 0; k < n; k++) {
            table_row(t, d->day, d->no, 0);
            table_str(t, d->original ? "更正" : "");
            table_str(t, d->original);
            table_int(t, d->year);
            table_date(t, list[k].day);
            table_str(t, list[k].work ? "上班" : "放假");
            table_str(t, list[k].what);
        }
    }
    return table_close(t, err);
}

static void code_row(struct table *t, const char *no, const char *kind, int32_t year,
                     const char *code, const char *name) {
    table_row(t, DAY_OFFICE, no, 0);
    table_str(t, "cn");
    if (year)
        table_int(t, year);
    else
        table_empty(t, 1);
    table_str(t, kind);
    table_str(t, code);
    table_str(t, name);
}

static int by_code(const void *a, const void *b) {
    const struct city_code *x = a;
    const struct city_code *y = b;

    return strcmp(x->code, y->code);
}

static const char *keep(char (**at)[96], const char *a, const char *b) {
    char *s = *(*at)++;

    (void)snprintf(s, 96, "%s%s", a, b);
    return s;
}

static const struct city_code func_classes[] = {
    {"201", "一般公共服务支出"},
    {"203", "国防支出"},
    {"204", "公共安全支出"},
    {"205", "教育支出"},
    {"206", "科学技术支出"},
    {"207", "文化旅游体育与传媒支出"},
    {"208", "社会保障和就业支出"},
    {"210", "卫生健康支出"},
    {"211", "节能环保支出"},
    {"212", "城乡社区支出"},
    {"213", "农林水支出"},
    {"214", "交通运输支出"},
    {"215", "资源勘探信息等支出"},
    {"216", "商业服务业等支出"},
    {"217", "金融支出"},
    {"219", "援助其他地区支出"},
    {"220", "自然资源海洋气象等支出"},
    {"221", "住房保障支出"},
    {"222", "粮油物资储备支出"},
    {"224", "灾害防治及应急管理支出"},
    {"229", "其他支出"},
    {"230", "转移性支出"},
    {"232", "债务付息支出"},
};

static const struct city_code func_others[] = {
    {"2120801", "征地和拆迁补偿支出"},
    {"2120803", "城市建设支出"},
    {"2120804", "农村基础设施建设支出"},
    {"2120899", "其他国有土地使用权出让收入安排的支出"},
    {"2090101", "基本养老金"},
    {"2090201", "失业保险金"},
    {"2230105", "国有企业改革成本支出"},
    {"2230201", "国有经济结构调整支出"},
    {"2300299", "其他一般性转移支付支出"},
    {"2320301", "地方政府一般债券付息支出"},
    {"2320303", "地方政府向国际组织借款付息支出"},
};

/* The items of an administration: those that every one has, and those for lines of its own. */
static size_t dept_funcs(const struct city *c, int32_t dept, struct city_code *list,
                         char (**at)[96]) {
    static const struct city_code every[] = {
        {"01", "行政运行"}, {"02", "一般行政管理事务"}, {"50", "事业运行"}, {"99", "其他支出"}};
    const struct city_dept_name *x = &city_depts[dept];
    int32_t end = CITY_OWN_FIRST + city_own_lines(c, dept, NULL);
    size_t n = 0;

    if (end <= CITY_NAMED_LAST)
        end = CITY_NAMED_LAST + 1;
    for (size_t k = 0; k < sizeof(every) / sizeof(every[0]); k++, n++) {
        list[n].code = keep(at, x->kuan, every[k].code);
        list[n].name = keep(at, every[k].name, "");
    }
    for (int32_t k = CITY_OWN_FIRST; k < end; k++, n++) {
        char no[12];

        (void)snprintf(no, sizeof(no), "%02d", k);
        list[n].code = keep(at, x->kuan, no);
        list[n].name = keep(at, "专项业务", no);
    }
    list[n++] = (struct city_code){x->item, x->item_name};
    list[n++] = (struct city_code){x->kuan, x->kuan_name};
    return n;
}

/* The functional items that this city uses. */
static void func_rows(const struct city *c, struct table *t, const char *no) {
    size_t n = 0;
    size_t cap = (size_t)CITY_DEPTS * (2 + 4 + CITY_OWN_LAST) + 48;
    struct city_code *list = city_alloc(cap, sizeof(*list));
    char(*text)[96] = city_alloc(cap * 2, sizeof(*text));
    char(*at)[96] = text;
    const char *last = "";

    for (int32_t d = 0; d < (int32_t)CITY_DEPTS; d++)
        n += dept_funcs(c, d, list + n, &at);
    for (size_t k = 0; k < sizeof(func_classes) / sizeof(func_classes[0]); k++)
        list[n++] = func_classes[k];
    for (size_t k = 0; k < sizeof(func_others) / sizeof(func_others[0]); k++)
        list[n++] = func_others[k];
    qsort(list, n, sizeof(*list), by_code);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].code, last) != 0)
            code_row(t, no, "func", CITY_FY, list[i].code, list[i].name);
        last = list[i].code;
    }
    free(list);
    free(text);
}

static const char *const code_docs[] = {"济绩联办〔2019〕3号", "济绩联办〔2019〕4号",
                                        "济绩联办〔2019〕5号", "济绩联办〔2019〕6号"};

static int write_codes(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_office, "codes.csv", "H09",
                                "发布日期,文号,体系,年度,码表,代码,名称", false);
    const struct city_code *list;
    size_t n = city_regions(&list);

    code_row(t, code_docs[0], "region", 0, CITY_RGN, "济南市");
    for (size_t i = 0; i < n; i++)
        code_row(t, code_docs[0], "region", 0, list[i].code, list[i].name);
    func_rows(c, t, code_docs[1]);
    n = city_econ_g(&list);
    for (size_t i = 0; i < n; i++)
        code_row(t, code_docs[2], "econ_g", CITY_FY, list[i].code, list[i].name);
    n = city_econ_d(&list);
    for (size_t i = 0; i < n; i++)
        code_row(t, code_docs[3], "econ_d", CITY_FY, list[i].code, list[i].name);
    return table_close(t, err);
}

static void consent(struct table *t, int32_t day, const char *type, const char *no, int32_t n) {
    char own[24];

    (void)snprintf(own, sizeof(own), "TY-%04d", n);
    table_row(t, day, own, 0);
    table_str(t, type);
    table_str(t, no);
    table_str(t, "同意");
}

static int write_consents(struct city *c, const struct table_style *style, struct pt_err *err) {
    struct table *t = table_new(c, style, "consents.csv", "Approval",
                                "送达日期,单据号,对象类型,对象文号,意见", false);
    int32_t n = 0;

    consent(t, DAY_CONSENT, "H07", PARAMETERS_NO, ++n);
    consent(t, DAY_FRAMEWORK_CONSENT, "H07", FRAMEWORK_NO, ++n);
    for (size_t i = 0; i < 4; i++)
        consent(t, DAY_CONSENT, "H09", code_docs[i], ++n);
    for (size_t i = 0; i < sizeof(calendars) / sizeof(calendars[0]); i++)
        consent(t, calendars[i].consent_day, "H08", calendars[i].no, ++n);
    return table_close(t, err);
}

int city_write_office(struct city *c, struct pt_err *err) {
    static const struct table_style *const styles[] = {&style_congress, &style_discipline,
                                                       &style_organization, &style_audit};
    int code = write_parameters(c, err);

    if (code == 0)
        code = write_workdays(c, err);
    if (code == 0)
        code = write_codes(c, err);
    for (size_t i = 0; i < 4 && code == 0; i++)
        code = write_consents(c, styles[i], err);
    return code;
}
