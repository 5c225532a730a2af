/* Records that not everyone may read, from one party's outbox into another's system. */
#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/certs/seal.h>
#include <pentad/proof/entry.h>
#include <pentad/record/decode.h>
#include <pentad/record/sealed.h>

#include "pt_test_lies.h"
#include "pt_test_seal.h"
#include "rig.h"

static const char secret[] = "某项目虚列支出三百万元";
static uint8_t clue_id[16] = {1, 2, 3};

struct clue {
    Pentad__V1__Record record;
    Pentad__V1__ClueTransfer body;
};

/* As a clue officer writes it: everything in the clear. */
static void write_clue(struct clue *c) {
    pentad__v1__record__init(&c->record);
    pentad__v1__clue_transfer__init(&c->body);
    c->record.doc_no = (char *)"济审移〔2019〕1号";
    c->record.body_case = PENTAD__V1__RECORD__BODY_CLUE_TRANSFER;
    c->record.clue_transfer = &c->body;
    c->body.has_clue_id = 1;
    c->body.clue_id = (ProtobufCBinaryData){sizeof clue_id, clue_id};
    c->body.sender = (char *)"audit";
    c->body.has_sent_at_ms = 1;
    c->body.sent_at_ms = 1546300800000;
    c->body.has_ack_due = 1;
    c->body.ack_due = 20190110;
    c->body.has_inquiry_level = 1;
    c->body.inquiry_level = PENTAD__V1__INQUIRY_LEVEL__INQUIRY_LEVEL_ORDINARY;
    c->body.problem = (char *)(uintptr_t)secret;
    c->body.law = (char *)"预算法第九十三条";
}

static bool found;

static int look_at_file(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
    struct pt_buf bytes;
    (void)st;
    (void)ftw;
    if (kind == FTW_F) {
        pt_buf_init(&bytes, 1 << 26);
        cr_assert_eq(pt_file_read(path, &bytes, NULL), 0, "%s", path);
        found = found || memmem(bytes.p, bytes.len, secret, strlen(secret)) != NULL;
        pt_buf_done(&bytes);
    }
    return 0;
}

/* Does any file of the folder hold the secret, in any byte? */
static bool holds_secret(const char *dir) {
    found = false;
    cr_assert_eq(nftw(dir, look_at_file, 8, FTW_PHYS), 0);
    return found;
}

Test(seals, a_clue_leaves_its_author_sealed) {
    struct rig r;
    struct clue clue;
    rig_init(&r, "audit", true);
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    write_clue(&clue);
    rig_push(&r, "D01", "clue.json", &clue.record);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_counts(&r).dead_letters, 0);
    cr_expect_eq(rig_log_count(&r, "audit", "济审移〔2019〕1号"), 1, "its header is in the clear");
    cr_expect_not(holds_secret(r.hub.dir), "the hub holds the clue in the clear");
    cr_expect_not(holds_secret(rig_path(&r, "state")), "what was sealed is not kept beside it");
    rig_done(&r);
}

static const char plan_mapping[] =
    "mapping: plans\nsource: {encoding: utf-8, separator: \",\", header: yes}\nrecords:\n"
    "  - type: A01\n    doc_no: no\n    send_day: {from: day}\n    fields:\n"
    "      - {to: effective, from: day, date: yes}\n"
    "      - {to: body.open_on, from: open_on, date: yes}\n"
    "      - {to: body.opens, ref: {party: audit, type: A01, doc_no: opens}}\n"
    "      - {to: body.title, from: title}\n"
    "      - {to: body.focus, const: SPENDING}\n";

Test(seals, a_plan_is_opened_by_a_row_that_names_it) {
    struct rig r;
    char plans[512];
    rig_init(&r, "audit", false);
    (void)snprintf(plans, sizeof plans,
                   "day,no,opens,open_on,title\n"
                   "2019-01-01,JH-1,,2019-01-03,%s\n2019-01-03,JH-1-2,JH-1,2019-01-03,%s\n",
                   secret, secret);
    rig_write(&r, "plans.yaml", plan_mapping);
    rig_write(&r, "plans.csv", plans);
    r.sources[0].mapping = strdup(rig_path(&r, "plans.yaml"));
    r.sources[0].path = strdup(rig_path(&r, "plans.csv"));
    r.config.sources = r.sources;
    r.config.sources_count = 1;
    r.config.until_day = 20190104;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "audit", "JH-1"), 1);
    cr_expect_eq(rig_counts(&r).dead_letters, 0);
    cr_expect_eq(rig_log_count(&r, "audit", "JH-1-2"), 1);
    cr_expect(holds_secret(r.hub.dir), "the plan is still shut");
    rig_done(&r);
}

/* ---- what the receiving side sees ---- */

static char seen[128];
static bool seen_seal;

static void look_at_clue(struct rig *r, const struct pt_delivery *d) {
    (void)r;
    if (d->record->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER) {
        const Pentad__V1__ClueTransfer *t = d->record->clue_transfer;
        (void)snprintf(seen, sizeof seen, "%s", t->problem ? t->problem : "");
        seen_seal = t->sealed != NULL;
    }
}

static struct pt_key *key_of(void *ctx, const char *party) {
    return th_sealing_key(ctx, party);
}

/* Sends `record` of the stream's party, sealed to its readers for the place `seq`. */
static void send_sealed(struct rig *r, struct th_stream *stream, const Pentad__V1__Record *record,
                        uint64_t seq, struct pt_hash *ret_hash) {
    const struct ts_place at = {.hub = pt_log_hub(r->hub.log)->b,
                                .party = stream->party,
                                .stream = "main",
                                .seq = seq,
                                .key_of = key_of,
                                .ctx = &r->hub};
    struct ts_seal seal;
    ts_seal(&seal, record, &at);
    th_send_record(stream, seal.header, ret_hash);
    ts_seal_done(&seal);
}

/* audit sends a clue. */
static void send_clue(struct rig *r, uint64_t seq) {
    struct th_stream audit;
    struct clue clue;
    write_clue(&clue);
    th_stream_init(&audit, &r->hub, "audit", "main");
    send_sealed(r, &audit, &clue.record, seq, NULL);
}

static size_t evidence_of(struct rig *r) {
    return (size_t)rig_counts(r).evidence;
}

/* Three days of `party`, to whom audit's clue comes, made for place `seq`. */
static void receive(struct rig *r, const char *party, uint64_t seq) {
    rig_init(r, party, false);
    r->config.until_day = 20190103;
    r->look = look_at_clue;
    seen[0] = '\0';
    seen_seal = false;
    send_clue(r, seq);
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
}

Test(seals, its_reader_gets_it_opened) {
    struct rig r;
    receive(&r, "discipline", 1);
    cr_expect_str_eq(seen, secret);
    cr_expect_not(seen_seal, "delivered as its author wrote it");
    cr_expect_eq(evidence_of(&r), 0);
    rig_done(&r);
}

Test(seals, lifted_into_another_record_it_is_kept_as_evidence) {
    struct rig r;
    receive(&r, "discipline", 2); /* made for the record behind it */
    cr_expect_str_eq(seen, "", "a clue opened in the wrong place");
    cr_expect(seen_seal, "its header is delivered all the same");
    cr_expect_eq(evidence_of(&r), 1);
    rig_done(&r);
}

/* audit's clue says that it is for `audit` and `discipline`; its seal is to one of them, twice. A
 * hub doesn't take it: this one logged it. */
static void log_twice_to(struct rig *r, const char *party) {
    const struct ts_place at = {.hub = pt_log_hub(r->hub.log)->b,
                                .party = "audit",
                                .stream = "main",
                                .seq = 1,
                                .key_of = key_of,
                                .ctx = &r->hub};
    struct pt_pubkey *key = NULL;
    struct th_stream audit;
    struct ts_seal seal;
    struct clue clue;
    struct pt_buf record, batch;
    pt_buf_init(&record, PT_RECORD_MAX);
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    write_clue(&clue);
    ts_seal(&seal, &clue.record, &at);
    cr_assert_eq(pt_pubkey_from_spki(pt_key_spki(key_of(&r->hub, party)), &key, NULL), 0);
    const struct pt_pubkey *const to[2] = {key, key};
    pt_buf_reset(&seal.cms);
    cr_assert_eq(pt_seal(to, 2, pt_buf_span(&seal.plain), &seal.cms, NULL), 0);
    seal.sealed.cms = (ProtobufCBinaryData){seal.cms.len, seal.cms.p};
    th_stream_init(&audit, &r->hub, "audit", "main");
    th_record(seal.header, 1, &record);
    const struct pt_span one = pt_buf_span(&record);
    th_cut(&audit, &one, 1, &batch);
    tl_log_unchecked(&r->hub, pt_buf_span(&batch));
    pt_pubkey_free(key);
    ts_seal_done(&seal);
    pt_buf_done(&batch);
    pt_buf_done(&record);
}

Test(seals, a_reader_whom_the_seal_leaves_out_keeps_it_as_evidence) {
    for (int i = 0; i < 2; i++) {
        struct rig r;
        rig_init(&r, "discipline", true);
        r.once = r.no_ticks = true; /* the hub's intake doesn't know of it */
        r.look = look_at_clue;
        seen[0] = '\0';
        seen_seal = false;
        log_twice_to(&r, i == 0 ? "audit" : "discipline");
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_expect_eq(evidence_of(&r), i == 0 ? 1 : 0, "who can read it has no complaint");
        cr_expect_str_eq(seen, i == 0 ? "" : secret);
        cr_expect_eq(seen_seal, i == 0, "its header is delivered all the same");
        rig_done(&r);
    }
}

Test(seals, who_may_not_read_gets_nothing) {
    struct rig r;
    receive(&r, "finance", 1);
    cr_expect_not(seen_seal, "not even the header");
    rig_done(&r);
}

/* ---- openings ---- */

struct decision {
    Pentad__V1__Record record;
    Pentad__V1__Accountability body;
    Pentad__V1__RecordRef opens;
    uint8_t token[32];
    struct pt_hash hash;
};

static void write_decision(struct decision *d, int32_t decided_on) {
    memset(d, 0, sizeof *d);
    pentad__v1__record__init(&d->record);
    pentad__v1__accountability__init(&d->body);
    d->record.has_effective = 1;
    d->record.effective = 20190101;
    d->record.body_case = PENTAD__V1__RECORD__BODY_ACCOUNTABILITY;
    d->record.accountability = &d->body;
    d->body.has_person_token = 1;
    d->body.person_token = (ProtobufCBinaryData){sizeof d->token, d->token};
    d->body.has_measure = 1;
    d->body.measure = PENTAD__V1__ACCOUNTABILITY_MEASURE__ACCOUNTABILITY_MEASURE_ADMONITION;
    d->body.has_decided_on = 1;
    d->body.decided_on = decided_on;
}

/* As its author opens it, whatever it says now. */
static void open_decision(struct decision *d, const char *stream, uint64_t seq) {
    static uint8_t nonce[PT_SEALED_NONCE];
    pentad__v1__record_ref__init(&d->opens);
    d->opens.party = (char *)"organization";
    d->opens.stream = (char *)(uintptr_t)stream;
    d->opens.has_seq = 1;
    d->opens.seq = seq;
    d->opens.has_hash = 1;
    d->opens.hash = (ProtobufCBinaryData){sizeof d->hash.b, d->hash.b};
    d->body.opens = &d->opens;
    pt_sealed_set_nonce(&d->record, nonce);
}

static int decisions_seen;

static void look_at_decision(struct rig *r, const struct pt_delivery *d) {
    (void)r;
    decisions_seen += d->record->body_case == PENTAD__V1__RECORD__BODY_ACCOUNTABILITY;
}

/* organization seals what it decided and opens it, `said` being the day that it then names and
 * `seq` the record that it claims to open. */
static void open_at_hub(struct rig *r, const char *party, int32_t said, uint64_t seq) {
    struct th_stream author;
    struct decision d;
    rig_init(r, party, false);
    r->config.until_day = 20190103;
    r->look = look_at_decision;
    decisions_seen = 0;
    th_stream_init(&author, &r->hub, "organization", "main");
    write_decision(&d, 20181101);
    send_sealed(r, &author, &d.record, 1, &d.hash);
    d.body.decided_on = said;
    open_decision(&d, "main", seq);
    th_send_record(&author, &d.record, NULL);
}

/* `party` reads it. */
static void open_before(struct rig *r, const char *party, int32_t said, uint64_t seq) {
    open_at_hub(r, party, said, seq);
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
}

static int look_at_evidence(void *ctx, const struct pt_evidence_row *e) {
    cr_expect_str_eq(e->code, "opening_differs");
    cr_expect_not_null(strstr(e->what, (const char *)ctx), "%s", e->what);
    cr_expect_not_null(strstr(e->what, "organization/main#2"), "%s", e->what);
    return 0;
}

static void expect_evidence(struct rig *r, size_t n, const char *words) {
    cr_expect_eq(evidence_of(r), n, "%zu pieces", evidence_of(r));
    struct pt_state *s = rig_state(r);
    cr_assert_eq(pt_evidence_each(s, look_at_evidence, (void *)(uintptr_t)words, NULL), 0);
    pt_state_free(s);
}

Test(seals, an_opening_of_what_was_sealed_is_taken) {
    struct rig r;
    open_before(&r, "discipline", 20181101, 1);
    expect_evidence(&r, 0, "");
    cr_expect_eq(decisions_seen, 2);
    rig_done(&r);
}

Test(seals, an_opening_of_something_else_is_kept_with_what_was_sealed) {
    struct rig r;
    open_before(&r, "discipline", 20181102, 1);
    expect_evidence(&r, 2, "another content");
    cr_expect(rig_had_event(&r, "evidence"));
    cr_expect_eq(decisions_seen, 2, "it is delivered all the same");
    rig_done(&r);
}

/* audit has opened so much falsely that no more of it is kept. */
static void fill_with_audits(struct rig *r) {
    struct pt_state *s = NULL;
    bool kept = true;
    cr_assert_eq(rig_open(r), 0, "%s", r->err.msg);
    rig_close(r);
    cr_assert_eq(pt_state_open(rig_path(r, "state/connector.db"), false, &s, NULL), 0);
    for (uint32_t i = 0; kept; i++) {
        cr_assert_eq(pt_evidence_add(s, 1, PT_E_OPENING, "audit", "before", pt_span(&i, sizeof i),
                                     &kept, NULL),
                     0);
    }
    pt_state_free(s);
}

Test(seals, one_bodys_false_openings_take_no_room_of_anothers) {
    struct rig r;
    open_at_hub(&r, "discipline", 20181102, 1);
    fill_with_audits(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(evidence_of(&r), PT_KEPT_EVIDENCE_MAX + 2);
    cr_expect(rig_had_event(&r, "evidence"));
    cr_expect_not(rig_had_event(&r, "evidence_lost"));
    rig_done(&r);
}

Test(seals, an_opening_of_what_was_never_sealed_is_kept) {
    struct rig r;
    open_before(&r, "audit", 20181101, 7);
    expect_evidence(&r, 1, "no such sealed record");
    rig_done(&r);
}

/* finance had a hash in the sealed record's place: it can't tell, and says nothing. */
Test(seals, who_could_not_read_the_seal_holds_nothing_against_it) {
    struct rig r;
    open_before(&r, "finance", 20181102, 1);
    expect_evidence(&r, 0, "");
    cr_expect_eq(decisions_seen, 1);
    rig_done(&r);
}

static int look_at_dead_letter(void *ctx, const struct pt_dead_letter *d) {
    (void)ctx;
    cr_expect_str_eq(d->code, "opening_differs", "%s", d->reason);
    return 0;
}

Test(seals, a_row_that_opens_must_repeat_what_was_sealed) {
    struct rig r;
    rig_init(&r, "audit", false);
    rig_write(&r, "plans.yaml", plan_mapping);
    rig_write(&r, "plans.csv",
              "day,no,opens,open_on,title\n2019-01-01,JH-1,,2019-01-03,one\n"
              "2019-01-03,JH-1-2,JH-1,2019-01-03,another\n");
    r.sources[0].mapping = strdup(rig_path(&r, "plans.yaml"));
    r.sources[0].path = strdup(rig_path(&r, "plans.csv"));
    r.config.sources = r.sources;
    r.config.sources_count = 1;
    r.config.until_day = 20190104;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "audit", "JH-1-2"), 0);
    cr_expect_eq(rig_counts(&r).dead_letters, 1);
    struct pt_state *s = rig_state(&r);
    cr_assert_eq(pt_dead_letter_each(s, look_at_dead_letter, NULL, NULL), 0);
    pt_state_free(s);
    rig_done(&r);
}
