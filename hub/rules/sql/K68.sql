-- id: K68
-- zh: 迟到更正
-- en: late correction
-- parties: congress discipline organization finance audit office
-- reads: H04 O01 B01 V01
-- when: E I
-- basis: R-64
-- message.zh: {type}{name}迟到更正，影响{list}
-- message.en: late correction of {type} ({name_en}), which affects {list_en}
-- clears.zh: 下一期H04简报，在BR13中列明
-- clears.en: the next H04, which lists it in BR13
-- responders: {party}
-- figure: type text
-- figure: name text
-- figure: name_en text
-- figure: party text
-- figure: list text
-- figure: list_en text
-- param: k68.close_mmdd int 331 次年何日（月日）结账，此后的更正为迟到更正 | the day of the next year on which the books close (month and day); a correction after it is late
-- scope: region
-- remark.zh: 对已被使用的记录、或在其预算年度关账之后作出的更正、冲销或撤回（补充不改变原记录，除外）；关账之后，指入日志的时点日晚于次年的规定月日。已被使用，
-- remark.zh: 指在该更正入日志的时点之前入日志的H04，其所依据的台账已知该记录而未知该更正，且其期间属该记录的年度、不早于该记录之日结束；或在该时点之前入日志的B01、
-- remark.zh: O01列明该记录（含其任何更正），O01采用某一V01对象和年度得分的亦同。更正之后入日志、且其台账已知该更正的首份H04使其销号。不等待任何一方：
-- remark.zh: 更正已在此。差异的对象为该更正：报送方和文号，没有文号的为报送方、数据流和位次；同一事项另一更正已先用该文号的（一份文件更正多条记录的，同用一号），
-- remark.zh: 在文号之后加注。
-- A REPLACE, REVERSE or WITHDRAW (a SUPPLEMENT corrects nothing) of a record that was used, or that comes after the close
-- of its fiscal year: the tick that logged it is of a later day than k68.close_mmdd of the year after.
-- Used: an H04 logged by the tick that logged the correction rests on a ledger that knew the record and not the correction, and its
-- period is of the record's fiscal year and doesn't end before the record's day; or a B01 or O01 logged by that tick names the
-- record (whatever correction of it), an O01 also where its ledger_ref takes the score of a V01's subject and year.
-- Closed by the first H04 logged behind the correction whose ledger knows it. Awaits nobody: the correction is here.
-- The object is the correction: its party and document number; without a number its party, stream and place in it, which also follow the
-- number where another correction of the subject had it first: a document that corrects several records has one number.
-- Keys: a the correction (number in the ledger), b '', c ''.
-- [views]
CREATE TEMP VIEW k68_correction AS
SELECT c.rec, c.log_index, c.sid, c.seq, c.tick, c.root, t.rec AS target, t.log_index AS t_log, t.type, t.kind, t.subject, t.fy,
  t.valid_from AS day
FROM record c CROSS JOIN record t ON t.rec = c.corrects
WHERE c.correction IN (@CORRECTION_REPLACE, @CORRECTION_REVERSE, @CORRECTION_WITHDRAW) AND c.lost IS NULL;
CREATE TEMP VIEW k68_brief AS
SELECT c.rec, b.rec AS brief, b.period, p.tick, p.stream, p.seq FROM k68_correction c CROSS JOIN f_brief b
CROSS JOIN place p ON p.rec = b.rec WHERE p.tick <= c.tick AND b.known_at > c.t_log AND b.known_at <= c.log_index AND b.valid_at / 10000 = c.fy AND b.valid_at >= c.day;
CREATE TEMP VIEW k68_cited AS
SELECT c.rec, r.rec AS by, r.type FROM k68_correction c CROSS JOIN record t ON t.root = c.root
CROSS JOIN ref f ON f.t_sid = t.sid AND f.t_seq = t.seq AND f.hash = t.hash AND f.field <> 'corrects'
CROSS JOIN record r ON r.rec = f.rec WHERE r.type IN (@TYPE_CONGRESS_SUBMISSION, @TYPE_APPRAISAL) AND r.tick <= c.tick;
CREATE TEMP VIEW k68_scored AS
SELECT c.rec, a.rec AS by FROM k68_correction c CROSS JOIN f_appraisal_components a
  ON a.ledger_ref_subject_key = c.subject AND a.ledger_ref_fiscal_year = c.fy
CROSS JOIN record r ON r.rec = a.rec
WHERE c.type = @TYPE_EVALUATION AND r.tick <= c.tick AND r.tick > (SELECT t.tick FROM record t WHERE t.rec = c.target);
-- [touch]
SELECT c.rec, '', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  WHERE r.correction IN (@CORRECTION_REPLACE, @CORRECTION_REVERSE, @CORRECTION_WITHDRAW)
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM changed WHERE type = @TYPE_BRIEF LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K68'
-- [all]
SELECT rec, '', '' FROM k68_correction
-- [condition]
WITH used AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.*, (SELECT count(*) FROM k68_brief b WHERE b.rec = t.a) AS briefs,
    (SELECT b.period FROM k68_brief b WHERE b.rec = t.a ORDER BY b.tick, b.stream, b.seq LIMIT 1) AS brief,
    EXISTS (SELECT 1 FROM k68_cited x WHERE x.rec = t.a AND x.type = @TYPE_CONGRESS_SUBMISSION) AS congress,
    EXISTS (SELECT 1 FROM k68_cited x WHERE x.rec = t.a AND x.type = @TYPE_APPRAISAL)
      OR EXISTS (SELECT 1 FROM k68_scored x WHERE x.rec = t.a) AS appraised,
    coalesce((SELECT d.day FROM tick d WHERE d.no = k.tick) > (k.fy + 1) * 10000 + param('k68.close_mmdd'), 0) AS year_closed,
    EXISTS (SELECT 1 FROM f_brief b CROSS JOIN live r ON r.rec = b.rec AND r.r_tick >= k.tick WHERE b.known_at > k.log_index) AS listed
  FROM touched t CROSS JOIN k68_correction k ON k.rec = t.a),
said AS MATERIALIZED (
  SELECT used.*, CASE WHEN briefs > 0 THEN '、简报' || brief || CASE WHEN briefs > 1 THEN '等' || briefs || '期' ELSE '' END ELSE '' END
      || CASE WHEN congress THEN '、报送人大材料' ELSE '' END || CASE WHEN appraised THEN '、综合绩效考核结果' ELSE '' END
      || CASE WHEN year_closed THEN '、已结账年度' ELSE '' END AS zh,
    CASE WHEN briefs > 0 THEN ', brief ' || brief || CASE WHEN briefs > 1 THEN ' and ' || (briefs - 1) || ' more' ELSE '' END ELSE '' END
      || CASE WHEN congress THEN ', a submission to congress' ELSE '' END || CASE WHEN appraised THEN ', an appraisal' ELSE '' END
      || CASE WHEN year_closed THEN ', a year that is closed' ELSE '' END AS en
  FROM used)
SELECT a, b, c, coalesce(s.kind, @SUBJECT_KIND_NONE) AS kind, coalesce(s.subject, '') AS key, coalesce(s.fy, 0) AS fy, '' AS period,
  o.name AS object,
  CASE WHEN (briefs > 0 OR congress OR appraised OR year_closed) AND NOT listed THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_INFO AS sev, type_code(type) AS type, type_zh(type) AS name, type_en(type) AS name_en, p.party AS party,
  substr(zh, 2) AS list, substr(en, 3) AS list_en
FROM said s CROSS JOIN stream p ON p.sid = s.sid CROSS JOIN correction_name o ON o.rec = s.rec
-- [inputs]
SELECT rec FROM (
  SELECT k.rec FROM k68_correction k WHERE k.rec = :a UNION SELECT k.target FROM k68_correction k WHERE k.rec = :a
  UNION SELECT b.brief FROM k68_brief b WHERE b.rec = :a UNION SELECT x.by FROM k68_cited x WHERE x.rec = :a
  UNION SELECT x.by FROM k68_scored x WHERE x.rec = :a)
ORDER BY rec LIMIT 32
