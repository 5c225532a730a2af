#include <pentad/base/money.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/err.h>

/* The magnitude of any int64, INT64_MIN included. */
static uint64_t magnitude(int64_t v) {
    return v < 0 ? 0U - (uint64_t)v : (uint64_t)v;
}

int32_t pt_ratio_bp(int64_t num, int64_t den) {
    __extension__ typedef unsigned __int128 u128;
    uint64_t d = magnitude(den);
    u128 q;

    if (den == 0) {
        return PT_BP_NA;
    }
    q = ((u128)magnitude(num) * 20000U + d) / ((u128)d * 2U);
    if (q > INT32_MAX) {
        q = INT32_MAX;
    }
    /* The clamp below zero stops at -INT32_MAX: INT32_MIN already means "no ratio". */
    return (num < 0) != (den < 0) ? -(int32_t)q : (int32_t)q;
}

int pt_money_add(int64_t *acc, int64_t fen) {
    int64_t sum;

    if (__builtin_add_overflow(*acc, fen, &sum)) {
        return PT_E_RANGE;
    }
    *acc = sum;
    return 0;
}

/* hundredths -> "-1,234.56" */
static void format_hundredths(char *out, size_t cap, uint64_t hundredths, bool negative) {
    char text[40];
    size_t at = sizeof(text);
    uint64_t whole = hundredths / 100;
    unsigned group = 0;

    text[--at] = '\0';
    text[--at] = (char)('0' + hundredths % 10);
    text[--at] = (char)('0' + hundredths / 10 % 10);
    text[--at] = '.';
    do {
        if (group == 3) {
            text[--at] = ',';
            group = 0;
        }
        text[--at] = (char)('0' + whole % 10);
        whole /= 10;
        group++;
    } while (whole > 0);
    if (negative && hundredths > 0) {
        text[--at] = '-';
    }
    (void)snprintf(out, cap, "%s", text + at);
}

/* fen / unit_fen with two decimals, half up on magnitude */
static void format_unit(char *out, size_t cap, int64_t fen, uint64_t unit_fen) {
    uint64_t step = unit_fen / 100; /* fen a hundredth of the unit is */
    uint64_t m = magnitude(fen);
    uint64_t h = m / step + (m % step * 2 >= step ? 1 : 0);

    format_hundredths(out, cap, h, fen < 0);
}

void pt_money_format_yuan(char *out, size_t cap, int64_t fen) {
    format_hundredths(out, cap, magnitude(fen), fen < 0);
}

void pt_money_format_wan(char *out, size_t cap, int64_t fen) {
    format_unit(out, cap, fen, UINT64_C(1000000));
}

void pt_money_format_yi(char *out, size_t cap, int64_t fen) {
    format_unit(out, cap, fen, UINT64_C(10000000000));
}

void pt_bp_format(char *out, size_t cap, int32_t bp) {
    if (bp == PT_BP_NA) {
        (void)snprintf(out, cap, "%s", "—");
        return;
    }
    (void)snprintf(out, cap, "%s%u.%02u", bp < 0 ? "-" : "", (unsigned)magnitude(bp) / 100U,
                   (unsigned)magnitude(bp) % 100U);
}
