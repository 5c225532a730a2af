/* Sinks: deliver what others wrote, and what the hub raised, into a party's own system.
 *
 * Knows record descriptors and files; must not know the hub or proofs. One thread a sink.
 * Delivery is at least once from the caller's side and exactly once in the files: every row carries
 * its place in the log, so a re-delivery after a crash writes nothing twice and a torn end is cut.
 */
#ifndef PENTAD_SINKS_SINK_H
#define PENTAD_SINKS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/v1/record.pb-c.h>

/* One delivered record. Borrowed for the call. (log_index, in_batch) must not go back. */
struct pt_delivery {
    const Pentad__V1__Record *record; /* decoded */
    const char *type;                 /* "H01" */
    const char *party, *stream;       /* who signed it */
    uint64_t seq;
    uint8_t hash[32];       /* record hash */
    uint64_t log_index;     /* of its batch */
    uint32_t in_batch;      /* 0-based place in the batch */
    int64_t received_at_ms; /* the hub's time */
    const char *signer;     /* key fingerprint, hex */
};

struct pt_sink_ops {
    /* 0 also when it was delivered before (*ret_new = false). Durable only after flush. */
    int (*deliver)(void *self, const struct pt_delivery *d, bool *ret_new, struct pt_err *err);
    int (*flush)(void *self, struct pt_err *err);
    void (*close)(void *self);
};
struct pt_sink {
    const struct pt_sink_ops *ops;
    void *self;
};

static inline int pt_sink_deliver(struct pt_sink *s, const struct pt_delivery *d, bool *ret_new,
                                  struct pt_err *err) {
    return s->ops->deliver(s->self, d, ret_new, err);
}
static inline int pt_sink_flush(struct pt_sink *s, struct pt_err *err) {
    return s->ops->flush(s->self, err);
}
static inline void pt_sink_close(struct pt_sink *s) {
    if (s->ops)
        s->ops->close(s->self);
    s->ops = NULL;
    s->self = NULL;
}

#define PT_SINK_MAX_COLUMNS 128
#define PT_SINK_MAX_TYPES 64

/* A declared column: its heading and the path whose value it shows ("body.lines.fen",
 * "subject.key", "@id", "@party", "@log_index", "@received_at", "@signer"). A path through a
 * repeated message gives one row an element. */
struct pt_sink_column {
    const char *name;
    const char *path;
};
struct pt_sink_type {
    const char *type;                     /* "X01" */
    const char *file;                     /* NULL = <type>.csv */
    const struct pt_sink_column *columns; /* n = 0: everything, by walking descriptors */
    size_t n_columns;
};
/* Writes <dir>/<type>.csv, UTF-8 (with BOM where asked, for spreadsheets), one heading line, and
 * as first column `position` (log index, place in batch, row of rows). Types not named in `types`
 * get every field. The arrays are copied. PT_E_IO, PT_E_CONFIG (a path that isn't there; a file
 * whose heading is another). */
int pt_csv_sink_open(const char *dir, const struct pt_sink_type *types, size_t n_types, bool bom,
                     struct pt_sink *ret, struct pt_err *err);

#endif
