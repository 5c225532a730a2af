/* Terms of money: needs against budgets (FG9), idle lines (FG13, FG14), surplus of two years
 * (FG15), what is recovered and put to use again (FG16). */
#include "figterm.h"

/* A subject's need of a year is what its newest E02 that reviews or names that year says. A
 * policy's is its own review's: its items' are of the same money. */
#define REVIEWS OF_SCOPE("BUDGET_REVIEW")
#define NEWEST_Q NEWEST("q")
#define NEED(years)                                                                                \
    "SELECT r.rec, n.fen * r.sign AS v" REVIEWS                                                    \
    " JOIN f_budget_review_approved_need n ON n.rec = r.rec AND n.fiscal_year " years              \
    " WHERE" KNOWN_R "AND (r.subject = ?4 OR ?6 <> @SUBJECT_KIND_POLICY) AND r.rec = (SELECT"      \
    " q.rec FROM record q WHERE q.subject = r.subject"                                             \
    " AND q.type = @TYPE_BUDGET_REVIEW AND" KNOWN_Q "AND (q.fy = n.fiscal_year OR EXISTS"          \
    " (SELECT 1 FROM f_budget_review_approved_need o WHERE o.rec = q.rec"                          \
    "   AND o.fiscal_year = n.fiscal_year))" NEWEST_Q ")"

const struct pt_term pt_term_need =
    PT_TERM("need", "approved need of the year (E02)", NEED("= ?1"));
const struct pt_term pt_term_need_to_date =
    PT_TERM("need", "approved need up to the year (E02)", NEED("<= ?1"));

#define MONEY_OF(years) ALLOTTED("r.rec, f.fen * r.sign * quota_sign(f.kind) AS v", years)

const struct pt_term pt_term_allotted = PT_TERM("B0 + dB", "allotted (B04)", MONEY_OF(THE_YEAR));
const struct pt_term pt_term_allotted_to_date =
    PT_TERM("B0 + dB", "allotted up to the year (B04)", MONEY_OF(UP_TO_YEAR));
const struct pt_term pt_term_carried = PT_TERM("C", "carried over from the year before (B05)",
                                               "SELECT r.rec, f.fen * r.sign AS v" CARRIED);

#define CONTROLLED(action)                                                                         \
    "SELECT r.rec, f.fen * r.sign AS v" OF_SCOPE(                                                  \
        "FUND_CONTROL") " JOIN f_fund_control f ON f.rec = r.rec WHERE f.action = "                \
                        "@FUND_ACTION_" action " AND r.fy = ?1 AND" COUNTS("r")

const struct pt_term pt_term_recovered = PT_TERM("REC", "recovered (X04)", CONTROLLED("RECOVER"));
const struct pt_term pt_term_reallocated =
    PT_TERM("RA", "reallocated (X04)", CONTROLLED("REALLOCATE"));

/* The last payment is behind it too, and brings nothing. */
const struct pt_term pt_term_idle_days =
    PT_TERM_OF("idle", "days each line with a balance has lain still (B04, X01)",
               "SELECT rec, date_diff(?2, since) AS v FROM quota_line WHERE bal > 0"
               " UNION ALL SELECT paid_rec, NULL FROM quota_line WHERE bal > 0",
               .lines = true);

#define IDLE_DAYS .param = PT_FG14_IDLE_DAYS, .fallback = PT_FG14_IDLE_DAYS_DEFAULT, .lines = true

const struct pt_term pt_term_sunk = PT_TERM_OF(
    "sunk", "balance of the lines that lay still long enough (B04, X01)",
    "SELECT rec, CASE WHEN date_diff(?2, since) >= ?5 THEN bal ELSE 0 END AS v FROM quota_line"
    " UNION ALL SELECT paid_rec, NULL FROM quota_line WHERE bal > 0 AND date_diff(?2, since) >= ?5",
    IDLE_DAYS);

/* Lines that had lain still long enough when they paid again: what they paid from then on. */
const struct pt_term pt_term_revived = PT_TERM_OF(
    "revived", "paid by lines after they had lain still (X01)",
    "SELECT p.rec, p.fen AS v FROM (SELECT subject, quota_no, min(day) AS day FROM (SELECT"
    "   p.subject, p.quota_no, p.day, lag(p.day, 1, l.issued) OVER (PARTITION BY p.subject,"
    "     p.quota_no ORDER BY p.day) AS before FROM quota_line l CROSS JOIN line_pay p"
    "     ON p.subject = l.subject AND p.quota_no = l.quota_no WHERE p.paid > 0)"
    "   WHERE date_diff(day, before) >= ?5 GROUP BY 1, 2) w"
    " CROSS JOIN line_pay p ON p.subject = w.subject AND p.quota_no = w.quota_no"
    " AND p.day >= w.day",
    IDLE_DAYS);

/* Of the last year that has ended: what its B05s carry of earlier years, less what was recovered
 * since then, no more of a subject than it carried. */
#define SURPLUS                                                                                    \
    "WITH ended AS (SELECT min(?1, ?2 / 10000 - (?2 % 10000 < 1231)) AS y),"                       \
    " carried AS MATERIALIZED (SELECT r.rec, r.subject, r.fy, f.fen * r.sign AS fen"               \
    "  FROM ended e CROSS JOIN scope s CROSS JOIN record r ON r.subject = s.subject"               \
    "  AND r.type = @TYPE_CARRY_OVER JOIN f_carry_over f ON f.rec = r.rec"                         \
    "  WHERE r.fy = e.y AND f.fund_year < e.y AND" KNOWN_R "),"                                    \
    " total AS MATERIALIZED (SELECT subject, fy, sum(fen) AS fen FROM carried GROUP BY 1, 2),"     \
    " taken AS MATERIALIZED (SELECT r.rec, t.fen AS most, f.fen * r.sign AS fen,"                  \
    "   sum(f.fen * r.sign) OVER (PARTITION BY r.subject ORDER BY r.rec) AS upto"                  \
    "  FROM total t CROSS JOIN record r ON r.subject = t.subject AND r.type = @TYPE_FUND_CONTROL"  \
    "  JOIN f_fund_control f ON f.rec = r.rec AND f.action = @FUND_ACTION_RECOVER"                 \
    "  WHERE r.fy <= t.fy + 1 AND r.valid_from > t.fy * 10000 + 1231 AND" KNOWN_R ")"              \
    " SELECT rec, fen AS v FROM carried"                                                           \
    " UNION ALL SELECT rec, min(upto - fen, most) - min(upto, most) FROM taken"

const struct pt_term pt_term_surplus = PT_TERM(
    "surplus", "of earlier fund years, unspent at the end of their second year (B05 less X04)",
    SURPLUS);
