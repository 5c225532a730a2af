-- id: K29
-- zh: 两年结转资金未收回
-- en: two-year carry-over not recovered
-- parties: finance
-- reads: B05 X04
-- when: T R
-- basis: R-53 预算法42
-- message.zh: 结转满两年{x}万元未收回
-- message.en: {x} (10,000 yuan) carried over for two years, not recovered
-- clears.zh: X04全部收回；更正B05
-- clears.en: RECOVER of all of it; B05 corrected
-- responders: finance
-- figure: x fen
-- figure: carried fen
-- figure: as_of date
-- param: k29.due_mmdd int 131 收回期限（月日，资金年度后第二年，逢休息日顺延） | the day by which it is taken back (month and day of the second year after the money's; a day off moves to the next working day)
-- awaits: finance
-- scope: region
-- remark.zh: FG15：资金来源年度（y0）次年的B05所载该来源年度的结转和结余，减去该事项自该年末以后生效、预算年度为y0至y0加2的X04收回。收回不载预算种类，
-- remark.zh: 先冲减编号最小的种类。自y0加2年1月31日（非工作日的为下一工作日）之后的首个时点起；工作日历（H08）变动的随之调整。更早的资金虽由以后的B05结转，
-- remark.zh: 已在其当年发现。
-- FG15: what B05 of the year after the origin year (fiscal year y0 + 1) carries of origin year y0, carried and surplus
-- alike, less the X04 RECOVER of the subject that took effect after that year's end, of the fiscal years y0 to y0 + 2.
-- RECOVER names no budget kind: it counts against the lowest first. From the first tick after 01-31 of y0 + 2 on, or
-- after the next working day where that is none; a calendar (H08) that moves it is followed. Money older than that, which a later B05 still carries, was found in its own year.
-- Keys: a subject, b origin year, c ''.
-- [touch]
SELECT r.subject, f.fund_year, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN f_carry_over f ON f.rec = c.rec
 WHERE c.type = @TYPE_CARRY_OVER AND r.fy = f.fund_year + 1
UNION SELECT r.subject, v.fund_year, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN v_carry_over v ON v.r_subject = r.subject AND v.r_type = @TYPE_CARRY_OVER AND v.r_fy = v.fund_year + 1
 WHERE c.type = @TYPE_FUND_CONTROL
-- [all]
SELECT DISTINCT v.r_subject, v.fund_year, '' FROM v_carry_over v WHERE v.r_fy = v.fund_year + 1
-- [agenda]
SELECT a, b, c, date_add(cd_add((b + 2) * 10000 + param('k29.due_mmdd'), 0), 1) AS due FROM touched
-- [condition]
WITH due AS MATERIALIZED (
  SELECT t.*, cd_add((t.b + 2) * 10000 + param('k29.due_mmdd'), 0) AS day FROM touched t
  WHERE cd_add((t.b + 2) * 10000 + param('k29.due_mmdd'), 0) < tick_day()),
carried AS MATERIALIZED (
  SELECT d.a, d.b, d.c, d.day, v.bk, min(v.r_kind) AS kind, sum(v.fen * v.r_sign) AS fen
  FROM due d CROSS JOIN v_carry_over v ON v.r_subject = d.a AND v.r_type = @TYPE_CARRY_OVER AND v.r_fy = d.b + 1 AND v.fund_year = d.b
  GROUP BY d.a, d.b, v.bk),
taken AS MATERIALIZED (
  SELECT c.*, coalesce(sum(fen) OVER (PARTITION BY a, b ORDER BY bk ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
    (SELECT coalesce(sum(x.fen * x.r_sign), 0) FROM v_fund_control x WHERE x.r_subject = c.a AND x.r_type = @TYPE_FUND_CONTROL
      AND x.action = @FUND_ACTION_RECOVER AND x.r_fy BETWEEN c.b AND c.b + 2 AND x.r_valid > (c.b + 1) * 10000 + 1231) AS recovered
  FROM carried c)
SELECT a, b, c, kind AS kind, a AS key, b AS fy, '' AS period, CAST(bk AS TEXT) AS object,
  CASE WHEN fen > max(recovered - before, 0) THEN 'FIRE' ELSE 'CLEAR' END AS state, @SEVERITY_RED AS sev,
  fen - max(recovered - before, 0) AS x, fen AS carried, (b + 1) * 10000 + 1231 AS as_of, day AS through
FROM taken
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_carry_over v WHERE v.r_subject = :a AND v.r_type = @TYPE_CARRY_OVER AND v.r_fy = :b + 1 AND v.fund_year = :b
    AND CAST(v.bk AS TEXT) = :object
  UNION SELECT x.rec FROM v_fund_control x WHERE x.r_subject = :a AND x.r_type = @TYPE_FUND_CONTROL AND x.action = @FUND_ACTION_RECOVER
    AND x.r_fy BETWEEN :b AND :b + 2 AND x.r_valid > (:b + 1) * 10000 + 1231)
ORDER BY rec LIMIT 64
