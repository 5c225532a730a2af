/* The table of figures: id, formula, names, unit, and what each is computed from. */
#include <string.h>

#include "figterm.h"

#define BUDGET (PT_SRC_QUOTA | PT_SRC_CARRIED)
#define MONEY (BUDGET | PT_SRC_RECOVERED | PT_SRC_PAID)

/* C(id, formula, 中文, English, unit, sources, function)
 * T(id, formula, 中文, English, unit, how, terms) */
#define FIGURES(C, T)                                                                              \
    C("FG1", "AP = sum of B03 BUDGET + ADJUST lines at the finest matching level", "人大批准数",   \
      "approved by congress", PT_UNIT_FEN, PT_SRC_APPROVED, pt_fg1)                                \
    C("FG1.fa", "AP_fa = sum of B03 FINAL_ACCOUNTS lines", "决算批准数", "final accounts",         \
      PT_UNIT_FEN, PT_SRC_FINAL, pt_fg1)                                                           \
    C("FG2", "Bg = B0 + dB + C", "全年预算数", "full-year budget", PT_UNIT_FEN, BUDGET, pt_fg2)    \
    C("FG2.B0", "B0 = sum of B04 INITIAL + absorbed ADVANCE", "年初批复数", "initial allotment",   \
      PT_UNIT_FEN, PT_SRC_QUOTA, pt_fg2)                                                           \
    C("FG2.dB", "dB = ADD - REDUCE + SHIFT_IN - SHIFT_OUT + INBOUND - TRANSFER", "预算增减",       \
      "changes", PT_UNIT_FEN, PT_SRC_QUOTA, pt_fg2)                                                \
    C("FG2.C", "C = sum of B05 CARRY of the year before", "上年结转", "carry-over", PT_UNIT_FEN,   \
      PT_SRC_CARRIED, pt_fg2)                                                                      \
    C("FG2.REC", "REC = sum of X04 RECOVER", "已收回", "recovered", PT_UNIT_FEN, PT_SRC_RECOVERED, \
      pt_fg2)                                                                                      \
    C("FG2.Bg", "Bg = B0 + dB + C", "全年预算数", "full-year budget", PT_UNIT_FEN, BUDGET, pt_fg2) \
    C("FG2.B", "B = Bg - REC", "可用指标", "spendable budget", PT_UNIT_FEN,                        \
      BUDGET | PT_SRC_RECOVERED, pt_fg2)                                                           \
    C("FG2.P", "P = sum of X01 PAY - REFUND up to the valid date", "累计支付", "paid",             \
      PT_UNIT_FEN, PT_SRC_PAID, pt_fg2)                                                            \
    C("FG2.Bal", "Bal = B - P", "指标余额", "balance", PT_UNIT_FEN, MONEY, pt_fg2)                 \
    C("FG3", "CI-1 = P / Bg", "预算执行进度", "execution progress", PT_UNIT_BP,                    \
      BUDGET | PT_SRC_PAID, pt_fg3)                                                                \
    C("FG4", "CI-2 = project money on named projects and units / all project money",               \
      "预算到项目率", "budget-to-project rate", PT_UNIT_BP, PT_SRC_QUOTA, pt_fg4)                  \
    C("FG4.open", "project money not yet broken down", "未细化数", "not broken down", PT_UNIT_FEN, \
      PT_SRC_QUOTA, pt_fg4)                                                                        \
    C("FG5", "CI-3 = P(12-31) / Bg; before: (P + planned to 12-31) / Bg", "预算支出率",            \
      "expenditure rate", PT_UNIT_BP, BUDGET | PT_SRC_PAID | PT_SRC_PLAN, pt_fg5)                  \
    C("FG6", "Dev = FG3 - PP", "进度偏差", "deviation from plan", PT_UNIT_BP,                      \
      BUDGET | PT_SRC_PAID | PT_SRC_PLAN, pt_fg6)                                                  \
    C("FG6.TP", "TP = month / 12 at a month's end, else day / days of the year", "序时进度",       \
      "time progress", PT_UNIT_BP, 0, pt_fg6)                                                      \
    C("FG6.PP", "PP = plan curve, else TP", "计划进度", "planned progress", PT_UNIT_BP,            \
      PT_SRC_PLAN, pt_fg6)                                                                         \
    C("FG6.light", "green Dev >= fg6.yellow_bp, yellow >= fg6.red_bp, else red", "进度灯",         \
      "light", PT_UNIT_COUNT, BUDGET | PT_SRC_PAID | PT_SRC_PLAN, pt_fg6)                          \
    T("FG7", "G = sum of w x c / sum of w over the indicators reported", "绩效目标完成率",         \
      "goal completion", PT_UNIT_BP, PT_RATIO, &pt_term_reached, &pt_term_weight)                  \
    T("FG7.low", "indicators with actual > fg7.low_ppm x target", "目标值偏低指标数",              \
      "targets set low", PT_UNIT_COUNT, PT_SUM, &pt_term_low)                                      \
    T("FG8", "10 x min(1, paid / budget) + sum of w x c", "自评复算分",                            \
      "self-evaluation recomputed", PT_UNIT_CP, PT_SUM, &pt_term_recomputed, &pt_term_cited_goal)  \
    T("FG8.diff", "claimed - FG8", "自评与复算差", "claimed less recomputed", PT_UNIT_CP,          \
      PT_DIFFERENCE, &pt_term_claimed, &pt_term_recomputed, &pt_term_cited_goal)                   \
    T("FG9", "approved need of the year - Bg", "当年需求缺口", "gap of the year", PT_UNIT_FEN,     \
      PT_LESS, &pt_term_need, &pt_term_allotted, &pt_term_carried)                                 \
    T("FG9.cum", "approved need up to the year - allotted up to the year", "累计需求缺口",         \
      "gap to date", PT_UNIT_FEN, PT_LESS, &pt_term_need_to_date, &pt_term_allotted_to_date)       \
    C("FG10", "band(FG11)", "评价等级", "rating", PT_UNIT_RATING, PT_SRC_SCORE, pt_fg11)           \
    C("FG11", "newest V01 of the highest rank", "台账得分", "ledger score", PT_UNIT_CP,            \
      PT_SRC_SCORE, pt_fg11)                                                                       \
    C("FG12", "SELF - SPOT", "自评抽评差", "self less spot", PT_UNIT_CP,                           \
      PT_SRC_SELF | PT_SRC_SPOT, pt_fg12)                                                          \
    T("FG13", "longest of: days since the last PAY or the allotment, of lines with a balance",     \
      "闲置天数", "idle days", PT_UNIT_DAYS, PT_MOST, &pt_term_idle_days)                          \
    T("FG14", "balance of lines idle for fg14.idle_days + FG15", "沉淀资金", "sunk money",         \
      PT_UNIT_FEN, PT_SUM, &pt_term_sunk, &pt_term_surplus)                                        \
    T("FG15", "B05 of earlier fund years at the last year end - RECOVER since", "两年结余",        \
      "two-year surplus", PT_UNIT_FEN, PT_SUM, &pt_term_surplus)                                   \
    T("FG16", "RA / REC", "收回资金再安排率", "reallocated of recovered", PT_UNIT_BP, PT_RATIO,    \
      &pt_term_reallocated, &pt_term_recovered)                                                    \
    T("FG16.RA", "RA = sum of X04 REALLOCATE", "收回后再安排", "reallocated", PT_UNIT_FEN, PT_SUM, \
      &pt_term_reallocated)                                                                        \
    T("FG16.revived", "REC + what lines paid after they had been idle for fg14.idle_days",         \
      "盘活资金", "revived", PT_UNIT_FEN, PT_SUM, &pt_term_recovered, &pt_term_revived)            \
    T("FG17.tax", "tax revenue / revenue", "税收占比", "tax share", PT_UNIT_BP, PT_RATIO,          \
      &pt_term_tax, &pt_term_revenue)                                                              \
    T("FG17.self", "revenue / expenditure", "财政自给率", "self-sufficiency", PT_UNIT_BP,          \
      PT_RATIO, &pt_term_revenue, &pt_term_expenditure)                                            \
    T("FG17.livelihood", "livelihood / expenditure", "民生支出占比", "livelihood share",           \
      PT_UNIT_BP, PT_RATIO, &pt_term_livelihood, &pt_term_expenditure)                             \
    T("FG17.debt_general", "balance / limit of general debt", "一般债务限额使用率",                \
      "general debt use", PT_UNIT_BP, PT_RATIO, &pt_term_debt_general, &pt_term_limit_general)     \
    T("FG17.debt_special", "balance / limit of special debt", "专项债务限额使用率",                \
      "special debt use", PT_UNIT_BP, PT_RATIO, &pt_term_debt_special, &pt_term_limit_special)     \
    T("FG17.cover", "cash at the end / monthly payments", "库款保障水平", "treasury cover",        \
      PT_UNIT_TIMES, PT_TIMES, &pt_term_cash, &pt_term_monthly)                                    \
    T("FG17.nontax", "non-tax revenue / revenue", "非税收入占比", "non-tax share", PT_UNIT_BP,     \
      PT_RATIO, &pt_term_nontax, &pt_term_revenue)                                                 \
    T("FG17.carry", "carried over / expenditure", "结转占支出比重", "carry-over share",            \
      PT_UNIT_BP, PT_RATIO, &pt_term_carry_total, &pt_term_expenditure)                            \
    T("FG17.guarantee", "three guarantees / expenditure", "“三保”支出占比",                        \
      "three-guarantee ratio", PT_UNIT_BP, PT_RATIO, &pt_term_guarantees, &pt_term_expenditure)    \
    T("FG18.audit", "findings closed by due / findings due", "审计整改按期率",                     \
      "audit rectified in time", PT_UNIT_BP, PT_RATIO, &pt_term_audit_closed, &pt_term_audit_due)  \
    T("FG18.audit_fen", "fen_fixed / fen of the findings due", "审计整改金额率",                   \
      "audit sums put right", PT_UNIT_BP, PT_RATIO, &pt_term_audit_fixed, &pt_term_audit_fen)      \
    T("FG18.warning", "warnings closed by due / warnings due", "预警整改按期率",                   \
      "warnings rectified in time", PT_UNIT_BP, PT_RATIO, &pt_term_warning_closed,                 \
      &pt_term_warning_due)                                                                        \
    T("FG18.congress", "opinions closed by due / opinions due", "人大意见整改按期率",              \
      "opinions rectified in time", PT_UNIT_BP, PT_RATIO, &pt_term_congress_closed,                \
      &pt_term_congress_due)                                                                       \
    T("FG19", "items whose INITIALs carry all required links / items allotted", "挂钩合规率",      \
      "linkage compliance", PT_UNIT_BP, PT_RATIO, &pt_term_linked, &pt_term_items)                 \
    T("FG20", "Bg of subjects with a reviewed goal / Bg", "目标覆盖率", "goal coverage",           \
      PT_UNIT_BP, PT_RATIO, &pt_term_money_goal, &pt_term_money)                                   \
    T("FG20.general", "Bg of subjects with a reviewed goal / Bg", "一般公共预算目标覆盖率",        \
      "goal coverage, general", PT_UNIT_BP, PT_RATIO, &pt_term_general_goal, &pt_term_general)     \
    T("FG20.funds", "Bg of subjects with a reviewed goal / Bg", "政府性基金预算目标覆盖率",        \
      "goal coverage, funds", PT_UNIT_BP, PT_RATIO, &pt_term_funds_goal, &pt_term_funds)           \
    T("FG20.capital", "Bg of subjects with a reviewed goal / Bg", "国有资本经营预算目标覆盖率",    \
      "goal coverage, state capital", PT_UNIT_BP, PT_RATIO, &pt_term_capital_goal,                 \
      &pt_term_capital)                                                                            \
    T("FG20.social", "Bg of subjects with a reviewed goal / Bg", "社会保险基金预算目标覆盖率",     \
      "goal coverage, social insurance", PT_UNIT_BP, PT_RATIO, &pt_term_social_goal,               \
      &pt_term_social)                                                                             \
    T("FG21", "units with a record of each step demanded / units with budget", "单位覆盖率",       \
      "unit coverage", PT_UNIT_BP, PT_RATIO, &pt_term_units_done, &pt_term_units)                  \
    T("FG22", "steps done / steps demanded", "环节覆盖率", "step coverage", PT_UNIT_BP, PT_RATIO,  \
      &pt_term_steps_done, &pt_term_steps)                                                         \
    T("FG22.E01", "items with E01 / items that it is demanded of", "事前绩效评估覆盖率",           \
      "coverage of ex-ante evaluation", PT_UNIT_BP, PT_RATIO, &pt_term_e01_done, &pt_term_e01)     \
    T("FG22.E04", "items with E04 / items that it is demanded of", "绩效目标覆盖率",               \
      "coverage of goals", PT_UNIT_BP, PT_RATIO, &pt_term_e04_done, &pt_term_e04)                  \
    T("FG22.X03", "items with X03 / items that it is demanded of", "绩效监控覆盖率",               \
      "coverage of monitoring", PT_UNIT_BP, PT_RATIO, &pt_term_x03_done, &pt_term_x03)             \
    T("FG22.V01", "items with V01 / items that it is demanded of", "绩效评价覆盖率",               \
      "coverage of evaluation", PT_UNIT_BP, PT_RATIO, &pt_term_v01_done, &pt_term_v01)             \
    T("FG22.V02", "items with V02 / items that it is demanded of", "结果应用覆盖率",               \
      "coverage of use of results", PT_UNIT_BP, PT_RATIO, &pt_term_v02_done, &pt_term_v02)         \
    C("FG23", "P - A02 PAID", "财政审计差", "finance less audit", PT_UNIT_FEN,                     \
      PT_SRC_PAID | PT_SRC_AUDIT, pt_fg23)                                                         \
    C("FG23.P", "P of the year", "财政支付数", "paid, finance", PT_UNIT_FEN, PT_SRC_PAID, pt_fg23) \
    C("FG23.audit", "A02 PAID", "审计认定数", "paid, audit", PT_UNIT_FEN, PT_SRC_AUDIT, pt_fg23)   \
    C("FG23.congress", "B03 FINAL_ACCOUNTS", "决算批准数", "paid, congress", PT_UNIT_FEN,          \
      PT_SRC_FINAL, pt_fg23)                                                                       \
    C("FG23.dcongress", "P - B03 FINAL_ACCOUNTS", "财政决算差", "finance less congress",           \
      PT_UNIT_FEN, PT_SRC_PAID | PT_SRC_FINAL, pt_fg23)                                            \
    C("FG24", "P(December) / P of the year", "12月支出占比", "December share", PT_UNIT_BP,         \
      PT_SRC_PAID, pt_fg24)                                                                        \
    C("FG24.Dec", "P(December)", "12月支出", "paid in December", PT_UNIT_FEN, PT_SRC_PAID, pt_fg24)

static const struct pt_figure_def defs[] = {
#define C(id, text, zh, en, unit, src, fn)                                                         \
    {.info = {id, id "/1", text, zh, en, unit}, .sources = (src), .code = (fn)},
#define T(id, text, zh, en, unit, how_to, ...)                                                     \
    {.info = {id, id "/1", text, zh, en, unit}, .how = (how_to), .terms = {__VA_ARGS__}},
    FIGURES(C, T)
#undef C
#undef T
};

const struct pt_figure_info pt_figure_table[] = {
#define X(id, text, zh, en, unit, ...) {id, id "/1", text, zh, en, unit},
    FIGURES(X, X)
#undef X
        {NULL, NULL, NULL, NULL, NULL, PT_UNIT_COUNT}};

const struct pt_figure_def *pt_figure_def_find(const char *id) {
    for (size_t i = 0; i < sizeof defs / sizeof defs[0]; i++)
        if (strcmp(defs[i].info.id, id) == 0)
            return &defs[i];
    return NULL;
}
