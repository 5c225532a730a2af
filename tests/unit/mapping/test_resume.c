/* From whichever position a run is taken up again, what follows is what would have followed. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>

#include "support.h"

#define COMMON                                                                                     \
    "mapping: m\nsource: {header: auto, encoding: utf-8|iso-8859-1}\nformats: {unit: yuan}\n"      \
    "columns: [{name: k, at: 1}, {name: v, at: 2}, {name: fen, at: 3}]\n"                          \
    "sums: [{name: s, column: fen}]\n"                                                             \
    "skip: [{reason: zero, when: [{column: fen, zero: yes}]}]\n"

static const char single[] =
    COMMON "records:\n"
           "  - type: B04\n    doc_no: v\n    fields: [{to: body.fen, from: fen, sign: {to: "
           "body.kind, plus: ADD, minus: REDUCE}}]\n"
           "  - type: B04\n    when: [{column: k, in: [a, b]}]\n    fields: [{to: body.dept, from: "
           "k}]\n"
           "  - type: B04\n    when: [{column: k, equals: a}]\n    fields: [{to: body.unit, from: "
           "v, required: yes}]\n";
#define GROUPED(g)                                                                                 \
    COMMON "records:\n  - type: X01\n    group: " g "\n    fields:\n"                              \
           "      - {to: body.lines.voucher_no, from: v, required: yes}\n"                         \
           "      - {to: body.lines.fen, from: fen, sign: {to: body.lines.op, plus: PAY, minus: "  \
           "REFUND}}\n    totals: [{to: body.sum_fen, of: body.lines.fen}]\n"

static void random_csv(struct pt_rng *r, struct pt_buf *out) {
    static const char *const line_end[] = {"\n", "\r\n", "\n\n", "\n"};
    static const char *const names[] = {"x",
                                        "",
                                        "\"two\nlines\"",
                                        "\"a,b\"",
                                        "Espa\xF1"
                                        "a",
                                        "Espa\xC3\xB1"
                                        "a"};
    static const char *const sums[] = {"1", "-2.5", "0", "abc", "1000000.01", "3"};
    if (pt_rng_below(r, 2))
        pt_buf_puts(out, "key,voucher,amount\n");
    uint64_t n = 5 + pt_rng_below(r, 40);
    for (uint64_t i = 0; i < n; i++) {
        static const char keys[] = "aabbc";
        pt_buf_printf(out, "%c,", keys[pt_rng_below(r, 5)]);
        if (pt_rng_below(r, 4))
            pt_buf_printf(out, "v%" PRIu64, i);
        else
            pt_buf_puts(out, names[pt_rng_below(r, 6)]);
        pt_buf_printf(out, ",%s%s", sums[pt_rng_below(r, 6)],
                      i + 1 < n || pt_rng_below(r, 2) ? line_end[pt_rng_below(r, 4)] : "");
    }
}

static void expect_same_tail(const struct got *whole, size_t from, const struct got *tail,
                             const char *what, const char *csv) {
    cr_assert_eq(tail->rc, 0, "%s: %s", what, tail->err.msg);
    cr_assert_eq(tail->n_records, whole->n_records - from, "%s after record %zu: %zu of\n%s", what,
                 from, tail->n_records, csv);
    for (size_t i = 0; i < tail->n_records; i++) {
        cr_assert_str_eq(tail->records[i].json, whole->records[from + i].json, "%s", what);
        cr_assert_str_eq(tail->records[i].position, whole->records[from + i].position);
    }
    cr_assert_eq(memcmp(&tail->tally, &whole->tally, sizeof(whole->tally)), 0,
                 "%s after record %zu: the counts go on as if nothing had happened\n%s", what, from,
                 csv);
}

static void check(const char *what, const char *yaml, const char *csv, size_t n) {
    struct got whole;
    struct run r = {.yaml = yaml, .csv = csv, .csv_len = n};
    run_mapping(&r, &whole);
    cr_assert_eq(whole.rc, 0, "%s: %s", what, whole.err.msg);
    for (size_t i = 0; i < whole.n_records; i++) {
        struct got tail;
        r.position = whole.records[i].position;
        run_mapping(&r, &tail);
        expect_same_tail(&whole, i + 1, &tail, what, csv);
        got_done(&tail);
    }
    got_done(&whole);
}

Test(resume, from_any_position_the_same_records_follow) {
    const char *given = getenv("PENTAD_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20190718;
    struct pt_rng r;
    struct pt_buf csv;
    pt_rng_seed(&r, seed);
    pt_buf_init(&csv, 1 << 20);
    for (int round = 0; round < 25; round++) {
        pt_buf_reset(&csv);
        random_csv(&r, &csv);
        const char *text = pt_buf_cstr(&csv);
        cr_log_info("seed %" PRIu64 ", round %d", seed, round);
        check("single", single, text, csv.len);
        check("grouped", GROUPED("{by: [k], max_rows: 3}"), text, csv.len);
        check("gathered", GROUPED("{by: [k], max_rows: 4, gather: yes}"), text, csv.len);
    }
    pt_buf_done(&csv);
}

Test(resume, a_gathered_file_that_grew_is_refused) {
    struct got g, later;
    struct run r = {.yaml = GROUPED("{by: [k], gather: yes}"), .csv = "a,1,1\nb,2,2\n"};
    run_mapping(&r, &g);
    cr_assert_eq(g.n_records, 2);
    r.csv = "a,1,1\nb,2,2\nc,3,3\n";
    r.position = g.records[0].position;
    run_mapping(&r, &later);
    cr_assert_eq(later.rc, PT_E_FORMAT);
    cr_assert_not_null(strstr(later.err.msg, "complete"), "%s", later.err.msg);
    got_done(&later);
    r.position = "nonsense";
    run_mapping(&r, &later);
    cr_assert_eq(later.rc, PT_E_FORMAT);
    got_done(&later);
    got_done(&g);
}

Test(resume, a_growing_file_is_read_on) {
    struct got g, later;
    struct run r = {.yaml = single, .csv = "c,1,1\n"};
    run_mapping(&r, &g);
    cr_assert_eq(g.n_records, 1);
    r.csv = "c,1,1\nc,2,2\n";
    r.position = g.records[0].position;
    run_mapping(&r, &later);
    cr_assert_eq(later.n_records, 1);
    cr_assert_str_eq(json_value(&later, 0, "fen"), "200");
    cr_assert_eq(later.tally.read.rows, 2);
    got_done(&later);
    got_done(&g);
}
