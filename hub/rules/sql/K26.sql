-- id: K26
-- zh: 执行进度严重滞后
-- en: execution severely behind schedule
-- parties: finance
-- reads: B04 B05 P02 X01 X04
-- when: M R
-- basis: R-38 R-39 R-40
-- message.zh: 截至{at}执行进度{p}%，严重滞后{x}个百分点
-- message.en: execution {p} % by {at}, severely behind by {x} percentage points
-- clears.zh: 其后月末执行进度偏差回到界限以上且不再连续三个月符合K25，或X04资金管控
-- clears.en: Dev of a later month end back above the line with no three months of K25 running, or an X04
-- responders: finance
-- figure: p bp
-- figure: PP bp
-- figure: x bp
-- figure: at date
-- figure: Bg fen
-- figure: P fen
-- param: k26.dev_bp int -2000 季末偏差下限（基点） | the lowest deviation allowed at a quarter's end (basis points)
-- param: k25.dev_bp int -1000 偏差下限（基点） | the lowest deviation allowed (basis points)
-- param: k25.from_month int 3 从几月末起 | from which month's end on
-- param: k25.lump_bp int 5000 一次性支付的计划月：累计计划首次达到（基点）的月份 | the month planned for a lump sum: the first in which the plan reaches this (basis points)
-- param: k25.lump_month int 11 一次性支付没有分月计划时的计划月 | the month planned for a lump sum that has no plan by months
-- param: fg3.without_carry int 0 执行进度的分母：1 不含上年结转，0 含 | what progress is measured by: 1 without what was carried over, 0 with it
-- awaits: finance
-- scope: region
-- remark.zh: 在年度最新月末符合K25的情形（采用其进度口径及参数），且低于更低界限、并且自上季度末起（含该季度末）每个月末均低于该界限；或连续三个月符合K25。
-- remark.zh: 因此季度末显现的差异，持续到其后某月末回升至界限以上且三个月的连续中断为止。该月末之后入日志的X04预警、暂缓、停止或收回，
-- remark.zh: 视为已处置（其后月末再现的为下一轮）；暂缓或停止拨款有效期间亦同。K25不成立的，本规则不成立：新月份开始时，只查看K25所发现或暂不能判断的，
-- remark.zh: 以及本规则原有的。
-- K25's condition (its view progress, and so its parameters) at the newest month end of the fiscal year, where it is below
-- the lower line and every month end since the last quarter's was, that one included, or where K25 holds for the third
-- month running. So what a quarter's end shows stays until a later month end is back above the lower line and the three
-- months are broken. An X04 answers where it warns, suspends, stops or recovers and was logged after that month end (what
-- the next one shows is the next episode), or where a SUSPEND or STOP is in force.
-- Nothing holds here where K25 doesn't: a month that begins touches what K25, which is evaluated before, has found or
-- couldn't judge, and what stood here.
-- Keys: a subject, b fiscal year, c 3, the months looked at.
-- [touch]
SELECT subject, fy, 3 FROM progress_changed
UNION SELECT n.a, n.b, 3 FROM (SELECT 1 FROM tick k WHERE k.no = (SELECT max(no) FROM tick)
    AND k.day / 100 IS NOT (SELECT o.day / 100 FROM tick o WHERE o.no = k.no - 1)) begins
  CROSS JOIN condition n INDEXED BY condition_touch WHERE n.rule IN ('K25', 'K26')
UNION SELECT q.a, q.b, 3 FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN condition q INDEXED BY condition_touch ON q.rule = 'K25' AND q.a = r.subject WHERE c.type = @TYPE_FUND_CONTROL
UNION SELECT n.a, n.b, n.c FROM agg_year y CROSS JOIN condition n ON n.rule = 'K26' AND n.fy = y.fy
 WHERE y.since = (SELECT max(no) FROM tick)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, 3 FROM v_allotment v
UNION SELECT k.subject, k.fy, 3 FROM carried k
-- [condition]
WITH run AS MATERIALIZED (
  SELECT p.*, sum(state = 'FIRE') OVER w AS behind, sum(state = 'UNKNOWN') OVER w AS unknown,
    sum(state = 'FIRE' AND fg3 - pp < param('k26.dev_bp') AND m >= m + nth - 1 - (m + nth - 1) % 3) OVER w = (m + nth - 1) % 3 + 1 AS severe
  FROM progress p WINDOW w AS (PARTITION BY a, b)),
judged AS MATERIALIZED (
  SELECT r.*, CASE state WHEN 'FIRE' THEN EXISTS (SELECT 1 FROM v_fund_control x JOIN record o ON o.rec = x.r_root JOIN tick k ON k.no = o.tick
      WHERE x.r_subject = r.a AND x.r_type = @TYPE_FUND_CONTROL AND x.r_fy = r.fy AND k.day > r.day
        AND x.action IN (@FUND_ACTION_WARN, @FUND_ACTION_SUSPEND, @FUND_ACTION_STOP, @FUND_ACTION_RECOVER))
    OR EXISTS (SELECT 1 FROM suspension s WHERE s.subject = r.a AND s.until IS NULL) END AS answered
  FROM run r WHERE r.nth = 1)
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, fy AS fy,
  '' AS period, '' AS object,
  CASE WHEN state <> 'FIRE' THEN state WHEN answered THEN 'CLEAR' WHEN severe OR behind = 3 THEN 'FIRE'
       WHEN behind + unknown = 3 THEN 'UNKNOWN' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, fg3 AS p, pp AS PP, pp - fg3 AS x, day AS at, bg AS Bg, paid AS P, day AS through
FROM judged
-- [inputs]
WITH last AS (SELECT min(:fy * 10000 + 1231, date_add(tick_day() / 100 * 100 + 1, -1)) AS day)
SELECT rec FROM (
  SELECT v.rec FROM last CROSS JOIN v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :fy AND v.r_valid <= day
  UNION SELECT k.rec FROM last CROSS JOIN carried k WHERE k.subject = :a AND k.fy = :fy AND k.valid <= day
  UNION SELECT * FROM (SELECT v.rec FROM last CROSS JOIN v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= day
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.r_fy = :fy
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec JOIN f_payment_batch p ON p.rec = l.rec
    WHERE l.subject = :a AND r.r_fy = :fy AND p.pay_date <= (SELECT day FROM last) ORDER BY l.rec DESC LIMIT 40))
ORDER BY rec LIMIT 64
