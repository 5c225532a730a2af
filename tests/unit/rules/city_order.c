/* city_order EXPORT REPOSITORY SEED OUT: folds the sample city with the day's batches of all
 * streams lying among each other as the seed has it, and writes what the ledger says in the end:
 * every condition of every rule, every figure and every state of every subject. Two seeds must
 * write the same. Seed 0: one batch a stream and day. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/ledger/query.h>
#include <pentad/sql/sql.h>

#include "feeder.h"

static void write_conditions(sqlite3 *db, FILE *out) {
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(db,
                           "SELECT rule, kind, key, fy, period, object, state, sev, figures"
                           " FROM condition ORDER BY 1, 2, 3, 4, 5, 6",
                           -1, &st, NULL) != SQLITE_OK)
        fd_die(sqlite3_errmsg(db), NULL);
    while (sqlite3_step(st) == SQLITE_ROW) {
        for (int i = 0; i < 9; i++)
            (void)fprintf(out, "%s%c", sqlite3_column_text(st, i), i < 8 ? '|' : '\n');
    }
    sqlite3_finalize(st);
}

/* Every figure and the state, with the way there and what of it was irregular. */
static void write_row(struct pt_ledger *l, int kind, const char *key, int32_t fy, FILE *out) {
    struct pt_err err = {0};
    json_t *row = NULL;
    const char *id;
    json_t *f;
    char *state;

    if (pt_ledger_row_json(l, kind, key, fy, fy * 10000 + 1231, PT_KNOWN_NOW, PT_PARTY_HUB, &row,
                           &err) != 0)
        fd_die(key, &err);
    json_object_foreach(json_object_get(row, "figures"), id, f) {
        const char *value = json_string_value(json_object_get(f, "value"));

        (void)fprintf(out, "%d:%s %d %s %s\n", kind, key, fy, id, value ? value : "NA");
    }
    state = json_dumps(json_object_get(row, "state"), JSON_COMPACT);
    (void)fprintf(out, "%d:%s %d %s\n", kind, key, fy, state ? state : "");
    free(state);
    json_decref(row);
}

static void write_subjects(struct pt_ledger *l, FILE *out) {
    sqlite3 *db = pt_ledger_sql(l)->db;
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(db, "SELECT DISTINCT kind, key FROM subj ORDER BY 1, 2", -1, &st,
                           NULL) != SQLITE_OK)
        fd_die(sqlite3_errmsg(db), NULL);
    while (sqlite3_step(st) == SQLITE_ROW) {
        int kind = sqlite3_column_int(st, 0);
        const char *key = (const char *)sqlite3_column_text(st, 1);

        for (int32_t fy = 2018; fy <= 2020; fy++)
            write_row(l, kind, key, fy, out);
    }
    sqlite3_finalize(st);
}

int main(int argc, char **argv) {
    static const char *const parties[] = {"congress", "discipline", "organization",
                                          "finance",  "audit",      "office"};
    struct pt_rng among;
    uint64_t seed;
    FILE *out;

    if (argc != 5) {
        (void)fprintf(stderr, "usage: city_order EXPORT REPOSITORY SEED OUT\n");
        return 2;
    }
    seed = strtoull(argv[3], NULL, 10);
    pt_rng_seed(&among, seed);
    fd_open(":memory:");
    fd.m.among = seed ? &among : NULL;
    for (size_t i = 0; i < 6; i++)
        fd_party(argv[2], argv[1], parties[i]);
    for (int32_t d = 20190101; d <= 20200630; d = pt_date_add(d, 1))
        fd_day(d);
    out = fopen(argv[4], "we");
    if (!out)
        fd_die(argv[4], NULL);
    write_conditions(pt_ledger_sql(pt_fold_ledger(fd.fold))->db, out);
    write_subjects(pt_fold_ledger(fd.fold), out);
    if (fclose(out) != 0)
        fd_die(argv[4], NULL);
    (void)printf("seed %" PRIu64 ": %zu entries, %" PRIu64 " records\n", seed, fd.m.n, fd.records);
    fd_close();
    return 0;
}
