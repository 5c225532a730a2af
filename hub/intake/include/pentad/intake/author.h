/* Cuts a batch: records that somebody here authors, numbered, under one signed statement. The hub
 * uses it for hub/main; tests and benchmarks for everyone.
 * Knows statements and keys; must not know storage or clocks. Any thread. docs/formats.md 1. */
#ifndef PENTAD_INTAKE_AUTHOR_H
#define PENTAD_INTAKE_AUTHOR_H

#include <pentad/base/buf.h>
#include <pentad/base/clock.h>
#include <pentad/base/err.h>
#include <pentad/certs/key.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/hash.h>
#include <pentad/v1/record.pb-c.h>

struct pt_author_head {
    const struct pt_hash *hub;
    const char *party, *stream;
    uint64_t first_seq;
    const struct pt_hash *previous;
    const struct pt_hash *supersedes; /* NULL: none */
    uint64_t seen_size;
    const struct pt_hash *seen_root;
    int64_t signed_at_ms;
};

/* Packed records, already numbered from first_seq. Appends the Batch message; *ret_statement (may
 * be NULL) is the new statement's hash: the next batch's `previous`. held: the largest checkpoint
 * that is held, or an empty span. */
int pt_author_batch(const struct pt_author_head *h, const struct pt_span *records, size_t n,
                    const struct pt_key *key, struct pt_span held, struct pt_buf *ret_batch,
                    struct pt_hash *ret_statement, struct pt_err *err);

/* Numbers a record (seq, a fresh nonce) and appends its bytes. */
int pt_author_record(Pentad__V1__Record *rec, uint64_t seq, const struct pt_entropy *entropy,
                     struct pt_buf *out, struct pt_err *err);

#endif
