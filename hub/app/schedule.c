#include "schedule.h"

#include <pentad/base/date.h>
#include <pentad/base/err.h>

#define HOUR_MS (60 * 60 * 1000)
#define DAY_MS (24 * (int64_t)HOUR_MS)

static int32_t hour_of(int64_t ms) {
    return (int32_t)((ms - pt_date_to_ms(pt_date_from_ms(ms))) / HOUR_MS);
}

int32_t pt_sched_next_day(const struct pt_sched_in *in) {
    return in->tick_day == 0 ? in->first_day : pt_date_add(in->tick_day, 1);
}

static struct pt_sched_out wait_until(int64_t ms) {
    struct pt_sched_out out = {.act = PT_SCHED_WAIT, .wake_ms = ms};

    return out;
}

/* One tick a day, when the day is over for everybody and all of it is folded. A day that nobody
 * closed isn't ticked: where every stream has left, time stands still. */
static struct pt_sched_out replay(const struct pt_sched_in *in) {
    struct pt_sched_out out = {.act = PT_SCHED_TICK, .close = true};
    int32_t day = pt_sched_next_day(in);

    if (in->fold_size < in->log_size || !in->day_closed || in->closed_day_max < day) {
        return wait_until(INT64_MAX);
    }
    out.day = day;
    out.close_day = day;
    out.at_ms = pt_date_to_ms(day) + DAY_MS - 1;
    return out;
}

static struct pt_sched_out live(const struct pt_sched_in *in) {
    struct pt_sched_out out = {.act = PT_SCHED_TICK};
    int64_t now = in->now_ms > in->tick_ms ? in->now_ms : in->tick_ms; /* ticks never go back */
    int32_t today = pt_date_from_ms(now);
    int64_t due;

    out.at_ms = now;
    if (today < in->first_day) {
        return wait_until(pt_date_to_ms(in->first_day));
    }
    if (in->tick_day == 0) {
        out.day = today;
        return out;
    }
    out.close_day = in->tick_day;
    if (today > in->tick_day) { /* the turn of a day, one tick for every missed one */
        out.day = pt_date_add(in->tick_day, 1);
        out.close = true;
        return out;
    }
    due = in->tick_ms + in->quiet_ms;
    if (in->news_ms != 0 && in->news_ms + in->settle_ms < due) {
        due = in->news_ms + in->settle_ms;
    }
    if (now < due) {
        int64_t midnight = pt_date_to_ms(pt_date_add(today, 1));

        return wait_until(due < midnight ? due : midnight);
    }
    out.day = in->tick_day;
    out.close_hour = hour_of(in->tick_ms);
    out.close_hourly = hour_of(now) != out.close_hour;
    out.close = out.close_hourly;
    return out;
}

struct pt_sched_out pt_sched(const struct pt_sched_in *in) {
    PT_ASSERT(in->fold_size <= in->log_size);
    /* What is pending is only known once all that the hub itself wrote is folded. */
    if (in->fold_size < in->own_size) {
        return wait_until(INT64_MAX);
    }
    if (in->pending > 0) {
        struct pt_sched_out out = {.act = PT_SCHED_FINDINGS};

        return out;
    }
    return in->live ? live(in) : replay(in);
}
