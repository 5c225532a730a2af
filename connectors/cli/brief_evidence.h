/* A brief's evidence: fetched as one file, and reproduced from it without a hub. One thread. */
#ifndef PENTAD_CLI_BRIEF_EVIDENCE_H
#define PENTAD_CLI_BRIEF_EVIDENCE_H

#include "cli.h"

/* Does the text look like a brief's period (2019-06, 2019-Q2)? */
bool pt_cli_is_period(const char *text);

/* pentad evidence PERIOD --out FILE: 0 and the file, which was verified while it came; *ret_same:
 * the hub's brief is what the log gives. Else no file. */
int pt_cli_brief_fetch(const struct cli_options *o, const char *period, bool *ret_same,
                       struct pt_err *err);

/* pentad verify FILE of such a file: prints its steps; the exit status. */
int pt_cli_brief_verify(const struct cli_options *o, const char *path);

#endif
