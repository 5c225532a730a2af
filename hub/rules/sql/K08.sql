-- id: K08
-- zh: 决算数与台账支出不符
-- en: final accounts differ from the ledger
-- parties: congress finance
-- reads: B03 B04 P01 X01
-- when: E R
-- basis: R-33 预算法79
-- message.zh: 决算批准数{AP}万元与台账支出{P}万元差{x}万元
-- message.en: final accounts {AP} and payments {P} differ by {x} (10,000 yuan)
-- clears.zh: 决算或支付一方更正
-- clears.en: correction by either
-- responders: finance
-- figure: AP fen
-- figure: P fen
-- figure: x fen
-- awaits: finance
-- scope: region
-- remark.zh: 批准项同K01，此处为B03决算。支付归入涵盖它的最细一行：依次为其控制口径、事项、部门、区划，取涵盖其科目的最长科目（未列科目的涵盖该事项、
-- remark.zh: 部门或区划的全部）。部门以该事项当年最新下达为准，区划以该部门最新P01为准。P为该年度截至12月31日的支付减退款。财政各数据流尚未日结至该日的，
-- remark.zh: 以及该行没有支付且该年度尚无任何带日期的支付到达的，暂不能判断。容差：决算每一行按原计量单位之半计，支付数为准确数。
-- Lines as in K01, here those of B03 FINAL_ACCOUNTS. A payment belongs to the finest line that covers it: its
-- control key's, its subject's, its department's or its region's, of the longest function code that covers its
-- own (none: all of the subject's, department's or region's). Its department is what its subject's newest
-- allotment of that year says, its region what that department's newest P01 says.
-- P is what was paid of the year up to 12-31, PAY less REFUND. UNKNOWN until finance's streams have closed
-- that day, and as long as nothing was paid on the line and nobody's payment of that year has come with its
-- day. Tolerance: half a source unit for each line of the accounts; payments are exact.
-- Keys: those of K01.
-- [views]
CREATE TEMP VIEW k08_line AS
SELECT p.level, p.key, p.fy, p.bk || '/' || CASE p.level WHEN 'C' THEN p.key ELSE p.func END AS b, p.level || ':' || p.key AS c
FROM agg_final p WHERE p.level <> 'R';
CREATE TEMP VIEW k08_moved AS
SELECT DISTINCT d.subject, d.fy, d.ckey FROM (SELECT DISTINCT fy FROM d_subject) y CROSS JOIN d_pay d ON d.fy = y.fy
WHERE EXISTS (SELECT 1 FROM agg_final p WHERE p.fy = y.fy)
UNION SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
WHERE c.type = @TYPE_ALLOTMENT AND EXISTS (SELECT 1 FROM agg_final p WHERE p.fy = r.fy);
CREATE TEMP VIEW k08_moved_dept AS
SELECT DISTINCT m.fy, f.dept FROM k08_moved m CROSS JOIN record r ON r.subject = m.subject AND r.type = @TYPE_ALLOTMENT AND r.fy = m.fy
CROSS JOIN f_allotment f ON f.rec = r.rec;
-- [touch]
SELECT p.fy, p.b, p.c FROM (SELECT DISTINCT r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CONGRESS_APPROVAL) y
  CROSS JOIN k08_line p ON p.fy = y.fy
UNION SELECT n.a, n.b, n.c FROM (SELECT DISTINCT r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CONGRESS_APPROVAL) y
  CROSS JOIN condition n ON n.rule = 'K08' AND n.a = y.fy
UNION SELECT p.fy, p.b, p.c FROM k08_moved m CROSS JOIN k08_line p ON p.level = 'S' AND p.key = m.subject AND p.fy = m.fy
UNION SELECT p.fy, p.b, p.c FROM k08_moved m CROSS JOIN k08_line p ON p.level = 'C' AND p.key = m.ckey AND p.fy = m.fy
UNION SELECT p.fy, p.b, p.c FROM k08_moved_dept m CROSS JOIN k08_line p ON p.level = 'D' AND p.key = m.dept AND p.fy = m.fy
UNION SELECT p.fy, p.b, p.c FROM k08_moved_dept m CROSS JOIN record h ON h.subject = m.dept AND h.type = @TYPE_ORG_PROFILE
  CROSS JOIN f_org_profile o ON o.rec = h.rec CROSS JOIN k08_line p ON p.level = 'F' AND p.key = o.rgn AND p.fy = m.fy
UNION SELECT p.fy, p.b, p.c FROM k01_moved_dept m CROSS JOIN k08_line p ON p.level = 'F' AND p.key = m.rgn
UNION SELECT n.a, n.b, n.c FROM agg_year y CROSS JOIN condition n ON n.rule = 'K08' AND n.a = y.fy WHERE y.since = (SELECT max(no) FROM tick)
-- [all]
SELECT fy, b, c FROM k08_line
-- [agenda]
SELECT a, b, c, (a + 1) * 10000 + 101 AS due FROM touched
-- [condition]
WITH line AS MATERIALIZED (SELECT * FROM k01_key),
wanted AS MATERIALIZED (
  SELECT k.a AS fy, k.key AS subject FROM line k WHERE k.level = 'S'
  UNION SELECT k.a, p.subject FROM line k CROSS JOIN agg_pay p ON p.ckey = k.key AND p.ckey <> '' WHERE k.level = 'C'
  UNION SELECT k.a, r.subject FROM (SELECT DISTINCT a, key FROM line WHERE level = 'D') k CROSS JOIN f_allotment f ON f.dept = k.key
    CROSS JOIN record r ON r.rec = f.rec AND r.fy = k.a
  UNION SELECT k.a, r.subject FROM (SELECT DISTINCT a, key FROM line WHERE level = 'F') k CROSS JOIN v_org_profile o ON o.rgn = k.key
    CROSS JOIN f_allotment f ON f.dept = o.r_subject CROSS JOIN record r ON r.rec = f.rec AND r.fy = k.a),
placed AS MATERIALIZED (
  SELECT w.*, (SELECT f.dept FROM live r CROSS JOIN f_allotment f ON f.rec = r.rec WHERE r.r_subject = w.subject AND r.r_type = @TYPE_ALLOTMENT
    AND r.r_fy = w.fy ORDER BY r.r_valid DESC, r.r_issued DESC, r.r_stream DESC, r.r_seq DESC LIMIT 1) AS dept FROM wanted w),
paid AS MATERIALIZED (
  SELECT w.fy, w.subject, w.dept, p.bk, p.func, p.ckey, sum(p.fen) AS fen,
    (SELECT o.rgn FROM v_org_profile o WHERE o.r_subject = w.dept AND o.r_type = @TYPE_ORG_PROFILE
      ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1) AS rgn
  FROM placed w CROSS JOIN agg_pay p ON p.subject = w.subject AND p.fy = w.fy AND p.month <= w.fy * 100 + 12 GROUP BY 1, 2, 3, 4, 5, 6),
bound AS MATERIALIZED (
  SELECT w.fy, w.bk, w.ckey, w.fen, CASE WHEN w.ckey <> '' AND EXISTS (SELECT 1 FROM agg_final p WHERE p.level = 'C' AND p.key = w.ckey AND p.fy = w.fy
      AND p.bk = w.bk) THEN ' C:' || w.ckey
    ELSE coalesce(
    (SELECT max(p.func) || ' S:' || w.subject FROM agg_final p WHERE p.level = 'S' AND p.key = w.subject AND p.fy = w.fy AND p.bk = w.bk
      AND p.func IN (w.func, substr(w.func, 1, 5), substr(w.func, 1, 3), '')),
    (SELECT max(p.func) || ' D:' || w.dept FROM agg_final p WHERE p.level = 'D' AND p.key = w.dept AND p.fy = w.fy AND p.bk = w.bk
      AND p.func IN (w.func, substr(w.func, 1, 5), substr(w.func, 1, 3), '')),
    (SELECT max(p.func) || ' F:' || w.rgn FROM agg_final p WHERE p.level = 'F' AND p.key = w.rgn AND p.fy = w.fy AND p.bk = w.bk
      AND p.func IN (w.func, substr(w.func, 1, 5), substr(w.func, 1, 3), ''))) END AS line
  FROM paid w),
sums AS MATERIALIZED (
  SELECT fy, bk || '/' || CASE WHEN line LIKE ' C:%' THEN ckey ELSE substr(line, 1, instr(line, ' ') - 1) END AS b,
    substr(line, instr(line, ' ') + 1) AS c, sum(fen) AS fen FROM bound WHERE line IS NOT NULL GROUP BY 1, 2, 3),
both AS (
  SELECT k.*, p.fen AS ap, p.tol, coalesce(s.fen, 0) AS paid, coalesce(s.fen, 0) = 0 AND NOT EXISTS (SELECT 1 FROM agg_year y WHERE y.fy = k.a) AS silent
  FROM line k CROSS JOIN agg_final p ON p.level = k.level AND p.key = k.key AND p.fy = k.a AND p.bk = k.bk
    AND p.func = CASE k.level WHEN 'C' THEN '' ELSE k.func END
  LEFT JOIN sums s ON s.fy = k.a AND s.b = k.b AND s.c = k.c)
SELECT a, b, c, kind AS kind, key AS key, a AS fy, '' AS period, b AS object,
  CASE WHEN silent OR tick_day() <= a * 10000 + 1231 THEN 'UNKNOWN' WHEN abs(ap - paid) > tol THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, ap AS AP, paid AS P, abs(ap - paid) AS x, a * 10000 + 1231 AS through
FROM both
-- [inputs]
SELECT rec FROM (
  SELECT p.rec FROM approved_line p WHERE p.level = substr(:c, 1, 1) AND p.key = substr(:c, 3) AND p.fy = :a AND p.bk = CAST(:b AS INTEGER)
    AND p.func = CASE substr(:c, 1, 1) WHEN 'C' THEN '' ELSE substr(:b, instr(:b, '/') + 1) END AND p.kind = @APPROVAL_KIND_FINAL_ACCOUNTS
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec WHERE substr(:c, 1, 1) = 'S' AND l.subject = substr(:c, 3)
    AND r.r_fy = :a ORDER BY l.rec DESC LIMIT 48))
ORDER BY rec LIMIT 64
