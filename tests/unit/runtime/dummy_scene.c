#include "dummy_scene.h"

#include <criterion/criterion.h>

#include <string.h>

uint8_t id_of_one[PT_CLUE_ID] = {1, 2, 3};

/* The clock goes on by half an hour with each look at the feed, and a little whenever it is read.
 */
static struct {
    int64_t from_ms, to_ms;
    int feeds, reads;
} walk;

static int64_t walking(void *ctx) {
    struct rig *r = ctx;
    r->hub.now_ms = walk.from_ms + (r->feeds - walk.feeds) * 30 * 60 * INT64_C(1000) + walk.reads++;
    if (r->hub.now_ms >= walk.to_ms) {
        r->hub.now_ms = walk.to_ms;
        pt_connector_stop(r->c);
    }
    return r->hub.now_ms;
}

/* The connector runs for so long. */
void run_for(struct rig *r, int64_t ms) {
    struct pt_clock was = r->clock;
    walk.from_ms = r->hub.now_ms;
    walk.to_ms = walk.from_ms + ms;
    walk.feeds = r->feeds;
    walk.reads = 0;
    r->clock = (struct pt_clock){.now_ms = walking, .ctx = r};
    r->once = false;
    r->idle_max = INT32_MAX;
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
    cr_assert_eq(r->hub.now_ms, walk.to_ms, "it stopped before");
    r->clock = was;
    r->once = true;
    r->idle_max = 0;
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
}

void rotation_init(struct rotation *k, struct rig *r, const char *party) {
    static const char *const three[] = {"congress", "organization", "audit"};
    *k = (struct rotation){.rig = r, .party = party};
    th_stream_init(&k->office, &r->hub, "office", "keys");
    for (size_t i = 0; i < 3; i++) {
        th_stream_init(&k->approvals[i], &r->hub, three[i], "approvals");
    }
}

static void change_keys(struct rotation *k, Pentad__V1__KeyChange *change) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval approval = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__RecordRef target = PENTAD__V1__RECORD_REF__INIT;
    struct pt_hash hash;
    change->party = (char *)(uintptr_t)k->party;
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = change;
    target.party = (char *)"office";
    target.stream = (char *)"keys";
    target.has_seq = target.has_hash = 1;
    target.seq = k->office.next_seq;
    th_send_record(&k->office, &rec, &hash);
    target.hash = (ProtobufCBinaryData){.len = 32, .data = hash.b};
    approval.target = &target;
    approval.has_verdict = 1;
    approval.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    for (size_t i = 0; i < 3; i++) {
        pentad__v1__record__init(&rec);
        rec.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
        rec.approval = &approval;
        th_send_record(&k->approvals[i], &rec, NULL);
    }
}

void enrol(struct rotation *k) {
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey added = PENTAD__V1__PUBLIC_KEY__INIT, *adds[1] = {&added};
    pt_key_free(k->key);
    cr_assert_eq(pt_key_generate(PT_KEY_P256, &k->key, NULL), 0);
    struct pt_span spki = pt_key_spki(k->key);
    added.has_use = added.has_algorithm = added.has_spki = 1;
    added.use = PENTAD__V1__KEY_USE__KEY_USE_SEALING;
    added.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_P256;
    added.spki = (ProtobufCBinaryData){.len = spki.len, .data = (uint8_t *)(uintptr_t)spki.p};
    change.n_add = 1;
    change.add = adds;
    change_keys(k, &change);
}

void retire(struct rotation *k) {
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    ProtobufCBinaryData retired[1];
    struct pt_hash last;
    pt_key_fingerprint(k->key ? k->key : th_sealing_key(&k->rig->hub, k->party), &last);
    retired[0] = (ProtobufCBinaryData){.len = 32, .data = last.b};
    change.n_retire = 1;
    change.retire = retired;
    change_keys(k, &change);
}

void write_clue(Pentad__V1__Record *r, Pentad__V1__ClueTransfer *t, const char *sender) {
    pentad__v1__record__init(r);
    pentad__v1__clue_transfer__init(t);
    r->body_case = PENTAD__V1__RECORD__BODY_CLUE_TRANSFER;
    r->clue_transfer = t;
    t->has_clue_id = t->has_sent_at_ms = t->has_ack_due = t->has_inquiry_level = 1;
    t->clue_id = (ProtobufCBinaryData){sizeof id_of_one, id_of_one};
    t->sender = (char *)(uintptr_t)sender;
    t->sent_at_ms = SENT;
    t->ack_due = 20190104;
    t->inquiry_level = PENTAD__V1__INQUIRY_LEVEL__INQUIRY_LEVEL_ORDINARY;
    t->problem = (char *)"problem";
    t->law = (char *)"law";
}
