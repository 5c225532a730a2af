#include "writer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pentad/base/date.h>
#include <pentad/base/logsink.h>
#include <pentad/base/thread.h>

#include "access.h"
#include "backlog.h"
#include "erase.h"
#include "folder.h"
#include "group.h"
#include "own.h"

#define RETRY_MS 1000
#define OWN_RETRY_MS 10000
#define IDLE_MAX_US 60000000 /* the wall clock may be set meanwhile */
#define OWN_EVERY_US 100000  /* the hub's own share is looked at, however much there is to do */

struct pt_writer {
    struct pt_hub *hub;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    /* under lock */
    struct pt_submit *head, *tail;
    size_t queued;
    bool wake, stop;
    uint64_t fold_size, pending;
    struct pt_findings *findings;
    struct pt_writer_view view;
    /* the thread's own */
    struct pt_own own;
    struct pt_ledger *ledger; /* for the working calendar */
    struct pt_group group;
    struct pt_backlog backlog; /* taken from the queue, not yet decided */
    int64_t news_ms;           /* oldest party's batch since the last tick; 0: none */
    bool must_load;            /* the exchange is ahead of the log: load it anew before anything */
    int64_t retry_us;          /* not before then */
    int64_t own_retry_us;      /* the hub's own share failed: not before then */
    int64_t erase_retry_us;    /* an erasure waits for a reader: not before */
};

void pt_findings_free(struct pt_findings *f) {
    if (f != NULL) {
        pt_buf_done(&f->bytes);
        pt_buf_done(&f->snapshot);
        free(f);
    }
}

/* ---- what others call ------------------------------------------------------------------ */

void pt_writer_push(struct pt_writer *w, struct pt_submit *s) {
    s->next = NULL;
    (void)pthread_mutex_lock(&w->lock);
    if (w->head == NULL) {
        w->head = s;
    } else {
        w->tail->next = s;
    }
    w->tail = s;
    w->queued++;
    (void)pthread_cond_signal(&w->more);
    (void)pthread_mutex_unlock(&w->lock);
}

void pt_writer_folded(struct pt_writer *w, uint64_t fold_size, uint64_t pending,
                      struct pt_findings *take) {
    (void)pthread_mutex_lock(&w->lock);
    w->fold_size = fold_size;
    w->pending = pending;
    pt_findings_free(w->findings);
    w->findings = take;
    w->wake = true;
    (void)pthread_cond_signal(&w->more);
    (void)pthread_mutex_unlock(&w->lock);
}

void pt_writer_wake(struct pt_writer *w) {
    (void)pthread_mutex_lock(&w->lock);
    w->wake = true;
    (void)pthread_cond_signal(&w->more);
    (void)pthread_mutex_unlock(&w->lock);
}

void pt_writer_view(struct pt_writer *w, struct pt_writer_view *ret) {
    (void)pthread_mutex_lock(&w->lock);
    *ret = w->view;
    ret->queued = w->queued;
    (void)pthread_mutex_unlock(&w->lock);
}

/* ---- the hub's own share ---------------------------------------------------------------- */

static uint64_t own_size(const struct pt_exchange *x) {
    const struct pt_exchange_stream *st = pt_exchange_stream(x, "hub", PT_HUB_STREAM);

    return st != NULL && st->last_index > 0 ? st->last_index + 1 : 0;
}

static int32_t closed_day_max(const struct pt_exchange *x) {
    int32_t day = 0;

    for (size_t i = 0; i < pt_exchange_stream_count(x); i++) {
        const struct pt_exchange_stream *st = pt_exchange_stream_at(x, i);

        if (strcmp(st->party, "hub") != 0 && st->last_closed_day > day) {
            day = st->last_closed_day;
        }
    }
    return day;
}

static void look(struct pt_writer *w, struct pt_sched_in *in) {
    const struct pt_hub *h = w->hub;
    const struct pt_exchange_tick *tick = pt_exchange_last_tick(h->x);

    memset(in, 0, sizeof(*in));
    in->live = pt_hub_live(h);
    in->first_day = h->first_day;
    in->now_ms = w->group.now_ms;
    in->settle_ms = h->config.settle_ms;
    in->quiet_ms = h->config.quiet_ms;
    in->log_size = pt_exchange_size(h->x);
    in->own_size = own_size(h->x);
    in->tick_day = tick != NULL ? tick->day : 0;
    in->tick_ms = tick != NULL ? tick->at_ms : 0;
    in->news_ms = w->news_ms;
    if (!in->live) {
        in->day_closed = pt_exchange_day_closed(h->x, pt_sched_next_day(in));
        in->closed_day_max = closed_day_max(h->x);
    }
    (void)pthread_mutex_lock(&w->lock);
    in->fold_size = w->fold_size;
    in->pending = w->pending;
    (void)pthread_mutex_unlock(&w->lock);
}

static struct pt_findings *take_findings(struct pt_writer *w, uint64_t fold_size) {
    struct pt_findings *f;

    (void)pthread_mutex_lock(&w->lock);
    f = w->findings;
    if (f != NULL && f->fold_size != fold_size) {
        f = NULL; /* of another moment: the next ones are on their way */
    } else {
        w->findings = NULL;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return f;
}

static int write_tick(struct pt_writer *w, const struct pt_sched_out *what, struct pt_err *err) {
    bool workday = true;
    int rc = pt_folder_is_workday(w->hub, &w->ledger, what->day, &workday, err);

    if (rc == 0) {
        rc = pt_own_tick(&w->own, &w->group, what, workday, err);
    }
    if (rc == 0) {
        w->news_ms = 0; /* should the group fail, load() finds it again */
    }
    return rc;
}

/* Who read what, before a tick or where much waits: of the day that the tick ends. A group takes
 * only so much: *ret_left, and the tick waits for the next one. */
static int write_accesses(struct pt_writer *w, const struct pt_sched_in *in,
                          const struct pt_sched_out *what, bool *ret_left, struct pt_err *err) {
    struct pt_access *a = w->hub->access;
    bool tick = what->act == PT_SCHED_TICK;

    *ret_left = false;
    if (!(tick || pt_access_due(a)) || !pt_own_may_write(w->hub)) {
        return 0;
    }
    return pt_access_write(a, &w->own, &w->group, tick ? what->day : in->tick_day, ret_left, err);
}

/* Adds what the schedule wants to the group; *ret_wake_ms: when to look again. */
static int write_own(struct pt_writer *w, int64_t *ret_wake_ms, struct pt_err *err) {
    struct pt_sched_in in;
    struct pt_sched_out what;
    struct pt_findings *f;
    bool left;
    int rc;

    look(w, &in);
    what = pt_sched(&in);
    *ret_wake_ms = what.act == PT_SCHED_WAIT ? what.wake_ms : INT64_MAX;
    rc = write_accesses(w, &in, &what, &left, err);
    if (rc != 0 || left) {
        *ret_wake_ms = w->group.now_ms;
        return rc;
    }
    switch (what.act) {
    case PT_SCHED_TICK:
        return write_tick(w, &what, err);
    case PT_SCHED_FINDINGS:
        f = take_findings(w, in.fold_size);
        if (f != NULL && (f->n > 0 || f->snapshot_day != 0)) {
            rc = pt_own_findings(&w->own, &w->group, f, err);
        }
        pt_findings_free(f);
        return rc;
    case PT_SCHED_WAIT:
    default:
        return 0;
    }
}

/* ---- groups ---------------------------------------------------------------------------- */

static void set_trouble(struct pt_writer *w, const struct pt_err *err) {
    (void)pthread_mutex_lock(&w->lock);
    w->view.trouble = *err;
    (void)pthread_mutex_unlock(&w->lock);
}

/* After the start and after a dropped group. x_lock is held. */
static int load(struct pt_writer *w, struct pt_err *err) {
    struct pt_hub *h = w->hub;
    struct pt_exchange *fresh = NULL;
    const struct pt_exchange_tick *tick;
    int rc = 0;

    if (w->must_load) {
        rc = pt_hub_exchange_load(h, &fresh, err);
        if (rc != 0) {
            return rc;
        }
        pt_exchange_free(h->x);
        h->x = fresh;
        pt_hub_set_snapshot(h, pt_exchange_snapshot(h->x));
    }
    rc = pt_own_load(&w->own, h, err);
    tick = pt_exchange_last_tick(h->x);
    w->news_ms = 0;
    for (size_t i = 0; i < pt_exchange_stream_count(h->x); i++) {
        const struct pt_exchange_stream *st = pt_exchange_stream_at(h->x, i);

        if (strcmp(st->party, "hub") != 0 &&
            st->last_index > (tick != NULL ? tick->log_index : 0)) {
            w->news_ms = pt_exchange_last_received_ms(h->x);
        }
    }
    w->must_load = rc != 0;
    return rc;
}

static void answer_all(struct pt_submit *s, int rc, const struct pt_err *err) {
    while (s != NULL) {
        struct pt_submit *next = s->next;

        if (rc != 0) {
            s->answer = PT_ANSWER_PROBLEM;
            s->err = *err;
            s->err.code = rc;
        }
        pt_submit_answer(s);
        s = next;
    }
}

/* Decides what is queued until the group is full; *rest gets what remains. */
static int decide_all(struct pt_writer *w, struct pt_submit *jobs, struct pt_submit **ret_rest,
                      struct pt_err *err) {
    struct pt_submit **end = &jobs;
    int rc = 0;

    while (*end != NULL && rc == 0 && !pt_group_full(&w->group)) {
        rc = pt_group_add(&w->group, *end);
        if (rc != 0) {
            *err = (*end)->err;
        }
        end = &(*end)->next;
    }
    *ret_rest = *end;
    *end = NULL;
    return rc;
}

static void committed(struct pt_writer *w, int64_t commit_us) {
    struct pt_hub *h = w->hub;
    struct pt_metrics *m = &h->metrics;
    struct pt_group *g = &w->group;
    const struct pt_exchange_tick *tick = pt_exchange_last_tick(h->x);

    if (pt_group_empty(g)) {
        return;
    }
    if (g->news && w->news_ms == 0) {
        w->news_ms = g->now_ms;
    }
    pt_metrics_group(m, g->n_entries + g->n_refusals, commit_us);
    (void)atomic_fetch_add(&m->batches, g->n_entries - g->n_own);
    (void)atomic_fetch_add(&m->records, g->records);
    (void)atomic_fetch_add(&m->bytes, g->record_bytes);
    pt_hub_set_snapshot(h, pt_exchange_snapshot(h->x));
    (void)pthread_mutex_lock(&w->lock);
    w->view.tick_day = tick != NULL ? tick->day : 0;
    w->view.own_size = own_size(h->x);
    (void)pthread_mutex_unlock(&w->lock);
}

static void group_failed(struct pt_writer *w, int rc, struct pt_err *err) {
    err->code = rc;
    pt_log(PT_LOG_ERROR, "group_failed", "%s: %s", pt_err_name(rc), err->msg);
    (void)atomic_fetch_add(&w->hub->metrics.store_failures, 1);
}

/* Takes x_lock, which settle_group gives back. */
static int begin_group(struct pt_writer *w, struct pt_err *err) {
    struct pt_hub *h = w->hub;
    int rc;

    (void)pthread_mutex_lock(&h->x_lock);
    rc = w->must_load ? load(w, err) : 0;
    if (rc == 0) {
        pt_group_begin(&w->group, h, &w->own, pt_hub_now_ms(h));
    }
    return rc;
}

/* Commits what was decided (rc: how that went). *ret_grown: the log is longer now. */
static int settle_group(struct pt_writer *w, int rc, bool *ret_grown, struct pt_err *err) {
    int64_t t0 = pt_monotonic_us();

    if (rc == 0) {
        rc = pt_group_commit(&w->group, err);
    }
    if (rc == 0) {
        committed(w, pt_monotonic_us() - t0);
    }
    *ret_grown = rc == 0 && w->group.n_entries > 0;
    w->must_load = rc != 0;
    (void)pthread_mutex_unlock(&w->hub->x_lock);
    if (rc != 0) {
        group_failed(w, rc, err);
    }
    return rc;
}

/* What a group is made of: what is queued, or the hub's own share, which goes apart from the
 * others' so that a fault of ours stops nobody. */
struct work {
    bool own;
    bool last;                     /* own: the hub stops: only who read what */
    struct pt_submit *jobs, *rest; /* queued; what of it didn't fit */
    int64_t wake_ms;               /* own: when there may be more of it, INT64_MAX: nobody knows */
};

static void queued_settled(struct pt_writer *w, struct work *k, int rc, const struct pt_err *err) {
    if (rc != 0) {
        w->retry_us = pt_monotonic_us() + RETRY_MS * 1000;
    }
    set_trouble(w, err);
    answer_all(k->jobs, rc, err);
}

static int write_last(struct pt_writer *w, struct pt_err *err) {
    const struct pt_exchange_tick *tick = pt_exchange_last_tick(w->hub->x);
    bool left;

    return pt_own_may_write(w->hub) ? pt_access_write(w->hub->access, &w->own, &w->group,
                                                      tick != NULL ? tick->day : 0, &left, err)
                                    : 0;
}

static void own_settled(struct pt_writer *w, struct work *k, int rc) {
    if (rc != 0) {
        w->own_retry_us = pt_monotonic_us() + (int64_t)OWN_RETRY_MS * 1000;
        k->wake_ms = pt_hub_now_ms(w->hub) + OWN_RETRY_MS;
    }
}

/* One group. Takes k->jobs, sets k->rest. */
static void run_group(struct pt_writer *w, struct work *k) {
    struct pt_err err = {0};
    bool grown;
    int rc = begin_group(w, &err);

    if (rc == 0) {
        rc = k->last  ? write_last(w, &err)
             : k->own ? write_own(w, &k->wake_ms, &err)
                      : decide_all(w, k->jobs, &k->rest, &err);
    }
    rc = settle_group(w, rc, &grown, &err);
    pt_access_settled(w->hub->access, rc == 0);
    if (k->own) {
        own_settled(w, k, rc);
    } else {
        queued_settled(w, k, rc, &err);
    }
    if (grown || (k->own && rc != 0)) { /* or: findings that were taken are needed again */
        pt_folder_grown(w->hub->folder);
        pt_hub_grown(w->hub);
    }
    pt_group_end(&w->group);
}

/* ---- the thread ------------------------------------------------------------------------ */

static void wait_us(struct pt_writer *w, int64_t us) {
    int64_t until = pt_monotonic_us() + us;
    struct timespec ts = {until / 1000000, (until % 1000000) * 1000};

    (void)pthread_cond_timedwait(&w->more, &w->lock, &ts);
}

/* How long nothing has to be done while nothing is queued: until the hub's own share is due, which
 * also loads the exchange where that must be. wake_ms is told by the wall clock, the moment before
 * which nothing is tried again by the monotonic one. */
static int64_t idle_us(const struct pt_writer *w, int64_t wake_ms) {
    int64_t now_us = pt_monotonic_us();
    int64_t us = w->must_load           ? w->retry_us - now_us
                 : wake_ms == INT64_MAX ? IDLE_MAX_US
                                        : (wake_ms - pt_hub_now_ms(w->hub)) * 1000;

    if (!w->must_load && pt_eraser_due(w->hub->eraser) && w->erase_retry_us - now_us < us) {
        us = w->erase_retry_us - now_us;
    }
    if (us < w->own_retry_us - now_us) {
        us = w->own_retry_us - now_us;
    }
    return us < IDLE_MAX_US ? us : IDLE_MAX_US;
}

/* Sleeps until there is something to do; takes the queue into the backlog. False: the end. */
static bool take_work(struct pt_writer *w, int64_t wake_ms, bool *ret_woken) {
    bool go;

    (void)pthread_mutex_lock(&w->lock);
    w->view.busy_since_us = 0;
    while (w->head == NULL && w->backlog.head == NULL && !w->wake && !w->stop) {
        int64_t us = idle_us(w, wake_ms);

        if (us <= 0) {
            break;
        }
        wait_us(w, us);
    }
    pt_backlog_append(&w->backlog, w->head);
    w->head = NULL;
    w->tail = NULL;
    *ret_woken = w->wake;
    w->wake = false;
    go = w->backlog.head != NULL || !w->stop;
    w->view.busy_since_us = pt_monotonic_us();
    (void)pthread_mutex_unlock(&w->lock);
    return go;
}

/* The next group's share of the backlog. */
static struct pt_submit *pick(struct pt_writer *w, size_t max) {
    size_t n = 0;
    struct pt_submit *jobs = pt_backlog_pick(&w->backlog, max, &n);

    (void)pthread_mutex_lock(&w->lock);
    w->queued -= n;
    (void)pthread_mutex_unlock(&w->lock);
    return jobs;
}

static void give_back(struct pt_writer *w, struct pt_submit *jobs) {
    size_t n = 0;

    for (const struct pt_submit *s = jobs; s != NULL; s = s->next) {
        n++;
    }
    pt_backlog_prepend(&w->backlog, jobs);
    (void)pthread_mutex_lock(&w->lock);
    w->queued += n;
    (void)pthread_mutex_unlock(&w->lock);
}

/* Orders that a tick has brought into force: in log.db at once, in the ledger by folding anew. */
static void carry_out_erasures(struct pt_writer *w) {
    struct pt_hub *h = w->hub;
    struct pt_err err = {0};
    bool done;
    int rc;

    if (w->must_load || !pt_eraser_due(h->eraser) || pt_monotonic_us() < w->erase_retry_us) {
        return;
    }
    rc = pt_eraser_run(h->eraser, &done, &err);
    if (done) {
        pt_folder_refold(h->folder);
    }
    if (rc != 0) {
        w->erase_retry_us = pt_monotonic_us() + (int64_t)OWN_RETRY_MS * 1000;
        pt_log(PT_LOG_WARN, "erasure_waits", "%s: %s", pt_err_name(rc), err.msg);
    }
}

/* At an orderly stop nobody reads any more: what waits is written, group after group, as long as
 * that gets on. */
static void write_what_waits(struct pt_writer *w) {
    struct work last = {.own = true, .last = true};
    size_t before = SIZE_MAX;
    size_t n;

    while ((n = pt_access_waiting(w->hub->access)) > 0 && n < before) {
        before = n;
        run_group(w, &last);
    }
    if (n > 0) {
        pt_log(PT_LOG_ERROR, "accesses_lost", "%zu readings of restricted records aren't logged",
               n);
    }
}

static void *writer_main(void *arg) {
    struct pt_writer *w = arg;
    struct work own = {.own = true};
    int64_t own_us = 0;
    bool woken;

    pt_thread_self("writer", PT_THREAD_PROMPT);
    while (take_work(w, own.wake_ms, &woken)) {
        struct pt_submit *jobs;

        if (w->must_load && pt_monotonic_us() < w->retry_us) {
            struct pt_writer_view view;

            pt_writer_view(w, &view);
            while ((jobs = pick(w, SIZE_MAX)) != NULL) {
                answer_all(jobs, view.trouble.code, &view.trouble);
            }
            continue;
        }
        jobs = pick(w, PT_GROUP_ENTRIES);
        if (jobs != NULL) {
            struct work queued = {.jobs = jobs};

            run_group(w, &queued);
            give_back(w, queued.rest);
        }
        if ((woken || w->backlog.head == NULL || pt_monotonic_us() >= own_us) &&
            pt_monotonic_us() >= w->own_retry_us) {
            run_group(w, &own);
            own_us = pt_monotonic_us() + OWN_EVERY_US;
        }
        carry_out_erasures(w);
    }
    write_what_waits(w);
    return NULL;
}

int pt_writer_new(struct pt_hub *h, struct pt_writer **ret, struct pt_err *err) {
    struct pt_writer *w = calloc(1, sizeof(*w));
    pthread_condattr_t attr;
    const struct pt_exchange_tick *tick = pt_exchange_last_tick(h->x);
    int rc;

    *ret = NULL;
    if (w == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory for the writer");
    }
    w->hub = h;
    rc = load(w, err);
    if (rc != 0) {
        free(w);
        return rc;
    }
    w->view.tick_day = tick != NULL ? tick->day : 0;
    w->view.own_size = own_size(h->x);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->more, &attr);
    (void)pthread_condattr_destroy(&attr);
    *ret = w;
    return 0;
}

int pt_writer_start(struct pt_writer *w, struct pt_err *err) {
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "can't start the writer thread");
    }
    return 0;
}

void pt_writer_stop(struct pt_writer *w) {
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_signal(&w->more);
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
}

void pt_writer_free(struct pt_writer *w) {
    if (w == NULL) {
        return;
    }
    PT_ASSERT(w->head == NULL);
    pt_ledger_close(w->ledger);
    pt_findings_free(w->findings);
    (void)pthread_cond_destroy(&w->more);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}
