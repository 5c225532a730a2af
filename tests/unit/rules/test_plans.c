/* What SQLite makes of the rules' statements: none that runs at a tick steps through all records,
 * payment lines or references, or builds an index of them, however few days that would be on. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/sql/sql.h>

#include "pt_test_plans.h"
#include "world.h"

Test(plans, no_rule_reads_all_records_at_a_tick) {
    struct world w;
    sqlite3 *db;
    int seen = 0;

    w_open(&w, ":memory:");
    db = pt_ledger_sql(pt_fold_ledger(w.f))->db;
    cr_assert_geq(pt_test_full_scan(db, "SELECT count(*) FROM record WHERE doc_no = 'x'"), 0,
                  "a full scan isn't seen");
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(db, st));) {
        const char *sql = sqlite3_sql(st);
        char rule[8], part[16];

        if (sscanf(sql, "/* %7s %15s */", rule, part) != 2 || strcmp(part, "all") == 0)
            continue;
        seen++;
        cr_expect_lt(pt_test_full_scan(db, sql), 0, "%s [%s] reads a whole table", rule, part);
    }
    cr_expect_gt(seen, 200, "%d statements", seen);
    w_close(&w);
}
