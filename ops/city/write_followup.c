/* What follows on warnings, findings and opinions: congress's opinions (N01), the office's
 * notices (J04), rectifications (V03) and replies to discrepancies (H02). */
#include "duties.h"

#include <stdio.h>
#include <string.h>

#define OPINIONS 24
#define MAX_ANSWERS 128

/* By chance, each answered in time; and the planted ones. */
static int32_t plan_opinions(const struct city *c, struct city_opinion out[CITY_MAX_OPINIONS]) {
    int32_t n = 0;

    for (int32_t i = 0; i < OPINIONS; i++) {
        struct city_opinion *o = &out[n];
        struct pt_rng r;

        city_rng(c, &r, "opinion", i);
        o->project = (int32_t)city_between(&r, CITY_DEPTS, c->n_projects - 1);
        /* An opinion on a goal that was changed would show that congress knows of it (K18). */
        if (c->projects[o->project].policy || c->projects[o->project].regoal_day)
            continue;
        o->day = city_nth_workday(2019, 3 + i % 10, (int32_t)city_between(&r, 4, 12));
        o->due = city_add_workdays(o->day, 22);
        o->answered = city_add_workdays(o->day, 16);
        (void)snprintf(o->no, sizeof(o->no), "YJ2019-%03d", ++n);
    }
    PT_ASSERT(OPINIONS + c->n_opinions <= CITY_MAX_OPINIONS);
    for (int32_t i = 0; i < c->n_opinions; i++)
        out[n++] = c->opinions[i];
    return n;
}

static int write_opinions(struct city *c, const struct city_opinion *list, int32_t n,
                          struct pt_err *err) {
    static const char *const origins[] = {"联网预警", "审议意见", "询问质询"};
    struct table *t =
        table_new(c, &style_congress, "opinions.csv", "N01",
                  "送达日期,意见编号,来源,事项类别,项目代码,年度,意见内容,承办单位代码,"
                  "答复期限,级别",
                  false);

    for (int32_t i = 0; i < n; i++) {
        const struct city_project *p = &c->projects[list[i].project];
        char text[256];

        (void)snprintf(text, sizeof(text), "请说明%s的预算执行和绩效目标完成情况，并提出改进措施。",
                       p->name);
        table_row(t, list[i].day, list[i].no, 0);
        table_str(t, origins[i % 3]);
        table_str(t, "项目");
        table_str(t, p->code);
        table_int(t, CITY_FY);
        table_str(t, text);
        table_str(t, c->orgs[p->dept].uscc);
        table_date(t, list[i].due);
        table_str(t, i % 3 == 0 ? "黄色" : "提示");
    }
    return table_close(t, err);
}

/* A notice that asks for an answer. */
struct answer {
    char no[40];
    int32_t day, due, answered, year;
    const char *subject_kind, *subject;
};

struct answers {
    struct answer list[MAX_ANSWERS];
    int32_t n;
};

struct notice {
    int32_t day, n, year;
    const char *kind, *level, *requirement;
    const char *subject_kind, *subject;
    const char *addressee;
    const char *basis_party, *basis;
    int32_t due, answered; /* answered 0 = seven working days later */
    bool unanswered;
};

static void write_notice(struct table *t, const struct city *c, const struct notice *x,
                         struct answers *answers) {
    int32_t year = x->year ? x->year : CITY_FY;
    struct pt_rng r;
    char digest[65];
    char no[40];

    city_rng(c, &r, "notice", x->n);
    for (int i = 0; i < 4; i++)
        (void)snprintf(digest + 16 * i, 17, "%016llx", (unsigned long long)pt_rng_next(&r));
    (void)snprintf(no, sizeof(no), "济绩联办通〔%d〕%d号", x->day / 10000, x->n);
    table_row(t, x->day, no, 0);
    table_str(t, x->kind);
    table_str(t, x->level);
    table_str(t, x->subject_kind);
    table_str(t, x->subject);
    table_int(t, year);
    table_str(t, x->addressee);
    table_str(t, "congress;audit");
    table_str(t, x->basis_party);
    table_str(t, x->basis);
    table_str(t, x->requirement);
    table_date(t, x->due);
    table_str(t, city_person(&r));
    table_str(t, digest);
    if (x->due != 0 && !x->unanswered) {
        struct answer *a = &answers->list[answers->n++];

        PT_ASSERT(answers->n <= MAX_ANSWERS);
        *a = (struct answer){.day = x->day,
                             .due = x->due,
                             .answered = x->answered ? x->answered : city_add_workdays(x->day, 7),
                             .year = year,
                             .subject_kind = x->subject_kind,
                             .subject = x->subject};
        (void)snprintf(a->no, sizeof(a->no), "%s", no);
    }
}

static void warning_notices(struct table *t, const struct city *c, int32_t *n,
                            struct answers *answers) {
    for (int32_t k = 0; k < c->n_controls && *n < 10; k++) {
        const struct city_control *x = &c->controls[k];
        const struct city_project *p = &c->projects[x->project];
        struct notice notice = {.day = city_next_workday(x->day),
                                .kind = "预警通报",
                                .level = "黄色",
                                .requirement = "请加快支出进度，按期书面反馈整改情况。",
                                .subject_kind = "项目",
                                .subject = p->code,
                                .addressee = c->orgs[p->dept].uscc,
                                .basis_party = "finance",
                                .basis = x->no,
                                .due = x->reply_due};

        if (x->reply_due == 0)
            continue;
        notice.n = ++*n;
        write_notice(t, c, &notice, answers);
    }
}

/* Departments and districts that did their work badly are called in. */
static void interview_notices(struct table *t, const struct city *c, int32_t *n,
                              struct answers *answers) {
    const struct city_code *regions;
    int32_t n_regions = (int32_t)city_regions(&regions);

    for (int32_t i = 0; i < CITY_DEPTS + n_regions; i++) {
        bool district = i >= CITY_DEPTS;
        bool interview;
        int32_t day;
        const char *basis = city_assessment(i, &day, &interview);
        const char *subject = district ? regions[i - CITY_DEPTS].code : c->orgs[i].uscc;
        struct city_interview held = city_interview(i, day);
        struct notice x = {.day = held.noticed,
                           .answered = held.answered,
                           .year = CITY_FY - 1,
                           .kind = "约谈",
                           .level = "黄色",
                           .requirement = "预算绩效管理工作推进不力，予以约谈，责令限期整改。",
                           .subject_kind = district ? "区县" : "部门",
                           .subject = subject,
                           .addressee = subject,
                           .basis_party = "finance",
                           .basis = basis};

        if (!interview || held.noticed == 0)
            continue;
        if (district)
            x.addressee = c->orgs[c->n_units + 2 * (i - CITY_DEPTS)].uscc;
        x.due = city_add_workdays(x.day, 15);
        x.unanswered = held.answered == 0;
        x.n = ++*n;
        write_notice(t, c, &x, answers);
    }
}

static void planted_warnings(struct table *t, const struct city *c, struct answers *answers) {
    for (int32_t i = 0; i < c->n_warnings; i++) {
        const struct city_warning *w = &c->warnings[i];
        const struct city_project *p = &c->projects[w->project];

        write_notice(t, c,
                     &(struct notice){.day = w->day,
                                      .n = CITY_FIRST_WARNING + i,
                                      .kind = "预警通报",
                                      .level = "黄色",
                                      .requirement = "请加快支出进度，按期书面反馈整改情况。",
                                      .subject_kind = "项目",
                                      .subject = p->code,
                                      .addressee = c->orgs[p->dept].uscc,
                                      .basis_party = "finance",
                                      .basis = p->quotas[0].no,
                                      .due = w->due,
                                      .answered = w->answered,
                                      .unanswered = w->answered == 0},
                     answers);
    }
}

static int write_notices(struct city *c, struct answers *answers, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_office, "notices.csv", "J04",
                  "发文日期,文号,类型,级别,事项类别,项目代码,年度,主送代码,抄送,依据主体,"
                  "依据单据号,要求,答复期限,签发人,正文摘要",
                  false);
    int32_t n = 0;

    warning_notices(t, c, &n, answers);
    interview_notices(t, c, &n, answers);
    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];
        struct notice x = {.day = p->criticized_day,
                           .n = n + 1,
                           .kind = "通报批评",
                           .level = "红色",
                           .requirement = "自评与抽查结果差异较大，予以通报，请整改并反馈。",
                           .subject_kind = "项目",
                           .subject = p->code,
                           .addressee = c->orgs[p->dept].uscc,
                           .basis_party = "finance",
                           .basis = p->spot_no};

        if (p->criticized_day == 0)
            continue;
        if (p->spot_cp == 0) {
            x.requirement = "逾期未开展绩效自评，予以通报，请补报自评。";
            x.basis = p->quotas[0].no;
        }
        x.due = city_add_workdays(p->criticized_day, 15);
        n++;
        write_notice(t, c, &x, answers);
    }
    for (int32_t d = 5; d < CITY_DEPTS; d += 40) {
        char basis[24];
        struct notice x = {.day = 20200616,
                           .n = n + 1,
                           .kind = "通报表扬",
                           .requirement = "预算绩效管理成效明显，予以通报表扬。",
                           .subject_kind = "部门",
                           .subject = c->orgs[d].uscc,
                           .addressee = c->orgs[d].uscc,
                           .basis_party = "finance",
                           .basis = basis};

        n++;
        (void)snprintf(basis, sizeof(basis), "PJ2019-B%04d", d + 1);
        write_notice(t, c, &x, answers);
    }
    planted_warnings(t, c, answers);
    return table_close(t, err);
}

struct rectification {
    int32_t day, due;
    const char *party, *source, *phase;
    bool done, failed;
    int64_t fen;
    const char *subject_kind, *subject; /* a project, unless it says another kind */
    int32_t year;
};

static void rectify(struct table *t, int32_t *n, const struct rectification *x) {
    bool plan = strcmp(x->phase, "方案") == 0;
    char no[24];

    (void)snprintf(no, sizeof(no), "ZG-%05d", ++*n);
    table_row(t, x->day, no, x->fen);
    table_str(t, x->party);
    table_str(t, x->source);
    table_str(t, x->subject_kind ? x->subject_kind : "项目");
    table_str(t, x->subject);
    table_int(t, x->year);
    table_str(t, x->phase);
    table_date(t, x->due);
    table_cent(t, x->done ? 10000 : plan ? 0 : 5000);
    table_str(t, plan ? "" : x->done ? "完成" : x->failed ? "未完成" : "部分");
    table_str(t, plan ? "已制定整改方案，明确责任人和时限。" : "已按要求落实整改措施。");
    table_fen(t, x->fen);
    table_int(t, 0);
}

static void rectify_findings(struct table *t, const struct city *c, int32_t *n) {
    for (int32_t i = 0; i < c->n_findings; i++) {
        const struct city_finding *f = &c->findings[i];
        struct rectification x = {.day = city_add_workdays(f->day, 7),
                                  .due = f->due,
                                  .party = "audit",
                                  .source = f->no,
                                  .phase = "方案",
                                  .subject = c->projects[f->project].code,
                                  .year = f->year};

        rectify(t, n, &x);
        if (f->done_day == 0)
            continue;
        x.day = f->claimed_day ? f->claimed_day : f->done_day;
        x.phase = "报告";
        x.done = true;
        x.fen = f->fen;
        rectify(t, n, &x);
    }
}

/* Found done at once, or failed twice and perhaps done later. */
static void verify_warning(struct table *t, const struct city_control *w, struct rectification *x,
                           int32_t *n) {
    x->phase = "核查";
    x->done = false;
    x->failed = true;
    for (int32_t i = 0; i < 2 && w->failed_days[i]; i++) {
        x->day = w->failed_days[i];
        rectify(t, n, x);
    }
    x->done = true;
    x->day = w->failed_days[0] ? w->mended_day : city_add_workdays(w->day, 14);
    if (x->day)
        rectify(t, n, x);
}

static void rectify_warnings(struct table *t, const struct city *c, int32_t *n) {
    for (int32_t k = 0; k < c->n_controls; k++) {
        const struct city_control *w = &c->controls[k];
        struct rectification x = {.day = city_add_workdays(w->day, 4),
                                  .due = w->reply_due,
                                  .party = "finance",
                                  .source = w->no,
                                  .phase = "方案",
                                  .subject = c->projects[w->project].code,
                                  .year = CITY_FY};

        if (w->reply_due == 0 || (w->answered_otherwise && w->answered_day == 0))
            continue;
        if (w->answered_otherwise)
            x.day = w->answered_day;
        rectify(t, n, &x);
        if (w->answered_otherwise)
            continue;
        x.day = city_add_workdays(w->day, 9);
        x.phase = "报告";
        x.done = true;
        rectify(t, n, &x);
        verify_warning(t, w, &x, n);
    }
}

static void answer_notices(struct table *t, const struct answers *answers, int32_t *n) {
    for (int32_t i = 0; i < answers->n; i++) {
        const struct answer *a = &answers->list[i];

        rectify(t, n,
                &(struct rectification){.day = a->answered,
                                        .due = a->due,
                                        .party = "office",
                                        .source = a->no,
                                        .phase = "方案",
                                        .subject_kind = a->subject_kind,
                                        .subject = a->subject,
                                        .year = a->year});
    }
}

/* What finance evaluated, and what departments said of themselves as a whole. */
static void answer_evaluations(struct table *t, const struct city *c, int32_t *n) {
    struct key_evaluation list[KEY_EVALUATIONS];
    int32_t n_list = city_key_evaluations(c, list);
    struct rectification x = {.party = "finance", .phase = "方案", .year = CITY_FY - 1};

    for (int32_t i = 0; i < n_list; i++) {
        if (list[i].planned == 0)
            continue;
        x.day = list[i].planned;
        x.due = city_add_workdays(list[i].day, 60);
        x.source = list[i].no;
        x.subject_kind = list[i].subject_kind;
        x.subject = list[i].subject;
        rectify(t, n, &x);
    }
    x.year = CITY_FY;
    x.day = city_add_workdays(DAY_DEPT_EVAL, 10);
    x.due = city_add_workdays(DAY_DEPT_EVAL, 60);
    x.subject_kind = "部门";
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        char no[24];

        (void)snprintf(no, sizeof(no), "PJ2019-B%04d", d + 1);
        x.source = no;
        x.subject = c->orgs[d].uscc;
        rectify(t, n, &x);
    }
}

struct asked {
    const struct city_opinion *list;
    int32_t n;
};

static void answer_opinions(struct table *t, const struct city *c, const struct asked *opinions,
                            int32_t *n) {
    for (int32_t i = 0; i < opinions->n; i++) {
        const struct city_opinion *o = &opinions->list[i];

        if (o->answered != 0)
            rectify(t, n,
                    &(struct rectification){.day = o->answered,
                                            .due = o->due,
                                            .party = "congress",
                                            .source = o->no,
                                            .phase = "报告",
                                            .done = true,
                                            .subject = c->projects[o->project].code,
                                            .year = CITY_FY});
    }
}

static int write_rectifications(struct city *c, const struct asked *opinions,
                                const struct answers *answers, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "rectifications.csv", "V03",
                                "录入日期,整改编号,来源主体,来源单据号,事项类别,项目代码,年度,阶段,"
                                "整改期限,完成比例,结果,整改措施,整改金额,处理人数",
                                false);
    int32_t n = 0;

    rectify_findings(t, c, &n);
    rectify_warnings(t, c, &n);
    answer_notices(t, answers, &n);
    answer_evaluations(t, c, &n);
    answer_opinions(t, c, opinions, &n);
    for (int32_t i = 0; i < c->n_projects; i++) {
        const struct city_project *p = &c->projects[i];

        if (p->rectified_day)
            rectify(t, &n,
                    &(struct rectification){.day = p->rectified_day,
                                            .due = city_add_workdays(p->criticized_day, 15),
                                            .party = "finance",
                                            .source = p->spot_no,
                                            .phase = "报告",
                                            .done = true,
                                            .subject = p->code,
                                            .year = CITY_FY});
    }
    return table_close(t, err);
}

int city_write_rectifications(struct city *c, struct pt_err *err) {
    struct city_opinion list[CITY_MAX_OPINIONS];
    struct answers answers = {.n = 0};
    int32_t n = plan_opinions(c, list);
    int code = write_opinions(c, list, n, err);

    if (code == 0)
        code = write_notices(c, &answers, err);
    return code ? code : write_rectifications(c, &(struct asked){list, n}, &answers, err);
}

static int write_party_replies(struct city *c, const struct table_style *style,
                               const char *const rules[], const char *const texts[], size_t n_rules,
                               struct pt_err *err) {
    struct table *t =
        table_new(c, style, "replies.csv", "H02",
                  "答复日期,答复编号,规则,类别,主键,年度,期间,对象,答复类型,答复内容", false);
    int32_t n = 0;

    for (size_t k = 0; k < n_rules; k++) {
        for (int32_t i = 0; i < c->n_truth; i++) {
            const struct city_truth *x = &c->truth[i];
            char no[24];

            if (x->why != NULL || x->closed != 0 || strcmp(x->rule, rules[k]) != 0)
                continue;
            (void)snprintf(no, sizeof(no), "DF-%04d", ++n);
            table_row(t, city_add_workdays(x->opened, 3), no, 0);
            table_str(t, x->rule);
            table_str(t, x->kind);
            table_str(t, x->key);
            table_int(t, x->year);
            if (x->period)
                table_int(t, x->period);
            else
                table_empty(t, 1);
            table_str(t, x->object);
            table_str(t, style == &style_audit ? "异议" : "说明");
            table_str(t, texts[k]);
            break;
        }
    }
    return table_close(t, err);
}

int city_write_replies(struct city *c, struct pt_err *err) {
    static const char *const finance_rules[] = {"K04", "K06", "K25", "K43"};
    static const char *const finance_texts[] = {
        "系农民工工资专户应急垫付，已督促部门申请追加指标。", "月报取数时点差异，正在核实。",
        "项目招标流标，已重新组织采购。", "评分标准理解不一致，已组织复核。"};
    static const char *const audit_rules[] = {"K07", "K53"};
    static const char *const audit_texts[] = {"审计认定口径含跨年支付，请财政核对凭证。",
                                              "审计证据充分，维持认定。"};
    int code = write_party_replies(c, &style_finance, finance_rules, finance_texts, 4, err);

    return code ? code : write_party_replies(c, &style_audit, audit_rules, audit_texts, 2, err);
}
