-- id: K57
-- zh: 应移送未移送
-- en: transfer advised, not made
-- parties: audit
-- reads: SealedCount
-- when: E R
-- basis: R-79
-- message.zh: {period}审计系统中应移送未移送纪检监察的问题{n}件
-- message.en: {n} matters of {period} that the audit system advises to transfer were not transferred to discipline
-- clears.zh: D01移送，此后审计连接器报该期为零
-- clears.en: D01, after which the audit connector reports none for that period
-- responders: audit
-- figure: period text
-- figure: n count
-- scope: region
-- remark.zh: 哪些审计发现应当移送，不出审计系统。审计连接器自行查看30日内是否有D01移送，只报未移送的件数：规则为K57并载明期间的SealedCount。
-- remark.zh: 每一期间以最新一份为准，按时点，同一时点的以数据流和位次在后者为准；只计审计的。仅供纪检监察和审计查阅。不等待任何一方：审计未报数的，不作判断。
-- Which findings advise a transfer never leaves the audit system. Its own connector looks whether a D01
-- followed within 30 days, and says only how often not: SealedCount with rule K57 and the period. The
-- newest one of each period holds, by tick, and of one tick's the last by stream and place in it; only audit's counts.
-- Seen by discipline and audit only. Awaits nobody: what audit hasn't counted yet is nothing said.
-- Keys: a period, b '', c ''.
-- [touch]
SELECT f.period, '', '' FROM changed c CROSS JOIN f_sealed_count f ON f.rec = c.rec WHERE c.type = @TYPE_SEALED_COUNT AND f.rule = 'K57'
-- [all]
SELECT DISTINCT v.period, '', '' FROM v_sealed_count v WHERE v.rule = 'K57'
-- [condition]
SELECT t.a, t.b, t.c, @SUBJECT_KIND_NONE AS kind, '' AS key, 0 AS fy, t.a AS period, '' AS object,
  CASE WHEN f.count > 0 THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_RED AS sev, t.a AS period, f.count AS n
FROM touched t CROSS JOIN f_sealed_count f ON f.rec = (SELECT v.rec FROM f_sealed_count n CROSS JOIN live v ON v.rec = n.rec
  CROSS JOIN stream s ON s.sid = v.r_sid WHERE n.rule = 'K57' AND n.period = t.a AND s.party = 'audit'
  ORDER BY v.r_tick DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1)
-- [inputs]
SELECT v.rec FROM v_sealed_count v CROSS JOIN stream s ON s.sid = v.r_sid
 WHERE v.rule = 'K57' AND v.period = :a AND s.party = 'audit' ORDER BY v.rec LIMIT 32
