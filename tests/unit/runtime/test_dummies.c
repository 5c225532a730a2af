/* Dummies: the moments that are drawn, the slots of a sender, and what a row must not be able to
 * do. What discipline says to them stands in test_dummy_answers.c, both sides together stand in
 * tests/integration/system/dummies. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/decode.h>

#include "dummy_plan.h"
#include "dummy_scene.h"

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

/* ---- a hub that refuses what it could take ---- */

static int nth_refused; /* of the D01s that come */
static uint8_t refused_id[PT_CLUE_ID];
static int32_t refused_on, again_on;

static bool refuse_nth(struct test_hub *hub, const Pentad__V1__Record *rec) {
    (void)hub;
    if (rec->body_case != PENTAD__V1__RECORD__BODY_CLUE_TRANSFER) {
        return false;
    }
    const uint8_t *id = rec->clue_transfer->clue_id.data;
    int32_t day = pt_date_from_ms(rec->clue_transfer->sent_at_ms);
    if (refused_on) {
        again_on = memcmp(id, refused_id, PT_CLUE_ID) == 0 ? day : again_on;
        return false;
    }
    if (--nth_refused == 0) {
        memcpy(refused_id, id, PT_CLUE_ID);
        refused_on = day;
    }
    return nth_refused == 0;
}

/* By the first a dummy, by the second a clue: each takes the next slot, under its id. */
Test(dummies, a_refused_one_takes_the_next_slot_clue_and_dummy_alike) {
    static const char *const sent[] = {"3 -\n4 Y1\n5 Y2\n6 Y3\n7 -\n8 -\n",
                                       "2 -\n4 Y1\n5 Y2\n6 Y3\n7 -\n8 -\n"};
    for (int n = 1; n <= 2; n++) {
        struct rig r;
        nth_refused = n;
        refused_on = again_on = 0;
        set_up(&r, rows, true);
        r.hub.refuses = refuse_nth;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_expect_eq(refused_on, 20190101 + n);
        cr_expect_eq(again_on, refused_on + 1);
        expect_sent(&r, sent[n - 1]);
        cr_expect_eq(rig_counts(&r).dead_letters, 0);
        rig_check_closes(&r, "audit");
        rig_done(&r);
    }
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
