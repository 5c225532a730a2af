/* pentad log check: what its files share. One thread. */
#ifndef PENTAD_CLI_LOG_CHECK_H
#define PENTAD_CLI_LOG_CHECK_H

#include <pentad/base/progress.h>
#include <pentad/log/check.h>

#include "cli.h"
#include "own_ledger.h"

/* The command; an EXIT_… code. */
int pt_cli_log_check(const struct cli_options *o);
/* A hub's /checkpoint and tiles over HTTPS; the hub is borrowed. */
struct pt_log_source pt_cli_hub_tree(struct cli_hub *h);

struct checking {
    struct pt_progress progress;
    const char *resume; /* the file to keep; NULL */
    json_t *faults;
    bool json;
    enum { CHECK_STORE, CHECK_TREE, CHECK_HUB } input;
};
/* A fault of the check or of the replay: printed, or listed for JSON. */
void pt_cli_log_fault(void *checking, const struct pt_log_fault *f);

/* The log folded anew: by the records of a data folder, with all rules, or as a reader got it. */
struct replayed {
    const char *left_out; /* why it wasn't done, a sentence; NULL: it was */
    bool has_ledger;      /* a ledger.db was there to compare */
    const char *reader;   /* whose eyes the feed was for; NULL: of a folder */
    uint64_t size;        /* entries folded */
    uint64_t faults;
    uint64_t excused; /* snapshots and findings of before an erasure that differ: not faults */
    char digest[65];
};
/* Of the folder `dir`, up to log_size: against its ledger.db, the findings and the snapshots. */
int pt_cli_log_replay(const char *dir, const struct pt_log_check_result *r, struct checking *k,
                      struct replayed *ret, struct pt_err *err);
/* Of what was folded out of the feed meanwhile, against the snapshots of its reader's class. */
int pt_cli_log_replay_served(struct cli_own *own, enum pt_party reader,
                             const struct pt_log_check_result *r, struct checking *k,
                             struct replayed *ret, struct pt_err *err);

#endif
