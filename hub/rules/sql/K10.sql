-- id: K10
-- zh: 公开数与台账不符
-- en: disclosed figure differs
-- parties: congress finance audit
-- reads: S03 B03 B04 X01 X04 P02 V01 A02
-- when: E Y/R
-- basis: R-71
-- message.zh: {figure}公开数{p}与台账{q}不符
-- message.en: {figure} was published as {p_en}, the ledger has {q_en}
-- clears.zh: 新的S03
-- clears.en: a new S03
-- responders: finance
-- figure: figure text
-- figure: p text
-- figure: q text
-- figure: p_en text
-- figure: q_en text
-- figure: url text
-- param: k10.tol_fen int 5000 公开金额的舍入误差（分）：万元保留两位小数，末位的一半 | what rounding may explain (fen): half of the last place of 万元 with two decimals
-- param: k10.red_ppm int 10000 红色差额占台账数的百万分比 | a red difference in millionths of the ledger's figure
-- scope: region
-- remark.zh: 取载有该事项、年度该项指标的最新S03，以公开日为准；有更新的，差异随之转移。与台账在公开日当时所知的数字比对：以该日之前最后一个时点为准，
-- remark.zh: 且不晚于首次见到该S03的时点；台账此后获知的，不归咎于公开。只比对以指标口径编号（如FG2.P）为名且计量单位相符的数值：分、基点或百分之一分。
-- remark.zh: 得分和比率按全值公开，无容差。超过台账数1%的为红色。当时尚无时点或该事项尚无该项数字的，暂不能判断。不等待任何一方：当时所知即为所知。
-- The newest S03 that names a figure of the subject and year, by its day of publication; one that is newer
-- takes the finding with it. Compared with the ledger's figure on that day as it was known then: at the
-- last tick up to that day, and no later than the one that first saw the S03. What the ledger learnt since
-- is no fault of the publication.
-- Only names that are figure ids (FG2.P …), with a value in the figure's own unit: fen, bp or cp. Points and
-- rates are published in full and have no tolerance. Red above 1 % of the ledger's value. No tick by then,
-- or no such figure of the subject then: UNKNOWN.
-- Awaits nobody: what was known is known.
-- Keys: a subject, b fiscal year, c figure.
-- [views]
CREATE TEMP VIEW k10_said AS
SELECT n.rec, n.idx, n.name, CASE figure_unit(n.name) WHEN 'fen' THEN n.fen WHEN 'bp' THEN n.bp WHEN 'cp' THEN n.cp END AS value
FROM f_disclosure_figures n;
-- [touch]
SELECT r.subject, r.fy, s.name FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN k10_said s ON s.rec = c.rec
  WHERE c.type = @TYPE_DISCLOSURE AND s.value IS NOT NULL AND r.subject IS NOT NULL AND r.fy IS NOT NULL
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, s.name FROM v_disclosure v CROSS JOIN k10_said s ON s.rec = v.rec
  WHERE s.value IS NOT NULL AND v.r_subject IS NOT NULL AND v.r_fy IS NOT NULL
-- [condition]
WITH newest AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_disclosure v WHERE v.r_subject = t.a AND v.r_type = @TYPE_DISCLOSURE AND v.r_fy = t.b
    AND EXISTS (SELECT 1 FROM k10_said s WHERE s.rec = v.rec AND s.name = t.c AND s.value IS NOT NULL)
    ORDER BY v.published_on DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec
  FROM touched t),
said AS MATERIALIZED (
  SELECT n.*, r.kind, f.published_on AS day, f.url,
    (SELECT s.value FROM k10_said s WHERE s.rec = n.rec AND s.name = n.c AND s.value IS NOT NULL ORDER BY s.idx LIMIT 1) AS p,
    (SELECT k.log_size FROM tick k WHERE k.day <= f.published_on AND k.no <= r.tick + 1 ORDER BY k.day DESC, k.no DESC LIMIT 1) AS known
  FROM newest n CROSS JOIN record r ON r.rec = n.rec CROSS JOIN f_disclosure f ON f.rec = n.rec),
both AS MATERIALIZED (SELECT said.*, figure_at(c, kind, a, b, day, known) AS q FROM said)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, CAST(day AS TEXT) AS period, c AS object,
  CASE WHEN q IS NULL THEN 'UNKNOWN' WHEN abs(p - q) > CASE figure_unit(c) WHEN 'fen' THEN param('k10.tol_fen') ELSE 0 END THEN 'FIRE'
       ELSE 'CLEAR' END AS state,
  CASE WHEN over_ppm(abs(p - q), abs(q), param('k10.red_ppm')) THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  c AS figure, figure_text(c, p, 1) AS p, figure_text(c, q, 1) AS q, figure_text(c, p, 0) AS p_en, figure_text(c, q, 0) AS q_en, url AS url
FROM both
-- [inputs]
SELECT v.rec FROM v_disclosure v WHERE v.r_subject = :a AND v.r_type = @TYPE_DISCLOSURE AND v.r_fy = :b
  AND v.published_on = CAST(:period AS INTEGER)
  AND EXISTS (SELECT 1 FROM k10_said s WHERE s.rec = v.rec AND s.name = :object AND s.value IS NOT NULL)
ORDER BY v.rec DESC LIMIT 8
