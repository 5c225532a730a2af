#include <pentad/client/batch.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/certs/dsse.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/merkle.h>
#include <pentad/proof/refusal.h>

int pt_batch_sign(const struct pt_batch_cut *cut, const struct pt_key *key,
                  struct pt_buf *ret_envelope, struct pt_hash *ret_statement, struct pt_err *err) {
    struct pt_hash root;
    struct pt_buf payload;
    pt_merkle_root_of(cut->record_hashes, cut->record_count, &root);
    pt_buf_init(&payload, 65535);
    const struct pt_statement_parts parts = {.party = cut->party,
                                             .stream = cut->stream,
                                             .hub = &cut->hub,
                                             .records_root = &root,
                                             .previous = &cut->previous,
                                             .seen_root = &cut->seen_root,
                                             .supersedes = cut->supersedes,
                                             .first_seq = cut->first_seq,
                                             .seen_size = cut->seen_size,
                                             .record_count = cut->record_count,
                                             .signed_at_ms = cut->signed_at_ms};
    int rc = pt_statement_write(&parts, &payload);
    if (rc == 0) {
        pt_sha256(ret_statement, payload.p, payload.len);
        rc = pt_dsse_sign(key, PT_DSSE_BATCH_STATEMENT, pt_buf_span(&payload), ret_envelope, err);
    } else {
        pt_err_set(err, rc, "the statement could not be encoded");
    }
    pt_buf_done(&payload);
    return rc;
}

/* ---- answers ---- */

static int open_receipt(const Pentad__V1__Receipt *r, const struct pt_hash *statement,
                        const struct pt_trust *trust, struct pt_answer *ret, struct pt_err *err) {
    struct pt_entry entry;
    struct pt_checkpoint cp;
    struct pt_policy_verdict verdict;
    struct pt_hash path[PT_MERKLE_PATH_MAX];
    int rc = pt_entry_open(pt_span(r->log_entry.data, r->log_entry.len), &entry, err);
    if (rc != 0) {
        pt_err_wrap(err, "the receipt's log entry");
        goto out;
    }
    if (entry.is_genesis || !pt_hash_eq(&entry.statement.hash, statement)) {
        rc = pt_err_set(err, PT_E_PROOF, "the receipt is for another statement");
        goto out;
    }
    if (r->n_inclusion_proof > PT_MERKLE_PATH_MAX) {
        rc = pt_err_set(err, PT_E_PROOF, "the receipt's proof is too long");
        goto out;
    }
    for (size_t i = 0; i < r->n_inclusion_proof && rc == 0; i++) {
        rc = pt_hash_from_bytes(&path[i], r->inclusion_proof[i].data, r->inclusion_proof[i].len);
    }
    if (rc != 0) {
        rc = pt_err_set(err, PT_E_PROOF, "the receipt's proof holds something that is no hash");
        goto out;
    }
    rc = pt_policy_open_signed(trust->policy, pt_span(r->checkpoint.data, r->checkpoint.len),
                               &trust->sv, &cp, &verdict, err);
    if (rc != 0) {
        pt_err_wrap(err, "the receipt's checkpoint");
        goto out;
    }
    ret->ignored = false;
    rc = pt_merkle_verify_inclusion(&entry.leaf, r->log_index, cp.size, path, r->n_inclusion_proof,
                                    &cp.root);
    if (rc != 0) {
        pt_err_set(err, rc, "the receipt's proof does not lead to its checkpoint");
        goto out;
    }
    ret->log_index = r->log_index;
    ret->received_at_ms = entry.received_at_ms;
    ret->checkpoint_size = cp.size;
    ret->checkpoint_root = cp.root;
    ret->checkpoint = pt_span(r->checkpoint.data, r->checkpoint.len);
out:
    pt_entry_done(&entry);
    return rc;
}

static int open_refusal(const Pentad__V1__Envelope *env, const struct pt_hash *statement,
                        const struct pt_trust *trust, const struct pt_keyhistory *keys,
                        struct pt_answer *ret, struct pt_err *err) {
    int rc = pt_refusal_open(env, &trust->hub, statement, keys, &trust->sv, &ret->refusal, err);
    ret->refused = rc == 0;
    return rc;
}

int pt_answer_open(struct pt_span reply, const struct pt_hash *statement,
                   const struct pt_trust *trust, const struct pt_keyhistory *keys,
                   struct pt_answer *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    ret->ignored = true;
    ProtobufCMessage *m = NULL;
    int rc = pt_strict_unpack(&pentad__v1__submit_reply__descriptor, reply, &m, err);
    if (rc != 0) {
        pt_err_wrap(err, "the hub's answer");
        return rc;
    }
    ret->reply = (Pentad__V1__SubmitReply *)m;
    if ((ret->reply->receipt != NULL) == (ret->reply->refusal != NULL)) {
        rc = pt_err_set(err, PT_E_FORMAT, "the hub's answer is neither a receipt nor a refusal");
    } else if (ret->reply->receipt) {
        rc = open_receipt(ret->reply->receipt, statement, trust, ret, err);
    } else {
        rc = open_refusal(ret->reply->refusal, statement, trust, keys, ret, err);
    }
    if (rc != 0) {
        bool ignored = ret->ignored;
        pt_answer_done(ret);
        ret->ignored = ignored;
    } else {
        ret->ignored = false;
    }
    return rc;
}

void pt_answer_done(struct pt_answer *a) {
    if (a->refusal) {
        pentad__v1__refusal__free_unpacked(a->refusal, NULL);
    }
    if (a->reply) {
        pentad__v1__submit_reply__free_unpacked(a->reply, NULL);
    }
    memset(a, 0, sizeof *a);
}
