/* When the hub itself writes, and what: findings, closes of its stream, ticks. A pure function of
 * what the log holds, how far the fold is, and the clock: nothing is remembered between calls, so a
 * restart between any two steps emits nothing twice.
 * docs/formats.md 5. Any thread. */
#ifndef PENTAD_APP_SCHEDULE_H
#define PENTAD_APP_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct pt_sched_in {
    bool live;         /* the policy's clock */
    int32_t first_day; /* the first day that a tick may name */
    int64_t now_ms;
    int64_t settle_ms; /* live: news this old brings a tick */
    int64_t quiet_ms;  /* live: without news a tick this often */

    /* from the log */
    uint64_t log_size;
    uint64_t own_size;      /* log size just after hub/main's last batch; 0: none */
    int32_t tick_day;       /* the last tick; 0: none yet */
    int64_t tick_ms;        /* its at_ms */
    bool day_closed;        /* replay: pt_sched_next_day is closed by every stream that must */
    int32_t closed_day_max; /* replay: the latest day that any party's stream has closed */
    int64_t news_ms; /* received_at of the oldest party's entry after the last tick; 0: none */

    /* from the fold */
    uint64_t fold_size; /* entries folded */
    uint64_t pending; /* what the log doesn't hold yet of the last tick, at fold_size: findings, the
                         day's snapshot (H03) */
};

enum pt_sched_act {
    PT_SCHED_WAIT,
    PT_SCHED_FINDINGS, /* author the pending H01s, and the H03 that is due */
    PT_SCHED_TICK      /* author [StreamClose] Tick, in one batch */
};

struct pt_sched_out {
    enum pt_sched_act act;
    /* TICK */
    int32_t day;
    int64_t at_ms;
    bool close; /* a StreamClose of hub/main stands before the Tick */
    int32_t close_day;
    bool close_hourly;
    int32_t close_hour;
    /* WAIT: ask again then at the latest (INT64_MAX: only when something changes) */
    int64_t wake_ms;
};

/* Which day the replay clock would tick next. */
int32_t pt_sched_next_day(const struct pt_sched_in *in);
struct pt_sched_out pt_sched(const struct pt_sched_in *in);

#endif
