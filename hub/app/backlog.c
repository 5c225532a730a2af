#include "backlog.h"

static struct pt_submit *last_of(struct pt_submit *s) {
    while (s->next != NULL) {
        s = s->next;
    }
    return s;
}

void pt_backlog_append(struct pt_backlog *b, struct pt_submit *first) {
    if (first == NULL) {
        return;
    }
    if (b->head == NULL) {
        b->head = first;
    } else {
        b->tail->next = first;
    }
    b->tail = last_of(first);
}

void pt_backlog_prepend(struct pt_backlog *b, struct pt_submit *first) {
    struct pt_submit *last;

    if (first == NULL) {
        return;
    }
    last = last_of(first);
    last->next = b->head;
    if (b->head == NULL) {
        b->tail = last;
    }
    b->head = first;
}

/* A lane of which one batch has to wait waits as a whole. */
struct pt_submit *pt_backlog_pick(struct pt_backlog *b, size_t max, size_t *ret_n) {
    bool waits[PT_POOL_LANES] = {false};
    struct pt_backlog rest = {NULL, NULL};
    struct pt_backlog picked = {NULL, NULL};
    size_t bytes = 0;
    size_t n = 0;

    for (struct pt_submit *s = b->head, *next; s != NULL; s = next) {
        unsigned lane = s->lane % PT_POOL_LANES;
        bool fits = n == 0 || bytes + s->task.bytes <= PT_BACKLOG_GROUP ||
                    s->task.bytes <= PT_BACKLOG_SMALL;

        next = s->next;
        s->next = NULL;
        if (!fits || waits[lane] || n == max) {
            waits[lane] = true;
            pt_backlog_append(&rest, s);
            continue;
        }
        pt_backlog_append(&picked, s);
        bytes += s->task.bytes;
        n++;
    }
    *b = rest;
    *ret_n = n;
    return picked.head;
}
