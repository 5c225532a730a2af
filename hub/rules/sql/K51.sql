-- id: K51
-- zh: 考核分与台账不符
-- en: appraisal score is not the ledger's
-- parties: organization finance
-- reads: O01 H03 V01
-- when: E R
-- basis: R-74
-- message.zh: 考核采用{a}分，台账为{b}分{why}
-- message.en: appraised with {a}, the ledger has {b}{why_en}
-- clears.zh: O01更正
-- clears.en: O01 REPLACE
-- responders: organization
-- figure: a cp
-- figure: b cp
-- figure: known date
-- figure: why text
-- figure: why_en text
-- param: k51.days int 30 所引快照被取代多少天后不得再用 | days after which a superseded snapshot may be cited no more
-- scope: region
-- remark.zh: 引用台账或名为“预算绩效”的考核项，须采用其所引H03的时点台账所知的FG11：引用处的得分须一致，该项自身得分须为该分或该分乘以权重（相差0.01以内）。
-- remark.zh: 对象和年度以其引用的为准。未引用H03或所引H03不在的，以及下一份快照的时点早于考核首次入日志的时点30个日历日以上的，亦触发。多个考核项的，
-- remark.zh: 以首个触发的为准。首次见到考核的时点之前没有H03，或所引快照未载时点的，暂不能判断；该时点没有得分的，无分可用，触发。不等待任何一方：考核与快照均已在此。
-- A component that cites the ledger or is called 预算绩效 has to carry FG11 as known at the tick that the cited H03 names: in its
-- ledger_ref, and in its own score, as it is or times the weight (within 0.01). The subject and year are
-- those that it cites. Fires too where no H03 is cited or it isn't here, or where the next one's tick was more than 30
-- calendar days before the tick that logged the appraisal first. Of several components the first that fires speaks.
-- No H03 logged by the tick that saw the appraisal first, or one that names no tick: UNKNOWN. No score at that tick is none to use: it fires.
-- Awaits nobody: the appraisal and the snapshot are both here.
-- Keys: a subject, b fiscal year, c ''.
-- [views]
CREATE TEMP VIEW k51_part AS
SELECT k.rec, k.idx, r.root, k.weight_cp, k.score_cp, coalesce(k.ledger_ref_score_cp, k.score_cp) AS used,
  coalesce(k.ledger_ref_subject_key, r.subject) AS subject, coalesce(k.ledger_ref_fiscal_year, r.fy) AS year,
  (SELECT h.rec FROM stream s CROSS JOIN record h ON h.sid = s.sid AND h.seq = k.ledger_ref_snapshot_seq
     AND h.hash = k.ledger_ref_snapshot_hash AND h.type = @TYPE_LEDGER_SNAPSHOT
    WHERE s.party = k.ledger_ref_snapshot_party AND s.name = k.ledger_ref_snapshot_stream) AS snapshot
FROM f_appraisal_components k JOIN record r ON r.rec = k.rec
WHERE coalesce(k.ledger_ref_snapshot_seq, k.ledger_ref_subject_key, k.ledger_ref_fiscal_year, k.ledger_ref_score_cp) IS NOT NULL
  OR k.name LIKE '%预算绩效%';
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_APPRAISAL
UNION SELECT o.subject, o.fy, '' FROM changed c CROSS JOIN record h ON h.rec = c.rec CROSS JOIN ref f ON f.t_sid = h.sid AND f.t_seq = h.seq
  CROSS JOIN record o ON o.rec = f.rec WHERE c.type = @TYPE_LEDGER_SNAPSHOT AND o.type = @TYPE_APPRAISAL
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_appraisal v
-- [condition]
WITH newest AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_appraisal v WHERE v.r_subject = t.a AND v.r_type = @TYPE_APPRAISAL AND v.r_fy = t.b
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec FROM touched t),
cited AS MATERIALIZED (
  SELECT n.a, n.b, n.c, k.*, f.tick_day AS known,
    (SELECT i.log_size FROM tick i WHERE i.day = f.tick_day AND i.seq = f.tick_seq) AS log_size,
    (SELECT i.day FROM tick i WHERE i.no <= o.tick AND i.no > (SELECT e.no FROM tick e WHERE e.day = f.tick_day AND e.seq = f.tick_seq)
      AND EXISTS (SELECT 1 FROM f_ledger_snapshot x WHERE x.tick_day = i.day AND x.tick_seq = i.seq) ORDER BY i.no LIMIT 1) AS superseded,
    (SELECT d.day FROM tick d WHERE d.no = o.tick) AS day,
    EXISTS (SELECT 1 FROM f_ledger_snapshot x CROSS JOIN record y ON y.rec = x.rec WHERE y.tick <= o.tick) AS any_snapshot
  FROM newest n CROSS JOIN k51_part k ON k.rec = n.rec CROSS JOIN record o ON o.rec = k.root
  LEFT JOIN f_ledger_snapshot f ON f.rec = k.snapshot),
scored AS MATERIALIZED (
  SELECT cited.*, (SELECT e.total_cp FROM record q CROSS JOIN ranked e ON e.rec = q.rec
        CROSS JOIN stream n ON n.sid = q.sid
      WHERE q.subject = cited.subject AND q.type = @TYPE_EVALUATION AND q.fy = cited.year AND e.rank IS NOT NULL
        AND q.live_from < cited.log_size AND (q.live_to IS NULL OR q.live_to >= cited.log_size) AND q.valid_from <= cited.known
      ORDER BY e.rank DESC, q.valid_from DESC, q.issued_at DESC, n.party DESC, n.name DESC, q.seq DESC LIMIT 1) AS held FROM cited),
judged AS MATERIALIZED (
  SELECT scored.*,
    CASE WHEN snapshot IS NULL THEN CASE WHEN any_snapshot THEN 'FIRE' ELSE 'UNKNOWN' END
         WHEN log_size IS NULL THEN 'UNKNOWN'
         WHEN used IS NOT held THEN 'FIRE'
         WHEN score_cp <> held AND abs(score_cp - (held * weight_cp + 5000) / 10000) > 1 THEN 'FIRE'
         WHEN date_diff(day, superseded) > param('k51.days') THEN 'FIRE' ELSE 'CLEAR' END AS state FROM scored),
first AS (
  SELECT judged.*, row_number() OVER (PARTITION BY a, b, c
    ORDER BY CASE state WHEN 'FIRE' THEN 1 WHEN 'UNKNOWN' THEN 2 ELSE 3 END, idx) AS no FROM judged)
SELECT f.a, f.b, f.c, r.kind AS kind, f.a AS key, f.b AS fy, '' AS period, '' AS object, f.state AS state, @SEVERITY_RED AS sev,
  CASE WHEN used IS held THEN f.score_cp ELSE used END AS a, held AS b, known AS known,
  CASE WHEN snapshot IS NULL THEN '（所引台账快照不存在）' WHEN superseded IS NOT NULL AND date_diff(day, superseded) > param('k51.days')
    THEN '（所引台账快照已被取代' || date_diff(day, superseded) || '日）' ELSE '' END AS why,
  CASE WHEN snapshot IS NULL THEN ' (the snapshot cited is unknown)' WHEN superseded IS NOT NULL AND date_diff(day, superseded) > param('k51.days')
    THEN ' (the snapshot cited was superseded ' || date_diff(day, superseded) || ' days before)' ELSE '' END AS why_en
FROM first f JOIN record r ON r.rec = f.rec WHERE f.no = 1
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_appraisal v WHERE v.r_subject = :a AND v.r_type = @TYPE_APPRAISAL AND v.r_fy = :b
  UNION SELECT k.snapshot FROM v_appraisal v CROSS JOIN k51_part k ON k.rec = v.rec
    WHERE v.r_subject = :a AND v.r_type = @TYPE_APPRAISAL AND v.r_fy = :b AND k.snapshot IS NOT NULL
  UNION SELECT * FROM (SELECT q.rec FROM v_appraisal v CROSS JOIN k51_part k ON k.rec = v.rec CROSS JOIN record q ON q.subject = k.subject
    AND q.type = @TYPE_EVALUATION AND q.fy = k.year AND q.live_from IS NOT NULL CROSS JOIN ranked e ON e.rec = q.rec AND e.rank IS NOT NULL
    WHERE v.r_subject = :a AND v.r_type = @TYPE_APPRAISAL AND v.r_fy = :b ORDER BY q.rec LIMIT 32))
ORDER BY rec LIMIT 64
