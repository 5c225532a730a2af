/* A connector's outbox, for records that a person has written: what is put here goes out, numbered
 * and signed, with the connector's next batch. It may run beside this. One thread. */
#ifndef PENTAD_CLI_OUTBOX_H
#define PENTAD_CLI_OUTBOX_H

#include <stdbool.h>

#include <pentad/base/err.h>
#include <pentad/runtime/config.h>
#include <pentad/runtime/state.h>
#include <pentad/v1/record.pb-c.h>

struct cli_outbox {
    const char *path; /* of the configuration; borrowed */
    struct pt_config *config;
    struct pt_state *state;
};
int pt_cli_outbox_open(const char *config, struct cli_outbox *ret, struct pt_err *err);
void pt_cli_outbox_close(struct cli_outbox *b);

/* `origin` says to people where it is from. PT_E_MISSING: no body of a known type; PT_E_FIELD: it
 * numbers itself; else what is structurally wrong with it, where the connector has the genesis
 * already. Warns on stderr where the stream has ended and nothing goes out any more. */
int pt_cli_outbox_put(struct cli_outbox *b, const Pentad__V1__Record *rec, const char *origin,
                      struct pt_err *err);
/* Has a record of that type and document number been put here, sent or not? */
int pt_cli_outbox_has(struct cli_outbox *b, const char *type, const char *doc_no, bool *ret,
                      struct pt_err *err);

#endif
