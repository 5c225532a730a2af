#include "ca_index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <pentad/base/file.h>

enum { FIELDS = 7, INDEX_FILE_MAX = 64 * 1024 * 1024 };

int pt_ca_path(char *out, size_t cap, const char *dir, const char *name, struct pt_err *err) {
    int rc = pt_path_join(out, cap, dir, name);

    return rc == 0 ? 0 : pt_err_set(err, rc, "the path %s/%s is too long", dir, name);
}

int pt_ca_lock(const char *dir, int *ret_fd, struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_ca_path(path, sizeof(path), dir, "lock", err);

    *ret_fd = -1;
    if (rc != 0) {
        return rc;
    }
    *ret_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*ret_fd < 0) {
        return pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
    }
    if (flock(*ret_fd, LOCK_EX | LOCK_NB) != 0) {
        close(*ret_fd);
        *ret_fd = -1;
        return pt_err_set(err, PT_E_BUSY, "%s: another process works on this authority", dir);
    }
    return 0;
}

void pt_ca_unlock(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

/* ---- lines ---- */

static bool take_text(char *out, size_t cap, const char *s, size_t len) {
    if (len >= cap) {
        return false;
    }
    memcpy(out, s, len);
    out[len] = '\0';
    return true;
}

static bool take_ms(int64_t *out, const char *s, size_t len) {
    char text[24];
    char *end;
    long long v;

    if (len == 0 || !take_text(text, sizeof(text), s, len)) {
        return false;
    }
    errno = 0;
    v = strtoll(text, &end, 10);
    *out = v;
    return errno == 0 && *end == '\0' && v >= 0;
}

static bool parse_line(struct pt_ca_cert *c, const char *line, size_t len) {
    const char *f[FIELDS];
    size_t n[FIELDS];
    const char *at = line;
    const char *end = line + len;

    memset(c, 0, sizeof(*c));
    for (int i = 0; i < FIELDS; i++) {
        const char *tab = i < FIELDS - 1 ? memchr(at, '\t', (size_t)(end - at)) : end;

        if (tab == NULL) {
            return false;
        }
        f[i] = at;
        n[i] = (size_t)(tab - at);
        at = tab + (tab < end);
    }
    return take_text(c->serial, sizeof(c->serial), f[0], n[0]) &&
           take_text(c->identity, sizeof(c->identity), f[1], n[1]) &&
           take_text(c->fingerprint, sizeof(c->fingerprint), f[2], n[2]) &&
           take_ms(&c->issued_ms, f[3], n[3]) && take_ms(&c->expires_ms, f[4], n[4]) &&
           take_ms(&c->revoked_ms, f[5], n[5]) &&
           take_text(c->reason, sizeof(c->reason), f[6], n[6]);
}

int pt_ca_index_add(struct pt_ca_index *x, const struct pt_ca_cert *c, struct pt_err *err) {
    if (x->n == PT_CA_CERTS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "this authority has issued %d certificates already",
                          PT_CA_CERTS_MAX);
    }
    if (x->n == x->cap) {
        size_t cap = x->cap == 0 ? 64 : 2 * x->cap;
        struct pt_ca_cert *grown = realloc(x->certs, cap * sizeof(*grown));

        if (grown == NULL) {
            return pt_err_set(err, PT_E_NOMEM, "no memory for the register of certificates");
        }
        x->certs = grown;
        x->cap = cap;
    }
    x->certs[x->n++] = *c;
    return 0;
}

int pt_ca_index_load(const char *dir, struct pt_ca_index *ret, struct pt_err *err) {
    char path[PATH_MAX];
    struct pt_buf buf;
    unsigned line = 0;
    size_t at = 0;
    int rc = pt_ca_path(path, sizeof(path), dir, "index.txt", err);

    memset(ret, 0, sizeof(*ret));
    pt_buf_init(&buf, INDEX_FILE_MAX);
    if (rc == 0) {
        rc = pt_file_read(path, &buf, err);
    }
    while (rc == 0 && at < buf.len) {
        const char *s = (const char *)buf.p + at;
        const char *nl = memchr(s, '\n', buf.len - at);
        struct pt_ca_cert c;

        line++;
        if (nl == NULL || !parse_line(&c, s, (size_t)(nl - s))) {
            rc = pt_err_set(err, PT_E_CORRUPT, "%s: line %u can't be read", path, line);
            break;
        }
        at += (size_t)(nl - s) + 1;
        rc = pt_ca_index_add(ret, &c, err);
    }
    pt_buf_done(&buf);
    if (rc != 0) {
        pt_ca_index_done(ret);
    }
    return rc;
}

int pt_ca_index_save(const char *dir, const struct pt_ca_index *x, struct pt_err *err) {
    char path[PATH_MAX];
    struct pt_buf buf;
    int rc = pt_ca_path(path, sizeof(path), dir, "index.txt", err);

    if (rc != 0) {
        return rc;
    }
    pt_buf_init(&buf, INDEX_FILE_MAX);
    for (size_t i = 0; i < x->n; i++) {
        const struct pt_ca_cert *c = &x->certs[i];

        pt_buf_printf(&buf, "%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s\n", c->serial,
                      c->identity, c->fingerprint, c->issued_ms, c->expires_ms, c->revoked_ms,
                      c->reason);
    }
    rc = buf.failed != 0 ? pt_err_set(err, buf.failed, "the register of certificates is too large")
                         : pt_file_write(path, buf.p, buf.len, 0644, err);
    pt_buf_done(&buf);
    return rc;
}

void pt_ca_index_done(struct pt_ca_index *x) {
    free(x->certs);
    memset(x, 0, sizeof(*x));
}
