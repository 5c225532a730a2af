#include <criterion/criterion.h>
#include <time.h>

#include <pentad/base/date.h>
#include <pentad/base/err.h>

Test(date, every_day_of_three_centuries_goes_there_and_back) {
    int32_t day = pt_date_to_days(19000101);
    int32_t weekday = pt_date_weekday(19000101);
    int32_t count = 0;

    cr_assert_eq(weekday, 1, "1900-01-01 was a Monday");
    for (int32_t ymd = 19000101; ymd <= 21991231; ymd = pt_date_from_days(++day)) {
        time_t at = (time_t)day * 86400;
        struct tm tm;

        cr_assert_not_null(gmtime_r(&at, &tm));
        cr_assert_eq(ymd, (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
        cr_assert(pt_date_valid(ymd));
        cr_assert_eq(pt_date_to_days(ymd), day);
        cr_assert_eq(pt_date_weekday(ymd), tm.tm_wday == 0 ? 7 : tm.tm_wday);
        count++;
    }
    cr_assert_eq(count, 300 * 365 + 73);
}

Test(date, validity) {
    static const int32_t bad[] = {0,        -20190101, 18991231, 22000101, 20190229,
                                  21000229, 20190431,  20191301, 20190001, 20190100,
                                  20190132, INT32_MAX, INT32_MIN};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(pt_date_valid(bad[i]), "%d", bad[i]);
    }
    cr_assert(pt_date_valid(20000229));
    cr_assert(pt_date_valid(20200229));
}

Test(date, arithmetic) {
    cr_assert_eq(pt_date_add(20191231, 1), 20200101);
    cr_assert_eq(pt_date_add(20200301, -1), 20200229);
    cr_assert_eq(pt_date_diff(20200630, 20190101), 546);
    cr_assert_eq(pt_date_month_end(20200215), 20200229);
    cr_assert_eq(pt_date_month_end(20191201), 20191231);
    cr_assert_eq(pt_date_year_days(2020), 366);
    cr_assert_eq(pt_date_year_days(1900), 365);
}

Test(date, shanghai_midnight) {
    cr_assert_eq(pt_date_to_ms(20190718), INT64_C(1563379200000));
    cr_assert_eq(pt_date_from_ms(INT64_C(1563379200000)), 20190718);
    cr_assert_eq(pt_date_from_ms(INT64_C(1563379199999)), 20190717);
    cr_assert_eq(pt_date_from_ms(0), 19700101);
    cr_assert_eq(pt_date_from_ms(-28800001), 19691231);
    /* any time at all gives an answer */
    (void)pt_date_from_ms(INT64_MAX);
    (void)pt_date_from_ms(INT64_MIN);
}

Test(date, text) {
    static const char *const bad[] = {"",         "2019-7-18",  "2019/07/18",      "2019-07-18 ",
                                      "20190732", "2019-02-30", "201907181",       "2019-0718",
                                      "2019071x", "-0190718",   "２０１９０７１８"};
    char day[11];
    char at[25];
    int32_t ymd;

    cr_assert_eq(pt_date_parse("2019-07-18", &ymd), 0);
    cr_assert_eq(ymd, 20190718);
    cr_assert_eq(pt_date_parse("20190718", &ymd), 0);
    cr_assert_eq(ymd, 20190718);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(pt_date_parse(bad[i], &ymd), PT_E_DATE, "%s", bad[i]);
        cr_assert_eq(ymd, 0);
    }
    pt_date_format(day, 20190718);
    cr_assert_str_eq(day, "2019-07-18");
    pt_time_format(at, INT64_C(1563411723004));
    cr_assert_str_eq(at, "2019-07-18T01:02:03.004Z");
    pt_time_format(at, -1);
    cr_assert_str_eq(at, "1969-12-31T23:59:59.999Z");
    pt_time_format(at, INT64_MIN);
    pt_time_format(at, INT64_MAX);
}
