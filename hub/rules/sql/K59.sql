-- id: K59
-- zh: 整改报告与审计核查不符
-- en: rectification overstated
-- parties: audit finance
-- reads: A03 A04 V03
-- when: E R
-- basis: 审计法52
-- message.zh: 审计问题{no}报告已整改，审计核查为{s}
-- message.en: finding {no} is reported done, audit found it {s_en}
-- clears.zh: A04核查为已整改
-- clears.en: A04 DONE
-- responders: finance
-- figure: no text
-- figure: s text
-- figure: s_en text
-- figure: reported date
-- figure: checked date
-- figure: x fen
-- scope: region
-- remark.zh: 针对该发现的最新V03报告为已整改，而审计在其时点或其后入日志的最新核查（A04或审计的V03核查）为未完成整改。先后以各更正链的首条记录为准，
-- remark.zh: 内容以现行有效者为准；同一时点的以日期较晚者为后。报告之前的核查不足以评判该报告：审计再次核查之前暂不能判断，原有差异在此期间保持。不等待任何一方：
-- remark.zh: 报告与核查均已在此。差异的对象同K53。
-- The newest V03 REPORT on the finding says DONE, and audit's newest check that was logged under its tick or later doesn't: an
-- A04, or audit's V03 VERIFY. Which came first is told by the first records of their chains; what they say, by
-- those in force; of one tick's the last by their days. A check from before the report says nothing of it: UNKNOWN until audit has checked again, and
-- what had been found stays open so long.
-- Awaits nobody: the report and the check are both here.
-- The object is K53's.
-- Keys: a the finding's first record (number in the ledger), b '', c ''.
-- [touch]
SELECT r.root, '', '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_AUDIT_FINDING
UNION SELECT f.t_root, '', '' FROM changed c JOIN resolved f ON f.rec = c.rec
  WHERE c.type IN (@TYPE_RECTIFICATION, @TYPE_AUDIT_VERIFY) AND f.t_type = @TYPE_AUDIT_FINDING AND f.field IN ('finding', 'source')
-- [all]
SELECT DISTINCT v.r_root, '', '' FROM v_audit_finding v
-- [condition]
WITH said AS MATERIALIZED (
  SELECT t.a, t.b, t.c, v.rec,
    (SELECT w.rec FROM record o CROSS JOIN ref g ON g.t_sid = o.sid AND g.t_seq = o.seq AND g.hash = o.hash AND g.field = 'source'
       CROSS JOIN live w ON w.rec = g.rec CROSS JOIN f_rectification f ON f.rec = g.rec AND f.phase = @RECTIFICATION_PHASE_REPORT
      WHERE o.root = t.a ORDER BY (SELECT q.tick FROM record q WHERE q.rec = w.r_root) DESC, w.r_valid DESC, w.r_issued DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1) AS report
  FROM touched t CROSS JOIN record r ON r.root = t.a CROSS JOIN v_audit_finding v ON v.rec = r.rec),
done AS MATERIALIZED (
  SELECT s.*, (SELECT q.tick FROM record q WHERE q.rec = w.root) AS report_tick, w.valid_from AS reported FROM said s CROSS JOIN record w ON w.rec = s.report
  CROSS JOIN f_rectification f ON f.rec = s.report AND f.result = @RECTIFICATION_RESULT_DONE),
checked AS MATERIALIZED (
  SELECT d.*, (SELECT w.rec FROM record o CROSS JOIN ref g ON g.t_sid = o.sid AND g.t_seq = o.seq AND g.hash = o.hash
      CROSS JOIN live w ON w.rec = g.rec AND (SELECT q.tick FROM record q WHERE q.rec = w.r_root) >= d.report_tick CROSS JOIN stream s ON s.sid = w.r_sid AND s.party = 'audit'
      LEFT JOIN f_rectification f ON f.rec = g.rec
    WHERE o.root = d.a AND (g.field = 'finding' AND w.r_type = @TYPE_AUDIT_VERIFY OR g.field = 'source' AND f.phase = @RECTIFICATION_PHASE_VERIFY)
    ORDER BY (SELECT q.tick FROM record q WHERE q.rec = w.r_root) DESC, w.r_valid DESC, w.r_issued DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1) AS check_rec
  FROM done d),
judged AS (
  SELECT c.*, q.valid_from AS checked, CASE WHEN v.status = @VERIFY_STATUS_DONE OR w.result = @RECTIFICATION_RESULT_DONE THEN 1
      WHEN v.status = @VERIFY_STATUS_ONGOING OR w.result = @RECTIFICATION_RESULT_PARTIAL THEN 2 WHEN c.check_rec IS NOT NULL THEN 3 END AS found
  FROM checked c LEFT JOIN record q ON q.rec = c.check_rec LEFT JOIN f_audit_verify v ON v.rec = c.check_rec
    LEFT JOIN f_rectification w ON w.rec = c.check_rec)
SELECT j.a, j.b, j.c, v.r_kind AS kind, v.r_subject AS key, v.r_fy AS fy, '' AS period,
  (SELECT n.object FROM k53_named n WHERE n.rec = v.rec) AS object,
  CASE j.found WHEN 1 THEN 'CLEAR' WHEN 2 THEN 'FIRE' WHEN 3 THEN 'FIRE' ELSE 'UNKNOWN' END AS state, @SEVERITY_RED AS sev,
  v.finding_no AS no, CASE j.found WHEN 2 THEN '持续整改' ELSE '未整改' END AS s, CASE j.found WHEN 2 THEN 'under way' ELSE 'not done' END AS s_en,
  j.reported AS reported, j.checked AS checked, coalesce(v.fen, 0) AS x
FROM judged j JOIN v_audit_finding v ON v.rec = j.rec
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE r.r_root = :a
  UNION SELECT f.rec FROM resolved f JOIN live r ON r.rec = f.rec WHERE f.t_root = :a AND f.field IN ('finding', 'source'))
ORDER BY rec LIMIT 32
