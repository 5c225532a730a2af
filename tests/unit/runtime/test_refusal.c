/* What the hub refuses: withheld in place, sent again as a superseding statement, told in the dead
 * letters; and what no refusal is. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/certs/dsse.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>

#include "rig.h"

static const char bills[] = "day,no,unit,voucher,fen\n"
                            "20190101,N1," RIG_UNIT ",V1,100\n"
                            "20190101,N2,11370100004188813X,V2,200\n"
                            "20190101,N3," RIG_UNIT ",V3,300\n";

static void setting(struct rig *r) {
    rig_init(r, "finance", false);
    rig_write(r, "bills.csv", bills);
    rig_source(r, RIG_BILLS, "bills.csv");
    r->config.until_day = 20190102;
    r->lenient = true;
}

static int print_dead(void *ctx, const struct pt_dead_letter *d) {
    char *out = ctx;
    snprintf(out, 256, "%s|%s|%llu|%s|%s", d->source, d->file, (unsigned long long)d->row,
             d->column, d->code);
    return 0;
}

Test(refusal, the_record_is_withheld_in_place) {
    struct rig r;
    struct rig_record log[16];
    char dead[256] = "";
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log(&r, "finance", log, 16), 5);
    cr_assert_str_eq(log[0].doc_no, "N1");
    cr_assert_str_eq(log[1].type, "Withheld");
    cr_assert_str_eq(log[1].note, "X01 check_digit");
    cr_assert_str_eq(log[2].doc_no, "N3");
    cr_assert_eq(log[1].seq, 2);
    rig_check_closes(&r, "finance");
    struct pt_err err = {0};
    struct pt_state *s = rig_state(&r);
    cr_assert_eq(pt_dead_letter_each(s, print_dead, dead, &err), 0);
    pt_state_free(s);
    cr_assert_str_eq(dead, "hub|bills.csv|3|subject.key|check_digit");
    struct pt_state_counts k = rig_counts(&r);
    cr_assert_eq(k.refused, 1);
    cr_assert_eq(k.pending_records, 0);
    rig_done(&r);
}

/* A lost refusal comes again as it was; then the batch is cut once, not twice. */
Test(refusal, lost_and_repeated) {
    struct rig r;
    setting(&r);
    r.lose_answers = 1;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.refusals, 2);
    cr_assert_eq(rig_counts(&r).refused, 1);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    rig_done(&r);
}

/* 1,000 faults at most in a refusal: the superseding statement is refused too, and superseded. */
Test(refusal, refused_twice) {
    struct rig r;
    static char text[200000];
    size_t at = (size_t)snprintf(text, sizeof text, "day,no,unit,voucher,fen\n");
    for (int i = 0; i < 1500; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "20190101,N%d,11370100004188813%c,V%d,100\n", i,
                               i % 10 == 0 ? 'W' : 'X', i);
    }
    rig_init(&r, "finance", false);
    rig_write(&r, "bills.csv", text);
    rig_source(&r, RIG_BILLS, "bills.csv");
    r.config.until_day = 20190101;
    r.lenient = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    static struct rig_record log[2000];
    size_t n = rig_log(&r, "finance", log, 2000), notes = 0;
    for (size_t i = 0; i < n; i++) {
        notes += strcmp(log[i].type, "Withheld") == 0;
    }
    cr_assert_eq(n, 1501);
    cr_assert_eq(notes, 1350);
    struct pt_state_counts k = rig_counts(&r);
    cr_assert_eq(k.refused, 2);
    cr_assert_eq(k.dead_letters, 1350);
    rig_check_closes(&r, "finance");
    rig_done(&r);
}

/* ---- what is no refusal -------------------------------------------------------------------- */

static struct rig *impostor;

static void replace_refusal(struct rig *r, const char *party, const uint8_t *statement) {
    struct pt_buf payload, env;
    struct pt_err err = {0};
    Pentad__V1__Refusal ref = PENTAD__V1__REFUSAL__INIT;
    Pentad__V1__Fault fault = PENTAD__V1__FAULT__INIT, *faults[1] = {&fault};
    struct pt_hash hub = *pt_log_hub(r->hub.log);
    pt_buf_init(&payload, 65536);
    pt_buf_init(&env, 65536);
    ref.has_hub = ref.has_statement_hash = 1;
    ref.hub = (ProtobufCBinaryData){.len = 32, .data = hub.b};
    ref.statement_hash = (ProtobufCBinaryData){.len = 32, .data = (uint8_t *)(uintptr_t)statement};
    fault.has_seq = 1;
    fault.seq = 1;
    fault.code = (char *)"check_digit";
    ref.n_faults = 1;
    ref.faults = faults;
    cr_assert_eq(pt_strict_pack(&payload, &ref.base), 0);
    cr_assert_eq(
        pt_dsse_sign(th_key(&r->hub, party), PT_DSSE_REFUSAL, pt_buf_span(&payload), &env, &err),
        0);
    pt_buf_reset(&r->last_batch);
    pt_buf_append_span(&r->last_batch, pt_buf_span(&env));
    pt_buf_done(&payload);
    pt_buf_done(&env);
}

static void statement_of(struct rig *r, struct pt_hash *ret) {
    struct pt_batch_view view;
    struct pt_statement st;
    ProtobufCMessage *m = NULL;
    struct pt_err err = {0};
    cr_assert_eq(pt_batch_open(pt_buf_span(&r->last_batch), &view, &err), 0);
    cr_assert_eq(pt_strict_unpack(&pentad__v1__envelope__descriptor, view.envelope, &m, &err), 0);
    cr_assert_eq(pt_statement_open((Pentad__V1__Envelope *)m, &st, &err), 0);
    *ret = st.hash;
    pt_statement_done(&st);
    protobuf_c_message_free_unpacked(m, NULL);
}

static void as_refusal(struct rig *r, struct pt_buf *reply) {
    pt_buf_reset(reply);
    pt_batch_record_append(reply,
                           pt_buf_span(&r->last_batch)); /* field 2, as SubmitReply.refusal */
}

static void forged(struct rig *r, struct pt_buf *reply) {
    struct pt_hash st;
    statement_of(r, &st);
    replace_refusal(r, "audit", st.b);
    as_refusal(r, reply);
    r->tamper = NULL;
}

static void of_another_statement(struct rig *r, struct pt_buf *reply) {
    uint8_t other[32] = {7};
    replace_refusal(r, "hub", other);
    as_refusal(r, reply);
    r->tamper = NULL;
}

static void garbage(struct rig *r, struct pt_buf *reply) {
    (void)r;
    pt_buf_reset(reply);
    pt_buf_puts(reply, "<html>Bad Gateway</html>");
    r->tamper = NULL;
}

static void empty(struct rig *r, struct pt_buf *reply) {
    pt_buf_reset(reply);
    r->tamper = NULL;
}

Test(refusal, what_the_hub_did_not_sign_is_no_answer) {
    void (*const tampers[])(struct rig *, struct pt_buf *) = {forged, of_another_statement, garbage,
                                                              empty};
    for (size_t i = 0; i < sizeof tampers / sizeof *tampers; i++) {
        struct rig r;
        setting(&r);
        impostor = &r;
        r.lenient = false; /* N2 is a dead letter here already */
        r.tamper = tampers[i];
        cr_assert_eq(rig_run(&r), 0, "%zu: %s", i, r.err.msg);
        cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
        struct pt_state_counts k = rig_counts(&r);
        cr_assert_eq(k.refused, 0, "%zu", i);
        cr_assert_eq(k.evidence, 1, "%zu", i);
        cr_assert(rig_had_event(&r, "evidence"));
        rig_done(&r);
    }
}

/* ---- answers for ever ---- */

static int junk; /* how many answers were */

static void other_junk(struct rig *r, struct pt_buf *reply) {
    (void)r;
    pt_buf_reset(reply);
    pt_buf_printf(reply, "<html>Bad Gateway %d</html>", ++junk);
    if (junk % 4 == 0) {
        r->tamper = NULL;
    }
}

static int folders(struct rig *r, const char *of) {
    DIR *d = opendir(rig_path(r, "state/evidence"));
    struct dirent *e;
    int n = 0;
    while (d && (e = readdir(d)) != NULL) {
        n += strncmp(e->d_name, of, strlen(of)) == 0;
    }
    if (d) {
        closedir(d);
    }
    return n;
}

/* A piece that came before, without its folder. */
static void keep_piece(struct rig *r, struct pt_span bytes) {
    struct pt_state *s = NULL;
    bool kept;
    cr_assert_eq(pt_state_open(rig_path(r, "state/connector.db"), false, &s, NULL), 0);
    cr_assert_eq(
        pt_evidence_add(s, 1, PT_E_NOT_STRICT, ABOUT_UNSIGNED, "before", bytes, &kept, NULL), 0);
    pt_state_free(s);
}

Test(refusal, junk_for_ever_does_not_fill_the_disk) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    cr_assert_eq(rig_open(&r), 0, "%s", r.err.msg);
    rig_close(&r);
    for (uint32_t i = 0; i < 30; i++) {
        keep_piece(&r, pt_span(&i, sizeof i));
    }
    r.tamper = other_junk;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(junk, 4);
    cr_assert_eq(rig_counts(&r).evidence, 32, "there was room for two");
    cr_assert_eq(folders(&r, "not_strict-"), 2, "and for their folders: %d", folders(&r, ""));
    cr_assert(rig_had_event(&r, "evidence"), "people are told of each");
    cr_assert(rig_had_event(&r, "evidence_lost"), "and that the last ones aren't kept");
    rig_done(&r);
}

/* What a crash left while it wrote a folder, and a row whose folder it never came to write. */
Test(refusal, an_evidence_folder_is_whole_or_not_there) {
    static const char unfinished[] = "state/evidence/.unfinished";
    struct rig r;
    static const char said[] = "<html>Bad Gateway</html>";
    setting(&r);
    r.lenient = false;
    cr_assert_eq(rig_open(&r), 0, "%s", r.err.msg);
    rig_close(&r);
    keep_piece(&r, pt_span_str(said));
    cr_assert_eq(pt_mkdirs(rig_path(&r, unfinished), 0700, NULL), 0);
    rig_write(&r, "state/evidence/.unfinished/shown", "half of");
    rig_write(&r, "state/evidence/.unfinished/published.checkpoint", "another's");
    r.tamper = garbage;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(folders(&r, "not_strict-"), 1);
    cr_assert_eq(folders(&r, ".unfinished"), 0);
    struct pt_hash h;
    struct pt_buf shown;
    char hex[2 * PT_HASH_LEN + 1], path[128];
    pt_sha256(&h, said, strlen(said));
    pt_hash_hex(hex, &h);
    (void)snprintf(path, sizeof path, "state/evidence/not_strict-%.16s/shown", hex);
    pt_buf_init(&shown, 4096);
    cr_assert_eq(pt_file_read(rig_path(&r, path), &shown, NULL), 0);
    cr_assert_str_eq(pt_buf_cstr(&shown), said);
    (void)snprintf(path, sizeof path, "state/evidence/not_strict-%.16s/published.checkpoint", hex);
    cr_assert_not(pt_file_exists(rig_path(&r, path)), "what the crash left is gone");
    pt_buf_done(&shown);
    rig_done(&r);
}

/* ---- the batch as a whole ------------------------------------------------------------------ */

/* finance enrols `add` and retires its key of the genesis; either may be left out. */
static void change_keys(struct rig *r, const struct pt_key *add, bool retire) {
    struct th_stream keys;
    struct pt_hash mine;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey added = PENTAD__V1__PUBLIC_KEY__INIT, *adds[1] = {&added};
    ProtobufCBinaryData retired[1];
    pt_key_fingerprint(th_key(&r->hub, "finance"), &mine);
    retired[0] = (ProtobufCBinaryData){.len = 32, .data = mine.b};
    change.party = (char *)"finance";
    change.n_retire = retire;
    change.retire = retired;
    if (add) {
        struct pt_span spki = pt_key_spki(add);
        added.has_use = added.has_algorithm = added.has_spki = 1;
        added.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
        added.algorithm = (Pentad__V1__KeyAlgorithm)pt_key_algorithm(add);
        added.spki.data = (uint8_t *)(uintptr_t)spki.p;
        added.spki.len = spki.len;
        change.n_add = 1;
        change.add = adds;
    }
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &change;
    th_stream_init(&keys, &r->hub, "finance", "keys");
    th_send_record(&keys, &rec, NULL);
}

static void retire_before_answer(struct rig *r, struct pt_buf *reply) {
    (void)reply;
    change_keys(r, NULL, true);
    r->tamper = NULL;
}

/* A key of its own in keys.signing, which nobody has enrolled. */
static struct pt_key *name_new_key(struct rig *r) {
    struct pt_key *k = NULL;
    struct pt_err err = {0};
    cr_assert_eq(pt_key_generate(PT_KEY_ED25519, &k, &err), 0);
    cr_assert_eq(pt_key_save(k, rig_path(r, "new.key"), &err), 0);
    free(r->config.keys.signing);
    r->config.keys.signing = strdup(rig_path(r, "new.key"));
    return k;
}

/* The key is retired after the first batch: nothing of the second is signed with it, however often
 * the connector starts. Under one that is live it goes out. */
Test(refusal, a_retired_key_waits_for_a_person) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    struct pt_key *next = name_new_key(&r);
    change_keys(&r, next, false);
    r.tamper = retire_before_answer;
    char *new_path = r.config.keys.signing;
    r.config.keys.signing = strdup(rig_path(&r, "signing.key"));
    cr_assert_eq(rig_run(&r), PT_E_RETIRED_KEY, "%s", r.err.msg);
    cr_assert(strstr(r.err.msg, "was retired by log entry"), "%s", r.err.msg);
    cr_assert_eq(rig_run(&r), PT_E_RETIRED_KEY);
    cr_assert_eq(r.submits, 1, "nothing was signed with it, and nothing sent");
    cr_assert_eq(rig_counts(&r).refused, 0);
    free(r.config.keys.signing);
    r.config.keys.signing = new_path;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).pending_records, 0);
    rig_check_closes(&r, "finance");
    pt_key_free(next);
    rig_done(&r);
}

/* And one that stays goes on reading, and collecting. */
Test(refusal, a_retired_key_halts_sending_alone) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    r.tamper = retire_before_answer;
    r.once = false;
    r.idle_max = 4;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert(rig_had_event(&r, "halted"));
    rig_opinion(&r, "人办〔2019〕9号");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.n_delivered, 1);
    rig_done(&r);
}

/* A key that nobody has enrolled signs nothing, and says so; once it is enrolled the same records
 * go out under it. */
Test(refusal, a_key_that_is_not_enrolled_yet_signs_nothing) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    r.once = false;
    r.idle_max = 4;
    struct pt_key *next = name_new_key(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.submits, 0);
    cr_assert(strstr(r.halted, "isn't enrolled for finance yet"), "%s", r.halted);
    rig_opinion(&r, "人办〔2019〕9号");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(r.n_delivered, 1, "what others write is read");
    change_keys(&r, next, false);
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    cr_assert_eq(r.refusals, 0);
    pt_key_free(next);
    rig_done(&r);
}

static void retire_meanwhile(struct rig *r) {
    change_keys(r, NULL, true);
    r->meanwhile = NULL;
}

/* Retired while the batch is on its way: refused, and not signed again with that key. */
Test(refusal, a_key_that_is_retired_meanwhile) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    struct pt_key *next = name_new_key(&r);
    change_keys(&r, next, false);
    char *new_path = r.config.keys.signing;
    r.config.keys.signing = strdup(rig_path(&r, "signing.key"));
    r.meanwhile = retire_meanwhile;
    cr_assert_eq(rig_run(&r), PT_E_RETIRED_KEY, "%s", r.err.msg);
    cr_assert_eq(r.submits, 1, "the log is read before anything is signed again");
    cr_assert_eq(rig_counts(&r).refused, 1);
    free(r.config.keys.signing);
    r.config.keys.signing = new_path;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    rig_check_closes(&r, "finance");
    pt_key_free(next);
    rig_done(&r);
}

/* A running connector goes on reading what others write. */
Test(refusal, halted_but_reading) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    r.once = false;
    r.idle_max = 3;
    r.submit_code = PT_E_FROZEN;
    rig_opinion(&r, "人办〔2019〕1号");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert(rig_had_event(&r, "halted"));
    cr_assert_eq(r.n_delivered, 1);
    cr_assert_eq(r.submits, 1, "a frozen stream isn't asked about at each turn");
    r.submit_code = 0;
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    rig_done(&r);
}

/* ---- lies ---------------------------------------------------------------------------------- */

static void break_path(struct rig *r, struct pt_buf *reply) {
    ProtobufCMessage *m = NULL;
    struct pt_err err = {0};
    cr_assert_eq(
        pt_strict_unpack(&pentad__v1__submit_reply__descriptor, pt_buf_span(reply), &m, &err), 0);
    Pentad__V1__SubmitReply *s = (Pentad__V1__SubmitReply *)m;
    s->receipt->inclusion_proof[0].data[3] ^= 1;
    pt_buf_reset(reply);
    cr_assert_eq(pt_strict_pack(reply, m), 0);
    protobuf_c_message_free_unpacked(m, NULL);
    r->tamper = NULL;
}

/* A checkpoint of the hub's that doesn't hold our batch: evidence, and no further. */
Test(refusal, a_receipt_that_does_not_hold_stops_everything) {
    struct rig r;
    setting(&r);
    r.lenient = false;
    r.tamper = break_path;
    cr_assert_eq(rig_run(&r), PT_E_PROOF, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).evidence, 1);
    cr_assert_eq(rig_counts(&r).receipted, 0);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    rig_done(&r);
}
