/* Which key was whose, for what use, and live at which log position, and which policy (witnesses,
 * quorum, clock) was in force there: a pure reducer over Genesis and the KeyChange, PolicyChange
 * and Approval records, in log order. The hub's intake, the client and the offline verifier all ask
 * this one piece. Verifies no signature; knows no certificate. One writer; readers may share it
 * only while nobody applies. docs/formats.md 2, 3.
 *
 * A key enrolled by log entry i is live for the entries after i; a key retired by entry j is live
 * up to and including j. One SubjectPublicKeyInfo is enrolled once ever, for one party and use. */
#ifndef PENTAD_PROOF_KEYHISTORY_H
#define PENTAD_PROOF_KEYHISTORY_H

#include <pentad/v1/envelope.pb-c.h>
#include <pentad/v1/hub.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/policy.h>
#include <pentad/proof/sigverify.h>

#define PT_KEYHISTORY_PARTY_KEYS_MAX 512   /* ever enrolled for one party; witnesses' aside */
#define PT_KEYHISTORY_WITNESS_KEYS_MAX 512 /* ever enrolled for witnesses, counted apart */
#define PT_KEYHISTORY_PENDING_MAX 64       /* of one author, waiting for approvals */
#define PT_KEYHISTORY_WORDS_MAX 16         /* of one body on one change: what it says, and anew */
#define PT_KEYCHANGE_ITEMS_MAX 64          /* keys that one KeyChange adds or retires */
#define PT_KEYS_STREAM "keys"
#define PT_KEYCHANGE_CODE "KeyChange" /* its record code, as Approvals name it */
#define PT_POLICYCHANGE_CODE "PolicyChange"

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
    uint64_t seq; /* of the record; pt_keyhistory_take finds it itself */
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
 * before, or named by a change that waits and may still get its approvals: nobody alone takes it
 * from that change), PT_E_NOT_FOUND (retires no live key of that party).
 * Whoever replays the log ignores what was refused. */
int pt_keyhistory_change(struct pt_keyhistory *k, const struct pt_key_event *at,
                         const Pentad__V1__KeyChange *c, struct pt_err *err);
/* A PolicyChange record at its log position: waits for approvals, or is refused with a code and has
 * no effect: PT_E_FIELD (no verifier key of type 04; one that proves nothing; a quorum that its
 * witnesses can't reach, or of no more than half of those that count; a clock that goes back to
 * replay; the policy that it replaces isn't the one in force), PT_E_EXISTS (a witness twice; a key
 * that was enrolled before, for whatever), PT_E_FORBIDDEN (a witness that can't count),
 * PT_E_UNKNOWN_KEY, PT_E_RETIRED_KEY, PT_E_TOO_LARGE. With sv each verifier key must be one that
 * signatures can be checked with at all: a key of small order would verify any message. */
int pt_keyhistory_policy_change(struct pt_keyhistory *k, const struct pt_key_event *at,
                                const Pentad__V1__PolicyChange *c, const struct pt_sigverify *sv,
                                struct pt_err *err);
/* An Approval record by at->party. Counts only where its target is a KeyChange of another party's
 * keys than at->party's, or a PolicyChange, that waits and stands earlier in the log; else nothing
 * happens. The change takes effect with 3 of congress, discipline, organization and audit, unless
 * what it changes was changed while it waited. A later rejection by the same party takes its
 * approval back while the change waits. Of one party's words on one change those count that say
 * another thing than the one before, and the first PT_KEYHISTORY_WORDS_MAX of them; where the last
 * of these would approve, it doesn't count, so that whatever was approved can be taken back. A
 * change is over, and waits no more, once PT_KEYHISTORY_REJECTIONS of the four other than its
 * author have rejected it, or another policy is in force than a PolicyChange replaces.
 * One that says it is about another type of record counts nothing: people approve what they read.
 * *ret_effect says that the change took effect by it. ret_effect may be NULL. */
int pt_keyhistory_approval(struct pt_keyhistory *k, const struct pt_key_event *at,
                           const Pentad__V1__Approval *a, bool *ret_effect);

/* Is the Approval about records of this code, as far as it says? */
bool pt_approval_names(const Pentad__V1__Approval *a, const char *code);

/* Is the record one that this history rests on: a KeyChange, a PolicyChange, or an Approval of one,
 * as far as it says? */
bool pt_keyhistory_concerns(const Pentad__V1__Record *rec);
/* A record of whatever type at its place, as whoever replays the log takes it: one of those three
 * is applied, what is refused and all else has no effect. PT_E_NOMEM. */
int pt_keyhistory_take(struct pt_keyhistory *k, const struct pt_key_event *at,
                       const Pentad__V1__Record *rec, const struct pt_sigverify *sv);
/* The same of its bytes. PT_E_NOMEM, or why it isn't in its strict form. */
int pt_keyhistory_record(struct pt_keyhistory *k, const struct pt_key_event *at,
                         struct pt_span record, const struct pt_sigverify *sv);

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
/* The i-th key ever enrolled, in the order of enrolment; i < count. Valid as that of find. */
const struct pt_keyhistory_key *pt_keyhistory_at(const struct pt_keyhistory *k, size_t i);
/* Grows with every record that changed anything here, also what waits: whoever keeps the records
 * that make a history can leave the others out. */
uint64_t pt_keyhistory_moves(const struct pt_keyhistory *k);
/* Grows with every change that took effect: a writer that verified against an older version
 * asks again. */
uint64_t pt_keyhistory_version(const struct pt_keyhistory *k);

/* ---- policies (policyhistory.c) ---- */

/* Witnesses, quorum and clock from a log index on. */
struct pt_keyhistory_policy {
    uint64_t from; /* log index that brought it: of checkpoints above it */
    const Pentad__V1__PolicyChange
        *said;                  /* owned by the history; of the genesis: as if it said so */
    char party[33], stream[33]; /* whose PolicyChange it was; empty: the genesis */
    uint64_t seq;
};
/* At least 1 once the genesis is taken. */
size_t pt_keyhistory_policies(const struct pt_keyhistory *k);
/* The i-th, in the order of the log; 0 is the genesis's. Valid until the history changes. */
const struct pt_keyhistory_policy *pt_keyhistory_policy(const struct pt_keyhistory *k, size_t i);
/* The one in force for a checkpoint of that size; the newest: UINT64_MAX. Once the genesis is
 * taken. */
const struct pt_keyhistory_policy *pt_keyhistory_policy_at(const struct pt_keyhistory *k,
                                                           uint64_t size);
/* A PolicyChange that waits for approvals, and who has approved it. */
struct pt_keyhistory_waiting {
    const Pentad__V1__PolicyChange *said; /* as above */
    char party[33], stream[33];
    uint64_t seq;
    struct pt_hash record_hash;
    const char *approved[4]; /* party names, NULL behind the last */
};
#define PT_KEYHISTORY_APPROVALS 3
#define PT_KEYHISTORY_REJECTIONS 2 /* of others than its author: it is over */
/* The i-th that waits; false: there are fewer. Valid until the history changes. */
bool pt_keyhistory_policy_waiting(const struct pt_keyhistory *k, size_t i,
                                  struct pt_keyhistory_waiting *ret);
/* Appends it as a C2SP tlog-policy file: the log, the witnesses, the quorum of those that count.
 */
int pt_keyhistory_policy_text(const struct pt_keyhistory *k, size_t i, struct pt_buf *out);
/* All of them, parsed, the newest first: *ret and, through pt_policy.before, those it replaced.
 * Freed by pt_policies_free. PT_E_NOMEM. */
int pt_keyhistory_policy_chain(const struct pt_keyhistory *k, struct pt_policy **ret,
                               struct pt_err *err);

#endif
