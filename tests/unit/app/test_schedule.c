/* The hub's clock: what it authors, as a function of what is logged and folded. */
#include <criterion/criterion.h>

#include <pentad/base/date.h>

#include "schedule.h"

TestSuite(schedule);

static struct pt_sched_in replay(void) {
    struct pt_sched_in in = {.first_day = 20190101, .now_ms = 1, .log_size = 10, .fold_size = 10};

    return in;
}

/* A live hub at 10:00 on 2019-07-01, ticked at 9:59. */
static struct pt_sched_in live(void) {
    int64_t ten = pt_date_to_ms(20190701) + 10 * 3600000LL;
    struct pt_sched_in in = {.live = true,
                             .first_day = 20190101,
                             .now_ms = ten,
                             .settle_ms = 20000,
                             .quiet_ms = 1500000,
                             .log_size = 10,
                             .own_size = 8,
                             .fold_size = 10,
                             .tick_day = 20190701,
                             .tick_ms = ten - 60000};

    return in;
}

Test(schedule, replay_waits_until_the_day_is_closed_by_all) {
    struct pt_sched_in in = replay();

    cr_assert_eq(pt_sched_next_day(&in), 20190101);
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_WAIT);
    cr_assert_eq(pt_sched(&in).wake_ms, INT64_MAX);
    in.day_closed = true;
    in.closed_day_max = 20190101;
    struct pt_sched_out out = pt_sched(&in);
    cr_assert_eq(out.act, PT_SCHED_TICK);
    cr_assert_eq(out.day, 20190101);
    cr_assert(out.close && !out.close_hourly);
    cr_assert_eq(out.close_day, 20190101);
    cr_assert_eq(pt_date_from_ms(out.at_ms), 20190101);
}

Test(schedule, replay_ticks_the_day_after_the_last_tick) {
    struct pt_sched_in in = replay();

    in.tick_day = 20191231;
    in.day_closed = true;
    in.closed_day_max = 20200105;
    cr_assert_eq(pt_sched(&in).day, 20200101);
}

Test(schedule, replay_waits_for_the_fold) {
    struct pt_sched_in in = replay();

    in.day_closed = true;
    in.closed_day_max = 20190101;
    in.fold_size = 9;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_WAIT);
}

/* Where every stream has left, all days count as closed: nobody closed this one. */
Test(schedule, replay_stands_still_when_every_stream_has_left) {
    struct pt_sched_in in = replay();

    in.tick_day = 20200630;
    in.day_closed = true;
    in.closed_day_max = 20200630;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_WAIT);
}

Test(schedule, findings_come_before_the_next_tick) {
    struct pt_sched_in in = replay();

    in.tick_day = 20190101;
    in.own_size = 9;
    in.pending = 3;
    in.day_closed = true;
    in.closed_day_max = 20190102;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_FINDINGS);
    in = live();
    in.pending = 1;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_FINDINGS);
}

/* What was pending before the fold saw our own last batch may be in it. */
Test(schedule, nothing_is_written_twice) {
    struct pt_sched_in in = live();

    in.pending = 3;
    in.fold_size = 7;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_WAIT);
    in.fold_size = 8;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_FINDINGS);
}

Test(schedule, live_ticks_at_once_at_first) {
    struct pt_sched_in in = live();

    in.tick_day = 0;
    in.tick_ms = 0;
    struct pt_sched_out out = pt_sched(&in);
    cr_assert_eq(out.act, PT_SCHED_TICK);
    cr_assert_eq(out.day, 20190701);
    cr_assert_not(out.close);
}

Test(schedule, live_waits_for_its_first_day) {
    struct pt_sched_in in = live();

    in.tick_day = 0;
    in.first_day = 20190801;
    cr_assert_eq(pt_sched(&in).wake_ms, pt_date_to_ms(20190801));
}

Test(schedule, live_ticks_soon_after_news) {
    struct pt_sched_in in = live();

    in.news_ms = in.now_ms - 19999;
    struct pt_sched_out out = pt_sched(&in);
    cr_assert_eq(out.act, PT_SCHED_WAIT);
    cr_assert_eq(out.wake_ms, in.now_ms + 1);
    in.news_ms--;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_TICK);
    cr_assert_eq(pt_sched(&in).day, 20190701);
}

Test(schedule, live_ticks_within_half_an_hour_without_news) {
    struct pt_sched_in in = live();

    cr_assert_eq(pt_sched(&in).act, PT_SCHED_WAIT);
    cr_assert_eq(pt_sched(&in).wake_ms, in.tick_ms + 1500000);
    in.now_ms = in.tick_ms + 1500000;
    cr_assert_eq(pt_sched(&in).act, PT_SCHED_TICK);
}

Test(schedule, live_closes_the_hour_that_is_over) {
    struct pt_sched_in in = live(); /* ticked at 9:59, it is 10:00 */

    in.news_ms = in.now_ms - 30000;
    struct pt_sched_out out = pt_sched(&in);
    cr_assert(out.close && out.close_hourly);
    cr_assert_eq(out.close_hour, 9);
    cr_assert_eq(out.close_day, 20190701);
    in.tick_ms += 60000;
    in.now_ms += 60000;
    cr_assert_not(pt_sched(&in).close);
}

Test(schedule, live_ticks_every_missed_day) {
    struct pt_sched_in in = live();
    int ticks = 0;

    in.now_ms = pt_date_to_ms(20190705) + 5000;
    for (;;) {
        struct pt_sched_out out = pt_sched(&in);

        if (out.act != PT_SCHED_TICK) {
            break;
        }
        cr_assert_eq(out.day, pt_date_add(in.tick_day, 1));
        cr_assert(out.close && !out.close_hourly);
        cr_assert_eq(out.close_day, in.tick_day);
        in.tick_day = out.day;
        in.tick_ms = out.at_ms;
        ticks++;
    }
    cr_assert_eq(ticks, 4);
    cr_assert_eq(pt_sched(&in).wake_ms, in.tick_ms + 1500000);
}

Test(schedule, live_never_goes_back) {
    struct pt_sched_in in = live();

    in.now_ms = in.tick_ms - 3 * 86400000LL;
    in.news_ms = in.tick_ms - 60000;
    struct pt_sched_out out = pt_sched(&in);
    cr_assert_eq(out.act, PT_SCHED_TICK);
    cr_assert_eq(out.at_ms, in.tick_ms);
    cr_assert_eq(out.day, in.tick_day);
}

Test(schedule, live_wakes_at_midnight) {
    struct pt_sched_in in = live();

    in.tick_ms = pt_date_to_ms(20190702) - 60000;
    in.now_ms = in.tick_ms + 1000;
    cr_assert_eq(pt_sched(&in).wake_ms, pt_date_to_ms(20190702));
}
