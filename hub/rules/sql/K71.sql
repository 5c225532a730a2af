-- id: K71
-- zh: 未开展综合评价或考核
-- en: evaluation or assessment not held
-- parties: finance
-- reads: P01 V01 W01
-- when: D I
-- basis: R-20 R-49 R-75
-- message.zh: 未开展{what}，应于{due}前完成
-- message.en: {what_en} not held, due by {due}
-- clears.zh: V01、W01
-- clears.en: V01, W01
-- responders: finance
-- figure: what text
-- figure: what_en text
-- figure: due date
-- param: k71.due_mmdd int 930 次年何日（月日）前应完成（末日逢休息日顺延） | the day of the next year by which it is done (month and day; a last day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: 每个年度应有：每个部门和每个区县的W01；财政对每个区县的区县综合评价；财政对该年度或以前已纳入试点的每个部门的部门整体评价。
-- remark.zh: 部门和区县以P01为准（层级为部门，或区县政府、区县财政的区划），且在该年末处于启用。期限在首个时点之前的年度不予要求。仅为提示，不要求答复。
-- remark.zh: 财政尚未日结至期限末日的，暂不能判断。
-- Expected of a fiscal year: a W01 of every department and of every district; a V01 REGION by finance of every district; a
-- V01 DEPT by finance of every department that is a pilot from that year or before. Departments and districts are those of P01
-- (level DEPT; DISTRICT_GOV or DISTRICT_FIN, by its rgn) that are active on the year's last day. Years whose due day is before
-- the first tick aren't asked for. Info only: no reply is due.
-- UNKNOWN until finance has closed the last day.
-- Keys: a department or region, b fiscal year, c V01 or W01.
-- [views]
CREATE TEMP VIEW k71_org AS
SELECT CASE f.level WHEN @ORG_LEVEL_DEPT THEN r.r_subject ELSE f.rgn END AS subject, r.rec,
  CASE f.level WHEN @ORG_LEVEL_DEPT THEN @SUBJECT_KIND_DEPT ELSE @SUBJECT_KIND_REGION END AS kind,
  CASE f.level WHEN @ORG_LEVEL_DEPT THEN coalesce(f.pilot_from, 9999) ELSE 0 END AS evaluated_from,
  coalesce(f.active_from, 0) AS since, coalesce(f.active_to, 99991231) AS until
FROM f_org_profile f CROSS JOIN live r ON r.rec = f.rec
WHERE f.level IN (@ORG_LEVEL_DEPT, @ORG_LEVEL_DISTRICT_GOV, @ORG_LEVEL_DISTRICT_FIN)
  AND NOT EXISTS (SELECT 1 FROM live w WHERE w.r_subject = r.r_subject AND w.r_type = @TYPE_ORG_PROFILE
    AND (w.r_valid, w.r_issued, w.r_stream, w.r_seq) > (r.r_valid, r.r_issued, r.r_stream, r.r_seq));
CREATE TEMP VIEW k71_year AS
WITH RECURSIVE y(fy) AS (SELECT day / 10000 - 1 FROM (SELECT day FROM tick ORDER BY no LIMIT 1)
  UNION ALL SELECT fy + 1 FROM y WHERE fy + 1 < tick_day() / 10000)
SELECT fy FROM y WHERE fy < tick_day() / 10000;
CREATE TEMP VIEW k71_what AS SELECT 'V01' AS what UNION ALL SELECT 'W01';
-- [touch]
SELECT o.subject, y.fy, w.what FROM k71_year y CROSS JOIN k71_org o CROSS JOIN k71_what w
  WHERE y.fy >= (SELECT day / 10000 FROM tick WHERE no = (SELECT max(no) - 1 FROM tick))
UNION SELECT CASE f.level WHEN @ORG_LEVEL_DEPT THEN r.subject ELSE f.rgn END, y.fy, w.what FROM changed c
  CROSS JOIN f_org_profile f ON f.rec = c.rec CROSS JOIN record r ON r.rec = c.rec CROSS JOIN k71_year y CROSS JOIN k71_what w
  WHERE c.type = @TYPE_ORG_PROFILE AND f.level IN (@ORG_LEVEL_DEPT, @ORG_LEVEL_DISTRICT_GOV, @ORG_LEVEL_DISTRICT_FIN)
UNION SELECT r.subject, r.fy, 'V01' FROM changed c CROSS JOIN f_evaluation f ON f.rec = c.rec CROSS JOIN record r ON r.rec = c.rec
  WHERE c.type = @TYPE_EVALUATION AND f.kind IN (@EVALUATION_KIND_DEPT, @EVALUATION_KIND_REGION)
UNION SELECT r.subject, r.fy, 'W01' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_WORK_ASSESSMENT
-- [all]
SELECT o.subject, y.fy, w.what FROM k71_year y CROSS JOIN k71_org o CROSS JOIN k71_what w
-- [agenda]
SELECT a, b, c, date_add(cd_add((b + 1) * 10000 + param('k71.due_mmdd'), 0), 1) AS due FROM touched
-- [condition]
WITH profile AS MATERIALIZED (
  SELECT t.a, t.b, t.c, p.rec FROM touched t CROSS JOIN record p ON p.subject = t.a AND p.type = @TYPE_ORG_PROFILE
  UNION SELECT t.a, t.b, t.c, f.rec FROM touched t CROSS JOIN f_org_profile f ON f.rgn = t.a),
expected AS MATERIALIZED (
  SELECT p.a, p.b, p.c, min(o.kind) AS kind, cd_add((p.b + 1) * 10000 + param('k71.due_mmdd'), 0) AS due
  FROM profile p CROSS JOIN k71_org o ON o.rec = p.rec AND o.subject = p.a
  WHERE (p.c = 'W01' OR o.evaluated_from <= p.b) AND p.b * 10000 + 1231 BETWEEN o.since AND o.until
    AND cd_add((p.b + 1) * 10000 + param('k71.due_mmdd'), 0) >= (SELECT day FROM tick ORDER BY no LIMIT 1) GROUP BY p.a, p.b, p.c),
late AS MATERIALIZED (
  SELECT e.*, due < tick_day() AND NOT CASE c
      WHEN 'W01' THEN EXISTS (SELECT 1 FROM live r WHERE r.r_subject = e.a AND r.r_type = @TYPE_WORK_ASSESSMENT AND r.r_fy = e.b)
      ELSE EXISTS (SELECT 1 FROM v_evaluation v WHERE v.r_subject = e.a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = e.b
        AND v.kind IN (@EVALUATION_KIND_DEPT, @EVALUATION_KIND_REGION) AND v.by = @EVALUATION_BY_FIN) END AS late
  FROM expected e)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, c AS object, CASE WHEN late THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_INFO AS sev,
  CASE WHEN c = 'W01' THEN '绩效管理工作考核' WHEN kind = @SUBJECT_KIND_REGION THEN '财政运行综合绩效评价' ELSE '部门整体绩效评价' END AS what,
  CASE WHEN c = 'W01' THEN 'assessment of performance work' WHEN kind = @SUBJECT_KIND_REGION
    THEN 'comprehensive fiscal performance evaluation' ELSE 'overall department evaluation' END AS what_en,
  due AS due, CASE WHEN late THEN due END AS through
FROM late
-- [inputs]
SELECT v.rec FROM v_org_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_ORG_PROFILE ORDER BY v.rec LIMIT 8
