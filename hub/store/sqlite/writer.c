#include "internal.h"

#include <string.h>

static const char *const WRITER_SQL[W_COUNT] = {
    [W_ENTRY] = "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?)",
    [W_BATCH] = "INSERT INTO batch VALUES(?,?)",
    [W_TILE] = "INSERT INTO tile VALUES(?,?)",
    [W_REFUSAL] = "INSERT INTO refusal VALUES(?,?,?,?,?,?,?,?,?)",
    [W_STATE] = ("UPDATE state SET size=?, checkpoint=coalesce(?,checkpoint), refusals=?,"
                 " refusal_chain=? WHERE id=1"),
    [W_READ_STATE] = "SELECT size, refusals, refusal_chain FROM state WHERE id=1",
};

static int write_entry(struct store_sqlite *s, const struct pt_store_entry *e, struct pt_err *err) {
    int code = pt_sql_apply(&s->writer, s->wstmt[W_ENTRY], err, "ibssiiib", (int64_t)e->index,
                            pt_span(e->statement.b, PT_HASH_LEN), e->party, e->stream,
                            (int64_t)e->first_seq, (int64_t)e->record_count, (int64_t)e->marks,
                            e->log_entry);
    return code == 0 ? pt_sql_apply(&s->writer, s->wstmt[W_BATCH], err, "ib", (int64_t)e->index,
                                    e->records)
                     : code;
}

static int write_refusal(struct store_sqlite *s, const struct pt_store_refusal *r,
                         struct pt_err *err) {
    return pt_sql_apply(&s->writer, s->wstmt[W_REFUSAL], err, "ibssiiibb", (int64_t)r->n,
                        pt_span(r->statement.b, PT_HASH_LEN), r->party, r->stream,
                        (int64_t)r->first_seq, (int64_t)r->record_count,
                        (int64_t)(r->claims ? 1 : 0), r->envelope, r->refusal);
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
        code = pt_sql_apply(&s->writer, s->wstmt[W_TILE], err, "ib",
                            (int64_t)((uint64_t)g->tiles[i].level << 56 | g->tiles[i].index),
                            g->tiles[i].hashes);
    }
    return code;
}

static int write_state(struct store_sqlite *s, const struct pt_store_group *g,
                       const struct pt_hash *chain, struct pt_err *err) {
    /* Without a new checkpoint the one that is there stays. */
    sqlite3_stmt *st = s->wstmt[W_STATE];
    int64_t size = (int64_t)(s->size + g->n_entries);
    int64_t n_refusals = (int64_t)(s->n_refusals + g->n_refusals);
    struct pt_span hash = pt_span(chain->b, PT_HASH_LEN);
    return g->checkpoint.len > 0
               ? pt_sql_apply(&s->writer, st, err, "ibib", size, g->checkpoint, n_refusals, hash)
               : pt_sql_apply(&s->writer, st, err, "inib", size, n_refusals, hash);
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
    int code = pt_sql_begin(&s->writer, err);
    if (code == 0) {
        code = write_rows(s, g, &chain, err);
        if (code == 0) {
            code = write_state(s, g, &chain, err);
        }
        if (code == 0) {
            code = pt_sql_commit(&s->writer, err);
        }
        if (code != 0) {
            pt_sql_rollback(&s->writer);
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
        code = pt_sql_prepare(&s->writer, WRITER_SQL[i], &s->wstmt[i], err);
    }
    if (code != 0) {
        return code;
    }
    sqlite3_stmt *st = s->wstmt[W_READ_STATE];
    code = pt_sql_one(&s->writer, st, err);
    if (code == PT_E_NOT_FOUND) {
        code = pt_err_set(err, PT_E_CORRUPT, "log.db: table state is empty");
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
    pt_sql_reset(st);
    sqlite3_wal_hook(s->writer.db, on_wal, s);
    return code;
}

void pt_sqlite_writer_done(struct store_sqlite *s) {
    for (int i = 0; i < W_COUNT; i++) {
        pt_sql_finalize(s->wstmt[i]);
        s->wstmt[i] = NULL;
    }
    pt_sql_close(&s->writer);
}
