-- id: K63
-- zh: 重大项目责任人缺失
-- en: no accountable person
-- parties: finance organization
-- reads: P02 P03 X01
-- when: D Y/R
-- basis: R-58 R-59
-- message.zh: 重大项目{what}（{from}-{to}）
-- message.en: major subject: {what_en} ({from}-{to})
-- clears.zh: P03
-- clears.en: P03
-- responders: finance organization
-- figure: what text
-- figure: what_en text
-- figure: from date
-- figure: to date
-- figure: x fen
-- awaits: finance
-- scope: region
-- remark.zh: 重大事项以最新P02为准。自其开始日、或首份载明重大的有效P02生效日（取较晚者）起至结束日止，每日均须有项目责任人。查看至时点日的前一日。
-- remark.zh: P03的补充只载明任期终止（调离或退休），对补充的更正亦同：以最早的离任日期为准。无人负责期间为黄色。支付日落在该空缺内的为红色，其后的责任人不能弥补，
-- remark.zh: 须有P03覆盖该空缺；末日的责任人未列终身责任（填否或未填）的亦为红色。没有支付的空缺，下任到任即消除。只载月份或年度的支付不作依据，已全额冲销的凭证不计。
-- remark.zh: 财政各数据流尚未日结至空缺首日的，暂不能判断：未指明责任人即为未报送。
-- Major: the newest P02 says so. It has to have a PROJECT_HEAD on each day from its start, or from the day on which
-- the first of its P02 in force that calls it major takes effect if that is later, to its end. The day before
-- the tick's is the last that is looked at. A P03 that supplements another only ends it (a transfer or retirement),
-- and so does what corrects a supplement: the earliest held_to counts. Yellow while nobody holds it. Red where payments are dated into such a gap,
-- which a later head doesn't mend, only a P03 that covers the gap; and where the head of the last of these
-- days isn't in for life: lifetime is false or not given. A gap without payments is over with the next head.
-- Payments dated to a month or year only say nothing here; a voucher that was reversed wholly doesn't count.
-- UNKNOWN until finance's streams have closed a gap's first day: nobody named is nothing said.
-- Keys: a subject, b '', c ''.
-- [views]
CREATE TEMP VIEW k63_major AS
SELECT p.r_subject AS subject, p.r_kind AS kind, p.r_fy AS fy, p.rec, coalesce(f.end, 99991231) AS until,
  max(coalesce(f.start, 0), (SELECT min(q.r_valid) FROM live q CROSS JOIN f_subject_profile e ON e.rec = q.rec AND e.is_major = 1
    WHERE q.r_subject = p.r_subject AND q.r_type = @TYPE_SUBJECT_PROFILE)) AS since
FROM live p CROSS JOIN f_subject_profile f ON f.rec = p.rec AND f.is_major = 1 WHERE p.r_type = @TYPE_SUBJECT_PROFILE
  AND p.rec = (SELECT n.rec FROM live n WHERE n.r_subject = p.r_subject AND n.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY n.r_valid DESC, n.r_issued DESC, n.r_stream DESC, n.r_seq DESC LIMIT 1);
CREATE TEMP VIEW k63_head AS SELECT * FROM tenure WHERE role = @PERSON_ROLE_PROJECT_HEAD;
-- [touch]
SELECT r.subject, '', '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_RESPONSIBLE_PERSON)
UNION SELECT d.subject, '', '' FROM d_subject d WHERE d.said >> @TYPE_SUBJECT_PROFILE % 64 & 1 AND (d.undone OR d.first_day < date_add(tick_day(), -1))
  AND EXISTS (SELECT 1 FROM k63_major m WHERE m.subject = d.subject)
UNION SELECT n.a, n.b, n.c FROM d_subject d CROSS JOIN condition n INDEXED BY condition_touch ON n.rule = 'K63' AND n.a = d.subject
  WHERE d.said >> @TYPE_SUBJECT_PROFILE % 64 & 1
-- [all]
SELECT DISTINCT v.r_subject, '', '' FROM v_subject_profile v WHERE v.is_major = 1
-- [agenda]
SELECT t.a, t.b, t.c, date_add(m.since, 1) AS due FROM touched t CROSS JOIN k63_major m ON m.subject = t.a WHERE m.since >= tick_day()
UNION SELECT t.a, t.b, t.c, date_add(m.until, 2) FROM touched t CROSS JOIN k63_major m ON m.subject = t.a WHERE date_add(m.until, 2) > tick_day()
UNION SELECT t.a, t.b, t.c, date_add(h.held_from, 1) FROM touched t CROSS JOIN k63_head h ON h.subject = t.a WHERE h.held_from >= tick_day()
UNION SELECT t.a, t.b, t.c, date_add(h.held_to, 2) FROM touched t CROSS JOIN k63_head h ON h.subject = t.a WHERE date_add(h.held_to, 2) > tick_day()
-- [condition]
WITH major AS MATERIALIZED (
  SELECT t.a, t.b, t.c, m.*, date_add(tick_day(), -1) AS day FROM touched t CROSS JOIN k63_major m ON m.subject = t.a
  WHERE m.since < tick_day()),
head AS MATERIALIZED (SELECT m.a, h.* FROM major m CROSS JOIN k63_head h ON h.subject = m.a),
begin AS (
  SELECT m.a, m.since AS first, m.until FROM major m
  UNION SELECT m.a, date_add(h.held_to, 1), m.until FROM major m JOIN head h ON h.a = m.a
    WHERE h.held_to >= m.since AND h.held_to < m.until AND h.held_to < m.day),
gap AS MATERIALIZED (
  SELECT b.a, b.first, min(b.until, coalesce((SELECT date_add(min(h.held_from), -1) FROM head h WHERE h.a = b.a AND h.held_from > b.first), 99991231)) AS last
  FROM begin b WHERE b.first <= b.until AND NOT EXISTS (SELECT 1 FROM head h WHERE h.a = b.a AND h.held_from <= b.first AND h.held_to >= b.first)),
voucher AS (
  SELECT g.a, g.first, g.last, l.voucher_no, (SELECT sum(r.sign * CASE k.op WHEN @PAYMENT_OP_REFUND THEN -k.fen ELSE k.fen END)
      FROM f_payment_batch_lines k CROSS JOIN record r ON r.rec = k.rec AND r.live_from IS NOT NULL AND r.live_to IS NULL
      WHERE k.voucher_no = l.voucher_no AND +k.subject = g.a) AS fen
  FROM gap g CROSS JOIN paid_by b ON b.subject = g.a CROSS JOIN f_payment_batch p ON p.rec = b.rec
    AND p.pay_date BETWEEN g.first AND g.last AND coalesce(p.date_precision, @DATE_PRECISION_DAY) <= @DATE_PRECISION_DAY
  CROSS JOIN live r ON r.rec = b.rec AND r.r_sign > 0 CROSS JOIN f_payment_batch_lines l ON l.rec = b.rec AND l.subject = b.subject
  GROUP BY g.a, g.first, g.last, l.voucher_no),
paid AS MATERIALIZED (SELECT a, first, last, sum(fen) AS fen FROM voucher WHERE fen > 0 GROUP BY a, first, last),
fault AS (
  SELECT p.a, 1 AS rank, p.first, p.last, p.fen FROM paid p
  UNION ALL SELECT m.a, 2, h.held_from, h.held_to, NULL FROM major m JOIN head h ON h.a = m.a AND h.lifetime = 0
    AND h.held_from <= m.day AND h.held_to >= m.day WHERE m.until >= m.day
  UNION ALL SELECT m.a, 3, g.first, g.last, NULL FROM major m JOIN gap g ON g.a = m.a AND g.first <= m.day AND g.last >= m.day WHERE m.until >= m.day),
worst AS (SELECT fault.*, row_number() OVER (PARTITION BY a ORDER BY rank, first DESC) AS no FROM fault)
SELECT m.a, m.b, m.c, m.kind AS kind, m.a AS key, coalesce(m.fy, 0) AS fy, '' AS period, '' AS object,
  CASE WHEN f.rank IS NULL THEN 'CLEAR' ELSE 'FIRE' END AS state,
  CASE f.rank WHEN 3 THEN @SEVERITY_YELLOW ELSE @SEVERITY_RED END AS sev,
  CASE f.rank WHEN 1 THEN '责任人缺失期间仍有支付' WHEN 2 THEN '责任人未列终身责任' ELSE '责任人缺失' END AS what,
  CASE f.rank WHEN 1 THEN 'paid while there was no accountable person' WHEN 2 THEN 'the accountable person is not in for life'
    ELSE 'no accountable person' END AS what_en,
  f.first AS "from", CASE WHEN f.last < m.until OR m.until <= m.day THEN f.last END AS "to", f.fen AS x,
  CASE WHEN f.rank IN (1, 3) THEN f.first END AS through
FROM major m LEFT JOIN worst f ON f.a = m.a AND f.no = 1
-- [inputs]
SELECT rec FROM (
  SELECT m.rec FROM k63_major m WHERE m.subject = :a
  UNION SELECT r.rec FROM live r CROSS JOIN f_responsible_person v ON v.rec = r.rec AND v.role = @PERSON_ROLE_PROJECT_HEAD
    WHERE r.r_subject = :a AND r.r_type = @TYPE_RESPONSIBLE_PERSON)
ORDER BY rec LIMIT 64
