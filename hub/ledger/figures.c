/* The figures, each under its FG id, in exact integers. NA is what a ratio over 0 is, and what has
 * nothing to be computed from. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>

#include "figures.h"

#define MONEY (PT_SRC_QUOTA | PT_SRC_RECOVERED | PT_SRC_PAID)

/* X(id, formula, text, 中文, English, unit, sources) */
#define FIGURES(X)                                                                                 \
    X("FG1", "FG1/1", "AP = sum of B03 BUDGET + ADJUST lines at the finest matching level",        \
      "人大批准数", "approved by congress", PT_UNIT_FEN, PT_SRC_APPROVED)                          \
    X("FG1.fa", "FG1.fa/1", "AP_fa = sum of B03 FINAL_ACCOUNTS lines", "决算批准数",               \
      "final accounts", PT_UNIT_FEN, PT_SRC_FINAL)                                                 \
    X("FG2", "FG2/1", "Bg = B0 + dB + C", "全年预算数", "full-year budget", PT_UNIT_FEN,           \
      PT_SRC_QUOTA)                                                                                \
    X("FG2.B0", "FG2.B0/1", "B0 = sum of B04 INITIAL + absorbed ADVANCE", "年初批复数",            \
      "initial allotment", PT_UNIT_FEN, PT_SRC_QUOTA)                                              \
    X("FG2.dB", "FG2.dB/1", "dB = ADD - REDUCE + SHIFT_IN - SHIFT_OUT + INBOUND - TRANSFER",       \
      "预算增减", "changes", PT_UNIT_FEN, PT_SRC_QUOTA)                                            \
    X("FG2.C", "FG2.C/1", "C = carry-over of the year before", "上年结转", "carry-over",           \
      PT_UNIT_FEN, PT_SRC_QUOTA)                                                                   \
    X("FG2.REC", "FG2.REC/1", "REC = sum of X04 RECOVER", "已收回", "recovered", PT_UNIT_FEN,      \
      PT_SRC_RECOVERED)                                                                            \
    X("FG2.Bg", "FG2.Bg/1", "Bg = B0 + dB + C", "全年预算数", "full-year budget", PT_UNIT_FEN,     \
      PT_SRC_QUOTA)                                                                                \
    X("FG2.B", "FG2.B/1", "B = Bg - REC", "可用指标", "spendable budget", PT_UNIT_FEN,             \
      PT_SRC_QUOTA | PT_SRC_RECOVERED)                                                             \
    X("FG2.P", "FG2.P/1", "P = sum of X01 PAY - REFUND up to the valid date", "累计支付", "paid",  \
      PT_UNIT_FEN, PT_SRC_PAID)                                                                    \
    X("FG2.Bal", "FG2.Bal/1", "Bal = B - P", "指标余额", "balance", PT_UNIT_FEN, MONEY)            \
    X("FG3", "FG3/1", "CI-1 = P / Bg", "预算执行进度", "execution progress", PT_UNIT_BP,           \
      PT_SRC_QUOTA | PT_SRC_PAID)                                                                  \
    X("FG4", "FG4/1", "CI-2 = project money on named projects and units / all project money",      \
      "预算到项目率", "budget-to-project rate", PT_UNIT_BP, PT_SRC_QUOTA)                          \
    X("FG4.open", "FG4.open/1", "project money not yet broken down", "未细化数",                   \
      "not broken down", PT_UNIT_FEN, PT_SRC_QUOTA)                                                \
    X("FG5", "FG5/1", "CI-3 = P(12-31) / Bg; before: (P + planned to 12-31) / Bg", "预算支出率",   \
      "expenditure rate", PT_UNIT_BP, PT_SRC_QUOTA | PT_SRC_PAID | PT_SRC_PLAN)                    \
    X("FG6", "FG6/1", "Dev = FG3 - PP", "进度偏差", "deviation from plan", PT_UNIT_BP,             \
      PT_SRC_QUOTA | PT_SRC_PAID | PT_SRC_PLAN)                                                    \
    X("FG6.TP", "FG6.TP/1", "TP = month / 12 at a month's end, else day / days of the year",       \
      "序时进度", "time progress", PT_UNIT_BP, 0)                                                  \
    X("FG6.PP", "FG6.PP/1", "PP = plan curve, else TP", "计划进度", "planned progress",            \
      PT_UNIT_BP, PT_SRC_PLAN)                                                                     \
    X("FG6.light", "FG6.light/1", "green Dev >= fg6.yellow_bp, yellow >= fg6.red_bp, else red",    \
      "进度灯", "light", PT_UNIT_COUNT, PT_SRC_QUOTA | PT_SRC_PAID | PT_SRC_PLAN)                  \
    X("FG10", "FG10/1", "band(FG11)", "评价等级", "rating", PT_UNIT_RATING, PT_SRC_SCORE)          \
    X("FG11", "FG11/1", "newest V01 of the highest rank", "台账得分", "ledger score", PT_UNIT_CP,  \
      PT_SRC_SCORE)                                                                                \
    X("FG12", "FG12/1", "SELF - SPOT", "自评抽评差", "self less spot", PT_UNIT_CP,                 \
      PT_SRC_SELF | PT_SRC_SPOT)                                                                   \
    X("FG23", "FG23/1", "P - A02 PAID", "财政审计差", "finance less audit", PT_UNIT_FEN,           \
      PT_SRC_PAID | PT_SRC_AUDIT)                                                                  \
    X("FG23.P", "FG23.P/1", "P of the year", "财政支付数", "paid, finance", PT_UNIT_FEN,           \
      PT_SRC_PAID)                                                                                 \
    X("FG23.audit", "FG23.audit/1", "A02 PAID", "审计认定数", "paid, audit", PT_UNIT_FEN,          \
      PT_SRC_AUDIT)                                                                                \
    X("FG23.congress", "FG23.congress/1", "B03 FINAL_ACCOUNTS", "决算批准数", "paid, congress",    \
      PT_UNIT_FEN, PT_SRC_FINAL)                                                                   \
    X("FG23.dcongress", "FG23.dcongress/1", "P - B03 FINAL_ACCOUNTS", "财政决算差",                \
      "finance less congress", PT_UNIT_FEN, PT_SRC_PAID | PT_SRC_FINAL)

static const struct pt_figure_def defs[] = {
#define X(id, formula, text, zh, en, unit, sources) {{id, formula, text, zh, en, unit}, sources},
    FIGURES(X)
#undef X
};

const struct pt_figure_info pt_figure_table[] = {
#define X(id, formula, text, zh, en, unit, sources) {id, formula, text, zh, en, unit},
    FIGURES(X)
#undef X
        {NULL, NULL, NULL, NULL, NULL, PT_UNIT_COUNT}};

const struct pt_figure_def *pt_figure_def_find(const char *id) {
    for (size_t i = 0; i < sizeof defs / sizeof defs[0]; i++)
        if (strcmp(defs[i].info.id, id) == 0)
            return &defs[i];
    return NULL;
}

static void set(struct pt_figure *f, int64_t v) {
    f->na = false;
    f->value = v;
}

static void set_bp(struct pt_figure *f, int32_t bp) {
    if (bp != PT_BP_NA)
        set(f, bp);
}

/* FG1 */
static int fg1(const struct pt_asof *a, bool final_accounts, struct pt_figure *f,
               struct pt_err *err) {
    int64_t fen;
    bool found;
    int rc = pt_asof_approved(a, final_accounts, &fen, &found, err);

    if (rc == 0 && found)
        set(f, fen);
    return rc;
}

/* FG2: C comes with the carry-over records (B05); until those exist it is 0. */
static int fg2(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    struct pt_quota_sums q;
    int64_t rec = 0;
    int64_t paid = 0;
    int64_t bg;
    int rc = pt_asof_quota(a, &q, err);

    rc = rc == 0 ? pt_asof_recovered(a, &rec, err) : rc;
    rc = rc == 0 ? pt_asof_paid(a, a->valid_at, &paid, err) : rc;
    if (rc != 0)
        return rc;
    bg = q.b0 + q.delta;
    if (strcmp(part, ".P") == 0)
        set(f, paid);
    else if (q.n == 0)
        return 0;
    else if (strcmp(part, ".B0") == 0)
        set(f, q.b0);
    else if (strcmp(part, ".dB") == 0)
        set(f, q.delta);
    else if (strcmp(part, ".C") == 0)
        set(f, 0);
    else if (strcmp(part, ".REC") == 0)
        set(f, rec);
    else if (strcmp(part, ".B") == 0)
        set(f, bg - rec);
    else if (strcmp(part, ".Bal") == 0)
        set(f, bg - rec - paid);
    else
        set(f, bg);
    return 0;
}

/* FG3: the denominator keeps recovered money, so that recovery can't flatter it. */
static int fg3(const struct pt_asof *a, int32_t *ret_bp, int64_t *ret_paid, int64_t *ret_bg,
               struct pt_err *err) {
    struct pt_quota_sums q;
    int rc = pt_asof_quota(a, &q, err);

    rc = rc == 0 ? pt_asof_paid(a, a->valid_at, ret_paid, err) : rc;
    *ret_bp = PT_BP_NA;
    if (rc == 0) {
        *ret_bg = q.b0 + q.delta;
        *ret_bp = pt_ratio_bp(*ret_paid, *ret_bg);
    }
    return rc;
}

/* FG4 */
static int fg4(const struct pt_asof *a, bool open, struct pt_figure *f, struct pt_err *err) {
    struct pt_quota_sums q;
    int rc = pt_asof_quota(a, &q, err);

    if (rc != 0)
        return rc;
    if (!open)
        set_bp(f, pt_ratio_bp(q.broken, q.project));
    else if (q.n > 0)
        set(f, q.project - q.broken);
    return 0;
}

/* FG6.TP */
static int32_t time_progress(int32_t fy, int32_t day) {
    int32_t first = fy * 10000 + 101;

    if (day < first)
        return 0;
    if (day >= fy * 10000 + 1231)
        return 10000;
    if (pt_date_month_end(day) == day)
        return pt_ratio_bp(pt_date_month(day), 12);
    return pt_ratio_bp(pt_date_diff(day, first) + 1, pt_date_year_days(fy));
}

/* FG6.PP: within a month the plan runs straight from one month's end to the next. */
static int32_t planned(const struct pt_plan_row *p, int32_t fy, int32_t day) {
    int32_t m = pt_date_month(day);
    int64_t before;
    int64_t step;
    int32_t days;

    if (!p->has_curve || day < fy * 10000 + 101 || day >= fy * 10000 + 1231)
        return time_progress(fy, day);
    before = m > 1 ? p->curve_bp[m - 2] : 0;
    step = p->curve_bp[m - 1] - before;
    days = pt_date_day(pt_date_month_end(day));
    return (int32_t)(before + (2 * step * pt_date_day(day) + days) / (2 * days));
}

/* A lump sum is measured only after its planned month. */
static bool lump_waits(const struct pt_plan_row *p, int32_t fy, int32_t day) {
    int32_t month = 11;

    if (!p->lump_sum || day > fy * 10000 + 1231)
        return false;
    for (int i = 0; p->has_curve && i < 12; i++)
        if (p->curve_bp[i] >= 5000) {
            month = i + 1;
            break;
        }
    return pt_date_month(day) <= month;
}

static bool is_item(int kind) {
    return kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT &&
           kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT &&
           kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION;
}

static int get_plan(const struct pt_asof *a, struct pt_plan_row *p, struct pt_err *err) {
    memset(p, 0, sizeof *p);
    return is_item(a->kind) ? pt_asof_plan(a, p, err) : 0;
}

/* FG5: before the year's end a forecast. */
static int fg5(const struct pt_asof *a, struct pt_figure *f, struct pt_err *err) {
    __extension__ typedef __int128 wide;
    struct pt_asof end = *a;
    struct pt_plan_row plan;
    int64_t paid = 0;
    int64_t bg = 0;
    int32_t bp;
    int rc;

    if (a->valid_at >= a->fy * 10000 + 1231) {
        end.valid_at = a->fy * 10000 + 1231;
        rc = fg3(&end, &bp, &paid, &bg, err);
    } else {
        rc = fg3(a, &bp, &paid, &bg, err);
        rc = rc == 0 ? get_plan(a, &plan, err) : rc;
        if (rc == 0) {
            wide rest = (wide)bg * (10000 - planned(&plan, a->fy, a->valid_at)) / 10000;
            bp = pt_ratio_bp(paid + (int64_t)rest, bg);
            f->forecast = bp != PT_BP_NA;
        }
    }
    if (rc == 0)
        set_bp(f, bp);
    return rc;
}

/* FG6 */
static int fg6(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    struct pt_plan_row plan;
    struct pt_lights lights;
    int64_t paid;
    int64_t bg;
    int32_t bp;
    int32_t dev;
    int rc = get_plan(a, &plan, err);

    if (rc != 0)
        return rc;
    if (strcmp(part, ".TP") == 0 || strcmp(part, ".PP") == 0) {
        set(f, part[1] == 'T' ? time_progress(a->fy, a->valid_at)
                              : planned(&plan, a->fy, a->valid_at));
        return 0;
    }
    rc = fg3(a, &bp, &paid, &bg, err);
    if (rc != 0 || bp == PT_BP_NA || lump_waits(&plan, a->fy, a->valid_at))
        return rc;
    dev = bp - planned(&plan, a->fy, a->valid_at);
    if (strcmp(part, ".light") != 0) {
        set(f, dev);
        return 0;
    }
    rc = pt_asof_lights(a, &lights, err);
    if (rc == 0)
        set(f, dev >= lights.yellow_bp ? 1 : dev >= lights.red_bp ? 2 : 3);
    return rc;
}

/* FG10, FG11 */
static int fg11(const struct pt_asof *a, bool band, struct pt_figure *f, struct pt_err *err) {
    int64_t cp;
    bool found;
    int rc = pt_asof_one(a, PT_SRC_SCORE, &cp, &found, err);

    if (rc == 0 && found)
        set(f, !band ? cp : cp >= 9000 ? 1 : cp >= 8000 ? 2 : cp >= 6000 ? 3 : 4);
    return rc;
}

/* FG12 */
static int fg12(const struct pt_asof *a, struct pt_figure *f, struct pt_err *err) {
    int64_t self;
    int64_t spot;
    bool has_self;
    bool has_spot = false;
    int rc = pt_asof_one(a, PT_SRC_SELF, &self, &has_self, err);

    rc = rc == 0 ? pt_asof_one(a, PT_SRC_SPOT, &spot, &has_spot, err) : rc;
    if (rc == 0 && has_self && has_spot)
        set(f, self - spot);
    return rc;
}

/* FG23: finance, audit, congress on the same year. */
static int fg23(const struct pt_asof *a, const char *part, struct pt_figure *f,
                struct pt_err *err) {
    int32_t end = a->fy * 10000 + 1231;
    int64_t paid = 0;
    int64_t other = 0;
    bool found = false;
    bool audit = part[0] == '\0' || strcmp(part, ".audit") == 0;
    int rc = pt_asof_paid(a, a->valid_at < end ? a->valid_at : end, &paid, err);

    if (rc == 0 && strcmp(part, ".P") != 0)
        rc = audit ? pt_asof_one(a, PT_SRC_AUDIT, &other, &found, err)
                   : pt_asof_approved(a, true, &other, &found, err);
    if (rc != 0)
        return rc;
    if (strcmp(part, ".P") == 0)
        set(f, paid);
    else if (found)
        set(f, part[0] == '\0' || part[1] == 'd' ? paid - other : other);
    return 0;
}

struct pt_asof pt_asof_make(struct pt_ledger *l, int kind, const char *key, int32_t fy,
                            int32_t valid_at, uint64_t known_at) {
    uint64_t now = pt_ledger_cursor(l);
    struct pt_asof a = {l, kind, key, fy, valid_at, known_at < now ? known_at : now};

    return a;
}

int pt_asof_figure(const struct pt_asof *a, const char *figure, struct pt_figure *ret,
                   struct pt_err *err) {
    const struct pt_figure_def *d = pt_figure_def_find(figure);
    int32_t bp;
    int64_t paid;
    int64_t bg;
    int rc;

    memset(ret, 0, sizeof *ret);
    ret->na = true;
    if (!d)
        return pt_err_set(err, PT_E_NOT_FOUND, "there is no figure %.40s", figure);
    ret->id = d->info.id;
    ret->formula = d->info.formula;
    ret->unit = d->info.unit;
    ret->valid_at = a->valid_at;
    ret->known_at = a->known_at;
    if (strncmp(figure, "FG10", 4) == 0 || strncmp(figure, "FG11", 4) == 0)
        return fg11(a, figure[3] == '0', ret, err);
    if (strncmp(figure, "FG12", 4) == 0)
        return fg12(a, ret, err);
    if (strncmp(figure, "FG23", 4) == 0)
        return fg23(a, figure + 4, ret, err);
    switch (figure[2]) {
    case '1':
        return fg1(a, figure[3] != '\0', ret, err);
    case '2':
        return fg2(a, figure + 3, ret, err);
    case '4':
        return fg4(a, figure[3] != '\0', ret, err);
    case '5':
        return fg5(a, ret, err);
    case '6':
        return fg6(a, figure + 3, ret, err);
    default:
        rc = fg3(a, &bp, &paid, &bg, err);
        if (rc == 0)
            set_bp(ret, bp);
        return rc;
    }
}

struct pt_asof pt_asof_ask(struct pt_ledger *l, const struct pt_figure_ask *ask) {
    return pt_asof_make(l, ask->kind, ask->key, ask->fiscal_year, ask->valid_at, ask->known_at);
}

int pt_ledger_figure(struct pt_ledger *l, const struct pt_figure_ask *ask,
                     struct pt_figure *ret_figure, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);

    return pt_asof_figure(&a, ask->figure, ret_figure, err);
}

int pt_ledger_inputs(struct pt_ledger *l, const struct pt_figure_ask *ask, pt_ledger_input_cb cb,
                     void *ctx, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);
    const struct pt_figure_def *d = pt_figure_def_find(ask->figure);
    sqlite3_stmt *st = NULL;
    int rc;

    if (!d)
        return pt_err_set(err, PT_E_NOT_FOUND, "there is no figure %.40s", ask->figure);
    rc = pt_asof_inputs(&a, d->sources, err);
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT s.party, s.name, r.seq, r.log_index FROM inputs i"
                                " JOIN record r ON r.rec = i.rec JOIN stream s ON s.sid = r.sid"
                                " ORDER BY r.rec",
                                "")
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = cb(ctx, pt_sql_text(st, 0), pt_sql_text(st, 1), pt_sql_u64(st, 2), pt_sql_u64(st, 3));
    pt_sql_done(&l->sql, st);
    return rc;
}

void pt_figure_format(char *out, size_t cap, const struct pt_figure *f, bool chinese) {
    static const char *const zh[] = {"—", "优", "良", "中", "差"};
    static const char *const en[] = {"—", "excellent", "good", "fair", "poor"};
    char text[48];

    if (f->na) {
        (void)snprintf(out, cap, "—");
        return;
    }
    switch (f->unit) {
    case PT_UNIT_FEN:
        pt_money_format_wan(text, sizeof text, f->value);
        (void)snprintf(out, cap, "%s%s", text, chinese ? "万元" : " (10,000 yuan)");
        break;
    case PT_UNIT_BP:
        pt_bp_format(text, sizeof text, (int32_t)f->value);
        (void)snprintf(out, cap, "%s%%%s", text,
                       !f->forecast ? ""
                       : chinese    ? "（预计）"
                                    : " (forecast)");
        break;
    case PT_UNIT_CP:
        pt_bp_format(text, sizeof text, (int32_t)f->value);
        (void)snprintf(out, cap, "%s%s", text, chinese ? "分" : "");
        break;
    case PT_UNIT_RATING:
        (void)snprintf(out, cap, "%s",
                       (chinese ? zh : en)[f->value >= 1 && f->value <= 4 ? f->value : 0]);
        break;
    default:
        (void)snprintf(out, cap, "%lld", (long long)f->value);
        break;
    }
}
