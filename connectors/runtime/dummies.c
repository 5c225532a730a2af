/* Steady dummies (docs/formats.md 4): nobody but its readers can tell from what the hub has whether
 * a sealed clue is one.
 *
 *   sender      row ─► held ─► next slot ─┐
 *               no clue is held ─► dummy ─┴─► D01
 *   discipline  D01 is a dummy ─► its D02, D03 ─┐
 *               row about a clue ───────────────┴─► held ─► the moment drawn for that clue ─► out
 *
 * Both ways one code sets what a reader of the header could compare: moments, terms, papers. What
 * waits stands in the state file, in the transaction of the row or page that it comes from. */
#include "dummies.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/clue.h>
#include <pentad/record/decode.h>
#include <pentad/record/visible.h>

#include "dummy_plan.h"
#include "seal.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define SEALED_HEADER 1024 /* bytes of a seal that aren't its content */
#define SMALLEST_SEAL (64 * 1024)
#define FEEDBACK_DAYS 90 /* as the configuration's default */
#define STANDSTILL_MS (3600 * INT64_C(1000))
#define LOOK_MS (STANDSTILL_MS / 6) /* how exactly a standstill is known */
#define FIRST_IN_SLOT (-1)          /* before those that wait with 0 */
#define AGAIN_MS (DAY_MS / 4)       /* after a refusal */

bool pt_connector_covers(const struct pt_connector *c) {
    return c->config->dummies || c->config->dummy_answers;
}

/* Up to which moment things are due: on the replay clock the whole day is. */
static int64_t due_ms(const struct pt_connector *c) {
    return pt_connector_by_day(c) ? pt_date_to_ms(c->day) + DAY_MS - 1
                                  : pt_clock_now_ms(c->opt.clock);
}

/* As it was handed in, before it is dressed or sealed. `row` has all but the record. */
static int keep(struct pt_connector *c, const Pentad__V1__Record *r, const struct pt_waiting *row,
                uint64_t seq, struct pt_err *err) {
    struct pt_waiting whole = *row;
    pt_buf_reset(&c->bytes);
    int rc = pt_msg_encode(&r->base, &c->bytes, err);
    whole.record = pt_buf_span(&c->bytes);
    return rc ? rc : pt_held_add(c->state, pt_clue_sender_of(r), pt_clue_of(r), &whole, seq, err);
}

/* ---- the same shape for all ---- */

static void dress_transfer(const struct pt_connector *c, Pentad__V1__ClueTransfer *t, int64_t now) {
    t->has_sent_at_ms = t->has_ack_due = 1;
    t->sent_at_ms = now;
    t->ack_due = pt_date_add(pt_date_from_ms(now), c->config->dummies->ack_days);
}

static void dress_receipt(Pentad__V1__ClueReceipt *t, int32_t feedback_days, int64_t now) {
    t->has_received_at_ms = t->has_feedback_due = 1;
    t->received_at_ms = now;
    t->feedback_due = pt_date_add(pt_date_from_ms(now), feedback_days);
}

/* Authors it as every other of its type goes out: issued now, its terms from now on, its papers
 * inside the seal, or nowhere where there is none; and keeps it until it is logged. What waits
 * still when a configuration sends dummies no more goes as it is; what is missing there, a dummy's
 * receipt lacks. */
static int author(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                  const char *doc_no, const char *origin, struct pt_err *err) {
    Pentad__V1__Record dressed = *r;
    Pentad__V1__ClueTransfer transfer;
    Pentad__V1__ClueReceipt receipt;
    const struct pt_config_dummy_answers *a = c->config->dummy_answers;
    int64_t now = pt_connector_issued_at(c, c->day);
    dressed.has_issued_at_ms = 1;
    dressed.issued_at_ms = now;
    if (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER && c->config->dummies) {
        transfer = *r->clue_transfer;
        dress_transfer(c, &transfer, now);
        dressed.clue_transfer = &transfer;
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_RECEIPT &&
               (a || !r->clue_receipt->has_received_at_ms)) {
        receipt = *r->clue_receipt;
        dress_receipt(&receipt, a ? a->feedback_days : FEEDBACK_DAYS, now);
        dressed.clue_receipt = &receipt;
        pt_sealed_drop_papers(&dressed);
    }
    const uint64_t seq = c->next_seq;
    int rc = pt_connector_author_record(c, &dressed, type, doc_no, origin, err);
    const struct pt_waiting row = {.type = type, .doc_no = doc_no, .origin = origin};
    return rc ? rc : keep(c, r, &row, seq, err);
}

/* ---- what is drawn for a clue ---- */

/* Made once and kept: what is drawn for a clue must be the same after a restart. */
static int get_secret(struct pt_connector *c, uint8_t ret[PT_DUMMY_SECRET], struct pt_err *err) {
    struct pt_buf b;
    pt_buf_init(&b, PT_DUMMY_SECRET);
    int rc = pt_state_get_blob(c->state, "dummy_secret", &b, err);
    if (rc == 0 && b.len == PT_DUMMY_SECRET) {
        memcpy(ret, b.p, PT_DUMMY_SECRET);
    } else if (rc == PT_E_NOT_FOUND) {
        rc = pt_entropy_system.fill(pt_entropy_system.ctx, ret, PT_DUMMY_SECRET)
                 ? pt_err_set(err, PT_E_IO, "no randomness from the system")
                 : pt_state_set_blob(c->state, "dummy_secret", pt_span(ret, PT_DUMMY_SECRET), err);
    } else if (rc == 0) {
        rc = pt_err_set(err, PT_E_CORRUPT, "the secret for dummies has %zu bytes", b.len);
    }
    pt_buf_done(&b);
    return rc;
}

/* What is drawn for that clue; *ret borrows the secret and the row. */
static int draws_of(struct pt_connector *c, const struct pt_clue_row *row,
                    uint8_t secret[PT_DUMMY_SECRET], struct pt_dummy_clue *ret,
                    struct pt_err *err) {
    *ret = (struct pt_dummy_clue){
        .secret = secret, .sender = row->sender, .id = row->id, .read_ms = row->read_ms};
    return get_secret(c, secret, err);
}

/* The moment of an answer: the receipt's; the first outcome's; that of any behind it. */
static int moment_of(struct pt_connector *c, const Pentad__V1__Record *r,
                     const struct pt_clue_row *row, int64_t *ret, struct pt_err *err) {
    const struct pt_config_dummy_answers *a = c->config->dummy_answers;
    uint8_t secret[PT_DUMMY_SECRET];
    struct pt_dummy_clue clue;
    int rc = draws_of(c, row, secret, &clue, err);
    if (rc != 0) {
        return rc;
    }
    if (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_RECEIPT) {
        *ret = pt_dummy_moment(&clue, PT_DUMMY_RECEIPT, &a->receipt);
        return 0;
    }
    *ret = row->outcomes == 0 ? pt_dummy_moment(&clue, PT_DUMMY_OUTCOME, &a->outcome)
                              : pt_dummy_moment(&clue, PT_DUMMY_FINAL, &a->final);
    return pt_clues_outcome(c->state, row, err);
}

/* The clue that it is about. PT_E_NOT_FOUND. */
static int find(struct pt_connector *c, const Pentad__V1__Record *r, struct pt_clue_row *ret,
                struct pt_err *err) {
    const uint8_t *id = pt_clue_of(r);
    const char *sender = pt_clue_sender_of(r);
    return id && sender ? pt_clues_find(c->state, sender, id, ret, err) : PT_E_NOT_FOUND;
}

/* A seal above the smallest size shows that no dummy is in it. */
static void warn_of_size(struct pt_connector *c, const Pentad__V1__Record *r, const char *origin) {
    if (pt_sealed_due(r) &&
        protobuf_c_message_get_packed_size(&r->base) > SMALLEST_SEAL - SEALED_HEADER) {
        pt_connector_event(c, "clue_stands_out",
                           "%s: it is so large that its size tells it from a dummy: shorten it, or "
                           "name fewer attachments",
                           origin);
    }
}

/* ---- what waits ---- */

static int hold(struct pt_connector *c, const Pentad__V1__Record *r, int64_t at_ms,
                const char *type, const char *doc_no, const char *origin, struct pt_err *err) {
    const struct pt_waiting row = {.due = at_ms, .type = type, .doc_no = doc_no, .origin = origin};
    return keep(c, r, &row, 0, err);
}

/* An answer that came before the log was read to its end: by now its clue is known, or was never
 * here. *ret_gone as below. */
static int settle(struct pt_connector *c, const struct pt_waiting *row, Pentad__V1__Record *r,
                  bool *ret_gone, struct pt_err *err) {
    const struct pt_config_dummy_answers *a = c->config->dummy_answers;
    struct pt_clue_row clue;
    int64_t at_ms = 0;
    int rc = find(c, r, &clue, err);
    if (rc == 0 && !clue.urgent && a && a->hold) {
        rc = moment_of(c, r, &clue, &at_ms, err);
        return rc ? rc : pt_held_move(c->state, row->id, at_ms, err);
    }
    if (rc != 0 && rc != PT_E_NOT_FOUND) {
        return rc;
    }
    *ret_gone = true;
    rc = rc == 0 && !clue.urgent && a
             ? author(c, r, row->type, row->doc_no, row->origin, err)
             : pt_connector_author_record(c, r, row->type, row->doc_no, row->origin, err);
    return rc ? rc : pt_held_drop(c->state, row->id, err);
}

/* *ret_gone: it went out; else it waits on: for its moment, or because one of its readers has no
 * sealing key. */
static int release_one(struct pt_connector *c, const struct pt_waiting *row, struct pt_arena *arena,
                       bool *ret_gone, struct pt_err *err) {
    Pentad__V1__Record *r = NULL;
    *ret_gone = false;
    pt_arena_reset(arena);
    if (pt_record_decode(row->record, arena, &r, NULL) != 0) {
        return pt_err_set(err, PT_E_CORRUPT, "a record that waited for its moment can't be read");
    }
    if (!pt_connector_can_seal(c, r)) {
        return 0;
    }
    if (row->due == 0 && r->body_case != PENTAD__V1__RECORD__BODY_CLUE_TRANSFER) {
        return settle(c, row, r, ret_gone, err);
    }
    *ret_gone = true;
    int rc = author(c, r, row->type, row->doc_no, row->origin, err);
    return rc ? rc : pt_held_drop(c->state, row->id, err);
}

/* What is due by then goes out, the oldest first, at most `max` of it. */
static int release(struct pt_connector *c, int64_t until_ms, int64_t max, int64_t *ret_gone,
                   struct pt_err *err) {
    struct pt_buf strings;
    struct pt_arena arena;
    struct pt_waiting row = {.due = INT64_MIN};
    int rc = 0;
    pt_buf_init(&strings, PT_RECORD_MAX + 65536);
    pt_arena_init(&arena, 16u * PT_RECORD_MAX);
    *ret_gone = 0;
    while (rc == 0 && *ret_gone < max) {
        rc = pt_held_next(c->state, until_ms, &strings, &row, err);
        bool gone = false;
        rc = rc ? rc : release_one(c, &row, &arena, &gone, err);
        *ret_gone += gone;
    }
    pt_arena_done(&arena);
    pt_buf_done(&strings);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

/* ---- the sender ---- */

static bool is_urgent(const Pentad__V1__ClueTransfer *t) {
    return t->inquiry_level == PENTAD__V1__INQUIRY_LEVEL__INQUIRY_LEVEL_URGENT;
}

/* An urgent clue goes as it is: its header says that it is one, and no dummy's does. */
static int send_clue(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                     const char *doc_no, const char *origin, struct pt_err *err) {
    if (is_urgent(r->clue_transfer)) {
        return pt_connector_author_record(c, r, type, doc_no, origin, err);
    }
    warn_of_size(c, r, origin);
    if (c->config->dummies->hold) {
        return hold(c, r, 0, type, doc_no, origin, err);
    }
    int rc = author(c, r, type, doc_no, origin, err);
    return rc ? rc : pt_state_set_int(c->state, "dummy_slot_taken", 1, err);
}

/* *ret_gone: as release_one. */
static int send_dummy(struct pt_connector *c, bool *ret_gone, struct pt_err *err) {
    uint8_t id[PT_CLUE_ID];
    Pentad__V1__ClueTransfer t = PENTAD__V1__CLUE_TRANSFER__INIT;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    if (pt_entropy_system.fill(pt_entropy_system.ctx, id, sizeof id) != 0) {
        return pt_err_set(err, PT_E_IO, "no randomness from the system");
    }
    t.has_clue_id = t.has_inquiry_level = t.has_dummy = 1;
    t.clue_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    t.sender = c->config->party;
    t.inquiry_level = PENTAD__V1__INQUIRY_LEVEL__INQUIRY_LEVEL_ORDINARY;
    t.dummy = 1;
    r.body_case = PENTAD__V1__RECORD__BODY_CLUE_TRANSFER;
    r.clue_transfer = &t;
    *ret_gone = pt_connector_can_seal(c, &r);
    return *ret_gone ? author(c, &r, "D01", NULL, "a dummy", err) : 0;
}

/* One clue a slot. Slots that passed while nothing ran are left out, or a burst would show it; one
 * in which nothing can be sealed stays open. */
static int fill_slot(struct pt_connector *c, struct pt_err *err) {
    const struct pt_config_dummies *d = c->config->dummies;
    int64_t now = pt_dummy_slot(due_ms(c), d->every_ms), last = 0, taken = 0, sent = 0;
    int rc = pt_state_get_int(c->state, "dummy_slot", -1, &last, err);
    rc = rc ? rc : pt_state_get_int(c->state, "dummy_slot_taken", 0, &taken, err);
    if (rc == 0 && now < last - 1) { /* the clock was ahead: on from here */
        return pt_state_set_int(c->state, "dummy_slot", now, err);
    }
    if (rc != 0 || now <= last) {
        return rc;
    }
    if (last >= 0 && !taken) {
        bool gone = true;
        rc = release(c, 0, 1, &sent, err);
        rc = rc || sent ? rc : send_dummy(c, &gone, err);
        if (rc != 0 || !gone) {
            return rc;
        }
    }
    rc = rc ? rc : pt_state_set_int(c->state, "dummy_slot_taken", 0, err);
    return rc ? rc : pt_state_set_int(c->state, "dummy_slot", now, err);
}

/* ---- discipline ---- */

/* To an urgent clue, or one that was never seen here, as it is. Until the log was read to its end
 * nobody knows which those are. */
static int answer(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                  const char *doc_no, const char *origin, struct pt_err *err) {
    struct pt_clue_row row;
    int64_t at_ms = 0;
    int rc = find(c, r, &row, err);
    if (rc == PT_E_NOT_FOUND && !c->caught_up) {
        return hold(c, r, 0, type, doc_no, origin, err);
    }
    if (rc == PT_E_NOT_FOUND || (rc == 0 && row.urgent)) {
        return pt_connector_author_record(c, r, type, doc_no, origin, err);
    }
    if (rc == 0) {
        warn_of_size(c, r, origin);
    }
    if (rc == 0 && !c->config->dummy_answers->hold) {
        return author(c, r, type, doc_no, origin, err);
    }
    rc = rc ? rc : moment_of(c, r, &row, &at_ms, err);
    return rc ? rc : hold(c, r, at_ms, type, doc_no, origin, err);
}

static int hold_answer(struct pt_connector *c, const Pentad__V1__Record *r, const char *type,
                       struct pt_err *err) {
    struct pt_clue_row row;
    int64_t at_ms = 0;
    int rc = find(c, r, &row, err);
    rc = rc ? rc : moment_of(c, r, &row, &at_ms, err);
    return rc ? rc : hold(c, r, at_ms, type, NULL, "the answer to a dummy", err);
}

/* protobuf-c has no const; packing only reads. */
static ProtobufCBinaryData id_of(const struct pt_clue_row *row) {
    return (ProtobufCBinaryData){.len = PT_CLUE_ID, .data = (uint8_t *)(uintptr_t)row->id};
}

static int hold_receipt(struct pt_connector *c, const struct pt_clue_row *row, bool accepted,
                        struct pt_err *err) {
    Pentad__V1__ClueReceipt d = PENTAD__V1__CLUE_RECEIPT__INIT;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    d.has_clue_id = d.has_accept = 1;
    d.clue_id = id_of(row);
    d.sender = (char *)(uintptr_t)row->sender;
    d.accept = accepted ? PENTAD__V1__CLUE_ACCEPTANCE__CLUE_ACCEPTANCE_ACCEPTED
                        : PENTAD__V1__CLUE_ACCEPTANCE__CLUE_ACCEPTANCE_NOT_COMPETENT;
    r.body_case = PENTAD__V1__RECORD__BODY_CLUE_RECEIPT;
    r.clue_receipt = &d;
    return hold_answer(c, &r, "D02", err);
}

static int hold_outcome(struct pt_connector *c, const struct pt_clue_row *row,
                        Pentad__V1__OutcomeStage stage, struct pt_err *err) {
    Pentad__V1__ClueOutcome d = PENTAD__V1__CLUE_OUTCOME__INIT;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    d.has_clue_id = d.has_stage = d.has_dummy = 1;
    d.clue_id = id_of(row);
    d.sender = (char *)(uintptr_t)row->sender;
    d.stage = stage;
    d.dummy = 1;
    r.body_case = PENTAD__V1__RECORD__BODY_CLUE_OUTCOME;
    r.clue_outcome = &d;
    return hold_answer(c, &r, "D03", err);
}

/* All that will be said of a dummy, as it would be of a clue. */
static int answer_dummy(struct pt_connector *c, const struct pt_clue_row *row, struct pt_err *err) {
    const struct pt_config_dummy_answers *a = c->config->dummy_answers;
    uint8_t secret[PT_DUMMY_SECRET];
    struct pt_dummy_clue clue;
    int rc = draws_of(c, row, secret, &clue, err);
    if (rc != 0) {
        return rc;
    }
    bool accepted = !pt_dummy_chance(&clue, PT_DUMMY_ACCEPTED, a->not_competent);
    bool interim = pt_dummy_chance(&clue, PT_DUMMY_INTERIM, a->interim);
    rc = hold_receipt(c, row, accepted, err);
    if (rc == 0 && accepted && interim) {
        rc = hold_outcome(c, row, PENTAD__V1__OUTCOME_STAGE__OUTCOME_STAGE_INTERIM, err);
    }
    if (rc == 0 && accepted) {
        rc = hold_outcome(c, row, PENTAD__V1__OUTCOME_STAGE__OUTCOME_STAGE_FINAL, err);
    }
    return rc;
}

/* ---- what discipline said under another stream, with a state file that is lost ---- */

/* What was to be said of the dummy becomes what goes on from there. */
static int said_of_dummy(struct pt_connector *c, const Pentad__V1__Record *r,
                         const struct pt_clue_row *row, struct pt_err *err) {
    int64_t outcomes = 0;
    if (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME) {
        bool final = r->clue_outcome->stage == PENTAD__V1__OUTCOME_STAGE__OUTCOME_STAGE_FINAL;
        return final ? pt_held_forget(c->state, row, "D03", err)
                     : pt_held_forget_first(c->state, row, "D03", err);
    }
    bool accepted =
        r->clue_receipt->accept == PENTAD__V1__CLUE_ACCEPTANCE__CLUE_ACCEPTANCE_ACCEPTED;
    int rc = pt_held_forget(c->state, row, "D02", err);
    if (rc != 0 || !accepted) {
        return rc ? rc : pt_held_forget(c->state, row, "D03", err);
    }
    rc = pt_held_of(c->state, row, "D03", &outcomes, err);
    return rc != 0 || outcomes > 0
               ? rc
               : hold_outcome(c, row, PENTAD__V1__OUTCOME_STAGE__OUTCOME_STAGE_FINAL, err);
}

/* A dummy that was answered is not answered again: a clue isn't either, and who is answered twice
 * would show. */
static int said_before(struct pt_connector *c, const Pentad__V1__Record *r, struct pt_err *err) {
    struct pt_clue_row row;
    int rc = find(c, r, &row, err);
    if (rc != 0) {
        return rc == PT_E_NOT_FOUND ? 0 : rc;
    }
    if (row.dummy) {
        return c->config->dummy_answers ? said_of_dummy(c, r, &row, err) : 0;
    }
    return r->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME
               ? pt_clues_outcome(c->state, &row, err)
               : 0;
}

static bool is_said_before(const struct pt_connector *c, const struct pt_followed_record *r) {
    return c->party == PT_PARTY_DISCIPLINE && strcmp(r->party, c->config->party) == 0 &&
           strcmp(r->stream, c->config->stream) != 0 &&
           r->record->correction <= PENTAD__V1__CORRECTION__CORRECTION_NONE &&
           (r->record->body_case == PENTAD__V1__RECORD__BODY_CLUE_RECEIPT ||
            r->record->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME);
}

/* Moments count the time in which the connector runs. One that stood still would answer dummies as
 * it starts, and clues when people come to it; one whose clock jumps ahead would answer dummies
 * alone. With --once standing still is its way. */
static int keep_time(struct pt_connector *c, struct pt_err *err) {
    int64_t now = pt_clock_now_ms(c->opt.clock), last = 0;
    if (!c->config->dummy_answers || pt_connector_by_day(c)) {
        return 0;
    }
    int rc = pt_state_get_int(c->state, "dummy_clock_ms", 0, &last, err);
    int64_t gap = now - last;
    if (rc != 0 || (last != 0 && gap >= 0 && gap < LOOK_MS)) {
        return rc;
    }
    if (last != 0 && !c->opt.once && (gap > STANDSTILL_MS || gap < -STANDSTILL_MS)) {
        pt_connector_event(c, "stood_still",
                           "for %lld hours by this machine's clock: receipts and outcomes go out "
                           "as much later",
                           (long long)(gap / STANDSTILL_MS));
        rc = pt_clues_shift(c->state, gap, err);
    }
    return rc ? rc : pt_state_set_int(c->state, "dummy_clock_ms", now, err);
}

/* What a lost state file had sent stands in the log, so nothing goes before that is read. */
static int release_due(struct pt_connector *c, struct pt_err *err) {
    int64_t sent = 0;
    int rc = keep_time(c, err);
    if (rc != 0 || (c->config->dummy_answers && !c->caught_up)) {
        return rc;
    }
    return release(c, due_ms(c), INT64_MAX, &sent, err);
}

/* ---- what was read ---- */

/* From when its moments count. A hub that keeps a clue back would have its people's answer come
 * late, and a dummy's in time, if they counted from when it was sent. On the replay clock they do.
 */
static int64_t read_at(const struct pt_connector *c, const Pentad__V1__ClueTransfer *t) {
    const int64_t most = 36525 * 10 * DAY_MS; /* whatever its sender wrote */
    if (!pt_connector_by_day(c)) {
        return pt_clock_now_ms(c->opt.clock);
    }
    return t->sent_at_ms < most ? t->sent_at_ms : most;
}

/* Somebody has used an id that stands in another's clue. Each is answered as if it had one of its
 * own, or who sees a clue at the hub could find out by its id whether it is one. */
static int tell_of_id(struct pt_connector *c, const struct pt_followed_record *r,
                      const struct pt_clue_row *row, struct pt_err *err) {
    int64_t senders = 0;
    int rc = pt_clues_senders(c->state, row->id, &senders, err);
    if (rc == 0 && senders > 1) {
        pt_connector_event(c, "clue_id_taken",
                           "%s/%s#%llu has the id of another body's clue: one of them took it on "
                           "purpose",
                           r->party, r->stream, (unsigned long long)r->seq);
    }
    return rc;
}

/* Its first record counts. A clue with the id of its sender's own dummy is a clue all the same:
 * nobody may answer it unseen. */
static int take_back(struct pt_connector *c, const struct pt_followed_record *r,
                     const struct pt_clue_row *row, struct pt_err *err) {
    struct pt_clue_row was;
    int rc = pt_clues_find(c->state, row->sender, row->id, &was, err);
    if (rc != 0 || !was.dummy || row->dummy) {
        return rc;
    }
    pt_connector_event(c, "clue_id_taken",
                       "%s/%s#%llu is a clue with the id of its sender's own dummy: what waited "
                       "about that is not sent; tell its sender",
                       r->party, r->stream, (unsigned long long)r->seq);
    return pt_clues_are_real(c->state, row, err);
}

static int note_clue(struct pt_connector *c, const struct pt_followed_record *r,
                     const Pentad__V1__ClueTransfer *t, struct pt_err *err) {
    struct pt_clue_row row = {
        .sent_at_ms = t->sent_at_ms, .read_ms = read_at(c, t), .dummy = t->has_dummy && t->dummy};
    bool is_new = false;
    row.urgent = is_urgent(t);
    (void)snprintf(row.sender, sizeof row.sender, "%s", r->party);
    memcpy(row.id, t->clue_id.data, PT_CLUE_ID);
    int rc = keep_time(c, err);
    rc = rc ? rc : pt_clues_add(c->state, &row, &is_new, err);
    if (rc != 0 || !is_new) {
        return rc ? rc : take_back(c, r, &row, err);
    }
    if (c->party == PT_PARTY_DISCIPLINE) {
        rc = tell_of_id(c, r, &row, err);
    }
    if (rc != 0 || !row.dummy || c->party != PT_PARTY_DISCIPLINE) {
        return rc;
    }
    if (c->config->dummy_answers) {
        return answer_dummy(c, &row, err);
    }
    pt_connector_event(c, "dummy_unanswered",
                       "%s/%s#%llu is a dummy and dummy_answers isn't configured here: K55 will "
                       "show it",
                       r->party, r->stream, (unsigned long long)r->seq);
    return 0;
}

/* Its number stands inside the seal: what refers to it by that must find it. */
static int note_number(struct pt_connector *c, const struct pt_followed_record *r,
                       const Pentad__V1__Record *open, struct pt_err *err) {
    struct pt_ref_row ref = {.seq = r->seq};
    if (!open->doc_no || !open->doc_no[0] || strcmp(r->party, c->config->party) == 0) {
        return 0;
    }
    (void)snprintf(ref.stream, sizeof ref.stream, "%s", r->stream);
    memcpy(ref.hash, r->hash.b, sizeof ref.hash);
    c->new_refs = true;
    return pt_refs_add(c->state, r->party, pt_record_info_of(open)->code, open->doc_no, &ref, err);
}

static int is_about_dummy(struct pt_connector *c, const Pentad__V1__Record *r, bool *ret,
                          struct pt_err *err) {
    struct pt_clue_row row;
    int rc = find(c, r, &row, err);
    *ret = rc == 0 && row.dummy;
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

/* A clue is its author's: a hub takes no other. */
static bool says_its_author(const struct pt_followed_record *r, const Pentad__V1__Record *open) {
    const char *sender = pt_clue_sender_of(open);
    return pt_clue_of(open) && sender && strcmp(sender, r->party) == 0;
}

/* A seal that doesn't open is told of where it is delivered. */
static int open_record(struct pt_connector *c, const struct pt_followed_record *r, bool *ret_dummy,
                       struct pt_err *err) {
    struct sealing s;
    struct pt_err why = {0};
    Pentad__V1__Record *open = NULL;
    pt_connector_sealing_init(&s, c);
    int rc = pt_connector_unseal(&s, r, &open, &why);
    rc = rc == PT_E_NOMEM ? pt_err_set(err, rc, "%s", why.msg) : 0;
    if (rc == 0 && open) {
        rc = note_number(c, r, open, err);
    }
    if (rc == 0 && open && open->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER &&
        says_its_author(r, open)) {
        *ret_dummy = open->clue_transfer->has_dummy && open->clue_transfer->dummy;
        rc = note_clue(c, r, open->clue_transfer, err);
    } else if (rc == 0 && open && open->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME) {
        bool known = false; /* the sender's own clues are no dummies, whatever is said of them */
        rc = is_about_dummy(c, open, &known, err);
        *ret_dummy = known && open->clue_outcome->has_dummy && open->clue_outcome->dummy;
    }
    pt_connector_sealing_done(&s);
    return rc;
}

/* One about a dummy ends when its answer comes; nobody can do anything about it but see to it that
 * discipline's connector runs. */
static int discrepancy(struct pt_connector *c, const Pentad__V1__Discrepancy *d, bool *ret,
                       struct pt_err *err) {
    uint8_t id[PT_CLUE_ID];
    struct pt_clue_row row;
    const char *sender = pt_party_name(pt_clue_finding_sender(d));
    const char *hex = d->object ? strchr(d->object, '/') : NULL; /* sender/id */
    if (!pt_rule_about_clues(d->rule) || !hex || strlen(++hex) != 2 * sizeof id ||
        pt_unhex(hex, 2 * sizeof id, id, sizeof id) != 0) {
        return 0;
    }
    int rc = pt_clues_find(c->state, sender, id, &row, err);
    *ret = rc == 0 && row.dummy;
    if (*ret) {
        pt_connector_event(c, "dummy_discrepancy",
                           "%s over dummy %s: does discipline's connector run?", d->rule,
                           d->object);
    }
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

int pt_connector_dummy_record(struct pt_connector *c, const struct pt_followed_record *r,
                              bool *ret_dummy, struct pt_err *err) {
    int rc = is_said_before(c, r) ? said_before(c, r->record, err) : 0;
    *ret_dummy = false;
    if (rc != 0) {
        return rc;
    }
    switch (r->record->body_case) {
    case PENTAD__V1__RECORD__BODY_CLUE_TRANSFER:
    case PENTAD__V1__RECORD__BODY_CLUE_OUTCOME:
        return c->sealing_key && pt_sealed_of(r->record) ? open_record(c, r, ret_dummy, err) : 0;
    case PENTAD__V1__RECORD__BODY_CLUE_RECEIPT:
        return is_about_dummy(c, r->record, ret_dummy, err);
    case PENTAD__V1__RECORD__BODY_DISCREPANCY:
        return discrepancy(c, r->record->discrepancy, ret_dummy, err);
    default:
        return 0;
    }
}

/* ---- what the hub refuses ---- */

/* A dummy has nobody to mend it: if people had to hand a clue's record in again, the one that never
 * came again would be the dummy's. So each goes out again by itself, when all do: a sender's in the
 * very next slot, or one that took it first would show that a clue was waiting. */
int pt_connector_dummy_refused(struct pt_connector *c, uint64_t seq, const char *type, int32_t day,
                               bool *ret_again, struct pt_err *err) {
    bool slot = strcmp(type, "D01") == 0 && c->config->dummies;
    int64_t at_ms = slot                     ? FIRST_IN_SLOT
                    : pt_connector_by_day(c) ? pt_date_to_ms(day) + DAY_MS
                                             : pt_clock_now_ms(c->opt.clock) + AGAIN_MS;
    return pt_held_again(c->state, seq, at_ms, ret_again, err);
}

/* ---- what is handed in, what is due ---- */

int pt_connector_dummy_check(const Pentad__V1__Record *r, char *ret_path, size_t path_cap,
                             struct pt_err *err) {
    bool transfer = r->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER;
    bool outcome = r->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME;
    if (!(transfer && r->clue_transfer->has_dummy) && !(outcome && r->clue_outcome->has_dummy)) {
        return 0;
    }
    (void)snprintf(ret_path, path_cap, "body.%s.dummy", pt_record_info_of(r)->member);
    return pt_err_set(err, PT_E_FIELD, "is the connector's own to set: no system sends dummies");
}

/* Supplements and corrections speak of a clue whatever they look like: they go as they are. */
int pt_connector_author_or_hold(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                                const char *doc_no, const char *origin, struct pt_err *err) {
    bool first = r->correction <= PENTAD__V1__CORRECTION__CORRECTION_NONE && pt_clue_of(r) &&
                 pt_clue_sender_of(r);
    if (first && c->config->dummies && r->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER) {
        return send_clue(c, r, type, doc_no, origin, err);
    }
    if (first && c->config->dummy_answers &&
        r->body_case != PENTAD__V1__RECORD__BODY_CLUE_TRANSFER) {
        return answer(c, r, type, doc_no, origin, err);
    }
    return pt_connector_author_record(c, r, type, doc_no, origin, err);
}

int pt_connector_dummies(struct pt_connector *c, struct pt_err *err) {
    return c->config->dummies ? fill_slot(c, err) : release_due(c, err);
}
