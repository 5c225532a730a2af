/* A ledger of one's own, folded out of the feed as this party may read it: nothing of the hub's
 * ledger is used. One thread. */
#ifndef PENTAD_CLI_OWN_LEDGER_H
#define PENTAD_CLI_OWN_LEDGER_H

#include <pentad/client/follower.h>
#include <pentad/ledger/ledger.h>
#include <pentad/replay/page.h>

#include "cli.h"

struct cli_own {
    struct pt_ledger *ledger;
    struct pt_follower *follower;
    uint64_t until;           /* entries behind it are verified, not folded; 0: all are */
    uint64_t log_size;        /* of the hub's log, as it said with the last page that was pulled */
    uint64_t given, withheld; /* records */
    struct pt_page_room room;
    /* Each record of a page once it is verified; NULL at first, and then nobody sees them. */
    int (*record)(void *ctx, const struct pt_followed_record *r);
    void *ctx; /* of record */
};

/* `path`: a new file, or ":memory:". trust is borrowed until done; *own is to be given to
 * pt_cli_own_done in any case. */
int pt_cli_own_open(struct cli_own *own, const struct pt_trust *trust, enum pt_party reader,
                    const char *path, struct pt_err *err);
void pt_cli_own_done(struct cli_own *own);

/* A FeedPage that continues what was folded: verified whole, then folded. *ret_log_size: how far
 * the hub said its log was. */
int pt_cli_own_page(struct cli_own *own, struct pt_span page, uint64_t *ret_log_size,
                    struct pt_err *err);

/* Takes the feed from where `own` stands until `until` entries are folded, or with 0 all there are.
 * kept (may be NULL) is called with each page that was folded. */
typedef int pt_cli_page_fn(void *ctx, struct pt_span page, struct pt_err *err);
int pt_cli_own_pull(struct cli_own *own, struct cli_hub *hub, uint64_t until, pt_cli_page_fn *kept,
                    void *ctx, struct pt_err *err);

#endif
