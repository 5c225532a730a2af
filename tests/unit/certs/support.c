#include "support.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/certs/ca.h>

extern char **environ;

enum { WORDS_MAX = 64 };

static char dir[64];

const char *make_dir(void) {
    snprintf(dir, sizeof(dir), "/tmp/pentad-certs-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    return dir;
}

static int rm_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void rm_dir(void) {
    if (dir[0] != '\0') {
        nftw(dir, rm_one, 16, FTW_DEPTH | FTW_PHYS);
        dir[0] = '\0';
    }
}

const char *in_dir(const char *name) {
    static char paths[32][256];
    static unsigned next;
    char *p = paths[next++ % 32];

    snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
    return p;
}

static int collect(char **words, const char *first, va_list ap) {
    int n = 0;

    for (const char *w = first; w != NULL; w = va_arg(ap, const char *)) {
        cr_assert_lt(n, WORDS_MAX - 1);
        words[n] = strdup(w);
        cr_assert_not_null(words[n]);
        n++;
    }
    words[n] = NULL;
    return n;
}

static void release(char *words[WORDS_MAX]) {
    for (int i = 0; words[i] != NULL; i++) {
        free(words[i]);
    }
}

int run_program(const char *program, ...) {
    posix_spawn_file_actions_t fa;
    char *words[WORDS_MAX + 1];
    pid_t pid;
    int status;
    va_list ap;

    va_start(ap, program);
    collect(words, program, ap);
    va_end(ap);
    cr_assert_eq(posix_spawn_file_actions_init(&fa), 0);
    for (int fd = 0; fd < 3; fd++) {
        cr_assert_eq(posix_spawn_file_actions_addopen(&fa, fd, "/dev/null", O_RDWR, 0), 0);
    }
    cr_assert_eq(posix_spawnp(&pid, program, &fa, NULL, words, environ), 0, "%s", program);
    posix_spawn_file_actions_destroy(&fa);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    release(words);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ca(const char *word, ...) {
    char *words[WORDS_MAX + 1];
    int saved[2];
    int null = open("/dev/null", O_WRONLY);
    va_list ap;
    int n;
    int rc;

    words[0] = strdup("ca");
    va_start(ap, word);
    n = collect(words + 1, word, ap);
    va_end(ap);
    fflush(stdout);
    fflush(stderr);
    saved[0] = dup(1);
    saved[1] = dup(2);
    dup2(null, 1);
    dup2(null, 2);
    rc = pt_ca_main(n + 1, words);
    fflush(stdout);
    fflush(stderr);
    dup2(saved[0], 1);
    dup2(saved[1], 2);
    close(saved[0]);
    close(saved[1]);
    close(null);
    release(words);
    return rc;
}

void write_file(const char *path, struct pt_span bytes) {
    struct pt_err err;

    cr_assert_eq(pt_file_write(path, bytes.p, bytes.len, 0600, &err), 0, "%s", err.msg);
}

void read_file(const char *path, struct pt_buf *out) {
    struct pt_err err;

    pt_buf_init(out, 1 << 20);
    cr_assert_eq(pt_file_read(path, out, &err), 0, "%s", err.msg);
}
