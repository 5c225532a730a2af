/* What hubs say most of an error is known again by the hub's own text, and said in Chinese. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/base/file.h>
#include <pentad/base/told.h>

#include "cli.h"

TestSuite(words);

#define IS(zh, ...)                                                                                \
    do {                                                                                           \
        char said[CLI_TOLD_MAX];                                                                   \
        struct pt_err err;                                                                         \
        (void)pt_err_set(&err, PT_E_NOT_FOUND, __VA_ARGS__);                                       \
        cr_expect_str_eq(pt_cli_told(err.msg, said), zh);                                          \
    } while (0)

Test(words, what_a_hub_says_of_an_error_in_chinese) {
    IS("台账中没有对象nobody：没有记录提及", PT_TOLD_NO_SUBJECT, "nobody");
    IS("台账中没有PROJECT a b：没有记录提及", PT_TOLD_NONE_OF_KIND, "PROJECT", "a b");
    IS("台账中没有记录finance/main#18446744073709551615", PT_TOLD_NO_RECORD, "finance", "main",
       18446744073709551615ull);
    IS("台账中没有差异abcdef", PT_TOLD_NO_DISCREPANCY, "abcdef");
    IS("有多项差异以此开头：abcdef，请多写几位", PT_TOLD_SEVERAL_DISCREPANCIES, "abcdef");
    IS("xyz不是差异编号：应为32位十六进制数字，或其前6位以上", PT_TOLD_NO_DISCREPANCY_ID, "xyz", 6);
    IS("没有指标FG99", PT_TOLD_NO_FIGURE, "FG99");
    IS("没有规则K99；pentad rules列出全部规则", PT_TOLD_NO_RULE, "K99");
    IS("没有状态%s；可用OPEN、REPLIED、CLOSED、WAIVED或active", PT_TOLD_NO_STATUS, "%s");
    IS("须指明部门：DEPT:代码", PT_TOLD_NOT_DEPT);
    IS("没有指标", PT_TOLD_NO_FIGURE, "");
}

Test(words, a_file_that_there_is_not) {
    char said[CLI_TOLD_MAX];
    struct pt_err err;
    struct pt_buf none;
    pt_buf_init(&none, 100);
    cr_assert_lt(pt_file_read("/nonexistent/a: b", &none, &err), 0);
    cr_expect_str_eq(pt_cli_told(err.msg, said), "/nonexistent/a: b：没有此文件");
    pt_buf_done(&none);
}

/* Cut where an error's room ended, or said of something else. */
Test(words, what_is_not_known_again_stays_as_it_is) {
    static const char *const other[] = {
        "the ledger knows no subject nobody: no record speaks",
        "the ledger holds no record finance",
        "several discrepancies begin with abcdef",
        "there is no figur",
        "a department's items are asked for: DEPT:code, please",
        "",
    };
    char said[CLI_TOLD_MAX], name[CLI_TOLD_MAX * 2], text[CLI_TOLD_MAX * 2 + 40];
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        cr_expect_eq(pt_cli_told(other[i], said), other[i]);
    }
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void)snprintf(text, sizeof text, "there is no figure %s", name);
    cr_expect_eq(strlen(pt_cli_told(text, said)), CLI_TOLD_MAX - 1);
}
