/* A subject's discrepancies in its history: those of the year asked for, however many others it
 * has, and read by its key. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/party.h>
#include <pentad/sql/sql.h>

#include "mklog.h"

#define P1 "37010019P000000000001"
#define P2 "37010019P000000000002"

/* The n-th, as the hub logs it. */
static void found(struct mklog *m, unsigned n, const char *key, int year, int severity) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char id[] = "AAAAAAAAAAAAAAAAAAAAAA==";

    for (int i = 0; i < 4; i++)
        id[i] = digits[n >> 6 * i & 63];
    (void)mk_json(m, "hub", "H01", K(PROJECT), key, year, 0,
                  "{'id':'%s','rule':'K13','severity':%d,'episode':1,'kind':%d,'key':'%s',"
                  "'fiscal_year':%d,'first_seen':20190101,'status':1,'responders':['finance'],"
                  "'tick_day':20190101,'tick_seq':'1'}",
                  id, severity, K(PROJECT), key, year);
}

static struct pt_ledger *fold_log(const struct mklog *m) {
    struct pt_ledger *l = NULL;
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < m->n; i++)
        cr_assert_eq(pt_ledger_apply(l, &m->e[i], &a, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    return l;
}

/* How many are in the history of P1, and how many are left out. */
static size_t in_history(struct pt_ledger *l, int year, json_int_t *ret_omitted) {
    const struct pt_figure_ask ask = {K(PROJECT), P1, year, NULL, 20190301, PT_KNOWN_NOW};
    struct pt_err err = {0};
    json_t *j = NULL;
    size_t n, i;
    json_t *d;

    cr_assert_eq(pt_ledger_history_json(l, &ask, (struct pt_list_page){0}, NULL, &j, &err), 0, "%s",
                 err.msg);
    n = json_array_size(json_object_get(j, "discrepancies"));
    json_array_foreach(json_object_get(j, "discrepancies"), i, d) {
        json_int_t fy = json_integer_value(json_object_get(d, "fiscal_year"));

        cr_assert(fy == 0 || fy == year, "of %d", (int)fy);
        cr_assert_str_eq(json_string_value(json_object_get(d, "key")), P1);
    }
    *ret_omitted = json_integer_value(json_object_get(j, "discrepancies_omitted"));
    json_decref(j);
    return n;
}

/* Rows that statements over discrepancies stepped through without an index. */
static int scanned(struct pt_ledger *l) {
    sqlite3 *db = pt_ledger_sql(l)->db;
    int n = 0;

    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(db, st));)
        if (strstr(sqlite3_sql(st), "FROM f_discrepancy d"))
            n += sqlite3_stmt_status(st, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    return n;
}

Test(history, a_years_discrepancies_are_found_behind_ten_thousand_others) {
    const struct pt_discrepancy_filter of_p2 = {
        .reader = PT_PARTY_HUB, .kind = K(PROJECT), .key = P2};
    struct mklog m;
    struct pt_ledger *l;
    struct pt_err err = {0};
    json_t *j = NULL;
    json_int_t omitted;
    unsigned n = 0;

    mk_init(&m);
    (void)mk_project(&m, P1, "校舍改造", NULL, NULL);
    (void)mk_project(&m, P2, "道路改造", NULL, NULL);
    mk_tick(&m, 20190101);
    while (n < PT_LIST_MAX + 20)
        found(&m, n++, P1, 2018, 3);
    found(&m, n++, P1, 2019, 1);
    found(&m, n++, P1, 0, 1);
    found(&m, n++, P2, 2019, 3);
    mk_tick(&m, 20190301);
    l = fold_log(&m);

    cr_expect_eq(in_history(l, 2019, &omitted), 2, "its own and that of no year");
    cr_expect_eq(omitted, 0);
    cr_expect_eq(in_history(l, 2018, &omitted), PT_LIST_MAX);
    cr_expect_eq(omitted, 21, "what is left out is said");
    (void)scanned(l);
    cr_expect_eq(in_history(l, 2019, &omitted), 2);
    cr_expect_eq(scanned(l), 0, "its discrepancies are read by its key");
    cr_assert_eq(pt_ledger_discrepancies_json(l, &of_p2, &j, &err), 0, "%s", err.msg);
    cr_expect_eq(json_integer_value(json_object_get(j, "total")), 1);
    cr_expect_eq(scanned(l), 0, "a subject's list too");
    json_decref(j);
    cr_assert_eq(
        pt_ledger_discrepancy_json(l, "00000000000000000000000000000000", PT_PARTY_HUB, &j, &err),
        0, "%s", err.msg);
    cr_expect_eq(scanned(l), 0, "and a single one");
    json_decref(j);
    pt_ledger_close(l);
    mk_done(&m);
}
