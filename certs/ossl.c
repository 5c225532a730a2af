#include "ossl.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include <pentad/certs/tls.h>

int pt_openssl_err(struct pt_err *err, const char *what) {
    unsigned long e = ERR_get_error();
    const char *reason = e != 0 ? ERR_reason_error_string(e) : NULL;

    ERR_clear_error();
    return pt_err_set(err, PT_E_CRYPTO, "%s: %s", what,
                      reason != NULL ? reason : "the crypto library failed");
}

int pt_bio_drain(BIO *bio, struct pt_buf *out) {
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);

    return pt_buf_append(out, p, n > 0 ? (size_t)n : 0);
}

static int sync_dir_of(const char *path) {
    char copy[PATH_MAX];
    int fd;
    int rc;

    if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy)) {
        return -1;
    }
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    rc = fsync(fd);
    close(fd);
    return rc;
}

static int write_all(int fd, const uint8_t *p, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return -1;
        }
        p += n;
        len -= (size_t)n;
    }
    return fsync(fd);
}

int pt_file_create(const char *path, const void *p, size_t len, unsigned mode, struct pt_err *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);

    if (fd < 0) {
        if (errno == EEXIST) {
            return pt_err_set(err, PT_E_EXISTS, "%s stands already and is not overwritten", path);
        }
        return pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
    }
    if (write_all(fd, p, len) != 0 || sync_dir_of(path) != 0) {
        pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
        close(fd);
        unlink(path);
        return PT_E_IO;
    }
    close(fd);
    return 0;
}
