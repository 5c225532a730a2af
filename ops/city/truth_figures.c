/* What the budgets of bodies must come to where money goes from one to another
 * (truth_figures.csv): from the plan alone. */
#include "table.h"
#include "transfers.h"

#include <string.h>

static const int32_t days[] = {20190228, 20190331, 20190630, 20191231};

/* One row; without lines there is no value. */
static void row(struct table *t, const char *kind, const char *key, const char *figure, int32_t day,
                int64_t fen, bool lines) {
    table_plain_row(t);
    table_str(t, kind);
    table_str(t, key);
    table_int(t, CITY_FY);
    table_str(t, figure);
    table_date(t, day);
    if (lines)
        table_int(t, fen);
    else
        table_empty(t, 1);
}

/* What was allotted to projects by that day; dept -1: of all departments. */
static int64_t allotted(const struct city *c, int32_t dept, int32_t day, bool initial) {
    int64_t sum = 0;

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        for (int32_t k = 0; k < p->n_quotas && (dept < 0 || p->dept == dept); k++) {
            const struct city_quota *q = &p->quotas[k];
            bool less = q->kind == QUOTA_REDUCE || q->kind == QUOTA_SHIFT_OUT;

            if (q->day <= day && (q->kind == QUOTA_INITIAL) == initial)
                sum += less ? -q->fen : q->fen;
        }
    }
    return sum;
}

static void city_side(struct table *t, const struct city *c, int32_t day) {
    const char *sender = c->orgs[CITY_FINANCE_DEPT].uscc;
    int64_t sent = city_transfers_sent(day);

    row(t, "DEPT", sender, "FG2.B0", day, allotted(c, CITY_FINANCE_DEPT, day, true), true);
    row(t, "DEPT", sender, "FG2.dB", day, allotted(c, CITY_FINANCE_DEPT, day, false) - sent, true);
    row(t, "REGION", CITY_RGN, "FG2.B0", day, allotted(c, -1, day, true), true);
    row(t, "REGION", CITY_RGN, "FG2.dB", day, allotted(c, -1, day, false) - sent, true);
}

static void district_side(struct table *t, const struct city *c, int32_t day) {
    for (int32_t i = c->n_units; i < c->n_orgs; i++) {
        const struct city_org *o = &c->orgs[i];
        int64_t fen = city_transfers_received(o->rgn, day);

        if (o->level != LEVEL_DISTRICT_FIN)
            continue;
        row(t, "DEPT", o->uscc, "FG2.dB", day, fen, fen > 0);
        row(t, "REGION", o->rgn, "FG2.dB", day, fen, fen > 0);
    }
}

int city_write_truth_figures(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_truth, "truth_figures.csv", NULL,
                                "kind,key,year,figure,valid_at,fen", false);

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        city_side(t, c, days[i]);
        district_side(t, c, days[i]);
    }
    return table_close(t, err);
}
