/* The connection, its errors, its transactions. */
#include <pentad/sql/sql.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "internal.h"

enum { WAIT_MS = 10000 };

int pt_sql_err(const struct pt_sql *s, int rc, struct pt_err *err, const char *what) {
    int code = PT_E_STORE;
    const char *words;

    if (rc == SQLITE_OK && s->db)
        rc = sqlite3_extended_errcode(s->db);
    words = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        code = PT_E_NOMEM;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        code = PT_E_BUSY;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        code = PT_E_CORRUPT;
        break;
    case SQLITE_IOERR:
        if (rc != SQLITE_IOERR_DATA)
            break;
        code = PT_E_CORRUPT;
        words = "a page does not hold what was written";
        break;
    case SQLITE_FULL:
        words = "the disk is full; free space, then retry";
        break;
    case SQLITE_TOOBIG:
        code = PT_E_TOO_LARGE;
        break;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        code = PT_E_INTERNAL;
        break;
    default:
        break;
    }
    if (code == PT_E_CORRUPT && s->damaged)
        return pt_err_set(err, code, "%s: %.100s: %s; %s", s->name, what, words, s->damaged);
    return pt_err_set(err, code, "%s: %.120s: %s", s->name, what, words);
}

static int open_flags(const struct pt_sql_options *o) {
    static const int flags[] = {
        [PT_SQL_READ] = SQLITE_OPEN_READONLY,
        [PT_SQL_WRITE] = SQLITE_OPEN_READWRITE,
        [PT_SQL_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };

    return flags[o->mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
           (o->vfs ? SQLITE_OPEN_URI : 0);
}

/* SQLite would count every byte that it allocates, in the whole process and under one lock: a
 * thread that yields to all others and holds it keeps them waiting for its next turn. */
static void count_nothing(void) {
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void pt_sql_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, count_nothing);
}

int pt_sql_open(struct pt_sql *s, const char *path, const struct pt_sql_options *options,
                struct pt_err *err) {
    bool mask = options->owner_only && options->mode == PT_SQL_CREATE;
    mode_t before = 0;
    int code = 0;
    int rc;

    pt_sql_init();
    memset(s, 0, sizeof *s);
    s->name = options->name;
    s->damaged = options->damaged;
    s->names = options->names;
    if (mask)
        before = umask(077);
    rc = sqlite3_open_v2(path, &s->db, open_flags(options), options->vfs);
    if (mask)
        (void)umask(before);
    if (rc != SQLITE_OK) {
        code = pt_sql_err(s, rc, err, path);
        goto out;
    }
    (void)sqlite3_busy_timeout(s->db, WAIT_MS);
    if (options->pragmas)
        code = pt_sql_exec(s, options->pragmas, err);
out:
    if (code != 0)
        pt_sql_close(s);
    return code;
}

void pt_sql_close(struct pt_sql *s) {
    for (size_t i = 0; i < s->n_kept; i++) {
        PT_ASSERT(!s->kept[i].used);
        (void)sqlite3_finalize(s->kept[i].st);
    }
    s->n_kept = 0;
    (void)sqlite3_close_v2(s->db);
    s->db = NULL;
}

int pt_sql_exec(struct pt_sql *s, const char *text, struct pt_err *err) {
    struct pt_buf hold;
    const char *filled;
    int rc;

    pt_buf_init(&hold, PT_SQL_TEXT_MAX);
    rc = pt_sql_fill(s, text, &hold, &filled, err);
    if (rc == 0) {
        int step = sqlite3_exec(s->db, filled, NULL, NULL, NULL);
        rc = step == SQLITE_OK ? 0 : pt_sql_err(s, step, err, text);
    }
    pt_buf_done(&hold);
    return rc;
}

static const char rollback[] = "ROLLBACK";

int pt_sql_begin(struct pt_sql *s, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(s, &st, err, rollback, ""); /* kept: going back shall need no memory */

    pt_sql_done(s, st);
    return rc == 0 ? pt_sql_run(s, err, "BEGIN IMMEDIATE", "") : rc;
}

int pt_sql_commit(struct pt_sql *s, struct pt_err *err) {
    return pt_sql_run(s, err, "COMMIT", "");
}

void pt_sql_rollback(struct pt_sql *s) {
    if (s->db && sqlite3_get_autocommit(s->db) == 0)
        (void)pt_sql_run(s, NULL, rollback, "");
}
