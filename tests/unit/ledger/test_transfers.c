/* What the city sends to a district under one item: a trace names what counts and no more, and each
 * side's items come to what it has. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/ledger/query.h>

#include "mklog.h"

#define WAN INT64_C(1000000)
#define INITIAL 1
#define TRANSFER 6
#define INBOUND 7

static const char P1[] = "37010019R000000000001";
static const char T1[] = "TRF-370100-2019-00001";
static const char CITY[] = "11370100004188813W";
static const char DISTRICT[] = "11370102004188813X";
static const char UNIT1[] = "12370100000000001U";

static struct mklog m;
static struct pt_ledger *l;

static void fold(void) {
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    for (size_t i = 0; i < m.n; i++) {
        cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_apply(l, &m.e[i], &a, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
}

/* The city has 500 万元, sends 120 of it under T1, and pays 80; the district receives 120 and pays
 * 50. */
static void begin(void) {
    static const struct mk_line here = {"V1", P1, "Q1", 80 * WAN, 0, NULL};
    static const struct mk_line there = {"V2", T1, "Y1", 50 * WAN, 0, NULL};
    struct pt_err err = {0};

    mk_init(&m);
    (void)mk_org(&m, K(DEPT), CITY, "市财政局", NULL, "370100");
    (void)mk_org(&m, K(DEPT), DISTRICT, "历下区财政局", NULL, "370102");
    (void)mk_allot(&m, INITIAL, P1, CITY, "Q1", "2050201", 2019, 20190128, 500 * WAN, NULL);
    (void)mk_allot(&m, TRANSFER, T1, CITY, "Z1", "2300299", 2019, 20190212, 120 * WAN, NULL);
    (void)mk_allot(&m, INBOUND, T1, DISTRICT, "Y1", "2300299", 2019, 20190311, 120 * WAN, NULL);
    (void)mk_pay(&m, UNIT1, 2019, 20190520, &here, 1, NULL);
    (void)mk_pay(&m, UNIT1, 2019, 20190520, &there, 1, NULL);
    mk_tick(&m, 20190531);
    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    fold();
}

static void end(void) {
    pt_ledger_close(l);
    mk_done(&m);
}

static const char *text(const json_t *j, const char *name) {
    const char *s = json_string_value(json_object_get(j, name));

    return s ? s : "none";
}

static json_t *traced(const char *dept) {
    const struct pt_figure_ask ask = {K(DEPT), dept, 2019, "FG2", 20190531, PT_KNOWN_NOW};
    struct pt_err err = {0};
    json_t *j = NULL;

    cr_assert_eq(pt_ledger_trace_figure(l, &ask, (struct pt_list_page){0}, &j, &err), 0, "%s",
                 err.msg);
    return j;
}

static json_t *universe(const char *dept) {
    const struct pt_figure_ask ask = {K(DEPT), dept, 2019, "", 20190531, PT_KNOWN_NOW};
    struct pt_err err = {0};
    json_t *j = NULL;

    cr_assert_eq(pt_ledger_universe_json(l, &ask, &j, &err), 0, "%s", err.msg);
    return j;
}

Test(transfers, a_trace_names_what_counts) {
    static const struct {
        const char *dept;
        const char *value;
        json_int_t behind;
    } sides[] = {{CITY, "380000000", 2}, {DISTRICT, "120000000", 1}};

    begin();
    for (size_t i = 0; i < 2; i++) {
        json_t *j = traced(sides[i].dept);
        const json_t *b04 = json_array_get(json_object_get(j, "inputs"), 0);

        cr_expect_str_eq(text(j, "value"), sides[i].value);
        cr_expect_str_eq(text(b04, "value"), sides[i].value, "its inputs come to %s",
                         text(b04, "value"));
        cr_expect_eq(json_integer_value(json_object_get(b04, "count")), sides[i].behind);
        json_decref(j);
    }
    end();
}

/* The item whose key that is; NULL: none. */
static const json_t *item(const json_t *u, const char *key) {
    const json_t *items = json_object_get(u, "items");
    const json_t *x;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)items, i, x) {
        if (strcmp(text(x, "key"), key) == 0)
            return x;
    }
    return NULL;
}

Test(transfers, the_items_of_each_side_come_to_what_it_has) {
    json_t *u;

    begin();
    u = universe(CITY);
    cr_expect(json_is_true(json_object_get(u, "complete")));
    cr_expect_str_eq(text(json_object_get(u, "sum"), "budget"), "380000000");
    cr_expect_str_eq(text(json_object_get(u, "sum"), "paid"), "80000000");
    cr_expect_str_eq(text(item(u, T1), "budget"), "-120000000");
    cr_expect_str_eq(text(item(u, T1), "paid"), "none", "the item is the district's");
    json_decref(u);
    u = universe(DISTRICT);
    cr_expect(json_is_true(json_object_get(u, "complete")));
    cr_expect_str_eq(text(item(u, T1), "budget"), "120000000");
    cr_expect_str_eq(text(item(u, T1), "paid"), "50000000");
    cr_expect_null(item(u, P1));
    json_decref(u);
    end();
}
