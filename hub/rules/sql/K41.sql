-- id: K41
-- zh: 未开展自评
-- en: self-evaluation missing
-- parties: finance
-- reads: B04 V01
-- when: D Y/R
-- basis: R-11 R-16 R-43 R-46
-- message.zh: 未按要求开展自评，{due}前应报送
-- message.en: self-evaluation missing, due by {due}
-- clears.zh: V01自评
-- clears.en: V01 SELF
-- responders: finance
-- figure: due date
-- figure: x fen
-- param: k41.due_mmdd int 331 次年几月几日前应完成自评（月日） | the day of the next year by which the self-evaluation is done (month and day)
-- param: k41.red_mmdd int 430 次年几月几日后仍未自评升为红色（月日） | the day of the next year after which it is red (month and day)
-- awaits: finance
-- scope: region
-- remark.zh: 适用于以B04批复为其名下下达资金的事项和部门；单位和区划自身的资金不在此评价。两个期限逢休息日均顺延至下一工作日。
-- remark.zh: 部门以其自评或本部门所作的部门整体评价为准，财政所作的不算自评。批复已全部追减的，不予要求。未评价即为未报送：财政各数据流尚未日结至期限日，
-- remark.zh: 以及升为红色前的末日，暂不能判断。V01报送即销号，迟到亦同。
-- Items and departments that a B04 INITIAL names as its subject; a unit's and a region's own money isn't
-- evaluated here. Both dates move to the next working day. A department is evaluated by its SELF or by its
-- own V01 DEPT; finance's isn't a self-evaluation. Nothing of the INITIAL left: nothing is owed.
-- Nothing evaluated is nothing said: UNKNOWN until finance's streams have closed the day due, and again the
-- last day before red. A V01 clears at once, late as it is.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k41_owed AS
SELECT t.a, t.b, t.c, coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT) AS kind, sum(f.fen * r.r_sign) AS fen,
  cd_add((t.b + 1) * 10000 + param('k41.due_mmdd'), 0) AS due, cd_add((t.b + 1) * 10000 + param('k41.red_mmdd'), 0) AS red_after
FROM touched t CROSS JOIN live r ON r.r_subject = t.a AND r.r_type = @TYPE_ALLOTMENT AND r.r_fy = t.b
  CROSS JOIN f_allotment f ON f.rec = r.rec WHERE f.kind = @ALLOTMENT_KIND_INITIAL GROUP BY t.a, t.b;
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_ALLOTMENT, @TYPE_EVALUATION)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_allotment v WHERE v.kind = @ALLOTMENT_KIND_INITIAL
-- [agenda]
SELECT o.a, o.b, o.c, date_add(o.due, 1) AS due FROM k41_owed o
UNION SELECT o.a, o.b, o.c, date_add(o.red_after, 1) FROM k41_owed o
-- [condition]
SELECT o.a, o.b, o.c, o.kind AS kind, o.a AS key, o.b AS fy, '' AS period, '' AS object,
  CASE WHEN o.fen > 0 AND o.due < tick_day() THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN o.red_after < tick_day() THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev, o.due AS due, o.fen AS x,
  CASE WHEN o.red_after < tick_day() THEN o.red_after WHEN o.due < tick_day() THEN o.due END AS through
FROM k41_owed o
WHERE o.kind NOT IN (@SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION, @SUBJECT_KIND_NONE)
  AND NOT EXISTS (SELECT 1 FROM v_evaluation v WHERE v.r_subject = o.a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = o.b
    AND (v.kind = @EVALUATION_KIND_SELF OR (v.kind = @EVALUATION_KIND_DEPT AND v.by IN (@EVALUATION_BY_UNIT, @EVALUATION_BY_DEPT))))
-- [inputs]
SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :b
  AND v.kind = @ALLOTMENT_KIND_INITIAL ORDER BY v.rec LIMIT 64
