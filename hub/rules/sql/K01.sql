-- id: K01
-- zh: 批复超人大批准
-- en: allotted above what congress approved
-- parties: congress finance
-- reads: B03 B04 P01
-- when: E R
-- basis: R-5 R-33 预算法13
-- message.zh: 批复{B0}万元超人大批准{AP}万元，超{x}万元
-- message.en: allotted {B0} exceeds approved {AP} by {x} (10,000 yuan)
-- clears.zh: B03预算调整，或同一科目的B04追减
-- clears.en: B03 ADJUST, or B04 REDUCE on the same line
-- responders: finance
-- figure: B0 fen
-- figure: AP fen
-- figure: x fen
-- scope: region
-- remark.zh: 在人大批准的最细层级上比对：控制口径、具体事项、部门、区划内的功能科目；其中取涵盖所下达科目的最长科目（类涵盖其下款、项，
-- remark.zh: 批准未列科目的涵盖该事项或部门的全部）。批准按其作出的层级约束：其所涵盖而无更细批准的，均计入该项批准。部门所属区划以P01为准。B0为批复减追减，
-- remark.zh: 提前下达在批复承接后计入。容差：批准与下达所汇总的每一行各按原计量单位之半计。该年度、预算种类、区划尚无批准的，暂不能判断。不等待任何一方：
-- remark.zh: 下一时点即比对已入日志的记录，其后的预算调整或追减使其销号。
-- Compared at the finest line congress approved: control key, subject, department, function in a region;
-- among those the longest function code that covers the allotment's (类 covers its 款 and 项, no function
-- the whole of a subject's or department's). An approval binds at the level it was given: all that it
-- covers and no finer line does counts against it. A department's region is what its P01 says.
-- B0 is INITIAL less REDUCE, with an ADVANCE once an INITIAL absorbs it. Tolerance: half a source unit
-- for each line summed, of the approval and of the allotments. No approval of that year, budget kind and
-- region yet: UNKNOWN.
-- Awaits nobody: it compares what is logged, at the next tick; a later ADJUST or REDUCE closes it.
-- Keys: a fiscal year, b "bk/function as approved" (or "bk/" and the control key), c level ":" key.
-- [views]
CREATE TEMP VIEW k01_bound AS
SELECT r.rec, r.fy, f.bk, f.func, f.dept, r.subject, f.control_key AS ckey,
  r.sign * CASE f.kind WHEN @ALLOTMENT_KIND_REDUCE THEN -f.fen ELSE f.fen END AS fen,
  half_unit(f.src_unit) AS tol,
  f.kind, r.sign * f.fen AS gross, f.unit <> '' OR r.kind = @SUBJECT_KIND_UNIT AS held, r.live_from IS NOT NULL AND r.live_to IS NULL AS lives,
  f.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_REDUCE, @ALLOTMENT_KIND_ADVANCE) AND r.live_from IS NOT NULL AND r.live_to IS NULL AS now,
  CASE WHEN f.control_key <> '' AND EXISTS (SELECT 1 FROM agg_approved p WHERE p.level = 'C' AND p.key = f.control_key
      AND p.fy = r.fy AND p.bk = f.bk) THEN ' C:' || f.control_key
    ELSE coalesce(
    (SELECT max(p.func) || ' S:' || r.subject FROM agg_approved p WHERE p.level = 'S' AND p.key = r.subject AND p.fy = r.fy
       AND p.bk = f.bk AND p.func IN (f.func, substr(f.func, 1, 5), substr(f.func, 1, 3), '')),
    (SELECT max(p.func) || ' D:' || f.dept FROM agg_approved p WHERE p.level = 'D' AND p.key = f.dept AND p.fy = r.fy
       AND p.bk = f.bk AND p.func IN (f.func, substr(f.func, 1, 5), substr(f.func, 1, 3), '')),
    (SELECT p.func || ' F:' || p.key FROM agg_approved p WHERE p.level = 'F' AND p.fy = r.fy AND p.bk = f.bk
       AND p.func IN (f.func, substr(f.func, 1, 5), substr(f.func, 1, 3))
       AND p.key = coalesce((SELECT o.rgn FROM v_org_profile o WHERE o.r_subject = f.dept AND o.r_type = @TYPE_ORG_PROFILE
         ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1), p.key)
       ORDER BY p.func DESC, p.key LIMIT 1),
    f.func || ' D:' || f.dept) END AS line
FROM f_allotment f JOIN record r ON r.rec = f.rec
WHERE f.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_REDUCE, @ALLOTMENT_KIND_ADD, @ALLOTMENT_KIND_TRANSFER,
  @ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT) OR (f.kind = @ALLOTMENT_KIND_ADVANCE
  AND EXISTS (SELECT 1 FROM ref a JOIN live i ON i.rec = a.rec WHERE a.t_sid = r.sid AND a.t_seq = r.seq AND a.field = 'absorbs'));
CREATE TEMP VIEW k01_line AS
SELECT rec, fy, bk, func, dept, subject, ckey, fen, tol, kind, gross, held, lives, now, substr(line, instr(line, ' ') + 1) AS c,
  bk || '/' || CASE WHEN line LIKE ' C:%' THEN ckey ELSE substr(line, 1, instr(line, ' ') - 1) END AS b
FROM k01_bound;
CREATE TEMP VIEW k01_key AS
SELECT t.a, t.b, t.c, CAST(t.b AS INTEGER) AS bk, substr(t.b, instr(t.b, '/') + 1) AS func, substr(t.c, 1, 1) AS level, substr(t.c, 3) AS key,
  CASE substr(t.c, 1, 1) WHEN 'S' THEN coalesce((SELECT min(kind) FROM subj WHERE key = substr(t.c, 3)), @SUBJECT_KIND_PROJECT)
    WHEN 'D' THEN @SUBJECT_KIND_DEPT WHEN 'F' THEN @SUBJECT_KIND_REGION ELSE @SUBJECT_KIND_NONE END AS kind
FROM touched t;
CREATE TEMP VIEW k01_own AS
WITH own_key AS MATERIALIZED (SELECT * FROM k01_key),
found AS MATERIALIZED (
  SELECT k.*, f.rec FROM own_key k CROSS JOIN f_allotment f ON f.control_key = k.func AND f.control_key <> ''
    CROSS JOIN record r ON r.rec = f.rec AND r.fy = k.a WHERE k.level = 'C'
  UNION ALL SELECT k.*, r.rec FROM own_key k CROSS JOIN record r ON r.subject = k.key AND r.type = @TYPE_ALLOTMENT AND r.fy = k.a WHERE k.level = 'S'
  UNION ALL SELECT k.*, f.rec FROM own_key k CROSS JOIN f_allotment f ON f.dept = k.key AND f.func >= k.func AND f.func < k.func || char(1114111)
    CROSS JOIN record r ON r.rec = f.rec AND r.fy = k.a WHERE k.level = 'D'
  UNION ALL SELECT k.*, f.rec FROM own_key k CROSS JOIN f_allotment f ON f.func >= k.func AND f.func < k.func || char(1114111)
    CROSS JOIN record r ON r.rec = f.rec AND r.fy = k.a WHERE k.level = 'F'),
bound AS MATERIALIZED (SELECT l.* FROM (SELECT DISTINCT rec FROM found) d CROSS JOIN k01_bound l ON l.rec = d.rec)
SELECT n.a, n.b, n.c, n.bk, n.func, n.level, n.key, n.kind, l.rec, l.fen, l.tol, l.kind AS allotment, l.gross, l.held, l.lives, l.now
FROM found n CROSS JOIN bound l ON l.rec = n.rec
WHERE substr(l.line, instr(l.line, ' ') + 1) = n.c
  AND l.bk || '/' || CASE WHEN l.line LIKE ' C:%' THEN l.ckey ELSE substr(l.line, 1, instr(l.line, ' ') - 1) END = n.b;
CREATE TEMP VIEW k01_covered AS
SELECT f.rec FROM changed c CROSS JOIN f_congress_approval_lines p ON p.rec = c.rec AND p.control_key <> ''
  CROSS JOIN f_allotment f ON f.control_key = p.control_key AND f.control_key <> '' WHERE c.type = @TYPE_CONGRESS_APPROVAL
UNION SELECT q.rec FROM changed c CROSS JOIN f_congress_approval_lines p ON p.rec = c.rec AND p.subject <> ''
  CROSS JOIN record q ON q.subject = p.subject AND q.type = @TYPE_ALLOTMENT WHERE c.type = @TYPE_CONGRESS_APPROVAL
UNION SELECT f.rec FROM changed c CROSS JOIN f_congress_approval_lines p ON p.rec = c.rec AND p.dept <> '' AND coalesce(p.subject, '') = ''
  CROSS JOIN f_allotment f ON f.dept = p.dept AND f.func >= coalesce(p.func, '') AND f.func < coalesce(p.func, '') || char(1114111)
 WHERE c.type = @TYPE_CONGRESS_APPROVAL
UNION SELECT f.rec FROM changed c CROSS JOIN f_congress_approval_lines p ON p.rec = c.rec AND coalesce(p.dept, '') = ''
    AND coalesce(p.subject, '') = '' AND coalesce(p.control_key, '') = ''
  CROSS JOIN f_allotment f ON f.func >= coalesce(p.func, '') AND f.func < coalesce(p.func, '') || char(1114111)
 WHERE c.type = @TYPE_CONGRESS_APPROVAL;
CREATE TEMP VIEW k01_moved_dept AS
SELECT r.subject AS dept, o.rgn FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_org_profile p ON p.rec = c.rec
  CROSS JOIN record h ON h.subject = r.subject AND h.type = @TYPE_ORG_PROFILE CROSS JOIN f_org_profile o ON o.rec = h.rec
WHERE c.type = @TYPE_ORG_PROFILE AND r.kind = @SUBJECT_KIND_DEPT
  AND (NOT EXISTS (SELECT 1 FROM record e WHERE e.subject = r.subject AND e.type = @TYPE_ORG_PROFILE AND e.rec < c.rec)
    OR EXISTS (SELECT 1 FROM record e JOIN f_org_profile q ON q.rec = e.rec WHERE e.subject = r.subject AND e.type = @TYPE_ORG_PROFILE
      AND q.rgn IS NOT p.rgn));
-- [touch]
SELECT DISTINCT l.fy, l.b, l.c FROM changed c JOIN k01_line l ON l.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT AND c.now <> c.was
UNION
SELECT l.fy, l.b, l.c FROM k01_covered v CROSS JOIN k01_line l ON l.rec = v.rec WHERE l.now
UNION
SELECT n.a, n.b, n.c FROM (SELECT DISTINCT r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CONGRESS_APPROVAL) y
  CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K01' AND n.a = y.fy
UNION
SELECT l.fy, l.b, l.c FROM (SELECT DISTINCT dept FROM k01_moved_dept) m CROSS JOIN k01_line l ON l.dept = m.dept WHERE l.now
UNION
SELECT n.a, n.b, n.c FROM (SELECT 1 FROM k01_moved_dept LIMIT 1) m CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K01'
-- [all]
SELECT DISTINCT l.fy, l.b, l.c FROM k01_line l WHERE l.now
-- [condition]
WITH own AS MATERIALIZED (SELECT a, b, c, bk, func, level, key, kind, fen, tol FROM k01_own WHERE now),
sums AS MATERIALIZED (
  SELECT o.a, o.b, o.c, o.bk, o.level, o.key, o.kind, sum(o.fen) AS b0, sum(o.tol) AS b0_tol, p.fen AS ap, p.tol AS ap_tol,
    CASE o.level WHEN 'D' THEN (SELECT v.rgn FROM v_org_profile v WHERE v.r_subject = o.key AND v.r_type = @TYPE_ORG_PROFILE
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) END AS rgn
  FROM own o LEFT JOIN agg_approved p ON p.level = o.level AND p.key = o.key AND p.fy = o.a AND p.bk = o.bk
    AND p.func = CASE o.level WHEN 'C' THEN '' ELSE o.func END
  GROUP BY o.a, o.b, o.c)
SELECT s.a, s.b, s.c,
  s.kind AS kind, s.key AS key, s.a AS fy, '' AS period, s.b AS object,
  CASE WHEN s.b0 <= coalesce(s.ap, 0) + coalesce(s.ap_tol, 0) + s.b0_tol THEN 'CLEAR'
       WHEN s.ap IS NOT NULL THEN 'FIRE'
       WHEN s.rgn IS NULL AND EXISTS (SELECT 1 FROM agg_approved p WHERE p.fy = s.a AND p.bk = s.bk) THEN 'FIRE'
       WHEN EXISTS (SELECT 1 FROM live r CROSS JOIN f_congress_approval_lines v ON v.rec = r.rec WHERE r.r_subject = s.rgn
         AND r.r_type = @TYPE_CONGRESS_APPROVAL AND r.r_fy = s.a AND v.bk = s.bk) THEN 'FIRE'
       ELSE 'UNKNOWN' END AS state,
  @SEVERITY_RED AS sev, s.b0 AS B0, coalesce(s.ap, 0) AS AP, s.b0 - coalesce(s.ap, 0) AS x
FROM sums s
-- [inputs]
SELECT rec FROM (
  SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) = 'C' AND l.ckey = substr(:c, 3) AND l.ckey <> '' AND l.fy = :a
    AND l.b = :b AND l.c = :c AND l.now
  UNION SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) = 'S' AND l.subject = substr(:c, 3) AND l.fy = :a
    AND l.b = :b AND l.c = :c AND l.now
  UNION SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) = 'D' AND l.dept = substr(:c, 3) AND l.fy = :a
    AND l.func >= substr(:b, instr(:b, '/') + 1) AND l.func < substr(:b, instr(:b, '/') + 1) || char(1114111)
    AND l.b = :b AND l.c = :c AND l.now
  UNION SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) = 'F' AND l.fy = :a
    AND l.func >= substr(:b, instr(:b, '/') + 1) AND l.func < substr(:b, instr(:b, '/') + 1) || char(1114111)
    AND l.b = :b AND l.c = :c AND l.now
  UNION SELECT p.rec FROM approved_line p WHERE p.level = substr(:c, 1, 1) AND p.key = substr(:c, 3) AND p.fy = :a
    AND p.bk = CAST(:b AS INTEGER) AND p.func = CASE substr(:c, 1, 1) WHEN 'C' THEN '' ELSE substr(:b, instr(:b, '/') + 1) END
    AND p.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST))
ORDER BY rec LIMIT 64
