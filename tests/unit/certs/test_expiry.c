/* How urgent an end is, and when certificates and lists end, as the authority made them. */
#include <criterion/criterion.h>

#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/expiry.h>

#include "support.h"

#define DAY INT64_C(86400000)

TestSuite(expiry, .init = NULL, .fini = rm_dir);

Test(expiry, levels_begin_at_60_30_and_7_days) {
    static const struct {
        int64_t left_ms;
        int days;
        const char *level;
    } cases[] = {{61 * DAY, 61, "fine"},
                 {60 * DAY + 1, 60, "fine"},
                 {60 * DAY, 60, "within_60_days"},
                 {30 * DAY + 1, 30, "within_60_days"},
                 {30 * DAY, 30, "within_30_days"},
                 {7 * DAY + 1, 7, "within_30_days"},
                 {7 * DAY, 7, "within_7_days"},
                 {1, 0, "within_7_days"},
                 {0, 0, "expired"},
                 {-1, 0, "expired"},
                 {-3 * DAY, -3, "expired"}};
    const int64_t now = INT64_C(1796000000000);

    make_dir();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pt_expiry e = pt_expiry_at(now + cases[i].left_ms, now);

        cr_assert_str_eq(pt_expiry_name(e.level), cases[i].level, "case %zu", i);
        cr_assert_eq(e.days_left, cases[i].days, "case %zu: %d", i, e.days_left);
    }
}

Test(expiry, said_in_two_languages) {
    /* 2026-12-30 00:00 in Shanghai */
    const int64_t ends = INT64_C(1798560000000);
    char text[PT_EXPIRY_TEXT_MAX];
    struct pt_expiry e = pt_expiry_at(ends, ends - 29 * DAY);

    make_dir();
    pt_expiry_text(&e, false, text);
    cr_assert_str_eq(text, "ends on 2026-12-30, in 29 days");
    pt_expiry_text(&e, true, text);
    cr_assert_str_eq(text, "2026-12-30到期，还有29天");
    e = pt_expiry_at(ends, ends + DAY);
    pt_expiry_text(&e, false, text);
    cr_assert_str_eq(text, "ended on 2026-12-30, 1 day ago");
    pt_expiry_text(&e, true, text);
    cr_assert_str_eq(text, "已于2026-12-30到期（1天前）");
}

Test(expiry, of_what_the_authority_made) {
    struct pt_ca_create what = {.origin = "pentad.test/hub", .days = 3650};
    struct pt_err err = {0, ""};
    int64_t ms;
    int64_t now = pt_clock_now_ms(&pt_clock_system);

    make_dir();
    what.now_ms = now;
    cr_assert_eq(pt_ca_create(in_dir("pki"), &what, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_expiry_of_cert(in_dir("pki/ca.crt"), &ms, &err), 0, "%s", err.msg);
    cr_assert(ms > now + 3649 * DAY && ms <= now + 3650 * DAY);
    cr_assert_eq(pt_ca_crl(in_dir("pki"), 20, now, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_expiry_of_crl(in_dir("pki/crl.pem"), &ms, &err), 0, "%s", err.msg);
    cr_assert(ms > now + 19 * DAY && ms <= now + 20 * DAY);
    cr_assert_lt(pt_expiry_of_crl(in_dir("pki/ca.crt"), &ms, &err), 0, "a certificate is no list");
    cr_assert(strstr(err.msg, "ca.crt is no revocation list"), "%s", err.msg);
    cr_assert_lt(pt_expiry_of_cert(in_dir("pki/crl.pem"), &ms, &err), 0);
    cr_assert_lt(pt_expiry_of_cert(in_dir("none.crt"), &ms, &err), 0);
    cr_assert(strstr(err.msg, "none.crt"), "%s", err.msg);
}
