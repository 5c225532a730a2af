/* Progress of long work on a terminal: one line on stderr, redrawn at most ten times a second,
 * nothing at all where stderr is not a terminal. One thread. */
#ifndef PENTAD_BASE_PROGRESS_H
#define PENTAD_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct pt_progress {
    const char *label; /* borrowed */
    uint64_t total;    /* 0 = unknown */
    uint64_t done;
    int64_t started_us;
    int64_t drawn_us;
    bool on;
};
void pt_progress_start(struct pt_progress *p, const char *label, uint64_t total);
void pt_progress_set(struct pt_progress *p, uint64_t done);
void pt_progress_end(struct pt_progress *p);

#endif
