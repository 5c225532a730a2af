/* Terms of coverage: linkage (FG19), money with a reviewed goal (FG20), units (FG21), steps (FG22).
 * An item is a subject, no body, with an INITIAL of the year. */
#include "figterm.h"

#define PROFILE                                                                                    \
    "(SELECT q.rec FROM record q WHERE q.subject = r.subject AND q.type = @TYPE_SUBJECT_PROFILE"   \
    " AND" COUNTS("q") NEWEST("q") ")"
#define INITIALS                                                                                   \
    OF_SCOPE("ALLOTMENT")                                                                          \
    " JOIN f_allotment f ON f.rec = r.rec AND f.kind = @ALLOTMENT_KIND_INITIAL WHERE r.fy = ?1"    \
    " AND" ITEMS_ONLY("r") "AND" COUNTS("r")
/* An ex-ante evaluation is demanded of what is new and a policy, major or infrastructure. */
#define NEWLY(item)                                                                                \
    "(p.is_new AND (p.is_major OR p.is_infra OR " item ".kind = @SUBJECT_KIND_POLICY))"

/* ---- FG19 ---- */

/* References to what had come by then. */
#define HERE "(SELECT v.* FROM resolved v JOIN record t ON t.rec = v.target AND t.log_index < ?3)"

/* To a goal that an E05 passed, or to that E05. */
#define PASSED " JOIN f_goal_review v ON v.rec = w.rec AND v.result = @REVIEW_RESULT_PASS"
#define HAS_GOAL                                                                                   \
    "EXISTS (SELECT 1 FROM " HERE " x WHERE x.rec = r.rec AND x.field = 'links_goal'"              \
    " AND x.t_subject = r.subject AND (x.t_type = @TYPE_PERF_GOAL AND EXISTS (SELECT 1"            \
    "  FROM record o CROSS JOIN ref y ON y.t_sid = o.sid AND y.t_seq = o.seq AND y.hash = o.hash"  \
    "  AND y.field = 'goal' CROSS JOIN record w ON w.rec = y.rec" PASSED                           \
    "  WHERE o.root = x.t_root AND o.log_index < ?3 AND" KNOWN_W                                   \
    ") OR x.t_type = @TYPE_GOAL_REVIEW AND EXISTS"                                                 \
    " (SELECT 1 FROM record w" PASSED " WHERE w.root = x.t_root AND" KNOWN_W ")))"
#define HAS_EXANTE                                                                                 \
    "EXISTS (SELECT 1 FROM " HERE " x WHERE x.rec = r.rec AND x.field = 'links_exante'"            \
    " AND x.t_type = @TYPE_EX_ANTE_EVAL AND x.t_subject = r.subject)"
#define HAS_RESULT                                                                                 \
    "EXISTS (SELECT 1 FROM " HERE " x WHERE x.rec = r.rec AND x.field = 'links_last_result'"       \
    " AND x.t_subject = r.subject AND EXISTS (SELECT 1 FROM record w"                              \
    "  JOIN f_result_use u ON u.rec = w.rec AND u.next_fy = ?1"                                    \
    "  WHERE w.root = x.t_root AND" KNOWN_W "))"
/* Results of a year bind the budget of the year after the next; where nobody has any, none is
 * demanded. */
#define GOES_ON                                                                                    \
    "(NOT coalesce(p.is_new, 0) AND p.start / 10000 <= ?1 - 2 AND EXISTS (SELECT 1"                \
    " FROM f_result_use u JOIN record q ON q.rec = u.rec WHERE u.next_fy = ?1 AND" KNOWN_Q "))"

#define ITEMS                                                                                      \
    "SELECT max(r.rec) AS rec, 1 AS v" INITIALS " GROUP BY r.subject HAVING sum(r.sign) > 0"

const struct pt_term pt_term_items = PT_TERM("items", "items allotted (B04)", ITEMS);
#define NEWLY_R NEWLY("r")
#define LINKED                                                                                     \
    "SELECT max(rec) AS rec, min(ok) AS v FROM (SELECT r.rec, r.subject, r.sign,"                  \
    "  r.sign < 0 OR (" HAS_GOAL " AND (NOT coalesce(" NEWLY_R ", 0) OR " HAS_EXANTE ")"           \
    "  AND (NOT coalesce(" GOES_ON ", 0) OR " HAS_RESULT ")) AS ok"                                \
    " FROM (SELECT r.*, " PROFILE " AS profile" INITIALS ") r"                                     \
    " LEFT JOIN f_subject_profile p ON p.rec = r.profile) GROUP BY subject HAVING sum(sign) > 0"

const struct pt_term pt_term_linked =
    PT_TERM("linked", "items whose every B04 INITIAL carries its links", LINKED);

/* ---- FG20 ---- */

#define MONEY(of) "SELECT rec, fen AS v FROM " BUDGET_ROWS " r" of
#define WITH_GOAL(of)                                                                              \
    "SELECT rec, CASE WHEN EXISTS (SELECT 1 FROM record w" PASSED                                  \
    " WHERE w.subject = r.subject AND w.type = @TYPE_GOAL_REVIEW AND w.fy = ?1 AND" KNOWN_W        \
    ") THEN fen ELSE 0 END AS v FROM " BUDGET_ROWS " r" of
#define OF_KIND(bk) " WHERE r.bk = @BUDGET_KIND_" bk

#define BY_KIND(name, of)                                                                          \
    const struct pt_term pt_term_##name = PT_TERM("Bg", "full-year budget (B04, B05)", MONEY(of)); \
    const struct pt_term pt_term_##name##_goal = PT_TERM(                                          \
        "Bg with goal", "of it, of subjects with a goal that was passed (E05)", WITH_GOAL(of))

BY_KIND(money, "");
BY_KIND(general, OF_KIND("GENERAL"));
BY_KIND(funds, OF_KIND("FUNDS"));
BY_KIND(capital, OF_KIND("STATE_CAPITAL"));
BY_KIND(social, OF_KIND("SOCIAL_INSURANCE"));

/* ---- FG21, FG22 ---- */

#define NEWEST_OF_ITEM "(SELECT max(q.rec) FROM record q"
#define OF_ITEM " WHERE q.subject = i.subject AND" KNOWN_Q "AND q.type = "
#define SCORED " JOIN f_evaluation e ON e.rec = q.rec AND e.total_cp IS NOT NULL"
#define NEWLY_I NEWLY("i")
/* Each item: what is demanded of it, and the newest record that does it. */
#define STEPS                                                                                      \
    "WITH item AS MATERIALIZED (SELECT max(r.rec) AS rec, r.subject, max(r.kind) AS kind,"         \
    " " PROFILE " AS profile" INITIALS " GROUP BY r.subject HAVING sum(r.sign) > 0),"              \
    " step AS MATERIALIZED (SELECT i.rec, i.subject, coalesce(" NEWLY_I ", 0) AS e01_due,"         \
    " " NEWEST_OF_ITEM OF_ITEM "@TYPE_EX_ANTE_EVAL) AS e01, 1 AS e04_due,"                         \
    " " NEWEST_OF_ITEM OF_ITEM "@TYPE_PERF_GOAL AND q.fy = ?1) AS e04, 1 AS x03_due,"              \
    " " NEWEST_OF_ITEM OF_ITEM "@TYPE_MONITOR_REPORT AND q.fy = ?1) AS x03, 1 AS v01_due,"         \
    " " NEWEST_OF_ITEM OF_ITEM "@TYPE_EVALUATION AND q.fy = ?1) AS v01,"                           \
    " " NEWEST_OF_ITEM SCORED OF_ITEM "@TYPE_EVALUATION AND q.fy = ?1) IS NOT NULL AS v02_due,"    \
    " " NEWEST_OF_ITEM OF_ITEM "@TYPE_RESULT_USE AND q.fy = ?1) AS v02"                            \
    "  FROM item i LEFT JOIN f_subject_profile p ON p.rec = i.profile)"
#define DEMANDED(step) "SELECT rec, 1 AS v FROM step WHERE " step "_due"
#define DONE_OF(step)                                                                              \
    "SELECT coalesce(" step ", rec) AS rec, " step " IS NOT NULL AS v FROM step"                   \
    " WHERE " step "_due"
#define AND_ALSO " UNION ALL "
#define ALL_DEMANDED                                                                               \
    DEMANDED("e01")                                                                                \
    AND_ALSO DEMANDED("e04") AND_ALSO DEMANDED("x03") AND_ALSO DEMANDED("v01")                     \
        AND_ALSO DEMANDED("v02")
#define ALL_DONE                                                                                   \
    DONE_OF("e01")                                                                                 \
    AND_ALSO DONE_OF("e04") AND_ALSO DONE_OF("x03") AND_ALSO DONE_OF("v01") AND_ALSO DONE_OF("v0"  \
                                                                                             "2")

#define STEP(step, what)                                                                           \
    const struct pt_term pt_term_##step =                                                          \
        PT_TERM("demanded", "items that it is demanded of (B04)", STEPS DEMANDED(#step));          \
    const struct pt_term pt_term_##step##_done = PT_TERM("done", what, STEPS DONE_OF(#step))

STEP(e01, "items with an ex-ante evaluation (E01)");
STEP(e04, "items with a goal (E04)");
STEP(x03, "items that were monitored (X03)");
STEP(v01, "items that were evaluated (V01)");
STEP(v02, "items whose result was used (V02)");
const struct pt_term pt_term_steps =
    PT_TERM("demanded", "steps demanded of items (B04)", STEPS ALL_DEMANDED);
const struct pt_term pt_term_steps_done =
    PT_TERM("done", "steps done (E01, E04, X03, V01, V02)", STEPS ALL_DONE);

/* A unit has budget where an INITIAL names it, or its department where it names no unit. */
#define UNIT_ROWS                                                                                  \
    " FROM (SELECT DISTINCT coalesce(nullif(f.unit, ''), f.dept) AS unit, r.subject" INITIALS      \
    ") u JOIN step i ON i.subject = u.subject GROUP BY u.unit"
#define MET                                                                                        \
    "max(e01 IS NOT NULL) >= max(e01_due) AND max(e04 IS NOT NULL) >= max(e04_due)"                \
    " AND max(x03 IS NOT NULL) >= max(x03_due) AND max(v01 IS NOT NULL) >= max(v01_due)"           \
    " AND max(v02 IS NOT NULL) >= max(v02_due)"

const struct pt_term pt_term_units =
    PT_TERM("units", "units with budget (B04)", STEPS "SELECT max(i.rec) AS rec, 1 AS v" UNIT_ROWS);
const struct pt_term pt_term_units_done =
    PT_TERM("units done", "units with a record of each step demanded of an item of theirs",
            STEPS "SELECT max(i.rec) AS rec, " MET " AS v" UNIT_ROWS);
