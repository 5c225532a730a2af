-- id: K36
-- zh: 未报送绩效监控
-- en: monitoring report missing
-- parties: finance
-- reads: X03 B04 P02
-- when: D Y
-- basis: R-35 财预〔2019〕136号
-- message.zh: 未报送{period_end}绩效监控
-- message.en: the monitoring report as of {period_end} is missing
-- clears.zh: 该期X03报送后
-- clears.en: X03 of that period
-- responders: finance
-- figure: period_end date
-- figure: due date
-- param: k36.major_days int 15 重大事项季度监控的报送期限（季末后天数，末日逢休息日顺延） | days after a quarter's end within which major items are reported on (a last day off moves to the next working day)
-- param: k36.all_mmdd int 731 全部事项监控的数据截止日（月日） | the day to which all items are reported on (month and day)
-- param: k36.all_due_mmdd int 831 全部事项监控的报送期限（月日，逢休息日顺延） | the day by which that report is due (month and day; a day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: 适用于期末前已有当年有效批复的事项。均须于8月31日前报送截至7月31日的数据；季度末有效档案载明为重大的，每季度末后15个日历日内报送。
-- remark.zh: 末日逢休息日顺延至下一工作日，工作日历（H08）迟到的亦同。自期限之后的首个时点起。期末恰为该日的X03即为该期报告，不论层级。
-- remark.zh: 枢纽首个时点之前结束的期间不予要求。
-- Items with an INITIAL of that year valid by the period's end. All owe the report with data to 07-31 by 08-31;
-- those that are is_major by the profile in force at the quarter's end owe one a quarter, 15
-- calendar days after it. A last day off moves to the next working day, also where a calendar (H08) comes later. From the first
-- tick after the term on. An X03 of any level with exactly that period_end is
-- the report. Periods that ended before the hub's first tick are owed to nobody.
-- Keys: a subject, b period end, c ''.
-- [views]
CREATE TEMP VIEW k36_period AS
SELECT 331 AS mmdd UNION SELECT 630 UNION SELECT 930 UNION SELECT 1231 UNION SELECT param('k36.all_mmdd');
-- [touch]
SELECT r.subject, r.fy * 10000 + p.mmdd, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_allotment f ON f.rec = c.rec
  CROSS JOIN k36_period p WHERE c.type = @TYPE_ALLOTMENT AND f.kind = @ALLOTMENT_KIND_INITIAL AND r.subject IS NOT NULL AND r.fy IS NOT NULL
UNION SELECT q.subject, q.fy * 10000 + p.mmdd, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record q ON q.subject = r.subject AND q.type = @TYPE_ALLOTMENT CROSS JOIN k36_period p
 WHERE c.type = @TYPE_SUBJECT_PROFILE AND q.fy IS NOT NULL
UNION SELECT r.subject, f.period_end, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_monitor_report f ON f.rec = c.rec
 WHERE c.type = @TYPE_MONITOR_REPORT AND r.subject IS NOT NULL AND f.period_end IS NOT NULL
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy * 10000 + p.mmdd, '' FROM v_allotment v CROSS JOIN k36_period p WHERE v.kind = @ALLOTMENT_KIND_INITIAL
UNION SELECT n.a, n.b, n.c FROM condition n WHERE n.rule = 'K36'
-- [agenda]
SELECT a, b, c, date_add(cd_add(b / 10000 * 10000 + param('k36.all_due_mmdd'), 0), 1) AS due FROM touched WHERE b % 10000 = param('k36.all_mmdd')
UNION SELECT a, b, c, date_add(cd_add(b, param('k36.major_days')), 1) FROM touched WHERE b % 10000 <> param('k36.all_mmdd')
-- [condition]
WITH term AS MATERIALIZED (
  SELECT t.a, t.b, t.c, t.b / 10000 AS fy, t.b % 10000 = param('k36.all_mmdd') AS everyone,
    CASE t.b % 10000 WHEN param('k36.all_mmdd') THEN cd_add(t.b / 10000 * 10000 + param('k36.all_due_mmdd'), 0)
      ELSE cd_add(t.b, param('k36.major_days')) END AS due
  FROM touched t WHERE t.b % 10000 IN (SELECT mmdd FROM k36_period) AND t.b >= (SELECT min(day) FROM tick)),
owed AS MATERIALIZED (
  SELECT m.*, (SELECT min(v.r_kind) FROM v_allotment v WHERE v.r_subject = m.a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = m.fy
      AND v.kind = @ALLOTMENT_KIND_INITIAL AND v.r_valid <= m.b) AS kind,
    m.everyone OR coalesce((SELECT v.is_major FROM v_subject_profile v WHERE v.r_subject = m.a AND v.r_type = @TYPE_SUBJECT_PROFILE
      AND v.r_valid <= m.b ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1), 0) AS owes,
    EXISTS (SELECT 1 FROM v_monitor_report v WHERE v.r_subject = m.a AND v.r_type = @TYPE_MONITOR_REPORT AND v.period_end = m.b) AS here
  FROM term m WHERE m.due < tick_day())
SELECT a, b, c, kind AS kind, a AS key, fy AS fy, CAST(b AS TEXT) AS period, '' AS object, 'FIRE' AS state, @SEVERITY_YELLOW AS sev,
  b AS period_end, due AS due, due AS through
FROM owed WHERE owes AND NOT here AND kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :fy AND v.kind = @ALLOTMENT_KIND_INITIAL
  UNION SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= :b
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1))
ORDER BY rec LIMIT 32
