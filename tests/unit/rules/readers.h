/* Ledgers of readers who may not read everything: the same log, with an empty place for every
 * record that its reader can't read in full. */
#ifndef PENTAD_TEST_RULES_READERS_H
#define PENTAD_TEST_RULES_READERS_H

#include <pentad/ledger/snapshot.h>

struct reader_ledger {
    uint64_t withheld; /* records */
    uint64_t unlike;   /* H03s whose digest of the reader's class is another than here */
    uint64_t days;     /* H03s held against it */
    struct pt_snapshot_check rows;
};

/* Folds n entries as `reader` gets them, figures and snapshots alone, without rules. */
int readers_fold(enum pt_party reader, const struct pt_fold_entry *e, size_t n,
                 struct reader_ledger *ret, struct pt_err *err);

#endif
