-- id: K46
-- zh: 第三方机构利益冲突
-- en: agency with a conflict of interest
-- parties: finance
-- reads: S01 V01 E01
-- when: E R
-- basis: R-66 财预〔2021〕6号
-- message.zh: 第三方{agency}存在利益冲突：{why}
-- message.en: agency {agency} has a conflict of interest: {why_en}
-- clears.zh: 不由该机构承担的新评价，或更正有关记录
-- clears.en: a new evaluation without the agency, or the records corrected
-- responders: finance
-- figure: agency text
-- figure: why text
-- figure: why_en text
-- scope: city
-- remark.zh: 对每一事项、年度、评价类型的最新V01所载机构，查三种利益冲突：由与被评价单位有合同的机构承担其自评；由曾为该事项做部门事前评估的机构承担财政重点评价，
-- remark.zh: 不论年度；财政所作评价的合同由被评价单位付费。被评价单位，指该对象自身、其主管部门（P02责任单位），以及就该事项所订合同的实施单位。
-- remark.zh: 合同以该机构S01所载委托为准。该机构尚无S01到达的，第一、三种情形暂不能判断。不等待任何一方：比对已入日志的记录。
-- Three conflicts of the agency that a V01 names, of the newest V01 of its subject, year and kind:
-- a self-evaluation by an agency that has a contract with the body it is about; a FIN_KEY by the agency that
-- made a department's ex-ante evaluation of the subject, whatever the year; an evaluation by finance whose
-- contract the evaluated body pays. The evaluated body: the subject itself, its department (P02 resp_org),
-- or, for a contract about this very subject, an implementing unit (P02 impl_org).
-- Contracts are the engagements of the agency's S01s. For the first and the third: UNKNOWN until an S01 of
-- the agency has come. Awaits nobody: it compares what is logged.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k46_eval AS
SELECT t.a, t.b, t.c, r.r_kind AS kind, r.rec, v.kind AS what, v.by, v.agency
FROM touched t CROSS JOIN live r ON r.r_subject = t.a AND r.r_type = @TYPE_EVALUATION AND r.r_fy = t.b
CROSS JOIN f_evaluation v ON v.rec = r.rec WHERE v.agency <> '' AND r.rec = (SELECT w.rec FROM v_evaluation w WHERE w.r_subject = t.a
  AND w.r_type = @TYPE_EVALUATION AND w.r_fy = t.b AND w.kind = v.kind ORDER BY w.r_valid DESC, w.r_issued DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1);
CREATE TEMP VIEW k46_contract AS
SELECT e.a, e.b, e.rec AS eval, s.rec, g.eval_kind, g.subject_key, g.client, g.payer
FROM k46_eval e CROSS JOIN f_third_party p ON p.agency = e.agency CROSS JOIN live s ON s.rec = p.rec
CROSS JOIN f_third_party_engagements g ON g.rec = s.rec;
CREATE TEMP VIEW k46_body AS
SELECT e.a, e.b, e.rec AS eval, e.a AS body, 0 AS implementing FROM k46_eval e
UNION ALL SELECT e.a, e.b, e.rec, p.resp_org, 0 FROM k46_eval e CROSS JOIN f_subject_profile p ON p.rec = (SELECT v.rec FROM v_subject_profile v
  WHERE v.r_subject = e.a AND v.r_type = @TYPE_SUBJECT_PROFILE ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
UNION ALL SELECT e.a, e.b, e.rec, j.value, 1 FROM k46_eval e CROSS JOIN f_subject_profile p ON p.rec = (SELECT v.rec FROM v_subject_profile v
  WHERE v.r_subject = e.a AND v.r_type = @TYPE_SUBJECT_PROFILE ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  CROSS JOIN json_each(p.impl_org) j;
CREATE TEMP VIEW k46_conflict AS
SELECT e.a, e.b, e.c, e.kind, e.agency, e.rec AS eval, x.rec, 1 AS no
FROM k46_eval e CROSS JOIN k46_contract x ON x.eval = e.rec AND x.a = e.a AND x.b = e.b
CROSS JOIN k46_body o ON o.eval = e.rec AND o.a = e.a AND o.b = e.b AND o.body = x.client AND (o.implementing = 0 OR x.subject_key = e.a)
WHERE e.what = @EVALUATION_KIND_SELF
UNION ALL SELECT e.a, e.b, e.c, e.kind, e.agency, e.rec, x.rec, 2 FROM k46_eval e CROSS JOIN v_ex_ante_eval x ON x.r_subject = e.a
  AND x.r_type = @TYPE_EX_ANTE_EVAL AND x.kind = @EX_ANTE_KIND_DEPT AND x.agency = e.agency WHERE e.what = @EVALUATION_KIND_FIN_KEY
UNION ALL SELECT e.a, e.b, e.c, e.kind, e.agency, e.rec, x.rec, 3
FROM k46_eval e CROSS JOIN k46_contract x ON x.eval = e.rec AND x.a = e.a AND x.b = e.b AND x.eval_kind = e.what AND x.subject_key = e.a
CROSS JOIN k46_body o ON o.eval = e.rec AND o.a = e.a AND o.b = e.b AND o.body = x.payer WHERE e.by = @EVALUATION_BY_FIN;
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_EVALUATION
UNION SELECT v.r_subject, v.r_fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN v_evaluation v ON v.r_subject = r.subject AND v.r_type = @TYPE_EVALUATION
  WHERE c.type IN (@TYPE_EX_ANTE_EVAL, @TYPE_SUBJECT_PROFILE) AND v.agency <> ''
UNION SELECT v.r_subject, v.r_fy, '' FROM changed c CROSS JOIN f_third_party p ON p.rec = c.rec
  CROSS JOIN f_evaluation f ON f.agency = p.agency CROSS JOIN v_evaluation v ON v.rec = f.rec
  WHERE c.type = @TYPE_THIRD_PARTY AND f.agency <> ''
-- [all]
SELECT v.r_subject, v.r_fy, '' FROM v_evaluation v WHERE v.agency <> ''
-- [condition]
WITH conflict AS MATERIALIZED (SELECT * FROM k46_conflict)
SELECT q.a, q.b, q.c, q.kind AS kind, q.a AS key, q.b AS fy, '' AS period, q.agency AS object, 'FIRE' AS state, @SEVERITY_RED AS sev,
  q.agency AS agency, CASE min(q.no) WHEN 1 THEN '受被评价单位委托又代其自评' WHEN 2 THEN '既做部门事前评估又做财政重点评价'
    ELSE '费用由被评价单位支付' END AS why,
  CASE min(q.no) WHEN 1 THEN 'it is under contract with the body whose self-evaluation it made'
    WHEN 2 THEN 'it made the department''s ex-ante evaluation and finance''s key evaluation' ELSE 'the evaluated body pays it' END AS why_en
FROM conflict q GROUP BY q.a, q.b, q.c, q.agency
UNION ALL SELECT e.a, e.b, e.c, e.kind, e.a, e.b, '', e.agency, 'UNKNOWN', @SEVERITY_RED, e.agency, '', '' FROM k46_eval e
WHERE (e.what = @EVALUATION_KIND_SELF OR e.by = @EVALUATION_BY_FIN)
  AND NOT EXISTS (SELECT 1 FROM f_third_party p CROSS JOIN live s ON s.rec = p.rec WHERE p.agency = e.agency)
  AND NOT EXISTS (SELECT 1 FROM conflict q WHERE q.a = e.a AND q.b = e.b AND q.agency = e.agency)
GROUP BY e.a, e.b, e.c, e.agency
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_evaluation v WHERE v.r_subject = :a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = :b AND v.agency = :object
  UNION SELECT x.rec FROM v_ex_ante_eval x WHERE x.r_subject = :a AND x.r_type = @TYPE_EX_ANTE_EVAL AND x.agency = :object
  UNION SELECT s.rec FROM f_third_party p CROSS JOIN live s ON s.rec = p.rec WHERE p.agency = :object)
ORDER BY rec LIMIT 64
