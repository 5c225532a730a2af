/* C2SP tlog-policy: which logs and witnesses a verifier trusts, and how many cosignatures a
 * checkpoint needs. Pure, any thread once parsed. docs/formats.md 3. */
#ifndef PENTAD_PROOF_POLICY_H
#define PENTAD_PROOF_POLICY_H

#include <pentad/proof/checkpoint.h>

#define PT_POLICY_FILE_MAX 65536
#define PT_POLICY_LOGS_MAX 32
#define PT_POLICY_WITNESSES_MAX 32
#define PT_POLICY_GROUPS_MAX 32
#define PT_POLICY_URL_MAX 255

struct pt_policy_member {
    bool group;
    unsigned index; /* of the witness or the group */
};

struct pt_policy_log {
    struct pt_vkey key;
    char url[PT_POLICY_URL_MAX + 1];
};

struct pt_policy_witness {
    char name[PT_NOTE_NAME_MAX + 1];
    struct pt_vkey key;
    char url[PT_POLICY_URL_MAX + 1];
};

struct pt_policy_group {
    char name[PT_NOTE_NAME_MAX + 1];
    unsigned threshold;
    unsigned n_members;
    struct pt_policy_member members[PT_POLICY_WITNESSES_MAX + PT_POLICY_GROUPS_MAX];
};

/* Large: keep it static or on the heap. A log may change its policy (PolicyChange): then a verifier
 * has those that were in force before it as well, each for the checkpoints of its time. */
struct pt_policy {
    unsigned n_logs, n_witnesses, n_groups;
    struct pt_policy_log logs[PT_POLICY_LOGS_MAX];
    struct pt_policy_witness witnesses[PT_POLICY_WITNESSES_MAX];
    struct pt_policy_group groups[PT_POLICY_GROUPS_MAX];
    bool quorum_none;
    struct pt_policy_member quorum;
    uint64_t from;            /* for checkpoints of that size on; 0: of any that `before` has not */
    struct pt_policy *before; /* for smaller ones; NULL: none */
};

/* The message names the line. */
int pt_policy_parse(struct pt_policy *ret, struct pt_span text, struct pt_err *err);
/* A heap policy and those before it; NULL is fine. */
void pt_policies_free(struct pt_policy *newest);
/* The one for a checkpoint of that size: `newest` or one before it. */
const struct pt_policy *pt_policy_at(const struct pt_policy *newest, uint64_t size);
/* Do both name the same logs, witnesses and quorum, in the same order? URLs aside. */
bool pt_policy_same(const struct pt_policy *a, const struct pt_policy *b);
/* Is the set of witnesses (bit i: witness i has cosigned) a quorum? */
bool pt_policy_quorum(const struct pt_policy *p, uint64_t witnesses);

struct pt_policy_verdict {
    unsigned log;       /* which log has signed */
    uint64_t witnesses; /* bit i: witness i has cosigned */
    bool quorum;        /* the policy's quorum is met */
};
/* Both open a note under the policy for its size, `p` or one before it; the verdict is of that one.
 */
/* Opens a checkpoint note that a listed log has signed under its own origin (else PT_E_SIGNATURE),
 * whether or not the quorum is met: what a client follows, and what it may cosign itself. */
int pt_policy_open_signed(const struct pt_policy *p, struct pt_span note,
                          const struct pt_sigverify *sv, struct pt_checkpoint *ret,
                          struct pt_policy_verdict *verdict, struct pt_err *err);
/* Opens a checkpoint note under the policy: a listed log must have signed under its own origin
 * (else PT_E_SIGNATURE), and the quorum be met (else PT_E_POLICY, with *ret and *verdict filled).
 */
int pt_policy_open(const struct pt_policy *p, struct pt_span note, const struct pt_sigverify *sv,
                   struct pt_checkpoint *ret, struct pt_policy_verdict *verdict,
                   struct pt_err *err);

#endif
