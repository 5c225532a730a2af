/* The part of ledger.db that isn't made from descriptors. */
#ifndef PENTAD_LEDGER_SCHEMA_H
#define PENTAD_LEDGER_SCHEMA_H

/* Raise when the meaning of rows changes though the tables don't. */
#define PT_LEDGER_VERSION "11"

static const char pt_schema_head[] =
    /* What this machine knows about the file; no part of the digest. */
    "CREATE TABLE local(k TEXT PRIMARY KEY, v) WITHOUT ROWID;\n"
    "CREATE TABLE state(k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID;\n"
    /* The right edges of trees over the log's entries, as of the cursor: sm3.c. */
    "CREATE TABLE log_edge(k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID;\n"
    "CREATE TABLE body(party TEXT PRIMARY KEY, name TEXT, uscc TEXT) WITHOUT ROWID;\n"
    /* closed: the last day that a StreamClose ended. frozen: the Incident's record, else 0; pair:
       of the two statements that the last freeze was over. See streams.c. */
    "CREATE TABLE stream(sid INTEGER PRIMARY KEY, party TEXT, name TEXT,\n"
    "  enrolled INTEGER DEFAULT 0, closed INTEGER DEFAULT 0, final INTEGER DEFAULT 0,\n"
    "  frozen INTEGER DEFAULT 0, pair BLOB, UNIQUE(party, name));\n"
    /* As of the last tick: the day up to which all of a party's streams have closed. */
    "CREATE TABLE closed_day(party TEXT PRIMARY KEY, day INTEGER) WITHOUT ROWID;\n"
    "CREATE TABLE entry(log_index INTEGER PRIMARY KEY, sid INTEGER, first_rec INTEGER,\n"
    "  n INTEGER, received_at INTEGER, leaf BLOB, signing_key BLOB);\n"
    "CREATE TABLE record(rec INTEGER PRIMARY KEY, log_index INTEGER, sid INTEGER, seq INTEGER,\n"
    "  type INTEGER, hash BLOB, kind INTEGER, subject TEXT, fy INTEGER, effective INTEGER,\n"
    "  issued_at INTEGER, doc_no TEXT, originator TEXT, classification INTEGER,\n"
    "  correction INTEGER, reason TEXT, source_system TEXT, source_locator TEXT,\n"
    "  source_row INTEGER, tick INTEGER, corrects INTEGER, root INTEGER, sign INTEGER,\n"
    "  valid_from INTEGER, live_from INTEGER, live_to INTEGER, next INTEGER, lost INTEGER);\n"
    "CREATE INDEX record_seq ON record(sid, seq);\n"
    "CREATE INDEX record_subject ON record(subject, type);\n"
    "CREATE INDEX record_root ON record(root);\n"
    "CREATE INDEX record_lost ON record(rec) WHERE lost = 1;\n"
    "CREATE INDEX record_correction ON record(doc_no, subject) WHERE correction IN\n"
    "  (@CORRECTION_REPLACE, @CORRECTION_REVERSE, @CORRECTION_WITHDRAW);\n"
    /* Every RecordRef of every record. */
    "CREATE TABLE ref(t_sid INTEGER, t_seq INTEGER, rec INTEGER, field TEXT, hash BLOB,\n"
    "  PRIMARY KEY(t_sid, t_seq, rec, field)) WITHOUT ROWID;\n"
    "CREATE INDEX ref_rec ON ref(rec);\n"
    /* Corrections whose target hasn't arrived; records that wait for approvals; records whose
       standing changed since the last tick after they had been written. */
    "CREATE TABLE waiting(t_sid INTEGER, t_seq INTEGER, rec INTEGER,\n"
    "  PRIMARY KEY(t_sid, t_seq, rec)) WITHOUT ROWID;\n"
    "CREATE TABLE awaiting(rec INTEGER PRIMARY KEY);\n"
    "CREATE TABLE recheck(rec INTEGER PRIMARY KEY);\n"
    "CREATE TABLE tick(no INTEGER PRIMARY KEY, day INTEGER, log_size INTEGER, seq INTEGER,\n"
    "  rec INTEGER);\n"
    "CREATE INDEX tick_day ON tick(day);\n"
    "CREATE TABLE subj(key TEXT, kind INTEGER, PRIMARY KEY(key, kind)) WITHOUT ROWID;\n"
    "CREATE INDEX subj_kind ON subj(kind);\n";

/* Sums as of the last tick, and what makes them quick to find. */
static const char pt_schema_sums[] =
    /* Sums as of the last tick. coarse: 1 where a payment is dated to a month only, 2 to a year. */
    "CREATE TABLE agg_pay(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT, fy INTEGER,\n"
    "  month INTEGER, func TEXT, fen INTEGER, coarse INTEGER,\n"
    "  PRIMARY KEY(subject, fund_year, bk, ckey, fy, month, func)) WITHOUT ROWID;\n"
    /* Payments by quota line ('': none named). last: the newest day with a PAY that stands; 0:
       none. */
    "CREATE TABLE agg_line(subject TEXT, quota_no TEXT, month INTEGER, fen INTEGER,\n"
    "  last INTEGER, coarse INTEGER, PRIMARY KEY(subject, quota_no, month)) WITHOUT ROWID;\n"
    "CREATE TABLE agg_quota(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT,\n"
    "  kind INTEGER, fen INTEGER, first_tick INTEGER,\n"
    "  PRIMARY KEY(subject, fund_year, bk, ckey, kind)) WITHOUT ROWID;\n"
    /* Fiscal years of which a payment has come with its day, since which tick. */
    "CREATE TABLE agg_year(fy INTEGER PRIMARY KEY, since INTEGER);\n"
    /* What congress approved, by the line that binds: level C control key, S subject, D department,
       F function in a region; and each approval's part in it. R: all of a region. agg_approved is
       budget and adjustments, agg_final the final accounts. tol: what rounding in the source
       document may explain. */
    "CREATE TABLE approved_line(level TEXT, key TEXT, fy INTEGER, bk INTEGER, func TEXT,\n"
    "  rec INTEGER, kind INTEGER, approved_on INTEGER, fen INTEGER, tol INTEGER,\n"
    "  PRIMARY KEY(level, key, fy, bk, func, rec)) WITHOUT ROWID;\n"
    "CREATE INDEX approved_line_year ON approved_line(fy);\n"
    "CREATE TABLE agg_approved(level TEXT, key TEXT, fy INTEGER, bk INTEGER, func TEXT,\n"
    "  fen INTEGER, tol INTEGER, PRIMARY KEY(level, key, fy, bk, func)) WITHOUT ROWID;\n"
    "CREATE INDEX approved_by_func ON agg_approved(fy, bk, func, level);\n"
    "CREATE TABLE agg_final(level TEXT, key TEXT, fy INTEGER, bk INTEGER, func TEXT,\n"
    "  fen INTEGER, tol INTEGER, PRIMARY KEY(level, key, fy, bk, func)) WITHOUT ROWID;\n"
    "CREATE INDEX final_by_func ON agg_final(fy, bk, func, level);\n"
    /* A department's allotments of its region's own money: neither INBOUND nor TRANSFER; advance:
       of them the absorbed ADVANCEs. */
    "CREATE TABLE agg_dept(dept TEXT, fy INTEGER, bk INTEGER, advance INTEGER, fen INTEGER,\n"
    "  tol INTEGER, PRIMARY KEY(dept, fy, bk, advance)) WITHOUT ROWID;\n"
    "CREATE INDEX agg_dept_year ON agg_dept(fy, bk);\n"
    /* Whose subject is whose: department (4) and unit (5) of every subject, its own included, and
       the policy (3) that an item carries out. */
    "CREATE TABLE member(kind INTEGER, org TEXT, subject TEXT,\n"
    "  PRIMARY KEY(kind, org, subject)) WITHOUT ROWID;\n"
    "CREATE INDEX member_subject ON member(subject);\n"
    /* Of which of the types that payments have to be held against (apply.c) a subject has records,
       whatever their standing: bit `type % 64`. Most have none, and nobody need look. Of profiles
       only one that calls it major is told, of allotments one that takes money away (agg.c). */
    "CREATE TABLE said_of(subject TEXT PRIMARY KEY, types INTEGER) WITHOUT ROWID;\n"
    /* Fiscal years of which there is a self-evaluation (V01), whatever its standing. */
    "CREATE TABLE evaluated_year(fy INTEGER PRIMARY KEY);\n"
    /* Which profiles (P02) name an item by another code too, live or not. */
    "CREATE TABLE alias(alias TEXT, rec INTEGER, PRIMARY KEY(alias, rec)) WITHOUT ROWID;\n"
    "CREATE INDEX agg_pay_ckey ON agg_pay(ckey) WHERE ckey <> '';\n"
    "CREATE INDEX agg_quota_ckey ON agg_quota(ckey) WHERE ckey <> '';\n"
    "CREATE VIEW months(m) AS VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12);\n"
    /* Where a record stands, whatever arrived first: by `tick`, then `stream` and `seq`. Streams
       lie among each other in any order between two ticks, so `rec` says it within one only. */
    "CREATE VIEW place AS SELECT r.rec, r.tick, s.party || '/' || s.name AS stream, r.seq,\n"
    "  s.party || '/' || s.name || '#' || r.seq AS name FROM record r CROSS JOIN stream s\n"
    "  ON s.sid = r.sid;\n"
    /* What people call a correction: its party and document number; without a number its place,
       which also follows the number where another correction of the subject had it first. */
    "CREATE VIEW correction_name AS SELECT c.rec,\n"
    "  CASE WHEN coalesce(c.doc_no, '') = '' THEN p.name\n"
    "  ELSE s.party || '/' || c.doc_no || CASE WHEN c.subject IS t.subject AND c.rec = (\n"
    "    SELECT x.rec FROM record x INDEXED BY record_correction\n"
    "    CROSS JOIN place q ON q.rec = x.rec\n"
    "    WHERE x.doc_no = c.doc_no AND x.subject IS c.subject AND x.correction IN\n"
    "      (@CORRECTION_REPLACE, @CORRECTION_REVERSE, @CORRECTION_WITHDRAW)\n"
    "    ORDER BY q.tick, q.stream, q.seq LIMIT 1) THEN '' ELSE ' ' || p.name END END AS name\n"
    "  FROM record c CROSS JOIN stream s ON s.sid = c.sid CROSS JOIN place p ON p.rec = c.rec\n"
    "  CROSS JOIN ref g ON g.rec = c.rec AND g.field = 'corrects'\n"
    "  CROSS JOIN record t ON t.sid = g.t_sid AND t.seq = g.t_seq AND t.hash = g.hash;\n"
    /* Of two that take effect and were issued at the same moments the last in (r_stream, r_seq)
       counts as the newer one. */
    "CREATE VIEW live AS SELECT rec, log_index AS r_log, sid AS r_sid, seq AS r_seq,\n"
    "  (SELECT s.party || '/' || s.name FROM stream s WHERE s.sid = record.sid) AS r_stream,\n"
    "  type AS r_type, kind AS r_kind, subject AS r_subject, fy AS r_fy,\n"
    "  valid_from AS r_valid, issued_at AS r_issued, doc_no AS r_doc, root AS r_root,\n"
    "  sign AS r_sign, tick AS r_tick\n"
    "  FROM record WHERE live_from IS NOT NULL AND live_to IS NULL;\n";

/* Of snapshots (H03). */
static const char pt_schema_snapshots[] =
    /* chain: over the records that name the page, in the log's order; dirty: which rows have to be
       made anew (snap.h); rows, head: of its rows, since the last snapshot. */
    "CREATE TABLE snap_page(part INTEGER, place INTEGER, subject TEXT, fy INTEGER, chain BLOB,\n"
    "  dirty INTEGER, rows INTEGER DEFAULT 0, head BLOB,\n"
    "  PRIMARY KEY(part, place, subject, fy)) WITHOUT ROWID;\n"
    "CREATE INDEX snap_dirty ON snap_page(part, place) WHERE dirty <> 0;\n"
    /* A node of a part's tree: prefix is the first `depth` digits of its pages' places. */
    "CREATE TABLE snap_node(part INTEGER, depth INTEGER, prefix INTEGER, pages INTEGER,\n"
    "  rows INTEGER, head BLOB, PRIMARY KEY(part, depth, prefix)) WITHOUT ROWID;\n"
    /* What a page's rows say, where no sum has it already. */
    "CREATE TABLE snap_row(subject TEXT, fy INTEGER, no INTEGER, value INTEGER,\n"
    "  PRIMARY KEY(subject, fy, no)) WITHOUT ROWID;\n"
    /* Who ever named a body or a policy as whose he is (pt_snap_role), whatever became of it. */
    "CREATE TABLE snap_member(org TEXT, role INTEGER, subject TEXT,\n"
    "  PRIMARY KEY(org, role, subject)) WITHOUT ROWID;\n"
    "CREATE INDEX snap_member_subject ON snap_member(subject);\n"
    /* body: the LedgerSnapshot as it was taken here; rec: of the H03 that the log has, unlike: the
       parties (as bits) whose digests it has otherwise, bit 0: anything else; format: its own,
       and where that isn't what is made here nothing is unlike. */
    "CREATE TABLE snap_day(day INTEGER PRIMARY KEY, tick INTEGER, body BLOB, rec INTEGER,\n"
    "  unlike INTEGER DEFAULT 0, format INTEGER);\n"
    "CREATE INDEX snap_unlike ON snap_day(day) WHERE unlike <> 0;\n";

/* Of the fact tables, which stand before them. */
static const char pt_schema_indexes[] =
    "CREATE INDEX snapshot_tick ON f_ledger_snapshot(tick_day, tick_seq);\n"
    "CREATE INDEX pay_voucher ON f_payment_batch_lines(voucher_no);\n"
    "CREATE INDEX pay_ckey ON f_payment_batch_lines(control_key) WHERE control_key <> '';\n"
    "CREATE INDEX quota_no ON f_allotment(quota_no);\n"
    "CREATE INDEX quota_basis ON f_allotment(basis_doc);\n"
    "CREATE INDEX quota_dept ON f_allotment(dept, func);\n"
    "CREATE INDEX quota_func ON f_allotment(func);\n"
    "CREATE INDEX quota_ckey ON f_allotment(control_key) WHERE control_key <> '';\n"
    "CREATE INDEX approved_subject ON f_congress_approval_lines(subject);\n"
    "CREATE INDEX approved_dept ON f_congress_approval_lines(dept, func);\n"
    "CREATE INDEX approved_func ON f_congress_approval_lines(func);\n"
    "CREATE INDEX approved_ckey ON f_congress_approval_lines(control_key)\n"
    "  WHERE control_key <> '';\n"
    "CREATE INDEX profile_org ON f_subject_profile(resp_org);\n"
    "CREATE INDEX profile_func ON f_subject_profile(func);\n"
    "CREATE INDEX profile_policy ON f_subject_profile(policy_key) WHERE policy_key <> '';\n"
    "CREATE INDEX org_parent ON f_org_profile(parent);\n"
    "CREATE INDEX org_name ON f_org_profile(name);\n"
    "CREATE INDEX org_bunit ON f_org_profile(bunit);\n"
    "CREATE INDEX evaluation_agency ON f_evaluation(agency) WHERE agency <> '';\n"
    "CREATE INDEX evaluation_kind ON f_evaluation(kind);\n"
    "CREATE INDEX third_party_agency ON f_third_party(agency);\n"
    "CREATE INDEX use_next ON f_result_use(next_fy);\n"
    "CREATE INDEX finding_id ON f_discrepancy(id);\n"
    "CREATE INDEX finding_key ON f_discrepancy(key);\n"
    "CREATE INDEX reply_id ON f_discrepancy_reply(id);\n"
    "CREATE INDEX exec_month ON f_exec_snapshot(month);\n"
    "CREATE INDEX monitor_period ON f_monitor_report(period_end);\n"
    "CREATE INDEX region_month ON f_region_fiscal(month);\n"
    "CREATE INDEX audited_org ON f_audit_finding(org);\n"
    "CREATE INDEX appraisal_ledger ON f_appraisal_components(ledger_ref_subject_key);\n"
    "CREATE INDEX org_region ON f_org_profile(rgn);\n"
    "CREATE INDEX access_target ON f_access_log_accesses(target_seq, target_party,\n"
    "  target_stream);\n"
    "CREATE INDEX clue_id ON f_clue_transfer(clue_id);\n"
    "CREATE INDEX clue_receipt_id ON f_clue_receipt(clue_id);\n"
    "CREATE INDEX clue_outcome_id ON f_clue_outcome(clue_id);\n";

/* Which batches have lines of whom, by the month (of the last tick) in which they came: a day's
 * rows then lie on few pages. An index of the lines by subject has a row a line, all over the file,
 * and is most of what a day's commit writes. */
static const char pt_schema_paid[] =
    "CREATE TABLE paid_item(item INTEGER PRIMARY KEY, subject TEXT UNIQUE);\n"
    "CREATE TABLE paid_month(month INTEGER PRIMARY KEY);\n"
    "CREATE TABLE paid_batch(month INTEGER, item INTEGER, rec INTEGER,\n"
    "  PRIMARY KEY(month, item, rec)) WITHOUT ROWID;\n"
    "CREATE VIEW paid_by AS SELECT s.subject, b.rec FROM paid_item s CROSS JOIN paid_month m\n"
    "  CROSS JOIN paid_batch b ON b.month = m.month AND b.item = s.item;\n"
    /* Payment lines where the subject is what is known of them. */
    "CREATE VIEW paid_line AS SELECT b.rec, l.idx, b.subject, l.voucher_no, l.quota_no, l.fen, "
    "l.op,\n"
    "  l.payee_uscc, l.purpose FROM paid_by b CROSS JOIN f_payment_batch_lines l ON l.rec = b.rec\n"
    "  AND l.subject = b.subject;\n";

/* Views over people and what they approve of. */
static const char pt_schema_people[] =
    /* Who answers for something, as what, from when until when (99991231: no end is known). The end
       is the first that the record or a supplement to it says; what corrects a supplement is one
       too, of what that supplements. */
    "CREATE VIEW tenure AS SELECT r.r_subject AS subject, r.rec, f.role, f.held_from,\n"
    "  coalesce(f.lifetime, 0) AS lifetime, min(coalesce(f.held_to, 99991231), coalesce((\n"
    "    SELECT min(e.held_to) FROM record o CROSS JOIN ref g ON g.t_sid = o.sid\n"
    "      AND g.t_seq = o.seq AND g.hash = o.hash AND g.field = 'corrects'\n"
    "    CROSS JOIN record s ON s.rec = g.rec AND s.correction = @CORRECTION_SUPPLEMENT\n"
    "    CROSS JOIN live l ON l.r_root = s.rec CROSS JOIN f_responsible_person e\n"
    "      ON e.rec = l.rec WHERE o.root = r.r_root), 99991231)) AS held_to\n"
    "  FROM live r CROSS JOIN f_responsible_person f ON f.rec = r.rec AND f.held_from IS NOT NULL\n"
    "  CROSS JOIN record q ON q.rec = r.r_root WHERE r.r_type = @TYPE_RESPONSIBLE_PERSON\n"
    "  AND coalesce(q.correction, 0) <> @CORRECTION_SUPPLEMENT;\n"
    /* What congress or audit approves of, where the rules ask for that: a reply, say. */
    "CREATE VIEW seconded AS SELECT f.target AS rec FROM resolved f CROSS JOIN v_approval v\n"
    "  ON v.rec = f.rec AND v.verdict = @VERDICT_APPROVE CROSS JOIN stream p ON p.sid = v.r_sid\n"
    "  AND p.party IN ('congress', 'audit') WHERE f.field = 'target';\n";

/* Views over records. Streams may lie among each other in any order between two ticks, so "after"
 * is a later tick, or in one stream a later place. */
static const char pt_schema_views[] =
    /* Gates that an item has passed and that still stand: into the library (E03 IN), into the
       budget (B04 INITIAL, money 1), under which tick. Money that was taken back whole stands no
       more, neither does what went OUT of the library and has no money. */
    "CREATE VIEW gate AS SELECT r.r_subject AS subject, r.r_fy AS fy, r.r_kind AS kind, r.rec,\n"
    "  r.r_type = @TYPE_ALLOTMENT AS money, o.tick FROM live r CROSS JOIN record o\n"
    "  ON o.rec = r.r_root WHERE r.r_type IN (@TYPE_LIBRARY_EVENT, @TYPE_ALLOTMENT)\n"
    "  AND r.r_kind NOT IN (@SUBJECT_KIND_NONE, @SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT,\n"
    "   @SUBJECT_KIND_REGION)\n"
    "  AND CASE r.r_type WHEN @TYPE_ALLOTMENT THEN EXISTS (SELECT 1 FROM f_allotment q\n"
    "     WHERE q.rec = r.rec AND q.kind = @ALLOTMENT_KIND_INITIAL)\n"
    "   ELSE EXISTS (SELECT 1 FROM f_library_event e WHERE e.rec = r.rec\n"
    "      AND e.action = @LIBRARY_ACTION_IN)\n"
    "    AND NOT EXISTS (SELECT 1 FROM live e CROSS JOIN f_library_event f ON f.rec = e.rec\n"
    "      AND f.action = @LIBRARY_ACTION_OUT CROSS JOIN record p ON p.rec = e.r_root\n"
    "      WHERE e.r_subject = r.r_subject AND e.r_type = @TYPE_LIBRARY_EVENT\n"
    "      AND (p.tick > o.tick OR p.tick = o.tick AND p.sid = o.sid AND p.seq > o.seq)) END\n"
    "  AND coalesce((SELECT sum(q.fen * q.r_sign * quota_sign(q.kind)) FROM v_allotment q\n"
    "     WHERE q.r_subject = r.r_subject AND q.r_type = @TYPE_ALLOTMENT AND q.r_fy = r.r_fy\n"
    "     AND q.kind IN (@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_REDUCE)), 1) > 0;\n"
    /* The newest profile of an item in each year: its fiscal year, else the year it takes effect.
     */
    "CREATE VIEW year_profile AS SELECT r.rec, r.r_subject AS subject, r.r_kind AS kind,\n"
    "  coalesce(r.r_fy, r.r_valid / 10000) AS fy, f.func, f.resp_org AS org, f.name,\n"
    "  f.purpose_tags AS tags, f.total_fen FROM live r CROSS JOIN f_subject_profile f\n"
    "  ON f.rec = r.rec WHERE r.r_type = @TYPE_SUBJECT_PROFILE\n"
    "  AND NOT EXISTS (SELECT 1 FROM live n WHERE n.r_subject = r.r_subject\n"
    "   AND n.r_type = @TYPE_SUBJECT_PROFILE\n"
    "   AND coalesce(n.r_fy, n.r_valid / 10000) = coalesce(r.r_fy, r.r_valid / 10000)\n"
    "   AND (n.r_valid, n.r_issued, n.r_stream, n.r_seq)\n"
    "    > (r.r_valid, r.r_issued, r.r_stream, r.r_seq));\n"
    /* Intervals in which a subject's funding is held, by the ticks that logged SUSPEND or STOP and
       the next RESUME, and their days. Where a unit is named, of that unit's; another unit's RESUME
       ends nothing. */
    "CREATE VIEW suspension AS SELECT s.r_subject AS subject, coalesce(s.unit, '') AS unit,\n"
    "  o.tick AS tick, (SELECT k.day FROM tick k WHERE k.no = o.tick) AS since,\n"
    "  (SELECT min(k.day) FROM v_fund_control e JOIN record p ON p.rec = e.r_root\n"
    "    JOIN tick k ON k.no = p.tick WHERE e.r_subject = s.r_subject\n"
    "    AND e.r_type = @TYPE_FUND_CONTROL AND e.action = @FUND_ACTION_RESUME\n"
    "    AND (p.tick > o.tick OR p.tick = o.tick AND p.sid = o.sid AND p.seq > o.seq)\n"
    "    AND (e.unit = s.unit OR coalesce(e.unit, '') = ''\n"
    "      OR coalesce(s.unit, '') = '')) AS until\n"
    "  FROM v_fund_control s JOIN record o ON o.rec = s.r_root\n"
    "  WHERE s.r_type = @TYPE_FUND_CONTROL AND s.action IN (@FUND_ACTION_SUSPEND, "
    "@FUND_ACTION_STOP);\n"
    /* FG11: evaluations that score, with their rank, whatever their standing; then those in force:
       a subject's score is the highest rank's newest. */
    "CREATE VIEW ranked AS SELECT f.*, CASE f.kind WHEN 4 THEN 5 WHEN 5 THEN 5 WHEN 2 THEN 4\n"
    "  WHEN 3 THEN 3 WHEN 1 THEN 1 WHEN 6 THEN CASE f.by WHEN 3 THEN 5 WHEN 2 THEN 3 END\n"
    "  WHEN 7 THEN CASE f.by WHEN 3 THEN 5 END END AS rank\n"
    "  FROM f_evaluation f WHERE f.total_cp IS NOT NULL;\n"
    "CREATE VIEW score AS SELECT r.*, k.* FROM live r CROSS JOIN ranked k ON k.rec = r.rec;\n"
    /* References that lead to a record that is here with that very hash. The signs + keep SQLite
       from building an index of all records on what only confirms the match. */
    "CREATE VIEW resolved AS SELECT f.rec, f.field, t.rec AS target, t.root AS t_root,\n"
    "  t.type AS t_type, t.subject AS t_subject, +t.fy AS t_fy FROM ref f\n"
    "  JOIN record t ON t.sid = f.t_sid AND t.seq = f.t_seq AND +t.hash = f.hash;\n";

#endif
