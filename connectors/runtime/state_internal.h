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

/* ---- upgrade.c ---- */

/* In a transaction, before and behind the schema's text: what an older version wrote, in the tables
 * of this one. PT_E_UNSUPPORTED where that can't be. */
int pt_state_upgrade_begin(struct pt_state *s, unsigned *ret_due, struct pt_err *err);
int pt_state_upgrade_end(struct pt_state *s, unsigned due, struct pt_err *err);

/* ---- state.c ---- */

int pt_state_blob(struct sqlite3_stmt *st, int column, struct pt_buf *out);
/* Copies a text column and a NUL into hold and returns its offset there. */
size_t pt_state_hold_text(struct pt_buf *hold, struct sqlite3_stmt *st, int column);

/* The first row that `sql` (id, due, type, doc_no, origin, record) finds for `until` and behind
 * *io; as pt_staged_next. */
int pt_state_next(struct pt_state *s, const char *sql, int64_t until, struct pt_buf *hold,
                  struct pt_waiting *io, struct pt_err *err);

#endif
