/* May a reader have a record's bytes? */
#ifndef PENTAD_FEED_VISIBLE_H
#define PENTAD_FEED_VISIBLE_H

#include <stdbool.h>

#include <pentad/base/arena.h>
#include <pentad/base/buf.h>
#include <pentad/record/party.h>

/* Uses and resets `scratch` where the type alone doesn't decide. `disclosed`: as for
 * pt_visible_disclosed. */
int pt_feed_may_read(struct pt_span bytes, enum pt_party author, enum pt_party reader,
                     bool disclosed, struct pt_arena *scratch, bool *ret);

#endif
