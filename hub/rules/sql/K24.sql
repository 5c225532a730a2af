-- id: K24
-- zh: 主体信息不一致
-- en: subject identity conflict
-- parties: audit congress finance
-- reads: A03 B03 B04 P01 P02 P03 X01
-- when: E+D Y
-- basis: R-63
-- message.zh: 主体信息不一致：{what}{a}/{b}
-- message.en: subject identity conflict: {what_en} {a} / {b}
-- clears.zh: P02更正；由填错的一方更正；重复支付的，X01冲销；另编文号的B03
-- clears.en: P02 REPLACE; correction by whoever is wrong; X01 REVERSE of a voucher paid twice; a B03 with a number of its own
-- responders: {party}
-- figure: what text
-- figure: what_en text
-- figure: a text
-- figure: b text
-- figure: party text
-- param: k24.shift_workdays int 5 同一文号的调出、调入应在几个工作日内到齐 | working days within which what is shifted under one document is complete
-- awaits: finance
-- scope: region
-- remark.zh: 名称：同一代码同一年度的两份档案，互不更正而名称不同。预算种类：人大批准该事项资金的预算种类，最新档案未列。责任单位：人大（B03行）或审计（A03）
-- remark.zh: 指明的单位，既非档案的责任单位或实施单位，也非其上级，又非责任单位的下属单位。代码：两个事项共用一个曾用代码，或一个的曾用代码是另一个的代码，
-- remark.zh: 差异列在最小的代码名下。多对不符的，只列首对。他方已提及该事项而尚无档案的，预算种类和责任单位暂不能判断。以下须唯一或相符，且须对照其他记录方能看出。
-- remark.zh: 支付凭证号：同一年度、区划内两笔有效支付使用同一凭证号；已冲销的无效，退款载明所退的凭证号；一张凭证可列支多条指标、多个事项或科目，
-- remark.zh: 同批次同收款方的各行为一笔支付，列支相同的除外。指标文号：同一文号下达给两个事项（批复、追加、追减），或对一个事项批复两次。名称、预算单位编码：
-- remark.zh: 同一区划内同时存在的两个单位，最新档案的名称或预算单位编码相同。任期：同一对象同一责任类型的两份P03任期重叠，同日交接的不算。调剂：
-- remark.zh: 同一依据文号下调剂出与调剂入不等；自其最新一笔起规定工作日未满、财政各数据流尚未日结至末日的，暂不能判断。更正：对各方均可查阅的事项记录的两次更正，
-- remark.zh: 台账以其一为准，另一条按K68的方式指称。批准文号：更正人大批准而沿用原文号的，因其为另一决定，应另编文号。批准文号由人大答复，
-- remark.zh: 两次更正由该记录的报送方答复，其余由财政答复。凭证号和指标文号的区划，以其单位或部门代码第三至八位为准。除调剂外均不等待任何一方：双方记录均已在此。
-- name: two profiles of one key and year, neither correcting the other, with different names. bk: congress approved
-- money for the item in a budget kind that its newest profile doesn't list. org: congress (B03 line) or audit (A03)
-- name a body that is neither the profile's responsible or an implementing body, nor above one, nor a unit of the
-- responsible one. alias: two items share an alias, or one's alias is the other's key; the finding stands at the
-- smallest of them. Of several pairs the first that collides is named. No profile yet: UNKNOWN for bk and org where another party speaks of the item.
-- What has to be unique or to fit, and needs other records to be seen:
-- voucher: a voucher number that two payments which stand bear in one fiscal year and region; what is reversed doesn't
-- stand, and a REFUND names the voucher that it refunds. A voucher may be charged to several quota lines, items or classes: lines of
-- one batch and payee are one payment, unless two of them are charged alike. quota: a quota number under which two items were allotted
-- money (INITIAL, ADD, REDUCE), or one item twice by INITIAL. orgname, bunit: two bodies of a region, in being at one
-- time, whose newest profiles have one name or one budget unit code. term: two P03 of a subject and role whose times
-- overlap; handing over on one day is none. shift: SHIFT_OUT and SHIFT_IN under one document aren't equal; UNKNOWN
-- until the workdays after the newest of them are over and finance's streams have closed the last one. chain: two corrections of one record about a subject that
-- everybody may read: the ledger goes by one of them, the other is named, as K68 names a correction. approval: a REPLACE of an approval of congress that bears the
-- document number of what it replaces: it is another decision and has a number of its own. Congress has to answer that, and whose record
-- it is a second correction of one; finance all else.
-- The region of a voucher or quota number is that in the code of its unit or department (its third to eighth digit).
-- All others await nobody: both statements are here.
-- Keys: a what is compared: a subject (name, bk, org, term), an alias, a number, a name, a document or a record; b which of
-- these; c the region (voucher, quota, shift, approval), the role (term), the sequence number (chain: a is the stream), else ''.
-- [views]
CREATE TEMP VIEW k24_shift AS
SELECT f.basis_doc AS doc, substr(f.dept, 3, 6) AS rgn, r.rec, r.r_fy AS fy, r.r_subject AS subject, f.kind, f.fen * r.r_sign AS fen, r.r_tick AS tick
FROM f_allotment f CROSS JOIN live r ON r.rec = f.rec
WHERE f.kind IN (@ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT) AND f.basis_doc <> '';
CREATE TEMP VIEW k24_lost AS
SELECT x.rec, p.stream, p.seq, o.next FROM record x CROSS JOIN place p ON p.rec = x.rec CROSS JOIN ref g ON g.rec = x.rec AND g.field = 'corrects'
  CROSS JOIN record o ON o.sid = g.t_sid AND o.seq = g.t_seq AND o.hash = g.hash AND o.type = x.type AND o.next <> 0 AND o.next <> x.rec
    AND o.lost IS NULL
WHERE x.lost = 1 AND x.kind IS NOT NULL AND x.subject <> '' AND x.type NOT IN (@TYPE_AUDIT_PLAN, @TYPE_ECON_RESP_AUDIT, @TYPE_CADRE_USE,
  @TYPE_CLUE_TRANSFER, @TYPE_CLUE_RECEIPT, @TYPE_CLUE_OUTCOME, @TYPE_ACCOUNTABILITY);
CREATE TEMP VIEW k24_unbound AS
SELECT r.subject AS org FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_ORG_PROFILE AND c.now = 0
UNION SELECT f.parent FROM changed c CROSS JOIN f_org_profile f ON f.rec = c.rec WHERE c.type = @TYPE_ORG_PROFILE AND c.now = 0 AND f.parent <> '';
-- [touch]
SELECT r.subject, x.column1, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec CROSS JOIN (VALUES ('name'), ('bk'), ('org')) x
 WHERE c.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE) AND (x.column1 = 'name' OR c.type = @TYPE_SUBJECT_PROFILE)
UNION SELECT j.value, 'alias', '' FROM changed c CROSS JOIN f_subject_profile f ON f.rec = c.rec CROSS JOIN json_each(f.aliases) j
 WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT r.subject, 'alias', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_SUBJECT_PROFILE
UNION SELECT l.subject, x.column1, '' FROM changed c CROSS JOIN f_congress_approval_lines l ON l.rec = c.rec CROSS JOIN (VALUES ('bk'), ('org')) x
 WHERE c.type = @TYPE_CONGRESS_APPROVAL AND l.subject <> ''
UNION SELECT r.subject, 'org', '' FROM changed c CROSS JOIN record r ON r.rec = c.rec WHERE c.type = @TYPE_AUDIT_FINDING
UNION SELECT l.subject, 'org', '' FROM k24_unbound o CROSS JOIN f_congress_approval_lines l ON l.dept = o.org WHERE l.subject <> ''
UNION SELECT q.subject, 'org', '' FROM k24_unbound o CROSS JOIN f_audit_finding f ON f.org = o.org CROSS JOIN record q ON q.rec = f.rec
UNION SELECT n.a, n.b, n.c FROM (SELECT 1 FROM changed WHERE type = @TYPE_ORG_PROFILE LIMIT 1) y CROSS JOIN condition n INDEXED BY condition_touch
  ON n.rule = 'K24' AND n.b = 'org'
UNION SELECT l.voucher_no, 'voucher', substr(r.subject, 3, 6) FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN f_payment_batch_lines l ON l.rec = c.rec WHERE c.type = @TYPE_PAYMENT_BATCH
    AND EXISTS (SELECT 1 FROM f_payment_batch_lines o WHERE o.voucher_no = l.voucher_no AND (o.rec <> c.rec OR o.idx <> l.idx))
UNION SELECT f.quota_no, 'quota', substr(f.dept, 3, 6) FROM changed c CROSS JOIN f_allotment f ON f.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT
  AND EXISTS (SELECT 1 FROM f_allotment o WHERE o.quota_no = f.quota_no AND o.rec <> f.rec)
UNION SELECT r.doc_no, 'approval', r.subject FROM changed c CROSS JOIN record r ON r.rec = c.rec
 WHERE c.type = @TYPE_CONGRESS_APPROVAL AND r.correction = @CORRECTION_REPLACE AND r.doc_no <> ''
UNION SELECT f.basis_doc, 'shift', substr(f.dept, 3, 6) FROM changed c CROSS JOIN f_allotment f ON f.rec = c.rec WHERE c.type = @TYPE_ALLOTMENT
  AND f.kind IN (@ALLOTMENT_KIND_SHIFT_IN, @ALLOTMENT_KIND_SHIFT_OUT) AND f.basis_doc <> ''
UNION SELECT CASE x.column1 WHEN 'bunit' THEN f.bunit ELSE f.name END, x.column1, '' FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record h ON h.subject = r.subject AND h.type = @TYPE_ORG_PROFILE CROSS JOIN f_org_profile f ON f.rec = h.rec
  CROSS JOIN (VALUES ('orgname'), ('bunit')) x WHERE c.type = @TYPE_ORG_PROFILE AND CASE x.column1 WHEN 'bunit' THEN f.bunit ELSE f.name END <> ''
UNION SELECT r.subject, 'term', f.role FROM changed c CROSS JOIN record r ON r.rec = c.rec
  CROSS JOIN record h ON h.subject = r.subject AND h.type = @TYPE_RESPONSIBLE_PERSON CROSS JOIN f_responsible_person f ON f.rec = h.rec
  WHERE c.type = @TYPE_RESPONSIBLE_PERSON AND f.role IS NOT NULL
UNION SELECT p.stream, 'chain', p.seq FROM changed c CROSS JOIN record x ON x.rec = c.rec AND x.lost = 1 CROSS JOIN ref g ON g.rec = x.rec
    AND g.field = 'corrects' CROSS JOIN ref h ON h.t_sid = g.t_sid AND h.t_seq = g.t_seq AND h.field = 'corrects' CROSS JOIN place p ON p.rec = h.rec
UNION SELECT p.stream, 'chain', p.seq FROM changed c CROSS JOIN record x ON x.rec = c.rec AND x.lost = 1
  CROSS JOIN ref h ON h.t_sid = x.sid AND h.t_seq = x.seq AND h.field = 'corrects' CROSS JOIN place p ON p.rec = h.rec
-- [all]
SELECT DISTINCT r.r_subject, 'name', '' FROM live r WHERE r.r_type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)
UNION SELECT DISTINCT l.subject, x.column1, '' FROM f_congress_approval_lines l CROSS JOIN (VALUES ('bk'), ('org')) x WHERE l.subject <> ''
UNION SELECT DISTINCT r.r_subject, 'org', '' FROM live r WHERE r.r_type = @TYPE_AUDIT_FINDING
UNION SELECT DISTINCT a.alias, 'alias', '' FROM alias a
UNION SELECT l.voucher_no, 'voucher', substr(r.subject, 3, 6) FROM f_payment_batch_lines l CROSS JOIN record r ON r.rec = l.rec
  WHERE l.voucher_no IN (SELECT voucher_no FROM f_payment_batch_lines GROUP BY voucher_no HAVING count(*) > 1)
UNION SELECT f.quota_no, 'quota', substr(f.dept, 3, 6) FROM f_allotment f
UNION SELECT r.doc_no, 'approval', r.subject FROM f_congress_approval f CROSS JOIN record r ON r.rec = f.rec
  WHERE r.correction = @CORRECTION_REPLACE AND r.doc_no <> ''
UNION SELECT k.doc, 'shift', k.rgn FROM k24_shift k
UNION SELECT f.name, 'orgname', '' FROM f_org_profile f WHERE f.name <> ''
UNION SELECT f.bunit, 'bunit', '' FROM f_org_profile f WHERE f.bunit <> ''
UNION SELECT k.subject, 'term', k.role FROM tenure k WHERE k.role IS NOT NULL
UNION SELECT l.stream, 'chain', l.seq FROM k24_lost l
-- [agenda]
SELECT t.a, t.b, t.c, date_add(wd_add((SELECT max(k.day) FROM k24_shift s CROSS JOIN tick k ON k.no = s.tick WHERE s.doc = t.a AND s.rgn = t.c),
  param('k24.shift_workdays')), 1) AS due FROM touched t WHERE t.b = 'shift' AND EXISTS (SELECT 1 FROM k24_shift s WHERE s.doc = t.a AND s.rgn = t.c)
-- [condition]
WITH profile AS MATERIALIZED (
  SELECT t.a, t.b, t.c, (SELECT v.rec FROM v_subject_profile v WHERE v.r_subject = t.a AND v.r_type = @TYPE_SUBJECT_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec FROM touched t WHERE t.b IN ('bk', 'org')
    AND NOT EXISTS (SELECT 1 FROM subj k WHERE k.key = t.a AND k.kind IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION))),
named AS MATERIALIZED (
  SELECT t.a, t.b, t.c, coalesce(r.r_fy, r.r_valid / 10000) AS year, min(r.r_kind) AS kind, min(coalesce(p.name, o.name)) AS first,
    max(coalesce(p.name, o.name)) AS last FROM touched t CROSS JOIN live r ON r.r_subject = t.a AND r.r_type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)
  LEFT JOIN f_subject_profile p ON p.rec = r.rec LEFT JOIN f_org_profile o ON o.rec = r.rec
  WHERE t.b = 'name' AND coalesce(p.name, o.name, '') <> '' GROUP BY t.a, coalesce(r.r_fy, r.r_valid / 10000)),
money AS MATERIALIZED (
  SELECT p.a, p.b, p.c, p.rec, min(l.bk) AS bk FROM profile p CROSS JOIN f_congress_approval_lines l ON l.subject = p.a
  CROSS JOIN live r ON r.rec = l.rec WHERE p.b = 'bk' AND NOT EXISTS (SELECT 1 FROM f_subject_profile f CROSS JOIN json_each(f.bk) j
    WHERE f.rec = p.rec AND j.value = l.bk) GROUP BY p.a),
said AS MATERIALIZED (
  SELECT p.a, p.b, p.c, p.rec, min(l.dept) AS org FROM profile p CROSS JOIN f_congress_approval_lines l ON l.subject = p.a AND l.dept <> ''
  CROSS JOIN live r ON r.rec = l.rec WHERE p.b = 'org' GROUP BY p.a, l.dept
  UNION SELECT p.a, p.b, p.c, p.rec, f.org FROM profile p CROSS JOIN live r ON r.r_subject = p.a AND r.r_type = @TYPE_AUDIT_FINDING
  CROSS JOIN f_audit_finding f ON f.rec = r.rec WHERE p.b = 'org' AND f.org <> ''),
foreign_body AS MATERIALIZED (
  SELECT s.a, s.b, s.c, s.rec, min(s.org) AS org FROM said s LEFT JOIN f_subject_profile f ON f.rec = s.rec
  WHERE NOT EXISTS (SELECT 1 FROM (SELECT f.resp_org AS body UNION SELECT j.value FROM json_each(f.impl_org) j) own
      WHERE own.body = s.org OR EXISTS (SELECT 1 FROM v_org_profile o WHERE o.r_subject = own.body AND o.r_type = @TYPE_ORG_PROFILE
        AND o.parent = s.org))
    AND NOT EXISTS (SELECT 1 FROM v_org_profile o WHERE o.r_subject = s.org AND o.r_type = @TYPE_ORG_PROFILE AND o.parent = f.resp_org)
  GROUP BY s.a),
holder AS MATERIALIZED (
  SELECT t.a, t.b, t.c, r.r_subject AS subject FROM touched t CROSS JOIN alias x ON x.alias = t.a CROSS JOIN live r ON r.rec = x.rec
   WHERE t.b = 'alias'
  UNION SELECT t.a, t.b, t.c, t.a FROM touched t WHERE t.b = 'alias'
    AND EXISTS (SELECT 1 FROM live r WHERE r.r_subject = t.a AND r.r_type = @TYPE_SUBJECT_PROFILE)),
twice AS MATERIALIZED (
  SELECT h.a, h.b, h.c, min(h.subject) AS first, max(h.subject) AS last FROM holder h GROUP BY h.a HAVING count(*) > 1),
charged AS MATERIALIZED (
  SELECT t.a, t.b, t.c, r.r_fy AS fy, r.r_root AS root, coalesce(l.payee_uscc, l.payee_token) AS payee, sum(r.r_sign) AS n, min(l.subject) AS subject,
    min(p.pay_date) AS day, sum(l.fen * r.r_sign) AS fen
  FROM touched t CROSS JOIN f_payment_batch_lines l ON l.voucher_no = t.a CROSS JOIN live r ON r.rec = l.rec AND substr(r.r_subject, 3, 6) = t.c
    CROSS JOIN f_payment_batch p ON p.rec = l.rec
  WHERE t.b = 'voucher' AND coalesce(l.op, @PAYMENT_OP_PAY) = @PAYMENT_OP_PAY GROUP BY t.a, t.c, r.r_fy, r.r_root, payee, l.subject, l.quota_no, l.bk, l.func, l.econ_d, l.fund_year
  HAVING sum(r.r_sign) > 0),
paid AS MATERIALIZED (
  SELECT a, b, c, fy, max(n) AS n, min(subject) AS subject, (SELECT p.name FROM place p WHERE p.rec = root) || ' ' || min(day) || ' '
    || printf('%d.%02d', sum(fen) / max(n) / 100, sum(fen) / max(n) % 100) AS text
  FROM charged GROUP BY a, c, fy, root, payee),
allotted AS MATERIALIZED (
  SELECT t.a, t.b, t.c, coalesce(f.fund_year, r.r_fy) AS fy, r.r_subject AS subject, sum(r.r_sign) AS n, max(f.kind = @ALLOTMENT_KIND_INITIAL) AS initial
  FROM touched t CROSS JOIN f_allotment f ON f.quota_no = t.a AND substr(f.dept, 3, 6) = t.c CROSS JOIN live r ON r.rec = f.rec
  WHERE t.b = 'quota' AND f.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADD, @ALLOTMENT_KIND_REDUCE)
  GROUP BY t.a, t.c, 4, r.r_subject, r.r_root HAVING sum(r.r_sign) > 0),
renumbered AS MATERIALIZED (
  SELECT t.a, t.b, t.c, r.r_kind AS kind, r.r_fy AS fy, min((SELECT p.name FROM place p WHERE p.rec = o.rec)) AS first,
    min((SELECT p.name FROM place p WHERE p.rec = r.rec)) AS last
  FROM touched t CROSS JOIN live r ON r.r_subject = t.c AND r.r_type = @TYPE_CONGRESS_APPROVAL AND r.r_doc = t.a
    CROSS JOIN record q ON q.rec = r.rec AND q.correction = @CORRECTION_REPLACE
    CROSS JOIN record o ON o.root = r.r_root AND +o.rec <> r.rec AND +o.doc_no = t.a AND o.lost IS NULL
  WHERE t.b = 'approval' GROUP BY t.a, t.c, r.r_fy),
shifted AS MATERIALIZED (
  SELECT t.a, t.b, t.c, s.fy, min(s.subject) AS subject, coalesce(sum(CASE s.kind WHEN @ALLOTMENT_KIND_SHIFT_OUT THEN s.fen END), 0) AS out,
    coalesce(sum(CASE s.kind WHEN @ALLOTMENT_KIND_SHIFT_IN THEN s.fen END), 0) AS into_, max((SELECT k.day FROM tick k WHERE k.no = s.tick)) AS day
  FROM touched t CROSS JOIN k24_shift s ON s.doc = t.a AND s.rgn = t.c WHERE t.b = 'shift' GROUP BY t.a, t.c, s.fy),
named_body AS MATERIALIZED (
  SELECT DISTINCT t.a, t.b, t.c, r.subject FROM touched t CROSS JOIN f_org_profile f ON f.name = t.a CROSS JOIN record r ON r.rec = f.rec WHERE t.b = 'orgname'
  UNION ALL SELECT DISTINCT t.a, t.b, t.c, r.subject FROM touched t CROSS JOIN f_org_profile f ON f.bunit = t.a CROSS JOIN record r ON r.rec = f.rec
    WHERE t.b = 'bunit'),
body_now AS MATERIALIZED (
  SELECT n.*, (SELECT v.rec FROM v_org_profile v WHERE v.r_subject = n.subject AND v.r_type = @TYPE_ORG_PROFILE
    ORDER BY v.r_valid DESC, v.r_issued DESC, v.r_stream DESC, v.r_seq DESC LIMIT 1) AS rec FROM named_body n),
bears AS MATERIALIZED (
  SELECT n.a, n.b, n.c, n.subject, f.rgn, coalesce(f.active_from, 0) AS since, coalesce(f.active_to, 99991231) AS until
  FROM body_now n CROSS JOIN f_org_profile f ON f.rec = n.rec AND CASE n.b WHEN 'bunit' THEN f.bunit ELSE f.name END = n.a),
bodies AS MATERIALIZED (
  SELECT x.a, x.b, x.c, x.rgn, x.subject AS first, y.subject AS last,
    row_number() OVER (PARTITION BY x.a, x.b, x.rgn ORDER BY x.subject, y.subject) AS nth FROM bears x CROSS JOIN bears y
    ON y.a = x.a AND y.b = x.b AND y.rgn = x.rgn AND y.subject > x.subject AND x.since <= y.until AND y.since <= x.until),
term AS MATERIALIZED (
  SELECT t.a, t.b, t.c, k.rec, k.held_from, k.held_to, (SELECT p.name FROM place p WHERE p.rec = k.rec) AS name
  FROM touched t CROSS JOIN tenure k ON k.subject = t.a AND k.role = t.c WHERE t.b = 'term'),
terms AS MATERIALIZED (
  SELECT x.a, x.b, x.c, x.name || ' ' || x.held_from || '-' || x.held_to AS first, y.name || ' ' || y.held_from || '-' || y.held_to AS last,
    row_number() OVER (PARTITION BY x.a, x.c ORDER BY x.name, y.name) AS nth
  FROM term x CROSS JOIN term y ON y.a = x.a AND y.c = x.c AND y.name > x.name AND x.held_from < y.held_to AND y.held_from < x.held_to),
lost AS MATERIALIZED (
  SELECT t.a, t.b, t.c, x.rec, n.name, x.next FROM touched t CROSS JOIN stream s ON t.b = 'chain' AND s.party || '/' || s.name = t.a
    CROSS JOIN record r ON r.sid = s.sid AND r.seq = t.c CROSS JOIN k24_lost x ON x.rec = r.rec
    CROSS JOIN correction_name n ON n.rec = x.rec)
SELECT n.a, n.b, n.c, n.kind AS kind, n.a AS key, 0 AS fy, '' AS period, 'name' AS object, 'FIRE' AS state, @SEVERITY_YELLOW AS sev,
  '名称' AS what, 'name' AS what_en, n.first AS a, n.last AS b, 'finance' AS party, NULL AS through
FROM (SELECT x.*, row_number() OVER (PARTITION BY x.a ORDER BY x.year) AS nth FROM named x WHERE x.first <> x.last) n WHERE n.nth = 1
UNION ALL
SELECT m.a, m.b, m.c, coalesce(r.kind, (SELECT min(k.kind) FROM subj k WHERE k.key = m.a), @SUBJECT_KIND_PROJECT), m.a, 0, '', 'bk',
  CASE WHEN m.rec IS NULL OR f.bk IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END, @SEVERITY_YELLOW, '预算种类', 'budget kind',
  (SELECT group_concat(j.value, '、') FROM json_each(f.bk) j), CAST(m.bk AS TEXT), 'finance', NULL
FROM money m LEFT JOIN record r ON r.rec = m.rec LEFT JOIN f_subject_profile f ON f.rec = m.rec
UNION ALL
SELECT m.a, m.b, m.c, coalesce(r.kind, (SELECT min(k.kind) FROM subj k WHERE k.key = m.a), @SUBJECT_KIND_PROJECT), m.a, 0, '', 'org',
  CASE WHEN f.resp_org IS NULL THEN 'UNKNOWN' ELSE 'FIRE' END, @SEVERITY_YELLOW, '责任单位', 'responsible body', f.resp_org, m.org, 'finance', NULL
FROM foreign_body m LEFT JOIN record r ON r.rec = m.rec LEFT JOIN f_subject_profile f ON f.rec = m.rec
UNION ALL
SELECT t.a, t.b, t.c, (SELECT min(k.kind) FROM subj k WHERE k.key = t.first), t.first, 0, '', 'alias:' || t.a, 'FIRE', @SEVERITY_YELLOW,
  '代码' || t.a || '用于', 'code ' || t.a || ' of', t.first, t.last, 'finance', NULL
FROM twice t
UNION ALL
SELECT a, b, c, coalesce((SELECT min(k.kind) FROM subj k WHERE k.key = min(subject)), @SUBJECT_KIND_PROJECT), min(subject), fy, '', 'voucher:' || c || ':' || a, 'FIRE', @SEVERITY_YELLOW,
  '支付凭证号' || a || '重复，', 'voucher ' || a || ' twice,', min(text), max(text), 'finance', NULL
FROM paid GROUP BY a, b, c, fy HAVING sum(n) > 1
UNION ALL
SELECT a, b, c, coalesce((SELECT min(k.kind) FROM subj k WHERE k.key = min(subject)), @SUBJECT_KIND_PROJECT), min(subject), fy, '', 'quota:' || c || ':' || a, 'FIRE', @SEVERITY_YELLOW,
  '指标文号' || a || '重复，', 'quota number ' || a || ' twice,', min(subject), max(subject), 'finance', NULL
FROM allotted GROUP BY a, b, c, fy HAVING min(subject) < max(subject) OR sum(initial) > 1
UNION ALL
SELECT a, b, c, coalesce((SELECT min(k.kind) FROM subj k WHERE k.key = subject), @SUBJECT_KIND_PROJECT), subject, fy, '', 'shift:' || c || ':' || a,
  CASE WHEN out = into_ THEN 'CLEAR' WHEN tick_day() > wd_add(day, param('k24.shift_workdays')) THEN 'FIRE' ELSE 'UNKNOWN' END, @SEVERITY_YELLOW,
  a || '调出、调入金额', 'shifted out and in under ' || a, printf('%d.%02d', out / 100, out % 100), printf('%d.%02d', into_ / 100, into_ % 100), 'finance',
  CASE WHEN out <> into_ AND tick_day() > wd_add(day, param('k24.shift_workdays')) THEN wd_add(day, param('k24.shift_workdays')) END
FROM shifted
UNION ALL
SELECT a, b, c, (SELECT min(k.kind) FROM subj k WHERE k.key = first), first, 0, '', b || ':' || rgn || ':' || a, 'FIRE', @SEVERITY_YELLOW,
  CASE b WHEN 'bunit' THEN '预算单位编码' ELSE '名称' END || a || '用于', CASE b WHEN 'bunit' THEN 'budget unit code ' ELSE 'name ' END || a || ' of', first, last, 'finance', NULL
FROM bodies WHERE nth = 1
UNION ALL
SELECT a, b, c, (SELECT min(k.kind) FROM subj k WHERE k.key = a), a, 0, '', 'term:' || c, 'FIRE', @SEVERITY_YELLOW,
  '责任人任期重叠，', 'overlapping terms of responsible persons,', first, last, 'finance', NULL
FROM terms WHERE nth = 1
UNION ALL
SELECT l.a, l.b, l.c, r.kind, r.subject, coalesce(r.fy, 0), '', 'chain:' || l.name, 'FIRE', @SEVERITY_YELLOW,
  '同一记录两次更正，', 'two corrections of one record,', l.name, (SELECT n.name FROM correction_name n WHERE n.rec = l.next), substr(l.a, 1, instr(l.a, '/') - 1), NULL
FROM lost l CROSS JOIN record r ON r.rec = l.rec
UNION ALL
SELECT a, b, c, kind, c, fy, '', 'approval:' || a, 'FIRE', @SEVERITY_YELLOW,
  '更正未另编文号，' || a || '：', 'a correction bears the number of what it corrects, ' || a || ':', first, last, 'congress', NULL
FROM renumbered
-- [inputs]
SELECT rec FROM (
  SELECT r.rec FROM live r WHERE r.r_subject = :key AND r.r_type IN (@TYPE_SUBJECT_PROFILE, @TYPE_ORG_PROFILE)
  UNION SELECT r.rec FROM live r WHERE r.r_subject = :key AND r.r_type = @TYPE_AUDIT_FINDING AND :object = 'org'
  UNION SELECT l.rec FROM f_congress_approval_lines l CROSS JOIN live r ON r.rec = l.rec WHERE l.subject = :key AND :object IN ('bk', 'org')
  UNION SELECT x.rec FROM alias x CROSS JOIN live r ON r.rec = x.rec WHERE x.alias = :a AND :b = 'alias'
  UNION SELECT l.rec FROM f_payment_batch_lines l CROSS JOIN live r ON r.rec = l.rec AND r.r_fy = :fy WHERE l.voucher_no = :a AND :b = 'voucher'
    AND substr(r.r_subject, 3, 6) = :c
  UNION SELECT f.rec FROM f_allotment f CROSS JOIN live r ON r.rec = f.rec WHERE f.quota_no = :a AND :b = 'quota' AND substr(f.dept, 3, 6) = :c
  UNION SELECT o.rec FROM live r CROSS JOIN record o ON o.root = r.r_root AND +o.doc_no = :a WHERE r.r_subject = :c
    AND r.r_type = @TYPE_CONGRESS_APPROVAL AND r.r_doc = :a AND :b = 'approval'
  UNION SELECT s.rec FROM k24_shift s WHERE s.doc = :a AND s.rgn = :c AND :b = 'shift'
  UNION SELECT r.rec FROM f_org_profile f CROSS JOIN live r ON r.rec = f.rec WHERE f.name = :a AND :b = 'orgname'
  UNION SELECT r.rec FROM f_org_profile f CROSS JOIN live r ON r.rec = f.rec WHERE f.bunit = :a AND :b = 'bunit'
  UNION SELECT k.rec FROM tenure k WHERE k.subject = :a AND k.role = :c AND :b = 'term'
  UNION SELECT CASE y.column1 WHEN 1 THEN l.rec ELSE l.next END FROM stream s CROSS JOIN record r ON :b = 'chain' AND r.sid = s.sid AND r.seq = :c CROSS JOIN k24_lost l ON l.rec = r.rec
    CROSS JOIN (VALUES (1), (2)) y WHERE s.party || '/' || s.name = :a)
ORDER BY rec LIMIT 32
