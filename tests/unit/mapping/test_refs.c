/* References to records that other documents became. */
#include <criterion/criterion.h>
#include <string.h>

#include "support.h"

#define REVIEW_HEAD                                                                                \
    "录入日期,审核编号,目标编号,事项类别,项目代码,年度,规范性,完整性,匹配度,等级,结论\n"
#define REVIEW(no, goal)                                                                           \
    "20190111," no "," goal ",项目,37010017R000000001007,2019,通过,通过,通过,优,通过\n"

static const char reviews[] = "connectors/finance/mappings/city-goal-reviews.yaml";

Test(refs, a_row_waits_for_what_it_refers_to) {
    struct got g, later;
    struct run r = {.mapping = reviews,
                    .csv = REVIEW_HEAD REVIEW("S1", "M1") REVIEW("S2", "M2") REVIEW("S3", ""),
                    .known = (const char *const[]){"finance E04 M1", NULL},
                    .party = "finance"};
    run_mapping(&r, &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_str_eq(json_value(&g, 0, "doc_no"), "S1");
    cr_assert_str_eq(json_value(&g, 0, "party"), "finance");
    cr_assert_eq(g.n_deferred, 1);
    cr_assert_str_eq(g.deferred[0].want, "finance E04 M2");
    cr_assert_eq(g.deferred[0].line, 3);
    cr_assert_eq(g.n_dead, 1, "an empty reference that is required");
    cr_assert(g.tally.deferred.rows == 1 && g.tally.mapped.rows == 1 && g.tally.dead.rows == 1);

    run_again(&r, &g, 0, &later);
    cr_assert_eq(later.n_records, 0);
    cr_assert_eq(later.n_deferred, 1, "still not there");
    got_done(&later);
    r.known = (const char *const[]){"finance E04 M2", NULL};
    run_again(&r, &g, 0, &later);
    cr_assert_eq(later.rc, 0, "%s", later.err.msg);
    cr_assert_eq(later.n_records, 1, "without the file: the row itself was kept");
    cr_assert_str_eq(json_value(&later, 0, "doc_no"), "S2");
    cr_assert_str_eq(json_value(&later, 0, "row"), "3");
    got_done(&later);
    got_done(&g);
}

#define EVAL_HEAD                                                                                                                       \
    "录入日期,评价编号,更正方式,原评价编号,更正原因,事项类别,项目代码,年度,评价类型,评价主体,"   \
    "评价框架,目标编号,"                                                                                                        \
    "年初预算,全年预算,全年支出,执行率,指标编号,评价环节,权重,目标值,实际值,得分,扣分原因,总分," \
    "等级,"                                                                                                                           \
    "复核评价编号,机构代码,反馈日期,报告摘要\n"
#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define EVAL(no, goal, id, weight, score)                                                          \
    "20200224," no ",,,,项目,37010016R000000001035,2019,自评,部门,SELF100," goal                   \
    ",100,100,99,99.00," id ",," weight ",100,99," score ",,95.00,优,,,," DIGEST "\n"

Test(refs, a_group_waits_as_a_whole) {
    struct got g, later;
    struct run r = {.mapping = "connectors/finance/mappings/city-evaluations.yaml",
                    .csv = EVAL_HEAD EVAL("P1", "M1", "a", "60", "57")
                        EVAL("P1", "M1", "b", "40", "38") EVAL("P2", "M2", "a", "100", "95"),
                    .known = (const char *const[]){"finance E04 M2", NULL},
                    .party = "finance"};
    run_mapping(&r, &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_str_eq(json_value(&g, 0, "doc_no"), "P2");
    cr_assert_eq(g.n_deferred, 1, "one document, one deferral");
    cr_assert_eq(g.tally.deferred.rows, 2);
    r.known = (const char *const[]){"finance E04 M1", NULL};
    run_again(&r, &g, 0, &later);
    cr_assert_eq(later.rc, 0, "%s", later.err.msg);
    cr_assert_eq(later.n_records, 1);
    cr_assert_eq(later.records[0].rows, 2);
    cr_assert_eq(later.n_dead, 0, "%s", later.n_dead ? later.dead[0].en : "");
    got_done(&later);
    got_done(&g);
}

Test(refs, a_message_is_left_out_where_the_mapping_says_so) {
    struct got g;
    run_mapping(
        &(struct run){.mapping = "connectors/organization/mappings/city-appraisals.yaml",
                      .csv =
                          "发布日期;考核编号;更正方式;原考核编号;更正原因;对象类别;考核对象;年度;"
                          "总分;等次;考核项目;权重;得分;台账日期;台账得分\n"
                          "2020-04-24;K1;;;;部门;113701000300440986;2019;87.20;良好;"
                          "预算绩效;100.00;94.14;2020-04-21;94.14\n",
                      .known = (const char *const[]){"*", NULL},
                      .party = "organization"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_eq(g.n_deferred, 0);
    cr_assert_null(strstr(g.records[0].json, "ledger_ref"), "%s", g.records[0].json);
    got_done(&g);
}

Test(refs, the_party_and_the_type_may_come_from_columns) {
    struct got g;
    run_mapping(
        &(struct run){.mapping = "connectors/congress/mappings/city-consents.yaml",
                      .csv =
                          "送达日期,单据号,对象类型,对象文号,意见\n2019-01-02,T1,H08,办1号,同意\n",
                      .known = (const char *const[]){"office H08 办1号", NULL},
                      .party = "congress"},
        &g);
    cr_assert_eq(g.rc, 0, "%s", g.err.msg);
    cr_assert_eq(g.n_records, 1);
    cr_assert_str_eq(json_value(&g, 0, "target_type"), "H08");
    cr_assert_str_eq(json_value(&g, 0, "verdict"), "VERDICT_APPROVE");
    got_done(&g);
}
