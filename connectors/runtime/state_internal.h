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

/* A record that waited for its time, taken out of its table; strings and bytes stand in `hold`. */
struct state_taken {
    int64_t id, due;
    const char *type, *doc_no, *origin;
    struct pt_span record;
};
/* The first row that `next` finds for `until` (id, due, type, doc_no, origin, record), which `drop`
 * takes out by its id. PT_E_NOT_FOUND when none is due. `hold` is reset first. In a transaction. */
int pt_state_take(struct pt_state *s, const char *next, const char *drop, int64_t until,
                  struct pt_buf *hold, struct state_taken *ret, struct pt_err *err);

#endif
