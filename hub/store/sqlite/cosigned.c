/* cosigned.db: checkpoints with their witnesses' cosignatures, by size. */
#include "internal.h"

#include <stdio.h>
#include <unistd.h>

static const char SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS cosigned(size INTEGER PRIMARY KEY, quorum INTEGER NOT NULL,"
    "  note BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS cosigned_quorum ON cosigned(quorum, size);";

/* Those that wait for a quorum and will not get it; at most 4,096 wait. */
static const char PRUNE_SQL[] =
    "DELETE FROM cosigned WHERE quorum=0 AND size <"
    " max(coalesce((SELECT max(size) FROM cosigned WHERE quorum=1),0),"
    "     coalesce((SELECT size FROM cosigned WHERE quorum=0 ORDER BY size DESC"
    "               LIMIT 1 OFFSET 4096),0))";

static int open_file(const char *path, bool read_only, struct pt_sql *ret, struct pt_err *err) {
    const struct pt_sql_options options = {
        .mode = read_only ? PT_SQL_READ : PT_SQL_CREATE,
        .name = "cosigned.db",
        .damaged = "stop the hub and take cosigned.db away: the witnesses cosign anew",
        .pragmas = read_only ? NULL
                             : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                               "PRAGMA journal_size_limit=4194304;",
        .owner_only = true,
    };
    return pt_sql_open(ret, path, &options, err);
}

int pt_sqlite_cosigned_open(struct store_sqlite *s, const char *dir, struct pt_err *err) {
    char path[PATH_CAP + 16];

    (void)snprintf(path, sizeof path, "%s/cosigned.db", dir);
    if (s->read_only && access(path, R_OK) != 0) {
        return 0;
    }
    int code = open_file(path, s->read_only, &s->cosigned, err);
    return code != 0 || s->read_only ? code : pt_sql_exec(&s->cosigned, SCHEMA, err);
}

int pt_sqlite_cosigned_copy(struct store_sqlite *s, const char *path, struct pt_err *err) {
    struct pt_sql to = {0};
    if (s->cosigned.db == NULL) {
        return 0;
    }
    int code = open_file(path, false, &to, err);
    if (code == 0) {
        pthread_mutex_lock(&s->cosigned_lock);
        code = pt_sqlite_copy_pages(&s->cosigned, &to, err);
        pthread_mutex_unlock(&s->cosigned_lock);
    }
    pt_sql_close(&to);
    return code;
}

static int put(struct pt_sql *q, uint64_t size, struct pt_span note, bool quorum,
               struct pt_err *err) {
    int code = pt_sql_begin(q, err);
    if (code == 0) {
        code = pt_sql_run(q, err, "INSERT OR REPLACE INTO cosigned VALUES(?,?,?)", "iib",
                          (int64_t)size, (int64_t)quorum, note);
    }
    if (code == 0) {
        code = pt_sql_run(q, err, PRUNE_SQL, "");
    }
    if (code == 0) {
        code = pt_sql_commit(q, err);
    }
    if (code != 0) {
        pt_sql_rollback(q);
    }
    return code;
}

int pt_sqlite_cosigned_put(struct pt_store *store, uint64_t size, struct pt_span note, bool quorum,
                           struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    PT_ASSERT(!s->read_only && size <= INT64_MAX);
    pthread_mutex_lock(&s->cosigned_lock);
    int code = put(&s->cosigned, size, note, quorum, err);
    pthread_mutex_unlock(&s->cosigned_lock);
    return code;
}

/* One row of (size, note). */
static int find(struct pt_store *store, const char *text, uint64_t size, uint64_t *ret_size,
                struct pt_buf *out, struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    struct sqlite3_stmt *st = NULL;
    *ret_size = 0;
    if (s->cosigned.db == NULL || size > INT64_MAX) {
        return PT_E_NOT_FOUND;
    }
    pthread_mutex_lock(&s->cosigned_lock);
    int code = pt_sql_query(&s->cosigned, &st, err, text, "i", (int64_t)size);
    if (code == 0) {
        code = pt_sql_one(&s->cosigned, st, err);
    }
    if (code == 0) {
        *ret_size = pt_sql_u64(st, 0);
        code = pt_buf_append_span(out, pt_sql_blob(st, 1));
        code = code == 0 ? 0 : pt_err_set(err, code, "cosigned.db: a checkpoint is too large");
    }
    pt_sql_done(&s->cosigned, st);
    pthread_mutex_unlock(&s->cosigned_lock);
    return code;
}

int pt_sqlite_cosigned_get(struct pt_store *store, uint64_t size, struct pt_buf *out,
                           struct pt_err *err) {
    uint64_t same;
    return find(store, "SELECT size, note FROM cosigned WHERE size=?", size, &same, out, err);
}

int pt_sqlite_cosigned_from(struct pt_store *store, uint64_t size, uint64_t *ret_size,
                            struct pt_buf *out, struct pt_err *err) {
    return find(store,
                "SELECT size, note FROM cosigned WHERE quorum=1 AND size>=? ORDER BY size LIMIT 1",
                size, ret_size, out, err);
}

int pt_sqlite_cosigned_newest(struct pt_store *store, uint64_t *ret_size, struct pt_buf *out,
                              struct pt_err *err) {
    return find(store,
                "SELECT size, note FROM cosigned WHERE quorum=1 AND size>=? ORDER BY size DESC"
                " LIMIT 1",
                0, ret_size, out, err);
}
