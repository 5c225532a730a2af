-- id: K05
-- zh: 无指标支付
-- en: payment without budget
-- parties: congress finance
-- reads: B03 B04 X01
-- when: E R
-- basis: 预算法13 54
-- message.zh: {date}支付{x}万元无预算指标
-- message.en: {x} (10,000 yuan) paid on {date} without an allotment
-- clears.zh: X01冲销，或补报支付当日已有的B04
-- clears.en: X01 REVERSE, or the B04 that was there on the day of payment
-- responders: finance
-- figure: x fen
-- figure: date date
-- figure: voucher text
-- scope: region
-- remark.zh: 以支付日与该事项（或控制口径）该来源年度、预算种类首条B04入日志的时点日相比，不采用任何一方自填的日期。
-- remark.zh: 在人大批准预算入日志之前支付且载明预算法第54条事由的，为提示。只载月份或年度的支付无从比日，仅在完全没有下达时触发。不等待任何一方：
-- remark.zh: 支付入日志时下达未入日志，即为差异本身；当日稍后入日志的下达使其销号。
-- The day of payment is compared with the tick day on which the subject's (or control key's) first
-- allotment of that origin year and budget kind was logged, never with a date somebody wrote. Paid
-- before congress's budget was logged and with a reason of art. 54: severity I. A payment dated to a
-- month or year only has no day to compare: it fires where there is no allotment at all.
-- Awaits nobody: that the allotment wasn't logged when the payment was is the finding itself; one that is
-- logged later the same day closes it.
-- Keys: a subject, b voucher, c ''.
-- [views]
CREATE TEMP VIEW k05_suspect AS
SELECT d.subject FROM d_pay d WHERE d.undone OR d.first_day < coalesce((SELECT k.day FROM tick k WHERE k.no =
  CASE d.ckey WHEN '' THEN (SELECT min(q.first_tick) FROM agg_quota q WHERE q.subject = d.subject AND q.fund_year = d.fund_year AND q.bk = d.bk)
  ELSE (SELECT min(q.first_tick) FROM agg_quota q WHERE q.ckey = d.ckey AND q.ckey <> '' AND q.fund_year = d.fund_year AND q.bk = d.bk) END), 99999999);
-- [touch]
SELECT DISTINCT l.subject, l.voucher_no, '' FROM changed c JOIN f_payment_batch_lines l ON l.rec = c.rec
 WHERE c.type = @TYPE_PAYMENT_BATCH AND c.now <> c.was
   AND EXISTS (SELECT 1 FROM k05_suspect LIMIT 1)
   AND l.subject IN (SELECT subject FROM k05_suspect)
UNION SELECT n.a, n.b, n.c FROM condition n WHERE n.rule = 'K05' AND n.a IN (SELECT subject FROM d_quota)
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM changed WHERE type = @TYPE_CONGRESS_APPROVAL LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K05'
UNION SELECT l.subject, l.voucher_no, '' FROM paid_line l WHERE l.subject IN (
  SELECT r.subject FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT AND c.was = 1 AND c.now = 0)
-- [all]
SELECT DISTINCT l.subject, l.voucher_no, '' FROM v_payment_batch_lines l CROSS JOIN f_payment_batch p ON p.rec = l.rec
 WHERE p.pay_date < coalesce((SELECT k.day FROM tick k WHERE k.no = CASE coalesce(l.control_key, '')
  WHEN '' THEN (SELECT min(q.first_tick) FROM agg_quota q WHERE q.subject = l.subject AND q.fund_year = coalesce(l.fund_year, l.r_fy) AND q.bk = l.bk)
  ELSE (SELECT min(q.first_tick) FROM agg_quota q WHERE q.ckey = l.control_key AND q.ckey <> '' AND q.fund_year = coalesce(l.fund_year, l.r_fy) AND q.bk = l.bk) END), 99999999)
-- [condition]
WITH paid AS (
  SELECT t.a, t.b, t.c, min(r.fy) AS fy, min(coalesce(l.fund_year, r.fy)) AS fund_year, min(l.bk) AS bk, max(coalesce(l.control_key, '')) AS ckey,
    sum(r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END) AS fen,
    min(p.pay_date) AS day, max(coalesce(p.date_precision, 1)) AS prec, max(coalesce(l.pre_approval_basis, 1)) AS basis
  FROM touched t JOIN f_payment_batch_lines l ON l.voucher_no = t.b AND +l.subject = t.a
  JOIN record r ON r.rec = l.rec AND r.live_from IS NOT NULL AND r.live_to IS NULL
  JOIN f_payment_batch p ON p.rec = l.rec GROUP BY t.a, t.b),
approved AS MATERIALIZED (
  SELECT v.r_fy AS fy, min(k.day) AS day FROM (SELECT 1 FROM touched LIMIT 1) y CROSS JOIN f_congress_approval f ON f.kind = @APPROVAL_KIND_BUDGET
    CROSS JOIN live v ON v.rec = f.rec CROSS JOIN record o ON o.rec = v.r_root CROSS JOIN tick k ON k.no = o.tick GROUP BY v.r_fy),
known AS (
  SELECT paid.*, (SELECT k.day FROM tick k WHERE k.no =
      CASE ckey WHEN '' THEN (SELECT min(q.first_tick) FROM agg_quota q WHERE q.subject = paid.a AND q.fund_year = paid.fund_year AND q.bk = paid.bk)
                ELSE (SELECT min(q.first_tick) FROM agg_quota q WHERE q.ckey = paid.ckey AND q.ckey <> '' AND q.fund_year = paid.fund_year AND q.bk = paid.bk) END) AS quota_day,
    (SELECT p.day FROM approved p WHERE p.fy = paid.fy) AS approved_day
  FROM paid)
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, fy AS fy, '' AS period, b AS object,
  CASE WHEN fen <= 0 THEN 'CLEAR' WHEN quota_day IS NULL THEN 'FIRE' WHEN prec > 1 THEN 'CLEAR'
       WHEN day < quota_day THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN basis IN (@PRE_APPROVAL_BASIS_CARRY, @PRE_APPROVAL_BASIS_SAME_PERIOD, @PRE_APPROVAL_BASIS_LEGAL_DUTY)
        AND (approved_day IS NULL OR day < approved_day) THEN @SEVERITY_INFO ELSE @SEVERITY_RED END AS sev,
  fen AS x, day AS date, b AS voucher
FROM known
-- [inputs]
SELECT rec FROM (
  SELECT l.rec FROM v_payment_batch_lines l WHERE l.voucher_no = :b AND +l.subject = :a
  UNION SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :fy)
ORDER BY rec LIMIT 32
