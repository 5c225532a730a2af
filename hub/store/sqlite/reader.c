#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pentad/base/clock.h>

#define ENTRY_COLS "entry.idx, statement, party, stream, first_seq, record_count, marks, log_entry"
#define REFUSAL_COLS                                                                               \
    "n, statement, party, stream, first_seq, record_count, claims, envelope, refusal"

static const char STATE_SQL[] = "SELECT size, refusals, checkpoint FROM state WHERE id=1";

int pt_sqlite_readers_open(struct store_sqlite *s, unsigned n, struct pt_err *err) {
    s->readers = calloc(n, sizeof *s->readers);
    if (s->readers == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory for %u readers", n);
    }
    for (unsigned i = 0; i < n; i++) {
        struct pt_store_reader *r = &s->readers[i];
        r->head.store = &s->base;
        r->store = s;
        int code = pt_sqlite_open(s, PT_SQL_READ, 2048, &r->sql, err);
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
        pt_sql_close(&s->readers[i].sql);
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

int pt_sqlite_reader_begin(struct pt_store *store, struct pt_store_reader **ret,
                           struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    *ret = NULL;
    struct pt_store_reader *r = take_reader(s);
    if (r == NULL) {
        return pt_err_set(err, PT_E_BUSY, "all %u readers of log.db are in use; try again",
                          s->n_readers);
    }
    int code = pt_sql_run(&r->sql, err, "BEGIN", "");
    /* BEGIN alone takes no snapshot; the first read does. */
    if (code == 0) {
        code = pt_sql_run(&r->sql, err, STATE_SQL, "");
    }
    if (code != 0) {
        pt_sql_rollback(&r->sql);
        give_reader(r);
        return code;
    }
    *ret = r;
    return 0;
}

void pt_sqlite_reader_end(struct pt_store_reader *r) {
    (void)pt_sql_commit(&r->sql, NULL);
    give_reader(r);
}

int pt_sqlite_reader_state(struct pt_store_reader *r, struct pt_store_state *ret,
                           struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int code = pt_sql_query(&r->sql, &st, err, STATE_SQL, "");
    if (code == 0) {
        code = pt_sql_one(&r->sql, st, err);
    }
    if (code == PT_E_NOT_FOUND) {
        code = pt_err_set(err, PT_E_CORRUPT, "log.db: table state is empty");
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 0, INT64_MAX, &ret->size, "state.size", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 1, INT64_MAX, &ret->n_refusals, "state.refusals", err);
    }
    if (code == 0) {
        pt_buf_append_span(&ret->checkpoint, pt_sql_blob(st, 2));
        code = ret->checkpoint.failed;
        if (code != 0) {
            pt_err_set(err, code, "log.db: state.checkpoint doesn't fit");
        }
    }
    pt_sql_done(&r->sql, st);
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
        e->log_entry = pt_sql_blob(st, 7);
        if (with_records) {
            e->records = pt_sql_blob(st, 8);
        }
    } else {
        pt_err_wrap(err, "log entry %llu", (unsigned long long)e->index);
    }
    return code;
}

/* A number that a caller may give as "all there is". */
static int64_t bounded(uint64_t n) {
    return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

int pt_sqlite_reader_entries(struct pt_store_reader *r, uint64_t from, uint64_t n,
                             bool with_records, pt_store_entry_cb cb, void *ctx,
                             struct pt_err *err) {
    static const char alone[] =
        "SELECT " ENTRY_COLS " FROM entry WHERE idx>=? ORDER BY idx LIMIT ?";
    static const char records[] = "SELECT " ENTRY_COLS ", records FROM entry JOIN batch USING(idx)"
                                  " WHERE entry.idx>=? ORDER BY entry.idx LIMIT ?";
    sqlite3_stmt *st = NULL;
    struct pt_store_entry e;
    int code = pt_sql_query(&r->sql, &st, err, with_records ? records : alone, "ii", bounded(from),
                            bounded(n));
    while (pt_sql_row(&r->sql, st, &code, err)) {
        code = read_entry(st, with_records, &e, err);
        if (code == 0) {
            code = cb(ctx, &e);
        }
    }
    pt_sql_done(&r->sql, st);
    return code;
}

/* Steps a look-up that gives at most one row: 0, PT_E_NOT_FOUND or the store's failure. */
static int one_row(struct pt_store_reader *r, sqlite3_stmt *st, const char *what,
                   struct pt_err *err) {
    int code = pt_sql_one(&r->sql, st, err);
    return code == PT_E_NOT_FOUND ? pt_err_set(err, code, "no such %s in the log", what) : code;
}

int pt_sqlite_reader_find_statement(struct pt_store_reader *r, const struct pt_hash *statement,
                                    uint64_t *ret_index, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int code = pt_sql_query(&r->sql, &st, err, "SELECT idx FROM entry WHERE statement=?", "b",
                            pt_span(statement->b, PT_HASH_LEN));
    if (code == 0) {
        code = one_row(r, st, "statement", err);
    }
    if (code == 0) {
        code = pt_sqlite_u64(st, 0, INT64_MAX, ret_index, "entry.idx", err);
    }
    pt_sql_done(&r->sql, st);
    return code;
}

int pt_sqlite_reader_find_seq(struct pt_store_reader *r, const char *party, const char *stream,
                              uint64_t seq, uint64_t *ret_index, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    uint64_t first = 0, count = 0;
    int code = pt_sql_query(&r->sql, &st, err,
                            "SELECT idx, first_seq, record_count FROM entry WHERE party=? AND"
                            " stream=? AND first_seq<=? ORDER BY first_seq DESC LIMIT 1",
                            "ssi", party, stream, bounded(seq));
    if (code == 0) {
        code = one_row(r, st, "record", err);
    }
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
    pt_sql_done(&r->sql, st);
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
    r->envelope = pt_sql_blob(st, 7);
    r->refusal = pt_sql_blob(st, 8);
    return code;
}

int pt_sqlite_reader_refusal(struct pt_store_reader *r, const struct pt_hash *statement,
                             pt_store_refusal_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    struct pt_store_refusal ref;
    int code =
        pt_sql_query(&r->sql, &st, err, "SELECT " REFUSAL_COLS " FROM refusal WHERE statement=?",
                     "b", pt_span(statement->b, PT_HASH_LEN));
    if (code == 0) {
        code = one_row(r, st, "refusal", err);
    }
    if (code == 0) {
        code = read_refusal(st, &ref, err);
    }
    if (code == 0) {
        code = cb(ctx, &ref);
    }
    pt_sql_done(&r->sql, st);
    return code;
}

int pt_sqlite_reader_refusals(struct pt_store_reader *r, uint64_t from_n, uint64_t n,
                              pt_store_refusal_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    struct pt_store_refusal ref;
    int code = pt_sql_query(&r->sql, &st, err,
                            "SELECT " REFUSAL_COLS " FROM refusal WHERE n>=? ORDER BY n LIMIT ?",
                            "ii", bounded(from_n), bounded(n));
    while (pt_sql_row(&r->sql, st, &code, err)) {
        code = read_refusal(st, &ref, err);
        if (code == 0) {
            code = cb(ctx, &ref);
        }
    }
    pt_sql_done(&r->sql, st);
    return code;
}

int pt_sqlite_reader_tile(struct pt_store_reader *r, unsigned level, uint64_t index,
                          struct pt_buf *out, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    PT_ASSERT(level < 8);
    int code = pt_sql_query(&r->sql, &st, err, "SELECT hashes FROM tile WHERE key=?", "i",
                            (int64_t)((uint64_t)level << 56 | index));
    if (code == 0) {
        code = one_row(r, st, "tile", err);
    }
    if (code == 0) {
        code = pt_buf_append_span(out, pt_sql_blob(st, 0));
    }
    pt_sql_done(&r->sql, st);
    return code;
}
