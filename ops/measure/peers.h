/* What a user would pick instead, measured with the same rows. Each prints one JSON line. */
#ifndef PENTAD_MEASURE_PEERS_H
#define PENTAD_MEASURE_PEERS_H

#include <stdint.h>

#include <pentad/base/buf.h>

#include "rows.h"

/* Rows made before the clock starts. */
struct peer_rows {
    uint64_t n;
    unsigned streams; /* row i is record i / streams + 1 of stream i % streams + 1 */
    struct pt_buf bytes;
    size_t *ends;
};

unsigned peer_stream(const struct peer_rows *r, uint64_t i);
uint64_t peer_seq(const struct peer_rows *r, uint64_t i);
struct pt_span peer_row(const struct peer_rows *r, uint64_t i);
/* {"peer": name, "rows": …, "seconds": …, "rows_per_s": …} */
void peer_print(const char *name, uint64_t rows, int64_t us);

/* Each returns 0, or says why on standard error and returns -1. */
int peer_sqlite(const struct peer_rows *r, const char *dir);
int peer_bound(const struct peer_rows *r, const char *dir);
/* PostgreSQL's binary COPY format, to a file that psql sends. */
int peer_copy_file(const struct peer_rows *r, const char *path);
int peer_nats(const struct peer_rows *r, uint16_t port, unsigned publishers, unsigned window);

#endif
