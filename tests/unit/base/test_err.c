#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include <pentad/base/err.h>

static const int codes[] = {
#define X(sym, num, name, http, retry, en, zh) sym,
    PT_ERR_TABLE(X)
#undef X
};

Test(err, every_code_is_found_by_its_own_name) {
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        int http = pt_err_http_status(codes[i]);

        cr_assert(codes[i] < 0);
        cr_assert_eq(pt_err_from_name(pt_err_name(codes[i])), codes[i], "%s",
                     pt_err_name(codes[i]));
        cr_assert(strlen(pt_err_text(codes[i], false)) > 0);
        cr_assert(strlen(pt_err_text(codes[i], true)) > 0);
        cr_assert(http >= 400 && http <= 599);
    }
}

Test(err, ok_and_unknown) {
    cr_assert_str_eq(pt_err_name(0), "ok");
    cr_assert_str_eq(pt_err_name(-9999), "unknown");
    cr_assert_eq(pt_err_http_status(0), 200);
    cr_assert_eq(pt_err_http_status(-9999), 500);
    cr_assert_not(pt_err_retryable(0));
    cr_assert(pt_err_retryable(PT_E_BUSY));
    cr_assert_not(pt_err_retryable(PT_E_SIGNATURE));
    cr_assert_eq(pt_err_from_name("nonesuch"), 0);
    cr_assert_eq(pt_err_from_name(NULL), 0);
}

Test(err, set_and_wrap_build_one_sentence) {
    struct pt_err err = {0};

    cr_assert_eq(pt_err_set(&err, PT_E_ROW, "row %d: no amount", 7), PT_E_ROW);
    cr_assert_eq(pt_err_wrap(&err, "file %s", "支付.csv"), PT_E_ROW);
    cr_assert_str_eq(err.msg, "file 支付.csv: row 7: no amount");
    cr_assert_eq(pt_err_set(NULL, PT_E_IO, "unheard"), PT_E_IO);
    /* its own message as an argument */
    cr_assert_eq(pt_err_set(&err, PT_E_FIELD, "again: %s", err.msg), PT_E_FIELD);
    cr_assert_str_eq(err.msg, "again: file 支付.csv: row 7: no amount");
}

Test(err, long_messages_end_at_a_character) {
    struct pt_err err = {0};
    char text[400];

    for (size_t pad = 0; pad < 4; pad++) {
        size_t n = 0;

        for (; n < pad; n++) {
            text[n] = 'x';
        }
        for (; n + 3 < sizeof(text); n += 3) {
            memcpy(text + n, "款", 3);
        }
        text[n] = '\0';
        (void)pt_err_set(&err, PT_E_TEXT, "%s", text);
        cr_assert_eq((strlen(err.msg) - pad) % 3, 0, "pad %zu: length %zu", pad, strlen(err.msg));
        cr_assert_geq(strlen(err.msg), sizeof(err.msg) - 3);
        (void)pt_err_wrap(&err, "p");
        cr_assert_eq((strlen(err.msg) - pad) % 3, 0);
    }
}

Test(err, assert_aborts, .signal = SIGABRT) {
    PT_ASSERT(1 + 1 == 3);
}
