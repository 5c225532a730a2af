-- id: K15
-- zh: 事前评估未通过仍安排
-- en: funded despite a failed ex-ante evaluation
-- parties: finance
-- reads: B04 E01 E03
-- when: E R
-- basis: R-24
-- message.zh: 事前评估为{r}仍{step}{x}万元
-- message.en: ex-ante evaluation {r_en}, yet {step_en} {x} (10,000 yuan)
-- clears.zh: B04追减至零；没有资金的，E03退出；更正E01
-- clears.en: B04 REDUCE to 0; E03 OUT where it has no money; corrected E01
-- responders: finance
-- figure: r text
-- figure: r_en text
-- figure: step text
-- figure: step_en text
-- figure: x fen
-- figure: score cp
-- scope: region
-- remark.zh: 对当年每个仍然有效的关口（E03入库、B04批复），取在其时点或此前入日志的最新E01：等级为差或不予支持的触发。其后的E01既不触发也不销号。
-- remark.zh: x为批复减追减。当时没有E01的，属K14。不等待任何一方：评估与关口均已在此。
-- What counts is the newest E01 of those logged under the gate's tick or an earlier one, for each standing gate
-- of the year (E03 IN, B04 INITIAL): rated 差, or REJECT. An E01 that comes afterwards opens and closes nothing.
-- x is INITIAL less REDUCE. No E01 by then is K14's matter.
-- Awaits nobody: the evaluation and the gate are both here.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_LIBRARY_EVENT, @TYPE_ALLOTMENT)
UNION SELECT g.subject, g.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record g ON g.subject = r.subject AND g.type IN (@TYPE_LIBRARY_EVENT, @TYPE_ALLOTMENT)
 WHERE c.type IN (@TYPE_EX_ANTE_EVAL, @TYPE_LIBRARY_EVENT)
-- [all]
SELECT DISTINCT g.subject, g.fy, '' FROM gate g
-- [condition]
WITH judged AS MATERIALIZED (
  SELECT t.a, t.b, t.c, g.kind, g.money, (SELECT e.rec FROM v_ex_ante_eval e CROSS JOIN record o ON o.rec = e.r_root
      WHERE e.r_subject = t.a AND e.r_type = @TYPE_EX_ANTE_EVAL AND o.tick <= g.tick
      ORDER BY o.tick DESC, e.r_valid DESC, e.r_issued DESC, e.r_stream DESC, e.r_seq DESC LIMIT 1) AS exante
  FROM touched t CROSS JOIN gate g ON g.subject = t.a AND g.fy = t.b),
ranked AS (
  SELECT j.*, row_number() OVER (PARTITION BY j.a, j.b, j.c ORDER BY o.tick DESC, r.r_valid DESC, r.r_issued DESC, r.r_stream DESC, r.r_seq DESC) AS no
  FROM judged j CROSS JOIN f_ex_ante_eval e ON e.rec = j.exante CROSS JOIN live r ON r.rec = e.rec CROSS JOIN record o ON o.rec = r.r_root
  WHERE e.rating = @RATING_POOR OR e.conclusion = @EX_ANTE_CONCLUSION_REJECT),
failed AS MATERIALIZED (
  SELECT a, b, c, min(kind) AS kind, max(money) AS money, max(CASE no WHEN 1 THEN exante END) AS exante FROM ranked GROUP BY a, b, c)
SELECT f.a, f.b, f.c, f.kind AS kind, f.a AS key, f.b AS fy, '' AS period, '' AS object, 'FIRE' AS state, @SEVERITY_RED AS sev,
  CASE e.rating WHEN @RATING_POOR THEN '差' ELSE '不予支持' END AS r,
  CASE e.rating WHEN @RATING_POOR THEN 'poor' ELSE 'rejected' END AS r_en,
  CASE f.money WHEN 1 THEN '安排' ELSE '入库，安排' END AS step,
  CASE f.money WHEN 1 THEN 'funded with' ELSE 'taken into the library, with' END AS step_en,
  coalesce((SELECT sum(q.fen * q.r_sign * quota_sign(q.kind)) FROM v_allotment q WHERE q.r_subject = f.a AND q.r_type = @TYPE_ALLOTMENT
    AND q.r_fy = f.b AND q.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_REDUCE)), 0) AS x, e.total_cp AS score
FROM failed f CROSS JOIN f_ex_ante_eval e ON e.rec = f.exante
-- [inputs]
SELECT rec FROM (
  SELECT g.rec FROM gate g WHERE g.subject = :a AND g.fy = :b
  UNION SELECT e.rec FROM v_ex_ante_eval e WHERE e.r_subject = :a AND e.r_type = @TYPE_EX_ANTE_EVAL
  UNION SELECT q.rec FROM v_allotment q WHERE q.r_subject = :a AND q.r_type = @TYPE_ALLOTMENT AND q.r_fy = :b
    AND q.kind = @ALLOTMENT_KIND_REDUCE)
ORDER BY rec LIMIT 32
