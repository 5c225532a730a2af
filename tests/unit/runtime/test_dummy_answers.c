/* Dummies at discipline: what is said to them and to clues, when, and what a thief of ids, a lost
 * state file and a clock that jumps change about it. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/record/clue.h>
#include <pentad/record/decode.h>
#include <pentad/record/discrepancy.h>

#include "dummy_scene.h"
#include "pt_test_folder.h"
#include "pt_test_seal.h"

static int submits_left;

static void stop_soon(struct rig *r, struct pt_buf *reply) {
    (void)reply;
    if (--submits_left == 0) {
        r->c->stop = true;
    }
}

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

Test(dummy_answers, discipline_answers_one_and_shows_it_to_nobody) {
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

Test(dummy_answers, discipline_answers_no_clue) {
    struct rig r;
    set_up_discipline(&r, false, true);
    send(&r, "audit", false);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(delivered_clues(&r), 1);
    expect_answers(&r, 0, 0);
    rig_done(&r);
}

Test(dummy_answers, one_that_nobody_answers_is_told_of) {
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
Test(dummy_answers, an_id_that_another_took_first_changes_nothing) {
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
Test(dummy_answers, a_clue_with_its_senders_dummys_id_is_a_clue) {
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
Test(dummy_answers, one_that_comes_late_is_answered_late) {
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
Test(dummy_answers, an_outcome_waits_for_its_readers_sealing_key) {
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
Test(dummy_answers, a_count_is_said_once_or_never) {
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
Test(dummy_answers, a_lost_state_answers_nothing_twice) {
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
Test(dummy_answers, a_lost_state_keeps_to_the_receipt) {
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
Test(dummy_answers, a_lost_state_lets_answers_to_clues_wait) {
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
Test(dummy_answers, one_that_stood_still_answers_as_much_later) {
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
Test(dummy_answers, peoples_answers_stand_still_with_it) {
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
Test(dummy_answers, a_clock_that_was_ahead_holds_up_no_answer) {
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
Test(dummy_answers, a_record_has_one_moment) {
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

/* ---- a hub that refuses what it could take ---- */

/* Of receipts and of outcomes the first is refused; how long after that one comes again. */
static int64_t refused_ms[2], again_ms[2];

static bool refuse_first(struct test_hub *hub, const Pentad__V1__Record *rec) {
    int i = rec->body_case == PENTAD__V1__RECORD__BODY_CLUE_RECEIPT   ? 0
            : rec->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME ? 1
                                                                      : -1;
    if (i < 0 || again_ms[i]) {
        return false;
    }
    if (refused_ms[i]) {
        again_ms[i] = hub->now_ms - refused_ms[i];
        return false;
    }
    refused_ms[i] = hub->now_ms;
    return true;
}

/* If people had to hand a clue's answer in again, the hub would learn by refusing one whether
 * anybody does: for a dummy nobody would. */
Test(dummy_answers, a_refused_one_goes_again_to_clue_and_dummy_alike) {
    for (int dummy = 0; dummy < 2; dummy++) {
        struct rig r;
        memset(refused_ms, 0, sizeof refused_ms);
        memset(again_ms, 0, sizeof again_ms);
        set_up_discipline(&r, true, true);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        send(&r, "audit", dummy);
        run_for(&r, 2 * HOUR_MS);
        if (!dummy) {
            push_answer(&r, false);
            push_answer(&r, true);
        }
        r.hub.refuses = refuse_first;
        run_for(&r, 11 * DAY_MS);
        for (int i = 0; i < 2; i++) {
            cr_expect(again_ms[i] >= 6 * HOUR_MS && again_ms[i] < 7 * HOUR_MS,
                      "dummy %d, %d: after %d s", dummy, i, (int)(again_ms[i] / 1000));
        }
        expect_answers(&r, 1, 1 + dummy);
        cr_expect_eq(rig_counts(&r).refused, 2);
        cr_expect_eq(rig_counts(&r).dead_letters, 0, "nothing for people to hand in again");
        rig_check_closes(&r, "discipline");
        rig_done(&r);
    }
}

/* ---- discrepancies ---- */

/* The hub says that audit's clue with id_of_one isn't received. */
static void raise_k55(struct rig *r) {
    uint8_t id[16];
    char object[64] = "audit/";
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *list[1] = {&rec};
    Pentad__V1__Discrepancy d = PENTAD__V1__DISCREPANCY__INIT;
    Pentad__V1__DiscrepancyFigure sender = PENTAD__V1__DISCREPANCY_FIGURE__INIT, *figures[1];
    char *responders[1] = {(char *)"discipline"};
    pt_hex(object + strlen(object), id_of_one, PT_CLUE_ID);
    figures[0] = &sender;
    sender.label = (char *)"sender";
    sender.text = (char *)"audit";
    d.has_id = d.has_severity = d.has_episode = d.has_kind = d.has_first_seen = d.has_last_seen = 1;
    d.has_status = d.has_tick_day = d.has_tick_seq = 1;
    d.id = (ProtobufCBinaryData){sizeof id, id};
    d.rule = (char *)"K55";
    d.severity = PENTAD__V1__SEVERITY__SEVERITY_YELLOW;
    d.episode = 1;
    d.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE;
    d.object = object;
    d.figures = figures;
    d.n_figures = 1;
    d.message_zh = d.message_en = (char *)"K55";
    d.first_seen = d.last_seen = d.tick_day = 20190702;
    d.tick_seq = 1;
    pt_discrepancy_id(id, d.rule, d.kind, NULL, 0, NULL, object);
    d.responders = responders;
    d.n_responders = 1;
    d.status = PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_OPEN;
    rec.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    rec.discrepancy = &d;
    th_author(&r->hub, list, 1);
}

/* Nobody can do anything about one over a dummy, so people don't see it. */
Test(dummy_answers, a_discrepancy_about_a_dummy_is_delivered_to_nobody) {
    for (int dummy = 0; dummy < 2; dummy++) {
        struct rig r;
        int n = 0;
        set_up_discipline(&r, true, true);
        send(&r, "audit", dummy);
        raise_k55(&r);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        for (int i = 0; i < r.n_delivered; i++) {
            n += strcmp(r.delivered[i].type, "H01") == 0;
        }
        cr_expect_eq(n, !dummy);
        cr_expect_eq(rig_had_event(&r, "dummy_discrepancy"), dummy);
        rig_done(&r);
    }
}
