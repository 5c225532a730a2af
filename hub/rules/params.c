/* Parameters: defaults registered beside the rules, values from the H07 in force. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/ledger/figures.h>
#include <pentad/record/discrepancy.h>

#include "engine.h"

/* Not one rule's own: how long a finding may wait for its reply, in working days; what
 * figures take from the rule set, which hub/ledger reads. */
static const struct pt_rule_param common_params[] = {
    {PT_REPLY_YELLOW, "int", PT_REPLY_YELLOW_DEFAULT, "黄色预警答复期限（工作日）",
     "working days within which a yellow finding is answered"},
    {PT_REPLY_RED, "int", PT_REPLY_RED_DEFAULT, "红色预警答复期限（工作日）",
     "working days within which a red finding is answered"},
    {PT_LIGHT_YELLOW, "int", PT_LIGHT_YELLOW_DEFAULT, "进度灯：偏差低于此数为黄灯（基点）",
     "lights of the progress: a deviation below this is yellow (basis points)"},
    {PT_LIGHT_RED, "int", PT_LIGHT_RED_DEFAULT, "进度灯：偏差低于此数为红灯（基点）",
     "lights of the progress: a deviation below this is red (basis points)"},
    {PT_FG3_WITHOUT_CARRY, "int", PT_FG3_WITHOUT_CARRY_DEFAULT,
     "执行进度的分母：1 不含上年结转，0 含",
     "what progress is measured by: 1 without what was carried over, 0 with it"},
    {PT_FG7_LOW_PPM, "int", PT_FG7_LOW_PPM_DEFAULT, "实际值超过目标值的百万分之几，即目标值偏低",
     "above so many millionths of the target an outcome says that the target was low"},
    {PT_FG14_IDLE_DAYS, "int", PT_FG14_IDLE_DAYS_DEFAULT, "沉淀资金：指标闲置天数",
     "sunk money: days for which a quota line is idle"},
    {PT_BRIEF_WORKDAYS, "int", PT_BRIEF_WORKDAYS_DEFAULT, "简报：期末后第几个工作日过完定稿",
     "briefs: after how many working days behind the period they are final"},
};

const struct pt_rule_param *pt_rules_common_params(size_t *ret_n) {
    *ret_n = sizeof common_params / sizeof common_params[0];
    return common_params;
}

const struct pt_rule_param *pt_param_find(struct pt_engine *e, const char *name) {
    for (size_t i = 0; i < sizeof common_params / sizeof common_params[0]; i++)
        if (strcmp(common_params[i].name, name) == 0)
            return &common_params[i];
    for (size_t i = 0; i < e->n_rules; i++)
        for (size_t k = 0; k < e->rules[i].info.n_params; k++)
            if (strcmp(e->rules[i].params[k].name, name) == 0)
                return &e->rules[i].params[k];
    return NULL;
}

int64_t pt_param(struct pt_engine *e, const char *name) {
    const struct pt_rule_param *p = pt_param_find(e, name);

    PT_ASSERT(p != NULL && strcmp(p->type, "int") == 0);
    for (size_t i = 0; i < e->n_params; i++)
        if (strcmp(e->params[i].name, name) == 0)
            return e->params[i].value;
    return strtoll(p->fallback, NULL, 10);
}

int pt_param_set(struct pt_engine *e, const char *name, int64_t value, struct pt_err *err) {
    size_t i = 0;

    while (i < e->n_params && strcmp(e->params[i].name, name) != 0)
        i++;
    if (i == PT_PARAMS_MAX)
        return pt_err_set(err, PT_E_RANGE, "rules: more than %d parameters", PT_PARAMS_MAX);
    (void)snprintf(e->params[i].name, sizeof e->params[i].name, "%s", name);
    e->params[i].value = value;
    e->n_params += i == e->n_params;
    return 0;
}

/* param(name): the value in force at the tick that runs. Nothing changes it while a statement runs,
 * so that SQLite asks once a run and not once a row. */
static void fn_param(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_engine *e = sqlite3_user_data(ctx);
    const char *name = (const char *)sqlite3_value_text(v[0]);
    const struct pt_rule_param *p = name ? pt_param_find(e, name) : NULL;

    (void)n;
    if (!p)
        sqlite3_result_error(ctx, "no such parameter", -1);
    else
        sqlite3_result_int64(ctx, pt_param(e, p->name));
}

static void fn_tick_day(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_engine *e = sqlite3_user_data(ctx);

    (void)n;
    (void)v;
    sqlite3_result_int(ctx, e->tick.day);
}

/* discrepancy_id(rule, kind, key, fy, period, object): which finding an H02 answers. */
static void fn_discrepancy_id(sqlite3_context *ctx, int n, sqlite3_value **v) {
    uint8_t id[16];

    (void)n;
    pt_discrepancy_id(id, (const char *)sqlite3_value_text(v[0]),
                      (Pentad__V1__SubjectKind)sqlite3_value_int(v[1]),
                      (const char *)sqlite3_value_text(v[2]), sqlite3_value_int(v[3]),
                      (const char *)sqlite3_value_text(v[4]),
                      (const char *)sqlite3_value_text(v[5]));
    sqlite3_result_blob(ctx, id, sizeof id, SQLITE_TRANSIENT);
}

int pt_params_register(struct pt_engine *e, struct pt_err *err) {
    if (sqlite3_create_function_v2(e->sql->db, "discrepancy_id", 6,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, fn_discrepancy_id,
                                   NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_create_function_v2(e->sql->db, "param", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, e,
                                   fn_param, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_create_function_v2(e->sql->db, "tick_day", 0, SQLITE_UTF8 | SQLITE_DETERMINISTIC, e,
                                   fn_tick_day, NULL, NULL, NULL) != SQLITE_OK)
        return pt_sql_err(e->sql, 0, err, "the rules' functions");
    return 0;
}

int pt_params_load(struct pt_engine *e, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(e->sql, &st, err, "SELECT name, value FROM param", "");

    e->n_params = 0;
    while (e->n_params < PT_PARAMS_MAX && pt_sql_row(e->sql, st, &rc, err)) {
        (void)snprintf(e->params[e->n_params].name, sizeof e->params[0].name, "%s",
                       pt_sql_text(st, 0));
        e->params[e->n_params++].value = pt_sql_i64(st, 1);
    }
    pt_sql_done(e->sql, st);
    return rc;
}

/* What H07 says today where it is another thing than what is stored, name by name: the newest that
 * is in force by its effective day; NULL where none says anything any more. A text says nothing:
 * every parameter is a number, here as in the figures. */
static const char in_force[] =
    "INSERT INTO temp.param_now SELECT name, value FROM (SELECT p.name, p.value,"
    "  (SELECT o.value FROM param o WHERE o.name = p.name) AS was,"
    "  row_number() OVER (PARTITION BY p.name ORDER BY p.r_valid DESC, p.r_issued DESC,"
    "    p.r_stream DESC, p.r_seq DESC) AS nth FROM v_rule_set_params p WHERE p.value IS NOT NULL"
    "  AND p.r_valid <= ?1) WHERE nth = 1 AND value IS NOT was"
    " UNION ALL SELECT o.name, NULL FROM param o WHERE NOT EXISTS (SELECT 1"
    "   FROM v_rule_set_params p WHERE p.name = o.name AND p.value IS NOT NULL"
    "   AND p.r_valid <= ?1)";

static const char take_over[] =
    "DELETE FROM param WHERE name IN (SELECT name FROM temp.param_now);"
    "INSERT INTO param SELECT name, value FROM temp.param_now WHERE value IS NOT NULL;";

static void mark(struct pt_engine *e, const char *name, bool *changed) {
    for (size_t i = 0; i < e->n_rules; i++)
        for (size_t k = 0; k < e->rules[i].info.n_params; k++)
            if (strcmp(e->rules[i].params[k].name, name) == 0)
                changed[i] = true;
}

int pt_params_refresh(struct pt_engine *e, bool *changed, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc;

    memset(changed, 0, e->n_rules * sizeof *changed);
    rc = pt_sql_run(e->sql, err, "DELETE FROM temp.param_now", "");
    rc = rc == 0 ? pt_sql_run(e->sql, err, in_force, "i", (int64_t)e->tick.day) : rc;
    rc = rc == 0 ? pt_sql_query(e->sql, &st, err, "SELECT name FROM temp.param_now", "") : rc;
    while (pt_sql_row(e->sql, st, &rc, err))
        mark(e, pt_sql_text(st, 0), changed);
    pt_sql_done(e->sql, st);
    rc = rc == 0 ? pt_sql_script(e->sql, take_over, err) : rc;
    return rc == 0 ? pt_params_load(e, err) : rc;
}
