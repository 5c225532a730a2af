-- id: K33
-- zh: 预警逾期未反馈
-- en: no reply to a warning
-- parties: finance office
-- reads: X04 J04 V03
-- when: D Y/R
-- basis: R-39 济绩条例15
-- message.zh: 预警{date}逾期{n}个工作日未反馈整改
-- message.en: the warning of {date} is {n} working days without a rectification
-- clears.zh: 就该预警报送V03方案或报告
-- clears.en: V03 PLAN or REPORT on the warning
-- responders: finance
-- figure: date date
-- figure: due date
-- figure: n count volatile
-- figure: record text
-- param: k33.reply_workdays int 10 预警未定期限时的答复期限（工作日） | working days to answer in, where the warning says none
-- param: k33.red_workdays int 10 逾期多少个工作日后升为红色 | working days overdue until it is red
-- awaits: finance
-- scope: region
-- remark.zh: X04预警和J04预警通报，期限为其答复期限，未载明的为生效后规定工作日。自期限之后的首个时点起，再过规定工作日升为红色。以该预警（含其任何更正）
-- remark.zh: 为来源的V03方案或报告即为反馈，迟到的亦可；整改是否到位属K34。差异的对象为该预警的首条记录：报送方和文号，没有文号的为报送方、数据流和位次。同一文号、
-- remark.zh: 事项、年度的多份预警为一种情形，以未反馈且最早到期的为准。
-- X04 WARN and J04 WARNING, due by their reply_due, else so many working days after they took effect. From the first tick
-- after that day on; red once so many working days more are over. Any V03 PLAN or REPORT whose source is the warning
-- (whatever correction of it) answers it, late ones too; whether it is good is K34's question.
-- The object is the warning's first record: its party and document number; without a number its party, stream and place in it.
-- Several warnings of one number, subject and year are one condition: the one that is open and was due first speaks.
-- Keys: a subject or '', b object, c fiscal year or 0.
-- [views]
CREATE TEMP VIEW k33_named AS
SELECT q.rec AS root, s.party || '/' || coalesce(nullif(q.doc_no, ''), s.name || '#' || q.seq) AS object, s.party || '/' || s.name || '#' || q.seq AS record
FROM record q CROSS JOIN stream s ON s.sid = q.sid;
CREATE TEMP VIEW k33_warning AS
SELECT r.rec, r.r_root AS root, coalesce(r.r_kind, @SUBJECT_KIND_NONE) AS kind, r.r_subject AS subject, coalesce(r.r_fy, 0) AS fy, r.r_valid AS valid,
  n.object, n.record, coalesce(x.reply_due, j.reply_due, wd_add(r.r_valid, param('k33.reply_workdays'))) AS due
FROM live r CROSS JOIN k33_named n ON n.root = r.r_root LEFT JOIN f_fund_control x ON x.rec = r.rec LEFT JOIN f_notice j ON j.rec = r.rec
WHERE r.r_type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE) AND (x.action = @FUND_ACTION_WARN OR j.kind = @NOTICE_KIND_WARNING);
-- [touch]
SELECT coalesce(r.subject, ''), n.object, coalesce(r.fy, 0) FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN k33_named n ON n.root = r.root
 WHERE c.type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE)
UNION SELECT coalesce(r.r_subject, ''), n.object, coalesce(r.r_fy, 0) FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  CROSS JOIN live r ON r.r_root = f.t_root CROSS JOIN k33_named n ON n.root = f.t_root
 WHERE c.type = @TYPE_RECTIFICATION AND f.field = 'source' AND f.t_type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE)
-- [all]
SELECT coalesce(subject, ''), object, fy FROM k33_warning
-- [agenda]
SELECT t.a, t.b, t.c, date_add(w.due, 1) AS due FROM touched t
  CROSS JOIN k33_warning w WHERE w.subject IS nullif(t.a, '') AND w.object = t.b AND w.fy = t.c
UNION SELECT t.a, t.b, t.c, date_add(wd_add(w.due, param('k33.red_workdays')), 1) FROM touched t
  CROSS JOIN k33_warning w WHERE w.subject IS nullif(t.a, '') AND w.object = t.b AND w.fy = t.c
-- [condition]
WITH each AS MATERIALIZED (
  SELECT t.a, t.b, t.c, w.*, wd_add(w.due, param('k33.red_workdays')) AS red_after, coalesce(w.due < tick_day(), 0)
    AND NOT EXISTS (SELECT 1 FROM resolved f JOIN v_rectification v ON v.rec = f.rec
      AND v.phase IN (@RECTIFICATION_PHASE_PLAN, @RECTIFICATION_PHASE_REPORT)
      WHERE f.t_root = w.root AND f.field = 'source') AS yes
  FROM touched t CROSS JOIN k33_warning w WHERE w.subject IS nullif(t.a, '') AND w.object = t.b AND w.fy = t.c),
open AS (SELECT each.*, row_number() OVER (PARTITION BY a, b, c, kind ORDER BY yes DESC, due, record) AS nth FROM each)
SELECT a, b, c, kind AS kind, a AS key, c AS fy, '' AS period, b AS object, CASE WHEN yes THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > red_after THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  valid AS date, due AS due, wd_diff(tick_day(), due) AS n, record AS record,
  CASE WHEN yes THEN CASE WHEN tick_day() > red_after THEN red_after ELSE due END END AS through
FROM open WHERE nth = 1
-- [inputs]
SELECT w.rec FROM k33_warning w WHERE w.subject IS nullif(:a, '') AND w.object = :b AND w.fy = :c ORDER BY w.rec LIMIT 32
