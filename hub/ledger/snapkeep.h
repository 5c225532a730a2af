/* Pages in memory, where the next day finds them. Not for others than snapname.c, snapkeep.c,
 * snaptree.c and what checks them.
 *
 * A page of facts is written at each tick. One of payments (of a year) has two sums for rows, which
 * follow from what each tick moves (temp.d_pay): it is made in memory and written with the
 * transaction, however many days that has. What is in memory is true; the file has it once nothing
 * is unwritten, and only then is anything forgotten. */
#ifndef PENTAD_LEDGER_SNAPKEEP_H
#define PENTAD_LEDGER_SNAPKEEP_H

#include <pentad/base/arena.h>

#include "snap.h"

enum { PT_SNAP_NAMED_MAX = 32768, PT_SNAP_KEPT_MAX = 2 * PT_SNAP_NAMED_MAX };

struct pt_snap_kept {
    const char *subject;
    uint64_t hash; /* of subject, year and part */
    int64_t place;
    int32_t fy;
    unsigned part;
    int64_t rec;    /* the last record that was added */
    unsigned bits;  /* what became dirty with it, beside what always does */
    unsigned rows;  /* with `head`, since it was made here */
    bool stored;    /* the file has a row of it */
    bool listed;    /* which is dirty there (of payments of a year) */
    bool unwritten; /* the file has it otherwise */
    bool remade;    /* the file has other rows and another head */
    bool stale;     /* its rows are to be made anew (the same) */
    bool summed;    /* paid and december are its rows */
    int64_t paid, december;
    int64_t reach; /* no sum that paid is made of is farther from 0 */
    struct pt_hash chain, head;
};

struct pt_snap_node;

struct pt_snap {
    struct pt_arena arena;       /* of pages and their subjects */
    struct pt_snap_kept **slots; /* a power of two of them, half of them free at least */
    size_t cap;
    size_t n;
    struct pt_snap_kept *last;       /* found: lines of one subject come together */
    struct pt_snap_kept **unwritten; /* cap / 2 of them */
    size_t n_unwritten;
    struct pt_snap_kept **made; /* at this tick; cap / 2 of them */
    size_t n_made;
    struct pt_snap_node *tree[PT_SNAP_PARTS]; /* snaptree.c's */
    size_t in_trees;                          /* pages */
    sqlite3_stmt *st[PT_SN_COUNT];
};

/* The page, read from the file where memory hasn't it. */
int pt_snap_find(struct pt_ledger *l, const char *subject, int32_t fy, unsigned part,
                 struct pt_snap_kept **ret, struct pt_err *err);
/* NULL: memory hasn't it. */
struct pt_snap_kept *pt_snap_kept(const struct pt_snap *s, const char *subject, int32_t fy,
                                  unsigned part);
/* Did a record name it? */
bool pt_snap_is_named(const struct pt_snap_kept *p);
void pt_snap_set_stale(struct pt_snap *s, struct pt_snap_kept *p);
/* At a tick: sums move, and what is undone makes its page stale. */
int pt_snap_move(struct pt_ledger *l, struct pt_err *err);
/* At a tick: pages of facts that were named are written as dirty. */
int pt_snap_flush(struct pt_ledger *l, struct pt_err *err);
/* At the first tick of a day, behind both: stale pages of payments; pt_snap.made lists them. */
int pt_snap_make(struct pt_ledger *l, struct pt_err *err);
/* More than is to be kept: pt_snap_write forgets it then. */
bool pt_snap_is_full(const struct pt_ledger *l);
/* Does memory, where it has the page, say the same of it? `rows`: by the records. */
bool pt_snap_agrees(const struct pt_ledger *l, const struct pt_snap_page *p,
                    const struct pt_snap_row *rows, unsigned n);

#endif
