/* Offline verification of an evidence bundle: trust (genesis hash, policy) comes from the caller,
 * everything else from the bundle's bytes. Reports every failed step, not the first.
 * No files, no network, no clock. One thread a verification. docs/formats.md 6. */
#ifndef PENTAD_PROOF_EVIDENCE_H
#define PENTAD_PROOF_EVIDENCE_H

#include <pentad/v1/envelope.pb-c.h>
#include <pentad/v1/evidence.pb-c.h>

#include <pentad/proof/entry.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/merkle.h>
#include <pentad/proof/policy.h>
#include <pentad/proof/sigverify.h>

#define PT_EVIDENCE_MAX (256u * 1024 * 1024)

#define PT_EVIDENCE_STEPS_MAX 10000 /* further failures are counted, not listed */

/* Steps that held are summed up, one line a kind; failed ones stand one by one. */
struct pt_evidence_step {
    const char *step; /* stable word: trust, bundle, genesis, checkpoint, inclusion, statement,
                         signature, key, key-history, path, record, figure, completeness */
    int code;         /* 0 held, else PT_E_… */
    char what[256];   /* a sentence */
    char where[96];   /* e.g. finance/treasury#1234, log entry 17; empty for the whole */
};

struct pt_evidence_record {
    char party[33];
    char stream[33];
    uint64_t seq;
    struct pt_hash hash;
    struct pt_span bytes; /* as its author produced it; inside result->bundle */
    uint64_t log_index;
    int64_t received_at_ms;
    int64_t signed_at_ms;
    struct pt_hash signing_key;
    uint64_t key_from; /* log index that enrolled the key */
    bool ok;           /* every step that concerns this record held */
};

struct pt_evidence_checkpoint {
    uint64_t size;
    struct pt_hash root;
    unsigned witnesses; /* how many trusted cosignatures */
};

struct pt_evidence_result {
    int exit_code; /* 0 all held, 1 a check failed, 2 unusable input (no trust, not a bundle) */
    size_t n_steps, n_failed;
    struct pt_evidence_step *steps;
    size_t n_records;
    struct pt_evidence_record *records; /* same order as bundle->records */
    size_t n_checkpoints;
    struct pt_evidence_checkpoint *checkpoints;
    Pentad__V1__EvidenceBundle *bundle; /* decoded; NULL where exit_code is 2 */
    const Pentad__V1__Genesis *genesis; /* verified; NULL if it wasn't */
    struct pt_entry genesis_entry;
    struct pt_keyhistory *keys; /* as far as the bundle tells it */
};

/* hub: the genesis leaf hash, NULL if the caller has none; policy NULL likewise: exit code 2.
 * Returns 0 whenever there is a result (whatever its exit code), PT_E_NOMEM else. */
int pt_evidence_verify(struct pt_span bundle, const struct pt_hash *hub,
                       const struct pt_policy *policy, const struct pt_sigverify *sv,
                       struct pt_evidence_result **ret, struct pt_err *err);
void pt_evidence_result_free(struct pt_evidence_result *r);

#endif
