/* The project state machine of the specification.
 *
 *   P02 ► ST0 ──E01──► ST1 ──E05 PASS──► ST2 ──E03 IN──► ST3 ──B01──► ST4 ──B03──► ST5
 *          │ E01 REJECT/差, E05 FAIL                      ▲                         │ B04 INITIAL
 *          ▼ (a new E01, E04 reopens)                     │ E03 ROLL                ▼
 *         STX                                             │             ST6 ──X01, +1 day──► ST7
 *                                                         │                                │ ▲
 *   the budget that a result binds begins at ST14 ────────┘         WARN, J04 ──► ST8 ─V03─┤ │ DONE
 *                                                                     SUSPEND ──► ST9 ─────┘ RESUME
 *                                                                        STOP ──► ST10
 *   12-31, the item's end ──► ST11 ──V01 SELF──► ST12 ──V01 SPOT, KEY, EXPIRY──► ST13 ──V02──► ST14
 *   E03 OUT ──► ST15, from anywhere
 *
 * ST0 to ST3 are the item's own, the others its year's. A policy goes the same way, without
 * payments of its own, and is allotted with the first of its items; so is a department, which
 * begins at its goal's review; a region executes from its first X05 on. A state is derived. A
 * record that comes without its guard moves it nevertheless, and what was missing is listed in
 * `irregular`. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#include "answer.h"
#include "state.h"

enum state {
    ST_NONE = -1,
    ST0,
    ST1,
    ST2,
    ST3,
    ST4,
    ST5,
    ST6,
    ST7,
    ST8,
    ST9,
    ST10,
    ST11,
    ST12,
    ST13,
    ST14,
    ST15,
    STX
};

static const struct {
    enum state s;
    const char *code;
    const char *zh;
    const char *en;
} names[] = {{ST0, "ST0", "申报", "PROPOSED"},
             {ST1, "ST1", "已事前评估", "EXANTE_DONE"},
             {ST2, "ST2", "目标已审核", "GOAL_REVIEWED"},
             {ST3, "ST3", "已入库", "IN_LIBRARY"},
             {ST4, "ST4", "已列草案", "BUDGETED"},
             {ST5, "ST5", "人大批准", "APPROVED"},
             {ST6, "ST6", "批复下达", "ALLOTTED"},
             {ST7, "ST7", "执行中", "EXECUTING"},
             {ST8, "ST8", "预警整改", "WARNED"},
             {ST9, "ST9", "暂缓拨款", "SUSPENDED"},
             {ST10, "ST10", "停止拨款", "STOPPED"},
             {ST11, "ST11", "年度执行结束", "CLOSED"},
             {ST12, "ST12", "已自评", "SELF_EVALUATED"},
             {ST13, "ST13", "已抽查/评价", "EVALUATED"},
             {ST14, "ST14", "结果已应用", "APPLIED"},
             {ST15, "ST15", "退出", "EXITED"},
             {STX, "STX", "未通过", "REJECTED"}};

/* K41's term of self-evaluations; its default where no H07 says otherwise. */
#define SELF_DUE "k41.due_mmdd"
#define SELF_DUE_DEFAULT "331"

struct machine {
    int kind;
    int32_t fy;
    int32_t self_due; /* yyyymmdd */
    enum state s;
    int32_t since;
    bool begun;        /* ST4 or later: the year's own part */
    bool needs_exante; /* as P02 has it */
    bool evaluated;    /* E01 passed */
    bool refused;      /* the newest E01 says no */
    bool passed_goal;  /* E05 PASS seen */
    bool failed_goal;  /* the newest E05 says no, and no E04 since */
    bool in_library;
    bool has_need; /* E02 of the year */
    bool approved; /* B03 line seen */
    bool allotted;
    bool scored; /* V01 of the year */
    bool closed;
    bool unrecovered; /* stopped, and nothing taken back since */
    bool uncarried;   /* a balance at the year's end that no B05 carries on; until it is listed */
    int32_t end;      /* of the item, as P02 has it */
    json_t *irregular;
    json_t *steps;
};

static size_t name_of(enum state s) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].s == s)
            return i;
    return 0;
}

static void irregular(struct machine *m, int32_t day, const char *what) {
    json_t *j = json_object();

    (void)json_object_set_new(j, "day", pt_json_day(day));
    (void)json_object_set_new(j, "what", json_string(what));
    (void)json_array_append_new(m->irregular, j);
}

static void unless(bool guard, struct machine *m, int32_t day, const char *what) {
    if (!guard)
        irregular(m, day, what);
}

static void move(struct machine *m, enum state s, int32_t day, const char *why) {
    json_t *step;
    const char *code = names[name_of(s)].code;

    if (s == m->s)
        return;
    if (m->s == ST10)
        unless(!m->unrecovered, m, day, "ST10: no X04 RECOVER after STOP");
    step = json_object();
    (void)json_object_set_new(step, "state", json_string(code));
    (void)json_object_set_new(step, "day", pt_json_day(day));
    (void)json_object_set_new(step, "by", json_string(why));
    (void)json_array_append_new(m->steps, step);
    m->s = s;
    m->since = day;
}

static bool is_item(const struct machine *m) {
    return m->kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT &&
           m->kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT &&
           m->kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION;
}

/* ---- ST0 to ST3, STX, ST15 ---- */

/* Where the item stands before its year begins. */
static void plan(struct machine *m, int32_t day, const char *why) {
    if (m->begun || m->s == ST15)
        return;
    move(m,
         m->refused || m->failed_goal ? STX
         : m->in_library              ? ST3
         : m->passed_goal             ? ST2
         : m->evaluated               ? ST1
                                      : ST0,
         day, why);
}

static void on_library(struct machine *m, const struct pt_event *e) {
    bool in = e->a == PENTAD__V1__LIBRARY_ACTION__LIBRARY_ACTION_IN;

    if (e->a == PENTAD__V1__LIBRARY_ACTION__LIBRARY_ACTION_OUT) {
        unless(e->c, m, e->day, "ST15: E03 OUT without its basis (V01, E02, expiry)");
        m->in_library = false;
        move(m, ST15, e->day, "E03 OUT");
        return;
    }
    if (!in && e->a != PENTAD__V1__LIBRARY_ACTION__LIBRARY_ACTION_ROLL)
        return;
    if (in && e->b) {
        unless(!m->refused, m, e->day, "ST3: E03 IN after a failed ex-ante evaluation (E01)");
        unless(m->refused || m->evaluated || !m->needs_exante, m, e->day,
               "ST3: E03 IN without the ex-ante evaluation that it needs (E01)");
        unless(m->passed_goal, m, e->day, "ST3: E03 IN without a passed goal (E05)");
    }
    m->in_library = true;
    m->refused = m->failed_goal = false;
    if (m->s == ST15)
        move(m, ST3, e->day, in ? "E03 IN" : "E03 ROLL");
    plan(m, e->day, in ? "E03 IN" : "E03 ROLL");
}

static void on_plan(struct machine *m, const struct pt_event *e) {
    switch (e->type) {
    case PT_TYPE_ORG_PROFILE:
    case PT_TYPE_SUBJECT_PROFILE:
        m->end = e->a;
        m->needs_exante = e->b;
        if (m->s != ST_NONE)
            break;
        unless(e->c, m, e->day, "ST0: P02 without its responsible or implementing organization");
        move(m, ST0, e->day, e->type == PT_TYPE_ORG_PROFILE ? "P01" : "P02");
        break;
    case PT_TYPE_EX_ANTE_EVAL:
        m->refused = e->a == PENTAD__V1__EX_ANTE_CONCLUSION__EX_ANTE_CONCLUSION_REJECT ||
                     e->b == PENTAD__V1__RATING__RATING_POOR;
        m->evaluated = !m->refused;
        plan(m, e->day, "E01");
        break;
    case PT_TYPE_BUDGET_REVIEW:
        m->has_need = true;
        break;
    case PT_TYPE_PERF_GOAL:
        if (m->failed_goal) {
            m->failed_goal = false;
            plan(m, e->day, "E04");
        }
        break;
    case PT_TYPE_GOAL_REVIEW:
        m->passed_goal = m->passed_goal || e->a == PENTAD__V1__REVIEW_RESULT__REVIEW_RESULT_PASS;
        m->failed_goal = e->a == PENTAD__V1__REVIEW_RESULT__REVIEW_RESULT_FAIL;
        if (e->a != PENTAD__V1__REVIEW_RESULT__REVIEW_RESULT_RETURN)
            plan(m, e->day, "E05");
        break;
    case PT_TYPE_LIBRARY_EVENT:
        on_library(m, e);
        break;
    default:
        break;
    }
}

/* ---- ST4 to ST6 ---- */

/* A line of the department's alone says nothing of what was turned down or has left. */
static bool names_it(const struct machine *m, const struct pt_event *e) {
    return e->a == 1 || (m->s != STX && m->s != ST15);
}

static void on_draft(struct machine *m, const struct pt_event *e) {
    if (m->begun || !names_it(m, e))
        return;
    if (is_item(m)) {
        unless(m->in_library, m, e->day, "ST4: B01 DRAFT without being in the library (E03)");
        unless(m->has_need, m, e->day, "ST4: B01 DRAFT without an approved need (E02)");
    }
    m->begun = true;
    move(m, ST4, e->day, "B01");
}

static void on_approval(struct machine *m, const struct pt_event *e) {
    if (!names_it(m, e))
        return;
    m->approved = true;
    if (m->begun && m->s != ST4)
        return;
    unless(e->b, m, e->day, "ST5: B03 without a complete draft before (B01, B02)");
    m->begun = true;
    move(m, ST5, e->day, "B03");
}

static void on_allotment(struct machine *m, const struct pt_event *e) {
    if (e->a != PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_INITIAL || m->allotted)
        return;
    unless(m->approved, m, e->day, "ST6: B04 INITIAL without a B03 of congress");
    if (is_item(m)) {
        unless(m->passed_goal, m, e->day, "ST6: B04 INITIAL without a passed goal (E05)");
        unless(e->b, m, e->day, "ST6: B04 INITIAL that cites no goal (E04)");
        unless(m->s != ST15, m, e->day, "ST6: B04 INITIAL after the item has left (E03 OUT)");
    }
    m->allotted = m->begun = true;
    move(m, ST6, e->day, "B04");
}

/* ---- ST7 to ST10 ---- */

static void on_payment(struct machine *m, const struct pt_event *e) {
    unless(m->allotted, m, e->day, "ST7: X01 before any B04");
    unless(m->s != ST9, m, e->day, "ST9: X01 while suspended");
    unless(m->s != ST10, m, e->day, "ST10: X01 after STOP");
    unless(m->s != ST15, m, e->day, "ST15: X01 after the item has left (E03 OUT)");
    m->begun = true;
    if (m->s < ST7 || m->s == STX)
        move(m, ST7, e->day, "X01");
}

static void on_control(struct machine *m, const struct pt_event *e) {
    bool known = e->a >= PENTAD__V1__FUND_ACTION__FUND_ACTION_WARN &&
                 e->a <= PENTAD__V1__FUND_ACTION__FUND_ACTION_STOP;

    if (known && !m->allotted)
        irregular(m, e->day, "ST8: X04 before any B04");
    m->begun = m->begun || known;
    switch (e->a) {
    case PENTAD__V1__FUND_ACTION__FUND_ACTION_WARN:
        if (m->s < ST9)
            move(m, ST8, e->day, "X04 WARN");
        break;
    case PENTAD__V1__FUND_ACTION__FUND_ACTION_SUSPEND:
        if (m->s != ST10)
            move(m, ST9, e->day, "X04 SUSPEND");
        break;
    case PENTAD__V1__FUND_ACTION__FUND_ACTION_STOP:
        m->unrecovered = m->unrecovered || m->s != ST10;
        move(m, ST10, e->day, "X04 STOP");
        break;
    case PENTAD__V1__FUND_ACTION__FUND_ACTION_RESUME:
        unless(m->s != ST10, m, e->day, "ST10: X04 RESUME after STOP");
        if (m->s == ST9)
            move(m, ST7, e->day, "X04 RESUME");
        break;
    case PENTAD__V1__FUND_ACTION__FUND_ACTION_RECOVER:
        m->unrecovered = false;
        break;
    default:
        break;
    }
}

/* ---- ST11 to ST14 ---- */

static void on_evaluation(struct machine *m, const struct pt_event *e) {
    bool overall = e->a >= PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_DEPT;
    bool self = e->a == PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_SELF ||
                (e->a == PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_DEPT &&
                 e->b == PENTAD__V1__EVALUATION_BY__EVALUATION_BY_DEPT);

    m->scored = m->begun = true;
    if (self && m->s < ST12) {
        unless(m->s >= ST11, m, e->day, "ST12: V01 SELF before the year's end");
        unless(e->day <= m->self_due, m, e->day, "ST12: V01 SELF after its term");
        move(m, ST12, e->day, overall ? "V01 DEPT" : "V01 SELF");
    } else if (!self && m->s < ST14 &&
               (!overall || e->b == PENTAD__V1__EVALUATION_BY__EVALUATION_BY_FIN)) {
        move(m, ST13, e->day, "V01");
    }
}

static void on_use(struct machine *m, const struct pt_event *e) {
    if (e->a == 1) {
        unless(m->scored, m, e->day, "ST14: V02 without a V01");
        if (m->s != ST15)
            move(m, ST14, e->day, "V02");
        m->begun = true;
    } else if (!m->begun && m->s != ST15 && m->s != STX) {
        m->in_library = false; /* until it is rolled on */
        move(m, ST14, e->day, "V02 of a year before");
    }
}

static void on_year(struct machine *m, const struct pt_event *e) {
    switch (e->type) {
    case PT_TYPE_CONGRESS_SUBMISSION:
        on_draft(m, e);
        break;
    case PT_TYPE_CONGRESS_APPROVAL:
        on_approval(m, e);
        break;
    case PT_TYPE_ALLOTMENT:
        on_allotment(m, e);
        break;
    case PT_TYPE_PAYMENT_BATCH:
        on_payment(m, e);
        break;
    case PT_TYPE_REGION_FISCAL:
        m->begun = true;
        if (m->s < ST7)
            move(m, ST7, e->day, "X05");
        break;
    case PT_TYPE_FUND_CONTROL:
        on_control(m, e);
        break;
    case PT_TYPE_NOTICE:
        if (e->a == PENTAD__V1__NOTICE_KIND__NOTICE_KIND_WARNING && m->s >= ST6 && m->s < ST9)
            move(m, ST8, e->day, "J04 WARNING");
        break;
    case PT_TYPE_RECTIFICATION:
        if (e->a == PENTAD__V1__RECTIFICATION_PHASE__RECTIFICATION_PHASE_VERIFY &&
            e->b == PENTAD__V1__RECTIFICATION_RESULT__RECTIFICATION_RESULT_DONE && m->s == ST8)
            move(m, ST7, e->day, "V03 VERIFY");
        break;
    case PT_TYPE_EVALUATION:
        on_evaluation(m, e);
        break;
    case PT_TYPE_RESULT_USE:
        on_use(m, e);
        break;
    default:
        break;
    }
}

/* Time moves it too: the day after the allotment, the end of the item or of the year. `over`: that
 * day is over, else it begins. */
static void pass_time(struct machine *m, int32_t day, bool over) {
    const int32_t year_end = m->fy * 10000 + 1231;
    int32_t end = year_end;
    const char *why = "12-31";

    if (m->end >= m->fy * 10000 + 101 && m->end < end) {
        end = m->end;
        why = "end of the item";
    }
    if (m->s == ST6 && day > m->since)
        move(m, ST7, pt_date_add(m->since, 1), "ST6 + 1 day");
    if ((over ? day >= end : day > end) && m->s >= ST6 && m->s <= ST10) {
        move(m, ST11, end, why);
        m->closed = true;
    }
    if (m->uncarried && m->closed && (over ? day >= year_end : day > year_end)) {
        irregular(m, year_end, "ST11: a balance that no B05 carries on");
        m->uncarried = false;
    }
}

static void on_event(void *ctx, const struct pt_event *e) {
    struct machine *m = ctx;

    pass_time(m, e->day, false);
    on_plan(m, e);
    on_year(m, e);
}

json_t *pt_json_state(const struct pt_asof *a, struct pt_err *err) {
    struct machine m = {.kind = a->kind,
                        .fy = a->fy,
                        .s = ST_NONE,
                        .irregular = json_array(),
                        .steps = json_array()};
    int64_t mmdd = 0;
    int64_t due = 0;
    bool found;
    json_t *j;
    size_t n;
    int rc = pt_asof_param(a, SELF_DUE, SELF_DUE_DEFAULT, &mmdd, err);

    /* As K41 has it: a last day off moves to the next working day. */
    rc = rc == 0 ? pt_sql_number(&a->l->sql, &due, &found, err, "SELECT cd_add(?, 0)", "i",
                                 (int64_t)(a->fy + 1) * 10000 + mmdd)
                 : rc;
    m.self_due = (int32_t)due;
    rc = rc == 0 && is_item(&m) ? pt_asof_uncarried(a, &m.uncarried, err) : rc;
    rc = rc == 0 ? pt_asof_events(a, on_event, &m, err) : rc;
    if (rc != 0) {
        json_decref(m.irregular);
        json_decref(m.steps);
        return NULL;
    }
    pass_time(&m, a->valid_at, true);
    n = name_of(m.s);
    j = json_object();
    (void)json_object_set_new(j, "code", m.s == ST_NONE ? json_null() : json_string(names[n].code));
    (void)json_object_set_new(j, "name_zh",
                              m.s == ST_NONE ? json_null() : json_string(names[n].zh));
    (void)json_object_set_new(j, "name_en",
                              m.s == ST_NONE ? json_null() : json_string(names[n].en));
    (void)json_object_set_new(j, "since", pt_json_day(m.since));
    (void)json_object_set_new(
        j, "expected", m.s == ST10 && m.unrecovered ? json_string("X04 RECOVER") : json_null());
    (void)json_object_set_new(j, "irregular", m.irregular);
    (void)json_object_set_new(j, "steps", m.steps);
    return j;
}
