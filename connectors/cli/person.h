/* Who a P03 (责任人) names: sealed to discipline, organization, finance and audit, and opened here
 * with the sealing key of the connector whose configuration asks. */
#ifndef PENTAD_CLI_PERSON_H
#define PENTAD_CLI_PERSON_H

#include "cli.h"

/* Puts "person_name" into each P03 among `records` (as a history has them) that this body's
 * keys.sealing opens, the first `max` of them; others stay as they are. */
void pt_cli_persons_name(struct cli_hub *h, json_t *records, size_t max);

#endif
