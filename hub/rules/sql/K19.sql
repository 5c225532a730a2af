-- id: K19
-- zh: 目标未与预算同步批复
-- en: goal not issued with the budget
-- parties: finance
-- reads: B04 E04 E05
-- when: E Y
-- basis: R-33
-- message.zh: 绩效目标未与预算同步批复
-- message.en: goal not issued with the budget
-- clears.zh: B04更正
-- clears.en: B04 REPLACE
-- responders: finance
-- figure: quota text
-- figure: cited text
-- figure: passed text
-- scope: region
-- remark.zh: 事项的每笔批复须引用已通过的目标版本：在该下达的时点或此前审核通过的最高版本；其后通过的同级或更高版本亦可。该事项、年度没有任何版本通过的，
-- remark.zh: 暂不能判断（由K16指出）。已冲销的指标不计。不等待任何一方：下达与审核均已在此。
-- Each INITIAL of an item has to cite (goal_ref) the passed version: the highest of the subject and year that had
-- an E05 PASS under the allotment's tick or an earlier one. One that passed later, as high or higher, will do. As
-- long as no version of that item and year has passed: UNKNOWN (K16 says so). A quota that was reversed is none.
-- Awaits nobody: the allotment and the review are both here.
-- Keys: a subject, b fiscal year, c quota number.
-- [touch]
SELECT r.subject, r.fy, q.quota_no FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_allotment q ON q.rec = c.rec
 WHERE c.type = @TYPE_ALLOTMENT AND q.kind = @ALLOTMENT_KIND_INITIAL
UNION SELECT v.r_subject, v.r_fy, v.quota_no FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN v_allotment v ON v.r_subject = r.subject AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = r.fy
 WHERE c.type = @TYPE_PERF_GOAL AND v.kind = @ALLOTMENT_KIND_INITIAL
UNION SELECT v.r_subject, v.r_fy, v.quota_no FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  CROSS JOIN v_allotment v ON v.r_subject = f.t_subject AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = f.t_fy
 WHERE c.type = @TYPE_GOAL_REVIEW AND f.field = 'goal' AND v.kind = @ALLOTMENT_KIND_INITIAL
-- [all]
SELECT v.r_subject, v.r_fy, v.quota_no FROM v_allotment v WHERE v.kind = @ALLOTMENT_KIND_INITIAL
-- [condition]
WITH passed AS MATERIALIZED (
  SELECT y.a, y.b, p.version, v.r_root AS root, min(o.tick) AS tick FROM (SELECT DISTINCT a, b FROM touched) y
  CROSS JOIN live v ON v.r_subject = y.a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = y.b CROSS JOIN f_perf_goal p ON p.rec = v.rec
  CROSS JOIN record g ON g.root = v.r_root CROSS JOIN ref f ON f.t_sid = g.sid AND f.t_seq = g.seq AND f.hash = g.hash AND f.field = 'goal'
  CROSS JOIN live w ON w.rec = f.rec CROSS JOIN f_goal_review e ON e.rec = f.rec AND e.result = @REVIEW_RESULT_PASS
  CROSS JOIN record o ON o.rec = w.r_root GROUP BY y.a, y.b, v.r_root),
line AS MATERIALIZED (
  SELECT t.a, t.b, t.c, min(v.r_kind) AS kind, sum(q.fen * v.r_sign) AS fen, max(o.tick) AS tick,
    min(coalesce((SELECT p.version FROM resolved f CROSS JOIN passed p ON p.root = f.t_root WHERE f.rec = v.rec AND f.field = 'goal_ref'), 0)) AS own,
    min((SELECT g.version FROM resolved f CROSS JOIN f_perf_goal g ON g.rec = f.target WHERE f.rec = v.rec AND f.field = 'goal_ref')) AS cited
  FROM touched t CROSS JOIN live v ON v.r_subject = t.a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = t.b
    CROSS JOIN f_allotment q ON q.rec = v.rec AND q.kind = @ALLOTMENT_KIND_INITIAL AND q.quota_no = t.c CROSS JOIN record o ON o.rec = v.r_root
  WHERE v.r_kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION) GROUP BY t.a, t.b, t.c),
due AS MATERIALIZED (
  SELECT l.*, EXISTS (SELECT 1 FROM passed p WHERE p.a = l.a AND p.b = l.b) AS any,
    coalesce((SELECT max(p.version) FROM passed p WHERE p.a = l.a AND p.b = l.b AND p.tick <= l.tick), 1) AS version
  FROM line l WHERE l.fen > 0)
SELECT d.a, d.b, d.c, d.kind AS kind, d.a AS key, d.b AS fy, '' AS period, d.c AS object,
  CASE WHEN NOT d.any THEN 'UNKNOWN' WHEN d.own >= d.version THEN 'CLEAR' ELSE 'FIRE' END AS state, @SEVERITY_YELLOW AS sev,
  d.c AS quota, coalesce('v' || d.cited, '无') AS cited, 'v' || d.version AS passed
FROM due d
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :b AND v.quota_no = :c
  UNION SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = :a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :b
  UNION SELECT w.rec FROM v_perf_goal v CROSS JOIN resolved f ON f.t_root = v.r_root AND f.field = 'goal'
    CROSS JOIN v_goal_review w ON w.rec = f.rec WHERE v.r_subject = :a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :b)
ORDER BY rec LIMIT 32
