/* Which key was whose, for what use, and live at which log position: a pure reducer over Genesis
 * and the KeyChange and Approval records, in log order. The hub's intake, the client and the
 * offline verifier all ask this one piece. Verifies no signature; knows no certificate.
 * One writer; readers may share it only while nobody applies. FORMATS section 2.
 *
 * A key enrolled by log entry i is live for the entries after i; a key retired by entry j is live
 * up to and including j. One SubjectPublicKeyInfo is enrolled once ever, for one party and use. */
#ifndef PENTAD_PROOF_KEYHISTORY_H
#define PENTAD_PROOF_KEYHISTORY_H

#include <pentad/v1/envelope.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

#define PT_KEYHISTORY_KEYS_MAX 4096
#define PT_KEYHISTORY_PENDING_MAX 1024
#define PT_KEYS_STREAM "keys"

struct pt_keyhistory;

struct pt_keyhistory_key {
    char party[33];
    Pentad__V1__KeyUse use;
    Pentad__V1__KeyAlgorithm algorithm;
    struct pt_hash fingerprint; /* SHA-256 of the SubjectPublicKeyInfo DER */
    struct pt_span spki;        /* owned by the history, stable until it is freed */
    uint64_t added_at;          /* log index that enrolled it; live after it */
    uint64_t retired_at;        /* log index that retired it, UINT64_MAX while it stands */
};

/* One change that a KeyChange record asks for. */
struct pt_key_change {
    const char *party; /* whose key */
    bool retire;       /* else add */
    Pentad__V1__KeyUse use;
    Pentad__V1__KeyAlgorithm algorithm;
    struct pt_span spki; /* the whole key, also to retire */
};

/* Where a record stands: its batch's author, stream, signing key and log index, its own hash. */
struct pt_key_event {
    uint64_t log_index;
    const char *party;
    const char *stream;
    struct pt_hash signing_key;
    struct pt_hash record_hash;
};

int pt_keyhistory_new(struct pt_keyhistory **ret);
void pt_keyhistory_free(struct pt_keyhistory *k);
/* A copy to decide on, e.g. inside a group commit that may fail. */
int pt_keyhistory_clone(const struct pt_keyhistory *k, struct pt_keyhistory **ret);

/* Log entry 0. The genesis must have passed pt_genesis_check. */
int pt_keyhistory_genesis(struct pt_keyhistory *k, const Pentad__V1__Genesis *g,
                          struct pt_err *err);
/* A KeyChange record at its log position: takes effect now (own party's live signing key, or its
 * recovery key), waits for approvals (another party's key), or is refused with a code and has no
 * effect: PT_E_FORBIDDEN, PT_E_EXISTS (enrolled before), PT_E_NOT_FOUND (retires no live key).
 * Intake calls pt_keyhistory_check_change first; replay ignores what was refused. */
int pt_keyhistory_change(struct pt_keyhistory *k, const struct pt_key_event *at,
                         const struct pt_key_change *c, struct pt_err *err);
/* The same decision without an effect. */
int pt_keyhistory_check_change(const struct pt_keyhistory *k, const struct pt_key_event *at,
                               const struct pt_key_change *c, struct pt_err *err);
/* An Approval record (author at->party) of the record with hash `target`. Counts only where the
 * target is a pending KeyChange that stands earlier in the log; else nothing happens.
 * *ret_effect says that the change took effect by it. ret_effect may be NULL. */
int pt_keyhistory_approval(struct pt_keyhistory *k, const struct pt_key_event *at,
                           const struct pt_hash *target, bool approve, bool *ret_effect);

/* NULL if never enrolled. Valid until the next change. */
const struct pt_keyhistory_key *pt_keyhistory_find(const struct pt_keyhistory *k,
                                                   const struct pt_hash *fingerprint);
bool pt_keyhistory_key_live(const struct pt_keyhistory_key *key, uint64_t log_index);
/* May this key sign a batch of party/stream at that log index? only_key_changes: the batch holds
 * KeyChange records and nothing else (a recovery key may sign that, on stream `keys`).
 * PT_E_UNKNOWN_KEY, PT_E_RETIRED_KEY, PT_E_FORBIDDEN. */
int pt_keyhistory_may_sign(const struct pt_keyhistory *k, const struct pt_hash *fingerprint,
                           const char *party, const char *stream, uint64_t log_index,
                           bool only_key_changes, struct pt_err *err);
size_t pt_keyhistory_count(const struct pt_keyhistory *k);
const struct pt_keyhistory_key *pt_keyhistory_at(const struct pt_keyhistory *k, size_t i);
/* Grows with every change that took effect: a writer that verified against an older version
 * asks again. */
uint64_t pt_keyhistory_version(const struct pt_keyhistory *k);

#endif
