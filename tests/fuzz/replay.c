/* Stands in for libFuzzer where the compiler has none: one run of the target over each file of
 * the corpus and over the empty input. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 24, PATH_CAP = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path) {
    uint8_t *data = malloc(INPUT_MAX);
    uint8_t *exact = NULL;
    FILE *f = fopen(path, "rb");
    int rc = -1;
    size_t n;

    if (data == NULL || f == NULL) {
        goto out;
    }
    n = fread(data, 1, INPUT_MAX, f);
    /* An allocation of just this size, so that the sanitizer sees a read beyond it. */
    exact = malloc(n > 0 ? n : 1);
    if (exact == NULL || ferror(f)) {
        goto out;
    }
    memcpy(exact, data, n);
    (void)LLVMFuzzerTestOneInput(exact, n);
    rc = 0;
out:
    if (rc != 0) {
        (void)fprintf(stderr, "%s: can't be read\n", path);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    free(exact);
    free(data);
    return rc;
}

int main(int argc, char **argv) {
    unsigned inputs = 0;

    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        struct dirent *entry;

        if (dir == NULL) {
            (void)fprintf(stderr, "%s: %s: give each fuzz target at least one seed\n", argv[i],
                          strerrordesc_np(errno));
            return 1;
        }
        while ((entry = readdir(dir)) != NULL) {
            char path[PATH_CAP];

            (void)snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            if (entry->d_name[0] == '.') {
                continue;
            }
            if (run_file(path) != 0) {
                return 1;
            }
            inputs++;
        }
        (void)closedir(dir);
    }
    (void)printf("%u inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
