/* pentad log check: what its files share. One thread. */
#ifndef PENTAD_CLI_LOG_CHECK_H
#define PENTAD_CLI_LOG_CHECK_H

#include <pentad/base/arena.h>
#include <pentad/base/progress.h>
#include <pentad/ledger/snapshot.h>
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
    struct pt_log_excuse *excuses; /* owned; in order of `from` */
    size_t n_excuses, cap_excuses;
    bool no_memory;     /* for one of them */
    uint64_t refusable; /* records that the hub had to refuse; the first ones were named */
    struct pt_arena scratch;
    bool json;
    enum { CHECK_STORE, CHECK_TREE, CHECK_HUB } input;
};
/* A fault of the check or of the replay: printed, or listed for JSON. */
void pt_cli_log_fault(void *checking, const struct pt_log_fault *f);

/* ---- log_valid.c: was each record one that a hub may take? Not which codes were in force. ---- */

struct cli_logged {
    uint64_t log_index, seq;
    const char *party, *stream;
    int64_t received_at_ms;
    const Pentad__V1__Record *record;
};
/* A fault of that record; of `x` its place alone. */
void pt_cli_log_record_fault(struct checking *k, const struct cli_logged *x, const char *check,
                             int code, const char *what);
/* One that isn't is a fault, counted in k->refusable. k->scratch has room for its sentence. */
void pt_cli_log_valid(struct checking *k, const struct cli_logged *x);
/* The same for all records of an entry that are there. An entry that can't be opened: its code. */
int pt_cli_log_entry_valid(struct checking *k, const struct pt_store_entry *e, struct pt_err *err);

/* The log folded anew: by the records of a data folder, with all rules, or as a reader got it. */
struct replayed {
    const char *left_out; /* why it wasn't done, a sentence; NULL: it was */
    bool has_ledger;      /* a ledger.db was there to compare */
    const char *reader;   /* whose eyes the feed was for; NULL: of a folder */
    uint64_t size;        /* entries folded: all that were checked */
    uint64_t ticks;       /* among them */
    uint64_t behind;      /* entries of them that ledger.db hasn't folded, and ticks among those */
    uint64_t behind_ticks;
    uint64_t faults;
    uint64_t excused; /* snapshots and findings of before an erasure that differ: not faults */
    struct pt_snapshot_count snapshots; /* those of another format are none either */
    char digest[65];
};
/* Of the folder `dir`, as far as it was checked, against the findings and the snapshots, and where
 * ledger.db stands against that. PT_E_BUSY: the log isn't what was checked any more. */
int pt_cli_log_replay(const char *dir, const struct pt_log_check_result *r, struct checking *k,
                      struct replayed *ret, struct pt_err *err);

/* StreamCloses that count other records than the feed shows to this reader. Whoever's bytes a hub
 * keeps back, the author has counted them. Zero at first; its list is freed by who has it. */
struct cli_close {
    char party[PT_NAME_MAX + 1], stream[PT_NAME_MAX + 1];
    uint64_t log_index, seq;
    char what[200];
};
struct cli_closes {
    struct cli_close *list;
    size_t n, cap;
};
/* Each verified record of the feed; ctx: the closes. PT_E_NOMEM. */
int pt_cli_closes_record(void *closes, const struct pt_followed_record *r);

/* As faults, also where nothing was replayed. */
void pt_cli_log_closes(const struct cli_closes *c, struct checking *k, struct replayed *ret);

/* Of what was folded out of the feed meanwhile, against the snapshots of its reader's class. */
int pt_cli_log_replay_served(struct cli_own *own, enum pt_party reader,
                             const struct pt_log_check_result *r, struct checking *k,
                             struct replayed *ret, struct pt_err *err);

#endif
