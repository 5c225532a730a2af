/* Keys, closes, ticks and code tables as the log moves them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/logkey.h>
#include <pentad/proof/witness.h>
#include <pentad/v1/record.pb-c.h>

#include "fixture.h"
#include "pt_test_lies.h"

TestSuite(exchange, .init = fixture_begin, .fini = fixture_done);

/* finance adds `add` and retires the key it signs with, or either: as the batch at hand. */
static void cut_change(struct pt_key *add, struct pt_key *retire) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange body = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey key = PENTAD__V1__PUBLIC_KEY__INIT, *keys[1] = {&key};
    ProtobufCBinaryData fp;
    struct pt_hash h;
    body.party = (char *)"finance";
    body.reason = (char *)"轮换";
    if (add != NULL) {
        struct pt_span spki = pt_key_spki(add);
        key.has_use = key.has_algorithm = key.has_spki = 1;
        key.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
        key.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
        key.spki.data = (uint8_t *)(uintptr_t)spki.p;
        key.spki.len = spki.len;
        body.n_add = 1;
        body.add = keys;
    }
    if (retire != NULL) {
        pt_key_fingerprint(retire, &h);
        fp.data = h.b;
        fp.len = 32;
        body.n_retire = 1;
        body.retire = &fp;
    }
    r.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    r.key_change = &body;
    struct pt_buf bytes;
    pt_buf_init(&bytes, 65536);
    th_record(&r, s.next_seq, &bytes);
    struct pt_span record = pt_buf_span(&bytes);
    pt_buf_reset(&batch);
    th_cut(&s, &record, 1, &batch);
    pt_buf_done(&bytes);
}

static void change_keys(struct pt_key *add, struct pt_key *retire) {
    cut_change(add, retire);
    submit(PT_INTAKE_ACCEPT, 0);
    th_advance(&s, 1);
}

Test(exchange, a_retired_key_signs_nothing_and_claims_nothing) {
    struct pt_key *old = s.key, *fresh = NULL;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    th_cut_payments(&s, 1, &batch); /* signed before, sent after */
    struct pt_buf early;
    pt_buf_init(&early, 1 << 20);
    change_keys(fresh, old);
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch); /* by the retired key */
    submit(PT_INTAKE_REFUSE, PT_E_RETIRED_KEY);
    submit(PT_INTAKE_REFUSAL_AGAIN, 0);
    struct pt_buf stolen;
    struct th_stream thief = s;
    pt_buf_init(&stolen, 1 << 20);
    pt_buf_append_span(&stolen, pt_buf_span(&batch));
    for (int i = 0; i < 200; i++) {
        pt_buf_reset(&batch);
        th_cut_payments(&thief, 1, &batch);
        submit(PT_INTAKE_REFUSE, PT_E_RETIRED_KEY);
    }
    cr_assert_leq(pt_exchange_stream(hub.x, "finance", "main")->n_refused, 64);
    pt_buf_reset(&batch);
    pt_buf_append_span(&batch, pt_buf_span(&stolen));
    submit(PT_INTAKE_REFUSAL_AGAIN, 0);
    pt_buf_done(&stolen);
    /* Whoever stole it can't block the stream: the new key goes on without replacing anything. */
    s.key = fresh;
    th_send_payments(&s, 1);
    th_close(&hub);
    th_open(&hub);
    th_send_payments(&s, 1);
    pt_buf_done(&early);
    pt_key_free(fresh);
}

/* The office asks for another policy, with a witness from outside of that key; it waits. */
static void wait_for_witness(const struct pt_key *key) {
    Pentad__V1__PolicyChange *c = pt_witness_genesis(pt_log_genesis(hub.log));
    Pentad__V1__PolicyWitness **grown =
        realloc(c->witnesses, (c->n_witnesses + 1) * sizeof(Pentad__V1__PolicyWitness *));
    Pentad__V1__PolicyWitness *w = malloc(sizeof *w);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    struct th_stream office;
    struct pt_vkey v;
    struct pt_buf text;
    cr_assert(grown && w);
    pt_buf_init(&text, 1024);
    cr_assert_eq(pt_logkey_vkey(key, "outside.example", PT_NOTE_COSIGNATURE, &v), 0);
    cr_assert_eq(pt_vkey_format(&text, &v), 0);
    pentad__v1__policy_witness__init(w);
    w->vkey = strdup(pt_buf_cstr(&text));
    w->has_counts = 1;
    c->witnesses = grown;
    c->witnesses[c->n_witnesses++] = w;
    c->has_replaces = 1;
    r.body_case = PENTAD__V1__RECORD__BODY_POLICY_CHANGE;
    r.policy_change = c;
    th_stream_init(&office, &hub, "office", "main");
    th_send_record(&office, &r, NULL);
    pentad__v1__policy_change__free_unpacked(c, NULL);
    pt_buf_done(&text);
}

/* The hub refuses it; and where it doesn't, since finance runs it, the log is as if it had. */
Test(exchange, nobody_enrols_a_key_that_a_waiting_policy_names) {
    struct pt_key *witness = NULL;
    struct pt_hash fp;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &witness, NULL), 0);
    wait_for_witness(witness);
    pt_key_fingerprint(witness, &fp);
    cut_change(witness, NULL);
    submit(PT_INTAKE_REFUSE, PT_E_EXISTS);
    tl_log_unchecked(&hub, pt_buf_span(&batch));
    th_close(&hub);
    th_open(&hub);
    cr_assert_eq(pt_exchange_stream(hub.x, "finance", "main")->next_seq, 2, "it is logged");
    cr_assert_null(pt_keyhistory_find(pt_exchange_keys(hub.x), &fp));
    pt_key_free(witness);
}

Test(exchange, an_unknown_key_is_told_so) {
    struct pt_key *stranger = NULL;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &stranger, NULL), 0);
    s.key = stranger;
    th_cut_payments(&s, 1, &batch);
    submit(PT_INTAKE_REJECT, PT_E_SIGNATURE);
    pt_key_free(stranger);
}

Test(exchange, facts_from_before_a_key_change_are_found_again) {
    struct pt_key *fresh = NULL;
    struct pt_intake_facts *f = NULL;
    struct pt_intake_decision d;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    struct pt_intake_snapshot *snapshot = pt_exchange_snapshot(hub.x);
    change_keys(fresh, NULL);
    pt_buf_reset(&batch);
    s.key = fresh;
    th_cut_payments(&s, 1, &batch);
    cr_assert_eq(pt_intake_examine(snapshot, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), TH_T0, &f),
                 0);
    pt_intake_decision_init(&d);
    cr_assert_eq(pt_intake_decide(hub.x, f, "finance", NULL, &d), PT_INTAKE_STALE);
    pt_intake_decision_done(&d);
    pt_intake_facts_free(f);
    pt_intake_snapshot_unref(snapshot);
    submit(PT_INTAKE_ACCEPT, 0);
    pt_key_free(fresh);
}

Test(exchange, facts_from_before_a_reload_are_found_again) {
    struct pt_key *fresh = NULL;
    struct pt_intake_facts *f = NULL;
    struct th_stream other;
    struct pt_intake_decision d;
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    struct pt_intake_snapshot *snapshot = pt_exchange_snapshot(hub.x);
    th_stream_init(&other, &hub, "finance", "other");
    th_cut_payments(&other, 1, &batch);
    cr_assert_eq(pt_intake_examine(snapshot, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), TH_T0, &f),
                 0);
    change_keys(fresh, NULL);
    th_close(&hub);
    th_open(&hub);
    pt_intake_snapshot_unref(pt_exchange_snapshot(hub.x));
    pt_intake_decision_init(&d);
    cr_assert_eq(pt_intake_decide(hub.x, f, "finance", NULL, &d), PT_INTAKE_STALE);
    pt_intake_decision_done(&d);
    pt_intake_facts_free(f);
    pt_intake_snapshot_unref(snapshot);
    pt_key_free(fresh);
}

static void close_day(const char *party, int32_t day, bool final) {
    struct th_stream c;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose body = PENTAD__V1__STREAM_CLOSE__INIT;
    th_stream_init(&c, &hub, party, "main");
    body.has_day = 1;
    body.day = day;
    body.has_final = final;
    body.final = final;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &body;
    th_send_record(&c, &r, NULL);
}

Test(exchange, the_day_is_closed_when_every_stream_has_said_so) {
    for (int i = 0; i < TH_PARTIES - 1; i++) {
        cr_assert_not(pt_exchange_day_closed(hub.x, 20190101), "%d", i);
        close_day(th_party_names[i], 20190101, strcmp(th_party_names[i], "audit") == 0);
    }
    cr_assert(pt_exchange_day_closed(hub.x, 20190101));
    for (int i = 0; i < TH_PARTIES - 1; i++) {
        if (strcmp(th_party_names[i], "audit") != 0) { /* left for good */
            close_day(th_party_names[i], 20190102, false);
        }
    }
    cr_assert(pt_exchange_day_closed(hub.x, 20190102));
    /* Nothing follows a final close. */
    struct th_stream a;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose body = PENTAD__V1__STREAM_CLOSE__INIT;
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_stream_init(&a, &hub, "audit", "main");
    body.has_day = 1;
    body.day = 20190103;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &body;
    th_record(&r, a.next_seq, &rec);
    struct pt_span span = pt_buf_span(&rec);
    pt_buf_reset(&batch);
    th_cut(&a, &span, 1, &batch);
    submit(PT_INTAKE_REFUSE, PT_E_CLOSED);
    pt_buf_done(&rec);
}

Test(exchange, a_tick_is_remembered_over_a_restart) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT, *list[1] = {&r};
    Pentad__V1__Tick body = PENTAD__V1__TICK__INIT;
    body.has_day = body.has_is_workday = body.has_at_ms = 1;
    body.day = 20190101;
    body.at_ms = TH_T0;
    r.body_case = PENTAD__V1__RECORD__BODY_TICK;
    r.tick = &body;
    th_author(&hub, list, 1);
    th_close(&hub);
    th_open(&hub);
    cr_assert_eq(pt_exchange_last_tick(hub.x)->day, 20190101);
    cr_assert_eq(pt_exchange_last_tick(hub.x)->seq, 1);
    cr_assert_eq(pt_exchange_last_tick(hub.x)->log_index, 1);
}
