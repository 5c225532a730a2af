#include <pentad/base/codec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "embedded.h"
#include "engine.h"

/* Raise when the engine writes other rows or findings from the same rules. */
#define ENGINE_VERSION "1"

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS condition(rule TEXT, kind INTEGER, key TEXT, fy INTEGER,"
    "  period TEXT, object TEXT, a, b, c, id BLOB, state INTEGER, sev INTEGER, figures TEXT,"
    "  PRIMARY KEY(rule, kind, key, fy, period, object)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS condition_touch ON condition(rule, a, b, c);"
    "CREATE INDEX IF NOT EXISTS condition_id ON condition(id);"
    "CREATE TABLE IF NOT EXISTS agenda(due INTEGER, rule TEXT, a, b, c,"
    "  PRIMARY KEY(due, rule, a, b, c)) WITHOUT ROWID;"
    /* The newest logged H01 of each id; figures without the volatile ones. */
    "CREATE TABLE IF NOT EXISTS finding(id BLOB PRIMARY KEY, rule TEXT, episode INTEGER,"
    "  status INTEGER, sev INTEGER, escalated INTEGER, due INTEGER, first_seen INTEGER,"
    "  figures TEXT, open_rec INTEGER, body BLOB) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS finding_due ON finding(due)"
    "  WHERE status = 1 AND escalated = 0 AND due > 0;"
    "CREATE TABLE IF NOT EXISTS pending(ord INTEGER PRIMARY KEY, id BLOB UNIQUE, body BLOB);"
    "CREATE TABLE IF NOT EXISTS dirty(id BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS param(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO state VALUES('mismatches', 0);";

static const char temp_tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS touched(a, b, c, PRIMARY KEY(a, b, c)) WITHOUT ROWID;";

static const char *const own_sql[PT_R_COUNT] = {
    [PT_R_TOUCH_DUE] = "INSERT OR IGNORE INTO touched SELECT a, b, c FROM agenda"
                       " WHERE due <= ?2 AND rule = ?1",
    [PT_R_DROP_DUE] = "DELETE FROM agenda WHERE due <= ?2 AND rule = ?1",
    [PT_R_UNTOUCH] = "DELETE FROM touched",
    [PT_R_OLD] = "SELECT n.kind, n.key, n.fy, n.period, n.object, n.id, n.state FROM touched t"
                 " JOIN condition n ON n.rule = ?1 AND n.a = t.a AND n.b = t.b AND n.c = t.c",
    [PT_R_GET] = "SELECT state, sev, figures FROM condition WHERE rule=? AND kind=? AND key=? AND"
                 " fy=? AND period=? AND object=?",
    [PT_R_PUT] = "INSERT OR REPLACE INTO condition VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [PT_R_DEL] = "DELETE FROM condition WHERE rule=? AND kind=? AND key=? AND fy=? AND period=?"
                 " AND object=?",
    [PT_R_DIRTY] = "INSERT OR IGNORE INTO dirty VALUES(?)",
    [PT_R_FINDING] = "SELECT episode, status, sev, escalated, due, first_seen, figures, open_rec,"
                     " body FROM finding WHERE id=?",
    [PT_R_FINDING_PUT] = "INSERT OR REPLACE INTO finding VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [PT_R_PENDING_PUT] = "INSERT INTO pending(id, body) VALUES(?,?)",
    [PT_R_PENDING_GET] = "SELECT body FROM pending WHERE id=?",
    [PT_R_PENDING_DEL] = "DELETE FROM pending WHERE id=?",
    [PT_R_CONDITION_OF] = "SELECT rule, kind, key, fy, period, object, state, sev, figures, a, b, c"
                          " FROM condition WHERE id=?",
    /* Replies to an episode: newest first. ?2 the record that opened it, ?3 the episode. */
    [PT_R_REPLY] =
        "SELECT s.party, h.kind, EXISTS(SELECT 1 FROM resolved f JOIN v_approval v ON v.rec = f.rec"
        "   JOIN stream p ON p.sid = v.r_sid WHERE f.target = h.rec AND f.field = 'target'"
        "   AND v.verdict = 1 AND p.party IN ('congress', 'audit'))"
        " FROM f_discrepancy_reply h JOIN live r ON r.rec = h.rec JOIN stream s ON s.sid = r.r_sid"
        " WHERE h.id = ?1 AND h.rec > ?2 AND coalesce(h.episode, ?3) = ?3 ORDER BY h.rec DESC",
    [PT_R_REF] = "SELECT s.party, s.name, r.seq, r.hash FROM record r JOIN stream s"
                 " ON s.sid = r.sid WHERE r.rec = ?",
    [PT_R_WORKDAYS] = "SELECT wd_add(?1, ?2)",
};

static int store_err(struct pt_engine *e, struct pt_err *err, const char *what) {
    return pt_err_set(err, PT_E_STORE, "rules: %.100s: %s", what, sqlite3_errmsg(e->db));
}

static int prepare(struct pt_engine *e, const char *sql, sqlite3_stmt **ret, const char *what,
                   struct pt_err *err) {
    *ret = NULL;
    if (sqlite3_prepare_v3(e->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) != SQLITE_OK)
        return store_err(e, err, what);
    return 0;
}

static int prepare_with(struct pt_engine *e, const char *head, const char *sql, const char *tail,
                        sqlite3_stmt **ret, const char *what, struct pt_err *err) {
    struct pt_buf b;
    int rc;

    *ret = NULL;
    if (!sql)
        return 0;
    pt_buf_init(&b, 1U << 17);
    pt_buf_puts(&b, head);
    pt_buf_puts(&b, sql);
    pt_buf_puts(&b, tail);
    rc = b.failed ? pt_err_set(err, PT_E_NOMEM, "rules: no memory")
                  : prepare(e, pt_buf_cstr(&b), ret, what, err);
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

static int prepare_rule(struct pt_engine *e, const struct pt_rule *r, struct pt_rule_stmts *s,
                        struct pt_err *err) {
    char head[128];
    const char *id = r->info.id;
    int rc;

    if (r->views && sqlite3_exec(e->db, r->views, NULL, NULL, NULL) != SQLITE_OK)
        return store_err(e, err, id);
    rc = prepare_with(e, "INSERT OR IGNORE INTO touched ", r->touch, "", &s->touch, id, err);
    rc = rc == 0 ? prepare_with(e, "INSERT OR IGNORE INTO touched ", r->all, "", &s->all, id, err)
                 : rc;
    rc = rc == 0 ? prepare_with(e, "", r->condition, "", &s->condition, id, err) : rc;
    (void)snprintf(head, sizeof head,
                   "INSERT OR IGNORE INTO agenda SELECT due, '%s', a, b, c FROM (", id);
    rc = rc == 0 ? prepare_with(e, head, r->agenda, ") WHERE due > tick_day()", &s->agenda, id, err)
                 : rc;
    rc = rc == 0 ? prepare_with(e, "", r->inputs, "", &s->inputs, id, err) : rc;
    if (rc == 0 && !s->condition)
        rc = pt_err_set(err, PT_E_FORMAT, "rule %s has no [condition]", id);
    return rc == 0 ? find_columns(r, s, err) : rc;
}

int pt_engine_create(struct pt_engine *e, struct pt_err *err) {
    if (sqlite3_exec(e->db, tables, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(e->db, temp_tables, NULL, NULL, NULL) != SQLITE_OK)
        return store_err(e, err, "tables");
    return 0;
}

int pt_engine_open(struct pt_engine *e, struct pt_ledger *l, struct pt_err *err) {
    int rc;

    memset(e, 0, sizeof *e);
    e->ledger = l;
    e->db = pt_ledger_db(l);
    e->rules = pt_rule_all(&e->n_rules);
    pt_arena_init(&e->arena, (size_t)16 << 20);
    pt_buf_init(&e->buf, (size_t)4 << 20);
    e->st = calloc(e->n_rules, sizeof *e->st);
    if (!e->st)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    rc = pt_engine_create(e, err);
    rc = rc == 0 ? pt_params_register(e, err) : rc;
    for (size_t i = 0; i < PT_R_COUNT && rc == 0; i++)
        rc = prepare(e, own_sql[i], &e->own[i], "statements", err);
    for (size_t i = 0; i < e->n_rules && rc == 0; i++)
        rc = prepare_rule(e, &e->rules[i], &e->st[i], err);
    return rc == 0 ? pt_ledger_last_tick(l, &e->tick, err) : rc;
}

void pt_engine_close(struct pt_engine *e) {
    for (size_t i = 0; i < PT_R_COUNT; i++)
        sqlite3_finalize(e->own[i]);
    for (size_t i = 0; e->st && i < e->n_rules; i++) {
        sqlite3_finalize(e->st[i].touch);
        sqlite3_finalize(e->st[i].all);
        sqlite3_finalize(e->st[i].condition);
        sqlite3_finalize(e->st[i].agenda);
        sqlite3_finalize(e->st[i].inputs);
    }
    free(e->st);
    pt_arena_done(&e->arena);
    pt_buf_done(&e->buf);
    memset(e, 0, sizeof *e);
}

int pt_engine_stale(struct pt_engine *e, bool *ret_stale, struct pt_err *err) {
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint8_t h[32];
    char hex[80] = ENGINE_VERSION "-";
    char *sql;
    sqlite3_stmt *st = NULL;
    int rc = 0;

    *ret_stale = false;
    if (!md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
        rc = pt_err_set(err, PT_E_CRYPTO, "rules: no SHA-256");
    for (size_t i = 0; i < pt_rule_files_count && rc == 0; i++)
        (void)EVP_DigestUpdate(md, pt_rule_files[i], strlen(pt_rule_files[i]) + 1);
    if (rc == 0 && EVP_DigestFinal_ex(md, h, NULL) == 1)
        pt_hex(hex + strlen(hex), h, 16);
    EVP_MD_CTX_free(md);
    rc = rc == 0 ? prepare(e, "SELECT v FROM local WHERE k = 'rules'", &st, "rule set", err) : rc;
    if (rc != 0)
        return rc;
    if (sqlite3_step(st) == SQLITE_ROW)
        *ret_stale = strcmp((const char *)sqlite3_column_text(st, 0), hex) != 0;
    sqlite3_finalize(st);
    sql = sqlite3_mprintf("INSERT OR REPLACE INTO local VALUES('rules', %Q)", hex);
    if (!sql || sqlite3_exec(e->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        rc = store_err(e, err, "rule set");
    sqlite3_free(sql);
    return rc;
}

int pt_engine_dirty(struct pt_engine *e, const uint8_t id[16], struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_DIRTY];
    int s;

    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    s = sqlite3_step(st);
    sqlite3_reset(st);
    return s == SQLITE_DONE ? 0 : store_err(e, err, "dirty");
}
