#include <pentad/intake/author.h>

#include <string.h>

#include <pentad/certs/dsse.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/merkle.h>
#include <pentad/v1/envelope.pb-c.h>

static ProtobufCBinaryData bytes_of(const struct pt_hash *h) {
    ProtobufCBinaryData d;
    d.len = PT_HASH_LEN;
    d.data = (uint8_t *)(uintptr_t)h->b; /* packing only reads */
    return d;
}

static int write_statement(const struct pt_author_head *h, const struct pt_hash *root, size_t n,
                           struct pt_buf *out) {
    Pentad__V1__BatchStatement m = PENTAD__V1__BATCH_STATEMENT__INIT;
    Pentad__V1__Seen seen = PENTAD__V1__SEEN__INIT;
    m.has_version = m.has_hub = m.has_first_seq = m.has_record_count = m.has_records_root = 1;
    m.has_previous = m.has_signed_at_ms = m.has_schema_version = 1;
    m.version = 1;
    m.hub = bytes_of(h->hub);
    m.party = (char *)(uintptr_t)h->party;
    m.stream = (char *)(uintptr_t)h->stream;
    m.first_seq = h->first_seq;
    m.record_count = (uint32_t)n;
    m.records_root = bytes_of(root);
    m.previous = bytes_of(h->previous);
    if (h->supersedes != NULL) {
        m.has_supersedes = 1;
        m.supersedes = bytes_of(h->supersedes);
    }
    seen.has_tree_size = seen.has_root = 1;
    seen.tree_size = h->seen_size;
    seen.root = bytes_of(h->seen_root);
    m.seen = &seen;
    m.signed_at_ms = h->signed_at_ms;
    m.schema_version = 1;
    return pt_strict_pack(out, &m.base);
}

/* A length-delimited field of the Batch message. */
static int put_field(struct pt_buf *out, uint8_t tag, struct pt_span bytes) {
    size_t at = out->len;
    int code = pt_batch_record_append(out, bytes);
    if (code == 0) {
        out->p[at] = tag;
    }
    return code;
}

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
    int code = write_statement(h, &root, n, &statement);
    if (code == 0) {
        code = pt_dsse_sign(key, PT_DSSE_BATCH_STATEMENT, pt_buf_span(&statement), &envelope, err);
    }
    if (code == 0) {
        code = put_field(ret_batch, 0x0a, pt_buf_span(&envelope));
    }
    for (size_t i = 0; code == 0 && i < n; i++) {
        code = put_field(ret_batch, 0x12, records[i]);
    }
    if (code == 0 && held.len > 0) {
        code = put_field(ret_batch, 0x1a, held);
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
