/* city_asof EXPORT REPOSITORY SEED: folds the sample city, with late, corrected, reversed and
 * withdrawn records of every kind strewn in, and asks on a few days on the way what the ledger says
 * of some subjects: every figure with the records behind it, the state, the profile, the open
 * discrepancies, as of several valid dates. Once all is folded it asks again, as known at each of
 * those days: the answers must be the same. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/sql/sql.h>

#include "../rules/feeder.h"
#include "disturb.h"

enum { MOMENTS = 5, ASKED = 7, VALID = 3, ANSWERS = MOMENTS * ASKED * VALID };

struct answer {
    int kind;
    char key[64];
    int32_t fy;
    int32_t valid_at;
    int32_t day; /* of the tick */
    bool behind; /* asks for the records behind too */
    json_t *said;
};

static struct pt_rng rng;
static struct answer answers[ANSWERS];
static size_t n_answers;

static int add_input(void *ctx, const char *party, const char *stream, uint64_t seq,
                     uint64_t log_index) {
    char id[128];

    (void)log_index;
    (void)snprintf(id, sizeof id, "%s/%s#%" PRIu64, party, stream, seq);
    return json_array_append_new(ctx, json_string(id));
}

/* What stands behind each figure, beside it; for bodies that is long. */
static void put_inputs(struct pt_ledger *l, const struct answer *a, uint64_t known_at,
                       json_t *figures) {
    for (const struct pt_figure_info *f = pt_figure_table; f->id && a->behind; f++) {
        const struct pt_figure_ask ask = {.kind = a->kind,
                                          .key = a->key,
                                          .fiscal_year = a->fy,
                                          .figure = f->id,
                                          .valid_at = a->valid_at,
                                          .known_at = known_at};
        json_t *list = json_array();
        struct pt_err err = {0};

        if (pt_ledger_inputs(l, &ask, add_input, list, &err) != 0)
            fd_die(f->id, &err);
        (void)json_object_set_new(json_object_get(figures, f->id), "behind", list);
    }
}

/* The row without what is true at the time of asking alone. */
static json_t *row(const struct answer *a, uint64_t known_at) {
    struct pt_ledger *l = pt_fold_ledger(fd.fold);
    struct pt_err err = {0};
    json_t *j = NULL;

    if (pt_ledger_row_json(l, a->kind, a->key, a->fy, a->valid_at, known_at, PT_PARTY_HUB, &j,
                           &err) != 0)
        fd_die(a->key, &err);
    put_inputs(l, a, known_at, json_object_get(j, "figures"));
    (void)json_object_del(j, "log_size");
    (void)json_object_del(j, "tick_day");
    (void)json_object_del(j, "known_at");
    return j;
}

/* Any of a kind that the ledger knows by now; false where there is none. */
static bool pick(int kind, struct answer *a) {
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(fd.fold))->db;
    sqlite3_stmt *st = NULL;
    bool found;

    if (sqlite3_prepare_v2(db,
                           "SELECT key FROM subj WHERE kind = ?1 ORDER BY key LIMIT 1 OFFSET"
                           " ?2 % max(1, (SELECT count(*) FROM subj WHERE kind = ?1))",
                           -1, &st, NULL) != SQLITE_OK)
        fd_die(sqlite3_errmsg(db), NULL);
    (void)sqlite3_bind_int(st, 1, kind);
    (void)sqlite3_bind_int64(st, 2, (sqlite3_int64)(pt_rng_next(&rng) >> 1));
    found = sqlite3_step(st) == SQLITE_ROW;
    if (found)
        (void)snprintf(a->key, sizeof a->key, "%s", sqlite3_column_text(st, 0));
    a->kind = kind;
    sqlite3_finalize(st);
    return found;
}

/* The day itself, the end of a month before, the end of the year asked about. */
static int32_t valid_date(int which, int32_t day, int32_t fy) {
    int32_t month = fy * 10000 + 100 * (1 + (int32_t)pt_rng_below(&rng, 12)) + 1;

    return which == 0 ? day : which == 1 ? pt_date_month_end(month) : fy * 10000 + 1231;
}

static void ask_on(int32_t day) {
    static const int kinds[ASKED] = {K(PROJECT), K(PROJECT), K(PROJECT), K(POLICY),
                                     K(DEPT),    K(UNIT),    K(REGION)};

    for (int i = 0; i < ASKED; i++) {
        struct answer a = {.day = day, .fy = pt_rng_below(&rng, 4) == 0 ? 2020 : 2019};

        if (!pick(kinds[i], &a))
            continue;
        for (int k = 0; k < VALID; k++) {
            a.valid_at = valid_date(k, day, a.fy);
            a.behind = i < 4 || k == 0;
            a.said = row(&a, PT_KNOWN_NOW);
            answers[n_answers++] = a;
        }
    }
}

static void print_difference(const char *what, const json_t *then, const json_t *now) {
    char *a = json_dumps(then, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *b = json_dumps(now, JSON_ENCODE_ANY | JSON_SORT_KEYS);

    (void)printf("    %s\n      then %s\n      now  %s\n", what, a, b);
    free(a);
    free(b);
}

/* How many members of two objects differ. */
static size_t compare(json_t *then, json_t *now) {
    size_t n = 0;
    const char *name;
    json_t *value;

    json_object_foreach(then, name, value) {
        if (json_equal(value, json_object_get(now, name)))
            continue;
        n++;
        print_difference(name, value, json_object_get(now, name));
    }
    return n;
}

static size_t ask_again(const struct answer *a) {
    struct pt_ledger *l = pt_fold_ledger(fd.fold);
    struct pt_err err = {0};
    uint64_t known_at;
    size_t n = 0;
    json_t *now;

    if (pt_ledger_known_at(l, a->day, &known_at, &err) != 0)
        fd_die("known at", &err);
    now = row(a, known_at);
    if (!json_equal(a->said, now)) {
        json_t *figures = json_object_get(a->said, "figures");

        (void)printf("%d:%s of %d, valid at %d, as known on %d:\n", a->kind, a->key, (int)a->fy,
                     (int)a->valid_at, (int)a->day);
        n = compare(figures, json_object_get(now, "figures"));
        (void)json_object_del(a->said, "figures");
        n += compare(a->said, now);
    }
    json_decref(now);
    return n;
}

int main(int argc, char **argv) {
    static const char *const parties[] = {"congress", "discipline", "organization",
                                          "finance",  "audit",      "office"};
    int32_t moments[MOMENTS];
    size_t changed = 0;
    size_t wrong = 0;
    uint64_t seed;

    if (argc != 4) {
        (void)fprintf(stderr, "usage: city_asof EXPORT REPOSITORY SEED\n");
        return 2;
    }
    seed = strtoull(argv[3], NULL, 10);
    pt_rng_seed(&rng, seed);
    fd_open(":memory:");
    for (size_t i = 0; i < 6; i++)
        fd_party(argv[2], argv[1], parties[i]);
    for (int i = 0; i < MOMENTS; i++) /* one in each of as many parts of the time */
        moments[i] = pt_date_add(20190131, i * 515 / MOMENTS + (int)pt_rng_below(&rng, 70));
    for (int32_t d = 20190101; d <= 20200630; d = pt_date_add(d, 1)) {
        changed += disturb(&fd.m, &rng, d);
        fd_day(d);
        for (int i = 0; i < MOMENTS; i++)
            if (moments[i] == d)
                ask_on(d);
    }
    for (size_t i = 0; i < n_answers; i++) {
        wrong += ask_again(&answers[i]);
        json_decref(answers[i].said);
    }
    (void)printf("seed %" PRIu64 ": %zu rows asked twice, %" PRIu64
                 " records, %zu of them late or correcting; %zu differ\n",
                 seed, n_answers, fd.records + changed, changed, wrong);
    fd_close();
    return wrong != 0 || n_answers < 50 || changed < 100;
}
