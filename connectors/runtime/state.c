#include <pentad/runtime/state.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"
#include "state_private.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS outbox(seq INTEGER PRIMARY KEY, type TEXT NOT NULL, doc_no TEXT,"
    "  day INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, origin TEXT);"
    "CREATE INDEX IF NOT EXISTS outbox_closes ON outbox(seq) WHERE type='StreamClose';"
    "CREATE TABLE IF NOT EXISTS batch(statement_hash BLOB PRIMARY KEY, first_seq INTEGER NOT NULL,"
    "  count INTEGER NOT NULL, state INTEGER NOT NULL, log_index INTEGER NOT NULL DEFAULT -1,"
    "  envelope BLOB NOT NULL, answer BLOB, refused_order INTEGER) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS batch_by_seq ON batch(first_seq, state);"
    "CREATE TABLE IF NOT EXISTS source(name TEXT PRIMARY KEY, position BLOB NOT NULL,"
    "  done INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS dead_letter(id INTEGER PRIMARY KEY, source TEXT, file TEXT,"
    "  row INTEGER, col TEXT, value TEXT, code TEXT, reason TEXT, reason_zh TEXT);"
    "CREATE TABLE IF NOT EXISTS staged(id INTEGER PRIMARY KEY, day INTEGER, type TEXT, doc_no TEXT,"
    "  origin TEXT, record BLOB);"
    "CREATE INDEX IF NOT EXISTS staged_by_day ON staged(day, id);"
    "CREATE TABLE IF NOT EXISTS deferred(id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT, file "
    "TEXT,"
    "  line INTEGER, rule INTEGER, since INTEGER, want TEXT, packed BLOB);"
    "CREATE TABLE IF NOT EXISTS ref(party TEXT, doc_no TEXT, type TEXT, stream TEXT, seq INTEGER,"
    "  hash BLOB, PRIMARY KEY(party, doc_no, type)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS ref_by_seq ON ref(party, stream, seq);";

int pt_state_open(const char *path, bool read_only, struct pt_state **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_state *s = calloc(1, sizeof *s);
    if (!s) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc = 0;
    if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        rc = pt_err_set(err, PT_E_STORE, "can't open %s: %s", path,
                        s->db ? sqlite3_errmsg(s->db) : "out of memory");
        goto out;
    }
    sqlite3_busy_timeout(s->db, 10000);
    if (!read_only) {
        char *msg = NULL;
        if (sqlite3_exec(s->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", NULL, NULL,
                         &msg) != SQLITE_OK ||
            sqlite3_exec(s->db, schema, NULL, NULL, &msg) != SQLITE_OK) {
            rc = pt_err_set(err, PT_E_STORE, "%s is not a connector's state file: %s", path,
                            msg ? msg : "?");
            sqlite3_free(msg);
            goto out;
        }
    }
    *ret = s;
    s = NULL;
out:
    pt_state_free(s);
    return rc;
}

void pt_state_free(struct pt_state *s) {
    if (s) {
        PT_ASSERT(!s->in_transaction);
        sqlite3_close_v2(s->db);
        free(s);
    }
}

int pt_state_begin(struct pt_state *s, struct pt_err *err) {
    PT_ASSERT(!s->in_transaction);
    int rc = sql_run(s->db, err, "BEGIN IMMEDIATE", "");
    s->in_transaction = rc == 0;
    return rc;
}

int pt_state_commit(struct pt_state *s, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    int rc = sql_run(s->db, err, "COMMIT", "");
    if (rc != 0) {
        pt_state_rollback(s);
    }
    s->in_transaction = false;
    return rc;
}

void pt_state_rollback(struct pt_state *s) {
    if (s->in_transaction) {
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        s->in_transaction = false;
    }
}

int pt_state_set_int(struct pt_state *s, const char *name, int64_t value, struct pt_err *err) {
    return sql_run(s->db, err, "INSERT OR REPLACE INTO meta VALUES(?,?)", "si", name, value);
}

int64_t pt_state_get_int(struct pt_state *s, const char *name, int64_t fallback) {
    sqlite3_stmt *st = NULL;
    int64_t v = fallback;
    if (sql_query(s->db, &st, NULL, "SELECT value FROM meta WHERE name=?", "s", name) == 0 &&
        sqlite3_step(st) == SQLITE_ROW) {
        v = sqlite3_column_int64(st, 0);
    }
    sqlite3_finalize(st);
    return v;
}

int pt_state_set_blob(struct pt_state *s, const char *name, struct pt_span v, struct pt_err *err) {
    return sql_run(s->db, err, "INSERT OR REPLACE INTO meta VALUES(?,?)", "sb", name,
                   (const void *)v.p, v.len);
}

int state_blob(sqlite3_stmt *st, int column, struct pt_buf *out) {
    return pt_buf_append(out, sqlite3_column_blob(st, column),
                         (size_t)sqlite3_column_bytes(st, column));
}

int pt_state_get_blob(struct pt_state *s, const char *name, struct pt_buf *out) {
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, NULL, "SELECT value FROM meta WHERE name=?", "s", name);
    if (rc == 0) {
        rc = sqlite3_step(st) == SQLITE_ROW ? state_blob(st, 0, out) : PT_E_NOT_FOUND;
    }
    sqlite3_finalize(st);
    return rc;
}

/* ---- sources, dead letters, references ---- */

int pt_source_position_get(struct pt_state *s, const char *source, struct pt_buf *out) {
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, NULL, "SELECT position FROM source WHERE name=?", "s", source);
    if (rc == 0) {
        rc = sqlite3_step(st) == SQLITE_ROW ? state_blob(st, 0, out) : PT_E_NOT_FOUND;
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_source_position_set(struct pt_state *s, const char *source, struct pt_span pos, bool done,
                           struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(s->db, err, "INSERT OR REPLACE INTO source VALUES(?,?,?)", "sbi", source,
                   (const void *)pos.p, pos.len, (int64_t)done);
}

int pt_dead_letter_add(struct pt_state *s, const struct pt_dead_letter *d, struct pt_err *err) {
    return sql_run(s->db, err,
                   "INSERT INTO dead_letter(source,file,row,col,value,code,reason,reason_zh)"
                   " VALUES(?,?,?,?,?,?,?,?)",
                   "ssisssss", d->source, d->file, (int64_t)d->row, d->column, d->value, d->code,
                   d->reason, d->reason_zh);
}

int pt_dead_letter_each(struct pt_state *s, pt_dead_letter_cb *cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, err,
                       "SELECT source,file,row,col,value,code,reason,reason_zh FROM dead_letter"
                       " ORDER BY id",
                       "");
    while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        struct pt_dead_letter d = {
            .source = (const char *)sqlite3_column_text(st, 0),
            .file = (const char *)sqlite3_column_text(st, 1),
            .row = (uint64_t)sqlite3_column_int64(st, 2),
            .column = (const char *)sqlite3_column_text(st, 3),
            .value = (const char *)sqlite3_column_text(st, 4),
            .code = (const char *)sqlite3_column_text(st, 5),
            .reason = (const char *)sqlite3_column_text(st, 6),
            .reason_zh = (const char *)sqlite3_column_text(st, 7),
        };
        if (cb(ctx, &d) != 0) {
            break;
        }
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_refs_add(struct pt_state *s, const char *party, const char *type, const char *doc_no,
                const struct pt_ref_row *ref, struct pt_err *err) {
    return sql_run(s->db, err, "INSERT OR REPLACE INTO ref VALUES(?,?,?,?,?,?)", "ssssib", party,
                   doc_no, type, ref->stream, (int64_t)ref->seq, (const void *)ref->hash,
                   sizeof ref->hash);
}

int pt_refs_drop(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                 struct pt_err *err) {
    return sql_run(s->db, err, "DELETE FROM ref WHERE party=? AND stream=? AND seq=?", "ssi", party,
                   stream, (int64_t)seq);
}

int pt_refs_find(struct pt_state *s, const char *party, const char *type, const char *doc_no,
                 struct pt_ref_row *ret) {
    memset(ret, 0, sizeof *ret);
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, NULL,
                       "SELECT stream,seq,hash,type FROM ref WHERE party=?1 AND doc_no=?2"
                       " AND (?3='' OR type=?3) ORDER BY type LIMIT 1",
                       "sss", party, doc_no, type);
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 2) == 32) {
        (void)snprintf(ret->party, sizeof ret->party, "%s", party);
        (void)snprintf(ret->stream, sizeof ret->stream, "%s", sqlite3_column_text(st, 0));
        ret->seq = (uint64_t)sqlite3_column_int64(st, 1);
        memcpy(ret->hash, sqlite3_column_blob(st, 2), 32);
        (void)snprintf(ret->type, sizeof ret->type, "%s", sqlite3_column_text(st, 3));
    } else if (rc == 0) {
        rc = PT_E_NOT_FOUND;
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_state_counts(struct pt_state *s, struct pt_state_counts *ret) {
    memset(ret, 0, sizeof *ret);
    sqlite3_stmt *st = NULL;
    int rc = sql_query(
        s->db, &st, NULL,
        "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM batch),"
        " (SELECT count(*) FROM batch WHERE state=2), (SELECT count(*) FROM batch WHERE state=3),"
        " (SELECT count(*) FROM dead_letter), (SELECT count(*) FROM deferred),"
        " (SELECT count(*) FROM staged),"
        " (SELECT coalesce(max(seq),0) FROM outbox) -"
        " (SELECT coalesce(max(first_seq+count-1),0) FROM batch WHERE state=2)",
        "");
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        ret->records = sqlite3_column_int64(st, 0);
        ret->batches = sqlite3_column_int64(st, 1);
        ret->receipted = sqlite3_column_int64(st, 2);
        ret->refused = sqlite3_column_int64(st, 3);
        ret->dead_letters = sqlite3_column_int64(st, 4);
        ret->deferred = sqlite3_column_int64(st, 5);
        ret->staged = sqlite3_column_int64(st, 6);
        ret->pending_records = sqlite3_column_int64(st, 7);
    }
    sqlite3_finalize(st);
    return rc;
}
