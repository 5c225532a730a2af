/* What a mapping can say of one row. */
#include <criterion/criterion.h>
#include <string.h>

#include "support.h"

#define B04(fields) "records:\n  - type: B04\n    fields:\n" fields

Test(map, columns_by_heading_and_by_number) {
    struct got g;
    run_mapping(&(struct run){.yaml =
                                  "mapping: m\nformats: {unit: yuan}\n"
                                  "columns: [{name: money, at: 2}, {name: d, header: 部门}]\n" B04(
                                      "      - {to: body.fen, from: money}\n"
                                      "      - {to: body.dept, from: d}\n"
                                      "      - {to: body.unit, from: \"3\"}\n"
                                      "      - {to: body.quota_no, from: 文号}\n"),
                              .csv = "部门,x,y,文号\nD1,12.5,U1,Q1\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_str_eq(json_value(&g, 0, "fen"), "1250");
    cr_assert_str_eq(json_value(&g, 0, "dept"), "D1");
    cr_assert_str_eq(json_value(&g, 0, "unit"), "U1");
    cr_assert_str_eq(json_value(&g, 0, "quota_no"), "Q1");
    cr_assert_str_eq(json_value(&g, 0, "locator"), "rows.csv");
    cr_assert_str_eq(json_value(&g, 0, "row"), "2", "the physical line, heading counted");
    got_done(&g);
}

Test(map, ids_in_hexadecimal_and_moments_from_dates) {
    struct got g;
    run_mapping(&(struct run){.yaml = "mapping: m\nformats: {date: \"%Y/%m/%d %H:%M\"}\n"
                                      "records:\n  - type: D01\n    fields:\n"
                                      "      - {to: body.clue_id, from: 编号}\n"
                                      "      - {to: body.sent_at_ms, from: 时间, date: yes}\n"
                                      "      - {to: body.problem, from: 问题}\n",
                              .csv = "编号,时间,问题\n"
                                     "00112233445566778899AABBccddeeff,2019/7/18 09:30,虚列\n"
                                     "0011223344556677,2019/7/18,虚列\n"
                                     "001,2019/7/18 09:30,虚列\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_str_eq(json_value(&g, 0, "clue_id"), "ABEiM0RVZneImaq7zN3u/w==");
    cr_assert_str_eq(json_value(&g, 0, "sent_at_ms"), "1563413400000");
    cr_assert_str_eq(json_value(&g, 0, "problem"), "虚列");
    cr_assert_eq(g.n_dead, 2, "no time of day; no whole number of bytes");
    got_done(&g);
}

Test(map, units_and_number_styles) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml =
                "mapping: m\nsource: {header: no, separator: \";\"}\n"
                "formats: {unit: yuan, decimal: \",\", thousands: \".\"}\n" B04(
                    "      - {to: body.fen, from: \"1\"}\n"
                    "      - {to: body.tranche.no, from: \"3\"}\n") "  - type: B04\n    fields:\n  "
                                                                    "    - {to: body.fen, from: "
                                                                    "\"2\", unit: 万元}\n"
                                                                    "  - type: B04\n    fields:\n  "
                                                                    "    - {to: body.fen, from: "
                                                                    "\"4\", unit: cents}\n",
            .csv = "17.300,74;1,5;7;1234\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 3, "three records from one row");
    cr_assert_str_eq(json_value(&g, 0, "fen"), "1730074");
    cr_assert_str_eq(json_value(&g, 0, "no"), "7");
    cr_assert_str_eq(json_value(&g, 1, "fen"), "1500000");
    cr_assert_str_eq(json_value(&g, 2, "fen"), "1234");
    got_done(&g);
}

Test(map, every_amount_takes_the_unit_whatever_its_name) {
    struct got g;
    run_mapping(&(struct run){.yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"
                                      "records:\n"
                                      "  - type: A04\n    fields:\n"
                                      "      - {to: body.fen_fixed, from: \"1\"}\n",
                              .csv = "12.34\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_str_eq(json_value(&g, 0, "fen_fixed"), "1234");
    got_done(&g);
}

Test(map, a_sign_becomes_an_operation) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"
                    "skip: [{reason: not modified, when: [{column: \"2\", zero: yes}]}]\n"
                    "sums: [{name: all, column: \"2\"}]\n" B04(
                        "      - {to: body.quota_no, from: \"1\"}\n"
                        "      - {to: body.fen, from: \"2\", sign: {to: body.kind, plus: ADD, "
                        "minus: REDUCE}}\n"),
            .csv = "a,5\nb,-7.5\nc,0\nd,0.00\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 2);
    cr_assert_str_eq(json_value(&g, 0, "kind"), "ALLOTMENT_KIND_ADD");
    cr_assert_str_eq(json_value(&g, 1, "kind"), "ALLOTMENT_KIND_REDUCE");
    cr_assert_str_eq(json_value(&g, 1, "fen"), "750", "the magnitude");
    cr_assert_eq(g.tally.read.rows, 4);
    cr_assert_eq(g.tally.read.sum[0], -250, "signed, to the cent");
    cr_assert_eq(g.tally.mapped.rows, 2);
    cr_assert_eq(g.tally.skipped[0].rows, 2);
    got_done(&g);
}

Test(map, a_negative_amount_without_a_meaning_is_a_dead_letter) {
    struct got g;
    run_mapping(
        &(struct run){.yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n" B04(
                          "      - {to: body.fen, from: \"1\"}\n"),
                      .csv = "1\n-2\n3\n",
                      .file_name = "pagos.csv"},
        &g);
    cr_assert_eq(g.n_records, 2, "mapping goes on with the next row");
    cr_assert_eq(g.n_dead, 1);
    cr_assert_eq(g.dead[0].line, 2);
    cr_assert_eq(g.dead[0].code, PT_E_NEGATIVE);
    cr_assert_str_eq(g.dead[0].file, "pagos.csv");
    cr_assert_str_eq(g.dead[0].column, "1");
    cr_assert_str_eq(g.dead[0].value, "-2");
    cr_assert_not_null(strstr(g.dead[0].en, "is negative"), "%s", g.dead[0].en);
    cr_assert_not_null(strstr(g.dead[0].zh, "金额不得为负"), "%s", g.dead[0].zh);
    cr_assert_not_null(strstr(g.dead[0].zh, "金额不得为负"), "%s", g.dead[0].zh);
    got_done(&g);
}

Test(map, joined_padded_and_cut_columns) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml = "mapping: m\nsource: {header: no, separator: \";\"}\nformats: {unit: yuan}\n"
                    "columns:\n"
                    "  - {name: centre, at: 1, pad: 3}\n"
                    "  - {name: section, at: 2, pad: 3}\n"
                    "  - {name: economic, at: 3}\n"
                    "  - {name: chapter, from: economic, cut: 1-1}\n"
                    "  - {name: rest, from: economic, cut: 2-}\n"
                    "  - {name: leaf, join: [centre, section, economic], with: \"-\"}\n"
                    "  - {name: middle, at: 4, cut: 2-3}\n"
                    "  - {name: amount, at: 5, strip: 元}\n" B04(
                        "      - {to: body.dept, from: leaf}\n"
                        "      - {to: body.unit, from: chapter}\n"
                        "      - {to: body.func, from: rest}\n"
                        "      - {to: body.econ_g, from: middle}\n"
                        "      - {to: body.fen, from: amount}\n"
                        "      - {to: body.quota_no, template: \"{@file}#{@row}/{centre}{{x\"}\n"),
            .csv = "1;87;62302;中华人民;3元\n;;;;1\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_str_eq(json_value(&g, 0, "dept"), "001-087-62302");
    cr_assert_str_eq(json_value(&g, 0, "unit"), "6");
    cr_assert_str_eq(json_value(&g, 0, "func"), "2302");
    cr_assert_str_eq(json_value(&g, 0, "econ_g"), "华人", "cut by characters, not bytes");
    cr_assert_str_eq(json_value(&g, 0, "quota_no"), "rows.csv#1/001{x");
    cr_assert_str_eq(json_value(&g, 0, "fen"), "300");
    cr_assert_str_eq(json_value(&g, 1, "dept"), "", "nothing is made up for empty cells");
    got_done(&g);
}

/* Whatever the type: classification is a field of every record. */
Test(map, a_state_secret_is_refused_with_the_way_to_go) {
    struct got g;
    run_mapping(&(struct run){.yaml = "mapping: m\nsource: {header: no}\n" B04(
                                  "      - {to: classification, from: \"1\"}\n"),
                              .csv = "WORK_SECRET\n秘密\n机密★10年\n绝密\nINTERNAL\n工作秘密\n"},
                &g);
    cr_assert_eq(g.n_records, 2);
    cr_assert_eq(g.n_dead, 4);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(g.dead[i].code, PT_E_SECRET);
        cr_expect_not_null(strstr(g.dead[i].en, "classified channel"), "%s", g.dead[i].en);
    }
    cr_expect_eq(g.dead[3].code, PT_E_CODE, "a work secret, by a word that wants a table");
    got_done(&g);
}

Test(map, codes_constants_and_defaults) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml =
                "mapping: m\nformats: {unit: yuan}\nvars: [{name: year, value: \"2016\"}]\n"
                "tables:\n  - name: kinds\n    entries: [{from: 追加, to: ADD}, {from: 追减, to: "
                "REDUCE}]\n" B04("      - {to: fiscal_year, const: \"${year}\"}\n"
                                 "      - {to: body.kind, from: 类型, codes: kinds}\n"
                                 "      - {to: body.bk, from: 预算, default: GENERAL}\n"
                                 "      - {to: body.func, from: 科目, codes: kinds, else: other}\n"
                                 "      - {to: body.final_level, from: 落实}\n"),
            .csv =
                "类型,预算,科目,落实\n追加,,追减,是\n追减,2,别的,否\n追平,1,x,是\n追加,1,x,maybe\n",
            .vars = (struct pt_var[]){{"year", "2019"}},
            .n_vars = 1},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 2);
    cr_assert_str_eq(json_value(&g, 0, "fiscal_year"), "2019", "the variable from outside");
    cr_assert_str_eq(json_value(&g, 0, "kind"), "ALLOTMENT_KIND_ADD");
    cr_assert_str_eq(json_value(&g, 0, "bk"), "BUDGET_KIND_GENERAL");
    cr_assert_str_eq(json_value(&g, 0, "func"), "REDUCE");
    cr_assert_str_eq(json_value(&g, 0, "final_level"), "true");
    cr_assert_str_eq(json_value(&g, 1, "bk"), "BUDGET_KIND_FUNDS", "by its number");
    cr_assert_str_eq(json_value(&g, 1, "func"), "other");
    cr_assert_eq(g.n_dead, 2);
    cr_assert_eq(g.dead[0].code, PT_E_CODE);
    cr_assert_str_eq(g.dead[0].column, "类型");
    cr_assert_str_eq(g.dead[0].value, "追平");
    cr_assert_str_eq(g.dead[1].column, "落实");
    got_done(&g);
}

Test(map, skip_rules_count_by_reason) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"
                    "sums: [{name: s, column: \"2\"}]\n"
                    "skip:\n"
                    "  - {reason: total line, when: [{column: \"1\", matches: \"^合计|总计$\"}]}\n"
                    "  - {reason: no code, when: [{column: \"1\", empty: yes}]}\n"
                    "  - {reason: named, when: [{column: \"1\", in: [x, y]}, {column: \"2\", "
                    "negative: no}]}\n"
                    "  - {reason: other book, when: [{column: \"3\", differs: A}]}\n" B04(
                        "      - {to: body.fen, from: \"2\", sign: {to: body.kind, plus: ADD, "
                        "minus: REDUCE}}\n"),
            .csv = "a,1,A\n合计,1,A\n,2,A\nx,4,A\ny,-8,A\nb,16,B\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 2, "a and the negative y");
    const struct pt_tally *t = &g.tally;
    cr_assert(t->skipped[0].rows == 1 && t->skipped[0].sum[0] == 100);
    cr_assert(t->skipped[1].rows == 1 && t->skipped[1].sum[0] == 200);
    cr_assert(t->skipped[2].rows == 1 && t->skipped[2].sum[0] == 400);
    cr_assert(t->skipped[3].rows == 1 && t->skipped[3].sum[0] == 1600);
    cr_assert(t->read.rows == 6 && t->mapped.rows == 2 && t->mapped.sum[0] == -700);
    got_done(&g);
}

/* Whether an amount is zero or negative can be told at any size. */
Test(map, conditions_on_large_amounts) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"
                    "skip: [{reason: zero, when: [{column: \"2\", zero: yes}]}]\n" B04(
                        "      - {to: body.fen, from: \"2\", sign: {to: body.kind, plus: ADD, "
                        "minus: REDUCE}}\n"),
            .csv = "a,123456789012.34,A\nb,-20000000000,A\nc,0.00000000000,A\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 2);
    cr_assert_eq(g.n_dead, 0);
    cr_assert_eq(g.tally.skipped[0].rows, 1);
    got_done(&g);
}

Test(map, records_and_fields_on_condition) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"
                    "records:\n"
                    "  - type: B04\n    send_day: {const: 2016-01-02}\n    doc_no: \"{1}\"\n"
                    "    doc_key: \"K{1}\"\n"
                    "    fields: [{to: body.fen, from: \"2\"}, {to: body.kind, const: INITIAL}]\n"
                    "  - type: B04\n    send_day: {const: 2016-12-30}\n"
                    "    when: [{column: \"3\", zero: no}]\n"
                    "    fields:\n"
                    "      - {to: body.fen, from: \"3\", sign: {to: body.kind, plus: ADD, minus: "
                    "REDUCE}}\n"
                    "      - {to: body.basis_doc, from: \"1\", when: [{column: \"3\", negative: "
                    "yes}]}\n",
            .csv = "a,10,0\nb,20,-5\nc,30,5\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 5);
    cr_assert_eq(g.records[0].send_day, 20160102);
    cr_assert_str_eq(g.records[0].doc_key, "Ka");
    cr_assert_eq(g.records[2].send_day, 20161230);
    cr_assert_str_eq(json_value(&g, 2, "kind"), "ALLOTMENT_KIND_REDUCE");
    cr_assert_str_eq(json_value(&g, 2, "basis_doc"), "b");
    cr_assert_str_eq(json_value(&g, 4, "kind"), "ALLOTMENT_KIND_ADD");
    cr_assert_str_eq(json_value(&g, 4, "basis_doc"), "");
    got_done(&g);
}

Test(map, a_year_only_date_has_its_precision) {
    struct got g;
    run_mapping(&(struct run){.yaml = "mapping: m\nsource: {header: no}\n"
                                      "records:\n  - type: X01\n    fields:\n"
                                      "      - {to: body.pay_date, from: \"1\", date: "
                                      "\"%Y-%m-%d|%Y-%m|%Y\", precision_to: body.date_precision}\n",
                              .csv = "2016\n2019-02\n2019-03-04\n2019-02-30\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_str_eq(json_value(&g, 0, "pay_date"), "20161231");
    cr_assert_str_eq(json_value(&g, 0, "date_precision"), "DATE_PRECISION_YEAR");
    cr_assert_str_eq(json_value(&g, 1, "pay_date"), "20190228");
    cr_assert_str_eq(json_value(&g, 1, "date_precision"), "DATE_PRECISION_MONTH");
    cr_assert_str_eq(json_value(&g, 2, "date_precision"), "DATE_PRECISION_DAY");
    cr_assert_eq(g.n_dead, 1);
    cr_assert_eq(g.dead[0].code, PT_E_DATE);
    got_done(&g);
}

Test(map, lists_nested_messages_and_digests) {
    struct got g;
    run_mapping(
        &(struct run){
            .yaml = "mapping: m\nformats: {unit: 万元}\n"
                    "columns: [{name: id, sha256: 16, template: \"pentad/h01/v1\\n{a}\\n\"}]\n"
                    "records:\n"
                    "  - type: P02\n    subject: {kind: PROJECT, key: a}\n    fields:\n"
                    "      - {to: body.aliases, from: b, split: \";\"}\n"
                    "      - {to: \"body.src_split[0].bk\", const: GENERAL}\n"
                    "      - {to: \"body.src_split[0].fen\", from: c}\n"
                    "      - {to: \"body.src_split[1].bk\", const: FUNDS}\n"
                    "      - {to: \"body.src_split[1].fen\", from: d}\n"
                    "      - {to: \"body.plan_curve_bp[0]\", from: e, scale: 2}\n"
                    "      - {to: \"body.plan_curve_bp[1]\", from: f, scale: 2}\n"
                    "  - type: H02\n    fields: [{to: body.id, from: id}]\n",
            .csv = "a,b,c,d,e,f\nP1,x; y ;,1.5,,8.33,16.67\nP2,,1,2,,\n"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 4);
    cr_assert_not_null(strstr(g.records[0].json, "\"aliases\":[\"x\",\"y\"]"), "%s",
                       g.records[0].json);
    cr_assert_not_null(
        strstr(g.records[0].json,
               "\"src_split\":[{\"bk\":\"BUDGET_KIND_GENERAL\",\"fen\":\"1500000\"}]"),
        "a constant alone makes no element: %s", g.records[0].json);
    cr_assert_not_null(strstr(g.records[0].json, "\"plan_curve_bp\":[833,1667]"));
    cr_assert_not_null(strstr(g.records[2].json, "\"fen\":\"2000000\""), "both elements");
    cr_assert_null(strstr(g.records[2].json, "plan_curve_bp"), "an empty list is none");
    /* printf 'pentad/h01/v1\nP1\n' | sha256sum, first 16 bytes, base64 */
    cr_assert_eq(strlen(json_value(&g, 1, "id")), 24);
    got_done(&g);
}

Test(map, required_cells_and_short_rows) {
    struct got g;
    run_mapping(&(struct run){.yaml = "mapping: m\nsource: {header: no}\nformats: {unit: yuan}\n"
                                      "columns: [{name: extra, at: 4, optional: yes}]\n" B04(
                                          "      - {to: body.fen, from: \"2\", required: yes}\n"
                                          "      - {to: body.dept, from: extra}\n"),
                              .csv = "a,1\nb,\nc\nd,4,x,y\n\n ,,\n"},
                &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 2);
    cr_assert_eq(g.tally.read.rows, 4, "blank rows are none");
    cr_assert_eq(g.n_dead, 2);
    cr_assert_eq(g.dead[0].code, PT_E_MISSING);
    cr_assert_eq(g.dead[1].code, PT_E_COLUMN);
    cr_assert_eq(g.dead[1].line, 3);
    cr_assert_str_eq(json_value(&g, 1, "dept"), "y");
    got_done(&g);
}

Test(map, what_the_validator_refuses_is_a_dead_letter) {
    struct got g;
    run_mapping(
        &(struct run){.mapping = "connectors/congress/mappings/city-opinions.yaml",
                      .csv = "送达日期,意见编号,来源,事项类别,项目代码,年度,意见内容,承办单位代码,"
                             "答复期限,级别\n"
                             "2019-03-06,Y1,联网预警,项目,no-such-form,2019,t,a,,提示\n"
                             "2019-03-06,Y2,联网预警,项目,37010019T000000002547,2019,t,a,,提示\n"
                             "2019-03-06,Y3,联网预警,无,,2019,t,a,,提示\n",
                      .party = "congress"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_dead, 1);
    cr_assert_eq(g.dead[0].line, 2);
    cr_assert_not_null(strstr(g.dead[0].en, "subject.key"), "%s", g.dead[0].en);
    cr_assert_str_eq(g.dead[0].column, "项目代码");
    cr_assert_str_eq(g.dead[0].value, "no-such-form");
    cr_assert_str_eq(g.dead[0].zh, "字段无效（“no-such-form”）");
    cr_assert_eq(g.n_records, 2);
    cr_assert_null(strstr(g.records[1].json, "\"subject\""), "no subject where it is 无");
    got_done(&g);
}
