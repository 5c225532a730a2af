/* Cosignatures of a log under check: each checkpoint's by the policy that was in force at its size,
 * which the entries before it have made. */
#include "checker.h"

#include <stdlib.h>

#include <pentad/proof/keyhistory.h>

static int follow_policy(struct checker *c) {
    size_t n = pt_keyhistory_policies(c->keys);
    struct pt_policy *fresh;
    if (n == c->n_policies) {
        return 0;
    }
    int rc = pt_keyhistory_policy_chain(c->keys, &fresh, NULL);
    if (rc == 0) {
        pt_policies_free(c->policy);
        c->policy = fresh;
        c->n_policies = n;
    }
    return rc;
}

int pt_checker_cosigned(struct checker *c, struct pt_span note, bool needs_quorum,
                        const char *where) {
    struct fault_at at = {.check = "cosigned", .where = where};
    struct pt_policy_verdict v;
    struct pt_checkpoint cp;
    struct pt_hash root;
    struct pt_err why = {0};
    if (!c->has_genesis || !c->with_records) {
        return 0; /* without all records nobody knows which policy was in force */
    }
    int rc = follow_policy(c);
    if (rc != 0) {
        return rc;
    }
    rc = pt_policy_open_signed(c->policy, note, &c->o->verify, &cp, &v, &why);
    pt_merkle_root(&c->tree, &root);
    if (rc != 0) {
        pt_checker_fault(c, &at, rc, "%s", why.msg);
    } else if (cp.size != c->tree.size || !pt_hash_eq(&cp.root, &root)) {
        pt_checker_fault(c, &at, PT_E_FORK, "the entries don't give the head that was cosigned");
    } else if (needs_quorum && !v.quorum) {
        pt_checker_fault(c, &at, PT_E_POLICY,
                         "%d witnesses of the policy in force at that size have cosigned it: no "
                         "quorum",
                         __builtin_popcountll(v.witnesses));
    } else if (v.quorum) {
        c->ret->cosigned_size = cp.size;
    }
    return rc == PT_E_NOMEM ? rc : 0;
}
