/* The steps of a verification as people read them. */
#ifndef PENTAD_CLI_STEPS_H
#define PENTAD_CLI_STEPS_H

#include <stdbool.h>

/* "  ok     genesis      ": what was found follows on the line. */
void pt_cli_step_begin(const char *step, bool ok);
/* What an evidence file's step found, to its line's end; `where` may be "". */
void pt_cli_step_end(const char *step, int code, const char *what, const char *where);

#endif
