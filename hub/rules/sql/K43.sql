-- id: K43
-- zh: 自评与抽评差异过大
-- en: self-evaluation and spot check differ
-- parties: finance
-- reads: V01 J04 V03
-- when: E Y/R
-- basis: R-46 R-77
-- message.zh: 自评{a}分、抽评{b}分，相差{x}分
-- message.en: self-evaluation {a}, spot check {b}, {x} points apart
-- clears.zh: 就该抽查复核发出J04通报批评，其后V03报告为已整改；更正V01
-- clears.en: J04 CRITICIZE on the spot check and then its V03 REPORT DONE; corrected V01
-- responders: finance
-- figure: a cp
-- figure: b cp
-- figure: x cp
-- param: k43.yellow_cp int 1000 黄色分差（百分之一分） | a yellow difference of the scores (hundredths of a point)
-- param: k43.red_cp int 2000 红色分差（百分之一分） | a red difference of the scores (hundredths of a point)
-- param: k43.red_bands int 2 红色等级差（级） | a red difference of the ratings (bands)
-- scope: region
-- remark.zh: FG12。按分差分黄色和红色；相差等级（优、良、中、差）达到规定级数的亦为红色。不等待任何一方：两个得分均已在此。
-- FG12. Yellow and red by the points between them; red too by the bands (优 良 中 差) between them.
-- Awaits nobody: both scores are here.
-- Keys: a subject, b fiscal year, c ''.
-- [touch]
SELECT r.subject, r.fy, '' FROM changed c JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_EVALUATION
UNION SELECT f.t_subject, f.t_fy, '' FROM changed c JOIN resolved f ON f.rec = c.rec WHERE c.type IN (@TYPE_RECTIFICATION, @TYPE_NOTICE) AND f.t_type = @TYPE_EVALUATION
-- [all]
SELECT DISTINCT v.r_subject, v.r_fy, '' FROM v_evaluation v WHERE v.kind = @EVALUATION_KIND_SPOT
-- [condition]
WITH two AS MATERIALIZED (
  SELECT t.a, t.b, t.c,
    (SELECT v.rec FROM v_evaluation v WHERE v.r_subject = t.a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = t.b AND v.kind = @EVALUATION_KIND_SELF
       AND v.total_cp IS NOT NULL ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS self,
    (SELECT v.rec FROM v_evaluation v WHERE v.r_subject = t.a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = t.b AND v.kind = @EVALUATION_KIND_SPOT
       AND v.total_cp IS NOT NULL ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS spot
  FROM touched t),
gap AS MATERIALIZED (
  SELECT two.*, s.total_cp AS s, p.total_cp AS p, s.total_cp - p.total_cp AS x, r.kind AS kind, r.root AS spot_root,
    abs(band(s.total_cp) - band(p.total_cp)) AS bands
  FROM two JOIN f_evaluation s ON s.rec = two.self JOIN f_evaluation p ON p.rec = two.spot JOIN record r ON r.rec = two.spot)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, '' AS object,
  CASE WHEN abs(x) < param('k43.yellow_cp') AND bands < param('k43.red_bands') THEN 'CLEAR'
       WHEN EXISTS (SELECT 1 FROM resolved f JOIN v_notice j ON j.rec = f.rec AND j.kind = @NOTICE_KIND_CRITICIZE
              JOIN resolved g ON g.t_root = gap.spot_root AND g.field = 'source'
              JOIN v_rectification w ON w.rec = g.rec AND w.phase = @RECTIFICATION_PHASE_REPORT AND w.result = @RECTIFICATION_RESULT_DONE
              WHERE f.t_root = gap.spot_root AND f.field = 'basis' AND w.r_tick >= j.r_tick) THEN 'CLEAR'
       ELSE 'FIRE' END AS state,
  CASE WHEN abs(x) >= param('k43.red_cp') OR bands >= param('k43.red_bands') THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  s AS a, p AS b, abs(x) AS x
FROM gap
-- [inputs]
SELECT v.rec FROM v_evaluation v WHERE v.r_subject = :a AND v.r_type = @TYPE_EVALUATION AND v.r_fy = :b
  AND v.kind IN (@EVALUATION_KIND_SELF, @EVALUATION_KIND_SPOT) ORDER BY v.rec LIMIT 16
