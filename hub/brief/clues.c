/* Clues (BR9): how many discrepancies about them are open in the whole city, and how many clues
 * there were where discipline says so: the hub can't tell them from dummies. They are for few and a
 * brief is for all, so it says no more, and of fewer than three not how many: not that there is
 * none either, or the first one would show. */
#include <stdio.h>

#include "internal.h"

enum { TOLD_FROM = 3 };

static int open_of(struct pt_brief *b, const char *rule, int64_t *ret, struct pt_err *err) {
    static const char sql[] =
        "SELECT count(*) FROM f_discrepancy d WHERE d.rule = ?1 AND length(d.id) = 16"
        " AND d.status IN (@DISCREPANCY_STATUS_OPEN, @DISCREPANCY_STATUS_REPLIED)"
        " AND d.rec = (SELECT max(e.rec) FROM f_discrepancy e WHERE e.id = d.id"
        "   AND e.tick_seq <= ?2)";
    bool found;

    return pt_sql_number(b->sql, ret, &found, err, sql, "si", rule, (int64_t)b->now.seq);
}

/* Discipline's own count of the month's clues (SealedCount D01), the newest; 0: none was said. */
static int received(struct pt_brief *b, int64_t *ret, struct pt_err *err) {
    static const char sql[] =
        "SELECT c.count FROM f_sealed_count c JOIN record r ON r.rec = c.rec"
        " JOIN stream s ON s.sid = r.sid WHERE c.rule = 'D01' AND c.period = ?1"
        " AND s.party = 'discipline' AND " PT_BRIEF_LIVE("r", "?2") PT_BRIEF_ORDER("r") " LIMIT 1";
    char month[16];
    bool found;

    *ret = 0;
    (void)snprintf(month, sizeof month, "%d", (int)(b->period.from / 100));
    return b->period.quarter ? 0
                             : pt_sql_number(b->sql, ret, &found, err, sql, "si", month,
                                             (int64_t)b->now.known_at);
}

static int say_received(struct pt_brief *b, json_t *section, struct pt_err *err) {
    char zh[32];
    char en[32];
    int64_t n;
    json_t *v;
    int rc = received(b, &n, err);

    if (rc != 0 || n < TOLD_FROM)
        return rc;
    v = json_object();
    (void)snprintf(zh, sizeof zh, "%lld件", (long long)n);
    (void)snprintf(en, sizeof en, "%lld", (long long)n);
    pt_brief_var_text(b, v, "received", zh, en);
    pt_brief_para(b, section, "据纪检监察机关统计，各方本月移送线索{received}。",
                  "Clues passed on in this month by all bodies, as discipline counts them: "
                  "{received}.",
                  v);
    return 0;
}

int pt_brief_clues(struct pt_brief *b, struct pt_err *err) {
    static const struct {
        const char *rule;
        const char *name;
    } counts[] = {{"K55", "unreceipted"}, {"K56", "unanswered"}, {"K57", "untransferred"}};
    json_t *s = pt_brief_section(b, "BR9", false, "线索移送与责任追究",
                                 "Clues transferred and accountability");
    json_t *v = json_object();
    int rc = 0;

    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && rc == 0; i++) {
        char zh[32] = "少于3件";
        char en[32] = "fewer than 3";
        int64_t n = 0;

        rc = open_of(b, counts[i].rule, &n, err);
        if (n >= TOLD_FROM) {
            (void)snprintf(zh, sizeof zh, "%lld件", (long long)n);
            (void)snprintf(en, sizeof en, "%lld", (long long)n);
        }
        pt_brief_var_text(b, v, counts[i].name, zh, en);
    }
    pt_brief_para(b, s,
                  "截至本期截止日，全市涉线索的差异尚未销号的：逾期未签收{unreceipted}，"
                  "逾期未反馈办理结果{unanswered}，应移送未移送{untransferred}。",
                  "Discrepancies about clues open at this brief's cut-off, in the whole city: not "
                  "receipted {unreceipted}, without an outcome {unanswered}, not transferred "
                  "{untransferred}.",
                  v);
    return rc ? rc : say_received(b, s, err);
}
