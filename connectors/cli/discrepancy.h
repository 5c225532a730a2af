/* What the parts of `pentad discrepancy` share. One thread. */
#ifndef PENTAD_CLI_DISCREPANCY_H
#define PENTAD_CLI_DISCREPANCY_H

#include "answering.h"
#include "cli.h"

/* One by its id or the beginning of it; as GET /v1/discrepancies/{id} answers. */
int pt_cli_life(struct cli_answers *a, const char *id, json_t **ret, struct pt_err *err);

extern const struct cli_command cmd_discrepancy_show, cmd_discrepancy_reply, cmd_discrepancy_waive,
    cmd_discrepancy_approve, cmd_discrepancy_tasks;

#endif
