/* The rows that every contestant of ops/bench gets: payment records (X01, one line) of about 320
 * bytes, valid under the code family cn, the same for the same stream and number.
 * Knows the record's form; no network, no storage. Any thread. */
#ifndef PENTAD_MEASURE_ROWS_H
#define PENTAD_MEASURE_ROWS_H

#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/proof/hash.h>

#define ROW_MAX 512 /* bytes of one, at most */

/* Writes record `seq` (from 1) of stream number `stream`; returns its length. */
size_t row_write(unsigned stream, uint64_t seq, uint8_t out[ROW_MAX]);
/* Appends `n` of them from first_seq; ends[i] is where each ends in `out`. */
int rows_append(unsigned stream, uint64_t first_seq, size_t n, struct pt_buf *out, size_t *ends);

#endif
