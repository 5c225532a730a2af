-- id: K55
-- zh: 线索未签收
-- en: clue unacknowledged
-- parties: audit congress discipline finance organization
-- reads: D01 D02
-- when: D Y/R
-- basis: R-79
-- message.zh: 线索{sender}/{clue}未签收{n}个工作日
-- message.en: clue {sender}/{clue} unacknowledged for {n} working days
-- clears.zh: D02签收
-- clears.en: D02
-- responders: discipline
-- figure: clue text
-- figure: sender text
-- figure: due date
-- figure: n day volatile
-- param: k55.workdays int 3 签收期限（送出后工作日），发送方写得更早的从其约定 | working days after it was sent within which it is received; an earlier term of the sender counts
-- param: k55.urgent_workdays int 1 紧急线索的签收期限（工作日） | working days within which an urgent clue is received
-- param: k55.red_workdays int 2 签收期限过后第几个工作日过完升为红色 | working days after the term until it is red
-- awaits: discipline
-- scope: region
-- remark.zh: 只依据线索的公开头部。期限为移送方所定的签收期限，但不晚于移送后3个工作日，紧急的为1个工作日；再过2个工作日升为红色。该线索的任何D02即为签收，
-- remark.zh: 不论其内容，但须载明该移送方。补充与原件同号：以移送方该线索的首条记录为准，即时点最早者，同一时点的以数据流和位次在先者为准。多个移送方使用同一编号的，各为一条线索，分别判断。由纪检监察答复；该线索的移送方亦可查阅，其他各方不可。
-- remark.zh: 纪检监察各数据流尚未日结至期限末日，以及升为红色前的末日，暂不能判断。
-- By the clear headers alone. The term is the clue's ack_due, which its sender sets, but no later than three working days
-- after it was sent, one where URGENT; red two working days later. Any D02 of that clue that names its sender acknowledges it, whatever else it says.
-- Supplements carry the same id: the first record of a sender's clue counts, the one under the earliest tick, and of one tick's the first
-- by stream and place in it. What another sender sends under the same id is another clue.
-- Discipline answers it. The clue's sender, whom the figure of that name says, sees it too, and nobody else does.
-- UNKNOWN until discipline's streams have closed the term's last day, and again the last one before red.
-- Keys: a clue id (16 bytes), b its sender, c ''.
-- [views]
CREATE TEMP VIEW k55_clue AS
SELECT d.*, min(d.ack_due, wd_add(d.sent, CASE d.level WHEN @INQUIRY_LEVEL_URGENT THEN param('k55.urgent_workdays') ELSE param('k55.workdays') END)) AS due
FROM (SELECT v.clue_id AS clue, v.sender, v.rec, v.r_tick AS tick, v.r_stream AS stream, v.r_seq AS seq, v.ack_due, v.inquiry_level AS level,
    CAST(strftime('%Y%m%d', v.sent_at_ms / 1000 + 28800, 'unixepoch') AS INTEGER) AS sent
  FROM v_clue_transfer v) d;
-- [touch]
SELECT f.clue_id, f.sender, '' FROM changed c CROSS JOIN f_clue_transfer f ON f.rec = c.rec WHERE c.type = @TYPE_CLUE_TRANSFER
UNION SELECT f.clue_id, f.sender, '' FROM changed c CROSS JOIN f_clue_receipt f ON f.rec = c.rec WHERE c.type = @TYPE_CLUE_RECEIPT
-- [all]
SELECT DISTINCT clue, sender, '' FROM k55_clue
-- [agenda]
SELECT t.a, t.b, t.c, date_add(k.due, 1) AS due FROM touched t CROSS JOIN k55_clue k ON k.clue = t.a AND k.sender = t.b
UNION SELECT t.a, t.b, t.c, date_add(wd_add(k.due, param('k55.red_workdays')), 1) FROM touched t CROSS JOIN k55_clue k ON k.clue = t.a AND k.sender = t.b
-- [condition]
WITH first AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT k.rec FROM k55_clue k WHERE k.clue = t.a AND k.sender = t.b ORDER BY k.tick, k.stream, k.seq LIMIT 1) AS rec FROM touched t),
late AS MATERIALIZED (
  SELECT f.a, f.b, f.c, k.sent, k.due, wd_add(k.due, param('k55.red_workdays')) AS red_after,
    NOT EXISTS (SELECT 1 FROM v_clue_receipt v WHERE v.clue_id = f.a AND v.sender = f.b) AND k.due < tick_day() AS yes
  FROM first f CROSS JOIN k55_clue k ON k.clue = f.a AND k.rec = f.rec)
SELECT a, b, c, @SUBJECT_KIND_NONE AS kind, '' AS key, 0 AS fy, '' AS period, b || '/' || lower(hex(a)) AS object,
  CASE WHEN yes THEN 'FIRE' ELSE 'CLEAR' END AS state,
  CASE WHEN tick_day() > red_after THEN @SEVERITY_RED ELSE @SEVERITY_YELLOW END AS sev,
  lower(hex(a)) AS clue, b AS sender, due AS due, wd_diff(tick_day(), sent) AS n,
  CASE WHEN yes THEN CASE WHEN tick_day() > red_after THEN red_after ELSE due END END AS through
FROM late
-- [inputs]
SELECT rec FROM k55_clue WHERE clue = :a AND sender = :b ORDER BY rec LIMIT 16
