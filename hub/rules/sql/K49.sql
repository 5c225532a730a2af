-- id: K49
-- zh: 缺“三个挂钩”
-- en: a linkage is missing
-- parties: finance
-- reads: B04 E01 E04 E05 P02 V02
-- when: E Y
-- basis: R-52
-- message.zh: “三个挂钩”缺{list}
-- message.en: linkage missing: {list_en}
-- clears.zh: B04更正；该目标E05审核通过
-- clears.en: B04 REPLACE; the goal's E05 PASS
-- responders: finance
-- figure: list text
-- figure: list_en text
-- figure: quota text
-- scope: region
-- remark.zh: 逐笔查看事项的批复。目标挂钩须指向经E05审核通过的该事项E04，或该E05。事前评估挂钩，在有效档案载明为新增且属政策、重大或基建（即须做事前评估）
-- remark.zh: 的事项，须指向该事项的E01。上年结果挂钩，在档案载明非新增且开始于两年前或更早的事项，须指向约束该预算年度的该事项V02：一个年度的结果约束后年的预算。
-- remark.zh: 任何事项的E05均未到达的，目标暂不能判断；任何事项约束该预算年度的V02均未到达的，上年结果暂不能判断；该事项尚无档案的，另两项暂不能判断；
-- remark.zh: 确定缺失的仍然触发。首条E05或V02到达时重新查看。不等待任何一方：批复是否载有挂钩，一看即知。差异的对象为批复的指标文号；同一事项、
-- remark.zh: 年度有多笔批复同号的，除首先使用者外，另加注首条记录的数据流和位次。
-- Of each INITIAL of an item. links.goal has to lead to the subject's E04 that an E05 passed, or to that E05.
-- links.exante has to lead to the subject's E01 where its profile in force says that it is new and a policy,
-- major or infrastructure, which is where an ex-ante evaluation is demanded at all. links.last_result has to
-- lead to a V02 of the subject with next_fy the budget's year where the profile says that it isn't new and
-- that it began two years before or earlier: results of a year bind the budget of the year after the next.
-- UNKNOWN: the goal as long as nobody's E05 has come; the last result as long as nobody's V02 for that budget
-- year has; both other links as long as the subject has no profile. What is missing for sure fires all the same.
-- (condition.state is 2 where UNKNOWN: the first E05 or V02 makes those be looked at again.)
-- Awaits nobody: a link stands in the INITIAL or doesn't.
-- The object is the INITIAL's quota number; of several of a subject and year with one number all but the first to have it are named by
-- their first record's stream and place in it besides.
-- Keys: a subject, b the first record of the INITIAL's chain, c ''.
-- [views]
CREATE TEMP VIEW k49_initial AS
SELECT t.a, t.b, t.c, r.r_kind AS kind, r.r_fy AS fy, f.quota_no, r.rec, p.rec AS profile,
  p.is_new AND (p.is_major OR p.is_infra OR r.r_kind = @SUBJECT_KIND_POLICY) AS newly,
  NOT coalesce(p.is_new, 0) AND p.start / 10000 <= r.r_fy - 2 AS goes_on
FROM touched t CROSS JOIN record o ON o.root = t.b CROSS JOIN live r ON r.rec = o.rec AND r.r_subject = t.a AND r.r_sign > 0
CROSS JOIN f_allotment f ON f.rec = r.rec LEFT JOIN f_subject_profile p ON p.rec = (SELECT v.rec FROM v_subject_profile v
  WHERE v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= tick_day()
  ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
WHERE f.kind = @ALLOTMENT_KIND_INITIAL AND r.r_kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)
  AND NOT EXISTS (SELECT 1 FROM record x JOIN live y ON y.rec = x.rec WHERE x.root = t.b AND y.r_sign < 0);
CREATE TEMP VIEW k49_link AS
SELECT i.*,
  EXISTS (SELECT 1 FROM resolved g CROSS JOIN resolved e ON e.t_root = g.t_root AND e.field = 'goal'
      CROSS JOIN v_goal_review w ON w.rec = e.rec AND w.result = @REVIEW_RESULT_PASS
    WHERE g.rec = i.rec AND g.field = 'links_goal' AND g.t_type = @TYPE_PERF_GOAL AND g.t_subject = i.a)
  OR EXISTS (SELECT 1 FROM resolved g CROSS JOIN record o ON o.root = g.t_root
      CROSS JOIN v_goal_review w ON w.rec = o.rec AND w.result = @REVIEW_RESULT_PASS
    WHERE g.rec = i.rec AND g.field = 'links_goal' AND g.t_subject = i.a) AS goal,
  EXISTS (SELECT 1 FROM resolved g WHERE g.rec = i.rec AND g.field = 'links_exante' AND g.t_type = @TYPE_EX_ANTE_EVAL
    AND g.t_subject = i.a) AS exante,
  EXISTS (SELECT 1 FROM resolved g CROSS JOIN record o ON o.root = g.t_root CROSS JOIN v_result_use u ON u.rec = o.rec
    WHERE g.rec = i.rec AND g.field = 'links_last_result' AND g.t_subject = i.a AND u.next_fy = i.fy) AS result,
  EXISTS (SELECT 1 FROM f_goal_review) AS reviews,
  EXISTS (SELECT 1 FROM f_result_use u CROSS JOIN live l ON l.rec = u.rec WHERE u.next_fy = i.fy) AS uses
FROM k49_initial i;
CREATE TEMP VIEW k49_lack AS
SELECT l.*, reviews AND NOT goal AS no_goal, newly AND NOT exante AS no_exante, goes_on AND uses AND NOT result AS no_result,
  NOT reviews OR profile IS NULL OR (goes_on AND NOT uses) AS open FROM k49_link l;
CREATE TEMP VIEW k49_first AS
SELECT NULL AS fy FROM changed c WHERE c.type = @TYPE_GOAL_REVIEW AND c.rec = (SELECT min(rec) FROM f_goal_review)
UNION SELECT u.next_fy FROM changed c CROSS JOIN f_result_use u ON u.rec = c.rec WHERE c.type = @TYPE_RESULT_USE AND NOT EXISTS (
  SELECT 1 FROM f_result_use o CROSS JOIN live l ON l.rec = o.rec WHERE o.next_fy = u.next_fy AND o.rec NOT IN (SELECT rec FROM changed));
-- [touch]
SELECT r.subject, r.root, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT
UNION SELECT v.r_subject, v.r_root, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN v_allotment v ON v.r_subject = r.subject AND v.r_type = @TYPE_ALLOTMENT
  WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_GOAL_REVIEW, @TYPE_PERF_GOAL, @TYPE_EX_ANTE_EVAL, @TYPE_RESULT_USE)
UNION SELECT n.a, n.b, n.c FROM k49_first y CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K49' AND (y.fy IS NULL OR n.fy = y.fy)
-- [all]
SELECT v.r_subject, v.r_root, '' FROM v_allotment v WHERE v.kind = @ALLOTMENT_KIND_INITIAL
-- [agenda]
SELECT t.a, t.b, t.c, v.r_valid AS due FROM touched t CROSS JOIN live v ON v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
-- [condition]
SELECT a, b, c, kind AS kind, a AS key, fy AS fy, '' AS period,
  quota_no || CASE WHEN b = (SELECT x.root FROM f_allotment g CROSS JOIN record x ON x.rec = g.rec AND x.subject = l.a AND x.fy IS l.fy
      CROSS JOIN place p ON p.rec = x.rec WHERE g.quota_no = l.quota_no AND g.kind = @ALLOTMENT_KIND_INITIAL
      ORDER BY p.tick, p.stream, p.seq LIMIT 1) THEN '' ELSE ' ' || (SELECT p.name FROM place p WHERE p.rec = l.b) END AS object,
  CASE WHEN no_goal OR no_exante OR no_result THEN 'FIRE' WHEN open THEN 'UNKNOWN' ELSE 'CLEAR' END AS state, @SEVERITY_YELLOW AS sev,
  substr(CASE WHEN no_exante THEN '、事前绩效评估' ELSE '' END || CASE WHEN no_goal THEN '、绩效目标' ELSE '' END
    || CASE WHEN no_result THEN '、上年绩效结果' ELSE '' END, 2) AS list,
  substr(CASE WHEN no_exante THEN ', ex-ante evaluation' ELSE '' END || CASE WHEN no_goal THEN ', goal' ELSE '' END
    || CASE WHEN no_result THEN ', last result' ELSE '' END, 3) AS list_en, quota_no AS quota
FROM k49_lack l
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM record o CROSS JOIN live r ON r.rec = o.rec WHERE o.root = :b
  UNION SELECT g.target FROM record o CROSS JOIN live r ON r.rec = o.rec CROSS JOIN resolved g ON g.rec = r.rec
    WHERE o.root = :b AND g.field IN ('links_goal', 'links_exante', 'links_last_result')
  UNION SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1))
ORDER BY rec LIMIT 32
