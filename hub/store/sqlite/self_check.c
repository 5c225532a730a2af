#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Two looks at the file: every page by its sums, straight from the disk (unused space and the
 * file's header included), then SQLite's own integrity check. */

#define LOCK_PAGE (0x40000000 / PT_PAGE_SIZE + 1) /* never written: SQLite locks bytes of it */
#define RETRIES 20

struct checking {
    struct store_sqlite *s;
    struct pt_store_reader reader; /* of a connection of its own; closed where it can't be opened */
    pt_store_fault_cb fault;
    void *ctx;
};

/* The table or index that owns a page; "" where the file is too damaged to tell. */
static void page_owner(struct checking *c, uint64_t page, char out[80]) {
    sqlite3_stmt *st = NULL;
    struct pt_sql *sql = &c->reader.sql;
    out[0] = '\0';
    int rc = sql->db == NULL
                 ? PT_E_STORE
                 : pt_sql_query(sql, &st, NULL, "SELECT name, pagetype FROM dbstat WHERE pageno=?",
                                "i", (int64_t)page);
    if (pt_sql_row(sql, st, &rc, NULL)) {
        snprintf(out, 80, " (%s, %s page)", pt_sql_text(st, 0), pt_sql_text(st, 1));
    }
    pt_sql_done(sql, st);
}

/* A checkpoint may be writing the page just now: look again before calling it damaged. */
static int page_read(int fd, uint64_t page, uint8_t *buf, bool live, bool *ret_sound) {
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < (live ? RETRIES : 1); i++) {
        ssize_t n = pread(fd, buf, PT_PAGE_SIZE, (off_t)((page - 1) * PT_PAGE_SIZE));
        if (n != PT_PAGE_SIZE) {
            return n < 0 ? PT_E_IO : PT_E_TRUNCATED;
        }
        *ret_sound = pt_page_sound(buf, page);
        if (*ret_sound) {
            return 0;
        }
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* Is there a write-ahead log, so that a checkpoint may come? */
static bool has_wal(const struct checking *c) {
    char path[PATH_CAP + 8];
    struct stat st;
    snprintf(path, sizeof path, "%s-wal", c->s->path);
    return stat(path, &st) == 0 && st.st_size > 0;
}

/* A page that a checkpoint has passed over because the write-ahead log holds a newer one is a hole
 * in the file until the next checkpoint. */
static bool is_hole(const uint8_t *page) {
    for (size_t i = 0; i < PT_PAGE_SIZE; i++) {
        if (page[i] != 0) {
            return false;
        }
    }
    return true;
}

static int check_pages(struct checking *c, struct pt_err *err) {
    uint8_t *buf = malloc(PT_PAGE_SIZE);
    int fd = open(c->s->path, O_RDONLY | O_CLOEXEC);
    bool live = has_wal(c);
    int code = 0;
    if (buf == NULL || fd < 0) {
        code = pt_err_set(err, buf == NULL ? PT_E_NOMEM : PT_E_IO, "%s: %s", c->s->path,
                          strerrordesc_np(errno));
        goto out;
    }
    off_t size = lseek(fd, 0, SEEK_END);
    if (size % PT_PAGE_SIZE != 0) {
        c->fault(c->ctx, PT_E_CORRUPT, "log.db", "its size is no whole number of pages");
    }
    for (uint64_t page = 1; page <= (uint64_t)size / PT_PAGE_SIZE; page++) {
        char where[128], owner[80];
        bool sound = true;
        int rc = page == LOCK_PAGE ? 0 : page_read(fd, page, buf, live, &sound);
        if (rc == 0 && (sound || (live && is_hole(buf)))) {
            continue;
        }
        page_owner(c, page, owner);
        snprintf(where, sizeof where, "log.db page %llu%s", (unsigned long long)page, owner);
        c->fault(c->ctx, PT_E_CORRUPT, where,
                 rc == 0 ? "its bytes are not what was written there" : "it can't be read");
    }
out:
    if (fd >= 0) {
        close(fd);
    }
    free(buf);
    return code;
}

static void check_structure(struct checking *c) {
    sqlite3_stmt *st = NULL;
    struct pt_sql *sql = &c->reader.sql;
    struct pt_err e = {0};
    int rc = pt_sql_query(sql, &st, &e, "PRAGMA integrity_check(50)", "");
    while (pt_sql_row(sql, st, &rc, &e)) {
        const char *text = pt_sql_text_or_null(st, 0);
        if (text != NULL && strcmp(text, "ok") != 0) {
            c->fault(c->ctx, PT_E_CORRUPT, "log.db structure", text);
        }
    }
    if (rc != 0) {
        c->fault(c->ctx, PT_E_CORRUPT, "log.db structure", e.msg);
    }
    pt_sql_done(sql, st);
}

/* Rows that no hash covers: as many as the state says, and the refusals in their chain. */
static void check_counts(struct checking *c) {
    static const char sql[] = "SELECT s.size, s.refusals, (SELECT count(*) FROM entry),"
                              " (SELECT count(*) FROM batch), (SELECT count(*) FROM refusal),"
                              " (SELECT count(*) FROM tile) FROM state s WHERE id=1";
    sqlite3_stmt *st = NULL;
    char what[160];
    struct pt_err e = {0};
    int64_t n[6] = {0};
    int rc = pt_sql_query(&c->reader.sql, &st, &e, sql, "");
    if (pt_sql_row(&c->reader.sql, st, &rc, &e)) {
        for (int i = 0; i < 6; i++) {
            n[i] = pt_sql_i64(st, i);
        }
        int64_t tiles = 0;
        for (int64_t v = n[0] / 256; v > 0; v /= 256) {
            tiles += v;
        }
        if (n[2] != n[0] || n[3] != n[0] || n[4] != n[1] || n[5] != tiles) {
            snprintf(what, sizeof what,
                     "tables hold %lld entries, %lld batches, %lld refusals, %lld tiles; the state "
                     "says %lld entries, %lld refusals",
                     (long long)n[2], (long long)n[3], (long long)n[4], (long long)n[5],
                     (long long)n[0], (long long)n[1]);
            c->fault(c->ctx, PT_E_CORRUPT, "log.db tables", what);
        }
    } else {
        c->fault(c->ctx, PT_E_CORRUPT, "log.db tables", rc != 0 ? e.msg : "the state is empty");
    }
    pt_sql_done(&c->reader.sql, st);
}

struct chaining {
    struct pt_hash chain;
};

static int chain_refusal(void *ctx, const struct pt_store_refusal *r) {
    pt_sqlite_refusal_chain_next(&((struct chaining *)ctx)->chain, r);
    return 0;
}

static void check_refusal_chain(struct checking *c) {
    struct chaining k = {0};
    struct pt_hash said;
    sqlite3_stmt *st = NULL;
    struct pt_err e = {0};
    int code = pt_sqlite_reader_refusals(&c->reader, 1, UINT64_MAX, chain_refusal, &k, &e);
    if (code == 0) {
        code =
            pt_sql_query(&c->reader.sql, &st, &e, "SELECT refusal_chain FROM state WHERE id=1", "");
    }
    if (pt_sql_row(&c->reader.sql, st, &code, &e)) {
        code = pt_sqlite_hash(st, 0, &said, "state.refusal_chain", &e);
        if (code == 0 && !pt_hash_eq(&said, &k.chain)) {
            code =
                pt_err_set(&e, PT_E_CORRUPT, "they are not those that were given, in that order");
        }
    }
    pt_sql_done(&c->reader.sql, st);
    if (code != 0) {
        c->fault(c->ctx, PT_E_CORRUPT, "log.db refusals", e.msg);
    }
}

int pt_sqlite_self_check(struct pt_store *store, pt_store_fault_cb fault, void *ctx,
                         struct pt_err *err) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    struct checking c = {.s = s, .fault = fault, .ctx = ctx};
    struct pt_sql *sql = &c.reader.sql;
    struct pt_err e = {0};
    struct store_sqlite view;
    /* A connection of its own that reads damaged pages too. */
    memset(&view, 0, sizeof view);
    memcpy(view.path, s->path, sizeof view.path);
    view.examine = true;
    int code = pt_sqlite_open(&view, PT_SQL_READ, 4096, sql, &e);
    if (code != 0) {
        fault(ctx, PT_E_CORRUPT, "log.db", e.msg);
    } else if (pt_sqlite_schema_verify(sql, &e) != 0) {
        fault(ctx, PT_E_CORRUPT, "log.db header", e.msg);
    }
    code = check_pages(&c, err);
    if (code == 0 && sql->db != NULL) {
        check_structure(&c);
        /* One snapshot: a hub may be appending beside us. */
        (void)pt_sql_run(sql, NULL, "BEGIN", "");
        check_counts(&c);
        check_refusal_chain(&c);
        pt_sql_rollback(sql);
    }
    pt_sql_close(sql);
    return code;
}
