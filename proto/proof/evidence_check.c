#include "evidence_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/tlogproof.h>

enum { NOTES_MAX = 4096 };

/* ---- checkpoints ---- */

/* Two heads for one size under trusted signatures: the log has told two histories. */
static bool forked(const struct pt_evidence_run *run, const struct pt_checkpoint *c) {
    const struct pt_evidence_result *r = run->r;

    for (size_t i = 0; i < r->n_checkpoints; i++) {
        if (r->checkpoints[i].size == c->size && !pt_hash_eq(&r->checkpoints[i].root, &c->root)) {
            return true;
        }
    }
    return false;
}

static void keep_checkpoint(struct pt_evidence_run *run, const struct pt_checkpoint *c,
                            uint64_t witnesses) {
    struct pt_evidence_result *r = run->r;
    struct pt_evidence_checkpoint *grown =
        realloc(r->checkpoints, (r->n_checkpoints + 1) * sizeof(*grown));

    if (grown == NULL) {
        run->nomem = true;
        return;
    }
    r->checkpoints = grown;
    grown[r->n_checkpoints++] = (struct pt_evidence_checkpoint){
        c->size, c->root, (unsigned)__builtin_popcountll(witnesses)};
}

static void judge(struct pt_evidence_run *run, struct pt_judged_note *n) {
    struct pt_policy_verdict v;
    struct pt_err err = {0, ""};

    n->code = pt_policy_open(run->policy, n->note, run->sv, &n->checkpoint, &v, &err);
    if (n->code == 0 && run->r->genesis != NULL &&
        strcmp(n->checkpoint.origin, run->r->genesis->origin) != 0) {
        n->code = pt_err_set(&err, PT_E_PROOF, "the checkpoint is of %s, the genesis of %s",
                             n->checkpoint.origin, run->r->genesis->origin);
    }
    if (n->code == 0 && forked(run, &n->checkpoint)) {
        n->code = pt_err_set(&err, PT_E_FORK, "two trusted checkpoints of size %" PRIu64 " differ",
                             n->checkpoint.size);
    }
    if (n->code == 0) {
        keep_checkpoint(run, &n->checkpoint, v.witnesses);
    } else {
        pt_evidence_fail(run, "checkpoint", n->code, "", err.msg);
    }
    memcpy(n->msg, err.msg, sizeof(n->msg));
}

static const struct pt_judged_note *judged(struct pt_evidence_run *run, struct pt_span note) {
    struct pt_judged_note *n;

    for (size_t i = 0; i < run->n_notes; i++) {
        if (pt_span_eq(run->notes[i].note, note)) {
            return &run->notes[i];
        }
    }
    if (run->n_notes == NOTES_MAX) {
        pt_evidence_fail(run, "checkpoint", PT_E_TOO_LARGE, "",
                         "the bundle has more checkpoints than any proof needs");
        return NULL;
    }
    if (run->n_notes == run->cap_notes) {
        size_t cap = run->cap_notes == 0 ? 4 : 2 * run->cap_notes;
        struct pt_judged_note *grown = realloc(run->notes, cap * sizeof(*grown));

        if (grown == NULL) {
            run->nomem = true;
            return NULL;
        }
        run->notes = grown;
        run->cap_notes = cap;
    }
    n = &run->notes[run->n_notes++];
    memset(n, 0, sizeof(*n));
    n->note = note;
    judge(run, n);
    return n;
}

bool pt_evidence_inclusion(struct pt_evidence_run *run, const char *where,
                           const struct pt_hash *leaf, uint64_t log_index, bool has_proof,
                           ProtobufCBinaryData proof) {
    const struct pt_judged_note *n;
    struct pt_tlogproof p;
    struct pt_err err;
    int rc;

    if (!has_proof) {
        pt_evidence_fail(run, "inclusion", PT_E_MISSING, where, "the entry comes without a proof");
        return false;
    }
    rc = pt_tlogproof_parse(&p, pt_span(proof.data, proof.len), &err);
    if (rc != 0) {
        pt_evidence_fail(run, "inclusion", rc, where, err.msg);
        return false;
    }
    if (p.index != log_index) {
        pt_evidence_fail(run, "inclusion", PT_E_PROOF, where, "the proof is for another log index");
        return false;
    }
    n = judged(run, p.note);
    if (n == NULL || n->code != 0) {
        return false; /* the checkpoint's failure stands on its own */
    }
    rc = pt_merkle_verify_inclusion(leaf, log_index, n->checkpoint.size, p.path.h, p.path.n,
                                    &n->checkpoint.root);
    if (rc != 0) {
        pt_evidence_fail(run, "inclusion", rc, where,
                         "the entry's path doesn't lead to the checkpoint's root");
        return false;
    }
    return true;
}

/* ---- batches ---- */

static bool check_signature(struct pt_evidence_run *run, struct pt_evidence_batch *b,
                            bool only_key_changes, const char *where) {
    const Pentad__V1__BatchStatement *s = b->entry.statement.msg;
    const struct pt_keyhistory_key *key = pt_keyhistory_find(run->r->keys, &b->entry.signing_key);
    struct pt_err err = {0, ""};
    bool ok = true;
    int rc;

    rc = pt_keyhistory_may_sign(run->r->keys, &b->entry.signing_key, s->party, s->stream,
                                b->log_index, only_key_changes, &err);
    if (rc != 0) {
        pt_evidence_fail(run, "key", rc, where, err.msg);
        ok = false;
    }
    if (key == NULL) {
        pt_evidence_fail(run, "signature", PT_E_UNKNOWN_KEY, where,
                         "can't be checked: the key history doesn't have its key");
        return false;
    }
    b->key = key;
    rc = pt_envelope_verify(b->entry.msg->envelope, key->spki, run->sv, &err);
    if (rc != 0) {
        pt_evidence_fail(run, "signature", rc, where, err.msg);
        ok = false;
    }
    return ok;
}

void pt_evidence_check_batch(struct pt_evidence_run *run, const Pentad__V1__EvidenceBatch *b,
                             bool only_key_changes, struct pt_evidence_batch *ret) {
    char where[96];
    struct pt_err err = {0, ""};
    int rc;

    memset(ret, 0, sizeof(*ret));
    snprintf(where, sizeof(where), "log entry %" PRIu64, b->has_log_index ? b->log_index : 0);
    if (!b->has_log_index || !b->has_log_entry) {
        pt_evidence_fail(run, "statement", PT_E_MISSING, where,
                         "an entry lacks its index or bytes");
        return;
    }
    ret->log_index = b->log_index;
    rc = pt_entry_open(pt_span(b->log_entry.data, b->log_entry.len), &ret->entry, &err);
    if (rc == 0 && ret->entry.is_genesis) {
        pt_entry_done(&ret->entry);
        rc = pt_err_set(&err, PT_E_FORMAT, "a genesis stands where a batch is meant");
    }
    if (rc != 0) {
        pt_evidence_fail(run, "statement", rc, where, err.msg);
        return;
    }
    ret->opened = ret->ok = true;
    if (!pt_hash_eq(&ret->entry.statement.hub, run->hub)) {
        pt_evidence_fail(run, "statement", PT_E_WRONG_HUB, where,
                         "the statement was signed for another hub");
        ret->ok = false;
    }
    ret->ok = pt_evidence_inclusion(run, where, &ret->entry.leaf, b->log_index, b->has_tlog_proof,
                                    b->tlog_proof) &&
              ret->ok;
    ret->ok = check_signature(run, ret, only_key_changes, where) && ret->ok;
}

void pt_evidence_batch_done(struct pt_evidence_batch *b) {
    pt_entry_done(&b->entry);
    memset(b, 0, sizeof(*b));
}

/* ---- records ---- */

int pt_evidence_leaf(const Pentad__V1__EvidenceRecord *rec, struct pt_hash *ret) {
    if (rec->has_erased || rec->has_withheld) {
        const ProtobufCBinaryData *hash = rec->has_erased ? &rec->erased : &rec->withheld;

        return pt_hash_from_bytes(ret, hash->data, hash->len);
    }
    pt_leaf_hash(ret, rec->record.data, rec->record.len);
    return 0;
}

int pt_evidence_path(const Pentad__V1__EvidenceRecord *rec, const struct pt_statement *s,
                     struct pt_err *err) {
    struct pt_hash path[PT_MERKLE_PATH_MAX];
    struct pt_hash leaf;

    if (rec->seq < s->first_seq || rec->seq - s->first_seq >= s->record_count) {
        return pt_err_set(err, PT_E_SEQ, "its number is not one of the batch's");
    }
    if (rec->n_path > PT_MERKLE_PATH_MAX) {
        return pt_err_set(err, PT_E_PROOF, "its path is longer than any");
    }
    for (size_t i = 0; i < rec->n_path; i++) {
        if (pt_hash_from_bytes(&path[i], rec->path[i].data, rec->path[i].len) != 0) {
            return pt_err_set(err, PT_E_PROOF, "step %zu of its path is not a hash", i + 1);
        }
    }
    if (pt_evidence_leaf(rec, &leaf) != 0) {
        return pt_err_set(err, PT_E_PROOF, "the hash in a record's place is not a hash");
    }
    if (pt_merkle_verify_inclusion(&leaf, rec->seq - s->first_seq, s->record_count, path,
                                   rec->n_path, &s->records_root) != 0) {
        return pt_err_set(err, PT_E_PROOF,
                          "its path doesn't lead to the signed statement's records_root");
    }
    return 0;
}

bool pt_evidence_check_hash(struct pt_evidence_run *run, const Pentad__V1__EvidenceRecord *rec,
                            const struct pt_evidence_batch *b) {
    struct pt_err err = {0, ""};
    char where[96];
    int rc;

    snprintf(where, sizeof(where), "%s/%s#%" PRIu64, b->entry.statement.msg->party,
             b->entry.statement.msg->stream, rec->seq);
    rc = rec->has_seq && !rec->has_record && rec->has_erased != rec->has_withheld
             ? pt_evidence_path(rec, &b->entry.statement, &err)
             : pt_err_set(&err, PT_E_FORMAT, "a record is there and said to be erased or withheld");
    if (rc != 0) {
        pt_evidence_fail(run, "path", rc, where, err.msg);
    }
    return rc == 0;
}

Pentad__V1__Record *pt_evidence_check_record(struct pt_evidence_run *run,
                                             const Pentad__V1__EvidenceRecord *rec,
                                             const struct pt_evidence_batch *b) {
    ProtobufCMessage *m = NULL;
    struct pt_err err = {0, ""};
    char where[96];
    bool ok = true;
    int rc;

    if (!rec->has_seq || !rec->has_record || rec->has_erased || rec->has_withheld) {
        pt_evidence_fail(run, "record", PT_E_MISSING, "",
                         "a record lacks its number or its bytes, or has a hash in their place");
        return NULL;
    }
    snprintf(where, sizeof(where), "%s/%s#%" PRIu64, b->entry.statement.msg->party,
             b->entry.statement.msg->stream, rec->seq);
    rc = pt_evidence_path(rec, &b->entry.statement, &err);
    if (rc != 0) {
        pt_evidence_fail(run, "path", rc, where, err.msg);
        ok = false;
    }
    rc = pt_strict_unpack(&pentad__v1__record__descriptor,
                          pt_span(rec->record.data, rec->record.len), &m, &err);
    if (rc == 0 && ((const Pentad__V1__Record *)m)->seq != rec->seq) {
        rc = pt_err_set(&err, PT_E_SEQ, "the record says another number of itself");
    }
    if (rc != 0) {
        pt_evidence_fail(run, "record", rc, where, err.msg);
        ok = false;
    }
    if (!ok) {
        protobuf_c_message_free_unpacked(m, NULL);
        return NULL;
    }
    return (Pentad__V1__Record *)m;
}
