/* The port through which proofs have signatures checked: this room holds no keys, the certs room
 * supplies the check (pentad/certs/keycache.h). */
#ifndef PENTAD_PROOF_SIGVERIFY_H
#define PENTAD_PROOF_SIGVERIFY_H

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

struct pt_sigverify {
    /* 0 if `sig` is the signature over `msg` under the key `spki` (SubjectPublicKeyInfo DER), by
     * the algorithm that the key fixes; PT_E_SIGNATURE if not; PT_E_UNSUPPORTED or PT_E_FORMAT for
     * a key that can't be used. Called from whatever thread verifies; must be thread-safe. */
    int (*verify)(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig);
    void *ctx;
};

#endif
