/* Functions for SQL, all pure of the ledger's own rows. Those of days stand in funcdays.c, of goals
 * in funcgoal.c, of texts in functext.c, of many sums in funcsums.c, of who reads what in
 * funcseen.c; here those of numbers:
 *   ratio_bp(num, den)       basis points half up, NULL for NA
 *   band(cp)                 1 优 2 良 3 中 4 差
 *   quota_sign(kind)         how a B04 of that kind counts in Bg: +1 or -1
 *   half_unit(src_unit)      what rounding to that source unit may explain, in fen: half of it
 *   over_ppm(x, base, ppm)   x > base * ppm / 1000000, exactly
 *   next_fy(ymd, mmdd)       the budget year that an evaluation of that day binds, drafting ending
 *                            on mmdd
 *   add_fen(a, b), sum(x)    exact up to 10^18 fen, which is where they stay beyond it: SQLite's
 * own sum ends a statement with an error when 64 bits are not enough, and whoever may write amounts
 * could end the fold for all with three */
#include "funcs.h"

#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>

bool pt_func_ints(int n, sqlite3_value **v) {
    for (int i = 0; i < n; i++)
        if (sqlite3_value_type(v[i]) != SQLITE_INTEGER)
            return false;
    return true;
}

int pt_funcs_add(struct pt_ledger *l, const struct pt_func *f, size_t n, struct pt_err *err) {
    for (size_t i = 0; i < n; i++)
        if (sqlite3_create_function_v2(l->sql.db, f[i].name, f[i].n, SQLITE_UTF8 | f[i].flags, l,
                                       f[i].fn, NULL, NULL, NULL) != SQLITE_OK)
            return pt_sql_err(&l->sql, 0, err, f[i].name);
    return 0;
}

static void fn_ratio_bp(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int32_t bp = pt_func_ints(n, v)
                     ? pt_ratio_bp(sqlite3_value_int64(v[0]), sqlite3_value_int64(v[1]))
                     : PT_BP_NA;

    if (bp == PT_BP_NA)
        sqlite3_result_null(ctx);
    else
        sqlite3_result_int(ctx, bp);
}

static void fn_band(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int cp = sqlite3_value_int(v[0]);

    if (!pt_func_ints(n, v))
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

static void fn_half_unit(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int unit = sqlite3_value_int(v[0]);

    (void)n;
    sqlite3_result_int(ctx, unit == PENTAD__V1__SOURCE_UNIT__SOURCE_UNIT_WAN    ? 500000
                            : unit == PENTAD__V1__SOURCE_UNIT__SOURCE_UNIT_YUAN ? 50
                                                                                : 0);
}

/* An evaluation that comes after the next budget was drafted binds the one behind it. */
static void fn_next_fy(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int32_t day = sqlite3_value_int(v[0]);

    if (pt_func_ints(n, v) && pt_date_valid(day))
        sqlite3_result_int(ctx, day / 10000 + 1 + (day % 10000 > sqlite3_value_int(v[1])));
    else
        sqlite3_result_null(ctx);
}

static void fn_over_ppm(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (pt_func_ints(n, v))
        sqlite3_result_int(ctx, (wide)sqlite3_value_int64(v[0]) * 1000000 >
                                    (wide)sqlite3_value_int64(v[1]) * sqlite3_value_int64(v[2]));
    else
        sqlite3_result_null(ctx);
}

int64_t pt_bounded_fen(wide v) {
    static const int64_t most = INT64_C(1000000000000000000); /* nine such can be added */

    return v > most ? most : v < -most ? -most : (int64_t)v;
}

static void fn_add_fen(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (pt_func_ints(n, v))
        sqlite3_result_int64(
            ctx, pt_bounded_fen((wide)sqlite3_value_int64(v[0]) + sqlite3_value_int64(v[1])));
    else
        sqlite3_result_null(ctx);
}

struct summing {
    uint8_t total[sizeof(wide)]; /* SQLite aligns to eight bytes only */
    int64_t n;                   /* NULLs don't count */
};

static void sum_move(sqlite3_context *ctx, sqlite3_value *v, int sign) {
    struct summing *s = sqlite3_aggregate_context(ctx, sizeof *s);

    if (s && sqlite3_value_type(v) != SQLITE_NULL) {
        wide total;

        memcpy(&total, s->total, sizeof total);
        total += (wide)sqlite3_value_int64(v) * sign;
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
    wide total;

    if (!s || s->n == 0) {
        sqlite3_result_null(ctx);
        return;
    }
    memcpy(&total, s->total, sizeof total);
    sqlite3_result_int64(ctx, pt_bounded_fen(total));
}

int pt_funcs_register(struct pt_ledger *l, struct pt_err *err) {
    static const struct pt_func f[] = {
        {"ratio_bp", fn_ratio_bp, 2, SQLITE_DETERMINISTIC},
        {"band", fn_band, 1, SQLITE_DETERMINISTIC},
        {"quota_sign", fn_quota_sign, 1, SQLITE_DETERMINISTIC},
        {"half_unit", fn_half_unit, 1, SQLITE_DETERMINISTIC},
        {"over_ppm", fn_over_ppm, 3, SQLITE_DETERMINISTIC},
        {"next_fy", fn_next_fy, 2, SQLITE_DETERMINISTIC},
        {"add_fen", fn_add_fen, 2, SQLITE_DETERMINISTIC},
    };
    int rc = pt_funcs_add(l, f, sizeof f / sizeof f[0], err);

    rc = rc == 0 ? pt_funcs_days(l, err) : rc;
    rc = rc == 0 ? pt_funcs_goal(l, err) : rc;
    rc = rc == 0 ? pt_funcs_sums(l, err) : rc;
    rc = rc == 0 ? pt_funcs_text(l, err) : rc;
    rc = rc == 0 ? pt_funcs_seen(l, err) : rc;
    rc = rc == 0 ? pt_funcs_snap(l, err) : rc;
    if (rc == 0 && sqlite3_create_window_function(
                       l->sql.db, "sum", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sum_step,
                       sum_value, sum_value, sum_inverse, NULL) != SQLITE_OK)
        rc = pt_sql_err(&l->sql, 0, err, "sum");
    return rc;
}
