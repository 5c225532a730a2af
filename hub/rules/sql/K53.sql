-- id: K53
-- zh: 评价好而审计查出问题
-- en: rated well, audit disagrees
-- parties: audit finance
-- reads: A03 B04 V01
-- when: E R
-- basis: R-77 审计法52
-- message.zh: 评价{r}，审计查出{category}{x}万元
-- message.en: rated {r_en}, audit found {category_en}, {x} (10,000 yuan)
-- clears.zh: 等级更低的V01；更正或撤回A03
-- clears.en: a V01 that rates it lower; A03 corrected or withdrawn
-- responders: finance audit
-- figure: score cp
-- figure: r text
-- figure: category text
-- figure: x fen
-- figure: finding text
-- figure: r_en text
-- figure: category_en text
-- scope: region
-- remark.zh: 等级（FG10）为优或良，而同一事项、年度有严重程度为高、或类别为绩效不实、挪用、虚列、自评失真的审计发现。有此类发现而该年度尚无等级的，
-- remark.zh: 当年资金由B04批复下达的，因应当自评（K41）、结果可能为好，暂不能判断；没有批复的年度不会再有评价。不等待任何一方：等级与发现均已在此。
-- remark.zh: 每条审计发现一种情形，差异的对象为发现编号；同一事项、年度有多条发现同号的，除首先使用者外，另加注首条记录的数据流和位次。K58、K59的对象亦同。
-- FG10 优 or 良, and a finding of the same subject and year that is HIGH or of category 绩效不实, 挪用, 虚列,
-- 自评失真.
-- Such a finding without any rating of that year is UNKNOWN where the year's money was allotted under a B04 INITIAL, as then a
-- self-evaluation is owed (K41): it may turn out good. Of a year without one no evaluation is to come.
-- Awaits nobody: the rating and the finding are both here.
-- One condition a finding. The object is the finding's number. Of several findings of one subject and year that carry the same number,
-- all but the one that had it first are named by their first record's stream and place in it besides. K58 and K59 name them so too.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k53_named AS
SELECT v.rec, v.finding_no || CASE WHEN v.r_root = (SELECT x.root FROM record x CROSS JOIN f_audit_finding g ON g.rec = x.rec AND g.finding_no = v.finding_no
    CROSS JOIN place p ON p.rec = x.rec WHERE x.subject = v.r_subject AND x.type = @TYPE_AUDIT_FINDING AND x.fy IS v.r_fy
    ORDER BY p.tick, p.stream, p.seq LIMIT 1) THEN '' ELSE ' ' || (SELECT p.name FROM place p WHERE p.rec = v.r_root) END AS object
FROM v_audit_finding v;
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_EVALUATION, @TYPE_AUDIT_FINDING)
UNION SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record f ON f.subject = r.subject AND f.type = @TYPE_AUDIT_FINDING AND +f.fy = r.fy WHERE c.type = @TYPE_ALLOTMENT
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_audit_finding v
-- [condition]
WITH scored AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT s.total_cp FROM score s WHERE s.r_subject = t.a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = t.b
      AND s.rank IS NOT NULL ORDER BY s.rank DESC, s.r_valid DESC, s.r_issued DESC, s.r_stream DESC, s.r_seq DESC LIMIT 1) AS cp FROM touched t)
SELECT s.a, s.b, s.c, r.r_kind AS kind, s.a AS key, s.b AS fy, '' AS period,
  (SELECT n.object FROM k53_named n WHERE n.rec = r.rec) AS object,
  CASE WHEN NOT (v.severity IS @FINDING_SEVERITY_HIGH OR coalesce(v.category, 0) IN
      (@FINDING_CATEGORY_UNTRUE_RESULT, @FINDING_CATEGORY_DIVERTED, @FINDING_CATEGORY_FICTITIOUS, @FINDING_CATEGORY_FALSE_SELF_EVAL)) THEN 'CLEAR'
    WHEN s.cp IS NOT NULL THEN CASE WHEN band(s.cp) <= 2 THEN 'FIRE' ELSE 'CLEAR' END
    WHEN r.r_kind IN (@SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION, @SUBJECT_KIND_NONE) THEN 'CLEAR'
    WHEN (SELECT sum(f.fen * o.r_sign) FROM live o CROSS JOIN f_allotment f ON f.rec = o.rec WHERE o.r_subject = s.a
      AND o.r_type = @TYPE_ALLOTMENT AND o.r_fy = s.b AND f.kind = @ALLOTMENT_KIND_INITIAL) > 0 THEN 'UNKNOWN' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, s.cp AS score, CASE band(s.cp) WHEN 1 THEN '优' WHEN 2 THEN '良' ELSE '' END AS r,
  CASE v.category WHEN 1 THEN '绩效不实' WHEN 2 THEN '闲置' WHEN 3 THEN '挪用' WHEN 4 THEN '虚列' WHEN 5 THEN '超标准'
    WHEN 6 THEN '程序问题' WHEN 7 THEN '政策未落实' WHEN 8 THEN '自评失真' ELSE '其他问题' END AS category,
  coalesce(v.fen, 0) AS x, v.finding_no AS finding, CASE band(s.cp) WHEN 1 THEN 'excellent' WHEN 2 THEN 'good' ELSE '' END AS r_en,
  CASE v.category WHEN 1 THEN 'untrue results' WHEN 2 THEN 'idle money' WHEN 3 THEN 'diversion' WHEN 4 THEN 'fictitious entries'
    WHEN 5 THEN 'excess over standard' WHEN 6 THEN 'a breach of procedure' WHEN 7 THEN 'a policy not carried out'
    WHEN 8 THEN 'a false self-evaluation' ELSE 'another fault' END AS category_en
FROM scored s CROSS JOIN live r ON r.r_subject = s.a AND r.r_type = @TYPE_AUDIT_FINDING AND r.r_fy = s.b
CROSS JOIN f_audit_finding v ON v.rec = r.rec
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_audit_finding v CROSS JOIN k53_named n ON n.rec = v.rec AND n.object = :object
    WHERE v.r_subject = :a AND v.r_type = @TYPE_AUDIT_FINDING AND v.r_fy = :b
  UNION SELECT * FROM (SELECT s.rec FROM score s WHERE s.r_subject = :a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = :b AND s.rank IS NOT NULL
    ORDER BY s.rank DESC, s.r_valid DESC, s.r_issued DESC, s.r_stream DESC, s.r_seq DESC LIMIT 1))
ORDER BY rec
