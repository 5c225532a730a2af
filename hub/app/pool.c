#include "pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include <pentad/base/thread.h>

#define WORKERS_MAX 64

struct lane {
    struct pt_pool_task *head; /* oldest that isn't done */
    struct pt_pool_task *tail;
    struct pt_pool_task *next; /* oldest that isn't started */
    uint64_t served;           /* virtual time: bytes */
    bool delivering;           /* a worker is calling done */
};

struct pt_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_cond_t small;
    struct lane lanes[PT_POOL_LANES];
    uint64_t now; /* virtual time of the last batch started */
    size_t ready; /* batches not started */
    size_t batches;
    struct {
        struct pt_pool_task *head, *tail;
    } asked[PT_POOL_QUERY_LANES];
    unsigned turn; /* whose query was taken last */
    size_t queries;
    size_t querying; /* workers on a query */
    unsigned n;
    bool stopping;
    struct worker {
        struct pt_pool *pool;
        unsigned index;
        pthread_t thread;
    } workers[WORKERS_MAX + 1]; /* the last that was started: small batches */
    bool small_runs;
};

/* ---- lanes (lock held) ----------------------------------------------------------------- */

static void lane_push(struct pt_pool *p, struct lane *l, struct pt_pool_task *t) {
    t->next = NULL;
    t->finished = 0;
    if (l->head == NULL) {
        l->head = t;
    } else {
        l->tail->next = t;
    }
    l->tail = t;
    if (l->next == NULL) {
        l->next = t;
        if (l->served < p->now) {
            l->served = p->now; /* idle time earns no credit */
        }
    }
    p->ready++;
    p->batches++;
}

/* Of those whose next batch isn't larger than `most`. */
static struct lane *lane_pick(struct pt_pool *p, size_t most) {
    struct lane *best = NULL;

    for (size_t i = 0; i < PT_POOL_LANES; i++) {
        struct lane *l = &p->lanes[i];

        if (l->next != NULL && l->next->bytes <= most &&
            (best == NULL || l->served < best->served)) {
            best = l;
        }
    }
    return best;
}

/* Hands over what is finished at the lane's front, in order; one worker at a time. */
static void lane_deliver(struct pt_pool *p, struct lane *l) {
    if (l->delivering) {
        return;
    }
    l->delivering = true;
    while (l->head != NULL && l->head->finished) {
        struct pt_pool_task *t = l->head;

        l->head = t->next;
        p->batches--;
        (void)pthread_mutex_unlock(&p->lock);
        t->done(t);
        (void)pthread_mutex_lock(&p->lock);
    }
    l->delivering = false;
}

/* ---- workers --------------------------------------------------------------------------- */

static void work_batch(struct worker *w, struct lane *l) {
    struct pt_pool *p = w->pool;
    struct pt_pool_task *t;

    PT_ASSERT(l != NULL);
    t = l->next;
    l->next = t->next;
    p->now = l->served;
    l->served += t->bytes + 1;
    p->ready--;
    (void)pthread_mutex_unlock(&p->lock);
    t->run(t, w->index);
    (void)pthread_mutex_lock(&p->lock);
    t->finished = 1;
    lane_deliver(p, l);
}

/* The next lane's oldest query, in turn. */
static struct pt_pool_task *query_pick(struct pt_pool *p) {
    struct pt_pool_task *t;

    do {
        p->turn = (p->turn + 1) % PT_POOL_QUERY_LANES;
    } while (p->asked[p->turn].head == NULL);
    t = p->asked[p->turn].head;
    p->asked[p->turn].head = t->next;
    return t;
}

static void work_query(struct worker *w) {
    struct pt_pool *p = w->pool;
    struct pt_pool_task *t = query_pick(p);

    p->queries--;
    p->querying++;
    (void)pthread_mutex_unlock(&p->lock);
    t->run(t, w->index);
    (void)pthread_mutex_lock(&p->lock);
    p->querying--;
}

static bool may_query(const struct pt_pool *p) {
    return p->queries > 0 && (p->querying < (p->n + 1) / 2 || p->stopping);
}

static void *worker_main(void *arg) {
    struct worker *w = arg;
    struct pt_pool *p = w->pool;

    pt_thread_self("worker", PT_THREAD_HEAVY);
    (void)pthread_mutex_lock(&p->lock);
    for (;;) {
        if (may_query(p)) {
            work_query(w);
        } else if (p->ready > 0) {
            work_batch(w, lane_pick(p, SIZE_MAX));
        } else if (p->stopping) {
            break;
        } else {
            (void)pthread_cond_wait(&p->work, &p->lock);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void *small_main(void *arg) {
    struct worker *w = arg;
    struct pt_pool *p = w->pool;

    pt_thread_self("small", PT_THREAD_PROMPT);
    (void)pthread_mutex_lock(&p->lock);
    for (;;) {
        struct lane *l = lane_pick(p, PT_POOL_SMALL);

        if (l != NULL) {
            work_batch(w, l);
        } else if (p->stopping) {
            break; /* what comes to a lane's front later is the workers' */
        } else {
            (void)pthread_cond_wait(&p->small, &p->lock);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

int pt_pool_new(unsigned workers, struct pt_pool **ret, struct pt_err *err) {
    struct pt_pool *p = calloc(1, sizeof(*p));

    *ret = NULL;
    if (p == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory for the workers");
    }
    PT_ASSERT(workers >= 1 && workers <= WORKERS_MAX);
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->work, NULL);
    (void)pthread_cond_init(&p->small, NULL);
    for (p->n = 0; p->n < workers; p->n++) {
        unsigned index = p->n;
        struct worker *w = &p->workers[index];

        w->pool = p;
        w->index = index;
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
            pt_pool_stop(p);
            pt_pool_free(p);
            return pt_err_set(err, PT_E_NOMEM, "can't start worker thread %u", index + 1);
        }
    }
    p->workers[p->n].pool = p;
    p->workers[p->n].index = p->n;
    p->small_runs =
        pthread_create(&p->workers[p->n].thread, NULL, small_main, &p->workers[p->n]) == 0;
    *ret = p;
    return 0;
}

int pt_pool_submit_batch(struct pt_pool *p, unsigned lane, struct pt_pool_task *t) {
    int rc = 0;

    (void)pthread_mutex_lock(&p->lock);
    if (p->stopping) {
        rc = PT_E_STOPPING;
    } else {
        lane_push(p, &p->lanes[lane % PT_POOL_LANES], t);
        (void)pthread_cond_signal(&p->work);
        if (t->bytes <= PT_POOL_SMALL) {
            (void)pthread_cond_signal(&p->small);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    return rc;
}

int pt_pool_submit_query(struct pt_pool *p, unsigned lane, struct pt_pool_task *t) {
    unsigned i = lane % PT_POOL_QUERY_LANES;
    int rc = 0;

    t->next = NULL;
    (void)pthread_mutex_lock(&p->lock);
    if (p->stopping) {
        rc = PT_E_STOPPING;
    } else {
        if (p->asked[i].head == NULL) {
            p->asked[i].head = t;
        } else {
            p->asked[i].tail->next = t;
        }
        p->asked[i].tail = t;
        p->queries++;
        (void)pthread_cond_signal(&p->work);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return rc;
}

size_t pt_pool_batches(struct pt_pool *p) {
    size_t n;

    (void)pthread_mutex_lock(&p->lock);
    n = p->batches;
    (void)pthread_mutex_unlock(&p->lock);
    return n;
}

size_t pt_pool_queries(struct pt_pool *p) {
    size_t n;

    (void)pthread_mutex_lock(&p->lock);
    n = p->queries;
    (void)pthread_mutex_unlock(&p->lock);
    return n;
}

void pt_pool_stop(struct pt_pool *p) {
    (void)pthread_mutex_lock(&p->lock);
    p->stopping = true;
    (void)pthread_cond_broadcast(&p->work);
    (void)pthread_cond_signal(&p->small);
    (void)pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n + p->small_runs; i++) {
        (void)pthread_join(p->workers[i].thread, NULL);
    }
    p->n = 0;
    p->small_runs = false;
}

void pt_pool_free(struct pt_pool *p) {
    if (p == NULL) {
        return;
    }
    PT_ASSERT(p->n == 0);
    (void)pthread_cond_destroy(&p->work);
    (void)pthread_cond_destroy(&p->small);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}
