/* Private to the room: which records of the log its key history rests on: those that moved it, as a
 * replay in log order finds them. Approvals of anything else, repeated ones and those of bodies
 * without a say, which anybody may write by the thousand, are none. Kept between calls, so that the
 * log is scanned once. */
#ifndef PENTAD_FEED_KEY_PLACES_H
#define PENTAD_FEED_KEY_PLACES_H

#include <pthread.h>

#include <pentad/feed/evidence.h>
#include <pentad/proof/keyhistory.h>

struct key_place {
    uint64_t index, seq;
};

struct pt_evidence_cache {
    pthread_mutex_t lock; /* held while a bundle is made */
    struct pt_sigverify sv;
    struct pt_keyhistory *keys; /* owned; NULL before the genesis */
    uint64_t scanned;           /* entries */
    struct key_place *at;       /* in log order */
    size_t n, cap;
};

/* All places among the first `size` entries, maybe more. Under the lock. After an error the next
 * call scans from the beginning. */
int pt_key_places_fill(struct pt_evidence_cache *c, struct pt_store_reader *r, uint64_t size,
                       struct pt_err *err);

#endif
