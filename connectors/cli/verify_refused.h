/* pentad verify FOLDER: what a connector keeps when the hub logged a batch that it had refused
 * under its signature. Files alone, no network. One thread. docs/verify.md. */
#ifndef PENTAD_CLI_VERIFY_REFUSED_H
#define PENTAD_CLI_VERIFY_REFUSED_H

#include "cli.h"

/* Prints every step and the verdict. EXIT_OK: the contradiction is proven; EXIT_FAILED: it isn't;
 * EXIT_UNUSABLE: no trust, or the folder lacks a file. */
int pt_cli_verify_refused(const struct cli_options *o, const char *folder);

#endif
