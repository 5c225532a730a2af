/* Sinks: deliver what others wrote, and what the hub raised, into a party's own system.
 *
 * Knows record descriptors and files; must not know the hub or proofs. One thread a sink.
 * Delivery is at least once from the caller's side and exactly once in the files: every row carries
 * its place in the log, so a re-delivery after a crash writes nothing twice and a torn end is cut.
 */
#ifndef PENTAD_SINKS_SINK_H
#define PENTAD_SINKS_SINK_H

#include <pentad/runtime/ports.h>

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
/* Writes <dir>/<type>.csv, UTF-8, one heading line, and
 * as first column `position` (log index, place in batch, row of rows). Types not named in `types`
 * get every field. The arrays are copied. PT_E_IO, PT_E_CONFIG (a path that isn't there; a file
 * whose heading is another).
 * bom: for people with a spreadsheet: a byte order mark, and an apostrophe before text that it
 * would compute. Without, the text exactly as in the record: for programs. */
int pt_csv_sink_open(const char *dir, const struct pt_sink_type *types, size_t n_types, bool bom,
                     struct pt_sink *ret, struct pt_err *err);

#endif
