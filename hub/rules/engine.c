#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/discrepancy.h>

static int sql_err(struct pt_engine *e, struct pt_err *err, const char *what) {
    return pt_err_set(err, PT_E_STORE, "rule %s: %s", what, sqlite3_errmsg(e->db));
}

static int run(struct pt_engine *e, sqlite3_stmt *st, const char *what, struct pt_err *err) {
    int s = sqlite3_step(st);
    int rc = s == SQLITE_DONE || s == SQLITE_ROW ? 0 : sql_err(e, err, what);

    sqlite3_reset(st);
    return rc;
}

static char *col_text(struct pt_engine *e, sqlite3_stmt *st, int c) {
    const char *s = (const char *)sqlite3_column_text(st, c);

    return pt_arena_strdup(&e->arena, s ? s : "");
}

/* Figures as lines, in the rule's order; what is NULL is left out. */
static const char *figure_lines(struct pt_engine *e, const struct pt_rule *r,
                                const struct pt_rule_stmts *s) {
    pt_buf_reset(&e->buf);
    for (size_t f = 0; f < r->n_figures; f++) {
        int c = s->figure_col[f];
        if (sqlite3_column_type(s->condition, c) != SQLITE_NULL)
            pt_buf_printf(&e->buf, "%s\t%s\n", r->figures[f].label,
                          (const char *)sqlite3_column_text(s->condition, c));
    }
    return pt_arena_strdup(&e->arena, pt_buf_cstr(&e->buf));
}

static void read_condition(struct pt_engine *e, size_t no, struct pt_condition *c) {
    sqlite3_stmt *st = e->st[no].condition;
    const char *state = (const char *)sqlite3_column_text(st, 8);

    c->rule = &e->rules[no];
    c->rule_no = no;
    c->kind = sqlite3_column_int(st, 3);
    c->key = col_text(e, st, 4);
    c->fy = sqlite3_column_int(st, 5);
    c->period = col_text(e, st, 6);
    c->object = col_text(e, st, 7);
    c->state = !state || strcmp(state, "CLEAR") == 0 ? PT_STATE_CLEAR
               : strcmp(state, "FIRE") == 0          ? PT_STATE_FIRE
                                                     : PT_STATE_UNKNOWN;
    c->sev = sqlite3_column_int(st, 9);
    c->figures = c->state == PT_STATE_FIRE ? figure_lines(e, c->rule, &e->st[no]) : "";
    pt_discrepancy_id(c->id, c->rule->info.id, (Pentad__V1__SubjectKind)c->kind, c->key, c->fy,
                      c->period, c->object);
}

static void bind_key(sqlite3_stmt *st, const struct pt_condition *c) {
    sqlite3_bind_text(st, 1, c->rule->info.id, -1, SQLITE_STATIC);
    sqlite3_bind_int(st, 2, c->kind);
    sqlite3_bind_text(st, 3, c->key, -1, SQLITE_STATIC);
    sqlite3_bind_int(st, 4, c->fy);
    sqlite3_bind_text(st, 5, c->period, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 6, c->object, -1, SQLITE_STATIC);
}

/* Same as what is stored? `strict`: day counts too. */
static bool same(struct pt_engine *e, const struct pt_condition *c, bool strict) {
    sqlite3_stmt *st = e->own[PT_R_GET];
    bool yes;

    bind_key(st, c);
    yes = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0) == c->state &&
          sqlite3_column_int(st, 1) == c->sev;
    if (yes) {
        const char *was = (const char *)sqlite3_column_text(st, 2);
        yes = strict ? strcmp(was, c->figures) == 0
                     : strcmp(pt_finding_steady(e, c->rule, was),
                              pt_finding_steady(e, c->rule, c->figures)) == 0;
    }
    sqlite3_reset(st);
    return yes;
}

static int put(struct pt_engine *e, const struct pt_condition *c, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_PUT];
    sqlite3_stmt *from = e->st[c->rule_no].condition;

    bind_key(st, c);
    for (int i = 0; i < 3; i++)
        sqlite3_bind_value(st, 7 + i, sqlite3_column_value(from, i));
    sqlite3_bind_blob(st, 10, c->id, 16, SQLITE_STATIC);
    sqlite3_bind_int(st, 11, c->state);
    sqlite3_bind_int(st, 12, c->sev);
    sqlite3_bind_text(st, 13, c->figures, -1, SQLITE_STATIC);
    return run(e, st, c->rule->info.id, err);
}

/* What stood under the touched keys; each is gone unless the evaluation brings it back. */
struct old_list {
    struct pt_condition *v;
    size_t n;
    size_t cap;
};

static int load_old(struct pt_engine *e, size_t no, struct old_list *o, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_OLD];
    int s;

    sqlite3_bind_text(st, 1, e->rules[no].info.id, -1, SQLITE_STATIC);
    while ((s = sqlite3_step(st)) == SQLITE_ROW) {
        struct pt_condition *c;

        if (o->n == o->cap) {
            size_t cap = o->cap ? o->cap * 2 : 64;
            struct pt_condition *v = realloc(o->v, cap * sizeof *v);
            if (!v) {
                sqlite3_reset(st);
                return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
            }
            o->v = v;
            o->cap = cap;
        }
        c = &o->v[o->n++];
        memset(c, 0, sizeof *c);
        c->rule = &e->rules[no];
        c->kind = sqlite3_column_int(st, 0);
        c->key = col_text(e, st, 1);
        c->fy = sqlite3_column_int(st, 2);
        c->period = col_text(e, st, 3);
        c->object = col_text(e, st, 4);
        memcpy(c->id, sqlite3_column_blob(st, 5), 16);
        c->state = sqlite3_column_int(st, 6);
    }
    sqlite3_reset(st);
    return s == SQLITE_DONE ? 0 : sql_err(e, err, e->rules[no].info.id);
}

static int by_id(const void *a, const void *b) {
    return memcmp(((const struct pt_condition *)a)->id, ((const struct pt_condition *)b)->id, 16);
}

static void see_again(struct old_list *o, const struct pt_condition *c) {
    struct pt_condition *x = o->n > 0 ? bsearch(c, o->v, o->n, sizeof *o->v, by_id) : NULL;

    if (x)
        x->seen = true;
}

static int evaluate(struct pt_engine *e, size_t no, struct old_list *o, struct pt_err *err) {
    sqlite3_stmt *st = e->st[no].condition;
    int s;
    int rc = 0;

    while (rc == 0 && (s = sqlite3_step(st)) != SQLITE_DONE) {
        struct pt_condition c;

        if (s != SQLITE_ROW) {
            rc = sql_err(e, err, e->rules[no].info.id);
            break;
        }
        read_condition(e, no, &c);
        if (c.state == PT_STATE_CLEAR)
            continue;
        see_again(o, &c);
        if (same(e, &c, true))
            continue;
        rc = put(e, &c, err);
        rc = rc == 0 ? pt_engine_dirty(e, c.id, err) : rc;
    }
    sqlite3_reset(st);
    return rc;
}

static int drop_cleared(struct pt_engine *e, const struct old_list *o, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < o->n && rc == 0; i++) {
        if (o->v[i].seen)
            continue;
        bind_key(e->own[PT_R_DEL], &o->v[i]);
        rc = run(e, e->own[PT_R_DEL], o->v[i].rule->info.id, err);
        rc = rc == 0 ? pt_engine_dirty(e, o->v[i].id, err) : rc;
    }
    return rc;
}

static int collect(struct pt_engine *e, size_t no, bool everything, struct pt_err *err) {
    const char *id = e->rules[no].info.id;
    struct pt_rule_stmts *s = &e->st[no];
    int rc = run(e, e->own[PT_R_UNTOUCH], id, err);

    if (rc == 0 && s->touch)
        rc = run(e, s->touch, id, err);
    if (rc == 0 && everything && s->all)
        rc = run(e, s->all, id, err);
    for (int i = 0; i < 2 && rc == 0 && s->agenda; i++) {
        sqlite3_stmt *st = e->own[i == 0 ? PT_R_TOUCH_DUE : PT_R_DROP_DUE];
        sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC);
        sqlite3_bind_int(st, 2, e->tick.day);
        rc = run(e, st, id, err);
    }
    return rc;
}

static int any_touched(struct pt_engine *e, bool *ret_any, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int s = SQLITE_ERROR;

    if (sqlite3_prepare_v2(e->db, "SELECT 1 FROM touched LIMIT 1", -1, &st, NULL) == SQLITE_OK)
        s = sqlite3_step(st);
    *ret_any = s == SQLITE_ROW;
    sqlite3_finalize(st);
    return s == SQLITE_ROW || s == SQLITE_DONE ? 0 : sql_err(e, err, "touched");
}

static int run_rule(struct pt_engine *e, size_t no, bool everything, struct pt_err *err) {
    struct old_list old = {0};
    bool any = false;
    int rc = collect(e, no, everything, err);

    rc = rc == 0 ? any_touched(e, &any, err) : rc;
    if (rc != 0 || !any)
        return rc;
    pt_arena_reset(&e->arena);
    rc = load_old(e, no, &old, err);
    if (rc == 0 && old.n > 0)
        qsort(old.v, old.n, sizeof *old.v, by_id);
    rc = rc == 0 ? evaluate(e, no, &old, err) : rc;
    rc = rc == 0 ? drop_cleared(e, &old, err) : rc;
    if (rc == 0 && e->st[no].agenda)
        rc = run(e, e->st[no].agenda, e->rules[no].info.id, err);
    free(old.v);
    return rc;
}

/* What the last tick wanted and the log never got is compared anew. */
static int drop_leftovers(struct pt_engine *e, struct pt_err *err) {
    static const char sql[] =
        "UPDATE state SET v = v + (SELECT count(*) FROM pending) WHERE k = 'mismatches';"
        "INSERT OR IGNORE INTO dirty SELECT id FROM pending; DELETE FROM pending;";

    return sqlite3_exec(e->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_err(e, err, "pending");
}

/* In a fixed order, so that the hub's stream is the same on every machine. */
static int diff_all(struct pt_engine *e, struct pt_err *err) {
    static const char sql[] = "SELECT d.id FROM dirty d LEFT JOIN condition c ON c.id = d.id"
                              " LEFT JOIN finding f ON f.id = d.id"
                              " ORDER BY coalesce(c.rule, f.rule), c.key, c.fy, c.period, c.object,"
                              " d.id";
    sqlite3_stmt *st = NULL;
    int s = SQLITE_DONE;
    int rc = 0;

    if (sqlite3_prepare_v2(e->db, sql, -1, &st, NULL) != SQLITE_OK)
        return sql_err(e, err, "dirty");
    while (rc == 0 && (s = sqlite3_step(st)) == SQLITE_ROW) {
        uint8_t id[16];

        memcpy(id, sqlite3_column_blob(st, 0), sizeof id);
        pt_arena_reset(&e->arena);
        rc = pt_finding_diff(e, id, err);
    }
    if (rc == 0 && s != SQLITE_DONE)
        rc = sql_err(e, err, "dirty");
    sqlite3_finalize(st);
    if (rc == 0 && sqlite3_exec(e->db, "DELETE FROM dirty", NULL, NULL, NULL) != SQLITE_OK)
        rc = sql_err(e, err, "dirty");
    return rc;
}

int pt_engine_tick(struct pt_engine *e, const struct pt_ledger_tick *tick, struct pt_err *err) {
    bool everything[PT_RULES_MAX] = {false};
    int rc;

    e->tick = *tick;
    rc = drop_leftovers(e, err);
    rc = rc == 0 ? pt_params_refresh(e, everything, err) : rc;
    for (size_t i = 0; i < e->n_rules && rc == 0; i++)
        rc = run_rule(e, i, everything[i], err);
    rc = rc == 0 ? pt_finding_touch(e, err) : rc;
    return rc == 0 ? diff_all(e, err) : rc;
}

/* One rule over everything, beside what is stored. */
static int check_rule(struct pt_engine *e, size_t no, uint64_t *differences, struct pt_err *err) {
    struct old_list old = {0};
    sqlite3_stmt *st = e->st[no].condition;
    const char *id = e->rules[no].info.id;
    char sql[160];
    int s = SQLITE_DONE;
    int rc = run(e, e->own[PT_R_UNTOUCH], id, err);

    if (rc == 0 && e->st[no].all)
        rc = run(e, e->st[no].all, id, err);
    (void)snprintf(sql, sizeof sql,
                   "INSERT OR IGNORE INTO touched SELECT a, b, c FROM condition WHERE rule = '%s'",
                   id);
    if (rc == 0 && sqlite3_exec(e->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        rc = sql_err(e, err, id);
    pt_arena_reset(&e->arena);
    rc = rc == 0 ? load_old(e, no, &old, err) : rc;
    if (rc == 0 && old.n > 0)
        qsort(old.v, old.n, sizeof *old.v, by_id);
    while (rc == 0 && (s = sqlite3_step(st)) != SQLITE_DONE) {
        struct pt_condition c;

        if (s != SQLITE_ROW) {
            rc = sql_err(e, err, id);
            break;
        }

        read_condition(e, no, &c);
        if (c.state == PT_STATE_CLEAR)
            continue;
        see_again(&old, &c);
        *differences += !same(e, &c, false);
    }
    if (rc == 0 && s != SQLITE_DONE)
        rc = sql_err(e, err, id);
    sqlite3_reset(st);
    for (size_t i = 0; i < old.n; i++)
        *differences += !old.v[i].seen;
    free(old.v);
    return rc;
}

int pt_engine_check(struct pt_engine *e, uint64_t *ret_differences, struct pt_err *err) {
    int rc = pt_params_load(e, err);

    *ret_differences = 0;
    for (size_t i = 0; i < e->n_rules && rc == 0; i++)
        rc = check_rule(e, i, ret_differences, err);
    return rc;
}
