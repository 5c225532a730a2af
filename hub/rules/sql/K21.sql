-- id: K21
-- zh: 报人大目标与批复目标不一致
-- en: goal differs from the one shown to congress
-- parties: congress finance
-- reads: B01 B02 B04 E04
-- when: E R
-- basis: R-71
-- message.zh: 报人大目标（{sent}）与批复目标（{cited}）不一致
-- message.en: the goal allotted ({cited}) differs from the one shown to congress ({sent})
-- clears.zh: 列明该目标的B01重大事项及其B02签收
-- clears.en: B01 MAJOR_MATTER that lists the goal, and its B02
-- responders: finance
-- figure: sent text
-- figure: cited text
-- figure: quota text
-- scope: region
-- remark.zh: 报人大目标，指列明该事项、年度目标的最新B01草案初步方案或草案所列的目标；须与每笔批复所引用的目标为同一条记录，更正后的目标即为另一条。
-- remark.zh: 草案未列的目标不比对；已列而尚无批复引用目标的，暂不能判断。不等待任何一方：报送与下达均已在此。
-- Shown to congress is the goal of the item and year that the newest B01 DRAFT_INIT or DRAFT lists, among those that
-- list one. It has to be the very record that each INITIAL cites (goal_ref): a corrected goal is another one.
-- A goal that no draft lists isn't compared; listed and no INITIAL that cites a goal yet: UNKNOWN.
-- Awaits nobody: the submission and the allotment are both here.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_PERF_GOAL, @TYPE_ALLOTMENT)
UNION SELECT f.t_subject, f.t_fy, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
 WHERE c.type = @TYPE_CONGRESS_SUBMISSION AND f.field = 'goals'
UNION SELECT g.t_subject, g.t_fy, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec CROSS JOIN resolved g ON g.rec = f.target
 WHERE c.type = @TYPE_CONGRESS_RECEIPT AND f.field = 'submission' AND g.field = 'goals'
-- [all]
SELECT DISTINCT f.t_subject, f.t_fy, '' FROM v_congress_submission s CROSS JOIN resolved f ON f.rec = s.rec AND f.field = 'goals'
-- [condition]
WITH sent AS MATERIALIZED (
  SELECT * FROM (SELECT t.a, t.b, t.c, s.rec AS draft, g.kind AS kind,
    row_number() OVER (PARTITION BY t.a, t.b, t.c ORDER BY s.r_tick DESC, s.r_stream DESC, s.r_seq DESC, g.kind) AS nth FROM touched t
  CROSS JOIN record g ON g.subject = t.a AND g.type = @TYPE_PERF_GOAL AND g.fy = t.b
  CROSS JOIN resolved f ON f.target = g.rec AND f.field = 'goals'
  CROSS JOIN v_congress_submission s ON s.rec = f.rec AND s.kind IN (@SUBMISSION_KIND_DRAFT_INIT, @SUBMISSION_KIND_DRAFT)) WHERE nth = 1),
cited AS MATERIALIZED (
  SELECT s.a, s.b, s.c, v.quota_no, f.target,
    EXISTS (SELECT 1 FROM resolved d WHERE d.rec = s.draft AND d.field = 'goals' AND d.target = f.target)
    OR EXISTS (SELECT 1 FROM resolved m CROSS JOIN v_congress_submission b ON b.rec = m.rec AND b.kind = @SUBMISSION_KIND_MAJOR_MATTER
      CROSS JOIN resolved x ON x.target = b.rec AND x.field = 'submission' CROSS JOIN v_congress_receipt y ON y.rec = x.rec
      WHERE m.target = f.target AND m.field = 'goals') AS shown
  FROM sent s CROSS JOIN v_allotment v ON v.r_subject = s.a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = s.b
    AND v.kind = @ALLOTMENT_KIND_INITIAL CROSS JOIN resolved f ON f.rec = v.rec AND f.field = 'goal_ref'),
worst AS MATERIALIZED (SELECT c.a, c.b, min(c.shown) AS shown,
  min(CASE WHEN NOT c.shown THEN c.quota_no END) AS quota, (SELECT x.target FROM cited x CROSS JOIN place p ON p.rec = x.target
    WHERE x.a = c.a AND x.b = c.b AND NOT x.shown ORDER BY p.tick, p.stream, p.seq LIMIT 1) AS target
  FROM cited c GROUP BY c.a, c.b)
SELECT s.a, s.b, s.c, s.kind AS kind, s.a AS key, s.b AS fy, '' AS period, '' AS object,
  CASE w.shown WHEN 1 THEN 'CLEAR' WHEN 0 THEN 'FIRE' ELSE 'UNKNOWN' END AS state, @SEVERITY_RED AS sev,
  (SELECT 'v' || min(g.version) FROM resolved f CROSS JOIN f_perf_goal g ON g.rec = f.target
    WHERE f.rec = s.draft AND f.field = 'goals' AND f.t_subject = s.a AND f.t_fy = s.b) AS sent,
  (SELECT 'v' || g.version || CASE r.root WHEN r.rec THEN '' ELSE '更正' END FROM f_perf_goal g CROSS JOIN record r ON r.rec = g.rec
    WHERE g.rec = w.target) AS cited, w.quota AS quota
FROM sent s LEFT JOIN worst w ON w.a = s.a AND w.b = s.b
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :b AND v.kind = @ALLOTMENT_KIND_INITIAL
  UNION SELECT g.rec FROM record g WHERE g.subject = :a AND g.type = @TYPE_PERF_GOAL AND g.fy = :b
  UNION SELECT s.rec FROM record g CROSS JOIN resolved f ON f.target = g.rec AND f.field = 'goals'
    CROSS JOIN v_congress_submission s ON s.rec = f.rec WHERE g.subject = :a AND g.type = @TYPE_PERF_GOAL AND g.fy = :b)
ORDER BY rec LIMIT 32
