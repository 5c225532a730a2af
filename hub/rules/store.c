#include <pentad/base/codec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <openssl/evp.h>

#include <pentad/record/party.h>

#include "embedded.h"
#include "engine.h"

/* Raise when the engine writes other rows or findings from the same rules. */
#define ENGINE_VERSION "2"

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS condition(rule TEXT, kind INTEGER, key TEXT, fy INTEGER,"
    "  period TEXT, object TEXT, a, b, c, id BLOB, state INTEGER, sev INTEGER, figures TEXT,"
    "  waits INTEGER,"
    "  PRIMARY KEY(rule, kind, key, fy, period, object)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS condition_touch ON condition(rule, a, b, c);"
    "CREATE INDEX IF NOT EXISTS condition_id ON condition(id);"
    "CREATE INDEX IF NOT EXISTS condition_waits ON condition(rule, waits) WHERE waits > 0;"
    "CREATE TABLE IF NOT EXISTS agenda(due INTEGER, rule TEXT, a, b, c,"
    "  PRIMARY KEY(due, rule, a, b, c)) WITHOUT ROWID;"
    /* The newest logged H01 of each id; figures without the volatile ones. */
    "CREATE TABLE IF NOT EXISTS finding(id BLOB PRIMARY KEY, rule TEXT, episode INTEGER,"
    "  status INTEGER, sev INTEGER, escalated INTEGER, due INTEGER, first_seen INTEGER,"
    "  figures TEXT, open_rec INTEGER, body BLOB) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS finding_due ON finding(due)"
    "  WHERE status = @DISCREPANCY_STATUS_OPEN AND escalated = 0 AND due > 0;"
    "CREATE TABLE IF NOT EXISTS pending(ord INTEGER PRIMARY KEY, id BLOB UNIQUE, body BLOB);"
    "CREATE TABLE IF NOT EXISTS dirty(id BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS param(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO state VALUES('mismatches', 0);";

static const char temp_tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS touched(a, b, c, PRIMARY KEY(a, b, c)) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS wanted(id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS seen(id BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS param_now(name TEXT PRIMARY KEY, value) WITHOUT ROWID;";

static const char *const own_sql[PT_R_COUNT] = {
    [PT_R_TOUCH_DUE] = "INSERT OR IGNORE INTO touched SELECT a, b, c FROM agenda"
                       " WHERE due <= ?2 AND rule = ?1",
    /* What waits for a day, or was judged by one. */
    [PT_R_TOUCH_DATED] = "INSERT OR IGNORE INTO touched SELECT a, b, c FROM agenda WHERE rule = ?1"
                         " UNION SELECT a, b, c FROM condition WHERE rule = ?1",
    [PT_R_TOUCH_WAITING] = "INSERT OR IGNORE INTO touched SELECT a, b, c FROM condition"
                           " WHERE rule = ?1 AND waits > 0 AND waits <= ?2",
    /* NULL where nobody of them has a stream that counts. */
    [PT_R_CLOSED] = "SELECT min(day) FROM closed_day"
                    " WHERE instr(' ' || ?1 || ' ', ' ' || party || ' ') > 0",
    [PT_R_CLOSED_ANY] = "SELECT max(day) FROM closed_day",
    [PT_R_DROP_DUE] = "DELETE FROM agenda WHERE due <= ?2 AND rule = ?1",
    [PT_R_UNTOUCH] = "DELETE FROM touched",
    /* Without being told, SQLite steps through all conditions of the rule for every key. */
    [PT_R_OLD] = "SELECT n.kind, n.key, n.fy, n.period, n.object, n.id, n.state FROM touched t"
                 " CROSS JOIN condition n INDEXED BY condition_touch"
                 " ON n.rule = ?1 AND n.a = t.a AND n.b = t.b AND n.c = t.c",
    [PT_R_GET] = "SELECT state, sev, figures, waits FROM condition WHERE rule=? AND kind=? AND"
                 " key=? AND fy=? AND period=? AND object=?",
    [PT_R_PUT] = "INSERT OR REPLACE INTO condition VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [PT_R_DEL] = "DELETE FROM condition WHERE rule=? AND kind=? AND key=? AND fy=? AND period=?"
                 " AND object=?",
    [PT_R_SEEN] = "INSERT OR IGNORE INTO seen VALUES(?)",
    [PT_R_DIRTY] = "INSERT OR IGNORE INTO dirty VALUES(?)",
    [PT_R_FINDING] = "SELECT episode, status, sev, escalated, due, first_seen, figures, open_rec,"
                     " body FROM finding WHERE id=?",
    [PT_R_FINDING_PUT] = "INSERT OR REPLACE INTO finding VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [PT_R_WANTED_PUT] = "INSERT INTO wanted VALUES(?,?)",
    [PT_R_PENDING_GET] = "SELECT body FROM pending WHERE id=?",
    [PT_R_PENDING_DEL] = "DELETE FROM pending WHERE id=?",
    [PT_R_CONDITION_OF] = "SELECT rule, kind, key, fy, period, object, state, sev, figures, a, b, c"
                          " FROM condition WHERE id=?",
    /* Replies to an episode: newest first. ?2 the record that opened it, ?3 the episode. */
    [PT_R_REPLY] =
        "SELECT s.party, h.kind, EXISTS(SELECT 1 FROM seconded a WHERE a.rec = h.rec),"
        " coalesce(h.rule, ''), coalesce(h.sender, '')"
        " FROM f_discrepancy_reply h JOIN live r ON r.rec = h.rec JOIN stream s ON s.sid = r.r_sid"
        " WHERE h.id = ?1 AND h.rec > ?2 AND coalesce(h.episode, ?3) = ?3 ORDER BY h.rec DESC",
    [PT_R_REF] = "SELECT s.party, s.name, r.seq, r.hash FROM record r JOIN stream s"
                 " ON s.sid = r.sid WHERE r.rec = ?",
    [PT_R_WORKDAYS] = "SELECT wd_add(?1, ?2)",
};

struct section {
    const char *name;
    const char *head;
    const char *sql; /* NULL where the rule has none */
    const char *tail;
    sqlite3_stmt **st;
};

/* The comment before it says in every profile and trace whose statement it is. */
static int prepare_section(struct pt_engine *e, const struct pt_rule *r, const struct section *s,
                           struct pt_err *err) {
    struct pt_buf b;
    int rc;

    *s->st = NULL;
    if (!s->sql)
        return 0;
    pt_buf_init(&b, 1U << 17);
    pt_buf_printf(&b, "/* %s %s */ ", r->info.id, s->name);
    pt_buf_puts(&b, s->head);
    pt_buf_puts(&b, s->sql);
    pt_buf_puts(&b, s->tail);
    rc = b.failed ? pt_err_set(err, b.failed, "no room for a statement")
                  : pt_sql_prepare(e->sql, pt_buf_cstr(&b), s->st, err);
    pt_buf_done(&b);
    return rc;
}

static int find_columns(const struct pt_rule *r, struct pt_rule_stmts *s, struct pt_err *err) {
    static const char *const fixed[] = {"a",  "b",      "c",      "kind",  "key",
                                        "fy", "period", "object", "state", "sev"};

    for (int i = 0; i < 10; i++)
        if (i >= sqlite3_column_count(s->condition) ||
            strcmp(sqlite3_column_name(s->condition, i), fixed[i]) != 0)
            return pt_err_set(err, PT_E_FORMAT, "rule %s: column %d of [condition] must be %s",
                              r->info.id, i + 1, fixed[i]);
    for (size_t f = 0; f < r->n_figures; f++) {
        s->figure_col[f] = -1;
        for (int i = 10; i < sqlite3_column_count(s->condition); i++)
            if (strcmp(sqlite3_column_name(s->condition, i), r->figures[f].label) == 0)
                s->figure_col[f] = i;
        if (s->figure_col[f] < 0)
            return pt_err_set(err, PT_E_FORMAT, "rule %s: [condition] gives no figure %s",
                              r->info.id, r->figures[f].label);
    }
    return 0;
}

static bool has_figure(const struct pt_rule *r, const char *label, size_t len) {
    for (size_t f = 0; f < r->n_figures; f++)
        if (strlen(r->figures[f].label) == len && memcmp(r->figures[f].label, label, len) == 0)
            return true;
    return false;
}

/* A list of the header: parties, and figures that name one. */
static int check_parties(const struct pt_rule *r, const char *list, bool *ret_named,
                         struct pt_err *err) {
    char names[128];
    char *save = NULL;

    *ret_named = false;
    (void)snprintf(names, sizeof names, "%s", list);
    for (char *p = strtok_r(names, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
        size_t n = strlen(p);
        bool named = n > 2 && p[0] == '{' && p[n - 1] == '}' && has_figure(r, p + 1, n - 2);

        if (!named && pt_party_from_name(p) == PT_PARTY_NONE)
            return pt_err_set(err, PT_E_FORMAT, "rule %s: %s is neither a party nor a figure",
                              r->info.id, p);
        *ret_named = *ret_named || named;
    }
    return 0;
}

/* `awaits` names parties, and [condition] then says the day in its column `through`. */
static int find_through(const struct pt_rule *r, struct pt_rule_stmts *s, struct pt_err *err) {
    bool named;

    s->through_col = -1;
    for (int i = 10; i < sqlite3_column_count(s->condition); i++)
        if (strcmp(sqlite3_column_name(s->condition, i), "through") == 0)
            s->through_col = i;
    if ((s->through_col >= 0) != (r->info.awaits[0] != '\0'))
        return pt_err_set(err, PT_E_FORMAT,
                          "rule %s: awaits and the column through of [condition] go together",
                          r->info.id);
    if (check_parties(r, r->info.responders, &named, err) != 0)
        return PT_E_FORMAT;
    return check_parties(r, r->info.awaits, &s->awaits_named, err);
}

/* Up to the first that fails. */
static int prepare_sections(struct pt_engine *e, const struct pt_rule *r,
                            const struct section *sections, size_t n, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++)
        rc = prepare_section(e, r, &sections[i], err);
    return rc;
}

static const char touch_head[] = "INSERT OR IGNORE INTO touched ";

static int prepare_verdict(struct pt_engine *e, const struct pt_rule *r, struct pt_rule_stmts *s,
                           struct pt_err *err) {
    const struct section sections[] = {
        {"all", touch_head, r->all, "", &s->all},
        {"condition", "", r->condition, "", &s->condition},
        {"standing", "SELECT * FROM (", r->condition,
         r->info.awaits[0] ? ") WHERE state <> 'CLEAR' OR through > ?1"
                           : ") WHERE state <> 'CLEAR'",
         &s->standing},
        {"inputs", "", r->inputs, "", &s->inputs},
    };
    int rc = prepare_sections(e, r, sections, sizeof sections / sizeof sections[0], err);

    if (rc != 0) {
        (void)pt_err_wrap(err, "rule %s", r->info.id);
        return rc;
    }
    if (!s->condition)
        return pt_err_set(err, PT_E_FORMAT, "rule %s has no [condition]", r->info.id);
    rc = find_columns(r, s, err);
    return rc == 0 ? find_through(r, s, err) : rc;
}

static int prepare_rule(struct pt_engine *e, const struct pt_rule *r, struct pt_rule_stmts *s,
                        struct pt_err *err) {
    char agenda[128];
    const struct section sections[] = {
        {"touch", touch_head, r->touch, "", &s->touch},
        {"agenda", agenda, r->agenda, ") WHERE due > tick_day()", &s->agenda},
    };
    int rc = r->views ? pt_sql_exec(e->sql, r->views, err) : 0;

    (void)snprintf(agenda, sizeof agenda,
                   "INSERT OR IGNORE INTO agenda SELECT due, '%s', a, b, c FROM (", r->info.id);
    if (rc == 0)
        rc = prepare_sections(e, r, sections, sizeof sections / sizeof sections[0], err);
    if (rc != 0) {
        (void)pt_err_wrap(err, "rule %s", r->info.id);
        return rc;
    }
    return prepare_verdict(e, r, s, err);
}

int pt_engine_ready(struct pt_engine *e, size_t no, struct pt_err *err) {
    return e->st[no].condition ? 0 : prepare_verdict(e, &e->rules[no], &e->st[no], err);
}

int pt_engine_create(struct pt_engine *e, struct pt_err *err) {
    int rc = pt_sql_exec(e->sql, tables, err);

    return rc == 0 ? pt_sql_exec(e->sql, temp_tables, err) : rc;
}

/* What all have: its memory, SQL functions, nothing prepared. */
static int begin(struct pt_engine *e, struct pt_ledger *l, const struct pt_rule *rules, size_t n,
                 struct pt_err *err) {
    memset(e, 0, sizeof *e);
    e->ledger = l;
    e->sql = pt_ledger_sql(l);
    e->rules = rules;
    e->n_rules = n;
    pt_arena_init(&e->arena, (size_t)16 << 20);
    pt_buf_init(&e->buf, (size_t)4 << 20);
    e->st = calloc(n > 0 ? n : 1, sizeof *e->st);
    if (!e->st || n == 0)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    return pt_params_register(e, err);
}

static int prepare_own(struct pt_engine *e, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < PT_R_COUNT && rc == 0; i++)
        rc = pt_sql_prepare(e->sql, own_sql[i], &e->own[i], err);
    return rc == 0 ? pt_ledger_last_tick(e->ledger, &e->tick, err) : rc;
}

/* The first rule that awaits the same. */
static size_t awaits_like(const struct pt_rule *rules, size_t no) {
    size_t i = 0;

    while (strcmp(rules[i].info.awaits, rules[no].info.awaits) != 0)
        i++;
    return i;
}

int pt_engine_open(struct pt_engine *e, struct pt_ledger *l, struct pt_err *err) {
    size_t n;
    const struct pt_rule *rules = pt_rule_all(&n);
    int rc = begin(e, l, rules, n, err);

    rc = rc == 0 ? pt_engine_create(e, err) : rc;
    rc = rc == 0 ? prepare_own(e, err) : rc;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = prepare_rule(e, &rules[i], &e->st[i], err);
    for (size_t i = 0; i < n && rc == 0; i++)
        e->st[i].awaits_like = awaits_like(rules, i);
    return rc;
}

int pt_engine_read(struct pt_engine *e, struct pt_ledger *l, const struct pt_rule *rules, size_t n,
                   const struct pt_rule *tried, struct pt_err *err) {
    int rc = begin(e, l, rules, n, err);

    rc = rc == 0 ? pt_sql_exec(e->sql, temp_tables, err) : rc;
    rc = rc == 0 ? prepare_own(e, err) : rc;
    for (size_t i = 0; i < n && rc == 0; i++)
        if (rules[i].views && &rules[i] != tried)
            rc = pt_sql_exec(e->sql, rules[i].views, err);
    return rc == 0 ? pt_params_load(e, err) : rc;
}

int pt_engine_drop_views(struct pt_engine *e, struct pt_err *err) {
    static const char next[] = "SELECT 'DROP VIEW temp.\"' || replace(name, '\"', '\"\"') || '\"'"
                               " FROM sqlite_temp_master WHERE type = 'view' LIMIT 1";
    char drop[300];
    int rc = 0;

    do {
        sqlite3_stmt *st = NULL;

        drop[0] = '\0';
        rc = pt_sql_query(e->sql, &st, err, next, "");
        if (pt_sql_row(e->sql, st, &rc, err))
            (void)snprintf(drop, sizeof drop, "%s", pt_sql_text(st, 0));
        pt_sql_done(e->sql, st);
        if (rc == 0 && drop[0] != '\0')
            rc = pt_sql_exec(e->sql, drop, err);
    } while (rc == 0 && drop[0] != '\0');
    return rc;
}

void pt_engine_close(struct pt_engine *e) {
    for (size_t i = 0; i < PT_R_COUNT; i++)
        pt_sql_finalize(e->own[i]);
    for (size_t i = 0; e->st && i < e->n_rules; i++) {
        pt_sql_finalize(e->st[i].touch);
        pt_sql_finalize(e->st[i].all);
        pt_sql_finalize(e->st[i].condition);
        pt_sql_finalize(e->st[i].standing);
        pt_sql_finalize(e->st[i].agenda);
        pt_sql_finalize(e->st[i].inputs);
    }
    free(e->st);
    pt_arena_done(&e->arena);
    pt_buf_done(&e->buf);
    memset(e, 0, sizeof *e);
}

/* What the rules are: their files and the version of what runs them. */
static int rule_set(char out[80], struct pt_err *err) {
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint8_t h[32];
    bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; i < pt_rule_files_count && ok; i++)
        ok = EVP_DigestUpdate(md, pt_rule_files[i], strlen(pt_rule_files[i]) + 1) == 1;
    ok = ok && EVP_DigestFinal_ex(md, h, NULL) == 1;
    EVP_MD_CTX_free(md);
    if (!ok)
        return pt_err_set(err, PT_E_CRYPTO, "rules: no SHA-256");
    memcpy(out, ENGINE_VERSION "-", sizeof ENGINE_VERSION);
    pt_hex(out + sizeof ENGINE_VERSION, h, 16);
    return 0;
}

int pt_engine_stale(struct pt_engine *e, bool *ret_stale, struct pt_err *err) {
    char set[80];
    sqlite3_stmt *st = NULL;
    int rc = rule_set(set, err);

    *ret_stale = false;
    rc = rc == 0 ? pt_sql_query(e->sql, &st, err, "SELECT v FROM local WHERE k = 'rules'", "") : rc;
    if (pt_sql_row(e->sql, st, &rc, err))
        *ret_stale = strcmp(pt_sql_text(st, 0), set) != 0;
    pt_sql_done(e->sql, st);
    return rc == 0 ? pt_sql_run(e->sql, err, "INSERT OR REPLACE INTO local VALUES('rules', ?)", "s",
                                set)
                   : rc;
}

int pt_engine_dirty(struct pt_engine *e, const uint8_t id[16], struct pt_err *err) {
    return pt_sql_apply(e->sql, e->own[PT_R_DIRTY], err, "b", pt_span(id, 16));
}
