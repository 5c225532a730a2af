/* A party's own ledger, folded from the feed that its connector verified, so that it can say of
 * each snapshot (H03) whether the hub's ledger is the same. Knows: the ledger, what a reader may
 * read of it. Must not know: the outbox, keys, the network. One thread. Specification:
 * docs/formats.md 5. */
#ifndef PENTAD_REPLAY_REPLAY_H
#define PENTAD_REPLAY_REPLAY_H

#include <pentad/record/party.h>
#include <pentad/runtime/ports.h>

/* Opens or creates the ledger at `path`; one of another version is begun anew. */
int pt_replay_open(const char *path, enum pt_party reader, struct pt_replay *ret,
                   struct pt_err *err);

#endif
