/* Private to the room: a key history from inside. keyhistory.c keeps the keys and what waits for
 * approvals, policyhistory.c the policies. */
#ifndef PENTAD_PROOF_KEYHISTORY_INTERNAL_H
#define PENTAD_PROOF_KEYHISTORY_INTERNAL_H

#include <pentad/proof/entry.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/note.h>

enum {
    PARTIES_MAX = 16,
    KEYS_MAX = PARTIES_MAX * PT_KEYHISTORY_PARTY_KEYS_MAX,
    SLOTS = 16384, /* of the fingerprint index, at most half full */
    APPROVERS = 4
};
_Static_assert(SLOTS >= 2 * KEYS_MAX, "the index stays half empty");

/* The parties outside finance; office and hub count as finance (docs/formats.md 5). */
extern const char *const pt_keyhistory_approvers[APPROVERS];

struct party {
    char name[PT_NAME_MAX + 1];
    unsigned n_keys;    /* ever enrolled */
    unsigned n_pending; /* changes it authored that wait */
};

/* A change that waits: of another party's keys, or of the policy.
 *
 *   logged --approval--> waiting --third approval--> taken effect (removed)
 *                          |  ^
 *                          +--+ rejection takes one back */
struct pending {
    char author[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
    struct pt_hash record_hash;
    Pentad__V1__KeyChange *change;    /* own copy; NULL where it is of the policy */
    Pentad__V1__PolicyChange *policy; /* own copy; NULL where it is of keys */
    bool approved[APPROVERS];
};

struct pt_keyhistory {
    uint64_t version;
    uint64_t moves;
    unsigned n_parties;
    struct party parties[PARTIES_MAX];
    size_t n_keys, cap_keys;
    struct pt_keyhistory_key **keys;
    uint16_t slots[SLOTS]; /* key number + 1; 0 is free */
    size_t n_pending, cap_pending;
    struct pending *pending;
    char origin[PT_NOTE_NAME_MAX + 1];
    char *log_vkey; /* owned */
    size_t n_policies;
    struct pt_keyhistory_policy *policies; /* owned, and what they say */
};
_Static_assert(KEYS_MAX < UINT16_MAX, "slots hold key numbers");

/* Enrols a key of that party, which has room for it; PT_E_NOMEM. */
int pt_keyhistory_enrol(struct pt_keyhistory *k, struct party *p, Pentad__V1__KeyUse use,
                        Pentad__V1__KeyAlgorithm algorithm, struct pt_span spki,
                        uint64_t log_index);
/* Of one that an earlier check has found. */
struct party *pt_keyhistory_party(struct pt_keyhistory *k, const char *name);
/* NULL if there is none. */
const struct party *pt_keyhistory_party_of(const struct pt_keyhistory *k, const char *name);
/* NULL if never enrolled. */
struct pt_keyhistory_key *pt_keyhistory_own(const struct pt_keyhistory *k,
                                            const struct pt_hash *fingerprint);
/* The log's key and the witnesses' belong to the hub in the history: known, so that none of them is
 * ever enrolled for batches. */
int pt_keyhistory_enrol_vkey(struct pt_keyhistory *k, const char *vkey, Pentad__V1__KeyUse use,
                             uint64_t log_index, struct pt_err *err);

/* The caller frees it; NULL for want of memory. */
ProtobufCMessage *pt_keyhistory_copy(const ProtobufCMessage *m);

/* ---- policyhistory.c ---- */

int pt_policies_genesis(struct pt_keyhistory *k, const Pentad__V1__Genesis *g, struct pt_err *err);
int pt_policies_clone(const struct pt_keyhistory *from, struct pt_keyhistory *to);
void pt_policies_done(struct pt_keyhistory *k);
/* May it wait for approvals, or take effect? sv NULL: its keys were looked at before. */
int pt_policy_check(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c,
                    const struct pt_sigverify *sv, struct pt_err *err);
/* One that pt_policy_check lets pass, at the log index of its third approval. PT_E_NOMEM. */
int pt_policy_take_effect(struct pt_keyhistory *k, const struct pending *p, uint64_t log_index);

#endif
