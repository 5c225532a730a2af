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
