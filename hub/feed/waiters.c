#include <pentad/feed/feed.h>

#include <stdlib.h>

/* Two rings: those who wait, and those about to be woken. A waiter that is cancelled leaves
 * whichever it stands in, so that a callback may cancel its neighbour. */
struct ring {
    struct ring *next, *prev;
};

struct pt_feed_waiter {
    struct ring at; /* first */
    uint64_t after;
    int64_t deadline_ms;
    pt_feed_wake_cb cb;
    void *ctx;
};

struct pt_feed_waiters {
    struct ring waiting;
    size_t n;
};

static void ring_init(struct ring *r) {
    r->next = r->prev = r;
}

static void ring_take(struct ring *r) {
    r->prev->next = r->next;
    r->next->prev = r->prev;
    ring_init(r);
}

static void ring_add(struct ring *to, struct ring *r) {
    r->prev = to->prev;
    r->next = to;
    to->prev->next = r;
    to->prev = r;
}

static struct pt_feed_waiter *waiter_at(struct ring *r) {
    return (struct pt_feed_waiter *)(void *)r;
}

int pt_feed_waiters_new(struct pt_feed_waiters **ret) {
    struct pt_feed_waiters *w = calloc(1, sizeof *w);
    *ret = w;
    if (w == NULL) {
        return PT_E_NOMEM;
    }
    ring_init(&w->waiting);
    return 0;
}

void pt_feed_waiters_free(struct pt_feed_waiters *w) {
    PT_ASSERT(w == NULL || w->n == 0);
    free(w);
}

size_t pt_feed_waiters_count(const struct pt_feed_waiters *w) {
    return w->n;
}

int pt_feed_waiters_add(struct pt_feed_waiters *w, uint64_t after, int64_t deadline_ms,
                        pt_feed_wake_cb cb, void *ctx, struct pt_feed_waiter **ret) {
    *ret = NULL;
    if (w->n == PT_FEED_WAITERS_MAX) {
        return PT_E_BUSY;
    }
    struct pt_feed_waiter *one = calloc(1, sizeof *one);
    if (one == NULL) {
        return PT_E_NOMEM;
    }
    one->after = after;
    one->deadline_ms = deadline_ms;
    one->cb = cb;
    one->ctx = ctx;
    ring_add(&w->waiting, &one->at);
    w->n++;
    *ret = one;
    return 0;
}

void pt_feed_waiter_cancel(struct pt_feed_waiters *w, struct pt_feed_waiter *waiter) {
    PT_ASSERT(w->n > 0);
    ring_take(&waiter->at);
    w->n--;
    free(waiter);
}

/* Wakes everyone in `due`; callbacks may add and cancel. */
static void wake(struct pt_feed_waiters *w, struct ring *due, bool grown) {
    while (due->next != due) {
        struct pt_feed_waiter *one = waiter_at(due->next);
        pt_feed_wake_cb cb = one->cb;
        void *ctx = one->ctx;
        pt_feed_waiter_cancel(w, one);
        cb(ctx, grown);
    }
}

void pt_feed_waiters_grown(struct pt_feed_waiters *w, uint64_t log_size) {
    struct ring due, *next;
    ring_init(&due);
    for (struct ring *r = w->waiting.next; r != &w->waiting; r = next) {
        next = r->next;
        if (waiter_at(r)->after < log_size) {
            ring_take(r);
            ring_add(&due, r);
        }
    }
    wake(w, &due, true);
}

int64_t pt_feed_waiters_due(struct pt_feed_waiters *w, int64_t now_ms) {
    struct ring due, *next;
    int64_t soonest = INT64_MAX;
    ring_init(&due);
    for (struct ring *r = w->waiting.next; r != &w->waiting; r = next) {
        next = r->next;
        if (waiter_at(r)->deadline_ms <= now_ms) {
            ring_take(r);
            ring_add(&due, r);
        }
    }
    wake(w, &due, false);
    for (struct ring *r = w->waiting.next; r != &w->waiting; r = r->next) {
        /* Who was woken has left every ring, which the analyzer can't see. */
        int64_t at = waiter_at(r)->deadline_ms; // NOLINT(clang-analyzer-unix.Malloc)
        soonest = at < soonest ? at : soonest;
    }
    return soonest;
}
