-- id: K16
-- zh: 绩效目标未审核通过
-- en: goal not passed
-- parties: finance
-- reads: B04 E03 E04 E05
-- when: E R
-- basis: R-11 R-29 R-31 R-32
-- message.zh: 绩效目标未审核通过即{step}
-- message.en: {step_en} before the goal passed its review
-- clears.zh: E05审核通过
-- clears.en: E05 PASS
-- responders: finance
-- figure: step text
-- figure: step_en text
-- figure: logged date
-- figure: version text
-- scope: region
-- remark.zh: 现行目标版本，指在该事项最后一个仍然有效的关口（E03入库、B04批复）的时点或此前入日志的当年最高版本；该版本或更高版本审核通过即销号，不论何时入日志。
-- remark.zh: 没有目标的，视为未通过。该年度任何事项的审核（E05）均未到达的，暂不能判断。不等待任何一方：过关口时审核未入日志，即为差异本身。
-- The goal version in force is the highest of the year's that was logged under the tick of the item's last
-- standing gate (E03 IN, B04 INITIAL) or an earlier one; a PASS of it or of a later version clears, whenever
-- it is logged. No goal at all is a goal that didn't pass. As long as no review at all (E05) of that year has
-- come, of whatever item: UNKNOWN.
-- Awaits nobody: that the review wasn't logged when the gate was passed is the finding itself.
-- Keys: a fiscal year, b subject, c ''.
-- [touch]
SELECT r.fy, r.subject, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type IN (@TYPE_LIBRARY_EVENT, @TYPE_ALLOTMENT, @TYPE_PERF_GOAL)
UNION SELECT g.fy, g.subject, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record g ON g.subject = r.subject AND g.type = @TYPE_LIBRARY_EVENT WHERE c.type = @TYPE_LIBRARY_EVENT
UNION SELECT f.t_fy, f.t_subject, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
 WHERE c.type = @TYPE_GOAL_REVIEW AND f.field = 'goal' AND f.t_type = @TYPE_PERF_GOAL
UNION SELECT n.a, n.b, n.c FROM (SELECT DISTINCT r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec
    WHERE c.type = @TYPE_GOAL_REVIEW) y CROSS JOIN condition n ON n.rule = 'K16' AND n.a = y.fy
-- [all]
SELECT DISTINCT g.fy, g.subject, '' FROM gate g
-- [condition]
WITH reviewed AS MATERIALIZED (
  SELECT y.a, (SELECT w.rec FROM f_goal_review w CROSS JOIN record r ON r.rec = w.rec WHERE r.fy = y.a ORDER BY w.rec DESC LIMIT 1) AS newest
  FROM (SELECT DISTINCT a FROM touched) y),
gated AS MATERIALIZED (
  SELECT t.a, t.b, t.c, min(g.kind) AS kind, max(g.tick * 2 + g.money) AS last
  FROM touched t CROSS JOIN gate g ON g.subject = t.b AND g.fy = t.a GROUP BY t.a, t.b, t.c),
goal AS MATERIALIZED (
  SELECT gated.*, coalesce((SELECT max(v.version) FROM v_perf_goal v CROSS JOIN record o ON o.rec = v.r_root
    WHERE v.r_subject = gated.b AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = gated.a AND o.tick <= gated.last / 2), 0) AS version
  FROM gated)
SELECT g.a, g.b, g.c, g.kind AS kind, g.b AS key, g.a AS fy, '' AS period, '' AS object,
  CASE WHEN EXISTS (SELECT 1 FROM v_perf_goal v CROSS JOIN resolved f ON f.t_root = v.r_root AND f.field = 'goal'
      CROSS JOIN v_goal_review w ON w.rec = f.rec AND w.result = @REVIEW_RESULT_PASS
      WHERE v.r_subject = g.b AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = g.a AND v.version >= g.version) THEN 'CLEAR'
    WHEN (SELECT y.newest FROM reviewed y WHERE y.a = g.a) IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END AS state,
  @SEVERITY_RED AS sev, CASE g.last % 2 WHEN 1 THEN '下达' ELSE '入库' END AS step,
  CASE g.last % 2 WHEN 1 THEN 'allotted' ELSE 'taken into the library' END AS step_en,
  (SELECT t.day FROM tick t WHERE t.no = g.last / 2) AS logged, 'v' || g.version AS version
FROM goal g
-- [inputs]
SELECT rec FROM (
  SELECT g.rec FROM gate g WHERE g.subject = :b AND g.fy = :a
  UNION SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = :b AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :a
  UNION SELECT w.rec FROM v_perf_goal v CROSS JOIN resolved f ON f.t_root = v.r_root AND f.field = 'goal'
    CROSS JOIN v_goal_review w ON w.rec = f.rec WHERE v.r_subject = :b AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :a)
ORDER BY rec LIMIT 32
