-- id: K20
-- zh: 目标资金与批复不匹配
-- en: goal money mismatch
-- parties: finance
-- reads: B04 E04
-- when: E Y
-- basis: R-32
-- message.zh: 目标对应资金{a}万元与批复{b}万元不匹配
-- message.en: the goal's money {a} does not match the {b} allotted (10,000 yuan)
-- clears.zh: 新的E04
-- clears.en: new E04
-- responders: finance
-- figure: a fen
-- figure: b fen
-- figure: x fen
-- figure: version text
-- param: k20.ppm int 50000 容许差额占批复数的百万分比 | the difference allowed in millionths of what was allotted
-- scope: region
-- remark.zh: 以该事项、年度的最高目标版本为准；总体目标（WHOLE）不比对。B0为各预算种类的批复，提前下达在批复承接后计入。恰等于容差的视为匹配。尚无目标或下达的，
-- remark.zh: 暂不能判断。不等待任何一方：目标与下达均已在此。
-- The goal version in force is the highest of the item and year; a goal for the whole term (WHOLE) isn't compared.
-- B0 is INITIAL with an ADVANCE once an INITIAL absorbs it, of all budget kinds. Exactly the tolerance matches.
-- No goal or no allotment yet: UNKNOWN.
-- Awaits nobody: the goal and the allotments are both here.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_PERF_GOAL, @TYPE_ALLOTMENT)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_perf_goal v UNION SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_allotment v
-- [condition]
WITH both AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = t.a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = t.b
      ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS goal,
    (SELECT min(r.r_kind) FROM live r WHERE r.r_subject = t.a AND r.r_type IN (@TYPE_PERF_GOAL, @TYPE_ALLOTMENT)) AS kind,
    (SELECT sum(v.fen * v.r_sign) FROM v_allotment v WHERE v.r_subject = t.a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = t.b
      AND (v.kind = @ALLOTMENT_KIND_INITIAL OR (v.kind = @ALLOTMENT_KIND_ADVANCE AND EXISTS (SELECT 1 FROM ref f JOIN live i
        ON i.rec = f.rec WHERE f.t_sid = v.r_sid AND f.t_seq = v.r_seq AND f.field = 'absorbs')))) AS fen
  FROM touched t)
SELECT g.a, g.b, g.c, g.kind AS kind, g.a AS key, g.b AS fy, '' AS period, '' AS object,
  CASE WHEN v.horizon = @GOAL_HORIZON_WHOLE THEN 'CLEAR' WHEN v.rec IS NULL OR g.fen IS NULL THEN 'UNKNOWN'
       WHEN over_ppm(abs(v.budget_fen - g.fen), g.fen, param('k20.ppm')) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, v.budget_fen AS a, g.fen AS b, abs(v.budget_fen - g.fen) AS x, 'v' || v.version AS version
FROM both g LEFT JOIN f_perf_goal v ON v.rec = g.goal
WHERE g.kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)
-- [inputs]
SELECT rec FROM (
  SELECT * FROM (SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = :a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :b
    ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :b
    AND v.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADVANCE))
ORDER BY rec LIMIT 64
