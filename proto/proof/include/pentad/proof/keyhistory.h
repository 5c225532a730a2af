/* Which key was whose, for what use, and live at which log position: a pure reducer over Genesis
 * and the KeyChange and Approval records, in log order. The hub's intake, the client and the
 * offline verifier all ask this one piece. Verifies no signature; knows no certificate.
 * One writer; readers may share it only while nobody applies. docs/formats.md 2.
 *
 * A key enrolled by log entry i is live for the entries after i; a key retired by entry j is live
 * up to and including j. One SubjectPublicKeyInfo is enrolled once ever, for one party and use. */
#ifndef PENTAD_PROOF_KEYHISTORY_H
#define PENTAD_PROOF_KEYHISTORY_H

#include <pentad/v1/envelope.pb-c.h>
#include <pentad/v1/hub.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/sigverify.h>

#define PT_KEYHISTORY_PARTY_KEYS_MAX 512 /* ever enrolled for one party */
#define PT_KEYHISTORY_PENDING_MAX 64     /* of one author, waiting for approvals */
#define PT_KEYCHANGE_ITEMS_MAX 64        /* keys that one KeyChange adds or retires */
#define PT_KEYS_STREAM "keys"
#define PT_KEYCHANGE_CODE "KeyChange" /* its record code, as Approvals name it */

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
/* A KeyChange record at its log position, whole or not at all: takes effect now (own party's live
 * signing key, or its recovery key), waits for approvals (another party's keys), or is refused
 * with a code and has no effect: PT_E_MISSING, PT_E_FIELD, PT_E_FORBIDDEN, PT_E_EXISTS (enrolled
 * before), PT_E_NOT_FOUND (retires no live key of that party).
 * Whoever replays the log ignores what was refused. */
int pt_keyhistory_change(struct pt_keyhistory *k, const struct pt_key_event *at,
                         const Pentad__V1__KeyChange *c, struct pt_err *err);
/* An Approval record by at->party. Counts only where its target is a KeyChange that waits, stands
 * earlier in the log and is of another party than at->party; else nothing happens. The change
 * takes effect with 3 of congress, discipline, organization and audit. A later rejection by the
 * same party takes its approval back while the change waits.
 * One that says it is about another type of record counts nothing: people approve what they read.
 * *ret_effect says that the change took effect by it. ret_effect may be NULL. */
int pt_keyhistory_approval(struct pt_keyhistory *k, const struct pt_key_event *at,
                           const Pentad__V1__Approval *a, bool *ret_effect);

/* Is the Approval about records of this code, as far as it says? */
bool pt_approval_names(const Pentad__V1__Approval *a, const char *code);

/* NULL if never enrolled. Valid until the history is freed. */
const struct pt_keyhistory_key *pt_keyhistory_find(const struct pt_keyhistory *k,
                                                   const struct pt_hash *fingerprint);
/* The party's newest key for that use that is live for entries at log_index; NULL if it has none.
 */
const struct pt_keyhistory_key *pt_keyhistory_newest(const struct pt_keyhistory *k,
                                                     const char *party, Pentad__V1__KeyUse use,
                                                     uint64_t log_index);
bool pt_keyhistory_key_live(const struct pt_keyhistory_key *key, uint64_t log_index);
/* May this key sign a batch of party/stream at that log index? only_key_changes: the batch holds
 * KeyChange records and nothing else (a recovery key may sign that, on stream `keys`).
 * PT_E_UNKNOWN_KEY, PT_E_RETIRED_KEY, PT_E_FORBIDDEN. */
int pt_keyhistory_may_sign(const struct pt_keyhistory *k, const struct pt_hash *fingerprint,
                           const char *party, const char *stream, uint64_t log_index,
                           bool only_key_changes, struct pt_err *err);
/* Which of the party's signing or recovery keys, live or not, has signed this envelope: the hinted
 * one is tried first. PT_E_UNKNOWN_KEY where the party has none, PT_E_SIGNATURE where none fits. */
int pt_keyhistory_find_signer(const struct pt_keyhistory *k, const Pentad__V1__Envelope *env,
                              const char *party, const struct pt_sigverify *sv,
                              const struct pt_keyhistory_key **ret, struct pt_err *err);
size_t pt_keyhistory_count(const struct pt_keyhistory *k);
/* Grows with every change that took effect: a writer that verified against an older version
 * asks again. */
uint64_t pt_keyhistory_version(const struct pt_keyhistory *k);

#endif
