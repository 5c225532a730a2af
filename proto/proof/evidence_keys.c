#include <inttypes.h>
#include <string.h>

#include <pentad/proof/tlogproof.h>

#include "evidence_run.h"

int pt_evidence_keys_open(struct pt_span bytes, Pentad__V1__EvidenceBundle **ret,
                          struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    int rc = pt_strict_unpack(&pentad__v1__evidence_bundle__descriptor, bytes, &m, err);
    Pentad__V1__EvidenceBundle *b = (Pentad__V1__EvidenceBundle *)m;

    *ret = NULL;
    if (rc == 0 && (!b->has_version || b->version != 1 || b->has_genesis_entry ||
                    b->n_batches > 0 || b->n_records > 0 || b->figure != NULL)) {
        rc = pt_err_set(err, PT_E_FORMAT, "it is no key history of version 1");
    }
    for (size_t i = 0; rc == 0 && i < b->n_key_history; i++) {
        const Pentad__V1__EvidenceBatch *e = b->key_history[i]->entry;

        if (e == NULL || !e->has_log_index) {
            rc = pt_err_set(err, PT_E_MISSING, "an entry of it lacks its index");
        } else if (i > 0 && e->log_index < b->key_history[i - 1]->entry->log_index) {
            rc = pt_err_set(err, PT_E_SEQ, "its entries are not in log order");
        }
    }
    if (rc != 0 && b != NULL) {
        pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    } else {
        *ret = b;
    }
    return rc;
}

int pt_evidence_keys_records(const Pentad__V1__EvidenceKeyEntry *k, const struct pt_entry *e,
                             pt_evidence_key_cb cb, void *ctx, struct pt_err *err) {
    struct pt_key_event at = {.log_index = k->entry->log_index,
                              .party = e->statement.msg->party,
                              .stream = e->statement.msg->stream,
                              .signing_key = e->signing_key};
    uint64_t after = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < k->n_records; i++) {
        const Pentad__V1__EvidenceRecord *rec = k->records[i];

        if (!rec->has_seq || !rec->has_record || rec->has_erased || rec->has_withheld ||
            rec->seq <= after) {
            return pt_err_set(err, PT_E_FORMAT, "its records lack something or are not in order");
        }
        after = rec->seq;
        pt_leaf_hash(&at.record_hash, rec->record.data, rec->record.len);
        rc = pt_evidence_path(rec, &e->statement, err);
        rc = rc == 0 ? cb(ctx, &at, pt_span(rec->record.data, rec->record.len)) : rc;
    }
    return rc;
}

/* ---- with everything that proves it ---- */

struct taking {
    struct pt_keyhistory *keys;
    const struct pt_hash *hub;
    const struct pt_policy *policy;
    const struct pt_sigverify *sv;
};

static int take_record(void *ctx, const struct pt_key_event *at, struct pt_span record) {
    const struct taking *t = ctx;

    return pt_keyhistory_record(t->keys, at, record, t->sv);
}

int pt_evidence_logged(const struct pt_hash *leaf, uint64_t log_index, struct pt_span proof,
                       const struct pt_policy *policy, const struct pt_sigverify *sv,
                       struct pt_checkpoint *ret, struct pt_err *err) {
    struct pt_policy_verdict verdict;
    struct pt_tlogproof p;
    int rc = pt_tlogproof_parse(&p, proof, err);

    rc = rc == 0 ? pt_policy_open_signed(policy, p.note, sv, ret, &verdict, err) : rc;
    if (rc == 0 &&
        (p.index != log_index || pt_merkle_verify_inclusion(leaf, log_index, ret->size, p.path.h,
                                                            p.path.n, &ret->root) != 0)) {
        rc = pt_err_set(err, PT_E_PROOF, "the proof doesn't lead to its checkpoint");
    }
    return rc;
}

static int check_signer(const struct taking *t, const Pentad__V1__EvidenceKeyEntry *k,
                        const struct pt_entry *e, struct pt_err *err) {
    const struct pt_keyhistory_key *key = pt_keyhistory_find(t->keys, &e->signing_key);
    int rc = pt_keyhistory_may_sign(t->keys, &e->signing_key, e->statement.msg->party,
                                    e->statement.msg->stream, k->entry->log_index,
                                    pt_evidence_all_key_changes(k), err);

    return rc == 0 ? pt_envelope_verify(e->msg->envelope, key->spki, t->sv, err) : rc;
}

static int take_entry(struct taking *t, const Pentad__V1__EvidenceKeyEntry *k, struct pt_err *err) {
    const Pentad__V1__EvidenceBatch *b = k->entry;
    struct pt_checkpoint cp;
    struct pt_entry e;
    int rc = pt_entry_open(pt_span(b->log_entry.data, b->log_entry.len), &e, err);

    if (rc != 0) {
        return rc;
    }
    if (e.is_genesis || !pt_hash_eq(&e.statement.hub, t->hub)) {
        rc = pt_err_set(err, PT_E_WRONG_HUB, "it is no batch of this hub");
    }
    rc = rc == 0 ? pt_evidence_logged(&e.leaf, b->log_index,
                                      pt_span(b->tlog_proof.data, b->tlog_proof.len), t->policy,
                                      t->sv, &cp, err)
                 : rc;
    rc = rc == 0 ? check_signer(t, k, &e, err) : rc;
    rc = rc == 0 ? pt_evidence_keys_records(k, &e, take_record, t, err) : rc;
    pt_entry_done(&e);
    return rc;
}

int pt_evidence_keys_take(struct pt_keyhistory *keys, struct pt_span bytes,
                          const struct pt_hash *hub, const struct pt_policy *policy,
                          const struct pt_sigverify *sv, struct pt_err *err) {
    struct taking t = {keys, hub, policy, sv};
    Pentad__V1__EvidenceBundle *b = NULL;
    int rc = pt_evidence_keys_open(bytes, &b, err);

    for (size_t i = 0; rc == 0 && i < b->n_key_history; i++) {
        rc = take_entry(&t, b->key_history[i], err);
        if (rc != 0) {
            struct pt_err why = *err;
            pt_err_set(err, rc, "log entry %" PRIu64 ": %s", b->key_history[i]->entry->log_index,
                       why.msg);
        }
    }
    if (b != NULL) {
        pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    }
    return rc;
}
