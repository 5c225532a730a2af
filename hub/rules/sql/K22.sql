-- id: K22
-- zh: 疑似交叉重复
-- en: possible duplicate
-- parties: finance
-- reads: P02 V02 X01
-- when: E T(10-15) Y
-- basis: R-53
-- message.zh: 与{other}疑似交叉重复（{basis}）
-- message.en: possible duplicate of {other} ({basis_en})
-- clears.zh: 任一方的V02调整整合，或P02更正；联席会议办公室采信说明的，予以认可
-- clears.en: V02 MERGE of either, P02 REPLACE; an explanation that the office accepts waives it
-- responders: finance
-- figure: other text
-- figure: basis text
-- figure: basis_en text
-- figure: names bp
-- figure: tags bp
-- param: k22.name_bp int 8000 名称相似度（三字组，基点） | how alike the names are (runs of three characters, basis points)
-- param: k22.tags_bp int 6000 用途标签重合度（交集比并集，基点） | how many purpose tags are common (of all, basis points)
-- param: k22.tags_common int 2 至少共有几个用途标签 | how many purpose tags are common at least
-- param: k22.payee_fen int 10000000 同一收款人同一用途，各自至少支付多少 | what each pays at least to one payee for one purpose (fen)
-- param: k22.from_mmdd int 1015 每年从哪月哪日起比对 | from when in the year they are compared (month and day)
-- scope: city
-- remark.zh: 同一年度、同一款级科目（五位）、责任单位不同的两个事项：名称按三字连串相近，或用途标签重叠（按交并比；仅一个标签相同不足为据），
-- remark.zh: 或双方以同一用途向同一收款方（统一社会信用代码）支付。档案的年度为其预算年度，未填的为生效年度；同年有多份的取最新。
-- remark.zh: 支付自当年10月15日起首个时点按已入日志的计入并开始比对，其后入日志的不计。任一方约束本年度或以后年度预算的V02调整整合，使该对销号。
-- remark.zh: 差异列在代码较小的事项名下。不等待任何一方：档案均已在此，支付以入日志的时点为准。
-- Two items of one year and 款 (five digits of the function), of different responsible bodies: names alike by
-- runs of three characters (alike_bp), or purpose tags that overlap (Jaccard; one tag alone in common says
-- nothing), or the same payee (uscc) paid by both for the same purpose. A profile's year is its fiscal year, else the year it takes effect; of several of a
-- year the newest counts. Payments count as they are logged under the year's first tick from 10-15 on, and are
-- compared from then on; a payment logged later isn't. A V02 MERGE of either that binds this year's budget or a
-- later one closes the pair. The finding stands at the smaller key.
-- Awaits nobody: the profiles are both here, and payments count by the tick that logged them.
-- Keys: a the smaller key, b fiscal year, c the larger key.
-- [views]
CREATE TEMP VIEW k22_profile AS
SELECT p.rec, p.subject, p.kind, p.fy, substr(p.func, 1, 5) AS class, p.org, p.name, p.tags FROM year_profile p WHERE length(p.func) >= 5;
CREATE TEMP VIEW k22_looked AS
SELECT y.fy, (SELECT min(t.no) FROM tick t WHERE t.day >= y.fy * 10000 + param('k22.from_mmdd')) AS tick FROM agg_year y
WHERE y.fy * 10000 + param('k22.from_mmdd') <= tick_day();
CREATE TEMP VIEW k22_line AS
SELECT l.subject, r.r_fy AS fy, r.r_tick AS tick, l.payee_uscc AS payee, l.purpose,
  r.r_sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END AS fen
FROM paid_line l CROSS JOIN live r ON r.rec = l.rec WHERE l.payee_uscc <> '' AND l.purpose <> '';
-- [touch]
SELECT a, b, c FROM (
  WITH mine AS MATERIALIZED (
    SELECT p.* FROM (SELECT r.subject, 0 AS merged FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_SUBJECT_PROFILE
      UNION SELECT r.subject, 1 FROM changed c CROSS JOIN f_result_use f ON f.rec = c.rec AND f.action = @USE_ACTION_MERGE
        CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_RESULT_USE) u CROSS JOIN k22_profile p ON p.subject = u.subject
    WHERE u.merged OR NOT EXISTS (SELECT 1 FROM changed n WHERE n.rec = p.rec)),
  near AS MATERIALIZED (
    SELECT q.subject, q.fy, q.class, q.org FROM (SELECT DISTINCT class FROM mine) m CROSS JOIN f_subject_profile o
      ON o.func >= m.class AND o.func < m.class || char(1114111) CROSS JOIN k22_profile q ON q.rec = o.rec)
  SELECT min(p.subject, q.subject) AS a, p.fy AS b, max(p.subject, q.subject) AS c FROM mine p CROSS JOIN near q
    ON q.class = p.class AND q.fy = p.fy WHERE q.subject <> p.subject AND q.org <> p.org)
UNION SELECT min(p.subject, q.subject), coalesce(p.fy, p.valid_from / 10000), max(p.subject, q.subject) FROM changed c
  CROSS JOIN record p ON p.rec = c.rec CROSS JOIN f_subject_profile f ON f.rec = c.rec AND length(f.func) >= 5
  CROSS JOIN f_subject_profile o ON o.func >= substr(f.func, 1, 5) AND o.func < substr(f.func, 1, 5) || char(1114111)
  CROSS JOIN record q ON q.rec = o.rec AND q.subject <> p.subject WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT a, b, c FROM (
  WITH looked AS MATERIALIZED (SELECT y.fy, y.tick FROM k22_looked y WHERE y.tick = (SELECT max(no) FROM tick)),
  much AS MATERIALIZED (
    SELECT k.fy, j.value ->> 0 AS subject, j.value ->> 1 AS payee, j.value ->> 2 AS purpose
    FROM looked k CROSS JOIN json_each((SELECT sums_over(param('k22.payee_fen'),
        r.r_sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END, l.subject, l.payee_uscc, l.purpose)
      FROM f_payment_batch b CROSS JOIN live r ON r.rec = b.rec AND r.r_fy = k.fy AND r.r_tick <= k.tick
      CROSS JOIN f_payment_batch_lines l ON l.rec = b.rec AND l.payee_uscc <> '' AND l.purpose <> '')) j),
  paid AS MATERIALIZED (
    SELECT m.fy, m.subject, p.class, p.org, m.payee, m.purpose FROM much m CROSS JOIN k22_profile p ON p.subject = m.subject AND p.fy = m.fy),
  common AS MATERIALIZED (
    SELECT * FROM paid WHERE (fy, class, payee, purpose) IN (
      SELECT fy, class, payee, purpose FROM paid GROUP BY fy, class, payee, purpose HAVING min(org) < max(org)))
  SELECT DISTINCT x.subject AS a, x.fy AS b, y.subject AS c FROM common x CROSS JOIN common y ON y.fy = x.fy AND y.payee = x.payee
    AND y.purpose = x.purpose AND y.class = x.class WHERE x.subject < y.subject AND x.org <> y.org)
-- [all]
SELECT a, b, c FROM (
  WITH each AS MATERIALIZED (SELECT subject, fy, class, org FROM k22_profile)
  SELECT p.subject AS a, p.fy AS b, q.subject AS c FROM each p CROSS JOIN each q ON q.class = p.class AND q.fy = p.fy
    WHERE p.subject < q.subject AND q.org <> p.org)
-- [condition]
WITH looked AS MATERIALIZED (SELECT fy, tick FROM k22_looked),
side AS MATERIALIZED (SELECT a AS subject, b AS fy FROM touched UNION SELECT c, b FROM touched),
profile AS MATERIALIZED (SELECT p.* FROM side s CROSS JOIN k22_profile p ON p.subject = s.subject AND p.fy = s.fy),
merges AS MATERIALIZED (
  SELECT s.subject, max(u.next_fy) AS until FROM (SELECT DISTINCT subject FROM side) s CROSS JOIN live r ON r.r_subject = s.subject
    AND r.r_type = @TYPE_RESULT_USE CROSS JOIN f_result_use u ON u.rec = r.rec AND u.action = @USE_ACTION_MERGE GROUP BY s.subject),
line AS MATERIALIZED (
  SELECT s.fy, s.subject, l.payee, l.purpose FROM side s CROSS JOIN looked k ON k.fy = s.fy CROSS JOIN k22_line l ON l.subject = s.subject AND l.fy = s.fy AND l.tick <= k.tick
  GROUP BY s.fy, s.subject, l.payee, l.purpose HAVING sum(l.fen) >= param('k22.payee_fen')),
common AS MATERIALIZED (
  SELECT * FROM line WHERE (fy, payee, purpose) IN (SELECT fy, payee, purpose FROM line GROUP BY fy, payee, purpose HAVING count(*) > 1)),
shared AS MATERIALIZED (
  SELECT DISTINCT x.subject AS a, x.fy AS b, y.subject AS c FROM common x CROSS JOIN common y ON y.fy = x.fy AND y.payee = x.payee
    AND y.purpose = x.purpose WHERE x.subject < y.subject),
tag AS MATERIALIZED (SELECT DISTINCT p.subject, p.fy, x.value AS tag FROM profile p CROSS JOIN json_each(p.tags) x),
tags AS MATERIALIZED (SELECT subject, fy, count(*) AS n FROM tag GROUP BY subject, fy),
tagged AS MATERIALIZED (
  SELECT t.a, t.b, t.c, count(*) AS n FROM touched t CROSS JOIN tag x ON x.subject = t.a AND x.fy = t.b
    CROSS JOIN tag y ON y.subject = t.c AND y.fy = t.b AND y.tag = x.tag GROUP BY t.a, t.b, t.c),
pair AS MATERIALIZED (
  SELECT t.a, t.b, t.c, p.kind, q.name AS other, coalesce(alike_bp(p.name, q.name), 0) AS names, coalesce(g.n, 0) AS common,
    coalesce(x.n, 0) + coalesce(y.n, 0) - coalesce(g.n, 0) AS of,
    (t.a, t.b, t.c) IN (SELECT a, b, c FROM shared) AS payee,
    max(coalesce(u.until, 0), coalesce(v.until, 0)) >= t.b AS merged
  FROM touched t CROSS JOIN profile p ON p.subject = t.a AND p.fy = t.b CROSS JOIN profile q ON q.subject = t.c AND q.fy = t.b
    LEFT JOIN tagged g ON g.a = t.a AND g.b = t.b AND g.c = t.c
    LEFT JOIN tags x ON x.subject = t.a AND x.fy = t.b LEFT JOIN tags y ON y.subject = t.c AND y.fy = t.b
    LEFT JOIN merges u ON u.subject = t.a LEFT JOIN merges v ON v.subject = t.c
  WHERE q.class = p.class AND q.org <> p.org),
judged AS MATERIALIZED (
  SELECT pair.*, CASE WHEN common >= param('k22.tags_common') THEN coalesce(ratio_bp(common, of), 0) ELSE 0 END AS tags FROM pair)
SELECT p.a, p.b, p.c, p.kind AS kind, p.a AS key, p.b AS fy, '' AS period, p.c AS object, 'FIRE' AS state, @SEVERITY_YELLOW AS sev,
  coalesce(p.other, '') || '（' || p.c || '）' AS other,
  CASE WHEN p.names >= param('k22.name_bp') THEN '名称相近'
    WHEN p.tags >= param('k22.tags_bp') THEN '用途相同' ELSE '同一收款人、同一用途' END AS basis,
  CASE WHEN p.names >= param('k22.name_bp') THEN 'names alike' WHEN p.tags >= param('k22.tags_bp') THEN 'the same purposes'
    ELSE 'one payee, one purpose' END AS basis_en, p.names AS names, p.tags AS tags
FROM judged p WHERE NOT p.merged AND (p.payee OR p.names >= param('k22.name_bp') OR p.tags >= param('k22.tags_bp'))
-- [inputs]
SELECT v.rec FROM v_subject_profile v WHERE v.r_subject IN (:a, :c) AND v.r_type = @TYPE_SUBJECT_PROFILE
  AND coalesce(v.r_fy, v.r_valid / 10000) = :b ORDER BY v.rec DESC LIMIT 32
