/* The one thread that writes the log: takes everything that is queued, decides it in order, makes
 * it durable as one group, answers all of it; between groups it writes what the hub itself owes
 * (schedule.h). A lone batch doesn't wait for company. */
#ifndef PENTAD_APP_WRITER_H
#define PENTAD_APP_WRITER_H

#include "findings.h"
#include "submit.h"

struct pt_writer;

/* Loads what the hub owes; start() runs the thread. */
int pt_writer_new(struct pt_hub *h, struct pt_writer **ret, struct pt_err *err);
int pt_writer_start(struct pt_writer *w, struct pt_err *err);
/* Any thread. Takes the submission; it is answered by and by. */
void pt_writer_push(struct pt_writer *w, struct pt_submit *s);
/* Fold thread: how far the fold is. `take` (may be NULL) are the pending findings, and
 * the H03 that is due, as of fold_size; freed by the writer. */
void pt_writer_folded(struct pt_writer *w, uint64_t fold_size, uint64_t pending,
                      struct pt_findings *take);
void pt_findings_free(struct pt_findings *f); /* NULL is fine */

struct pt_writer_view {
    size_t queued;
    int64_t busy_since_us; /* monotonic; 0: idle */
    int32_t tick_day;
    uint64_t own_size;
    struct pt_err trouble; /* code 0: none */
};
void pt_writer_view(struct pt_writer *w, struct pt_writer_view *ret);

/* Any thread: there may be something of the hub's own to write. */
void pt_writer_wake(struct pt_writer *w);

/* Finishes what is queued, logs the readings that wait, ends the thread. Nothing may be pushed
 * after it. */
void pt_writer_stop(struct pt_writer *w);
void pt_writer_free(struct pt_writer *w);

#endif
