/* A KeyChange as people ask for it: files to add, fingerprints to retire, a reason; and whether it
 * would count by the history that a connector verified. One thread. docs/formats.md 2. */
#ifndef PENTAD_CLI_KEY_CHANGE_H
#define PENTAD_CLI_KEY_CHANGE_H

#include <pentad/certs/key.h>
#include <pentad/v1/hub.pb-c.h>

#include "keys.h"

#define CLI_KEY_CHANGE_MAX 32 /* keys added, and retired */

struct cli_key_change {
    const struct cli_options *o;
    const struct cli_keys *keys;
    const char *party; /* whose keys */
    Pentad__V1__KeyChange record;
    Pentad__V1__PublicKey add[CLI_KEY_CHANGE_MAX], *adds[CLI_KEY_CHANGE_MAX];
    uint8_t spki[CLI_KEY_CHANGE_MAX][PT_SPKI_MAX];
    ProtobufCBinaryData retire[CLI_KEY_CHANGE_MAX];
    struct pt_hash retired[CLI_KEY_CHANGE_MAX];
};
/* From --add, --retire, --reason and --party (at most CLI_KEY_CHANGE_MAX of each). Options and keys
 * are borrowed for *c's life. PT_E_USAGE, PT_E_NOT_FOUND, PT_E_FORMAT, PT_E_TEXT, PT_E_TOO_LARGE.
 */
int pt_cli_key_change_compose(struct cli_key_change *c, const struct cli_options *o,
                              const struct cli_keys *keys, struct pt_err *err);
/* As the next log entry, on that stream, signed by that key: the code with which it would have no
 * effect; PT_E_FORBIDDEN where its own body would have no live signing key left. */
int pt_cli_key_change_counts(const struct cli_key_change *c, const char *stream,
                             const struct pt_hash *signer, struct pt_err *err);

/* A public key file, or the public half of a private one, which may stand on a token. *ret points
 * into `spki`. */
int pt_cli_public_key(const char *path, Pentad__V1__PublicKey *ret, uint8_t spki[PT_SPKI_MAX],
                      struct pt_err *err);

#endif
