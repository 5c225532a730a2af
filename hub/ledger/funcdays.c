/* Functions for SQL, of days:
 *   date_add(ymd, days)      date_diff(a, b)      month_end(yyyymm)
 *   is_workday(ymd)          by H08 in force; Monday to Friday where a year has none
 *   wd_add(ymd, n)           the n-th working day after
 *   wd_diff(a, b)            working days after b, up to a: 0 where a is no later
 *   cd_add(ymd, n)           n calendar days after; on a day off, the next working day; NULL where
 *                            the calendar has ended */
#include "funcs.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

static void fn_date_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (pt_func_ints(n, v) && pt_date_valid(sqlite3_value_int(v[0])))
        sqlite3_result_int(ctx, pt_date_add(sqlite3_value_int(v[0]), sqlite3_value_int(v[1])));
    else
        sqlite3_result_null(ctx);
}

static void fn_date_diff(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (pt_func_ints(n, v) && pt_date_valid(sqlite3_value_int(v[0])) &&
        pt_date_valid(sqlite3_value_int(v[1])))
        sqlite3_result_int(ctx, pt_date_diff(sqlite3_value_int(v[0]), sqlite3_value_int(v[1])));
    else
        sqlite3_result_null(ctx);
}

static void fn_month_end(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int32_t first = pt_func_ints(n, v) ? sqlite3_value_int(v[0]) * 100 + 1 : 0;

    if (pt_date_valid(first))
        sqlite3_result_int(ctx, pt_date_month_end(first));
    else
        sqlite3_result_null(ctx);
}

/* The newest H08 of a year holds; what it doesn't list follows the week. */
static const char workday_sql[] =
    "WITH h AS (SELECT rec, holidays, workdays FROM v_workdays WHERE year = ?1 / 10000"
    "  AND r_valid <= ?1 ORDER BY r_valid DESC, r_issued DESC, r_stream DESC, r_seq DESC LIMIT 1)"
    " SELECT CASE WHEN EXISTS (SELECT 1 FROM h, json_each(h.workdays) j WHERE j.value = ?1) THEN 1"
    "  WHEN EXISTS (SELECT 1 FROM h, json_each(h.holidays) j WHERE j.value = ?1) THEN 0 END";

static bool ask_workday(struct pt_ledger *l, int32_t day) {
    bool yes = pt_date_weekday(day) <= 5;

    if (!l->workday && pt_sql_prepare(&l->sql, workday_sql, &l->workday, NULL) != 0)
        return yes;
    sqlite3_bind_int(l->workday, 1, day);
    if (sqlite3_step(l->workday) == SQLITE_ROW &&
        sqlite3_column_type(l->workday, 0) == SQLITE_INTEGER)
        yes = sqlite3_column_int(l->workday, 0) != 0;
    sqlite3_reset(l->workday);
    return yes;
}

void pt_workdays_forget(struct pt_ledger *l) {
    l->workdays_unsure = true;
}

/* What was found is true of the calendars that are in force; where they are the same it is kept. */
static void see_calendars(struct pt_ledger *l) {
    static const char sql[] = "SELECT group_concat(substr(hex(r.hash), 1, 16) || r.valid_from)"
                              " FROM f_workdays f CROSS JOIN live v ON v.rec = f.rec"
                              " CROSS JOIN record r ON r.rec = f.rec";
    char now[PT_CALENDARS_CAP] = "";
    sqlite3_stmt *st = NULL;
    bool known;
    int rc = pt_sql_query(&l->sql, &st, NULL, sql, "");

    known = pt_sql_row(&l->sql, st, &rc, NULL) &&
            snprintf(now, sizeof now, "%s", pt_sql_text(st, 0)) < (int)sizeof now;
    pt_sql_done(&l->sql, st);
    if (!known || strcmp(now, l->calendars) != 0)
        memset(l->workdays, 0, sizeof l->workdays);
    memcpy(l->calendars, now, sizeof now);
    l->workdays_unsure = false;
}

/* Rules ask for the same few hundred days again and again. The calendars are looked at anew where
 * an entry came or the file is another's or an earlier transaction's no more. */
static bool is_workday(struct pt_ledger *l, int32_t day) {
    struct pt_day_kept *k = &l->workdays[(uint32_t)day % PT_DAYS_KEPT];
    uint32_t version = 0;

    (void)sqlite3_file_control(l->sql.db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
    if (version != l->workdays_version || l->workdays_unsure)
        see_calendars(l);
    l->workdays_version = version;
    if (k->day != day)
        *k = (struct pt_day_kept){day, ask_workday(l, day)};
    return k->works;
}

static void fn_is_workday(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (pt_func_ints(n, v) && pt_date_valid(sqlite3_value_int(v[0])))
        sqlite3_result_int(ctx, is_workday(sqlite3_user_data(ctx), sqlite3_value_int(v[0])));
    else
        sqlite3_result_null(ctx);
}

enum { DAYS_AHEAD_MAX = 2000 };

/* The next day; the last one that dates have stays itself. */
static int32_t next_day(int32_t day) {
    int32_t next = pt_date_add(day, 1);

    return pt_date_valid(next) ? next : day;
}

static void fn_wd_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_ledger *l = sqlite3_user_data(ctx);
    int32_t day = sqlite3_value_int(v[0]);
    int left = sqlite3_value_int(v[1]);

    if (!pt_func_ints(n, v) || !pt_date_valid(day)) {
        sqlite3_result_null(ctx);
        return;
    }
    for (int i = 0; left > 0 && i < DAYS_AHEAD_MAX; i++) {
        day = next_day(day);
        left -= is_workday(l, day);
    }
    sqlite3_result_int(ctx, day);
}

static void fn_wd_diff(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_ledger *l = sqlite3_user_data(ctx);
    int32_t to = sqlite3_value_int(v[0]);
    int32_t day = sqlite3_value_int(v[1]);
    int days = 0;

    if (!pt_func_ints(n, v) || !pt_date_valid(to) || !pt_date_valid(day)) {
        sqlite3_result_null(ctx);
        return;
    }
    for (int i = 0; i < DAYS_AHEAD_MAX && day < to; i++) {
        day = next_day(day);
        days += is_workday(l, day);
    }
    sqlite3_result_int(ctx, days);
}

static void fn_cd_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_ledger *l = sqlite3_user_data(ctx);
    int32_t day = sqlite3_value_int(v[0]);

    if (!pt_func_ints(n, v) || !pt_date_valid(day)) {
        sqlite3_result_null(ctx);
        return;
    }
    day = pt_date_add(day, sqlite3_value_int(v[1]));
    if (!pt_date_valid(day)) {
        sqlite3_result_null(ctx);
        return;
    }
    for (int i = 0; i < DAYS_AHEAD_MAX && !is_workday(l, day); i++)
        day = next_day(day);
    sqlite3_result_int(ctx, day);
}

int pt_funcs_days(struct pt_ledger *l, struct pt_err *err) {
    static const struct pt_func f[] = {
        {"date_add", fn_date_add, 2, SQLITE_DETERMINISTIC},
        {"date_diff", fn_date_diff, 2, SQLITE_DETERMINISTIC},
        {"month_end", fn_month_end, 1, SQLITE_DETERMINISTIC},
        {"is_workday", fn_is_workday, 1, 0},
        {"wd_add", fn_wd_add, 2, 0},
        {"wd_diff", fn_wd_diff, 2, 0},
        {"cd_add", fn_cd_add, 2, 0},
    };

    return pt_funcs_add(l, f, sizeof f / sizeof f[0], err);
}
