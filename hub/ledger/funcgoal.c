/* Functions for SQL, of goals:
 *   micro(text)              a decimal in millionths, NULL where it is none
 *   completion_bp(nature, target, target2, actual, graded, from)
 *                            how far an indicator is achieved (FG7), NULL where that can't be said:
 *                            texts as in the goal and the report; graded: what QUAL was judged at;
 *                            from: the day that the time for a BY_DATE begins */
#include "funcs.h"

#include <string.h>

#include <pentad/base/date.h>

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

int pt_funcs_goal(struct pt_ledger *l, struct pt_err *err) {
    static const struct pt_func f[] = {
        {"micro", fn_micro, 1, SQLITE_DETERMINISTIC},
        {"completion_bp", fn_completion_bp, 6, SQLITE_DETERMINISTIC},
    };

    return pt_funcs_add(l, f, sizeof f / sizeof f[0], err);
}
