-- id: K09
-- zh: 转移支付下达与接收不符
-- en: transfer sent and received differ
-- parties: finance
-- reads: B04
-- when: D Y
-- basis: R-7 R-10 预算法52
-- message.zh: 市下达{x}万元，区县接收{y}万元
-- message.en: the city sent {x}, the district received {y} (10,000 yuan)
-- clears.zh: B04接收
-- clears.en: INBOUND
-- responders: finance
-- figure: x fen
-- figure: y fen
-- figure: quota text
-- figure: issued date
-- param: k09.days int 30 下达多少天内应有接收指标（末日逢休息日顺延） | days after the transfer within which it is received (a last day off moves to the next working day)
-- awaits: finance
-- scope: city
-- remark.zh: 同一指标文号下，市对某区县某年度的转移支付下达数，与接收数比对；接收指指标文号或依据文号为该号、且接收区划为该区县或未填的B04接收。金额不符的，
-- remark.zh: 下一时点触发，部分到达的亦同；全未接收的，期限届满时触发，此前及财政各数据流尚未日结至期限末日的，暂不能判断。容差：双方每一行各按原计量单位之半计。
-- What the city's TRANSFERs of one quota number sent to one region and year, and what INBOUNDs say that came
-- under it: those whose quota_no or basis_doc is that number and whose to_rgn is the region or empty.
-- An amount that differs fires at the next tick, and a part that arrived does too; nothing received fires
-- once the days are over, and is UNKNOWN until then and until finance's streams have closed the last of
-- them. Tolerance: half a source unit for each line on either side.
-- Keys: a quota number, b region, c fiscal year.
-- [views]
CREATE TEMP VIEW k09_sent AS
SELECT f.rec, f.quota_no AS no, f.to_rgn, r.fy FROM f_allotment f CROSS JOIN record r ON r.rec = f.rec WHERE f.kind = @ALLOTMENT_KIND_TRANSFER;
-- [touch]
SELECT s.no, s.to_rgn, s.fy FROM changed c CROSS JOIN k09_sent s ON s.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT
UNION SELECT s.no, s.to_rgn, s.fy FROM changed c CROSS JOIN f_allotment i ON i.rec = c.rec AND i.kind = @ALLOTMENT_KIND_INBOUND
  CROSS JOIN k09_sent s ON s.no IN (i.quota_no, i.basis_doc) WHERE c.type = @TYPE_ALLOTMENT
-- [all]
SELECT DISTINCT no, to_rgn, fy FROM k09_sent
-- [agenda]
SELECT t.a, t.b, t.c, date_add(cd_add(f.issued_on, param('k09.days')), 1) AS due FROM touched t
  CROSS JOIN f_allotment f ON f.quota_no = t.a AND f.to_rgn = t.b AND f.kind = @ALLOTMENT_KIND_TRANSFER
-- [condition]
WITH sent AS MATERIALIZED (
  SELECT t.a, t.b, t.c, sum(f.fen * r.r_sign) AS fen, min(f.issued_on) AS issued, cd_add(min(f.issued_on), param('k09.days')) AS last,
    sum(half_unit(f.src_unit)) AS tol
  FROM touched t CROSS JOIN f_allotment f ON f.quota_no = t.a AND f.to_rgn = t.b AND f.kind = @ALLOTMENT_KIND_TRANSFER
  CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = t.c GROUP BY t.a, t.b, t.c),
received AS MATERIALIZED (
  SELECT s.a, s.b, s.c, sum(i.fen * r.r_sign) AS fen,
    sum(half_unit(i.src_unit)) AS tol
  FROM sent s CROSS JOIN f_allotment i ON (i.quota_no = s.a OR i.basis_doc = s.a) AND i.kind = @ALLOTMENT_KIND_INBOUND
    AND coalesce(i.to_rgn, '') IN ('', s.b)
  CROSS JOIN live r ON r.rec = i.rec GROUP BY s.a, s.b, s.c),
both AS (SELECT s.*, i.fen AS got, s.tol + coalesce(i.tol, 0) AS tol2, s.last < tick_day() AS over
  FROM sent s LEFT JOIN received i ON i.a = s.a AND i.b = s.b AND i.c = s.c)
SELECT a, b, c, @SUBJECT_KIND_REGION AS kind, b AS key, c AS fy, '' AS period, a AS object,
  CASE WHEN abs(fen - coalesce(got, 0)) <= tol2 THEN 'CLEAR' WHEN got IS NULL AND NOT over THEN 'UNKNOWN' ELSE 'FIRE' END AS state,
  @SEVERITY_YELLOW AS sev, fen AS x, coalesce(got, 0) AS y, a AS quota, issued AS issued,
  CASE WHEN got IS NULL AND over THEN last END AS through
FROM both
-- [inputs]
SELECT rec FROM (
  SELECT f.rec FROM f_allotment f CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = :c
    WHERE f.quota_no = :a AND f.to_rgn = :b AND f.kind = @ALLOTMENT_KIND_TRANSFER
  UNION SELECT i.rec FROM f_allotment i CROSS JOIN live r ON r.rec = i.rec
    WHERE (i.quota_no = :a OR i.basis_doc = :a) AND i.kind = @ALLOTMENT_KIND_INBOUND AND coalesce(i.to_rgn, '') IN ('', :b))
ORDER BY rec LIMIT 64
