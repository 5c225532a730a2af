-- id: K12
-- zh: 超核定概算
-- en: above the approved estimate
-- parties: finance
-- reads: B04 P02 X06
-- when: E R
-- basis: 政府投资条例23
-- message.zh: {what}超核定概算{x}万元
-- message.en: {what_en} {x} above the approved estimate (10,000 yuan)
-- clears.zh: 重新核定概算的P02
-- clears.en: P02 with a newly approved estimate
-- responders: finance
-- figure: what text
-- figure: x fen
-- figure: Bg fen
-- figure: contracts fen
-- figure: estimate fen
-- figure: what_en text
-- scope: region
-- remark.zh: 限于具体事项。各年度合计的两个数，分别与最新P02的核定概算比对：已下达数（各类B04按其增减方向计，提前下达在承接后计入；结转不再重复计，
-- remark.zh: 因该资金在以前年度已下达）和X06合同额。每份合同按全额计，不论已付多少。差异列在该事项下达的最新年度，没有下达的列为0。尚无P02的，暂不能判断；
-- remark.zh: P02未载核定概算的，无从超出。容差：所汇总的每笔下达按原计量单位之半计，合同与概算为准确数。不等待任何一方：下一时点即比对已入日志的记录。
-- Items only. Two sums of all years, each against the newest P02's estimate: what was allotted (every kind
-- of B04 with its sign, an ADVANCE once absorbed; not carried over again, for that money was allotted in an
-- earlier year) and the contracts of X06. Each contract counts in full, whatever was paid on it.
-- The finding stands under the newest fiscal year of the item's allotments, 0 where it has none.
-- No P02 yet: UNKNOWN; a P02 without an estimate has nothing to exceed. Tolerance: half a source unit for
-- each allotment summed; contracts and estimate are exact.
-- Awaits nobody: it compares what is logged, at the next tick.
-- Keys: a subject, b '', c ''.
-- [touch]
SELECT subject, '', '' FROM k11_moved
UNION SELECT r.subject, '', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_BIZ_FACT) AND r.subject IS NOT NULL
-- [all]
SELECT subject, '', '' FROM k11_quota
UNION SELECT v.r_subject, '', '' FROM v_biz_fact v WHERE v.kind = @BIZ_KIND_CONTRACT
-- [condition]
WITH item AS MATERIALIZED (
  SELECT t.a, t.b, t.c, coalesce((SELECT min(kind) FROM subj WHERE key = t.a), @SUBJECT_KIND_PROJECT) AS kind,
    (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
      ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS profile,
    (SELECT max(q.fy) FROM k11_quota q WHERE q.subject = t.a) AS fy,
    coalesce((SELECT sum(q.fen) FROM k11_quota q WHERE q.subject = t.a), 0) AS bg,
    coalesce((SELECT sum(q.tol) FROM k11_quota q WHERE q.subject = t.a), 0) AS tol,
    coalesce((SELECT sum(v.fen * v.r_sign) FROM v_biz_fact v WHERE v.r_subject = t.a AND v.r_type = @TYPE_BIZ_FACT
      AND v.kind = @BIZ_KIND_CONTRACT), 0) AS contracts
  FROM touched t),
sums AS MATERIALIZED (
  SELECT item.*, f.estimate_fen AS estimate, bg - f.estimate_fen > tol AS over FROM item
  LEFT JOIN f_subject_profile f ON f.rec = item.profile
  WHERE kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION))
SELECT a, b, c, kind AS kind, a AS key, coalesce(fy, 0) AS fy, '' AS period, '' AS object,
  CASE WHEN profile IS NULL AND (bg > 0 OR contracts > 0) THEN 'UNKNOWN' WHEN over OR contracts > estimate THEN 'FIRE' ELSE 'CLEAR' END AS state,
  @SEVERITY_RED AS sev, CASE WHEN over THEN '累计安排' ELSE '合同额' END AS what,
  CASE WHEN over THEN bg ELSE contracts END - estimate AS x, bg AS Bg, contracts AS contracts, estimate AS estimate,
  CASE WHEN over THEN 'allotments of all years are' ELSE 'contracts are' END AS what_en
FROM sums
-- [inputs]
SELECT rec FROM (
  SELECT * FROM (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = :a AND v.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
  UNION SELECT q.rec FROM k11_quota q WHERE q.subject = :a
  UNION SELECT v.rec FROM v_biz_fact v WHERE v.r_subject = :a AND v.r_type = @TYPE_BIZ_FACT AND v.kind = @BIZ_KIND_CONTRACT)
ORDER BY rec LIMIT 64
