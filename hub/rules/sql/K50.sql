-- id: K50
-- zh: 整体绩效结果未挂钩
-- en: overall result not linked to the budget
-- parties: finance congress
-- reads: V01 V02 B01 P01
-- when: D Y
-- basis: R-54 R-55
-- message.zh: {what}（{score}分，{n}年度）
-- message.en: {what_en} (score {score}, budget of {n})
-- clears.zh: V02
-- clears.en: V02
-- responders: finance
-- figure: what text
-- figure: score cp
-- figure: n count
-- figure: what_en text
-- param: next_fy.cutoff_mmdd int 1031 当年几月几日前的评价用于次年预算（月日） | evaluations of a year's days up to this bind the next year's budget (month and day)
-- awaits: finance
-- scope: region
-- remark.zh: 财政所作的部门整体、区县综合评价，每年度以计分者（FG11）为准；n为其所约束的预算年度（同K47）。已挂钩，指针对该对象、年度V01的V02，
-- remark.zh: 部门的为部门挂钩，区县的为转移支付挂钩，不论其约束年度。自n年度B01草案入日志之日起应当挂钩，部门的以其所属区划（P01）的草案为准，
-- remark.zh: 区县的以其所属市的为准（370102属370100）；草案未到的尚不要求，其后的V02使其销号。未挂钩即为未报送：财政各数据流尚未日结至该日的，暂不能判断；
-- remark.zh: 没有P01载明部门所属区划的，亦暂不能判断。评价为差而挂钩增加资金的，立即触发。
-- Finance's V01 DEPT and REGION, of each year the one that scores (FG11); n is the budget year that it binds
-- (as in K47). Linked: a V02 of the subject on a V01 of that subject and year, DEPT_LINK for a department,
-- TRANSFER_LINK for a region, whatever its next_fy. Owed on the day on which the B01 DRAFT of n is logged,
-- of the department's region (P01), for a region that of its city (370102: 370100); before there is one
-- nothing is owed yet. A V02 that comes after the DRAFT clears.
-- Not linked is nothing said: UNKNOWN until finance's streams have closed that day; UNKNOWN too as long as no
-- P01 says the department's region. 差 and a link that raises the money fires at once.
-- Keys: a subject, b '', c ''.
-- [views]
CREATE TEMP VIEW k50_eval AS
SELECT q.*, CASE q.kind WHEN @SUBJECT_KIND_REGION THEN substr(q.a, 1, 4) || '00'
  ELSE (SELECT o.rgn FROM v_org_profile o WHERE o.r_subject = q.a AND o.r_type = @TYPE_ORG_PROFILE
    ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1) END AS home
FROM k47_bound q WHERE q.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION) AND q.by = @EVALUATION_BY_FIN;
CREATE TEMP VIEW k50_link AS
SELECT e.a, e.fy, u.rec, u.direction FROM k50_eval e CROSS JOIN v_result_use u ON u.r_subject = e.a AND u.r_type = @TYPE_RESULT_USE
CROSS JOIN resolved f ON f.rec = u.rec AND f.field = 'eval' AND f.t_subject = e.a AND f.t_fy = e.fy
WHERE u.scope = CASE e.kind WHEN @SUBJECT_KIND_REGION THEN @USE_SCOPE_TRANSFER_LINK ELSE @USE_SCOPE_DEPT_LINK END;
CREATE TEMP VIEW k50_drafted AS
SELECT e.*, (SELECT min(k.day) FROM v_congress_submission s CROSS JOIN record o ON o.rec = s.r_root CROSS JOIN tick k ON k.no = o.tick
  WHERE s.r_subject = e.home AND s.r_type = @TYPE_CONGRESS_SUBMISSION AND s.r_fy = e.n AND s.kind = @SUBMISSION_KIND_DRAFT) AS drafted
FROM k50_eval e;
-- [touch]
SELECT r.subject, '', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type IN (@TYPE_EVALUATION, @TYPE_RESULT_USE, @TYPE_ORG_PROFILE) AND r.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION)
UNION SELECT k.key, '', '' FROM (SELECT 1 FROM changed c CROSS JOIN f_congress_submission s ON s.rec = c.rec
   WHERE c.type = @TYPE_CONGRESS_SUBMISSION AND s.kind = @SUBMISSION_KIND_DRAFT LIMIT 1)
 CROSS JOIN subj k WHERE k.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION)
-- [all]
SELECT DISTINCT v.r_subject, '', '' FROM v_evaluation v WHERE v.r_kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_REGION)
-- [agenda]
SELECT d.a, d.b, d.c, date_add(d.drafted, 1) AS due FROM k50_drafted d
-- [condition]
WITH link AS MATERIALIZED (SELECT a, fy, direction FROM k50_link),
seen AS MATERIALIZED (
  SELECT d.*, EXISTS (SELECT 1 FROM link l WHERE l.a = d.a AND l.fy = d.fy) AS linked, band(d.total_cp) = 4
    AND EXISTS (SELECT 1 FROM link l WHERE l.a = d.a AND l.fy = d.fy AND l.direction = @CHANGE_DIRECTION_INCREASE) AS raised
  FROM k50_drafted d)
SELECT a, b, c, kind AS kind, a AS key, fy AS fy, '' AS period, '' AS object,
  CASE WHEN raised THEN 'FIRE' WHEN linked THEN 'CLEAR' WHEN home IS NULL THEN 'UNKNOWN'
       WHEN drafted < tick_day() THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, CASE WHEN raised THEN '评价为差仍增加安排' WHEN kind = @SUBJECT_KIND_REGION THEN '综合绩效结果未与转移支付挂钩'
    ELSE '整体绩效结果未与部门预算挂钩' END AS what, total_cp AS score, n AS n,
  CASE WHEN raised THEN 'rated poor, yet given more' WHEN kind = @SUBJECT_KIND_REGION THEN 'result not linked to transfers'
    ELSE 'overall result not linked to the budget' END AS what_en,
  CASE WHEN NOT raised AND NOT linked AND drafted < tick_day() THEN drafted END AS through
FROM seen
-- [inputs]
SELECT rec FROM (
  SELECT s.rec FROM score s WHERE s.r_subject = :a AND s.r_type = @TYPE_EVALUATION AND s.r_fy = :fy
  UNION SELECT u.rec FROM v_result_use u CROSS JOIN resolved f ON f.rec = u.rec AND f.field = 'eval' AND f.t_subject = :a AND f.t_fy = :fy
    WHERE u.r_subject = :a AND u.r_type = @TYPE_RESULT_USE)
ORDER BY rec LIMIT 64
