#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

Test(buf, grows_and_reads_back) {
    struct pt_buf b;

    pt_buf_init(&b, 100000);
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(pt_buf_printf(&b, "%d,", i), 0);
    }
    cr_assert_eq(strncmp(pt_buf_cstr(&b), "0,1,2,", 6), 0);
    cr_assert_eq(b.len, 10 * 2 + 90 * 3 + 900 * 4);
    pt_buf_consume(&b, 4);
    cr_assert_eq(strncmp(pt_buf_cstr(&b), "2,3,", 4), 0);
    pt_buf_done(&b);
    pt_buf_done(NULL);
}

Test(buf, the_maximum_holds_and_failure_sticks) {
    struct pt_buf b;

    pt_buf_init(&b, 8);
    cr_assert_eq(pt_buf_puts(&b, "12345678"), 0);
    cr_assert_str_eq(pt_buf_cstr(&b), "12345678", "the NUL is outside the maximum");
    cr_assert_eq(pt_buf_putc(&b, '9'), PT_E_TOO_LARGE);
    cr_assert_eq(pt_buf_append(&b, "", 0), PT_E_TOO_LARGE);
    cr_assert_null(pt_buf_cstr(&b));
    cr_assert_eq(b.len, 8);
    pt_buf_reset(&b);
    cr_assert_eq(pt_buf_printf(&b, "%s", "abcdefgh"), 0);
    cr_assert_eq(pt_buf_printf(&b, "%s", "i"), PT_E_TOO_LARGE);
    cr_assert_eq(b.failed, PT_E_TOO_LARGE);
    cr_assert_eq(pt_buf_reserve(&b, SIZE_MAX), PT_E_TOO_LARGE);
    pt_buf_done(&b);
}

Test(buf, big_endian_and_spans) {
    static const uint8_t want[] = {1, 2, 0, 0, 0, 0, 1, 2, 3, 4, 'z'};
    struct pt_buf b;

    pt_buf_init(&b, 64);
    pt_buf_put_u16be(&b, 0x0102);
    pt_buf_put_u64be(&b, 0x01020304);
    pt_buf_append_span(&b, pt_span_str("z"));
    cr_assert(pt_span_eq(pt_buf_span(&b), pt_span(want, sizeof(want))));
    cr_assert_not(pt_span_eq(pt_buf_span(&b), pt_span(want, 3)));
    cr_assert(pt_span_eq(pt_span(NULL, 0), pt_span_str("")));
    pt_buf_done(&b);
}

Test(buf, steal_hands_over) {
    struct pt_buf b;
    uint8_t *p;
    size_t n = 9;

    pt_buf_init(&b, 64);
    cr_assert_str_eq(pt_buf_cstr(&b), "");
    pt_buf_puts(&b, "mine");
    p = pt_buf_steal(&b, &n);
    cr_assert_eq(n, 4);
    cr_assert_eq(memcmp(p, "mine", 4), 0);
    cr_assert_eq(pt_buf_puts(&b, "new"), 0);
    cr_assert_eq(b.len, 3);
    free(p);
    pt_buf_done(&b);
}
