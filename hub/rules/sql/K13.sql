-- id: K13
-- zh: 合同额超可用预算
-- en: contract above the budget
-- parties: finance
-- reads: B04 B05 E02 X01 X04 X06
-- when: E Y
-- basis: R-70
-- message.zh: 合同额{x}万元超可用预算{y}万元
-- message.en: contract of {x} above the spendable budget of {y} (10,000 yuan)
-- clears.zh: B04、E02
-- clears.en: B04, E02
-- responders: finance
-- figure: x fen
-- figure: y fen
-- figure: Bal fen
-- figure: need fen
-- figure: contract text
-- scope: region
-- remark.zh: 限于具体事项。可用预算为签订年度的余额，加最新E02核定的以后年度需求。余额为该年度下达（各类按其增减方向计）加上年B05结转，减X04收回，
-- remark.zh: 减签订日之前的支付；其后的支付可能正是本合同的支付。只载月份或年度的支付按该期间末日计。各合同分别比对，其他合同占用的不扣除；
-- remark.zh: 合同编号相同的X06为一份合同，以首个签订日为准。该年度尚无下达且以后年度需求不足以覆盖的，暂不能判断。容差：所汇总的每笔下达按原计量单位之半计。
-- remark.zh: 不等待任何一方：下一时点即比对，其后的B04或E02使其销号。
-- Items only. What could be spent: the balance of the year of signing and what the newest E02s approved for
-- later years (k11_need). The balance is the year's allotments, every kind with its sign, and B05 CARRY of
-- the year before, less X04 RECOVER, less what was paid before the day of signing; later payments may be on
-- this very contract. A payment dated to a month or year counts at that period's last day.
-- Each contract by itself: what other contracts still bind isn't deducted. X06 with one reference number
-- are one contract, signed on their first day. No allotment of that year yet and the later years don't
-- cover it: UNKNOWN. Tolerance: half a source unit for each allotment summed.
-- Awaits nobody: it compares what is logged, at the next tick; a later B04 or E02 closes it.
-- Keys: a subject, b reference number, c ''.
-- [views]
CREATE TEMP VIEW k13_contract AS
SELECT r.rec, r.r_subject AS subject, f.ref_no, f.fen * r.r_sign AS fen, f.signed_on FROM live r CROSS JOIN f_biz_fact f ON f.rec = r.rec
WHERE r.r_type = @TYPE_BIZ_FACT AND f.kind = @BIZ_KIND_CONTRACT AND f.signed_on IS NOT NULL;
-- [touch]
SELECT r.subject, f.ref_no, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_biz_fact f ON f.rec = c.rec
  WHERE c.type = @TYPE_BIZ_FACT AND f.kind = @BIZ_KIND_CONTRACT AND r.subject IS NOT NULL
UNION SELECT k.subject, k.ref_no, '' FROM k11_moved m CROSS JOIN k13_contract k ON k.subject = m.subject WHERE k.signed_on / 10000 = m.fy
UNION SELECT k.subject, k.ref_no, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN k13_contract k ON k.subject = r.subject
  WHERE c.type IN (@TYPE_BUDGET_REVIEW, @TYPE_FUND_CONTROL, @TYPE_CARRY_OVER)
UNION SELECT k.subject, k.ref_no, '' FROM d_subject d CROSS JOIN k13_contract k ON k.subject = d.subject
  WHERE d.said >> @TYPE_BIZ_FACT % 64 & 1 AND k.signed_on > d.first_day AND k.signed_on / 10000 = d.fy
-- [all]
SELECT DISTINCT subject, ref_no, '' FROM k13_contract
-- [condition]
WITH contract AS MATERIALIZED (
  SELECT t.a, t.b, t.c, coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT) AS kind,
    sum(k.fen) AS fen, min(k.signed_on) AS signed_on, min(k.signed_on) / 10000 AS fy
  FROM touched t CROSS JOIN k13_contract k ON k.subject = t.a AND k.ref_no = t.b GROUP BY t.a, t.b),
money AS MATERIALIZED (
  SELECT k.*, (SELECT sum(q.fen) FROM k11_quota q WHERE q.subject = k.a AND q.fy = k.fy) AS bg,
    coalesce((SELECT sum(q.tol) FROM k11_quota q WHERE q.subject = k.a AND q.fy = k.fy), 0) AS tol,
    coalesce((SELECT sum(v.fen * v.r_sign) FROM v_carry_over v WHERE v.r_subject = k.a AND v.r_type = @TYPE_CARRY_OVER
      AND v.r_fy = k.fy - 1 AND v.carry_class = @CARRY_CLASS_CARRY), 0) AS carried,
    coalesce((SELECT sum(x.fen * x.r_sign) FROM v_fund_control x WHERE x.r_subject = k.a AND x.r_type = @TYPE_FUND_CONTROL
      AND x.r_fy = k.fy AND x.action = @FUND_ACTION_RECOVER), 0) AS recovered,
    coalesce((SELECT sum(p.fen) FROM agg_pay p WHERE p.subject = k.a AND p.fy = k.fy AND p.month < k.signed_on / 100), 0)
    + coalesce((SELECT sum(r.r_sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END)
      FROM paid_by b CROSS JOIN f_payment_batch p ON p.rec = b.rec AND p.pay_date >= k.signed_on / 100 * 100 AND p.pay_date < k.signed_on
      CROSS JOIN live r ON r.rec = b.rec AND r.r_fy = k.fy CROSS JOIN f_payment_batch_lines l ON l.rec = b.rec AND l.subject = b.subject
      WHERE b.subject = k.a), 0) AS paid,
    coalesce((SELECT sum(n.fen) FROM k11_need n WHERE n.subject = k.a AND n.fy > k.fy), 0) AS need
  FROM contract k WHERE k.kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)),
sums AS (SELECT money.*, coalesce(bg, 0) + carried - recovered - paid AS bal FROM money)
SELECT a, b, c, kind AS kind, a AS key, fy AS fy, '' AS period, b AS object,
  CASE WHEN fen <= bal + need + tol THEN 'CLEAR' WHEN bg IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END AS state,
  @SEVERITY_YELLOW AS sev, fen AS x, bal + need AS y, bal AS Bal, need AS need, b AS contract
FROM sums
-- [inputs]
SELECT rec FROM (
  SELECT k.rec FROM k13_contract k WHERE k.subject = :a AND k.ref_no = :b
  UNION SELECT q.rec FROM k11_quota q WHERE q.subject = :a AND q.fy = :fy
  UNION SELECT n.rec FROM k11_need n WHERE n.subject = :a AND n.fy > :fy
  UNION SELECT v.rec FROM v_carry_over v WHERE v.r_subject = :a AND v.r_type = @TYPE_CARRY_OVER AND v.r_fy = :fy - 1
    AND v.carry_class = @CARRY_CLASS_CARRY
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.r_fy = :fy
    AND x.action = @FUND_ACTION_RECOVER)
ORDER BY rec LIMIT 64
