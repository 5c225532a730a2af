#include <pentad/rules/explain.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/ledger/query.h>

#include "engine.h"

enum { FIRST_MAX = 10, SETS_MAX = 32, COPY_PATH = 512 };

struct pt_probe {
    struct pt_ledger *ledger;
    struct pt_engine engine;
    char path[COPY_PATH];
    struct {
        char name[64];
        int64_t value;
    } sets[SETS_MAX];
    size_t n_sets;
};

/* ---- the copy ---- */

static int copy_db(sqlite3 *from, const char *path, struct pt_err *err) {
    sqlite3 *to = NULL;
    sqlite3_backup *b = NULL;
    bool ok = sqlite3_open(path, &to) == SQLITE_OK;

    if (ok)
        b = sqlite3_backup_init(to, "main", from, "main");
    ok = b && sqlite3_backup_step(b, -1) == SQLITE_DONE;
    ok = (!b || sqlite3_backup_finish(b) == SQLITE_OK) && ok;
    /* It was made at one moment of the hub's, so it is whole whatever became of the hub. */
    ok = ok && sqlite3_exec(to, "UPDATE local SET v = 'closed' WHERE k = 'open_on'", NULL, NULL,
                            NULL) == SQLITE_OK;
    (void)sqlite3_close(to);
    return ok ? 0 : pt_err_set(err, PT_E_IO, "the ledger can't be copied to %s", path);
}

static int make_copy(struct pt_probe *p, const char *path, struct pt_err *err) {
    const char *dir = getenv("TMPDIR");
    struct pt_ledger *from = NULL;
    int rc = pt_ledger_open(path, PT_LEDGER_READ, &from, NULL, err);
    int fd;

    if (rc != 0)
        return rc;
    (void)snprintf(p->path, sizeof p->path, "%s/pentad-rules-XXXXXX", dir ? dir : "/tmp");
    fd = mkstemp(p->path);
    if (fd < 0) {
        p->path[0] = '\0';
        rc = pt_err_set(err, PT_E_IO, "no temporary file can be made for a copy of the ledger");
    } else {
        (void)close(fd);
        rc = copy_db(pt_ledger_sql(from)->db, p->path, err);
    }
    pt_ledger_close(from);
    return rc;
}

int pt_probe_open(const char *path, struct pt_probe **ret_probe, struct pt_err *err) {
    struct pt_probe *p = calloc(1, sizeof *p);
    bool rebuilt = false;
    int rc;

    *ret_probe = NULL;
    if (!p)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    rc = make_copy(p, path, err);
    rc = rc == 0 ? pt_ledger_open(p->path, PT_LEDGER_WRITE, &p->ledger, &rebuilt, err) : rc;
    if (rc == 0 && rebuilt)
        rc = pt_err_set(err, PT_E_NOT_FOUND, "the ledger at %s is of another version", path);
    rc = rc == 0 ? pt_engine_open(&p->engine, p->ledger, err) : rc;
    rc = rc == 0 ? pt_params_load(&p->engine, err) : rc;
    if (rc != 0) {
        pt_probe_close(p);
        return rc;
    }
    *ret_probe = p;
    return 0;
}

void pt_probe_close(struct pt_probe *p) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[COPY_PATH + 8];

    if (!p)
        return;
    if (p->engine.sql)
        pt_engine_close(&p->engine);
    pt_ledger_close(p->ledger);
    for (size_t i = 0; p->path[0] && i < sizeof ends / sizeof *ends; i++) {
        (void)snprintf(name, sizeof name, "%s%s", p->path, ends[i]);
        (void)unlink(name);
    }
    free(p);
}

/* ---- explain ---- */

static const char *state_name(int state) {
    static const char *const names[] = {"CLEAR", "FIRE", "UNKNOWN"};
    return names[state];
}

static const char *severity_name(int sev) {
    static const char *const names[] = {"", "I", "Y", "R"};
    return sev >= 1 && sev <= 3 ? names[sev] : "";
}

struct explain {
    struct pt_probe *p;
    int kind;
    const char *key;
    int32_t year;
    json_t *conditions;
};

static json_t *figures_json(struct pt_engine *e, const struct pt_condition *c) {
    json_t *a = json_array();
    const char *cursor = c->figures;
    char label[32];
    char value[512];

    while (pt_figure_next(&cursor, label, sizeof label, value, sizeof value))
        for (size_t f = 0; f < c->rule->n_figures; f++)
            if (strcmp(c->rule->figures[f].label, label) == 0) {
                pt_buf_reset(&e->buf);
                pt_message_value(c->rule->figures[f].unit, value, &e->buf);
                (void)json_array_append_new(a, json_pack("{s:s,s:s,s:s}", "label", label, "value",
                                                         value, "text", pt_buf_cstr(&e->buf)));
            }
    return a;
}

/* Binds what names the condition whose row is at hand, as the engine does for a finding. */
static int inputs_json(struct pt_engine *e, size_t no, json_t *a, struct pt_err *err) {
    static const char *const names[] = {":a",   ":b",  ":c",      ":kind",
                                        ":key", ":fy", ":period", ":object"};
    sqlite3_stmt *in = e->st[no].inputs;
    sqlite3_stmt *ref = e->own[PT_R_REF];
    int rc = 0;

    for (int i = 0; in && i < 8; i++) {
        int at = sqlite3_bind_parameter_index(in, names[i]);
        if (at > 0)
            (void)sqlite3_bind_value(in, at, sqlite3_column_value(e->st[no].condition, i));
    }
    while (in && pt_sql_row(e->sql, in, &rc, err)) {
        rc = pt_sql_bind(e->sql, ref, err, "i", pt_sql_i64(in, 0));
        if (pt_sql_row(e->sql, ref, &rc, err))
            (void)json_array_append_new(a, json_sprintf("%s/%s#%lld", pt_sql_text(ref, 0),
                                                        pt_sql_text(ref, 1),
                                                        (long long)pt_sql_i64(ref, 2)));
        pt_sql_reset(ref);
    }
    if (in)
        pt_sql_reset(in);
    return rc;
}

static json_t *message_json(struct pt_engine *e, const struct pt_condition *c, bool chinese) {
    pt_buf_reset(&e->buf);
    pt_message_text(e, c, chinese, &e->buf);
    return json_string(pt_buf_cstr(&e->buf));
}

static int explain_one(void *ctx, const struct pt_condition *c, struct pt_err *err) {
    struct explain *x = ctx;
    struct pt_engine *e = &x->p->engine;
    json_t *inputs;
    int rc;
    json_t *j;

    if (c->kind != x->kind || strcmp(c->key, x->key) != 0 || (x->year != 0 && c->fy != x->year))
        return 0;
    j = json_pack("{s:s,s:s,s:i,s:s,s:s}", "state", state_name(c->state), "severity",
                  severity_name(c->sev), "fiscal_year", (int)c->fy, "period", c->period, "object",
                  c->object);
    if (!j)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory for an explanation");
    (void)json_object_set_new(j, "awaits_day", c->waits ? json_integer(c->waits) : json_null());
    (void)json_object_set_new(j, "figures", figures_json(e, c));
    (void)json_object_set_new(j, "message_zh", message_json(e, c, true));
    (void)json_object_set_new(j, "message_en", message_json(e, c, false));
    inputs = json_array();
    (void)json_object_set_new(j, "inputs", inputs);
    rc = inputs_json(e, c->rule_no, inputs, err);
    return json_array_append_new(x->conditions, j) == 0
               ? rc
               : pt_err_set(err, PT_E_NOMEM, "rules: no memory for an explanation");
}

/* A parameter, its value in force and the H07 that says so (null: the default). */
static int param_json(struct pt_engine *e, const struct pt_rule_param *p, json_t *params,
                      struct pt_err *err) {
    static const char sql[] =
        "SELECT s.party || '/' || s.name || '#' || r.seq, coalesce(p.value, p.text)"
        " FROM v_rule_set_params p JOIN record r ON r.rec = p.rec JOIN stream s ON s.sid = r.sid"
        " WHERE p.name = ?1 AND p.r_valid <= ?2"
        " ORDER BY p.r_valid DESC, p.r_issued DESC, p.rec DESC LIMIT 1";
    sqlite3_stmt *st = NULL;
    json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:n}", "name", p->name, "text", p->text, "default",
                          p->fallback, "value", p->fallback, "record");
    int rc = pt_sql_query(e->sql, &st, err, sql, "si", p->name, (int64_t)e->tick.day);

    if (pt_sql_row(e->sql, st, &rc, err)) {
        (void)json_object_set_new(j, "record", json_string(pt_sql_text(st, 0)));
        (void)json_object_set_new(j, "value", json_string(pt_sql_text(st, 1)));
    }
    pt_sql_done(e->sql, st);
    (void)json_array_append_new(params, j);
    return rc;
}

static int rule_number(struct pt_engine *e, const char *id, size_t *ret, struct pt_err *err) {
    for (*ret = 0; *ret < e->n_rules; (*ret)++)
        if (strcmp(e->rules[*ret].info.id, id) == 0)
            return 0;
    return pt_err_set(err, PT_E_NOT_FOUND, "there is no rule %s", id);
}

int pt_probe_explain(struct pt_probe *p, const char *rule, const char *subject, int32_t year,
                     struct json_t **ret, struct pt_err *err) {
    struct pt_engine *e = &p->engine;
    char key[256];
    struct explain x = {.p = p, .key = key, .year = year};
    const struct pt_rule_info *r;
    json_t *params;
    size_t no;
    int rc = rule_number(e, rule, &no, err);

    *ret = NULL;
    rc = rc == 0 ? pt_ledger_subject_parse(p->ledger, subject, &x.kind, key, sizeof key, err) : rc;
    if (rc != 0)
        return rc;
    r = &e->rules[no].info;
    x.conditions = json_array();
    params = json_array();
    for (size_t i = 0; i < r->n_params && rc == 0; i++)
        rc = param_json(e, &r->params[i], params, err);
    rc = rc == 0 ? pt_engine_survey(e, no, explain_one, &x, err) : rc;
    if (rc == 0)
        *ret = json_pack("{s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:s,s:O,s:O}", "rule", r->id, "name_zh",
                         r->name_zh, "name_en", r->name_en, "subject", subject, "tick_day",
                         (int)e->tick.day, "reads", r->reads, "clears", r->clears, "responders",
                         r->responders, "awaits", r->awaits, "params", params, "conditions",
                         x.conditions);
    json_decref(params);
    json_decref(x.conditions);
    return rc != 0 || *ret ? rc : pt_err_set(err, PT_E_NOMEM, "rules: no memory");
}

/* ---- try ---- */

int pt_probe_set(struct pt_probe *p, const char *assignment, struct pt_err *err) {
    const char *eq = strchr(assignment, '=');
    const struct pt_rule_param *param;
    char name[64];
    char *end = NULL;

    if (!eq || (size_t)(eq - assignment) >= sizeof name)
        return pt_err_set(err, PT_E_FORMAT, "%s is not NAME=VALUE", assignment);
    (void)snprintf(name, sizeof name, "%.*s", (int)(eq - assignment), assignment);
    param = pt_param_find(&p->engine, name);
    if (!param)
        return pt_err_set(err, PT_E_NOT_FOUND, "no rule has a parameter %s", name);
    if (strcmp(param->type, "int") != 0)
        return pt_err_set(err, PT_E_FORMAT, "%s is a text; only numbers can be tried", name);
    if (p->n_sets == SETS_MAX)
        return pt_err_set(err, PT_E_RANGE, "at most %d parameters at a time", SETS_MAX);
    p->sets[p->n_sets].value = strtoll(eq + 1, &end, 10);
    if (eq[1] == '\0' || *end != '\0')
        return pt_err_set(err, PT_E_FORMAT, "%s: the value is no whole number", assignment);
    (void)snprintf(p->sets[p->n_sets++].name, sizeof name, "%s", name);
    return 0;
}

struct tried {
    struct pt_probe *p;
    sqlite3_stmt *put;
};

static int keep_one(void *ctx, const struct pt_condition *c, struct pt_err *err) {
    struct tried *t = ctx;
    struct pt_engine *e = &t->p->engine;
    int rc = 0;

    if (c->state != PT_STATE_FIRE)
        return 0;
    pt_buf_reset(&e->buf);
    pt_message_text(e, c, false, &e->buf);
    rc = pt_sql_apply(e->sql, t->put, err, "bis", pt_span(c->id, 16), (int64_t)c->sev,
                      pt_buf_cstr(&e->buf));
    return rc;
}

static int survey_into(struct pt_probe *p, size_t no, const char *put, struct pt_err *err) {
    struct tried t = {.p = p};
    int rc = pt_sql_prepare(p->engine.sql, put, &t.put, err);

    rc = rc == 0 ? pt_engine_survey(&p->engine, no, keep_one, &t, err) : rc;
    pt_sql_finalize(t.put);
    return rc;
}

static int compare_rule(struct pt_engine *e, size_t no, json_t *rules, struct pt_err *err) {
    static const char sql[] =
        "SELECT 'opens', n.said FROM now_fires n WHERE n.id NOT IN (SELECT id FROM was_fires)"
        " UNION ALL SELECT 'closes', w.said FROM was_fires w"
        "  WHERE w.id NOT IN (SELECT id FROM now_fires)"
        " UNION ALL SELECT 'severity', n.said FROM now_fires n JOIN was_fires w ON w.id = n.id"
        "  WHERE w.sev <> n.sev";
    json_t *first = json_array();
    json_t *j = json_pack("{s:s,s:i,s:i,s:i,s:o}", "rule", e->rules[no].info.id, "opens", 0,
                          "closes", 0, "severity", 0, "first", first);
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(e->sql, &st, err, sql, "");

    while (pt_sql_row(e->sql, st, &rc, err)) {
        const char *what = pt_sql_text(st, 0);
        json_int_t n = json_integer_value(json_object_get(j, what)) + 1;

        (void)json_object_set_new(j, what, json_integer(n));
        if (n <= FIRST_MAX)
            (void)json_array_append_new(
                first, json_pack("{s:s,s:s}", "what", what, "message", pt_sql_text(st, 1)));
    }
    pt_sql_done(e->sql, st);
    (void)json_array_append_new(rules, j);
    return rc;
}

static int try_rule(struct pt_probe *p, size_t no, json_t *rules, struct pt_err *err) {
    static const char tables[] =
        "DROP TABLE IF EXISTS temp.was_fires; DROP TABLE IF EXISTS temp.now_fires;"
        "CREATE TEMP TABLE was_fires(id BLOB PRIMARY KEY, sev INTEGER, said TEXT);"
        "CREATE TEMP TABLE now_fires(id BLOB PRIMARY KEY, sev INTEGER, said TEXT);";
    struct pt_engine *e = &p->engine;
    int rc = pt_sql_exec(e->sql, tables, err);

    rc = rc == 0 ? pt_params_load(e, err) : rc;
    rc = rc == 0 ? survey_into(p, no, "INSERT OR REPLACE INTO was_fires VALUES(?,?,?)", err) : rc;
    for (size_t i = 0; i < p->n_sets && rc == 0; i++)
        rc = pt_param_set(e, p->sets[i].name, p->sets[i].value, err);
    rc = rc == 0 ? survey_into(p, no, "INSERT OR REPLACE INTO now_fires VALUES(?,?,?)", err) : rc;
    return rc == 0 ? compare_rule(e, no, rules, err) : rc;
}

static bool has_set(const struct pt_probe *p, const struct pt_rule *r) {
    for (size_t i = 0; i < p->n_sets; i++)
        for (size_t k = 0; k < r->info.n_params; k++)
            if (strcmp(r->params[k].name, p->sets[i].name) == 0)
                return true;
    return false;
}

int pt_probe_try(struct pt_probe *p, struct json_t **ret, struct pt_err *err) {
    json_t *rules = json_array();
    int rc = 0;

    for (size_t i = 0; i < p->engine.n_rules && rc == 0; i++)
        if (has_set(p, &p->engine.rules[i]))
            rc = try_rule(p, i, rules, err);
    *ret = rc == 0 ? json_pack("{s:i,s:O}", "tick_day", (int)p->engine.tick.day, "rules", rules)
                   : NULL;
    json_decref(rules);
    return rc;
}
