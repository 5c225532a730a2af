/* Destroying a record's bytes: what is freed is overwritten (secure_delete), and the write-ahead
 * log is emptied, so that no file of the log holds them. */
#include "internal.h"

#include <pentad/proof/batch.h>

static int rewrite(struct pt_sql *sql, const struct pt_store_erasure *e, struct pt_buf *out,
                   bool *ret_done, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    bool same = false;
    int code = pt_sql_query(sql, &st, err, "SELECT records FROM batch WHERE idx=?", "i",
                            (int64_t)e->index);
    code = code ? code : pt_sql_one(sql, st, err);
    if (code == 0) {
        code = pt_kept_erase(pt_sql_blob(st, 0), e->place, &e->record, &e->order, out, &same);
        if (code != 0) {
            pt_err_set(err, code, "log entry %llu has no such record at place %llu",
                       (unsigned long long)e->index, (unsigned long long)e->place);
        }
    }
    pt_sql_done(sql, st);
    *ret_done = code == 0 && !same;
    return *ret_done ? pt_sql_run(sql, err, "UPDATE batch SET records=? WHERE idx=?", "bi",
                                  pt_buf_span(out), (int64_t)e->index)
                     : code;
}

int pt_sqlite_erase(struct pt_store *store, const struct pt_store_erasure *e, bool *ret_done,
                    struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    struct pt_buf out;
    *ret_done = false;
    if (s->read_only) {
        return pt_err_set(err, PT_E_STORE, "log.db was opened to be read only");
    }
    pt_buf_init(&out, 2 * PT_BATCH_BYTES_MAX); /* hashes may take more than what they stand for */
    pthread_mutex_lock(&s->writing);
    int code = pt_sql_begin(&s->writer, err);
    if (code == 0) {
        code = rewrite(&s->writer, e, &out, ret_done, err);
        code = code ? code : pt_sql_commit(&s->writer, err);
        if (code != 0) {
            pt_sql_rollback(&s->writer);
            *ret_done = false;
        }
    }
    pthread_mutex_unlock(&s->writing);
    pt_buf_done(&out);
    return code;
}

/* Everything into log.db, the file cut to nothing, and written anew from end to end. */
int pt_sqlite_scrub(struct pt_store *store, struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    pthread_mutex_lock(&s->writing);
    int rc =
        sqlite3_wal_checkpoint_v2(s->writer.db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc == SQLITE_OK) {
        atomic_store(&s->wal_pages, 0);
        pt_sqlite_fill_wal(s);
    }
    pthread_mutex_unlock(&s->writing);
    return rc == SQLITE_OK     ? 0
           : rc == SQLITE_BUSY ? pt_err_set(err, PT_E_BUSY, "a reader holds the write-ahead log")
                               : pt_sql_err(&s->writer, rc, err, "emptying the write-ahead log");
}
