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
-- remark.zh: 事项指标的FG13：自最后一笔有效支付之日起，没有支付的自下达之日起计天数。余额不低于界限的，第90天为黄色，第180天为红色；以资金年度的日历年度内为限，
-- remark.zh: 该年度B05结转（不含结余）的延至下一年度，天数连续计算；更早的属K29。余额为该指标文号下的下达减支付；
-- remark.zh: 从该事项该资金年度资金中收走而不属任一指标的（该年度的收回，以及另有文号的追减、调剂出、转移支付下达），先冲减余额最大的指标。到下一年度，
-- remark.zh: 冲减的为剩余而未结转的部分（B05不载指标文号）及此后收走的部分；下一年度的收回先冲减结转的资金，超出部分再冲减其当年的指标。年末闲置的，
-- remark.zh: 在B05说明该事项资金去向之前，下一年度内暂不能判断。财政各数据流尚未日结至前一日、当年尚无任何带日期的支付到达、该指标有支付只载月份、
-- remark.zh: 或该事项当年有支付未载其指标文号的，亦暂不能判断。该事项或该指标的单位处于暂缓、停止拨款期间的，不算闲置。支付不会使指标闲置：按最近所知天数届满时再行查看，
-- remark.zh: 已闲置的、支付被撤销或资金按余额收走的，立即查看。
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
-- k28_own: a line by itself, which may be idle; k28_line: the lines of a subject that has one, since what was taken comes off all of them.
-- [views]
CREATE TEMP VIEW k28_carried AS
SELECT r.rec, r.r_subject AS subject, r.r_fy AS fund_year, r.r_sign AS n, CASE f.carry_class WHEN @CARRY_CLASS_CARRY THEN f.fen * r.r_sign ELSE 0 END AS fen
FROM live r CROSS JOIN f_carry_over f ON f.rec = r.rec WHERE r.r_type = @TYPE_CARRY_OVER AND coalesce(f.fund_year, r.r_fy) = r.r_fy;
CREATE TEMP VIEW k28_recovered AS
SELECT x.rec, x.r_subject AS subject, x.r_fy AS fy, x.r_valid AS valid, x.fen * x.r_sign AS fen
FROM v_fund_control x WHERE x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER;
CREATE TEMP VIEW k28_own AS
SELECT o.a, o.b, o.c, max(0, o.fen - (SELECT coalesce(sum(p.fen), 0) FROM agg_line p WHERE p.subject = o.a AND p.quota_no = o.b)) AS open,
  max(o.issued, (SELECT coalesce(max(p.last), 0) FROM agg_line p WHERE p.subject = o.a AND p.quota_no = o.b)) AS since
FROM (
  SELECT t.a, t.b, t.c, sum(f.fen * r.r_sign * quota_sign(f.kind)) AS fen,
    max(CASE WHEN quota_sign(f.kind) > 0 THEN coalesce(f.issued_on, r.r_valid) END) AS issued
  FROM touched t CROSS JOIN f_allotment f CROSS JOIN live r ON r.rec = f.rec
  WHERE t.b <> '' AND f.quota_no = t.b AND r.r_subject = t.a AND coalesce(f.fund_year, r.r_fy) = t.c
    AND (f.kind <> @ALLOTMENT_KIND_ADVANCE OR EXISTS (
      SELECT 1 FROM ref x CROSS JOIN live i ON i.rec = x.rec WHERE x.t_sid = r.r_sid AND x.t_seq = r.r_seq AND x.field = 'absorbs'))
  GROUP BY t.a, t.b, t.c
  UNION ALL SELECT t.a, t.b, t.c, sum(q.fen), max(CASE WHEN q.way > 0 THEN q.issued END)
  FROM touched t CROSS JOIN budget q ON q.subject = t.a AND q.fund_year = t.c AND q.quota_no = '' WHERE t.b = '' GROUP BY t.a, t.c) o
WHERE tick_day() / 10000 BETWEEN o.c AND o.c + 1;
CREATE TEMP VIEW k28_idle AS
SELECT DISTINCT a, c FROM k28_own WHERE open >= param('k28.min_fen') AND date_diff(tick_day(), since) >= param('k28.yellow_days');
CREATE TEMP VIEW k28_line AS
WITH idle AS MATERIALIZED (SELECT a, c FROM k28_idle),
asked AS (
  SELECT a, c FROM idle
  UNION SELECT t.a, t.c - 1 FROM idle t WHERE t.c = tick_day() / 10000 AND EXISTS (SELECT 1 FROM k28_recovered x WHERE x.subject = t.a AND x.fy = t.c)),
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
off AS MATERIALIZED (
  SELECT p.*, taken + max(0, surplus) AS off, sum(open) FILTER (WHERE over) OVER subject AS last_open,
    max(taken + max(0, surplus)) FILTER (WHERE over) OVER subject AS last_off, max(next_taken) FILTER (WHERE over) OVER subject AS last_taken
  FROM paid p WINDOW subject AS (PARTITION BY a))
SELECT o.*, open - min(open, max(0, off + next_taken - CASE WHEN over THEN 0 ELSE coalesce(min(last_taken, max(0, last_open - last_off)), 0) END
    - coalesce(sum(open) OVER (PARTITION BY a, c ORDER BY open DESC, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS bal,
  date_diff(tick_day(), since) AS n
FROM off o;
CREATE TEMP VIEW k28_shared AS
SELECT d.subject FROM d_subject d WHERE d.undone
  OR d.said >> @TYPE_ALLOTMENT % 64 & 1 AND EXISTS (SELECT 1 FROM agg_quota q WHERE q.subject = d.subject AND quota_sign(q.kind) < 0)
  OR d.said >> @TYPE_FUND_CONTROL % 64 & 1 AND EXISTS (SELECT 1 FROM k28_recovered x WHERE x.subject = d.subject)
  OR d.said >> @TYPE_CARRY_OVER % 64 & 1 AND EXISTS (SELECT 1 FROM k28_carried k WHERE k.subject = d.subject AND k.fund_year = tick_day() / 10000 - 1)
UNION SELECT d.subject FROM d_pay d WHERE d.fen < 0;
-- [touch]
SELECT q.subject, q.quota_no, q.fund_year FROM (SELECT DISTINCT subject, fund_year FROM d_quota) d
  CROSS JOIN budget q ON q.subject = d.subject AND q.fund_year IN (d.fund_year, d.fund_year + 1)
UNION SELECT n.a, n.b, n.c FROM d_quota d CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K28' AND n.a = d.subject
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM d_subject LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K28' AND EXISTS (SELECT 1 FROM d_subject d WHERE d.subject = n.a)
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
  WITH own AS MATERIALIZED (SELECT a, b, c, since FROM k28_own WHERE open >= param('k28.min_fen'))
  SELECT l.a, l.b, l.c, date_add(l.since, n.column1) AS due FROM own l
    CROSS JOIN (VALUES (param('k28.yellow_days')), (param('k28.red_days'))) n) WHERE due <= tick_day() / 10000 * 10000 + 1231
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
  UNION SELECT k.rec FROM k28_carried k WHERE k.subject = :a AND k.fund_year = :c - 1 AND :c = tick_day() / 10000
    AND EXISTS (SELECT 1 FROM k28_recovered x WHERE x.subject = :a AND x.fy = :c)
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec WHERE l.subject = :a AND l.quota_no = :b ORDER BY l.rec DESC LIMIT 24))
ORDER BY rec LIMIT 64
