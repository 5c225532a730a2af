-- id: K69
-- zh: 制度文件缺失
-- en: institution document missing
-- parties: finance
-- reads: S05
-- when: M I
-- basis: R-2 R-61 R-69
-- message.zh: 缺少{stage}制度文件，应于{due}前建立
-- message.en: no institution document on {stage_en} in force, due by {due}
-- clears.zh: 该阶段的S05
-- clears.en: S05 of that stage
-- responders: finance
-- figure: stage text
-- figure: stage_en text
-- figure: due date
-- param: k69.framework_by int 20200718 制度框架应于何日前建立 | the day by which the framework of institutions stands
-- param: k69.system_by int 20220718 制度体系应于何日前基本建成 | the day by which the system of institutions stands by and large
-- awaits: finance
-- scope: region
-- remark.zh: 按框架期限应有七个阶段的制度文件：五个环节（事前评估、目标、监控、评价、结果应用）和两个办法（转移支付、部门单位）；按体系期限还应有综合性文件。
-- remark.zh: 自该日所在月份的月末起，其后每日查看。任何一方该阶段尚未失效的S05均可。仅为提示，不要求答复。财政尚未日结至该月末的，暂不能判断。
-- Seven stages by k69.framework_by: the five steps (ex-ante evaluation, goals, monitoring, evaluation, use of results) and the
-- two methods, for transfers and for departments and units. By k69.system_by the general document too.
-- As of the end of the month in which the day lies, and from then on daily. Any party's S05 of the stage counts that
-- hasn't ended (valid_to). Info only: no reply is due.
-- UNKNOWN until finance has closed that month's last day.
-- Keys: a stage, b '', c ''.
-- [views]
CREATE TEMP VIEW k69_stage AS
SELECT @INSTITUTION_STAGE_EX_ANTE AS stage, 'EX_ANTE' AS name, '事前评估' AS zh, 'ex-ante evaluation' AS en, 'k69.framework_by' AS term
UNION ALL SELECT @INSTITUTION_STAGE_GOAL, 'GOAL', '绩效目标', 'goals', 'k69.framework_by'
UNION ALL SELECT @INSTITUTION_STAGE_MONITORING, 'MONITORING', '绩效监控', 'monitoring', 'k69.framework_by'
UNION ALL SELECT @INSTITUTION_STAGE_EVALUATION, 'EVALUATION', '绩效评价', 'evaluation', 'k69.framework_by'
UNION ALL SELECT @INSTITUTION_STAGE_RESULT_USE, 'RESULT_USE', '结果应用', 'use of results', 'k69.framework_by'
UNION ALL SELECT @INSTITUTION_STAGE_TRANSFER, 'TRANSFER', '转移支付', 'transfers', 'k69.framework_by'
UNION ALL SELECT @INSTITUTION_STAGE_ORG, 'ORG', '部门单位', 'departments and units', 'k69.framework_by'
UNION ALL SELECT @INSTITUTION_STAGE_GENERAL, 'GENERAL', '综合', 'performance management as a whole', 'k69.system_by';
-- [touch]
SELECT stage, '', '' FROM k69_stage WHERE (SELECT max(no) FROM tick) = 1
UNION SELECT f.stage, '', '' FROM changed c CROSS JOIN f_institution_doc f ON f.rec = c.rec WHERE c.type = @TYPE_INSTITUTION_DOC
-- [all]
SELECT stage, '', '' FROM k69_stage
-- [agenda]
SELECT t.a, t.b, t.c, date_add(month_end(param(s.term) / 100), 1) AS due FROM touched t CROSS JOIN k69_stage s ON s.stage = t.a
UNION SELECT t.a, t.b, t.c, date_add(v.valid_to, 1) FROM touched t CROSS JOIN v_institution_doc v ON v.stage = t.a WHERE v.valid_to > 0
-- [condition]
WITH judged AS MATERIALIZED (
  SELECT t.a, t.b, t.c, s.*, param(s.term) AS due, month_end(param(s.term) / 100) AS month_end,
    (SELECT max(coalesce(v.valid_to, 99991231)) FROM v_institution_doc v WHERE v.stage = t.a) AS until
  FROM touched t CROSS JOIN k69_stage s ON s.stage = t.a),
late AS MATERIALIZED (SELECT j.*, month_end < tick_day() AND coalesce(until < tick_day(), 1) AS late FROM judged j)
SELECT a, b, c, @SUBJECT_KIND_NONE AS kind, '' AS key, 0 AS fy, '' AS period, name AS object,
  CASE WHEN late THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_INFO AS sev, zh AS stage, en AS stage_en, due AS due,
  CASE WHEN late THEN max(month_end, coalesce(until, 0)) END AS through
FROM late
-- [inputs]
SELECT v.rec FROM v_institution_doc v WHERE v.stage = :a ORDER BY v.rec LIMIT 32
