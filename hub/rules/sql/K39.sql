-- id: K39
-- zh: 民生标准超上级且无批准
-- en: livelihood standard above the ceiling
-- parties: finance
-- reads: X05
-- when: E Y
-- basis: R-19
-- message.zh: {item}标准{a}元高于上级{b}元，无批准文件
-- message.en: {item}: {a} yuan is above the ceiling of {b} yuan, and no approval is named
-- clears.zh: 更正该月X05，或以后月份的X05载明批准文件或标准不高于上级
-- clears.en: that month's X05 corrected, or a later month's X05 with the approval or within the ceiling
-- responders: finance
-- figure: item text
-- figure: a yuan
-- figure: b yuan
-- scope: region
-- remark.zh: 每个区划、月份、保障项目一种情形，保障项目以所填名称为准。同月有两份报告的，以最新的为准。本级标准与上级上限同在一行，不存在暂不能判断。
-- remark.zh: 载明文件的即视为已批准，该文件是否涵盖该标准，本规则不问。不等待任何一方：两个标准均已在此。
-- One condition a region, month and item, which is the item by its name as written. Two reports of a month:
-- the newest counts. Standard and ceiling stand in one line, so nothing is UNKNOWN. A document named counts
-- as an approval; whether it covers the standard the rule doesn't ask.
-- Awaits nobody: both standards are here.
-- Keys: a region, b month (yyyymm), c item.
-- [views]
CREATE TEMP VIEW k39_std AS
SELECT r.r_subject AS rgn, f.month, s.item, s.local_fen, s.upper_fen,
  s.local_fen <= s.upper_fen OR coalesce(s.approval_doc, '') <> '' AS ok, r.rec, r.r_fy AS fy
FROM live r CROSS JOIN f_region_fiscal f ON f.rec = r.rec CROSS JOIN f_region_fiscal_livelihood_std s ON s.rec = r.rec
WHERE r.r_type = @TYPE_REGION_FISCAL AND r.rec = (SELECT v.rec FROM v_region_fiscal v WHERE v.r_subject = r.r_subject
  AND v.r_type = @TYPE_REGION_FISCAL AND v.month = f.month ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1);
-- [touch]
SELECT s.rgn, s.month, s.item FROM changed c CROSS JOIN record x ON x.rec = c.rec CROSS JOIN f_region_fiscal m ON m.rec = c.rec
  CROSS JOIN k39_std s ON s.rgn = x.subject WHERE c.type = @TYPE_REGION_FISCAL AND s.month <= m.month
UNION SELECT n.a, n.b, n.c FROM changed c CROSS JOIN record x ON x.rec = c.rec
  CROSS JOIN condition n ON n.rule = 'K39' AND n.a = x.subject WHERE c.type = @TYPE_REGION_FISCAL
-- [all]
SELECT s.rgn, s.month, s.item FROM k39_std s
-- [condition]
SELECT t.a, t.b, t.c, @SUBJECT_KIND_REGION AS kind, t.a AS key, max(s.fy) AS fy, CAST(t.b AS TEXT) AS period, t.c AS object,
  CASE WHEN min(s.ok) THEN 'CLEAR' WHEN EXISTS (SELECT 1 FROM k39_std l WHERE l.rgn = t.a AND l.month > t.b AND l.item = t.c AND l.ok)
       THEN 'CLEAR' ELSE 'FIRE' END AS state,
  @SEVERITY_YELLOW AS sev, t.c AS item, max(s.local_fen) AS a, max(s.upper_fen) AS b
FROM touched t CROSS JOIN k39_std s ON s.rgn = t.a AND s.month = t.b AND s.item = t.c GROUP BY t.a, t.b, t.c
-- [inputs]
SELECT DISTINCT s.rec FROM k39_std s WHERE s.rgn = :a AND s.month = :b
