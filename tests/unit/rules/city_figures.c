/* Figures against what the city's plan says that they are: truth_figures.csv. */
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>
#include <pentad/record/ref.h>

#include "city_lines.h"
#include "feeder.h"

enum { FIGURES_MIN = 100 };

/* kind,key,year,figure,valid_at,fen; without fen there is no value. */
static bool same(struct pt_ledger *l, const struct line *x) {
    struct pt_figure_ask ask = {.kind = (int)pt_subject_kind_from_name(x->f[0], strlen(x->f[0])),
                                .key = x->f[1],
                                .fiscal_year = (int32_t)strtol(x->f[2], NULL, 10),
                                .figure = x->f[3],
                                .known_at = PT_KNOWN_NOW};
    struct pt_figure f = {.na = true};
    struct pt_err err = {0};

    if (pt_date_parse(x->f[4], &ask.valid_at) != 0 || pt_ledger_figure(l, &ask, &f, &err) != 0)
        fd_die(x->f[1], &err);
    if (f.na == (x->f[5][0] == '\0') && (f.na || f.value == strtoll(x->f[5], NULL, 10)))
        return true;
    (void)printf("WRONG %s:%s %s %s on %s: %lld fen%s, should be %s\n", x->f[0], x->f[1], x->f[2],
                 x->f[3], x->f[4], (long long)f.value, f.na ? " (none)" : "", x->f[5]);
    return false;
}

int figures_check(struct pt_ledger *l, const char *path) {
    FILE *f = fopen(path, "r");
    struct line x;
    int n = 0;
    int n_wrong = 0;

    if (!f || !line_read(f, &x))
        fd_die(path, NULL);
    for (; line_read(f, &x); n++)
        n_wrong += !same(l, &x);
    (void)fclose(f);
    (void)printf("%d budgets of senders and receivers, %d wrong\n", n, n_wrong);
    return n_wrong + (n < FIGURES_MIN);
}
