/* Worker threads and what they work on: batches to examine, and queries.
 *
 *   submit ──► lane of the sender ──► worker ──► run ──► done, in the lane's order
 *
 * A lane is one TLS identity. Lanes share the workers by bytes, so one sender's backfill doesn't
 * hold up another's single batch, and what a lane has submitted is done in the order of submission.
 * One thread more takes small batches only: they needn't wait until a large one is done.
 * Queries never take more than half of the workers (rounded up: a lone worker serves both), so that
 * a batch doesn't wait for a long one; they have lanes too, one a party, that take turns: one
 * party's hundred questions are one wait of another's.
 * Any thread may submit. */
#ifndef PENTAD_APP_POOL_H
#define PENTAD_APP_POOL_H

#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>

#define PT_POOL_LANES 256
#define PT_POOL_QUERY_LANES 16
#define PT_POOL_SMALL ((size_t)16 * 1024) /* bytes of a small batch */

struct pt_pool;

/* The caller's memory until `done` (batch) or until `run` is entered (query). */
struct pt_pool_task {
    void (*run)(struct pt_pool_task *t, unsigned worker);
    void (*done)(struct pt_pool_task *t); /* batches: on a worker, one at a time in a lane */
    size_t bytes;
    /* the pool's own */
    struct pt_pool_task *next;
    int finished;
};

int pt_pool_new(unsigned workers, struct pt_pool **ret, struct pt_err *err);
/* PT_E_STOPPING. */
int pt_pool_submit_batch(struct pt_pool *p, unsigned lane, struct pt_pool_task *t);
int pt_pool_submit_query(struct pt_pool *p, unsigned lane, struct pt_pool_task *t);
size_t pt_pool_batches(struct pt_pool *p); /* submitted, not yet done */
size_t pt_pool_queries(struct pt_pool *p); /* waiting */
/* Finishes what was submitted, then ends the workers. Further submissions are PT_E_STOPPING. */
void pt_pool_stop(struct pt_pool *p);
void pt_pool_free(struct pt_pool *p); /* after stop; NULL is fine */

#endif
