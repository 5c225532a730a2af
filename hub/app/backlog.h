/* What waits for the writer, and what of it goes into the next group: little enough that nobody
 * waits long for somebody else's bulk, in order within a lane.
 * One thread. */
#ifndef PENTAD_APP_BACKLOG_H
#define PENTAD_APP_BACKLOG_H

#include "submit.h"

#define PT_BACKLOG_GROUP ((size_t)1024 * 1024) /* bytes of a group, unless its first has more */
#define PT_BACKLOG_SMALL PT_POOL_SMALL         /* a batch that goes along beyond that */

struct pt_backlog {
    struct pt_submit *head, *tail;
};

/* Takes a list. */
void pt_backlog_append(struct pt_backlog *b, struct pt_submit *first);
void pt_backlog_prepend(struct pt_backlog *b, struct pt_submit *first);
/* The next group's batches, oldest first; *ret_n says how many. NULL where there are none. */
struct pt_submit *pt_backlog_pick(struct pt_backlog *b, size_t max, size_t *ret_n);

#endif
