/* The sample city against its own page (docs/sample-city.md): bytes, codes, sums, references, and
 * the truth against a replay that knows only the files. */
#include "generate.h"
#include "replay.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

#include "pt_test_folder.h"

static const char *const files[] = {
    "congress/approvals.csv",
    "congress/key_projects.csv",
    "congress/opinions.csv",
    "congress/consents.csv",
    "discipline/consents.csv",
    "organization/appraisals.csv",
    "organization/consents.csv",
    "finance/orgs.csv",
    "finance/projects.csv",
    "finance/exante.csv",
    "finance/goals.csv",
    "finance/goal_reviews.csv",
    "finance/allotments.csv",
    "finance/transfers.csv",
    "finance/payments.csv",
    "finance/month_reports.csv",
    "finance/controls.csv",
    "finance/evaluations.csv",
    "finance/rectifications.csv",
    "finance/replies.csv",
    "audit/figures.csv",
    "audit/findings.csv",
    "audit/verifications.csv",
    "audit/replies.csv",
    "audit/consents.csv",
    "office/parameters.csv",
    "office/workdays.csv",
    "office/codes.csv",
    "office/notices.csv",
    "finance/monitoring.csv",
    "finance/regions.csv",
    "finance/third_parties.csv",
    "finance/experts.csv",
    "finance/feedback.csv",
    "finance/institutions.csv",
    "finance/work_assessments.csv",
    "office/meetings.csv",
    "office/tasks.csv",
    "congress/task_feedback.csv",
    "discipline/task_feedback.csv",
    "organization/task_feedback.csv",
    "finance/task_feedback.csv",
    "audit/task_feedback.csv",
    "finance/disclosures.csv",
    "finance/reviews.csv",
    "finance/library.csv",
    "finance/past_evaluations.csv",
    "finance/result_uses.csv",
    "finance/submissions.csv",
    "congress/receipts.csv",
    "finance/carryover.csv",
    "finance/business.csv",
    "finance/items.csv",
    "finance/persons.csv",
    "finance/clues.csv",
    "audit/clues.csv",
    "audit/plans.csv",
    "audit/econ_resp.csv",
    "audit/sealed_counts.csv",
    "discipline/receipts.csv",
    "discipline/outcomes.csv",
    "discipline/accountability.csv",
    "organization/cadre_use.csv",
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

static char folder[64];

static const char *city(const char *seed, const char *scale) {
    generate_city(folder, seed, scale);
    return folder;
}

static void six(char out[256], const struct sheet *t, size_t row) {
    (void)snprintf(out, 256, "%s,%s,%s,%s,%s,%s", sheet_cell(t, row, 0), sheet_cell(t, row, 1),
                   sheet_cell(t, row, 2), sheet_cell(t, row, 3), sheet_cell(t, row, 4),
                   sheet_cell(t, row, 5));
}

/* The replay knows these; what other rules must find is left to the rules' own test. */
static bool replayed(const struct sheet *truth, size_t row) {
    static const char rules[] = "K01 K04 K05 K06 K07 K25 K35 K43 K53 K58";

    return strstr(rules, sheet_cell(truth, row, 0)) != NULL;
}

static void truth_holds(const char *dir) {
    struct sheet *truth = sheet_load(dir, "truth.csv");
    struct sheet *near = sheet_load(dir, "near.csv");
    struct replay r = {0};
    struct names rules = {0};
    int32_t planted[16] = {0};
    size_t rows = 0;
    char key[256];

    replay_run(&r, dir);
    for (size_t i = 0; i < truth->rows; i++) {
        int32_t at;

        if (!replayed(truth, i))
            continue;
        rows++;
        six(key, truth, i);
        at = names_find(&r.keys, key);
        cr_assert(at >= 0, "planted, but does not fire: %s", key);
        cr_assert_eq(r.found[at].severity, *sheet_cell(truth, i, 6), "%s: severity", key);
        cr_assert_eq(r.found[at].opened, cell_date(sheet_cell(truth, i, 7)), "%s: opened %d", key,
                     r.found[at].opened);
        cr_assert_eq(r.found[at].closed, cell_date(sheet_cell(truth, i, 8)), "%s: closed %d", key,
                     r.found[at].closed);
        r.found[at].now = true; /* known */
        planted[names_put(&rules, sheet_cell(truth, i, 0))]++;
    }
    cr_assert_eq(rows, r.keys.n, "%zu planted, %zu fire", rows, r.keys.n);
    cr_assert_eq(rules.n, 10);
    for (size_t i = 0; i < rules.n; i++)
        cr_assert(planted[i] >= 3, "%s: only %d", rules.list[i], planted[i]);
    for (size_t i = 0; i < near->rows; i++) {
        int32_t at;

        six(key, near, i);
        at = names_find(&r.keys, key);
        cr_assert(at < 0 || *sheet_cell(near, i, 6) == 'R', "a near miss fires: %s", key);
        cr_assert(at < 0 || r.found[at].severity != 'R', "a near miss is red: %s", key);
    }
    names_free(&rules);
    replay_free(&r);
    sheet_free(truth);
    sheet_free(near);
}

Test(city, truth_is_what_the_files_say) {
    static const char *const runs[][2] = {{"1", "0.05"}, {"7", "0.01"}, {"20190718", "0.1"}};

    for (size_t i = 0; i < 3; i++) {
        const char *dir = city(runs[i][0], runs[i][1]);

        truth_holds(dir);
        tf_remove(dir);
    }
}

static uint64_t hash_file(const char *dir, const char *file) {
    uint64_t h = UINT64_C(14695981039346656037);
    char path[256];
    FILE *f;
    int c;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, file);
    f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    while ((c = getc(f)) != EOF)
        h = (h ^ (uint64_t)c) * UINT64_C(1099511628211);
    (void)fclose(f);
    return h;
}

Test(city, same_seed_same_bytes) {
    uint64_t first[N_FILES];
    uint64_t truth;
    const char *dir = city("5", "0.02");

    for (size_t i = 0; i < N_FILES; i++)
        first[i] = hash_file(dir, files[i]);
    truth = hash_file(dir, "truth.csv");
    tf_remove(dir);
    dir = city("5", "0.02");
    for (size_t i = 0; i < N_FILES; i++)
        cr_assert_eq(hash_file(dir, files[i]), first[i], "%s", files[i]);
    cr_assert_eq(hash_file(dir, "truth.csv"), truth);
    tf_remove(dir);
    dir = city("6", "0.02");
    cr_assert_neq(hash_file(dir, "truth.csv"), truth);
    cr_assert_neq(hash_file(dir, "finance/payments.csv"), first[13]);
    tf_remove(dir);
}

/* GB 32100-2015 and, within it, GB 11714. */
static void check_uscc(const char *code) {
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int power = 1;
    int sum = 0;

    cr_assert_eq(strlen(code), 18, "%s", code);
    for (int i = 0; i < 18; i++) {
        const char *at = strchr(digits, code[i]);

        cr_assert_not_null(at, "%s", code);
        sum += power * (int)(at - digits);
        if (i < 16)
            power = power * 3 % 31;
        else
            power = 1; /* the check character itself */
    }
    /* Σ w·c + check = 0 mod 31, the 17th weight being 3^16 mod 31 = 28. */
    sum = 0;
    power = 1;
    for (int i = 0; i < 17; i++) {
        sum += power * (int)(strchr(digits, code[i]) - digits);
        power = power * 3 % 31;
    }
    cr_assert_eq((sum + (int)(strchr(digits, code[17]) - digits)) % 31, 0, "%s", code);
}

Test(city, codes_are_valid) {
    const char *dir = city("3", "0.05");
    struct sheet *orgs = sheet_load(dir, "finance/orgs.csv");
    struct sheet *projects = sheet_load(dir, "finance/projects.csv");
    struct sheet *pay = sheet_load(dir, "finance/payments.csv");
    struct sheet *codes = sheet_load(dir, "office/codes.csv");
    struct names known = {0};
    struct names unique = {0};

    for (size_t i = 0; i < orgs->rows; i++) {
        const char *code = sheet_get(orgs, i, "统一社会信用代码");
        const char *no = sheet_get(orgs, i, "档案号");

        check_uscc(code);
        if (strlen(no) > 2 && strcmp(no + strlen(no) - 2, "-2") == 0)
            continue; /* another profile of one that is there */
        cr_assert(names_find(&unique, code) < 0, "%s twice", code);
        (void)names_put(&unique, code);
    }
    for (size_t i = 0; i < codes->rows; i++)
        (void)names_put(&known, sheet_get(codes, i, "代码"));
    for (size_t i = 0; i < projects->rows; i++) {
        const char *code = sheet_get(projects, i, "项目代码");

        cr_assert(names_find(&known, sheet_get(projects, i, "功能科目")) >= 0, "%s", code);
        cr_assert(names_find(&unique, sheet_get(projects, i, "主管部门代码")) >= 0);
        cr_assert(names_find(&unique, sheet_get(projects, i, "实施单位代码")) >= 0);
        if (strncmp(code, "POL-", 4) == 0)
            continue;
        cr_assert_eq(strlen(code), 21);
        cr_assert_eq(strspn(code, "0123456789"), 8);
        cr_assert_not_null(strchr("RTY", code[8]));
        cr_assert_eq(strspn(code + 9, "0123456789"), 12);
    }
    for (size_t i = 0; i < pay->rows; i++) {
        check_uscc(sheet_cell(pay, i, 14));
        cr_assert(names_find(&known, sheet_cell(pay, i, 10)) >= 0);
        cr_assert(names_find(&known, sheet_cell(pay, i, 11)) >= 0);
    }
    names_free(&known);
    names_free(&unique);
    sheet_free(orgs);
    sheet_free(projects);
    sheet_free(pay);
    sheet_free(codes);
    tf_remove(dir);
}

/* Rows of one document stand together, documents are in order of their send day and unique. */
/* K24 is planted in additions that bear another one's number, and in approvals that bear the number
 * of the one that they correct. */
static void check_documents(const struct sheet *s, const char *file) {
    bool allotments = strcmp(file, "finance/allotments.csv") == 0;
    bool approvals = strcmp(file, "congress/approvals.csv") == 0 ||
                     strcmp(file, "congress/key_projects.csv") == 0;
    size_t kind = allotments ? sheet_column(s, "指标类型") : 0;
    size_t original = approvals ? sheet_column(s, "原批准文号") : 0;
    struct names seen = {0};
    int32_t day = 0;

    for (size_t i = 0; i < s->rows; i++) {
        int32_t d = cell_date(sheet_cell(s, i, 0));
        const char *no = sheet_cell(s, i, 1);
        int32_t at = names_find(&seen, no);

        cr_assert(pt_date_valid(d) && d >= day && d <= 20200630, "%s row %zu: %d", file, i, d);
        if (at >= 0 && allotments && strcmp(sheet_cell(s, i, kind), "追加") == 0)
            at = -1;
        if (at >= 0 && approvals && strcmp(sheet_cell(s, i, original), no) == 0)
            at = -1;
        cr_assert(at < 0 || (size_t)at == seen.n - 1, "%s: %s is not together", file, no);
        cr_assert(at < 0 || d == day, "%s: %s on two days", file, no);
        (void)names_put(&seen, no);
        day = d;
    }
    names_free(&seen);
}

static int32_t sent_on(const struct sheet *s, const char *no) {
    for (size_t i = 0; i < s->rows; i++)
        if (strcmp(sheet_cell(s, i, 1), no) == 0)
            return cell_date(sheet_cell(s, i, 0));
    return 0;
}

/* Every document that `from` names in `column` was sent before, in `to` or in `or_to`. */
static void check_references_in(const char *dir, const char *from, const char *column,
                                const char *to, const char *or_to) {
    struct sheet *a = sheet_load(dir, from);
    struct sheet *b = sheet_load(dir, to);
    struct sheet *d = sheet_load(dir, or_to);
    size_t at = sheet_column(a, column);
    bool same = strcmp(from, to) == 0;

    for (size_t i = 0; i < a->rows; i++) {
        const char *no = sheet_cell(a, i, at);
        int32_t day;

        if (*no == '\0')
            continue;
        day = sent_on(b, no);
        if (day == 0)
            day = sent_on(d, no);
        cr_assert(day != 0, "%s: %s is not in %s", from, no, to);
        cr_assert(day < cell_date(sheet_cell(a, i, 0)) ||
                      (same && day == cell_date(sheet_cell(a, i, 0))),
                  "%s: %s is named before it is sent", from, no);
    }
    sheet_free(a);
    sheet_free(b);
    sheet_free(d);
}

static void check_references(const char *dir, const char *from, const char *column,
                             const char *to) {
    check_references_in(dir, from, column, to, to);
}

/* Every document that `from` names in `column` was sent before, in one of several files. */
static void check_sources(const char *dir, const char *from, const char *column,
                          const char *const to[]) {
    struct sheet *a = sheet_load(dir, from);
    struct sheet *in[12] = {NULL};
    size_t n = 0;

    for (; to[n] != NULL; n++)
        in[n] = sheet_load(dir, to[n]);
    for (size_t i = 0; i < a->rows; i++) {
        int32_t day = 0;

        for (size_t k = 0; k < n && day == 0; k++)
            day = sent_on(in[k], sheet_get(a, i, column));
        cr_assert(day != 0 && day < cell_date(sheet_cell(a, i, 0)), "%s: %s", from,
                  sheet_cell(a, i, 1));
    }
    for (size_t k = 0; k < n; k++)
        sheet_free(in[k]);
    sheet_free(a);
}

Test(city, documents_and_references) {
    static const char *const reporters[5] = {
        "congress/task_feedback.csv", "discipline/task_feedback.csv",
        "organization/task_feedback.csv", "finance/task_feedback.csv", "audit/task_feedback.csv"};
    static const char *const answered[] = {"audit/findings.csv",   "congress/opinions.csv",
                                           "finance/controls.csv", "finance/evaluations.csv",
                                           "office/notices.csv",   NULL};
    static const char *const noticed[] = {"finance/controls.csv", "finance/evaluations.csv",
                                          "finance/work_assessments.csv", "finance/allotments.csv",
                                          NULL};
    static const char *const disclosed[] = {"congress/approvals.csv",  "congress/key_projects.csv",
                                            "finance/allotments.csv",  "finance/goals.csv",
                                            "finance/evaluations.csv", NULL};
    const char *dir = city("4", "0.05");

    for (size_t i = 0; i < N_FILES; i++) {
        struct sheet *s = sheet_load(dir, files[i]);

        cr_assert(s->rows > 0, "%s is empty", files[i]);
        check_documents(s, files[i]);
        sheet_free(s);
    }
    check_references(dir, "finance/projects.csv", "原档案号", "finance/projects.csv");
    check_references(dir, "finance/goal_reviews.csv", "目标编号", "finance/goals.csv");
    check_references(dir, "finance/allotments.csv", "目标编号", "finance/goals.csv");
    check_references(dir, "finance/submissions.csv", "目标编号", "finance/goals.csv");
    check_references(dir, "congress/receipts.csv", "报送文号", "finance/submissions.csv");
    check_references(dir, "finance/reviews.csv", "评估编号", "finance/exante.csv");
    check_references(dir, "finance/library.csv", "评估编号", "finance/exante.csv");
    check_references(dir, "finance/library.csv", "目标编号", "finance/goals.csv");
    check_references_in(dir, "finance/result_uses.csv", "评价编号", "finance/past_evaluations.csv",
                        "finance/evaluations.csv");
    check_references(dir, "finance/allotments.csv", "挂钩评估编号", "finance/exante.csv");
    check_references(dir, "finance/allotments.csv", "挂钩目标编号", "finance/goals.csv");
    check_references(dir, "finance/allotments.csv", "挂钩结果编号", "finance/result_uses.csv");
    check_references(dir, "finance/month_reports.csv", "原月报号", "finance/month_reports.csv");
    check_references(dir, "finance/evaluations.csv", "目标编号", "finance/goals.csv");
    check_references(dir, "finance/evaluations.csv", "原评价编号", "finance/evaluations.csv");
    check_references(dir, "finance/evaluations.csv", "复核评价编号", "finance/evaluations.csv");
    check_references(dir, "audit/figures.csv", "原认定编号", "audit/figures.csv");
    check_references(dir, "audit/findings.csv", "原发现编号", "audit/findings.csv");
    check_references(dir, "audit/verifications.csv", "发现编号", "audit/findings.csv");
    for (size_t i = 0; i < 5; i++)
        check_references(dir, reporters[i], "督办编号", "office/tasks.csv");
    check_references(dir, "office/tasks.csv", "会议文号", "office/meetings.csv");
    check_sources(dir, "finance/rectifications.csv", "来源单据号", answered);
    check_sources(dir, "office/notices.csv", "依据单据号", noticed);
    check_sources(dir, "finance/disclosures.csv", "公开单据号", disclosed);
    check_references(dir, "finance/persons.csv", "原档案号", "finance/persons.csv");
    check_references(dir, "finance/persons.csv", "继任档案号", "finance/persons.csv");
    check_references(dir, "finance/clues.csv", "来源单据号", "finance/controls.csv");
    check_references(dir, "audit/clues.csv", "来源单据号", "audit/findings.csv");
    check_references(dir, "audit/plans.csv", "公开的计划文号", "audit/plans.csv");
    check_references(dir, "audit/econ_resp.csv", "发现编号", "audit/findings.csv");
    check_references(dir, "discipline/accountability.csv", "公开的问责文号",
                     "discipline/accountability.csv");
    check_references(dir, "discipline/accountability.csv", "依据单据号", "audit/findings.csv");
    check_references(dir, "organization/cadre_use.csv", "评价编号", "finance/evaluations.csv");
    tf_remove(dir);
}

/* Of each document: Σ of `part` over its rows = `total` (or the number given). */
static void check_sums(const char *dir, const char *file, const char *part, const char *total,
                       int64_t number) {
    struct sheet *s = sheet_load(dir, file);
    size_t p = strcmp(part, "14") == 0 ? 13 : sheet_column(s, part);
    size_t t = total == NULL ? 0 : strcmp(total, "18") == 0 ? 17 : sheet_column(s, total);
    int64_t sum = 0;
    size_t rows = 0;

    for (size_t i = 0; i < s->rows; i++) {
        bool last = i + 1 == s->rows || strcmp(sheet_cell(s, i, 0), sheet_cell(s, i + 1, 0)) != 0 ||
                    strcmp(sheet_cell(s, i, 1), sheet_cell(s, i + 1, 1)) != 0;

        sum += cell_hundredths(sheet_cell(s, i, p));
        rows++;
        if (!last)
            continue;
        cr_assert_eq(sum, total ? cell_hundredths(sheet_cell(s, i, t)) : number,
                     "%s: %s does not add up", file, sheet_cell(s, i, 1));
        cr_assert(total == NULL || rows <= 500 || strncmp(file, "congress", 8) == 0);
        sum = 0;
        rows = 0;
    }
    sheet_free(s);
}

Test(city, parts_add_up) {
    const char *dir = city("2", "0.05");
    struct sheet *e;

    check_sums(dir, "finance/payments.csv", "14", "18", 0);
    check_sums(dir, "congress/approvals.csv", "批准数", "合计", 0);
    check_sums(dir, "congress/key_projects.csv", "批准数", "合计", 0);
    check_sums(dir, "finance/goals.csv", "权重", NULL, 10000);
    check_sums(dir, "finance/evaluations.csv", "权重", NULL, 10000);
    check_sums(dir, "finance/evaluations.csv", "得分", "总分", 0);
    check_sums(dir, "organization/appraisals.csv", "权重", NULL, 10000);
    e = sheet_load(dir, "finance/exante.csv");
    for (size_t i = 0; i < e->rows; i++)
        cr_assert_eq(cell_hundredths(sheet_get(e, i, "申请合计(万元)")),
                     cell_hundredths(sheet_get(e, i, "2019年需求(万元)")) +
                         cell_hundredths(sheet_get(e, i, "2020年需求(万元)")) +
                         cell_hundredths(sheet_get(e, i, "2021年需求(万元)")));
    sheet_free(e);
    tf_remove(dir);
}

/* Departments, and the city, keep pace with the calendar at each month's end from March on. */
Test(city, departments_keep_pace) {
    const char *dir = city("9", "0.05");
    struct sheet *projects = sheet_load(dir, "finance/projects.csv");
    struct sheet *quotas = sheet_load(dir, "finance/allotments.csv");
    struct sheet *pay = sheet_load(dir, "finance/payments.csv");
    struct names codes = {0};
    struct names depts = {0};
    int32_t *dept = calloc(projects->rows, sizeof(*dept));
    int64_t(*full)[13] = calloc(256, sizeof(*full));
    int64_t(*paid)[13] = calloc(256, sizeof(*paid));

    cr_assert(dept && full && paid);
    for (size_t i = 0; i < projects->rows; i++)
        dept[names_put(&codes, sheet_get(projects, i, "项目代码"))] =
            names_put(&depts, sheet_get(projects, i, "主管部门代码"));
    for (size_t i = 0; i < quotas->rows; i++) {
        const char *kind = sheet_get(quotas, i, "指标类型");
        bool less = strcmp(kind, "追减") == 0 || strcmp(kind, "调剂出") == 0;
        int64_t fen = cell_hundredths(sheet_get(quotas, i, "金额"));
        int32_t d = dept[names_find(&codes, sheet_get(quotas, i, "项目代码"))];

        for (int32_t m = cell_date(sheet_cell(quotas, i, 0)) / 100 % 100; m <= 12; m++)
            full[d][m] += less ? -fen : fen;
    }
    for (size_t i = 0; i < pay->rows; i++) {
        int32_t d = dept[names_find(&codes, sheet_cell(pay, i, 7))];
        int64_t fen = cell_hundredths(sheet_cell(pay, i, 13));

        for (int32_t m = cell_date(sheet_cell(pay, i, 5)) / 100 % 100; m <= 12; m++)
            paid[d][m] += *sheet_cell(pay, i, 2) ? -fen : fen;
    }
    for (size_t d = 0; d < depts.n; d++)
        for (int64_t m = 3; m <= 12; m++)
            cr_assert(paid[d][m] * 10000 / full[d][m] - m * 10000 / 12 >= -990, "%s in month %d",
                      depts.list[d], (int)m);
    free(dept);
    free(full);
    free(paid);
    names_free(&codes);
    names_free(&depts);
    sheet_free(projects);
    sheet_free(quotas);
    sheet_free(pay);
    tf_remove(dir);
}
