/* Bad batches, each with its code and no effect; conflicts; refusals and what replaces them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/base/clock.h>
#include <pentad/proof/batch.h>

#include "pt_test_world.h"

TestSuite(refuse, .timeout = TW_TEST_S);

#define BATCH_MAX (64u * 1024 * 1024)

static double entries; /* in the log, after set_up: one batch of three payments */

static void set_up(struct tw_one *t) {
    tw_one_init(t, NULL, "finance");
    tw_cut_payments(&t->s, 3, &t->b);
    tw_send(&t->s, &t->c, pt_buf_span(&t->b));
    entries = tw_metric(&t->c, "pentad_log_entries");
}

/* An unsigned answer with this code, and no effect. */
static void expect_problem(struct tw_one *t, long status, const char *code) {
    char got[64];

    tw_post(&t->c, "/v1/batches", pt_buf_span(&t->b), NULL);
    tw_code(&t->c, got);
    cr_assert_eq(t->c.status, status, "status %ld (%s), expected %ld %s; curl %d", t->c.status, got,
                 status, code, t->c.error);
    cr_assert_str_eq(got, code);
    cr_assert_eq(tw_metric(&t->c, "pentad_log_entries"), entries, "%s had an effect", code);
}

/* A refusal under the hub's signature, of the statement cut last, that names this code. */
static void expect_refusal(struct tw_one *t, const char *code, const char *field) {
    Pentad__V1__Refusal *r;

    tw_post(&t->c, "/v1/batches", pt_buf_span(&t->b), NULL);
    cr_assert_eq(t->c.status, 200, "%s: status %ld: %.*s", code, t->c.status, (int)t->c.body.len,
                 (char *)t->c.body.p);
    r = tw_refusal(&t->w, pt_buf_span(&t->c.body));
    cr_assert_not_null(r, "%s: no refusal", code);
    cr_assert_eq(memcmp(r->statement_hash.data, t->s.statement.b, 32), 0);
    cr_assert_geq(r->n_faults, 1);
    cr_assert_str_eq(r->faults[0]->code, code);
    if (field != NULL) {
        cr_assert_str_eq(r->faults[0]->field, field);
    }
    pentad__v1__refusal__free_unpacked(r, NULL);
    cr_assert_eq(tw_metric(&t->c, "pentad_log_entries"), entries, "%s had an effect", code);
}

/* After all that a good batch still continues the stream. */
static void expect_stream_goes_on(struct tw_one *t) {
    tw_cut_payments(&t->s, 2, &t->b);
    tw_send(&t->s, &t->c, pt_buf_span(&t->b));
}

Test(refuse, wrong_signature) {
    struct tw_one t;
    struct pt_batch_view v;

    set_up(&t);
    tw_cut_payments(&t.s, 2, &t.b);
    cr_assert_eq(pt_batch_open(pt_buf_span(&t.b), &v, NULL), 0);
    /* the last bytes of the envelope are the key id; the signature stands before it */
    ((uint8_t *)(uintptr_t)v.envelope.p)[v.envelope.len - 64 - 2 - 10] ^= 1;
    expect_problem(&t, 403, "bad_signature");
    expect_stream_goes_on(&t);
    tw_one_done(&t);
}

Test(refuse, another_partys_key) {
    struct tw_one t;

    set_up(&t);
    t.s.key = tw_key(&t.w, "audit");
    tw_cut_payments(&t.s, 2, &t.b);
    tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL);
    cr_assert_eq(t.c.status, 403);
    t.s.key = tw_key(&t.w, "finance");
    expect_stream_goes_on(&t);
    tw_one_done(&t);
}

Test(refuse, gap_in_the_sequence) {
    struct tw_one t;

    set_up(&t);
    t.s.next_seq += 1;
    tw_cut_payments(&t.s, 2, &t.b);
    expect_refusal(&t, "sequence_gap", NULL);
    tw_one_done(&t);
}

Test(refuse, unknown_previous_beyond_the_head) {
    struct tw_one t;

    set_up(&t);
    t.s.next_seq += 5;
    memset(t.s.last.b, 7, sizeof t.s.last.b);
    tw_cut_payments(&t.s, 2, &t.b);
    expect_problem(&t, 409, "ahead");
    tw_one_done(&t);
}

/* The statement is right, the records aren't those it is about. */
Test(refuse, wrong_root) {
    struct tw_one t;
    struct pt_batch_view v;

    set_up(&t);
    tw_cut_payments(&t.s, 2, &t.b);
    cr_assert_eq(pt_batch_open(pt_buf_span(&t.b), &v, NULL), 0);
    for (size_t i = 0; i + 4 < v.records.len; i++) { /* a digit of a voucher number */
        if (memcmp(v.records.p + i, "2019-", 5) == 0) {
            ((uint8_t *)(uintptr_t)v.records.p)[i + 14] ^= 1;
            break;
        }
    }
    expect_refusal(&t, "wrong_root", NULL);
    tw_one_done(&t);
}

Test(refuse, oversized) {
    struct tw_one t;

    set_up(&t);
    tw_cut_payments(&t.s, 30000, &t.b); /* over 8 MiB */
    cr_assert_gt(t.b.len, 8u * 1024 * 1024);
    expect_problem(&t, 413, "too_large");
    expect_stream_goes_on(&t);
    tw_one_done(&t);
}

Test(refuse, truncated_and_not_strict) {
    struct tw_one t;

    set_up(&t);
    tw_cut_payments(&t.s, 2, &t.b);
    t.b.len -= 20;
    expect_problem(&t, 400, "truncated");
    tw_cut_payments(&t.s, 2, &t.b);
    pt_buf_append(&t.b, "\xf8\x01\x01", 3); /* field 31: unknown */
    expect_problem(&t, 400, "not_strict");
    expect_stream_goes_on(&t);
    tw_one_done(&t);
}

/* Congress may not write payments. */
Test(refuse, type_of_another_party) {
    struct tw_one t;
    struct pt_buf rec;
    struct pt_span span;

    set_up(&t);
    tw_client_done(&t.c);
    tw_client_init(&t.c, &t.w, "congress", "main");
    tw_stream_init(&t.s, &t.w, "congress", "main");
    pt_buf_init(&rec, 65536);
    tw_payment(1, 100, &rec);
    span = pt_buf_span(&rec);
    tw_cut_packed(&t.s, &span, 1, &t.b);
    expect_refusal(&t, "type_not_allowed", "body");
    pt_buf_done(&rec);
    tw_one_done(&t);
}

Test(refuse, invalid_field_and_its_replacement) {
    struct tw_one t;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[1] = {&rec};
    Pentad__V1__Withheld withheld = PENTAD__V1__WITHHELD__INIT;
    struct pt_buf bytes;
    struct pt_span span;

    set_up(&t);
    pt_buf_init(&bytes, 65536);
    tw_payment(t.s.next_seq, -5, &bytes);
    span = pt_buf_span(&bytes);
    tw_cut_packed(&t.s, &span, 1, &t.b);
    expect_refusal(&t, "negative_amount", "body.payment_batch.lines[0].fen");
    /* the same bytes: the same refusal; after a crash too */
    cr_assert_eq(tw_stop(&t.w, SIGKILL), 128 + SIGKILL);
    tw_start(&t.w);
    expect_refusal(&t, "negative_amount", "body.payment_batch.lines[0].fen");
    /* another batch for these numbers must say what it replaces … */
    struct pt_hash refused = t.s.statement;
    withheld.type = (char *)"X01";
    withheld.code = (char *)"negative_amount";
    withheld.field = (char *)"body.payment_batch.lines[0].fen";
    rec.body_case = PENTAD__V1__RECORD__BODY_WITHHELD;
    rec.withheld = &withheld;
    t.s.has_replaces = true;
    t.s.replaces = refused;
    tw_cut(&t.s, list, 1, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    expect_stream_goes_on(&t);
    pt_buf_done(&bytes);
    tw_one_done(&t);
}

Test(refuse, batches_behind_a_refused_one) {
    struct tw_one t;
    struct pt_buf bytes;
    struct pt_span span;

    set_up(&t);
    pt_buf_init(&bytes, 65536);
    tw_payment(t.s.next_seq, -5, &bytes);
    span = pt_buf_span(&bytes);
    tw_cut_packed(&t.s, &span, 1, &t.b);
    expect_refusal(&t, "negative_amount", NULL);
    tw_advance(&t.s); /* pipelined: it was sent before the refusal came */
    tw_cut_payments(&t.s, 2, &t.b);
    expect_refusal(&t, "behind_refusal", NULL);
    pt_buf_done(&bytes);
    tw_one_done(&t);
}

Test(refuse, signed_for_another_hub) {
    struct tw_one t;

    set_up(&t);
    memset(t.s.hub.b, 3, sizeof t.s.hub.b);
    tw_cut_payments(&t.s, 2, &t.b);
    expect_problem(&t, 422, "wrong_hub");
    tw_one_done(&t);
}

/* The party retires its key by a record of its own and goes on with the new one. */
Test(refuse, retired_signing_key) {
    struct tw_one t;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[1] = {&rec};
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey added = PENTAD__V1__PUBLIC_KEY__INIT;
    Pentad__V1__PublicKey *add[1] = {&added};
    ProtobufCBinaryData retire[1];
    struct pt_key *old = NULL, *fresh = NULL;
    struct pt_span spki;
    struct pt_hash fp;
    struct tw_stream other;

    set_up(&t);
    old = t.s.key;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    spki = pt_key_spki(fresh);
    added.has_use = added.has_algorithm = added.has_spki = 1;
    added.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    added.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
    added.spki.data = (uint8_t *)(uintptr_t)spki.p;
    added.spki.len = spki.len;
    pt_key_fingerprint(old, &fp);
    retire[0].data = fp.b;
    retire[0].len = sizeof fp.b;
    change.party = (char *)"finance";
    change.n_add = 1;
    change.add = add;
    change.n_retire = 1;
    change.retire = retire;
    change.reason = (char *)"年度轮换";
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &change;
    tw_cut(&t.s, list, 1, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    entries = tw_metric(&t.c, "pentad_log_entries");
    tw_stream_init(&other, &t.w, "finance", "other");
    tw_cut_payments(&other, 1, &t.b);
    t.s.statement = other.statement;
    expect_refusal(&t, "retired_key", NULL);
    t.s.key = fresh;
    t.s.has_replaces = false;
    expect_stream_goes_on(&t);
    pt_key_free(fresh);
    tw_one_done(&t);
}

Test(refuse, unknown_tls_identity) {
    struct tw_one t;

    set_up(&t);
    tw_client_done(&t.c);
    tw_client_init(&t.c, &t.w, "stranger", "main");
    tw_cut_payments(&t.s, 2, &t.b);
    tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL);
    cr_assert_eq(t.c.status, 403);
    char code[64];
    cr_assert_str_eq(tw_code(&t.c, code), "unknown_identity");
    tw_one_done(&t);
}

Test(refuse, revoked_tls_certificate) {
    struct tw_one t;
    struct tw_client revoked;

    set_up(&t);
    tw_client_init(&revoked, &t.w, "finance", "lost");
    cr_assert_eq(tw_get(&revoked, "/checkpoint", NULL), 200);
    tw_revoke(&t.w, "finance", "stream", "lost");
    cr_assert_eq(kill(t.w.pid, SIGHUP), 0);
    tw_cut_payments(&t.s, 2, &t.b);
    /* open connections are renewed and new ones refused, as soon as the list is read */
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;
    while (tw_post(&revoked, "/v1/batches", pt_buf_span(&t.b), NULL) != 0) {
        cr_assert_lt(pt_monotonic_us(), until, "the revoked certificate still works");
        cr_assert_eq(revoked.status, 200); /* the same batch again, until then */
    }
    tw_send(&t.s, &t.c, pt_buf_span(&t.b)); /* the others don't notice */
    tw_client_done(&revoked);
    tw_one_done(&t);
}

/* Two statements for the same sequence numbers: 409, an Incident with both envelopes, the stream
 * stands still, and nobody else notices. */
Test(refuse, equivocation) {
    struct tw_one t;
    struct tw_stream fork, other;
    struct pt_buf again;
    char code[64];

    set_up(&t);
    fork = t.s;
    tw_cut_payments(&t.s, 2, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    pt_buf_init(&again, BATCH_MAX);
    pt_buf_append(&again, t.b.p, t.b.len);
    struct pt_hash first = t.s.last;
    tw_cut_payments(&fork, 3, &t.b);
    cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL), 409);
    cr_assert_str_eq(tw_code(&t.c, code), "equivocation");
    cr_assert_eq(tw_metric(&t.c, "pentad_log_entries"), entries + 2); /* the batch, the incident */
    cr_assert(tw_wait_for(&t.c, "/v1/streams/finance/main", "\"frozen\":true"));
    /* the incident stands on the hub's own stream, for all to read */
    cr_assert_eq(tw_get(&t.c, "/v1/records/hub/main/1", NULL), 200);
    Pentad__V1__Record *rec = pentad__v1__record__unpack(NULL, t.c.body.len, t.c.body.p);
    cr_assert_not_null(rec);
    cr_assert_eq(rec->body_case, PENTAD__V1__RECORD__BODY_INCIDENT);
    cr_assert_str_eq(rec->incident->stream, "main");
    cr_assert_not_null(rec->incident->envelope_a);
    cr_assert_not_null(rec->incident->envelope_b);
    pentad__v1__record__free_unpacked(rec, NULL);
    /* the frozen stream takes nothing new, not even after a restart, and tells no second incident;
     * what is logged is receipted for ever */
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL), 409);
        tw_cut_payments(&t.s, 1, &t.b);
        cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL), 409);
        cr_assert_str_eq(tw_code(&t.c, code), "stream_frozen");
        cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&again), NULL), 200);
        cr_assert_eq(tw_check_receipt(&t.w, &first, pt_buf_span(&t.c.body), NULL), 0);
        cr_assert_eq(tw_metric(&t.c, "pentad_log_entries"), entries + 2);
        if (round == 0) {
            cr_assert_eq(tw_stop(&t.w, SIGTERM), 0);
            tw_start(&t.w);
        }
    }
    tw_stream_init(&other, &t.w, "finance", "treasury");
    tw_cut_payments(&other, 2, &t.b);
    tw_send(&other, &t.c, pt_buf_span(&t.b));
    pt_buf_done(&again);
    tw_one_done(&t);
}

/* Whoever stole the hub's own key freezes hub/main. Then no incident can be recorded, so nothing
 * is frozen by a conflict; and nobody else's batches fail over it. */
Test(refuse, equivocation_while_the_hub_itself_is_frozen) {
    struct tw_one t;
    struct tw_stream hub, audit, fork;
    struct tw_client c;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *list[1] = {&rec};
    Pentad__V1__Incident incident = PENTAD__V1__INCIDENT__INIT;
    Pentad__V1__Tick tick = PENTAD__V1__TICK__INIT;
    Pentad__V1__Batch *pair[2];
    char code[64];

    set_up(&t);
    tw_stream_init(&hub, &t.w, "hub", "main");
    rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    rec.tick = &tick;
    tick.has_day = tick.has_is_workday = tick.has_at_ms = 1;
    tick.at_ms = 1;
    for (int i = 0; i < 2; i++) {
        tick.day = 20190101 + i;
        tw_cut(&hub, list, 1, &t.b);
        pair[i] = pentad__v1__batch__unpack(NULL, t.b.len, t.b.p);
        cr_assert_not_null(pair[i]);
    }
    incident.has_kind = 1;
    incident.kind = PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION;
    incident.envelope_a = pair[0]->envelope;
    incident.envelope_b = pair[1]->envelope;
    incident.party = (char *)"hub";
    incident.stream = (char *)"main";
    rec = (Pentad__V1__Record)PENTAD__V1__RECORD__INIT;
    rec.body_case = PENTAD__V1__RECORD__BODY_INCIDENT;
    rec.incident = &incident;
    tw_client_init(&c, &t.w, "audit", "main");
    tw_stream_init(&audit, &t.w, "audit", "main");
    tw_cut(&audit, list, 1, &t.b);
    tw_send(&audit, &c, pt_buf_span(&t.b));
    cr_assert(tw_wait_for(&c, "/v1/streams/hub/main", "\"frozen\":true"));
    entries = tw_metric(&t.c, "pentad_log_entries");

    fork = t.s;
    tw_cut_payments(&t.s, 2, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    tw_cut_payments(&fork, 3, &t.b);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(tw_post(&t.c, "/v1/batches", pt_buf_span(&t.b), NULL), 409);
        cr_assert_str_eq(tw_code(&t.c, code), "equivocation");
    }
    cr_assert_eq(tw_metric(&t.c, "pentad_log_entries"), entries + 1);
    cr_assert_eq(tw_metric(&t.c, "pentad_store_failures_total"), 0);
    expect_stream_goes_on(&t);
    for (int i = 0; i < 2; i++) {
        pentad__v1__batch__free_unpacked(pair[i], NULL);
    }
    tw_client_done(&c);
    tw_one_done(&t);
}
