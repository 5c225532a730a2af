/* On the live clock, and what a connector finds when it starts: other days, other rows, another
 * hub, an outbox that is not the one it was. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/base/language.h>
#include <pentad/record/decode.h>

#include "pt_test_records.h"
#include "rig.h"

#define HOUR_MS INT64_C(3600000)
#define HEAD "day,no,unit,voucher,fen\n"

static void setting(struct rig *r) {
    rig_init(r, "finance", true); /* 2019-07-01 10:00 */
    rig_write(r, "bills.csv", HEAD "20190701,N1," RIG_UNIT ",V1,100\n");
    rig_source(r, RIG_BILLS, "bills.csv");
}

static size_t closes(struct rig *r, char *out, size_t cap) {
    struct rig_record log[128];
    size_t n = rig_log(r, "finance", log, 128), found = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (strcmp(log[i].type, "StreamClose") == 0) {
            snprintf(out + strlen(out), cap - strlen(out), "%s%s", found ? " " : "", log[i].note);
            found++;
        }
    }
    return found;
}

Test(live, joins_today_and_closes_what_is_over) {
    struct rig r;
    char text[512];
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    cr_assert_eq(closes(&r, text, sizeof text), 0, "%s", text);
    r.hub.now_ms += HOUR_MS;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    closes(&r, text, sizeof text);
    cr_assert_str_eq(text, "20190701/10");
    /* Three days later, at 02:00: every day that is over, and the hour that is. */
    r.hub.now_ms = pt_date_to_ms(20190704) + 2 * HOUR_MS;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    closes(&r, text, sizeof text);
    cr_assert_str_eq(text, "20190701/10 20190701 20190702 20190703 20190704/1");
    cr_assert_eq(rig_run(&r), 0);
    closes(&r, text, sizeof text);
    cr_assert_str_eq(text, "20190701/10 20190701 20190702 20190703 20190704/1");
    rig_check_closes(&r, "finance");
    rig_done(&r);
}

static void grow(struct rig *r, struct pt_buf *reply) {
    (void)reply;
    rig_append(r, "bills.csv", "20190701,N2," RIG_UNIT ",V2,200\n");
    rig_write(r, "late.csv", HEAD "20190701,L1," RIG_UNIT ",V9,900\n");
    r->tamper = NULL;
}

Test(live, a_running_connector_reads_what_grows_and_what_appears) {
    struct rig r;
    setting(&r);
    rig_source(&r, RIG_PAYMENTS, "late.csv");
    r.once = false;
    r.idle_max = 6;
    r.tamper = grow;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "L1"), 1);
    /* And one that was down meanwhile. */
    rig_append(&r, "bills.csv", "20190701,N3," RIG_UNIT ",V3,300\n");
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "N3"), 1);
    rig_done(&r);
}

Test(live, a_source_that_fails_holds_up_nobody) {
    struct rig r;
    setting(&r);
    rig_write(&r, "bad.csv", "nothing,like,it\n1,2,3\n");
    rig_source(&r, RIG_PAYMENTS, "bad.csv");
    r.once = false;
    r.idle_max = 3;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    cr_assert(rig_had_event(&r, "source_failed"));
    r.once = true;
    cr_assert_eq(rig_run(&r), PT_E_COLUMN);
    cr_assert(strstr(r.err.msg, "bad.csv"), "%s", r.err.msg);
    rig_done(&r);
}

/* A file that somebody is writing: whole rows are read, its end when nothing has come for a
 * while. */
Test(live, half_a_row_is_not_a_row) {
    struct rig r;
    setting(&r);
    rig_append(&r, "bills.csv", "20190701,N2," RIG_UNIT ",V2,1");
    rig_age(&r, "bills.csv", 0);
    r.once = false;
    r.idle_max = 2;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 0);
    rig_append(&r, "bills.csv", "50\n20190701,N3," RIG_UNIT ",\"V");
    rig_age(&r, "bills.csv", 0);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 1);
    rig_append(&r, "bills.csv", "3\",300"); /* and no line break: this is its end */
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N3"), 1);
    cr_assert_eq(rig_counts(&r).dead_letters, 0);
    cr_assert_eq(rig_counts(&r).records, 3);
    rig_done(&r);
}

Test(live, a_file_of_groups_is_read_when_it_rests) {
    struct rig r;
    setting(&r);
    rig_write(&r, "groups.csv", HEAD "20190701,G1," RIG_UNIT ",V8,1\n");
    rig_source(&r, RIG_PAYMENTS, "groups.csv");
    rig_age(&r, "groups.csv", 0);
    r.once = false;
    r.idle_max = 2;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "G1"), 0);
    rig_append(&r, "groups.csv", "20190701,G1," RIG_UNIT ",V9,2\n");
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "G1"), 1);
    rig_done(&r);
}

Test(live, a_file_that_was_cut_or_rewritten_is_said_not_read) {
    static const char *const files[] = {HEAD, HEAD "20190701,N9," RIG_UNIT ",V1,100\n"
                                                   "20190701,N2," RIG_UNIT ",V2,200\n"};
    static const int codes[] = {PT_E_TRUNCATED, PT_E_FORMAT};
    static const char *const words[] = {"shorter", "rewritten"};
    for (size_t i = 0; i < 2; i++) {
        struct rig r;
        setting(&r);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        rig_write(&r, "bills.csv", files[i]);
        cr_assert_eq(rig_run(&r), codes[i], "%s", r.err.msg);
        cr_assert(strstr(r.err.msg, words[i]), "%s", r.err.msg);
        cr_assert_eq(rig_counts(&r).records, 1);
        r.once = false;
        r.idle_max = 2;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_assert(rig_had_event(&r, "source_failed"));
        rig_done(&r);
    }
}

static int64_t fast_now(void *ctx) {
    struct rig *r = ctx;
    return r->hub.now_ms + (r->idle_max == 7 ? 6 * 60000 : r->idle_max == 8 ? 90 * 60000 : 0);
}

/* Six minutes ahead of the hub: nothing is withheld, the same records go out when their time has
 * come. An hour and a half: nobody waits for that. */
Test(live, a_clock_that_is_ahead) {
    struct rig r;
    setting(&r);
    r.clock.now_ms = fast_now;
    r.once = false;
    r.idle_max = 7;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).refused, 1);
    cr_assert_eq(rig_counts(&r).dead_letters, 0);
    cr_assert(rig_had_event(&r, "waiting"));
    r.hub.now_ms += 2 * 60000;
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N1"), 1);
    cr_assert_eq(rig_counts(&r).refused, 1);
    rig_append(&r, "bills.csv", "20190701,N2," RIG_UNIT ",V2,200\n");
    r.idle_max = 8;
    r.once = false;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 0);
    cr_assert_eq(rig_counts(&r).dead_letters, 1);
    /* The clock is set right: the close of that hour is said anew. */
    r.idle_max = 0;
    r.once = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).pending_records, 0);
    rig_check_closes(&r, "finance");
    rig_done(&r);
}

Test(live, a_row_for_tomorrow_waits) {
    struct rig r;
    setting(&r);
    rig_append(&r, "bills.csv", "20190702,N2," RIG_UNIT ",V2,200\n");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 0);
    r.hub.now_ms = pt_date_to_ms(20190702) + HOUR_MS / 2;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 1);
    rig_done(&r);
}

/* ---- what people hand in ------------------------------------------------------------------- */

static void push_saying(struct rig *r, const char *text, const char *origin, const char *rule,
                        const char *sender) {
    struct tr_reply explained;
    tr_reply_init(&explained, text);
    explained.record.doc_no = (char *)(uintptr_t)origin;
    explained.reply.rule = (char *)(uintptr_t)rule;
    explained.reply.sender = (char *)(uintptr_t)sender;
    rig_push(r, "H02", origin, &explained.record);
}

static void push(struct rig *r, const char *text, const char *origin) {
    push_saying(r, text, origin, NULL, NULL);
}

#define OPEN PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_OPEN
#define CLOSED PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_CLOSED

/* The discrepancy that push() answers, as it has been delivered. */
static void deliver(struct rig *r, struct pt_finding_row f, const char *responders) {
    struct pt_state *s = NULL;
    struct tr_reply reply;
    struct pt_err err;
    tr_reply_init(&reply, NULL);
    cr_assert_eq(pt_state_open(rig_path(r, "state/connector.db"), false, &s, &err), 0, "%s",
                 err.msg);
    memcpy(f.id, reply.record.discrepancy_reply->id.data, sizeof f.id);
    (void)snprintf(f.responders, sizeof f.responders, "%s", responders);
    cr_assert_eq(pt_state_begin(s, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_findings_put(s, &f, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_state_commit(s, &err), 0, "%s", err.msg);
    pt_state_free(s);
}

static void delivered_in(struct rig *r, uint32_t episode, const char *responders, int status,
                         int32_t due) {
    deliver(
        r,
        (struct pt_finding_row){.episode = episode, .status = status, .due = due, .day = 20190628},
        responders);
}

/* One about a clue. */
static void delivered_of(struct rig *r, const char *rule, const char *sender) {
    struct pt_finding_row f = {.episode = 1, .status = OPEN, .due = 20190715, .day = 20190628};
    (void)snprintf(f.rule, sizeof f.rule, "%s", rule);
    (void)snprintf(f.sender, sizeof f.sender, "%s", sender);
    deliver(r, f, "finance");
}

static void delivered(struct rig *r, const char *responders, int status, int32_t due) {
    delivered_in(r, 1, responders, status, due);
}

static int keep_reason(void *ctx, const struct pt_dead_letter *d) {
    (void)snprintf(ctx, 400, "%s: %s", d->code, d->reason);
    return 0;
}

/* What became of one more reply: "sent", or its dead letter. */
static const char *answered_saying(struct rig *r, const char *doc_no, const char *rule,
                                   const char *sender) {
    static char why[400];
    struct pt_err err;
    push_saying(r, "情况说明", doc_no, rule, sender);
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
    (void)snprintf(why, sizeof why, "sent");
    if (rig_log_count(r, "finance", doc_no) == 0) {
        struct pt_state *s = rig_state(r);
        cr_assert_eq(pt_dead_letter_each(s, keep_reason, why, &err), 0, "%s", err.msg);
        pt_state_free(s);
    }
    return why;
}

static const char *answered(struct rig *r, const char *doc_no) {
    return answered_saying(r, doc_no, NULL, NULL);
}

Test(live, a_reply_that_counts_for_nothing_is_a_dead_letter) {
    struct rig r;
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_not_null(strstr(answered(&r, "R1"), "not_found: no discrepancy "));
    delivered(&r, "audit congress", OPEN, 20190715);
    cr_expect_not_null(strstr(answered(&r, "R2"), "not_asked: finance isn't asked"));
    cr_expect_not_null(strstr(answered(&r, "R3"), "for audit congress to answer"));
    delivered(&r, "audit finance", CLOSED, 20190715);
    cr_expect_not_null(strstr(answered(&r, "R4"), "settled: discrepancy "));
    cr_expect_not_null(strstr(answered(&r, "R5"), "closed since 2019-06-28: too late"));
    delivered(&r, "audit finance", OPEN, 20190715);
    cr_expect_str_eq(answered(&r, "R6"), "sent");
    cr_expect(!rig_had_event(&r, "reply_late"));
    delivered(&r, "audit finance", OPEN, 20190628);
    cr_expect_str_eq(answered(&r, "R7"), "sent", "late is better than never");
    cr_expect(rig_had_event(&r, "reply_late"));
    cr_expect_eq(rig_counts(&r).dead_letters, 5);
    rig_done(&r);
}

/* What the logged reply says of its discrepancy: "rule/sender". */
static const char *said_of(struct rig *r, const char *doc_no) {
    static struct rig_record list[512];
    size_t n = rig_log(r, "finance", list, 512);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].doc_no, doc_no) == 0) {
            return list[i].note;
        }
    }
    return "not sent";
}

/* Who may read a reply goes by what it says: about a clue, what the discrepancy says is filled in;
 * what it doesn't say isn't sent. */
Test(live, a_reply_about_a_clue_says_so) {
    struct rig r;
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    delivered(&r, "finance", OPEN, 20190715);
    cr_expect_str_eq(answered(&r, "R1"), "sent");
    cr_expect_str_eq(said_of(&r, "R1"), "/");
    delivered_of(&r, "K55", "audit");
    cr_expect_str_eq(answered(&r, "R2"), "sent");
    cr_expect_str_eq(said_of(&r, "R2"), "K55/audit");
    delivered_of(&r, "K57", "");
    cr_expect_str_eq(answered(&r, "R3"), "sent");
    cr_expect_str_eq(said_of(&r, "R3"), "K57/");
    delivered_of(&r, "K55", "audit");
    cr_expect_not_null(strstr(answered_saying(&r, "R4", "K56", "audit"), "invalid_field: isn't"));
    cr_expect_not_null(strstr(answered_saying(&r, "R5", "K55", "finance"), "invalid_field: isn't"));
    cr_expect_str_eq(answered_saying(&r, "R6", "K55", "audit"), "sent");
    rig_done(&r);
}

/* The office waives, as the feed brings it; of which episode, 0 of none that it names. */
static struct pt_hash waived(struct rig *r, uint32_t episode) {
    struct th_stream office;
    struct tr_reply waiver;
    struct pt_hash hash;
    tr_reply_init(&waiver, "历史口径差异");
    waiver.reply.kind = PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE;
    waiver.reply.has_episode = episode != 0;
    waiver.reply.episode = episode;
    th_stream_init(&office, &r->hub, "office", "main");
    th_send_record(&office, &waiver.record, &hash);
    return hash;
}

/* What became of an approval of the office's first waiver: "sent", or its dead letter. */
static const char *approved(struct rig *r, const char *party, struct pt_hash *waiver,
                            const char *doc_no) {
    static char why[400];
    struct pt_err err;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval approval = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__RecordRef target = PENTAD__V1__RECORD_REF__INIT;
    target.party = (char *)"office";
    target.stream = (char *)"main";
    target.has_seq = target.has_hash = 1;
    target.seq = 1;
    target.hash = (ProtobufCBinaryData){.len = sizeof waiver->b, .data = waiver->b};
    approval.target = &target;
    approval.has_verdict = 1;
    approval.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    rec.doc_no = (char *)(uintptr_t)doc_no;
    rec.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    rec.approval = &approval;
    rig_push(r, "Approval", doc_no, &rec);
    cr_assert_eq(rig_run(r), 0, "%s", r->err.msg);
    (void)snprintf(why, sizeof why, "sent");
    if (rig_log_count(r, party, doc_no) == 0) {
        struct pt_state *s = rig_state(r);
        cr_assert_eq(pt_dead_letter_each(s, keep_reason, why, &err), 0, "%s", err.msg);
        pt_state_free(s);
    }
    return why;
}

Test(live, an_approval_that_counts_for_nothing_is_a_dead_letter) {
    struct rig r;
    struct pt_hash waiver;
    rig_init(&r, "audit", true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    waiver = waived(&r, 1);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_str_eq(approved(&r, "audit", &waiver, "A1"), "sent", "no such discrepancy came here");
    delivered(&r, "congress", OPEN, 0);
    cr_expect_not_null(strstr(approved(&r, "audit", &waiver, "A2"), "not_asked: finance doesn't"));
    delivered(&r, "audit finance", CLOSED, 0);
    cr_expect_not_null(strstr(approved(&r, "audit", &waiver, "A3"), "settled: discrepancy "));
    delivered(&r, "audit finance", OPEN, 0);
    cr_expect_str_eq(approved(&r, "audit", &waiver, "A4"), "sent");
    cr_expect_eq(rig_counts(&r).dead_letters, 2);
    rig_done(&r);
}

/* A waiver that names no episode is of the one that ran when it came. */
Test(live, an_approval_of_a_waiver_of_an_episode_gone_by_is_a_dead_letter) {
    struct rig r;
    struct pt_hash waiver;
    rig_init(&r, "audit", true);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    delivered(&r, "finance", OPEN, 0);
    waiver = waived(&r, 0);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_str_eq(approved(&r, "audit", &waiver, "A1"), "sent");
    delivered_in(&r, 2, "finance", OPEN, 0);
    cr_expect_not_null(
        strstr(approved(&r, "audit", &waiver, "A2"), "in its episode 2, this answers episode 1"));
    rig_done(&r);
}

Test(live, an_approval_of_another_episode_or_body_is_a_dead_letter) {
    static const char *const parties[] = {"audit", "organization"};
    static const char *const why[] = {"in its episode 1, this answers episode 2",
                                      "not_asked: congress or audit approves a waiver"};
    for (int i = 0; i < 2; i++) {
        struct rig r;
        struct pt_hash waiver;
        rig_init(&r, parties[i], true);
        waiver = waived(&r, 2);
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        delivered(&r, "finance", OPEN, 0);
        cr_expect_not_null(strstr(approved(&r, parties[i], &waiver, "A1"), why[i]));
        rig_done(&r);
    }
}

Test(live, pushed_records_are_checked_and_sent) {
    struct rig r;
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    delivered(&r, "finance", OPEN, 0);
    push(&r, "情况说明", "good.json");
    push(&r, NULL, "bad.json");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_log_count(&r, "finance", "good.json"), 1);
    cr_assert_eq(rig_log_count(&r, "finance", "bad.json"), 0);
    cr_assert_eq(rig_counts(&r).dead_letters, 1);
    cr_assert_eq(rig_counts(&r).refused, 0);
    cr_assert_eq(rig_counts(&r).staged, 0);
    rig_done(&r);
}

/* Stream `keys` takes KeyChange records alone: nothing is closed there, on either clock. */
Test(live, the_stream_of_keys_closes_nothing) {
    for (int live = 0; live < 2; live++) {
        struct rig r;
        struct pt_key *fresh = NULL;
        Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
        Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
        Pentad__V1__PublicKey pub = PENTAD__V1__PUBLIC_KEY__INIT, *pubs[1] = {&pub};
        rig_init(&r, "finance", live != 0);
        free(r.config.stream);
        r.config.stream = strdup("keys");
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_assert_eq(r.submits, 0);
        cr_assert_eq(pt_key_generate(PT_KEY_P256, &fresh, &r.err), 0);
        struct pt_span spki = pt_key_spki(fresh);
        pub.has_use = pub.has_algorithm = pub.has_spki = 1;
        pub.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
        pub.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_P256;
        pub.spki = (ProtobufCBinaryData){.len = spki.len, .data = (uint8_t *)(uintptr_t)spki.p};
        change.party = (char *)"finance";
        change.n_add = 1;
        change.add = pubs;
        rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
        rec.key_change = &change;
        rig_push(&r, "KeyChange", "push", &rec);
        r.hub.now_ms += 30 * HOUR_MS;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        const struct pt_exchange_stream *s = pt_exchange_stream(r.hub.x, "finance", "keys");
        cr_assert_eq(s->next_seq, 2, "one record, no close");
        pt_key_free(fresh);
        rig_done(&r);
    }
}

/* ---- an outbox that is not the one it was ---------------------------------------------------- */

Test(live, a_lost_outbox_signs_nothing) {
    struct rig r;
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rename(r.config.state, rig_path(&r, "lost")), 0);
    int submits = r.submits;
    cr_assert_eq(rig_run(&r), PT_E_EQUIVOCATION, "%s", r.err.msg);
    cr_assert(strstr(r.err.msg, "new stream"), "%s", r.err.msg);
    cr_assert_eq(r.submits, submits);
    rig_done(&r);
}

static void copy_file(const char *from, const char *to) {
    struct pt_buf b;
    struct pt_err err = {0};
    pt_buf_init(&b, 64u << 20);
    cr_assert_eq(pt_file_read(from, &b, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_file_write(to, b.p, b.len, 0600, &err), 0, "%s", err.msg);
    pt_buf_done(&b);
}

Test(live, a_restored_outbox_signs_nothing) {
    struct rig r;
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    copy_file(rig_path(&r, "state/connector.db"), rig_path(&r, "backup"));
    rig_append(&r, "bills.csv", "20190701,N2," RIG_UNIT ",V2,200\n");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    copy_file(rig_path(&r, "backup"), rig_path(&r, "state/connector.db"));
    int submits = r.submits;
    cr_assert_eq(rig_run(&r), PT_E_EQUIVOCATION, "%s", r.err.msg);
    cr_assert_eq(r.submits, submits);
    cr_assert_eq(rig_log_count(&r, "finance", "N2"), 1);
    rig_done(&r);
}

Test(live, a_hub_that_was_rolled_back) {
    struct rig r;
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    r.feed_code = PT_E_RANGE;
    cr_assert_eq(rig_run(&r), PT_E_FORK, "%s", r.err.msg);
    cr_assert(strstr(r.err.msg, "rolled back"), "%s", r.err.msg);
    cr_assert_eq(rig_counts(&r).evidence, 1, "the checkpoint that it signed is kept");
    rig_done(&r);
}

Test(live, one_process_and_one_stream_a_state_folder) {
    struct rig r;
    struct pt_connector *first;
    setting(&r);
    cr_assert_eq(rig_open(&r), 0, "%s", r.err.msg);
    first = r.c;
    r.c = NULL;
    cr_assert_eq(rig_open(&r), PT_E_CONFIG);
    cr_assert(strstr(r.err.msg, "another connector runs"), "%s", r.err.msg);
    pt_connector_free(first);
    free(r.config.stream);
    r.config.stream = strdup("second");
    cr_assert_eq(rig_open(&r), PT_E_CONFIG);
    cr_assert(strstr(r.err.msg, "belongs to finance/main"), "%s", r.err.msg);
    rig_done(&r);
}

Test(live, a_spoiled_view_is_refused_not_guessed) {
    struct rig r;
    struct pt_state *s = NULL;
    struct pt_err err = {0};
    setting(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(pt_state_open(rig_path(&r, "state/connector.db"), false, &s, &err), 0);
    cr_assert_eq(pt_state_set_blob(s, "follower", pt_span_str("PTF1 and nothing"), &err), 0);
    pt_state_free(s);
    cr_assert_eq(rig_run(&r), PT_E_CORRUPT, "%s", r.err.msg);
    rig_done(&r);
}

/* ---- the report ------------------------------------------------------------------------------ */

Test(live, the_report_counts_across_restarts) {
    struct rig r;
    struct pt_buf text, json;
    setting(&r);
    rig_append(&r, "bills.csv", "20190701,N2," RIG_UNIT ",V2,-50\n20190701,N3," RIG_UNIT ",V3,x\n");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_assert_eq(rig_open(&r), 0); /* which has read nothing itself */
    pt_buf_init(&text, 1 << 20);
    pt_buf_init(&json, 1 << 20);
    cr_assert_eq(pt_connector_report(r.c, false, &text), 0);
    cr_assert_eq(pt_connector_report(r.c, true, &json), 0);
    const char *t = pt_buf_cstr(&text), *j = pt_buf_cstr(&json);
    cr_assert(strstr(t, "2 records, 1 batches receipted, 0 refused"), "%s", t);
    cr_assert(strstr(t, "bills.csv row 4, fen \"x\": \"x\" is not a number"), "%s", t);
    cr_assert(strstr(t, "total 0.50"), "%s", t);
    cr_assert(strstr(j, "\"rows\": 3") && strstr(j, "\"X01\": 2") && strstr(j, "\"total\": \"50\""),
              "%s", j);
    cr_assert(strstr(j, "\"code\": \"bad_amount\""), "%s", j);
    pt_language_choose(PT_LANGUAGE_CHINESE);
    pt_buf_reset(&text);
    cr_assert_eq(pt_connector_report(r.c, false, &text), 0);
    t = pt_buf_cstr(&text);
    cr_assert(strstr(t, "2条记录，1批已获回执，0批被拒收，0条未获回执\n"), "%s", t);
    cr_assert(strstr(t, "    读取                3 行   total 0.50"), "%s", t);
    cr_assert(strstr(t, "bills.csv 第4行，fen \"x\"：") && !strstr(t, "is not a number"), "%s", t);
    cr_assert(strstr(t, "死信：1条，已处理：0条"), "%s", t);
    pt_buf_reset(&json);
    cr_assert_eq(pt_connector_report(r.c, true, &json), 0);
    cr_assert(strstr(pt_buf_cstr(&json), "is not a number"), "JSON is the same in both languages");
    pt_buf_done(&text);
    pt_buf_done(&json);
    rig_done(&r);
}
