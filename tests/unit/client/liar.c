#include "liar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/logkey.h>
#include <pentad/proof/batch.h>

static void must(int code, const struct pt_err *err, const char *what) {
    if (code != 0) {
        fprintf(stderr, "liar: %s: %s: %s\n", what, pt_err_name(code), err ? err->msg : "");
        abort();
    }
}

void liar_init(struct liar *l) {
    struct pt_buf text;
    struct pt_err err = {0};
    memset(l, 0, sizeof *l);
    th_init(&l->hub);
    pt_buf_init(&l->bytes, PT_FOLLOWER_PAGE_MAX);
    pt_buf_init(&text, 4096);
    l->trust.hub = *pt_log_hub(l->hub.log);
    l->trust.sv = l->hub.sv;
    l->trust.policy = calloc(1, sizeof *l->trust.policy);
    pt_buf_puts(&text, "log ");
    must(pt_vkey_format(&text, &l->hub.vkey), NULL, "vkey");
    pt_buf_puts(&text, "\nquorum none\n");
    must(pt_policy_parse(l->trust.policy, pt_buf_span(&text), &err), &err, "policy");
    pt_buf_done(&text);
}

static void drop_page(struct liar *l) {
    if (l->page) {
        pentad__v1__feed_page__free_unpacked(l->page, NULL);
    }
    l->page = NULL;
}

void liar_done(struct liar *l) {
    drop_page(l);
    pt_buf_done(&l->bytes);
    free(l->trust.policy);
    th_done(&l->hub);
}

struct pt_follower *liar_follower(struct liar *l, enum pt_party reader) {
    struct pt_follower *f = NULL;
    must(pt_follower_new(&l->trust, reader, &f, &l->err), &l->err, "follower");
    return f;
}

void liar_page(struct liar *l, enum pt_party reader, uint64_t after) {
    ProtobufCMessage *m = NULL;
    drop_page(l);
    pt_buf_reset(&l->bytes);
    must(pt_feed_page(l->hub.log, reader, after, 0, &l->bytes, NULL, &l->err), &l->err, "page");
    must(pt_strict_unpack(&pentad__v1__feed_page__descriptor, pt_buf_span(&l->bytes), &m, &l->err),
         &l->err, "page");
    l->page = (Pentad__V1__FeedPage *)m;
}

void liar_checkpoint(struct liar *l, uint64_t size, const struct pt_hash *root) {
    struct pt_checkpoint c = {.size = size, .root = *root};
    struct pt_buf note;
    pt_buf_init(&note, 4096);
    snprintf(c.origin, sizeof c.origin, "%s", TH_ORIGIN);
    must(pt_logkey_sign_checkpoint(l->hub.log_key, &c, &note, &l->err), &l->err, "checkpoint");
    free(l->page->checkpoint.data);
    l->page->checkpoint.data = pt_buf_steal(&note, &l->page->checkpoint.len);
    pt_buf_done(&note);
}

/* Only for pages from the log's beginning. */
static void resign_page(struct liar *l) {
    struct pt_merkle_frontier tree = {0};
    struct pt_hash root;
    for (size_t i = 0; i < l->page->n_entries; i++) {
        struct pt_hash leaf;
        pt_leaf_hash(&leaf, l->page->entries[i]->log_entry.data,
                     l->page->entries[i]->log_entry.len);
        pt_merkle_append(&tree, &leaf);
    }
    pt_merkle_root(&tree, &root);
    liar_checkpoint(l, tree.size, &root);
}

void liar_pack(struct liar *l, bool resign) {
    if (resign) {
        resign_page(l);
    }
    pt_buf_reset(&l->bytes);
    must(pt_strict_pack(&l->bytes, &l->page->base), NULL, "pack");
}

static int on_record(void *ctx, const struct pt_followed_record *r) {
    struct liar *l = ctx;
    l->n_seen++;
    if (r->close_fault) {
        snprintf(l->close_fault, sizeof l->close_fault, "%s", r->close_fault);
    }
    return 0;
}

int liar_feed(struct liar *l, struct pt_follower *f) {
    const struct pt_follow follow = {.record = on_record, .ctx = l};
    memset(&l->err, 0, sizeof l->err);
    l->n_seen = 0;
    return pt_follower_page(f, pt_buf_span(&l->bytes), &follow, &l->log_size, &l->err);
}

static void set_bytes(ProtobufCBinaryData *to, struct pt_span from) {
    free(to->data);
    to->data = malloc(from.len + 1);
    memcpy(to->data, from.p, from.len);
    to->len = from.len;
}

void liar_replace_last(struct liar *l, struct pt_span batch, const struct pt_key *key,
                       int64_t received_at_ms) {
    Pentad__V1__FeedEntry *fe = l->page->entries[l->page->n_entries - 1];
    Pentad__V1__LogEntry e = PENTAD__V1__LOG_ENTRY__INIT;
    ProtobufCMessage *env = NULL;
    struct pt_batch_view view;
    struct pt_hash signer;
    struct pt_buf bytes;
    struct pt_span rec;
    size_t pos = 0;
    pt_buf_init(&bytes, 65535);
    must(pt_batch_open(batch, &view, &l->err), &l->err, "batch");
    must(pt_strict_unpack(&pentad__v1__envelope__descriptor, view.envelope, &env, &l->err), &l->err,
         "envelope");
    pt_key_fingerprint(key, &signer);
    e.envelope = (Pentad__V1__Envelope *)env;
    e.has_received_at_ms = e.has_signing_key = 1;
    e.received_at_ms = received_at_ms;
    e.signing_key = (ProtobufCBinaryData){.len = PT_HASH_LEN, .data = signer.b};
    must(pt_strict_pack(&bytes, &e.base), NULL, "entry");
    set_bytes(&fe->log_entry, pt_buf_span(&bytes));
    for (size_t i = 0; i < fe->n_records; i++) {
        pentad__v1__feed_record__free_unpacked(fe->records[i], NULL);
    }
    free(fe->records);
    fe->records = calloc(view.n_records, sizeof(Pentad__V1__FeedRecord *));
    fe->n_records = view.n_records;
    for (size_t i = 0; pt_batch_record_next(view.records, &pos, &rec) == 1; i++) {
        fe->records[i] = malloc(sizeof *fe->records[i]);
        pentad__v1__feed_record__init(fe->records[i]);
        fe->records[i]->has_record = 1;
        set_bytes(&fe->records[i]->record, rec);
    }
    protobuf_c_message_free_unpacked(env, NULL);
    pt_buf_done(&bytes);
}
