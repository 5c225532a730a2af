/* The state file itself, and small values by name. */
#include <pentad/runtime/state.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>

#include "state_internal.h"

#define STATE_VERSION 3

/* Its own records, and what waits; what was found in others' and about the hub. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS outbox(seq INTEGER PRIMARY KEY, type TEXT NOT NULL, doc_no TEXT,"
    "  day INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, origin TEXT);"
    "CREATE INDEX IF NOT EXISTS outbox_closes ON outbox(seq) WHERE type='StreamClose';"
    "CREATE TABLE IF NOT EXISTS batch(statement_hash BLOB NOT NULL UNIQUE, first_seq INTEGER NOT "
    "NULL,"
    "  count INTEGER NOT NULL, state INTEGER NOT NULL, log_index INTEGER NOT NULL DEFAULT -1,"
    "  followed_index INTEGER NOT NULL DEFAULT -1, envelope BLOB NOT NULL, answer BLOB,"
    "  refused_order INTEGER, refused_code TEXT);"
    "CREATE INDEX IF NOT EXISTS batch_by_state ON batch(state, first_seq);"
    "CREATE INDEX IF NOT EXISTS batch_by_seq ON batch(first_seq, state);"
    "CREATE TABLE IF NOT EXISTS source(name TEXT PRIMARY KEY, position BLOB NOT NULL,"
    "  done INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS dead_letter(id INTEGER PRIMARY KEY, source TEXT, file TEXT,"
    "  row INTEGER, col TEXT, value TEXT, code TEXT, reason TEXT, reason_zh TEXT);"
    /* Up to which dead letter a person has dealt with them all, and when that was said. */
    "CREATE TABLE IF NOT EXISTS noted(up_to INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS staged(id INTEGER PRIMARY KEY, day INTEGER NOT NULL, type TEXT,"
    "  doc_no TEXT, origin TEXT, record BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS staged_by_day ON staged(day, id);"
    "CREATE TABLE IF NOT EXISTS deferred(id INTEGER PRIMARY KEY, source TEXT NOT NULL, file TEXT,"
    "  line INTEGER, rule INTEGER, since INTEGER NOT NULL, want_party TEXT NOT NULL,"
    "  want_type TEXT NOT NULL, want_doc_no TEXT NOT NULL, packed BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS deferred_by_source ON deferred(source, id);"
    "CREATE TABLE IF NOT EXISTS ref(party TEXT, doc_no TEXT, type TEXT, stream TEXT, seq INTEGER,"
    "  hash BLOB, PRIMARY KEY(party, doc_no, type)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS ref_by_seq ON ref(party, stream, seq);"
    "CREATE TABLE IF NOT EXISTS finding(id BLOB PRIMARY KEY, episode INTEGER NOT NULL,"
    "  status INTEGER NOT NULL, due INTEGER NOT NULL, day INTEGER NOT NULL,"
    "  responders TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS clue_finding(id BLOB PRIMARY KEY, rule TEXT NOT NULL,"
    "  sender TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS waiver(stream TEXT, seq INTEGER, finding BLOB NOT NULL,"
    "  episode INTEGER NOT NULL, PRIMARY KEY(stream, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS seal(seq INTEGER PRIMARY KEY, nonce BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS shut(party TEXT, stream TEXT, seq INTEGER, bytes BLOB NOT NULL,"
    "  PRIMARY KEY(party, stream, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS counted(what TEXT, month INTEGER, n INTEGER NOT NULL,"
    "  PRIMARY KEY(what, month)) WITHOUT ROWID;"
    /* Clues that were read: an id is its sender's alone, others may use it too. And what is said
       about clues: waiting for its moment, or sent under that number and not logged yet. */
    "CREATE TABLE IF NOT EXISTS clue(sender TEXT, id BLOB, sent_at_ms INTEGER NOT NULL,"
    "  read_ms INTEGER NOT NULL, dummy INTEGER NOT NULL, urgent INTEGER NOT NULL, outcomes INTEGER "
    "NOT NULL, PRIMARY KEY(sender, id)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS held(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
    "  sender TEXT NOT NULL, clue BLOB NOT NULL,"
    "  type TEXT NOT NULL, doc_no TEXT, origin TEXT, record BLOB NOT NULL, seq INTEGER);"
    "CREATE INDEX IF NOT EXISTS held_by_moment ON held(at_ms, id) WHERE seq IS NULL;"
    "CREATE INDEX IF NOT EXISTS held_by_seq ON held(seq) WHERE seq IS NOT NULL;";

static const char schema_found[] =
    "CREATE TABLE IF NOT EXISTS evidence(digest BLOB NOT NULL UNIQUE, at_ms INTEGER NOT NULL,"
    "  code TEXT NOT NULL, about TEXT NOT NULL, what TEXT NOT NULL, bytes BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS evidence_by_kind ON evidence(code, about);"
    "CREATE TABLE IF NOT EXISTS receipted(statement_hash BLOB PRIMARY KEY, at_ms INTEGER NOT NULL)"
    "  WITHOUT ROWID;"
    /* Orders over records: approved has a bit for each of the four; state 0 waiting, 1 in force, 2
       done. And what the hub says was erased, by which order. */
    "CREATE TABLE IF NOT EXISTS erasure(hash BLOB PRIMARY KEY, stream TEXT, party TEXT,"
    "  of_stream TEXT, seq INTEGER, record BLOB, type TEXT, approved INTEGER NOT NULL,"
    "  state INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS erased(hash BLOB, party TEXT, stream TEXT, seq INTEGER, record "
    "BLOB,"
    "  PRIMARY KEY(party, stream, seq)) WITHOUT ROWID;"
    /* Days of snapshots that rest on a record which was erased since: excused.c. */
    "CREATE TABLE IF NOT EXISTS excuse(party TEXT, stream TEXT, seq INTEGER, from_day INTEGER NOT"
    "  NULL, until_day INTEGER NOT NULL, PRIMARY KEY(party, stream, seq)) WITHOUT ROWID;"
    /* Closes of others that don't add up here; accepted: why a person goes on behind it all the
       same. */
    "CREATE TABLE IF NOT EXISTS wrong_close(party TEXT, stream TEXT, seq INTEGER, log_index INTEGER"
    "  NOT NULL, what TEXT NOT NULL, accepted TEXT, PRIMARY KEY(party, stream, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS alarm(code TEXT PRIMARY KEY, since_ms INTEGER NOT NULL,"
    "  what TEXT NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version=3;";

static int check_version(struct pt_state *s, bool read_only, struct pt_err *err) {
    int64_t version;
    bool found;
    int rc = pt_sql_number(&s->sql, &version, &found, err, "PRAGMA user_version", "");
    if (rc == 0 && version > STATE_VERSION) {
        rc = pt_err_set(err, PT_E_UNSUPPORTED,
                        "written by a newer version of this program: install that one again");
    } else if (rc == 0 && read_only && version > 0 && version < STATE_VERSION) {
        rc = pt_err_set(err, PT_E_UNSUPPORTED,
                        "written by an older version of this program: start pentad-connector once, "
                        "which brings it up to date");
    } else if (rc == 0 && (version < 0 || (read_only && version == 0))) {
        rc = pt_err_set(err, PT_E_UNSUPPORTED, "no connector's state file");
    }
    return rc;
}

/* All of its tables, whatever it had; or none of it is changed. */
static int make_tables(struct pt_state *s, struct pt_err *err) {
    unsigned due = 0;
    int rc = pt_sql_begin(&s->sql, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_state_upgrade_begin(s, &due, err);
    rc = rc ? rc : pt_sql_exec(&s->sql, schema, err);
    rc = rc ? rc : pt_sql_exec(&s->sql, schema_found, err);
    rc = rc ? rc : pt_state_upgrade_end(s, due, err);
    rc = rc ? rc : pt_sql_commit(&s->sql, err);
    if (rc != 0) {
        pt_sql_rollback(&s->sql);
    }
    return rc;
}

int pt_state_open(const char *path, bool read_only, struct pt_state **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_state *s = calloc(1, sizeof *s);
    if (!s) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    /* The outbox holds what not everyone on this machine may read. */
    const struct pt_sql_options options = {
        .mode = read_only ? PT_SQL_READ : PT_SQL_CREATE,
        .name = "connector.db",
        .pragmas = read_only ? NULL
                             : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                               "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000;"
                               "PRAGMA journal_size_limit=33554432; PRAGMA secure_delete=ON;",
        .owner_only = true,
    };
    int rc = pt_sql_open(&s->sql, path, &options, err);
    if (rc == 0) {
        rc = check_version(s, read_only, err);
    }
    if (rc == 0 && !read_only) {
        rc = make_tables(s, err);
    }
    if (rc == 0) {
        *ret = s;
        s = NULL;
    } else {
        (void)pt_err_wrap(err, "%s", path);
    }
    pt_state_free(s);
    return rc;
}

int pt_state_open_in(const char *folder, enum pt_state_mode mode, struct pt_state **ret,
                     struct pt_err *err) {
    char path[4096];
    *ret = NULL;
    if (pt_path_join(path, sizeof path, folder, "connector.db") != 0) {
        return pt_err_set(err, PT_E_CONFIG, "state: the path is too long");
    }
    if (mode != PT_STATE_MAKE && !pt_file_exists(path)) {
        return pt_err_set(err, PT_E_NOT_FOUND,
                          "there is no connector.db in %s: this connector has not run yet", folder);
    }
    return pt_state_open(path, mode == PT_STATE_READ, ret, err);
}

void pt_state_free(struct pt_state *s) {
    if (s) {
        pt_state_rollback(s);
        pt_sql_close(&s->sql);
        free(s);
    }
}

int pt_state_begin(struct pt_state *s, struct pt_err *err) {
    PT_ASSERT(!s->in_transaction);
    int rc = pt_sql_begin(&s->sql, err);
    s->in_transaction = rc == 0;
    return rc;
}

int pt_state_commit(struct pt_state *s, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    int rc = pt_sql_commit(&s->sql, err);
    if (rc != 0) {
        pt_sql_rollback(&s->sql);
    }
    s->in_transaction = false;
    return rc;
}

void pt_state_rollback(struct pt_state *s) {
    pt_sql_rollback(&s->sql);
    s->in_transaction = false;
}

int pt_state_scrub(struct pt_state *s) {
    int64_t busy = 1;
    bool found;
    PT_ASSERT(!s->in_transaction);
    int rc = pt_sql_number(&s->sql, &busy, &found, NULL, "PRAGMA wal_checkpoint(TRUNCATE)", "");
    return rc ? rc : busy != 0 ? PT_E_BUSY : 0;
}

/* ---- small values ---- */

int pt_state_set_int(struct pt_state *s, const char *name, int64_t value, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO meta VALUES(?,?)", "si", name, value);
}

int pt_state_get_int(struct pt_state *s, const char *name, int64_t fallback, int64_t *ret,
                     struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    *ret = fallback;
    int rc = pt_sql_query(&s->sql, &st, err, "SELECT value FROM meta WHERE name=?", "s", name);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        *ret = pt_sql_i64(st, 0);
    }
    pt_sql_done(&s->sql, st);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

int pt_state_set_blob(struct pt_state *s, const char *name, struct pt_span v, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO meta VALUES(?,?)", "sb", name, v);
}

int pt_state_blob(struct sqlite3_stmt *st, int column, struct pt_buf *out) {
    return pt_buf_append_span(out, pt_sql_blob(st, column));
}

size_t pt_state_hold_text(struct pt_buf *hold, struct sqlite3_stmt *st, int column) {
    size_t at = hold->len;
    (void)pt_state_blob(st, column, hold);
    (void)pt_buf_putc(hold, '\0');
    return at;
}

int pt_state_get_blob(struct pt_state *s, const char *name, struct pt_buf *out,
                      struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err, "SELECT value FROM meta WHERE name=?", "s", name);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0 && (rc = pt_state_blob(st, 0, out)) != 0) {
        pt_err_set(err, rc, "%s in the connector's state file is too large", name);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_state_counts(struct pt_state *s, struct pt_state_counts *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    struct sqlite3_stmt *st = NULL;
    int64_t *const to[] = {&ret->records,   &ret->batches,         &ret->receipted,
                           &ret->refused,   &ret->dead_letters,    &ret->deferred,
                           &ret->staged,    &ret->pending_records, &ret->evidence,
                           &ret->dead_open, &ret->refused_open};
    int rc = pt_sql_query(
        &s->sql, &st, err,
        "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM batch),"
        " (SELECT count(*) FROM batch WHERE state=2), (SELECT count(*) FROM batch WHERE state=3),"
        " (SELECT count(*) FROM dead_letter), (SELECT count(*) FROM deferred),"
        " (SELECT count(*) FROM staged),"
        " (SELECT coalesce(max(seq),0) FROM outbox) -"
        " (SELECT coalesce(max(first_seq+count-1),0) FROM batch WHERE state=2),"
        " (SELECT count(*) FROM evidence),"
        " (SELECT count(*) FROM dead_letter WHERE id >"
        "   coalesce((SELECT value FROM meta WHERE name='dead_noted'), 0)),"
        " (SELECT count(DISTINCT first_seq) FROM batch r WHERE state=3 AND NOT EXISTS"
        "   (SELECT 1 FROM batch o WHERE o.first_seq=r.first_seq AND o.state IN (1,2))),"
        " (SELECT value FROM meta WHERE name='closed_day'),"
        " (SELECT value FROM meta WHERE name='tick_day')",
        "");
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    for (size_t i = 0; rc == 0 && i < sizeof to / sizeof *to; i++) {
        *to[i] = pt_sql_i64(st, (int)i);
    }
    if (rc == 0) {
        ret->closed_day = pt_sql_i32(st, 11);
        ret->tick_day = pt_sql_i32(st, 12);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

void pt_state_needs(const struct pt_state_counts *k, bool zh, char ret[PT_STATE_NEEDS_MAX]) {
    size_t n = 0;
    ret[0] = '\0';
    if (k->dead_open > 0) {
        n = (size_t)snprintf(
            ret, PT_STATE_NEEDS_MAX,
            zh ? "%lld条死信待处理：pentad letters列出；在本系统中更正后另起新行导出，再执行pentad "
                 "letters --noted"
               : "%lld dead letter%s nobody has dealt with: pentad letters lists them; mend these "
                 "rows in your system, export them as new rows, then pentad letters --noted",
            (long long)k->dead_open, k->dead_open == 1 ? "" : "s");
    }
    if (k->refused_open > 0 && n < PT_STATE_NEEDS_MAX) {
        (void)snprintf(ret + n, PT_STATE_NEEDS_MAX - n,
                       zh ? "%s%lld个批次被拒收且未被替代：见docs/connector.md“a batch was refused”"
                          : "%s%lld refused and nothing in its place: docs/connector.md, \"a batch "
                            "was refused\"",
                       n == 0 ? ""
                       : zh   ? "；"
                              : "; batches ",
                       (long long)k->refused_open);
    }
}
