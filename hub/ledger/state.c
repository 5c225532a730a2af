/* The project state machine of the specification, as far as today's record types reach.
 *
 *   ST0 ──E01──► ST1 ──E05 PASS──► ST2 ──B03──► ST5 ──B04 INITIAL──► ST6 ──X01, +1 day──► ST7
 *    │ E01 REJECT/差, E05 FAIL                                                 │ ▲
 *    ▼ (a new E01, E04 reopens)                     WARN, J04 ──► ST8 ──V03────┤ │ VERIFY DONE
 *   STX                                                  SUSPEND ──► ST9 ──────┘ RESUME
 *                                                        STOP ──► ST10
 *   12-31, the item's end ──► ST11 ──V01 SELF──► ST12 ──V01 SPOT, KEY, EXPIRY──► ST13
 *
 * A state is derived. A record that comes without its guard moves it nevertheless and is listed in
 * `irregular`. ST3 ST4 ST14 ST15 come with their record types. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#include "answer.h"

enum state {
    ST_NONE = -1,
    ST0,
    ST1,
    ST2,
    ST5 = 5,
    ST6,
    ST7,
    ST8,
    ST9,
    ST10,
    ST11,
    ST12,
    ST13,
    STX = 16
};

static const struct {
    enum state s;
    const char *code;
    const char *zh;
    const char *en;
} names[] = {{ST0, "ST0", "申报", "PROPOSED"},
             {ST1, "ST1", "已事前评估", "EXANTE_DONE"},
             {ST2, "ST2", "目标已审核", "GOAL_REVIEWED"},
             {ST5, "ST5", "人大批准", "APPROVED"},
             {ST6, "ST6", "批复下达", "ALLOTTED"},
             {ST7, "ST7", "执行中", "EXECUTING"},
             {ST8, "ST8", "预警整改", "WARNED"},
             {ST9, "ST9", "暂缓拨款", "SUSPENDED"},
             {ST10, "ST10", "停止拨款", "STOPPED"},
             {ST11, "ST11", "年度执行结束", "CLOSED"},
             {ST12, "ST12", "已自评", "SELF_EVALUATED"},
             {ST13, "ST13", "已抽查/评价", "EVALUATED"},
             {STX, "STX", "未通过", "REJECTED"}};

struct machine {
    enum state s;
    int32_t since;
    bool passed_goal; /* E05 PASS seen */
    bool approved;    /* B03 line seen */
    bool allotted;
    bool evaluated; /* E01 passed */
    bool by_goal;   /* STX because of the goal, not of the ex-ante evaluation */
    int32_t end;    /* of the item, as P02 has it */
    json_t *irregular;
    json_t *steps;
};

static size_t name_of(enum state s) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].s == s)
            return i;
    return 0;
}

static void move(struct machine *m, enum state s, int32_t day, const char *why) {
    json_t *step;
    const char *code = names[name_of(s)].code;

    if (s == m->s)
        return;
    step = json_object();
    (void)json_object_set_new(step, "state", json_string(code));
    (void)json_object_set_new(step, "day", pt_json_day(day));
    (void)json_object_set_new(step, "by", json_string(why));
    (void)json_array_append_new(m->steps, step);
    m->s = s;
    m->since = day;
}

static void irregular(struct machine *m, int32_t day, const char *what) {
    json_t *j = json_object();

    (void)json_object_set_new(j, "day", pt_json_day(day));
    (void)json_object_set_new(j, "what", json_string(what));
    (void)json_array_append_new(m->irregular, j);
}

/* a, b: what the record says, by type (see events_sql). */
static void on_plan(struct machine *m, int type, int a, int b, int32_t day) {
    bool early = m->s < ST5 || m->s == STX;

    if (type == PT_TYPE_SUBJECT_PROFILE) {
        m->end = a;
        if (m->s == ST_NONE)
            move(m, ST0, day, "P02");
    } else if (type == PT_TYPE_EX_ANTE_EVAL && early) {
        m->evaluated = a != 4 && b != 4;
        m->by_goal = false;
        move(m, m->evaluated ? ST1 : STX, day, "E01");
    } else if (type == PT_TYPE_PERF_GOAL && m->s == STX && m->by_goal) {
        move(m, m->evaluated ? ST1 : ST0, day, "E04");
    } else if (type == PT_TYPE_GOAL_REVIEW) {
        m->passed_goal = m->passed_goal || a == 1;
        m->by_goal = a == 3;
        if (early && a != 2)
            move(m, a == 1 ? ST2 : STX, day, "E05");
    } else if (type == PT_TYPE_CONGRESS_APPROVAL) {
        m->approved = true;
        if (early)
            move(m, ST5, day, "B03");
    } else if (type == PT_TYPE_ALLOTMENT && a == 1 && !m->allotted) {
        if (!m->approved)
            irregular(m, day, "ST6: B04 INITIAL without a B03 of congress");
        if (!m->passed_goal)
            irregular(m, day, "ST6: B04 INITIAL without a passed goal (E05)");
        m->allotted = true;
        move(m, ST6, day, "B04");
    }
}

static void on_year(struct machine *m, int type, int a, int b, int32_t day) {
    bool running = m->s >= ST6 && m->s <= ST10;

    if (type == PT_TYPE_PAYMENT_BATCH) {
        if (!m->allotted)
            irregular(m, day, "ST7: X01 before any B04");
        if (m->s == ST9 || m->s == ST10)
            irregular(m, day, m->s == ST9 ? "ST9: X01 while suspended" : "ST10: X01 after STOP");
        else if (m->s < ST7)
            move(m, ST7, day, "X01");
    } else if (type == PT_TYPE_FUND_CONTROL) {
        if (a == 1 && m->s < ST9)
            move(m, ST8, day, "X04 WARN");
        else if (a == 2 && m->s != ST10)
            move(m, ST9, day, "X04 SUSPEND");
        else if (a == 3)
            move(m, ST10, day, "X04 STOP");
        else if (a == 4 && m->s == ST9)
            move(m, ST7, day, "X04 RESUME");
        else if (a == 4 && m->s == ST10)
            irregular(m, day, "ST10: X04 RESUME after STOP");
    } else if (type == PT_TYPE_NOTICE && a == 1 && running && m->s < ST9) {
        move(m, ST8, day, "J04 WARNING");
    } else if (type == PT_TYPE_RECTIFICATION && a == 3 && b == 1 && m->s == ST8) {
        move(m, ST7, day, "V03 VERIFY");
    } else if (type == PT_TYPE_EVALUATION && (a == 1 || (a == 6 && b == 2)) && m->s < ST12) {
        if (m->s < ST11)
            irregular(m, day, "ST12: V01 SELF before the year's end");
        move(m, ST12, day, a == 1 ? "V01 SELF" : "V01 DEPT");
    } else if (type == PT_TYPE_EVALUATION && ((a >= 2 && a <= 5) || (a >= 6 && b == 3))) {
        move(m, ST13, day, "V01");
    }
}

/* What happened to one item in one year, in fold order: day, type, a, b. Payments: once a day. */
static const char events_sql[] =
    "WITH r AS (SELECT r.*, s.party, s.name FROM record r JOIN stream s ON s.sid = r.sid"
    "  WHERE r.subject = ?4 AND r.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_EX_ANTE_EVAL, "
    "@TYPE_PERF_GOAL, @TYPE_GOAL_REVIEW, @TYPE_ALLOTMENT, @TYPE_FUND_CONTROL, @TYPE_EVALUATION, "
    "@TYPE_RECTIFICATION, @TYPE_NOTICE)"
    "  AND (r.fy = ?1 OR r.type IN (@TYPE_SUBJECT_PROFILE, @TYPE_EX_ANTE_EVAL) OR (r.type IN "
    "(@TYPE_RECTIFICATION, @TYPE_NOTICE) AND r.fy IS NULL))"
    "  AND r.valid_from <= ?2 AND r.live_from < ?3 AND (r.live_to IS NULL OR r.live_to >= ?3))"
    " SELECT r.valid_from, r.type,"
    "  CASE r.type WHEN @TYPE_SUBJECT_PROFILE THEN (SELECT \"end\" FROM f_subject_profile f WHERE "
    "f.rec = r.rec)"
    "   WHEN @TYPE_EX_ANTE_EVAL THEN (SELECT conclusion FROM f_ex_ante_eval f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_GOAL_REVIEW THEN (SELECT result FROM f_goal_review f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_ALLOTMENT THEN (SELECT kind FROM f_allotment f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_FUND_CONTROL THEN (SELECT action FROM f_fund_control f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_EVALUATION THEN (SELECT kind FROM f_evaluation f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_RECTIFICATION THEN (SELECT phase FROM f_rectification f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_NOTICE THEN (SELECT kind FROM f_notice f WHERE f.rec = r.rec) END,"
    "  CASE r.type WHEN @TYPE_EX_ANTE_EVAL THEN (SELECT rating FROM f_ex_ante_eval f WHERE f.rec = "
    "r.rec)"
    "   WHEN @TYPE_EVALUATION THEN (SELECT \"by\" FROM f_evaluation f WHERE f.rec = r.rec)"
    "   WHEN @TYPE_RECTIFICATION THEN (SELECT result FROM f_rectification f WHERE f.rec = r.rec) "
    "END,"
    "  r.issued_at, r.party, r.name, r.seq FROM r"
    " UNION ALL SELECT p.pay_date, @TYPE_PAYMENT_BATCH, 0, 0, min(q.issued_at), '', '', 0"
    "  FROM f_payment_batch_lines l JOIN f_payment_batch p ON p.rec = l.rec"
    "  JOIN record q ON q.rec = l.rec WHERE l.subject = ?4 AND q.fy = ?1 AND p.pay_date <= ?2"
    "  AND q.sign > 0 AND q.live_from < ?3 AND (q.live_to IS NULL OR q.live_to >= ?3)"
    "  GROUP BY p.pay_date"
    " UNION ALL SELECT q.valid_from, @TYPE_CONGRESS_APPROVAL, 0, 0, q.issued_at, '', '', 0 FROM "
    "record q"
    "  JOIN f_congress_approval a ON a.rec = q.rec AND a.kind IN (@APPROVAL_KIND_BUDGET, "
    "@APPROVAL_KIND_ADJUST)"
    "  WHERE q.type = @TYPE_CONGRESS_APPROVAL AND q.fy = ?1 AND q.valid_from <= ?2 AND q.live_from "
    "< ?3"
    "  AND (q.live_to IS NULL OR q.live_to >= ?3) AND EXISTS (SELECT 1"
    "   FROM f_congress_approval_lines l WHERE l.rec = q.rec AND (l.subject = ?4"
    "    OR (coalesce(l.subject, '') = '' AND coalesce(l.dept, '') IN ('', (SELECT org FROM member"
    "        WHERE subject = ?4 AND kind = @SUBJECT_KIND_DEPT)))))"
    " ORDER BY 1, 5, 6, 7, 8, 2";

/* Time moves it too: the day after the allotment, the end of the item or of the year. `over`: that
 * day is over, else it begins. */
static void pass_time(struct machine *m, int32_t fy, int32_t day, bool over) {
    int32_t end = fy * 10000 + 1231;
    const char *why = "12-31";

    if (m->end >= fy * 10000 + 101 && m->end < end) {
        end = m->end;
        why = "end of the item";
    }
    if (m->s == ST6 && day > m->since)
        move(m, ST7, pt_date_add(m->since, 1), "ST6 + 1 day");
    if ((over ? day >= end : day > end) && m->s >= ST6 && m->s <= ST10)
        move(m, ST11, end, why);
}

json_t *pt_json_state(const struct pt_asof *a, struct pt_err *err) {
    struct machine m = {.s = ST_NONE, .irregular = json_array(), .steps = json_array()};
    sqlite3_stmt *st = NULL;
    json_t *j;
    size_t n;
    int rc = pt_sql_query(&a->l->sql, &st, err, events_sql, "iiis", (int64_t)a->fy,
                          (int64_t)a->valid_at, (int64_t)a->known_at, a->key);

    while (pt_sql_row(&a->l->sql, st, &rc, err)) {
        int32_t day = pt_sql_i32(st, 0);
        int type = pt_sql_i32(st, 1);

        pass_time(&m, a->fy, day, false);
        on_plan(&m, type, pt_sql_i32(st, 2), pt_sql_i32(st, 3), day);
        on_year(&m, type, pt_sql_i32(st, 2), pt_sql_i32(st, 3), day);
    }
    pt_sql_done(&a->l->sql, st);
    pass_time(&m, a->fy, a->valid_at, true);
    n = name_of(m.s);
    j = json_object();
    (void)json_object_set_new(j, "code", m.s == ST_NONE ? json_null() : json_string(names[n].code));
    (void)json_object_set_new(j, "name_zh",
                              m.s == ST_NONE ? json_null() : json_string(names[n].zh));
    (void)json_object_set_new(j, "name_en",
                              m.s == ST_NONE ? json_null() : json_string(names[n].en));
    (void)json_object_set_new(j, "since", pt_json_day(m.since));
    (void)json_object_set_new(j, "irregular", m.irregular);
    (void)json_object_set_new(j, "steps", m.steps);
    return j;
}
