/* BR4: discrepancies that are new, open, closed, overdue; funds that are held back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/party.h>
#include <pentad/rules/rules.h>
#include <pentad/v1/common.pb-c.h>

#include "internal.h"

#define SK(name) PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_##name

static const char *const sev_zh[] = {"", "提示", "黄色预警", "红色预警"};
static const char *const sev_en[] = {"", "Info", "Yellow", "Red"};
static const char *const status_zh[] = {"", "待答复", "已答复", "已销号", "已认可"};
static const char *const status_en[] = {"", "open", "replied", "closed", "waived"};

static void number_cell(struct pt_brief *b, json_t *cells, int64_t v, int source) {
    struct pt_brief_num n = pt_brief_count_num(v, source);

    pt_brief_add(b, cells, pt_brief_number(b, &n));
}

/* ---- counts ---- */

static void table_counts(struct pt_brief *b, json_t *section) {
    json_t *t =
        pt_brief_table(b, section, "T4", "预警增减情况", "Discrepancies by severity", false);
    int fresh = pt_brief_warning_source(b, "fresh", "本期新增的比对差异",
                                        "discrepancies new in this period");
    int closed = pt_brief_warning_source(b, "closed", "本期销号的比对差异",
                                         "discrepancies closed in this period");
    int open =
        pt_brief_warning_source(b, "open", "期末在办的比对差异", "discrepancies open at the end");
    int overdue =
        pt_brief_warning_source(b, "overdue", "逾期未整改的比对差异", "overdue discrepancies");

    pt_brief_column(b, t, "severity", "级别", "Severity", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "before", "上期在办", "Open before", "right");
    pt_brief_column(b, t, "fresh", "本期新增", "New", "right");
    pt_brief_column(b, t, "closed", "本期销号", "Closed", "right");
    pt_brief_column(b, t, "open", "期末在办", "Open", "right");
    pt_brief_column(b, t, "overdue", "其中逾期", "Overdue", "right");
    for (int s = 3; s >= 1; s--) {
        json_t *cells = pt_brief_row_new(b, t,
                                         s == 3   ? "red"
                                         : s == 2 ? "yellow"
                                                  : "info",
                                         s == 3   ? "red"
                                         : s == 2 ? "yellow"
                                                  : NULL);

        pt_brief_add(b, cells, pt_brief_put_text(b, sev_zh[s], sev_en[s]));
        number_cell(b, cells, b->count_before.open[s], -1);
        number_cell(b, cells, b->count.fresh[s], fresh);
        number_cell(b, cells, b->count.closed[s], closed);
        number_cell(b, cells, b->count.open[s], open);
        number_cell(b, cells, b->count.overdue[s], overdue);
    }
}

static void chart_months(struct pt_brief *b, json_t *section) {
    json_t *c =
        pt_brief_chart(b, section, "C4", "stack", "各月新增比对差异", "New discrepancies by month");
    json_t *t = pt_brief_table(b, section, "C4", "各月比对差异", "Discrepancies by month", false);
    json_t *series[4];

    series[3] = pt_brief_series(b, c, sev_zh[3], sev_en[3]);
    series[2] = pt_brief_series(b, c, sev_zh[2], sev_en[2]);
    series[1] = pt_brief_series(b, c, sev_zh[1], sev_en[1]);
    pt_brief_column(b, t, "month", "月份", "Month", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "red", "新增红色", "New red", "right");
    pt_brief_column(b, t, "yellow", "新增黄色", "New yellow", "right");
    pt_brief_column(b, t, "info", "新增提示", "New info", "right");
    pt_brief_column(b, t, "closed", "销号", "Closed", "right");
    pt_brief_column(b, t, "open", "期末在办", "Open", "right");
    for (size_t i = b->first_window; i < PT_BRIEF_WINDOWS; i++) {
        const struct pt_brief_count *k = &b->counts[i];
        json_t *cells = pt_brief_row_new(b, t, b->months[i].text, NULL);

        pt_brief_add(b, json_object_get(c, "labels"), pt_brief_textf(b, "%s", b->months[i].text));
        pt_brief_add(b, cells, pt_brief_textf(b, "%s", b->months[i].text));
        for (int s = 3; s >= 1; s--) {
            struct pt_brief_num n = pt_brief_count_num(k->fresh[s], -1);

            pt_brief_add(b, series[s], pt_brief_number(b, &n));
            number_cell(b, cells, k->fresh[s], -1);
        }
        number_cell(b, cells, k->closed[1] + k->closed[2] + k->closed[3], -1);
        number_cell(b, cells, k->open[1] + k->open[2] + k->open[3], -1);
    }
}

/* ---- lists ---- */

struct item {
    const struct pt_brief_state *state;
    int64_t fen;
};

static int worst_first(const void *x, const void *y) {
    const struct item *a = x;
    const struct item *b = y;

    if (a->state->sev != b->state->sev)
        return b->state->sev - a->state->sev;
    if (a->fen != b->fen)
        return a->fen < b->fen ? 1 : -1;
    return memcmp(a->state->id, b->state->id, 16);
}

/* What the message says behind its prefix (rule, subject, year), which has columns of its own. */
static const char *tail(const char *message, bool chinese) {
    const char *mark = chinese ? "年度：" : ": ";
    const char *at = strstr(message, mark);

    return at ? at + strlen(mark) : message;
}

/* Whose department answers for the subject: its own name where it is a body itself. */
static void responsible(struct pt_brief *b, int kind, const char *key, char *out, size_t cap) {
    static const char sql[] =
        "SELECT dept FROM dept_subject WHERE subject = ?1 ORDER BY dept LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int rc;

    out[0] = '\0';
    if (kind == SK(DEPT) || kind == SK(UNIT) || kind == SK(REGION)) {
        (void)pt_brief_name(b, kind, key, out, cap);
        return;
    }
    rc = pt_sql_query(b->sql, &st, NULL, sql, "s", key);
    if (pt_sql_row(b->sql, st, &rc, NULL))
        (void)pt_brief_name(b, SK(DEPT), pt_sql_text(st, 0), out, cap);
    pt_sql_done(b->sql, st);
}

/* The parties that must answer, as a fallback for the responsible body. */
static void responders(const char *list, bool chinese, char *out, size_t cap) {
    json_t *names = json_loads(list, 0, NULL);
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(names) && n < cap; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const char *say = name && chinese ? pt_party_name_zh(pt_party_from_name(name)) : name;

        n += (size_t)snprintf(out + n, cap - n, "%s%s", n ? (chinese ? "、" : ", ") : "",
                              say ? say : "");
    }
    json_decref(names);
}

static const char detail_sql[] =
    "SELECT rule, kind, key, fiscal_year, message_zh, message_en, responders FROM f_discrepancy"
    " WHERE rec = ?1";

static void put_responsible(struct pt_brief *b, json_t *cells, int kind, const char *key,
                            const char *list) {
    char zh[320];
    char en[320];

    responsible(b, kind, key, zh, sizeof zh);
    if (zh[0]) {
        pt_brief_add(b, cells, pt_brief_put_text(b, zh, zh));
        return;
    }
    responders(list, true, zh, sizeof zh);
    responders(list, false, en, sizeof en);
    pt_brief_add(b, cells, pt_brief_put_text(b, zh, en));
}

static void put_rule(struct pt_brief *b, json_t *cells, const char *id, const char *ref) {
    const struct pt_rule_info *rule = pt_rules_find(id);
    char zh[160];
    char en[160];

    (void)snprintf(zh, sizeof zh, "%s %s", id, rule ? rule->name_zh : "");
    (void)snprintf(en, sizeof en, "%s %s", id, rule ? rule->name_en : "");
    pt_brief_add(b, cells, pt_brief_cell_record(b, zh, en, ref));
}

static int put_item(struct pt_brief *b, json_t *t, const struct item *it, bool severity,
                    struct pt_err *err) {
    const struct pt_brief_state *s = it->state;
    struct sqlite3_stmt *st = NULL;
    char ref[96];
    char name[640];
    char due[11] = "—";
    bool late = pt_brief_overdue(s, b->now.day);
    json_t *cells;
    int rc = pt_sql_query(b->sql, &st, err, detail_sql, "i", s->rec);

    if (!pt_sql_row(b->sql, st, &rc, err)) {
        pt_sql_done(b->sql, st);
        return rc;
    }
    (void)pt_brief_ref(b, s->rec, ref, sizeof ref);
    cells = pt_brief_row_new(b, t, ref, late ? "late" : NULL);
    put_rule(b, cells, pt_sql_text(st, 0), ref);
    if (severity)
        pt_brief_add(b, cells, pt_brief_put_text(b, sev_zh[s->sev], sev_en[s->sev]));
    (void)pt_brief_name(b, pt_sql_i32(st, 1), pt_sql_text(st, 2), name, sizeof name);
    pt_brief_add(b, cells, pt_brief_textf(b, "%s", name));
    put_responsible(b, cells, pt_sql_i32(st, 1), pt_sql_text(st, 2), pt_sql_text(st, 6));
    pt_brief_add(b, cells,
                 pt_brief_cell_record(b, tail(pt_sql_text(st, 4), true),
                                      tail(pt_sql_text(st, 5), false), ref));
    if (pt_date_valid(s->due))
        pt_date_format(due, s->due);
    pt_brief_add(b, cells, pt_brief_textf(b, "%s", due));
    if (late) {
        char zh[64];
        char en[64];
        int days = pt_date_diff(b->now.day, s->due);

        (void)snprintf(zh, sizeof zh, "%s，逾期%d日", status_zh[s->status], days);
        (void)snprintf(en, sizeof en, "%s, %d days late", status_en[s->status], days);
        pt_brief_add(b, cells, pt_brief_put_text(b, zh, en));
    } else {
        pt_brief_add(b, cells, pt_brief_put_text(b, status_zh[s->status], status_en[s->status]));
    }
    pt_sql_done(b->sql, st);
    return rc;
}

/* Open ones of the severity (0: any), overdue only where `late`; worst first. */
static size_t choose(struct pt_brief *b, int sev, bool late, struct item *items, int64_t *ret_fen) {
    size_t n = 0;

    *ret_fen = 0;
    for (size_t i = 0, end; i < b->n_states; i = end) {
        const struct pt_brief_state *s;

        end = pt_brief_state_end(b, i);
        s = pt_brief_state_at(b, i, end - i, &b->now);
        if (!pt_brief_open(s) || (sev && s->sev != sev) ||
            (late && !pt_brief_overdue(s, b->now.day)))
            continue;
        items[n].state = s;
        items[n].fen = pt_brief_at_stake(b, s->rec);
        if (*ret_fen < INT64_MAX - items[n].fen)
            *ret_fen += items[n].fen;
        n++;
    }
    if (n > 0) {
        qsort(items, n, sizeof *items, worst_first);
    }
    return n;
}

static int list(struct pt_brief *b, json_t *section, const char *id, const char *zh, const char *en,
                const struct item *items, size_t n, bool severity, struct pt_err *err) {
    json_t *t = pt_brief_table(b, section, id, zh, en, false);
    int rc = 0;

    pt_brief_column(b, t, "rule", "规则", "Rule", "left");
    pt_brief_min(b, t, 5);
    if (severity) {
        pt_brief_column(b, t, "severity", "级别", "Severity", "left");
        pt_brief_keep(b, t);
    }
    pt_brief_column(b, t, "subject", "事项", "Subject", "left");
    pt_brief_min(b, t, 7);
    pt_brief_column(b, t, "responsible", "责任单位", "Responsible", "left");
    pt_brief_min(b, t, 6);
    pt_brief_column(b, t, "fact", "事实", "Fact", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "due", "期限", "Due", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "status", "状态", "Status", "left");
    pt_brief_min(b, t, 6);
    for (size_t i = 0; i < n && i < PT_BRIEF_LIST_MAX && rc == 0; i++)
        rc = put_item(b, t, &items[i], severity, err);
    if (n > PT_BRIEF_LIST_MAX) {
        char more_zh[64];
        char more_en[64];

        (void)snprintf(more_zh, sizeof more_zh, "另有%zu项，见台账", n - PT_BRIEF_LIST_MAX);
        (void)snprintf(more_en, sizeof more_en, "%zu more: see the ledger", n - PT_BRIEF_LIST_MAX);
        pt_brief_put(b, t, "note", pt_brief_put_text(b, more_zh, more_en));
    }
    return rc;
}

/* ---- funds held back ---- */

static const char held_sql[] =
    "SELECT rec, subject, kind, action, effective, reason FROM ("
    " SELECT r.rec, r.subject, r.kind, f.action, r.valid_from AS effective, f.reason,"
    "  row_number() OVER (PARTITION BY r.subject, coalesce(f.unit, '')" PT_BRIEF_ORDER(
        "r") ") AS nth"
             " FROM record r JOIN f_fund_control f ON f.rec = r.rec"
             " WHERE r.type = @TYPE_FUND_CONTROL AND f.action IN (@FUND_ACTION_SUSPEND, "
             "@FUND_ACTION_STOP, "
             "@FUND_ACTION_RESUME) AND r.valid_from <= ?2 "
             "AND " PT_BRIEF_LIVE("r", "?1") ") WHERE nth = 1 AND action IN (@FUND_ACTION_SUSPEND, "
                                             "@FUND_ACTION_STOP) ORDER BY effective, rec LIMIT 500";

static int table_held(struct pt_brief *b, json_t *section, struct pt_err *err) {
    json_t *t = pt_brief_table(b, section, "T5-2", "暂缓、停止拨款情况",
                               "Funds suspended or stopped", false);
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, held_sql, "ii", (int64_t)b->now.known_at,
                          (int64_t)b->now.day);

    pt_brief_column(b, t, "subject", "事项", "Subject", "left");
    pt_brief_column(b, t, "responsible", "责任单位", "Responsible", "left");
    pt_brief_column(b, t, "action", "措施", "Measure", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "from", "生效日期", "From", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "reason", "原因", "Reason", "left");
    pt_brief_grow(b, t);
    while (pt_sql_row(b->sql, st, &rc, err)) {
        char ref[96];
        char name[640];
        char day[11] = "—";
        bool stop = pt_sql_i32(st, 3) == 3;
        json_t *cells;

        (void)pt_brief_ref(b, pt_sql_i64(st, 0), ref, sizeof ref);
        cells = pt_brief_row_new(b, t, ref, NULL);
        (void)pt_brief_name(b, pt_sql_i32(st, 2), pt_sql_text(st, 1), name, sizeof name);
        pt_brief_add(b, cells, pt_brief_cell_record(b, name, name, ref));
        put_responsible(b, cells, pt_sql_i32(st, 2), pt_sql_text(st, 1), "[]");
        pt_brief_add(b, cells,
                     stop ? pt_brief_put_text(b, "停止拨款", "stopped")
                          : pt_brief_put_text(b, "暂缓拨款", "suspended"));
        if (pt_date_valid(pt_sql_i32(st, 4)))
            pt_date_format(day, pt_sql_i32(st, 4));
        pt_brief_add(b, cells, pt_brief_textf(b, "%s", day));
        pt_brief_add(b, cells, pt_brief_textf(b, "%s", pt_sql_text(st, 5)));
        b->held++;
    }
    pt_sql_done(b->sql, st);
    return rc;
}

static void opening(struct pt_brief *b, json_t *section) {
    json_t *v = json_object();
    char from[11];
    char to[11];

    pt_date_format(to, b->now.day);
    if (b->since.day)
        pt_date_format(from, b->since.day);
    else
        (void)snprintf(from, sizeof from, "—");
    pt_brief_var_text(b, v, "from", from, from);
    pt_brief_var_text(b, v, "to", to, to);
    if (b->since.day)
        pt_brief_note(b, section, "统计区间：自上期简报截止日（{from}）之后至本期截止日（{to}）。",
                      "Counted: after the last brief's cut-off ({from}) up to this one's ({to}).",
                      v);
    else
        pt_brief_note(b, section, "统计区间：自台账启用至本期截止日（{to}）。",
                      "Counted: from the ledger's beginning up to this brief's cut-off ({to}).", v);
}

int pt_brief_warnings(struct pt_brief *b, struct pt_err *err) {
    json_t *s = pt_brief_section(b, "BR4", false, "预警与整改情况", "Warnings and rectification");
    struct item *items = calloc(b->n_states ? b->n_states : 1, sizeof *items);
    int64_t fen;
    size_t skip = 0; /* the red ones stand in the table before */
    size_t n;
    int rc;

    if (!items)
        return pt_err_set(err, PT_E_NOMEM, "brief: no memory for findings");
    opening(b, s);
    table_counts(b, s);
    chart_months(b, s);
    n = choose(b, 3, false, items, &fen);
    rc = list(b, s, "T5", "红色预警清单", "Red warnings", items, n, false, err);
    n = choose(b, 0, true, items, &b->overdue_fen);
    while (skip < n && items[skip].state->sev == 3)
        skip++;
    rc = rc == 0 ? list(b, s, "T5-1", "逾期未整改清单（红色预警以外）", "Overdue, other than red",
                        items + skip, n - skip, true, err)
                 : rc;
    free(items);
    return rc == 0 ? table_held(b, s, err) : rc;
}
