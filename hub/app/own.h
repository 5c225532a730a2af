/* The hub's own records on hub/main: closes, ticks, findings, incidents. Numbered, signed and cut
 * into a batch here, and then taken in like anybody's.
 * Writer thread. docs/formats.md 5. */
#ifndef PENTAD_APP_OWN_H
#define PENTAD_APP_OWN_H

#include <pentad/proof/close.h>

#include "findings.h"
#include "group.h"
#include "schedule.h"

struct pt_own {
    struct pt_hub *hub;
    struct pt_close close; /* hub/main since its last StreamClose */
};

/* From the log as it stands; after a start and whenever a group was dropped. */
int pt_own_load(struct pt_own *o, struct pt_hub *h, struct pt_err *err);
/* Neither frozen nor closed, and the hub's key is live: else nothing of ours is accepted. */
bool pt_own_may_write(const struct pt_hub *h);
/* One batch into the group. The records' seq and nonce are filled in. */
int pt_own_write(struct pt_own *o, struct pt_group *g, Pentad__V1__Record *const *recs, size_t n,
                 struct pt_err *err);
int pt_own_tick(struct pt_own *o, struct pt_group *g, const struct pt_sched_out *what,
                bool is_workday, struct pt_err *err);
int pt_own_findings(struct pt_own *o, struct pt_group *g, const struct pt_findings *f,
                    struct pt_err *err);

#endif
