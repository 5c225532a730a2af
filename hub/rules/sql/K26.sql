-- id: K26
-- zh: 执行进度严重滞后
-- en: execution severely behind schedule
-- parties: finance
-- reads: B04 B05 P02 X01 X04
-- when: M R
-- basis: R-38 R-39 R-40
-- message.zh: 执行进度{p}%，严重滞后{x}个百分点
-- message.en: execution {p} %, severely behind by {x} percentage points
-- clears.zh: 该月末执行进度偏差回到界限以上，或三个月中有一个月不再符合K25，或X04资金管控
-- clears.en: Dev of that month end back above the line, K25's condition gone from one of three months, or an X04
-- responders: finance
-- figure: p bp
-- figure: PP bp
-- figure: x bp
-- figure: Bg fen
-- figure: P fen
-- param: k26.dev_bp int -2000 季末偏差下限（基点）
-- param: k25.dev_bp int -1000 偏差下限（基点）
-- param: k25.from_month int 3 从几月末起
-- param: k25.lump_bp int 5000 一次性支付的计划月：累计计划首次达到（基点）的月份
-- param: k25.lump_month int 11 一次性支付没有分月计划时的计划月
-- param: fg3.without_carry int 0 执行进度的分母：1 不含上年结转，0 含
-- awaits: finance
-- scope: region
-- K25's condition (its view progress, and so its parameters), of a quarter's end below the lower line, or of the
-- month and the two before it: every month that ends three such months is one finding. An X04 answers where it warns,
-- suspends, stops or recovers and was logged after the month's end, or where a SUSPEND or STOP is in force.
-- Keys: a subject, b month (yyyymm), c 3, the months looked at.
-- [touch]
SELECT subject, month, 3 FROM progress_changed
UNION SELECT q.subject, q.fy * 100 + m.m, 3 FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record q ON q.subject = r.subject AND q.type = @TYPE_ALLOTMENT JOIN months m
 WHERE c.type = @TYPE_FUND_CONTROL AND m.m >= param('k25.from_month') AND month_end(q.fy * 100 + m.m) < tick_day()
UNION SELECT n.a, n.b, n.c FROM agg_year y CROSS JOIN condition n ON n.rule = 'K26' AND n.fy = y.fy
 WHERE y.since = (SELECT max(no) FROM tick)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy * 100 + m.m, 3 FROM v_allotment v JOIN months m WHERE m.m >= param('k25.from_month')
UNION SELECT k.subject, k.fy * 100 + m.m, 3 FROM carried k JOIN months m WHERE m.m >= param('k25.from_month')
-- [agenda]
SELECT a, b, c, date_add(month_end(b), 1) AS due FROM touched
-- [condition]
WITH looked AS MATERIALIZED (SELECT * FROM progress),
run AS MATERIALIZED (
  SELECT l.*, (SELECT count(*) FROM looked o WHERE o.a = l.a AND o.b = l.b AND o.state = 'FIRE') AS behind,
    (SELECT count(*) FROM looked o WHERE o.a = l.a AND o.b = l.b AND o.state = 'UNKNOWN') AS unknown,
    EXISTS (SELECT 1 FROM v_fund_control x JOIN record o ON o.rec = x.r_root JOIN tick k ON k.no = o.tick
      WHERE x.r_subject = l.a AND x.r_type = @TYPE_FUND_CONTROL AND x.r_fy = l.fy AND k.day > month_end(l.b)
        AND x.action IN (@FUND_ACTION_WARN, @FUND_ACTION_SUSPEND, @FUND_ACTION_STOP, @FUND_ACTION_RECOVER))
    OR EXISTS (SELECT 1 FROM suspension s WHERE s.subject = l.a AND s.until IS NULL) AS answered
  FROM looked l WHERE l.month = l.b)
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, fy AS fy,
  CAST(b AS TEXT) AS period, '' AS object,
  CASE WHEN state <> 'FIRE' THEN state WHEN answered THEN 'CLEAR' WHEN m % 3 = 0 AND fg3 - pp < param('k26.dev_bp') THEN 'FIRE'
       WHEN behind = 3 THEN 'FIRE' WHEN behind + unknown = 3 THEN 'UNKNOWN' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, fg3 AS p, pp AS PP, pp - fg3 AS x, bg AS Bg, paid AS P, month_end(b) AS through
FROM run
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :fy AND v.r_valid <= month_end(:b)
  UNION SELECT k.rec FROM carried k WHERE k.subject = :a AND k.fy = :fy AND k.valid <= month_end(:b)
  UNION SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= month_end(:b)
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.r_fy = :fy
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM v_payment_batch_lines l JOIN f_payment_batch p ON p.rec = l.rec
    WHERE l.subject = :a AND l.r_fy = :fy AND p.pay_date / 100 <= :b ORDER BY l.rec DESC LIMIT 40))
ORDER BY rec LIMIT 64
