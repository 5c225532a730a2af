-- id: K33
-- zh: 预警逾期未反馈
-- en: no reply to a warning
-- parties: finance office
-- reads: X04 J04 V03
-- when: D Y/R
-- basis: R-39 济绩条例15
-- message.zh: 预警{date}逾期{n}个工作日未反馈整改
-- message.en: the warning of {date} is {n} working days without a rectification
-- clears: V03 PLAN or REPORT on the warning
-- responders: finance
-- figure: date date
-- figure: due date
-- figure: n count volatile
-- figure: record text
-- param: k33.reply_workdays int 10 预警未定期限时的答复期限（工作日）
-- param: k33.red_workdays int 10 逾期多少个工作日后升为红色
-- awaits: finance
-- scope: region
-- X04 WARN and J04 WARNING, due by their reply_due, else so many working days after they took effect. From the first tick
-- after that day on; red once so many working days more are over. Any V03 PLAN or REPORT whose source is the warning
-- (whatever correction of it) answers it, late ones too; whether it is good is K34's question.
-- The object is the warning's first record: its party and document number; without a number its party, stream and place in it.
-- Keys: a the warning's first record (number in the ledger), b '', c ''.
-- [views]
CREATE TEMP VIEW k33_warning AS
SELECT r.r_root, r.r_kind, r.r_subject, r.r_fy, r.r_valid,
  coalesce(x.reply_due, j.reply_due, wd_add(r.r_valid, param('k33.reply_workdays'))) AS due
FROM live r LEFT JOIN f_fund_control x ON x.rec = r.rec LEFT JOIN f_notice j ON j.rec = r.rec
WHERE r.r_type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE) AND (x.action = @FUND_ACTION_WARN OR j.kind = @NOTICE_KIND_WARNING);
-- [touch]
SELECT r.root, '', '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE)
UNION SELECT f.t_root, '', '' FROM changed c JOIN resolved f ON f.rec = c.rec
  WHERE c.type = @TYPE_RECTIFICATION AND f.field = 'source' AND f.t_type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE)
UNION SELECT n.a, n.b, n.c FROM condition n WHERE n.rule = 'K33' AND EXISTS (SELECT 1 FROM changed WHERE type = @TYPE_WORKDAYS)
-- [all]
SELECT v.r_root, '', '' FROM v_fund_control v WHERE v.action = @FUND_ACTION_WARN
UNION SELECT v.r_root, '', '' FROM v_notice v WHERE v.kind = @NOTICE_KIND_WARNING
-- [agenda]
SELECT t.a, t.b, t.c, date_add(w.due, 1) AS due FROM touched t CROSS JOIN k33_warning w WHERE w.r_root = t.a
UNION SELECT t.a, t.b, t.c, date_add(wd_add(w.due, param('k33.red_workdays')), 1) FROM touched t
  CROSS JOIN k33_warning w WHERE w.r_root = t.a
-- [condition]
WITH open AS MATERIALIZED (
  SELECT t.a, t.b, t.c, w.*, wd_add(w.due, param('k33.red_workdays')) AS red_after, coalesce(w.due < tick_day(), 0)
    AND NOT EXISTS (SELECT 1 FROM resolved f JOIN v_rectification v ON v.rec = f.rec
      AND v.phase IN (@RECTIFICATION_PHASE_PLAN, @RECTIFICATION_PHASE_REPORT)
      WHERE f.t_root = t.a AND f.field = 'source') AS yes
  FROM touched t CROSS JOIN k33_warning w WHERE w.r_root = t.a)
SELECT o.a, o.b, o.c, coalesce(o.r_kind, @SUBJECT_KIND_NONE) AS kind, coalesce(o.r_subject, '') AS key, coalesce(o.r_fy, 0) AS fy,
  '' AS period, s.party || '/' || coalesce(nullif(q.doc_no, ''), s.name || '#' || q.seq) AS object, CASE WHEN o.yes THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > o.red_after THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  o.r_valid AS date, o.due AS due, wd_diff(tick_day(), o.due) AS n, s.party || '/' || s.name || '#' || q.seq AS record,
  CASE WHEN o.yes THEN CASE WHEN tick_day() > o.red_after THEN o.red_after ELSE o.due END END AS through
FROM open o JOIN record q ON q.rec = o.a JOIN stream s ON s.sid = q.sid
-- [inputs]
SELECT r.rec FROM live r WHERE r.r_root = :a ORDER BY r.rec LIMIT 32
