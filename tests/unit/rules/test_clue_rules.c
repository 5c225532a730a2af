/* K55 to K57: clues, by what their headers say. Who may see such a finding is tested here too. */
#include <criterion/criterion.h>

#include <string.h>

#include <pentad/record/visible.h>

#include <pentad/rules/rules.h>

#include "world.h"

#define OPEN 1
#define REPLIED 2
#define CLOSED 3
#define WAIVED 4
#define INFO 1
#define YELLOW 2
#define RED 3
#define EXPLAIN 2
#define WAIVE 5

/* Ids of sixteen equal bytes, as the records and as the findings write them. */
#define CLUE_A "EBAQEBAQEBAQEBAQEBAQEA=="
#define HEX_A "10101010101010101010101010101010"
#define AUDIT_A "audit/" HEX_A
#define FINANCE_A "finance/" HEX_A
#define CLUE_B "ICAgICAgICAgICAgICAgIA=="
#define FINANCE_B "finance/20202020202020202020202020202020"

static const char *const others[] = {"congress", "organization", "finance", "office"};

static void begin(struct world *w) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), "11370100004188813W", "市教育局", NULL, "370100");
    (void)mk_json(&w->m, "discipline", "SealedCount", K(NONE), NULL, 0, 0,
                  "{'rule':'K56','period':'2018-12','count':0}");
    (void)mk_json(&w->m, "audit", "SealedCount", K(NONE), NULL, 0, 0,
                  "{'rule':'K56','period':'2018-12','count':0}");
    w_tick(w, 20190104);
}

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

/* Sent on Monday 2019-01-07. */
static void send_clue(struct world *w, const char *sender, const char *clue, int32_t ack_due) {
    (void)mk_json(&w->m, sender, "D01", K(NONE), NULL, 0, 0,
                  "{'clue_id':'%s','sender':'%s','sent_at_ms':'1546826400000','ack_due':%d,"
                  "'inquiry_level':'INQUIRY_LEVEL_ORDINARY'}",
                  clue, sender, ack_due);
}

static struct mk_ref receive_of(struct world *w, const char *sender, const char *clue,
                                const char *accept, int32_t feedback_due) {
    return mk_json(&w->m, "discipline", "D02", K(NONE), NULL, 0, 0,
                   "{'clue_id':'%s','sender':'%s','received_at_ms':'1546999200000',"
                   "'accept':'CLUE_ACCEPTANCE_%s','feedback_due':%d}",
                   clue, sender, accept, feedback_due);
}

static struct mk_ref receive(struct world *w, const char *clue, const char *accept,
                             int32_t feedback_due) {
    return receive_of(w, "audit", clue, accept, feedback_due);
}

static void feed_back(struct world *w, const char *clue, const char *stage) {
    (void)mk_json(&w->m, "discipline", "D03", K(NONE), NULL, 0, 0,
                  "{'clue_id':'%s','sender':'audit','stage':'OUTCOME_STAGE_%s'}", clue, stage);
}

static void count(struct world *w, const char *party, const char *rule, const char *period, int n) {
    (void)mk_json(&w->m, party, "SealedCount", K(NONE), NULL, 0, 0,
                  "{'rule':'%s','period':'%s','count':%d}", rule, period, n);
}

/* May that party read the H01 that the log ends with? */
static bool sees(const struct world *w, const char *party) {
    struct pt_span bytes = w->m.e[w->m.n - 1].records[0];
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, bytes.len, bytes.p);
    bool visible;

    cr_assert(r && r->body_case == PENTAD__V1__RECORD__BODY_DISCREPANCY);
    visible = pt_visible(r, PT_PARTY_HUB, pt_party_from_name(party)) == PT_VISIBLE_FULL;
    pentad__v1__record__free_unpacked(r, NULL);
    return visible;
}

/* Of the H01 that the log ends with. */
static void only_discipline_answers(const struct world *w) {
    struct pt_span bytes = w->m.e[w->m.n - 1].records[0];
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, bytes.len, bytes.p);

    cr_assert(r && r->body_case == PENTAD__V1__RECORD__BODY_DISCREPANCY);
    cr_assert_eq(r->discrepancy->n_responders, 1);
    cr_expect_str_eq(r->discrepancy->responders[0], "discipline");
    cr_expect_eq(pt_clue_finding_sender(r->discrepancy), PT_PARTY_AUDIT);
    pentad__v1__record__free_unpacked(r, NULL);
}

static void only_discipline_and_audit_see(const struct world *w) {
    cr_expect(sees(w, "discipline") && sees(w, "audit"));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_expect(!sees(w, others[i]), "%s", others[i]);
}

Test(clue_rules, k55_unacknowledged) {
    struct world w;
    struct seen s;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190110);
    send_clue(&w, "finance", CLUE_B, 20190110);
    w_days(&w, 20190107, 20190109);
    (void)receive_of(&w, "finance", CLUE_B, "RETURNED", 20190410);
    w_tick(&w, 20190110);
    cr_expect_eq(w_h01s_of(&w, "K55"), 0, "the term's last day");
    w_tick(&w, 20190111);
    s = w_find(&w, "K55", "", "", AUDIT_A);
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == YELLOW && s.first_seen == 20190111);
    only_discipline_answers(&w);
    cr_expect_str_eq(s.message_zh, "〔K55〕线索" AUDIT_A "未签收4个工作日");
    cr_expect_str_eq(s.message_en, "[K55] clue " AUDIT_A " unacknowledged for 4 working days");
    cr_expect_eq(s.n_inputs, 1);
    only_discipline_and_audit_see(&w);
    w_days(&w, 20190112, 20190114);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).sev, YELLOW, "the second working day after");
    w_tick(&w, 20190115);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).sev, RED);
    only_discipline_and_audit_see(&w);
    (void)receive(&w, CLUE_A, "ACCEPTED", 20190410);
    w_tick(&w, 20190116);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, CLOSED);
    only_discipline_and_audit_see(&w);
    cr_expect_eq(w_find(&w, "K55", NULL, NULL, NULL).n, 1);
    end(&w);
}

/* finance takes the id of audit's clue, and sooner or later has its own received: audit's is as
 * late as without it, and never lies behind finance's. */
Test(clue_rules, k55_of_each_sender_of_an_id) {
    struct world w;

    begin(&w);
    send_clue(&w, "finance", CLUE_A, 20190109);
    send_clue(&w, "audit", CLUE_A, 20190110);
    send_clue(&w, "audit", CLUE_A, 20190108); /* a supplement changes no term */
    w_days(&w, 20190107, 20190109);
    cr_expect_eq(w_h01s_of(&w, "K55"), 0);
    w_tick(&w, 20190110);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_A).status, OPEN);
    cr_expect(sees(&w, "finance") && !sees(&w, "audit"));
    w_tick(&w, 20190111);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, OPEN, "beside finance's");
    only_discipline_and_audit_see(&w);
    (void)receive_of(&w, "finance", CLUE_A, "ACCEPTED", 20190410);
    w_tick(&w, 20190112);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_A).status, CLOSED);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, OPEN);
    (void)receive(&w, CLUE_A, "ACCEPTED", 20190410);
    w_tick(&w, 20190113);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, CLOSED);
    cr_expect_eq(w_find(&w, "K55", NULL, NULL, NULL).n, 2);
    end(&w);
}

/* What is said of finance's clue with that id is not said of audit's, and as long as finance's is
 * overdue, audit's is no less so. */
Test(clue_rules, k56_of_each_sender_of_an_id) {
    struct world w;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190110);
    send_clue(&w, "finance", CLUE_A, 20190110);
    w_days(&w, 20190107, 20190108);
    (void)receive(&w, CLUE_A, "ACCEPTED", 20190111);
    (void)receive_of(&w, "finance", CLUE_A, "ACCEPTED", 20190110);
    w_days(&w, 20190109, 20190110);
    cr_expect_eq(w_h01s_of(&w, "K56"), 0);
    w_tick(&w, 20190111);
    cr_expect_eq(w_find(&w, "K56", "", "", FINANCE_A).status, OPEN);
    w_tick(&w, 20190112);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, OPEN);
    only_discipline_and_audit_see(&w);
    (void)mk_json(&w.m, "discipline", "D03", K(NONE), NULL, 0, 0,
                  "{'clue_id':'%s','sender':'finance','stage':'OUTCOME_STAGE_FINAL'}", CLUE_A);
    w_tick(&w, 20190113);
    cr_expect_eq(w_find(&w, "K56", "", "", FINANCE_A).status, CLOSED);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, OPEN);
    feed_back(&w, CLUE_A, "FINAL");
    w_tick(&w, 20190114);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, CLOSED);
    end(&w);
}

/* A sender who allows more time than the rules do; one working day where it is urgent. */
Test(clue_rules, k55_no_later_than_the_rules_allow) {
    struct world w;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190131);
    (void)mk_json(&w.m, "finance", "D01", K(NONE), NULL, 0, 0,
                  "{'clue_id':'%s','sender':'finance','sent_at_ms':'1546826400000',"
                  "'ack_due':20190110,'inquiry_level':'INQUIRY_LEVEL_URGENT'}",
                  CLUE_B);
    w_days(&w, 20190107, 20190108);
    cr_expect_eq(w_h01s_of(&w, "K55"), 0, "the urgent one's last day");
    w_tick(&w, 20190109);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_B).first_seen, 20190109);
    w_days(&w, 20190110, 20190111);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).first_seen, 20190111);
    end(&w);
}

/* Discipline alone is asked: the sender looks on, and the office's waiver needs nobody's approval
 * though finance sent the clue. */
Test(clue_rules, k55_discipline_answers_and_the_sender_looks_on) {
    struct world w;
    struct seen s;

    begin(&w);
    send_clue(&w, "finance", CLUE_A, 20190110);
    w_days(&w, 20190110, 20190111);
    s = w_find(&w, "K55", "", "", FINANCE_A);
    cr_assert_eq(s.status, OPEN);
    cr_expect(sees(&w, "finance") && !sees(&w, "audit"));
    w_reply(&w, "audit", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190112);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_A).status, OPEN, "not audit's clue");
    w_reply(&w, "finance", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190113);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_A).status, OPEN, "its clue, not its to answer");
    w_reply(&w, "discipline", s.id, EXPLAIN, NULL);
    w_tick(&w, 20190114);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_A).status, REPLIED);
    cr_expect(sees(&w, "finance") && sees(&w, "discipline") && !sees(&w, "office"));
    w_reply(&w, "office", s.id, WAIVE, NULL);
    w_tick(&w, 20190115);
    cr_expect_eq(w_find(&w, "K55", "", "", FINANCE_A).status, WAIVED);
    cr_expect(sees(&w, "finance") && !sees(&w, "audit") && !sees(&w, "office"));
    end(&w);
}

/* Who reads a reply goes by what it says: one that says nothing of the clue, or another's, would be
 * read by others. */
Test(clue_rules, a_reply_that_says_its_discrepancy_wrongly_does_not_count) {
    static const char *const says[][2] = {
        {NULL, NULL}, {"K56", "audit"}, {"K55", NULL}, {"K55", "finance"}};
    struct world w;
    struct seen s;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190110);
    count(&w, "audit", "K57", "2019-01", 1);
    w_days(&w, 20190107, 20190111);
    s = w_find(&w, "K55", "", "", AUDIT_A);
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++)
        (void)w_reply_saying(&w, "discipline", s.id, EXPLAIN, says[i][0], says[i][1]);
    (void)w_reply_saying(&w, "audit", w_find(&w, "K57", "", NULL, "").id, EXPLAIN, "K57", "audit");
    w_tick(&w, 20190112);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, OPEN);
    cr_expect_eq(w_find(&w, "K57", "", NULL, "").status, OPEN);
    (void)w_reply_saying(&w, "discipline", s.id, EXPLAIN, "K55", "audit");
    (void)w_reply_saying(&w, "audit", w_find(&w, "K57", "", NULL, "").id, EXPLAIN, "K57", NULL);
    w_tick(&w, 20190113);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, REPLIED);
    cr_expect_eq(w_find(&w, "K57", "", NULL, "").status, REPLIED);
    end(&w);
}

Test(clue_rules, k55_waits_for_discipline) {
    struct world w;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190110);
    w_days(&w, 20190107, 20190109);
    mk_silent(&w.m, "discipline", "main", true);
    w_days(&w, 20190110, 20190111);
    cr_expect_eq(w_h01s_of(&w, "K55"), 0, "discipline has yet to close the last day");
    w_check(&w);
    mk_close_day(&w.m, "discipline", "main", 20190110, false);
    w_tick(&w, 20190111);
    cr_expect_eq(w_find(&w, "K55", "", "", AUDIT_A).status, OPEN);
    end(&w);
}

Test(clue_rules, k56_outcome_overdue) {
    struct world w;
    struct seen s;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190110);
    send_clue(&w, "audit", CLUE_B, 20190110);
    w_tick(&w, 20190107);
    (void)receive(&w, CLUE_A, "ACCEPTED", 20190409);
    (void)receive(&w, CLUE_B, "NOT_COMPETENT", 20190409);
    w_tick(&w, 20190109);
    w_days(&w, 20190408, 20190409);
    cr_expect_eq(w_h01s_of(&w, "K56"), 0, "the last day");
    w_tick(&w, 20190410);
    s = w_find(&w, "K56", "", "", AUDIT_A);
    cr_expect(s.status == OPEN && s.sev == INFO && s.due == 0);
    only_discipline_answers(&w);
    cr_expect_str_eq(s.message_zh,
                     "〔K56〕线索" AUDIT_A "办理逾期未反馈（阶段性应于2019-04-09前反馈）");
    cr_expect_eq(s.n_inputs, 2);
    only_discipline_and_audit_see(&w);
    feed_back(&w, CLUE_A, "INTERIM");
    w_tick(&w, 20190411);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, CLOSED);
    /* 90 days after 04-09: 07-08, a Monday. */
    w_days(&w, 20190707, 20190708);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, CLOSED);
    w_tick(&w, 20190709);
    s = w_find(&w, "K56", "", "", AUDIT_A);
    cr_expect(s.status == OPEN && s.sev == YELLOW && s.episode == 2);
    cr_expect_str_eq(s.message_en, "[K56] outcome of clue " AUDIT_A
                                   " overdue (the final one was due by 2019-07-08)");
    feed_back(&w, CLUE_A, "FINAL");
    w_tick(&w, 20190710);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, CLOSED);
    cr_expect_eq(w_find(&w, "K56", NULL, NULL, NULL).n, 1, "B was never accepted");
    end(&w);
}

Test(clue_rules, k56_waits_for_discipline_and_hears_a_new_receipt) {
    struct world w;

    begin(&w);
    send_clue(&w, "audit", CLUE_A, 20190110);
    w_tick(&w, 20190107);
    (void)receive(&w, CLUE_A, "ACCEPTED", 20190409);
    w_tick(&w, 20190109);
    mk_silent(&w.m, "discipline", "main", true);
    w_days(&w, 20190409, 20190410);
    cr_expect_eq(w_find(&w, "K56", NULL, NULL, NULL).n, 0);
    mk_close_day(&w.m, "discipline", "main", 20190409, false);
    w_tick(&w, 20190410);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, OPEN);
    (void)receive(&w, CLUE_A, "RETURNED", 20190409);
    w_tick(&w, 20190411);
    cr_expect_eq(w_find(&w, "K56", "", "", AUDIT_A).status, CLOSED, "it is the sender's turn");
    end(&w);
}

Test(clue_rules, k57_advised_and_not_transferred) {
    struct world w;
    struct seen s;

    begin(&w);
    count(&w, "audit", "K57", "2019-01", 0);
    count(&w, "finance", "K57", "2019-01", 3);
    count(&w, "audit", "K58", "2019-01", 3);
    w_tick(&w, 20190201);
    cr_expect_eq(w_find(&w, "K57", NULL, NULL, NULL).n, 0, "none; finance can't know");
    count(&w, "audit", "K57", "2019-02", 2);
    w_tick(&w, 20190301);
    s = w_find(&w, "K57", "", "2019-02", "");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == RED);
    cr_expect_str_eq(s.message_zh, "〔K57〕2019-02审计系统中应移送未移送纪检监察的问题2件");
    cr_expect_eq(s.n_inputs, 1);
    only_discipline_and_audit_see(&w);
    count(&w, "audit", "K57", "2019-02", 1);
    w_tick(&w, 20190302);
    s = w_find(&w, "K57", "", "2019-02", "");
    cr_expect(s.status == OPEN && s.episode == 1 && strstr(s.message_zh, "问题1件") != NULL);
    count(&w, "audit", "K57", "2019-02", 0);
    w_tick(&w, 20190303);
    cr_expect_eq(w_find(&w, "K57", "", "2019-02", "").status, CLOSED);
    end(&w);
}

/* What is narrowed by K55 to K57 alone holds while no other rule reads what goes sealed; a rule
 * that begins to must narrow its discrepancies too (proto/record/visible.c). K63 reads P03's
 * header. */
Test(clues, no_other_rule_reads_what_is_sealed) {
    static const char *const sealed[] = {"A01", "A05", "D01", "D02",
                                         "D03", "D04", "O02", "SealedCount"};
    size_t n;
    const struct pt_rule_info *rules = pt_rules_list(&n);

    for (size_t i = 0; i < n; i++) {
        bool narrowed = pt_rule_about_clues(rules[i].id);

        for (size_t k = 0; k < sizeof(sealed) / sizeof(sealed[0]); k++) {
            cr_expect(narrowed || strstr(rules[i].reads, sealed[k]) == NULL, "%s reads %s",
                      rules[i].id, sealed[k]);
        }
    }
}
