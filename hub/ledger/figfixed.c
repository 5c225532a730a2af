/* Terms of rectification (FG18): what of the year was due by the valid date, what of it was closed
 * in time. Audit: its findings, closed by its own verification or by a verified V03. Warnings (X04
 * WARN, J04 WARNING) and congress's opinions: closed by a V03 that says DONE, verified or not. */
#include "figterm.h"

#define NEWEST_Q NEWEST("q")

/* Records that refer to any version of record r that is here. */
#define ANSWERS                                                                                    \
    " FROM record t CROSS JOIN ref x ON x.t_sid = t.sid AND x.t_seq = t.seq AND x.hash = t.hash"   \
    " AND t.log_index < ?3 CROSS JOIN record q ON q.rec = x.rec AND" KNOWN_Q

#define FIXED                                                                                      \
    "SELECT max(q.rec)" ANSWERS "JOIN f_rectification v ON v.rec = q.rec"                          \
    " AND v.result = @RECTIFICATION_RESULT_DONE"                                                   \
    " WHERE t.root = r.root AND x.field = 'source' AND q.valid_from <= r.due"
#define VERIFIED                                                                                   \
    "coalesce((SELECT max(q.rec)" ANSWERS "JOIN f_audit_verify v ON v.rec = q.rec"                 \
    " AND v.status = @VERIFY_STATUS_DONE WHERE t.root = r.root AND x.field = 'finding'"            \
    " AND coalesce(v.checked_on, q.valid_from) <= r.due),"                                         \
    " (" FIXED " AND v.phase = @RECTIFICATION_PHASE_VERIFY))"
#define REPORTED                                                                                   \
    "(" FIXED " AND v.phase IN (@RECTIFICATION_PHASE_REPORT, @RECTIFICATION_PHASE_VERIFY))"

/* Notices and opinions need no fiscal year: theirs is then that of their day. */
#define OF_YEAR " WHERE coalesce(nullif(r.fy, 0), r.valid_from / 10000) = ?1 AND"

#define FINDINGS OF_SCOPE("AUDIT_FINDING")
#define AUDIT                                                                                      \
    "(SELECT r.rec, r.root, f.due, f.fen" FINDINGS                                                 \
    " JOIN f_audit_finding f ON f.rec = r.rec AND f.due <= ?2" OF_YEAR KNOWN_R ") r"
#define CONTROLS OF_SCOPE("FUND_CONTROL")
#define NOTICES OF_SCOPE("NOTICE")
#define WARNINGS                                                                                   \
    "(SELECT r.rec, r.root, f.reply_due AS due" CONTROLS                                           \
    " JOIN f_fund_control f ON f.rec = r.rec AND f.action = @FUND_ACTION_WARN"                     \
    " AND f.reply_due <= ?2" OF_YEAR KNOWN_R                                                       \
    " UNION ALL SELECT r.rec, r.root, f.reply_due" NOTICES                                         \
    " JOIN f_notice f ON f.rec = r.rec AND f.kind = @NOTICE_KIND_WARNING"                          \
    " AND f.reply_due <= ?2" OF_YEAR KNOWN_R ") r"
#define OPINIONS_SAID OF_SCOPE("CONGRESS_OPINION")
#define OPINIONS                                                                                   \
    "(SELECT r.rec, r.root, f.reply_due AS due" OPINIONS_SAID                                      \
    " JOIN f_congress_opinion f ON f.rec = r.rec AND f.reply_due <= ?2" OF_YEAR KNOWN_R ") r"

#define DUE(of) "SELECT rec, 1 AS v FROM " of
/* The record that closed it, which brings 1; what is open brings 0 itself. */
#define CLOSED(of, by)                                                                             \
    "SELECT coalesce(by, rec) AS rec, by IS NOT NULL AS v FROM (SELECT r.rec, " by " AS by"        \
    " FROM " of ")"
/* As the newest verification of each has it. */
#define SUMS_FIXED                                                                                 \
    "SELECT coalesce(by, rec) AS rec,"                                                             \
    " coalesce((SELECT v.fen_fixed FROM f_audit_verify v WHERE v.rec = by), 0) AS v"               \
    " FROM (SELECT r.rec, (SELECT q.rec" ANSWERS                                                   \
    "AND q.type = @TYPE_AUDIT_VERIFY WHERE t.root = r.root AND x.field = 'finding'" NEWEST_Q       \
    ") AS by FROM " AUDIT ")"

const struct pt_term pt_term_audit_due = PT_TERM("due", "findings due (A03)", DUE(AUDIT));
const struct pt_term pt_term_audit_closed =
    PT_TERM("closed", "findings closed in time (A04, V03)", CLOSED(AUDIT, VERIFIED));
const struct pt_term pt_term_audit_fen =
    PT_TERM("fen", "sums found (A03)", "SELECT rec, fen AS v FROM " AUDIT);
const struct pt_term pt_term_audit_fixed = PT_TERM("fixed", "sums put right (A04)", SUMS_FIXED);
const struct pt_term pt_term_warning_due = PT_TERM("due", "warnings due (X04, J04)", DUE(WARNINGS));
const struct pt_term pt_term_warning_closed =
    PT_TERM("closed", "warnings closed in time (V03)", CLOSED(WARNINGS, REPORTED));
const struct pt_term pt_term_congress_due =
    PT_TERM("due", "opinions of congress due (N01)", DUE(OPINIONS));
const struct pt_term pt_term_congress_closed =
    PT_TERM("closed", "opinions of congress closed in time (V03)", CLOSED(OPINIONS, REPORTED));
