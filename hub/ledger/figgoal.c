/* Terms of goals: how far the indicators are achieved (FG7), a self-evaluation recomputed (FG8). */
#include "figterm.h"

/* The goal version in force; the newest report of actual values: the year's self-evaluation once
 * there is one, else the monitoring report of the latest period. Indicators that don't apply and
 * those of execution, which are money themselves, stay out. */
#define NEWEST_R NEWEST("r")
#define REACHED                                                                                    \
    "WITH goal AS MATERIALIZED (SELECT r.rec FROM record r JOIN f_perf_goal g ON g.rec = r.rec"    \
    "  WHERE r.subject = ?4 AND r.type = @TYPE_PERF_GOAL AND r.fy = ?1 AND" KNOWN_R                \
    "  ORDER BY g.version DESC," ORDER_OF(                                                         \
        "r") " LIMIT 1),"                                                                          \
             " report AS MATERIALIZED (SELECT rec FROM (SELECT r.rec, 1 AS last, r.valid_from AS " \
             "day,"                                                                                \
             "   r.issued_at, r.sid, r.seq FROM record r JOIN f_evaluation f ON f.rec = r.rec "    \
             "WHERE r.subject = ?4"                                                                \
             "   AND r.type = @TYPE_EVALUATION AND r.fy = ?1 AND f.kind = @EVALUATION_KIND_SELF"   \
             "   AND EXISTS (SELECT 1 FROM f_evaluation_items i WHERE i.rec = r.rec) AND" KNOWN_R  \
             "  UNION ALL SELECT r.rec, 0, f.period_end, r.issued_at, r.sid, r.seq FROM record r"  \
             "   JOIN f_monitor_report f ON f.rec = r.rec WHERE r.subject = ?4"                    \
             "   AND r.type = @TYPE_MONITOR_REPORT AND r.fy = ?1 AND f.period_end <= ?2 "          \
             "AND" KNOWN_R "  ) r ORDER BY last DESC, day DESC, issued_at DESC, (SELECT n.party "  \
             "|| '/' || n.name"                                                                    \
             "    FROM stream n WHERE n.sid = r.sid) DESC, seq DESC LIMIT 1),"                     \
             " said AS (SELECT i.rec, i.id, i.actual, ratio_bp(i.score_cp, i.weight_cp) AS graded" \
             "   FROM report p JOIN f_evaluation_items i ON i.rec = p.rec"                         \
             "  UNION ALL SELECT i.rec, i.id, i.actual, i.completion_bp"                           \
             "   FROM report p JOIN f_monitor_report_indicators i ON i.rec = p.rec),"              \
             " reached AS (SELECT s.rec, g.rec AS goal, g.weight_cp AS w, g.nature, g.target, "    \
             "s.actual,"                                                                           \
             "   completion_bp(g.nature, g.target, g.target2, s.actual, s.graded, ?1 * 10000 + "   \
             "101) AS c"                                                                           \
             "  FROM goal o JOIN f_perf_goal_indicators g ON g.rec = o.rec JOIN said s ON s.id = " \
             "g.id"                                                                                \
             "  WHERE g.weight_cp > 0 AND coalesce(g.na_reason, '') = ''"                          \
             "   AND coalesce(g.l2, 0) <> @INDICATOR_ASPECT_CI)"

const struct pt_term pt_term_reached =
    PT_TERM("w * c", "weight x completion of each indicator reported (X03, V01)",
            REACHED "SELECT rec, w * c AS v FROM reached WHERE c IS NOT NULL");
const struct pt_term pt_term_weight =
    PT_TERM("w", "weight of each indicator reported (E04)",
            REACHED "SELECT goal AS rec, w * 10000 AS v FROM reached WHERE c IS NOT NULL");
const struct pt_term pt_term_low =
    PT_TERM_OF("low", "indicators far above their target (X03, V01)",
               REACHED "SELECT rec, over_ppm(micro(actual), micro(target), ?5) AS v FROM reached"
                       " WHERE nature = @INDICATOR_NATURE_GE AND micro(target) > 0"
                       " AND micro(actual) IS NOT NULL",
               .param = PT_FG7_LOW_PPM, .fallback = PT_FG7_LOW_PPM_DEFAULT);

/* The year's newest self-evaluation on the scale of 100, and the goal version that it cites. */
#define SELF                                                                                       \
    "WITH self AS MATERIALIZED (SELECT r.rec, f.paid_fen, f.budget_full_fen, f.total_cp, f.frame," \
    "   (SELECT q.rec FROM resolved x JOIN record q ON q.rec = x.target WHERE x.rec = r.rec"       \
    "     AND x.field = 'goal' AND q.live_from < ?3) AS goal"                                      \
    "  FROM record r JOIN f_evaluation f ON f.rec = r.rec WHERE r.subject = ?4"                    \
    "   AND r.type = @TYPE_EVALUATION AND r.fy = ?1 AND f.kind = @EVALUATION_KIND_SELF"            \
    "   AND" KNOWN_R NEWEST_R "),"                                                                 \
    " item AS (SELECT i.weight_cp AS w, (SELECT completion_bp(g.nature, g.target, g.target2,"      \
    "    i.actual, ratio_bp(i.score_cp, i.weight_cp), ?1 * 10000 + 101)"                           \
    "    FROM f_perf_goal_indicators g WHERE g.rec = p.goal AND g.id = i.id"                       \
    "    AND coalesce(g.na_reason, '') = '') AS c"                                                 \
    "  FROM self p JOIN f_evaluation_items i ON i.rec = p.rec"                                     \
    "  WHERE i.weight_cp > 0 AND i.id <> 'CI-3')"

/* No value where one item of its can't be recomputed. */
const struct pt_term pt_term_recomputed = PT_TERM(
    "recomputed", "10 x min(1, paid / budget) + sum of weight x completion (V01, E04)",
    SELF "SELECT rec, (SELECT CASE WHEN count(*) = count(c) THEN (1000 * min(10000, ratio_bp("
         "self.paid_fen, self.budget_full_fen)) + coalesce(sum(w * c), 0) + 5000) / 10000 END"
         " FROM item) AS v FROM self WHERE frame = @EVALUATION_FRAME_SELF100");
const struct pt_term pt_term_claimed =
    PT_TERM("claimed", "total of the self-evaluation (V01)",
            SELF "SELECT rec, total_cp AS v FROM self WHERE frame = @EVALUATION_FRAME_SELF100");
const struct pt_term pt_term_cited_goal =
    PT_TERM("goal", "the goal that the self-evaluation cites (E04)",
            SELF "SELECT goal AS rec, NULL AS v FROM self");
