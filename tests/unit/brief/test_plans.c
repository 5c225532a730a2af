/* What SQLite makes of the statements behind figures, queries and briefs: none steps through all
 * records, payment lines or references. Those of rules: tests/unit/rules. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/query.h>
#include <pentad/record/party.h>
#include <pentad/sql/sql.h>

#include "pt_test_plans.h"
#include "scene.h"

/* As many as a handle keeps. */
enum { STATEMENTS_MAX = 4096 };

/* Those of the fold. */
struct before {
    char *sql[STATEMENTS_MAX];
    size_t n;
};

static bool was_there(const struct before *b, const char *sql) {
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->sql[i], sql) == 0)
            return true;
    return false;
}

static void forget(struct before *b) {
    while (b->n > 0)
        free(b->sql[--b->n]);
}

static void note(struct before *b, sqlite3 *db) {
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(db, st)) && b->n < STATEMENTS_MAX;)
        b->sql[b->n++] = strdup(sqlite3_sql(st));
}

static int nothing(void *ctx, const char *party, const char *stream, uint64_t seq,
                   uint64_t log_index) {
    (void)party, (void)stream, (void)seq, (void)log_index;
    ++*(int *)ctx;
    return 0;
}

static void ask_figures(struct pt_ledger *l, int kind, const char *key) {
    struct pt_err err = {0};
    int n = 0;

    for (const struct pt_figure_info *i = pt_figure_table; i->id; i++) {
        const struct pt_figure_ask ask = {kind, key, 2019, i->id, 20190630, PT_KNOWN_NOW};
        struct pt_figure f;
        json_t *j = NULL;

        cr_assert_eq(pt_ledger_figure(l, &ask, &f, &err), 0, "%s: %s", i->id, err.msg);
        cr_assert_eq(pt_ledger_inputs(l, &ask, nothing, &n, &err), 0, "%s: %s", i->id, err.msg);
        cr_assert_eq(pt_ledger_trace_figure(l, &ask, (struct pt_list_page){0}, &j, &err), 0,
                     "%s: %s", i->id, err.msg);
        json_decref(j);
    }
}

static void ask_subject(struct pt_ledger *l, int kind, const char *key) {
    const struct pt_figure_ask ask = {kind, key, 2019, NULL, 20190630, PT_KNOWN_NOW};
    const struct pt_list_reader *all = NULL;
    struct pt_err err = {0};
    json_t *j = NULL;
    int n = 0;

    cr_assert_eq(
        pt_ledger_row_json(l, kind, key, 2019, 20190630, PT_KNOWN_NOW, PT_PARTY_AUDIT, &j, &err), 0,
        "%s", err.msg);
    json_decref(j);
    cr_assert_eq(pt_ledger_history_json(l, &ask, (struct pt_list_page){0}, all, &j, &err), 0, "%s",
                 err.msg);
    json_decref(j);
    cr_assert_eq(pt_ledger_subject_records(l, &ask, PT_PARTY_AUDIT, nothing, &n, &err), 0, "%s",
                 err.msg);
    if (kind == K(DEPT)) {
        cr_assert_eq(pt_ledger_universe_json(l, &ask, &j, &err), 0, "%s", err.msg);
        json_decref(j);
    }
}

static void ask_lists(struct pt_ledger *l) {
    const struct pt_discrepancy_filter any = {.reader = PT_PARTY_AUDIT};
    struct pt_err err = {0};
    json_t *j = NULL;

    cr_assert_eq(pt_ledger_discrepancies_json(l, &any, &j, &err), 0, "%s", err.msg);
    json_decref(j);
    cr_assert_eq(pt_ledger_escalations_json(l, PT_PARTY_AUDIT, &j, &err), 0, "%s", err.msg);
    json_decref(j);
    cr_assert_eq(pt_ledger_orders_json(l, &j, &err), 0, "%s", err.msg);
    json_decref(j);
    cr_assert_eq(pt_ledger_subjects_json(l, 0, NULL, 100, PT_PARTY_AUDIT, &j, &err), 0, "%s",
                 err.msg);
    json_decref(j);
    for (uint64_t seq = 1; seq < 5; seq++) {
        cr_assert_eq(pt_ledger_trace_record(l, "finance", "main", seq, (struct pt_list_page){0},
                                            PT_PARTY_AUDIT, &j, &err),
                     0, "%s", err.msg);
        json_decref(j);
    }
}

Test(plans, no_figure_query_or_brief_reads_a_large_table_whole) {
    static const struct {
        int kind;
        const char *key;
    } subjects[] = {{K(PROJECT), "PB"},
                    {K(DEPT), "A"},
                    {K(UNIT), "A"},
                    {K(REGION), "370100"},
                    {K(POLICY), "PB"}};
    static struct before before;
    struct scene s;
    sqlite3 *db;
    int seen = 0;
    int of_log = 0;

    s_open(&s);
    s_play(&s, 20190708);
    db = pt_ledger_sql(s.l)->db;
    cr_assert_geq(pt_test_full_scan(db, "SELECT sum(fen) FROM f_payment_batch_lines"), 0,
                  "a full scan isn't seen");
    note(&before, db);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        ask_figures(s.l, subjects[i].kind, subjects[i].key);
        ask_subject(s.l, subjects[i].kind, subjects[i].key);
    }
    ask_lists(s.l);
    json_decref(s_brief(&s, "2019-06"));
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(db, st));) {
        if (was_there(&before, sqlite3_sql(st)))
            continue;
        seen++;
        if (strstr(sqlite3_sql(st), " FROM entry WHERE log_index < ?")) {
            of_log++;
            continue;
        }
        cr_expect_lt(pt_test_full_scan(db, sqlite3_sql(st)), 0, "%s\nreads a whole table",
                     sqlite3_sql(st));
    }
    cr_expect_gt(seen, 100, "%d statements", seen);
    cr_expect_leq(of_log, 2, "a brief says how many records the log has, and its root: no more");
    forget(&before);
    s_close(&s);
}
