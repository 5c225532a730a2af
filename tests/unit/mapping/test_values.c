/* Numbers, dates, texts and names, each against a table of cases. */
#include <criterion/criterion.h>
#include <string.h>

#include "internal.h"

static int64_t number(const char *s, char decimal, char thousands, int shift, int *ret_rc) {
    struct pt_number_style style = {decimal, thousands, false};
    struct pt_err err = {0};
    int64_t v = 0;
    *ret_rc = pt_value_number(s, strlen(s), &style, shift, &v, &err);
    cr_assert(*ret_rc == 0 || err.msg[0]);
    return v;
}

Test(values, numbers_that_are_exact) {
    static const struct {
        const char *text;
        char decimal, thousands;
        int shift;
        int64_t value;
    } ok[] = {
        {"0", '.', 0, 2, 0},
        {"14825", '.', 0, 2, 1482500},
        {"27520.16", '.', 0, 2, 2752016},
        {"4138.2", '.', 0, 2, 413820},
        {"8576,71", ',', 0, 2, 857671},
        {"17.300,74", ',', '.', 2, 1730074},
        {"1,234,567.89", '.', ',', 2, 123456789},
        {"-1.71", '.', 0, 2, -171},
        {"1.71-", '.', 0, 2, -171},
        {"(1.71)", '.', 0, 2, -171},
        {"\xE2\x88\x92"
         "5",
         '.', 0, 0, -5},
        {"+5", '.', 0, 0, 5},
        {"5950", '.', 0, 6, 5950000000},
        {"0.0001", '.', 0, 6, 100},
        {"12.5000", '.', 0, 2, 1250},
        {" 7 ", '.', 0, 0, 7},
        {".5", '.', 0, 2, 50},
        {"5.", '.', 0, 2, 500},
        {"92233720368547758.07", '.', 0, 2, INT64_MAX},
        {"-43414789,25", 'a', 0, 2, -4341478925},
        {"1.234.567", 'a', 0, 0, 1234567},
        {"1.234,5", 'a', 0, 2, 123450},
        {"1,234.5", 'a', 0, 2, 123450},
        {"12 345,6", ',', ' ', 1, 123456},
    };
    for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
        int rc;
        int64_t v = number(ok[i].text, ok[i].decimal, ok[i].thousands, ok[i].shift, &rc);
        cr_expect(rc == 0 && v == ok[i].value, "%s: %d, %lld", ok[i].text, rc, (long long)v);
    }
}

Test(values, numbers_that_are_refused) {
    static const struct {
        const char *text;
        char decimal, thousands;
        int shift, code;
    } bad[] = {
        {"", '.', 0, 2, PT_E_AMOUNT},
        {"-", '.', 0, 2, PT_E_AMOUNT},
        {"abc", '.', 0, 2, PT_E_AMOUNT},
        {"12a", '.', 0, 2, PT_E_AMOUNT},
        {"1.234", '.', 0, 2, PT_E_AMOUNT},
        {"1,5", '.', 0, 2, PT_E_AMOUNT},
        {"0,50", '.', ',', 2, PT_E_AMOUNT},
        {"12,34,567", '.', ',', 0, PT_E_AMOUNT},
        {"1234,567", '.', ',', 0, PT_E_AMOUNT},
        {"1,23.5", '.', ',', 2, PT_E_AMOUNT},
        {"1.2.3", '.', 0, 2, PT_E_AMOUNT},
        {"1.234", 'a', 0, 2, PT_E_AMOUNT},
        {"1e5", '.', 0, 2, PT_E_AMOUNT},
        {"--1", '.', 0, 2, PT_E_AMOUNT},
        {".", '.', 0, 2, PT_E_AMOUNT},
        {"0x10", '.', 0, 2, PT_E_AMOUNT},
        {"92233720368547758.08", '.', 0, 2, PT_E_RANGE},
        {"99999999999999999999999999", '.', 0, 0, PT_E_RANGE},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int rc;
        number(bad[i].text, bad[i].decimal, bad[i].thousands, bad[i].shift, &rc);
        cr_expect_eq(rc, bad[i].code, "%s: %s", bad[i].text, pt_err_name(rc));
    }
}

Test(values, rounding_only_where_it_is_declared) {
    const struct pt_number_style style = {'.', 0, true};
    int64_t v;
    cr_assert_eq(pt_value_number("1.235", 5, &style, 2, &v, NULL), 0);
    cr_assert_eq(v, 124);
    cr_assert_eq(pt_value_number("-1.235", 6, &style, 2, &v, NULL), 0);
    cr_assert_eq(v, -124, "half up on magnitude");
    cr_assert_eq(pt_value_number("1.2349", 6, &style, 2, &v, NULL), 0);
    cr_assert_eq(v, 123);
}

Test(values, dates_in_declared_forms) {
    static const struct {
        const char *text, *formats;
        int32_t ymd;
        int precision;
    } ok[] = {
        {"2019-01-21", "%Y-%m-%d", 20190121, 1},
        {"2019/7/18", "%Y-%m-%d|%Y/%m/%d", 20190718, 1},
        {"20190718", "%Y-%m-%d|%Y/%m/%d|%Y%m%d", 20190718, 1},
        {"18.07.2019", "%d.%m.%Y", 20190718, 1},
        {"2019年7月18日", "%Y年%m月%d日", 20190718, 1},
        {"2019-02", "%Y-%m", 20190228, 2},
        {"2016", "%Y", 20161231, 3},
    };
    for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
        int32_t ymd = 0;
        int precision = 0;
        struct pt_err err = {0};
        int rc = pt_value_date(ok[i].text, ok[i].formats, &ymd, &precision, &err);
        cr_expect(rc == 0 && ymd == ok[i].ymd && precision == ok[i].precision, "%s: %s %d %d",
                  ok[i].text, err.msg, ymd, precision);
    }
    static const char *const bad[] = {"",          "2019-02-30", "2019-13-01",
                                      "20190718 ", "yesterday",  "2019-7-18x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int32_t ymd;
        int precision;
        cr_expect_eq(pt_value_date(bad[i], "%Y-%m-%d", &ymd, &precision, NULL), PT_E_DATE, "%s",
                     bad[i]);
    }
}

Test(values, moments_in_chinese_time) {
    static const struct {
        const char *text, *formats;
        int64_t ms;
    } ok[] = {
        {"2019-07-18", "%Y-%m-%d", INT64_C(1563379200000)},
        {"2019/7/18 09:30", "%Y/%m/%d|%Y/%m/%d %H:%M", INT64_C(1563413400000)},
        {"20190718235959", "%Y%m%d%H%M%S", INT64_C(1563465599000)},
        {"1970-01-01 08:00", "%Y-%m-%d %H:%M", 0},
        {"2019-07", "%Y-%m", INT64_C(1561910400000)},
    };
    static const char *const bad[] = {"", "2019-07-18", "2019-02-30 10:00", "2019-07-18 24:00",
                                      "2019-07-18 10:00 "};
    int64_t ms = 0;
    for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
        struct pt_err err = {0};
        int rc = pt_value_moment(ok[i].text, ok[i].formats, &ms, &err);
        cr_expect(rc == 0 && ms == ok[i].ms, "%s: %s %lld", ok[i].text, err.msg, (long long)ms);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_eq(pt_value_moment(bad[i], "%Y-%m-%d %H:%M", &ms, NULL), PT_E_DATE, "%s", bad[i]);
}

Test(values, texts_become_what_a_record_may_hold) {
    struct pt_arena a;
    const char *out;
    pt_arena_init(&a, 1 << 20);
    static const struct {
        const char *in, *out;
        unsigned max;
    } ok[] = {
        {"  two\r\n lines\t", "two lines", 0},
        {"e\xCC\x81", "\xC3\xA9", 0},
        {"市　交通局", "市 交通局", 0},
        {"市交通局", "市交通", 3},
        {"a b", "a", 2},
    };
    for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
        cr_expect_eq(pt_value_text(ok[i].in, strlen(ok[i].in), ok[i].max, &a, &out, NULL), 0);
        cr_expect_str_eq(out, ok[i].out);
    }
    cr_assert_eq(pt_value_text("a\xE2\x80\xAE"
                               "b",
                               5, 0, &a, &out, NULL),
                 PT_E_TEXT, "a direction override never enters a record");
    cr_assert_eq(pt_value_text("\xC3", 1, 0, &a, &out, NULL), PT_E_TEXT);
    pt_arena_done(&a);
}

Test(values, names_of_enums_and_of_yes_and_no) {
    int v;
    bool yes;
    const ProtobufCEnumDescriptor *d = &pentad__v1__payment_op__descriptor;
    cr_assert_eq(pt_value_enum(d, "PAY", &v, NULL), 0);
    cr_assert_eq(v, PENTAD__V1__PAYMENT_OP__PAYMENT_OP_PAY);
    cr_assert_eq(pt_value_enum(d, "PAYMENT_OP_REFUND", &v, NULL), 0);
    cr_assert_eq(pt_value_enum(d, "2", &v, NULL), 0);
    cr_assert_eq(v, PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND);
    struct pt_err err = {0};
    cr_assert_eq(pt_value_enum(d, "0", &v, &err), PT_E_CODE);
    cr_assert_eq(pt_value_enum(d, "refund", &v, &err), PT_E_CODE);
    cr_assert_not_null(strstr(err.msg, "PAY REFUND"), "%s", err.msg);
    cr_assert(pt_value_bool("是", &yes, NULL) == 0 && yes);
    cr_assert(pt_value_bool("no", &yes, NULL) == 0 && !yes);
    cr_assert_eq(pt_value_bool("perhaps", &yes, NULL), PT_E_FIELD);
}
