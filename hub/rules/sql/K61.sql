-- id: K61
-- zh: 报送人大材料不全
-- en: congress package incomplete
-- parties: finance congress
-- reads: B01 B02 P01 P02 B04 E04 V01
-- when: E R
-- basis: R-17 R-71 R-72 R-73 预算法44
-- message.zh: 报送材料缺{list}
-- message.en: the package for congress lacks {list_en}
-- clears.zh: B01补充所缺材料
-- clears.en: B01 SUPPLEMENT with what was missing
-- responders: finance
-- figure: list text
-- figure: list_en text
-- figure: session date
-- param: k61.days int 30 初步方案应在会前多少天报送 | days before the session by which the draft outline is submitted
-- scope: region
-- remark.zh: 一份报送材料，指同一主体、年度、类型的全部有效B01，含补充。迟报：首份草案初步方案入日志的时点距会议不足30个日历日，补充不能弥补。
-- remark.zh: 草案须列明每个重大事项当年的E04；决算须列明当年有批复的每个重大事项当年的V01。重大事项，指最新P02载明为重大、在该份材料最新B01之前已开始、
-- remark.zh: 起止日期与该年度相交、且主管部门属该区划的事项。人大认为不齐的，以其最新B02所列为准，直至在该B02的时点或其后入日志的、并非其所指的B01补齐。
-- remark.zh: 无所缺而尚无B02的，暂不能判断。不等待任何一方：所报送的已在此。从未报送草案初步方案的属K66。
-- A package is every B01 in force of one body, year and kind, SUPPLEMENTs included. Late: the tick that logged the
-- first DRAFT_INIT is less than 30 calendar days before its session; no SUPPLEMENT mends that. DRAFT has to cite an
-- E04 of that year of each major subject, FINAL_ACCOUNTS a V01 of that year of each that has an INITIAL allotment of the year. Major: the
-- newest P02 says so, began to be here before the package's newest B01, and its start and end meet the year; the
-- subject's department lies in the package's region. What congress calls incomplete lacks what its newest B02
-- names, until a B01 of the package is logged under that B02's tick or a later one, that isn't the one that it speaks of.
-- Nothing lacking and no B02 yet: UNKNOWN. Awaits nobody: what was sent is here. A DRAFT_INIT never sent is K66's.
-- Keys: a body, b fiscal year, c kind of submission.
-- [views]
CREATE TEMP VIEW k61_major AS
SELECT p.r_subject AS subject, q.tick, q.sid, q.seq, coalesce(f.start, 0) AS start, coalesce(f.end, 99991231) AS until,
  (SELECT o.rgn FROM member m JOIN v_org_profile o ON o.r_subject = m.org AND o.r_type = @TYPE_ORG_PROFILE
    WHERE m.subject = p.r_subject AND m.kind = @SUBJECT_KIND_DEPT ORDER BY o.r_valid DESC, o.r_issued DESC, o.r_stream DESC, o.r_seq DESC LIMIT 1) AS rgn
FROM f_subject_profile f CROSS JOIN live p ON p.rec = f.rec CROSS JOIN record q ON q.rec = p.r_root
WHERE f.is_major = 1 AND p.rec = (SELECT n.rec FROM live n WHERE n.r_subject = p.r_subject AND n.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY n.r_valid DESC, n.r_issued DESC, n.r_stream DESC, n.r_seq DESC LIMIT 1);
-- [touch]
SELECT r.subject, r.fy, f.kind FROM changed c JOIN record r ON r.rec = c.rec JOIN f_congress_submission f ON f.rec = c.rec
 WHERE c.type = @TYPE_CONGRESS_SUBMISSION
UNION SELECT g.t_subject, g.t_fy, f.kind FROM changed c CROSS JOIN resolved g ON g.rec = c.rec AND g.field = 'submission'
  CROSS JOIN f_congress_submission f ON f.rec = g.target WHERE c.type = @TYPE_CONGRESS_RECEIPT
UNION SELECT o.subject, o.fy, f.kind FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN ref g ON g.t_sid = r.sid AND g.t_seq = r.seq
  CROSS JOIN f_congress_submission f ON f.rec = g.rec CROSS JOIN record o ON o.rec = f.rec WHERE c.type IN (@TYPE_PERF_GOAL, @TYPE_EVALUATION)
UNION SELECT v.r_subject, v.r_fy, f.kind FROM (SELECT 1 FROM changed c CROSS JOIN record r ON r.rec = c.rec
    WHERE c.type = @TYPE_ORG_PROFILE OR c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ALLOTMENT) AND EXISTS (SELECT 1 FROM record p
      CROSS JOIN f_subject_profile f ON f.rec = p.rec AND f.is_major = 1 WHERE p.subject = r.subject AND p.type = @TYPE_SUBJECT_PROFILE) LIMIT 1) y
  CROSS JOIN f_congress_submission f ON f.kind IN (@SUBMISSION_KIND_DRAFT, @SUBMISSION_KIND_FINAL_ACCOUNTS) CROSS JOIN live v ON v.rec = f.rec
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, v.kind FROM v_congress_submission v
-- [condition]
WITH package AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.r_kind FROM v_congress_submission v WHERE v.r_subject = t.a AND v.r_type = @TYPE_CONGRESS_SUBMISSION
      AND v.r_fy = t.b AND v.kind = t.c ORDER BY v.r_kind DESC LIMIT 1) AS kind,
    (SELECT v.rec FROM v_congress_submission v CROSS JOIN place o ON o.rec = v.r_root WHERE v.r_subject = t.a AND v.r_type = @TYPE_CONGRESS_SUBMISSION
      AND v.r_fy = t.b AND v.kind = t.c ORDER BY o.tick, o.stream, o.seq LIMIT 1) AS first,
    (SELECT v.rec FROM v_congress_submission v WHERE v.r_subject = t.a AND v.r_type = @TYPE_CONGRESS_SUBMISSION
      AND v.r_fy = t.b AND v.kind = t.c ORDER BY v.r_tick DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS last
  FROM touched t),
dated AS MATERIALIZED (
  SELECT p.*, l.tick, l.sid, l.seq, l.root, (SELECT d.day FROM record v JOIN record o ON o.rec = v.root JOIN tick d ON d.no = o.tick
      WHERE v.rec = p.first) AS sent,
    (SELECT v.session_on FROM f_congress_submission v WHERE v.rec = p.first) AS session,
    (SELECT b.rec FROM v_congress_submission v CROSS JOIN record o ON o.root = v.r_root CROSS JOIN ref g ON g.t_sid = o.sid AND g.t_seq = o.seq
        AND g.hash = o.hash AND g.field = 'submission' CROSS JOIN v_congress_receipt b ON b.rec = g.rec
      WHERE v.r_subject = p.a AND v.r_type = @TYPE_CONGRESS_SUBMISSION AND v.r_fy = p.b AND v.kind = p.c
      ORDER BY b.r_tick DESC, b.r_issued DESC, b.r_stream DESC, b.r_seq DESC LIMIT 1) AS receipt
  FROM package p CROSS JOIN record l ON l.rec = p.last),
major AS MATERIALIZED (
  SELECT m.* FROM (SELECT 1 FROM touched WHERE c IN (@SUBMISSION_KIND_DRAFT, @SUBMISSION_KIND_FINAL_ACCOUNTS) LIMIT 1) y CROSS JOIN k61_major m),
uncited AS MATERIALIZED (
  SELECT d.a, d.b, d.c, m.subject FROM dated d CROSS JOIN major m WHERE d.c = @SUBMISSION_KIND_DRAFT AND m.rgn = d.a
    AND (m.tick < d.tick OR m.tick = d.tick AND m.sid = d.sid AND m.seq < d.seq)
    AND m.start <= d.b * 10000 + 1231 AND m.until >= d.b * 10000 + 101
  UNION SELECT d.a, d.b, d.c, m.subject FROM dated d CROSS JOIN major m WHERE d.c = @SUBMISSION_KIND_FINAL_ACCOUNTS AND m.rgn = d.a
    AND (m.tick < d.tick OR m.tick = d.tick AND m.sid = d.sid AND m.seq < d.seq) AND EXISTS (SELECT 1 FROM v_allotment q WHERE q.r_subject = m.subject AND q.r_type = @TYPE_ALLOTMENT AND q.r_fy = d.b
      AND q.kind = @ALLOTMENT_KIND_INITIAL)
  EXCEPT SELECT d.a, d.b, d.c, g.t_subject FROM dated d CROSS JOIN v_congress_submission v ON v.r_subject = d.a
      AND v.r_type = @TYPE_CONGRESS_SUBMISSION AND v.r_fy = d.b AND v.kind = d.c CROSS JOIN resolved g ON g.rec = v.rec
    WHERE g.t_fy = d.b AND (d.c = @SUBMISSION_KIND_DRAFT AND g.field = 'goals' AND g.t_type = @TYPE_PERF_GOAL
      OR d.c = @SUBMISSION_KIND_FINAL_ACCOUNTS AND g.field = 'evals' AND g.t_type = @TYPE_EVALUATION)),
lacks AS MATERIALIZED (
  SELECT d.*, f.complete, f.missing, d.c = @SUBMISSION_KIND_DRAFT_INIT AND date_diff(d.session, d.sent) < param('k61.days') AS late,
    (SELECT count(*) FROM uncited u WHERE u.a = d.a AND u.b = d.b AND u.c = d.c) AS n
  FROM dated d LEFT JOIN f_congress_receipt f ON f.rec = d.receipt),
judged AS MATERIALIZED (
  SELECT l.*, l.complete = 0 AND (r.tick > l.tick OR r.tick = l.tick AND EXISTS (SELECT 1 FROM resolved g WHERE g.rec = l.receipt
      AND g.field = 'submission' AND g.t_root = l.root)) AS refused FROM lacks l LEFT JOIN record r ON r.rec = l.receipt),
told AS (
  SELECT j.*, CASE WHEN late THEN '、会前' || param('k61.days') || '日的提前期' ELSE '' END
    || CASE WHEN n > 0 THEN '、' || n || '个重大事项的' || CASE c WHEN @SUBMISSION_KIND_DRAFT THEN '绩效目标' ELSE '绩效评价' END ELSE '' END
    || CASE WHEN refused THEN coalesce((SELECT group_concat('、' || m.value, '') FROM json_each(j.missing) m), '、人大所列材料') ELSE '' END AS zh,
    CASE WHEN late THEN ', the ' || param('k61.days') || ' days before the session' ELSE '' END
    || CASE WHEN n > 0 THEN ', the ' || CASE c WHEN @SUBMISSION_KIND_DRAFT THEN 'goals' ELSE 'evaluations' END || ' of ' || n || ' major subjects' ELSE '' END
    || CASE WHEN refused THEN coalesce((SELECT group_concat(', ' || m.value, '') FROM json_each(j.missing) m), ', what congress named') ELSE '' END AS en
  FROM judged j)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period,
  CASE c WHEN @SUBMISSION_KIND_DRAFT_INIT THEN 'DRAFT_INIT' WHEN @SUBMISSION_KIND_DRAFT THEN 'DRAFT' WHEN @SUBMISSION_KIND_ADJUST THEN 'ADJUST'
    WHEN @SUBMISSION_KIND_FINAL_ACCOUNTS THEN 'FINAL_ACCOUNTS' WHEN @SUBMISSION_KIND_EXEC_REPORT THEN 'EXEC_REPORT'
    WHEN @SUBMISSION_KIND_DEPT_OVERALL THEN 'DEPT_OVERALL' ELSE 'MAJOR_MATTER' END AS object,
  CASE WHEN zh <> '' THEN 'FIRE' WHEN receipt IS NULL THEN 'UNKNOWN' ELSE 'CLEAR' END AS state, @SEVERITY_RED AS sev,
  substr(zh, 2) AS list, substr(en, 3) AS list_en, session AS session
FROM told
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_congress_submission v WHERE v.r_subject = :a AND v.r_type = @TYPE_CONGRESS_SUBMISSION AND v.r_fy = :b AND v.kind = :c
  UNION SELECT b.rec FROM v_congress_submission v CROSS JOIN record o ON o.root = v.r_root CROSS JOIN ref g ON g.t_sid = o.sid AND g.t_seq = o.seq
    AND g.hash = o.hash AND g.field = 'submission' CROSS JOIN v_congress_receipt b ON b.rec = g.rec
    WHERE v.r_subject = :a AND v.r_type = @TYPE_CONGRESS_SUBMISSION AND v.r_fy = :b AND v.kind = :c)
ORDER BY rec LIMIT 64
