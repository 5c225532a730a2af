-- id: K56
-- zh: 线索办理逾期未反馈
-- en: outcome of a clue overdue
-- parties: audit congress discipline finance organization
-- reads: D01 D02 D03
-- when: D I/Y
-- basis: R-79 审计法54
-- message.zh: 线索{sender}/{clue}办理逾期未反馈（{stage}应于{due}前反馈）
-- message.en: outcome of clue {sender}/{clue} overdue ({stage_en} was due by {due})
-- clears.zh: 该阶段的D03反馈，或不再受理该线索的D02
-- clears.en: D03 of that stage, or a D02 that no longer accepts the clue
-- responders: discipline
-- figure: clue text
-- figure: sender text
-- figure: stage text
-- figure: stage_en text
-- figure: due date
-- param: k56.final_days int 90 首次反馈期限过后多少天内应有办结反馈（末日逢休息日顺延） | days after the first term within which there is a final outcome (a last day off moves to the next working day)
-- awaits: discipline
-- scope: region
-- remark.zh: 只依据线索的公开头部：该线索最新的D02为受理的，以其载明的反馈期限为准（默认三个月）。期限次日起仍无任何D03的为提示；再过规定日历日（共六个月）
-- remark.zh: 仍无终结反馈的为黄色。由纪检监察答复；该线索的移送方亦可查阅，其他各方不可：移送方以D02、D03所载为准；多个移送方使用同一编号的，各为一条线索，分别判断。
-- remark.zh: 先后与新旧以时点为准，同一时点的以数据流和位次为准。纪检监察各数据流尚未日结至应反馈之日的，暂不能判断。
-- By the clear headers alone: the newest D02 of the clue, where it ACCEPTED, says the day by which discipline feeds back
-- (three months by default). Info from the day after while there is no D03 at all; yellow once another
-- k56.final_days calendar days are over (six months in all) while there is no FINAL one.
-- Discipline answers it. The clue's sender, whom the figure of that name says, sees it too, and nobody else does: the
-- sender whom D02 and D03 name. What another sender sends under the same id is another clue.
-- First and newest: by tick, and of one tick's records by stream and place in it.
-- UNKNOWN until discipline's streams have closed the day by which the outcome was due.
-- Keys: a clue id (16 bytes), b its sender, c ''.
-- [views]
CREATE TEMP VIEW k56_receipt AS
SELECT v.clue_id AS clue, v.sender, v.rec, v.accept, v.feedback_due AS first_due, cd_add(v.feedback_due, param('k56.final_days')) AS final_due
FROM v_clue_receipt v WHERE v.rec = (SELECT w.rec FROM v_clue_receipt w WHERE w.clue_id = v.clue_id AND w.sender = v.sender
  ORDER BY w.r_tick DESC, w.r_stream DESC, w.r_seq DESC LIMIT 1);
-- [touch]
SELECT f.clue_id, f.sender, '' FROM changed c CROSS JOIN f_clue_transfer f ON f.rec = c.rec WHERE c.type = @TYPE_CLUE_TRANSFER
UNION SELECT f.clue_id, f.sender, '' FROM changed c CROSS JOIN f_clue_receipt f ON f.rec = c.rec WHERE c.type = @TYPE_CLUE_RECEIPT
UNION SELECT f.clue_id, f.sender, '' FROM changed c CROSS JOIN f_clue_outcome f ON f.rec = c.rec WHERE c.type = @TYPE_CLUE_OUTCOME
-- [all]
SELECT DISTINCT v.clue_id, v.sender, '' FROM v_clue_receipt v
-- [agenda]
SELECT t.a, t.b, t.c, date_add(k.first_due, 1) AS due FROM touched t CROSS JOIN k56_receipt k ON k.clue = t.a AND k.sender = t.b
UNION SELECT t.a, t.b, t.c, date_add(k.final_due, 1) FROM touched t CROSS JOIN k56_receipt k ON k.clue = t.a AND k.sender = t.b
-- [condition]
WITH said AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.first_due, k.final_due, k.accept = @CLUE_ACCEPTANCE_ACCEPTED AS accepted,
    EXISTS (SELECT 1 FROM v_clue_outcome v WHERE v.clue_id = t.a AND v.sender = t.b) AS any_said,
    EXISTS (SELECT 1 FROM v_clue_outcome v WHERE v.clue_id = t.a AND v.sender = t.b AND v.stage = @OUTCOME_STAGE_FINAL) AS final_said
  FROM touched t CROSS JOIN k56_receipt k ON k.clue = t.a AND k.sender = t.b),
late AS MATERIALIZED (
  SELECT said.*, accepted AND NOT final_said AND final_due < tick_day() AS final_late,
    accepted AND NOT any_said AND first_due < tick_day() AS first_late
  FROM said)
SELECT a, b, c, @SUBJECT_KIND_NONE AS kind, '' AS key, 0 AS fy, '' AS period, b || '/' || lower(hex(a)) AS object,
  CASE WHEN final_late OR first_late THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN final_late THEN @SEVERITY_YELLOW ELSE @SEVERITY_INFO END AS sev,
  lower(hex(a)) AS clue, b AS sender, CASE WHEN final_late THEN '办结' ELSE '阶段性' END AS stage,
  CASE WHEN final_late THEN 'the final one' ELSE 'an interim one' END AS stage_en,
  CASE WHEN final_late THEN final_due ELSE first_due END AS due,
  CASE WHEN final_late THEN final_due WHEN first_late THEN first_due END AS through
FROM late
-- [inputs]
SELECT rec FROM (
  SELECT v.rec FROM v_clue_transfer v WHERE v.clue_id = :a AND v.sender = :b
  UNION SELECT v.rec FROM v_clue_receipt v WHERE v.clue_id = :a AND v.sender = :b
  UNION SELECT v.rec FROM v_clue_outcome v WHERE v.clue_id = :a AND v.sender = :b)
ORDER BY rec LIMIT 32
