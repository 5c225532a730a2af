-- id: K17
-- zh: 绩效指标不全
-- en: indicators missing
-- parties: finance
-- reads: E04
-- when: E Y
-- basis: R-16 R-28 R-30
-- message.zh: 缺少{list}指标
-- message.en: indicators missing: {list_en}
-- clears.zh: 新的E04
-- clears.en: new E04
-- responders: finance
-- figure: list text
-- figure: list_en text
-- figure: version text
-- scope: region
-- remark.zh: 以该事项、年度的现行（最高）目标版本为准。各类框架均须有CI-1至CI-3；项目、政策、转移支付须有产出、效益、满意度指标，部门整体框架（DEPT6）
-- remark.zh: 须有六个方面（R-16）。载明不适用理由的指标，不算缺失。不等待任何一方：目标已在此。
-- Read on the goal version in force, the highest of the subject and year. Every frame needs CI-1 to CI-3;
-- 产出, 效益 and 满意度 are asked of projects, policies and transfers, a department's six dimensions (R-16) of
-- frame DEPT6. An indicator that stands there with its na_reason is not missing.
-- Awaits nobody: the goal is here.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_PERF_GOAL
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_perf_goal v
-- [condition]
WITH needed(ord, id, l1, frame, zh, en) AS (VALUES
  (1, 'CI-1', 0, 0, 'CI-1', 'CI-1'), (2, 'CI-2', 0, 0, 'CI-2', 'CI-2'), (3, 'CI-3', 0, 0, 'CI-3', 'CI-3'),
  (4, '', @INDICATOR_GROUP_OUTPUT, 1, '产出', 'output'), (5, '', @INDICATOR_GROUP_BENEFIT, 1, '效益', 'benefit'),
  (6, '', @INDICATOR_GROUP_SATISFACTION, 1, '满意度', 'satisfaction'),
  (7, '', @INDICATOR_GROUP_OPERATING_COST, 6, '运行成本', 'operating cost'),
  (8, '', @INDICATOR_GROUP_MANAGEMENT, 6, '管理效率', 'management'), (9, '', @INDICATOR_GROUP_DUTY, 6, '履职效能', 'duty'),
  (10, '', @INDICATOR_GROUP_SOCIAL_EFFECT, 6, '社会效应', 'social effect'),
  (11, '', @INDICATOR_GROUP_SUSTAINABILITY, 6, '可持续发展能力', 'sustainability'),
  (12, '', @INDICATOR_GROUP_SERVICE, 6, '服务对象满意度', 'satisfaction of those served')),
goal AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = t.a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = t.b
    ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec FROM touched t),
missing AS MATERIALIZED (
  SELECT g.a, g.b, g.c, g.rec, v.version, n.ord, n.zh, n.en FROM goal g CROSS JOIN f_perf_goal v ON v.rec = g.rec
  CROSS JOIN needed n ON n.frame = 0 OR n.frame = CASE v.frame WHEN @GOAL_FRAME_DEPT6 THEN 6 WHEN @GOAL_FRAME_REGION THEN 0 ELSE 1 END
  WHERE NOT EXISTS (SELECT 1 FROM f_perf_goal_indicators i WHERE i.rec = g.rec
    AND CASE n.l1 WHEN 0 THEN i.id = n.id ELSE i.l1 = n.l1 END) ORDER BY n.ord)
SELECT m.a, m.b, m.c, r.kind AS kind, m.a AS key, m.b AS fy, '' AS period, '' AS object, 'FIRE' AS state, @SEVERITY_YELLOW AS sev,
  group_concat(m.zh, '、') AS list, group_concat(m.en, ', ') AS list_en, 'v' || m.version AS version
FROM missing m CROSS JOIN record r ON r.rec = m.rec GROUP BY m.a, m.b, m.c
-- [inputs]
SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = :a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :b
ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1
