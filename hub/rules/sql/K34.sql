-- id: K34
-- zh: 整改不到位未暂缓拨款
-- en: no suspension after failed rectification
-- parties: finance audit congress office
-- reads: V03 X04
-- when: D R
-- basis: R-40
-- message.zh: 整改两次核查不到位，未暂缓拨款
-- message.en: rectification failed twice when verified, funding not suspended
-- clears.zh: X04暂缓或停止拨款；V03核查为已整改
-- clears.en: X04 SUSPEND or STOP; V03 VERIFY DONE
-- responders: finance
-- figure: first date
-- figure: second date
-- figure: n count
-- param: k34.workdays int 10 第二次核查不到位后应暂缓拨款的期限（工作日） | working days after the second failed check within which payments are suspended
-- awaits: finance
-- scope: region
-- remark.zh: 对同一来源（X04、J04、V01、A03、N01、H01）：自最近一次核查为已整改之后，按入日志的时点，有两次V03核查为未整改，不论由谁核查；
-- remark.zh: 同一时点的，已整改视为最后（本数据流内次序除外），其余按生效日排列。期限自第二次的生效日起算。有效的暂缓或停止拨款，或在第二次之后的时点入日志的，
-- remark.zh: 视为已处置。事项和年度以来源为准；同一事项有多个来源的为一种情形，以最早届满的期限为准。
-- Of one source (X04, J04, V01, A03, N01, H01): two V03 VERIFY NOT_DONE, whoever verified, since the last VERIFY DONE,
-- by the ticks that logged them; of one tick a DONE is the last, but for its own stream's order, and the others go by their
-- effective dates. The term begins with the second one's effective date. A suspension in force answers, and one
-- logged under a later tick than the second. The subject and year are the source's; several sources of it are one condition, of the earliest
-- term that is over.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k34_verified AS
SELECT f.t_subject AS subject, f.t_fy AS fy, f.t_root AS source, v.rec, o.tick, o.sid, o.seq, s.party, s.name, v.r_valid, v.result
FROM resolved f CROSS JOIN v_rectification v ON v.rec = f.rec AND v.phase = @RECTIFICATION_PHASE_VERIFY
CROSS JOIN record o ON o.rec = v.r_root CROSS JOIN stream s ON s.sid = o.sid WHERE f.field = 'source';
CREATE TEMP VIEW k34_term AS
SELECT d.subject, d.fy, d.source, d.first, d.second, d.n, d.tick, wd_add(d.second, param('k34.workdays')) AS due FROM (
  SELECT v.subject, v.fy, v.source, min(CASE nth WHEN 1 THEN v.r_valid END) AS first, min(CASE nth WHEN 2 THEN v.r_valid END) AS second,
    min(CASE nth WHEN 2 THEN v.tick END) AS tick, count(*) AS n
  FROM (SELECT k.*, row_number() OVER (PARTITION BY k.source ORDER BY k.tick, k.r_valid, k.party, k.name, k.seq) AS nth
    FROM touched t CROSS JOIN record s ON s.subject = t.a AND s.fy = t.b AND s.type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE, @TYPE_EVALUATION,
      @TYPE_AUDIT_FINDING, @TYPE_CONGRESS_OPINION, @TYPE_DISCREPANCY)
    CROSS JOIN ref f ON f.t_sid = s.sid AND f.t_seq = s.seq AND f.field = 'source'
    CROSS JOIN k34_verified k ON k.rec = f.rec
    WHERE k.result = @RECTIFICATION_RESULT_NOT_DONE AND NOT EXISTS (SELECT 1 FROM resolved g JOIN v_rectification d
      ON d.rec = g.rec AND d.phase = @RECTIFICATION_PHASE_VERIFY AND d.result = @RECTIFICATION_RESULT_DONE JOIN record o ON o.rec = d.r_root
      WHERE g.t_root = k.source AND g.field = 'source' AND (o.tick > k.tick OR o.tick = k.tick AND (o.sid <> k.sid OR o.seq > k.seq)))) v
  GROUP BY v.source) d WHERE d.second IS NOT NULL;
-- [touch]
SELECT f.t_subject, f.t_fy, '' FROM changed c JOIN resolved f ON f.rec = c.rec
 WHERE c.type = @TYPE_RECTIFICATION AND f.field = 'source' AND f.t_subject IS NOT NULL AND f.t_fy IS NOT NULL
UNION SELECT s.subject, s.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN record s ON s.subject = r.subject
  AND s.type IN (@TYPE_FUND_CONTROL, @TYPE_NOTICE, @TYPE_EVALUATION, @TYPE_AUDIT_FINDING, @TYPE_CONGRESS_OPINION, @TYPE_DISCREPANCY)
 WHERE c.type = @TYPE_FUND_CONTROL AND s.fy IS NOT NULL
-- [all]
SELECT DISTINCT k.subject, k.fy, '' FROM k34_verified k WHERE k.subject IS NOT NULL AND k.fy IS NOT NULL
-- [agenda]
SELECT t.a, t.b, t.c, date_add(k.due, 1) AS due FROM touched t CROSS JOIN k34_term k ON k.subject = t.a AND k.fy = t.b
-- [condition]
WITH open AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.first, k.second, k.n, min(k.due) AS due FROM touched t CROSS JOIN k34_term k ON k.subject = t.a AND k.fy = t.b
  WHERE k.due < tick_day()
    AND NOT EXISTS (SELECT 1 FROM suspension s WHERE s.subject = t.a AND (s.until IS NULL OR s.tick > k.tick)) GROUP BY t.a, t.b)
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  'FIRE' AS state, @SEVERITY_RED AS sev, first AS first, second AS second, n AS n, due AS through
FROM open
-- [inputs]
SELECT rec FROM (
  SELECT f.rec FROM record s CROSS JOIN ref f ON f.t_sid = s.sid AND f.t_seq = s.seq AND f.field = 'source'
    CROSS JOIN k34_verified k ON k.rec = f.rec WHERE s.subject = :a AND s.fy = :b
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.r_fy = :b)
ORDER BY rec LIMIT 64
