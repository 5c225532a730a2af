-- id: K07
-- zh: 财政支出与审计认定不符
-- en: finance and audit differ on what was paid
-- parties: audit finance
-- reads: A02 P02 X01
-- when: E Y/R
-- basis: R-77
-- message.zh: 财政支付{P}万元，审计认定{Q}万元，差{x}万元
-- message.en: finance paid {P}, audit found {Q}, they differ by {x} (10,000 yuan)
-- clears.zh: 财政或审计一方更正
-- clears.en: correction by either
-- responders: finance audit
-- figure: P fen
-- figure: Q fen
-- figure: x fen
-- param: k07.yellow_fen int 1000000 低于此差额不提示 | a difference up to this is not said (fen)
-- param: k07.yellow_ppm int 1000 差额占支出的百万分比 | the difference in millionths of what was paid
-- param: k07.red_fen int 100000000 红色差额 | a red difference (fen)
-- param: k07.red_ppm int 10000 红色差额占支出的百万分比 | a red difference in millionths of what was paid
-- awaits: finance
-- scope: region
-- remark.zh: 差额大于1万元且大于P的0.1%的为黄色，大于100万元且大于P的1%的为红色。部门的P为其自身及所属单位各事项之和，区划的P为其各部门之和，
-- remark.zh: 政策的P为最新档案载明执行该政策的各事项之和。审计认定数入日志时该年度已结束的，与全年支付比对，财政各数据流尚未日结至12月31日的，暂不能判断；
-- remark.zh: 年度内入日志的，与截至当时的支付比对。
-- Yellow above max(10,000 yuan, 0.1 % of P), red above max(1,000,000 yuan, 1 % of P). A department's P
-- is the sum of its own and its units' subjects, a region's that of its departments, a policy's that of the items whose newest
-- profile says that they carry it out.
-- An audit figure of a year that was over when it was logged is compared with the whole year: UNKNOWN until
-- finance's streams have closed 12-31. One logged within its year is compared with what was paid so far.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_AUDIT_FIGURE
UNION SELECT d.subject, d.fy, '' FROM d_subject d WHERE d.said >> @TYPE_AUDIT_FIGURE % 64 & 1 AND EXISTS (SELECT 1 FROM v_audit_figure v
  WHERE v.r_subject = d.subject AND v.r_type = @TYPE_AUDIT_FIGURE AND v.r_fy = d.fy)
UNION SELECT v.r_subject, v.r_fy, '' FROM (SELECT 1 FROM d_subject LIMIT 1) y
  CROSS JOIN subj k ON k.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_POLICY)
  CROSS JOIN said_of s ON s.subject = k.key AND s.types >> @TYPE_AUDIT_FIGURE % 64 & 1
  CROSS JOIN v_audit_figure v ON v.r_subject = k.key AND v.r_type = @TYPE_AUDIT_FIGURE
  WHERE EXISTS (SELECT 1 FROM member m CROSS JOIN d_subject d ON d.subject = m.subject AND d.fy = v.r_fy WHERE m.kind = k.kind AND m.org = k.key)
UNION SELECT k.key, d.fy, '' FROM (SELECT DISTINCT fy FROM d_subject) d CROSS JOIN subj k ON k.kind = @SUBJECT_KIND_REGION
  WHERE EXISTS (SELECT 1 FROM v_audit_figure v WHERE v.r_subject = k.key AND v.r_type = @TYPE_AUDIT_FIGURE AND v.r_fy = d.fy)
UNION SELECT k.key, v.r_fy, '' FROM subj k CROSS JOIN v_audit_figure v ON v.r_subject = k.key AND v.r_type = @TYPE_AUDIT_FIGURE
  WHERE k.kind = @SUBJECT_KIND_REGION AND EXISTS (SELECT 1 FROM changed WHERE type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT))
UNION SELECT v.r_subject, v.r_fy, '' FROM (
    SELECT m.org FROM d_member d CROSS JOIN snap_member m ON m.subject = d.subject
    UNION SELECT p.org FROM d_member d CROSS JOIN snap_member m ON m.subject = d.subject CROSS JOIN snap_member p ON p.subject = m.org) o
  CROSS JOIN said_of s ON s.subject = o.org AND s.types >> @TYPE_AUDIT_FIGURE % 64 & 1
  CROSS JOIN record r ON r.subject = o.org AND r.type = @TYPE_AUDIT_FIGURE CROSS JOIN v_audit_figure v ON v.rec = r.rec
-- [all]
SELECT v.r_subject, v.r_fy, '' FROM v_audit_figure v
-- [condition]
WITH found AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_audit_figure v WHERE v.r_subject = t.a AND v.r_type = @TYPE_AUDIT_FIGURE AND v.r_fy = t.b
      AND v.item = @AUDIT_ITEM_PAID ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec FROM touched t),
sums AS MATERIALIZED (
  SELECT found.*, r.kind AS kind, f.fen AS q, (SELECT k.day FROM tick k WHERE k.no = r.tick) AS logged,
    CASE WHEN r.kind = @SUBJECT_KIND_REGION THEN
      (SELECT coalesce(sum(p.fen), 0) FROM agg_pay p WHERE p.fy = found.b AND p.subject IN (
         SELECT found.a UNION SELECT o.r_subject FROM v_org_profile o WHERE o.rgn = found.a AND o.r_kind = @SUBJECT_KIND_DEPT
         UNION SELECT m.subject FROM v_org_profile o JOIN member m ON m.kind = @SUBJECT_KIND_DEPT AND m.org = o.r_subject
          WHERE o.rgn = found.a AND o.r_kind = @SUBJECT_KIND_DEPT))
    WHEN r.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_POLICY) THEN
      (SELECT coalesce(sum(p.fen), 0) FROM agg_pay p WHERE p.fy = found.b AND p.subject IN (
         SELECT found.a UNION SELECT m.subject FROM member m WHERE m.kind = r.kind AND m.org = found.a))
    ELSE (SELECT coalesce(sum(p.fen), 0) FROM agg_pay p WHERE p.subject = found.a AND p.fy = found.b) END AS paid
  FROM found JOIN record r ON r.rec = found.rec JOIN f_audit_figure f ON f.rec = found.rec),
diff AS (SELECT sums.*, abs(q - paid) AS x FROM sums)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN x > param('k07.yellow_fen') AND over_ppm(x, abs(paid), param('k07.yellow_ppm')) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN x > param('k07.red_fen') AND over_ppm(x, abs(paid), param('k07.red_ppm')) THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  paid AS P, q AS Q, x AS x, CASE WHEN b * 10000 + 1231 < logged THEN b * 10000 + 1231 END AS through
FROM diff
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_audit_figure v WHERE v.r_subject = :a AND v.r_type = @TYPE_AUDIT_FIGURE AND v.r_fy = :b AND v.item = @AUDIT_ITEM_PAID
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec WHERE l.subject = :a AND r.r_fy = :b ORDER BY l.rec DESC LIMIT 48))
ORDER BY rec LIMIT 64
