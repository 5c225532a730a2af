#include <criterion/criterion.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/base/err.h>

Test(codec, hex) {
    static const uint8_t in[] = {0x00, 0xAB, 0xff};
    char text[7];
    uint8_t out[3];

    pt_hex(text, in, sizeof(in));
    cr_assert_str_eq(text, "00abff");
    cr_assert_eq(pt_unhex("00ABff", 6, out, 3), 0);
    cr_assert_eq(memcmp(in, out, 3), 0);
    cr_assert_eq(pt_unhex("00ABf", 5, out, 3), PT_E_FORMAT);
    cr_assert_eq(pt_unhex("00ABfg", 6, out, 3), PT_E_FORMAT);
    cr_assert_eq(pt_unhex("00ABff", 6, out, 2), PT_E_FORMAT);
    cr_assert_eq(pt_unhex("", 0, out, 0), 0);
}

Test(codec, base64_vectors_of_rfc_4648) {
    static const struct {
        const char *plain;
        const char *coded;
    } cases[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"}};
    struct pt_buf b;

    pt_buf_init(&b, 64);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pt_buf_reset(&b);
        cr_assert_eq(pt_base64_append(&b, cases[i].plain, strlen(cases[i].plain)), 0);
        cr_assert_str_eq(pt_buf_cstr(&b), cases[i].coded);
        pt_buf_reset(&b);
        cr_assert_eq(pt_unbase64_append(&b, cases[i].coded, strlen(cases[i].coded)), 0);
        cr_assert_str_eq(pt_buf_cstr(&b), cases[i].plain);
    }
    pt_buf_done(&b);
}

Test(codec, base64_refuses_what_is_not_canonical) {
    static const char *const bad[] = {
        "Z",    "Zg",   "Zg=",   "Zg===",    "Zh==",  "Zm9=", "=",     "====",
        "Z===", "Zg= ", "Zm 9v", "Zg==Zg==", "Zm9\n", "-_8=", "Zm9v\n"};
    struct pt_buf b;

    pt_buf_init(&b, 64);
    pt_buf_puts(&b, "kept");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(pt_unbase64_append(&b, bad[i], strlen(bad[i])), PT_E_FORMAT, "%s", bad[i]);
        cr_assert_str_eq(pt_buf_cstr(&b), "kept");
    }
    pt_buf_done(&b);
}

Test(codec, base64_there_and_back) {
    struct pt_rng r;
    uint8_t in[100];
    struct pt_buf text;
    struct pt_buf out;

    pt_rng_seed(&r, 7);
    pt_buf_init(&text, 200);
    pt_buf_init(&out, 100);
    for (size_t len = 0; len <= sizeof(in); len++) {
        for (size_t i = 0; i < len; i++) {
            in[i] = (uint8_t)pt_rng_next(&r);
        }
        pt_buf_reset(&text);
        pt_buf_reset(&out);
        cr_assert_eq(pt_base64_append(&text, in, len), 0);
        cr_assert_eq(pt_unbase64_append(&out, (const char *)text.p, text.len), 0);
        cr_assert(pt_span_eq(pt_buf_span(&out), pt_span(in, len)));
    }
    pt_buf_reset(&out);
    cr_assert_eq(pt_base64_append(&out, in, 100), PT_E_TOO_LARGE);
    pt_buf_done(&text);
    pt_buf_done(&out);
}
