/* A small world for the rules' tests: a log in memory, a fold over it, and a hub that authors what
 * the fold asks for, as hub/app does. */
#ifndef PENTAD_TEST_RULES_WORLD_H
#define PENTAD_TEST_RULES_WORLD_H

#include <pentad/rules/fold.h>

#include "../ledger/mklog.h"

struct world {
    struct mklog m;
    struct pt_fold *f;
    const char *path;
    size_t folded; /* entries */
    uint64_t authored;
    bool no_snapshots;      /* the hub takes none: an older one's log */
    struct mk_ref snapshot; /* the last one */
};

void w_open(struct world *w, const char *path);
/* In memory, with one department of 370100 and the tick of 2019-01-02, at which nothing is found.
 */
void w_open_quiet(struct world *w, const char *dept);
void w_close(struct world *w);
/* Closes the fold and opens it again on the same file. */
void w_restart(struct world *w);
/* Flushes, ticks that day, folds, authors what is pending and the day's snapshot, folds that. */
void w_tick(struct world *w, int32_t day);
void w_fold(struct world *w);
/* Ticks every day up to and including `last`. */
void w_days(struct world *w, int32_t first, int32_t last);

struct seen {
    int n;      /* findings of the rule (all statuses) that match */
    int status; /* of the last one matching: 1 OPEN … 4 WAIVED */
    int sev;
    int episode;
    bool escalated;
    int32_t first_seen;
    int32_t due;
    int n_inputs;
    char message_zh[512];
    char message_en[512];
    uint8_t id[16];
};
/* The newest H01 of the rule with that key (NULL any), period and object (NULL any). */
struct seen w_find(struct world *w, const char *rule, const char *key, const char *period,
                   const char *object);
/* How many H01 records the log holds: all, or the rule's. */
int w_h01s(struct world *w);
int w_h01s_of(struct world *w, const char *rule);
/* How many conditions of the rule are unknown. */
int w_unknown(struct world *w, const char *rule);
/* Says of its discrepancy what a reply has to. */
void w_reply(struct world *w, const char *party, const uint8_t id[16], int kind,
             struct mk_ref *ret_ref);
/* …or that; NULL: doesn't say it. */
struct mk_ref w_reply_saying(struct world *w, const char *party, const uint8_t id[16], int kind,
                             const char *rule, const char *sender);
struct mk_ref w_approve(struct world *w, const char *party, const struct mk_ref *target);
void w_check(struct world *w); /* incremental = full, replay digest equal, no mismatch */

#endif
