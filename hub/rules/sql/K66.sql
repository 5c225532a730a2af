-- id: K66
-- zh: 应报数据未到
-- en: expected data missing
-- parties: congress discipline organization finance audit office
-- reads: X02 X05 O01 P01 V01 V02 B01 B03 StreamClose
-- when: D I/Y/R
-- basis: R-18 R-63 R-64
-- message.zh: {who}应报{type}{name}（{of}）未到，应于{due}前报送
-- message.en: {type} {name_en} ({of}) expected from {party} has not arrived, it was due by {due}
-- clears.zh: 该记录报送后
-- clears.en: the record arrives
-- responders: {party}
-- figure: who text
-- figure: party text
-- figure: type text
-- figure: name text
-- figure: name_en text
-- figure: of text
-- figure: due date
-- param: k66.x02_workdays int 5 执行月报应于次月第几个工作日前报送 | by which working day of the next month projects' month reports come
-- param: k66.x05_workdays int 5 区域财政运行应于次月第几个工作日前报送 | by which working day of the next month regions' reports come
-- param: k66.o01_mmdd int 430 综合绩效考核结果应于次年何日（月日）前报送 | the day of the next year by which appraisals come (month and day)
-- param: k66.b03_days int 10 会议首日后多少天内应报送人大批准 | days after the session's first day within which congress's approvals come
-- param: k66.spot_mmdd int 630 抽查复核应于次年何日（月日）前报送 | the day of the next year by which spot checks come (month and day)
-- param: k66.key_mmdd int 930 财政重点、部门整体、区县综合评价应于次年何日（月日）前报送 | the day of the next year by which finance's key, departments' and regions' evaluations come (month and day)
-- param: k66.outline_days int 30 初步方案应在会前多少天报送 | days before the session by which the draft outline is submitted
-- param: next_fy.cutoff_mmdd int 1031 当年几月几日前的评价用于次年预算（月日） | evaluations of a year's days up to this bind the next year's budget (month and day)
-- param: k66.info_workdays int 1 逾期第几个工作日过完起提示 | working days overdue until it is said
-- param: k66.yellow_workdays int 5 逾期第几个工作日过完升为黄色 | working days overdue until it is yellow
-- param: k66.red_workdays int 10 逾期第几个工作日过完升为红色 | working days overdue until it is red
-- awaits: {party}
-- scope: region
-- remark.zh: 应报数据日历。每月：X02，自首个载有X02的时点所带来的最早月份起；X05，凡当月或此前十二个月内报送过的区划均应报送，以其存续为限：
-- remark.zh: 已知其机构（P01区县政府或区县财政）的，须有一个在月末按最新档案处于启用。每年度：O01，自同样方式确定的最早年度起；有自评的年度，
-- remark.zh: 应有抽评和财政重点评价，以及财政所作部门整体、区县综合评价。当年首份B01草案初步方案之日前：约束该年度的V02，限于当时已有评价约束其预算的。
-- remark.zh: 草案载明会议或预算已批准的区划：该日之前应有草案初步方案。每次报送草案或决算的会议，应有B03。每个有数据流的主体，每日应有日结，次日到期。
-- remark.zh: 每期有一条记录即可，哪些事项缺报由其他规则指出（K06、K36、K41、K58、K70、K71）；X02不载部门，均由财政报送。
-- remark.zh: 首个时点之前已结束的（草案初步方案为已到期的）不予要求。缺日结的为一项差异，列首个未日结之日。下列不在此要求，因不会增加所知：X01，
-- remark.zh: 日结即声明当日支付已全部到达（没有亦同），未日结即为缺日结；B04，下达之前的支付属K05；X03和自评，K36、K41逐项要求；A04，
-- remark.zh: 逾期次日由K58触发；J01，会议以J01为人所知，必附纪要；A03，没有发现的报告即无A03。该方尚未日结至所过阶段末日的，暂不能判断；
-- remark.zh: 缺日结的不等待任何一方。
-- The calendar. Every month: an X02, from the earliest month that the first tick with one brought on; an X05 of each region
-- that sent one of that month or the twelve before it, as long as it stands: where bodies of its (P01 DISTRICT_GOV or DISTRICT_FIN) are
-- known, one of them is active on the month's last day by its newest profile. Every fiscal year: an O01, from the earliest year likewise; of a year with a self-evaluation
-- (V01 SELF), evaluations by SPOT and FIN_KEY, and by finance DEPT and REGION. By the day of the first B01 DRAFT_INIT of a year: a V02
-- for that year, where an evaluation that was here by then binds its budget. Of each region whose DRAFT names a session, or whose BUDGET is approved: a
-- DRAFT_INIT before that day. A B03 on each session to which a B01 DRAFT or FINAL_ACCOUNTS went. Every day's
-- StreamClose, due the day after, of every party that has a stream. One record of the period is enough: which subjects lack
-- theirs other rules say (K06, K36, K41, K58, K70, K71). An X02 names no department, and finance is the author of all of a month's. What ended, or for a DRAFT_INIT fell due, before the first tick isn't expected. A closing that
-- is missing is one finding, of the first day that isn't closed.
-- Not asked for here, as nothing would be known that isn't already: X01, since a close asserts that a day's payments are all here, none too, and a day
-- that isn't closed is a missing StreamClose; B04, since what is paid before it is K05's; X03 and V01 SELF, which K36 and K41 expect of
-- each subject; A04, since K58 fires on the day after a finding's due day, verified otherwise or not at all; J01, since a
-- meeting becomes known by its J01, which can't be without minutes; A03, since a report without findings has none.
-- UNKNOWN until that party has closed the last day of the step that was passed; a missing StreamClose awaits nobody.
-- Keys: a record type, b month, fiscal year or day, c the party of a StreamClose, the region of an X05 or B01, the kind of a V01, else ''.
-- [views]
CREATE TEMP VIEW k66_first AS
SELECT m.type, coalesce((SELECT k.rec FROM tick k WHERE k.no = r.tick), r.rec) AS rec FROM (
  SELECT @TYPE_EXEC_SNAPSHOT AS type, (SELECT min(rec) FROM f_exec_snapshot) AS rec
  UNION ALL SELECT @TYPE_APPRAISAL, (SELECT min(rec) FROM f_appraisal)) m CROSS JOIN record r ON r.rec = m.rec;
CREATE TEMP VIEW k66_regular AS
SELECT @TYPE_EXEC_SNAPSHOT AS type, 'finance' AS party, 12 AS a_year, param('k66.x02_workdays') AS term,
  (SELECT min(rec) FROM f_exec_snapshot) AS first_rec,
  (SELECT f.month / 100 * 12 + f.month % 100 - 1 FROM f_exec_snapshot f INDEXED BY exec_month WHERE f.rec <= (SELECT k.rec FROM k66_first k
    WHERE k.type = @TYPE_EXEC_SNAPSHOT) ORDER BY f.month LIMIT 1) AS first
UNION ALL SELECT @TYPE_APPRAISAL, 'organization', 1, param('k66.o01_mmdd'), (SELECT min(rec) FROM f_appraisal),
  (SELECT min(r.fy) FROM f_appraisal f CROSS JOIN record r ON r.rec = f.rec WHERE f.rec <= (SELECT k.rec FROM k66_first k
    WHERE k.type = @TYPE_APPRAISAL));
CREATE TEMP VIEW k66_calendar AS
SELECT k.*, n.day / 10000 * a_year + (n.day / 100 % 100 - 1) * a_year / 12 AS now,
  coalesce((SELECT b.day / 10000 * a_year + (b.day / 100 % 100 - 1) * a_year / 12 FROM tick b WHERE b.no = n.no - 1), first) AS before
FROM k66_regular k CROSS JOIN (SELECT no, day FROM tick ORDER BY no DESC LIMIT 1) n WHERE k.first_rec IS NOT NULL;
CREATE TEMP VIEW k66_ended AS
WITH RECURSIVE run(type, a_year, i, now) AS (
  SELECT type, a_year, CASE WHEN first_rec IN (SELECT rec FROM changed) THEN first ELSE before END, now FROM k66_calendar
  UNION ALL SELECT type, a_year, i + 1, now FROM run WHERE i + 1 < now)
SELECT type, CASE a_year WHEN 1 THEN i ELSE i / 12 * 100 + i % 12 + 1 END AS period FROM run WHERE i < now;
CREATE TEMP VIEW k66_every AS
WITH RECURSIVE run(type, a_year, i, now) AS (SELECT type, a_year, first, now FROM k66_calendar
  UNION ALL SELECT type, a_year, i + 1, now FROM run WHERE i + 1 < now)
SELECT type, CASE a_year WHEN 1 THEN i ELSE i / 12 * 100 + i % 12 + 1 END AS period FROM run WHERE i < now;
CREATE TEMP VIEW k66_open AS
SELECT d.party, CASE d.day WHEN 0 THEN (SELECT day FROM tick ORDER BY no LIMIT 1) ELSE date_add(d.day, 1) END AS day FROM closed_day d;
CREATE TEMP VIEW k66_session AS
SELECT v.session_on AS day, v.rec, EXISTS (SELECT 1 FROM v_congress_approval a WHERE a.r_subject = v.r_subject
    AND a.r_type = @TYPE_CONGRESS_APPROVAL AND a.r_fy = v.r_fy AND a.kind = CASE v.kind WHEN @SUBMISSION_KIND_DRAFT
      THEN @APPROVAL_KIND_BUDGET ELSE @APPROVAL_KIND_FINAL_ACCOUNTS END) AS answered
FROM v_congress_submission v WHERE v.kind IN (@SUBMISSION_KIND_DRAFT, @SUBMISSION_KIND_FINAL_ACCOUNTS) AND v.session_on IS NOT NULL;
CREATE TEMP VIEW k66_months AS
WITH RECURSIVE run(no, i, until) AS (
  SELECT no, day / 10000 * 12 + day / 100 % 100 - 1, tick_day() / 10000 * 12 + tick_day() / 100 % 100 - 1 FROM tick
    WHERE no IN ((SELECT min(no) FROM tick), (SELECT max(no) - 1 FROM tick))
  UNION ALL SELECT no, i + 1, until FROM run WHERE i + 1 < until)
SELECT no, i / 12 * 100 + i % 12 + 1 AS month FROM run WHERE i < until;
CREATE TEMP VIEW k66_region AS
SELECT DISTINCT m.no, m.month, r.subject AS rgn FROM k66_months m CROSS JOIN f_region_fiscal f INDEXED BY region_month
  ON f.month BETWEEN m.month - 100 AND m.month CROSS JOIN record r ON r.rec = f.rec;
CREATE TEMP VIEW k66_body AS
SELECT f.rgn, coalesce(f.active_from, 0) AS since, coalesce(f.active_to, 99991231) AS until FROM f_org_profile f CROSS JOIN live r ON r.rec = f.rec
WHERE f.level IN (@ORG_LEVEL_DISTRICT_GOV, @ORG_LEVEL_DISTRICT_FIN)
  AND NOT EXISTS (SELECT 1 FROM live w WHERE w.r_subject = r.r_subject AND w.r_type = @TYPE_ORG_PROFILE
    AND (w.r_valid, w.r_issued, w.r_stream, w.r_seq) > (r.r_valid, r.r_issued, r.r_stream, r.r_seq));
CREATE TEMP VIEW k66_kind AS
SELECT @EVALUATION_KIND_SPOT AS kind, 'SPOT' AS code, 'k66.spot_mmdd' AS term, '抽查复核' AS name, 'spot check' AS name_en
UNION ALL SELECT @EVALUATION_KIND_FIN_KEY, 'FIN_KEY', 'k66.key_mmdd', '财政重点评价', 'key evaluation by finance'
UNION ALL SELECT @EVALUATION_KIND_DEPT, 'DEPT', 'k66.key_mmdd', '部门整体绩效评价', 'overall department evaluation'
UNION ALL SELECT @EVALUATION_KIND_REGION, 'REGION', 'k66.key_mmdd', '财政运行综合绩效评价', 'comprehensive fiscal performance evaluation';
CREATE TEMP VIEW k66_budget AS
SELECT v.r_subject AS rgn, v.r_fy AS fy, v.session_on AS day, v.rec FROM v_congress_submission v
  WHERE +v.r_kind = @SUBJECT_KIND_REGION AND v.kind = @SUBMISSION_KIND_DRAFT AND v.session_on IS NOT NULL
UNION ALL SELECT v.r_subject, v.r_fy, v.approved_on, v.rec FROM v_congress_approval v
  WHERE +v.r_kind = @SUBJECT_KIND_REGION AND v.kind = @APPROVAL_KIND_BUDGET;
CREATE TEMP VIEW k66_outline AS
SELECT b.rgn, b.fy, date_add(min(b.day), -param('k66.outline_days')) AS due FROM k66_budget b GROUP BY b.rgn, b.fy;
CREATE TEMP VIEW k66_linked AS
SELECT v.r_fy AS fy, min(k.day) AS due FROM v_congress_submission v CROSS JOIN record o ON o.rec = v.r_root CROSS JOIN tick k ON k.no = o.tick
 WHERE v.kind = @SUBMISSION_KIND_DRAFT_INIT GROUP BY v.r_fy;
-- [touch]
SELECT type, period, '' FROM k66_ended
UNION SELECT c.type, f.month, '' FROM changed c CROSS JOIN f_exec_snapshot f ON f.rec = c.rec WHERE c.type = @TYPE_EXEC_SNAPSHOT
UNION SELECT @TYPE_REGION_FISCAL, m.month, r.subject FROM k66_months m CROSS JOIN f_region_fiscal f INDEXED BY region_month
  ON f.month BETWEEN m.month - 100 AND m.month CROSS JOIN record r ON r.rec = f.rec WHERE m.no = (SELECT max(no) - 1 FROM tick)
UNION SELECT c.type, m.month, r.subject FROM changed c CROSS JOIN f_region_fiscal f ON f.rec = c.rec CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN k66_months m ON m.no = (SELECT min(no) FROM tick) AND m.month BETWEEN f.month AND f.month + 100 WHERE c.type = @TYPE_REGION_FISCAL
UNION SELECT @TYPE_REGION_FISCAL, m.month, f.rgn FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record h ON h.subject = r.subject AND h.type = @TYPE_ORG_PROFILE CROSS JOIN f_org_profile f ON f.rec = h.rec
    AND f.level IN (@ORG_LEVEL_DISTRICT_GOV, @ORG_LEVEL_DISTRICT_FIN)
  CROSS JOIN k66_months m ON m.no = (SELECT min(no) FROM tick) WHERE c.type = @TYPE_ORG_PROFILE
UNION SELECT c.type, r.fy, k.code FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN k66_kind k WHERE c.type = @TYPE_EVALUATION
UNION SELECT @TYPE_RESULT_USE, r.fy + y.n, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) y
  WHERE c.type = @TYPE_EVALUATION
UNION SELECT c.type, f.next_fy, '' FROM changed c CROSS JOIN f_result_use f ON f.rec = c.rec WHERE c.type = @TYPE_RESULT_USE
UNION SELECT @TYPE_RESULT_USE, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_CONGRESS_SUBMISSION
UNION SELECT @TYPE_CONGRESS_SUBMISSION, r.fy, r.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec
  WHERE c.type IN (@TYPE_CONGRESS_SUBMISSION, @TYPE_CONGRESS_APPROVAL)
UNION SELECT c.type, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_APPRAISAL
UNION SELECT @TYPE_CONGRESS_APPROVAL, s.session_on, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record o ON o.subject = r.subject AND o.type = @TYPE_CONGRESS_SUBMISSION CROSS JOIN f_congress_submission s ON s.rec = o.rec
  WHERE c.type IN (@TYPE_CONGRESS_SUBMISSION, @TYPE_CONGRESS_APPROVAL) AND s.session_on IS NOT NULL
UNION SELECT @TYPE_STREAM_CLOSE, day, party FROM k66_open
UNION SELECT n.a, n.b, n.c FROM condition n INDEXED BY condition_touch WHERE n.rule = 'K66' AND n.a = @TYPE_STREAM_CLOSE
-- [all]
SELECT type, period, '' FROM k66_every
UNION SELECT @TYPE_REGION_FISCAL, g.month, g.rgn FROM k66_region g WHERE g.no = (SELECT min(no) FROM tick)
UNION SELECT @TYPE_EVALUATION, r.r_fy, k.code FROM f_evaluation f INDEXED BY evaluation_kind CROSS JOIN live r ON r.rec = f.rec CROSS JOIN k66_kind k
  WHERE f.kind = @EVALUATION_KIND_SELF
UNION SELECT @TYPE_RESULT_USE, v.r_fy, '' FROM v_congress_submission v WHERE v.kind = @SUBMISSION_KIND_DRAFT_INIT
UNION SELECT @TYPE_CONGRESS_SUBMISSION, o.fy, o.rgn FROM k66_outline o
UNION SELECT @TYPE_CONGRESS_APPROVAL, day, '' FROM k66_session
UNION SELECT @TYPE_STREAM_CLOSE, day, party FROM k66_open
-- [agenda]
WITH term AS MATERIALIZED (
  SELECT t.a, t.b, t.c, CASE k.a_year WHEN 12 THEN wd_add(month_end(t.b), k.term) ELSE cd_add((t.b + 1) * 10000 + k.term, 0) END AS due
    FROM touched t CROSS JOIN k66_calendar k ON k.type = t.a
  UNION ALL SELECT t.a, t.b, t.c, wd_add(month_end(t.b), param('k66.x05_workdays')) FROM touched t WHERE t.a = @TYPE_REGION_FISCAL
  UNION ALL SELECT t.a, t.b, t.c, cd_add((t.b + 1) * 10000 + param(k.term), 0) FROM touched t CROSS JOIN k66_kind k ON k.code = t.c
   WHERE t.a = @TYPE_EVALUATION
  UNION ALL SELECT t.a, t.b, t.c, d.due FROM touched t CROSS JOIN k66_linked d ON d.fy = t.b WHERE t.a = @TYPE_RESULT_USE
  UNION ALL SELECT t.a, t.b, t.c, o.due FROM touched t CROSS JOIN k66_outline o ON o.rgn = t.c AND o.fy = t.b
   WHERE t.a = @TYPE_CONGRESS_SUBMISSION
  UNION ALL SELECT t.a, t.b, t.c, cd_add(t.b, param('k66.b03_days')) FROM touched t WHERE t.a = @TYPE_CONGRESS_APPROVAL)
SELECT a, b, c, date_add(wd_add(due, param('k66.info_workdays')), 1) AS due FROM term
UNION SELECT a, b, c, date_add(wd_add(due, param('k66.yellow_workdays')), 1) FROM term
UNION SELECT a, b, c, date_add(wd_add(due, param('k66.red_workdays')), 1) FROM term
-- [condition]
WITH first AS MATERIALIZED (SELECT day FROM tick ORDER BY no LIMIT 1),
missing AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.party, wd_add(month_end(t.b), k.term) AS due
    FROM touched t CROSS JOIN k66_calendar k ON k.type = t.a AND k.a_year = 12
   WHERE month_end(t.b) BETWEEN (SELECT day FROM first) AND date_add(tick_day(), -1) AND t.b / 100 * 12 + t.b % 100 > k.first
     AND NOT EXISTS (SELECT 1 FROM v_exec_snapshot v WHERE v.month = t.b)
  UNION ALL SELECT t.a, t.b, t.c, 'finance', wd_add(month_end(t.b), param('k66.x05_workdays')) FROM touched t
   WHERE t.a = @TYPE_REGION_FISCAL AND month_end(t.b) BETWEEN (SELECT day FROM first) AND date_add(tick_day(), -1)
     AND EXISTS (SELECT 1 FROM f_region_fiscal f INDEXED BY region_month CROSS JOIN record r ON r.rec = f.rec AND +r.subject = t.c
       WHERE f.month BETWEEN t.b - 100 AND t.b)
     AND (NOT EXISTS (SELECT 1 FROM k66_body o WHERE o.rgn = t.c)
       OR EXISTS (SELECT 1 FROM k66_body o WHERE o.rgn = t.c AND month_end(t.b) BETWEEN o.since AND o.until))
     AND NOT EXISTS (SELECT 1 FROM f_region_fiscal f INDEXED BY region_month CROSS JOIN live r ON r.rec = f.rec AND r.r_subject = t.c
       WHERE f.month = t.b)
  UNION ALL SELECT t.a, t.b, t.c, 'finance', cd_add((t.b + 1) * 10000 + param(k.term), 0) FROM touched t CROSS JOIN k66_kind k ON k.code = t.c
   WHERE t.a = @TYPE_EVALUATION AND cd_add((t.b + 1) * 10000 + param(k.term), 0) BETWEEN (SELECT day FROM first) AND date_add(tick_day(), -1)
     AND (SELECT 1 FROM f_evaluation f INDEXED BY evaluation_kind CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = t.b
       WHERE f.kind = k.kind AND (k.kind NOT IN (@EVALUATION_KIND_DEPT, @EVALUATION_KIND_REGION) OR f.by = @EVALUATION_BY_FIN) ORDER BY f.rec DESC LIMIT 1) IS NULL
     AND (SELECT 1 FROM f_evaluation f INDEXED BY evaluation_kind CROSS JOIN live r ON r.rec = f.rec AND r.r_fy = t.b
       WHERE f.kind = @EVALUATION_KIND_SELF ORDER BY f.rec DESC LIMIT 1)
  UNION ALL SELECT t.a, t.b, t.c, 'finance', d.due FROM touched t CROSS JOIN k66_linked d ON d.fy = t.b
   WHERE t.a = @TYPE_RESULT_USE AND NOT EXISTS (SELECT 1 FROM v_result_use v WHERE v.next_fy = t.b)
     AND EXISTS (SELECT 1 FROM (SELECT @EVALUATION_KIND_SELF AS kind UNION ALL SELECT kind FROM k66_kind) k
       WHERE (SELECT 1 FROM f_evaluation f INDEXED BY evaluation_kind CROSS JOIN live r ON r.rec = f.rec AND r.r_fy IN (t.b - 1, t.b - 2)
         CROSS JOIN record o ON o.rec = r.r_root CROSS JOIN tick j ON j.no = o.tick AND j.day <= d.due
         WHERE f.kind = k.kind AND next_fy(j.day, param('next_fy.cutoff_mmdd')) = t.b ORDER BY f.rec DESC LIMIT 1))
  UNION ALL SELECT t.a, t.b, t.c, 'finance', o.due FROM touched t CROSS JOIN k66_outline o ON o.rgn = t.c AND o.fy = t.b
   WHERE t.a = @TYPE_CONGRESS_SUBMISSION AND o.due >= (SELECT day FROM first)
     AND NOT EXISTS (SELECT 1 FROM v_congress_submission v WHERE v.r_subject = t.c AND v.r_type = @TYPE_CONGRESS_SUBMISSION
       AND v.r_fy = t.b AND v.kind = @SUBMISSION_KIND_DRAFT_INIT)
  UNION ALL SELECT t.a, t.b, t.c, k.party, cd_add((t.b + 1) * 10000 + k.term, 0)
    FROM touched t CROSS JOIN k66_calendar k ON k.type = t.a AND k.a_year = 1
   WHERE t.b * 10000 + 1231 BETWEEN (SELECT day FROM first) AND tick_day() AND t.b >= k.first
     AND NOT EXISTS (SELECT 1 FROM f_appraisal f CROSS JOIN live r ON r.rec = f.rec WHERE r.r_fy = t.b)
  UNION ALL SELECT t.a, t.b, t.c, 'congress', cd_add(t.b, param('k66.b03_days')) FROM touched t
   WHERE t.a = @TYPE_CONGRESS_APPROVAL AND EXISTS (SELECT 1 FROM k66_session s WHERE s.day = t.b AND NOT s.answered)
  UNION ALL SELECT t.a, t.b, t.c, t.c, date_add(t.b, 1) FROM touched t
   WHERE t.a = @TYPE_STREAM_CLOSE AND EXISTS (SELECT 1 FROM k66_open o WHERE o.party = t.c AND o.day = t.b)),
steps AS MATERIALIZED (
  SELECT m.*, wd_add(due, param('k66.info_workdays')) AS info, wd_add(due, param('k66.yellow_workdays')) AS yellow,
    wd_add(due, param('k66.red_workdays')) AS red FROM missing m WHERE due < tick_day())
SELECT a, b, c, CASE WHEN a IN (@TYPE_REGION_FISCAL, @TYPE_CONGRESS_SUBMISSION) THEN @SUBJECT_KIND_REGION ELSE @SUBJECT_KIND_NONE END AS kind,
  CASE WHEN a IN (@TYPE_REGION_FISCAL, @TYPE_CONGRESS_SUBMISSION) THEN c ELSE '' END AS key,
  CASE a WHEN @TYPE_REGION_FISCAL THEN b / 100 WHEN @TYPE_CONGRESS_SUBMISSION THEN b ELSE 0 END AS fy,
  CAST(b AS TEXT) AS period,
  party || '/' || type_code(a) || CASE a WHEN @TYPE_CONGRESS_SUBMISSION THEN '/DRAFT_INIT' WHEN @TYPE_EVALUATION THEN '/' || c ELSE '' END AS object,
  CASE WHEN tick_day() > info THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > red THEN @SEVERITY_RED WHEN tick_day() > yellow THEN @SEVERITY_YELLOW ELSE @SEVERITY_INFO END AS sev,
  coalesce((SELECT d.name FROM body d WHERE d.party = steps.party), party) AS who, party AS party, type_code(a) AS type,
  CASE a WHEN @TYPE_CONGRESS_SUBMISSION THEN '草案初步方案' WHEN @TYPE_EVALUATION THEN (SELECT k.name FROM k66_kind k WHERE k.code = c)
    ELSE type_zh(a) END AS name,
  CASE a WHEN @TYPE_CONGRESS_SUBMISSION THEN 'initial draft budget' WHEN @TYPE_EVALUATION
    THEN (SELECT k.name_en FROM k66_kind k WHERE k.code = c) ELSE type_en(a) END AS name_en, CAST(b AS TEXT) AS of, due AS due,
  CASE WHEN a = @TYPE_STREAM_CLOSE THEN NULL WHEN tick_day() > red THEN red WHEN tick_day() > yellow THEN yellow
    WHEN tick_day() > info THEN info END AS through
FROM steps
-- [inputs]
SELECT rec FROM (
  SELECT s.rec FROM k66_session s WHERE s.day = :b AND :a = @TYPE_CONGRESS_APPROVAL AND NOT s.answered
  UNION SELECT b.rec FROM k66_budget b WHERE b.rgn = :c AND b.fy = :b AND :a = @TYPE_CONGRESS_SUBMISSION
  UNION SELECT v.rec FROM f_congress_submission v CROSS JOIN live r ON r.rec = v.rec AND r.r_fy = :b WHERE v.kind = @SUBMISSION_KIND_DRAFT_INIT AND :a = @TYPE_RESULT_USE)
ORDER BY rec LIMIT 32
