/* Where a file of rows ends well. Every row begins with its place, "<log index>/<in
 * batch>/<k>-<n>": row k of the n rows of one record. After a crash the last line may be torn, and
 * the last record's rows may not all be there: both are cut off, and the caller's re-delivery
 * writes them again. */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int io_error(const char *path, const char *what, struct pt_err *err) {
    return pt_err_set(err, PT_E_IO, "%s can't be %s: %s", path, what, strerrordesc_np(errno));
}

static int read_at(int fd, const char *path, uint64_t offset, char *out, size_t n,
                   struct pt_err *err) {
    for (size_t got = 0; got < n;) {
        ssize_t k = pread(fd, out + got, n - got, (off_t)(offset + got));
        if (k <= 0)
            return io_error(path, "read", err);
        got += (size_t)k;
    }
    return 0;
}

/* The offset behind the last '\n' before `end`, 0 if there is none. */
static int line_start(int fd, const char *path, uint64_t end, uint64_t *ret, struct pt_err *err) {
    char chunk[4096];
    while (end > 0) {
        size_t n = end < sizeof(chunk) ? (size_t)end : sizeof(chunk);
        int rc = read_at(fd, path, end - n, chunk, n, err);
        if (rc)
            return rc;
        for (size_t i = n; i > 0; i--) {
            if (chunk[i - 1] == '\n') {
                *ret = end - n + i;
                return 0;
            }
        }
        end -= n;
    }
    *ret = 0;
    return 0;
}

struct place {
    uint64_t log_index;
    uint32_t in_batch;
    uint64_t k, n;
};

static int read_place(int fd, const char *path, uint64_t start, uint64_t end, struct place *ret,
                      struct pt_err *err) {
    char text[96];
    size_t n = end - start < sizeof(text) - 1 ? (size_t)(end - start) : sizeof(text) - 1;
    int rc = read_at(fd, path, start, text, n, err);
    if (rc)
        return rc;
    text[n] = '\0';
    static const char after[] = "//-,"; /* what follows each of the four numbers */
    uint64_t v[4] = {0};
    const char *p = text;
    for (size_t i = 0; i < 4 && p; i++) {
        char *stop;
        v[i] = strtoull(p, &stop, 10);
        p = *p >= '0' && *p <= '9' && *stop == after[i] ? stop + 1 : NULL;
    }
    if (p == NULL || v[1] > UINT32_MAX || v[2] == 0 || v[2] > v[3])
        return pt_err_set(err, PT_E_CONFIG,
                          "%s: the line at byte %" PRIu64
                          " is not one of ours; move the file away, "
                          "or deliver to another folder",
                          path, start);
    *ret = (struct place){v[0], (uint32_t)v[1], v[2], v[3]};
    return 0;
}

static int cut(int fd, const char *path, uint64_t size, struct pt_err *err) {
    return ftruncate(fd, (off_t)size) ? io_error(path, "cut", err) : 0;
}

static int check_heading(int fd, const char *path, const char *heading, uint64_t size,
                         struct pt_err *err) {
    size_t n = strlen(heading);
    char *text = malloc(n + 1);
    int rc = text ? 0 : pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0 && size >= n)
        rc = read_at(fd, path, 0, text, n, err);
    if (rc == 0 && text && (size < n || memcmp(text, heading, n) != 0))
        rc = pt_err_set(err, PT_E_CONFIG,
                        "%s has other headings than are delivered now; move it away and it is "
                        "begun anew",
                        path);
    free(text);
    return rc;
}

/* Goes back over the rows of the record that the last line belongs to. */
static int cut_partial(int fd, const char *path, uint64_t body, uint64_t *size, struct pt_tail *ret,
                       struct pt_err *err) {
    struct place last = {0};
    while (*size > body) {
        uint64_t start;
        int rc = line_start(fd, path, *size - 1, &start, err);
        if (rc == 0)
            rc = read_place(fd, path, start, *size, &last, err);
        if (rc)
            return rc;
        if (last.k == last.n) {
            *ret = (struct pt_tail){true, last.log_index, last.in_batch};
            return 0;
        }
        *size = start;
    }
    return 0;
}

int pt_tail_mend(int fd, const char *path, const char *heading, uint64_t *ret_size,
                 struct pt_tail *ret, struct pt_err *err) {
    struct stat st;
    uint64_t size, whole, body = strlen(heading);
    memset(ret, 0, sizeof(*ret));
    if (fstat(fd, &st))
        return io_error(path, "looked at", err);
    size = (uint64_t)st.st_size;
    int rc = line_start(fd, path, size, &whole, err);
    if (rc)
        return rc;
    uint64_t good = whole;
    if (good > 0) {
        rc = check_heading(fd, path, heading, good, err);
        if (rc == 0)
            rc = cut_partial(fd, path, body, &good, ret, err);
    }
    if (rc == 0 && good != size)
        rc = cut(fd, path, good, err);
    *ret_size = good;
    return rc;
}
