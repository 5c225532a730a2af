/* Between what happened to a subject in a year (stateevents.c) and the states that follow from it
 * (state.c). Not for others. */
#ifndef PENTAD_LEDGER_STATE_H
#define PENTAD_LEDGER_STATE_H

#include "figures.h"

/* One event. What a, b and c say goes by the type: see stateevents.c. */
struct pt_event {
    int32_t day;
    int type;
    int a, b, c;
};
typedef void (*pt_event_cb)(void *ctx, const struct pt_event *e);
/* Every event of the subject's year up to the valid date, in the order of the fold: effective,
 * issued_at, party, stream, seq. */
int pt_asof_events(const struct pt_asof *a, pt_event_cb cb, void *ctx, struct pt_err *err);
/* Was money of the item left at the year's last day that no B05 carries on? False before that day.
 */
int pt_asof_uncarried(const struct pt_asof *a, bool *ret_yes, struct pt_err *err);

#endif
