/* Threads that share out a run of equal pieces of work. The caller works along.
 * One run at a time, from the thread that made them. */
#ifndef PENTAD_LOG_WORKERS_H
#define PENTAD_LOG_WORKERS_H

#include <stddef.h>

#include <pentad/base/err.h>

struct workers;

/* jobs: how many threads work, the caller's included. Fewer do where the system gives no more. */
int pt_workers_new(unsigned jobs, struct workers **ret);
void pt_workers_free(struct workers *w); /* NULL is fine */
/* piece(ctx, 0) … piece(ctx, n - 1), each once, in any order and at the same time; returns when all
 * are done. */
void pt_workers_run(struct workers *w, size_t n, void (*piece)(void *ctx, size_t i), void *ctx);

#endif
