/* Per-batch memory: allocated piece by piece, given back all at once. One thread at a time. */
#ifndef PENTAD_BASE_ARENA_H
#define PENTAD_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct pt_arena_block;
struct pt_arena {
    struct pt_arena_block *head;
    size_t used; /* bytes handed out since the last reset */
    size_t max;  /* hard maximum; beyond it pt_arena_alloc returns NULL */
    bool failed; /* it did since the last reset: whoever builds much may ask once at the end */
};

void pt_arena_init(struct pt_arena *a, size_t max);
void pt_arena_done(struct pt_arena *a);
/* Everything allocated so far becomes invalid; the memory is kept for reuse. */
void pt_arena_reset(struct pt_arena *a);
/* 16-byte aligned, not zeroed; NULL when out of memory or beyond max. */
void *pt_arena_alloc(struct pt_arena *a, size_t n);
void *pt_arena_zalloc(struct pt_arena *a, size_t n);
char *pt_arena_strdup(struct pt_arena *a, const char *s);
char *pt_arena_printf(struct pt_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
