#include <pentad/base/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/base/told.h>

enum { READ_CHUNK = 64 * 1024 };

static int io_err(struct pt_err *err, const char *path, const char *what, int error) {
    char text[128];

    return pt_err_set(err, error == ENOENT ? PT_E_NOT_FOUND : PT_E_IO, "%s: %s: %s", path, what,
                      strerror_r(error, text, sizeof(text)));
}

static int read_fd(int fd, const char *path, struct pt_buf *out, struct pt_err *err) {
    for (;;) {
        size_t room;
        ssize_t n;

        /* One byte more than the limit may be asked for, so that "too large" is seen. */
        if (out->len == out->max) {
            char extra;

            n = read(fd, &extra, 1);
            if (n == 0) {
                return 0;
            }
            if (n > 0) {
                out->failed = PT_E_TOO_LARGE;
                return pt_err_set(err, PT_E_TOO_LARGE, "%s: larger than %zu bytes", path, out->max);
            }
        } else {
            room = out->max - out->len < READ_CHUNK ? out->max - out->len : READ_CHUNK;
            if (pt_buf_reserve(out, room) != 0) {
                return pt_err_set(err, out->failed, "%s: %s", path,
                                  pt_err_text(out->failed, false));
            }
            n = read(fd, out->p + out->len, room);
        }
        if (n < 0 && errno != EINTR) {
            return io_err(err, path, "can't read", errno);
        }
        if (n == 0) {
            return 0;
        }
        if (n > 0) {
            out->len += (size_t)n;
        }
    }
}

int pt_file_read(const char *path, struct pt_buf *out, struct pt_err *err) {
    struct stat st;
    int rc;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return io_err(err, path, PT_TOLD_CANT_OPEN, errno);
    }
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        rc = io_err(err, path, "can't read", EISDIR);
    } else {
        rc = read_fd(fd, path, out, err);
    }
    (void)close(fd);
    return rc;
}

static int write_fd(int fd, const uint8_t *p, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : ENOSPC;
        }
        p += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

/* The directory that holds path, made durable so that the rename is. */
static int sync_dir_of(const char *path, struct pt_err *err) {
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    int error = 0;
    int fd;

    if (slash == NULL) {
        memcpy(dir, ".", 2);
    } else if (n == 0) {
        memcpy(dir, "/", 2);
    } else {
        memcpy(dir, path, n); /* fits: the caller's path.tmp did */
        dir[n] = '\0';
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return io_err(err, dir, "can't open the directory", errno);
    }
    if (fsync(fd) != 0) {
        error = errno;
    }
    (void)close(fd);
    return error == 0 ? 0 : io_err(err, dir, "can't sync the directory", error);
}

int pt_file_write(const char *path, const void *p, size_t len, unsigned mode, struct pt_err *err) {
    char tmp[PATH_MAX];
    int n = snprintf(tmp, sizeof(tmp), "%s.tmp", path);
    int error;
    int fd;

    if (n < 0 || (size_t)n >= sizeof(tmp)) {
        return io_err(err, path, "can't write", ENAMETOOLONG);
    }
    /* A left-over path.tmp goes, or one that somebody planted: written through a link it would be
     * another's file. */
    (void)unlink(tmp);
    fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    if (fd < 0) {
        return io_err(err, tmp, "can't create", errno);
    }
    error = fchmod(fd, (mode_t)mode) == 0 ? 0 : errno;
    error = error != 0 ? error : write_fd(fd, p, len);
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(tmp, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(tmp);
        return io_err(err, path, "can't write", error);
    }
    return sync_dir_of(path, err);
}

int pt_mkdirs(const char *path, unsigned mode, struct pt_err *err) {
    char part[PATH_MAX];
    size_t len = strlen(path);
    struct stat st;

    if (len == 0 || len >= sizeof(part)) {
        return io_err(err, path, "can't create the directory", len == 0 ? EINVAL : ENAMETOOLONG);
    }
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0') {
            continue;
        }
        part[i] = '\0';
        if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST) {
            return io_err(err, part, "can't create the directory", errno);
        }
        part[i] = i < len ? '/' : '\0';
    }
    if (stat(path, &st) != 0) {
        return io_err(err, path, "can't create the directory", errno);
    }
    return S_ISDIR(st.st_mode) ? 0 : io_err(err, path, "can't create the directory", ENOTDIR);
}

bool pt_file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

int pt_path_join(char *out, size_t cap, const char *dir, const char *name) {
    size_t d = strlen(dir);
    int n;

    while (d > 1 && dir[d - 1] == '/') {
        d--;
    }
    while (d > 0 && name[0] == '/') {
        name++;
    }
    if (d > INT_MAX) {
        return PT_E_TOO_LARGE;
    }
    n = snprintf(out, cap, "%.*s%s%s", (int)d, dir, d == 0 || dir[d - 1] == '/' ? "" : "/", name);
    return n >= 0 && (size_t)n < cap ? 0 : PT_E_TOO_LARGE;
}
