-- id: K64
-- zh: 督办事项逾期
-- en: task overdue
-- parties: office congress discipline organization finance audit
-- reads: J02 J03
-- when: D Y
-- basis: R-65
-- message.zh: 督办事项{no}逾期{n}天（牵头：{lead}）
-- message.en: task {no} is {n} days overdue (lead: {lead})
-- clears.zh: J03办结；期限延后的J02
-- clears.en: J03 DONE; a J02 with a later day
-- responders: {party}
-- figure: no text
-- figure: lead text
-- figure: party text
-- figure: due date
-- figure: n day volatile
-- awaits: {party} office
-- scope: region
-- remark.zh: 自J02期限次日起为黄色。由牵头单位答复：填主体名称或其机构代码的为该方，其他单位由财政转达。办结，指牵头一方或联席会议办公室针对该事项（含其任何更正）
-- remark.zh: 的J03为已办结；牵头单位非交换主体的，以代其答复者为准。差异的对象为督办事项编号；多个事项同号的，除首先使用者外，另加注首条记录的数据流和位次。
-- remark.zh: 牵头一方和联席会议办公室尚未日结至期限日的，暂不能判断。
-- Yellow from the day after the J02's due. The lead answers: a party by its name or its body's key, any other body through finance.
-- Done: a J03 DONE on the task (whatever correction of it) by the lead's party or the office; where the lead
-- is no party, by whoever speaks for it.
-- The object is the task's number; of several tasks with one number all but the first to have it are named by their first record's
-- stream and place in it besides.
-- UNKNOWN until the lead's party and the office have closed the day due.
-- Keys: a the task's first record (number in the ledger), b '', c ''.
-- [views]
CREATE TEMP VIEW k64_task AS
SELECT v.r_root AS root, v.rec, v.r_kind AS kind, v.r_subject AS subject, v.task_no AS no, v.lead, v.due,
  coalesce((SELECT b.party FROM body b WHERE b.party = v.lead), (SELECT min(b.party) FROM body b WHERE b.uscc = v.lead)) AS party
FROM v_task v;
-- [touch]
SELECT r.root, '', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_TASK
UNION SELECT f.t_root, '', '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  WHERE c.type = @TYPE_TASK_FEEDBACK AND f.field = 'task' AND f.t_type = @TYPE_TASK
-- [all]
SELECT DISTINCT root, '', '' FROM k64_task
-- [agenda]
SELECT t.a, t.b, t.c, date_add(v.due, 1) AS due FROM touched t CROSS JOIN record r ON r.root = t.a CROSS JOIN v_task v ON v.rec = r.rec
-- [condition]
WITH due AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.*, k.due < tick_day() AND NOT EXISTS (
      SELECT 1 FROM resolved f JOIN v_task_feedback w ON w.rec = f.rec AND w.status = @TASK_STATUS_DONE JOIN stream s ON s.sid = w.r_sid
       WHERE f.t_root = t.a AND f.field = 'task' AND (k.party IS NULL OR s.party IN (k.party, 'office'))) AS late
  FROM touched t CROSS JOIN record r ON r.root = t.a CROSS JOIN k64_task k ON k.rec = r.rec)
SELECT a, b, c, coalesce(kind, @SUBJECT_KIND_NONE) AS kind, coalesce(subject, '') AS key, 0 AS fy, '' AS period,
  no || CASE WHEN due.root = (SELECT x.root FROM record x CROSS JOIN f_task g ON g.rec = x.rec AND g.task_no = due.no CROSS JOIN place p ON p.rec = x.rec
      WHERE x.subject IS due.subject AND x.type = @TYPE_TASK ORDER BY p.tick, p.stream, p.seq LIMIT 1) THEN ''
    ELSE ' ' || (SELECT p.name FROM place p WHERE p.rec = due.root) END AS object,
  CASE WHEN late THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_YELLOW AS sev, no AS no, lead AS lead,
  coalesce(party, 'finance') AS party, due AS due, date_diff(tick_day(), due) AS n, CASE WHEN late THEN due END AS through
FROM due
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE r.r_root = :a
  UNION SELECT f.rec FROM resolved f JOIN live r ON r.rec = f.rec WHERE f.t_root = :a AND f.field = 'task')
ORDER BY rec LIMIT 32
