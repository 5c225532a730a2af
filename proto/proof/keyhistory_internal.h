/* Private to the room: a key history from inside. keyhistory.c keeps the keys, keywaiting.c what
 * waits for approvals, policyhistory.c the policies. */
#ifndef PENTAD_PROOF_KEYHISTORY_INTERNAL_H
#define PENTAD_PROOF_KEYHISTORY_INTERNAL_H

#include <pentad/proof/entry.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/note.h>
#include <pentad/record/party.h>

enum {
    PARTIES_MAX = 16,
    KEYS_MAX = PARTIES_MAX * PT_KEYHISTORY_PARTY_KEYS_MAX + PT_KEYHISTORY_WITNESS_KEYS_MAX,
    SLOTS = 32768, /* of the fingerprint index, at most half full */
};
_Static_assert(SLOTS >= 2 * KEYS_MAX, "the index stays half empty");

struct party {
    char name[PT_NAME_MAX + 1];
    unsigned n_keys;    /* ever enrolled; the hub's without the witnesses' */
    unsigned n_pending; /* changes it authored that wait */
};

enum word { SAID_NOTHING, APPROVES, REJECTS };

/* A change that waits: of another party's keys, or of the policy.
 *
 *   logged --approval--> waiting --third approval--> taken effect (removed)
 *                        |  ^  |
 *                        +--+  +--two of the four but its author reject it, or
 *          a rejection takes      another policy than it replaces is in force--> over (removed)
 *          one back
 *
 * What is over makes room for its author's next one. The author's own rejection ends nothing: who
 * could ask and end it alone could do so for ever, and everybody keeps what makes a history.
 * The keys that it would enrol are its own while it can still get its approvals without anybody
 * having to say another thing than before. */
struct pending {
    char author[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
    struct pt_hash record_hash;
    Pentad__V1__KeyChange *change;    /* own copy; NULL where it is of the policy */
    Pentad__V1__PolicyChange *policy; /* own copy; NULL where it is of keys */
    enum word said[PT_APPROVERS];
    unsigned words[PT_APPROVERS]; /* how often each one's word was another */
    struct pt_hash *fresh;        /* owned: fingerprints of the keys that it would enrol */
    size_t n_fresh;
};

struct pt_keyhistory {
    uint64_t version;
    uint64_t moves;
    unsigned n_parties;
    struct party parties[PARTIES_MAX];
    unsigned n_witness_keys; /* ever enrolled */
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

/* Of one that an earlier check has found. */
struct party *pt_keyhistory_party(struct pt_keyhistory *k, const char *name);
/* NULL if there is none. */
const struct party *pt_keyhistory_party_of(const struct pt_keyhistory *k, const char *name);
/* NULL if never enrolled. */
struct pt_keyhistory_key *pt_keyhistory_own(const struct pt_keyhistory *k,
                                            const struct pt_hash *fingerprint);
/* The log's key and the witnesses' belong to the hub in the history: known, so that none of them is
 * ever enrolled for batches. A witness's (KEY_USE_COSIGNING) counts among theirs. */
int pt_keyhistory_enrol_vkey(struct pt_keyhistory *k, const char *vkey, Pentad__V1__KeyUse use,
                             uint64_t log_index, struct pt_err *err);

/* The caller frees it; NULL for want of memory. */
ProtobufCMessage *pt_keyhistory_copy(const ProtobufCMessage *m);

/* ---- keywaiting.c ---- */

void pt_pending_free(struct pending *p); /* what it owns */
int pt_pending_copy(struct pending *to, const struct pending *from);
/* Takes a copy of the change, of keys or of the policy, which a check has let pass. PT_E_NOMEM. */
int pt_pending_add(struct pt_keyhistory *k, const struct pt_key_event *at,
                   const Pentad__V1__KeyChange *keys, const Pentad__V1__PolicyChange *policy);
/* NULL: nothing waits there. Valid until the next add or drop. */
struct pending *pt_pending_find(struct pt_keyhistory *k, const Pentad__V1__RecordRef *ref);
void pt_pending_drop(struct pt_keyhistory *k, struct pending *p);
/* Is this party's Approval one of it? */
bool pt_pending_asks(const struct pending *p, const char *party, const Pentad__V1__Approval *a);
/* A body's word on it, news or none; anybody else's says nothing. The last that is heard of one
 * body takes an approval back. */
void pt_pending_word(struct pt_keyhistory *k, struct pending *p, const char *party, enum word word);
unsigned pt_pending_approvals(const struct pending *p);
/* Have so many others than its author rejected it that it is over? */
bool pt_pending_rejected(const struct pending *p);
/* Another policy is in force now than all those that wait would replace. */
void pt_pending_drop_policies(struct pt_keyhistory *k);
/* Does the change add no key that another one, which waits, holds for itself? PT_E_EXISTS. */
int pt_pending_reserved(const struct pt_keyhistory *k, const Pentad__V1__KeyChange *c,
                        struct pt_err *err);

/* ---- policyhistory.c ---- */

int pt_policies_genesis(struct pt_keyhistory *k, const Pentad__V1__Genesis *g, struct pt_err *err);
int pt_policies_clone(const struct pt_keyhistory *from, struct pt_keyhistory *to);
void pt_policies_done(struct pt_keyhistory *k);
/* May it wait for approvals, or take effect? sv NULL: its keys were looked at before. PT_E_NOMEM is
 * no verdict. */
int pt_policy_check(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c,
                    const struct pt_sigverify *sv, struct pt_err *err);
/* Fingerprints of the keys that it would enrol: at most PT_WITNESSES_MAX. *ret_n; one that
 * pt_policy_check lets pass. */
void pt_policy_fresh(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c,
                     struct pt_hash *ret, size_t *ret_n);
/* One that pt_policy_check lets pass, at the log index of its third approval. PT_E_NOMEM. */
int pt_policy_take_effect(struct pt_keyhistory *k, const struct pending *p, uint64_t log_index);

#endif
