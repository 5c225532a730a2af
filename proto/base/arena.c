#include <pentad/base/arena.h>

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/err.h>

enum { ARENA_ALIGN = 16, ARENA_FIRST = 4096, ARENA_BIGGEST = 1 << 20 };

/* head is the block being filled. Newer blocks come first; blocks that a reset emptied wait
 * behind it, told apart by used == 0. */
struct pt_arena_block {
    struct pt_arena_block *next;
    size_t cap;
    size_t used;
    alignas(ARENA_ALIGN) uint8_t data[];
};

void pt_arena_init(struct pt_arena *a, size_t max) {
    memset(a, 0, sizeof(*a));
    a->max = max;
}

void pt_arena_done(struct pt_arena *a) {
    struct pt_arena_block *next;

    if (a == NULL) {
        return;
    }
    for (struct pt_arena_block *b = a->head; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    pt_arena_init(a, a->max);
}

void pt_arena_reset(struct pt_arena *a) {
    for (struct pt_arena_block *b = a->head; b != NULL; b = b->next) {
        b->used = 0;
    }
    a->used = 0;
    a->failed = false;
}

/* An empty block kept from before a reset that holds n, unlinked; NULL if there is none. */
static struct pt_arena_block *take_empty(struct pt_arena *a, size_t n) {
    for (struct pt_arena_block **at = &a->head; *at != NULL; at = &(*at)->next) {
        struct pt_arena_block *b = *at;

        if (b->used == 0 && b->cap >= n) {
            *at = b->next;
            return b;
        }
    }
    return NULL;
}

static struct pt_arena_block *new_block(const struct pt_arena *a, size_t n) {
    size_t cap = a->head != NULL ? a->head->cap * 2 : ARENA_FIRST;
    struct pt_arena_block *b;

    if (cap > ARENA_BIGGEST) {
        cap = ARENA_BIGGEST;
    }
    if (cap < n) {
        cap = n;
    }
    b = aligned_alloc(ARENA_ALIGN, sizeof(*b) + cap);
    if (b != NULL) {
        b->cap = cap;
        b->used = 0;
    }
    return b;
}

static void *take(struct pt_arena *a, size_t n) {
    struct pt_arena_block *b = a->head;
    void *p;

    if (n > a->max || n > SIZE_MAX / 2) {
        return NULL;
    }
    n = n == 0 ? ARENA_ALIGN : (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (n > a->max - a->used) {
        return NULL;
    }
    if (b == NULL || n > b->cap - b->used) {
        b = take_empty(a, n);
        b = b != NULL ? b : new_block(a, n);
        if (b == NULL) {
            return NULL;
        }
        b->next = a->head;
        a->head = b;
    }
    p = b->data + b->used;
    b->used += n;
    a->used += n;
    return p;
}

void *pt_arena_alloc(struct pt_arena *a, size_t n) {
    void *p = take(a, n);

    a->failed = a->failed || p == NULL;
    return p;
}

void *pt_arena_zalloc(struct pt_arena *a, size_t n) {
    void *p = pt_arena_alloc(a, n);

    return p != NULL ? memset(p, 0, n) : NULL;
}

char *pt_arena_strdup(struct pt_arena *a, const char *s) {
    size_t n = strlen(s) + 1;
    char *p = pt_arena_alloc(a, n);

    return p != NULL ? memcpy(p, s, n) : NULL;
}

char *pt_arena_printf(struct pt_arena *a, const char *fmt, ...) {
    va_list ap;
    char *p = NULL;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0) {
        p = pt_arena_alloc(a, (size_t)n + 1);
    }
    if (p != NULL) {
        va_start(ap, fmt);
        (void)vsnprintf(p, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    return p;
}
