/* A rule that was not built in is somebody's text: it has to be right before it runs, and it may
 * read and nothing else. SQLite's authorizer sees every access that a statement would make. */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/record/catalogue.h>

#include "engine.h"

enum { SECTION_MAX = 1 << 17 };

struct check {
    struct pt_engine *e;
    const char *name; /* of the section */
    int line;         /* where its SQL begins */
    bool views;       /* it may make temporary views */
    bool made;        /* the statement makes one */
    bool schema;      /* it changes the schema */
    char would[160];  /* what else it would do that it may not */
};

/* The line of a place in a section's text; names filled in don't move it. */
static int line_of(const struct check *c, const char *text, const char *at) {
    int line = c->line;

    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

static int fault(const struct check *c, int code, int line, const char *what, struct pt_err *err) {
    return pt_err_set(err, code, "line %d, [%s]: %s", line, c->name, what);
}

/* ---- what a statement would do ---- */

static const char *deed(int action) {
    static const struct {
        int action;
        const char *name;
    } deeds[] = {{SQLITE_INSERT, "INSERT"},
                 {SQLITE_UPDATE, "UPDATE"},
                 {SQLITE_DELETE, "DELETE"},
                 {SQLITE_ATTACH, "ATTACH"},
                 {SQLITE_DETACH, "DETACH"},
                 {SQLITE_PRAGMA, "PRAGMA"},
                 {SQLITE_TRANSACTION, "a transaction"},
                 {SQLITE_SAVEPOINT, "a savepoint"},
                 {SQLITE_FUNCTION, "the function"},
                 {SQLITE_CREATE_TABLE, "CREATE TABLE"},
                 {SQLITE_CREATE_TEMP_TABLE, "CREATE TABLE"},
                 {SQLITE_CREATE_VTABLE, "CREATE TABLE"},
                 {SQLITE_CREATE_TRIGGER, "CREATE TRIGGER"},
                 {SQLITE_CREATE_TEMP_TRIGGER, "CREATE TRIGGER"},
                 {SQLITE_CREATE_VIEW, "CREATE VIEW without TEMP"},
                 {SQLITE_CREATE_INDEX, "CREATE INDEX"},
                 {SQLITE_DROP_TABLE, "DROP TABLE"},
                 {SQLITE_DROP_VIEW, "DROP VIEW"},
                 {SQLITE_DROP_TEMP_TABLE, "DROP TABLE"},
                 {SQLITE_DROP_TEMP_VIEW, "DROP VIEW"},
                 {SQLITE_ALTER_TABLE, "ALTER TABLE"}};

    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        if (deeds[i].action == action)
            return deeds[i].name;
    return "another statement";
}

static bool catalogue_of_views(const char *table) {
    return table &&
           (strcmp(table, "sqlite_temp_master") == 0 || strcmp(table, "sqlite_temp_schema") == 0);
}

static bool reads(const struct check *c, int action, const char *a, const char *b) {
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return true;
    case SQLITE_FUNCTION:
        return !b || strcmp(b, "load_extension") != 0;
    case SQLITE_CREATE_TEMP_VIEW:
        return c->views;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
        return c->views && catalogue_of_views(a);
    default:
        return false;
    }
}

static int authorize(void *ctx, int action, const char *a, const char *b, const char *db,
                     const char *inside) {
    struct check *c = ctx;
    const char *what = action == SQLITE_FUNCTION ? b : a;

    (void)db;
    (void)inside;
    if (reads(c, action, a, b)) {
        c->made = c->made || action == SQLITE_CREATE_TEMP_VIEW;
        return SQLITE_OK;
    }
    /* CREATE TABLE and its like begin with the schema; what comes after says more. */
    if (a && strncmp(a, "sqlite_", 7) == 0) {
        c->schema = true;
        return SQLITE_OK;
    }
    if (c->would[0] == '\0')
        (void)snprintf(c->would, sizeof c->would, "%s%s%.60s", deed(action), what ? " " : "",
                       what ? what : "");
    return SQLITE_DENY;
}

/* ---- preparing ---- */

/* The text with its @NAMEs filled in, and every parameter known that it asks for by name. */
static int fill(struct check *c, const char *text, struct pt_buf *out, struct pt_err *err) {
    static const char names[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    static const char param[] = "param('";
    char what[200];

    for (const char *p = strstr(text, param); p; p = strstr(p + 1, param)) {
        const char *name = p + sizeof param - 1;
        char copy[64];

        (void)snprintf(copy, sizeof copy, "%.*s", (int)strcspn(name, "'"), name);
        (void)snprintf(what, sizeof what, "no rule has a parameter %s", copy);
        if (!pt_param_find(c->e, copy))
            return fault(c, PT_E_FORMAT, line_of(c, text, p), what, err);
    }
    for (const char *p = text; *p; p++) {
        size_t len = *p == '@' ? strspn(p + 1, names) : 0;
        int number = 0;

        if (*p != '@') {
            (void)pt_buf_putc(out, *p);
            continue;
        }
        (void)snprintf(what, sizeof what, "there is no @%.*s", (int)len, p + 1);
        if (!pt_record_number(p + 1, len, &number))
            return fault(c, PT_E_FORMAT, line_of(c, text, p), what, err);
        (void)pt_buf_printf(out, "%d", number);
        p += len;
    }
    return out->failed ? pt_err_set(err, out->failed, "[%s] is too long", c->name) : 0;
}

/* One statement at `at` in the section's text. */
static int prepare(struct check *c, const char *text, const char *at, sqlite3_stmt **ret,
                   const char **ret_tail, struct pt_err *err) {
    sqlite3 *db = c->e->sql->db;
    char what[240];
    int offset;
    int rc;

    c->would[0] = '\0';
    c->made = c->schema = false;
    (void)sqlite3_set_authorizer(db, authorize, c);
    rc = sqlite3_prepare_v2(db, at, -1, ret, ret_tail);
    offset = sqlite3_error_offset(db);
    (void)snprintf(what, sizeof what, "%.180s", sqlite3_errmsg(db));
    (void)sqlite3_set_authorizer(db, NULL, NULL);
    if (c->would[0] != '\0' || (rc & 0xff) == SQLITE_AUTH || (c->schema && !c->made)) {
        (void)snprintf(what, sizeof what, "a rule may only read, and this is %s",
                       c->would[0] ? c->would : "a change of the schema");
        (void)sqlite3_finalize(*ret);
        *ret = NULL;
        return fault(c, PT_E_FORBIDDEN, line_of(c, text, at), what, err);
    }
    if (rc == SQLITE_NOMEM)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    return rc == SQLITE_OK
               ? 0
               : fault(c, PT_E_FORMAT, line_of(c, text, at + (offset > 0 ? offset : 0)), what, err);
}

/* ---- sections ---- */

static bool binds_known(sqlite3_stmt *st) {
    static const char *const known[] = {":a",   ":b",  ":c",      ":kind",
                                        ":key", ":fy", ":period", ":object"};

    for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
        const char *name = sqlite3_bind_parameter_name(st, i);
        bool ok = false;

        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            ok = ok || (name && strcmp(name, known[k]) == 0);
        if (!ok)
            return false;
    }
    return true;
}

static bool has_columns(sqlite3_stmt *st, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        bool there = false;

        for (int k = 0; k < sqlite3_column_count(st); k++)
            there = there || strcmp(sqlite3_column_name(st, k), names[i]) == 0;
        if (!there)
            return false;
    }
    return true;
}

/* What the engine takes from each section. */
static const char *lacks(const char *section, sqlite3_stmt *st) {
    static const char *const due[] = {"a", "b", "c", "due"};
    bool inputs = strcmp(section, "inputs") == 0;

    if (!st || sqlite3_column_count(st) == 0)
        return "it has to be a query";
    if (inputs && !binds_known(st))
        return "only :a :b :c :kind :key :fy :period :object are bound";
    if (!inputs && sqlite3_bind_parameter_count(st) > 0)
        return "nothing is bound here";
    if ((strcmp(section, "touch") == 0 || strcmp(section, "all") == 0) &&
        sqlite3_column_count(st) != 3)
        return "it gives keys: three columns";
    if (strcmp(section, "agenda") == 0 && !has_columns(st, due, 4))
        return "it gives the columns a, b, c and due";
    return NULL;
}

static int check_query(struct check *c, const char *sql, struct pt_err *err) {
    struct pt_buf filled;
    sqlite3_stmt *st = NULL;
    const char *tail = NULL;
    const char *text;
    int rc;

    if (!sql)
        return 0;
    pt_buf_init(&filled, SECTION_MAX);
    rc = fill(c, sql, &filled, err);
    text = pt_buf_cstr(&filled);
    rc = rc == 0 ? prepare(c, text, text, &st, &tail, err) : rc;
    if (rc == 0 && *tail != '\0')
        rc = fault(c, PT_E_FORMAT, line_of(c, text, tail), "one query, without a semicolon", err);
    if (rc == 0 && lacks(c->name, st))
        rc = fault(c, PT_E_FORMAT, c->line, lacks(c->name, st), err);
    (void)sqlite3_finalize(st);
    pt_buf_done(&filled);
    return rc;
}

/* Where the query of `CREATE TEMP VIEW name AS` begins. */
static const char *view_body(const char *at, const char *end) {
    for (const char *p = at + 1; p + 3 < end; p++)
        if (strchr(" \n\t)", p[-1]) && (p[0] | 32) == 'a' && (p[1] | 32) == 's' &&
            strchr(" \n\t(", p[2]))
            return p + 2;
    return NULL;
}

/* All views first, since one may read another behind it; then the query of each, since a fault in
 * it shows only when it is used. */
static int check_views(struct check *c, const char *text, bool make, struct pt_err *err) {
    int rc = 0;

    for (const char *at = text; rc == 0;) {
        sqlite3_stmt *st = NULL;
        const char *tail = NULL;
        const char *begin = at + strspn(at, " \n\t;");

        if (*begin == '\0')
            break;
        tail = strchr(begin, ';');
        tail = tail ? tail + 1 : begin + strlen(begin);
        if (make) {
            rc = prepare(c, text, begin, &st, &tail, err);
            if (rc == 0 && st && !c->made)
                rc = fault(c, PT_E_FORMAT, line_of(c, text, begin),
                           "only CREATE TEMP VIEW statements are here", err);
            if (rc == 0 && st && sqlite3_step(st) != SQLITE_DONE)
                rc = fault(c, PT_E_FORMAT, line_of(c, text, begin), sqlite3_errmsg(c->e->sql->db),
                           err);
        } else if (view_body(begin, tail)) {
            const char *rest = NULL;

            rc = prepare(c, text, view_body(begin, tail), &st, &rest, err);
            tail = rc == 0 ? rest : tail;
        }
        (void)sqlite3_finalize(st);
        at = tail;
    }
    return rc;
}

static int check_all_views(struct check *c, const char *sql, struct pt_err *err) {
    struct pt_buf filled;
    int rc;

    if (!sql)
        return 0;
    pt_buf_init(&filled, SECTION_MAX);
    rc = fill(c, sql, &filled, err);
    c->views = true;
    rc = rc == 0 ? check_views(c, pt_buf_cstr(&filled), true, err) : rc;
    c->views = false;
    rc = rc == 0 ? check_views(c, pt_buf_cstr(&filled), false, err) : rc;
    pt_buf_done(&filled);
    return rc;
}

/* ---- the header ---- */

static int check_message(const struct pt_rule *r, const char *text, const char *name,
                         struct pt_err *err) {
    for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{')) {
        size_t len = strcspn(p + 1, "}");
        bool known = false;

        for (size_t f = 0; f < r->n_figures; f++)
            known = known || (strlen(r->figures[f].label) == len &&
                              memcmp(r->figures[f].label, p + 1, len) == 0);
        if (!known)
            return pt_err_set(err, PT_E_FORMAT, "%s: {%.*s} is no figure of the rule", name,
                              (int)(len < 40 ? len : 40), p + 1);
    }
    return 0;
}

static int check_header(const struct pt_rule *r, struct pt_err *err) {
    const struct {
        const char *name, *value;
    } needed[] = {{"zh", r->info.name_zh},
                  {"en", r->info.name_en},
                  {"reads", r->info.reads},
                  {"message.zh", r->info.message_zh},
                  {"message.en", r->info.message_en},
                  {"responders", r->info.responders}};
    int rc;

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (needed[i].value[0] == '\0')
            return pt_err_set(err, PT_E_FORMAT, "the header has no line `-- %s: …`",
                              needed[i].name);
    rc = check_message(r, r->info.message_zh, "message.zh", err);
    return rc == 0 ? check_message(r, r->info.message_en, "message.en", err) : rc;
}

int pt_rule_check(struct pt_engine *e, const struct pt_rule *r, struct pt_err *err) {
    const struct {
        const char *name, *sql;
        int line;
    } queries[] = {{"touch", r->touch, r->lines.touch},
                   {"all", r->all, r->lines.all},
                   {"condition", r->condition, r->lines.condition},
                   {"agenda", r->agenda, r->lines.agenda},
                   {"inputs", r->inputs, r->lines.inputs}};
    struct check c = {.e = e, .name = "views", .line = r->lines.views};
    int rc = check_header(r, err);

    /* These make themselves when they are first named, which looks like more than reading. */
    if (rc == 0)
        rc = pt_sql_exec(e->sql, "SELECT 1 FROM json_each('[]'), json_tree('[]')", err);
    if (rc == 0 && (!r->condition || !r->all))
        rc = pt_err_set(err, PT_E_FORMAT, "there is no section [%s]",
                        r->condition ? "all" : "condition");
    rc = rc == 0 ? check_all_views(&c, r->views, err) : rc;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0] && rc == 0; i++) {
        c.name = queries[i].name;
        c.line = queries[i].line;
        rc = check_query(&c, queries[i].sql, err);
    }
    return rc;
}
