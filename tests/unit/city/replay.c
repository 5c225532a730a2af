#include "replay.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

#define FIRST 20190101
#define LAST 20200630
#define SUBJECTS 4096
#define LINES 4096
#define MAX_FINDINGS 1024

/* What is known of one subject at a tick. */
struct subject {
    char bk;
    int64_t paid[13]; /* by month of payment */
    int64_t full[13]; /* B04 by month of issue */
    int64_t recovered;
    int32_t first_b04;
    bool has_b04;
    int32_t hold_from, hold_to; /* the latest suspension */
    int64_t report[13];
    bool has_report[13];
    int32_t curve[13];
    bool has_curve;
    int32_t self, spot; /* -1 = none */
    int32_t criticized, rectified;
    int64_t audit;
    bool audited;
};

struct approved {
    int64_t ap, b0;
    int64_t tolerance;
    bool known;
    char kind[8], key[40], object[40];
};

struct voucher {
    int32_t subject, pay, send, reversed;
    char no[16];
    char basis; /* 0 none */
};

struct finding {
    int32_t subject, year, due, done;
    char no[24];
    bool grave, gone;
};

struct state {
    const char *dir;
    struct replay *out;
    int32_t today, approved_day;
    struct names codes, line_keys;
    struct subject *subjects;
    struct approved *lines;
    struct voucher *vouchers;
    size_t n_vouchers;
    struct finding findings[MAX_FINDINGS];
    size_t n_findings;
    struct sheet *files[16];
    struct sheet *days; /* the working calendar */
    size_t at[16];
};

enum file { B03A, B03B, P02, B04, X01, X02, X04, V01, V03, J04, A02, A03, A04, FILES };

static const char *const file_names[FILES] = {
    "congress/approvals.csv",  "congress/key_projects.csv", "finance/projects.csv",
    "finance/allotments.csv",  "finance/payments.csv",      "finance/month_reports.csv",
    "finance/controls.csv",    "finance/evaluations.csv",   "finance/rectifications.csv",
    "office/notices.csv",      "audit/figures.csv",         "audit/findings.csv",
    "audit/verifications.csv",
};

static struct subject *subject_of(struct state *s, const char *code) {
    int32_t i = names_find(&s->codes, code);

    cr_assert(i >= 0, "%s is no subject", code);
    return &s->subjects[i];
}

static void fires(struct state *s, const char *rule, const char *kind, const char *key,
                  int32_t year, int32_t period, const char *object, char severity) {
    char name[256];
    char month[16] = "";
    struct found *f;
    int32_t i;

    if (period)
        (void)snprintf(month, sizeof(month), "%d", period);
    (void)snprintf(name, sizeof(name), "%s,%s,%s,%d,%s,%s", rule, kind, key, year, month, object);
    i = names_put(&s->out->keys, name);
    cr_assert((size_t)i < s->out->cap, "far too much fires");
    f = &s->out->found[i];
    f->now = true;
    if (!f->open) {
        /* Progress alone can fall behind again. */
        cr_assert(f->opened == 0 || strcmp(rule, "K25") == 0, "%s fires twice", name);
        f->opened = s->today;
        f->closed = 0;
        f->open = true;
    } else if (f->severity != severity) {
        f->changed = s->today;
    }
    f->severity = severity;
}

/* ---- taking a row in ---- */

static char bk_of(const char *name) {
    if (strcmp(name, "一般公共预算") == 0)
        return '1';
    if (strcmp(name, "政府性基金预算") == 0)
        return '2';
    return strcmp(name, "国有资本经营预算") == 0 ? '3' : '4';
}

static struct approved *line_of(struct state *s, char bk, const char *func, const char *dept,
                                const char *subject) {
    char key[128];

    (void)snprintf(key, sizeof(key), "%c/%s/%s/%s", bk, func, dept, subject);
    return &s->lines[names_put(&s->line_keys, key)];
}

static void take_approval(struct state *s, const struct sheet *f, size_t row, bool key_projects) {
    const char *kind = sheet_get(f, row, "批准类型");
    const char *func = sheet_get(f, row, "功能科目");
    const char *dept = sheet_get(f, row, "部门代码");
    const char *code = sheet_get(f, row, "项目代码");
    char bk = bk_of(sheet_get(f, row, "预算类型"));
    struct approved *line;

    if (strcmp(kind, "决算") == 0)
        return;
    if (*sheet_get(f, row, "更正方式") != '\0')
        return; /* mends the day of the vote, changes no money */
    if (s->approved_day == 0)
        s->approved_day = s->today;
    line = line_of(s, bk, func, dept, code);
    line->known = true;
    line->ap += cell_hundredths(sheet_get(f, row, "批准数")) * (key_projects ? 1 : 10000);
    line->tolerance += key_projects ? 50 : 500000;
    (void)snprintf(line->kind, sizeof(line->kind), "%s",
                   *code   ? "PROJECT"
                   : *dept ? "DEPT"
                           : "REGION");
    (void)snprintf(line->key, sizeof(line->key), "%s", *code ? code : *dept ? dept : "370100");
    (void)snprintf(line->object, sizeof(line->object), "%c/%s", bk, func);
}

static void take_profile(struct state *s, const struct sheet *f, size_t row) {
    struct subject *x = &s->subjects[names_put(&s->codes, sheet_get(f, row, "项目代码"))];
    size_t first = sheet_column(f, "计划1月");

    cr_assert(s->codes.n < SUBJECTS);
    x->self = x->spot = -1;
    x->has_curve = *sheet_cell(f, row, first) != '\0';
    for (size_t m = 1; m <= 12; m++)
        x->curve[m] = (int32_t)cell_hundredths(sheet_cell(f, row, first + m - 1));
    cr_assert(!x->has_curve || x->curve[12] == 10000);
}

/* The finest line there is: the project's, the department's, the region's; each by 项, 款, 类. */
static struct approved *bound_to(struct state *s, char bk, const char *func, const char *dept,
                                 const char *code) {
    const char *of[3][2] = {{dept, code}, {dept, ""}, {"", ""}};

    for (size_t k = 0; k < 3; k++)
        for (int digits = 7; digits >= 3; digits -= 2) {
            char key[128];
            int32_t at;

            (void)snprintf(key, sizeof(key), "%c/%.*s/%s/%s", bk, digits, func, of[k][0], of[k][1]);
            at = names_find(&s->line_keys, key);
            if (at >= 0 && s->lines[at].known)
                return &s->lines[at];
        }
    return NULL;
}

static void take_allotment(struct state *s, const struct sheet *f, size_t row) {
    const char *kind = sheet_get(f, row, "指标类型");
    const char *func = sheet_get(f, row, "功能科目");
    const char *dept = sheet_get(f, row, "部门代码");
    const char *code = sheet_get(f, row, "项目代码");
    struct subject *x = subject_of(s, code);
    int64_t fen = cell_hundredths(sheet_get(f, row, "金额"));
    int32_t issued = cell_date(sheet_get(f, row, "下达日期"));
    bool less = strcmp(kind, "追减") == 0 || strcmp(kind, "调剂出") == 0;
    struct approved *line;

    if (*sheet_get(f, row, "更正方式") != '\0')
        return; /* names the unit, changes no money */
    cr_assert_eq(issued, s->today);
    if (strcmp(sheet_get(f, row, "资金年度"), "2019") != 0)
        return; /* the next year's budget is approved after the replay */
    x->bk = *sheet_get(f, row, "预算类型");
    if (!x->has_b04)
        x->first_b04 = s->today;
    x->has_b04 = true;
    x->full[issued / 100 % 100] += less ? -fen : fen;
    line = bound_to(s, x->bk, func, dept, code);
    cr_assert(line != NULL, "%s: nothing approved", code);
    if (strcmp(kind, "批复") == 0 || strcmp(kind, "追减") == 0)
        line->tolerance += 50;
    if (strcmp(kind, "批复") == 0)
        line->b0 += fen;
    else if (strcmp(kind, "追减") == 0)
        line->b0 -= fen;
}

static void take_payment(struct state *s, const struct sheet *f, size_t row) {
    int32_t pay = cell_date(sheet_cell(f, row, 5));
    int64_t fen = cell_hundredths(sheet_cell(f, row, 13));
    bool reverse = strcmp(sheet_cell(f, row, 2), "冲销") == 0;
    int32_t subject = names_find(&s->codes, sheet_cell(f, row, 7));
    const char *basis = sheet_cell(f, row, 16);
    struct voucher *v;

    cr_assert(subject >= 0);
    cr_assert_eq(pay / 100, s->today / 100, "sent in another month than it was paid");
    s->subjects[subject].paid[pay / 100 % 100] += reverse ? -fen : fen;
    if (reverse) {
        for (size_t i = s->n_vouchers; i-- > 0;)
            if (strcmp(s->vouchers[i].no, sheet_cell(f, row, 6)) == 0) {
                cr_assert_eq(s->vouchers[i].reversed, 0);
                s->vouchers[i].reversed = s->today;
                return;
            }
        cr_assert(false, "a reversal of nothing");
    }
    v = &s->vouchers[s->n_vouchers++];
    *v =
        (struct voucher){.subject = subject, .pay = pay, .send = s->today, .basis = *basis != '\0'};
    (void)snprintf(v->no, sizeof(v->no), "%s", sheet_cell(f, row, 6));
}

static void take_control(struct state *s, const struct sheet *f, size_t row) {
    struct subject *x = subject_of(s, sheet_get(f, row, "项目代码"));
    const char *action = sheet_get(f, row, "管控类型");

    if (strcmp(action, "收回") == 0 && cell_int(sheet_get(f, row, "年度")) != 2019)
        return; /* the year's own money alone is looked at */
    if (strcmp(action, "收回") == 0) {
        x->recovered += cell_hundredths(sheet_get(f, row, "金额"));
    } else if (strcmp(action, "暂缓拨款") == 0 || strcmp(action, "停止拨款") == 0) {
        cr_assert_eq(x->hold_from, 0);
        x->hold_from = s->today;
    } else if (strcmp(action, "恢复") == 0) {
        x->hold_to = s->today;
    }
}

static void take_finding(struct state *s, const struct sheet *f, size_t row) {
    static const char *const grave[] = {"绩效不实", "挪用", "虚列", "自评失真"};
    const char *category = sheet_get(f, row, "问题类别");
    const char *original = sheet_get(f, row, "原发现编号");
    struct finding *x;

    for (size_t i = 0; i < s->n_findings; i++)
        if (strcmp(s->findings[i].no, original) == 0)
            s->findings[i].gone = true;
    cr_assert(s->n_findings < MAX_FINDINGS);
    x = &s->findings[s->n_findings++];
    *x = (struct finding){.subject = names_find(&s->codes, sheet_get(f, row, "项目代码")),
                          .year = (int32_t)cell_int(sheet_get(f, row, "年度")),
                          .due = cell_date(sheet_get(f, row, "整改期限")),
                          .grave = strcmp(sheet_get(f, row, "严重程度"), "高") == 0};
    (void)snprintf(x->no, sizeof(x->no), "%s", sheet_get(f, row, "发现编号"));
    for (size_t i = 0; i < 4; i++)
        x->grave = x->grave || strcmp(category, grave[i]) == 0;
}

static void take_verification(struct state *s, const struct sheet *f, size_t row) {
    const char *no = sheet_get(f, row, "发现编号");

    for (size_t i = 0; i < s->n_findings; i++) {
        if (strcmp(s->findings[i].no, no) != 0)
            continue;
        if (strcmp(sheet_get(f, row, "状态"), "已整改") == 0)
            s->findings[i].done = s->today;
        return;
    }
    cr_assert(false, "%s: verified before it was found", no);
}

static void take_evaluation(struct state *s, const struct sheet *f, size_t row) {
    const char *kind = sheet_get(f, row, "评价类型");
    int32_t total = (int32_t)cell_hundredths(sheet_get(f, row, "总分"));

    if (strcmp(kind, "自评") == 0)
        subject_of(s, sheet_get(f, row, "项目代码"))->self = total;
    else if (strcmp(kind, "抽查复核") == 0)
        subject_of(s, sheet_get(f, row, "项目代码"))->spot = total;
}

static void take_rest(struct state *s, enum file kind, const struct sheet *f, size_t row) {
    struct subject *x = NULL;

    if (kind == X02) {
        int64_t month = cell_int(sheet_get(f, row, "月份"));

        if (month / 100 != 2019)
            return;
        month %= 100;
        x = subject_of(s, sheet_get(f, row, "项目代码"));
        x->has_report[month] = true;
        x->report[month] = cell_hundredths(sheet_get(f, row, "累计支出"));
    } else if (kind == A02) {
        if (strcmp(sheet_get(f, row, "认定事项"), "支出") != 0)
            return;
        x = subject_of(s, sheet_get(f, row, "项目代码"));
        x->audited = true;
        x->audit = cell_hundredths(sheet_get(f, row, "金额"));
    } else if (kind == J04 && strcmp(sheet_get(f, row, "类型"), "通报批评") == 0) {
        subject_of(s, sheet_get(f, row, "项目代码"))->criticized = s->today;
    } else if (kind == V03 && strncmp(sheet_get(f, row, "来源单据号"), "PJ2019-C", 8) == 0) {
        subject_of(s, sheet_get(f, row, "项目代码"))->rectified = s->today;
    }
}

static void take(struct state *s, enum file kind, const struct sheet *f, size_t row) {
    switch (kind) {
    case B03A:
    case B03B:
        take_approval(s, f, row, kind == B03B);
        return;
    case P02:
        take_profile(s, f, row);
        return;
    case B04:
        take_allotment(s, f, row);
        return;
    case X01:
        take_payment(s, f, row);
        return;
    case X04:
        take_control(s, f, row);
        return;
    case V01:
        take_evaluation(s, f, row);
        return;
    case A03:
        take_finding(s, f, row);
        return;
    case A04:
        take_verification(s, f, row);
        return;
    default:
        take_rest(s, kind, f, row);
    }
}

/* ---- the rules at a tick ---- */

static int64_t upto(const int64_t by_month[13], int32_t month) {
    int64_t sum = 0;

    for (int32_t m = 1; m <= month; m++)
        sum += by_month[m];
    return sum;
}

static int32_t band(int32_t cp) {
    return cp >= 9000 ? 3 : cp >= 8000 ? 2 : cp >= 6000 ? 1 : 0;
}

static int64_t bp_of(int64_t num, int64_t den) {
    return (num * 20000 + den) / (den * 2);
}

/* Months of 2019 whose end lies before today. */
static int32_t ended_months(int32_t today) {
    return today >= 20200101 ? 12 : today / 100 % 100 - 1;
}

static void rule_k25(struct state *s, const char *code, const struct subject *x, int32_t month) {
    int64_t full = upto(x->full, month);
    int64_t planned = x->has_curve ? x->curve[month] : (month * 20000 + 12) / 24;

    if (full > 0 && bp_of(upto(x->paid, month), full) - planned < -1000)
        fires(s, "K25", "PROJECT", code, 2019, 0, "", 'Y');
}

static void rules_of_subject(struct state *s, size_t i) {
    const char *code = s->codes.list[i];
    const struct subject *x = &s->subjects[i];
    int32_t months = ended_months(s->today);
    int64_t paid = upto(x->paid, 12);
    char object[16];

    (void)snprintf(object, sizeof(object), "2019/%c", x->bk);
    if (x->has_b04 && paid > upto(x->full, 12) - x->recovered)
        fires(s, "K04", "PROJECT", code, 2019, 0, object, 'R');
    cr_assert(x->has_b04 || paid == 0, "%s: paid, nothing allotted", code);
    for (int32_t m = 1; m <= months; m++)
        if (x->has_report[m] && x->report[m] != upto(x->paid, m))
            fires(s, "K06", "PROJECT", code, 2019, 201900 + m, "", 'Y');
    if (months >= 3)
        rule_k25(s, code, x, months);
    if (x->audited) {
        int64_t diff = x->audit > paid ? x->audit - paid : paid - x->audit;

        if (diff > 100000000 && diff * 100 > paid)
            fires(s, "K07", "PROJECT", code, 2019, 0, "", 'R');
        else if (diff > 1000000 && diff * 1000 > paid)
            fires(s, "K07", "PROJECT", code, 2019, 0, "", 'Y');
    }
    if (x->self >= 0 && x->spot >= 0 && !(x->criticized && x->rectified)) {
        int32_t gap = abs(x->self - x->spot);

        if (gap >= 2000 || abs(band(x->self) - band(x->spot)) >= 2)
            fires(s, "K43", "PROJECT", code, 2019, 0, "", 'R');
        else if (gap >= 1000)
            fires(s, "K43", "PROJECT", code, 2019, 0, "", 'Y');
    }
}

static void rules_of_voucher(struct state *s, const struct voucher *v) {
    const struct subject *x = &s->subjects[v->subject];
    const char *code = s->codes.list[v->subject];

    if (v->reversed)
        return;
    if (!x->has_b04 || v->pay < x->first_b04)
        fires(s, "K05", "PROJECT", code, 2019, 0, v->no,
              v->basis && v->pay < s->approved_day ? 'I' : 'R');
    if (x->hold_from && v->pay >= x->hold_from && (x->hold_to == 0 || v->pay < x->hold_to))
        fires(s, "K35", "PROJECT", code, 2019, 0, v->no, 'R');
}

/* The day itself, or the next working day. */
static int32_t open_day(const struct state *s, int32_t day) {
    for (;; day = pt_date_add(day, 1)) {
        bool open = pt_date_weekday(day) <= 5;

        for (size_t row = 0; row < s->days->rows; row++)
            if (cell_date(sheet_get(s->days, row, "日期")) == day)
                open = strcmp(sheet_get(s->days, row, "性质"), "上班") == 0;
        if (open)
            return day;
    }
}

static void rules_of_finding(struct state *s, const struct finding *f) {
    const struct subject *x = &s->subjects[f->subject];
    const char *code = s->codes.list[f->subject];
    int32_t score = x->spot >= 0 ? x->spot : x->self;

    if (f->gone)
        return;
    if (f->grave && f->year == 2019 && score >= 8000)
        fires(s, "K53", "PROJECT", code, 2019, 0, f->no, 'R');
    if (f->done == 0 && s->today > f->due)
        fires(s, "K58", "PROJECT", code, f->year, 0, f->no,
              s->today > open_day(s, pt_date_add(f->due, 30)) ? 'R' : 'Y');
}

static void tick(struct state *s) {
    for (size_t i = 0; i < s->out->keys.n; i++)
        s->out->found[i].now = false;
    for (size_t i = 0; i < s->line_keys.n; i++) {
        const struct approved *x = &s->lines[i];

        if (x->known && x->b0 > x->ap + x->tolerance)
            fires(s, "K01", x->kind, x->key, 2019, 0, x->object, 'R');
    }
    for (size_t i = 0; i < s->codes.n; i++)
        rules_of_subject(s, i);
    for (size_t i = 0; i < s->n_vouchers; i++)
        rules_of_voucher(s, &s->vouchers[i]);
    for (size_t i = 0; i < s->n_findings; i++)
        rules_of_finding(s, &s->findings[i]);
    for (size_t i = 0; i < s->out->keys.n; i++) {
        struct found *f = &s->out->found[i];

        if (f->open && !f->now) {
            f->open = false;
            f->closed = s->today;
        }
    }
}

void replay_run(struct replay *r, const char *dir) {
    struct state *s = calloc(1, sizeof(*s));

    cr_assert_not_null(s);
    s->out = r;
    r->cap = 1 << 16;
    r->found = calloc(r->cap, sizeof(struct found));
    s->subjects = calloc(SUBJECTS, sizeof(*s->subjects));
    s->lines = calloc(LINES * 4, sizeof(*s->lines));
    for (size_t k = 0; k < FILES; k++)
        s->files[k] = sheet_load(dir, file_names[k]);
    s->days = sheet_load(dir, "office/workdays.csv");
    s->vouchers = calloc(s->files[X01]->rows + 1, sizeof(*s->vouchers));
    cr_assert(r->found && s->subjects && s->lines && s->vouchers);
    for (s->today = FIRST; s->today <= LAST; s->today = pt_date_add(s->today, 1)) {
        for (size_t k = 0; k < FILES; k++) {
            const struct sheet *f = s->files[k];

            for (; s->at[k] < f->rows; s->at[k]++) {
                if (cell_date(sheet_cell(f, s->at[k], 0)) != s->today)
                    break;
                take(s, (enum file)k, f, s->at[k]);
            }
        }
        tick(s);
    }
    for (size_t k = 0; k < FILES; k++) {
        cr_assert_eq(s->at[k], s->files[k]->rows, "%s is not in order", file_names[k]);
        sheet_free(s->files[k]);
    }
    sheet_free(s->days);
    names_free(&s->codes);
    names_free(&s->line_keys);
    free(s->subjects);
    free(s->lines);
    free(s->vouchers);
    free(s);
}

void replay_free(struct replay *r) {
    names_free(&r->keys);
    free(r->found);
}
