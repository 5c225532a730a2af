#include "workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <pentad/base/thread.h>

/* A run is one number that grows: threads that have done an earlier one wait for it. */
struct workers {
    unsigned n_threads; /* beside the caller's */
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    unsigned run;  /* under lock, as are the three below */
    unsigned busy; /* threads that haven't done this run yet */
    bool stop;
    void (*piece)(void *ctx, size_t i);
    void *ctx;
    size_t n;
    _Atomic size_t next;
};

static void work(struct workers *w) {
    for (size_t i = atomic_fetch_add(&w->next, 1); i < w->n; i = atomic_fetch_add(&w->next, 1)) {
        w->piece(w->ctx, i);
    }
}

static void *thread_main(void *arg) {
    struct workers *w = arg;
    unsigned done = 0;
    pt_thread_self("check", PT_THREAD_HEAVY);
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->stop && w->run == done) {
            pthread_cond_wait(&w->begin, &w->lock);
        }
        if (w->stop) {
            break;
        }
        done = w->run;
        pthread_mutex_unlock(&w->lock);
        work(w);
        pthread_mutex_lock(&w->lock);
        if (--w->busy == 0) {
            pthread_cond_signal(&w->end);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

int pt_workers_new(unsigned jobs, struct workers **ret) {
    struct workers *w = calloc(1, sizeof *w);
    *ret = NULL;
    if (w == NULL) {
        return PT_E_NOMEM;
    }
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->begin, NULL);
    pthread_cond_init(&w->end, NULL);
    w->threads = calloc(jobs > 1 ? jobs : 1, sizeof *w->threads);
    while (w->threads != NULL && w->n_threads + 1 < jobs &&
           pthread_create(&w->threads[w->n_threads], NULL, thread_main, w) == 0) {
        w->n_threads++;
    }
    *ret = w;
    return 0;
}

void pt_workers_free(struct workers *w) {
    if (w == NULL) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->begin);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->n_threads; i++) {
        pthread_join(w->threads[i], NULL);
    }
    pthread_cond_destroy(&w->begin);
    pthread_cond_destroy(&w->end);
    pthread_mutex_destroy(&w->lock);
    free(w->threads);
    free(w);
}

void pt_workers_run(struct workers *w, size_t n, void (*piece)(void *ctx, size_t i), void *ctx) {
    pthread_mutex_lock(&w->lock);
    w->piece = piece;
    w->ctx = ctx;
    w->n = n;
    atomic_store(&w->next, 0);
    w->busy = w->n_threads;
    w->run++;
    pthread_cond_broadcast(&w->begin);
    pthread_mutex_unlock(&w->lock);
    work(w);
    pthread_mutex_lock(&w->lock);
    while (w->busy > 0) {
        pthread_cond_wait(&w->end, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}
