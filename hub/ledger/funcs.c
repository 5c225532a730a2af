/* Functions for SQL, all pure of the ledger's own rows:
 *   ratio_bp(num, den)       basis points half up, NULL for NA
 *   date_add(ymd, days)      date_diff(a, b)      month_end(yyyymm)
 *   is_workday(ymd)          by H08 in force; Monday to Friday where a year has none
 *   wd_add(ymd, n)           the n-th working day after
 *   wd_diff(a, b)            working days after b, up to a: 0 where a is no later
 *   cd_add(ymd, n)           n calendar days after; on a day off, the next working day; NULL where
 *                            the calendar has ended
 *   band(cp)                 1 优 2 良 3 中 4 差
 *   quota_sign(kind)         how a B04 of that kind counts in Bg: +1 or -1
 *   half_unit(src_unit)      what rounding to that source unit may explain, in fen: half of it
 *   over_ppm(x, base, ppm)   x > base * ppm / 1000000, exactly
 *   type_code(type)          X01 …, type_zh(type), type_en(type): a record type's names
 *   next_fy(ymd, mmdd)       the budget year that an evaluation of that day binds, drafting ending
 *                            on mmdd
 *   micro(text)              a decimal in millionths, NULL where it is none
 *   completion_bp(nature, target, target2, actual, graded, from)
 *                            how far an indicator is achieved (FG7), NULL where that can't be said:
 *                            texts as in the goal and the report; graded: what QUAL was judged at;
 *                            from: the day that the time for a BY_DATE begins
 *   alike_bp(a, b)           how alike two texts are: twice the runs of three characters that both
 *                            have, over those of each (Dice), in basis points; NULL for no text
 *   add_fen(a, b), sum(x)    exact up to 10^18 fen, which is where they stay beyond it: SQLite's
 * own sum ends a statement with an error when 64 bits are not enough, and whoever may write amounts
 * could end the fold for all with three */
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/ledger/ledger.h>

#include "internal.h"

__extension__ typedef __int128 wide;

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

    if (all_ints(n, v) && pt_date_valid(day))
        sqlite3_result_int(ctx, day / 10000 + 1 + (day % 10000 > sqlite3_value_int(v[1])));
    else
        sqlite3_result_null(ctx);
}

static void fn_over_ppm(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (all_ints(n, v))
        sqlite3_result_int(ctx, (wide)sqlite3_value_int64(v[0]) * 1000000 >
                                    (wide)sqlite3_value_int64(v[1]) * sqlite3_value_int64(v[2]));
    else
        sqlite3_result_null(ctx);
}

static const struct pt_record_info *type_of(int n, sqlite3_value **v) {
    return all_ints(n, v) ? pt_record_info((enum pt_record_type)sqlite3_value_int(v[0])) : NULL;
}
enum { RUN_CHARS = 3, RUNS_MAX = 256 };

static int by_value(const void *a, const void *b) {
    uint64_t x;
    uint64_t y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* One UTF-8 character, its bytes as a number; the fold has refused what isn't UTF-8. */
static uint32_t next_char(const unsigned char **at) {
    uint32_t c = *(*at)++;

    for (int i = 0; i < 3 && (**at & 0xC0) == 0x80; i++)
        c = c << 8 | *(*at)++;
    return c;
}

/* The distinct runs of three characters in order; a shorter text is one run. */
static size_t runs_of(const unsigned char *text, uint64_t runs[RUNS_MAX]) {
    uint64_t last[RUN_CHARS] = {0};
    size_t chars = 0;
    size_t n = 0;
    size_t distinct = 0;

    while (*text && n < RUNS_MAX) {
        last[0] = last[1];
        last[1] = last[2];
        last[2] = next_char(&text) * UINT64_C(0x9E3779B97F4A7C15);
        if (++chars >= RUN_CHARS || !*text)
            runs[n++] = last[0] * 31 * 31 + last[1] * 31 + last[2];
    }
    qsort(runs, n, sizeof *runs, by_value);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || runs[i] != runs[i - 1])
            runs[distinct++] = runs[i];
    return distinct;
}

static void fn_alike_bp(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const unsigned char *a = sqlite3_value_text(v[0]);
    const unsigned char *b = sqlite3_value_text(v[1]);
    uint64_t of_a[RUNS_MAX];
    uint64_t of_b[RUNS_MAX];
    size_t n_a = a ? runs_of(a, of_a) : 0;
    size_t n_b = b ? runs_of(b, of_b) : 0;
    size_t both = 0;

    (void)n;
    for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
        both += of_a[i] == of_b[j];
        if (of_a[i] == of_b[j])
            i++, j++;
        else if (of_a[i] < of_b[j])
            i++;
        else
            j++;
    }
    if (n_a == 0 || n_b == 0)
        sqlite3_result_null(ctx);
    else
        sqlite3_result_int(ctx, pt_ratio_bp((int64_t)(2 * both), (int64_t)(n_a + n_b)));
}

static void fn_type_code(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const struct pt_record_info *info = type_of(n, v);

    sqlite3_result_text(ctx, info ? info->code : NULL, -1, SQLITE_STATIC);
}

static void fn_type_zh(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const struct pt_record_info *info = type_of(n, v);

    sqlite3_result_text(ctx, info ? info->name_zh : NULL, -1, SQLITE_STATIC);
}

static void fn_type_en(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const struct pt_record_info *info = type_of(n, v);

    sqlite3_result_text(ctx, info ? info->name_en : NULL, -1, SQLITE_STATIC);
}

enum { MICRO_DIGITS = 6, FULL_BP = 10000 };

/* A decimal as a count of millionths: sign, digits, up to six behind the point. */
static bool micro_parse(const char *s, int64_t *ret) {
    static const int64_t most = INT64_MAX / 10 - 1; /* room for one digit more */
    bool negative = s && *s == '-';
    int64_t v = 0;
    int behind = -1; /* digits behind the point; -1 before it */
    int digits = 0;

    if (!s)
        return false;
    for (s += *s == '-' || *s == '+'; *s; s++) {
        if (*s == '.' && behind < 0) {
            behind = 0;
        } else if (*s >= '0' && *s <= '9' && behind < MICRO_DIGITS && v < most) {
            v = v * 10 + (*s - '0');
            behind += behind >= 0;
            digits++;
        } else {
            return false;
        }
    }
    for (int i = behind < 0 ? 0 : behind; i < MICRO_DIGITS; i++) {
        if (v >= most)
            return false;
        v *= 10;
    }
    *ret = negative ? -v : v;
    return digits > 0;
}

static void fn_micro(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int64_t micro;

    (void)n;
    if (micro_parse((const char *)sqlite3_value_text(v[0]), &micro))
        sqlite3_result_int64(ctx, micro);
}

/* num / den, den > 0, half up, within [0, 10000]. */
static int share_bp(wide num, wide den) {
    if (num <= 0)
        return 0;
    return num >= den ? FULL_BP : (int)((num * 2 * FULL_BP + den) / (den * 2));
}

/* 1 less the distance from the target, in targets. */
static int near_bp(int64_t actual, int64_t target) {
    wide size = target < 0 ? -(wide)target : target;
    wide off = (wide)actual - target;

    return share_bp(size - (off < 0 ? -off : off), size);
}

static int at_least_bp(int64_t actual, int64_t target) {
    if (actual >= target)
        return FULL_BP;
    return target > 0 ? share_bp(actual, target) : target < 0 ? near_bp(actual, target) : 0;
}

static int at_most_bp(int64_t actual, int64_t target) {
    if (target == 0)
        return actual == 0 ? FULL_BP : 0;
    if (actual <= target)
        return FULL_BP;
    return target > 0 ? share_bp(target, actual) : near_bp(actual, target);
}

static int by_number_bp(int nature, int64_t actual, int64_t target, int64_t upper) {
    switch (nature) {
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_GE:
        return at_least_bp(actual, target);
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_LE:
        return at_most_bp(actual, target);
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_EQ:
        return target == 0 ? at_most_bp(actual, 0) : near_bp(actual, target);
    default: /* RANGE: by the nearest bound */
        if (actual >= target && actual <= upper)
            return FULL_BP;
        return actual < target ? at_least_bp(actual, target) : at_most_bp(actual, upper);
    }
}

static bool date_parse(const char *s, int32_t *ret) {
    int64_t v;

    if (!micro_parse(s, &v) || v % 1000000 != 0 || v / 1000000 > INT32_MAX)
        return false;
    *ret = (int32_t)(v / 1000000);
    return pt_date_valid(*ret);
}

/* On time, or the days late of the days planned. False where a day is missing. */
static bool by_date_bp(const char *target, const char *actual, int32_t from, int *ret) {
    int32_t due;
    int32_t done;
    int32_t planned;

    if (!date_parse(target, &due) || !date_parse(actual, &done))
        return false;
    if (done <= due) {
        *ret = FULL_BP;
        return true;
    }
    if (!pt_date_valid(from))
        return false;
    planned = pt_date_diff(due, from);
    *ret = planned > 0 ? share_bp(planned - pt_date_diff(done, due), planned) : 0;
    return true;
}

/* As graded; a bare word says only that it was reached. */
static bool by_grade_bp(const char *actual, sqlite3_value *graded, int *ret) {
    if (sqlite3_value_type(graded) == SQLITE_INTEGER)
        *ret = share_bp(sqlite3_value_int64(graded), FULL_BP);
    else if (actual && strcmp(actual, "达成") == 0)
        *ret = FULL_BP;
    else
        return false;
    return true;
}

static void fn_completion_bp(sqlite3_context *ctx, int n, sqlite3_value **v) {
    int nature = sqlite3_value_int(v[0]);
    const char *target = (const char *)sqlite3_value_text(v[1]);
    const char *actual = (const char *)sqlite3_value_text(v[3]);
    int64_t t = 0;
    int64_t upper = 0;
    int64_t a = 0;
    int bp = 0;
    bool known;

    (void)n;
    if (nature == PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_QUAL) {
        known = by_grade_bp(actual, v[4], &bp);
    } else if (nature == PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_BY_DATE) {
        known = by_date_bp(target, actual, sqlite3_value_int(v[5]), &bp);
    } else {
        bool range = nature == PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_RANGE;

        known = nature >= PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_GE &&
                nature <= PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_RANGE &&
                micro_parse(target, &t) && micro_parse(actual, &a) &&
                (!range || micro_parse((const char *)sqlite3_value_text(v[2]), &upper));
        bp = known ? by_number_bp(nature, a, t, upper) : 0;
    }
    if (known)
        sqlite3_result_int(ctx, bp);
    else
        sqlite3_result_null(ctx);
}

static int64_t bounded(wide v) {
    static const int64_t most = INT64_C(1000000000000000000); /* nine such can be added */

    return v > most ? most : v < -most ? -most : (int64_t)v;
}

static void fn_add_fen(sqlite3_context *ctx, int n, sqlite3_value **v) {
    if (all_ints(n, v))
        sqlite3_result_int64(ctx,
                             bounded((wide)sqlite3_value_int64(v[0]) + sqlite3_value_int64(v[1])));
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

/* The next day; the last one that dates have stays itself. */
static int32_t next_day(int32_t day) {
    int32_t next = pt_date_add(day, 1);

    return pt_date_valid(next) ? next : day;
}

static void fn_wd_add(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_ledger *l = sqlite3_user_data(ctx);
    int32_t day = sqlite3_value_int(v[0]);
    int left = sqlite3_value_int(v[1]);

    if (!all_ints(n, v) || !pt_date_valid(day)) {
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

    if (!all_ints(n, v) || !pt_date_valid(to) || !pt_date_valid(day)) {
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

    if (!all_ints(n, v) || !pt_date_valid(day)) {
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
        {"half_unit", fn_half_unit, 1, SQLITE_DETERMINISTIC},
        {"over_ppm", fn_over_ppm, 3, SQLITE_DETERMINISTIC},
        {"next_fy", fn_next_fy, 2, SQLITE_DETERMINISTIC},
        {"completion_bp", fn_completion_bp, 6, SQLITE_DETERMINISTIC},
        {"alike_bp", fn_alike_bp, 2, SQLITE_DETERMINISTIC},
        {"micro", fn_micro, 1, SQLITE_DETERMINISTIC},
        {"add_fen", fn_add_fen, 2, SQLITE_DETERMINISTIC},
        {"type_code", fn_type_code, 1, SQLITE_DETERMINISTIC},
        {"type_zh", fn_type_zh, 1, SQLITE_DETERMINISTIC},
        {"type_en", fn_type_en, 1, SQLITE_DETERMINISTIC},
        {"is_workday", fn_is_workday, 1, 0},
        {"wd_add", fn_wd_add, 2, 0},
        {"wd_diff", fn_wd_diff, 2, 0},
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
