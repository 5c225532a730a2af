/* Takes out of the ledger's answers what a reader may not see: a record's node keeps its name,
 * type, place in the log and hash, and loses what it says; figures stay, they are the ledger's.
 * pt_visible decides. Any thread. */
#ifndef PENTAD_APP_REDACT_H
#define PENTAD_APP_REDACT_H

#include <stdbool.h>

#include <pentad/feed/feed.h>
#include <pentad/record/party.h>

struct json_t;

void pt_redact(struct json_t *json, enum pt_party reader);
/* Would a party see what this record's node says? */
bool pt_redact_may_see(const struct json_t *record, enum pt_party reader);
/* For the public, `d` saying what is disclosed. Nonzero: d couldn't; `json` is to be thrown away.
 */
int pt_redact_public(struct json_t *json, const struct pt_feed_disclosed *d, struct pt_err *err);

/* The same for what explains a rule (docs/http.md): a condition is as visible as the discrepancy
 * that it is or would be. What no discrepancy says, figures of a condition that doesn't fire, is
 * for who may read every type of record that the rule reads; where he sees sums of them only, as
 * long as the condition singles out nothing within its subject. */
void pt_redact_explained(struct json_t *json, enum pt_party reader);

#endif
