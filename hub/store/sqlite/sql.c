/* Opening log.db, and columns that are checked before anybody relies on them. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

int pt_sqlite_hash(sqlite3_stmt *st, int col, struct pt_hash *ret, const char *what,
                   struct pt_err *err) {
    struct pt_span b = pt_sql_blob(st, col);
    if (pt_hash_from_bytes(ret, b.p, b.len) != 0) {
        return pt_err_set(err, PT_E_CORRUPT, "log.db: %s has %zu bytes, not 32", what, b.len);
    }
    return 0;
}

int pt_sqlite_name(sqlite3_stmt *st, int col, char out[PT_NAME_MAX + 1], const char *what,
                   struct pt_err *err) {
    const char *s = pt_sql_text(st, col);
    size_t len = strlen(s);
    out[0] = '\0';
    if (pt_sql_is_null(st, col) || len > PT_NAME_MAX || len != pt_sql_blob(st, col).len) {
        return pt_err_set(err, PT_E_CORRUPT, "log.db: %s is no name", what);
    }
    memcpy(out, s, len + 1);
    return 0;
}

int pt_sqlite_u64(sqlite3_stmt *st, int col, uint64_t max, uint64_t *ret, const char *what,
                  struct pt_err *err) {
    int64_t v = pt_sql_i64(st, col);
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

int pt_sqlite_open(const struct store_sqlite *s, enum pt_sql_mode mode, int cache_kib,
                   struct pt_sql *ret, struct pt_err *err) {
    char uri[2 * PATH_CAP];
    char pragmas[128];
    const struct pt_sql_options options = {.mode = mode,
                                           .name = "log.db",
                                           .damaged = "run `pentad log check`",
                                           .pragmas = pragmas,
                                           .vfs = PT_PAGE_VFS,
                                           .owner_only = true}; /* not everyone may read it */
    memset(ret, 0, sizeof *ret);
    int code = uri_of(s, uri, sizeof uri, err);
    if (code != 0) {
        return code;
    }
    if (pt_page_vfs_register() != SQLITE_OK) {
        return pt_err_set(err, PT_E_STORE, "log.db: SQLite takes no file layer");
    }
    (void)snprintf(pragmas, sizeof pragmas,
                   "PRAGMA cache_size=-%d; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
                   " PRAGMA trusted_schema=OFF",
                   cache_kib);
    return pt_sql_open(ret, uri, &options, err);
}
