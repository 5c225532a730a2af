/* Business dates as int32 yyyymmdd (Asia/Shanghai by convention; no time zone is ever looked up)
 * and Unix milliseconds. Pure functions, any thread. */
#ifndef PENTAD_BASE_DATE_H
#define PENTAD_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

bool pt_date_valid(int32_t ymd);      /* a real Gregorian day, 1900 to 2199 */
int32_t pt_date_to_days(int32_t ymd); /* days since 1970-01-01; ymd must be valid */
int32_t pt_date_from_days(int32_t days);
int32_t pt_date_add(int32_t ymd, int32_t days);
int32_t pt_date_diff(int32_t a, int32_t b); /* a - b in days */
int32_t pt_date_year(int32_t ymd);
int32_t pt_date_month(int32_t ymd);
int32_t pt_date_day(int32_t ymd);
int32_t pt_date_month_end(int32_t ymd);   /* last day of its month */
int32_t pt_date_year_days(int32_t year);  /* 365 or 366 */
int32_t pt_date_weekday(int32_t ymd);     /* 1 Monday … 7 Sunday */
int32_t pt_date_from_ms(int64_t unix_ms); /* the day in Asia/Shanghai (UTC+8, no DST) */
int64_t pt_date_to_ms(int32_t ymd);       /* 00:00 Asia/Shanghai of that day, Unix ms */
/* "2019-07-18" or "20190718"; PT_E_DATE otherwise. */
int pt_date_parse(const char *s, int32_t *ret_ymd);
void pt_date_format(char out[11], int32_t ymd); /* 2019-07-18 */
/* RFC 3339 in UTC with milliseconds: 2019-07-18T01:02:03.004Z */
void pt_time_format(char out[25], int64_t unix_ms);

#endif
