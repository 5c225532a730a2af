/* Functions for SQL, of texts:
 *   alike_bp(a, b)           how alike two texts are: twice the runs of three characters that both
 *                            have, over those of each (Dice), in basis points; NULL for no text
 *   type_code(type)          X01 …, type_zh(type), type_en(type): a record type's names */
#include "funcs.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/base/money.h>

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
    uint64_t of_a[RUNS_MAX] = {0};
    uint64_t of_b[RUNS_MAX] = {0};
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

static const struct pt_record_info *type_of(int n, sqlite3_value **v) {
    return pt_func_ints(n, v) ? pt_record_info((enum pt_record_type)sqlite3_value_int(v[0])) : NULL;
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

int pt_funcs_text(struct pt_ledger *l, struct pt_err *err) {
    static const struct pt_func f[] = {
        {"alike_bp", fn_alike_bp, 2, SQLITE_DETERMINISTIC},
        {"type_code", fn_type_code, 1, SQLITE_DETERMINISTIC},
        {"type_zh", fn_type_zh, 1, SQLITE_DETERMINISTIC},
        {"type_en", fn_type_en, 1, SQLITE_DETERMINISTIC},
    };

    return pt_funcs_add(l, f, sizeof f / sizeof f[0], err);
}
