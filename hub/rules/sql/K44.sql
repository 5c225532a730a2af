-- id: K44
-- zh: 符合通报情形未通报
-- en: required criticism not issued
-- parties: finance office
-- reads: V01 J04
-- when: D Y
-- basis: R-46
-- message.zh: {what}，符合通报情形，{due}前未通报
-- message.en: {what_en}; criticism was due by {due} and not issued
-- clears.zh: J04通报批评；应当通报的情形已消除
-- clears.en: J04 CRITICIZE; the condition that asked for it is over
-- responders: finance office
-- figure: what text
-- figure: due date
-- figure: what_en text
-- param: k44.days int 30 应在多少天内通报（末日逢休息日顺延） | days within which it is criticized (a last day off moves to the next working day)
-- awaits: finance office
-- scope: region
-- remark.zh: 三种情形应予通报批评：K41为红色（自该日起）、K43为红色（自两份有效评价中较晚一份入日志之日起）、有效的抽评结果为差（自其当日起），各为一项差异。
-- remark.zh: 所依据的是K41、K43的情形本身而非其差异：对该两项的认可不影响本规则。通报批评，指针对该事项、年度的J04通报批评，或以该事项、
-- remark.zh: 年度的V01或B04为依据的J04通报批评；K43和抽评两种情形，限于在抽评的时点或其后入日志的。未发出即为未通报：双方数据流尚未日结至末日的，暂不能判断。
-- Three conditions ask for a criticism: K41 is red (from that day on), K43 is red (from the day on which the
-- later of the two evaluations in force was logged), or the spot check in force is 差 (from its day). Each is
-- a finding of its own. K41's and K43's conditions are read, not their findings: a waiver of those doesn't
-- concern this one.
-- A criticism is a J04 CRITICIZE on the subject and year, or whose basis is a V01 or B04 of that subject and
-- year; for K43 and SPOT one that was logged under the spot check's tick or later.
-- Nothing issued is nothing said: UNKNOWN (2 in condition.state, where 1 is FIRE) until both parties' streams have closed the last day.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k44_spot AS
SELECT t.a, t.b, t.c, r.kind, r.rec, r.tick AS logged, k.day, f.total_cp,
  (SELECT max(y.day) FROM tick y WHERE y.no = (SELECT q.tick FROM record q WHERE q.rec = (SELECT s.rec FROM v_evaluation s
     WHERE s.r_subject = t.a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = t.b AND s.kind = @EVALUATION_KIND_SELF
       AND s.total_cp IS NOT NULL ORDER BY s.r_valid DESC, s.r_issued DESC, s.r_stream DESC, s.r_seq DESC LIMIT 1))) AS self_day
FROM touched t CROSS JOIN record r ON r.rec = (SELECT v.rec FROM v_evaluation v WHERE v.r_subject = t.a AND v.r_type = @TYPE_EVALUATION
  AND v.r_fy = t.b AND v.kind = @EVALUATION_KIND_SPOT AND v.total_cp IS NOT NULL ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
CROSS JOIN f_evaluation f ON f.rec = r.rec CROSS JOIN tick k ON k.no = r.tick;
CREATE TEMP VIEW k44_asked AS
SELECT t.a, t.b, t.c, n.kind, 'K41' AS object, 0 AS logged, date_add(cd_add((t.b + 1) * 10000 + param('k41.red_mmdd'), 0), 1) AS since,
  n.state, n.sev = @SEVERITY_RED AS red
FROM touched t CROSS JOIN condition n ON n.rule = 'K41' AND n.a = t.a AND n.b = t.b
UNION ALL SELECT s.a, s.b, s.c, s.kind, 'K43', s.logged, max(s.day, coalesce(s.self_day, s.day)), n.state, n.sev = @SEVERITY_RED
FROM k44_spot s CROSS JOIN condition n ON n.rule = 'K43' AND n.a = s.a AND n.b = s.b
UNION ALL SELECT s.a, s.b, s.c, s.kind, 'SPOT', s.logged, s.day, 1, band(s.total_cp) = 4 FROM k44_spot s;
CREATE TEMP VIEW k44_owed AS
SELECT q.*, cd_add(q.since, param('k44.days')) AS due FROM k44_asked q;
CREATE TEMP VIEW k44_gone AS
SELECT d.id FROM dirty d WHERE NOT EXISTS (SELECT 1 FROM condition x WHERE x.id = d.id)
  AND coalesce((SELECT f.rule FROM finding f WHERE f.id = d.id), 'K41') IN ('K41', 'K43');
-- [touch]
SELECT n.a, n.b, '' FROM dirty d CROSS JOIN condition n ON n.id = d.id WHERE n.rule IN ('K41', 'K43')
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM k44_gone LIMIT 1) y
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K44'
UNION SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_EVALUATION, @TYPE_NOTICE)
UNION SELECT f.t_subject, f.t_fy, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  WHERE c.type = @TYPE_NOTICE AND f.t_type IN (@TYPE_EVALUATION, @TYPE_ALLOTMENT)
-- [all]
SELECT n.a, n.b, '' FROM condition n WHERE n.rule IN ('K41', 'K43')
UNION SELECT v.r_subject, v.r_fy, '' FROM v_evaluation v WHERE v.kind = @EVALUATION_KIND_SPOT
-- [agenda]
SELECT o.a, o.b, o.c, date_add(o.due, 1) AS due FROM k44_owed o
-- [condition]
SELECT o.a, o.b, o.c, o.kind AS kind, o.a AS key, o.b AS fy, '' AS period, o.object AS object,
  CASE WHEN o.state = 2 THEN 'UNKNOWN' WHEN o.red THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_YELLOW AS sev,
  CASE o.object WHEN 'K41' THEN '逾期未开展自评' WHEN 'K43' THEN '自评与抽评差异过大' ELSE '抽评为差' END AS what, o.due AS due,
  CASE o.object WHEN 'K41' THEN 'no self-evaluation' WHEN 'K43' THEN 'self-evaluation and spot check far apart'
    ELSE 'spot check rated poor' END AS what_en, o.due AS through
FROM k44_owed o WHERE o.due < tick_day()
  AND NOT EXISTS (SELECT 1 FROM v_notice j WHERE j.r_subject = o.a AND j.r_type = @TYPE_NOTICE AND j.r_fy = o.b
    AND j.kind = @NOTICE_KIND_CRITICIZE AND j.r_tick >= o.logged)
  AND NOT EXISTS (SELECT 1 FROM record b CROSS JOIN resolved f ON f.target = b.rec AND f.field = 'basis' CROSS JOIN v_notice j ON j.rec = f.rec
    WHERE b.subject = o.a AND b.type IN (@TYPE_EVALUATION, @TYPE_ALLOTMENT) AND b.fy = o.b
      AND j.kind = @NOTICE_KIND_CRITICIZE AND j.r_tick >= o.logged)
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_evaluation v WHERE :object <> 'K41' AND v.r_subject = :a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = :b
    AND v.kind IN (@EVALUATION_KIND_SELF, @EVALUATION_KIND_SPOT)
  UNION SELECT v.rec FROM v_allotment v WHERE :object = 'K41' AND v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.r_fy = :b
    AND v.kind = @ALLOTMENT_KIND_INITIAL)
ORDER BY rec LIMIT 64
