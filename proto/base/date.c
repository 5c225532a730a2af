#include <pentad/base/date.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/err.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199 };
#define DAY_MS INT64_C(86400000)
#define SHANGHAI_MS INT64_C(28800000)

static bool leap(int32_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_in_month(int32_t year, int32_t month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && leap(year) ? 1 : 0);
}

int32_t pt_date_year(int32_t ymd) {
    return ymd / 10000;
}

int32_t pt_date_month(int32_t ymd) {
    return ymd / 100 % 100;
}

int32_t pt_date_day(int32_t ymd) {
    return ymd % 100;
}

bool pt_date_valid(int32_t ymd) {
    int32_t y = pt_date_year(ymd);
    int32_t m = pt_date_month(ymd);
    int32_t d = pt_date_day(ymd);

    return ymd > 0 && y >= YEAR_MIN && y <= YEAR_MAX && m >= 1 && m <= 12 && d >= 1 &&
           d <= days_in_month(y, m);
}

/* Civil calendar to day number, counted in years that begin in March so that the leap day comes
 * last. Callers' years keep every term positive. */
int32_t pt_date_to_days(int32_t ymd) {
    int32_t m = pt_date_month(ymd);
    int32_t y = pt_date_year(ymd) - (m <= 2 ? 1 : 0);
    int32_t in_year;

    PT_ASSERT(pt_date_valid(ymd));
    in_year = (153 * ((m + 9) % 12) + 2) / 5 + pt_date_day(ymd) - 1;
    return 365 * y + y / 4 - y / 100 + y / 400 + in_year - 719468;
}

int32_t pt_date_from_days(int32_t days) {
    int64_t z = (int64_t)days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t d = doy - (153 * mp + 2) / 5 + 1;
    int64_t m = mp < 10 ? mp + 3 : mp - 9;
    int64_t y = yoe + era * 400 + (m <= 2 ? 1 : 0);

    /* Beyond four-digit years there is no yyyymmdd to give. */
    if (y < 0 || y > 9999) {
        return y < 0 ? 0 : 99991231;
    }
    return (int32_t)(y * 10000 + m * 100 + d);
}

int32_t pt_date_add(int32_t ymd, int32_t days) {
    return pt_date_from_days(pt_date_to_days(ymd) + days);
}

int32_t pt_date_diff(int32_t a, int32_t b) {
    return pt_date_to_days(a) - pt_date_to_days(b);
}

int32_t pt_date_month_end(int32_t ymd) {
    int32_t y = pt_date_year(ymd);
    int32_t m = pt_date_month(ymd);

    PT_ASSERT(pt_date_valid(ymd));
    return y * 10000 + m * 100 + days_in_month(y, m);
}

int32_t pt_date_year_days(int32_t year) {
    return leap(year) ? 366 : 365;
}

int32_t pt_date_weekday(int32_t ymd) {
    /* 1970-01-01 was a Thursday; 70000 weeks keep the sum positive. */
    return (pt_date_to_days(ymd) + 3 + 7 * 10000) % 7 + 1;
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

int32_t pt_date_from_ms(int64_t unix_ms) {
    int64_t days;

    if (unix_ms > INT64_MAX - SHANGHAI_MS) {
        unix_ms = INT64_MAX - SHANGHAI_MS;
    }
    days = floor_div(unix_ms + SHANGHAI_MS, DAY_MS);
    if (days > INT32_MAX || days < INT32_MIN) {
        days = days > 0 ? INT32_MAX : INT32_MIN;
    }
    return pt_date_from_days((int32_t)days);
}

int64_t pt_date_to_ms(int32_t ymd) {
    return pt_date_to_days(ymd) * DAY_MS - SHANGHAI_MS;
}

static bool digits(const char *s, size_t n, int32_t *acc) {
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') {
            return false;
        }
        *acc = *acc * 10 + (s[i] - '0');
    }
    return true;
}

int pt_date_parse(const char *s, int32_t *ret_ymd) {
    size_t len = s != NULL ? strnlen(s, 11) : 0;
    int32_t ymd = 0;
    bool ok = false;

    *ret_ymd = 0;
    if (len == 8) {
        ok = digits(s, 8, &ymd);
    } else if (len == 10 && s[4] == '-' && s[7] == '-') {
        ok = digits(s, 4, &ymd) && digits(s + 5, 2, &ymd) && digits(s + 8, 2, &ymd);
    }
    if (!ok || !pt_date_valid(ymd)) {
        return PT_E_DATE;
    }
    *ret_ymd = ymd;
    return 0;
}

static void put_digits(char *at, int32_t v, int n) {
    for (int i = n - 1; i >= 0; i--) {
        at[i] = (char)('0' + v % 10);
        v /= 10;
    }
}

static void put_day(char *out, int32_t ymd) {
    memcpy(out, "0000-00-00", 11);
    if (ymd > 0) {
        put_digits(out, pt_date_year(ymd), 4);
        put_digits(out + 5, pt_date_month(ymd), 2);
        put_digits(out + 8, pt_date_day(ymd), 2);
    }
}

void pt_date_format(char out[11], int32_t ymd) {
    put_day(out, ymd);
    out[10] = '\0';
}

void pt_time_format(char out[25], int64_t unix_ms) {
    int64_t days = floor_div(unix_ms, DAY_MS);
    int32_t in_day = (int32_t)((unix_ms % DAY_MS + DAY_MS) % DAY_MS);

    if (days > INT32_MAX || days < INT32_MIN) {
        days = days > 0 ? INT32_MAX : INT32_MIN;
    }
    put_day(out, pt_date_from_days((int32_t)days));
    memcpy(out + 10, "T00:00:00.000Z", 15);
    put_digits(out + 11, in_day / 3600000, 2);
    put_digits(out + 14, in_day / 60000 % 60, 2);
    put_digits(out + 17, in_day / 1000 % 60, 2);
    put_digits(out + 20, in_day % 1000, 3);
}
