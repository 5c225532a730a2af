-- id: K30
-- zh: 预计无法支出资金未清理
-- en: forecast unspent money not cleared
-- parties: finance
-- reads: X03 X04 B04 X01
-- when: D Y/R
-- basis: R-41
-- message.zh: 预计年底无法支出{x}万元尚未清理
-- message.en: {x} (10,000 yuan) forecast to stay unspent, not cleared
-- clears.zh: X04收回，或经支付所剩无几
-- clears.en: RECOVER, or payments that leave little of it
-- responders: finance
-- figure: x fen
-- figure: forecast fen
-- figure: recovered fen
-- param: k30.report_mmdd int 1031 预测所依据的监控报告截止日（月日） | the day to which the monitoring report that forecasts it is made (month and day)
-- param: k30.share_bp int 8000 应收回的比例（基点） | the share that is to be taken back (basis points)
-- param: k30.yellow_mmdd int 1130 清理期限（月日，逢休息日顺延） | the day by which it is done (month and day; a day off moves to the next working day)
-- param: k30.red_mmdd int 1220 升为红色的期限（月日，逢休息日顺延） | the day after which it is red (month and day; a day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: 取期末为10月31日的最新X03，不论层级。未清理数为其预计无法支出数，减去该日以后生效的该事项该年度收回，
-- remark.zh: 并以当年余额为限（该资金年度下达减支付减全部收回）。自11月30日之后的首个时点起，未清理超过预计数20%的触发，12月20日之后升为红色，
-- remark.zh: 该日为非工作日的为下一工作日；工作日历（H08）变动的随之调整。截至10月31日的报告本身并非人人必报：此前最新报告预计有无法支出资金的，
-- remark.zh: 须有该报告说明去向，未到的暂不能判断；其余无可比对。
-- The newest X03 with period_end 10-31, whatever its level. Not cleared is what it forecasts less the RECOVER of the
-- subject and year that took effect after that day, and no more than the year's balance: allotted of that fund year,
-- paid of it and all its RECOVER taken away. Fires while more than 20 % of the forecast isn't cleared, from the first
-- tick after 11-30 on, red after 12-20, or after the next working day where the date is none; a calendar (H08) that moves them
-- is followed. Nobody owes a report to 10-31 as such. Where the newest report before it forecasts unspent money, that one is
-- expected to say what became of it: UNKNOWN while it is missing. Else there is nothing to compare.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type IN (@TYPE_MONITOR_REPORT, @TYPE_FUND_CONTROL) AND r.subject IS NOT NULL AND r.fy IS NOT NULL
UNION SELECT d.subject, d.fund_year, '' FROM d_quota d WHERE d.fund_year * 10000 + param('k30.yellow_mmdd') < tick_day()
UNION SELECT d.subject, d.fund_year, '' FROM d_pay d WHERE d.fund_year * 10000 + param('k30.yellow_mmdd') < tick_day()
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_monitor_report v
-- [agenda]
SELECT a, b, c, date_add(cd_add(b * 10000 + param('k30.yellow_mmdd'), 0), 1) AS due FROM touched
UNION SELECT a, b, c, date_add(cd_add(b * 10000 + param('k30.red_mmdd'), 0), 1) FROM touched
-- [condition]
WITH term AS MATERIALIZED (
  SELECT t.*, t.b * 10000 + param('k30.report_mmdd') AS day, cd_add(t.b * 10000 + param('k30.yellow_mmdd'), 0) AS due,
    cd_add(t.b * 10000 + param('k30.red_mmdd'), 0) AS red_after FROM touched t WHERE t.b * 10000 + param('k30.yellow_mmdd') < tick_day()),
report AS MATERIALIZED (
  SELECT t.*, (SELECT v.rec FROM v_monitor_report v WHERE v.r_subject = t.a AND v.r_type = @TYPE_MONITOR_REPORT AND v.r_fy = t.b
      AND v.period_end <= t.day ORDER BY v.period_end DESC, v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec
  FROM term t WHERE t.due < tick_day()),
sums AS MATERIALIZED (
  SELECT p.a, p.b, p.c, p.due, p.red_after, r.kind, f.period_end < p.day AS early, f.forecast_unspent_fen AS forecast,
    (SELECT coalesce(sum(x.fen * x.r_sign), 0) FROM v_fund_control x WHERE x.r_subject = p.a AND x.r_type = @TYPE_FUND_CONTROL
      AND x.action = @FUND_ACTION_RECOVER AND x.r_fy = p.b AND x.r_valid > f.period_end) AS recovered,
    (SELECT coalesce(sum(x.fen * x.r_sign), 0) FROM v_fund_control x WHERE x.r_subject = p.a AND x.r_type = @TYPE_FUND_CONTROL
      AND x.action = @FUND_ACTION_RECOVER AND x.r_fy = p.b) AS rec_all,
    (SELECT sum(q.fen * quota_sign(q.kind)) FROM agg_quota q WHERE q.subject = p.a AND q.fund_year = p.b) AS quota,
    (SELECT coalesce(sum(m.fen), 0) FROM agg_pay m WHERE m.subject = p.a AND m.fund_year = p.b) AS paid
  FROM report p JOIN record r ON r.rec = p.rec JOIN f_monitor_report f ON f.rec = p.rec WHERE f.forecast_unspent_fen > 0),
rest AS MATERIALIZED (
  SELECT s.*, max(0, min(forecast - recovered, coalesce(quota - paid - rec_all, forecast))) AS x,
    red_after < tick_day() AS late FROM sums s)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN early THEN 'UNKNOWN' WHEN over_ppm(x, forecast, (10000 - param('k30.share_bp')) * 100) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN late THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev, x AS x, forecast AS forecast, recovered AS recovered,
  CASE WHEN late THEN red_after ELSE due END AS through
FROM rest
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_monitor_report v WHERE v.r_subject = :a AND v.r_type = @TYPE_MONITOR_REPORT AND v.r_fy = :b
    AND v.period_end = (SELECT max(p.period_end) FROM v_monitor_report p WHERE p.r_subject = :a AND p.r_type = @TYPE_MONITOR_REPORT
      AND p.r_fy = :b AND p.period_end <= :b * 10000 + param('k30.report_mmdd'))
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER
    AND x.r_fy = :b)
ORDER BY rec LIMIT 64
