-- id: K60
-- zh: 人大意见逾期未回复
-- en: congress's opinion unanswered
-- parties: congress finance office
-- reads: N01 V03 J03
-- when: D Y/R
-- basis: R-72 预算法85
-- message.zh: 人大意见应于{due}前回复，逾期{n}天未回复
-- message.en: the reply to congress's opinion was due on {due} and is {n} days overdue
-- clears.zh: 以该意见为来源的V03方案或报告，或以其为事项的J03
-- clears.en: V03 PLAN or REPORT with the opinion as source, or J03 with it as task
-- responders: finance
-- figure: due date
-- figure: n day volatile
-- figure: addressee text
-- param: k60.red_workdays int 10 逾期多少个工作日后升为红色 | working days overdue until it is red
-- awaits: finance office audit organization discipline
-- scope: region
-- remark.zh: 未载明回复期限的意见，不按期要求回复。自回复期限次日起为黄色，再过10个工作日为红色。任何一方的V03（核查不是回复，除外）或J03即为回复，
-- remark.zh: 人大自己的除外。无人回复即为未报送：应回复各方尚未日结至期限日，以及升为红色前的末日，暂不能判断；回复到达立即销号。差异的对象为该意见的首条记录：
-- remark.zh: 报送方和文号，没有文号的为报送方、数据流和位次；同一事项的另一意见已先用该文号的，在文号之后加注。
-- An opinion without reply_due asks for no reply by a day. Yellow from the day after reply_due, red once ten more
-- working days are over. Any party's V03 (but VERIFY, which is no reply) or J03 answers it, congress's own doesn't.
-- Nobody's reply is nothing said: UNKNOWN until all who may answer have closed the day due, and again the last
-- of those days before red. A reply clears at once.
-- The object is the opinion's first record: its party and document number; without a number its party, stream and place in it,
-- which also follow the number where another opinion on the subject had it first.
-- Keys: a the opinion's first record (number in the ledger), b '', c ''.
-- [touch]
SELECT r.root, '', '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CONGRESS_OPINION
UNION SELECT f.t_root, '', '' FROM changed c JOIN resolved f ON f.rec = c.rec
  WHERE c.type IN (@TYPE_RECTIFICATION, @TYPE_TASK_FEEDBACK) AND f.t_type = @TYPE_CONGRESS_OPINION AND f.field IN ('source', 'task')
-- [all]
SELECT DISTINCT v.r_root, '', '' FROM v_congress_opinion v
-- [agenda]
SELECT t.a, t.b, t.c, date_add(v.reply_due, 1) AS due FROM touched t JOIN record r ON r.root = t.a
  JOIN v_congress_opinion v ON v.rec = r.rec WHERE v.reply_due IS NOT NULL
UNION SELECT t.a, t.b, t.c, date_add(wd_add(v.reply_due, param('k60.red_workdays')), 1) FROM touched t JOIN record r ON r.root = t.a
  JOIN v_congress_opinion v ON v.rec = r.rec WHERE v.reply_due IS NOT NULL
-- [condition]
WITH asked AS MATERIALIZED (
  SELECT t.a, t.b, t.c, v.rec, v.reply_due AS due, wd_add(v.reply_due, param('k60.red_workdays')) AS red_after
  FROM touched t JOIN record r ON r.root = t.a JOIN v_congress_opinion v ON v.rec = r.rec WHERE v.reply_due IS NOT NULL),
open AS MATERIALIZED (
  SELECT a.*, a.due < tick_day()
    AND NOT EXISTS (SELECT 1 FROM record o CROSS JOIN ref g ON g.t_sid = o.sid AND g.t_seq = o.seq AND g.hash = o.hash AND g.field IN ('source', 'task')
      CROSS JOIN live r ON r.rec = g.rec AND r.r_type IN (@TYPE_RECTIFICATION, @TYPE_TASK_FEEDBACK)
      JOIN stream s ON s.sid = r.r_sid AND s.party <> 'congress' LEFT JOIN f_rectification w ON w.rec = g.rec
      WHERE o.root = a.a AND coalesce(w.phase, 0) <> @RECTIFICATION_PHASE_VERIFY) AS yes
  FROM asked a)
SELECT o.a, o.b, o.c, coalesce(v.r_kind, @SUBJECT_KIND_NONE) AS kind, coalesce(v.r_subject, '') AS key, coalesce(v.r_fy, 0) AS fy, '' AS period,
  (SELECT CASE WHEN coalesce(q.doc_no, '') = '' THEN p.name ELSE s.party || '/' || q.doc_no || CASE WHEN q.rec = (
        SELECT x.root FROM record x CROSS JOIN place y ON y.rec = x.rec WHERE x.subject IS v.r_subject AND x.type = @TYPE_CONGRESS_OPINION
          AND x.doc_no = q.doc_no ORDER BY y.tick, y.stream, y.seq LIMIT 1) THEN '' ELSE ' ' || p.name END END
      FROM record q JOIN stream s ON s.sid = q.sid JOIN place p ON p.rec = q.rec WHERE q.rec = o.a) AS object,
  CASE WHEN o.yes THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > o.red_after THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  o.due AS due, date_diff(tick_day(), o.due) AS n, v.addressee AS addressee,
  CASE WHEN o.yes THEN CASE WHEN tick_day() > o.red_after THEN o.red_after ELSE o.due END END AS through
FROM open o JOIN v_congress_opinion v ON v.rec = o.rec
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE r.r_root = :a
  UNION SELECT f.rec FROM resolved f JOIN live r ON r.rec = f.rec WHERE f.t_root = :a AND f.field IN ('source', 'task'))
ORDER BY rec LIMIT 32
