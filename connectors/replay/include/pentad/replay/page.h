/* Pages of the feed into a ledger. One thread. */
#ifndef PENTAD_REPLAY_PAGE_H
#define PENTAD_REPLAY_PAGE_H

#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>
#include <pentad/v1/feed.pb-c.h>

/* Room for the records of one entry, kept between pages. Zero is empty. */
struct pt_page_room {
    struct pt_span *records;
    size_t cap;
};
void pt_page_room_done(struct pt_page_room *room);

/* Folds what the ledger doesn't have yet of a page that its reader has verified, in one
 * transaction; on an error the ledger is as before. What is withheld or destroyed keeps its place.
 */
int pt_page_fold(struct pt_ledger *l, const Pentad__V1__FeedPage *page, struct pt_page_room *room,
                 struct pt_err *err);

#endif
