-- id: K31
-- zh: 收回资金未调整安排
-- en: recovered, not reallocated
-- parties: finance
-- reads: X04
-- when: D I
-- basis: R-41
-- message.zh: 收回{x}万元尚未调整安排
-- message.en: {x} (10,000 yuan) recovered, not reallocated
-- clears.zh: X04调整用于其他项目
-- clears.en: REALLOCATE
-- responders: finance
-- figure: x fen
-- figure: recovered fen
-- figure: since date
-- param: k31.days int 60 收回后多少天内应调整安排（末日逢休息日顺延） | days after the recovery within which it is used anew (a last day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: 每笔收回一种情形。同一事项（出资方）的调整用于，计入其依据所指的收回（指多笔的计入最早一笔）；未指明的，依次冲抵该事项最早的收回，不分年度。先后以时点为准，
-- remark.zh: 同一时点的以数据流及其中位次为准。自收回生效之日起规定天数届满后的首个时点起，对余下部分触发。差异的对象为收回的文号；没有文号的，
-- remark.zh: 为其首条记录的数据流和位次，同一事项年度内文号已被另一笔收回先用的，在文号之后加注。
-- One condition a RECOVER. A REALLOCATE of the same subject (the one that gave the money) counts for the RECOVER that its basis names (the earliest, where
-- it names several); those that name none are taken from the subject's earliest RECOVERs first, whatever the year. Earlier is under an
-- earlier tick, and of one tick's the first by stream and place in it.
-- Fires for what is left from the first tick after the days that begin with the RECOVER's effective date.
-- The object is the RECOVER's document number; without one its first record's stream and place in it, which also follow the number
-- where another RECOVER of the subject and year had it first.
-- Keys: a subject, b '', c ''.
-- [views]
CREATE TEMP VIEW k31_control AS
SELECT r.rec, r.r_subject AS subject, r.r_root AS root, r.r_kind AS kind, r.r_fy AS fy, r.r_valid AS valid, f.action, f.fen * r.r_sign AS fen
FROM live r CROSS JOIN f_fund_control f ON f.rec = r.rec WHERE r.r_type = @TYPE_FUND_CONTROL;
-- [touch]
SELECT DISTINCT r.subject, '', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type = @TYPE_FUND_CONTROL AND r.subject IS NOT NULL
-- [all]
SELECT DISTINCT v.r_subject, '', '' FROM v_fund_control v WHERE v.action = @FUND_ACTION_RECOVER
-- [agenda]
SELECT t.a, t.b, t.c, date_add(cd_add(v.valid, param('k31.days')), 1) AS due FROM touched t
  CROSS JOIN k31_control v ON v.subject = t.a AND v.action = @FUND_ACTION_RECOVER
-- [condition]
WITH moved AS MATERIALIZED (
  SELECT t.a, v.fen, (SELECT f.t_root FROM resolved f JOIN f_fund_control g ON g.rec = f.target
      AND g.action = @FUND_ACTION_RECOVER JOIN place p ON p.rec = f.t_root WHERE f.rec = v.rec AND f.field = 'basis' AND f.t_subject = t.a
      ORDER BY p.tick, p.stream, p.seq LIMIT 1) AS of
  FROM touched t CROSS JOIN k31_control v ON v.subject = t.a AND v.action = @FUND_ACTION_REALLOCATE),
taken AS MATERIALIZED (
  SELECT t.a, t.b, t.c, v.root, min(v.kind) AS kind, min(v.fy) AS fy, min(v.valid) AS valid, sum(v.fen) AS fen,
    max(0, sum(v.fen) - (SELECT coalesce(sum(m.fen), 0) FROM moved m WHERE m.a = t.a AND m.of = v.root)) AS open
  FROM touched t CROSS JOIN k31_control v ON v.subject = t.a AND v.action = @FUND_ACTION_RECOVER
  GROUP BY t.a, v.root),
rest AS MATERIALIZED (
  SELECT k.*, p.name, open - min(open, max(0, (SELECT coalesce(sum(m.fen), 0) FROM moved m WHERE m.a = k.a AND m.of IS NULL)
      - coalesce(sum(open) OVER (PARTITION BY a ORDER BY p.tick, p.stream, p.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS x,
    cd_add(valid, param('k31.days')) AS due FROM taken k CROSS JOIN place p ON p.rec = k.root)
SELECT l.a, l.b, l.c, l.kind AS kind, l.a AS key, l.fy AS fy, '' AS period,
  CASE WHEN coalesce(r.doc_no, '') = '' THEN l.name WHEN l.root = (SELECT x.root FROM record x CROSS JOIN f_fund_control g ON g.rec = x.rec
        AND g.action = @FUND_ACTION_RECOVER CROSS JOIN place p ON p.rec = x.rec WHERE x.subject = l.a AND x.type = @TYPE_FUND_CONTROL
        AND x.fy IS l.fy AND x.doc_no = r.doc_no ORDER BY p.tick, p.stream, p.seq LIMIT 1) THEN r.doc_no
    ELSE r.doc_no || ' ' || l.name END AS object,
  CASE WHEN x > 0 AND due < tick_day() THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_INFO AS sev,
  x AS x, fen AS recovered, valid AS since, CASE WHEN x > 0 AND due < tick_day() THEN due END AS through
FROM rest l JOIN record r ON r.rec = l.root
-- [inputs]
SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL
  AND x.action IN (@FUND_ACTION_RECOVER, @FUND_ACTION_REALLOCATE) ORDER BY x.rec LIMIT 64
