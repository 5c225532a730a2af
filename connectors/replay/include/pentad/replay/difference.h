/* The rows of a party's own ledger beside those that the hub keeps.
 * Knows: ledgers, the hub's answer. Must not know: how the hub is asked. One thread. */
#ifndef PENTAD_REPLAY_DIFFERENCE_H
#define PENTAD_REPLAY_DIFFERENCE_H

#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>
#include <pentad/record/party.h>

struct json_t;

/* The hub's answer to GET `path`, parsed. */
typedef int pt_difference_ask_cb(void *ctx, const char *path, struct json_t **ret,
                                 struct pt_err *err);

/* The first row of the newest snapshot that isn't the same at the hub and in `own`, of the pages
 * that the reader's class sees: {"day", "equal": of that snapshot itself, null where it isn't
 * logged, "compared": how many pages, "row": {"part", "subject",
 * "fiscal_year", "formula", "own", "hub"}}, the last two null where that side has no such row;
 * "row" null: none differs. PT_E_BUSY: the hub stands at another tick. */
int pt_replay_difference(pt_difference_ask_cb *ask, void *ctx, struct pt_ledger *own,
                         enum pt_party reader, struct json_t **ret, struct pt_err *err);

#endif
