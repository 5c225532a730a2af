-- id: K62
-- zh: 应公开未公开
-- en: disclosure missing
-- parties: congress finance
-- reads: B03 B04 E04 P01 P02 S03 V01
-- when: D R
-- basis: R-73 预算法14 条例6
-- message.zh: {since}起超{n}日未公开{what}
-- message.en: not made public {n} days after {since}: {what_en}
-- clears.zh: S03公开
-- clears.en: S03
-- responders: finance
-- figure: n day volatile
-- figure: since date
-- figure: due date
-- figure: what text
-- figure: what_en text
-- param: k62.days int 20 批准、批复后多少天内公开（末日逢休息日顺延） | days after the approval or allotment within which it is public (a last day off moves to the next working day)
-- awaits: finance congress
-- scope: region
-- remark.zh: 已公开，指有效的S03在公开内容中列明该记录（含其任何更正）。应公开的内容及起算日：B03区划的每项批准，自批准日起；B04部门的、
-- remark.zh: 以及批复在部门之外指明的单位的，至少各一笔批复，自当年首个下达日起；有批复的重大事项（以最新P02为准）当年目标至少一个版本（E04），自其首个下达日起；
-- remark.zh: 其自评，以及如有部门或财政重点评价的该项评价，自人大批准该区划当年决算之日起。S03公开即销号。财政和人大尚未日结至末日，
-- remark.zh: 以及目标或自评本身缺失（由其他规则指出）的，暂不能判断。
-- Made public is what an S03 in force names in `what`, whatever correction of it. What, and from which day on:
-- B03 each approval of a region, from approved_on; B04 one INITIAL at least of a department, and of a unit that an
-- INITIAL names beside its department, from the year's first issued_on; of major subjects (the newest P02
-- says so) that have an INITIAL, one version at least of the year's goal (E04) from their first issued_on, and of
-- the self-evaluation (SELF) and, where there is one, the department's or finance's key evaluation (KEY), from
-- the day on which congress approved the region's final accounts of that year.
-- An S03 clears at once. UNKNOWN until finance and congress have closed the last day, and where the goal or
-- the self-evaluation itself is missing, which other rules say.
-- Keys: a subject, body or region, b fiscal year, c what.
-- [views]
CREATE TEMP VIEW k62_major AS
SELECT p.r_subject AS subject, p.r_kind AS kind FROM live p CROSS JOIN f_subject_profile f ON f.rec = p.rec AND f.is_major = 1
WHERE p.r_type = @TYPE_SUBJECT_PROFILE AND p.rec = (SELECT n.rec FROM live n WHERE n.r_subject = p.r_subject AND n.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY n.r_valid DESC, n.r_issued DESC, n.r_stream DESC, n.r_seq DESC LIMIT 1);
CREATE TEMP VIEW k62_accounts AS
SELECT t.a, t.b, t.c, (SELECT m.kind FROM k62_major m WHERE m.subject = t.a) AS kind, v.approved_on AS since, b.r_root AS root
FROM touched t CROSS JOIN member g ON g.subject = t.a AND g.kind = @SUBJECT_KIND_DEPT
CROSS JOIN live b ON b.r_subject = (SELECT o.rgn FROM v_org_profile o WHERE o.r_subject = g.org AND o.r_type = @TYPE_ORG_PROFILE
    ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1) AND b.r_type = @TYPE_CONGRESS_APPROVAL AND b.r_fy = t.b
CROSS JOIN f_congress_approval v ON v.rec = b.rec AND v.kind = @APPROVAL_KIND_FINAL_ACCOUNTS
WHERE t.c IN ('SELF', 'KEY') AND EXISTS (SELECT 1 FROM live i CROSS JOIN f_allotment q ON q.rec = i.rec AND q.kind = @ALLOTMENT_KIND_INITIAL
  WHERE i.r_subject = t.a AND i.r_type = @TYPE_ALLOTMENT AND i.r_fy = t.b);
CREATE TEMP VIEW k62_duty AS
SELECT t.a, t.b, t.c, r.r_kind AS kind, v.approved_on AS since, r.r_root AS root
FROM touched t CROSS JOIN live r ON r.r_subject = t.a AND r.r_type = @TYPE_CONGRESS_APPROVAL AND r.r_fy = t.b
CROSS JOIN f_congress_approval v ON v.rec = r.rec WHERE t.c = 'B03'
UNION ALL
SELECT t.a, t.b, t.c, @SUBJECT_KIND_DEPT, f.issued_on, r.r_root FROM touched t
CROSS JOIN f_allotment f ON f.dept = t.a AND f.kind = @ALLOTMENT_KIND_INITIAL CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = t.b WHERE t.c = 'B04'
UNION ALL
SELECT t.a, t.b, t.c, @SUBJECT_KIND_UNIT, f.issued_on, r.r_root FROM touched t
CROSS JOIN member m ON m.kind = @SUBJECT_KIND_UNIT AND m.org = t.a
CROSS JOIN live r ON r.r_subject = m.subject AND r.r_type = @TYPE_ALLOTMENT AND r.r_fy = t.b
CROSS JOIN f_allotment f ON f.rec = r.rec AND f.kind = @ALLOTMENT_KIND_INITIAL AND f.unit = m.org AND f.unit <> f.dept WHERE t.c = 'B04'
UNION ALL
SELECT t.a, t.b, t.c, r.r_kind, f.issued_on, r.r_root FROM touched t
CROSS JOIN live r ON r.r_subject = t.a AND r.r_type = @TYPE_ALLOTMENT AND r.r_fy = t.b
CROSS JOIN f_allotment f ON f.rec = r.rec AND f.kind = @ALLOTMENT_KIND_INITIAL
WHERE t.c = 'E04' AND EXISTS (SELECT 1 FROM k62_major m WHERE m.subject = t.a)
UNION ALL
SELECT a, b, c, kind, since, root FROM k62_accounts WHERE kind IS NOT NULL;
CREATE TEMP VIEW k62_result AS
SELECT r_subject AS subject, r_fy AS fy, 'E04' AS what, r_root AS root, rec FROM live WHERE r_type = @TYPE_PERF_GOAL
UNION ALL
SELECT r.r_subject, r.r_fy, CASE v.kind WHEN @EVALUATION_KIND_SELF THEN 'SELF' ELSE 'KEY' END, r.r_root, r.rec
FROM live r CROSS JOIN f_evaluation v ON v.rec = r.rec
WHERE r.r_type = @TYPE_EVALUATION AND v.kind IN (@EVALUATION_KIND_SELF, @EVALUATION_KIND_DEPT_KEY, @EVALUATION_KIND_FIN_KEY);
CREATE TEMP VIEW k62_public AS
SELECT o.root FROM record o CROSS JOIN ref g ON g.t_sid = o.sid AND g.t_seq = o.seq AND g.field = 'what' AND g.hash = o.hash
  CROSS JOIN live s ON s.rec = g.rec AND s.r_type = @TYPE_DISCLOSURE;
CREATE TEMP VIEW k62_changed AS
SELECT r.rec, r.type, r.subject, r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type IN (@TYPE_CONGRESS_APPROVAL, @TYPE_ALLOTMENT, @TYPE_PERF_GOAL, @TYPE_EVALUATION)
UNION SELECT f.target, f.t_type, f.t_subject, f.t_fy FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
 WHERE c.type = @TYPE_DISCLOSURE AND f.field = 'what';
-- [touch]
SELECT subject, fy, 'B03' FROM k62_changed WHERE type = @TYPE_CONGRESS_APPROVAL
UNION SELECT f.dept, x.fy, 'B04' FROM k62_changed x CROSS JOIN f_allotment f ON f.rec = x.rec AND f.kind = @ALLOTMENT_KIND_INITIAL
UNION SELECT f.unit, x.fy, 'B04' FROM k62_changed x CROSS JOIN f_allotment f ON f.rec = x.rec AND f.kind = @ALLOTMENT_KIND_INITIAL
  WHERE f.unit <> f.dept
UNION SELECT x.subject, x.fy, w.value FROM k62_changed x CROSS JOIN json_each('["E04","SELF","KEY"]') w
  WHERE x.type IN (@TYPE_ALLOTMENT, @TYPE_PERF_GOAL, @TYPE_EVALUATION) AND EXISTS (SELECT 1 FROM k62_major m WHERE m.subject = x.subject)
UNION SELECT q.subject, q.fy, w.value FROM (
    SELECT r.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_SUBJECT_PROFILE
    UNION SELECT m.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN member m ON m.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT) AND m.org = r.subject
      WHERE c.type = @TYPE_ORG_PROFILE
    UNION SELECT p.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_subject_profile f ON f.resp_org = r.subject
      CROSS JOIN record p ON p.rec = f.rec WHERE c.type = @TYPE_ORG_PROFILE
    UNION SELECT p.subject FROM (SELECT 1 FROM k62_changed x CROSS JOIN f_congress_approval v ON v.rec = x.rec
        AND v.kind = @APPROVAL_KIND_FINAL_ACCOUNTS LIMIT 1) z CROSS JOIN f_subject_profile f ON f.is_major = 1 CROSS JOIN record p ON p.rec = f.rec) y
  CROSS JOIN record q ON q.subject = y.subject AND q.type = @TYPE_ALLOTMENT CROSS JOIN json_each('["E04","SELF","KEY"]') w
-- [all]
SELECT DISTINCT r_subject, r_fy, 'B03' FROM v_congress_approval
UNION SELECT v.dept, v.r_fy, 'B04' FROM v_allotment v WHERE v.kind = @ALLOTMENT_KIND_INITIAL
UNION SELECT v.unit, v.r_fy, 'B04' FROM v_allotment v WHERE v.kind = @ALLOTMENT_KIND_INITIAL AND v.unit <> v.dept
UNION SELECT r.r_subject, r.r_fy, w.value FROM v_subject_profile p CROSS JOIN live r ON r.r_subject = p.r_subject AND r.r_type = @TYPE_ALLOTMENT
  CROSS JOIN json_each('["E04","SELF","KEY"]') w WHERE p.is_major = 1
-- [agenda]
SELECT DISTINCT d.a, d.b, d.c, date_add(cd_add(d.since, param('k62.days')), 1) AS due FROM k62_duty d
 WHERE cd_add(d.since, param('k62.days')) >= tick_day()
-- [condition]
WITH duty AS MATERIALIZED (
  SELECT * FROM k62_duty),
each AS (
  SELECT a, b, c, kind, since, EXISTS (SELECT 1 FROM k62_public x WHERE x.root = d.root) AS public, 1 AS here FROM duty d WHERE c = 'B03'
  UNION ALL
  SELECT a, b, c, min(kind), min(since), max(EXISTS (SELECT 1 FROM k62_public x WHERE x.root = d.root)), 1 FROM duty d WHERE c = 'B04' GROUP BY a, b, c
  UNION ALL
  SELECT a, b, c, kind, since,
    EXISTS (SELECT 1 FROM k62_result e WHERE e.subject = d.a AND e.fy = d.b AND e.what = d.c AND EXISTS (SELECT 1 FROM k62_public x WHERE x.root = e.root)),
    EXISTS (SELECT 1 FROM k62_result e WHERE e.subject = d.a AND e.fy = d.b AND e.what = d.c)
  FROM (SELECT a, b, c, min(kind) AS kind, min(since) AS since FROM duty WHERE c IN ('E04', 'SELF', 'KEY') GROUP BY a, b, c) d),
whole AS MATERIALIZED (
  SELECT a, b, c, min(kind) AS kind, min(CASE WHEN NOT public THEN since END) AS since, max(here) AS here FROM each GROUP BY a, b, c),
dated AS (SELECT whole.*, cd_add(since, param('k62.days')) AS due FROM whole)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, c AS object,
  CASE WHEN since IS NULL OR due >= tick_day() THEN 'CLEAR' WHEN here THEN 'FIRE' WHEN c = 'KEY' THEN 'CLEAR' ELSE 'UNKNOWN' END AS state,
  @SEVERITY_RED AS sev, date_diff(tick_day(), since) AS n, since AS since, due AS due,
  CASE c WHEN 'B03' THEN '人大批准的预决算' WHEN 'B04' THEN '批复的预算' WHEN 'E04' THEN '重大事项绩效目标' WHEN 'SELF' THEN '重大事项绩效自评'
    ELSE '重大事项重点评价结果' END AS what,
  CASE c WHEN 'B03' THEN 'what congress approved' WHEN 'B04' THEN 'the budget as allotted' WHEN 'E04' THEN 'the goal of a major subject'
    WHEN 'SELF' THEN 'the self-evaluation of a major subject' ELSE 'the key evaluation of a major subject' END AS what_en,
  CASE WHEN due < tick_day() THEN due END AS through
FROM dated
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE :c = 'B03' AND r.r_subject = :a AND r.r_type = @TYPE_CONGRESS_APPROVAL AND r.r_fy = :b
  UNION SELECT r.rec FROM f_allotment f CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = :b
    WHERE :c = 'B04' AND f.dept = :a AND f.kind = @ALLOTMENT_KIND_INITIAL
  UNION SELECT r.rec FROM member m CROSS JOIN live r ON r.r_subject = m.subject AND r.r_type = @TYPE_ALLOTMENT AND r.r_fy = :b
    CROSS JOIN f_allotment f ON f.rec = r.rec AND f.kind = @ALLOTMENT_KIND_INITIAL AND f.unit = m.org AND f.unit <> f.dept
    WHERE :c = 'B04' AND m.kind = @SUBJECT_KIND_UNIT AND m.org = :a
  UNION SELECT r.rec FROM live r CROSS JOIN f_allotment f ON f.rec = r.rec AND f.kind = @ALLOTMENT_KIND_INITIAL
    WHERE :c = 'E04' AND r.r_subject = :a AND r.r_type = @TYPE_ALLOTMENT AND r.r_fy = :b
  UNION SELECT b.rec FROM member g CROSS JOIN live b ON b.r_subject = (SELECT o.rgn FROM v_org_profile o WHERE o.r_subject = g.org
      AND o.r_type = @TYPE_ORG_PROFILE ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1)
      AND b.r_type = @TYPE_CONGRESS_APPROVAL AND b.r_fy = :b
    CROSS JOIN f_congress_approval v ON v.rec = b.rec AND v.kind = @APPROVAL_KIND_FINAL_ACCOUNTS
    WHERE :c IN ('SELF', 'KEY') AND g.subject = :a AND g.kind = @SUBJECT_KIND_DEPT
  UNION SELECT e.rec FROM k62_result e WHERE e.subject = :a AND e.fy = :b AND e.what = :c)
ORDER BY rec LIMIT 64
