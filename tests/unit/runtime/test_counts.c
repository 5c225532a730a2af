/* What a connector counts by itself: the records of a type that it sent, and the matters of its own
 * list that were to be passed on and weren't (K57). */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

#include "rig.h"

static const char finding_mapping[] =
    "mapping: findings\nsource: {encoding: utf-8, separator: \",\", header: yes}\nrecords:\n"
    "  - type: A03\n    subject: {kind: UNIT, key: unit}\n    doc_no: no\n"
    "    send_day: {from: day}\n    fields:\n"
    "      - {to: fiscal_year, const: 2019}\n"
    "      - {to: effective, from: day, date: yes}\n"
    "      - {to: body.finding_no, from: no}\n"
    "      - {to: body.report_doc, const: R-1}\n"
    "      - {to: body.focus, const: SPENDING}\n"
    "      - {to: body.category, const: IDLE}\n"
    "      - {to: body.org, from: unit}\n"
    "      - {to: body.severity, const: LOW}\n"
    "      - {to: body.fact, const: idle}\n"
    "      - {to: body.due, from: day, date: yes}\n";
static const char findings[] = "day,no,unit\n2019-01-02,F1," RIG_UNIT "\n2019-01-02,F2," RIG_UNIT
                               "\n2019-01-02,F3," RIG_UNIT "\n";

static const char clue_mapping[] =
    "mapping: clues\nsource: {encoding: utf-8, separator: \",\", header: yes}\nrecords:\n"
    "  - type: D01\n    doc_no: no\n    send_day: {from: day}\n    fields:\n"
    "      - {to: body.clue_id, from: id}\n"
    "      - {to: body.sender, const: audit}\n"
    "      - {to: body.sent_at_ms, from: day, date: yes}\n"
    "      - {to: body.ack_due, from: day, date: yes}\n"
    "      - {to: body.inquiry_level, const: ORDINARY}\n"
    "      - {to: body.source, ref: {party: audit, doc_no: about}}\n"
    "      - {to: body.problem, const: problem}\n"
    "      - {to: body.law, const: law}\n";
/* F1 in time, F2 late. */
static const char clues[] = "day,no,id,about\n"
                            "2019-01-15,Y1,00000000000000000000000000000001,F1\n"
                            "2019-02-20,Y2,00000000000000000000000000000002,F2\n";

/* F3 wasn't advised to be passed on; F4 has no record and no clue. */
static const char advised[] = "编号,建议移送日期\nF1,2019/01/10\nF2,2019/01/20\nF3,\n"
                              "F4,2019/02/03\nF5,2019/03/05\n";

static struct pt_config_count counts[] = {
    {.type = (char *)"D01"},
    {.rule = (char *)"K57", .number = (char *)"编号", .day = (char *)"建议移送日期", .days = 5},
};

static void add_source(struct rig *r, const char *name, const char *mapping, const char *rows) {
    struct pt_config_source *s = &r->sources[r->config.sources_count++];
    char file[32];
    (void)snprintf(file, sizeof file, "%s.yaml", name);
    rig_write(r, file, mapping);
    s->mapping = strdup(rig_path(r, file));
    (void)snprintf(file, sizeof file, "%s.csv", name);
    rig_write(r, file, rows);
    s->path = strdup(rig_path(r, file));
    r->config.sources = r->sources;
}

static void set_up(struct rig *r) {
    rig_init(r, "audit", false);
    add_source(r, "findings", finding_mapping, findings);
    add_source(r, "clues", clue_mapping, clues);
    rig_write(r, "advised.csv", advised);
    counts[1].path = strdup(rig_path(r, "advised.csv"));
    r->config.counts = counts;
    r->config.counts_count = 2;
    r->config.until_day = 20190312;
}

static void tear_down(struct rig *r) {
    free(counts[1].path);
    rig_done(r);
}

/* Every SealedCount in the log, and the day that each was said: the close that follows it. */
static const char *said(struct rig *r) {
    static char out[1024];
    static struct rig_record list[2048];
    size_t n = rig_log(r, "audit", list, 2048);
    size_t from = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].type, "SealedCount") == 0) {
            (void)snprintf(out + strlen(out), sizeof out - strlen(out), "%s", list[i].note);
            for (from = i; from < n && strcmp(list[from].type, "StreamClose") != 0; from++) {
            }
            (void)snprintf(out + strlen(out), sizeof out - strlen(out), " on %.8s\n",
                           from < n ? list[from].note : "?");
        }
    }
    return out;
}

static const char want[] = "D01 201901 1 on 20190131\n" /* the month is over */
                           "K57 201901 1 on 20190206\n" /* and has had its 5 days: F2 */
                           "K57 201901 0 on 20190220\n" /* F2 was passed on after all */
                           "D01 201902 1 on 20190228\n"
                           "K57 201902 1 on 20190306\n"; /* F4 */

Test(counts, of_what_was_sent_and_of_what_was_not) {
    struct rig r;
    set_up(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_counts(&r).dead_letters, 0);
    cr_expect_str_eq(said(&r), want, "%s", said(&r));
    cr_expect_not(rig_had_event(&r, "count_failed"));
    rig_check_closes(&r, "audit");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_str_eq(said(&r), want, "once");
    tear_down(&r);
}

static int submits_left;

static void stop_soon(struct rig *r, struct pt_buf *reply) {
    (void)reply;
    if (--submits_left == 0) {
        r->c->stop = true;
    }
}

/* Stopped after every few batches and begun again, it says the same on the same days. */
Test(counts, are_the_same_whenever_it_is_stopped) {
    for (int every = 1; every <= 4; every += 3) {
        struct rig r;
        set_up(&r);
        r.tamper = stop_soon;
        for (int runs = 0; runs < 200; runs++) {
            submits_left = every;
            cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        }
        cr_expect_str_eq(said(&r), want, "every %d: %s", every, said(&r));
        tear_down(&r);
    }
}

/* A list that can't be read gives no count, rather than a wrong one, and nothing else waits. */
Test(counts, leave_out_what_cannot_be_read) {
    struct rig r;
    set_up(&r);
    rig_write(&r, "advised.csv", "编号,建议移送日期\nF1,some day\n");
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_str_eq(said(&r), "D01 201901 1 on 20190131\nD01 201902 1 on 20190228\n", "%s",
                     said(&r));
    cr_expect(rig_had_event(&r, "count_failed"));
    tear_down(&r);
}

/* Nothing of the list leaves: neither its numbers nor its days. */
Test(counts, tell_how_many_and_never_which) {
    struct rig r;
    set_up(&r);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "audit", "F4"), 0);
    cr_expect_eq(rig_log_count(&r, "audit", "F1"), 1, "but for the finding itself");
    tear_down(&r);
}

/* A clock that jumps by two years makes no statements about months that nobody has lived. */
Test(counts, are_not_of_a_time_that_the_log_has_not_seen) {
    for (int ticks = 0; ticks < 2; ticks++) {
        struct rig r;
        struct pt_state *s = NULL;
        rig_init(&r, "audit", true);
        r.config.counts = counts;
        r.config.counts_count = 1;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_assert_eq(pt_state_open(rig_path(&r, "state/connector.db"), false, &s, &r.err), 0);
        cr_assert_eq(pt_state_set_int(s, "tick_day", ticks ? 20210615 : 20190630, &r.err), 0);
        pt_state_free(s);
        r.hub.now_ms = pt_date_to_ms(20210801) + 1;
        cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
        cr_expect_eq(rig_had_event(&r, "count_failed"), !ticks);
        cr_expect_not_null(strstr(said(&r), "D01 201907 0"));
        cr_expect_eq(strstr(said(&r), "D01 202107 0") != NULL, ticks);
        rig_done(&r);
    }
}
