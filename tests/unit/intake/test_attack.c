/* What a malicious party, or the thief of a key, tries on the acceptance of batches. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/certs/dsse.h>
#include <pentad/proof/batch.h>
#include <pentad/record/json.h>
#include <pentad/v1/record.pb-c.h>

#include "fixture.h"

#define REFUSAL_MAX (256u * 1024) /* what the hub keeps for one */

TestSuite(attack, .init = fixture_begin_with_three, .fini = fixture_done, .timeout = 280);

static void cut_one(struct th_stream *from, struct pt_span record) {
    pt_buf_reset(&batch);
    th_cut(from, &record, 1, &batch);
}

static void cut_record(struct th_stream *from, Pentad__V1__Record *r) {
    struct pt_buf rec;
    pt_buf_init(&rec, PT_RECORD_BYTES_MAX);
    th_record(r, from->next_seq, &rec);
    cut_one(from, pt_buf_span(&rec));
    pt_buf_done(&rec);
}

static void cut_payment(struct th_stream *from, int64_t fen) {
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_payment(from->next_seq, fen, &rec);
    cut_one(from, pt_buf_span(&rec));
    pt_buf_done(&rec);
}

static void replaces_last(struct th_stream *of) {
    of->has_replaces = true;
    of->replaces = of->statement;
}

/* ---- resources ------------------------------------------------------------------------------ */

/* A refusal goes into a group with others' batches: one that outgrows its buffer would fail all of
 * them, again and again. */
Test(attack, faults_as_long_as_can_be_stay_within_a_refusal) {
    static const char subject[] =
        "370100199R000000000001-370100199R000000000001-370100199R00000001";
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__PaymentBatch body = PENTAD__V1__PAYMENT_BATCH__INIT;
    Pentad__V1__PaymentLine lines[500];
    Pentad__V1__PaymentLine *list[500];
    for (size_t i = 0; i < 500; i++) {
        pentad__v1__payment_line__init(&lines[i]);
        lines[i].subject = lines[i].func = lines[i].econ_d = (char *)(uintptr_t)subject;
        lines[i].payee_uscc = (char *)(uintptr_t)subject;
        lines[i].purpose = (char *)"\xE2\x80\xAE";
        list[i] = &lines[i];
    }
    body.n_lines = 500;
    body.lines = list;
    r.body_case = PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
    r.payment_batch = &body;
    cut_record(&s, &r);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REFUSE);
    cr_assert_gt(reply.bytes.len, 64u * 1024, "%zu bytes: no stress", reply.bytes.len);
    cr_assert_lt(reply.bytes.len, REFUSAL_MAX, "%zu bytes", reply.bytes.len);
    th_reply_done(&reply);
}

/* A quoted value that is cut inside a character must not make the refusal unreadable: its author
 * could never go on. */
Test(attack, a_refusal_is_strict_whatever_it_quotes) {
    Pentad__V1__Record *r = NULL;
    struct pt_buf rec;
    ProtobufCMessage *env = NULL, *refusal = NULL;
    static const char long_code[] = "项目项目项目项目项目项目项目项目项目项目项目项目项目项目项目";
    pt_buf_init(&rec, 4096);
    th_payment(s.next_seq, 5, &rec);
    r = pentad__v1__record__unpack(NULL, rec.len, rec.p);
    char *own = r->payment_batch->lines[0]->func;
    r->payment_batch->lines[0]->func = (char *)(uintptr_t)long_code;
    cut_record(&s, r);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REFUSE);
    cr_assert_eq(
        pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&reply.bytes), &env, NULL),
        0);
    const Pentad__V1__Envelope *e = (const Pentad__V1__Envelope *)env;
    struct pt_err err = {0};
    cr_assert_eq(pt_strict_unpack(&pentad__v1__refusal__descriptor,
                                  pt_span(e->payload.data, e->payload.len), &refusal, &err),
                 0, "%s", err.msg);
    protobuf_c_message_free_unpacked(refusal, NULL);
    protobuf_c_message_free_unpacked(env, NULL);
    th_reply_done(&reply);
    r->payment_batch->lines[0]->func = own;
    pentad__v1__record__free_unpacked(r, NULL);
    pt_buf_done(&rec);
}

/* Two bytes a part: unpacked they would take a hundred times as much. */
Test(attack, a_record_of_a_million_empty_parts_is_refused_and_not_unpacked) {
    struct pt_buf inner, rec;
    uint8_t head[8];
    size_t n = 0;
    pt_buf_init(&inner, PT_RECORD_BYTES_MAX);
    pt_buf_init(&rec, PT_RECORD_BYTES_MAX);
    for (size_t i = 0; i < 1000000; i++) {
        pt_buf_append(&inner, "\x1a\x00", 2); /* PaymentBatch.lines */
    }
    /* Record: seq, then payment_batch (131) */
    pt_buf_append(&rec, "\x08\x04\x9a\x08", 4);
    for (size_t v = inner.len; v > 0; v >>= 7) {
        head[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
    }
    pt_buf_append(&rec, head, n);
    pt_buf_append_span(&rec, pt_buf_span(&inner));
    cr_assert_eq(rec.failed, 0);
    cut_one(&s, pt_buf_span(&rec));
    submit(PT_INTAKE_REFUSE, PT_E_TOO_LARGE);
    pt_buf_done(&rec);
    pt_buf_done(&inner);
}

/* As many records as a batch may have, each one about the exchange itself; then one more. */
Test(attack, the_largest_batch_is_taken_and_one_record_more_is_not) {
    size_t n = PT_BATCH_RECORDS_MAX + 1;
    struct pt_span *spans = calloc(n, sizeof *spans);
    size_t *ends = calloc(n, sizeof *ends);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose body = PENTAD__V1__STREAM_CLOSE__INIT;
    struct th_stream close;
    struct pt_buf recs;
    body.has_day = 1;
    body.day = 20190101;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &body;
    pt_buf_init(&recs, PT_BATCH_BYTES_MAX);
    for (size_t i = 0; i < n; i++) {
        th_record(&r, i + 1, &recs);
        ends[i] = recs.len;
    }
    for (size_t i = 0; i < n; i++) {
        size_t from = i == 0 ? 0 : ends[i - 1];
        spans[i] = pt_span(recs.p + from, ends[i] - from);
    }
    th_stream_init(&close, &hub, "finance", "closes");
    pt_buf_reset(&batch);
    th_cut(&close, spans, n - 1, &batch);
    struct pt_buf more;
    pt_buf_init(&more, 16u << 20);
    pt_buf_append_span(&more, pt_buf_span(&batch));
    pt_batch_record_append(&more, spans[n - 1]);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&more), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REJECT);
    cr_assert_eq(reply.code, PT_E_TOO_LARGE, "%s", reply.msg);
    th_reply_done(&reply);
    submit(PT_INTAKE_ACCEPT, 0);
    cr_assert_eq(pt_exchange_stream(hub.x, "finance", "closes")->next_seq, n);
    pt_buf_done(&more);
    pt_buf_done(&recs);
    free(ends);
    free(spans);
}

Test(attack, json_of_a_million_empty_lists_is_not_parsed) {
    struct pt_buf json;
    pt_buf_init(&json, PT_BATCH_JSON_MAX);
    pt_buf_puts(&json, "{\"records\": [");
    for (size_t i = 0; i < 4000000 - 10; i++) {
        pt_buf_puts(&json, i == 0 ? "[]" : ",[]");
    }
    pt_buf_puts(&json, "]}");
    cr_assert_eq(json.failed, 0);
    th_submit(&hub, PT_INTAKE_JSON, pt_buf_span(&json), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REJECT);
    cr_assert_eq(reply.code, PT_E_FORMAT);
    cr_assert(strstr(reply.msg, "than any batch") != NULL, "%s", reply.msg);
    th_reply_done(&reply);
    pt_buf_done(&json);
}

/* As many streams as finance may have, `main` among them. */
static void fill_streams(void) {
    char name[33];
    struct th_stream many;
    for (unsigned i = 0; i < PT_EXCHANGE_PARTY_STREAMS_MAX - 1; i++) {
        snprintf(name, sizeof name, "s%u", i);
        th_stream_init(&many, &hub, "finance", name);
        th_send_payments(&many, 1);
    }
}

Test(attack, no_party_can_use_up_the_streams_of_all) {
    struct th_stream many;
    fill_streams();
    th_stream_init(&many, &hub, "finance", "one-too-many");
    pt_buf_reset(&batch);
    th_cut_payments(&many, 1, &batch);
    submit(PT_INTAKE_REJECT, PT_E_BUSY);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose body = PENTAD__V1__STREAM_CLOSE__INIT;
    body.has_day = 1;
    body.day = 20190101;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &body;
    th_stream_init(&many, &hub, "audit", "another");
    th_send_record(&many, &r, NULL);
    th_send_payments(&s, 1);
}

/* An Incident can be about a stream that never wrote. Where its party has no room for that stream,
 * the record has no effect; were it an error, each such record would cost its whole group. */
Test(attack, an_incident_over_one_stream_too_many_fails_nothing) {
    struct pt_buf twin;
    struct th_stream many, a;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Incident body = PENTAD__V1__INCIDENT__INIT;
    fill_streams();
    pt_buf_init(&twin, 1 << 20);
    th_stream_init(&many, &hub, "finance", "one-too-many");
    pt_buf_reset(&batch);
    th_cut_payments(&many, 1, &batch);
    th_cut_payments(&many, 2, &twin);
    Pentad__V1__Batch *x = pentad__v1__batch__unpack(NULL, batch.len, batch.p);
    Pentad__V1__Batch *y = pentad__v1__batch__unpack(NULL, twin.len, twin.p);
    body.has_kind = 1;
    body.kind = PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION;
    body.envelope_a = x->envelope;
    body.envelope_b = y->envelope;
    body.party = (char *)"finance";
    body.stream = (char *)"one-too-many";
    r.body_case = PENTAD__V1__RECORD__BODY_INCIDENT;
    r.incident = &body;
    th_stream_init(&a, &hub, "audit", "main");
    size_t before = pt_exchange_stream_count(hub.x);
    th_send_record(&a, &r, NULL);
    cr_assert_eq(pt_exchange_stream_count(hub.x), before);
    cr_assert_null(pt_exchange_stream(hub.x, "finance", "one-too-many"));
    th_close(&hub);
    th_open(&hub);
    cr_assert_eq(pt_exchange_stream_count(hub.x), before);
    pentad__v1__batch__free_unpacked(x, NULL);
    pentad__v1__batch__free_unpacked(y, NULL);
    pt_buf_done(&twin);
}

/* ---- stolen keys ---------------------------------------------------------------------------- */

/* Finance adds `fresh` and retires what it signed with until now. */
static void rotate(struct pt_key *fresh) {
    struct th_stream k;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange body = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey add = PENTAD__V1__PUBLIC_KEY__INIT;
    Pentad__V1__PublicKey *adds[1] = {&add};
    ProtobufCBinaryData retire;
    struct pt_hash old;
    struct pt_span spki = pt_key_spki(fresh);
    pt_key_fingerprint(s.key, &old);
    add.has_use = add.has_algorithm = add.has_spki = 1;
    add.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    add.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
    add.spki.data = (uint8_t *)(uintptr_t)spki.p;
    add.spki.len = spki.len;
    retire.data = old.b;
    retire.len = sizeof old.b;
    body.party = (char *)"finance";
    body.n_add = 1;
    body.add = adds;
    body.n_retire = 1;
    body.retire = &retire;
    r.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    r.key_change = &body;
    th_stream_init(&k, &hub, "finance", PT_KEYS_STREAM);
    th_send_record(&k, &r, NULL);
}

Test(attack, a_retired_key_opens_no_streams) {
    struct pt_key *fresh;
    struct th_stream stolen;
    char name[33];
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    rotate(fresh);
    size_t before = pt_exchange_stream_count(hub.x);
    for (unsigned i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "stolen-%u", i);
        th_stream_init(&stolen, &hub, "finance", name);
        pt_buf_reset(&batch);
        th_cut_payments(&stolen, 1, &batch);
        submit_as("audit", PT_INTAKE_REFUSE, PT_E_RETIRED_KEY);
        th_reply_done(&reply);
        submit_as("audit", PT_INTAKE_REFUSAL_AGAIN, 0);
        th_reply_done(&reply);
    }
    cr_assert_eq(pt_exchange_stream_count(hub.x), before);
    th_close(&hub);
    th_open(&hub);
    cr_assert_eq(pt_exchange_stream_count(hub.x), before);
    s.key = fresh;
    th_send_payments(&s, 1);
    pt_key_free(fresh);
}

/* The owner's chain of replacements goes through a statement that its retired key had signed; the
 * thief of that key pushes it out of memory. */
Test(attack, a_retired_key_cannot_break_a_chain_of_replacements) {
    struct pt_key *fresh;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    cut_payment(&s, -1);
    submit(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
    replaces_last(&s);
    struct th_stream thief = s;
    rotate(fresh);
    cut_payment(&s, 7); /* under the old key still */
    submit(PT_INTAKE_REFUSE, PT_E_RETIRED_KEY);
    replaces_last(&s);
    for (int i = 0; i < 100; i++) {
        cut_payment(&thief, 1000 + i);
        submit_as("audit", PT_INTAKE_REFUSE, PT_E_RETIRED_KEY);
        th_reply_done(&reply);
    }
    s.key = fresh;
    cut_payment(&s, 8);
    submit(PT_INTAKE_ACCEPT, 0);
    pt_key_free(fresh);
}

Test(attack, a_chain_of_two_hundred_replacements_ends_well) {
    for (int i = 0; i < 200; i++) {
        cut_payment(&s, -1 - i);
        submit(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
        replaces_last(&s);
    }
    cut_payment(&s, 8);
    submit(PT_INTAKE_ACCEPT, 0);
}

/* Whoever stole a signing key could otherwise close the stream on which the recovery key works. */
Test(attack, the_keys_stream_takes_nothing_but_key_changes) {
    struct th_stream k;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose body = PENTAD__V1__STREAM_CLOSE__INIT;
    body.has_day = body.has_final = 1;
    body.day = 20190101;
    body.final = 1;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &body;
    th_stream_init(&k, &hub, "finance", PT_KEYS_STREAM);
    cut_record(&k, &r);
    submit(PT_INTAKE_REFUSE, PT_E_TYPE);
    th_stream_init(&k, &hub, "finance", "other");
    cut_record(&k, &r);
    submit(PT_INTAKE_ACCEPT, 0);
}

/* ---- speaking for others -------------------------------------------------------------------- */

static void originate(const char *code, enum pt_intake_verdict verdict, int rc) {
    Pentad__V1__Record *r = NULL;
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_payment(s.next_seq, 5, &rec);
    r = pentad__v1__record__unpack(NULL, rec.len, rec.p);
    char *own = r->originator;
    r->originator = (char *)(uintptr_t)code;
    cut_record(&s, r);
    r->originator = own;
    pentad__v1__record__free_unpacked(r, NULL);
    pt_buf_done(&rec);
    submit(verdict, rc);
}

Test(attack, nobody_speaks_for_another_party) {
    for (int i = 0; i < TH_PARTIES; i++) {
        if (strcmp(th_party_names[i], "finance") != 0) {
            originate(th_party_usccs[i], PT_INTAKE_REFUSE, PT_E_FIELD);
            replaces_last(&s);
        }
    }
}

/* Finance hands in the goals of all who apply for money, the other parties among them. */
static void set_goal(const char *by, enum pt_intake_verdict verdict, int rc) {
    static const char text[] =
        "{\"seq\":\"%llu\",\"nonce\":\"AAECAwQFBgcICQoLDA0ODw==\",\"subject\":{\"kind\":"
        "\"SUBJECT_KIND_DEPT\",\"key\":\"11370100004189004Q\"},\"fiscal_year\":2019,\"effective\":"
        "20190201,\"issued_at_ms\":\"1546300800000\",%s%s%s\"perf_goal\":{\"version\":1,\"frame\":"
        "\"GOAL_FRAME_DEPT6\",\"goal_text\":\"全面完成年度工作\",\"horizon\":\"GOAL_HORIZON_"
        "ANNUAL\","
        "\"budget_fen\":\"100\",\"indicators\":[{\"id\":\"B1\",\"l1\":\"INDICATOR_GROUP_DUTY\","
        "\"l2\":"
        "\"INDICATOR_ASPECT_QUANTITY\",\"l3\":\"任务完成率\",\"nature\":\"INDICATOR_NATURE_GE\","
        "\"target\":\"100\",\"weight_cp\":10000}]}}";
    struct pt_arena arena;
    ProtobufCMessage *m = NULL;
    struct pt_err err = {0};
    char json[2048];

    (void)snprintf(json, sizeof json, text, (unsigned long long)s.next_seq,
                   by ? "\"originator\":\"" : "", by ? by : "", by ? "\"," : "");
    pt_arena_init(&arena, 1 << 20);
    cr_assert_eq(
        pt_json_decode(&pentad__v1__record__descriptor, pt_span_str(json), &arena, &m, &err), 0,
        "%s", err.msg);
    cut_record(&s, (Pentad__V1__Record *)m);
    pt_arena_done(&arena);
    submit(verdict, rc);
}

Test(attack, a_goal_names_its_applicant_whoever_that_is) {
    set_goal(NULL, PT_INTAKE_REFUSE, PT_E_MISSING);
    replaces_last(&s);
    set_goal(th_party_usccs[4], PT_INTAKE_ACCEPT, 0);
    th_advance(&s, 1);
    set_goal("91350100M000100Y43", PT_INTAKE_ACCEPT, 0);
}

Test(attack, but_for_itself_and_for_bodies_without_a_connector) {
    for (int i = 0; i < TH_PARTIES; i++) {
        if (strcmp(th_party_names[i], "finance") == 0) {
            originate(th_party_usccs[i], PT_INTAKE_ACCEPT, 0);
            th_advance(&s, 1);
        }
    }
    originate("91350100M000100Y43", PT_INTAKE_ACCEPT, 0);
}
