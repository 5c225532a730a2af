/* What drives a connector: the calendar on the replay clock, the sources on the live one, and the
 * two directions of the talk with the hub, neither of which ever holds up the other.
 *
 *   replay   day ─► pt_connector_collect, close, sign ─► send ─► read until its Tick ─► next day …
 * until ─► follow live     pt_connector_collect, close what is over, sign ─► send ─► read ─► again
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/date.h>

#include "connector_internal.h"

#define WAIT_S 20 /* of a long poll when nothing else is to be done */
#define QUORUM_WAIT_US (20 * INT64_C(1000000))
#define QUIET_S 3 /* a feed that is silent for so long has nothing more for --once */
#define REST_MIN_MS 100
#define REST_MAX_MS 10000
#define HALTED_MS 30000   /* between attempts that only a person makes succeed */
#define LIVE_BUDGET 50000 /* rows collected before they are sent */
#define HOUR_MS (3600LL * 1000)
#define DAY_MS (24 * HOUR_MS)

typedef int step_fn(struct pt_connector *c, struct pt_err *err);

/* ---- the two directions ---- */

static int rest_left_ms(const struct direction *d) {
    int64_t us = d->rest_ms ? d->until_us - pt_monotonic_us() : 0;
    return us > 0 ? (int)(us / 1000) + 1 : 0;
}

static void rest(struct direction *d, int ms) {
    d->rest_ms = ms;
    d->until_us = pt_monotonic_us() + (int64_t)ms * 1000;
}

static void rest_longer(struct direction *d) {
    int ms = d->rest_ms ? d->rest_ms * 2 : REST_MIN_MS;
    rest(d, ms < REST_MAX_MS ? ms : REST_MAX_MS);
}

static void sleep_ms(struct pt_connector *c, int ms) {
    for (int slept = 0; slept < ms && !c->stop; slept += 20) {
        (void)usleep(20 * 1000);
    }
}

/* These end the connector; whatever else sending meets stops sending alone, and what others write
 * still arrives. */
static bool ends_all(int rc) {
    return rc == PT_E_STORE || rc == PT_E_NOMEM || rc == PT_E_CRYPTO || rc == PT_E_CORRUPT ||
           rc == PT_E_FORK || rc == PT_E_PROOF || rc == PT_E_CONFIG;
}

static int try_send(struct pt_connector *c, struct pt_err *err) {
    if (!c->caught_up || rest_left_ms(&c->sending) > 0) {
        return 0;
    }
    int rc = pt_connector_send_all(c, err);
    if (rc == 0 || c->stop) {
        c->sending.rest_ms = 0;
        return 0;
    }
    c->all_sent = false;
    if (c->later) {
        rest_longer(&c->sending);
        pt_connector_event(c, "waiting", "sending: %s; again in %d ms", err->msg,
                           c->sending.rest_ms);
        return 0;
    }
    if (ends_all(rc) || c->opt.once) {
        return rc;
    }
    if (!c->halted) {
        pt_connector_event(c, "halted", "%s; the feed is still read", err->msg);
    }
    c->halted = true;
    rest(&c->sending, HALTED_MS);
    return 0;
}

/* Waits at most wait_s for something new; also where the hub can't be reached. */
static int try_receive(struct pt_connector *c, int wait_s, bool *ret_new, struct pt_err *err) {
    pt_connector_renewal(c);
    int left = rest_left_ms(&c->reading), send_left = rest_left_ms(&c->sending);
    *ret_new = false;
    if (left > 0) {
        sleep_ms(c, left < wait_s * 1000 ? left : wait_s * 1000);
        return 0;
    }
    if (pt_connector_attest_pending(c)) {
        wait_s = 0;
    }
    if (pt_connector_witness_pending(c) && wait_s > 0) {
        int ms = pt_connector_witness_left_ms(c);
        wait_s = ms < 1000 ? 1 : ms < wait_s * 1000 ? ms / 1000 : wait_s;
    }
    if (send_left > 0 && send_left < wait_s * 1000) {
        /* A batch is due again before that. */
        wait_s = send_left / 1000;
        if (wait_s == 0) {
            sleep_ms(c, send_left);
        }
    }
    int rc = pt_connector_receive(c, wait_s, ret_new, err);
    if (rc == 0 || c->stop) {
        c->reading.rest_ms = 0;
        rc = c->stop ? 0 : pt_connector_attest(c, err);
        return rc != 0 || c->stop ? rc : pt_connector_witness(c, err);
    }
    if (!c->later) {
        if (rc == PT_E_EQUIVOCATION) {
            pt_connector_send_rival(c);
        }
        return rc;
    }
    rest_longer(&c->reading);
    pt_connector_event(c, "waiting", "reading: %s; again in %d ms", err->msg, c->reading.rest_ms);
    return pt_connector_witness_alarms(c, err);
}

/* Everything that the feed has by now, however long it takes to get it. */
static int read_all(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    c->caught_up = false;
    while (rc == 0 && !c->stop && !c->caught_up) {
        bool any;
        rc = try_receive(c, 1, &any, err);
    }
    return rc;
}

/* The first contact: the genesis, and with it the clock and the family of codes. Nothing is signed
 * before the feed was read to its end: it may hold what a lost outbox doesn't. */
static int learn_hub(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    bool any;
    while (rc == 0 && !c->stop && !pt_follower_genesis(c->follower)) {
        rc = try_receive(c, 1, &any, err);
    }
    if (rc == 0 && !c->stop && !c->codes) {
        rc = pt_codes_new(pt_follower_genesis(c->follower)->code_family, &c->codes, err);
    }
    return rc;
}

/* ---- the replay clock ---- */

static int collect_day(struct pt_connector *c, int32_t day, struct pt_err *err) {
    bool more;
    int rc = pt_connector_author_close_again(c, err);
    rc = rc ? rc : pt_connector_collect(c, day, 0, &more, err);
    if (rc == 0) {
        /* Who attests the last day's snapshot closes its stream behind that. */
        bool final = day == c->config->until_day && !pt_connector_attests(c);
        rc = pt_connector_author_close(c, day, -1, final, err);
    }
    if (rc == 0 && c->caught_up) {
        rc = pt_connector_send_cut(c, err);
    }
    return rc;
}

/* One business day: everything of it and its close, in one transaction unless it is a large one. */
static int replay_day(struct pt_connector *c, int32_t day, struct pt_err *err) {
    int rc = pt_connector_begin(c, err);
    return rc ? rc : pt_connector_end(c, collect_day(c, day, err), err);
}

static bool day_is_due(const struct pt_connector *c, int32_t *ret_day) {
    int32_t closed = (int32_t)c->closed_day, until = c->config->until_day;
    *ret_day = closed ? pt_date_add(closed, 1) : pt_follower_genesis(c->follower)->first_day;
    return !c->ended && (closed == 0 || closed <= c->tick_day) && (until == 0 || *ret_day <= until);
}

static bool replay_over(const struct pt_connector *c) {
    int32_t until = c->config->until_day;
    bool closed = until != 0 && c->closed_day >= until && !pt_connector_attests(c);
    return c->all_sent && c->tick_day >= c->closed_day && (c->ended || closed);
}

/* Behind the attestation of the last day's snapshot. */
static bool final_is_due(const struct pt_connector *c) {
    int32_t until = c->config->until_day;
    return pt_connector_attests(c) && !c->ended && until != 0 && c->closed_day >= until &&
           c->tick_day >= until && pt_connector_attest_done(c);
}

static int close_for_good(struct pt_connector *c, struct pt_err *err) {
    int rc = pt_connector_begin(c, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_connector_author_close(c, c->config->until_day, -1, true, err);
    rc = rc == 0 && c->caught_up ? pt_connector_send_cut(c, err) : rc;
    return pt_connector_end(c, rc, err);
}

static int replay(struct pt_connector *c, struct pt_err *err) {
    /* Discipline looks first at what it said of clues under an earlier stream. */
    int rc = c->config->dummy_answers ? read_all(c, err) : 0;
    while (rc == 0 && !c->stop && !replay_over(c) && pt_connector_by_day(c)) {
        int32_t day;
        bool any;
        if (day_is_due(c, &day)) {
            rc = replay_day(c, day, err);
        } else if (final_is_due(c)) {
            rc = close_for_good(c, err);
        }
        if (rc == 0) {
            rc = try_send(c, err);
        }
        if (rc == 0 && !replay_over(c) && !day_is_due(c, &day) && !final_is_due(c)) {
            rc = try_receive(c, c->caught_up ? WAIT_S : 0, &any, err);
        }
    }
    return rc;
}

/* ---- the live clock ---- */

/* Closes of the days that are over, and of the hour that is; a connector that starts joins today.
 * What was not closed when its day or hour ended is counted in the next close. */
static int close_past(struct pt_connector *c, int64_t now_ms, struct pt_err *err) {
    int32_t today = pt_date_from_ms(now_ms);
    int hour = (int)((now_ms - pt_date_to_ms(today)) / HOUR_MS);
    int rc = 0;
    if (c->closed_day == 0) {
        c->closed_day = pt_date_add(today, -1);
        c->closed_hour = (int64_t)today * 100 + hour - 1;
        rc = pt_state_set_int(c->state, "closed_day", c->closed_day, err);
        rc = rc ? rc : pt_state_set_int(c->state, "closed_hour", c->closed_hour, err);
    }
    for (int32_t d = pt_date_add((int32_t)c->closed_day, 1); rc == 0 && d < today;
         d = pt_date_add(d, 1)) {
        rc = pt_connector_author_close(c, d, -1, false, err);
    }
    if (rc == 0 && hour > 0 && c->closed_hour < (int64_t)today * 100 + hour - 1) {
        rc = pt_connector_author_close(c, today, hour - 1, false, err);
    }
    return rc;
}

static int collect_live(struct pt_connector *c, bool *ret_more, struct pt_err *err) {
    int64_t now = pt_clock_now_ms(c->opt.clock);
    struct pt_batch_row last;
    int rc = 0;
    *ret_more = false;
    c->failed = NULL;
    if (c->ended) {
        return 0;
    }
    if (pt_connector_closes(c)) {
        rc = close_past(c, now, err);
        rc = rc ? rc : pt_connector_author_close_again(c, err);
    }
    c->day = pt_date_from_ms(now);
    /* A hub that can't be reached must not fill this disk. */
    int found = rc ? rc : pt_batches_last(c->state, &last, err);
    uint64_t sent = found == 0 ? last.first_seq + last.count : 1;
    if (found != 0 && found != PT_E_NOT_FOUND) {
        return found;
    }
    if (c->next_seq - sent < PENDING_MAX) {
        rc = pt_connector_collect(c, c->day, LIVE_BUDGET, ret_more, err);
    }
    if (rc == 0 && c->caught_up) {
        rc = pt_connector_send_cut(c, err);
    }
    return rc;
}

/* A source that can't be read holds up neither the others nor the hub; it is tried again later. */
static int live_pass(struct pt_connector *c, bool *ret_more, struct pt_err *err) {
    int rc;
    do {
        rc = pt_connector_begin(c, err);
        if (rc == 0) {
            rc = pt_connector_end(c, collect_live(c, ret_more, err), err);
        }
        bool source_alone = rc != 0 && c->failed && !c->opt.once && !c->stop && rc != PT_E_STORE &&
                            rc != PT_E_NOMEM;
        if (!source_alone) {
            break;
        }
        pt_connector_event(c, "source_failed", "%s; tried again later", err->msg);
    } while (!c->stop);
    return rc;
}

/* With --once: the other bodies are given a while to cosign what is the end for all. */
static bool is_witnessed(const struct pt_connector *c, int64_t *until_us) {
    if (!pt_connector_witness_pending(c)) {
        return true;
    }
    if (*until_us == 0) {
        *until_us = pt_monotonic_us() + QUORUM_WAIT_US;
    }
    return pt_monotonic_us() >= *until_us;
}

/* With --once: the feed to its end, and its last checkpoint cosigned. */
static int finish(struct pt_connector *c, struct pt_err *err) {
    int64_t until_us = 0;
    int rc = read_all(c, err);
    while (rc == 0 && !c->stop && !is_witnessed(c, &until_us)) {
        bool any;
        rc = try_receive(c, 1, &any, err);
    }
    return rc;
}

static int live(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    while (rc == 0 && !c->stop) {
        bool more = false, any;
        rc = live_pass(c, &more, err);
        if (rc == 0) {
            rc = try_send(c, err);
        }
        bool done = !more && c->all_sent && pt_connector_sources_done(c);
        if (rc == 0 && c->opt.once && done) {
            return finish(c, err);
        }
        if (rc == 0) {
            rc = try_receive(c, more || !c->caught_up ? 0 : c->config->poll_s, &any, err);
        }
    }
    return rc;
}

/* Nothing more comes of what is logged: what the rules raise at the last tick is logged behind it.
 * A hub that doesn't say so has nothing more when its feed is silent for a while. */
static bool is_quiet(const struct pt_connector *c, bool any) {
    switch (pt_follower_settled(c->follower)) {
    case PT_SETTLED:
        return pt_follower_size(c->follower) >= c->log_size;
    case PT_SETTLED_NOT_YET:
        return false;
    default:
        return !any && c->reading.rest_ms == 0;
    }
}

/* After the end: what others write still arrives. */
static int follow(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    bool any = true;
    int64_t until_us = 0;
    while (rc == 0 && !c->stop && pt_connector_by_day(c) &&
           !(c->opt.once && is_quiet(c, any) && is_witnessed(c, &until_us))) {
        bool silence = pt_follower_settled(c->follower) == PT_SETTLED_UNSAID;
        rc = try_receive(c, !c->opt.once ? WAIT_S : silence ? QUIET_S : 1, &any, err);
    }
    return rc;
}

int pt_connector_run(struct pt_connector *c, struct pt_err *err) {
    int rc = learn_hub(c, err);
    if (rc == 0 && !c->stop && pt_connector_by_day(c)) {
        rc = replay(c, err);
        rc = rc == 0 && !c->stop ? follow(c, err) : rc;
    }
    /* The log's policy may have gone over to the live clock meanwhile. */
    if (rc == 0 && !c->stop && !pt_connector_by_day(c)) {
        rc = live(c, err);
    }
    return rc == PT_E_STOPPING || c->stop ? 0 : rc;
}
