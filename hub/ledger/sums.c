#include "sums.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/base/hash.h>

enum { SLOTS_MIN = 1024 };
#define TEXT_MAX ((size_t)1 << 30) /* bytes of the keys */

void pt_sums_init(struct pt_sums *t) {
    *t = (struct pt_sums){.n = 0};
    pt_arena_init(&t->arena, TEXT_MAX);
}

void pt_sums_done(struct pt_sums *t) {
    free(t->slot);
    free(t->list);
    pt_arena_done(&t->arena);
}

static uint64_t hash_of(const struct pt_sum *k) {
    uint64_t h = PT_HASH_BEGIN;

    for (int i = 0; i < PT_SUM_TEXTS; i++)
        h = pt_hash_text(h, k->text[i]);
    for (int i = 0; i < PT_SUM_NUMBERS; i++)
        h = (h ^ (uint64_t)k->number[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 32);
}

static bool same_key(const struct pt_sum *a, const struct pt_sum *b) {
    if (memcmp(a->number, b->number, sizeof a->number) != 0)
        return false;
    for (int i = 0; i < PT_SUM_TEXTS; i++)
        if (strcmp(a->text[i], b->text[i]) != 0)
            return false;
    return true;
}

static bool same(const struct pt_sum *a, const struct pt_sum *b) {
    return a->hash == b->hash && same_key(a, b);
}

static size_t slot_of(const struct pt_sums *t, const struct pt_sum *k) {
    size_t i = (size_t)k->hash & (t->slots - 1);

    while (t->slot[i] && !same(t->slot[i], k))
        i = (i + 1) & (t->slots - 1);
    return i;
}

static bool grow(struct pt_sums *t) {
    size_t slots = t->slots ? t->slots * 2 : SLOTS_MIN;
    struct pt_sum **slot = calloc(slots, sizeof(*slot));
    struct pt_sum **list = realloc(t->list, slots / 2 * sizeof(*list));

    if (list)
        t->list = list;
    if (!slot || !list) {
        free(slot);
        return false;
    }
    free(t->slot);
    t->slot = slot;
    t->slots = slots;
    for (size_t i = 0; i < t->n; i++)
        t->slot[slot_of(t, t->list[i])] = t->list[i];
    return true;
}

struct pt_sum *pt_sums_find(struct pt_sums *t, struct pt_sum *key) {
    struct pt_sum *s;
    size_t at;

    if (t->last && same_key(t->last, key))
        return t->last;
    key->hash = hash_of(key);
    if (t->n * 2 >= t->slots && !grow(t))
        return NULL;
    at = slot_of(t, key);
    if (t->slot[at])
        return t->last = t->slot[at];
    s = pt_arena_alloc(&t->arena, sizeof(*s));
    if (!s)
        return NULL;
    *s = *key;
    for (int i = 0; i < PT_SUM_TEXTS; i++)
        if (!(s->text[i] = pt_arena_strdup(&t->arena, key->text[i])))
            return NULL;
    t->slot[at] = t->list[t->n++] = t->last = s;
    return s;
}

static int by_key(const void *x, const void *y) {
    const struct pt_sum *a = *(struct pt_sum *const *)x;
    const struct pt_sum *b = *(struct pt_sum *const *)y;
    int rc = strcmp(a->text[0], b->text[0]);

    for (int i = 0; rc == 0 && i < PT_SUM_NUMBERS; i++)
        rc = (a->number[i] > b->number[i]) - (a->number[i] < b->number[i]);
    for (int i = 1; rc == 0 && i < PT_SUM_TEXTS; i++)
        rc = strcmp(a->text[i], b->text[i]);
    return rc;
}

void pt_sums_sort(struct pt_sums *t) {
    if (t->n > 0)
        qsort(t->list, t->n, sizeof(struct pt_sum *), by_key);
}
