#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/record/discrepancy.h>

enum { OLD_TEXTS_MAX = 256 << 20, SQL_MAX = 1 << 17 };

const char *pt_engine_keep(struct pt_engine *e, const char *text) {
    const char *kept = pt_arena_strdup(&e->arena, text);

    return kept ? kept : "";
}

const char *pt_engine_keep_buf(struct pt_engine *e) {
    if (e->buf.failed) {
        e->arena.failed = true;
        return "";
    }
    return e->buf.len > 0 ? pt_engine_keep(e, pt_buf_cstr(&e->buf)) : "";
}

int pt_engine_room(const struct pt_engine *e, struct pt_err *err) {
    return e->arena.failed ? pt_err_set(err, PT_E_NOMEM, "rules: no memory for a condition") : 0;
}

static const char *col_text(struct pt_engine *e, sqlite3_stmt *st, int c) {
    return pt_engine_keep(e, pt_sql_text(st, c));
}

/* Figures as lines, in the rule's order; what is NULL is left out. */
static const char *figure_lines(struct pt_engine *e, const struct pt_rule *r,
                                const struct pt_rule_stmts *s) {
    pt_buf_reset(&e->buf);
    for (size_t f = 0; f < r->n_figures; f++) {
        int c = s->figure_col[f];
        if (!pt_sql_is_null(s->row, c))
            pt_buf_printf(&e->buf, "%s\t%s\n", r->figures[f].label, pt_sql_text(s->row, c));
    }
    return pt_engine_keep_buf(e);
}

/* Closed for a rule that awaits nobody, or whose parties have no stream that counts. */
static const int32_t always = 99991231;

/* The statement's one day, or `always` where it has none. */
static int read_closed(struct pt_engine *e, sqlite3_stmt *st, int rc, int32_t *ret,
                       struct pt_err *err) {
    *ret = always;
    if (pt_sql_row(e->sql, st, &rc, err) && !pt_sql_is_null(st, 0))
        *ret = pt_sql_i32(st, 0);
    pt_sql_reset(st);
    return rc;
}

static int load_closed(struct pt_engine *e, size_t no, struct pt_err *err) {
    struct pt_rule_stmts *s = &e->st[no];
    sqlite3_stmt *st = e->own[s->awaits_named ? PT_R_CLOSED_ANY : PT_R_CLOSED];
    int rc = 0;

    s->closed = always;
    if (s->through_col < 0)
        return 0;
    if (!s->awaits_named)
        rc = pt_sql_bind(e->sql, st, err, "s", e->rules[no].info.awaits);
    return read_closed(e, st, rc, &s->closed, err);
}

/* The day that those have closed whom this condition awaits. */
static int closed_for(struct pt_engine *e, size_t no, const char *figures, int32_t *ret,
                      struct pt_err *err) {
    const char *list = e->rules[no].info.awaits;
    sqlite3_stmt *st = e->own[PT_R_CLOSED];
    char party[PT_PARTY_CAP];
    int32_t day;
    int rc = 0;

    *ret = e->st[no].closed;
    if (!e->st[no].awaits_named)
        return 0;
    *ret = always;
    while (rc == 0 && pt_party_next(&list, figures, party)) {
        rc = read_closed(e, st, pt_sql_bind(e->sql, st, err, "s", party), &day, err);
        *ret = day < *ret ? day : *ret;
    }
    return rc;
}

/* A verdict that rests on a day which isn't closed yet is none. */
static int wait_for_close(struct pt_engine *e, size_t no, struct pt_condition *c,
                          struct pt_err *err) {
    const struct pt_rule_stmts *s = &e->st[no];
    int32_t through;
    int32_t closed;
    int rc;

    c->waits = 0;
    if (s->through_col < 0 || c->state == PT_STATE_UNKNOWN)
        return 0;
    rc = closed_for(e, no, c->figures, &closed, err);
    through = pt_sql_i32(s->row, s->through_col); /* 0 where NULL */
    if (through > closed) {
        c->state = PT_STATE_UNKNOWN;
        c->waits = through;
    }
    return rc;
}

static int read_state(sqlite3_stmt *st) {
    const char *state = pt_sql_text(st, 8);

    return !*state || strcmp(state, "CLEAR") == 0 ? PT_STATE_CLEAR
           : strcmp(state, "FIRE") == 0           ? PT_STATE_FIRE
                                                  : PT_STATE_UNKNOWN;
}

/* Texts in the arena, which holds no more than this one; figures whatever the state. */
static int read_verdict(struct pt_engine *e, size_t no, struct pt_condition *c,
                        struct pt_err *err) {
    sqlite3_stmt *st = e->st[no].row;
    int rc;

    pt_arena_reset(&e->arena);
    memset(c, 0, sizeof *c);
    c->rule = &e->rules[no];
    c->rule_no = no;
    c->kind = pt_sql_i32(st, 3);
    c->key = col_text(e, st, 4);
    c->fy = pt_sql_i32(st, 5);
    c->period = col_text(e, st, 6);
    c->object = col_text(e, st, 7);
    c->state = read_state(st);
    c->figures = figure_lines(e, c->rule, &e->st[no]);
    rc = wait_for_close(e, no, c, err);
    c->sev = pt_sql_i32(st, 9);
    pt_discrepancy_id(c->id, c->rule->info.id, (Pentad__V1__SubjectKind)c->kind, c->key, c->fy,
                      c->period, c->object);
    return rc == 0 ? pt_engine_room(e, err) : rc;
}

/* As it is stored: only what fires has figures. */
static int read_condition(struct pt_engine *e, size_t no, struct pt_condition *c,
                          struct pt_err *err) {
    int rc = read_verdict(e, no, c, err);

    if (rc == 0 && c->state != PT_STATE_FIRE)
        c->figures = "";
    return rc;
}

#define KEY_FORMAT "sisiss"
#define KEY_OF(c)                                                                                  \
    (c)->rule->info.id, (int64_t)(c)->kind, (c)->key, (int64_t)(c)->fy, (c)->period, (c)->object

/* Same as what is stored? `strict`: day counts too. */
static int same(struct pt_engine *e, const struct pt_condition *c, bool strict, bool *ret_same,
                struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_GET];
    int rc = pt_sql_bind(e->sql, st, err, KEY_FORMAT, KEY_OF(c));

    *ret_same = pt_sql_row(e->sql, st, &rc, err) && pt_sql_i32(st, 0) == c->state &&
                pt_sql_i32(st, 1) == c->sev && pt_sql_i32(st, 3) == c->waits;
    if (*ret_same) {
        const char *was = pt_sql_text(st, 2);

        *ret_same = strict ? strcmp(was, c->figures) == 0
                           : strcmp(pt_finding_steady(e, c->rule, was),
                                    pt_finding_steady(e, c->rule, c->figures)) == 0;
    }
    pt_sql_reset(st);
    return rc == 0 ? pt_engine_room(e, err) : rc;
}

static int put(struct pt_engine *e, const struct pt_condition *c, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_PUT];
    sqlite3_stmt *from = e->st[c->rule_no].row;
    int rc = pt_sql_bind(e->sql, st, err, KEY_FORMAT "nnnbiisi", KEY_OF(c), pt_span(c->id, 16),
                         (int64_t)c->state, (int64_t)c->sev, c->figures, (int64_t)c->waits);

    for (int i = 0; i < 3; i++)
        (void)sqlite3_bind_value(st, 7 + i, sqlite3_column_value(from, i));
    return rc == 0 ? pt_sql_execute(e->sql, st, err) : rc;
}

/* What stood under the touched keys; each is gone unless the evaluation brings it back. */
struct old_list {
    struct pt_condition *v;
    size_t n;
    size_t cap;
    struct pt_arena texts;
};

static void old_done(struct old_list *o) {
    free(o->v);
    pt_arena_done(&o->texts);
}

static int old_add(struct old_list *o, struct pt_condition **ret) {
    if (o->n == o->cap) {
        size_t cap = o->cap ? o->cap * 2 : 64;
        struct pt_condition *v = realloc(o->v, cap * sizeof *v);

        if (!v)
            return PT_E_NOMEM;
        o->v = v;
        o->cap = cap;
    }
    *ret = &o->v[o->n++];
    memset(*ret, 0, sizeof **ret);
    return 0;
}

static int by_id(const void *a, const void *b) {
    return memcmp(((const struct pt_condition *)a)->id, ((const struct pt_condition *)b)->id, 16);
}

static int load_old(struct pt_engine *e, size_t no, struct old_list *o, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_OLD];
    int rc = pt_sql_bind(e->sql, st, err, "s", e->rules[no].info.id);

    pt_arena_init(&o->texts, OLD_TEXTS_MAX);
    while (pt_sql_row(e->sql, st, &rc, err)) {
        struct pt_condition *c;

        rc = old_add(o, &c);
        if (rc != 0)
            break;
        c->rule = &e->rules[no];
        c->kind = pt_sql_i32(st, 0);
        c->key = pt_arena_strdup(&o->texts, pt_sql_text(st, 1));
        c->fy = pt_sql_i32(st, 2);
        c->period = pt_arena_strdup(&o->texts, pt_sql_text(st, 3));
        c->object = pt_arena_strdup(&o->texts, pt_sql_text(st, 4));
        memcpy(c->id, pt_sql_blob(st, 5).p, 16);
        c->state = pt_sql_i32(st, 6);
        rc = o->texts.failed ? PT_E_NOMEM : 0;
    }
    pt_sql_reset(st);
    if (rc == PT_E_NOMEM)
        return pt_err_set(err, rc, "rule %s: no memory for its conditions", e->rules[no].info.id);
    if (rc == 0 && o->n > 0)
        qsort(o->v, o->n, sizeof *o->v, by_id);
    return rc;
}

static void see_again(struct old_list *o, const struct pt_condition *c) {
    struct pt_condition *x = o->n > 0 ? bsearch(c, o->v, o->n, sizeof *o->v, by_id) : NULL;

    if (x)
        x->seen = true;
}

/* Most rows are clear: SQLite leaves them out, and `drop_cleared` sees to what stood there. A clear
 * one may yet be unknown for a day that isn't closed. */
static int evaluate(struct pt_engine *e, size_t no, struct old_list *o, struct pt_err *err) {
    struct pt_rule_stmts *s = &e->st[no];
    sqlite3_stmt *st = s->standing;
    int rc = 0;

    s->row = st;
    if (s->through_col >= 0)
        rc = pt_sql_bind(e->sql, st, err, "i", (int64_t)(s->awaits_named ? 0 : s->closed));
    while (pt_sql_row(e->sql, st, &rc, err)) {
        struct pt_condition c;
        bool equal = true;

        rc = read_condition(e, no, &c, err);
        if (rc != 0 || c.state == PT_STATE_CLEAR)
            continue;
        see_again(o, &c);
        rc = same(e, &c, true, &equal, err);
        if (rc != 0 || equal)
            continue;
        rc = put(e, &c, err);
        rc = rc == 0 ? pt_engine_dirty(e, c.id, err) : rc;
    }
    pt_sql_reset(st);
    return rc;
}

static int drop_cleared(struct pt_engine *e, const struct old_list *o, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < o->n && rc == 0; i++) {
        const struct pt_condition *c = &o->v[i];

        if (c->seen)
            continue;
        rc = pt_sql_apply(e->sql, e->own[PT_R_DEL], err, KEY_FORMAT, KEY_OF(c));
        rc = rc == 0 ? pt_engine_dirty(e, c->id, err) : rc;
    }
    return rc;
}

/* Most rules touch nothing at most ticks: what the rule before left is taken away where it left
 * anything. */
static int untouch(struct pt_engine *e, struct pt_err *err) {
    int rc = e->touched ? pt_sql_execute(e->sql, e->own[PT_R_UNTOUCH], err) : 0;

    e->touched = e->touched && rc != 0;
    return rc;
}

/* A statement that fills `touched`, if there is one; `rc` is how binding it went. */
static int touch(struct pt_engine *e, int rc, sqlite3_stmt *st, struct pt_err *err) {
    if (rc != 0 || !st)
        return rc;
    rc = pt_sql_execute(e->sql, st, err);
    e->touched = e->touched || sqlite3_changes(e->sql->db) > 0;
    return rc;
}

/* What fell due is looked at, and due no more. */
static int touch_due(struct pt_engine *e, const char *id, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_TOUCH_DUE];
    int rc = pt_sql_bind(e->sql, st, err, "si", id, (int64_t)e->tick.day);

    rc = touch(e, rc, st, err);
    return rc == 0
               ? pt_sql_apply(e->sql, e->own[PT_R_DROP_DUE], err, "si", id, (int64_t)e->tick.day)
               : rc;
}

static int collect(struct pt_engine *e, size_t no, bool everything, struct pt_err *err) {
    const char *id = e->rules[no].info.id;
    struct pt_rule_stmts *s = &e->st[no];
    sqlite3_stmt *dated = e->own[PT_R_TOUCH_DATED];
    sqlite3_stmt *waiting = e->own[PT_R_TOUCH_WAITING];
    int rc = untouch(e, err);

    rc = touch(e, rc, s->touch, err);
    if (everything)
        rc = touch(e, rc, s->all, err);
    if (rc == 0 && s->agenda && e->new_calendar)
        rc = touch(e, pt_sql_bind(e->sql, dated, err, "s", id), dated, err);
    if (rc == 0 && s->due)
        rc = touch_due(e, id, err);
    if (rc == 0 && s->through_col >= 0)
        rc =
            touch(e, pt_sql_bind(e->sql, waiting, err, "si", id, (int64_t)s->closed), waiting, err);
    return rc;
}

static int run_rule(struct pt_engine *e, size_t no, bool everything, struct pt_err *err) {
    struct old_list old = {0};
    int rc = collect(e, no, everything, err);

    if (rc == 0 && e->touched) {
        rc = load_old(e, no, &old, err);
        rc = rc == 0 ? evaluate(e, no, &old, err) : rc;
        rc = rc == 0 ? drop_cleared(e, &old, err) : rc;
        if (rc == 0 && e->st[no].agenda)
            rc = pt_sql_execute(e->sql, e->st[no].agenda, err);
        old_done(&old);
    }
    if (rc != 0)
        (void)pt_err_wrap(err, "rule %s", e->rules[no].info.id);
    return rc;
}

/* What the last tick wanted and the log never got is compared anew. */
static int drop_leftovers(struct pt_engine *e, struct pt_err *err) {
    static const char sql[] =
        "UPDATE state SET v = v + (SELECT count(*) FROM pending) WHERE k = 'mismatches';"
        "INSERT OR IGNORE INTO dirty SELECT id FROM pending; DELETE FROM pending;";

    return pt_sql_script(e->sql, sql, err);
}

/* In a fixed order, so that the hub's stream is the same on every machine. Of what is dirty little
 * has to be said: only that is put in order. */
static const char put_in_order[] =
    "DELETE FROM dirty; INSERT INTO pending(id, body) SELECT w.id, w.body FROM wanted w"
    " LEFT JOIN condition c ON c.id = w.id LEFT JOIN finding f ON f.id = w.id"
    " ORDER BY coalesce(c.rule, f.rule), c.key, c.fy, c.period, c.object, w.id;"
    "DELETE FROM wanted";

static int diff_all(struct pt_engine *e, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_run(e->sql, err, "DELETE FROM wanted", ""); /* of a tick that failed */

    rc = rc == 0 ? pt_sql_query(e->sql, &st, err, "SELECT id FROM dirty", "") : rc;
    while (pt_sql_row(e->sql, st, &rc, err)) {
        uint8_t id[16];

        memcpy(id, pt_sql_blob(st, 0).p, sizeof id);
        pt_arena_reset(&e->arena);
        rc = pt_finding_diff(e, id, err);
    }
    pt_sql_done(e->sql, st);
    return rc == 0 ? pt_sql_script(e->sql, put_in_order, err) : rc;
}

/* Which rules have something due: nothing that a tick plans is due before the next day. */
static int load_due(struct pt_engine *e, struct pt_err *err) {
    static const char sql[] = "SELECT DISTINCT rule FROM agenda WHERE due <= ?";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(e->sql, &st, err, sql, "i", (int64_t)e->tick.day);

    for (size_t i = 0; i < e->n_rules; i++)
        e->st[i].due = false;
    while (pt_sql_row(e->sql, st, &rc, err))
        for (size_t i = 0; i < e->n_rules; i++)
            if (strcmp(e->rules[i].info.id, pt_sql_text(st, 0)) == 0)
                e->st[i].due = true;
    pt_sql_done(e->sql, st);
    return rc;
}

/* What each rule awaits; most await the same. */
static int load_all_closed(struct pt_engine *e, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < e->n_rules && rc == 0; i++)
        if (e->st[i].awaits_like == i)
            rc = load_closed(e, i, err);
        else
            e->st[i].closed = e->st[e->st[i].awaits_like].closed;
    return rc;
}

int pt_engine_tick(struct pt_engine *e, const struct pt_ledger_tick *tick, struct pt_err *err) {
    bool everything[PT_RULES_MAX] = {false};
    int64_t one;
    int rc;

    e->tick = *tick;
    e->touched = true; /* who knows what a question or a tick that failed left there */
    rc = drop_leftovers(e, err);
    rc = rc == 0 ? load_due(e, err) : rc;
    rc = rc == 0 ? load_all_closed(e, err) : rc;
    rc = rc == 0 ? pt_sql_number(e->sql, &one, &e->new_calendar, err,
                                 "SELECT 1 FROM changed WHERE type = @TYPE_WORKDAYS LIMIT 1", "")
                 : rc;
    rc = rc == 0 ? pt_params_refresh(e, everything, err) : rc;
    for (size_t i = 0; i < e->n_rules && rc == 0; i++)
        rc = run_rule(e, i, everything[i], err);
    rc = rc == 0 ? pt_finding_touch(e, err) : rc;
    return rc == 0 ? diff_all(e, err) : rc;
}

/* Touches every key that a rule has or had. */
static int touch_everything(struct pt_engine *e, size_t no, struct pt_err *err) {
    int rc = load_closed(e, no, err);

    rc = rc == 0 ? pt_sql_execute(e->sql, e->own[PT_R_UNTOUCH], err) : rc;
    if (rc == 0 && e->st[no].all)
        rc = pt_sql_execute(e->sql, e->st[no].all, err);
    return rc == 0 ? pt_sql_run(e->sql, err,
                                "INSERT OR IGNORE INTO touched SELECT a, b, c FROM condition"
                                " WHERE rule = ?",
                                "s", e->rules[no].info.id)
                   : rc;
}

/* The keys of [all] for which `where` is true of the subject ?1. */
static int touch_where(struct pt_engine *e, size_t no, const char *where, const char *key,
                       struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    struct pt_buf sql;
    int rc = 0;

    if (!e->rules[no].all)
        return 0;
    pt_buf_init(&sql, SQL_MAX);
    pt_buf_printf(&sql,
                  "INSERT OR IGNORE INTO touched WITH k(a, b, c) AS (%s\n)"
                  " SELECT a, b, c FROM k WHERE %s",
                  e->rules[no].all, where);
    rc = sql.failed ? pt_err_set(err, sql.failed, "no room for a statement")
                    : pt_sql_once(e->sql, &st, err, pt_buf_cstr(&sql), "s", key);
    rc = rc == 0 ? pt_sql_execute(e->sql, st, err) : rc;
    pt_sql_done(e->sql, st);
    pt_buf_done(&sql);
    return rc;
}

/* Most rules have the subject in their first key, and then an index finds it; some in another one,
 * maybe behind what it is ("D:"); those whose first key is a number (a year, a record) say only
 * when evaluated whom they are about. */
static int touch_subject(struct pt_engine *e, size_t no, const char *key, struct pt_err *err) {
    int64_t one;
    bool any = false;
    int rc = load_closed(e, no, err);

    rc = rc == 0 ? pt_sql_execute(e->sql, e->own[PT_R_UNTOUCH], err) : rc;
    rc = rc == 0 ? touch_where(e, no, "a = ?1", key, err) : rc;
    rc = rc == 0 ? pt_sql_number(e->sql, &one, &any, err, "SELECT 1 FROM touched LIMIT 1", "") : rc;
    if (rc == 0 && !any)
        rc = touch_where(e, no,
                         "typeof(a) = 'integer' OR b = ?1 OR c = ?1 OR (length(c) > length(?1)"
                         " AND substr(c, -length(?1) - 1) = ':' || ?1)",
                         key, err);
    return rc == 0 ? pt_sql_run(e->sql, err,
                                "INSERT OR IGNORE INTO touched SELECT a, b, c FROM condition"
                                " WHERE rule = ? AND key = ?",
                                "ss", e->rules[no].info.id, key)
                   : rc;
}

int pt_engine_survey(struct pt_engine *e, size_t no, const char *key, pt_engine_seen_cb cb,
                     void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = e->st[no].condition;
    int rc = key ? touch_subject(e, no, key, err) : touch_everything(e, no, err);

    e->st[no].row = st;
    while (pt_sql_row(e->sql, st, &rc, err)) {
        struct pt_condition c;

        rc = read_verdict(e, no, &c, err);
        rc = rc == 0 ? cb(ctx, &c, err) : rc;
    }
    pt_sql_reset(st);
    return rc;
}

/* Counts one more; err's text, empty before the first, names as many as it has room for. */
static void differs(uint64_t *differences, struct pt_err *err, const struct pt_condition *c,
                    const char *how) {
    size_t used = strlen(err->msg);

    if (*differences == 0)
        used = 0;
    (*differences)++;
    (void)snprintf(err->msg + used, sizeof err->msg - used, "%s%s %s %d '%s' '%s' %s",
                   used ? "; " : "", c->rule->info.id, c->key, (int)c->fy, c->period, c->object,
                   how);
}

/* Two conditions with one id would take each other's row in turns, as their keys are touched: each
 * id is of one, clear ones too, since they may fire next. */
static int check_distinct(struct pt_engine *e, const struct pt_condition *c, uint64_t *differences,
                          struct pt_err *err) {
    int rc = pt_sql_apply(e->sql, e->own[PT_R_SEEN], err, "b", pt_span(c->id, 16));

    if (rc == 0 && sqlite3_changes(e->sql->db) == 0)
        differs(differences, err, c, "has the id of another condition");
    return rc;
}

/* One rule over everything, beside what is stored. */
static int check_rule(struct pt_engine *e, size_t no, uint64_t *differences, struct pt_err *err) {
    struct old_list old = {0};
    sqlite3_stmt *st = e->st[no].condition;
    int rc = touch_everything(e, no, err);

    rc = rc == 0 ? pt_sql_exec(e->sql, "DELETE FROM seen", err) : rc;
    rc = rc == 0 ? load_old(e, no, &old, err) : rc;
    e->st[no].row = st;
    while (pt_sql_row(e->sql, st, &rc, err)) {
        struct pt_condition c;
        bool equal = true;

        rc = read_condition(e, no, &c, err);
        rc = rc == 0 ? check_distinct(e, &c, differences, err) : rc;
        if (rc != 0 || c.state == PT_STATE_CLEAR)
            continue;
        see_again(&old, &c);
        rc = same(e, &c, false, &equal, err);
        if (rc == 0 && !equal)
            differs(differences, err, &c, "is stored otherwise or not at all");
    }
    pt_sql_reset(st);
    for (size_t i = 0; i < old.n && rc == 0; i++)
        if (!old.v[i].seen)
            differs(differences, err, &old.v[i], "is stored and wouldn't be");
    old_done(&old);
    return rc;
}

int pt_engine_check(struct pt_engine *e, uint64_t *ret_differences, struct pt_err *err) {
    int rc = pt_params_load(e, err);

    *ret_differences = 0;
    for (size_t i = 0; i < e->n_rules && rc == 0; i++)
        rc = check_rule(e, i, ret_differences, err);
    return rc;
}
