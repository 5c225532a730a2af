-- id: K48
-- zh: 评价为中未整改而增加预算
-- en: raised before rectification
-- parties: finance
-- reads: V01 V03 B04
-- when: E Y
-- basis: R-53
-- message.zh: 评价为中（{score}分）且未完成整改，{n}年度预算由{base}万元增至{B0}万元，增加{x}万元
-- message.en: rated fair ({score}), not rectified, yet raised by {x} from {base} to {B0} for {n} (10,000 yuan)
-- clears.zh: 就该评价的V03为已整改；B04追减；等级更高的评价
-- clears.en: V03 DONE on the evaluation; B04 REDUCE; an evaluation that rates it higher
-- responders: finance
-- figure: x fen
-- figure: B0 fen
-- figure: base fen
-- figure: score cp
-- figure: n count
-- param: next_fy.cutoff_mmdd int 1031 当年几月几日前的评价用于次年预算（月日） | evaluations of a year's days up to this bind the next year's budget (month and day)
-- scope: region
-- remark.zh: 等级、所约束的预算年度及该年度资金同K47；上年度没有下达的，暂不能判断。已整改，指针对该评价（含其任何更正）的V03报告或核查结果为已整改，不论早晚；
-- remark.zh: 其后的V03另有说法的，不改变。不等待任何一方：等级与下达均已在此，其后到达的V03使其销号。
-- The rating, the budget year that it binds and that year's money are K47's; nothing allotted in the year
-- before: UNKNOWN. Rectified: a V03 REPORT or VERIFY with result DONE on that evaluation (whatever correction
-- of it), early or late. A later V03 that says otherwise doesn't undo it.
-- Awaits nobody: rating and allotments are here; a V03 that comes later closes it.
-- Keys: a subject, b '', c ''.
-- [touch]
SELECT m.subject, '', '' FROM k47_moved m
UNION SELECT f.t_subject, '', '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  WHERE c.type = @TYPE_RECTIFICATION AND f.t_type = @TYPE_EVALUATION AND f.field = 'source'
-- [all]
SELECT DISTINCT v.r_subject, '', '' FROM v_evaluation v
-- [condition]
SELECT e.a, e.b, e.c, e.kind AS kind, e.a AS key, e.n AS fy, '' AS period, '' AS object,
  CASE WHEN coalesce(e.before, 0) <= 0 THEN 'UNKNOWN' WHEN e.now > e.before THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, e.now - e.before AS x, e.now AS B0, e.before AS base, e.total_cp AS score, e.n AS n
FROM k47_budget e
WHERE band(e.total_cp) = 3 AND e.now > 0 AND NOT EXISTS (SELECT 1 FROM resolved f CROSS JOIN v_rectification w ON w.rec = f.rec
  WHERE f.t_root = e.root AND f.field = 'source' AND w.result = @RECTIFICATION_RESULT_DONE
    AND w.phase IN (@RECTIFICATION_PHASE_REPORT, @RECTIFICATION_PHASE_VERIFY))
-- [inputs]
SELECT rec FROM (
  SELECT s.rec FROM score s WHERE s.r_subject = :a AND s.r_type = @TYPE_EVALUATION AND s.r_fy BETWEEN :fy - 3 AND :fy
  UNION SELECT q.rec FROM k47_money q WHERE q.subject = :a AND q.fy IN (:fy - 1, :fy))
ORDER BY rec LIMIT 64
