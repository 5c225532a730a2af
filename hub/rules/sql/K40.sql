-- id: K40
-- zh: 政府投资基金闲置、PPP支出责任超限
-- en: idle fund, or PPP duty above its limit
-- parties: finance
-- reads: P02 X05
-- when: M Y/R
-- basis: R-9 财金〔2015〕21号
-- message.zh: {what}{x}万元，{measure}
-- message.en: {what_en} {x} (10,000 yuan), {measure_en}
-- clears.zh: P02：资金已投出或余额已使用；更正支出责任或一般公共预算支出
-- clears.en: P02: money invested, or the balance spent; the duty or the expenditure corrected
-- responders: finance
-- figure: x fen
-- figure: what text
-- figure: measure text
-- figure: what_en text
-- figure: measure_en text
-- param: k40.idle_days int 365 基金余额闲置多少天以上 | days that a fund's balance may be idle
-- param: k40.duty_bp int 1000 年度PPP支出责任占一般公共预算支出的上限（基点） | the highest share of PPP duties in a year's general public expenditure (basis points)
-- awaits: finance
-- scope: region
-- remark.zh: 基金闲置（idle）：按先后有效的各份P02，截至月末，基金余额不为零且已投出金额超过规定天数未变；x为该期间的最低余额。黄色。
-- remark.zh: 财政各数据流尚未日结至该月末，以及P02未载已投出或余额的，暂不能判断；基金内资金一有变动即销号。支出责任（duty）：超过界限的为红色。
-- remark.zh: 单个PPP项目某年度的支出责任，与其P02所载该年度一般公共预算支出比对（未载的暂不能判断）；区划的支出责任，
-- remark.zh: 与其12月X05的支出比对（未到的暂不能判断）。单个项目的比例不能说明全部项目，全部项目以区划一行为准。
-- idle: a FUND whose balance isn't 0 and whose money invested has been the same for more than the days, as
-- of a month's end, by the P02s in force one after the other; x is the least balance of that time. Yellow.
-- UNKNOWN until finance's streams have closed that month's end, and where P02 doesn't say what is invested
-- and left. Money that moves within the fund clears at once.
-- duty: above the limit, red. A PPP's own duty of a year against the expenditure that its P02 gives for that
-- year (UNKNOWN where it gives none), and a region's against that of its X05 of December (UNKNOWN until that
-- is here). One PPP's share says nothing of all of them: that is the region's line.
-- Keys: a subject, b idle or duty, c year of the duty of a region, else ''.
-- [views]
CREATE TEMP VIEW k40_idle AS
WITH fund AS MATERIALIZED (
  SELECT t.a, t.b, t.c, r.rec, r.r_fy AS fy, r.r_valid AS since, r.r_issued AS issued, r.r_stream AS stream, r.r_seq AS seq,
    f.invested_fen AS invested, f.balance_fen AS balance
  FROM touched t CROSS JOIN live r ON r.r_subject = t.a AND r.r_type = @TYPE_SUBJECT_PROFILE AND r.r_kind = @SUBJECT_KIND_FUND AND r.r_valid <= tick_day()
    CROSS JOIN f_subject_profile f ON f.rec = r.rec WHERE t.b = 'idle'),
newest AS MATERIALIZED (SELECT fund.*, row_number() OVER (PARTITION BY a ORDER BY since DESC, issued DESC, stream DESC, seq DESC) AS no FROM fund),
moved AS MATERIALIZED (
  SELECT p.a, coalesce(max(o.since), 0) AS day FROM newest p LEFT JOIN fund o ON o.a = p.a
    AND (o.invested IS NOT p.invested OR coalesce(o.balance, 0) = 0) WHERE p.no = 1 GROUP BY p.a),
run AS MATERIALIZED (
  SELECT p.a, p.b, p.c, p.rec, p.fy, p.invested, p.balance, coalesce(min(q.since), p.since) AS since
  FROM newest p CROSS JOIN moved m ON m.a = p.a LEFT JOIN fund q ON q.a = p.a AND q.since > m.day WHERE p.no = 1 GROUP BY p.a),
least AS MATERIALIZED (SELECT r.a, min(q.balance) AS x FROM run r CROSS JOIN fund q ON q.a = r.a AND q.since >= r.since GROUP BY r.a)
SELECT r.*, month_end(date_add(r.since, param('k40.idle_days') + 1) / 100) AS at, l.x FROM run r LEFT JOIN least l ON l.a = r.a;
CREATE TEMP VIEW k40_ppp AS
SELECT v.r_subject AS subject, v.rec, d.fiscal_year AS year, d.fen AS duty,
  (SELECT g.fen FROM f_subject_profile_gpb_exp_by_year g WHERE g.rec = v.rec AND g.fiscal_year = d.fiscal_year) AS gpb
FROM live v CROSS JOIN f_subject_profile_duty_by_year d ON d.rec = v.rec
WHERE v.r_type = @TYPE_SUBJECT_PROFILE AND v.r_kind = @SUBJECT_KIND_PPP AND v.rec = (SELECT w.rec FROM v_subject_profile w
  WHERE w.r_subject = v.r_subject AND w.r_type = @TYPE_SUBJECT_PROFILE AND w.r_valid <= tick_day()
  ORDER BY w.r_valid DESC, w.r_issued DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1);
CREATE TEMP VIEW k40_region AS
SELECT v.r_subject AS subject, v.rec, v.r_fy AS year, f.month, f.ppp_duty_fen AS duty,
  CASE f.month % 100 WHEN 12 THEN f.gpb_exp_fen END AS gpb
FROM live v CROSS JOIN f_region_fiscal f ON f.rec = v.rec WHERE v.r_type = @TYPE_REGION_FISCAL AND v.rec = (SELECT w.rec FROM v_region_fiscal w
  WHERE w.r_subject = v.r_subject AND w.r_type = @TYPE_REGION_FISCAL AND w.r_fy = v.r_fy AND w.ppp_duty_fen IS NOT NULL
  ORDER BY w.month DESC, w.r_valid DESC, w.r_issued DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1);
CREATE TEMP VIEW k40_duty AS
SELECT t.a, t.b, t.c, @SUBJECT_KIND_PPP AS kind, p.rec, p.year, p.duty, p.gpb FROM touched t CROSS JOIN k40_ppp p
 WHERE t.b = 'duty' AND t.c = '' AND p.subject = t.a
UNION ALL SELECT t.a, t.b, t.c, @SUBJECT_KIND_REGION, p.rec, p.year, p.duty, p.gpb FROM touched t
 CROSS JOIN k40_region p WHERE t.b = 'duty' AND t.c <> '' AND p.subject = t.a AND p.year = t.c;
-- [touch]
SELECT r.subject, CASE r.kind WHEN @SUBJECT_KIND_FUND THEN 'idle' ELSE 'duty' END, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type = @TYPE_SUBJECT_PROFILE AND r.kind IN (@SUBJECT_KIND_FUND, @SUBJECT_KIND_PPP)
UNION SELECT r.subject, 'duty', r.fy FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_REGION_FISCAL
-- [all]
SELECT k.key, 'idle', '' FROM subj k WHERE k.kind = @SUBJECT_KIND_FUND
UNION SELECT k.key, 'duty', '' FROM subj k WHERE k.kind = @SUBJECT_KIND_PPP
UNION SELECT v.r_subject, 'duty', v.r_fy FROM v_region_fiscal v WHERE v.ppp_duty_fen IS NOT NULL
-- [agenda]
SELECT i.a, i.b, i.c, date_add(i.at, 1) AS due FROM k40_idle i
UNION SELECT t.a, t.b, t.c, v.r_valid FROM touched t CROSS JOIN live v ON v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
 WHERE t.c = ''
-- [condition]
SELECT a, b, c, @SUBJECT_KIND_FUND AS kind, a AS key, fy AS fy, '' AS period, 'idle' AS object,
  CASE WHEN invested IS NULL OR balance IS NULL THEN 'UNKNOWN' WHEN balance > 0 AND at < tick_day() THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_YELLOW AS sev, x AS x, '基金闲置' AS what,
  printf('自%d-%02d-%02d起未投出', since / 10000, since / 100 % 100, since % 100) AS measure, 'idle in the fund:' AS what_en,
  printf('not invested since %d-%02d-%02d', since / 10000, since / 100 % 100, since % 100) AS measure_en,
  CASE WHEN balance > 0 AND at < tick_day() THEN at END AS through
FROM k40_idle
UNION ALL
SELECT a, b, c, kind, a, year, '', 'duty',
  CASE WHEN duty = 0 THEN 'CLEAR' WHEN gpb IS NULL THEN 'UNKNOWN'
       WHEN over_ppm(duty, gpb, param('k40.duty_bp') * 100) THEN 'FIRE' ELSE 'CLEAR' END,
  @SEVERITY_RED, duty, 'PPP支出责任', coalesce('占一般公共预算支出' || (bp / 100)
    || printf('.%02d%%', bp % 100), '无一般公共预算支出'), 'PPP duty',
  coalesce((bp / 100) || printf('.%02d %% of general public expenditure', bp % 100), 'with no general public expenditure'), NULL
FROM (SELECT d.*, ratio_bp(duty, gpb) AS bp FROM k40_duty d)
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE :object = 'idle' AND r.r_subject = :a AND r.r_type = @TYPE_SUBJECT_PROFILE AND r.r_valid <= tick_day()
  UNION SELECT p.rec FROM k40_ppp p WHERE :object = 'duty' AND :c = '' AND p.subject = :a
  UNION SELECT p.rec FROM k40_region p WHERE :object = 'duty' AND :c <> '' AND p.subject = :a AND p.year = :c)
ORDER BY rec LIMIT 64
