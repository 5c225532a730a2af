/* The history of all keys as a connector has verified it, from the view of the log in its state; no
 * hub is asked. The connector may run beside this. One thread. docs/formats.md 2. */
#ifndef PENTAD_CLI_KEYS_H
#define PENTAD_CLI_KEYS_H

#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/client/follower.h>
#include <pentad/client/trust.h>
#include <pentad/runtime/config.h>

#include "cli.h"

struct cli_keys {
    struct pt_config *config;
    struct pt_trust trust;
    struct pt_follower *view;
    const struct pt_keyhistory *history; /* of the view */
    uint64_t size;                       /* log entries verified; the next one has this index */
};
/* PT_E_NOT_FOUND: the connector has verified nothing yet. */
int pt_cli_keys_open(const char *config, struct cli_keys *ret, struct pt_err *err);
/* The same, and the view is empty where nothing was verified yet. */
int pt_cli_keys_open_any(const char *config, struct cli_keys *ret, struct pt_err *err);
void pt_cli_keys_close(struct cli_keys *k);

/* How that key stands where this party uses it so: "live", "retired", "not_enrolled" or
 * "of_another_use" (which a key of another party is too). */
const char *pt_cli_key_standing(const struct cli_keys *k, Pentad__V1__KeyUse use,
                                const struct pt_hash *fingerprint);
/* Fingerprint of the private key in that file. */
int pt_cli_key_file(const char *path, struct pt_hash *ret, struct pt_err *err);

#endif
