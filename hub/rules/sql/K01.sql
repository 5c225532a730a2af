-- id: K01
-- zh: 批复超人大批准
-- en: allotted above what congress approved
-- parties: congress finance
-- reads: B03 B04
-- when: E R
-- basis: R-5 R-33 预算法13
-- message.zh: 批复{B0}万元超人大批准{AP}万元，超{x}万元
-- message.en: allotted {B0} exceeds approved {AP} by {x} (10,000 yuan)
-- clears: B03 ADJUST, or B04 REDUCE on the same line
-- responders: finance
-- figure: B0 fen
-- figure: AP fen
-- figure: x fen
-- scope: region
-- Compared at the finest line congress approved: control key, subject, department (function), function.
-- B0 is INITIAL less REDUCE, with an ADVANCE once an INITIAL absorbs it. Tolerance: half a source unit
-- for each line of the approval. No approval of that year and budget kind yet: UNKNOWN.
-- Keys: a fiscal year, b "bk/func" (or "bk/" and the control key), c level ":" key.
-- [views]
CREATE TEMP VIEW k01_line AS
SELECT x.*, CASE x.level WHEN 'C' THEN x.ckey WHEN 'S' THEN x.subject WHEN 'D' THEN x.dept
    ELSE (SELECT p.key FROM agg_approved p WHERE p.level = 'F' AND p.fy = x.fy AND p.bk = x.bk AND p.func = x.func ORDER BY p.key LIMIT 1) END AS key
FROM (SELECT r.rec, r.fy, f.bk, f.func, f.dept, r.subject, f.control_key AS ckey,
    r.sign * CASE f.kind WHEN @ALLOTMENT_KIND_REDUCE THEN -f.fen ELSE f.fen END AS fen,
    r.live_from IS NOT NULL AND r.live_to IS NULL AS now,
    CASE WHEN f.control_key <> '' AND EXISTS (SELECT 1 FROM agg_approved p WHERE p.level = 'C' AND p.key = f.control_key AND p.fy = r.fy AND p.bk = f.bk) THEN 'C'
         WHEN EXISTS (SELECT 1 FROM agg_approved p WHERE p.level = 'S' AND p.key = r.subject AND p.fy = r.fy AND p.bk = f.bk AND p.func = f.func) THEN 'S'
         WHEN EXISTS (SELECT 1 FROM agg_approved p WHERE p.level = 'D' AND p.key = f.dept AND p.fy = r.fy AND p.bk = f.bk AND p.func = f.func) THEN 'D'
         WHEN EXISTS (SELECT 1 FROM agg_approved p WHERE p.level = 'F' AND p.fy = r.fy AND p.bk = f.bk AND p.func = f.func) THEN 'F'
         ELSE 'D' END AS level
  FROM f_allotment f JOIN record r ON r.rec = f.rec
  WHERE f.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_REDUCE) OR (f.kind = @ALLOTMENT_KIND_ADVANCE
    AND EXISTS (SELECT 1 FROM ref a JOIN live i ON i.rec = a.rec WHERE a.t_sid = r.sid AND a.t_seq = r.seq AND a.field = 'absorbs'))) x;
-- [touch]
SELECT DISTINCT l.fy, l.bk || '/' || CASE l.level WHEN 'C' THEN l.ckey ELSE l.func END, l.level || ':' || l.key
  FROM changed c JOIN k01_line l ON l.rec = c.rec WHERE c.type = 124 AND c.now <> c.was
UNION
SELECT l.fy, l.bk || '/' || CASE l.level WHEN 'C' THEN l.ckey ELSE l.func END, l.level || ':' || l.key
  FROM (SELECT DISTINCT r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = 123) y CROSS JOIN k01_line l ON l.fy = y.fy WHERE l.now
UNION
SELECT n.a, n.b, n.c FROM (SELECT DISTINCT r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = 123) y CROSS JOIN condition n ON n.rule = 'K01' AND n.a = y.fy
-- [all]
SELECT DISTINCT l.fy, l.bk || '/' || CASE l.level WHEN 'C' THEN l.ckey ELSE l.func END, l.level || ':' || l.key
  FROM k01_line l WHERE l.now
-- [condition]
WITH line AS (
  SELECT t.a, t.b, t.c, CAST(t.b AS INTEGER) AS bk, substr(t.b, instr(t.b, '/') + 1) AS func,
         substr(t.c, 1, 1) AS level, substr(t.c, 3) AS key FROM touched t),
sums AS MATERIALIZED (
  SELECT line.*,
    CASE line.level
      WHEN 'C' THEN (SELECT sum(l.fen) FROM k01_line l WHERE l.ckey = line.func AND l.ckey <> '' AND l.fy = line.a AND l.bk = line.bk AND l.level = 'C' AND l.now)
      WHEN 'S' THEN (SELECT sum(l.fen) FROM k01_line l WHERE l.subject = line.key AND l.fy = line.a AND l.bk = line.bk AND l.func = line.func AND l.level = 'S' AND l.now)
      WHEN 'D' THEN (SELECT sum(l.fen) FROM k01_line l WHERE l.func = line.func AND l.dept = line.key AND l.fy = line.a AND l.bk = line.bk AND l.level = 'D' AND l.now)
      ELSE (SELECT sum(l.fen) FROM k01_line l WHERE l.func = line.func AND l.fy = line.a AND l.bk = line.bk AND l.level = 'F' AND l.now)
    END AS b0,
    (SELECT p.fen FROM agg_approved p WHERE p.level = line.level AND p.key = line.key AND p.fy = line.a AND p.bk = line.bk
        AND p.func = CASE line.level WHEN 'C' THEN '' ELSE line.func END) AS ap,
    (SELECT p.tol FROM agg_approved p WHERE p.level = line.level AND p.key = line.key AND p.fy = line.a AND p.bk = line.bk
        AND p.func = CASE line.level WHEN 'C' THEN '' ELSE line.func END) AS tol
  FROM line)
SELECT s.a, s.b, s.c,
  CASE s.level WHEN 'S' THEN coalesce((SELECT min(kind) FROM subj WHERE key = s.key), @SUBJECT_KIND_PROJECT)
               WHEN 'D' THEN @SUBJECT_KIND_DEPT WHEN 'F' THEN @SUBJECT_KIND_REGION
               ELSE @SUBJECT_KIND_NONE END AS kind,
  s.key AS key, s.a AS fy, '' AS period, s.b AS object,
  CASE WHEN coalesce(s.b0, 0) <= coalesce(s.ap, 0) + coalesce(s.tol, 0) THEN 'CLEAR'
       WHEN s.ap IS NOT NULL OR EXISTS (SELECT 1 FROM agg_approved p WHERE p.fy = s.a AND p.bk = s.bk) THEN 'FIRE'
       ELSE 'UNKNOWN' END AS state,
  @SEVERITY_RED AS sev, s.b0 AS B0, coalesce(s.ap, 0) AS AP, s.b0 - coalesce(s.ap, 0) AS x
FROM sums s
-- [inputs]
SELECT rec FROM (
  SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) = 'C' AND l.ckey = substr(:c, 3) AND l.ckey <> '' AND l.fy = :a AND l.now
  UNION SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) = 'S' AND l.subject = substr(:c, 3) AND l.fy = :a
    AND l.bk || '/' || l.func = :b AND l.now
  UNION SELECT l.rec FROM k01_line l WHERE substr(:c, 1, 1) IN ('D', 'F') AND l.func = substr(:b, instr(:b, '/') + 1)
    AND l.level || ':' || l.key = :c AND l.fy = :a AND l.bk = CAST(:b AS INTEGER) AND l.now
  UNION SELECT v.rec FROM v_congress_approval_lines v WHERE v.r_fy = :a AND v.bk = CAST(:b AS INTEGER)
    AND CASE substr(:c, 1, 1) WHEN 'C' THEN v.control_key = substr(:c, 3)
        WHEN 'S' THEN v.subject = substr(:c, 3) AND v.func = substr(:b, instr(:b, '/') + 1)
        WHEN 'D' THEN v.dept = substr(:c, 3) AND v.func = substr(:b, instr(:b, '/') + 1) AND coalesce(v.subject, '') = ''
        ELSE v.func = substr(:b, instr(:b, '/') + 1) AND coalesce(v.dept, '') = '' END)
ORDER BY rec LIMIT 64
