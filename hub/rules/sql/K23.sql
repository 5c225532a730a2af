-- id: K23
-- zh: 疑似碎片化
-- en: fragmented
-- parties: finance
-- reads: P02 V02
-- when: T(10-15) I
-- basis: R-53
-- message.zh: {dept}同类小额项目{n}个，疑似碎片化
-- message.en: {dept}: {n} small items of one kind, possibly fragmented
-- clears.zh: V02调整整合，或P02更正
-- clears.en: V02 MERGE, P02 REPLACE
-- responders: finance
-- figure: dept text
-- figure: n count
-- figure: x fen
-- param: k23.items int 5 从几个同类小额项目起 | from how many small items of one kind on
-- param: k23.fen int 50000000 小额：总额低于 | small: a total below this (fen)
-- param: k23.from_mmdd int 1015 每年从哪月哪日起比对 | from when in the year they are compared (month and day)
-- scope: region
-- remark.zh: 同一年度，最新档案载明责任单位和项级科目相同、总额低于界限的事项。已有约束本年度或以后年度预算的V02调整整合的事项不计。当年10月15日首次查看，
-- remark.zh: 此后的变化在下一时点计入。不等待任何一方：档案已在此。
-- Items of one year whose newest profile names the same responsible body and function (项) and a total below
-- the line. An item with a V02 MERGE that binds this year's budget or a later one doesn't count. First looked
-- at on 10-15 of the year; what changes afterwards counts at the next tick.
-- Awaits nobody: the profiles are here.
-- Keys: a responsible body, b fiscal year, c function.
-- [touch]
SELECT p.resp_org, coalesce(q.fy, q.valid_from / 10000), p.func FROM (SELECT DISTINCT r.subject FROM changed c CROSS JOIN record r
    ON r.rec = c.rec WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_RESULT_USE)) u
  CROSS JOIN record q ON q.subject = u.subject AND q.type = @TYPE_SUBJECT_PROFILE CROSS JOIN f_subject_profile p ON p.rec = q.rec
 WHERE p.resp_org <> '' AND p.func <> ''
-- [all]
SELECT DISTINCT p.org, p.fy, p.func FROM year_profile p WHERE p.org <> '' AND p.func <> ''
-- [agenda]
SELECT a, b, c, b * 10000 + param('k23.from_mmdd') AS due FROM touched
-- [condition]
WITH small AS MATERIALIZED (
  SELECT t.a, t.b, t.c, count(*) AS n, sum(p.total_fen) AS fen FROM touched t
  CROSS JOIN f_subject_profile f ON f.resp_org = t.a AND f.func = t.c CROSS JOIN year_profile p ON p.rec = f.rec AND p.fy = t.b
  WHERE tick_day() >= t.b * 10000 + param('k23.from_mmdd') AND p.total_fen < param('k23.fen')
    AND NOT EXISTS (SELECT 1 FROM v_result_use u WHERE u.r_subject = p.subject AND u.r_type = @TYPE_RESULT_USE
      AND u.action = @USE_ACTION_MERGE AND u.next_fy >= t.b)
  GROUP BY t.a, t.b, t.c)
SELECT s.a, s.b, s.c, @SUBJECT_KIND_DEPT AS kind, s.a AS key, s.b AS fy, '' AS period, s.c AS object,
  CASE WHEN s.n >= param('k23.items') THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_INFO AS sev,
  coalesce((SELECT o.name FROM v_org_profile o WHERE o.r_subject = s.a AND o.r_type = @TYPE_ORG_PROFILE
    ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1), s.a) AS dept, s.n AS n, s.fen AS x
FROM small s
-- [inputs]
SELECT p.rec FROM f_subject_profile f CROSS JOIN year_profile p ON p.rec = f.rec AND p.fy = :b
WHERE f.resp_org = :a AND f.func = :c AND p.total_fen < param('k23.fen') ORDER BY p.rec LIMIT 64
