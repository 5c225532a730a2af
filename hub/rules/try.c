/* Rules as they are beside rules as they would be, over one and the same ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/ledger/query.h>

#include "probe.h"

/* ---- what is tried ---- */

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
    if (p->n_sets == PT_PROBE_SETS_MAX)
        return pt_err_set(err, PT_E_RANGE, "at most %d parameters at a time", PT_PROBE_SETS_MAX);
    p->sets[p->n_sets].value = strtoll(eq + 1, &end, 10);
    if (eq[1] == '\0' || *end != '\0')
        return pt_err_set(err, PT_E_FORMAT, "%s: the value is no whole number", assignment);
    (void)snprintf(p->sets[p->n_sets++].name, sizeof name, "%s", name);
    return 0;
}

/* All rules, the tried one in its place or behind them. */
static int make_set(struct pt_probe *p, struct pt_err *err) {
    size_t n;
    const struct pt_rule *rules = pt_rule_all(&n);

    p->tried_no = 0;
    while (p->tried_no < n && strcmp(rules[p->tried_no].info.id, p->tried.info.id) != 0)
        p->tried_no++;
    p->is_new = p->tried_no == n;
    p->n_rules = n + p->is_new;
    if (p->n_rules > PT_RULES_MAX)
        return pt_err_set(err, PT_E_RANGE, "there are %d rules already", PT_RULES_MAX);
    p->rules = calloc(p->n_rules, sizeof *p->rules);
    if (!p->rules)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    memcpy(p->rules, rules, n * sizeof *rules);
    p->rules[p->tried_no] = p->tried;
    p->rules[p->tried_no].info.params = p->rules[p->tried_no].params;
    return 0;
}

static int check_tried(struct pt_probe *p, struct pt_err *err) {
    const struct pt_rule *r;
    int rc = pt_rule_parse(p->text, &p->tried, err);

    rc = rc == 0 ? make_set(p, err) : rc;
    if (rc != 0)
        return rc;
    r = &p->rules[p->tried_no];
    rc = pt_probe_engine(p, p->rules, p->n_rules, r, err);
    rc = rc == 0 ? pt_rule_check(&p->engine, r, err) : rc;
    return rc == 0 ? pt_engine_ready(&p->engine, p->tried_no, err) : rc;
}

int pt_probe_rule(struct pt_probe *p, const char *name, const char *text, struct pt_err *err) {
    int rc;

    if (p->text)
        return pt_err_set(err, PT_E_USAGE, "one rule file at a time");
    p->text = strdup(text);
    if (!p->text)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    (void)snprintf(p->file, sizeof p->file, "%.190s", name);
    rc = check_tried(p, err);
    if (rc != 0)
        (void)pt_err_wrap(err, "%s", p->file);
    return rc;
}

/* ---- which rules that touches ---- */

/* Is the table or view of that name read in a query of `text`? */
static bool reads_table(const char *text, const char *name) {
    static const char of_name[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
    size_t len = strlen(name);

    for (const char *p = text ? strstr(text, name) : NULL; p; p = strstr(p + 1, name)) {
        const char *before = p;

        while (before > text && strchr(" \n", before[-1]))
            before--;
        if (!(p[len] && strchr(of_name, p[len])) && before - text >= 4 && before < p &&
            (memcmp(before - 4, "FROM", 4) == 0 || memcmp(before - 4, "JOIN", 4) == 0 ||
             before[-1] == ','))
            return true;
    }
    return false;
}

/* Does `r` read a view that `maker` makes? */
static bool reads_views_of(const struct pt_rule *r, const struct pt_rule *maker) {
    static const char make[] = "CREATE TEMP VIEW ";
    const char *texts[] = {r->views, r->all, r->condition, r->inputs};

    for (const char *p = maker->views ? strstr(maker->views, make) : NULL; p;
         p = strstr(p + 1, make)) {
        char name[64];

        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(p + sizeof make - 1, " (\n"),
                       p + sizeof make - 1);
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            if (reads_table(texts[i], name))
                return true;
    }
    return false;
}

static bool has_set(const struct pt_probe *p, const struct pt_rule *r) {
    for (size_t i = 0; i < p->n_sets; i++)
        for (size_t k = 0; k < r->info.n_params; k++)
            if (strcmp(r->params[k].name, p->sets[i].name) == 0)
                return true;
    return false;
}

/* By number in the set that would be; a view that the tried file doesn't make any more counts. */
static void touched(const struct pt_probe *p, const struct pt_rule *rules, size_t n, bool *ret) {
    size_t n_was;
    const struct pt_rule *all = pt_rule_all(&n_was);
    const struct pt_rule *was = p->text && !p->is_new ? &all[p->tried_no] : NULL;
    bool more = p->text != NULL;

    for (size_t i = 0; i < n; i++)
        ret[i] = has_set(p, &rules[i]) || (p->text && i == p->tried_no) ||
                 (was && reads_views_of(&rules[i], was));
    while (more) {
        more = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n && !ret[i]; k++)
                if (ret[k] && i != k && reads_views_of(&rules[i], &rules[k]))
                    more = ret[i] = true;
    }
}

/* ---- both evaluations ---- */

static const char tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS tried_was(id BLOB PRIMARY KEY, rule TEXT, kind INTEGER,"
    "  key TEXT, fy INTEGER, period TEXT, object TEXT, state INTEGER, sev INTEGER, figures TEXT);"
    "CREATE TEMP TABLE IF NOT EXISTS tried_now(id BLOB PRIMARY KEY, rule TEXT, kind INTEGER,"
    "  key TEXT, fy INTEGER, period TEXT, object TEXT, state INTEGER, sev INTEGER, figures TEXT);"
    "DELETE FROM tried_was; DELETE FROM tried_now;";
static const char put_was[] = "INSERT OR REPLACE INTO tried_was VALUES(?,?,?,?,?,?,?,?,?,?)";
static const char put_now[] = "INSERT OR REPLACE INTO tried_now VALUES(?,?,?,?,?,?,?,?,?,?)";

struct keeping {
    struct pt_probe *p;
    sqlite3_stmt *put;
};

static int keep_one(void *ctx, const struct pt_condition *c, struct pt_err *err) {
    struct keeping *k = ctx;

    return c->state == PT_STATE_CLEAR
               ? 0
               : pt_sql_apply(k->p->engine.sql, k->put, err, "bsisissiis", pt_span(c->id, 16),
                              c->rule->info.id, (int64_t)c->kind, c->key, (int64_t)c->fy, c->period,
                              c->object, (int64_t)c->state, (int64_t)c->sev, c->figures);
}

static int keep_rule(struct pt_probe *p, size_t no, const char *put, struct pt_err *err) {
    struct keeping k = {.p = p};
    int rc = pt_sql_query(p->engine.sql, &k.put, err, put, "bsisissiis", pt_span("", 0), "",
                          (int64_t)0, "", (int64_t)0, "", "", (int64_t)0, (int64_t)0, "");

    rc = rc == 0 ? pt_probe_survey(p, no, NULL, keep_one, &k, err) : rc;
    pt_sql_done(p->engine.sql, k.put);
    return rc;
}

static int evaluate_as_is(struct pt_probe *p, const bool *which, struct pt_err *err) {
    size_t n;
    const struct pt_rule *rules = pt_rule_all(&n);
    int rc = p->text ? pt_probe_engine(p, rules, n, NULL, err) : 0;

    rc = rc == 0 ? pt_sql_exec(p->engine.sql, tables, err) : rc;
    for (size_t i = 0; i < n && rc == 0; i++)
        if (which[i])
            rc = keep_rule(p, i, put_was, err);
    return rc;
}

/* That SQL doesn't run is the tried rule's fault then, not the ledger's. */
static int keep_as_tried(struct pt_probe *p, size_t no, struct pt_err *err) {
    int rc = keep_rule(p, no, put_now, err);

    return rc == PT_E_STORE && p->text
               ? pt_err_set(err, PT_E_FORMAT, "%s: with it, %s can't be run: %s", p->file,
                            p->engine.rules[no].info.id, sqlite3_errmsg(p->engine.sql->db))
               : rc;
}

static int evaluate_as_tried(struct pt_probe *p, const bool *which, struct pt_err *err) {
    int rc = p->text ? pt_probe_engine(p, p->rules, p->n_rules, NULL, err) : 0;

    for (size_t i = 0; i < p->n_sets && rc == 0; i++)
        rc = pt_param_set(&p->engine, p->sets[i].name, p->sets[i].value, err);
    for (size_t i = 0; i < p->engine.n_rules && rc == 0; i++)
        if (which[i])
            rc = keep_as_tried(p, i, err);
    return rc;
}

/* ---- where they differ ---- */

static const char compare[] =
    "SELECT n.kind, n.key, n.fy, n.period, n.object, coalesce(w.state, 0), n.state,"
    "  coalesce(w.sev, 0), n.sev, coalesce(w.figures, ''), n.figures"
    " FROM tried_now n LEFT JOIN tried_was w ON w.id = n.id WHERE n.rule = ?1"
    " UNION ALL SELECT w.kind, w.key, w.fy, w.period, w.object, w.state, 0, w.sev, 0, w.figures, ''"
    "  FROM tried_was w WHERE w.rule = ?1 AND w.id NOT IN (SELECT id FROM tried_now)"
    " ORDER BY 2, 3, 4, 5";

/* One rule: as it is (NULL: new), as it would be. */
struct pair {
    const struct pt_rule *was, *now;
};

static bool steady_differ(struct pt_engine *e, const struct pair *r, const char *was,
                          const char *now) {
    bool differ;

    pt_arena_reset(&e->arena);
    differ = strcmp(pt_finding_steady(e, r->was, was), pt_finding_steady(e, r->now, now)) != 0;
    return differ;
}

/* False where nothing differs that anybody would be told. */
static bool differs(struct pt_engine *e, const struct pair *r, sqlite3_stmt *st,
                    enum pt_probe_what *ret) {
    bool fired = pt_sql_i32(st, 5) == PT_STATE_FIRE;
    bool fires = pt_sql_i32(st, 6) == PT_STATE_FIRE;

    if (fires && fired) {
        *ret = PT_PROBE_CHANGED;
        return pt_sql_i32(st, 7) != pt_sql_i32(st, 8) ||
               steady_differ(e, r, pt_sql_text(st, 9), pt_sql_text(st, 10));
    }
    *ret = fires                                   ? PT_PROBE_RAISED
           : pt_sql_i32(st, 6) == PT_STATE_UNKNOWN ? PT_PROBE_UNKNOWN
                                                   : PT_PROBE_CLEARED;
    return fires || fired;
}

static int tell_change(struct pt_probe *p, const struct pair *r, sqlite3_stmt *st,
                       const struct pt_probe_trier *trier, struct pt_err *err) {
    struct pt_probe_figure was[PT_RULE_FIGURES_MAX];
    struct pt_probe_figure now[PT_RULE_FIGURES_MAX];
    struct pt_probe_change c = {.figures_was = was, .figures = now};
    struct pt_condition said = {.kind = pt_sql_i32(st, 0), .fy = pt_sql_i32(st, 2)};
    char name[640];
    bool fires;

    if (!differs(&p->engine, r, st, &c.what))
        return pt_engine_room(&p->engine, err);
    fires = c.what == PT_PROBE_RAISED || c.what == PT_PROBE_CHANGED;
    pt_arena_reset(&p->said);
    c.kind = said.kind;
    c.key = said.key = pt_sql_text(st, 1);
    c.fiscal_year = said.fy;
    c.period = said.period = pt_sql_text(st, 3);
    c.object = said.object = pt_sql_text(st, 4);
    c.severity_was = c.what == PT_PROBE_RAISED ? "" : pt_probe_severity(pt_sql_i32(st, 7));
    c.severity = fires ? pt_probe_severity(pt_sql_i32(st, 8)) : "";
    if (c.what != PT_PROBE_RAISED) {
        c.n_figures_was = r->was->n_figures;
        pt_probe_figures(p, r->was, pt_sql_text(st, 9), was);
    }
    if (fires) {
        c.n_figures = r->now->n_figures;
        pt_probe_figures(p, r->now, pt_sql_text(st, 10), now);
    }
    said.rule = fires ? r->now : r->was;
    said.figures = pt_sql_text(st, fires ? 10 : 9);
    c.message_zh = pt_probe_message(p, &said, true);
    c.message_en = pt_probe_message(p, &said, false);
    if (c.key[0] == '\0' ||
        pt_ledger_subject_name(p->ledger, c.kind, c.key, name, sizeof name) != 0)
        (void)snprintf(name, sizeof name, "%s", c.key);
    c.name = name;
    return p->said.failed ? pt_err_set(err, PT_E_NOMEM, "rules: no memory for what was tried")
                          : trier->change(trier->ctx, &c, err);
}

static int count_fires(struct pt_probe *p, const char *sql, const char *rule, uint64_t *ret,
                       struct pt_err *err) {
    int64_t n;
    bool found;
    int rc = pt_sql_number(p->engine.sql, &n, &found, err, sql, "si", rule, (int64_t)PT_STATE_FIRE);

    *ret = (uint64_t)n;
    return rc;
}

static int tell_rule(struct pt_probe *p, const struct pair *r, const struct pt_probe_trier *trier,
                     struct pt_err *err) {
    static const char was[] = "SELECT count(*) FROM tried_was WHERE rule = ? AND state = ?";
    static const char now[] = "SELECT count(*) FROM tried_now WHERE rule = ? AND state = ?";
    const char *id = r->now->info.id;
    struct pt_probe_tried t = {.rule = &r->now->info, .is_new = !r->was};
    struct pair both = {r->was ? r->was : r->now, r->now};
    sqlite3_stmt *st = NULL;
    int rc = count_fires(p, was, id, &t.fires_was, err);

    rc = rc == 0 ? count_fires(p, now, id, &t.fires, err) : rc;
    rc = rc == 0 ? trier->rule(trier->ctx, &t, err) : rc;
    rc = rc == 0 ? pt_sql_query(p->engine.sql, &st, err, compare, "s", id) : rc;
    while (pt_sql_row(p->engine.sql, st, &rc, err))
        rc = tell_change(p, &both, st, trier, err);
    pt_sql_done(p->engine.sql, st);
    return rc;
}

int pt_probe_try(struct pt_probe *p, const struct pt_probe_trier *trier, struct pt_err *err) {
    bool which[PT_RULES_MAX] = {false};
    size_t n;
    const struct pt_rule *rules = pt_rule_all(&n);
    size_t n_now = p->text ? p->n_rules : n;
    const struct pt_rule *as_tried = p->text ? p->rules : rules;
    int rc;

    touched(p, as_tried, n_now, which);
    rc = evaluate_as_is(p, which, err);
    rc = rc == 0 ? evaluate_as_tried(p, which, err) : rc;
    for (size_t i = 0; i < n_now && rc == 0; i++) {
        struct pair r = {i < n ? &rules[i] : NULL, &as_tried[i]};

        if (which[i])
            rc = tell_rule(p, &r, trier, err);
    }
    return rc;
}
