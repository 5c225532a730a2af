/* Executes figures_by_hand.md: each case's records go into a new ledger day by day, then each of
 * its figures must be what the table computes, from the records that it names. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/ledger/figures.h>

#include "by_hand.h"

static struct mklog m;
static struct pt_ledger *l;
static struct bh_names names;
static size_t folded;
static int32_t logged; /* the day whose records are queued */
static char title[1024];

static void fold(void) {
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    for (; folded < m.n; folded++) {
        cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_apply(l, &m.e[folded], &a, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
}

static void end_day(void) {
    if (logged)
        mk_tick(&m, logged);
    logged = 0;
    fold();
}

static void end_case(void) {
    if (!l)
        return;
    pt_ledger_close(l);
    mk_done(&m);
    l = NULL;
}

static void begin_case(const char *name) {
    struct pt_err err = {0};

    end_case();
    (void)snprintf(title, sizeof title, "%s", name);
    folded = 0;
    names.n_rec = 0;
    mk_init(&m);
    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
}

static void record(const struct bh_row *row) {
    int32_t day = bh_day(title, row->cell[1]);

    if (day != logged) {
        end_day();
        logged = m.day = day;
    }
    bh_record(&m, &names, row);
}

static int collect(void *ctx, const char *party, const char *stream, uint64_t seq,
                   uint64_t log_index) {
    char *out = ctx;
    size_t n = strlen(out);

    (void)stream;
    (void)log_index;
    for (size_t i = 0; i < names.n_rec; i++) {
        const Pentad__V1__RecordRef *r = &names.rec[i].ref.ref;

        if (strcmp(r->party, party) == 0 && r->seq == seq)
            (void)snprintf(out + n, 512 - n, "%s%s", n ? " " : "", names.rec[i].name);
    }
    return 0;
}

/* figure | of | year | valid on | known on | value | arithmetic | behind */
static void figure(const struct bh_row *row) {
    struct pt_figure_ask ask = {.fiscal_year = 0, .figure = row->cell[0], .known_at = PT_KNOWN_NOW};
    struct pt_figure f;
    struct pt_err err = {0};
    char behind[512] = "";
    char text[96];

    end_day();
    ask.kind = bh_subject(&names, row->cell[1], &ask.key);
    ask.fiscal_year = (int32_t)bh_number(row->cell[2]);
    ask.valid_at = bh_day(title, row->cell[3]);
    if (row->cell[4][0])
        cr_assert_eq(pt_ledger_known_at(l, bh_day(title, row->cell[4]), &ask.known_at, &err), 0,
                     "%s", err.msg);
    cr_assert_eq(pt_ledger_figure(l, &ask, &f, &err), 0, "line %d: %s", row->line, err.msg);
    pt_figure_format(text, sizeof text, &f, true);
    cr_expect_eq(f.na ? INT64_MIN : f.value, bh_number(row->cell[5]),
                 "line %d, %s: %s of %s should be %s, is %s", row->line, title, row->cell[0],
                 row->cell[1], row->cell[5], text);
    if (!row->cell[7][0])
        return;
    cr_assert_eq(pt_ledger_inputs(l, &ask, collect, behind, &err), 0, "%s", err.msg);
    cr_expect_str_eq(behind, row->cell[7], "line %d, %s: behind %s of %s should be %s, is %s",
                     row->line, title, row->cell[0], row->cell[1], row->cell[7], behind);
}

/* Of FG1 to FG24, each with its parts: how many values are computed, how many of them are NA. */
static struct {
    int rows;
    int na;
} of_figure[25];

static void count(const struct bh_row *row) {
    int n = 0;

    cr_assert(sscanf(row->cell[0], "FG%d", &n) == 1 && n >= 1 && n <= 24, "line %d", row->line);
    of_figure[n].rows++;
    of_figure[n].na += strcmp(row->cell[5], "NA") == 0;
}

Test(figures_by_hand, every_case) {
    static struct bh_row row;
    struct bh_reader r;
    int cases = 0;
    int figures = 0;

    bh_open(&r, PT_SOURCE_DIR "/tests/unit/ledger/figures_by_hand.md");
    for (bh_next(&r, &row); row.kind != BH_END; bh_next(&r, &row)) {
        if (row.kind == BH_CASE) {
            begin_case(row.cell[0]);
            cases++;
        } else if (row.kind == BH_CAST) {
            bh_cast(&names, &row);
        } else if (row.kind == BH_RECORD) {
            record(&row);
        } else {
            figure(&row);
            count(&row);
            figures++;
        }
    }
    bh_close(&r);
    end_case();
    for (int i = 1; i <= 24; i++)
        cr_expect(of_figure[i].rows >= 3 && of_figure[i].na >= 1,
                  "FG%d is computed %d times, %d of them NA", i, of_figure[i].rows,
                  of_figure[i].na);
    cr_expect_gt(cases, 10);
    cr_expect_gt(figures, 100);
}
