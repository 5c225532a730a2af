-- id: K28
-- zh: 资金闲置
-- en: idle money
-- parties: finance
-- reads: B04 X01 X04
-- when: D Y/R
-- basis: R-4 R-38
-- message.zh: {x}万元闲置{n}天
-- message.en: {x} (10,000 yuan) idle for {n} days
-- clears.zh: X01支付或X04收回；X04暂缓或停止拨款；年度终了
-- clears.en: X01 or RECOVER; SUSPEND or STOP; the year's end
-- responders: finance
-- figure: x fen
-- figure: n day volatile
-- figure: since date
-- figure: quota_no text
-- param: k28.yellow_days int 90 闲置多少天起（日历日）
-- param: k28.red_days int 180 闲置多少天起升为红色（日历日）
-- param: k28.min_fen int 10000000 余额低于此数不提示
-- awaits: finance
-- scope: region
-- FG13 of an item's quota line: days since its last PAY that stands, or since it was issued. On the 90th day yellow, on
-- the 180th red, while the balance is at least the sum, within the fund year's calendar year. Balance: allotted under the
-- quota number less paid under it; what is taken from the subject's money of that fund year under no line of its own
-- (RECOVER of that fiscal year, REDUCE, SHIFT_OUT and TRANSFER with their own numbers) comes off its lines, the largest
-- balance first. UNKNOWN until finance's streams have closed the day before, until somebody's payment of that year has
-- come with its day, and where a payment of the line is dated to a month or one of the subject that year names no quota
-- number of its. Not idle while a SUSPEND or STOP is in force for the subject or the line's unit.
-- A payment makes no line idle: it is looked at again when its days are over by what was known last (agenda), and at
-- once only where it is found idle, or where payments are undone or money is taken from the lines by their balance.
-- Keys: a subject, b quota number, c fund year.
-- [views]
CREATE TEMP VIEW k28_line AS
WITH year AS MATERIALIZED (
  SELECT DISTINCT t.a, t.c FROM touched t WHERE tick_day() BETWEEN t.c * 10000 + 101 AND t.c * 10000 + 1231
    AND coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT)
        NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)),
allotted AS MATERIALIZED (
  SELECT y.a, y.c, q.quota_no AS b, sum(q.fen) AS fen, max(CASE WHEN q.way > 0 THEN q.issued END) AS issued, max(q.unit) AS unit
  FROM year y CROSS JOIN budget q ON q.subject = y.a AND q.fund_year = y.c GROUP BY y.a, y.c, q.quota_no),
paid AS MATERIALIZED (
  SELECT l.*, max(0, fen - (SELECT coalesce(sum(p.fen), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b)) AS open,
    max(issued, (SELECT coalesce(max(p.last), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b)) AS since,
    (SELECT coalesce(max(p.coarse), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b) AS coarse,
    coalesce(sum(CASE WHEN fen < 0 THEN -fen END) OVER (PARTITION BY l.a, l.c), 0)
    + (SELECT coalesce(sum(x.fen * x.r_sign), 0) FROM v_fund_control x WHERE x.r_subject = l.a AND x.r_type = @TYPE_FUND_CONTROL
        AND x.action = @FUND_ACTION_RECOVER AND x.r_fy = l.c) AS taken
  FROM allotted l)
SELECT p.*, open - min(open, max(0, taken
    - coalesce(sum(open) OVER (PARTITION BY a, c ORDER BY open DESC, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS bal,
  date_diff(tick_day(), since) AS n
FROM paid p;
CREATE TEMP VIEW k28_shared AS
SELECT DISTINCT d.subject FROM d_pay d WHERE d.undone OR d.fen < 0
  OR EXISTS (SELECT 1 FROM v_fund_control x WHERE x.r_subject = d.subject AND x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER)
  OR EXISTS (SELECT 1 FROM agg_quota q WHERE q.subject = d.subject AND quota_sign(q.kind) < 0);
-- [touch]
SELECT q.subject, q.quota_no, q.fund_year FROM (SELECT DISTINCT subject, fund_year FROM d_quota) d
  CROSS JOIN budget q ON q.subject = d.subject AND q.fund_year = d.fund_year
UNION SELECT n.a, n.b, n.c FROM (SELECT subject FROM d_quota UNION SELECT subject FROM d_pay) d
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K28' AND n.a = d.subject
UNION SELECT q.subject, q.quota_no, q.fund_year FROM k28_shared d CROSS JOIN budget q ON q.subject = d.subject
UNION SELECT q.subject, q.quota_no, q.fund_year FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN budget q ON q.subject = r.subject
 WHERE c.type = @TYPE_FUND_CONTROL
UNION SELECT n.a, n.b, n.c FROM agg_year y CROSS JOIN condition n ON n.rule = 'K28' AND n.fy = y.fy
 WHERE y.since = (SELECT max(no) FROM tick)
-- [all]
SELECT q.subject, q.quota_no, q.fund_year FROM budget q
-- [agenda]
SELECT a, b, c, due FROM (
  SELECT t.a, t.b, t.c, date_add(l.since, n.column1) AS due FROM k28_line l CROSS JOIN touched t
    CROSS JOIN (VALUES (param('k28.yellow_days')), (param('k28.red_days'))) n
    WHERE l.a = t.a AND l.b = t.b AND l.c = t.c AND l.bal >= param('k28.min_fen')) WHERE due <= c * 10000 + 1231
UNION SELECT n.a, n.b, n.c, (n.c + 1) * 10000 + 101 FROM touched t
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K28' AND n.a = t.a AND n.b = t.b AND n.c = t.c
-- [condition]
WITH line AS MATERIALIZED (
  SELECT l.*, EXISTS (SELECT 1 FROM suspension s WHERE s.subject = l.a AND s.until IS NULL AND (s.unit = '' OR s.unit = l.unit)) AS held,
    EXISTS (SELECT 1 FROM agg_year y WHERE y.fy = l.c) AS daily,
    EXISTS (SELECT 1 FROM agg_line p WHERE p.subject = l.a AND p.month / 100 = l.c AND p.fen <> 0
      AND NOT EXISTS (SELECT 1 FROM budget q WHERE q.subject = l.a AND q.quota_no = p.quota_no)) AS stray
  FROM k28_line l CROSS JOIN touched t
  WHERE l.a = t.a AND l.b = t.b AND l.c = t.c AND l.bal >= param('k28.min_fen') AND l.n >= param('k28.yellow_days'))
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, c AS fy, '' AS period, b AS object,
  CASE WHEN held THEN 'CLEAR' WHEN coarse > 0 OR stray OR NOT daily THEN 'UNKNOWN' ELSE 'FIRE' END AS state,
  CASE WHEN n >= param('k28.red_days') THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  bal AS x, n AS n, since AS since, b AS quota_no,
  date_add(since, CASE WHEN n >= param('k28.red_days') THEN param('k28.red_days') ELSE param('k28.yellow_days') END - 1) AS through
FROM line
-- [inputs]
SELECT rec FROM (
  SELECT q.rec FROM budget q WHERE q.subject = :a AND q.fund_year = :c AND (q.quota_no = :b OR q.way < 0)
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER
    AND x.r_fy = :c
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM v_payment_batch_lines l WHERE l.subject = :a AND l.quota_no = :b ORDER BY l.rec DESC LIMIT 24))
ORDER BY rec LIMIT 64
