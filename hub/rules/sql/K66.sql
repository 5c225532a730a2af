-- id: K66
-- zh: 应报数据未到
-- en: expected data missing
-- parties: congress discipline organization finance audit office
-- reads: X02 X05 O01 B01 B03 StreamClose
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
-- param: k66.x02_workdays int 5 执行月报应于次月第几个工作日前报送
-- param: k66.x05_workdays int 5 区域财政运行应于次月第几个工作日前报送
-- param: k66.o01_mmdd int 430 综合绩效考核结果应于次年何日（月日）前报送
-- param: k66.b03_days int 10 会议首日后多少天内应报送人大批准
-- param: k66.info_workdays int 1 逾期第几个工作日过完起提示
-- param: k66.yellow_workdays int 5 逾期第几个工作日过完升为黄色
-- param: k66.red_workdays int 10 逾期第几个工作日过完升为红色
-- awaits: {party}
-- scope: region
-- The calendar: X02 and X05 of every month, O01 of every fiscal year, each from the earliest period that the first tick with a record
-- of that type brought on; a B03 on each session to which a B01 DRAFT or FINAL_ACCOUNTS went; every day's StreamClose, due the day after, of
-- every party that has a stream. One record of the period is enough: which subjects lack theirs other rules say (K06,
-- K36, K41, K58, K70, K71). Periods that ended before the first tick aren't expected. A closing that is missing is one
-- finding, of the first day that isn't closed.
-- UNKNOWN until that party has closed the last day of the step that was passed; a missing StreamClose awaits nobody.
-- Keys: a record type, b month, fiscal year or day, c the party of a StreamClose, else ''.
-- [views]
CREATE TEMP VIEW k66_first AS
SELECT m.type, coalesce((SELECT k.rec FROM tick k WHERE k.no = r.tick), r.rec) AS rec FROM (
  SELECT @TYPE_EXEC_SNAPSHOT AS type, (SELECT min(rec) FROM f_exec_snapshot) AS rec
  UNION ALL SELECT @TYPE_REGION_FISCAL, (SELECT min(rec) FROM f_region_fiscal)
  UNION ALL SELECT @TYPE_APPRAISAL, (SELECT min(rec) FROM f_appraisal)) m CROSS JOIN record r ON r.rec = m.rec;
CREATE TEMP VIEW k66_regular AS
SELECT @TYPE_EXEC_SNAPSHOT AS type, 'finance' AS party, 12 AS a_year, param('k66.x02_workdays') AS term,
  (SELECT min(rec) FROM f_exec_snapshot) AS first_rec,
  (SELECT f.month / 100 * 12 + f.month % 100 - 1 FROM f_exec_snapshot f INDEXED BY exec_month WHERE f.rec <= (SELECT k.rec FROM k66_first k
    WHERE k.type = @TYPE_EXEC_SNAPSHOT) ORDER BY f.month LIMIT 1) AS first
UNION ALL SELECT @TYPE_REGION_FISCAL, 'finance', 12, param('k66.x05_workdays'), (SELECT min(rec) FROM f_region_fiscal),
  (SELECT f.month / 100 * 12 + f.month % 100 - 1 FROM f_region_fiscal f INDEXED BY region_month WHERE f.rec <= (SELECT k.rec FROM k66_first k
    WHERE k.type = @TYPE_REGION_FISCAL) ORDER BY f.month LIMIT 1)
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
-- [touch]
SELECT type, period, '' FROM k66_ended
UNION SELECT c.type, f.month, '' FROM changed c CROSS JOIN f_exec_snapshot f ON f.rec = c.rec WHERE c.type = @TYPE_EXEC_SNAPSHOT
UNION SELECT c.type, f.month, '' FROM changed c CROSS JOIN f_region_fiscal f ON f.rec = c.rec WHERE c.type = @TYPE_REGION_FISCAL
UNION SELECT c.type, r.fy, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_APPRAISAL
UNION SELECT @TYPE_CONGRESS_APPROVAL, s.session_on, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record o ON o.subject = r.subject AND o.type = @TYPE_CONGRESS_SUBMISSION CROSS JOIN f_congress_submission s ON s.rec = o.rec
  WHERE c.type IN (@TYPE_CONGRESS_SUBMISSION, @TYPE_CONGRESS_APPROVAL) AND s.session_on IS NOT NULL
UNION SELECT @TYPE_STREAM_CLOSE, day, party FROM k66_open
UNION SELECT n.a, n.b, n.c FROM condition n INDEXED BY condition_touch WHERE n.rule = 'K66' AND n.a = @TYPE_STREAM_CLOSE
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM changed WHERE type = @TYPE_WORKDAYS LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K66'
-- [all]
SELECT type, period, '' FROM k66_every
UNION SELECT @TYPE_CONGRESS_APPROVAL, day, '' FROM k66_session
UNION SELECT @TYPE_STREAM_CLOSE, day, party FROM k66_open
-- [agenda]
WITH term AS MATERIALIZED (
  SELECT t.a, t.b, t.c, CASE k.a_year WHEN 12 THEN wd_add(month_end(t.b), k.term) ELSE cd_add((t.b + 1) * 10000 + k.term, 0) END AS due
    FROM touched t CROSS JOIN k66_calendar k ON k.type = t.a
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
     AND NOT CASE t.a WHEN @TYPE_EXEC_SNAPSHOT THEN EXISTS (SELECT 1 FROM v_exec_snapshot v WHERE v.month = t.b)
       ELSE EXISTS (SELECT 1 FROM v_region_fiscal v WHERE v.month = t.b) END
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
SELECT a, b, c, @SUBJECT_KIND_NONE AS kind, '' AS key, 0 AS fy, CAST(b AS TEXT) AS period, party || '/' || type_code(a) AS object,
  CASE WHEN tick_day() > info THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > red THEN @SEVERITY_RED WHEN tick_day() > yellow THEN @SEVERITY_YELLOW ELSE @SEVERITY_INFO END AS sev,
  coalesce((SELECT d.name FROM body d WHERE d.party = steps.party), party) AS who, party AS party, type_code(a) AS type, type_zh(a) AS name,
  type_en(a) AS name_en, CAST(b AS TEXT) AS of, due AS due,
  CASE WHEN a = @TYPE_STREAM_CLOSE THEN NULL WHEN tick_day() > red THEN red WHEN tick_day() > yellow THEN yellow
    WHEN tick_day() > info THEN info END AS through
FROM steps
-- [inputs]
SELECT s.rec FROM k66_session s WHERE s.day = :b AND :a = @TYPE_CONGRESS_APPROVAL AND NOT s.answered ORDER BY s.rec LIMIT 32
