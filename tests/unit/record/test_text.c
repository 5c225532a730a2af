#include <string.h>

#include <criterion/criterion.h>

#include <pentad/record/text.h>

#include "support.h"

struct text_case {
    const char *text;
    const char *why; /* NULL: allowed */
};

Test(text, bars_what_can_not_be_seen) {
    static const struct text_case cases[] = {
        {"", NULL},
        {"plain ASCII ~ !", NULL},
        {"济南市“五方协同”，（2019）1号……", NULL},
        {"Ñandú – CÁNONES", NULL},
        {"각", NULL},                        /* composed Hangul */
        {"𠮷", NULL},                        /* beyond the first plane */
        {"a\tb", "a control character"},     /* tab */
        {"a\x7F", "a control character"},    /* delete */
        {"\xC2\x85", "a control character"}, /* next line */
        {"a\xE2\x80\xAE"
         "b",
         "an invisible formatting character"},                 /* U+202E */
        {"\xE2\x81\xA6", "an invisible formatting character"}, /* U+2066 */
        {"\xE2\x80\x8B", "an invisible formatting character"}, /* U+200B */
        {"\xEF\xBB\xBF", "an invisible formatting character"}, /* U+FEFF */
        {"\xC2\xAD", "an invisible formatting character"},     /* soft hyphen */
        {"\xE2\x80\xA8", "a line or paragraph separator"},     /* U+2028 */
        {"\xE2\x80\xA9", "a line or paragraph separator"},     /* U+2029 */
        {"\xEE\x80\x80", "a private-use character"},           /* U+E000 */
        {"\xF3\xB0\x80\x80", "a private-use character"},       /* U+F0000 */
        {"\xEF\xBF\xBE", "an unassigned code point"},          /* U+FFFE */
        {"\xCD\xB8", "an unassigned code point"},              /* U+0378 */
        {"\xE3\x85\xA4", "a zero-width character"},            /* Hangul filler */
        {"市\xEF\xB8\x80", "a zero-width character"},          /* variation selector 1 */
        {"市\xF3\xA0\x84\x80", "a zero-width character"},      /* variation selector 17 */
        {"\xE1\x9E\xB4", "a zero-width character"},            /* Khmer inherent vowel */
        {"e\xCC\x81", "characters that are not in Unicode's normal form C"},
        {"\xE2\x84\xAB", "characters that are not in Unicode's normal form C"}, /* Ångström sign */
        {"\xEF\xA4\x80", "characters that are not in Unicode's normal form C"}, /* U+F900 */
        {"\xE1\x84\x80\xE1\x85\xA1", "characters that are not in Unicode's normal form C"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *why = NULL;
        int rc = pt_text_check(cases[i].text, strlen(cases[i].text), NULL, &why);

        cr_expect_eq(rc, cases[i].why != NULL ? PT_E_TEXT : 0, "case %zu", i);
        if (cases[i].why != NULL && why != NULL) {
            cr_expect_str_eq(why, cases[i].why, "case %zu", i);
        }
    }
}

Test(text, counts_characters_not_bytes) {
    size_t chars = 0;

    cr_assert_eq(pt_text_check("济南a𠮷", strlen("济南a𠮷"), &chars, NULL), 0);
    cr_assert_eq(chars, 4);
}

Test(text, utf8) {
    static const char *const bad[] = {"\x80",
                                      "\xC0\xAF",
                                      "\xC1\x81",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80",
                                      "\xF0\x80\x80\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE6\xB5",
                                      "\xE6\x41\x80",
                                      "\xFF"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(pt_utf8_valid((const uint8_t *)bad[i], strlen(bad[i])), "case %zu", i);
    }
    cr_assert_not(pt_utf8_valid((const uint8_t *)"a\0b", 3));
    cr_assert(pt_utf8_valid((const uint8_t *)"济南𠮷", strlen("济南𠮷")));
}

Test(text, shows_anything_and_does_nothing_else) {
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"济南 plain", "济南 plain"},
        {"a\x1b[8mb", "a\xEF\xBF\xBD[8mb"},
        {"a\nb", "a\xEF\xBF\xBD"
                 "b"},
        {"\xE2\x80\xAE"
         "x",
         "\xEF\xBF\xBDx"},                        /* U+202E */
        {"\xC2\x9B", "\xEF\xBF\xBD"},             /* C1 control sequence introducer */
        {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"}, /* no UTF-8 */
        {"\xF0\xA0\xAE\xB7", "\xF0\xA0\xAE\xB7"},
        {"e\xCC\x81", "e\xCC\x81"}, /* not NFC, but it can be seen */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pt_buf b;

        pt_buf_init(&b, 256);
        cr_assert_eq(pt_text_show(&b, cases[i].in, strlen(cases[i].in)), 0);
        cr_expect_str_eq(pt_buf_cstr(&b), cases[i].out, "%zu", i);
        pt_buf_done(&b);
    }
}
