-- id: K54
-- zh: 指标完成值不一致
-- en: indicator sources differ
-- parties: finance audit
-- reads: X03 V01 A02
-- when: E Y
-- basis: R-43 R-77
-- message.zh: 指标“{i}”完成值不一致：{list}
-- message.en: indicator {i}, sources differ: {list_en}
-- clears.zh: 由填错的一方更正
-- clears.en: correction by whoever was wrong
-- responders: finance
-- figure: i text
-- figure: list text
-- figure: list_en text
-- param: k54.ppm int 50000 相差占较大值的百万分比 | the difference in millionths of the larger value
-- scope: region
-- remark.zh: 同一指标（按编号）当年完成值的各个来源：各类V01、各层级期末为12月31日的X03、审计A02，各取最新。最高与最低相差超过其中绝对值较大者5%的触发。
-- remark.zh: 期末为其他日期的X03时点不同，不比对。非数字的不比对；计量单位不换算；日期（yyyymmdd）按数字计。审计认定了他方均未载明的完成值的，暂不能判断；
-- remark.zh: 其他单独存在的值不触发。不等待任何一方：数值已在此。
-- The year's outcome of one indicator (by its id) in every source: each kind of V01, each level's X03 of 12-31, A02
-- INDICATOR; of each the newest. Fires where the highest and the lowest are more than 5 % of the greater
-- magnitude apart. An X03 of another day is of another time and not compared. What isn't a number says
-- nothing here; units aren't converted; dates (yyyymmdd) count as numbers.
-- UNKNOWN where audit names an outcome that nobody else has named yet; other values that stand alone are CLEAR.
-- Awaits nobody: the values are here.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k54_actual AS
SELECT r.r_subject AS subject, r.r_fy AS fy, i.id, 10 + v.kind AS source, r.rec, r.r_valid AS valid, r.r_issued AS issued,
  r.r_stream AS stream, r.r_seq AS seq, i.actual
FROM live r CROSS JOIN f_evaluation v ON v.rec = r.rec CROSS JOIN f_evaluation_items i ON i.rec = r.rec WHERE r.r_type = @TYPE_EVALUATION
UNION ALL
SELECT r.r_subject, r.r_fy, i.id, 20 + v.level, r.rec, r.r_valid, r.r_issued, r.r_stream, r.r_seq, i.actual
FROM live r CROSS JOIN f_monitor_report v ON v.rec = r.rec AND v.period_end = r.r_fy * 10000 + 1231
  CROSS JOIN f_monitor_report_indicators i ON i.rec = r.rec WHERE r.r_type = @TYPE_MONITOR_REPORT
UNION ALL
SELECT r.r_subject, r.r_fy, v.indicator, 30, r.rec, r.r_valid, r.r_issued, r.r_stream, r.r_seq, v.value
FROM live r CROSS JOIN f_audit_figure v ON v.rec = r.rec AND v.item = @AUDIT_ITEM_INDICATOR WHERE r.r_type = @TYPE_AUDIT_FIGURE;
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec
 WHERE c.type IN (@TYPE_EVALUATION, @TYPE_MONITOR_REPORT, @TYPE_AUDIT_FIGURE) AND r.subject IS NOT NULL
-- [all]
SELECT DISTINCT r_subject, r_fy, '' FROM live WHERE r_type IN (@TYPE_EVALUATION, @TYPE_MONITOR_REPORT, @TYPE_AUDIT_FIGURE)
-- [condition]
WITH said AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.id, k.source, k.actual, ltrim(k.actual, '+-') AS digits,
    row_number() OVER (PARTITION BY t.a, t.b, k.id, k.source ORDER BY k.valid DESC, k.issued DESC, k.stream DESC, k.seq DESC) AS no
  FROM touched t CROSS JOIN k54_actual k ON k.subject = t.a AND k.fy = t.b),
number AS MATERIALIZED (
  SELECT said.*, CASE instr(digits, '.') WHEN 0 THEN digits ELSE substr(digits, 1, instr(digits, '.') - 1) END AS whole,
    CASE instr(digits, '.') WHEN 0 THEN '' ELSE substr(digits, instr(digits, '.') + 1) END AS part
  FROM said WHERE no = 1),
micro AS MATERIALIZED (
  SELECT number.*, CASE WHEN actual LIKE '-%' THEN -1 ELSE 1 END
      * (CAST(whole AS INTEGER) * 1000000 + CAST(substr(part || '000000', 1, 6) AS INTEGER)) AS value
  FROM number WHERE whole <> '' AND length(whole) <= 12 AND whole NOT GLOB '*[^0-9]*' AND part NOT GLOB '*[^0-9]*'),
named AS (
  SELECT micro.*, CASE source WHEN 11 THEN '自评' WHEN 12 THEN '抽评' WHEN 13 THEN '部门重点评价' WHEN 14 THEN '财政重点评价' WHEN 15 THEN '到期评估'
      WHEN 16 THEN '部门整体评价' WHEN 17 THEN '区县综合评价' WHEN 21 THEN '单位监控' WHEN 22 THEN '部门监控' WHEN 23 THEN '财政监控' ELSE '审计' END AS zh,
    CASE source WHEN 11 THEN 'self-evaluation' WHEN 12 THEN 'spot check' WHEN 13 THEN 'department''s key evaluation'
      WHEN 14 THEN 'finance''s key evaluation' WHEN 15 THEN 'evaluation at expiry' WHEN 16 THEN 'evaluation of the department'
      WHEN 17 THEN 'evaluation of the region' WHEN 21 THEN 'unit''s monitoring' WHEN 22 THEN 'department''s monitoring'
      WHEN 23 THEN 'finance''s monitoring' ELSE 'audit' END AS en FROM micro),
listed AS (
  SELECT named.*, row_number() OVER w AS nth, count(*) OVER alike AS n, min(value) OVER alike AS low, max(value) OVER alike AS high,
    group_concat(zh || actual, '、') OVER w AS list, group_concat(en || ' ' || actual, ', ') OVER w AS list_en
  FROM named WINDOW w AS (PARTITION BY a, b, id ORDER BY source), alike AS (PARTITION BY a, b, id))
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, b AS fy, '' AS period, id AS object,
  CASE WHEN n = 1 THEN CASE source WHEN 30 THEN 'UNKNOWN' ELSE 'CLEAR' END
       WHEN over_ppm(high - low, max(abs(high), abs(low)), param('k54.ppm')) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, id AS i, list AS list, list_en AS list_en
FROM listed WHERE nth = n
-- [inputs]
SELECT DISTINCT k.rec FROM k54_actual k WHERE k.subject = :a AND k.fy = :b AND k.id = :object ORDER BY k.rec LIMIT 32
