/* What the state file's parts share. */
#ifndef PENTAD_RUNTIME_STATE_INTERNAL_H
#define PENTAD_RUNTIME_STATE_INTERNAL_H

#include <stdbool.h>

#include <pentad/base/buf.h>
#include <pentad/runtime/state.h>
#include <pentad/sql/sql.h>

struct pt_state {
    struct pt_sql sql;
    bool in_transaction;
};

int pt_state_blob(struct sqlite3_stmt *st, int column, struct pt_buf *out);
/* Copies a text column and a NUL into hold and returns its offset there. */
size_t pt_state_hold_text(struct pt_buf *hold, struct sqlite3_stmt *st, int column);

#endif
