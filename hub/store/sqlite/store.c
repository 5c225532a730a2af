#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILL_PIECE (256 * 1024)

static const struct pt_store_ops SQLITE_OPS = {
    .append = pt_sqlite_writer_append,
    .read_begin = pt_sqlite_reader_begin,
    .read_end = pt_sqlite_reader_end,
    .state = pt_sqlite_reader_state,
    .entries = pt_sqlite_reader_entries,
    .find_statement = pt_sqlite_reader_find_statement,
    .find_seq = pt_sqlite_reader_find_seq,
    .refusal = pt_sqlite_reader_refusal,
    .refusals = pt_sqlite_reader_refusals,
    .tile = pt_sqlite_reader_tile,
    .erase = pt_sqlite_erase,
    .scrub = pt_sqlite_scrub,
    .self_check = pt_sqlite_self_check,
    .cosigned_put = pt_sqlite_cosigned_put,
    .cosigned_get = pt_sqlite_cosigned_get,
    .cosigned_from = pt_sqlite_cosigned_from,
    .cosigned_newest = pt_sqlite_cosigned_newest,
};

/* Two hubs on one directory would each sign their own history. */
static int take_lock(struct store_sqlite *s, const char *dir, struct pt_err *err) {
    char path[PATH_CAP];
    int n = snprintf(path, sizeof path, "%s/log.lock", dir);
    if (n < 0 || (size_t)n >= sizeof path) {
        return pt_err_set(err, PT_E_TOO_LARGE, "%s: path is too long", dir);
    }
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0) {
        return pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
    }
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return pt_err_set(err, PT_E_BUSY, "%s: another process has this log open; stop it first",
                          path);
    }
    return 0;
}

static void sync_dir(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

/* Commits into a write-ahead log that grows wait for the file system's own journal, and so for
 * whatever else is being written; into blocks that were written before they don't. SQLite takes
 * what lies beyond its last frame for nothing. Best effort: a full disk says so soon enough. */
void pt_sqlite_fill_wal(const struct store_sqlite *s) {
    static const uint8_t zeros[FILL_PIECE];
    char path[PATH_CAP + 8];
    struct stat st;
    int fd;

    (void)snprintf(path, sizeof path, "%s-wal", s->path);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (fstat(fd, &st) == 0) {
        uint64_t at = (uint64_t)st.st_size;
        ssize_t n = 0;

        while (at < s->wal_limit && n >= 0) {
            n = pwrite(fd, zeros, sizeof zeros, (off_t)at);
            at += n > 0 ? (uint64_t)n : 0;
        }
        (void)fdatasync(fd);
    }
    close(fd);
}

static struct store_sqlite *store_new(const struct pt_sqlite_opts *opts) {
    struct store_sqlite *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->base.ops = &SQLITE_OPS;
    s->lock_fd = -1;
    s->read_only = opts->read_only;
    s->examine = opts->examine;
    s->wal_limit = opts->wal_bytes > 0 ? opts->wal_bytes : WAL_BYTES_DEFAULT;
    s->reader_wait_ms = opts->reader_wait_ms > 0 ? opts->reader_wait_ms : READER_WAIT_MS_DEFAULT;
    pthread_mutex_init(&s->writing, NULL);
    pthread_mutex_init(&s->cosigned_lock, NULL);
    pthread_mutex_init(&s->pool_lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->pool_cond, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->cp_lock, NULL);
    pthread_cond_init(&s->cp_cond, NULL);
    return s;
}

static int open_writer(struct store_sqlite *s, const char *dir, struct pt_err *err) {
    int code = pt_sqlite_open(s, PT_SQL_CREATE, 16384, &s->writer, err);
    if (code == 0) {
        code = pt_sql_exec(&s->writer, "PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON", err);
    }
    if (code == 0) {
        code = pt_sqlite_schema_prepare(s, err);
    }
    if (code == 0) {
        sync_dir(dir);
        code = pt_sqlite_writer_load(s, err);
    }
    if (code == 0) {
        pt_sqlite_fill_wal(s);
    }
    return code == 0 ? pt_sqlite_checkpointer_start(s, err) : code;
}

static int open_read_only(struct store_sqlite *s, struct pt_err *err) {
    if (access(s->path, R_OK) != 0) {
        return pt_err_set(err, errno == ENOENT ? PT_E_NOT_FOUND : PT_E_IO, "%s: %s", s->path,
                          strerrordesc_np(errno));
    }
    return 0;
}

int pt_store_sqlite_open(const char *dir, const struct pt_sqlite_opts *opts, struct pt_store **ret,
                         struct pt_err *err) {
    static const struct pt_sqlite_opts none;
    const struct pt_sqlite_opts *o = opts != NULL ? opts : &none;
    *ret = NULL;
    struct store_sqlite *s = store_new(o);
    if (s == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    unsigned readers = o->readers > 0 ? o->readers : READERS_DEFAULT;
    int n = snprintf(s->path, sizeof s->path, "%s/log.db", dir);
    int code = n < 0 || (size_t)n >= sizeof s->path
                   ? pt_err_set(err, PT_E_TOO_LARGE, "%s: path is too long", dir)
                   : 0;
    if (code == 0 && !s->read_only) {
        code = take_lock(s, dir, err);
    }
    if (code == 0) {
        code = s->read_only ? open_read_only(s, err) : open_writer(s, dir, err);
    }
    if (code == 0) {
        code = pt_sqlite_readers_open(s, readers < READERS_MAX ? readers : READERS_MAX, err);
    }
    if (code == 0) {
        code = pt_sqlite_cosigned_open(s, dir, err);
    }
    if (code == 0 && s->read_only) {
        code = pt_sqlite_schema_verify(&s->readers[0].sql, err);
        if (code == PT_E_CORRUPT && s->examine) {
            code = 0; /* the check will say what is wrong */
        }
    }
    if (code != 0) {
        pt_store_sqlite_close(&s->base);
        return code;
    }
    *ret = &s->base;
    return 0;
}

void pt_store_sqlite_close(struct pt_store *store) {
    struct store_sqlite *s = (struct store_sqlite *)(void *)store;
    if (s == NULL) {
        return;
    }
    pt_sql_close(&s->cosigned);
    pt_sqlite_readers_close(s);
    pt_sqlite_checkpointer_stop(s);
    pt_sqlite_writer_done(s);
    if (s->lock_fd >= 0) {
        close(s->lock_fd);
    }
    pthread_cond_destroy(&s->cp_cond);
    pthread_mutex_destroy(&s->cp_lock);
    pthread_cond_destroy(&s->pool_cond);
    pthread_mutex_destroy(&s->pool_lock);
    pthread_mutex_destroy(&s->cosigned_lock);
    pthread_mutex_destroy(&s->writing);
    free(s);
}

uint64_t pt_store_sqlite_wal_bytes(const struct pt_store *store) {
    const struct store_sqlite *s = (const struct store_sqlite *)(const void *)store;
    return atomic_load(&s->wal_pages) * PT_PAGE_SIZE;
}
