/* Batches that are accepted: receipts, repetition, relaying, JSON, both HTTP versions. */
#include <signal.h>
#include <stdio.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include <pentad/base/codec.h>
#include <pentad/proof/batch.h>

#include "pt_test_world.h"

TestSuite(accept, .timeout = TW_TEST_S);

#define BATCH_MAX (16u * 1024 * 1024)

Test(accept, gives_receipts_that_hold) {
    struct tw_one t;

    tw_one_init(&t, NULL, "finance");
    for (uint64_t i = 1; i <= 5; i++) {
        t.c.http1 = i % 2 == 0;
        tw_cut_payments(&t.s, i * 10, &t.b);
        cr_assert_eq(tw_send(&t.s, &t.c, pt_buf_span(&t.b)), i);
    }
    /* a second stream of the party enrols by its first batch */
    tw_stream_init(&t.s, &t.w, "finance", "treasury");
    tw_cut_payments(&t.s, 3, &t.b);
    cr_assert_eq(tw_send(&t.s, &t.c, pt_buf_span(&t.b)), 6);
    cr_assert_eq(tw_metric(&t.c, "pentad_accepted_records_total"), 153);
    cr_assert_eq(tw_stop(&t.w, SIGTERM), 0);
    tw_one_done(&t);
}

/* The same bytes again: the same place in the log, and no second entry; after a restart too. */
Test(accept, gives_a_lost_receipt_again) {
    struct tw_one t;
    uint64_t index = 0;

    tw_one_init(&t, NULL, "finance");
    tw_cut_payments(&t.s, 4, &t.b);
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL), 200);
        cr_assert_eq(tw_check_receipt(&t.w, &t.s.statement, pt_buf_span(&t.c.body), &index), 0);
        cr_assert_eq(index, 1);
        if (round == 1) {
            cr_assert_eq(tw_stop(&t.w, SIGKILL), 128 + SIGKILL);
            tw_start(&t.w);
        }
    }
    cr_assert_eq(tw_metric(&t.c, "pentad_log_entries"), 2);
    tw_one_done(&t);
}

/* TLS decides quota, the signature decides authorship. */
Test(accept, takes_another_partys_signed_batch_from_a_relay) {
    struct tw_one t;

    tw_one_init(&t, NULL, "audit");
    tw_cut_payments(&t.s, 2, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    tw_one_done(&t);
}

static void put_base64(struct pt_buf *out, const void *p, size_t len) {
    pt_buf_putc(out, '"');
    pt_base64_append(out, p, len);
    pt_buf_putc(out, '"');
}

static void to_json(struct pt_span batch, struct pt_buf *out) {
    struct pt_batch_view v;
    Pentad__V1__Envelope *e;
    struct pt_span rec;
    size_t pos = 0;

    cr_assert_eq(pt_batch_open(batch, &v, NULL), 0);
    e = pentad__v1__envelope__unpack(NULL, v.envelope.len, v.envelope.p);
    pt_buf_puts(out, "{\"envelope\":{\"payload\":");
    put_base64(out, e->payload.data, e->payload.len);
    pt_buf_printf(out, ",\"payloadType\":\"%s\",\"signatures\":[{\"keyid\":\"%s\",\"sig\":",
                  e->payload_type, e->signatures[0]->keyid);
    put_base64(out, e->signatures[0]->sig.data, e->signatures[0]->sig.len);
    pt_buf_puts(out, "}]},\"records\":[");
    for (bool first = true; pt_batch_record_next(v.records, &pos, &rec) == 1; first = false) {
        pt_buf_puts(out, first ? "" : ",");
        put_base64(out, rec.p, rec.len);
    }
    pt_buf_puts(out, "]}");
    pentad__v1__envelope__free_unpacked(e, NULL);
}

Test(accept, takes_json_and_answers_in_it) {
    struct tw_one t;
    struct pt_buf j;
    json_t *reply;

    tw_one_init(&t, NULL, "finance");
    pt_buf_init(&j, BATCH_MAX);
    tw_cut_payments(&t.s, 7, &t.b);
    to_json(pt_buf_span(&t.b), &j);
    cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&j), "application/json"), 200, "%s",
                 pt_buf_cstr(&t.c.body));
    reply = json_loadb((const char *)t.c.body.p, t.c.body.len, 0, NULL);
    cr_assert_str_eq(
        json_string_value(json_object_get(json_object_get(reply, "receipt"), "log_index")), "1");
    json_decref(reply);
    /* the protobuf form of it is the same batch */
    cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL), 200);
    cr_assert_eq(tw_check_receipt(&t.w, &t.s.statement, pt_buf_span(&t.c.body), NULL), 0);
    cr_assert_eq(tw_metric(&t.c, "pentad_log_entries"), 2);
    cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_span_str("{\"envelope\":{},\"envelope\":{}}"),
                         "application/json"),
                 400);
    cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), "text/xml"), 400);
    pt_buf_done(&j);
    tw_one_done(&t);
}
