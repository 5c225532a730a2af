/* The language of messages, by the environment as POSIX reads it. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include <pentad/base/language.h>

static bool with(const char *all, const char *messages, const char *lang) {
    setenv("LC_ALL", all, 1);
    setenv("LC_MESSAGES", messages, 1);
    setenv("LANG", lang, 1);
    return pt_language_is_chinese();
}

Test(language, is_that_of_the_first_that_is_set) {
    cr_expect(with("", "", "zh_CN.UTF-8"));
    cr_expect(with("", "zh_CN.UTF-8", "en_US.UTF-8"));
    cr_expect(with("zh_SG", "C", "C"));
    cr_expect_not(with("C", "zh_CN.UTF-8", "zh_CN.UTF-8"));
    cr_expect_not(with("", "en_US.UTF-8", "zh_CN.UTF-8"));
    cr_expect_not(with("", "", ""));
}
