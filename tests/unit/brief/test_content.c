/* What a brief says, against numbers worked out by hand (scene.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/ledger/figures.h>

#include "scene.h"

#define IS(table, row, column, want)                                                               \
    cr_expect_str_eq(s_text(j, table, row, column), want, "%s[%s].%s is %s, not %s", table, row,   \
                     column, s_text(j, table, row, column), want)

/* The brief of June 2019 as of a week after it, which most tests read. */
static json_t *brief_of_june(struct scene *s) {
    s_open(s);
    s_play(s, 20190708);
    return s_brief(s, "2019-06");
}

Test(content, the_four_budgets) {
    struct scene s;
    json_t *j = brief_of_june(&s);

    IS("T2", "1", "FG1", "2,000.00");
    IS("T2", "1", "FG2.Bg", "1,600.00");
    IS("T2", "1", "FG2.P", "630.00");
    IS("T2", "1", "FG3", "39.38");
    IS("T2", "1", "FG6", "-10.62");
    IS("T2", "2", "FG1", "—");
    IS("T2", "2", "FG2.P", "100.00");
    IS("T2", "2", "FG3", "50.00");
    IS("T2", "2", "FG6", "0.00");
    IS("T2", "3", "FG2.Bg", "—");
    IS("T2", "3", "FG3", "—");
    IS("T2", "all", "FG2.Bg", "1,800.00");
    IS("T2", "all", "FG2.P", "730.00");
    IS("T2", "all", "FG3", "40.56");
    json_decref(j);
    s_close(&s);
}

Test(content, months_and_their_differences) {
    struct scene s;
    json_t *j = brief_of_june(&s);

    IS("C1", "2019-05", "paid", "320.00");
    IS("C1", "2019-05", "FG2.P", "420.00");
    IS("C1", "2019-05", "FG2.Bg", "1,700.00");
    IS("C1", "2019-05", "FG3", "24.71");
    IS("C1", "2019-05", "FG6", "-16.96");
    IS("C1", "2019-06", "paid", "310.00");
    IS("T1", "P", "now", "730.00");
    IS("T1", "P", "before", "420.00");
    IS("T1", "P", "change", "+310.00");
    IS("T1", "CI-1", "change", "+15.85");
    IS("T1", "red", "now", "2");
    IS("T1", "red", "before", "1");
    IS("T1", "red", "change", "+1");
    json_decref(j);
    s_close(&s);
}

Test(content, equal_rates_share_a_rank_and_none_has_none) {
    struct scene s;
    json_t *j = brief_of_june(&s);

    IS("A1", "A", "rank", "1");
    IS("A1", "C", "rank", "1");
    IS("A1", "B", "rank", "3");
    IS("A1", "D", "rank", "—");
    IS("A1", "A", "FG3", "50.00");
    IS("A1", "B", "FG3", "20.00");
    IS("A1", "B", "FG6", "-30.00");
    IS("A1", "D", "FG3", "—");
    IS("A1", "D", "FG6", "—");
    IS("A1", "D", "FG2.P", "10.00");
    IS("A1", "B", "dept", HOSTILE);
    cr_expect_eq(json_array_size(json_object_get(s_table(j, "A1"), "rows")), 4);
    json_decref(j);
    s_close(&s);
}

Test(content, the_sums_are_the_ledgers_figures) {
    static const char *const figure[] = {"FG2.Bg", "FG2.P", "FG3"};
    static const char *const dept[] = {"A", "B", "C", "D"};
    struct scene s;
    json_t *j;
    uint64_t known;

    j = brief_of_june(&s);
    known = strtoull(json_string_value(json_object_get(j, "known_at")), NULL, 10);
    for (size_t f = 0; f < 3; f++)
        for (size_t d = 0; d <= 4; d++) {
            bool city = d == 4;
            const char *row = city ? "all" : dept[d];
            const json_t *cell = s_cell(j, city ? "T2" : "A1", row, figure[f]);
            const char *value = json_string_value(json_object_get(cell, "value"));
            struct pt_figure want;
            struct pt_err err = {0};

            const struct pt_figure_ask ask = {city ? K(REGION) : K(DEPT),
                                              city ? "370100" : row,
                                              2019,
                                              figure[f],
                                              20190630,
                                              known};

            cr_assert_eq(pt_ledger_figure(s.l, &ask, &want, &err), 0, "%s", err.msg);
            if (want.na)
                cr_expect_null(value, "%s %s", row, figure[f]);
            else
                cr_expect_eq(strtoll(value ? value : "-1", NULL, 10), want.value, "%s %s: %s, %lld",
                             row, figure[f], value, (long long)want.value);
        }
    json_decref(j);
    s_close(&s);
}

Test(content, warnings_of_the_period_and_of_the_one_before) {
    struct scene s;
    json_t *j = brief_of_june(&s);

    IS("T4", "red", "before", "1");
    IS("T4", "red", "fresh", "1");
    IS("T4", "red", "closed", "0");
    IS("T4", "red", "open", "2");
    IS("T4", "red", "overdue", "1");
    IS("T4", "yellow", "before", "1");
    IS("T4", "yellow", "fresh", "1");
    IS("T4", "yellow", "closed", "1");
    IS("T4", "yellow", "open", "1");
    IS("T4", "yellow", "overdue", "0");
    IS("C4", "2019-05", "red", "1");
    IS("C4", "2019-05", "yellow", "1");
    IS("C4", "2019-06", "red", "1");
    IS("C4", "2019-06", "closed", "1");
    IS("C4", "2019-06", "open", "3");
    cr_expect_eq(json_array_size(json_object_get(s_table(j, "C4"), "rows")), 2,
                 "months before the first tick are left out");
    json_decref(j);
    s_close(&s);
}

Test(content, red_list_worst_first) {
    struct scene s;
    json_t *j;
    const json_t *rows;
    const json_t *cells;

    j = brief_of_june(&s);
    rows = json_object_get(s_table(j, "T5"), "rows");
    cr_assert_eq(json_array_size(rows), 2);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(rows, 0), "class")), "late");
    cells = json_object_get(json_array_get(rows, 0), "cells");
#define CELL(i) json_string_value(json_object_get(json_array_get(cells, i), "zh"))
    cr_expect_str_eq(CELL(0), "K01 批复超人大批准");
    cr_expect_str_eq(CELL(1), "校舍改造");
    cr_expect_str_eq(CELL(2), "市教育局");
    cr_expect_str_eq(CELL(3), "事实1");
    cr_expect_str_eq(CELL(4), "2019-06-03");
    cr_expect_str_eq(CELL(5), "待答复，逾期32日");
    cr_expect_eq(strncmp(json_string_value(json_object_get(json_array_get(cells, 3), "record")),
                         "hub/main#", 9),
                 0);
    cells = json_object_get(json_array_get(rows, 1), "cells");
    cr_expect_str_eq(CELL(0), "K05 无指标支付");
    cr_expect_str_eq(CELL(5), "待答复");
    json_decref(j);
    s_close(&s);
}

/* What BR9 says in a language: words alone. */
static const char *of_clues(const json_t *brief, const char *lang) {
    static char said[1024];
    const json_t *sections = json_object_get(brief, "sections");
    size_t i;
    size_t k;
    json_t *s;
    json_t *run;

    said[0] = '\0';
    json_array_foreach(sections, i, s) {
        const json_t *blocks = json_object_get(s, "blocks");

        if (strcmp(json_string_value(json_object_get(s, "id")), "BR9") != 0)
            continue;
        for (size_t n = 0; n < json_array_size(blocks); n++) {
            json_array_foreach(json_object_get(json_array_get(blocks, n), lang), k, run) {
                cr_assert(json_is_string(run), "a number with its sources");
                (void)snprintf(said + strlen(said), sizeof said - strlen(said), "%s",
                               json_string_value(run));
            }
        }
    }
    return said;
}

#define CLUES_ZH(a, b, c)                                                                          \
    "截至本期截止日，全市涉线索的差异尚未销号的：逾期未签收" a "，逾期未反馈办理结果" b            \
    "，应移送未移送" c "。"
#define CLUES_EN(a, b, c)                                                                          \
    "Discrepancies about clues open at this brief's cut-off, in the whole city: not receipted " a  \
    ", without an outcome " b ", not transferred " c "."
#define FEW_ZH "少于3件"
#define FEW_EN "fewer than 3"

/* City-wide counts of what is open, by rule; of fewer than three not how many. */
Test(content, clues_are_counted_from_three_on) {
    struct scene s;
    json_t *j;

    s_open(&s);
    s_play(&s, 20190705);
    j = s_brief(&s, "2019-06");
    cr_expect_str_eq(of_clues(j, "zh"), CLUES_ZH(FEW_ZH, FEW_ZH, FEW_ZH), "none");
    json_decref(j);
    for (int i = 0; i < 4; i++) /* the fourth is closed */
        s_finding(&s, (char)('A' + i), "K55", "", 2, i == 3 ? 3 : 1, 20190603, 0);
    for (int i = 0; i < 2; i++)
        s_finding(&s, (char)('a' + i), "K56", "", 2, 2, 20190603, 0);
    j = s_brief(&s, "2019-06");
    cr_expect_str_eq(of_clues(j, "zh"), CLUES_ZH("3件", FEW_ZH, FEW_ZH));
    cr_expect_str_eq(of_clues(j, "en"), CLUES_EN("3", FEW_EN, FEW_EN));
    json_decref(j);
    s_finding(&s, 'A', "K55", "", 2, 3, 20190603, 0);
    j = s_brief(&s, "2019-06");
    cr_expect_str_eq(of_clues(j, "en"), CLUES_EN(FEW_EN, FEW_EN, FEW_EN), "two are left");
    json_decref(j);
    s_close(&s);
}

/* The hub can't tell clues from dummies: how many there were is discipline's to say, of the brief's
 * own month, and of fewer than three not how many. */
Test(content, clues_are_counted_by_discipline) {
    static const struct {
        const char *month;
        uint32_t n;
        const char *said;
    } cases[] = {{"201906", 4, "据纪检监察机关统计，各方本月移送线索4件。"},
                 {"201906", 2, ""},
                 {"201905", 4, ""}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        char want[1024];
        json_t *j;

        s_open(&s);
        s_clues_received(&s, cases[i].month, cases[i].n);
        s_play(&s, 20190705);
        j = s_brief(&s, "2019-06");
        (void)snprintf(want, sizeof want, "%s%s", CLUES_ZH(FEW_ZH, FEW_ZH, FEW_ZH), cases[i].said);
        cr_expect_str_eq(of_clues(j, "zh"), want, "%zu: %s", i, of_clues(j, "zh"));
        json_decref(j);
        j = s_brief(&s, "2019-Q2");
        cr_expect_str_eq(of_clues(j, "zh"), CLUES_ZH(FEW_ZH, FEW_ZH, FEW_ZH), "months alone");
        json_decref(j);
        s_close(&s);
    }
}

/* A brief is for everybody: of clues not what is said, nor a number outside BR9. */
Test(content, nothing_else_of_clues) {
    static const char *const rules[] = {"K55", "K56", "K57"};
    struct scene s;
    struct scene t;
    json_t *without;
    json_t *with;
    char *said;

    s_open(&s);
    s_play(&s, 20190705);
    without = s_brief(&s, "2019-06");
    s_open(&t);
    s_play(&t, 20190705);
    for (size_t i = 0; i < 3; i++)
        s_finding(&t, (char)('7' + i), rules[i], "", 3, 1, 20190603, 0);
    with = s_brief(&t, "2019-06");
    said = json_dumps(with, JSON_COMPACT);
    for (size_t i = 0; i < 3; i++)
        cr_expect_null(strstr(said, rules[i]), "%s", rules[i]);
    cr_expect(json_equal(s_table(with, "T4"), s_table(without, "T4")));
    cr_expect(json_equal(s_table(with, "C4"), s_table(without, "C4")));
    cr_expect_eq(json_array_size(json_object_get(s_table(with, "T5"), "rows")), 2);
    free(said);
    json_decref(with);
    json_decref(without);
    s_close(&s);
    s_close(&t);
}

/* Every run of a paragraph, as one text. */
static void sentence(const json_t *block, const char *lang, char *out, size_t cap) {
    const json_t *runs = json_object_get(block, lang);
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(runs) && n < cap; i++) {
        const json_t *r = json_array_get(runs, i);
        const char *s =
            json_is_string(r) ? json_string_value(r) : json_string_value(json_object_get(r, lang));

        n += (size_t)snprintf(out + n, cap - n, "%s", s);
    }
}

Test(content, sentences_worst_first) {
    struct scene s;
    json_t *j;
    const json_t *blocks;
    char text[1024];

    j = brief_of_june(&s);
    blocks = json_object_get(json_array_get(json_object_get(j, "sections"), 0), "blocks");
    sentence(json_array_get(blocks, 0), "zh", text, sizeof text);
    cr_expect_str_eq(
        text,
        "本期新增红色预警1项（上期1项）、黄色预警1项（上期1项），已销号1项，逾期未整改1项，"
        "涉及资金100.00万元；期末在办红色预警2项、黄色预警1项。",
        "%s", text);
    sentence(json_array_get(blocks, 1), "zh", text, sizeof text);
    cr_expect_str_eq(text,
                     "截至6月底，全市一般公共预算支出630.00万元，完成全年预算的39.38%，"
                     "慢于序时进度10.62个百分点。",
                     "%s", text);
    sentence(json_array_get(blocks, 1), "en", text, sizeof text);
    cr_expect_str_eq(
        text,
        "By 2019-06-30 the general public budget had paid 6.30 million yuan, 39.38% of "
        "the year's budget, 10.62 percentage points behind time.",
        "%s", text);
    sentence(json_array_get(blocks, 2), "zh", text, sizeof text);
    cr_expect_str_eq(text, HOSTILE "等1个部门执行进度低于序时进度20个百分点以上，最低为20.00%。",
                     "%s", text);
    json_decref(j);
    s_close(&s);
}

Test(content, what_later_records_changed_in_the_last_brief) {
    struct scene s;
    json_t *j;
    json_t *may;

    s_open(&s);
    s_play(&s, 20190607);
    may = s_brief(&s, "2019-05");
    cr_expect_str_eq(s_text(may, "T1", "P", "now"), "400.00");
    json_decref(may);
    s_june(&s);
    j = s_brief(&s, "2019-06");
    IS("T16", "Four budgets, paid", "old", "400.00");
    IS("T16", "Four budgets, paid", "new", "420.00");
    IS("T16", "CI-1 execution progress", "old", "23.53");
    IS("T16", "CI-1 execution progress", "new", "24.71");
    json_decref(j);
    s_close(&s);
}

Test(content, how_long_it_is_a_draft_is_a_parameter) {
    struct scene s;
    json_t *j;

    s_open(&s);
    s_param(&s, "brief.workdays", "3");
    s_play(&s, 20190708);
    j = s_brief(&s, "2019-06");
    cr_expect_eq(json_integer_value(json_object_get(j, "final_after")), 20190703);
    cr_expect(json_is_false(json_object_get(j, "draft")));
    cr_expect_str_eq(s_text(j, "T15-1", "brief.workdays", "value"), "3");
    json_decref(j);
    s_param(&s, "brief.workdays", "8"); /* too late for June */
    s_tick(&s, 20190709);
    j = s_brief(&s, "2019-06");
    cr_expect_eq(json_integer_value(json_object_get(j, "final_after")), 20190703);
    json_decref(j);
    j = s_brief(&s, "2019-07");
    cr_expect_eq(json_integer_value(json_object_get(j, "final_after")), 20190812);
    json_decref(j);
    s_close(&s);
}

Test(content, nothing_is_said_of_what_the_ledger_never_saw) {
    struct scene s;
    struct pt_err err = {0};
    json_t *j = NULL;

    s_open(&s);
    s_play(&s, 20190705);
    cr_expect_eq(pt_brief_make(s.l, "2018-06", 0, &j, &err), PT_E_NOT_FOUND);
    cr_expect(strstr(err.msg, "over before this ledger begins"), "%s", err.msg);
    cr_expect_eq(pt_brief_make(s.l, "2020-06", 0, &j, &err), PT_E_NOT_FOUND);
    cr_expect(strstr(err.msg, "has not begun"), "%s", err.msg);
    s_close(&s);
}

Test(content, draft_until_the_fifth_working_day_is_over) {
    struct scene s;
    struct pt_err err = {0};
    json_t *draft;
    json_t *final;
    json_t *past = NULL;

    s_open(&s);
    s_play(&s, 20190705);
    draft = s_brief(&s, "2019-06");
    cr_expect(json_is_true(json_object_get(draft, "draft")));
    cr_expect_eq(json_integer_value(json_object_get(draft, "final_after")), 20190705);
    s_pay(&s, "PB", 1, 20190625, 7 * WAN);
    s_tick(&s, 20190708);
    final = s_brief(&s, "2019-06");
    cr_expect(json_is_false(json_object_get(final, "draft")));
    cr_expect_eq(json_integer_value(json_object_get(final, "tick_day")), 20190705);
    cr_expect_str_eq(json_string_value(json_object_get(final, "known_at")),
                     json_string_value(json_object_get(draft, "known_at")));
    cr_expect(json_equal(json_object_get(draft, "sections"), json_object_get(final, "sections")),
              "the same moment says the same");
    /* Asked for an earlier moment it is a draft again, and knows less. */
    cr_assert_eq(pt_brief_make(s.l, "2019-06",
                               strtoull(json_string_value(json_object_get(
                                            json_object_get(final, "since"), "known_at")),
                                        NULL, 10),
                               &past, &err),
                 0, "%s", err.msg);
    cr_expect(json_is_true(json_object_get(past, "draft")));
    cr_expect_str_eq(s_text(past, "T2", "all", "FG2.P"), "400.00");
    json_decref(draft);
    json_decref(final);
    json_decref(past);
    s_close(&s);
}

Test(content, same_bytes_whatever_came_later) {
    struct scene s;
    json_t *j;
    char *one;
    char *two;

    j = brief_of_june(&s);
    one = json_dumps(j, JSON_SORT_KEYS);
    json_decref(j);
    s_pay(&s, "PA", 1, 20190601, 1 * WAN);
    s_tick(&s, 20190709);
    s_finding(&s, '3', "K05", "PD", 3, 3, 0, 0);
    s_tick(&s, 20190710);
    j = s_brief(&s, "2019-06");
    two = json_dumps(j, JSON_SORT_KEYS);
    cr_expect_str_eq(one, two);
    free(one);
    free(two);
    json_decref(j);
    s_close(&s);
}

static void check_number(const json_t *brief, const json_t *number) {
    const json_t *source = json_object_get(number, "source");
    const json_t *at;

    if (!json_object_get(number, "unit") || !source)
        return;
    at = json_array_get(json_object_get(brief, "sources"), (size_t)json_integer_value(source));
    cr_assert_not_null(at);
    cr_expect_not_null(json_object_get(number, "figure"));
    cr_expect(json_object_get(at, "trace") || json_object_get(at, "records"));
}

/* Of how many records a budget's sums are made: a district's aren't among them. */
Test(content, a_source_counts_the_regions_own_records) {
    struct scene s;
    json_t *j;
    const json_t *at;

    s_open(&s);
    (void)mk_org(&s.m, K(DEPT), "E", "历下区教育局", NULL, "370102");
    (void)mk_project(&s.m, "PE", "区校舍改造", "E", NULL);
    s_pay(&s, "PE", 1, 20190301, 5 * WAN);
    s_play(&s, 20190708);
    j = s_brief(&s, "2019-06");
    IS("T2", "1", "FG2.P", "630.00");
    at = json_array_get(
        json_object_get(j, "sources"),
        (size_t)json_integer_value(json_object_get(s_cell(j, "T2", "1", "FG2.P"), "source")));
    cr_expect_str_eq(json_string_value(json_object_get(at, "records")), "11",
                     "7 payments, 4 allotments");
    json_decref(j);
    s_close(&s);
}

Test(content, every_number_of_a_table_has_its_source) {
    struct scene s;
    json_t *j;
    const json_t *sections;

    j = brief_of_june(&s);
    sections = json_object_get(j, "sections");
    for (size_t i = 0; i < json_array_size(sections); i++) {
        const json_t *blocks = json_object_get(json_array_get(sections, i), "blocks");

        for (size_t k = 0; k < json_array_size(blocks); k++) {
            const json_t *rows = json_object_get(json_array_get(blocks, k), "rows");

            for (size_t r = 0; r < json_array_size(rows); r++) {
                const json_t *cells = json_object_get(json_array_get(rows, r), "cells");

                for (size_t c = 0; c < json_array_size(cells); c++)
                    check_number(j, json_array_get(cells, c));
            }
        }
    }
    json_decref(j);
    s_close(&s);
}

Test(content, quarters_parties_and_other_money) {
    struct scene s;
    json_t *j;

    s_open(&s);
    s_param(&s, "brief.currency.zh", "欧元");
    s_param(&s, "brief.name.zh", "某市简报");
    s_play(&s, 20190708);
    j = s_brief(&s, "2019-Q2");
    cr_expect_eq(json_integer_value(json_object_get(j, "from")), 20190401);
    cr_expect_eq(json_integer_value(json_object_get(j, "valid_at")), 20190630);
    cr_expect_str_eq(
        json_string_value(json_object_get(json_object_get(s_table(j, "T2"), "unit"), "zh")),
        "单位：万欧元");
    cr_expect_str_eq(json_string_value(json_object_get(json_object_get(j, "name"), "zh")),
                     "某市简报");
    IS("T4", "red", "before", "0");
    IS("T4", "red", "fresh", "2");
    IS("T15", "discipline", "all", "0");
    IS("T15", "discipline", "standing", "未报送");
    IS("T15", "office", "all", "2");
    json_decref(j);
    s_close(&s);
}

Test(content, what_cannot_be_made) {
    static const char *const bad[] = {"2019-13", "2019-00", "2019-Q5", "2019",    "19-06",
                                      "2019-6",  "2019-0x", "",        "2019-061"};
    struct scene s;
    struct pt_err err = {0};
    json_t *j = NULL;

    s_open(&s);
    cr_expect_eq(pt_brief_make(s.l, "2019-06", 0, &j, &err), PT_E_NOT_FOUND, "%s", err.msg);
    s_play(&s, 20190607);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(pt_brief_make(s.l, bad[i], 0, &j, &err), PT_E_FORMAT, "%s", bad[i]);
    cr_expect_eq(pt_brief_make(s.l, "2019-07", 0, &j, &err), PT_E_NOT_FOUND);
    cr_expect_eq(pt_brief_make(s.l, "2019-05", 1, &j, &err), PT_E_NOT_FOUND);
    cr_expect_null(j);
    s_close(&s);
}
