/* What a self-test sends: StreamCloses of a stream of its own, and batches that were changed on
 * their way. One thread. docs/enrolment.md. */
#ifndef PENTAD_CLI_SELFTEST_H
#define PENTAD_CLI_SELFTEST_H

#include "batches.h"

struct cli_closing {
    uint64_t seq;
    int32_t day;
    bool final;
};
/* *record holds the close before it, or nothing, and then this one. */
int pt_cli_selftest_close(const struct cli_author *a, const struct cli_closing *c,
                          struct pt_buf *record, struct pt_err *err);

/* Changes one bit of its signature, or of its record's content. */
int pt_cli_selftest_spoil_signature(struct cli_batch *b, struct pt_err *err);
void pt_cli_selftest_spoil_record(struct cli_batch *b);

#endif
