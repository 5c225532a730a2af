-- id: K11
-- zh: 安排超审定年度需求
-- en: budget above the reviewed need
-- parties: finance
-- reads: B04 E02
-- when: E R
-- basis: R-25 R-26
-- message.zh: 安排{B0}万元超审定年度需求{n}万元，超{x}万元
-- message.en: budget {B0} exceeds the reviewed need {n} by {x} (10,000 yuan)
-- clears.zh: 新的E02，或B04追减
-- clears.en: a new E02, or B04 REDUCE
-- responders: finance
-- figure: B0 fen
-- figure: n fen
-- figure: x fen
-- scope: region
-- remark.zh: 限于具体事项。B0为一个预算年度的批复减追减，提前下达在批复承接后计入。年度需求以列明该年度或为该年度编制的最新E02为准；为该年度编制而未列该年度的，
-- remark.zh: 视为未核定需求。尚无此类E02的，暂不能判断。容差：所汇总的每笔下达按原计量单位之半计，审核数没有原计量单位。追加和调剂不属年初批复，不计入。
-- remark.zh: 不等待任何一方：下一时点即比对已入日志的记录。
-- Items only. B0 is INITIAL less REDUCE, with an ADVANCE once an INITIAL absorbs it, of one budget year.
-- A year's need is what the newest E02 says that lists the year or was made for it; one made for the year
-- that doesn't list it approved nothing. No such E02 yet: UNKNOWN. Tolerance: half a source unit for each
-- allotment summed; a review has no source unit. ADD and SHIFT are no initial allotment and don't count.
-- Awaits nobody: it compares what is logged, at the next tick.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k11_quota AS
SELECT r.rec, r.r_subject AS subject, r.r_fy AS fy, f.kind, f.fen * r.r_sign * quota_sign(f.kind) AS fen,
  half_unit(f.src_unit) AS tol
FROM live r CROSS JOIN f_allotment f ON f.rec = r.rec
WHERE r.r_type = @TYPE_ALLOTMENT AND (f.kind <> @ALLOTMENT_KIND_ADVANCE OR EXISTS (SELECT 1 FROM ref a JOIN live i ON i.rec = a.rec
  WHERE a.t_sid = r.r_sid AND a.t_seq = r.r_seq AND a.field = 'absorbs'));
CREATE TEMP VIEW k11_moved AS
SELECT r.subject, r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT
UNION SELECT t.subject, t.fy FROM changed c CROSS JOIN ref f ON f.rec = c.rec AND f.field = 'absorbs'
  CROSS JOIN record t ON t.sid = f.t_sid AND t.seq = f.t_seq WHERE c.type = @TYPE_ALLOTMENT;
CREATE TEMP VIEW k11_need AS
SELECT n.rec, n.r_subject AS subject, n.fiscal_year AS fy, n.fen FROM v_budget_review_approved_need n
WHERE n.r_type = @TYPE_BUDGET_REVIEW AND n.rec = (SELECT v.rec FROM v_budget_review v WHERE v.r_subject = n.r_subject
  AND v.r_type = @TYPE_BUDGET_REVIEW AND (v.r_fy = n.fiscal_year
    OR EXISTS (SELECT 1 FROM f_budget_review_approved_need o WHERE o.rec = v.rec AND o.fiscal_year = n.fiscal_year))
  ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1);
-- [touch]
SELECT subject, fy, '' FROM k11_moved
UNION SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_BUDGET_REVIEW
UNION SELECT r.subject, n.fiscal_year, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN f_budget_review_approved_need n ON n.rec = c.rec WHERE c.type = @TYPE_BUDGET_REVIEW
-- [all]
SELECT DISTINCT subject, fy, '' FROM k11_quota
-- [condition]
WITH sums AS MATERIALIZED (
  SELECT t.a, t.b, t.c, coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT) AS kind,
    sum(q.fen) AS b0, sum(q.tol) AS tol,
    coalesce((SELECT sum(n.fen) FROM k11_need n WHERE n.subject = t.a AND n.fy = t.b), 0) AS need,
    EXISTS (SELECT 1 FROM v_budget_review v WHERE v.r_subject = t.a AND v.r_type = @TYPE_BUDGET_REVIEW AND (v.r_fy = t.b
      OR EXISTS (SELECT 1 FROM f_budget_review_approved_need n WHERE n.rec = v.rec AND n.fiscal_year = t.b))) AS reviewed
  FROM touched t CROSS JOIN k11_quota q ON q.subject = t.a AND q.fy = t.b
  WHERE q.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADVANCE, @ALLOTMENT_KIND_REDUCE) GROUP BY t.a, t.b)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN b0 <= 0 THEN 'CLEAR' WHEN NOT reviewed THEN 'UNKNOWN' WHEN b0 > need + tol THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, b0 AS B0, need AS n, b0 - need AS x
FROM sums WHERE kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION)
-- [inputs]
SELECT rec FROM (
  SELECT q.rec FROM k11_quota q WHERE q.subject = :a AND q.fy = :b
    AND q.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADVANCE, @ALLOTMENT_KIND_REDUCE)
  UNION SELECT * FROM (SELECT v.rec FROM v_budget_review v WHERE v.r_subject = :a AND v.r_type = @TYPE_BUDGET_REVIEW AND (v.r_fy = :b
      OR EXISTS (SELECT 1 FROM f_budget_review_approved_need n WHERE n.rec = v.rec AND n.fiscal_year = :b))
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1))
ORDER BY rec LIMIT 64
