/* Finance: what is submitted to congress, with its lines, goals and evaluations (B01). Congress:
 * its receipts (B02). */
#include "packages.h"

#include <stdio.h>

#include <pentad/base/date.h>

#define FORGOTTEN 3

struct submission {
    char no[40];
    int32_t day, fy, session_on;
    const char *kind, *session;
    const char *rgn;     /* NULL = the city */
    const char *missing; /* as congress finds; NULL = nothing */
};

struct files {
    struct table *submissions, *receipts;
    int32_t n;
};

static void begin_row(struct table *t, const struct submission *s, int64_t fen) {
    char file[64];

    table_row(t, s->day, s->no, fen == TABLE_NONE ? 0 : fen);
    table_str(t, s->kind);
    table_int(t, s->fy);
    table_str(t, s->rgn ? s->rgn : CITY_RGN);
    table_str(t, s->session);
    table_date(t, s->session_on);
    (void)snprintf(file, sizeof(file), "%s.pdf", s->kind);
    table_str(t, file);
    table_digest(t, s->no);
    table_int(t, 100000 + s->day % 10000 * 37);
}

/* A line, and what stands behind it. Without an amount: the goal and evaluation alone. */
static void line(struct table *t, const struct city *c, const struct submission *s,
                 const struct city_project *p, int64_t fen, const char *evaluation) {
    begin_row(t, s, fen);
    if (fen == TABLE_NONE) {
        table_empty(t, 4);
    } else {
        table_int(t, p->bk);
        table_str(t, p->func);
        table_str(t, c->orgs[p->dept].uscc);
        table_str(t, p->code);
    }
    table_fen(t, fen);
    table_str(t, p->is_major ? city_goal_on(p, s->day) : "");
    table_str(t, p->is_major ? evaluation : "");
}

static void receipt(struct files *f, const struct submission *s) {
    int32_t day = city_next_workday(s->day);
    char no[24];

    (void)snprintf(no, sizeof(no), "QS%d-%03d", day / 10000, ++f->n);
    table_row(f->receipts, day, no, 0);
    table_str(f->receipts, s->no);
    table_int(f->receipts, s->fy);
    table_str(f->receipts, s->rgn ? s->rgn : CITY_RGN);
    table_date(f->receipts, day);
    table_bool(f->receipts, s->missing == NULL);
    table_str(f->receipts, s->missing);
}

/* The draft shows the goals of all that is major, and what continuing projects reached before. */
static void draft(struct files *f, const struct city *c) {
    const struct submission s = {.no = "济财预报〔2019〕1号",
                                 .day = DAY_DRAFT,
                                 .fy = CITY_FY,
                                 .kind = "预算草案",
                                 .session = "市人民代表大会2019年第一次会议"};

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        int64_t fen = p->policy ? 0 : p->quotas[0].fen + p->ap_delta;

        if (fen > 0 || p->is_major)
            line(f->submissions, c, &s, p, fen > 0 ? fen : TABLE_NONE, p->past_no);
    }
    receipt(f, &s);
}

/* Each adjustment was proposed two weeks before the vote. */
static void adjustments(struct files *f, const struct city *c) {
    for (int32_t i = 0; i < c->n_adjusts; i++) {
        const struct city_adjust *a = &c->adjusts[i];
        const struct city_project *p = &c->projects[a->project];
        struct submission s = {.day = pt_date_add(a->voted, -14),
                               .fy = CITY_FY,
                               .kind = "预算调整方案",
                               .session = "市人大常委会会议"};

        if (!city_is_workday(s.day))
            s.day = city_next_workday(s.day);
        (void)snprintf(s.no, sizeof(s.no), "济财预报〔2019〕%d号", i + 2);
        line(f->submissions, c, &s, p, a->fen, p->past_no);
        receipt(f, &s);
    }
}

static void outline(struct files *f) {
    const struct submission s = {.no = "济财预报〔2019〕90号",
                                 .day = DAY_OUTLINE,
                                 .fy = CITY_FY + 1,
                                 .session_on = 20200114,
                                 .kind = "草案初步方案",
                                 .session = "市人民代表大会2020年第一次会议"};

    begin_row(f->submissions, &s, 0);
    table_empty(f->submissions, 7);
    receipt(f, &s);
}

static void others(struct files *f, const struct city_package *list, size_t n, size_t first) {
    for (size_t i = 0; i < n; i++) {
        struct submission s = {.day = list[i].day,
                               .fy = list[i].fy,
                               .session_on = list[i].session_on,
                               .kind = list[i].kind,
                               .session = list[i].session,
                               .rgn = list[i].rgn,
                               .missing = list[i].missing};

        (void)snprintf(s.no, sizeof(s.no), "济财预报〔2019〕%zu号", first + i);
        begin_row(f->submissions, &s, 0);
        table_empty(f->submissions, 5);
        table_str(f->submissions, list[i].goal);
        table_empty(f->submissions, 1);
        receipt(f, &s);
    }
}

/* A few evaluations of what is major are forgotten, and sent afterwards. */
static bool is_forgotten(const struct city_project *p, int32_t *n) {
    return p->is_major && !p->policy && p->self_day != 0 && ++*n <= FORGOTTEN;
}

static void accounts(struct files *f, const struct city *c) {
    int32_t n = 0;
    struct submission s = {.no = "济财预报〔2020〕1号",
                           .day = DAY_ACCOUNTS,
                           .fy = CITY_FY,
                           .kind = "决算草案",
                           .session = "市人大常委会会议"};

    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if (!p->policy || p->is_major)
            line(f->submissions, c, &s, p, p->policy ? TABLE_NONE : p->paid[12],
                 p->self_day && p->self_day < DAY_ACCOUNTS && !is_forgotten(p, &n) ? p->self_no
                                                                                   : "");
    }
    receipt(f, &s);
    n = 0;
    s.day = DAY_ACCOUNTS_MENDED;
    (void)snprintf(s.no, sizeof(s.no), "济财预报〔2020〕2号");
    for (int32_t i = 0; i < c->n_projects; i++)
        if (is_forgotten(&c->projects[i], &n))
            line(f->submissions, c, &s, &c->projects[i], TABLE_NONE, c->projects[i].self_no);
    receipt(f, &s);
}

int city_write_submissions(struct city *c, struct pt_err *err) {
    struct files f = {
        .submissions = table_new(c, &style_finance, "submissions.csv", "B01",
                                 "报送日期,报送文号,报送类型,年度,行政区划,会次,会期,材料名称,"
                                 "材料摘要,材料大小,预算类型,"
                                 "功能科目,部门代码,项目代码,金额,目标编号,评价编号",
                                 false),
        .receipts = table_new(c, &style_congress, "receipts.csv", "B02",
                              "签收日期,签收编号,报送文号,年度,行政区划,收到日期,材料齐全,缺少材料",
                              false)};
    const struct city_package *list;
    size_t first;
    size_t n;
    int code;

    draft(&f, c);
    adjustments(&f, c);
    outline(&f);
    list = city_packages(&n);
    others(&f, list, n, 91);
    first = 91 + n;
    list = city_district_packages(&n);
    others(&f, list, n, first);
    accounts(&f, c);
    code = table_close(f.submissions, err);
    if (code != 0)
        (void)table_close(f.receipts, NULL);
    return code ? code : table_close(f.receipts, err);
}
