/* Terms: what a figure is made of, as rows (record, what it brings). One SELECT says what they come
 * to, which records are behind it and what each of them brings. Not for others.
 *
 * The SELECT gives rec and v; NULL as v brings nothing. It may use ?1 fiscal year, ?2 valid date,
 * ?3 known-at, ?4 key, ?5 the term's parameter, ?6 the subject's kind, temp.scope and
 * temp.scope_line. */
#ifndef PENTAD_LEDGER_FIGTERM_H
#define PENTAD_LEDGER_FIGTERM_H

#include "figures.h"

struct pt_term {
    const char *name; /* in a trace */
    const char *text;
    const char *sums;
    const char *rows;
    const char *param; /* of the rule set, or NULL */
    const char *fallback;
    bool lines; /* reads temp.quota_line and temp.line_pay */
};

#define PT_TERM_OF(name_, text_, select, ...)                                                      \
    {                                                                                              \
        .name = (name_), .text = (text_),                                                          \
        .sums = "SELECT sum(v), max(v), count(v) FROM (" select ")",                               \
        .rows = "INSERT OR IGNORE INTO inputs SELECT rec, sum(v) FROM (" select                    \
                ") WHERE rec IS NOT NULL GROUP BY rec",                                            \
        __VA_ARGS__                                                                                \
    }
#define PT_TERM(name_, text_, select) PT_TERM_OF(name_, text_, select, .param = NULL)

struct pt_term_value {
    bool found; /* a row that brings something */
    int64_t sum;
    int64_t most;
};
int pt_term_value(const struct pt_asof *a, const struct pt_term *t, struct pt_term_value *ret,
                  struct pt_err *err);
/* Puts the records behind it into temp.inputs, which pt_asof_inputs has emptied. */
int pt_term_inputs(const struct pt_asof *a, const struct pt_term *t, struct pt_err *err);

/* figlines.c: fills temp.quota_line (each quota number of the scope's subjects: its newest B04 as
 * rec, bal, issued, since, the X01 of its last payment) and temp.line_pay (its payments by day). */
int pt_asof_lines(const struct pt_asof *a, struct pt_err *err);

/* Pieces of SQL. */
#define OF_SCOPE(type)                                                                             \
    " FROM scope s CROSS JOIN record r ON r.subject = s.subject AND r.type = @TYPE_" type
#define COUNTS(r) " " r ".valid_from <= ?2 AND" LIVE(r)
#define KNOWN_Q COUNTS("q")
#define KNOWN_R COUNTS("r")
#define KNOWN_W COUNTS("w")
/* An ADVANCE is money once an INITIAL has taken it up. */
#define NOT_OPEN_ADVANCE                                                                           \
    " (f.kind <> @ALLOTMENT_KIND_ADVANCE OR EXISTS (SELECT 1 FROM ref x JOIN record q"             \
    " ON q.rec = x.rec WHERE x.t_sid = r.sid AND x.t_seq = r.seq AND x.field = 'absorbs'"          \
    " AND" LIVE("q") ")) "
#define ITEMS_ONLY(r)                                                                              \
    " " r ".kind NOT IN (@SUBJECT_KIND_DEPT, @SUBJECT_KIND_UNIT, @SUBJECT_KIND_REGION) "
#define CARRIED                                                                                    \
    OF_SCOPE("CARRY_OVER")                                                                         \
    " JOIN f_carry_over f ON f.rec = r.rec WHERE r.fy = ?1 - 1"                                    \
    " AND f.carry_class = @CARRY_CLASS_CARRY AND" COUNTS("r")
/* B04s that count: those of the scope's items, but what stands apart from its item; and of that
 * what names the body itself (temp.scope_line). */
#define OF_ITEMS OF_SCOPE("ALLOTMENT")
#define WITH_ITEM " s.apart < 2 AND NOT (s.apart AND " HANDED_ON_F ")"
#define HANDED_ON_F PT_HANDED_ON_SQL("f")
#define ALLOTTED(columns, years)                                                                   \
    "SELECT " columns OF_ITEMS " JOIN f_allotment f ON f.rec = r.rec WHERE " years                 \
    " AND" NOT_OPEN_ADVANCE "AND" KNOWN_R "AND" WITH_ITEM " UNION ALL SELECT " columns             \
    " FROM scope_line n CROSS JOIN record r ON r.rec = n.rec"                                      \
    " JOIN f_allotment f ON f.rec = r.rec WHERE " years
#define THE_YEAR "r.fy = ?1"
#define UP_TO_YEAR "r.fy <= ?1"
/* What Bg is the sum of. */
#define ALLOTTED_FOR_BUDGET                                                                        \
    ALLOTTED("r.rec, r.subject, f.bk, f.fen * r.sign * quota_sign(f.kind) AS fen", THE_YEAR)
#define BUDGET_ROWS                                                                                \
    "(" ALLOTTED_FOR_BUDGET " UNION ALL SELECT r.rec, r.subject, f.bk, f.fen * r.sign" CARRIED ")"

/* Of money: figfunds.c. */
extern const struct pt_term pt_term_need, pt_term_need_to_date, pt_term_allotted,
    pt_term_allotted_to_date, pt_term_carried, pt_term_recovered, pt_term_reallocated,
    pt_term_idle_days, pt_term_sunk, pt_term_revived, pt_term_surplus;
/* Of goals: figgoal.c. */
extern const struct pt_term pt_term_reached, pt_term_weight, pt_term_low, pt_term_recomputed,
    pt_term_claimed, pt_term_cited_goal;
/* Of a region: figregion.c. */
extern const struct pt_term pt_term_tax, pt_term_revenue, pt_term_expenditure, pt_term_livelihood,
    pt_term_debt_general, pt_term_limit_general, pt_term_debt_special, pt_term_limit_special,
    pt_term_cash, pt_term_monthly, pt_term_nontax, pt_term_carry_total, pt_term_guarantees;
/* Of rectification: figfixed.c. */
extern const struct pt_term pt_term_audit_due, pt_term_audit_closed, pt_term_audit_fen,
    pt_term_audit_fixed, pt_term_warning_due, pt_term_warning_closed, pt_term_congress_due,
    pt_term_congress_closed;
/* Of coverage: figcover.c. */
extern const struct pt_term pt_term_items, pt_term_linked, pt_term_money, pt_term_money_goal,
    pt_term_general, pt_term_general_goal, pt_term_funds, pt_term_funds_goal, pt_term_capital,
    pt_term_capital_goal, pt_term_social, pt_term_social_goal, pt_term_units, pt_term_units_done,
    pt_term_steps, pt_term_steps_done, pt_term_e01, pt_term_e01_done, pt_term_e04, pt_term_e04_done,
    pt_term_x03, pt_term_x03_done, pt_term_v01, pt_term_v01_done, pt_term_v02, pt_term_v02_done;

#endif
