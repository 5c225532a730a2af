#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/base/file.h>

static char dir[64];
static char path[128];

static void make_dir(void) {
    (void)snprintf(dir, sizeof(dir), "%s", "/tmp/pentad-base-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(pt_path_join(path, sizeof(path), dir, "file"), 0);
}

static void remove_dir(void) {
    (void)unlink(path);
    (void)rmdir(dir);
}

TestSuite(file, .init = make_dir, .fini = remove_dir);

static void expect_content(const char *file, const char *text) {
    struct pt_buf b;

    pt_buf_init(&b, 64);
    cr_assert_eq(pt_file_read(file, &b, NULL), 0);
    cr_assert_str_eq(pt_buf_cstr(&b), text);
    pt_buf_done(&b);
}

/* Whoever can write into the folder must not lead the writer to a file elsewhere. */
Test(file, a_planted_link_is_not_written_through) {
    char victim[128], tmp[160];
    struct pt_err err = {0};
    struct stat st;

    cr_assert_eq(pt_path_join(victim, sizeof(victim), dir, "victim"), 0);
    (void)snprintf(tmp, sizeof(tmp), "%s.tmp", path);
    cr_assert_eq(pt_file_write(victim, "mine", 4, 0600, &err), 0, "%s", err.msg);
    for (int hard = 0; hard < 2; hard++) {
        cr_assert_eq(hard ? link(victim, tmp) : symlink(victim, tmp), 0);
        cr_assert_eq(pt_file_write(path, "other", 5, 0644, &err), 0, "%s", err.msg);
        expect_content(path, "other");
        expect_content(victim, "mine");
        cr_assert_eq(lstat(path, &st), 0);
        cr_assert(S_ISREG(st.st_mode));
        cr_assert_eq(st.st_mode & 0777, 0644);
        cr_assert_eq(stat(victim, &st), 0);
        cr_assert_eq(st.st_mode & 0777, 0600);
    }
    (void)unlink(victim);
}

Test(file, writes_replace_and_read_back) {
    struct pt_err err = {0};
    struct pt_buf b;
    struct stat st;

    pt_buf_init(&b, 5);
    cr_assert_not(pt_file_exists(path));
    cr_assert_eq(pt_file_write(path, "first version", 13, 0644, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_file_write(path, "fiver", 5, 0600, &err), 0, "%s", err.msg);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(pt_file_read(path, &b, &err), 0, "exactly the limit: %s", err.msg);
    cr_assert_str_eq(pt_buf_cstr(&b), "fiver");
    pt_buf_done(&b);
    pt_buf_init(&b, 4);
    cr_assert_eq(pt_file_read(path, &b, &err), PT_E_TOO_LARGE);
    cr_assert_not_null(strstr(err.msg, path));
    pt_buf_done(&b);
}

Test(file, what_is_wrong_is_named) {
    struct pt_err err = {0};
    struct pt_buf b;

    pt_buf_init(&b, 100);
    cr_assert_eq(pt_file_read(path, &b, &err), PT_E_NOT_FOUND);
    cr_assert_not_null(strstr(err.msg, path));
    cr_assert_eq(pt_file_read(dir, &b, &err), PT_E_IO);
    cr_assert_eq(pt_file_write("/proc/nonesuch/x", "", 0, 0600, &err), PT_E_NOT_FOUND);
    pt_buf_done(&b);
}

Test(file, mkdirs) {
    struct pt_err err = {0};
    char deep[160];

    (void)snprintf(deep, sizeof(deep), "%s/a/b/", dir);
    cr_assert_eq(pt_mkdirs(deep, 0700, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_mkdirs(deep, 0700, &err), 0, "twice is fine");
    cr_assert_eq(rmdir(deep), 0);
    (void)snprintf(deep, sizeof(deep), "%s/a", dir);
    cr_assert_eq(rmdir(deep), 0);
    cr_assert_eq(pt_file_write(path, "", 0, 0600, &err), 0);
    (void)snprintf(deep, sizeof(deep), "%s/sub", path);
    cr_assert_eq(pt_mkdirs(deep, 0700, &err), PT_E_IO);
    cr_assert_eq(pt_mkdirs(path, 0700, &err), PT_E_IO);
}

Test(file, join) {
    char out[8];

    cr_assert_eq(pt_path_join(out, sizeof(out), "a//", "/b"), 0);
    cr_assert_str_eq(out, "a/b");
    cr_assert_eq(pt_path_join(out, sizeof(out), "/", "b"), 0);
    cr_assert_str_eq(out, "/b");
    cr_assert_eq(pt_path_join(out, sizeof(out), "", "b"), 0);
    cr_assert_str_eq(out, "b");
    cr_assert_eq(pt_path_join(out, sizeof(out), "abcd", "efgh"), PT_E_TOO_LARGE);
}
