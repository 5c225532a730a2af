#include <criterion/criterion.h>

#include <pentad/base/err.h>
#include <pentad/base/money.h>

Test(money, ratio_rounds_half_up_on_magnitude) {
    static const struct {
        int64_t num, den;
        int32_t bp;
    } cases[] = {{1, 2, 5000},
                 {1, 3, 3333},
                 {2, 3, 6667},
                 {1, 20000, 1},
                 {1, 20001, 0},
                 {-1, 20000, -1},
                 {1, -20000, -1},
                 {-3, -2, 15000},
                 {0, 5, 0},
                 {5, 0, PT_BP_NA},
                 {0, 0, PT_BP_NA},
                 {INT64_MAX, INT64_MAX, 10000},
                 {INT64_MIN, INT64_MIN, 10000},
                 {INT64_MIN, INT64_MAX, -10000},
                 {INT64_MAX, 1, INT32_MAX},
                 {INT64_MIN, 1, -INT32_MAX}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_assert_eq(pt_ratio_bp(cases[i].num, cases[i].den), cases[i].bp, "case %zu", i);
    }
}

Test(money, overflow_leaves_the_sum) {
    int64_t acc = INT64_MAX - 1;

    cr_assert_eq(pt_money_add(&acc, 1), 0);
    cr_assert_eq(pt_money_add(&acc, 1), PT_E_RANGE);
    cr_assert_eq(acc, INT64_MAX);
    acc = INT64_MIN;
    cr_assert_eq(pt_money_add(&acc, -1), PT_E_RANGE);
    cr_assert_eq(acc, INT64_MIN);
}

typedef void format_fn(char *out, size_t cap, int64_t fen);

static void expect(format_fn *fn, int64_t fen, const char *want) {
    char out[48];

    fn(out, sizeof(out), fen);
    cr_assert_str_eq(out, want);
}

Test(money, formats) {
    char out[8];

    expect(pt_money_format_yuan, 0, "0.00");
    expect(pt_money_format_yuan, 7, "0.07");
    expect(pt_money_format_yuan, -7, "-0.07");
    expect(pt_money_format_yuan, 123456, "1,234.56");
    expect(pt_money_format_yuan, -100000000, "-1,000,000.00");
    expect(pt_money_format_yuan, INT64_MIN, "-92,233,720,368,547,758.08");
    expect(pt_money_format_wan, 1234567890, "1,234.57");
    expect(pt_money_format_wan, 4999, "0.00");
    expect(pt_money_format_wan, 5000, "0.01");
    expect(pt_money_format_wan, -4999, "0.00");
    expect(pt_money_format_wan, -5000, "-0.01");
    expect(pt_money_format_yi, 123456789012, "12.35");
    expect(pt_money_format_yi, INT64_MAX, "922,337,203.69");
    pt_bp_format(out, sizeof(out), 9512);
    cr_assert_str_eq(out, "95.12");
    pt_bp_format(out, sizeof(out), -5);
    cr_assert_str_eq(out, "-0.05");
    pt_bp_format(out, sizeof(out), PT_BP_NA);
    cr_assert_str_eq(out, "—");
    /* cut, not overrun */
    pt_money_format_yuan(out, 4, 123456);
    cr_assert_str_eq(out, "1,2");
}
