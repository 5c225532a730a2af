/* The Batch message taken apart without copying, and its records section: the bytes that are stored
 * and walked everywhere (field 2 of Batch, repeated: 0x12, length, bytes).
 * Knows the wire form alone. Pure, any thread. docs/formats.md 1. */
#ifndef PENTAD_PROOF_BATCH_H
#define PENTAD_PROOF_BATCH_H

#include <stdbool.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

struct pt_batch_view {
    struct pt_span envelope; /* Envelope bytes */
    struct pt_span records;  /* the records section */
    struct pt_span held;     /* held_checkpoint; empty if none */
    size_t n_records;
};

/* Strict at its own level: fields in order, each length in its shortest form, nothing unknown.
 * The envelope inside is not looked at. PT_E_NOT_STRICT, PT_E_TRUNCATED, PT_E_MISSING (no
 * envelope). Spans point into `bytes`. */
int pt_batch_open(struct pt_span bytes, struct pt_batch_view *ret, struct pt_err *err);

/* Walks a records section: 1 and *ret, 0 at the end, PT_E_TRUNCATED or PT_E_NOT_STRICT. *pos
 * begins at 0. */
int pt_batch_record_next(struct pt_span records, size_t *pos, struct pt_span *ret);
/* Appends one record to a records section. */
int pt_batch_record_append(struct pt_buf *out, struct pt_span record);

/* A records section as a log keeps it: what was submitted, but that an erased record is its hash
 * and that of the order that destroyed it (0x22, 64, both hashes). Nobody may submit that. */
struct pt_kept_record {
    bool erased;
    struct pt_span bytes;       /* empty where erased */
    struct pt_hash hash, order; /* where erased */
};
int pt_kept_record_next(struct pt_span records, size_t *pos, struct pt_kept_record *ret);
/* Its hash: the leaf of its batch's tree. */
void pt_kept_record_hash(const struct pt_kept_record *r, struct pt_hash *ret);
/* Appends the section with record `i` erased. *ret_same: it was already, and nothing is appended.
 * PT_E_RANGE: no such record; PT_E_PROOF: its hash is another. */
int pt_kept_erase(struct pt_span records, uint64_t i, const struct pt_hash *hash,
                  const struct pt_hash *order, struct pt_buf *out, bool *ret_same);

/* A whole Batch is the envelope, its records, then the held checkpoint where there is one. */
int pt_batch_envelope_append(struct pt_buf *out, struct pt_span envelope);
int pt_batch_held_append(struct pt_buf *out, struct pt_span held); /* empty: appends nothing */

/* The field number of a record's body, i.e. its type, without decoding it; 0 where there is none
 * or the bytes are no message. Only a strict decoding makes it certain. */
unsigned pt_record_peek(struct pt_span record);

#endif
