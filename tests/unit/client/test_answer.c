/* What a hub answers to a submission, true and bent. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/dsse.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>

#include "liar.h"

struct answering {
    struct liar l;
    struct pt_follower *f;
    struct pt_hash statement;
    Pentad__V1__SubmitReply *reply;
    struct pt_buf bytes;
};

/* A batch that this room signs and the hub's intake takes: the two agree on every byte. */
static void sign_and_submit(struct answering *a, bool spoil) {
    struct th_stream s;
    struct pt_buf records, batch, env, rec;
    struct pt_hash hashes[3];
    struct pt_err err = {0};
    struct th_reply reply;
    pt_buf_init(&records, 65536);
    pt_buf_init(&batch, 65536);
    pt_buf_init(&env, 65536);
    pt_buf_init(&rec, 65536);
    th_stream_init(&s, &a->l.hub, "finance", "main");
    for (size_t i = 0; i < 3; i++) {
        pt_buf_reset(&rec);
        th_payment(s.next_seq + i + (spoil && i == 1 ? 100 : 0), 100, &rec);
        pt_leaf_hash(&hashes[i], rec.p, rec.len);
        pt_batch_record_append(&records, pt_buf_span(&rec));
    }
    struct pt_batch_cut cut = {.hub = *pt_log_hub(a->l.hub.log),
                               .party = "finance",
                               .stream = "main",
                               .first_seq = s.next_seq,
                               .record_hashes = hashes,
                               .record_count = 3,
                               .previous = s.last,
                               .seen_size = pt_log_size(a->l.hub.log),
                               .signed_at_ms = a->l.hub.now_ms};
    cr_assert_eq(pt_log_root_at(a->l.hub.log, cut.seen_size, &cut.seen_root, &err), 0);
    cr_assert_eq(pt_batch_sign(&cut, s.key, &env, &a->statement, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_batch_envelope_append(&batch, pt_buf_span(&env)), 0);
    cr_assert_eq(pt_buf_append_span(&batch, pt_buf_span(&records)), 0);
    cr_assert_eq(pt_batch_held_append(&batch, pt_span(NULL, 0)), 0);
    th_submit(&a->l.hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq(reply.verdict, spoil ? PT_INTAKE_REFUSE : PT_INTAKE_ACCEPT, "%s", reply.msg);
    pt_buf_reset(&a->bytes);
    pt_batch_record_append(&a->bytes, pt_buf_span(&reply.bytes));
    a->bytes.p[0] = spoil ? 0x12 : 0x0a; /* SubmitReply.refusal or .receipt */
    th_reply_done(&reply);
    pt_buf_done(&records);
    pt_buf_done(&batch);
    pt_buf_done(&env);
    pt_buf_done(&rec);
}

static void setting(struct answering *a, bool refused) {
    struct th_stream s;
    memset(a, 0, sizeof *a);
    liar_init(&a->l);
    pt_buf_init(&a->bytes, PT_CLIENT_ANSWER_MAX);
    th_stream_init(&s, &a->l.hub, "finance", "main");
    th_send_payments(&s, 2);
    th_send_payments(&s, 2);
    a->f = liar_follower(&a->l, PT_PARTY_FINANCE);
    liar_page(&a->l, PT_PARTY_FINANCE, 0);
    cr_assert_eq(liar_feed(&a->l, a->f), 0);
    sign_and_submit(a, refused);
    ProtobufCMessage *m = NULL;
    struct pt_err err = {0};
    cr_assert_eq(
        pt_strict_unpack(&pentad__v1__submit_reply__descriptor, pt_buf_span(&a->bytes), &m, &err),
        0, "%s", err.msg);
    a->reply = (Pentad__V1__SubmitReply *)m;
}

static void done(struct answering *a) {
    pentad__v1__submit_reply__free_unpacked(a->reply, NULL);
    pt_buf_done(&a->bytes);
    pt_follower_free(a->f);
    liar_done(&a->l);
}

static int open_answer(struct answering *a, struct pt_answer *ret, struct pt_err *err) {
    return pt_answer_open(pt_buf_span(&a->bytes), &a->statement, &a->l.trust,
                          pt_follower_keys(a->f), ret, err);
}

Test(answer, a_receipt) {
    struct answering a;
    struct pt_answer got;
    struct pt_err err = {0};
    setting(&a, false);
    cr_assert_eq(open_answer(&a, &got, &err), 0, "%s", err.msg);
    cr_assert(!got.refused);
    cr_assert_eq(got.log_index, 3);
    cr_assert_eq(got.checkpoint_size, 4);
    cr_assert_eq(
        pt_follower_expect(a.f, got.checkpoint_size, &got.checkpoint_root, got.checkpoint, &err),
        0);
    pt_answer_done(&got);
    liar_page(&a.l, PT_PARTY_FINANCE, 3);
    cr_assert_eq(liar_feed(&a.l, a.f), 0, "the feed keeps what the receipt said: %s", a.l.err.msg);
    done(&a);
}

Test(answer, a_refusal) {
    struct answering a;
    struct pt_answer got;
    struct pt_err err = {0};
    setting(&a, true);
    cr_assert_eq(open_answer(&a, &got, &err), 0, "%s", err.msg);
    cr_assert(got.refused);
    cr_assert_eq(got.refusal->n_faults, 1);
    cr_assert_eq(got.refusal->faults[0]->seq, 6);
    cr_assert_str_eq(got.refusal->faults[0]->code, "wrong_seq");
    pt_answer_done(&got);
    done(&a);
}

/* ---- bent receipts ------------------------------------------------------------------------- */

static void path_bit(struct answering *a) {
    a->reply->receipt->inclusion_proof[0].data[0] ^= 1;
}
static void path_longer(struct answering *a) {
    Pentad__V1__Receipt *r = a->reply->receipt;
    r->inclusion_proof =
        realloc(r->inclusion_proof, (r->n_inclusion_proof + 1) * sizeof *r->inclusion_proof);
    r->inclusion_proof[r->n_inclusion_proof++] =
        (ProtobufCBinaryData){.len = 32, .data = calloc(1, 32)};
}
static void path_shorter(struct answering *a) {
    free(a->reply->receipt->inclusion_proof[--a->reply->receipt->n_inclusion_proof].data);
}
static void path_no_hash(struct answering *a) {
    a->reply->receipt->inclusion_proof[0].len = 31;
}
static void other_index(struct answering *a) {
    a->reply->receipt->log_index = 2;
}
static void beyond(struct answering *a) {
    a->reply->receipt->log_index = UINT64_MAX;
}
static void entry_bit(struct answering *a) {
    ProtobufCBinaryData *e = &a->reply->receipt->log_entry;
    e->data[e->len - 1] ^= 1; /* the signing key's fingerprint */
}
static void entry_cut(struct answering *a) {
    a->reply->receipt->log_entry.len -= 5;
}
static void no_entry(struct answering *a) {
    a->reply->receipt->has_log_entry = 0;
    a->reply->receipt->log_entry.len = 0;
}
static void checkpoint_bit(struct answering *a) {
    ProtobufCBinaryData *c = &a->reply->receipt->checkpoint;
    c->data[c->len - 8] ^= 1;
}
static void checkpoint_text(struct answering *a) {
    uint8_t *size = memchr(a->reply->receipt->checkpoint.data, '\n', 64);
    size[1] = '5';
}
static void no_checkpoint(struct answering *a) {
    a->reply->receipt->has_checkpoint = 0;
    a->reply->receipt->checkpoint.len = 0;
}
static void other_statement(struct answering *a) {
    a->statement.b[0] ^= 1;
}
static void neither(struct answering *a) {
    pentad__v1__receipt__free_unpacked(a->reply->receipt, NULL);
    a->reply->receipt = NULL;
}

static const struct {
    const char *name;
    void (*bend)(struct answering *a);
    bool signed_by_hub; /* what is left is a lie under the hub's signature */
} bends[] = {
    {"a hash of the path", path_bit, true},
    {"a path too long", path_longer, true},
    {"a path too short", path_shorter, true},
    {"something in the path that is no hash", path_no_hash, false},
    {"another index", other_index, true},
    {"an index beyond the log", beyond, true},
    {"the entry", entry_bit, true},
    {"an entry cut short", entry_cut, false},
    {"no entry", no_entry, false},
    {"the checkpoint's signature", checkpoint_bit, false},
    {"the checkpoint's size", checkpoint_text, false},
    {"no checkpoint", no_checkpoint, false},
    {"another statement", other_statement, false},
    {"neither receipt nor refusal", neither, false},
};

Test(answer, every_bend_of_a_receipt_is_found) {
    for (size_t i = 0; i < sizeof bends / sizeof *bends; i++) {
        struct answering a;
        struct pt_answer got;
        struct pt_err err = {0};
        setting(&a, false);
        bends[i].bend(&a);
        pt_buf_reset(&a.bytes);
        cr_assert_eq(pt_strict_pack(&a.bytes, &a.reply->base), 0);
        int rc = open_answer(&a, &got, &err);
        cr_expect_lt(rc, 0, "%s", bends[i].name);
        cr_expect_neq(err.msg[0], '\0', "%s", bends[i].name);
        cr_expect_eq(got.ignored, !bends[i].signed_by_hub, "%s: %s", bends[i].name, err.msg);
        cr_expect_null(got.reply);
        done(&a);
    }
}

Test(answer, a_refusal_by_anybody_else_is_ignored) {
    struct answering a;
    struct pt_answer got;
    struct pt_err err = {0};
    setting(&a, true);
    Pentad__V1__Envelope *env = a.reply->refusal;
    struct pt_buf forged;
    pt_buf_init(&forged, 65536);
    cr_assert_eq(pt_dsse_sign(th_key(&a.l.hub, "finance"), PT_DSSE_REFUSAL,
                              pt_span(env->payload.data, env->payload.len), &forged, &err),
                 0);
    pt_buf_reset(&a.bytes);
    pt_batch_record_append(&a.bytes, pt_buf_span(&forged));
    cr_expect_eq(open_answer(&a, &got, &err), PT_E_SIGNATURE);
    cr_expect(got.ignored);
    /* Signed by the hub, but as something else. */
    pt_buf_reset(&forged);
    cr_assert_eq(pt_dsse_sign(th_key(&a.l.hub, "hub"), PT_DSSE_BATCH_STATEMENT,
                              pt_span(env->payload.data, env->payload.len), &forged, &err),
                 0);
    pt_buf_reset(&a.bytes);
    pt_batch_record_append(&a.bytes, pt_buf_span(&forged));
    cr_expect_eq(open_answer(&a, &got, &err), PT_E_FORMAT);
    /* Of another statement of ours. */
    pt_buf_reset(&a.bytes);
    cr_assert_eq(pt_strict_pack(&a.bytes, &a.reply->base), 0);
    a.statement.b[3] ^= 1;
    cr_expect_eq(open_answer(&a, &got, &err), PT_E_PROOF);
    cr_expect(got.ignored);
    pt_buf_done(&forged);
    done(&a);
}

/* The hub's key is another one by now; whoever has the old one wants a true batch cut anew. */
Test(answer, a_refusal_under_a_retired_key_of_the_hub_permits_nothing) {
    struct answering a;
    struct pt_answer got;
    struct pt_err err = {0};
    struct th_stream keys;
    struct pt_key *fresh = NULL;
    struct pt_hash old;
    struct pt_buf payload, forged;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey pub = PENTAD__V1__PUBLIC_KEY__INIT, *pubs[1] = {&pub};
    ProtobufCBinaryData gone;
    ProtobufCMessage *m = NULL;
    setting(&a, true);
    Pentad__V1__Envelope *env = a.reply->refusal;
    cr_assert_eq(pt_strict_unpack(&pentad__v1__refusal__descriptor,
                                  pt_span(env->payload.data, env->payload.len), &m, &err),
                 0);
    Pentad__V1__Refusal *refusal = (Pentad__V1__Refusal *)m;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, &err), 0);
    pt_key_fingerprint(th_key(&a.l.hub, "hub"), &old);
    pub.has_use = pub.has_algorithm = pub.has_spki = 1;
    pub.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    pub.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
    pub.spki.data = (uint8_t *)(uintptr_t)pt_key_spki(fresh).p;
    pub.spki.len = pt_key_spki(fresh).len;
    gone = (ProtobufCBinaryData){.len = 32, .data = old.b};
    change.party = (char *)"hub";
    change.n_add = change.n_retire = 1;
    change.add = pubs;
    change.retire = &gone;
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &change;
    th_stream_init(&keys, &a.l.hub, "hub", "keys");
    th_send_record(&keys, &rec, NULL);
    liar_page(&a.l, PT_PARTY_FINANCE, pt_follower_size(a.f));
    cr_assert_eq(liar_feed(&a.l, a.f), 0, "%s", a.l.err.msg);
    cr_expect_eq(open_answer(&a, &got, &err), 0, "given while the key was live: %s", err.msg);
    pt_answer_done(&got);
    pt_buf_init(&payload, 65536);
    pt_buf_init(&forged, 65536);
    refusal->tree_size = pt_follower_size(a.f) + 1;
    cr_assert_eq(pt_strict_pack(&payload, &refusal->base), 0);
    cr_assert_eq(pt_dsse_sign(th_key(&a.l.hub, "hub"), PT_DSSE_REFUSAL, pt_buf_span(&payload),
                              &forged, &err),
                 0);
    pt_buf_reset(&a.bytes);
    pt_batch_record_append(&a.bytes, pt_buf_span(&forged));
    a.bytes.p[0] = 0x12;
    cr_expect_eq(open_answer(&a, &got, &err), PT_E_RETIRED_KEY);
    cr_expect(got.ignored);
    protobuf_c_message_free_unpacked(m, NULL);
    pt_buf_done(&forged);
    pt_buf_done(&payload);
    pt_key_free(fresh);
    done(&a);
}
