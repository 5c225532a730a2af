/* What the public may see, for a call with ?as=public: the feed's port to what disclosures cover,
 * over the worker's own ledger. Worker threads. docs/decisions/0020. */
#ifndef PENTAD_APP_PUBLIC_H
#define PENTAD_APP_PUBLIC_H

#include <pentad/feed/feed.h>

#include "routes.h"

/* Begins a read of the call's ledger, which pt_ledger_read_end ends; *ret is good until then. */
int pt_public_begin(struct pt_call *c, struct pt_feed_disclosed *ret, struct pt_err *err);

#endif
