/* Sums by key, in memory: for many rows of few keys, which SQLite would sort first. Not for others.
 * One thread at a time. */
#ifndef PENTAD_LEDGER_SUMS_H
#define PENTAD_LEDGER_SUMS_H

#include <pentad/base/arena.h>

#include "funcs.h"

enum { PT_SUM_TEXTS = 4, PT_SUM_NUMBERS = 4 };

struct pt_sum {
    const char *text[PT_SUM_TEXTS]; /* texts and numbers are the key */
    int64_t number[PT_SUM_NUMBERS];
    uint64_t hash; /* of it: pt_sums_find */
    wide fen;
    int32_t coarse; /* from here on paysums.c's */
    int32_t first_day;
    int32_t last_day;
    bool undone;
    bool moved; /* something was added */
};

struct pt_sums {
    struct pt_arena arena;
    struct pt_sum **slot; /* open addressing, at most half full */
    struct pt_sum **list; /* in the order they came; pt_sums_sort: by key */
    struct pt_sum *last;  /* found; rows of one key come together */
    size_t slots;
    size_t n;
};

void pt_sums_init(struct pt_sums *t);
void pt_sums_done(struct pt_sums *t);
/* The sums of that key, at first those that `key` holds; its texts are copied. NULL: no memory. */
struct pt_sum *pt_sums_find(struct pt_sums *t, struct pt_sum *key);
/* By the first text, the numbers, the other texts: as the tables that they go into are sorted. */
void pt_sums_sort(struct pt_sums *t);

#endif
