#include "internal.h"

#include <stdio.h>
#include <string.h>

/* A batch is two rows (entry, batch) and two index entries, whatever it holds. `batch` stands apart
 * so that walking the entries doesn't drag the records along. A tile's key is level << 56 | index.
 * `state` is one row that every commit moves. */
static const char *const SCHEMA[] = {
    "CREATE TABLE entry("
    " idx INTEGER PRIMARY KEY,"
    " statement BLOB NOT NULL,"
    " party TEXT NOT NULL,"
    " stream TEXT NOT NULL,"
    " first_seq INTEGER NOT NULL,"
    " record_count INTEGER NOT NULL,"
    " marks INTEGER NOT NULL,"
    " log_entry BLOB NOT NULL) STRICT",
    "CREATE UNIQUE INDEX entry_statement ON entry(statement)",
    "CREATE UNIQUE INDEX entry_stream ON entry(party, stream, first_seq)",
    "CREATE TABLE batch(idx INTEGER PRIMARY KEY, records BLOB NOT NULL) STRICT",
    "CREATE TABLE tile(key INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT",
    "CREATE TABLE refusal("
    " n INTEGER PRIMARY KEY,"
    " statement BLOB NOT NULL,"
    " party TEXT NOT NULL,"
    " stream TEXT NOT NULL,"
    " first_seq INTEGER NOT NULL,"
    " record_count INTEGER NOT NULL,"
    " claims INTEGER NOT NULL,"
    " envelope BLOB NOT NULL,"
    " refusal BLOB NOT NULL) STRICT",
    "CREATE UNIQUE INDEX refusal_statement ON refusal(statement)",
    "CREATE TABLE state("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " size INTEGER NOT NULL,"
    " checkpoint BLOB NOT NULL,"
    " refusals INTEGER NOT NULL,"
    " refusal_chain BLOB NOT NULL) STRICT",
};

void pt_sqlite_refusal_chain_next(struct pt_hash *chain, const struct pt_store_refusal *r) {
    struct pt_sha256 sha;
    uint64_t head[4] = {r->n, r->first_seq, r->record_count, r->claims ? 1 : 0};
    pt_sha256_init(&sha);
    pt_sha256_update(&sha, chain->b, PT_HASH_LEN);
    pt_sha256_update(&sha, head, sizeof head);
    pt_sha256_update(&sha, r->statement.b, PT_HASH_LEN);
    pt_sha256_update(&sha, r->party, strlen(r->party) + 1);
    pt_sha256_update(&sha, r->stream, strlen(r->stream) + 1);
    pt_sha256_update(&sha, r->envelope.p, r->envelope.len);
    pt_sha256_update(&sha, r->refusal.p, r->refusal.len);
    pt_sha256_final(&sha, chain);
}

int pt_sqlite_schema_verify(struct pt_sql *sql, struct pt_err *err) {
    int64_t app = 0, version = 0, page = 0;
    bool found;
    int code = pt_sql_number(sql, &app, &found, err, "PRAGMA application_id", "");
    if (code == 0) {
        code = pt_sql_number(sql, &version, &found, err, "PRAGMA user_version", "");
    }
    if (code == 0) {
        code = pt_sql_number(sql, &page, &found, err, "PRAGMA page_size", "");
    }
    if (code != 0) {
        return code;
    }
    if (app != APPLICATION_ID || page != PT_PAGE_SIZE) {
        return pt_err_set(err, PT_E_CORRUPT, "log.db is not a log of ours (its header differs)");
    }
    if (version != SCHEMA_VERSION) {
        return pt_err_set(err, PT_E_UNSUPPORTED,
                          "log.db has schema version %lld, this program knows %d; use the program "
                          "that wrote it",
                          (long long)version, SCHEMA_VERSION);
    }
    return 0;
}

static int schema_create(struct pt_sql *sql, struct pt_err *err) {
    static const uint8_t zero[PT_HASH_LEN];
    char pragmas[160];
    int code = pt_sql_begin(sql, err);
    for (size_t i = 0; code == 0 && i < sizeof SCHEMA / sizeof SCHEMA[0]; i++) {
        code = pt_sql_exec(sql, SCHEMA[i], err);
    }
    if (code == 0) {
        code = pt_sql_run(sql, err, "INSERT INTO state VALUES(1, 0, x'', 0, ?)", "b",
                          pt_span(zero, sizeof zero));
    }
    if (code == 0) {
        (void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d",
                       APPLICATION_ID, SCHEMA_VERSION);
        code = pt_sql_exec(sql, pragmas, err);
    }
    return code == 0 ? pt_sql_commit(sql, err) : code;
}

int pt_sqlite_schema_prepare(struct store_sqlite *s, struct pt_err *err) {
    struct pt_sql *sql = &s->writer;
    int64_t tables = 0;
    bool found;
    int reserve = PT_PAGE_RESERVE;
    char pragma[64];
    /* Only an empty file takes these two; on another they say what is there already. */
    sqlite3_file_control(sql->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
    (void)snprintf(pragma, sizeof pragma, "PRAGMA page_size=%d", PT_PAGE_SIZE);
    int code = pt_sql_exec(sql, pragma, err);
    if (code == 0) {
        code = pt_sql_exec(sql, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", err);
    }
    if (code == 0) {
        code = pt_sql_number(sql, &tables, &found, err, "SELECT count(*) FROM sqlite_schema", "");
    }
    if (code == 0 && tables == 0) {
        code = schema_create(sql, err);
    }
    return code == 0 ? pt_sqlite_schema_verify(sql, err) : code;
}
