#include "pt_test_erasure.h"

#include <pentad/proof/batch.h>

static void refer(Pentad__V1__RecordRef *r, const char *party, uint64_t seq, struct pt_hash *h) {
    pentad__v1__record_ref__init(r);
    r->party = (char *)(uintptr_t)party;
    r->stream = (char *)"main";
    r->has_seq = r->has_hash = 1;
    r->seq = seq;
    r->hash = (ProtobufCBinaryData){.len = PT_HASH_LEN, .data = h->b};
}

void te_order(struct test_hub *hub, uint64_t seq, struct pt_hash *record, struct pt_hash *ret,
              uint64_t *ret_seq) {
    te_order_of(hub, "X01", seq, record, ret, ret_seq);
}

void te_order_of(struct test_hub *hub, const char *type, uint64_t seq, struct pt_hash *record,
                 struct pt_hash *ret, uint64_t *ret_seq) {
    struct th_stream o;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Erasure e = PENTAD__V1__ERASURE__INIT;
    Pentad__V1__RecordRef of;
    th_stream_init(&o, hub, "office", "main");
    refer(&of, "finance", seq, record);
    e.record = &of;
    e.type = (char *)(uintptr_t)type;
    e.basis = (char *)"会计档案管理办法第十四条";
    r.body_case = PENTAD__V1__RECORD__BODY_ERASURE;
    r.erasure = &e;
    *ret_seq = o.next_seq;
    th_send_record(&o, &r, ret);
}

void te_approve(struct test_hub *hub, const char *party, uint64_t seq, struct pt_hash *hash) {
    struct th_stream a;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval body = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__RecordRef of;
    th_stream_init(&a, hub, party, "main");
    refer(&of, "office", seq, hash);
    body.target = &of;
    body.target_type = (char *)"Erasure";
    body.has_verdict = 1;
    body.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    r.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    r.approval = &body;
    th_send_record(&a, &r, NULL);
}

void te_tick(struct test_hub *hub, int32_t day) {
    Pentad__V1__Tick t = PENTAD__V1__TICK__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *list[1] = {&rec};
    t.has_day = t.has_is_workday = t.has_at_ms = 1;
    t.day = day;
    t.is_workday = 1;
    t.at_ms = hub->now_ms;
    rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    rec.tick = &t;
    th_author(hub, list, 1);
}

static int take(void *ctx, const struct pt_store_entry *e) {
    struct te_found *f = ctx;
    struct pt_kept_record r;
    size_t pos = 0;
    f->index = e->index;
    f->place = f->seq - e->first_seq;
    for (uint64_t i = 0; i <= f->place; i++) {
        PT_ASSERT(pt_kept_record_next(e->records, &pos, &r) == 1);
    }
    pt_kept_record_hash(&r, &f->hash);
    return 0;
}
struct te_found te_find(struct test_hub *hub, uint64_t seq) {
    struct te_found f = {.seq = seq};
    struct pt_store_reader *r = NULL;
    PT_ASSERT(pt_store_read_begin(hub->store, &r, NULL) == 0);
    PT_ASSERT(pt_store_find_seq(r, "finance", "main", seq, &f.index, NULL) == 0);
    PT_ASSERT(pt_store_entries(r, f.index, 1, true, take, &f, NULL) == 0);
    pt_store_read_end(r);
    return f;
}
