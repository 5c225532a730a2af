/* Folds a generated sample city (pentad-city) into a ledger day by day, without hub or connectors:
 * mappings make the records, the rules run at each tick, what they find is logged. For tests that
 * look at a ledger as large as a city's. */
#ifndef PENTAD_TEST_CITYFOLD_H
#define PENTAD_TEST_CITYFOLD_H

#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/rules/fold.h>

struct cityfold {
    struct pt_fold *fold;
    size_t records;
    size_t findings; /* H01s logged */
    size_t dead;     /* rows that no record was made from */
    size_t deferred; /* rows whose reference never came */
};

/* `dir` as pentad-city wrote it; `source_dir` holds connectors; `ledger` a path or ":memory:". Days
 * 2019-01-01 to `last`. The caller closes f->fold. */
int cityfold(const char *dir, const char *source_dir, const char *ledger, int32_t last,
             struct cityfold *ret, struct pt_err *err);

#endif
