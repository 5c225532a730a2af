/* madrid_keys DATA REPOSITORY YEAR leaf|chapter: folds a real city's year through the declared
 * mappings and prints the rows and sums that the ledger holds and the findings by rule. Exits 0 if
 * EXPECTED keys were paid above the definitive credit and all other findings are of what was never
 * published: a monitoring report of each budget line (K36), the disclosure of the approved budget
 * and of each department's allotment (K62). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/sql/sql.h>

#include "feeder.h"

static void show(const char *what, const char *sql) {
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(pt_ledger_sql(pt_fold_ledger(fd.fold))->db, sql, -1, &st, NULL) !=
        SQLITE_OK)
        exit(2);
    while (sqlite3_step(st) == SQLITE_ROW)
        (void)printf("%s %s %" PRId64 " %" PRId64 "\n", what,
                     (const char *)sqlite3_column_text(st, 0), (int64_t)sqlite3_column_int64(st, 1),
                     (int64_t)sqlite3_column_int64(st, 2));
    sqlite3_finalize(st);
}

static int count(const char *sql) {
    sqlite3_stmt *st = NULL;
    int n = -1;

    if (sqlite3_prepare_v2(pt_ledger_sql(pt_fold_ledger(fd.fold))->db, sql, -1, &st, NULL) ==
            SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return n;
}

static void source(char **argv, const char *party, const char *mapping, const char *file,
                   bool control) {
    struct pt_var vars[2] = {{"year", argv[3]}, {"control", argv[4]}};
    char m[512];
    char f[512];

    (void)snprintf(m, sizeof m, "%s/connectors/%s/mappings/%s.yaml", argv[2], party, mapping);
    (void)snprintf(f, sizeof f, "%s/%s/%s.csv.gz", argv[1], argv[3], file);
    fd_source(party, m, f, vars, control ? 2 : 1);
}

int main(int argc, char **argv) {
    int32_t year;
    int over;
    int unreported;
    int lines;
    int undisclosed;
    int owed;
    int other;
    uint64_t differences;
    struct pt_err err = {0};
    int64_t t0 = pt_monotonic_us();

    if (argc < 6) {
        (void)fprintf(stderr, "usage: madrid_keys DATA REPOSITORY YEAR leaf|chapter EXPECTED\n");
        return 2;
    }
    year = (int32_t)strtol(argv[3], NULL, 10);
    fd_open(":memory:");
    source(argv, "congress", "madrid-budget", "gastos", true);
    source(argv, "finance", "madrid-initial", "gastos", true);
    source(argv, "finance", "madrid-modifications", "gastos", true);
    source(argv, "finance", "madrid-payments", "pagos", true);
    source(argv, "finance", "madrid-indicators", "indicadores", false);
    for (int32_t d = year * 10000 + 101; d <= year * 10000 + 1231; d = pt_date_add(d, 1))
        fd_day(d);
    fd_day((year + 1) * 10000 + 115);
    show("B04 by kind, rows, fen:", "SELECT CAST(kind AS TEXT), count(*), sum(fen) FROM f_allotment"
                                    " GROUP BY kind");
    show("B03 lines, fen:", "SELECT 'all', count(*), sum(fen) FROM f_congress_approval_lines");
    show("X01 lines, fen:", "SELECT 'all', count(*), sum(CASE op WHEN 2 THEN -fen ELSE fen END)"
                            " FROM f_payment_batch_lines");
    show("findings by rule:", "SELECT rule, count(DISTINCT id), count(*) FROM f_discrepancy"
                              " GROUP BY rule");
    show("unknown by rule:",
         "SELECT rule, count(*), 0 FROM condition WHERE state = 2 GROUP BY rule");
    over =
        count("SELECT count(DISTINCT object) FROM f_discrepancy WHERE rule = 'K04' AND status = 1");
    lines = count("SELECT count(DISTINCT r_subject) FROM v_allotment WHERE kind = 1");
    unreported = count("SELECT count(DISTINCT key) FROM f_discrepancy WHERE rule = 'K36'");
    owed = 1 + count("SELECT count(DISTINCT dept) FROM v_allotment WHERE kind = 1");
    undisclosed = count("SELECT count(DISTINCT id) FROM f_discrepancy WHERE rule = 'K62'");
    other = count("SELECT count(*) FROM f_discrepancy WHERE rule NOT IN ('K04', 'K36', 'K62')");
    if (pt_fold_check(fd.fold, &differences, &err) != 0)
        fd_die("check", &err);
    (void)printf("%s %s: %d keys above the definitive credit, %d of %d lines without a report,"
                 " %d of %d disclosures missing, %d other findings, %" PRIu64 " dead rows, %" PRIu64
                 " conditions unlike, %.1f s\n",
                 argv[3], argv[4], over, unreported, lines, undisclosed, owed, other, fd.dead,
                 differences, (double)(pt_monotonic_us() - t0) / 1e6);
    fd_close();
    return over == (int)strtol(argv[5], NULL, 10) && unreported == lines && undisclosed == owed &&
                   other == 0 && differences == 0
               ? 0
               : 1;
}
