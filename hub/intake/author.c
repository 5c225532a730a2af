#include <pentad/intake/author.h>

#include <string.h>

#include <pentad/certs/dsse.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/merkle.h>

int pt_author_batch(const struct pt_author_head *h, const struct pt_span *records, size_t n,
                    const struct pt_key *key, struct pt_span held, struct pt_buf *ret_batch,
                    struct pt_hash *ret_statement, struct pt_err *err) {
    struct pt_merkle_frontier tree = {0};
    struct pt_hash root;
    struct pt_buf statement, envelope;
    PT_ASSERT(n > 0 && n <= PT_BATCH_RECORDS_MAX);
    pt_buf_init(&statement, 4096);
    pt_buf_init(&envelope, 8192);
    for (size_t i = 0; i < n; i++) {
        struct pt_hash leaf;
        pt_leaf_hash(&leaf, records[i].p, records[i].len);
        pt_merkle_append(&tree, &leaf);
    }
    pt_merkle_root(&tree, &root);
    const struct pt_statement_parts parts = {.party = h->party,
                                             .stream = h->stream,
                                             .hub = h->hub,
                                             .records_root = &root,
                                             .previous = h->previous,
                                             .seen_root = h->seen_root,
                                             .supersedes = h->supersedes,
                                             .first_seq = h->first_seq,
                                             .seen_size = h->seen_size,
                                             .record_count = (uint32_t)n,
                                             .signed_at_ms = h->signed_at_ms};
    int code = pt_statement_write(&parts, &statement);
    if (code == 0) {
        code = pt_dsse_sign(key, PT_DSSE_BATCH_STATEMENT, pt_buf_span(&statement), &envelope, err);
    }
    if (code == 0) {
        code = pt_batch_envelope_append(ret_batch, pt_buf_span(&envelope));
    }
    for (size_t i = 0; code == 0 && i < n; i++) {
        code = pt_batch_record_append(ret_batch, records[i]);
    }
    if (code == 0) {
        code = pt_batch_held_append(ret_batch, held);
    }
    if (code == 0 && ret_statement != NULL) {
        pt_sha256(ret_statement, statement.p, statement.len);
    }
    pt_buf_done(&statement);
    pt_buf_done(&envelope);
    return code == 0
               ? 0
               : pt_err_set(err, code, "the batch couldn't be cut: %s", pt_err_text(code, false));
}

int pt_author_record(Pentad__V1__Record *rec, uint64_t seq, const struct pt_entropy *entropy,
                     struct pt_buf *out, struct pt_err *err) {
    uint8_t nonce[16];
    ProtobufCBinaryData before = rec->nonce;
    if (entropy->fill(entropy->ctx, nonce, sizeof nonce) != 0) {
        return pt_err_set(err, PT_E_IO, "no randomness for a record's nonce");
    }
    rec->has_seq = rec->has_nonce = 1;
    rec->seq = seq;
    rec->nonce.data = nonce;
    rec->nonce.len = sizeof nonce;
    int code = pt_strict_pack(out, &rec->base);
    rec->nonce = before;
    return code == 0 ? 0 : pt_err_set(err, code, "the record doesn't fit");
}
