-- id: K14
-- zh: 未经事前绩效评估
-- en: no ex-ante evaluation
-- parties: finance
-- reads: B04 E01 E03 P02
-- when: E R/I
-- basis: R-13 R-22 R-23 R-24
-- message.zh: 未经事前绩效评估即{step}
-- message.en: {step_en} without an ex-ante evaluation
-- clears.zh: B04追减至零；没有资金的，E03退出；迟到的E01只记为备注，不销号
-- clears.en: B04 REDUCE to 0; E03 OUT where it has no money; a late E01 keeps it as a note
-- responders: finance
-- figure: step text
-- figure: step_en text
-- figure: logged date
-- figure: late date
-- scope: region
-- remark.zh: 适用于最新档案载明为新增且属重大、基建或政策的事项。E01须在该事项当年首个仍然有效的关口（E03入库、B04批复）的时点或此前入日志，方为及时。
-- remark.zh: 迟到的E01不能恢复应有次序：差异保留，降为提示。尚无档案的，暂不能判断。不等待任何一方：过关口时评估未入日志，即为差异本身。
-- Asked of what is new and major, infrastructure or a policy, as its newest profile has it. An E01 is in time
-- under the tick of the item's first standing gate of the year (E03 IN, B04 INITIAL) or an earlier one. One
-- that came later doesn't undo the order: the finding stays, as information. No profile yet: UNKNOWN.
-- Awaits nobody: that the evaluation wasn't logged when the gate was passed is the finding itself.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_LIBRARY_EVENT, @TYPE_ALLOTMENT)
UNION SELECT g.subject, g.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record g ON g.subject = r.subject AND g.type IN (@TYPE_LIBRARY_EVENT, @TYPE_ALLOTMENT)
 WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_EX_ANTE_EVAL, @TYPE_LIBRARY_EVENT)
-- [all]
SELECT DISTINCT g.subject, g.fy, '' FROM gate g
-- [condition]
WITH passed AS MATERIALIZED (
  SELECT t.a, t.b, t.c, min(g.kind) AS kind, min(g.tick * 2 + g.money) AS first
  FROM touched t CROSS JOIN gate g ON g.subject = t.a AND g.fy = t.b GROUP BY t.a, t.b, t.c),
known AS MATERIALIZED (
  SELECT passed.*, (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = passed.a AND v.r_type = @TYPE_SUBJECT_PROFILE
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS profile,
    (SELECT min(o.tick) FROM v_ex_ante_eval e CROSS JOIN record o ON o.rec = e.r_root
      WHERE e.r_subject = passed.a AND e.r_type = @TYPE_EX_ANTE_EVAL) AS evaluated
  FROM passed)
SELECT k.a, k.b, k.c, k.kind AS kind, k.a AS key, k.b AS fy, '' AS period, '' AS object,
  CASE WHEN p.rec IS NULL THEN 'UNKNOWN' WHEN k.evaluated <= k.first / 2 THEN 'CLEAR'
       WHEN p.is_new = 1 AND (p.is_major = 1 OR p.is_infra = 1 OR k.kind = @SUBJECT_KIND_POLICY) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN k.evaluated IS NULL THEN @SEVERITY_RED ELSE @SEVERITY_INFO END AS sev,
  CASE k.first % 2 WHEN 1 THEN '安排预算' ELSE '入库' END AS step,
  CASE k.first % 2 WHEN 1 THEN 'budgeted' ELSE 'taken into the library' END AS step_en,
  (SELECT t.day FROM tick t WHERE t.no = k.first / 2) AS logged, (SELECT t.day FROM tick t WHERE t.no = k.evaluated) AS late
FROM known k LEFT JOIN f_subject_profile p ON p.rec = k.profile
-- [inputs]
SELECT rec FROM (
  SELECT g.rec FROM gate g WHERE g.subject = :a AND g.fy = :b
  UNION SELECT e.rec FROM v_ex_ante_eval e WHERE e.r_subject = :a AND e.r_type = @TYPE_EX_ANTE_EVAL
  UNION SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1))
ORDER BY rec LIMIT 32
