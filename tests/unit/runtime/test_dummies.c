/* Dummies: the moments that are drawn, the slots of a sender, and what a row must not be able to
 * do. Both sides together stand in tests/integration/system/dummies. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/clue.h>
#include <pentad/record/decode.h>
#include <pentad/record/sealed.h>

#include "dummies.h"
#include "dummy_plan.h"
#include "pt_test_folder.h"
#include "pt_test_seal.h"
#include "rig.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define SENT INT64_C(1546304400000) /* 2019-01-01 09:00 */

static const uint8_t secret[PT_DUMMY_SECRET] = {7, 7, 7};

static struct pt_dummy_clue clue_of(uint8_t id[PT_CLUE_ID], uint32_t n) {
    memset(id, 0, PT_CLUE_ID);
    memcpy(id, &n, sizeof n);
    return (struct pt_dummy_clue){.secret = secret, .sender = "audit", .id = id, .read_ms = SENT};
}

Test(dummies, slots_begin_where_days_do) {
    int64_t midnight = pt_date_to_ms(20190102);
    cr_expect_eq(pt_dummy_slot(midnight, DAY_MS), pt_dummy_slot(midnight - 1, DAY_MS) + 1);
    cr_expect_eq(pt_dummy_slot(midnight + DAY_MS - 1, DAY_MS), pt_dummy_slot(midnight, DAY_MS));
    cr_expect_eq(pt_dummy_slot(midnight + DAY_MS / 2, DAY_MS / 2),
                 pt_dummy_slot(midnight, DAY_MS / 2) + 1);
}

/* Every moment lies in its range, all of it is used, early and late alike. */
Test(dummies, moments_fill_their_range) {
    static const struct pt_config_days ranges[] = {{.from = 1, .to = 3}, {.from = 0, .to = 1}};
    for (size_t k = 0; k < 2; k++) {
        const struct pt_config_days *range = &ranges[k];
        int64_t from = SENT + range->from * DAY_MS, span = (range->to - range->from) * DAY_MS;
        int tenth[10] = {0};
        for (uint32_t n = 0; n < 10000; n++) {
            uint8_t id[PT_CLUE_ID];
            struct pt_dummy_clue clue = clue_of(id, n);
            int64_t at = pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, range) - from;
            cr_assert(at >= 0 && at < span, "%" PRId64, at);
            tenth[at * 10 / span]++;
        }
        for (int i = 0; i < 10; i++) {
            cr_expect(tenth[i] > 850 && tenth[i] < 1150, "tenth %d: %d of 10000", i, tenth[i]);
        }
    }
}

Test(dummies, draws_are_the_clues_own_and_the_secrets) {
    static const uint8_t other[PT_DUMMY_SECRET] = {8};
    const struct pt_config_days range = {.from = 1, .to = 3};
    uint8_t id[PT_CLUE_ID];
    struct pt_dummy_clue clue = clue_of(id, 1);
    int64_t at = pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, &range);
    cr_expect_eq(pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, &range), at, "the same after a restart");
    cr_expect_neq(pt_dummy_moment(&clue, PT_DUMMY_OUTCOME, &range), at);
    clue.sender = "finance";
    cr_expect_neq(pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, &range), at, "another's of that id");
    clue.sender = "audit";
    cr_expect_eq(pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, &range), at);
    clue.secret = other;
    cr_expect_neq(pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, &range), at);
}

Test(dummies, chances_are_as_often_as_they_say) {
    int n[3] = {0};
    static const int32_t percent[] = {0, 30, 100};
    for (uint32_t k = 0; k < 10000; k++) {
        uint8_t id[PT_CLUE_ID];
        struct pt_dummy_clue clue = clue_of(id, k);
        for (int i = 0; i < 3; i++) {
            n[i] += pt_dummy_chance(&clue, PT_DUMMY_ACCEPTED, percent[i]);
        }
    }
    cr_expect_eq(n[0], 0);
    cr_expect(n[1] > 2800 && n[1] < 3200, "%d", n[1]);
    cr_expect_eq(n[2], 10000);
}

/* ---- a sender ---- */

static const char mapping[] =
    "mapping: clues\nsource: {encoding: utf-8, separator: \",\", header: yes}\nrecords:\n"
    "  - type: D01\n    doc_no: no\n    send_day: {from: day}\n    fields:\n"
    "      - {to: effective, from: day, date: yes}\n"
    "      - {to: body.clue_id, from: id}\n"
    "      - {to: body.sender, const: audit}\n"
    "      - {to: body.sent_at_ms, from: day, date: yes}\n"
    "      - {to: body.ack_due, from: day, date: yes}\n"
    "      - {to: body.inquiry_level, from: level}\n"
    "      - {to: body.problem, const: problem}\n"
    "      - {to: body.law, const: law}\n";

static struct pt_config_dummies daily;

static void set_up(struct rig *r, const char *rows, bool hold) {
    rig_init(r, "audit", false);
    rig_write(r, "clues.yaml", mapping);
    rig_write(r, "clues.csv", rows);
    r->sources[0].mapping = strdup(rig_path(r, "clues.yaml"));
    r->sources[0].path = strdup(rig_path(r, "clues.csv"));
    r->config.sources = r->sources;
    r->config.sources_count = 1;
    r->config.until_day = 20190108;
    daily = (struct pt_config_dummies){.every_ms = DAY_MS, .hold = hold, .ack_days = 5};
    r->config.dummies = &daily;
}

struct sent {
    char text[1024];
    size_t bytes, papers;
};

/* Of each D01 in the outbox the day and the number that only this side has: "-" for a dummy. */
static int look(void *ctx, const struct pt_outbox_record *row) {
    struct sent *s = ctx;
    struct pt_arena arena;
    Pentad__V1__Record *r = NULL;
    if (strcmp(row->type, "D01") != 0) {
        return 0;
    }
    pt_arena_init(&arena, 1u << 20);
    cr_assert_eq(pt_record_decode(row->bytes, &arena, &r, NULL), 0);
    (void)snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%d %s%s\n",
                   row->day % 100, row->doc_no && row->doc_no[0] ? row->doc_no : "-",
                   r->clue_transfer->ack_due == pt_date_add(row->day, 5) ? "" : " own term");
    s->papers += (r->doc_no && r->doc_no[0]) || r->has_effective || r->source;
    cr_expect_eq(s->bytes ? s->bytes : row->bytes.len, row->bytes.len, "one size for all");
    s->bytes = row->bytes.len;
    pt_arena_done(&arena);
    return 0;
}

static void expect_sent(struct rig *r, const char *want) {
    struct sent s = {.text = ""};
    struct pt_state *state = rig_state(r);
    cr_assert_eq(pt_outbox_each(state, 1, INT64_MAX, look, &s, NULL), 0);
    pt_state_free(state);
    cr_expect_str_eq(s.text, want, "%s", s.text);
    cr_expect_eq(s.papers, 0, "papers stand inside the seal");
}

/* Two came on the 3rd: one has its slot then, the other the next. The first day has none. */
static const char rows[] = "day,no,id,level\n"
                           "2019-01-03,Y1,00000000000000000000000000000001,ORDINARY\n"
                           "2019-01-03,Y2,00000000000000000000000000000002,ORDINARY\n"
                           "2019-01-06,Y3,00000000000000000000000000000003,ORDINARY\n";

Test(dummies, clues_take_the_slots_of_dummies) {
    struct rig r;
    set_up(&r, rows, true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_counts(&r).dead_letters, 0);
    expect_sent(&r, "2 -\n3 Y1\n4 Y2\n5 -\n6 Y3\n7 -\n8 -\n");
    rig_check_closes(&r, "audit");
    rig_done(&r);
}

Test(dummies, without_hold_clues_go_at_once) {
    struct rig r;
    set_up(&r, rows, false);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    expect_sent(&r, "2 -\n3 Y1\n3 Y2\n4 -\n5 -\n6 Y3\n7 -\n8 -\n");
    rig_done(&r);
}

static int submits_left;

static void stop_soon(struct rig *r, struct pt_buf *reply) {
    (void)reply;
    if (--submits_left == 0) {
        r->c->stop = true;
    }
}

/* Stopped behind every batch, it goes on: a slot has one clue, a clue one slot. */
Test(dummies, slots_are_the_same_whenever_it_is_stopped) {
    struct rig r;
    set_up(&r, rows, true);
    r.tamper = stop_soon;
    for (int runs = 0; runs < 30; runs++) {
        submits_left = 1;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    }
    expect_sent(&r, "2 -\n3 Y1\n4 Y2\n5 -\n6 Y3\n7 -\n8 -\n");
    rig_done(&r);
}

/* What stands in the log of an urgent one says that it is one: it keeps its terms and waits for
 * nobody; the slot has a dummy all the same. */
Test(dummies, an_urgent_clue_does_not_wait) {
    struct rig r;
    struct sent s = {.text = ""};
    set_up(&r, "day,no,id,level\n2019-01-03,Y1,00000000000000000000000000000001,URGENT\n", true);
    r.config.until_day = 20190104;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    struct pt_state *state = rig_state(&r);
    cr_assert_eq(pt_outbox_each(state, 1, INT64_MAX, look, &s, NULL), 0);
    pt_state_free(state);
    cr_expect_str_eq(s.text, "2 -\n3 Y1 own term\n3 -\n4 -\n", "%s", s.text);
    rig_done(&r);
}

Test(dummies, no_system_makes_one) {
    struct rig r;
    char text[2048];
    set_up(&r, "day,no,id,level\n2019-01-03,Y1,00000000000000000000000000000001,ORDINARY\n", true);
    (void)snprintf(text, sizeof text, "%s      - {to: body.dummy, const: \"true\"}\n", mapping);
    rig_write(&r, "clues.yaml", text);
    r.config.until_day = 20190104;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_counts(&r).dead_letters, 1);
    expect_sent(&r, "2 -\n3 -\n4 -\n");
    rig_done(&r);
}

/* ---- the live clock ---- */

static uint8_t id_of_one[PT_CLUE_ID] = {1, 2, 3};

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
static void run_for(struct rig *r, int64_t ms) {
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

/* A party's sealing keys over time: three others let it enrol a fresh one, or retire the last. */
struct rotation {
    struct rig *rig;
    const char *party;
    struct th_stream office, approvals[3];
    struct pt_key *key; /* owned; NULL: that of the genesis */
};

static void rotation_init(struct rotation *k, struct rig *r, const char *party) {
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

static void enrol(struct rotation *k) {
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

static void retire(struct rotation *k) {
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    ProtobufCBinaryData retired[1];
    struct pt_hash last;
    pt_key_fingerprint(k->key ? k->key : th_sealing_key(&k->rig->hub, k->party), &last);
    retired[0] = (ProtobufCBinaryData){.len = 32, .data = last.b};
    change.n_retire = 1;
    change.retire = retired;
    change_keys(k, &change);
}

static void write_clue(Pentad__V1__Record *r, Pentad__V1__ClueTransfer *t, const char *sender) {
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

/* What is in the outbox of D01: how many, and how many that a person handed in. */
static void count_clues(struct rig *r, int want, int want_real) {
    struct sent s = {.text = ""};
    struct pt_state *state = rig_state(r);
    int n = 0, real = 0;
    cr_assert_eq(pt_outbox_each(state, 1, INT64_MAX, look, &s, NULL), 0);
    pt_state_free(state);
    for (const char *at = s.text; *at; at++) {
        n += *at == '\n';
        real += *at == 'Y';
    }
    cr_expect(n == want && real == want_real, "%s", s.text);
}

static void set_up_live(struct rig *r) {
    Pentad__V1__Record clue;
    Pentad__V1__ClueTransfer body;
    rig_init(r, "audit", true);
    r->once = true;
    daily = (struct pt_config_dummies){.every_ms = DAY_MS, .hold = true, .ack_days = 5};
    r->config.dummies = &daily;
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
    write_clue(&clue, &body, "audit");
    clue.doc_no = (char *)"Y1";
    rig_push(r, "D01", "clue.json", &clue);
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
    count_clues(r, 0, 0); /* its slot has not come */
}

Test(dummies, a_clue_waits_for_its_slot_over_restarts) {
    struct rig r;
    set_up_live(&r);
    r.hub.now_ms += DAY_MS;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    count_clues(&r, 1, 1);
    /* Three days without it: nothing is made up for. */
    r.hub.now_ms += 3 * DAY_MS;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    count_clues(&r, 2, 1);
    rig_done(&r);
}

Test(dummies, turned_off_what_waits_goes_out) {
    struct rig r;
    set_up_live(&r);
    r.config.dummies = NULL;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "audit", "Y1"), 1, "as it was handed in");
    r.hub.now_ms += DAY_MS;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_counts(&r).dead_letters, 0);
    rig_done(&r);
}

/* Nothing can be sealed for a body that has retired its sealing key: clue and dummy wait for its
 * next one, and the connector runs on. */
Test(dummies, a_slot_waits_for_disciplines_sealing_key) {
    struct rig r;
    struct rotation keys;
    set_up_live(&r);
    rotation_init(&keys, &r, "discipline");
    for (int real = 1; real >= 0; real--) {
        retire(&keys);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        r.hub.now_ms += DAY_MS;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        count_clues(&r, 1 - real, 1 - real);
        cr_expect(rig_has_alarm(&r, "no_sealing_key"));
        enrol(&keys);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        count_clues(&r, 2 - real, 1);
        cr_expect_not(rig_has_alarm(&r, "no_sealing_key"));
    }
    pt_key_free(keys.key);
    rig_done(&r);
}

/* So does an urgent one, which has no slot to wait for. */
Test(dummies, an_urgent_clue_waits_for_disciplines_sealing_key) {
    struct rig r;
    struct rotation keys;
    Pentad__V1__Record clue;
    Pentad__V1__ClueTransfer body;
    rig_init(&r, "audit", true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    rotation_init(&keys, &r, "discipline");
    retire(&keys);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    write_clue(&clue, &body, "audit");
    clue.doc_no = (char *)"Y1";
    body.inquiry_level = PENTAD__V1__INQUIRY_LEVEL__INQUIRY_LEVEL_URGENT;
    rig_push(&r, "D01", "clue.json", &clue);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "audit", "Y1"), 0);
    cr_expect(rig_has_alarm(&r, "no_sealing_key"));
    enrol(&keys);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "audit", "Y1"), 1);
    pt_key_free(keys.key);
    rig_done(&r);
}

/* ---- discipline ---- */

static struct pt_key *key_of(void *ctx, const char *party) {
    return th_sealing_key(ctx, party);
}

/* A D01 of the stream's body, a dummy or a clue; its id begins so. */
static void send_on(struct th_stream *stream, bool dummy, uint8_t first) {
    Pentad__V1__Record clue;
    Pentad__V1__ClueTransfer body;
    struct ts_seal seal;
    const struct ts_place at = {.hub = pt_log_hub(stream->hub->log)->b,
                                .party = stream->party,
                                .stream = stream->stream,
                                .seq = stream->next_seq,
                                .key_of = key_of,
                                .ctx = stream->hub};
    uint8_t id[PT_CLUE_ID];
    write_clue(&clue, &body, stream->party);
    memcpy(id, id_of_one, sizeof id);
    id[0] = first;
    body.clue_id.data = id;
    body.has_dummy = dummy;
    body.dummy = dummy;
    ts_seal(&seal, &clue, &at);
    th_send_record(stream, seal.header, NULL);
    ts_seal_done(&seal);
}

/* The first record of that body's stream. */
static void send_id(struct rig *r, const char *party, bool dummy, uint8_t first) {
    struct th_stream stream;
    th_stream_init(&stream, &r->hub, party, "main");
    send_on(&stream, dummy, first);
}

static void send(struct rig *r, const char *party, bool dummy) {
    send_id(r, party, dummy, id_of_one[0]);
}

static struct pt_config_dummy_answers answers;

static void set_up_discipline(struct rig *r, bool live, bool answer) {
    rig_init(r, "discipline", live);
    r->once = live;
    answers = (struct pt_config_dummy_answers){.receipt = {.from = 1, .to = 3},
                                               .outcome = {.from = 4, .to = 6},
                                               .final = {.from = 7, .to = 9},
                                               .feedback_days = 7,
                                               .interim = 100,
                                               .hold = true};
    r->config.dummy_answers = answer ? &answers : NULL;
    r->config.until_day = 20190112;
}

static int delivered_clues(const struct rig *r) {
    int n = 0;
    for (int i = 0; i < r->n_delivered; i++) {
        n += strcmp(r->delivered[i].type, "D01") == 0;
    }
    return n;
}

struct answered {
    const char *sender; /* NULL: whoever */
    int receipts, outcomes;
};

static int count_answer(void *ctx, const struct pt_outbox_record *row) {
    struct answered *n = ctx;
    struct pt_arena arena;
    Pentad__V1__Record *r = NULL;
    if (strcmp(row->type, "D02") != 0 && strcmp(row->type, "D03") != 0) {
        return 0;
    }
    pt_arena_init(&arena, 1u << 20);
    cr_assert_eq(pt_record_decode(row->bytes, &arena, &r, NULL), 0);
    if (!n->sender || strcmp(n->sender, pt_clue_sender_of(r)) == 0) {
        n->receipts += r->body_case == PENTAD__V1__RECORD__BODY_CLUE_RECEIPT;
        n->outcomes += r->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME;
    }
    pt_arena_done(&arena);
    return 0;
}

static void expect_answers_to(struct rig *r, const char *sender, int receipts, int outcomes) {
    struct answered n = {.sender = sender};
    struct pt_state *state = rig_state(r);
    cr_assert_eq(pt_outbox_each(state, 1, INT64_MAX, count_answer, &n, NULL), 0);
    pt_state_free(state);
    cr_expect(n.receipts == receipts && n.outcomes == outcomes, "to %s: %d receipts, %d outcomes",
              sender ? sender : "all", n.receipts, n.outcomes);
}

static void expect_answers(struct rig *r, int receipts, int outcomes) {
    expect_answers_to(r, NULL, receipts, outcomes);
}

Test(dummies, discipline_answers_one_and_shows_it_to_nobody) {
    struct rig r;
    set_up_discipline(&r, false, true);
    send(&r, "audit", true);
    r.tamper = stop_soon; /* and is stopped behind every batch */
    for (int runs = 0; runs < 40; runs++) {
        submits_left = 1;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    }
    cr_expect_eq(delivered_clues(&r), 0);
    expect_answers(&r, 1, 2);
    rig_done(&r);
}

Test(dummies, discipline_answers_no_clue) {
    struct rig r;
    set_up_discipline(&r, false, true);
    send(&r, "audit", false);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(delivered_clues(&r), 1);
    expect_answers(&r, 0, 0);
    rig_done(&r);
}

Test(dummies, one_that_nobody_answers_is_told_of) {
    struct rig r;
    set_up_discipline(&r, false, false);
    send(&r, "audit", true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect(rig_had_event(&r, "dummy_unanswered"));
    cr_expect_eq(delivered_clues(&r), 0);
    expect_answers(&r, 0, 0);
    rig_done(&r);
}

/* finance sees at the hub what audit sends, and sends a clue or a dummy of its own with that id
 * before it is logged. Neither shows by what is answered whether the other's is a clue. */
Test(dummies, an_id_that_another_took_first_changes_nothing) {
    for (int k = 0; k < 4; k++) {
        struct rig r;
        bool finances = (k & 1) != 0, audits = (k & 2) != 0;
        set_up_discipline(&r, false, true);
        send(&r, "finance", finances);
        send(&r, "audit", audits);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_expect(rig_had_event(&r, "clue_id_taken"));
        cr_expect_eq(delivered_clues(&r), !finances + !audits);
        expect_answers_to(&r, "finance", finances, 2 * finances);
        expect_answers_to(&r, "audit", audits, 2 * audits);
        rig_done(&r);
    }
}

/* A sender that gives a clue the id of a dummy of its own has made a mistake: nobody answers a clue
 * unseen. */
Test(dummies, a_clue_with_its_senders_dummys_id_is_a_clue) {
    struct rig r;
    struct th_stream audit;
    set_up_discipline(&r, false, true);
    th_stream_init(&audit, &r.hub, "audit", "main");
    send_on(&audit, true, 1);
    send_on(&audit, false, 1);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect(rig_had_event(&r, "clue_id_taken"));
    cr_expect_eq(delivered_clues(&r), 1);
    expect_answers(&r, 0, 0);
    rig_done(&r);
}

/* The hub shows discipline a clue long after it was sent: a dummy is answered no sooner than people
 * could answer a clue. */
Test(dummies, one_that_comes_late_is_answered_late) {
    struct rig r;
    set_up_discipline(&r, true, true);
    send(&r, "audit", true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    expect_answers(&r, 0, 0);
    r.hub.now_ms += DAY_MS - 60000;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    expect_answers(&r, 0, 0);
    r.hub.now_ms += 2 * DAY_MS + 60000;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    expect_answers(&r, 1, 0);
    rig_done(&r);
}

/* A sender that retires its sealing key doesn't stop discipline: what is sealed to it waits for its
 * next one, everything else goes. */
Test(dummies, an_outcome_waits_for_its_readers_sealing_key) {
    struct rig r;
    struct rotation keys;
    set_up_discipline(&r, true, true);
    send_id(&r, "finance", true, 1);
    send_id(&r, "audit", true, 2);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    rotation_init(&keys, &r, "finance");
    retire(&keys);
    run_for(&r, 10 * DAY_MS);
    expect_answers(&r, 2, 2);
    cr_expect(rig_has_alarm(&r, "no_sealing_key"));
    enrol(&keys);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    expect_answers(&r, 2, 4);
    cr_expect_not(rig_has_alarm(&r, "no_sealing_key"));
    pt_key_free(keys.key);
    rig_done(&r);
}

/* ---- how many there were ---- */

static struct pt_config_count received[] = {{.received = (char *)"D01"}};
static struct th_stream late;

/* The hub shows discipline one of January's only in February. */
static void keep_back(struct rig *r) {
    const struct pt_exchange_stream *s = pt_exchange_stream(r->hub.x, "discipline", "main");
    if (s && s->last_closed_day >= 20190202) {
        r->meanwhile = NULL;
        send_on(&late, false, 200);
    }
}

/* A number that grew by it would show that it was real; and two of a body's are too few to say. */
Test(dummies, a_count_is_said_once_or_never) {
    for (int clues = 2; clues <= 3; clues++) {
        struct rig r;
        static struct rig_record list[512];
        char said[256] = "";
        set_up_discipline(&r, false, true);
        r.config.counts = received;
        r.config.counts_count = 1;
        r.config.until_day = 20190206;
        r.meanwhile = keep_back;
        th_stream_init(&late, &r.hub, "audit", "main");
        for (uint8_t id = 0; id < clues + 2; id++) {
            send_on(&late, id >= clues, id);
        }
        if (clues == 2) {
            send(&r, "finance", false); /* which uses no dummies: the hub takes it off */
        }
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_expect_null(r.meanwhile, "the late one came");
        cr_expect_eq(delivered_clues(&r), 4);
        size_t n = rig_log(&r, "discipline", list, 512);
        for (size_t i = 0; i < n; i++) {
            if (strcmp(list[i].type, "SealedCount") == 0) {
                (void)snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n",
                               list[i].note);
            }
        }
        cr_expect_str_eq(said, clues == 3 ? "D01 201901 3\n" : "", "%s", said);
        rig_done(&r);
    }
}

/* ---- a lost state file ---- */

/* Discipline goes on under another stream, with nothing but the log. */
static void lose_state(struct rig *r) {
    tf_remove(rig_path(r, "state"));
    free(r->config.stream);
    r->config.stream = strdup("second");
}

/* What was answered is not answered again, what wasn't is, whenever it happens; however slowly the
 * log is read again. */
Test(dummies, a_lost_state_answers_nothing_twice) {
    static const struct {
        int hours, receipts, outcomes;
    } when[] = {{1, 8, 16}, {73, 0, 16}, {6 * 24 + 1, 0, 8}, {9 * 24 + 1, 0, 0}};
    for (size_t k = 0; k < sizeof when / sizeof *when; k++) {
        struct rig r;
        struct th_stream audit;
        set_up_discipline(&r, true, true);
        th_stream_init(&audit, &r.hub, "audit", "main");
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        for (uint8_t id = 0; id < 8; id++) {
            send_on(&audit, true, id);
        }
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        run_for(&r, when[k].hours * 3600 * INT64_C(1000));
        expect_answers(&r, 8 - when[k].receipts, 16 - when[k].outcomes);
        lose_state(&r);
        answers.receipt.from = 0; /* some are due before the log is read */
        r.page_max = 1;
        run_for(&r, 20 * DAY_MS);
        cr_expect_eq(delivered_clues(&r), 0);
        expect_answers(&r, when[k].receipts, when[k].outcomes);
        rig_done(&r);
    }
}

/* What was said is gone on with, whatever would be drawn now. */
Test(dummies, a_lost_state_keeps_to_the_receipt) {
    for (int accepted = 0; accepted < 2; accepted++) {
        struct rig r;
        set_up_discipline(&r, true, true);
        answers.not_competent = accepted ? 0 : 100;
        send(&r, "audit", true);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        run_for(&r, 73 * 3600 * INT64_C(1000));
        expect_answers(&r, 1, 0);
        lose_state(&r);
        answers.not_competent = accepted ? 100 : 0;
        run_for(&r, 10 * DAY_MS);
        expect_answers(&r, 0, accepted);
        rig_done(&r);
    }
}

static void push_answer(struct rig *r, bool outcome) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__ClueReceipt d = PENTAD__V1__CLUE_RECEIPT__INIT;
    Pentad__V1__ClueOutcome o = PENTAD__V1__CLUE_OUTCOME__INIT;
    d.has_clue_id = d.has_received_at_ms = d.has_accept = d.has_feedback_due = 1;
    d.clue_id = (ProtobufCBinaryData){sizeof id_of_one, id_of_one};
    d.sender = (char *)"audit";
    d.received_at_ms = SENT;
    d.accept = PENTAD__V1__CLUE_ACCEPTANCE__CLUE_ACCEPTANCE_ACCEPTED;
    d.feedback_due = 20190401;
    o.has_clue_id = o.has_stage = o.has_disposal = 1;
    o.clue_id = d.clue_id;
    o.sender = d.sender;
    o.stage = PENTAD__V1__OUTCOME_STAGE__OUTCOME_STAGE_INTERIM;
    o.disposal = PENTAD__V1__CLUE_DISPOSAL__CLUE_DISPOSAL_PRELIMINARY;
    rec.doc_no = (char *)"R1";
    if (outcome) {
        rec.body_case = PENTAD__V1__RECORD__BODY_CLUE_OUTCOME;
        rec.clue_outcome = &o;
    } else {
        rec.body_case = PENTAD__V1__RECORD__BODY_CLUE_RECEIPT;
        rec.clue_receipt = &d;
    }
    rig_push(r, outcome ? "D03" : "D02", "answer.json", &rec);
}

/* People's answers that are handed in before the log is read again wait for their moments as all
 * do; and the outcome behind one of an earlier stream's for that of a second one. */
Test(dummies, a_lost_state_lets_answers_to_clues_wait) {
    struct rig r;
    set_up_discipline(&r, true, true);
    send(&r, "audit", false);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    push_answer(&r, false);
    push_answer(&r, true);
    run_for(&r, 6 * DAY_MS);
    expect_answers(&r, 1, 1);
    lose_state(&r);
    rig_open(&r); /* a state file, of which nothing has been read yet */
    rig_close(&r);
    push_answer(&r, false);
    push_answer(&r, true);
    r.page_max = 1;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_counts(&r).staged, 0);
    expect_answers(&r, 0, 0);
    run_for(&r, 6 * DAY_MS);
    expect_answers(&r, 1, 0);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 1);
    rig_done(&r);
}

/* ---- clocks that jump, connectors that stand still ---- */

#define HOUR_MS (DAY_MS / 24)

/* Nobody sees by the answers that go out as it starts again which are the connector's own. */
Test(dummies, one_that_stood_still_answers_as_much_later) {
    struct rig r;
    set_up_discipline(&r, true, true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    send(&r, "audit", true);
    run_for(&r, 2 * HOUR_MS);
    r.hub.now_ms += 20 * DAY_MS;
    run_for(&r, 2 * HOUR_MS);
    cr_expect(rig_had_event(&r, "stood_still"));
    expect_answers(&r, 0, 0);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 0);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 1);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 2);
    rig_done(&r);
}

/* People's answers have the same moments. */
Test(dummies, peoples_answers_stand_still_with_it) {
    struct rig r;
    set_up_discipline(&r, true, true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    send(&r, "audit", false);
    run_for(&r, 2 * HOUR_MS);
    push_answer(&r, false);
    run_for(&r, 2 * HOUR_MS);
    r.hub.now_ms += 20 * DAY_MS;
    push_answer(&r, true);
    run_for(&r, 2 * HOUR_MS);
    expect_answers(&r, 0, 0);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 0);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 1);
    rig_done(&r);
}

/* An hour by hand on the connector's clock, which was years ahead for a while. */
Test(dummies, a_clock_that_was_ahead_holds_up_no_answer) {
    struct rig r;
    set_up_discipline(&r, true, true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    send(&r, "audit", true);
    run_for(&r, 2 * HOUR_MS);
    struct pt_state *s = NULL;
    cr_assert_eq(pt_state_open(rig_path(&r, "state/connector.db"), false, &s, &r.err), 0);
    cr_assert_eq(pt_state_begin(s, &r.err), 0);
    cr_assert_eq(pt_clues_shift(s, 3650 * DAY_MS, &r.err), 0);
    cr_assert_eq(pt_state_set_int(s, "dummy_clock_ms", r.hub.now_ms + 3650 * DAY_MS, &r.err), 0);
    cr_assert_eq(pt_state_commit(s, &r.err), 0);
    pt_state_free(s);
    run_for(&r, 3 * DAY_MS);
    expect_answers(&r, 1, 0);
    rig_done(&r);
}

Test(dummies, a_clock_that_was_ahead_holds_up_no_slot) {
    struct rig r;
    struct pt_state *s = NULL;
    set_up_live(&r);
    cr_assert_eq(pt_state_open(rig_path(&r, "state/connector.db"), false, &s, &r.err), 0);
    cr_assert_eq(
        pt_state_set_int(s, "dummy_slot", pt_dummy_slot(r.hub.now_ms, DAY_MS) + 3650, &r.err), 0);
    pt_state_free(s);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    count_clues(&r, 0, 0);
    r.hub.now_ms += DAY_MS;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    count_clues(&r, 1, 1);
    rig_done(&r);
}

static int check_moments(void *ctx, const struct pt_outbox_record *row) {
    int *n = ctx;
    struct pt_arena arena;
    Pentad__V1__Record *r = NULL;
    pt_arena_init(&arena, 1u << 20);
    cr_assert_eq(pt_record_decode(row->bytes, &arena, &r, NULL), 0);
    if (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER) {
        cr_expect_eq(r->issued_at_ms, r->clue_transfer->sent_at_ms);
        ++*n;
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_RECEIPT) {
        cr_expect_eq(r->issued_at_ms, r->clue_receipt->received_at_ms);
        ++*n;
    }
    pt_arena_done(&arena);
    return 0;
}

/* One reading of the clock for all that a record says of its moment, lest the time between two tell
 * how long it took to make it. */
Test(dummies, a_record_has_one_moment) {
    struct rig r;
    int n = 0;
    set_up_discipline(&r, true, true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    send(&r, "audit", true);
    run_for(&r, 4 * DAY_MS);
    struct pt_state *s = rig_state(&r);
    cr_assert_eq(pt_outbox_each(s, 1, INT64_MAX, check_moments, &n, NULL), 0);
    pt_state_free(s);
    cr_expect_eq(n, 1);
    rig_done(&r);
}
