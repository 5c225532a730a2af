#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pentad/base/clock.h>

#define ENTRY_COLS "entry.idx, statement, party, stream, first_seq, record_count, marks, log_entry"
#define REFUSAL_COLS                                                                               \
    "n, statement, party, stream, first_seq, record_count, claims, envelope, refusal"

static const char *const READER_SQL[R_COUNT] = {
    [R_BEGIN] = "BEGIN",
    [R_END] = "COMMIT",
    [R_STATE] = "SELECT size, refusals, checkpoint FROM state WHERE id=1",
    [R_ENTRIES] = "SELECT " ENTRY_COLS " FROM entry WHERE idx>=? ORDER BY idx LIMIT ?",
    [R_ENTRIES_RECORDS] = ("SELECT " ENTRY_COLS ", records FROM entry JOIN batch USING(idx)"
                           " WHERE entry.idx>=? ORDER BY entry.idx LIMIT ?"),
    [R_FIND_STATEMENT] = "SELECT idx FROM entry WHERE statement=?",
    [R_FIND_SEQ] = ("SELECT idx, first_seq, record_count FROM entry WHERE party=? AND stream=?"
                    " AND first_seq<=? ORDER BY first_seq DESC LIMIT 1"),
    [R_REFUSAL] = "SELECT " REFUSAL_COLS " FROM refusal WHERE statement=?",
    [R_REFUSALS] = "SELECT " REFUSAL_COLS " FROM refusal WHERE n>=? ORDER BY n LIMIT ?",
    [R_TILE] = "SELECT hashes FROM tile WHERE key=?",
};

static void reader_close(struct pt_store_reader *r) {
    for (int i = 0; i < R_COUNT; i++) {
        sqlite3_finalize(r->stmt[i]);
    }
    sqlite3_close(r->db);
}

int pt_sqlite_readers_open(struct store_sqlite *s, unsigned n, struct pt_err *err) {
    s->readers = calloc(n, sizeof *s->readers);
    if (s->readers == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory for %u readers", n);
    }
    for (unsigned i = 0; i < n; i++) {
        struct pt_store_reader *r = &s->readers[i];
        r->head.store = &s->base;
        r->store = s;
        int code = pt_sqlite_open(s, SQLITE_OPEN_READONLY, 2048, &r->db, err);
        if (code != 0) {
            return code;
        }
        r->next = s->free_readers;
        s->free_readers = r;
        s->n_readers++;
    }
    return 0;
}

void pt_sqlite_readers_close(struct store_sqlite *s) {
    for (unsigned i = 0; i < s->n_readers; i++) {
        reader_close(&s->readers[i]);
    }
    free(s->readers);
    s->readers = NULL;
}

static struct pt_store_reader *take_reader(struct store_sqlite *s) {
    int64_t at_us = pt_monotonic_us() + (int64_t)s->reader_wait_ms * 1000;
    const struct timespec until = {at_us / 1000000, at_us % 1000000 * 1000};
    pthread_mutex_lock(&s->pool_lock);
    int rc = 0;
    while (s->free_readers == NULL && rc == 0) {
        rc = pthread_cond_timedwait(&s->pool_cond, &s->pool_lock, &until);
    }
    struct pt_store_reader *r = s->free_readers;
    if (r != NULL) {
        s->free_readers = r->next;
        r->next = NULL;
    }
    pthread_mutex_unlock(&s->pool_lock);
    return r;
}

static void give_reader(struct pt_store_reader *r) {
    struct store_sqlite *s = r->store;
    pthread_mutex_lock(&s->pool_lock);
    r->next = s->free_readers;
    s->free_readers = r;
    pthread_cond_signal(&s->pool_cond);
    pthread_mutex_unlock(&s->pool_lock);
}

static int r_ready(struct pt_store_reader *r, int which, sqlite3_stmt **ret, struct pt_err *err) {
    int code = pt_sqlite_prepare(r->db, &r->stmt[which], READER_SQL[which], err);
    *ret = r->stmt[which];
    return code;
}

static int r_run(struct pt_store_reader *r, int which, struct pt_err *err) {
    sqlite3_stmt *st;
    int code = r_ready(r, which, &st, err);
    if (code == 0) {
        int rc = sqlite3_step(st);
        code = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : pt_sqlite_err(r->db, rc, "read", err);
        sqlite3_reset(st);
    }
    return code;
}

int pt_sqlite_reader_begin(struct pt_store *store, struct pt_store_reader **ret,
                           struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    *ret = NULL;
    struct pt_store_reader *r = take_reader(s);
    if (r == NULL) {
        return pt_err_set(err, PT_E_BUSY, "all %u readers of log.db are in use; try again",
                          s->n_readers);
    }
    int code = r_run(r, R_BEGIN, err);
    /* BEGIN alone takes no snapshot; the first read does. */
    if (code == 0) {
        code = r_run(r, R_STATE, err);
        if (code != 0) {
            r_run(r, R_END, NULL);
        }
    }
    if (code != 0) {
        give_reader(r);
        return code;
    }
    *ret = r;
    return 0;
}

void pt_sqlite_reader_end(struct pt_store_reader *r) {
    r_run(r, R_END, NULL);
    give_reader(r);
}

int pt_sqlite_reader_state(struct pt_store_reader *r, struct pt_store_state *ret,
                           struct pt_err *err) {
    sqlite3_stmt *st;
    int code = r_ready(r, R_STATE, &st, err);
    if (code != 0) {
        return code;
    }
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        code = rc == SQLITE_DONE ? pt_err_set(err, PT_E_CORRUPT, "log.db: table state is empty")
                                 : pt_sqlite_err(r->db, rc, "read state", err);
        goto out;
    }
    code = pt_sqlite_u64(st, 0, INT64_MAX, &ret->size, "state.size", err);
    if (code == 0) {
        code = pt_sqlite_u64(st, 1, INT64_MAX, &ret->n_refusals, "state.refusals", err);
    }
    if (code == 0) {
        pt_buf_append_span(&ret->checkpoint, pt_sqlite_blob(st, 2));
        code = ret->checkpoint.failed;
        if (code != 0) {
            pt_err_set(err, code, "log.db: state.checkpoint doesn't fit");
        }
    }
out:
    sqlite3_reset(st);
    return code;
}

static int read_entry(sqlite3_stmt *st, bool with_records, struct pt_store_entry *e,
                      struct pt_err *err) {
    uint64_t count = 0, marks = 0;
    memset(e, 0, sizeof *e);
    int code = pt_sqlite_u64(st, 0, INT64_MAX, &e->index, "entry.idx", err);
    if (code == 0) {
        code = pt_sqlite_hash(st, 1, &e->statement, "entry.statement", err);
    }
    if (code == 0) {
        code = pt_sqlite_name(st, 2, e->party, "entry.party", err);
    }
    if (code == 0) {
        code = pt_sqlite_name(st, 3, e->stream, "entry.stream", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 4, INT64_MAX, &e->first_seq, "entry.first_seq", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 5, UINT32_MAX, &count, "entry.record_count", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 6, UINT32_MAX, &marks, "entry.marks", err);
    }
    e->record_count = (uint32_t)count;
    e->marks = (uint32_t)marks;
    if (code == 0) {
        e->log_entry = pt_sqlite_blob(st, 7);
        if (with_records) {
            e->records = pt_sqlite_blob(st, 8);
        }
    } else {
        pt_err_wrap(err, "log entry %llu", (unsigned long long)e->index);
    }
    return code;
}

int pt_sqlite_reader_entries(struct pt_store_reader *r, uint64_t from, uint64_t n,
                             bool with_records, pt_store_entry_cb cb, void *ctx,
                             struct pt_err *err) {
    sqlite3_stmt *st;
    struct pt_store_entry e;
    int code = r_ready(r, with_records ? R_ENTRIES_RECORDS : R_ENTRIES, &st, err);
    if (code != 0) {
        return code;
    }
    sqlite3_bind_int64(st, 1, from > INT64_MAX ? INT64_MAX : (sqlite3_int64)from);
    sqlite3_bind_int64(st, 2, n > INT64_MAX ? INT64_MAX : (sqlite3_int64)n);
    int rc;
    while (code == 0 && (rc = sqlite3_step(st)) != SQLITE_DONE) {
        if (rc != SQLITE_ROW) {
            code = pt_sqlite_err(r->db, rc, "read entries", err);
            break;
        }
        code = read_entry(st, with_records, &e, err);
        if (code == 0) {
            code = cb(ctx, &e);
        }
    }
    sqlite3_reset(st);
    return code;
}

/* Steps a look-up that gives at most one row: 0, PT_E_NOT_FOUND or the store's failure. */
static int one_row(struct pt_store_reader *r, sqlite3_stmt *st, const char *what,
                   struct pt_err *err) {
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        return 0;
    }
    return rc == SQLITE_DONE ? pt_err_set(err, PT_E_NOT_FOUND, "no such %s in the log", what)
                             : pt_sqlite_err(r->db, rc, what, err);
}

int pt_sqlite_reader_find_statement(struct pt_store_reader *r, const struct pt_hash *statement,
                                    uint64_t *ret_index, struct pt_err *err) {
    sqlite3_stmt *st;
    int code = r_ready(r, R_FIND_STATEMENT, &st, err);
    if (code != 0) {
        return code;
    }
    sqlite3_bind_blob(st, 1, statement->b, PT_HASH_LEN, SQLITE_STATIC);
    code = one_row(r, st, "statement", err);
    if (code == 0) {
        code = pt_sqlite_u64(st, 0, INT64_MAX, ret_index, "entry.idx", err);
    }
    sqlite3_reset(st);
    return code;
}

int pt_sqlite_reader_find_seq(struct pt_store_reader *r, const char *party, const char *stream,
                              uint64_t seq, uint64_t *ret_index, struct pt_err *err) {
    sqlite3_stmt *st;
    uint64_t first = 0, count = 0;
    int code = r_ready(r, R_FIND_SEQ, &st, err);
    if (code != 0) {
        return code;
    }
    sqlite3_bind_text(st, 1, party, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 2, stream, -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 3, seq > INT64_MAX ? INT64_MAX : (sqlite3_int64)seq);
    code = one_row(r, st, "record", err);
    if (code == 0) {
        code = pt_sqlite_u64(st, 0, INT64_MAX, ret_index, "entry.idx", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 1, INT64_MAX, &first, "entry.first_seq", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 2, UINT32_MAX, &count, "entry.record_count", err);
    }
    if (code == 0 && seq >= first + count) {
        code = pt_err_set(err, PT_E_NOT_FOUND, "no record %s/%s#%llu in the log", party, stream,
                          (unsigned long long)seq);
    }
    sqlite3_reset(st);
    return code;
}

static int read_refusal(sqlite3_stmt *st, struct pt_store_refusal *r, struct pt_err *err) {
    uint64_t count = 0, claims = 0;
    memset(r, 0, sizeof *r);
    int code = pt_sqlite_u64(st, 0, INT64_MAX, &r->n, "refusal.n", err);
    if (code == 0) {
        code = pt_sqlite_hash(st, 1, &r->statement, "refusal.statement", err);
    }
    if (code == 0) {
        code = pt_sqlite_name(st, 2, r->party, "refusal.party", err);
    }
    if (code == 0) {
        code = pt_sqlite_name(st, 3, r->stream, "refusal.stream", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 4, INT64_MAX, &r->first_seq, "refusal.first_seq", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 5, UINT32_MAX, &count, "refusal.record_count", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 6, 1, &claims, "refusal.claims", err);
    }
    r->record_count = (uint32_t)count;
    r->claims = claims != 0;
    r->envelope = pt_sqlite_blob(st, 7);
    r->refusal = pt_sqlite_blob(st, 8);
    return code;
}

int pt_sqlite_reader_refusal(struct pt_store_reader *r, const struct pt_hash *statement,
                             pt_store_refusal_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st;
    struct pt_store_refusal ref;
    int code = r_ready(r, R_REFUSAL, &st, err);
    if (code != 0) {
        return code;
    }
    sqlite3_bind_blob(st, 1, statement->b, PT_HASH_LEN, SQLITE_STATIC);
    code = one_row(r, st, "refusal", err);
    if (code == 0) {
        code = read_refusal(st, &ref, err);
    }
    if (code == 0) {
        code = cb(ctx, &ref);
    }
    sqlite3_reset(st);
    return code;
}

int pt_sqlite_reader_refusals(struct pt_store_reader *r, uint64_t from_n, uint64_t n,
                              pt_store_refusal_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st;
    struct pt_store_refusal ref;
    int code = r_ready(r, R_REFUSALS, &st, err);
    if (code != 0) {
        return code;
    }
    sqlite3_bind_int64(st, 1, (sqlite3_int64)from_n);
    sqlite3_bind_int64(st, 2, n > INT64_MAX ? INT64_MAX : (sqlite3_int64)n);
    int rc;
    while (code == 0 && (rc = sqlite3_step(st)) != SQLITE_DONE) {
        if (rc != SQLITE_ROW) {
            code = pt_sqlite_err(r->db, rc, "read refusals", err);
            break;
        }
        code = read_refusal(st, &ref, err);
        if (code == 0) {
            code = cb(ctx, &ref);
        }
    }
    sqlite3_reset(st);
    return code;
}

int pt_sqlite_reader_tile(struct pt_store_reader *r, unsigned level, uint64_t index,
                          struct pt_buf *out, struct pt_err *err) {
    sqlite3_stmt *st;
    PT_ASSERT(level < 8);
    int code = r_ready(r, R_TILE, &st, err);
    if (code != 0) {
        return code;
    }
    sqlite3_bind_int64(st, 1, (sqlite3_int64)((uint64_t)level << 56 | index));
    code = one_row(r, st, "tile", err);
    if (code == 0) {
        code = pt_buf_append_span(out, pt_sqlite_blob(st, 0));
    }
    sqlite3_reset(st);
    return code;
}
