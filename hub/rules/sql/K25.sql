-- id: K25
-- zh: 执行进度滞后
-- en: execution behind schedule
-- parties: finance
-- reads: B04 B05 P02 X01
-- when: M Y
-- basis: R-34 R-38
-- message.zh: 截至{at}执行进度{p}%，低于{basis}{x}个百分点
-- message.en: execution {p} % by {at}, {x} percentage points behind the {basis_en}
-- clears.zh: 其后月末执行进度偏差不再低于界限
-- clears.en: Dev of a later month end no longer below the line
-- responders: finance
-- figure: p bp
-- figure: PP bp
-- figure: x bp
-- figure: at date
-- figure: basis text
-- figure: basis_en text
-- figure: Bg fen
-- figure: P fen
-- param: k25.dev_bp int -1000 偏差下限（基点） | the lowest deviation allowed (basis points)
-- param: k25.from_month int 3 从几月末起 | from which month's end on
-- param: k25.lump_bp int 5000 一次性支付的计划月：累计计划首次达到（基点）的月份 | the month planned for a lump sum: the first in which the plan reaches this (basis points)
-- param: k25.lump_month int 11 一次性支付没有分月计划时的计划月 | the month planned for a lump sum that has no plan by months
-- param: fg3.without_carry int 0 执行进度的分母：1 不含上年结转，0 含 | what progress is measured by: 1 without what was carried over, 0 with it
-- awaits: finance
-- scope: region
-- remark.zh: 月末的FG6：偏差＝执行进度（FG3）－计划进度，计划进度取分月用款计划，没有的按月份除以12计。Bg为FG3的分母：当年下达数加上年结转，
-- remark.zh: 规则参数规定FG3不含结转的从其规定。每一年度一种情形，以最新月末判断：连续数月滞后为一项差异，数字随之更新；其后月末赶上的销号，再次滞后的为下一轮。
-- remark.zh: 年度结束后以12月末为准。限于具体事项（项目、政策等），部门在简报中排名。一次性支付的事项，计划月份之后才计。已转下级而未被接收的，无可滞后。
-- remark.zh: 财政各数据流尚未日结至该月末日、有支付只载月份或年度、以及该年度尚无任何带日期的支付到达的，暂不能判断。
-- FG6 at the month's end: Dev = FG3 - PP, PP the plan curve or month/12. Bg is FG3's denominator: the year's allotments
-- and what B05 carried over from the year before, unless the rule set takes that out of FG3. One condition a fiscal year,
-- judged at its newest month end: behind for months is one finding whose figures follow, caught up at a later month end
-- it closes, and behind again it is the next episode. Of a year that is over December's end stays the newest.
-- Items only (projects, policies …): departments are ranked in the brief. A lump sum counts
-- only after its planned month. What was sent on to others and not received leaves nothing to be behind with. UNKNOWN until
-- finance's streams have closed that month's last day, where payments
-- are dated to a month or year only, and as long as nobody's payment of that year has come with its day.
-- Keys: a subject, b fiscal year, c ''. K26 reads the same views: there c is how many months up to the newest it looks at.
-- budget: the allotments that count in Bg, each with its sign; K28 and K37 read it too. carried: what B05 adds to it, where it does.
-- progress: nth is 1 for the newest month end, 2 for the one before it.
-- [views]
CREATE TEMP VIEW budget AS
SELECT v.rec AS rec, v.r_subject AS subject, v.r_fy AS fy, coalesce(v.fund_year, v.r_fy) AS fund_year, v.r_valid AS valid,
  coalesce(v.quota_no, '') AS quota_no, coalesce(v.unit, '') AS unit, coalesce(v.issued_on, v.r_valid) AS issued,
  quota_sign(v.kind) AS way, v.fen * v.r_sign * quota_sign(v.kind) AS fen
FROM v_allotment v WHERE v.r_type = @TYPE_ALLOTMENT AND (v.kind <> @ALLOTMENT_KIND_ADVANCE OR EXISTS (
  SELECT 1 FROM ref f JOIN live i ON i.rec = f.rec WHERE f.t_sid = v.r_sid AND f.t_seq = v.r_seq AND f.field = 'absorbs'));
CREATE TEMP VIEW carried AS
SELECT r.rec, r.r_subject AS subject, r.r_fy + 1 AS fy, r.r_valid AS valid, f.fen * r.r_sign AS fen
FROM live r CROSS JOIN f_carry_over f ON f.rec = r.rec
WHERE r.r_type = @TYPE_CARRY_OVER AND f.carry_class = @CARRY_CLASS_CARRY AND param('fg3.without_carry') = 0;
CREATE TEMP VIEW progress_changed AS
SELECT d.subject, d.fy FROM d_pay d WHERE d.fy IS NOT NULL AND (d.coarse > 0 OR month_end(d.month) < tick_day())
UNION SELECT r.subject, r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT
UNION SELECT r.subject, r.fy + 1 FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CARRY_OVER
UNION SELECT q.subject, q.fy FROM changed c CROSS JOIN record p ON p.rec = c.rec
  CROSS JOIN record q ON q.subject = p.subject AND q.type = @TYPE_ALLOTMENT WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT q.subject, q.fy + 1 FROM changed c CROSS JOIN record p ON p.rec = c.rec
  CROSS JOIN record q ON q.subject = p.subject AND q.type = @TYPE_CARRY_OVER WHERE c.type = @TYPE_SUBJECT_PROFILE;
CREATE TEMP VIEW progress AS
WITH newest AS (SELECT t.a, t.b, t.c, CASE WHEN t.b < tick_day() / 10000 THEN 12 WHEN t.b = tick_day() / 10000 THEN tick_day() / 100 % 100 - 1 END AS last
  FROM touched t WHERE coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT)
    NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)),
at AS MATERIALIZED (SELECT n.a, n.b, n.c, k.m AS nth, n.b AS fy, n.last - k.m + 1 AS m, n.b * 100 + n.last - k.m + 1 AS month,
    month_end(n.b * 100 + n.last - k.m + 1) AS day
  FROM newest n CROSS JOIN months k ON k.m <= max(1, CAST(n.c AS INTEGER))
  WHERE n.last - k.m + 1 >= max(1, param('k25.from_month')) AND month_end(n.b * 100 + n.last - k.m + 1) >= (SELECT min(day) FROM tick)),
plan AS MATERIALIZED (
  SELECT at.*, (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = at.a AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= at.day
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS profile,
    (SELECT sum(q.fen) FROM budget q WHERE q.subject = at.a AND q.fy = at.fy AND q.valid <= at.day) AS allotted,
    (SELECT sum(k.fen) FROM carried k WHERE k.subject = at.a AND k.fy = at.fy AND k.valid <= at.day) AS carried,
    (SELECT coalesce(sum(p.fen), 0) FROM agg_pay p WHERE p.subject = at.a AND p.fy = at.fy AND p.month <= at.month) AS paid,
    (SELECT max(p.coarse) FROM agg_pay p WHERE p.subject = at.a AND p.fy = at.fy AND p.month / 100 = at.fy) AS coarse,
    EXISTS (SELECT 1 FROM agg_year y WHERE y.fy = at.fy) AS daily
  FROM at),
sums AS MATERIALIZED (SELECT plan.*, coalesce(allotted + coalesce(carried, 0), carried) AS bg FROM plan),
dev AS MATERIALIZED (
  SELECT sums.*, f.lump_sum, json_extract(f.plan_curve_bp, '$[' || (m - 1) || ']') AS curve,
    CASE f.lump_sum WHEN 1 THEN (SELECT min(j.key) + 1 FROM json_each(f.plan_curve_bp) j WHERE j.value >= param('k25.lump_bp')) END AS planned_month,
    ratio_bp(paid, bg) AS fg3
  FROM sums LEFT JOIN f_subject_profile f ON f.rec = sums.profile),
pp AS MATERIALIZED (SELECT dev.*, coalesce(curve, ratio_bp(m, 12)) AS pp FROM dev)
SELECT a, b, c, nth, month, day, fy, m, curve, bg, paid, fg3, pp,
  CASE WHEN fg3 IS NULL OR bg < 0 THEN 'CLEAR' WHEN coarse > 0 OR NOT daily THEN 'UNKNOWN'
       WHEN lump_sum = 1 AND m <= coalesce(planned_month, param('k25.lump_month')) THEN 'CLEAR'
       WHEN fg3 - pp < param('k25.dev_bp') THEN 'FIRE' ELSE 'CLEAR' END AS state
FROM pp;
-- [touch]
SELECT subject, fy, '' FROM progress_changed
UNION SELECT n.a, n.b, n.c FROM agg_year y CROSS JOIN condition n ON n.rule = 'K25' AND n.fy = y.fy
 WHERE y.since = (SELECT max(no) FROM tick)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_allotment v
UNION SELECT k.subject, k.fy, '' FROM carried k
-- [agenda]
SELECT a, b, c, due FROM (SELECT a, b, c, max(date_add(month_end(tick_day() / 100), 1), date_add(month_end(b * 100 + param('k25.from_month')), 1)) AS due
  FROM touched) WHERE due <= (b + 1) * 10000 + 101
-- [condition]
SELECT a, b, c, coalesce((SELECT min(kind) FROM subj WHERE key = a), @SUBJECT_KIND_PROJECT) AS kind, a AS key, fy AS fy,
  '' AS period, '' AS object, state AS state, @SEVERITY_YELLOW AS sev, fg3 AS p, pp AS PP, pp - fg3 AS x, day AS at,
  CASE WHEN curve IS NULL THEN '序时进度' ELSE '计划进度' END AS basis,
  CASE WHEN curve IS NULL THEN 'time schedule' ELSE 'plan' END AS basis_en, bg AS Bg, paid AS P, day AS through
FROM progress
-- [inputs]
WITH last AS (SELECT min(:fy * 10000 + 1231, date_add(tick_day() / 100 * 100 + 1, -1)) AS day)
SELECT rec FROM (
  SELECT v.rec FROM last CROSS JOIN v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :fy AND v.r_valid <= day
  UNION SELECT k.rec FROM last CROSS JOIN carried k WHERE k.subject = :a AND k.fy = :fy AND k.valid <= day
  UNION SELECT * FROM (SELECT v.rec FROM last CROSS JOIN v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= day
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec JOIN f_payment_batch p ON p.rec = l.rec
    WHERE l.subject = :a AND r.r_fy = :fy AND p.pay_date <= (SELECT day FROM last) ORDER BY l.rec DESC LIMIT 40))
ORDER BY rec LIMIT 64
