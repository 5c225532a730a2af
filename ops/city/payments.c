/* Payment lines (X01): from each project's schedule to vouchers of its unit's pay days. Sorted,
 * numbered and streamed out, because at scale 1 there are a million of them. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

#define BATCH_LINES 500
#define PAYEES 4000

struct maker {
    struct city *c;
    size_t cap;
    struct pt_rng rng;
};

static struct city_payment *add(struct maker *m, const struct city_project *p, int32_t quota,
                                int32_t pay, int64_t fen) {
    struct city *c = m->c;
    struct city_payment *x;

    if (c->n_payments == m->cap) {
        size_t cap = m->cap ? m->cap * 2 : 65536;
        struct city_payment *all = city_alloc(cap, sizeof(*all));

        if (c->n_payments > 0)
            memcpy(all, c->payments, c->n_payments * sizeof(*all));
        free(c->payments);
        c->payments = all;
        m->cap = cap;
    }
    x = &c->payments[c->n_payments];
    *x = (struct city_payment){.pay = pay,
                               .unit = p->unit,
                               .project = city_index(c, p),
                               .special = -1,
                               .quota = (uint8_t)quota,
                               .seq = (int32_t)c->n_payments,
                               .payee = (int32_t)pt_rng_below(&m->rng, PAYEES),
                               .purpose = (int32_t)pt_rng_below(&m->rng, 64),
                               .fen = fen};
    x->econ = (int16_t)pt_rng_below(&m->rng, 64);
    x->send = city_next_workday(pay);
    if (pay == city_last_workday(CITY_FY, pt_date_month(pay)))
        x->send = pay;
    c->n_payments++;
    return x;
}

/* The unit's pay days of a month on which this quota may be paid; all its working days if none. */
static int32_t pay_days(const struct maker *m, const struct city_project *p, int32_t quota,
                        int32_t month, int32_t out[31]) {
    int32_t first = CITY_FY * 10000 + month * 100 + 1;
    int32_t days[31];
    int32_t n = 0;
    int32_t n_days;
    int32_t want;

    for (int32_t day = first, end = pt_date_month_end(first); day <= end; day++)
        if (city_is_workday(day) && day > p->quotas[quota].day &&
            !(day >= p->hold_from && day < p->hold_to))
            days[n++] = day;
    PT_ASSERT(n > 0);
    want = (int32_t)(m->c->orgs[p->unit].lines / 12 / 6);
    if (want < 1)
        want = 1;
    if (want > n)
        want = n;
    n_days = 0;
    for (int32_t i = 0; i < want; i++)
        out[n_days++] = days[(p->unit + i * n / want) % n];
    for (int32_t i = 1; i < n_days; i++) /* in order */
        for (int32_t k = i; k > 0 && out[k] < out[k - 1]; k--) {
            int32_t t = out[k];

            out[k] = out[k - 1];
            out[k - 1] = t;
        }
    return n_days;
}

/* `fen` of one month in `lines` payments of differing size. */
static void spread(struct maker *m, const struct city_project *p, int32_t quota, int32_t month,
                   int64_t fen, int32_t lines) {
    int32_t days[31];
    int32_t n_days = pay_days(m, p, quota, month, days);
    int64_t left = fen;

    if (lines < 1)
        lines = 1;
    if (lines > fen / 100)
        lines = fen / 100 > 0 ? (int32_t)(fen / 100) : 1;
    for (int32_t i = 0; i < lines && left > 0; i++) {
        int64_t part = left;

        if (i < lines - 1) {
            part = left / (lines - i);
            part = part * city_between(&m->rng, 40, 160) / 100;
        }
        if (part > 0)
            (void)add(m, p, quota, days[i * n_days / lines], part);
        left -= part;
    }
    PT_ASSERT(left == 0);
}

/* Now and then something is paid too much and comes back within the month. */
static void refund(struct maker *m, const struct city_project *p, int32_t month) {
    int32_t days[31];
    int32_t n = pay_days(m, p, 0, month, days);
    int64_t fen = p->quotas[0].fen / 10000 * city_between(&m->rng, 5, 40);
    struct city_payment *x;

    (void)add(m, p, 0, days[0], fen);
    x = add(m, p, 0, days[n - 1], -fen);
    x->payee = m->c->payments[x->seq - 1].payee;
}

static void make_project(struct maker *m, const struct city_project *p) {
    int32_t months = 0;

    city_rng(m->c, &m->rng, "lines of", city_index(m->c, p));
    for (int32_t k = 1; k <= 12; k++)
        months += p->cum[k] > p->cum[k - 1];
    for (int32_t k = 1; k <= 12; k++)
        if (p->cum[k] > p->cum[k - 1])
            spread(m, p, 0, k, p->cum[k] - p->cum[k - 1], p->lines / months);
    for (int32_t q = 1; q < p->n_quotas; q++) {
        int32_t from = pt_date_month(p->quotas[q].day);
        int64_t done = 0;

        for (int32_t k = from + 1; k <= 12 && p->quotas[q].payable > 0; k++) {
            int64_t upto = p->quotas[q].payable * (k - from) / (12 - from);

            spread(m, p, q, k, upto - done, p->lines / 60);
            done = upto;
        }
    }
    if (!p->planted && !p->derive_curve && p->letter == 'T' && city_chance(&m->rng, 8))
        refund(m, p, (int32_t)city_between(&m->rng, 2, 10));
}

static void make_special(struct maker *m, int32_t i) {
    const struct city_special *s = &m->c->specials[i];
    const struct city_project *p = &m->c->projects[s->project];
    struct city_payment *x = add(m, p, 0, s->pay, s->fen);
    struct city_payment *back;

    x->special = i;
    x->send = s->send;
    if (s->reverse_day == 0)
        return;
    PT_ASSERT(s->reverse_day / 100 == s->pay / 100 && s->reverse_day >= s->send);
    back = add(m, p, 0, s->pay, s->fen);
    x = &m->c->payments[m->c->n_payments - 2];
    back->special = i;
    back->send = s->reverse_day;
    back->reverse = true;
    back->payee = x->payee;
    back->purpose = x->purpose;
    back->econ = x->econ;
}

/* A voucher entered twice and struck out within the month. */
static void duplicate_some(struct city *c) {
    int32_t n = 0;

    for (int32_t i = CITY_DEPTS; i < c->n_projects && n < 6; i++) {
        const struct city_project *p = &c->projects[i];
        int32_t month = 3 + n;
        int32_t pay = city_nth_workday(CITY_FY, month, 6);

        if (p->planted || p->policy || p->derive_curve || p->n_quotas != 1 || p->letter != 'T')
            continue;
        city_special(c, p, pay, city_next_workday(pay), p->quotas[0].fen / 200)->reverse_day =
            city_add_workdays(pay, 4);
        n++;
    }
}

static void sum_months(struct city *c) {
    for (size_t i = 0; i < c->n_payments; i++) {
        const struct city_payment *x = &c->payments[i];
        struct city_project *p = &c->projects[x->project];

        for (int32_t k = pt_date_month(x->pay); k <= 12; k++)
            p->paid[k] += x->reverse ? -x->fen : x->fen;
    }
}

static int in_order(const void *a, const void *b) {
    const struct city_payment *x = a;
    const struct city_payment *y = b;

    if (x->send != y->send)
        return x->send < y->send ? -1 : 1;
    if (x->pay != y->pay)
        return x->pay < y->pay ? -1 : 1;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    if (x->special != y->special)
        return x->special < y->special ? -1 : 1;
    if (x->reverse != y->reverse)
        return x->reverse ? 1 : -1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void city_plan_payments(struct city *c) {
    struct maker m = {.c = c};

    duplicate_some(c);
    for (int32_t i = 0; i < c->n_projects; i++)
        if (!c->projects[i].policy)
            make_project(&m, &c->projects[i]);
    city_rng(c, &m.rng, "specials", 0);
    for (int32_t i = 0; i < c->n_specials; i++)
        make_special(&m, i);
    sum_months(c);
    qsort(c->payments, c->n_payments, sizeof(*c->payments), in_order);
    /* Vouchers entered by themselves are known to the truth by number. */
    for (size_t i = 0; i < c->n_payments; i++) {
        const struct city_payment *x = &c->payments[i];
        struct city_special *s;

        if (x->special < 0 || x->reverse)
            continue;
        s = &c->specials[x->special];
        (void)snprintf(s->voucher, sizeof(s->voucher), "PZ%010zu", i + 1);
        (void)snprintf(s->batch, sizeof(s->batch), "ZF%d-%s-S%d", x->pay, c->orgs[x->unit].bunit,
                       x->special + 1);
    }
    for (int32_t i = 0; i < c->n_specials; i++) {
        struct city_special *s = &c->specials[i];

        if (s->voucher_of)
            memcpy(s->voucher, c->specials[s->voucher_of - 1].voucher, sizeof s->voucher);
    }
}

/* What was planned is what will be paid, less two points of caution. */
void city_plan_curves(struct city *c) {
    for (int32_t i = 0; i < c->n_projects; i++) {
        struct city_project *p = &c->projects[i];

        if (!p->derive_curve)
            continue;
        p->has_curve = true;
        for (int32_t k = 1; k <= 12; k++) {
            int64_t full = city_full(p, pt_date_month_end(CITY_FY * 10000 + k * 100 + 1));
            int64_t bp = full > 0 ? p->paid[k] * 10000 / full - 200 : 0;

            if (bp > 9500)
                bp = 9500;
            p->curve[k] = bp > p->curve[k - 1] ? (int32_t)bp : p->curve[k - 1];
        }
        p->curve[12] = 10000;
    }
}

static const char *econ_of(const struct city_project *p, int32_t n) {
    const struct city_code *codes;
    size_t count = city_econ_d(&codes);

    if (p->letter == 'R')
        return codes[n % 4].code;
    if (p->line == LINE_FUNC)
        return "30701";
    /* Goods and services, or capital for infrastructure. */
    return p->is_infra ? codes[18 + n % 5].code : codes[4 + (size_t)n % (count - 10)].code;
}

struct batch {
    char no[40], original[40];
    int64_t sum;
    size_t from, end;
};

static void next_batch(struct city *c, struct batch *b, size_t from, int32_t *part) {
    const struct city_payment *x = &c->payments[from];
    const struct city_payment *before = from > 0 ? x - 1 : NULL;

    PT_ASSERT(c->payments != NULL && from < c->n_payments);
    *part = before != NULL && before->send == x->send && before->pay == x->pay &&
                    before->unit == x->unit && before->special == -1 && x->special == -1
                ? *part + 1
                : 1;
    b->from = from;
    b->sum = 0;
    b->original[0] = '\0';
    for (b->end = from; b->end < c->n_payments && b->end - from < BATCH_LINES; b->end++) {
        const struct city_payment *y = &c->payments[b->end];

        if (y->send != x->send || y->pay != x->pay || y->unit != x->unit ||
            y->special != x->special || y->reverse != x->reverse)
            break;
        b->sum += y->fen;
    }
    if (x->special < 0) {
        (void)snprintf(b->no, sizeof(b->no), "ZF%d-%s-%d", x->pay, c->orgs[x->unit].bunit, *part);
        return;
    }
    (void)snprintf(b->no, sizeof(b->no), "%s%s", c->specials[x->special].batch,
                   x->reverse ? "-CX" : "");
    if (x->reverse)
        (void)snprintf(b->original, sizeof(b->original), "%s", c->specials[x->special].batch);
}

static void write_line(struct table *t, struct city *c, const struct batch *b, size_t i,
                       const char payees[][19]) {
    static const char *const bases[] = {"", "结转", "同期必须", "法定义务"};
    const struct city_payment *x = &c->payments[i];
    const struct city_project *p = &c->projects[x->project];
    const struct city_special *s = x->special >= 0 ? &c->specials[x->special] : NULL;
    char voucher[24];
    char purpose[64];
    char quota[24];

    /* One payee is never paid for the same thing by two projects. */
    (void)snprintf(purpose, sizeof(purpose), "%s（%06d）", city_purpose(x->purpose),
                   x->project + 1);
    if (p->letter == 'R')
        (void)snprintf(purpose, sizeof(purpose), "代发工资津补贴");
    if (s != NULL && s->shared)
        (void)snprintf(purpose, sizeof(purpose), "委托服务费（合同%02d）", s->shared);
    (void)snprintf(voucher, sizeof(voucher), "PZ%010zu", i + 1);
    table_row(t, x->send, b->no, x->fen);
    table_str(t, x->reverse ? "冲销" : "");
    table_str(t, b->original);
    table_str(t, c->orgs[x->unit].uscc);
    table_date(t, x->pay);
    table_str(t, s != NULL ? s->voucher : voucher);
    table_str(t, p->code);
    (void)snprintf(quota, sizeof(quota), "%s%s", p->quotas[x->quota].no,
                   p->unit_named > 0 ? "-2" : "");
    table_str(t, quota);
    table_int(t, p->bk);
    table_str(t, p->func);
    table_str(t, econ_of(p, x->econ));
    table_int(t, CITY_FY);
    table_fen(t, x->fen);
    table_str(t, p->letter == 'R'         ? c->orgs[p->unit].uscc
                 : s != NULL && s->shared ? payees[s->shared]
                                          : payees[x->payee]);
    table_str(t, purpose);
    table_str(t, s != NULL ? bases[s->basis] : "");
    table_fen(t, b->sum);
}

int city_write_payments(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "payments.csv", "X01", NULL, true);
    char(*payees)[19] = city_alloc(PAYEES, sizeof(*payees));
    const struct city_code *regions;
    size_t n_regions = city_regions(&regions);
    int32_t part = 0;
    struct batch b;

    for (int64_t i = 0; i < PAYEES; i++)
        city_uscc(payees[i], "91", regions[(size_t)i % n_regions].code, i * 23 + 11);
    for (size_t i = 0; i < c->n_payments; i = b.end) {
        next_batch(c, &b, i, &part);
        for (size_t k = b.from; k < b.end; k++)
            write_line(t, c, &b, k, (const char(*)[19])payees);
    }
    free(payees);
    return table_close(t, err);
}
