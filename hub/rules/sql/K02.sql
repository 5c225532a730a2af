-- id: K02
-- zh: 批准后未及时下达
-- en: not allotted in time
-- parties: congress finance
-- reads: B03 B04 P01 P02
-- when: D Y/R
-- basis: 预算法52
-- message.zh: 批准后{n}日仍有{x}万元未下达
-- message.en: {x} (10,000 yuan) not allotted {n} days after the approval
-- clears.zh: B04下达
-- clears.en: B04
-- responders: finance
-- figure: n day volatile
-- figure: x fen
-- figure: AP fen
-- figure: B0 fen
-- figure: approved date
-- param: k02.days int 20 批准后多少天内批复部门 | days after the approval within which departments are allotted it
-- param: k02.unit_days int 15 再过多少天内批复到单位 | days more within which units are
-- param: k02.general_days int 30 一般性转移支付多少天内下达 | days within which general transfers are sent down
-- param: k02.special_days int 60 专项转移支付多少天内下达 | days within which special transfers are sent down
-- param: k02.red_days int 30 期满后再过多少天升为红色 | days after the term until it is red
-- awaits: finance
-- scope: region
-- remark.zh: 批准项同K01，限于指明部门、事项或科目的；按控制口径约束的和预备费（227）除外。AP为已到期应下达数：每项批准在其期限（自批准日起的日历日，
-- remark.zh: 末日逢休息日顺延至下一工作日）届满后计入，调减的立即扣除。转移支付另有期限，最新P02列为专项的从其较长者。B0为批复、已承接的提前下达，
-- remark.zh: 以及在预算调整调增范围内的追加；转移支付事项按下达下级的数额计（如更大）。追减收回的是已下达的资金，此处不计。单位的期限届满后，
-- remark.zh: 只计指明单位的（或单位自身的）下达及已细化的数额：未指明单位的调剂出减去调剂入，以下达数为限；转移支付不适用。期限届满后再过规定天数仍有未下达的，升为红色。
-- remark.zh: 容差：双方每一行各按原计量单位之半计。期限未到的未下达，以及财政各数据流尚未日结至期限末日的，暂不能判断。
-- Lines as in K01, that name a department, subject or function; not those bound by a control key, and not the
-- reserve (预备费, 227). AP is what is due: each approval adds its part once its own term is over (calendar
-- days after approved_on; a last day off moves to the next working day); what an ADJUST takes away counts
-- at once. A TRANSFER subject has its own terms, the longer one where its newest P02 calls it a special fund.
-- B0 is INITIAL, an ADVANCE once absorbed, and ADD as far as an ADJUST raised the line; of a TRANSFER
-- subject what was sent on, if that is more. REDUCE takes back what had been allotted: it doesn't count here.
-- Units: once their days are over too, only what names a unit (or is a UNIT's own) counts, and what was broken down: SHIFT_OUT
-- of lines without a unit, less SHIFT_IN to such lines; what was allotted is the most of it. Not for TRANSFERs.
-- Red once the days after the term are over with money still missing. Tolerance: half a source unit for
-- each line of either side. Something missing in time: UNKNOWN, and until finance's streams have closed the
-- last day of the term that ran out.
-- Keys: those of K01.
-- [views]
CREATE TEMP VIEW k02_line AS
SELECT p.level, p.key, p.fy, p.bk || '/' || p.func AS b, p.level || ':' || p.key AS c FROM agg_approved p
WHERE (p.level IN ('S', 'D') OR (p.level = 'F' AND p.func <> '')) AND p.func NOT LIKE '227%';
CREATE TEMP VIEW k02_term AS
SELECT k.a, k.b, k.c, k.kind, k.key, p.kind AS approval, p.fen, p.tol, p.approved_on, cd_add(p.approved_on, CASE WHEN k.kind <> @SUBJECT_KIND_TRANSFER
    THEN param('k02.days') WHEN (SELECT v.is_special_fund FROM v_subject_profile v WHERE v.r_subject = k.key AND v.r_type = @TYPE_SUBJECT_PROFILE
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) THEN param('k02.special_days') ELSE param('k02.general_days') END) AS term,
  CASE WHEN k.kind <> @SUBJECT_KIND_TRANSFER THEN cd_add(p.approved_on, param('k02.days') + param('k02.unit_days')) END AS unit_term
FROM k01_key k CROSS JOIN approved_line p ON p.level = k.level AND p.key = k.key AND p.fy = k.a AND p.bk = k.bk AND p.func = k.func
WHERE p.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST) AND p.func NOT LIKE '227%'
  AND (p.level IN ('S', 'D') OR (p.level = 'F' AND p.func <> ''));
CREATE TEMP VIEW k02_covering AS
SELECT r.fy, p.bk || '/' || p.func AS b, p.level || ':' || p.key AS c
FROM k01_covered v CROSS JOIN record r ON r.rec = v.rec CROSS JOIN f_allotment f ON f.rec = v.rec
  CROSS JOIN (VALUES (3), (5), (7), (0)) n CROSS JOIN agg_approved p ON p.fy = r.fy AND p.bk = f.bk AND p.func = substr(f.func, 1, n.column1)
 WHERE (p.level = 'S' AND p.key = r.subject OR p.level = 'D' AND p.key = f.dept OR p.level = 'F' AND p.func <> '') AND p.func NOT LIKE '227%';
-- [touch]
SELECT l.fy, l.b, l.c FROM changed c CROSS JOIN k01_line l ON l.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT AND c.now <> c.was
UNION SELECT r.fy, p.bk || '/' || coalesce(p.func, ''), CASE WHEN p.subject <> '' THEN 'S:' || p.subject WHEN p.dept <> '' THEN 'D:' || p.dept
    ELSE 'F:' || r.subject END
  FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_congress_approval_lines p ON p.rec = c.rec
 WHERE c.type = @TYPE_CONGRESS_APPROVAL AND coalesce(p.control_key, '') = '' AND coalesce(p.func, '') NOT LIKE '227%'
UNION SELECT x.fy, x.b, x.c FROM k02_covering x
UNION SELECT r.fy, p.bk || '/' || p.func, 'F:' || p.key FROM (SELECT DISTINCT dept FROM k01_moved_dept) m
  CROSS JOIN f_allotment f ON f.dept = m.dept CROSS JOIN record r ON r.rec = f.rec CROSS JOIN agg_approved p ON p.fy = r.fy AND p.bk = f.bk
  AND p.func IN (f.func, substr(f.func, 1, 5), substr(f.func, 1, 3)) AND p.level = 'F'
UNION SELECT p.fy, p.b, p.c FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN k02_line p ON p.level = 'S' AND p.key = r.subject
  WHERE c.type = @TYPE_SUBJECT_PROFILE
-- [all]
SELECT fy, b, c FROM k02_line
-- [agenda]
SELECT a, b, c, date_add(term, 1) AS due FROM k02_term WHERE fen > 0
UNION SELECT a, b, c, date_add(cd_add(term, param('k02.red_days')), 1) FROM k02_term WHERE fen > 0
UNION SELECT a, b, c, date_add(unit_term, 1) FROM k02_term WHERE fen > 0 AND unit_term IS NOT NULL
UNION SELECT a, b, c, date_add(cd_add(unit_term, param('k02.red_days')), 1) FROM k02_term WHERE fen > 0 AND unit_term IS NOT NULL
-- [condition]
WITH part AS MATERIALIZED (
  SELECT t.*, cd_add(term, param('k02.red_days')) AS red, cd_add(unit_term, param('k02.red_days')) AS unit_red, tick_day() AS today FROM k02_term t),
due AS MATERIALIZED (
  SELECT a, b, c, kind, key, sum(fen) AS ap, sum(tol) AS tol, coalesce(sum(CASE WHEN fen > 0 AND approval = @APPROVAL_KIND_ADJUST THEN fen END), 0) AS raised,
    coalesce(sum(CASE WHEN fen < 0 OR term < today THEN fen END), 0) AS due, coalesce(sum(CASE WHEN fen < 0 OR red < today THEN fen END), 0) AS red_due,
    coalesce(sum(CASE WHEN fen < 0 OR unit_term < today THEN fen END), 0) AS unit_due,
    coalesce(sum(CASE WHEN fen < 0 OR unit_red < today THEN fen END), 0) AS unit_red_due,
    min(CASE WHEN fen > 0 AND term < today THEN approved_on END) AS first,
    max(max(CASE WHEN term < today THEN term ELSE 0 END, CASE WHEN red < today THEN red ELSE 0 END,
      CASE WHEN unit_term < today THEN unit_term ELSE 0 END, CASE WHEN unit_red < today THEN unit_red ELSE 0 END)) AS last
  FROM part GROUP BY a, b, c),
given AS MATERIALIZED (
  SELECT o.a, o.b, o.c, sum(CASE WHEN o.allotment NOT IN (@ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT) THEN o.tol ELSE 0 END) AS tol, sum(CASE WHEN o.allotment IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADVANCE) THEN o.gross ELSE 0 END) AS initial,
    sum(CASE WHEN o.allotment IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADVANCE) AND o.held THEN o.gross ELSE 0 END) AS initial_held,
    sum(CASE o.allotment WHEN @ALLOTMENT_KIND_ADD THEN o.gross ELSE 0 END) AS added,
    sum(CASE WHEN o.allotment = @ALLOTMENT_KIND_ADD AND o.held THEN o.gross ELSE 0 END) AS added_held,
    sum(CASE o.allotment WHEN @ALLOTMENT_KIND_TRANSFER THEN o.gross ELSE 0 END) AS sent,
    sum(CASE WHEN o.held THEN 0 WHEN o.allotment = @ALLOTMENT_KIND_SHIFT_OUT THEN o.gross WHEN o.allotment = @ALLOTMENT_KIND_SHIFT_IN THEN -o.gross
      ELSE 0 END) AS broken_down
  FROM k01_own o WHERE o.lives AND o.allotment <> @ALLOTMENT_KIND_REDUCE GROUP BY o.a, o.b, o.c),
sums AS MATERIALIZED (
  SELECT d.*, d.tol + coalesce(g.tol, 0) AS tol2, max(coalesce(g.initial, 0) + min(coalesce(g.added, 0), d.raised),
      CASE d.kind WHEN @SUBJECT_KIND_TRANSFER THEN coalesce(g.sent, 0) ELSE 0 END) AS got,
    min(coalesce(g.initial, 0) + min(coalesce(g.added, 0), d.raised),
      coalesce(g.initial_held, 0) + min(coalesce(g.added_held, 0), d.raised) + max(0, coalesce(g.broken_down, 0))) AS held
  FROM due d LEFT JOIN given g ON g.a = d.a AND g.b = d.b AND g.c = d.c),
missing AS (
  SELECT s.*, due - got > tol2 AS late, unit_due - held > tol2 AND kind <> @SUBJECT_KIND_TRANSFER AS unit_late,
    red_due - got > tol2 OR (unit_red_due - held > tol2 AND kind <> @SUBJECT_KIND_TRANSFER) AS very_late FROM sums s)
SELECT a, b, c, kind AS kind, key AS key, a AS fy, '' AS period, b AS object,
  CASE WHEN late OR unit_late THEN 'FIRE' WHEN ap - min(got, CASE kind WHEN @SUBJECT_KIND_TRANSFER THEN got ELSE held END) > tol2 THEN 'UNKNOWN'
       ELSE 'CLEAR' END AS state,
  CASE WHEN very_late THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev, date_diff(tick_day(), first) AS n,
  max(CASE WHEN late THEN due - got ELSE 0 END, CASE WHEN unit_late THEN unit_due - held ELSE 0 END) AS x,
  CASE WHEN unit_late THEN unit_due ELSE due END AS AP, CASE WHEN unit_late THEN held ELSE got END AS B0, first AS approved,
  CASE WHEN late OR unit_late THEN last END AS through
FROM missing
-- [inputs]
SELECT p.rec FROM approved_line p WHERE p.level = substr(:c, 1, 1) AND p.key = substr(:c, 3) AND p.fy = :a
  AND p.bk = CAST(:b AS INTEGER) AND p.func = substr(:b, instr(:b, '/') + 1)
  AND p.kind IN (@APPROVAL_KIND_BUDGET, @APPROVAL_KIND_ADJUST) GROUP BY p.rec LIMIT 64
