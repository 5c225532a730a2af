/* Exports through the declared mappings into a log and a fold, day by day, in one process: what the
 * connectors and the hub do, without keys and network. For check programs: errors end them. */
#ifndef PENTAD_TEST_FEEDER_H
#define PENTAD_TEST_FEEDER_H

#include <pentad/mapping/mapping.h>
#include <pentad/rules/fold.h>

#include "../ledger/mklog.h"

struct feeder {
    struct mklog m;
    struct pt_fold *fold;
    uint64_t records;
    uint64_t payment_lines;
    uint64_t dead;
    size_t deferred;     /* still waiting */
    int64_t fold_us;     /* in the fold alone: reading and mapping aren't its work */
    int64_t fold_cpu_us; /* of it, processor time */
};
extern struct feeder fd;

void fd_die(const char *what, const struct pt_err *err);
void fd_open(const char *ledger); /* ":memory:" too */
void fd_close(void);
void fd_source(const char *party, const char *mapping, const char *file, const struct pt_var *vars,
               size_t n_vars);
/* The sources of a sample configuration, files in `data`/<party>. */
void fd_party(const char *repository, const char *data, const char *party);
void fd_day(int32_t day);
/* Folds the log once more into `ledger`, in large transactions: for how many microseconds; -1 where
 * another ledger came out. */
int64_t fd_replay(const char *ledger);

#endif
