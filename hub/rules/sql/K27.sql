-- id: K27
-- zh: 预算到项目率不足
-- en: budget not broken down to projects
-- parties: finance
-- reads: B04
-- when: D Y/R
-- basis: R-28
-- message.zh: 预算到项目率{p}%，{x}万元未落实到项目
-- message.en: {p} % of the budget is with named projects, {x} (10,000 yuan) is not broken down
-- clears.zh: B04调剂，落实到项目和用款单位
-- clears.en: SHIFT to final lines
-- responders: finance
-- figure: p bp
-- figure: x fen
-- figure: total fen
-- param: k27.first_bp int 9000 首次批复时的到项目率下限（基点） | the lowest share allotted to projects at first (basis points)
-- param: k27.due_bp int 10000 到期时的到项目率下限（基点） | the lowest share on the last day (basis points)
-- param: k27.due_mmdd int 630 到期日（月日，逢休息日顺延） | the last day (month and day; a day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: 部门的FG4，但有三点不同：下达行归其载明的部门，而非事项现属部门；规定日期之后的调剂亦计入，以便销号；比率以100%为终点。每年两种情形：
-- remark.zh: 年初批复（first），以部门首笔批复入日志的时点为准，低于90%的为黄色；6月30日（0630），以截至该日有效的批复为准，该日之后（该日为非工作日的，
-- remark.zh: 下一工作日之后）仍低于100%的为红色。从未落实到项目的下达行调剂到已落实行的资金（同一部门、同一依据文号），不论何时调剂均计入。
-- remark.zh: 部门或单位自身的末级下达不属项目支出。下达行未载明是否落实到项目的，暂不能判断。年初批复不等待任何一方，6月30日须待财政日结至末日；工作日历（H08）
-- remark.zh: 变动的随之调整。
-- FG4 of a department, deliberately but for three things: a line counts for the department that it names, not for the one
-- that its subject belongs to by now; what is shifted after the day counts too, for that is how a finding clears; and
-- the rate ends at 100 %. Two conditions a year: `first`, of the INITIAL lines under the tick that logged the department's
-- first one, yellow below 90 %; `0630`, of the INITIAL lines valid by that date, red below 100 % after it, or after the next working day where it is none. Money shifted
-- from lines that aren't final to final ones (the same department and basis_doc) counts whenever it was shifted. Final
-- lines of the department or a unit itself are no project expenditure. UNKNOWN where a line doesn't say whether it is
-- final. `first` awaits nobody; `0630` awaits finance's close of the last day. A calendar (H08) that moves it is followed.
-- Keys: a department, b fiscal year, c 'first' or '0630'.
-- [views]
CREATE TEMP VIEW k27_stage(stage) AS VALUES ('first'), ('0630');
-- [touch]
SELECT f.dept, r.fy, s.stage FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_allotment f ON f.rec = c.rec
  CROSS JOIN k27_stage s
 WHERE c.type = @TYPE_ALLOTMENT AND f.dept <> ''
   AND f.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT)
-- [all]
SELECT DISTINCT v.dept, v.r_fy, s.stage FROM v_allotment v CROSS JOIN k27_stage s
 WHERE v.kind = @ALLOTMENT_KIND_INITIAL AND v.dept <> ''
-- [agenda]
SELECT a, b, c, date_add(cd_add(b * 10000 + param('k27.due_mmdd'), 0), 1) AS due FROM touched WHERE c = '0630'
-- [condition]
WITH due AS MATERIALIZED (
  SELECT t.*, CASE c WHEN '0630' THEN b * 10000 + param('k27.due_mmdd') END AS day,
    CASE c WHEN '0630' THEN cd_add(b * 10000 + param('k27.due_mmdd'), 0) END AS last FROM touched t
  WHERE c = 'first' OR cd_add(b * 10000 + param('k27.due_mmdd'), 0) < tick_day()),
line AS MATERIALIZED (
  SELECT d.a, d.b, d.c, d.day, v.kind, v.fen * v.r_sign AS fen, v.final_level AS final, v.basis_doc AS doc, v.r_valid AS valid, o.tick,
    min(CASE v.kind WHEN @ALLOTMENT_KIND_INITIAL THEN o.tick END) OVER (PARTITION BY d.a, d.b, d.c) AS first,
    v.r_kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION) AS own
  FROM due d CROSS JOIN v_allotment v ON v.dept = d.a AND v.r_fy = d.b
    AND v.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT)
  CROSS JOIN record o ON o.rec = v.r_root),
counted AS MATERIALIZED (
  SELECT l.* FROM line l WHERE l.kind = @ALLOTMENT_KIND_INITIAL AND (NOT coalesce(l.final, 0) OR NOT l.own)
    AND CASE l.c WHEN 'first' THEN l.tick = l.first ELSE l.valid <= l.day END),
sums AS MATERIALIZED (
  SELECT d.*, (SELECT sum(n.fen) FROM counted n WHERE n.a = d.a AND n.b = d.b AND n.c = d.c) AS total,
    (SELECT count(*) FROM counted n WHERE n.a = d.a AND n.b = d.b AND n.c = d.c AND n.final IS NULL) AS unsaid,
    (SELECT coalesce(sum(n.fen), 0) FROM counted n WHERE n.a = d.a AND n.b = d.b AND n.c = d.c AND n.final)
    + (SELECT coalesce(sum(i.fen), 0) FROM line i WHERE i.a = d.a AND i.b = d.b AND i.c = d.c AND i.kind = @ALLOTMENT_KIND_SHIFT_IN
        AND i.final AND i.doc IN (SELECT o.doc FROM line o WHERE o.a = d.a AND o.b = d.b AND o.c = d.c
          AND o.kind = @ALLOTMENT_KIND_SHIFT_OUT AND NOT coalesce(o.final, 0))) AS named
  FROM due d),
rate AS (SELECT sums.*, ratio_bp(min(named, total), total) AS p FROM sums)
SELECT a, b, c, @SUBJECT_KIND_DEPT AS kind, a AS key, b AS fy, '' AS period, c AS object,
  CASE WHEN p IS NULL THEN 'CLEAR' WHEN unsaid > 0 THEN 'UNKNOWN'
       WHEN CASE c WHEN 'first' THEN p < param('k27.first_bp') ELSE p < param('k27.due_bp') END THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE c WHEN 'first' THEN @SEVERITY_YELLOW ELSE @SEVERITY_RED END AS sev,
  p AS p, max(total - named, 0) AS x, total AS total, last AS through
FROM rate
-- [inputs]
SELECT v.rec FROM v_allotment v WHERE v.dept = :a AND v.r_fy = :b
  AND v.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT)
  AND (v.kind <> @ALLOTMENT_KIND_INITIAL OR NOT coalesce(v.final_level, 0)) ORDER BY v.rec LIMIT 64
