/* The part of ledger.db that isn't made from descriptors. */
#ifndef PENTAD_LEDGER_SCHEMA_H
#define PENTAD_LEDGER_SCHEMA_H

/* Raise when the meaning of rows changes though the tables don't. */
#define PT_LEDGER_VERSION "3"

static const char pt_schema_head[] =
    /* What this machine knows about the file; no part of the digest. */
    "CREATE TABLE local(k TEXT PRIMARY KEY, v) WITHOUT ROWID;\n"
    "CREATE TABLE state(k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID;\n"
    "CREATE TABLE body(party TEXT PRIMARY KEY, name TEXT, uscc TEXT) WITHOUT ROWID;\n"
    /* closed: the last day that a StreamClose ended. frozen: the Incident's record, else 0; pair:
       of the two statements that the last freeze was over. See streams.c. */
    "CREATE TABLE stream(sid INTEGER PRIMARY KEY, party TEXT, name TEXT,\n"
    "  enrolled INTEGER DEFAULT 0, closed INTEGER DEFAULT 0, final INTEGER DEFAULT 0,\n"
    "  frozen INTEGER DEFAULT 0, pair BLOB, UNIQUE(party, name));\n"
    /* As of the last tick: the day up to which all of a party's streams have closed. */
    "CREATE TABLE closed_day(party TEXT PRIMARY KEY, day INTEGER) WITHOUT ROWID;\n"
    "CREATE TABLE entry(log_index INTEGER PRIMARY KEY, sid INTEGER, first_rec INTEGER,\n"
    "  n INTEGER, received_at INTEGER, signing_key BLOB);\n"
    "CREATE TABLE record(rec INTEGER PRIMARY KEY, log_index INTEGER, sid INTEGER, seq INTEGER,\n"
    "  type INTEGER, hash BLOB, kind INTEGER, subject TEXT, fy INTEGER, effective INTEGER,\n"
    "  issued_at INTEGER, doc_no TEXT, originator TEXT, classification INTEGER,\n"
    "  correction INTEGER, reason TEXT, source_system TEXT, source_locator TEXT,\n"
    "  source_row INTEGER, tick INTEGER, corrects INTEGER, root INTEGER, sign INTEGER,\n"
    "  valid_from INTEGER, live_from INTEGER, live_to INTEGER, next INTEGER, lost INTEGER);\n"
    "CREATE INDEX record_seq ON record(sid, seq);\n"
    "CREATE INDEX record_subject ON record(subject, type);\n"
    "CREATE INDEX record_root ON record(root);\n"
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
    "CREATE INDEX subj_kind ON subj(kind);\n"
    /* Sums as of the last tick. coarse: 1 where a payment is dated to a month only, 2 to a year. */
    "CREATE TABLE agg_pay(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT, fy INTEGER,\n"
    "  month INTEGER, fen INTEGER, coarse INTEGER,\n"
    "  PRIMARY KEY(subject, fund_year, bk, ckey, fy, month)) WITHOUT ROWID;\n"
    "CREATE TABLE agg_quota(subject TEXT, fund_year INTEGER, bk INTEGER, ckey TEXT,\n"
    "  kind INTEGER, fen INTEGER, first_tick INTEGER,\n"
    "  PRIMARY KEY(subject, fund_year, bk, ckey, kind)) WITHOUT ROWID;\n"
    /* Fiscal years of which a payment has come with its day, since which tick. */
    "CREATE TABLE agg_year(fy INTEGER PRIMARY KEY, since INTEGER);\n"
    /* What congress approved, by the line that binds: level C control key, S subject, D department,
       F function in a region. tol: what rounding in the source document may explain. */
    "CREATE TABLE agg_approved(level TEXT, key TEXT, fy INTEGER, bk INTEGER, func TEXT,\n"
    "  fen INTEGER, tol INTEGER, PRIMARY KEY(level, key, fy, bk, func)) WITHOUT ROWID;\n"
    "CREATE INDEX approved_by_func ON agg_approved(fy, bk, func, level);\n"
    /* Whose subject is whose: department (4) and unit (5) of every subject, its own included. */
    "CREATE TABLE member(kind INTEGER, org TEXT, subject TEXT,\n"
    "  PRIMARY KEY(kind, org, subject)) WITHOUT ROWID;\n"
    "CREATE INDEX member_subject ON member(subject);\n"
    "CREATE INDEX agg_pay_ckey ON agg_pay(ckey) WHERE ckey <> '';\n"
    "CREATE INDEX agg_quota_ckey ON agg_quota(ckey) WHERE ckey <> '';\n"
    "CREATE VIEW months(m) AS VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12);\n"
    "CREATE VIEW live AS SELECT rec, log_index AS r_log, sid AS r_sid, seq AS r_seq,\n"
    "  type AS r_type, kind AS r_kind, subject AS r_subject, fy AS r_fy,\n"
    "  valid_from AS r_valid, issued_at AS r_issued, doc_no AS r_doc, root AS r_root,\n"
    "  sign AS r_sign, tick AS r_tick\n"
    "  FROM record WHERE live_from IS NOT NULL AND live_to IS NULL;\n";

/* After the fact tables. */
static const char pt_schema_tail[] =
    "CREATE INDEX pay_subject ON f_payment_batch_lines(subject, voucher_no);\n"
    "CREATE INDEX pay_ckey ON f_payment_batch_lines(control_key) WHERE control_key <> '';\n"
    "CREATE INDEX quota_no ON f_allotment(quota_no);\n"
    "CREATE INDEX quota_dept ON f_allotment(dept, func);\n"
    "CREATE INDEX quota_func ON f_allotment(func);\n"
    "CREATE INDEX quota_ckey ON f_allotment(control_key) WHERE control_key <> '';\n"
    "CREATE INDEX approved_subject ON f_congress_approval_lines(subject);\n"
    "CREATE INDEX approved_dept ON f_congress_approval_lines(dept, func);\n"
    "CREATE INDEX approved_func ON f_congress_approval_lines(func);\n"
    "CREATE INDEX approved_ckey ON f_congress_approval_lines(control_key)\n"
    "  WHERE control_key <> '';\n"
    "CREATE INDEX profile_org ON f_subject_profile(resp_org);\n"
    "CREATE INDEX org_parent ON f_org_profile(parent);\n"
    "CREATE INDEX finding_id ON f_discrepancy(id);\n"
    "CREATE INDEX finding_key ON f_discrepancy(key);\n"
    "CREATE INDEX reply_id ON f_discrepancy_reply(id);\n"
    /* FG11: evaluations that score, with their rank; a subject's score is the highest rank's
       newest. */
    "CREATE VIEW score AS SELECT v.*, CASE v.kind WHEN 4 THEN 5 WHEN 5 THEN 5 WHEN 2 THEN 4\n"
    "  WHEN 3 THEN 3 WHEN 1 THEN 1 WHEN 6 THEN CASE v.by WHEN 3 THEN 5 WHEN 2 THEN 3 END\n"
    "  WHEN 7 THEN CASE v.by WHEN 3 THEN 5 END END AS rank\n"
    "  FROM v_evaluation v WHERE v.total_cp IS NOT NULL;\n"
    /* References that lead to a record that is here with that very hash. */
    "CREATE VIEW resolved AS SELECT f.rec, f.field, t.rec AS target, t.root AS t_root,\n"
    "  t.type AS t_type, t.subject AS t_subject, t.fy AS t_fy FROM ref f\n"
    "  JOIN record t ON t.sid = f.t_sid AND t.seq = f.t_seq AND t.hash = f.hash;\n";

#endif
