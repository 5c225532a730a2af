-- id: K42
-- zh: 自评与台账复算不符
-- en: self-evaluation does not recompute
-- parties: finance
-- reads: V01 X01 B04 B05 E04
-- when: E Y
-- basis: R-43
-- message.zh: 自评{a}分，台账复算{b}分；执行数{paid}万元，台账{P}万元；支出率{rate}%，台账{fg5}%
-- message.en: self-evaluation {a}, recomputed {b}; paid {paid}, ledger {P} (10,000 yuan); rate {rate} %, ledger {fg5} %
-- clears.zh: V01更正
-- clears.en: V01 REPLACE
-- responders: finance
-- figure: a cp
-- figure: b cp
-- figure: paid fen
-- figure: P fen
-- figure: rate bp
-- figure: fg5 bp
-- param: k42.score_cp int 100 自评得分与复算相差多少以上（百分之一分） | a difference of the score from its recomputation above this (hundredths of a point)
-- param: k42.rate_bp int 1 支出率与台账相差多少以上（基点） | a difference of the rate from the ledger's above this (basis points)
-- param: fg3.without_carry int 0 执行进度的分母：1 不含上年结转，0 含 | what progress is measured by: 1 without what was carried over, 0 with it
-- awaits: finance
-- scope: region
-- remark.zh: 取事项、年度的最新自评，只比对其所载内容；只载目标值和实际值的自评未作申报。三项比对，任一不符即触发：框架为SELF100的，得分与FG8比；
-- remark.zh: 支出数与全年P比（精确到分）；支出率与FG5（P除以Bg）比。Bg为当年下达（提前下达在承接后计入）加上年结转，规则参数规定FG3、
-- remark.zh: FG5不含结转的从其规定；均以截至12月31日生效的为准。FG8为10乘以支出与全年预算之比（以1为限，均取自评所载），加其余各项权重与完成率（FG7）
-- remark.zh: 之积；性质和目标值取自评所引用的目标版本，实际值取自评所载；定性指标按自评所评等次计，限期类时间自1月1日起算。目标未到、
-- remark.zh: 或有权重的项目没有对应指标或完成率的，得分暂不能判断；财政各数据流尚未日结至12月31日的，三项均暂不能判断。
-- The newest SELF of an item and year, and of what it says only what is there: a SELF of targets and actuals
-- alone claims nothing. Three comparisons, each of which fires: the score with FG8 where the frame is SELF100,
-- money paid with P of the whole year (to the fen), the rate with FG5 = P / Bg. Bg is the year's allotments
-- with an ADVANCE once an INITIAL absorbs it, and what B05 carried over from the year before, unless the rule set takes that
-- out of FG3 and FG5; both as far as they had taken effect by 12-31.
-- FG8 = 10 x min(1, paid/budget_full), both as the SELF says, + each other item's weight x completion (FG7),
-- by nature and target of the goal version that the SELF cites and by the actual that it says; what is
-- judged by words (QUAL) counts as the SELF graded it, and a date's time runs from January 1.
-- UNKNOWN: the score where the goal isn't here, or an item with weight has no indicator or no completion in
-- it; everything until finance's streams have closed 12-31.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k42_self AS
SELECT t.a, t.b, t.c, r.kind AS of_kind, v.*, (SELECT f.target FROM resolved f WHERE f.rec = v.rec AND f.field = 'goal') AS goal
FROM touched t CROSS JOIN f_evaluation v ON v.rec = (SELECT s.rec FROM v_evaluation s WHERE s.r_subject = t.a AND s.r_type = @TYPE_EVALUATION
  AND s.r_fy = t.b AND s.kind = @EVALUATION_KIND_SELF ORDER BY s.r_valid DESC, s.r_issued DESC, s.r_stream DESC, s.r_seq DESC LIMIT 1)
CROSS JOIN record r ON r.rec = v.rec WHERE r.kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION);
CREATE TEMP VIEW k42_sums AS
WITH self AS MATERIALIZED (SELECT * FROM k42_self)
SELECT s.a, s.b, s.c, s.of_kind, s.rec, s.total_cp, s.paid_fen, s.exec_rate_bp, s.frame,
  CASE s.frame WHEN @EVALUATION_FRAME_SELF100 THEN (SELECT CASE WHEN count(*) = count(bp) THEN
     (1000 * min(10000, ratio_bp(s.paid_fen, s.budget_full_fen)) + coalesce(sum(weight_cp * bp), 0) + 5000) / 10000 END
   FROM (SELECT i.weight_cp, (SELECT completion_bp(g.nature, g.target, g.target2, i.actual, ratio_bp(i.score_cp, i.weight_cp), s.b * 10000 + 101)
       FROM f_perf_goal_indicators g WHERE g.rec = s.goal AND g.id = i.id AND coalesce(g.na_reason, '') = '') AS bp
     FROM f_evaluation_items i WHERE i.rec = s.rec AND i.weight_cp > 0 AND i.id <> 'CI-3')) END AS fg8,
  (SELECT coalesce(sum(p.fen), 0) FROM agg_pay p WHERE p.subject = s.a AND p.fy = s.b AND p.month <= s.b * 100 + 12) AS paid,
  (SELECT coalesce(sum(q.fen), 0) FROM budget q WHERE q.subject = s.a AND q.fy = s.b AND q.valid <= s.b * 10000 + 1231)
  + (SELECT coalesce(sum(k.fen), 0) FROM carried k WHERE k.subject = s.a AND k.fy = s.b AND k.valid <= s.b * 10000 + 1231) AS bg
FROM self s;
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_EVALUATION, @TYPE_ALLOTMENT)
UNION SELECT r.subject, r.fy + 1, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CARRY_OVER
UNION SELECT t.subject, t.fy, '' FROM changed c CROSS JOIN ref f ON f.rec = c.rec AND f.field = 'absorbs'
  CROSS JOIN record t ON t.sid = f.t_sid AND t.seq = f.t_seq WHERE c.type = @TYPE_ALLOTMENT
UNION SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN resolved f ON f.target = c.rec AND f.field = 'goal' CROSS JOIN record r ON r.rec = f.rec
  WHERE c.type = @TYPE_PERF_GOAL AND r.type = @TYPE_EVALUATION
UNION SELECT d.subject, d.fy, '' FROM d_subject d WHERE d.fy IN (SELECT fy FROM evaluated_year) AND EXISTS (SELECT 1 FROM v_evaluation v WHERE v.r_subject = d.subject
  AND v.r_type = @TYPE_EVALUATION AND v.r_fy = d.fy AND v.kind = @EVALUATION_KIND_SELF)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_evaluation v WHERE v.kind = @EVALUATION_KIND_SELF
-- [agenda]
SELECT s.a, s.b, s.c, (s.b + 1) * 10000 + 101 AS due FROM k42_self s
-- [condition]
WITH diff AS MATERIALIZED (
  SELECT s.*, ratio_bp(paid, bg) AS fg5, abs(total_cp - fg8) > param('k42.score_cp') AS wrong_score, paid_fen <> paid AS wrong_paid
  FROM k42_sums s)
SELECT a, b, c, of_kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN tick_day() <= b * 10000 + 1231 THEN 'UNKNOWN'
       WHEN wrong_score OR wrong_paid OR abs(exec_rate_bp - fg5) > param('k42.rate_bp') THEN 'FIRE'
       WHEN frame = @EVALUATION_FRAME_SELF100 AND fg8 IS NULL THEN 'UNKNOWN' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, total_cp AS a, fg8 AS b, paid_fen AS paid, paid AS P, exec_rate_bp AS rate, fg5 AS fg5, b * 10000 + 1231 AS through
FROM diff
-- [inputs]
SELECT rec FROM (
  SELECT * FROM (SELECT v.rec FROM v_evaluation v WHERE v.r_subject = :a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = :b
    AND v.kind = @EVALUATION_KIND_SELF ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT f.target FROM v_evaluation v CROSS JOIN resolved f ON f.rec = v.rec AND f.field = 'goal'
    WHERE v.r_subject = :a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = :b AND v.kind = @EVALUATION_KIND_SELF
  UNION SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :b
  UNION SELECT v.rec FROM v_carry_over v WHERE v.r_subject = :a AND v.r_type = @TYPE_CARRY_OVER AND v.r_fy = :b - 1
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec WHERE l.subject = :a AND r.r_fy = :b ORDER BY l.rec DESC LIMIT 48))
ORDER BY rec LIMIT 80
