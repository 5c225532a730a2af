/* The rows of a party's own ledger beside those that the hub keeps. One thread. */
#ifndef PENTAD_CLI_SNAPSHOT_ROWS_H
#define PENTAD_CLI_SNAPSHOT_ROWS_H

#include <pentad/record/party.h>

#include "cli.h"

/* As pt_replay_difference. */
int pt_cli_snapshot_difference(struct cli_hub *hub, struct pt_ledger *own, enum pt_party reader,
                               json_t **ret, struct pt_err *err);
void pt_cli_snapshot_print(const json_t *difference, bool zh);

#endif
