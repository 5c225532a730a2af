/* A whole copy of log.db as of one moment, and of cosigned.db, while a hub works on them. Other
 * tools copy pages that wait in the write-ahead log without their sums; here both ends go through
 * the page layer. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/log/log.h>

#define CACHE_KIB 2048

/* In one step: a copy that lets writers in between would begin anew after every commit. */
int pt_sqlite_copy_pages(const struct pt_sql *from, const struct pt_sql *to, struct pt_err *err) {
    sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
    int rc = b != NULL ? sqlite3_backup_step(b, -1) : sqlite3_errcode(to->db);
    int finished = b != NULL ? sqlite3_backup_finish(b) : SQLITE_OK;
    if (rc == SQLITE_DONE) {
        rc = finished;
    }
    return rc == SQLITE_OK ? 0 : pt_sql_err(to, rc, err, "copying");
}

static int copy_to(const char *path, const struct pt_sql *from, struct pt_err *err) {
    struct store_sqlite copy = {.lock_fd = -1};
    struct pt_sql to;
    (void)snprintf(copy.path, sizeof copy.path, "%s", path);
    int code = pt_sqlite_open(&copy, PT_SQL_CREATE, CACHE_KIB, &to, err);
    if (code == 0) {
        code = pt_sqlite_copy_pages(from, &to, err);
    }
    pt_sql_close(&to);
    return code;
}

static int move_in_place(const char *path, const char *dir, char *part, struct pt_err *err) {
    if (rename(part, path) != 0) {
        return pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
    }
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0) {
        close(fd);
    }
    return rc == 0 ? 0 : pt_err_set(err, PT_E_IO, "%s: %s", dir, strerrordesc_np(errno));
}

/* DIR/NAME, where it isn't to be overwritten, and DIR/NAME.part, which is taken away. */
static int name_files(const char *dir, const char *name, char path[PATH_CAP], char part[PATH_CAP],
                      struct pt_err *err) {
    int n = snprintf(path, PATH_CAP, "%s/%s", dir, name);
    int m = snprintf(part, PATH_CAP, "%s/%s.part", dir, name);
    if (n < 0 || m < 0 || m >= PATH_CAP) {
        return pt_err_set(err, PT_E_TOO_LARGE, "%s: path is too long", dir);
    }
    if (access(path, F_OK) == 0) {
        return pt_err_set(err, PT_E_EXISTS, "%s is there already; name another folder", path);
    }
    (void)unlink(part);
    return 0;
}

/* Before the log: what is cosigned is then in the copy. */
static int backup_cosigned(struct store_sqlite *s, const char *dir, struct pt_err *err) {
    char path[PATH_CAP], part[PATH_CAP];
    int code = name_files(dir, "cosigned.db", path, part, err);
    if (code == 0 && s->cosigned.db != NULL) {
        code = pt_sqlite_cosigned_copy(s, part, err);
        code = code == 0 ? move_in_place(path, dir, part, err) : code;
        if (code != 0) {
            (void)unlink(part);
        }
    }
    return code;
}

static int backup_log(struct pt_store *store, const char *dir, uint64_t *ret_size,
                      struct pt_err *err) {
    char path[PATH_CAP], part[PATH_CAP];
    struct pt_store_reader *r = NULL;
    struct pt_store_state state;
    int code = name_files(dir, "log.db", path, part, err);
    if (code != 0) {
        return code;
    }
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    code = pt_store_read_begin(store, &r, err);
    if (code == 0) {
        code = pt_store_state(r, &state, err);
    }
    if (code == 0) {
        code = copy_to(part, &r->sql, err);
    }
    if (code == 0) {
        code = move_in_place(path, dir, part, err);
        *ret_size = state.size;
    }
    if (code != 0) {
        (void)unlink(part);
        (void)unlink(path); /* this call's: it wasn't there before */
    }
    pt_store_read_end(r);
    pt_buf_done(&state.checkpoint);
    return code;
}

int pt_store_sqlite_backup(struct pt_store *store, const char *dir, uint64_t *ret_size,
                           struct pt_err *err) {
    char path[PATH_CAP], part[PATH_CAP];
    int code = name_files(dir, "log.db", path, part, err);
    code = code == 0 ? name_files(dir, "cosigned.db", path, part, err) : code;
    if (code != 0) {
        return code;
    }
    code = backup_cosigned((struct store_sqlite *)(void *)store, dir, err);
    code = code == 0 ? backup_log(store, dir, ret_size, err) : code;
    if (code != 0) {
        (void)unlink(path); /* likewise: the same folder takes the next copy */
    }
    return code;
}
