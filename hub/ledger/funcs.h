/* What the files of SQL functions share. Not for others. */
#ifndef PENTAD_LEDGER_FUNCS_H
#define PENTAD_LEDGER_FUNCS_H

#include "internal.h"

__extension__ typedef __int128 wide;

struct pt_func {
    const char *name;
    void (*fn)(sqlite3_context *, int, sqlite3_value **);
    int n; /* arguments */
    int flags;
};
/* Each with the ledger as its user data. */
int pt_funcs_add(struct pt_ledger *l, const struct pt_func *f, size_t n, struct pt_err *err);
/* The sum where it stays within 10^18 fen, else that. */
int64_t pt_bounded_fen(wide fen);
/* Are all arguments integers? */
bool pt_func_ints(int n, sqlite3_value **v);

int pt_funcs_days(struct pt_ledger *l, struct pt_err *err);
int pt_funcs_goal(struct pt_ledger *l, struct pt_err *err);
int pt_funcs_seen(struct pt_ledger *l, struct pt_err *err);
int pt_funcs_sums(struct pt_ledger *l, struct pt_err *err);
int pt_funcs_text(struct pt_ledger *l, struct pt_err *err);
int pt_funcs_snap(struct pt_ledger *l, struct pt_err *err); /* snapname.c */

#endif
