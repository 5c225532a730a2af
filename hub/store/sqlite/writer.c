#include "internal.h"

#include <string.h>

static const char *const WRITER_SQL[W_COUNT] = {
    [W_BEGIN] = "BEGIN IMMEDIATE",
    [W_COMMIT] = "COMMIT",
    [W_ROLLBACK] = "ROLLBACK",
    [W_ENTRY] = "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?)",
    [W_BATCH] = "INSERT INTO batch VALUES(?,?)",
    [W_TILE] = "INSERT INTO tile VALUES(?,?)",
    [W_REFUSAL] = "INSERT INTO refusal VALUES(?,?,?,?,?,?,?,?,?)",
    [W_STATE] = ("UPDATE state SET size=?, checkpoint=coalesce(?,checkpoint), refusals=?,"
                 " refusal_chain=? WHERE id=1"),
    [W_READ_STATE] = "SELECT size, refusals, refusal_chain FROM state WHERE id=1",
};

static int w_step(struct store_sqlite *s, enum writer_stmt which, struct pt_err *err) {
    sqlite3_stmt *st = s->wstmt[which];
    int rc = sqlite3_step(st);
    int code = rc == SQLITE_DONE ? 0 : pt_sqlite_err(s->writer, rc, "append", err);
    sqlite3_reset(st);
    return code;
}

static void bind_span(sqlite3_stmt *st, int i, struct pt_span b) {
    /* An empty span may have no memory, which would bind NULL. */
    sqlite3_bind_blob64(st, i, b.len > 0 ? (const void *)b.p : "", b.len, SQLITE_STATIC);
}

static int write_entry(struct store_sqlite *s, const struct pt_store_entry *e, struct pt_err *err) {
    sqlite3_stmt *st = s->wstmt[W_ENTRY];
    sqlite3_bind_int64(st, 1, (sqlite3_int64)e->index);
    sqlite3_bind_blob(st, 2, e->statement.b, PT_HASH_LEN, SQLITE_STATIC);
    sqlite3_bind_text(st, 3, e->party, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 4, e->stream, -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 5, (sqlite3_int64)e->first_seq);
    sqlite3_bind_int64(st, 6, e->record_count);
    sqlite3_bind_int64(st, 7, e->marks);
    bind_span(st, 8, e->log_entry);
    int code = w_step(s, W_ENTRY, err);
    if (code == 0) {
        sqlite3_bind_int64(s->wstmt[W_BATCH], 1, (sqlite3_int64)e->index);
        bind_span(s->wstmt[W_BATCH], 2, e->records);
        code = w_step(s, W_BATCH, err);
    }
    return code;
}

static int write_refusal(struct store_sqlite *s, const struct pt_store_refusal *r,
                         struct pt_err *err) {
    sqlite3_stmt *st = s->wstmt[W_REFUSAL];
    sqlite3_bind_int64(st, 1, (sqlite3_int64)r->n);
    sqlite3_bind_blob(st, 2, r->statement.b, PT_HASH_LEN, SQLITE_STATIC);
    sqlite3_bind_text(st, 3, r->party, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 4, r->stream, -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 5, (sqlite3_int64)r->first_seq);
    sqlite3_bind_int64(st, 6, r->record_count);
    sqlite3_bind_int64(st, 7, r->claims ? 1 : 0);
    bind_span(st, 8, r->envelope);
    bind_span(st, 9, r->refusal);
    return w_step(s, W_REFUSAL, err);
}

static int write_rows(struct store_sqlite *s, const struct pt_store_group *g, struct pt_hash *chain,
                      struct pt_err *err) {
    int code = 0;
    for (size_t i = 0; code == 0 && i < g->n_entries; i++) {
        PT_ASSERT(g->entries[i].index == s->size + i);
        code = write_entry(s, &g->entries[i], err);
    }
    for (size_t i = 0; code == 0 && i < g->n_refusals; i++) {
        struct pt_store_refusal r = g->refusals[i];
        r.n = s->n_refusals + i + 1;
        pt_sqlite_refusal_chain_next(chain, &r);
        code = write_refusal(s, &r, err);
    }
    for (size_t i = 0; code == 0 && i < g->n_tiles; i++) {
        PT_ASSERT(g->tiles[i].level < 8 && g->tiles[i].index < UINT64_C(1) << 55);
        sqlite3_bind_int64(s->wstmt[W_TILE], 1,
                           (sqlite3_int64)((uint64_t)g->tiles[i].level << 56 | g->tiles[i].index));
        bind_span(s->wstmt[W_TILE], 2, g->tiles[i].hashes);
        code = w_step(s, W_TILE, err);
    }
    return code;
}

static int write_state(struct store_sqlite *s, const struct pt_store_group *g,
                       const struct pt_hash *chain, struct pt_err *err) {
    sqlite3_stmt *st = s->wstmt[W_STATE];
    uint64_t size = s->size + g->n_entries, n_refusals = s->n_refusals + g->n_refusals;
    sqlite3_bind_int64(st, 1, (sqlite3_int64)size);
    if (g->checkpoint.len > 0) {
        bind_span(st, 2, g->checkpoint);
    } else {
        sqlite3_bind_null(st, 2);
    }
    sqlite3_bind_int64(st, 3, (sqlite3_int64)n_refusals);
    sqlite3_bind_blob(st, 4, chain->b, PT_HASH_LEN, SQLITE_STATIC);
    return w_step(s, W_STATE, err);
}

int pt_sqlite_writer_append(struct pt_store *store, const struct pt_store_group *g,
                            struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    struct pt_hash chain = s->refusal_chain;
    if (s->read_only) {
        return pt_err_set(err, PT_E_STORE, "log.db was opened to be read only");
    }
    PT_ASSERT(g->n_entries <= PT_STORE_GROUP_MAX && g->n_refusals <= PT_STORE_GROUP_MAX);
    pthread_mutex_lock(&s->writing);
    int code = w_step(s, W_BEGIN, err);
    if (code == 0) {
        code = write_rows(s, g, &chain, err);
        if (code == 0) {
            code = write_state(s, g, &chain, err);
        }
        if (code == 0) {
            code = w_step(s, W_COMMIT, err);
        }
        if (code != 0 && sqlite3_get_autocommit(s->writer) == 0) {
            w_step(s, W_ROLLBACK, NULL);
        }
    }
    if (code == 0) {
        s->size += g->n_entries;
        s->n_refusals += g->n_refusals;
        s->refusal_chain = chain;
    }
    pthread_mutex_unlock(&s->writing);
    pt_sqlite_checkpointer_notify(s);
    return code;
}

static int on_wal(void *ctx, sqlite3 *db, const char *name, int pages) {
    struct store_sqlite *s = ctx;
    (void)db;
    (void)name;
    atomic_store(&s->wal_pages, (uint64_t)pages);
    return SQLITE_OK;
}

int pt_sqlite_writer_load(struct store_sqlite *s, struct pt_err *err) {
    int code = 0;
    for (int i = 0; code == 0 && i < W_COUNT; i++) {
        code = pt_sqlite_prepare(s->writer, &s->wstmt[i], WRITER_SQL[i], err);
    }
    if (code != 0) {
        return code;
    }
    sqlite3_stmt *st = s->wstmt[W_READ_STATE];
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        code = rc == SQLITE_DONE ? pt_err_set(err, PT_E_CORRUPT, "log.db: table state is empty")
                                 : pt_sqlite_err(s->writer, rc, "read state", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 0, INT64_MAX, &s->size, "state.size", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 1, INT64_MAX, &s->n_refusals, "state.refusals", err);
    }
    if (code == 0) {
        code = pt_sqlite_hash(st, 2, &s->refusal_chain, "state.refusal_chain", err);
    }
    sqlite3_reset(st);
    sqlite3_wal_hook(s->writer, on_wal, s);
    return code;
}

void pt_sqlite_writer_done(struct store_sqlite *s) {
    for (int i = 0; i < W_COUNT; i++) {
        sqlite3_finalize(s->wstmt[i]);
        s->wstmt[i] = NULL;
    }
    sqlite3_close(s->writer);
    s->writer = NULL;
}
