-- id: K04
-- zh: 超指标支付
-- en: paid above the quota
-- parties: finance
-- reads: B04 X01 X04
-- when: E R
-- basis: R-5 R-37
-- message.zh: 累计支付{P}万元超可用指标{x}万元
-- message.en: paid {P} in all, {x} above the spendable quota (10,000 yuan)
-- clears.zh: B04追加，或X01冲销
-- clears.en: B04 ADD, X01 REVERSE
-- responders: finance
-- figure: P fen
-- figure: B fen
-- figure: x fen
-- scope: region
-- remark.zh: 按一个事项、资金来源年度、预算种类比对P与B；下达或支付行载有控制口径的，改按该控制口径比对，差异列在该项批准所属部门名下。B为年初批复加增减变动减收回；
-- remark.zh: 转移支付下达从该部门该事项已下达或接收的数中扣减，没有的不扣减；
-- remark.zh: X04收回不载预算种类，先冲减该事项的首个种类。不等待任何一方：下一时点即比对已入日志的记录，其后的追加或冲销使其销号。支付使事项超过已下达数的、
-- remark.zh: 可能发生收回的、或在控制口径之下的，才予查看。
-- P and B of one subject, origin year and budget kind; where the lines carry a control key, of that key
-- instead: its finding then stands under the department whose appropriation it is.
-- B = B0 + changes - recovered; X04 RECOVER names no budget kind and counts against the subject's first.
-- What a body sends on (TRANSFER) is taken from what it was allotted or received of the subject; where that is nothing, it takes nothing.
-- Awaits nobody: it compares what is logged, at the next tick; a later ADD or REVERSE closes it.
-- A payment is looked at where it takes the subject above what was allotted, where money may have been recovered, or under a control key.
-- Keys: a subject ('' for a control key), b "fund year/bk", c control key.
-- [touch]
SELECT CASE d.ckey WHEN '' THEN d.subject ELSE '' END, d.fund_year || '/' || d.bk, d.ckey FROM d_pay d WHERE d.ckey <> ''
  OR (SELECT sum(p.fen) FROM agg_pay p WHERE p.subject = d.subject AND p.fund_year = d.fund_year AND p.bk = d.bk AND p.ckey = '')
   > coalesce((SELECT sum(q.fen * quota_sign(q.kind)) FROM agg_quota q
       WHERE q.subject = d.subject AND q.fund_year = d.fund_year AND q.bk = d.bk AND q.ckey = ''), 0)
  OR d.subject IN (SELECT subject FROM d_subject WHERE said >> @TYPE_FUND_CONTROL % 64 & 1)
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM d_pay LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K04'
UNION SELECT CASE ckey WHEN '' THEN subject ELSE '' END, fund_year || '/' || bk, ckey FROM d_quota
UNION SELECT q.subject, q.fund_year || '/' || q.bk, q.ckey FROM changed c JOIN record r ON r.rec = c.rec
  JOIN agg_quota q ON q.subject = r.subject WHERE c.type = @TYPE_FUND_CONTROL AND q.ckey = ''
-- [all]
SELECT CASE ckey WHEN '' THEN subject ELSE '' END, fund_year || '/' || bk, ckey FROM agg_pay
UNION SELECT CASE ckey WHEN '' THEN subject ELSE '' END, fund_year || '/' || bk, ckey FROM agg_quota
-- [condition]
WITH line AS (
  SELECT t.a, t.b, t.c, CAST(t.b AS INTEGER) AS fund_year, CAST(substr(t.b, instr(t.b, '/') + 1) AS INTEGER) AS bk
  FROM touched t),
sums AS MATERIALIZED (
  SELECT line.*,
    CASE c WHEN '' THEN (SELECT sum(p.fen) FROM agg_pay p WHERE p.subject = line.a AND p.fund_year = line.fund_year AND p.bk = line.bk AND p.ckey = '')
           ELSE (SELECT sum(p.fen) FROM agg_pay p WHERE p.ckey = line.c AND p.ckey <> '' AND p.fund_year = line.fund_year AND p.bk = line.bk) END AS paid,
    CASE c WHEN '' THEN (SELECT sum(q.fen * quota_sign(q.kind))
                            + CASE WHEN total(q.fen * (q.kind = @ALLOTMENT_KIND_TRANSFER)) = 0 THEN 0 ELSE
                                coalesce((SELECT sum(t.fen * t.r_sign) FROM v_allotment t WHERE t.r_subject = line.a AND t.r_type = @TYPE_ALLOTMENT
                                            AND t.kind = @ALLOTMENT_KIND_TRANSFER AND coalesce(t.fund_year, t.r_fy) = line.fund_year AND t.bk = line.bk
                                            AND coalesce(t.control_key, '') = ''
                                            AND NOT EXISTS (SELECT 1 FROM v_allotment o WHERE o.r_subject = line.a AND o.r_type = @TYPE_ALLOTMENT
                                              AND o.kind <> @ALLOTMENT_KIND_TRANSFER AND coalesce(o.fund_year, o.r_fy) = line.fund_year
                                              AND o.bk = line.bk AND o.dept = t.dept)), 0) END
                            FROM agg_quota q
                          WHERE q.subject = line.a AND q.fund_year = line.fund_year AND q.bk = line.bk AND q.ckey = '')
           ELSE (SELECT sum(q.fen * quota_sign(q.kind)) FROM agg_quota q
                  WHERE q.ckey = line.c AND q.ckey <> '' AND q.fund_year = line.fund_year AND q.bk = line.bk) END AS quota,
    CASE WHEN c = '' AND EXISTS (SELECT 1 FROM record r WHERE r.subject = line.a AND r.type = @TYPE_FUND_CONTROL)
           AND line.bk = (SELECT min(q.bk) FROM agg_quota q WHERE q.subject = line.a AND q.fund_year = line.fund_year)
         THEN (SELECT sum(x.fen * x.r_sign) FROM v_fund_control x WHERE x.r_subject = line.a AND x.r_type = @TYPE_FUND_CONTROL
                 AND x.action = @FUND_ACTION_RECOVER AND x.r_fy = line.fund_year) END AS recovered
  FROM line)
SELECT s.a, s.b, s.c,
  CASE s.c WHEN '' THEN coalesce((SELECT min(kind) FROM subj WHERE key = s.a), @SUBJECT_KIND_PROJECT)
           ELSE CASE WHEN EXISTS (SELECT 1 FROM v_allotment v WHERE v.control_key = s.c AND v.control_key <> '' AND v.dept <> '')
                     THEN @SUBJECT_KIND_DEPT ELSE @SUBJECT_KIND_NONE END END AS kind,
  CASE s.c WHEN '' THEN s.a
           ELSE coalesce((SELECT min(v.dept) FROM v_allotment v WHERE v.control_key = s.c AND v.control_key <> '' AND v.dept <> ''), s.c) END AS key,
  s.fund_year AS fy, '' AS period, CASE s.c WHEN '' THEN s.b ELSE s.b || '/' || s.c END AS object,
  CASE WHEN coalesce(s.paid, 0) > 0 AND s.paid > coalesce(s.quota, 0) - coalesce(s.recovered, 0) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, coalesce(s.paid, 0) AS P, coalesce(s.quota, 0) - coalesce(s.recovered, 0) AS B,
  coalesce(s.paid, 0) - coalesce(s.quota, 0) + coalesce(s.recovered, 0) AS x
FROM sums s
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_allotment v WHERE :c = '' AND v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT
    AND coalesce(v.fund_year, v.r_fy) = CAST(:b AS INTEGER)
  UNION SELECT v.rec FROM v_allotment v WHERE :c <> '' AND v.control_key = :c AND v.control_key <> ''
  UNION SELECT x.rec FROM v_fund_control x WHERE :c = '' AND x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM paid_line l JOIN live r ON r.rec = l.rec WHERE :c = '' AND l.subject = :a ORDER BY l.rec DESC LIMIT 24)
  UNION SELECT * FROM (SELECT DISTINCT l.rec FROM v_payment_batch_lines l WHERE :c <> '' AND l.control_key = :c AND l.control_key <> ''
    ORDER BY l.rec DESC LIMIT 24))
ORDER BY rec LIMIT 64
