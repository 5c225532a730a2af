-- id: K70
-- zh: 评价结果未反馈、未整改或未公开
-- en: result not fed back, rectified or disclosed
-- parties: finance
-- reads: V01 V03 S03
-- when: D Y
-- basis: R-50 信息公开条例26
-- message.zh: 评价结果{what}，逾期{n}天
-- message.en: evaluation result {what_en}, {n} days overdue
-- clears.zh: 载明反馈日期的V01；V03方案或报告；S03公开
-- clears.en: V01 with feedback_at; V03 PLAN or REPORT; S03
-- responders: finance
-- figure: what text
-- figure: what_en text
-- figure: due date
-- figure: n day volatile
-- param: k70.days int 30 多少天内应反馈并提出整改方案（末日逢休息日顺延） | days within which it is fed back and a rectification plan comes (a last day off moves to the next working day)
-- param: k70.public_workdays int 20 多少个工作日内应公开 | working days within which it is public
-- awaits: finance
-- scope: region
-- remark.zh: 适用于财政所作的重点评价、部门整体评价、区县综合评价；评价当日为第0日。反馈（feedback）：未载明反馈日期；方案（plan）：
-- remark.zh: 没有以该评价为来源的V03方案或报告，不论等级；公开（public）：没有S03列明该评价。对评价的更正不另起期限。同一事项、年度有多份评价的，
-- remark.zh: 以最早到期的为准。财政尚未日结至期限末日的，暂不能判断。
-- Finance's evaluations of kind FIN_KEY, DEPT and REGION. Day 0 is the evaluation's day. `feedback`: no feedback_at;
-- `plan`: no V03 PLAN, nor its REPORT, whose source is the evaluation, whatever its rating; `public`: no S03 that names it. A
-- correction of the evaluation begins no new term. Of several evaluations of one subject and year the
-- one that was due first.
-- UNKNOWN until finance has closed the term's last day.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k70_evaluation AS
SELECT r.rec, r.r_root AS root, r.r_kind AS kind, r.r_subject AS subject, r.r_fy AS fy, f.feedback_at,
  cd_add(r.r_valid, param('k70.days')) AS due, wd_add(r.r_valid, param('k70.public_workdays')) AS public_due
FROM live r CROSS JOIN f_evaluation f ON f.rec = r.rec WHERE r.r_type = @TYPE_EVALUATION AND f.by = @EVALUATION_BY_FIN
  AND f.kind IN (@EVALUATION_KIND_FIN_KEY, @EVALUATION_KIND_DEPT, @EVALUATION_KIND_REGION);
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_EVALUATION
UNION SELECT f.t_subject, f.t_fy, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  WHERE c.type IN (@TYPE_RECTIFICATION, @TYPE_DISCLOSURE) AND f.field IN ('source', 'what') AND f.t_type = @TYPE_EVALUATION
-- [all]
SELECT DISTINCT subject, fy, '' FROM k70_evaluation
-- [agenda]
WITH term AS MATERIALIZED (SELECT t.a, t.b, t.c, k.due, k.public_due FROM touched t CROSS JOIN k70_evaluation k
  ON k.subject = t.a AND k.fy = t.b)
SELECT a, b, c, date_add(due, 1) AS due FROM term UNION SELECT a, b, c, date_add(public_due, 1) FROM term
-- [condition]
WITH done AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.*, EXISTS (SELECT 1 FROM resolved f JOIN v_rectification w ON w.rec = f.rec
      AND w.phase IN (@RECTIFICATION_PHASE_PLAN, @RECTIFICATION_PHASE_REPORT) WHERE f.t_root = k.root AND f.field = 'source') AS planned,
    EXISTS (SELECT 1 FROM resolved f JOIN v_disclosure w ON w.rec = f.rec WHERE f.t_root = k.root AND f.field = 'what') AS public
  FROM touched t CROSS JOIN k70_evaluation k ON k.subject = t.a AND k.fy = t.b),
owed AS (
  SELECT a, b, c, kind, due, 'feedback' AS duty, '未反馈' AS what, 'not fed back' AS what_en FROM done WHERE feedback_at IS NULL
  UNION ALL SELECT a, b, c, kind, due, 'plan', '未提出整改方案', 'without a plan of rectification' FROM done WHERE NOT planned
  UNION ALL SELECT a, b, c, kind, public_due, 'public', '未公开', 'not disclosed' FROM done WHERE NOT public)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, duty AS object, 'FIRE' AS state, @SEVERITY_YELLOW AS sev,
  what AS what, what_en AS what_en, min(due) AS due, date_diff(tick_day(), min(due)) AS n, min(due) AS through
FROM owed WHERE due < tick_day() GROUP BY a, b, c, duty
-- [inputs]
SELECT k.rec FROM k70_evaluation k WHERE k.subject = :a AND k.fy = :b ORDER BY k.rec LIMIT 16
