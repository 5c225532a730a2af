-- id: K38
-- zh: 债务余额超限额
-- en: debt above its limit
-- parties: finance
-- reads: X05
-- when: E R
-- basis: R-19 预算法94
-- message.zh: {type}债务余额{balance}万元，超限额{x}万元
-- message.en: {type_en} debt {balance} is {x} above its limit (10,000 yuan)
-- clears.zh: 更正该月X05，或以后月份的X05显示债务余额在限额以内
-- clears.en: that month's X05 corrected, or a later month's X05 with the debt within its limit
-- responders: finance
-- figure: balance fen
-- figure: limit fen
-- figure: x fen
-- figure: type text
-- figure: type_en text
-- scope: region
-- remark.zh: 每个区划、月份、债务类型一种情形。同月有两份报告的，以最新的为准。限额与余额同在一份报告中，不存在暂不能判断；当月没有报告的属K66。不等待任何一方：
-- remark.zh: 两个数字均已在此。
-- One condition a region, month and bond type. Two reports of a month: the newest counts. Limit and balance
-- stand in one report, so nothing is UNKNOWN; a month without report is K66's.
-- Awaits nobody: both figures are here.
-- Keys: a region, b month (yyyymm), c bond type.
-- [views]
CREATE TEMP VIEW k38_debt AS
SELECT r.r_subject AS rgn, f.month, d.bond_type, d.limit_fen, d.balance_fen, r.rec, r.r_fy AS fy
FROM live r CROSS JOIN f_region_fiscal f ON f.rec = r.rec CROSS JOIN f_region_fiscal_debt d ON d.rec = r.rec
WHERE r.r_type = @TYPE_REGION_FISCAL AND r.rec = (SELECT v.rec FROM v_region_fiscal v WHERE v.r_subject = r.r_subject
  AND v.r_type = @TYPE_REGION_FISCAL AND v.month = f.month ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1);
-- [touch]
SELECT d.rgn, d.month, d.bond_type FROM changed c CROSS JOIN record x ON x.rec = c.rec CROSS JOIN f_region_fiscal m ON m.rec = c.rec
  CROSS JOIN k38_debt d ON d.rgn = x.subject WHERE c.type = @TYPE_REGION_FISCAL AND d.month <= m.month
UNION SELECT n.a, n.b, n.c FROM changed c CROSS JOIN record x ON x.rec = c.rec
  CROSS JOIN condition n ON n.rule = 'K38' AND n.a = x.subject WHERE c.type = @TYPE_REGION_FISCAL
-- [all]
SELECT d.rgn, d.month, d.bond_type FROM k38_debt d
-- [condition]
SELECT t.a, t.b, t.c, @SUBJECT_KIND_REGION AS kind, d.rgn AS key, d.fy AS fy, CAST(d.month AS TEXT) AS period,
  CASE d.bond_type WHEN @BOND_TYPE_SPECIAL THEN 'SPECIAL' ELSE 'GENERAL' END AS object,
  CASE WHEN d.balance_fen <= d.limit_fen THEN 'CLEAR'
       WHEN EXISTS (SELECT 1 FROM k38_debt l WHERE l.rgn = t.a AND l.month > t.b AND l.bond_type = t.c AND l.balance_fen <= l.limit_fen)
       THEN 'CLEAR' ELSE 'FIRE' END AS state,
  @SEVERITY_RED AS sev, d.balance_fen AS balance, d.limit_fen AS "limit", d.balance_fen - d.limit_fen AS x,
  CASE d.bond_type WHEN @BOND_TYPE_SPECIAL THEN '专项' ELSE '一般' END AS type,
  CASE d.bond_type WHEN @BOND_TYPE_SPECIAL THEN 'special' ELSE 'general' END AS type_en
FROM touched t CROSS JOIN k38_debt d ON d.rgn = t.a AND d.month = t.b AND d.bond_type = t.c
-- [inputs]
SELECT DISTINCT d.rec FROM k38_debt d WHERE d.rgn = :a AND d.month = :b
