/* Figures, in exact integers: what their functions or their terms come to. NA is what a ratio over
 * 0 is, and what has nothing to be computed from. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/money.h>
#include <pentad/base/told.h>

#include "figterm.h"

void pt_figure_set(struct pt_figure *f, int64_t v) {
    f->na = false;
    f->value = v;
}

void pt_figure_set_bp(struct pt_figure *f, int32_t bp) {
    if (bp != PT_BP_NA)
        pt_figure_set(f, bp);
}

/* num / den in hundredths, half up on magnitude, within 32 bits as basis points are. */
static int64_t hundredths(int64_t num, int64_t den) {
    __extension__ typedef __int128 wide;
    wide n = (wide)num * 200;
    wide d = (wide)den * 2;
    bool negative = (n < 0) != (d < 0);

    n = n < 0 ? -n : n;
    d = d < 0 ? -d : d;
    n = (n + d / 2) / d;
    n = n > INT32_MAX ? INT32_MAX : n;
    return negative ? -(int64_t)n : (int64_t)n;
}

static void combine(const struct pt_figure_def *d, const struct pt_term_value *v, size_t n,
                    struct pt_figure *f) {
    int64_t sum = v[0].sum; /* of terms that stay within 10^18 each */
    bool both = v[0].found && v[1].found;

    switch (d->how) {
    case PT_SUM:
        for (size_t i = 1; i < n; i++)
            sum += v[i].sum;
        if (v[0].found || v[1].found)
            pt_figure_set(f, sum);
        break;
    case PT_LESS:
        for (size_t i = 1; i < n; i++)
            sum -= v[i].sum;
        if (v[0].found)
            pt_figure_set(f, sum);
        break;
    case PT_DIFFERENCE:
        if (both)
            pt_figure_set(f, sum - v[1].sum);
        break;
    case PT_MOST:
        if (v[0].found)
            pt_figure_set(f, v[0].most);
        break;
    case PT_RATIO:
        if (both)
            pt_figure_set_bp(f, pt_ratio_bp(v[0].sum, v[1].sum));
        break;
    case PT_TIMES:
        if (both && v[1].sum != 0)
            pt_figure_set(f, hundredths(v[0].sum, v[1].sum));
        break;
    }
}

static int by_terms(const struct pt_asof *a, const struct pt_figure_def *d, struct pt_figure *f,
                    struct pt_err *err) {
    struct pt_term_value v[PT_TERMS_MAX] = {{false, 0, 0}};
    size_t n = 0;
    int rc = 0;

    for (; n < PT_TERMS_MAX && d->terms[n] && rc == 0; n++) {
        rc = pt_term_value(a, d->terms[n], &v[n], err);
        if (!v[0].found && d->how != PT_SUM)
            return rc; /* whatever the others come to */
    }
    if (rc == 0)
        combine(d, v, n, f);
    return rc;
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
    const char *part;

    memset(ret, 0, sizeof *ret);
    ret->na = true;
    if (!d)
        return pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_FIGURE, figure);
    ret->id = d->info.id;
    ret->formula = d->info.formula;
    ret->unit = d->info.unit;
    ret->valid_at = a->valid_at;
    ret->known_at = a->known_at;
    if (!d->code)
        return by_terms(a, d, ret, err);
    part = strchr(d->info.id, '.');
    return d->code(a, part ? part : "", ret, err);
}

struct pt_asof pt_asof_ask(struct pt_ledger *l, const struct pt_figure_ask *ask) {
    return pt_asof_make(l, ask->kind, ask->key, ask->fiscal_year, ask->valid_at, ask->known_at);
}

int pt_ledger_figure(struct pt_ledger *l, const struct pt_figure_ask *ask,
                     struct pt_figure *ret_figure, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);

    return pt_asof_figure(&a, ask->figure, ret_figure, err);
}

const char *pt_unit_name(enum pt_unit unit) {
    static const char *const names[] = {"fen", "bp", "cp", "rating", "count", "day", "times"};

    return (size_t)unit < sizeof names / sizeof names[0] ? names[unit] : "";
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
    case PT_UNIT_DAYS:
        (void)snprintf(out, cap, chinese ? "%lld天" : "%lld days", (long long)f->value);
        break;
    case PT_UNIT_TIMES:
        pt_bp_format(text, sizeof text, (int32_t)f->value);
        (void)snprintf(out, cap, "%s%s", text, chinese ? "倍" : " times");
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
