/* What goes into a group: little of the bulk, all that is small, each lane in its order. */
#include <criterion/criterion.h>

#include "backlog.h"

TestSuite(backlog);

enum { BULK = 400 * 1024, SMALL = 1000 };

static void put(struct pt_backlog *b, struct pt_submit *s, unsigned lane, size_t bytes) {
    memset(s, 0, sizeof *s);
    s->lane = lane;
    s->task.bytes = bytes;
    pt_backlog_append(b, s);
}

static void expect(struct pt_submit *picked, size_t n, struct pt_submit *const *want,
                   size_t n_want) {
    cr_expect_eq(n, n_want);
    for (size_t i = 0; i < n_want; i++, picked = picked->next) {
        cr_assert_not_null(picked);
        cr_expect_eq(picked, want[i], "place %zu", i);
    }
    cr_expect_null(picked);
}

Test(backlog, a_small_one_overtakes_the_bulk_of_others) {
    struct pt_backlog b = {NULL, NULL};
    struct pt_submit s[6];
    size_t n;

    put(&b, &s[0], 1, BULK);
    put(&b, &s[1], 1, BULK);
    put(&b, &s[2], 1, BULK); /* beyond the share */
    put(&b, &s[3], 2, BULK);
    put(&b, &s[4], 1, SMALL); /* waits behind its own lane's bulk */
    put(&b, &s[5], 3, SMALL);
    struct pt_submit *first[] = {&s[0], &s[1], &s[5]};
    struct pt_submit *second[] = {&s[2], &s[3], &s[4]};
    struct pt_submit *picked = pt_backlog_pick(&b, 100, &n);
    expect(picked, n, first, 3);
    picked = pt_backlog_pick(&b, 100, &n);
    expect(picked, n, second, 3);
    cr_expect_null(pt_backlog_pick(&b, 100, &n));
    cr_expect_eq(n, 0);
}

Test(backlog, one_that_is_larger_than_a_share_goes_alone) {
    struct pt_backlog b = {NULL, NULL};
    struct pt_submit s[3];
    size_t n;

    put(&b, &s[0], 1, 4 * PT_BACKLOG_GROUP);
    put(&b, &s[1], 2, BULK);
    put(&b, &s[2], 3, SMALL);
    struct pt_submit *first[] = {&s[0], &s[2]};
    struct pt_submit *second[] = {&s[1]};
    struct pt_submit *picked = pt_backlog_pick(&b, 100, &n);
    expect(picked, n, first, 2);
    picked = pt_backlog_pick(&b, 100, &n);
    expect(picked, n, second, 1);
}

Test(backlog, what_is_given_back_comes_first) {
    struct pt_backlog b = {NULL, NULL};
    struct pt_submit s[4];
    size_t n;

    for (int i = 0; i < 4; i++) {
        put(&b, &s[i], 7, SMALL);
    }
    struct pt_submit *picked = pt_backlog_pick(&b, 3, &n);
    cr_expect_eq(n, 3);
    pt_backlog_prepend(&b, picked->next);
    picked->next = NULL;
    struct pt_submit *rest[] = {&s[1], &s[2], &s[3]};
    picked = pt_backlog_pick(&b, 100, &n);
    expect(picked, n, rest, 3);
    pt_backlog_prepend(&b, picked);
    pt_backlog_append(&b, NULL);
    picked = pt_backlog_pick(&b, 100, &n);
    expect(picked, n, rest, 3);
}
