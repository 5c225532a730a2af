#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

static char *txt(const char *s) {
    return (char *)(uintptr_t)s;
}

static void fold(struct scene *s) {
    struct pt_ledger_applied a;
    struct pt_err err = {0};

    mk_flush(&s->m);
    cr_assert_eq(pt_ledger_begin(s->l, &err), 0, "%s", err.msg);
    for (; s->folded < s->m.n; s->folded++)
        cr_assert_eq(pt_ledger_apply(s->l, &s->m.e[s->folded], &a, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_ledger_commit(s->l, &err), 0, "%s", err.msg);
}

void s_open(struct scene *s) {
    struct pt_err err = {0};

    memset(s, 0, sizeof *s);
    mk_init(&s->m);
    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &s->l, NULL, &err), 0, "%s", err.msg);
}

void s_close(struct scene *s) {
    pt_ledger_close(s->l);
    mk_done(&s->m);
}

void s_tick(struct scene *s, int32_t day) {
    mk_tick(&s->m, day);
    fold(s);
}

void s_finding(struct scene *s, char id, const char *rule, const char *key, int sev, int status,
               int32_t due, int64_t fen) {
    struct pt_ledger_tick tick;
    Pentad__V1__Record r = mk_record(K(PROJECT), key, 2019, 0);
    Pentad__V1__Discrepancy d = PENTAD__V1__DISCREPANCY__INIT;
    Pentad__V1__DiscrepancyFigure f = PENTAD__V1__DISCREPANCY_FIGURE__INIT;
    Pentad__V1__DiscrepancyFigure *fp = &f;
    char zh[256];
    char who[] = "finance";
    char *whop = who;
    uint8_t bytes[16];

    cr_assert_eq(pt_ledger_last_tick(s->l, &tick, NULL), 0);
    memset(bytes, id, sizeof bytes);
    d.has_id = d.has_severity = d.has_episode = d.has_kind = d.has_fiscal_year = d.has_status = 1;
    d.id.data = bytes;
    d.id.len = sizeof bytes;
    d.rule = txt(rule);
    d.severity = (Pentad__V1__Severity)sev;
    d.episode = 1;
    d.kind = K(PROJECT);
    d.key = txt(key);
    d.fiscal_year = 2019;
    d.status = (Pentad__V1__DiscrepancyStatus)status;
    d.has_due = due != 0;
    d.due = due;
    d.has_tick_day = d.has_tick_seq = 1;
    d.tick_day = tick.day;
    d.tick_seq = tick.seq;
    f.label = txt("x");
    f.unit = txt("fen");
    f.has_value = 1;
    f.value = fen;
    d.n_figures = 1;
    d.figures = &fp;
    d.n_responders = 1;
    d.responders = &whop;
    (void)snprintf(zh, sizeof zh, "〔%s〕某项目（%s），2019年度：事实%c", rule, key, id);
    d.message_zh = zh;
    d.message_en = txt("[K] project 2019 FY2019: fact");
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = &d;
    (void)mk_add(&s->m, "hub", &r);
    fold(s);
}

void s_clues_received(struct scene *s, const char *month, uint32_t n) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__SealedCount c = PENTAD__V1__SEALED_COUNT__INIT;

    c.rule = txt("D01");
    c.period = txt(month);
    c.has_count = 1;
    c.count = n;
    r.body_case = PENTAD__V1__RECORD__BODY_SEALED_COUNT;
    r.sealed_count = &c;
    (void)mk_add(&s->m, "discipline", &r);
}

void s_pay(struct scene *s, const char *project, int bk, int32_t day, int64_t fen) {
    static int no;
    Pentad__V1__Record r = mk_record(K(UNIT), "UNIT", 2019, day);
    Pentad__V1__PaymentBatch b = PENTAD__V1__PAYMENT_BATCH__INIT;
    Pentad__V1__PaymentLine l = PENTAD__V1__PAYMENT_LINE__INIT;
    Pentad__V1__PaymentLine *lp = &l;
    char voucher[32];

    (void)snprintf(voucher, sizeof voucher, "V%d", ++no);
    b.has_pay_date = b.has_sum_fen = 1;
    b.pay_date = day;
    b.sum_fen = fen;
    b.n_lines = 1;
    b.lines = &lp;
    l.voucher_no = voucher;
    l.subject = txt(project);
    l.has_bk = l.has_fund_year = l.has_fen = l.has_op = 1;
    l.bk = (Pentad__V1__BudgetKind)bk;
    l.fund_year = 2019;
    l.fen = fen < 0 ? -fen : fen;
    l.op = fen < 0 ? PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND
                   : PENTAD__V1__PAYMENT_OP__PAYMENT_OP_PAY;
    r.body_case = PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
    r.payment_batch = &b;
    (void)mk_add(&s->m, "finance", &r);
}

static void allot(struct scene *s, int kind, const char *project, const char *dept, int bk,
                  int32_t on, int64_t fen) {
    Pentad__V1__Record r = mk_record(K(PROJECT), project, 2019, on);
    Pentad__V1__Allotment a = PENTAD__V1__ALLOTMENT__INIT;

    a.has_kind = a.has_bk = a.has_fund_year = a.has_fen = a.has_final_level = a.has_issued_on = 1;
    a.kind = (Pentad__V1__AllotmentKind)kind;
    a.quota_no = txt(project);
    a.dept = txt(dept);
    a.bk = (Pentad__V1__BudgetKind)bk;
    a.fund_year = 2019;
    a.fen = fen;
    a.final_level = 1;
    a.issued_on = on;
    r.body_case = PENTAD__V1__RECORD__BODY_ALLOTMENT;
    r.allotment = &a;
    (void)mk_add(&s->m, "finance", &r);
}

void s_param(struct scene *s, const char *name, const char *text) {
    static const char *const parties[] = {"congress", "audit"};
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__RuleSet set = PENTAD__V1__RULE_SET__INIT;
    Pentad__V1__RuleParam p = PENTAD__V1__RULE_PARAM__INIT;
    Pentad__V1__RuleParam *pp = &p;
    struct mk_ref ref;
    char *end;

    p.name = txt(name);
    p.value = strtoll(text, &end, 10);
    p.has_value = *end == '\0';
    p.text = p.has_value ? NULL : txt(text);
    set.n_params = 1;
    set.params = &pp;
    r.has_effective = 1;
    r.effective = 20190101;
    r.body_case = PENTAD__V1__RECORD__BODY_RULE_SET;
    r.rule_set = &set;
    ref = mk_add(&s->m, "office", &r);
    for (int i = 0; i < 2; i++) {
        Pentad__V1__Record ar = PENTAD__V1__RECORD__INIT;
        Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;

        a.target = &ref.ref;
        a.target_type = txt("H07");
        a.has_verdict = 1;
        a.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
        ar.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
        ar.approval = &a;
        (void)mk_add(&s->m, parties[i], &ar);
    }
}

static void beginning(struct scene *s) {
    struct mklog *m = &s->m;

    (void)mk_org(m, K(DEPT), "A", "市教育局", NULL, "370100");
    (void)mk_org(m, K(DEPT), "B", HOSTILE, NULL, "370100");
    (void)mk_org(m, K(DEPT), "C", "市水务局", NULL, "370100");
    (void)mk_org(m, K(DEPT), "D", "市气象局", NULL, "370100");
    (void)mk_project(m, "PA", "校舍改造", "A", NULL);
    (void)mk_project(m, "PB", "<b>项目</b>", "B", NULL);
    (void)mk_project(m, "PC", "河道治理", "C", NULL);
    (void)mk_project(m, "PD", "雷达维护", "D", NULL);
    (void)mk_approve_budget(m, 1, "370100", "济人发1", 2019, 20190117, "2050201", "A", NULL,
                            1000 * WAN, 1);
    (void)mk_approve_budget(m, 1, "370100", "济人发2", 2019, 20190117, "2130301", "B", NULL,
                            500 * WAN, 1);
    /* A project's line of a department's line that holds it already. */
    (void)mk_approve_budget(m, 1, "370100", "济人发3", 2019, 20190117, "2130301", "B", "PB",
                            500 * WAN, 1);
    allot(s, 1, "PA", "A", 1, 20190120, 1000 * WAN);
    allot(s, 1, "PB", "B", 1, 20190120, 500 * WAN);
    allot(s, 1, "PC", "C", 2, 20190120, 200 * WAN);
    s_pay(s, "PC", 2, 20190415, 100 * WAN);
    s_pay(s, "PA", 1, 20190510, 300 * WAN);
    s_tick(s, 20190520);
    s_finding(s, '1', "K01", "PA", 3, 1, 20190603, 100 * WAN);
    s_finding(s, '2', "K25", "PB", 2, 1, 20190603, 0);
    s_tick(s, 20190607);
}

void s_june(struct scene *s) {
    s_pay(s, "PA", 1, 20190530, 20 * WAN);
    allot(s, 2, "PB", "B", 1, 20190610, 100 * WAN);
    s_tick(s, 20190612);
    s_pay(s, "PA", 1, 20190614, 180 * WAN);
    s_pay(s, "PB", 1, 20190612, 150 * WAN);
    s_pay(s, "PB", 1, 20190620, -30 * WAN);
    s_pay(s, "PD", 1, 20190605, 10 * WAN);
    s_tick(s, 20190620);
    s_finding(s, '2', "K25", "PB", 2, 3, 20190603, 0);
    s_finding(s, '3', "K05", "PD", 3, 1, 20190710, 20 * WAN);
    s_tick(s, 20190705);
    s_finding(s, '4', "K06", "PC", 2, 1, 20190801, 5 * WAN);
}

void s_play(struct scene *s, int32_t last) {
    beginning(s);
    if (last >= 20190705)
        s_june(s);
    if (last >= 20190708) {
        /* Nothing of this is in June's brief. */
        s_pay(s, "PB", 1, 20190625, 7 * WAN);
        s_tick(s, 20190708);
        s_finding(s, '5', "K04", "PA", 3, 1, 20190801, 900 * WAN);
    }
}

json_t *s_brief(struct scene *s, const char *period) {
    struct pt_err err = {0};
    json_t *j = NULL;

    cr_assert_eq(pt_brief_make(s->l, period, 0, &j, &err), 0, "%s", err.msg);
    return j;
}

static json_t *find(const json_t *list, const char *member, const char *value) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *o = json_array_get(list, i);
        const char *v = json_string_value(json_object_get(o, member));

        if (v && strcmp(v, value) == 0)
            return o;
    }
    return NULL;
}

json_t *s_table(const json_t *brief, const char *id) {
    const json_t *sections = json_object_get(brief, "sections");

    for (size_t i = 0; i < json_array_size(sections); i++) {
        const json_t *blocks = json_object_get(json_array_get(sections, i), "blocks");

        for (size_t k = 0; k < json_array_size(blocks); k++) {
            json_t *b = json_array_get(blocks, k);
            const char *v = json_string_value(json_object_get(b, "id"));

            if (v && strcmp(v, id) == 0 && json_object_get(b, "rows"))
                return b;
        }
    }
    cr_assert_fail("no table %s", id);
    return NULL;
}

json_t *s_cell(const json_t *brief, const char *table, const char *row, const char *column) {
    const json_t *t = s_table(brief, table);
    const json_t *columns = json_object_get(t, "columns");
    const json_t *r = find(json_object_get(t, "rows"), "key", row);
    const json_t *c = find(columns, "key", column);

    cr_assert_not_null(r, "table %s has no row %s", table, row);
    cr_assert_not_null(c, "table %s has no column %s", table, column);
    for (size_t i = 0; i < json_array_size(columns); i++)
        if (json_array_get(columns, i) == c)
            return json_array_get(json_object_get(r, "cells"), i);
    return NULL;
}

const char *s_text(const json_t *brief, const char *table, const char *row, const char *column) {
    const json_t *cell = s_cell(brief, table, row, column);
    const char *text = json_string_value(json_object_get(cell, "text"));

    text = text ? text : json_string_value(json_object_get(cell, "zh"));
    return text ? text : "";
}
