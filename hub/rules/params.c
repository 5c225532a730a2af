/* Parameters: defaults registered beside the rules, values from the H07 in force. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* Not one rule's own: how long a finding may wait for its reply, in working days. */
static const struct pt_rule_param reply_params[] = {
    {"reply.yellow_workdays", "int", "10", "黄色预警答复期限（工作日）"},
    {"reply.red_workdays", "int", "5", "红色预警答复期限（工作日）"},
};

const struct pt_rule_param *pt_rules_common_params(size_t *ret_n) {
    *ret_n = sizeof reply_params / sizeof reply_params[0];
    return reply_params;
}

static const struct pt_rule_param *find_param(struct pt_engine *e, const char *name) {
    for (size_t i = 0; i < sizeof reply_params / sizeof reply_params[0]; i++)
        if (strcmp(reply_params[i].name, name) == 0)
            return &reply_params[i];
    for (size_t i = 0; i < e->n_rules; i++)
        for (size_t k = 0; k < e->rules[i].info.n_params; k++)
            if (strcmp(e->rules[i].params[k].name, name) == 0)
                return &e->rules[i].params[k];
    return NULL;
}

int64_t pt_param(struct pt_engine *e, const char *name) {
    const struct pt_rule_param *p = find_param(e, name);

    PT_ASSERT(p != NULL && strcmp(p->type, "int") == 0);
    for (size_t i = 0; i < e->n_params; i++)
        if (strcmp(e->params[i].name, name) == 0)
            return e->params[i].value;
    return strtoll(p->fallback, NULL, 10);
}

/* param(name): the value in force at the tick that runs. */
static void fn_param(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_engine *e = sqlite3_user_data(ctx);
    const char *name = (const char *)sqlite3_value_text(v[0]);
    const struct pt_rule_param *p = name ? find_param(e, name) : NULL;

    (void)n;
    if (!p)
        sqlite3_result_error(ctx, "no such parameter", -1);
    else if (strcmp(p->type, "int") == 0)
        sqlite3_result_int64(ctx, pt_param(e, p->name));
    else
        sqlite3_result_text(ctx, p->fallback, -1, SQLITE_STATIC);
}

static void fn_tick_day(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct pt_engine *e = sqlite3_user_data(ctx);

    (void)n;
    (void)v;
    sqlite3_result_int(ctx, e->tick.day);
}

int pt_params_register(struct pt_engine *e, struct pt_err *err) {
    if (sqlite3_create_function_v2(e->db, "param", 1, SQLITE_UTF8, e, fn_param, NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_create_function_v2(e->db, "tick_day", 0, SQLITE_UTF8, e, fn_tick_day, NULL, NULL,
                                   NULL) != SQLITE_OK)
        return pt_err_set(err, PT_E_STORE, "rules: %s", sqlite3_errmsg(e->db));
    return 0;
}

int pt_params_load(struct pt_engine *e, struct pt_err *err) {
    sqlite3_stmt *st = NULL;

    e->n_params = 0;
    if (sqlite3_prepare_v2(e->db, "SELECT name, value FROM param WHERE typeof(value) = 'integer'",
                           -1, &st, NULL) != SQLITE_OK)
        return pt_err_set(err, PT_E_STORE, "rules: %s", sqlite3_errmsg(e->db));
    while (e->n_params < PT_PARAMS_MAX && sqlite3_step(st) == SQLITE_ROW) {
        (void)snprintf(e->params[e->n_params].name, sizeof e->params[0].name, "%s",
                       (const char *)sqlite3_column_text(st, 0));
        e->params[e->n_params++].value = sqlite3_column_int64(st, 1);
    }
    sqlite3_finalize(st);
    return 0;
}

/* What H07 says today, name by name: the newest that is in force by its effective day. */
static const char in_force[] =
    "SELECT name, value, was FROM (SELECT p.name, coalesce(p.value, p.text) AS value,"
    "  (SELECT o.value FROM param o WHERE o.name = p.name) AS was,"
    "  row_number() OVER (PARTITION BY p.name ORDER BY p.r_valid DESC, p.r_issued DESC, p.rec DESC)"
    "    AS nth FROM v_rule_set_params p WHERE p.r_valid <= ?1) WHERE nth = 1 AND value IS NOT was"
    " UNION ALL SELECT o.name, NULL, o.value FROM param o WHERE NOT EXISTS (SELECT 1"
    "   FROM v_rule_set_params p WHERE p.name = o.name AND p.r_valid <= ?1)";

static void mark(struct pt_engine *e, const char *name, bool *changed) {
    for (size_t i = 0; i < e->n_rules; i++)
        for (size_t k = 0; k < e->rules[i].info.n_params; k++)
            if (strcmp(e->rules[i].params[k].name, name) == 0)
                changed[i] = true;
}

int pt_params_refresh(struct pt_engine *e, bool *changed, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    struct pt_buf sql;
    int rc = 0;

    memset(changed, 0, e->n_rules * sizeof *changed);
    pt_buf_init(&sql, 1U << 16);
    if (sqlite3_prepare_v2(e->db, in_force, -1, &st, NULL) != SQLITE_OK)
        rc = pt_err_set(err, PT_E_STORE, "rules: %s", sqlite3_errmsg(e->db));
    else
        sqlite3_bind_int(st, 1, e->tick.day);
    while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        char *one;

        if (sqlite3_column_type(st, 1) == SQLITE_NULL)
            one = sqlite3_mprintf("DELETE FROM param WHERE name = %Q;", name);
        else if (sqlite3_column_type(st, 1) == SQLITE_INTEGER)
            one = sqlite3_mprintf("INSERT OR REPLACE INTO param VALUES(%Q, %lld);", name,
                                  sqlite3_column_int64(st, 1));
        else
            one = sqlite3_mprintf("INSERT OR REPLACE INTO param VALUES(%Q, %Q);", name,
                                  sqlite3_column_text(st, 1));
        pt_buf_puts(&sql, one ? one : "");
        sqlite3_free(one);
        mark(e, name, changed);
    }
    sqlite3_finalize(st);
    if (rc == 0 && sql.len > 0 &&
        sqlite3_exec(e->db, pt_buf_cstr(&sql), NULL, NULL, NULL) != SQLITE_OK)
        rc = pt_err_set(err, PT_E_STORE, "rules: %s", sqlite3_errmsg(e->db));
    pt_buf_done(&sql);
    return rc == 0 ? pt_params_load(e, err) : rc;
}
