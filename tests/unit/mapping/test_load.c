/* What is wrong in a mapping is said when it is loaded: where, and what to do. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#define HEAD                                                                                       \
    "mapping: m\n"                                                                                 \
    "source: {header: yes}\n"

static void expect_error(const char *yaml, const char *says) {
    struct pt_mapping *m = NULL;
    struct pt_err err = {0};
    int rc = pt_mapping_parse("m.yaml", pt_span_str(yaml), NULL, NULL, 0, &m, &err);
    cr_expect_eq(rc, PT_E_CONFIG, "%s", pt_err_name(rc));
    cr_expect_null(m);
    cr_expect_not_null(strstr(err.msg, says), "says \"%s\", not \"%s\"", err.msg, says);
    cr_expect_not_null(strstr(err.msg, "m.yaml"), "%s", err.msg);
    pt_mapping_free(m);
}

Test(load, yaml_faults_name_the_line) {
    expect_error("mapping: m\nrecords:\n  - type: B04\n    colour: red\n", "colour");
    expect_error("mapping: m\nrecords:\n  - type: B04\n    colour: red\n",
                 "m.yaml, line 4: Unexpected key: colour (docs/mapping.md");
    expect_error("mapping: [1\n", "");
    expect_error("", "");
    expect_error("mapping: m\n", "records");
}

Test(load, paths_are_checked) {
    expect_error(HEAD "records: [{type: Q99}]\n", "no record type \"Q99\"");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.nonsense, from: a}]}]\n",
                 "path body.nonsense: Allotment has no field \"nonsense\"");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.kind.x, from: a}]}]\n",
                 "kind is no message");
    expect_error(HEAD "records: [{type: B04, fields: [{to: \"body.fen[1]\", from: a}]}]\n",
                 "is no list");
    expect_error(HEAD
                 "records: [{type: B04, fields: [{to: body.payment_batch.sum_fen, from: a}]}]\n",
                 "is not the body of B04");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.tranche, from: a}]}]\n",
                 "is a message");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.goal_ref, from: a}]}]\n",
                 "say `ref:`");
    expect_error(HEAD "records: [{type: B04, fields: [{to: \"body.\", from: a}]}]\n",
                 "is not of the form");
}

Test(load, meaning_is_checked) {
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.fen, from: a}]}]\n",
                 "say its unit");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.fen, from: a, unit: dollars}]}]\n",
                 "dollars");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.kind, const: SOMETIMES}]}]\n",
                 "SOMETIMES");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.kind, from: a, codes: x}]}]\n",
                 "no code table \"x\"");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.dept, from: a, const: b}]}]\n",
                 "exactly one of");
    expect_error(HEAD "skip: [{reason: r, when: [{column: a}]}]\nrecords: [{type: B04}]\n",
                 "exactly one of equals");
    expect_error(HEAD "skip: [{reason: r, when: [{column: a, matches: \"(\"}]}]\nrecords: "
                      "[{type: B04}]\n",
                 "regular expression");
    expect_error("mapping: m\nsource: {header: no}\nrecords: [{type: B04, fields: [{to: body.dept, "
                 "from: a}]}]\n",
                 "has no header");
    expect_error(HEAD "formats: {decimal: \",\", thousands: \",\"}\nrecords: [{type: B04}]\n",
                 "are the same");
    expect_error(HEAD "columns: [{name: b, from: c}, {name: c, from: a}]\nrecords: [{type: B04}]\n",
                 "before it is declared");
    expect_error(HEAD "records: [{type: B04, group: {by: [a]}}, {type: B04}]\n", "stands alone");
    expect_error(HEAD "records: [{type: B04, fields: [{to: body.dept, const: \"${x}\"}]}]\n",
                 "${x} is no variable");
    expect_error(HEAD "tables: [{name: t, file: ../../etc/passwd}]\nrecords: [{type: B04}]\n",
                 "beside the mapping");
    expect_error(HEAD
                 "tables: [{name: t, entries: [{from: a, to: b}, {from: a, to: c}]}]\nrecords: "
                 "[{type: B04}]\n",
                 "means both");
}

Test(load, an_unknown_variable_from_outside_is_refused) {
    struct pt_mapping *m = NULL;
    struct pt_err err = {0};
    const struct pt_var vars[] = {{"yaer", "2019"}};
    int rc = pt_mapping_parse("m.yaml",
                              pt_span_str(HEAD "vars: [{name: year, value: 2016}]\n"
                                               "records: [{type: B04}]\n"),
                              NULL, vars, 1, &m, &err);
    cr_assert_eq(rc, PT_E_CONFIG);
    cr_assert_not_null(strstr(err.msg, "yaer"), "%s", err.msg);
}

Test(load, a_missing_column_names_the_ones_there_are) {
    struct got g;
    run_mapping(&(struct run){.yaml = HEAD "records: [{type: B04, fields: [{to: body.dept, from: "
                                           "部门}]}]\n",
                              .csv = "单位,金额\na,1\n"},
                &g);
    cr_assert_eq(g.rc, PT_E_COLUMN);
    cr_assert_not_null(strstr(g.err.msg, "部门"), "%s", g.err.msg);
    cr_assert_not_null(strstr(g.err.msg, "单位"), "%s", g.err.msg);
    got_done(&g);
}

Test(load, a_code_table_beside_the_mapping) {
    char *dir = temp_dir();
    char path[1024];
    struct pt_mapping *m = NULL;
    struct pt_err err = {0};
    static const char csv[] = "\xEF\xBB\xBF名称,代码\n拨款,PAY\n\"退,款\",REFUND\n";
    static const char yaml[] = HEAD
        "tables: [{name: ops, file: ops.csv, key: 名称, value: 代码}]\nrecords: [{type: X01}]\n";
    static const char wrong[] =
        HEAD "tables: [{name: ops, file: ops.csv, key: 名字}]\nrecords: [{type: X01}]\n";
    write_file(dir, "ops.csv", csv, sizeof(csv) - 1);
    write_file(dir, "m.yaml", yaml, sizeof(yaml) - 1);
    write_file(dir, "w.yaml", wrong, sizeof(wrong) - 1);
    snprintf(path, sizeof(path), "%s/m.yaml", dir);
    cr_assert_eq(pt_mapping_load(path, NULL, 0, &m, &err), 0, "%s", err.msg);
    pt_mapping_free(m);
    snprintf(path, sizeof(path), "%s/w.yaml", dir);
    cr_assert_eq(pt_mapping_load(path, NULL, 0, &m, &err), PT_E_CONFIG);
    cr_assert_not_null(strstr(err.msg, "名字"), "%s", err.msg);
    temp_done(dir);
}
