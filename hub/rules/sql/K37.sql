-- id: K37
-- zh: 资金进度与目标完成背离
-- en: money and goal diverge
-- parties: finance
-- reads: X01 X03 E04 B04 B05
-- when: E Y
-- basis: R-34
-- message.zh: 资金进度{p}%与目标完成{g}%背离
-- message.en: {p} % of the money paid, {g} % of the goal reached
-- clears.zh: 更正X03、E04或X01
-- clears.en: X03, E04 or X01 corrected
-- responders: finance
-- figure: p bp
-- figure: g bp
-- figure: Bg fen
-- figure: P fen
-- param: k37.paid_high_bp int 8000 资金进度高（基点） | much is paid (basis points)
-- param: k37.goal_low_bp int 5000 目标完成低（基点） | little is reached (basis points)
-- param: k37.from_mmdd int 930 资金快而目标慢：从哪一截止日起（月日） | much paid and little reached: from reports to which day on (month and day)
-- param: k37.paid_low_bp int 3000 资金进度低（基点） | little is paid (basis points)
-- param: k37.goal_high_bp int 9500 目标完成高（基点） | much is reached (basis points)
-- param: fg3.without_carry int 0 执行进度的分母：1 不含上年结转，0 含 | what progress is measured by: 1 without what was carried over, 0 with it
-- awaits: finance
-- scope: region
-- remark.zh: 在该期最新X03的期末，比对FG3（采用K25的预算与结转口径）与G（FG7）。支付多而完成少的，限于9月30日及以后的期末；支付少而完成多的，不限期末。
-- remark.zh: G以该日现行目标版本为准，取其有权重且报告载有实际值、能够计算完成率的指标；不适用的（载明理由）和反映资金执行本身的共性指标（CI）除外。
-- remark.zh: 限期完成类目标的时间自预算年度之初起算。没有此类目标或指标、期末不在月末、有支付只载年度、以及财政各数据流尚未日结至期末的，暂不能判断。
-- FG3 (with K25's views budget and carried) and G (FG7) at the period_end of the newest X03 of that period. Much paid and little reached counts in periods that
-- end on 09-30 or later, little paid and much reached in any. G: the goal version in force at that day, its indicators
-- with a weight that the report gives an actual of, as far as completion_bp can tell; those that don't apply (na_reason)
-- and the common ones of execution (CI), which are money themselves, stay out. The time for a BY_DATE target begins with
-- the fiscal year. UNKNOWN without such a goal or indicator, where a period doesn't end with its month, where a payment
-- is dated to the year only, and until finance's streams have closed the period's last day.
-- Keys: a subject, b period end, c ''.
-- [touch]
SELECT r.subject, f.period_end, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_monitor_report f ON f.rec = c.rec
 WHERE c.type = @TYPE_MONITOR_REPORT AND r.subject IS NOT NULL AND f.period_end IS NOT NULL
UNION SELECT v.r_subject, v.period_end, '' FROM (SELECT DISTINCT r.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec
    WHERE c.type IN (@TYPE_PERF_GOAL, @TYPE_ALLOTMENT, @TYPE_CARRY_OVER)) s
  CROSS JOIN v_monitor_report v ON v.r_subject = s.subject AND v.r_type = @TYPE_MONITOR_REPORT WHERE v.period_end IS NOT NULL
UNION SELECT d.subject, v.period_end, '' FROM d_subject d
  CROSS JOIN live r ON r.r_subject = d.subject AND r.r_type = @TYPE_MONITOR_REPORT CROSS JOIN f_monitor_report v ON v.rec = r.rec
 WHERE (d.coarse > 1 OR d.month <= (SELECT max(period_end) / 100 FROM f_monitor_report)) AND (v.period_end / 100 >= d.month OR d.coarse > 1)
-- [all]
SELECT DISTINCT v.r_subject, v.period_end, '' FROM v_monitor_report v WHERE v.period_end IS NOT NULL
-- [condition]
WITH report AS MATERIALIZED (
  SELECT t.a, t.b, t.c, t.b / 10000 AS fy, (SELECT v.rec FROM v_monitor_report v WHERE v.r_subject = t.a AND v.r_type = @TYPE_MONITOR_REPORT
      AND v.period_end = t.b ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec,
    (SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = t.a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = t.b / 10000
      AND v.r_valid <= t.b ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS goal
  FROM touched t),
reached AS MATERIALIZED (
  SELECT p.a, p.b, i.weight_cp AS weight,
    completion_bp(i.nature, i.target, i.target2, m.actual, m.completion_bp, p.fy * 10000 + 101) AS bp
  FROM report p CROSS JOIN f_perf_goal_indicators i ON i.rec = p.goal AND i.weight_cp > 0 AND coalesce(i.na_reason, '') = ''
    AND coalesce(i.l2, 0) <> @INDICATOR_ASPECT_CI
  CROSS JOIN f_monitor_report_indicators m ON m.rec = p.rec AND m.id = i.id),
sums AS MATERIALIZED (
  SELECT p.*, r.kind, (SELECT ratio_bp(sum(i.weight * i.bp), sum(i.weight) * 10000) FROM reached i
      WHERE i.a = p.a AND i.b = p.b AND i.bp IS NOT NULL) AS g,
    (SELECT sum(q.fen) FROM budget q WHERE q.subject = p.a AND q.fy = p.fy AND q.valid <= p.b) AS allotted,
    (SELECT sum(k.fen) FROM carried k WHERE k.subject = p.a AND k.fy = p.fy AND k.valid <= p.b) AS carried,
    (SELECT coalesce(sum(m.fen), 0) FROM agg_pay m WHERE m.subject = p.a AND m.fy = p.fy AND m.month <= p.b / 100) AS paid,
    (SELECT max(m.coarse) FROM agg_pay m WHERE m.subject = p.a AND m.fy = p.fy AND m.month / 100 = p.fy) AS coarse
  FROM report p JOIN record r ON r.rec = p.rec),
full AS MATERIALIZED (SELECT sums.*, coalesce(allotted + coalesce(carried, 0), carried) AS bg FROM sums),
both AS MATERIALIZED (SELECT full.*, ratio_bp(paid, bg) AS p FROM full)
SELECT a, b, c, kind AS kind, a AS key, fy AS fy, CAST(b AS TEXT) AS period, '' AS object,
  CASE WHEN kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION) OR p IS NULL THEN 'CLEAR'
       WHEN g IS NULL OR month_end(b / 100) IS NOT b OR (coarse > 1 AND b % 10000 < 1231) THEN 'UNKNOWN'
       WHEN p >= param('k37.paid_high_bp') AND g <= param('k37.goal_low_bp') AND b % 10000 >= param('k37.from_mmdd') THEN 'FIRE'
       WHEN p <= param('k37.paid_low_bp') AND g >= param('k37.goal_high_bp') THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, p AS p, g AS g, bg AS Bg, paid AS P, b AS through
FROM both
-- [inputs]
SELECT rec FROM (
  SELECT * FROM (SELECT v.rec FROM v_monitor_report v WHERE v.r_subject = :a AND v.r_type = @TYPE_MONITOR_REPORT AND v.period_end = :b
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT * FROM (SELECT v.rec FROM v_perf_goal v WHERE v.r_subject = :a AND v.r_type = @TYPE_PERF_GOAL AND v.r_fy = :fy AND v.r_valid <= :b
    ORDER BY v.version DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT q.rec FROM budget q WHERE q.subject = :a AND q.fy = :fy AND q.valid <= :b
  UNION SELECT k.rec FROM carried k WHERE k.subject = :a AND k.fy = :fy AND k.valid <= :b
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec JOIN f_payment_batch p ON p.rec = l.rec
    WHERE l.subject = :a AND r.r_fy = :fy AND p.pay_date <= :b ORDER BY l.rec DESC LIMIT 24))
ORDER BY rec LIMIT 64
