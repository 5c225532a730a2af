-- id: K18
-- zh: 批复后擅自调整目标
-- en: goal changed after approval
-- parties: congress finance
-- reads: B01 B03 E04 N01 P02
-- when: E R
-- basis: R-33
-- message.zh: 批复后擅自调整目标：{indicator}{old}→{new}
-- message.en: goal changed after approval: {indicator} {old} → {new}
-- clears.zh: 经批准的E04，或恢复原目标；列明该版本的B01；就该事项提出的N01
-- clears.en: approved E04 or revert; B01 that lists the version; N01 about the subject
-- responders: finance
-- figure: indicator text
-- figure: old text
-- figure: new text
-- figure: version text
-- figure: logged date
-- scope: region
-- remark.zh: 适用于现行（最高）版本大于1、且入日志的时点晚于人大当年预算批准（部门所属区划的批准，区划以P01为准）的情形。没有批准文号的版本（接收时即拒收），
-- remark.zh: 以及重大事项仅由财政批准而人大不知情的版本，为不符：没有B01列明该版本，也没有在其时点或其后入日志的、涉及该事项的N01。所变更的，
-- remark.zh: 指按编号排列首个目标值不同、新增或取消的指标。档案未载明是否重大的，暂不能判断。对某一版本的更正不是新版本，不予查看。不等待任何一方：
-- remark.zh: 以该版本入日志的时点人大所获知的为准，其后的报告使其销号。
-- Asked of the version in force, the highest of the subject and year, where it is above 1 and was logged under
-- a later tick than congress's BUDGET of that year (the one of the department's region, where P01 says which).
-- Wrong is a version without approval_doc (the intake refuses those), and for a major subject one that finance
-- alone approved and congress doesn't know of: no B01 lists it, and no N01 about the subject was logged under
-- its tick or a later one. What changed: the first indicator by id whose target differs from the version before,
-- that is new, or that is gone. No profile says whether it is major: UNKNOWN. A correction of a version (REPLACE)
-- is no new version and isn't looked at.
-- Awaits nobody: what congress was told by the tick that logged the version decides; a later report closes it.
-- Keys: a subject, b fiscal year, c version.
-- [touch]
SELECT r.subject, r.fy, v.version FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN v_perf_goal v
  ON v.r_subject = r.subject AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = r.fy WHERE c.type = @TYPE_PERF_GOAL
UNION SELECT n.a, n.b, n.c FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN condition n ON n.rule = 'K18' AND n.a = r.subject WHERE c.type IN (@TYPE_PERF_GOAL, @TYPE_CONGRESS_OPINION)
UNION SELECT v.r_subject, v.r_fy, v.version FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN v_perf_goal v ON v.r_subject = r.subject AND v.r_type = @TYPE_PERF_GOAL WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT v.r_subject, v.r_fy, v.version FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN member m ON m.kind = @SUBJECT_KIND_DEPT AND m.org = r.subject
  CROSS JOIN v_perf_goal v ON v.r_subject = m.subject AND v.r_type = @TYPE_PERF_GOAL WHERE c.type = @TYPE_ORG_PROFILE
UNION SELECT f.t_subject, f.t_fy, g.version FROM changed c CROSS JOIN resolved f ON f.rec = c.rec CROSS JOIN f_perf_goal g ON g.rec = f.target
 WHERE c.type = @TYPE_CONGRESS_SUBMISSION AND f.field = 'goals'
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM changed WHERE type = @TYPE_CONGRESS_APPROVAL LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K18'
-- [all]
SELECT v.r_subject, v.r_fy, v.version FROM v_perf_goal v WHERE v.version > 1
-- [condition]
WITH force AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = t.a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = t.b
      ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec,
    (SELECT o.rgn FROM member m CROSS JOIN v_org_profile o ON o.r_subject = m.org AND o.r_type = @TYPE_ORG_PROFILE
      WHERE m.subject = t.a AND m.kind = @SUBJECT_KIND_DEPT ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1) AS rgn
  FROM touched t WHERE t.c > 1),
budget AS MATERIALIZED (
  SELECT y.b, v.r_subject AS rgn, min(o.tick) AS tick FROM (SELECT DISTINCT b FROM force) y
  CROSS JOIN f_congress_approval p ON p.kind = @APPROVAL_KIND_BUDGET CROSS JOIN live v ON v.rec = p.rec AND v.r_fy = y.b
  CROSS JOIN record o ON o.rec = v.r_root GROUP BY y.b, v.r_subject),
later AS MATERIALIZED (
  SELECT f.a, f.b, f.c, f.rec, r.kind, r.root, o.tick, v.approver, coalesce(v.approval_doc, '') AS doc,
    (SELECT w.rec FROM v_perf_goal w WHERE w.r_subject = f.a AND w.r_type = @TYPE_PERF_GOAL AND w.r_fy = f.b AND w.version < f.c
      ORDER BY w.version DESC, w.r_valid DESC, w.r_issued DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1) AS before,
    (SELECT p.is_major FROM v_subject_profile p WHERE p.r_subject = f.a AND p.r_type = @TYPE_SUBJECT_PROFILE
      ORDER BY p.r_valid DESC, p.r_issued DESC, p.r_stream DESC, p.r_seq DESC LIMIT 1) AS is_major,
    EXISTS (SELECT 1 FROM live p WHERE p.r_subject = f.a AND p.r_type = @TYPE_SUBJECT_PROFILE) AS profiled
  FROM force f CROSS JOIN f_perf_goal v ON v.rec = f.rec AND v.version = f.c CROSS JOIN record r ON r.rec = f.rec
  CROSS JOIN record o ON o.rec = r.root
  WHERE o.tick > (SELECT min(g.tick) FROM budget g WHERE g.b = f.b AND g.rgn = coalesce(f.rgn, g.rgn))),
told AS MATERIALIZED (
  SELECT l.*, EXISTS (SELECT 1 FROM resolved f CROSS JOIN live s ON s.rec = f.rec
      WHERE f.t_root = l.root AND f.field = 'goals' AND s.r_type = @TYPE_CONGRESS_SUBMISSION)
    OR EXISTS (SELECT 1 FROM live n CROSS JOIN record o ON o.rec = n.r_root
      WHERE n.r_subject = l.a AND n.r_type = @TYPE_CONGRESS_OPINION AND o.tick >= l.tick) AS informed
  FROM later l),
diff AS MATERIALIZED (
  SELECT t.*, coalesce((SELECT min(i.id) FROM f_perf_goal_indicators i WHERE i.rec = t.rec AND NOT EXISTS (SELECT 1 FROM f_perf_goal_indicators o
        WHERE o.rec = t.before AND o.id = i.id AND o.target IS i.target AND o.target2 IS i.target2)),
      (SELECT min(o.id) FROM f_perf_goal_indicators o WHERE o.rec = t.before
        AND NOT EXISTS (SELECT 1 FROM f_perf_goal_indicators i WHERE i.rec = t.rec AND i.id = o.id))) AS id
  FROM told t)
SELECT d.a, d.b, d.c, d.kind AS kind, d.a AS key, d.b AS fy, '' AS period, 'v' || d.c AS object,
  CASE WHEN d.doc = '' THEN 'FIRE' WHEN d.informed OR d.approver IS NOT @GOAL_APPROVER_FIN THEN 'CLEAR'
       WHEN NOT d.profiled THEN 'UNKNOWN' WHEN d.is_major = 1 THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, coalesce(i.l3, o.l3, d.id, '目标') AS indicator,
  CASE WHEN d.id IS NULL THEN 'v' || (SELECT g.version FROM f_perf_goal g WHERE g.rec = d.before)
       WHEN o.rec IS NULL THEN '无' ELSE coalesce(o.target || coalesce('~' || o.target2, ''), '-') END AS old,
  CASE WHEN d.id IS NULL THEN 'v' || d.c WHEN i.rec IS NULL THEN '无' ELSE coalesce(i.target || coalesce('~' || i.target2, ''), '-') END AS new,
  'v' || d.c AS version, (SELECT t.day FROM tick t WHERE t.no = d.tick) AS logged
FROM diff d LEFT JOIN f_perf_goal_indicators i ON i.rec = d.rec AND i.id = d.id
LEFT JOIN f_perf_goal_indicators o ON o.rec = d.before AND o.id = d.id
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = :a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :b AND v.version <= :c
  UNION SELECT s.rec FROM f_congress_approval s CROSS JOIN live r ON r.rec = s.rec AND r.r_fy = :b WHERE s.kind = @APPROVAL_KIND_BUDGET
  UNION SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1))
ORDER BY rec LIMIT 32
