-- id: K45
-- zh: 专项资金到期未评估
-- en: expired special fund not evaluated
-- parties: finance
-- reads: P02 V01 B04
-- when: D Y/R
-- basis: R-48
-- message.zh: 专项资金{expiry}到期未评估，其后仍安排{x}万元
-- message.en: special fund expired on {expiry} and wasn't evaluated; {x} (10,000 yuan) allotted since
-- clears.zh: V01到期评估；P02到期日延后
-- clears.en: V01 EXPIRY; P02 with a later expiry
-- responders: finance
-- figure: expiry date
-- figure: x fen
-- param: k45.days int 90 到期后应在多少天内评估（末日逢休息日顺延） | days after the expiry within which it is evaluated (a last day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: 适用于有效档案载明为专项资金且有到期日的事项。到期当年或以后年度的到期评估（V01）即为已评估。另有新资金的为红色：以后年度的批复，
-- remark.zh: 或在到期日之后首次入日志的批复。未评估即为未报送：财政各数据流尚未日结至末日的，暂不能判断。
-- A subject whose profile in force is a special fund's and says when it expires. Evaluated: a V01 EXPIRY of
-- the year of expiry or later. Red where there is new money: an INITIAL of a later fiscal year, or one that
-- was first logged after the day of expiry.
-- Nothing evaluated is nothing said: UNKNOWN until finance's streams have closed the last day.
-- Keys: a subject, b '', c ''.
-- [views]
CREATE TEMP VIEW k45_fund AS
SELECT t.a, t.b, t.c, r.kind, r.rec, f.expiry, f.expiry / 10000 AS year, cd_add(f.expiry, param('k45.days')) AS due
FROM touched t CROSS JOIN record r ON r.rec = (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = t.a
  AND v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_valid <= tick_day() ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
CROSS JOIN f_subject_profile f ON f.rec = r.rec WHERE f.is_special_fund AND f.expiry > 0;
CREATE TEMP VIEW k45_new AS
SELECT u.a, r.rec, f.fen * r.r_sign AS fen FROM k45_fund u CROSS JOIN live r ON r.r_subject = u.a AND r.r_type = @TYPE_ALLOTMENT
  CROSS JOIN f_allotment f ON f.rec = r.rec WHERE f.kind = @ALLOTMENT_KIND_INITIAL AND (r.r_fy > u.year
    OR (SELECT k.day FROM record o JOIN tick k ON k.no = o.tick WHERE o.rec = r.r_root) > u.expiry);
-- [touch]
SELECT r.subject, '', '' FROM changed c JOIN record r ON r.rec = c.rec
 WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_EVALUATION, @TYPE_ALLOTMENT)
-- [all]
SELECT v.r_subject, '', '' FROM v_subject_profile v WHERE v.is_special_fund AND v.expiry > 0
-- [agenda]
SELECT u.a, u.b, u.c, date_add(u.due, 1) AS due FROM k45_fund u
UNION SELECT t.a, t.b, t.c, v.r_valid FROM touched t CROSS JOIN live v ON v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
-- [condition]
WITH open AS MATERIALIZED (
  SELECT u.*, (SELECT sum(q.fen) FROM k45_new q WHERE q.a = u.a) AS fen FROM k45_fund u
  WHERE u.due < tick_day() AND NOT EXISTS (SELECT 1 FROM v_evaluation v WHERE v.r_subject = u.a AND v.r_type = @TYPE_EVALUATION
    AND v.kind = @EVALUATION_KIND_EXPIRY AND v.r_fy >= u.year))
SELECT a, b, c, kind AS kind, a AS key, year AS fy, '' AS period, '' AS object, 'FIRE' AS state,
  CASE WHEN fen > 0 THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev, expiry AS expiry, coalesce(fen, 0) AS x, due AS through
FROM open
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE
  UNION SELECT v.rec FROM v_allotment v WHERE v.r_subject = :a AND v.r_type = @TYPE_ALLOTMENT AND v.kind = @ALLOTMENT_KIND_INITIAL)
ORDER BY rec LIMIT 64
