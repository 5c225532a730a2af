#include "internal.h"

#include <stdio.h>
#include <string.h>

int pt_sqlite_err(sqlite3 *db, int rc, const char *what, struct pt_err *err) {
    const char *text = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    int code = PT_E_STORE;
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
    case SQLITE_FULL:
        return pt_err_set(err, PT_E_STORE, "log.db: %s: the disk is full; free space, then retry",
                          what);
    default:
        if (rc == SQLITE_IOERR_DATA) {
            return pt_err_set(err, PT_E_CORRUPT,
                              "log.db: %s: a page does not hold what was written; run "
                              "`pentad log check`",
                              what);
        }
        break;
    }
    return pt_err_set(err, code, "log.db: %s: %s", what, text);
}

int pt_sqlite_exec(sqlite3 *db, const char *sql, struct pt_err *err) {
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : pt_sqlite_err(db, rc, sql, err);
}

int pt_sqlite_prepare(sqlite3 *db, sqlite3_stmt **slot, const char *sql, struct pt_err *err) {
    if (*slot != NULL) {
        return 0;
    }
    int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
    return rc == SQLITE_OK ? 0 : pt_sqlite_err(db, rc, "prepare", err);
}

struct pt_span pt_sqlite_blob(sqlite3_stmt *st, int col) {
    const void *p = sqlite3_column_blob(st, col);
    return pt_span(p, (size_t)sqlite3_column_bytes(st, col));
}

int pt_sqlite_hash(sqlite3_stmt *st, int col, struct pt_hash *ret, const char *what,
                   struct pt_err *err) {
    struct pt_span b = pt_sqlite_blob(st, col);
    if (pt_hash_from_bytes(ret, b.p, b.len) != 0) {
        return pt_err_set(err, PT_E_CORRUPT, "log.db: %s has %zu bytes, not 32", what, b.len);
    }
    return 0;
}

int pt_sqlite_name(sqlite3_stmt *st, int col, char out[PT_NAME_MAX + 1], const char *what,
                   struct pt_err *err) {
    const char *s = (const char *)sqlite3_column_text(st, col);
    size_t len = s != NULL ? strlen(s) : 0;
    out[0] = '\0';
    if (s == NULL || len > PT_NAME_MAX || len != (size_t)sqlite3_column_bytes(st, col)) {
        return pt_err_set(err, PT_E_CORRUPT, "log.db: %s is no name", what);
    }
    memcpy(out, s, len + 1);
    return 0;
}

int pt_sqlite_u64(sqlite3_stmt *st, int col, uint64_t max, uint64_t *ret, const char *what,
                  struct pt_err *err) {
    sqlite3_int64 v = sqlite3_column_int64(st, col);
    if (v < 0 || (uint64_t)v > max) {
        return pt_err_set(err, PT_E_CORRUPT, "log.db: %s is %lld", what, (long long)v);
    }
    *ret = (uint64_t)v;
    return 0;
}

/* A path as a URI: what would end it or start an escape is escaped. */
static int uri_of(const struct store_sqlite *s, char *out, size_t cap, struct pt_err *err) {
    size_t n = (size_t)snprintf(out, cap, "file:");
    for (const char *p = s->path; *p != '\0'; p++) {
        if (n + 4 >= cap) {
            return pt_err_set(err, PT_E_TOO_LARGE, "%s: path is too long", s->path);
        }
        if (*p == '%' || *p == '?' || *p == '#') {
            n += (size_t)snprintf(out + n, cap - n, "%%%02X", (unsigned)(unsigned char)*p);
        } else {
            out[n++] = *p;
        }
    }
    int more = snprintf(out + n, cap - n, "?%s=%s", PT_PAGE_VFS_VERIFY, s->examine ? "off" : "on");
    return n + (size_t)more < cap ? 0 : pt_err_set(err, PT_E_TOO_LARGE, "%s: too long", s->path);
}

int pt_sqlite_open(const struct store_sqlite *s, int flags, int cache_kib, sqlite3 **ret,
                   struct pt_err *err) {
    char uri[2 * PATH_CAP];
    char pragma[128];
    sqlite3 *db = NULL;
    *ret = NULL;
    int code = uri_of(s, uri, sizeof uri, err);
    if (code != 0) {
        return code;
    }
    int rc = pt_page_vfs_register();
    if (rc == SQLITE_OK) {
        rc = sqlite3_open_v2(uri, &db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, PT_PAGE_VFS);
    }
    if (rc != SQLITE_OK) {
        code = pt_sqlite_err(db, rc, s->path, err);
        goto out;
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, 10000);
    snprintf(pragma, sizeof pragma,
             "PRAGMA cache_size=-%d; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY", cache_kib);
    code = pt_sqlite_exec(db, pragma, err);
    if (code == 0) {
        *ret = db;
        db = NULL;
    }
out:
    sqlite3_close(db);
    return code;
}
