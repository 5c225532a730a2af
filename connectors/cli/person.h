/* Who a P03 (责任人) names: sealed to discipline, organization, finance and audit, and opened here
 * with the sealing key of the connector whose configuration asks. */
#ifndef PENTAD_CLI_PERSON_H
#define PENTAD_CLI_PERSON_H

#include "cli.h"

/* Puts "person_name" into each P03 among `records` (as a history has them), the first `max` of
 * them; "person_error" {code, text} where this body is to know the name and can't: what is wrong
 * and what to do. For a body that it isn't sealed to they stay as they are. */
void pt_cli_persons_name(struct cli_hub *h, json_t *records, size_t max);

#endif
