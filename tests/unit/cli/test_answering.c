/* Who may say what to a discrepancy, and what is said to those who may not. */
#include <string.h>

#include <criterion/criterion.h>

#include "answering.h"

#define EXPLAIN PENTAD__V1__REPLY_KIND__REPLY_KIND_EXPLAIN
#define WAIVE PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE

TestSuite(answering);

/* A discrepancy in its second episode, which opened at log index 50. */
static json_t *life(const char *status, const char *responders, const char *replies) {
    char text[4096];
    json_t *j;

    (void)snprintf(text, sizeof text,
                   "{\"discrepancy\": {\"id\": \"00ff\", \"episode\": 2, \"status\": \"%s\","
                   " \"tick_day\": \"2019-03-01\", \"responders\": %s},"
                   " \"history\": [{\"log_index\": 10, \"body\": {\"episode\": 1}},"
                   "  {\"log_index\": 50, \"body\": {\"episode\": 2}}], \"replies\": [%s]}",
                   status, responders, replies);
    j = json_loads(text, 0, NULL);
    cr_assert_not_null(j, "%s", text);
    return j;
}

#define FINANCE "[\"finance\"]"
#define REPLY(party, at, standing, kind, approvals)                                                \
    "{\"id\": \"" party "/main#7\", \"author\": \"" party "\", \"log_index\": " #at                \
    ", \"standing\": \"" standing "\", \"body\": {\"kind\": \"REPLY_KIND_" kind                    \
    "\"}, \"approvals\": [" approvals "]}"
#define APPROVAL(party, verdict)                                                                   \
    "{\"id\": \"" party "/main#9\", \"author\": \"" party                                          \
    "\", \"body\": {\"verdict\": \"VERDICT_" verdict "\"}}"

/* Takes the life over. */
static int may_reply(json_t *j, const char *party, Pentad__V1__ReplyKind kind) {
    struct pt_err err = {0};
    int rc = pt_may_reply(j, party, kind, &err);

    cr_expect_eq(rc == 0, err.msg[0] == '\0', "a refusal says why");
    json_decref(j);
    return rc;
}

static int may_approve(json_t *j, const char *party) {
    struct pt_err err = {0};
    int rc = pt_may_approve(j, party, &err);

    json_decref(j);
    return rc;
}

Test(answering, kinds_have_words) {
    cr_expect_eq(pt_reply_kind("explain"), EXPLAIN);
    cr_expect_eq(pt_reply_kind("waive"), 0, "that is a command of its own");
    cr_expect_eq(pt_reply_kind("EXPLAIN"), 0);
}

Test(answering, those_who_are_asked_answer_once) {
    cr_expect_eq(may_reply(life("OPEN", FINANCE, ""), "finance", EXPLAIN), 0);
    cr_expect_eq(may_reply(life("OPEN", FINANCE, ""), "audit", EXPLAIN), PT_E_NOT_ASKED);
    cr_expect_eq(may_reply(life("CLOSED", FINANCE, ""), "finance", EXPLAIN), PT_E_SETTLED);
    cr_expect_eq(may_reply(life("WAIVED", FINANCE, ""), "finance", EXPLAIN), PT_E_SETTLED);
    cr_expect_eq(may_reply(life("REPLIED", FINANCE, REPLY("finance", 60, "live", "DISPUTE", "")),
                           "finance", EXPLAIN),
                 0, "it may say something else");
    cr_expect_eq(may_reply(life("REPLIED", FINANCE, REPLY("finance", 60, "live", "EXPLAIN", "")),
                           "finance", EXPLAIN),
                 PT_E_EXISTS);
    cr_expect_eq(may_reply(life("OPEN", FINANCE, REPLY("finance", 60, "void", "EXPLAIN", "")),
                           "finance", EXPLAIN),
                 0, "it was withdrawn");
    cr_expect_eq(may_reply(life("OPEN", FINANCE, REPLY("finance", 20, "live", "EXPLAIN", "")),
                           "finance", EXPLAIN),
                 0, "that was another episode");
    cr_expect_eq(
        may_reply(json_pack("{s:{s:b}}", "discrepancy", "withheld", 1), "finance", EXPLAIN),
        PT_E_NOT_FOUND);
}

Test(answering, the_office_alone_waives) {
    cr_expect_eq(may_reply(life("OPEN", FINANCE, ""), "office", WAIVE), 0);
    cr_expect_eq(may_reply(life("OPEN", FINANCE, ""), "finance", WAIVE), PT_E_NOT_ASKED);
    cr_expect_eq(
        may_reply(life("OPEN", FINANCE, REPLY("office", 60, "live", "WAIVE", "")), "office", WAIVE),
        PT_E_EXISTS);
}

Test(answering, congress_or_audit_approves) {
    cr_expect_eq(may_approve(life("OPEN", FINANCE, ""), "audit"), PT_E_NOT_FOUND);
    cr_expect_eq(
        may_approve(life("OPEN", FINANCE, REPLY("office", 60, "live", "WAIVE", "")), "audit"), 0);
    cr_expect_eq(
        may_approve(life("OPEN", FINANCE, REPLY("office", 60, "live", "WAIVE", "")), "finance"),
        PT_E_NOT_ASKED);
    cr_expect_eq(
        may_approve(life("OPEN", "[\"audit\"]", REPLY("office", 60, "live", "WAIVE", "")), "audit"),
        PT_E_NOT_ASKED, "finance has no part in it");
    cr_expect_eq(
        may_approve(life("OPEN", FINANCE,
                         REPLY("office", 60, "live", "WAIVE", APPROVAL("audit", "APPROVE"))),
                    "audit"),
        PT_E_EXISTS);
    cr_expect_eq(
        may_approve(life("OPEN", FINANCE,
                         REPLY("office", 60, "live", "WAIVE", APPROVAL("audit", "REJECT"))),
                    "audit"),
        0, "it may think again");
}

static const char *note(const char *responders, const char *reply) {
    json_t *j = life("OPEN", responders, reply);
    const char *s = pt_reply_note(j, json_array_get(json_object_get(j, "replies"), 0), false);

    json_decref(j);
    return s;
}

Test(answering, what_does_not_count_is_said) {
    cr_expect_str_empty(note(FINANCE, REPLY("finance", 60, "live", "EXPLAIN", "")));
    cr_expect_str_eq(note(FINANCE, REPLY("audit", 60, "live", "EXPLAIN", "")),
                     " (doesn't count: it isn't asked)");
    cr_expect_str_eq(note(FINANCE, REPLY("finance", 20, "live", "EXPLAIN", "")),
                     " (of an earlier episode)");
    cr_expect_str_eq(note(FINANCE, REPLY("office", 60, "live", "WAIVE", "")),
                     " (counts once congress or audit approves)");
    cr_expect_str_empty(
        note(FINANCE, REPLY("office", 60, "live", "WAIVE", APPROVAL("audit", "APPROVE"))));
    cr_expect_str_empty(note("[\"audit\"]", REPLY("office", 60, "live", "WAIVE", "")));
}

Test(answering, names_a_record) {
    struct cli_named n;
    json_t *j = json_pack("{s:s, s:s}", "id", "hub/main#3", "hash",
                          "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");

    cr_assert_eq(pt_cli_name_record(j, &n, NULL), 0);
    cr_expect_str_eq(n.ref.party, "hub");
    cr_expect_eq(n.ref.seq, 3);
    cr_expect_eq(n.ref.hash.data[1], 0x11);
    (void)json_object_del(j, "hash");
    cr_expect_eq(pt_cli_name_record(j, &n, NULL), PT_E_FORMAT);
    json_decref(j);
}
