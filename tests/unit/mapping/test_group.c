/* Rows that become one record. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#define X01(more, group)                                                                           \
    "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"                                    \
    "sums: [{name: s, column: \"3\"}]\n" more "records:\n"                                         \
    "  - type: X01\n    subject: {kind: UNIT, key: \"1\"}\n    group: " group "\n"                 \
    "    doc_no: \"B{@row}\"\n    fields:\n"                                                       \
    "      - {to: body.lines.voucher_no, from: \"2\", required: yes}\n"                            \
    "      - {to: body.lines.fen, from: \"3\", required: yes, sign: {to: body.lines.op, plus: "    \
    "PAY, minus: REFUND}}\n"                                                                       \
    "    totals: [{to: body.sum_fen, of: body.lines.fen}]\n"

Test(group, consecutive_rows_with_totals) {
    struct got g;
    run_mapping(
        &(struct run){.yaml = X01("", "{by: [\"1\"]}"), .csv = "u,1,5\nu,2,-2\nv,3,7\nu,4,1\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 3);
    cr_assert_str_eq(json_value(&g, 0, "sum_fen"), "300", "the signed sum");
    cr_assert_str_eq(json_value(&g, 0, "doc_no"), "B1");
    cr_assert_not_null(strstr(g.records[0].json, "\"fen\":\"200\",\"op\":\"PAYMENT_OP_REFUND\""));
    cr_assert(g.records[0].first_line == 1 && g.records[0].last_line == 2 &&
              g.records[0].rows == 2);
    cr_assert_str_eq(json_value(&g, 2, "sum_fen"), "100");
    cr_assert(g.tally.mapped.rows == 4 && g.tally.mapped.sum[0] == 1100 && g.tally.records[0] == 3);
    got_done(&g);
}

Test(group, gathered_wherever_the_rows_stand) {
    struct got g;
    run_mapping(&(struct run){.yaml = X01("", "{by: [\"1\"], gather: yes}"),
                              .csv = "u,1,5\nv,3,7\nu,2,-2\nw,9,1\nu,4,1\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 3);
    cr_assert_str_eq(json_value(&g, 0, "sum_fen"), "400");
    cr_assert(g.records[0].rows == 3 && g.records[0].last_line == 5);
    cr_assert_str_eq(json_value(&g, 1, "sum_fen"), "700", "in order of first appearance");
    got_done(&g);
}

Test(group, at_most_so_many_rows) {
    struct got g;
    char csv[4000];
    size_t n = 0;
    for (int i = 1; i <= 25; i++)
        n += (size_t)snprintf(csv + n, sizeof(csv) - n, "u,%d,1\n", i);
    run_mapping(&(struct run){.yaml = X01("", "{by: [\"1\"], max_rows: 10}"), .csv = csv}, &g);
    cr_assert_eq(g.n_records, 3);
    cr_assert_eq(g.records[0].rows, 10);
    cr_assert_eq(g.records[2].rows, 5);
    cr_assert_str_eq(json_value(&g, 2, "doc_no"), "B21");
    got_done(&g);
}

Test(group, one_bad_row_is_set_aside_and_the_group_goes_on) {
    struct got g;
    run_mapping(&(struct run){.yaml = X01("skip: [{reason: zero, when: [{column: \"3\", zero: "
                                          "yes}]}]\n",
                                          "{by: [\"1\"]}"),
                              .csv = "u,1,5\nu,,9\nu,x,abc\nu,z,0\nu,2,1\nv,3,1\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 2);
    cr_assert_eq(g.records[0].rows, 2);
    cr_assert_str_eq(json_value(&g, 0, "sum_fen"), "600");
    cr_assert_eq(g.n_dead, 2);
    cr_assert(g.dead[0].line == 2 && g.dead[0].code == PT_E_MISSING);
    cr_assert(g.dead[1].line == 3 || g.dead[1].line == 4);
    cr_assert(g.tally.read.rows == 6 && g.tally.mapped.rows == 3 && g.tally.dead.rows == 2 &&
              g.tally.skipped[0].rows == 1);
    got_done(&g);
}

#define CITY_PAYMENT(voucher, func, fen)                                                           \
    "20190129,B1,,,113701000404180309,20190110," voucher ",37010017T000000001910,Q1,1," func       \
    ",30299,2019," fen ",,x,,0\n"

Test(group, a_line_that_the_validator_refuses_is_set_aside_alone) {
    struct got g;
    run_mapping(&(struct run){.mapping = "connectors/finance/mappings/city-payments.yaml",
                              .csv = CITY_PAYMENT("V1", "2050102", "10.00") CITY_PAYMENT(
                                  "V2", "no-code", "20.00") CITY_PAYMENT("V3", "2050102", "-30.00"),
                              .party = "finance"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_eq(g.records[0].rows, 2);
    cr_assert_str_eq(json_value(&g, 0, "sum_fen"), "-2000", "summed without it");
    cr_assert_eq(g.n_dead, 1);
    cr_assert_eq(g.dead[0].line, 2);
    cr_assert_not_null(strstr(g.dead[0].en, "lines[1].func"), "%s", g.dead[0].en);
    cr_assert_str_eq(g.dead[0].column, "功能科目");
    cr_assert(g.tally.dead.rows == 1 && g.tally.mapped.rows == 2);
    got_done(&g);
}

Test(group, a_record_that_is_wrong_as_a_whole_sets_its_rows_aside) {
    struct got g;
    run_mapping(&(struct run){.mapping = "connectors/finance/mappings/city-payments.yaml",
                              .csv = CITY_PAYMENT("V1", "x", "10.00") CITY_PAYMENT("V2", "y", "1"),
                              .party = "finance"},
                &g);
    cr_assert_eq(g.n_records, 0);
    cr_assert_eq(g.n_dead, 2);
    cr_assert_eq(g.tally.dead.rows, 2);
    cr_assert_eq(g.tally.records[0], 0);
    got_done(&g);
}

Test(group, rows_of_a_later_day_are_held_back) {
    static const char yaml[] =
        "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\nrecords:\n"
        "  - type: X01\n    send_day: {from: \"1\"}\n    group: {by: [\"2\"]}\n    fields: [{to: "
        "body.lines.fen, from: \"3\"}]\n";
    static const char csv[] = "2019-01-01,a,1\n2019-01-01,a,2\n2019-01-02,a,4\n2019-01-03,b,8\n";
    struct got g;
    run_mapping(&(struct run){.yaml = yaml, .csv = csv, .until = 20190101}, &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1, "the open group is closed when the next row's day has not come");
    cr_assert_eq(g.records[0].rows, 2);
    cr_assert_eq(g.tally.read.rows, 2);
    char position[PT_MAPPER_POS_MAX];
    snprintf(position, sizeof(position), "%s", g.records[0].position);
    got_done(&g);
    run_mapping(&(struct run){.yaml = yaml, .csv = csv, .until = 20190102, .position = position},
                &g);
    cr_assert_eq(g.n_records, 1);
    cr_assert_eq(g.records[0].send_day, 20190102);
    got_done(&g);
}
