-- id: K52
-- zh: 考核未纳入预算绩效
-- en: performance not in the appraisal
-- parties: organization finance
-- reads: O01 V01
-- when: E Y
-- basis: R-74
-- message.zh: 考核未纳入预算绩效结果（台账{score}分，{n}个考核项目中无预算绩效或权重为零）
-- message.en: performance is not in the appraisal: the ledger has {score}, none of {n} components counts it
-- clears.zh: O01更正
-- clears.en: O01 REPLACE
-- responders: organization
-- figure: score cp
-- figure: n count
-- scope: region
-- remark.zh: 绩效考核项，指引用台账或名为“预算绩效”的一项，其权重须大于零。限于部门和区县，且该年度计分的V01在考核之前的时点已入日志的；其后的无从纳入。该对象、
-- remark.zh: 年度尚无V01的，暂不能判断。不等待任何一方：考核与评价均已在此。
-- The performance component is the one with a ledger_ref, or called 预算绩效; its weight has to be above zero. Departments and
-- districts only, and only where a V01 that scores them for that very year had been logged under an earlier tick than the appraisal:
-- a later one couldn't be in it. UNKNOWN as long as no V01 of the subject and year is here.
-- Awaits nobody: the appraisal and the evaluation are both here.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec
 WHERE c.type = @TYPE_EVALUATION OR c.type = @TYPE_APPRAISAL AND r.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION)
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_appraisal v WHERE v.r_kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION)
-- [condition]
WITH newest AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_appraisal v WHERE v.r_subject = t.a AND v.r_type = @TYPE_APPRAISAL AND v.r_fy = t.b
      AND v.r_kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION) ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec
  FROM touched t),
said AS MATERIALIZED (
  SELECT n.*, r.kind,
    (SELECT count(*) FROM f_appraisal_components k WHERE k.rec = n.rec) AS n,
    EXISTS (SELECT 1 FROM f_appraisal_components k WHERE k.rec = n.rec AND k.weight_cp > 0 AND (k.name LIKE '%预算绩效%' OR
      coalesce(k.ledger_ref_snapshot_seq, k.ledger_ref_subject_key, k.ledger_ref_fiscal_year, k.ledger_ref_score_cp) IS NOT NULL)) AS counted,
    (SELECT s.total_cp FROM score s WHERE s.r_subject = n.a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = n.b AND s.rank IS NOT NULL
      AND (SELECT o.tick FROM record o WHERE o.rec = s.r_root) < r.tick ORDER BY s.rank DESC, s.r_valid DESC, s.r_issued DESC, s.r_stream DESC, s.r_seq DESC LIMIT 1) AS score,
    EXISTS (SELECT 1 FROM score s WHERE s.r_subject = n.a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = n.b AND s.rank IS NOT NULL) AS later
  FROM newest n JOIN record r ON r.rec = n.rec)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN counted THEN 'CLEAR' WHEN score IS NOT NULL THEN 'FIRE' WHEN later THEN 'CLEAR' ELSE 'UNKNOWN' END AS state,
  @SEVERITY_YELLOW AS sev, score AS score, n AS n
FROM said
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_appraisal v WHERE v.r_subject = :a AND v.r_type = @TYPE_APPRAISAL AND v.r_fy = :b
  UNION SELECT s.rec FROM score s WHERE s.r_subject = :a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = :b AND s.rank IS NOT NULL)
ORDER BY rec LIMIT 32
