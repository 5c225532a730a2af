/* The log's policy as people see it: what it says, what a change does to it, who must still
 * approve. From the history that a connector has verified; no hub is asked. One thread.
 * docs/formats.md 3. */
#ifndef PENTAD_CLI_POLICY_H
#define PENTAD_CLI_POLICY_H

#include <jansson.h>

#include <pentad/proof/keyhistory.h>

/* A policy's witnesses, quorum and clock. Where `was` is given, marked against it: + what comes, -
 * what goes. */
void pt_cli_policy_print(const Pentad__V1__PolicyChange *said, const Pentad__V1__PolicyChange *was,
                         bool zh);
/* {"quorum", "clock", "witnesses": [{"name", "vkey", "url", "counts"}]}; a new reference. */
json_t *pt_cli_policy_json(const Pentad__V1__PolicyChange *said);
/* "congress, audit"; "" where nobody has approved it yet. */
void pt_cli_policy_approved(char out[100], const struct pt_keyhistory_waiting *w, bool zh);
/* How many parties have approved it. */
int pt_cli_policy_approvals(const struct pt_keyhistory_waiting *w);

#endif
