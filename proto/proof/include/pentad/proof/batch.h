/* The Batch message taken apart without copying, and its records section: the bytes that are stored
 * and walked everywhere (field 2 of Batch, repeated: 0x12, length, bytes).
 * Knows the wire form alone. Pure, any thread. docs/formats.md 1. */
#ifndef PENTAD_PROOF_BATCH_H
#define PENTAD_PROOF_BATCH_H

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

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
/* A whole Batch is the envelope, its records, then the held checkpoint where there is one. */
int pt_batch_envelope_append(struct pt_buf *out, struct pt_span envelope);
int pt_batch_held_append(struct pt_buf *out, struct pt_span held); /* empty: appends nothing */

/* The field number of a record's body, i.e. its type, without decoding it; 0 where there is none
 * or the bytes are no message. Only a strict decoding makes it certain. */
unsigned pt_record_peek(struct pt_span record);

#endif
