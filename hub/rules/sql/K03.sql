-- id: K03
-- zh: 支出总额超批准预算
-- en: total rose without adjustment
-- parties: congress finance
-- reads: B03 B04 P01
-- when: D R
-- basis: 预算法67-71
-- message.zh: 支出总额较批准预算增加{x}万元，无预算调整批准
-- message.en: the total rose {x} (10,000 yuan) above the approved budget without an approved adjustment
-- clears.zh: B03预算调整，或B04追减
-- clears.en: B03 ADJUST, or B04 REDUCE
-- responders: finance
-- figure: total fen
-- figure: AP fen
-- figure: x fen
-- scope: region
-- remark.zh: 按区划、年度、预算种类，以各部门下达总额比对人大批准总额（预算及预算调整）。部门所属区划以最新P01为准，没有P01的不计入。只计本级自有资金：
-- remark.zh: 各类B04按其增减方向计，接收（第71条，上级下达）和转移支付下达（已下达资金的再下达）除外，提前下达在批复承接后计入。预备费（第69条）已在批准数之内，
-- remark.zh: 动用不增加总额；调剂一出一入相抵。人大批准各行视为互不重叠，与其合计一致。该区划、年度、预算种类尚无批准的，暂不能判断。容差：
-- remark.zh: 双方每一行各按原计量单位之半计。不等待任何一方：其后入日志的预算调整使其销号。
-- Of a region, year and budget kind: the allotments of all its departments against all that congress approved,
-- BUDGET and ADJUST. A department's region is what its newest P01 says; one without a P01 counts nowhere.
-- Own money only: every kind of B04 with its sign but INBOUND (art. 71, from a higher level) and TRANSFER
-- (sent on, of what was allotted already), an ADVANCE once an INITIAL absorbs it. The reserve (art. 69) is
-- part of what was approved, so spending it raises nothing. Shifts cancel out.
-- Congress's lines are taken to exclude each other, as their total says. No approval of that region, year and
-- budget kind yet: UNKNOWN. Tolerance: half a source unit for each line of either side.
-- Awaits nobody: an ADJUST that is logged later closes it.
-- Keys: a region, b fiscal year, c budget kind.
-- [views]
CREATE TEMP VIEW k03_own AS
SELECT d.dept, d.fy, d.bk, d.fen, d.tol, (SELECT o.rgn FROM v_org_profile o WHERE o.r_subject = d.dept AND o.r_type = @TYPE_ORG_PROFILE
  ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1) AS rgn
FROM agg_dept d;
-- [touch]
SELECT d.rgn, d.fy, d.bk FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_allotment f ON f.rec = c.rec
  CROSS JOIN k03_own d ON d.dept = f.dept AND d.fy = r.fy AND d.bk = f.bk WHERE c.type = @TYPE_ALLOTMENT AND d.rgn IS NOT NULL
UNION SELECT d.rgn, d.fy, d.bk FROM changed c CROSS JOIN ref a ON a.rec = c.rec AND a.field = 'absorbs'
  CROSS JOIN record t ON t.sid = a.t_sid AND t.seq = a.t_seq CROSS JOIN f_allotment f ON f.rec = t.rec
  CROSS JOIN k03_own d ON d.dept = f.dept AND d.bk = f.bk WHERE c.type = @TYPE_ALLOTMENT AND d.rgn IS NOT NULL
UNION SELECT r.subject, r.fy, p.bk FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_congress_approval_lines p ON p.rec = c.rec
  WHERE c.type = @TYPE_CONGRESS_APPROVAL
UNION SELECT m.rgn, d.fy, d.bk FROM k01_moved_dept m CROSS JOIN agg_dept d ON d.dept = m.dept WHERE m.rgn IS NOT NULL
-- [all]
SELECT DISTINCT rgn, fy, bk FROM k03_own WHERE rgn IS NOT NULL
-- [condition]
WITH own AS MATERIALIZED (
  SELECT d.rgn, d.fy, d.bk, sum(d.fen) AS fen, sum(d.tol) AS tol FROM (SELECT DISTINCT b, c FROM touched) t
  CROSS JOIN k03_own d ON d.fy = t.b AND d.bk = t.c GROUP BY d.rgn, d.fy, d.bk),
sums AS (
  SELECT t.a, t.b, t.c, o.fen AS total, o.tol + coalesce(p.tol, 0) AS tol, p.fen AS ap FROM touched t
  CROSS JOIN own o ON o.rgn = t.a AND o.fy = t.b AND o.bk = t.c
  LEFT JOIN agg_approved p ON p.level = 'R' AND p.key = t.a AND p.fy = t.b AND p.bk = t.c AND p.func = '')
SELECT a, b, c, @SUBJECT_KIND_REGION AS kind, a AS key, b AS fy, '' AS period, CAST(c AS TEXT) AS object,
  CASE WHEN total <= 0 THEN 'CLEAR' WHEN ap IS NULL THEN 'UNKNOWN' WHEN total > ap + tol THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, total AS total, ap AS AP, total - ap AS x
FROM sums
-- [inputs]
SELECT rec FROM (
  SELECT * FROM (SELECT p.rec FROM approved_line p WHERE p.fy = :b AND p.bk = :c
      AND p.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST)
      AND EXISTS (SELECT 1 FROM record r WHERE r.rec = p.rec AND r.subject = :a) GROUP BY p.rec LIMIT 32)
  UNION SELECT * FROM (SELECT f.rec FROM k03_own d CROSS JOIN f_allotment f ON f.dept = d.dept AND f.bk = d.bk
    CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = d.fy WHERE d.rgn = :a AND d.fy = :b AND d.bk = :c
      AND f.kind NOT IN (@ALLOTMENT_KIND_INBOUND, @ALLOTMENT_KIND_TRANSFER) GROUP BY f.rec ORDER BY f.rec DESC LIMIT 64))
ORDER BY rec
