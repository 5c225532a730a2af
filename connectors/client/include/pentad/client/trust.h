/* What a client believes, and nothing else: the genesis hash that names its hub, the policy that
 * says whose checkpoints count, and a way to check signatures. Both come out of band, as files
 * (docs/verify.md). Read-only after loading: any thread. docs/formats.md 2, 3, 6. */
#ifndef PENTAD_CLIENT_TRUST_H
#define PENTAD_CLIENT_TRUST_H

#include <pentad/base/err.h>
#include <pentad/certs/keycache.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/policy.h>

struct pt_trust {
    struct pt_hash hub;
    struct pt_policy *policy; /* and those before it, where their files stand beside its file */
    struct pt_keycache *cache;
    struct pt_sigverify sv;
};

/* genesis_hash: a file with 64 hex digits; policy: a C2SP tlog-policy file, X.txt. Beside it
 * X-before-N.txt, as many as there are: the policy for checkpoints of fewer than N entries, as
 * `pentad policy show --out` writes them where the log has changed its policy. */
int pt_trust_load(const char *genesis_hash, const char *policy, struct pt_trust *ret,
                  struct pt_err *err);
void pt_trust_done(struct pt_trust *t);

/* The policies that whoever has verified the log judges checkpoints by: the log's, as its
 * PolicyChange records made them, where the file is one of these; NULL where it is the verifier's
 * own, which wins always. *ret is freed by pt_policies_free. The history has its genesis.
 * PT_E_NOMEM. */
int pt_trust_log_policy(const struct pt_trust *t, const struct pt_keyhistory *k,
                        struct pt_policy **ret, struct pt_err *err);

#endif
