/* Takes out of the ledger's answers what a reader may not see: a record's node keeps its name,
 * type, place in the log and hash, and loses what it says; figures stay, they are the ledger's.
 * pt_visible decides. Any thread. */
#ifndef PENTAD_APP_REDACT_H
#define PENTAD_APP_REDACT_H

#include <pentad/feed/feed.h>
#include <pentad/record/party.h>

struct json_t;

void pt_redact(struct json_t *json, enum pt_party reader);
/* For the public, `d` saying what is disclosed. Nonzero: d couldn't; `json` is to be thrown away.
 */
int pt_redact_public(struct json_t *json, const struct pt_feed_disclosed *d, struct pt_err *err);

#endif
