-- id: K47
-- zh: 评价为差仍安排
-- en: rated poor yet funded
-- parties: finance
-- reads: V01 B04 E03
-- when: E R
-- basis: R-14 R-53
-- message.zh: {poor}（{score}分），{n}年度仍安排{x}万元，上年度{base}万元
-- message.en: {poor_en} ({score}), yet allotted {x} for {n} after {base} the year before (10,000 yuan)
-- clears.zh: B04追减（连续为差的追减至零）；E03退出；等级更高的评价
-- clears.en: B04 REDUCE (to nothing, where it was poor for years running); E03 OUT; an evaluation that rates it higher
-- responders: finance
-- figure: x fen
-- figure: base fen
-- figure: score cp
-- figure: n count
-- figure: poor text
-- figure: poor_en text
-- param: k47.keep_bp int 8000 评价为差的，最多安排上年度的多少（基点） | of what was found poor, the highest share of the last year's money (basis points)
-- param: k47.cancel_years int 2 连续几个年度评价为差的，次一预算不再安排；0为不查 | after how many years found poor in a row the next budget gives nothing; 0: not looked at
-- param: next_fy.cutoff_mmdd int 1031 当年几月几日前的评价用于次年预算（月日） | evaluations of a year's days up to this bind the next year's budget (month and day)
-- scope: region
-- remark.zh: 每个被评价年度的等级，为其得分（FG11）的等级；其约束的预算年度，按该评价首次入日志之日确定；多个年度约束同一预算年度的，以最近年度为准。
-- remark.zh: 一个年度的资金为批复减追减，提前下达在承接后计入。上年度没有此类资金的，无从削减，暂不能判断。预算年度的最新E03为退出的，视为已退库。限于具体事项。
-- remark.zh: 该等级为连续两个年度中第二次为差的，所约束的预算应予取消：有资金即为过多，不论上年度多少；其间有年度未评级的，连续中断。不等待任何一方：等级与下达均已在此。
-- Each evaluated year's rating is that of its score (FG11). It binds the budget year next_fy of the day on
-- which that evaluation was first logged; where several years' bind one, the newest year's counts.
-- Money of a year is INITIAL less REDUCE, with an ADVANCE once an INITIAL absorbs it. Nothing of that kind
-- in the year before: UNKNOWN, as there is nothing to cut from. Out of the library: the newest E03 of the
-- budget year is OUT. Items only. Where that rating is the second 差 of two fiscal years running, the budget that it binds is to
-- be cancelled: any money is too much, whatever the year before had. A year between without a rating breaks the run.
-- Awaits nobody: rating and allotments are here.
-- Keys: a subject, b '', c ''.
-- [views]
CREATE TEMP VIEW k47_bound AS
SELECT y.*, next_fy(y.day, param('next_fy.cutoff_mmdd')) AS n
FROM (SELECT t.a, t.b, t.c, s.r_kind AS kind, s.r_fy AS fy, s.by, s.rec, s.r_root AS root, s.total_cp,
    (SELECT k.day FROM record o JOIN tick k ON k.no = o.tick WHERE o.rec = s.r_root) AS day,
    row_number() OVER (PARTITION BY t.a, t.b, t.c, s.r_fy ORDER BY s.rank DESC, s.r_valid DESC, s.r_issued DESC, s.r_stream DESC, s.r_seq DESC) AS nth
  FROM touched t CROSS JOIN score s ON s.r_subject = t.a AND s.r_type = @TYPE_EVALUATION WHERE s.rank IS NOT NULL) y
WHERE y.nth = 1;
CREATE TEMP VIEW k47_money AS
SELECT r.r_subject AS subject, r.r_fy AS fy, r.rec, f.fen * r.r_sign * quota_sign(f.kind) AS fen
FROM live r CROSS JOIN f_allotment f ON f.rec = r.rec
WHERE r.r_type = @TYPE_ALLOTMENT AND (f.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_REDUCE) OR (f.kind = @ALLOTMENT_KIND_ADVANCE
  AND EXISTS (SELECT 1 FROM ref a JOIN live i ON i.rec = a.rec WHERE a.t_sid = r.r_sid AND a.t_seq = r.r_seq AND a.field = 'absorbs')));
CREATE TEMP VIEW k47_budget AS
SELECT e.*, (SELECT sum(q.fen) FROM k47_money q WHERE q.subject = e.a AND q.fy = e.n) AS now,
  (SELECT sum(q.fen) FROM k47_money q WHERE q.subject = e.a AND q.fy = e.n - 1) AS before
FROM (SELECT o.*, row_number() OVER (PARTITION BY o.a, o.b, o.c, o.n ORDER BY o.fy DESC) AS newest FROM k47_bound o) e
WHERE e.newest = 1 AND e.kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION);
CREATE TEMP VIEW k47_moved AS
SELECT r.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type IN (@TYPE_ALLOTMENT, @TYPE_EVALUATION)
UNION SELECT t.subject FROM changed c CROSS JOIN ref f ON f.rec = c.rec AND f.field = 'absorbs'
  CROSS JOIN record t ON t.sid = f.t_sid AND t.seq = f.t_seq WHERE c.type = @TYPE_ALLOTMENT;
-- [touch]
SELECT m.subject, '', '' FROM k47_moved m
UNION SELECT r.subject, '', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_LIBRARY_EVENT
-- [all]
SELECT DISTINCT v.r_subject, '', '' FROM v_evaluation v
-- [condition]
WITH run AS MATERIALIZED (SELECT o.a, o.b, o.c, o.fy, band(o.total_cp) AS band FROM k47_bound o WHERE param('k47.cancel_years') > 0)
SELECT e.a, e.b, e.c, e.kind AS kind, e.a AS key, e.n AS fy, '' AS period, '' AS object,
  CASE WHEN e.cancelled THEN 'FIRE' WHEN coalesce(e.before, 0) <= 0 THEN 'UNKNOWN'
       WHEN over_ppm(e.now, e.before, param('k47.keep_bp') * 100) THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, e.now AS x, coalesce(e.before, 0) AS base, e.total_cp AS score, e.n AS n,
  CASE WHEN NOT e.cancelled THEN '评价为差' ELSE '连续' || param('k47.cancel_years') || '年评价为差应取消' END AS poor,
  CASE WHEN NOT e.cancelled THEN 'rated poor' ELSE 'rated poor for ' || param('k47.cancel_years') || ' years running, to be cancelled' END AS poor_en
FROM (SELECT d.*, param('k47.cancel_years') > 0 AND param('k47.cancel_years') = (SELECT count(*) FROM run r WHERE r.a = d.a AND r.band = 4
  AND r.fy BETWEEN d.fy + 1 - param('k47.cancel_years') AND d.fy) AS cancelled FROM k47_budget d) e
WHERE band(e.total_cp) = 4 AND e.now > 0 AND @LIBRARY_ACTION_OUT IS NOT (SELECT l.action FROM v_library_event l
  CROSS JOIN place p ON p.rec = l.r_root WHERE l.r_subject = e.a AND l.r_type = @TYPE_LIBRARY_EVENT AND l.r_fy = e.n
  ORDER BY p.tick DESC, p.stream DESC, p.seq DESC LIMIT 1)
-- [inputs]
SELECT rec FROM (
  SELECT s.rec FROM score s WHERE s.r_subject = :a AND s.r_type = @TYPE_EVALUATION AND s.r_fy BETWEEN :fy - 3 AND :fy
  UNION SELECT q.rec FROM k47_money q WHERE q.subject = :a AND q.fy IN (:fy - 1, :fy))
ORDER BY rec LIMIT 64
