/* What a body's own connector knows of a dummy: the hub can't, so it is looked up beside it. Who
 * can't read the seal is told nothing. */
#ifndef PENTAD_CLI_DUMMY_H
#define PENTAD_CLI_DUMMY_H

#include <jansson.h>

#include "cli.h"

/* Sets "dummy": true in what the hub says of a record (its "body" names the clue), where the state
 * folder of --config has it as one. */
void pt_cli_dummy_mark(const struct cli_options *o, json_t *record);
/* How many records of an EvidenceBundle are about dummies, as far as that folder has them. */
size_t pt_cli_dummy_count(const struct cli_options *o, struct pt_span bundle);

#endif
