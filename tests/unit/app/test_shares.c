/* No party takes the others' places. */
#include <criterion/criterion.h>

#include "shares.h"

static unsigned take_all(struct pt_shares *s, enum pt_party party, uint32_t max) {
    unsigned n = 0;

    while (n < 1000 && pt_share_take(s, party, max)) {
        n++;
    }
    return n;
}

Test(shares, one_party_gets_a_quarter_and_no_more) {
    struct pt_shares s = {0};

    cr_assert_eq(take_all(&s, PT_PARTY_FINANCE, 100), 25);
    cr_assert_eq(take_all(&s, PT_PARTY_FINANCE, 100), 0);
    cr_assert_eq(take_all(&s, PT_PARTY_AUDIT, 100), 25);
    cr_assert_eq(pt_shares_open(&s), 50);
    pt_share_give(&s, PT_PARTY_FINANCE);
    cr_assert_eq(take_all(&s, PT_PARTY_FINANCE, 100), 1);
}

Test(shares, all_together_get_what_there_is) {
    struct pt_shares s = {0};
    unsigned n = 0;

    for (int p = PT_PARTY_NONE; p < PT_PARTY_END; p++) {
        n += take_all(&s, (enum pt_party)p, 10);
    }
    cr_assert_eq(n, 10);
    cr_assert_not(pt_share_take(&s, PT_PARTY_OFFICE, 10));
    cr_assert_eq(pt_shares_open(&s), 10);
}

Test(shares, few_places_are_one_each) {
    struct pt_shares s = {0};

    cr_assert_eq(take_all(&s, PT_PARTY_CONGRESS, 3), 1);
    cr_assert_eq(take_all(&s, PT_PARTY_AUDIT, 3), 1);
}
