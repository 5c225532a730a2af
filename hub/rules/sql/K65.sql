-- id: K65
-- zh: 应约谈未约谈
-- en: interview not held
-- parties: finance office
-- reads: W01 J04 V03
-- when: D Y
-- basis: R-76
-- message.zh: 考核决定约谈，逾期{n}天{what}
-- message.en: the assessment decided an interview, {n} days overdue: {what_en}
-- clears.zh: 就该W01发出J04约谈通知，并就该通知报送V03；考核决定改变的W01
-- clears.en: J04 INTERVIEW on the W01 and a V03 on that notice; a W01 with another decision
-- responders: finance office
-- figure: what text
-- figure: what_en text
-- figure: due date
-- figure: n day volatile
-- param: k65.days int 30 考核决定约谈后多少天内应约谈并要求整改（末日逢休息日顺延） | days after the decision to interview within which it is held and rectification asked for (a last day off moves to the next working day)
-- awaits: finance office
-- scope: region
-- remark.zh: 以最新W01为准，按时点，同一时点的以数据流和位次在后者为准；其当日为第0日。期限届满前，须有联席会议办公室或财政以该W01为依据的J04约谈通知，
-- remark.zh: 并有以该通知为来源的V03，不论阶段。财政和联席会议办公室尚未日结至期限末日的，暂不能判断。
-- The newest W01 speaks, by tick, and of one tick's the last by stream and place in it. Day 0 is its day. By the end of the term there must be a J04 INTERVIEW whose basis names the W01, by the
-- office or finance, and a V03 whose source is that notice, of any phase.
-- UNKNOWN until finance and the office have closed the term's last day.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k65_decided AS
SELECT r.r_kind AS kind, r.r_subject AS subject, r.r_fy AS fy, r.rec, r.r_root AS root, cd_add(r.r_valid, param('k65.days')) AS due
FROM live r CROSS JOIN f_work_assessment f ON f.rec = r.rec WHERE f.decision = @WORK_DECISION_INTERVIEW AND r.r_type = @TYPE_WORK_ASSESSMENT
  AND r.rec = (SELECT w.rec FROM live w WHERE w.r_subject = r.r_subject AND w.r_type = @TYPE_WORK_ASSESSMENT AND w.r_fy = r.r_fy
    ORDER BY w.r_tick DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1);
CREATE TEMP VIEW k65_interview AS
SELECT f.t_root AS root, n.rec, n.r_root AS notice FROM resolved f CROSS JOIN v_notice n ON n.rec = f.rec AND n.kind = @NOTICE_KIND_INTERVIEW
WHERE f.field = 'basis';
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_WORK_ASSESSMENT
UNION SELECT f.t_subject, f.t_fy, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec
  WHERE c.type = @TYPE_NOTICE AND f.field = 'basis' AND f.t_type = @TYPE_WORK_ASSESSMENT
UNION SELECT g.t_subject, g.t_fy, '' FROM changed c CROSS JOIN resolved f ON f.rec = c.rec AND f.field = 'source'
  CROSS JOIN record r ON r.root = f.t_root CROSS JOIN resolved g ON g.rec = r.rec
  WHERE c.type = @TYPE_RECTIFICATION AND f.t_type = @TYPE_NOTICE AND g.field = 'basis' AND g.t_type = @TYPE_WORK_ASSESSMENT
-- [all]
SELECT subject, fy, '' FROM k65_decided
-- [agenda]
SELECT t.a, t.b, t.c, date_add(k.due, 1) AS due FROM touched t CROSS JOIN k65_decided k ON k.subject = t.a AND k.fy = t.b
-- [condition]
WITH held AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.kind, k.due, EXISTS (SELECT 1 FROM k65_interview i WHERE i.root = k.root) AS interviewed,
    EXISTS (SELECT 1 FROM k65_interview i CROSS JOIN resolved g ON g.t_root = i.notice AND g.field = 'source'
      CROSS JOIN v_rectification w ON w.rec = g.rec WHERE i.root = k.root) AS rectifies
  FROM touched t CROSS JOIN k65_decided k ON k.subject = t.a AND k.fy = t.b),
late AS MATERIALIZED (SELECT held.*, due < tick_day() AND NOT (interviewed AND rectifies) AS late FROM held)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object, CASE WHEN late THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, CASE WHEN interviewed THEN '未整改' ELSE '未约谈' END AS what,
  CASE WHEN interviewed THEN 'no rectification' ELSE 'no interview' END AS what_en, due AS due,
  date_diff(tick_day(), due) AS n, CASE WHEN late THEN due END AS through
FROM late
-- [inputs]
SELECT rec FROM (
  SELECT k.rec FROM k65_decided k WHERE k.subject = :a AND k.fy = :b
  UNION SELECT i.rec FROM k65_decided k CROSS JOIN k65_interview i ON i.root = k.root WHERE k.subject = :a AND k.fy = :b)
ORDER BY rec LIMIT 32
