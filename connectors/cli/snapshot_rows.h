/* The rows of a party's own ledger beside those that the hub keeps. One thread. */
#ifndef PENTAD_CLI_SNAPSHOT_ROWS_H
#define PENTAD_CLI_SNAPSHOT_ROWS_H

#include <pentad/record/party.h>

#include "cli.h"

/* The first row of the newest snapshot that isn't the same at the hub and in `own`, of the pages
 * that the reader's class sees: {"day", "equal": of that snapshot itself, null where it isn't
 * logged, "compared": how many pages, "row": {"subject",
 * "fiscal_year", "formula", "own", "hub"}}, the last two null where that side has no such row;
 * "row" null: none differs. PT_E_BUSY: the hub stands at another tick. */
int pt_cli_snapshot_difference(struct cli_hub *hub, struct pt_ledger *own, enum pt_party reader,
                               json_t **ret, struct pt_err *err);
void pt_cli_snapshot_print(const json_t *difference, bool zh);

#endif
