/* A batch of one record that a command itself signs and sends, on a stream which no connector
 * writes: a self-test's, or that of the recovery key. One thread. docs/formats.md 1. */
#ifndef PENTAD_CLI_BATCHES_H
#define PENTAD_CLI_BATCHES_H

#include <pentad/certs/key.h>
#include <pentad/client/batch.h>

#include "keys.h"

struct cli_author {
    struct cli_hub *hub;
    const struct cli_keys *keys; /* who, and the log as it was verified */
    struct pt_key *key;
    char stream[40];
};

struct cli_cut {
    uint64_t seq;
    struct pt_hash previous;
    const struct pt_hash *hub;        /* whom the statement is for */
    const struct pt_hash *supersedes; /* NULL: replaces nothing */
};

/* One batch as it is sent: its envelope, its record, the checkpoint held. */
struct cli_batch {
    struct pt_buf bytes; /* free with pt_buf_done, also after an error */
    struct pt_hash statement;
    size_t record_end; /* bytes up to the record's last */
};
/* Gives the record its number, a nonce and its time, and appends its bytes. */
int pt_cli_record_write(Pentad__V1__Record *r, uint64_t seq, struct pt_buf *ret,
                        struct pt_err *err);
int pt_cli_batch_cut(const struct cli_author *a, const struct cli_cut *cut, struct pt_span record,
                     struct cli_batch *ret, struct pt_err *err);

/* What the hub said to it, verified. got: "receipt", the code of a verified refusal, or that of an
 * error that nothing of the exchange follows from. */
struct cli_said {
    char got[40];
    bool receipted, refused;
    uint64_t log_index; /* of a receipt */
    char text[256];
};
void pt_cli_batch_send(const struct cli_author *a, const struct cli_batch *b, struct cli_said *ret);

#endif
