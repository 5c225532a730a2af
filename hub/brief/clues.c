/* Clues (BR9): how many discrepancies about them are open in the whole city. They are for few and a
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
    return rc;
}
