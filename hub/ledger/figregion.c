/* Terms of a region's finances (FG17): the year's newest X05 up to the valid date's month. */
#include "figterm.h"

#define X05(what)                                                                                  \
    "SELECT r.rec, " what " AS v FROM record r JOIN f_region_fiscal f ON f.rec = r.rec"            \
    " WHERE r.subject = ?4 AND r.type = @TYPE_REGION_FISCAL AND f.month / 100 = ?1"                \
    " AND f.month <= ?2 / 100 AND" COUNTS("r") " ORDER BY f.month DESC," ORDER_OF("r") " LIMIT 1"
#define DEBT(what, bond)                                                                           \
    "(SELECT sum(d." what "_fen) FROM f_region_fiscal_debt d WHERE d.rec = r.rec"                  \
    " AND d.bond_type = @BOND_TYPE_" bond ")"

const struct pt_term pt_term_tax = PT_TERM("tax", "tax revenue (X05)", X05("f.tax_rev_fen"));
const struct pt_term pt_term_revenue =
    PT_TERM("revenue", "general public budget revenue (X05)", X05("f.gpb_rev_fen"));
const struct pt_term pt_term_expenditure =
    PT_TERM("expenditure", "general public budget expenditure (X05)", X05("f.gpb_exp_fen"));
const struct pt_term pt_term_livelihood =
    PT_TERM("livelihood", "expenditure on people's livelihood (X05)", X05("f.livelihood_exp_fen"));
const struct pt_term pt_term_debt_general =
    PT_TERM("balance", "general debt (X05)", X05(DEBT("balance", "GENERAL")));
const struct pt_term pt_term_limit_general =
    PT_TERM("limit", "limit of general debt (X05)", X05(DEBT("limit", "GENERAL")));
const struct pt_term pt_term_debt_special =
    PT_TERM("balance", "special debt (X05)", X05(DEBT("balance", "SPECIAL")));
const struct pt_term pt_term_limit_special =
    PT_TERM("limit", "limit of special debt (X05)", X05(DEBT("limit", "SPECIAL")));
const struct pt_term pt_term_cash =
    PT_TERM("cash", "treasury cash at the month's end (X05)", X05("f.cash_balance_end_fen"));
const struct pt_term pt_term_monthly =
    PT_TERM("monthly", "payments of an average month (X05)", X05("f.cash_monthly_pay_avg_fen"));
const struct pt_term pt_term_nontax =
    PT_TERM("nontax", "non-tax revenue (X05)", X05("f.nontax_rev_fen"));
const struct pt_term pt_term_carry_total =
    PT_TERM("carried", "carried over (X05)", X05("f.carry_total_fen"));
const struct pt_term pt_term_guarantees = PT_TERM(
    "guarantees", "expenditure on the three guarantees (X05)", X05("f.three_guarantees_exp_fen"));
