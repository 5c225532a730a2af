/* Each way a batch can be wrong, with its code and without effect. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/certs/dsse.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/v1/record.pb-c.h>

#include "fixture.h"

TestSuite(accept, .init = fixture_begin_with_three, .fini = fixture_done);

static void send_as(const char *tls) {
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), tls, &reply);
}

/* The batch at hand gets this verdict and code, and the log stays as it is. */
static void expect(enum pt_intake_verdict verdict, int code) {
    uint64_t before = pt_log_size(hub.log);
    uint64_t next = pt_exchange_stream(hub.x, "finance", "main")->next_seq;
    submit(verdict, code);
    cr_assert_eq(pt_log_size(hub.log), before);
    cr_assert_eq(pt_exchange_stream(hub.x, "finance", "main")->next_seq, next);
}

/* A well-signed statement over these records, with something changed. */
static void cut_with(struct pt_author_head *h, struct pt_key *key, size_t n) {
    struct pt_buf recs;
    struct pt_span spans[8];
    size_t ends[8];
    struct pt_err err = {0};
    struct pt_hash root;
    cr_assert(n <= 8);
    pt_buf_init(&recs, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        th_payment(h->first_seq + i, 5, &recs);
        ends[i] = recs.len;
    }
    for (size_t i = 0; i < n; i++) {
        size_t from = i == 0 ? 0 : ends[i - 1];
        spans[i] = pt_span(recs.p + from, ends[i] - from);
    }
    if (h->seen_root == NULL) {
        h->seen_size = pt_log_size(hub.log);
        pt_log_root_at(hub.log, h->seen_size, &root, NULL);
        h->seen_root = &root;
    }
    pt_buf_reset(&batch);
    cr_assert_eq(pt_author_batch(h, spans, n, key, pt_span(NULL, 0), &batch, &s.statement, &err), 0,
                 "%s", err.msg);
    h->seen_root = NULL;
    pt_buf_done(&recs);
}

static struct pt_author_head right_head(void) {
    struct pt_author_head h = {.hub = pt_log_hub(hub.log),
                               .party = "finance",
                               .stream = "main",
                               .first_seq = s.next_seq,
                               .previous = &s.last,
                               .signed_at_ms = TH_T0};
    return h;
}

Test(accept, a_good_batch_gets_a_receipt_that_proves_itself) {
    th_cut_payments(&s, 2, &batch);
    submit_as("finance", PT_INTAKE_ACCEPT, 0);
    Pentad__V1__Receipt *r = pentad__v1__receipt__unpack(NULL, reply.bytes.len, reply.bytes.p);
    cr_assert_not_null(r);
    struct pt_checkpoint c;
    struct pt_hash leaf, path[PT_MERKLE_PATH_MAX];
    cr_assert_eq(pt_checkpoint_open(&c, pt_span(r->checkpoint.data, r->checkpoint.len), &hub.vkey,
                                    &hub.sv, NULL),
                 0);
    for (size_t i = 0; i < r->n_inclusion_proof; i++) {
        memcpy(path[i].b, r->inclusion_proof[i].data, 32);
    }
    pt_leaf_hash(&leaf, r->log_entry.data, r->log_entry.len);
    cr_assert_eq(pt_merkle_verify_inclusion(&leaf, r->log_index, c.size, path, r->n_inclusion_proof,
                                            &c.root),
                 0);
    pentad__v1__receipt__free_unpacked(r, NULL);
    th_reply_done(&reply);
}

Test(accept, a_lost_receipt_is_given_again_whatever_happened_since) {
    th_cut_payments(&s, 2, &batch);
    send_as("finance");
    uint64_t index = reply.index;
    th_reply_done(&reply);
    th_advance(&s, 2);
    struct pt_buf again;
    pt_buf_init(&again, 1 << 20);
    pt_buf_append_span(&again, pt_buf_span(&batch));
    th_send_payments(&s, 1);
    th_close(&hub);
    th_open(&hub);
    uint64_t size = pt_log_size(hub.log);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&again), "audit", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_RECEIPT_AGAIN);
    cr_assert_eq(reply.index, index);
    cr_assert_eq(pt_log_size(hub.log), size);
    th_reply_done(&reply);
    pt_buf_done(&again);
}

Test(accept, any_party_may_relay) {
    th_cut_payments(&s, 2, &batch);
    submit_as("audit", PT_INTAKE_ACCEPT, 0);
    th_reply_done(&reply);
}

Test(accept, wrong_signature) {
    th_cut_payments(&s, 1, &batch);
    struct pt_batch_view v;
    cr_assert_eq(pt_batch_open(pt_buf_span(&batch), &v, NULL), 0);
    /* The signature is the first long field behind the payload type. */
    uint8_t *sig = memmem(batch.p, v.envelope.len, "protobuf\x1a", 9);
    cr_assert_not_null(sig);
    sig[9 + 20] ^= 1;
    expect(PT_INTAKE_REJECT, PT_E_SIGNATURE);
}

Test(accept, another_partys_key) {
    struct pt_author_head h = right_head();
    cut_with(&h, th_key(&hub, "audit"), 1);
    expect(PT_INTAKE_REJECT, PT_E_SIGNATURE);
}

Test(accept, gap_and_ahead_and_previous) {
    struct pt_author_head h = right_head();
    struct pt_hash other = {{7}};
    h.first_seq += 1;
    cut_with(&h, s.key, 1);
    expect(PT_INTAKE_REFUSE, PT_E_GAP);
    h.first_seq += 4;
    h.previous = &other;
    cut_with(&h, s.key, 1);
    expect(PT_INTAKE_REJECT, PT_E_AHEAD);
    h = right_head();
    h.previous = &other;
    cut_with(&h, s.key, 1);
    expect(PT_INTAKE_REFUSE, PT_E_PREVIOUS);
}

Test(accept, wrong_root_is_refused_to_its_own_party_alone) {
    th_cut_payments(&s, 2, &batch);
    batch.p[batch.len - 3] ^= 1; /* inside the last record */
    submit_as("audit", PT_INTAKE_REJECT, PT_E_ROOT);
    th_reply_done(&reply);
    expect(PT_INTAKE_REFUSE, PT_E_ROOT);
}

Test(accept, wrong_count) {
    struct pt_batch_view v;
    th_cut_payments(&s, 2, &batch);
    cr_assert_eq(pt_batch_open(pt_buf_span(&batch), &v, NULL), 0);
    struct pt_span first;
    size_t pos = 0;
    cr_assert_eq(pt_batch_record_next(v.records, &pos, &first), 1);
    batch.len = (size_t)(v.records.p - batch.p) + pos; /* the second record is left out */
    expect(PT_INTAKE_REFUSE, PT_E_COUNT);
}

Test(accept, oversized) {
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch);
    cr_assert_eq(pt_buf_reserve(&batch, PT_BATCH_BYTES_MAX), 0);
    memset(batch.p + batch.len, 0, PT_BATCH_BYTES_MAX);
    batch.len += PT_BATCH_BYTES_MAX;
    expect(PT_INTAKE_REJECT, PT_E_TOO_LARGE);
}

Test(accept, truncated_anywhere) {
    th_cut_payments(&s, 1, &batch);
    size_t whole = batch.len;
    for (size_t len = 0; len < whole; len += 7) {
        batch.len = len;
        uint64_t before = pt_log_size(hub.log);
        send_as("finance");
        cr_assert(reply.verdict == PT_INTAKE_REJECT || reply.verdict == PT_INTAKE_REFUSE);
        cr_assert(reply.code == PT_E_TRUNCATED || reply.code == PT_E_MISSING ||
                      reply.code == PT_E_COUNT,
                  "%zu bytes: %s", len, pt_err_name(reply.code));
        cr_assert_eq(pt_log_size(hub.log), before);
        th_reply_done(&reply);
        if (reply.verdict == PT_INTAKE_REFUSE) {
            break; /* the envelope is whole from here on */
        }
    }
}

Test(accept, not_strict) {
    th_cut_payments(&s, 1, &batch);
    pt_buf_append(&batch, "\x20\x01", 2); /* field 4 of Batch: unknown */
    expect(PT_INTAKE_REJECT, PT_E_NOT_STRICT);

    /* An unknown field inside a record that was truly signed. */
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_payment(s.next_seq, 5, &rec);
    pt_buf_append(&rec, "\xf8\x3f\x01", 3); /* field 1023 */
    struct pt_span span = pt_buf_span(&rec);
    pt_buf_reset(&batch);
    th_cut(&s, &span, 1, &batch);
    expect(PT_INTAKE_REFUSE, PT_E_NOT_STRICT);
    pt_buf_done(&rec);
}

Test(accept, unauthorised_type_and_invalid_field_are_named) {
    struct th_stream a;
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_stream_init(&a, &hub, "audit", "main");
    th_payment(1, 5, &rec);
    struct pt_span span = pt_buf_span(&rec);
    pt_buf_reset(&batch);
    th_cut(&a, &span, 1, &batch);
    submit_as("audit", PT_INTAKE_REFUSE, PT_E_TYPE);
    th_reply_done(&reply);

    pt_buf_reset(&rec);
    th_payment(s.next_seq, -5, &rec);
    span = pt_buf_span(&rec);
    pt_buf_reset(&batch);
    th_cut(&s, &span, 1, &batch);
    send_as("finance");
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REFUSE);
    /* The refusal is the hub's, about that statement, and says where. */
    struct pt_pubkey *k = NULL;
    struct pt_buf payload;
    pt_buf_init(&payload, 1 << 20);
    cr_assert_eq(pt_pubkey_from_spki(pt_key_spki(th_key(&hub, "hub")), &k, NULL), 0);
    cr_assert_eq(pt_dsse_open(k, PT_DSSE_REFUSAL, pt_buf_span(&reply.bytes), &payload, NULL), 0);
    Pentad__V1__Refusal *r = pentad__v1__refusal__unpack(NULL, payload.len, payload.p);
    cr_assert_not_null(r);
    cr_assert_eq(memcmp(r->statement_hash.data, s.statement.b, 32), 0);
    cr_assert(r->n_faults >= 1);
    cr_assert_eq(r->faults[0]->seq, s.next_seq);
    cr_assert_str_eq(r->faults[0]->code, "negative_amount");
    cr_assert_not_null(strstr(r->faults[0]->field, "lines[0].fen"), "%s", r->faults[0]->field);
    pentad__v1__refusal__free_unpacked(r, NULL);
    pt_pubkey_free(k);
    pt_buf_done(&payload);
    pt_buf_done(&rec);
    th_reply_done(&reply);
}

Test(accept, wrong_seq) {
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_payment(s.next_seq + 1, 5, &rec);
    struct pt_span span = pt_buf_span(&rec);
    th_cut(&s, &span, 1, &batch);
    expect(PT_INTAKE_REFUSE, PT_E_SEQ);
    pt_buf_done(&rec);
}

Test(accept, wrong_hub) {
    struct pt_hash other = {{9}};
    struct pt_author_head h = right_head();
    h.hub = &other;
    cut_with(&h, s.key, 1);
    expect(PT_INTAKE_REJECT, PT_E_WRONG_HUB);
}

Test(accept, what_was_seen_must_be_ours) {
    struct pt_hash other = {{9}};
    struct pt_author_head h = right_head();
    h.seen_size = 2;
    h.seen_root = &other;
    cut_with(&h, s.key, 1);
    expect(PT_INTAKE_REFUSE, PT_E_SEEN);
    h = right_head();
    h.seen_size = 1000;
    h.seen_root = &other;
    h.supersedes = &s.statement;
    struct pt_hash refused = s.statement;
    h.supersedes = &refused;
    cut_with(&h, s.key, 1);
    expect(PT_INTAKE_REFUSE, PT_E_SEEN);
}

Test(accept, json_form_with_base64_records_and_no_duplicate_keys) {
    struct pt_buf json, b64;
    struct pt_batch_view v;
    struct pt_span rec;
    size_t pos = 0;
    pt_buf_init(&json, 1 << 20);
    pt_buf_init(&b64, 1 << 20);
    th_cut_payments(&s, 2, &batch);
    cr_assert_eq(pt_batch_open(pt_buf_span(&batch), &v, NULL), 0);
    Pentad__V1__Envelope *e = pentad__v1__envelope__unpack(NULL, v.envelope.len, v.envelope.p);
    pt_buf_puts(&json, "{\"envelope\":{\"payload\":\"");
    pt_base64_append(&json, e->payload.data, e->payload.len);
    pt_buf_printf(&json, "\",\"payloadType\":\"%s\",\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"",
                  e->payload_type, e->signatures[0]->keyid);
    pt_base64_append(&json, e->signatures[0]->sig.data, e->signatures[0]->sig.len);
    pt_buf_puts(&json, "\"}]},\"records\":[");
    while (pt_batch_record_next(v.records, &pos, &rec) == 1) {
        pt_buf_puts(&json, pos == v.records.len ? ",\"" : "\"");
        pt_base64_append(&json, rec.p, rec.len);
        pt_buf_puts(&json, "\"");
    }
    pt_buf_puts(&json, "]");
    size_t open = json.len;
    pt_buf_puts(&json, ",\"records\":[]}");
    th_submit(&hub, PT_INTAKE_JSON, pt_buf_span(&json), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REJECT);
    cr_assert_eq(reply.code, PT_E_FORMAT, "%s", reply.msg);
    th_reply_done(&reply);
    json.len = open;
    pt_buf_puts(&json, "}");
    th_submit(&hub, PT_INTAKE_JSON, pt_buf_span(&json), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_ACCEPT, "%s", reply.msg);
    th_reply_done(&reply);
    pentad__v1__envelope__free_unpacked(e, NULL);
    pt_buf_done(&b64);
    pt_buf_done(&json);
}

/* ---- refused, replaced ---------------------------------------------------------------------- */

static void cut_bad(size_t n) {
    struct pt_buf recs;
    struct pt_span spans[4];
    size_t ends[4];
    pt_buf_init(&recs, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        th_payment(s.next_seq + i, i == 0 ? -1 : 5, &recs);
        ends[i] = recs.len;
    }
    for (size_t i = 0; i < n; i++) {
        size_t from = i == 0 ? 0 : ends[i - 1];
        spans[i] = pt_span(recs.p + from, ends[i] - from);
    }
    pt_buf_reset(&batch);
    th_cut(&s, spans, n, &batch);
    pt_buf_done(&recs);
}

static void cut_mended(void) {
    struct pt_buf a, b;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Withheld w = PENTAD__V1__WITHHELD__INIT;
    pt_buf_init(&a, 4096);
    pt_buf_init(&b, 4096);
    w.type = (char *)"X01";
    w.code = (char *)"negative_amount";
    w.field = (char *)"body.payment_batch.lines[0].fen";
    r.body_case = PENTAD__V1__RECORD__BODY_WITHHELD;
    r.withheld = &w;
    th_record(&r, s.next_seq, &a);
    th_payment(s.next_seq + 1, 5, &b);
    struct pt_span spans[2] = {pt_buf_span(&a), pt_buf_span(&b)};
    pt_buf_reset(&batch);
    th_cut(&s, spans, 2, &batch);
    pt_buf_done(&a);
    pt_buf_done(&b);
}

Test(accept, a_wrong_replacement_is_refused_and_replaced_in_its_turn) {
    cut_bad(2);
    struct pt_hash bad = s.statement;
    expect(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
    expect(PT_INTAKE_REFUSAL_AGAIN, 0);
    s.has_replaces = true;
    s.replaces = bad;
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch); /* another count: it replaces nothing */
    expect(PT_INTAKE_REFUSE, PT_E_SUPERSEDES);
    s.replaces = s.statement;
    cut_mended(); /* replaces that one, whose count is another again */
    expect(PT_INTAKE_REFUSE, PT_E_SUPERSEDES);
    th_close(&hub);
    th_open(&hub);
    s.replaces = s.statement;
    cut_mended();
    submit(PT_INTAKE_ACCEPT, 0);
}

Test(accept, the_mended_batch_is_accepted_after_a_restart) {
    cut_bad(2);
    struct pt_hash bad = s.statement;
    expect(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
    struct th_stream next = s;
    next.next_seq += 2;
    next.last = bad;
    pt_buf_reset(&batch);
    th_cut_payments(&next, 1, &batch);
    struct pt_hash behind = next.statement;
    expect(PT_INTAKE_REFUSE, PT_E_BEHIND_REFUSAL);
    th_close(&hub);
    th_open(&hub);
    s.has_replaces = true;
    s.replaces = bad;
    cut_mended();
    submit(PT_INTAKE_ACCEPT, 0);
    th_advance(&s, 2);
    /* One that was under way behind the refused and comes after its replacement. */
    struct th_stream late = s;
    late.last = bad;
    late.has_replaces = true;
    late.replaces = behind;
    pt_buf_reset(&batch);
    th_cut_payments(&late, 1, &batch);
    expect(PT_INTAKE_REFUSE, PT_E_BEHIND_REFUSAL);
    s.has_replaces = true;
    s.replaces = late.statement;
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch);
    submit(PT_INTAKE_ACCEPT, 0);
}
