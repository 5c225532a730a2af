/* Inside the sinks room: which columns a file has, and where a file ends well. */
#ifndef PENTAD_SINKS_INTERNAL_H
#define PENTAD_SINKS_INTERNAL_H

#include <pentad/base/arena.h>
#include <pentad/base/buf.h>
#include <pentad/sinks/sink.h>

#define PT_SINK_MAX_DEPTH 8
#define PT_SINK_MAX_ROW (1u << 20)            /* bytes of a row */
#define PT_SINK_MAX_RECORD ((size_t)64 << 20) /* bytes of one record's rows */

enum pt_cell_kind {
    PT_CELL_PATH,
    PT_CELL_ID,
    PT_CELL_PARTY,
    PT_CELL_STREAM,
    PT_CELL_SEQ,
    PT_CELL_HASH,
    PT_CELL_LOG_INDEX,
    PT_CELL_RECEIVED_AT,
    PT_CELL_SIGNER,
};

struct pt_out_column {
    const char *name;
    enum pt_cell_kind kind;
    const ProtobufCFieldDescriptor *steps[PT_SINK_MAX_DEPTH]; /* from Record down */
    size_t depth;
    int each; /* step that is the list the rows run over, -1 = none */
};

/* The columns of one file. */
struct pt_out_layout {
    struct pt_out_column cols[PT_SINK_MAX_COLUMNS];
    size_t n;
    const struct pt_out_column *list; /* one that runs over the list, NULL = one row a record */
};

/* Declared columns, or (n = 0) everything the type has. Strings live in arena. PT_E_CONFIG. */
int pt_layout_make(struct pt_out_layout *l, const char *type, const struct pt_sink_column *columns,
                   size_t n, struct pt_arena *arena, struct pt_err *err);
size_t pt_layout_rows(const struct pt_out_layout *l, const struct pt_delivery *d);
/* Appends one field's text, quoted where CSV wants it. `guard`: no text that a spreadsheet would
 * take for a formula. */
void pt_layout_cell(const struct pt_out_layout *l, size_t col, const struct pt_delivery *d,
                    size_t row, bool guard, struct pt_buf *out);
void pt_csv_text(struct pt_buf *out, const char *s, bool guard);

/* What the last complete record of a file is. */
struct pt_tail {
    bool any;
    uint64_t log_index;
    uint32_t in_batch;
};
/* Cuts a torn last line, and the rows of a record that isn't whole, off the file; reads its end.
 * `heading` is what the first line must be (PT_E_CONFIG otherwise); an empty file gets none here.
 */
int pt_tail_mend(int fd, const char *path, const char *heading, uint64_t *ret_size,
                 struct pt_tail *ret, struct pt_err *err);

#endif
