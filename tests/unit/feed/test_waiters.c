#include <criterion/criterion.h>

#include <pentad/feed/feed.h>

struct seen {
    struct pt_feed_waiters *w;
    struct pt_feed_waiter *other; /* cancelled from within, if set */
    int fired;
    bool grown;
    bool again; /* adds itself once more */
};

static void wake(void *ctx, bool grown) {
    struct seen *s = ctx;
    struct pt_feed_waiter *mine;
    s->fired++;
    s->grown = grown;
    if (s->other != NULL) {
        pt_feed_waiter_cancel(s->w, s->other);
        s->other = NULL;
    }
    if (s->again) {
        cr_assert_eq(pt_feed_waiters_add(s->w, 100, 9000, wake, s, &mine), 0);
    }
}

Test(waiters, wake_at_growth_or_deadline_exactly_once) {
    struct pt_feed_waiters *w;
    struct pt_feed_waiter *a, *b, *c;
    cr_assert_eq(pt_feed_waiters_new(&w), 0);
    struct seen x = {.w = w}, y = {.w = w}, z = {.w = w};
    pt_feed_waiters_add(w, 5, 1000, wake, &x, &a);
    pt_feed_waiters_add(w, 7, 2000, wake, &y, &b);
    pt_feed_waiters_add(w, 5, 3000, wake, &z, &c);
    cr_assert_eq(pt_feed_waiters_due(w, 500), 1000);
    pt_feed_waiters_grown(w, 5);
    cr_assert(x.fired == 0 && y.fired == 0);
    x.again = true;
    pt_feed_waiters_grown(w, 6);
    cr_assert(x.fired == 1 && x.grown && z.fired == 1 && y.fired == 0);
    cr_assert_eq(pt_feed_waiters_due(w, 2000), 9000);
    cr_assert(y.fired == 1 && !y.grown);
    x.again = false;
    (void)pt_feed_waiters_due(w, INT64_MAX);
    cr_assert_eq(x.fired, 2);
    cr_assert_eq(pt_feed_waiters_count(w), 0);
    pt_feed_waiters_free(w);
}

Test(waiters, one_may_cancel_its_neighbour_while_being_woken) {
    struct pt_feed_waiters *w;
    struct pt_feed_waiter *a, *b, *c;
    cr_assert_eq(pt_feed_waiters_new(&w), 0);
    struct seen x = {.w = w}, y = {.w = w}, z = {.w = w};
    pt_feed_waiters_add(w, 1, 1000, wake, &x, &a);
    pt_feed_waiters_add(w, 1, 1000, wake, &y, &b);
    pt_feed_waiters_add(w, 1, 1000, wake, &z, &c);
    x.other = b;
    pt_feed_waiters_grown(w, 2);
    cr_assert(x.fired == 1 && y.fired == 0 && z.fired == 1);
    cr_assert_eq(pt_feed_waiters_count(w), 0);
    pt_feed_waiters_free(w);
}

Test(waiters, are_capped) {
    struct pt_feed_waiters *w;
    struct pt_feed_waiter *a;
    cr_assert_eq(pt_feed_waiters_new(&w), 0);
    struct seen x = {.w = w};
    for (int i = 0; i < PT_FEED_WAITERS_MAX; i++) {
        cr_assert_eq(pt_feed_waiters_add(w, 1, 1000, wake, &x, &a), 0);
    }
    cr_assert_eq(pt_feed_waiters_add(w, 1, 1000, wake, &x, &a), PT_E_BUSY);
    (void)pt_feed_waiters_due(w, INT64_MAX);
    cr_assert_eq(x.fired, PT_FEED_WAITERS_MAX);
    pt_feed_waiters_free(w);
}
