/* Figures of money and progress that one sum can't say: FG1 to FG6, FG23, FG24. */
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>

#include "figures.h"

/* FG1 */
int pt_fg1(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    int64_t fen;
    bool found;
    int rc = pt_asof_approved(a, part[0] != '\0', &fen, &found, err);

    if (rc == 0 && found)
        pt_figure_set(f, fen);
    return rc;
}

static int64_t full_budget(const struct pt_quota_sums *q) {
    return q->b0 + q->delta + q->carried;
}

/* FG2 */
int pt_fg2(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    struct pt_quota_sums q;
    int64_t rec = 0;
    int64_t paid = 0;
    int64_t bg;
    int rc = pt_asof_quota(a, &q, err);

    if (strcmp(part, ".REC") == 0 || strcmp(part, ".B") == 0 || strcmp(part, ".Bal") == 0)
        rc = rc == 0 ? pt_asof_recovered(a, &rec, err) : rc;
    if (strcmp(part, ".P") == 0 || strcmp(part, ".Bal") == 0)
        rc = rc == 0 ? pt_asof_paid(a, a->valid_at, &paid, err) : rc;
    if (rc != 0)
        return rc;
    bg = full_budget(&q);
    if (strcmp(part, ".P") == 0)
        pt_figure_set(f, paid);
    else if (q.n + q.n_carried == 0)
        return 0;
    else if (strcmp(part, ".B0") == 0)
        pt_figure_set(f, q.b0);
    else if (strcmp(part, ".dB") == 0)
        pt_figure_set(f, q.delta);
    else if (strcmp(part, ".C") == 0)
        pt_figure_set(f, q.carried);
    else if (strcmp(part, ".REC") == 0)
        pt_figure_set(f, rec);
    else if (strcmp(part, ".B") == 0)
        pt_figure_set(f, bg - rec);
    else if (strcmp(part, ".Bal") == 0)
        pt_figure_set(f, bg - rec - paid);
    else
        pt_figure_set(f, bg);
    return 0;
}

/* FG3: the denominator keeps recovered money, so that recovery can't flatter it. */
static int progress(const struct pt_asof *a, int32_t *ret_bp, int64_t *ret_paid, int64_t *ret_bg,
                    struct pt_err *err) {
    struct pt_quota_sums q;
    int64_t without = 0;
    int rc = pt_asof_quota(a, &q, err);

    rc = rc == 0 ? pt_asof_paid(a, a->valid_at, ret_paid, err) : rc;
    rc = rc == 0
             ? pt_asof_param(a, PT_FG3_WITHOUT_CARRY, PT_FG3_WITHOUT_CARRY_DEFAULT, &without, err)
             : rc;
    *ret_bp = PT_BP_NA;
    if (rc == 0) {
        *ret_bg = full_budget(&q) - (without ? q.carried : 0);
        *ret_bp = pt_ratio_bp(*ret_paid, *ret_bg);
    }
    return rc;
}

int pt_fg3(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    int64_t paid;
    int64_t bg;
    int32_t bp;
    int rc = progress(a, &bp, &paid, &bg, err);

    (void)part;
    if (rc == 0)
        pt_figure_set_bp(f, bp);
    return rc;
}

/* FG4 */
int pt_fg4(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    struct pt_quota_sums q;
    int rc = pt_asof_quota(a, &q, err);

    if (rc != 0)
        return rc;
    if (part[0] == '\0')
        pt_figure_set_bp(f, pt_ratio_bp(q.broken, q.project));
    else if (q.n > 0)
        pt_figure_set(f, q.project - q.broken);
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

/* Parameters of K25. */
#define LUMP_BP "k25.lump_bp"
#define LUMP_BP_DEFAULT "5000"
#define LUMP_MONTH "k25.lump_month"
#define LUMP_MONTH_DEFAULT "11"

/* A lump sum is measured only after its planned month: the first by whose end so much is planned.
 */
static int lump_waits(const struct pt_asof *a, const struct pt_plan_row *p, bool *ret,
                      struct pt_err *err) {
    int64_t planned_bp;
    int64_t month;
    int rc;

    *ret = false;
    if (!p->lump_sum || a->valid_at > a->fy * 10000 + 1231)
        return 0;
    rc = pt_asof_param(a, LUMP_BP, LUMP_BP_DEFAULT, &planned_bp, err);
    rc = rc == 0 ? pt_asof_param(a, LUMP_MONTH, LUMP_MONTH_DEFAULT, &month, err) : rc;
    if (rc != 0)
        return rc;
    for (int i = 0; p->has_curve && i < 12; i++)
        if (p->curve_bp[i] >= planned_bp) {
            month = i + 1;
            break;
        }
    *ret = pt_date_month(a->valid_at) <= month;
    return 0;
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
int pt_fg5(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    __extension__ typedef __int128 wide;
    struct pt_asof end = *a;
    struct pt_plan_row plan;
    int64_t paid = 0;
    int64_t bg = 0;
    int32_t bp;
    int rc;

    (void)part;
    if (a->valid_at >= a->fy * 10000 + 1231) {
        end.valid_at = a->fy * 10000 + 1231;
        rc = progress(&end, &bp, &paid, &bg, err);
    } else {
        rc = progress(a, &bp, &paid, &bg, err);
        rc = rc == 0 ? get_plan(a, &plan, err) : rc;
        if (rc == 0) {
            wide rest = (wide)bg * (10000 - planned(&plan, a->fy, a->valid_at)) / 10000;
            bp = pt_ratio_bp(paid + (int64_t)rest, bg);
            f->forecast = bp != PT_BP_NA;
        }
    }
    if (rc == 0)
        pt_figure_set_bp(f, bp);
    return rc;
}

/* FG6 */
int pt_fg6(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    struct pt_plan_row plan;
    struct pt_lights lights;
    int64_t paid;
    int64_t bg;
    int32_t bp;
    int32_t dev;
    bool waits;
    int rc = get_plan(a, &plan, err);

    if (rc != 0)
        return rc;
    if (strcmp(part, ".TP") == 0 || strcmp(part, ".PP") == 0) {
        pt_figure_set(f, part[1] == 'T' ? time_progress(a->fy, a->valid_at)
                                        : planned(&plan, a->fy, a->valid_at));
        return 0;
    }
    rc = progress(a, &bp, &paid, &bg, err);
    rc = rc == 0 ? lump_waits(a, &plan, &waits, err) : rc;
    if (rc != 0 || bp == PT_BP_NA || waits)
        return rc;
    dev = bp - planned(&plan, a->fy, a->valid_at);
    if (strcmp(part, ".light") != 0) {
        pt_figure_set(f, dev);
        return 0;
    }
    rc = pt_asof_lights(a, &lights, err);
    if (rc == 0)
        pt_figure_set(f, dev >= lights.yellow_bp ? 1 : dev >= lights.red_bp ? 2 : 3);
    return rc;
}

/* FG23: finance, audit, congress on the same year. */
int pt_fg23(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
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
        pt_figure_set(f, paid);
    else if (found)
        pt_figure_set(f, part[0] == '\0' || part[1] == 'd' ? paid - other : other);
    return 0;
}

/* FG24: nothing to be said before December. */
int pt_fg24(const struct pt_asof *a, const char *part, struct pt_figure *f, struct pt_err *err) {
    int32_t end = a->fy * 10000 + 1231;
    int64_t before = 0;
    int64_t paid = 0;
    int rc;

    if (a->valid_at <= a->fy * 10000 + 1130)
        return 0;
    rc = pt_asof_paid(a, a->fy * 10000 + 1130, &before, err);
    rc = rc == 0 ? pt_asof_paid(a, a->valid_at < end ? a->valid_at : end, &paid, err) : rc;
    if (rc != 0)
        return rc;
    if (part[0] == '\0')
        pt_figure_set_bp(f, pt_ratio_bp(paid - before, paid));
    else
        pt_figure_set(f, paid - before);
    return 0;
}
