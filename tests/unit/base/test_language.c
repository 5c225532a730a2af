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

Test(language, that_is_chosen_goes_before) {
    cr_expect(with("", "", "zh_CN.UTF-8"));
    pt_language_choose(PT_LANGUAGE_ENGLISH);
    cr_expect_not(with("", "", "zh_CN.UTF-8"));
    cr_expect_str_eq(PT_SAY("a", "甲"), "a");
    pt_language_choose(PT_LANGUAGE_CHINESE);
    cr_expect(with("C", "C", "C"));
    cr_expect_str_eq(PT_SAY("a", "甲"), "甲");
    pt_language_choose(PT_LANGUAGE_OF_ENVIRONMENT);
    cr_expect_not(with("C", "", ""));
}
