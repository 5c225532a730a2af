#include "generate.h"

#include <criterion/criterion.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

void generate_city(char ret_folder[64], const char *seed, const char *scale) {
    const char *words[8] = {PT_BINARY_DIR "/bin/pentad-city", "--out", ret_folder};
    char *argv[8] = {NULL};
    char *envp[] = {NULL};
    size_t n = 3;
    pid_t pid;
    int status = -1;

    if (seed != NULL) {
        words[n++] = "--seed";
        words[n++] = seed;
    }
    if (scale != NULL) {
        words[n++] = "--scale";
        words[n++] = scale;
    }
    (void)snprintf(ret_folder, 64, "/tmp/pentad-city-XXXXXX");
    cr_assert_not_null(mkdtemp(ret_folder));
    for (size_t i = 0; i < n; i++) {
        argv[i] = (char *)(uintptr_t)words[i];
    }
    cr_assert_eq(posix_spawn(&pid, argv[0], NULL, NULL, argv, envp), 0);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0);
}
