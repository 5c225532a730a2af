-- id: K06
-- zh: 月报与支付不符
-- en: month report differs from vouchers
-- parties: finance
-- reads: X01 X02
-- when: M Y
-- basis: R-36
-- message.zh: 月报数与支付明细相差{x}元
-- message.en: the month report differs from the vouchers by {x} yuan
-- clears.zh: 更正X02或X01
-- clears.en: corrected X02 or X01
-- responders: finance
-- figure: reported fen
-- figure: P fen
-- figure: x yuan
-- awaits: finance
-- scope: region
-- remark.zh: 以月末为准。当月未结束、财政各数据流尚未日结至月末、月报未到的，以及有支付只载年度（可能属于任何月份）的，暂不能判断。无容差。当月未结束前不必查看：
-- remark.zh: 月内支付当时尚不确定。
-- As of the month's end; UNKNOWN until the month is over, finance's streams have closed its last day and
-- its report is here, and where a payment is dated to the year only, since it may be of any month. No tolerance.
-- Unknown until the month is over: what is paid in it and is unknown already needs no look before that.
-- Keys: a subject, b month (yyyymm), c ''.
-- [touch]
SELECT r.subject, f.month, '' FROM changed c JOIN record r ON r.rec = c.rec JOIN f_exec_snapshot f ON f.rec = c.rec WHERE c.type = @TYPE_EXEC_SNAPSHOT
UNION SELECT d.subject, d.month, '' FROM d_pay d WHERE month_end(d.month) < tick_day() OR NOT EXISTS (SELECT 1
  FROM condition n INDEXED BY condition_touch WHERE n.rule = 'K06' AND n.a = d.subject AND n.b = d.month AND n.c = '')
UNION SELECT d.subject, v.month, '' FROM d_pay d CROSS JOIN live r ON r.r_subject = d.subject AND r.r_type = @TYPE_EXEC_SNAPSHOT
  CROSS JOIN f_exec_snapshot v ON v.rec = r.rec
  WHERE (d.coarse = 2 OR d.month < (SELECT max(month) FROM f_exec_snapshot)) AND (v.month > d.month OR d.coarse = 2) AND v.month / 100 = d.fy
-- [all]
SELECT subject, month, '' FROM agg_pay UNION SELECT v.r_subject, v.month, '' FROM v_exec_snapshot v
-- [condition]
WITH said AS MATERIALIZED (
  SELECT t.a, t.b, t.c, CASE WHEN t.b <= (SELECT max(month) FROM f_exec_snapshot) THEN
    (SELECT v.rec FROM v_exec_snapshot v WHERE v.r_subject = t.a AND v.r_type = @TYPE_EXEC_SNAPSHOT AND v.month = t.b
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) END AS rec FROM touched t),
reports AS MATERIALIZED (
  SELECT said.*, f.cum_paid_fen AS reported,
    f.cum_paid_fen IS NOT NULL AND tick_day() > month_end(said.b) AS over
  FROM said LEFT JOIN f_exec_snapshot f ON f.rec = said.rec),
sums AS MATERIALIZED (
  SELECT r.*,
    CASE WHEN over THEN (SELECT coalesce(sum(p.fen), 0) FROM agg_pay p WHERE p.subject = r.a AND p.fy = r.b / 100 AND p.month <= r.b) END AS paid,
    CASE WHEN over THEN (SELECT max(p.coarse) FROM agg_pay p WHERE p.subject = r.a AND p.fy = r.b / 100 AND p.month > r.b) END AS later
  FROM reports r)
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, b / 100 AS fy,
  CAST(b AS TEXT) AS period, '' AS object,
  CASE WHEN NOT over OR later = 2 THEN 'UNKNOWN' WHEN reported <> paid THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, reported AS reported, paid AS P, reported - paid AS x, month_end(b) AS through
FROM sums
-- [agenda]
SELECT a, b, c, date_add(month_end(b), 1) AS due FROM touched
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_exec_snapshot v WHERE v.r_subject = :a AND v.r_type = @TYPE_EXEC_SNAPSHOT AND v.month = :b
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec JOIN f_payment_batch p ON p.rec = l.rec
    WHERE l.subject = :a AND p.pay_date / 100 <= :b AND r.r_fy = :fy ORDER BY l.rec DESC LIMIT 48))
ORDER BY rec LIMIT 64
