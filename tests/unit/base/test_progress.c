#include <criterion/criterion.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/progress.h>

/* Counts to 1000 with stderr on fd and puts stderr back. */
static void count_on(int fd, uint64_t total) {
    struct pt_progress p;
    int kept = dup(STDERR_FILENO);

    (void)fflush(stderr);
    cr_assert_geq(dup2(fd, STDERR_FILENO), 0);
    pt_progress_start(&p, "replay", total);
    for (uint64_t i = 1; i <= 1000; i++) {
        pt_progress_set(&p, i);
    }
    pt_progress_end(&p);
    pt_progress_end(&p);
    (void)fflush(stderr);
    cr_assert_geq(dup2(kept, STDERR_FILENO), 0);
    (void)close(kept);
}

Test(progress, is_silent_where_nobody_looks) {
    FILE *f = tmpfile();

    count_on(fileno(f), 1000);
    cr_assert_eq(fseek(f, 0, SEEK_END), 0);
    cr_assert_eq(ftell(f), 0);
    (void)fclose(f);
}

Test(progress, redraws_one_line_on_a_terminal, .timeout = 20) {
    char text[4096] = {0};
    int ours;
    int theirs;
    size_t n = 0;

    if (openpty(&ours, &theirs, NULL, NULL, NULL) != 0) {
        cr_skip_test("this machine has no pseudo-terminals");
    }
    count_on(theirs, 1000);
    /* A terminal hands its text over in pieces. */
    while (strchr(text, '\n') == NULL) {
        ssize_t got = read(ours, text + n, sizeof(text) - 1 - n);

        cr_assert_gt(got, 0);
        n += (size_t)got;
    }
    cr_assert_not_null(strstr(text, "replay 1000/1000 (100%"), "%s", text);
    cr_assert_eq(text[n - 1], '\n');
    cr_assert_lt(n, 1000, "redrawn at most ten times a second");
    (void)close(ours);
    (void)close(theirs);
}
