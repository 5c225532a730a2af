/* Madrid's published budget: the records carry what the files say, to the cent. The expectation is
 * counted here from the bytes, by code that knows nothing of mappings. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "support.h"

/* ---- the files, read plainly ---- */

static const char *data_dir(void) {
    static char path[1024];
    const char *shared = getenv("PENTAD_SHARED");
    if (shared)
        snprintf(path, sizeof(path), "%s/data/real/madrid", shared);
    else
        snprintf(path, sizeof(path), "%s/../shared/data/real/madrid", PT_SOURCE_DIR);
    return access(path, R_OK) == 0 ? path : NULL;
}

static char *read_gz(int year, const char *name) {
    char path[1200];
    size_t n = 0, cap = 32u << 20;
    char *text = malloc(cap);
    cr_assert_not_null(text);
    snprintf(path, sizeof(path), "%s/%d/%s.csv.gz", data_dir(), year, name);
    gzFile f = gzopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    for (int k; (k = gzread(f, text + n, (unsigned)(cap - 1 - n))) > 0;)
        n += (size_t)k;
    gzclose(f);
    text[n] = '\0';
    return text;
}

/* Cents of "-1234,5", "1234.56", "12". */
static int64_t cents(const char *p) {
    int64_t v = 0;
    bool minus = *p == '-';
    p += minus;
    for (; *p >= '0' && *p <= '9'; p++)
        v = v * 10 + (*p - '0');
    int64_t decimals = 0, n = 0;
    if (*p == '.' || *p == ',')
        for (p++; *p >= '0' && *p <= '9'; p++, n++)
            decimals = decimals * 10 + (*p - '0');
    v = v * 100 + (n == 1 ? decimals * 10 : decimals);
    return minus ? -v : v;
}

static const char *nth(const char *line, char separator, int n) {
    for (; n > 0 && *line; line++)
        n -= *line == separator;
    return line;
}

struct expected {
    size_t rows, modified;
    int64_t initial, modification;
    size_t payments;
    int64_t paid;
    size_t indicators, without;
};

static void count(int year, struct expected *e) {
    char *save = NULL, *text = read_gz(year, "gastos");
    memset(e, 0, sizeof(*e));
    for (char *l = strtok_r(text, "\r\n", &save); l; l = strtok_r(NULL, "\r\n", &save)) {
        if (*l < '0' || *l > '9')
            continue;
        int64_t m = cents(nth(l, ';', 11));
        e->rows++;
        e->modified += m != 0;
        e->initial += cents(nth(l, ';', 10));
        e->modification += m;
    }
    free(text);
    text = read_gz(year, "pagos");
    for (char *l = strtok_r(text, "\r\n", &save); l; l = strtok_r(NULL, "\r\n", &save)) {
        e->payments++;
        e->paid += cents(strrchr(l, ',') + 1);
    }
    free(text);
    text = read_gz(year, "indicadores");
    for (char *l = strtok_r(text, "\r\n", &save); l; l = strtok_r(NULL, "\r\n", &save)) {
        if (*l < '0' || *l > '9')
            continue;
        if (*nth(l, ';', 3) == ';')
            e->without++;
        else
            e->indicators++;
    }
    free(text);
}

/* ---- money by control key, from the records themselves ---- */

struct key_money {
    char key[40];
    int64_t budget, paid;
};
struct keys {
    struct key_money *v;
    size_t n, cap;
    size_t b03_lines, b04, x01_lines, v01_items;
    int64_t approved, allotted, paid;
};

static struct key_money *slot(struct keys *k, const char *key) {
    uint64_t h = 1469598103934665603u;
    for (const char *p = key; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    size_t i = h % k->cap;
    while (k->v[i].key[0] && strcmp(k->v[i].key, key) != 0)
        i = (i + 1) % k->cap;
    if (!k->v[i].key[0]) {
        snprintf(k->v[i].key, sizeof(k->v[i].key), "%s", key);
        k->n++;
    }
    return &k->v[i];
}

static void add_record(void *ctx, const struct pt_mapped *m) {
    struct keys *k = ctx;
    const Pentad__V1__Record *r = m->record;
    if (r->congress_approval && strcmp(m->type, "B03") == 0) {
        k->b03_lines += r->congress_approval->n_lines;
        for (size_t i = 0; i < r->congress_approval->n_lines; i++)
            k->approved += r->congress_approval->lines[i]->fen;
    } else if (strcmp(m->type, "B04") == 0) {
        const Pentad__V1__Allotment *a = r->allotment;
        int64_t v = a->kind == PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_REDUCE ? -a->fen : a->fen;
        k->b04++;
        k->allotted += v;
        slot(k, a->control_key)->budget += v;
    } else if (strcmp(m->type, "X01") == 0) {
        for (size_t i = 0; i < r->payment_batch->n_lines; i++) {
            const Pentad__V1__PaymentLine *l = r->payment_batch->lines[i];
            int64_t v = l->op == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND ? -l->fen : l->fen;
            k->x01_lines++;
            k->paid += v;
            slot(k, l->control_key)->paid += v;
        }
    } else {
        k->v01_items += r->evaluation->n_items;
    }
}

static void load(const char *mapping, int year, const char *name, const char *control,
                 const char *party, struct keys *k, struct got *ret) {
    char path[1200], text[8];
    snprintf(path, sizeof(path), "%s/%d/%s.csv.gz", data_dir(), year, name);
    snprintf(text, sizeof(text), "%d", year);
    struct pt_var vars[2] = {{"year", text}, {"control", control}};
    run_mapping(&(struct run){.mapping = mapping,
                              .csv_path = path,
                              .vars = vars,
                              .n_vars = control ? 2 : 1,
                              .party = party,
                              .family = "open",
                              .no_json = true,
                              .each = add_record,
                              .ctx = k},
                ret);
    cr_assert_eq(ret->rc, 0, "%s: %s", mapping, ret->err.msg);
    cr_assert_eq(ret->n_dead, 0, "%s: %s", mapping, ret->n_dead ? ret->dead[0].en : "");
}

static size_t check_year(int year, const char *control, const struct expected *e) {
    struct keys k = {.cap = 65536};
    struct got g;
    size_t over = 0;
    k.v = calloc(k.cap, sizeof(*k.v));
    cr_assert_not_null(k.v);
    load("connectors/congress/mappings/madrid-budget.yaml", year, "gastos", control, "congress", &k,
         &g);
    cr_expect_eq(g.tally.read.rows, e->rows);
    cr_expect_eq(g.tally.read.sum[0], e->initial);
    got_done(&g);
    load("connectors/finance/mappings/madrid-initial.yaml", year, "gastos", control, "finance", &k,
         &g);
    cr_expect_eq(g.n_records, e->rows);
    got_done(&g);
    cr_expect_eq(k.allotted, e->initial, "to the cent");
    load("connectors/finance/mappings/madrid-modifications.yaml", year, "gastos", control,
         "finance", &k, &g);
    cr_expect_eq(g.n_records, e->modified);
    cr_expect_eq(g.tally.skipped[0].rows, e->rows - e->modified, "listed with its reason");
    cr_expect_eq(g.tally.mapped.sum[0], e->modification);
    got_done(&g);
    load("connectors/finance/mappings/madrid-payments.yaml", year, "pagos", control, "finance", &k,
         &g);
    cr_expect_eq(g.tally.mapped.rows, e->payments);
    cr_expect_eq(g.tally.mapped.sum[0], e->paid);
    got_done(&g);
    cr_expect_eq(k.b03_lines, e->rows);
    cr_expect_eq(k.approved, e->initial);
    cr_expect_eq(k.b04, e->rows + e->modified);
    cr_expect_eq(k.allotted, e->initial + e->modification);
    cr_expect_eq(k.x01_lines, e->payments);
    cr_expect_eq(k.paid, e->paid);
    for (size_t i = 0; i < k.cap; i++)
        over += k.v[i].key[0] && k.v[i].paid > k.v[i].budget;
    load("connectors/finance/mappings/madrid-indicators.yaml", year, "indicadores", NULL, "finance",
         &k, &g);
    cr_expect_eq(k.v01_items, e->indicators);
    cr_expect_eq(g.tally.skipped[0].rows, e->without);
    got_done(&g);
    free(k.v);
    return over;
}

Test(madrid, counts_sums_and_payments_above_the_definitive_credit) {
    struct expected e;
    if (data_dir() == NULL)
        cr_skip_test("the published data is not here");
    count(2016, &e);
    cr_assert_eq(e.rows, 6572);
    cr_assert_eq(e.payments, 30866);
    cr_expect_eq(check_year(2016, "leaf", &e), 66);
    cr_expect_eq(check_year(2016, "chapter", &e), 7);
    count(2019, &e);
    cr_assert_eq(e.rows, 8235);
    cr_assert_eq(e.payments, 34862);
    cr_expect_eq(check_year(2019, "leaf", &e), 85);
    cr_expect_eq(check_year(2019, "chapter", &e), 13);
}
