/* The fold thread: follows the log into ledger.db, rules included, at low priority so that
 * acceptance goes first; tells the writer how far it is and what the hub owes. */
#ifndef PENTAD_APP_FOLDER_H
#define PENTAD_APP_FOLDER_H

#include "hub.h"

struct pt_folder;

struct pt_folder_view {
    uint64_t folded;  /* entries */
    uint64_t pending; /* findings not yet in the log */
    uint64_t owed;    /* records that the hub writes before the next tick: those, and a snapshot */
    uint64_t mismatches;
    uint64_t snapshots_unlike;
    int32_t tick_day;
    bool caught_up;        /* at some moment since the start */
    struct pt_err trouble; /* code 0: none */
};

/* Opens ledger.db (which may have to be made anew). */
int pt_folder_new(struct pt_hub *h, struct pt_folder **ret, struct pt_err *err);
int pt_folder_start(struct pt_folder *f, struct pt_err *err);
void pt_folder_grown(struct pt_folder *f); /* any thread: the log has grown */
/* Any thread: records were erased. The ledger is emptied and folded anew from the log as it is now.
 */
void pt_folder_refold(struct pt_folder *f);
void pt_folder_view(struct pt_folder *f, struct pt_folder_view *ret); /* any thread */
void pt_folder_stop(struct pt_folder *f);
void pt_folder_free(struct pt_folder *f); /* after stop; NULL is fine */

/* DATA/ledger.db */
int pt_folder_path(const struct pt_hub *h, char *out, size_t cap);
/* By the working calendar in force in the ledger; the caller's own read handle, opened at need.
 * Monday to Friday where there is none. */
int pt_folder_is_workday(struct pt_hub *h, struct pt_ledger **handle, int32_t day, bool *ret,
                         struct pt_err *err);

#endif
