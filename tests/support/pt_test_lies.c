#include "pt_test_lies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/dsse.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>
#include <pentad/v1/feed.pb-c.h>

#include "pt_test_records.h"

#define LEAVES_MAX 64

static struct pt_checkpoint checkpoint_of(struct test_hub *h, uint64_t size) {
    struct pt_checkpoint c = {.size = size};
    snprintf(c.origin, sizeof c.origin, "%s", pt_log_genesis(h->log)->origin);
    return c;
}

void tl_log_unchecked(struct test_hub *h, struct pt_span batch) {
    Pentad__V1__Batch *b = pentad__v1__batch__unpack(NULL, batch.len, batch.p);
    Pentad__V1__LogEntry e = PENTAD__V1__LOG_ENTRY__INIT;
    struct pt_statement st;
    struct pt_hash fp;
    struct pt_buf entry, records;
    struct pt_err err = {0};
    if (!b) {
        abort();
    }
    pt_buf_init(&entry, PT_ENTRY_MAX);
    pt_buf_init(&records, PT_BATCH_BYTES_MAX);
    tr_must(pt_statement_open(b->envelope, &st, &err), &err, "a statement");
    tr_must(pt_hash_from_hex(&fp, b->envelope->signatures[0]->keyid), NULL, "a keyid");
    e.envelope = b->envelope;
    e.has_received_at_ms = e.has_signing_key = 1;
    e.received_at_ms = h->now_ms;
    e.signing_key.data = fp.b;
    e.signing_key.len = PT_HASH_LEN;
    tr_must(pt_strict_pack(&entry, &e.base), NULL, "an entry");
    for (size_t i = 0; i < b->n_records; i++) {
        tr_must(pt_batch_record_append(&records, pt_span(b->records[i].data, b->records[i].len)),
                NULL, "a record");
    }
    struct pt_store_entry se = {.statement = st.hash,
                                .first_seq = st.first_seq,
                                .record_count = (uint32_t)st.record_count,
                                .marks = pt_exchange_marks(pt_buf_span(&records)),
                                .log_entry = pt_buf_span(&entry),
                                .records = pt_buf_span(&records)};
    snprintf(se.party, sizeof se.party, "%s", st.msg->party);
    snprintf(se.stream, sizeof se.stream, "%s", st.msg->stream);
    tr_must(pt_log_append(h->log, &se, 1, NULL, 0, &err), &err, "the log");
    pt_buf_done(&records);
    pt_buf_done(&entry);
    pt_statement_done(&st);
    pentad__v1__batch__free_unpacked(b, NULL);
}

void tl_refuse(struct test_hub *h, const char *signer, const struct pt_hash *statement,
               const char *code, struct pt_buf *reply) {
    struct pt_buf payload, env;
    struct pt_err err = {0};
    Pentad__V1__Refusal ref = PENTAD__V1__REFUSAL__INIT;
    Pentad__V1__Fault fault = PENTAD__V1__FAULT__INIT, *faults[1] = {&fault};
    struct pt_hash hub = *pt_log_hub(h->log), of = *statement, root = {{0}};
    pt_buf_init(&payload, 65536);
    pt_buf_init(&env, 65536);
    ref.has_hub = ref.has_statement_hash = ref.has_tree_size = ref.has_root = 1;
    ref.has_refused_at_ms = 1;
    ref.refused_at_ms = h->now_ms;
    ref.hub = (ProtobufCBinaryData){.len = 32, .data = hub.b};
    ref.statement_hash = (ProtobufCBinaryData){.len = 32, .data = of.b};
    ref.tree_size = pt_log_size(h->log);
    ref.root = (ProtobufCBinaryData){.len = 32, .data = root.b};
    fault.code = (char *)(uintptr_t)code;
    ref.n_faults = 1;
    ref.faults = faults;
    tr_must(pt_strict_pack(&payload, &ref.base), NULL, "a refusal");
    tr_must(pt_dsse_sign(th_key(h, signer), PT_DSSE_REFUSAL, pt_buf_span(&payload), &env, &err),
            &err, "a refusal");
    pt_buf_reset(reply);
    pt_batch_record_append(reply, pt_buf_span(&env)); /* field 2, as SubmitReply.refusal */
    pt_buf_done(&payload);
    pt_buf_done(&env);
}

void tl_private_branch(struct test_hub *h, struct pt_buf *reply) {
    Pentad__V1__SubmitReply *m = pentad__v1__submit_reply__unpack(NULL, reply->len, reply->p);
    Pentad__V1__Receipt *rc = m->receipt;
    size_t n = (size_t)rc->log_index + 1;
    struct pt_hash leaves[LEAVES_MAX] = {{{0}}};
    struct pt_merkle_tree tree;
    struct pt_merkle_path path;
    struct pt_checkpoint c = checkpoint_of(h, n);
    struct pt_buf note;
    PT_ASSERT(n <= LEAVES_MAX);
    pt_leaf_hash(&leaves[n - 1], rc->log_entry.data, rc->log_entry.len);
    tr_must(pt_merkle_tree_init(&tree, leaves, n), NULL, "a tree");
    const struct pt_merkle_reader nodes = pt_merkle_tree_reader(&tree);
    tr_must(pt_merkle_inclusion(&nodes, n - 1, n, &path), NULL, "a path");
    pt_merkle_root_of(leaves, n, &c.root);
    PT_ASSERT(path.n == rc->n_inclusion_proof);
    for (size_t i = 0; i < path.n; i++) {
        memcpy(rc->inclusion_proof[i].data, path.h[i].b, PT_HASH_LEN);
    }
    pt_buf_init(&note, PT_NOTE_MAX);
    tr_must(pt_logkey_sign_checkpoint(h->log_key, &c, &note, NULL), NULL, "a checkpoint");
    ProtobufCBinaryData was = rc->checkpoint;
    rc->checkpoint.data = note.p;
    rc->checkpoint.len = note.len;
    pt_buf_reset(reply);
    tr_must(pt_strict_pack(reply, &m->base), NULL, "an answer");
    rc->checkpoint = was;
    pentad__v1__submit_reply__free_unpacked(m, NULL);
    pt_merkle_tree_done(&tree);
    pt_buf_done(&note);
}

void tl_other_tree(struct test_hub *h, uint64_t size, struct pt_buf *ret_note) {
    struct pt_checkpoint c = checkpoint_of(h, size);
    c.root = (struct pt_hash){{9}};
    pt_buf_reset(ret_note);
    tr_must(pt_logkey_sign_checkpoint(h->log_key, &c, ret_note, NULL), NULL, "a checkpoint");
}

void tl_stalled_page(struct test_hub *h, uint64_t size, struct pt_buf *ret_page) {
    Pentad__V1__FeedPage page = PENTAD__V1__FEED_PAGE__INIT;
    struct pt_buf note;
    struct pt_err err = {0};
    pt_buf_init(&note, PT_NOTE_MAX);
    tr_must(pt_log_checkpoint_at(h->log, size, &note, &err), &err, "a checkpoint");
    page.has_checkpoint = page.has_log_size = 1;
    page.checkpoint.data = note.p;
    page.checkpoint.len = note.len;
    page.log_size = size;
    tr_must(pt_strict_pack(ret_page, &page.base), NULL, "a page");
    pt_buf_done(&note);
}

/* ---- withholding ---- */

static Pentad__V1__FeedRecord *find_record(Pentad__V1__FeedPage *page, const char *party,
                                           const char *stream, uint64_t seq) {
    for (size_t i = 0; i < page->n_entries; i++) {
        const ProtobufCBinaryData *bytes = &page->entries[i]->log_entry;
        struct pt_entry e;
        Pentad__V1__FeedRecord *found = NULL;
        tr_must(pt_entry_open(pt_span(bytes->data, bytes->len), &e, NULL), NULL, "an entry");
        if (!e.is_genesis && strcmp(e.statement.msg->party, party) == 0 &&
            strcmp(e.statement.msg->stream, stream) == 0 && seq >= e.statement.first_seq &&
            seq - e.statement.first_seq < page->entries[i]->n_records) {
            found = page->entries[i]->records[seq - e.statement.first_seq];
        }
        pt_entry_done(&e);
        if (found) {
            return found;
        }
    }
    return NULL;
}

void tl_withhold(struct pt_buf *page, const char *party, const char *stream, uint64_t seq) {
    Pentad__V1__FeedPage *m = pentad__v1__feed_page__unpack(NULL, page->len, page->p);
    Pentad__V1__FeedRecord *r = m ? find_record(m, party, stream, seq) : NULL;
    struct pt_hash hash;
    if (r && r->has_record) {
        ProtobufCBinaryData was = r->record;
        pt_leaf_hash(&hash, was.data, was.len);
        r->has_record = 0;
        r->record = (ProtobufCBinaryData){0, NULL};
        r->has_withheld = 1;
        r->withheld = (ProtobufCBinaryData){PT_HASH_LEN, hash.b};
        pt_buf_reset(page);
        tr_must(pt_strict_pack(page, &m->base), NULL, "a page");
        r->has_record = 1;
        r->record = was;
        r->has_withheld = 0;
        r->withheld = (ProtobufCBinaryData){0, NULL};
    }
    if (m) {
        pentad__v1__feed_page__free_unpacked(m, NULL);
    }
}
