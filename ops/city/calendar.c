/* Working days of 2019 and 2020 as the State Council's General Office published them. */
#include "city.h"

#include <pentad/base/date.h>

/* 国办发明电〔2018〕15号: weekdays off and weekend days worked. */
static const struct city_day_off first_2019[] = {
    {20190101, false, "元旦"},    {20190202, true, "春节调休"}, {20190203, true, "春节调休"},
    {20190204, false, "春节"},    {20190205, false, "春节"},    {20190206, false, "春节"},
    {20190207, false, "春节"},    {20190208, false, "春节"},    {20190405, false, "清明节"},
    {20190501, false, "劳动节"},  {20190607, false, "端午节"},  {20190913, false, "中秋节"},
    {20190929, true, "国庆调休"}, {20191001, false, "国庆节"},  {20191002, false, "国庆节"},
    {20191003, false, "国庆节"},  {20191004, false, "国庆节"},  {20191007, false, "国庆节"},
    {20191012, true, "国庆调休"},
};

/* The same with the longer May holiday of 2019-03-22 (国办发明电〔2019〕3号). */
static const struct city_day_off final_2019[] = {
    {20190101, false, "元旦"},      {20190202, true, "春节调休"},   {20190203, true, "春节调休"},
    {20190204, false, "春节"},      {20190205, false, "春节"},      {20190206, false, "春节"},
    {20190207, false, "春节"},      {20190208, false, "春节"},      {20190405, false, "清明节"},
    {20190428, true, "劳动节调休"}, {20190501, false, "劳动节"},    {20190502, false, "劳动节"},
    {20190503, false, "劳动节"},    {20190505, true, "劳动节调休"}, {20190607, false, "端午节"},
    {20190913, false, "中秋节"},    {20190929, true, "国庆调休"},   {20191001, false, "国庆节"},
    {20191002, false, "国庆节"},    {20191003, false, "国庆节"},    {20191004, false, "国庆节"},
    {20191007, false, "国庆节"},    {20191012, true, "国庆调休"},
};

/* 国办发明电〔2019〕16号. */
static const struct city_day_off first_2020[] = {
    {20200101, false, "元旦"},      {20200119, true, "春节调休"},   {20200124, false, "春节"},
    {20200127, false, "春节"},      {20200128, false, "春节"},      {20200129, false, "春节"},
    {20200130, false, "春节"},      {20200201, true, "春节调休"},   {20200406, false, "清明节"},
    {20200426, true, "劳动节调休"}, {20200501, false, "劳动节"},    {20200504, false, "劳动节"},
    {20200505, false, "劳动节"},    {20200509, true, "劳动节调休"}, {20200625, false, "端午节"},
    {20200626, false, "端午节"},    {20200628, true, "端午调休"},   {20200927, true, "国庆调休"},
    {20201001, false, "国庆节"},    {20201002, false, "国庆节"},    {20201005, false, "国庆节"},
    {20201006, false, "国庆节"},    {20201007, false, "国庆节"},    {20201008, false, "国庆节"},
    {20201010, true, "国庆调休"},
};

/* The same with the Spring Festival prolonged to 2020-02-02 (国办发明电〔2020〕1号). */
static const struct city_day_off final_2020[] = {
    {20200101, false, "元旦"},      {20200119, true, "春节调休"},   {20200124, false, "春节"},
    {20200127, false, "春节"},      {20200128, false, "春节"},      {20200129, false, "春节"},
    {20200130, false, "春节"},      {20200131, false, "春节延长"},  {20200406, false, "清明节"},
    {20200426, true, "劳动节调休"}, {20200501, false, "劳动节"},    {20200504, false, "劳动节"},
    {20200505, false, "劳动节"},    {20200509, true, "劳动节调休"}, {20200625, false, "端午节"},
    {20200626, false, "端午节"},    {20200628, true, "端午调休"},   {20200927, true, "国庆调休"},
    {20201001, false, "国庆节"},    {20201002, false, "国庆节"},    {20201005, false, "国庆节"},
    {20201006, false, "国庆节"},    {20201007, false, "国庆节"},    {20201008, false, "国庆节"},
    {20201010, true, "国庆调休"},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

size_t city_days_off(int32_t year, int32_t edition, const struct city_day_off **ret) {
    PT_ASSERT(year == 2019 || year == 2020);
    if (year == 2019) {
        *ret = edition == 0 ? first_2019 : final_2019;
        return edition == 0 ? COUNT(first_2019) : COUNT(final_2019);
    }
    *ret = edition == 0 ? first_2020 : final_2020;
    return edition == 0 ? COUNT(first_2020) : COUNT(final_2020);
}

bool city_is_workday(int32_t day) {
    const struct city_day_off *list;
    size_t n = city_days_off(pt_date_year(day), 1, &list);

    for (size_t i = 0; i < n; i++)
        if (list[i].day == day)
            return list[i].work;
    return pt_date_weekday(day) <= 5;
}

int32_t city_next_workday(int32_t day) {
    do
        day = pt_date_add(day, 1);
    while (!city_is_workday(day));
    return day;
}

int32_t city_add_workdays(int32_t day, int32_t n) {
    while (n-- > 0)
        day = city_next_workday(day);
    return day;
}

int32_t city_nth_workday(int32_t year, int32_t month, int32_t n) {
    int32_t day = year * 10000 + month * 100 + 1;

    if (!city_is_workday(day))
        day = city_next_workday(day);
    return city_add_workdays(day, n - 1);
}

int32_t city_last_workday(int32_t year, int32_t month) {
    int32_t day = pt_date_month_end(year * 10000 + month * 100 + 1);

    while (!city_is_workday(day))
        day = pt_date_add(day, -1);
    return day;
}

int32_t city_workdays(int32_t from, int32_t to, int32_t out[31]) {
    int32_t n = 0;

    for (int32_t day = from; day <= to && n < 31; day = pt_date_add(day, 1))
        if (city_is_workday(day))
            out[n++] = day;
    return n;
}
