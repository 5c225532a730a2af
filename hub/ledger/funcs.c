/* Functions for SQL, all pure of the ledger's own rows:
 *   ratio_bp(num, den)       basis points half up, NULL for NA
 *   date_add(ymd, days)      date_diff(a, b)      month_end(yyyymm)
 *   is_workday(ymd)          by H08 in force; Monday to Friday where a year has none
 *   wd_add(ymd, n)           the n-th working day after
 *   cd_add(ymd, n)           n calendar days after; on a day off, the next working day
 *   band(cp)                 1 优 2 良 3 中 4 差
 *   quota_sign(kind)         how a B04 of that kind counts in Bg: +1 or -1
 *   over_ppm(x, base, ppm)   x > base * ppm / 1000000, exactly
 *   add_fen(a, b), sum(x)    exact up to 10^18 fen, which is where they stay beyond it: SQLite's
 * own sum ends a statement with an error when 64 bits are not enough, and whoever may write amounts
 * could end the fold for all with three */
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/ledger/ledger.h>

#include "internal.h"

static bool all_ints(int n, sqlite3_value **v) {
    for (int i = 0; i < n; i++)
        if (sqlite3_value_type(v[i]) != SQLITE_INTEGER)
            return false;
    return true;
}

static void fn_ratio_bp(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int32_t bp = all_ints(n, v) ? pt_ratio_bp(sqlite3_value_int64(v[0]), sqlite3_value_int64(v[1]))
                                : PT_BP_NA;

    if (bp == PT_BP_NA)
        sqlite3_result_null(ctx);
    else
        sqlite3_result_int(ctx, bp);
}

static void fn_date_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (all_ints(n, v) && pt_date_valid(sqlite3_value_int(v[0])))
        sqlite3_result_int(ctx, pt_date_add(sqlite3_value_int(v[0]), sqlite3_value_int(v[1])));
    else
        sqlite3_result_null(ctx);
}

static void fn_date_diff(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (all_ints(n, v) && pt_date_valid(sqlite3_value_int(v[0])) &&
        pt_date_valid(sqlite3_value_int(v[1])))
        sqlite3_result_int(ctx, pt_date_diff(sqlite3_value_int(v[0]), sqlite3_value_int(v[1])));
    else
        sqlite3_result_null(ctx);
}

static void fn_month_end(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int32_t first = all_ints(n, v) ? sqlite3_value_int(v[0]) * 100 + 1 : 0;

    if (pt_date_valid(first))
        sqlite3_result_int(ctx, pt_date_month_end(first));
    else
        sqlite3_result_null(ctx);
}

static void fn_band(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int cp = sqlite3_value_int(v[0]);

    if (!all_ints(n, v))
        sqlite3_result_null(ctx);
    else
        sqlite3_result_int(ctx, cp >= 9000 ? 1 : cp >= 8000 ? 2 : cp >= 6000 ? 3 : 4);
}

static void fn_quota_sign(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int kind = sqlite3_value_int(v[0]);

    (void)n;
    sqlite3_result_int(ctx, kind == PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_REDUCE ||
                                    kind == PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_SHIFT_OUT ||
                                    kind == PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_TRANSFER
                                ? -1
                                : 1);
}

static void fn_over_ppm(sqlite3_context *ctx, int n, sqlite3_value **v) {
    __extension__ typedef __int128 wide;

    if (all_ints(n, v))
        sqlite3_result_int(ctx, (wide)sqlite3_value_int64(v[0]) * 1000000 >
                                    (wide)sqlite3_value_int64(v[1]) * sqlite3_value_int64(v[2]));
    else
        sqlite3_result_null(ctx);
}

__extension__ typedef __int128 wide_fen;

static int64_t bounded(wide_fen v) {
    static const int64_t most = INT64_C(1000000000000000000); /* nine such can be added */

    return v > most ? most : v < -most ? -most : (int64_t)v;
}

static void fn_add_fen(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (all_ints(n, v))
        sqlite3_result_int64(
            ctx, bounded((wide_fen)sqlite3_value_int64(v[0]) + sqlite3_value_int64(v[1])));
    else
        sqlite3_result_null(ctx);
}

struct summing {
    uint8_t total[sizeof(wide_fen)]; /* SQLite aligns to eight bytes only */
    int64_t n;                       /* NULLs don't count */
};

static void sum_move(sqlite3_context *ctx, sqlite3_value *v, int sign) {
    struct summing *s = sqlite3_aggregate_context(ctx, sizeof *s);

    if (s && sqlite3_value_type(v) != SQLITE_NULL) {
        wide_fen total;

        memcpy(&total, s->total, sizeof total);
        total += (wide_fen)sqlite3_value_int64(v) * sign;
        memcpy(s->total, &total, sizeof total);
        s->n += sign;
    }
}

static void sum_step(sqlite3_context *ctx, int n, sqlite3_value **v) {
    (void)n;
    sum_move(ctx, v[0], 1);
}

static void sum_inverse(sqlite3_context *ctx, int n, sqlite3_value **v) {
    (void)n;
    sum_move(ctx, v[0], -1);
}

static void sum_value(sqlite3_context *ctx) {
    const struct summing *s = sqlite3_aggregate_context(ctx, 0);
    wide_fen total;

    if (!s || s->n == 0) {
        sqlite3_result_null(ctx);
        return;
    }
    memcpy(&total, s->total, sizeof total);
    sqlite3_result_int64(ctx, bounded(total));
}

/* The newest H08 of a year holds; what it doesn't list follows the week. */
static const char workday_sql[] =
    "WITH h AS (SELECT rec, holidays, workdays FROM v_workdays WHERE year = ?1 / 10000"
    "  AND r_valid <= ?1 ORDER BY r_valid DESC, r_issued DESC, rec DESC LIMIT 1)"
    " SELECT CASE WHEN EXISTS (SELECT 1 FROM h, json_each(h.workdays) j WHERE j.value = ?1) THEN 1"
    "  WHEN EXISTS (SELECT 1 FROM h, json_each(h.holidays) j WHERE j.value = ?1) THEN 0 END";

static bool is_workday(struct pt_ledger *l, int32_t day) {
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

static void fn_is_workday(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (all_ints(n, v) && pt_date_valid(sqlite3_value_int(v[0])))
        sqlite3_result_int(ctx, is_workday(sqlite3_user_data(ctx), sqlite3_value_int(v[0])));
    else
        sqlite3_result_null(ctx);
}

enum { DAYS_AHEAD_MAX = 2000 };

static void fn_wd_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_ledger *l = sqlite3_user_data(ctx);
    int32_t day = sqlite3_value_int(v[0]);
    int left = sqlite3_value_int(v[1]);

    if (!all_ints(n, v) || !pt_date_valid(day)) {
        sqlite3_result_null(ctx);
        return;
    }
    for (int i = 0; left > 0 && i < DAYS_AHEAD_MAX; i++) {
        day = pt_date_add(day, 1);
        left -= is_workday(l, day);
    }
    sqlite3_result_int(ctx, day);
}

static void fn_cd_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_ledger *l = sqlite3_user_data(ctx);
    int32_t day = sqlite3_value_int(v[0]);

    if (!all_ints(n, v) || !pt_date_valid(day)) {
        sqlite3_result_null(ctx);
        return;
    }
    day = pt_date_add(day, sqlite3_value_int(v[1]));
    for (int i = 0; i < DAYS_AHEAD_MAX && !is_workday(l, day); i++)
        day = pt_date_add(day, 1);
    sqlite3_result_int(ctx, day);
}

int pt_funcs_register(struct pt_ledger *l, struct pt_err *err) {
    static const struct {
        const char *name;
        void (*fn)(sqlite3_context *, int, sqlite3_value **);
        int n;
        int flags;
    } f[] = {
        {"ratio_bp", fn_ratio_bp, 2, SQLITE_DETERMINISTIC},
        {"date_add", fn_date_add, 2, SQLITE_DETERMINISTIC},
        {"date_diff", fn_date_diff, 2, SQLITE_DETERMINISTIC},
        {"month_end", fn_month_end, 1, SQLITE_DETERMINISTIC},
        {"band", fn_band, 1, SQLITE_DETERMINISTIC},
        {"quota_sign", fn_quota_sign, 1, SQLITE_DETERMINISTIC},
        {"over_ppm", fn_over_ppm, 3, SQLITE_DETERMINISTIC},
        {"add_fen", fn_add_fen, 2, SQLITE_DETERMINISTIC},
        {"is_workday", fn_is_workday, 1, 0},
        {"wd_add", fn_wd_add, 2, 0},
        {"cd_add", fn_cd_add, 2, 0},
    };

    for (size_t i = 0; i < sizeof f / sizeof f[0]; i++)
        if (sqlite3_create_function_v2(l->sql.db, f[i].name, f[i].n, SQLITE_UTF8 | f[i].flags, l,
                                       f[i].fn, NULL, NULL, NULL) != SQLITE_OK)
            return pt_sql_err(&l->sql, 0, err, f[i].name);
    if (sqlite3_create_window_function(l->sql.db, "sum", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                       NULL, sum_step, sum_value, sum_value, sum_inverse,
                                       NULL) != SQLITE_OK)
        return pt_sql_err(&l->sql, 0, err, "sum");
    return 0;
}
