-- id: K28
-- zh: 资金闲置
-- en: idle money
-- parties: finance
-- reads: B04 B05 X01 X04
-- when: D Y/R
-- basis: R-4 R-38
-- message.zh: {x}万元闲置{n}天
-- message.en: {x} (10,000 yuan) idle for {n} days
-- clears.zh: X01支付或X04收回；X04暂缓或停止拨款；B05未结转；次年终了
-- clears.en: X01 or RECOVER; SUSPEND or STOP; a B05 that doesn't carry it over; the next year's end
-- responders: finance
-- figure: x fen
-- figure: n day volatile
-- figure: since date
-- figure: quota_no text
-- param: k28.yellow_days int 90 闲置多少天起（日历日） | idle for how many calendar days
-- param: k28.red_days int 180 闲置多少天起升为红色（日历日） | idle for how many calendar days until it is red
-- param: k28.min_fen int 10000000 余额低于此数不提示 | a balance below this is not said (fen)
-- awaits: finance
-- scope: region
-- FG13 of an item's quota line: days since its last PAY that stands, or since it was issued. On the 90th day yellow, on
-- the 180th red, while the balance is at least the sum, within the fund year's calendar year, and once a B05 of that year
-- carries it over (CARRY, not SURPLUS) within the next one too: the days run on. What is older is K29's. Balance: allotted under the
-- quota number less paid under it; what is taken from the subject's money of that fund year under no line of its own
-- (RECOVER of that fiscal year, REDUCE, SHIFT_OUT and TRANSFER with their own numbers) comes off its lines, the largest
-- balance first. In the next year that is what was left and not carried over (B05 names no quota number), and what was taken since:
-- RECOVER of the next fiscal year too, which takes what was carried over first, and only what is more than that off the lines of its own year.
-- UNKNOWN in the next year what lay idle at the year's end, until a B05 says what became of the subject's money. UNKNOWN too
-- until finance's streams have closed the day before, until somebody's payment of the year that runs has
-- come with its day, and where a payment of the line is dated to a month or one of the subject that year names no quota
-- number of its. Not idle while a SUSPEND or STOP is in force for the subject or the line's unit.
-- A payment makes no line idle: it is looked at again when its days are over by what was known last (agenda), and at
-- once only where it is found idle, or where payments are undone or money is taken from the lines by their balance.
-- Keys: a subject, b quota number, c fund year.
-- [views]
CREATE TEMP VIEW k28_carried AS
SELECT r.rec, r.r_subject AS subject, r.r_fy AS fund_year, r.r_sign AS n, CASE f.carry_class WHEN @CARRY_CLASS_CARRY THEN f.fen * r.r_sign ELSE 0 END AS fen
FROM live r CROSS JOIN f_carry_over f ON f.rec = r.rec WHERE r.r_type = @TYPE_CARRY_OVER AND coalesce(f.fund_year, r.r_fy) = r.r_fy;
CREATE TEMP VIEW k28_recovered AS
SELECT x.rec, x.r_subject AS subject, x.r_fy AS fy, x.r_valid AS valid, x.fen * x.r_sign AS fen
FROM v_fund_control x WHERE x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER;
CREATE TEMP VIEW k28_line AS
WITH asked AS (
  SELECT a, c FROM touched
  UNION SELECT t.a, t.c - 1 FROM touched t WHERE t.c = tick_day() / 10000 AND EXISTS (SELECT 1 FROM k28_recovered x WHERE x.subject = t.a AND x.fy = t.c)),
year AS MATERIALIZED (
  SELECT t.a, t.c, t.c < tick_day() / 10000 AS over, coalesce((SELECT sum(k.fen) FROM k28_carried k WHERE k.subject = t.a AND k.fund_year = t.c), 0) AS carried,
    coalesce((SELECT sum(k.n) FROM k28_carried k WHERE k.subject = t.a AND k.fund_year = t.c), 0) > 0 AS told
  FROM asked t WHERE tick_day() / 10000 BETWEEN t.c AND t.c + 1
    AND coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT)
        NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)),
allotted AS MATERIALIZED (
  SELECT y.a, y.c, y.over, y.carried, y.over AND y.told AS told, q.quota_no AS b, sum(q.fen) AS fen, max(CASE WHEN q.way > 0 THEN q.issued END) AS issued,
    max(q.issued) AS newest, max(q.unit) AS unit
  FROM year y CROSS JOIN budget q ON q.subject = y.a AND q.fund_year = y.c WHERE NOT y.over OR NOT y.told OR y.carried > 0 GROUP BY y.a, y.c, q.quota_no),
paid AS MATERIALIZED (
  SELECT l.*, max(0, fen - (SELECT coalesce(sum(p.fen), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b)) AS open,
    max(issued, (SELECT coalesce(max(p.last), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b)) AS since,
    (SELECT coalesce(max(p.coarse), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b) AS coarse,
    coalesce(sum(CASE WHEN fen < 0 AND (NOT told OR newest > l.c * 10000 + 1231) THEN -fen END) OVER (PARTITION BY l.a, l.c), 0)
    + (SELECT coalesce(sum(x.fen), 0) FROM k28_recovered x WHERE x.subject = l.a AND x.fy = l.c AND (NOT l.told OR x.valid > l.c * 10000 + 1231)) AS taken,
    CASE WHEN l.told THEN (SELECT coalesce(sum(x.fen), 0) FROM k28_recovered x WHERE x.subject = l.a AND x.fy = l.c + 1 AND x.valid > l.c * 10000 + 1231)
      ELSE 0 END AS next_taken,
    CASE WHEN l.told THEN coalesce(sum(max(0, fen - (SELECT coalesce(sum(p.fen), 0) FROM agg_line p WHERE p.subject = l.a AND p.quota_no = l.b
      AND p.month / 100 <= l.c))) OVER (PARTITION BY l.a, l.c), 0) - carried ELSE 0 END AS surplus
  FROM allotted l),
rest AS MATERIALIZED (
  SELECT a, c, max(taken) + max(0, max(surplus)) AS off, max(next_taken) AS next_taken, sum(open) AS open FROM paid GROUP BY a, c),
off AS MATERIALIZED (
  SELECT r.a, r.c, r.off + r.next_taken - coalesce((SELECT min(e.next_taken, max(0, e.open - e.off)) FROM rest e WHERE e.a = r.a AND e.c = r.c - 1), 0) AS fen
  FROM rest r)
SELECT p.*, open - min(open, max(0, o.fen
    - coalesce(sum(open) OVER (PARTITION BY p.a, p.c ORDER BY open DESC, p.b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS bal,
  date_diff(tick_day(), since) AS n
FROM paid p CROSS JOIN off o ON o.a = p.a AND o.c = p.c;
CREATE TEMP VIEW k28_shared AS
SELECT DISTINCT d.subject FROM d_pay d WHERE d.undone OR d.fen < 0
  OR EXISTS (SELECT 1 FROM k28_recovered x WHERE x.subject = d.subject)
  OR EXISTS (SELECT 1 FROM agg_quota q WHERE q.subject = d.subject AND quota_sign(q.kind) < 0)
  OR EXISTS (SELECT 1 FROM k28_carried k WHERE k.subject = d.subject AND k.fund_year = tick_day() / 10000 - 1);
-- [touch]
SELECT q.subject, q.quota_no, q.fund_year FROM (SELECT DISTINCT subject, fund_year FROM d_quota) d
  CROSS JOIN budget q ON q.subject = d.subject AND q.fund_year IN (d.fund_year, d.fund_year + 1)
UNION SELECT n.a, n.b, n.c FROM (SELECT subject FROM d_quota UNION SELECT subject FROM d_pay) d
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K28' AND n.a = d.subject
UNION SELECT q.subject, q.quota_no, q.fund_year FROM k28_shared d CROSS JOIN budget q ON q.subject = d.subject
UNION SELECT q.subject, q.quota_no, q.fund_year FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN budget q ON q.subject = r.subject
 WHERE c.type = @TYPE_FUND_CONTROL
UNION SELECT q.subject, q.quota_no, q.fund_year FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN budget q ON q.subject = r.subject
  AND q.fund_year IN (r.fy, r.fy + 1) WHERE c.type = @TYPE_CARRY_OVER
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
  WHERE l.a = t.a AND l.b = t.b AND l.c = t.c AND l.bal >= param('k28.min_fen') AND l.n >= param('k28.yellow_days')
    AND (NOT l.over OR l.told OR date_diff(l.c * 10000 + 1231, l.since) >= param('k28.yellow_days')))
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, c AS fy, '' AS period, b AS object,
  CASE WHEN held THEN 'CLEAR' WHEN over AND NOT told OR coarse > 0 OR stray OR NOT daily THEN 'UNKNOWN' ELSE 'FIRE' END AS state,
  CASE WHEN n >= param('k28.red_days') THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  bal AS x, n AS n, since AS since, b AS quota_no,
  date_add(since, CASE WHEN n >= param('k28.red_days') THEN param('k28.red_days') ELSE param('k28.yellow_days') END - 1) AS through
FROM line
-- [inputs]
SELECT rec FROM (
  SELECT q.rec FROM budget q WHERE q.subject = :a AND q.fund_year = :c AND (q.quota_no = :b OR q.way < 0)
  UNION SELECT x.rec FROM k28_recovered x WHERE x.subject = :a AND x.fy IN (:c, :c + 1)
  UNION SELECT k.rec FROM k28_carried k WHERE k.subject = :a AND k.fund_year = :c
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM v_payment_batch_lines l WHERE l.subject = :a AND l.quota_no = :b ORDER BY l.rec DESC LIMIT 24))
ORDER BY rec LIMIT 64
