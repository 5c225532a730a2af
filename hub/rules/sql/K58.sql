-- id: K58
-- zh: 审计问题逾期未整改
-- en: audit finding overdue
-- parties: audit finance
-- reads: A03 A04 V03
-- when: D Y/R
-- basis: R-77 审计法52
-- message.zh: 审计问题{no}逾期{n}天未整改
-- message.en: audit finding {no} is {n} days overdue
-- clears.zh: A04核查为已整改
-- clears.en: A04 DONE
-- responders: finance
-- figure: no text
-- figure: due date
-- figure: n day volatile
-- figure: x fen
-- param: k58.red_days int 30 逾期多少天后升为红色（末日逢休息日顺延） | days overdue until it is red (a last day off moves to the next working day)
-- awaits: audit
-- scope: region
-- remark.zh: 期限届满后再过规定日历日升为红色；末日逢休息日顺延至下一工作日。已整改，指针对该发现（含其任何更正）的A04为已整改，或审计的V03核查为已整改。
-- remark.zh: 未整改即为未报送：审计各数据流尚未日结至期限日，以及升为红色前的末日，暂不能判断；已整改的立即销号。差异的对象同K53。
-- Red once the calendar days after the date due are over; a last day off moves to the next working day.
-- Done: an A04 DONE on the finding (whatever correction of it), or audit's V03 VERIFY DONE.
-- Nothing done is nothing said: UNKNOWN until audit's streams have closed the date due, and again the last
-- of those days before red. A DONE clears at once.
-- The object is K53's.
-- Keys: a the finding's first record (number in the ledger), b '', c ''.
-- [touch]
SELECT r.root, '', '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_AUDIT_FINDING
UNION SELECT f.t_root, '', '' FROM changed c JOIN resolved f ON f.rec = c.rec
  WHERE c.type IN (@TYPE_RECTIFICATION, @TYPE_AUDIT_VERIFY) AND f.t_type = @TYPE_AUDIT_FINDING AND f.field IN ('finding', 'source')
-- [all]
SELECT DISTINCT v.r_root, '', '' FROM v_audit_finding v
-- [agenda]
SELECT t.a, t.b, t.c, date_add(v.due, 1) AS due FROM touched t JOIN record r ON r.root = t.a JOIN v_audit_finding v ON v.rec = r.rec
UNION SELECT t.a, t.b, t.c, date_add(cd_add(v.due, param('k58.red_days')), 1) FROM touched t JOIN record r ON r.root = t.a
  JOIN v_audit_finding v ON v.rec = r.rec
-- [condition]
WITH due AS MATERIALIZED (
  SELECT t.a, t.b, t.c, v.rec, v.due, cd_add(v.due, param('k58.red_days')) AS red_after FROM touched t
  JOIN record r ON r.root = t.a JOIN v_audit_finding v ON v.rec = r.rec),
open AS MATERIALIZED (
  SELECT due.*, coalesce(due < tick_day(), 0)
    AND NOT EXISTS (SELECT 1 FROM resolved f JOIN v_audit_verify w ON w.rec = f.rec AND w.status = @VERIFY_STATUS_DONE
      WHERE f.t_root = due.a AND f.field = 'finding')
    AND NOT EXISTS (SELECT 1 FROM resolved f JOIN v_rectification w ON w.rec = f.rec AND w.phase = @RECTIFICATION_PHASE_VERIFY
      AND w.result = @RECTIFICATION_RESULT_DONE JOIN stream s ON s.sid = w.r_sid AND s.party = 'audit'
      WHERE f.t_root = due.a AND f.field = 'source') AS yes
  FROM due)
SELECT o.a, o.b, o.c, v.r_kind AS kind, v.r_subject AS key, v.r_fy AS fy, '' AS period,
  (SELECT n.object FROM k53_named n WHERE n.rec = v.rec) AS object,
  CASE WHEN o.yes THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > o.red_after THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  v.finding_no AS no, v.due AS due, date_diff(tick_day(), v.due) AS n, coalesce(v.fen, 0) AS x,
  CASE WHEN o.yes THEN CASE WHEN tick_day() > o.red_after THEN o.red_after ELSE o.due END END AS through
FROM open o JOIN v_audit_finding v ON v.rec = o.rec
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE r.r_root = :a
  UNION SELECT f.rec FROM resolved f JOIN live r ON r.rec = f.rec WHERE f.t_root = :a AND f.field IN ('finding', 'source'))
ORDER BY rec LIMIT 32
