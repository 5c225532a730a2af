-- id: K35
-- zh: 暂停拨款后支付
-- en: paid after suspension
-- parties: finance
-- reads: X01 X04
-- when: E R
-- basis: R-40
-- message.zh: {date}暂停拨款后仍支付{x}万元
-- message.en: {x} (10,000 yuan) paid on {date}, after funding was suspended
-- clears.zh: X01冲销；否则须经人大或审计批准后认可
-- clears.en: X01 REVERSE; else a waiver with congress's or audit's approval
-- responders: finance
-- figure: x fen
-- figure: date date
-- figure: since date
-- figure: voucher text
-- scope: region
-- remark.zh: 自暂缓或停止拨款入日志的时点日起，至下一次恢复入日志的时点日之前。管控指明单位的，限于该单位的支付，其他单位的恢复不使其终止。只载月份或年度的支付，
-- remark.zh: 整个期间均在其中的触发，部分在其中的暂不能判断。不等待任何一方：管控与支付均已在此，当日稍后入日志的恢复使其销号。
-- From the tick day that logged SUSPEND or STOP to before the one that logged the next RESUME. Where the
-- control names a unit, that unit's payments; another unit's RESUME doesn't end it. A payment dated to a
-- month or year only fires where that whole period lies within, and is UNKNOWN where a part of it does.
-- Awaits nobody: the control and the payment are both here; a RESUME logged later the same day closes it.
-- Keys: a subject, b voucher, c ''.
-- [views]
CREATE TEMP VIEW k35_held AS
SELECT d.subject FROM d_subject d WHERE d.said >> @TYPE_FUND_CONTROL % 64 & 1 AND EXISTS (SELECT 1 FROM v_fund_control s WHERE s.r_subject = d.subject AND s.r_type = @TYPE_FUND_CONTROL
  AND s.action IN (@FUND_ACTION_SUSPEND, @FUND_ACTION_STOP));
-- [touch]
SELECT DISTINCT l.subject, l.voucher_no, '' FROM k35_held h CROSS JOIN paid_line l ON l.subject = h.subject
   AND l.rec >= (SELECT min(rec) FROM changed WHERE type = @TYPE_PAYMENT_BATCH)
 CROSS JOIN changed c ON c.rec = l.rec AND c.now <> c.was
UNION SELECT l.subject, l.voucher_no, '' FROM (SELECT DISTINCT r.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_FUND_CONTROL) y
  CROSS JOIN suspension k ON k.subject = y.subject CROSS JOIN paid_line l ON l.subject = y.subject
  CROSS JOIN f_payment_batch p ON p.rec = l.rec WHERE p.pay_date >= k.since AND (k.until IS NULL OR p.pay_date < k.until OR p.date_precision > 1)
UNION SELECT n.a, n.b, n.c FROM condition n WHERE n.rule = 'K35'
   AND n.a IN (SELECT r.subject FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_FUND_CONTROL)
-- [all]
SELECT DISTINCT l.subject, l.voucher_no, '' FROM suspension k CROSS JOIN paid_line l ON l.subject = k.subject
  CROSS JOIN f_payment_batch p ON p.rec = l.rec WHERE p.pay_date >= k.since AND (k.until IS NULL OR p.pay_date < k.until OR p.date_precision > 1)
-- [condition]
WITH paid AS (
  SELECT t.a, t.b, t.c, min(r.fy) AS fy, min(r.subject) AS unit, min(p.pay_date) AS day,
    min(CASE p.date_precision WHEN @DATE_PRECISION_YEAR THEN p.pay_date / 10000 * 10000 + 101
      WHEN @DATE_PRECISION_MONTH THEN p.pay_date / 100 * 100 + 1 ELSE p.pay_date END) AS first,
    sum(r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END) AS fen
  FROM touched t JOIN f_payment_batch_lines l ON l.voucher_no = t.b AND +l.subject = t.a
  JOIN record r ON r.rec = l.rec AND r.live_from IS NOT NULL AND r.live_to IS NULL
  JOIN f_payment_batch p ON p.rec = l.rec GROUP BY t.a, t.b),
held AS MATERIALIZED (
  SELECT paid.*, (SELECT max(k.since) FROM suspension k WHERE k.subject = paid.a AND paid.first >= k.since
      AND (k.until IS NULL OR paid.day < k.until) AND (k.unit = '' OR k.unit = paid.unit)) AS since,
    EXISTS (SELECT 1 FROM suspension k WHERE k.subject = paid.a AND paid.day >= k.since
      AND (k.until IS NULL OR paid.first < k.until) AND (k.unit = '' OR k.unit = paid.unit)) AS partly FROM paid)
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, fy AS fy,
  '' AS period, b AS object, CASE WHEN fen <= 0 OR NOT partly THEN 'CLEAR' WHEN since IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END AS state,
  @SEVERITY_RED AS sev, fen AS x, day AS date, since AS since, b AS voucher
FROM held
-- [inputs]
SELECT rec FROM (
  SELECT l.rec FROM v_payment_batch_lines l WHERE l.voucher_no = :b AND +l.subject = :a
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL
    AND x.action IN (@FUND_ACTION_SUSPEND, @FUND_ACTION_STOP, @FUND_ACTION_RESUME))
ORDER BY rec LIMIT 32
