-- id: K28
-- zh: 资金闲置
-- en: idle money
-- parties: finance
-- reads: B04 B05 X01 X04
-- when: D Y/R
-- basis: R-4 R-38
-- message.zh: {x}万元闲置{n}天
-- message.en: {x} (10,000 yuan) idle for {n} days
-- clears.zh: X01支付或X04收回；X04暂缓或停止拨款；年度终了（结转的为次年终了）
-- clears.en: X01 or RECOVER; SUSPEND or STOP; the year's end, or the next one's where it was carried over
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
-- the 180th red, while the balance is at least the sum, within the fund year's calendar year, and once a B05 of that year
-- carries it over (CARRY, not SURPLUS) within the next one too: the days run on. What is older is K29's. Balance: allotted under the
-- quota number less paid under it; what is taken from the subject's money of that fund year under no line of its own
-- (RECOVER of that fiscal year, REDUCE, SHIFT_OUT and TRANSFER with their own numbers) comes off its lines, the largest
-- balance first. So does in the next year what RECOVER of it takes, and first of all what was left and not carried over: B05 names
-- no quota number. UNKNOWN until finance's streams have closed the day before, until somebody's payment of the year that runs has
-- come with its day, and where a payment of the line is dated to a month or one of the subject that year names no quota
-- number of its. Not idle while a SUSPEND or STOP is in force for the subject or the line's unit.
-- A payment makes no line idle: it is looked at again when its days are over by what was known last (agenda), and at
-- once only where it is found idle, or where payments are undone or money is taken from the lines by their balance.
-- Keys: a subject, b quota number, c fund year.
-- [views]
CREATE TEMP VIEW k28_carried AS
SELECT r.rec, r.r_subject AS subject, r.r_fy AS fund_year, f.fen * r.r_sign AS fen FROM live r CROSS JOIN f_carry_over f ON f.rec = r.rec
WHERE r.r_type = @TYPE_CARRY_OVER AND f.carry_class = @CARRY_CLASS_CARRY AND coalesce(f.fund_year, r.r_fy) = r.r_fy;
CREATE TEMP VIEW k28_line AS
WITH year AS MATERIALIZED (
  SELECT DISTINCT t.a, t.c, t.c < tick_day() / 10000 AS over, coalesce((SELECT sum(k.fen) FROM k28_carried k WHERE k.subject = t.a AND k.fund_year = t.c), 0) AS carried
  FROM touched t WHERE tick_day() / 10000 BETWEEN t.c AND t.c + 1
    AND coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT)
        NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)),
allotted AS MATERIALIZED (
  SELECT y.a, y.c, y.over, y.carried, q.quota_no AS b, sum(q.fen) AS fen, max(CASE WHEN q.way > 0 THEN q.issued END) AS issued, max(q.unit) AS unit
  FROM year y CROSS JOIN budget q ON q.subject = y.a AND q.fund_year = y.c WHERE NOT y.over OR y.carried > 0 GROUP BY y.a, y.c, q.quota_no),
paid AS MATERIALIZED (
  SELECT l.*, max(0, fen - (SELECT coalesce(sum(p.fen), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b)) AS open,
    max(issued, (SELECT coalesce(max(p.last), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b)) AS since,
    (SELECT coalesce(max(p.coarse), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b) AS coarse,
    coalesce(sum(CASE WHEN fen < 0 THEN -fen END) OVER (PARTITION BY l.a, l.c), 0)
    + (SELECT coalesce(sum(x.fen * x.r_sign), 0) FROM v_fund_control x WHERE x.r_subject = l.a AND x.r_type = @TYPE_FUND_CONTROL
        AND x.action = @FUND_ACTION_RECOVER AND x.r_fy = l.c AND (NOT l.over OR x.r_valid <= l.c * 10000 + 1231)) AS taken,
    CASE WHEN l.over THEN (SELECT coalesce(sum(x.fen * x.r_sign), 0) FROM v_fund_control x WHERE x.r_subject = l.a AND x.r_type = @TYPE_FUND_CONTROL
      AND x.action = @FUND_ACTION_RECOVER AND x.r_fy IN (l.c, l.c + 1) AND x.r_valid > l.c * 10000 + 1231) END AS later,
    sum(CASE WHEN l.over THEN max(0, fen - (SELECT coalesce(sum(p.fen), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b
      AND p.month / 100 <= l.c)) END) OVER (PARTITION BY l.a, l.c) AS then_open
  FROM allotted l)
SELECT p.*, open - min(open, max(0, taken + CASE WHEN over THEN later + max(0, then_open - taken - carried) ELSE 0 END
    - coalesce(sum(open) OVER (PARTITION BY a, c ORDER BY open DESC, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS bal,
  date_diff(tick_day(), since) AS n
FROM paid p;
CREATE TEMP VIEW k28_shared AS
SELECT DISTINCT d.subject FROM d_pay d WHERE d.undone OR d.fen < 0
  OR EXISTS (SELECT 1 FROM v_fund_control x WHERE x.r_subject = d.subject AND x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER)
  OR EXISTS (SELECT 1 FROM agg_quota q WHERE q.subject = d.subject AND quota_sign(q.kind) < 0)
  OR EXISTS (SELECT 1 FROM k28_carried k WHERE k.subject = d.subject AND k.fund_year = tick_day() / 10000 - 1);
-- [touch]
SELECT q.subject, q.quota_no, q.fund_year FROM (SELECT DISTINCT subject, fund_year FROM d_quota) d
  CROSS JOIN budget q ON q.subject = d.subject AND q.fund_year = d.fund_year
UNION SELECT n.a, n.b, n.c FROM (SELECT subject FROM d_quota UNION SELECT subject FROM d_pay) d
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K28' AND n.a = d.subject
UNION SELECT q.subject, q.quota_no, q.fund_year FROM k28_shared d CROSS JOIN budget q ON q.subject = d.subject
UNION SELECT q.subject, q.quota_no, q.fund_year FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN budget q ON q.subject = r.subject
 WHERE c.type = @TYPE_FUND_CONTROL
UNION SELECT q.subject, q.quota_no, q.fund_year FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN budget q ON q.subject = r.subject
  AND q.fund_year = r.fy WHERE c.type = @TYPE_CARRY_OVER
UNION SELECT n.a, n.b, n.c FROM agg_year y CROSS JOIN condition n ON n.rule = 'K28' AND n.fy IN (y.fy, y.fy - 1)
 WHERE y.since = (SELECT max(no) FROM tick)
-- [all]
SELECT q.subject, q.quota_no, q.fund_year FROM budget q
-- [agenda]
SELECT a, b, c, due FROM (
  SELECT t.a, t.b, t.c, date_add(l.since, n.column1) AS due FROM k28_line l CROSS JOIN touched t
    CROSS JOIN (VALUES (param('k28.yellow_days')), (param('k28.red_days'))) n
    WHERE l.a = t.a AND l.b = t.b AND l.c = t.c AND l.bal >= param('k28.min_fen')) WHERE due <= tick_day() / 10000 * 10000 + 1231
UNION SELECT t.a, t.b, t.c, (t.c + 1) * 10000 + 101 FROM touched t WHERE EXISTS (SELECT 1 FROM k28_carried k WHERE k.subject = t.a AND k.fund_year = t.c)
UNION SELECT n.a, n.b, n.c, (tick_day() / 10000 + 1) * 10000 + 101 FROM touched t
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K28' AND n.a = t.a AND n.b = t.b AND n.c = t.c
-- [condition]
WITH line AS MATERIALIZED (
  SELECT l.*, EXISTS (SELECT 1 FROM suspension s WHERE s.subject = l.a AND s.until IS NULL AND (s.unit = '' OR s.unit = l.unit)) AS held,
    EXISTS (SELECT 1 FROM agg_year y WHERE y.fy = tick_day() / 10000) AS daily,
    EXISTS (SELECT 1 FROM agg_line p WHERE p.subject = l.a AND p.month / 100 BETWEEN l.c AND tick_day() / 10000 AND p.fen <> 0
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
    AND x.r_fy IN (:c, :c + 1)
  UNION SELECT k.rec FROM k28_carried k WHERE k.subject = :a AND k.fund_year = :c
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM v_payment_batch_lines l WHERE l.subject = :a AND l.quota_no = :b ORDER BY l.rec DESC LIMIT 24))
ORDER BY rec LIMIT 64
