/* What a hub hands out of its key history: all that somebody without the records needs to judge a
 * signature or a policy, and nothing that anybody may write by the thousand. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/certs/logkey.h>
#include <pentad/feed/evidence.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/witness.h>

#include "pt_test_hub.h"

static struct test_hub hub;
static struct pt_evidence_cache *cache;

static void setup(void) {
    th_init(&hub);
    cr_assert_eq(pt_evidence_cache_new(&hub.sv, &cache), 0);
}
static void teardown(void) {
    pt_evidence_cache_free(cache);
    th_done(&hub);
}
TestSuite(keys, .init = setup, .fini = teardown);

/* ---- what parties write ---- */

static void send(const char *party, Pentad__V1__Record *rec, struct pt_hash *ret, uint64_t *seq) {
    struct th_stream s;
    th_stream_init(&s, &hub, party, "main");
    if (seq) {
        *seq = s.next_seq;
    }
    th_send_record(&s, rec, ret);
}

struct wrote {
    const char *party;
    struct pt_hash hash;
    uint64_t seq;
};

/* The policy of the genesis with another quorum. */
static struct wrote change_policy(const char *party, unsigned quorum) {
    Pentad__V1__PolicyChange *c = pt_witness_genesis(pt_log_genesis(hub.log));
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct wrote w = {.party = party};
    c->has_replaces = 1;
    c->quorum = quorum;
    rec.body_case = PENTAD__V1__RECORD__BODY_POLICY_CHANGE;
    rec.policy_change = c;
    send(party, &rec, &w.hash, &w.seq);
    pentad__v1__policy_change__free_unpacked(c, NULL);
    return w;
}

static void say(const char *party, const struct wrote *of, const char *type, bool yes) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    ref.party = (char *)(uintptr_t)of->party;
    ref.stream = (char *)(uintptr_t) "main";
    ref.has_seq = ref.has_hash = 1;
    ref.seq = of->seq;
    ref.hash = (ProtobufCBinaryData){PT_HASH_LEN, (uint8_t *)(uintptr_t)of->hash.b};
    a.target = &ref;
    a.target_type = (char *)(uintptr_t)type;
    a.has_verdict = 1;
    a.verdict = yes ? PENTAD__V1__VERDICT__VERDICT_APPROVE : PENTAD__V1__VERDICT__VERDICT_REJECT;
    rec.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    rec.approval = &a;
    send(party, &rec, NULL, NULL);
}

/* ---- who has the history alone ---- */

struct reading {
    struct pt_keyhistory *keys;
    struct pt_entry entry;
};

static int open_entry(void *ctx, const struct pt_store_entry *e) {
    struct reading *r = ctx;
    return pt_entry_open(e->log_entry, &r->entry, NULL);
}

static int take(void *ctx, const struct pt_key_event *at, struct pt_span record) {
    struct reading *r = ctx;
    return pt_keyhistory_record(r->keys, at, record, &hub.sv);
}

static void read_entry(struct reading *r, uint64_t index) {
    struct pt_store_reader *reader = NULL;
    cr_assert_eq(pt_store_read_begin(hub.store, &reader, NULL), 0);
    cr_assert_eq(pt_store_entries(reader, index, 1, false, open_entry, r, NULL), 0);
    pt_store_read_end(reader);
}

/* How many records it holds; what comes of them is the hub's own history. */
static size_t handed_out(void) {
    Pentad__V1__EvidenceBundle *b = NULL;
    struct reading r = {.keys = NULL};
    struct pt_buf bytes;
    struct pt_err err = {0};
    size_t n = 0;
    pt_buf_init(&bytes, PT_KEY_HISTORY_MAX);
    cr_assert_eq(pt_feed_key_history(hub.store, cache, &bytes, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_evidence_keys_open(pt_buf_span(&bytes), &b, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_keyhistory_new(&r.keys), 0);
    cr_assert_eq(pt_keyhistory_genesis(r.keys, pt_log_genesis(hub.log), &err), 0);
    for (size_t i = 0; i < b->n_key_history; i++) {
        read_entry(&r, b->key_history[i]->entry->log_index);
        cr_assert_eq(pt_evidence_keys_records(b->key_history[i], &r.entry, take, &r, &err), 0, "%s",
                     err.msg);
        pt_entry_done(&r.entry);
        n += b->key_history[i]->n_records;
    }
    cr_assert_eq(pt_keyhistory_moves(r.keys), pt_keyhistory_moves(pt_exchange_keys(hub.x)));
    cr_assert_eq(pt_keyhistory_policies(r.keys), pt_keyhistory_policies(pt_exchange_keys(hub.x)));
    pt_keyhistory_free(r.keys);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    pt_buf_done(&bytes);
    return n;
}

Test(keys, approvals_of_nothing_are_left_out) {
    struct th_stream finance;
    struct wrote nothing = {.party = "audit", .hash = {{7}}, .seq = 1};
    th_stream_init(&finance, &hub, "finance", "second");
    th_send_payments(&finance, 3);
    cr_assert_eq(handed_out(), 0);
    for (int i = 0; i < 5; i++) {
        say("congress", &nothing, NULL, true);
        say("finance", &nothing, PT_KEYCHANGE_CODE, true);
        say("audit", &nothing, PT_POLICYCHANGE_CODE, false);
    }
    cr_assert_eq(handed_out(), 0);
    struct wrote change = change_policy("audit", 4);
    cr_assert_eq(handed_out(), 1);
    for (int i = 0; i < 5; i++) {
        say("finance", &change, PT_POLICYCHANGE_CODE, true);
        say("congress", &change, PT_KEYCHANGE_CODE, true);
        say("congress", &change, PT_POLICYCHANGE_CODE, true);
    }
    cr_assert_eq(handed_out(), 2, "the change, and congress's first word of it");
}

/* What is needed to judge: what was said against a change, and a rival that took its place. */
Test(keys, rejections_and_rivals_are_there) {
    struct wrote change = change_policy("audit", 4), rival = change_policy("finance", 4);
    say("congress", &change, PT_POLICYCHANGE_CODE, true);
    say("discipline", &change, PT_POLICYCHANGE_CODE, true);
    say("discipline", &change, PT_POLICYCHANGE_CODE, false);
    cr_assert_eq(handed_out(), 5);
    say("organization", &change, PT_POLICYCHANGE_CODE, true);
    cr_assert_eq(handed_out(), 6);
    cr_assert_eq(pt_keyhistory_policies(pt_exchange_keys(hub.x)), 1, "two of three");
    say("congress", &rival, NULL, true);
    say("organization", &rival, NULL, true);
    say("audit", &rival, NULL, true);
    cr_assert_eq(handed_out(), 9);
    cr_assert_eq(pt_keyhistory_policies(pt_exchange_keys(hub.x)), 2);
    say("discipline", &change, NULL, true);
    say("audit", &change, NULL, true);
    cr_assert_eq(handed_out(), 9, "with it the other one is over");
    cr_assert_eq(pt_keyhistory_policies(pt_exchange_keys(hub.x)), 2);
}

/* One body can't fill it up by changing its mind. */
Test(keys, a_body_is_carried_sixteen_times) {
    struct wrote change = change_policy("audit", 4);
    for (int i = 0; i < PT_KEYHISTORY_WORDS_MAX + 8; i++) {
        say("organization", &change, PT_POLICYCHANGE_CODE, i % 2 == 0);
    }
    cr_assert_eq(handed_out(), 1 + PT_KEYHISTORY_WORDS_MAX);
}

/* Who lost its memory of the log finds the same again. */
Test(keys, the_same_in_one_go) {
    struct wrote change = change_policy("audit", 4);
    say("congress", &change, NULL, true);
    cr_assert_eq(handed_out(), 2);
    say("audit", &change, NULL, false);
    cr_assert_eq(handed_out(), 3);
    pt_evidence_cache_free(cache);
    cr_assert_eq(pt_evidence_cache_new(&hub.sv, &cache), 0);
    cr_assert_eq(handed_out(), 3);
}

/* Of a batch of many kinds of records, what stands in the middle. */
Test(keys, of_a_batch_the_record_alone) {
    Pentad__V1__PolicyChange *c = pt_witness_genesis(pt_log_genesis(hub.log));
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct pt_buf bytes, batch;
    struct pt_span records[3];
    struct th_stream s;
    struct th_reply reply;
    size_t ends[3];
    pt_buf_init(&bytes, 1 << 16);
    pt_buf_init(&batch, 1 << 16);
    th_stream_init(&s, &hub, "finance", "main");
    c->has_replaces = 1;
    c->quorum = 4;
    rec.body_case = PENTAD__V1__RECORD__BODY_POLICY_CHANGE;
    rec.policy_change = c;
    th_payment(1, 100, &bytes);
    ends[0] = bytes.len;
    th_record(&rec, 2, &bytes);
    ends[1] = bytes.len;
    th_payment(3, 100, &bytes);
    ends[2] = bytes.len;
    for (size_t i = 0; i < 3; i++) {
        size_t from = i == 0 ? 0 : ends[i - 1];
        records[i] = pt_span(bytes.p + from, ends[i] - from);
    }
    th_cut(&s, records, 3, &batch);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_ACCEPT, "%s", reply.msg);
    cr_assert_eq(handed_out(), 1);
    th_reply_done(&reply);
    pentad__v1__policy_change__free_unpacked(c, NULL);
    pt_buf_done(&batch);
    pt_buf_done(&bytes);
}
