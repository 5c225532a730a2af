/* Dummies: the moments that are drawn, the slots of a sender, and what a row must not be able to
 * do. Both sides together stand in tests/integration/system/dummies. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/decode.h>
#include <pentad/record/sealed.h>

#include "dummies.h"
#include "dummy_plan.h"
#include "pt_test_seal.h"
#include "rig.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define SENT INT64_C(1546304400000) /* 2019-01-01 09:00 */

static const uint8_t secret[PT_DUMMY_SECRET] = {7, 7, 7};

static struct pt_dummy_clue clue_of(uint8_t id[PT_CLUE_ID], uint32_t n) {
    memset(id, 0, PT_CLUE_ID);
    memcpy(id, &n, sizeof n);
    return (struct pt_dummy_clue){.secret = secret, .id = id, .read_ms = SENT};
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

/* ---- discipline ---- */

static struct pt_key *key_of(void *ctx, const char *party) {
    return th_sealing_key(ctx, party);
}

/* A D01 of that body, a dummy or a clue, the first record of its stream. */
static void send(struct rig *r, const char *party, bool dummy) {
    Pentad__V1__Record clue;
    Pentad__V1__ClueTransfer body;
    struct th_stream stream;
    struct ts_seal seal;
    const struct ts_place at = {.hub = pt_log_hub(r->hub.log)->b,
                                .party = party,
                                .stream = "main",
                                .seq = 1,
                                .key_of = key_of,
                                .ctx = &r->hub};
    write_clue(&clue, &body, party);
    body.has_dummy = dummy;
    body.dummy = dummy;
    th_stream_init(&stream, &r->hub, party, "main");
    ts_seal(&seal, &clue, &at);
    th_send_record(&stream, seal.header, NULL);
    ts_seal_done(&seal);
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

static int count_answer(void *ctx, const struct pt_outbox_record *row) {
    int *n = ctx;
    n[0] += strcmp(row->type, "D02") == 0;
    n[1] += strcmp(row->type, "D03") == 0;
    return 0;
}

static void expect_answers(struct rig *r, int receipts, int outcomes) {
    int n[2] = {0};
    struct pt_state *state = rig_state(r);
    cr_assert_eq(pt_outbox_each(state, 1, INT64_MAX, count_answer, n, NULL), 0);
    pt_state_free(state);
    cr_expect(n[0] == receipts && n[1] == outcomes, "%d receipts, %d outcomes", n[0], n[1]);
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

/* finance sees audit's clue at the hub and sends a dummy with its id before it is logged, so that
 * discipline's connector acknowledges it by itself. */
Test(dummies, a_clue_with_a_dummys_id_is_a_clue) {
    struct rig r;
    set_up_discipline(&r, false, true);
    send(&r, "finance", true);
    send(&r, "audit", false);
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
