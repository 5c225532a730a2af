-- id: K32
-- zh: 年底突击花钱
-- en: year-end spending spike
-- parties: finance
-- reads: X01 P02 H02
-- when: T Y
-- basis: R-34
-- message.zh: 12月支出占全年{p}%
-- message.en: December's payments are {p} % of the year's
-- clears.zh: 更正X01；财政的说明（H02）经人大或审计同意
-- clears.en: payments corrected; finance's explanation (H02 EXPLAIN) that congress or audit approve
-- responders: finance
-- figure: p bp
-- figure: x fen
-- figure: P fen
-- param: k32.share_bp int 3000 12月占比上限（基点） | December's highest share (basis points)
-- param: k32.min_fen int 100000000 12月支出低于此数不提示 | less than this paid in December is not said (fen)
-- param: k32.day_mmdd int 110 次年评估日（月日） | the day of the next year on which it is judged (month and day)
-- awaits: finance
-- scope: region
-- remark.zh: FG24超过规定比例，且12月支出不低于规定金额；年末有效档案载明为一次性支付的事项除外。自次年1月10日的首个时点起。财政各数据流尚未日结至12月31日，
-- remark.zh: 以及有支付只载年度的，暂不能判断。已支出的无法挽回：财政的说明为答复，经人大或审计同意（如同认可须经其同意）方可销号；仅凭财政自己的说明，
-- remark.zh: 不能销号针对财政的差异。12月支出此后再有增加的，不另立差异。12月没有支付的年度不会触发。
-- FG24 above the share and December at least the sum, of items that aren't a lump sum by the profile in force at the
-- year's end. From the first tick of next year's 01-10 on. UNKNOWN until finance's streams have closed 12-31, and where
-- a payment is dated to the year only. What was spent can't be undone: an EXPLAIN answers the finding, and closes it once congress or
-- audit approve it, as they would have to approve a waiver; finance's word alone closes nothing against finance. More of December that comes later needs
-- no second one. December's payments are what makes a key: a year without any can't fire.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT DISTINCT d.subject, d.fy, '' FROM d_pay d
 WHERE d.month = d.fy * 100 + 12 OR (d.fy + 1) * 10000 + param('k32.day_mmdd') <= tick_day()
UNION SELECT p.subject, p.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN agg_pay p ON p.subject = r.subject
 WHERE c.type = @TYPE_SUBJECT_PROFILE AND p.month = p.fy * 100 + 12
UNION SELECT d.key, d.fiscal_year, '' FROM (
    SELECT c.rec FROM changed c WHERE c.type = @TYPE_DISCREPANCY_REPLY
    UNION SELECT f.target FROM changed c CROSS JOIN resolved f ON f.rec = c.rec AND f.field = 'target' WHERE c.type = @TYPE_APPROVAL) x
  CROSS JOIN f_discrepancy_reply h ON h.rec = x.rec CROSS JOIN f_discrepancy d ON d.id = h.id WHERE d.rule = 'K32'
-- [all]
SELECT DISTINCT p.subject, p.fy, '' FROM agg_pay p WHERE p.month = p.fy * 100 + 12
-- [agenda]
SELECT a, b, c, (b + 1) * 10000 + param('k32.day_mmdd') AS due FROM touched
-- [condition]
WITH year AS MATERIALIZED (
  SELECT t.a, t.b, t.c, coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT) AS kind,
    (SELECT sum(p.fen) FROM agg_pay p WHERE p.subject = t.a AND p.fy = t.b AND p.month = t.b * 100 + 12) AS december,
    (SELECT sum(p.fen) FROM agg_pay p WHERE p.subject = t.a AND p.fy = t.b AND p.month <= t.b * 100 + 12) AS paid,
    (SELECT max(p.coarse) FROM agg_pay p WHERE p.subject = t.a AND p.fy = t.b) AS coarse,
    (SELECT v.lump_sum FROM v_subject_profile v WHERE v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
       AND v.r_valid <= t.b * 10000 + 1231 ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS lump_sum
  FROM touched t WHERE (t.b + 1) * 10000 + param('k32.day_mmdd') <= tick_day())
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN december IS NULL OR lump_sum = 1 OR kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION) THEN 'CLEAR'
       WHEN coarse > 1 THEN 'UNKNOWN'
       WHEN december < param('k32.min_fen') OR NOT over_ppm(december, paid, param('k32.share_bp') * 100) THEN 'CLEAR'
       WHEN EXISTS (SELECT 1 FROM f_discrepancy_reply h CROSS JOIN live r ON r.rec = h.rec CROSS JOIN stream s ON s.sid = r.r_sid AND s.party = 'finance'
         WHERE h.id = discrepancy_id('K32', kind, a, b, '', '') AND h.kind = @REPLY_KIND_EXPLAIN AND EXISTS (SELECT 1 FROM seconded a WHERE a.rec = h.rec))
         THEN 'CLEAR'
       ELSE 'FIRE' END AS state,
  @SEVERITY_YELLOW AS sev, ratio_bp(december, paid) AS p, december AS x, paid AS P, b * 10000 + 1231 AS through
FROM year
-- [inputs]
SELECT rec FROM (
  SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE
    AND v.r_valid <= :b * 10000 + 1231 ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec JOIN f_payment_batch p ON p.rec = l.rec
    WHERE l.subject = :a AND r.r_fy = :b AND p.pay_date >= :b * 10000 + 1201 ORDER BY l.rec DESC LIMIT 60))
ORDER BY rec
