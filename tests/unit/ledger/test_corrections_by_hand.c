/* Executes corrections_by_hand.md: each case's records go into a new ledger and its rules day by
 * day; then each figure must be what the table says, as known before and after the record that
 * changed it, and K68 must name what had used the record by then. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>

#include "../rules/world.h"
#include "by_hand.h"

static struct world w;
static bool open_case;
static struct bh_names names;
static int32_t logged; /* the day whose records are queued */
static char title[1024];

static void end_day(void) {
    if (logged)
        w_tick(&w, logged);
    logged = 0;
}

static void end_case(void) {
    if (open_case)
        w_close(&w);
    open_case = false;
}

static void begin_case(const char *name) {
    end_case();
    (void)snprintf(title, sizeof title, "%s", name);
    names.n_rec = 0;
    logged = 0;
    w_open(&w, ":memory:");
    open_case = true;
}

static void record(const struct bh_row *row) {
    int32_t day = bh_day(title, row->cell[1]);

    if (day != logged) {
        end_day();
        logged = w.m.day = day;
    }
    bh_record(&w.m, &names, row);
}

/* As known at the end of the day; whatever came behind. */
static void known_on(const struct bh_row *row, int32_t day, const char *when, const char *should) {
    struct pt_ledger *l = pt_fold_ledger(w.f);
    struct pt_figure_ask ask = {.figure = row->cell[1]};
    struct pt_figure f;
    struct pt_err err = {0};
    char text[96];

    ask.kind = bh_subject(&names, row->cell[2], &ask.key);
    ask.fiscal_year = (int32_t)bh_number(row->cell[3]);
    ask.valid_at = bh_day(title, row->cell[4]);
    cr_assert_eq(pt_ledger_known_at(l, day, &ask.known_at, &err), 0, "line %d: %s", row->line,
                 err.msg);
    cr_assert_eq(pt_ledger_figure(l, &ask, &f, &err), 0, "line %d: %s", row->line, err.msg);
    pt_figure_format(text, sizeof text, &f, true);
    cr_expect_eq(f.na ? INT64_MIN : f.value, bh_number(should),
                 "line %d, %s: %s of %s should be %s %s %s, is %s", row->line, title, row->cell[1],
                 row->cell[2], should, when, row->cell[0], text);
}

/* change | figure | of | year | valid on | before | after | arithmetic */
static void change(const struct bh_row *row) {
    int32_t day = bh_logged(&names, row->cell[0]);

    end_day();
    known_on(row, pt_date_add(day, -1), "before", row->cell[5]);
    known_on(row, day, "after", row->cell[6]);
}

/* late | affects */
static void late(const struct bh_row *row) {
    const struct mk_ref *r = bh_ref(&names, row->cell[0]);
    char object[96];
    char ends[256];
    struct seen s;

    end_day();
    (void)snprintf(object, sizeof object, "%s/%s#%llu", r->ref.party, r->ref.stream,
                   (unsigned long long)r->ref.seq);
    s = w_find(&w, "K68", NULL, "", object);
    if (strcmp(row->cell[1], "nothing") == 0) {
        cr_expect_eq(s.status, 0, "line %d, %s: %s", row->line, title, s.message_zh);
        return;
    }
    (void)snprintf(ends, sizeof ends, "，影响%.200s", row->cell[1]);
    cr_expect(strlen(s.message_zh) > strlen(ends) &&
                  strcmp(s.message_zh + strlen(s.message_zh) - strlen(ends), ends) == 0,
              "line %d, %s: K68 on %s should end in %s, is %s", row->line, title, row->cell[0],
              ends, s.message_zh);
}

Test(corrections_by_hand, every_case) {
    static struct bh_row row;
    struct bh_reader r;
    int changes = 0;
    int lates = 0;

    bh_open(&r, PT_SOURCE_DIR "/tests/unit/ledger/corrections_by_hand.md");
    for (bh_next(&r, &row); row.kind != BH_END; bh_next(&r, &row)) {
        if (row.kind == BH_CASE) {
            begin_case(row.cell[0]);
        } else if (row.kind == BH_CAST) {
            bh_cast(&names, &row);
        } else if (row.kind == BH_RECORD) {
            record(&row);
        } else if (row.kind == BH_CHANGE) {
            change(&row);
            changes++;
        } else if (row.kind == BH_LATE) {
            late(&row);
            lates++;
        }
    }
    bh_close(&r);
    end_case();
    cr_expect_gt(changes, 40);
    cr_expect_gt(lates, 5);
}
