#ifndef PT_RUNTIME_STATE_PRIVATE_H
#define PT_RUNTIME_STATE_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>

#include <pentad/base/buf.h>

struct pt_state {
    sqlite3 *db;
    bool in_transaction;
};

int state_blob(sqlite3_stmt *st, int column, struct pt_buf *out);

#endif
