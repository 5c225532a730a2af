/* What a client believes, and nothing else: the genesis hash that names its hub, the policy that
 * says whose checkpoints count, and a way to check signatures. Both come out of band, as files
 * (docs/verify.md). Read-only after loading: any thread. docs/formats.md 2, 3, 6. */
#ifndef PENTAD_CLIENT_TRUST_H
#define PENTAD_CLIENT_TRUST_H

#include <pentad/base/err.h>
#include <pentad/certs/keycache.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/policy.h>

struct pt_trust {
    struct pt_hash hub;
    struct pt_policy *policy;
    struct pt_keycache *cache;
    struct pt_sigverify sv;
};

/* genesis_hash: a file with 64 hex digits; policy: a C2SP tlog-policy file. */
int pt_trust_load(const char *genesis_hash, const char *policy, struct pt_trust *ret,
                  struct pt_err *err);
void pt_trust_done(struct pt_trust *t);

#endif
