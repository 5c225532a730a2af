/* The connector as a witness: what it cosigns, what it never does, what it says and keeps then. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/close.h>
#include <pentad/proof/merkle.h>
#include <pentad/proof/witness.h>

#include "pt_test_folder.h"
#include "pt_test_lies.h"
#include "rig.h"
#include "state_internal.h"

#define MINUTE INT64_C(60000)

static void setting(struct rig *r, bool live) {
    struct pt_err err = {0};
    rig_init(r, "congress", live);
    r->config.keys.cosigning = strdup(rig_path(r, "cosigning.key"));
    cr_assert_eq(pt_key_save(tx_key(&r->hub.witnesses, "congress"), r->config.keys.cosigning, &err),
                 0, "%s", err.msg);
}

static void pay(struct rig *r) {
    struct th_stream s;
    th_stream_init(&s, &r->hub, "finance", "main");
    th_send_payments(&s, 2);
}

static void tick(struct rig *r) {
    Pentad__V1__Tick t = PENTAD__V1__TICK__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *list[1] = {&rec};
    t.has_day = t.has_is_workday = t.has_at_ms = 1;
    t.day = pt_date_from_ms(r->hub.now_ms);
    t.is_workday = 1;
    t.at_ms = r->hub.now_ms;
    rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    rec.tick = &t;
    th_author(&r->hub, list, 1);
}

/* The policy of the ceremony, instead of the rig's `quorum none`. */
static void ask_for_a_quorum(struct rig *r) {
    struct pt_buf text;
    pt_buf_init(&text, 65536);
    cr_assert_eq(pt_witness_policy(pt_log_genesis(r->hub.log), &text), 0);
    rig_write(r, "policy.txt", pt_buf_cstr(&text));
    pt_buf_done(&text);
}

/* The size that the last cosignature was for, which must verify. */
static uint64_t cosigned_size(struct rig *r, uint64_t *ret_time_s) {
    struct pt_checkpoint c;
    struct pt_note n;
    struct pt_note_verified v;
    struct pt_vkey key;
    cr_assert_eq(
        pt_vkey_parse(&key, r->hub.witnesses.text[0], strlen(r->hub.witnesses.text[0]), NULL), 0);
    cr_assert_eq(pt_note_parse(&n, pt_buf_span(&r->last_cosigned), NULL), 0);
    cr_assert_eq(pt_checkpoint_parse(&c, n.text, NULL), 0);
    cr_assert_eq(pt_note_verify(&n, &key, 1, &r->hub.sv, &v, NULL), 0);
    cr_assert_eq(v.mask, 1, "our line is there");
    *ret_time_s = v.time_s[0];
    pt_note_done(&n);
    return c.size;
}

/* A folder of evidence about that code with this file in it. */
static bool has_evidence(struct rig *r, const char *code, const char *file) {
    bool found = false;
    DIR *d = opendir(rig_path(r, "state/evidence"));
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL) {
        char path[600];
        snprintf(path, sizeof path, "state/evidence/%s/%s", e->d_name, file);
        found = found ||
                (strncmp(e->d_name, code, strlen(code)) == 0 && pt_file_exists(rig_path(r, path)));
    }
    if (d) {
        closedir(d);
    }
    return found;
}

static void run(struct rig *r, int code) {
    int rc = rig_run(r);
    cr_assert_eq(rc, code, "%s: %s", pt_err_name(rc), r->err.msg);
}

Test(witness, cosigns_what_it_has_verified_and_once) {
    struct rig r;
    uint64_t at;
    setting(&r, true);
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert_eq(cosigned_size(&r, &at), pt_log_size(r.hub.log));
    cr_assert_leq(at, (uint64_t)(r.hub.now_ms / 1000));
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1, "nothing new");
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 2);
    cr_assert_eq(cosigned_size(&r, &at), pt_log_size(r.hub.log));
    rig_done(&r);
}

/* What was stored is what leaves, also when it leaves later. */
Test(witness, a_cosignature_that_could_not_be_sent_is_sent_as_it_was) {
    struct rig r;
    uint64_t at, again;
    setting(&r, true);
    pay(&r);
    r.cosign_code = PT_E_NET;
    run(&r, 0);
    cr_assert_eq(r.cosigns, 0);
    uint64_t size = pt_log_size(r.hub.log);
    r.cosign_code = 0;
    r.hub.now_ms += 5000;
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert_eq(cosigned_size(&r, &at), size);
    cr_assert_lt(at, (uint64_t)(r.hub.now_ms / 1000) - 3, "its time is that of the signing");
    pay(&r);
    run(&r, 0);
    cr_assert_eq(cosigned_size(&r, &again), pt_log_size(r.hub.log));
    cr_assert_gt(again, at);
    rig_done(&r);
}

Test(witness, a_key_that_the_genesis_does_not_name_is_an_error) {
    struct rig r;
    struct pt_err err = {0};
    setting(&r, true);
    free(r.config.keys.cosigning);
    r.config.keys.cosigning = strdup(rig_path(&r, "other.key"));
    cr_assert_eq(pt_key_save(tx_key(&r.hub.witnesses, "audit"), r.config.keys.cosigning, &err), 0);
    run(&r, PT_E_CONFIG);
    cr_assert_eq(r.cosigns, 0);
    rig_done(&r);
}

/* ---- a witness key that was replaced ---- */

static void send(struct rig *r, const char *party, Pentad__V1__Record *rec, struct pt_hash *ret) {
    struct th_stream s;
    th_stream_init(&s, &r->hub, party, "second");
    th_send_record(&s, rec, ret);
}

/* The genesis's witnesses with another key for congress, by audit, with the approvals of three. */
static void replace_key(struct rig *r, const struct pt_key *fresh) {
    static const char *const three[] = {"discipline", "organization", "audit"};
    Pentad__V1__PolicyChange *c = pt_witness_genesis(pt_log_genesis(r->hub.log));
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    struct pt_hash hash;
    struct pt_vkey v;
    struct pt_buf text;
    pt_buf_init(&text, 1024);
    cr_assert_eq(pt_logkey_vkey(fresh, TH_ORIGIN "/congress", PT_NOTE_COSIGNATURE, &v), 0);
    cr_assert_eq(pt_vkey_format(&text, &v), 0);
    for (size_t i = 0; i < c->n_witnesses; i++) {
        if (strncmp(c->witnesses[i]->vkey, pt_buf_cstr(&text), strlen(TH_ORIGIN "/congress+")) ==
            0) {
            free(c->witnesses[i]->vkey);
            c->witnesses[i]->vkey = strdup(pt_buf_cstr(&text));
        }
    }
    c->has_replaces = 1;
    rec.body_case = PENTAD__V1__RECORD__BODY_POLICY_CHANGE;
    rec.policy_change = c;
    send(r, "audit", &rec, &hash);
    pentad__v1__policy_change__free_unpacked(c, NULL);
    ref.party = (char *)(uintptr_t) "audit";
    ref.stream = (char *)(uintptr_t) "second";
    ref.has_seq = ref.has_hash = 1;
    ref.seq = 1;
    ref.hash = (ProtobufCBinaryData){PT_HASH_LEN, hash.b};
    a.target = &ref;
    a.target_type = (char *)(uintptr_t)PT_POLICYCHANGE_CODE;
    a.has_verdict = 1;
    a.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    for (size_t i = 0; i < 3; i++) {
        Pentad__V1__Record said = PENTAD__V1__RECORD__INIT;
        said.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
        said.approval = &a;
        send(r, three[i], &said, NULL);
    }
    pt_buf_done(&text);
}

/* Handed in by congress's people, for the connector to sign and send. */
static void write_opinion(struct rig *r, const char *doc_no) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__CongressOpinion opinion = PENTAD__V1__CONGRESS_OPINION__INIT;
    opinion.has_origin = 1;
    opinion.origin = PENTAD__V1__OPINION_ORIGIN__OPINION_ORIGIN_REVIEW;
    opinion.text = (char *)(uintptr_t) "加快执行";
    opinion.addressee = (char *)(uintptr_t) "finance";
    rec.doc_no = (char *)(uintptr_t)doc_no;
    rec.has_effective = 1;
    rec.effective = 20190102;
    rec.body_case = PENTAD__V1__RECORD__BODY_CONGRESS_OPINION;
    rec.congress_opinion = &opinion;
    rig_push(r, "N01", doc_no, &rec);
}

Test(witness, a_replaced_key_ends_the_cosigning_and_nothing_else) {
    struct pt_key *fresh = NULL;
    struct rig r;
    setting(&r, true);
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    replace_key(&r, fresh);
    run(&r, 0); /* a start under a replaced key */
    cr_assert(rig_has_alarm(&r, "cosigning_key"));
    write_opinion(&r, "意见-1");
    pay(&r);
    run(&r, 0); /* and another one */
    cr_assert_eq(r.cosigns, 1, "nothing is cosigned");
    cr_assert_eq(rig_log_count(&r, "congress", "意见-1"), 1, "what people write goes out");
    cr_assert(rig_has_alarm(&r, "cosigning_key"));
    cr_assert_eq(pt_key_save(fresh, rig_path(&r, "fresh.key"), NULL), 0);
    free(r.config.keys.cosigning);
    r.config.keys.cosigning = strdup(rig_path(&r, "fresh.key"));
    run(&r, 0);
    cr_assert_eq(r.cosigns, 2, "its successor cosigns");
    cr_assert(!rig_has_alarm(&r, "cosigning_key"), "over");
    pt_key_free(fresh);
    rig_done(&r);
}

Test(witness, who_is_no_witness_any_more_leaves_the_key_out) {
    struct pt_key *fresh = NULL;
    struct rig r;
    setting(&r, true);
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &fresh, NULL), 0);
    replace_key(&r, fresh);
    run(&r, 0);
    cr_assert(rig_has_alarm(&r, "cosigning_key"));
    free(r.config.keys.cosigning);
    r.config.keys.cosigning = NULL;
    run(&r, 0);
    cr_assert(!rig_has_alarm(&r, "cosigning_key"), "over");
    pt_key_free(fresh);
    rig_done(&r);
}

Test(witness, a_witness_that_lost_its_state_signs_nothing) {
    struct rig r;
    setting(&r, true);
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    pt_buf_append_span(&r.cosigned, pt_buf_span(&r.last_cosigned));
    tf_remove(rig_path(&r, "state"));
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert(rig_has_alarm(&r, "witness_state_lost"));
    rig_done(&r);
}

/* ---- a hub that lies --------------------------------------------------------------------------
 */

static void is_caught(struct rig *r, const char *alarm, const char *evidence) {
    cr_assert(rig_has_alarm(r, alarm), "no alarm %s", alarm);
    cr_assert(rig_had_event(r, "alarm"));
    cr_assert(has_evidence(r, evidence, "held.checkpoint"), "ours is kept");
    cr_assert(has_evidence(r, evidence, "shown.checkpoint"), "the hub's is kept");
}

Test(witness, another_tree_of_the_same_size_is_a_fork) {
    struct rig r;
    setting(&r, true);
    pay(&r);
    tl_other_tree(&r.hub, pt_log_size(r.hub.log), &r.note);
    run(&r, PT_E_FORK);
    cr_assert_eq(r.cosigns, 0);
    is_caught(&r, "fork", "fork");
    pt_buf_reset(&r.note); /* it publishes the truth again: that heals nothing */
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 0);
    rig_done(&r);
}

/* A checkpoint of a private branch: the pages that reach its size don't lead to it. */
Test(witness, a_branch_that_was_published_ahead_is_a_fork) {
    struct rig r;
    setting(&r, true);
    pay(&r);
    tl_other_tree(&r.hub, pt_log_size(r.hub.log) + 1, &r.note);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 0);
    run(&r, 0); /* nothing at that size yet */
    pay(&r);
    run(&r, PT_E_FORK);
    cr_assert_eq(r.cosigns, 0);
    is_caught(&r, "fork", "fork");
    rig_done(&r);
}

Test(witness, a_cosigned_checkpoint_of_another_tree_is_a_fork) {
    struct rig r;
    struct pt_buf note;
    setting(&r, true);
    ask_for_a_quorum(&r);
    pay(&r);
    tl_other_tree(&r.hub, pt_log_size(r.hub.log), &r.note);
    pt_buf_init(&note, PT_NOTE_MAX);
    pt_buf_append_span(&note, pt_buf_span(&r.note));
    static const char *const three[] = {"discipline", "organization", "audit"};
    for (int i = 0; i < 3; i++) {
        tx_line(&r.hub.witnesses, three[i], (uint64_t)(r.hub.now_ms / 1000), pt_buf_span(&r.note),
                &note);
    }
    pt_buf_append_span(&r.cosigned, pt_buf_span(&note));
    pt_buf_reset(&r.note); /* what it publishes is the truth */
    run(&r, PT_E_FORK);
    is_caught(&r, "fork", "fork");
    pt_buf_done(&note);
    rig_done(&r);
}

Test(witness, a_back_dated_entry_is_not_cosigned) {
    struct rig r;
    setting(&r, true);
    pay(&r);
    r.hub.now_ms += 20 * MINUTE;
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    r.hub.now_ms -= 15 * MINUTE;
    pay(&r);
    r.hub.now_ms += 16 * MINUTE;
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    is_caught(&r, "back_dated", "clock");
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1, "nor anything behind it");
    rig_done(&r);
}

Test(witness, an_entry_ahead_of_the_clock_waits) {
    struct rig r;
    setting(&r, true);
    r.hub.now_ms += 6 * MINUTE;
    pay(&r);
    r.hub.now_ms -= 6 * MINUTE;
    run(&r, 0);
    cr_assert_eq(r.cosigns, 0);
    is_caught(&r, "clock_ahead", "clock");
    r.hub.now_ms += 2 * MINUTE;
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert(!rig_has_alarm(&r, "clock_ahead"), "over");
    rig_done(&r);
}

Test(witness, a_hub_whose_ticks_stall_is_not_cosigned) {
    struct rig r;
    setting(&r, true);
    tick(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    r.hub.now_ms += 61 * MINUTE;
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    is_caught(&r, "tick_stalled", "clock");
    tick(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 2);
    cr_assert(!rig_has_alarm(&r, "tick_stalled"), "over");
    rig_done(&r);
}

/* Finance's close counts what congress never got. */
Test(witness, a_withheld_record_ends_the_cosigning) {
    struct rig r;
    struct pt_close said;
    struct pt_close_message m;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct pt_hash hidden = {{3}};
    struct th_stream s;
    uint64_t at;
    setting(&r, true);
    pay(&r);
    run(&r, 0);
    uint64_t before = pt_log_size(r.hub.log);
    pt_close_init(&said, PT_PARTY_FINANCE);
    for (size_t i = 0; i < said.n; i++) {
        pt_merkle_append(&said.classes[i].tree, &hidden);
    }
    pt_close_write(&said, pt_date_from_ms(r.hub.now_ms), false, &m);
    rec.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    rec.stream_close = &m.close;
    th_stream_init(&s, &r.hub, "finance", "main");
    th_send_record(&s, &rec, NULL);
    pay(&r);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert_eq(cosigned_size(&r, &at), before);
    cr_assert(rig_has_alarm(&r, "withheld_record"));
    rig_done(&r);
}

Test(witness, a_rolled_back_log_is_caught) {
    struct rig r;
    setting(&r, true);
    pay(&r);
    run(&r, 0);
    r.feed_code = PT_E_RANGE;
    run(&r, PT_E_FORK);
    cr_assert(rig_has_alarm(&r, "rolled_back"));
    cr_assert(has_evidence(&r, "fork", "held.checkpoint"));
    rig_done(&r);
}

/* Somebody got a certificate and a key of his own; the log never enrolled it. */
Test(witness, an_entry_under_a_rogue_key_is_caught) {
    struct rig r;
    struct th_stream s;
    struct pt_buf batch;
    struct pt_key *rogue = NULL;
    setting(&r, true);
    run(&r, 0);
    cr_assert_eq(r.cosigns, 1);
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &rogue, NULL), 0);
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_stream_init(&s, &r.hub, "finance", "main");
    s.key = rogue;
    th_cut_payments(&s, 2, &batch);
    tl_log_unchecked(&r.hub, pt_buf_span(&batch));
    run(&r, PT_E_UNKNOWN_KEY);
    cr_assert_eq(r.cosigns, 1);
    is_caught(&r, "unknown_key", "unknown_key");
    pt_buf_done(&batch);
    pt_key_free(rogue);
    rig_done(&r);
}

/* finance with a good bill and, where it is `refused`, one more that the hub doesn't take. */
static void finance_setting(struct rig *r, bool refused) {
    rig_init(r, "finance", true);
    rig_write(r, "bills.csv", "day,no,unit,voucher,fen\n20190701,N1," RIG_UNIT ",V1,100\n");
    if (refused) {
        rig_append(r, "bills.csv", "20190701,N2,11370100004188813X,V2,200\n");
        rig_age(r, "bills.csv", 3600);
    }
    rig_source(r, RIG_BILLS, "bills.csv");
    r->lenient = true;
}

static void log_what_was_refused(struct rig *r, struct pt_buf *reply) {
    if (reply->len > 0 && reply->p[0] == 0x12) {
        tl_log_unchecked(&r->hub, pt_buf_span(&r->last_batch));
        r->tamper = NULL;
        r->submit_code = PT_E_BUSY; /* the mended batch comes later */
    }
}

Test(witness, a_refusal_that_was_logged_all_the_same_is_caught) {
    struct rig r;
    finance_setting(&r, true);
    r.tamper = log_what_was_refused;
    run(&r, PT_E_FORK);
    cr_assert(strstr(r.err.msg, "refused"), "%s", r.err.msg);
    is_caught(&r, "fork", "fork");
    rig_done(&r);
}

static void receipt_of_a_private_branch(struct rig *r, struct pt_buf *reply) {
    tl_private_branch(&r->hub, reply);
    r->tamper = NULL;
}

Test(witness, a_private_branch_in_a_receipt_is_caught) {
    struct rig r;
    finance_setting(&r, false);
    r.tamper = receipt_of_a_private_branch;
    run(&r, PT_E_FORK);
    is_caught(&r, "fork", "fork");
    rig_done(&r);
}

/* It gives receipts and shows nobody what it receipted. */
Test(witness, a_log_that_stalls_is_an_alarm) {
    struct rig r;
    finance_setting(&r, false);
    r.stalled = true;
    run(&r, 0);
    cr_assert_eq(r.receipts, 1);
    cr_assert(!rig_has_alarm(&r, "not_witnessed"));
    r.hub.now_ms += 11 * MINUTE;
    run(&r, 0);
    is_caught(&r, "not_witnessed", "policy");
    r.stalled = false;
    run(&r, 0);
    run(&r, 0);
    cr_assert(!rig_has_alarm(&r, "not_witnessed"), "over");
    rig_done(&r);
}

/* ---- being witnessed ----------------------------------------------------------------------------
 */

static struct pt_witnessed witnessed(struct rig *r) {
    struct pt_witnessed k;
    struct pt_state *s = rig_state(r);
    int64_t size;
    cr_assert_eq(pt_state_get_int(s, "witnessed_size", 0, &size, NULL), 0);
    cr_assert_eq(pt_batches_witnessed(s, size, &k, NULL), 0);
    pt_state_free(s);
    return k;
}

Test(witness, receipted_becomes_witnessed_or_an_alarm) {
    static const char *const three[] = {"congress", "discipline", "audit"};
    struct rig r;
    struct pt_err err = {0};
    finance_setting(&r, false);
    ask_for_a_quorum(&r);
    run(&r, 0);
    cr_assert_gt(witnessed(&r).waiting, 0);
    cr_assert_eq(witnessed(&r).witnessed, 0);
    cr_assert(!rig_has_alarm(&r, "not_witnessed"), "ten minutes are allowed");
    r.hub.now_ms += 11 * MINUTE;
    run(&r, 0);
    cr_assert(rig_has_alarm(&r, "not_witnessed"));
    cr_assert(has_evidence(&r, "policy", "shown.checkpoint"), "the receipt's checkpoint");
    cr_assert(has_evidence(&r, "policy", "held.checkpoint"));

    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    cr_assert_eq(pt_log_checkpoint_at(r.hub.log, pt_log_size(r.hub.log), &note, &err), 0);
    pt_buf_append_span(&r.cosigned, pt_buf_span(&note));
    for (int i = 0; i < 3; i++) {
        tx_line(&r.hub.witnesses, three[i], (uint64_t)(r.hub.now_ms / 1000), pt_buf_span(&note),
                &r.cosigned);
    }
    run(&r, 0);
    cr_assert_eq(witnessed(&r).waiting, 0);
    cr_assert_gt(witnessed(&r).witnessed, 0);
    run(&r, 0);
    cr_assert(!rig_has_alarm(&r, "not_witnessed"), "over");
    pt_buf_done(&note);
    rig_done(&r);
}

/* A smaller checkpoint with everybody's line. */
static void show_all_of_an_older_size(struct rig *r) {
    static const char *const all[] = {"congress", "discipline", "organization", "audit"};
    struct pt_buf older;
    pt_buf_init(&older, PT_NOTE_MAX);
    cr_assert_eq(pt_log_checkpoint_at(r->hub.log, 1, &older, NULL), 0);
    pt_buf_reset(&r->cosigned);
    pt_buf_append_span(&r->cosigned, pt_buf_span(&older));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        tx_line(&r->hub.witnesses, all[i], (uint64_t)(r->hub.now_ms / 1000), pt_buf_span(&older),
                &r->cosigned);
    }
    pt_buf_done(&older);
}

static void write_state(struct rig *r, const char *sql) {
    struct pt_state *s = NULL;
    cr_assert_eq(pt_state_open(rig_path(r, "state/connector.db"), false, &s, &r->err), 0);
    cr_assert_eq(pt_sql_exec(&s->sql, sql, &r->err), 0, "%s", r->err.msg);
    pt_state_free(s);
}

Test(witness, one_that_the_policy_names_no_more_is_forgotten) {
    struct rig r;
    int64_t since;
    finance_setting(&r, false);
    ask_for_a_quorum(&r);
    run(&r, 0);
    write_state(&r, "INSERT OR REPLACE INTO meta VALUES('silent/gone.example/one', 5),"
                    " ('silent/" TH_ORIGIN "/audit', 1546300800000)");
    run(&r, 0);
    struct pt_state *s = rig_state(&r);
    cr_assert_eq(pt_state_get_int(s, "silent/gone.example/one", 0, &since, &r.err), 0);
    cr_expect_eq(since, 0);
    cr_assert_eq(pt_state_get_int(s, "silent/" TH_ORIGIN "/audit", 0, &since, &r.err), 0);
    cr_expect_eq(since, 1546300800000, "of one that it names it is known as before");
    pt_state_free(s);
    rig_done(&r);
}

/* Who was shown a lie cosigns no more; the others, who have their quorum, learn of it by that. */
Test(witness, one_that_is_silent_is_an_alarm_at_the_others) {
    static const char *const three[] = {"congress", "discipline", "audit"};
    struct rig r;
    struct pt_buf note, three_lines;
    finance_setting(&r, false);
    ask_for_a_quorum(&r);
    pt_buf_init(&note, PT_NOTE_MAX);
    pt_buf_init(&three_lines, PT_NOTE_MAX);
    run(&r, 0);
    cr_assert_eq(pt_log_checkpoint_at(r.hub.log, pt_log_size(r.hub.log), &note, NULL), 0);
    pt_buf_append_span(&r.cosigned, pt_buf_span(&note));
    for (int i = 0; i < 3; i++) {
        tx_line(&r.hub.witnesses, three[i], (uint64_t)(r.hub.now_ms / 1000), pt_buf_span(&note),
                &r.cosigned);
    }
    run(&r, 0);
    pt_buf_append_span(&three_lines, pt_buf_span(&r.cosigned));
    r.hub.now_ms += 23 * 60 * MINUTE;
    run(&r, 0);
    cr_assert(!rig_has_alarm(&r, "witness_silent"), "a day is allowed");
    r.hub.now_ms += 2 * 60 * MINUTE;
    run(&r, 0);
    cr_assert(rig_has_alarm(&r, "witness_silent"));
    show_all_of_an_older_size(&r);
    run(&r, 0);
    cr_assert(rig_has_alarm(&r, "witness_silent"), "what was cosigned before says nothing");
    pt_buf_reset(&r.cosigned);
    pt_buf_append_span(&r.cosigned, pt_buf_span(&three_lines));
    cr_expect(rig_alarm_says(&r, "witness_silent", TH_ORIGIN "/organization (25 hours)"));
    cr_expect(!rig_alarm_says(&r, "witness_silent", "/audit"), "who cosigned isn't named");

    tx_line(&r.hub.witnesses, "organization", (uint64_t)(r.hub.now_ms / 1000), pt_buf_span(&note),
            &r.cosigned);
    run(&r, 0);
    cr_assert(!rig_has_alarm(&r, "witness_silent"), "over");
    pt_buf_done(&three_lines);
    pt_buf_done(&note);
    rig_done(&r);
}
