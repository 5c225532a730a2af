/* Dead letters (死信) as people and programs read them. */
#ifndef PENTAD_CLI_LETTERS_H
#define PENTAD_CLI_LETTERS_H

#include <pentad/runtime/state.h>

#include "cli.h"

json_t *pt_cli_letter_json(const struct pt_dead_letter *d);
/* A line of what that gives. */
void pt_cli_letter_print(const json_t *letter, bool zh);

#endif
